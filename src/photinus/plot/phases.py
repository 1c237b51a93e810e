"""Densities of phases: one phase around a circle, two phases on a torus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, cartesian, colour_bar, polar, style

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
    names = [density.label for density in several] if labels is None else list(labels)
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
        axes.set_thetagrids((0, 45, 90, 135, 180, 225, 270, 315), labels=_around())
        axes.set_ylim(0, 1.08 * max(0.5 / np.pi, *(float(np.max(density.density)) for density in several)))
        axes.locator_params(axis="y", nbins=4)
        axes.set_rlabel_position(112.5)
        axes.tick_params(axis="y", labelsize=8.5, labelcolor="0.3")
        axes.tick_params(axis="x", pad=1)
        axes.grid(color="0.85", linewidth=0.6)
        axes.spines["polar"].set_linewidth(0.7)
        if title:
            axes.set_title(title)
        axes.figure.legend(
            *axes.get_legend_handles_labels(), loc="outside lower center", ncols=min(3, len(several) + 1)
        )
    return axes


def _around() -> list[str]:
    return ["$0$", "", "$\\pi/2$", "", "$\\pm\\pi$", "", "$-\\pi/2$", ""]


def joint_phase(
    density: JointPhaseDensity,
    *,
    names: tuple[str, str] = ("a", "b"),
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    r"""The joint density :math:`P(\varphi_a, \varphi_b)` of two phases on a torus cut open: opposite edges are the same.

    Parameters
    ----------
    density : JointPhaseDensity
        As :func:`photinus.phase.joint_distribution` returns it.
    names : pair of str
        Names of the two sites, for the labels.
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
    with style():
        axes = cartesian(axes)
        drawn = axes.pcolormesh(phi, phi, values.T, cmap="cividis", vmin=0.0, shading="gouraud", rasterized=True)
        axes.set_aspect("equal")
        axes.set_xticks(_ANGLES, _ANGLE_NAMES)
        axes.set_yticks(_ANGLES, _ANGLE_NAMES)
        first, second = (rf"\varphi_{{\mathrm{{{name}}}}}" for name in names)
        axes.set_xlabel(f"${first}$")
        axes.set_ylabel(f"${second}$")
        colour_bar(axes, drawn, f"$P({first}, {second})$")
        if title:
            axes.set_title(title)
    return axes
