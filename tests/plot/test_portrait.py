"""Phase portraits."""

from __future__ import annotations

import numpy as np
import pytest

from photinus import plot
from photinus.errors import InvalidInput


def test_portrait() -> None:
    x, y = np.linspace(-2, 2, 21), np.linspace(-1, 1, 11)
    alpha = x + 1j * y[:, None]
    _, (axes,) = plot.figure()
    drawn = plot.portrait(
        x,
        y,
        alpha - alpha * abs(alpha) ** 2,
        points=[(0j, "unstable node"), (1 + 0j, "stable node"), (-1 + 0j, "saddle"), (1j, "centre")],
        orbits=[np.exp(1j * np.linspace(0, 6, 50))],
        axes=axes,
        title="a portrait",
    )
    assert drawn is axes
    assert [len(line.get_xdata()) for line in axes.lines] == [50, 1, 1, 1, 1]
    assert axes.get_xlim() == (-2.0, 2.0)
    assert axes.get_title() == "a portrait"


def test_a_velocity_that_does_not_fit() -> None:
    with pytest.raises(InvalidInput, match=r"shape \(3, 4\)"):
        plot.portrait(np.arange(3), np.arange(4), np.zeros((3, 4)))
