"""Curves of a sweep, checked by their artists."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from photinus import plot
from photinus.errors import InvalidInput

DRIVE = np.linspace(0, 1, 5)


def table(drive: np.ndarray = DRIVE, **extra: object) -> xr.Dataset:
    return xr.Dataset(
        {
            "R": ("drive", np.sqrt(drive), {"long_name": "phase coherence $R$"}),
            "width": ("drive", np.exp(-drive), {"units": "kHz"}),
        },
        {"drive": ("drive", drive, {"units": "gain"})},
    ).assign(extra)


@pytest.fixture(autouse=True)
def _closed() -> object:
    yield
    plt.close("all")


def test_one_quantity_labels_its_axis() -> None:
    axes = plot.curve(table(), "R", title="title")
    (line,) = axes.lines
    assert np.allclose(line.get_xdata(), DRIVE)
    assert np.allclose(line.get_ydata(), np.sqrt(DRIVE))
    assert axes.get_xlabel() == r"drive $\Omega/\kappa_1$"
    assert axes.get_ylabel() == "phase coherence $R$"
    assert axes.get_title() == "title"
    assert not axes.figure.legends


def test_several_are_told_apart_without_colours() -> None:
    axes = plot.curve(table(), ["R", "width"])
    assert len({line.get_color() for line in axes.lines}) == 2
    assert len({line.get_linestyle() for line in axes.lines}) == 2
    assert len({line.get_marker() for line in axes.lines}) == 2
    (legend,) = axes.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["phase coherence $R$", "width (kHz)"]


def test_a_curve_is_sorted_and_broken_where_there_is_no_value() -> None:
    shuffled = table(np.array([1.0, 0.0, 0.5]))
    shuffled["R"][2] = np.nan
    (line,) = plot.curve(shuffled, "R").lines
    assert line.get_xdata().tolist() == [0.0, 0.5, 1.0]
    assert np.isnan(line.get_ydata()).tolist() == [False, True, False]


def test_equal_ratios_are_drawn_logarithmically() -> None:
    assert plot.curve(table(np.geomspace(0.01, 1, 7)), "R").get_xscale() == "log"
    assert plot.curve(table(), "R").get_xscale() == "linear"


def test_many_points_are_not_marked() -> None:
    assert plot.curve(table(np.linspace(0, 1, 200)), "R").lines[0].get_marker() == ""


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        ("r", "no quantity 'r'. Its quantities"),
        ("widht", "Did you mean 'width'"),
        ([], "0 quantities"),
        (8 * ["R"], "8 quantities"),
        ("map", "has 2 axes"),
        ("complex", "no real number"),
        ("nothing", "no value anywhere"),
        (["R", "other"], "different axes"),
    ],
)
def test_curve_refuses(quantities: object, message: str) -> None:
    more = {
        "map": (("drive", "x"), np.zeros((5, 2))),
        "complex": ("drive", DRIVE * 1j),
        "nothing": ("drive", DRIVE * np.nan),
        "other": ("x", np.zeros(2)),
    }
    with pytest.raises(InvalidInput, match=message):
        plot.curve(table(**more).assign_coords(x=[0, 1]), quantities)  # type: ignore[arg-type]


def test_curve_refuses_an_axis_of_one_value() -> None:
    with pytest.raises(InvalidInput, match="one value"):
        plot.curve(table().isel(drive=[0]), "R")
