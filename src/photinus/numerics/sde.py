"""One step of a diffusive quantum trajectory, of weak order 2, which keeps ψψ† positive by construction.

The linear stochastic Schrödinger equation (Belavkin; Wiseman and Milburn 2010) with K = −iH − ½ Σ γ L†L reads

    dψ = Kψ dt + Σ_j √γ_j L_jψ dy_j .

Homodyne: dy = √γ⟨L + L†⟩dt + dW, dW real. Heterodyne: dy = √γ⟨L†⟩dt + dZ̄, dZ = (dW₁ + i dW₂)/√2. As a Stratonovich
equation it is a sum of three flows, each of which multiplies ψ by an invertible matrix:

- e^{K dt}, exactly;
- the drift Σ_j γ_j (m_j L_j − ½L_j²) with m = 2 Re⟨L⟩ (homodyne), or Σ_j γ_j m_j L_j with m = ⟨L†⟩ (heterodyne), by
  the midpoint rule;
- e^{√γ_j L_j Δ_j} for each channel, by its Taylor series.

Half a drift, half of e^{K dt}, the channels one after the other, half of e^{K dt}, half a drift: this palindrome, with
the order of the channels reversed in every second step, is of weak order 2 (Ninomiya and Victoir 2008, whose coin is
replaced by the alternation). The drifts at the end of a step and at the beginning of the next are one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

TERMS = 4
"""Degree of the Taylor series of a noise's exponential; what is left is of weak order 3 in a step."""


@dataclass(frozen=True)
class Noise:
    """One monitored channel: √γL as a sparse matrix, and whether its noise is real (homodyne) or complex."""

    matrix: sp.csr_array
    real: bool

    @property
    def numbers(self) -> int:
        """Real random numbers of one step."""
        return 1 if self.real else 2

    def increment(self, normal: np.ndarray, step: float) -> np.ndarray:
        """ΔW, or ΔZ̄, from standard normal numbers, shape (count, numbers)."""
        if self.real:
            return np.asarray(step**0.5 * normal[:, 0])
        return np.asarray((0.5 * step) ** 0.5 * (normal[:, 0] - 1j * normal[:, 1]))

    def pull(self, mean: np.ndarray) -> np.ndarray:
        """m, from √γ⟨L⟩."""
        return 2.0 * mean.real if self.real else mean.conj()

    def act(self, kets: np.ndarray) -> np.ndarray:
        """√γL on the columns, in real arithmetic where it is real."""
        if np.iscomplexobj(self.matrix):
            return np.asarray(self.matrix @ kets)
        return np.asarray(self.matrix @ kets.view(float)).view(complex)


@dataclass(frozen=True)
class Path:
    """Steps of one length; kets are the columns of ψ.

    Attributes
    ----------
    half : matrix
        e^{K·length/2}.
    noises : tuple of Noise
    length : float
    """

    half: Any
    noises: tuple[Noise, ...]
    length: float

    @property
    def numbers(self) -> int:
        """Standard normal numbers of one step."""
        return sum(noise.numbers for noise in self.noises)

    def follow(self, kets: np.ndarray, normals: Iterable[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        """The normalised kets after some steps, and ∫dy of each channel.

        Parameters
        ----------
        kets : ndarray, shape (n, count)
            Normalised.
        normals : iterable of ndarray, shape (count, numbers)
            Standard normal numbers of each step, those of the channels side by side; an even number of steps.
        """
        kets, total = self._drift(np.ascontiguousarray(kets), 0.5)
        splits = np.cumsum([noise.numbers for noise in self.noises])[:-1]
        first = True
        for k, numbers in enumerate(normals):
            if not first:
                kets, record = self._drift(kets, 1.0)
                total = [x + y for x, y in zip(total, record, strict=True)]
            parts = np.split(numbers, splits, axis=1) if self.noises else []
            increments = [n.increment(part, self.length) for n, part in zip(self.noises, parts, strict=True)]
            kets = self._normalised(self.half @ self._shaken(self.half @ kets, increments, backwards=bool(k % 2)))
            total = [x + y for x, y in zip(total, increments, strict=True)]
            first = False
        kets, record = self._drift(kets, 0.5)
        return self._normalised(kets), [x + y for x, y in zip(total, record, strict=True)]

    def _shaken(self, kets: np.ndarray, increments: list[np.ndarray], *, backwards: bool) -> np.ndarray:
        """e^{√γLΔ} of one channel after the other."""
        pairs = list(zip(self.noises, increments, strict=True))
        for noise, increment in reversed(pairs) if backwards else pairs:
            term = kets
            for k in range(1, TERMS + 1):
                term = noise.act(term)
                term *= increment / k
                kets = kets + term if k == 1 else np.add(kets, term, out=kets)
        return kets

    def _drift(self, kets: np.ndarray, share: float) -> tuple[np.ndarray, list[np.ndarray]]:
        """A share of a step of the drift, and the part of ∫dy that is due to the pull in its middle."""
        time = share * self.length
        slope, _ = self._slope(kets)
        slope *= 0.5 * time
        slope += kets
        middle, pulls = self._slope(slope)
        middle *= time
        middle += kets
        return middle, [time * pull for pull in pulls]

    def _slope(self, kets: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        size = _overlap(kets, kets).real
        slope, pulls = np.zeros_like(kets), []
        for noise in self.noises:
            acted = noise.act(kets)
            pull = noise.pull(_overlap(kets, acted) / size)
            if noise.real:
                slope -= 0.5 * noise.act(acted)
            acted *= pull
            slope += acted
            pulls.append(pull)
        return slope, pulls

    def _normalised(self, kets: np.ndarray) -> np.ndarray:
        return np.asarray(kets / np.sqrt(_overlap(kets, kets).real))


def _overlap(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """⟨left|right⟩ of every column."""
    return np.asarray(np.einsum("ij,ij->j", left.conj(), right))
