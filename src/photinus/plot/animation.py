"""A density of a phase that moves, as a GIF."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number
from photinus.plot.files import write_aside
from photinus.plot.labels import angle_text
from photinus.plot.phases import phase_density
from photinus.plot.style import figure, style

if TYPE_CHECKING:
    from photinus.phase import PhaseDensity


def animate_phase(
    times: Sequence[float] | np.ndarray,
    densities: Sequence[PhaseDensity],
    path: str | os.PathLike[str],
    *,
    seconds: float = 6.0,
    dpi: int = 90,
) -> None:
    r"""Write :math:`P(\varphi, t)` as a GIF that repeats: one polar picture for each time, all of one scale.

    Parameters
    ----------
    times : sequence of float, shape (T,)
        Shown above each picture, such as ``Evolution.times``.
    densities : sequence of PhaseDensity, of the length of ``times``
        Such as :func:`photinus.phase.relative_distribution` of each of ``Evolution.states``.
    path : path-like
        The file, whose name ends in ``.gif``; written whole or not at all.
    seconds : float
        How long one turn takes, above 0; a picture stands for a hundredth of a second at least.
    dpi : int
        Pixels per inch of a picture 4.2 inches wide.

    Raises
    ------
    InvalidInput
        If lengths differ, there is no density, or the name does not end in ``.gif``.
    OutputError
        If the file cannot be written.
    """
    from matplotlib.animation import FuncAnimation, PillowWriter
    from matplotlib.ticker import MaxNLocator

    shown, moments = list(densities), [real_number(t, "time of a picture") for t in np.asarray(times).ravel()]
    if not shown or len(shown) != len(moments):
        raise InvalidInput(f"There are {len(shown)} densities for {len(moments)} times.", "Give one for each.")
    if Path(path).suffix.lower() != ".gif":
        raise InvalidInput(f"An animation cannot be written as {str(path)!r}.", "End its name in .gif.")
    span = real_number(seconds, "time of the animation")
    if span <= 0:
        raise InvalidInput(f"The time of the animation is {span:g} s.", "Give a time above 0.")
    drawn, (axes,) = figure(polar=True)
    top = 1.05 * max(0.5 / np.pi, *(float(density.density.max()) for density in shown))
    ticks = [tick for tick in MaxNLocator(4).tick_values(0, top) if 0 < tick < top]

    def picture(k: int) -> list[Any]:
        axes.clear()
        phase_density(shown[k], labels=[""], axes=axes, title=f"{angle_text(shown[k].label)}, $t = {moments[k]:.3g}$")
        drawn.legends.clear()
        axes.set_rgrids(ticks, angle=112.5)
        axes.set_ylim(0, top)
        return []

    with style():
        made = FuncAnimation(drawn, picture, frames=len(shown))
        writer = PillowWriter(fps=max(1, min(100, round(len(shown) / span))))
        write_aside(path, lambda aside: _written(made, aside, writer, dpi))


def _written(made: Any, aside: Path, writer: Any, dpi: int) -> None:
    """The format is told by the name: beside the file under a name of its own ending, then renamed."""
    named = aside.with_name(f"{aside.name}.gif")
    try:
        made.save(named, writer=writer, dpi=dpi)
        named.replace(aside)
    finally:
        named.unlink(missing_ok=True)
