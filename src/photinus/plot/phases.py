"""Densities of phases: one phase around a circle, two phases on a torus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.labels import angle_text
from photinus.plot.style import LINES, colour_bar, draw_image, drawing, polar, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.projections.polar import PolarAxes

    from photinus.phase import JointPhaseDensity, PhaseDensity

_ANGLES = (-np.pi, -np.pi / 2, 0.0, np.pi / 2, np.pi)
_ANGLE_NAMES = ("$-\\pi$", "$-\\pi/2$", "$0$", "$\\pi/2$", "$\\pi$")


def phase_density(
    densities: PhaseDensity | Sequence[PhaseDensity],
    *,
    labels: Sequence[str] | None = None,
    axes: PolarAxes | None = None,
    title: str | None = None,
) -> PolarAxes:
    r"""Densities :math:`P(\varphi)` of a phase as a polar plot, with the uniform density :math:`1/2\pi` dotted.

    Parameters
    ----------
    densities : PhaseDensity or sequence of them
        As :func:`photinus.phase.distribution` or :func:`photinus.phase.relative_distribution` return them.
    labels : sequence of str, optional
        One for each density; by default their own.
    axes : matplotlib PolarAxes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib PolarAxes

    Raises
    ------
    InvalidInput
        If there is no density, the labels do not fit, or the axes are not polar.
    """
    several = list(densities) if isinstance(densities, Sequence) else [densities]
    if not several:
        raise InvalidInput("There is no density to draw.", "Give at least one.")
    names = [angle_text(density.label) for density in several] if labels is None else list(labels)
    if len(names) != len(several):
        raise InvalidInput(f"{len(names)} labels are given for {len(several)} densities.", "Give one label for each.")
    with style():
        axes = polar(axes)
        around = np.linspace(0, 2 * np.pi, 181)
        axes.plot(
            around, np.full_like(around, 0.5 / np.pi), ":", color="0.35", linewidth=1.0, label=r"uniform, $1/2\pi$"
        )
        for number, (density, name) in enumerate(zip(several, names, strict=True)):
            angle, height = (
                np.append(density.phi, density.phi[0] + 2 * np.pi),
                np.append(density.density, density.density[0]),
            )
            colour = LINES[number % len(LINES)]
            axes.plot(angle, height, color=colour, label=name, linestyle=("-", "--", "-.")[number % 3])
            axes.fill(angle, height, color=colour, alpha=0.13, linewidth=0)
        _mark_circle(axes, max(0.5 / np.pi, *(float(np.max(density.density)) for density in several)))
        if title:
            axes.set_title(title)
        columns = 1 if max(map(len, names)) > 16 else min(3, len(several) + 1)
        axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=columns)
    return axes


def _mark_circle(axes: PolarAxes, highest: float) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_thetagrids(range(0, 360, 45), labels=("$0$", "", r"$\pi/2$", "", r"$\pm\pi$", "", r"$-\pi/2$", ""))
    top = 1.08 * highest
    axes.set_rgrids([tick for tick in MaxNLocator(4).tick_values(0, top) if 0 < tick < top], angle=112.5)
    axes.set_ylim(0, top)
    axes.tick_params(axis="y", labelsize=8.5, labelcolor="0.3")
    for label in axes.get_yticklabels():
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8})
    axes.tick_params(axis="x", pad=1)
    axes.grid(color="0.85", linewidth=0.6)
    axes.spines["polar"].set_linewidth(0.7)


def joint_phase(
    density: JointPhaseDensity,
    *,
    limit: float | None = None,
    with_colour_bar: bool = True,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    r"""The joint density :math:`P(\varphi_a, \varphi_b)` of two phases on a torus cut open: opposite edges are one.

    Parameters
    ----------
    density : JointPhaseDensity
        As :func:`photinus.phase.joint_distribution` returns it.
    limit : float, optional
        The colours span 0 ... limit; by default the largest value. Panels to be compared need the same.
    with_colour_bar : bool
        Whether to draw it; of several panels with one ``limit`` the last is enough.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If the shape does not fit.
    """
    phi, values = np.asarray(density.phi), np.asarray(density.density)
    if values.shape != (phi.size, phi.size):
        raise InvalidInput(
            f"The joint density has the shape {values.shape} on {phi.size} phases.", "Give a square array over phi."
        )
    # The first row and column again at the far edge, so that the square closes.
    phi = np.append(phi, phi[0] + 2 * np.pi)
    values = np.pad(values, ((0, 1), (0, 1)), mode="wrap")
    with drawing(axes, title) as axes:
        drawn = draw_image(axes, phi, phi, values.T, {"cmap": "cividis", "vmin": 0.0, "vmax": limit})
        axes.set_xticks(_ANGLES, _ANGLE_NAMES)
        axes.set_yticks(_ANGLES, _ANGLE_NAMES)
        first, second = map(angle_text, density.label)
        axes.set_xlabel(first)
        axes.set_ylabel(second)
        if with_colour_bar:
            colour_bar(axes, drawn, f"$P$({first}, {second})")
    return axes
