"""The correction of a direct solution in a larger space: inside it is known, what lies outside is a strip.

With the levels that were kept (i) and the new ones (o), 𝓛 of the larger space is [[P + E, R], [B, S]]: P is the
generator of the smaller space, and E what its truncation has cut off; E and B act on the kets at the edge alone. The
factors of P are there, and those of S cost little. Block Gauss–Seidel with the two, first outside, then inside, leaves
of a correction the share that comes back to the strip: a few per cent, as the populations fall there. The second sweep
shows how much it is, and what all that follow would add (the defect would not: a slow mode weighs little in it). The
populations near the edge decide the share, so that this is mostly exact to a hundredth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.sparse as sp

from photinus.numerics.linear import Inverse
from photinus.numerics.singular import fill_reducing_order, symmetric_factors
from photinus.solve.orders import Keys
from photinus.space.liouvillian import Liouvillian, in_parts, simplified
from photinus.space.sectors import Sector

LEFT = 0.05
"""Share of the correction that the last sweep may have moved: what is slow may come in portions as small as this."""
SWEEPS = 6
"""More of them cost more than an exact solution."""
ILL_CONDITIONED = 1e-3
"""The reciprocal condition number below which slow modes are looked for."""
STEADY = 1.2
"""How much less a sweep may shrink than the one before, where there are slow modes: they show when all else is done."""


def strip_correction(
    kept: Liouvillian, inverse: Inverse, state: np.ndarray, larger: Liouvillian, *, slow: bool = False
) -> tuple[np.ndarray, np.ndarray] | None:
    """δ with 𝓛(ρ + δ) = 0, until a sweep moves it by less than a twentieth, and ρ in the larger space.

    None where the sweeps do not get there.

    Parameters
    ----------
    kept : Liouvillian
        That of the smaller space.
    inverse : callable
        b ↦ x with Px = b in the smaller space, for Hermitian b without trace.
    state : ndarray
        ρ, stationary in the smaller space.
    larger : Liouvillian
    slow : bool
        Whether there may be modes that decay far more slowly than others: it is watched then how the sweeps shrink.
    """
    if in_parts(larger.generator.space) or kept.shifts != larger.shifts:
        return None
    strip = _strip(kept.sector, larger.sector, larger.shifts)
    new = len(strip.outside)
    values, known = larger.columns(strip.columns), kept.columns(strip.edge)
    values = values.astype(np.result_type(values, known, state), copy=False)
    values[:, new:] -= known
    if not np.iscomplexobj(state):
        values = simplified(values)
    factors = symmetric_factors(strip.within.filled(values), ordered=True)
    if factors is None:
        return None
    leaves, returns = strip.leaves.filled(values), strip.returns.filled(values)
    inside, outside = np.zeros_like(state, dtype=values.dtype), np.zeros(new, dtype=values.dtype)
    last: tuple[np.ndarray, np.ndarray] | None = None
    shrunk = 0.0 if slow else np.inf
    defect = -(leaves @ state[strip.edge])
    for _ in range(SWEEPS):
        outer = factors.solve(defect[:new])
        inner = inverse(defect[new:] - returns @ outer)
        inside += inner
        outside += outer
        moved = _product((inner, outer), (inner, outer))
        if moved == 0:
            return _whole(strip, larger.sector, state, inside, outside)
        if last is not None:
            before = _product(last, last)
            if not moved < 0.49 * before:
                return None
            steady = moved <= STEADY**2 * shrunk * before
            shrunk = moved / before if slow else np.inf
            if steady and moved <= LEFT**2 * _product((inside, outside), (inside, outside)):
                share = _product(last, (inner, outer)) / before
                rest = share / (1 - share)  # the sweeps that would follow, as a geometric series
                return _whole(strip, larger.sector, state, inside + rest * inner, outside + rest * outer)
        last = inner, outer
        defect = -(leaves @ inner[strip.edge])
    return None


def _product(x: tuple[np.ndarray, np.ndarray], y: tuple[np.ndarray, np.ndarray]) -> float:
    return float(np.vdot(x[0], y[0]).real + np.vdot(x[1], y[1]).real)


def _whole(
    strip: _Strip, larger: Sector, state: np.ndarray, inside: np.ndarray, outside: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """δ without trace, and ρ: what has gone outside is missing inside."""
    rho = np.zeros(larger.size, dtype=outside.dtype)
    rho[strip.inside] = state
    correction = np.empty_like(rho)
    correction[strip.inside] = inside
    correction[strip.outside] = outside
    weight = correction[larger.trace].sum()
    return (correction - weight * rho) / (1 + weight), rho


@dataclass(frozen=True)
class _Block:
    """A part of a matrix: where its entries stand in a table of values, their rows, and the pointer to its columns."""

    source: np.ndarray
    rows: np.ndarray
    pointer: np.ndarray
    height: int

    @classmethod
    def at(cls, source: np.ndarray, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> _Block:
        """From the places of the entries."""
        place = sp.csc_array((np.arange(len(source)), (rows, columns)), shape=shape)
        place.sort_indices()
        return cls(source[place.data], place.indices, place.indptr, shape[0])

    def filled(self, values: np.ndarray) -> sp.csc_array:
        """The matrix with these values."""
        shape = (self.height, len(self.pointer) - 1)
        return sp.csc_array((values.ravel()[self.source], self.rows, self.pointer), shape=shape)


@dataclass(frozen=True)
class _Strip:
    """Where a larger space goes beyond a smaller one.

    Attributes
    ----------
    inside : ndarray
        The place of each kept unknown in the larger space.
    outside : ndarray
        The new unknowns, in the order of an elimination that fills little.
    edge : ndarray
        The kept unknowns, numbered as in the smaller space, that E and B act on.
    columns : ndarray
        The unknowns of the larger space whose columns are needed: those outside, and those at the edge.
    within, returns, leaves : _Block
        S, R, and B above E, with the edge as columns.
    """

    inside: np.ndarray
    outside: np.ndarray
    edge: np.ndarray
    columns: np.ndarray
    within: _Block
    returns: _Block
    leaves: _Block


@lru_cache(maxsize=16)
def _strip(kept: Sector, larger: Sector, keys: Keys) -> _Strip:
    inside, edge = kept.within(larger), _edge(kept, larger, keys)
    number = np.full(larger.size, -1)
    number[inside] = np.arange(kept.size)
    outside = np.flatnonzero(number < 0)
    n = len(outside)
    number[outside] = np.arange(n)
    columns = np.concatenate([outside, inside[edge]])
    key, column, row = _entries(larger, keys, columns)
    new = np.zeros(larger.size, dtype=bool)
    new[outside] = True
    within = new[row] & (column < n)
    place = fill_reducing_order(sp.csc_array((np.ones(within.sum()), (number[row[within]], column[within])), (n, n)))
    number[outside] = place
    outside, column = outside[np.argsort(place)], np.concatenate([place, np.arange(n, len(columns))])[column]
    source = key * len(columns) + column
    returns = ~new[row] & (column < n)
    still = np.array([not any(s) or not any(t) for s, t in keys])  # of what stays inside, K alone has been cut
    leaves = (column >= n) & (new[row] | still[key])
    below = np.where(new[row], number[row], n + number[row])
    return _Strip(
        inside,
        outside,
        edge,
        np.concatenate([outside, inside[edge]]),
        _Block.at(source[within], number[row[within]], column[within], (n, n)),
        _Block.at(source[returns], number[row[returns]], column[returns], (kept.size, n)),
        _Block.at(source[leaves], below[leaves], column[leaves] - n, (larger.size, len(edge))),
    )


def _edge(kept: Sector, larger: Sector, keys: Keys) -> np.ndarray:
    """The kept unknowns of which a ket is moved out of the smaller space by a word of the generator, or by a jump."""
    small, large = kept.grading.space, larger.grading.space
    within = small.embedding(large)
    edge = np.zeros(small.dimension, dtype=bool)
    for shift in {shift for key in keys for shift in key}:
        edge |= (small.shifted(shift) < 0) & (large.shifted(shift)[within] >= 0)
    rows, columns = kept.kets
    return np.flatnonzero(edge[rows] | edge[columns])


def _entries(sector: Sector, keys: Keys, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(key, column, row) of all entries in these columns; the columns by their number among them."""
    space, (left, right) = sector.grading.space, sector.kets
    left, right = left[columns], right[columns]
    rows = np.array([sector.index(space.shifted(s)[left], space.shifted(t)[right]) for s, t in keys])
    key, column = np.nonzero(rows >= 0)
    return key, column, rows[key, column]
