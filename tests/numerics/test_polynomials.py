"""Maps of many polynomials against their definition."""

from __future__ import annotations

import numpy as np
import pytest

from photinus.errors import MemoryBudgetExceeded
from photinus.numerics.polynomials import polynomial_map


def random_map(seed: int, variables: int = 5, terms: int = 30, rows: int = 4, degree: int = 4):
    rng = np.random.default_rng(seed)
    row = rng.integers(0, rows, terms)
    factors = rng.integers(0, variables + 1, (terms, degree))
    return (rows, variables), row, factors, rng.normal(size=terms) + 1j * rng.normal(size=terms)


def by_hand(shape, row, factors, coefficients, x):
    out = np.zeros((shape[0], *x.shape[1:]), dtype=complex)
    extended = np.concatenate([x, np.ones((1, *x.shape[1:]))])
    for r, f, c in zip(row, factors, coefficients, strict=True):
        out[r] += c * np.prod(extended[f], axis=0)
    return out


@pytest.mark.parametrize("points", [(), (7,), (2, 3)])
def test_values_are_sums_of_products(points) -> None:
    terms = random_map(1)
    x = np.random.default_rng(2).normal(size=(5, *points))
    assert np.allclose(polynomial_map(*terms)(x), by_hand(*terms, x), rtol=1e-13)


def test_derivatives_of_three_orders() -> None:
    terms = random_map(3)
    f = polynomial_map(*terms)
    rng = np.random.default_rng(4)
    x, u, v, w = rng.normal(size=(4, 5))
    h = 1e-5
    jacobian = f.jacobian(x)
    assert np.allclose(jacobian @ u, (f(x + h * u) - f(x - h * u)) / (2 * h), rtol=1e-7)
    assert np.allclose(f.sparse_jacobian(x).toarray(), jacobian, rtol=1e-14)
    assert np.allclose(f.along(x, u), jacobian @ u, rtol=1e-13)
    assert np.allclose(f.along(x, u, v), (f.along(x + h * v, u) - f.along(x - h * v, u)) / (2 * h), rtol=1e-7)
    second = [f.along(x + s * h * w, u, v) for s in (1, -1)]
    assert np.allclose(f.along(x, u, v, w), (second[0] - second[1]) / (2 * h), rtol=1e-7)


def test_many_points_at_once() -> None:
    f = polynomial_map(*random_map(5))
    x = np.random.default_rng(6).normal(size=(5, 3))
    assert np.allclose(f.jacobian(x), [f.jacobian(x[:, k]) for k in range(3)], rtol=1e-14)


def test_what_cancels_is_dropped() -> None:
    factors = np.array([[0, 1], [1, 0], [0, 2]])
    f = polynomial_map((1, 2), np.zeros(3, dtype=int), factors, np.array([0.1, -0.1, 3.0]))
    assert f.matrix.nnz == 1
    assert f.degree == 1
    assert f(np.array([2.0, 7.0])).tolist() == [6.0]


def test_a_map_without_terms() -> None:
    f = polynomial_map((2, 2), np.zeros(0, dtype=int), np.zeros((0, 0), dtype=int), np.zeros(0))
    assert f(np.ones(2)).tolist() == [0, 0]
    assert f.jacobian(np.ones(2)).tolist() == [[0, 0], [0, 0]]


def test_more_variables_than_one_integer_holds() -> None:
    variables, degree = 2000, 8
    factors = np.full((2, degree), variables)
    factors[0, :6] = factors[1, :6] = [1999, 3, 1999, 5, 7, 11]
    f = polynomial_map((variables, variables), np.array([4, 4]), factors, np.array([1.0, 2.0]))
    assert f.matrix.nnz == 1
    assert f(np.full(variables, 2.0))[4] == 3 * 2**6


def test_memory_is_asked_for_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photinus.numerics.memory.available_memory", lambda: 1e6)
    with pytest.raises(MemoryBudgetExceeded, match="monomials"):
        polynomial_map(*random_map(7))(np.ones((5, 100_000)))
