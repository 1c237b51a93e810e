"""Currents as bands, and prices against precision."""

from __future__ import annotations

import numpy as np
import pytest

from photinus import errors, plot


def test_bands_stand_on_their_sides_with_their_names() -> None:
    axes = plot.currents({"hot": 3.0, "cold": -2.0, "work": -1.0, "nothing": 0.0}, system="maser", unit="W")
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["hot\n3 W", "cold\n2 W", "work\n1 W", "maser"]
    left, right = (
        [t for t in axes.texts if t.get_ha() == side and t.get_text() != "maser"] for side in ("right", "left")
    )
    assert len(left) == 1
    assert len(right) == 2
    assert left[0].get_position()[0] < 0 < right[0].get_position()[0]


def test_the_width_of_a_band_is_its_current() -> None:
    axes = plot.currents({"in": 4.0, "one": -3.0, "two": -1.0})
    heights = []
    for band in axes.collections:
        points = band.get_paths()[0].vertices
        x = points[np.argmin(np.abs(np.abs(points[:, 0]) - 0.3)), 0]
        edge = points[np.isclose(points[:, 0], x)][:, 1]
        heights.append(edge.max() - edge.min())
    assert heights == pytest.approx([1.0, 0.75, 0.25])


@pytest.mark.parametrize("flows", [{}, {"a": 0.0}, {"a": float("nan")}, {"a": float("inf")}])
def test_currents_that_cannot_be_drawn(flows: dict[str, float]) -> None:
    with pytest.raises(errors.InvalidInput):
        plot.currents(flows)


def test_cost_and_precision() -> None:
    axes = plot.cost_precision([1, 10, np.inf], [0.4, 3, 5], label="ring")
    assert axes.lines[0].get_xdata() == pytest.approx([1, 10])
    assert axes.lines[1].get_ydata() == pytest.approx([0.5, 5])
    plot.cost_precision([1, 2], [1, 2], axes=axes, label="other")
    assert len(axes.lines) == 3
    assert axes.lines[0].get_color() != axes.lines[2].get_color()
    for wrong in (([1, 2], [1]), ([np.inf], [1.0])):
        with pytest.raises(errors.InvalidInput):
            plot.cost_precision(*wrong)


def test_bands_have_the_colours_that_were_chosen_and_no_seam() -> None:
    axes = plot.currents({"hot": 2.0, "work": -2.0}, colours={"hot": "red"})
    assert axes.collections[0].get_facecolor()[0, :3] == pytest.approx([1, 0, 0])
    assert len(axes.collections) == 2  # an arrow's head is part of its band
    assert axes.collections[1].get_paths()[0].vertices[:, 0].max() > 1.45


def test_the_bound_comes_last_in_the_legend() -> None:
    axes = plot.cost_precision([1, 10], [0.4, 3], label="ring")
    plot.cost_precision([1, 2], [1, 2], axes=axes, label="other")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["ring", "other", "classical bound, cost/2"]
