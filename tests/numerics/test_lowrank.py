"""Diagonal plus low rank: found where it is, not where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from photinus.numerics.lowrank import diagonal_plus_low_rank, root
from photinus.numerics.polynomials import polynomial_map

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("n", [24, 61, 200])
@pytest.mark.parametrize("rank", [0, 1, 2, 5])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_the_decomposition_is_found_whatever_the_diagonal(n: int, rank: int, scale: float) -> None:
    u = RNG.normal(size=(n, rank)) + 1j * RNG.normal(size=(n, rank))
    matrix = scale * (np.diag(10 * RNG.normal(size=n)) + u @ RNG.normal(size=(rank, n)))
    found = diagonal_plus_low_rank(matrix)
    assert found is not None
    assert found.left.shape[1] == rank
    x = RNG.normal(size=(n, 3))
    assert np.abs(found @ x - matrix @ x).max() <= 1e-11 * np.abs(matrix).max() * n
    assert np.abs(found @ x[:, 0] - matrix @ x[:, 0]).max() <= 1e-11 * np.abs(matrix).max() * n


def test_what_has_no_low_rank_is_refused() -> None:
    assert diagonal_plus_low_rank(RNG.normal(size=(60, 60))) is None
    almost = np.ones((60, 60))
    almost[3, 50] += 1e-6
    assert diagonal_plus_low_rank(np.eye(60) + 0.5 * RNG.normal(size=(60, 9)) @ RNG.normal(size=(9, 60))) is None
    found = diagonal_plus_low_rank(almost)
    assert found is None or np.abs(found @ np.eye(60) - almost).max() < 1e-12
    assert diagonal_plus_low_rank(np.ones((10, 10))) is None  # too small to be worth it
    assert diagonal_plus_low_rank(np.zeros((30, 30))) is None


def test_the_root_of_a_covariance() -> None:
    u = RNG.normal(size=(50, 2)) + 1j * RNG.normal(size=(50, 2))
    matrix = np.diag(1 + RNG.random(50)) + u @ u.conj().T
    factor = root(matrix)
    assert factor is not None
    b = factor @ np.eye(50)
    assert np.abs(b @ b.conj().T - matrix).max() < 1e-11
    assert root(np.diag(np.full(50, 1.0)) - 2 * np.ones((50, 50)) / 50) is None  # not positive
    assert root(np.ones((50, 50))) is None  # no diagonal


@pytest.mark.parametrize("kind", ["constant", "two groups", "dense"])
def test_polynomial_maps_use_dense_blocks_without_another_result(kind: str) -> None:
    n = 150
    coupling = {
        "constant": np.full((n, n), 0.3),
        "two groups": 1.0 + (np.arange(n)[:, None] % 2) * (np.arange(n)[None] % 2),
        "dense": RNG.normal(size=(n, n)),
    }[kind]
    i, j = (index.ravel() for index in np.indices((n, n)))
    linear = np.stack([2 * j, np.full(n * n, 2 * n), np.full(n * n, 2 * n)], axis=1)
    k = np.arange(n)
    cubic = np.stack([2 * k, 2 * k, 2 * k + 1], axis=1)
    values = np.concatenate([coupling.ravel(), np.full(n, -0.1)]).astype(complex)
    f = polynomial_map((n, 2 * n), np.r_[i, k], np.concatenate([linear, cubic]), values)
    assert f._split[1]
    for x in (RNG.normal(size=2 * n) + 0j, RNG.normal(size=(2 * n, 4)) + 1j, RNG.normal(size=(2 * n, 2, 3)) + 0j):
        expected = np.tensordot(coupling, x[::2], 1) - 0.1 * x[::2] ** 2 * x[1::2]
        assert np.abs(f(x) - expected).max() < 1e-11
