"""Phases of the levels of a qudit: the SU(d) Husimi marginal."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from phase.builders import A, random_matrix, state_of
from photinus.phase import level_distribution, transition_distribution


def qudit_state(d: int, seed: int, rank: int | None = None):
    rho = random_matrix(d, seed, rank)
    return rho, state_of(rho, ph.qudit("q", d))


# P − (2π)^{1−d} = c_d Σ_{j<k} Re ρ_jk e^{i(φ_k−φ_j)}: c_d = 2 (2π)^{1−d} d E[√(p_j p_k)], and for p uniform on the
# simplex E[√(p_j p_k)] = Γ(3/2)² Γ(d)/Γ(d + 1) = π/4d.


@pytest.mark.parametrize(("d", "factor"), [(2, 1 / 4), (3, 1 / (8 * np.pi)), (4, 1 / (16 * np.pi**2))])
def test_the_density_of_two_three_and_four_levels(d, factor):
    rho, state = qudit_state(d, d)
    found = level_distribution(state, "q", points=8)
    assert found.density.shape == (8,) * (d - 1)
    assert found.levels == tuple(range(1, d))
    for place in np.ndindex(found.density.shape):
        phi = np.concatenate([[0.0], found.phi[list(place)]])
        pairs = [(j, k) for j in range(d) for k in range(j + 1, d)]
        locked = sum((rho[j, k] * np.exp(1j * (phi[k] - phi[j]))).real for j, k in pairs)
        assert found.density[place] == pytest.approx((2 * np.pi) ** (1 - d) + factor * locked, abs=1e-15)
    assert found.density.min() >= 0
    assert found.density.mean() * (2 * np.pi) ** (d - 1) == pytest.approx(1, abs=1e-13)


def test_the_density_is_the_haar_average_of_coherent_states():
    """Moments of the phases of Haar-random kets, each weighed with d⟨ψ|ρ|ψ⟩, within four standard errors."""
    d = 3
    rho, state = qudit_state(d, 4, rank=1)
    rng = np.random.default_rng(0)
    ket = rng.normal(size=(200_000, d)) + 1j * rng.normal(size=(200_000, d))
    ket /= np.linalg.norm(ket, axis=1)[:, None]
    weight = d * np.einsum("si,ij,sj->s", ket.conj(), rho, ket).real
    phase = np.exp(1j * np.angle(ket))
    found = level_distribution(state, "q", points=16)
    e = np.exp(1j * found.phi)
    cell = (2 * np.pi / 16) ** 2
    for sample, ours in (
        (phase[:, 1] / phase[:, 0], (found.density * e[:, None]).sum() * cell),
        (phase[:, 2] / phase[:, 0], (found.density * e[None, :]).sum() * cell),
        (phase[:, 2] / phase[:, 1], (found.density * np.outer(e.conj(), e)).sum() * cell),
    ):
        values = weight * sample
        assert abs(values.mean() - ours) < 4 * values.std() / np.sqrt(len(values))


def test_two_levels_are_a_spin_one_half():
    rho = random_matrix(2, 9)
    azimuth = ph.phase.distribution(state_of(rho, ph.spin("q", 0.5)), "q", points=32)
    levels = level_distribution(state_of(rho, ph.qudit("q", 2)), "q")
    np.testing.assert_allclose(levels.density, azimuth.density, rtol=0, atol=1e-15)
    transition = transition_distribution(state_of(rho, ph.spin("q", 0.5)), "q", 1, 0, points=32)
    np.testing.assert_allclose(transition.density, azimuth.density, rtol=0, atol=1e-15)
    assert levels.peak_height == pytest.approx(azimuth.peak_height, abs=1e-15)


def test_transitions_are_marginals():
    _, state = qudit_state(3, 6)
    found = level_distribution(state, "q", points=16)
    step = 2 * np.pi / 16
    first = transition_distribution(state, "q", 1, 0, points=16)
    np.testing.assert_allclose(found.density.sum(axis=1) * step, first.density, rtol=0, atol=1e-14)
    diagonal = [np.sum([found.density[i, (i + shift) % 16] for i in range(16)]) * step for shift in range(16)]
    second = transition_distribution(state, "q", 2, 1, points=16)
    np.testing.assert_allclose(np.fft.fftshift(diagonal), second.density, rtol=0, atol=1e-14)
    assert second.label == "φ_q2 − φ_q1"
    assert second.moment(-1) == transition_distribution(state, "q", 1, 2).moment(1)


def test_another_reference_level_shows_the_same_density():
    _, state = qudit_state(3, 2)
    zero, two = (level_distribution(state, "q", reference=k, points=8) for k in (0, 2))
    assert two.levels == (0, 1)
    n = np.arange(8)
    for i in n:  # φ_0 − φ_2 = −β and φ_1 − φ_2 = α − β where α = φ_1 − φ_0, β = φ_2 − φ_0; index 4 is the angle 0
        for k in n:
            assert two.density[(-(k - 4)) % 8 - 4, (i - k) % 8 - 4] == pytest.approx(zero.density[i, k], abs=1e-15)


@pytest.mark.parametrize(("d", "seed"), [(3, 1), (3, 8), (4, 2)])
def test_the_peak_is_the_top_of_a_fine_grid(d, seed):
    _, state = qudit_state(d, seed, rank=1)
    fine = level_distribution(state, "q", points=128 if d == 3 else 48)
    coarse = level_distribution(state, "q", points=16)
    top = float(fine.density.max()) - fine.uniform
    assert coarse.peak_height == pytest.approx(top, rel=1e-2)
    assert coarse.peak_height >= top - 1e-15
    assert level_distribution(state_of(np.eye(d) / d, ph.qudit("q", d)), "q").peak_height == 0


ONE, SPIN = qudit_state(3, 0)[1], state_of(np.eye(3) / 3, ph.spin("s", 1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: level_distribution(state_of(np.eye(3) / 3, A, a=3), "a"), "qudit or a spin"),
        (lambda: level_distribution(state_of(np.eye(1), ph.qudit("q", 1)), "q"), "two levels"),
        (lambda: level_distribution(ONE, "q", reference=3), "no level 3"),
        (lambda: level_distribution(ONE, "q", points=5), "even"),
        (lambda: transition_distribution(ONE, "q", 1, 1), "itself"),
        (lambda: transition_distribution(SPIN, "s", -1, 0), "has no level -1"),
        (lambda: transition_distribution(SPIN, "s", 1, 0, points=3), "even"),
    ],
)
def test_wrong_arguments_are_refused_in_words(call, words):
    with pytest.raises(ph.errors.InvalidInput, match=words):
        call()


def test_a_torus_that_does_not_fit_is_refused():
    with pytest.raises(ph.errors.MemoryBudgetExceeded, match="fewer points"):
        level_distribution(state_of(np.eye(12) / 12, ph.qudit("q", 12)), "q")


def test_the_levels_of_a_spin_are_counted_down_and_named_by_m():
    state = ph.states.spin_coherent({ph.spin("s", 1): (1.0, 0.3)})
    density = transition_distribution(state, "s", 1, 0)
    assert density.label == "φ_s(m=0) − φ_s(m=1)"
    assert density.mean_direction == pytest.approx(0.3)
    with pytest.raises(ph.errors.InvalidInput, match=r"no level -1. Give levels from 0 \(m = 1\) to 2 \(m = -1\)"):
        transition_distribution(state, "s", -1, 0)
