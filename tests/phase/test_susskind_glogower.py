"""Identities of Susskind's and Glogower's exponential, on the infinite ladder."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from phase.builders import A, fock, pure, random_oscillator
from photinus.space.space import make_space

E = ph.phase.susskind_glogower(A)
C, S = (E + E.dag()) / 2, (E - E.dag()) / 2j
VACUUM = ph.diagonal(A, lambda n: float(n == 0))  # |0⟩⟨0|


def test_the_identities_hold_in_the_algebra():
    assert (E * E.dag()).isclose(1, 1e-14)
    assert (E.dag() * E).isclose(1 - VACUUM, 1e-14)
    assert ph.commutator(C, S).isclose(0.5j * VACUUM, 1e-14)
    assert (C**2 + S**2).isclose(1 - 0.5 * VACUUM, 1e-14)
    assert C.is_hermitian()
    assert S.is_hermitian()
    number = A.dag() * A
    assert ph.commutator(C, number).isclose(1j * S, 1e-12)
    assert ph.commutator(S, number).isclose(-1j * C, 1e-12)


def test_the_matrix_is_one_band_of_ones():
    space = make_space(A.sites, {"a": 7})
    np.testing.assert_allclose(space.matrix(E), np.eye(7, k=1), rtol=0, atol=1e-15)


def test_the_vacuum_has_a_quarter_of_a_squared_cosine():
    assert pure(fock(0)).expect(C**2) == pytest.approx(0.25, abs=1e-14)
    assert pure(fock(3)).expect(C**2) == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_its_powers_have_the_harmonics_of_the_canonical_density(order):
    state = random_oscillator(8, 2)
    assert state.expect(E**order) == pytest.approx(ph.phase.distribution(state, "a").moment(order), abs=1e-13)


@pytest.mark.parametrize("wrong", ["a", A.dag(), 2 * A, A * ph.oscillator("b"), 1, ph.spin("s", 1)])
def test_anything_but_an_annihilation_operator_is_refused(wrong):
    with pytest.raises(ph.errors.WrongType, match="annihilation"):
        ph.phase.susskind_glogower(wrong)
