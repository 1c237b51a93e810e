"""The steady state of a model, with its certificate."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from time import perf_counter

import numpy as np

from photinus.algebra import Identical
from photinus.errors import (
    DegenerateSteadyState,
    InvalidInput,
    MemoryBudgetExceeded,
    NotConverged,
    SiteMismatch,
)
from photinus.model import Model
from photinus.model.symmetry import factor_text
from photinus.numerics.linear import NullVector, rounding_error
from photinus.numerics.memory import require_memory
from photinus.solve.attractors import attractor_levels
from photinus.solve.certify import (
    PROLONGED,
    SLOW,
    UNKNOWN,
    Solution,
    extra_nullity,
    hermitian,
    prolonged,
    truncation_error,
)
from photinus.solve.cutoff import (
    Converged,
    Fixed,
    adapted,
    enlarged,
    grown,
    judged,
    more_levels,
    reach,
    refuse_unbounded,
)
from photinus.solve.iteration import Judge
from photinus.solve.local import independent_populations
from photinus.solve.manifold.zero_modes import stationary_dimension
from photinus.solve.methods import ALTERNATIVES, Auto, Direct, Krylov, Method, Work, assembly_bytes
from photinus.solve.strip import strip_correction
from photinus.space.certificate import Certificate
from photinus.space.liouvillian import Liouvillian, generator
from photinus.space.sectors import Sector
from photinus.space.space import make_space
from photinus.space.state import Handed, State
from photinus.space.vectors import vector_in

AHEAD = 2.2
"""The factor of :func:`enlarged` for populations that are a guess: a little more than for the state's own."""
NEAR, NEAR_WITH_EXCHANGE = 1.3, 1.7
"""Unknowns of a larger space in whose coordinates the smaller one may be solved, over its own: with an exchange
symmetry sorting all coherences costs as much as solving for one of each orbit."""

SWITCHING = "the truncation sets the rate of a slow mode: keep more levels"
FURTHER = 6
"""Spaces that are tried until the life of a slow mode no longer depends on them."""

MANIFOLD = "ph.stationary_manifold(model) gives all of them, ph.asymptotic_state(model, initial) the end of one start."


def steady_state(
    model: Model,
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
    near: State | None = None,
) -> State:
    """The state ρ with 𝓛ρ = 0, Tr ρ = 1, solved in its symmetry sector and certified.

    Parameters
    ----------
    model : Model
    cutoff : Fixed or Converged
        How many levels of each oscillator to keep; by default ``Converged(1e-6)``.
    method : Auto, Dense, Direct, Tridiagonal or Krylov
        How to solve; by default ``Auto()``.
    near : State, optional
        The answer of a neighbouring model on the same sites, to begin from: its cutoffs (with ``Converged``), and with
        ``Krylov`` its state as the first guess and, if it had a neighbour itself, the bases of its preconditioner,
        which it hands on once.

    Returns
    -------
    State
        With ``.certificate``; ``Fixed`` cutoffs return what they got, ``certificate.ok`` is False where it should not
        be trusted.

    Raises
    ------
    DegenerateSteadyState
        If there is more than one steady state.
    NoSteadyState
        If gain exceeds loss, so that no state is stationary.
    NotConverged
        If the cutoff or the solver does not reach its tolerance.
    MemoryBudgetExceeded
        If the estimate is above the budget; nothing was allocated then.

    Notes
    -----
    The truncation is judged in a larger space, with so many more levels of every oscillator that the amplitudes halve
    over them (max(4, N/4) at most), which leaves the correction half of the error at least. The certificate states
    three times the trace norm of the correction (Etienney, Robin, Rouchon 2025).

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5), cutoff=ph.Converged(1e-8))
    >>> state.populations("a")[:3].round(7)
    array([0.2384058, 0.3130353, 0.2384058])
    """
    started = perf_counter()
    cutoff = Converged() if cutoff is None else cutoff
    method = Auto() if method is None else method
    _check(model, cutoff, method, near)
    work = near.work.take() if near is not None and near.work is not None else []
    if isinstance(cutoff, Fixed):
        cutoffs = cutoff.start(model)
        _refuse_conserved(model, cutoffs)
        solution = _solve(model, cutoffs, method, near, work)
        try:
            refined, _, error = _refine(model, solution, method, work)
        except MemoryBudgetExceeded as refusal:
            refined, error = solution, UNKNOWN
            warnings: tuple[str, ...] = (f"the truncation was not judged: {refusal.cause}",)
        else:
            switching = error >= UNKNOWN and prolonged(solution, refined) > PROLONGED
            warnings = (SWITCHING,) if switching else ()
        state = _certified(solution, refined, error, cutoff.tolerance, started)
        refuse_unbounded(model, state)
        state = _warned(model, state, warnings)
    else:
        state, solution, refined = _converge(model, cutoff, method, (near, work), started)
    if near is None:
        return state
    return replace(state, work=Handed([solution.work, refined.work]))


