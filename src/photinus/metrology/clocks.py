"""Clocks: oscillators whose phase diffuses, and machines that tick.

An *oscillator* without a drive keeps its phase for a time 1/D: ⟨a⟩ decays with the slowest eigenvalue −D ∓ iω of
coherence order 1, the line is 2D wide, and its Allan deviation is √(2D/τ)/ω. A *ticking clock* counts jumps: after
N = c₁/c₂ ticks it is off by one tick (accuracy; c₁, c₂ mean and variance of the count per time), the ticks come at the
rate c₁ (resolution), and the entropy Σ that each tick costs bounds classical ones by N ≤ Σ/2 (Barato, Seifert 2015;
Erker et al. 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, inf, isinf, isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import qudit
from photinus.errors import InvalidInput, Undefined, WrongType, shown
from photinus.metrology.allan import allan_of_noise
from photinus.model import Jump, Model
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.tables import record
from photinus.solve.arguments import require_model
from photinus.solve.counting.counting import Counting, counting
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.methods import Auto, Dense, Direct, Method
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.steady import steady_state
from photinus.space.state import State
from photinus.thermo import synchronization_cost
from photinus.thermo.entropy import entropy_production

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class OscillatorClock:
    """The phase diffusion of an oscillator that nothing drives; made by :func:`oscillator_clock`.

    Attributes
    ----------
    diffusion : float
        D: ⟨e^{iφ}⟩ ~ e^{−Dt}, phase variance 2Dt.
    frequency : float
        ω of the line in the frame of the model: ⟨a⟩ ~ e^{−iωt}.
    error : float
        Of the eigenvalue, from the cutoffs.
    """

    diffusion: float
    frequency: float
    error: float
    references: tuple[str, ...] = field(default=("SchawlowTownes1958", "Allan1966"), repr=False)

    @property
    def linewidth(self) -> float:
        """2D, the full width at half maximum."""
        return 2 * self.diffusion

    @property
    def coherence_time(self) -> float:
        """1/D."""
        return 1 / self.diffusion if self.diffusion > 0 else inf

    def allan_deviation(self, times: Any, *, carrier: float = 1.0, readout_variance: float = 0.0) -> np.ndarray:
        """σ_y(τ) = √(2D/τ + 3s/τ²)/ω₀.

        Parameters
        ----------
        times : array_like
            τ > 0; longer than the slowest relaxation of the amplitude.
        carrier : float
            ω₀ of the laboratory (the frame of the model has hidden it); 1 leaves angular frequency.
        readout_variance : float
            s (rad²) of each reading of the phase: white phase noise.
        """
        return allan_of_noise(times, diffusion=self.diffusion, readout_variance=readout_variance, carrier=carrier)

    def to_xarray(self) -> xarray.Dataset:
        """Diffusion, linewidth, frequency and their error as a dataset."""
        return record({name: getattr(self, name) for name in ("diffusion", "linewidth", "frequency", "error")})

    def __repr__(self) -> str:
        return (
            f"Oscillator clock: phase diffusion {self.diffusion:.8g} ± {self.error:.1e}, "
            f"linewidth {self.linewidth:.8g}, frequency {self.frequency + 0.0:+.6g} in the frame"
        )


def oscillator_clock(
    model: Model, site: str, *, cutoff: Fixed | Converged | None = None, method: Auto | Dense | Direct | None = None
) -> OscillatorClock:
    """The phase diffusion of one site of a model without a drive, from the slowest mode of its coherences.

    Parameters
    ----------
    model : Model
    site : str
        An oscillator, or a spin.
    cutoff, method
        As of :func:`photinus.eigenmodes`.

    Returns
    -------
    OscillatorClock

    Raises
    ------
    Undefined
        If a drive fixes the phase: it does not diffuse, and the clock is as good as the drive.
    UnknownSite, InvalidInput, WrongType, NotConverged, MemoryBudgetExceeded

    References
    ----------
    SchawlowTownes1958, Allan1966.

    Examples
    --------
    Below threshold gain narrows the line of a cavity, 2D = κ − P:

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> amplifier = ph.Model(0.3 * a.dag() * a, [ph.Jump(0.5, a.dag()), ph.Jump(1.0, a)])
    >>> clock = ph.metrology.oscillator_clock(amplifier, "a")
    >>> round(clock.linewidth, 5), round(clock.frequency, 8), clock.allan_deviation([25.0]).round(3)
    (0.5, 0.3, array([0.141]))
    """
    name = _phase_site(model, site)
    modes = eigenmodes(model, order={name: 1}, count=1, cutoff=cutoff, method=method)
    value = complex(modes.eigenvalues[0])
    # The coherence |n + 1⟩⟨n| turns as e^{−iωt}: the part of order +1 that damps ⟨a⟩.
    return OscillatorClock(max(0.0, -value.real), -value.imag, float(modes.error[0]))


def _phase_site(model: Model, site: object) -> str:
    """The name of a site whose phase no drive fixes."""
    require_model(model)
    known = {x.name: x for x in model.sites}
    if not isinstance(site, str) or site not in known:
        from photinus.algebra import locate

        site = model.sites[locate(model.sites, site)].name  # type: ignore[arg-type]
    chosen = known[site]
    if chosen.kind not in ("oscillator", "spin"):
        raise InvalidInput(f"The {chosen!r} has no phase.", "Name an oscillator or a spin.")
    shift = [int(x.name == site) for x in model.sites for _ in x.coordinates]
    group = model.symmetry.weak
    order = group.charge(shift)
    free = any(q and not modulus for q, modulus in zip(order, group.moduli, strict=True))
    if not free:
        raise Undefined(
            f"The phase of {site!r} does not diffuse freely: the symmetry of the model is {model.symmetry}.",
            "Leave the drive out; a locked clock is as stable as what it is locked to.",
        )
    return site


@dataclass(frozen=True, eq=False)
class TickingClock:
    """The accuracy of a clock that counts jumps, and its price; made by :func:`ticking_clock`.

    Attributes
    ----------
    counting : Counting
        The statistics of the ticks.
    entropy_production : float
        σ, nats per time; inf where a jump has no reverse.
    """

    counting: Counting
    entropy_production: float
    references: tuple[str, ...] = field(default=("Erker2017", "BaratoSeifert2015"), repr=False)

    @property
    def resolution(self) -> float:
        """Ticks per time, c₁."""
        return abs(self.counting.mean)

    @property
    def accuracy(self) -> float:
        """N = c₁/c₂: how many ticks pass until the clock is off by one of them; inf without any noise."""
        return 1 / self.counting.fano if self.counting.variance > 0 else inf

    @cached_property
    def accuracy_of_one_tick(self) -> float:
        """⟨τ⟩²/Var τ of the time between two ticks; equal to ``accuracy`` where each tick resets the clock."""
        return 1 / self.counting.waiting_times([0.0]).randomness

    @property
    def entropy_per_tick(self) -> float:
        """Σ = σ/c₁, nats."""
        return self.entropy_production / self.resolution

    @property
    def bound(self) -> float:
        """Σ/2, which no classical clock's accuracy exceeds; a coherent one may."""
        return self.entropy_per_tick / 2

    def allan_deviation(self, times: Any) -> np.ndarray:
        """σ_y(τ) = 1/√(N·c₁·τ), the relative deviation of the rate of ticks over long times τ."""
        return allan_of_noise(times, diffusion=0.5 / (self.accuracy * self.resolution))

    def as_dict(self) -> dict[str, float]:
        """Plain numbers by name, for sweeps."""
        return {name: getattr(self, name) for name in ("resolution", "accuracy", "entropy_per_tick", "bound")}

    def to_xarray(self) -> xarray.Dataset:
        """The same numbers as a dataset."""
        return record(self.as_dict())

    def __repr__(self) -> str:
        price = f"{self.entropy_per_tick:.6g} nats; a classical clock has at most {self.bound:.6g}"
        if isinf(self.entropy_production):
            price = "inf: a jump that happens has no reverse, and no bound on the accuracy follows"
        return (
            f"Ticking clock: {self.resolution:.6g} ticks per time, accuracy {self.accuracy:.6g} ticks\n"
            f"  entropy per tick {price}"
        )


