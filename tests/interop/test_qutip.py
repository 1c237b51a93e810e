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
        (lambda: np.eye(10) / 10, errors.InvalidInput),
        (lambda: None, errors.InvalidInput),
    ],
)
def test_what_is_no_state_of_the_model_is_refused(wrong, error):
    with pytest.raises(error):
        ph.interop.from_qutip(wrong(), MODEL)
