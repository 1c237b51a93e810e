"""The Husimi function of a spin on its sphere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

import photinus as ph
from phase.builders import A, fock, pure, random_matrix, state_of
from photinus.phase import spin_husimi

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)  # ∫ sin θ dθ = ∫ d cos θ, exact for polynomials


@given(st.integers(1, 8), st.integers(0, 10**6))
def test_it_is_normalised_and_its_marginal_is_the_phase_density(twice_j, seed):
    """The polar integrand holds sin^k θ, so that Gauss-Legendre in θ itself, of smooth functions, is used for odd k."""
    state = state_of(random_matrix(twice_j + 1, seed), ph.spin("s", twice_j / 2))
    density = ph.phase.distribution(state, "s", points=18)
    theta = np.pi / 2 * (1 + NODES)
    q = spin_husimi(state, "s", theta, density.phi)
    assert q.shape == (24, 18)
    assert q.min() >= 0
    assert q.max() <= (twice_j + 1) / (4 * np.pi) + 1e-14
    marginal = np.pi / 2 * (WEIGHTS * np.sin(theta)) @ q
    np.testing.assert_allclose(marginal, density.density, rtol=0, atol=1e-12)
    assert marginal.sum() * 2 * np.pi / 18 == pytest.approx(1, abs=1e-12)


def test_it_is_the_overlap_with_rotated_states():
    """|θ, φ⟩ = e^{−iφS_z} e^{−iθS_y}|j, j⟩ up to a phase."""
    s = ph.spin("s", 1.5)
    rho = random_matrix(4, 3)
    state = state_of(rho, s)
    y, z = state.space.matrix(s.y), state.space.matrix(s.z)
    theta, phi = [0.0, 0.4, 2.0, np.pi], [0.3, -2.0]
    found = spin_husimi(state, "s", theta, phi)
    for i, t in enumerate(theta):
        for k, f in enumerate(phi):
            ket = expm(-1j * f * z) @ expm(-1j * t * y) @ np.array([1, 0, 0, 0])
            assert found[i, k] == pytest.approx((ket.conj() @ rho @ ket).real / np.pi, abs=1e-14)


def test_a_large_spin_does_not_overflow():
    s = ph.spin("s", 400)
    state = state_of(np.diag(np.eye(801)[0]), s)
    q = spin_husimi(state, "s", [0.0, 0.1, np.pi], [0.0])
    expected = 801 / (4 * np.pi) * np.cos(np.array([0, 0.05, np.pi / 2])) ** 1600
    np.testing.assert_allclose(q[:, 0], expected, rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: spin_husimi(s, "s", [-0.1], [0]), "from 0 to π"),
        (lambda s: spin_husimi(s, "s", [0.1, 4], [0]), "from 0 to π"),
        (lambda s: spin_husimi(s, "s", [0.1], [np.nan]), "grid point 0 of phi"),
        (lambda s: spin_husimi(s, "s", "up", [0]), "grid points of theta"),
        (lambda s: spin_husimi(pure(fock(1, 3)), "a", [0], [0]), "Name a spin"),
    ],
)
def test_wrong_arguments_are_refused_in_words(call, words):
    with pytest.raises(ph.errors.InvalidInput, match=words):
        call(state_of(np.eye(3) / 3, ph.spin("s", 1)))


def test_it_takes_the_reduced_state():
    s = ph.spin("s", 0.5)
    rho = random_matrix(2, 1)
    state = state_of(np.kron(np.diag(fock(1, 3)), rho), A * s.z, a=3)
    one, other = (spin_husimi(x, "s", [0.7], [0.2]) for x in (state, state_of(rho, s)))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-15)


def test_the_pole_in_single_precision_is_the_pole():
    state = ph.states.level({ph.spin("s", 1): -1})
    exact, rounded = (ph.phase.spin_husimi(state, "s", [pole], [0.0])[0, 0] for pole in (np.pi, np.float32(np.pi)))
    assert rounded == exact
