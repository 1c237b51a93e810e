"""Pictures of phase reductions: what is drawn, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import entrainment, plot
from photinus.errors import InvalidInput


def test_phase_sensitivity() -> None:
    found = entrainment.phase_reduction(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.02))
    axes = plot.phase_sensitivity(found, "a", title="Z")
    curves = [line for line in axes.lines if len(line.get_xdata()) == len(found.phases) + 1]
    np.testing.assert_array_equal(curves[0].get_ydata()[:-1], found.sensitivity["a"].real)
    np.testing.assert_array_equal(curves[1].get_ydata()[:-1], found.sensitivity["a"].imag)
    assert axes.get_title() == "Z"
    with pytest.raises(InvalidInput):
        plot.phase_sensitivity(found, "b")


def test_phase_sensitivity_of_a_spin() -> None:
    s = ph.spin("s", 5)
    model = ph.Model(0.7 * s.z, [ph.Jump(1e-2, s.plus), ph.Jump(1e-2 / 25, s.minus * (s.z + 5))])
    axes = plot.phase_sensitivity(entrainment.phase_reduction(model, large_spins=True), "s")
    assert len(axes.get_legend().get_texts()) == 3


def test_phase_velocity() -> None:
    equation = entrainment.adler(0.1, 0.3, 0.05)
    axes = plot.phase_velocity(equation, title="Adler")
    assert len(axes.collections) == 1
    full, open_ = (line for line in reversed(axes.lines) if line.get_marker() == "o")
    np.testing.assert_allclose(full.get_xdata(), equation.stable)
    assert len(open_.get_xdata()) == 2
    assert not plot.phase_velocity(entrainment.adler(0.5, 0.3)).collections  # no density without noise
    assert not plot.phase_velocity(equation, with_density=False).collections
    assert plot.phase_velocity(entrainment.phase_equation(0.0)).get_ylim() == (-1, 1)
