"""Methods of time evolution, and the choice between them.

Each method is a small frozen object whose fields are its only options; each solves ẏ = A(t) y for one coherence order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf, log2

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics import ode
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.ode import LinearSystem, Point

DENSE_AT_MOST = 1200
"""Unknowns up to which a dense exponential is considered."""


class Stepper(ABC):
    """A way to carry one coherence order through given times."""

    __slots__ = ()

    tolerance: float
    memory: float | None

    @abstractmethod
    def points(self, system: LinearSystem, y: np.ndarray, times: np.ndarray, duration: float) -> Iterator[Point]:
        """The solution at times[1:] from y at times[0].

        ``duration`` is what the tolerance is shared out over: the time of the whole evolution, of which ``times`` may
        be the rest, times the number of coherence orders.
        """

    def choose(self, system: LinearSystem, times: np.ndarray) -> Stepper:
        """The method that this one stands for."""
        return self

    def numbers(self, n: int) -> float:
        """How many vectors of n unknowns are in memory at once, roughly."""
        return 20.0

    @property
    def name(self) -> str:
        """What a certificate calls it."""
        return type(self).__name__


def _check_tolerance(method: Stepper) -> None:
    tolerance = real_number(method.tolerance, f"tolerance of {type(method).__name__}", minimum=0.0)
    if not 1e-14 <= tolerance < 1:
        raise InvalidInput(
            f"The tolerance of {type(method).__name__} is {tolerance:g}.", "Give a number from 1e-14 to below 1."
        )


def _check_longest(longest: float | None) -> float:
    if longest is None:
        return inf
    value = real_number(longest, "longest step", minimum=0.0)
    if value == 0:
        raise InvalidInput("The longest step is 0.", "Give a time above 0, or leave it out.")
    return value


@dataclass(frozen=True, slots=True)
class Exponential(Stepper):
    """e^{𝓛t}ρ itself: by a dense exponential of small sectors, by Arnoldi's method (Saad1992) of large ones. No drives.

    Parameters
    ----------
    tolerance : float
        Error of the state at the last time (2-norm of its elements) that the time steps may cost, from 1e-14.
    vectors : int
        Dimension of the Krylov space, at least 4.
    dense : bool, optional
        Whether to make e^{𝓛Δt} as a dense matrix; by default whichever is estimated to be faster.
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    tolerance: float = 1e-9
    vectors: int = 30
    dense: bool | None = None
    memory: float | None = None

    def __post_init__(self) -> None:
        _check_tolerance(self)
        whole_number(self.vectors, "number of Krylov vectors", minimum=4)

    def choose(self, system: LinearSystem, times: np.ndarray) -> Stepper:
        if self.dense is not None:
            return self
        return Exponential(self.tolerance, self.vectors, _dense_is_faster(system, times, self.vectors), self.memory)

    def numbers(self, n: int) -> float:
        return 10.0 * n if self.dense else self.vectors + 8.0

    @property
    def name(self) -> str:
        return f"Exponential, {'dense' if self.dense else 'Krylov'}"

    def points(self, system: LinearSystem, y: np.ndarray, times: np.ndarray, duration: float) -> Iterator[Point]:
        if system.driven:
            raise InvalidInput(
                "Exponential() holds for generators that do not depend on time, and there is a drive.",
                "Use ph.methods.RungeKutta().",
            )
        if self.dense:
            return ode.dense_exponential(system.fixed.toarray(), y, times)
        return ode.krylov_exponential(system.fixed, y, times, rate=self.tolerance / duration, vectors=self.vectors)


def _dense_is_faster(system: LinearSystem, times: np.ndarray, vectors: int) -> bool:
    """By estimates in seconds of the two routes on one core; they need to be right within a factor of three only."""
    n, nonzeros = system.fixed.shape[0], system.fixed.nnz
    if n > DENSE_AT_MOST:
        return False
    kind = 4 if np.iscomplexobj(system.fixed) else 1
    spans = np.diff(times)
    squarings = 8 + max(0.0, log2(1 + system.norm * float(spans.max(initial=0.0))))
    dense = ode.different_steps(times) * (2e-4 + kind * squarings * 2e-10 * n**3) + len(spans) * (4e-6 + 1e-9 * n**2)
    products = min(1e9, vectors * (1 + system.norm * float(spans.sum()) / vectors**2))
    krylov = products * (3e-5 + kind * 1e-9 * (nonzeros + 2 * vectors * n)) + len(spans) * 2e-5
    return dense < krylov


