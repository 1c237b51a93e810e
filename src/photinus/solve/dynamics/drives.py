"""Time-dependent drives: f(t)·O + h.c. in the Hamiltonian, f a function or values on a grid of times."""

from __future__ import annotations

from bisect import bisect_right
from cmath import isfinite
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.space.space import make_space

Signal = Callable[[float], complex] | tuple[Any, Any]
Drive = tuple[Operator, Signal]
"""(O, f): f a function of one time, or a pair (grid of times, values)."""


@dataclass(frozen=True, eq=False)
class Drives:
    """All drives of an evolution in Hermitian form: Σ_j s_j(t) H_j with real s_j.

    Of f·O + f*·O† the two are Re f·(O + O†) and Im f·i(O − O†); of a Hermitian O nothing is left of the second.

    Attributes
    ----------
    operators : tuple of Operator
        H_j.
    """

    operators: tuple[Operator, ...]
    _functions: tuple[Callable[[float], complex], ...]
    _parts: tuple[tuple[int, bool], ...]  # of each H_j: the place of its function, and whether it is the imaginary part

    def signals(self, t: float) -> list[float]:
        """The real numbers s_j(t).

        Raises
        ------
        InvalidInput, WrongType
            Where a function gives no finite number; the message names the time.
        """
        values = [_number(function(t), t) for function in self._functions]
        return [values[k].imag if imaginary else values[k].real for k, imaginary in self._parts]


def make_drives(drives: Iterable[Drive], model: Model, start: float, end: float) -> Drives:
    """The drives, checked against the sites of the model and the times from ``start`` to ``end``."""
    operators: list[Operator] = []
    functions: list[Callable[[float], complex]] = []
    parts: list[tuple[int, bool]] = []
    space = make_space(model.sites, dict.fromkeys(model.oscillators, 1))
    for k, drive in enumerate(_listed(drives)):
        operator = as_operator(drive[0])
        for site in operator.sites:
            space.axis(site)
        functions.append(_function(drive[1], start, end))
        dagger = operator.dag()
        for imaginary, part in enumerate((operator + dagger, 1j * (operator - dagger))):
            if any(word for word in part.terms):
                operators.append(part)
                parts.append((k, bool(imaginary)))
    return Drives(tuple(operators), tuple(functions), tuple(parts))


def _listed(drives: Iterable[Drive]) -> list[Drive]:
    remedy = "Give drives=[(operator, function), …] or [(operator, (times, values)), …]."
    try:
        found = list(drives)
    except TypeError:
        raise WrongType(f"The drives are {shown(drives)}.", remedy) from None
    for drive in found:
        if not isinstance(drive, (tuple, list)) or len(drive) != 2:
            raise WrongType(f"Among the drives stands {shown(drive)}.", remedy)
    return found


def _function(signal: Signal, start: float, end: float) -> Callable[[float], complex]:
    if callable(signal):
        return _of_one_time(signal)
    remedy = "Give a function of the time, or a pair (times, values) with ascending times that cover the evolution."
    if not isinstance(signal, (tuple, list)) or len(signal) != 2:
        raise WrongType(f"The signal of a drive is {shown(signal)}.", remedy)
    try:
        grid, values = np.asarray(signal[0], dtype=float), np.asarray(signal[1], dtype=complex)
    except (TypeError, ValueError):
        raise WrongType(f"The signal of a drive is {shown(signal)}.", remedy) from None
    if grid.ndim != 1 or grid.shape != values.shape or len(grid) < 2:
        raise InvalidInput(f"The signal has {grid.shape} times and {values.shape} values.", remedy)
    if not (np.isfinite(grid).all() and np.isfinite(values).all() and (np.diff(grid) > 0).all()):
        raise InvalidInput("The times of a signal do not ascend, or a value is not finite.", remedy)
    slack = 1e-12 * (grid[-1] - grid[0])
    if start < grid[0] - slack or end > grid[-1] + slack:
        raise InvalidInput(
            f"The signal is given from {grid[0]:g} to {grid[-1]:g}, the evolution goes from {start:g} to {end:g}.",
            remedy,
        )
    return _Spline(grid, values)


class _Spline:
    """A cubic spline at one time; SciPy's own evaluation is made for many."""

    def __init__(self, grid: np.ndarray, values: np.ndarray):
        self._knots: list[float] = grid[1:-1].tolist()
        self._starts: list[float] = grid.tolist()
        self._pieces: list[list[complex]] = CubicSpline(grid, values).c.T.tolist()

    def __call__(self, t: float) -> complex:
        piece = bisect_right(self._knots, t)
        x = t - self._starts[piece]
        cubic, square, linear, constant = self._pieces[piece]
        return ((cubic * x + square) * x + linear) * x + constant


def _of_one_time(function: Callable[..., complex]) -> Callable[[float], complex]:
    try:
        signature(function).bind(0.0)
    except TypeError as error:
        raise WrongType(
            f"The signal of a drive cannot be called with one time: {error}.",
            "Give a function of the time alone; parameters can be bound by a lambda or functools.partial.",
        ) from None
    except ValueError:  # some built-ins do not tell
        pass
    return function


def _number(value: Scalar | Any, t: float) -> complex:
    if isinstance(value, (float, complex)) and isfinite(value):
        return value
    if getattr(value, "shape", ()) != () or isinstance(value, (str, bytes)):
        raise WrongType(f"The signal of a drive is {shown(value)} at t = {t:.9g}.", "Return one number.")
    try:
        number = complex(value)
    except (TypeError, ValueError):
        raise WrongType(f"The signal of a drive is {shown(value)} at t = {t:.9g}.", "Return one number.") from None
    if not isfinite(number):
        raise InvalidInput(f"The signal of a drive is {number} at t = {t:.9g}.", "Return a finite number.")
    return number