def _converge(
    model: Model, cutoff: Converged, method: Method, neighbour: tuple[State | None, Work], started: float
) -> tuple[State, Solution, Solution]:
    """Grow until the certificate says the tolerance; the neighbour's state, and what its solver has left."""
    near, work = neighbour
    least = {name: n + 2 for name, n in reach(model).items()}
    for name, n in attractor_levels(model).items():
        least[name] = max(least[name], n)
    begin = adapted(near, cutoff.tolerance) if near is not None else dict.fromkeys(model.oscillators, cutoff.start)
    cutoffs = {name: min(max(n, least[name]), max(n, cutoff.maximum)) for name, n in begin.items()}
    _refuse_conserved(model, cutoffs)
    _refuse_unjudgeable(model, cutoffs, method)
    solution = _solve(model, cutoffs, method, near, work)
    while True:
        refined, delta, error = _refine(model, solution, method, work, ahead=near is None)
        state = _certified(solution, refined, error, cutoff.tolerance, started)
        refuse_unbounded(model, state)
        if error <= cutoff.tolerance:
            return _warned(model, state), solution, refined
        following = grown(solution.cutoffs, error, cutoff.tolerance, (refined.sector, delta), refined.state)
        worst = max(following, key=lambda name: following[name])
        needed = following[worst]
        following = {name: min(n, max(cutoff.maximum, solution.cutoffs[name])) for name, n in following.items()}
        if following == solution.cutoffs:
            raise NotConverged(
                f"The truncation error is still {error:.1e} with {_text(solution.cutoffs)} levels "
                f"(goal {cutoff.tolerance:.0e}), and {worst!r} would need {needed}.",
                "Check that the loss exceeds the gain, use a larger tolerance, or raise Converged(maximum=…).",
            )
        if refined.exact and all(following[k] <= n <= cutoff.maximum for k, n in refined.cutoffs.items()):
            solution = refined  # already solved in full as the judge of the last one
            _refuse_torsion(model, solution)
        else:
            solution = _next(model, following, method, (solution, refined), error)


def _refuse_unjudgeable(model: Model, cutoffs: dict[str, int], method: Method) -> None:
    """Raise :class:`MemoryBudgetExceeded` before solving where the space that judges the truncation does not fit."""
    if not cutoffs:  # nothing is truncated
        return
    least = judged(model, cutoffs)
    if prod(make_space(model.sites, least).levels) > 200:
        try:
            _prepare(model, least, method)
        except MemoryBudgetExceeded as refusal:
            raise MemoryBudgetExceeded(
                f"The truncation at {_text(cutoffs)} levels is judged with {_text(least)}. {refusal.cause}",
                "Use ph.Fixed(…), whose certificate then says that it was not judged. " + refusal.remedy,
            ) from refusal


