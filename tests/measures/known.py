"""States whose measures are known, written as dense matrices."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.special import gammaln

import photinus as ph
from photinus.algebra import Site
from photinus.model import Group
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix

SITES: dict[str, Site] = {name: ph.oscillator(name).sites[0] for name in "abc"}
SITES |= {
    "s": ph.spin("s", 0.5).site,
    "t": ph.spin("t", 0.5).site,
    "u": ph.spin("u", 1).site,
    "q": ph.qudit("q", 3).site,
}


def dense(matrix: np.ndarray, names: str, **levels: int) -> State:
    """The state of a matrix on the named sites, without any symmetry; kets become projectors."""
    matrix = np.asarray(matrix, complex)
    if matrix.ndim == 1:
        matrix = np.outer(matrix, matrix.conj())
    space = make_space(tuple(SITES[name] for name in names), levels)
    return state_from_matrix(matrix, grading(space, Group((), ())))


def coherent(alpha: complex, levels: int = 30) -> np.ndarray:
    n = np.arange(levels)
    ket = np.exp(-(abs(alpha) ** 2) / 2 - gammaln(n + 1) / 2) * np.array([complex(alpha) ** k for k in n])
    return ket / np.linalg.norm(ket)


def thermal(mean: float, levels: int = 40) -> np.ndarray:
    p = (mean / (1 + mean)) ** np.arange(levels)
    return np.diag(p / p.sum())


def displaced(rho: np.ndarray, alpha: complex) -> np.ndarray:
    a = np.diag(np.sqrt(np.arange(1, len(rho))), 1)
    shift = expm(alpha * a.T - np.conj(alpha) * a)
    return shift @ rho @ shift.conj().T


def phase_locked(alpha: float, beta: float, levels: int) -> State:
    """The average of |αe^{iφ}⟩|βe^{iφ}⟩ over φ: its elements between kets of unequal n_a + n_b vanish."""
    ket = np.kron(coherent(alpha, levels), coherent(beta, levels))
    total = np.add.outer(np.arange(levels), np.arange(levels)).ravel()
    return dense(np.outer(ket, ket) * np.equal.outer(total, total), "ab", a=levels, b=levels)


def mixed(seed: int, dimension: int, rank: int) -> np.ndarray:
    """A random density matrix of a rank."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(dimension, rank)) + 1j * rng.normal(size=(dimension, rank))
    rho = factor @ factor.conj().T
    return rho / np.trace(rho).real


LEVELS = {"a": 4, "b": 3, "s": 2, "t": 2, "u": 3, "q": 3}


@st.composite
def states(draw, names: str) -> State:
    """Random states of the named sites, pure to full rank."""
    dimension = int(np.prod([LEVELS[name] for name in names]))
    rank = draw(st.sampled_from([1, 2, dimension]))
    rho = mixed(draw(st.integers(0, 10**6)), dimension, rank)
    return dense(rho, names, **{name: LEVELS[name] for name in names if name in "abc"})


def shifted(state: State, **angles: float) -> State:
    """|n⟩ → e^{inθ}|n⟩ of each named site: φ → φ + θ of an oscillator, azimuth → azimuth − θ of a spin."""
    phase = np.zeros(state.space.dimension)
    for name, angle in angles.items():
        phase += angle * state.space.coordinates[:, state.space.axis(name)]
    turn = np.exp(1j * phase)
    return state_from_matrix(turn[:, None] * state.density_matrix() * turn.conj(), state.grading)


def on_site(operator: np.ndarray, levels: list[int], axis: int) -> np.ndarray:
    """A matrix of one site on the whole space."""
    factors = [operator if k == axis else np.eye(n) for k, n in enumerate(levels)]
    out = np.eye(1)
    for factor in factors:
        out = np.kron(out, factor)
    return out
