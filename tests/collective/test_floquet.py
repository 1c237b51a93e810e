"""Periods: the map of one period against dense exponentials of the full space, closed forms, discrete time crystals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

import photinus as ph
from photinus.collective import Kick, Period, floquet_modes, is_time_crystal, period_map, stroboscopic, time_crystals
from photinus.errors import InvalidInput, NotConverged, NotHermitian, SiteMismatch, Undefined, WrongType
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import state_from_matrix


def magnet(size: float, coupling: float = 1.0) -> ph.Model:
    return ph.zoo.lipkin_meshkov_glick(length=size, coupling=coupling, field=0.4, decay=0.5)


def kicked(error: float = 0.0, coupling: float = 1.0):
    """Size → a dissipative Lipkin magnet for the time 2, turned by (1 − error)π about z."""
    return lambda size: Period([(magnet(size, coupling), 2.0), Kick((1 - error) * np.pi * ph.spin("s", size).z)])


def full_map(period: Period, levels: int = 1) -> np.ndarray:
    """The map on row-major vectors of the whole density matrix, without any of the package's sectors."""
    space = make_space(period.sites, dict.fromkeys(period.oscillators, levels))
    one = np.eye(space.dimension)
    out = np.eye(space.dimension**2)
    for part in period.parts:
        model, time = (ph.Model(part.operator), 1.0) if isinstance(part, Kick) else part
        h = space.matrix(model.hamiltonian)
        total = -1j * (np.kron(h, one) - np.kron(one, h.T))
        for jump in model.jumps:
            for rate, operator in jump.channels:
                x = space.matrix(operator)
                square = x.conj().T @ x
                total = total + rate * (np.kron(x, x.conj()) - 0.5 * (np.kron(square, one) + np.kron(one, square.T)))
        out = expm(time * total) @ out
    return out


def largest(values: np.ndarray, count: int) -> np.ndarray:
    return np.sort(np.abs(values))[::-1][:count]


# --- the map ----------------------------------------------------------------------------------------------------------

S1, S32 = ph.spin("s", 1), ph.spin("s", 3 / 2)
A, Q = ph.oscillator("a"), ph.qudit("q", 3)
TWO = ph.spin("t", 1 / 2)
GROWING = Period([(ph.Model(0, [ph.Jump(1.0, A.dag())]), 1.0)])
PERIODS = {
    "kicked magnet": kicked(0.1)(2),
    "without symmetry": Period([(magnet(1.5), 0.7), Kick(0.3 * S32.x), (ph.Model(0.2 * S32.y), 0.4), Kick(2 * S32.z)]),
    "modulated Dicke model": Period(
        [
            (ph.zoo.dicke(length=1 / 2, coupling=0.6, cavity_loss=0.3), 3.0),
            (ph.zoo.dicke(length=1 / 2, coupling=0.0, cavity_loss=0.3), 3.0),
        ]
    ),
    "U(1)": Period(
        [(ph.Model(0.3 * A.dag() * A, [ph.Jump(0.4, A)]), 1.0), (ph.Model(0, [ph.Jump(0.2, A.dag() * A)]), 2.0)]
    ),
    "jumps that cancel only together": Period(
        [
            (ph.Model(0.1 * S1.z + 0.3 * TWO.z, [ph.Jump(1.0, S1.minus + TWO.minus)]), 0.8),
            (ph.Model(0, [ph.Jump(1.0, S1.minus - TWO.minus)]), 0.8),
        ]
    ),
    "qudit": Period(
        [(ph.Model(Q(0, 0) + 0.5 * (Q(0, 1) + Q(1, 0)), [ph.Jump(0.3, Q(2, 0)), ph.Jump(0.2, Q(0, 2))]), 1.0)]
    ),
}


@pytest.mark.parametrize("name", PERIODS)
def test_multipliers_are_those_of_the_full_map(name: str) -> None:
    period, levels = PERIODS[name], 5
    dense = np.linalg.eigvals(full_map(period, levels))
    found = floquet_modes(period, count=10, cutoff=ph.Fixed(levels))
    np.testing.assert_allclose(largest(found.multipliers, 10), largest(dense, 10), atol=1e-9)
    for value in found.multipliers:
        assert np.abs(dense - value).min() < 1e-9
    assert found.modes.residuals.max() < 1e-11
    gram = [
        [np.vdot(one.left, other.right) if one.sector == other.sector else 0 for other in found.modes.modes]
        for one in found.modes.modes
    ]
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-8)


