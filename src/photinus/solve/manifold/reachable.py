"""Which kets a finite space holds exactly: where the generator leads, and where it never leads out.

A set of kets that no word of K and no jump leaves is closed: a state on it stays on it, and a truncation that keeps all
of it costs nothing at all. D[a − b] never raises n_a + n_b, so that 20 × 20 levels hold everything up to 19 quanta
exactly; the kets with more are cut, and what the truncated generator does with them is an artefact.
"""

from __future__ import annotations

import numpy as np

from photinus.algebra import Oscillator
from photinus.model import Model
from photinus.solve.cutoff import reach
from photinus.space.liouvillian import Generator, generator
from photinus.space.space import Shift, Space, make_space

LARGEST = 200_000
"""Kets up to which it is tried whether all that is visited is finite."""

Leads = list[np.ndarray]
"""For each shift the ket into which each ket is led, -1 where it is not led anywhere."""


def leads(made: Generator) -> Leads:
    """Where K and the jumps lead: each shift that has an amplitude leads a ket to another one."""
    moving: dict[Shift, np.ndarray] = {}
    for bands in (made.no_jump, *(jump for _, jump in made.jumps)):
        for shift, amplitude in bands.items():
            if any(shift):
                moving[shift] = (amplitude != 0) | moving.get(shift, False)
    return [np.where(moved, made.space.shifted(shift), -1) for shift, moved in moving.items()]


def _backwards(lead: np.ndarray) -> np.ndarray:
    """From which ket each ket is reached by one shift: two different ones never lead to the same."""
    out = np.full(len(lead), -1)
    moved = np.flatnonzero(lead >= 0)
    out[lead[moved]] = moved
    return out


def _spread(ways: Leads, start: np.ndarray) -> np.ndarray:
    """All kets that are reached from those of ``start`` (a mask), these included, one step after the other."""
    found = start.copy()
    latest = np.flatnonzero(start)
    while len(latest) and ways:
        arrived = np.concatenate([lead[latest] for lead in ways])
        arrived = arrived[arrived >= 0]
        latest = np.unique(arrived[~found[arrived]])
        found[latest] = True
    return found


def _larger(model: Model, space: Space) -> tuple[Generator, np.ndarray]:
    """The generator of a space so large that one step never leaves it, and where the kets of the smaller one are."""
    reaches = reach(model)
    made = generator(model, {name: n + 2 * max(1, reaches[name]) for name, n in space.cutoffs.items()})
    return made, space.embedding(made.space)


def reached(model: Model, space: Space, start: np.ndarray) -> tuple[np.ndarray, bool]:
    """The kets that a state on the kets ``start`` (a mask) ever visits, and whether none of them was cut."""
    if not space.cutoffs:
        return _spread(leads(generator(model, {})), start), True
    made, place = _larger(model, space)
    inside = np.zeros(made.space.dimension, dtype=bool)
    inside[place[start]] = True
    visited = _spread(leads(made), inside)
    mine = visited[place]
    return mine, bool(mine.sum() == visited.sum())


def never_rises(made: Generator) -> bool:
    """Whether neither K nor a jump raises the number of quanta in all oscillators together."""
    widths = [len(site.coordinates) for site in made.space.sites]
    quanta = np.repeat([isinstance(site, Oscillator) for site in made.space.sites], widths)
    return all(np.dot(s, quanta) <= 0 for bands in (made.no_jump, *(x for _, x in made.jumps)) for s in bands)


def enough(
    model: Model, kets: np.ndarray, space: Space, maximum: int
) -> tuple[dict[str, int], np.ndarray | None] | None:
    """The least cutoffs that hold all that a state on these kets ever visits, and these kets (a mask) among theirs.

    Tried are as many quanta in each oscillator as there are in all of them, and twice as many; None where more are
    visited. Without oscillators there are no cutoffs, and the kets are not looked for.
    """
    if not space.cutoffs:
        return {}, None
    total = 1 + sum(n - 1 for n in space.cutoffs.values())
    for most in (total, 2 * total):
        wide = make_space(model.sites, {name: min(max(most, n), max(n, maximum)) for name, n in space.cutoffs.items()})
        if wide.dimension > LARGEST:
            return None
        start = np.zeros(wide.dimension, dtype=bool)
        start[space.embedding(wide)[kets]] = True
        made = generator(model, wide.cutoffs)
        if min(wide.cutoffs.values()) >= total and never_rises(made):
            visited, exact = _spread(leads(made), start), True
        else:
            visited, exact = reached(model, wide, start)
        if exact:
            index = np.unravel_index(np.flatnonzero(visited), wide.levels)
            cutoffs = {name: int(index[wide.axis(name)].max()) + 1 for name in wide.cutoffs}
            return cutoffs, visited[make_space(model.sites, cutoffs).embedding(wide)]
    return None


def closed(model: Model, space: Space) -> np.ndarray | None:
    """The kets (a mask) that a space holds exactly, where all others flow into them; None where there are no such."""
    if not space.cutoffs:
        return None
    made, place = _larger(model, space)
    back = [_backwards(lead) for lead in leads(made)]
    outside = np.ones(made.space.dimension, dtype=bool)
    outside[place] = False
    leaving = _spread(back, outside)  # kets from which the outside is reached
    exact = ~leaving
    if not exact.any() or not _spread(back, exact)[place].all():
        return None
    return np.asarray(exact[place])
