"""What is known of a grid so far, and what is missing: where outcomes, store and progress bar meet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from photinus.errors import InvalidInput, PlanMismatch
from photinus.sweep.axes import RESERVED, Grid, Segment
from photinus.sweep.evaluate import Outcome
from photinus.sweep.store import Contents, Provenance, Store

# Called with the numbers of points done and failed after every batch.
Report = Callable[[int, int], None]


class Table:
    """The outcomes of a grid while it is being computed.

    Parameters
    ----------
    grid : Grid
        The points.
    store : Store or None
        Where outcomes are kept beside memory.
    provenance : Provenance
        Of this run.
    """

    def __init__(self, grid: Grid, store: Store | None, provenance: Provenance):
        self.grid = grid
        self.outcomes: list[Outcome | None] = [None] * grid.size
        self.quantities: tuple[str, ...] | None = None
        self.done = 0
        self.failed = 0
        self._store = store
        self._provenance = provenance
        self._quantities_are_stored = False

    def restore(self, contents: Contents, *, retry_failed: bool) -> None:
        """Take over what a store holds, without the failed points if they are to be tried again."""
        self.quantities = contents.quantities
        self._quantities_are_stored = contents.quantities is not None
        for outcome in contents.outcomes:
            if outcome.values is None and retry_failed:
                continue
            self._put(outcome)

    def missing(self) -> list[Segment]:
        """Return the stretches of points without outcome."""
        return list(self.grid.segments([outcome is None for outcome in self.outcomes]))

    def accept(self, outcomes: Iterable[Outcome]) -> None:
        """Take finished points; the store decides when it commits them.

        Raises
        ------
        InvalidInput
            If a point has other quantities than the first one.
        PlanMismatch
            If a point has other quantities than the stored ones.
        """
        sound = []
        try:
            for outcome in outcomes:
                if outcome.values is not None:
                    self._check_quantities(outcome.values.keys(), outcome.point)
                self._put(outcome)
                sound.append(outcome)
        finally:
            if self._store is not None and sound:
                self._store.add(sound, self.quantities, self._provenance)

    def _put(self, outcome: Outcome) -> None:
        self.outcomes[outcome.point] = outcome
        self.done += 1
        self.failed += outcome.values is None

    def _check_quantities(self, names: Iterable[str], index: int) -> None:
        if self.quantities is None:
            quantities = tuple(names)
            for name in quantities:
                if name in self.grid.names or name in RESERVED:
                    raise InvalidInput(
                        f"The function of the sweep returned a quantity named {name!r}, which is "
                        f"{'an axis' if name in self.grid.names else 'reserved'}.",
                        "Give it another name.",
                    )
            self.quantities = quantities
        elif names != self._quantity_set():
            here, first = ", ".join(names), ", ".join(self.quantities)
            place = self.grid.describe_point(index)
            if self._quantities_are_stored:
                raise PlanMismatch(
                    f"The store holds the quantities {first}, while the function returned {here} at {place}.",
                    "Use another store file.",
                )
            raise InvalidInput(
                f"The function of the sweep returned {here} at {place}, and {first} before.",
                "Return the same names at every point; float('nan') where a quantity has no value.",
            )

    def _quantity_set(self) -> frozenset[str]:
        return frozenset(self.quantities or ())

    def commit(self, *, due: bool = False) -> None:
        """Write what was taken to the store; with `due`, only if it has waited for long enough."""
        if self._store is not None and (not due or self._store.seconds_to_commit() <= 0):
            self._store.commit()

    def seconds_to_commit(self) -> float:
        """Return how long the points taken so far may wait."""
        return math.inf if self._store is None else self._store.seconds_to_commit()

    def standing(self) -> str:
        """Return in one clause how far the sweep has come and where it is kept."""
        done = f"{self.done} of {self.grid.size} points"
        return f"{done} are stored in {str(self._store.path)!r}" if self._store else f"{done} were done and are lost"

    def way_on(self) -> str:
        """Return in one sentence how to go on after an end before the end."""
        return "The same call goes on from there." if self._store else "Pass store='FILE' to keep what is done."
