"""Evolution in time against closed forms, laws, reference values and an independent code."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from scipy.stats import binom, poisson

import photinus as ph
from agreement.models import BUILDERS, build
from photinus.errors import InvalidInput, MemoryBudgetExceeded, NotConverged, SiteMismatch, UnknownSite, WrongType
from photinus.model import Group
from photinus.solve.dynamics.drives import make_drives
from photinus.solve.dynamics.evolve import CutoffOutgrown
from photinus.solve.dynamics.orders_in_time import Motion, Problem, canonical, symmetry_with
from photinus.space.liouvillian import generator
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix
from photinus.space.vectors import vector_in

a, b = ph.oscillator("a"), ph.oscillator("b")
s = ph.spin("s", 0.5)
n = a.dag() * a
METHODS = [
    ph.methods.Adaptive(),
    ph.methods.Exponential(dense=True),
    ph.methods.Exponential(dense=False),
    ph.methods.RungeKutta(implicit=False),
    ph.methods.RungeKutta(implicit=True),
]
EXCITED, GROUND = ph.states.level({s: 0.5}), ph.states.level({s: -0.5})
p_e = s.plus * s.minus


def distance(left: State, right: State) -> float:
    """The largest difference of the matrix elements, in the larger of the two spaces."""
    space = make_space(left.sites, {k: max(v, right.cutoffs[k]) for k, v in left.cutoffs.items()})
    sector = grading(space, Group((), ())).sector(())
    return float(np.abs(vector_in(left, sector) - vector_in(right, sector)).max())


# --- closed forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS[:4], ids=str)
def test_a_coherent_state_decays_as_a_coherent_state(method):
    omega, kappa, alpha = 1.7, 0.6, 1.2 - 0.5j
    model = ph.Model(omega * n, ph.Jump(kappa, a))
    times = np.array([0.0, 0.1, 0.5, 1.1, 3.0])
    run = ph.evolve(
        model, ph.states.coherent({"a": alpha}), times, observe={"a": a, "n": n}, method=method, keep_states=True
    )
    expected = alpha * np.exp((-1j * omega - kappa / 2) * times)
    np.testing.assert_allclose(run.observed["a"], expected, rtol=0, atol=2e-8)
    np.testing.assert_allclose(run.observed["n"], np.abs(expected) ** 2, rtol=0, atol=2e-8)
    assert run.observed["n"].dtype == float
    assert run.observed["a"].dtype == complex
    for state, amplitude in zip(run.states, expected, strict=True):
        assert distance(state, ph.states.coherent({"a": amplitude}, cutoff=ph.Fixed(20))) < 1e-6
    assert run.certificate.ok, run.certificate


def test_populations_of_loss_and_of_a_linear_gain():
    """D[a] from |m⟩ is binomial with e^{−κt}; D[a†] from the vacuum is geometric (Yule's law)."""
    times = np.linspace(0, 1.2, 4)
    loss = ph.evolve(ph.Model(0, ph.Jump(0.8, a)), ph.states.fock({"a": 5}), times, keep_states=True)
    for t, state in zip(times, loss.states, strict=True):
        np.testing.assert_allclose(state.populations("a")[:6], binom.pmf(range(6), 5, np.exp(-0.8 * t)), atol=1e-9)
    gain = ph.evolve(ph.Model(0, ph.Jump(1.0, a.dag())), ph.states.fock({"a": 0}), times, keep_states=True)
    for t, state in zip(times, gain.states, strict=True):
        levels = np.arange(state.cutoffs["a"])
        law = np.exp(-t) * (1 - np.exp(-t)) ** levels
        np.testing.assert_allclose(state.populations("a"), law, rtol=0, atol=1e-6)
    assert gain.states[-1].cutoffs["a"] > gain.states[0].cutoffs["a"]  # grown on the way
    assert gain.certificate.ok


def test_birth_and_death_at_rates_without_n_stay_poissonian():
    """Births at a constant rate and deaths ∝ n: Poisson with mean (λ/κ)(1 − e^{−κt}).

    Births at the rate λ are the jump √λ Σ|n+1⟩⟨n|, a Susskind-Glogower operator.
    """
    birth = (ph.diagonal(a, lambda n: (n + 1) ** -0.5) * a).dag()
    model = ph.Model(0, [ph.Jump(1.5, birth), ph.Jump(0.5, a)])
    times = np.array([0.0, 0.7, 2.0, 9.0])
    run = ph.evolve(model, ph.states.fock({"a": 0}), times, keep_states=True, cutoff=ph.Converged(1e-8))
    for t, state in zip(times[1:], run.states[1:], strict=True):
        mean = 3.0 * (1 - np.exp(-0.5 * t))
        levels = np.arange(state.cutoffs["a"])
        np.testing.assert_allclose(state.populations("a"), poisson.pmf(levels, mean), rtol=0, atol=1e-8)


def test_thermalisation():
    """⟨n⟩(t) = n̄ + (n₀ − n̄)e^{−κt}; a thermal state stays thermal."""
    bar, kappa = 0.7, 0.4
    model = ph.Model(0.3 * n, ph.Jump(kappa * (bar + 1), a, kappa * bar))
    times = np.linspace(0, 12, 7)
    run = ph.evolve(model, ph.states.thermal({"a": 2.0}), times, observe={"n": n}, keep_states=True)
    mean = bar + (2.0 - bar) * np.exp(-kappa * times)
    np.testing.assert_allclose(run.observed["n"], mean, rtol=0, atol=2e-5)
    for m, state in zip(mean, run.states, strict=True):
        assert distance(state, ph.states.thermal({"a": m})) < 1e-6


def rabi(drive: float, detuning: float, t: np.ndarray) -> np.ndarray:
    frequency = np.hypot(drive, detuning)
    return (drive / frequency) ** 2 * np.sin(frequency * t / 2) ** 2


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_rabi_oscillations(method):
    """H = Δ|e⟩⟨e| + (Ω/2)σ_x without loss: p_e = (Ω/W)² sin²(Wt/2), W² = Ω² + Δ²."""
    drive, detuning = 1.3, 0.4
    times = np.linspace(0, 20, 41)
    run = ph.evolve(ph.Model(detuning * p_e + drive * s.x), GROUND, times, observe={"p": p_e}, method=method)
    np.testing.assert_allclose(run.observed["p"], rabi(drive, detuning, times), rtol=0, atol=1e-7)


@pytest.mark.parametrize("implicit", [False, True])
def test_a_circular_drive_in_the_laboratory_frame(implicit):
    """ω₀|e⟩⟨e| + (Ω/2)(σ₊e^{−iωt} + h.c.) is solved exactly in the rotating frame."""
    w0, w, drive = 6.0, 5.2, 1.1
    times = np.linspace(0, 4, 9)
    run = ph.evolve(
        ph.Model(w0 * p_e),
        GROUND,
        times,
        observe={"p": p_e, "c": s.minus},
        drives=[(s.plus, lambda t: 0.5 * drive * np.exp(-1j * w * t))],
        method=ph.methods.RungeKutta(implicit=implicit),
    )
    np.testing.assert_allclose(run.observed["p"], rabi(drive, w0 - w, times), rtol=0, atol=1e-7)
    frame = ph.evolve(ph.Model((w0 - w) * p_e + drive * s.x), GROUND, times, observe={"c": s.minus})
    np.testing.assert_allclose(run.observed["c"], frame.observed["c"] * np.exp(-1j * w * times), rtol=0, atol=1e-7)
    grid = np.linspace(0, 4, 801)
    spline = ph.evolve(
        ph.Model(w0 * p_e),
        GROUND,
        times,
        observe={"p": p_e},
        drives=[(s.plus, (grid, 0.5 * drive * np.exp(-1j * w * grid)))],
    )
    np.testing.assert_allclose(spline.observed["p"], run.observed["p"], rtol=0, atol=1e-7)


def test_a_driven_oscillator_follows_its_classical_equation():
    """ȧ = (−iω − κ/2)a − i f(t) for H = f a† + f* a, whatever f, by quadrature; the state stays coherent."""
    omega, kappa = 1.0, 0.5
    times = np.linspace(0, 6, 7)

    def f(t: float) -> complex:
        return 0.6 * np.cos(1.3 * t) + 0.2j * np.sin(0.4 * t)

    run = ph.evolve(
        ph.Model(omega * n, ph.Jump(kappa, a)),
        ph.states.fock({"a": 0}),
        times,
        observe={"a": a, "n": n},
        drives=[(a.dag(), f)],
        cutoff=ph.Converged(1e-8),
    )
    fine, weights = np.polynomial.legendre.leggauss(60)
    expected = []
    for t in times:
        u = t * (fine + 1) / 2
        expected.append(-1j * t / 2 * weights @ (np.exp((-1j * omega - kappa / 2) * (t - u)) * f(u)))
    np.testing.assert_allclose(run.observed["a"], expected, rtol=0, atol=1e-7)
    np.testing.assert_allclose(run.observed["n"], np.abs(expected) ** 2, rtol=0, atol=1e-7)
    assert run.certificate.ok, run.certificate


# --- reference values ------------------------------------------------------------------------------------------------


def test_t12_a_driven_qubit_at_zero_temperature():
    """ω₀ = 10, ω₀ − ω_d = 0.5, γ = 1, Ω = 1: p_e = 0.25 = Ω²/(γ² + 4Δ² + 2Ω²), reached in the laboratory frame too."""
    decay = ph.Jump(1.0, s.minus)
    rotating = ph.evolve(ph.Model(0.5 * p_e + s.x, decay), GROUND, [0, 60], observe={"p": p_e})
    assert rotating.observed["p"][-1] == pytest.approx(0.25, abs=1e-9)
    laboratory = ph.evolve(
        ph.Model(10 * p_e, decay),
        GROUND,
        [0, 30],
        observe={"p": p_e},
        drives=[(s.plus, lambda t: 0.5 * np.exp(-9.5j * t))],
    )
    assert laboratory.observed["p"][-1] == pytest.approx(0.25, abs=1e-5)


@pytest.mark.parametrize(
    ("g0", "lam", "detuning", "t", "expected"),
    [(1, 0.2, 0, 3, 0.427630034), (1, 5, 0, 1, 0.422896006), (1, 0.2, 0.5, 4, 0.399415441)],
)
def test_n01_one_excitation_in_a_lorentzian_bath(g0, lam, detuning, t, expected):
    """Garraway 1997, Breuer and Petruccione: the pseudomode couples with √(g₀λ/2) and is lost at 2λ."""
    g = np.sqrt(g0 * lam / 2)
    model = ph.Model(detuning * p_e + g * (s.plus * b + s.minus * b.dag()), ph.Jump(2 * lam, b))
    initial = ph.states.product(EXCITED, ph.states.fock({"b": 0}))
    run = ph.evolve(model, initial, [0, t], observe={"p": p_e}, cutoff=ph.Fixed(3))
    assert run.observed["p"][-1] == pytest.approx(expected, abs=1e-9)
    assert run.certificate.truncation < 1e-12  # the excitations never grow
    # c̈ + (λ − iδ)ċ + (g₀λ/2)c = 0 in the rotating frame: the closed form of the same law.
    d = np.sqrt((lam - 1j * detuning) ** 2 - 2 * g0 * lam + 0j)
    c = np.exp(-(lam - 1j * detuning) * t / 2) * (np.cosh(d * t / 2) + (lam - 1j * detuning) / d * np.sinh(d * t / 2))
    assert run.observed["p"][-1] == pytest.approx(abs(c) ** 2, abs=1e-9)


def test_b60_the_dark_state_of_one_quantum():
    """D[a₁ − e^{iθ}a₂] from |1, 0⟩, θ = 0.7: n_j = 1/4, ⟨a₁ + a₂⟩ is zero here, R′ = 1, negativity (√2 − 1)/4."""
    theta = 0.7
    model = ph.Model(0, ph.Jump(1.0, a - np.exp(1j * theta) * b))
    run = ph.evolve(model, ph.states.fock({"a": 1, "b": 0}), [0, 40], keep_states=True, cutoff=ph.Fixed(3))
    final = run.states[-1]
    assert final.expect(n) == pytest.approx(0.25, abs=1e-6)
    assert ph.measures.amplitude_correlation(final, "a", "b") == pytest.approx(1, abs=1e-6)
    assert np.angle(final.expect(a.dag() * b)) == pytest.approx(-theta, abs=1e-6)
    assert ph.measures.negativity(final, "a", "b") == pytest.approx(0.10355339, abs=1e-6)


def test_b61_dark_states_of_coherent_light():
    """|α, 0⟩ → |α/2, e^{−iθ}α/2⟩, a product; the anti-phase input ends in the vacuum, whose R′ is undefined."""
    alpha, theta = 1.2, 1.1
    model = ph.Model(0, ph.Jump(1.0, a - np.exp(1j * theta) * b))
    vacuum = ph.states.fock({"b": 0})
    run = ph.evolve(model, ph.states.product(ph.states.coherent({"a": alpha}), vacuum), [0, 30], keep_states=True)
    final = run.states[-1]
    target = ph.states.coherent({"a": alpha / 2, "b": np.exp(-1j * theta) * alpha / 2}, cutoff=ph.Fixed(20))
    assert distance(final, target) < 1e-5
    assert ph.measures.amplitude_correlation(final, "a", "b") == pytest.approx(1, abs=1e-5)
    assert run.certificate.ok, run.certificate
    dark = ph.evolve(
        model, ph.states.coherent({"a": 0.6, "b": -0.6 * np.exp(-1j * theta)}), [0, 40], observe={"n": n + b.dag() * b}
    )
    assert dark.observed["n"][-1] == pytest.approx(0, abs=1e-5)


# --- laws ------------------------------------------------------------------------------------------------------------


def test_a_long_time_is_the_steady_state():
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=1, dissipative=0.5, detuning=0.2)
    steady = ph.steady_state(model, cutoff=ph.Converged(1e-8))
    watch = {"n": n, "c": a.dag() * b}
    run = ph.evolve(model, ph.states.fock({"a": 0, "b": 0}), [0, 60], observe=watch, cutoff=ph.Converged(1e-7))
    for name, operator in watch.items():
        assert run.observed[name][-1] == pytest.approx(steady.expect(operator), abs=1e-6)
    # A steady state does not move, and may be the initial state of another model.
    still = ph.evolve(model, steady, [0, 5], observe=watch)
    assert still.observed["c"][0] == pytest.approx(still.observed["c"][1], abs=1e-7)
    quenched = ph.Model(model.hamiltonian, model.jumps[:4])  # without the coupling
    after = ph.evolve(quenched, steady, np.linspace(0, 50, 3), observe=watch)
    assert abs(after.observed["c"][-1]) < 1e-6 < abs(after.observed["c"][0])


