"""Steps of fourth order for a network of oscillators, compiled by Numba: two passes over the units for each.

The units obey dz_j = (λ_j + h₁|z_j|² + h₂|z_j|⁴ + …) z_j + Σ_k c_jk z_k. A pass reads the neighbours' amplitudes,
which takes most of the time: of a large network they lie all over the memory. So the steps are those of
:mod:`~photinus.numerics.adams`, with half as many passes as Runge and Kutta's. Of these, which come first, k₁ … k₄ are
the slopes and y₂, y₃, y₄ the points of the stages; they end at

    z + h/6 (k₁ + 2k₂ + 2k₃ + k₄) = ⅓ (y₂ + 2y₃ + y₄ − z) + h/6 k₄.

The links are sorted into tiles, by the part of the network that the unit is in and then by the group that its
neighbour is in: a group fits into the fast cache of a core. Whoever has time takes the next part. The sum over the
neighbours of a unit keeps its order, whatever the parts are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from photinus.numerics.adams import CORRECT, PREDICT, START
from photinus.numerics.barrier import APART, counters, meet, take
from photinus.numerics.cores import cores

SETTINGS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "fastmath": {"contract", "nsz", "arcp", "reassoc"},
    "error_model": "numpy",
}
ROWS = 4
"""The amplitudes and three points of stages; the slopes of steps follow."""
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


def follower(tables: Tables, workers: int) -> Callable[[np.ndarray, int, float], tuple[np.ndarray, np.ndarray]]:
    """The function (z, steps, length) ↦ z after these steps, and what was predicted for it: itself where nothing was.

    Threads, no more than cores, meet after every pass.
    """
    size = len(tables.linear)
    threads = max(1, min(workers, cores(), size // SHARE))
    tiles = in_tiles(tables, PARTS * threads)
    together = max(1, AT_ONCE // (size + len(tiles.source)))

    def followed(z: np.ndarray, steps: int, length: float) -> tuple[np.ndarray, np.ndarray]:
        rows, field = np.zeros((ROWS + START + 1, size), dtype=complex), np.zeros(size, dtype=complex)
        rows[0] = z
        with ThreadPoolExecutor(threads) as pool:
            for first in range(0, steps, together):
                done, taken = counters(threads), counters(ROWS)
                last = min(first + together, steps)
                todo = partial(follow, rows, field, (first, last), length, tuple(tiles), done, taken)
                try:
                    list(pool.map(todo, range(threads)) if threads > 1 else map(todo, range(1)))
                except BaseException:  # a thread that was interrupted before it began is waited for no longer
                    done[:] = np.iinfo(done.dtype).max
                    raise
        return rows[0], rows[1] if steps > START else rows[0]

    return followed


@njit(**SETTINGS)
def follow(rows, field, steps, length, tiles, done, taken, thread):  # type: ignore[no-untyped-def]
    """What one thread does in steps of one length; the first row holds the amplitudes, before and after."""
    parts = tiles[2].shape[0] - 1
    turns = parts + done.shape[0] // APART  # each thread finds once that nothing is left
    turn = 0
    for step in range(steps[0], steps[1]):
        for number in range(ROWS if step < START else 2):
            while True:
                part = take(taken, APART * (turn % ROWS), 1) - turn // ROWS * turns
                if part >= parts:
                    break
                gather(rows[number], field, tiles, part)
                if step < START:
                    runge_kutta(rows, field, step, number, length, tiles, part)
                elif number == 0:
                    predict(rows, field, step, length, tiles, part)
                else:
                    correct(rows, field, step, length, tiles, part)
            turn += 1
            meet(done, thread, turn)


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
def drift(x, driven, linear, powers):  # type: ignore[no-untyped-def]
    """Dz of one unit at x."""
    size = x.real * x.real + x.imag * x.imag
    last_power = powers.shape[0] - 1
    growth = powers[last_power] * size
    for q in range(last_power - 1, -1, -1):
        growth = (growth + powers[q]) * size
    return driven + (linear + growth) * x


@njit(**SETTINGS)
def runge_kutta(rows, field, step, number, h, tiles, part):  # type: ignore[no-untyped-def]
    """From the row of this number to the next: y₂ = z + h/2 k₁, y₃ = z + h/2 k₂, y₄ = z + h k₃, and z a step later."""
    linear, powers, units, _, _, _, weights = tiles
    z, second, third, point, out = rows[0], rows[1], rows[2], rows[number], rows[(number + 1) % ROWS]
    kept = rows[ROWS + step]
    common = weights[0] if weights.shape[0] == 1 else 1.0 + 0.0j
    reach = h if number == 2 else 0.5 * h
    for j in range(units[part], units[part + 1]):
        x = point[j]
        slope = drift(x, common * field[j], linear[j], powers)
        if number == 0:
            kept[j] = slope
        if number < 3:
            out[j] = z[j] + reach * slope
        else:
            out[j] = (second[j] + 2 * third[j] + x - z[j]) / 3 + h / 6 * slope


@njit(**SETTINGS)
def predict(rows, field, step, h, tiles, part):  # type: ignore[no-untyped-def]
    """The slope at z, and from it and the three before the point in the second row."""
    linear, powers, units, _, _, _, weights = tiles
    z, out, now = rows[0], rows[1], rows[ROWS + step % (START + 1)]
    one, two = rows[ROWS + (step - 1) % (START + 1)], rows[ROWS + (step - 2) % (START + 1)]
    three = rows[ROWS + (step - 3) % (START + 1)]
    c0, c1, c2, c3 = PREDICT
    common = weights[0] if weights.shape[0] == 1 else 1.0 + 0.0j
    for j in range(units[part], units[part + 1]):
        slope = drift(z[j], common * field[j], linear[j], powers)
        now[j] = slope
        out[j] = z[j] + h * (c0 * slope + c1 * one[j] + c2 * two[j] + c3 * three[j])


@njit(**SETTINGS)
def correct(rows, field, step, h, tiles, part):  # type: ignore[no-untyped-def]
    """With the slope at the predicted point: z a step later."""
    linear, powers, units, _, _, _, weights = tiles
    z, point, now = rows[0], rows[1], rows[ROWS + step % (START + 1)]
    one, two = rows[ROWS + (step - 1) % (START + 1)], rows[ROWS + (step - 2) % (START + 1)]
    c, c0, c1, c2 = CORRECT
    common = weights[0] if weights.shape[0] == 1 else 1.0 + 0.0j
    for j in range(units[part], units[part + 1]):
        slope = drift(point[j], common * field[j], linear[j], powers)
        z[j] += h * (c * slope + c0 * now[j] + c1 * one[j] + c2 * two[j])
