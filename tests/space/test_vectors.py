"""States and operators as vectors of sectors, against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.algebra import Operator
from photinus.errors import SiteMismatch
from photinus.model import Group
from photinus.space.sectors import Grading, grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix
from photinus.space.vectors import functional, laid_into, multiplied, vector_in

A, B, S = ph.oscillator("a"), ph.oscillator("b"), ph.spin("s", 1)
SITES = (A * S.plus).sites
SPACE = make_space(SITES, {"a": 4})
ALL, CHARGE, PARITY = Group((), ()), Group((0,), ((1, 1),)), Group((2,), ((1, 0),))
OPERATORS = (A, A.dag() * S.minus, A.dag() * A + S.z, 0.3 * A**2 + 1j * S.plus * A.dag())


def random_state(group: Group = ALL, seed: int = 0) -> State:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(12, 12)) + 1j * rng.normal(size=(12, 12))
    return state_from_matrix(x @ x.conj().T / np.trace(x @ x.conj().T), grading(SPACE, group))


def dense(graded: Grading, parts: dict[tuple[int, ...], np.ndarray]) -> np.ndarray:
    out = np.zeros((graded.space.dimension,) * 2, dtype=complex)
    for order, vector in parts.items():
        out[graded.sector(order).kets] = vector
    return out


@pytest.mark.parametrize("group", [ALL, CHARGE, PARITY])
@pytest.mark.parametrize("operator", OPERATORS)
def test_products_and_functionals_are_those_of_matrices(group: Group, operator: Operator):
    state = laid_into(random_state(), grading(SPACE, group))
    rho, matrix = state.density_matrix(), SPACE.matrix(operator)
    found = dense(state.grading, multiplied(state, left=operator))
    np.testing.assert_allclose(found, matrix @ rho, atol=1e-14)
    found = dense(state.grading, multiplied(state, right=operator))
    np.testing.assert_allclose(found, rho @ matrix, atol=1e-14)
    both = dense(state.grading, multiplied(state, left=operator, right=operator.dag()))
    np.testing.assert_allclose(both, matrix @ rho @ matrix.conj().T, atol=1e-13)
    traced = sum(functional(operator, state.grading.sector(k)) @ v for k, v in state.parts.items())
    assert traced == pytest.approx(np.trace(matrix @ rho), abs=1e-14)


def test_a_state_is_the_same_in_every_grading():
    state = random_state()
    for group in (CHARGE, PARITY):
        moved = laid_into(state, grading(SPACE, group))
        assert len(moved.parts) > 1
        np.testing.assert_array_equal(moved.density_matrix(), state.density_matrix())


def test_levels_are_added_and_left_out():
    state = random_state()
    larger = laid_into(state, grading(make_space(SITES, {"a": 6}), CHARGE))
    assert larger.trace() == pytest.approx(1)
    assert larger.expect(A.dag() * A) == pytest.approx(state.expect(A.dag() * A))
    back = laid_into(larger, grading(SPACE, ALL))
    np.testing.assert_array_equal(back.density_matrix(), state.density_matrix())


def test_another_site_is_refused():
    sector = grading(make_space((A * B).sites, {"a": 2, "b": 2}), ALL).sector(())
    with pytest.raises(SiteMismatch, match="lives on oscillator a, spin s"):
        vector_in(random_state(), sector)
