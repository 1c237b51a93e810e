"""Basins of attraction, by sampling: which share of points ends on which attractor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from photinus.errors import InvalidInput
from photinus.solve.classical import Flow
from photinus.solve.fixed_points import FixedPoint, fixed_points_of, gauged, sampled
from photinus.solve.limit_cycle import LimitCycle, cycles_of
from photinus.solve.motion import bounded_runs, packed, unpacked

ELSEWHERE, ESCAPED = "elsewhere", "escaped"


@dataclass(frozen=True, eq=False)
class Basins:
    """Where a sample of points ends.

    Attributes
    ----------
    attractors : tuple of FixedPoint and LimitCycle
        Fixed points that are no rings, then cycles.
    shares : mapping of str to float
        The share of each, by ``"fixed point 0"``, ``"limit cycle 0"``, …; ``"elsewhere"`` for points that were on none
        of them in the end (a torus, chaos, or too short a time), ``"escaped"`` for those that left.
    samples : mapping of str to ndarray
        The points, by site.
    ends : ndarray of int
        For each the number of its attractor; −1 elsewhere, −2 escaped.
    """

    attractors: tuple[FixedPoint | LimitCycle, ...]
    shares: Mapping[str, float]
    samples: Mapping[str, np.ndarray]
    ends: np.ndarray

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """√(p(1 − p)/samples) of each share p."""
        return {name: float(np.sqrt(p * (1 - p) / len(self.ends))) for name, p in self.shares.items()}

    def __repr__(self) -> str:
        rows = [f"  {name}: {share:.3g}" for name, share in self.shares.items()]
        return "\n".join([f"Basins of {len(self.attractors)} attractors, {len(self.ends)} points", *rows[:7]])


def basins_of(flow: Flow, points: np.ndarray | int, *, duration: float | None, starts: int, seed: int) -> Basins:
    """Follow points to their attractors; see :meth:`photinus.solve.mean_field.MeanField.basins`."""
    fixed = [p for p in fixed_points_of(flow, starts=starts, seed=seed).stable if not p.ring]
    cycles = [cycle for cycle in cycles_of(flow, starts=starts, seed=seed) if cycle.stable]
    if not fixed and not cycles:
        raise InvalidInput("No attractor was found.", "Ask .evolve(…) what the motion does.")
    y = sampled(flow, points, np.random.default_rng([seed, 1])) if isinstance(points, int) else points
    slowest = [float(-p.eigenvalues.real.max()) for p in fixed] + [float(-c.exponents.real.max()) for c in cycles]
    length = duration if duration is not None else 40 / min(slowest)
    scale = flow.scale[:, None]
    bound = 1e3 * float(np.abs(y).max() + scale.max())
    end = bounded_runs(flow, y, length, bound=bound)
    ends = np.full(y.shape[1], -1)
    ends[np.isnan(end).any(axis=0)] = -2
    attractors: tuple[FixedPoint | LimitCycle, ...] = (*fixed, *cycles)
    for k, attractor in enumerate(attractors):
        ends[(ends == -1) & (_distance(flow, end, attractor) < 0.02)] = k
    names = [f"fixed point {k}" for k in range(len(fixed))] + [f"limit cycle {k}" for k in range(len(cycles))]
    shares = {name: float((ends == k).mean()) for k, name in enumerate(names)}
    shares |= {name: float((ends == k).mean()) for k, name in ((-1, ELSEWHERE), (-2, ESCAPED)) if (ends == k).any()}
    ends.setflags(write=False)
    return Basins(attractors, MappingProxyType(shares), unpacked(flow, y), ends)


def _distance(flow: Flow, y: np.ndarray, attractor: FixedPoint | LimitCycle) -> np.ndarray:
    """Distances of points (size, count) to an attractor, in units of its size or of the scale of the sites."""
    scale = flow.scale[:, None]
    orbit = packed(flow, attractor.values).reshape(flow.size, -1)
    if isinstance(attractor, LimitCycle) and attractor.ring:
        y = np.stack([gauged(flow, point) if np.isfinite(point).all() else point for point in y.T], axis=1)
        orbit = gauged(flow, orbit[:, 0])[:, None]
    elif orbit.shape[1] > 1:
        steps = np.linspace(0, 1, 8, endpoint=False)
        orbit = np.concatenate([orbit[:, :-1] + t * np.diff(orbit, axis=1) for t in steps], axis=1)
    size = np.maximum(np.linalg.norm(orbit / scale, axis=0).max(), 1.0)
    return np.array([np.linalg.norm((orbit - point[:, None]) / scale, axis=0).min() / size for point in y.T])
