"""Vectors that lose norm, ψ(t) = e^{Kt}ψ with K + K† ≤ 0, and the moment at which the norm has fallen to a given value.

This is the waiting time of a quantum jump (Dalibard, Castin and Mølmer 1992; Dum, Zoller and Ritsch 1992), found here
without a time step and without eigenvectors, which fail near exceptional points of K. The norm never rises. A ladder of
propagators e^{Kh}, e^{Kh/2}, e^{Kh/4}, … therefore brackets the moment by bisection, and within the last rung, short
against 1/‖K‖, the Taylor series of e^{Kt}ψ is exact to rounding, so that Newton's method ends on the moment itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2
from typing import Any

import numpy as np
import scipy.linalg as la

from photinus.numerics.memory import require_memory
from photinus.numerics.products import FromTheRight

SHORT = 0.25
"""‖K‖·h of the last rung."""
TERMS = 11
"""Degree of the Taylor series: 0.25¹²/12! = 1e-16."""
ANTIDIAGONALS = np.array(
    [[float(j + k == m) for m in range(TERMS + 1)] for j in range(TERMS + 1) for k in range(TERMS + 1)]
)
"""Sums the entries (j, k) of a Gram matrix with j + k = m ≤ TERMS; those above weigh 0.5¹²/12! = 5e-13."""
MANY = 64
"""Matrices of more rows are kept sparse, besides their exponentials, where nine in ten entries vanish."""
HOPE = 1.2
"""A rung is tried where it is no longer than this times the waiting time that the present rate of loss tells."""
EVERYTHING = 20.0
"""A rung on which every vector's norm² falls by e^{−20} is the longest that pays."""


@dataclass(frozen=True)
class Flight:
    """How far each vector came: ψ there, the time that passed, and whether the norm fell to its target there."""

    vectors: np.ndarray
    elapsed: np.ndarray
    fallen: np.ndarray


class Decay:
    """The propagators of one matrix K.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        K, with K + K† ≤ 0.
    longest : float
        The longest time that is asked for, above 0.
    """

    def __init__(self, matrix: np.ndarray, longest: float):
        n = len(matrix)
        size = float(np.linalg.norm(matrix, 1)) if n else 0.0
        slowest = float(-2 * la.eigvalsh(0.5 * (matrix + matrix.conj().T)).max()) if n else 0.0
        top = longest if slowest * longest <= EVERYTHING else EVERYTHING / slowest
        rungs = max(0, ceil(log2(top * size / SHORT))) if top * size > 0 else 0
        require_memory(16.0 * n * n * (rungs + 4), None, f"{rungs} propagators of {n} kets", "Use smaller cutoffs.")
        step = top / 2**rungs
        # Vectors are rows here, ψ → ψ Uᵀ: the kets of one trajectory lie side by side in memory.
        self._last = step
        dense = np.ascontiguousarray((matrix * step).T)
        self._generator, self._large = compact(dense), n > MANY
        self._ladder: list[tuple[float, np.ndarray]] = []
        if rungs:
            propagator = la.expm(dense)
            for k in range(rungs + 1):
                self._ladder.insert(0, (step * 2**k, propagator))
                propagator = propagator @ propagator if k < rungs else propagator

    def fly(self, vectors: np.ndarray, targets: np.ndarray, remaining: np.ndarray) -> Flight:
        """Follow every row until its norm² falls to its target, its remaining time is over, or the ladder ends.

        Parameters
        ----------
        vectors : ndarray, shape (count, n)
        targets : ndarray, shape (count,)
            Norm² at which to stop, below the present one.
        remaining : ndarray, shape (count,)
            Times at which to stop.
        """
        elapsed, rates = np.zeros(len(vectors)), _Rates(self, vectors) if self._large else None
        limit = remaining * (1 + 1e-14)
        for length, propagator in self._ladder:
            free = elapsed + length <= limit
            if rates:
                free &= rates.promise(length, targets)
            if not free.any():
                continue
            if rates and not free.all():
                which = np.flatnonzero(free)
                trial = np.array(vectors)
                trial[which] = vectors[which] @ propagator
            else:
                trial = vectors @ propagator
            size = norms(trial)
            above = free & (size > targets)
            if rates:
                rates.learn(free, size, above, length)
            vectors = trial if above.all() else np.where(above[:, None], trial, vectors)
            elapsed = elapsed + length * above
        return self._finish(vectors, targets, remaining, elapsed)

    def _finish(self, vectors: np.ndarray, targets: np.ndarray, remaining: np.ndarray, elapsed: np.ndarray) -> Flight:
        """The rest, within the length of the last rung, by the Taylor series."""
        end = np.clip((remaining - elapsed) / self._last, 0.0, 1.0)
        series = self._taylor(vectors)
        power = _squared(series)
        final = _summed(power, _powers(end))
        fallen = final <= targets
        s = end
        s[fallen] = _crossing(power[fallen], targets[fallen], end[fallen], final[fallen])
        reached = series[-1]
        for term in series[-2::-1]:
            reached *= s[:, None]
            reached += term
        return Flight(reached, elapsed + s * self._last, fallen)

    def _taylor(self, vectors: np.ndarray) -> np.ndarray:
        """(Kh)^j ψ/j!, shape (terms, count, n)."""
        out = np.empty((TERMS + 1, *vectors.shape), dtype=complex)
        out[0] = vectors
        for j in range(1, TERMS + 1):
            np.multiply(out[j - 1] @ self._generator, 1 / j, out=out[j])
        return out


