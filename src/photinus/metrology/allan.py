"""Allan deviations: how the frequency of a clock scatters with the averaging time, and which noise makes it.

With the phase φ(t) of a clock of the angular frequency ω₀ and its mean fractional frequency ȳ over the time τ,

    σ_y²(τ) = ½⟨(ȳ₂ − ȳ₁)²⟩ = ⟨(φ(t + 2τ) − 2φ(t + τ) + φ(t))²⟩/(2ω₀²τ²)

(Allan 1966). Phase diffusion Var φ = 2Dt is white frequency noise, σ_y² = 2D/(ω₀²τ); readings that err by the variance
s, independently, are white phase noise, σ_y² = 3s/(ω₀τ)². With ω₀ = 1 the answer is in angular frequency itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import nnls

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number
from photinus.numerics.tables import series
from photinus.solve.arguments import finite_numbers, listed_numbers
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class AllanDeviation:
    """σ_y(τ) of a record of phases; made by :func:`allan_deviation`.

    Attributes
    ----------
    times : ndarray
        τ.
    deviation : ndarray
        σ_y, fractional where a carrier was given, else in the unit of angular frequency.
    error : ndarray
        Its approximate standard error, σ_y/√(2ν) with ν the number of disjoint differences.
    carrier : float
        ω₀.
    """

    times: np.ndarray
    deviation: np.ndarray
    error: np.ndarray
    carrier: float
    references: tuple[str, ...] = field(default=("Allan1966",), repr=False)

    def __post_init__(self) -> None:
        for array in (self.times, self.deviation, self.error):
            read_only(array)

    @cached_property
    def _fit(self) -> np.ndarray:
        variance = self.deviation**2
        known = variance > 0
        if not known.any():
            return np.zeros(3)
        t = self.times[known]
        columns = np.stack([3 / t**2, 2 / t, np.ones_like(t)], axis=1) / self.carrier**2
        weight = 1 / (2 * self.deviation[known] * self.error[known])
        scale = (columns * weight[:, None]).max(axis=0)
        return nnls(columns * weight[:, None] / scale, variance[known] * weight)[0] / scale

    @property
    def readout_variance(self) -> float:
        """s: white phase noise, the part of σ² that falls as τ⁻² (rad²)."""
        return float(self._fit[0])

    @property
    def diffusion(self) -> float:
        """D: white frequency noise, the part that falls as τ⁻¹ (rate)."""
        return float(self._fit[1])

    @property
    def floor(self) -> float:
        """The part of σ_y that does not fall at all (a flicker of the frequency), as a deviation."""
        return float(np.sqrt(self._fit[2])) / self.carrier

    @cached_property
    def noise(self) -> tuple[str, ...]:
        """The noise that dominates at each τ: "white phase", "white frequency" or "flicker frequency"."""
        parts = self._fit * np.stack([3 / self.times**2, 2 / self.times, np.ones_like(self.times)], axis=1)
        names = ("white phase", "white frequency", "flicker frequency")
        return tuple(names[k] for k in parts.argmax(axis=1))

    def to_xarray(self) -> xarray.Dataset:
        """Deviation and error over τ."""
        about = {name: getattr(self, name) for name in ("carrier", "diffusion", "readout_variance")}
        return series("time", self.times, {"allan_deviation": self.deviation, "error": self.error}, about=about)

    def __repr__(self) -> str:
        return "\n".join(
            [
                f"Allan deviation at {len(self.times)} averaging times, {self.times[0]:.4g} … {self.times[-1]:.4g}",
                f"  σ_y from {self.deviation[0]:.4g} to {self.deviation[-1]:.4g}",
                f"  white frequency noise D = {self.diffusion:.4g}, white phase noise s = {self.readout_variance:.4g}",
            ]
        )


def allan_deviation(
    phases: Any, interval: float, *, carrier: float = 1.0, factors: Iterable[int] | None = None
) -> AllanDeviation:
    """The overlapping Allan deviation of recorded phases.

    Parameters
    ----------
    phases : array_like, shape (T,) or (records, T)
        φ (rad) on the whole line, without jumps of 2π, at equal intervals; several records are averaged.
    interval : float
        The time between two readings.
    carrier : float
        ω₀ > 0; 1 leaves the deviation in angular frequency.
    factors : iterable of int, optional
        Averaging times over ``interval``; by default powers of 2 up to a quarter of the record.

    Returns
    -------
    AllanDeviation

    Raises
    ------
    InvalidInput
        For fewer than 3 readings, a factor beyond half of the record, phases that are not finite, complex, or
        folded into one turn.

    References
    ----------
    Allan1966.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> kicks = np.random.default_rng(1).normal(size=(20, 4096))  # D = 1/2 at unit intervals
    >>> found = ph.metrology.allan_deviation(np.cumsum(kicks, axis=1), 1.0)
    >>> abs(found.diffusion - 0.5) < 0.02, set(found.noise)
    (True, {'white frequency'})
    """
    if np.iscomplexobj(phases):
        raise InvalidInput("The phases are complex numbers.", "Give np.unwrap(np.angle(amplitudes)).")
    records = np.atleast_2d(finite_numbers(phases, "phases"))
    _require_unwrapped(records)
    tau = real_number(interval, "interval of the readings", minimum=0.0)
    omega = real_number(carrier, "carrier", minimum=0.0)
    count = records.shape[-1]
    if records.ndim != 2 or count < 3 or tau == 0 or omega == 0:
        raise InvalidInput(
            f"The phases have the shape {records.shape}, the interval is {tau:g} and the carrier {omega:g}.",
            "Give (T,) or (records, T) with at least 3 readings, and positive numbers.",
        )
    powers = 2 ** np.arange(max(1, int(np.log2(max(2, count // 4))) + 1))
    chosen = np.array(powers if factors is None else list(factors))
    if chosen.dtype.kind != "i" or not len(chosen) or chosen.min() < 1 or chosen.max() > (count - 1) // 2:
        raise InvalidInput(
            f"The averaging factors are {chosen.tolist()} for {count} readings.",
            f"Give whole numbers from 1 to {(count - 1) // 2}.",
        )
    chosen = np.unique(chosen)
    deviation, free = np.zeros(len(chosen)), np.zeros(len(chosen))
    for k, m in enumerate(chosen):
        second = records[:, 2 * m :] - 2 * records[:, m:-m] + records[:, : -2 * m]
        deviation[k] = np.sqrt((second**2).mean() / 2) / (omega * m * tau)
        free[k] = max(1.0, second.size / m)
    return AllanDeviation(chosen * tau, deviation, deviation / np.sqrt(2 * free), omega)


def allan_of_noise(
    times: Any, *, diffusion: float = 0.0, readout_variance: float = 0.0, carrier: float = 1.0
) -> np.ndarray:
    """σ_y(τ) = √(2D/τ + 3s/τ²)/ω₀ of phase diffusion and readings with independent errors.

    Parameters
    ----------
    times : array_like
        τ > 0.
    diffusion : float
        D ≥ 0, half a linewidth.
    readout_variance : float
        s ≥ 0 of one reading, rad².
    carrier : float
        ω₀ > 0.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> import photinus as ph
    >>> ph.metrology.allan_of_noise([1.0, 4.0], diffusion=0.5)
    array([1. , 0.5])
    """
    t = listed_numbers(times, "averaging times")
    omega = real_number(carrier, "carrier", minimum=0.0)
    if t.min() <= 0 or omega == 0:
        raise InvalidInput(f"The least averaging time is {t.min():g}, the carrier {omega:g}.", "Give positive numbers.")
    d = real_number(diffusion, "diffusion", minimum=0.0)
    s = real_number(readout_variance, "variance of a reading", minimum=0.0)
    return np.asarray(np.sqrt(2 * d / t + 3 * s / t**2) / omega)


def _require_unwrapped(phases: np.ndarray) -> None:
    """Refuse phases that jump by a whole turn and never leave one: folded phases hide the diffusion."""
    turn = 2 * np.pi
    if phases.shape[-1] < 2:
        return
    spread, step = float(np.ptp(phases)), float(np.abs(np.diff(phases)).max(initial=0.0))
    if step > 0.9 * turn and spread <= turn * (1 + 1e-9):
        raise InvalidInput(
            f"The phases are folded into one turn: they jump by {step:.3g} and spread over {spread:.3g}.",
            "Give np.unwrap(phases).",
        )
