"""Checks of numbers that come from outside, each with a typed error."""

from __future__ import annotations

from math import isfinite
from numbers import Real
from typing import Any

import numpy as np

from photinus.errors import InvalidInput


def real_number(value: Any, what: str, *, minimum: float | None = None) -> float:
    """A finite real number, at least ``minimum`` where that is given, or :class:`InvalidInput`."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if type(value) is not float and (isinstance(value, bool) or not isinstance(value, Real)):
        raise InvalidInput(f"The {what} is {value!r}, which is not a real number.", "Give a real number.")
    number = float(value)
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


def real_array(values: Any) -> np.ndarray:
    """A fresh float array; TypeError for complex numbers, whose imaginary part NumPy would drop, and for text."""
    found = np.asarray(values)
    if found.dtype.kind not in "biufO":
        raise TypeError
    return np.array(found, dtype=float)
