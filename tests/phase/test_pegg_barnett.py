"""The phase operator of Pegg and Barnett at finite s, and its limit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import photinus as ph
from phase.builders import coherent, fock, mixture, pure, random_oscillator, state_of
from photinus.phase import PeggBarnett, pegg_barnett_limit

# A number state has the uniform phase on the s + 1 angles: mean θ_0 + πs/(s + 1), variance (π²/3)(1 − (s + 1)^−2), as
# Σm = s(s + 1)/2 and Σm² = s(s + 1)(2s + 1)/6 (Pegg1989).


@pytest.mark.parametrize(("s", "mean", "variance"), [(5, -0.52359878, 3.1984829), (40, -0.076624211, 3.287911)])
def test_number_states(s, mean, variance):
    phase, state = PeggBarnett(s, theta0=-np.pi), pure(fock(3, 6))
    assert phase.mean(state, "a") == pytest.approx(-np.pi + np.pi * s / (s + 1), abs=1e-12)
    assert phase.variance(state, "a") == pytest.approx(np.pi**2 / 3 * (1 - (s + 1) ** -2), abs=1e-12)
    assert phase.mean(state, "a") == pytest.approx(mean, abs=1e-8)
    assert phase.variance(state, "a") == pytest.approx(variance, abs=1e-6)
    np.testing.assert_allclose(phase.distribution(state, "a"), 1 / (s + 1), rtol=0, atol=1e-15)
    assert phase.commutator_expectation(state, "a") == 0


def test_the_variance_of_a_number_state_tends_to_that_of_a_uniform_phase():
    assert PeggBarnett(10**6).variance(pure(fock(2)), "a") == pytest.approx(np.pi**2 / 3, abs=1e-6)
    assert pegg_barnett_limit(pure(fock(2)), "a", 2).value == pytest.approx(4 * np.pi**2 / 3, abs=1e-12)


# A coherent state |α| around its direction: var = π²/3 + 4 Σ_k (−1)^k c_k/k², c_k = e^{−n} Σ_m n^{m+k/2}/√(m!(m + k)!):
# it is π²/3 − 4|α| for a small and 1/4n for a large amplitude.


def test_coherent_states():
    centred = PeggBarnett(1500, theta0=-np.pi)
    small = centred.variance(pure(coherent(0.01, 8)), "a")
    assert (np.pi**2 / 3 - small) / 0.04 == pytest.approx(1, abs=1e-2)
    large = pure(coherent(10.0, 170))
    assert 4 * 100 * centred.variance(large, "a") == pytest.approx(1, abs=1e-2)
    state = pure(coherent(2.0, 60))
    c = ph.phase.distribution(state, "a").harmonics.real
    k = np.arange(1, len(c))
    series = np.pi**2 / 3 + 4 * np.sum((-1.0) ** k * c[1:] / k**2)
    assert centred.variance(state, "a") == pytest.approx(0.081507463, abs=1e-4)
    assert centred.variance(state, "a") == pytest.approx(series, abs=1e-4)
    assert ph.phase.distribution(state, "a").window_variance() == pytest.approx(series, abs=1e-13)


def test_operators_are_built_from_the_phase_states():
    phase = PeggBarnett(12, theta0=0.3)
    kets = phase.states()
    number = np.diag(np.arange(13.0))
    np.testing.assert_allclose(kets.conj().T @ kets, np.eye(13), rtol=0, atol=1e-13)
    np.testing.assert_array_equal(kets[:, 7], phase.phase_state(7))
    operator = (kets * phase.angles) @ kets.conj().T
    np.testing.assert_allclose(phase.operator(), operator, rtol=0, atol=1e-13)
    assert np.array_equal(phase.operator(), phase.operator().conj().T)
    exponential = (kets * np.exp(1j * phase.angles)) @ kets.conj().T
    np.testing.assert_allclose(phase.exponential(), exponential, rtol=0, atol=1e-12)
    assert phase.exponential()[12, 0] == pytest.approx(np.exp(13j * 0.3), abs=1e-15)  # it wraps around
    np.testing.assert_allclose(phase.commutator(), number @ operator - operator @ number, rtol=0, atol=1e-12)
    assert np.trace(phase.commutator()) == 0


def test_the_commutator_of_many_levels():
    phase = PeggBarnett(400, theta0=0.8)
    operator, number = phase.operator(), np.arange(401.0)
    found = number[:, None] * operator - operator * number
    np.testing.assert_allclose(phase.commutator(), found, rtol=0, atol=1e-9)


def test_the_commutator_of_physical_states():
    """⟨[N, Φ]⟩ → i(1 − 2πP(θ_0)); at finite s it is i(1 − 2πP(θ_0 − π/(s + 1))) to second order.

    ⟨n + k|Φ|n⟩ = e^{ik(θ_0 − h/2)} (h/2)/(i sin(kh/2)), h = 2π/(s + 1), and the sum of k times that is the one for P.
    """
    state = pure(coherent(1.0, 40))
    c = ph.phase.distribution(state, "a").harmonics[1:]
    k = np.arange(1, 40)

    def limit_at(theta: float) -> float:
        return -2 * (c @ np.exp(-1j * k * theta)).real

    limit = limit_at(0.8)
    found = PeggBarnett(10**6, 0.8).commutator_expectation(state, "a")
    assert found.real == 0
    assert found.imag == pytest.approx(limit_at(0.8 - np.pi / (10**6 + 1)), abs=1e-9)
    assert found.imag == pytest.approx(-0.38398017, abs=1e-4)
    assert limit == pytest.approx(-0.3839802, abs=1e-6)
    errors = [abs(PeggBarnett(s, 0.8).commutator_expectation(state, "a").imag - limit) for s in (1000, 2000, 4000)]
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.02)
    assert errors[1] / errors[2] == pytest.approx(2, abs=0.02)
    small = PeggBarnett(45, 0.8)
    rho = np.zeros((46, 46), complex)
    rho[:40, :40] = state.density_matrix()
    expected = np.trace(small.commutator() @ rho)
    assert small.commutator_expectation(state, "a") == pytest.approx(expected, abs=1e-12)


def test_the_exponential_converges_exponentially_and_the_phase_as_one_over_s():
    """⟨e^{iΦ}⟩ differs from Σ⟨n+1|ρ|n⟩ by ρ_0s alone; ⟨Φ⟩ (s + 1) → −π·2πP(π) for a coherent state, θ_0 = −π."""
    state = pure(coherent(1.0, 31))
    harmonic = ph.phase.distribution(state, "a").moment(1)
    at_edge = 1 + 2 * sum((-1) ** k * ph.phase.distribution(state, "a").moment(k).real for k in range(1, 31))
    for s in (30, 1000):
        phase = PeggBarnett(s, theta0=-np.pi)
        found = phase.distribution(state, "a") @ np.exp(1j * phase.angles)
        assert found == pytest.approx(harmonic, abs=1e-13)
    scaled = PeggBarnett(4000, theta0=-np.pi).mean(state, "a") * 4001 / (-np.pi * at_edge)
    assert scaled == pytest.approx(1, abs=5e-2)


def test_the_vacuum_has_half_a_squared_cosine():
    """⟨cos²Φ⟩ = ½ for the vacuum, where Susskind's and Glogower's C² gives ¼."""
    vacuum = pure(fock(0, 3))
    phase = PeggBarnett(10)
    assert phase.distribution(vacuum, "a") @ np.cos(phase.angles) ** 2 == pytest.approx(0.5, abs=1e-12)


@given(st.integers(2, 9), st.integers(0, 6), st.floats(-7, 7), st.integers(0, 10**6))
def test_moments_are_sums_over_the_distribution(levels, more, theta0, seed):
    state, phase = random_oscillator(levels, seed), PeggBarnett(levels - 1 + more, theta0)
    kets = phase.states()[:levels]
    p = np.einsum("nm,nk,km->m", kets.conj(), state.density_matrix(), kets).real
    found = phase.distribution(state, "a")
    np.testing.assert_allclose(found, p, rtol=0, atol=1e-13)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1, abs=1e-13)
    size = np.abs(phase.angles).max() + 1
    for order in range(7):
        assert phase.moment(state, "a", order) == pytest.approx(p @ phase.angles**order, abs=1e-12 * size**order)
    mean = p @ phase.angles
    assert phase.mean(state, "a") == pytest.approx(mean, abs=1e-12)
    assert phase.variance(state, "a") == pytest.approx(p @ (phase.angles - mean) ** 2, abs=1e-11)


@given(st.integers(2, 12), st.integers(0, 12), st.floats(-7, 7), st.integers(0, 10**6))
def test_the_limit_is_the_moment_of_the_canonical_density(levels, order, theta0, seed):
    """Also by Gauss-Legendre quadrature, exact for these integrands."""
    state = random_oscillator(levels, seed)
    density = ph.phase.distribution(state, "a")
    limit = pegg_barnett_limit(state, "a", order, theta0=theta0)
    exact = density.window_moment(order, theta0)
    size = max(abs(theta0), abs(theta0 + 2 * np.pi)) ** order
    assert abs(limit.value - exact) <= 2 * limit.error
    assert limit.error < 2e-11 * size
    x, w = np.polynomial.legendre.leggauss(60)
    phi = theta0 + np.pi * (1 + x)
    k = np.arange(1, levels)
    values = 1 + 2 * (np.exp(-1j * np.outer(phi, k)) @ density.harmonics[1:]).real
    assert exact == pytest.approx(w @ (phi**order * values) / 2, abs=1e-12 * size)


def test_the_window_matters():
    state = pure(coherent(2.0 * np.exp(3.0j), 40))
    means = [pegg_barnett_limit(state, "a", theta0=start).value for start in (0.0, -np.pi)]
    assert means[0] == pytest.approx(3.0, abs=1e-3)
    assert means[1] < 2.0  # the window's border cuts the peak


def test_a_million_levels_need_no_matrix():
    state = pure(coherent(1.5, 40))
    phase = PeggBarnett(10**6, theta0=-np.pi)
    assert phase.mean(state, "a") == pytest.approx(phase.distribution(state, "a") @ phase.angles, abs=1e-12)
    assert PeggBarnett(10**15).mean(state, "a") == pytest.approx(pegg_barnett_limit(state, "a").value, abs=1e-12)
    huge = PeggBarnett(10**15)
    for call in (phase.operator, phase.states, huge.commutator, huge.exponential, lambda: huge.angles):
        with pytest.raises(ph.errors.MemoryBudgetExceeded, match="moment"):
            call()
    with pytest.raises(ph.errors.MemoryBudgetExceeded, match="moment"):
        huge.distribution(state, "a")


def test_a_tail_above_s_is_refused_or_cut():
    populations = np.array([0.4, 0.3, 0.3 - 1e-13, 1e-13])
    state = mixture(populations)
    assert PeggBarnett(2).distribution(state, "a").sum() == pytest.approx(1, abs=1e-15)
    with pytest.raises(ph.errors.InvalidInput, match="at least 2"):
        PeggBarnett(1).mean(state, "a")
    with pytest.raises(ph.errors.InvalidInput, match="at least 39"):
        PeggBarnett(38).mean(random_oscillator(40, 1), "a")
    ket = np.array([0.6, 0.8, 0, 0, 0])
    assert PeggBarnett(1).mean(pure(ket), "a") == pytest.approx(PeggBarnett(1).mean(pure(ket[:2]), "a"), abs=1e-15)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: PeggBarnett(0), "s of PeggBarnett"),
        (lambda: PeggBarnett(2.5), "s of PeggBarnett"),
        (lambda: PeggBarnett(5, theta0=np.nan), "theta0"),
        (lambda: PeggBarnett(5).phase_state(6), "from 0 to 5"),
        (lambda: PeggBarnett(5).moment(pure(fock(1, 3)), "a", 13), "at most 12"),
        (lambda: PeggBarnett(5).mean(state_of(np.eye(3) / 3, ph.spin("s", 1)), "s"), "spin s .* oscillator"),
        (lambda: pegg_barnett_limit(state_of(np.eye(3) / 3, ph.qudit("q", 3)), "q"), "qudit q .* oscillator"),
        (lambda: pegg_barnett_limit(pure(fock(1, 3)), "a", -1), "order"),
        (lambda: pegg_barnett_limit(pure(fock(1, 3)), "a", theta0=np.inf), "theta0"),
    ],
)
def test_wrong_arguments_are_refused_in_words(call, words):
    with pytest.raises(ph.errors.InvalidInput, match=words):
        call()