@dataclass(frozen=True, slots=True)
class RungeKutta(Stepper):
    """Steps of high order, with or without drives.

    Explicit ones of order 8(5, 3) (Dormand and Prince; Hairer1993), whose length the fastest rate limits; or implicit
    ones of order 5 with a sparse LU (Radau IIA; Hairer1996), which stiff rates do not slow down.

    Parameters
    ----------
    tolerance : float
        Error of the state at the last time (2-norm of its elements), shared out over the time, from 1e-14; of an
        implicit step the error of each.
    implicit : bool, optional
        Which of the two; by default from the sizes and the rates.
    longest : float, optional
        Bound on the step, for drives with pulses shorter than the interval between two times.
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    tolerance: float = 1e-9
    implicit: bool | None = None
    longest: float | None = None
    memory: float | None = None

    def __post_init__(self) -> None:
        _check_tolerance(self)
        _check_longest(self.longest)

    def choose(self, system: LinearSystem, times: np.ndarray) -> Stepper:
        if self.implicit is not None:
            return self
        n = system.fixed.shape[0]
        # Up to 4000 unknowns a sparse LU costs as much as some hundred products.
        stiff = system.norm * float(times[-1] - times[0]) > (1e5 if n <= 4000 else 1e7)
        return RungeKutta(self.tolerance, stiff, self.longest, self.memory)

    def numbers(self, n: int) -> float:
        return 20.0 + (3 * min(n, 2 * n**0.5) if self.implicit else 0.0)  # the fill of the factors is a guess

    @property
    def name(self) -> str:
        return f"RungeKutta, {'implicit' if self.implicit else 'explicit'}"

    def points(self, system: LinearSystem, y: np.ndarray, times: np.ndarray, duration: float) -> Iterator[Point]:
        longest = _check_longest(self.longest)
        if self.implicit:
            return ode.radau(system, y, times, tolerance=self.tolerance, longest=longest)
        return ode.runge_kutta(system, y, times, rate=self.tolerance / duration, longest=longest)


@dataclass(frozen=True, slots=True)
class Adaptive(Stepper):
    """Chooses: Exponential without drives (implicit RungeKutta for large and very stiff sectors), RungeKutta with them.

    Parameters
    ----------
    tolerance : float
        Error of the state that the time steps may cost (2-norm of its elements), from 1e-14.
    longest : float, optional
        Bound on the step under a drive that has pulses shorter than the interval between two times.
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    tolerance: float = 1e-9
    longest: float | None = None
    memory: float | None = None

    def __post_init__(self) -> None:
        _check_tolerance(self)
        _check_longest(self.longest)

    def choose(self, system: LinearSystem, times: np.ndarray) -> Stepper:
        if system.driven:
            return RungeKutta(self.tolerance, None, self.longest, self.memory).choose(system, times)
        made = Exponential(self.tolerance, memory=self.memory).choose(system, times)
        stiffness = system.norm * float(times[-1] - times[0])
        if made.name == "Exponential, Krylov" and stiffness > 1e6 and system.fixed.shape[0] <= 20_000:
            return RungeKutta(self.tolerance, True, self.longest, self.memory)
        return made

    def numbers(self, n: int) -> float:
        return 40.0 + (10.0 * n if n <= DENSE_AT_MOST else 0.0)

    def points(self, system: LinearSystem, y: np.ndarray, times: np.ndarray, duration: float) -> Iterator[Point]:
        return self.choose(system, times).points(system, y, times, duration)


def ticks(times: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """The output times with more between them, and which of the ticks are output times.

    The truncation is judged at every tick: at least ``least`` of them in all, and a geometric series in the first
    interval, in which a state that was just prepared moves fastest. With ``least`` 0, the output times alone.
    """
    if len(times) == 1 or least == 0:
        return times, np.arange(len(times))
    pieces = max(1, ceil(least / (len(times) - 1)))
    parts = [np.linspace(s, t, pieces + 1)[:-1] for s, t in pairwise(times)]
    first = times[0] + (parts[0][1] - times[0] if pieces > 1 else times[1] - times[0]) * 2.0 ** np.arange(-6, 0)
    every = np.concatenate([parts[0][:1], first, parts[0][1:], *parts[1:], times[-1:]])
    where = np.arange(len(times)) * pieces + len(first)
    where[0] = 0
    return every, where
