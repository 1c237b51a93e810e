"""What a traced tongue knows of its plane: :class:`Tongue`, its :class:`Boundary` curves, maps of its inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.entrainment.tongue_criteria import Criterion, Family, MeanFieldLocking
from photinus.entrainment.tongue_lines import Line
from photinus.errors import InvalidInput, Undefined, WrongType, shown
from photinus.numerics.checks import real_number, whole_number
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray

FINE_ENDS = ("window", "closed", "corner", "meets another")


class NoBoundary(Undefined):
    """A criterion does not cross its level in the window; the message says which values were seen."""


@dataclass(frozen=True, eq=False)
class Region:
    """A rectangle of two parameters of a family.

    Attributes
    ----------
    family : callable
    at : mapping of str to values
        The parameters that stay.
    names : (str, str)
    sides : ndarray, shape (2, 2)
        From where to where, one row a parameter.
    """

    family: Family
    at: Mapping[str, Any]
    names: tuple[str, str]
    sides: np.ndarray

    @property
    def text(self) -> str:
        """The rectangle in words."""
        return ", ".join(f"{n} {low:g} … {high:g}" for n, (low, high) in zip(self.names, self.sides, strict=True))

    def parameters(self, u: np.ndarray) -> dict[str, Any]:
        """All parameters at a point of the unit square."""
        place = self.sides[:, 0] + u * (self.sides[:, 1] - self.sides[:, 0])
        return {**self.at, self.names[0]: float(place[0]), self.names[1]: float(place[1])}

    def unit(self, point: Any) -> np.ndarray:
        """A point, given as (x, y) or by names, in the unit square."""
        if isinstance(point, Mapping):
            if set(point) != set(self.names):
                raise InvalidInput(
                    f"The point has {', '.join(map(repr, point)) or 'no names'}.",
                    f"Give {self.names[0]!r} and {self.names[1]!r}.",
                )
            point = tuple(point[name] for name in self.names)
        if not isinstance(point, (tuple, list, np.ndarray)) or len(point) != 2:
            raise WrongType(
                f"The point is {shown(point)}.", f"Give ({self.names[0]}, {self.names[1]}), or both by name."
            )
        place = np.array([real_number(x, name) for x, name in zip(point, self.names, strict=True)])
        low, high = self.sides.T
        if ((place < low) | (place > high)).any():
            raise InvalidInput(
                f"The point {self.names[0]} = {place[0]:g}, {self.names[1]} = {place[1]:g} is outside the window, "
                f"{self.text}.",
                "Trace the tongue in a larger window.",
            )
        return np.asarray((place - low) / (high - low))


@dataclass(frozen=True, eq=False)
class Boundary:
    """One curve of a tongue's boundary.

    Attributes
    ----------
    kind : str
        ``level`` (a level curve of a smooth measure), ``jump`` (the measure jumps over its level here),
        ``saddle-node``, ``Hopf`` or ``death`` (bifurcations of the mean field).
    points : ndarray, shape (n, 2)
        In the window's units; the tongue lies to the left of the way.
    error : ndarray, shape (n, 2)
        Bound on the distance to the true boundary, along either parameter: the corrector's last step, the solution's
        error over the gradient, and the error of interpolation.
    closed : bool
        Whether the last point is followed by the first.
    ends : (str, str)
        Why it ends: ``window``, ``closed``, ``corner``, ``meets another`` (curve); or ``lost``, ``budget``.
    path : ndarray, shape (m, 2)
        The curve through the points, finely tabulated, in the window's units: for drawing.
    line : Line
        The same in the unit square.
    """

    kind: str
    points: np.ndarray
    error: np.ndarray
    closed: bool
    ends: tuple[str, str]
    path: np.ndarray = field(repr=False)
    line: Line = field(repr=False)

    def __len__(self) -> int:
        return len(self.points)

    def __repr__(self) -> str:
        how = "closed" if self.closed else " … ".join(dict.fromkeys(self.ends))
        return f"{self.kind} curve of {len(self)} points ({how}), error at most {self.error.max():.1e}"


@dataclass(frozen=True, eq=False)
class Edge:
    """Where a horizontal line crosses the boundary: the first parameter, its error, the kind of curve."""

    position: float
    error: float
    kind: str

    def __repr__(self) -> str:
        return f"{self.kind} at {self.position:.6g} ± {self.error:.1g}"


@dataclass(frozen=True, eq=False)
class Tip:
    """The lowest point of a boundary: both parameters, and their errors.

    The curve is flat at its lowest point, so that the first parameter is much less certain than the second one.
    """

    values: Mapping[str, float]
    error: Mapping[str, float]

    def __repr__(self) -> str:
        return ", ".join(f"{name} = {value:.5g} ± {self.error[name]:.1g}" for name, value in self.values.items())


@dataclass(frozen=True, eq=False)
class Interior:
    """A map over the window: the criterion's value at points inside, NaN outside.

    Attributes
    ----------
    names : (str, str)
    x, y : ndarray
        The parameters.
    values : ndarray, shape (len(y), len(x))
    quantity : str
    """

    names: tuple[str, str]
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    quantity: str

    def to_xarray(self) -> xarray.Dataset:
        """The map as ``value`` over both parameters, as ``ph.plot.tongue`` draws it."""
        import xarray

        first, second = self.names
        label = {"long_name": self.quantity.replace("_", " ")}
        return xarray.Dataset({"value": ((second, first), self.values, label)}, {first: self.x, second: self.y})

    def __repr__(self) -> str:
        inside = np.isfinite(self.values)
        span = f"{np.nanmin(self.values):.4g} … {np.nanmax(self.values):.4g}" if inside.any() else "nothing inside"
        return f"Interior: {self.quantity} at {int(inside.sum())} of {inside.size} points, {span}"


@dataclass(frozen=True, eq=False)
class Tongue:
    """A part of a plane of two parameters in which a criterion holds; made by :func:`photinus.entrainment.tongue`.

    Attributes
    ----------
    region : Region
        Family, names and window.
    criterion : MeanFieldLocking, Level, FrequencyEntrainment or Value
    boundary : tuple of Boundary
    scan : (ndarray, ndarray, ndarray)
        The coarse scan: nodes of the unit square along both parameters, and value − level there (of the mean field ±1).
    tolerance : float
        What the curves were traced to, as a share of the window's sides.
    solves : int
        How many solutions of the model it took: steady states (also where a neighbour started them), of the mean field
        searches for fixed points and points on bifurcation curves.
    seen : (float, float)
        The least and the largest value in the scan.
    untrusted : int
        Solutions whose certificate is not ok.
    reader : callable
        The criterion at a point of the unit square.

    Notes
    -----
    :meth:`contains`, :meth:`width`, :meth:`edges`, :attr:`tip` and :meth:`classify` use the curves alone, and cost no
    solution.
    """

    region: Region
    criterion: Criterion
    boundary: tuple[Boundary, ...]
    scan: tuple[np.ndarray, np.ndarray, np.ndarray]
    tolerance: float
    solves: int
    seen: tuple[float, float]
    untrusted: int = 0
    reader: Callable[[np.ndarray], float] = field(repr=False, default=lambda u: float("nan"))

    @property
    def names(self) -> tuple[str, str]:
        """The two parameters."""
        return self.region.names

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the boundary should not be trusted; empty where it may be."""
        out = []
        for curve in self.boundary:
            bad = [k for k, why in zip((0, -1), curve.ends, strict=True) if why not in FINE_ENDS]
            if bad:
                where = " and ".join(f"({curve.points[k][0]:.4g}, {curve.points[k][1]:.4g})" for k in bad)
                out.append(
                    f"a {curve.kind} curve could not be followed beyond {where}: the criterion may be undefined there, "
                    "noisy, or too sharply bent"
                )
        if self.untrusted:
            out.append(f"the certificates of {self.untrusted} of {self.solves} solutions are not ok: raise the cutoffs")
        return tuple(out)

    @property
    def ok(self) -> bool:
        """Whether every curve was followed to its end, on certified solutions."""
        return not self.complaints

    @cached_property
    def _inside_nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """The nodes of the scan with a value, as points, and whether they lie inside."""
        x, y, values = self.scan
        grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
        known = np.isfinite(values)
        return grid[known], values[known] >= 0

    def _is_inside(self, u: np.ndarray) -> bool:
        """By the crossings on the way from the nearest nodes of the scan: an odd number changes the side."""
        points, inside = self._inside_nodes
        votes = 0
        # Three directions that no curve is likely to touch; a node beside the boundary would be a bad witness.
        for k in np.argsort(np.linalg.norm(points - u, axis=1))[:5]:
            crossed = sum(len(curve.line.crossings(u, points[k])) for curve in self.boundary)
            votes += 1 if bool(inside[k]) != bool(crossed % 2) else -1
        return votes > 0

    def contains(self, point: Any) -> bool:
        """Whether a point lies inside, by the curves alone.

        Parameters
        ----------
        point : (float, float) or mapping of str to float
            In the order of :attr:`names`, or by name.

        Raises
        ------
        InvalidInput
            For a point outside the window.
        """
        return self._is_inside(self.region.unit(point))

    def _crossings(self, level: float) -> list[tuple[float, Boundary]]:
        """Where the horizontal line at a height (unit square) meets the boundary, from left to right."""
        ends = np.array([0.0, level]), np.array([1.0, level])
        hits = [(float(x), curve) for curve in self.boundary for x in curve.line.crossings(*ends)]
        return sorted(hits, key=lambda hit: hit[0])

    def edges(self, value: float) -> tuple[Edge, ...]:
        """Where the boundary is at one value of the second parameter, from left to right.

        Parameters
        ----------
        value : float
            Of the second parameter, such as the drive.
        """
        level = self._height(value)
        low, high = self.region.sides[0]
        return tuple(
            Edge(float(low + x * (high - low)), self._error_at(curve, np.array([x, level])), curve.kind)
            for x, curve in self._crossings(level)
        )

    def width(self, value: float) -> float:
        """The total length, along the first parameter, that lies inside at one value of the second.

        Parameters
        ----------
        value : float
            Of the second parameter, such as the drive. 0 where the line passes below the tongue.

        Raises
        ------
        Undefined
            Where the tongue reaches beyond the window.
        """
        level = self._height(value)
        low, high = self.region.sides[0]
        stops = [0.0, *(x for x, _ in self._crossings(level)), 1.0]
        total = 0.0
        for left, right in pairwise(stops):
            if right - left > 1e-9 and self._is_inside(np.array([0.5 * (left + right), level])):
                if left == 0.0 or right == 1.0:
                    raise Undefined(
                        f"At {self.names[1]} = {value:g} the tongue reaches beyond the window of {self.names[0]}, "
                        f"{low:g} … {high:g}.",
                        "Trace it in a wider window.",
                    )
                total += right - left
        return float(total * (high - low))

    def _height(self, value: float) -> float:
        low, high = self.region.sides[1]
        number = real_number(value, self.names[1])
        if not low <= number <= high:
            raise InvalidInput(
                f"{self.names[1]} = {number:g} is outside the window, {low:g} … {high:g}.", "Take a value inside."
            )
        return float((number - low) / (high - low))

    def _error_at(self, curve: Boundary, u: np.ndarray) -> float:
        """The error of a crossing along the first parameter: that of the nearest point, across a slanting curve."""
        polygon = curve.line.dense
        k = int(np.argmin(np.linalg.norm(polygon - u, axis=1)))
        step = polygon[min(k + 1, len(polygon) - 1)] - polygon[max(k - 1, 0)]
        slant = abs(float(step[1])) / max(float(np.linalg.norm(step)), 1e-300)
        nearest = int(np.argmin(np.linalg.norm(curve.line.points - u, axis=1)))
        return float(curve.error[nearest, 0] / max(slant, 1e-3))

    @cached_property
    def tip(self) -> Tip:
        """The lowest point of the boundary: the weakest drive that entrains, and the detuning at which it does."""
        low, width = self.region.sides[:, 0], self.region.sides[:, 1] - self.region.sides[:, 0]
        curve = min(self.boundary, key=lambda c: float(c.line.dense[:, 1].min()))
        polygon = curve.line.dense
        k = int(np.argmin(polygon[:, 1]))
        place = low + polygon[k] * width
        error = curve.error[int(np.argmin(np.linalg.norm(curve.line.points - polygon[k], axis=1)))]
        # Where the boundary rises by the error of the height: the bottom is no better known sideways.
        near = np.abs(polygon[:, 1] - polygon[k, 1]) * width[1] <= error[1]
        spread = float(np.abs(polygon[near, 0] - polygon[k, 0]).max()) * float(width[0]) + float(error[0])
        return Tip(
            dict(zip(self.names, map(float, place), strict=True)),
            dict(zip(self.names, (spread, float(error[1])), strict=True)),
        )

    def classify(self, point: Any) -> str:
        """What a point is, by the boundaries to its left and right (along the first parameter).

        Parameters
        ----------
        point : (float, float) or mapping of str to float

        Returns
        -------
        str
            Of a mean field, inside: ``locked by saddle-node`` (the phase is trapped: with more detuning it slips),
            ``suppression by Hopf`` (the drive has put out the oscillation: with more detuning it comes back as a
            second frequency) or ``locked`` where the tongue leaves the window to both sides. The nearer boundary
            decides. Of a measure, inside: ``locked``. Outside: ``blockaded`` where there are locked parts to both
            sides, so that detuning, either way, brings back what the point itself lacks; otherwise ``unlocked``.
        """
        u = self.region.unit(point)
        hits = self._crossings(float(u[1]))
        if self._is_inside(u):
            near = sorted(hits, key=lambda hit: abs(hit[0] - u[0]))
            if not isinstance(self.criterion, MeanFieldLocking) or not near:
                return "locked"
            names = {"saddle-node": "locked by saddle-node", "Hopf": "suppression by Hopf"}
            return names.get(near[0][1].kind, "locked")
        sides = [[x for x, _ in hits if x < u[0]], [x for x, _ in hits if x > u[0]]]
        return "blockaded" if all(sides) else "unlocked"

    def interior(self, shape: tuple[int, int] = (41, 41)) -> Interior:
        """The criterion's value on a grid over the window, at the points inside alone; each costs one solution.

        Parameters
        ----------
        shape : (int, int)
            Points along the first and the second parameter.

        Returns
        -------
        Interior
            Of a mean field the slowest decay (rate) towards the locked state.
        """
        nx, ny = (whole_number(n, "number of points of the map", minimum=2) for n in shape)
        x, y = np.linspace(0, 1, nx), np.linspace(0, 1, ny)
        values = np.full((ny, nx), np.nan)
        for j in range(ny):
            for i in range(nx)[:: -1 if j % 2 else 1]:
                u = np.array([x[i], y[j]])
                if self._is_inside(u):
                    values[j, i] = self.reader(u)
        low, size = self.region.sides[:, 0], self.region.sides[:, 1] - self.region.sides[:, 0]
        first, second = (read_only(low[k] + t * size[k]) for k, t in enumerate((x, y)))
        return Interior(self.names, first, second, read_only(values), self.criterion.quantity)

    def to_xarray(self) -> xarray.Dataset:
        """The points of all curves, one after the other, with their errors, kinds and the number of their curve."""
        import xarray

        first, second = self.names
        points = np.concatenate([curve.points for curve in self.boundary])
        error = np.concatenate([curve.error for curve in self.boundary])
        number = np.concatenate([np.full(len(curve), k) for k, curve in enumerate(self.boundary)])
        kinds = [curve.kind for curve in self.boundary for _ in range(len(curve))]
        return xarray.Dataset(
            {
                first: ("point", points[:, 0]),
                second: ("point", points[:, 1]),
                f"{first}_error": ("point", error[:, 0]),
                f"{second}_error": ("point", error[:, 1]),
                "curve": ("point", number),
                "kind": ("point", kinds),
            },
            attrs={
                "criterion": self.criterion.text,
                "solves": self.solves,
                "tolerance": self.tolerance,
                "ok": int(self.ok),
                **{
                    f"window_{name}": [float(x) for x in side]
                    for name, side in zip(self.names, self.region.sides, strict=True)
                },
            },
        )

    def __repr__(self) -> str:
        counts = Counter(f"{c.kind} ({'closed' if c.closed else 'open'})" for c in self.boundary)
        pieces = ", ".join(f"{n} × {kind}" for kind, n in counts.items())
        worst = max(
            float((curve.error / (self.region.sides[:, 1] - self.region.sides[:, 0])).max()) for curve in self.boundary
        )
        verdict = "ok" if self.ok else "NOT to be trusted: " + "; ".join(self.complaints)
        return "\n".join(
            [
                f"Tongue over {self.region.text}",
                f"  inside    {self.criterion.text}",
                f"  boundary  {pieces}; {sum(map(len, self.boundary))} points, {self.solves} solutions",
                f"  tip       {self.tip!r}",
                f"  error     at most {worst:.1e} of the window's sides; {verdict}",
            ]
        )
