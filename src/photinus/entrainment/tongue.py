"""The Arnold tongue as an object: where, in a plane of two parameters, a family of models is in step.

A filled grid spends nearly all its solutions far from the boundary, and still knows it no better than its spacing.
:func:`tongue` looks at a coarse scan, and then follows the boundary itself: level curves of a criterion
(:mod:`photinus.entrainment.tongue_levels`), or the bifurcations of the mean field
(:mod:`photinus.entrainment.tongue_bifurcations`). What comes out, a :class:`Tongue`, has curves with error bars, and
answers questions about its inside without solving anything.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from photinus.entrainment.tongue_bifurcations import LockedRegion
from photinus.entrainment.tongue_criteria import Criterion, Family, LevelCriterion, MeanFieldLocking, Reading
from photinus.entrainment.tongue_levels import Found, Limits, Traced, Tracer, level_curves
from photinus.entrainment.tongue_region import Boundary, NoBoundary, Region, Tongue
from photinus.errors import InvalidInput, NoSteadyState, NotConverged, Undefined, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_number, whole_number
from photinus.space.space import read_only
from photinus.space.state import State


@dataclass(frozen=True)
class Continuation:
    """How a boundary is found and followed. Lengths are shares of the window's sides.

    Parameters
    ----------
    tolerance : float
        Largest distance between the true boundary and the curve through its points, from 1e-6 to 0.05.
    scan : (int, int)
        Nodes of the coarse scan along both parameters, at least 2 each. A piece of the boundary that crosses no edge
        of the scan is not found.
    longest : float
        Longest step along a curve.
    most : int
        Points of one curve.
    """

    tolerance: float = 5e-4
    scan: tuple[int, int] = (9, 7)
    longest: float = 0.15
    most: int = 600

    def __post_init__(self) -> None:
        tolerance = real_number(self.tolerance, "tolerance of the boundary")
        if not 1e-6 <= tolerance <= 0.05:
            raise InvalidInput(f"The tolerance is {tolerance:g}.", "Give a share of the window from 1e-6 to 0.05.")
        if not (isinstance(self.scan, Sequence) and len(self.scan) == 2):
            raise WrongType(f"The scan is {shown(self.scan)}.", "Give the nodes along both parameters, as (9, 7).")
        nodes = tuple(whole_number(n, "number of nodes of the scan", minimum=2) for n in self.scan)
        object.__setattr__(self, "scan", nodes)
        longest = real_number(self.longest, "longest step")
        if not tolerance < longest <= 0.5:
            raise InvalidInput(f"The longest step is {longest:g}.", "Give a share above the tolerance, at most 0.5.")
        object.__setattr__(self, "most", whole_number(self.most, "number of points of a curve", minimum=8))

    @property
    def limits(self) -> Limits:
        """The same for a tracer."""
        return Limits(self.tolerance, self.longest, self.most)


def tongue(
    family: Family,
    at: Mapping[str, Any],
    window: Mapping[str, tuple[float, float]],
    criterion: Criterion,
    *,
    method: Continuation = Continuation(),
) -> Tongue:
    """The boundary of a criterion in a plane of two parameters, followed instead of filled.

    Parameters
    ----------
    family : callable
        A function of named numbers that returns a :class:`photinus.Model`, such as ``ph.zoo.van_der_pol`` (with
        ``Value`` one that returns a number).
    at : mapping of str to values
        The parameters that stay.
    window : mapping of str to (float, float)
        The two parameters that vary, and from where to where: ``{"detuning": (-0.5, 0.5), "drive": (0, 0.6)}``. The
        second one is the strength of the drive, upwards in figures.
    criterion : MeanFieldLocking, Level, FrequencyEntrainment or Value
        What it means to be in step.
    method : Continuation
        Tolerance, scan and steps.

    Returns
    -------
    Tongue
        ``.boundary .contains(point) .width(drive) .edges(drive) .tip .classify(point) .interior() .solves``

    Raises
    ------
    NoBoundary
        If the criterion does not cross its level at any edge of the scan; it says which values were seen.
    InvalidInput, WrongType
        For a window that is none, names that are given twice, a family that returns no model, a measure that returns no
        real number or one with a statistical error.

    Notes
    -----
    Points at which the criterion has no value (an undefined measure, no steady state) are passed over; curves end
    there, and ``.complaints`` says so. Neighbours' states start the next solution (``near=``).

    References
    ----------
    Allgower1990.

    Examples
    --------
    >>> import photinus as ph
    >>> found = ph.entrainment.tongue(
    ...     ph.zoo.van_der_pol,
    ...     {"gain": 1, "two_photon_loss": 0.5},
    ...     {"detuning": (-1, 1), "drive": (0, 1)},
    ...     ph.entrainment.Level(ph.measures.phase_coherence, 0.4, "a"),
    ... )
    >>> found.contains({"detuning": 0.0, "drive": 0.9}), found.contains((0.9, 0.1))
    (True, False)
    >>> round(found.width(0.8), 2), found.solves < 332
    (1.93, True)
    """
    region = _region(family, at, window, criterion, method)
    nodes = tuple(np.linspace(0.0, 1.0, n) for n in method.scan)
    if isinstance(criterion, MeanFieldLocking):
        return _of_mean_field(region, criterion, (nodes[0], nodes[1]), method)
    return _of_level(region, criterion, (nodes[0], nodes[1]), method)


def _region(
    family: Family, at: Mapping[str, Any], window: Mapping[str, tuple[float, float]], criterion: Any, method: Any
) -> Region:
    """The checked arguments."""
    if not callable(family) or not isinstance(at, Mapping):
        raise WrongType(f"The family is {shown(family)}, at {shown(at)}.", "Give a function and {name: value, …}.")
    if not isinstance(window, Mapping) or len(window) != 2 or not all(isinstance(name, str) for name in window):
        raise WrongType(
            f"The window is {shown(window)}.", "Give two parameters: {'detuning': (low, high), 'drive': (low, high)}."
        )
    if not isinstance(criterion, Criterion):
        raise WrongType(
            f"The criterion is {shown(criterion)}.",
            "Give MeanFieldLocking(), Level(measure, level, site), FrequencyEntrainment(operator) or Value(level).",
        )
    if not isinstance(method, Continuation):
        raise WrongType(f"The method is {shown(method)}.", "Give ph.entrainment.Continuation(tolerance=…).")
    sides = []
    for name, side in window.items():
        if name in at:
            raise InvalidInput(f"The parameter {name!r} is in the window and in at.", "Give it in one of them.")
        if not isinstance(side, Sequence | np.ndarray) or len(side) != 2:
            raise WrongType(f"The window of {name!r} is {shown(side)}.", "Give (low, high).")
        low, high = (real_number(end, f"end of the window of {name!r}") for end in side)
        if not low < high:
            raise InvalidInput(f"The window of {name!r} is from {low:g} to {high:g}.", "Give (low, high), low < high.")
        sides.append((low, high))
    first, second = window
    region = Region(family, dict(at), (first, second), read_only(np.array(sides)))
    try:
        inspect.signature(family).bind(**region.parameters(np.array([0.5, 0.5])))
    except TypeError as error:
        raise WrongType(f"The family does not take these parameters: {error}.", "See its signature.") from None
    except ValueError:  # a callable without a signature
        pass
    return region


class _Reader:
    """A criterion over the unit square: counts its readings, starts each from the last, remembers what was odd."""

    def __init__(self, region: Region, criterion: LevelCriterion):
        self.region, self.criterion = region, criterion
        self.solves, self.untrusted = 0, 0
        self.near: State | None = None
        self.refusal = ""

    def read(self, u: np.ndarray) -> Reading | None:
        """The reading at a point; None where it is undefined."""
        self.solves += 1
        try:
            reading = self.criterion.read(self.region.family, self.region.parameters(u), self.near)
        except (Undefined, NoSteadyState) as refusal:
            self.refusal = refusal.cause
            return None
        self.near = reading.state if reading.state is not None else self.near
        self.untrusted += not reading.trusted
        return reading

    def __call__(self, u: np.ndarray) -> tuple[float, float]:
        reading = self.read(u)
        return (np.nan, 0.0) if reading is None else (reading.value - self.criterion.level, reading.error)


def _scanned(value: Callable[[np.ndarray], float], nodes: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Values at all nodes, to and fro, so that neighbours follow each other."""
    x, y = nodes
    out = np.full((len(x), len(y)), np.nan)
    for j in range(len(y)):
        for i in range(len(x))[:: -1 if j % 2 else 1]:
            out[i, j] = value(np.array([x[i], y[j]]))
    return out


