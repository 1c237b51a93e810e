"""Functions on the sphere of a spin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import colour_bar, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sphere(
    theta: Any,
    phi: Any,
    q: Any,
    *,
    view: tuple[float, float] | None = None,
    with_colour_bar: bool = True,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    r"""A Husimi function :math:`Q(\theta, \varphi)` of a spin on its sphere, seen from far away.

    Parameters
    ----------
    theta : array, shape (k,)
        Polar angles (rad), ascending from 0 (the state :math:`m = +j`) to :math:`\pi`.
    phi : array, shape (l,)
        Azimuths (rad), ascending and once around, such as ``np.linspace(-np.pi, np.pi, 121)``.
    q : array, shape (k, l)
        Q at (theta, phi), as :func:`photinus.phase.spin_husimi` returns it.
    view : (float, float), optional
        Elevation above the equator and azimuth (rad) of the point in the middle of the picture; by default 0.35 and
        the azimuth of the largest Q.
    with_colour_bar : bool
        Whether to draw it.
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
    theta, phi, q = (np.asarray(part, dtype=float) for part in (theta, phi, q))
    if theta.ndim != 1 or phi.ndim != 1 or q.shape != (theta.size, phi.size) or min(q.shape, default=0) < 2:
        raise InvalidInput(
            f"The function has the shape {q.shape} on {theta.size} polar angles and {phi.size} azimuths.",
            "Give an array of the shape (len(theta), len(phi)), at least 2 of each.",
        )
    if not (np.isfinite(theta).all() and np.isfinite(phi).all() and np.isfinite(q).all()):
        raise InvalidInput("The function or its grid holds a NaN or an infinity.", "Give finite numbers.")
    if view is None:
        along = q.max(axis=0)
        view = (0.35, float(phi[np.argmax(along)]) if np.ptp(along) > 1e-9 * np.abs(along).max() else 0.0)
    with drawing(axes, title) as axes:
        right, up, depth = _seen(theta[:, None], phi[None, :], view)
        cells = 0.25 * (q[1:, 1:] + q[1:, :-1] + q[:-1, 1:] + q[:-1, :-1])
        front = 0.25 * (depth[1:, 1:] + depth[1:, :-1] + depth[:-1, 1:] + depth[:-1, :-1]) > 0
        drawn = axes.pcolormesh(
            right, up, np.where(front, cells, np.nan), cmap="viridis", vmin=min(0.0, q.min()), rasterized=True
        )
        _draw_globe(axes, view)
        if with_colour_bar:
            colour_bar(axes, drawn, r"$Q(\theta, \varphi)$")
    return axes


def _seen(theta: np.ndarray, phi: np.ndarray, view: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates to the right, upwards and towards the eye of points on the unit sphere."""
    elevation, azimuth = view
    along, aside = np.sin(theta) * np.cos(phi - azimuth), np.sin(theta) * np.sin(phi - azimuth)
    height = np.cos(theta) * np.ones_like(phi)
    return (
        aside,
        height * np.cos(elevation) - along * np.sin(elevation),
        height * np.sin(elevation) + along * np.cos(elevation),
    )


def _draw_globe(axes: Axes, view: tuple[float, float]) -> None:
    from matplotlib.patheffects import withStroke

    around = np.linspace(-np.pi, np.pi, 361)
    axes.plot(np.cos(around), np.sin(around), color="black", linewidth=0.8, clip_on=False)
    half = np.linspace(0, np.pi, 181)
    lines = [(np.full_like(around, t), around) for t in (np.pi / 4, np.pi / 2, 3 * np.pi / 4)]
    lines += [(half, np.full_like(half, f)) for f in np.arange(8) * np.pi / 4]
    for t, f in lines:
        right, up, depth = _seen(t, f, view)
        axes.plot(np.where(depth > 0, right, np.nan), up, color="white", linewidth=0.5, alpha=0.55)
    for name, polar, azimuth in (
        ("$+j$", 0.0, 0.0),
        ("$-j$", np.pi, 0.0),
        ("$0$", np.pi / 2, 0.0),
        (r"$\pi/2$", np.pi / 2, np.pi / 2),
        (r"$\pi$", np.pi / 2, np.pi),
        (r"$-\pi/2$", np.pi / 2, -np.pi / 2),
    ):
        (right,), (up,), (depth,) = _seen(np.array([polar]), np.array([azimuth]), view)
        size = np.hypot(right, up)
        if depth > -0.4 and size > 0.8:  # near the rim: written outside of it
            axes.annotate(name, (1.13 * right / size, 1.13 * up / size), ha="center", va="center")
        elif depth > 0.3:
            axes.plot(right, up, ".", color="white", markersize=3)
            rim = [withStroke(linewidth=2.0, foreground="0.2")]
            axes.annotate(name, (right, up + 0.03), ha="center", va="bottom", color="white", path_effects=rim)
    axes.set_aspect("equal")
    axes.set_xlim(-1.28, 1.28)
    axes.set_ylim(-1.28, 1.28)
    axes.set_axis_off()
