"""The waiting time of ‖e^{Kt}ψ‖² against closed forms and against a dense exponential."""

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given
from hypothesis import strategies as st

from photinus.numerics.decay import Decay, norms


def random_decay(seed: int, n: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """K = −iH − ½ L†L with random H and L, and some normalised rows."""
    rng = np.random.default_rng(seed)
    h, jump = (rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)) for _ in range(2))
    rows = rng.normal(size=(7, n)) + 1j * rng.normal(size=(7, n))
    return rate * (-1j * (h + h.conj().T) - 0.5 * jump.conj().T @ jump), rows / np.linalg.norm(rows, axis=1)[:, None]


@pytest.mark.parametrize("rate", [1e-9, 0.3, 1e9])
def test_exponential_waiting_time(rate: float) -> None:
    decay = Decay(np.array([[-0.5 * rate]]), 40 / rate)
    targets = np.array([0.9, 0.5, 1e-3, 1e-12])
    flight = decay.fly(np.ones((4, 1), complex), targets, np.full(4, 40 / rate))
    # One ladder reaches e^{-20} and more; a longer flight is taken up again by the caller.
    assert flight.fallen[:3].all()
    np.testing.assert_allclose(flight.elapsed[:3], -np.log(targets[:3]) / rate, rtol=1e-12)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 9), scale=st.sampled_from([1e-8, 1.0, 1e8]))
def test_flights_end_where_the_norm_meets_its_target_or_the_time_is_over(seed: int, n: int, scale: float) -> None:
    matrix, rows = random_decay(seed, n, scale)
    targets = np.random.default_rng(seed).uniform(0.02, 0.999, len(rows))
    remaining = np.linspace(0.01, 1.5, len(rows)) / scale
    flight = Decay(matrix, 1.5 / scale).fly(rows, targets, remaining)
    for k, row in enumerate(rows):
        exact = la.expm(matrix * flight.elapsed[k]) @ row
        np.testing.assert_allclose(flight.vectors[k], exact, atol=1e-12)
    assert (flight.elapsed <= remaining * (1 + 1e-12)).all()
    np.testing.assert_allclose(norms(flight.vectors)[flight.fallen], targets[flight.fallen], rtol=1e-11)
    assert (norms(flight.vectors)[~flight.fallen] >= targets[~flight.fallen] * (1 - 1e-11)).all()


def test_an_exceptional_point_is_no_exception() -> None:
    gamma = 1.0
    matrix = np.array([[-gamma, gamma], [-gamma, gamma]]) * 0.5 - 0.6 * gamma * np.eye(2)  # one eigenvector only
    start = np.array([[0.6, 0.8]], complex)
    flight = Decay(matrix, 3.0).fly(start, np.array([0.3]), np.array([3.0]))
    assert flight.fallen.all()
    t = flight.elapsed[0]
    exact = np.exp(-0.6 * t) * (np.eye(2) + 0.5 * t * np.array([[-1, 1], [-1, 1]])) @ start[0]
    np.testing.assert_allclose(flight.vectors[0], exact, atol=1e-13)


def test_large_sparse_matrices_fly_alike() -> None:
    n = 90
    matrix = np.diag(-0.5 - np.arange(n) / n + 0j) + 0.3j * (np.eye(n, k=1) + np.eye(n, k=-1))
    rows = np.random.default_rng(2).normal(size=(5, n)) + 0j
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    targets = np.linspace(0.2, 0.9, 5)
    flight = Decay(matrix, 2.0).fly(rows, targets, np.full(5, 2.0))
    assert flight.fallen.all()
    np.testing.assert_allclose(norms(flight.vectors), targets, rtol=1e-11)
    for k in range(5):
        np.testing.assert_allclose(flight.vectors[k], la.expm(matrix * flight.elapsed[k]) @ rows[k], atol=1e-12)


def test_a_dark_vector_waits_for_ever() -> None:
    flight = Decay(np.diag([0.0, -1.0]).astype(complex), 5.0).fly(
        np.array([[1, 0]], complex), np.array([0.999]), np.array([5.0])
    )
    assert not flight.fallen.any()
    assert flight.elapsed[0] == pytest.approx(5.0, rel=1e-13)
    empty = Decay(np.zeros((1, 1), complex), 2.0).fly(np.ones((1, 1), complex), np.array([0.5]), np.array([2.0]))
    assert not empty.fallen.any()
    assert empty.elapsed[0] == 2.0
