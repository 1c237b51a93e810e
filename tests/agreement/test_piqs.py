"""Ensembles against PIQS, QuTiP's permutation-symmetric solver (Shammah et al. 2018): steady states, undamped modes."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

qutip = pytest.importorskip("qutip")
piqs = qutip.piqs if hasattr(qutip.piqs, "Dicke") else qutip.piqs.piqs

SINGLE = 1e-7
"""PIQS holds the elements of its Liouvillian in single precision."""
RATES = [
    {"collective_emission": 1.0, "pumping": 0.8},
    {"emission": 0.5, "pumping": 0.3, "dephasing": 0.7, "collective_emission": 0.4},
    {
        "collective_emission": 0.2,
        "collective_pumping": 0.1,
        "collective_dephasing": 0.6,
        "emission": 0.3,
        "pumping": 0.2,
    },
]


def model(at: object, hamiltonian: object, rates: dict[str, float]) -> ph.Model:
    """PIQS has D[σ_z/2] for local dephasing, D[J_z] for the collective one."""
    operators = {
        "emission": at.each.minus,
        "pumping": at.each.plus,
        "dephasing": at.each.z,
        "collective_emission": at.minus,
        "collective_pumping": at.plus,
        "collective_dephasing": at.z,
    }
    return ph.Model(hamiltonian, [ph.Jump(rate, operators[name]) for name, rate in rates.items()])


@pytest.mark.parametrize("atoms", [2, 5, 8])
@pytest.mark.parametrize("rates", RATES, ids=lambda r: ", ".join(r))
def test_steady_states_are_those_of_piqs(atoms: int, rates: dict[str, float]) -> None:
    at = ph.ensemble("at", atoms)
    state = ph.steady_state(model(at, 0 * at.z, rates))
    rates_of_levels = piqs.Dicke(atoms, **rates).coefficient_matrix().toarray().real
    populations = np.linalg.svd(rates_of_levels)[2][-1]  # their Liouvillian has other, unphysical null vectors
    populations /= populations.sum()
    np.testing.assert_allclose(state.populations("at"), populations, rtol=0, atol=1e-10)
    agree(at, state, qutip.Qobj(np.diag(populations)))


def agree(at: object, state: ph.State, rho: object, tolerance: float = 1e-9) -> None:
    """The same ⟨S_x⟩, ⟨S_y⟩, ⟨S_z⟩ and ⟨S₊S₋⟩."""
    atoms = at.site.atoms
    for name in "xyz":
        expected = qutip.expect(piqs.jspin(atoms, name), rho)
        assert state.expect(getattr(at, name)) == pytest.approx(expected, abs=tolerance)
    up, down = piqs.jspin(atoms, "+"), piqs.jspin(atoms, "-")
    assert state.expect(at.plus * at.minus) == pytest.approx(qutip.expect(up * down, rho), abs=tolerance)


@pytest.mark.parametrize("atoms", [2, 5, 6])
@pytest.mark.parametrize("rates", RATES, ids=lambda r: ", ".join(r))
def test_driven_steady_states_are_those_of_piqs(atoms: int, rates: dict[str, float]) -> None:
    """H = 0.7 S_x − 0.4 S_z: coherences too. Of PIQS' matrix the elements within one length J, which are the state."""
    at = ph.ensemble("at", atoms)
    hamiltonian = 0.7 * piqs.jspin(atoms, "x") - 0.4 * piqs.jspin(atoms, "z")
    theirs = piqs.Dicke(atoms, hamiltonian=hamiltonian, **rates).liouvillian().full()
    j = at.site.quantum_numbers()[0]
    inside = np.flatnonzero(np.equal.outer(j, j).ravel(order="F"))  # QuTiP stacks columns
    assert np.abs(np.delete(theirs[:, inside], inside, axis=0)).max(initial=0) < 1e-12
    singular, null = np.linalg.svd(theirs[np.ix_(inside, inside)])[1:]
    assert singular[-2] > 1e-3
    rho = np.zeros(len(theirs), dtype=complex)
    rho[inside] = null[-1].conj()
    rho = rho.reshape(len(j), len(j), order="F")
    rho /= np.trace(rho)
    state = ph.steady_state(model(at, 0.7 * at.x - 0.4 * at.z, rates))
    np.testing.assert_allclose(state.populations("at"), np.diag(rho).real, rtol=0, atol=SINGLE)
    agree(at, state, qutip.Qobj(rho), atoms * SINGLE)
    assert abs(state.expect(at.x)) > 1e-3


def test_piqs_leaves_modes_undamped_that_are_not_there() -> None:
    """N = 4, drive, local and collective emission, dephasing: 47 of its 81 eigenvalues, where there is one.

    Its matrix has an element for each two Dicke states, also of different J, between which no coherence is symmetric.
    """
    atoms, rates = 4, {"collective_emission": 1.0, "emission": 1.0, "dephasing": 1.0}
    theirs = np.linalg.eigvals(piqs.Dicke(atoms, hamiltonian=piqs.jspin(atoms, "x"), **rates).liouvillian().full())
    assert (len(theirs), int((np.abs(theirs.real) < 1e-9).sum())) == (81, 47)
    at = ph.ensemble("at", atoms)
    ours = ph.eigenmodes(model(at, at.x, rates), count=35, method=ph.Dense())
    assert (len(ours), int((np.abs(ours.eigenvalues.real) < 1e-9).sum())) == (35, 1)
