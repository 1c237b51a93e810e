"""Infinitely many identical units, each coupled to all: the nonlinear master equation of one of them.

For N → ∞ the state of an all-to-all network is a product, and each unit obeys the master equation of one unit in the
field of the others. With z = Tr(Aρ), A the operator through which the units are coupled,

    (g/N) Σ_{m<n} (A_m†A_n + h.c.)   →   H_z = g (z A† + z̄ A),
    (V/N) Σ_{m<n} D[A_m − A_n]       →   H_z = (i/2) V (z A† − z̄ A) and the loss V·D[A]

(tracing D[A_m − A_n] over n leaves D[A_m] and the cross terms, which are a commutator). Together

    dρ/dt = 𝓛_V ρ − i[η z A† + η̄ z̄ A, ρ],   η = g + iV/2.

Where the unit has a U(1) that A lowers, the incoherent state z = 0 is stationary; it is stable while no eigenvalue of
the linearised equation has a positive real part, and beyond the critical coupling z turns at a frequency of its own
(Ludwig and Marquardt 2013; Lee, Chan and Wang 2014). How such states are found is told in
:mod:`photinus.collective.self_consistency`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla
from scipy.optimize import brentq

from photinus.algebra import Ensemble, LevelEnsemble, Operator, Oscillator, Qudit, Site, Spin, commutator
from photinus.algebra.operator import as_operator
from photinus.collective.self_consistency import Pair, Response, self_consistent_pairs
from photinus.errors import DegenerateSteadyState, InvalidInput, NoSteadyState, NotConverged, WrongType, shown
from photinus.model import Group, Jump, Model, Order, Symmetry
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.memory import require_memory
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.steady import steady_state
from photinus.space.liouvillian import Generator, generator
from photinus.space.sectors import grading
from photinus.space.space import read_only
from photinus.space.state import State
from photinus.space.vectors import functional, laid_into, multiplied

Cutoff: TypeAlias = Fixed | Converged

DENSE = 600
"""Up to so many coherences all growth rates are computed, from a dense matrix; above that the leading ones."""
LEADING = 8
"""How many leading ones."""
ROUNDS = 3
"""So often a state with a common phase is looked for with more levels."""
STEPS, MOST = 40, 320
"""Steps of Arnoldi's method between two looks, and steps at which it gives up."""


