"""Which kets a finite space holds exactly: where the generator leads, and where it never leads out.

A set of kets that no word of K and no jump leaves is closed: a state on it stays on it, and a truncation that keeps all
of it costs nothing at all. D[a − b] never raises n_a + n_b, so that 20 × 20 levels hold everything up to 19 quanta
exactly; the kets with more are cut, and what the truncated generator does with them is an artefact.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, connected_components

from photinus.model import Model
from photinus.solve.cutoff import reach
from photinus.space.liouvillian import Generator, generator
from photinus.space.space import Space, make_space

LARGEST = 200_000
"""Kets up to which it is tried whether all that is visited is finite."""


def leads(made: Generator) -> sp.csr_array:
    """The matrix whose entry (m, n) is not zero where K or a jump takes |n⟩ to |m⟩."""
    space = made.space
    rows, columns = [np.arange(space.dimension)], [np.arange(space.dimension)]
    for bands in (made.no_jump, *(jump for _, jump in made.jumps)):
        for shift, amplitude in bands.items():
            target = space.shifted(shift)
            moved = np.flatnonzero((target >= 0) & (amplitude != 0))
            rows.append(target[moved])
            columns.append(moved)
    places = (np.concatenate(rows), np.concatenate(columns))
    return sp.csr_array((np.ones(len(places[0]), dtype=bool), places), shape=(space.dimension,) * 2)


def _larger(model: Model, space: Space) -> tuple[Generator, np.ndarray]:
    """The generator of a space so large that one step never leaves it, and where the kets of the smaller one are."""
    reaches = reach(model)
    made = generator(model, {name: n + 2 * max(1, reaches[name]) for name, n in space.cutoffs.items()})
    return made, space.embedding(made.space)


def _spread(graph: sp.csr_array, start: np.ndarray) -> np.ndarray:
    """All kets that are reached from those of ``start`` (a mask), these included.

    A node is put before all of them, from which a breadth-first search begins; its edges are the columns of ``graph``.
    """
    n = len(start)
    first = sp.csr_array(start[None, :].astype(bool))
    edges = sp.block_array([[None, first], [sp.csr_array((n, 1), dtype=bool), graph.T]], format="csr")
    found = np.zeros(n, dtype=bool)
    found[breadth_first_order(edges, 0, return_predecessors=False)[1:] - 1] = True
    return found


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


def enough(model: Model, kets: np.ndarray, space: Space, maximum: int) -> dict[str, int] | None:
    """The least cutoffs that hold all that a state on these kets ever visits; None where that is not finite.

    Tried are as many quanta in each oscillator as there are in all of them, and twice as many.
    """
    if not space.cutoffs:
        return {}
    total = 1 + sum(n - 1 for n in space.cutoffs.values())
    for most in (total, 2 * total):
        wide = make_space(model.sites, {name: min(max(most, n), max(n, maximum)) for name, n in space.cutoffs.items()})
        if wide.dimension > LARGEST:
            return None
        start = np.zeros(wide.dimension, dtype=bool)
        start[space.embedding(wide)[kets]] = True
        visited, exact = reached(model, wide, start)
        if exact:
            index = np.unravel_index(np.flatnonzero(visited), wide.levels)
            return {name: int(index[wide.axis(name)].max()) + 1 for name in wide.cutoffs}
    return None


def closed(model: Model, space: Space) -> np.ndarray | None:
    """The kets (a mask) that a space holds exactly, where all others flow into them; None where there are no such."""
    if not space.cutoffs:
        return None
    made, place = _larger(model, space)
    graph = leads(made)
    outside = np.ones(made.space.dimension, dtype=bool)
    outside[place] = False
    leaving = _spread(graph.T.tocsr(), outside)  # kets from which the outside is reached
    exact = ~leaving
    if not exact.any() or not _spread(graph.T.tocsr(), exact)[place].all():
        return None
    return np.asarray(exact[place])


def components(made: Generator) -> np.ndarray:
    """The number of the strong class of each ket: kets that no word connects have different ones."""
    return np.asarray(connected_components(leads(made), directed=False)[1])
