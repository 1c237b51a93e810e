"""Where a start ends up: the projection on the stationary operators by their conserved quantities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from photinus.errors import Ambiguous, NoAsymptoticState, NotConverged
from photinus.model import Model, Order
from photinus.numerics.kernels import DOUBTFUL, ZERO
from photinus.solve.arguments import require_cutoff, require_model, require_state, require_type
from photinus.solve.cutoff import MORE_LEVELS, Converged, Fixed, reach
from photinus.solve.manifold.blocks import find_blocks, find_oscillations
from photinus.solve.manifold.bordered import end_of, sharp_support
from photinus.solve.manifold.cascade import Cascade, cascade
from photinus.solve.manifold.reachable import enough, reached
from photinus.solve.manifold.zero_modes import Solver, ZeroModes, sector_kernel, size_on, zero_modes
from photinus.solve.methods import Auto, Dense, Direct
from photinus.space.certificate import SAFETY, Certificate
from photinus.space.liouvillian import Generator, generator
from photinus.space.sectors import Grading
from photinus.space.state import State
from photinus.space.vectors import distance, laid_into, vector_in

TURNING = 1e-9
"""A part of the state that turns for ever and is no larger than this is rounding."""
NEGLIGIBLE = 1e-30
"""Kets that together hold no more than this of the start are not followed."""
FEW = 20_000
"""Elements of a start up to which its orders are read off them."""
SHOWN = 4
"""So many frequencies are enough to refuse a state."""


def asymptotic_state(
    model: Model,
    initial: State,
    *,
    cutoff: Fixed | Converged | None = None,
    method: Solver | None = None,
    average: bool = False,
) -> State:
    """ρ(t → ∞) of one start, by projection: ρ_∞ = Σ_k r_k Tr(l_k†ρ(0)).

    Nothing is integrated. Only the coherence orders that the start has are solved, and only on the kets that it ever
    visits; where these are all within the cutoff, as under a loss, the answer has no truncation error at all. Where
    every jump leads to another charge and none leads back, as under losses alone, the charges are solved one after the
    other, down to the dark kets.

    Parameters
    ----------
    model : Model
    initial : State
        ρ(0) on the sites of the model; its own cutoffs are the least that are used.
    cutoff : Fixed or Converged
        Levels of each oscillator; by default ``Converged(1e-6)``.
    method : Auto, Dense or Direct
        As for :func:`photinus.stationary_manifold`; only ``Auto`` goes down the charges one by one.
    average : bool
        What to do with coherences that oscillate for ever, so that ρ(t) has no limit: False refuses, True gives the
        average lim (1/T)∫₀ᵀ ρ(t) dt, in which they vanish.

    Returns
    -------
    State
        With ``.certificate``; its ``nullity`` is 1, since a start has one end.

    Raises
    ------
    NoAsymptoticState
        If coherences of the start oscillate for ever and ``average`` is False; it names the frequencies.
    Ambiguous, NotConverged, MemoryBudgetExceeded
        As :func:`photinus.stationary_manifold`.
    WrongType, SiteMismatch
        For what is no state on the sites of the model.

    References
    ----------
    Albert2014, Albert2016.

    Examples
    --------
    One quantum in oscillator a; the bath takes the half of it that lies in a − b:

    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> start = ph.states.fock({"a": 1, "b": 0})
    >>> end = ph.asymptotic_state(ph.Model(jumps=[ph.Jump(1.0, a - b)]), start)
    >>> print(f"{end.expect(a.dag() * a):.6f} {end.expect(a.dag() * b).real:.6f}")
    0.250000 0.250000
    """
    started = perf_counter()
    cutoff = Converged() if cutoff is None else cutoff
    method = Auto() if method is None else method
    require_model(model)
    require_state(model, initial)
    require_cutoff(cutoff)
    require_type(method, (Auto, Dense, Direct), "method", "Give ph.Auto(), ph.Dense() or ph.Direct().")
    if isinstance(cutoff, Fixed):
        cutoffs, visited = cutoff.start(model), None
    else:
        least = {name: max(initial.cutoffs[name], n + 1, cutoff.start) for name, n in reach(model).items()}
        finite = enough(model, _occupied(initial)[0], initial.space, cutoff.maximum)
        cutoffs, visited = (least, None) if finite is None else finite
    projection = _projection(model, initial, cutoffs, visited)
    state = projection.solve(method, average=average)
    while True:
        if projection.exact:
            return _certified(projection, state, (None, projection.lost), cutoff.tolerance, started)
        following = _projection(model, initial, _larger(model, cutoffs))
        refined = following.solve(method, average=average)
        error = SAFETY * distance(state, refined)
        if isinstance(cutoff, Fixed) or error <= cutoff.tolerance:
            return _certified(projection, state, (refined, error), cutoff.tolerance, started)
        cutoffs = following.made.space.cutoffs
        if max(cutoffs.values()) > cutoff.maximum:
            raise NotConverged(
                f"The asymptotic state still changes by {error:.1e} with {cutoffs} levels "
                f"(goal {cutoff.tolerance:.0e}).",
                "Check that the loss exceeds the gain, use a larger tolerance, or raise Converged(maximum=…).",
            )
        projection, state = following, refined


@dataclass(frozen=True, slots=True)
class _Found:
    """How ρ_∞ was found: residual and gap relative to ‖𝓛‖ and to what counts as zero.

    The error of the solution is ``caution`` over this gap: 1e4 ε‖𝓛‖/gap of a projection, 100 ε‖𝓛‖/gap of a cascade.
    """

    residual: float
    separation: float
    unknowns: int
    how: str
    positivity: float | None = None
    caution: float = 100.0


@dataclass
class _Projection:
    """One start on one space."""

    model: Model
    made: Generator
    start: State
    kets: np.ndarray
    exact: bool
    lost: float
    found: _Found | None = None

    def solve(self, method: Solver, *, average: bool) -> State:
        """ρ_∞, or a refusal where it does not exist."""
        falling = cascade(self.made, self.kets) if isinstance(method, Auto) else None
        if falling is not None:
            return self._fallen(falling, average=average)
        return self._projected(method, average=average)

    def _fallen(self, falling: Cascade, *, average: bool) -> State:
        """ρ_∞ of a generator that only leads down: charge by charge."""
        grading = self.made.grading
        group = grading.group
        parts: dict[Order, np.ndarray] = {}
        kept: dict[tuple[int, int], np.ndarray] = {}
        turning: dict[float, float] = {}
        closest = falling.gap
        for order, vector in self.start.parts.items():
            opposite = group.reduce(-k for k in order)
            if opposite in parts:
                sector, source = (grading.sector(k) for k in (order, opposite))
                rows, columns = sector.kets
                parts[order] = parts[opposite].conj()[source.index(columns, rows)]
                continue
            end = falling.end(order, vector)
            parts[order] = end.vector
            turning |= {w: max(size, turning.get(w, 0.0)) for w, size in end.turning.items()}
            kept |= end.kept | {(r, q): block.conj().T for (q, r), block in end.kept.items()}
            closest = min(closest, end.closest)
        separation = closest / (ZERO * falling.scale) if falling.scale else np.inf
        if separation < DOUBTFUL:
            raise Ambiguous(
                f"An eigenvalue of modulus {closest:.1e} is neither zero nor certainly different from it: what counts "
                f"as zero is 100 ε‖𝓛‖ = {ZERO * falling.scale:.1e}.",
                "Leave out the term that is so weak, or make it stronger.",
            )
        if not average:
            _refuse_turning({float(f"{w:.9g}") for w, size in turning.items() if size > TURNING})
        zero, sector = group.zero, grading.sector(group.zero)
        lost = abs(parts[zero][sector.trace].sum() - self.start.parts[zero][sector.trace][self.kets].sum())
        unknowns = max(size_on(grading.sector(order), self.kets) for order in parts)
        how = f"Cascade through {len(falling.descent)} classes"
        self.found = _Found(max(falling.residual, float(lost)), separation, unknowns, how, falling.lowest(kept), 1.0)
        parts[zero] = 0.5 * (parts[zero] + parts[zero].conj()[sector.transpose])
        return State(grading, {k: v for k, v in parts.items() if k == zero or v.any()})

    def _projected(self, method: Solver, *, average: bool) -> State:
        """ρ_∞ by the conserved quantities of each order."""
        grading = self.made.grading
        group = grading.group
        torsion = [*group.torsion(), *(group.reduce(-k for k in c) for c in group.torsion())]
        zero = group.zero
        modes = zero_modes(self.made, torsion, kets=self.kets, method=method)
        parts, missing = self._bordered(modes)
        if missing:
            modes = zero_modes(self.made, [*self.start.parts, *torsion], kets=self.kets, method=method)
        modes.require_certain()
        how = f"Projection on {modes.dimension} stationary operators"
        self.found = _Found(modes.residual, modes.separation, modes.unknowns, how)
        if not average:
            self._refuse_oscillations(modes, method)
        parts |= modes.projected({k: v for k, v in self.start.parts.items() if k not in parts})
        parts[zero] = 0.5 * (parts[zero] + parts[zero].conj()[modes.sectors[zero].transpose])
        return State(grading, {k: v for k, v in parts.items() if k == zero or v.any()})

    def _bordered(self, modes: ZeroModes) -> tuple[dict[Order, np.ndarray], list[Order]]:
        """The ends of the orders that a single solve gives, and the orders for which it does not."""
        group = self.made.grading.group
        others = [order for order in self.start.parts if order not in modes.kernels]
        support = sharp_support(modes) if others else None
        if support is None:
            return {}, others
        ends: dict[Order, np.ndarray] = {}
        for order in others:
            opposite = group.reduce(-k for k in order)
            if opposite in ends:
                sector, source = (self.made.grading.sector(k) for k in (order, opposite))
                rows, columns = sector.kets
                ends[order] = ends[opposite].conj()[source.index(columns, rows)]
                continue
            found = end_of(self.made, support, order, self.start.parts[order], self.kets)
            if found is None or found[1].doubtful:
                return {}, others
            ends[order] = found[0]
        return ends, []

    def _refuse_oscillations(self, modes: ZeroModes, method: Solver) -> None:
        """Raise where the start holds coherences with an imaginary eigenvalue; a few of them are enough to tell."""
        group = self.made.grading.group
        blocks = find_blocks(modes, complete=False)
        tried: set[tuple[Order, str]] = set()
        found: set[float] = set()
        for each in find_oscillations(self.made, blocks):
            name = f"{each.frequency:.9g}"
            for order in self._orders(*(blocks[k].charges[0] for k in each.blocks)):
                opposite = (group.reduce(-k for k in order), f"{-each.frequency:.9g}")
                if (order, name) in tried or opposite in tried or len(found) > SHOWN:
                    continue
                tried.add((order, name))
                kernel = sector_kernel(self.made, order, kets=self.kets, method=method, frequency=each.frequency)
                part = kernel.right @ (kernel.left.conj().T @ self.start.parts[order])
                if np.linalg.norm(part) > TURNING:
                    found.add(abs(float(name)))
        _refuse_turning(found)

    def _orders(self, row: Order | None, column: Order | None) -> list[Order]:
        """The orders of the start in which a coherence between two charges lies."""
        if row is None or column is None:
            return list(self.start.parts)
        order = self.made.grading.group.reduce(x - y for x, y in zip(row, column, strict=True))
        return [order] if order in self.start.parts else []


def _refuse_turning(found: set[float]) -> None:
    """Raise where coherences turn for ever with one of these frequencies."""
    if found:
        frequencies = tuple(sorted(found))
        shown = ", ".join(f"{w:.6g}" for w in frequencies[:SHOWN]) + (" …" if len(frequencies) > SHOWN else "")
        raise NoAsymptoticState(
            f"The state has no limit: coherences of it turn for ever with the frequencies {shown}.",
            "Give average=True for the long-time average, or go to the frame in which they stand still.",
            frequencies,
        )


def _projection(
    model: Model, initial: State, cutoffs: dict[str, int], visited: np.ndarray | None = None
) -> _Projection:
    """A start on the space of these cutoffs; ``visited`` are all kets that it visits, where they are known."""
    made = generator(model, cutoffs)
    start = _laid(initial, made.grading)
    occupied, lost = _occupied(start)
    kets, exact = reached(model, made.space, occupied) if visited is None else (visited, True)
    return _Projection(model, made, start, kets, exact, lost)


def _laid(initial: State, graded: Grading) -> State:
    """:func:`laid_into`, looking only into the orders of a start that has few elements."""
    pairs = [np.array(initial.grading.sector(k).kets)[:, v != 0] for k, v in initial.parts.items()]
    if sum(pair.shape[1] for pair in pairs) > FEW or initial.space.sites != graded.space.sites:
        return laid_into(initial, graded)
    group, coordinates = graded.group, initial.space.coordinates
    shifts = np.unique(np.concatenate([coordinates[rows] - coordinates[columns] for rows, columns in pairs]), axis=0)
    found = {group.reduce(charge) for charge in group.charges(shifts)} | {group.zero}
    vectors = {k: vector_in(initial, graded.sector(k)) for k in sorted(found)}
    return State(graded, {k: v for k, v in vectors.items() if k == group.zero or v.any()})


def _occupied(state: State) -> tuple[np.ndarray, float]:
    """The kets that hold a state but for 1e-30 of it, and what that costs in trace norm: the root, twice."""
    populations = np.maximum(state.populations(), 0.0)
    order = np.argsort(populations)
    dropped = np.cumsum(populations[order]) <= NEGLIGIBLE
    out = np.ones(len(populations), dtype=bool)
    out[order[dropped]] = False
    return out, 2 * float(np.sqrt(populations[~out].sum()))


def _larger(model: Model, cutoffs: dict[str, int]) -> dict[str, int]:
    reaches = reach(model)
    return {name: n + max(MORE_LEVELS, n // 4, reaches[name]) for name, n in cutoffs.items()}


def _certified(
    projection: _Projection, state: State, judged: tuple[State | None, float], tolerance: float, started: float
) -> State:
    assert projection.found is not None
    found = projection.found
    certificate = Certificate(
        residual=found.residual,
        truncation=judged[1],
        solver_error=found.caution / found.separation if np.isfinite(found.separation) else 0.0,
        positivity=float(state.eigenvalues[0]) if found.positivity is None else found.positivity,
        hermiticity=0.0,
        nullity=1,
        tolerance=tolerance,
        unknowns=found.unknowns,
        unknowns_without_symmetry=state.space.dimension**2,
        cutoffs=state.cutoffs,
        method=found.how,
        seconds=perf_counter() - started,
    )
    return replace(state, certificate=certificate, refined=judged[0])