RATES = st.floats(0.1, 2.0)


@settings(max_examples=12)
@given(RATES, RATES, RATES, st.floats(-2, 2), st.sampled_from(METHODS[:4]))
def test_evolution_is_a_semigroup_of_states(gain, loss, kerr, squeezing, method):
    model = ph.Model(
        kerr * a.dag() ** 2 * a**2 + squeezing * 1j * (a.dag() ** 2 - a**2),
        [ph.Jump(gain, a.dag()), ph.Jump(loss, a**2), ph.Jump(0.3, a)],
    )
    initial = ph.states.coherent({"a": 0.8j}, cutoff=ph.Fixed(12))
    options = {"cutoff": ph.Fixed(12), "keep_states": True, "method": method}
    whole = ph.evolve(model, initial, [0.0, 0.7, 1.3], **options)
    first = ph.evolve(model, initial, [0.0, 0.7], **options)
    second = ph.evolve(model, first.states[-1], [0.7, 1.3], **options)
    assert distance(whole.states[-1], second.states[-1]) < 1e-7
    for state in whole.states:
        assert state.trace() == pytest.approx(1, abs=1e-9)
        assert state.eigenvalues[0] > -1e-8
        matrix = state.density_matrix()
        np.testing.assert_allclose(matrix, matrix.conj().T, rtol=0, atol=1e-15)


