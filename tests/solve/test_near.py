"""A neighbour's answer as the beginning: the same numbers, whatever was handed on."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

A, B = ph.oscillator("a"), ph.oscillator("b")


def pair(detuning: float, drive: float = 0.0) -> ph.Model:
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.5, detuning=detuning, dissipative=0.5)
    return model + ph.Model(drive * (A + A.dag())) if drive else model


@pytest.mark.parametrize("cutoff", [ph.Fixed(11), ph.Converged(1e-4)], ids=str)
@pytest.mark.parametrize("drive", [0.0, 0.2])
def test_a_chain_in_either_direction_gives_the_cold_answers(cutoff: ph.Fixed | ph.Converged, drive: float) -> None:
    detunings = np.linspace(0.1, 0.7, 5)
    cold = [ph.steady_state(pair(d, drive), cutoff=cutoff, method=ph.Krylov()) for d in detunings]
    for order in (range(5), range(4, -1, -1)):
        state = None
        for k in order:
            state = ph.steady_state(pair(detunings[k], drive), cutoff=cutoff, method=ph.Krylov(), near=state)
            bound = 3e-9 if isinstance(cutoff, ph.Fixed) else 2e-4  # cutoffs follow the neighbour's
            for operator in (A.dag() * B, A.dag() * A):
                assert state.expect(operator) == pytest.approx(cold[k].expect(operator), abs=bound)
            assert state.certificate.residual < 1e-9
            assert state.certificate.ok == cold[k].certificate.ok


def test_a_far_neighbour_does_no_harm() -> None:
    """Bases of a model that has little to do with the new one: GMRES is slow with them, and takes its own."""
    state = None
    for rate in (1.0, 1.1, 60.0):
        model = ph.zoo.coupled_van_der_pol(gain=rate, two_photon_loss=1.0 * rate, detuning=0.3, dissipative=0.5 / rate)
        state = ph.steady_state(model, cutoff=ph.Fixed(9), method=ph.Krylov(), near=state)
    alone = ph.steady_state(model, cutoff=ph.Fixed(9), method=ph.Krylov())
    assert state.expect(A.dag() * B) == pytest.approx(alone.expect(A.dag() * B), abs=1e-9)


def test_what_a_solver_leaves_is_handed_on_once() -> None:
    """A list of states must not hold a preconditioner each."""
    first = ph.steady_state(pair(0.1), cutoff=ph.Fixed(9), method=ph.Krylov())
    second = ph.steady_state(pair(0.2), cutoff=ph.Fixed(9), method=ph.Krylov(), near=first)
    third = ph.steady_state(pair(0.3), cutoff=ph.Fixed(9), method=ph.Krylov(), near=second)
    assert first.work is None
    assert second.work.take() == []
    assert len(third.work.take()) == 2  # of the solution's space, and of the larger one that judges it
