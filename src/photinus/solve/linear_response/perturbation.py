"""How a generator changes with a parameter of its model: 𝓛′ = d𝓛/dθ, as a superoperator of words without cutoffs.

With H = Σ_w h_w w and Σ_j rate_j L_jρL_j† = Σ_uv G_uv u ρ v†, G_uv = Σ_j rate_j c_ju c̄_jv, the coefficients h and G
are those of the equation itself, however it is written as jumps: no jump of one model has to be found again in another.
Then

    𝓛′ρ = −i[H′, ρ] + Σ_uv G′_uv (u ρ v† − ½{v†u, ρ}),

which may lead out of the symmetry of the model: its words shift ρ into other coherence orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import floor, log2
from typing import Any

import numpy as np

from photinus.algebra import Operator, Word
from photinus.errors import InvalidInput, PhotinusError, SiteMismatch, Undefined, WrongType, shown
from photinus.model import Model, Order
from photinus.numerics.checks import real_number
from photinus.numerics.slopes import Slope, slope
from photinus.space.state import State
from photinus.space.vectors import multiplied

Family = Callable[..., Model]
Parts = dict[Order, np.ndarray]
OUTSIDE = (PhotinusError, ValueError, TypeError, ArithmeticError)
"""What a family raises where it is not defined, such as a model with a negative rate."""


@dataclass(frozen=True, eq=False)
class Perturbation:
    """A superoperator ρ ↦ −i[H, ρ] + Σ_uv G_uv (u ρ v† − ½{v†u, ρ}), H and G Hermitian and of any sign.

    Attributes
    ----------
    hamiltonian : Operator
        H.
    gram : mapping of (word, word) to complex
        G_uv.
    """

    hamiltonian: Operator
    gram: Mapping[tuple[Word, Word], complex]

    def __add__(self, other: Perturbation) -> Perturbation:
        gram = dict(self.gram)
        for key, c in other.gram.items():
            gram[key] = gram.get(key, 0) + c
        return Perturbation(self.hamiltonian + other.hamiltonian, {key: c for key, c in gram.items() if c != 0})

    def __mul__(self, factor: float) -> Perturbation:
        return Perturbation(self.hamiltonian * factor, {key: c * factor for key, c in self.gram.items()})

    def on(self, state: State) -> Parts:
        """The superoperator applied to ρ on its space, by coherence order of the state's grading.

        Products are those of the truncated operators, as in the generator: what comes out is traceless.
        """
        rows: dict[Word, dict[Word, complex]] = {}
        for (u, v), c in self.gram.items():
            rows.setdefault(v, {})[u] = c
        total: Parts = {}
        if self.hamiltonian.terms:
            _add(total, multiplied(state, left=self.hamiltonian), -1j)
            _add(total, multiplied(state, right=self.hamiltonian), 1j)
        for v, row in rows.items():
            left, right = Operator(row), Operator({v: 1.0}).dag()
            from_left = State(state.grading, multiplied(state, left=left))
            from_right = State(state.grading, multiplied(state, right=right))
            _add(total, multiplied(from_left, right=right), 1.0)
            _add(total, multiplied(from_left, left=right), -0.5)
            _add(total, multiplied(from_right, right=left), -0.5)
        return {order: vector for order, vector in total.items() if vector.any()}

    def size(self, state: State) -> float:
        """The 2-norm of the elements of :meth:`on`."""
        if not self.hamiltonian.terms and not self.gram:
            return 0.0
        return float(np.sqrt(sum(np.vdot(x, x).real for x in self.on(state).values())))


def generator_of(model: Model) -> Perturbation:
    """The whole generator of a model as coefficients h and G of words."""
    hamiltonian, channels = model.generator
    gram: dict[tuple[Word, Word], list[complex]] = {}
    for rate, operator in channels:
        for u, x in operator.terms.items():
            for v, y in operator.terms.items():
                gram.setdefault((u, v), []).append(rate * x * complex(y).conjugate())
    # What cancels between jumps is zero: the model's symmetry relies on it (photinus.model.symmetry.derive).
    return Perturbation(hamiltonian, {k: sum(c) for k, c in gram.items() if abs(sum(c)) > 2e-15 * sum(map(abs, c))})


def family_slope(family: Family, at: Mapping[str, Any], parameter: str, state: State) -> Slope[Perturbation]:
    """𝓛′ at a point of a family, by differences of its coefficients.

    Parameters
    ----------
    family : callable
        Numbers by name -> Model.
    at : mapping of str to values
        Where; the parameter's value is a real number.
    parameter : str
        Its name.
    state : State
        ρ; errors are judged by what they do to it, ‖𝓛′ρ‖.

    Raises
    ------
    InvalidInput
        If the family cannot be evaluated on either side.
    SiteMismatch
        If its models have other sites there.
    Undefined
        If the slopes do not converge, or differ from the right and the left.

    Notes
    -----
    Central differences where the family is defined on both sides, else from the side where it is: d/d(rate) at rate 0.
    """
    value = real_number(at[parameter], f"value of the parameter {parameter!r}")
    origin = generator_of(family(**at))

    def difference(h: float) -> Perturbation:
        model = family(**{**at, parameter: value + h})
        if model.sites != state.sites:
            raise SiteMismatch(
                f"At {parameter} = {value + h:g} the model lives on {model.sites}, at {value:g} on {state.sites}.",
                "Keep every site in the model, such as by 0*(operator) or a rate of its own.",
            )
        return (generator_of(model) + origin * -1.0) * (h / (value + h - value))

    steps = [2.0 ** floor(log2(max(1.0, abs(value)) / 8))]
    if 0 < abs(value) < 1:
        steps.append(abs(value) / 8)
    found: list[Slope[Perturbation]] = []
    refusal: Exception | None = None
    for sides in ((1, -1), (1,), (-1,)):
        for step in steps:
            try:
                found.append(slope(difference, lambda p: p.size(state), step=step, sides=sides))
            except OUTSIDE as error:
                refusal = error
                continue
            if found[-1].smooth and found[-1].error <= 1e-10 * found[-1].largest:
                return found[-1]
        if found:
            return _smooth(min(found, key=lambda s: (not s.smooth, s.error)), parameter, value)
    raise InvalidInput(
        f"The family cannot be evaluated on either side of {parameter} = {value:g}: {refusal}",
        "Differentiate by a parameter that varies continuously.",
    ) from refusal


def _smooth(found: Slope[Perturbation], parameter: str, value: float) -> Slope[Perturbation]:
    if found.smooth:
        return found
    raise Undefined(
        f"The model has no derivative with respect to {parameter!r} at {value:g}: of a slope of {found.largest:.2g} "
        f"the sides differ by {found.kink * found.largest:.2g}, and steps by {found.error:.2g}.",
        "Choose a point where the family is smooth, or another parameter.",
    )


def evaluated(family: object, at: object, parameters: tuple[str, ...]) -> Model:
    """The model at the point, after a look at the family, the point and the names of the parameters."""
    if not callable(family):
        raise WrongType(f"The family is {shown(family)}.", "Give a function of named numbers that returns a ph.Model.")
    if not isinstance(at, Mapping) or not all(isinstance(name, str) for name in at):
        raise WrongType(f"The point is {shown(at)}.", "Give {name: value} for the arguments of the family.")
    for name in parameters:
        if name not in at:
            known = ", ".join(at) or "nothing"
            raise InvalidInput(
                f"The parameter {name!r} has no value: at= names {known}.", "Give its value in at=, and spell it alike."
            )
        real_number(at[name], f"value of the parameter {name!r}")
    _require_arguments(family, at)
    model = family(**at)
    if not isinstance(model, Model):
        raise WrongType(f"The family returned {shown(model)}.", "Return a ph.Model.")
    return model


def _require_arguments(family: Callable[..., Any], at: Mapping[str, Any]) -> None:
    from inspect import signature

    try:
        expected = signature(family)
    except (TypeError, ValueError):  # some built-ins do not tell
        return
    try:
        expected.bind(**at)
    except TypeError as error:
        raise InvalidInput(
            f"The family cannot be called with {', '.join(at) or 'no arguments'}: {error}.",
            f"Give values for its arguments {expected}.",
        ) from error


def _add(total: Parts, parts: Mapping[Order, np.ndarray], factor: complex) -> None:
    for order, vector in parts.items():
        total[order] = total[order] + factor * vector if order in total else factor * vector
