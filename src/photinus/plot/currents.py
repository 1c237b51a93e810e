"""Currents into and out of a system as bands whose width is their size, and prices against precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP = 0.22
"""Free height between two bands, of that of all bands."""


def currents(
    flows: Mapping[str, float],
    *,
    system: str = "system",
    unit: str = "",
    colours: Mapping[str, str] | None = None,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Currents as bands, after Sankey: what flows in comes from the left, what flows out leaves to the right.

    Parameters
    ----------
    flows : mapping of str to float
        Currents by name, positive *into* the system, such as
        ``{**law.heat, "work": law.power}`` of :func:`photinus.thermo.first_law`.
    system : str
        What stands on the box.
    unit : str
        Written behind each number.
    colours : mapping of str to str, optional
        Of bands by name, such as ``{"hot": "firebrick"}``; the others take those of the lines.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        Two sides of equal height where the currents balance.

    Raises
    ------
    InvalidInput
        If there is no current, or one is not finite.
    """
    sizes = {name: float(x) for name, x in flows.items()}
    if not all(np.isfinite(x) for x in sizes.values()) or not any(sizes.values()):
        raise InvalidInput(f"The currents are {sizes}.", "Give finite currents by name, one of them not 0.")
    shown = {name: x for name, x in sizes.items() if abs(x) > 1e-9 * max(map(abs, sizes.values()))}
    chosen = {name: LINES[k % len(LINES)] for k, name in enumerate(sizes)} | dict(colours or {})
    scale = 1 / max(sum(abs(x) for x in shown.values() if (x > 0) == inward) for inward in (True, False))
    with drawing(axes, title) as axes:
        top = 0.0
        for inward in (True, False):
            side = [(name, abs(x) * scale) for name, x in shown.items() if (x > 0) == inward]
            top = max(top, _side(axes, side, chosen, (sizes, unit), inward=inward))
        axes.add_patch(_box(1.0))
        axes.text(0, 0, system, ha="center", va="center", color="white", zorder=4)
        axes.set(xlim=(-2.3, 2.3), ylim=(-0.55 * max(top, 1.0) - 0.12, 0.55 * max(top, 1.0) + 0.12))
        axes.set_axis_off()
    return axes


def _box(height: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((-0.3, -0.5 * height - 0.04), 0.6, height + 0.08, color="0.35", zorder=3)


def _side(
    axes: Axes,
    bands: list[tuple[str, float]],
    colours: Mapping[str, str],
    written: tuple[Mapping[str, float], str],
    *,
    inward: bool,
) -> float:
    """The bands of one side, stacked at the box and spread at the end; returns the height of the spread ones."""
    total, count = sum(height for _, height in bands), len(bands)
    spread = total + GAP * max(0, count - 1)
    near, far = 0.5 * total, 0.5 * spread
    x, sizes, unit = np.linspace(0.3, 1.45, 60), *written
    bend = 0.5 - 0.5 * np.cos(np.pi * (x - x[0]) / (x[-1] - x[0]))
    for name, height in bands:
        upper = near + (far - near) * bend
        middle = far - 0.5 * height
        base = -1.45 if inward else 1.45
        along, low, high = -x if inward else x, upper - height, upper
        if not inward:  # the arrow's head belongs to its band, so that no seam shows
            tip = 0.5 * height + 0.05
            along = np.append(x, [base, base + min(0.22, 0.4 * tip + 0.06)])
            low, high = np.append(low, [middle - tip, middle]), np.append(high, [middle + tip, middle])
        axes.fill_between(along, low, high, color=colours[name], alpha=0.85, linewidth=0, zorder=2)
        place = base - 0.08 if inward else base + 0.32
        text = f"{name}\n{abs(sizes[name]):.3g}{' ' + unit if unit else ''}"
        axes.text(place, middle, text, ha="right" if inward else "left", va="center", fontsize=10)
        near, far = near - height, far - height - GAP
    return spread


def cost_precision(
    cost: Any,
    precision: Any,
    *,
    bound: float | None = 2.0,
    label: str | None = None,
    names: Sequence[str] = (r"entropy production $\sigma$", r"precision $\langle J\rangle^2/\mathrm{Var}\,J$"),
    axes: Axes | None = None,
) -> Axes:
    r"""Precision against its price, with the line that a classical current cannot cross.

    Parameters
    ----------
    cost, precision : array_like, shape (n,)
        Such as σ and mean²/variance; positive numbers, drawn with logarithmic axes.
    bound : float, optional
        The line precision = cost/bound, 2 for the thermodynamic uncertainty relation; None for no line.
    label : str, optional
        The curve's name; call again with the same axes for more curves.
    names : two strings
        The axes' labels.
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If the two do not fit together, or nothing is finite and positive.
    """
    x, y = (np.asarray(values, dtype=float) for values in (cost, precision))
    if x.ndim != 1 or x.shape != y.shape:
        raise InvalidInput(
            f"The costs have the shape {x.shape}, the precisions {y.shape}.", "Give lists of one length."
        )
    good = np.isfinite(x) & np.isfinite(y) & (x > 0) & (y > 0)
    if not good.any():
        raise InvalidInput("No cost is finite and positive.", "Regularise jumps that have no reverse.")
    with drawing(axes) as axes:
        first = not axes.lines
        number = sum(1 for line in axes.lines if line.get_linestyle() == "-")
        axes.loglog(x[good], y[good], color=LINES[number % len(LINES)], label=label)
        if first and bound is not None:
            ends = np.array([x[good].min(), x[good].max()])
            axes.loglog(ends, ends / bound, "k--", linewidth=0.9, label=f"classical bound, cost/{bound:g}")
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        axes.spines[["top", "right"]].set_visible(False)
        handles, labels = axes.get_legend_handles_labels()
        last = sorted(range(len(labels)), key=lambda k: labels[k].startswith("classical bound"))
        axes.legend([handles[k] for k in last], [labels[k] for k in last], fontsize=9)
    return axes
