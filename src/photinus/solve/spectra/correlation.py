"""Correlations at two times, ⟨L(t)R(0)⟩, by the regression theorem, in the sectors that R·ρ has.

For t ≥ 0 (Lax 1963), with the same generator as for the state,

    ⟨L(t)R(0)⟩ = Tr(L e^{𝓛t} Rρ),        ⟨L(−t)R(0)⟩ = ⟨R†(t)L†(0)⟩* in the steady state.

Around the steady state the resolvent (:mod:`photinus.solve.spectra.resolvent`) gives all times at once: where it is
known along the whole imaginary axis, by poles λ_k and residues r_k, its Fourier transform is Σ r_k e^{λ_k t}. From
other states, and where the residues cancel too much (near exceptional points), matrix exponentials step in time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.linalg as la
import scipy.sparse.linalg as sla

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, MemoryBudgetExceeded, NotConverged, Undefined
from photinus.model import Model
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import listed_numbers, require_cutoff, require_state
from photinus.solve.cutoff import MORE_LEVELS, Converged, Fixed, reach
from photinus.solve.methods import ALTERNATIVES, Auto, Dense, Method, assembly_bytes
from photinus.solve.spectra.resolvent import Pulse, pulses, resolvent
from photinus.solve.spectra.spectrum import FLOOR, complaints_of, stationary, truncation, untrusted
from photinus.space.certificate import SAFETY
from photinus.space.liouvillian import Generator, generator
from photinus.space.space import read_only
from photinus.space.state import State
from photinus.space.vectors import functional, laid_into, multiplied

if TYPE_CHECKING:
    import xarray

SMALL = 256
"""Unknowns up to which e^{𝓛Δt} is made as a dense matrix."""


@dataclass(frozen=True, eq=False)
class Correlation:
    """⟨L(t)R(0)⟩; made by :func:`correlation`.

    Attributes
    ----------
    times : ndarray
    values : ndarray
        ⟨L(t)R(0)⟩, complex.
    product : ndarray
        ⟨L(t)⟩⟨R(0)⟩, what ``values`` would be without any correlation.
    left, right : Operator
        L and R.
    initial : State
        The state at time 0: the steady state, where no other was given.
    model, method
        What was solved and how.
    """

    times: np.ndarray
    values: np.ndarray
    product: np.ndarray
    left: Operator
    right: Operator
    initial: State
    model: Model
    method: Method
    _error: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for array in (self.times, self.values, self.product):
            read_only(array)

    @cached_property
    def error(self) -> np.ndarray:
        """Estimate of the truncation error of each value: three times its change in the refined state's larger space.

        Solved when it is first asked for; NaN where the state has no refined one, or that does not fit into memory.
        From a state that is not stationary, three times the change in a space with a quarter more levels.
        """
        if self._error is not None:
            return read_only(self._error)

        def evaluate(made: Generator, state: State) -> np.ndarray:
            return _steady(made, state, (self.left, self.right), self.times, self.method)

        return read_only(truncation(self.model, self.initial, evaluate, self.values))

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        return complaints_of(self.initial, self.error, self.values)

    @property
    def ok(self) -> bool:
        """Whether every check passed, that of the steady state included."""
        return not self.complaints

    @property
    def connected(self) -> np.ndarray:
        """⟨L(t)R(0)⟩ − ⟨L(t)⟩⟨R(0)⟩."""
        return read_only(self.values - self.product)

    def to_xarray(self) -> xarray.Dataset:
        """Values, product and error over the time, as an :class:`xarray.Dataset`."""
        import xarray

        columns = {"values": self.values, "product": self.product, "error": self.error}
        return xarray.Dataset(
            {name: ("time", column) for name, column in columns.items()},
            {"time": self.times},
            {"left": str(self.left), "right": str(self.right)},
        )

    def __repr__(self) -> str:
        first, last = int(np.argmin(self.times)), int(np.argmax(self.times))
        return "\n".join(
            [
                f"Correlation of {self.left} at t with {self.right} at 0: {len(self.times)} times",
                f"  t = {self.times[first]:.4g}: {self.values[first]:.6g}",
                f"  t = {self.times[last]:.4g}: {self.values[last]:.6g}",
                f"  error {np.max(self.error):.1e}",
                *untrusted(self),
            ]
        )


def correlation(
    model: Model,
    left: Operator | Scalar,
    right: Operator | Scalar,
    times: Any,
    *,
    initial: State | None = None,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> Correlation:
    """⟨L(t)R(0)⟩ in the steady state, or from a given state on.

    Parameters
    ----------
    model : Model
    left, right : Operator
        L and R; each may mix coherence orders. Orders of Rρ that L does not read are left out.
    times : array_like of float
        In any order. Negative times are ⟨L(0)R(|t|)⟩, in the steady state only.
    initial : State, optional
        The state at time 0, by default the steady state. The answer of :func:`photinus.steady_state` is taken as what
        it is; any other state evolves, on a space that grows until the values keep to the tolerance of
        ``Converged`` relative to the largest, or at the cutoffs of ``Fixed``.
    cutoff : Fixed or Converged
        As :func:`photinus.steady_state`.
    method : Auto, Dense, Direct, Tridiagonal or Krylov
        How the steady state and the resolvent are solved. ``Dense`` stands for matrix exponentials, the reference.

    Returns
    -------
    Correlation

    Raises
    ------
    DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded
        As :func:`photinus.steady_state`.
    UnknownSite, SiteMismatch, WrongType
        For operators or a state on sites that the model does not have.
    InvalidInput
        For times that are not finite real numbers, and negative times from a state that is not stationary.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> cavity = ph.Model(2.0 * a.dag() * a, [ph.Jump(0.4, a, reverse=0.1)])
    >>> ph.correlation(cavity, a.dag(), a, [0, 1, -1], cutoff=ph.Fixed(30)).values.round(6)
    array([ 0.333333+0.j     , -0.119394+0.26088j, -0.119394-0.26088j])
    """
    left, right = as_operator(left), as_operator(right)
    method = Auto() if method is None else method
    moments = listed_numbers(times, "times")
    if initial is None or state_is_solved(initial):
        state, made = stationary(model, cutoff, method, initial)
        values = _steady(made, state, (left, right), moments, method)
        product = np.full(moments.shape, complex(state.expect(left)) * complex(state.expect(right)))
    else:
        require_state(model, initial)
        if moments.min() < 0:
            raise InvalidInput(
                f"The time {moments.min():g} is negative, and the state is not the steady one.", "Give times from 0."
            )
        state, values, product, error = _Transient(model, initial, left, right, moments).answered(cutoff)
        return Correlation(moments, values, product, left, right, state, model, method, error)
    return Correlation(moments, values, product, left, right, state, model, method)


@dataclass(frozen=True, eq=False)
class Coherence:
    """g²(τ) of one operator; made by :func:`g2`. ``float()`` gives its value at the first time.

    Attributes
    ----------
    times : ndarray
        τ.
    values : ndarray
        g²(τ).
    operator : Operator
        O.
    state : State
        The steady state.
    model, method
        What was solved and how.
    """

    times: np.ndarray
    values: np.ndarray
    operator: Operator
    state: State
    model: Model
    method: Method

    def __post_init__(self) -> None:
        read_only(self.times)
        read_only(self.values)

    @cached_property
    def error(self) -> np.ndarray:
        """Estimate of the truncation error of each value, as that of :class:`Correlation`."""

        def evaluate(made: Generator, state: State) -> np.ndarray:
            return _pairs(made, state, self.operator, self.times, self.method)

        return read_only(truncation(self.model, self.state, evaluate, self.values) + FLOOR)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        return complaints_of(self.state, self.error, self.values)

    @property
    def ok(self) -> bool:
        """Whether every check passed, that of the steady state included."""
        return not self.complaints

    def __float__(self) -> float:
        return float(self.values[0])

    def to_xarray(self) -> xarray.Dataset:
        """Values and error over the time, as an :class:`xarray.Dataset`."""
        import xarray

        columns = {"g2": ("time", self.values), "error": ("time", self.error)}
        return xarray.Dataset(columns, {"time": self.times}, {"operator": str(self.operator)})

    def __repr__(self) -> str:
        head = f"g² of {self.operator}: {self.values[0]:.6g} at τ = {self.times[0]:.4g}"
        last = f", {self.values[-1]:.6g} at τ = {self.times[-1]:.4g}" if len(self.times) > 1 else ""
        return "\n".join([f"{head}{last}; error {np.max(self.error):.1e}", *untrusted(self)])


def g2(
    model: Model,
    operator: Operator,
    times: Any = (0.0,),
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
    state: State | None = None,
) -> Coherence:
    """g²(τ) = ⟨O†(0)O†(τ)O(τ)O(0)⟩/⟨O†O⟩² in the steady state: how the quanta that O takes out follow each other.

    Parameters
    ----------
    model : Model
    operator : Operator
        O, such as an annihilation operator.
    times : array_like of float
        τ, of either sign: g² is even. By default 0 alone.
    cutoff, method, state
        As :func:`photinus.spectrum`.

    Returns
    -------
    Coherence
        At τ = 0: 2 for thermal light, 1 for coherent light, 1 − 1/n for a number state; where it grows from there the
        quanta are antibunched. It tends to 1 for long times.

    Raises
    ------
    Undefined
        Where ⟨O†O⟩ = 0: no quantum is ever seen.
    InvalidInput
        For times that are not finite real numbers; else as :func:`photinus.spectrum`.

    References
    ----------
    Glauber1963.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> atom = ph.Model(0.5 * s.x, [ph.Jump(1.0, s.minus)])
    >>> ph.spectra.g2(atom, s.minus, [0, 1, 100]).values.round(6) + 0
    array([0.      , 0.227923, 1.      ])
    """
    operator, method = as_operator(operator), Auto() if method is None else method
    delays = listed_numbers(times, "times")
    state, made = stationary(model, cutoff, method, state)
    mean = complex(state.expect(operator.dag() * operator)).real
    if mean <= 1e-14:
        raise Undefined(
            f"g² of {operator} is 0/0: ⟨O†O⟩ is {abs(mean):.1e}.", "Take an operator that the steady state feeds."
        )
    return Coherence(delays, _pairs(made, state, operator, delays, method), operator, state, model, method)


def _pairs(made: Generator, state: State, operator: Operator, times: np.ndarray, method: Method) -> np.ndarray:
    """g² at these times."""
    number = operator.dag() * operator
    pairs = _forward(made, state, (number, operator, operator.dag()), np.abs(times), method)
    return np.asarray(pairs.real / complex(state.expect(number)).real ** 2)


def state_is_solved(state: State) -> bool:
    """Whether a state is the unique steady state of some model, by its certificate."""
    return isinstance(state, State) and getattr(state.certificate, "nullity", 0) == 1


@dataclass(frozen=True, eq=False)
class _Transient:
    """⟨L(t)R(0)⟩ from a state that is not stationary."""

    model: Model
    state: State
    left: Operator
    right: Operator
    times: np.ndarray

    def at(self, cutoffs: dict[str, int]) -> tuple[State, np.ndarray, np.ndarray]:
        """The state in the sectors of this space, ⟨L(t)R(0)⟩ and ⟨L(t)⟩⟨R(0)⟩."""
        made = generator(self.model, cutoffs)
        state = laid_into(self.state, made.grading)
        values = _evolved(made, multiplied(state, left=self.right), self.left, self.times)
        product = _evolved(made, dict(state.parts), self.left, self.times) * complex(state.expect(self.right))
        return state, values, product

    def answered(self, cutoff: Fixed | Converged | None) -> tuple[State, np.ndarray, np.ndarray, np.ndarray]:
        """The same with an error, in a space that ``Converged`` grows until the error is small beside the values."""
        cutoff = Converged() if cutoff is None else cutoff
        require_cutoff(cutoff)
        steps = {name: n + MORE_LEVELS for name, n in reach(self.model).items()}
        if isinstance(cutoff, Fixed):
            cutoffs = cutoff.start(self.model)
        else:
            cutoffs = {name: max(cutoff.start, n + steps[name]) for name, n in self.state.cutoffs.items()}
        found = self.at(cutoffs)
        if not cutoffs:
            return (*found, FLOOR * np.abs(found[1]))
        while True:
            larger = {name: n + max(steps[name], n // 4) for name, n in cutoffs.items()}
            try:
                better = self.at(larger)
            except MemoryBudgetExceeded:
                if isinstance(cutoff, Converged):
                    raise
                return (*found, np.full(self.times.shape, np.nan))
            scale = max(float(np.abs(x).max()) for x in better[1:])
            error = SAFETY * np.maximum(np.abs(better[1] - found[1]), np.abs(better[2] - found[2])) + FLOOR * scale
            if isinstance(cutoff, Fixed) or error.max() <= max(cutoff.tolerance, 2 * FLOOR) * scale:
                return (*found, error)
            if max(larger.values()) > cutoff.maximum:
                raise NotConverged(
                    f"The correlation still changes by {error.max():.1e} with {cutoffs} levels.",
                    "Raise Converged(maximum=…), ask for earlier times, or check that the loss exceeds the gain.",
                )
            cutoffs, found = larger, better


def _steady(
    made: Generator, state: State, operators: tuple[Operator, Operator], times: np.ndarray, method: Method
) -> np.ndarray:
    """⟨L(t)R(0)⟩ at times of both signs."""
    left, right = operators
    out = np.zeros(times.shape, dtype=complex)
    later = times >= 0
    if later.any():
        out[later] = _forward(made, state, (left, right, None), times[later], method)
    if not later.all():
        out[~later] = np.conj(_forward(made, state, (right.dag(), left.dag(), None), -times[~later], method))
    return out


def _forward(
    made: Generator,
    state: State,
    operators: tuple[Operator, Operator, Operator | None],
    times: np.ndarray,
    method: Method,
) -> np.ndarray:
    """Tr(L e^{𝓛t}(RρR′)) for t ≥ 0."""
    read, left, right = operators
    asked, constant = pulses(made, state, read, left=left, right=right)
    return constant + sum((_decay(pulse, times, method) for pulse in asked), np.zeros(times.shape, dtype=complex))


def _decay(pulse: Pulse, times: np.ndarray, method: Method) -> np.ndarray:
    """w·e^{𝓛t}x of one sector, by the poles of its resolvent where they are accurate."""
    if not isinstance(method, Dense):
        poles, residues = resolvent(pulse, np.zeros(0), method).poles
        start = complex(pulse.functional @ pulse.source)
        largest = float(np.abs(residues).sum())
        scale = max(abs(start), 1e-6 * float(np.linalg.norm(pulse.functional) * np.linalg.norm(pulse.source)))
        stable = poles.real.max(initial=-np.inf) <= 1e-12 * np.abs(poles).max(initial=0.0)
        if stable and largest <= 1e4 * scale and abs(residues.sum() - start) <= 1e-8 * scale:
            return np.exp(np.multiply.outer(times, poles)) @ residues
    return stepped(pulse.liouvillian.matrix, pulse.source, pulse.functional, times)


def _evolved(made: Generator, parts: Any, read: Operator, times: np.ndarray) -> np.ndarray:
    """Tr(L e^{𝓛t}X) for the X of these parts."""
    out = np.zeros(times.shape, dtype=complex)
    for order, vector in parts.items():
        liouvillian = made.liouvillian(made.grading.sector(order))
        weights = functional(read, liouvillian.sector)
        if vector.any() and weights.any():
            size = liouvillian.sector.size
            need = assembly_bytes(liouvillian) + 16.0 * size * (8 * size if size <= SMALL else 8)
            require_memory(need, None, f"The evolution of {size} unknowns", ALTERNATIVES)
            out += stepped(liouvillian.matrix, vector, weights, times)
    return out


def stepped(matrix: Any, start: np.ndarray, weights: np.ndarray, times: np.ndarray) -> np.ndarray:
    """w·e^{At}x at times ≥ 0, from one time to the next: the simple route."""
    moments, place = np.unique(times, return_inverse=True)
    values = np.empty(len(moments), dtype=complex)
    dense = matrix.toarray() if matrix.shape[0] <= SMALL else None
    known: dict[float, np.ndarray] = {}
    x, before = start, 0.0
    for k, t in enumerate(moments):
        step = float(t - before)
        if step and dense is not None:
            key = float(f"{step:.11e}")  # steps of a uniform grid differ by rounding
            if key not in known:
                known = {**known, key: la.expm(dense * step)} if len(known) < 4 else {key: la.expm(dense * step)}
            x = known[key] @ x
        elif step:
            x = sla.expm_multiply(matrix * step, x.astype(complex), traceA=0.0)
        values[k], before = weights @ x, float(t)
    return values[place.reshape(times.shape)]
