"""Axes and grids: which points a sweep has, and in which order.

The points of a grid are numbered with the last axis fastest, as in a C array. A *line* is the set of
points that differ in the last axis only; a :class:`Segment` is a stretch of one line.

Nothing here needs NumPy: an axis is a tuple of Python numbers, so that a worker that has not yet imported
anything can already be handed its points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, NamedTuple

from photinus.errors import InvalidInput

# Names that the table itself uses beside the axes and the quantities.
RESERVED = ("seconds", "failure", "previous")


@dataclass(frozen=True, slots=True)
class Axis:
    """The values of one axis of a sweep, with what a figure needs to label it.

    Parameters
    ----------
    values : sequence of real numbers
        At least one value; finite and without repetition, in the order in which they are computed and
        returned. An axis of integers stays one: the function is called with ``int`` values.
    unit : str
        Unit, for display only (the library takes all rates in one unit chosen by the user).
    label : str
        What to write along the axis; may hold TeX between dollar signs.

    Raises
    ------
    InvalidInput
        If the values are empty, repeated, not finite, not real, or not one-dimensional.

    Examples
    --------
    >>> from photinus.sweep import Axis
    >>> Axis([0, 0.5, 1], unit="gain", label="$F$").values
    (0.0, 0.5, 1.0)
    >>> Axis(range(10, 40, 10)).values
    (10, 20, 30)
    """

    values: tuple[float, ...]
    unit: str
    label: str

    # Written out because the field is a tuple, while any sequence of numbers is accepted.
    def __init__(self, values: Iterable[Any], unit: str = "", label: str = ""):
        for given, what in ((unit, "unit"), (label, "label")):
            if not isinstance(given, str):
                raise InvalidInput(f"The {what} of an axis is {given!r}.", f"Give the {what} as text.")
        object.__setattr__(self, "values", _real_values(values))
        object.__setattr__(self, "unit", unit)
        object.__setattr__(self, "label", label)


def _real_values(values: Iterable[Any]) -> tuple[float, ...]:
    """Check the values of an axis and return them as Python numbers: all ``int`` or all ``float``."""
    dimensions = getattr(values, "ndim", 1)
    if dimensions != 1:
        raise InvalidInput(f"An axis has {dimensions} dimensions.", "Give its values as a one-dimensional sequence.")
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InvalidInput(f"An axis is {values!r}, which is no sequence of numbers.", "Give a list or an array.")
    items = list(values)
    if not items:
        raise InvalidInput("An axis has no values.", "Give it at least one value.")
    for item in items:
        if not isinstance(item, Real):
            raise InvalidInput(
                f"An axis holds {item!r} of type {type(item).__name__}, which is no real number.",
                "Give its values as a one-dimensional sequence of real numbers.",
            )
        if not _is_finite(item):
            raise InvalidInput(f"An axis holds {item}.", "Give finite values only, below 1e308.")
    if all(isinstance(item, Integral) for item in items):
        numbers: tuple[float, ...] = tuple(int(item) for item in items)
        if any(abs(number) > 2**53 for number in numbers):
            raise InvalidInput("An axis holds an integer above 2**53.", "Give values that a float holds exactly.")
    else:
        numbers = tuple(float(item) + 0.0 for item in items)  # + 0.0: -0.0 and 0.0 are one point
    if len(set(numbers)) < len(numbers):
        repeated = next(number for place, number in enumerate(numbers) if number in numbers[:place])
        raise InvalidInput(f"An axis holds {repeated!r} more than once.", "Give every value once.")
    return numbers


def _is_finite(item: Real) -> bool:
    try:
        return math.isfinite(item)
    except OverflowError:  # an integer or a fraction that no float holds
        return False


class Segment(NamedTuple):
    """Consecutive points ``start, ..., stop - 1`` on one line of a grid."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Named axes and their product, the last axis fastest.

    Parameters
    ----------
    names : tuple of str
        The names of the axes.
    axes : tuple of Axis
        As many axes.
    """

    names: tuple[str, ...]
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values of each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def size(self) -> int:
        """The number of points."""
        return math.prod(self.shape)

    def point(self, index: int) -> dict[str, float]:
        """Return the coordinates of point number `index` by name."""
        return point_at(self.names, tuple(axis.values for axis in self.axes), index)

    def describe_point(self, index: int) -> str:
        """Return the coordinates of point number `index` in words."""
        return ", ".join(f"{name}={value:.6g}" for name, value in self.point(index).items())

    def segments(self, is_missing: Sequence[bool]) -> Iterator[Segment]:
        """Yield the longest stretches of missing points, each within one line."""
        length = self.shape[-1]
        for line in range(0, self.size, length):
            start = line
            while start < line + length:
                if not is_missing[start]:
                    start += 1
                    continue
                stop = start + 1
                while stop < line + length and is_missing[stop]:
                    stop += 1
                yield Segment(start, stop)
                start = stop


def point_at(names: tuple[str, ...], values: tuple[tuple[float, ...], ...], index: int) -> dict[str, float]:
    """Return the coordinates of point number `index` of the product of `values`, by name."""
    coordinates: list[float] = []
    for axis in reversed(values):
        index, place = divmod(index, len(axis))
        coordinates.append(axis[place])
    return dict(zip(names, reversed(coordinates), strict=True))


def make_grid(axes: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Grid:
    """Check the axes of a sweep and put them together.

    Parameters
    ----------
    axes : mapping or sequence of pairs
        Name to :class:`Axis`, to an ``xarray.DataArray`` (whose ``units`` and ``long_name`` are kept), or
        to any sequence of real numbers.

    Returns
    -------
    Grid
        The axes in the given order.

    Raises
    ------
    InvalidInput
        If there is no axis, a name is used twice or is reserved, or an axis is wrong.

    Examples
    --------
    >>> from photinus.sweep.axes import make_grid
    >>> make_grid({"detuning": [-1, 0.0, 1], "drive": [0, 1]}).shape
    (3, 2)
    """
    pairs = list(axes.items()) if isinstance(axes, Mapping) else _as_pairs(axes)
    if not pairs:
        raise InvalidInput("The sweep has no axes.", "Give at least one axis, such as {'drive': [0.0, 0.5, 1.0]}.")
    names: list[str] = []
    made: list[Axis] = []
    for name, values in pairs:
        if not isinstance(name, str) or not name.isidentifier():
            raise InvalidInput(f"{name!r} is no name for an axis.", "Use the name of a parameter of the function.")
        if name in RESERVED:
            raise InvalidInput(f"The name {name!r} of an axis is reserved by the sweep.", "Use another name.")
        if name in names:
            raise InvalidInput(f"The axis {name!r} is given twice.", "Give every axis once.")
        names.append(name)
        made.append(_as_axis(name, values))
    return Grid(tuple(names), tuple(made))


def _as_pairs(axes: Any) -> list[tuple[Any, Any]]:
    try:
        return [(name, values) for name, values in axes]
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"The axes are given as {type(axes).__name__}.",
            "Give a mapping of names to values, or a sequence of pairs (name, values).",
        ) from error


def _as_axis(name: str, values: Any) -> Axis:
    if isinstance(values, Axis):
        return values
    attributes = getattr(values, "attrs", None)
    try:
        if isinstance(attributes, Mapping) and hasattr(values, "values"):  # an xarray.DataArray
            unit, label = (str(attributes.get(key, "")) for key in ("units", "long_name"))
            return Axis(values.values, unit, label)
        return Axis(values)
    except InvalidInput as error:
        raise InvalidInput(f"Axis {name!r}: {error.cause}", error.remedy) from error
