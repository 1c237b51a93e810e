"""Flows of information between parts of a system, and the second law of each part.

With ρ the state of all, ρ_i that of a part, and 𝓓_i the jumps that change this part,

    I_i = dS_i/dt + Tr[(𝓓_iρ) ln ρ],     Σ_i I_i = d/dt (Σ S_i − S),     σ_i = dS_i/dt − Σ_k β_kQ_k − I_i ≥ 0

(Horowitz, Esposito 2014; Ptaszyński, Esposito 2019). I_i is the rate at which the part's own motion raises what it
shares with the others. At a steady state dS_i/dt = 0, the flows add up to zero, and a part may break its own Clausius
inequality by the information that another one has gathered: a demon. Logarithms are taken on the support of ρ: a part
of 𝓓_iρ outside of it is an infinite rate, not a large number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isinf
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Operator, Word
from photinus.errors import InvalidInput, Undefined
from photinus.information.parts import Parts, channels_of, checked_parts
from photinus.model import Model
from photinus.numerics.tables import record
from photinus.solve.arguments import require_model, require_state
from photinus.solve.linear_response.perturbation import Perturbation, generator_of
from photinus.space.state import State
from photinus.thermo.bands import flux, generated
from photinus.thermo.channels import Channel, by_owner, channels
from photinus.thermo.entropy import Logarithm, dissipated

if TYPE_CHECKING:
    import xarray


def information_flow(model: Model, state: State, *, parts: Parts | None = None) -> dict[str, float]:
    """The flow of information I_i into what each part shares with the others, nats per time.

    Parameters
    ----------
    model : Model
        Every jump changes one part alone.
    state : State
        Stationary or not, on the sites of the model.
    parts : mapping of str to names of sites, optional
        What counts as one part; by default each site.

    Returns
    -------
    dict of str to float
        I_i = dS_i/dt + Tr[(𝓓_iρ) ln ρ] by part: positive where the part learns about the others, negative where it
        uses up, or forgets. They add up to 0 at a steady state, else to the growth of Σ S_i − S.

    Raises
    ------
    InvalidInput
        For a jump that changes two parts at once, such as D[a − b]; for parts that do not fit the sites.
    Undefined
        Where a state that lacks levels of a part is about to fill them: both terms are infinite.
    UnknownSite, SiteMismatch, WrongType

    References
    ----------
    Horowitz2014, Ptaszynski2019.

    Examples
    --------
    The demon of two coupled dots: one learns what the other uses.

    >>> import photinus as ph
    >>> demon = ph.zoo.dot_demon(interaction=2.0, bias=0.2)
    >>> flow = ph.information.information_flow(demon, ph.steady_state(demon))
    >>> flow["d"] > 0 > flow["s"], abs(flow["d"] + flow["s"]) < 1e-12
    (True, True)
    """
    return dict(local_second_laws(model, state, parts=parts).information_flow)


@dataclass(frozen=True, eq=False)
class LocalSecondLaws:
    """The second law of every part; made by :func:`local_second_laws`. All in nats per time, by part.

    Attributes
    ----------
    entropy_change : mapping of str to float
        dS_i/dt.
    entropy_flow : mapping of str to float
        −Σ βQ of the part's baths: the entropy that goes into the environment; inf where a jump has no reverse.
    information_flow : mapping of str to float
        I_i.
    entropy_production : mapping of str to float
        σ_i = entropy_change + entropy_flow − information_flow, at least 0 but for rounding.
    """

    entropy_change: Mapping[str, float]
    entropy_flow: Mapping[str, float]
    information_flow: Mapping[str, float]
    entropy_production: Mapping[str, float]
    references: tuple[str, ...] = field(default=("Horowitz2014", "Ptaszynski2019"), repr=False)

    @property
    def apparent(self) -> dict[str, float]:
        """dS_i/dt − Σ βQ: the entropy production that somebody sees who does not know of the other parts."""
        return {name: self.entropy_change[name] + x for name, x in self.entropy_flow.items()}

    @property
    def fed(self) -> tuple[str, ...]:
        """The parts that seem to break the second law: information, or heat handed on by the others, feeds them.

        Where no energy passes between the parts this is a Maxwell demon; a part between a hot bath and another part is
        listed too.
        """
        return tuple(name for name, x in self.apparent.items() if x < -1e-12 * abs(self.information_flow[name]) - 1e-15)

    def to_xarray(self) -> xarray.Dataset:
        """The four rates over the parts."""
        columns = ("entropy_change", "entropy_flow", "information_flow", "entropy_production")
        return record({}, {"part": {name: getattr(self, name) for name in columns}})

    def __repr__(self) -> str:
        lines = ["Second law of each part, nats per time: σ = dS/dt − Σ βQ − I"]
        for name, sigma in self.entropy_production.items():
            mark = "  (fed by information)" if name in self.fed else ""
            lines.append(
                f"  {name:<10} σ {sigma:.6g}: dS/dt {self.entropy_change[name] + 0.0:+.3g}, "
                f"−Σ βQ {self.entropy_flow[name]:+.6g}, I {self.information_flow[name]:+.6g}{mark}"
            )
        return "\n".join(lines)


def local_second_laws(model: Model, state: State, *, parts: Parts | None = None) -> LocalSecondLaws:
    """The entropy balance of every part of a system, with the information that flows between them.

    Parameters
    ----------
    model, state, parts
        As of :func:`information_flow`.

    Returns
    -------
    LocalSecondLaws

    Raises
    ------
    InvalidInput, Undefined, UnknownSite, SiteMismatch, WrongType
        As of :func:`information_flow`.

    References
    ----------
    Horowitz2014, Ptaszynski2019.

    Examples
    --------
    >>> import photinus as ph
    >>> demon = ph.zoo.dot_demon(interaction=2.0, bias=0.2)
    >>> ph.information.local_second_laws(demon, ph.steady_state(demon)).fed
    ('s',)
    """
    require_model(model)
    require_state(model, state, "state")
    named = checked_parts(state, parts)
    owned = channels_of(model, named)
    logarithm, moved = Logarithm(state), generated(model, state)
    change: dict[str, float] = {}
    outside: dict[str, float] = {}
    flow: dict[str, float] = {}
    produced: dict[str, float] = {}
    for part, sites in named.items():
        own = state.reduced(*sites)
        change[part] = -Logarithm(own).traced(moved.reduced(*sites))
        into = logarithm.traced(dissipated(state, owned[part]))
        if isinf(change[part]) and isinf(into):
            raise Undefined(
                f"The state lacks levels of {part!r} that its jumps are about to fill: its entropy and the whole one "
                "both rise with infinite slope.",
                "Let the state evolve a little first, or start from one of full rank.",
            )
        flow[part] = change[part] + into
        outside[part] = sum(_entropy_outside(state, channel) for channel in owned[part])
        produced[part] = outside[part] - into
    return LocalSecondLaws(
        entropy_change=MappingProxyType(change),
        entropy_flow=MappingProxyType(outside),
        information_flow=MappingProxyType(flow),
        entropy_production=MappingProxyType(produced),
    )


def _laid(state: State, perturbation: Perturbation) -> State:
    parts = perturbation.on(state)
    zero = state.grading.group.zero
    parts.setdefault(zero, np.zeros(state.grading.sector(zero).size, dtype=complex))
    return State(state.grading, parts)


def _entropy_outside(state: State, channel: Channel) -> float:
    """A·(forward − backward): the entropy that a channel leaves in the environment."""
    if channel.affinity == 0:
        return 0.0
    forward = flux(state, channel.rate, channel.operator)
    net = forward - flux(state, channel.reverse, channel.operator.dag())
    if not isinf(channel.affinity):
        return channel.affinity * net
    squares = sum(float((np.abs(x) ** 2).sum()) for x in state.space.bands(channel.operator).values())
    return inf if net > 1e-13 * channel.rate * squares / state.space.dimension else 0.0


@dataclass(frozen=True, eq=False)
class InformationRates:
    """What each process does to the mutual information of two sites; made by :func:`mutual_information_rates`.

    Attributes
    ----------
    sites : (str, str)
    by_source : mapping of str to float
        dI/dt by the Hamiltonian (``"hamiltonian"``), by each bath, and by each jump without a bath, nats per time. What
        acts on one of the two sites alone is never positive.
    """

    sites: tuple[str, str]
    by_source: Mapping[str, float]
    references: tuple[str, ...] = field(default=("Horowitz2014",), repr=False)

    @property
    def total(self) -> float:
        """dI/dt; 0 at a steady state."""
        return sum(self.by_source.values())

    def to_xarray(self) -> xarray.Dataset:
        """The rates over their sources, and the total."""
        sources = {"source": {"rate": self.by_source}}
        return record({"total": self.total}, sources, about={"sites": " ".join(self.sites)})

    def __repr__(self) -> str:
        lines = [f"Mutual information of {self.sites[0]} and {self.sites[1]}: dI/dt = {self.total:+.3g} nats per time"]
        return "\n".join([*lines, *(f"  {name:<24} {x:+.8g}" for name, x in self.by_source.items())])


def mutual_information_rates(model: Model, state: State, first: str, second: str) -> InformationRates:
    """dI(a:b)/dt split by what causes it: Tr[(𝓛_kρ)_ab (ln ρ_ab − ln ρ_a − ln ρ_b)].

    Parameters
    ----------
    model : Model
        Any jumps, those of common baths as well.
    state : State
    first, second : str
        Two sites; others are traced out.

    Returns
    -------
    InformationRates

    Raises
    ------
    Undefined
        Where a process fills levels that the pair and a site of it both lack.
    InvalidInput, UnknownSite, SiteMismatch, WrongType

    References
    ----------
    Horowitz2014.

    Examples
    --------
    A common bath keeps two oscillators correlated, against the noise of each:

    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> own, common = ph.Bath("own"), ph.Bath("common")
    >>> jumps = [ph.Jump(1.0, x.dag(), bath=own) for x in (a, b)] + [ph.Jump(2.0, x**2, bath=own) for x in (a, b)]
    >>> pair = ph.Model(jumps=[*jumps, ph.Jump(1.0, a - b, bath=common)])
    >>> rates = ph.information.mutual_information_rates(pair, ph.steady_state(pair), "a", "b")
    >>> rates.by_source["common"] > 0 > rates.by_source["own"], abs(rates.total) < 1e-6
    (True, True)
    """
    require_model(model)
    require_state(model, state, "state")
    state.axes((first, second))
    pair = state.reduced(first, second)
    logarithms: list[tuple[float, Logarithm, tuple[str, ...]]] = [(1.0, Logarithm(pair), (first, second))]
    logarithms += [(-1.0, Logarithm(pair.reduced(name)), (name,)) for name in (first, second)]

    def rate(moved: State, source: str) -> float:
        terms = [sign * logarithm.traced(moved.reduced(*names)) for sign, logarithm, names in logarithms]
        if {inf, -inf} <= set(terms):
            raise Undefined(
                f"The state lacks levels of {first!r} or {second!r} that {source} is about to fill.",
                "Let the state evolve a little first, or start from one of full rank.",
            )
        return sum(terms)

    out = {"hamiltonian": rate(_laid(state, Perturbation(model.hamiltonian, {})), "the Hamiltonian")}
    for owner, found in by_owner(channels(model)).items():
        out[owner] = rate(dissipated(state, found), repr(owner))
    return InformationRates((first, second), MappingProxyType(out))


def information_transfer(model: Model, state: State, source: str, target: str) -> float:
    """The part of the entropy change of one site that another site causes (Liang 2005; quantum: Yi, Bose 2022).

    T = dS_target/dt − (dS_target/dt with every word of H and of the jumps that acts on the source left out).

    Parameters
    ----------
    model : Model
    state : State
    source, target : str
        Two sites.

    Returns
    -------
    float
        Nats per time; positive where the source makes the target less certain, negative where it orders it, as a clock
        that another one follows. 0 where the two are not coupled. It is not symmetric, and no bound of a second law.

    Raises
    ------
    Undefined
        Where the target lacks levels that are about to be filled.
    InvalidInput, UnknownSite, SiteMismatch, WrongType

    References
    ----------
    Liang2005, Yi2022.

    Examples
    --------
    One way, the cascaded pair: the second oscillator hears the first, which hears nothing.

    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> coupling = 0.5j * (a.dag() * b - b.dag() * a)
    >>> cascade = ph.Model(coupling, [ph.Jump(1.0, a + b), ph.Jump(0.5, a.dag()), ph.Jump(0.3, b)])
    >>> state = ph.steady_state(cascade, cutoff=ph.Fixed(12))
    >>> transfers = [ph.information.information_transfer(cascade, state, *pair) for pair in (("a", "b"), ("b", "a"))]
    >>> transfers[0] > 0.1, abs(transfers[1]) < 1e-4
    (True, True)
    """
    require_model(model)
    require_state(model, state, "state")
    state.axes((source, target))
    whole = generator_of(model)

    def silent(word: Word) -> bool:
        return all(site.name != source for site, _ in word)

    kept = Perturbation(
        Operator({word: c for word, c in whole.hamiltonian.terms.items() if silent(word)}),
        {(u, v): c for (u, v), c in whole.gram.items() if silent(u) and silent(v)},
    )
    logarithm = Logarithm(state.reduced(target))
    change, alone = (-logarithm.traced(_laid(state, x).reduced(target)) for x in (whole, kept))
    if isinf(change) or isinf(alone):
        raise Undefined(
            f"The state lacks levels of {target!r} that are about to be filled: its entropy has an infinite slope.",
            "Let the state evolve a little first.",
        )
    return change - alone


@dataclass(frozen=True, eq=False)
class LearningRate:
    """How fast a part learns about the rest, and what it pays; made by :func:`learning_rate`.

    Attributes
    ----------
    learner : str
    rate : float
        I of the learner, nats per time.
    cost : float
        dS/dt − Σ βQ of the learner, at least ``rate``.
    """

    learner: str
    rate: float
    cost: float
    references: tuple[str, ...] = field(default=("Barato2014",), repr=False)

    @property
    def efficiency(self) -> float:
        """rate/cost, at most 1; 0 where the learner pays with infinite entropy.

        Raises
        ------
        Undefined
            If the learner pays nothing.
        """
        if not self.cost > 0:
            raise Undefined(f"The learner produces {self.cost:.3g} nats per time: it does not pay.", "Read .rate.")
        return self.rate / self.cost

    def to_xarray(self) -> xarray.Dataset:
        """Rate and cost as a dataset."""
        return record({"rate": self.rate, "cost": self.cost}, about={"learner": self.learner})

    def __repr__(self) -> str:
        share = f" (efficiency {self.efficiency:.1%})" if self.cost > 0 else ""
        return f"{self.learner} learns {self.rate:.8g} nats per time at the cost of {self.cost:.8g}{share}"


def learning_rate(model: Model, state: State, learner: str) -> LearningRate:
    """The rate at which one site learns about all the others by its own motion (Barato, Hartich, Seifert 2014).

    Parameters
    ----------
    model, state
        As of :func:`information_flow`; jumps may couple the other sites in any way.
    learner : str
        A site; the rest is one part.

    Returns
    -------
    LearningRate

    Raises
    ------
    InvalidInput, Undefined, UnknownSite, SiteMismatch, WrongType

    References
    ----------
    Barato2014.

    Examples
    --------
    >>> import photinus as ph
    >>> demon = ph.zoo.dot_demon(interaction=2.0, bias=0.2)
    >>> learnt = ph.information.learning_rate(demon, ph.steady_state(demon), "d")
    >>> 0 < learnt.rate < learnt.cost
    True
    """
    require_model(model)
    require_state(model, state, "state")
    state.axes((learner,))
    rest = tuple(site.name for site in state.sites if site.name != learner)
    if not rest:
        raise InvalidInput(f"{learner!r} is the only site.", "Take a model of two sites or more.")
    laws = local_second_laws(model, state, parts={learner: (learner,), "the rest": rest})
    return LearningRate(learner, laws.information_flow[learner], laws.apparent[learner])
