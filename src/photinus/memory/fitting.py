"""Correlation functions as sums of exponentials: exact where they are, fitted with a stated error elsewhere.

C(t) ≈ Σ_k w_k e^{−ν_k t}: ESPRIT finds the rates ν from the shift invariance of a Hankel matrix of samples, least
squares the weights w. The error of a fit is

    ε = ∫|C − C_fit| dt / ∫|C| dt,

over the times of the fit; times norms of the coupling it bounds the error of what the bath does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg as la
from scipy.optimize import least_squares

from photinus.errors import InvalidInput, NotConverged, WrongType, shown
from photinus.memory.correlations import bath_correlation, summed
from photinus.memory.densities import Exponents
from photinus.memory.environment import Environment, require_environment
from photinus.numerics.checks import real_number, whole_number
from photinus.solve.arguments import finite_numbers

if TYPE_CHECKING:
    import xarray

SAMPLES = 400


@dataclass(frozen=True, slots=True)
class Fit:
    """How to fit a correlation function.

    Parameters
    ----------
    tolerance : float
        The error ε = ∫|C − C_fit|dt/∫|C|dt that must be reached.
    most : int
        The most exponentials of one correlation function.
    duration : float, optional
        The times of the fit, 0 … duration; by default until 1 − tolerance/3 (or 99.9 %) of ∫|C| dt have passed.
        Algebraic tails, as of an Ohmic bath at T = 0, last long: say here if shorter times will do.
    count : int, optional
        Exactly so many exponentials of each correlation function, whatever error they reach: the fit says it.
    """

    tolerance: float = 1e-2
    most: int = 8
    duration: float | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        tolerance = real_number(self.tolerance, "tolerance of a fit", minimum=0.0)
        if not 1e-10 <= tolerance < 1:
            raise InvalidInput(f"The tolerance of a fit is {tolerance:g}.", "Give a number from 1e-10 to below 1.")
        whole_number(self.most, "most exponentials of a fit")
        if self.duration is not None and real_number(self.duration, "duration of a fit", minimum=0.0) == 0:
            raise InvalidInput("The duration of a fit is 0.", "Give a time above 0, or leave it out.")
        if self.count is not None:
            whole_number(self.count, "number of exponentials of a fit")

    @property
    def counts(self) -> Sequence[int]:
        """The numbers of exponentials that are tried, in this order."""
        return range(1, self.most + 1) if self.count is None else (self.count,)

    def met(self, error: float) -> bool:
        """Whether an error is good enough; any is where the number of exponentials is given."""
        return self.count is not None or error <= self.tolerance


class FitFailed(NotConverged):
    """A fit did not reach its tolerance.

    Attributes
    ----------
    reached : float
        The smallest error that was reached.
    terms : int
        With so many exponentials.
    """

    def __init__(self, cause: str, remedy: str, reached: float = inf, terms: int = 0):
        super().__init__(cause, remedy)
        self.args = (cause, remedy, reached, terms)
        self.reached = reached
        self.terms = terms


@dataclass(frozen=True, slots=True)
class Exponentials:
    """⟨B(t)B†⟩ and ⟨B†(t)B⟩ as sums of exponentials.

    Attributes
    ----------
    emission, absorption : tuple of (complex, complex)
        (w, ν) of Σ w e^{−νt}. For a Hermitian coupling the first is the sum of both functions, and the second is empty.
    error : float
        ε, the relative L1 error of the worse of the two; 0 where the sums are exact.
    duration : float
        The times that the fit has seen; infinite where it is exact.
    """

    emission: Exponents
    absorption: Exponents
    error: float
    duration: float

    def values(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both sums at given times."""
        grid = finite_numbers(times, "times")
        return summed(self.emission, grid), summed(self.absorption, grid)

    def to_xarray(self) -> xarray.Dataset:
        """Weights and rates over the coordinate ``term``; absorption after emission."""
        import xarray as xr

        terms = np.array([*self.emission, *self.absorption]).reshape(-1, 2)
        kind = np.array([0] * len(self.emission) + [1] * len(self.absorption))
        data = {"weight": ("term", terms[:, 0]), "rate": ("term", terms[:, 1]), "absorption": ("term", kind)}
        return xr.Dataset(data, attrs={"error": self.error, "duration": self.duration})

    def __repr__(self) -> str:
        counts = f"{len(self.emission)} of emission, {len(self.absorption)} of absorption"
        lines = [f"Exponentials: {counts}; relative error {self.error:.1e} up to t = {self.duration:.3g}"]
        lines += [f"  {w:.4g} exp(-({nu:.4g}) t)" for w, nu in (*self.emission, *self.absorption)[:6]]
        return "\n".join(lines)


