"""Spectra and entrainment curves: what is drawn, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import plot
from photinus.solve.spectra.spectrum import Spectrum

A = ph.oscillator("a")
OMEGA = np.linspace(1, -1, 21)


def found(drive: float) -> Spectrum:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.3, drive=drive)
    return ph.spectrum(model, A, OMEGA, cutoff=ph.Fixed(10))


def test_spectrum() -> None:
    free, driven = found(0.0), found(0.5)
    axes = plot.spectrum([free, driven], labels=["free", "driven"], title="lines")
    curves = [line for line in axes.lines if len(line.get_xdata()) == len(OMEGA)]
    np.testing.assert_array_equal(curves[0].get_ydata(), free.density[::-1])
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["free", f"driven, coherent {driven.coherent:.2g}"]
    marked = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert free.peaks[0].position in marked
    alone = plot.spectrum(free, with_peaks=False)
    assert len(alone.lines) == 1
    assert alone.get_xlim() == (-1, 1)
    dark = ph.spectrum(ph.Model(0, [ph.Jump(1.0, A)]), A, OMEGA, cutoff=ph.Fixed(3))
    assert plot.spectrum(dark).get_ylim() == (0, 1)


def test_entrainment() -> None:
    axes = plot.entrainment([1.0, -1.0, 0.0], {"weak": [-0.9, 0.9, 0.0]})
    curve = next(line for line in axes.lines if line.get_label() == "weak")
    np.testing.assert_array_equal(curve.get_ydata(), [0.9, 0.0, -0.9])


def test_mistakes() -> None:
    for wrong in (
        lambda: plot.spectrum([]),
        lambda: plot.spectrum(found(0.0), labels=["a", "b"]),
        lambda: plot.entrainment([0.0], {"a": [0.0]}),
        lambda: plot.entrainment([0.0, 1.0], {}),
        lambda: plot.entrainment([0.0, 1.0], {"a": [0.0]}),
    ):
        with pytest.raises(ph.errors.InvalidInput):
            wrong()
