"""Eigenpairs: dense against the definition, shift-invert against dense, exceptional points, degenerate eigenvalues."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from photinus.errors import NotConverged
from photinus.numerics import eigen
from photinus.numerics.eigen import dense_eigenpairs, slowest_first, sparse_eigenpairs, union


def diagonalisable(values: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    n = len(values)
    basis = np.eye(n) + 0.3 * rng.normal(size=(n, n)) / np.sqrt(n)
    return basis @ np.diag(values) @ np.linalg.inv(basis)


@given(seed=st.integers(0, 10_000), size=st.integers(1, 12), scale=st.sampled_from([1e-9, 1.0, 1e9]))
@settings(max_examples=40, deadline=None)
def test_definition(seed, size, scale):
    rng = np.random.default_rng(seed)
    matrix = scale * (rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size)))
    pairs = dense_eigenpairs(matrix, size)
    assert np.allclose(pairs.left.conj().T @ pairs.right, np.eye(size), atol=1e-8 * pairs.conditions.max())
    assert (pairs.residuals <= 1e-12 * pairs.conditions.max()).all()
    assert np.allclose(pairs.left.conj().T @ matrix @ pairs.right, np.diag(pairs.values), atol=1e-8 * scale * size**2)
    assert (np.diff(pairs.values.real) <= 1e-10 * scale).all()
    assert (pairs.conditions >= 1 - 1e-12).all()


def test_order_and_the_last_of_a_degenerate_group():
    values = np.array([-3.0, 0.0, -1 + 2j, -1 - 2j, -1.0, -1.0])
    assert values[slowest_first(values)].tolist() == [0, -1, -1, -1 - 2j, -1 + 2j, -3]
    pairs = dense_eigenpairs(np.diag(values), 2)  # the second is one of two equal ones: both are given
    assert np.allclose(pairs.values, [0, -1, -1])


def test_exactly_defective():
    pairs = dense_eigenpairs(np.array([[-1.0, 1.0], [0.0, -1.0]]), 2)
    assert np.allclose(pairs.values, -1)
    assert (pairs.conditions > 1e7).all()
    assert (pairs.rounding > 1e-9).all()


@pytest.mark.parametrize("size", [2, 3, 4])
def test_rounding_scatters_a_jordan_block_only_so_far(size):
    """A block of size m moves by ε^{1/m}, not by ε times a condition that is infinite where it is found whole."""
    block = -6 * np.eye(size) + np.diag(np.full(size - 1, 5.0), 1)
    turn = la.qr(np.random.default_rng(size).normal(size=(size, size)))[0]
    for matrix in (block, turn @ block @ turn.T):
        pairs = dense_eigenpairs(matrix, size)
        assert (np.abs(pairs.values + 6) <= pairs.rounding).all()
        assert pairs.rounding.max() <= 100 * np.finfo(float).eps ** (1 / size)


def test_one_and_zero():
    assert dense_eigenpairs(np.zeros((1, 1)), 1).values.tolist() == [0]
    assert dense_eigenpairs(np.zeros((3, 3)), 1).values.tolist() == [0, 0, 0]


@pytest.mark.parametrize("target", [0.05, 0.05 + 1j])
@pytest.mark.parametrize("real", [True, False])
def test_shift_invert_is_dense(target, real):
    rng = np.random.default_rng(3)
    values = -rng.uniform(0, 40, size=120) + 1j * rng.normal(size=120) * (not real)
    values[0] = 0
    matrix = diagonalisable(values, 4)
    matrix = matrix.real if real else matrix
    pairs, radius = sparse_eigenpairs(sp.csc_array(matrix), 5, target)
    inside = values[np.abs(values - target) < radius * (1 - 1e-9)]
    found = pairs.values[np.abs(pairs.values - target) < radius * (1 - 1e-9)]
    assert np.allclose(np.sort_complex(found), np.sort_complex(inside), atol=1e-9)
    assert np.allclose(pairs.left.conj().T @ pairs.right, np.eye(len(pairs.values)), atol=1e-9)
    assert pairs.residuals.max() < 1e-9


def test_degenerate_eigenvalues_are_all_found():
    values = np.concatenate([np.zeros(4), [-0.5] * 3, -np.arange(1.0, 100.0)])
    matrix = sp.csc_array(diagonalisable(values, 5))
    pairs, radius = sparse_eigenpairs(matrix, 8, 0.01)
    assert radius > 0.6
    assert np.allclose(pairs.values[:7], values[:7], atol=1e-9)


def test_union_of_two_targets():
    values = np.concatenate([-0.1 + 5j * np.arange(-10, 11), -np.arange(3.0, 80.0)])
    matrix = sp.csc_array(diagonalisable(values, 6))
    parts = [sparse_eigenpairs(matrix, 3, target)[0] for target in (0.01, 0.02, 5j)]
    both = union(parts, matrix)
    assert np.allclose(np.sort(both.values.imag[:3]), [-5, 0, 5], atol=1e-8)
    assert np.abs(np.subtract.outer(both.values, both.values))[~np.eye(len(both.values), dtype=bool)].min() > 0.5


def test_a_target_on_an_eigenvalue_is_refused():
    with pytest.raises(NotConverged, match="eigenvalue"):
        sparse_eigenpairs(sp.csc_array(np.diag(-np.arange(30.0))), 3, 0)


def test_a_degenerate_eigenvalue_with_all_its_vectors_is_no_exceptional_point(monkeypatch):
    """Whatever basis of the eigenspace the solver returns: here one that is all but linearly dependent."""
    rng = np.random.default_rng(4)
    basis = rng.normal(size=(6, 6))
    values = np.array([-1.0, -1.0, -1.0, -2.0, -3.0, -4.0])
    matrix = basis @ np.diag(values) @ np.linalg.inv(basis)
    plain = eigen.la.eig

    def careless(*arguments, **options):
        found, left, right = plain(*arguments, **options)
        same = np.flatnonzero(np.abs(found + 1) < 1e-9)
        right[:, same[1]] = right[:, same[0]] + 1e-9 * right[:, same[1]]
        return found, left, right / np.linalg.norm(right, axis=0)

    monkeypatch.setattr(eigen.la, "eig", careless)
    pairs = dense_eigenpairs(matrix.astype(complex), 6)
    np.testing.assert_allclose(pairs.values, values, atol=1e-12)
    assert pairs.conditions.max() <= np.linalg.cond(basis) * (1 + 1e-9)
    assert pairs.residuals.max() < 1e-14
    np.testing.assert_allclose(pairs.left.conj().T @ pairs.right, np.eye(6), atol=1e-12)


def test_a_jordan_block_stays_an_exceptional_point():
    pairs = dense_eigenpairs(np.array([[-1.0, 1.0, 0], [0, -1.0, 0], [0, 0, -2.0]], complex), 3)
    assert pairs.conditions[:2].min() > 1e7


@pytest.mark.parametrize("copies", [2, 4])
@pytest.mark.parametrize("seed", range(4))
def test_degenerate_eigenvalues_of_a_sparse_matrix_have_the_conditions_of_one_copy(copies, seed):
    """1 ⊗ M has each eigenvalue of M as often as there are copies, and no more parallel eigenvectors."""
    rng = np.random.default_rng(seed)
    one = np.diag(-0.3 * np.arange(60.0) - 0.1) + np.triu(rng.normal(size=(60, 60)) * (rng.random((60, 60)) < 0.1), 1)
    mixing = np.kron(rng.normal(size=(copies, copies)), np.eye(60))
    matrix = mixing @ np.kron(np.eye(copies), one) @ np.linalg.inv(mixing)
    matrix[np.abs(matrix) < 1e-13] = 0
    pairs, _ = sparse_eigenpairs(sp.csc_array(matrix), 8, 0.05)
    values, left, right = la.eig(one, left=True, right=True)
    conditions = 1 / np.abs(np.sum(left.conj() * right, axis=0))
    expected = np.repeat(conditions[np.argsort(-values.real)], copies)[:8]
    np.testing.assert_allclose(pairs.conditions[:8], expected, rtol=1e-6)
    np.testing.assert_allclose(pairs.left.conj().T @ pairs.right, np.eye(len(pairs.values)), atol=1e-9)


def test_a_sparse_jordan_block_stays_an_exceptional_point():
    matrix = sp.lil_array(np.diag(-1.0 - np.arange(80.0)))
    matrix[1, 1] = -1.0
    matrix[0, 1] = 1.0
    pairs, _ = sparse_eigenpairs(matrix.tocsc(), 4, 0.1)
    assert np.count_nonzero(pairs.conditions > 1e5) == 2
