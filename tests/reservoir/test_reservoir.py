"""The reservoir room: jumps, coupling matrices, closed forms against solved states, tolerances, designs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from photinus import errors
from photinus.reservoir import Pair
from photinus.space.liouvillian import generator

A, B, C = (ph.oscillator(name) for name in "abc")
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)


def matrix(model: ph.Model, levels: int = 3) -> np.ndarray:
    made = generator(model, dict.fromkeys(model.oscillators, levels))
    return made.liouvillian(made.grading.sector(made.grading.group.zero)).matrix.toarray()


# Jumps.


@pytest.mark.parametrize("theta", [0.0, np.pi / 2, 2.0])
def test_b44_the_locked_phase_is_theta(theta):
    """B44: k1 = 1, k2 = 3, D[a1 − e^{iθ}a2] at 5: arg(⟨a₁ + a₂⟩…): flat phases of each, relative phase θ."""
    clock = [ph.Jump(rate, operator) for x in (A, B) for rate, operator in ((1.0, x.dag()), (3.0, x**2))]
    model = ph.Model(jumps=[*clock, ph.reservoir.shared_loss(A, B, theta, rate=5.0)])
    state = ph.steady_state(model, cutoff=ph.Fixed(8))
    assert np.angle(state.expect(A.dag() * B) * np.exp(1j * theta)) == pytest.approx(0, abs=1e-8)
    rho = state.reduced("a").density_matrix()
    assert np.abs(rho - np.diag(np.diag(rho))).max() < 1e-9


def test_shared_gain_locks_at_theta():
    """Gain into one mode feeds (a + e^{iθ}b)†: φ_a − φ_b = θ."""
    losses = [ph.Jump(1.0, A), ph.Jump(1.0, B)]
    state = ph.steady_state(ph.Model(jumps=[*losses, ph.reservoir.shared_gain(A, B, 0.8, rate=0.2)]))
    assert -np.angle(state.expect(A.dag() * B)) == pytest.approx(0.8, abs=1e-8)


@given(st.integers(1, 4), st.integers(0, 999))
def test_a_coupling_matrix_is_diagonalised_exactly(rank, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3, rank)) + 1j * rng.normal(size=(3, rank))
    gamma = x @ x.conj().T
    jumps = ph.reservoir.dissipative_coupling([A, B, C], gamma)
    back = np.zeros((3, 3), dtype=complex)
    for jump in jumps:
        terms = {word[0][0].name: c for word, c in jump.operator.terms.items()}
        u = np.array([terms.get(name, 0) for name in "abc"])
        back += jump.rate * np.outer(u, u.conj())
    assert np.abs(back - gamma).max() < 1e-10 * np.abs(gamma).max()
    assert len(jumps) == min(rank, 3)


def test_correlated_pumping_reaches_from_two_sources_to_one():
    apart = ph.Model(jumps=ph.reservoir.correlated_pumping(A, B, 0.0, rate=0.3))
    plain = ph.Model(jumps=[ph.Jump(0.3, A.dag()), ph.Jump(0.3, B.dag())])
    assert apart.symmetry.weak == plain.symmetry.weak
    assert np.abs(matrix(apart) - matrix(plain)).max() < 1e-12
    one = ph.Model(jumps=ph.reservoir.correlated_pumping(A, B, 1.0, theta=0.4, rate=0.3))
    other = ph.Model(jumps=[ph.reservoir.shared_gain(A, B, 0.4, rate=0.3)])
    assert np.abs(matrix(one) - matrix(other)).max() < 1e-12
    assert len(one.jumps) == 1


@pytest.mark.parametrize("phases", [(0, 0, 0), (0.2, -1.0, 2.5)])
def test_n_modes_are_locked_at_their_phases(phases):
    jumps = ph.reservoir.lock_phases([A, B, C], phases, rate=0.5)
    modes = ph.reservoir.collective_modes(ph.Model(jumps=jumps))
    assert modes.rates == pytest.approx([1.0, 1.0])  # as a pair's, 2·rate
    (dark,) = modes.dark
    terms = {word[0][0].name: c for word, c in dark.terms.items()}
    found = -np.angle([complex(terms[name]) for name in "abc"])
    assert np.exp(1j * (found - found[0])) == pytest.approx(np.exp(1j * (np.array(phases) - phases[0])), abs=1e-12)
    state = ph.dark_states(ph.Model(jumps=jumps), cutoff=ph.Fixed(2))[1]
    assert state.relative_phase("a", "c") == pytest.approx(np.angle(np.exp(1j * (phases[0] - phases[2]))), abs=1e-10)


def test_spins_share_a_bath_too():
    model = ph.Model(jumps=[ph.reservoir.shared_loss(S.minus, T.minus, np.pi)])
    assert ph.stationary_manifold(model).dimension == 4


# Quality.

B63 = [
    ({"coupling": 1.0, "loss": 1.0, "pumping": 0.1}, 0.52631579),
    ({"coupling": 2.0, "loss": 1.0, "pumping": 0.15, "dephasing": 0.5}, 0.59701493),
    ({"coupling": 1.0, "loss": 1.0, "pumping": 0.15, "dephasing": 0.3, "detuning": 0.8}, 0.43591714),
]


@pytest.mark.parametrize(("values", "expected"), B63, ids=str)
def test_b63_quality_of_engineered_synchrony(values, expected):
    """B63: R′ = G/√((G + k − P + γ)² + Δ²), the jump's phase is 0.4."""
    found = ph.reservoir.quality(Pair(theta=0.4, **values))
    g, kappa = values["coupling"], values["loss"] - values["pumping"] + values.get("dephasing", 0)
    formula = g / np.hypot(g + kappa, values.get("detuning", 0))
    assert found.linear.amplitude_correlation == pytest.approx(formula, abs=1e-10)
    assert formula == pytest.approx(expected, abs=1e-8)
    assert found.amplitude_correlation == pytest.approx(expected, abs=1e-5)
    phase = 0.4 - np.arctan2(values.get("detuning", 0), g + kappa)
    assert found.relative_phase == pytest.approx(phase, abs=1e-6)
    assert found.linear.relative_phase == pytest.approx(phase, abs=1e-10)
    assert found.gap == pytest.approx(found.linear.gap, rel=1e-4)
    assert found.certificate.ok


