"""Kernels of matrices whose eigenvalue zero is semisimple: dimension, biorthogonality, gap, and what is doubtful."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from photinus.numerics.kernels import DOUBTFUL, EPS, dense_kernel, sparse_kernel


def planted(size: int, zeros: int, gap: float, seed: int, kind=complex) -> np.ndarray:
    """V diag(0 … 0, −gap, …) V⁻¹ with the rest of the spectrum left of −gap."""
    rng = np.random.default_rng(seed)
    values = np.concatenate([np.zeros(zeros), [-gap], -gap - rng.uniform(1, 5, size - zeros - 1)])
    vectors = rng.normal(size=(size, size)) / np.sqrt(size) + np.eye(size)
    if kind is complex:
        values = values + 1j * rng.normal(size=size) * (values < -gap)
        vectors = vectors + 0.3j * rng.normal(size=(size, size)) / np.sqrt(size)
    return vectors @ np.diag(values) @ np.linalg.inv(vectors)


@pytest.mark.parametrize("zeros", [0, 1, 2, 5, 9, 40])
@pytest.mark.parametrize("kind", [float, complex])
def test_both_routes_find_the_kernel_and_the_gap(zeros, kind):
    matrix = planted(90, zeros, 0.3, 7 + zeros, kind)
    dense, sparse = dense_kernel(matrix), sparse_kernel(sp.csc_array(matrix))
    for found in (dense, sparse):
        assert found.dimension == zeros
        assert found.gap == pytest.approx(0.3, rel=0.15)
        assert found.residual < 1e-13
        assert np.abs(found.left.conj().T @ found.right - np.eye(zeros)).max(initial=0) < 1e-9
    # The projection does not depend on the bases.
    apart = dense.right @ dense.left.conj().T - sparse.right @ sparse.left.conj().T
    assert np.abs(apart).max(initial=0) < 1e-9


def test_slow_modes_are_not_zero():
    matrix = planted(90, 3, 1e-8, 3)
    found = sparse_kernel(sp.csc_array(matrix))
    assert found.dimension == 3
    assert found.gap == pytest.approx(1e-8, rel=0.1)
    assert not found.doubtful


def test_an_eigenvalue_just_above_the_threshold_is_doubtful():
    size = 50.0
    for route in (dense_kernel, lambda matrix: sparse_kernel(sp.csc_array(matrix))):
        found = route(np.diag(np.concatenate([[0, -5 * 100 * EPS * size], -np.linspace(1, size, 60)])))
        assert found.dimension == 1
        assert found.doubtful
        assert 1 < found.separation < DOUBTFUL


def test_empty_and_zero_matrices():
    assert dense_kernel(np.zeros((0, 0))).dimension == 0
    for route in (dense_kernel, lambda matrix: sparse_kernel(sp.csc_array(matrix))):
        found = route(np.zeros((4, 4)))
        assert found.dimension == 4
        assert found.gap == np.inf


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_the_unit_does_not_matter(unit):
    found = sparse_kernel(sp.csc_array(unit * planted(80, 4, 0.2, 1)))
    assert found.dimension == 4
    assert found.gap == pytest.approx(0.2 * unit, rel=0.15)