@dataclass(frozen=True, eq=False)
class NetworkState:
    """A self-consistent state of an infinite network.

    Attributes
    ----------
    order_parameter : float
        r = |Tr(Aρ)|; 0 in the incoherent state.
    frequency : float
        Ω, angular, in the unit of the rates: the order parameter turns as r·e^{−iΩt}. 0 in the incoherent state.
    state : State
        The state of one unit, in the frame that turns with Ω, where Tr(Aρ) = r.
    growth_rate : float
        The largest real part among the eigenvalues of the linearised equation, in the unit of the rates, but for the
        phase itself: negative where the state is stable.
    mismatch : float
        |η·Tr(Aρ) − E|/|E|, E the field that the state was solved in (0 for the incoherent state); no unit.
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
    def symmetry(self) -> Symmetry:
        """What is left of the unit's symmetry where all words of A are of one order: that of a unit with the jump A."""
        return (self.unit + Model(jumps=[Jump(1.0, self.operator)])).symmetry

    @cached_property
    def charge(self) -> Operator:
        """Q with [Q, A] = −A that the unit conserves: in the frame of Ω the Hamiltonian loses Ω·Q."""
        coordinates = [(site, k) for site in self.symmetry.sites for k in range(len(site.coordinates))]
        word, first = next(iter(self.operator.terms.items()))
        for modulus, weights in zip(self.symmetry.weak.moduli, self.symmetry.weak.weights, strict=True):
            parts = [(x, site_coordinate(*place)) for x, place in zip(weights, coordinates, strict=True) if x]
            if modulus or any(part is None for _, part in parts):
                continue
            total = sum((x * part for x, part in parts if part is not None), start=as_operator(0))
            turned = commutator(total, self.operator)
            factor = turned.terms.get(word, 0) / first
            if factor and turned.isclose(factor * self.operator):
                return total / -complex(factor).real
        raise InvalidInput(
            f"No U(1) of the unit ({self.unit.symmetry}) turns the phase of {self.operator}.",
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
        1/(λ + iΔ − 𝓛) over a Lorentzian puts λ + Γ in the place of λ.

        Returns
        -------
        ndarray of complex
            In the unit of the rates. All of them where the order has up to 600 coherences; above that the eight of
            largest real part, by a sparse factorisation.

        Raises
        ------
        MemoryBudgetExceeded
            If the factors do not fit; nothing was allocated then.
        NotConverged
            If Arnoldi's method does not reach the leading ones.
        """
        return self._growth(steady_state(self.bare, cutoff=self.cutoff))

    def _growth(self, state: State, *, coupled: bool = True) -> np.ndarray:
        made, state = _graded(self.bare, state, self.symmetry.weak)
        order, source = _turning(state, self.operator.dag(), -1)
        sector = made.grading.sector(order)
        strength = self.strength if coupled else 0.0
        values = _leading(
            made.liouvillian(sector).matrix,
            -1j * strength * source[:, None],
            functional(self.operator, sector)[None],
            _motion(made, state, self.operator),
        )
        return read_only(values - self.lorentzian)

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
        """The state with the largest order parameter among those of :meth:`states`.

        Raises
        ------
        NotConverged
            If there is none but the incoherent state; and as :meth:`states`.
        """
        found = self.states()
        if not found[-1].order_parameter:
            raise NotConverged(
                f"There is no state with a common phase: {found[0]!r}.",
                f"Raise the coupling (V = {self.dissipative:g}, g = {self.coherent:g}); see critical_coupling().",
            )
        return found[-1]

    def states(self, *, scan: int = 16) -> tuple[NetworkState, ...]:
        """The self-consistent states of identical units: the incoherent one, then the others by order parameter.

        Parameters
        ----------
        scan : int
            About so many field strengths in three decades, from the largest possible one, |η|‖A‖, down to where a unit
            answers linearly. They make a grid with frequencies as dense as the linear response asks for; Newton's
            method starts where a unit's answer may equal the field.

        Returns
        -------
        tuple of NetworkState
            Each solves the equation up to its ``mismatch``. That none is missing is not proved, only that their
            indices ±1 add up to the number of unstable modes of the incoherent state: where that is unstable, one at
            least is found. Missed can be two states of opposite indices, such as the stable and the unstable one that
            are born together where a hysteresis begins, in one cell of the grid; a larger ``scan`` makes them smaller.

        Raises
        ------
        InvalidInput
            For units of different frequencies, which have a state each.
        NotConverged
            If the indices do not add up, on grids of half and a quarter of the spacing either; if a state needs ever
            more levels, since no loss holds its amplitude.
        DegenerateSteadyState
            If states of any amplitude are self-consistent; and as :func:`photinus.steady_state`, of a unit in a field.
        MemoryBudgetExceeded
            As :func:`photinus.steady_state`, of a unit in a field.

        Notes
        -----
        A field breaks the U(1), so that each of some 500 points costs a stationary state with all its coherences.
        """
        if self.lorentzian:
            raise InvalidInput(
                f"The units have frequencies of the width {self.lorentzian:g}, and a state for each of them.",
                "Ask for growth_rates() or critical_coupling(), or set lorentzian=0.",
            )
        scan = whole_number(scan, "number of field strengths", minimum=2)
        silent = self.incoherent()
        if not self.strength:
            return (silent,)
        motions = [(self.bare, silent.state)]
        with suppress(NoSteadyState, DegenerateSteadyState, NotConverged):
            # None has many more quanta: the coupling changes ⟨Q⟩ at the rate −V(⟨A†A⟩ − |⟨A⟩|²).
            motions.append((self.unit, steady_state(self.unit, cutoff=self.cutoff)))
        cutoffs = {name: max(state.cutoffs[name] for _, state in motions) for name in self.unit.oscillators}
        response = Response(self.bare, self.operator, self.charge, self.strength, cutoffs)
        state = steady_state(self.bare, cutoff=Fixed(cutoffs, tolerance=self.cutoff.tolerance))
        rates = self._growth(state)
        pairs = self_consistent_pairs(
            response,
            _moved(self._growth(state, coupled=False), rates),
            _window([_motion(*_graded(model, near, self.symmetry.weak), self.operator) for model, near in motions]),
            unstable=_unstable(rates, abs(self.strength)),
            scan=scan,
        )
        silent = NetworkState(0.0, 0.0, state, float(rates[0].real), 0.0)
        return (silent, *(_network_state(response, pair, self.cutoff) for pair in pairs))


def _network_state(response: Response, pair: Pair, cutoff: Cutoff) -> NetworkState:
    """The certified state of a self-consistent field, with as many levels as it needs."""
    for _ in range(ROUNDS):
        model = response.model(pair.field, pair.frequency)
        state = steady_state(model, cutoff=Fixed(response.cutoffs, tolerance=cutoff.tolerance))
        if isinstance(cutoff, Fixed) or state.certificate is None or state.certificate.truncation <= cutoff.tolerance:
            break
        enough = steady_state(model, cutoff=cutoff, near=state).cutoffs
        response = replace(response, cutoffs={name: max(n, enough[name]) for name, n in state.cutoffs.items()})
        pair = response.adjusted(pair)
    else:
        raise response.unsettled(pair)
    z = complex(state.expect(response.operator))
    return NetworkState(
        order_parameter=abs(z),
        frequency=float(pair.frequency) if abs(pair.frequency) > 1e-12 * abs(response.strength) else 0.0,
        state=_turned(state, response.charge, z),
        growth_rate=_stability(response, pair, state),
        mismatch=abs(response.strength * z / pair.field - 1),
    )


def _stability(response: Response, pair: Pair, state: State) -> float:
    """The largest real part of 𝓛 − i[η z A† + η̄ z̄ A, ·] linearised, without the phase's own zero."""
    made = generator(response.model(pair.field, pair.frequency), state.cutoffs)
    sector = made.grading.sector(made.grading.group.zero)
    up, down = response.operator.dag(), response.operator
    pushes = ((response.strength, up), (response.strength.conjugate(), down))
    sources = [-1j * strength * _turning(state, operator, -1)[1] for strength, operator in pushes]
    values = _leading(
        made.liouvillian(sector).matrix,
        np.stack(sources, axis=1),
        np.stack([functional(down, sector), functional(up, sector)]),
        _motion(made, state, down),
    )
    return float(values[np.argsort(np.abs(values))][2:].real.max())  # without the trace, and the phase that is free


# ---- linear response ----


def _turning(state: State, operator: Operator, sign: int) -> tuple[Order, np.ndarray]:
    """Oρ ± ρO and its coherence order."""
    left, right = multiplied(state, left=operator), multiplied(state, right=operator)
    (order,) = left
    return order, left[order] + sign * right[order]


def _graded(model: Model, state: State, group: Group) -> tuple[Generator, State]:
    """A model's generator and a state, sorted by a part of the model's symmetry."""
    made = generator(model, state.cutoffs)
    graded = grading(made.space, group)
    return replace(made, grading=graded), laid_into(state, graded)


def _motion(made: Generator, state: State, operator: Operator) -> tuple[complex, complex]:
    """How A moves in a state: the mean of the eigenvalues −γ − iω that ⟨{A(t), A†}⟩ shows, and their spread."""
    order, vector = _turning(state, operator.dag(), 1)
    sector = made.grading.sector(order)
    matrix, read = made.liouvillian(sector).matrix, functional(operator, sector)
    weight, first, second = (complex(read @ x) for x in (vector, matrix @ vector, matrix @ (matrix @ vector)))
    mean = first / weight
    return mean, complex(np.sqrt(second / weight - mean**2 + 0j))


def _window(motions: Iterable[tuple[complex, complex]]) -> tuple[float, float]:
    """Frequencies between which units turn."""
    edges = [-mean.imag + sign * 2 * abs(spread.imag) for mean, spread in motions for sign in (-1, 1)]
    return min(edges), max(edges)


def _moved(poles: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """The poles of the linear response that the coupling moves by a tenth of their width; at least the slowest one.

    1 − F(0, Ω) is the product of all iΩ + λ over those of all poles: where both agree, the response has no pole.
    """
    distance = np.abs(poles[:, None] - rates).min(axis=1)
    moved = poles[distance > 0.1 * np.abs(poles.real)]
    return moved if len(moved) else poles[:1]


def _unstable(rates: np.ndarray, strength: float) -> int | None:
    """How many modes grow; None where one is too close to the axis to tell, or where there may be more of them."""
    unclear = np.abs(rates.real).min() < 1e-8 * strength or (len(rates) == LEADING and rates.real.min() > 0)
    return None if unclear else int((rates.real > 0).sum())


def _leading(matrix: sp.csc_array, u: np.ndarray, w: np.ndarray, motion: tuple[complex, complex]) -> np.ndarray:
    """Eigenvalues of M + u·w, largest real part first: all of a small matrix, eight of a large one.

    Those of large matrices come from Arnoldi's method for (M + u·w − σ)⁻¹, by Woodbury's formula, with σ as far right
    of the mean motion as this is fast: what lies right of the others is at the edge of the spectrum there
    (Saad, Numerical Methods for Large Eigenvalue Problems, § 8.2).
    """
    n = matrix.shape[0]
    if n <= DENSE:
        values = np.linalg.eigvals(matrix.toarray() + u @ w)
        return np.asarray(values[np.argsort(-values.real)])
    size = 24.0 * n**1.75 + 16.0 * MOST * n  # the factors of two sites, as measured, and the Krylov space
    require_memory(size, None, f"The stability of {n} coherences", "Use smaller cutoffs, or a unit of fewer sites.")
    mean, spread = motion
    shift = abs(mean.real) + abs(spread) + 1j * mean.imag
    factors = sla.splu((matrix - shift * sp.eye_array(n)).astype(complex).tocsc())
    inner = factors.solve(u.astype(complex))
    small = np.linalg.inv(np.eye(u.shape[1]) + w @ inner)

    def inverse(x: np.ndarray) -> np.ndarray:
        y = factors.solve(x)
        return np.asarray(y - inner @ (small @ (w @ y)))

    for values, converged in _ritz_values(inverse, n):
        order = np.argsort(-(shift + 1 / values).real)[:LEADING]
        if converged[order].all():
            return np.asarray(shift + 1 / values[order])
    raise NotConverged(
        f"Arnoldi's method did not reach the leading eigenvalues of {n} coherences in {MOST} steps.",
        f"Use smaller cutoffs; below {DENSE} coherences all eigenvalues are computed at once.",
    )


def _ritz_values(apply: Callable[[np.ndarray], np.ndarray], n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Eigenvalues μ of an operator in ever larger Krylov spaces, and which have converged."""
    basis, projected = np.zeros((n, MOST + 1), dtype=complex, order="F"), np.zeros((MOST + 1, MOST), dtype=complex)
    start = np.random.default_rng(11).normal(size=n)
    basis[:, 0] = start / np.linalg.norm(start)
    for k in range(1, MOST + 1):
        new = apply(basis[:, k - 1])
        for _ in range(2):  # once more against rounding
            shares = basis[:, :k].conj().T @ new
            new = new - basis[:, :k] @ shares
            projected[:k, k - 1] += shares
        projected[k, k - 1] = np.linalg.norm(new)
        basis[:, k] = new / projected[k, k - 1]
        if k % STEPS == 0:
            values, vectors = np.linalg.eig(projected[:k, :k])
            yield values, np.abs(projected[k, k - 1] * vectors[-1]) < 1e-10 * np.abs(values)


def _turned(state: State, charge: Operator, z: complex) -> State:
    """The state turned so that Tr(Aρ) is real and positive."""
    space = state.space
    zero = (0,) * space.coordinates.shape[1]
    levels = np.real(space.bands(charge).get(zero, np.zeros(space.dimension)))
    angle = -float(np.angle(z))  # e^{iθQ} ρ e^{−iθQ} has Tr(Aρ) e^{iθ}, for [Q, A] = −A
    parts = {}
    for order, vector in state.parts.items():
        rows, columns = state.grading.sector(order).kets
        parts[order] = vector * np.exp(1j * angle * (levels[rows] - levels[columns]))
    return State(state.grading, parts, state.certificate, None)


def site_coordinate(site: Site, k: int) -> Operator | None:
    """The operator whose value on every ket is the k-th coordinate of the site, up to a constant.

    0 for the length J of an ensemble and the diagram λ of atoms of d levels, which are the same on both sides of every
    coherence; None for what distinguishes kets of equal populations, which is no operator of the atoms.
    """
    if isinstance(site, Oscillator):
        return Operator({((site, (1, 1, ())),): 1.0})
    if isinstance(site, Spin):
        return Operator({((site, (0, 1)),): 1.0})
    if isinstance(site, Qudit):
        return Operator({((site, (k, k)),): 1.0})
    if isinstance(site, Ensemble):
        return Operator({((site, (0, 1, 0)),): 1.0}) if k == 1 else as_operator(0)
    assert isinstance(site, LevelEnsemble)
    last = site.dimension - 1
    level = k - len(site.coordinates) + last  # the populations of the first d − 1 levels come last
    if level >= 0:
        return Operator({((site, word),): c for word, c in site.expand(level, level)})
    return as_operator(0) if k < last else None


def order_parameters(networks: Iterable[InfiniteNetwork]) -> np.ndarray:
    """R of the synchronized state of each network, 0 where there is none: the line of a phase diagram."""
    return np.array([network.states()[-1].order_parameter for network in networks])
