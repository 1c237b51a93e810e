"""QuTiP in and out: what is refused. (Agreement of numbers: tests/agreement.)"""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import errors

qutip = pytest.importorskip("qutip")

A = ph.oscillator("a")
MODEL = ph.Model(A.dag() * A + ph.spin("s", 0.5).z, [ph.Jump(1.0, A)])


def test_a_ket_becomes_its_projector():
    ket = qutip.tensor(qutip.basis(5, 2), qutip.basis(2, 0))
    state = ph.interop.from_qutip(ket, MODEL)
    assert state.cutoffs == {"a": 5}
    assert state.populations("a").tolist() == [0, 0, 1, 0, 0]
    assert state.expect(ph.spin("s", 0.5).z) == 0.5
    assert state.certificate is None


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: qutip.fock_dm(5, 1), errors.SiteMismatch),
        (lambda: qutip.tensor(qutip.fock_dm(5, 1), qutip.fock_dm(3, 0)), errors.SiteMismatch),
        (lambda: 2 * qutip.tensor(qutip.fock_dm(5, 1), qutip.fock_dm(2, 0)), errors.InvalidInput),
        (lambda: qutip.tensor(qutip.destroy(5), qutip.qeye(2)), errors.InvalidInput),
        (lambda: qutip.tensor(qutip.fock_dm(5, 1), qutip.sigmaz()), errors.InvalidInput),
        (lambda: np.eye(10) / 10, errors.WrongType),
        (lambda: None, errors.WrongType),
        (lambda: 3, errors.WrongType),
        (lambda: qutip.tensor(qutip.basis(5, 1), qutip.basis(2, 0)).dag(), errors.WrongType),  # a bra
        (lambda: qutip.to_super(qutip.tensor(qutip.qeye(5), qutip.qeye(2))), errors.WrongType),
        (lambda: qutip.Qobj(np.zeros((10, 8)), dims=[[5, 2], [4, 2]]), errors.SiteMismatch),
        (lambda: qutip.Qobj(np.full((10, 10), np.nan), dims=[[5, 2], [5, 2]]), errors.InvalidInput),
    ],
)
def test_what_is_no_state_of_the_model_is_refused(wrong, error):
    with pytest.raises(error):
        ph.interop.from_qutip(wrong(), MODEL)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: ph.interop.to_qutip("x"), r"'x' \(str\).*state"),
        (lambda: ph.interop.to_qutip(qutip.basis(2, 0)), r"Qobj.*state"),
        (lambda: ph.interop.from_qutip(3, MODEL), r"3 \(int\).*qutip\.Qobj"),
        (lambda: ph.interop.from_qutip(np.eye(10), MODEL), r"array of shape \(10, 10\)"),
        (lambda: ph.interop.from_qutip(qutip.basis(3, 0), 3), r"model.*3 \(int\).*ph\.Model"),
        (lambda: ph.interop.from_qutip(qutip.basis(3, 0).dag(), MODEL), "of type 'bra'.*ket or density matrix"),
    ],
)
def test_what_is_of_the_wrong_type_is_named(wrong, message):
    with pytest.raises(errors.WrongType, match=message):
        wrong()


def test_the_sites_are_told_in_words():
    with pytest.raises(
        errors.SiteMismatch, match=r"\[\[5\], \[1\]\]|\[\[5\], \[5\]\].*oscillator a, spin s \(j = 1/2\)\."
    ):
        ph.interop.from_qutip(qutip.basis(5, 1), MODEL)


@pytest.mark.parametrize("tolerance", [-1.0, float("nan"), "x", None])
def test_the_tolerance_is_a_number(tolerance):
    with pytest.raises(errors.InvalidInput, match="tolerance"):
        ph.interop.from_qutip(qutip.tensor(qutip.basis(5, 2), qutip.basis(2, 0)), MODEL, tolerance=tolerance)
