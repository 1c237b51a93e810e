"""Quantum and classical Fisher information: known values, two routes, laws, mistakes."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph

M = ph.metrology
A, B = ph.oscillator("a"), ph.oscillator("b")
S, Q = ph.spin("s", 0.5), ph.qudit("q", 4)
N = A.dag() * A
SEEDS = st.integers(0, 10_000)
QUICK = settings(max_examples=25, deadline=None)


def random_matrix(d: int, seed: int, rank: int | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(d, rank or d)) + 1j * rng.normal(size=(d, rank or d))
    rho = g @ g.conj().T
    return rho / np.trace(rho).real


def random_generator(d: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed + 77)
    g = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    return g + g.conj().T


def as_qudit_operator(matrix: np.ndarray):
    return sum(complex(matrix[m, n]) * Q(m, n) for m in range(4) for n in range(4))


def by_equation(rho: np.ndarray, moved: np.ndarray) -> float:
    """Tr ρL² with L from the Lyapunov equation ρ′ = ½(Lρ + ρL): the second route."""
    derivative = la.solve_continuous_lyapunov(rho / 2, moved)
    return float(np.trace(rho @ derivative @ derivative).real)


@pytest.mark.parametrize(
    ("state", "generator", "expected"),
    [
        (ph.states.from_matrix({S: 2}, [[0.7, 0.25], [0.25, 0.3]]), S.z, 0.25),  # Bloch (.5, 0, .4): x² + y²
        (ph.states.coherent({"a": 1.5}), N, 9.0),  # 4n̄
        (ph.states.squeezed({"a": 0.8}), N, 11.2866462),  # 8n̄(n̄ + 1), n̄ = sinh² 0.8
        (ph.states.superposition([(1, {"a": 4, "b": 0}), (1, {"a": 0, "b": 4})]), N, 16.0),  # N²
        (ph.states.coherent({"a": 1.7}), N, 11.56),
        (ph.states.thermal({"a": 0.3}), N, 0.0),
    ],
)
def test_known_values(state: object, generator: object, expected: float) -> None:
    """Braunstein and Caves 1994, and textbook values."""
    assert M.quantum_fisher_information(state, generator) == pytest.approx(expected, rel=1e-7, abs=1e-12)


def test_a_state_that_a_shift_leaves_alone_tells_exactly_nothing() -> None:
    assert M.quantum_fisher_information(ph.states.thermal({"a": 2.0}), N) == 0.0
    assert M.quantum_fisher_information(ph.states.coherent({"a": 1.0}), 3.0) == 0.0


def test_the_vacuum_on_one_level_can_be_displaced() -> None:
    """4 Var(√2 p) = 4, whatever the cutoff of the state: the generator leads above it."""
    shift = 1j * (A - A.dag())
    vacuum = ph.states.fock({"a": 0})
    assert vacuum.cutoffs == {"a": 1}
    assert M.quantum_fisher_information(vacuum, shift) == pytest.approx(4.0, rel=1e-12)
    assert M.classical_fisher_information(vacuum, shift, M.Quadrature("a")) == pytest.approx(4.0, rel=1e-8)
    pair = M.fisher_matrix(vacuum, {"x": shift, "p": A + A.dag()})
    assert pair.values == pytest.approx(4 * np.eye(2), abs=1e-12)
    assert M.quantum_fisher_information(ph.states.fock({"a": 2}), shift) == pytest.approx(20.0, rel=1e-12)


@given(SEEDS)
@QUICK
def test_the_spectral_form_solves_the_equation_of_the_logarithmic_derivative(seed: int) -> None:
    rho, generator = random_matrix(4, seed), random_generator(4, seed)
    state = ph.states.from_matrix({Q: 4}, rho)
    found = M.symmetric_logarithmic_derivative(state, as_qudit_operator(generator))
    moved = -1j * (generator @ rho - rho @ generator)
    matrix = found.matrix()
    assert np.allclose(0.5 * (matrix @ rho + rho @ matrix), moved, atol=1e-9)
    assert found.information == pytest.approx(by_equation(rho, moved), rel=1e-8)


@given(SEEDS, st.integers(1, 3))
@QUICK
def test_singular_states_need_no_care(seed: int, rank: int) -> None:
    """Against 8(1 − fidelity)/δ² of two near states (Bures), which never inverts ρ."""
    rho, generator = random_matrix(4, seed, rank), random_generator(4, seed) / 8
    found = M.quantum_fisher_information(ph.states.from_matrix({Q: 4}, rho), as_qudit_operator(generator))
    values, vectors = np.linalg.eigh(rho)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.conj().T

    def bures(delta: float) -> float:
        u = la.expm(-1j * delta * generator)
        fidelity = np.linalg.svd(root @ u @ root, compute_uv=False).sum()
        return 8 * (1 - fidelity) / delta**2

    extrapolated = (4 * bures(0.005) - bures(0.01)) / 3
    assert found == pytest.approx(extrapolated, rel=1e-4, abs=1e-6)


@given(SEEDS)
@QUICK
def test_no_channel_that_commutes_with_the_shift_raises_it(seed: int) -> None:
    rho, generator = random_matrix(4, seed), np.diag([0.0, 1.0, 2.0, 3.0])
    noise = ph.Model(jumps=[ph.Jump(0.7, Q(0, 1) + Q(1, 2) + Q(2, 3)), ph.Jump(0.3, as_qudit_operator(generator))])
    state = ph.states.from_matrix({Q: 4}, rho)
    after = ph.evolve(noise, state, [0.0, 0.4], keep_states=True).states[-1]
    shift = as_qudit_operator(generator)
    values = [M.quantum_fisher_information(x, shift) for x in (state, after)]
    assert values[1] <= values[0] + 1e-8
    variance = float(complex(state.expect(shift * shift)).real) - float(complex(state.expect(shift)).real) ** 2
    assert values[0] <= 4 * variance + 1e-9


@given(SEEDS)
@QUICK
def test_skew_information_fisher_information_and_variance_are_ordered(seed: int) -> None:
    state = ph.states.from_matrix({"a": 5}, random_matrix(5, seed))
    found = M.phase_resource(state, "a")
    assert found.skew_information <= found.fisher_information / 4 + 1e-9 <= found.variance + 1e-8
    assert found.asymmetry >= 0


@given(
    SEEDS, st.sampled_from(["x", "n", "squeezing"]), st.sampled_from(["p", "canonical", "husimi", "n", "heterodyne"])
)
@settings(max_examples=30, deadline=None)
def test_no_measurement_tells_more_than_the_quantum_bound(seed: int, shift: str, reading: str) -> None:
    state = ph.states.from_matrix({"a": 5}, random_matrix(5, seed))
    generator = {"x": A + A.dag(), "n": N, "squeezing": 1j * (A**2 - A.dag() ** 2)}[shift]
    measurement = {
        "p": M.Quadrature("a", np.pi / 2),
        "canonical": M.Phase("a"),
        "husimi": M.Phase("a", kind="husimi"),
        "n": M.Number("a"),
        "heterodyne": M.HeterodyneReading("a"),
    }[reading]
    classical = M.classical_fisher_information(state, generator, measurement)
    assert 0 <= classical <= M.quantum_fisher_information(state, generator) * (1 + 1e-6)


def test_homodyne_and_heterodyne_of_gaussian_states() -> None:
    """A displacement of x by θ (generator p): 1/Var x, and 1/(Var x + ½) of heterodyne; squeezed Var x = e^{2r}/2."""
    p = -1j * (A - A.dag()) / np.sqrt(2)
    state = ph.states.squeezed({"a": 0.4}, cutoff=ph.Fixed(40))
    x = (A + A.dag()) / np.sqrt(2)
    variance = float(complex(state.expect(x * x)).real)
    assert M.classical_fisher_information(state, p, M.Quadrature("a")) == pytest.approx(1 / variance, rel=1e-7)
    found = M.classical_fisher_information(state, p, M.HeterodyneReading("a"))
    assert found == pytest.approx(1 / (variance + 0.5), rel=1e-7)
    assert M.quantum_fisher_information(state, p) == pytest.approx(1 / variance, rel=1e-7)


def test_the_least_error_is_reached_by_maximum_likelihood() -> None:
    """Cramér and Rao by Monte Carlo: 400 canonical phases of an optimal state, maximum likelihood on a grid."""
    state = M.optimal_phase_state("a", 6)
    information = M.classical_fisher_information(state, N, M.Phase("a"))
    density = ph.phase.distribution(state, "a", points=2048)
    rng = np.random.default_rng(3)
    shots, repeats = 400, 300
    grid = np.linspace(-0.25, 0.25, 201)
    spectrum = np.fft.fft(np.log(density.density.clip(min=1e-12)))
    order = np.fft.fftfreq(2048, 1 / 2048)
    estimates = []
    for _ in range(repeats):
        draws = rng.choice(2048, size=shots, p=density.density / density.density.sum())
        counts = np.bincount(draws, minlength=2048)
        # log-likelihood of a shift θ: Σ counts(φ) ln P(φ − θ), a correlation
        product = np.conj(np.fft.fft(counts)) * spectrum
        likelihood = (product[:, None] * np.exp(1j * np.outer(order, -grid))).sum(axis=0).real
        estimates.append(-grid[np.argmax(likelihood)])
    variance = float(np.var(estimates))
    assert variance * shots * information == pytest.approx(1.0, abs=4 * np.sqrt(2 / repeats))


@pytest.fixture(scope="module")
def driven() -> tuple[ph.Model, dict[str, float]]:
    return ph.zoo.van_der_pol, {"gain": 1.0, "two_photon_loss": 0.5, "drive": 0.3, "detuning": 0.1}


def test_a_steady_state_is_as_sensitive_as_differences_of_states_say(driven) -> None:
    family, at = driven
    found = M.sensor(
        family,
        at,
        "drive",
        measurements={"p": M.Quadrature("a", 0.0), "n": M.Number("a"), "phase": M.Phase("a")},
        observables={"x": A + A.dag()},
        cutoff=ph.Fixed(16),
    )
    h = 1e-4
    plus, minus, here = (
        ph.steady_state(family(**{**at, "drive": at["drive"] + d}), cutoff=ph.Fixed(16)).density_matrix()
        for d in (h, -h, 0.0)
    )
    moved = (plus - minus) / (2 * h)
    assert found.quantum == pytest.approx(by_equation(here, moved), rel=1e-6)
    p = [np.diagonal(x).real for x in (plus, minus, here)]
    assert found.classical["n"] == pytest.approx(float((((p[0] - p[1]) / (2 * h)) ** 2 / p[2]).sum()), rel=1e-6)
    assert found.propagated["x"] <= found.classical["p"] + 1e-9 <= found.quantum
    assert found.error < 1e-3 * found.quantum
    assert 0 < found.efficiency("phase") < 1


def test_without_a_drive_the_answer_comes_from_the_first_orders_alone(driven) -> None:
    family, at = driven
    found = M.sensor(family, {**at, "drive": 0.0}, "drive", measurements={"n": M.Number("a")})
    assert found.response.orders == ((-1,), (1,))
    near = M.sensor(family, {**at, "drive": 1e-4}, "drive", measurements={"n": M.Number("a")})
    assert found.quantum == pytest.approx(near.quantum, rel=1e-5)
    assert found.classical["n"] == 0.0


def test_a_parameter_that_the_state_does_not_depend_on() -> None:
    found = M.sensor(ph.zoo.van_der_pol, {"gain": 1.0, "two_photon_loss": 2.0, "detuning": 0.3}, "detuning")
    assert found.quantum == 0.0
    assert found.resolution == np.inf
    assert "does not depend" in repr(found)
    with pytest.raises(ph.errors.InvalidInput, match="Nothing is measured"):
        found.efficiency("n")
    answer = found.response
    with pytest.raises(ph.errors.Undefined, match="does not depend on detuning"):
        _ = M.fisher_matrix(answer.state, (answer,)).bounds


def test_parameters_that_only_their_sum_matters_of() -> None:
    def family(first: float, second: float) -> ph.Model:
        return ph.Model(1j * (first + second) * (A.dag() - A), [ph.Jump(1.0, A)])

    found = M.steady_fisher_matrix(family, {"first": 0.1, "second": 0.2}, ("first", "second"))
    with pytest.raises(ph.errors.Undefined, match="combination"):
        _ = found.bounds
    assert found.values == pytest.approx(np.full((2, 2), 16.0), rel=1e-5)


def test_leaving_the_support_is_infinite_information() -> None:
    """p_up = θ at θ = 0: (p′)²/p."""

    def family(up: float) -> ph.Model:
        return ph.Model(jumps=[ph.Jump(1.0, S.minus), ph.Jump(up, S.plus)])

    found = M.sensor(family, {"up": 0.0}, "up", measurements={"level": M.Number("s")})
    assert found.quantum == np.inf == found.classical["level"]


@given(SEEDS)
@QUICK
def test_the_matrix_of_several_parameters_is_positive_and_bounded(seed: int) -> None:
    rho = random_matrix(4, seed)
    generators = {"g": random_generator(4, seed), "h": random_generator(4, seed + 1)}
    state = ph.states.from_matrix({Q: 4}, rho)
    found = M.fisher_matrix(state, {name: as_qudit_operator(g) for name, g in generators.items()})
    derivatives = [la.solve_continuous_lyapunov(rho / 2, -1j * (g @ rho - rho @ g)) for g in generators.values()]
    product = np.array([[np.trace(rho @ x @ y) for y in derivatives] for x in derivatives])
    assert np.allclose(found.values, product.real, rtol=1e-7, atol=1e-9)
    assert np.allclose(found.incompatibility, product.imag, rtol=1e-7, atol=1e-7 * np.abs(product).max())
    assert np.linalg.eigvalsh(found.values)[0] > -1e-9
    assert found.quantumness <= 1 + 1e-9
    assert found.to_xarray()["fisher_information"].shape == (2, 2)


def test_mistakes() -> None:
    state = ph.states.coherent({"a": 1.0})
    with pytest.raises(ph.errors.NotHermitian):
        M.quantum_fisher_information(state, A)
    with pytest.raises(ph.errors.UnknownSite):
        M.quantum_fisher_information(state, B.dag() * B)
    with pytest.raises(ph.errors.WrongType):
        M.quantum_fisher_information(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), N)
    with pytest.raises(ph.errors.WrongType):
        M.classical_fisher_information(state, N, "homodyne")
    with pytest.raises(ph.errors.InvalidInput):
        M.classical_fisher_information(state, N, M.Phase("a", kind="wigner"))
    with pytest.raises(ph.errors.UnknownSite):
        M.classical_fisher_information(state, N, M.Quadrature("b"))
    with pytest.raises(ph.errors.WrongType):
        M.fisher_matrix(state, [N])
    with pytest.raises(ph.errors.InvalidInput):
        M.fisher_matrix(state, {})
    wave = ph.response(ph.zoo.van_der_pol, {"gain": 1.0, "two_photon_loss": 2.0, "drive": 0.1}, "drive", frequency=0.4)
    with pytest.raises(ph.errors.InvalidInput, match="frequency"):
        M.quantum_fisher_information(wave.state, wave)
    static = ph.response(ph.zoo.van_der_pol, {"gain": 1.0, "two_photon_loss": 2.0, "drive": 0.1}, "drive")
    with pytest.raises(ph.errors.SiteMismatch):
        M.quantum_fisher_information(state, static)


def test_one_where_several_are_given_and_the_other_way_round() -> None:
    with pytest.raises(ph.errors.WrongType, match="fisher_matrix"):
        M.quantum_fisher_information(ph.states.coherent({"a": 1.0}), [N])
    at = {"gain": 1.0, "two_photon_loss": 0.5, "drive": 0.0}
    with pytest.raises(ph.errors.WrongType, match="mapping of measurements"):
        M.sensor(ph.zoo.van_der_pol, at, "drive", measurements=M.Number("a"))
    with pytest.raises(ph.errors.WrongType, match="mapping of observables"):
        M.sensor(ph.zoo.van_der_pol, at, "drive", observables=N)
