"""Quasiprobabilities over the phase plane of one oscillator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import colour_bar, draw_image, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def wigner(
    x: Any,
    p: Any,
    w: Any,
    *,
    radius: float | None = None,
    limit: float | None = None,
    with_colour_bar: bool = True,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    r"""A Wigner function :math:`W(x, p)`, on a diverging map centred at 0: blue is negative, red is positive.

    Parameters
    ----------
    x, p : array, shapes (k,) and (l,)
        The quadratures, ascending.
    w : array, shape (l, k)
        W at (p, x), as :func:`photinus.phase.wigner` returns it.
    radius : float, optional
        Radius of a circle to draw over, in the units of x and p: :math:`\sqrt 2\,|\alpha|` of a mean-field limit cycle.
    limit : float, optional
        The colours span -limit ... limit; by default the largest :math:`|W|`. Panels to be compared need the same.
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
        If the shapes do not fit together, or a number is not finite.
    """
    x, p, w = (np.asarray(part, dtype=float) for part in (x, p, w))
    if w.shape != (p.size, x.size) or x.ndim != 1 or p.ndim != 1:
        raise InvalidInput(
            f"The Wigner function has the shape {w.shape} on {x.size} values of x and {p.size} of p.",
            "Give an array of the shape (len(p), len(x)).",
        )
    if not (np.isfinite(x).all() and np.isfinite(p).all() and np.isfinite(w).all()):
        raise InvalidInput("The Wigner function or its grid holds a NaN or an infinity.", "Give finite numbers.")
    if radius is not None and not (np.isfinite(radius) and radius >= 0):
        raise InvalidInput(f"The radius of the circle is {radius!r}.", "Give a number from 0 on, or None.")
    span = float(np.abs(w).max()) or 1.0 if limit is None else float(limit)
    from matplotlib.colors import CenteredNorm

    with drawing(axes, title) as axes:
        drawn = draw_image(axes, x, p, w, {"cmap": "RdBu_r", "norm": CenteredNorm(0.0, span)})
        if radius is not None:
            _draw_circle(axes, radius)
        axes.locator_params(nbins=6)
        axes.set_xlabel("$x$")
        axes.set_ylabel("$p$")
        if with_colour_bar:
            colour_bar(axes, drawn, "$W(x, p)$")
    return axes


def _draw_circle(axes: Axes, radius: float) -> None:
    angle = np.linspace(0, 2 * np.pi, 361)
    axes.plot(
        radius * np.cos(angle), radius * np.sin(angle), color="black", linewidth=1.0, linestyle=(0, (5, 4)),
        label="mean-field limit cycle",
    )  # fmt: skip
    axes.legend(loc="lower left", fontsize=8.5, handlelength=2.4, borderaxespad=0.3)
