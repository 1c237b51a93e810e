"""Many units of one kind on a graph: the model for exact answers, and its mean field at the cost of the edges.

Units of one site are coupled through an operator A of order −1, over the edges of weights w_ij = |w_ij|e^{iθ_ij}:

    H = g Σ_{i<j} (w_ij A_i†A_j + h.c.),    Σ_{i<j} |w_ij| V D[A_i − e^{iθ_ij}A_j].

In the mean field each unit is one unit in the field of its neighbours, H_j = E_j A† + h.c. with the loss that the
coupling adds, as in an infinite network:

    E_i = Σ_j η_ij ⟨A_j⟩,   η_ij = (g + iV/2) w_ij,   and the loss V Σ_j |w_ij| D[A_i].

Cascaded couplings have a direction: what the unit i emits reaches j and nothing comes back (Gardiner; Carmichael 1993),

    |w_ij| γ D[A_i − e^{−iθ_ij}A_j],   H = ½iγ Σ (w_ij A_j†A_i − h.c.),   E_j = iγ Σ_i w_ij ⟨A_i⟩ over the arcs i → j.

So the drift of all units is one template, made from the model of one unit: F(y) + ω_j Ω(y) + loss_j L(y) + Re E_j G₁(y)
+ Im E_j G₂(y). No operator of the network is ever written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, Oscillator, Site, Spin, oscillator, spin
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, MissingExtra, NotConverged, WrongType, shown
from photinus.model import Jump, Model
from photinus.model.graphs import read_weights, require_writable
from photinus.numerics.adams import MILNE, START, adams
from photinus.numerics.checks import real_number, truth, whole_number
from photinus.numerics.memory import require_memory
from photinus.solve.classical import Flow, make_flow, vector_length
from photinus.solve.moments.words import renamed
from photinus.solve.motion import RUNAWAY, checked_times

if TYPE_CHECKING:
    import xarray

Velocity = Callable[[np.ndarray], np.ndarray]
"""y -> dy/dt."""
Follow = Callable[[np.ndarray, int, float], tuple[np.ndarray, np.ndarray]]
"""(y, steps, length) -> y after these steps, and what was predicted for it."""
COARSEST = 1e-2
"""Largest error of a step, relative to the largest value."""
STRETCHED = 1e-3
"""How much longer than a spin can be its vector may become by the errors of many steps, relative to its length."""


@dataclass(frozen=True, slots=True)
class FourthOrder:
    """Steps of fourth order, of one length between two times: Adams, Bashforth and Moulton's.

    Each is predicted from the steps before and corrected once: two evaluations of the mean field, and the correction
    tells the error. The first three of each interval are Runge and Kutta's classical ones.

    Parameters
    ----------
    step : float, optional
        Longest step, in the unit of time, 1/rates. By default it is chosen for each interval, so that the error of one
        step is no more than ``tolerance``. It must be below 1.2/γ for decays at the rate γ, and well below 1/ω for
        rotations at ω.
    tolerance : float
        Largest error of a step over all units, relative to the largest value.
    compiled : bool, optional
        Whether to use the compiled steps of the extra ``fast``; by default where Numba is installed and the units are
        oscillators whose phase is free, coupled through a. The answers agree to rounding.
    workers : int
        Threads of the compiled steps, as far as there are cores; the answers do not depend on their number.

    References
    ----------
    Hairer1993, section III.1.
    """

    step: float | None = None
    tolerance: float = 1e-7
    compiled: bool | None = None
    workers: int = 1

    def __post_init__(self) -> None:
        if self.step is not None and real_number(self.step, "step") <= 0:
            raise InvalidInput(f"The step is {self.step:g}.", "Give a positive time.")
        if not 1e-14 < real_number(self.tolerance, "tolerance of a step") <= COARSEST:
            raise InvalidInput(f"The tolerance of a step is {self.tolerance:g}.", "Give 1e-13 … 1e-2.")
        if self.compiled is not None:
            truth(self.compiled, "choice of compiled steps")
        whole_number(self.workers, "number of workers")


@dataclass(frozen=True, eq=False)
class NetworkMotion:
    """The mean field of a network in time.

    Attributes
    ----------
    network : Network
    times : ndarray, shape (T,)
        In the unit of time, 1/rates.
    values : ndarray, shape (T, N) or (T, N, 3)
        α_j of oscillators, complex; (s_x, s_y, s_z) of spins.
    errors : ndarray, shape (T,)
        Error of one step at each time, over all units, relative to the largest value. Over many steps errors add up
        (along a free phase or where the motion is chaotic), or die out (where it contracts).
    steps : int
        Steps that were made.
    """

    network: Network = field(repr=False)
    times: np.ndarray
    values: np.ndarray
    errors: np.ndarray
    steps: int

    def __post_init__(self) -> None:
        for array in (self.times, self.values, self.errors):
            array.setflags(write=False)

    @property
    def phases(self) -> np.ndarray:
        """Phases (rad) in (−π, π], shape (T, N): arg α, or the azimuth."""
        v = self.values
        return np.asarray(np.angle(v) if np.iscomplexobj(v) else np.arctan2(v[..., 1], v[..., 0]))

    def to_xarray(self) -> xarray.Dataset:
        """The values over ``time`` and ``unit`` (and ``component``)."""
        import xarray as xr

        axes = ("time", "unit", "component")[: self.values.ndim]
        return xr.Dataset({"value": (axes, self.values), "error": ("time", self.errors)}, {"time": self.times})

    def __repr__(self) -> str:
        return (
            f"Motion of {self.values.shape[1]} units: {len(self.times)} times from {self.times[0]:g} to "
            f"{self.times[-1]:g}, {self.steps} steps, whose error is at most {self.errors.max():.1g} at these times"
        )


@dataclass(frozen=True, eq=False)
class Network:
    """Many units of one kind on a graph.

    Parameters
    ----------
    unit : Model
        One unit: of one oscillator or spin.
    operator : Operator
        A, such as the annihilation operator or S₋.
    graph : int, edges, matrix or networkx graph
        As :func:`~photinus.model.graphs.read_graph` takes it; a Hermitian matrix of weights, complex ones favour
        a phase difference, negative ones the opposite phase. With ``cascaded`` an edge (i, j) goes from i to j.
    dissipative, coherent : float
        V ≥ 0 and g per edge (rates).
    cascaded : float
        γ ≥ 0 per arc, in the place of V and g.
    frequencies : float or array, shape (N,)
        ω_j of ω_j a†a or ω_j S_z, angular and in the unit of the rates, added to the unit's own.

    Raises
    ------
    WrongType, InvalidInput
        For units of several sites or of other kinds, an operator of other sites, graphs with self-loops or of wrong
        shapes.

    References
    ----------
    Gardiner1993, Carmichael1993 (cascaded), Lee2014.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> from photinus.collective import Network, network_order, random_graph
    >>> clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)
    >>> rng = np.random.default_rng(1)
    >>> swarm = Network(clock, ph.oscillator("a"), random_graph(1000, 6), dissipative=0.3,
    ...                 frequencies=rng.normal(0, 0.1, 1000))
    >>> motion = swarm.evolve(2 * np.exp(2j * np.pi * rng.random(1000)), np.linspace(0, 40, 5))
    >>> bool(network_order(motion).value[0] < 0.1), bool(network_order(motion).value[-1] > 0.9)
    (True, True)

    The same network, small, in full:

    >>> trio = Network(clock, ph.oscillator("a"), [(0, 1), (1, 2)], cascaded=0.2).model()
    >>> trio.symmetry
    U(1): n_a1 + n_a2 + n_a3
    """

    unit: Model
    operator: Operator
    graph: Any
    dissipative: float = 0.0
    coherent: float = 0.0
    cascaded: float = 0.0
    frequencies: Any = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.unit, Model):
            raise WrongType(f"The unit of the network is {shown(self.unit)}.", "Give a ph.Model.")
        if len(self.unit.sites) != 1 or not isinstance(self.unit.sites[0], (Oscillator, Spin)):
            raise InvalidInput(
                f"The unit has the sites {', '.join(map(repr, self.unit.sites)) or 'none'}.",
                "Give a unit of one oscillator or spin, or write the model out and use ph.mean_field.",
            )
        operator = as_operator(self.operator)
        if operator.sites != self.unit.sites:
            raise InvalidInput(
                f"The units are coupled through {operator}, the unit is the {self.unit.sites[0]!r}.",
                "Give an operator of the unit's own site.",
            )
        object.__setattr__(self, "operator", operator)
        object.__setattr__(self, "dissipative", real_number(self.dissipative, "dissipative coupling V", minimum=0.0))
        object.__setattr__(self, "coherent", real_number(self.coherent, "coherent coupling g"))
        object.__setattr__(self, "cascaded", real_number(self.cascaded, "cascaded coupling γ", minimum=0.0))
        if self.cascaded and (self.dissipative or self.coherent):
            raise InvalidInput(
                "Cascaded couplings and others are given for one graph.", "Give either cascaded= or the others."
            )
        count = self.weights.shape[0]
        try:
            frequencies = np.asarray(self.frequencies, dtype=float)
        except (TypeError, ValueError):
            raise WrongType(f"The frequencies are {shown(self.frequencies)}.", "Give real numbers.") from None
        if frequencies.shape not in ((), (count,)) or not np.isfinite(frequencies).all():
            raise InvalidInput(
                f"The frequencies have the shape {frequencies.shape}, for {count} units.",
                f"Give ({count},) finite ones.",
            )
        frequencies = np.array(np.broadcast_to(frequencies, (count,)))
        frequencies.setflags(write=False)
        object.__setattr__(self, "frequencies", frequencies)

    @cached_property
    def weights(self) -> sp.csr_array:
        """W_ij, shape (N, N)."""
        return read_weights(self.graph, directed=bool(self.cascaded))

    @property
    def size(self) -> int:
        """N."""
        return int(self.weights.shape[0])

    @property
    def site(self) -> Site:
        """The site of one unit."""
        return self.unit.sites[0]

    @property
    def is_half_spin(self) -> bool:
        """Whether the units are spins ½."""
        return isinstance(self.site, Spin) and self.site.twice_j == 1

    @cached_property
    def fields(self) -> sp.csr_array:
        """η, with E = η⟨A⟩."""
        if self.cascaded:
            return sp.csr_array(1j * self.cascaded * self.weights.T)
        return sp.csr_array((self.coherent + 0.5j * self.dissipative) * self.weights)

    @cached_property
    def losses(self) -> np.ndarray:
        """The rates of D[A] that the couplings add to each unit, shape (N,)."""
        moduli = abs(self.weights)
        if self.cascaded:
            return self.cascaded * np.asarray(moduli.sum(axis=1) + moduli.sum(axis=0))
        return self.dissipative * np.asarray(moduli.sum(axis=1))

    # ---- the model, for few units ----

    def model(self) -> Model:
        """The master equation of all units, whose names are those of the unit's site with 1 … N behind.

        Building takes up to a millisecond for each unit and edge: for some thousand units.

        Raises
        ------
        InvalidInput, MemoryBudgetExceeded
            For more units and edges than can be written out.
        """
        require_writable(self.size, self.weights.nnz // (1 if self.cascaded else 2))
        return _written_out(self)

    def _placed(self, operator: Operator, name: str) -> Operator:
        """An operator of the unit on the site of this name."""
        site = self.site
        other = Oscillator(name) if isinstance(site, Oscillator) else Spin(name, vector_length(site) or 0.5)
        return Operator({renamed(word, {site: other}): c for word, c in operator.terms.items()})

    @property
    def _number(self) -> Operator:
        if isinstance(self.site, Oscillator):
            a = oscillator(self.site.name)
            return a.dag() * a
        return spin(self.site.name, vector_length(self.site) or 0.5).z

    # ---- the mean field, for any number ----

    @cached_property
    def _template(self) -> tuple[Flow, Velocity, Velocity, Velocity, Velocity]:
        """F, Ω, L, G₁, G₂ of one unit; a Hermitian A has no G₂."""
        a = self.operator
        models = (
            Model(self._number),
            Model(jumps=[Jump(1.0, a)]),
            Model(a + a.dag()),
            Model(1j * (a.dag() - a)),
        )
        unit = make_flow(self.unit, False)
        turning, loss, first, second = (make_flow(model, False) if model.sites else np.zeros_like for model in models)
        return unit, turning, loss, first, second

    @cached_property
    def _symbol(self) -> Callable[[np.ndarray], np.ndarray]:
        """⟨A⟩ of coordinates (2 or 3, N), for A linear in a, or in S₋, S₊ and S_z."""
        site, total = self.site, []
        rows = {(0, 1, ()): (1, 1j, 0), (1, 0, ()): (1, -1j, 0)} if isinstance(site, Oscillator) else {
            (-1, 0): (1, -1j, 0), (1, 0): (1, 1j, 0), (0, 1): (0, 0, 1)}  # fmt: skip
        for word, c in self.operator.terms.items():
            if len(word) != 1 or word[0][1] not in rows:
                raise InvalidInput(
                    f"The mean field of a network takes couplings through a or S₋, not {self.operator}.",
                    "Write the model with .model() and use ph.mean_field.",
                )
            total.append(c * np.array(rows[word[0][1]]))
        row = np.sum(total, axis=0)
        return lambda y: row[: len(y)] @ y

    def velocity(self, values: Any) -> np.ndarray:
        """The time derivatives at one point, in the shape (N,) or (N, 3) of the values."""
        return self._out(self._drift(self._in(values)))

    def _drift(self, y: np.ndarray) -> np.ndarray:
        """dy/dt of coordinates (2 or 3, N)."""
        strength = self.fields @ self._symbol(y)  # refuses couplings that the template does not know
        unit, turning, loss, first, second = self._template
        slope = unit(y) + self.losses * loss(y)
        if self.frequencies.any():
            slope = slope + self.frequencies * turning(y)
        return np.asarray(slope + strength.real * first(y) + strength.imag * second(y))

    def _in(self, values: Any) -> np.ndarray:
        kind = complex if isinstance(self.site, Oscillator) else float
        try:
            array = np.asarray(values, dtype=kind)
        except (TypeError, ValueError):
            raise WrongType(f"The values are {shown(values)}.", "Give an array with one entry for each unit.") from None
        shape = (self.size,) if kind is complex else (self.size, 3)
        if array.shape not in (shape, shape[1:]):
            raise InvalidInput(f"The values have the shape {array.shape}, not {shape}.", "Give one for each unit.")
        if not np.isfinite(array).all():
            raise InvalidInput("The values are not all finite.", "Give finite numbers.")
        array = np.broadcast_to(array, shape)
        y = np.stack([array.real, array.imag]) if kind is complex else np.array(array.T)
        if self._stretched(y):
            most = vector_length(self.site)
            raise InvalidInput(f"A vector is longer than {most:g}.", "Give (s_x, s_y, s_z) of at most this length.")
        return y

    def _stretched(self, y: np.ndarray) -> float:
        """The length of the longest vector where it is longer than that of a spin can be, otherwise 0."""
        most = vector_length(self.site)
        length = 0.0 if most is None else float(np.sqrt((y**2).sum(axis=0)).max())
        return length if most is not None and length > most * (1 + STRETCHED) else 0.0

    def _out(self, y: np.ndarray) -> np.ndarray:
        return np.asarray(y[0] + 1j * y[1] if isinstance(self.site, Oscillator) else y.T.copy())

    def evolve(self, initial: Any, times: Any, *, method: FourthOrder = FourthOrder()) -> NetworkMotion:
        """The mean field in time, at a cost proportional to the edges.

        Parameters
        ----------
        initial : array, shape (N,) or (N, 3), or one value for all
            α_j of oscillators, or (s_x, s_y, s_z).
        times : sequence of float
            Increasing, two at least.
        method : FourthOrder
            Steps, and whether they are compiled.

        Raises
        ------
        InvalidInput, WrongType
        MissingExtra
            For ``compiled=True`` without Numba.
        NotConverged
            If the motion grows without bound, no step is short enough, or the error of one that was given is above 1 %.
        """
        if not isinstance(method, FourthOrder):
            raise WrongType(f"The method is {shown(method)}.", "Give FourthOrder(step=…, tolerance=…, compiled=…).")
        grid, y = checked_times(times), self._in(initial)
        require_memory(16.0 * y.size * len(grid), None, "The motion", "Ask for fewer times.")
        follow = _follow(self, method)
        values, errors = np.empty((len(grid), *self._out(y).shape), dtype=self._out(y).dtype), np.zeros(len(grid))
        values[0], count = self._out(y), 0
        for k, interval in enumerate(np.diff(grid)):
            length = method.step or _suited(follow, y, float(interval), method.tolerance)
            shortest = length / 32
            while True:
                steps = max(1, int(np.ceil(interval / length * (1 - 1e-12))))
                end, predicted = follow(y, steps, float(interval) / steps)
                count += steps
                bounded = np.isfinite(end).all() and np.abs(end).max() < RUNAWAY
                if not bounded:
                    error = np.inf
                elif steps > START:
                    error = _correction(end, predicted)
                else:
                    error = _defect(follow, end, float(interval) / steps)
                if method.step is not None or error <= 10 * method.tolerance:
                    break
                length = float(interval) / steps / 2
                if length < shortest and not bounded:
                    break
            if not bounded:
                raise NotConverged(
                    f"The motion grows without bound between the times {grid[k]:g} and {grid[k + 1]:g}.",
                    "Add a loss that grows with the amplitude, or give a shorter step.",
                )
            begun = _defect(follow, y, float(interval) / steps)
            if max(begun, error) > COARSEST:
                raise NotConverged(
                    f"A step of {interval / steps:.3g} has an error of {max(begun, error):.2g} of the largest value.",
                    "Give a shorter step, or leave it out.",
                )
            if longest := self._stretched(end):
                raise NotConverged(
                    f"The errors of many steps of {interval / steps:.3g} have stretched a vector of "
                    f"{vector_length(self.site):g} to {longest:.5g}.",
                    "Give a shorter step or a smaller tolerance.",
                )
            errors[k], errors[k + 1], values[k + 1], y = max(errors[k], begun), error, self._out(end), end
        return NetworkMotion(self, grid, values, errors, count)

    def __repr__(self) -> str:
        kinds = {"V": self.dissipative, "g": self.coherent, "γ (cascaded)": self.cascaded}
        rates = ", ".join(f"{name} = {x:g}" for name, x in kinds.items() if x) or "no coupling"
        ends = "arcs" if self.cascaded else "edges"
        number = self.weights.nnz if self.cascaded else self.weights.nnz // 2
        return f"Network of {self.size} units ({self.site!r}), {number} {ends} through {self.operator}: {rates}"


def _correction(y: np.ndarray, predicted: np.ndarray) -> float:
    """The error of a step, relative to the largest value."""
    with np.errstate(all="ignore"):
        found = float(MILNE * np.abs(y - predicted).max() / max(float(np.abs(y).max()), 1e-300))
    return found if np.isfinite(found) else np.inf


def _defect(follow: Follow, y: np.ndarray, h: float) -> float:
    """The error of a step from here on."""
    return _correction(*follow(y, START + 1, h))


def _suited(follow: Follow, y: np.ndarray, longest: float, tolerance: float) -> float:
    """A step of at most this length whose error meets the tolerance, and does not fall far below it."""
    h, found = longest, 0.0
    for _ in range(200):
        error = _defect(follow, y, h)
        if error > tolerance and found:
            return found
        better = h * min(5.0, max(0.05, 0.9 * (tolerance / max(error, 1e-300)) ** 0.2))
        if error <= tolerance:
            found, better = h, min(better, longest)
            if better < 1.5 * h:
                return h
        h = better
    raise NotConverged("No step is short enough.", "Raise the tolerance, or look at the model: it may run away.")


def _written_out(network: Network) -> Model:
    """The operators of all units and edges, term by term."""
    number = network.size
    name = network.site.name
    places = [f"{name}{k + 1}" for k in range(number)]
    parts = [network._placed(network.unit.hamiltonian, x) for x in places]
    counts = [network._placed(network._number, x) for x in places]
    hamiltonian = sum(parts, start=as_operator(0))
    hamiltonian = sum((w * n for w, n in zip(network.frequencies, counts, strict=True) if w), start=hamiltonian)
    jumps = [
        Jump(rate, network._placed(operator, x))
        for x in places
        for j in network.unit.jumps
        for rate, operator in j.channels
    ]
    ladder = [network._placed(network.operator, x) for x in places]
    edges = network.weights.tocoo() if network.cascaded else sp.triu(network.weights).tocoo()
    for i, j, w in zip(*edges.coords, edges.data, strict=True):
        size, turn = abs(w), w / abs(w)
        if network.cascaded:
            hop = ladder[j].dag() * ladder[i]
            half = 0.5j * network.cascaded * w * hop
            hamiltonian = hamiltonian + half + half.dag()
            jumps.append(Jump(network.cascaded * size, ladder[i] - turn.conjugate() * ladder[j]))
            continue
        if network.coherent:
            hop = network.coherent * w * ladder[i].dag() * ladder[j]
            hamiltonian = hamiltonian + hop + hop.dag()
        if network.dissipative:
            jumps.append(Jump(network.dissipative * size, ladder[i] - turn * ladder[j]))
    sources = ("Gardiner1993", "Carmichael1993") if network.cascaded else ()
    return Model(hamiltonian, jumps, (*network.unit.references, *sources))


def _follow(network: Network, method: FourthOrder) -> Follow:
    """Steps of the kind that the method asks for."""
    compiled = method.compiled
    powers = None if compiled is False else _radial(network)
    if compiled and powers is None:
        raise InvalidInput(
            f"The compiled steps take oscillators whose phase is free, coupled through a; the unit is {network.unit}.",
            "Leave compiled= out.",
        )
    if powers is not None:
        try:
            from photinus.collective.network_kernel import Tables, follower
        except ImportError as error:
            if compiled:
                raise MissingExtra(
                    "Compiled steps need Numba, which is not installed.",
                    "Install it with pip install 'photinus[fast]', or leave compiled= out.",
                ) from error
        else:
            return _compiled(network, powers, lambda *parts: follower(Tables(*parts), method.workers))

    def follow(y: np.ndarray, steps: int, h: float) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(all="ignore"):
            return adams(network._drift, y, steps, h)

    return follow


def _compiled(network: Network, powers: np.ndarray, make: Callable[..., Any]) -> Follow:
    """Compiled steps of oscillators with these powers."""
    scale = abs(complex(network.operator.terms[((network.site, (0, 1, ())),)])) ** 2
    links = sp.csr_array(-1j * scale * network.fields)  # H = E A† + h.c. with A = s a drives α by −i s̄E, E = η s α
    data = links.data if links.nnz else np.zeros(1, dtype=complex)
    made = make(
        powers[0] - 1j * network.frequencies - 0.5 * scale * network.losses,
        powers[1:],
        links.indptr.astype(np.int64),
        links.indices.astype(np.int32),
        data[:1] if (data == data[0]).all() else data,
    )

    def follow(y: np.ndarray, steps: int, h: float) -> tuple[np.ndarray, np.ndarray]:
        z, predicted = made(y[0] + 1j * y[1], steps, h)
        return np.stack([z.real, z.imag]), np.stack([predicted.real, predicted.imag])

    return follow


def _radial(network: Network) -> np.ndarray | None:
    """c_k of the unit's drift α Σ_k c_k|α|^2k, if it is such a one and A is a multiple of a."""
    if not isinstance(network.site, Oscillator) or set(network.operator.terms) != {((network.site, (0, 1, ())),)}:
        return None
    entries = network._template[0].field.matrix.tocoo()
    row, monomial = entries.coords
    factors = network._template[0].field.factors[monomial[row == 0]]
    plain, stars = (factors == 0).sum(axis=1), (factors == 1).sum(axis=1)
    if not (plain == stars + 1).all():
        return None
    powers = np.zeros(max(1, int(stars.max(initial=0)) + 1), dtype=complex)
    np.add.at(powers, stars, entries.data[row == 0])
    return powers
