"""Slow eigenvalues of any frequency by Arnoldi's method, against matrices whose spectra are known."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
import scipy.sparse as sp

from photinus.numerics.arnoldi import separate_parts, slowest_eigenpairs, typical_size


def ladder(rungs: int, turns: int, seed: int = 0, copies: int = 1) -> tuple[sp.csc_array, np.ndarray]:
    """A real matrix with the eigenvalues −0.01 − 0.05(k + q²/3) ± iq, hidden by a sparse similarity."""
    blocks, values = [], []
    for k in range(rungs):
        for q in range(turns):
            rate = 0.01 + 0.05 * (k + q * q / 3)
            for _ in range(copies):
                block = np.array([[-rate]]) if q == 0 else np.array([[-rate, q], [-q, -rate]])
                blocks.append(block)
                values += [-rate + 1j * q, -rate - 1j * q] if q else [-rate]
    matrix = sp.block_diag(blocks, format="csc")
    n = matrix.shape[0]
    rng = np.random.default_rng(seed)
    upper = sp.triu(sp.random(n, n, density=3 / n, random_state=rng), 1, format="csc") * 0.3 + sp.eye_array(n)
    turned = upper @ matrix @ sp.csc_array(la.inv(upper.toarray()))
    order = rng.permutation(n)
    return sp.csc_array(turned[order][:, order]), np.array(values)


@pytest.mark.parametrize("copies", [1, 2])
def test_slow_modes_of_any_frequency(copies):
    matrix, values = ladder(30, 5, copies=copies)
    found = slowest_eigenpairs(matrix, 12)
    assert found.pairs is not None
    slow = np.sort(-values.real)[: 12 * copies]
    np.testing.assert_allclose(np.sort(-found.pairs.values.real)[:12], slow[:12], atol=1e-8)
    assert found.pairs.residuals.max() < 1e-8
    overlaps = found.pairs.left.conj().T @ found.pairs.right
    np.testing.assert_allclose(overlaps, np.eye(len(overlaps)), atol=1e-8)
    inside = values[np.abs(values - found.center) < 0.99 * found.radius]
    gaps = np.abs(found.pairs.values[:, None] - inside[None, :]).min(axis=0)
    slower = inside.real > found.pairs.values.real.min() + 1e-9
    assert gaps[slower].max() < 1e-7


def test_separate_parts_are_solved_apart():
    one, first = ladder(50, 4, seed=1)
    two, second = ladder(60, 3, seed=2)
    matrix = sp.block_diag([one, 0.9 * two], format="csc")
    order = np.random.default_rng(3).permutation(matrix.shape[0])
    matrix = sp.csc_array(matrix[order][:, order])
    values = np.concatenate([first, 0.9 * second])
    parts = separate_parts(matrix)
    assert len(parts) == 2
    assert sum(map(len, parts)) == len(values)
    assert abs(matrix[parts[0]][:, parts[1]]).sum() == 0
    found = slowest_eigenpairs(matrix, 10)
    assert found.pairs is not None
    np.testing.assert_allclose(-found.pairs.values.real[:10], np.sort(-values.real)[:10], atol=1e-8)
    assert len(separate_parts(sp.csc_array(sp.eye_array(500)))) == 1


def test_what_does_not_converge_is_said():
    """Without damping every frequency is as slow as any other."""
    n = 900
    values = np.linspace(1, 40, n // 2)
    matrix = sp.block_diag([np.array([[0, w], [-w, 0]]) for w in values], format="csc") - 1e-9 * sp.eye_array(n)
    mixed = la.qr(np.random.default_rng(0).normal(size=(n, n)))[0]
    dense = sp.csc_array(mixed @ matrix.toarray() @ mixed.T)
    found = slowest_eigenpairs(dense, 20)
    assert found.pairs is None
    assert len(found.seen)


def test_the_typical_size_is_that_of_slow_modes():
    matrix, _ = ladder(40, 4)
    assert 0.1 < typical_size(1e3 * matrix, 12) / 1e3 < 4
