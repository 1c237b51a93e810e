"""Phase-locked mixtures: closed forms of a separable state whose relative phase is sharp."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln, i0, ive
from scipy.stats import poisson

import photinus as ph
from photinus import errors
from photinus.model import Group

A, B = ph.oscillator("a"), ph.oscillator("b")


def poisson_entropy(mean: float) -> float:
    p = poisson.pmf(np.arange(200), mean)
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())


def f1(mean: float) -> float:
    """Σ √(p_n p_{n+1}) of a Poisson law: |⟨e^{iφ}⟩| of a coherent state."""
    m = np.arange(200)
    return float(np.exp(-mean + (m + 0.5) * np.log(mean) - (gammaln(m + 1) + gammaln(m + 2)) / 2).sum())


def von_mises(phi: np.ndarray, kappa: float = 2.0, at: float = 0.4) -> np.ndarray:
    return np.exp(kappa * np.cos(phi - at)) / (2 * np.pi * i0(kappa))


def test_the_reference_values():
    """R′ = 1, R = f1(α²)f1(β²), I = H_P(α²) + H_P(β²) − H_P(α² + β²), no negativity.

    The average over φ leaves a Poisson mixture of pure states of n_a + n_b quanta.
    """
    state = ph.states.phase_locked_mixture({"a": 1.0, "b": 1.5})
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(1, abs=1e-10)
    assert ph.measures.phase_coherence(state, "a", "b") == pytest.approx(0.7054548, abs=1e-7)
    assert ph.measures.phase_coherence(state, "a", "b") == pytest.approx(f1(1.0) * f1(2.25), abs=1e-11)
    information = ph.measures.mutual_information(state, "a", "b")
    assert information == pytest.approx(1.1013861, abs=1e-7)
    assert information == pytest.approx(poisson_entropy(1) + poisson_entropy(2.25) - poisson_entropy(3.25), abs=1e-9)
    assert ph.measures.negativity(state, "a", "b") == pytest.approx(0, abs=1e-12)
    assert ph.measures.phase_coherence(state, "a") == 0
    assert state.grading.group == Group((0,), ((1, 1),))


@pytest.mark.parametrize("angle", [0.5, -2.0, 3.0])
def test_the_locked_angle(angle):
    state = ph.states.phase_locked_mixture({"a": 1.0, "b": 1.5}, angle=angle)
    assert ph.phase.relative_distribution(state, "a", "b").mean_direction == pytest.approx(angle, abs=1e-12)
    assert state.expect(A.dag() * B) == pytest.approx(1.5 * np.exp(-1j * angle), abs=1e-10)
    other = ph.states.phase_locked_mixture({"b": 1.5, "a": 1.0}, angle=-angle)  # φ_b − φ_a, b being named first
    np.testing.assert_allclose(other.density_matrix(), state.density_matrix(), rtol=0, atol=1e-14)


def test_phases_of_the_amplitudes_add():
    state = ph.states.phase_locked_mixture({"a": np.exp(0.7j), "b": 1.5 * np.exp(-0.2j)}, angle=0.1)
    assert ph.phase.relative_distribution(state, "a", "b").mean_direction == pytest.approx(1.0, abs=1e-12)


def test_three_oscillators():
    state = ph.states.phase_locked_mixture({"a": 0.6, "b": 0.8, "c": 0.7}, angle={"b": 0.5, "c": -0.4})
    for pair, angle in ((("a", "b"), 0.5), (("a", "c"), -0.4), (("b", "c"), -0.9)):
        assert ph.phase.relative_distribution(state, *pair).mean_direction == pytest.approx(angle, abs=1e-12)
    assert state.grading.group == Group((0,), ((1, 1, 1),))


def test_one_oscillator_is_a_poisson_mixture():
    state = ph.states.phase_locked_mixture({"a": 1.2})
    assert state.grading.group == Group((0,), ((1,),))
    assert state.entropy() == pytest.approx(poisson_entropy(1.44), abs=1e-9)


@pytest.mark.parametrize("given", ["function", "harmonics"])
def test_a_phase_density(given):
    """⟨a⟩ = α⟨e^{iφ}⟩, ⟨a†b⟩ as with a uniform phase."""
    k = np.arange(40)
    harmonics = ive(k, 2.0) / ive(0, 2.0) * np.exp(0.4j * k)
    density = von_mises if given == "function" else harmonics
    state = ph.states.phase_locked_mixture({"a": 1.0, "b": 1.5}, angle=0.3, density=density)
    assert state.expect(A) == pytest.approx(harmonics[1], abs=1e-10)
    assert state.expect(B**2) == pytest.approx(2.25 * harmonics[2] * np.exp(-0.6j), abs=1e-10)
    assert state.expect(A.dag() * B) == pytest.approx(1.5 * np.exp(-0.3j), abs=1e-10)
    assert state.eigenvalues[0] > -1e-14
    assert state.grading.group == Group((), ())


def test_the_integral_of_the_definition():
    phi = 2 * np.pi * np.arange(60) / 60
    cutoff = ph.Fixed({"a": 12, "b": 12})
    states = [
        ph.states.coherent({"a": 0.5 * np.exp(1j * f), "b": 0.4 * np.exp(1j * (f - 0.3))}, cutoff=cutoff) for f in phi
    ]
    weights = von_mises(phi) * 2 * np.pi / 60
    expected = sum(w * s.density_matrix() for w, s in zip(weights, states, strict=True))
    state = ph.states.phase_locked_mixture({"a": 0.5, "b": 0.4}, angle=0.3, density=von_mises, cutoff=cutoff)
    np.testing.assert_allclose(state.density_matrix(), expected, rtol=0, atol=1e-13)


def test_a_density_of_a_period_leaves_a_cyclic_group():
    state = ph.states.phase_locked_mixture({"a": 1, "b": 1}, density=lambda f: (1 + np.cos(3 * f)) / (2 * np.pi))
    assert state.grading.group == Group((3,), ((1, 1),))
    assert state.expect(A**3) == pytest.approx(0.5, abs=1e-9)
    uniform = ph.states.phase_locked_mixture({"a": 1, "b": 1}, density=lambda f: 1 / (2 * np.pi))
    assert uniform.grading.group == Group((0,), ((1, 1),))


def test_the_harmonics_of_a_phase_density_serve():
    locked = ph.phase.distribution(ph.states.coherent({"a": 2j}), "a")
    state = ph.states.phase_locked_mixture({"a": 1, "b": 1}, density=locked.harmonics)
    assert np.angle(state.expect(A)) == pytest.approx(np.pi / 2)


def test_an_oscillator_in_the_vacuum_has_a_symmetry_of_its_own():
    state = ph.states.phase_locked_mixture({"a": 1.0, "b": 0.0})
    assert sum(v.size for v in state.parts.values()) == state.cutoffs["a"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"density": lambda f: np.cos(f)}, errors.InvalidInput, "falls to -1"),
        ({"density": lambda f: 0 * f + 1}, errors.InvalidInput, "integrates to 6.28"),
        ({"density": lambda f: np.nan * f}, errors.InvalidInput, "not finite"),
        ({"density": lambda f: f[:3]}, errors.WrongType, "array of angles"),
        ({"density": lambda f: 1 / 6 if f > 0 else 0}, errors.WrongType, "does not take 4096 angles.*vectorize"),
        ({"density": lambda f: "x"}, errors.WrongType, "array of angles"),
        ({"density": lambda f: 1j * f}, errors.WrongType, "array of angles"),
        ({"density": [1, 1.5]}, errors.InvalidInput, "falls to"),
        ({"density": [0.5, 0.1]}, errors.InvalidInput, "integrates to 0.5"),
        ({"density": []}, errors.InvalidInput, "c_0 = 1"),
        ({"density": "uniform"}, errors.InvalidInput, "harmonics"),
        ({"angle": float("nan")}, errors.InvalidInput, "locked angle"),
        ({"angle": {"c": 1.0}}, errors.UnknownSite, "'c'"),
        ({"angle": {"a": 1.0}}, errors.UnknownSite, "φ_a − φ of b"),
        ({"angle": "x"}, errors.InvalidInput, "locked angle"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        ph.states.phase_locked_mixture({"a": 1, "b": 1}, **arguments)


def test_one_angle_of_three_oscillators_is_refused():
    with pytest.raises(errors.InvalidInput, match="3 oscillators"):
        ph.states.phase_locked_mixture({"a": 1, "b": 1, "c": 1}, angle=0.1)


def test_a_density_of_another_state_is_taken_as_it_is():
    density = ph.phase.distribution(ph.states.coherent({"c": 0.7}), "c")
    given, harmonics = (
        ph.states.phase_locked_mixture({"a": 1, "b": 1}, density=p) for p in (density, density.harmonics)
    )
    assert np.array_equal(given.density_matrix(), harmonics.density_matrix())
