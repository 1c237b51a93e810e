"""Closed forms of one quantum van der Pol oscillator: gain k1·D[a†], two-photon loss k2·D[a²], loss g·D[a].

The stationary numbers p_n have the generating function G(z) = Σ p_n z^n. Summing the rate equations gives
(1 + z)G″ + (g/k2 − rz)G′ − rG = 0, r = k1/k2, whose regular solution is G(z) = ₁F₁(1; b; r(1 + z))/₁F₁(1; b; 2r) with
b = (k1 + g)/k2 (Dodonov and Mizrahi 1997; Lee and Sadeghpour 2013, whose rates are half of these; finite temperature:
Ben Arosh, Cross, Lifshitz 2021).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp1f1, poch

import photinus as ph
from photinus.space.state import State

pytestmark = pytest.mark.usefixtures("method")

A = ph.oscillator("a")
NUMBER = A.dag() * A
PAIRS = A.dag() ** 2 * A**2
RATES = [(1.0, 0.5, 0.0), (1.0, 1.0, 0.3), (0.2, 1.0, 2.0), (4.0, 1.0, 0.5), (1.0, 0.1, 0.0)]


def solve(k1: float, k2: float, g: float = 0.0, tolerance: float = 1e-11, **drive: float) -> State:
    model = ph.zoo.van_der_pol(gain=k1, two_photon_loss=k2, loss=g, **drive)
    return ph.steady_state(model, cutoff=ph.Converged(tolerance))


def exact_populations(k1: float, k2: float, g: float, levels: int) -> np.ndarray:
    """p_n = r^n/(b)_n · ₁F₁(n + 1; b + n; r)/₁F₁(1; b; 2r), the Taylor coefficients of G."""
    n, r, b = np.arange(levels), k1 / k2, (k1 + g) / k2
    return r**n / poch(b, n) * hyp1f1(n + 1, b + n, r) / hyp1f1(1, b, 2 * r)


@pytest.mark.parametrize(("k1", "k2", "g"), RATES)
def test_populations_are_those_of_the_hypergeometric_generating_function(k1, k2, g):
    populations = solve(k1, k2, g).populations("a")
    np.testing.assert_allclose(populations, exact_populations(k1, k2, g, len(populations)), rtol=0, atol=1e-11)


def test_populations_of_the_reference_table():
    expected = [0.2384058, 0.3130353, 0.2384058, 0.1292216, 0.0545921]  # k1 = 1, k2 = 0.5
    np.testing.assert_allclose(solve(1.0, 0.5).populations("a")[:5], expected, rtol=0, atol=5e-8)


def test_the_state_is_diagonal():
    rho = solve(1.0, 0.5).density_matrix()
    assert np.array_equal(rho, np.diag(np.diagonal(rho)))


# k2 → ∞ leaves the levels 0 and 1 with the rates k1 up and 2k1 + g down (a gain from 1 ends in 0, through 2):
# p1 = 1/(3 + c) with g = c·k1 (Lee and Sadeghpour 2013: 2/3 |0⟩⟨0| + 1/3 |1⟩⟨1|). The approach is linear in k1/k2.


def test_deep_quantum_limit():
    state = solve(1.0, 1e6)
    np.testing.assert_allclose(state.populations("a")[:2], [0.66666667, 0.33333333], rtol=0, atol=1e-5)
    assert state.expect(NUMBER) == pytest.approx(0.33333333, abs=1e-5)
    assert state.purity() == pytest.approx(0.55555556, abs=1e-5)


@pytest.mark.parametrize("c", [0.0, 0.5, 2.0, 7.0])
def test_deep_quantum_limit_with_linear_loss(c):
    populations = solve(1.0, 1e6, c).populations("a")
    np.testing.assert_allclose(populations[:2], [(2 + c) / (3 + c), 1 / (3 + c)], rtol=0, atol=1e-5)


# d⟨n⟩/dt = k1(⟨n⟩ + 1) − g⟨n⟩ − 2k2⟨a†²a²⟩ = 0. Deep limit: p2 ≈ p1·2k1/(2k2), ⟨a†²a²⟩ = 2p2, so that
# g2(0) = ⟨a†²a²⟩/⟨n⟩² → (2k1/3k2)·9 = 6k1/k2.


@pytest.mark.parametrize(("k1", "k2", "g"), RATES)
def test_the_exact_moment_identity(k1, k2, g):
    state = solve(k1, k2, g)
    n = state.expect(NUMBER)
    assert 2 * k2 * state.expect(PAIRS) == pytest.approx(k1 * (n + 1) - g * n, abs=1e-9)


@pytest.mark.parametrize(("k1", "k2", "g"), RATES)
def test_the_model_knows_the_moment_identity(k1, k2, g):
    model = ph.zoo.van_der_pol(gain=k1, two_photon_loss=k2, loss=g)
    assert model.heisenberg(NUMBER).isclose(k1 * (NUMBER + 1) - g * NUMBER - 2 * k2 * PAIRS)


def test_antibunching_in_the_deep_limit():
    state = solve(1e-3, 1.0)
    assert state.expect(PAIRS) / state.expect(NUMBER) ** 2 / (6 * 1e-3) == pytest.approx(1, abs=5e-3)


# W(0) = (2/π) Σ (−1)^n p_n = (2/π) G(−1) = (2/π)/₁F₁(1; b; 2r) with ∫W d²α = 1; our W(x, p) is half of it, because
# d²α = dx dp/2. It is positive: the van der Pol oscillator alone has no negative Wigner function.


@pytest.mark.parametrize(("k1", "k2", "g", "table"), [(1.0, 1.0, 0.0, 0.086157117), (4.0, 1.0, 0.5, 0.027273582)])
def test_the_wigner_function_is_positive_and_known_at_the_origin(k1, k2, g, table):
    state = solve(k1, k2, g)
    origin = ph.phase.wigner(state, "a", [0.0], [0.0])[0, 0]
    assert origin == pytest.approx(table / 2, abs=1e-9)
    assert origin == pytest.approx(1 / np.pi / hyp1f1(1, (k1 + g) / k2, 2 * k1 / k2), abs=1e-11)
    axis = np.linspace(-6, 6, 49)
    assert ph.phase.wigner(state, "a", axis, axis).min() >= -1e-10


# Driven, k2 → ∞: D[σ₊] k1, D[σ₋] (2k1 + g), H = −Dl σ₊σ₋ + iΩ(σ₋ − σ₊), that is our drive at the phase π. Bloch's
# equations: with G = (3k1 + g)/2 and W = 2Ω²G/(G² + Dl²) the level 1 holds p1 = (k1 + W)/(2G + 2W), and
# ⟨a⟩ = Ω(1 − 2p1)/(iDl − G).
DRIVEN = [
    # Ω, Dl, g, p1, |⟨a⟩|
    (0.5, 0.0, 0.0, 0.36363636, 0.090909091),
    (1.2, 0.8, 0.0, 0.41652224, 0.11785095),
    (0.7, -1.5, 1.0, 0.28388658, 0.12102351),
]


def driven_limit(omega: float, detuning: float, g: float) -> tuple[float, complex]:
    rate = (3 + g) / 2
    w = 2 * omega**2 * rate / (rate**2 + detuning**2)
    p1 = (1 + w) / (2 * rate + 2 * w)
    return p1, omega * (1 - 2 * p1) / (1j * detuning - rate)


@pytest.mark.parametrize(("omega", "detuning", "g", "p1", "size"), DRIVEN)
def test_driven_deep_quantum_limit(omega, detuning, g, p1, size):
    exact_p1, exact_a = driven_limit(omega, detuning, g)
    assert (exact_p1, abs(exact_a)) == pytest.approx((p1, size), abs=1e-8)
    state = solve(1.0, 1e6, g, detuning=detuning, drive=omega, drive_phase=np.pi)
    assert state.populations("a")[1] == pytest.approx(exact_p1, abs=2e-5)
    assert state.expect(A) == pytest.approx(exact_a, abs=2e-5)
    assert np.degrees(np.angle(state.expect(A) / exact_a)) == pytest.approx(0, abs=1e-2)


@pytest.mark.parametrize(("omega", "detuning", "g", "p1", "size"), DRIVEN)
def test_driven_two_level_system_is_exact(omega, detuning, g, p1, size):
    s = ph.spin("s", 0.5)
    up = s.z + 0.5
    model = ph.Model(
        -detuning * up + 1j * omega * (s.minus - s.plus), [ph.Jump(1.0, s.plus), ph.Jump(2.0 + g, s.minus)]
    )
    state = ph.steady_state(model)
    exact_p1, exact_a = driven_limit(omega, detuning, g)
    assert state.expect(up) == pytest.approx(exact_p1, abs=1e-13)
    assert state.expect(s.minus) == pytest.approx(exact_a, abs=1e-13)


@pytest.mark.parametrize("theta", [0.0, 1.0, -2.5, np.pi])
def test_a_resonant_drive_of_phase_theta_locks_at_theta(theta):
    state = solve(1.0, 0.3, drive=0.4, drive_phase=theta, tolerance=1e-9)
    assert np.exp(1j * np.angle(state.expect(A))) == pytest.approx(np.exp(1j * theta), abs=1e-8)
    direction = ph.phase.distribution(state, "a").mean_direction
    assert np.exp(1j * direction) == pytest.approx(np.exp(1j * theta), abs=1e-8)


@pytest.mark.parametrize("theta", [0.0, 0.7])
def test_squeezing_locks_at_theta_and_opposite(theta):
    state = solve(1.0, 0.3, squeezing=0.2, squeezing_phase=theta, tolerance=1e-9)
    density = ph.phase.distribution(state, "a", points=720)
    near = np.abs(np.exp(2j * (density.phi[np.argmax(density.density)] - theta)) - 1)
    assert near < 2e-2
    assert ph.measures.phase_coherence(state, "a") == 0.0
    np.testing.assert_allclose(density.density, np.roll(density.density, 360), rtol=0, atol=1e-13)