@pytest.mark.parametrize("name", PERIODS)
def test_values_once_a_period_are_those_of_the_full_map(name: str) -> None:
    period, levels = PERIODS[name], 5
    space = make_space(period.sites, dict.fromkeys(period.oscillators, levels))
    rng = np.random.default_rng(3)
    ket = rng.normal(size=space.dimension) + 1j * rng.normal(size=space.dimension)
    start = np.outer(ket, ket.conj()) / np.vdot(ket, ket).real
    site = period.sites[0]
    operator = A + A.dag() if site.name == "a" else Q(0, 1) + Q(1, 0) if site.name == "q" else None
    if operator is None:
        operator = period.models[0].hamiltonian
    state = state_from_matrix(start, grading(space, period.symmetry.weak))
    run = stroboscopic(period, state, 3, observe={"o": operator}, cutoff=ph.Fixed(levels))
    vector, expected = start.ravel(), []
    for _ in range(4):
        expected.append(np.trace(space.matrix(operator) @ vector.reshape(start.shape)).real)
        vector = full_map(period, levels) @ vector
    np.testing.assert_allclose(run.observed["o"], expected, atol=1e-9)
    assert run.times.tolist() == pytest.approx([k * period.duration for k in range(4)])


def test_large_sectors_have_the_same_modes(monkeypatch) -> None:
    """Arnoldi's method on the map, applied by Krylov exponentials, beside the matrix."""
    period = kicked(0.1)(5)
    dense = floquet_modes(period, count=3)
    monkeypatch.setattr(period_map, "DENSE_LIMIT", 0)
    found = floquet_modes(period, count=3)
    np.testing.assert_allclose(found.multipliers[:3], dense.multipliers[:3], atol=1e-10)
    s = ph.spin("s", 5)
    start = ph.states.from_ket({s: 11}, np.eye(11)[3])
    slow = stroboscopic(period, start, 3, observe={"z": s.z})
    monkeypatch.undo()
    np.testing.assert_allclose(
        slow.observed["z"], stroboscopic(period, start, 3, observe={"z": s.z}).observed["z"], atol=1e-10
    )


# --- closed forms -----------------------------------------------------------------------------------------------------


def test_an_ideal_pulse_turns_the_sign_of_one_order() -> None:
    """e^{iπS_z} commutes with 𝓛 of a Z₂ model: μ = ±e^{λT}, − for the odd coherences."""
    model, time = magnet(4), 2.0
    found = floquet_modes(Period([(model, time), Kick(np.pi * ph.spin("s", 4).z)]), count=12)
    still = ph.eigenmodes(model, count=12)
    sign = np.array([-1 if order[0] else 1 for order in still.orders])
    expected = sign * np.exp(still.eigenvalues * time)
    for value in found.multipliers[:10]:
        assert np.abs(expected - value).min() < 1e-9
    assert found.subharmonic() == pytest.approx(1 - np.exp(-still.gap * time), rel=1e-9)


def test_a_free_spin_turns_by_the_angle_of_its_pulses() -> None:
    """Spin S, no jumps: the multipliers are e^{−iqφ}, q = −2S … 2S, 2S + 1 − |q| times each; all undamped."""
    angle, s = 2.0, ph.spin("s", 1)
    found = floquet_modes(Period([(ph.Model(0.5 * s.x), 1.0), Kick((angle - 0.5) * s.x)]), count=9)
    expected = np.exp(-1j * angle * np.array([0, 0, 0, 1, 1, -1, -1, 2, -2]))
    np.testing.assert_allclose(np.sort_complex(found.multipliers.round(9)), np.sort_complex(expected.round(9)))
    assert (found.modes.conditions < 1 + 1e-9).all()
    assert len(found.modes.stationary) == 3
    with pytest.raises(Undefined, match="come back"):
        _ = found.state