class _Rates:
    """How fast each vector loses norm at present: rungs that are likely to end below the target are not tried.

    In a large space each costs more than another flight, which is what a wrong guess leads to.
    """

    def __init__(self, decay: Decay, vectors: np.ndarray):
        self._size = norms(vectors)
        moved = np.einsum("ij,ij->i", vectors.conj(), vectors @ decay._generator).real
        self._rate = np.maximum(-2 * moved, 0.0) / (self._size * decay._last)

    def promise(self, length: float, targets: np.ndarray) -> np.ndarray:
        """Which vectors will stay above their targets, judged by their rates."""
        return np.asarray(length * self._rate <= HOPE * np.log(self._size / targets))

    def learn(self, tried: np.ndarray, size: np.ndarray, above: np.ndarray, length: float) -> None:
        """Take note of the norms² after a rung, and of where it was kept."""
        after = np.maximum(size[tried], np.finfo(float).tiny)
        self._rate[tried] = np.log(self._size[tried] / after) / length
        self._size[above] = size[above]


def compact(matrix: np.ndarray) -> Any:
    """What rows are multiplied by: the matrix itself, or only its entries where it is large and mostly zero."""
    few = len(matrix) > MANY and np.count_nonzero(matrix) < 0.1 * matrix.size
    return FromTheRight(matrix) if few else matrix


def norms(vectors: np.ndarray) -> np.ndarray:
    """‖ψ‖² of every row."""
    parts = np.ascontiguousarray(vectors).view(float)
    return np.asarray(np.einsum("ij,ij->i", parts, parts))


def _squared(series: np.ndarray) -> np.ndarray:
    """The coefficients of ‖Σ s^j ψ_j‖² as a polynomial in s, to the degree of the series, shape (count, terms)."""
    flat = series.view(float).transpose(1, 0, 2)
    gram = flat @ flat.transpose(0, 2, 1)
    return np.asarray(gram.reshape(len(gram), -1) @ ANTIDIAGONALS)


def _powers(s: np.ndarray) -> np.ndarray:
    """s^0 … s^TERMS, shape (count, terms)."""
    out = np.repeat(s[:, None], TERMS + 1, axis=1)
    out[:, 0] = 1.0
    return np.asarray(np.multiply.accumulate(out, axis=1, out=out))


def _summed(power: np.ndarray, powers: np.ndarray) -> np.ndarray:
    return np.asarray(np.einsum("ij,ij->i", power, powers))


def _crossing(power: np.ndarray, targets: np.ndarray, end: np.ndarray, final: np.ndarray) -> np.ndarray:
    """Where the falling polynomial meets the target between 0 and end: Newton's steps, kept inside a bracket."""
    slope = power[:, 1:] * np.arange(1, TERMS + 1)
    low, high = np.zeros_like(end), end
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.nan_to_num(end * (power[:, 0] - targets) / (power[:, 0] - final), nan=0.0).clip(low, high)
        for _ in range(60):
            powers = _powers(s)
            excess = _summed(power, powers) - targets
            low, high = np.where(excess > 0, s, low), np.where(excess > 0, high, s)
            better = s - excess / _summed(slope, powers[:, :-1])
            better = np.where((better >= low) & (better <= high), better, 0.5 * (low + high))
            done = (np.abs(better - s) <= 1e-8) | (np.abs(excess) <= 1e-15 * targets)  # the step squares its error
            s = better
            if done.all():
                break
    return s
