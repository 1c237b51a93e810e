r"""Periodically driven models: the modes of the map of one period, and what is seen once a period.

    𝓕 r_k = μ_k r_k,   μ = e^{λT},   λ = −rate − i·frequency,   frequency in (−π/T, π/T].

μ = 1 is the state that each period brings back. A multiplier near −1 is an oscillation of twice the period: where it
tends to the unit circle as the system grows, and stays at −1 whatever the pulses, the symmetry of time is broken: a
discrete time crystal (Gong, Hamazaki, Ueda 2018; Russomanno and others 2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.collective.period import Period
from photinus.collective.period_map import COMPLETE_LIMIT, PeriodMap, graded_space
from photinus.errors import InvalidInput, NotConverged, SiteMismatch, Undefined
from photinus.model import Model, Order
from photinus.numerics.checks import whole_number
from photinus.solve.arguments import require_cutoff, require_type, watched_operators
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.modes.biorthogonal import Eigenmodes, permitted_errors
from photinus.solve.modes.sector_modes import Mode, OrderSpec, listed_orders
from photinus.space.space import check_cutoffs, read_only
from photinus.space.state import State
from photinus.space.vectors import functional, vector_in

if TYPE_CHECKING:
    import xarray

MISSING = 0.3
"""A mode without another one so near (relative to its own size) in a larger space lives at the cutoff."""


@dataclass(frozen=True, eq=False)
class FloquetModes:
    """The modes of the map of one period, slowest first.

    Attributes
    ----------
    period : Period
    modes : Eigenmodes
        λ = ln(μ)/T with right and left operators at the start of the period: ``.rates``, ``.frequencies``
        (quasi-energies, within ±π/T), ``.error``, ``.overlap(state)``, ``.expectation(operator)``, and
        ``.reconstruct(state, operator, times)`` at whole periods.
    """

    period: Period
    modes: Eigenmodes

    @property
    def multipliers(self) -> np.ndarray:
        """μ_k, shape (m,): 1 the periodic state, −1 an oscillation of twice the period."""
        return read_only(np.exp(self.modes.eigenvalues * self.period.duration))

    @property
    def rates(self) -> np.ndarray:
        """−ln|μ|/T of each mode."""
        return self.modes.rates

    @property
    def frequencies(self) -> np.ndarray:
        """−arg(μ)/T of each mode: quasi-energies, within ±π/T."""
        return self.modes.frequencies

    @property
    def ok(self) -> bool:
        """Whether every multiplier is that of the model, to the tolerance of the cutoff."""
        return self.modes.ok

    @property
    def state(self) -> State:
        """The state that comes back after each period, at its start; its error is that of its mode.

        Raises
        ------
        Undefined
            If there is none, or more than one.
        """
        still = self.modes.stationary
        if len(still) != 1:
            raise Undefined(
                f"{len(still)} of the {len(self.modes)} modes come back unchanged after a period.",
                "The periodic state is one where one does: look at .modes.",
            )
        mode = self.modes.modes[still[0]]
        return State(mode.sector.grading, {mode.order: mode.right})

    def subharmonic(self, multiple: int = 2) -> float:
        """1 − |μ| of the multiplier that is nearest to e^{2πi/n}: what an oscillation of n periods loses in each.

        Raises
        ------
        Undefined
            If no multiplier of the list is within a quarter of the way to its neighbours, π/2n.
        """
        n = whole_number(multiple, "multiple of the period", minimum=2)
        off = np.abs(np.angle(self.multipliers * np.exp(-2j * np.pi / n)))
        close = np.flatnonzero(off < np.pi / (2 * n))
        if not len(close):
            raise Undefined(
                f"None of the {len(off)} multipliers is near e^(2πi/{n}).", "Raise count=, or ask for another multiple."
            )
        return float(1 - np.abs(self.multipliers[close]).max())

    def to_xarray(self) -> xarray.Dataset:
        """Multipliers beside the modes, over ``mode``."""
        return self.modes.to_xarray().assign(multiplier=("mode", self.multipliers))

    def __repr__(self) -> str:
        lines = [f"FloquetModes: {len(self.modes)} of a period of {self.period.duration:g}, slowest first"]
        lines.append("         |μ|     arg μ/π        rate   frequency      error")
        for k, mu in enumerate(self.multipliers[:12]):
            row = (abs(mu), np.angle(mu) / np.pi, self.rates[k], self.frequencies[k])
            lines.append("".join(f"{x + 0.0:12.6g}" for x in row) + f"    {self.modes.error[k]:7.0e}")
        lines += ["…"] if len(self.modes) > 12 else []
        return "\n".join(lines + ([] if self.ok else ["NOT to be trusted: " + "; ".join(self.modes.complaints)]))


@dataclass(frozen=True, eq=False)
class Stroboscopic:
    """Expectation values once a period.

    Attributes
    ----------
    period : Period
    times : ndarray, shape (n + 1,)
        0, T, 2T, … in the unit of time, 1/rates.
    observed : mapping of str to ndarray, shape (n + 1,)
        ⟨O⟩ by name; real where O is Hermitian.
    error : float
        Largest change of a value in a larger space, relative to the largest value of the same name; 0 without
        oscillators.
    state : State
        At the last time.
    """

    period: Period = field(repr=False)
    times: np.ndarray
    observed: Mapping[str, np.ndarray]
    error: float
    state: State = field(repr=False)

    def __post_init__(self) -> None:
        for array in (self.times, *self.observed.values()):
            read_only(array)

    def to_xarray(self) -> xarray.Dataset:
        """The values over ``time``."""
        import xarray

        values = {name: ("time", np.array(array)) for name, array in self.observed.items()}
        return xarray.Dataset(values, {"time": np.array(self.times)}, {"error": self.error})

    def __repr__(self) -> str:
        what = f"{', '.join(self.observed)} at {len(self.times)} times"
        return f"Stroboscopic: {what}, once a period of {self.period.duration:g}; error {self.error:.1g}"


def floquet_modes(
    period: Period,
    *,
    order: OrderSpec = None,
    count: int = 6,
    cutoff: Fixed | Converged | None = None,
) -> FloquetModes:
    """The modes of the map of one period whose multipliers are largest.

    Parameters
    ----------
    period : Period
        Models with the times for which they hold, and kicks.
    order : int, mapping or list of these
        Coherence orders of the symmetry that all parts share, as in :func:`photinus.eigenmodes`; all by default.
    count : int
        How many modes.
    cutoff : Fixed or Converged
        Levels of oscillators; ``Converged`` grows until every λ is known to the tolerance times its rate.

    Returns
    -------
    FloquetModes

    Raises
    ------
    WrongType, InvalidInput
    NotConverged
        If the cutoffs do not suffice.
    MemoryBudgetExceeded

    Notes
    -----
    Up to 500 coherences of an order the map is diagonalised and no mode is missed; beyond, Arnoldi's method applies it
    (from 1200 on without a matrix), and ``.modes.complete`` is False.

    References
    ----------
    Gong2018, Russomanno2017.

    Examples
    --------
    A spin that is turned over each time, not quite: μ = e^{±i·angle}, at whatever angle it is turned.

    >>> import numpy as np
    >>> import photinus as ph
    >>> from photinus.collective import Kick, Period, floquet_modes
    >>> s = ph.spin("s", 1 / 2)
    >>> turned = Period([(ph.Model(jumps=[ph.Jump(0.1, s.x)]), 1.0), Kick(0.95 * np.pi * s.x)])
    >>> modes = floquet_modes(turned, count=4)
    >>> (np.abs(np.angle(modes.multipliers)) / np.pi).round(3).tolist()
    [0.0, 0.0, 0.95, 0.95]
    """
    require_type(
        period, Period, "period", "Give ph.collective.Period([(model, time), ph.collective.Kick(operator), …])."
    )
    cutoff = Converged() if cutoff is None else cutoff
    require_cutoff(cutoff)
    count = whole_number(count, "number of modes")
    if not period.oscillators:
        found = _modes(period, {}, order, count)
        errors = np.array([1e3 * mode.rounding for mode in found])
        return FloquetModes(period, Eigenmodes(tuple(found), errors, period.symmetry, _discs(found)))
    for cutoffs in _cutoffs(period, cutoff):
        found = _modes(period, cutoffs, order, count)
        larger = _modes(period, {name: n + max(4, n // 4) for name, n in cutoffs.items()}, order, count + 4)
        modes, errors = tuple(found), _moved(found, larger)
        if isinstance(cutoff, Fixed) or (errors <= permitted_errors(modes, cutoff.tolerance)).all():
            return FloquetModes(period, Eigenmodes(modes, errors, period.symmetry, _discs(found), cutoff.tolerance))
    raise _outgrown(cutoffs, "modes of a period")


def stroboscopic(
    period: Period,
    initial: State,
    count: int,
    *,
    observe: Mapping[str, Operator | Scalar],
    cutoff: Fixed | Converged | None = None,
) -> Stroboscopic:
    """Expectation values at the times 0, T, …, count·T.

    Parameters
    ----------
    period : Period
    initial : State
        ρ(0), on the sites of the period.
    count : int
        How many periods.
    observe : mapping of str to Operator
        What to read.
    cutoff : Fixed or Converged
        Levels of oscillators; ``Converged`` grows until no value changes by more than the tolerance, relative to the
        largest of its name.

    Raises
    ------
    WrongType, InvalidInput, SiteMismatch, UnknownSite
    NotConverged

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> from photinus.collective import Kick, Period, stroboscopic
    >>> s = ph.spin("s", 1 / 2)
    >>> turned = Period([(ph.Model(jumps=[ph.Jump(0.1, s.z)]), 1.0), Kick(np.pi * s.x)])
    >>> up = ph.states.from_ket({s: 2}, [1, 0])
    >>> stroboscopic(turned, up, 4, observe={"z": s.z}).observed["z"].round(12).tolist()
    [0.5, -0.5, 0.5, -0.5, 0.5]
    """
    require_type(
        period, Period, "period", "Give ph.collective.Period([(model, time), ph.collective.Kick(operator), …])."
    )
    require_type(initial, State, "initial state", "Give a state, such as ph.states.fock({'a': 0}).")
    if initial.sites != period.sites:
        ours, theirs = (", ".join(map(repr, thing.sites)) for thing in (initial, period))
        raise SiteMismatch(f"The initial state lives on {ours}, the period on {theirs}.", "Give it on the same sites.")
    cutoff = Converged() if cutoff is None else cutoff
    require_cutoff(cutoff)
    count = whole_number(count, "number of periods")
    watched = watched_operators(observe, sum(period.models, Model()))
    if not watched:
        raise InvalidInput("Nothing is asked for.", 'Give observe={"name": operator}.')
    if not period.oscillators:
        values, state = _followed(period, initial, count, watched, {})
        return _seen(period, watched, values, 0.0, state)
    for cutoffs in _cutoffs(period, cutoff, initial):
        values, state = _followed(period, initial, count, watched, cutoffs)
        more = {name: n + max(4, n // 4) for name, n in cutoffs.items()}
        other, _ = _followed(period, initial, count, watched, more)
        sizes = np.maximum(np.abs(other).max(axis=1, keepdims=True), 1e-300)
        error = float((np.abs(values - other) / sizes).max())
        if isinstance(cutoff, Fixed) or error <= cutoff.tolerance:
            return _seen(period, watched, values, error, state)
    raise _outgrown(cutoffs, "values once a period")


def _modes(period: Period, cutoffs: dict[str, int], spec: OrderSpec, count: int) -> list[Mode]:
    """The modes of all orders wanted, by falling |μ|; of conjugate orders one is solved."""
    graded = graded_space(period, cutoffs)
    group = graded.group
    wanted: list[Order] = []
    if spec is not None and not listed_orders(spec):
        raise InvalidInput("The list of orders is empty.", "Name at least one, or leave order= out.")
    for each in listed_orders(spec):
        order = period.symmetry.order(each)
        if order is None or not graded.sector(order).size:
            raise InvalidInput(f"No coherence has the order {each!r}.", "Ask for a smaller order, or keep more levels.")
        wanted.append(order)
    found: list[Mode] = []
    for order in dict.fromkeys(wanted or graded.orders()):
        opposite = group.reduce(-k for k in order)
        if opposite > order and opposite in (wanted or graded.orders()):
            continue
        modes = PeriodMap(period, graded.sector(order)).modes(count)
        found += modes
        if opposite != order and (not wanted or opposite in wanted):
            found += [mode.dagger(graded.sector(opposite)) for mode in modes]
    found.sort(key=lambda mode: (-round(mode.value.real, 11), abs(mode.value.imag)))
    last = found[min(count, len(found)) - 1].value.real if found else 0.0
    return [mode for k, mode in enumerate(found) if k < count or mode.value.real > last - 1e-9]


def _discs(found: list[Mode]) -> tuple[tuple[complex, float], ...]:
    """Where nothing is missed: everywhere if all maps were diagonalised, else, by Arnoldi's word, among these λ."""
    if all(mode.sector.size <= COMPLETE_LIMIT for mode in found):
        return ()
    return ((0j, max(abs(mode.value.real) for mode in found)),)


