"""Coherent, squeezed, thermal, cat and two-mode squeezed states against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

import photinus as ph
from photinus.model.symmetry import factor_text
from photinus.space.state import State

A, B = ph.oscillator("a"), ph.oscillator("b")
X, P = (A + A.dag()) / np.sqrt(2), -1j * (A - A.dag()) / np.sqrt(2)


def symmetry(state: State) -> list[str]:
    """The factors of the group in whose blocks a state is kept, in words."""
    names = tuple(name for site in state.sites for name in site.coordinates)
    group = state.grading.group
    return [factor_text(d, w, names) for d, w in zip(group.moduli, group.weights, strict=True)]


def thermal_entropy(mean: float) -> float:
    return (mean + 1) * np.log(mean + 1) - mean * np.log(mean) if mean else 0.0


@pytest.mark.parametrize("alpha", [1e-7, 0.3, -1.5j, 4 * np.exp(2j), 30])
def test_a_coherent_state_has_the_poisson_law_and_its_amplitude(alpha):
    state = ph.states.coherent({"a": alpha})
    levels = np.arange(state.cutoffs["a"])
    np.testing.assert_allclose(state.populations("a"), poisson.pmf(levels, abs(alpha) ** 2), rtol=0, atol=3e-12)
    assert state.expect(A) == pytest.approx(alpha, rel=1e-11)
    assert state.expect(A.dag() * A) == pytest.approx(abs(alpha) ** 2, rel=1e-10)
    assert state.purity() == pytest.approx(1, abs=1e-12)
    assert state.certificate is None
    assert symmetry(state) == []


def test_levels_are_cut_where_they_weigh_less_than_1e_12():
    cutoff = ph.states.coherent({"a": 2}).cutoffs["a"]
    assert poisson.sf(cutoff - 1, 4) <= 1e-12 < poisson.sf(cutoff - 2, 4)
    cutoff = ph.states.thermal({"a": 2}).cutoffs["a"]
    assert (2 / 3) ** cutoff <= 1e-12 < (2 / 3) ** (cutoff - 2)


def test_the_vacuum_has_one_level_and_all_the_symmetry():
    for state in (ph.states.coherent({"a": 0}), ph.states.squeezed({"a": 0}), ph.states.thermal({"a": 0})):
        assert state.cutoffs == {"a": 1}
        assert symmetry(state) == ["U(1): n_a"]


@pytest.mark.parametrize("mean", [1e-13, 0.2, 3.0, 1000.0])
def test_a_thermal_state_has_the_thermal_law_and_entropy(mean):
    state = ph.states.thermal({"a": mean})
    n = np.arange(state.cutoffs["a"])
    expected = (mean / (1 + mean)) ** n / (1 + mean)
    np.testing.assert_allclose(state.populations("a"), expected, rtol=3e-12, atol=0)
    assert state.expect(A.dag() * A) == pytest.approx(mean, rel=1e-9)
    if mean <= 3:
        assert state.entropy() == pytest.approx(thermal_entropy(mean), rel=1e-9, abs=1e-15)
    assert symmetry(state) == ["U(1): n_a"]
    assert sum(vector.size for vector in state.parts.values()) == len(n)


@pytest.mark.parametrize(("mean", "alpha"), [(0.5, 0.8), (0.0, 1.0), (0.01, 30j), (20.0, -2 + 1j), (1e-9, 1e-3)])
def test_a_displaced_thermal_state(mean, alpha):
    """⟨a⟩ = α; variances and entropy are those of the thermal state."""
    state = ph.states.thermal({"a": mean}, displacement={"a": alpha})
    assert state.trace() == pytest.approx(1, abs=1e-13)
    assert state.expect(A) == pytest.approx(alpha, rel=1e-9)
    for quadrature in (X, P):
        mean_square = state.expect(quadrature) ** 2
        assert state.expect(quadrature**2) - mean_square == pytest.approx(mean + 0.5, rel=1e-7)
    assert state.eigenvalues[0] > -1e-14
    assert state.entropy() == pytest.approx(thermal_entropy(mean), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("alpha", [5e-324, 1e-310, 1e-160])
@pytest.mark.parametrize("mean", [5e-324, 1e-300, 1e-3])
def test_next_to_nothing_is_no_nan(mean, alpha):
    state = ph.states.thermal({"a": mean}, displacement={"a": alpha})
    assert np.isfinite(state.density_matrix()).all()
    assert state.expect(A.dag() * A) == pytest.approx(mean, rel=1e-6, abs=1e-300)


@pytest.mark.parametrize("r", [1e-8, 0.1, 1.0, 2.0, 3.0])
def test_a_squeezed_vacuum(r):
    """Variances of x and p e^{∓2r}/2, ⟨n⟩ = sinh²r, ⟨a²⟩ = −sinh r cosh r, parity."""
    state = ph.states.squeezed({"a": r})
    assert state.expect(X**2) == pytest.approx(np.exp(-2 * r) / 2, abs=1e-10)
    assert state.expect(P**2) == pytest.approx(np.exp(2 * r) / 2, rel=1e-9)
    assert state.expect(A.dag() * A) == pytest.approx(np.sinh(r) ** 2, rel=1e-9)
    assert state.expect(A**2) == pytest.approx(-np.sinh(r) * np.cosh(r), rel=1e-9)
    assert symmetry(state) == ["Z₂: parity of a"]
    assert state.expect(A) == 0


def test_the_angle_of_squeezing():
    """⟨a²⟩ = −e^{iθ} sinh r cosh r: the phase has two peaks, at (θ ± π)/2."""
    r, theta = 0.7, 1.1
    state = ph.states.squeezed({"a": r * np.exp(1j * theta)})
    assert state.expect(A**2) == pytest.approx(-np.exp(1j * theta) * np.sinh(r) * np.cosh(r), abs=1e-11)
    peaks = sorted(angle for angle, _ in ph.phase.distribution(state, "a").peaks)
    assert peaks == pytest.approx([(theta - np.pi) / 2, (theta + np.pi) / 2], abs=1e-8)


@pytest.mark.parametrize(
    ("zeta", "alpha"), [(0.5, 1.0), (-1 + 1j, 3 - 2j), (1.0, 30.0), (1.0, 30j), (1e-9, 2.0), (2j, 0.1)]
)
def test_a_displaced_squeezed_state(zeta, alpha):
    """⟨a⟩ = α, ⟨a²⟩ − α² = −e^{iθ} sinh r cosh r, ⟨n⟩ − |α|² = sinh²r."""
    state = ph.states.squeezed({"a": zeta}, displacement={"a": alpha})
    r, direction = abs(zeta), zeta / abs(zeta)
    assert state.expect(A) == pytest.approx(alpha, rel=1e-9)
    assert state.expect(A**2) - alpha**2 == pytest.approx(-direction * np.sinh(r) * np.cosh(r), abs=3e-8)
    assert state.expect(A.dag() * A) - abs(alpha) ** 2 == pytest.approx(np.sinh(r) ** 2, abs=3e-8)
    assert state.purity() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("charge", [0, 1])
def test_even_and_odd_cats(charge):
    """Even: ⟨n⟩ = |α|² tanh|α|²; odd: coth. a|even⟩ ∝ |odd⟩."""
    alpha = 1.3
    state = ph.states.cat({"a": alpha}, charge=charge)
    expected = alpha**2 * np.tanh(alpha**2) ** (1 - 2 * charge)
    assert state.expect(A.dag() * A) == pytest.approx(expected, abs=1e-10)
    assert state.expect(A**2) == pytest.approx(alpha**2, abs=1e-10)
    assert state.populations("a")[1 - charge :: 2].max() == 0
    assert symmetry(state) == ["Z₂: parity of a"]


@pytest.mark.parametrize(("legs", "charge"), [(1, 0), (2, 1), (3, 2), (5, 0)])
def test_a_cat_is_the_sum_of_its_legs(legs, charge):
    alpha, levels = 1.2 * np.exp(0.3j), 30
    state = ph.states.cat({"a": alpha}, legs=legs, charge=charge, cutoff=ph.Fixed(levels))
    ket = np.zeros(levels, dtype=complex)
    for k in range(legs):
        turn = np.exp(2j * np.pi * k / legs)
        leg = ph.states.coherent({"a": alpha * turn}, cutoff=ph.Fixed(levels)).density_matrix()[:, 0]
        ket += turn**-charge * leg  # the first column of |α⟩⟨α| is |α⟩ times ⟨α|0⟩, the same for all legs
    ket /= np.linalg.norm(ket)
    np.testing.assert_allclose(state.density_matrix(), np.outer(ket, ket.conj()), rtol=0, atol=1e-12)


def test_the_smallest_cat_is_a_number_state():
    state = ph.states.cat({"a": 1e-3}, legs=4, charge=3)
    assert state.populations("a").tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(("r", "angle"), [(0.4, 0.0), (1.0, 0.7), (-0.8, 0.2), (1.6, -2.0)])
def test_the_two_mode_squeezed_vacuum(r, angle):
    """Each oscillator is thermal, n̄ = sinh²r; ⟨ab⟩ = −e^{iθ} sinh r cosh r; (x_a + x_b)/√2 is squeezed, e^{−2r}/2."""
    state = ph.states.two_mode_squeezed(("a", "b"), r, angle)
    mean = np.sinh(r) ** 2
    one = state.reduced("b")
    np.testing.assert_allclose(
        one.populations("b"), (mean / (1 + mean)) ** np.arange(len(one.populations())) / (1 + mean), rtol=0, atol=2e-12
    )
    assert one.entropy() == pytest.approx(thermal_entropy(mean), abs=1e-9)
    assert state.expect(A * B) == pytest.approx(-np.exp(1j * angle) * np.sinh(r) * np.cosh(r), rel=1e-10)
    assert symmetry(state) == ["U(1): n_a - n_b"]
    if angle == 0:
        total = (A + A.dag() + B + B.dag()) / 2
        assert state.expect(total**2) == pytest.approx(np.exp(-2 * r) / 2, abs=1e-10)


def test_two_mode_squeezing_has_a_phase_sum_and_no_phase_difference():
    state = ph.states.two_mode_squeezed(("a", "b"), 0.8, 0.5)
    assert ph.measures.phase_coherence(state, "a", "b") == 0
    assert ph.phase.relative_distribution(state, "a", "b", ratio=(1, -1)).mean_direction == pytest.approx(0.5 - np.pi)
    # N = (e^{2r} − 1)/2 sums amplitudes, and feels the root of the weight that is cut.
    assert ph.measures.negativity(state, "a", "b") == pytest.approx((np.exp(1.6) - 1) / 2, abs=1e-5)
    more = ph.states.two_mode_squeezed(("a", "b"), 0.8, cutoff=ph.Fixed(80))
    assert ph.measures.negativity(more, "a", "b") == pytest.approx((np.exp(1.6) - 1) / 2, abs=1e-10)


def test_several_oscillators_are_a_product_in_natural_order():
    state = ph.states.coherent({"b10": 0.5j, "b2": 1.0})
    assert [site.name for site in state.sites] == ["b2", "b10"]
    assert state.expect(ph.oscillator("b2")) == pytest.approx(1, abs=1e-11)
    assert state.expect(ph.oscillator("b10")) == pytest.approx(0.5j, abs=1e-11)
    pair = ph.states.thermal({"a": 1.0, "b": 0.2}, displacement={"b": 0.5})
    assert symmetry(pair) == ["U(1): n_a"]
    assert sorted(symmetry(ph.states.squeezed({"a": 0.2, "b": 0.1}))) == ["Z₂: parity of a", "Z₂: parity of b"]


@pytest.mark.parametrize(
    "state",
    [
        ph.states.coherent({"a": 0.2}, cutoff=ph.Fixed(25)),
        ph.states.squeezed({"a": 0.2}, cutoff=ph.Fixed(25)),
        ph.states.thermal({"a": 0.2}, cutoff=ph.Fixed(25)),
        ph.states.thermal({"a": 0.2}, displacement={"a": 0.1}, cutoff=ph.Fixed({"a": 25})),
        ph.states.cat({"a": 0.2}, cutoff=ph.Fixed(25)),
        ph.states.fock({"a": 3}, cutoff=ph.Fixed(25)),
        ph.states.two_mode_squeezed(("a", "b"), 0.1, cutoff=ph.Fixed({"a": 25, "b": 7})).reduced("a"),
        ph.states.phase_locked_mixture({"a": 1.0, "b": 0.1}, cutoff=ph.Fixed({"a": 25, "b": 7})).reduced("a"),
    ],
)
def test_a_given_cutoff_is_kept(state):
    assert state.cutoffs == {"a": 25}
    assert state.trace() == pytest.approx(1, abs=1e-13)
