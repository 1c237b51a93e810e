"""Wigner and Husimi functions: closed forms, QuTiP, and our own two routes."""

from __future__ import annotations

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import eval_laguerre, gammaln

import photinus as ph
from phase.builders import coherent, fock, mixture, pure, random_oscillator, state_of
from photinus.phase import quasiprobability


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


@given(st.integers(2, 12), st.integers(0, 10**6), st.sampled_from([1, 2, None]))
@settings(max_examples=200)
def test_random_states_agree_with_qutip(levels, seed, rank):
    state = random_oscillator(levels, seed, rank)
    rng = np.random.default_rng(seed)
    x, p = np.sort(rng.uniform(-7, 7, 9)), rng.uniform(-7, 7, 8)
    rho = qutip.Qobj(state.density_matrix())
    w, q = ph.phase.wigner(state, "a", x, p), ph.phase.husimi(state, "a", x, p)
    assert np.abs(w - qutip.wigner(rho, x, p, method="clenshaw")).max() < 1e-12
    assert np.abs(q - qutip.qfunc(rho, x, p)).max() < 1e-12
    assert np.abs(w).max() <= 1 / np.pi + 1e-14
    assert q.min() >= 0
    assert q.max() <= 0.5 / np.pi + 1e-14


def test_many_levels_agree_with_qutip():
    """Within the circle where QuTiP's recurrence does not overflow."""
    state = random_oscillator(200, 1, rank=2)
    x = np.linspace(-12, 12, 15)
    rho = qutip.Qobj(state.density_matrix())
    assert np.abs(ph.phase.wigner(state, "a", x, x) - qutip.wigner(rho, x, x, method="clenshaw")).max() < 1e-10


def test_the_husimi_function_is_the_expectation_value_of_coherent_states():
    """⟨α|ρ|α⟩/2π with ⟨n|α⟩ = e^{−|α|²/2} αⁿ/√n!, of 150 levels, far out too."""
    state = random_oscillator(150, 3)
    x, p = np.linspace(-25, 60, 18), np.linspace(-40, 21, 14)
    alpha = (x + 1j * p[:, None])[..., None] / np.sqrt(2)
    n = np.arange(150)
    ket = np.exp(n * np.log(np.abs(alpha)) - gammaln(n + 1) / 2 - np.abs(alpha) ** 2 / 2 + 1j * n * np.angle(alpha))
    expected = np.einsum("pxm,mn,pxn->px", ket.conj(), state.density_matrix(), ket, optimize=True).real / (2 * np.pi)
    np.testing.assert_allclose(ph.phase.husimi(state, "a", x, p), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("levels", [1, 2, 30, 200])
def test_states_without_coherences_by_both_routes(levels, monkeypatch):
    populations = np.random.default_rng(levels).random(levels)
    state = mixture(populations / populations.sum())
    x, p = np.linspace(-24, 24, 50), np.linspace(-30, 22, 31)
    fast = [f(state, "a", x, p) for f in (ph.phase.wigner, ph.phase.husimi)]
    monkeypatch.setattr(quasiprobability, "_is_diagonal", lambda rho: False)
    general = [f(state, "a", x, p) for f in (ph.phase.wigner, ph.phase.husimi)]
    for one, other in zip(fast, general, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)


@pytest.mark.parametrize("kind", ["wigner", "husimi"])
def test_the_radial_profile_is_the_average_over_the_phase(kind):
    state = random_oscillator(9, 5)
    r = np.array([0.0, 0.3, 1.7, 4.0])
    angle = 2 * np.pi * np.arange(40) / 40
    function = {"wigner": ph.phase.wigner, "husimi": ph.phase.husimi}[kind]
    expected = [
        np.mean(
            [function(state, "a", [x], [p])[0, 0] for x, p in zip(k * np.cos(angle), k * np.sin(angle), strict=True)]
        )
        for k in r
    ]
    np.testing.assert_allclose(ph.phase.radial_profile(state, "a", r, kind=kind), expected, rtol=0, atol=1e-14)


def test_both_functions_are_normalised_and_have_the_right_moments():
    """∫W = ∫Q = 1; W gives ⟨x²⟩ of symmetrised products, Q half a quantum more."""
    state = random_oscillator(12, 8)
    a = ph.oscillator("a")
    x = np.linspace(-12, 12, 241)
    square = (a + a.dag()) ** 2 / 2
    for function, extra in ((ph.phase.wigner, 0.0), (ph.phase.husimi, 0.5)):
        values = function(state, "a", x, x) * 0.1**2
        assert values.sum() == pytest.approx(1, abs=1e-12)
        assert (values.sum(axis=0) * x**2).sum() == pytest.approx(state.expect(square) + extra, abs=1e-10)


def test_the_phase_density_of_zero_and_one_from_the_wigner_function_of_qutip():
    """2⟨cos φ⟩ of the Wigner function of (|0⟩ + |1⟩)/√2 over the plane is √(π/2)."""
    state = pure(np.array([1, 1]) / np.sqrt(2))
    x = np.linspace(-7, 7, 701) + 1e-6
    w = qutip.wigner(qutip.Qobj(state.density_matrix()), x, x)
    mean = (w * np.cos(np.arctan2(x[:, None], x))).sum() * 0.02**2
    assert 2 * mean == pytest.approx(np.sqrt(np.pi / 2), abs=2e-3)
    assert 2 * ph.phase.distribution(state, "a", kind="wigner").moment(1) == pytest.approx(2 * mean, abs=2e-3)


STATE = random_oscillator(3, 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ph.phase.wigner(STATE, "a", "x", [1]), "grid points of x are 'x'"),
        (lambda: ph.phase.wigner(STATE, "a", [0, np.nan], [1]), "grid point 1 of x is nan"),
        (lambda: ph.phase.husimi(STATE, "a", [0], [np.inf]), "grid point 0 of p is inf"),
        (lambda: ph.phase.husimi(STATE, "a", [[0, 1], [2, 3]], [0]), "grid points of x"),
        (lambda: ph.phase.husimi(STATE, "a", [[0, 1], [2]], [0]), "grid points of x"),
        (lambda: ph.phase.wigner(STATE, "a", [], [0]), "grid points of x"),
        (lambda: ph.phase.wigner(STATE, "a", [0], [1j]), "grid points of p"),
        (lambda: ph.phase.wigner(STATE, "a", None, [1]), "grid points of x are None"),
        (lambda: ph.phase.radial_profile(STATE, "a", [0], kind="canonical"), "kind"),
        (lambda: ph.phase.wigner(state_of(np.eye(2) / 2, ph.spin("s", 0.5)), "s", [0], [0]), "spin s .* oscillator"),
        (lambda: ph.phase.radial_profile(state_of(np.eye(2) / 2, ph.qudit("q", 2)), "q", [0]), "no radius"),
    ],
)
def test_wrong_arguments_are_refused_in_words(call, words):
    with pytest.raises(ph.errors.InvalidInput, match=words):
        call()


def test_unknown_sites_are_refused():
    with pytest.raises(ph.errors.UnknownSite):
        ph.phase.wigner(STATE, "b", [0], [0])


@pytest.mark.parametrize("x", [1e10, 1e160, 1e300])
def test_far_away_there_is_nothing(x):
    for state in (pure(fock(3, 6)), pure(coherent(1.0))):
        for function in (ph.phase.wigner, ph.phase.husimi):
            np.testing.assert_allclose(function(state, "a", [x, 0.0], [0.0, -x])[1], 0, atol=1e-16)
        for kind in ("wigner", "husimi"):
            assert ph.phase.radial_profile(state, "a", [x], kind=kind)[0] == 0