def _moved(found: list[Mode], larger: list[Mode]) -> np.ndarray:
    """The distance of each λ from the nearest one of its order in a larger space; inf where none is near."""
    errors = []
    for mode in found:
        others = [other.value for other in larger if other.order == mode.order]
        distance = min((abs(mode.value - other) for other in others), default=np.inf)
        errors.append(distance if distance <= MISSING * max(abs(mode.value), abs(found[-1].value)) else np.inf)
    return np.array(errors) + np.array([1e3 * mode.rounding for mode in found])


def _cutoffs(period: Period, cutoff: Fixed | Converged, initial: State | None = None) -> Iterator[dict[str, int]]:
    """The levels to try: those that are fixed, or half as many again each time."""
    if isinstance(cutoff, Fixed):
        yield check_cutoffs(period.sites, cutoff.levels)
        return
    held = initial.cutoffs if initial is not None else {}
    levels = {name: min(max(cutoff.start, held.get(name, 0)), cutoff.maximum) for name in period.oscillators}
    while max(levels.values()) <= cutoff.maximum:
        yield levels
        levels = {name: n + max(4, n // 2) for name, n in levels.items()}


def _outgrown(cutoffs: Mapping[str, int], what: str) -> NotConverged:
    levels = ", ".join(f"{name}: {n}" for name, n in cutoffs.items())
    return NotConverged(
        f"The {what} still change with {levels} levels.",
        "Check that the loss exceeds the gain, use a larger tolerance, or raise Converged(maximum=…).",
    )


def _followed(
    period: Period, initial: State, count: int, watched: Mapping[str, Operator], cutoffs: dict[str, int]
) -> tuple[np.ndarray, State]:
    """⟨O⟩ of each observable, shape (observables, count + 1), and the last state."""
    graded = graded_space(period, cutoffs)
    values = np.zeros((len(watched), count + 1), dtype=complex)
    parts = {}
    for order in graded.orders():
        sector = graded.sector(order)
        x = vector_in(initial, sector).astype(complex)
        if not x.any() and order != graded.group.zero:
            continue
        readers = np.stack([functional(operator, sector) for operator in watched.values()])
        one = PeriodMap(period, sector)
        values[:, 0] += readers @ x
        for k in range(count):
            x = one.apply(x)
            values[:, k + 1] += readers @ x
        parts[order] = x
    return values, State(graded, parts)


def _seen(
    period: Period, watched: Mapping[str, Operator], values: np.ndarray, error: float, state: State
) -> Stroboscopic:
    named = zip(watched.items(), values, strict=True)
    observed = {name: row.real.copy() if operator.is_hermitian() else row.copy() for (name, operator), row in named}
    times = period.duration * np.arange(values.shape[1])
    return Stroboscopic(period, times, observed, error, state)
