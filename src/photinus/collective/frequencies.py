"""Distributions of natural frequencies: symmetric about their centre, with density, quantiles and a locked share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf, pi
from typing import Protocol

import numpy as np
from scipy.integrate import cumulative_simpson, quad
from scipy.special import ndtri

from photinus.errors import InvalidInput, WrongType, shown
from photinus.numerics.checks import real_number


class Frequencies(Protocol):
    """A symmetric distribution of frequencies."""

    @property
    def center(self) -> float:
        """Its mean, or its median."""

    @property
    def half_range(self) -> float:
        """Half the width of its support; may be inf."""

    @property
    def width(self) -> float:
        """A scale of its width; 0 for equal frequencies."""

    def density(self, x: float) -> float:
        """G at the distance x from the centre."""

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        """Frequencies below which the shares u of all lie."""


@dataclass(frozen=True, slots=True)
class Identical:
    """All frequencies are equal."""

    center: float = 0.0

    def __post_init__(self) -> None:
        real_number(self.center, "frequency")

    @property
    def half_range(self) -> float:
        return 0.0

    @property
    def width(self) -> float:
        return 0.0

    def density(self, x: float) -> float:
        """Infinite at the centre."""
        return inf if x == 0 else 0.0

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        return np.full(np.shape(u), self.center)


@dataclass(frozen=True, slots=True)
class Lorentzian:
    """g(ω) = (γ/π)/((ω − ω₀)² + γ²), with γ the half width at half maximum."""

    width: float
    center: float = 0.0

    def __post_init__(self) -> None:
        _positive(self.width, self.center)

    @property
    def half_range(self) -> float:
        return inf

    def density(self, x: float) -> float:
        return self.width / pi / (x * x + self.width**2)

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        return np.asarray(self.center + self.width * np.tan(pi * (np.asarray(u) - 0.5)))


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A normal distribution, with σ the standard deviation."""

    width: float
    center: float = 0.0

    def __post_init__(self) -> None:
        _positive(self.width, self.center)

    @property
    def half_range(self) -> float:
        return 12 * self.width

    def density(self, x: float) -> float:
        return float(np.exp(-0.5 * (x / self.width) ** 2) / ((2 * pi) ** 0.5 * self.width))

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        return np.asarray(self.center + self.width * ndtri(np.asarray(u)))


@dataclass(frozen=True)
class Density:
    """Any symmetric distribution on an interval, by its density, which is normalised here.

    Parameters
    ----------
    function : callable
        x ↦ g, at the distance x from the centre: not negative, g(−x) = g(x).
    half_range : float
        g vanishes for |x| beyond this.
    center : float
    """

    function: Callable[[float], float]
    half_range: float
    center: float = 0.0

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise WrongType(f"The density is {shown(self.function)}.", "Give a function of the frequency.")
        _positive(self.half_range, self.center)
        x = np.linspace(0.01, 0.99, 23) * self.half_range
        right, left = (np.array([self._value(s * float(v)) for v in x]) for s in (1, -1))
        if right.min() < 0 or right.max() == 0:
            raise InvalidInput("The density is negative or zero.", "Give a non-negative function.")
        if np.abs(right - left).max() > 1e-9 * right.max():
            raise InvalidInput("The density is not symmetric.", "Give g(−x) = g(x), and the centre apart.")

    def _value(self, x: float) -> float:
        return real_number(self.function(x), f"density at {x:g}")

    @property
    def width(self) -> float:
        return self.half_range

    @cached_property
    def _total(self) -> float:
        return float(2 * quad(self.function, 0, self.half_range, limit=200)[0])

    def density(self, x: float) -> float:
        """G, normalised to 1."""
        return self._value(x) / self._total if abs(x) <= self.half_range else 0.0

    def quantiles(self, u: np.ndarray) -> np.ndarray:
        x = np.linspace(-self.half_range, self.half_range, 4001)
        share = cumulative_simpson(np.array([self._value(float(v)) for v in x]), x=x, initial=0)
        return np.asarray(self.center + np.interp(np.asarray(u) * share[-1], np.maximum.accumulate(share), x))


def _positive(width: float, center: float) -> None:
    if real_number(width, "width of the frequencies", minimum=0.0) == 0:
        raise InvalidInput("The width of the frequencies is 0.", "Give a positive width, or Identical().")
    real_number(center, "centre of the frequencies")
