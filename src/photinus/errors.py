"""The errors of photinus: one sentence of cause, with the values, and one sentence of remedy.

Every error that photinus raises on purpose is a :class:`PhotinusError`. Members that describe a bad
argument are also ``ValueError`` (or the closest built-in), so that code which never heard of photinus
still catches them.
"""

from __future__ import annotations

from typing import Any


class PhotinusError(Exception):
    """Base of all errors of photinus.

    Parameters
    ----------
    cause : str
        One sentence that says what is wrong, with the values.
    remedy : str
        One sentence that says what to do next.
    """

    def __init__(self, cause: str, remedy: str):
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause} {self.remedy}"


class InvalidInput(PhotinusError, ValueError):
    """An argument is outside its range: a negative rate, a NaN, a fractional cutoff, an empty axis."""


class WrongType(InvalidInput, TypeError):
    """A value of a type that has no meaning here: a spin's handle in a product, a string as an operator."""


class NotHermitian(InvalidInput):
    """A Hamiltonian (or another operator that must be Hermitian) is not."""


class UnknownSite(PhotinusError, LookupError):
    """A site name does not exist in the model or state."""


class SiteMismatch(InvalidInput):
    """One name is used for two kinds or sizes of site, or two spaces do not fit together."""


class Undefined(InvalidInput):
    """The quantity has no value here, such as the amplitude correlation of the vacuum."""


class NoSteadyState(PhotinusError, ValueError):
    """The model has no normalisable steady state, such as gain above loss without saturation."""


class DegenerateSteadyState(PhotinusError, ValueError):
    """The steady state is not unique.

    Attributes
    ----------
    dimension : int
        The number of linearly independent stationary operators at the cutoffs that were tried; where counting them
        would take long, a lower bound. :func:`photinus.stationary_manifold` gives them.
    """

    def __init__(self, cause: str, remedy: str, dimension: int = 2):
        super().__init__(cause, remedy)
        self.args = (cause, remedy, dimension)
        self.dimension = dimension


class NoAsymptoticState(PhotinusError, ValueError):
    """A state never settles: some of its coherences oscillate for ever.

    Attributes
    ----------
    frequencies : tuple of float
        How fast they turn.
    """

    def __init__(self, cause: str, remedy: str, frequencies: tuple[float, ...] = ()):
        super().__init__(cause, remedy)
        self.args = (cause, remedy, frequencies)
        self.frequencies = frequencies


class NotPositive(InvalidInput):
    """A matrix that must be positive semidefinite has a negative eigenvalue.

    Attributes
    ----------
    smallest : float
        The smallest eigenvalue.
    """

    def __init__(self, cause: str, remedy: str, smallest: float = 0.0):
        super().__init__(cause, remedy)
        self.args = (cause, remedy, smallest)
        self.smallest = smallest


class Ambiguous(PhotinusError, ArithmeticError):
    """A number is too close to a threshold to tell on which side of it the truth lies."""


class NotConverged(PhotinusError, ArithmeticError):
    """A solver or a cutoff did not reach the tolerance that was asked for."""


class MemoryBudgetExceeded(PhotinusError, MemoryError):
    """The estimated memory of a calculation is above its budget; nothing was allocated."""


class MissingExtra(PhotinusError, ImportError):
    """An optional dependency is not installed."""


class OutputError(PhotinusError, OSError):
    """A file or directory cannot be written."""


class StoreError(PhotinusError, OSError):
    """A sweep store is corrupt, foreign, or in use."""


class PlanMismatch(StoreError):
    """A sweep store belongs to another plan; the message names the difference."""


class StudyError(InvalidInput):
    """A study file is wrong; the message names the place."""


def shown(value: object) -> str:
    """A value as it stands in a message: in short, with its type; of an array the type and shape alone."""
    if value is None:
        return "None"
    kind, shape = type(value).__name__, getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"an array of shape {shape} ({kind})"
    text = repr(value)
    readable = len(text) <= 60 and "\n" not in text and not text.startswith("<")
    return f"{text} ({kind})" if readable else f"a value of type {kind}"


def refused_operand(value: object, cause: str, remedy: str) -> Any:
    """What an arithmetic method answers to a value that it cannot take.

    ``NotImplemented`` for a type of another package: Python then asks that type. Types of Python, NumPy and photinus
    know nothing better, and :class:`WrongType` is raised.
    """
    if type(value).__module__.partition(".")[0] not in ("builtins", "numpy", "photinus"):
        return NotImplemented
    raise WrongType(cause, remedy)
