"""Entropy production: of every bath in Spohn's form, of every engineered pair by its affinity.

A channel with the rates γ of L and γ′ of L†, A = ln(γ/γ′), produces

    σ_j = −Tr(𝓓_jρ ln ρ) + A_j (γ⟨L†L⟩ − γ′⟨LL†⟩) = Σ_{mn} |L_mn|² (γ p_n − γ′ p_m) ln(γ p_n / γ′ p_m) ≥ 0

with p the spectrum of ρ and L_mn in its eigenbasis. Where a bath has a fixed point π ∝ e^{−E/T}, [E, L] = −TA·L, this
is Spohn's −Tr(𝓓ρ(ln ρ − ln π)) (1978), bath by bath. At a steady state the first terms add up to zero: −Σ βQ is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isinf
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator, Word
from photinus.errors import InvalidInput, Undefined
from photinus.measures.blocks import blocks
from photinus.model import Model
from photinus.numerics.tables import record
from photinus.solve.arguments import require_model, require_state
from photinus.solve.linear_response.perturbation import Parts, Perturbation
from photinus.solve.methods import Auto
from photinus.solve.spectra.spectrum import stationary
from photinus.space.liouvillian import generator_on
from photinus.space.state import State
from photinus.thermo.bands import flux, generated
from photinus.thermo.channels import Channel, by_owner, channels
from photinus.thermo.heat import HeatClass, heat_class

if TYPE_CHECKING:
    import xarray

NO_FLUX = 1e-13
"""A flux below this times those of the completely mixed state is none: rounding."""


@dataclass(frozen=True, eq=False)
class EntropyProduction:
    """How much entropy a system and its environment produce per time; made by :func:`entropy_production`.

    Attributes
    ----------
    value : float
        σ ≥ 0 in nats per time; ``inf`` where ``reasons`` say so.
    by_bath : mapping of str to float
        By bath, and by the label of a jump without a bath; each is at least 0 but for rounding.
    entropy_change : float
        dS/dt of the system, 0 at a steady state; inf where a pure part is about to mix.
    flow : float
        Σ A_j·flux_j, the entropy that goes into the environment: −Σ βQ where all belong to baths.
    heat_class : HeatClass
        Which heat stands behind it. σ itself comes from the affinities and does not depend on the frame.
    reasons : tuple of str
        Why it is infinite, with the law by which it grows.
    """

    value: float
    by_bath: Mapping[str, float]
    entropy_change: float
    flow: float
    heat_class: HeatClass
    reasons: tuple[str, ...] = ()
    references: tuple[str, ...] = field(default=("Spohn1978", "Schnakenberg1976", "Alicki1979"), repr=False)

    def __float__(self) -> float:
        return self.value

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for sweeps and tables."""
        parts = {f"entropy_production_{name}": x for name, x in self.by_bath.items()}
        return {"entropy_production": self.value, **parts}

    def to_xarray(self) -> xarray.Dataset:
        """σ, dS/dt and the flow, σ by bath over the baths, class and reasons in the attributes."""
        return record(
            {"entropy_production": self.value, "entropy_change": self.entropy_change, "entropy_flow": self.flow},
            {"bath": {"entropy_production_by_bath": self.by_bath}},
            about={"heat": str(self.heat_class), "reasons": "; ".join(self.reasons)},
        )

    def __repr__(self) -> str:
        lines = [f"Entropy production {self.value:.8g} nats per time ({self.heat_class.name})"]
        lines += [f"  {name:<24} {x:.8g}" for name, x in self.by_bath.items()]
        lines.append(f"  of the system {self.entropy_change:+.3g}, into the environment {self.flow:+.8g}")
        return "\n".join([*lines, *(f"  {reason}" for reason in self.reasons)])


