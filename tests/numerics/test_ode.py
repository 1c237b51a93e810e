"""Linear equations against matrix exponentials and quadrature."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
import scipy.sparse as sp

from photinus.errors import NotConverged
from photinus.numerics.ode import (
    LinearSystem,
    dense_exponential,
    different_steps,
    krylov_exponential,
    radau,
    runge_kutta,
)

TIMES = np.array([0.0, 0.1, 0.2, 0.7, 3.0])


def decaying(n: int, seed: int, kind: type) -> np.ndarray:
    """A matrix that is far from normal, with spectrum in the left half plane."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, n)) + (1j * rng.normal(size=(n, n)) if kind is complex else 0)
    return matrix - (1 + np.linalg.eigvals(matrix).real.max()) * np.eye(n)


def routes(matrix: np.ndarray, y: np.ndarray, times: np.ndarray):
    sparse = sp.csr_array(matrix)
    system = LinearSystem(sparse)
    yield "dense", dense_exponential(matrix, y, times)
    yield "krylov", krylov_exponential(sparse, y, times, rate=1e-9)
    yield "krylov, few vectors", krylov_exponential(sparse, y, times, rate=1e-9, vectors=5)
    yield "runge_kutta", runge_kutta(system, y, times, rate=1e-9)
    yield "radau", radau(system, y, times, tolerance=1e-10)


@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_every_route_is_the_exponential(n, kind):
    matrix = decaying(n, n, kind)
    y = np.random.default_rng(3).normal(size=n).astype(kind)
    for name, route in routes(matrix, y, TIMES):
        points = list(route)
        assert len(points) == len(TIMES) - 1
        for t, point in zip(TIMES[1:], points, strict=True):
            error = np.linalg.norm(point.y - la.expm(t * matrix) @ y)
            assert error < 2e-8, name
            assert point.y.dtype == kind
        errors = [point.error for point in points]
        assert errors == sorted(errors)


def test_error_estimates_are_not_too_small():
    matrix = decaying(80, 1, float)
    y = np.random.default_rng(3).normal(size=80)
    exact = la.expm(TIMES[-1] * matrix) @ y
    for rate in (1e-3, 1e-6, 1e-9):
        for route in (
            krylov_exponential(sp.csr_array(matrix), y, TIMES, rate=rate, vectors=20),
            runge_kutta(LinearSystem(sp.csr_array(matrix)), y, TIMES, rate=rate),
        ):
            last = list(route)[-1]
            assert np.linalg.norm(last.y - exact) <= 3 * last.error + 1e-13
            assert last.error <= 1.1 * rate * TIMES[-1]


def test_diffusion_needs_few_products():
    """The heat equation: products grow like √(‖A‖t), not like ‖A‖t = 8·10⁴."""
    n = 200
    matrix = sp.csr_array(sp.diags_array([np.ones(n - 1), -2 * np.ones(n), np.ones(n - 1)], offsets=[-1, 0, 1]) * 2e4)
    y = np.sin(np.pi * np.arange(1, n + 1) / (n + 1)) + np.random.default_rng(0).normal(size=n)
    last = list(krylov_exponential(matrix, y, np.array([0.0, 0.5, 1.0]), rate=1e-9, vectors=40))[-1]
    np.testing.assert_allclose(last.y, la.expm(matrix.toarray()) @ y, rtol=0, atol=1e-8)
    assert last.products < 6000


def test_a_state_at_rest_costs_nothing():
    matrix = sp.csr_array(np.array([[-1.0, 2.0], [1.0, -2.0]]))
    points = list(krylov_exponential(matrix, np.array([2.0, 1.0]), np.linspace(0, 100, 50), rate=1e-12))
    assert len(points) == 49
    assert points[-1].products == 1
    np.testing.assert_array_equal(points[-1].y, [2.0, 1.0])


def test_zero_and_nilpotent_matrices():
    y = np.array([1.0, 2.0, 3.0])
    for matrix in (np.zeros((3, 3)), np.diag([1.0, 1.0], 1)):
        for name, route in routes(matrix, y, TIMES):
            last = list(route)[-1]
            np.testing.assert_allclose(last.y, la.expm(TIMES[-1] * matrix) @ y, rtol=0, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("kind", [float, complex])
def test_a_commuting_drive_is_a_quadrature(kind):
    """A(t) = (1 + cos 5t)·M: y(t) = exp((t + sin(5t)/5) M) y₀."""
    matrix = decaying(6, 2, kind)
    system = LinearSystem(sp.csr_array(matrix), (sp.csr_array(matrix),), lambda t: np.array([np.cos(5 * t)]))
    y = np.ones(6, dtype=kind)
    for route in (runge_kutta(system, y, TIMES, rate=1e-9), radau(system, y, TIMES, tolerance=1e-10)):
        for t, point in zip(TIMES[1:], route, strict=True):
            expected = la.expm((t + np.sin(5 * t) / 5) * matrix) @ y
            np.testing.assert_allclose(point.y, expected, rtol=0, atol=2e-8)


def test_noise_is_no_signal():
    noise = np.random.default_rng(1)
    system = LinearSystem(
        sp.csr_array(np.zeros((1, 1))), (sp.csr_array(np.eye(1)),), lambda t: 1e3 * noise.normal(size=1)
    )
    with pytest.raises(NotConverged, match="at t = 1"):
        list(runge_kutta(system, np.ones(1), np.array([1.0, 2.0]), rate=1e-9))


def test_uniform_steps_cost_one_exponential():
    assert different_steps(np.linspace(0, 1, 101)) == 1
    assert different_steps(np.array([0, 1, 2, 4, 8.0])) == 1
    assert different_steps(np.geomspace(1, 3, 8)) == 7
