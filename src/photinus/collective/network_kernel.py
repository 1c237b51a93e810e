"""Fourth-order steps of a network of oscillators, compiled by Numba: a pass over the units for each stage.

The units obey dz_j = (λ_j + h₁|z_j|² + h₂|z_j|⁴ + …) z_j + Σ_k c_jk z_k. Each stage reads the amplitudes of the stage
before and writes those of the next, so that nothing but five rows of amplitudes is ever stored. The neighbours' values
take most of the time: a row of 10⁵ amplitudes is larger than a core's own cache.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numba import njit

SETTINGS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "fastmath": {"contract", "nsz", "arcp", "reassoc"},
    "error_model": "numpy",
}
SHARE = 4096
"""Units that a thread should have, at least."""


class Tables(NamedTuple):
    """The drift of the units.

    Attributes
    ----------
    linear : ndarray, shape (N,)
        λ_j.
    powers : ndarray
        h₁, h₂, ….
    start : ndarray of int, shape (N + 1,)
    neighbours : ndarray of int
    weights : ndarray
        c_jk of the neighbours k of each unit in turn; one entry stands for all.
    """

    linear: np.ndarray
    powers: np.ndarray
    start: np.ndarray
    neighbours: np.ndarray
    weights: np.ndarray


def follower(tables: Tables, workers: int) -> Callable[[np.ndarray, int, float], np.ndarray]:
    """The function (z, steps, length) ↦ z after these steps; threads meet after every stage."""
    size = len(tables.linear)
    threads = max(1, min(workers, size // SHARE))
    if threads == 1:
        return lambda z, steps, length: np.asarray(follow(z, steps, length, tables))
    edges = np.searchsorted(tables.start, np.linspace(0, tables.start[-1], threads + 1)[1:-1]).tolist()
    parts = list(zip([0, *edges], [*edges, size], strict=True))

    def shared(z: np.ndarray, steps: int, length: float) -> np.ndarray:
        now, total, one, other = z.copy(), np.empty_like(z), np.empty_like(z), np.empty_like(z)
        with ThreadPoolExecutor(threads) as pool:

            def make(point: np.ndarray, out: np.ndarray, number: int) -> None:
                jobs = [pool.submit(stage, now, point, out, total, number, length, tables, part) for part in parts]
                for job in jobs:
                    job.result()

            for _ in range(steps):
                make(now, one, 0)
                make(one, other, 1)
                make(other, one, 2)
                make(one, other, 3)
                now, other = other, now
        return now

    return shared


@njit(**SETTINGS)
def follow(z, steps, length, tables):  # type: ignore[no-untyped-def]
    """Amplitudes (N,) after some steps of one length."""
    every = (0, z.shape[0])
    now, total = z.copy(), np.empty_like(z)
    one, other = np.empty_like(z), np.empty_like(z)
    for _ in range(steps):
        stage(now, now, one, total, 0, length, tables, every)
        stage(now, one, other, total, 1, length, tables, every)
        stage(now, other, one, total, 2, length, tables, every)
        stage(now, one, other, total, 3, length, tables, every)
        now, other = other, now
    return now


@njit(**SETTINGS)
def stage(z, point, out, total, number, h, tables, part):  # type: ignore[no-untyped-def]
    """The slope at ``point``, and the point of the next stage: z + h/2 k₁, z + h/2 k₂, z + h k₃, z + h/6 Σ."""
    linear, powers, start, neighbours, weights = tables
    equal = weights.shape[0] == 1
    for j in range(part[0], part[1]):
        here = point[j]
        field = 0j
        if equal:
            for p in range(start[j], start[j + 1]):
                field += point[neighbours[p]]
            field = weights[0] * field
        else:
            for p in range(start[j], start[j + 1]):
                field += weights[p] * point[neighbours[p]]
        size = here.real * here.real + here.imag * here.imag
        radial = 0j
        for q in range(powers.shape[0] - 1, -1, -1):
            radial = (radial + powers[q]) * size
        slope = (linear[j] + radial) * here + field
        if number == 0:
            total[j] = slope
            out[j] = z[j] + 0.5 * h * slope
        elif number == 3:
            out[j] = z[j] + h / 6 * (total[j] + slope)
        else:
            total[j] += 2 * slope
            out[j] = z[j] + (h if number == 2 else 0.5 * h) * slope
