"""How many levels of each oscillator to keep: a fixed number, or as many as the certificate asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf, log

import numpy as np

from photinus.algebra import Operator, Oscillator, Word
from photinus.errors import InvalidInput, NoSteadyState
from photinus.model import Jump, Model
from photinus.numerics.checks import real_number, whole_number
from photinus.space.sectors import Sector
from photinus.space.space import check_cutoffs
from photinus.space.state import State

MORE_LEVELS = 4
"""Levels of an oscillator that a larger space has more where nothing is known of how the populations fall."""
ROUNDING = 1e-14
"""Populations below this times the largest are not looked at."""


def more_levels(oscillators: Collection[str]) -> int:
    """Levels more of every oscillator for a look further: four, two for three oscillators or more."""
    return MORE_LEVELS if len(oscillators) < 3 else 2


@dataclass(frozen=True, slots=True)
class Fixed:
    """Keep these numbers of Fock levels, 0 … N − 1, and say what that cost.

    Parameters
    ----------
    levels : int or mapping of site name to int
        One number for all oscillators, or one each.
    tolerance : float
        The truncation error up to which ``certificate.ok`` holds.
    """

    levels: int | Mapping[str, int]
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        object.__setattr__(self, "tolerance", real_number(self.tolerance, "tolerance of the cutoff", minimum=0.0))

    def start(self, model: Model) -> dict[str, int]:
        """The cutoffs by name, checked against the model."""
        return check_cutoffs(model.sites, self.levels)


@dataclass(frozen=True, slots=True)
class Converged:
    """Grow the oscillators that leak until the state's truncation error ‖ρ_N − ρ_∞‖₁ is below the tolerance.

    Parameters
    ----------
    tolerance : float
        Trace norm, above 0.
    start : int
        Levels to begin with (a neighbour's answer, ``near``, is a better beginning).
    maximum : int
        Levels of one oscillator above which the growth stops with an error.
    """

    tolerance: float = 1e-6
    start: int = 12
    maximum: int = 2048

    def __post_init__(self) -> None:
        tolerance = real_number(self.tolerance, "tolerance of the cutoff", minimum=0.0)
        if not 1e-13 <= tolerance < 2:
            raise InvalidInput(f"The tolerance of the cutoff is {tolerance:g}.", "Give a trace norm from 1e-13 to 2.")
        for name in ("start", "maximum"):
            object.__setattr__(self, name, whole_number(getattr(self, name), f"{name} of the cutoff"))
        if self.start > self.maximum:
            raise InvalidInput(
                f"The cutoff starts at {self.start} levels, above its maximum of {self.maximum}.", "Raise the maximum."
            )


def reach(model: Model) -> dict[str, int]:
    """The most quanta that one word of the model takes from, or gives to, each oscillator."""
    hamiltonian, channels = model.generator
    out = dict.fromkeys(model.oscillators, 0)
    for operator in (hamiltonian, *(operator for _, operator in channels)):
        for word in operator.terms:
            for site, local in word:
                if isinstance(site, Oscillator):
                    out[site.name] = max(out[site.name], local[0], local[1])
    return out


def judged(model: Model, cutoffs: Mapping[str, int]) -> dict[str, int]:
    """The smallest space in which a truncation can be judged: what the generator makes of a state there is exact.

    H and the jumps L add as many quanta as their words do; the words of L†L what one word of L adds and another takes.
    """
    hamiltonian, channels = model.generator
    rises = _rises_of_jumps(tuple(operator for _, operator in channels))
    most = {name: max([1, rises.get(name, 1), *_steps(hamiltonian, name)]) for name in cutoffs}
    return {name: n + most[name] for name, n in cutoffs.items()}


@lru_cache(maxsize=64)
def _rises_of_jumps(jumps: tuple[Operator, ...]) -> dict[str, int]:
    """The most quanta that L or L†L adds to each oscillator."""
    out: dict[str, int] = {}
    for jump in jumps:
        for name in {site.name for site in jump.sites if isinstance(site, Oscillator)}:
            steps = _steps(jump, name)
            out[name] = max(out.get(name, 0), max(steps) - min([0, *steps]))
    return out


def _steps(operator: Operator, name: str) -> list[int]:
    """The quanta that each word adds to an oscillator."""
    return [
        sum(local[0] - local[1] for site, local in word if isinstance(site, Oscillator) and site.name == name)
        for word in operator.terms
    ]


def enlarged(
    model: Model,
    cutoffs: Mapping[str, int],
    populations: Callable[[str], np.ndarray],
    *,
    factor: float = 2.0,
    more: float = 1,
) -> dict[str, int]:
    """The larger space in which the truncation of a state with these populations is judged.

    So many more levels of every oscillator, at least ``more``, that the amplitudes (roots of the populations) fall by
    the factor over them: where they halve, the correction there is half of the error at least. At most max(4, N/4)
    more where they fall slowly (2 in place of 4 for three oscillators or more), but never fewer than :func:`judged`
    asks for. Where populations rise again above the cutoff, as behind a gap or on a second branch of a bistable
    oscillator, no space that is only a little larger can tell.
    """
    out = {}
    for name, least in judged(model, cutoffs).items():
        n = cutoffs[name]
        fall = _fall(populations(name), n) / 2
        most = max(more_levels(cutoffs), n // 4)
        out[name] = max(least, n + int(min(most, max(more, ceil(log(factor) / fall))) if fall > 0 else most))
    return out


def grown(
    cutoffs: dict[str, int], error: float, goal: float, correction: tuple[Sector, np.ndarray], refined: State
) -> dict[str, int]:
    """New cutoffs, from where the correction lies and how fast the populations fall there."""
    sector, delta = correction
    rows, columns = sector.kets
    weight = np.abs(delta) ** 2
    levels = np.unravel_index(np.arange(sector.grading.space.dimension), sector.grading.space.levels)
    leak = {}
    for name, n in cutoffs.items():
        outside = levels[sector.grading.space.axis(name)] >= n
        leak[name] = float(weight[outside[rows] | outside[columns]].sum())
    most = max(leak.values(), default=0.0)
    out = dict(cutoffs)
    for name, n in cutoffs.items():
        if leak[name] >= 0.01 * most:
            out[name] = n + _more_levels(refined.populations(name), n, error / goal)
    return out


def _more_levels(populations: np.ndarray, n: int, excess: float) -> int:
    """Levels to add so that an error that falls like the populations is divided by ``excess``; at most n."""
    fall = _fall(populations, n)
    if fall <= 0:
        return n
    needed = ceil(log(max(excess, 1.0) * 2) / fall)
    return int(min(max(needed, 2), n))


def _fall(populations: np.ndarray, n: int) -> float:
    """The logarithm of the factor by which the populations fall from level to level below n; 0 where they do not.

    Where they have drowned in rounding before n, it is their fall where they drown.
    """
    kept = populations[:n]
    least = ROUNDING * np.abs(kept).max()
    if kept[-1] < least:
        seen = np.flatnonzero(kept >= least)
        n = int(seen[-1]) + 1 if len(seen) else n
    width = max(2, n // 6)
    top, below = populations[n - 1], populations[max(n - 1 - width, 0)]
    return log(below / top) / width if 0 < top < below else 0.0


def adapted(state: State, tolerance: float) -> dict[str, int]:
    """Cutoffs for a neighbour of a certified state: those of the state, moved up or down to just meet the tolerance."""
    if state.certificate is None:
        return state.cutoffs
    error = max(state.certificate.truncation, 1e-15)
    out = {}
    for name, n in state.cutoffs.items():
        fall = _fall(state.populations(name), n)
        step = 0
        if fall > 0 and error > tolerance / 2:
            step = max(1, ceil(log(3 * error / tolerance) / fall))
        elif fall > 0 and error < tolerance / 12:
            step = -int(log(tolerance / (12 * error)) / fall)
        out[name] = n + min(max(step, -(n // 4)), n)
    return out


def refuse_unbounded(model: Model, state: State) -> None:
    """Raise :class:`NoSteadyState` where the drift at large amplitude shows that nothing holds the state.

    A model of oscillators with linear jumps and a quadratic Hamiltonian is refused when its drift matrix has an
    eigenvalue with real part ≥ 0; any other one when, for an oscillator that no operator connects with another site,
    the highest power of n in d⟨n⟩/dt has a positive coefficient.
    """
    rate = _linear_growth(model)
    if rate is not None and rate >= 0:
        raise _unbounded(f"amplitudes grow at the rate {rate:.3g}", state)
    for site in model.sites:
        drift = number_drift(model, site) if rate is None and isinstance(site, Oscillator) else ()
        if drift and drift[-1] > 0:
            raise _unbounded(f"d⟨n⟩/dt of {site.name!r} grows like +{drift[-1]:.3g} n^{len(drift) - 1}", state)


def _unbounded(reason: str, state: State) -> NoSteadyState:
    numbers = ", ".join(
        f"⟨n_{name}⟩ = {_mean_level(state, name):.3g} of {n} levels" for name, n in state.cutoffs.items()
    )
    return NoSteadyState(
        f"The model has no normalisable steady state: {reason}, gain above loss ({numbers}).",
        "Raise the loss above the gain, or add a saturating loss such as Jump(rate, a**2).",
    )


def _mean_level(state: State, name: str) -> float:
    populations = state.populations(name)
    return float(populations @ np.arange(len(populations)))


def _linear_growth(model: Model) -> float | None:
    """Largest growth rate of the amplitudes ⟨a⟩; None where their equations are not linear."""
    if not all(isinstance(site, Oscillator) for site in model.sites):
        return None
    hamiltonian, channels = model.generator
    if degree(hamiltonian) > 2 or any(degree(operator) > 1 for _, operator in channels):
        return None
    size = len(model.sites)
    drift = np.zeros((2 * size, 2 * size), dtype=complex)
    for k, site in enumerate(model.sites):
        for word, c in model.heisenberg(Operator({((site, (0, 1, ())),): 1.0})).terms.items():
            if not word:
                continue
            if len(word) > 1 or word[0][1] not in ((0, 1, ()), (1, 0, ())):
                return None
            column = model.sites.index(word[0][0]) + size * (word[0][1][0])
            drift[k, column] += c
            drift[k + size, (column + size) % (2 * size)] += np.conj(c)
    growth = float(np.linalg.eigvals(drift).real.max())  # 0 at threshold, but for rounding
    return 0.0 if abs(growth) <= 2 * np.finfo(float).eps * np.abs(drift).max() else growth


def degree(operator: Operator) -> float:
    """The most ladder operators in one word of oscillators; infinite where there is a diagonal function."""
    return max(
        (sum(inf if local[2] else local[0] + local[1] for _, local in word) for word in operator.terms), default=0
    )


def number_drift(model: Model, site: Oscillator) -> tuple[float, ...]:
    """The coefficients c_k of Σ c_k a†^k a^k in d(a†a)/dt; empty where an operator connects the site with another."""
    hamiltonian, channels = model.generator
    return _number_drift(site, frozenset(hamiltonian.terms), channels)


@lru_cache(maxsize=256)
def _number_drift(
    site: Oscillator, words: frozenset[Word], channels: tuple[tuple[float, Operator], ...]
) -> tuple[float, ...]:
    every = [*words, *(word for _, operator in channels for word in operator.terms)]
    touching = [word for word in every if any(s == site for s, _ in word)]
    if any(len(word) > 1 or not site.polynomial(word[0][1]) for word in touching):
        return ()
    own = [(rate, o) for rate, o in channels if site in o.sites]
    if any(len(o.sites) > 1 for _, o in own):
        return ()
    # A Hamiltonian of this site alone changes n only together with its phase, and adds no diagonal term.
    change = Model(0, [Jump(rate, o) for rate, o in own]).heisenberg(Operator({((site, (1, 1, ())),): 1.0}))
    powers = {
        word[0][1][0] if word else 0: complex(c).real
        for word, c in change.terms.items()
        if not word or word[0][1][0] == word[0][1][1]
    }
    return tuple(powers.get(k, 0.0) for k in range(max(powers, default=-1) + 1))
