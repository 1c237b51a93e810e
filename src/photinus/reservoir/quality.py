"""What engineered synchrony is worth against imperfections, how much of each it bears, and which jump a wish needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from scipy.optimize import brentq

from photinus.algebra import oscillator
from photinus.errors import InvalidInput, Undefined
from photinus.measures import amplitude_correlation, phase_coherence
from photinus.model import Jump
from photinus.numerics.checks import real_number
from photinus.reservoir.pair import IMPERFECTIONS, LinearQuality, Pair
from photinus.solve.arguments import require_cutoff, require_type
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.steady import steady_state
from photinus.space.certificate import Certificate
from photinus.space.state import State

LARGEST = 1e9
"""Imperfections are tried up to this times the coupling."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Engineered synchrony of one pair: solved numbers, and beside them the closed forms of the linear pair.

    Attributes
    ----------
    amplitude_correlation : float
        R′; NaN where nothing feeds the oscillators, so that both are in the vacuum.
    phase_coherence : float
        R of the canonical phases, 0 to 1.
    relative_phase : float
        φ_a − φ_b = −arg⟨a†b⟩ (rad); NaN in the vacuum.
    number_a, number_b : float
        ⟨n⟩.
    purity : float
        Tr ρ² of the pair.
    gap : float
        The slowest rate of the sector of order zero, in which the steady state lives; NaN where it was not asked for.
    linear : LinearQuality
        The closed forms; of a pair with a Kerr term those without it.
    exact : bool
        Whether the closed forms are those of this pair: it has no Kerr term.
    certificate : Certificate
        Of the steady state.
    """

    amplitude_correlation: float
    phase_coherence: float
    relative_phase: float
    number_a: float
    number_b: float
    purity: float
    gap: float
    linear: LinearQuality
    exact: bool
    certificate: Certificate

    @property
    def locking_time(self) -> float:
        """1/gap: how long the pair takes to its steady state."""
        return 1 / self.gap

    def as_dict(self) -> dict[str, float]:
        """All numbers by name, the closed forms as ``linear_…``: what :func:`photinus.sweep.run` stores."""
        skipped = ("linear", "exact", "certificate")
        own = {name: float(getattr(self, name)) for name in self.__slots__ if name not in skipped}
        own["locking_time"] = self.locking_time
        return {**own, **{f"linear_{name}": value for name, value in asdict(self.linear).items()}}

    def __str__(self) -> str:
        rows = ["quality of engineered synchrony        solved  closed form" + ("" if self.exact else " without Kerr")]
        for name in ("amplitude_correlation", "relative_phase", "number_a", "number_b", "purity", "gap"):
            rows.append(f"  {name:<28}{getattr(self, name):>16.8g}{getattr(self.linear, name):>13.8g}")
        return "\n".join(rows)


def quality(pair: Pair, *, cutoff: Fixed | Converged | None = None, with_gap: bool = True) -> Quality:
    """Amplitude correlation, phase, purity and gap of a pair with imperfections, solved and in closed form.

    Parameters
    ----------
    pair : Pair
    cutoff : Fixed or Converged
        Levels of each oscillator, as for :func:`photinus.steady_state`; by default ``Converged(1e-6)``.
    with_gap : bool
        Whether to solve for the gap as well, which takes longer than the rest.

    Returns
    -------
    Quality
        ``.as_dict()`` is what a sweep stores.

    Raises
    ------
    DegenerateSteadyState
        For a pair without local loss, whose dark mode keeps what it had: ask :func:`photinus.asymptotic_state`.
    NoSteadyState
        If the pumping is above the loss.

    References
    ----------
    Lee2014.

    Examples
    --------
    >>> import photinus as ph
    >>> pair = ph.reservoir.Pair(coupling=1.0, loss=1.0, pumping=0.15, dephasing=0.3, detuning=0.8)
    >>> print(ph.reservoir.quality(pair))
    quality of engineered synchrony        solved  closed form
      amplitude_correlation             0.435917...   0.435917...
      relative_phase                   -0.356219...  -0.356219...
      number_a                          0.104061...   0.104061...
      number_b                          0.104061...   0.104061...
      purity                            0.689405...           nan
      gap                                1.23096...     1.23096...
    """
    require_type(pair, Pair, "pair", "Give a ph.reservoir.Pair(coupling=…, loss=…).")
    cutoff = Converged() if cutoff is None else cutoff
    require_cutoff(cutoff)
    linear = pair.linear
    model = pair.model
    state = steady_state(model, cutoff=cutoff)
    assert state.certificate is not None
    a, b = (oscillator(name) for name in ("a", "b"))
    try:
        correlation = amplitude_correlation(state, "a", "b")
        phase = float(-np.angle(complex(state.expect(a.dag() * b))))
    except Undefined:
        correlation = phase = float("nan")
    gap = float("nan")
    if with_gap:
        modes = eigenmodes(model, order=0, count=2, cutoff=Fixed(_needed(state)))
        gap = float(modes.rates[1])
    return Quality(
        amplitude_correlation=correlation,
        phase_coherence=phase_coherence(state, "a", "b"),
        relative_phase=phase,
        number_a=float(complex(state.expect(a.dag() * a)).real),
        number_b=float(complex(state.expect(b.dag() * b)).real),
        purity=state.purity(),
        gap=gap,
        linear=linear,
        exact=pair.kerr == 0,
        certificate=state.certificate,
    )


def tolerance(pair: Pair, imperfection: str, quality: float, *, cutoff: Fixed | Converged | None = None) -> float:
    """The largest value of one imperfection, all others as they are, at which R′ is still at least ``quality``.

    Parameters
    ----------
    pair : Pair
        The other imperfections.
    imperfection : str
        ``loss``, ``pumping``, ``dephasing``, ``detuning``, ``thermal``, ``imbalance`` or ``kerr``.
    quality : float
        R′ between 0 and 1.
    cutoff : Fixed or Converged
        For ``kerr``, which has no closed form and is solved; by default ``Converged(1e-4)``.

    Returns
    -------
    float
        ``inf`` where R′ does not depend on it (``thermal``) or bears any amount. Pumping *raises* R′, and is bounded by
        the loss alone.

    Raises
    ------
    InvalidInput
        For another name, a quality outside of (0, 1), and a pair that is below it already.
    Undefined
        For ``kerr`` of a pair in the vacuum.

    Examples
    --------
    R′ = G/(G + k): a loss of a tenth of the coupling costs a tenth.

    >>> import photinus as ph
    >>> round(ph.reservoir.tolerance(ph.reservoir.Pair(), "loss", 10 / 11), 6)
    0.1
    """
    require_type(pair, Pair, "pair", "Give a ph.reservoir.Pair(coupling=…, loss=…).")
    goal = _goal(quality)
    if imperfection not in IMPERFECTIONS:
        raise InvalidInput(f"There is no imperfection {imperfection!r}.", f"Name one of {', '.join(IMPERFECTIONS)}.")
    now = pair.linear.amplitude_correlation
    if now < goal:
        raise InvalidInput(
            f"The pair has R′ = {now:.6g}, below {goal:g}, before anything is added.",
            "Raise the coupling, or lower the other imperfections.",
        )
    if imperfection == "thermal":
        return float("inf")
    if imperfection == "pumping":
        return pair.loss

    def excess(value: float) -> float:
        changed = pair.with_values({imperfection: value})
        if imperfection == "kerr":
            return _solved_correlation(changed, cutoff) - goal
        return changed.linear.amplitude_correlation - goal

    start = abs(getattr(pair, imperfection))
    most = 1 - 1e-9 if imperfection == "imbalance" else (LARGEST if imperfection != "kerr" else 1e3) * pair.coupling
    if excess(most) >= 0:
        return 1.0 if imperfection == "imbalance" else float("inf")
    if imperfection != "imbalance":  # bracket from below: a root-finder that starts far out wastes its steps there
        most = max(2 * start, 1e-3 * pair.coupling)
        while excess(most) > 0:
            start, most = most, 4 * most
    return float(
        brentq(excess, start, most, xtol=1e-12 * pair.coupling, rtol=1e-6 if imperfection == "kerr" else 1e-12)
    )


@dataclass(frozen=True, slots=True)
class Design:
    """A pair that gives a wanted relative phase with a wanted quality, and what it bears.

    Attributes
    ----------
    pair : Pair
        With the angle θ of its jump chosen so that known imperfections do not shift the phase.
    phase, quality : float
        What was asked for: φ_a − φ_b (rad), and the least R′.
    tolerances : dict
        The largest value of each imperfection, the others as they are in ``pair``.
    """

    pair: Pair
    phase: float
    quality: float
    tolerances: dict[str, float]

    @property
    def jump(self) -> Jump:
        """The shared loss to build."""
        return self.pair.jump

    def __str__(self) -> str:
        linear = self.pair.linear
        rows = [
            f"Design for φ_a − φ_b = {self.phase:.6g} with R′ ≥ {self.quality:g}",
            f"  jump        {self.jump}",
            f"  predicted   R′ = {linear.amplitude_correlation:.6g}, phase {linear.relative_phase:.6g}",
            "  tolerable   each alone:",
        ]
        return "\n".join([*rows, *(f"    {name:<10} {value:.6g}" for name, value in self.tolerances.items())])


def design(phase: float, quality: float, *, pair: Pair | None = None) -> Design:
    """The jump for a wanted relative phase, and how much of each imperfection leaves R′ at a wanted quality.

    Parameters
    ----------
    phase : float
        φ_a − φ_b (rad).
    quality : float
        The least R′, between 0 and 1.
    pair : Pair, optional
        The coupling, and imperfections that are known; by default coupling 1 and none. Its ``theta`` is chosen anew.

    Returns
    -------
    Design

    Raises
    ------
    InvalidInput
        If the known imperfections alone spoil the quality.

    Examples
    --------
    A known detuning turns the phase by arctan(Δ/(G + k)), and the jump is turned back:

    >>> import photinus as ph
    >>> plan = ph.reservoir.design(0.5, 0.8, pair=ph.reservoir.Pair(coupling=2.0, loss=0.1, detuning=0.3))
    >>> print(f"{plan.pair.theta:.6f} {plan.pair.linear.relative_phase:.6f} {plan.tolerances['loss']:.6f}")
    0.641897 0.500000 0.481935
    """
    wanted, goal = real_number(phase, "relative phase"), _goal(quality)
    base = Pair() if pair is None else pair
    require_type(base, Pair, "pair", "Give a ph.reservoir.Pair(coupling=…, loss=…).")
    shift = base.with_values({"theta": 0.0}).linear.relative_phase
    turned = base.with_values({"theta": wanted - shift})
    names = [name for name in IMPERFECTIONS if name != "kerr"]
    return Design(turned, wanted, goal, {name: tolerance(turned, name, goal) for name in names})


def _goal(quality: float) -> float:
    goal = real_number(quality, "quality R′")
    if not 0 < goal < 1:
        raise InvalidInput(f"The quality R′ is {goal:g}.", "Give a number between 0 and 1.")
    return goal


def _needed(state: State) -> dict[str, int]:
    """Levels that hold all but 1e-9 of a state, and three more: the vacuum does not need those it was solved with."""
    out = {}
    for name, n in state.cutoffs.items():
        tail = np.cumsum(state.populations(name)[::-1])[::-1]
        out[name] = min(n, int(np.count_nonzero(tail > 1e-9)) + 3)
    return out


def _solved_correlation(pair: Pair, cutoff: Fixed | Converged | None) -> float:
    state = steady_state(pair.model, cutoff=Converged(1e-4) if cutoff is None else cutoff)
    return amplitude_correlation(state, "a", "b")
