"""What it means to be in step: the criteria whose boundary a tongue is.

Each is a small frozen object that reads one number at one point of the plane, and says from which level on a point lies
inside. The mean field has sharp boundaries, bifurcations (:class:`MeanFieldLocking`). A quantum oscillator has none:
its phase locks by degrees, and a boundary is the level curve of a measure (:class:`Level`), of the share by which the
observed frequency is pulled (:class:`FrequencyEntrainment`), or of any number at all (:class:`Value`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeAlias

import numpy as np

from photinus.algebra import Operator
from photinus.algebra.operator import as_operator
from photinus.algebra.site import Handle
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_number, truth, whole_number
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.methods import Auto, Method
from photinus.solve.spectra.spectrum import observed_frequency
from photinus.solve.steady import steady_state
from photinus.space.certificate import SAFETY
from photinus.space.state import State

Family: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Reading:
    """A criterion at one point.

    Attributes
    ----------
    value : float
    error : float
        Of the value, by what is known of the solution.
    state : State or None
        The solution, with which a neighbour may begin.
    trusted : bool
        Whether its certificate is ok.
    """

    value: float
    error: float
    state: State | None
    trusted: bool


@dataclass(frozen=True)
class MeanFieldLocking:
    """Locked where the mean field has an attracting fixed point; the boundary is made of bifurcations.

    A driven oscillator is locked where it rests in the frame of the drive. Oscillators without a drive are locked where
    they turn with one frequency, a ring of states that only turn together; those that have fallen silent are not. The
    boundary is where the state meets a saddle (``saddle-node``), where it loses its stability to a cycle around it
    (``Hopf``: beyond it the drive no longer suppresses the oscillation), or where its amplitude vanishes (``death``).

    Parameters
    ----------
    large_spins : bool
        As in :func:`photinus.mean_field`.
    starts : int
        Random starts of the search for fixed points, of models with more than one oscillator.
    """

    large_spins: bool = False
    starts: int = 16

    def __post_init__(self) -> None:
        truth(self.large_spins, "choice of large spins")
        object.__setattr__(self, "starts", whole_number(self.starts, "number of starts"))

    @property
    def quantity(self) -> str:
        """What is read."""
        return "slowest decay of the locked mean field"

    @property
    def text(self) -> str:
        """The criterion in words."""
        return "the mean field has an attracting fixed point"


@dataclass(frozen=True, kw_only=True)
class _Certified:
    """What a criterion that solves a master equation may choose."""

    cutoff: Fixed | Converged = Converged()
    method: Method = Auto()

    def _solved(self, model: object, near: State | None) -> State:
        if not isinstance(model, Model):
            raise WrongType(
                f"The family returned {shown(model)}.",
                "Give a function of named numbers that returns a ph.Model, or read its numbers with Value(level).",
            )
        return steady_state(model, cutoff=self.cutoff, method=self.method, near=near)


@dataclass(frozen=True, init=False)
class Level(_Certified):
    """Inside where a measure of the steady state is at least a level.

    Parameters
    ----------
    measure : callable
        ``measure(state, *sites) -> float``: any of ``ph.measures``, or a function of a State. Where it depends on
        options, as the m:n coherence does, give ``functools.partial(ph.measures.phase_coherence, ratio=(2, 1))``. It
        must be a smooth function of the parameters: estimates from trajectories, with their noise, have no level
        curves.
    level : float
    *names : str or handle
        The sites that it is asked of, as ``Level(ph.measures.negativity, 0.01, "a", "b")``; kept as ``sites``.
    cutoff, method
        As of :func:`photinus.steady_state`.
    """

    measure: Callable[..., float]
    level: float
    sites: tuple[str | Handle, ...]

    def __init__(
        self,
        measure: Callable[..., float],
        level: float,
        *names: str | Handle | Sequence[str | Handle],
        sites: Sequence[str | Handle] = (),
        cutoff: Fixed | Converged = Converged(),
        method: Method = Auto(),
    ) -> None:
        if not callable(measure):
            raise WrongType(f"The measure is {shown(measure)}.", "Give a function, as ph.measures.peak_height.")
        chosen: list[str | Handle] = []
        for name in (*names, sites):
            chosen += name if isinstance(name, (tuple, list)) else [name]  # type: ignore[list-item]
        for site in chosen:
            if not isinstance(site, (str, Handle)):
                raise WrongType(
                    f"A site of the measure is given as {shown(site)}.",
                    "Give names, or handles of spins: Level(measure, level, 'a', 'b').",
                )
        values = {"measure": measure, "level": real_number(level, "level"), "sites": tuple(chosen)}
        for field, value in (values | {"cutoff": cutoff, "method": method}).items():
            object.__setattr__(self, field, value)

    @property
    def quantity(self) -> str:
        """What is read."""
        return _name(self.measure)

    @property
    def text(self) -> str:
        """The criterion in words."""
        names = ", ".join(site if isinstance(site, str) else site.name for site in self.sites)
        return f"{self.quantity}({names or 'state'}) ≥ {self.level:g}"

    def read(self, family: Family, at: Mapping[str, Any], near: State | None) -> Reading:
        """The measure at one point, and its change in the refined state, times three."""
        state = self._solved(family(**at), near)
        value = plain_number(self.measure(state, *self.sites), self.quantity)
        error = 0.0
        if state.refined is not None:
            better = plain_number(self.measure(state.refined, *self.sites), self.quantity)
            error = SAFETY * abs(better - value)
        return Reading(value, error, state, state.certificate is not None and state.certificate.ok)


@dataclass(frozen=True)
class FrequencyEntrainment(_Certified):
    """Inside where the drive pulls the observed frequency at least by a share of the way.

    The share is 1 − |ω_obs/detuning|, in the frame of the drive: 0 of a free oscillator, 1 of one that runs with the
    drive. ω_obs is the highest peak of the emission spectrum; with a finite ``resolution`` the drive's own line counts
    too, and where it takes over the share jumps to 1.

    Parameters
    ----------
    operator : Operator
        Whose emission is looked at, such as the annihilation operator.
    share : float
        Between 0 and 1.
    detuning : str
        The parameter that is the free oscillator's frequency, up to a sign, in the frame of the model.
    resolution : float
        Full width of the analyser (rate).
    cutoff, method
        As of :func:`photinus.steady_state`.

    References
    ----------
    Walter2014.
    """

    operator: Operator
    share: float = 0.5
    detuning: str = "detuning"
    resolution: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "operator", as_operator(self.operator))
        if not 0 < real_number(self.share, "share of the detuning") < 1:
            raise InvalidInput(f"The share of the detuning is {self.share:g}.", "Give a share between 0 and 1.")
        require_name(self.detuning, "parameter of the detuning")
        real_number(self.resolution, "resolution", minimum=0.0)

    @property
    def level(self) -> float:
        """The share from which on a point lies inside."""
        return float(self.share)

    @property
    def quantity(self) -> str:
        """What is read."""
        return "share of the detuning that is pulled"

    @property
    def text(self) -> str:
        """The criterion in words."""
        return f"the observed frequency of {self.operator} is pulled by {self.share:g} of the detuning or more"

    def read(self, family: Family, at: Mapping[str, Any], near: State | None) -> Reading:
        """1 − |ω_obs/detuning| at one point; at detuning 0, where both vanish, at a detuning close by."""
        if self.detuning not in at:
            raise InvalidInput(
                f"The family is given no parameter {self.detuning!r}.",
                "Name the free frequency: FrequencyEntrainment(…, detuning=…).",
            )
        free = real_number(at[self.detuning], self.detuning)
        state = self._solved(family(**at), near)
        rate = max(abs(float(np.real(part))) for part in _rates(family(**at)))
        if abs(free) < 1e-3 * rate:
            free = 1e-3 * rate
            state = self._solved(family(**{**at, self.detuning: free}), state)
        model = family(**{**at, self.detuning: free})
        seen = observed_frequency(model, self.operator, resolution=self.resolution, method=self.method, state=state)
        assert state.certificate is not None
        return Reading(1 - abs(seen / free), state.certificate.truncation, state, state.certificate.ok)


@dataclass(frozen=True)
class Value:
    """Inside where the family itself, a function that returns numbers, is at least a level.

    For closed forms and approximations: Adler's equation with noise, a Bessel function, a table.

    Parameters
    ----------
    level : float
    name : str
        What the numbers are, for printing.
    """

    level: float
    name: str = "value"

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", real_number(self.level, "level"))
        require_name(self.name, "name of the value")

    @property
    def quantity(self) -> str:
        """What is read."""
        return self.name

    @property
    def text(self) -> str:
        """The criterion in words."""
        return f"{self.name} ≥ {self.level:g}"

    def read(self, family: Family, at: Mapping[str, Any], near: State | None) -> Reading:
        """The number at one point, taken as exact."""
        del near
        found = family(**at)
        if isinstance(found, Model):
            raise WrongType("The family returned a Model.", "Choose what to read of it: Level(measure, level, sites).")
        return Reading(plain_number(found, self.name), 0.0, None, True)


LevelCriterion: TypeAlias = Level | FrequencyEntrainment | Value
Criterion: TypeAlias = MeanFieldLocking | LevelCriterion


def require_name(value: Any, what: str) -> None:
    """Refuse what is no string, with :class:`WrongType`."""
    if not isinstance(value, str):
        raise WrongType(f"The {what} is {shown(value)}.", "Give a string.")


def plain_number(value: Any, what: str) -> float:
    """A real number, or :class:`WrongType`; NaN stands for no value."""
    if hasattr(value, "standard_error") or (isinstance(value, tuple) and len(value) == 2):
        raise WrongType(
            f"{what} is {shown(value)}: an estimate with a statistical error has no smooth level curve.",
            "Give a measure of the steady state, or smooth the estimates first and read them with Value(level).",
        )
    try:
        number = complex(value)
    except (TypeError, ValueError):
        raise WrongType(f"{what} is {shown(value)}, no real number.", "Give a measure that returns a float.") from None
    if abs(number.imag) > 1e-12 * abs(number) or (isfinite(number.real) is False and not np.isnan(number.real)):
        raise InvalidInput(f"{what} is {number}, no finite real number.", "Give a measure that returns a float.")
    return number.real


def _name(function: Callable[..., Any]) -> str:
    inner = getattr(function, "func", function)
    name = str(getattr(inner, "__name__", type(inner).__name__))
    return "measure" if name == "<lambda>" else name


def _rates(model: Model) -> list[float]:
    _, channels = model.generator
    return [rate * max(abs(c) ** 2 for c in jump.terms.values()) for rate, jump in channels] or [1.0]
