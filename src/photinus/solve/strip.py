"""The correction of a direct solution in a larger space: inside it is known, what lies outside is a strip.

With the levels that were kept (i) and the new ones (o), 𝓛 of the larger space is [[P + E, R], [B, S]]: P is the
generator of the smaller space, and E what its truncation has cut off; E and B act on the kets at the edge alone. The
factors of P are there. S is dominated by its diagonal, as what is outside decays fast: a series of a few terms, or an
elimination. Block Gauss–Seidel with the two, first outside, then inside, leaves of a correction the share that comes
back to the strip: a few per cent, as the populations fall there.

A second sweep would begin with what the corrected edge lets out. That looks much like what the edge let out at first,
so that the second correction is a multiple of the first, but for what a remainder makes of P⁻¹, whose norm is known. If
that can matter, the sweeps are made: one shows the share that it leaves, and what all that follow would add, to a
hundredth mostly. (The defect alone would tell nothing: a slow mode weighs little in it.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import get_lapack_funcs

from photinus.numerics.linear import Inverse
from photinus.numerics.singular import fill_reducing_order, symmetric_factors
from photinus.space.liouvillian import Keys, Liouvillian, in_parts, simplified
from photinus.space.sectors import Sector

LEFT = 0.05
"""Share of the correction that the last sweep may have moved: what is slow may come in portions as small as this."""
ALIKE, BACK = 0.3, 0.25
"""Of a correction from one sweep: a bound on what is wrong with it, and the share that may come back to the strip."""
TRANSIT = 0.02
"""What may still be outside, of what has been sent there, where no second sweep is made."""
SWEEPS = 6
"""More of them cost more than an exact solution."""
ILL_CONDITIONED = 1e-3
"""The reciprocal condition number below which slow modes are looked for."""
STEADY = 1.2
"""How much less a sweep may shrink than the one before, where there are slow modes: they show when all else is done."""
SMALL, TERMS = 64, 8
"""New unknowns up to which S is eliminated as a dense matrix; terms of a series for S⁻¹ before it is eliminated."""

Pair = tuple[np.ndarray, np.ndarray]
"""What lies inside and what lies outside."""


def strip_correction(
    kept: Liouvillian, inverse: Inverse, state: np.ndarray, larger: Liouvillian, *, rcond: float
) -> Pair | None:
    """δ with 𝓛(ρ + δ) = 0, mostly to a tenth, and ρ in the larger space; None where sweeps do not get there.

    Parameters
    ----------
    kept : Liouvillian
        That of the smaller space.
    inverse : callable
        b ↦ x with Px = b in the smaller space, for Hermitian b without trace.
    state : ndarray
        ρ, stationary in the smaller space.
    larger : Liouvillian
    rcond : float
        The reciprocal condition number of P. Where it is small, there may be modes that decay far more slowly than
        others: it is watched then how the sweeps shrink.
    """
    if in_parts(larger.generator.space) or kept.shifts != larger.shifts:
        return None
    strip = _strip(kept.sector, larger.sector, larger.shifts)
    known = kept.values[:, strip.edge]
    values = larger.columns(strip.columns)
    values = values.astype(np.result_type(values, known, state), copy=False)
    values[:, len(strip.outside) :] -= known
    if not np.iscomplexobj(state):
        values = simplified(values)
    outside = _Outside(strip, values)
    found = None
    try:
        if rcond >= ILL_CONDITIONED:
            norm = float(np.abs(known).sum(axis=0).max(initial=0.0))  # of P what the edge shows
            found = _in_one_sweep(outside, inverse, state, ALIKE * rcond * norm)
        if found is None:
            found = _in_sweeps(outside, inverse, state, slow=rcond < ILL_CONDITIONED)
    except np.linalg.LinAlgError:
        return None
    return None if found is None else _whole(strip, larger.sector, state, found)


def _in_one_sweep(outside: _Outside, inverse: Inverse, state: np.ndarray, tenable: float) -> Pair | None:
    """The correction where a second sweep would leave a multiple of what the first has left, but for a remainder.

    ``tenable`` is how large that may be, over the correction (1-norms): ALIKE over a bound on ‖P⁻¹‖.
    """
    left = outside.leaves(state)
    transit = TRANSIT * _length(left[: outside.size]) if outside.size > SMALL else 0.0
    outer, sent = outside.returns(left, transit)
    inner = inverse(sent)
    most = tenable * _length(inner)
    again = outside.leaves(inner)
    share, rest = _multiple(left, again)
    if not rest + transit <= most:  # what comes back, and P⁻¹ sees, is still more alike
        share, rest = _multiple(sent, outside.returns(again, transit)[1])
    if abs(share) > BACK or not rest + transit <= most:
        return None
    return inner / (1 - share), outer / (1 - share)


def _multiple(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """The s with y = s·x + r, r the least remainder, and the 1-norm of r."""
    size = float(np.vdot(x, x).real)
    share = float(np.vdot(x, y).real) / size if size else 0.0
    return share, _length(y - share * x)


def _in_sweeps(outside: _Outside, inverse: Inverse, state: np.ndarray, *, slow: bool) -> Pair | None:
    """The correction from sweeps, until one moves it by less than a twentieth."""
    outer, sent = outside.returns(outside.leaves(state))
    last = inverse(sent), outer
    total = last[0].copy(), outer.copy()
    before, shrunk = _product(last, last), 0.0
    for _ in range(SWEEPS):
        if before == 0:
            return total
        outer, sent = outside.returns(outside.leaves(last[0]))
        moving = inverse(sent), outer
        for whole, part in zip(total, moving, strict=True):
            whole += part
        moved = _product(moving, moving)
        if not moved < 0.49 * before:
            return None
        steady = not slow or moved <= STEADY**2 * shrunk * before
        if steady and moved <= LEFT**2 * _product(total, total):
            share = _product(last, moving) / before
            rest = share / (1 - share)  # the sweeps that would follow, as a geometric series
            return total[0] + rest * moving[0], total[1] + rest * moving[1]
        last, before, shrunk = moving, moved, moved / before
    return None


def _length(x: np.ndarray) -> float:
    return float(np.abs(x).sum())


def _product(x: Pair, y: Pair) -> float:
    return float(np.vdot(x[0], y[0]).real + np.vdot(x[1], y[1]).real)


def _whole(strip: _Strip, larger: Sector, state: np.ndarray, found: Pair) -> Pair:
    """δ without trace, and ρ: what has gone outside is missing inside."""
    rho = np.zeros(larger.size, dtype=found[1].dtype)
    rho[strip.inside] = state
    correction = np.empty_like(rho)
    correction[strip.inside], correction[strip.outside] = found
    weight = correction[larger.trace].sum()
    return (correction - weight * rho) / (1 + weight), rho


class _Outside:
    """What becomes of an operator inside, where the larger space goes on: −B and −E of it, S⁻¹ and R of that."""

    def __init__(self, strip: _Strip, values: np.ndarray):
        self.size = len(strip.outside)
        self._strip = strip
        entries = values.ravel()
        self._leaves, self._within, self._returns = (
            entries[block.source] for block in (strip.leaves, strip.within, strip.returns)
        )
        self._inverse: Inverse | None = None

    def leaves(self, inner: np.ndarray) -> np.ndarray:
        """−Bx, then −Ex."""
        return -self._strip.leaves.times(self._leaves, inner[self._strip.edge])

    def returns(self, left: np.ndarray, transit: float = 0.0) -> Pair:
        """What is outside then, but for so much (1-norm) that may still be on its way, and what comes back."""
        target = left[: self.size]
        outer = self._summed(target, transit) if transit and self._inverse is None else None
        if outer is None:
            self._inverse = self._inverse or self._strip.within.inverse(self._within)
            outer = self._inverse(target)
        return outer, left[self.size :] - self._strip.returns.times(self._returns, outer)

    def _summed(self, target: np.ndarray, transit: float) -> np.ndarray | None:
        """S⁻¹ = D⁻¹ Σ_k (−(S − D)D⁻¹)^k, D the diagonal of S, which is large outside; None where it is not."""
        block = self._strip.within
        diagonal = self._within[block.diagonal]
        if len(diagonal) < self.size or not diagonal.all():
            return None
        hops = self._within / -diagonal[block.columns]
        hops[block.diagonal] = 0
        total, moving, before = target, target, np.inf
        for _ in range(TERMS):
            moving = block.times(hops, moving)
            total = total + moving
            length = _length(moving)
            if length <= transit:
                return np.asarray(total / diagonal)
            if length > before:
                return None
            before = length
        return None


@dataclass(frozen=True)
class _Block:
    """A part of a matrix, row after row: where its entries stand in a table of values, and their columns.

    Attributes
    ----------
    source, columns : ndarray
        Of every entry.
    pointer : ndarray
        Where each row begins.
    """

    source: np.ndarray
    columns: np.ndarray
    pointer: np.ndarray

    @classmethod
    def at(cls, source: np.ndarray, rows: np.ndarray, columns: np.ndarray, height: int) -> _Block:
        """From the places of the entries."""
        order = np.lexsort((columns, rows))
        pointer = np.searchsorted(rows[order], np.arange(height + 1)).astype(np.int32)
        return cls(source[order], columns[order].astype(np.int32), pointer)

    @cached_property
    def _filled(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows that are not empty, and where each begins."""
        rows = np.flatnonzero(np.diff(self.pointer))
        return rows, self.pointer[rows]

    @cached_property
    def diagonal(self) -> np.ndarray:
        """Which entries stand on the diagonal."""
        return np.flatnonzero(self._every_row == self.columns)

    @cached_property
    def _every_row(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.pointer) - 1), np.diff(self.pointer))

    def times(self, entries: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """The product of the block with these entries and a vector."""
        out = np.zeros(len(self.pointer) - 1, dtype=np.result_type(entries, vector))
        if len(entries):
            rows, starts = self._filled
            out[rows] = np.add.reduceat(entries * vector[self.columns], starts)
        return out

    def inverse(self, entries: np.ndarray) -> Inverse:
        """The function b ↦ x with Sx = b for the square block with these entries.

        Raises
        ------
        LinAlgError
            If it is singular.
        """
        size = len(self.pointer) - 1
        if size <= SMALL:
            dense = np.zeros((size, size), dtype=entries.dtype, order="F")
            dense[self._every_row, self.columns] = entries
            getrf, getrs = get_lapack_funcs(("getrf", "getrs"), (dense,))
            lu, pivots, info = getrf(dense, overwrite_a=True)
            if info:
                raise np.linalg.LinAlgError
            return lambda b: np.asarray(getrs(lu, pivots, b)[0])
        place, pattern = self._elimination
        ordered = (entries[pattern.data], pattern.indices, pattern.indptr)
        factors = symmetric_factors(sp.csc_array(ordered, shape=(size, size)), ordered=True)
        if factors is None:
            raise np.linalg.LinAlgError

        def solve(b: np.ndarray) -> np.ndarray:
            target = np.empty(size, dtype=entries.dtype)
            target[place] = b
            return np.asarray(factors.solve(target)[place])

        return solve

    @cached_property
    def _elimination(self) -> tuple[np.ndarray, sp.csc_array]:
        """The place of each unknown in an elimination that fills little, and where its matrix has which entries."""
        shape = (len(self.pointer) - 1,) * 2
        place = fill_reducing_order(sp.csc_array((np.ones(len(self.columns)), (self._every_row, self.columns)), shape))
        numbers = (np.arange(len(self.columns)), (place[self._every_row], place[self.columns]))
        pattern = sp.csc_array(numbers, shape=shape)
        pattern.sort_indices()
        return place, pattern


@dataclass(frozen=True)
class _Strip:
    """Where a larger space goes beyond a smaller one.

    Attributes
    ----------
    inside : ndarray
        The place of each kept unknown in the larger space.
    outside : ndarray
        The new unknowns.
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
    new = np.ones(larger.size, dtype=bool)
    new[inside] = False
    outside = np.flatnonzero(new)
    n = len(outside)
    number = np.empty(larger.size, dtype=np.intp)  # first what is outside, then what is inside
    number[outside], number[inside] = np.arange(n), n + np.arange(kept.size)
    columns = np.concatenate([outside, inside[edge]])
    key, column, row = _entries(larger, keys, columns)
    source, row = key * len(columns) + column, number[row]
    still = np.array([not any(s) or not any(t) for s, t in keys])  # of what stays inside, K alone has been cut
    within, returns = (row < n) & (column < n), (row >= n) & (column < n)
    leaves = (column >= n) & ((row < n) | still[key])
    return _Strip(
        inside,
        outside,
        edge,
        columns,
        _Block.at(source[within], row[within], column[within], n),
        _Block.at(source[returns], row[returns] - n, column[returns], kept.size),
        _Block.at(source[leaves], row[leaves], column[leaves] - n, larger.size),
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