def exponentials(environment: Environment, *, hermitian: bool | None = None, fit: Fit | None = None) -> Exponentials:
    """A bath's correlation functions as sums of exponentials, as HEOM needs them.

    Parameters
    ----------
    environment : Environment
    hermitian : bool, optional
        Whether the coupling is Hermitian, so that one sum stands for both functions; by default as its couplings are.
    fit : Fit, optional
        Where the functions are no finite sums; by default ``Fit()``.

    Returns
    -------
    Exponentials
        Weights may be complex: such a sum needs not be a bath.

    Raises
    ------
    FitFailed
        If the tolerance is not reached; the message says what was.

    References
    ----------
    Roy1989, Takahashi2024.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.DrudeLorentz(0.1, 0.5), s.z, temperature=1.0)
    >>> ph.memory.exponentials(bath, fit=ph.memory.Fit(1e-3)).error < 1e-3
    True
    """
    require_environment(environment)
    fit = require_fit(fit)
    hermitian = is_hermitian(environment) if hermitian is None else hermitian
    sums = environment.density.exponents(environment.temperature)
    if sums is not None:
        return Exponentials(*((sums[0] + sums[1], ()) if hermitian else sums), 0.0, inf)
    found = [_fitted(samples, fit, esprit) for samples in sampled(environment, fit, hermitian=hermitian)]
    parts = [terms for terms, _ in found] + [()] * (2 - len(found))
    return Exponentials(parts[0], parts[1], max(error for _, error in found), bath_duration(environment, fit))


def require_fit(fit: Fit | None) -> Fit:
    """The options of a fit; :class:`WrongType` for anything else."""
    if fit is not None and not isinstance(fit, Fit):
        raise WrongType(f"The options of the fit are {shown(fit)}.", "Give ph.memory.Fit(tolerance).")
    return Fit() if fit is None else fit


def is_hermitian(environment: Environment) -> bool:
    """Whether all couplings are Hermitian: those that see only the sum of both correlation functions."""
    return all(operator.is_hermitian() for operator in environment.coupling)


@dataclass(frozen=True, eq=False)
class Samples:
    """A correlation function, scaled so that its times end at 1 and ∫|C| over them is 1.

    Attributes
    ----------
    uniform : ndarray, shape (SAMPLES,)
        C at the middles of equal intervals: what ESPRIT sees.
    times, widths, values : ndarray
        C at the middles of intervals that grow from 1e-5: what a fit must meet.
    scale, duration : float
        The units of C and of the times.
    beyond : float
        What lies beyond the duration, relative to ∫|C|.
    """

    uniform: np.ndarray
    times: np.ndarray
    widths: np.ndarray
    values: np.ndarray
    scale: float
    duration: float
    beyond: float

    def error(self, terms: Exponents) -> float:
        """ε of a sum in scaled units, the tail beyond counted as missed."""
        return float(np.abs(summed(terms, self.times) - self.values) @ self.widths) + self.beyond

    @cached_property
    def vectors(self) -> np.ndarray:
        """Left singular vectors of the Hankel matrix of the samples, the leading ones first."""
        half = SAMPLES // 2
        return np.linalg.svd(la.hankel(self.uniform[:half], self.uniform[half - 1 :]), full_matrices=False)[0]

    def unscaled(self, terms: Exponents) -> Exponents:
        """The sum in the unit of the rates."""
        return tuple((complex(w * self.scale), complex(nu / self.duration)) for w, nu in terms)


def sampled(environment: Environment, fit: Fit, *, hermitian: bool) -> tuple[Samples, ...]:
    """The correlation functions that a fit must meet; those that vanish are left out."""
    return _sampled(environment, Fit(fit.tolerance, duration=fit.duration), hermitian)


@lru_cache(maxsize=16)
def _sampled(environment: Environment, fit: Fit, hermitian: bool) -> tuple[Samples, ...]:
    """One object for equal questions, so that fits of it are found again."""
    duration = bath_duration(environment, fit)
    edges = np.concatenate([[0.0], np.geomspace(1e-5, 0.05, 120), np.linspace(0.05, 1, SAMPLES)[1:]])
    times, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    even = (np.arange(SAMPLES) + 0.5) / SAMPLES
    found = bath_correlation(environment, duration * np.concatenate([even, times]))
    functions = [found.symmetric] if hermitian else [found.emission, found.absorption]
    later = None
    if fit.duration is None:
        later = bath_correlation(environment, duration * (1 + (np.arange(64) + 0.5) / 8))
    out = []
    for k, values in enumerate(functions):
        uniform, rest = np.split(values, [SAMPLES])
        scale = float(np.abs(rest) @ widths)
        if scale <= 1e-12 * float(np.abs(functions[0][SAMPLES:]) @ widths):
            continue
        beyond = 0.0
        if later is not None:
            tail = later.symmetric if hermitian else (later.emission, later.absorption)[k]
            beyond = float(np.abs(tail).mean()) * 8 / scale
        out.append(Samples(uniform / scale, times, widths, rest / scale, scale, duration, beyond))
    return tuple(out)


