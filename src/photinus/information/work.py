"""What information is worth in work, and what it costs to erase it.

- Correlations at the temperature T hold the work T·I: F(ρ_ab) − F(ρ_a ⊗ ρ_b) = T·I(a:b).
- A system that meets a thermal reservoir R by any unitary gives it the heat ΔQ = Tr H_R(ρ′_R − ρ_R), and exactly
  βΔQ = ΔS + I(S′:R′) + D(ρ′_R‖ρ_R), ΔS = S(ρ_S) − S(ρ′_S) the entropy that was erased (Esposito, Lindenberg, Van den
  Broeck 2010; Reeb, Wolf 2014). Landauer's βΔQ ≥ ΔS follows, and for a reservoir of d levels
  βΔQ ≥ ΔS + 2(ΔS)²/(ln²(d − 1) + 4) for ΔS ≥ 0.
- A measurement {M_k} gains I = S(ρ) − Σ p_k S(ρ_k) (Groenewold 1971; Ozawa 1986), and feedback extracts at most
  −ΔF + T·I (Sagawa, Ueda 2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, NotHermitian, SiteMismatch, WrongType, shown
from photinus.measures import mutual_information
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.tables import record
from photinus.solve.arguments import require_type
from photinus.space.state import State
from photinus.space.vectors import multiplied
from photinus.thermo.entropy import Logarithm

if TYPE_CHECKING:
    import xarray

INDEPENDENT = 1e-9
"""A mutual information up to this one counts as none."""


def work_value(state: State, first: str, second: str, temperature: float) -> float:
    """The work T·I(a:b) that the correlations of two sites are worth.

    Parameters
    ----------
    state : State
    first, second : str
        Two sites.
    temperature : float
        T ≥ 0 of the environment that the work is extracted with.

    Returns
    -------
    float
        At least 0: F(ρ_ab) − F(ρ_a ⊗ ρ_b), whatever the (uncoupled) Hamiltonians are.

    Raises
    ------
    InvalidInput, UnknownSite, WrongType

    Examples
    --------
    A shared bit is worth T ln 2, an entangled pair of qubits twice as much:

    >>> import photinus as ph
    >>> s, t = ph.spin("s", 0.5), ph.spin("t", 0.5)
    >>> bell = ph.states.superposition([(1, {s: 0.5, t: 0.5}), (1, {s: -0.5, t: -0.5})])
    >>> round(ph.information.work_value(bell, "s", "t", temperature=0.7), 9)
    0.970406053
    """
    t = real_number(temperature, "temperature", minimum=0.0)
    return t * mutual_information(state, first, second)


@dataclass(frozen=True, eq=False)
class Erasure:
    """The balance βΔQ = ΔS + I + D of a system and a finite reservoir; made by :func:`landauer`.

    Attributes
    ----------
    heat : float
        βΔQ, the heat into the reservoir over its temperature.
    erased : float
        ΔS = S(ρ_S) − S(ρ′_S), in nats; negative where the system's entropy rose.
    correlation : float
        I(S′:R′) that is left between the two.
    displacement : float
        D(ρ′_R‖ρ_R), how far the reservoir was pushed out of equilibrium; inf where it reached levels that it lacked.
    levels : int
        d of the reservoir.
    """

    heat: float
    erased: float
    correlation: float
    displacement: float
    levels: int
    references: tuple[str, ...] = field(default=("Landauer1961", "Reeb2014"), repr=False)

    @property
    def excess(self) -> float:
        """βΔQ − ΔS ≥ 0, what is paid beyond Landauer's bound."""
        return self.heat - self.erased

    @property
    def closure(self) -> float:
        """βΔQ − ΔS − I − D: rounding for a unitary evolution."""
        return self.excess - self.correlation - self.displacement

    @property
    def finite_bound(self) -> float:
        """The least βΔQ of a reservoir of this size, :func:`finite_bath_bound`; ΔS where that is negative."""
        return finite_bath_bound(self.erased, self.levels) if self.erased > 0 else self.erased

    def to_xarray(self) -> xarray.Dataset:
        """The terms of the balance and the bounds as a dataset."""
        names = ("heat", "erased", "correlation", "displacement", "excess", "closure", "finite_bound")
        return record({name: getattr(self, name) for name in names}, about={"levels": self.levels})

    def __repr__(self) -> str:
        return "\n".join(
            [
                f"Erasure of {self.erased:.8g} nats with the heat β ΔQ = {self.heat:.8g}",
                f"  excess {self.excess:.8g} = correlation {self.correlation:.6g} + displacement "
                f"{self.displacement:.6g} (closure {self.closure:.1e})",
                f"  bounds: Landauer {self.erased:.6g}, a reservoir of {self.levels} levels {self.finite_bound:.6g}",
            ]
        )


