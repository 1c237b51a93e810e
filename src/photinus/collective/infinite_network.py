"""Infinitely many identical units, each coupled to all: the nonlinear master equation of one of them.

For N → ∞ the state of an all-to-all network is a product, and each unit obeys the master equation of one unit in the
field of the others. With z = Tr(Aρ), A the operator through which the units are coupled,

    (g/N) Σ_{m<n} (A_m†A_n + h.c.)   →   H_z = g (z A† + z̄ A),
    (V/N) Σ_{m<n} D[A_m − A_n]       →   H_z = (i/2) V (z A† − z̄ A) and the loss V·D[A]

(tracing D[A_m − A_n] over n leaves D[A_m] and the cross terms, which are a commutator). Together

    dρ/dt = 𝓛_V ρ − i[η z A† + η̄ z̄ A, ρ],   η = g + iV/2.

Where the unit has a U(1) that A lowers, the incoherent state z = 0 is stationary; it is stable while no eigenvalue of
the linearised equation has a positive real part, and beyond the critical coupling z turns at a frequency of its own
(Ludwig and Marquardt 2013; Lee, Chan and Wang 2014).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla
from scipy.optimize import brentq

from photinus.algebra import Operator, commutator
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, NotConverged, WrongType, shown
from photinus.model import Jump, Model, Order
from photinus.numerics.checks import real_number, whole_number
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.steady import steady_state
from photinus.space.liouvillian import generator
from photinus.space.space import read_only
from photinus.space.state import State
from photinus.space.vectors import functional, multiplied

Cutoff: TypeAlias = Fixed | Converged


@dataclass(frozen=True, eq=False)
class NetworkState:
    """A self-consistent state of an infinite network.

    Attributes
    ----------
    order_parameter : float
        r = |Tr(Aρ)|; 0 in the incoherent state.
    frequency : float
        Ω: the order parameter turns as r·e^{−iΩt}.
    state : State
        The state of one unit, in the frame that turns with Ω, where Tr(Aρ) = r.
    growth_rate : float
        The largest real part among the eigenvalues of the linearised equation, but for the phase itself: negative where
        the state is stable.
    mismatch : float
        |η·Tr(Aρ) − E|/|E|, E the field that the state was solved in (0 for the incoherent state).
    """

    order_parameter: float
    frequency: float
    state: State
    growth_rate: float
    mismatch: float

    @property
    def stable(self) -> bool:
        """Whether small deviations die out."""
        return self.growth_rate < 0

    def __repr__(self) -> str:
        kind = "stable" if self.stable else "unstable"
        what = (
            f"r = {self.order_parameter:.6g}, frequency {self.frequency:.6g}" if self.order_parameter else "incoherent"
        )
        return f"NetworkState: {what}; {kind} (growth rate {self.growth_rate:.4g})"


@dataclass(frozen=True)
class InfiniteNetwork:
    """An all-to-all network of infinitely many identical units.

    Parameters
    ----------
    unit : Model
        One unit; without drives it should have a U(1) under which ``operator`` has an order.
    operator : Operator
        A, such as the annihilation operator of the oscillator or S₋ of the spin.
    dissipative : float
        V ≥ 0 of (V/N) Σ_{m<n} D[A_m − A_n] (rate).
    coherent : float
        g of (g/N) Σ_{m<n} (A_m†A_n + h.c.) (rate).
    lorentzian : float
        Γ ≥ 0, the half width at half maximum of the units' frequencies (angular): the unit k has H − Δ_k Q, with Δ_k
        drawn from the density Γ/π(Γ² + Δ²) and [Q, A] = −A.
    cutoff : Fixed or Converged
        Levels of one unit.

    Raises
    ------
    WrongType
        For what is no model or no operator.
    InvalidInput
        For a negative V, an operator on sites that the unit does not have, or whose phase no U(1) of the unit turns.

    References
    ----------
    Ludwig2013, Lee2014.

    Examples
    --------
    >>> import photinus as ph
    >>> clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    >>> network = ph.collective.InfiniteNetwork(clock, ph.oscillator("a"), dissipative=4.0)
    >>> state = network.synchronized()
    >>> round(state.order_parameter, 3), state.stable, network.incoherent().stable
    (0.807, True, False)
    """

    unit: Model
    operator: Operator
    dissipative: float = 0.0
    coherent: float = 0.0
    lorentzian: float = 0.0
    cutoff: Cutoff = Converged(1e-6)

    def __post_init__(self) -> None:
        if not isinstance(self.unit, Model):
            raise WrongType(f"The unit of the network is {shown(self.unit)}.", "Give a ph.Model.")
        operator = as_operator(self.operator)
        if not set(operator.sites) <= set(self.unit.sites) or not operator.sites:
            raise InvalidInput(
                f"The units are coupled through {operator}, the unit has the sites "
                f"{', '.join(site.name for site in self.unit.sites)}.",
                "Give an operator of the unit's own sites.",
            )
        object.__setattr__(self, "operator", operator)
        object.__setattr__(self, "dissipative", real_number(self.dissipative, "dissipative coupling V", minimum=0.0))
        object.__setattr__(self, "coherent", real_number(self.coherent, "coherent coupling g"))
        object.__setattr__(self, "lorentzian", real_number(self.lorentzian, "width of the frequencies", minimum=0.0))
        _ = self.charge

    @cached_property
    def strength(self) -> complex:
        """η = g + iV/2: the field of the others is E = η·Tr(Aρ), H = E A† + Ē A."""
        return self.coherent + 0.5j * self.dissipative

    @cached_property
    def bare(self) -> Model:
        """The unit with the loss V·D[A] that the coupling adds."""
        if not self.dissipative:
            return self.unit
        return self.unit + Model(jumps=[Jump(self.dissipative, self.operator, name="coupling")])

    @cached_property
    def charge(self) -> Operator:
        """Q with [Q, A] = −A that the unit conserves: in the frame of Ω the Hamiltonian loses Ω·Q."""
        symmetry = self.unit.symmetry
        for modulus, weights in zip(symmetry.weak.moduli, symmetry.weak.weights, strict=True):
            total, place = as_operator(0), 0
            for site in symmetry.sites:
                for k in range(len(site.coordinates)):
                    if weights[place]:
                        total = total + weights[place] * site_coordinate(site, k)
                    place += 1
            turned = commutator(total, self.operator)
            word = next(iter(self.operator.terms))
            factor = turned.terms.get(word, 0) / self.operator.terms[word]
            if not modulus and factor and turned.isclose(factor * self.operator):
                return total / -complex(factor).real
        raise InvalidInput(
            f"No U(1) of the unit ({symmetry}) turns the phase of {self.operator}.",
            "Leave out drives, and couple through an operator of definite order, such as a or S₋.",
        )

    def at(self, *, dissipative: float | None = None, coherent: float | None = None) -> InfiniteNetwork:
        """The same units with other couplings."""
        return replace(
            self,
            dissipative=self.dissipative if dissipative is None else dissipative,
            coherent=self.coherent if coherent is None else coherent,
        )

    # ---- the incoherent state ----

    def incoherent(self) -> NetworkState:
        """The state without a common phase, and whether it is stable."""
        state = steady_state(self.bare, cutoff=self.cutoff)
        growth = self._growth(state)
        return NetworkState(0.0, 0.0, state, float(growth[0].real), 0.0)

    def growth_rates(self) -> np.ndarray:
        """Eigenvalues λ of the order parameter about the incoherent state, ⟨A⟩ ∝ e^{λt}, the fastest first.

        They are those of 𝓛 in the coherence order of A, with the field of the others in it; averaging the answers
        1/(λ + iΔ − 𝓛) over a Lorentzian puts λ + Γ in the place of λ. Complex, in the unit of the rates.
        """
        return self._growth(steady_state(self.bare, cutoff=self.cutoff))

    def _growth(self, state: State) -> np.ndarray:
        made = generator(self.bare, state.cutoffs)
        order, source = self._source(state)
        sector = made.grading.sector(order)
        matrix = made.liouvillian(sector).matrix.toarray() + np.outer(source, functional(self.operator, sector))
        values = np.linalg.eigvals(matrix) - self.lorentzian
        return read_only(values[np.argsort(-values.real)])

    def _source(self, state: State) -> tuple[Order, np.ndarray]:
        """−iη[A†, ρ] and its coherence order."""
        up = self.operator.dag()
        left, right = multiplied(state, left=up), multiplied(state, right=up)
        (order,) = left
        return order, -1j * self.strength * (left[order] - right[order])

    def critical_coupling(self, kind: str = "dissipative", *, largest: float = 1e3) -> float:
        """The coupling at which the incoherent state loses its stability.

        Parameters
        ----------
        kind : str
            ``"dissipative"`` (V) or ``"coherent"`` (g > 0); the other coupling stays as it is.
        largest : float
            Where to stop looking, in units of the fastest rate of the unit's slowest order (at least 1).

        Returns
        -------
        float
            In the unit of the rates, to 1e-10 relative.

        Raises
        ------
        InvalidInput
            For another kind.
        NotConverged
            If the incoherent state stays stable up to ``largest``, or is unstable without any coupling of this kind.
        """
        if kind not in ("dissipative", "coherent"):
            raise InvalidInput(f"The kind of coupling is {kind!r}.", "Give 'dissipative' or 'coherent'.")
        largest = real_number(largest, "largest coupling", minimum=0.0)

        def growth(coupling: float) -> float:
            return float(self.at(**{kind: coupling}).growth_rates()[0].real)

        low, unit = 0.0, max(abs(growth(0.0)), 1e-12)
        if growth(low) >= 0:
            raise NotConverged(
                f"The incoherent state is unstable without {kind} coupling (growth rate {growth(low):.3g}).",
                "Lower the other coupling.",
            )
        high = unit
        while growth(high) < 0:
            low, high = high, 1.5 * high
            if high > largest * unit:
                raise NotConverged(
                    f"The incoherent state is stable up to a {kind} coupling of {low:.3g}.",
                    "Raise largest=, or look for a synchronized state, which may coexist with it.",
                )
        return float(brentq(growth, low, high, rtol=1e-10))

    # ---- states with a common phase ----

    def synchronized(self) -> NetworkState:
        """The self-consistent state with the largest order parameter.

        Raises
        ------
        NotConverged
            If there is none but the incoherent state.
        """
        found = self.states()
        if not found[-1].order_parameter:
            raise NotConverged(
                f"There is no state with a common phase: {found[0]!r}.",
                f"Raise the coupling (V = {self.dissipative:g}, g = {self.coherent:g}); see critical_coupling().",
            )
        return found[-1]

    def states(self, *, scan: int = 16) -> tuple[NetworkState, ...]:
        """All self-consistent states of identical units, the incoherent one first, by a scan of the field's strength.

        Parameters
        ----------
        scan : int
            Field strengths tried, on a logarithmic grid; roots between neighbours are then found exactly. Two roots
            between two of them are missed.

        Raises
        ------
        InvalidInput
            For units of different frequencies, which have a state each.
        """
        if self.lorentzian:
            raise InvalidInput(
                f"The units have frequencies of the width {self.lorentzian:g}, and a state for each of them.",
                "Ask for growth_rates() or critical_coupling(), or set lorentzian=0.",
            )
        scan = whole_number(scan, "number of field strengths", minimum=2)
        incoherent = self.incoherent()
        field = _Field(self, incoherent.state)
        top = field.largest()
        grid = np.geomspace(1e-4 * top, top, scan)
        excess = [field.excess(e) for e in grid]
        roots = [
            float(brentq(field.excess, low, high, rtol=1e-9))
            for low, high, one, two in zip(grid, grid[1:], excess, excess[1:], strict=False)
            if np.sign(one) != np.sign(two)
        ]
        return (incoherent, *(field.found(e) for e in roots))


class _Field:
    """The answer of one unit to a field of strength e, with the frequency at which their phases agree."""

    def __init__(self, network: InfiniteNetwork, near: State):
        self.network = network
        self._state = near
        self._frequency = float(-network.growth_rates()[0].imag)

    def largest(self) -> float:
        """A field above every self-consistent one: the unit answers less and less."""
        reach = abs(self.network.strength) * max(
            1.0, abs(self._state.expect(self.network.operator.dag() * self.network.operator)) ** 0.5
        )
        while self.excess(reach) > 0:
            reach *= 2
        return reach

    def excess(self, e: float) -> float:
        """|η·Tr(Aρ)|/e − 1 at the frequency where η·Tr(Aρ) has the phase of the field."""
        return float(abs(self._matched(e)) - 1)

    def _matched(self, e: float) -> complex:
        """η·Tr(Aρ)/e, real and positive where a frequency makes it so."""
        one = self._frequency
        first = self._answer(e, one)
        if abs(first.imag) <= 1e-10 * abs(first):
            return first
        two = one + 1e-3 * max(1e-6, abs(self.network.strength))
        second = self._answer(e, two)
        for _ in range(40):  # secant on the phase of the answer
            slope = (np.angle(second) - np.angle(first)) / (two - one)
            if slope == 0 or not np.isfinite(slope):
                break
            one, first, two = two, second, two - np.angle(second) / slope
            second = self._answer(e, two)
            if abs(second.imag) <= 1e-11 * abs(second):
                self._frequency = two
                return second
        raise NotConverged(
            f"No frequency brings the answer of a unit into phase with a field of {e:.3g} "
            f"(off by {np.angle(second):.2g} rad).",
            "Try weaker couplings, or follow the network in time.",
        )

    def _answer(self, e: float, frequency: float) -> complex:
        net = self.network
        force = e * net.operator.dag()
        model = net.bare + Model(force + force.dag() - frequency * net.charge)
        self._state = steady_state(model, cutoff=net.cutoff, near=self._state)
        return complex(net.strength * self._state.expect(net.operator) / e)

    def found(self, e: float) -> NetworkState:
        """The self-consistent state with this field."""
        net = self.network
        answer = self._matched(e)
        state = self._state
        z = state.expect(net.operator)
        growth = self._growth(state, e)
        return NetworkState(float(abs(z)), self._frequency, _turned(state, net, z), growth, float(abs(answer - 1)))

    def _growth(self, state: State, e: float) -> float:
        """The largest real part of 𝓛 − i[η z A† + η̄ z̄ A, ·] linearised, without the phase's own zero."""
        net = self.network
        force = e * net.operator.dag()
        made = generator(net.bare + Model(force + force.dag() - self._frequency * net.charge), state.cutoffs)
        sector = made.grading.sector(made.grading.group.zero)
        matrix = made.liouvillian(sector).matrix.astype(complex)
        sources, readers = [], []
        for strength, push, read in (
            (net.strength, net.operator.dag(), net.operator),
            (np.conj(net.strength), net.operator, net.operator.dag()),
        ):
            zero = made.grading.group.zero
            left, right = multiplied(state, left=push)[zero], multiplied(state, right=push)[zero]
            sources.append(-1j * strength * (left - right))
            readers.append(functional(read, sector))
        u, w = np.stack(sources, axis=1), np.stack(readers)
        values = _nearest(matrix.tocsc(), u, w)
        values = values[np.argsort(np.abs(values))][2:]  # the trace, and the phase that nothing holds
        return float(values.real.max())


