"""Pseudomodes = HEOM = exact wherever there is an exact answer, and weak coupling where the coupling is weak."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from photinus import memory
from photinus.errors import InvalidInput, MissingExtra, UnknownSite, WrongType
from photinus.memory.correlations import summed
from photinus.memory.pseudomodes import Pseudomodes, _exponents, realised

S, Q = ph.spin("s", 0.5), ph.spin("q", 0.5)
UP = ph.states.level({S: 0.5})
EXCITED = {"p": S.plus * S.minus}


def n01_mode(g0, lam, detuning=0.0, coupling=S.minus):
    """J = g0 lam²/(2π[(ω − ω₀)² + lam²]): coupling √(g0 lam/2), width 2 lam; the qubit's frequency is 0."""
    return memory.Environment(memory.Lorentzian((g0 * lam / 2) ** 0.5, 2 * lam, -detuning), coupling)


def evolved(model, bath, initial, times, observe, **options):
    joined = memory.with_pseudomodes(model, bath, **options)
    return ph.evolve(joined, memory.joined_state(initial, joined, bath), times, observe=observe)


def amplitude(g0, lam, detuning, times):
    """G of Ġ = −∫f(t − s)G(s)ds with f = (g0 lam/2)e^{−(lam − iD)t} (Garraway1997, Breuer2002)."""
    drift = np.array([[0, -((g0 * lam / 2) ** 0.5)], [(g0 * lam / 2) ** 0.5, -(lam - 1j * detuning)]])
    values, vectors = np.linalg.eig(drift)
    start = np.linalg.solve(vectors, [1, 0])
    return np.array([(vectors[0] * np.exp(values * t)) @ start for t in times])


# --- exact cases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("g0", "lam", "detuning", "t", "value"),
    [(1, 0.2, 0, 3, 0.427630034), (1, 5, 0, 1, 0.422896006), (1, 0.2, 0.5, 4, 0.399415441)],
)
def test_n01_one_excitation(g0, lam, detuning, t, value):
    bath = n01_mode(g0, lam, detuning)
    run = evolved(ph.Model(), bath, UP, [0, t / 2, t], EXCITED)
    assert run.observed["p"][-1] == pytest.approx(value, abs=1e-9)
    assert np.allclose(run.observed["p"], np.abs(amplitude(g0, lam, detuning, run.times)) ** 2, atol=1e-9)
    other = memory.heom(ph.Model(), bath, UP, [0, t / 2, t], observe=EXCITED, method=memory.HEOM(3))
    assert np.allclose(other.observed["p"], run.observed["p"], atol=1e-7)
    assert other.depth_error < 1e-7
    assert other.fit_error == 0


def test_n06_spin_boson_beyond_the_rotating_wave():
    """N06: H = ω₀σ_z/2 + Ωb†b + gσ_x(b + b†), κ: ⟨σ_z⟩(10) = −.433595365 (Tamascelli2018)."""
    bath = memory.Environment(memory.Lorentzian(0.15, 0.5, 1.0), 2 * S.x)
    run = evolved(ph.Model(S.z), bath, UP, [0, 10], {"z": 2 * S.z})
    assert run.observed["z"][-1] == pytest.approx(-0.433595365, abs=1e-8)
    assert run.certificate.truncation < 1e-6
    other = memory.heom(ph.Model(S.z), bath, UP, [0, 10], observe={"z": 2 * S.z}, method=memory.HEOM(8))
    assert other.observed["z"][-1] == pytest.approx(run.observed["z"][-1], abs=1e-7)


def test_n08_two_qubits_in_one_bath():
    """N08 (Maniscalco2008): the dark half of |eg⟩ survives, with concurrence ½."""
    bath = n01_mode(1.0, 0.5, coupling=[S.minus, Q.minus])
    start = ph.states.level({S: 0.5, Q: -0.5})
    watch = EXCITED | {"q": Q.plus * Q.minus}
    joined = memory.with_pseudomodes(ph.Model(), bath, common=True)
    run = ph.evolve(joined, memory.joined_state(start, joined, bath), [0, 4, 400], observe=watch, keep_states=True)
    assert run.observed["p"][1] == pytest.approx(0.137855749, abs=1e-8)
    assert run.observed["q"][1] == pytest.approx(0.395277137, abs=1e-8)
    final = run.states[-1].reduced(S, Q)
    assert ph.measures.concurrence(final, "q", "s") == pytest.approx(0.5, abs=1e-6)
    other = memory.heom(ph.Model(), bath, start, [0, 4], observe=watch, common=True, method=memory.HEOM(3))
    assert other.observed["q"][-1] == pytest.approx(0.395277137, abs=1e-7)


