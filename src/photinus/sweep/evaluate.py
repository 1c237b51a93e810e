"""One stretch of points, computed in order: the same code in this process and in every worker."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Complex, Real
from typing import Any, NamedTuple

from photinus.errors import InvalidInput
from photinus.sweep.axes import Segment, point_at
from photinus.sweep.plan import SweepFunction

# A reason is for a person to read, and a sweep may hold 10^5 of them.
_LONGEST_REASON = 500

Value = float | complex


class Outcome(NamedTuple):
    """What came of one point.

    Parameters
    ----------
    point : int
        The number of the point in its grid.
    values : dict of str to float or complex, or None
        The quantities; None if the point failed.
    reason : str
        Why it failed; "" if it did not.
    seconds : float
        The time that the function took.
    """

    point: int
    values: dict[str, Value] | None
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Job:
    """A function and the axes that it is called on.

    Parameters
    ----------
    function : callable
        What is swept.
    names : tuple of str
        Names of the axes.
    values : tuple of tuple of float
        Values of the axes.
    hands_on : bool
        Whether the function has a parameter ``previous``.
    """

    function: SweepFunction
    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    hands_on: bool


def evaluate(job: Job, segment: Segment) -> Iterator[Outcome]:
    """Compute the points of one segment in order and yield each as soon as it is done.

    An exception in the function is an outcome; only a function that breaks its contract ends the sweep.

    Raises
    ------
    InvalidInput
        If the function returns something else than named numbers (and, where it takes ``previous``, an
        answer to hand on).
    """
    previous: Any = None
    for index in range(segment.start, segment.stop):
        point: dict[str, Any] = point_at(job.names, job.values, index)
        if job.hands_on:
            point["previous"] = previous
        start = time.perf_counter()
        try:
            returned = job.function(**point)
        except Exception as error:  # whatever it is, it is this point's failure and not the sweep's
            previous = None
            yield Outcome(index, None, _reason(error), time.perf_counter() - start)
            continue
        seconds = time.perf_counter() - start
        if job.hands_on:
            if not (isinstance(returned, tuple) and len(returned) == 2):
                raise InvalidInput(
                    f"The function of the sweep has a parameter 'previous' and returned {_short(returned)}.",
                    "Return a pair: the mapping of names to numbers, and the answer for the next point.",
                )
            returned, previous = returned
        yield Outcome(index, named_numbers(returned), "", seconds)


def named_numbers(returned: Any) -> dict[str, Value]:
    """Return what the function returned as Python numbers by name.

    Raises
    ------
    InvalidInput
        If it is no mapping of names to real or complex numbers.
    """
    if not isinstance(returned, Mapping) or not returned:
        raise InvalidInput(
            f"The function of the sweep returned {_short(returned)}.",
            "Return a mapping of names to numbers, such as {'radius': 1.2}.",
        )
    values: dict[str, Value] = {}
    for name, value in returned.items():
        if type(name) is not str or not name or "/" in name:
            raise InvalidInput(
                f"The function of the sweep returned a quantity named {name!r}.", "Name it by text without a '/'."
            )
        values[name] = value if type(value) is float else _number(name, value)
    return values


def _number(name: str, value: Any) -> Value:
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()  # a NumPy scalar or an array without dimensions
    try:
        if isinstance(value, Real):  # also int and bool
            return float(value)
        if isinstance(value, Complex):
            return complex(value)
    except OverflowError as error:
        raise InvalidInput(f"The quantity {name!r} is {_short(value)}.", "Return a number below 1e308.") from error
    raise InvalidInput(
        f"The function of the sweep returned {name!r} as {_short(value)} of type {type(value).__name__}.",
        "Return one real or complex number; float('nan') where it has no value.",
    )


def _reason(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 3] + "..."


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
