"""How a number changes with the size of a system: a power law, or a limit, each with an error bar.

Corrections to scaling are larger than any noise here, so that errors are systematic: what a fit changes by when the
smaller half of the sizes is left out, and the standard error of its residuals, whichever is larger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from photinus.errors import InvalidInput, Undefined, shown
from photinus.numerics.checks import real_number
from photinus.solve.arguments import finite_numbers
from photinus.space.space import read_only

FEWEST = 4
"""Sizes that a fit with an error bar needs: two parameters, and the same again without the smallest sizes."""


@dataclass(frozen=True, eq=False)
class PowerLaw:
    """y ≈ prefactor · N^exponent.

    Attributes
    ----------
    exponent, error : float
        z, and how far it may be off.
    prefactor : float
        In the unit of y.
    local : ndarray, shape (n − 1,)
        Exponents between neighbouring sizes: constant where the law holds.
    """

    exponent: float
    error: float
    prefactor: float
    local: np.ndarray

    @classmethod
    def fit(cls, sizes: Any, values: Any) -> PowerLaw:
        """By least squares of logarithms.

        Parameters
        ----------
        sizes : array_like, shape (n,)
            N > 0, increasing, at least four.
        values : array_like, shape (n,)
            y > 0.

        Raises
        ------
        InvalidInput
            For sizes that do not increase from a positive one, or fewer than four, and values that are no finite real
            numbers, one for each.
        Undefined
            Where a value is not positive.

        Examples
        --------
        >>> from photinus.collective import PowerLaw
        >>> PowerLaw.fit([5, 10, 20, 40], [0.2, 0.1, 0.05, 0.025])
        N^-1.0000 ± 0.0000, prefactor 1
        """
        n, y = _checked(sizes, values)
        if not (y > 0).all():
            raise Undefined(f"The value {y.min():g} has no logarithm.", "A power law needs positive values.")
        x, log = np.log(n), np.log(y)
        (slope, offset), error = _line(x, log)
        return cls(slope, error, float(np.exp(offset)), read_only(np.diff(log) / np.diff(x)))

    def __call__(self, size: Any) -> np.ndarray:
        """The law at other sizes N > 0."""
        n = finite_numbers(size, "sizes")
        if (n <= 0).any():
            raise InvalidInput(f"The size {n.min():g} is not positive.", "Give positive sizes.")
        return np.asarray(self.prefactor * n**self.exponent)

    def __repr__(self) -> str:
        return f"N^{self.exponent:.4f} ± {self.error:.4f}, prefactor {self.prefactor:.4g}"


@dataclass(frozen=True)
class Limit:
    """y ≈ value + slope/N for large N.

    Attributes
    ----------
    value, error : float
        The limit, and how far it may be off.
    slope : float
    """

    value: float
    error: float
    slope: float

    @classmethod
    def fit(cls, sizes: Any, values: Any) -> Limit:
        """By least squares in 1/N; arguments as of :meth:`PowerLaw.fit`, of any sign.

        Examples
        --------
        >>> from photinus.collective import Limit
        >>> Limit.fit([5, 10, 20, 40], [1.2, 1.1, 1.05, 1.025])
        1 ± 0 in the limit
        """
        n, y = _checked(sizes, values)
        (slope, value), _ = _line(1 / n, y)
        half = len(n) - max(2, len(n) // 2)
        _, late = np.polyfit(1 / n[half:], y[half:], 1)
        rest = float(np.abs(y - value - slope / n).max())
        error = max(abs(float(late) - value), rest)
        floor = 1e-12 * float(np.abs(y).max())
        return cls(value if abs(value) > floor else 0.0, error if error > floor else 0.0, slope)

    def __repr__(self) -> str:
        return f"{self.value:.6g} ± {self.error:.2g} in the limit"


def checked_sizes(sizes: Iterable[Any], fewest: int = FEWEST) -> tuple[float, ...]:
    """Positive increasing sizes, at least so many."""
    if not isinstance(sizes, Iterable) or isinstance(sizes, str) or getattr(sizes, "ndim", 1) == 0:
        raise InvalidInput(f"The sizes are {shown(sizes)}.", f"Give a sequence of at least {fewest} numbers.")
    numbers = tuple(real_number(size, "size") for size in sizes)
    if len(numbers) < fewest:
        raise InvalidInput(
            f"The number of sizes is {len(numbers)}, and an exponent with an error bar needs {fewest}.",
            "Add larger sizes.",
        )
    if numbers[0] <= 0 or any(b <= a for a, b in pairwise(numbers)):
        raise InvalidInput(
            f"The sizes {', '.join(f'{n:g}' for n in numbers)} do not increase from a positive one.",
            "Give each size once, the smallest first.",
        )
    return numbers


def _checked(sizes: Any, values: Any) -> tuple[np.ndarray, np.ndarray]:
    n, y = np.array(checked_sizes(sizes)), finite_numbers(values, "values")
    if y.shape != n.shape:
        raise InvalidInput(f"{len(n)} sizes have values of shape {y.shape}.", "Give one finite value for each size.")
    return n, y


def _line(x: np.ndarray, y: np.ndarray) -> tuple[tuple[float, float], float]:
    """Slope and offset, and the error of the slope."""
    slope, offset = np.polyfit(x, y, 1)
    rest = y - offset - slope * x
    spread = float(((x - x.mean()) ** 2).sum())
    standard = float(np.sqrt((rest**2).sum() / (len(x) - 2) / spread))
    half = len(x) - max(2, len(x) // 2)
    late, _ = np.polyfit(x[half:], y[half:], 1)
    return (float(slope), float(offset)), max(standard, abs(float(late - slope)))
