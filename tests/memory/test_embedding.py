"""Answers by pseudomodes, and whether the errors that they state hold."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import photinus as ph
from photinus import memory
from photinus.errors import InvalidInput, UnknownSite, WrongType
from photinus.memory.embedding import renamed

S, Q = ph.spin("s", 0.5), ph.spin("q", 0.5)
PLUS = ph.states.superposition([(1, {S: 0.5}), (1, {S: -0.5})])


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("density", "temperature"),
    [(memory.DrudeLorentz(0.1, 0.5), 1.0), (memory.Ohmic(0.02, 5.0), 0.5), (memory.Underdamped(0.2, 1.0, 0.2), 0.5)],
)
def test_the_error_of_the_number_of_modes_holds(density, temperature, count):
    """Pure dephasing, |ρ_01| = e^{−Γ}/2 exactly: the true error is below what is claimed, that below 100 times it."""
    bath = memory.Environment(density, S.z, temperature=temperature)
    fit = memory.Fit(count=count)
    run = memory.pseudomode_evolution(
        ph.Model(), bath, PLUS, [0, 1, 3], observe={"x": 2 * S.plus}, fit=fit, cutoff=ph.Fixed(5, 1.0)
    )
    assert (run.modes, run.other_modes) == (count, 3 - count)
    true = np.abs(np.abs(run.observed["x"][1:]) - np.exp(-memory.dephasing(bath, [1.0, 3.0]))).max()
    assert true <= run.observed_error["x"] <= 100 * true
    assert run.modes_error > 0
    assert run.error(lambda state: abs(state.expect(2 * S.plus))) >= run.observed_error["x"] / 3


def test_lorentzians_are_exact_and_as_the_joined_model():
    """N06 and a steady state: nothing is solved twice, and the values are those of with_pseudomodes."""
    bath = memory.Environment(memory.Lorentzian(0.15, 0.5, 1.0), 2 * S.x)
    run = memory.pseudomode_evolution(
        ph.Model(S.z), bath, ph.states.level({S: 0.5}), [0, 10], observe={"z": 2 * S.z}, cutoff=ph.Converged(1e-6)
    )
    assert run.observed["z"][-1] == pytest.approx(-0.433595365, abs=1e-7)
    assert run.other is None
    assert (run.modes, run.other_modes, run.fit_error, run.modes_error) == (1, 0, 0, 0)
    assert run.error(lambda state: state.expect(S.z)) <= run.truncation
    assert run.state.expect(2 * S.z) == pytest.approx(run.observed["z"][-1], abs=1e-9)
    cutoff = ph.Fixed(6)
    found = memory.pseudomode_steady_state(ph.Model(S.z), bath, cutoff=cutoff)
    same = ph.steady_state(memory.with_pseudomodes(ph.Model(S.z), bath), cutoff=cutoff)
    assert found.state.expect(S.z) == pytest.approx(same.expect(S.z), abs=1e-12)
    assert found.joined.sites == same.sites
    assert found.certificate.cutoffs == {"bath": 6}


def test_fitted_steady_state_says_what_its_fit_costs():
    """The change from two modes to three is within the error that two modes state."""
    bath = memory.Environment(memory.DrudeLorentz(0.1, 0.5), S.x, temperature=1.0)
    options = {"cutoff": ph.Fixed(4, 1.0)}
    two, three = (
        memory.pseudomode_steady_state(ph.Model(S.z), bath, fit=memory.Fit(count=n), **options) for n in (2, 3)
    )
    change = abs(two.state.expect(S.z) - three.state.expect(S.z))
    assert change < two.error(lambda state: state.expect(S.z))
    assert three.modes_error < two.modes_error
    assert three.other_modes == 2
    assert "against 2; fit" in repr(three)
    assert dict(three.to_xarray().attrs)["other_modes"] == 2


def test_the_number_of_exponentials_can_be_given():
    bath = memory.Environment(memory.Ohmic(0.1, 5.0), S.x, temperature=0.5)
    errors = [memory.pseudomodes(bath, fit=memory.Fit(1e-9, count=n)).error for n in (1, 2, 3, 4)]
    assert [memory.pseudomodes(bath, fit=memory.Fit(count=n)).count for n in (1, 3)] == [1, 3]
    assert all(late < 0.6 * early for early, late in pairwise(errors))
    assert len(memory.exponentials(bath, fit=memory.Fit(count=2)).emission) == 2
    with pytest.raises(InvalidInput, match="number of exponentials"):
        memory.Fit(count=0)


def test_positive_fits_are_as_good_as_any_with_a_term_or_two_more():
    """A warm Ohmic and a cold Drude bath: below 1 % with at most six modes."""
    for density, temperature in ((memory.Ohmic(0.1, 5.0), 0.5), (memory.DrudeLorentz(0.1, 0.5), 0.1)):
        bath = memory.Environment(density, S.x, temperature=temperature)
        modes, terms = memory.pseudomodes(bath), memory.exponentials(bath)
        assert modes.error < 1e-2
        assert modes.count <= min(6, len(terms.emission) + 2)


def test_a_comparison_counts_the_fit_even_where_a_rougher_one_is_the_same():
    """Three times the tolerance may be met by the same modes: the error is that of one mode fewer."""
    bath = memory.Environment(memory.Underdamped(0.3, 1.0, 0.5), [S.x, Q.x], temperature=0.5)
    system = ph.Model(0.5 * S.z + 0.5 * Q.z, [ph.Jump(0.5, S.minus), ph.Jump(0.5, Q.minus)])
    found = memory.compare(
        system, bath, lambda state: state.expect(S.plus * S.minus), common=True, cutoff=ph.Fixed(3, 1.0)
    )
    assert found.fit_error > 0
    assert found.memory_error > 1e-6


def test_cutoffs_that_name_the_modes_serve_any_number_of_them():
    bath = memory.Environment(memory.Ohmic(0.1, 5.0), S.x, temperature=0.5)
    joined = [memory.with_pseudomodes(ph.Model(S.z), bath, fit=memory.Fit(count=n)) for n in (1, 2, 3)]
    assert renamed(ph.Fixed({"bath1": 5, "bath2": 4}), joined[0]).levels == {"bath": 4}
    assert renamed(ph.Fixed({"bath": 5}), joined[1]).levels == {"bath1": 5, "bath2": 5}
    assert renamed(ph.Fixed({"bath1": 5, "bath2": 4}), joined[2]).levels == {"bath1": 5, "bath2": 4, "bath3": 4}
    assert renamed(ph.Fixed(7), joined[2]) == ph.Fixed(7)
    with pytest.raises(UnknownSite, match="bath9"):
        memory.pseudomode_steady_state(
            ph.Model(S.z), bath, fit=memory.Fit(count=2), cutoff=ph.Fixed({"bath1": 4, "bath9": 4})
        )


def test_mistakes():
    bath = memory.Environment(memory.Lorentzian(0.2, 0.5), S.minus)
    with pytest.raises(WrongType, match="environment"):
        memory.pseudomode_steady_state(ph.Model(S.z), ph.Bath("hot"))
    with pytest.raises(WrongType):
        memory.pseudomode_evolution(ph.Model(S.z), bath, "up", [0, 1])
    with pytest.raises(UnknownSite, match="does not have"):
        memory.pseudomode_steady_state(ph.Model(Q.z), bath)


def test_what_a_failed_fit_advises_is_allowed():
    """A sub-Ohmic tail holds more than all before it: no tolerance below 1 would do, and none is named."""
    bath = memory.Environment(memory.Ohmic(0.1, 5.0, 0.5), S.x, temperature=0.5)
    with pytest.raises(memory.FitFailed) as caught:
        memory.pseudomodes(bath, fit=memory.Fit(1e-6, most=2))
    assert caught.value.reached > 1
    assert "Fit(tolerance" not in caught.value.remedy
    assert "Fit(duration" in caught.value.remedy
