"""How far a network is in step, by one number that every theory has.

    C = Σ_{j≠k} ⟨A_j†A_k⟩ / (N − 1) Σ_j ⟨A_j†A_j⟩,     r = √C,

with A = a of an oscillator and S₋ of a spin or atom: the mean correlation of a pair. It is 0 for independent units,
whatever their number (Kuramoto's √⟨|Σe^{iφ}|²⟩/N has 1/√N there), 1 for one common amplitude, and below 0 where units
avoid each other. For N → ∞ the state is a product and r = |⟨A⟩|/√⟨A†A⟩. It sees amplitudes: r stays below 1 where
fluctuations of the amplitude take their share, and pairs that are locked in antiphase cancel those in phase.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from photinus.algebra import Ensemble, Operator, Oscillator, Site, Spin, ensemble, oscillator, spin
from photinus.algebra.operator import as_operator
from photinus.collective.infinite_network import NetworkState
from photinus.collective.kuramoto import Kuramoto, KuramotoRun
from photinus.collective.network import NetworkMotion
from photinus.errors import InvalidInput, Undefined, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_number
from photinus.solve.dynamics.evolve import Evolution
from photinus.solve.mean_field import MeanField
from photinus.solve.moments.results import MovingMoments, RestingMoments
from photinus.solve.motion import Motion
from photinus.solve.phase_space.truncated_wigner import WignerTrajectories
from photinus.solve.unravelling.trajectories import Trajectories
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray

Source: TypeAlias = (
    State | Evolution | RestingMoments | MovingMoments | Trajectories | Motion | NetworkMotion | NetworkState
    | Kuramoto | KuramotoRun
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class NetworkOrder:
    """The order parameter of a network.

    Attributes
    ----------
    pairs : ndarray, shape (T,) or ()
        C, from −1/(N − 1) to 1.
    error : ndarray, shape (T,) or ()
        Standard error of C over trajectories or runs; 0 where nothing is sampled, NaN for a single run.
    units : float
        N; infinite for infinite networks.
    times : ndarray, shape (T,), optional
        None for states at rest and for averages over times.
    """

    pairs: np.ndarray
    error: np.ndarray
    units: float
    times: np.ndarray | None = None

    def __post_init__(self) -> None:
        for array in (self.pairs, self.error):
            array.setflags(write=False)

    @property
    def value(self) -> np.ndarray:
        """√C, from 0 to 1; 0 where C is negative."""
        return np.asarray(np.sqrt(np.maximum(self.pairs, 0.0)))

    def __float__(self) -> float:
        if self.pairs.ndim:
            raise Undefined(f"The order has {len(self.pairs)} times.", "Take .value, or give after= for a mean.")
        return float(self.value)

    def to_xarray(self) -> xarray.Dataset:
        """C and its error over ``time``."""
        import xarray as xr

        axes = ("time",) if self.pairs.ndim else ()
        coordinates = {"time": self.times} if axes else {}
        return xr.Dataset({"pairs": (axes, self.pairs), "error": (axes, self.error)}, coordinates)

    def __repr__(self) -> str:
        c, error = float(self.pairs.flat[-1]), float(self.error.flat[-1])
        spread = f" ± {error:.1g}" if error != 0 else ""
        when = f" at the last of {len(self.pairs)} times" if self.pairs.ndim else ""
        number = "infinitely many" if self.units == inf else f"{self.units:g}"
        return f"NetworkOrder of {number} units{when}: r = {float(self.value.flat[-1]):.6g}, C = {c:.6g}{spread}"


def order_operators(model: Model | Iterable[Site], *, amplitudes: bool = False) -> dict[str, Operator]:
    """What to observe of a run so that :func:`network_order` can read it: ``observe=order_operators(model)``.

    Parameters
    ----------
    model : Model or iterable of Site
        Oscillators, spins and ensembles; qudits are left out.
    amplitudes : bool
        For ``truncated_wigner`` of many oscillators: keep Σ a_j, of N terms, in the place of Σ_{j≠k} a_j†a_k, of N².

    Returns
    -------
    dict of str to Operator
        ``units``, ``quanta`` = Σ A_j†A_j, and ``pairs`` = Σ_{j≠k} A_j†A_k (or ``sum`` = Σ A_j).

    Raises
    ------
    WrongType
        For anything else than a model or sites.
    InvalidInput
        If none of the sites is an oscillator, spin or ensemble.

    Examples
    --------
    >>> import photinus as ph
    >>> from photinus.collective import network_order, order_operators
    >>> trio = ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=0.05, dissipative=0.2)
    >>> start = dict.fromkeys(trio.oscillators, 3.0)
    >>> runs = ph.truncated_wigner(trio, start, [0, 5, 6, 7], count=50, observe=order_operators(trio))
    >>> order = network_order(runs, after=5)
    >>> bool(0.8 < float(order) < 1), bool(0 < order.error < 0.1)
    (True, True)
    """
    units, total, quanta = _ladders(_sites(model))
    if not units:
        raise InvalidInput("The model has no oscillator, spin or ensemble.", "Give a model of units that can lock.")
    found = {"units": as_operator(units), "quanta": quanta}
    return {**found, "sum": total} if amplitudes else {**found, "pairs": total.dag() * total - quanta}


def _sites(model: Any) -> tuple[Site, ...]:
    """The sites of a model, or those that were given."""
    sites = model.sites if isinstance(model, Model) else tuple(model) if isinstance(model, Iterable) else (model,)
    if strange := [site for site in sites if not isinstance(site, Site)]:
        raise WrongType(f"The operators of {shown(strange[0])} are asked.", "Give a Model or its sites.")
    return sites


def network_order(source: Source, *, after: float | None = None, field: MeanField | None = None) -> NetworkOrder:
    """The order parameter of a network in any theory.

    Parameters
    ----------
    source
        A State; cumulants at rest or in time; a mean-field Motion or NetworkMotion; an Evolution, trajectories or
        truncated-Wigner run that observed :func:`order_operators`; a NetworkState of an infinite network of
        single-site units; Kuramoto's model or a run of it. Of a State all oscillators, spins and ensembles count.
    after : float, optional
        Average ⟨A_j†A_k⟩ and ⟨A_j†A_j⟩ over the times from here on.
    field : MeanField, optional
        Of a Motion: the mean field that made it. Spins and ensembles need it, whose vectors do not tell their lengths.

    Returns
    -------
    NetworkOrder
        ``.value`` is r = √C, ``.pairs`` C with ``.error``.

    Raises
    ------
    WrongType
        For anything else.
    InvalidInput
        For fewer than two units, a run that did not observe what is needed, ``after`` without times, several motions
        at once, and a Motion of spins or ensembles without its ``field``, or with another one.
    Undefined
        In the vacuum, 0/0.

    Notes
    -----
    In the mean field ⟨A†A⟩ → |⟨A⟩|², but ½ + s_z for atoms and spins ½ (not those of ``large_spins``), of which it is
    exact. An ensemble of N atoms is N units. Cumulants of many limit cycles have a wrong threshold, at every order;
    :class:`InfiniteNetwork` has the right one.

    Examples
    --------
    >>> import photinus as ph
    >>> from photinus.collective import InfiniteNetwork, network_order
    >>> clock, a = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5), ph.oscillator("a")
    >>> infinite = InfiniteNetwork(clock, a, dissipative=4.0).synchronized()
    >>> pair = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=0.5, dissipative=4.0 / 2)
    >>> network_order(infinite)
    NetworkOrder of infinitely many units: r = 0.856..., C = 0.733...
    >>> network_order(ph.steady_state(pair))
    NetworkOrder of 2 units: r = 0.905..., C = 0.820...
    >>> field = ph.mean_field(ph.zoo.superradiant_laser(atoms=100, pump=50))
    >>> motion = field.evolve({"atoms": (1, 0, 30)}, [0, 1, 2, 3])
    >>> network_order(motion, after=2, field=field)                   # 1/6 for very many
    NetworkOrder of 100 units: r = 0.3..., C = 0.1...
    """
    if field is not None and not (isinstance(field, MeanField) and isinstance(source, Motion)):
        raise WrongType(
            f"With {shown(source)} the field {shown(field)} is given.",
            "Give field=ph.mean_field(model) of a Motion only.",
        )
    times = getattr(source, "times", None)
    if after is not None:
        after = real_number(after, "time")
        if times is None or not (np.asarray(times) >= after).any():
            raise InvalidInput(
                f"{type(source).__name__} has no time at or after {after:g}.", "Leave after= out, or ask earlier."
            )
    late = slice(None) if after is None else np.asarray(times) >= after
    if isinstance(source, Kuramoto):
        return NetworkOrder(np.array(source.order**2), np.array(0.0), inf)
    if isinstance(source, NetworkState):
        quanta = _ladders(source.state.sites)[2]
        if len(source.state.sites) > 1:
            raise InvalidInput(
                f"The units of the network have {len(source.state.sites)} sites.",
                "Divide order_parameter² by the expectation value of A†A.",
            )
        mean = abs(source.order_parameter) ** 2 if source.order_parameter else 0.0
        return NetworkOrder(_ratio(np.array(mean), np.array(source.state.expect(quanta))), np.array(0.0), inf)
    if isinstance(source, KuramotoRun):
        each, units = (np.abs(source.order) ** 2)[:, late], float(source.phases.shape[1])
        sums = each * units**2 - units, np.full(each.shape, units)
    elif isinstance(source, Trajectories):
        units, sums = _recorded(source, late)
    else:
        units, sums = _means(source, late, field)
    return _ordered(units, sums, None if after is not None else times)


def _ordered(units: float, sums: tuple[np.ndarray, np.ndarray], times: np.ndarray | None) -> NetworkOrder:
    """C and its error by the jackknife, of sums of pairs and quanta, (runs, times) or without runs."""
    if units < 2:
        raise InvalidInput(f"The network has {units:g} units.", "Order needs two at least.")
    pairs, quanta = (np.asarray(x) for x in sums)
    runs = pairs.shape[0] if pairs.ndim == 2 else 0
    if times is None and pairs.ndim:
        pairs, quanta = pairs.mean(axis=-1), quanta.mean(axis=-1)
    if not runs:
        value = _ratio(pairs, (units - 1) * quanta)
        return NetworkOrder(value, np.zeros(value.shape), units, times)
    value = _ratio(pairs.mean(axis=0), (units - 1) * quanta.mean(axis=0))
    if runs == 1:
        return NetworkOrder(value, np.full(value.shape, np.nan), units, times)
    without = _ratio(pairs.sum(axis=0) - pairs, (units - 1) * (quanta.sum(axis=0) - quanta))
    spread = ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return NetworkOrder(value, np.sqrt(spread * (runs - 1) / runs), units, times)


def _ratio(pairs: np.ndarray, quanta: np.ndarray) -> np.ndarray:
    if (quanta <= 1e-14).any():
        raise Undefined("The order parameter is 0/0: ⟨A†A⟩ vanishes.", "Ask for states that hold quanta.")
    return np.asarray(pairs / quanta)


def _ladders(sites: Iterable[Site]) -> tuple[int, Operator, Operator]:
    """N, Σ A_j and Σ A_j†A_j."""
    lowering: list[Operator] = []
    quanta: list[Operator] = []
    units = 0
    for site in sites:
        if isinstance(site, Oscillator):
            a = oscillator(site.name)
            one, inner, count = a, a.dag() * a, 1
        elif isinstance(site, Spin):
            s = spin(site.name, site.twice_j / 2)
            one, inner, count = s.minus, s.plus * s.minus, 1
        elif isinstance(site, Ensemble):
            atoms = ensemble(site.name, site.atoms)
            one, inner, count = atoms.minus, atoms.z + site.atoms / 2, site.atoms
        else:
            continue
        lowering.append(one)
        quanta.append(inner)
        units += count
    return units, _sum(lowering), _sum(quanta)


def _count(record: np.ndarray) -> float:
    """N from the record of a constant, which has the rounding of the state's trace."""
    return float(round(float(np.real(record).flat[0])))


