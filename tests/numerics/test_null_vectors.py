"""Null vectors of generators of classical Markov chains, against the singular value decomposition."""

import numpy as np
import pytest
import scipy.sparse as sp

from photinus.numerics.krylov import Cycles, gmres
from photinus.numerics.linear import dense_null_vector, sparse_regular
from photinus.numerics.singular import bandwidth, singular_null_vector


def chain(size: int, seed: int, scale: float = 1.0) -> np.ndarray:
    """A random generator: columns sum to zero, so that the indicator of all places is its left null vector."""
    rng = np.random.default_rng(seed)
    rates = rng.exponential(size=(size, size)) * scale
    np.fill_diagonal(rates, 0)
    return rates - np.diag(rates.sum(axis=0))


def by_svd(matrix: np.ndarray) -> np.ndarray:
    vector = np.linalg.svd(matrix)[2][-1]
    return vector / vector.sum()


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("size", [1, 2, 7, 40, 70])
def test_dense_and_sparse_agree_with_the_svd(size: int, scale: float) -> None:
    matrix, places = chain(size, size, scale), np.arange(size)
    sparse = sp.csc_array(matrix)
    for found in (
        dense_null_vector(matrix, places),
        singular_null_vector(sparse, places),
    ):
        assert found.nullity == 1
        np.testing.assert_allclose(found.vector, by_svd(matrix), atol=1e-13)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("size", [2, 7, 40, 70])
def test_the_inverse_solves_for_right_hand_sides_without_trace(size: int, scale: float) -> None:
    matrix, places = chain(size, size, scale), np.arange(size)
    rng = np.random.default_rng(size)
    target = rng.normal(size=size) + 1j * rng.normal(size=size)
    target -= target.mean()
    for found in (dense_null_vector(matrix, places), singular_null_vector(sp.csc_array(matrix), places)):
        x = found.inverse(target)
        assert abs(x.sum()) < 1e-11 * np.abs(x).sum()
        np.testing.assert_allclose(matrix @ x, target, atol=1e-12 * np.abs(matrix).max() * np.abs(x).max())


@pytest.mark.parametrize("size", [3, 12])
def test_two_closed_classes_are_two(size: int) -> None:
    matrix = np.block([[chain(size, 1), np.zeros((size, size))], [np.zeros((size, size)), chain(size, 2)]])
    places = np.arange(2 * size)
    assert dense_null_vector(matrix, places).nullity == 2
    assert singular_null_vector(sp.csc_array(matrix), places).nullity == 2


def birth_death(up: np.ndarray, down: np.ndarray) -> sp.csc_array:
    """The generator of a chain that climbs from n at the rate up[n] and falls from n + 1 at the rate down[n]."""
    diagonal = -np.append(up, 0) - np.append(0, down)
    return sp.diags_array([up, diagonal, down], offsets=[-1, 0, 1]).tocsc()


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("peak", [0, 300, 1999])
def test_a_long_chain_has_the_products_of_its_rates(unit: float, peak: int) -> None:
    """Detailed balance p[n+1] / p[n] = up[n] / down[n]; far from the peak the populations underflow."""
    n = np.arange(1999)
    up, down = unit * np.exp(0.5 * np.tanh((peak - n) / 40)), unit * np.exp(-0.5 * np.tanh((peak - n) / 40))
    log = np.concatenate([[0.0], np.cumsum(np.log(up / down))])
    expected = np.exp(log - log.max())
    matrix = birth_death(up, down)
    found = singular_null_vector(matrix, np.arange(2000))
    assert bandwidth(matrix) == (1, 1)
    assert found.nullity == 1
    assert np.abs(found.vector - expected / expected.sum()).sum() < 10 * found.error < 1e-9


def test_coherences_beside_the_populations_do_not_count_in_the_trace() -> None:
    """A driven qubit in the order (0,0), (0,1), (1,0), (1,1): a complex band matrix."""
    omega, rate = 0.7, 1.3
    h, jump = np.array([[0, omega / 2], [omega / 2, 0.4]]), np.sqrt(rate) * np.array([[0, 1], [0, 0]])
    one = np.eye(2)
    k = -1j * h - jump.T @ jump / 2
    matrix = np.kron(k, one) + np.kron(one, k.conj()) + np.kron(jump, jump)
    found = singular_null_vector(sp.csc_array(matrix), np.array([0, 3]))
    reference = dense_null_vector(matrix, np.array([0, 3]))
    assert found.nullity == 1
    np.testing.assert_allclose(found.vector, reference.vector, atol=1e-14)


def test_a_band_of_two_chains_is_two_until_a_slow_step_joins_them() -> None:
    up, down = np.ones(99), np.full(99, 2.0)
    up[49] = down[49] = 0.0
    assert singular_null_vector(birth_death(up, down), np.arange(100)).nullity == 2
    up[49] = 1e-9
    down[49] = 1e-9
    assert singular_null_vector(birth_death(up, down), np.arange(100)).nullity == 1


def test_a_slow_exchange_between_two_classes_makes_one_again() -> None:
    size, slow = 6, 1e-9
    matrix = np.block([[chain(size, 1), np.zeros((size, size))], [np.zeros((size, size)), chain(size, 2)]])
    for a, b in ((0, size), (size, 0)):
        matrix[a, b] += slow
        matrix[b, b] -= slow
    found = dense_null_vector(matrix, np.arange(2 * size))
    assert found.nullity == 1
    assert found.rcond < 1e-6
    assert np.abs(matrix @ found.vector).max() < 1e-15


def test_regular_and_singular_matrices_are_told_apart() -> None:
    assert sparse_regular(sp.csc_array(chain(9, 3) - 0.1 * np.eye(9)))
    assert not sparse_regular(sp.csc_array(chain(9, 3)))


@pytest.mark.parametrize("restart", [4, 30])
def test_gmres_solves_a_consistent_singular_system(restart: int) -> None:
    matrix = chain(30, 5)
    target = np.random.default_rng(1).normal(size=30)
    target -= target.mean()
    diagonal = np.diagonal(matrix)
    found = gmres(lambda x: matrix @ x, target, lambda y: y / diagonal, tolerance=1e-11, cycles=Cycles(restart))
    assert found.converged
    assert np.linalg.norm(matrix @ found.vector - target) <= 1.1e-11 * np.linalg.norm(target)


def test_gmres_gives_up_where_there_is_no_solution() -> None:
    matrix = chain(20, 5)
    found = gmres(lambda x: matrix @ x, np.ones(20), lambda y: y, tolerance=1e-8, maximum=200, cycles=Cycles(10))
    assert not found.converged
    assert found.residual > 0.9
