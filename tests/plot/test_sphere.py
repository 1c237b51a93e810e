"""Husimi functions on the sphere, checked by their artists."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from photinus import plot
from photinus.errors import InvalidInput

THETA, PHI = np.linspace(0, np.pi, 31), np.linspace(-np.pi, np.pi, 61)
PEAK = np.cos((np.subtract.outer(0 * THETA, PHI - 0.6)) / 2) ** 2 * np.sin(THETA)[:, None]  # along the equator, at 0.6


@pytest.fixture(autouse=True)
def _closed() -> object:
    yield
    plt.close("all")


def seen(axes: plt.Axes) -> tuple[np.ndarray, np.ndarray]:
    """Corners and colours of the cells that are shown."""
    mesh = axes.collections[0]
    return mesh.get_coordinates(), np.ma.filled(mesh.get_array(), np.nan)


def test_the_largest_value_faces_the_eye():
    corners, cells = seen(plot.sphere(THETA, PHI, PEAK, view=None))
    row, column = np.unravel_index(np.nanargmax(cells), cells.shape)
    assert abs(corners[row : row + 2, column : column + 2, 0].mean()) < 0.06  # in the middle, left and right
    assert np.hypot(*np.moveaxis(corners, -1, 0)).max() <= 1 + 1e-12


def test_only_the_front_is_shown():
    _, cells = seen(plot.sphere(THETA, PHI, PEAK, view=(0.0, 0.6)))
    assert 0.4 < np.isfinite(cells).mean() < 0.6
    middle = 0.5 * (PHI[1:] + PHI[:-1])
    hidden = np.cos(middle - 0.6) < 0
    assert np.isnan(cells[:, hidden]).all()
    assert np.isfinite(cells[:, ~hidden]).all()


def test_from_above_the_azimuth_runs_counterclockwise():
    corners, _ = seen(plot.sphere(THETA, PHI, PEAK, view=(np.pi / 2, -np.pi / 2)))
    equator = corners[15]
    np.testing.assert_allclose(np.arctan2(equator[:, 1], equator[:, 0])[1:-1], PHI[1:-1], atol=1e-9)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InvalidInput, match=r"shape \(31, 61\) on 61 polar angles"):
        plot.sphere(PHI, THETA, PEAK)
    with pytest.raises(InvalidInput, match="NaN"):
        plot.sphere(THETA, PHI, PEAK * np.nan)