@pytest.mark.parametrize(
    ("density", "temperature", "tolerance"),
    [
        (memory.DrudeLorentz(0.1, 0.5), 1.0, 2e-2),
        (memory.Underdamped(0.2, 1.0, 0.2), 0.5, 3e-2),
        (memory.Ohmic(0.02, 5.0), 0.5, 8e-2),
    ],
)
def test_fitted_pseudomodes_against_the_exact_dephasing(density, temperature, tolerance):
    """|ρ_01| of a pure dephasing: |ΔΓ| ≤ t·ε·∫|C| dt, and in fact a tenth of it."""
    bath = memory.Environment(density, S.z, temperature=temperature)
    fit = memory.Fit(tolerance)
    modes = memory.pseudomodes(bath, fit=fit)
    assert modes.error <= tolerance
    assert np.linalg.eigvalsh(modes.damping)[0] > -1e-9 * np.abs(modes.damping).max()
    t = 3.0
    plus = ph.states.superposition([(1, {S: 0.5}), (1, {S: -0.5})])
    joined = memory.with_pseudomodes(ph.Model(), bath, fit=fit)
    start = memory.joined_state(plus, joined, bath, fit=fit)
    run = ph.evolve(joined, start, [0, t], observe={"x": 2 * S.plus}, cutoff=ph.Fixed(5, 1.0))
    exact = memory.dephasing(bath, [t])[0]
    times = np.linspace(1e-4, modes.duration, 2000)
    area = np.abs(memory.bath_correlation(bath, times).symmetric).mean() * modes.duration
    assert abs(-np.log(abs(run.observed["x"][-1])) - exact) < t * tolerance * area + 1e-3


def test_fitted_pseudomodes_and_heom_agree_beyond_the_rotating_wave():
    """A spin in a Drude bath that does not commute with it: two fits, one of them with complex weights."""
    bath = memory.Environment(memory.DrudeLorentz(0.1, 0.5), S.x, temperature=1.0)
    fit = memory.Fit(2e-2)
    joined = memory.with_pseudomodes(ph.Model(S.z), bath, fit=fit)
    start = memory.joined_state(UP, joined, bath, fit=fit)
    run = ph.evolve(joined, start, [0, 2, 5], observe={"z": 2 * S.z}, cutoff=ph.Converged(1e-4, start=4))
    other = memory.heom(
        ph.Model(S.z), bath, UP, [0, 2, 5], observe={"z": 2 * S.z}, method=memory.HEOM(4, memory.Fit(2e-3))
    )
    assert other.fit_error < 2e-3
    assert np.allclose(run.observed["z"], other.observed["z"], atol=3e-3)


def test_warm_modes_by_a_thermal_bath_by_two_modes_and_by_heom():
    """A mode with occupation n̄, its thermofield of two cold modes, and the hierarchy of both functions."""
    g, width, center, n = 0.4, 0.8, 0.3, 0.5
    bath = memory.Environment(memory.Lorentzian(g, width, center, n), S.minus)
    system = ph.Model(0.5 * S.z + 0.2 * S.x)
    warm = memory.with_pseudomodes(system, bath)
    two = Pseudomodes(
        np.diag([center, -center]).astype(complex),
        np.diag([width, width]).astype(complex),
        g * np.sqrt([n + 1, n]).astype(complex),
        np.zeros(2),
        np.array([False, True]),
        0.0,
        np.inf,
    )
    times = np.linspace(0.1, 5, 7)
    one = memory.pseudomodes(bath)
    exact = memory.bath_correlation(bath, times)
    for modes in (one, two):
        emission, absorption = modes.correlation(times)
        assert np.allclose(emission, exact.emission, atol=1e-12)
        assert np.allclose(absorption, exact.absorption, atol=1e-12)
    cold = system + two.model(S.minus)
    values = [ph.steady_state(m, cutoff=ph.Fixed(9, 1.0)).expect(S.z) for m in (warm, cold)]
    assert values[0] == pytest.approx(values[1], abs=2e-4)
    hierarchy = memory.heom_steady_state(system, bath, method=memory.HEOM(6, judge=False))
    assert hierarchy.state.expect(S.z) == pytest.approx(values[0], abs=2e-4)