def _next(
    model: Model, cutoffs: dict[str, int], method: Method, before: tuple[Solution, Solution], error: float
) -> Solution:
    """The solution at the next cutoffs; ``before`` is the last one, whose error is known, and its correction."""
    solution, refined = before
    try:
        return _solve(model, cutoffs, method, refined.state)
    except MemoryBudgetExceeded as refusal:
        raise MemoryBudgetExceeded(
            f"The truncation error is {error:.1e} with {_text(solution.cutoffs)} levels; the next step does not fit: "
            f"{refusal.cause}",
            "Use a larger Converged(tolerance). " + refusal.remedy,
        ) from refusal


def _text(cutoffs: dict[str, int]) -> str:
    return ", ".join(f"{name}: {n}" for name, n in cutoffs.items())


def _check(model: Model, cutoff: object, method: object, near: State | None) -> None:
    if not isinstance(model, Model):
        raise InvalidInput(f"The model is {model!r}.", "Give a ph.Model.")
    if not isinstance(cutoff, (Fixed, Converged)):
        raise InvalidInput(f"The cutoff is {cutoff!r}.", "Give ph.Fixed(20) or ph.Converged(1e-6).")
    if not isinstance(method, Method):
        raise InvalidInput(f"The method is {method!r}.", "Give ph.Auto(), ph.Dense(), ph.Direct() or ph.Krylov().")
    if not model.sites:
        raise InvalidInput("The model has no sites.", "Give it a Hamiltonian or jumps.")
    if near is not None and not isinstance(near, State):
        raise InvalidInput(f"near= is {near!r}.", "Give the State of a neighbouring model.")
    if near is not None and near.sites != model.sites:
        raise SiteMismatch(
            f"The state given as near= lives on {near.sites}, the model on {model.sites}.",
            "Give the answer of a model on the same sites.",
        )


def _refuse_conserved(model: Model, cutoffs: dict[str, int]) -> None:
    """A strong symmetry with more than one class of kets has a steady state for each."""
    strong = model.symmetry.strong
    space = make_space(model.sites, cutoffs)
    if strong.moduli:
        reaches = reach(model)
        space = make_space(model.sites, {name: n + reaches[name] for name, n in cutoffs.items()})
    many = any(isinstance(site, Identical) for site in model.sites)
    remedy = "Ask ph.cumulants(model), for any number of atoms (order=1: mean field)." if many else ALTERNATIVES
    require_memory(200.0 * space.dimension, None, f"A space of {space.dimension} kets", remedy)
    if not strong.moduli:
        return
    classes = len(np.unique(strong.charges(space.coordinates), axis=0))
    if classes > 1:
        names = model.symmetry.coordinates
        law = ", ".join(factor_text(d, w, names) for d, w in zip(strong.moduli, strong.weights, strict=True))
        dimension = stationary_dimension(model, cutoffs)
        counted = f" {dimension} operators are stationary with these levels." if dimension else ""
        raise DegenerateSteadyState(
            f"The steady state is not unique: the strong symmetry {law} splits the kets into classes that never mix "
            f"({classes} of them among {space.dimension} kets), each with a steady state of its own.{counted}",
            f"{MANIFOLD} Or add a process that connects the classes.",
            dimension or 2,
        )


def _solve(model: Model, cutoffs: dict[str, int], method: Method, guess: State | None, work: Work = ()) -> Solution:
    """The stationary state at fixed cutoffs, unique or an error."""
    liouvillian, chosen = _prepare(model, cutoffs, method)
    sector = liouvillian.sector
    start = _unit_trace(vector_in(guess, sector), sector) if guess is not None and isinstance(chosen, Krylov) else None
    try:
        if isinstance(chosen, Krylov) and cutoffs:
            found = chosen.null_vector(liouvillian, start, work=work, larger=_expected(model, liouvillian, method))
        else:
            found = chosen.null_vector(liouvillian, start, work=work)
    except NotConverged:
        if not isinstance(method, Auto):
            raise
        chosen = Direct(method.memory)
        chosen.require(liouvillian)
        found = chosen.null_vector(liouvillian, None)
    _refuse_null(model, found, cutoffs)
    vector, skew = _hermitian(sector, found, chosen)
    solution = Solution(
        liouvillian, vector, 1, chosen, skew, found.error, found.residual, True, found.work, found.judge, found.inverse
    )
    _refuse_torsion(model, solution)
    return solution


