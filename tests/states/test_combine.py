"""Products, mixtures and turned states."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import errors
from photinus.model import Group
from photinus.space.state import State

A, B = ph.oscillator("a"), ph.oscillator("b")
S, Q = ph.spin("s", 0.5), ph.qudit("q", 3)


def test_a_product_is_the_tensor_product():
    first, second = ph.states.coherent({"b": 0.4j}), ph.states.thermal({"a": 0.3})
    third = ph.states.spin_coherent({S: (1.0, 0.2)})
    expected = np.kron(second.density_matrix(), np.kron(first.density_matrix(), third.density_matrix()))
    state = ph.states.product(first, second, third)
    np.testing.assert_allclose(state.density_matrix(), expected, rtol=0, atol=1e-15)
    assert [site.name for site in state.sites] == ["a", "b", "s"]
    assert state.grading.group == Group((0,), ((1, 0, 0),))


def test_a_product_interleaves_the_sites_of_its_factors():
    outer = ph.states.two_mode_squeezed(("a", "c"), 0.3)
    state = ph.states.product(outer, ph.states.thermal({"b": 0.1}))
    assert [site.name for site in state.sites] == ["a", "b", "c"]
    assert state.grading.group == Group((0, 0), ((1, 0, -1), (0, 1, 0)))
    np.testing.assert_allclose(state.reduced("a", "c").density_matrix(), outer.density_matrix(), rtol=0, atol=1e-14)
    assert ph.measures.mutual_information(state, "a", "b") == pytest.approx(0, abs=1e-12)


def test_solved_states_in_products_keep_their_symmetry_and_lose_their_certificate():
    solved = ph.steady_state(ph.zoo.shared_bath_pair(two_photon_loss=3), cutoff=ph.Fixed(5, tolerance=1))
    state = ph.states.product(solved, ph.states.level({Q: 1}))
    assert state.grading.group.moduli == (0, 0, 0)
    assert state.certificate is None
    assert ph.states.product(solved).certificate is None
    np.testing.assert_allclose(state.reduced("a", "b").density_matrix(), solved.density_matrix(), rtol=0, atol=1e-15)


def test_states_with_coherences_of_several_orders():
    """Blocks of a driven state in a U(1) grading: all orders are kept."""
    coherent = ph.states.coherent({"a": 0.5}, cutoff=ph.Fixed(8))
    graded = ph.states.thermal({"a": 0.1}, cutoff=ph.Fixed(8)).grading
    parts = {}
    for order in graded.orders():
        rows, columns = graded.sector(order).kets
        parts[order] = coherent.density_matrix()[rows, columns]
    state = ph.states.product(State(graded, parts), ph.states.fock({"b": 1}))
    expected = np.kron(coherent.density_matrix(), np.diag([0, 1]))
    np.testing.assert_allclose(state.density_matrix(), expected, rtol=0, atol=1e-15)
    assert state.grading.group == Group((0,), ((0, 1),))


def test_a_mixture_is_the_sum():
    states = [ph.states.squeezed({"a": 0.3}), ph.states.cat({"a": 1.0}, legs=4), ph.states.thermal({"a": 0.1})]
    state = ph.states.mixture([0.5, 0.3, 0.2], states)
    assert state.grading.group == Group((2,), ((1,),))
    assert state.cutoffs["a"] == max(s.cutoffs["a"] for s in states)
    for operator in (A.dag() * A, A**2, A**4):
        parts = [w * s.expect(operator) for w, s in zip((0.5, 0.3, 0.2), states, strict=True)]
        assert state.expect(operator) == pytest.approx(sum(parts), abs=1e-13)


def test_classical_correlations_of_numbers_are_a_mixture():
    state = ph.states.mixture([0.5, 0.5], [ph.states.fock({"a": 0, "b": 0}), ph.states.fock({"a": 1, "b": 1})])
    assert ph.measures.mutual_information(state, "a", "b") == pytest.approx(np.log(2), abs=1e-12)
    assert ph.measures.amplitude_correlation(state, "a", "b") == 0


def test_turned_states():
    state = ph.states.product(ph.states.coherent({"a": 1.0}), ph.states.spin_coherent({S: (1.0, 0.2)}))
    turned = ph.states.rotated(state, {"a": 0.7, S: -0.5})
    assert turned.expect(A) == pytest.approx(np.exp(0.7j), abs=1e-10)
    assert np.angle(turned.expect(S.plus)) == pytest.approx(-0.3, abs=1e-12)
    expected = ph.states.product(
        ph.states.coherent({"a": np.exp(0.7j)}), ph.states.spin_coherent({S: (1.0, -0.3)})
    ).density_matrix()
    np.testing.assert_allclose(turned.density_matrix(), expected, rtol=0, atol=1e-14)


def test_states_without_a_phase_do_not_turn():
    state = ph.states.thermal({"a": 1.0})
    assert np.array_equal(ph.states.rotated(state, {"a": 1.0}).density_matrix(), state.density_matrix())


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: ph.states.product(), errors.InvalidInput, "No state"),
        (lambda: ph.states.product("a"), errors.WrongType, "'a'"),
        (lambda: ph.states.product(ph.states.fock({"a": 1}), ph.states.thermal({"a": 1})), errors.InvalidInput, "'a'"),
        (lambda: ph.states.mixture([0.5], [ph.states.fock({"a": 1})]), errors.InvalidInput, "sum 0.5"),
        (lambda: ph.states.mixture([0.5, 0.5], [ph.states.fock({"a": 1})]), errors.InvalidInput, "2 weights"),
        (lambda: ph.states.mixture([1.5, -0.5], [ph.states.fock({"a": 1})] * 2), errors.InvalidInput, "below 0"),
        (
            lambda: ph.states.mixture([0.5, 0.5], [ph.states.fock({"a": 1}), ph.states.fock({"b": 1})]),
            errors.SiteMismatch,
            "same sites",
        ),
        (lambda: ph.states.mixture(0.5, [ph.states.fock({"a": 1})]), errors.WrongType, "list of weights"),
        (lambda: ph.states.mixture([1.0], ph.states.fock({"a": 1})), errors.WrongType, "list of states"),
        (lambda: ph.states.mixture([], []), errors.InvalidInput, "No state"),
        (lambda: ph.states.rotated(ph.states.fock({"a": 1}), {"b": 1}), errors.UnknownSite, "'b'"),
        (lambda: ph.states.rotated(ph.states.fock({"a": 1}), {"a": np.nan}), errors.InvalidInput, "angle"),
        (lambda: ph.states.rotated(ph.states.fock({"a": 1}), 0.3), errors.WrongType, "mapping"),
        (lambda: ph.states.rotated(ph.states.level({Q: 1}), {Q: 0.3}), errors.InvalidInput, "no phase"),
    ],
)
def test_bad_input(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


def test_an_array_of_states_is_mixed_as_a_list():
    states = [ph.states.fock({"a": 0}), ph.states.fock({"a": 1})]
    mixed = ph.states.mixture(np.array([0.5, 0.5]), np.array(states, dtype=object))
    assert mixed.populations("a").tolist() == [0.5, 0.5]
