"""Exceptional points: where, along one parameter, two eigenvalues of 𝓛 meet and their eigenoperators coalesce.

The square of the splitting of the two, (λ₁ − λ₂)², is an analytic function of the parameter p with a simple zero at an
exceptional point, so that the splitting itself grows as |p − p*|^½; where two lines merely cross, the zero is double
and the eigenoperators stay apart (Kato 1966; Minganti et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from photinus.errors import InvalidInput, NotConverged
from photinus.model import Model, Order
from photinus.numerics.checks import real_number, whole_number
from photinus.solve.cutoff import Fixed
from photinus.solve.modes.biorthogonal import Eigenmodes
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.modes.sector_modes import OrderSpec, Solver

TOUCHING = 1e-6
"""At the point found, the splitting may be at most this times the largest |λ| of the list."""


@dataclass(frozen=True)
class ExceptionalPoint:
    """A parameter at which two modes coalesce.

    Attributes
    ----------
    parameter : str
    value : float
        p*.
    eigenvalue : complex
        The λ at which the two meet.
    order : tuple of int
        Their coherence order.
    exponent : float
        s of |λ₁ − λ₂| ∝ |p − p*|^s close to p*, measured on both sides: ½.
    condition : float
        κ of the modes at p*; it would be infinite if p* were exact.
    """

    parameter: str
    value: float
    eigenvalue: complex
    order: Order
    exponent: float
    condition: float


def exceptional_point(
    family: Callable[..., Model],
    at: Mapping[str, Any],
    parameter: str,
    bracket: tuple[float, float],
    *,
    order: OrderSpec = None,
    count: int = 6,
    cutoff: Fixed | None = None,
    method: Solver | None = None,
) -> ExceptionalPoint:
    """An exceptional point of 𝓛 along one parameter of a family of models.

    Parameters
    ----------
    family : callable
        ``family(**at)`` is a model.
    at : mapping
        The other arguments of the family.
    parameter : str
        The argument that is varied.
    bracket : (float, float)
        Where to look; the two modes split along the real axis at one end and along the imaginary axis at the other.
    order : int, mapping of site to int, or a list of these
        Coherence orders to look at, as in :func:`eigenmodes`.
    count : int
        How many slow modes to look at, at least 2.
    cutoff : Fixed, optional
        Levels of the oscillators, needed if there are any: the same for all parameters.
    method : Auto, Dense or Direct

    Returns
    -------
    ExceptionalPoint

    Raises
    ------
    InvalidInput
        For a bracket that is no interval, a missing cutoff.
    NotConverged
        If no two of these modes coalesce in the bracket.

    References
    ----------
    Minganti2019.

    Examples
    --------
    A resonantly driven qubit with decay γ = 1 has λ = −3γ/4 ± √(γ²/16 − Ω²):

    >>> import photinus as ph
    >>> from photinus.solve.modes.exceptional import exceptional_point
    >>> s = ph.spin("s", 0.5)
    >>> def family(drive):
    ...     return ph.Model(drive * s.x, [ph.Jump(1.0, s.minus)])
    >>> point = exceptional_point(family, {}, "drive", (0.1, 0.5))
    >>> round(point.value, 9), round(point.eigenvalue.real, 6), round(point.exponent, 3)
    (0.25, -0.75, 0.5)
    """
    low, high = (real_number(x, f"bracket of {parameter!r}") for x in bracket)
    if not low < high:
        raise InvalidInput(f"The bracket of {parameter!r} is ({low:g}, {high:g}).", "Give the lower end first.")
    if cutoff is not None and not isinstance(cutoff, Fixed):
        raise InvalidInput(f"The cutoff is {cutoff!r}.", "Give ph.Fixed(…): the same for all parameters.")
    whole_number(count, "number of modes", minimum=2)
    pair = _Pair(family, dict(at), parameter, (order, count), (cutoff, method))
    for start, end in _sign_changes(pair, np.linspace(low, high, 33)):
        root = brentq(lambda p: pair.squared(p).real, start, end, xtol=1e-14 * max(abs(start), abs(end)), rtol=1e-14)
        found = _verified(pair, float(root), 0.25 * (high - low) / 32)
        if found is not None:
            return found
    raise NotConverged(
        f"No two of the {count} slowest modes coalesce for {parameter!r} between {low:g} and {high:g}.",
        "Widen the bracket, ask for more modes, or another order.",
    )


@dataclass(frozen=True)
class _Pair:
    """The two modes that are closest to coalescing, as functions of the parameter."""

    family: Callable[..., Model]
    at: dict[str, Any]
    parameter: str
    search: tuple[OrderSpec, int]
    options: tuple[Fixed | None, Solver | None]

    def modes(self, value: float) -> Eigenmodes:
        model = self.family(**{**self.at, self.parameter: value})
        cutoff, method = self.options
        if model.oscillators and cutoff is None:
            raise InvalidInput("The models have oscillators, and no cutoff is given.", "Pass cutoff=ph.Fixed(20).")
        order, count = self.search
        return eigenmodes(model, order=order, count=count, cutoff=cutoff, method=method)

    def pair(self, modes: Eigenmodes) -> tuple[int, int]:
        """Of one order, the two whose right eigenoperators are most nearly parallel."""
        best, chosen = -1.0, (0, 1)
        for i in range(len(modes)):
            for j in range(i):
                if modes.orders[i] == modes.orders[j]:
                    x, y = modes.right[i], modes.right[j]
                    cosine = abs(np.vdot(x, y)) / float(np.linalg.norm(x) * np.linalg.norm(y))
                    if cosine > best:
                        best, chosen = cosine, (j, i)
        return chosen

    def squared(self, value: float) -> complex:
        """(λ₁ − λ₂)²."""
        modes = self.modes(value)
        i, j = self.pair(modes)
        return complex(modes.eigenvalues[i] - modes.eigenvalues[j]) ** 2


def _sign_changes(pair: _Pair, grid: np.ndarray) -> list[tuple[float, float]]:
    """Intervals in which the real part of (λ₁ − λ₂)² changes its sign, or which end at a zero of it."""
    values = np.array([pair.squared(float(p)).real for p in grid])
    return [(float(grid[k]), float(grid[k + 1])) for k in range(len(grid) - 1) if values[k] * values[k + 1] <= 0]


def _verified(pair: _Pair, value: float, step: float) -> ExceptionalPoint | None:
    """The point, if the two modes meet there, coalesce, and split as a square root."""
    modes = pair.modes(value)
    i, j = pair.pair(modes)
    splitting = abs(modes.eigenvalues[i] - modes.eigenvalues[j])
    scale = float(np.abs(modes.eigenvalues).max())
    condition = float(min(modes.conditions[i], modes.conditions[j]))
    if splitting > TOUCHING * scale or not condition > 1e3:
        return None
    near, far = (
        np.array([abs(pair.squared(value + s * h)) ** 0.5 for s in (-1, 1)]) for h in (1e-4 * step, 1e-2 * step)
    )
    exponent = float(np.log(far.prod() / near.prod()) / (2 * np.log(100.0)))
    if abs(exponent - 0.5) > 0.05:
        return None
    middle = complex(modes.eigenvalues[i] + modes.eigenvalues[j]) / 2
    return ExceptionalPoint(pair.parameter, value, middle, modes.orders[i], exponent, condition)
