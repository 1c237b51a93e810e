"""Linear response: how the steady state moves with a parameter of its model.

Differentiating 𝓛(θ)ρ(θ) = 0 and Tr ρ = 1 gives the linear equation

    𝓛 ρ′ = −𝓛′ρ,   Tr ρ′ = 0,   ρ′ = dρ/dθ,

and, where the parameter is modulated as θ + ε e^{iωt}, (𝓛 − iω) ρ′ = −𝓛′ρ (Kubo 1957; for Lindbladians Albert,
Bradlyn, Fraas, Jiang 2016). 𝓛 keeps the coherence orders apart, so that each order of 𝓛′ρ is solved by itself, in its
own sector: a drive acts on an undriven oscillator in the orders ±1 alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, MemoryBudgetExceeded, NotConverged, WrongType, shown
from photinus.model import Model, Order
from photinus.numerics.checks import real_number
from photinus.numerics.slopes import Slope
from photinus.solve.arguments import usual_operators
from photinus.solve.certify import hermitian
from photinus.solve.cutoff import Converged, Fixed, grown
from photinus.solve.linear_response.forced import forced
from photinus.solve.linear_response.perturbation import Family, Parts, Perturbation, evaluated, family_slope
from photinus.solve.methods import Auto, Method
from photinus.solve.steady import steady_state
from photinus.space.certificate import SAFETY
from photinus.space.liouvillian import generator
from photinus.space.sectors import Sector
from photinus.space.state import State
from photinus.space.vectors import functional

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class Response:
    """The derivative ρ′ of a steady state by one parameter, and what is known of its error.

    Attributes
    ----------
    parameter : str
        The name of θ.
    at : mapping of str to values
        The point of the family.
    frequency : float
        ω of the modulation θ + ε e^{iωt}; 0 is the derivative of the steady state.
    state : State
        The steady state ρ itself, with its certificate.
    state_derivative : State
        ρ′ in blocks: ``.parts`` by coherence order, an operator of trace 0 and no density matrix. Orders that are
        missing are exactly zero. ``.refined`` is the same from a larger space.
    truncation : float
        Three times ‖ρ′_N − ρ′_∞‖₁/‖ρ′‖₁, estimated in a larger space (trace norms, summed over the orders); NaN where
        that space did not fit into memory, 0 without oscillators.
    solver_error, slope_error : float
        Relative errors of ρ′ from the linear solver, that of ρ itself included, and from the differences that give 𝓛′.
    residual : float
        ‖𝓛ρ′ + 𝓛′ρ‖ over ‖|𝓛||ρ′|‖ + ‖𝓛′ρ‖, the largest of all orders.
    tolerance : float
        The relative error up to which the answer counts as trustworthy.
    unknowns : int
        Complex dimension of the largest sector that was solved.
    method : str
        How it was solved.
    seconds : float
        Wall time, the steady state included; shared by parameters that were asked for together.

    References
    ----------
    Kubo1957, Albert2016.
    """

    parameter: str
    at: Mapping[str, Any]
    frequency: float
    state: State
    state_derivative: State
    truncation: float
    solver_error: float
    slope_error: float
    residual: float
    tolerance: float
    unknowns: int
    method: str
    seconds: float
    references: tuple[str, ...] = ("Kubo1957", "Albert2016")

    @property
    def orders(self) -> tuple[Order, ...]:
        """The coherence orders in which the state moves; (0, …) are the populations."""
        return tuple(sorted(self.state_derivative.parts))

    def derivative(self, operator: Operator | Scalar) -> float | complex:
        """d⟨O⟩/dθ = Tr(Oρ′), O itself held fixed; at a frequency the susceptibility, δ⟨O⟩(t) = Re(ε e^{iωt} χ).

        Parameters
        ----------
        operator : Operator or number
            O.

        Returns
        -------
        float or complex
            A float where O is Hermitian and the frequency 0. Exactly 0 where the symmetry forbids a response.

        Raises
        ------
        UnknownSite, SiteMismatch, WrongType
            As :meth:`State.expect`.
        """
        operator = as_operator(operator)
        total = _traced(operator, self.state_derivative)
        return total.real if self.frequency == 0 and operator.is_hermitian() else total

    def error(self, operator: Operator | Scalar) -> float:
        """The error of ``derivative(operator)``: what the cutoffs cost it, and the errors of solver and slope.

        The first is three times its change in the larger space. NaN where the larger space did not fit into memory.
        """
        operator = as_operator(operator)
        inside = self.state_derivative
        weight = sum(
            float(np.abs(functional(operator, inside.grading.sector(order))) @ np.abs(vector))
            for order, vector in inside.parts.items()
        )
        numerical = (self.solver_error + self.slope_error) * weight
        if not inside.cutoffs:
            return numerical
        if inside.refined is None:
            return float("nan")
        return SAFETY * abs(_traced(operator, inside.refined) - _traced(operator, inside)) + numerical

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        out = []
        if np.isnan(self.truncation):
            out.append("the truncation was not judged: the larger space did not fit into memory")
        for name in ("truncation", "solver_error", "slope_error"):
            if getattr(self, name) > self.tolerance:
                out.append(f"{name.replace('_', ' ')} {getattr(self, name):.1e} is above {self.tolerance:.0e}")
        if not self.residual <= 1e-8:
            out.append(f"residual {self.residual:.1e} is above 1e-08")
        if self.state.certificate is not None and not self.state.certificate.ok:
            out.append("the steady state is not to be trusted: " + "; ".join(self.state.certificate.complaints))
        return tuple(out)

    @property
    def ok(self) -> bool:
        """Whether every check passed, that of the steady state included."""
        return not self.complaints

    def to_xarray(self, observe: Mapping[str, Operator | Scalar] | None = None) -> xarray.Dataset:
        """``derivative`` and ``error`` of some operators over the dimension ``observable``.

        Parameters
        ----------
        observe : mapping of str to Operator, optional
            By default the quanta ``n_a`` of each oscillator, S_z of each spin as ``z_s``, and the levels of each qudit.
        """
        import xarray

        named = usual_operators(self.state.sites) if observe is None else dict(observe)
        facts = {name: float(self.at[name]) for name in self.at if isinstance(self.at[name], (int, float))}
        facts |= {name: getattr(self, name) for name in ("parameter", "frequency", "method", "tolerance", "seconds")}
        facts |= {name: getattr(self, name) for name in ("truncation", "solver_error", "slope_error", "residual")}
        return xarray.Dataset(
            {
                "derivative": ("observable", np.array([self.derivative(operator) for operator in named.values()])),
                "error": ("observable", np.array([self.error(operator) for operator in named.values()])),
            },
            {"observable": list(named)},
            facts | {"ok": int(self.ok)},
        )

    def __repr__(self) -> str:
        point = f"{self.parameter} = {float(self.at[self.parameter]):g}"
        moving = ", ".join(str(order[0] if len(order) == 1 else order or "all") for order in self.orders) or "none"
        cutoffs = ", ".join(f"{name}: {n}" for name, n in self.state.cutoffs.items()) or "none"
        wave = f" at the frequency {self.frequency:g}" if self.frequency else ""
        return "\n".join(
            [
                f"Response of the steady state to {point}{wave}; coherence orders: {moving}",
                "certificate: " + ("ok" if self.ok else "NOT to be trusted: " + "; ".join(self.complaints)),
                f"  truncation  {self.truncation:.1e} (relative, trace norm; tolerance {self.tolerance:.0e})",
                f"  residual    {self.residual:.1e} (error of the solver {self.solver_error:.0e}, "
                f"of the slope {self.slope_error:.0e})",
                f"  unknowns    {self.unknowns} in the largest sector; cutoffs {cutoffs}",
                f"  method      {self.method}, {self.seconds:.3g} s",
            ]
        )


@overload
def response(
    family: Family,
    at: Mapping[str, Any],
    parameter: str,
    *,
    frequency: float = 0.0,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> Response: ...


@overload
def response(
    family: Family,
    at: Mapping[str, Any],
    parameter: tuple[str, ...] | list[str],
    *,
    frequency: float = 0.0,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> tuple[Response, ...]: ...


def response(
    family: Family,
    at: Mapping[str, Any],
    parameter: str | tuple[str, ...] | list[str],
    *,
    frequency: float = 0.0,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> Response | tuple[Response, ...]:
    """The derivative of the steady state of ``family(**at)`` by a parameter: 𝓛ρ′ = −𝓛′ρ, Tr ρ′ = 0.

    Parameters
    ----------
    family : callable
        A function of named numbers that returns a :class:`photinus.Model`, smooth in the parameter, such as
        ``ph.zoo.van_der_pol``.
    at : mapping of str to values
        The point: a value for each argument of the family, the parameter's own included.
    parameter : str, or tuple or list of str
        The name of θ. Several names share the steady state and one factorisation of each sector.
    frequency : float
        ω: the response to θ + ε e^{iωt}, in the unit of the rates; 0 is the derivative of the steady state.
    cutoff : Fixed or Converged
        As of :func:`photinus.steady_state`; with ``Converged(tol)`` the oscillators grow until the relative
        truncation error of ρ′ is at most ``tol`` as well.
    method : Auto, Dense, Direct, Tridiagonal or Krylov
        How to solve. The linear equations have no tridiagonal route; sparse LU stands in for it.

    Returns
    -------
    Response, or a tuple of them where several parameters are named

    Raises
    ------
    InvalidInput, WrongType
        For a family that is no function or returns no model, a parameter that ``at`` does not name, and one that
        does not vary continuously, such as the number of sites.
    Undefined
        If the family has no derivative there, or the response is infinite: a mode in resonance never decays.
    DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded
        As of :func:`photinus.steady_state`.

    Notes
    -----
    𝓛′ comes from the family by differences of the coefficients of H and of Σ rate·L ρ L†, extrapolated to step zero:
    exact to about 1e-13 for smooth families, and ``slope_error`` says how exact. Operators that appear
    with the parameter, such as the drive at drive 0, need no special care; where the family ends, as at a rate of 0,
    the slope is taken from within.

    References
    ----------
    Kubo1957, Albert2016.

    Examples
    --------
    The response of a damped oscillator to a drive, d⟨a⟩/dΩ = 1/(γ/2 − iΔ):

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> def damped(drive, detuning, loss):
    ...     return ph.Model(-detuning * a.dag() * a + 1j * drive * (a.dag() - a), [ph.Jump(loss, a)])
    >>> answer = ph.response(damped, {"drive": 0, "detuning": 0.5, "loss": 1.0}, "drive")
    >>> answer.orders
    ((-1,), (1,))
    >>> print(f"{answer.derivative(a):.10f}")
    1.0000000000+1.0000000000j
    """
    started = perf_counter()
    cutoff = Converged() if cutoff is None else cutoff
    method = Auto() if method is None else method
    names = _names(parameter)
    omega = real_number(frequency, "frequency of the response")
    model = evaluated(family, at, names)
    state = steady_state(model, cutoff=cutoff, method=method)
    slopes = [family_slope(family, at, name, state) for name in names]
    question = _Question(model, slopes, method, omega)
    state, own, better = _settled(question, state, cutoff)
    out = tuple(
        Response(
            parameter=name,
            at=MappingProxyType(dict(at)),
            frequency=omega,
            state=state,
            state_derivative=State(
                state.grading, answer.parts, None, State(refined.state.grading, refined.parts) if refined else None
            ),
            truncation=_truncation(answer, refined),
            solver_error=answer.error + _solver_error(state) if answer.parts else 0.0,
            slope_error=answer.slope_error,
            residual=answer.residual,
            tolerance=cutoff.tolerance,
            unknowns=answer.unknowns,
            method=answer.method,
            seconds=perf_counter() - started,
        )
        for name, answer, refined in zip(names, own, better, strict=True)
    )
    return out[0] if isinstance(parameter, str) else out


def _names(parameter: object) -> tuple[str, ...]:
    names = (
        (parameter,) if isinstance(parameter, str) else tuple(parameter) if isinstance(parameter, (tuple, list)) else ()
    )
    if not names or not all(isinstance(name, str) for name in names):
        raise WrongType(
            f"The parameter is given as {shown(parameter)}.", "Give its name, or several in a tuple: ('drive', 'loss')."
        )
    if len(set(names)) < len(names):
        raise InvalidInput(f"Of the parameters {', '.join(names)} one is named twice.", "Name each once.")
    return names


def _solver_error(state: State) -> float:
    return state.certificate.solver_error if state.certificate is not None else 0.0


def _traced(operator: Operator, x: State) -> complex:
    """Tr(O X)."""
    sectors = {order: x.grading.sector(order) for order in x.parts}
    return complex(sum(functional(operator, sectors[order]) @ vector for order, vector in x.parts.items()))


@dataclass(frozen=True, eq=False)
class _Question:
    """What is asked on every space: the model, 𝓛′ of each parameter, how to solve, ω."""

    model: Model
    slopes: list[Slope[Perturbation]]
    method: Method
    omega: float


@dataclass(frozen=True, eq=False)
class _Answer:
    """ρ′ of one parameter on the space of a state."""

    state: State
    parts: Parts
    residual: float = 0.0
    error: float = 0.0
    slope_error: float = 0.0
    unknowns: int = 0
    method: str = "nothing to solve"


def _settled(
    question: _Question, state: State, cutoff: Fixed | Converged
) -> tuple[State, list[_Answer], list[_Answer | None]]:
    """The answers on a space large enough for them, and those that judge them."""
    last = np.inf
    while True:
        own = _answers(question, state)
        better = _judges(question, state, own, cutoff)
        errors = [_truncation(answer, refined) for answer, refined in zip(own, better, strict=True)]
        worst = int(np.argmax(errors))
        if isinstance(cutoff, Fixed) or errors[worst] <= cutoff.tolerance:
            return state, own, better
        judge = better[worst]
        assert judge is not None
        assert state.refined is not None
        order, delta = max(_corrections(own[worst], judge).items(), key=lambda item: float(np.linalg.norm(item[1])))
        sector = judge.state.grading.sector(order)
        following = grown(state.cutoffs, errors[worst], cutoff.tolerance, (sector, delta), state.refined)
        if errors[worst] > 0.5 * last or max(following.values()) > cutoff.maximum:
            levels = ", ".join(f"{name}: {n}" for name, n in state.cutoffs.items())
            raise NotConverged(
                f"The truncation error of the response is still {errors[worst]:.1e} of it with {levels} levels "
                f"(goal {cutoff.tolerance:.0e}).",
                "Use a larger tolerance, or raise Converged(maximum=…).",
            )
        last = errors[worst]
        fixed = Fixed(following, cutoff.tolerance)
        state = steady_state(question.model, cutoff=fixed, method=question.method, near=state.refined)


def _judges(question: _Question, state: State, own: list[_Answer], cutoff: Fixed | Converged) -> list[_Answer | None]:
    """The same answers on a larger space; None where there is none, or where it does not fit."""
    if not state.cutoffs:
        return list(own)
    if state.refined is None:
        return [None] * len(own)
    try:
        return list(_answers(question, state.refined))
    except MemoryBudgetExceeded:
        if isinstance(cutoff, Converged):
            raise
        return [None] * len(own)


def _answers(question: _Question, state: State) -> list[_Answer]:
    """ρ′ of every parameter on the state's space, each sector factorised once for all of them."""
    made = generator(question.model, state.cutoffs)
    group = made.grading.group
    # Of each parameter 𝓛′ρ and, where the differences leave one, its error.
    columns = [x for s in question.slopes for x in (s.value.on(state), _doubt(s, state))]
    solved: list[Parts] = [{} for _ in columns]
    answers = [_Answer(state, solved[2 * k]) for k in range(len(question.slopes))]
    stationary = state.parts[group.zero]
    for order in sorted({order for column in columns for order in column}):
        mirror = group.reduce(-x for x in order)
        if question.omega == 0 and mirror > order:
            continue  # ρ′ is Hermitian: this order is the mirror image of that one
        concerned = [k for k, column in enumerate(columns) if order in column]
        liouvillian = made.liouvillian(made.grading.sector(order))
        targets = np.stack([-columns[k][order] for k in concerned], axis=1)
        found = forced(liouvillian, targets, question.method, frequency=question.omega, stationary=stationary)
        for k, x, error, residual in zip(concerned, found.vectors.T, found.errors, found.residuals, strict=True):
            if question.omega == 0 and mirror == order:
                x = hermitian(liouvillian.sector, x)[0]
            elif question.omega == 0:
                solved[k][mirror] = _mirrored(liouvillian.sector, x, mirror)
            solved[k][order] = np.ascontiguousarray(x)
            if k % 2 == 0:
                answers[k // 2] = _joined(answers[k // 2], error, residual, liouvillian.sector.size, found.method)
    return [
        replace(answer, slope_error=_relative_doubt(s, solved[2 * k], solved[2 * k + 1]))
        for k, (answer, s) in enumerate(zip(answers, question.slopes, strict=True))
    ]


def _joined(answer: _Answer, error: float, residual: float, unknowns: int, method: str) -> _Answer:
    """The answer with one more order solved."""
    larger = unknowns >= answer.unknowns
    return replace(
        answer,
        error=max(answer.error, float(error)),
        residual=max(answer.residual, float(residual)),
        unknowns=max(unknowns, answer.unknowns),
        method=method if larger else answer.method,
    )


def _doubt(found: Slope[Perturbation], state: State) -> Parts:
    """The error of 𝓛′ρ where it is more than rounding."""
    return found.change.on(state) if found.error > 1e-12 * found.largest else {}


def _relative_doubt(found: Slope[Perturbation], answer: Parts, doubt: Parts) -> float:
    """The relative error of ρ′ that the differences leave."""
    if not found.error:
        return 0.0
    size, error = (float(np.sqrt(sum(np.vdot(x, x).real for x in parts.values()))) for parts in (answer, doubt))
    return error / size if error and size else found.error / found.largest


def _mirrored(sector: Sector, vector: np.ndarray, order: Order) -> np.ndarray:
    """X† of the opposite order."""
    rows, columns = sector.grading.sector(order).kets
    return np.conj(vector[sector.index(columns, rows)])


def _corrections(own: _Answer, better: _Answer) -> Parts:
    """ρ′ of the larger space minus ρ′, by order, in the larger space."""
    out = {}
    for order in {*own.parts, *better.parts}:
        sector, larger = own.state.grading.sector(order), better.state.grading.sector(order)
        delta = better.parts.get(order, np.zeros(larger.size, dtype=complex))
        if order in own.parts:
            delta = delta - sector.embed(own.parts[order], larger)
        out[order] = delta
    return out


def _truncation(own: _Answer, better: _Answer | None) -> float:
    """Three times the trace norm of the correction over that of ρ′, orders summed."""
    if better is None:
        return float("nan")
    if better is own or not (better.parts or own.parts):
        return 0.0
    sectors = better.state.grading
    size = sum(_nuclear_norm(sectors.sector(order), x) for order, x in better.parts.items())
    change = sum(_nuclear_norm(sectors.sector(order), x) for order, x in _corrections(own, better).items())
    return SAFETY * change / size if size else np.inf


def _nuclear_norm(sector: Sector, vector: np.ndarray) -> float:
    """‖X‖₁ of one coherence order, block by block."""
    if not any(sector.order) and hermitian(sector, vector)[1] == 0:
        return sector.trace_norm(vector)
    return float(sum(np.linalg.svd(sector.block(vector, q), compute_uv=False).sum() for q, _, _ in sector.blocks))
