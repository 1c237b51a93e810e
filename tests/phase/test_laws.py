"""Laws of all phase densities, on random states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from phase.builders import A, B, mixture, random_matrix, random_oscillator, state_of
from photinus.space.state import State

KINDS = st.sampled_from(["canonical", "husimi", "wigner"])
SEEDS = st.integers(0, 10**6)
RATIOS = st.tuples(st.integers(1, 3), st.sampled_from([-3, -2, -1, 1, 2, 3]))
STEP = 2 * np.pi / 64


def turned(state: State, angle: float) -> State:
    """e^{iθn} ρ e^{−iθn} of the first oscillator, which moves its phase by θ."""
    levels = state.space.levels
    turn = np.exp(1j * angle * np.arange(levels[0]))
    turn = np.kron(turn, np.ones(int(np.prod(levels[1:]))))
    operator = A if len(levels) == 1 else A * B
    return state_of(turn[:, None] * state.density_matrix() * turn.conj(), operator, **state.cutoffs)


@given(st.integers(1, 12), SEEDS, KINDS, st.sampled_from([1, None]))
def test_densities_are_normalised_and_positive_and_have_their_harmonics(levels, seed, kind, rank):
    density = ph.phase.distribution(random_oscillator(levels, seed, rank), "a", kind=kind, points=64)
    assert density.density.sum() * STEP == pytest.approx(1, abs=1e-13)
    if kind != "wigner":
        assert density.density.min() >= -1e-15
    for k in range(-3, 14):
        numeric = np.sum(density.density * np.exp(1j * k * density.phi)) * STEP
        assert density.moment(k) == pytest.approx(numeric, abs=1e-13)


@given(st.integers(2, 10), SEEDS, KINDS, st.sampled_from([2, 6, 10]))
def test_values_do_not_depend_on_the_number_of_angles(levels, seed, kind, points):
    """Coarse grids see fewer points of the same function."""
    state = random_oscillator(levels, seed)
    coarse = ph.phase.distribution(state, "a", kind=kind, points=points)
    fine = ph.phase.distribution(state, "a", kind=kind, points=points * 12)
    np.testing.assert_allclose(coarse.density, fine.density[::12], rtol=0, atol=1e-14)


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=9), KINDS)
def test_mixtures_of_number_states_are_uniform(populations, kind):
    state = mixture(np.array(populations) / sum(populations))
    density = ph.phase.distribution(state, "a", kind=kind)
    np.testing.assert_allclose(density.density, 1 / (2 * np.pi), rtol=0, atol=1e-15)
    assert density.peak_height == 0
    assert density.peaks == ()


@given(st.integers(2, 8), SEEDS, KINDS, st.integers(-31, 31))
def test_a_turned_state_has_a_turned_density(levels, seed, kind, places):
    state = random_oscillator(levels, seed)
    before, after = (
        ph.phase.distribution(s, "a", kind=kind, points=64).density for s in (state, turned(state, places * STEP))
    )
    np.testing.assert_allclose(after, np.roll(before, places), rtol=0, atol=1e-13)


@given(st.integers(2, 5), st.integers(2, 5), SEEDS, KINDS, RATIOS)
@settings(max_examples=60)
def test_relative_densities_are_marginals_of_the_joint_density(n_a, n_b, seed, kind, ratio):
    """⟨e^{ik(mφ_a − nφ_b)}⟩ over the torus, for every harmonic k."""
    state = state_of(random_matrix(n_a * n_b, seed), A * B, a=n_a, b=n_b)
    joint = ph.phase.joint_distribution(state, "a", "b", kind=kind, points=32)
    relative = ph.phase.relative_distribution(state, "a", "b", kind=kind, ratio=ratio)
    m, n = ratio
    phi = joint.phi
    cell = (2 * np.pi / 32) ** 2
    assert joint.density.sum() * cell == pytest.approx(1, abs=1e-13)
    if kind != "wigner":
        assert joint.density.min() >= -1e-15
        assert relative.density.min() >= -1e-15
    for k in range(5):
        wave = np.outer(np.exp(1j * k * m * phi), np.exp(-1j * k * n * phi))
        if max(abs(k * m), abs(k * n)) < 16 - 4:  # what 32 angles can tell apart
            assert relative.moment(k) == pytest.approx((joint.density * wave).sum() * cell, abs=1e-13)
    if ratio == (1, 1):
        cells = np.add.outer(np.arange(32), -np.arange(32)) % 32
        along = np.bincount(cells.ravel(), weights=joint.density.ravel(), minlength=32) * 2 * np.pi / 32
        coarse = ph.phase.relative_distribution(state, "a", "b", kind=kind, points=32).density
        np.testing.assert_allclose(np.fft.fftshift(along), coarse, rtol=0, atol=1e-13)


@given(st.integers(2, 4), SEEDS, RATIOS, st.floats(-3, 3))
@settings(max_examples=40)
def test_a_turned_pair_has_a_turned_relative_density(levels, seed, ratio, angle):
    state = state_of(random_matrix(levels**2, seed), A * B, a=levels, b=levels)
    before, after = (
        ph.phase.relative_distribution(s, "a", "b", ratio=ratio).moment() for s in (state, turned(state, angle))
    )
    assert after == pytest.approx(before * np.exp(1j * ratio[0] * angle), abs=1e-13)


@given(st.integers(1, 6), SEEDS, st.integers(-31, 31))
def test_the_azimuth_follows_a_turn_about_z(twice_j, seed, places):
    """e^{−iθS_z} turns the azimuth by θ."""
    s = ph.spin("s", twice_j / 2)
    rho = random_matrix(twice_j + 1, seed)
    m = twice_j / 2 - np.arange(twice_j + 1)
    turn = np.exp(-1j * places * STEP * m)
    before, after = (
        ph.phase.distribution(state_of(x, s), "s", points=64).density for x in (rho, turn[:, None] * rho * turn.conj())
    )
    np.testing.assert_allclose(after, np.roll(before, places), rtol=0, atol=1e-13)
    assert before.min() >= -1e-15
    assert before.sum() * STEP == pytest.approx(1, abs=1e-13)


@given(st.integers(1, 12), SEEDS, st.floats(-4, 4))
def test_moments_over_a_window(levels, seed, start):
    """Means and variances by quadrature, and their dependence on the window: 2π more for the same angles moved on."""
    density = ph.phase.distribution(random_oscillator(levels, seed), "a")
    x, w = np.polynomial.legendre.leggauss(60)
    phi = start + np.pi * (1 + x)
    k = np.arange(1, len(density.harmonics))
    p = (1 + 2 * (np.exp(-1j * np.outer(phi, k)) @ density.harmonics[1:]).real) / 2
    mean = w @ (phi * p)
    assert density.window_mean(start) == pytest.approx(mean, abs=1e-11)
    assert density.window_variance(start) == pytest.approx(w @ ((phi - mean) ** 2 * p), abs=1e-10)
    assert density.window_mean(start + 2 * np.pi) == pytest.approx(mean + 2 * np.pi, abs=1e-11)