def test_observables_are_those_of_the_states_in_every_order():
    model, cutoffs, _ = build("pair", 3)
    space = make_space(model.sites, cutoffs)
    x = np.random.default_rng(5).normal(size=(2, space.dimension, space.dimension))
    rho = (x[0] + 1j * x[1]) @ (x[0] + 1j * x[1]).conj().T
    initial = state_from_matrix(rho / np.trace(rho).real, grading(space, model.symmetry.weak))
    operators = [ph.oscillator(name) for name in model.oscillators]
    first, second = operators[0], operators[-1]
    watch = {"n": first.dag() * first, "a": first, "a†a†": second.dag() ** 2, "x": first + first.dag(), "1": 1}
    watch["mixed"] = first * second.dag() + 2j * first + 3
    times = np.array([0.0, 0.3, 1.0])
    kept = ph.evolve(model, initial, times, observe=watch, cutoff=ph.Fixed(cutoffs), keep_states=True)
    alone = ph.evolve(model, initial, times, observe=watch, cutoff=ph.Fixed(cutoffs))
    for name, operator in watch.items():
        expected = [state.expect(operator) for state in kept.states]
        np.testing.assert_allclose(kept.observed[name], expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(alone.observed[name], expected, rtol=0, atol=1e-8)
    assert alone.certificate.orders < kept.certificate.orders


def test_only_the_sectors_that_are_needed():
    model = ph.Model(n, [ph.Jump(1.0, a), ph.Jump(0.2, a**2)])
    coherent = ph.states.coherent({"a": 1}, cutoff=ph.Fixed(15))
    for watch, orders in [({"n": n}, 1), ({"a": a}, 1), ({"a": a, "a†": a.dag(), "n": n}, 2), ({"x": a**2 + n}, 2)]:
        run = ph.evolve(model, coherent, [0, 1], observe=watch, cutoff=ph.Fixed(15))
        assert run.certificate.orders == orders
    assert ph.evolve(model, coherent, [0, 1], keep_states=True).certificate.orders == 15
    dark = ph.evolve(model, ph.states.fock({"a": 3}), [0, 1], observe={"a": a})
    assert dark.certificate.orders == 0
    np.testing.assert_array_equal(dark.observed["a"], 0)
    assert ph.evolve(model, ph.states.fock({"a": 3}), [0, 1], keep_states=True).certificate.orders == 1
    group = model.symmetry.weak
    assert canonical((-2,), group) == canonical((2,), group) == (2,)


def test_a_drive_that_keeps_the_symmetry_keeps_the_sectors():
    model = ph.Model(0, [ph.Jump(1.0, a), ph.Jump(1.0, a.dag() * b)])
    modulated = ph.evolve(
        model,
        ph.states.fock({"a": 2, "b": 0}),
        [0, 1],
        observe={"n": n},
        drives=[(a.dag() * b, lambda t: 0.3 * np.sin(t))],
        cutoff=ph.Fixed(4),
    )
    assert modulated.certificate.unknowns < modulated.certificate.unknowns_without_symmetry
    merged = ph.evolve(
        model, ph.states.fock({"a": 2, "b": 0}), [0, 1], observe={"n": n}, drives=[(a, np.cos)], cutoff=ph.Fixed(4)
    )
    assert merged.certificate.unknowns > modulated.certificate.unknowns


def test_a_drive_of_constant_strength_is_a_hamiltonian():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    times = np.linspace(0, 3, 4)
    initial = ph.states.fock({"a": 1})
    fixed = ph.evolve(model + ph.Model(0.4j * (a.dag() - a)), initial, times, keep_states=True, cutoff=ph.Fixed(14))
    for drives in ([(a.dag(), lambda t: 0.4j)], [(1j * (a.dag() - a), lambda t: 0.2)], [(a, ([0, 1, 3], 3 * [-0.4j]))]):
        run = ph.evolve(model, initial, times, drives=drives, keep_states=True, cutoff=ph.Fixed(14))
        assert distance(run.states[-1], fixed.states[-1]) < 1e-8


# --- an independent code ---------------------------------------------------------------------------------------------


def qutip_run(model, initial, times, drives=()):
    """QuTiP's states, from our truncated matrices."""
    qutip = pytest.importorskip("qutip")
    space = initial.space
    hamiltonian = [qutip.Qobj(space.matrix(model.hamiltonian))]
    for operator, f in drives:
        matrix = space.matrix(operator)
        hamiltonian.append([qutip.Qobj(matrix), lambda t, f=f: complex(f(t))])
        hamiltonian.append([qutip.Qobj(matrix.conj().T), lambda t, f=f: complex(np.conj(f(t)))])
    jumps = []
    for jump in model.jumps:
        matrix = space.matrix(jump.operator)
        jumps += [np.sqrt(jump.rate) * qutip.Qobj(matrix), np.sqrt(jump.reverse) * qutip.Qobj(matrix.conj().T)]
    options = {"atol": 1e-12, "rtol": 1e-10, "nsteps": 10**6, "store_states": True, "progress_bar": ""}
    rho = qutip.Qobj(initial.density_matrix())
    return [x.full() for x in qutip.mesolve(hamiltonian, rho, times, jumps, options=options).states]


def random_state(model, cutoffs, seed):
    space = make_space(model.sites, cutoffs)
    x = np.random.default_rng(seed).normal(size=(2, space.dimension, space.dimension))
    rho = (x[0] + 1j * x[1]) @ (x[0] + 1j * x[1]).conj().T
    return state_from_matrix(rho / np.trace(rho).real, grading(space, model.symmetry.weak))


@pytest.mark.parametrize("name", BUILDERS)
def test_agreement_with_qutip_on_random_models(name):
    model, cutoffs, _ = build(name, 4)
    initial = random_state(model, cutoffs, 8)
    if initial.space.dimension > 40:
        pytest.skip("too large for the independent code")
    times = np.array([0.0, 0.4, 1.5])
    run = ph.evolve(model, initial, times, keep_states=True, cutoff=ph.Fixed(cutoffs))
    for state, expected in zip(run.states, qutip_run(model, initial, times), strict=True):
        np.testing.assert_allclose(state.density_matrix(), expected, rtol=0, atol=1e-7)
    assert run.certificate.trace < 1e-9
    assert run.certificate.positivity > -1e-9


@pytest.mark.parametrize("name", ["u1", "z2", "oscillator_and_spin", "micromaser"])
def test_agreement_with_qutip_under_drives(name):
    model, cutoffs, _ = build(name, 2)
    initial = random_state(model, cutoffs, 9)
    oscillator = ph.oscillator(model.oscillators[0])
    drives = [(oscillator, lambda t: 0.5 * np.exp(0.7j * t) / (1 + t)), (oscillator**2, lambda t: 0.3j * np.cos(3 * t))]
    times = np.array([0.0, 0.5, 1.7])
    expected = qutip_run(model, initial, times, drives)
    for method in (ph.methods.RungeKutta(implicit=False), ph.methods.RungeKutta(implicit=True)):
        run = ph.evolve(model, initial, times, drives=drives, keep_states=True, cutoff=ph.Fixed(cutoffs), method=method)
        for state, rho in zip(run.states, expected, strict=True):
            np.testing.assert_allclose(state.density_matrix(), rho, rtol=0, atol=1e-7)


# --- stiffness and scales --------------------------------------------------------------------------------------------


def test_stiff_rates():
    """A two-photon loss of 10⁶ leaves the levels 0 and 1: gain 1 and loss 2 between them, n → 1/3."""
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=1e6)
    times = np.linspace(0, 4, 5)
    run = ph.evolve(model, ph.states.fock({"a": 0}), times, observe={"n": n}, cutoff=ph.Fixed(8))
    np.testing.assert_allclose(run.observed["n"], (1 - np.exp(-3 * times)) / 3, rtol=0, atol=1e-5)
    for levels, method in ((8, ph.methods.RungeKutta(implicit=True)), (24, None)):
        other = ph.evolve(
            model, ph.states.coherent({"a": 0.5}, cutoff=ph.Fixed(levels)), times, observe={"n": n, "a": a},
            cutoff=ph.Fixed(levels), method=method,
        )  # fmt: skip
        exact = ph.evolve(
            model, ph.states.coherent({"a": 0.5}, cutoff=ph.Fixed(levels)), times, observe={"n": n, "a": a},
            cutoff=ph.Fixed(levels), method=ph.methods.Exponential(dense=True),
        )  # fmt: skip
        np.testing.assert_allclose(other.observed["n"], exact.observed["n"], rtol=0, atol=1e-8)
        np.testing.assert_allclose(other.observed["a"], exact.observed["a"], rtol=0, atol=1e-8)


