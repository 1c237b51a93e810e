"""Memory is estimated before anything of its size is made, and what was solved is not lost."""

from __future__ import annotations

import tracemalloc

import pytest

import photinus as ph
from photinus.errors import MemoryBudgetExceeded
from photinus.solve.orders import elimination_cost, plan_for
from photinus.space.liouvillian import Liouvillian, generator

PAIR = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.2, dissipative=0.5, detuning=0.2)


def sector_of(model: ph.Model, cutoffs: dict[str, int]) -> Liouvillian:
    made = generator(model, cutoffs)
    return made.liouvillian(made.grading.sector(made.grading.group.zero))


def test_a_driven_oscillator_that_is_too_large_is_refused_before_anything_is_made():
    tracemalloc.start()
    with pytest.raises(MemoryBudgetExceeded, match="Tridiagonal for 25000000 unknowns"):
        ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.3), cutoff=ph.Fixed(5000))
    assert tracemalloc.get_traced_memory()[1] < 2e8  # one vector of the sector alone has 4e8 bytes
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("model", "cutoffs"),
    [
        (ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.3), {"a": 30}),
        (ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, squeezing=0.3), {"a": 31}),
        (PAIR + ph.zoo.van_der_pol("a", gain=1, two_photon_loss=0.1, drive=0.1), {"a": 5, "b": 6}),
    ],
    ids=["drive", "squeezing", "driven pair"],
)
def test_the_groups_of_an_elimination_are_counted_without_the_elimination(model, cutoffs):
    liouvillian = sector_of(model, cutoffs)
    plan, cost = plan_for(liouvillian), elimination_cost(liouvillian)
    assert liouvillian.shifts == tuple(liouvillian.diagonals)
    assert plan is not None
    assert cost is not None
    assert plan.flops / 2 < cost[0] <= plan.flops  # the plan merges the outermost groups


def test_a_fixed_cutoff_whose_judge_does_not_fit_is_returned_and_not_trusted():
    budget = 1.05 * ph.Krylov().estimate(sector_of(PAIR, {"a": 20, "b": 20}))
    state = ph.steady_state(PAIR, cutoff=ph.Fixed(20), method=ph.Krylov(memory=budget))
    assert not state.certificate.ok
    assert "the truncation was not judged: Krylov for 6181 unknowns needs about" in str(state.certificate)
    judged = ph.steady_state(PAIR, cutoff=ph.Fixed(20))
    a = ph.oscillator("a")
    assert state.expect(a.dag() * a) == pytest.approx(judged.expect(a.dag() * a), rel=1e-9)


def test_a_converged_cutoff_whose_judge_does_not_fit_is_refused_before_solving():
    budget = 1.05 * ph.Krylov().estimate(sector_of(PAIR, {"a": 20, "b": 20}))
    with pytest.raises(MemoryBudgetExceeded, match="is judged with a: 21, b: 21"):
        ph.steady_state(PAIR, cutoff=ph.Converged(1e-4, start=20), method=ph.Krylov(memory=budget))
