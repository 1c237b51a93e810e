"""Levels: how probable each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def populations(
    probabilities: Any,
    *,
    levels: Sequence[str] | None = None,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    r"""The probabilities :math:`p_n` of the levels of a site, as bars.

    Parameters
    ----------
    probabilities : array, shape (d,)
        As :meth:`State.populations` returns them.
    levels : sequence of str, optional
        What to write below each bar, such as m = +1, 0, -1 of a spin; by default n = 0, 1, ….
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If the probabilities are no list of finite numbers, or the levels do not fit.
    """
    heights = np.asarray(probabilities, dtype=float)
    if heights.ndim != 1 or not heights.size or not np.isfinite(heights).all():
        raise InvalidInput(
            f"The populations have the shape {heights.shape}, or are not finite.",
            "Give one probability for each level.",
        )
    if levels is not None and len(levels) != heights.size:
        raise InvalidInput(f"{len(levels)} names are given for {heights.size} levels.", "Give one name for each.")
    with drawing(axes, title) as axes:
        axes.bar(np.arange(heights.size), heights, width=0.8, color=LINES[0])
        axes.spines[["top", "right"]].set_visible(False)
        if levels is None:
            from matplotlib.ticker import MaxNLocator

            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlabel("level $n$")
            axes.set_ylabel("population $p_n$")
        else:
            axes.set_xticks(range(heights.size), list(levels))
            axes.set_xlabel("level")
            axes.set_ylabel("population")
        # Of an oscillator the many levels that are all but empty are left out of sight.
        last = heights.size - 1 if levels is not None else int(np.flatnonzero(heights >= 1e-3 * heights.max())[-1])
        axes.set_xlim(-0.6, last + 0.6)
        axes.set_ylim(min(0.0, 1.05 * float(heights.min())), None)
    return axes
