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
    neighbours = np.full(int(slots[-1]), blocks * BLOCK, dtype=np.uint32)
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
            follow(rows.view(float), steps, length, blocks, edges[thread], edges[thread + 1], thread, done)

        if threads == 1:
            part(0)
        else:
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
    """From the row of this number to the next: y₂ = z + h/2 k₁, y₃ = z + h/2 k₂, y₄ = z + h k₃, and z a step later.

    Real and imaginary parts are taken one by one, the field's in a row each, so that loops become vector instructions.
    """
    linear, powers, slots, neighbours, weights = blocks
    z, second, third, point, out = rows[0], rows[1], rows[2], rows[number], rows[(number + 1) % 4]
    equal, common, last_power = weights.shape[0] == 1, weights[0], powers.shape[0] - 1
    reach = h if number == 2 else 0.5 * h
    field = np.empty((2, BLOCK))
    for k in range(first, last):
        for i in range(BLOCK):
            field[0, i] = field[1, i] = 0.0
        for begin in range(slots[k], slots[k + 1], BLOCK):
            for i in range(BLOCK):
                real = np.uint32(2) * neighbours[begin + i]
                x, y = point[real], point[real + np.uint32(1)]
                if equal:
                    field[0, i] += x
                    field[1, i] += y
                else:
                    weight = weights[begin + i]
                    field[0, i] += weight.real * x - weight.imag * y
                    field[1, i] += weight.real * y + weight.imag * x
        for i in range(BLOCK):
            j = 2 * (k * BLOCK + i)
            x, y = point[j], point[j + 1]
            size = x * x + y * y
            growth, turn = powers[last_power].real * size, powers[last_power].imag * size
            for q in range(last_power - 1, -1, -1):
                growth, turn = (growth + powers[q].real) * size, (turn + powers[q].imag) * size
            growth, turn = growth + linear[k * BLOCK + i].real, turn + linear[k * BLOCK + i].imag
            along, across = field[0, i], field[1, i]
            if equal:
                along, across = common.real * along - common.imag * across, common.real * across + common.imag * along
            along, across = along + growth * x - turn * y, across + growth * y + turn * x
            if number < 3:
                out[j] = z[j] + reach * along
                out[j + 1] = z[j + 1] + reach * across
            else:
                out[j] = (second[j] + 2 * third[j] + x - z[j]) / 3 + h / 6 * along
                out[j + 1] = (second[j + 1] + 2 * third[j + 1] + y - z[j + 1]) / 3 + h / 6 * across
