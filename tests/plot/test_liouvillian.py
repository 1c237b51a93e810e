"""The spectrum of a Liouvillian, checked by its artists."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import photinus as ph
from photinus import plot
from photinus.errors import InvalidInput


@pytest.fixture(autouse=True)
def _closed() -> object:
    yield
    plt.close("all")


def test_one_colour_for_each_pair_of_orders():
    modes = ph.eigenmodes(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.3), count=5, cutoff=ph.Fixed(12))
    axes = plot.liouvillian_spectrum(modes, title="clock")
    drawn = np.concatenate([np.asarray(points.get_offsets()) for points in axes.collections])
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    assert np.allclose(np.sort(drawn[:, 0]), np.sort(modes.eigenvalues.real))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["0", "±1", "±2"]
    assert axes.get_title() == "clock"


def test_modes_at_the_cutoff_are_hollow():
    a = ph.oscillator("a")
    modes = ph.eigenmodes(ph.Model(0, [ph.Jump(1.0, a.dag())]), count=2, cutoff=ph.Fixed(6), order=0)
    (points, *_) = plot.liouvillian_spectrum(modes).collections
    assert not len(points.get_facecolors())


def test_residues_and_several_factors():
    a, b = ph.oscillator("a"), ph.oscillator("b")
    squeezed = ph.Model(1j * (a**2 - a.dag() ** 2), [ph.Jump(1.0, a), ph.Jump(1.0, a**2)])
    labels = plot.liouvillian_spectrum(ph.eigenmodes(squeezed, cutoff=ph.Fixed(12))).get_legend().get_texts()
    assert {text.get_text() for text in labels} <= {"0", "1"}
    apart = ph.Model(0, [ph.Jump(1.0, a), ph.Jump(0.7, b)])
    labels = plot.liouvillian_spectrum(ph.eigenmodes(apart, cutoff=ph.Fixed(4))).get_legend().get_texts()
    assert {"(0, 0)", "±(0, 1)", "±(1, 0)"} <= {text.get_text() for text in labels}


def test_nothing_to_draw():
    modes = ph.eigenmodes(ph.Model(0, [ph.Jump(1.0, ph.spin("s", 0.5).minus)]))
    empty = type(modes)((), np.zeros(0), modes.symmetry)
    with pytest.raises(InvalidInput):
        plot.liouvillian_spectrum(empty)
