"""steady_state: extreme spaces, unstable models, cutoffs that cut, neighbours, memory, every refusal of bad input."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus import errors
from photinus.space.state import State

A, B = ph.oscillator("a"), ph.oscillator("b")
NUMBER = A.dag() * A


def vdp(**rates: float) -> ph.Model:
    return ph.zoo.van_der_pol(**{"gain": 1.0, "two_photon_loss": 0.5, **rates})


def the_pair(**changes: float) -> ph.Model:
    """Gain 1, two-photon loss 0.2, H = 0.05(n_a − n_b), D[a − b] at 0.5."""
    return ph.zoo.shared_bath_pair(**{"coupling": 0.5, "gain": 1.0, "two_photon_loss": 0.2, "detuning": 0.1, **changes})


def distance(first: State, second: State) -> float:
    """Trace norm of the difference; the smaller space is embedded."""
    small, large = sorted((first, second), key=lambda state: state.space.dimension)
    difference = large.density_matrix()
    kets = small.space.embedding(large.space)
    difference[np.ix_(kets, kets)] -= small.density_matrix()
    return float(np.abs(np.linalg.eigvalsh(difference)).sum())


# Spaces of one level.


@pytest.mark.parametrize("method", [ph.Auto(), ph.Dense(), ph.Direct(), ph.Krylov()], ids=str)
def test_an_oscillator_of_one_level_is_the_vacuum_and_not_to_be_trusted(method):
    state = ph.steady_state(vdp(), cutoff=ph.Fixed(1), method=method)
    assert state.density_matrix().tolist() == [[1]]
    assert not state.certificate.ok


def test_the_vacuum_fits_into_one_level():
    state = ph.steady_state(ph.Model(0, [ph.Jump(1.0, A)]), cutoff=ph.Fixed(1))
    assert state.certificate.ok
    assert state.certificate.truncation < 1e-12


def test_a_qudit_of_one_level():
    q = ph.qudit("q", 1)
    state = ph.steady_state(vdp() + ph.Model(0, [ph.Jump(1.0, A * (q(0, 0) + 0 * NUMBER))]))
    assert state.trace() == pytest.approx(1, abs=1e-12)


def test_one_level_of_a_pair():
    state = ph.steady_state(the_pair(), cutoff=ph.Fixed({"a": 1, "b": 6}))
    assert state.populations("a").tolist() == pytest.approx([1])
    assert not state.certificate.ok


# No steady state.

UNSTABLE = {
    "gain = loss": ph.Model(0, [ph.Jump(1.0, A.dag()), ph.Jump(1.0, A)]),
    "gain > loss": ph.Model(0, [ph.Jump(1.2, A.dag()), ph.Jump(1.0, A)]),
    "gain alone": ph.Model(0, [ph.Jump(1.0, A.dag())]),
    "gain > loss, driven": ph.Model(0.3 * (A + A.dag()), [ph.Jump(1.2, A.dag()), ph.Jump(1.0, A)]),
    "squeezing above threshold": ph.Model(0.5j * (A.dag() ** 2 - A**2), [ph.Jump(1.0, A)]),
    "two-photon gain above loss": ph.Model(0, [ph.Jump(1.0, A**2, reverse=1.5), ph.Jump(0.5, A)]),
    "Kerr does not help": ph.Model(0.4 * A.dag() ** 2 * A**2, [ph.Jump(1.2, A.dag()), ph.Jump(1.0, A)]),
    "dark a + b fed by gain": ph.Model(0, [ph.Jump(0.1, A.dag()), ph.Jump(0.1, B.dag()), ph.Jump(5.0, A - B)]),
    "dark a + b, gain above the own loss": ph.Model(
        0.2 * (A.dag() * B + B.dag() * A),
        [ph.Jump(1.1, x.dag()) for x in (A, B)] + [ph.Jump(1.0, x) for x in (A, B)] + [ph.Jump(3.0, A - B)],
    ),
    "parametric pair above threshold": ph.Model(1j * (A.dag() * B.dag() - A * B), [ph.Jump(1.0, A), ph.Jump(1.0, B)]),
}


@pytest.mark.parametrize("name", UNSTABLE)
@pytest.mark.parametrize("cutoff", [ph.Fixed(10), ph.Converged(1e-4)], ids=str)
def test_a_model_without_a_steady_state_is_refused(name, cutoff):
    with pytest.raises(errors.NoSteadyState, match="gain above loss"):
        ph.steady_state(UNSTABLE[name], cutoff=cutoff)


SATURATING = {
    "van der Pol": vdp(),
    "van der Pol, cut far too low": vdp(two_photon_loss=0.01),
    "three-photon loss": ph.Model(0, [ph.Jump(1.0, A.dag()), ph.Jump(0.02, A**3), ph.Jump(0.1, A)]),
    "close below threshold": ph.Model(0, [ph.Jump(0.99, A.dag()), ph.Jump(1.0, A)]),
    "D[a − b] with two-photon loss": the_pair(coupling=5.0),
    "one oscillator loses for both": ph.Model(A.dag() * B + B.dag() * A, [ph.Jump(0.5, A.dag()), ph.Jump(3.0, B)]),
    "saturated gain": ph.Model(
        0, [ph.Jump(2.0, A.dag() * ph.diagonal(A, lambda n: (1 + 0.3 * n) ** -0.5)), ph.Jump(1.0, A)]
    ),
    "gain of a pumped spin": ph.Model(
        0.2 * (A.dag() * ph.spin("s", 0.5).minus + A * ph.spin("s", 0.5).plus),
        [ph.Jump(2.0, ph.spin("s", 0.5).plus), ph.Jump(0.05, A)],
    ),
    "two-photon loss through a damped partner": ph.Model(
        A**2 * B.dag() + A.dag() ** 2 * B, [ph.Jump(1.0, A.dag()), ph.Jump(4.0, B)]
    ),
    "squeezing below threshold": ph.Model(0.2j * (A.dag() ** 2 - A**2), [ph.Jump(1.0, A)]),
}


@pytest.mark.parametrize("name", SATURATING)
def test_a_model_with_a_steady_state_is_not_refused(name):
    for levels in (3, 8):
        state = ph.steady_state(SATURATING[name], cutoff=ph.Fixed(levels))
        assert state.trace() == pytest.approx(1, abs=1e-10)


# Cutoffs that cut the state, and cutoffs that do not.


def test_a_cutoff_that_cuts_the_state_says_so():
    """The exact ⟨n⟩ is 25.50; twelve levels give 10.15."""
    model = vdp(two_photon_loss=0.02)
    state = ph.steady_state(model, cutoff=ph.Fixed(12))
    assert state.expect(NUMBER) == pytest.approx(10.15, abs=5e-3)
    assert not state.certificate.ok
    assert state.certificate.truncation > 1
    assert "NOT to be trusted" in str(state.certificate)
    exact = ph.steady_state(model, cutoff=ph.Converged(1e-6))
    assert exact.certificate.ok
    assert exact.expect(NUMBER) == pytest.approx(25.50, abs=5e-3)


def test_a_pair_that_eight_levels_cut():
    state = ph.steady_state(the_pair(), cutoff=ph.Converged(1e-4))
    assert state.certificate.ok
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(0.6808, abs=5e-5)
    cut = ph.steady_state(the_pair(), cutoff=ph.Fixed(8))
    assert not cut.certificate.ok
    assert ph.measures.amplitude_correlation(cut, "a", "b") == pytest.approx(0.4224, abs=5e-5)


LARGE = {
    "undriven": (vdp(two_photon_loss=0.1), 60),
    "driven": (vdp(two_photon_loss=0.1, drive=0.5, detuning=0.2), 60),
    "squeezed": (vdp(two_photon_loss=0.2, squeezing=0.3), 60),
    "Kerr": (vdp(two_photon_loss=0.2, drive=0.5, kerr=0.4, detuning=0.5), 50),
    "near threshold": (ph.Model(0, [ph.Jump(0.9, A.dag()), ph.Jump(1.0, A)]), 400),
    "pair": (the_pair(two_photon_loss=0.5), 24),
    "uneven pair": (ph.zoo.coupled_van_der_pol(gain=[1, 0.3], two_photon_loss=[0.3, 2], coherent=0.5), 24),
}


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("name", LARGE)
def test_a_converged_answer_meets_its_tolerance(name, tolerance):
    model, levels = LARGE[name]
    state = ph.steady_state(model, cutoff=ph.Converged(tolerance))
    assert state.certificate.ok
    assert state.certificate.truncation <= tolerance
    assert distance(state, ph.steady_state(model, cutoff=ph.Fixed(levels))) <= tolerance


def test_only_the_oscillator_that_leaks_grows():
    model = ph.zoo.coupled_van_der_pol(gain=[1, 0.1], two_photon_loss=[0.1, 5], coherent=0.1)
    cutoffs = ph.steady_state(model, cutoff=ph.Converged(1e-4, start=5)).cutoffs
    assert cutoffs["a"] > 1.5 * cutoffs["b"]


def test_expectation_values_carry_their_own_error():
    model = vdp(two_photon_loss=0.1)
    exact = ph.steady_state(model, cutoff=ph.Fixed(60)).expect(NUMBER)
    for levels in (12, 16, 20):
        state = ph.steady_state(model, cutoff=ph.Fixed(levels))
        true = abs(state.expect(NUMBER) - exact)
        assert 0.3 * true < state.error(NUMBER) < 3 * true


# A neighbour's answer is a beginning, not an answer.


@pytest.mark.parametrize("model", [vdp(drive=0.3), the_pair(two_photon_loss=0.5), vdp(squeezing=0.2)], ids=str)
@pytest.mark.parametrize("method", [ph.Auto(), ph.Krylov()], ids=str)
def test_a_neighbour_does_not_change_the_answer(model, method):
    neighbours = [
        ph.steady_state(model + ph.Model(0.1 * NUMBER), cutoff=ph.Converged(1e-3)),
        ph.steady_state(model + ph.Model(0, [ph.Jump(0.5, A)]), cutoff=ph.Fixed(4)),
        ph.steady_state(model, cutoff=ph.Fixed(26 if len(model.sites) == 1 else 14)),
    ]
    cold = ph.steady_state(model, cutoff=ph.Converged(1e-7), method=method)
    for near in neighbours:
        warm = ph.steady_state(model, cutoff=ph.Converged(1e-7), method=method, near=near)
        assert warm.certificate.ok
        assert distance(warm, cold) < 2e-7


def test_a_neighbour_on_other_sites_is_refused():
    near = ph.steady_state(vdp(), cutoff=ph.Fixed(6))
    with pytest.raises(errors.SiteMismatch, match="near="):
        ph.steady_state(the_pair(), near=near)


# Memory is estimated before anything is allocated.


@pytest.mark.parametrize("kind", [ph.Krylov, ph.Direct, ph.Dense, ph.Auto])
def test_what_does_not_fit_is_refused_with_its_estimate(kind):
    with pytest.raises(errors.MemoryBudgetExceeded, match=r"needs about [\d.e+]+ (MB|GB|TB).*budget is 1 MB") as caught:
        ph.steady_state(the_pair(), cutoff=ph.Fixed(20), method=kind(memory=1e6))
    assert "smaller cutoffs" in caught.value.remedy


def test_a_space_beyond_all_memory_is_refused_at_once():
    many = ph.zoo.coupled_van_der_pol(8, gain=1, two_photon_loss=1, coherent=1)
    with pytest.raises(errors.MemoryBudgetExceeded):
        ph.steady_state(many, cutoff=ph.Fixed(100))


def test_the_estimate_can_be_asked_for():
    text = ph.Auto().explain(the_pair(), ph.Fixed(30))
    assert text.startswith("Krylov: 18010 unknowns of 810000")


# Certificates.


def test_a_certificate_is_complete_and_short():
    certificate = ph.steady_state(the_pair(two_photon_loss=1.0), cutoff=ph.Fixed(5)).certificate
    assert certificate.unknowns == 5 * (2 * 25 + 1) // 3
    assert certificate.unknowns_without_symmetry == 625
    assert certificate.cutoffs == {"a": 5, "b": 5}
    assert certificate.residual < 1e-12
    assert certificate.hermiticity < 1e-12
    assert certificate.positivity > -1e-12
    assert len(str(certificate).splitlines()) <= 8
    assert {"residual", "truncation", "positivity", "nullity", "ok", "method", "seconds"} <= set(certificate.as_dict())


def test_a_spin_has_no_truncation_error():
    state = ph.steady_state(ph.zoo.spin_one(gain=1, loss=1, drive=0.3))
    assert state.certificate.truncation == 0
    assert state.certificate.ok


# Bad input.

BAD_CUTOFFS = [
    (0, errors.InvalidInput),
    (-3, errors.InvalidInput),
    (2.5, errors.InvalidInput),
    ("x", errors.InvalidInput),
    (None, errors.InvalidInput),
    (True, errors.InvalidInput),
    (float("nan"), errors.InvalidInput),
    (float("inf"), errors.InvalidInput),
    ({"a": 0}, errors.InvalidInput),
    ({"a": 2.5}, errors.InvalidInput),
    ({"a": "x"}, errors.InvalidInput),
    ({}, errors.InvalidInput),
    ({"a": 5, "c": 5}, errors.UnknownSite),
    ({"c": 5}, errors.UnknownSite),
]


@pytest.mark.parametrize(("levels", "error"), BAD_CUTOFFS, ids=str)
def test_bad_cutoffs(levels, error):
    with pytest.raises(error):
        ph.steady_state(vdp(), cutoff=ph.Fixed(levels))


def test_a_missing_cutoff_is_named():
    with pytest.raises(errors.InvalidInput, match="'b' has no cutoff"):
        ph.steady_state(the_pair(), cutoff=ph.Fixed({"a": 5}))


def test_a_cutoff_for_a_spin_is_refused():
    with pytest.raises(errors.UnknownSite, match="'s'"):
        ph.steady_state(ph.zoo.spin_one(gain=1, loss=1), cutoff=ph.Fixed({"s": 3}))


@pytest.mark.parametrize("levels", [5, 5.0, np.int64(5), np.float64(5.0), {"a": np.int32(5)}], ids=repr)
def test_whole_numbers_of_any_type_are_cutoffs(levels):
    assert ph.steady_state(vdp(), cutoff=ph.Fixed(levels)).cutoffs == {"a": 5}


@pytest.mark.parametrize("tolerance", [0, -1e-6, 2.0, float("nan"), "x", None, 1e-20])
def test_bad_tolerances(tolerance):
    with pytest.raises(errors.InvalidInput):
        ph.Converged(tolerance)


@pytest.mark.parametrize("value", [0, -4, 2.5, "x", None, True, float("nan"), float("inf")])
@pytest.mark.parametrize("field", ["start", "maximum"])
def test_bad_fields_of_a_cutoff(field, value):
    with pytest.raises(errors.InvalidInput):
        ph.Converged(1e-4, **{field: value})


def test_unknown_options_are_type_errors():
    with pytest.raises(TypeError):
        ph.Krylov(tol=1e-3)
    with pytest.raises(TypeError):
        ph.steady_state(vdp(), cutoffs=ph.Fixed(4))
    with pytest.raises(TypeError):
        ph.steady_state(vdp(), ph.Fixed(4))


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (A, {}),
        (None, {}),
        (ph.Model(), {}),
        (ph.Model(3.0), {}),
        (vdp(), {"cutoff": 12}),
        (vdp(), {"cutoff": 1e-6}),
        (vdp(), {"method": "direct"}),
        (vdp(), {"method": ph.Krylov}),
    ],
    ids=["operator", "None", "empty", "number", "int", "float", "string", "class"],
)
def test_what_is_no_question_is_refused(model, options):
    with pytest.raises(errors.InvalidInput):
        ph.steady_state(model, **options)


def test_a_growth_without_end_stops_with_the_numbers():
    with pytest.raises(errors.NotConverged, match="levels"):
        ph.steady_state(vdp(two_photon_loss=0.01), cutoff=ph.Converged(1e-6, maximum=20))


def test_every_error_has_a_cause_and_a_remedy():
    with pytest.raises(errors.PhotinusError) as caught:
        ph.steady_state(vdp(), cutoff=ph.Fixed(0))
    assert caught.value.cause.endswith(".")
    assert caught.value.remedy.endswith(".")
    assert str(caught.value) == f"{caught.value.cause} {caught.value.remedy}"
