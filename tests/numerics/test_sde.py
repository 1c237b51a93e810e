"""The weak order of a diffusive step, exactly: Gauss-Hermite nodes instead of random numbers."""

import itertools

import numpy as np
import pytest
import scipy.linalg as la
import scipy.sparse as sp

from photinus.numerics.sde import Noise, Path


def weak_error(kinds: tuple[bool, ...], step: float) -> float:
    """‖E|ψ⟩⟨ψ| − e^{𝓛·step}ρ‖ after one step, the two orders of the channels averaged."""
    rng = np.random.default_rng(0)
    jumps = [0.4 * (rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))) for _ in kinds]
    h = rng.normal(size=(3, 3))
    k = -1j * (h + h.T) - 0.5 * sum(x.conj().T @ x for x in jumps)
    ket = rng.normal(size=3) + 1j * rng.normal(size=3)
    ket /= np.linalg.norm(ket)
    liouvillian = np.kron(k, np.eye(3)) + np.kron(np.eye(3), k.conj()) + sum(np.kron(x, x.conj()) for x in jumps)
    exact = (la.expm(liouvillian * step) @ np.outer(ket, ket.conj()).ravel()).reshape(3, 3)
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    mean = np.zeros((3, 3), complex)
    for turn in (1, -1):
        noises = tuple(Noise(sp.csr_array(x), real) for x, real in zip(jumps, kinds, strict=True))[::turn]
        number = sum(noise.numbers for noise in noises)
        grid = np.array(list(itertools.product(nodes, repeat=number)))
        weight = np.prod(list(itertools.product(weights / weights.sum(), repeat=number)), axis=1)
        start = np.repeat(ket[:, None], len(grid), axis=1)
        kets, _ = Path(la.expm(0.5 * step * k), noises, step).follow(start, [grid])
        np.testing.assert_allclose(np.linalg.norm(kets, axis=0), 1, rtol=1e-13)
        mean += 0.5 * (kets * weight) @ kets.conj().T
    return float(np.linalg.norm(mean - exact))


@pytest.mark.parametrize("kinds", [(True,), (False,), (True, False), (True, True, False)])
def test_the_error_of_one_step_is_of_third_order(kinds: tuple[bool, ...]) -> None:
    errors = [weak_error(kinds, step) for step in (0.025, 0.0125, 0.00625)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert ((orders > 2.7) & (orders < 3.6)).all(), orders
