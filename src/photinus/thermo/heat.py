"""Heat, work and particles: the first law, and which heat is meant.

Choose the energy E whose change is to be booked. In the frame of the model, dρ/dt = −i[H, ρ] + Σ_k 𝓓_kρ, exactly

    d⟨E⟩/dt = P + Σ_k J_k,     J_k = Tr(E 𝓓_kρ),     P = i⟨[H, E]⟩,

all positive *into* the system. The heat is Q_k = J_k − μ_k·dN_k/dt. What E has to be follows from the baths: a bath in
detailed balance takes a fixed quantum q from every jump, so that [E − μN, L] = −qL must hold. Three cases:

- **global**: the Hamiltonian H itself obeys it. P = 0 without a drive.
- **local**: only the bare part H₀ of H = H₀ + V does, V being the coupling. The heat is that of H₀, and keeping the
  coupling on costs the work P = i⟨[V, H₀]⟩, which the fresh units of a repeated interaction (a collision model) bring
  in (Barra 2015; De Chiara et al. 2018). Heat booked with the full H would run from cold to hot (Levy, Kosloff 2014).
- **rotating frame**: neither does, because the frame has taken the frequency out of H. The physical energy in the
  frame, H + ω·N for a frame at ω, must be given; P is then the power of the drive, ⟨∂H/∂t⟩.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from photinus.algebra import Operator, Scalar, commutator
from photinus.algebra.operator import as_operator, shift_of
from photinus.errors import InvalidInput, NotHermitian, Undefined
from photinus.model import Model
from photinus.numerics.checks import real_number
from photinus.numerics.tables import record
from photinus.solve.arguments import require_model, require_state
from photinus.solve.dynamics.drives import Drive, make_drives
from photinus.space.space import Bands
from photinus.space.state import State
from photinus.thermo.bands import adjoint_dissipator, commutator_bands, expected, generated
from photinus.thermo.channels import Channel, by_owner, channels, proportion

if TYPE_CHECKING:
    import xarray

MATCH = 1e-8
"""To this relative precision a jump must be an eigenoperator of the energy."""


@dataclass(frozen=True)
class HeatClass:
    """Which heat is meant.

    Attributes
    ----------
    name : str
        "global", "local", "given", "rotating frame" or "affinities".
    energy : Operator or None
        E; None where the model does not tell it.
    lawful : bool
        Whether every bath is in detailed balance with E, so that −Σ βQ is an entropy production.
    explanation : str
        One sentence.
    """

    name: str
    energy: Operator | None
    lawful: bool
    explanation: str

    def __str__(self) -> str:
        return f"{self.name}: {self.explanation}"

    def __repr__(self) -> str:
        energy = "" if self.energy is None else f"; energy {self.energy}"
        return f"Heat, {self}{energy}"


def heat_class(
    model: Model, hamiltonian: Operator | Scalar | None = None, *, number: Operator | Scalar | None = None
) -> HeatClass:
    """Which heat a model's baths exchange, and with which energy it is booked.

    Parameters
    ----------
    model : Model
    hamiltonian : Operator, optional
        The energy to book with; by default the model's Hamiltonian, or its bare part.
    number : Operator, optional
        N of the particles; needed where a bath has a chemical potential.

    Returns
    -------
    HeatClass

    Raises
    ------
    NotHermitian, InvalidInput
        For an energy that is not Hermitian, and a chemical potential without ``number``.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b, hot = ph.oscillator("a"), ph.oscillator("b"), ph.Bath("hot", temperature=2.0)
    >>> coupled = ph.Model(a.dag() * a + b.dag() * b + 0.1 * (a.dag() * b + b.dag() * a), [hot.jump(0.1, a, 1.0)])
    >>> ph.thermo.heat_class(coupled).name, ph.thermo.heat_class(coupled).energy
    ('local', a† a + b† b)
    """
    require_model(model)
    energy = None if hamiltonian is None else _hermitian(hamiltonian)
    return _heat_class(model, energy, None if number is None else _hermitian(number))


@lru_cache(maxsize=64)
def _heat_class(model: Model, energy: Operator | None, number: Operator | None) -> HeatClass:
    found = [c for c in channels(model) if c.bath is not None]
    particles = _number(found, number)
    told = [c for c in found if c.quantum is not None]
    if energy is not None:
        lawful = len(told) == len(found) and all(_balanced(energy, particles, c) for c in told)
        if energy.isclose(model.hamiltonian) and lawful:
            return HeatClass("global", energy, True, "every bath is in detailed balance with the full Hamiltonian")
        text = "each bath is in detailed balance with it" if lawful else "NOT every bath is in detailed balance with it"
        return HeatClass("given", energy, lawful, f"heat is booked with the given energy; {text}")
    if not found:
        return HeatClass("affinities", None, True, "no jump is owned by a bath, and every pair has its own affinity")
    if len(told) < len(found):
        silent = next(c for c in found if c.quantum is None)
        return HeatClass("affinities", None, True, f"the rates of the jump {silent.label} do not tell its quantum")
    if all(_balanced(model.hamiltonian, particles, c) for c in told):
        text = "every bath is in detailed balance with the full Hamiltonian"
        return HeatClass("global", model.hamiltonian, True, text)
    for bare in _bare_parts(model, told):
        if all(_balanced(bare, particles, c) for c in told):
            text = (
                "the dissipators know the bare energies only; heat is that of the bare Hamiltonian, and keeping the "
                "coupling on takes the work of repeated interactions"
            )
            return HeatClass("local", bare, True, text)
    text = "the quanta of the baths are not the frequencies of the Hamiltonian; give the physical energy"
    return HeatClass("rotating frame", None, True, text)


def heat_currents(
    model: Model,
    state: State,
    hamiltonian: Operator | Scalar | None = None,
    *,
    number: Operator | Scalar | None = None,
) -> dict[str, float]:
    """The heat that flows from each bath into the system, Q_k = Tr(E 𝓓_kρ) − μ_k·dN_k/dt.

    Parameters
    ----------
    model : Model
        Every jump is owned by a bath.
    state : State
        Stationary or not.
    hamiltonian : Operator, optional
        The energy E. By default the model's own: the full Hamiltonian where the baths are in detailed balance with it,
        its bare part where they are local (:func:`heat_class` tells). In a rotating frame it must be given.
    number : Operator, optional
        N of the particles; needed where a bath has a chemical potential.

    Returns
    -------
    dict of str to float
        By the name of the bath; energy per time, positive into the system.

    Raises
    ------
    InvalidInput
        For a jump without a bath, a bath whose jumps do not tell their quanta (no temperature), and a rotating frame,
        where no ``hamiltonian`` is given.
    SiteMismatch, WrongType

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 0.5)
    >>> hot, cold = ph.Bath("hot", 2.0), ph.Bath("cold", 0.5)
    >>> qubit = ph.Model(s.z, [hot.jump(0.1, s.minus, 1.0), cold.jump(0.2, s.minus, 1.0)])
    >>> flow = ph.thermo.heat_currents(qubit, ph.steady_state(qubit))
    >>> {name: round(q, 10) for name, q in flow.items()}
    {'hot': 0.0412867585, 'cold': -0.0412867585}
    """
    found, energy = _owned(model, state, hamiltonian, number)
    currents = _currents(state, found, state.space.bands(energy))
    for owner, part in found.items():
        potential = part[0].bath.chemical_potential if part[0].bath is not None else 0.0
        if potential:
            particles = state.space.bands(_number(part, number))
            currents[owner] -= potential * _currents(state, {owner: part}, particles)[owner]
    return currents


def energy_currents(model: Model, state: State, hamiltonian: Operator | Scalar | None = None) -> dict[str, float]:
    """The energy that each bath, and each jump without a bath, brings into the system: Tr(H 𝓓_kρ).

    Parameters
    ----------
    model : Model
    state : State
    hamiltonian : Operator, optional
        The energy; by default the model's Hamiltonian, as it stands. No heat is claimed.

    Returns
    -------
    dict of str to float
        By bath, or by the label of a jump that no bath owns; energy per time, positive into the system.

    Raises
    ------
    NotHermitian, SiteMismatch, WrongType
    """
    require_model(model)
    require_state(model, state, "state")
    energy = model.hamiltonian if hamiltonian is None else _hermitian(hamiltonian)
    return _currents(state, by_owner(channels(model)), state.space.bands(energy))


def particle_currents(model: Model, state: State, number: Operator | Scalar) -> dict[str, float]:
    """The particles that each bath, and each jump without a bath, brings into the system: Tr(N 𝓓_kρ).

    Parameters
    ----------
    model : Model
    state : State
    number : Operator
        N, such as a†a + b†b.

    Returns
    -------
    dict of str to float
        Particles per time, positive into the system.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    >>> flow = ph.thermo.particle_currents(clock, ph.steady_state(clock), a.dag() * a)
    >>> round(abs(sum(flow.values())), 8)
    0.0
    """
    return energy_currents(model, state, number)


def power(
    model: Model,
    state: State,
    hamiltonian: Operator | Scalar | None = None,
    *,
    number: Operator | Scalar | None = None,
    drives: Iterable[Drive] = (),
    time: float = 0.0,
) -> float:
    """The work per time that is done on the system, P = i⟨[H, E]⟩.

    Parameters
    ----------
    model : Model
    state : State
    hamiltonian : Operator, optional
        The energy E, as of :func:`heat_currents`: in a rotating frame the physical one, H + ω·N for a frame at ω. P is
        then ⟨∂H/∂t⟩ of the periodic drive in the laboratory. Of local baths P is the work of repeated interactions.
    number : Operator, optional
        As of :func:`heat_currents`.
    drives : iterable of (operator, function)
        As of :func:`photinus.evolve`: f(t)·O + h.c. is added to H. E does not hold the drives.
    time : float
        t, where there are drives.

    Returns
    -------
    float
        Positive into the system: an engine has a negative power.

    Examples
    --------
    A resonantly driven qubit in the frame of the drive, ω = 10:

    >>> import photinus as ph
    >>> s, vacuum = ph.spin("s", 0.5), ph.Bath("vacuum", 0.0)
    >>> driven = ph.Model(0.5 * s.x, [vacuum.jump(1.0, s.minus, 10.0)])
    >>> state, physical = ph.steady_state(driven), 0.5 * s.x + 10.0 * s.z
    >>> round(ph.thermo.power(driven, state, physical), 9), ph.thermo.heat_currents(driven, state, physical)
    (1.666666667, {'vacuum': -1.6666...})
    """
    _, energy = _owned(model, state, hamiltonian, number, with_heat=False)
    return _work(driven(model, drives, time), state, energy)


def _work(model: Model, state: State, energy: Operator) -> float:
    """i⟨[H, E]⟩ with the truncated operators."""
    space = state.space
    commuted = commutator_bands(space, space.bands(model.hamiltonian), space.bands(energy))
    return float((1j * expected(state, commuted)).real)


def driven(model: Model, drives: Iterable[Drive], time: float) -> Model:
    """The model as it stands at one time, with f(t)·O + h.c. of each drive in its Hamiltonian."""
    moment = real_number(time, "time")
    made = make_drives(drives, model, moment, moment)
    terms = [s * operator for operator, s in zip(made.operators, made.signals(moment), strict=True)]
    return replace(model, hamiltonian=sum(terms, model.hamiltonian)) if terms else model


@dataclass(frozen=True, eq=False)
class FirstLaw:
    """The balance d⟨E⟩/dt = P + Σ Q_k + Σ μ_k·dN_k/dt.

    Attributes
    ----------
    heat : mapping of str to float
        Q_k by bath.
    chemical : mapping of str to float
        μ_k·dN_k/dt by bath, 0 without a chemical potential.
    power : float
        P.
    change : float
        d⟨E⟩/dt = Tr(E 𝓛ρ), computed by itself.
    closure : float
        change − power − Σ heat − Σ chemical: rounding.
    heat_class : HeatClass
        Which heat.
    """

    heat: MappingProxyType[str, float]
    chemical: MappingProxyType[str, float]
    power: float
    change: float
    closure: float
    heat_class: HeatClass
    references: tuple[str, ...] = field(default=("Alicki1979", "Barra2015", "DeChiara2018"), repr=False)

    @property
    def efficiency(self) -> float:
        """Work out over heat in, −P/Σ Q_k⁺, of an engine.

        Raises
        ------
        Undefined
            If no work is delivered.
        """
        supplied = sum(q for q in self.heat.values() if q > 0)
        if not (self.power < 0 and supplied > 0):
            raise Undefined(
                f"The power is {self.power:.3g} into the system: no work is delivered.", "Read .power and .heat."
            )
        return -self.power / supplied

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for sweeps and tables."""
        return {
            **{f"heat_{name}": q for name, q in self.heat.items()},
            "power": self.power,
            "change": self.change,
            "closure": self.closure,
        }

    def to_xarray(self) -> xarray.Dataset:
        """Power, change and closure, heat and chemical work over the baths, the class in the attributes."""
        return record(
            {"power": self.power, "change": self.change, "closure": self.closure},
            {"bath": {"heat": self.heat, "chemical_work": self.chemical}},
            about={"heat": str(self.heat_class)},
        )

    def __repr__(self) -> str:
        lines = [f"First law, positive into the system; heat is {self.heat_class}"]
        lines += [f"  heat from {name:<12} {q:+.8g}" for name, q in self.heat.items()]
        lines += [f"  chemical work of {name} {w:+.8g}" for name, w in self.chemical.items() if w]
        kind = "work of the coupling" if self.heat_class.name == "local" else "power"
        return "\n".join(
            [*lines, f"  {kind:<22} {self.power:+.8g}", f"  d⟨E⟩/dt {self.change:+.3g}, closure {self.closure:.1e}"]
        )


