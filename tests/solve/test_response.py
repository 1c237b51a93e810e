"""response: closed forms, differences of steady states, a dense derivation of its own, Kubo, every refusal."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from agreement.models import BUILDERS, build
from photinus import errors
from photinus.numerics.factored import Factored
from photinus.numerics.slopes import slope
from photinus.solve.linear_response.forced import forced
from photinus.solve.linear_response.perturbation import family_slope, generator_of
from photinus.space.liouvillian import generator
from photinus.space.space import Space, make_space

A, B = ph.oscillator("a"), ph.oscillator("b")
NUMBER = A.dag() * A
METHODS = [ph.Auto(), ph.Dense(), ph.Direct(), ph.Krylov(), ph.methods.Tridiagonal()]


def damped(drive: float = 0.0, detuning: float = 0.0, loss: float = 1.0, gain: float = 0.0) -> ph.Model:
    return ph.Model(
        -detuning * NUMBER + 1j * drive * (A.dag() - A),
        [ph.Jump(loss, A, reverse=gain)] if loss else [ph.Jump(gain, A)],
    )


def pair(drive: float = 0.0, **parameters: float) -> ph.Model:
    return ph.zoo.shared_bath_pair(**parameters) + ph.Model(1j * drive * (A.dag() - A))


PAIR = {"theta": 0.7, "coupling": 0.5, "gain": 1.0, "two_photon_loss": 0.6, "loss": 0.2, "detuning": 0.3}


# A derivation of its own: the whole Liouvillian as a dense matrix, by Kronecker products, and its bordered inverse.


def whole(model: ph.Model, space: Space) -> np.ndarray:
    one = np.eye(space.dimension)
    h = space.matrix(model.hamiltonian)
    out = -1j * (np.kron(h, one) - np.kron(one, h.T))
    for jump in model.jumps:
        matrix = space.matrix(jump.operator)
        for rate, x in ((jump.rate, matrix), (jump.reverse, matrix.conj().T)):
            n = x.conj().T @ x
            out = out + rate * (np.kron(x, x.conj()) - 0.5 * np.kron(n, one) - 0.5 * np.kron(one, n.T))
    return out


def differences(function, x: float, h: float = 2.0**-4):
    """f′(x), three central differences extrapolated."""
    first, second, third = ((function(x + s) - function(x - s)) / (2 * s) for s in (h, h / 2, h / 4))
    second, third = second + (second - first) / 3, third + (third - second) / 3
    return third + (third - second) / 15


def bordered(matrix: np.ndarray, target: np.ndarray, trace: float) -> np.ndarray:
    """X of 𝓛X = B with Tr X given."""
    system, right = matrix.copy(), np.array(target, dtype=complex)
    system[0], right[0] = np.eye(math.isqrt(len(matrix))).ravel(), trace
    return np.linalg.solve(system, right)


def exact(family, x: float, space: Space) -> tuple[np.ndarray, np.ndarray]:
    """ρ and ρ′ as matrices."""
    matrix = whole(family(x), space)
    rho = bordered(matrix, np.zeros(len(matrix)), 1.0)
    change = differences(lambda y: whole(family(y), space), x)
    shape = (space.dimension, space.dimension)
    return rho.reshape(shape), bordered(matrix, -change @ rho, 0.0).reshape(shape)


def family_of(name: str, *, breaking: bool):
    """A model of one symmetry class that everything about it depends on: rates, jump operators, H, new words."""
    model, cutoffs, _ = build(name, 3)
    rng = np.random.default_rng(11)
    lowering = [{"a": A, "b": B, "c": ph.oscillator("c")}[name] for name in model.oscillators] or [
        next(iter(model.jumps)).operator
    ]
    force = sum((complex(*rng.normal(size=2)) * x for x in lowering), start=0 * lowering[0])
    force = force + force.dag()
    angles, growth = rng.normal(size=(2, len(model.jumps)))

    def family(x: float) -> ph.Model:
        jumps = [
            ph.Jump(
                jump.rate * math.exp(g * x),
                jump.operator + (x * angle * lowering[0] if breaking else 0),
                reverse=jump.reverse * (1 + x),
            )
            for jump, g, angle in zip(model.jumps, growth, angles, strict=True)
        ]
        return ph.Model(model.hamiltonian * math.cos(x) + (x * force if breaking else 0), jumps)

    return family, cutoffs


@pytest.mark.parametrize("breaking", [False, True], ids=["within", "breaking"])
@pytest.mark.parametrize("name", BUILDERS)
def test_every_symmetry_class_agrees_with_the_whole_liouvillian(name, breaking):
    family, cutoffs = family_of(name, breaking=breaking)
    answer = ph.response(family, {"x": 0.0}, "x", cutoff=ph.Fixed(cutoffs))
    rho, change = exact(family, 0.0, answer.state.space)
    scale = np.abs(change).max()
    assert np.abs(answer.state.density_matrix() - rho).max() < 1e-9
    assert np.abs(answer.state_derivative.density_matrix() - change).max() < 1e-8 * scale
    assert answer.slope_error < 1e-11
    assert answer.residual < 1e-12
    if not breaking and name != "sum_and_difference":  # whose second U(1) hangs on the equality of two rates
        assert set(answer.orders) <= {answer.state.grading.group.zero}


@pytest.mark.parametrize("name", ["u1", "driven", "oscillator_and_spin", "z2", "z3_jump", "two_spins"])
def test_differences_of_steady_states(name):
    family, cutoffs = family_of(name, breaking=True)
    answer = ph.response(family, {"x": 0.1}, "x", cutoff=ph.Fixed(cutoffs))

    def matrix(x: float) -> np.ndarray:
        return ph.steady_state(family(x), cutoff=ph.Fixed(cutoffs)).density_matrix()

    expected = differences(matrix, 0.1, 2.0**-6)
    assert np.abs(answer.state_derivative.density_matrix() - expected).max() < 1e-7


@pytest.mark.parametrize("name", ["driven", "u1", "driven_spin", "maser"])
def test_differences_of_qutip(name):
    qutip = pytest.importorskip("qutip")
    family, cutoffs = family_of(name, breaking=True)
    answer = ph.response(family, {"x": 0.0}, "x", cutoff=ph.Fixed(cutoffs))
    space = answer.state.space

    def matrix(x: float) -> np.ndarray:
        model = family(x)
        jumps = []
        for jump in model.jumps:
            operator = qutip.Qobj(space.matrix(jump.operator))
            jumps += [np.sqrt(jump.rate) * operator, np.sqrt(jump.reverse) * operator.dag()]
        return qutip.steadystate(qutip.Qobj(space.matrix(model.hamiltonian)), jumps, method="direct").full()

    expected = differences(matrix, 0.0, 2.0**-6)
    assert np.abs(answer.state_derivative.density_matrix() - expected).max() < 1e-7


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("frequency", [0.0, 0.3])
def test_methods_agree(method, frequency):
    """In the sectors ±1 of a pair, and in order zero without any symmetry."""
    clock = {"gain": 1.0, "two_photon_loss": 0.6, "drive": 0.3, "detuning": 0.2}
    cases = [(ph.zoo.van_der_pol, clock, "detuning")]
    if not isinstance(method, ph.methods.Tridiagonal):
        cases += [(pair, {**PAIR, "drive": 0.0}, name) for name in ("drive", "theta")]
    for family, at, parameter in cases:
        cutoff = ph.Fixed(4)
        reference = ph.response(family, at, parameter, cutoff=cutoff, method=ph.Dense(), frequency=frequency)
        answer = ph.response(family, at, parameter, cutoff=cutoff, method=method, frequency=frequency)
        assert answer.orders == reference.orders
        for order, vector in reference.state_derivative.parts.items():
            assert np.abs(answer.state_derivative.parts[order] - vector).max() < 1e-9


# Closed forms.


@pytest.mark.parametrize("drive", [0.0, 0.4])
@pytest.mark.parametrize(("detuning", "loss"), [(0.0, 1.0), (0.7, 0.3), (-2.0, 5.0)])
def test_a_driven_damped_oscillator(drive, detuning, loss):
    """⟨a⟩ = Ω/(γ/2 − iΔ), a coherent state."""
    at = {"drive": drive, "detuning": detuning, "loss": loss}
    cutoff = ph.Converged(1e-9)
    by_drive, by_detuning, by_loss = ph.response(damped, at, ("drive", "detuning", "loss"), cutoff=cutoff)
    pole = 1 / (loss / 2 - 1j * detuning)
    for answer, expected in (
        (by_drive, pole),
        (by_detuning, 1j * drive * pole**2),
        (by_loss, -0.5 * drive * pole**2),
    ):
        assert answer.ok, answer
        assert abs(answer.derivative(A) - expected) <= 1e-9 * abs(pole)
        amplitude = drive * pole
        assert answer.derivative(NUMBER) == pytest.approx(2 * (amplitude.conjugate() * expected).real, abs=1e-7)


@pytest.mark.parametrize("frequency", [-1.3, 0.0, 0.2, 40.0])
def test_a_modulated_drive(frequency):
    """⟨ȧ⟩ = (iΔ − γ/2)⟨a⟩ + Ω e^{iωt}."""
    at = {"drive": 0.0, "detuning": 0.5, "loss": 1.0}
    answer = ph.response(damped, at, "drive", frequency=frequency)
    assert answer.derivative(A) == pytest.approx(1 / (0.5 + 1j * (frequency - 0.5)), rel=1e-12)
    assert answer.derivative(A.dag()) == pytest.approx(1 / (0.5 + 1j * (frequency + 0.5)), rel=1e-12)


@given(st.floats(0.1, 3.0), st.one_of(st.just(0.0), st.floats(1e-12, 0.5)))
@settings(max_examples=10)
def test_a_thermal_oscillator(loss, ratio):
    """⟨n⟩ = gain/(loss − gain); its slope in gain at gain 0 is taken from within."""
    gain = ratio * loss
    at = {"loss": loss, "gain": gain}
    by_gain, by_loss = ph.response(damped, at, ("gain", "loss"), cutoff=ph.Converged(1e-8))
    assert by_gain.derivative(NUMBER) == pytest.approx(loss / (loss - gain) ** 2, rel=1e-6)
    assert by_loss.derivative(NUMBER) == pytest.approx(-gain / (loss - gain) ** 2, rel=1e-6, abs=1e-9)
    assert by_gain.derivative(A) == 0
    assert by_gain.orders == ((0,),)


@pytest.mark.parametrize("detuning", [0.0, 0.8])
def test_the_quantum_limit_of_a_driven_clock(detuning):
    """κ₂ → ∞: two levels, p₀ = 2/3, p₁ = 1/3, ⟨1|ρ|0⟩ fed by Ω(p₀ − p₁) and damped by 3κ₁/2 − iΔ."""
    at = {"gain": 1.0, "two_photon_loss": 1e7, "detuning": detuning, "drive": 0.0}
    answer = ph.response(ph.zoo.van_der_pol, at, "drive")
    assert answer.derivative(A) == pytest.approx((1 / 3) / (1.5 - 1j * detuning), rel=1e-6)


def test_the_favoured_phase_of_a_shared_bath_turns_the_state():
    """θ turns b by e^{±iθn_b}, so that d⟨a†b⟩/dθ = −i⟨a†b⟩, and moves nothing else."""
    answer = ph.response(pair, {**PAIR, "drive": 0.0}, "theta", cutoff=ph.Fixed(8))
    assert answer.derivative(A.dag() * B) == pytest.approx(-1j * answer.state.expect(A.dag() * B), rel=1e-11)
    assert answer.derivative(NUMBER) == pytest.approx(0, abs=1e-12)


def test_only_ratios_of_rates_count():
    """Without a frequency in H, Σ rate·∂/∂rate = 0 (Euler)."""
    at = {"gain": 1.3, "two_photon_loss": 0.4, "loss": 0.2}
    answers = ph.response(ph.zoo.van_der_pol, at, tuple(at), cutoff=ph.Fixed(30))
    total = sum(value * answer.derivative(NUMBER) for value, answer in zip(at.values(), answers, strict=True))
    assert total == pytest.approx(0, abs=1e-11)


def test_the_susceptibility_of_a_clock_is_the_slope_of_its_driven_state():
    at = {"gain": 1.0, "two_photon_loss": 0.3, "detuning": 0.2}
    answer = ph.response(ph.zoo.van_der_pol, {**at, "drive": 0.0}, "drive", cutoff=ph.Converged(1e-8))
    assert answer.orders == ((-1,), (1,))
    assert answer.unknowns == answer.state.cutoffs["a"] - 1
    assert answer.derivative(NUMBER) == 0
    for drive in (1e-2, 1e-3):
        state = ph.steady_state(ph.zoo.van_der_pol(**at, drive=drive), cutoff=ph.Converged(1e-9))
        # ⟨a⟩ is odd in the drive: the next term is of third order.
        assert abs(state.expect(A) / drive - answer.derivative(A)) < 30 * drive**2 + 1e-6


# The adjoint equation, and Kubo's formula.


@pytest.mark.parametrize("name", ["driven", "pair", "z2", "maser", "rabi"])
def test_the_adjoint_equation_gives_the_same(name):
    """With 𝓛†X = O − ⟨O⟩ the derivative is −Tr(X†𝓛′ρ) for Hermitian O, whatever the parameter."""
    family, cutoffs = family_of(name, breaking=True)
    answer = ph.response(family, {"x": 0.0}, "x", cutoff=ph.Fixed(cutoffs))
    space = answer.state.space
    rho, _ = exact(family, 0.0, space)
    matrix = whole(family(0.0), space)
    change = (differences(lambda y: whole(family(y), space), 0.0) @ rho.ravel()).reshape(rho.shape)
    operator = family(0.3).hamiltonian
    o = space.matrix(operator)
    source = o - np.trace(o @ rho) * np.eye(len(o))
    x = np.linalg.lstsq(matrix.conj().T, source.ravel(), rcond=1e-12)[0].reshape(o.shape)
    assert answer.derivative(operator) == pytest.approx(-np.trace(x.conj().T @ change).real, rel=1e-8)


def test_kubos_formula():
    """χ(ω) = ∫₀^∞ dt e^{−iωt} Tr(O e^{𝓛t} 𝓛′ρ), by the eigenvalues of the whole Liouvillian."""
    family, cutoffs = family_of("driven", breaking=True)
    space = ph.steady_state(family(0.0), cutoff=ph.Fixed(cutoffs)).space
    rho, _ = exact(family, 0.0, space)
    change = differences(lambda y: whole(family(y), space), 0.0) @ rho.ravel()
    values, vectors = np.linalg.eig(whole(family(0.0), space))
    weights = (space.matrix(NUMBER).T.ravel() @ vectors) * np.linalg.solve(vectors, change)
    decaying = np.abs(values) > 1e-9
    for omega in (0.0, 0.4, -0.4, 3.0):
        expected = (weights / (1j * omega - values))[decaying].sum()
        answer = ph.response(family, {"x": 0.0}, "x", cutoff=ph.Fixed(cutoffs), frequency=omega)
        assert answer.derivative(NUMBER) == pytest.approx(expected, rel=1e-8)


def test_a_real_observable_has_a_hermitian_susceptibility():
    at = {"gain": 1.0, "two_photon_loss": 0.6, "drive": 0.3, "detuning": 0.2}
    plus, minus, slow, still = (
        ph.response(ph.zoo.van_der_pol, at, "drive", cutoff=ph.Fixed(8), frequency=omega).derivative(NUMBER)
        for omega in (0.7, -0.7, 1e-7, 0.0)
    )
    assert plus == pytest.approx(minus.conjugate(), rel=1e-10)
    assert isinstance(still, float)
    assert slow == pytest.approx(still, rel=1e-5)


# Families.


def test_several_parameters_are_each_as_by_itself():
    names = ("theta", "detuning", "drive", "gain")
    at = {**PAIR, "drive": 0.0}
    for name, answer in zip(names, ph.response(pair, at, names, cutoff=ph.Fixed(5)), strict=True):
        alone = ph.response(pair, at, name, cutoff=ph.Fixed(5))
        assert answer.parameter == name
        assert answer.orders == alone.orders
        assert answer.derivative(A.dag() * B) == pytest.approx(alone.derivative(A.dag() * B), rel=1e-12)
    assert isinstance(ph.response(pair, at, ["theta"], cutoff=ph.Fixed(4)), tuple)


def test_a_rate_at_zero_is_differentiated_from_within():
    at = {"gain": 1.0, "two_photon_loss": 0.5, "loss": 0.0}
    answer = ph.response(ph.zoo.van_der_pol, at, "loss", cutoff=ph.Fixed(25))
    near = ph.response(ph.zoo.van_der_pol, {**at, "loss": 1e-7}, "loss", cutoff=ph.Fixed(25))
    assert answer.derivative(NUMBER) == pytest.approx(near.derivative(NUMBER), rel=1e-6)
    assert answer.slope_error < 1e-12


def test_the_square_root_of_a_rate_in_the_operator_is_no_kink():
    """√κ a has no derivative at 0, D[√κ a] = κ D[a] has one."""

    def family(kappa: float) -> ph.Model:
        return ph.Model(
            0, [ph.Jump(1.0, A), ph.Jump(1.0, math.sqrt(kappa) * A.dag() + 0 * A)] if kappa else [ph.Jump(1.0, A)]
        )

    answer = ph.response(family, {"kappa": 0.0}, "kappa")
    assert answer.derivative(NUMBER) == pytest.approx(1.0, rel=1e-9)


def test_the_phase_of_a_jump_operator_with_an_identity():
    """D[a + c] drives the oscillator: ⟨a⟩ = −c̄-dependent shift; d/dc of a coherent state at c = 0 breaks the U(1)."""

    def family(c: float) -> ph.Model:
        return ph.Model(0.3 * NUMBER, [ph.Jump(1.0, A + c)])

    answer = ph.response(family, {"c": 0.0}, "c")
    # ⟨ȧ⟩ = −(0.3i + ½)⟨a⟩ − c/2 from H′ = (i/2)(c̄a − ca†).
    assert answer.derivative(A) == pytest.approx(-0.5 / (0.5 + 0.3j), rel=1e-11)
    assert answer.orders == ((-1,), (1,))


def test_a_diagonal_function_of_the_parameter():
    """Saturated gain D[a†(1 + Bn)^−½]: the words themselves depend on B."""

    def laser(saturation: float, pump: float = 2.0) -> ph.Model:
        gain = A.dag() * ph.diagonal(A, lambda n: (1 + saturation * (n + 1)) ** -0.5)
        return ph.Model(0, [ph.Jump(pump, gain), ph.Jump(1.0, A)])

    answer = ph.response(laser, {"saturation": 0.5}, "saturation", cutoff=ph.Fixed(20))

    def mean(saturation: float) -> float:
        n = np.arange(20)
        p = np.cumprod(np.concatenate([[1.0], 2.0 / (1 + saturation * (n[:-1] + 1))]))
        return float(n @ p / p.sum())

    assert answer.derivative(NUMBER) == pytest.approx(differences(mean, 0.5, 2.0**-6), rel=1e-8)
    assert answer.slope_error < 1e-9


def test_a_function_of_the_temperature():
    hot = 0.8

    def family(temperature: float) -> ph.Model:
        bath = ph.Bath("hot", temperature=temperature)
        return ph.Model(0, [bath.jump(0.3, A, frequency=1.0)])

    answer = ph.response(family, {"temperature": hot}, "temperature", cutoff=ph.Converged(1e-8))
    expected = math.exp(1 / hot) / (hot * math.expm1(1 / hot)) ** 2
    assert answer.derivative(NUMBER) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1e9])
def test_the_unit_of_the_rates_does_not_matter(unit):
    at = {"gain": 1.0, "two_photon_loss": 0.5, "loss": 0.3, "detuning": 0.2, "drive": 0.1}
    names = ("gain", "loss", "detuning", "drive")
    scaled = ph.response(ph.zoo.van_der_pol, {k: v * unit for k, v in at.items()}, names, cutoff=ph.Fixed(12))
    for one, other in zip(scaled, ph.response(ph.zoo.van_der_pol, at, names, cutoff=ph.Fixed(12)), strict=True):
        assert one.derivative(A) * unit == pytest.approx(other.derivative(A), rel=1e-9)
        assert one.slope_error < 1e-11


def test_no_parameter_no_response():
    at = {"gain": 1.0, "two_photon_loss": 0.5, "drive": 0.0, "drive_phase": 0.3}
    answer = ph.response(ph.zoo.van_der_pol, at, "drive_phase", cutoff=ph.Fixed(15))
    assert answer.orders == ()
    assert answer.derivative(A) == 0
    assert answer.error(A) == 0
    assert "orders: none" in repr(answer)


def test_the_generator_as_coefficients_is_the_generator():
    model = build("driven_pair", 4)[0]
    state = ph.steady_state(model, cutoff=ph.Fixed(4))
    assert generator_of(model).size(state) < 1e-12
    other = ph.steady_state(build("driven_pair", 5)[0], cutoff=ph.Fixed(4))
    made = generator(model, state.cutoffs)
    for order, vector in generator_of(model).on(other).items():
        expected = made.liouvillian(made.grading.sector(order)).matrix @ other.parts[order]
        assert np.abs(vector - expected).max() < 1e-12


# Errors.


@pytest.mark.parametrize("levels", [10, 14, 18])
@pytest.mark.parametrize("parameter", ["drive", "gain"])
def test_the_stated_error_is_the_true_one(levels, parameter):
    at = {"gain": 1.0, "two_photon_loss": 0.3, "detuning": 0.1, "drive": 0.2}
    truth = ph.response(ph.zoo.van_der_pol, at, parameter, cutoff=ph.Fixed(60))
    coarse = ph.response(ph.zoo.van_der_pol, at, parameter, cutoff=ph.Fixed(levels))
    true = abs(coarse.derivative(A) - truth.derivative(A))
    assert true / 3 < coarse.error(A) < 3 * true
    shape = truth.state.space.dimension
    difference = truth.state_derivative.density_matrix()
    norm = np.abs(np.linalg.eigvalsh(difference)).sum()
    difference[:levels, :levels] -= coarse.state_derivative.density_matrix()
    assert difference.shape == (shape, shape)
    distance = np.abs(np.linalg.eigvalsh(difference)).sum() / norm
    assert distance < coarse.truncation < 30 * distance


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-9])
def test_convergence_means_the_response(tolerance):
    at = {**PAIR, "two_photon_loss": 1.5, "drive": 0.0}
    truth = ph.response(pair, at, "drive", cutoff=ph.Fixed(16))
    answer = ph.response(pair, at, "drive", cutoff=ph.Converged(tolerance, start=4))
    assert answer.truncation <= tolerance
    assert answer.ok
    assert abs(answer.derivative(A) - truth.derivative(A)) < 10 * tolerance


def test_a_cutoff_that_cuts_says_so():
    answer = ph.response(
        ph.zoo.van_der_pol, {"gain": 1.0, "two_photon_loss": 0.05, "drive": 0.0}, "drive", cutoff=ph.Fixed(8)
    )
    assert not answer.ok
    assert "NOT to be trusted" in repr(answer)
    assert answer.error(A) > 0.1 * abs(answer.derivative(A))


def test_a_maximum_of_levels_is_kept():
    with pytest.raises(errors.NotConverged):
        ph.response(damped, {"drive": 1.0, "loss": 1.0}, "drive", cutoff=ph.Converged(1e-6, maximum=14))


def test_a_response_that_needs_more_levels_than_its_state():
    """⟨n⟩ ~ gain/(loss − gain): close to threshold the derivative reaches further than the state."""
    at = {"gain": 0.8, "loss": 1.0}
    cutoff = ph.Converged(1e-4)
    answer = ph.response(damped, at, "gain", cutoff=cutoff)
    assert answer.state.cutoffs["a"] > ph.steady_state(damped(**at), cutoff=cutoff).cutoffs["a"]
    assert answer.derivative(NUMBER) == pytest.approx(25.0, rel=1e-2)
    assert abs(answer.derivative(NUMBER) - 25.0) < 30 * answer.error(NUMBER)


def test_spins_have_no_truncation():
    at = {"gain": 0.3, "loss": 0.7, "drive": 0.0}
    s = ph.spin("s", 1)
    answer = ph.response(ph.zoo.spin_one, at, "drive")
    assert answer.truncation == 0
    assert answer.ok
    assert answer.error(s.plus) < 1e-12
    small = ph.steady_state(ph.zoo.spin_one(gain=0.3, loss=0.7, drive=1e-4))
    assert answer.derivative(s.plus) == pytest.approx(small.expect(s.plus) / 1e-4, rel=1e-6)


def test_a_space_of_one_level():
    answer = ph.response(damped, {"drive": 0.0, "loss": 1.0}, "drive", cutoff=ph.Fixed(1))
    assert answer.derivative(A) == 0
    assert not answer.ok


def test_the_answer_is_frozen_and_tells_itself():
    answer = ph.response(damped, {"drive": 0.0, "loss": 1.0}, "drive")
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.truncation = 0.0
    with pytest.raises(ValueError, match="read-only"):
        answer.state_derivative.parts[(1,)][0] = 1
    with pytest.raises(TypeError):
        answer.at["drive"] = 1
    assert "Response of the steady state to drive = 0; coherence orders: -1, 1" in repr(answer)
    assert "Kubo" in ph.cite(answer)
    assert abs(answer.state_derivative.trace()) < 1e-15
    with pytest.raises(errors.UnknownSite):
        answer.derivative(B)
    with pytest.raises(errors.WrongType):
        answer.derivative("a")


# Refusals.

CLOCK = {"gain": 1.0, "two_photon_loss": 0.5, "drive": 0.0}


def with_kink(x: float) -> ph.Model:
    return damped(loss=1.0 + abs(x))


def with_jump(x: float) -> ph.Model:
    return damped(loss=1.0 if x < 0 else 2.0, drive=1.0)


def with_cusp(x: float) -> ph.Model:
    return damped(loss=1.0, drive=abs(x) ** 0.5)


def with_hidden_kink(x: float) -> ph.Model:
    """The kink is a tenth of the slope."""
    return damped(loss=1.0, drive=x + 0.1 * abs(x))


@pytest.mark.parametrize("family", [with_kink, with_jump, with_cusp, with_hidden_kink])
def test_a_family_without_a_derivative(family):
    model = ph.Model(0.3 * (A + A.dag()))
    with pytest.raises(errors.Undefined, match="no derivative with respect to 'x'"):
        ph.response(lambda x: family(x) + model, {"x": 0.0}, "x", cutoff=ph.Fixed(8))


def test_away_from_its_kink_a_family_is_smooth():
    at = {"x": 0.4}
    answer = ph.response(lambda x: with_hidden_kink(x), at, "x", cutoff=ph.Fixed(12))
    assert answer.derivative(A) == pytest.approx(2.2, rel=1e-3)
    assert answer.slope_error < 1e-9


@pytest.mark.parametrize(
    ("family", "at", "parameter", "error", "match"),
    [
        (ph.zoo.van_der_pol(gain=1, two_photon_loss=1), {}, "x", errors.WrongType, "family is"),
        (lambda x: x, {"x": 1.0}, "x", errors.WrongType, "returned 1.0"),
        (ph.zoo.van_der_pol, 3, "gain", errors.WrongType, "point is 3"),
        (ph.zoo.van_der_pol, CLOCK, "loss", errors.InvalidInput, "'loss' has no value: at= names gain"),
        (ph.zoo.van_der_pol, CLOCK, 7, errors.WrongType, "parameter is given as 7"),
        (ph.zoo.van_der_pol, CLOCK, (), errors.WrongType, "parameter is given as"),
        (ph.zoo.van_der_pol, CLOCK, ("gain", "gain"), errors.InvalidInput, "named twice"),
        (ph.zoo.van_der_pol, {**CLOCK, "dirve": 1.0}, "drive", errors.InvalidInput, "cannot be called with"),
        (ph.zoo.van_der_pol, {"gain": 1.0}, "gain", errors.InvalidInput, "cannot be called with"),
        (ph.zoo.van_der_pol, {**CLOCK, "drive": "strong"}, "drive", errors.InvalidInput, "not a real number"),
        (ph.zoo.van_der_pol, {**CLOCK, "drive": True}, "drive", errors.InvalidInput, "not a real number"),
        (ph.zoo.van_der_pol, {**CLOCK, "drive": float("nan")}, "drive", errors.InvalidInput, "nan"),
        (ph.zoo.van_der_pol, {**CLOCK, "name": "b"}, "name", errors.InvalidInput, "not a real number"),
        (ph.zoo.van_der_pol, {**CLOCK, "gain": -1.0}, "drive", errors.InvalidInput, "below 0"),
        (damped, {"gain": 2.0, "loss": 1.0}, "gain", errors.NoSteadyState, "gain above loss"),
        (lambda x: ph.Model(x * NUMBER, [ph.Jump(1.0, A**2)]), {"x": 1.0}, "x", errors.DegenerateSteadyState, "unique"),
    ],
)
def test_bad_input(family, at, parameter, error, match):
    with pytest.raises(error, match=match):
        ph.response(family, at, parameter, cutoff=ph.Fixed(6))


def test_a_whole_number_is_no_parameter():
    def ring(graph: int, gain: float) -> ph.Model:
        return ph.zoo.coupled_van_der_pol(graph, gain=gain, two_photon_loss=1.0, dissipative=0.5)

    with pytest.raises(errors.InvalidInput, match="cannot be evaluated on either side of graph = 2"):
        ph.response(ring, {"graph": 2, "gain": 1.0}, "graph", cutoff=ph.Fixed(3))
    assert ph.response(ring, {"graph": 2, "gain": 1}, "gain", cutoff=ph.Fixed(3)).orders


def test_a_number_of_levels_that_is_cut_to_an_integer_jumps():
    def family(levels: float) -> ph.Model:
        return damped(drive=0.2 * int(levels))

    with pytest.raises(errors.Undefined, match="no derivative"):
        ph.response(family, {"levels": 2}, "levels", cutoff=ph.Fixed(6))


def test_a_site_that_appears_is_refused():
    def family(coupling: float) -> ph.Model:
        other = ph.Model(coupling * (A.dag() * B + B.dag() * A), [ph.Jump(1.0, B)]) if coupling else ph.Model()
        return damped(loss=1.0) + other

    with pytest.raises(errors.InvalidInput, match="the model lives on"):
        ph.response(family, {"coupling": 0.0}, "coupling")


def test_a_sector_with_a_stationary_operator_has_no_response():
    """D[S_x] keeps S_x, in the odd sector."""
    s = ph.spin("s", 0.5)
    made = generator(ph.Model(0, [ph.Jump(1.0, s.x)]), {})
    sector = made.grading.sector((1,))
    with pytest.raises(errors.Undefined, match="no finite value"):
        forced(made.liouvillian(sector), np.ones((sector.size, 1)), ph.Auto())


@pytest.mark.parametrize("loss", [1e-6, 1e-14])
def test_a_hardly_damped_mode_in_resonance(loss):
    at = {"drive": 0.0, "detuning": 1.0, "loss": loss}
    answer = ph.response(damped, at, "drive", frequency=1.0)
    assert answer.derivative(A) == pytest.approx(2 / loss, rel=1e-12)


@pytest.mark.parametrize("method", ["direct", 3])
def test_methods_and_cutoffs_are_checked_by_the_steady_state(method):
    with pytest.raises(errors.InvalidInput, match="method is"):
        ph.response(damped, {"drive": 0.0}, "drive", method=method)
    with pytest.raises(errors.InvalidInput, match="cutoff is 0"):
        ph.response(damped, {"drive": 0.0}, "drive", cutoff=0)


def test_a_budget_is_kept():
    with pytest.raises(errors.MemoryBudgetExceeded):
        ph.response(pair, {**PAIR, "drive": 0.0}, "drive", cutoff=ph.Fixed(12), method=ph.Direct(memory=1e5))


# The numerics by themselves.


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (math.exp, 1.0, math.e),
        (math.exp, -30.0, math.exp(-30)),
        (lambda x: x**7, 0.5, 7 * 0.5**6),
        (lambda x: x**4, 0.0, 0.0),
        (lambda x: math.sin(1e6 * x), 0.0, 1e6),
        (lambda x: 1e9 + x, 3.0, 1.0),
    ],
)
def test_slopes(function, x, expected):
    found = slope(lambda h: function(x + h) - function(x), abs, step=0.125)
    assert found.smooth
    assert abs(found.value - expected) <= 10 * found.error + 1e-12 * found.largest
    assert abs(found.value - expected) <= 1e-6 * max(abs(expected), 1.0)


@given(st.lists(st.floats(-2, 2, width=16), min_size=1, max_size=5), st.floats(-3, 3))
def test_polynomials_come_out_exactly(coefficients, x):
    polynomial = np.polynomial.Polynomial(coefficients)
    scale = np.abs(coefficients).sum() * 4.0 ** len(coefficients)
    found = slope(lambda h: float(polynomial(x + h) - polynomial(x)), abs, step=0.125)
    assert abs(found.value - polynomial.deriv()(x)) <= 1e-12 * scale


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("imaginary", [0.0, 1.0])
def test_factored_systems(dense, imaginary):
    import scipy.sparse as sp

    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(7, 7)) + imaginary * 1j * rng.normal(size=(7, 7))
    target = rng.normal(size=(7, 3)) + 1j * rng.normal(size=(7, 3))
    regular = Factored(sp.csc_array(matrix * 10.0 ** rng.integers(-9, 9, size=7)), dense=dense)
    assert regular.error < 1e-12
    assert np.abs(regular._matrix @ (regular.solve(target) * regular._scale[:, None]) - target).max() < 1e-12
    places = np.array([1, 3, 6])
    matrix[places[0]] -= matrix[places].sum(axis=0)
    target[places[0]] -= target[places].sum(axis=0)
    singular = Factored(sp.csc_array(matrix), places, dense=dense)
    x = singular.solve(target)
    assert np.abs(matrix @ x - target).max() < 1e-12
    assert np.abs(x[places].sum(axis=0)).max() < 1e-12
    assert Factored(sp.csc_array(np.zeros((3, 3))), dense=dense).error > 1


def test_the_slope_of_a_family_is_that_of_its_coefficients():
    state = ph.steady_state(pair(**PAIR), cutoff=ph.Fixed(4))
    found = family_slope(pair, {**PAIR, "drive": 0.0}, "theta", state)
    words = {("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")}
    gram = {tuple("".join(site.name for site, _ in word) for word in key): c for key, c in found.value.gram.items()}
    assert set(gram) <= words
    # D[a − e^{iθ}b]: G_ab = −V e^{−iθ}.
    assert gram["a", "b"] == pytest.approx(1j * 0.5 * np.exp(-0.7j), rel=1e-11)
    assert make_space(state.sites, state.cutoffs) == state.space


def test_to_xarray() -> None:
    found = ph.response(damped, {"drive": 0.3, "detuning": 0.2}, "drive", cutoff=ph.Fixed(12))
    table = found.to_xarray()
    assert table["observable"].values.tolist() == ["n_a"]
    assert float(table["derivative"][0]) == found.derivative(NUMBER)
    assert float(table["error"][0]) == found.error(NUMBER)
    assert table.attrs["parameter"] == "drive"
    assert table.attrs["drive"] == 0.3
    assert table.attrs["ok"] == int(found.ok)
    named = found.to_xarray({"amplitude": A, "force": 1j * (A.dag() - A)})
    assert named["derivative"].values.tolist() == [found.derivative(A), found.derivative(1j * (A.dag() - A))]
