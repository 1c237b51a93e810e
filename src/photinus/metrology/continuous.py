"""The Fisher information of all that a system emits: the bound of continuous monitoring.

The environment that took up the jumps holds what the system told it. The overlap of the joint states at θ₁ and θ₂ is
the trace of the two-sided master equation

    dρ/dt = −i(H₁ρ − ρH₂) + Σ_j (L₁_jρL₂_j† − ½(L₁_j†L₁_jρ + ρL₂_j†L₂_j)),     L_j with the rate inside,

and grows as e^{λ(θ₁, θ₂)t}. The quantum Fisher information of system and environment grows at the rate 4 ∂₁∂₂ Re λ at
θ₁ = θ₂ (Gammelmark, Mølmer 2014). By perturbation theory, with 𝓛₁ = ∂₁𝓛, 𝓛₂, 𝓛₁₂ and the pseudo-inverse R of 𝓛,

    ∂₁∂₂λ = Tr 𝓛₁₂ρ − Tr 𝓛₁R(𝓛₂ρ − ρ Tr 𝓛₂ρ) − (1 ↔ 2),     𝓛₂ρ = (𝓛₁ρ)†.

Every coherence order of 𝓛₁ρ is solved in its own sector. No scheme of detection of the emitted light (counting,
homodyne, heterodyne, with any processing) tells more per time than this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor, inf, log2, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator
from photinus.errors import InvalidInput, PhotinusError, Undefined
from photinus.model import Model, Order
from photinus.numerics.slopes import slope
from photinus.numerics.tables import record
from photinus.solve.counting.counting import counting
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.linear_response.forced import forced
from photinus.solve.linear_response.perturbation import Family, Parts, evaluated
from photinus.solve.linear_response.response import response
from photinus.solve.methods import Auto, Method
from photinus.solve.steady import steady_state
from photinus.space.certificate import SAFETY
from photinus.space.liouvillian import generator
from photinus.space.state import State
from photinus.space.vectors import multiplied

if TYPE_CHECKING:
    import xarray


class _OtherJumps(InvalidInput):
    """The models of a family have different numbers of jumps."""


@dataclass(frozen=True)
class Amplitudes:
    """H and the jump operators √rate·L of a model: what a family is differentiated as."""

    hamiltonian: Operator
    jumps: tuple[Operator, ...]

    def __add__(self, other: Amplitudes) -> Amplitudes:
        pairs = zip(self.jumps, other.jumps, strict=True)
        return Amplitudes(self.hamiltonian + other.hamiltonian, tuple(x + y for x, y in pairs))

    def __mul__(self, factor: float) -> Amplitudes:
        return Amplitudes(self.hamiltonian * factor, tuple(x * factor for x in self.jumps))

    @property
    def size(self) -> float:
        """The root of the sum of squares of all coefficients."""
        operators = (self.hamiltonian, *self.jumps)
        return sqrt(sum(abs(c) ** 2 for operator in operators for c in operator.terms.values()))


def amplitudes(model: Model) -> Amplitudes:
    """H and √rate·L of every jump, forward and reverse, in their order; rates of 0 keep their place."""
    out = []
    for jump in model.jumps:
        out.append(sqrt(jump.rate) * jump.operator)
        out.append(sqrt(jump.reverse) * jump.operator.dag())
    return Amplitudes(model.hamiltonian, tuple(out))


@dataclass(frozen=True, eq=False)
class EmissionInformation:
    """The Fisher information rate of what a system emits; made by :func:`emission_information`.

    Attributes
    ----------
    rate : float
        f: after the time t the quantum Fisher information of system and environment is f·t. In 1/(θ²·time).
    parameter : str
    state : State
        The steady state.
    error : float
        Its estimated error: three times its change in the larger space, and that of the slope of the family; NaN where
        there is no larger space.
    """

    rate: float
    parameter: str
    state: State
    error: float
    references: tuple[str, ...] = field(default=("Gammelmark2014",), repr=False)

    def standard_error(self, time: float) -> float:
        """The least standard error 1/√(f·t) of the parameter after monitoring for a long time t; inf for f = 0."""
        return 1 / sqrt(self.rate * time) if self.rate > 0 else inf

    def to_xarray(self) -> xarray.Dataset:
        """The rate and its error as a dataset."""
        return record({"rate": self.rate, "error": self.error}, about={"parameter": self.parameter})

    def __repr__(self) -> str:
        return (
            f"Emission: quantum Fisher information rate {self.rate:.8g} ± {self.error:.1e} about {self.parameter!r}, "
            "the bound of every continuous monitoring"
        )


def emission_information(
    family: Family,
    at: Mapping[str, Any],
    parameter: str,
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> EmissionInformation:
    """The rate at which the emitted light (the environment) gains information about a parameter.

    Parameters
    ----------
    family, at, parameter, cutoff, method
        As of :func:`photinus.response`. All models of the family have the same number of jumps in the same order.

    Returns
    -------
    EmissionInformation

    Raises
    ------
    InvalidInput
        For a family whose models have different numbers of jumps.
    Undefined
        Where an amplitude √rate·L has no derivative, as at a rate that vanishes linearly: the information is infinite.
    WrongType, DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded

    Notes
    -----
    The phase of a jump counts: L → e^{iθ}L moves the phase of the emitted light, and its information is that of the
    photons, although the master equation does not change.

    References
    ----------
    Gammelmark2014.

    Examples
    --------
    A driven cavity sends a coherent beam of the amplitude √κ·2Ω/κ: the rate is 4(2/√κ)² = 16/κ.

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> def cavity(drive, loss):
    ...     return ph.Model(1j * drive * (a.dag() - a), [ph.Jump(loss, a)])
    >>> round(ph.metrology.emission_information(cavity, {"drive": 0.4, "loss": 2.0}, "drive").rate, 6)
    8.0
    """
    method = Auto() if method is None else method
    cutoff = Converged() if cutoff is None else cutoff
    model = evaluated(family, at, (parameter,))
    moved, doubt = _slope(family, at, parameter)
    state = steady_state(model, cutoff=cutoff, method=method)
    rate = _rate(model, moved, state, method)
    error = 0.0 if not state.cutoffs else float("nan")
    if state.refined is not None:
        error = SAFETY * abs(_rate(model, moved, state.refined, method) - rate)
    return EmissionInformation(max(0.0, rate), parameter, state, error + 2 * doubt * abs(rate))


def _slope(family: Family, at: Mapping[str, Any], parameter: str) -> tuple[Amplitudes, float]:
    """dH/dθ and d(√rate L)/dθ, and their relative error."""
    value = float(at[parameter])
    origin = amplitudes(family(**at))

    def difference(h: float) -> Amplitudes:
        there = amplitudes(family(**{**at, parameter: value + h}))
        if len(there.jumps) != len(origin.jumps):
            raise _OtherJumps(
                f"At {parameter} = {value + h:g} the model has {len(there.jumps) // 2} jumps, at {value:g} "
                f"{len(origin.jumps) // 2}.",
                "Keep every jump in the model, with a rate of 0 where it is off.",
            )
        return (there + origin * -1.0) * (h / (value + h - value))

    step = 2.0 ** floor(log2(max(1.0, abs(value)) / 8)) if value == 0 else abs(value) / 8
    refusal: PhotinusError | None = None
    evaluated_somewhere = False
    for sides in ((1, -1), (1,), (-1,)):
        try:
            found = slope(difference, lambda x: x.size, step=step, sides=sides)
        except InvalidInput as error:
            if isinstance(error, _OtherJumps):
                raise
            refusal = error
            continue
        evaluated_somewhere = True
        if found.smooth:
            return found.value, found.error / found.largest if found.largest else 0.0
    if refusal is not None and not evaluated_somewhere:
        raise refusal
    raise Undefined(
        f"The amplitudes √rate·L have no derivative with respect to {parameter!r} at {value:g}.",
        "Choose a point where no rate vanishes: a rate that begins to rise from 0 tells infinitely much.",
    ) from refusal


def _rate(model: Model, moved: Amplitudes, state: State, method: Method) -> float:
    """4 Re ∂₁∂₂λ on the space of a state."""
    own = amplitudes(model)
    source = _left(own, moved, state)
    zero, group = state.grading.group.zero, state.grading.group
    trace = _trace(source, state)
    places = state.grading.sector(zero)
    rho = np.asarray(state.parts[zero], dtype=complex)
    if zero in source:
        source[zero] = source[zero] - trace * rho
    emitted = (multiplied(state, left=x, right=x.dag()) for x in moved.jumps if x.terms)
    second = sum(_trace(parts, state).real for parts in emitted)
    made = generator(model, state.cutoffs)
    correction = 0j
    for order, vector in source.items():
        # 𝓛₂ρ = (𝓛₁ρ)† has the opposite order; R keeps the order, and 𝓛₁ must bring it back to the populations.
        mirror = group.reduce(-x for x in order)
        rows, columns = state.grading.sector(mirror).kets
        target = np.conj(vector[state.grading.sector(order).index(columns, rows)])
        if not target.any():
            continue
        liouvillian = made.liouvillian(made.grading.sector(mirror))
        solved = forced(liouvillian, target[:, None], method, stationary=rho).vectors[:, 0]
        if mirror == zero:
            solved = solved - solved[places.trace].sum() * rho
        correction += _trace(_left(own, moved, State(state.grading, {mirror: solved})), state)
    return float(4 * (second - 2 * correction.real))


def _left(own: Amplitudes, moved: Amplitudes, state: State) -> Parts:
    """𝓛₁ρ = −iH′ρ + Σ (L′ρL† − ½(L′†L + L†L′)ρ)."""
    total: Parts = {}
    if moved.hamiltonian.terms:
        _add(total, multiplied(state, left=moved.hamiltonian), -1j)
    for operator, change in zip(own.jumps, moved.jumps, strict=True):
        if change.terms and operator.terms:
            _add(total, multiplied(state, left=change, right=operator.dag()), 1.0)
            # Products of the truncated operators, one after the other, as in the generator.
            for first, then in ((operator, change.dag()), (change, operator.dag())):
                half = State(state.grading, multiplied(state, left=first))
                _add(total, multiplied(half, left=then), -0.5)
    return total


def _trace(parts: Parts, state: State) -> complex:
    zero = state.grading.group.zero
    if zero not in parts:
        return 0j
    return complex(parts[zero][state.grading.sector(zero).trace].sum())


def _add(total: Parts, parts: Mapping[Order, np.ndarray], factor: complex) -> None:
    for order, vector in parts.items():
        total[order] = total[order] + factor * vector if order in total else factor * vector


def counting_information(
    family: Family,
    at: Mapping[str, Any],
    parameter: str,
    weights: Mapping[str | int, float],
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> float:
    """What the total number of counted jumps tells of a parameter per time: (dc₁/dθ)²/c₂.

    Parameters
    ----------
    family, at, parameter, cutoff, method
        As of :func:`photinus.response`.
    weights : mapping
        As of :func:`photinus.counting`.

    Returns
    -------
    float
        At most the information of the whole record of jumps, hence at most :func:`emission_information`.

    Raises
    ------
    Undefined
        If the number does not fluctuate.
    InvalidInput, WrongType, DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded

    References
    ----------
    Gammelmark2014.

    Examples
    --------
    Photons of a coherent beam tell its amplitude completely:

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> def cavity(drive, loss):
    ...     return ph.Model(1j * drive * (a.dag() - a), [ph.Jump(loss, a, name="out")])
    >>> point = {"drive": 0.4, "loss": 2.0}
    >>> round(ph.metrology.counting_information(cavity, point, "drive", {"out": 1}), 5)
    8.0
    """
    moved = response(family, at, parameter, cutoff=cutoff, method=method)
    model = family(**at)
    counted = counting(model, weights, highest=2, state=moved.state, method=method)
    value = float(at[parameter])

    def current(at_value: float) -> Operator:
        total = Operator({})
        for k, jump in enumerate(family(**{**at, parameter: at_value}).jumps):
            weight = weights.get(k, 0.0) + (weights.get(jump.name, 0.0) if jump.name else 0.0)
            if weight:
                number = jump.rate * (jump.operator.dag() * jump.operator)
                total = total + weight * (number - jump.reverse * (jump.operator * jump.operator.dag()))
        return total

    step = max(abs(value), 1.0) / 8
    direct = _direct(current, value, step, moved.state)
    mean = complex(moved.derivative(current(value))).real + direct
    if not counted.variance > 0:
        raise Undefined("The number of counted jumps does not fluctuate.", "Count another jump.")
    return mean**2 / counted.variance


def _direct(current: Any, value: float, step: float, state: State) -> float:
    """Tr ρ dJ/dθ: how the counted operator itself depends on the parameter."""

    def difference(h: float) -> float:
        return complex(state.expect(current(value + h) - current(value))).real

    for sides in ((1, -1), (1,), (-1,)):
        try:
            return slope(difference, abs, step=step, sides=sides).value
        except InvalidInput:
            continue
    raise InvalidInput("The family cannot be evaluated beside its point.", "Choose a point inside of its range.")
