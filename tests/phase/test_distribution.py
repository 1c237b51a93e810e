"""Phase densities and quasiprobabilities of states that are known."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.special import eval_laguerre

import photinus as ph
from photinus.model import Group
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix

A, B = ph.oscillator("a"), ph.oscillator("b")
ALL = Group((), ())


def pure(*kets: np.ndarray, names: str = "ab") -> State:
    """The product of kets of oscillators."""
    sites = sum((ph.oscillator(n) for n in names[: len(kets)]), start=0 * A).sites
    ket = kets[0]
    for other in kets[1:]:
        ket = np.kron(ket, other)
    space = make_space(sites, {site.name: len(k) for site, k in zip(sites, kets, strict=True)})
    return state_from_matrix(np.outer(ket, ket.conj()), grading(space, ALL))


def coherent(alpha: complex, levels: int = 40) -> np.ndarray:
    n = np.arange(levels)
    ket = alpha**n / np.sqrt([float(factorial(k)) for k in n])
    return ket / np.linalg.norm(ket)


def fock(n: int, levels: int = 10) -> np.ndarray:
    return np.eye(levels)[n]


@pytest.mark.parametrize("theta", [0.0, 0.7, -2.0, 3.1])
@pytest.mark.parametrize("kind", ["canonical", "husimi"])
def test_a_coherent_state_peaks_at_its_phase(theta, kind):
    density = ph.phase.distribution(pure(coherent(1.5 * np.exp(1j * theta))), "a", kind=kind, points=512)
    assert np.exp(1j * density.mean_direction) == pytest.approx(np.exp(1j * theta), abs=1e-9)
    assert abs(np.exp(1j * (density.phi[np.argmax(density.density)] - theta)) - 1) < 0.01


def test_the_canonical_density_is_the_sum_of_the_definition():
    """P(φ) = (1/2π) Σ ρ_mn e^{i(n−m)φ}."""
    rng = np.random.default_rng(1)
    ket = rng.normal(size=7) + 1j * rng.normal(size=7)
    ket /= np.linalg.norm(ket)
    density = ph.phase.distribution(pure(ket), "a", points=30)
    n = np.arange(7)
    expected = [abs(np.sum(ket * np.exp(-1j * n * phi))) ** 2 / (2 * np.pi) for phi in density.phi]
    np.testing.assert_allclose(density.density, expected, rtol=0, atol=1e-14)
    assert density.phi[0] == pytest.approx(-np.pi)
    assert np.allclose(np.diff(density.phi), 2 * np.pi / 30)


def test_the_husimi_density_is_the_radial_integral_of_q():
    rng = np.random.default_rng(2)
    ket = rng.normal(size=5) + 1j * rng.normal(size=5)
    state = pure(ket / np.linalg.norm(ket))
    density = ph.phase.distribution(state, "a", kind="husimi", points=8)
    r = np.linspace(0, 9, 301)
    for phi, value in zip(density.phi, density.density, strict=True):
        along = [
            ph.phase.husimi(state, "a", [x], [p])[0, 0] for x, p in zip(r * np.cos(phi), r * np.sin(phi), strict=True)
        ]
        assert simpson(np.array(along) * r, x=r) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_number_states_have_no_phase(n):
    state = pure(fock(n))
    np.testing.assert_allclose(ph.phase.distribution(state, "a").density, 1 / (2 * np.pi), rtol=0, atol=1e-15)
    assert ph.measures.phase_coherence(state, "a") == 0
    assert ph.measures.peak_height(state, "a") == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_the_wigner_function_of_a_number_state_is_a_laguerre_polynomial(n):
    x = np.linspace(-4, 4, 33)
    radius = np.add.outer(x**2, x**2)
    expected = (-1) ** n / np.pi * np.exp(-radius) * eval_laguerre(n, 2 * radius)
    np.testing.assert_allclose(ph.phase.wigner(pure(fock(n)), "a", x, x), expected, rtol=0, atol=1e-13)


def test_wigner_and_husimi_of_a_coherent_state():
    """Displaced vacua: Gaussians of variance ½ and 1 around (√2 Re α, √2 Im α)."""
    alpha = 0.8 - 1.1j
    x, p = np.linspace(-4, 4, 21), np.linspace(-4, 3, 18)
    distance = np.add.outer((p - np.sqrt(2) * alpha.imag) ** 2, (x - np.sqrt(2) * alpha.real) ** 2)
    state = pure(coherent(alpha))
    np.testing.assert_allclose(ph.phase.wigner(state, "a", x, p), np.exp(-distance) / np.pi, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        ph.phase.husimi(state, "a", x, p), np.exp(-distance / 2) / (2 * np.pi), rtol=0, atol=1e-12
    )


def test_the_relative_phase_is_the_difference_of_the_phases():
    state = pure(coherent(1.2 * np.exp(0.9j), 24), coherent(1.0 * np.exp(-0.4j), 24))
    assert ph.phase.relative_distribution(state, "a", "b").mean_direction == pytest.approx(1.3, abs=1e-9)
    assert ph.phase.relative_distribution(state, "b", "a").mean_direction == pytest.approx(-1.3, abs=1e-9)
    assert np.angle(state.expect(A.dag() * B)) == pytest.approx(-1.3, abs=1e-9)
    joint = ph.phase.joint_distribution(state, "a", "b", points=64)
    i, k = np.unravel_index(np.argmax(joint.density), joint.density.shape)
    assert (joint.phi[i], joint.phi[k]) == pytest.approx((0.9, -0.4), abs=0.1)


def test_the_joint_density_of_a_product_is_a_product():
    state = pure(coherent(0.7j, 12), coherent(0.9, 12))
    joint = ph.phase.joint_distribution(state, "a", "b", points=32).density
    single = [ph.phase.distribution(state, name, points=32).density for name in "ab"]
    np.testing.assert_allclose(joint, np.outer(*single), rtol=0, atol=1e-13)


# (|10⟩ + e^{iχ}|01⟩)/√2: P(φ_a − φ_b) = (1 + cos(φ + χ))/2π, R = ½ and R′ = 1.


@pytest.mark.parametrize("chi", [0.0, 1.1])
def test_one_excitation_shared(chi):
    ket = np.zeros(9, complex)
    ket[3], ket[1] = np.sqrt(0.5), np.exp(1j * chi) * np.sqrt(0.5)
    sites = (A * B).sites
    state = state_from_matrix(np.outer(ket, ket.conj()), grading(make_space(sites, {"a": 3, "b": 3}), ALL))
    density = ph.phase.relative_distribution(state, "a", "b")
    np.testing.assert_allclose(density.density, (1 + np.cos(density.phi + chi)) / (2 * np.pi), rtol=0, atol=1e-14)
    assert ph.measures.phase_coherence(state, "a", "b") == pytest.approx(0.5, abs=1e-14)
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(1, abs=1e-14)
    assert ph.measures.mutual_information(state, "a", "b") == pytest.approx(2 * np.log(2), abs=1e-12)


def test_the_phase_of_a_spin_is_its_azimuth():
    """A spin ½ along (θ, φ₀) has the density (1 + (π/4) sin θ cos(φ − φ₀))/2π: the polar integral of Q."""
    s, theta, azimuth = ph.spin("s", 0.5), 1.0, 0.8
    ket = np.array([np.cos(theta / 2), np.sin(theta / 2) * np.exp(1j * azimuth)])
    state = state_from_matrix(np.outer(ket, ket.conj()), grading(make_space((s.site,), {}), ALL))
    assert np.angle(state.expect(s.plus)) == pytest.approx(azimuth, abs=1e-14)
    density = ph.phase.distribution(state, "s")
    expected = (1 + np.pi / 4 * np.sin(theta) * np.cos(density.phi - azimuth)) / (2 * np.pi)
    np.testing.assert_allclose(density.density, expected, rtol=0, atol=1e-14)


def test_an_oscillator_and_a_spin_lock_the_sum_of_phase_and_azimuth():
    """The density of φ_a + φ_s for |α⟩ ⊗ |azimuth φ₀⟩ points at arg α + φ₀."""
    s = ph.spin("s", 0.5)
    spin = np.array([1, np.exp(0.5j)]) / np.sqrt(2)
    ket = np.kron(coherent(0.9 * np.exp(0.3j), 16), spin)
    state = state_from_matrix(np.outer(ket, ket.conj()), grading(make_space((A * s.z).sites, {"a": 16}), ALL))
    assert ph.phase.relative_distribution(state, "a", "s").mean_direction == pytest.approx(0.8, abs=1e-9)