def _of_level(
    region: Region, criterion: LevelCriterion, nodes: tuple[np.ndarray, np.ndarray], method: Continuation
) -> Tongue:
    reader = _Reader(region, criterion)
    values = _scanned(lambda u: reader(u)[0], nodes)
    found = list(level_curves(Tracer(reader, method.limits), nodes, values))
    seen = values[np.isfinite(values)] + criterion.level
    if not found:
        doubt = f" {reader.untrusted} of {reader.solves} solutions are not to be trusted." if reader.untrusted else ""
        raise _never(criterion, region, seen, method, doubt + (f" {reader.refusal}" if reader.refusal else ""))
    curves = tuple(
        _boundary(region, "jump" if any(p.jump for p in curve.points) else "level", curve)
        for curve in _joined(found, method.tolerance)
    )
    return Tongue(
        region, criterion, curves, (nodes[0], nodes[1], read_only(values)), method.tolerance, reader.solves,
        (float(seen.min()), float(seen.max())), reader.untrusted, _interior(reader),
    )  # fmt: skip


def _of_mean_field(
    region: Region, criterion: MeanFieldLocking, nodes: tuple[np.ndarray, np.ndarray], method: Continuation
) -> Tongue:
    def model_at(u: np.ndarray) -> Model:
        model = region.family(**region.parameters(u))
        if not isinstance(model, Model):
            raise WrongType(f"The family returned {shown(model)}.", "Give a function that returns a ph.Model.")
        return model

    plane = LockedRegion(model_at, method.limits, large_spins=criterion.large_spins, starts=criterion.starts)
    values = _scanned(plane.sign, nodes)
    branches = list(plane.branches(nodes, values))
    if not branches:
        raise _never(criterion, region, values.ravel(), method)
    curves = tuple(
        _boundary(region, branch.kind, Traced(branch.points, branch.closed, branch.ends, branch.between))
        for branch in branches
    )
    return Tongue(
        region, criterion, curves, (nodes[0], nodes[1], read_only(values)), method.tolerance, plane.solves,
        (np.nan, np.nan), 0, plane.decay,
    )  # fmt: skip