def test_stiff_rates_under_a_drive():
    """A qubit lost at γ = 10⁶ under a slow drive Ω(t): p_e follows (Ω/γ)² adiabatically."""
    gamma = 1e6
    run = ph.evolve(
        ph.Model(0, ph.Jump(gamma, s.minus)),
        GROUND,
        np.linspace(0, 3, 7),
        observe={"p": p_e, "c": s.minus},
        drives=[(s.plus, lambda t: 500.0 * np.sin(t) ** 2)],
    )
    assert "implicit" in run.certificate.method
    np.testing.assert_allclose(run.observed["c"], -1j * 1e-3 * np.sin(run.times) ** 2, rtol=0, atol=1e-7)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
@pytest.mark.parametrize("method", METHODS, ids=str)
def test_the_unit_of_time_does_not_matter(scale, method):
    def run(unit: float, method: object) -> ph.Model:
        model = ph.Model(unit * n, [ph.Jump(unit, a.dag()), ph.Jump(unit, a**2)])
        return ph.evolve(
            model, ph.states.coherent({"a": 1}, cutoff=ph.Fixed(12)), np.array([0, 1, 2.5]) / unit,
            observe={"n": n, "a": a}, cutoff=ph.Fixed(12), method=method,
        )  # fmt: skip

    one, other = run(1.0, ph.methods.Exponential(tolerance=1e-12)), run(scale, method)
    for name in ("n", "a"):
        np.testing.assert_allclose(other.observed[name], one.observed[name], rtol=0, atol=1e-8)


