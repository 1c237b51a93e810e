"""GMRES, and what it keeps of slow directions from cycle to cycle."""

from __future__ import annotations

import numpy as np
import pytest

from photinus.numerics.krylov import SLOW, Cycles, gmres


def matrix_with_slow_directions(size: int, dtype: type) -> np.ndarray:
    """A non-normal matrix with five eigenvalues from 1e-4 to 1e-2, the others around 1."""
    rng = np.random.default_rng(3)
    values = np.concatenate([np.geomspace(1e-4, 1e-2, 5), rng.uniform(0.6, 1.4, size - 5)]).astype(dtype)
    if dtype is complex:
        values *= np.exp(0.4j * rng.normal(size=size))
    vectors = np.eye(size) + 0.4 * rng.normal(size=(size, size)) / np.sqrt(size)
    return np.asarray(vectors @ np.diag(values) @ np.linalg.inv(vectors))


@pytest.mark.parametrize("dtype", [float, complex])
def test_slow_directions_are_kept_over_restarts(dtype: type) -> None:
    matrix = matrix_with_slow_directions(400, dtype)
    scale = np.linspace(1, 3, 400)
    target = matrix @ np.ones(400, dtype=dtype)

    def solved(length: int, cycles: Cycles | None = None) -> int:
        cycles = Cycles(length) if cycles is None else cycles
        found = gmres(lambda x: matrix @ x, target, lambda y: y / scale, tolerance=1e-10, cycles=cycles)
        size = np.linalg.norm(matrix @ found.vector - target) / np.linalg.norm(target)
        assert found.residual == pytest.approx(size, rel=1e-3)
        assert found.converged == (size <= 1.05e-10)
        return found.products if found.converged else 2000

    whole = solved(400)
    with_memory = solved(25)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("photinus.numerics.krylov.LONG", 1000)
        without = solved(25)
    assert with_memory < 2 * whole < 4 * with_memory
    assert without > 3 * with_memory

    cycles = Cycles(40)
    solved(40, cycles)
    assert solved(40, cycles) < 0.7 * whole  # a second system begins with what the first one has learnt


@pytest.mark.parametrize("dtype", [float, complex])
def test_images_are_orthonormal_and_those_of_the_directions(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photinus.numerics.krylov.LONG", 10)
    matrix, cycles = matrix_with_slow_directions(120, dtype), Cycles(30)
    for seed in range(3):
        target = matrix @ np.random.default_rng(seed).normal(size=120).astype(dtype)
        gmres(lambda x: matrix @ x, target, lambda y: y, tolerance=1e-9, cycles=cycles)
        assert len(cycles) == SLOW
        np.testing.assert_allclose(cycles.images, cycles.directions @ matrix.T, atol=1e-9)
        np.testing.assert_allclose(cycles.images.conj() @ cycles.images.T, np.eye(SLOW), atol=1e-9)
    values = np.abs(np.linalg.eigvals(cycles.images.conj() @ cycles.directions.T))
    slowest = np.sort(np.abs(np.linalg.eigvals(matrix)))[:2]
    np.testing.assert_allclose(np.sort(1 / values)[:2], slowest, rtol=1e-3)  # the harmonic Ritz values


def test_a_null_vector_is_no_slow_direction() -> None:
    """A consistent singular system: its null vector would have no image."""
    values = np.concatenate([[0.0], np.geomspace(1e-3, 1e-2, 3), np.linspace(0.5, 1.5, 96)])
    target, cycles = np.append([0.0], np.ones(99)), Cycles(30)
    found = gmres(lambda x: values * x, target, lambda y: y, tolerance=1e-11, cycles=cycles)
    assert found.converged
    np.testing.assert_allclose(found.vector[1:], 1 / values[1:], rtol=1e-7)
    assert np.isfinite(cycles.directions).all()
    assert np.abs(cycles.directions).max() < 1e5
