"""Checks of numbers that come from outside, each with a typed error."""

from __future__ import annotations

from math import inf, isfinite
from numbers import Real
from typing import Any

import numpy as np

from photinus.errors import InvalidInput, shown


def real_number(value: Any, what: str, *, minimum: float | None = None) -> float:
    """A finite real number, at least ``minimum`` where that is given, or :class:`InvalidInput`."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if type(value) is not float and (isinstance(value, bool) or not isinstance(value, Real)):
        raise InvalidInput(f"The {what} is {value!r}, which is not a real number.", "Give a real number.")
    try:
        number = float(value)
    except OverflowError:  # of a whole number or a fraction beyond all floating-point numbers
        number = -inf if value < 0 else inf
    if not isfinite(number):
        raise InvalidInput(f"The {what} is {number}.", "Give a finite number.")
    if minimum is not None and number < minimum:
        raise InvalidInput(f"The {what} is {number:g}, below {minimum:g}.", f"Give a number of at least {minimum:g}.")
    return number


def whole_number(value: Any, what: str, *, minimum: int = 1) -> int:
    """A whole number of at least ``minimum``, or :class:`InvalidInput`."""
    number = real_number(value, what)
    if number != int(number) or number < minimum:
        raise InvalidInput(f"The {what} is {value!r}.", f"Give a whole number of at least {minimum}.")
    return int(number)


def truth(value: Any, what: str) -> bool:
    """True or False, or :class:`InvalidInput`: a string such as "no" is neither."""
    if not isinstance(value, (bool, np.bool_)):
        raise InvalidInput(f"The {what} is {value!r}.", "Give True or False.")
    return bool(value)


def real_numbers(values: Any, what: str) -> np.ndarray:
    """A fresh float array of real numbers, NaN and infinities among them, or :class:`InvalidInput`."""
    try:
        return real_array(values)
    except (TypeError, ValueError):
        raise InvalidInput(f"The {what} are no real numbers: {shown(values)}.", "Give real numbers.") from None


def real_array(values: Any) -> np.ndarray:
    """A fresh float array; TypeError for complex numbers, whose imaginary part NumPy would drop, and for text."""
    found = np.asarray(values)
    if found.dtype.kind not in "biufO":
        raise TypeError
    return np.array(found, dtype=float)