def landauer(
    before: State, after: State, system: str | tuple[str, ...], hamiltonian: Operator | Scalar, temperature: float
) -> Erasure:
    """What it costs to change a system by contact with a finite thermal reservoir, term by term.

    Parameters
    ----------
    before, after : State
        System and reservoir, before and after a unitary evolution of both (:func:`photinus.evolve` without jumps).
    system : str or tuple of str
        The sites of the system; all others are the reservoir.
    hamiltonian : Operator
        H_R.
    temperature : float
        T > 0, in the unit of H_R.

    Returns
    -------
    Erasure

    Raises
    ------
    InvalidInput
        If the two were correlated before, the reservoir was not thermal at T, or a site of H_R belongs to the system.
    NotHermitian, SiteMismatch, UnknownSite, WrongType

    References
    ----------
    Landauer1961, Reeb2014.

    Examples
    --------
    A random bit is swapped with a thermal one, βω = 2:

    >>> import numpy as np
    >>> import photinus as ph
    >>> s, r = ph.spin("s", 0.5), ph.spin("r", 0.5)
    >>> p = 1 / (1 + np.exp(2.0))
    >>> def bit(site, up):
    ...     return ph.states.from_matrix({site: 2}, np.diag([up, 1 - up]))
    >>> before = ph.states.product(bit(s, 0.5), bit(r, p))
    >>> after = ph.states.product(bit(s, p), bit(r, 0.5))
    >>> ph.information.landauer(before, after, "s", 2.0 * r.z, temperature=1.0)
    Erasure of 0.32781333 nats with the heat β ΔQ = 0.76159416
      excess 0.43378083 = correlation ... + displacement 0.433781 (closure ...)
      bounds: Landauer 0.327813, a reservoir of 2 levels 0.381544
    """
    for state, what in ((before, "state before"), (after, "state after")):
        require_type(state, State, what, "Give a state of system and reservoir.")
    if before.space != after.space:
        raise SiteMismatch("The states before and after have different sites or cutoffs.", "Evolve one into the other.")
    inside = (system,) if isinstance(system, str) else tuple(system)
    chosen = before.axes(inside)
    rest = tuple(site.name for k, site in enumerate(before.sites) if k not in chosen)
    if not inside or not rest:
        raise InvalidInput(f"The system has the sites {inside}, the reservoir {rest}.", "Both need at least one site.")
    t = real_number(temperature, "temperature", minimum=0.0)
    energy = as_operator(hamiltonian)
    if not energy.is_hermitian():
        raise NotHermitian(f"The energy {energy} is not Hermitian.", "Add the Hermitian conjugate.")
    if t == 0 or any(site.name in inside for site in energy.sites):
        raise InvalidInput(
            f"The reservoir has the temperature {t:g} and the energy {energy}.",
            "Give T > 0 and an energy of the reservoir's sites alone.",
        )
    first, last = ((x.reduced(*inside), x.reduced(*rest)) for x in (before, after))
    if sum(x.entropy() for x in first) - before.entropy() > INDEPENDENT:
        raise InvalidInput("System and reservoir were correlated before.", "Start from a product state.")
    _require_thermal(first[1], energy, t)
    displacement = -Logarithm(first[1]).traced(last[1]) - last[1].entropy()
    return Erasure(
        heat=float(complex(last[1].expect(energy)).real - complex(first[1].expect(energy)).real) / t,
        erased=first[0].entropy() - last[0].entropy(),
        correlation=max(0.0, sum(x.entropy() for x in last) - after.entropy()),
        displacement=max(0.0, displacement),
        levels=first[1].space.dimension,
    )


def _require_thermal(reservoir: State, energy: Operator, temperature: float) -> None:
    """Refuse a reservoir that is no Gibbs state: of all states of its entropy that has the least energy."""
    space = reservoir.space
    levels = np.linalg.eigvalsh(space.matrix(energy))
    weights = np.exp(-(levels - levels[0]) / temperature)
    weights /= weights.sum()
    free = float(complex(reservoir.expect(energy)).real) - temperature * reservoir.entropy()
    equilibrium = float(weights @ levels + temperature * weights[weights > 0] @ np.log(weights[weights > 0]))
    if free - equilibrium > 1e-8 * temperature:
        raise InvalidInput(
            f"The reservoir was not thermal at {temperature:g}: its free energy is {free - equilibrium:.2g} above "
            "equilibrium.",
            "Start it as a thermal state of H_R.",
        )