def _nearest(matrix: sp.csc_array, u: np.ndarray, w: np.ndarray, count: int = 8) -> np.ndarray:
    """Eigenvalues of M + u·w with the largest real parts, from those nearest to a point right of the axis."""
    n = matrix.shape[0]
    if n <= 400:
        return np.asarray(np.linalg.eigvals(matrix.toarray() + u @ w))
    shift = 1e-3 * float(np.abs(matrix.diagonal()).mean())
    factors = sla.splu((matrix - shift * sp.eye_array(n)).tocsc())
    inner = factors.solve(u)
    small = np.linalg.inv(np.eye(u.shape[1]) + w @ inner)  # Woodbury

    def inverse(x: np.ndarray) -> np.ndarray:
        y = factors.solve(np.asarray(x, dtype=complex).ravel())
        return np.asarray(y - inner @ (small @ (w @ y)))

    found = sla.eigs(
        sla.LinearOperator((n, n), matvec=inverse, dtype=complex), k=count, v0=np.ones(n), return_eigenvectors=False
    )
    return np.asarray(shift + 1 / found)


def _turned(state: State, net: InfiniteNetwork, z: complex) -> State:
    """The state turned so that Tr(Aρ) is real and positive."""
    space = state.space
    bands = space.bands(net.charge)
    zero = (0,) * space.coordinates.shape[1]
    levels = np.real(bands.get(zero, np.zeros(space.dimension)))
    angle = -float(np.angle(z))  # e^{iθQ} ρ e^{−iθQ} has Tr(Aρ) e^{iθ}, for [Q, A] = −A
    parts = {}
    for order, vector in state.parts.items():
        rows, columns = state.grading.sector(order).kets
        parts[order] = vector * np.exp(1j * angle * (levels[rows] - levels[columns]))
    return State(state.grading, parts, state.certificate, None)


def site_coordinate(site: object, k: int) -> Operator:
    """The operator whose value on every ket is the k-th coordinate of the site, up to a constant."""
    from photinus.algebra import Ensemble, Oscillator, Qudit, Spin

    if isinstance(site, Oscillator):
        return Operator({((site, (1, 1, ())),): 1.0})
    if isinstance(site, Spin):
        return Operator({((site, (0, 1)),): 1.0})
    if isinstance(site, Qudit):
        return Operator({((site, (k, k)),): 1.0})
    if isinstance(site, Ensemble) and k == 1:
        return Operator({((site, (0, 1, 0)),): 1.0})
    raise InvalidInput(f"The lengths J of the {site!r} are no operator.", "Couple through its S₋.")


def order_parameters(networks: Iterable[InfiniteNetwork]) -> np.ndarray:
    """R of the synchronized state of each network, 0 where there is none: the line of a phase diagram."""
    return np.array([network.states()[-1].order_parameter for network in networks])