def first_law(
    model: Model,
    state: State,
    hamiltonian: Operator | Scalar | None = None,
    *,
    number: Operator | Scalar | None = None,
    drives: Iterable[Drive] = (),
    time: float = 0.0,
) -> FirstLaw:
    """Heat, chemical work, power and the change of the energy, each computed by itself.

    Parameters
    ----------
    model, state, hamiltonian, number
        As of :func:`heat_currents`.
    drives, time
        As of :func:`power`: the work of the drives at the time t, periodic or not, in the laboratory.

    Returns
    -------
    FirstLaw

    Raises
    ------
    InvalidInput
        As of :func:`heat_currents`.

    Examples
    --------
    A qubit in the laboratory, ω = 10, under a drive that turns with it. What the drive brings leaves as heat:

    >>> import numpy as np
    >>> import photinus as ph
    >>> s, vacuum = ph.spin("s", 0.5), ph.Bath("vacuum", 0.0)
    >>> lab = ph.Model(10.0 * s.z, [vacuum.jump(1.0, s.minus, 10.0)])
    >>> drives = [(0.25 * s.plus, lambda t: np.exp(-10j * t))]
    >>> path = ph.evolve(lab, ph.states.level({s: -0.5}), [0.0, 30.0], drives=drives, keep_states=True)
    >>> law = ph.thermo.first_law(lab, path.states[-1], drives=drives, time=30.0)
    >>> round(law.power, 4), round(law.heat["vacuum"], 4), abs(law.closure) < 1e-12
    (1.6667, -1.6667, True)
    """
    found, energy = _owned(model, state, hamiltonian, number)
    bands = state.space.bands(energy)
    total = _currents(state, found, bands)
    heat = heat_currents(model, state, hamiltonian, number=number)
    now = driven(model, drives, time)
    work = _work(now, state, energy)
    change = float(expected(generated(now, state), bands).real)  # from the generator itself, as it is driven
    chemical = {name: total[name] - heat[name] for name in total}
    return FirstLaw(
        heat=MappingProxyType(heat),
        chemical=MappingProxyType(chemical),
        power=work,
        change=change,
        closure=change - work - sum(total.values()),
        heat_class=heat_class(model, hamiltonian, number=number),
    )


