"""Emission spectra with their lines marked, and entrainment curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from photinus.solve.spectra.spectrum import Spectrum

_DASHES = ("-", "--", "-.", ":")


def spectrum(
    spectra: Spectrum | Sequence[Spectrum],
    *,
    labels: Sequence[str] = (),
    with_peaks: bool = True,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Emission spectra: the incoherent density as a curve, the coherent line as a spike at the drive's frequency.

    Parameters
    ----------
    spectra : Spectrum or sequence of Spectrum
        One to seven answers of :func:`photinus.spectrum`.
    labels : sequence of str
        Names of the curves, for a legend, which also tells the weight |⟨O⟩|² of each coherent line.
    with_peaks : bool
        Whether to mark the peaks that lie in the picture, with their full width at half maximum.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes
        The coherent line is infinitely sharp: its spike stands for a place, not for a height.

    Raises
    ------
    InvalidInput
        If there is nothing, or too much, to draw, or there are fewer labels than curves.
    """
    shown: list[Spectrum] = list(spectra) if isinstance(spectra, Sequence) else [spectra]
    if not 1 <= len(shown) <= len(LINES) or (labels and len(labels) != len(shown)):
        raise InvalidInput(
            f"There are {len(shown)} spectra with {len(labels)} labels.", f"Give 1 to {len(LINES)}, each with a label."
        )
    with drawing(axes, title) as axes:
        top = max(float(found.density.max()) for found in shown)
        driven = False
        for number, found in enumerate(shown):
            order, colour = np.argsort(found.frequencies), LINES[number]
            axes.plot(
                found.frequencies[order],
                found.density[order],
                _DASHES[number % 4],
                color=colour,
                label=_label(labels[number], found) if labels else None,
            )
            driven |= found.coherent > 1e-9 * found.total
            if with_peaks:
                _mark(axes, found, colour)
        if driven:
            axes.plot([0, 0], [0, 1.08 * top], color="0.35", linewidth=1.0, zorder=1)
            axes.plot([0], [1.08 * top], "^", color="0.35", markersize=5, clip_on=False)
        axes.set_ylim(0, (1.12 + 0.13 * len(labels)) * top or 1.0)  # room for the legend above the curves
        axes.set_xlim(
            min(float(found.frequencies.min()) for found in shown),
            max(float(found.frequencies.max()) for found in shown),
        )
        axes.set_xlabel(r"frequency $\omega$")
        axes.set_ylabel(r"spectrum $S(\omega)$")
        axes.spines[["top", "right"]].set_visible(False)
        if labels:
            axes.legend(loc="upper left")
    return axes


def _label(name: str, found: Spectrum) -> str:
    return rf"{name}, coherent {found.coherent:.2g}" if found.coherent > 1e-9 * found.total else name


def _mark(axes: Axes, found: Spectrum, colour: str) -> None:
    """A dot on each peak that is not tiny, and a bar over its full width at half maximum."""
    low, high = float(found.frequencies.min()), float(found.frequencies.max())
    for peak in found.peaks:
        if low <= peak.position <= high and peak.height > 0.01 * found.peaks[0].height:
            axes.plot([peak.position], [peak.height], "o", color=colour, markersize=4)
            if np.isfinite(peak.width):
                half = 0.5 * peak.height
                axes.errorbar(peak.position, half, xerr=0.5 * peak.width, color=colour, linewidth=0.8, capsize=2)


def entrainment(
    detunings: Sequence[float] | np.ndarray,
    observed: Mapping[str, Sequence[float] | np.ndarray],
    *,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """The observed frequency against the detuning: frequency entrainment.

    Parameters
    ----------
    detunings : array_like
        Drive frequency − oscillator frequency.
    observed : mapping of label to array_like
        Up to seven curves, such as ω_obs from :func:`photinus.spectra.observed_frequency` for some drives, in the frame
        of the drive. The free oscillator, −detuning, is drawn thin; 0 is entrained.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If there is nothing, or too much, to draw, or lengths differ.
    """
    across = np.asarray(detunings, dtype=float)
    if across.ndim != 1 or len(across) < 2 or not 1 <= len(observed) <= len(LINES):
        raise InvalidInput(
            f"There are {across.size} detunings and {len(observed)} curves.",
            f"Give at least two detunings and 1 to {len(LINES)} curves.",
        )
    order = np.argsort(across)
    with drawing(axes, title) as axes:
        axes.plot(across[order], -across[order], color="0.6", linewidth=0.8, label="free")
        axes.axhline(0, color="0.6", linewidth=0.8, linestyle=(0, (1, 2)))
        for number, (label, values) in enumerate(observed.items()):
            curve = np.asarray(values, dtype=float)
            if curve.shape != across.shape:
                raise InvalidInput(
                    f"The curve {label!r} has {curve.size} values for {across.size} detunings.", "Give one for each."
                )
            axes.plot(across[order], curve[order], _DASHES[number % 4], color=LINES[number], label=label)
        axes.set_xlim(float(across.min()), float(across.max()))
        axes.set_xlabel(r"detuning $\Delta$")
        axes.set_ylabel(r"observed frequency $\omega_{\mathrm{obs}}$")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper right")
    return axes
