"""Answers by pseudomodes for the system alone, and how far they may be off.

Three things can be cut: the levels of the oscillators, which the certificate of the joined model judges; the number of
pseudomodes; and the correlation function that these have, with its error ε. The second and the third are one question,
and it is asked of the answer itself: the same bath with one pseudomode fewer (of one, with one more) is solved as well.
To first order an answer is off by what is linear in the error of the correlation function: if the fit improves from ε′
to ε and the answer changes by δ, then ε is worth about δ ε/|ε′ − ε|. Three times this is given, but no more than δ
itself where ε′ is the rougher fit. Pseudomodes of Lorentzians are exact, and nothing is solved twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.errors import NotConverged
from photinus.memory.environment import Environment, require_environment
from photinus.memory.fitting import Fit, require_fit
from photinus.memory.observed import over_time, read_only_values
from photinus.memory.pseudomodes import Pseudomodes, joined_state, pseudomodes, with_pseudomodes
from photinus.model import Model
from photinus.solve.arguments import ascending_times, require_state, watched_operators
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.dynamics.evolve import EvolutionCertificate, evolve
from photinus.solve.steady import steady_state
from photinus.space.certificate import SAFETY, Certificate
from photinus.space.state import State
from photinus.space.vectors import distance

if TYPE_CHECKING:
    import xarray

Measure = Callable[[State], float]


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """An evolution, or a steady state, of a system whose bath is stood for by pseudomodes.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Empty for a steady state.
    observed : mapping of str to ndarray, shape (T,)
        ⟨O⟩(t) by name.
    observed_error : mapping of str to float
        What each may be off by the number of modes; 0 where these are exact.
    state : State
        The state of the system at the last time, or the steady state.
    joined : State
        The same of the system and its pseudomodes.
    other : State or None
        ``state`` with another number of modes; None where the modes are exact.
    modes, other_modes : int
        Pseudomodes of all baths together, and of those that judge them (0 where the modes are exact).
    fit_error, other_fit_error : float
        ε and ε′, the relative L1 errors of their correlation functions; 0 where the modes are exact.
    modes_error : float
        Estimate of the error of ``state`` by the number of modes, in the trace norm; 0 where these are exact.
    certificate : Certificate or EvolutionCertificate
        Of the system and its pseudomodes: what the cutoffs and the solver cost.
    seconds : float
    """

    times: np.ndarray
    observed: Mapping[str, np.ndarray]
    observed_error: Mapping[str, float]
    state: State
    joined: State
    other: State | None
    modes: int
    other_modes: int
    fit_error: float
    other_fit_error: float
    modes_error: float
    certificate: Certificate | EvolutionCertificate
    seconds: float

    def __post_init__(self) -> None:
        read_only_values(self.times, self.observed)

    @property
    def truncation(self) -> float:
        """What the cutoffs, those of the modes included, cost in the trace norm."""
        return self.certificate.truncation

    def error(self, measure: Measure) -> float:
        """How far a number of ``state`` may be off: its change by the truncation, and by the number of modes."""
        value, error = measured(measure, self.state, self.certificate)
        if self.other is None:
            return error
        return error + _share(self.fit_error, self.other_fit_error) * abs(float(measure(self.other)) - value)

    def to_xarray(self) -> xarray.Dataset:
        """The observed values over ``time``."""
        facts = ("modes", "other_modes", "fit_error", "modes_error", "truncation", "seconds")
        return over_time(self.times, self.observed, self, facts)

    def __repr__(self) -> str:
        what = f"at {len(self.times)} times" if len(self.times) else "steady state"
        if self.other is None:
            judged = "exact in their number"
        else:
            judged = f"of their number {self.modes_error:.1e} (against {self.other_modes}; fit {self.fit_error:.1e})"
        return (
            f"Embedding, {what}: {self.modes} pseudomode{'s' * (self.modes != 1)}, {self.seconds:.3g} s\n"
            f"  error of truncation {self.truncation:.1e}, {judged}"
        )


def measured(
    measure: Measure, state: State, certificate: Certificate | EvolutionCertificate | None
) -> tuple[float, float]:
    """A number of a state, and its change in the larger space that judged the truncation.

    Raises
    ------
    NotConverged
        If the number is not finite.
    """
    value = float(measure(state))
    if not np.isfinite(value):
        raise NotConverged(f"The measure is {value}.", "Choose a measure that has a value in this state.")
    error = SAFETY * abs(float(measure(state.refined)) - value) if state.refined is not None else 0.0
    if certificate is not None and not certificate.ok:
        error = max(error, certificate.truncation, getattr(certificate, "solver_error", 0.0))
    return value, error


def pseudomode_steady_state(
    model: Model,
    environment: Environment,
    *,
    common: bool | None = None,
    cutoff: Fixed | Converged | None = None,
    fit: Fit | None = None,
) -> Embedding:
    """The steady state of a system in a bath with memory, by pseudomodes, with the error of their number.

    Parameters
    ----------
    model, environment, common, fit
        As in :func:`with_pseudomodes`.
    cutoff : Fixed or Converged, optional
        Of the system's oscillators and of the modes, as for :func:`photinus.steady_state`; by default
        ``Converged(1e-5, start=6)``.

    Returns
    -------
    Embedding
        Its ``state`` is that of the system; there are no times.

    Raises
    ------
    FitFailed, DegenerateSteadyState, NoSteadyState, NotConverged, InvalidInput, UnknownSite
        With either number of modes.

    References
    ----------
    Garraway1997, Tamascelli2018, Mascherpa2020.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.DrudeLorentz(0.1, 0.5), s.x, temperature=1.0)
    >>> fit, cutoff = ph.memory.Fit(0.1), ph.Converged(1e-2, start=4)
    >>> ph.memory.pseudomode_steady_state(ph.Model(s.z), bath, fit=fit, cutoff=cutoff)
    Embedding, steady state: 2 pseudomodes, ... s
      error of truncation 8...e-04, of their number 7.6e-02 (against 1; fit 1.9e-02)
    """
    question = _Question(model, environment, common, fit, cutoff)

    def solve(joined: Model, chosen: Fit) -> _Answer:
        state = steady_state(joined, cutoff=question.cutoff_for(joined, chosen))
        assert state.certificate is not None
        return _Answer(state, {}, state.certificate)

    return question.answered(solve, np.zeros(0))


def pseudomode_evolution(
    model: Model,
    environment: Environment,
    initial: State,
    times: Iterable[float],
    *,
    observe: Mapping[str, Operator | Scalar] | None = None,
    common: bool | None = None,
    cutoff: Fixed | Converged | None = None,
    fit: Fit | None = None,
) -> Embedding:
    """An evolution of a system in a bath with memory, by pseudomodes, with the error of their number.

    Parameters
    ----------
    model, environment, common, fit
        As in :func:`with_pseudomodes`.
    initial : State
        ρ of the system at times[0], not correlated with the bath.
    times : sequence of float, shape (T,)
        Ascending.
    observe : mapping of str to Operator, optional
        Operators of the system.
    cutoff : Fixed or Converged, optional
        Of the system's oscillators and of the modes, as for :func:`photinus.evolve`; by default
        ``Converged(1e-5, start=6)``.

    Returns
    -------
    Embedding

    Raises
    ------
    FitFailed, NotConverged, InvalidInput, UnknownSite
        With either number of modes.

    References
    ----------
    Garraway1997, Tamascelli2018, Mascherpa2020.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian(0.15, width=0.5, center=1.0), 2 * s.x)
    >>> up = ph.states.level({s: 0.5})
    >>> run = ph.memory.pseudomode_evolution(ph.Model(s.z), bath, up, [0, 10], observe={"z": 2 * s.z})
    >>> print(f"{run.observed['z'][-1]:.6f}")
    -0.433595
    """
    question = _Question(model, environment, common, fit, cutoff)
    require_state(question.system, initial)
    watched = watched_operators(observe if observe is not None else {}, question.system)
    grid = ascending_times(times)

    def solve(joined: Model, chosen: Fit) -> _Answer:
        start = joined_state(initial, joined, environment, fit=chosen)
        levels = question.cutoff_for(joined, chosen)
        run = evolve(joined, start, grid, observe=watched, cutoff=levels, keep_states=True)
        return _Answer(run.states[-1], run.observed, run.certificate)

    return question.answered(solve, grid)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one number of modes gives."""

    joined: State
    observed: Mapping[str, np.ndarray]
    certificate: Certificate | EvolutionCertificate


