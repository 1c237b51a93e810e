"""Number states, levels, superpositions and spin coherent states."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import errors
from photinus.model import Group

A, B = ph.oscillator("a"), ph.oscillator("b")
S, T, Q = ph.spin("s", 1), ph.spin("t", 0.5), ph.qudit("q", 3)


def test_number_states():
    state = ph.states.fock({"b": 1, "a": 3})
    assert state.cutoffs == {"a": 4, "b": 2}
    assert state.populations("a").tolist() == [0, 0, 0, 1]
    assert state.grading.group == Group((0, 0), ((1, 0), (0, 1)))
    assert ph.phase.relative_distribution(state, "a", "b").resultant_length == 0
    assert state.purity() == 1


def test_levels_of_spins_and_qudits():
    state = ph.states.level({S: 1, T: -0.5, Q: 2})
    assert [state.expect(s.z) for s in (S, T)] == [1, -0.5]
    assert state.expect(Q(2, 2)) == 1
    assert state.populations(S).tolist() == [1, 0, 0]


def test_one_excitation_in_two_oscillators():
    """(|10⟩ + |01⟩)/√2: R′ = 1 and R = ½; the phase of the sum is the locked phase, with its sign."""
    state = ph.states.superposition([(1, {"a": 1, "b": 0}), (np.exp(0.6j), {"a": 0, "b": 1})])
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(1, abs=1e-14)
    assert ph.measures.phase_coherence(state, "a", "b") == pytest.approx(0.5, abs=1e-14)
    assert ph.phase.relative_distribution(state, "a", "b").mean_direction == pytest.approx(-0.6, abs=1e-14)
    assert ph.measures.negativity(state, "a", "b") == pytest.approx(0.5, abs=1e-12)
    assert state.grading.group == Group((0,), ((1, 1),))


def test_superpositions_over_kinds_of_sites():
    state = ph.states.superposition([(3, {"a": 2, T: 0.5, Q: 0}), (4j, {"a": 0, T: -0.5, Q: 1})])
    assert state.expect(A.dag() * A) == pytest.approx(2 * 9 / 25, abs=1e-14)
    assert state.expect(T.z) == pytest.approx((9 - 16) / 50, abs=1e-14)
    assert state.expect(A**2 * T.minus * Q(1, 0)) == pytest.approx(-12j / 25 * np.sqrt(2), abs=1e-14)
    assert state.purity() == pytest.approx(1, abs=1e-14)


def test_equal_terms_add_up():
    state = ph.states.superposition([(1, {"a": 0}), (1, {"a": 0}), (1, {"a": 1})])
    assert state.populations("a") == pytest.approx([0.8, 0.2], abs=1e-14)


@pytest.mark.parametrize("j", [0.5, 1, 2.5, 200])
@pytest.mark.parametrize(("theta", "phi"), [(0.3, 1.0), (np.pi / 2, -2.0), (3.0, 0.0)])
def test_a_spin_coherent_state_points_in_its_direction(j, theta, phi):
    spin = ph.spin("s", j)
    state = ph.states.spin_coherent({spin: (theta, phi)})
    direction = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
    assert [state.expect(o) for o in (spin.x, spin.y, spin.z)] == pytest.approx(j * np.array(direction), abs=1e-10 * j)
    assert np.exp(1j * ph.phase.distribution(state, "s").mean_direction) == pytest.approx(np.exp(1j * phi), abs=1e-9)


def test_spins_at_the_poles_have_no_phase():
    for theta, m in ((0, 1), (np.pi, -1)):
        state = ph.states.spin_coherent({S: (theta, 0.4)})
        assert state.expect(S.z) == m
        assert state.grading.group == Group((0,), ((1,),))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: ph.states.fock({"a": -1}), errors.InvalidInput, "oscillator a is -1"),
        (lambda: ph.states.fock({"a": 1.5}), errors.InvalidInput, "1.5"),
        (lambda: ph.states.fock({"a": float("nan")}), errors.InvalidInput, "nan"),
        (lambda: ph.states.fock({"a": True}), errors.InvalidInput, "True"),
        (lambda: ph.states.fock({A: 1}), errors.WrongType, "such as 'a'"),
        (lambda: ph.states.fock({S: 1}), errors.WrongType, "oscillator"),
        (lambda: ph.states.fock({}), errors.InvalidInput, "no site"),
        (lambda: ph.states.fock("a"), errors.WrongType, "mapping"),
        (lambda: ph.states.fock({"a": 5}, cutoff=ph.Fixed(5)), errors.InvalidInput, r"cuts off \|5⟩.*Fixed\(6\)"),
        (lambda: ph.states.fock({"a": 5}, cutoff=5), errors.WrongType, r"ph\.Fixed"),
        (lambda: ph.states.fock({"a": 5}, cutoff=ph.Converged(1e-3)), errors.WrongType, r"ph\.Fixed"),
        (lambda: ph.states.fock({"a": 5}, cutoff=ph.Fixed(10**9)), errors.MemoryBudgetExceeded, "1000000000 kets"),
        (lambda: ph.states.level({"a": 1}), errors.InvalidInput, r"fock\(\)"),
        (lambda: ph.states.level({S: 2}), errors.InvalidInput, "m = -1 … 1"),
        (lambda: ph.states.level({T: 0}), errors.InvalidInput, "m = -0.5 … 0.5"),
        (lambda: ph.states.level({Q: 3}), errors.InvalidInput, "0 … 2"),
        (lambda: ph.states.superposition([]), errors.InvalidInput, "no terms"),
        (lambda: ph.states.superposition({"a": 1}), errors.WrongType, "pairs"),
        (lambda: ph.states.superposition([(1, {"a": 0}), (1, {"b": 0})]), errors.SiteMismatch, "every term"),
        (lambda: ph.states.superposition([(1, {"a": 0}), (-1, {"a": 0})]), errors.InvalidInput, "cancel"),
        (lambda: ph.states.superposition([(0, {"a": 0})]), errors.InvalidInput, "cancel"),
        (lambda: ph.states.superposition([(np.inf, {"a": 0})]), errors.InvalidInput, "finite"),
        (lambda: ph.states.superposition([(1, {"a": 0, ph.spin("a", 1): 0})]), errors.InvalidInput, "named twice"),
        (lambda: ph.states.spin_coherent({"a": (0, 0)}), errors.InvalidInput, "handles of spins"),
        (lambda: ph.states.spin_coherent({S: 1.0}), errors.InvalidInput, "angles"),
        (lambda: ph.states.spin_coherent({S: (4.0, 0)}), errors.InvalidInput, "from 0 to π"),
        (lambda: ph.states.spin_coherent({S: (-1.0, 0)}), errors.InvalidInput, "below 0"),
        (lambda: ph.states.spin_coherent({S: (1.0, np.nan)}), errors.InvalidInput, "azimuth"),
    ],
)
def test_bad_input(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


def test_a_pole_in_single_precision_is_the_pole():
    state = ph.states.spin_coherent({S: (np.float32(np.pi), 0.0)})
    assert state.populations("s").tolist() == [0, 0, 1]
