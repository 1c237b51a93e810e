"""Measures: ranges, undefined values, the table and its errors."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import errors
from photinus.space.state import State

A, B = ph.oscillator("a"), ph.oscillator("b")


@pytest.fixture(scope="module")
def pair() -> State:
    return ph.steady_state(ph.zoo.shared_bath_pair(two_photon_loss=0.5, coupling=0.5), cutoff=ph.Converged(1e-5))


def test_the_amplitude_correlation_of_the_vacuum_is_undefined():
    vacuum = ph.steady_state(ph.Model(0, [ph.Jump(1.0, A), ph.Jump(1.0, B)]), cutoff=ph.Fixed(3))
    with pytest.raises(errors.Undefined, match="0/0"):
        ph.measures.amplitude_correlation(vacuum, "a", "b")
    assert ph.measures.table(vacuum, "a", "b")["amplitude_correlation"] is None
    assert ph.measures.phase_coherence(vacuum, "a", "b") == 0


def test_a_spin_has_no_amplitude():
    s = ph.spin("s", 0.5)
    model = ph.Model(0, [ph.Jump(1.0, s.minus, reverse=0.2), ph.Jump(1.0, A, reverse=0.2)])
    state = ph.steady_state(model, cutoff=ph.Fixed(6))
    with pytest.raises(errors.InvalidInput, match="no amplitude"):
        ph.measures.amplitude_correlation(state, "a", "s")
    assert "amplitude_correlation" not in ph.measures.table(state, "a", "s").as_dict()


def test_measures_are_symmetric_in_the_sites(pair):
    for measure in (ph.measures.amplitude_correlation, ph.measures.phase_coherence, ph.measures.mutual_information):
        assert measure(pair, "a", "b") == pytest.approx(measure(pair, "b", "a"), abs=1e-13)


def test_the_correlation_is_its_definition(pair):
    n = [pair.expect(x.dag() * x) for x in (A, B)]
    expected = abs(pair.expect(A.dag() * B)) / np.sqrt(n[0] * n[1])
    assert ph.measures.amplitude_correlation(pair, "a", "b") == pytest.approx(expected, abs=1e-14)
    exponential = [ph.diagonal(x, lambda n: (n + 1) ** -0.5) * x for x in (A, B)]
    coherence = abs(pair.expect(exponential[0] * exponential[1].dag()))
    assert ph.measures.phase_coherence(pair, "a", "b") == pytest.approx(coherence, abs=1e-13)


def test_uncoupled_oscillators_share_no_information():
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=2)
    state = ph.steady_state(model, cutoff=ph.Fixed(6))
    assert ph.measures.mutual_information(state, "a", "b") == pytest.approx(0, abs=1e-10)
    assert ph.measures.amplitude_correlation(state, "a", "b") == 0


def test_the_errors_of_the_table_are_true_errors():
    model = ph.zoo.shared_bath_pair(two_photon_loss=0.5, coupling=0.5)
    coarse = ph.measures.table(ph.steady_state(model, cutoff=ph.Fixed(7)), "a", "b")
    fine = ph.measures.table(ph.steady_state(model, cutoff=ph.Fixed(15)), "a", "b")
    defined = [row for row in coarse.rows if row.value is not None]  # S_p has no frame in a phase-invariant pair
    assert len(defined) > 10
    for row in defined:
        true = abs(row.value - fine[row.measure.name])
        assert 0.3 * true <= row.error <= 10 * true


def test_the_table_prints_every_measure(pair):
    table = ph.measures.table(pair, "a", "b")
    text = repr(table)
    assert all(name in text for name in table.as_dict())
    assert {"phase_coherence", "amplitude_correlation", "mutual_information"} <= set(table.as_dict())


def test_the_peak_height_is_the_maximum_of_the_density():
    state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, drive=0.4, drive_phase=0.3))
    fine = ph.phase.distribution(state, "a", points=4096).density.max() - 1 / (2 * np.pi)
    assert ph.measures.peak_height(state, "a") == pytest.approx(fine, abs=1e-6)
    assert ph.measures.peak_height(state, "a") >= fine - 1e-12


def test_the_blockade_of_a_spin_one():
    """Equal gain and loss: no 1:1 locking at any drive, only 2:1."""
    state = ph.steady_state(ph.zoo.spin_one(gain=0.5, loss=0.5, drive=0.2, detuning=0.1))
    assert ph.measures.phase_coherence(state, "s") == pytest.approx(0, abs=1e-14)
    assert ph.measures.peak_height(state, "s") > 1e-3
