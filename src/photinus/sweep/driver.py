"""The sweep itself: compute what is missing, keep what is done, and say how to go on after every kind of end."""

from __future__ import annotations

import datetime
import importlib
import importlib.metadata
import os
import platform
import sys
import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from photinus.errors import InvalidInput
from photinus.sweep.axes import Grid, Segment, make_grid
from photinus.sweep.evaluate import Job, Outcome, evaluate
from photinus.sweep.plan import SweepFunction, check_signature, code_digest, make_plan
from photinus.sweep.pool import Batch, Death, Pool, Refusal, WorkerLost, reason_not_importable, start_pool
from photinus.sweep.store import Contents, Provenance, open_store
from photinus.sweep.table import Table
from photinus.sweep.worker import refuse_while_importing

if TYPE_CHECKING:
    import xarray

# How much work one hand-out to a worker should be: long against the 0.2 ms that it costs, short against a commit.
_HAND_OUT_SECONDS = 0.05
_PROGRESS_INTERVAL = 0.1


class SweepWarning(UserWarning):
    """A sweep did what was asked, but its caller should know something: failed points, one worker, old code."""


class SweepInterrupted(KeyboardInterrupt):
    """Ctrl-C ended a sweep; what was done is stored.

    Parameters
    ----------
    cause : str
        How far the sweep has come.
    remedy : str
        How to go on.
    """

    def __init__(self, cause: str, remedy: str):
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause} {self.remedy}"


