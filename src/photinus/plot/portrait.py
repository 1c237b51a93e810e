"""Phase portraits: where a mean field goes, in the plane of one complex amplitude."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = {"stable": ("o", LINES[0]), "saddle": ("X", LINES[1]), "unstable": ("o", "white")}


def portrait(
    x: np.ndarray,
    y: np.ndarray,
    velocity: np.ndarray,
    *,
    points: Sequence[tuple[complex, str]] = (),
    orbits: Sequence[np.ndarray] = (),
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Streamlines of a velocity in the plane of α, with fixed points and orbits.

    Parameters
    ----------
    x, y : ndarray
        Re α and Im α, equally spaced.
    velocity : ndarray, shape (len(y), len(x))
        α̇, complex.
    points : sequence of (complex, str)
        Fixed points with their kinds: ``stable …`` is a full circle, ``unstable …`` an open one, ``saddle`` a cross.
    orbits : sequence of ndarray
        Complex amplitudes along an orbit, such as a limit cycle.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If the velocity does not fit the grid.
    """
    x, y, velocity = np.asarray(x), np.asarray(y), np.asarray(velocity)
    if velocity.shape != (len(y), len(x)):
        raise InvalidInput(
            f"The velocity has the shape {velocity.shape}, the grid {(len(y), len(x))}.", "Give one value a point."
        )
    with drawing(axes, title) as axes:
        axes.streamplot(x, y, velocity.real, velocity.imag, color="0.72", linewidth=0.7, arrowsize=0.7, density=1.1)
        for orbit in orbits:
            axes.plot(np.real(orbit), np.imag(orbit), color=LINES[2], linewidth=2.0)
        for place, kind in points:
            marker, colour = _MARKS.get(kind.split()[0], ("s", "0.5"))
            axes.plot(place.real, place.imag, marker, markersize=7.5, color=colour, markeredgecolor="black", zorder=5)
        axes.set_aspect("equal")
        axes.set_xlim(float(x[0]), float(x[-1]))
        axes.set_ylim(float(y[0]), float(y[-1]))
        axes.set_xlabel(r"Re $\alpha$")
        axes.set_ylabel(r"Im $\alpha$")
    return axes
