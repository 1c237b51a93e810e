"""Closed forms of two coupled van der Pol oscillators, H = (Dl/2)(n_a − n_b)."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.space.state import State

pytestmark = pytest.mark.usefixtures("method")

A, B = ph.oscillator("a"), ph.oscillator("b")
PAIR = A.dag() * B


def two_levels(*, dissipative: float = 0.0, coherent: float = 0.0, detuning: float = 0.0, gain: float = 1.0) -> State:
    """The limit k2 → ∞ exactly: the levels 0 and 1 of each, gain k1 and loss 2k1 (Lee and Sadeghpour 2013)."""
    model = ph.zoo.coupled_van_der_pol(
        gain=gain,
        two_photon_loss=0.0,
        loss=2 * gain,
        dissipative=dissipative,
        coherent=coherent,
        detuning=detuning,
    )
    return ph.steady_state(model, cutoff=ph.Fixed(2))


# Dissipative coupling V·D[a − b] of the two-level pair, p = ⟨n_j⟩, q = ⟨n_a n_b⟩, c = ⟨σ₊ᵃσ₋ᵇ⟩. Heisenberg's equations:
#   ṗ = k1 − (3k1 + V)p + V Re c,   q̇ = 2k1 p − (6k1 + 2V)q,   ċ = (iDl − 3k1 − V)c + V(p − 2q).
# Stationary: q = k1 p/(3k1 + V), c = V(k1 + V)p/[(3k1 + V)(3k1 + V − iDl)], hence
#   R′ = |c|/p = V(k1 + V)/[(3k1 + V)√((3k1 + V)² + Dl²)],
# and p from the first equation. (Lee, Chan, Wang 2014 have dissipators twice ours: replace Dl by Dl/2 there.)
DISSIPATIVE = [
    # V, Dl, R′, |⟨a†b⟩|
    (1.0, 0.0, 0.125, 0.032258065),
    (4.0, 2.0, 0.39245875, 0.071478742),
    (10.0, 5.0, 0.60750306, 0.082880164),
]


def dissipative_limit(k1: float, v: float, detuning: float) -> tuple[float, complex]:
    """R′ and ⟨a†b⟩."""
    total = 3 * k1 + v
    ratio = v * (k1 + v) / (total * (total - 1j * detuning))
    p = k1 / (total - v * ratio.real)
    return abs(ratio), p * ratio


@pytest.mark.parametrize(("v", "detuning", "correlation", "size"), DISSIPATIVE)
def test_deep_quantum_dissipative_pair(v, detuning, correlation, size):
    exact, coherence = dissipative_limit(1.0, v, detuning)
    assert exact == pytest.approx(correlation, abs=1e-8)
    assert abs(coherence) == pytest.approx(size, abs=1e-9)
    state = two_levels(dissipative=v, detuning=detuning)
    assert state.expect(PAIR) == pytest.approx(coherence, abs=1e-13)
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(exact, abs=1e-12)
    assert ph.measures.phase_coherence(state, "a", "b") == pytest.approx(abs(coherence), abs=1e-13)


def test_rates_scale_out_of_the_deep_quantum_pair():
    exact, _ = dissipative_limit(0.3, 1.7, 0.4)
    state = two_levels(dissipative=1.7, detuning=0.4, gain=0.3)
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize(("v", "detuning", "correlation"), [row[:3] for row in DISSIPATIVE[:2]])
def test_the_full_pair_reaches_the_deep_quantum_limit(v, detuning, correlation):
    model = ph.zoo.coupled_van_der_pol(gain=1.0, two_photon_loss=2e4, dissipative=v, detuning=detuning)
    state = ph.steady_state(model, cutoff=ph.Converged(1e-6, start=3))
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(correlation, abs=1e-3)


# Coherent coupling g(a†b + h.c.) of equal oscillators: ρ₀ ⊗ ρ₀ with p1/p0 = 1/2 is a function of n_a + n_b, commutes
# with the exchange, and stays the steady state whatever g and Dl are (the claim of Lee and Sadeghpour 2013).


def test_the_deep_quantum_coherent_pair_is_a_product():
    state = two_levels(coherent=3.0, detuning=0.7)
    single = np.diag([2 / 3, 1 / 3])
    np.testing.assert_allclose(state.density_matrix(), np.kron(single, single), rtol=0, atol=1e-14)
    assert abs(state.expect(PAIR)) < 1e-13
    assert ph.measures.mutual_information(state, "a", "b") == pytest.approx(0, abs=1e-12)


# At finite k1/k2 and Dl = 0 = K: exchanging a ↔ b leaves the model as it is, and so does complex conjugation (in the
# number basis) with a → −a, which together force ⟨a†b⟩ to vanish; ⟨a†²b²⟩ does not.


def test_the_coherent_pair_has_no_amplitude_correlation_but_a_higher_one():
    model = ph.zoo.coupled_van_der_pol(gain=0.5, two_photon_loss=1.0, coherent=3.0)
    state = ph.steady_state(model, cutoff=ph.Converged(1e-7))
    assert ph.measures.amplitude_correlation(state, "a", "b") < 1e-8
    assert abs(state.expect(A.dag() ** 2 * B**2)) > 1e-3
    assert ph.measures.mutual_information(state, "a", "b") > 1e-3


# U(1): k1 = 1, k2 = 3, D[a − e^{iθ}b] at the rate 5. Rotating both phases leaves the model as it is, so the phase of
# each is uniform; b → e^{−iθ}b maps the model to θ = 0, where ⟨a†b⟩ > 0, hence arg⟨a†b⟩ = −θ.


@pytest.mark.parametrize("theta", [0.0, np.pi / 2, 2.0])
def test_a_shared_bath_locks_the_relative_phase_at_theta_only(theta):
    model = ph.zoo.shared_bath_pair(theta, coupling=5.0, gain=1.0, two_photon_loss=3.0)
    state = ph.steady_state(model, cutoff=ph.Converged(1e-6), method=ph.Krylov(tolerance=1e-12))
    assert np.angle(state.expect(PAIR) * np.exp(1j * theta)) == pytest.approx(0, abs=1e-9)
    for name in "ab":
        rho = state.reduced(name).density_matrix()
        assert np.array_equal(rho, np.diag(np.diagonal(rho)))  # exactly: the symmetry forbids the rest
        flat = ph.phase.distribution(state, name).density
        np.testing.assert_allclose(flat, 1 / (2 * np.pi), rtol=0, atol=1e-13)
    relative = ph.phase.relative_distribution(state, "a", "b", points=720)
    assert np.angle(relative.moment() * np.exp(-1j * theta)) == pytest.approx(0, abs=1e-8)
    peak = relative.phi[np.argmax(relative.density)]
    assert abs(np.exp(1j * (peak - theta)) - 1) < 1e-2
    assert relative.peak_height > 0.05
    assert ph.measures.phase_coherence(state, "a") == 0.0


def test_the_other_sign_shifts_the_locked_phase_by_pi():
    state = ph.steady_state(
        ph.zoo.shared_bath_pair(0.4 + np.pi, coupling=5.0, gain=1.0, two_photon_loss=3.0), cutoff=ph.Converged(1e-6)
    )
    assert np.exp(1j * np.angle(state.expect(PAIR))) == pytest.approx(-np.exp(-0.4j), abs=1e-6)