@settings(max_examples=6)
@given(
    st.floats(0.3, 2.0),
    st.floats(0.0, 0.3),
    st.floats(0.0, 0.2),
    st.floats(-1, 1),
    st.floats(-0.6, 0.6),
    st.floats(0.02, 0.2),
)
def test_closed_forms_are_the_solved_state(loss, thermal, dephasing, detuning, imbalance, share):
    pair = Pair(1.0, 0.3, loss, share * loss, dephasing, detuning, thermal, imbalance)
    found = ph.reservoir.quality(pair, cutoff=ph.Converged(1e-5), with_gap=False)
    for name in ("amplitude_correlation", "relative_phase", "number_a", "number_b"):
        assert getattr(found, name) == pytest.approx(getattr(found.linear, name), abs=1e-4)
    if not dephasing:
        assert found.purity == pytest.approx(found.linear.purity, abs=1e-4)


def test_a_kerr_term_has_no_closed_form_and_is_solved():
    found = ph.reservoir.quality(Pair(loss=1.0, pumping=0.3, kerr=0.5), with_gap=False)
    assert found.amplitude_correlation < found.linear.amplitude_correlation - 0.01


def test_the_vacuum_has_no_quality_but_a_limit():
    found = ph.reservoir.quality(Pair(loss=1.0), with_gap=False)
    assert np.isnan(found.amplitude_correlation)
    assert found.linear.amplitude_correlation == pytest.approx(0.5)
    weak = ph.reservoir.quality(Pair(loss=1.0, pumping=1e-3), with_gap=False)
    assert weak.amplitude_correlation == pytest.approx(0.5, abs=1e-3)


def test_it_is_ready_for_sweeps():
    def point(loss, detuning):
        pair = Pair(loss=loss, pumping=0.1 * loss, detuning=detuning)
        return ph.reservoir.quality(pair, cutoff=ph.Fixed(5), with_gap=False).as_dict()

    table = ph.sweep.run(point, {"loss": [0.5, 1.0], "detuning": [0.0, 0.4]})
    apart = table["amplitude_correlation"] - table["linear_amplitude_correlation"]
    assert float(abs(apart).max()) < 1e-3


@pytest.mark.parametrize("name", ["loss", "dephasing", "detuning", "imbalance"])
def test_tolerances_are_where_the_quality_is_reached(name):
    pair = Pair(coupling=1.7, loss=0.2, pumping=0.05, detuning=0.1)
    value = ph.reservoir.tolerance(pair, name, 0.8)
    assert pair.with_values({name: value}).linear.amplitude_correlation == pytest.approx(0.8, abs=1e-9)