def test_the_steady_state_of_two_oscillators_by_both_routes():
    a, b = ph.oscillator("a"), ph.oscillator("b")
    pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=8, detuning=0.5)
    bath = memory.Environment(memory.Lorentzian.of_rate(1.0, 3.0), [a, -b])
    levels = {"a": 3, "b": 3}
    joined = memory.with_pseudomodes(pair, bath, common=True)
    state = ph.steady_state(joined, cutoff=ph.Fixed(levels | {"bath": 9}))
    other = memory.heom_steady_state(pair, bath, common=True, cutoff=levels, method=memory.HEOM(6))
    difference = state.reduced("a", "b").density_matrix() - other.state.density_matrix()
    assert np.linalg.norm(difference, "nuc") < max(1e-6, 10 * other.depth_error)


# --- pseudomodes of any positive spectrum ----------------------------------------------------------------------------


@given(
    rates=st.lists(st.floats(0.2, 5), min_size=1, max_size=3, unique=True),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=40)
def test_every_positive_rational_spectrum_is_a_lindblad_model(rates, seed):
    """K + K† ≥ 0 of rank one, and g†e^{−Kt}g is the sum of exponentials, whose weights are complex."""
    rng = np.random.default_rng(seed)
    nu = np.array(rates) + 1j * (rng.normal(size=len(rates)) + 3 * np.arange(len(rates)))
    h = rng.normal(size=len(rates)) + 1j * rng.normal(size=len(rates)) + 0.1
    drift, g = realised(nu, h)
    damping = np.linalg.eigvalsh(drift + drift.conj().T)
    assert damping[0] > -1e-8 * damping[-1]
    assert abs(damping[:-1]).max(initial=0.0) < 1e-8 * damping[-1]
    modes = Pseudomodes(
        (drift - drift.conj().T) / 2j, drift + drift.conj().T, g, np.zeros(len(g)), np.zeros(len(g), bool), 0.0, np.inf
    )
    times = np.linspace(0, 3, 9)
    assert np.allclose(modes.correlation(times)[0], summed(_exponents(nu, h), times), atol=1e-8 * abs(g @ g.conj()))


def test_a_fit_that_fails_says_what_it_reached():
    bath = memory.Environment(memory.Ohmic(0.2, 5.0, 0.5), S.x, temperature=0.5)
    for question in (memory.pseudomodes, memory.exponentials):
        with pytest.raises(memory.FitFailed, match="reached the error") as caught:
            question(bath, fit=memory.Fit(1e-3, most=2))
        assert caught.value.reached > 1e-3
        assert caught.value.terms <= 2


def test_short_times_need_no_tail():
    bath = memory.Environment(memory.Ohmic(0.2, 5.0, 0.5), S.x, temperature=0.5)
    found = memory.exponentials(bath, fit=memory.Fit(1e-2, duration=2.0))
    assert found.error < 1e-2
    assert found.duration == 2.0


# --- weak coupling ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.2, 1.0])
@pytest.mark.parametrize("coupling", [S.x, S.minus])
def test_a_weak_bath_leads_to_its_temperature(coupling, temperature):
    bath = memory.Environment(memory.Ohmic(1e-3, 5.0), coupling, temperature=temperature)
    for secular in (True, False):
        made = memory.redfield(ph.Model(S.z), bath, secular=secular)
        assert 2 * made.steady_state().expect(S.z) == pytest.approx(-np.tanh(0.5 / temperature), abs=1e-6)
        assert made.validity < 0.2
    white = memory.markov_limit(ph.Model(S.z), bath, frequency=1.0)
    assert 2 * ph.steady_state(white).expect(S.z) == pytest.approx(-np.tanh(0.5 / temperature), abs=1e-6)


def test_redfield_tcl2_and_pseudomodes_meet_as_the_coupling_falls():
    """The error of second order falls with g⁴ (of the steady state with g²), as its validity says."""
    system = ph.Model(S.z + 0.2 * S.x)
    errors, numbers = [], []
    for g in (0.2, 0.1):
        bath = memory.Environment(memory.Lorentzian(g, 1.0, 1.2, 0.3), S.minus)
        exact = ph.steady_state(memory.with_pseudomodes(system, bath)).expect(S.z)
        made = memory.redfield(system, bath)
        errors.append(abs(made.steady_state().expect(S.z) - exact))
        numbers.append(made.validity)
        late = memory.tcl2(system, bath, UP, [0, 800], observe={"z": S.z})
        assert late.observed["z"][-1] == pytest.approx(made.steady_state().expect(S.z), abs=1e-5)
    assert errors[1] < 0.35 * errors[0]
    assert numbers[1] == pytest.approx(numbers[0] / 4, rel=1e-6)