# --- cutoffs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-9])
def test_the_truncation_is_a_bound_and_not_a_wild_one(tolerance):
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.4)
    initial = ph.states.fock({"a": 0})
    run = ph.evolve(model, initial, np.linspace(0, 20, 5), keep_states=True, cutoff=ph.Converged(tolerance, start=6))
    larger = ph.evolve(model, initial, np.linspace(0, 20, 5), keep_states=True, cutoff=ph.Fixed(60))
    size = 60
    difference = larger.states[-1].density_matrix()
    small = run.states[-1].density_matrix()
    assert len(small) < size
    difference[: len(small), : len(small)] -= small
    error = np.abs(np.linalg.eigvalsh(difference)).sum()
    assert error <= run.certificate.truncation + 1e-9
    assert run.certificate.truncation <= tolerance
    assert run.certificate.ok


def test_the_leak_is_the_trace_norm_of_the_defect():
    """Against (𝓛′ − 𝓛)ρ with dense matrices in a much larger space; drives and all orders included."""
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.3, dissipative=0.5, detuning=0.2)
    drives = make_drives([(a, lambda t: 0.3 + 0.1j), (b**2, lambda t: 0.2)], model, 0, 1)
    group = symmetry_with(model, drives)
    cutoffs = {"a": 3, "b": 4}
    problem = Problem(model, drives, group, {}, (group.zero,))
    motion = Motion(problem, cutoffs, ph.methods.Adaptive(), 0)
    state = random_state(model, cutoffs, 3)
    vectors = motion.vectors_of(state)
    bound, shares = motion.leak.rate(vectors, drives.signals(0.0))

    driven = model + ph.Model((0.3 + 0.1j) * a + (0.3 - 0.1j) * a.dag() + 0.2 * b**2 + 0.2 * b.dag() ** 2)

    def liouvillian(levels):
        made = generator(driven, levels)
        return made.liouvillian(made.grading.sector(()))

    inner = liouvillian(cutoffs)
    outer = liouvillian({"a": 12, "b": 13})
    x = motion.orders[0].sector.embed(vectors[0], outer.sector)
    change = inner.matrix @ vectors[0]
    defect = outer.matrix @ x - inner.sector.embed(change, outer.sector)
    exact = np.abs(np.linalg.eigvalsh(outer.sector.block(defect, 0))).sum()
    assert exact <= bound <= 6 * exact
    assert set(shares) == {"a", "b"}


