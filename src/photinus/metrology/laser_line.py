"""Linewidths of lasers: Schawlow and Townes, and how the kind of gain changes them.

A laser without injection keeps the coherence orders apart, and ρ_{n,n+1} obeys a ladder of its own: gain lifts it from
n to n + 1, loss κ lowers it, and the slowest eigenvalue −Γ of this tridiagonal matrix gives the linewidth 2Γ. Far above
threshold

    linewidth = (κ/2n̄)·E,    E = (A + κ)/2κ for the gain of Scully and Lamb,
                             E = (1 + (κ/A)²)/2 for the gain as one saturated jump √g(n)|n + 1⟩⟨n|,

g(n) = A(n + 1)/(1 + (n + 1)/n_s) for both: the populations cannot tell them apart, the line can. Below threshold linear
gain P narrows the line of the cavity, 2Γ = κ − P (Schawlow, Townes 1958).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigh_tridiagonal

from photinus.errors import InvalidInput, NoSteadyState
from photinus.numerics.checks import real_number
from photinus.numerics.tables import record
from photinus.solve.arguments import require_type

if TYPE_CHECKING:
    import xarray

MOST = 2_000_000
"""Levels at most."""


class Gain(ABC):
    """A gain as it acts on the ladders of ρ_{n,n+k}."""

    @abstractmethod
    def lift(self, n: np.ndarray, k: int) -> np.ndarray:
        """The rate at which ρ_{n,n+k} feeds ρ_{n+1,n+k+1}."""

    @abstractmethod
    def drain(self, n: np.ndarray, k: int) -> np.ndarray:
        """The rate at which ρ_{n,n+k} is drained."""

    @abstractmethod
    def begins(self, loss: float) -> bool:
        """Whether gain stays below loss for many photons."""


@dataclass(frozen=True)
class LinearGain(Gain):
    """P·D[a†], an amplifier without saturation.

    Parameters
    ----------
    pump : float
        P ≥ 0, below the loss.
    """

    pump: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "pump", real_number(self.pump, "pump", minimum=0.0))

    def lift(self, n: np.ndarray, k: int) -> np.ndarray:
        return self.pump * np.sqrt((n + 1.0) * (n + k + 1))

    def drain(self, n: np.ndarray, k: int) -> np.ndarray:
        return self.pump * (n + 1 + k / 2)

    def begins(self, loss: float) -> bool:
        return self.pump < loss


@dataclass(frozen=True)
class _Saturable(Gain):
    """A and n_s, checked."""

    gain: float
    saturation: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "gain", real_number(self.gain, "gain", minimum=0.0))
        object.__setattr__(self, "saturation", real_number(self.saturation, "saturation", minimum=0.0))
        if self.saturation == 0:
            raise InvalidInput("The gain saturates at 0 photons.", "Give a positive number.")

    def begins(self, loss: float) -> bool:
        return loss > 0


@dataclass(frozen=True)
class SaturatedJump(_Saturable):
    """A·D[(1 + n/n_s)^(−½)a†]: the gain as one saturated jump, that of ``ph.zoo.laser``.

    Parameters
    ----------
    gain, saturation : float
        A ≥ 0 and n_s > 0.
    """

    def _rate(self, n: np.ndarray) -> np.ndarray:
        return self.gain * (n + 1) / (1 + (n + 1) / self.saturation)

    def lift(self, n: np.ndarray, k: int) -> np.ndarray:
        return np.sqrt(self._rate(n) * self._rate(n + k))

    def drain(self, n: np.ndarray, k: int) -> np.ndarray:
        return (self._rate(n) + self._rate(n + k)) / 2


@dataclass(frozen=True)
class ScullyLamb(_Saturable):
    """The gain of two-level atoms that pass through the cavity (Scully, Lamb 1967).

    With B/A = 1/n_s, 𝓝 = n + 1 + k/2 + k²B/16A and 𝓝′ = n + 1 + k/2 + k²B/8A it drains ρ_{n,n+k} at the rate A𝓝′/(1 +
    𝓝B/A) and lifts it at A√((n + 1)(n + k + 1))/(1 + 𝓝B/A): no set of jumps of the field alone.

    Parameters
    ----------
    gain, saturation : float
        A ≥ 0 and n_s > 0.
    """

    def _saturated(self, n: np.ndarray, k: int) -> np.ndarray:
        return self.gain / (1 + (n + 1 + k / 2) / self.saturation + (k / self.saturation) ** 2 / 16)

    def lift(self, n: np.ndarray, k: int) -> np.ndarray:
        return np.sqrt((n + 1.0) * (n + k + 1)) * self._saturated(n, k)

    def drain(self, n: np.ndarray, k: int) -> np.ndarray:
        return (n + 1 + k / 2 + k**2 / (8 * self.saturation)) * self._saturated(n, k)


@dataclass(frozen=True, eq=False)
class LaserLine:
    """The line of a laser; made by :func:`laser_line`.

    Attributes
    ----------
    linewidth : float
        The full width at half maximum, 2Γ, in the unit of the rates.
    photons : float
        n̄.
    loss : float
        κ.
    levels : int
        Levels that were kept.
    """

    linewidth: float
    photons: float
    loss: float
    levels: int
    references: tuple[str, ...] = field(default=("SchawlowTownes1958", "Scully1967"), repr=False)

    @property
    def excess(self) -> float:
        """E = linewidth·2n̄/κ: 1 is κ/2n̄, and ½ the quantum limit of a phase-insensitive gain far above threshold."""
        return self.linewidth * 2 * self.photons / self.loss

    @property
    def diffusion(self) -> float:
        """D = Γ, half of the linewidth: the phase variance is 2Dt."""
        return self.linewidth / 2

    def to_xarray(self) -> xarray.Dataset:
        """Linewidth, photons, loss and the excess over κ/2n̄ as a dataset."""
        names = ("linewidth", "photons", "loss", "excess")
        return record({name: getattr(self, name) for name in names}, about={"levels": self.levels})

    def __repr__(self) -> str:
        return f"Laser line: FWHM {self.linewidth:.8g} = {self.excess:.6g} κ/2n̄ at {self.photons:.6g} photons"


def laser_line(gain: Gain, loss: float) -> LaserLine:
    """The linewidth of a laser with a given kind of gain, exactly: the slowest mode of the first coherence order.

    Parameters
    ----------
    gain : LinearGain, SaturatedJump or ScullyLamb
    loss : float
        κ > 0.

    Returns
    -------
    LaserLine

    Raises
    ------
    NoSteadyState
        If the gain stays above the loss.
    InvalidInput, WrongType

    Notes
    -----
    The ladder is symmetrised by the populations, so that its spectrum is real and found to rounding; the levels are as
    many as the populations need down to 1e-16.

    References
    ----------
    SchawlowTownes1958, Scully1967.

    Examples
    --------
    >>> import photinus as ph
    >>> kinds = ph.metrology.ScullyLamb(4.0, 50), ph.metrology.SaturatedJump(4.0, 50)
    >>> [round(ph.metrology.laser_line(kind, 1.0).excess, 2) for kind in kinds]
    [2.51, 0.54]
    """
    require_type(gain, Gain, "gain", "Give LinearGain(P), SaturatedJump(A, n_s) or ScullyLamb(A, n_s).")
    kappa = real_number(loss, "loss", minimum=0.0)
    if not gain.begins(kappa):
        raise NoSteadyState(f"{gain} stays above the loss {kappa:g}.", "Raise the loss, or let the gain saturate.")
    p = _populations(gain, kappa)
    n = np.arange(len(p))
    up, down = gain.lift(n[:-1], 1), kappa * np.sqrt((n[:-1] + 1.0) * (n[:-1] + 2))
    diagonal = -gain.drain(n, 1) - kappa * (n + 0.5)
    rate = -float(eigh_tridiagonal(diagonal, np.sqrt(up * down), select="i", select_range=(len(n) - 1,) * 2)[0][0])
    return LaserLine(2 * rate, float(p @ n), kappa, len(n))


def _populations(gain: Gain, loss: float) -> np.ndarray:
    """p_{n+1}/p_n = lift(n, 0)/(κ(n + 1)), kept until they fall below 1e-16 of the largest and on by a margin."""
    size = 64
    while size <= MOST:
        n = np.arange(size - 1)
        with np.errstate(divide="ignore"):
            steps = np.log(gain.lift(n, 0)) - np.log(loss * (n + 1.0))
        logarithm = np.concatenate([[0.0], np.cumsum(steps)])
        logarithm -= logarithm.max()
        if logarithm[-1] < -50 - 2 * sqrt(size):
            kept = int(np.flatnonzero(logarithm >= -50)[-1]) + 32
            p = np.exp(logarithm[: min(kept, size)])
            return np.asarray(p / p.sum())
        size *= 2
    raise InvalidInput(f"{gain} needs more than {MOST} levels.", "Lower the saturation, or go away from the threshold.")