def bath_duration(environment: Environment, fit: Fit) -> float:
    """The times of the fit: doubled until the next eight such times hold less than a third of the tolerance."""
    if fit.duration is not None:
        return float(fit.duration)
    density, share = environment.density, min(fit.tolerance / 3, 1e-3)
    marks = [abs(mark) for mark in density.marks if mark] or [float(np.abs(density.support[-1]))]
    span = 1.0 / max(mark for mark in marks if np.isfinite(mark))
    nodes = (np.arange(64) + 0.5) / 64
    for _ in range(60):
        inside = np.abs(bath_correlation(environment, span * nodes).symmetric).mean()
        beyond = 7 * np.abs(bath_correlation(environment, span * (1 + 7 * nodes)).symmetric).mean()
        if beyond <= share * inside or span * max(marks) > SAMPLES / 2:
            return span
        span *= 1.5
    return span


Fitter = Callable[[Samples, int], Exponents]


def _fitted(samples: Samples, fit: Fit, fitter: Fitter) -> tuple[Exponents, float]:
    """The smallest number of exponentials that meets the tolerance, in the unit of the rates."""
    best: tuple[float, int] = (inf, 0)
    for count in fit.counts:
        terms = fitter(samples, count)
        error = samples.error(terms) if terms else inf
        if fit.met(error):
            return samples.unscaled(terms), error
        best = min(best, (error, count))
    raise fit_failed(fit, best, samples)


def fit_failed(fit: Fit, best: tuple[float, int], samples: Samples) -> FitFailed:
    """What is said where a tolerance was not reached."""
    tail = f" ({samples.beyond:.1e} of it beyond t = {samples.duration:.3g})" if samples.beyond > 0.1 * best[0] else ""
    rougher = f"Fit(tolerance={1.5 * best[0]:.1g}), " if 1.5 * best[0] < 0.95 else ""  # a tolerance is below 1
    return FitFailed(
        f"The fit by sums of exponentials reached the error {best[0]:.1e}{tail} with {best[1]} of at most {fit.most} "
        f"terms, and the goal is {fit.tolerance:.0e}.",
        f"Use {rougher}more terms by Fit(most=…), or a shorter Fit(duration=…).",
        best[0],
        best[1],
    )


def esprit(samples: Samples, count: int) -> Exponents:
    """Rates from the shift invariance of the Hankel matrix's leading singular vectors, then moved to the best fit."""
    start = esprit_rates(samples, count)
    x = np.concatenate([np.log(start.real), start.imag])
    found = least_squares(lambda y: _projected(y, samples)[0], x, x_scale="jac", max_nfev=25)
    candidates = [_projected(y, samples)[1] for y in (x, found.x)]
    return min(candidates, key=samples.error)


def _projected(x: np.ndarray, samples: Samples) -> tuple[np.ndarray, Exponents]:
    """What the best weights leave at given rates, and the sum itself."""
    rates = np.exp(np.clip(x[: len(x) // 2], -12, 14)) + 1j * x[len(x) // 2 :]
    root = np.sqrt(samples.widths)
    basis = root[:, None] * np.exp(-np.multiply.outer(samples.times, rates))
    weights, *_ = np.linalg.lstsq(basis, root * samples.values, rcond=None)
    rest = basis @ weights - root * samples.values
    return np.concatenate([rest.real, rest.imag]), tuple(zip(weights.tolist(), rates.tolist(), strict=True))


def esprit_rates(samples: Samples, count: int) -> np.ndarray:
    """The rates ν alone, with Re ν > 0 (Roy1989)."""
    vectors = samples.vectors[:, :count]
    shift, *_ = np.linalg.lstsq(vectors[:-1], vectors[1:], rcond=None)
    z = np.linalg.eigvals(shift)
    z = np.where(np.abs(z) < 1e-12, 1e-12, z)
    rates = -np.log(z) * SAMPLES
    return np.where(rates.real > 1e-3, rates.real, 1e-3) + 1j * rates.imag