def test_fixed_cutoffs_tell_what_they_cost():
    model = ph.Model(0, ph.Jump(1.0, a.dag()))
    run = ph.evolve(model, ph.states.fock({"a": 0}), [0, 3], observe={"n": n}, cutoff=ph.Fixed(6))
    assert not run.certificate.ok
    assert "truncation" in str(run.certificate)
    with pytest.raises(InvalidInput, match="cutoff 6 of 'a' leaves"):
        ph.evolve(model, ph.states.coherent({"a": 2}), [0, 3], observe={"n": n}, cutoff=ph.Fixed(6))


def test_a_state_that_outgrows_everything_stops_with_what_is_done():
    model = ph.Model(0, ph.Jump(1.0, a.dag()))
    with pytest.raises(CutoffOutgrown, match=r"at t = ") as caught:
        ph.evolve(
            model, ph.states.fock({"a": 0}), np.linspace(0, 8, 17), observe={"n": n}, cutoff=ph.Converged(maximum=60)
        )
    done = caught.value.evolution
    assert 0 < done.times[-1] < 8
    np.testing.assert_allclose(done.observed["n"], np.exp(done.times) - 1, rtol=0, atol=1e-4)
    assert isinstance(caught.value, NotConverged)
    two = ph.states.fock({"a": 0, "b": 0})
    with pytest.raises(MemoryBudgetExceeded, match="orders of 160000 charges"):
        ph.evolve(model + ph.Model(0, ph.Jump(1, b)), two, [0, 1], keep_states=True, cutoff=ph.Fixed(400))
    with pytest.raises(MemoryBudgetExceeded):
        ph.evolve(
            model, ph.states.fock({"a": 0}), [0, 8], observe={"n": n}, method=ph.methods.Adaptive(memory=1000.0),
        )  # fmt: skip


