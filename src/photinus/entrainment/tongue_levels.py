"""Level curves of a function in the unit square, at few evaluations: a coarse scan, then predictor and corrector.

The scan is a grid of nodes. Wherever the sign of f − level changes along one of its edges, the crossing is solved for,
and the curve through it is followed both ways: a step along the parabola through its last points, then Newton's method
across it with the slope of the secant (pseudo-arclength continuation; Allgower and Georg, *Numerical Continuation
Methods*, 1990). Steps grow where the parabola is good and shrink where the curve bends. Where the points do not predict
each other to the tolerance, more are put between. Nothing here knows physics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from photinus.entrainment.tongue_lines import Line, extrapolated

Evaluate = Callable[[np.ndarray], tuple[float, float]]
"""A point of the unit square -> f − level (NaN where it has no value), and its error."""

TRIES = 16
"""Evaluations that one correction may take."""
TURN = 0.7
"""Largest angle (rad) between two steps."""
ASTRAY = 0.15
"""Largest distance of a point from where it was expected, as a share of the step."""
TINY = 1e-12
ROUNDS = 12
"""How often points may be put between points."""


@dataclass(frozen=True)
class Limits:
    """What a tracer aims at; lengths are shares of the window's sides.

    Attributes
    ----------
    tolerance : float
        Largest distance between a curve and its interpolation.
    longest : float
        Longest step.
    most : int
        Points of one curve.
    """

    tolerance: float
    longest: float
    most: int


@dataclass(frozen=True, eq=False)
class Found:
    """A point of a curve.

    Attributes
    ----------
    point : ndarray, shape (2,)
    error : float
        What its last correction was, and the error of f over the slope.
    slope : float
        |df/dn| across the curve.
    moved : float
        How far it lies from where it was expected.
    jump : bool
        Whether f jumps over the level here, rather than taking it.
    solution : ndarray, optional
        The whole solution of which the point is a part.
    """

    point: np.ndarray
    error: float
    slope: float
    moved: float
    jump: bool = False
    solution: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Traced:
    """One curve: its points in order, f > level to the left; how it ends at both ends; how far interpolation is off."""

    points: tuple[Found, ...]
    closed: bool
    ends: tuple[str, str]
    between: float

    @property
    def line(self) -> Line:
        """The line through the points."""
        return Line(np.array([found.point for found in self.points]), self.closed)


class Tracer:
    """The level curves of one function."""

    def __init__(self, evaluate: Evaluate, limits: Limits):
        self.evaluate = evaluate
        self.limits = limits

    def corrected(self, start: np.ndarray, normal: np.ndarray, slope: float, reach: float) -> Found | None:
        """The point of the curve near a start, along a normal along which f rises with a slope; None beyond a reach."""
        enough, seen = self.limits.tolerance / 4, list[tuple[float, float]]()
        at, rise = 0.0, slope
        for _ in range(TRIES):
            point = start + at * normal
            if (np.abs(point - 0.5) > 0.5 + TINY).any():
                return None
            f, error = self.evaluate(np.clip(point, 0.0, 1.0))
            if np.isnan(f):
                return None
            seen.append((at, f))
            if len(seen) > 1:
                secant = (f - seen[-2][1]) / (at - seen[-2][0])
                rise = secant if secant > 0 else 0.5 * rise
            step = float(np.clip(-f / rise, -reach, reach))
            low = max((x for x, y in seen if y < 0), default=-np.inf)
            high = min((x for x, y in seen if y >= 0), default=np.inf)
            if low < high and np.isfinite(high - low):
                if len(seen) > 4 or not low < at + step < high:
                    step = 0.5 * (low + high) - at
                if high - low < enough:
                    gap = min(y for _, y in seen if y >= 0) - max(y for _, y in seen if y < 0)
                    jump = gap > 0.3 * (max(y for _, y in seen) - min(y for _, y in seen))
                    rise = gap / self.limits.longest if jump else rise
                    return Found(start + (at + step) * normal, high - low, rise, at + step, jump)
            # A first step is worth the slope, that of the point before, to a quarter.
            worth = 0.25 if len(seen) == 1 else 1.0
            steep = len(seen) > 1 and abs(f) > 0.3 * max(abs(y) for _, y in seen)  # as at a jump
            if abs(step) * worth <= enough and not steep:
                return Found(start + (at + step) * normal, abs(step) * worth + error / rise, rise, at + step)
            at += step
            if abs(at) > reach:
                return None
        return None

    def between(self, a: np.ndarray, b: np.ndarray, fa: float, fb: float) -> Found | None:
        """A crossing on the segment from a to b, where f has opposite signs."""
        if fa > fb:
            a, b, fa, fb = b, a, fb, fa
        length = float(np.linalg.norm(b - a))
        normal = (b - a) / length
        low, high = 0.0, length
        for count in range(60):
            share = -fa / (fb - fa) if count < 4 else 0.5
            middle = low + min(max(share, 0.05), 0.95) * (high - low)
            f, error = self.evaluate(a + middle * normal)
            if np.isnan(f):
                return None
            slope = (fb - fa) / (high - low)
            if abs(f) <= min(slope * self.limits.tolerance / 8, 0.3 * max(fb, -fa)):
                at = min(max(middle - f / slope, low), high)
                return Found(a + at * normal, abs(at - middle) + error / slope, slope, 0.0)
            low, fa, high, fb = (middle, f, high, fb) if f < 0 else (low, fa, middle, f)
            if high - low < self.limits.tolerance / 16:
                break
        # What the value still jumps by, no matter how near, is worth a step in the search along the curve.
        return Found(a + 0.5 * (low + high) * normal, high - low, (fb - fa) / self.limits.longest, 0.0, jump=True)

    def traced(self, start: Found, gradient: np.ndarray) -> Traced:
        """The curve through a point at which f rises about along ``gradient``."""
        ahead = np.array([gradient[1], -gradient[0]]) / float(np.linalg.norm(gradient))
        points, end, closed = self.followed([start], ahead, 1.0)
        begin = end
        if not closed:
            known = points[2::-1] if len(points) > 2 else points[::-1]
            back, begin, _ = self.followed(known, -ahead, -1.0)
            points = back[: len(known) - 1 : -1] + points
        points, off = refined(points, closed, self.inserted, self.limits)
        return Traced(tuple(points), closed, (begin, end), off)

    def followed(self, trail: list[Found], tangent: np.ndarray, left: float) -> tuple[list[Found], str, bool]:
        """A trail with what comes after it, why it ends, and whether it has come back to the trail's last point.

        ``left`` is 1 where f rises to the left of the way, −1 where it rises to the right.
        """
        trail, limits, origin = list(trail), self.limits, len(trail) - 1
        step, why = limits.longest / 4, "lost"
        if origin:
            step = min(float(np.linalg.norm(trail[-1].point - trail[-2].point)), limits.longest)
        while len(trail) < limits.most:
            last = trail[-1]
            expected, heading = extrapolated([found.point for found in trail], tangent, step)
            normal = left * np.array([-heading[1], heading[0]])
            outside = bool((np.abs(expected - 0.5) > 0.5).any())
            new = (
                self._border(last, expected, normal)
                if outside
                else self.corrected(expected, normal, last.slope, 0.7 * step)
            )
            # A point far from where the parabola expects it has come round a bend that should be seen.
            astray = new is not None and len(trail) > 2 and abs(new.moved) > ASTRAY * step + limits.tolerance / 2
            if new is None or not (outside or (self._goes_on(trail, new, tangent) and not astray)):
                step *= 0.4
                if step < limits.tolerance / 8:
                    break
                continue
            if outside:
                if np.linalg.norm(new.point - last.point) > limits.tolerance / 8:
                    trail.append(new)
                else:
                    trail[-1] = replace(last, point=new.point)
                return trail, "window", False
            trail.append(new)
            if len(trail) > origin + 3 and self._passes(trail, trail[origin].point):
                near = np.linalg.norm(new.point - trail[origin].point) < 0.4 * np.linalg.norm(new.point - last.point)
                ahead = (trail[origin].point - new.point) @ (new.point - last.point) <= 0
                return trail[origin : -1 if near or ahead else None], "closed", True
            step = min(step * float(np.clip((10 * limits.tolerance / max(abs(new.moved), TINY)) ** (1 / 3), 0.4, 1.8)),
                       limits.longest)  # fmt: skip
        else:
            why = "budget"
        return trail, why, False

    def _goes_on(self, trail: list[Found], new: Found, tangent: np.ndarray) -> bool:
        """Whether a step turns by no more than :data:`TURN`."""
        way = new.point - trail[-1].point
        before, most = (tangent, 1.2) if len(trail) < 2 else (trail[-1].point - trail[-2].point, TURN)
        size = float(np.linalg.norm(way) * np.linalg.norm(before))
        return bool(size > 0 and way @ before >= np.cos(most) * size)

    def _passes(self, trail: list[Found], origin: np.ndarray) -> bool:
        """Whether the last step comes by a point."""
        a, b = trail[-2].point, trail[-1].point
        length = float(np.linalg.norm(b - a))
        share = float((origin - a) @ (b - a)) / length**2
        return -0.05 <= share <= 1.4 and float(np.linalg.norm(origin - a - share * (b - a))) < 0.3 * length

    def _border(self, last: Found, expected: np.ndarray, normal: np.ndarray) -> Found | None:
        """The point at which the curve leaves the square, on the side that it comes to first."""
        way = expected - last.point
        sides = [(k, edge) for k in (0, 1) for edge in (0.0, 1.0) if (way[k] > 0) == (edge > 0) and way[k]]
        share, k, edge = min(((edge - last.point[k]) / way[k], k, edge) for k, edge in sides)
        along = np.zeros(2)
        along[1 - k] = np.sign(normal[1 - k]) or 1.0
        tilt = abs(float(normal[1 - k]))
        start = np.clip(last.point + share * way, 0.0, 1.0)
        start[k] = edge
        if share * float(np.linalg.norm(way)) < self.limits.tolerance / 8:
            return replace(last, point=start, moved=0.0)
        if tilt < 0.05:
            return None
        found = self.corrected(start, along, last.slope * tilt, 0.7 * float(np.linalg.norm(way)))
        return None if found is None else replace(found, slope=found.slope / tilt)

    def inserted(self, line: Line, segment: int, ends: tuple[Found, Found]) -> Found | None:
        """The point of the curve at the middle of a segment."""
        middle, tangent = line.middle(segment)
        length = float(line.knots[segment + 1] - line.knots[segment])
        slope = 0.5 * (ends[0].slope + ends[1].slope)
        return self.corrected(middle, np.array([-tangent[1], tangent[0]]), slope, 0.5 * length)


Insert = Callable[[Line, int, tuple[Found, Found]], Found | None]


def refined(points: list[Found], closed: bool, insert: Insert, limits: Limits) -> tuple[list[Found], float]:
    """The points of a curve, with more of them between, and how far the interpolation is off at most.

    Parameters
    ----------
    insert : callable
        Finds the point at the middle of a segment of the line, with how far it is from there in ``moved``.
    """
    known: dict[tuple[int, int], float] = {}
    for rounds in range(ROUNDS + 1):
        line = Line(np.array([found.point for found in points]), closed)
        pairs = list(zip(points, points[1:] + points[:1] * closed, strict=closed)) if len(points) > 1 else []
        length = np.diff(line.knots)
        off = [known.get((id(p), id(q)), doubt) for (p, q), doubt in zip(pairs, line.doubts, strict=True)]
        todo = {k for k, x in enumerate(off) if x > limits.tolerance / 2 and length[k] > limits.tolerance}
        if not todo or rounds == ROUNDS or len(points) + len(todo) > limits.most:
            return points, max((min(x, float(d)) for x, d in zip(off, length, strict=True)), default=0.0)
        following: list[Found] = []
        for k, (p, q) in enumerate(pairs):
            following.append(p)
            if k in todo:
                new = insert(line, k, (p, q))
                if new is None:
                    known[id(p), id(q)] = limits.tolerance / 2
                    continue
                following.append(new)
                if abs(new.moved) <= limits.tolerance / 2:
                    known[id(p), id(new)] = known[id(new), id(q)] = abs(new.moved)
        points = following if closed else [*following, points[-1]]
    raise AssertionError  # the loop returns


def level_curves(tracer: Tracer, nodes: tuple[np.ndarray, np.ndarray], values: np.ndarray) -> Iterator[Traced]:
    """All curves that cross an edge of a scan, each once.

    Parameters
    ----------
    tracer : Tracer
    nodes : (ndarray, ndarray)
        The grid in both directions, from 0 to 1.
    values : ndarray, shape (len(nodes[0]), len(nodes[1]))
        f − level at the nodes; NaN where it has no value.
    """
    x, y = nodes
    edges = list(sign_changes(values))
    # Curves that leave the window are best begun at its border.
    border = {0, len(x) - 1}, {0, len(y) - 1}
    edges.sort(key=lambda e: not any(a[k] == b[k] and a[k] in border[k] for a, b in [e] for k in (0, 1)))
    lines: list[Line] = []
    for a, b in edges:
        start, stop = (np.array([x[node[0]], y[node[1]]]) for node in (a, b))
        if sum(len(line.crossings(start, stop)) for line in lines) % 2:
            continue
        found = tracer.between(start, stop, values[a], values[b])
        if found is None or any(line.distance(found.point) < 4 * tracer.limits.tolerance for line in lines):
            continue
        curve = tracer.traced(found, _gradient(values, a, b))
        lines.append(curve.line)
        yield curve


def sign_changes(values: np.ndarray) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs of neighbouring nodes between which the sign changes."""
    rows, columns = values.shape
    for i in range(rows):
        for j in range(columns):
            for other in ((i + 1, j), (i, j + 1)):
                if other[0] < rows and other[1] < columns:
                    pair = values[i, j], values[other]
                    if np.isfinite(pair).all() and (pair[0] > 0) != (pair[1] > 0):
                        yield (i, j), other


def _gradient(values: np.ndarray, a: tuple[int, int], b: tuple[int, int]) -> np.ndarray:
    """The direction in which f rises at an edge, from the nodes around it."""
    k = 0 if a[0] != b[0] else 1
    along = values[b] - values[a]
    sides = []
    for step in (-1, 1):
        near = [tuple(node[i] + (step if i != k else 0) for i in (0, 1)) for node in (a, b)]
        if all(0 <= node[1 - k] < values.shape[1 - k] for node in near):
            change = step * (np.mean([values[node] for node in near]) - 0.5 * (values[a] + values[b]))
            if np.isfinite(change):
                sides.append(change)
    across = float(np.mean(sides)) if sides else 0.0
    gradient = np.zeros(2)
    gradient[k], gradient[1 - k] = along * (values.shape[k] - 1), across * (values.shape[1 - k] - 1)
    return gradient