def ticking_clock(
    model: Model,
    ticks: Mapping[str | int, float],
    *,
    state: State | None = None,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> TickingClock:
    """The accuracy, the resolution and the entropy per tick of a clock.

    Parameters
    ----------
    model : Model
    ticks : mapping
        {jump: weight} as of :func:`photinus.counting`; a reverse jump counts backwards.
    state, cutoff, method
        As of :func:`photinus.counting`.

    Returns
    -------
    TickingClock

    Raises
    ------
    Undefined
        If the clock does not tick on average.
    InvalidInput, WrongType, DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded

    References
    ----------
    Erker2017, BaratoSeifert2015.

    Examples
    --------
    >>> import photinus as ph
    >>> ladder = ph.metrology.ladder_clock(5, rate=1.0, affinity=6.0)
    >>> ph.metrology.ticking_clock(ladder, {"tick": 1})
    Ticking clock: 0.139761 ticks per time, accuracy 2.68525 ticks
      entropy per tick 6 nats; a classical clock has at most 3
    """
    counted = counting(model, ticks, highest=2, state=state, cutoff=cutoff, method=method)
    largest = max(abs(w) for w in counted.weights.values())
    if abs(counted.mean) <= 1e-14 * largest * counted.frequency:
        raise Undefined(
            f"The clock makes {counted.mean:.1e} ticks per time: at equilibrium it does not tick.",
            "Drive it, by an affinity or a temperature difference.",
        )
    return TickingClock(counted, entropy_production(model, counted.state).value)


def ladder_clock(levels: int, *, rate: float, affinity: float, name: str = "clock") -> Model:
    """A ring of levels k → k + 1 with the rates ``rate`` and rate·e^{−affinity/levels}; the last step is the "tick".

    Parameters
    ----------
    levels : int
        N_l ≥ 3.
    rate : float
        The forward rate of each step.
    affinity : float
        𝒜, the entropy of a whole turn; inf for steps without return, whose accuracy is the number of levels.
    name : str
        Name of the qudit.

    Returns
    -------
    Model
        Its accuracy is N_l·tanh(𝒜/2N_l) ≤ 𝒜/2: the bound is reached by many levels.

    References
    ----------
    BaratoSeifert2015, Erker2017.

    Examples
    --------
    >>> import photinus as ph
    >>> perfect = ph.metrology.ladder_clock(8, rate=1.0, affinity=float("inf"))
    >>> clock = ph.metrology.ticking_clock(perfect, {"tick": 1})
    >>> round(clock.accuracy, 8), round(clock.accuracy_of_one_tick, 8), clock.entropy_per_tick
    (8.0, 8.0, inf)
    """
    d = whole_number(levels, "number of levels", minimum=3)
    forward = real_number(rate, "rate of a step", minimum=0.0)
    if not isinstance(affinity, (int, float)) or not affinity >= 0:
        raise InvalidInput(f"The affinity is {shown(affinity)}.", "Give a number of at least 0, or inf.")
    back = 0.0 if isinf(affinity) else forward * exp(-affinity / d)
    q = qudit(name, d)
    steps = [Jump(forward, q((k + 1) % d, k), back, name="tick" if k == d - 1 else f"step {k}") for k in range(d)]
    return Model(jumps=steps, references=("BaratoSeifert2015", "Erker2017"))


@dataclass(frozen=True, eq=False)
class LockedClocks:
    """What locking does to the stability of two clocks, and what it costs; made by :func:`locked_clocks`.

    Attributes
    ----------
    locked : OscillatorClock
        The slowest line of the coupled pair.
    alone : (OscillatorClock, OscillatorClock)
        Each clock without the coupling.
    splitting : float
        The difference of the frequencies of the two slowest lines of the coupled pair: 0 where they are locked.
    locking_rate : float
        How fast the pair finds its relative phase again.
    extra_entropy : float
        σ of the pair minus that of the two alone, nats per time; inf, or NaN (inf − inf), where jumps have no reverse.
    """

    locked: OscillatorClock
    alone: tuple[OscillatorClock, OscillatorClock]
    splitting: float
    locking_rate: float
    extra_entropy: float
    references: tuple[str, ...] = field(default=("SchawlowTownes1958", "Allan1966"), repr=False)

    @property
    def averaged_diffusion(self) -> float:
        """(D_a + D_b)/4: the mean phase of two independent clocks, which needs no coupling but two readings."""
        return sum(clock.diffusion for clock in self.alone) / 4

    @property
    def gain_over_best(self) -> float:
        """The diffusion of the better clock alone over that of the pair; above 1 locking helps."""
        return min(clock.diffusion for clock in self.alone) / self.locked.diffusion

    @property
    def gain_over_average(self) -> float:
        """The diffusion of the average of independent clocks over that of the pair; 1 is all that averaging gives."""
        return self.averaged_diffusion / self.locked.diffusion

    def as_dict(self) -> dict[str, float]:
        """Plain numbers by name, for sweeps."""
        names = ("gain_over_best", "gain_over_average", "splitting", "locking_rate", "extra_entropy")
        return {"diffusion": self.locked.diffusion, **{name: getattr(self, name) for name in names}}

    def to_xarray(self) -> xarray.Dataset:
        """The same numbers as a dataset, the diffusion of each clock alone over the clocks."""
        alone = {name: clock.diffusion for name, clock in zip(("first", "second"), self.alone, strict=True)}
        return record(self.as_dict(), {"clock": {"diffusion_alone": alone}})

    def __repr__(self) -> str:
        first, second = (clock.diffusion for clock in self.alone)
        return "\n".join(
            [
                f"Two clocks, phase diffusion {first:.6g} and {second:.6g} alone, {self.locked.diffusion:.6g} coupled",
                f"  gain {self.gain_over_best:.4g} over the better, {self.gain_over_average:.4g} over their average",
                f"  lines split by {self.splitting:.4g}; locking rate {self.locking_rate:.4g}; "
                + (
                    f"extra entropy {self.extra_entropy:.6g} nats per time"
                    if not isnan(self.extra_entropy)
                    else "extra entropy not defined: jumps have no reverse"
                ),
            ]
        )


def locked_clocks(
    coupled: Model,
    alone: tuple[Model, Model],
    sites: tuple[str, str],
    *,
    cutoff: Fixed | Converged | None = None,
) -> LockedClocks:
    """Whether locking two clocks makes them more stable, and what it costs.

    Parameters
    ----------
    coupled : Model
        The pair; a common shift of both phases must remain a symmetry.
    alone : (Model, Model)
        Each clock by itself.
    sites : (str, str)
        Their sites.
    cutoff : Fixed or Converged
        As of :func:`photinus.eigenmodes`.

    Returns
    -------
    LockedClocks

    Raises
    ------
    Undefined
        If a drive fixes a phase.
    UnknownSite, InvalidInput, WrongType, NotConverged, DegenerateSteadyState, MemoryBudgetExceeded

    References
    ----------
    SchawlowTownes1958, Allan1966.

    Examples
    --------
    Two equal van der Pol clocks, coupled by the loss of their difference: the pair beats one clock, and about equals
    the average of two.

    >>> import photinus as ph
    >>> def clock(name):
    ...     return ph.zoo.van_der_pol(name, gain=1, two_photon_loss=0.5)
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> pair = clock("a") + clock("b") + ph.Model(jumps=[ph.Jump(1.0, a - b)])
    >>> found = ph.metrology.locked_clocks(pair, (clock("a"), clock("b")), ("a", "b"), cutoff=ph.Fixed(12))
    >>> found.gain_over_best > 1.2, found.splitting
    (True, 0.0)
    """
    for value, what in ((alone, "clocks alone"), (sites, "sites")):
        if not isinstance(value, (tuple, list)):
            raise WrongType(f"The {what} are {shown(value)}.", "Give two, in a tuple.")
        if len(value) != 2:
            raise InvalidInput(f"The number of {what} is {len(value)}.", "Give two, in a tuple.")
    singles = tuple(oscillator_clock(m, site, cutoff=cutoff) for m, site in zip(alone, sites, strict=True))
    first = _phase_site(coupled, sites[0])
    _phase_site(coupled, sites[1])
    modes = eigenmodes(coupled, order={first: 1}, count=2, cutoff=cutoff)
    values = np.asarray(modes.eigenvalues)
    locked = OscillatorClock(max(0.0, -float(values[0].real)), -float(values[0].imag), float(modes.error[0]))
    state = steady_state(coupled, cutoff=cutoff)
    cost = synchronization_cost(coupled, state)
    before = sum(entropy_production(m, steady_state(m, cutoff=cutoff)).value for m in alone)
    splitting = abs(float((values[1] - values[0]).imag)) if len(values) > 1 else 0.0
    return LockedClocks(
        locked=locked,
        alone=(singles[0], singles[1]),
        splitting=splitting,
        locking_rate=cost.locking_rate,
        extra_entropy=cost.entropy_production - before,
    )
