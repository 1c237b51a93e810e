"""The peaks of a density that can be evaluated anywhere: position, width and area, each by local refinement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import inf, nan, pi

import numpy as np

Density = Callable[[np.ndarray], np.ndarray]

_SIDE = np.array([0.2, 0.45, 0.7, 1, 1.3, 1.7, 2.2, 3, 4, 6, 9, 14, 22, 40, 80, 200])
OFFSETS = np.concatenate([-_SIDE[::-1], [0.0], _SIDE])
"""Knots around a pole, in units of its half width."""
_FEW = np.polynomial.legendre.leggauss(10)
_MANY = np.polynomial.legendre.leggauss(32)
LEAST = 1e-9
"""Peaks lower than this times the highest one are left to rounding."""


@dataclass(frozen=True, slots=True)
class Peak:
    """One line of a spectrum.

    Attributes
    ----------
    position : float
        Angular frequency of the maximum.
    height : float
        Density there.
    width : float
        Full width at half maximum; NaN where the density meets a higher line before it has fallen to one half.
    area : float
        ∫S dω/2π between the minima to the left and to the right: the part of ⟨O†O⟩ that the line carries.
    """

    position: float
    height: float
    width: float
    area: float


def find_peaks(density: Density, centres: np.ndarray, widths: np.ndarray) -> tuple[Peak, ...]:
    """The peaks of a density, the highest first.

    Parameters
    ----------
    density : callable
        S(ω) for an array of ω; it falls at least as ω⁻² far from all centres.
    centres, widths : ndarray
        Where lines may lie, and their half widths: the imaginary and real parts of the poles.
    """
    knots = np.unique(centres[:, None] + np.outer(widths, OFFSETS))
    if len(knots) < 3:
        return ()
    values = density(knots)
    inner = np.arange(1, len(knots) - 1)
    top = inner[(values[inner] > values[inner - 1]) & (values[inner] >= values[inner + 1])]
    top = top[values[top] > LEAST * values.max(initial=0.0)]
    if not len(top):
        return ()
    valleys = [
        _maximum(lambda x: -density(x), *_around(knots, i + int(np.argmin(values[i : j + 1]))))[0]
        for i, j in pairwise(top)
    ]
    areas = _areas(density, knots, np.array(valleys))
    peaks = []
    for k, area in zip(top, areas, strict=True):
        position, height = _maximum(density, *_around(knots, k))
        sides = [_crossing(density, knots, values, (position, height), step) for step in (-1, 1)]
        peaks.append(Peak(position, height, sides[1] - sides[0], float(area)))
    return tuple(sorted(peaks, key=lambda peak: -peak.height))


def _around(knots: np.ndarray, k: int) -> tuple[float, float]:
    return float(knots[k - 1]), float(knots[k + 1])


def _maximum(density: Density, left: float, right: float) -> tuple[float, float]:
    """The maximum between two points: cut down to 1/4000 of the distance, then a parabola."""
    for _ in range(6):
        grid = np.linspace(left, right, 9)
        k = min(max(int(np.argmax(density(grid))), 1), 7)
        left, right = float(grid[k - 1]), float(grid[k + 1])
    middle, half = 0.5 * (left + right), 0.5 * (right - left)
    below, centre, above = (float(y) for y in density(np.array([left, middle, right])))
    bend = below - 2 * centre + above
    if bend < 0:
        middle += half * min(max(0.5 * (below - above) / bend, -1.0), 1.0)
        centre = float(density(np.array([middle]))[0])
    return middle, centre


def _crossing(density: Density, knots: np.ndarray, values: np.ndarray, peak: tuple[float, float], step: int) -> float:
    """Where the density has fallen to half of the peak on one side (``step`` −1 or +1)."""
    position, height = peak
    beyond = np.flatnonzero(knots < position)[::-1] if step < 0 else np.flatnonzero(knots > position)
    low = values[beyond] <= 0.5 * height
    first = int(np.argmax(low)) if low.any() else len(beyond)
    if first == len(beyond) or (values[beyond[:first]] > height * (1 + 1e-9)).any():
        return nan
    near = position if first == 0 else float(knots[beyond[first - 1]])
    far = float(knots[beyond[first]])
    for _ in range(14):  # an eighth of the distance at a time, without asking for signs that rounding may turn
        grid = np.linspace(near, far, 9)
        fallen = density(grid) <= 0.5 * height
        k = max(int(np.argmax(fallen)), 1) if fallen.any() else 8
        near, far = float(grid[k - 1]), float(grid[k])
    return 0.5 * (near + far)


def _areas(density: Density, knots: np.ndarray, valleys: np.ndarray) -> np.ndarray:
    """∫S dω/2π over the whole axis, cut at the valleys: Gauss's rule between the knots, a mapped one for the tails."""
    edges = np.unique(np.concatenate([knots, valleys]))
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    nodes = middle[:, None] + np.outer(half, _FEW[0])
    panels = (density(nodes.ravel()).reshape(nodes.shape) @ _FEW[1]) * half
    length = 0.5 * float(edges[-1] - edges[0])
    u = 0.5 * (_MANY[0] + 1)
    out, weight = length * u / (1 - u), 0.5 * _MANY[1] * length / (1 - u) ** 2
    tails = [float(density(edges[0] - out) @ weight), float(density(edges[-1] + out) @ weight)]
    where = np.concatenate([[-inf], valleys, [inf]])
    sums = np.array([panels[(middle > a) & (middle < b)].sum() for a, b in pairwise(where)])
    sums[0] += tails[0]
    sums[-1] += tails[1]
    return sums / (2 * pi)
