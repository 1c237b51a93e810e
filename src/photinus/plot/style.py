"""The look of all figures: one context of settings, the colours of lines, and how new axes are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.projections.polar import PolarAxes

LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours of lines, told apart by all common kinds of colour vision (Okabe and Ito)."""

WIDTH, HEIGHT = 4.6, 3.5
"""Inches of a figure with one panel."""

NO_VALUE = "0.87"
"""Grey of map cells without a value."""

# Fonts that matplotlib brings along, so that figures look alike on every machine.
SETTINGS: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": "STIXGeneral",
        "mathtext.fontset": "stix",
        "font.size": 11.0,
        "axes.titlesize": 11.0,
        "axes.titlepad": 8.0,
        "axes.labelsize": 12.0,
        "axes.linewidth": 0.7,
        "axes.unicode_minus": True,
        "xtick.labelsize": 10.0,
        "ytick.labelsize": 10.0,
        "xtick.direction": "out",
        "ytick.direction": "out",
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
        "legend.fontsize": 10.0,
        "legend.frameon": False,
        "lines.linewidth": 1.6,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "savefig.facecolor": "white",
    }
)


@contextmanager
def style() -> Iterator[None]:
    """The settings of photinus' figures, inside a ``with`` block; what was set before holds again behind it.

    Examples
    --------
    >>> import matplotlib
    >>> from photinus import plot
    >>> before = matplotlib.rcParams["font.size"]
    >>> with plot.style():
    ...     inside = matplotlib.rcParams["font.size"]
    >>> float(inside), matplotlib.rcParams["font.size"] == before
    (11.0, True)
    """
    import matplotlib

    settings: Any = dict(SETTINGS)  # matplotlib's types know every key, of every version its own
    with matplotlib.rc_context(settings):
        yield


def figure(columns: int = 1, *, polar: bool = False) -> tuple[Figure, list[Any]]:
    """A figure without a window, its panels side by side: what programs use that only write files.

    Parameters
    ----------
    columns : int
        Number of panels.
    polar : bool
        Whether they are polar.

    Returns
    -------
    tuple of Figure and list of Axes
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with style():
        width = 4.2 if polar else WIDTH
        made = Figure(figsize=(width + (columns - 1) * 0.78 * width, HEIGHT), layout="constrained")
        FigureCanvasAgg(made)
        grid = made.subplots(1, columns, squeeze=False, subplot_kw={"projection": "polar"} if polar else None)
    return made, list(grid[0])


def cartesian(axes: Axes | None) -> Axes:
    """The given axes, or new ones in a pyplot figure."""
    if axes is not None:
        if getattr(axes, "name", "") == "polar":
            raise InvalidInput("The axes are polar.", "Give Cartesian axes.")
        return axes
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(WIDTH, HEIGHT), layout="constrained")[1]


@contextmanager
def drawing(axes: Axes | None, title: str | None = None) -> Iterator[Axes]:
    """Cartesian axes in the style of these figures, the given ones or new ones; the title is written at the end."""
    with style():
        made = cartesian(axes)
        yield made
        if title:
            made.set_title(title)


def polar(axes: PolarAxes | None) -> PolarAxes:
    """The given polar axes, or new ones in a pyplot figure."""
    if axes is not None:
        if getattr(axes, "name", "") != "polar":
            raise InvalidInput(
                "A phase density needs polar axes.", "Make them with plt.subplots(subplot_kw={'projection': 'polar'})."
            )
        return axes
    import matplotlib.pyplot as plt

    made: Any = plt.subplots(figsize=(4.2, HEIGHT), layout="constrained", subplot_kw={"projection": "polar"})[1]
    return made


def colour_bar(axes: Axes, drawn: Any, label: str) -> Colorbar:
    """A colour bar beside the axes, exactly as high as they are."""
    made = axes.figure.colorbar(drawn, cax=axes.inset_axes((1.03, 0.0, 0.04, 1.0)))
    made.set_label(label)
    made.outline.set_linewidth(0.7)
    return made


def draw_image(axes: Axes, x: np.ndarray, y: np.ndarray, values: np.ndarray, colours: Mapping[str, Any]) -> Any:
    """Values at (y, x) as a smooth picture where the grid is uniform, as cells where it is not."""
    steps = [np.diff(grid) for grid in (x, y)]
    if all(len(step) and np.allclose(step, step[0], rtol=1e-6, atol=0) and step[0] > 0 for step in steps):
        half = [0.5 * step[0] for step in steps]
        extent = (x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1])
        drawn: Any = axes.imshow(values, origin="lower", extent=extent, interpolation="bilinear", **colours)
    else:
        drawn = axes.pcolormesh(x, y, values, shading="nearest", rasterized=True, **colours)
    axes.set_aspect("equal")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    return drawn