def _expected(model: Model, liouvillian: Liouvillian, method: Method) -> Liouvillian | None:
    """The generator in the space that will judge a truncation, as far as the sites by themselves tell it.

    None where it is not near: a solution in the coordinates of that space would cost more than it saves.
    """
    made = liouvillian.generator
    alone = independent_populations(made)
    cutoffs = enlarged(model, made.space.cutoffs, alone.__getitem__, factor=AHEAD)
    try:
        larger, chosen = _prepare(model, cutoffs, method)
    except MemoryBudgetExceeded:
        return None
    near = NEAR_WITH_EXCHANGE if len(larger.generator.exchange.elements) > 1 else NEAR
    return larger if isinstance(chosen, Krylov) and larger.sector.size <= near * liouvillian.sector.size else None


def _refuse_torsion(model: Model, solution: Solution) -> None:
    extra = extra_nullity(model, solution)
    if extra:
        raise _degenerate(model, 1 + extra, solution.cutoffs)


def _warned(model: Model, state: State, warnings: tuple[str, ...] = ()) -> State:
    """The state with these warnings, and one where an attractor may lie above its cutoff."""
    assert state.certificate is not None
    high = {name: n for name, n in attractor_levels(model).items() if n > state.cutoffs[name]}
    if high:
        warnings += (f"an attractor may lie above the cutoff: keep at least {_text(high)} levels",)
    return replace(state, certificate=replace(state.certificate, warnings=warnings)) if warnings else state


def _prepare(model: Model, cutoffs: dict[str, int], method: Method) -> tuple[Liouvillian, Method]:
    """The generator at these cutoffs and the method for it, after a look at the memory that both would take."""
    liouvillian = generator(model, cutoffs).stationary
    chosen = method.choose(liouvillian) if isinstance(method, Auto) else method
    chosen.require(liouvillian)
    return liouvillian, chosen


def _refuse_null(model: Model, found: NullVector, cutoffs: dict[str, int]) -> None:
    if found.nullity > 1:
        raise _degenerate(model, found.nullity, cutoffs)
    if not np.isfinite(found.vector).all():
        raise NotConverged(
            "The solution is not finite: the rates span more than floating-point numbers hold.",
            "Choose a unit in which the rates are near 1.",
        )


def _degenerate(model: Model, least: int, cutoffs: dict[str, int]) -> DegenerateSteadyState:
    where = f" with {_text(cutoffs)} levels" if cutoffs else ""
    dimension = stationary_dimension(model, cutoffs)
    count = str(dimension) if dimension else f"at least {least}"
    return DegenerateSteadyState(
        f"The steady state is not unique: {count} linearly independent operators are stationary{where}, "
        "to the precision of the numbers.",
        f"{MANIFOLD} Or add a process that connects them, such as a local loss or a drive.",
        dimension or least,
    )


def _refine(
    model: Model, solution: Solution, method: Method, work: Work = (), *, ahead: bool = False
) -> tuple[Solution, np.ndarray, float]:
    """The solution corrected in a larger space, the correction, and the truncation error.

    An exact method can look ``ahead`` to a space in which its corrected solution, found exactly, is good enough to be
    the next one. Where modes are slow, the larger space grows until their lives no longer do.
    """
    if not solution.cutoffs:
        return solution, np.zeros(solution.sector.size), 0.0
    ahead = ahead and not isinstance(solution.method, Krylov)
    further = {"factor": 10.0, "more": more_levels(solution.cutoffs)} if ahead else {}
    needed = enlarged(model, solution.cutoffs, solution.state.populations, **further)
    if solution.inverse is not None and not ahead and solution.error <= rounding_error(SLOW):
        try:
            outcome = _refine_outside(model, solution, needed)
        except MemoryBudgetExceeded:  # another method may take less
            outcome = None
        if outcome is not None:
            return outcome
    refined, delta, error = _refine_in(model, solution, method, needed, work)
    before = solution
    for _ in range(FURTHER):
        if prolonged(before, refined) <= PROLONGED:
            return refined, delta, error
        needed = {name: n + more_levels(needed) for name, n in needed.items()}
        before = refined
        try:
            refined, delta, error = _refine_in(model, solution, method, needed, work)
        except MemoryBudgetExceeded:
            break
    return refined, delta, UNKNOWN


