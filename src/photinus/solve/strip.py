"""The correction of a direct solution in a larger space: inside it is known, what lies outside is a strip.

With the levels that were kept (i) and the new ones (o), 𝓛 of the larger space is [[𝓛_ii, 𝓛_io], [𝓛_oi, 𝓛_oo]], where
𝓛_ii is the generator of the smaller space but for what its truncation has cut off. The factors of that one are there,
and those of 𝓛_oo cost little. Block Gauss–Seidel with the two, first outside, then inside, leaves of a correction the
share that comes back to the strip: a few per cent, as the populations fall there. The second sweep shows how much it
is, and what all that follow would add (the defect would not: a slow mode weighs little in it). The populations near the
edge decide the share, so that this is mostly exact to a hundredth.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.sparse as sp

from photinus.numerics.linear import Inverse
from photinus.numerics.singular import symmetric_factors
from photinus.solve.orders import Keys
from photinus.space.liouvillian import Liouvillian, in_parts
from photinus.space.sectors import Sector

LEFT = 0.05
"""Share of the correction that the last sweep may have moved: what is slow may come in portions as small as this."""
SWEEPS = 6
"""More of them cost more than an exact solution."""


def strip_correction(
    kept: Liouvillian, inverse: Inverse, state: np.ndarray, larger: Liouvillian
) -> tuple[np.ndarray, np.ndarray] | None:
    """δ with 𝓛(ρ + δ) = 0, until a sweep moves it by less than a twentieth, and ρ in the larger space.

    None where the sweeps do not get there.

    Parameters
    ----------
    kept : Liouvillian
        That of the smaller space.
    inverse : callable
        b ↦ x with 𝓛x = b in the smaller space, for Hermitian b without trace.
    state : ndarray
        ρ, stationary in the smaller space.
    larger : Liouvillian
    """
    if in_parts(larger.generator.space):
        return None
    inside, outside, places, rows, pointer = _split(kept.sector, larger.sector, larger.shifts)
    matrix = larger.matrix
    factors = symmetric_factors(sp.csc_array((matrix.data[places], rows, pointer), shape=(len(outside),) * 2))
    if factors is None:
        return None
    rho = np.zeros(larger.sector.size, dtype=np.result_type(matrix, state))
    rho[inside] = state
    defect = -(matrix @ rho)
    defect[inside] += kept.matrix @ state  # zero but for rounding, which is the same away from the edge
    correction = np.zeros_like(rho)
    last: np.ndarray | None = None
    for _ in range(SWEEPS):
        step = np.zeros_like(rho)
        step[outside] = factors.solve(defect[outside])
        defect -= matrix @ step
        inner = np.zeros_like(rho)
        inner[inside] = inverse(defect[inside])
        step += inner
        correction += step
        moved = float(np.linalg.norm(step))
        if moved == 0:
            return correction, rho
        if last is not None:
            if not moved < 0.7 * float(np.linalg.norm(last)):
                return None
            if moved <= LEFT * float(np.linalg.norm(correction)):
                share = float(np.vdot(last, step).real / np.vdot(last, last).real)
                correction += step * (share / (1 - share))  # the sweeps that would follow, as a geometric series
                weight = correction[larger.sector.trace].sum()  # what has gone outside is missing inside
                return (correction - weight * rho) / (1 + weight), rho
        defect -= matrix @ inner
        last = step
    return None


@lru_cache(maxsize=16)
def _split(
    kept: Sector, larger: Sector, keys: Keys
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The unknowns inside and outside; of the outer block the places in the matrix, its rows and its pointer."""
    inside = kept.within(larger)
    number = np.zeros(larger.size, dtype=np.intp)
    number[inside] = -1
    outside = np.flatnonzero(number == 0)
    number[outside] = np.arange(len(outside))
    _, rows, pointer = larger.pattern(keys)
    columns = number[np.repeat(np.arange(larger.size), np.diff(pointer))]
    places = np.flatnonzero((number[rows] >= 0) & (columns >= 0))
    start = np.searchsorted(columns[places], np.arange(len(outside) + 1))
    return inside, outside, places, number[rows[places]].astype(rows.dtype), start.astype(pointer.dtype)