def test_the_initial_state_is_trimmed_to_what_it_holds():
    wide = ph.states.coherent({"a": 1}, cutoff=ph.Fixed(80))
    run = ph.evolve(ph.Model(n, ph.Jump(1.0, a)), wide, [0, 1], observe={"a": a})
    assert run.certificate.cutoffs["a"] < 25
    np.testing.assert_allclose(run.observed["a"], np.exp((-1j - 0.5) * run.times), rtol=0, atol=1e-7)


# --- mistakes and form -----------------------------------------------------------------------------------------------

DECAY = ph.Model(n, ph.Jump(1.0, a))
VACUUM = ph.states.fock({"a": 0})


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([], "shape"),
        ([0, 1, 1], r"times\[2\] = 1 does not follow"),
        ([0, 2, 1], r"times\[2\] = 1 does not follow"),
        ([0, np.nan], r"times\[1\] is nan"),
        ([0, np.inf], r"times\[1\] is inf"),
        (np.zeros((2, 2)), "shape"),
        (3.0, "The times are"),
        ("now", "The times are"),
        ([0, 1j], "The times are"),
    ],
)
def test_wrong_times(times, message):
    with pytest.raises(InvalidInput, match=message):
        ph.evolve(DECAY, VACUUM, times, observe={"n": n})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"model": n}, WrongType),
        ({"model": ph.Model()}, InvalidInput),
        ({"initial": n}, WrongType),
        ({"initial": ph.states.fock({"b": 0})}, SiteMismatch),
        ({"observe": {"b": b}}, UnknownSite),
        ({"observe": {}}, InvalidInput),
        ({"observe": None}, InvalidInput),
        ({"observe": [n]}, WrongType),
        ({"observe": {"n": "n"}}, WrongType),
        ({"drives": [(b, np.sin)]}, UnknownSite),
        ({"drives": [a]}, WrongType),
        ({"drives": 3}, WrongType),
        ({"drives": [(a, 3.0)]}, WrongType),
        ({"drives": [(a, ([0, 1], [1, np.nan]))]}, InvalidInput),
        ({"drives": [(a, ([0, 0.5], [1, 1]))]}, InvalidInput),
        ({"drives": [(a, ([0, 1], [1, 1, 1]))]}, InvalidInput),
        ({"drives": [(a, ([1, 0], [1, 1]))]}, InvalidInput),
        ({"drives": [(a, ("x", "y"))]}, WrongType),
        ({"drives": [(a, lambda t: np.nan)]}, InvalidInput),
        ({"drives": [(a, lambda t: np.array([1.0, 2.0]))]}, WrongType),
        ({"drives": [(a, lambda t: None)]}, WrongType),
        ({"drives": [(a, lambda t, args: 1.0)]}, WrongType),
        ({"observe": {"time": n}}, InvalidInput),
        ({"drives": [(a, np.sin)], "method": ph.methods.Exponential()}, InvalidInput),
        ({"cutoff": 20}, WrongType),
        ({"method": ph.Auto()}, WrongType),
        ({"method": "rk45"}, WrongType),
    ],
)
def test_wrong_arguments(changed, error):
    arguments = {"model": DECAY, "initial": VACUUM, "times": [0, 1], "observe": {"n": n}, **changed}
    with pytest.raises(error) as caught:
        ph.evolve(arguments.pop("model"), arguments.pop("initial"), arguments.pop("times"), **arguments)
    assert caught.value.cause
    assert caught.value.remedy