def _sum(operators: list[Operator]) -> Operator:
    """The sum of operators without a word in common, or few."""
    terms: dict[Any, complex] = {}
    for operator in operators:
        for word, c in operator.terms.items():
            terms[word] = terms.get(word, 0) + c
    return Operator(terms)


def _recorded(source: Trajectories, late: Any) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """The sums along each trajectory."""
    records = source.records
    sampled = isinstance(source, WignerTrajectories)
    needed = {"units", "quanta", "sum" if sampled and "sum" in records else "pairs"}
    if missing := sorted(needed - set(records)):
        raise InvalidInput(
            f"The trajectories have no record of {', '.join(missing)}.",
            "Run them with observe=order_operators(model)" + (", amplitudes=True too." if sampled else "."),
        )
    units = _count(records["units"])
    quanta = np.real(records["quanta"])[:, late]
    if "pairs" in needed:
        return units, (np.real(records["pairs"])[:, late], quanta)
    # |Σα|² is the symbol of S†S + N/2
    return units, (np.abs(records["sum"][:, late]) ** 2 - units / 2 - quanta, quanta)


def _means(source: Any, late: Any, field: MeanField | None) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """N, Σ_{j≠k}⟨A_j†A_k⟩ and Σ⟨A_j†A_j⟩ of a state or of a run without trajectories."""
    if isinstance(source, Motion):
        return _classical(source, late, field)
    if isinstance(source, NetworkMotion):
        return _of_network(source, late)
    if isinstance(source, Evolution):
        if missing := sorted({"units", "quanta", "pairs"} - set(source.observed)):
            raise InvalidInput(
                f"The evolution did not observe {', '.join(missing)}.", "Evolve with observe=order_operators(model)."
            )
        seen = {name: np.real(source.observed[name]) for name in ("units", "quanta", "pairs")}
        return _count(seen["units"]), (seen["pairs"][late], seen["quanta"][late])
    if isinstance(source, (RestingMoments, MovingMoments)):
        return _moments(source, late)
    if isinstance(source, State):
        observed = order_operators(source.sites)
        values = {name: np.array(np.real(source.expect(observed[name]))) for name in ("pairs", "quanta")}
        return float(_ladders(source.sites)[0]), (values["pairs"], values["quanta"])
    raise WrongType(
        f"The order parameter of {shown(source)} is asked.",
        "Give a state, cumulants, a run that observed order_operators(model), a motion, or a Kuramoto model.",
    )


