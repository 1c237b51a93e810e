"""Correlations at two times against closed forms, matrix exponentials of the whole Liouvillian and QuTiP."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la

import photinus as ph
from agreement.models import build
from photinus.algebra import Operator
from photinus.solve.spectra.correlation import SMALL, stepped
from photinus.space.liouvillian import generator
from photinus.space.state import State

A, B = ph.oscillator("a"), ph.oscillator("b")
S = ph.spin("s", 0.5)


def cavity(frequency: float = 0.0, loss: float = 0.4, gain: float = 0.1) -> ph.Model:
    return ph.Model(frequency * A.dag() * A, [ph.Jump(loss, A, reverse=gain)])


def whole(state: State, model: ph.Model) -> np.ndarray:
    """The Liouvillian as one dense matrix on row-major vectors."""
    d = state.space.dimension
    hamiltonian = state.space.matrix(model.generator[0])
    out = -1j * (np.kron(hamiltonian, np.eye(d)) - np.kron(np.eye(d), hamiltonian.T))
    for rate, jump in model.generator[1]:
        m = state.space.matrix(jump)
        n = m.conj().T @ m
        out += rate * (np.kron(m, m.conj()) - 0.5 * np.kron(n, np.eye(d)) - 0.5 * np.kron(np.eye(d), n.T))
    return out


def exact(model: ph.Model, state: State, left: Operator, right: Operator, times: np.ndarray) -> np.ndarray:
    lindblad, rho = whole(state, model), state.density_matrix()
    read, act = state.space.matrix(left), state.space.matrix(right)
    out = []
    for t in times:
        start, watched = (act @ rho, read) if t >= 0 else (rho @ read, act)
        out.append(np.trace(watched @ (la.expm(lindblad * abs(t)) @ start.ravel()).reshape(rho.shape)))
    return np.array(out)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_cavity(scale: float) -> None:
    """⟨a†(t)a⟩ = n e^{iω₀t − κ|t|/2}, ⟨a(t)a†⟩ = (n + 1) e^{−iω₀t − κ|t|/2}."""
    model, times = cavity(2 * scale, 0.4 * scale, 0.1 * scale), np.array([0, 0.3, -4, 40]) / scale
    kappa, n = 0.3 * scale, 1 / 3
    wave = np.exp(2j * scale * times - kappa * np.abs(times) / 2)
    emitted = ph.correlation(model, A.dag(), A, times, cutoff=ph.Fixed(60))
    np.testing.assert_allclose(emitted.values, n * wave, atol=1e-9)
    absorbed = ph.correlation(model, A, A.dag(), times, cutoff=ph.Fixed(60))
    np.testing.assert_allclose(absorbed.values, (n + 1) * wave.conj(), atol=1e-9)
    assert emitted.connected.tolist() == emitted.values.tolist()


NAMES = ("u1", "driven", "z2", "z3", "pair", "sum_and_difference", "parametric", "driven_pair", "harmonic_and_half")
MORE = ("driven_spin", "two_spins", "oscillator_and_spin", "rabi", "micromaser")


@pytest.mark.parametrize("name", NAMES + MORE)
def test_every_symmetry_against_the_whole_liouvillian(name: str) -> None:
    model, cutoffs, _ = build(name, 2)
    state = ph.steady_state(model, cutoff=ph.Fixed(cutoffs))
    if model.sites[0].name == "a":
        left, right = A.dag() + 0.2j * A + 0.3 * A.dag() * A, A + 0.5 * A.dag() * A
    else:
        s = ph.spin("s", (model.sites[0].levels(None) - 1) / 2)
        left, right = s.plus + 0.2j * s.minus + s.z, s.minus + 0.5 * s.z
    times = np.array([0.0, 0.2, -0.7, 3.0, 20.0])
    expected = exact(model, state, left, right, times)
    scale = abs(expected).max()
    for method in (ph.Auto(), ph.Direct(), ph.Krylov(), ph.Dense()):
        found = ph.correlation(model, left, right, times, initial=state, method=method)
        assert np.abs(found.values - expected).max() < 3e-8 * scale
        assert found.values[0] == pytest.approx(_product(state, left, right), abs=3e-8 * scale)
    assert found.product[0] == pytest.approx(state.expect(left) * state.expect(right), abs=1e-12)


def _product(state: State, left: Operator, right: Operator) -> complex:
    m = state.space.matrix
    return complex(np.trace(m(left) @ m(right) @ state.density_matrix()))


@pytest.mark.parametrize("name", ["u1", "driven", "pair", "oscillator_and_spin"])
def test_qutip(name: str) -> None:
    qutip = pytest.importorskip("qutip")
    model, cutoffs, _ = build(name, 4)
    state = ph.steady_state(model, cutoff=ph.Fixed(cutoffs))

    def matrix(operator: Operator) -> object:
        return qutip.Qobj(state.space.matrix(operator))

    times = np.linspace(0, 4, 9)
    channels = [rate**0.5 * matrix(jump) for rate, jump in model.generator[1]]
    theirs = qutip.correlation_2op_1t(
        matrix(model.generator[0]),
        qutip.Qobj(state.density_matrix()),
        times,
        channels,
        matrix(A.dag()),
        matrix(A),
        options={"atol": 1e-11, "rtol": 1e-9},
    )
    np.testing.assert_allclose(ph.correlation(model, A.dag(), A, times, initial=state).values, theirs, atol=1e-7)


def test_a_given_state() -> None:
    """⟨a†(t)a(0)⟩ of the Fock state |3⟩ in a cavity at zero temperature: 3 e^{iω₀t − κt/2}; ⟨n(t)n(0)⟩ = 9 e^{−κt}."""
    model, times = ph.Model(2.0 * A.dag() * A, [ph.Jump(0.5, A)]), np.array([1.0, 0.0, 2.5])
    state = ph.states.fock({"a": 3})
    found = ph.correlation(model, A.dag(), A, times, initial=state)
    np.testing.assert_allclose(found.values, 3 * np.exp((2j - 0.25) * times), rtol=1e-11)
    number = ph.correlation(model, A.dag() * A, A.dag() * A, times, initial=state)
    np.testing.assert_allclose(number.values, 9 * np.exp(-0.5 * times), rtol=1e-11)
    np.testing.assert_allclose(number.connected, 0, atol=1e-12)
    larger = ph.correlation(model, A.dag(), A, times, initial=state, cutoff=ph.Fixed(20))
    np.testing.assert_allclose(larger.values, found.values, rtol=1e-11)
    assert found.ok
    assert found.error.max() < 1e-8
    with pytest.raises(ph.errors.InvalidInput, match="negative"):
        ph.correlation(model, A.dag(), A, [-1.0], initial=state)


def test_a_state_that_outgrows_its_own_levels() -> None:
    """⟨a†(t)a(0)⟩ of |1⟩ under gain κ alone: d⟨a†⟩/dt = κ/2⟨a†⟩ gives e^{κt/2}, far above the two levels of |1⟩."""
    growing, state = ph.Model(0, ph.Jump(1.0, A.dag())), ph.states.fock({"a": 1})
    found = ph.correlation(growing, A.dag(), A, [0.0, 0.5, 1.0], initial=state)
    np.testing.assert_allclose(found.values, np.exp([0, 0.25, 0.5]), rtol=1e-6)
    assert found.ok
    assert (abs(found.values - np.exp([0, 0.25, 0.5])) <= found.error).all()
    cut = ph.correlation(growing, A.dag(), A, [0.0, 0.5, 1.0], initial=state, cutoff=ph.Fixed(2))
    assert not cut.ok
    assert "NOT to be trusted" in repr(cut)
    with pytest.raises(ph.errors.NotConverged, match="still changes"):
        ph.correlation(growing, A.dag(), A, [0.0, 3.0], initial=state, cutoff=ph.Converged(maximum=30))


def test_a_cutoff_that_is_too_small_is_told() -> None:
    clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    assert ph.spectra.g2(clock, A).ok
    for found in (
        ph.spectra.g2(clock, A, cutoff=ph.Fixed(3)),
        ph.correlation(clock, A.dag(), A, [0.0], cutoff=ph.Fixed(3)),
    ):
        assert not found.ok
        assert "raise the cutoffs" in repr(found)


def test_a_spin_that_precesses() -> None:
    """From |+½⟩ in a field along x without any jump that matters: ⟨S_z(t)S_z(0)⟩ = ¼ cos Ωt."""
    model, times = ph.Model(1.3 * S.x, [ph.Jump(1e-12, S.minus)]), np.linspace(0, 9, 7)
    state = ph.states.level({S: 0.5})
    found = ph.correlation(model, S.z, S.z, times, initial=state)
    np.testing.assert_allclose(found.values, np.cos(1.3 * times) / 4, atol=1e-10)


def test_conjugate_symmetry() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3, detuning=0.4, drive=0.3)
    state = ph.steady_state(model, cutoff=ph.Fixed(15))
    times = np.array([0.0, 0.5, 2.0])
    forward = ph.correlation(model, A.dag(), A, times, initial=state).values
    backward = ph.correlation(model, A.dag(), A, -times, initial=state).values
    np.testing.assert_allclose(backward, forward.conj(), rtol=1e-12)
    assert forward[0].real >= np.abs(forward).max() * (1 - 1e-12)


def test_long_times_factorise() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3, detuning=0.1, drive=0.5)
    found = ph.correlation(model, A.dag(), A, [0.0, 400.0], cutoff=ph.Fixed(15))
    assert abs(found.connected[1]) < 1e-10 < abs(found.connected[0])
    assert found.product[0] == pytest.approx(abs(found.initial.expect(A)) ** 2)


def test_exceptional_point() -> None:
    """Critically damped exchange: two cavities, J = (κ_a − κ_b)/4, have a double pole, t e^{−(κ_a + κ_b)t/4}."""
    kappa, coupling = 0.3, 0.5
    model = ph.Model(
        coupling * (A.dag() * B + B.dag() * A),
        [ph.Jump(kappa + 4 * coupling, A), ph.Jump(kappa, B), ph.Jump(0.02, B.dag())],
    )
    state = ph.steady_state(model, cutoff=ph.Fixed(4))
    times = np.linspace(0, 6, 7)
    expected = exact(model, state, A.dag(), A, times)
    found = ph.correlation(model, A.dag(), A, times, initial=state)
    assert np.abs(found.values - expected).max() < 1e-8 * abs(expected).max()


def test_sparse_and_dense_steps_agree() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2, drive=0.3)
    made = generator(model, {"a": 17})
    liouvillian = made.liouvillian(made.grading.sector(()))
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(2, liouvillian.sector.size))
    times = np.array([0.7, 0.0, 0.1])
    assert liouvillian.sector.size > SMALL
    expected = [w @ la.expm(liouvillian.matrix.toarray() * t) @ x for t in times]
    np.testing.assert_allclose(stepped(liouvillian.matrix, x, w, times), expected, rtol=1e-10)


# --- g² --------------------------------------------------------------------------------------------------------------


def test_g2_of_known_light() -> None:
    thermal = ph.spectra.g2(cavity(), A, [0.0, 1.0, -1.0], cutoff=ph.Fixed(80))
    np.testing.assert_allclose(thermal.values, 1 + np.exp(-0.3 * np.array([0, 1, 1])), rtol=1e-9)
    laser = ph.Model(0.5j * (A.dag() - A), [ph.Jump(1.0, A)])
    np.testing.assert_allclose(ph.spectra.g2(laser, A, [0.0, 2.0], cutoff=ph.Fixed(25)).values, 1, rtol=1e-9)
    pumped = ph.Model(0, [ph.Jump(1.0, S.minus, reverse=0.4)])  # one excitation at most: 1 − e^{−(γ↓ + γ↑)τ}
    np.testing.assert_allclose(ph.spectra.g2(pumped, S.minus, [0.0, 0.8]).values, [0, 1 - np.exp(-1.12)], atol=1e-12)
    q = ph.qudit("q", 3)
    lower = q(0, 1) + 2**0.5 * q(1, 2)  # an oscillator held at two quanta: g²(0) = 1 − 1/2
    held = ph.Model(0, [ph.Jump(1e-9, lower), ph.Jump(1.0, q(2, 0)), ph.Jump(1.0, q(2, 1))])
    assert float(ph.spectra.g2(held, lower)) == pytest.approx(0.5, rel=1e-6)


def test_g2_of_fluorescence() -> None:
    """Resonant drive: 1 − e^{−3γτ/4}(cos μτ + (3γ/4μ) sin μτ), μ² = Ω² − γ²/16 (Carmichael and Walls 1976)."""
    rabi, times = 3.0, np.linspace(0, 5, 6)
    mu = np.sqrt(rabi**2 - 1 / 16)
    expected = 1 - np.exp(-0.75 * times) * (np.cos(mu * times) + 0.75 / mu * np.sin(mu * times))
    found = ph.spectra.g2(ph.Model(rabi * S.x, [ph.Jump(1.0, S.minus)]), S.minus, times)
    np.testing.assert_allclose(found.values, expected, atol=1e-9)
    assert (np.abs(found.values - expected) <= found.error).all()


def test_error_tells_the_truncation() -> None:
    model, times = cavity(), np.array([0.0, 1.0])
    rough = ph.spectra.g2(model, A, times, cutoff=ph.Fixed(8))
    off = np.abs(rough.values - 1 - np.exp(-0.3 * times))
    assert (off <= rough.error).all()
    rough = ph.correlation(model, A.dag(), A, times, cutoff=ph.Fixed(8))
    off = np.abs(rough.values - np.exp(-0.15 * times) / 3)
    assert (off <= rough.error).all()


# --- mistakes and results --------------------------------------------------------------------------------------------


def test_forbidden_correlations_are_exactly_zero() -> None:
    found = ph.correlation(cavity(), A, A, [0.0, 1.0], cutoff=ph.Fixed(10))
    assert found.values.tolist() == [0, 0]


def test_mistakes() -> None:
    errors, model = ph.errors, cavity()
    state = ph.steady_state(model, cutoff=ph.Fixed(10))
    for wrong in ([], [np.inf], 3.0, "soon"):
        with pytest.raises(errors.InvalidInput, match="times"):
            ph.correlation(model, A, A, wrong, initial=state)
    with pytest.raises(errors.UnknownSite):
        ph.correlation(model, B, A, [0.0], initial=state)
    with pytest.raises(errors.SiteMismatch):
        ph.correlation(model, A, A, [0.0], initial=ph.states.fock({"b": 1}))
    with pytest.raises(errors.InvalidInput, match="model"):
        ph.correlation(A, A, A, [0.0], initial=state)
    with pytest.raises(errors.Undefined, match="0/0"):
        ph.spectra.g2(ph.Model(0, [ph.Jump(1.0, A)]), A, cutoff=ph.Fixed(5))


def test_results() -> None:
    found = ph.correlation(cavity(), A.dag(), A, [0.0, 1.0], cutoff=ph.Fixed(20))
    assert "t = 1" in repr(found)
    assert set(found.to_xarray().data_vars) == {"values", "product", "error"}
    with pytest.raises(ValueError, match="read-only"):
        found.values[0] = 1
    pairs = ph.spectra.g2(cavity(), A, [0.0, 1.0], cutoff=ph.Fixed(40))
    assert repr(pairs).startswith("g² of a: 2 at τ = 0")
    assert pairs.to_xarray().g2.dims == ("time",)
