"""States whose phases are known."""

from __future__ import annotations

from math import factorial

import numpy as np

import photinus as ph
from photinus.algebra import Operator
from photinus.model import Group
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix

A, B = ph.oscillator("a"), ph.oscillator("b")
ALL = Group((), ())


def state_of(matrix: np.ndarray, operator: object, **cutoffs: int) -> State:
    """A density matrix on the sites of an operator or handle, without a symmetry."""
    sites = operator.sites if isinstance(operator, Operator) else (operator.site,)
    return state_from_matrix(matrix, grading(make_space(sites, cutoffs), ALL))


def pure(*kets: np.ndarray) -> State:
    """The product of kets of the oscillators a and b."""
    ket = kets[0] if len(kets) == 1 else np.kron(*kets)
    operator = A if len(kets) == 1 else A * B
    cutoffs = dict(zip("ab", map(len, kets), strict=False))
    return state_of(np.outer(ket, np.conj(ket)), operator, **cutoffs)


def mixture(populations: np.ndarray) -> State:
    """A mixture of number states of the oscillator a."""
    return state_of(np.diag(populations), A, a=len(populations))


def coherent(alpha: complex, levels: int = 40) -> np.ndarray:
    n = np.arange(levels)
    ket = alpha**n / np.sqrt([float(factorial(k)) for k in n])
    return ket / np.linalg.norm(ket)


def fock(n: int, levels: int = 10) -> np.ndarray:
    return np.eye(levels)[n]


def random_matrix(dimension: int, seed: int, rank: int | None = None) -> np.ndarray:
    """A random density matrix; pure for rank 1."""
    real, imaginary = np.random.default_rng(seed).normal(size=(2, dimension, rank or dimension))
    x = real + 1j * imaginary
    rho = x @ x.conj().T
    return rho / np.trace(rho).real


def random_oscillator(levels: int, seed: int, rank: int | None = None) -> State:
    return state_of(random_matrix(levels, seed, rank), A, a=levels)
