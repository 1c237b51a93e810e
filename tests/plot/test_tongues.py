"""Tongues over each other."""

from __future__ import annotations

import numpy as np
import pytest

from photinus import plot
from photinus.entrainment import Continuation, Value, tongue
from photinus.errors import InvalidInput

METHOD = Continuation(tolerance=5e-3, scan=(5, 5))


def disc(radius: float, second: str = "y"):
    def height(**at: float) -> float:
        return radius**2 - at["x"] ** 2 - at[second] ** 2

    return tongue(height, {}, {"x": (-1.0, 1.0), second: (-1.0, 1.0)}, Value(0.0, "height"), method=METHOD)


def test_two_theories_over_a_map() -> None:
    one, other = disc(0.7), disc(0.4)
    _, (axes,) = plot.figure()
    drawn = plot.tongues({"one": one, "other": other}, background=one.interior((5, 5)), units={"x": "Hz"}, axes=axes)
    assert drawn is axes
    first, second = axes.lines
    for line, radius in ((first, 0.7), (second, 0.4)):
        assert np.abs(np.hypot(*line.get_data()) - radius).max() < 1e-2
    assert first.get_color() != second.get_color()
    assert axes.get_xlim() == (-1.0, 1.0)
    assert "Hz" in axes.get_xlabel()
    (legend,) = axes.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["one", "other"]


def test_tongues_of_different_planes() -> None:
    with pytest.raises(InvalidInput, match="different parameters"):
        plot.tongues({"one": disc(0.7), "other": disc(0.7, "z")})
    with pytest.raises(InvalidInput, match="no tongue"):
        plot.tongues({})
