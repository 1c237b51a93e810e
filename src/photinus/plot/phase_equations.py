"""Pictures of a phase reduction: how sensitive the phase is, and how it moves on the circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from photinus.entrainment.circle import PhaseEquation
    from photinus.entrainment.phase_reduction import PhaseReduction


def phase_sensitivity(
    reduction: PhaseReduction, site: str, *, axes: Axes | None = None, title: str | None = None
) -> Axes:
    """The phase sensitivity of one site over the phase: ∂φ/∂Re α and ∂φ/∂Im α, or three components of a spin.

    Parameters
    ----------
    reduction : PhaseReduction
        An answer of :func:`photinus.entrainment.phase_reduction`.
    site : str
        The oscillator or spin.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If there is no such site.
    """
    table = reduction.sensitivity
    if site not in table:
        raise InvalidInput(f"The reduction has no site {site!r}.", f"Its sites are {', '.join(table)}.")
    value = table[site]
    if np.iscomplexobj(value):
        curves = {
            r"$\partial\varphi/\partial\,$Re$\,\alpha$": value.real,
            r"$\partial\varphi/\partial\,$Im$\,\alpha$": value.imag,
        }
    else:
        curves = {rf"$\partial\varphi/\partial s_{c}$": value[:, k] for k, c in enumerate("xyz")}
    phases = np.append(reduction.phases, 2 * np.pi)
    with drawing(axes, title) as axes:
        axes.axhline(0, color="0.7", linewidth=0.7)
        for number, (label, curve) in enumerate(curves.items()):
            axes.plot(phases, np.append(curve, curve[0]), ("-", "--", "-.")[number], color=LINES[number], label=label)
        _phase_axis(axes, 0.0)
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.14 * len(curves) * (high - low))  # room for the legend above the curves
        axes.set_ylabel(r"sensitivity $Z(\varphi)$")
        axes.legend(loc="upper right")
    return axes


def phase_velocity(
    equation: PhaseEquation, *, with_density: bool = True, axes: Axes | None = None, title: str | None = None
) -> Axes:
    """The velocity f(φ) of a phase, with its fixed points (stable ones full) and, filled, its stationary density.

    Parameters
    ----------
    equation : PhaseEquation
        Such as an answer of :func:`photinus.entrainment.adler`.
    with_density : bool
        Whether to draw the density, if there is noise; it is scaled to the picture.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes
    """
    phi = np.linspace(-np.pi, np.pi, 721)
    velocity = equation.velocity(phi)
    with drawing(axes, title) as axes:
        low, high = min(0.0, float(velocity.min())), max(0.0, float(velocity.max()))
        room = 0.12 * (high - low) or 1.0
        if with_density and equation.diffusion:
            found = equation.density
            across, height = np.append(found.phi, np.pi), np.append(found.density, found.density[0])
            lifted = (low - room) + (high - low + room) * height / height.max()
            axes.fill_between(across, low - room, lifted, color=LINES[5], alpha=0.35, linewidth=0, label="density")
        axes.axhline(0, color="0.5", linewidth=0.7)
        axes.plot(phi, velocity, color=LINES[0], label=r"$f(\varphi)$")
        for points, colour in ((equation.fixed_points, "white"), (equation.stable, LINES[0])):
            wrapped = np.angle(np.exp(1j * points))
            axes.plot(wrapped, 0 * wrapped, "o", color=colour, markeredgecolor="black", markersize=7, zorder=5)
        _phase_axis(axes, -np.pi)
        axes.set_ylim(low - room, high + room)
        axes.set_ylabel(r"$d\varphi/dt$")
        axes.legend(loc="upper right")
    return axes


def _phase_axis(axes: Axes, start: float) -> None:
    names = {-np.pi: r"$-\pi$", 0.0: "$0$", np.pi: r"$\pi$", 2 * np.pi: r"$2\pi$"}
    ticks = [t for t in names if start - 0.1 <= t <= start + 2 * np.pi + 0.1]
    axes.set_xlim(start, start + 2 * np.pi)
    axes.set_xticks(ticks, [names[t] for t in ticks])
    axes.set_xlabel(r"phase $\varphi$")
    axes.spines[["top", "right"]].set_visible(False)