def finite_bath_bound(erased: float, levels: int) -> float:
    """The least βΔQ ≥ ΔS + 2(ΔS)²/(ln²(d − 1) + 4) with which a reservoir of d levels erases ΔS ≥ 0 (Reeb, Wolf 2014).

    Parameters
    ----------
    erased : float
        ΔS ≥ 0, nats.
    levels : int
        d ≥ 2.

    Examples
    --------
    >>> import photinus as ph
    >>> round(ph.information.finite_bath_bound(0.327813325, levels=2), 9)
    0.381544113
    """
    s = real_number(erased, "erased entropy", minimum=0.0)
    d = whole_number(levels, "number of levels", minimum=2)
    return s + 2 * s**2 / (log(d - 1) ** 2 + 4)


@dataclass(frozen=True, eq=False)
class MeasurementGain:
    """What a measurement tells and what it is worth; made by :func:`measurement_gain`.

    Attributes
    ----------
    probabilities : mapping of str to float
        p_k.
    states : mapping of str to State
        ρ_k of the outcomes that occur.
    information : float
        I = S(ρ) − Σ p_k S(ρ_k), nats: from 0 to the entropy H(p) of the outcomes.
    outcome_entropy : float
        H(p) = −Σ p_k ln p_k: the memory that holds the outcomes costs at least T·H to erase.
    """

    probabilities: Mapping[str, float]
    states: Mapping[str, State]
    information: float
    outcome_entropy: float
    references: tuple[str, ...] = field(default=("Groenewold1971", "Ozawa1986", "SagawaUeda2008"), repr=False)

    def extractable_work(self, temperature: float, free_energy_change: float = 0.0) -> float:
        """The most work −ΔF + T·I that feedback extracts at the temperature T (Sagawa, Ueda 2008).

        Parameters
        ----------
        temperature : float
            T ≥ 0.
        free_energy_change : float
            ΔF of the whole cycle; 0 where it returns.
        """
        t = real_number(temperature, "temperature", minimum=0.0)
        return t * self.information - real_number(free_energy_change, "change of the free energy")

    def to_xarray(self) -> xarray.Dataset:
        """The probabilities over the outcomes, and both informations."""
        numbers = {"information": self.information, "outcome_entropy": self.outcome_entropy}
        return record(numbers, {"outcome": {"probability": self.probabilities}})

    def __repr__(self) -> str:
        chances = ", ".join(f"{name}: {p:.4g}" for name, p in self.probabilities.items())
        return (
            f"Measurement ({chances}): information {self.information:.8g} nats of {self.outcome_entropy:.6g} in the "
            "outcomes"
        )


def measurement_gain(state: State, operators: Mapping[str, Operator | Scalar]) -> MeasurementGain:
    """The information that an efficient measurement with the operators {M_k} gains, Σ M_k†M_k = 1.

    Parameters
    ----------
    state : State
    operators : mapping of str to Operator
        One Kraus operator M_k for each outcome; Hermitian or not (a feedback U_kM_k is one too).

    Returns
    -------
    MeasurementGain

    Raises
    ------
    InvalidInput
        If the probabilities do not add up to 1 in this state.
    UnknownSite, SiteMismatch, WrongType

    References
    ----------
    Groenewold1971, Ozawa1986, SagawaUeda2008.

    Examples
    --------
    A measurement that errs with the probability ε gains ln 2 − H(ε):

    >>> import photinus as ph
    >>> s, error = ph.spin("s", 0.5), 0.1
    >>> up, down = 0.5 + s.z, 0.5 - s.z
    >>> good, bad = (1 - error) ** 0.5, error**0.5
    >>> bit = ph.states.from_matrix({s: 2}, [[0.5, 0], [0, 0.5]])
    >>> gain = ph.information.measurement_gain(bit, {"up": good * up + bad * down, "down": bad * up + good * down})
    >>> round(gain.information, 8), round(gain.extractable_work(temperature=2.0), 8)
    (0.36806421, 0.73612841)
    """
    require_type(state, State, "state", "Give a state, such as that of ph.steady_state(model).")
    if not isinstance(operators, Mapping) or not operators:
        raise WrongType(f"The operators are {shown(operators)}.", "Give {outcome: M}.")
    chances: dict[str, float] = {}
    states: dict[str, State] = {}
    for name, given in operators.items():
        operator = as_operator(given)
        after = State(state.grading, multiplied(state, left=operator, right=operator.dag()))
        p = after.trace()
        chances[str(name)] = p
        if p > 0:
            states[str(name)] = State(state.grading, {order: x / p for order, x in after.parts.items()})
    if not abs(sum(chances.values()) - 1) <= 1e-8:
        raise InvalidInput(
            f"The probabilities of the outcomes add up to {sum(chances.values()):.8g}.",
            "Give operators with Σ M†M = 1, and a cutoff that holds what they do.",
        )
    mean = sum(chances[name] * x.entropy() for name, x in states.items())
    gained = state.entropy() - mean
    entropy = sum(-p * log(p) for p in chances.values() if p > 0)
    return MeasurementGain(MappingProxyType(chances), MappingProxyType(states), gained, entropy)
