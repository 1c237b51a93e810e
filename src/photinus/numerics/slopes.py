"""Derivatives of smooth functions by differences, extrapolated to step zero, with an estimate of their error.

The quotients at h, h/4, h/16, … are extrapolated as polynomials in h (from one side) or in h² (from both), five at a
time at most (Richardson 1911; to choose the best entry by its error is due to Ridders 1982). Polynomials come out
exactly to rounding, whatever the first step. Slopes from the right and from the left are extrapolated too: where they
differ there is a kink.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, Self, TypeVar

FACTOR = 4.0
"""Each step is so many times shorter than the one before."""
LEAST, MOST, COLUMNS = 4, 22, 4
"""Steps that are always taken, steps at most, and powers of h that an extrapolation removes at most."""


class Vector(Protocol):
    """What can be extrapolated: anything with sums and real multiples."""

    def __add__(self, other: Self) -> Self: ...

    def __mul__(self, factor: float) -> Self: ...


V = TypeVar("V", bound=Vector)


@dataclass(frozen=True)
class Slope(Generic[V]):
    """A derivative by extrapolation.

    Attributes
    ----------
    value : vector
        The derivative.
    change : vector
        What the last extrapolation changed: an estimate of the error, with its direction.
    error : float
        The size of ``change`` (or of the difference to the entry before, whichever is larger).
    kink : float
        Size of the slope from the right minus the slope from the left, over ``largest``, at the step where it is least;
        0 where only one side was looked at.
    largest : float
        Size of the largest quotient met down to the step that was chosen: the scale of ``error``.
    """

    value: V
    change: V
    error: float
    kink: float
    largest: float

    @property
    def smooth(self) -> bool:
        """Whether quotients converged, and to the same slope from both sides."""
        return self.error <= 1e-6 * self.largest and self.kink <= 1e-3


def slope(
    difference: Callable[[float], V], size: Callable[[V], float], *, step: float, sides: tuple[int, ...] = (1, -1)
) -> Slope[V]:
    """The derivative f′(x) from the differences f(x + h) − f(x).

    Parameters
    ----------
    difference : callable
        h ↦ f(x + h) − f(x), h of either sign; what it raises is passed on.
    size : callable
        A norm of the vectors.
    step : float
        The first and largest |h|, above 0; a power of two leaves x + h free of rounding more often.
    sides : tuple of int
        (1, −1) for central differences, (1,) or (−1,) for one-sided ones.

    Returns
    -------
    Slope
        The entry of the smallest error among 4 to 22 steps.

    Examples
    --------
    >>> import math
    >>> from photinus.numerics.slopes import slope
    >>> found = slope(lambda h: math.sin(1 + h) - math.sin(1), abs, step=0.125)
    >>> abs(found.value - math.cos(1)) < 1e-13, found.smooth
    (True, True)
    >>> slope(lambda h: abs(h), abs, step=0.125).smooth
    False
    """
    central = len(sides) == 2
    rows: dict[int, list[V]] = {side: [] for side in (0, *sides)}
    best: Slope[V] | None = None
    largest, kink = 0.0, 1.0 if central else 0.0
    for level in range(MOST):
        h = step * FACTOR**-level
        quotients = {side: difference(side * h) * (side / h) for side in sides}
        largest = max(largest, *(size(q) for q in quotients.values()))
        mean = (quotients[1] + quotients[-1]) * 0.5 if central else quotients[sides[0]]
        before = rows[0]
        rows[0] = _extrapolated(mean, before, FACTOR**2 if central else FACTOR)
        if central:
            for side in sides:
                rows[side] = _extrapolated(quotients[side], rows[side], FACTOR)
            if level:
                apart = size(rows[1][-1] + rows[-1][-1] * -1.0)
                kink = min(kink, apart / largest) if largest else 0.0
        if level == 0:
            continue
        found = rows[0]
        change = found[-1] + found[-2] * -1.0
        error = max(size(change), size(found[-1] + before[-1] * -1.0))
        if best is None or error < best.error:
            best = Slope(found[-1], change, error, kink, largest)
        settled = level + 1 >= LEAST and best.smooth and kink <= 1e-6
        if settled and (best.error <= 1e-13 * best.largest or error > 2 * best.error):
            break  # exact to rounding, or rounding has taken over
    assert best is not None
    return replace(best, kink=kink)


def _extrapolated(quotient: V, before: list[V], power: float) -> list[V]:
    """The row of the tableau: the quotient, then with 1, 2, … powers of h removed."""
    row = [quotient]
    for j, old in enumerate(before[:COLUMNS]):
        row.append(row[j] + (row[j] + old * -1.0) * (1 / (power ** (j + 1) - 1)))
    return row
