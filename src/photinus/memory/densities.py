"""Spectral densities: how strongly a bath of oscillators couples at each frequency.

One convention holds throughout. A bath of oscillators b_k couples by H_I = L†B + LB† with B = Σ g_k b_k, and

    J(ω) = Σ_k |g_k|² δ(ω − ω_k),

without a factor 1/π or 1/2π: g² = ∫J dω is a squared coupling, and the golden rule gives the rate 2πJ(ω). QuTiP and
many papers on Drude baths write C(t) = (1/π)∫J…: their J is π times ours. Where a Lorentzian is written as
γ₀λ²/(2π[(ω − ω₀)² + λ²]), it has the coupling g² = γ₀λ/2 and the width κ = 2λ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from cmath import sqrt as csqrt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, isnan, pi, sqrt
from typing import Any

import numpy as np
from scipy.special import gamma

from photinus.errors import InvalidInput, WrongType, shown
from photinus.numerics.checks import real_number
from photinus.space.space import read_only

Exponents = tuple[tuple[complex, complex], ...]
"""(weight w, rate ν) of Σ w e^{−νt}, Re ν > 0."""
FORMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exponential": lambda x: np.exp(-x),
    "gaussian": lambda x: np.exp(-(x**2)),
    "sharp": lambda x: np.where(x <= 1, 1.0, 0.0),
}


class SpectralDensity(ABC):
    """J(ω) ≥ 0, in the unit of rates; called with frequencies it gives values of the same shape."""

    __slots__ = ()

    @abstractmethod
    def __call__(self, frequency: Any) -> np.ndarray:
        """J(ω)."""

    @property
    def support(self) -> tuple[float, float]:
        """Frequencies outside of which J is 0."""
        return 0.0, inf

    @property
    def marks(self) -> tuple[float, ...]:
        """Frequencies that a quadrature must not overlook: peaks and edges."""
        return ()

    @property
    def poles(self) -> tuple[tuple[complex, complex], ...]:
        """Where J(ω) = Σ r/(ω − p) at ω > 0, the pairs (p, r)."""
        return ()

    def exponents(self, temperature: float) -> tuple[Exponents, Exponents] | None:
        """⟨B(t)B†⟩ and ⟨B†(t)B⟩ as finite sums of exponentials, where they are such sums."""
        return None

    @property
    def occupation(self) -> float:
        """An occupation of all modes that is given with the density, and not by a temperature."""
        return 0.0


def _positive(value: Any, what: str) -> float:
    number = real_number(value, what, minimum=0.0)
    if number == 0:
        raise InvalidInput(f"The {what} is 0.", "Give a number above 0.")
    return number


@dataclass(frozen=True, slots=True)
class Lorentzian(SpectralDensity):
    """J(ω) = (g²/2π) κ/[(ω − ω₀)² + κ²/4]: a mode ω₀ of coupling g that is damped at the rate κ into a white bath.

    Parameters
    ----------
    coupling : float
        g > 0, a rate: ∫J = g².
    width : float
        κ > 0, the memory rate: the full width at half maximum; the correlation function decays as e^{−κt/2}.
    center : float
        ω₀, in the frame of the model: in a frame that rotates at Ω it is ω₀ − Ω. J extends over all frequencies: it is
        meant for rotating-wave couplings.
    mean_occupation : float
        n̄ ≥ 0 of the mode, the same at all of its frequencies, as of a cavity whose own bath is warm and white.

    Notes
    -----
    The Markov rate on resonance is 2πJ(ω₀) = 4g²/κ. ⟨B(t)B†⟩ = g²(n̄ + 1)e^{−iω₀t − κt/2}.

    References
    ----------
    Garraway1997.

    Examples
    --------
    >>> import math
    >>> import photinus as ph
    >>> density = ph.memory.Lorentzian(0.5, width=2.0)
    >>> round(2 * math.pi * float(density(0.0)), 12)
    0.5
    """

    coupling: float
    width: float
    center: float = 0.0
    mean_occupation: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "coupling", _positive(self.coupling, "coupling of a Lorentzian"))
        object.__setattr__(self, "width", _positive(self.width, "width of a Lorentzian"))
        object.__setattr__(self, "center", real_number(self.center, "center of a Lorentzian"))
        number = real_number(self.mean_occupation, "occupation of a Lorentzian", minimum=0.0)
        object.__setattr__(self, "mean_occupation", number)

    @classmethod
    def of_rate(cls, rate: float, width: float, *, center: float = 0.0, mean_occupation: float = 0.0) -> Lorentzian:
        """The Lorentzian whose Markov rate on resonance, at occupation 0, is ``rate``: g² = rate·κ/4."""
        coupling = sqrt(_positive(rate, "rate of a Lorentzian") * _positive(width, "width") / 4)
        return cls(coupling, width, center, mean_occupation)

    def __call__(self, frequency: Any) -> np.ndarray:
        x = np.asarray(frequency, dtype=float) - self.center
        return self.coupling**2 * self.width / (2 * pi * (x**2 + self.width**2 / 4))

    @property
    def support(self) -> tuple[float, float]:
        return -inf, inf

    @property
    def marks(self) -> tuple[float, ...]:
        return self.center - self.width, self.center, self.center + self.width

    @property
    def occupation(self) -> float:
        return self.mean_occupation

    def exponents(self, temperature: float) -> tuple[Exponents, Exponents] | None:
        if temperature > 0:
            return None
        g, n, nu = self.coupling**2, self.mean_occupation, self.width / 2 + 1j * self.center
        return ((g * (n + 1), nu),), ((g * n, nu.conjugate()),) if n else ()


@dataclass(frozen=True, slots=True)
class Lorentzians(SpectralDensity):
    """A sum of Lorentzians, each a mode of its own.

    Parameters
    ----------
    parts : sequence of Lorentzian
        At least one.
    """

    parts: tuple[Lorentzian, ...]

    def __init__(self, parts: Iterable[Lorentzian]) -> None:
        listed = tuple(parts) if isinstance(parts, Iterable) else (parts,)
        if not listed or not all(isinstance(part, Lorentzian) for part in listed):
            raise WrongType(f"The parts of a sum of Lorentzians are {shown(parts)}.", "Give a list of Lorentzian(…).")
        object.__setattr__(self, "parts", listed)

    def __call__(self, frequency: Any) -> np.ndarray:
        return np.sum([part(frequency) for part in self.parts], axis=0)

    @property
    def support(self) -> tuple[float, float]:
        return -inf, inf

    @property
    def marks(self) -> tuple[float, ...]:
        return tuple(mark for part in self.parts for mark in part.marks)

    def exponents(self, temperature: float) -> tuple[Exponents, Exponents] | None:
        if temperature > 0:
            return None
        emission: Exponents = ()
        absorption: Exponents = ()
        for part in self.parts:
            sums = part.exponents(0.0)
            if sums is not None:
                emission, absorption = emission + sums[0], absorption + sums[1]
        return emission, absorption


@dataclass(frozen=True, slots=True)
class DrudeLorentz(SpectralDensity):
    """J(ω) = (2λγ/π) ω/(ω² + γ²), ω > 0: an overdamped environment.

    Parameters
    ----------
    reorganization : float
        λ > 0, the reorganisation energy ∫J/ω dω.
    relaxation : float
        γ > 0, the rate at which the environment forgets.

    Notes
    -----
    C(0) diverges logarithmically. In the convention C(t) = (1/π)∫J… the same bath has J = 2λγω/(ω² + γ²).

    References
    ----------
    Tanimura1989.
    """

    reorganization: float
    relaxation: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "reorganization", _positive(self.reorganization, "reorganization energy"))
        object.__setattr__(self, "relaxation", _positive(self.relaxation, "relaxation rate"))

    def __call__(self, frequency: Any) -> np.ndarray:
        x = np.maximum(np.asarray(frequency, dtype=float), 0.0)
        return 2 * self.reorganization * self.relaxation / pi * x / (x**2 + self.relaxation**2)

    @property
    def marks(self) -> tuple[float, ...]:
        return (self.relaxation,)

    @property
    def poles(self) -> tuple[tuple[complex, complex], ...]:
        residue = self.reorganization * self.relaxation / pi
        return (1j * self.relaxation, residue), (-1j * self.relaxation, residue)


@dataclass(frozen=True, slots=True)
class Underdamped(SpectralDensity):
    """J(ω) = (2/π) g²Ω Γω/[(ω² − Ω²)² + Γ²ω²], ω > 0: a mode Ω with friction Γ, coupled by g(b + b†).

    Parameters
    ----------
    coupling : float
        g > 0; ∫J → g² as Γ → 0.
    frequency : float
        Ω > 0.
    damping : float
        Γ > 0; below 2Ω the mode oscillates.

    Notes
    -----
    QuTiP's ``UnderDampedEnvironment`` has λ² = 2Ωg², and J π times as large.
    """

    coupling: float
    frequency: float
    damping: float

    def __post_init__(self) -> None:
        for name in ("coupling", "frequency", "damping"):
            object.__setattr__(self, name, _positive(getattr(self, name), f"{name} of an underdamped mode"))

    def __call__(self, frequency: Any) -> np.ndarray:
        x = np.maximum(np.asarray(frequency, dtype=float), 0.0)
        resonance = (x**2 - self.frequency**2) ** 2 + (self.damping * x) ** 2
        return 2 / pi * self.coupling**2 * self.frequency * self.damping * x / resonance

    @property
    def marks(self) -> tuple[float, ...]:
        low = max(self.frequency - self.damping, self.frequency / 2)
        return low, self.frequency, self.frequency + self.damping

    @property
    def poles(self) -> tuple[tuple[complex, complex], ...]:
        gap = csqrt(self.frequency**2 - self.damping**2 / 4)
        if abs(gap) < 1e-7 * self.frequency:  # critical damping: two double poles, drawn apart
            gap = 1e-7 * self.frequency
        residue = self.coupling**2 * self.frequency / (2j * pi * gap)
        half = 0.5j * self.damping
        return (gap + half, residue), (-gap - half, residue), (gap - half, -residue), (-gap + half, -residue)


@dataclass(frozen=True, slots=True)
class Ohmic(SpectralDensity):
    """J(ω) = α ω^s ω_c^{1−s} f(ω/ω_c), ω > 0: sub-Ohmic (s < 1), Ohmic (s = 1), super-Ohmic (s > 1).

    Parameters
    ----------
    strength : float
        α > 0, without unit.
    cutoff : float
        ω_c > 0, where J is cut off.
    exponent : float
        s > 0.
    form : str
        f(x): ``"exponential"`` e^{−x}, ``"gaussian"`` e^{−x²}, ``"sharp"`` 1 up to x = 1.

    References
    ----------
    Leggett1987.
    """

    strength: float
    cutoff: float
    exponent: float = 1.0
    form: str = "exponential"

    def __post_init__(self) -> None:
        for name in ("strength", "cutoff", "exponent"):
            object.__setattr__(self, name, _positive(getattr(self, name), f"{name} of an Ohmic density"))
        if self.form not in FORMS:
            raise InvalidInput(f"The form of the cutoff is {shown(self.form)}.", f"Give one of {', '.join(FORMS)}.")

    def __call__(self, frequency: Any) -> np.ndarray:
        x = np.maximum(np.asarray(frequency, dtype=float), 0.0) / self.cutoff
        return self.strength * self.cutoff * x**self.exponent * FORMS[self.form](x)

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, self.cutoff if self.form == "sharp" else inf

    @property
    def marks(self) -> tuple[float, ...]:
        return (self.cutoff,)

    def closed_form(self, times: np.ndarray, temperature: float) -> tuple[np.ndarray, np.ndarray]:
        """⟨B(t)B†⟩ and ⟨B†(t)B⟩ with the exponential cutoff, by Hurwitz' zeta function.

        With n̄ + 1 = Σ_k e^{−kω/T}: α ω_c^{1−s} Γ(s+1) T^{s+1} ζ(s + 1, T(1/ω_c + it)), and ζ(…, 1 + T(1/ω_c − it)).
        """
        s, z = self.exponent + 1, 1 / self.cutoff + 1j * times
        scale = self.strength * self.cutoff ** (1 - self.exponent) * gamma(s)
        if temperature == 0:
            return scale * z**-s, np.zeros_like(z)
        weight = scale * temperature**s
        return weight * hurwitz(s, temperature * z), weight * hurwitz(s, 1 + temperature * z.conj())


BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)


def hurwitz(s: float, z: np.ndarray) -> np.ndarray:
    """ζ(s, z) = Σ_{k ≥ 0} (z + k)^{−s} for s > 1, Re z > 0, by the formula of Euler and Maclaurin after 16 terms."""
    terms = 16
    total = sum(((z + k) ** -s for k in range(terms)), np.zeros_like(z))
    last = z + terms
    total = total + last ** (1 - s) / (s - 1) + last**-s / 2
    factor = s * last ** (-s - 1) / 2
    for j, bernoulli in enumerate(BERNOULLI, start=1):
        total = total + bernoulli * factor
        factor = factor * (s + 2 * j - 1) * (s + 2 * j) / ((2 * j + 1) * (2 * j + 2)) / last**2
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Tabulated(SpectralDensity):
    """J(ω) on a grid, linear between its points and 0 outside.

    Parameters
    ----------
    frequencies : sequence of float, shape (N,)
        Ascending.
    values : sequence of float, shape (N,)
        J ≥ 0 there.

    Raises
    ------
    InvalidInput
        For values that are negative or not finite, and frequencies that do not ascend.
    """

    frequencies: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        try:
            grid, values = np.array(self.frequencies, dtype=float), np.array(self.values, dtype=float)
        except (TypeError, ValueError):
            raise WrongType("The table of a spectral density holds no numbers.", "Give two lists of numbers.") from None
        remedy = "Give ascending frequencies and as many values J ≥ 0, at least two."
        if grid.ndim != 1 or grid.shape != values.shape or len(grid) < 2:
            raise InvalidInput(f"The table has {grid.shape} frequencies and {values.shape} values.", remedy)
        if not (np.isfinite(grid).all() and np.isfinite(values).all() and (np.diff(grid) > 0).all()):
            raise InvalidInput("The frequencies of a table do not ascend, or a number is not finite.", remedy)
        if values.min() < 0:
            where = grid[values.argmin()]
            raise InvalidInput(f"The spectral density is {values.min():.3g} at ω = {where:g}, below 0.", remedy)
        if not values.any():
            raise InvalidInput("The spectral density is 0 everywhere.", "Leave the bath out.")
        object.__setattr__(self, "frequencies", read_only(grid))
        object.__setattr__(self, "values", read_only(values))

    def __call__(self, frequency: Any) -> np.ndarray:
        return np.interp(np.asarray(frequency, dtype=float), self.frequencies, self.values, left=0.0, right=0.0)

    @property
    def support(self) -> tuple[float, float]:
        return float(self.frequencies[0]), float(self.frequencies[-1])

    @property
    def marks(self) -> tuple[float, ...]:
        return tuple(self.frequencies.tolist()) if len(self.frequencies) <= 400 else ()

    def __repr__(self) -> str:
        low, high = self.support
        return f"Tabulated({len(self.frequencies)} frequencies from {low:g} to {high:g})"


@dataclass(frozen=True, slots=True)
class Density(SpectralDensity):
    """Any function J(ω) ≥ 0.

    Parameters
    ----------
    function : callable
        J of one frequency, or of an array of them.
    between : tuple of two floats
        The frequencies outside of which J is 0; at a temperature above 0 they begin at 0 or above.
    peaks : tuple of float
        Where J has narrow peaks, which a quadrature could overlook.

    Raises
    ------
    InvalidInput
        For a J that is negative or not finite somewhere, or not integrable.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.memory.Density(lambda w: w / (1 + w**2))
    Traceback (most recent call last):
    photinus.errors.InvalidInput: The spectral density is not integrable: ωJ(ω) does not fall to 0 at large ω...
    """

    function: Callable[[Any], Any]
    between: tuple[float, float] = (0.0, inf)
    peaks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise WrongType(f"A spectral density is {shown(self.function)}.", "Give a function of the frequency.")
        low, high = self.between
        if isnan(low) or isnan(high) or not low < high:
            raise InvalidInput(
                f"The spectral density lives between {low:g} and {high:g}.", "Give an interval (low, high)."
            )
        object.__setattr__(self, "peaks", tuple(real_number(x, "peak of a spectral density") for x in self.peaks))
        grid = log_grid(self)
        values = self(grid)
        if not np.isfinite(values).all():
            where = grid[np.flatnonzero(~np.isfinite(values))[0]]
            raise InvalidInput(f"The spectral density is not finite at ω = {where:.3g}.", "Give J(ω) ≥ 0, finite.")
        if values.min() < 0:
            where = grid[values.argmin()]
            raise InvalidInput(
                f"The spectral density is {values.min():.3g} at ω = {where:.3g}, below 0.", "Give J(ω) ≥ 0."
            )
        if not values.any():
            raise InvalidInput("The spectral density is 0 everywhere.", "Give its peaks=(…), or leave the bath out.")
        flux = values * np.abs(grid)
        for end, edge in ((-1, high), (0, low)):
            if not np.isfinite(edge) and flux[end] > 1e-9 * flux.max():
                raise InvalidInput(
                    "The spectral density is not integrable: ωJ(ω) does not fall to 0 at large ω.",
                    "Give it a cutoff, or use DrudeLorentz(…), whose singular C(0) is known.",
                )

    def __call__(self, frequency: Any) -> np.ndarray:
        x = np.asarray(frequency, dtype=float)
        low, high = self.between
        inside = (x >= low) & (x <= high)
        safe = np.where(inside, x, min(max(0.0, low), high) if np.isfinite(low) or np.isfinite(high) else 0.0)
        try:
            values = np.asarray(self.function(safe), dtype=float)
        except (TypeError, ValueError):
            values = np.vectorize(self.function, otypes=[float])(safe)
        return np.where(inside, values, 0.0)

    @property
    def support(self) -> tuple[float, float]:
        return self.between

    @property
    def marks(self) -> tuple[float, ...]:
        return self.peaks


def log_grid(density: SpectralDensity) -> np.ndarray:
    """Frequencies over 24 decades, and around the marks, at which a density is looked at."""
    low, high = density.support
    marks = [abs(mark) for mark in (*density.marks, low, high) if mark and np.isfinite(mark)]
    steps = (max(marks) if marks else 1.0) * np.geomspace(1e-12, 1e12, 2401)
    around = [mark + width * abs(mark or 1.0) for mark in density.marks for width in (-0.1, -0.01, 0.0, 0.01, 0.1)]
    ends = [x for x in (low, high) if np.isfinite(x)]
    inner = np.linspace(low, high, 402)[1:-1] if len(ends) == 2 else np.zeros(0)
    grid = np.unique(np.concatenate([-steps, steps, around, inner]))
    return grid[(grid > low) & (grid < high) & (grid != 0)]
