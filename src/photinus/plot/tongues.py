"""Boundaries of tongues over each other: one plane, several theories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.labels import axis_label
from photinus.plot.style import LINES, colour_bar, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from photinus.entrainment import Tongue
    from photinus.entrainment.tongue_region import Interior

DASHES = {"level": "-", "jump": ":", "saddle-node": "-", "Hopf": "--", "death": "-."}
"""How each kind of boundary is drawn; the kinds that are not level curves are named in the legend."""


def tongues(
    theories: Mapping[str, Tongue],
    *,
    background: Interior | None = None,
    units: Mapping[str, str] | None = None,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """The boundaries of several tongues in one plane, such as classical, semiclassical and quantum.

    Parameters
    ----------
    theories : mapping of label to Tongue
        All over the same two parameters. Each has its colour; saddle-nodes and level curves are full lines, Hopf
        bifurcations dashed, jumps dotted.
    background : Interior, optional
        A map to draw under them, from ``tongue.interior()``.
    units : mapping of str to str, optional
        Units of the parameters, by name.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        For no tongue, or tongues of different planes.
    """
    if not theories:
        raise InvalidInput("There is no tongue to draw.", "Give {label: tongue}.")
    planes = {tongue.names for tongue in theories.values()}
    if len(planes) > 1:
        raise InvalidInput(
            f"The tongues have different parameters: {', '.join(map(str, sorted(planes)))}.",
            "Draw each plane by itself.",
        )
    (names,) = planes
    with drawing(axes, title) as axes:
        if background is not None:
            drawn = axes.pcolormesh(
                background.x, background.y, np.ma.masked_invalid(background.values), shading="nearest", cmap="Greys",
                alpha=0.55, rasterized=True, linewidth=0,
            )  # fmt: skip
            colour_bar(axes, drawn, background.quantity.replace("_", " "))
        handles: dict[str, Any] = {}
        for number, (label, tongue) in enumerate(theories.items()):
            for curve in tongue.boundary:
                path = np.concatenate([curve.path, curve.path[:1]]) if curve.closed else curve.path
                (line,) = axes.plot(
                    path[:, 0], path[:, 1], DASHES.get(curve.kind, "-"), color=LINES[number % len(LINES)]
                )
                name = label if curve.kind in ("level", "jump") else f"{label}: {curve.kind}"
                handles.setdefault(name, line)
        sides = np.array([tongue.region.sides for tongue in theories.values()])
        axes.set_xlim(float(sides[:, 0, 0].min()), float(sides[:, 0, 1].max()))
        axes.set_ylim(float(sides[:, 1, 0].min()), float(sides[:, 1, 1].max()))
        given = units or {}
        axes.set_xlabel(axis_label(names[0], {"units": given.get(names[0], "")}))
        axes.set_ylabel(axis_label(names[1], {"units": given.get(names[1], "")}))
        axes.figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=2)
    return axes