def entropy_production(model: Model, state: State) -> EntropyProduction:
    """The entropy production rate of a state, in total and by bath.

    Parameters
    ----------
    model : Model
        Jumps with their reverses; baths where heat is meant.
    state : State
        Stationary or not, on the sites of the model.

    Returns
    -------
    EntropyProduction
        ``inf`` with its reasons, where a jump that happens has no reverse, or where a state that lacks a level is about
        to reach it (ln 0).

    Raises
    ------
    InvalidInput
        For rates that contradict the temperature of their bath.
    SiteMismatch, WrongType

    References
    ----------
    Spohn1978, Schnakenberg1976, Alicki1979.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 0.5)
    >>> hot, cold = ph.Bath("hot", 2.0), ph.Bath("cold", 0.5)
    >>> qubit = ph.Model(s.z, [hot.jump(0.1, s.minus, 1.0), cold.jump(0.2, s.minus, 1.0)])
    >>> ph.thermo.entropy_production(qubit, ph.steady_state(qubit))
    Entropy production 0.061930138 nats per time (global)
      hot                      0.019086093
      cold                     0.042844045
      of the system ..., into the environment +0.061930138
    """
    require_model(model)
    require_state(model, state, "state")
    found = channels(model)
    fluxes = [_fluxes(state, channel) for channel in found]
    least = NO_FLUX * sum(_typical(state, channel) for channel in found)
    logarithm = Logarithm(state)
    by_bath: dict[str, float] = {}
    reasons: list[str] = []
    change = flow = rounding = 0.0
    place = {id(channel): pair for channel, pair in zip(found, fluxes, strict=True)}
    for owner, part in by_owner(found).items():
        own = 0.0
        for channel in part:
            forward, backward = place[id(channel)]
            cost, reason = _cost(channel, forward - backward, least)
            own += cost
            reasons += [reason] if reason else []
        mixing = logarithm.entropy_change(part, least)
        if isinf(mixing):
            reasons.append(
                f"the state lacks levels that {owner!r} is about to fill: its entropy rises as −p ln p, "
                "with infinite slope"
            )
        gross = sum(abs(c.affinity) * sum(place[id(c)]) for c in part if not isinf(c.affinity))
        by_bath[owner], flow, change = _clean(own + mixing, gross), flow + own, change + mixing
        rounding += gross
    chosen = _class(model)
    return EntropyProduction(
        _clean(flow + change, rounding), MappingProxyType(by_bath), change, flow, chosen, tuple(reasons)
    )


def _clean(value: float, gross: float) -> float:
    """The value, 0 where it is negative by no more than the rounding of what it is the difference of."""
    return 0.0 if -1e-12 * (gross + 1e-300) <= value < 0 else value


def _class(model: Model) -> HeatClass:
    try:
        return heat_class(model)
    except InvalidInput:  # a chemical potential without a number operator: the affinities know it
        return HeatClass("affinities", None, True, "heat is booked through the affinities of the jumps")


def _fluxes(state: State, channel: Channel) -> tuple[float, float]:
    """How often the process happens, forward and backward."""
    return flux(state, channel.rate, channel.operator), flux(state, channel.reverse, channel.operator.dag())


def _typical(state: State, channel: Channel) -> float:
    """The fluxes, forward and backward, in the completely mixed state."""
    squares = sum(float((np.abs(x) ** 2).sum()) for x in state.space.bands(channel.operator).values())
    return (channel.rate + channel.reverse) * squares / state.space.dimension


def _cost(channel: Channel, net: float, least: float) -> tuple[float, str]:
    """A·flux, and why it is infinite."""
    if channel.affinity == 0:
        return 0.0, ""
    if not isinf(channel.affinity):
        return channel.affinity * net, ""
    if abs(net) <= least:
        return 0.0, ""
    return inf, (
        f"the jump {channel.label} has no reverse: "
        f"with a reverse rate r its cost grows as {net:.4g}·ln({channel.rate:.4g}/r)"
    )


class Logarithm:
    """ln ρ on the support of ρ, block by block, and what happens outside.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State):
        self.state = state
        self._blocks = []
        self._outside = []
        for kets, matrix in _blocks(state):
            values, vectors, floor = _spectrum(matrix)
            inside = values > floor * max(values.max(initial=0.0), 0.0)
            supported = vectors[:, inside]
            self._blocks.append((kets, (supported * np.log(values[inside])) @ supported.conj().T))
            if not inside.all():
                self._outside.append((kets, vectors[:, ~inside]))
        zero = state.grading.group.zero
        self._vector: np.ndarray | None = None
        if set(state.parts) == {zero}:
            self._vector = np.concatenate([logarithm.ravel() for _, logarithm in self._blocks])

    def traced(self, moved: State, least: float = 0.0) -> float:
        """Tr(X ln ρ) of a Hermitian operator X, kept as a state is; −inf where X fills levels that ρ lacks.

        ``least`` is what counts as filling.
        """
        size = sum(float(np.abs(vector).sum()) for vector in moved.parts.values())
        filled = 0.0
        for kets, outside in self._outside:
            x = moved.elements(kets[:, None], kets[None, :])
            filled += max(0.0, float(np.einsum("ik,ij,jk->", outside.conj(), x, outside, optimize=True).real))
        if filled > max(1e-12 * size, least):
            return -inf
        if self._vector is not None and moved.grading == self.state.grading:
            return float(np.vdot(self._vector, moved.parts[moved.grading.group.zero]).real)
        total = 0.0
        for kets, logarithm in self._blocks:
            total += float(np.vdot(logarithm, moved.elements(kets[:, None], kets[None, :])).real)
        return total

    def entropy_change(self, part: list[Channel], least: float = 0.0) -> float:
        """dS/dt by some channels, −Tr(𝓓ρ ln ρ)."""
        return -self.traced(dissipated(self.state, part), least)


def _blocks(state: State) -> list[tuple[np.ndarray, np.ndarray]]:
    """(kets, matrix) of every block of ρ; in the order of the sector's vector where ρ has one coherence order."""
    graded = state.grading
    if set(state.parts) != {graded.group.zero}:
        return blocks(state)
    sector, vector = graded.sector(graded.group.zero), state.parts[graded.group.zero]
    return [(graded.members[q], sector.block(vector, q)) for q, _, _ in sector.blocks]