def _moments(source: RestingMoments | MovingMoments, late: Any) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Of one class of identical sites one pair says it all; families are written for more sites than they name."""
    system = source.system
    classes = [group for group in system.closure.naming.classes if len(group) > 1]
    if len(classes) == 1 and len(classes[0]) == len(system.sites):
        size = system.sources.size if len(system.sources.members) > 1 else len(classes[0])
        _, lower, quanta = _ladders(classes[0][:2])
        both = lower.dag() * lower - quanta
        pairs, each = np.real(source.expect(both)) / 2, np.real(source.expect(quanta)) / 2
        units, values = float(size), (size * (size - 1) * pairs, size * each)
    else:
        if len(system.sources.members) > 1:
            raise InvalidInput("The family has sites of several kinds.", "Use .expect of a pair of its sites.")
        observed = order_operators(system.sites)
        units = float(_ladders(system.sites)[0])
        values = np.real(source.expect(observed["pairs"])), np.real(source.expect(observed["quanta"]))
    made = tuple(np.asarray(x)[late] if np.ndim(x) else np.asarray(x) for x in values)
    return units, (made[0], made[1])


def _of_network(source: NetworkMotion, late: Any) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Of the means of equal units."""
    values = source.values[late]
    lower = values if np.iscomplexobj(values) else values[..., 0] - 1j * values[..., 1]
    quanta = 0.5 + values[..., 2] if source.network.is_half_spin else np.abs(lower) ** 2
    pairs = np.abs(lower.sum(axis=1)) ** 2 - (np.abs(lower) ** 2).sum(axis=1)
    return float(lower.shape[1]), (pairs, quanta.sum(axis=1))


