"""Fourth-order steps of a network of oscillators, compiled by Numba: a pass over the units for each stage.

The units obey dz_j = (λ_j + h₁|z_j|² + h₂|z_j|⁴ + …) z_j + Σ_k c_jk z_k. Each stage reads the amplitudes of the stage
before and writes those of the next. With k₁ … k₄ the slopes and y₂, y₃, y₄ the points of the stages, the step is

    z + h/6 (k₁ + 2k₂ + 2k₃ + k₄) = ⅓ (y₂ + 2y₃ + y₄ − z) + h/6 k₄,

so that nothing but four rows of amplitudes is ever stored. The neighbours' values take most of the time: units are
sorted by their number of neighbours and taken in blocks, in which every loop has one length and the reads of
different units overlap. The sum over the neighbours of a unit keeps its order.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from photinus.numerics.barrier import counters, meet
from photinus.numerics.cores import cores

SETTINGS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "fastmath": {"contract", "nsz", "arcp", "reassoc"},
    "error_model": "numpy",
}
BLOCK = 16
"""Units in a block."""
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


class Blocks(NamedTuple):
    """The same with the units sorted by their number of neighbours, in blocks; a last unit of zeros fills gaps.

    Attributes
    ----------
    linear : ndarray, shape (blocks · BLOCK,)
    powers : ndarray
    slots : ndarray of int, shape (blocks + 1,)
        Where the neighbours of each block begin: first those of every unit, then the second ones, ….
    neighbours : ndarray of int
    weights : ndarray
        One for each neighbour, or one entry for all.
    """

    linear: np.ndarray
    powers: np.ndarray
    slots: np.ndarray
    neighbours: np.ndarray
    weights: np.ndarray


def in_blocks(tables: Tables) -> tuple[Blocks, np.ndarray]:
    """The blocks, and the unit at each of their places, shape (N,)."""
    size, degree = len(tables.linear), np.diff(tables.start)
    order = np.argsort(degree, kind="stable")
    blocks = -(-size // BLOCK)
    sorted_degree = np.zeros(blocks * BLOCK, dtype=np.int64)
    sorted_degree[:size] = degree[order]
    slots = np.concatenate([[0], np.cumsum(sorted_degree.reshape(blocks, BLOCK).max(axis=1) * BLOCK)])
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    owner = np.repeat(np.arange(size), degree)
    turn = np.arange(len(owner)) - np.repeat(tables.start[:-1], degree)
    slot = slots[place[owner] // BLOCK] + turn * BLOCK + place[owner] % BLOCK
    neighbours = np.full(int(slots[-1]), blocks * BLOCK, dtype=np.int32)
    neighbours[slot] = place[tables.neighbours]
    weights = tables.weights.astype(complex)
    if len(weights) != 1:
        weights = np.zeros(len(neighbours), dtype=complex)
        weights[slot] = tables.weights
    linear = np.zeros(blocks * BLOCK, dtype=complex)
    linear[:size] = tables.linear[order]
    powers = np.append(tables.powers, 0.0).astype(complex)[: max(1, len(tables.powers))]
    return Blocks(linear, powers, slots, neighbours, weights), order


def follower(tables: Tables, workers: int) -> Callable[[np.ndarray, int, float], np.ndarray]:
    """The function (z, steps, length) ↦ z after these steps; threads, no more than cores, meet after every stage."""
    blocks, order = in_blocks(tables)
    count = len(blocks.slots) - 1
    threads = max(1, min(workers, cores(), len(order) // SHARE))
    work = blocks.slots / BLOCK + 3.0 * np.arange(count + 1)  # a unit by itself costs as much as three neighbours
    edges = [0, *np.searchsorted(work, np.linspace(0, work[-1], threads + 1)[1:-1]).tolist(), count]

    def followed(z: np.ndarray, steps: int, length: float) -> np.ndarray:
        rows = np.zeros((4, count * BLOCK + 1), dtype=complex)
        rows[0, : len(order)] = z[order]
        done = counters(threads)

        def part(thread: int) -> None:
            follow(rows, steps, length, blocks, edges[thread], edges[thread + 1], thread, done)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, range(threads)))
        out = np.empty_like(z)
        out[order] = rows[0, : len(order)]
        return out

    return followed


@njit(**SETTINGS)
def follow(rows, steps, length, blocks, first, last, thread, done):  # type: ignore[no-untyped-def]
    """One thread's blocks over some steps of one length; the first row holds the amplitudes, before and after."""
    for step in range(steps):
        for number in range(4):
            stage(rows, number, length, blocks, first, last)
            meet(done, thread, 4 * step + number + 1)


@njit(**SETTINGS)
def stage(rows, number, h, blocks, first, last):  # type: ignore[no-untyped-def]
    """From the row of this number to the next: y₂ = z + h/2 k₁, y₃ = z + h/2 k₂, y₄ = z + h k₃, and z a step later."""
    linear, powers, slots, neighbours, weights = blocks
    z, point, out = rows[0], rows[number], rows[(number + 1) % 4]
    equal, common = weights.shape[0] == 1, weights[0]
    reach = h if number == 2 else 0.5 * h
    field = np.empty(BLOCK, dtype=np.complex128)
    for k in range(first, last):
        for i in range(BLOCK):
            field[i] = 0
        for begin in range(slots[k], slots[k + 1], BLOCK):
            if equal:
                for i in range(BLOCK):
                    field[i] += point[neighbours[begin + i]]
            else:
                for i in range(BLOCK):
                    field[i] += weights[begin + i] * point[neighbours[begin + i]]
        for i in range(BLOCK):
            j = k * BLOCK + i
            here = point[j]
            size = here.real * here.real + here.imag * here.imag
            radial = powers[powers.shape[0] - 1] * size
            for q in range(powers.shape[0] - 2, -1, -1):
                radial = (radial + powers[q]) * size
            slope = (linear[j] + radial) * here + (common * field[i] if equal else field[i])
            if number < 3:
                out[j] = z[j] + reach * slope
            else:
                out[j] = (rows[1, j] + 2 * rows[2, j] + here - z[j]) / 3 + h / 6 * slope