def _owned(
    model: Model,
    state: State,
    hamiltonian: Operator | Scalar | None,
    number: Operator | Scalar | None,
    *,
    with_heat: bool = True,
) -> tuple[dict[str, list[Channel]], Operator]:
    """The channels by bath and the energy to book with, or a refusal that says what is missing."""
    require_model(model)
    require_state(model, state, "state")
    found = channels(model)
    if with_heat:
        for channel in found:
            if channel.bath is None:
                raise InvalidInput(
                    f"The jump {channel.label} is owned by no bath, so that its heat is nobody's.",
                    "Give it a bath, Jump(…, bath=ph.Bath('hot', temperature=…)), or ask for energy_currents.",
                )
    chosen = heat_class(model, hamiltonian, number=number)
    if chosen.energy is None:
        owners = sorted({c.owner for c in found if c.bath is not None and c.quantum is None})
        if owners:
            raise InvalidInput(
                f"The heat of the bath {owners[0]!r} is not determined: {chosen.explanation}.",
                "Give hamiltonian=, the physical energy, or make the jumps with Bath.jump.",
            )
        if all(c.bath is None for c in found):
            raise InvalidInput(
                "No jump is owned by a bath, so that the model does not tell which energy is booked.",
                "Give hamiltonian=, the physical energy; in a rotating frame model.hamiltonian + omega * number.",
            )
        raise InvalidInput(
            f"Heat has no meaning here: {_mismatch(model, found)}.",
            "Give hamiltonian=, the physical energy in this frame, such as model.hamiltonian + omega * number.",
        )
    return by_owner(found), chosen.energy


