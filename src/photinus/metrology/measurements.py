"""Measurements: frozen objects that say what is read off a state, and with which probabilities.

Each turns ρ and its derivative ρ′ into the probabilities p of its outcomes and their derivatives p′, with the weights
of a quadrature where outcomes are continuous. Probabilities are linear in ρ, so that one function serves both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from scipy.special import gammaln, roots_legendre

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number
from photinus.phase.distribution import combined, harmonic_sums, pair_harmonics
from photinus.phase.notions import notion, one_site, require_state
from photinus.space.state import State

OFFSET = 0.381966
"""Grids are shifted by this part of a step: symmetric densities have their zeros between the points."""


@dataclass(frozen=True)
class Outcomes:
    """Probabilities (or densities) p, their derivatives p′, and the weights of the points."""

    p: np.ndarray
    change: np.ndarray
    weight: np.ndarray | float = 1.0


class Measurement(ABC):
    """What is measured; ``outcomes`` tabulates p and p′, the finer the larger ``fineness``."""

    continuous = True

    @abstractmethod
    def outcomes(self, state: State, change: State, fineness: int) -> Outcomes:
        """P and p′ of a state and its derivative."""

    @abstractmethod
    def least(self, state: State) -> int:
        """The fineness to begin with."""


@dataclass(frozen=True)
class Number(Measurement):
    """The levels of sites: n of an oscillator, m of a spin, the level of a qudit.

    Parameters
    ----------
    *sites : str
        Sites that are read out together; all sites of the state where none is named.
    """

    sites: tuple[str, ...]
    continuous = False

    def __init__(self, *sites: str):
        object.__setattr__(self, "sites", sites)

    def outcomes(self, state: State, change: State, fineness: int) -> Outcomes:
        p, moved = (x.reduced(*self.sites) if self.sites else x for x in (state, change))
        return Outcomes(p.populations(), moved.populations())

    def least(self, state: State) -> int:
        return 1


@dataclass(frozen=True)
class Phase(Measurement):
    """The phase of an oscillator or a spin, or the relative phase φ_a − φ_b of two of them.

    Parameters
    ----------
    site : str
    other : str, optional
        The second site of a relative phase.
    kind : str, optional
        ``"canonical"`` (the default of oscillators, the ideal measurement of the phase) or ``"husimi"``: the angle of a
        heterodyne record, whose radius is thrown away.
    """

    site: str
    other: str | None = None
    kind: str | None = None

    def _harmonics(self, state: State) -> np.ndarray:
        if self.other is None:
            reduced = require_state(state, "A phase").reduced(self.site)
            sums = harmonic_sums(reduced, [self._kind(reduced)])
            return sums[len(sums) // 2 :]
        sums, (first, second), kinds = pair_harmonics(state, self.site, self.other, self.kind)
        self._require_probability(kinds)
        return combined(sums, first, -second)

    def _kind(self, reduced: State) -> str:
        kind = notion(reduced.sites[0], self.kind)
        self._require_probability((kind,))
        return kind

    def _require_probability(self, kinds: tuple[str, ...]) -> None:
        if "wigner" in kinds:
            raise InvalidInput("The Wigner phase is no measurement.", "Use kind='canonical' or kind='husimi'.")

    def outcomes(self, state: State, change: State, fineness: int) -> Outcomes:
        points = fineness
        p, moved = (_on_circle(self._harmonics(x), points) for x in (state, change))
        return Outcomes(p, moved, 2 * pi / points)

    def least(self, state: State) -> int:
        return max(64, 8 * len(self._harmonics(state)))


def _on_circle(harmonics: np.ndarray, points: int) -> np.ndarray:
    """(1/2π)(c_0 + 2 Re Σ c_k e^{−ikφ}) at shifted angles."""
    k = np.arange(len(harmonics))
    spectrum = np.zeros(points, dtype=complex)
    spectrum[: len(k)] = harmonics * np.exp(-2j * pi * OFFSET * k / points) / pi
    spectrum[0] = harmonics[0] / (2 * pi)
    return np.fft.fft(spectrum).real


@dataclass(frozen=True)
class Quadrature(Measurement):
    """Homodyne detection of x_λ = (a e^{−iλ} + a†e^{iλ})/√2 of one oscillator.

    Parameters
    ----------
    site : str
    angle : float
        λ (rad): 0 is x, π/2 is p.
    """

    site: str
    angle: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "angle", real_number(self.angle, "angle of the quadrature"))

    def outcomes(self, state: State, change: State, fineness: int) -> Outcomes:
        matrices = [_matrix(x, self.site) for x in (state, change)]
        n = len(matrices[0])
        reach = sqrt(2 * n + 1) + 7
        step = 2 * reach / fineness
        x = -reach + step * (np.arange(fineness) + OFFSET)
        psi = hermite_functions(n, x) * np.exp(-1j * self.angle * np.arange(n))[:, None]
        p, moved = ((np.conj(psi) * (matrix.conj() @ psi.conj()).conj()).real.sum(axis=0) for matrix in matrices)
        return Outcomes(p, moved, step)

    def least(self, state: State) -> int:
        return 256 + 16 * len(_matrix(state, self.site))


@dataclass(frozen=True)
class HeterodyneReading(Measurement):
    """Heterodyne detection of one oscillator: the outcome α has the density ⟨α|ρ|α⟩/π.

    Parameters
    ----------
    site : str
    """

    site: str

    def outcomes(self, state: State, change: State, fineness: int) -> Outcomes:
        matrices = [_matrix(x, self.site) for x in (state, change)]
        n = len(matrices[0])
        nodes, weights = roots_legendre(fineness)
        reach = sqrt(n) + 6.5
        r = reach * (nodes + 1) / 2
        angles = 2 * max(fineness, n)
        level = np.arange(n)
        with np.errstate(divide="ignore"):
            amplitudes = np.exp(np.outer(level, np.log(r)) - r**2 / 2 - gammaln(level + 1)[:, None] / 2)
        p, moved = (np.stack([_ring(matrix, c, angles) for c in amplitudes.T]) for matrix in matrices)
        weight = (weights * reach / 2 * r)[:, None] * (2 * pi / angles)
        return Outcomes(p, moved, weight)

    def least(self, state: State) -> int:
        return 48 + len(_matrix(state, self.site))


def _ring(matrix: np.ndarray, amplitudes: np.ndarray, angles: int) -> np.ndarray:
    """⟨α|ρ|α⟩/π at one radius and all angles: harmonics Σ_n c_{n+k}ρ_{n+k,n}c_n, then a Fourier sum."""
    weighted = matrix * np.outer(amplitudes, amplitudes)
    harmonics = np.array([np.trace(weighted, offset=-k) for k in range(len(amplitudes))])
    return 2 * _on_circle(harmonics, angles)


def _matrix(state: State, site: str) -> np.ndarray:
    return one_site(state, site, ("oscillator",), "quadratures").density_matrix()


def hermite_functions(count: int, x: np.ndarray) -> np.ndarray:
    """ψ_0 … ψ_{count−1} at the points x, the wave functions of the levels (vacuum variance ½)."""
    out = np.zeros((count, len(x)))
    out[0] = pi**-0.25 * np.exp(-(x**2) / 2)
    if count > 1:
        out[1] = sqrt(2) * x * out[0]
    for n in range(2, count):
        out[n] = sqrt(2 / n) * x * out[n - 1] - sqrt((n - 1) / n) * out[n - 2]
    return out
