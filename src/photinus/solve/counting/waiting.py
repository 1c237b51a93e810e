"""Waiting times: how long it takes from one counted jump to the next.

With 𝓙 the counted jumps (forward and reverse alike), K = Tr 𝓙ρ how often they happen, and 𝓛₀ = 𝓛 − 𝓙 the evolution
between two of them, the density of the delay is w(τ) = Tr 𝓙e^{𝓛₀τ}𝓙ρ/K (Carmichael et al. 1989; Brandes 2008). Because
𝓛₀ρ = −𝓙ρ its moments are ⟨τ⟩ = 1/K and ⟨τ²⟩ = −2 Tr(𝓛₀⁻¹ρ)/K.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput, NotConverged, Undefined
from photinus.numerics.factored import Factored
from photinus.numerics.krylov import Cycles, gmres
from photinus.numerics.tables import series
from photinus.solve.counting.tilted import Tilted
from photinus.solve.methods import Auto, Dense, Direct, Krylov, Method
from photinus.solve.spectra.correlation import stepped
from photinus.solve.splitting import Splitting
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class WaitingTimes:
    """The delay τ between a counted jump and the next one.

    Attributes
    ----------
    times : ndarray
        τ ≥ 0.
    density : ndarray
        w(τ), in the unit of the rates; ∫w dτ = 1 where no dark state ends the counting.
    survival : ndarray
        The probability that the next jump comes later than τ.
    mean, variance : float
        Of τ; the mean is one over the frequency of the jumps, the variance may be infinite.
    """

    times: np.ndarray
    density: np.ndarray
    survival: np.ndarray
    mean: float
    variance: float

    def __post_init__(self) -> None:
        for array in (self.times, self.density, self.survival):
            read_only(array)

    @property
    def randomness(self) -> float:
        """Var τ/⟨τ⟩²: 1 for random jumps. It is the Fano factor where every jump resets the system (renewal)."""
        return self.variance / self.mean**2

    def to_xarray(self) -> xarray.Dataset:
        """Density and survival over the time, with mean and variance in the attributes."""
        columns = {"density": self.density, "survival": self.survival}
        return series("time", self.times, columns, about={"mean": self.mean, "variance": self.variance})

    def __repr__(self) -> str:
        return "\n".join(
            [
                f"WaitingTimes at {len(self.times)} delays",
                f"  mean {self.mean:.8g}, variance {self.variance:.8g}, randomness {self.randomness:.6g}",
            ]
        )


def waiting_times(tilted: Tilted, stationary: np.ndarray, times: np.ndarray, method: Method) -> WaitingTimes:
    """w(τ), survival, mean and variance; ``times`` are at least 0.

    Raises
    ------
    InvalidInput
        For negative times.
    Undefined
        If no counted jump ever happens.
    """
    if times.min() < 0:
        raise InvalidInput(f"The delay {times.min():g} is negative.", "Give delays from 0.")
    silent = tilted.silent
    places = silent.sector.trace
    jumped = tilted.counted(stationary, 0)
    frequency = tilted.frequency(stationary)
    if not frequency:
        raise Undefined("No counted jump happens in the steady state.", "Count another jump.")
    ones = np.zeros(silent.sector.size)
    ones[places] = 1.0
    detect = sum(np.asarray(matrix.T @ ones) for _, matrix in tilted.by_weight)
    start = jumped / frequency
    density, survival = (
        stepped(silent.matrix, start, np.asarray(w, dtype=complex), times).real for w in (detect, ones)
    )
    mean = 1 / frequency
    second = -2.0 * mean * float(_inverted(tilted, stationary, method)[places].sum().real)
    return WaitingTimes(np.array(times), density, survival, mean, second - mean**2)


def _inverted(tilted: Tilted, x: np.ndarray, method: Method) -> np.ndarray:
    """𝓛₀⁻¹x; infinite where a dark state survives without a jump."""
    silent = tilted.silent
    chosen = method.choose(silent) if isinstance(method, Auto) else method
    if isinstance(chosen, Krylov):
        rows = silent.matrix.tocsr()
        found = gmres(
            lambda y: rows @ y,
            np.asarray(x, dtype=complex),
            Splitting(silent),
            tolerance=1e-12,
            maximum=chosen.maximum,
            cycles=Cycles(chosen.restart),
        )
        if found.residual <= 1e-9:
            return found.vector
        if not isinstance(method, Auto):
            raise NotConverged(
                f"GMRES stopped at the residual {found.residual:.1e} of the mean square delay.",
                "Use a larger restart=, or method=ph.Direct().",
            )
        chosen = Direct(method.memory)
    chosen.require(silent)
    factored = Factored(silent.matrix, dense=isinstance(chosen, Dense))
    if not factored.error < 1:
        return np.where(np.arange(len(x)) == silent.sector.trace[0], -np.inf, 0.0)
    return factored.solve(np.asarray(x)[:, None])[:, 0]
