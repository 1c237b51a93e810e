"""Elimination over the coherence orders: which grading of a sector makes its Liouvillian block-tridiagonal.

A drive breaks the U(1) symmetry, but gently: it couples the coherence order k = n − m to k ± 1 only. Sorted by such
an order the Liouvillian is block-tridiagonal, and ρ₋ₖ = ρₖ† halves the work.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from photinus.numerics.tridiagonal import TridiagonalPlan
from photinus.space.liouvillian import Liouvillian
from photinus.space.sectors import Sector
from photinus.space.space import Shift

Keys = tuple[tuple[Shift, Shift], ...]


def plan_for(liouvillian: Liouvillian) -> TridiagonalPlan | None:
    """The cheapest plan over the coordinates of the sites, or None where no grading has more than one group."""
    return _plan(liouvillian.sector, tuple(liouvillian.diagonals))


def stacked(liouvillian: Liouvillian) -> np.ndarray:
    """The values of all diagonals, in the order that the plan was made for."""
    return np.concatenate(list(liouvillian.diagonals.values()))


@lru_cache(maxsize=16)
def _plan(sector: Sector, keys: Keys) -> TridiagonalPlan | None:
    coordinates = sector.grading.space.coordinates
    width = coordinates.shape[1]
    candidates = [tuple(int(i == k) for i in range(width)) for k in range(width)]
    if width > 1:
        candidates.append((1,) * width)
    plans = [plan for weights in candidates if (plan := _plan_by(sector, keys, np.array(weights))) is not None]
    return min(plans, key=lambda plan: plan.flops, default=None)


def _plan_by(sector: Sector, keys: Keys, weights: np.ndarray) -> TridiagonalPlan | None:
    steps = [int(weights @ (np.array(s) - np.array(t))) for s, t in keys]
    reach = max(map(abs, steps), default=0)
    if reach == 0:
        return None
    charge = sector.grading.space.coordinates @ weights
    rows, columns = sector.kets
    order = charge[rows] - charge[columns]
    group = np.abs(order) // reach
    live = (order >= 0) | (group == 0)
    if group.max() == 0:
        return None
    group = _merged(group, live)
    members = tuple(np.flatnonzero(live & (group == b)) for b in range(group.max() + 1))
    position = np.zeros(sector.size, dtype=np.intp)
    for m in members:
        position[m] = np.arange(len(m))
    sizes = np.array([*map(len, members), 0])
    start = np.concatenate([[0], np.cumsum(sizes[:-1] ** 2 + 2 * sizes[:-1] * sizes[1:])])
    source, destination = [], []
    for k, (s, t) in enumerate(keys):
        target = sector.targets(s, t)
        column = np.flatnonzero((target >= 0) & live)
        row = target[column]
        inside = live[row]
        row, column = row[inside], column[inside]
        source.append(column + k * sector.size)
        b, step = group[column], group[row] - group[column]
        n, m = sizes[b], sizes[b + 1]
        own = start[b] + position[row] + position[column] * n
        down = start[b] + n * n + n * m + position[row] + position[column] * m
        inner = sizes[np.maximum(b - 1, 0)]
        up = start[np.maximum(b - 1, 0)] + inner * inner + position[row] + position[column] * inner
        destination.append(np.select([step == 0, step == 1], [own, down], up))
    return TridiagonalPlan(
        members, sector.transpose, np.concatenate(source), np.concatenate(destination), position[sector.trace]
    )


def _merged(group: np.ndarray, live: np.ndarray) -> np.ndarray:
    """The outermost groups joined into one of up to 48 unknowns: small steps cost more than they save."""
    sizes = np.bincount(group[live])
    outer = np.cumsum(sizes[::-1])[::-1]
    return np.minimum(group, max(1, int(np.argmax(outer <= 48)) if (outer <= 48).any() else len(sizes) - 1))