def _refine_in(
    model: Model, solution: Solution, method: Method, needed: dict[str, int], work: Work
) -> tuple[Solution, np.ndarray, float]:
    """The same in one larger space."""
    judge = solution.judge if isinstance(solution.judge, Judge) else Judge()
    known = judge.iteration
    if known is not None and all(known.cutoffs[name] >= n for name, n in needed.items()):
        liouvillian, chosen = known.liouvillian, solution.method
    else:
        judge = judge._replace(iteration=None)
        liouvillian, chosen = _prepare(model, needed, method)
    larger = liouvillian.sector
    embedded = solution.sector.embed(solution.vector, larger)
    try:
        found = chosen.correction(liouvillian, embedded, work=work, judge=judge)
    except NotConverged:
        if not isinstance(method, Auto):
            raise
        chosen = Direct(method.memory)
        chosen.require(liouvillian)
        found = chosen.correction(liouvillian, embedded)
    _refuse_null(model, found, liouvillian.generator.space.cutoffs)
    exact = not isinstance(chosen, Krylov)
    vector, skew = _hermitian(larger, found, chosen)
    delta = vector - embedded
    error = truncation_error(larger, delta)
    refined = Solution(liouvillian, vector, 1, chosen, skew, found.error, found.residual, exact, found.work)
    return refined, delta, error


def _refine_outside(
    model: Model, solution: Solution, needed: dict[str, int]
) -> tuple[Solution, np.ndarray, float] | None:
    """The same by what a direct method knows of the smaller space; None where that does not suffice."""
    assert solution.inverse is not None
    liouvillian = generator(model, needed).stationary
    unknowns = liouvillian.sector.size
    estimate = assembly_bytes(liouvillian) + 20.0 * (unknowns - solution.sector.size) ** 1.5
    require_memory(estimate, solution.method.memory, f"The correction in {unknowns} unknowns", ALTERNATIVES)
    rcond = rounding_error(solution.error)  # which is the rounding error of this
    found = strip_correction(solution.liouvillian, solution.inverse, solution.vector, liouvillian, rcond=rcond)
    if found is None:
        return None
    delta, embedded = found
    refined = Solution(liouvillian, embedded + delta, 1, solution.method, 0.0, 0.0, exact=False)
    return refined, delta, truncation_error(liouvillian.sector, delta)


def _hermitian(sector: Sector, found: NullVector, method: Method) -> tuple[np.ndarray, float]:
    """The Hermitian part of a solution, and how far it was from Hermitian: Krylov knows no other operators."""
    return (found.vector, 0.0) if isinstance(method, Krylov) else hermitian(sector, found.vector)


def _unit_trace(vector: np.ndarray, sector: Sector) -> np.ndarray:
    return vector / vector[sector.trace].sum()


def _certified(solution: Solution, refined: Solution, error: float, tolerance: float, started: float) -> State:
    state = solution.state
    certificate = Certificate(
        residual=solution.residual,
        truncation=error,
        solver_error=solution.error,
        positivity=float(state.eigenvalues[0]),
        hermiticity=solution.hermiticity,
        nullity=solution.nullity,
        tolerance=tolerance,
        unknowns=solution.sector.size,
        unknowns_without_symmetry=state.space.dimension**2,
        cutoffs=solution.cutoffs,
        method=type(solution.method).__name__,
        seconds=perf_counter() - started,
    )
    better = refined.state if refined is not solution else None
    return replace(state, certificate=certificate, refined=better)