class _Question:
    """The system, its bath, and the two sets of pseudomodes with which it is solved."""

    def __init__(
        self,
        model: Model,
        environment: Environment,
        common: bool | None,
        fit: Fit | None,
        cutoff: Fixed | Converged | None,
    ):
        require_environment(environment)
        self.system = environment.placed(model)
        self.environment, self.common, self.fit = environment, common, require_fit(fit)
        self.cutoff = Converged(1e-5, start=6) if cutoff is None else cutoff
        self.names = tuple(site.name for site in self.system.sites)

    def answered(self, solve: Callable[[Model, Fit], _Answer], times: np.ndarray) -> Embedding:
        """The answer, judged by that with another number of modes."""
        started = perf_counter()
        modes = self._modes(self.fit)
        answer = solve(self._joined(self.fit), self.fit)
        state = answer.joined.reduced(*self.names)
        fit_error = max(each.error for each in modes)
        other, count, rough, apart, changes = None, 0, 0.0, 0.0, dict.fromkeys(answer.observed, 0.0)
        if fit_error > 0:
            judge = replace(self.fit, count=other_count(modes))
            judged = solve(self._joined(judge), judge)
            judging = self._modes(judge)
            other, count = judged.joined.reduced(*self.names), sum(each.count for each in judging)
            rough = max(each.error for each in judging)
            share = _share(fit_error, rough)
            apart = share * distance(state, other)
            changes = {n: share * float(np.abs(x - judged.observed[n]).max()) for n, x in answer.observed.items()}
        return Embedding(
            times=times,
            observed=dict(answer.observed),
            observed_error=changes,
            state=state,
            joined=answer.joined,
            other=other,
            modes=sum(each.count for each in modes),
            other_modes=count,
            fit_error=fit_error,
            other_fit_error=rough,
            modes_error=apart,
            certificate=answer.certificate,
            seconds=perf_counter() - started,
        )

    def cutoff_for(self, joined: Model, fit: Fit) -> Fixed | Converged:
        """The cutoffs as they were given, or for the names of another number of modes."""
        return self.cutoff if fit is self.fit else renamed(self.cutoff, joined)

    def _joined(self, fit: Fit) -> Model:
        return with_pseudomodes(self.system, self.environment, common=self.common, fit=fit)

    def _modes(self, fit: Fit) -> list[Pseudomodes]:
        """The modes of each bath."""
        operators = self.environment.operators(common=self.common)
        return [pseudomodes(self.environment, hermitian=o.is_hermitian(), fit=fit) for o in operators]


def _share(error: float, other: float) -> float:
    """How much of the change between two fits counts as the error of the first."""
    if other <= error:  # the other has one mode more, or is no worse with one fewer
        return SAFETY * error / max(error - other, 0.1 * error)
    return min(1.0, SAFETY * error / (other - error))


def other_count(modes: Iterable[Pseudomodes]) -> int:
    """One mode fewer than the largest set has that stands for one correlation function; of one mode two."""
    most = max(int(max(np.sum(~each.absorbing), np.sum(each.absorbing))) for each in modes)
    return most - 1 if most > 1 else 2


def renamed(cutoff: Fixed | Converged, joined: Model) -> Fixed | Converged:
    """Fixed cutoffs that name the modes, for another number of them: the last one serves for those not named."""
    if not isinstance(cutoff, Fixed) or isinstance(cutoff.levels, int):
        return cutoff
    given = dict(cutoff.levels)
    levels = {}
    for name in joined.oscillators:
        stem = name.rstrip("0123456789")
        alike = [n for known, n in given.items() if known.rstrip("0123456789") == stem]
        if name in given or alike:
            levels[name] = given.get(name, alike[-1] if alike else 0)
    return Fixed(levels, cutoff.tolerance)