def test_tolerances_without_a_root():
    pair = Pair(loss=0.2, pumping=0.05)
    assert ph.reservoir.tolerance(pair, "thermal", 0.8) == np.inf
    assert ph.reservoir.tolerance(pair, "pumping", 0.8) == 0.2
    assert ph.reservoir.tolerance(Pair(), "imbalance", 0.9) == 1.0


def test_the_tolerable_kerr_term_is_solved_for():
    pair = Pair(loss=0.3, pumping=0.1)
    value = ph.reservoir.tolerance(pair, "kerr", 0.8, cutoff=ph.Fixed(8))
    found = ph.reservoir.quality(pair.with_values({"kerr": value}), cutoff=ph.Fixed(8), with_gap=False)
    assert found.amplitude_correlation == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize("phase", [0.5, -2.0])
def test_a_design_gives_the_phase_in_spite_of_known_imperfections(phase):
    known = Pair(coupling=2.0, loss=0.3, pumping=0.05, detuning=0.4, imbalance=0.2)
    plan = ph.reservoir.design(phase, 0.7, pair=known)
    found = ph.reservoir.quality(plan.pair, with_gap=False)
    assert found.relative_phase == pytest.approx(phase, abs=1e-6)
    assert found.amplitude_correlation >= 0.7
    assert "tolerable" in str(plan)
    assert plan.jump.rate == 2.0


BAD = [
    (lambda: ph.reservoir.dissipative_coupling([A, B], [[1, 2], [2, 1]]), errors.NotPositive),
    (lambda: ph.reservoir.correlated_pumping(A, B, 1.5), errors.NotPositive),
    (lambda: ph.reservoir.dissipative_coupling([A, B], [[1, 2j], [2j, 5]]), errors.NotHermitian),
    (lambda: ph.reservoir.dissipative_coupling([A, B], np.eye(3)), errors.InvalidInput),
    (lambda: ph.reservoir.dissipative_coupling([A], [[1]]), errors.InvalidInput),
    (lambda: ph.reservoir.dissipative_coupling([A, B], "matrix"), errors.WrongType),
    (lambda: ph.reservoir.shared_loss(A, A), errors.InvalidInput),
    (lambda: ph.reservoir.shared_loss("a", "b"), errors.WrongType),
    (lambda: ph.reservoir.shared_loss(A, B, rate=-1), errors.InvalidInput),
    (lambda: ph.reservoir.shared_loss(S, T), errors.WrongType),
    (lambda: ph.reservoir.lock_phases([A, B], [0.0]), errors.InvalidInput),
    (lambda: Pair(loss=-1), errors.InvalidInput),
    (lambda: Pair(coupling=0), errors.InvalidInput),
    (lambda: Pair(imbalance=1.0), errors.InvalidInput),
    (lambda: Pair().with_values({"detunning": 1}), errors.InvalidInput),
    (lambda: ph.reservoir.quality(Pair()), errors.DegenerateSteadyState),
    (lambda: ph.reservoir.quality(Pair(loss=1, pumping=2)), errors.NoSteadyState),
    (lambda: ph.reservoir.quality(1.0), errors.WrongType),
    (lambda: ph.reservoir.tolerance(Pair(loss=1), "loss", 0.9), errors.InvalidInput),
    (lambda: ph.reservoir.tolerance(Pair(), "noise", 0.9), errors.InvalidInput),
    (lambda: ph.reservoir.design(0.3, 1.2), errors.InvalidInput),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_mistakes_get_typed_errors(number):
    call, error = BAD[number]
    with pytest.raises(error):
        call()


def test_the_error_of_a_matrix_names_its_smallest_eigenvalue():
    with pytest.raises(errors.NotPositive, match="-1") as caught:
        ph.reservoir.dissipative_coupling([A, B], [[1, 2], [2, 1]])
    assert caught.value.smallest == pytest.approx(-1)


def test_a_kerr_term_is_not_hidden_behind_closed_forms():
    nonlinear = ph.reservoir.quality(
        ph.reservoir.Pair(loss=0.5, pumping=0.1, kerr=0.4), cutoff=ph.Fixed(6), with_gap=False
    )
    assert not nonlinear.exact
    assert "closed form without Kerr" in str(nonlinear)
    assert "exact" not in nonlinear.as_dict()
