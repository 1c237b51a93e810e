"""The spectrum of a Liouvillian in the complex plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from photinus.solve.modes.biorthogonal import Eigenmodes

MARKERS = "os^Dv<>"


def liouvillian_spectrum(eigenmodes: Eigenmodes, *, axes: Axes | None = None, title: str | None = None) -> Axes:
    r"""Eigenvalues :math:`\lambda` in the complex plane, coloured by :math:`|k|`, :math:`k` the coherence order.

    Parameters
    ----------
    eigenmodes : Eigenmodes
        The answer of :func:`photinus.eigenmodes`. Modes at the edge of the space are drawn hollow.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If there are no modes.
    """
    if not len(eigenmodes):
        raise InvalidInput("There are no modes to draw.", "Ask ph.eigenmodes for at least one.")
    values, orders = eigenmodes.eigenvalues, eigenmodes.orders
    moduli = eigenmodes.symmetry.weak.moduli
    labels = [_label(order, moduli) for order in orders]
    spurious = np.asarray(eigenmodes.spurious)
    with drawing(axes, title) as axes:
        axes.axvline(0, color="0.8", linewidth=0.8, zorder=0)
        for k, label in enumerate(dict.fromkeys(labels)):
            chosen = np.array([each == label for each in labels])
            colour, marker = LINES[k % len(LINES)], MARKERS[k % len(MARKERS)]
            for hollow in (False, True):
                points = values[chosen & (spurious == hollow)]
                if len(points):
                    face = "none" if hollow else colour
                    axes.scatter(
                        points.real, points.imag, s=26, marker=marker, facecolors=face, edgecolors=colour, zorder=3
                    )
            axes.scatter([], [], s=26, marker=marker, color=colour, label=label)
        axes.set_xlabel(r"Re $\lambda$ (minus the decay rate)")
        axes.set_ylabel(r"Im $\lambda$ (minus the frequency)")
        axes.spines[["top", "right"]].set_visible(False)
        if moduli:
            axes.legend(title="order", loc="upper left", bbox_to_anchor=(1.0, 1.0), handletextpad=0.2)
    return axes


def _label(order: tuple[int, ...], moduli: tuple[int, ...]) -> str:
    """±1, one for both of an order and its opposite; residues as they are."""
    opposite = tuple(-k % d if d else -k for k, d in zip(order, moduli, strict=True))
    first = max(order, opposite)
    sign = "±" if first != order or first != opposite else ""
    if sign and not all(d == 0 for d in moduli):
        sign = ""
    if len(first) == 1:
        return f"{sign}{first[0]}"
    return sign + "(" + ", ".join(str(k) for k in first).replace("-", "−") + ")"
