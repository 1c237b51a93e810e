"""Elimination over the coherence orders: which grading of a sector makes its Liouvillian block-tridiagonal.

A drive breaks the U(1) symmetry, but gently: it couples the coherence order k = n − m to k ± 1 only. Sorted by such
an order the Liouvillian is block-tridiagonal, and ρ₋ₖ = ρₖ† halves the work.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from photinus.numerics.tridiagonal import TridiagonalPlan, elimination_bytes, elimination_flops
from photinus.space.liouvillian import Keys, Liouvillian
from photinus.space.sectors import Sector


def plan_for(liouvillian: Liouvillian) -> TridiagonalPlan | None:
    """The cheapest plan over the coordinates of the sites, or None where no grading has more than one group."""
    return _plan(liouvillian.sector, liouvillian.shifts)


def stacked(liouvillian: Liouvillian) -> np.ndarray:
    """The values of all diagonals, in the order that the plan was made for."""
    return liouvillian.values.ravel()


def elimination_cost(liouvillian: Liouvillian) -> tuple[float, float] | None:
    """Multiplications and bytes of the cheapest elimination, counted before anything of the sector's size is made.

    None where no grading has more than one group.
    """
    return _cost(liouvillian.sector, liouvillian.shifts)


@lru_cache(maxsize=64)
def _cost(sector: Sector, keys: Keys) -> tuple[float, float] | None:
    costs = []
    for weights in _candidates(sector):
        reach = _reach(keys, weights)
        sizes = _group_sizes(sector, weights, reach) if reach else np.zeros(1)
        if len(sizes) > 1:
            costs.append((elimination_flops(sizes), elimination_bytes(sizes)))
    return min(costs, default=None)


def _group_sizes(sector: Sector, weights: np.ndarray, reach: int) -> np.ndarray:
    """Unknowns of the groups 0, 1, 2, …: the charge differences within each block, counted from the charges alone."""
    charge = sector.grading.space.coordinates @ weights
    charge = charge - charge.min()
    width = int(charge.max()) + 1
    count = np.zeros(2 * width - 1)
    members = sector.grading.members
    for q, r, _ in sector.blocks:
        left, right = (np.bincount(charge[members[k]], minlength=width) for k in (q, r))
        count += np.convolve(left.astype(float), right[::-1].astype(float))
    differences = np.arange(1 - width, width)
    group = np.abs(differences) // reach
    live = (differences >= 0) | (group == 0)
    sizes = np.rint(np.bincount(group[live], weights=count[live]))
    return np.trim_zeros(sizes, "b")


@lru_cache(maxsize=16)
def _plan(sector: Sector, keys: Keys) -> TridiagonalPlan | None:
    plans = [plan for weights in _candidates(sector) if (plan := _plan_by(sector, keys, weights)) is not None]
    return min(plans, key=lambda plan: plan.flops, default=None)


def _candidates(sector: Sector) -> list[np.ndarray]:
    """Gradings to try: each coordinate of the kets, and their sum."""
    width = sector.grading.space.coordinates.shape[1]
    return [*np.eye(width, dtype=int), *([np.ones(width, dtype=int)] if width > 1 else [])]


def _reach(keys: Keys, weights: np.ndarray) -> int:
    """How far one application of the generator carries a coherence order."""
    return max((abs(int(weights @ (np.array(s) - np.array(t)))) for s, t in keys), default=0)


def _plan_by(sector: Sector, keys: Keys, weights: np.ndarray) -> TridiagonalPlan | None:
    reach = _reach(keys, weights)
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
    start = np.concatenate([[0], np.cumsum(sizes[:-1] * (sizes[:-1] + sizes[1:]))])
    below = start[-1] + np.concatenate([[0], np.cumsum(sizes[:-1] * sizes[1:])])
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
        down = below[b] + position[row] + position[column] * m
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
