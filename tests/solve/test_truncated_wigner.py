"""The truncated Wigner method: its derivation against the algebra, its runs against the master equation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from photinus.algebra import Operator
from photinus.errors import InvalidInput, NotConverged, SiteMismatch, Undefined, UnknownSite, WrongType
from photinus.numerics.polynomials import PolynomialMap
from photinus.solve.phase_space.equations import evaluated, letters_at, texts, weyl_symbols, wigner_equations
from photinus.solve.phase_space.noise import sources_of
from photinus.solve.phase_space.stepping import Heun

A, B = ph.oscillator("a"), ph.oscillator("b")
RNG = np.random.default_rng(5)


def points(sites: int, count: int = 7) -> np.ndarray:
    return RNG.normal(size=(sites, count)) + 1j * RNG.normal(size=(sites, count))


def differentiated(f: PolynomialMap, letters: tuple[int, ...]) -> PolynomialMap:
    """∂^β of a map of one row."""
    for letter in letters:
        _, columns, inner = f.derivative
        rows = np.flatnonzero(columns == letter)
        f = PolynomialMap(inner.matrix[rows[:1]], inner.factors, inner.variables)
        if not len(rows):
            return PolynomialMap(type(inner.matrix)((1, len(inner.factors))), inner.factors, inner.variables)
    return f


WORDS = [A, B, A**2, A.dag() * A, A * B, A.dag() * B, A.dag() ** 2 * B, A**2 * B.dag() * B, A.dag() * A**2]


@st.composite
def models(draw: st.DrawFn) -> ph.Model:
    number = st.floats(-2, 2).map(lambda x: round(x, 3))
    h = sum(((draw(number) + 1j * draw(number)) * w for w in draw(st.lists(st.sampled_from(WORDS), max_size=3))), 0 * A)
    jumps = []
    for words in draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique_by=str), max_size=2)):
        jump = sum((1 + draw(number) ** 2 + 1j * draw(number)) * w for w in words)
        jumps.append(ph.Jump(abs(draw(number)), jump, reverse=abs(draw(number))))
    return ph.Model(A.dag() * A + B.dag() * B + h + h.dag(), jumps)


@settings(max_examples=40, deadline=None)
@given(
    model=models(), operator=st.sampled_from([A, B, A.dag() * A, A**2, A.dag() * B, A.dag() * A**2, A.dag() ** 2 * B])
)
def test_all_orders_together_are_the_heisenberg_equation(model: ph.Model, operator: Operator) -> None:
    """Σ_β C_β ∂^β of the symbol of O is the symbol of dO/dt: two derivations that share nothing but the algebra."""
    equations = wigner_equations(model)
    letters = letters_at(points(2))
    symbol = weyl_symbols([operator], equations.sites)
    drift = evaluated(equations.drift, letters)
    total = np.zeros(letters.shape[1], dtype=complex)
    for s in range(2):
        total += drift[s] * evaluated(differentiated(symbol, (2 * s,)), letters)[0]
        total += drift[s].conj() * evaluated(differentiated(symbol, (2 * s + 1,)), letters)[0]
    for table in (equations.shared, equations.local, *equations.higher):
        values = np.broadcast_to(evaluated(table.coefficients, letters), (len(table.derivatives), letters.shape[1]))
        for derivatives, c in zip(table.derivatives, values, strict=True):
            total += c * evaluated(differentiated(symbol, tuple(derivatives)), letters)[0]
            mirror = tuple(sorted(derivatives ^ 1))
            if len(derivatives) > 2 and mirror != tuple(derivatives):
                total += c.conj() * evaluated(differentiated(symbol, mirror), letters)[0]
    expected = evaluated(weyl_symbols([model.heisenberg(operator)], equations.sites), letters)[0]
    scale = 1 + np.abs(expected).max() + np.abs(total).max()
    np.testing.assert_allclose(total, np.broadcast_to(expected, total.shape), atol=1e-10 * scale)


def test_symbols_of_numbers() -> None:
    """⟨(a†a)^k⟩ in a thermal state: W is Gaussian with ⟨|α|²⟩ = n + ½, so that ⟨|α|^2m⟩ = m!(n + ½)^m."""
    n, power = 1.7, 4
    table = weyl_symbols([A.dag() ** power * A**power], (A.sites[0],))
    moments = [np.prod(np.arange(1, m + 1)) * (n + 0.5) ** m for m in range(power + 1)]
    coefficients = {
        len([k for k in row if k < 2]) // 2: c for row, c in zip(table.factors, table.matrix.data, strict=True)
    }
    assert sum(c.real * moments[m] for m, c in coefficients.items()) == pytest.approx(24 * n**4)  # k! n^k
    assert weyl_symbols([A.dag() * A], A.sites)(letters_at(np.array([[2j]])))[0, 0] == pytest.approx(3.5)


def test_the_drift_is_the_mean_field_but_for_the_order() -> None:
    """Two-photon loss −κ₂(|α|² − 1)α and Kerr −2iK(|α|² − 1)α in place of −κ₂|α|²α and −2iK|α|²α."""
    kappa, kerr = 0.3, 0.2
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=kappa, dissipative=0.4, coherent=0.3, kerr=kerr)
    alpha = points(2)
    flow = ph.mean_field(model).velocity({"a": alpha[0], "b": alpha[1]})
    drift = evaluated(wigner_equations(model).drift, letters_at(alpha))
    np.testing.assert_allclose(drift, np.stack([flow["a"], flow["b"]]) + (kappa + 2j * kerr) * alpha, rtol=1e-12)


def test_what_is_dropped() -> None:
    """The known terms of K a†²a² and κ₂D[a²] (Carmichael 1999): C = ½iKα and −¼κ₂α of ∂²∂*, with the conjugates."""
    equations = wigner_equations(ph.Model(0.2 * A.dag() ** 2 * A**2))
    assert texts(equations.higher[0], equations.sites) == [("∂α_a ∂α_a ∂α_a*", "0.1i α_a")]
    equations = wigner_equations(ph.Model(jumps=ph.Jump(0.4, A**2)))
    assert texts(equations.higher[0], equations.sites) == [("∂α_a ∂α_a ∂α_a*", "-0.1 α_a")]
    assert texts(equations.local, equations.sites) == [("∂α_a ∂α_a*", "0.8 α_a α_a* + -0.4")]
    assert wigner_equations(ph.Model(0.3 * (A.dag() * B + B.dag() * A), ph.Jump(1, A + B.dag()))).higher == ()


@pytest.mark.parametrize(
    "model",
    [
        ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1),
        ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=0.1, dissipative=0.3),
        ph.Model(jumps=[ph.Jump(0.7, A.dag() * A), ph.Jump(1.0, A)]),
        ph.Model(jumps=[ph.Jump(0.7, A.dag() + 0.3 * A)]),
        ph.Model(jumps=[ph.Jump(0.7, A + B.dag()), ph.Jump(0.2, A**2)]),
        ph.Model(jumps=[ph.Jump(0.1, A * B), ph.Jump(2.0, A, reverse=1.0), ph.Jump(2.0, B, reverse=1.0)]),
        ph.Model(jumps=[ph.Jump(0.1, A**2 - B**2), ph.Jump(2.0, A, reverse=1.0), ph.Jump(2.0, B, reverse=1.0)]),
    ],
)
def test_the_kicks_have_the_covariance_of_the_diffusion(model: ph.Model) -> None:
    equations = wigner_equations(model)
    n = equations.size
    alpha = 1.0 + 0.3 * points(n, 1)
    d, m = np.zeros((n, n), dtype=complex), np.zeros((n, n), dtype=complex)
    for table in (equations.shared, equations.local):
        values = evaluated(table.coefficients, letters_at(alpha))[:, 0]
        for (i, k), c in zip(table.derivatives, values, strict=True):
            for one, two in ((i, k), (k, i)):  # ½ of C_β for each order of two letters; D is twice that
                if one % 2 == 0 and two % 2:
                    d[one // 2, two // 2] += c
                elif one % 2 == 0:
                    m[one // 2, two // 2] += c
    found_d, found_m = np.zeros_like(d), np.zeros_like(m)
    for source in sources_of(equations):
        letters = letters_at(np.repeat(alpha, source.numbers, axis=1))
        kick, clipped = source.kick(letters, np.eye(source.numbers))
        assert clipped == 0
        here = np.ix_(source.places, source.places)
        found_d[here] += kick @ kick.conj().T
        found_m[here] += kick @ kick.T
    np.testing.assert_allclose(found_d, d, atol=1e-12 * np.abs(d).max())
    np.testing.assert_allclose(found_m, m, atol=1e-12 * np.abs(d).max())


def agrees(runs, name: str, exact, slack: float = 0.0) -> None:
    error = np.abs(runs.mean[name] - exact)
    assert (error <= 4 * runs.standard_error[name] + slack).all(), (name, error / runs.standard_error[name])


LINEAR = {
    "thermalisation": (ph.Model(jumps=ph.Jump(1.0, A, reverse=0.6)), ph.states.thermal({"a": 0.4}), (A.dag() * A,)),
    "driven": (
        ph.Model(0.5 * A.dag() * A + 1j * (A.dag() - A), ph.Jump(0.8, A)),
        ph.states.coherent({"a": 1j}),
        (A, A.dag() * A, A.dag() ** 2 * A**2),
    ),
    "squeezing": (
        ph.Model(0.1j * (A.dag() ** 2 - A**2), ph.Jump(1.0, A)),
        ph.states.squeezed({"a": 0.5 * np.exp(0.7j)}),
        (A**2, A.dag() * A),
    ),
    "coupled": (
        ph.Model(0.4 * (A.dag() * B + B.dag() * A) + 0.3 * A.dag() * A, [ph.Jump(0.5, A - B), ph.Jump(0.3, A, 0.1)]),
        ph.states.product(ph.states.coherent({"a": 0.6}), ph.states.fock({"b": 0}, cutoff=ph.Fixed(3))),
        (A, B, A.dag() * B, A.dag() * A),
    ),
}


@pytest.mark.parametrize("case", LINEAR)
def test_linear_models_are_exact(case: str) -> None:
    model, initial, operators = LINEAR[case]
    observe = {str(k): operator for k, operator in enumerate(operators)}
    times = np.linspace(0, 2, 4)
    exact = ph.evolve(model, initial, times, observe=observe)
    runs = ph.truncated_wigner(model, initial, times, observe=observe, count=4000, seed=1)
    assert runs.ok
    assert not runs.dropped.terms
    assert (runs.dropped.share == 0).all()
    for name in observe:
        agrees(runs, name, exact.observed[name], slack=2e-3)


@pytest.mark.parametrize("kerr", [0.0, 0.01])
def test_a_van_der_pol_clock(kerr: float) -> None:
    """⟨n⟩, its fluctuations, and the phase that diffuses, at ⟨n⟩ ≈ 12."""
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.04, kerr=kerr)
    start = ph.states.coherent({"a": 3.5})
    observe = {"a": A, "n": A.dag() * A, "n2": A.dag() ** 2 * A**2}
    times = np.array([0.0, 4.0, 12.0])
    exact = ph.evolve(model, start, times, observe=observe)
    runs = ph.truncated_wigner(model, start, times, observe=observe, count=4000, seed=1)
    assert runs.ok
    assert 0 < runs.dropped.share[-1] < 0.1
    for name in observe:
        agrees(runs, name, exact.observed[name], slack=2e-3 * np.abs(exact.observed[name]).max())
    steady = ph.steady_state(model)
    assert steady.expect(A.dag() * A) > 10
    agrees(runs, "n", np.where(times > 10, steady.expect(A.dag() * A), runs.mean["n"]), slack=0.02)


def test_a_pair_locks() -> None:
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.1, dissipative=0.5, detuning=0.3)
    observe = {"n": A.dag() * A, "m": B.dag() * B, "r": B.dag() * A, "a": A, "b": B}
    runs = ph.truncated_wigner(model, {"a": 2, "b": 2j}, [0, 12], observe=observe, count=3000, seed=4)
    value, error = runs.estimate(lambda r, n, m: np.abs(r) / np.sqrt(np.abs(n * m)), "r", "n", "m")
    exact = ph.measures.amplitude_correlation(ph.steady_state(model, cutoff=ph.Converged(1e-4)), "a", "b")
    assert abs(value[-1] - exact) < 4 * error[-1] + 0.01
    assert error[-1] < 0.02
    mean, spread = runs.order_parameter("a", "b")
    together = np.abs(np.exp(1j * np.angle(runs.records["a"])) + np.exp(1j * np.angle(runs.records["b"]))) / 2
    np.testing.assert_allclose(mean, together.mean(axis=0))
    assert 0.7 < mean[-1] < 1
    assert spread[-1] < 0.01
    density = ph.phase.empirical_distribution(np.angle(runs.records["r"][:, -1]), orders=8)
    assert abs(np.angle(np.exp(1j * (density.mean_direction - np.angle(runs.mean["r"][-1]))))) < 0.1


def test_dephasing_keeps_numbers() -> None:
    """D[a†a] has an elliptic noise, along the phase alone: ⟨a⟩ = αe^{−γt/2}, and n does not change."""
    model = ph.Model(jumps=ph.Jump(0.3, A.dag() * A))
    runs = ph.truncated_wigner(model, {"a": 3}, [0, 1, 2], count=2000, seed=3)
    agrees(runs, "a", 3 * np.exp(-0.15 * runs.times))
    drift = runs.records["n_a"] - runs.records["n_a"][:, :1]
    assert abs(drift.mean()) < 4e-3 * 9


def test_heun_is_of_second_order_without_noise() -> None:
    model = ph.Model(1.3 * A.dag() * A)
    errors = []
    for steps in (20, 40):
        runs = ph.truncated_wigner(model, {"a": np.array([2.0])}, [0, 1], count=1, method=Heun(step=1 / steps))
        errors.append(abs(runs.records["a"][0, -1] - 2 * np.exp(-1.3j)))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)


def test_nothing_depends_on_batches_and_workers() -> None:
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.1, dissipative=0.5)
    start = {"a": 2, "b": 2j}

    def runs(**options):
        count, seed = options.pop("count", 7), options.pop("seed", 3)
        return ph.truncated_wigner(model, start, [0, 1, 2], count=count, seed=seed, method=Heun(**options)).records["a"]

    reference = runs()
    np.testing.assert_array_equal(reference, runs())
    np.testing.assert_allclose(reference, runs(batch=2), rtol=1e-9)
    np.testing.assert_allclose(reference, runs(workers=2), rtol=1e-9)
    np.testing.assert_allclose(reference, runs(count=9)[:7], rtol=1e-9)
    assert np.abs(reference - runs(seed=4)).min() > 1e-6


def test_the_step_follows_the_rates() -> None:
    """The same equations in another unit of time give the same trajectories."""
    found = []
    for unit in (1e-9, 1.0, 1e9):
        model = ph.zoo.van_der_pol(gain=unit, two_photon_loss=0.1 * unit, detuning=0.3 * unit)
        runs = ph.truncated_wigner(model, {"a": 2}, [0, 3 / unit], count=5)
        found.append(runs.records["a"])
        assert runs.ok
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
    np.testing.assert_allclose(found[2], found[1], rtol=1e-6)


def test_what_cannot_be_trusted_says_so() -> None:
    quantum = ph.zoo.van_der_pol(gain=0.1, two_photon_loss=1)
    runs = ph.truncated_wigner(quantum, {"a": 0}, [0, 1], count=50)
    assert not runs.ok
    assert "negative" in runs.complaints[0]
    assert runs.clipped > 0.1
    coarse = ph.truncated_wigner(ph.Model(2 * A.dag() * A), {"a": 2}, [0, 1], count=5, method=Heun(step=0.5))
    assert not coarse.ok
    assert "steps of 0.5" in coarse.complaints[0]
    stiff = ph.zoo.van_der_pol(gain=1, two_photon_loss=1.0)
    with pytest.raises(NotConverged, match="diverge"):
        ph.truncated_wigner(stiff, {"a": 30}, [0, 10], count=5, method=Heun(step=0.5))
    with pytest.raises(NotConverged):
        ph.truncated_wigner(ph.Model(jumps=ph.Jump(1.0, A.dag())), {"a": 1}, [0, 1000], count=5)


def test_initial_states() -> None:
    """Moments of the samples are those of the state, a pair of oscillators that share squeezing included."""
    still = ph.Model(0.0 * A + 1e-3 * A.dag() * A + 1e-3 * B.dag() * B)
    state = ph.states.product(ph.states.squeezed({"a": 0.6}, displacement={"a": 0.5j}), ph.states.thermal({"b": 0.8}))
    observe = {"a": A, "aa": A**2, "n": A.dag() * A, "m": B.dag() * B, "m2": B.dag() ** 2 * B**2, "ab": A * B}
    runs = ph.truncated_wigner(still, state, [0], observe=observe, count=20000)
    for name, operator in observe.items():
        agrees(runs, name, state.expect(operator))
    vacuum = ph.truncated_wigner(still, {"a": 0, "b": 0}, [0], count=20000)
    agrees(vacuum, "n_a", 0.0)
    samples = np.linspace(0, 1, 5)
    given_ = ph.truncated_wigner(still, {"a": samples, "b": 1}, [0], count=5)
    np.testing.assert_array_equal(given_.records["a"][:, 0], samples)
    for state in (ph.states.fock({"a": 1, "b": 0}), ph.states.fock({"a": 0, "b": 3})):
        with pytest.raises(InvalidInput, match="not Gaussian"):
            ph.truncated_wigner(still, state, [0])


def test_sizes_of_dropped_terms_fall_with_the_number() -> None:
    """The share of the Kerr term is ~ 1/n: |C₃|/w³ against the drift 2K|α|³/w, 2·½K|α|·2√2/(2·2√2K|α|³)."""
    share = []
    for n in (100.0, 400.0):
        model = ph.Model(0.1 * A.dag() ** 2 * A**2)
        runs = ph.truncated_wigner(model, {"a": np.full(3, n**0.5)}, [0], count=3)
        share.append(runs.dropped.share[0])
    assert share[0] == pytest.approx(1 / (2 * 100), rel=0.05)
    assert share[0] / share[1] == pytest.approx(4, rel=0.05)


def test_a_run_shows_itself() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)
    runs = ph.truncated_wigner(model, {"a": 2}, [0, 0.5, 1], count=20)
    assert "-∂α_a ∂α_a ∂α_a* (-0.025 α_a) W" in str(runs)
    table = runs.to_xarray()
    assert table["a_record"].shape == (20, 3)
    assert table["n_a"].dims == ("time",)
    assert runs.phase("a").phases.shape == (20, 3)
    with pytest.raises(ValueError, match="read-only"):
        runs.records["a"][0, 0] = 1
    with pytest.raises(InvalidInput, match="no record"):
        runs.estimate(abs, "x")
    with pytest.raises(InvalidInput, match="complex"):
        runs.order_parameter("n_a")
    single = ph.truncated_wigner(model, {"a": 2}, [0], count=1)
    assert np.isnan(single.standard_error["n_a"]).all()


CLOCK = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (InvalidInput, {"model": ph.Model(ph.qudit("q", 3)(0, 0))}),
        (InvalidInput, {"model": ph.Model(jumps=ph.Jump(1.0, ph.diagonal(A, lambda n: 1 / (n + 1)) * A))}),
        (Undefined, {"model": ph.Model()}),
        (WrongType, {"model": "van der Pol"}),
        (SiteMismatch, {"initial": ph.states.coherent({"b": 1})}),
        (InvalidInput, {"initial": {}}),
        (InvalidInput, {"initial": {"a": np.ones(3)}}),
        (InvalidInput, {"initial": {"a": np.nan}}),
        (WrongType, {"initial": {"a": "big"}}),
        (WrongType, {"initial": 2}),
        (UnknownSite, {"initial": {"c": 2}}),
        (InvalidInput, {"times": [1, 0]}),
        (InvalidInput, {"times": []}),
        (InvalidInput, {"times": [0, np.inf]}),
        (WrongType, {"times": 3}),
        (InvalidInput, {"count": 0}),
        (InvalidInput, {"seed": -1}),
        (UnknownSite, {"observe": {"b": B}}),
        (WrongType, {"observe": [A]}),
        (InvalidInput, {"observe": {"f": ph.diagonal(A, lambda n: 1 / (n + 1))}}),
        (WrongType, {"method": 0.1}),
    ],
)
def test_mistakes(error: type, arguments: dict) -> None:
    call = {"model": CLOCK, "initial": {"a": 1}, "times": [0, 1], "count": 4} | arguments
    with pytest.raises(error):
        ph.truncated_wigner(call.pop("model"), call.pop("initial"), call.pop("times"), **call)


@pytest.mark.parametrize("options", [{"step": 0}, {"step": -1}, {"tolerance": 0.5}, {"batch": 0}, {"workers": 0}])
def test_options_are_checked(options: dict) -> None:
    with pytest.raises(InvalidInput):
        Heun(**options)
