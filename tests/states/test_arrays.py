"""States from arrays: what is taken, in which order, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import qutip

import photinus as ph
from photinus import errors
from photinus.model import Group

S, Q = ph.spin("s", 0.5), ph.qudit("q", 3)


def random_matrix(size: int, seed: int = 0) -> np.ndarray:
    real, imaginary = np.random.default_rng(seed).normal(size=(2, size, size))
    rho = (real + 1j * imaginary) @ (real + 1j * imaginary).conj().T
    return rho / np.trace(rho).real


def test_tensor_factors_come_in_the_order_of_the_mapping():
    ket = np.zeros((2, 4), dtype=complex)  # spin first, oscillator second
    ket[1, 3], ket[0, 1] = 0.6, 0.8j
    for array in (ket, ket.ravel()):
        state = ph.states.from_ket({S: 2, "a": 4}, array)
        assert [site.name for site in state.sites] == ["a", "s"]
        assert state.populations("a") == pytest.approx([0, 0.64, 0, 0.36])
        assert state.expect(S.z) == pytest.approx(0.5 * (0.64 - 0.36))
    matrix = np.outer(ket.ravel(), ket.ravel().conj())
    again = ph.states.from_matrix({S: 2, "a": 4}, matrix)
    np.testing.assert_allclose(again.density_matrix(), state.density_matrix(), rtol=0, atol=1e-16)


def test_the_symmetry_is_found_in_the_zeros():
    pair = ph.states.phase_locked_mixture({"a": 0.5, "b": 0.5})
    state = ph.states.from_matrix(pair.cutoffs, pair.density_matrix())
    assert state.grading.group == Group((0,), ((1, 1),))
    np.testing.assert_allclose(state.density_matrix(), pair.density_matrix(), rtol=0, atol=1e-14)
    full = random_matrix(6)
    state = ph.states.from_matrix({"a": 2, Q: 3}, full)
    assert state.grading.group == Group((), ())
    np.testing.assert_allclose(state.density_matrix(), full, rtol=0, atol=1e-15)
    assert ph.states.from_matrix({"a": 2}, np.eye(2) / 2).grading.group == Group((0,), ((1,),))


def test_normalise():
    assert ph.states.from_ket({"a": 2}, [3, 4j], normalise=True).populations("a") == pytest.approx([0.36, 0.64])
    assert ph.states.from_matrix({"a": 2}, [[3, 0], [0, 1]], normalise=True).populations("a").tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: ph.states.from_ket({"a": 2}, [1, 1]), errors.InvalidInput, "norm 1.414.*normalise=True"),
        (lambda: ph.states.from_ket({"a": 2}, [0, 0], normalise=True), errors.InvalidInput, "norm 0"),
        (lambda: ph.states.from_ket({"a": 2}, [1, 0, 0]), errors.SiteMismatch, r"shape \(3,\).*2 \(a\)"),
        (lambda: ph.states.from_ket({"a": 2}, [1, np.nan]), errors.InvalidInput, "not finite"),
        (lambda: ph.states.from_ket({"a": 2}, "xy"), errors.WrongType, "array of numbers"),
        (lambda: ph.states.from_ket({S: 3}, [1, 0, 0]), errors.SiteMismatch, "It has 2 levels"),
        (lambda: ph.states.from_ket({"a": 1.5}, [1]), errors.InvalidInput, "number of levels"),
        (lambda: ph.states.from_matrix({"a": 2}, np.eye(3) / 3), errors.SiteMismatch, "2 × 2"),
        (lambda: ph.states.from_matrix({"a": 2}, np.eye(2)), errors.InvalidInput, "trace 2.*normalise=True"),
        (lambda: ph.states.from_matrix({"a": 2}, [[0.5, 1], [0, 0.5]]), errors.NotHermitian, "reaches 1.0e"),
        (lambda: ph.states.from_matrix({"a": 2}, np.diag([1.1, -0.1])), errors.InvalidInput, "eigenvalue -1.0e-01"),
        (lambda: ph.states.from_matrix({"a": 2}, np.diag([1.0, -1.0]), normalise=True), errors.InvalidInput, "trace 0"),
    ],
)
def test_bad_input(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: ph.states.coherent({"a": float("nan")}), errors.InvalidInput, "'a' is"),
        (lambda: ph.states.coherent({"a": "x"}), errors.InvalidInput, "not a number"),
        (lambda: ph.states.coherent({"a": True}), errors.InvalidInput, "not a number"),
        (lambda: ph.states.coherent({3: 1.0}), errors.WrongType, "3"),
        (lambda: ph.states.coherent({"a b": 1.0}), errors.InvalidInput, "not a word"),
        (lambda: ph.states.coherent([1.0]), errors.WrongType, "mapping"),
        (lambda: ph.states.coherent({"a": 1e4}), errors.MemoryBudgetExceeded, "1e\\+08 quanta"),
        (lambda: ph.states.coherent({"a": 9, "b": 9, "c": 9}), errors.MemoryBudgetExceeded, "kets"),
        (lambda: ph.states.coherent({"a": 3}, cutoff=ph.Fixed(10**6)), errors.MemoryBudgetExceeded, "1000000 levels"),
        (lambda: ph.states.coherent({"a": 3}, cutoff=ph.Fixed(12)), errors.InvalidInput, r"cuts off 0\.2.*Fixed\(27\)"),
        (lambda: ph.states.coherent({"a": 3}, cutoff=ph.Fixed({"b": 12})), errors.UnknownSite, "'b'"),
        (lambda: ph.states.thermal({"a": -0.1}), errors.InvalidInput, "below 0"),
        (lambda: ph.states.thermal({"a": 1j}), errors.InvalidInput, "not a real number"),
        (lambda: ph.states.thermal({"a": 1e12}), errors.MemoryBudgetExceeded, "quanta"),
        (lambda: ph.states.thermal({"a": 5}, cutoff=ph.Fixed(30)), errors.InvalidInput, "cuts off"),
        (lambda: ph.states.thermal({"a": 1}, displacement={"b": 1}), errors.UnknownSite, "'b'"),
        (lambda: ph.states.squeezed({"a": 1}, displacement={"a": np.inf}), errors.InvalidInput, "finite"),
        (lambda: ph.states.squeezed({"a": 50}), errors.InvalidInput, "at most 20"),
        (lambda: ph.states.squeezed({"a": 10}), errors.MemoryBudgetExceeded, "quanta"),
        (lambda: ph.states.cat({"a": 1}, legs=0), errors.InvalidInput, "legs"),
        (lambda: ph.states.cat({"a": 1}, legs=2, charge=2), errors.InvalidInput, "0 … 1"),
        (lambda: ph.states.cat({"a": 0}, charge=1), errors.InvalidInput, r"fock\(\{'a': 1\}\)"),
        (lambda: ph.states.two_mode_squeezed("ab", 1), errors.InvalidInput, "two oscillators"),
        (lambda: ph.states.two_mode_squeezed(("a", "a"), 1), errors.InvalidInput, "two oscillators"),
        (lambda: ph.states.two_mode_squeezed(("a", S), 1), errors.WrongType, "oscillator"),
        (lambda: ph.states.two_mode_squeezed(("a", "b"), 9), errors.MemoryBudgetExceeded, "by 9"),
        (lambda: ph.states.two_mode_squeezed(("a", "b"), np.nan), errors.InvalidInput, "squeezing"),
    ],
)
def test_bad_input_of_gaussian_states(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


def test_a_column_of_amplitudes_is_a_ket():
    column = np.array([[0.6], [0.8j]])
    assert np.array_equal(
        ph.states.from_ket({"a": 2}, column).density_matrix(),
        ph.states.from_ket({"a": 2}, column[:, 0]).density_matrix(),
    )
    with pytest.raises(errors.WrongType, match=r"Qobj\). Give its array, .full\(\)"):
        ph.states.from_ket({"a": 2}, qutip.basis(2, 0))


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_amplitudes_of_any_size_are_normalised(size):
    for state in (
        ph.states.from_ket({"a": 2}, [size, 1j * size], normalise=True),
        ph.states.superposition([(size, {"a": 0}), (1j * size, {"a": 1})]),
    ):
        np.testing.assert_allclose(state.density_matrix(), [[0.5, -0.5j], [0.5j, 0.5]], rtol=0, atol=1e-15)


def test_what_is_too_large_is_refused_in_words():
    with pytest.raises(errors.InvalidInput, match="trace inf"):
        ph.states.from_matrix({"a": 2}, np.diag([1e308, 1e308]), normalise=True)
    for build in (ph.states.coherent, ph.states.cat, ph.states.phase_locked_mixture):
        with pytest.raises(errors.InvalidInput, match=r"amplitude of 'a' is 1e\+160. Give at most"):
            build({"a": 1e160})
