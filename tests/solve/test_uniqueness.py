"""A steady state that is not unique is refused with a count; one that is unique is never called degenerate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import null_space

import photinus as ph
from agreement.models import BUILDERS, build
from photinus.model import Group
from photinus.space.liouvillian import generator
from photinus.space.sectors import grading

A, B = ph.oscillator("a"), ph.oscillator("b")
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)
Q = ph.qudit("q", 3)
NUMBER = A.dag() * A
CUTOFF = ph.Fixed(5)

DEGENERATE = {
    "two-photon loss alone: both parities, and the coherence between them": ph.Model(0, [ph.Jump(1.0, A**2)]),
    "two-photon loss, squeezed": ph.Model(1j * (A**2 - A.dag() ** 2), [ph.Jump(1.0, A**2)]),
    "three-photon loss alone": ph.Model(0, [ph.Jump(1.0, A**3)]),
    "D[S_x] of a spin ½: 1 and S_x": ph.Model(0, [ph.Jump(1.0, S.x)]),
    "D[S_x] with a field along x": ph.Model(0.7 * S.x, [ph.Jump(1.0, S.x)]),
    "a − b alone: a + b is free": ph.Model(0, [ph.Jump(1.0, A - B)]),
    "a − b alone, with a common frequency": ph.Model(0.3 * (NUMBER + B.dag() * B), [ph.Jump(1.0, A - B)]),
    "dephasing of an oscillator": ph.Model(0, [ph.Jump(1.0, NUMBER)]),
    "dephasing of a spin": ph.Model(0, [ph.Jump(1.0, S.z)]),
    "dephasing of a qudit": ph.Model(0, [ph.Jump(1.0, Q(0, 0) - Q(2, 2))]),
    "no jumps": ph.Model(NUMBER),
    "no jumps, driven": ph.Model(NUMBER + A + A.dag()),
    "jumps of rate zero": ph.Model(S.x, [ph.Jump(0.0, S.minus)]),
    "two uncoupled parts, each degenerate": ph.Model(0, [ph.Jump(1.0, S.x), ph.Jump(2.0, T.x)]),
    "two uncoupled parts, one degenerate": ph.Model(0, [ph.Jump(1.0, S.minus), ph.Jump(2.0, T.z)]),
    "a unique oscillator beside a degenerate spin": ph.Model(0, [ph.Jump(1.0, A), ph.Jump(2.0, S.x)]),
    "a qudit level that nothing touches": ph.Model(0, [ph.Jump(1.0, Q(0, 1), reverse=0.3)]),
    "two dark states": ph.Model(0, [ph.Jump(1.0, Q(0, 2)), ph.Jump(0.5, Q(1, 2))]),
    "exchange of two spins with a common decay": ph.Model(
        S.plus * T.minus + T.plus * S.minus, [ph.Jump(1.0, S.minus + T.minus)]
    ),
}


def nullity(model: ph.Model, levels: int) -> int:
    """Of the whole Liouvillian, by its singular values."""
    made = generator(model, dict.fromkeys(model.oscillators, levels))
    trivial = grading(made.space, Group((), ()))
    matrix = type(made)(trivial, made.no_jump, made.jumps).liouvillian(trivial.sector(())).matrix.toarray()
    return null_space(matrix, rcond=1e-10).shape[1]


@pytest.mark.parametrize("name", DEGENERATE)
def test_a_degenerate_model_is_refused_with_a_lower_bound(name):
    with pytest.raises(ph.errors.DegenerateSteadyState) as caught:
        ph.steady_state(DEGENERATE[name], cutoff=CUTOFF)
    assert 2 <= caught.value.dimension <= nullity(DEGENERATE[name], 5)
    assert "not unique" in str(caught.value)


@pytest.mark.parametrize(
    "name", ["D[S_x] of a spin ½: 1 and S_x", "two-photon loss, squeezed", "a − b alone: a + b is free"]
)
@pytest.mark.parametrize("method", [ph.Dense(), ph.Direct(), ph.Krylov(), ph.methods.Tridiagonal()], ids=str)
def test_no_method_lets_a_degenerate_model_pass(name, method):
    try:
        state = ph.steady_state(DEGENERATE[name], cutoff=CUTOFF, method=method)
    except (ph.errors.DegenerateSteadyState, ph.errors.NotConverged, ph.errors.InvalidInput):
        return
    pytest.fail(f"{method} answers with {state}")


@pytest.mark.parametrize("name", [n for n in DEGENERATE if "level" not in n])
def test_growing_the_cutoff_does_not_hide_a_degeneracy(name):
    with pytest.raises(ph.errors.DegenerateSteadyState):
        ph.steady_state(DEGENERATE[name], cutoff=ph.Converged(1e-4, start=4, maximum=30))


UNIQUE = {
    "loss alone": ph.Model(0, [ph.Jump(1.0, A)]),
    "two-photon loss with a trace of one-photon loss": ph.Model(0, [ph.Jump(1.0, A**2), ph.Jump(1e-3, A)]),
    "D[S_x] and D[S_z]": ph.Model(0, [ph.Jump(1.0, S.x), ph.Jump(1.0, S.z)]),
    "D[S_x] with a field along z": ph.Model(0.5 * S.z, [ph.Jump(1.0, S.x)]),
    "D[S_x] of a spin ½ with a weak field": ph.Model(1e-2 * S.z, [ph.Jump(1.0, S.x)]),
    "a − b and detuning": ph.Model(0.3 * (NUMBER - B.dag() * B), [ph.Jump(1.0, A - B)]),
    "a − b and a + b": ph.Model(0, [ph.Jump(1.0, A - B), ph.Jump(0.1, A + B)]),
    "one dark state": ph.Model(0, [ph.Jump(1.0, Q(0, 1)), ph.Jump(1.0, Q(1, 2))]),
    "two spins, common decay, detuned": ph.Model(0.4 * (S.z - T.z), [ph.Jump(1.0, S.minus + T.minus)]),
    "strong dephasing beside a weak loss": ph.Model(0, [ph.Jump(100.0, NUMBER), ph.Jump(1e-2, A)]),
}


@pytest.mark.parametrize("name", UNIQUE)
def test_a_unique_model_is_not_called_degenerate(name):
    state = ph.steady_state(UNIQUE[name], cutoff=CUTOFF)
    assert state.certificate.nullity == 1
    assert nullity(UNIQUE[name], 5) == 1


@pytest.mark.parametrize("name", sorted(set(BUILDERS) - {"three"}))
def test_random_models_are_not_called_degenerate(name):
    for seed in range(10, 14):
        model, cutoffs, _ = build(name, seed)
        assert ph.steady_state(model, cutoff=ph.Fixed(cutoffs)).certificate.nullity == 1


def test_the_message_names_the_strong_symmetry():
    with pytest.raises(ph.errors.DegenerateSteadyState, match="parity of a"):
        ph.steady_state(ph.Model(0, [ph.Jump(1.0, A**2)]), cutoff=CUTOFF)


# Rates have no absolute scale: in other units the state is the same, and as unique as before.


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1e6, 1e12])
@pytest.mark.parametrize("drive", [0.0, 0.4])
def test_the_unit_of_the_rates_does_not_matter(unit, drive):
    def model(scale):
        return ph.zoo.van_der_pol(
            gain=scale, two_photon_loss=0.5 * scale, detuning=0.3 * scale, drive=drive * scale, kerr=0.1 * scale
        )

    found, expected = (ph.steady_state(model(x), cutoff=ph.Fixed(16)) for x in (unit, 1.0))
    np.testing.assert_allclose(found.density_matrix(), expected.density_matrix(), rtol=0, atol=1e-11)
    assert found.certificate.truncation == pytest.approx(expected.certificate.truncation, rel=1e-2)
    assert found.certificate.nullity == 1


@pytest.mark.parametrize("unit", [1e-12, 1e12])
@pytest.mark.parametrize("method", [ph.Dense(), ph.Direct(), ph.Krylov(), ph.Auto()], ids=str)
def test_the_unit_of_the_rates_does_not_matter_for_a_pair(unit, method):
    def model(scale):
        return ph.zoo.shared_bath_pair(coupling=0.5 * scale, gain=scale, two_photon_loss=scale, detuning=0.1 * scale)

    found = ph.steady_state(model(unit), cutoff=ph.Fixed(6), method=method)
    expected = ph.steady_state(model(1.0), cutoff=ph.Fixed(6), method=ph.Dense())
    assert np.abs(found.density_matrix() - expected.density_matrix()).max() < 1e-8


@pytest.mark.parametrize("k2", [1e4, 1e8])
def test_a_fast_two_photon_loss_is_neither_degenerate_nor_inexact(k2):
    """The two-level limit 2/3, 1/3, which is approached like gain/k2."""
    for drive in (0.0, 0.5):
        model = ph.zoo.van_der_pol(gain=1.0, two_photon_loss=k2, drive=drive)
        state = ph.steady_state(model)
        assert state.certificate.ok
        if not drive:
            assert state.populations("a")[1] == pytest.approx(1 / 3, abs=2 / k2)


@pytest.mark.parametrize("method", [ph.Dense(), ph.Direct(), ph.Krylov()], ids=str)
@pytest.mark.parametrize("over", [30.0, 1e3, 1e6, 0.0])
def test_one_is_told_from_two_down_to_gaps_of_a_hundred_roundings(method, over):
    """Two-photon processes keep the parity; a loss of photons, of so many times 100 ε‖𝓛‖, joins its classes."""
    a = ph.oscillator("a")
    norm = 1.5 * 13 * 12 + 14 * 13  # the fastest rate out of a level, of 14
    gap = over * 100 * np.finfo(float).eps * norm
    jumps = [ph.Jump(1.0, a.dag() ** 2), ph.Jump(1.5, a**2), *([ph.Jump(gap, a)] if gap else [])]
    if not gap:
        with pytest.raises(ph.errors.DegenerateSteadyState):
            ph.steady_state(ph.Model(0, jumps), cutoff=ph.Fixed(14), method=method)
        return
    state = ph.steady_state(ph.Model(0, jumps), cutoff=ph.Fixed(14), method=method)
    exact = ph.steady_state(
        ph.Model(0, [*jumps[:2], ph.Jump(1e-5, a)]), cutoff=ph.Fixed(14), method=ph.Dense()
    )  # the limit of a slow loss, to 1e-5
    difference = np.abs(state.populations("a") - exact.populations("a")).sum()
    assert difference < max(1e-4, 30 * state.certificate.solver_error)


def test_a_weak_connection_is_still_a_connection():
    """Two-photon loss with a one-photon loss 10⁻⁸ as fast: the vacuum, and nothing else."""
    state = ph.steady_state(ph.Model(0, [ph.Jump(1.0, A**2), ph.Jump(1e-8, A)]), cutoff=ph.Fixed(6))
    assert state.populations("a")[0] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("j", [1, 2.5, 3, 4, 6, 7.5])
def test_krylov_sees_a_second_stationary_operator_however_small_its_share_in_a_random_one(j: float) -> None:
    """D[S_z²] and H = S_x conserve e^{iπS_x}; in the trial operator the second state may weigh 1e-4 only."""
    s = ph.spin("s", j)
    with pytest.raises(ph.errors.DegenerateSteadyState):
        ph.steady_state(ph.Model(s.x, [ph.Jump(1, s.z**2)]), method=ph.Krylov())


@pytest.mark.parametrize("levels", [8, 16])
def test_krylov_sees_that_the_exchange_of_two_oscillators_is_conserved(levels: int) -> None:
    """All jumps, and H, are symmetric in a and b: even and odd states never mix."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    n, m = a.dag() * a, b.dag() * b
    jumps = [ph.Jump(1, a + b, reverse=0.3), ph.Jump(0.1, n * m)]
    with pytest.raises(ph.errors.DegenerateSteadyState):
        ph.steady_state(ph.Model(0.5 * (n**2 + m**2), jumps), cutoff=ph.Fixed(levels), method=ph.Krylov())


def test_a_singular_outer_block_is_not_taken_for_a_second_state() -> None:
    """One coherence order may be singular by itself where the whole sector is not: the sparse LU decides."""
    x, s = ph.oscillator("x"), ph.spin("s", 1.5)
    both = (-0.747489390908 + 2.08568766809j) * (x * s.minus)
    own = (-1.78427932921 - 3.81426050017j) * s.minus + (0.475807821122 + 1.01713613338j) * (s.z**2 - s.z) * s.minus
    mixed = x.dag() * s.minus + (-0.872071967793 + 0.64343233874j) * s.minus
    jumps = [ph.Jump(6.31064, x.dag() * s.minus), ph.Jump(2.06508, mixed), ph.Jump(0.107086, x * s.minus)]
    model = ph.Model(both + both.dag() + own + own.dag(), jumps)
    for levels in (3, 5):
        found = ph.steady_state(model, cutoff=ph.Fixed(levels)).density_matrix()
        exact = ph.steady_state(model, cutoff=ph.Fixed(levels), method=ph.Dense()).density_matrix()
        np.testing.assert_allclose(found, exact, atol=1e-9)
