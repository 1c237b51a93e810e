"""Pictures of precision draw what they are given."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import plot


def test_the_bound_is_the_thick_line_and_measurements_are_named() -> None:
    x = np.linspace(0, 1, 5)
    _figure, (axes,) = plot.figure()
    drawn = plot.fisher_information(x, 2 - x, {"homodyne": 1 - x}, axes=axes, label="drive")
    assert drawn is axes
    assert [line.get_label() for line in axes.lines] == ["quantum bound", "homodyne"]
    assert axes.lines[0].get_linewidth() > axes.lines[1].get_linewidth()
    assert np.array_equal(axes.lines[1].get_ydata(), 1 - x)
    assert axes.get_xlabel() == "drive"


def test_allan_deviations_are_drawn_on_logarithmic_axes() -> None:
    record = ph.metrology.allan_deviation(np.random.default_rng(0).normal(size=256).cumsum(), 1.0)
    _figure, (axes,) = plot.figure()
    plot.allan({"clock": record}, lines={"theory": (record.times, 1 / np.sqrt(record.times))}, axes=axes)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {"clock", "theory"}


def test_mistakes() -> None:
    x = np.linspace(0, 1, 5)
    with pytest.raises(ph.errors.InvalidInput, match="shape"):
        plot.fisher_information(x, x[:3])
    with pytest.raises(ph.errors.InvalidInput):
        plot.fisher_information(x, x, {str(k): x for k in range(9)})
    with pytest.raises(ph.errors.InvalidInput):
        plot.allan({})
