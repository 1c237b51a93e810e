"""Fourth-order steps of a network of oscillators, compiled by Numba: a pass over the units for each stage.

The units obey dz_j = (λ_j + h₁|z_j|² + h₂|z_j|⁴ + …) z_j + Σ_k c_jk z_k. Each stage reads the amplitudes of the stage
before and writes those of the next. With k₁ … k₄ the slopes and y₂, y₃, y₄ the points of the stages, the step is

    z + h/6 (k₁ + 2k₂ + 2k₃ + k₄) = ⅓ (y₂ + 2y₃ + y₄ − z) + h/6 k₄,

so that nothing but four rows of amplitudes is ever stored. Reading the neighbours takes most of the time, and of a
large network they lie all over the memory. The links are therefore sorted into tiles, by the part of the network that
the unit is in and then by the group that its neighbour is in: a group fits into the fast cache of a core. Whoever has
time takes the next part. The sum over the neighbours of a unit keeps its order, whatever the parts are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from photinus.numerics.barrier import APART, counters, meet, take
from photinus.numerics.cores import cores

SETTINGS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "fastmath": {"contract", "nsz", "arcp", "reassoc"},
    "error_model": "numpy",
}
GROUP = 6250
"""Neighbours in a group: 100 kB."""
SHARE = 4096
"""Units that a thread should have, at least."""
PARTS = 4
"""Parts of the network for each thread."""
AT_ONCE = 20_000_000
"""Units and links, times steps, of one call, after which the program listens again."""


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


class Tiles(NamedTuple):
    """The same with the links, who drives whom, in tiles. Kernels take it as a tuple: Numba's cache knows no classes.

    Attributes
    ----------
    linear, powers : ndarray
    units, links : ndarray of int, shape (parts + 1,)
        Where the units and the links of each part begin.
    source, target : ndarray of uint32
        The neighbour and the unit of every link.
    weights : ndarray
        c of every link, or one entry for all.
    """

    linear: np.ndarray
    powers: np.ndarray
    units: np.ndarray
    links: np.ndarray
    source: np.ndarray
    target: np.ndarray
    weights: np.ndarray


def in_tiles(tables: Tables, parts: int) -> Tiles:
    """The links sorted by the part of the unit, the group of the neighbour, and the unit."""
    size = len(tables.linear)
    units = np.linspace(0, size, parts + 1).astype(np.int64)
    target = np.repeat(np.arange(size), np.diff(tables.start))
    groups = -(-size // GROUP)
    tile = (np.searchsorted(units, target, side="right") - 1) * groups + tables.neighbours // GROUP
    order = np.argsort(tile.astype(np.uint16) if parts * groups < 1 << 16 else tile, kind="stable")  # short ones: radix
    return Tiles(
        tables.linear.astype(complex),
        np.append(tables.powers, 0.0).astype(complex)[: max(1, len(tables.powers))],
        units,
        tables.start[units].astype(np.int64),
        tables.neighbours[order].astype(np.uint32),
        target[order].astype(np.uint32),
        (tables.weights if len(tables.weights) == 1 else tables.weights[order]).astype(complex),
    )


def follower(tables: Tables, workers: int) -> Callable[[np.ndarray, int, float], np.ndarray]:
    """The function (z, steps, length) ↦ z after these steps; threads, no more than cores, meet after every stage."""
    size = len(tables.linear)
    threads = max(1, min(workers, cores(), size // SHARE))
    tiles = in_tiles(tables, PARTS * threads)
    together = max(1, AT_ONCE // (size + len(tiles.source)))

    def followed(z: np.ndarray, steps: int, length: float) -> np.ndarray:
        rows, field = np.zeros((4, size), dtype=complex), np.zeros(size, dtype=complex)
        rows[0] = z
        with ThreadPoolExecutor(threads) as pool:
            for begin in range(0, steps, together):
                done, taken = counters(threads), counters(4)
                some = min(together, steps - begin)
                todo = partial(follow, rows, field, some, length, tuple(tiles), done, taken)
                list(pool.map(todo, range(threads)) if threads > 1 else map(todo, range(1)))
        return rows[0]

    return followed


@njit(**SETTINGS)
def follow(rows, field, steps, length, tiles, done, taken, thread):  # type: ignore[no-untyped-def]
    """What one thread does in some steps of one length; the first row holds the amplitudes, before and after."""
    parts = tiles[2].shape[0] - 1
    turns = parts + done.shape[0] // APART  # each thread finds once that nothing is left
    for step in range(steps):
        for number in range(4):
            while True:
                part = take(taken, APART * number, 1) - step * turns
                if part >= parts:
                    break
                gather(rows[number], field, tiles, part)
                stage(rows, field, number, length, tiles, part)
            meet(done, thread, 4 * step + number + 1)


@njit(**SETTINGS)
def gather(point, field, tiles, part):  # type: ignore[no-untyped-def]
    """Σ_k c_jk z_k of the units of a part; where all c are equal, the sum alone."""
    _, _, units, links, source, target, weights = tiles
    field[units[part] : units[part + 1]] = 0.0
    if weights.shape[0] == 1:
        for k in range(links[part], links[part + 1]):
            field[target[k]] += point[source[k]]
    else:
        for k in range(links[part], links[part + 1]):
            field[target[k]] += weights[k] * point[source[k]]


@njit(**SETTINGS)
def stage(rows, field, number, h, tiles, part):  # type: ignore[no-untyped-def]
    """From the row of this number to the next: y₂ = z + h/2 k₁, y₃ = z + h/2 k₂, y₄ = z + h k₃, and z a step later."""
    linear, powers, units, _, _, _, weights = tiles
    z, second, third, point, out = rows[0], rows[1], rows[2], rows[number], rows[(number + 1) % 4]
    common = weights[0] if weights.shape[0] == 1 else 1.0 + 0.0j
    last_power = powers.shape[0] - 1
    reach = h if number == 2 else 0.5 * h
    for j in range(units[part], units[part + 1]):
        x = point[j]
        size = x.real * x.real + x.imag * x.imag
        growth = powers[last_power] * size
        for q in range(last_power - 1, -1, -1):
            growth = (growth + powers[q]) * size
        slope = common * field[j] + (linear[j] + growth) * x
        if number < 3:
            out[j] = z[j] + reach * slope
        else:
            out[j] = (second[j] + 2 * third[j] + x - z[j]) / 3 + h / 6 * slope