def _classical(source: Motion, late: Any, field: MeanField | None) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Of means, site by site."""
    sites: dict[str, Site | None] = dict.fromkeys(source.values)
    if field is not None:
        sites = {site.name: site for site in field.flow.sites}
    if [*sites] != [*source.values]:
        raise InvalidInput(
            f"The motion is one of {', '.join([*source.values][:6])}, the field one of {', '.join([*sites][:6])}.",
            "Give the mean field that made the motion.",
        )
    for name, value in source.values.items():
        if value.ndim != (1 if np.iscomplexobj(value) else 2):
            raise InvalidInput(f"The motion has several starts, of shape {value.shape[1:]}.", "Give one motion.")
        if sites[name] is None and not np.iscomplexobj(value):
            raise InvalidInput(
                f"⟨S₊S₋⟩ of {name!r} depends on its kind, spin or ensemble, which a motion does not tell.",
                "Give field=, the mean field that made it.",
            )
    large = field is not None and field.flow.large_spins
    parts = [_of_site(value[late], sites[name], large) for name, value in source.values.items()]
    units, lower, alone, quanta = (sum(part) for part in zip(*parts, strict=True))
    return float(units), (np.abs(lower) ** 2 - alone, np.asarray(quanta))


def _of_site(value: np.ndarray, site: Site | None, large: bool) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """The units of a site, Σ⟨A⟩ and Σ|⟨A⟩|² over them, and Σ⟨A†A⟩; the atoms of an ensemble have equal means."""
    atoms = site.atoms if isinstance(site, Ensemble) else 1
    lower = value if np.iscomplexobj(value) else value[..., 0] - 1j * value[..., 1]
    alone = np.abs(lower) ** 2 / atoms
    is_exact = isinstance(site, Ensemble) or (isinstance(site, Spin) and site.twice_j == 1 and not large)
    return atoms, lower, alone, atoms / 2 + value[..., 2] if is_exact else alone