def run(
    function: SweepFunction,
    axes: Mapping[str, Any] | Iterable[tuple[str, Any]],
    *,
    store: str | os.PathLike[str] | None = None,
    workers: int = 1,
    progress: bool | None = None,
    retry_failed: bool = False,
    fingerprint: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> xarray.Dataset:
    """Call a function at every point of a grid and return the table, computing only what is not yet stored.

    Parameters
    ----------
    function : callable
        Takes the axes as named numbers and returns ``{name: number}``, real or complex, with the same
        names at every point. If it has a parameter ``previous`` it returns a pair ``(numbers, answer)``, and
        `previous` is the answer of the point before on the same line (see Notes).
    axes : mapping or sequence of pairs
        Name to values: any one-dimensional sequence of finite real numbers, an :class:`Axis` with a unit
        and a label, or an ``xarray.DataArray`` with the attributes ``units`` and ``long_name``.
    store : path-like, optional
        An SQLite file that keeps every finished point. Without it nothing survives an interruption.
    workers : int
        Number of processes, at least 1; 1 computes in this process. Each further process uses one BLAS
        thread. A function that they cannot import runs with one worker and a :class:`SweepWarning`.
    progress : bool, optional
        Whether to draw a progress bar on standard error; by default only on a terminal.
    retry_failed : bool
        Whether stored failures are tried again.
    fingerprint : mapping, optional
        What is fixed and determines the numbers: a model's fingerprint, a cutoff, tolerances. Becomes
        part of the store's plan and of the attributes. The defaults, bound arguments, captured variables
        and dataclass fields of the function are recorded without being asked.
    attributes : mapping, optional
        Attributes of the returned table, as text or numbers; an entry that is itself a mapping belongs to the
        quantity of that name, such as ``{"radius": {"units": "1", "long_name": "$r$"}}``.

    Returns
    -------
    xarray.Dataset
        One variable per quantity over the axes, ``seconds`` (what each point took) and ``failure`` (why a
        point failed, "" where it did not; its numbers are NaN), with provenance in the attributes.

    Raises
    ------
    InvalidInput
        If an argument is wrong, or the function does not return what it should.
    PlanMismatch
        If the store belongs to another plan; the message names the difference.
    StoreError
        If the store is damaged, no store, or in use.
    OutputError
        If the store cannot be written; found before anything is computed.
    WorkerLost
        If a worker process died; what was done is stored.
    SweepInterrupted
        After Ctrl-C; what was done is stored. A ``KeyboardInterrupt``.

    Warns
    -----
    SweepWarning
        If points failed, if one worker was used instead of several, or if stored points were computed
        by other code than the function's present one.

    Notes
    -----
    Lines run along the last axis, in the order of its values. A function with `previous` gets a line's
    missing points in order and in one process, so that the result does not depend on the number of workers; with a
    single axis there is a single line. `previous` is None at the start of a line, after a failed point, and
    after a point that was already stored: answers live in memory and are not kept. It may therefore save
    time, as a warm start does, but a function must not let its numbers depend on it.

    A point is known by the exact value of its coordinates: ``linspace(0, 1, 11)`` and ``linspace(0, 1, 31)``
    share only the values that agree to the last bit, while doubling the intervals keeps every old point.

    Examples
    --------
    >>> from photinus import sweep
    >>> def area(width, height):
    ...     return {"area": width * height}
    >>> table = sweep.run(area, {"width": [1, 2, 3], "height": [10, 20]})
    >>> int(table.area.sel(width=3, height=20))
    60
    """
    refuse_while_importing()
    grid = make_grid(axes)
    hands_on = check_signature(function, grid.names)
    workers = _check_workers(workers, function)
    _check_switch(progress, "progress")
    _check_switch(retry_failed, "retry_failed")
    notes = _check_attributes(attributes)
    plan = make_plan(function, grid, fingerprint, strict=store is not None)
    provenance = Provenance(_now(), code_digest(function), versions())
    job = Job(function, grid.names, tuple(axis.values for axis in grid.axes), hands_on)
    earlier = Contents([], None, (), ())
    with nullcontext() if store is None else open_store(store) as opened:
        table = Table(grid, opened, provenance)
        if opened is not None:
            opened.prepare(plan, grid, notes)
            earlier = opened.read(plan, grid)
            table.restore(earlier, retry_failed=retry_failed)
            _warn_of_old_code(earlier, provenance, grid.size)
        before = table.done
        with _explained(table), _progress_bar(table, progress) as bar:
            _compute(table, job, workers, bar)
    _warn_of_failures(table)
    from photinus.sweep.dataset import build_dataset  # here, because it needs xarray

    runs = (*earlier.runs, provenance) if table.done > before or not earlier.runs else earlier.runs
    return build_dataset(plan, Contents(_known(table), table.quantities, runs, ()), grid, notes)


def _known(table: Table) -> list[Outcome]:
    return [outcome for outcome in table.outcomes if outcome is not None]


# ---- the arguments ----


def _check_workers(workers: Any, function: SweepFunction) -> int:
    if isinstance(workers, bool) or not isinstance(workers, Integral) or int(workers) < 1:
        raise InvalidInput(f"The number of workers is {workers!r}.", "Give an integer from 1 on.")
    count = int(workers)
    if count > 1 and (reason := reason_not_importable(function)) is not None:
        name = getattr(function, "__qualname__", type(function).__qualname__)
        warnings.warn(
            f"Other processes cannot import {name}: {reason}. The sweep runs with one worker; "
            "put the function into a module to use more.",
            SweepWarning,
            stacklevel=3,
        )
        return 1
    return count


def _check_switch(value: Any, name: str) -> None:
    if not isinstance(value, bool) and (value is not None or name != "progress"):
        raise InvalidInput(f"{name} is {value!r}.", "Give True or False.")


def _check_attributes(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    if attributes is None:
        return {}
    if not isinstance(attributes, Mapping):
        raise InvalidInput(f"The attributes are {attributes!r}.", "Give a mapping of names to text or numbers.")
    return {_attribute_name(name): _attribute(name, value) for name, value in attributes.items()}


def _attribute(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_attribute_name(inner): _attribute(f"{name}.{inner}", content) for inner, content in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Real):
        return int(value) if isinstance(value, Integral) else float(value)
    raise InvalidInput(f"The attribute {name!r} has the type {type(value).__name__}.", "Give text or a number.")


def _attribute_name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise InvalidInput(f"{name!r} is no name for an attribute.", "Name it by text.")
    return name


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that numbers may depend on."""
    found = {"python": platform.python_version()}
    for package in ("photinus", "numpy", "scipy"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


# ---- computing ----


def _compute(table: Table, job: Job, workers: int, bar: _Bar) -> None:
    segments = table.missing()
    if not segments:
        return
    units = len(segments) if job.hands_on else sum(stop - start for start, stop in segments)
    count = min(workers, units)
    if count > 1:
        _compute_in_pool(table, job, _HandOut(segments, count, splits=not job.hands_on), bar)
        return
    for segment in segments:
        for outcome in evaluate(job, segment):
            table.accept((outcome,))
            bar.show()


def _compute_in_pool(table: Table, job: Job, hand_out: _HandOut, bar: _Bar) -> None:
    with start_pool(job, hand_out.workers) as pool:
        # The table will need it, and this process is idle while the workers start. (Commits meanwhile take 10 ms.)
        threading.Thread(target=importlib.import_module, args=("xarray",), daemon=True).start()
        try:
            while not hand_out.is_done:
                event = pool.receive(table.seconds_to_commit())
                if isinstance(event, Batch):
                    table.accept(event.outcomes)
                    bar.show()
                    if event.finished:
                        hand_out.take_back(event)
                        pool.send(event.worker, hand_out.take(event.worker))
                elif isinstance(event, Refusal):
                    raise event.error
                elif isinstance(event, Death):
                    _mourn(table, pool, hand_out, event.worker)
                table.commit(due=True)
        except BaseException:
            table.accept(pool.drain())
            raise


def _mourn(table: Table, pool: Pool, hand_out: _HandOut, worker: int) -> None:
    table.accept(pool.drain())
    place = hand_out.place_of(worker, table.grid)
    fate = pool.epitaph(worker)
    table.commit()
    raise WorkerLost(
        f"A worker {fate} {place}; {table.standing()}.",
        f"{table.way_on()} If memory has run out, use fewer workers.",
    )


class _HandOut:
    """Which worker has which points, and which it gets next: first come, first served, in growing portions.

    Points of a function that hands nothing on may be split anywhere; with `previous` a segment stays whole.
    """

    def __init__(self, segments: Sequence[Segment], workers: int, *, splits: bool):
        self.workers = workers
        self._waiting = deque(segments)
        self._points = sum(stop - start for start, stop in segments)
        self._splits = splits
        self._given: dict[int, list[Segment]] = {}
        self._portion = 1

    @property
    def is_done(self) -> bool:
        """Whether nothing waits and no worker has anything."""
        return not self._waiting and not any(self._given.values())

    def take(self, worker: int) -> list[Segment]:
        """Give the next segments to a worker; none if there are none."""
        # Near the end portions shrink, lest one worker has much to do while the others have nothing.
        portion = max(1, min(self._portion, self._points // (2 * self.workers)))
        given: list[Segment] = []
        taken = 0
        while self._waiting and taken < portion:
            start, stop = self._waiting.popleft()
            if self._splits and stop - start > portion - taken:
                middle = start + portion - taken
                self._waiting.appendleft(Segment(middle, stop))
                stop = middle
            given.append(Segment(start, stop))
            taken += stop - start
        self._points -= taken
        self._given[worker] = given
        return given

    def take_back(self, batch: Batch) -> None:
        """Note that a worker has finished what it had."""
        given = self._given.pop(batch.worker, [])
        points = sum(stop - start for start, stop in given)
        if points and batch.outcomes:
            # The last batch tells the present speed; what it does not hold was sent before.
            seconds = sum(outcome.seconds for outcome in batch.outcomes) / len(batch.outcomes)
            self._portion = max(1, min(8 * self._portion, int(_HAND_OUT_SECONDS / max(seconds, 1e-6))))

    def place_of(self, worker: int, grid: Grid) -> str:
        """Return in words what a worker was doing."""
        given = self._given.get(worker)
        if not given:
            return "before it began"
        return f"while it computed points from {grid.describe_point(given[0].start)} on"


# ---- what the user sees ----


@contextmanager
def _explained(table: Table) -> Iterator[None]:
    """Turn Ctrl-C into a message that says what is stored, after storing it."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        table.commit()
        raise SweepInterrupted(f"The sweep was interrupted; {table.standing()}.", table.way_on()) from interrupt
    table.commit()


class _Bar:
    """A progress bar that looks at the table after every batch; without `bar` it draws nothing."""

    def __init__(self, table: Table, bar: Any = None):
        self._table = table
        self._bar = bar

    def show(self) -> None:
        """Draw the present state, if the last drawing is long enough ago."""
        if self._bar is None:
            return
        if self._table.failed:
            self._bar.set_postfix(failed=self._table.failed, refresh=False)
        self._bar.update(self._table.done - self._bar.n)


@contextmanager
def _progress_bar(table: Table, progress: bool | None) -> Iterator[_Bar]:
    if progress is False or (progress is None and not (sys.stderr and sys.stderr.isatty())):
        yield _Bar(table)
        return
    from tqdm import tqdm

    with tqdm(total=table.grid.size, initial=table.done, unit="point", mininterval=_PROGRESS_INTERVAL) as bar:
        shown = _Bar(table, bar)
        yield shown
        shown.show()


def _warn_of_failures(table: Table) -> None:
    if not table.failed:
        return
    first = next(outcome for outcome in _known(table) if outcome.values is None)
    warnings.warn(
        f"{table.failed} of {table.grid.size} points failed, first at {table.grid.describe_point(first.point)}: "
        f"{first.reason} (all reasons: table.failure; retry_failed=True tries them again)",
        SweepWarning,
        stacklevel=3,
    )


def _warn_of_old_code(earlier: Contents, provenance: Provenance, size: int) -> None:
    """Say so if stored points come from other code; byte code of other versions of Python tells nothing."""
    minor = _minor(provenance)
    old = [
        count
        for run, count in zip(earlier.runs, earlier.counts, strict=True)
        if run.code != provenance.code and _minor(run) == minor
    ]
    if old:
        warnings.warn(
            f"{sum(old)} of {size} points in the store were computed before the function's code was changed. "
            "Use another store file if the change matters.",
            SweepWarning,
            stacklevel=3,
        )


def _minor(provenance: Provenance) -> list[str]:
    return provenance.versions.get("python", "").split(".")[:2]