def _never(criterion: Criterion, region: Region, seen: np.ndarray, method: Continuation, more: str = "") -> NoBoundary:
    """The error of a criterion that has one answer everywhere in the scan."""
    nodes, where = f"{method.scan[0]} × {method.scan[1]} nodes", region.text
    if isinstance(criterion, MeanFieldLocking):
        everywhere = "everywhere" if len(seen) and seen[0] > 0 else "nowhere"
        cause = f"At {nodes} of {where} the criterion, {criterion.text}, holds {everywhere}."
    elif not len(seen):
        cause = f"At {nodes} of {where} the criterion, {criterion.text}, has no value."
    else:
        cause = (
            f"The criterion, {criterion.text}, does not cross its level at {nodes} of {where}: the values run from "
            f"{seen.min():.4g} to {seen.max():.4g}."
        )
    return NoBoundary(cause + more, "Choose a level within these values, another window, or a finer scan.")


def _boundary(region: Region, kind: str, curve: Traced) -> Boundary:
    """A curve of the unit square in the units of the parameters."""
    points = np.array([found.point for found in curve.points])
    error = np.array([found.error for found in curve.points]) + curve.between
    sides = region.sides[:, 1] - region.sides[:, 0]
    return Boundary(
        kind,
        read_only(region.sides[:, 0] + points * sides),
        read_only(error[:, None] * sides),
        curve.closed,
        curve.ends,
        read_only(region.sides[:, 0] + curve.line.dense * sides),
        curve.line,
    )


def _joined(curves: list[Traced], tolerance: float) -> list[Traced]:
    """Curves that end at one corner, where the criterion has a kink, meet there."""
    out = list(curves)
    places = [(k, side) for k, curve in enumerate(curves) for side in (0, 1) if curve.ends[side] == "lost"]
    for n, (k, side) in enumerate(places):
        for other, far in places[n + 1 :]:
            if out[k].ends[side] != "lost" or out[other].ends[far] != "lost":
                continue
            one, two = out[k].points[-side], out[other].points[-far]
            gap = float(np.linalg.norm(one.point - two.point))
            if gap < 12 * tolerance:
                corner = Found(0.5 * (one.point + two.point), gap, one.slope, 0.0)
                for place, end in ((k, side), (other, far)):
                    now = out[place]
                    points = (*now.points, corner) if end else (corner, *now.points)
                    ends = (now.ends[0], "corner") if end else ("corner", now.ends[1])
                    out[place] = replace(now, points=points, ends=ends)
    return out


def _interior(reader: _Reader) -> Callable[[np.ndarray], float]:
    """The criterion's value at a point of the unit square, for maps on demand."""

    def value(u: np.ndarray) -> float:
        try:
            reading = reader.read(u)
        except NotConverged:
            return np.nan
        return np.nan if reading is None else reading.value

    return value
