"""Smooth lines through points of the plane: interpolation, its error, extrapolation, crossings.

The parameter is the length of the chords. Tangents are those of the polynomials through the five nearest points, and
between two points runs the cubic that has them at both ends, so that a corner spoils no more than its neighbourhood.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicHermiteSpline

PIECES = 16
"""Points at which each segment is tabulated."""
OMISSION = 4.0
"""How much worse four points predict the one between them than the middle of a segment; 7.1 at equal distances."""


@dataclass(frozen=True, eq=False)
class Line:
    """A line through points, open or closed.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
    closed : bool
    """

    points: np.ndarray
    closed: bool

    @cached_property
    def _extended(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Points and chord lengths, of a closed line with three more on both sides, and how many there are in front."""
        points, more = self.points, 0
        if self.closed:
            more = min(3, len(points) - 1)
            points = np.concatenate([points[len(points) - more :], points, points[: more + 1]])
        steps = np.maximum(np.linalg.norm(np.diff(points, axis=0), axis=1), 1e-300)
        return points, np.concatenate([[0.0], np.cumsum(steps)]), more

    @cached_property
    def knots(self) -> np.ndarray:
        """The parameter at each point, and once more at the first one of a closed line."""
        _, s, more = self._extended
        return s[more : more + len(self.points) + self.closed]

    @cached_property
    def curve(self) -> CubicHermiteSpline:
        """The interpolation, a function of the parameter with values in the plane."""
        points, s, _ = self._extended
        tangents = np.empty_like(points)
        for k in range(len(points)):
            near = _nearest(k, len(points), 5)
            tangents[k] = _slopes(s[near] - s[k], points[near])
        return CubicHermiteSpline(s, points, tangents)

    @cached_property
    def doubts(self) -> np.ndarray:
        """For each segment an estimate of how far the interpolation is off, by how badly points predict each other."""
        points, s, more = self._extended
        off = np.full(len(points), np.inf)
        for k in range(len(points)):
            near = [j for j in _nearest(k, len(points), 5) if j != k]
            if len(near) == 4:
                guess = _lagrange(s[near], points[near], s[k])
                inside = near[0] < k < near[-1] and near[1] < k < near[2]
                off[k] = float(np.linalg.norm(guess - points[k])) / (OMISSION if inside else 4 * OMISSION)
        worst = np.maximum(off[:-1], off[1:])
        return worst[more : more + len(self.knots) - 1]

    @cached_property
    def dense(self) -> np.ndarray:
        """The line as a polygon, shape (m, 2)."""
        if len(self.points) < 2:
            return self.points
        s = self.knots
        inner = s[:-1, None] + np.diff(s)[:, None] * np.linspace(0, 1, PIECES, endpoint=False)
        return np.asarray(self.curve(np.append(inner.ravel(), s[-1])))

    def middle(self, segment: int) -> tuple[np.ndarray, np.ndarray]:
        """The point in the middle of a segment, and the unit tangent there."""
        s = 0.5 * (self.knots[segment] + self.knots[segment + 1])
        tangent = np.asarray(self.curve(s, 1))
        return np.asarray(self.curve(s)), tangent / max(float(np.linalg.norm(tangent)), 1e-300)

    def distance(self, point: np.ndarray) -> float:
        """From a point to the line."""
        polygon = self.dense
        if len(polygon) < 2:
            return float(np.linalg.norm(polygon[0] - point))
        start, step = polygon[:-1], np.diff(polygon, axis=0)
        along = ((point - start) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-300)
        nearest = start + np.clip(along, 0, 1)[:, None] * step
        return float(np.linalg.norm(nearest - point, axis=1).min())

    def crossings(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Where the segment from a to b meets the line: shares of its length, ascending, both ends included."""
        polygon = self.dense
        if len(polygon) < 2:
            return np.zeros(0)
        way, step, gap = b - a, np.diff(polygon, axis=0), polygon[:-1] - a
        area = way[0] * step[:, 1] - way[1] * step[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (gap[:, 0] * step[:, 1] - gap[:, 1] * step[:, 0]) / area
            along = (gap[:, 0] * way[1] - gap[:, 1] * way[0]) / area
            # Half-open pieces: a crossing at a corner of the polygon counts once.
            hit = (area != 0) & (along >= 0) & (along < 1) & (share >= 0) & (share <= 1)
        return np.sort(share[hit])


def _nearest(k: int, count: int, most: int) -> list[int]:
    """The places around k, in order."""
    first = min(max(k - most // 2, 0), max(count - most, 0))
    return list(range(first, min(first + most, count)))


def _lagrange(s: np.ndarray, points: np.ndarray, at: float) -> np.ndarray:
    """The polynomial through points, at one value."""
    weights = np.array([np.prod([(at - t) / (u - t) for t in s if t != u]) for u in s])
    return np.asarray(weights @ points)


def _slopes(s: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The derivative at 0 of the polynomial through points, one of which lies at 0."""
    if len(s) < 2:
        return np.zeros(points.shape[1])
    scale = float(np.abs(s).max())
    coefficients = np.linalg.lstsq(np.vander(s / scale, increasing=True), points, rcond=None)[0]
    return np.asarray(coefficients[1] / scale)


def extrapolated(points: list[np.ndarray], tangent: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """A step beyond the last of some points, by the parabola through the last three, and the direction there.

    With fewer points it goes straight on, along ``tangent`` from a single one.
    """
    if len(points) < 2:
        return points[-1] + step * tangent, tangent
    near = np.array(points[-3:])
    s = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(near, axis=0), axis=1))])
    guess = _lagrange(s, near, s[-1] + step)
    ahead = _lagrange(s, near, s[-1] + 1.05 * step) - _lagrange(s, near, s[-1] + 0.95 * step)
    return guess, ahead / max(float(np.linalg.norm(ahead)), 1e-300)