def test_tcl2_is_exact_for_pure_dephasing():
    for density, temperature in ((memory.Ohmic(0.2, 5.0), 0.5), (memory.DrudeLorentz(0.1, 0.5), 1.0)):
        bath = memory.Environment(density, S.z, temperature=temperature)
        plus = ph.states.superposition([(1, {S: 0.5}), (1, {S: -0.5})])
        run = memory.tcl2(ph.Model(), bath, plus, [0, 1, 2], observe={"x": 2 * S.plus})
        assert np.allclose(-np.log(np.abs(run.observed["x"])), memory.dephasing(bath, run.times), atol=1e-6)


def test_tcl2_of_one_excitation_at_short_times():
    """1 − p = ∫∫f to fourth order in g."""
    bath = n01_mode(0.05, 1.0)
    run = memory.tcl2(ph.Model(), bath, UP, [0, 0.5, 2], observe=EXCITED)
    exact = np.abs(amplitude(0.05, 1.0, 0.0, run.times)) ** 2
    assert np.allclose(run.observed["p"], exact, atol=1e-3)
    assert run.positivity > -1e-9


def test_a_common_bath_in_the_markov_limit():
    """Of a broad bath nothing is left but the golden rule."""
    bath = memory.Environment(memory.Lorentzian.of_rate(0.5, 4000.0), [S.minus, -Q.minus])
    system = ph.Model(0.2 * S.z - 0.2 * Q.z + 0.3 * S.x)
    white = ph.steady_state(memory.markov_limit(system, bath, common=True))
    full = ph.steady_state(memory.with_pseudomodes(system, bath, common=True), cutoff=ph.Fixed(4))
    assert full.expect(S.z) == pytest.approx(white.expect(S.z), abs=1e-3)
    assert memory.markov_rate(bath) == pytest.approx(0.5, rel=1e-6)


# --- mistakes --------------------------------------------------------------------------------------------------------


def test_heom_without_qutip(monkeypatch):
    monkeypatch.setitem(sys.modules, "qutip", None)
    with pytest.raises(MissingExtra, match=r"photinus\[qutip\]"):
        memory.heom(ph.Model(S.z), n01_mode(1.0, 1.0), UP, [0, 1])


def test_mistakes_of_the_routes():
    a, b = ph.oscillator("a"), ph.oscillator("bath")
    pair = ph.Model(jumps=[ph.Jump(1.0, a), ph.Jump(1.0, b)])
    bath = memory.Environment(memory.Lorentzian(1.0, 1.0), a)
    with pytest.raises(InvalidInput, match="'bath' already"):
        memory.with_pseudomodes(pair, bath)
    with pytest.raises(UnknownSite, match="does not have"):
        memory.with_pseudomodes(ph.Model(S.z), bath)
    with pytest.raises(WrongType, match=r"ph\.Bath has no memory"):
        memory.with_pseudomodes(pair, ph.Bath("hot"))
    with pytest.raises(WrongType):
        memory.pseudomodes(bath, fit=1e-3)
    with pytest.raises(InvalidInput, match="begin at 1"):
        memory.tcl2(ph.Model(S.z), n01_mode(1.0, 1.0), UP, [1, 2])
    with pytest.raises(InvalidInput, match="no mode of the bath"):
        memory.joined_state(
            ph.states.fock({"a": 0}), pair + ph.Model(ph.oscillator("c").dag() * ph.oscillator("c")), bath
        )
    q = ph.qudit("q", 3)
    ladder = memory.Environment(memory.Ohmic(0.1, 1.0), q(0, 1) + q(1, 0))
    with pytest.raises(InvalidInput, match="known order"):
        memory.markov_limit(ph.Model(), ladder)


def test_n05_by_the_hierarchy():
    """N05: Γ(5) = 1.280056 of a Drude bath, λ = .1, γ = .5, T = 1, by HEOM to 1e-3."""
    bath = memory.Environment(memory.DrudeLorentz(0.1, 0.5), S.z, temperature=1.0)
    plus = ph.states.superposition([(1, {S: 0.5}), (1, {S: -0.5})])
    method = memory.HEOM(4, memory.Fit(2e-3), judge=False)
    run = memory.heom(ph.Model(), bath, plus, [0, 5], observe={"x": 2 * S.plus}, method=method)
    assert -np.log(abs(run.observed["x"][-1])) == pytest.approx(1.280056176, abs=1.5e-3)