def test_a_displaced_oscillator() -> None:
    """Loss γ for the time T, then a displacement by β: α* = β/(1 − e^{−γT/2}) just after it, and μ = e^{−γT/2}."""
    gamma, time, beta = 1.0, 2.0, 0.3
    period = Period([(ph.Model(0, [ph.Jump(gamma, A)]), time), Kick(1j * beta * (A.dag() - A))])
    found = floquet_modes(period, count=3)
    share = np.exp(-gamma * time / 2)
    assert found.state.expect(A) == pytest.approx(beta / (1 - share), abs=1e-5)
    np.testing.assert_allclose(np.abs(found.multipliers[:3]), [1, share, share], atol=1e-6)
    run = stroboscopic(period, ph.states.fock({"a": 0}), 5, observe={"a": A})
    np.testing.assert_allclose(run.observed["a"], beta * (1 - share ** np.arange(6)) / (1 - share), atol=1e-5)
    assert run.error < 1e-6
    assert run.to_xarray()["a"].shape == (6,)


@settings(max_examples=20, deadline=None)
@given(
    angle=st.floats(-7, 7),
    time=st.floats(0.01, 50),
    coupling=st.floats(-2, 2),
    decay=st.floats(1e-3, 3),
    scale=st.sampled_from([1e-9, 1.0, 1e9]),
)
def test_the_map_keeps_the_trace_and_does_not_grow(angle, time, coupling, decay, scale) -> None:
    """One multiplier is 1, none is larger, and another unit of time changes none."""
    model = ph.zoo.lipkin_meshkov_glick(length=1, coupling=coupling * scale, field=0.3 * scale, decay=decay * scale)
    s = ph.spin("s", 1)
    found = floquet_modes(Period([(model, time / scale), Kick(angle * s.x + 0.2 * s.z)]), count=9)
    assert np.abs(found.multipliers - 1).min() < 1e-9
    assert np.abs(found.multipliers).max() < 1 + 1e-9


# --- discrete time crystals -------------------------------------------------------------------------------------------

SIZES = [4, 6, 8, 12]


def test_a_kicked_magnet_is_a_discrete_time_crystal() -> None:
    """Gong, Hamazaki, Ueda 2018: rigid period doubling; −1 is reached faster than by any power of the size."""
    evidence = is_time_crystal(kicked(), SIZES, perturbation=lambda n: Kick(-0.1 * np.pi * ph.spin("s", n).z))
    assert evidence.supported is True
    np.testing.assert_allclose(evidence.frequencies, np.pi / 2, rtol=1e-9)
    assert (np.diff(evidence.decay.local) < 0).all()
    assert "faster than any power" in repr(evidence)
    assert evidence.perturbed.findings[3].holds is True
    gap = [floquet_modes(kicked(0.1)(n)).subharmonic() for n in SIZES]
    np.testing.assert_allclose(-np.log1p(-np.array(gap)) / 2, evidence.perturbed.rates, rtol=1e-8)


def test_too_weak_a_coupling_makes_none() -> None:
    """Below 2λh = h² + κ² the mean field rests: μ is negative still, but stays inside of the circle."""
    evidence = is_time_crystal(kicked(0.0, 0.3), SIZES)
    assert evidence.supported is False
    assert "rate closes" in evidence.verdict


def test_pulses_that_only_turn_are_not_locked() -> None:
    """Without interactions the frequency is that of the pulse, whatever it is, at every size."""

    def turned(size):
        s = ph.spin("s", size)
        return Period([(ph.Model(jumps=[ph.Jump(0.2 / size**2, s.z)]), 1.0), Kick(0.9 * np.pi * s.z)])

    evidence = is_time_crystal(turned, SIZES, order=1)
    assert evidence.findings[1].holds is True
    assert {finding.name: finding.holds for finding in evidence.findings}["subharmonic"] is False
    np.testing.assert_allclose(evidence.frequencies, 0.9 * np.pi, rtol=1e-9)


