"""Phase estimation: Holevo variance, the optimal states, relative phases without a common reference.

A phase that was unknown before is judged by the Holevo variance V_H = |⟨e^{iφ}⟩|⁻² − 1 of its estimate, which the ideal
(canonical) measurement minimises (Holevo 1982). Among states of the levels 0 … N the least is

    V_H = tan²(π/(N + 2)),    ψ_n = √(2/(N + 2)) sin((n + 1)π/(N + 2))

(Berry, Wiseman 2000). Small shifts of a known phase are judged by the Fisher information instead: 4n̄ of a coherent
state, 8n̄(n̄ + 1) of a squeezed vacuum, N² of a NOON state. Without a reference for the common phase a pair is known only
through its average over common shifts, Σ_N Π_NρΠ_N (Bartlett, Rudolph, Spekkens 2007).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import pi, sin, sqrt, tan
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Spin, oscillator, spin
from photinus.algebra.operator import Operator
from photinus.errors import InvalidInput
from photinus.measures import skew_information, u1_asymmetry
from photinus.metrology.quantum import checked_state, quantum_fisher_information
from photinus.model import Group
from photinus.numerics.checks import whole_number
from photinus.numerics.tables import record
from photinus.phase import distribution, relative_distribution
from photinus.space.sectors import grading
from photinus.space.state import State
from photinus.states import from_ket

if TYPE_CHECKING:
    import xarray


def holevo_variance(state: State, *sites: str, kind: str | None = None) -> float:
    """V_H = |⟨e^{iφ}⟩|⁻² − 1 of the phase of one site, or of the relative phase of two.

    Parameters
    ----------
    state : State
    *sites : str
        One or two oscillators or spins.
    kind : str, optional
        ``"canonical"`` (the ideal measurement, the default of oscillators) or ``"husimi"`` (heterodyne detection).

    Returns
    -------
    float
        From 0 (a sharp phase) to inf (no first harmonic). At least 1/F with the quantum Fisher information F.

    Raises
    ------
    InvalidInput, UnknownSite, WrongType

    References
    ----------
    Holevo1982.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.states.coherent({"a": 2.0})
    >>> [round(ph.metrology.holevo_variance(state, "a", kind=kind), 8) for kind in ("canonical", "husimi")]
    [0.08272709, 0.16026252]
    """
    if not 1 <= len(sites) <= 2:
        raise InvalidInput(f"A Holevo variance is asked of {len(sites)} sites.", "Name one site, or two.")
    find = distribution if len(sites) == 1 else relative_distribution
    return float(find(state, *sites, kind=kind).holevo_variance)


def least_holevo_variance(quanta: int) -> float:
    """tan²(π/(N + 2)), the least Holevo variance of a phase with at most N quanta.

    Parameters
    ----------
    quanta : int
        N ≥ 0; inf for the vacuum.

    References
    ----------
    BerryWiseman2000.

    Examples
    --------
    >>> import photinus as ph
    >>> round(ph.metrology.least_holevo_variance(10), 10)
    0.0717967697
    """
    n = whole_number(quanta, "number of quanta", minimum=0)
    return tan(pi / (n + 2)) ** 2 if n else float("inf")


def optimal_phase_state(site: str, quanta: int) -> State:
    """Σ_n √(2/(N + 2)) sin((n + 1)π/(N + 2))|n⟩, n = 0 … N: no state of at most N quanta has a sharper phase.

    Parameters
    ----------
    site : str
        Name of the oscillator.
    quanta : int
        N ≥ 0.

    References
    ----------
    BerryWiseman2000.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.metrology.optimal_phase_state("a", 10)
    >>> round(ph.metrology.holevo_variance(state, "a"), 10)
    0.0717967697
    """
    n = whole_number(quanta, "number of quanta", minimum=0)
    ket = [sqrt(2 / (n + 2)) * sin((k + 1) * pi / (n + 2)) for k in range(n + 1)]
    return from_ket({site: n + 1}, np.array(ket))


@dataclass(frozen=True, eq=False)
class RelativePhase:
    """What a pair tells of its relative phase; made by :func:`relative_phase`.

    Attributes
    ----------
    information : float
        The quantum Fisher information about φ_a − φ_b where nobody holds a common phase reference.
    with_reference : float
        The same where the common phase is known: of the pair as it is, at least ``information``.
    holevo_variance : float
        V_H of the ideal measurement of the relative phase.
    """

    information: float
    with_reference: float
    holevo_variance: float
    references: tuple[str, ...] = field(default=("Bartlett2007", "Holevo1982"), repr=False)

    def to_xarray(self) -> xarray.Dataset:
        """The three numbers as a dataset."""
        return record({name: getattr(self, name) for name in ("information", "with_reference", "holevo_variance")})

    def __repr__(self) -> str:
        return (
            f"Relative phase: quantum Fisher information {self.information:.8g}, with a common reference "
            f"{self.with_reference:.8g}; Holevo variance {self.holevo_variance:.6g}"
        )


def relative_phase(state: State, first: str, second: str) -> RelativePhase:
    """The quantum Fisher information of the relative phase of two oscillators or two spins.

    Parameters
    ----------
    state : State
    first, second : str
        Two sites of the same kind; others are traced out.

    Returns
    -------
    RelativePhase
        The shift is e^{−iθ(N_a − N_b)/2}: φ_a − φ_b moves by θ, up to its sign.

    Raises
    ------
    InvalidInput, UnknownSite, WrongType

    References
    ----------
    Bartlett2007, Holevo1982.

    Examples
    --------
    Two coherent states, n̄ = 1 each: F = 4(n̄_a + n̄_b)/4 = 2 with a reference, and 4n̄_an̄_b/(n̄_a + n̄_b) = 2 without;
    unequal ones lose by it.

    >>> import photinus as ph
    >>> equal = ph.metrology.relative_phase(ph.states.coherent({"a": 1.0, "b": 1.0}), "a", "b")
    >>> round(equal.with_reference, 6), round(equal.information, 6)
    (2.0, 2.0)
    >>> unequal = ph.metrology.relative_phase(ph.states.coherent({"a": 2.0, "b": 1.0}), "a", "b")
    >>> round(unequal.with_reference, 6), round(unequal.information, 6)
    (5.0, 3.2)
    """
    pair = checked_state(state).reduced(first, second)
    numbers = [_number(pair, name) for name in (first, second)]
    if pair.sites[0].kind != pair.sites[1].kind:
        raise InvalidInput(
            f"The pair is a {pair.sites[0].kind} and a {pair.sites[1].kind}.", "Take two oscillators, or two spins."
        )
    half = 0.5 * (numbers[0] - numbers[1])
    averaged = common_phase_average(pair)
    return RelativePhase(
        quantum_fisher_information(averaged, half),
        quantum_fisher_information(pair, half),
        holevo_variance(averaged, first, second),
    )


def common_phase_average(state: State) -> State:
    """Σ_N Π_NρΠ_N: the state of somebody who has no reference for the common phase of its oscillators and spins.

    Parameters
    ----------
    state : State
        Oscillators and spins.

    Raises
    ------
    InvalidInput
        For sites whose levels have no number.

    References
    ----------
    Bartlett2007.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.metrology.common_phase_average(ph.states.coherent({"a": 1.0}))
    >>> abs(state.expect(ph.oscillator("a")))
    0.0
    """
    checked_state(state)
    for site in state.sites:
        if site.kind not in ("oscillator", "spin"):
            raise InvalidInput(f"The {site!r} has no number that a common phase shifts.", "Take oscillators and spins.")
    graded = grading(state.space, Group((0,), ((1,) * len(state.sites),)))
    sector = graded.sector(graded.group.zero)
    return State(graded, {graded.group.zero: state.elements(*sector.kets)})


@dataclass(frozen=True, eq=False)
class PhaseResource:
    """How good a state is as a reference for a phase, in three measures of asymmetry; made by :func:`phase_resource`.

    Attributes
    ----------
    asymmetry : float
        The relative entropy of frameness S(Δρ) − S(ρ), nats (:func:`photinus.measures.u1_asymmetry`).
    skew_information : float
        I of Wigner and Yanase; 4I ≤ F.
    fisher_information : float
        F about a common shift of the phases; F ≤ 4 Var N.
    variance : float
        Var N.
    """

    asymmetry: float
    skew_information: float
    fisher_information: float
    variance: float
    references: tuple[str, ...] = field(default=("Gour2009", "Wigner1963", "Braunstein1994"), repr=False)

    def to_xarray(self) -> xarray.Dataset:
        """The four numbers as a dataset."""
        names = ("asymmetry", "skew_information", "fisher_information", "variance")
        return record({name: getattr(self, name) for name in names})

    def __repr__(self) -> str:
        return (
            f"Phase reference: asymmetry {self.asymmetry:.8g} nats; skew information {self.skew_information:.8g} ≤ F/4 "
            f"{self.fisher_information / 4:.8g} ≤ variance {self.variance:.8g}"
        )


def phase_resource(state: State, *sites: str) -> PhaseResource:
    """How good one or more sites are as a reference for a common phase: I ≤ F/4 ≤ Var N.

    Parameters
    ----------
    state : State
    *sites : str
        Oscillators and spins.

    Raises
    ------
    InvalidInput, UnknownSite, WrongType

    References
    ----------
    Gour2009, Wigner1963, Braunstein1994.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.metrology.phase_resource(ph.states.thermal({"a": 0.5}, displacement={"a": 0.8}), "a")
    Phase reference: asymmetry 0.51890827 nats; skew information 0.17148748 ≤ F/4 0.32 ≤ variance 2.03
    """
    reduced = checked_state(state).reduced(*sites)
    number = Operator({})
    for site in reduced.sites:
        number = number + _number(reduced, site.name)
    mean = complex(reduced.expect(number)).real
    return PhaseResource(
        u1_asymmetry(reduced, *sites),
        skew_information(reduced, *sites),
        quantum_fisher_information(reduced, number),
        max(0.0, complex(reduced.expect(number * number)).real - mean**2),
    )


def _number(state: State, name: str) -> Operator:
    """N of an oscillator, S_z of a spin."""
    site = state.sites[state.space.axis(name)]
    if site.kind == "oscillator":
        return oscillator(site.name).dag() * oscillator(site.name)
    if isinstance(site, Spin):
        return spin(site.name, site.twice_j / 2).z
    raise InvalidInput(f"The {site!r} has no number that shifts a phase.", "Name oscillators or spins.")