def test_a_signal_that_becomes_nan_is_told_with_its_time():
    with pytest.raises(InvalidInput, match=r"nan.* at t = 0\.[5-9]"):
        ph.evolve(DECAY, VACUUM, [0, 1], observe={"n": n}, drives=[(a, lambda t: 1.0 if t < 0.5 else np.nan)])


def test_wrong_options():
    for wrong in (0, 2, -1, np.nan, "x"):
        with pytest.raises(InvalidInput):
            ph.methods.Adaptive(tolerance=wrong)
    with pytest.raises(InvalidInput):
        ph.methods.RungeKutta(longest=0)
    with pytest.raises(InvalidInput):
        ph.methods.Exponential(vectors=1)
    with pytest.raises(TypeError):
        ph.methods.RungeKutta(order=5)


def test_a_short_pulse_is_seen_with_a_longest_step():
    """∫f = π of a real f on σ_x inverts the qubit; between two far times only short steps find the pulse."""

    def pulse(t: float) -> float:
        return 0.5 * np.pi * np.exp(-(((t - 51.3) / 0.01) ** 2)) / (0.01 * np.sqrt(np.pi))

    model = ph.Model(0 * s.z + 1e-12 * s.z)
    run = ph.evolve(
        model,
        GROUND,
        [0, 100],
        observe={"p": p_e},
        drives=[(s.plus, pulse)],
        method=ph.methods.RungeKutta(longest=0.05),
    )
    assert run.observed["p"][-1] == pytest.approx(1, abs=1e-6)


def test_a_signal_on_a_grid_is_the_cubic_spline():
    grid = np.linspace(-1.0, 3.0, 23)
    values = np.sin(2 * grid) + 1j * np.cos(grid)
    made = make_drives([(a, (grid, values))], ph.Model(jumps=ph.Jump(1.0, a)), -1.0, 3.0)
    spline = CubicSpline(grid, values)
    for t in (-1.0, *np.linspace(-1, 3, 57), grid[5], 3.0):
        np.testing.assert_allclose(made.signals(t), [spline(t).real, spline(t).imag], rtol=0, atol=1e-13)


class Terminal(io.StringIO):
    """Standard error of somebody who watches."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only(monkeypatch, capsys):
    model, initial = ph.Model(jumps=ph.Jump(1.0, a)), ph.states.fock({"a": 1})
    monkeypatch.setattr("photinus.solve.dynamics.evolve.DELAY", 0.0)
    ph.evolve(model, initial, [0, 1, 2], observe={"n": n})
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr", Terminal())
    ph.evolve(model, initial, [0, 1, 2], observe={"n": n})
    assert "t 2/2" in sys.stderr.getvalue()


def test_one_time_is_the_initial_state():
    run = ph.evolve(DECAY, ph.states.fock({"a": 2}), [3.0], observe={"n": n}, keep_states=True)
    assert run.observed["n"].tolist() == [2.0]
    assert len(run.states) == 1
    assert run.certificate.ok


def test_results_are_read_only_named_and_print_themselves():
    run = ph.evolve(DECAY, ph.states.fock({"a": 2}), [0, 1], observe={"n": n, "a": a}, keep_states=True)
    for array in (run.times, run.observed["n"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    text = repr(run)
    assert "2 times from 0 to 1" in text
    assert len(text.splitlines()) <= 8
    table = run.to_xarray()
    assert list(table.data_vars) == ["n", "a"]
    assert table.attrs["ok"] == 1
    np.testing.assert_array_equal(table["n"], run.observed["n"])
    assert table["time"].values.tolist() == [0, 1]
    with pytest.raises(AttributeError):
        run.times = None


def test_sites_without_cutoffs_and_with_one_level():
    run = ph.evolve(ph.Model(0, ph.Jump(1.0, s.minus)), EXCITED, [0, 1, 2], observe={"p": p_e})
    np.testing.assert_allclose(run.observed["p"], np.exp(-run.times), rtol=0, atol=1e-9)
    assert run.certificate.truncation == 0
    assert run.certificate.cutoffs == {}
    frozen = ph.evolve(DECAY, VACUUM, [0, 1], observe={"n": n}, cutoff=ph.Fixed(1))
    assert frozen.observed["n"].tolist() == [0, 0]
    assert frozen.certificate.ok
