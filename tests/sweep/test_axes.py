from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from photinus.errors import InvalidInput
from photinus.sweep.axes import Axis, Segment, make_grid

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1, unique_by=lambda value: value + 0.0))
def test_an_axis_keeps_its_values_exactly_and_in_order(values):
    assert Axis(values).values == tuple(values)
    assert Axis(np.array(values)).values == tuple(values)
    assert all(type(value) is float for value in Axis(values).values)


@given(st.lists(st.integers(-(2**53), 2**53), min_size=1, unique=True))
def test_an_axis_of_integers_stays_one(values):
    assert Axis(np.array(values)).values == tuple(values)
    assert all(type(value) is int for value in Axis(np.array(values)).values)


def test_minus_zero_is_zero():
    assert math.copysign(1.0, Axis([-0.0]).values[0]) == 1.0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "no values"),
        ([0.0, math.nan], "holds nan"),
        ([math.inf], "holds inf"),
        ([1.0, 2.0, 1.0], "1.0 more than once"),
        ([0.0, -0.0], "more than once"),
        ([[1.0, 2.0]], "list"),
        (np.zeros((2, 2)), "2 dimensions"),
        (np.array(1.0), "0 dimensions"),
        (["1.0"], "'1.0' of type str"),
        ("0.5", "no sequence"),
        (0.5, "no sequence"),
        ([1j], "no real number"),
        ([2**53 + 1], "above 2\\*\\*53"),
    ],
)
def test_wrong_values_are_refused(values, words):
    with pytest.raises(InvalidInput, match=words):
        Axis(values)
    with pytest.raises(InvalidInput, match=f"Axis 'drive'.*{words}"):
        make_grid({"drive": values})


def test_units_and_labels_must_be_text():
    with pytest.raises(InvalidInput, match="unit"):
        Axis([1.0], unit=3)


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({}, "no axes"),
        ([], "no axes"),
        ([("x", [1]), ("x", [2])], "'x' is given twice"),
        ({"previous": [1]}, "reserved"),
        ({"seconds": [1]}, "reserved"),
        ({"two words": [1]}, "no name"),
        ({3: [1]}, "no name"),
        ([1, 2], "given as list"),
        (7, "given as int"),
    ],
)
def test_wrong_axes_are_refused(axes, words):
    with pytest.raises(InvalidInput, match=words):
        make_grid(axes)


def test_units_and_labels_come_from_xarray():
    array = xr.DataArray([1.0, 2.0], attrs={"units": "gain", "long_name": "$F$"})
    assert make_grid({"drive": array}).axes == (Axis([1.0, 2.0], "gain", "$F$"),)


def test_points_are_numbered_with_the_last_axis_fastest():
    grid = make_grid([("x", [1, 2]), ("y", [0.5, 1.5, 2.5])])
    assert [tuple(grid.point(index).values()) for index in range(grid.size)] == [
        (x, y) for x in (1, 2) for y in (0.5, 1.5, 2.5)
    ]
    assert list(grid.point(0)) == ["x", "y"]


@given(st.integers(1, 5), st.integers(1, 7), st.data())
def test_segments_are_the_missing_points_line_by_line(lines, length, data):
    missing = data.draw(st.lists(st.booleans(), min_size=lines * length, max_size=lines * length))
    segments = list(make_grid({"x": range(lines), "y": range(length)}).segments(missing))
    covered = [index for start, stop in segments for index in range(start, stop)]
    assert covered == [index for index, flag in enumerate(missing) if flag]
    assert all(start // length == (stop - 1) // length for start, stop in segments)  # within one line
    for one, other in itertools.pairwise(segments):  # none could be longer
        assert one.stop < other.start or other.start % length == 0


def test_a_line_without_gaps_is_one_segment():
    assert list(make_grid({"x": [0, 1], "y": [0, 1, 2]}).segments([True] * 6)) == [Segment(0, 3), Segment(3, 6)]
