"""Kuramoto's model with noise: closed forms, quadratures against each other, simulations against both."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import iv

from photinus.collective import Density, Gaussian, Identical, Kuramoto, Lorentzian, order_parameter
from photinus.collective.kuramoto import first_moment
from photinus.errors import InvalidInput, Undefined, WrongType


@pytest.mark.parametrize(("coupling", "r"), [(1.3, 0.6263095326), (2.0, 0.8314620248)])
def test_equal_frequencies_with_noise(coupling: float, r: float) -> None:
    """Reference C43 (Sakaguchi 1988): K_c = 2D, r = I₁(Kr/D)/I₀(Kr/D), D = 0.5."""
    model = Kuramoto(coupling, noise=0.5)
    assert model.critical_coupling == 1.0
    assert model.order == pytest.approx(r, abs=1e-9)
    x = coupling * r / 0.5
    assert iv(1, x) / iv(0, x) == pytest.approx(r, abs=1e-9)


def test_gaussian_frequencies_without_noise() -> None:
    """Reference C45 (Kuramoto): K_c = 2√(2/π)σ = 1.595769, r(2.5) = .8697203."""
    model = Kuramoto(2.5, frequencies=Gaussian(1.0))
    assert model.critical_coupling == pytest.approx(1.595769, abs=1e-6)
    assert model.order == pytest.approx(0.8697203, abs=1e-7)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_the_unit_of_rates_does_not_matter(scale: float) -> None:
    for g in (Gaussian, Lorentzian):
        small, large = Kuramoto(2.5, 0.2, g(0.5)), Kuramoto(2.5 * scale, 0.2 * scale, g(0.5 * scale))
        assert large.order == pytest.approx(small.order, rel=1e-9)
        assert large.critical_coupling == pytest.approx(scale * small.critical_coupling, rel=1e-9)


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_lorentzian_by_its_formula_and_by_quadrature(noise: float) -> None:
    """K_c = 2(D + γ); without noise r = √(1 − 2γ/K) (Ott and Antonsen)."""
    width, coupling = 0.4, 2.5
    model = Kuramoto(coupling, noise, Lorentzian(width))
    assert model.critical_coupling == pytest.approx(2 * (noise + width))
    cut = Density(lambda x: width / (x * x + width**2), 4000.0)
    other = Kuramoto(coupling, noise, cut)
    assert other.order == pytest.approx(model.order, abs=2e-4)
    if not noise:
        assert model.order == pytest.approx((1 - 2 * width / coupling) ** 0.5)


def test_small_noise_leads_to_no_noise() -> None:
    values = [Kuramoto(2.5, d, Gaussian(1.0)) for d in (1e-3, 0.0)]
    assert values[0].order == pytest.approx(values[1].order, abs=2e-3)
    assert values[0].critical_coupling == pytest.approx(values[1].critical_coupling, abs=3e-3)


@pytest.mark.parametrize("frequencies", [Identical(), Lorentzian(0.3), Gaussian(0.3), Density(lambda x: 1.0, 0.4)])
def test_order_begins_at_the_critical_coupling(frequencies: object) -> None:
    critical = Kuramoto(1.0, 0.2, frequencies).critical_coupling  # type: ignore[arg-type]
    below, above = (Kuramoto(x * critical, 0.2, frequencies).order for x in (0.99, 1.01))  # type: ignore[arg-type]
    assert below == 0
    assert 0 < above < 0.25


def test_the_first_moment_of_a_tilted_washboard() -> None:
    """The continued fraction against the Fokker–Planck equation on 64 Fourier modes."""
    omega, a, d = 0.7, 1.3, 0.4
    n = np.arange(-32, 33)
    matrix = np.diag(1j * n * omega - n**2 * d)
    matrix = matrix + np.diag(-0.5 * n[:-1] * a, 1) + np.diag(0.5 * n[1:] * a, -1)
    matrix[32], right = 0, np.zeros(65)
    matrix[32, 32], right[32] = 1, 1
    assert first_moment(omega, a, d) == pytest.approx(np.linalg.solve(matrix, right)[33], abs=1e-10)


def test_simulation_reaches_the_stationary_order() -> None:
    model = Kuramoto(2.0, noise=0.5)
    run = model.simulate(1000, np.linspace(0, 16, 33), runs=6, seed=1, start=np.zeros(1000), step=0.04)
    value, error = run.mean(after=6)
    assert abs(value - model.order) < 4 * error + 2e-3
    assert repr(run).startswith("Kuramoto run: 6 runs of 1000 oscillators")


def test_fluctuations_below_threshold() -> None:
    """⟨r²⟩ = 1/(N(1 − K/2D))."""
    model = Kuramoto(0.5, noise=0.5)
    run = model.simulate(200, np.linspace(0, 60, 121), runs=16, seed=2, step=0.1)
    value, error = run.mean_square(after=10)
    assert abs(value - model.subcritical_order(200) ** 2) < 4 * error + 2e-4


def test_spread_frequencies_lock() -> None:
    model = Kuramoto(2.5, frequencies=Gaussian(1.0))
    run = model.simulate(1000, np.linspace(0, 40, 41), runs=2, start=np.zeros(1000))
    assert run.mean(after=25)[0] == pytest.approx(model.order, abs=0.01)


def test_a_complete_graph_is_the_mean_field() -> None:
    model, n = Kuramoto(1.5, noise=0.3, frequencies=Lorentzian(0.1)), 40
    everyone = np.full((n, n), 1 / n) - np.eye(n) / n  # nobody pulls himself
    runs = [model.simulate(n, [0, 1, 2], runs=3, seed=5, random=True, graph=g) for g in (None, everyone)]
    assert np.abs(runs[0].order - runs[1].order).max() < 1e-10
    assert (runs[0].frequencies == runs[1].frequencies).all()
    ring = np.roll(np.eye(n), 1, axis=1) + np.roll(np.eye(n), -1, axis=1)
    assert model.simulate(n, [0, 1], graph=ring).order.shape == (16, 2)


def test_a_run_is_the_same_whatever_the_number_of_runs() -> None:
    few, many = (Kuramoto(1.0, 0.5).simulate(10, [0, 1], runs=k, seed=3).order for k in (2, 5))
    assert (few == many[:2]).all()


def test_quantiles_follow_the_density() -> None:
    u = np.linspace(0.05, 0.95, 19)
    for g in (Gaussian(0.7, 0.2), Lorentzian(0.7, 0.2), Density(lambda x: 1 - x * x, 1.0, 0.2)):
        x = g.quantiles(u)
        slope = np.gradient(u, x)[3:-3]
        assert slope == pytest.approx([g.density(v - 0.2) for v in x[3:-3]], rel=0.15)
        assert x[9] == pytest.approx(0.2, abs=1e-6)


def test_the_order_parameter() -> None:
    assert abs(order_parameter(np.arange(8) * pi / 4)) < 1e-15
    assert order_parameter(np.full((3, 4), 0.5)) == pytest.approx(np.exp(0.5j))
    with pytest.raises(Undefined):
        order_parameter(np.zeros(0))


def test_limits() -> None:
    assert Kuramoto(0.0, 0.5).order == 0
    assert Kuramoto(1.0).order == 1
    assert Kuramoto(0.0).order == 0
    assert Kuramoto(1.0).critical_coupling == 0
    assert Kuramoto(1e9, 1e-9).order == pytest.approx(1)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (np.eye(3), "itself"),
        (sp.eye_array(3), "itself"),
        ("ring", "shape"),
        ([(0, 1), (1, 2)], "shape"),
        ([[0, 1, 1], [1, 0, 1], [1, 1]], "weights are"),
        (1j * (np.ones((3, 3)) - np.eye(3)), "complex"),
        (np.full((3, 3), np.nan), "finite"),
        ([["0", "1", "0"]] * 3, "type <U1"),
    ],
)
def test_weights_are_a_real_matrix_without_loops(graph: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Kuramoto(1.0).simulate(3, [0, 1], graph=graph)


def test_weights_have_a_direction() -> None:
    """w_ij is how i is pulled by j: the one that nobody pulls turns at its own frequency."""
    run = Kuramoto(1.0, frequencies=Gaussian(0.3)).simulate(
        2, [0, 50], runs=1, graph=[[0, 1], [0, 0]], start=np.zeros(2)
    )
    assert run.phases[0, 1] == pytest.approx(50 * run.frequencies[0, 1])
    apart, beat = run.phases[0, 1] - run.phases[0, 0], run.frequencies[0, 1] - run.frequencies[0, 0]
    assert np.sin(apart) == pytest.approx(beat, abs=1e-3)


@pytest.mark.parametrize("value", ["x", None, 1j, [1.0], float("nan"), float("inf")])
def test_a_density_is_a_real_number(value: object) -> None:
    with pytest.raises(InvalidInput, match="density at"):
        Density(lambda x: value, 1.0)  # type: ignore[arg-type, return-value]


def test_mistakes() -> None:
    for make in (
        lambda: Kuramoto(-1.0),
        lambda: Kuramoto(1.0, noise=float("nan")),
        lambda: Gaussian(0.0),
        lambda: Lorentzian(-1.0),
        lambda: Density(lambda x: x, 1.0),
        lambda: Density(lambda x: 1 + 0.5 * x, 1.0),
        lambda: Kuramoto(1.0).simulate(0, [0, 1]),
        lambda: Kuramoto(1.0).simulate(3, [1, 0]),
        lambda: Kuramoto(1.0).simulate(3, [0, 1], step=-1.0),
        lambda: Kuramoto(1.0).simulate(3, [0, 1], graph=np.ones((2, 2))),
        lambda: Kuramoto(1.0).simulate(3, [0, 1], start=np.zeros(4)),
        lambda: Kuramoto(1.0).simulate(3, [0, 1]).mean(after=7),
    ):
        with pytest.raises(InvalidInput):
            make()
    with pytest.raises(WrongType, match="Lorentzian"):
        Kuramoto(1.0, frequencies=0.5)  # type: ignore[arg-type]
    with pytest.raises(WrongType):
        Density(0.5, 1.0)  # type: ignore[arg-type]
    with pytest.raises(Undefined, match="K_c"):
        Kuramoto(2.0, 0.5).subcritical_order(10)


def test_a_run_as_a_table() -> None:
    table = Kuramoto(1.0, 0.5).simulate(10, [0, 1], runs=2).to_xarray()
    assert table.order.dims == ("run", "time")
