"""The evolution of a state in time, with its certificate."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from math import ceil, sqrt
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.errors import InvalidInput, MemoryBudgetExceeded, NotConverged
from photinus.model import Model, Order
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import (
    ascending_times,
    require_cutoff,
    require_model,
    require_state,
    require_type,
    watched_operators,
)
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.dynamics.drives import Drive, make_drives
from photinus.solve.dynamics.orders_in_time import Motion, OrderInTime, Problem, canonical, orders_read, symmetry_with
from photinus.solve.dynamics.propagate import Adaptive, Stepper, ticks
from photinus.space.sectors import Grading, grading
from photinus.space.space import make_space, read_only
from photinus.space.state import State
from photinus.space.vectors import vector_in

if TYPE_CHECKING:
    import xarray

DELAY = 2.0
"""Seconds before a terminal is shown a bar."""


@dataclass(frozen=True, slots=True)
class EvolutionCertificate:
    """What is known about the error of an evolution.

    Attributes
    ----------
    truncation : float
        Bound on ‖ρ_N(t) − ρ(t)‖₁ at the last time: what the cutoffs have cut off the initial state, and the integral of
        ‖(𝓛 − 𝓛_N)ρ_N‖₁ (Etienney2025). 0 without oscillators; above 2 it says nothing.
    time_error : float
        Sum of the estimated local errors of the time steps (2-norm of the elements carried along); of implicit steps
        the sum of what each was allowed, which is far above the truth where they are many.
    trace : float
        |Tr ρ(t) − Tr ρ(0)| at the last time; NaN where no order that is carried along has a trace.
    positivity : float
        The smallest eigenvalue of the last state (of its part of order zero where not every order is carried along);
        NaN where it was not computed: without order zero, and above 600 kets in one block.
    tolerance : float
        The error up to which the answer counts as trustworthy.
    unknowns, unknowns_without_symmetry : int
        Complex dimension of the sectors that were carried along, and of the whole space of density matrices.
    orders : int
        Coherence orders that were carried along; of each pair k, −k one.
    cutoffs : dict
        Levels kept of each oscillator at the end.
    method : str
        How it was solved.
    steps : int
        Time steps of all orders.
    seconds : float
        Wall time.
    """

    truncation: float
    time_error: float
    trace: float
    positivity: float
    tolerance: float
    unknowns: int
    unknowns_without_symmetry: int
    orders: int
    cutoffs: dict[str, int]
    method: str
    steps: int
    seconds: float

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        out = []
        if not self.truncation <= self.tolerance:
            out.append(f"truncation error {self.truncation:.1e} is above {self.tolerance:.0e}: raise the cutoffs")
        if not self.time_error <= max(self.tolerance, 1e-8):
            out.append(f"time-step error {self.time_error:.1e} is above {self.tolerance:.0e}: tighten the method's")
        if self.trace > 1e-8:
            out.append(f"the trace changed by {self.trace:.1e}")
        if self.positivity < -1e-7:
            out.append(f"smallest eigenvalue {self.positivity:.1e} is negative")
        return tuple(out)

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return not self.complaints

    def as_dict(self) -> dict[str, Any]:
        """All fields as plain values, ``ok`` included."""
        return asdict(self) | {"ok": self.ok}

    def __str__(self) -> str:
        levels = ", ".join(f"{name}: {n}" for name, n in self.cutoffs.items()) or "none"
        small = f"{self.unknowns} in {self.orders} orders ({self.unknowns_without_symmetry} without symmetry)"
        lines = [
            "ok" if self.ok else f"NOT to be trusted: {'; '.join(self.complaints)}",
            f"truncation  {self.truncation:.1e} (bound in the trace norm; tolerance {self.tolerance:.0e})",
            f"time steps  {self.time_error:.1e} (sum of {self.steps} local errors)",
            f"trace       changed by {self.trace:.1e}; smallest eigenvalue {self.positivity:.1e}",
            f"unknowns    {small}",
            f"cutoffs     {levels}",
            f"method      {self.method}, {self.seconds:.3g} s",
        ]
        return "certificate: " + "\n  ".join(lines)

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True, eq=False)
class Evolution:
    """States and expectation values at given times.

    Attributes
    ----------
    times : ndarray, shape (T,)
        In the inverse of the unit of the rates; the initial state belongs to the first.
    states : tuple of State
        One for each time where ``keep_states=True`` asked for them, otherwise empty. Each has its own cutoffs.
    observed : mapping of str to ndarray, shape (T,)
        ⟨O⟩(t) by name; real where O is Hermitian, else complex.
    certificate : EvolutionCertificate
    """

    times: np.ndarray
    states: tuple[State, ...]
    observed: Mapping[str, np.ndarray]
    certificate: EvolutionCertificate

    def __post_init__(self) -> None:
        for array in (self.times, *self.observed.values()):
            read_only(array)

    def to_xarray(self) -> xarray.Dataset:
        """The observed values over the coordinate ``time``, with the certificate in the attributes."""
        import xarray as xr

        facts = {name: value for name, value in self.certificate.as_dict().items() if name != "cutoffs"}
        facts |= {f"cutoff_{name}": n for name, n in self.certificate.cutoffs.items()}
        facts["ok"] = int(facts["ok"])
        values = {name: ("time", np.array(array)) for name, array in self.observed.items()}
        return xr.Dataset(values, {"time": np.array(self.times)}, facts)

    def __repr__(self) -> str:
        names = ", ".join(self.observed) or "nothing"
        kept = f"; {len(self.states)} states" if self.states else ""
        text = f"Evolution at {len(self.times)} times from {self.times[0]:g} to {self.times[-1]:g}: {names}{kept}"
        return "\n".join([text, *str(self.certificate).splitlines()])


class CutoffOutgrown(NotConverged):
    """The state left the largest cutoffs, or the memory, in the middle of an evolution.

    Attributes
    ----------
    evolution : Evolution
        What was done until then.
    """

    def __init__(self, cause: str, remedy: str, evolution: Evolution):
        super().__init__(cause, remedy)
        self.evolution = evolution


def evolve(
    model: Model,
    initial: State,
    times: Iterable[float],
    *,
    observe: Mapping[str, Operator | Scalar] | None = None,
    drives: Iterable[Drive] = (),
    cutoff: Fixed | Converged | None = None,
    method: Stepper | None = None,
    keep_states: bool = False,
) -> Evolution:
    """ρ(t) of dρ/dt = −i[H + Σ_j (f_j(t) O_j + h.c.), ρ] + Σ_k rate_k D[L_k]ρ, in the sectors that are needed.

    Parameters
    ----------
    model : Model
        H and the jumps, which do not depend on time.
    initial : State
        ρ at times[0], on the sites of the model, with any cutoffs; a steady state serves as well as one built by name.
    times : sequence of float, shape (T,)
        Ascending, in the inverse of the unit of the rates.
    observe : mapping of str to Operator, optional
        What to read at every time. An operator reads certain coherence orders only, and no other is carried along.
    drives : sequence of (operator, signal), optional
        (O, f) adds f(t) O + f(t)* O† to H, f in the unit of rates: a function of one time that returns one number, or
        a pair (grid, values), interpolated by a cubic spline. A Hermitian O thus gets 2 Re f. The symmetry is that of
        the model with the words of all O. A pulse shorter than the intervals of ``times`` needs ``longest=`` of the
        method, otherwise a step may not see it.
    cutoff : Fixed or Converged, optional
        How many levels of each oscillator to keep; by default ``Converged(1e-6)``, whose tolerance is that of the
        truncation at the last time, and which grows on the way where the state does.
    method : Adaptive, Exponential or RungeKutta, optional
        How to step; by default ``Adaptive()``.
    keep_states : bool
        Whether to keep ρ at every time. All orders of the initial state are then carried along.

    Returns
    -------
    Evolution
        With ``.certificate``; ``Fixed`` cutoffs return what they got, ``certificate.ok`` is False where it should not
        be trusted.

    Raises
    ------
    InvalidInput
        For times that do not ascend or are not finite, nothing to observe, an initial state above ``Fixed`` cutoffs,
        and a signal that is not finite, with its time.
    SiteMismatch, UnknownSite, WrongType
        For a state on other sites, an operator of a site that the model does not have, and arguments of wrong types.
    CutoffOutgrown
        If ``Converged`` reaches its maximum or the memory; its ``evolution`` holds what was done.
    NotConverged
        If a step becomes too small.
    MemoryBudgetExceeded
        If the estimate is above the budget; nothing was allocated then.

    Notes
    -----
    A coherence order that the initial state does not have is never made, and ρ₋ₖ = ρₖ†. Evolution can be taken up
    from ``states[-1]``. A bar shows the progress of runs of more than two seconds on a terminal (``TQDM_DISABLE=1``
    turns it off).

    References
    ----------
    Saad1992, Hairer1993, Hairer1996, Etienney2025.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> decay = ph.Model(2.0 * a.dag() * a, ph.Jump(0.5, a))
    >>> run = ph.evolve(decay, ph.states.coherent({"a": 1.5}), [0, 1, 2], observe={"a": a, "n": a.dag() * a})
    >>> bool(np.allclose(run.observed["a"], 1.5 * np.exp((-2j - 0.25) * run.times), rtol=1e-6))
    True
    >>> run.observed["n"].round(6)
    array([2.25    , 1.364694, 0.827729])
    """
    started = perf_counter()
    grid = ascending_times(times)
    cutoff = Converged() if cutoff is None else cutoff
    method = Adaptive() if method is None else method
    require_model(model)
    require_state(model, initial)
    require_cutoff(cutoff)
    require_type(method, Stepper, "method", "Give Adaptive(), Exponential() or RungeKutta() of ph.methods.")
    watched = watched_operators(observe if observe is not None else {}, model)
    if not watched and not keep_states:
        raise InvalidInput("Nothing is asked for.", 'Give observe={"name": operator} or keep_states=True.')
    made = make_drives(drives, model, float(grid[0]), float(grid[-1]))
    group = symmetry_with(model, made)
    wanted = None
    if not keep_states:
        wanted = {order for operator in watched.values() for order in orders_read(operator, model, group)}
        wanted = {canonical(order, group) for order in wanted}
    least = _least_cutoffs(initial, cutoff, model)
    graded = grading(make_space(model.sites, least), group)
    orders = _orders(graded, wanted, method)
    present = tuple(o for o in orders if vector_in(initial, graded.sector(o)).any())
    run = _Run(Problem(model, made, group, watched, present), grid, cutoff, method, keep_states)
    return run.from_state(initial, least, started)


def _orders(graded: Grading, wanted: set[Order] | None, method: Stepper) -> list[Order]:
    """The coherence orders that the initial state is searched for; all where none are named."""
    remedy = "Use smaller cutoffs, or observe= operators of fewer orders in place of keep_states=True."
    if wanted is None:
        pairs = 48.0 * len(graded.charges) ** 2
        require_memory(pairs, method.memory, f"A list of the orders of {len(graded.charges)} charges", remedy)
        wanted = {canonical(order, graded.group) for order in graded.orders()}
    size = 40.0 * sum(graded.sector(order).size for order in wanted)
    require_memory(size, method.memory, f"The initial state in {len(wanted)} coherence orders", remedy)
    return sorted(wanted)


def _cut_off(initial: State, cutoffs: Mapping[str, int]) -> float:
    """A bound on ‖ρ − PρP‖₁ of a state of unit trace: 2√p with the probability p above the cutoffs."""
    outside = sum(max(0.0, float(initial.populations(name)[n:].sum())) for name, n in cutoffs.items())
    return 2 * sqrt(outside)


def _least_cutoffs(initial: State, cutoff: Fixed | Converged, model: Model) -> dict[str, int]:
    """The cutoffs to begin with; those of ``Fixed`` must hold the initial state."""
    if isinstance(cutoff, Fixed):
        cutoffs = cutoff.start(model)
        for name, n in cutoffs.items():
            outside = float(initial.populations(name)[n:].sum())
            if outside > 1e-6:
                raise InvalidInput(
                    f"The cutoff {n} of {name!r} leaves {outside:.2g} of the initial state outside.",
                    "Raise it, or use ph.Converged().",
                )
        return cutoffs
    cutoffs = {}
    for name in model.oscillators:
        populations = initial.populations(name)
        above = np.cumsum(populations[::-1])[::-1]  # the probability of level n and all above it
        held = int(np.count_nonzero(above > (0.05 * cutoff.tolerance) ** 2 / 4 / len(model.oscillators)))
        cutoffs[name] = max(held, min(cutoff.start, cutoff.maximum))
    return cutoffs


@dataclass
class _Progress:
    """What was accepted so far."""

    where: int = 0
    truncation: float = 0.0
    time_error: float = 0.0
    steps: int = 0
    methods: dict[str, None] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    observed: list[dict[str, complex]] = field(default_factory=list)


class _Run:
    """One call of :func:`evolve`: from tick to tick, and from cutoffs to larger cutoffs."""

    def __init__(
        self, problem: Problem, times: np.ndarray, cutoff: Fixed | Converged, method: Stepper, keep_states: bool
    ):
        self.problem, self.times, self.cutoff, self.method = problem, times, cutoff, method
        self.keep_states = keep_states
        least = 64 if problem.model.oscillators else 0
        self.ticks, self.outputs = ticks(times, least)
        self.duration = float(times[-1] - times[0])
        self.done = _Progress()

    def from_state(self, initial: State, cutoffs: dict[str, int], started: float) -> Evolution:
        """The whole evolution."""
        self.done.truncation = _cut_off(initial, cutoffs)
        motion = self._motion(cutoffs)
        vectors = motion.vectors_of(initial)
        trace = _trace(motion, vectors)
        self._record(motion, vectors)
        with _bar(self.duration) as bar:
            while self.done.where < len(self.ticks) - 1:
                vectors, leaks = self._advance(motion, vectors, bar)
                if leaks:
                    try:
                        larger = self._grown(motion, leaks)
                        following = self._motion(larger)
                    except (MemoryBudgetExceeded, NotConverged) as refusal:
                        partial = self._evolution(motion, vectors, trace, started)
                        raise CutoffOutgrown(
                            f"{refusal.cause} This was at t = {self.ticks[self.done.where]:.6g}.",
                            refusal.remedy + " What was done until then is in the error's .evolution.",
                            partial,
                        ) from refusal
                    vectors = [
                        old.sector.embed(x, new.sector)
                        for old, new, x in zip(motion.orders, following.orders, vectors, strict=True)
                    ]
                    motion = following
        return self._evolution(motion, vectors, trace, started)

    def _motion(self, cutoffs: dict[str, int]) -> Motion:
        return Motion(self.problem, cutoffs, self.method, len(self.times) if self.keep_states else 0)

    def _advance(
        self, motion: Motion, vectors: list[np.ndarray], bar: Any
    ) -> tuple[list[np.ndarray], dict[str, float]]:
        """To the end, or to the last tick before the truncation error is too large; then with the leaks."""
        rest = self.ticks[self.done.where :]
        methods = [self.method.choose(order.system, rest) for order in motion.orders]
        self.done.methods |= dict.fromkeys(method.name for method in methods)
        weights = [2.0 if order.mirrored else 1.0 for order in motion.orders]
        routes = [
            method.points(order.system, order.inward(x), rest, self.duration * sum(weights))
            for method, order, x in zip(methods, motion.orders, vectors, strict=True)
        ]
        leak = self._leak(motion, vectors, float(rest[0]))
        begin = (self.done.time_error, self.done.steps)
        for t, following in pairwise(rest):
            points = [next(route) for route in routes]
            latest = [order.outward(point.y) for order, point in zip(motion.orders, points, strict=True)]
            leaks = self._leak(motion, latest, float(following))
            lost = 0.5 * (leak[0] + leaks[0]) * float(following - t)
            if isinstance(self.cutoff, Converged) and self.done.truncation + lost > self._allowed(float(following)):
                return vectors, leaks[1]
            vectors, leak = latest, leaks
            self.done.where += 1
            self.done.truncation += lost
            self.done.time_error = begin[0] + sum(w * p.error for w, p in zip(weights, points, strict=True))
            self.done.steps = begin[1] + sum(point.steps for point in points)
            if self.done.where == self.outputs[len(self.done.observed)]:
                self._record(motion, vectors)
            bar.update(float(following - t))
        return vectors, {}

    def _leak(self, motion: Motion, vectors: list[np.ndarray], t: float) -> tuple[float, dict[str, float]]:
        if motion.leak is None:
            return 0.0, {}
        return motion.leak.rate(vectors, self.problem.drives.signals(t))

    def _allowed(self, t: float) -> float:
        """The truncation error allowed until t: half of the tolerance at once, the other half with time."""
        share = (t - float(self.times[0])) / self.duration
        return self.cutoff.tolerance * (0.5 + 0.5 * share)

    def _grown(self, motion: Motion, leaks: dict[str, float]) -> dict[str, int]:
        """A quarter more levels, at least four, of each oscillator through which the state leaves."""
        assert isinstance(self.cutoff, Converged)
        cutoffs = motion.grading.space.cutoffs
        worst = max(leaks.values())
        wanted = {name: n + max(4, ceil(n / 4)) if leaks[name] >= 0.01 * worst else n for name, n in cutoffs.items()}
        larger = {name: min(n, max(self.cutoff.maximum, cutoffs[name])) for name, n in wanted.items()}
        if larger == cutoffs:
            name = max(leaks, key=lambda name: leaks[name])
            raise NotConverged(
                f"The state outgrows the {cutoffs[name]} levels of {name!r}.",
                "Raise Converged(maximum=…), ask for earlier times, or check that the loss exceeds the gain.",
            )
        return larger

    def _record(self, motion: Motion, vectors: list[np.ndarray]) -> None:
        self.done.observed.append(motion.observed(vectors))
        if self.keep_states:
            self.done.states.append(motion.state(vectors))

    def _evolution(self, motion: Motion, vectors: list[np.ndarray], trace: float, started: float) -> Evolution:
        done, count = self.done, len(self.done.observed)
        observed = {}
        for name, operator in self.problem.observe.items():
            values = np.array([row[name] for row in done.observed], dtype=complex)
            observed[name] = np.ascontiguousarray(values.real) if operator.is_hermitian() else values
        certificate = EvolutionCertificate(
            truncation=done.truncation,
            time_error=done.time_error,
            trace=abs(_trace(motion, vectors) - trace),
            positivity=_positivity(motion, vectors, self.keep_states),
            tolerance=self.cutoff.tolerance,
            unknowns=motion.unknowns,
            unknowns_without_symmetry=motion.grading.space.dimension**2,
            orders=len(motion.orders),
            cutoffs=motion.grading.space.cutoffs,
            method=", ".join(done.methods) or "nothing to do",
            steps=done.steps,
            seconds=perf_counter() - started,
        )
        return Evolution(np.array(self.times[:count]), tuple(done.states), observed, certificate)


def _zero(motion: Motion) -> tuple[OrderInTime, int] | None:
    for k, order in enumerate(motion.orders):
        if order.sector.order == motion.problem.group.zero:
            return order, k
    return None


def _trace(motion: Motion, vectors: list[np.ndarray]) -> float:
    found = _zero(motion)
    return float("nan") if found is None else float(vectors[found[1]][found[0].sector.trace].sum().real)


def _positivity(motion: Motion, vectors: list[np.ndarray], complete: bool) -> float:
    """The smallest eigenvalue of the state, or of its part of order zero, which is as positive."""
    found = _zero(motion)
    if found is None:
        return float("nan")
    order, k = found
    if complete and len(motion.orders) > 1:
        return float(motion.state(vectors).eigenvalues[0]) if motion.grading.space.dimension <= 600 else float("nan")
    if motion.grading.sizes.max() > 600:
        return float("nan")
    blocks = (order.sector.block(vectors[k], q) for q, _, _ in order.sector.blocks)
    return min(float(np.linalg.eigvalsh(block)[0]) for block in blocks)


@contextmanager
def _bar(duration: float) -> Iterator[Any]:
    """A bar over the time of the model, on a terminal only."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield _Silent()
        return
    from tqdm import tqdm

    with tqdm(total=duration, unit="t", delay=DELAY, bar_format="{l_bar}{bar}| t {n:.4g}/{total:.4g}") as bar:
        yield bar


class _Silent:
    def update(self, _: float) -> None:
        """Nothing to show."""
