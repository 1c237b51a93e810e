"""Ensembles against PIQS, QuTiP's permutation-symmetric solver (Shammah et al. 2018): populations and expectations."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

qutip = pytest.importorskip("qutip")
piqs = qutip.piqs if hasattr(qutip.piqs, "Dicke") else qutip.piqs.piqs

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


@pytest.mark.parametrize("atoms", [2, 5, 8])
@pytest.mark.parametrize("rates", RATES, ids=lambda r: ", ".join(r))
def test_steady_states_are_those_of_piqs(atoms: int, rates: dict[str, float]) -> None:
    """PIQS has D[σ_z/2] for local dephasing, D[J_z] for the collective one."""
    at = ph.ensemble("at", atoms)
    operators = {
        "emission": at.each.minus,
        "pumping": at.each.plus,
        "dephasing": at.each.z,
        "collective_emission": at.minus,
        "collective_pumping": at.plus,
        "collective_dephasing": at.z,
    }
    state = ph.steady_state(ph.Model(0 * at.z, [ph.Jump(rate, operators[name]) for name, rate in rates.items()]))
    rates_of_levels = piqs.Dicke(atoms, **rates).coefficient_matrix().toarray().real
    populations = np.linalg.svd(rates_of_levels)[2][-1]  # their Liouvillian has other, unphysical null vectors
    populations /= populations.sum()
    np.testing.assert_allclose(state.populations("at"), populations, rtol=0, atol=1e-10)
    rho = qutip.Qobj(np.diag(populations))
    for name, operator in (("z", at.z), ("x", at.x)):
        assert state.expect(operator) == pytest.approx(qutip.expect(piqs.jspin(atoms, name), rho), abs=1e-9)
    up, down = piqs.jspin(atoms, "+"), piqs.jspin(atoms, "-")
    assert state.expect(at.plus * at.minus) == pytest.approx(qutip.expect(up * down, rho), abs=1e-9)