def _spectrum(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Eigenvalues, vectors, and up to which part of the largest they are rounding.

    A diagonal block is taken as it stands, so that small populations stay exact.
    """
    if np.count_nonzero(matrix - np.diag(np.diagonal(matrix))) == 0:
        return np.diagonal(matrix).real.copy(), np.eye(len(matrix)), 0.0
    values, vectors = np.linalg.eigh(matrix if matrix.imag.any() else matrix.real)
    return values, vectors, float(4 * len(values) * np.finfo(float).eps)


def dissipated(state: State, part: list[Channel]) -> State:
    """𝓓ρ of some channels, in the coherence orders of the state."""
    processes = [process for channel in part for process in channel.processes]
    if len(state.parts) > 1:
        return State(state.grading, _by_words(processes).on(state))
    parts: Parts = {}
    zero = Operator({})
    made = generator_on(state.space, zero, tuple(processes), graded=state.grading)
    for order, vector in state.parts.items():
        liouvillian = made.liouvillian(state.grading.sector(order))
        out = np.zeros(len(vector), dtype=complex)
        for (left, right), value in liouvillian.diagonals.items():
            target = liouvillian.sector.targets(left, right)
            inside = target >= 0
            out[target[inside]] += (value * vector)[inside]
        parts[order] = out
    return State(state.grading, parts)


def _by_words(processes: list[tuple[float, Operator]]) -> Perturbation:
    """The dissipators as coefficients of words."""
    gram: dict[tuple[Word, Word], complex] = {}
    for rate, operator in processes:
        for u, x in operator.terms.items():
            for v, y in operator.terms.items():
                gram[u, v] = gram.get((u, v), 0) + rate * x * complex(y).conjugate()
    return Perturbation(Operator({}), gram)


@dataclass(frozen=True, eq=False)
class EntropySplit:
    """σ = σ_na + σ_a: what a relaxing state produces, and what keeping the steady state costs.

    Attributes
    ----------
    non_adiabatic : float
        −Tr(𝓛ρ(ln ρ − ln π)) = −dS(ρ‖π)/dt ≥ 0, π the steady state: 0 at the steady state.
    adiabatic : float
        The rest, the cost of housekeeping: all of σ at the steady state. At least 0 for populations, and wherever jumps
        lead between eigenstates of π; with coherences in π it can be negative away from the steady state.
    """

    non_adiabatic: float
    adiabatic: float
    references: tuple[str, ...] = field(default=("Horowitz2013", "Spohn1978"), repr=False)

    def to_xarray(self) -> xarray.Dataset:
        """Both parts as a dataset."""
        return record({"non_adiabatic": self.non_adiabatic, "adiabatic": self.adiabatic})

    def __repr__(self) -> str:
        sign = "" if self.adiabatic >= 0 else " (negative: the steady state has coherences between its jumps' levels)"
        return f"Entropy production: non-adiabatic {self.non_adiabatic:.8g}, adiabatic {self.adiabatic:.8g}{sign}"


def split_entropy_production(model: Model, state: State, steady: State) -> EntropySplit:
    """The non-adiabatic and the adiabatic part of the entropy production.

    Parameters
    ----------
    model : Model
    state : State
        ρ.
    steady : State
        π, the steady state of the model, with the cutoffs of ``state``.

    Returns
    -------
    EntropySplit

    Raises
    ------
    Undefined
        If ρ has weight where π has none.
    InvalidInput
        If the two have different cutoffs, or ``steady`` is not stationary.

    Examples
    --------
    >>> import photinus as ph
    >>> s, bath = ph.spin("s", 0.5), ph.Bath("room", 1.0)
    >>> qubit = ph.Model(s.z, [bath.jump(0.3, s.minus, 1.0)])
    >>> steady = ph.steady_state(qubit)
    >>> relaxing = ph.evolve(qubit, ph.states.level({s: 0.5}), [0.0, 1.0], keep_states=True).states[-1]
    >>> ph.thermo.split_entropy_production(qubit, relaxing, steady)
    Entropy production: non-adiabatic 0.40243824, adiabatic ...
    """
    produced = entropy_production(model, state)
    require_state(model, steady, "steady state")
    stationary(model, None, Auto(), steady)
    if state.cutoffs != steady.cutoffs:
        raise InvalidInput(
            f"The state has the cutoffs {state.cutoffs}, the steady state {steady.cutoffs}.", "Solve both with one."
        )
    towards = Logarithm(steady).traced(generated(model, state))
    if isinf(towards):
        raise Undefined("The state reaches levels that the steady state lacks.", "Read entropy_production alone.")
    relaxing = produced.entropy_change + towards
    return EntropySplit(relaxing, produced.value - relaxing)