def test_what_falls_below_rounding_is_said() -> None:
    closes = time_crystals._closes((4, 6, 8, 12), np.array([1e-4, 1e-8, 1e-12, 0]), None)
    assert closes.holds is None
    assert "below rounding at size 12" in closes.why
    assert time_crystals._closes((4, 6, 8, 12), np.array([0, 1e-8, 1e-12, 0]), None).holds is False


def test_the_modulated_dicke_model_doubles_the_period() -> None:
    """Gong, Hamazaki, Ueda 2018: with few atoms a transient, at a detuned drive too."""
    on, off = (ph.zoo.dicke(length=1, coupling=c, cavity_loss=0.1) for c in (1.0, 0.0))
    for error in (0.0, 0.02):
        half = np.pi / (1 - error)
        found = floquet_modes(Period([(on, half), (off, half)]), order=1, count=1, cutoff=ph.Fixed(8))
        assert found.multipliers[0].real < -0.5
        assert ("NOT to be trusted" in repr(found)) is not found.ok
        assert abs(found.multipliers[0].imag) < 1e-9


def test_long_periods_end_in_the_steady_state() -> None:
    """Whose multiplier is 1 up to what an exponential of ‖𝓛‖T = 10⁷ loses."""
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    found = floquet_modes(Period([(model, 1e6)]), count=2)
    assert found.modes.stationary == (0,)
    np.testing.assert_allclose(found.state.populations("a")[:8], ph.steady_state(model).populations("a")[:8], atol=1e-6)


def test_undriven_periods_are_the_model() -> None:
    model = ph.zoo.boundary_time_crystal(length=5, drive=1.0, decay=0.5)
    found, still = floquet_modes(Period([(model, 0.5), (model, 0.25)]), count=8), ph.eigenmodes(model, count=8)
    np.testing.assert_allclose(found.rates[:7], still.rates[:7], atol=1e-10)
    np.testing.assert_allclose(found.state.density_matrix(), ph.steady_state(model).density_matrix(), atol=1e-9)
    assert "FloquetModes: 9" in repr(found)  # the last pair is not cut
    assert found.to_xarray()["multiplier"].shape == (len(found.modes),)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: Period([]), InvalidInput),
        (lambda: Period(3), WrongType),
        (lambda: Period([magnet(1)]), WrongType),
        (lambda: Period([(magnet(1), 0.0)]), InvalidInput),
        (lambda: Period([(magnet(1), -1.0)]), InvalidInput),
        (lambda: Period([(magnet(1), float("nan"))]), InvalidInput),
        (lambda: Period([Kick(S1.x)]), InvalidInput),
        (lambda: Period([(magnet(1), 1), (magnet(2), 1)]), SiteMismatch),
        (lambda: Period([(ph.Model(), 1)]), InvalidInput),
        (lambda: Kick(S1.plus), NotHermitian),
        (lambda: Kick("x"), WrongType),
        (lambda: kicked()(1) + 3, WrongType),
        (lambda: floquet_modes(magnet(1)), WrongType),
        (lambda: floquet_modes(kicked()(1), count=0), InvalidInput),
        (lambda: floquet_modes(kicked()(1), order=[]), InvalidInput),
        (lambda: floquet_modes(kicked()(1), order={"a": 1}), ph.errors.UnknownSite),
        (lambda: floquet_modes(kicked()(1), count=2).subharmonic(1), InvalidInput),
        (lambda: floquet_modes(kicked()(1), count=1).subharmonic(5), Undefined),
        (lambda: floquet_modes(GROWING, cutoff=ph.Converged(1e-6, maximum=30)), NotConverged),
        (lambda: stroboscopic(kicked()(1), ph.states.fock({"a": 0}), 3, observe={"z": S1.z}), SiteMismatch),
        (lambda: is_time_crystal(kicked(), SIZES, method=ph.Dense()), InvalidInput),
        (lambda: is_time_crystal(kicked(), SIZES, perturbation=lambda n: kicked()(n)), WrongType),
        (lambda: is_time_crystal(magnet, SIZES, perturbation=lambda n: Kick(ph.spin("s", n).z)), WrongType),
    ],
)
def test_mistakes(call, error) -> None:
    with pytest.raises(error) as told:
        call()
    assert told.value.remedy
