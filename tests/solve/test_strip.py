"""Corrections in a larger space by the factors of the smaller one, against exact solutions of the larger one."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

import photinus as ph
from photinus.solve import steady, strip
from photinus.solve.strip import strip_correction
from photinus.space.liouvillian import Liouvillian, generator

A, B, S = ph.oscillator("a"), ph.oscillator("b"), ph.spin("s", 0.5)
DRIVEN = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.3, detuning=0.2)
SQUEEZED = DRIVEN + ph.Model(0.1 * (A**2 + A.dag() ** 2))
PAIR = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=1, dissipative=0.5, detuning=0.2)
ATOM = ph.zoo.van_der_pol(gain=0.5, two_photon_loss=0.3) + ph.Model(
    0.4 * (A.dag() * S.minus + A * S.plus), [ph.Jump(0.7, S.minus)]
)
METHODS = {"dense": ph.Dense(), "direct": ph.Direct(), "tridiagonal": ph.methods.Tridiagonal()}


def sector(model: ph.Model, cutoffs: dict[str, int]) -> Liouvillian:
    made = generator(model, cutoffs)
    return made.liouvillian(made.grading.sector(made.grading.group.zero))


CASES = [
    (DRIVEN, {"a": 16}, {"a": 18}, "dense"),
    (DRIVEN, {"a": 16}, {"a": 18}, "direct"),
    (DRIVEN, {"a": 24}, {"a": 28}, "tridiagonal"),
    (SQUEEZED, {"a": 24}, {"a": 26}, "tridiagonal"),
    (SQUEEZED, {"a": 24}, {"a": 26}, "direct"),
    (PAIR, {"a": 8, "b": 8}, {"a": 9, "b": 9}, "dense"),
    (PAIR, {"a": 8, "b": 7}, {"a": 9, "b": 9}, "direct"),
    (PAIR, {"a": 7, "b": 8}, {"a": 9, "b": 9}, "tridiagonal"),
    (ATOM, {"a": 12}, {"a": 14}, "direct"),
]


@pytest.mark.parametrize(("model", "cutoffs", "more", "name"), CASES)
def test_the_inverse_is_one_on_hermitian_operators_without_trace(model, cutoffs, more, name):
    """𝓛x = b, Tr x = 0, to the rounding of 𝓛 and x."""
    kept = sector(model, cutoffs)
    rng = np.random.default_rng(1)
    target = rng.normal(size=kept.sector.size) + 1j * rng.normal(size=kept.sector.size)
    target = target + np.conj(target[kept.sector.transpose])
    target[kept.sector.trace] -= target[kept.sector.trace].mean()
    x = METHODS[name].null_vector(kept, None).inverse(target)
    flux = np.linalg.norm(abs(kept.matrix) @ np.abs(x))
    assert np.linalg.norm(kept.matrix @ x - target) < 1e-12 * flux
    assert abs(x[kept.sector.trace].sum()) < 1e-10 * np.linalg.norm(x)


@pytest.mark.parametrize(("model", "cutoffs", "more", "name"), CASES)
def test_the_correction_is_that_of_an_exact_solution(model, cutoffs, more, name):
    kept, larger = sector(model, cutoffs), sector(model, more)
    found = METHODS[name].null_vector(kept, None)
    correction, embedded = strip_correction(kept, found.inverse, found.vector, larger, rcond=found.rcond)
    exact = ph.Direct().null_vector(larger, None).vector - embedded
    np.testing.assert_array_equal(embedded, kept.sector.embed(found.vector, larger.sector))
    assert larger.sector.trace_norm(correction - exact) < 0.1 * larger.sector.trace_norm(exact)
    assert abs(correction[larger.sector.trace].sum()) < 1e-12


@pytest.mark.parametrize(("model", "cutoffs", "more", "name"), CASES)
def test_sweeps_go_on_to_a_hundredth_where_one_does_not_suffice(model, cutoffs, more, name, monkeypatch):
    monkeypatch.setattr(strip, "ALIKE", 0.0)
    kept, larger = sector(model, cutoffs), sector(model, more)
    found = METHODS[name].null_vector(kept, None)
    correction, embedded = strip_correction(kept, found.inverse, found.vector, larger, rcond=found.rcond)
    exact = ph.Direct().null_vector(larger, None).vector - embedded
    assert larger.sector.trace_norm(correction - exact) < 0.02 * larger.sector.trace_norm(exact)


def random_model(kind: str, rng: np.random.Generator) -> tuple[ph.Model, dict[str, int]]:
    """Oscillators that a cutoff cuts more or less, alone, with a spin, or as a pair."""
    x = 10 ** rng.uniform(-1.5, 0.5, size=6)
    drift = rng.normal() * A.dag() * A
    if kind == "driven":
        jumps = [ph.Jump(x[0], A.dag()), ph.Jump(x[1], A**2), ph.Jump(x[2], A)]
        return ph.Model(drift + x[3] * (A + A.dag()), jumps), {"a": int(rng.integers(4, 30))}
    if kind == "thermal":
        bath = [ph.Jump(1 + x[0], A), ph.Jump(x[0], A.dag())]
        return ph.Model(x[3] * (A + A.dag()), bath), {"a": int(rng.integers(3, 40))}
    if kind == "dispersive":
        jumps = [ph.Jump(1.0, A.dag()), ph.Jump(x[1], A**2), ph.Jump(x[2] ** 3, S.minus), ph.Jump(x[3] ** 3, S.plus)]
        return ph.Model(x[4] * A.dag() * A * S.z + x[5] * (A + A.dag()), jumps), {"a": int(rng.integers(4, 14))}
    jumps = [ph.Jump(x[0], A.dag()), ph.Jump(x[1], A**2), ph.Jump(1.0, B), ph.Jump(x[2] / 4, B.dag()), ph.Jump(2.0, B)]
    return ph.Model(drift + x[3] * (A.dag() * B + B.dag() * A), jumps), {n: int(rng.integers(3, 10)) for n in "ab"}


@pytest.mark.parametrize("kind", ["driven", "thermal", "dispersive", "pair"])
def test_a_correction_from_one_sweep_is_as_good_as_its_bound(kind, monkeypatch):
    """ALIKE, and a tenth for what 1-norms, a condition that is estimated and terms still on their way leave open."""
    monkeypatch.setattr(strip, "_in_sweeps", lambda *_, **__: None)
    rng, errors = np.random.default_rng(8), []
    for _ in range(60):
        model, cutoffs = random_model(kind, rng)
        kept = sector(model, cutoffs)
        found = ph.Auto().null_vector(kept)
        larger = sector(model, {name: n + 2 for name, n in cutoffs.items()})
        judged = strip_correction(kept, found.inverse, found.vector, larger, rcond=found.rcond)
        if judged is not None:
            exact = ph.Direct().null_vector(larger, None).vector - judged[1]
            size = larger.sector.trace_norm(exact)
            errors += [larger.sector.trace_norm(judged[0] - exact) / size] if size > 1e-9 else []
    assert len(errors) > 8
    assert max(errors) < strip.ALIKE + 0.1
    assert np.median(errors) < 0.1


@pytest.mark.parametrize(("drive", "summed"), [(0.3, True), (3.0, False), (30.0, False)])
def test_what_is_outside_is_the_same_by_a_series_and_by_elimination(drive, summed):
    """Up to what may still be on its way; a strong drive carries it about too long for the series, which says so."""
    model = DRIVEN + ph.Model(drive * (A + A.dag()))
    kept, larger = sector(model, {"a": 24}), sector(model, {"a": 28})
    parts = strip._strip(kept.sector, larger.sector, larger.shifts)
    values = larger.columns(parts.columns)
    values[:, len(parts.outside) :] -= kept.columns(parts.edge)
    outside = strip._Outside(parts, values)
    state = np.zeros(kept.sector.size, dtype=complex)
    state[kept.sector.trace] = np.exp(-np.arange(24) / 3)
    left = outside.leaves(state)
    transit = strip.TRANSIT * np.abs(left[: outside.size]).sum()
    assert outside.size > strip.SMALL
    assert (outside._summed(left[: outside.size], transit) is not None) == summed
    whole = sp.csc_array(larger.matrix)[parts.outside]
    outer, _ = outside.returns(left, transit)
    missed = left[: outside.size] - whole[:, parts.outside] @ outer
    assert np.abs(missed).sum() <= transit
    exact, sent = outside.returns(left)
    np.testing.assert_allclose(whole[:, parts.outside] @ exact, left[: outside.size], atol=1e-12 * np.abs(left).max())
    back = sp.csc_array(larger.matrix)[parts.inside][:, parts.outside] @ exact
    np.testing.assert_allclose(sent, left[outside.size :] - back, atol=1e-12 * np.abs(left).max())
    assert abs(sent[kept.sector.trace].sum()) < 1e-12 * np.abs(left).max()  # what goes out comes back


def test_sweeps_that_do_not_converge_are_left():
    """Three levels of a clock of thirty: what leaves them does not come back as little."""
    kept, larger = sector(DRIVEN, {"a": 3}), sector(DRIVEN, {"a": 12})
    found = ph.Dense().null_vector(kept, None)
    assert strip_correction(kept, found.inverse, found.vector, larger, rcond=found.rcond) is None


def test_a_certificate_far_below_rounding_stays_there():
    """Where nothing but rounding is left, the defect of the truncation is that of the edge alone."""
    state = ph.steady_state(DRIVEN, cutoff=ph.Fixed(90))
    assert state.certificate.truncation < 1e-15 < state.certificate.solver_error


@pytest.mark.parametrize("levels", [12, 16])
def test_what_is_slow_is_not_lost_in_a_small_defect(levels):
    """The wells of a cat state exchange slowly: a first sweep leaves little of the defect and most of the error."""
    hamiltonian = 1j * 1e-3 * (A - A.dag())
    model = ph.Model(hamiltonian, [ph.Jump(1.0, A**2 - 2.0), ph.Jump(1e-4, A)])
    truth = ph.steady_state(model, cutoff=ph.Fixed(40))
    state = ph.steady_state(model, cutoff=ph.Fixed(levels))
    wide = np.zeros((40, 40), dtype=complex)
    wide[:levels, :levels] = state.density_matrix()
    error = np.abs(np.linalg.eigvalsh(truth.density_matrix() - wide)).sum()
    assert 1.5 < state.certificate.truncation / error < 4


def cat(drive: float, size: float, loss: float) -> ph.Model:
    """Two wells, at ±√size, that nothing but a little loss connects."""
    return ph.Model(1j * drive * (A - A.dag()), [ph.Jump(1.0, A**2 - size), ph.Jump(loss, A)])


def test_a_slow_mode_that_shows_in_the_last_sweeps_is_waited_for():
    """Each sweep leaves nearly all of a slow mode, after some that leave a tenth of everything else."""
    model = cat(9.5e-4, 3.13, 1.3e-3)
    kept, larger = sector(model, {"a": 14}), sector(model, {"a": 18})
    found = ph.Direct().null_vector(kept, None)
    quick, embedded = strip_correction(kept, found.inverse, found.vector, larger, rcond=1.0)
    exact = ph.Direct().null_vector(larger, None).vector - embedded
    assert larger.sector.trace_norm(quick) < 0.2 * larger.sector.trace_norm(exact)
    assert strip_correction(kept, found.inverse, found.vector, larger, rcond=found.rcond) is None


WELLS = cat(4.2e-6, 4.09, 1.18e-5)
WEIGHT = -1.2668
"""⟨a⟩ of these wells: 30 to 60 levels agree to 1e-3, no method to more (the condition number is 1e13)."""


@pytest.mark.parametrize("levels", [18, 20, 22, 24])
def test_wells_that_the_truncation_connects_are_judged_where_it_no_longer_does(levels):
    """The weight of the wells is wrong, and two levels more change it by a thousandth of the error, or by nothing."""
    state = ph.steady_state(WELLS, cutoff=ph.Fixed(levels))
    assert abs(state.expect(A)) < 0.01 < abs(WEIGHT)
    truth = ph.steady_state(WELLS, cutoff=ph.Fixed(40))
    assert truth.expect(A) == pytest.approx(WEIGHT, abs=0.01)
    wide = np.zeros((40, 40), dtype=complex)
    wide[:levels, :levels] = state.density_matrix()
    error = np.abs(np.linalg.eigvalsh(truth.density_matrix() - wide)).sum()
    assert 0.9 < state.certificate.truncation / error < 4
    assert not state.certificate.ok


def test_growing_cutoffs_do_not_stop_at_wells_that_the_truncation_connects():
    state = ph.steady_state(WELLS, cutoff=ph.Converged(1e-2))
    assert state.expect(A) == pytest.approx(WEIGHT, abs=0.01)


def test_wells_that_no_space_within_reach_separates_are_not_judged(monkeypatch):
    monkeypatch.setattr(steady, "FURTHER", 1)
    certificate = ph.steady_state(WELLS, cutoff=ph.Fixed(18)).certificate
    assert certificate.truncation == 6
    assert "keep more levels" in certificate.warnings[0]