def _mismatch(model: Model, found: Iterable[Channel]) -> str:
    """Which quantum does not fit, in words."""
    for channel in found:
        if channel.quantum is None or channel.bath is None:
            continue
        if not _balanced(model.hamiltonian, as_operator(0), channel):
            return (
                f"the jump {channel.label} hands the quantum {channel.quantum:g} to the bath {channel.owner!r}, "
                "which no part of the Hamiltonian has as a frequency (a rotating frame?)"
            )
    return "the quanta of the baths do not belong to one energy"


def _currents(state: State, found: dict[str, list[Channel]], energy: Bands) -> dict[str, float]:
    return {
        owner: float(expected(state, adjoint_dissipator(state.space, part, energy)).real)
        for owner, part in found.items()
    }


def _hermitian(hamiltonian: Operator | Scalar) -> Operator:
    energy = as_operator(hamiltonian)
    if not energy.is_hermitian():
        raise NotHermitian(f"The energy {energy} is not Hermitian.", "Add the Hermitian conjugate.")
    return energy


def _number(found: Iterable[Channel], number: Operator | Scalar | None) -> Operator:
    if number is not None:
        return _hermitian(number)
    for channel in found:
        if channel.bath is not None and channel.bath.chemical_potential:
            raise InvalidInput(
                f"The bath {channel.owner!r} has the chemical potential {channel.bath.chemical_potential:g}, and heat "
                "is energy less its worth in particles.",
                "Give number=, the operator of the particles that it exchanges.",
            )
    return as_operator(0)


def _balanced(energy: Operator, particles: Operator, channel: Channel) -> bool:
    """Whether [E − μN, L] = −qL."""
    assert channel.bath is not None
    assert channel.quantum is not None
    free = energy - channel.bath.chemical_potential * particles
    size = max((abs(c) for word, c in free.terms.items() if word), default=0.0)
    offset = 3 * max(size, abs(channel.quantum), 1e-300) * channel.operator  # what is compared never cancels
    moved = commutator(free, channel.operator)
    return (moved + offset).isclose(offset - channel.quantum * channel.operator, MATCH)


def _bare_parts(model: Model, found: list[Channel]) -> list[Operator]:
    """Candidates for H₀: what of H leaves every ket in place, and of that what moves each jump by a frequency."""
    resting = [
        Operator({word: c})
        for word, c in model.hamiltonian.terms.items()
        if all(not any(shift) for shift in shift_of(word).values())
    ]
    linear = [
        term
        for term in resting
        if all(_is_multiple(commutator(term, channel.operator), channel.operator) for channel in found)
    ]
    zero = as_operator(0)
    return [sum(resting, zero), sum(linear, zero)]


def _is_multiple(left: Operator, right: Operator) -> bool:
    return not left.terms or proportion(left, right) is not None
