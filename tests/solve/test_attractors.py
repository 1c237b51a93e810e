"""Attractors above a cutoff: the bright branch of a driven Kerr oscillator."""

from __future__ import annotations

import pytest

import photinus as ph

A = ph.oscillator("a")
NUMBER = A.dag() * A


def driven_kerr(drive: float) -> ph.Model:
    """Detuning 3, Kerr 0.1 per quantum, loss 1: bistable, bright at |α|² ≈ 36."""
    return ph.Model(-3 * NUMBER + 0.05 * A.dag() ** 2 * A**2 + drive * (A + A.dag()), [ph.Jump(1, A)])


@pytest.mark.parametrize(("drive", "number"), [(4.5, 2.735), (5.0, 36.800)])
def test_a_bistable_oscillator_is_not_certified_on_its_dim_branch(drive: float, number: float) -> None:
    """⟨n⟩ of QuTiP 5.3 with 110 levels; up to 40 levels the bright branch has left no trace in the populations."""
    state = ph.steady_state(driven_kerr(drive), cutoff=ph.Converged(1e-3))
    assert state.expect(NUMBER) == pytest.approx(number, abs=2e-3)
    low = ph.steady_state(driven_kerr(drive), cutoff=ph.Fixed(35))
    assert low.expect(NUMBER) < 4
    assert not low.certificate.ok
    assert any("an attractor may lie above the cutoff" in warning for warning in low.certificate.warnings)


@pytest.mark.parametrize("drive", [4.5, 5.0])
def test_the_answer_does_not_depend_on_the_direction_of_a_sweep(drive: float) -> None:
    cutoff = ph.Converged(1e-4)
    dim, bright = (ph.steady_state(driven_kerr(start), cutoff=cutoff) for start in (3.0, 6.0))
    up, down = (ph.steady_state(driven_kerr(drive), cutoff=cutoff, near=near) for near in (dim, bright))
    assert up.expect(NUMBER) == pytest.approx(down.expect(NUMBER), rel=1e-3)


def test_an_oscillator_with_one_stable_point_begins_with_few_levels() -> None:
    assert ph.steady_state(driven_kerr(1.0), cutoff=ph.Converged(1e-3)).cutoffs == {"a": 12}
