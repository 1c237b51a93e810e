"""Weak coupling: the Bloch-Redfield generator and time-convolutionless second order (TCL2).

To second order in the coupling H_I = L†B + LB†, with L(τ) = e^{−iHτ} L e^{iHτ} and C₋ = ⟨B(t)B†⟩, C₊ = ⟨B†(t)B⟩,

    dρ/dt = 𝓛_S ρ − {[L†, Λ₋(t)ρ] + [L, Λ₊(t)ρ] + h.c.},
    Λ₋(t) = ∫_0^t C₋(τ) L(τ) dτ,    Λ₊(t) = ∫_0^t C₊(τ) L†(τ) dτ.

This is TCL2; t → ∞ in Λ gives the Bloch-Redfield generator, and with only those terms that oscillate at equal
frequencies the secular one, which is a Lindbladian. The system's own jumps move L(τ) no more than they act in a memory
time; that they are left out there is part of the number that states the validity,

    τ_B (1/τ_SB + Γ),   1/τ_SB = ‖L‖² ∫|C| dt,   τ_B = ∫t|C| dt/∫|C| dt,   Γ = Σ rate‖L_j‖²,

which must be far below 1 (MozgunovLidar2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from photinus.algebra import Operator, Scalar
from photinus.errors import DegenerateSteadyState, InvalidInput, NotConverged
from photinus.memory.correlations import bath_correlation
from photinus.memory.environment import Environment, require_environment
from photinus.memory.fitting import Fit, bath_duration
from photinus.memory.markov import half_transforms
from photinus.memory.observed import over_time, read_only_values
from photinus.model import Model
from photinus.numerics.linear import dense_null_vector
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import ascending_times, require_state, watched_operators
from photinus.space.sectors import grading
from photinus.space.space import Space, check_cutoffs, make_space, read_only
from photinus.space.state import State, state_from_matrix

if TYPE_CHECKING:
    import xarray


# --- generators -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Redfield:
    """A Bloch-Redfield generator of the system alone.

    Attributes
    ----------
    space : Space
        The kets of the system that are kept, n of them.
    matrix : ndarray, shape (n², n²)
        On ρ as a vector, row after row.
    secular : bool
    validity : float
        τ_B(1/τ_SB + Γ): far below 1 where the approximation holds.
    memory_time : float
        τ_B.
    """

    space: Space
    model: Model
    matrix: np.ndarray
    secular: bool
    validity: float
    memory_time: float

    def __post_init__(self) -> None:
        read_only(self.matrix)

    def steady_state(self) -> State:
        """The stationary matrix of trace 1; without the secular approximation it may have negative eigenvalues.

        Raises
        ------
        DegenerateSteadyState
        """
        n = self.space.dimension
        found = dense_null_vector(np.array(self.matrix), np.arange(n) * (n + 1))
        if found.nullity != 1:
            raise DegenerateSteadyState(
                "The Redfield generator has more than one stationary state.",
                "Add a process that connects them.",
                found.nullity,
            )
        rho = found.vector.reshape(n, n)
        return state_from_matrix(
            (rho + rho.conj().T) / 2, grading(self.space, self.model.symmetry.weak), tolerance=1e-14
        )

    def __repr__(self) -> str:
        kind = "secular" if self.secular else "not secular"
        return (
            f"Redfield generator of {self.space.dimension} kets, {kind}\n"
            f"  validity {self.validity:.2g} (must be far below 1), memory time {self.memory_time:.3g}"
        )


def redfield(
    model: Model,
    environment: Environment,
    *,
    common: bool | None = None,
    secular: bool = False,
    cutoff: int | Mapping[str, int] | None = None,
) -> Redfield:
    """The Bloch-Redfield generator 𝓛_S ρ − {[L†, Λ₋ρ] + [L, Λ₊ρ] + h.c.}, Λ in the eigenbasis of H.

    Parameters
    ----------
    model : Model
        H gives the eigenbasis; frequencies are those of its frame.
    environment : Environment
    common : bool, optional
        As in :func:`with_pseudomodes`.
    secular : bool
        Keep only terms between coherences of equal frequency: a Lindbladian, wrong where levels are nearly degenerate.
    cutoff : int or mapping of str to int, optional
        Levels of the oscillators.

    Returns
    -------
    Redfield
        With the number that states its validity.

    References
    ----------
    Breuer2002, MozgunovLidar2020.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Ohmic(0.01, cutoff=5.0), s.x, temperature=1.0)
    >>> made = ph.memory.redfield(ph.Model(s.z), bath, secular=True)
    >>> round(2 * made.steady_state().expect(s.z), 6)  # -tanh(1/2T)
    -0.462117
    """
    require_environment(environment)
    model = environment.placed(model)
    system = _System.of(model, environment, common, cutoff)
    frequencies, place = system.frequencies()

    def transforms(hermitian: bool) -> tuple[np.ndarray, np.ndarray]:
        both = [half_transforms(environment, float(w), hermitian=hermitian) for w in frequencies]
        # ⟨B†(t)B⟩ was transformed at −ω, and is wanted at the frequency that L† lowers: the opposite one.
        opposite = [half_transforms(environment, -float(w), hermitian=hermitian)[1] for w in frequencies]
        return np.array([u for u, _ in both])[place], np.array(opposite)[place]

    added = np.zeros((system.space.dimension**2,) * 2, dtype=complex)
    for operator in environment.operators(common=common):
        up, down = transforms(operator.is_hermitian())
        added += system.superoperator(operator, up, down)
    if secular:
        gap = system.gaps.T.ravel()  # of |i⟩⟨j| the frequency E_i − E_j
        close = np.abs(np.subtract.outer(gap, gap)) <= 1e-9 * max(np.abs(gap).max(initial=0.0), 1e-300)
        turn = np.kron(system.basis, system.basis.conj())
        added = turn @ (close * (turn.conj().T @ added @ turn)) @ turn.conj().T
    validity, memory = _validity(environment, system, common)
    return Redfield(system.space, model, system.own() + added, secular, validity, memory)


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """The system on its kets: H = U E U†, and the jumps."""

    model: Model
    space: Space
    energies: np.ndarray
    basis: np.ndarray

    @classmethod
    def of(
        cls, model: Model, environment: Environment, common: bool | None, cutoff: int | Mapping[str, int] | None
    ) -> _System:
        levels = check_cutoffs(model.sites, cutoff if cutoff is not None else {})
        space = make_space(model.sites, levels)
        require_memory(
            16.0 * 6 * space.dimension**4,
            None,
            f"The superoperators of {space.dimension} kets",
            "Use smaller cutoffs, or with_pseudomodes(…), which works in symmetry sectors.",
        )
        energies, basis = np.linalg.eigh(space.matrix(model.generator[0] + 0.0))
        return cls(model, space, energies, basis)

    @property
    def gaps(self) -> np.ndarray:
        """ω_ij = E_j − E_i: what |i⟩⟨j| takes from the system."""
        return np.subtract.outer(self.energies, self.energies).T

    def frequencies(self) -> tuple[np.ndarray, np.ndarray]:
        """The different ω_ij, and which of them each is."""
        gaps = self.gaps
        scale = max(float(np.abs(gaps).max(initial=0.0)), 1e-300)
        values, place = np.unique(np.round(gaps / scale, 10), return_inverse=True)
        return values * scale, place.reshape(gaps.shape)

    def filtered(self, operator: Operator, transform: np.ndarray) -> np.ndarray:
        """∫C(τ)L(τ)dτ: in the eigenbasis L_ij times the transform at ω_ij."""
        inner = self.basis.conj().T @ self.space.matrix(operator) @ self.basis
        return self.basis @ (inner * transform) @ self.basis.conj().T

    def superoperator(self, operator: Operator, up: np.ndarray, down: np.ndarray) -> np.ndarray:
        """−{[L†, Λ₋ρ] + [L, Λ₊ρ] + h.c.} as a matrix."""
        dagger = operator.dag()
        out = np.zeros((self.space.dimension**2,) * 2, dtype=complex)
        for outer, part in ((dagger, self.filtered(operator, up)), (operator, self.filtered(dagger, down))):
            out += _commutator_matrix(self.space.matrix(outer), part)
        return out

    def own(self) -> np.ndarray:
        """𝓛_S as a matrix."""
        one = np.eye(self.space.dimension)
        hamiltonian = self.space.matrix(self.model.generator[0] + 0.0)
        out = -1j * (np.kron(hamiltonian, one) - np.kron(one, hamiltonian.T))
        for rate, operator in self.model.generator[1]:
            jump = self.space.matrix(operator)
            decay = jump.conj().T @ jump
            out += rate * (np.kron(jump, jump.conj()) - (np.kron(decay, one) + np.kron(one, decay.T)) / 2)
        return out


def _commutator_matrix(outer: np.ndarray, part: np.ndarray) -> np.ndarray:
    """ρ → −[A, Xρ] + h.c. as a matrix on the rows of ρ."""
    one = np.eye(len(outer))
    left, right = outer.conj().T, part.conj().T
    return np.kron(part, outer.T) - np.kron(outer @ part, one) + np.kron(left, right.T) - np.kron(one, (right @ left).T)


def _validity(environment: Environment, system: _System, common: bool | None) -> tuple[float, float]:
    """τ_B(1/τ_SB + Γ) and τ_B."""
    span = bath_duration(environment, Fit(1e-3))
    edges = np.concatenate([[0.0], np.geomspace(1e-6, 1, 400)]) * span
    times, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    found = bath_correlation(environment, times)
    size = np.abs(found.emission) + np.abs(found.absorption)
    total, first = float(size @ widths), float((size * times) @ widths)
    memory = first / total
    strength = max(np.linalg.norm(system.space.matrix(o), 2) for o in environment.operators(common=common)) ** 2
    own = sum(rate * np.linalg.norm(system.space.matrix(o), 2) ** 2 for rate, o in system.model.generator[1])
    return float(memory * (strength * total + own)), memory


# --- time-convolutionless second order --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class WeakEvolution:
    """An evolution by TCL2.

    Attributes
    ----------
    times : ndarray, shape (T,)
    observed : mapping of str to ndarray, shape (T,)
    state : State
        At the last time.
    positivity : float
        The smallest eigenvalue of ρ at all times: second order does not keep ρ positive.
    validity : float
        τ_B(1/τ_SB + Γ): far below 1 where the approximation holds. For a pure dephasing TCL2 is exact whatever it is.
    memory_time : float
        τ_B.
    """

    times: np.ndarray
    observed: Mapping[str, np.ndarray]
    state: State
    positivity: float
    validity: float
    memory_time: float

    def __post_init__(self) -> None:
        read_only_values(self.times, self.observed)

    def to_xarray(self) -> xarray.Dataset:
        """The observed values over ``time``."""
        return over_time(self.times, self.observed, self, ("positivity", "validity", "memory_time"))

    def __repr__(self) -> str:
        return (
            f"TCL2 evolution at {len(self.times)} times: {', '.join(self.observed) or 'nothing'}\n"
            f"  validity {self.validity:.2g} (must be far below 1), smallest eigenvalue {self.positivity:.1e}"
        )


def tcl2(
    model: Model,
    environment: Environment,
    initial: State,
    times: Iterable[float],
    *,
    observe: Mapping[str, Operator | Scalar] | None = None,
    common: bool | None = None,
    cutoff: int | Mapping[str, int] | None = None,
) -> WeakEvolution:
    """Time-convolutionless master equation of second order, with its time-dependent coefficients.

    Parameters
    ----------
    model : Model
    environment : Environment
    initial : State
        ρ at times[0] = 0, not correlated with the bath.
    times : sequence of float, shape (T,)
        Ascending, beginning at 0.
    observe : mapping of str to Operator, optional
    common : bool, optional
        As in :func:`with_pseudomodes`.
    cutoff : int or mapping of str to int, optional
        Levels of the oscillators; by default those of the state.

    Returns
    -------
    WeakEvolution

    References
    ----------
    Breuer2002.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Ohmic(0.2, cutoff=5.0), s.z, temperature=0.5)
    >>> plus = ph.states.superposition([(1, {s: 0.5}), (1, {s: -0.5})])
    >>> run = ph.memory.tcl2(ph.Model(), bath, plus, [0, 2], observe={"x": 2 * s.x})
    >>> print(f"{run.observed['x'][-1]:.6f}")  # e^{-Γ} with the exact Γ(2) = 0.6971982, times the Lamb shift's cosine
    0.497979
    """
    require_environment(environment)
    model = environment.placed(model)
    require_state(model, initial)
    grid = ascending_times(times)
    if grid[0] != 0:
        raise InvalidInput(f"The times begin at {grid[0]:g}.", "Begin at 0, where system and bath are not correlated.")
    system = _System.of(model, environment, common, cutoff if cutoff is not None else initial.cutoffs)
    watched = watched_operators(observe if observe is not None else {}, model)
    matrices = {name: system.space.matrix(operator) for name, operator in watched.items()}
    derivative = _derivative(environment, system, common, float(grid[-1]))
    n = system.space.dimension
    start = state_matrix(initial, system.space)
    found = np.array([start.ravel()])
    if len(grid) > 1:
        run = solve_ivp(derivative, (0.0, grid[-1]), start.ravel(), "DOP853", grid, rtol=1e-10, atol=1e-12)
        if not run.success:
            raise NotConverged(f"The integration of TCL2 stopped: {run.message}", "Ask for shorter times.")
        found = run.y.T
    rhos = found.reshape(-1, n, n)
    values = {name: np.einsum("ij,tji->t", m, rhos) for name, m in matrices.items()}
    observed = {name: x.real if watched[name].is_hermitian() else x for name, x in values.items()}
    least = min(float(np.linalg.eigvalsh((rho + rho.conj().T) / 2)[0]) for rho in rhos)
    state = state_from_matrix(rhos[-1], grading(system.space, model.symmetry.weak), tolerance=1e-14)
    return WeakEvolution(grid, observed, state, least, *_validity(environment, system, common))


def state_matrix(state: State, space: Space) -> np.ndarray:
    """ρ on a space with other cutoffs."""
    index = np.unravel_index(np.arange(space.dimension), space.levels)
    inside = np.all([i < n for i, n in zip(index, state.space.levels, strict=True)], axis=0)
    kets = np.where(inside, np.ravel_multi_index(index, state.space.levels, mode="clip"), -1)
    return state.elements(kets[:, None], kets[None, :])


def _derivative(
    environment: Environment, system: _System, common: bool | None, end: float
) -> Callable[[float, np.ndarray], np.ndarray]:
    """dρ/dt on the rows of ρ."""
    frequencies, place = system.frequencies()
    own, n = system.own(), system.space.dimension
    terms = []
    running: dict[bool, tuple[CubicSpline, CubicSpline]] = {}
    for operator in environment.operators(common=common):
        hermitian = operator.is_hermitian()
        if hermitian not in running and end > 0:
            running[hermitian] = _running_transforms(environment, frequencies, end, hermitian=hermitian)
        for outer, inner, which in ((operator.dag(), operator, 0), (operator, operator.dag(), 1)):
            words = system.basis.conj().T @ system.space.matrix(inner) @ system.basis
            terms.append((system.space.matrix(outer), words, running[hermitian][which] if end > 0 else None))

    def derivative(t: float, y: np.ndarray) -> np.ndarray:
        rho = y.reshape(n, n)
        out = (own @ y).reshape(n, n)
        for outer, words, spline in terms:
            assert spline is not None
            part = system.basis @ (words * spline(t)[place]) @ system.basis.conj().T @ rho
            change = outer @ part - part @ outer
            out = out - change - change.conj().T
        return out.ravel()

    return derivative


def _running_transforms(
    environment: Environment, frequencies: np.ndarray, end: float, *, hermitian: bool
) -> tuple[CubicSpline, CubicSpline]:
    """∫_0^t C e^{iωs} ds of both functions as splines in t, by Gauss' rule on graded cells."""
    marks = [abs(m) for m in environment.density.marks if m and np.isfinite(m)]
    fastest = max([*marks, float(np.abs(frequencies).max(initial=0.0)), environment.temperature, 10 / end])
    count = int(min(max(100, 12 * end * fastest), 4000))
    first = end / count
    edges = np.concatenate([[0.0], first * 2.0 ** -np.arange(40.0, 0.0, -0.5), np.linspace(first, end, count)])
    nodes, weights = np.polynomial.legendre.leggauss(6)
    half = np.diff(edges)[:, None] / 2
    times = edges[:-1, None] + half * (1 + nodes)
    found = bath_correlation(environment, times.ravel())
    functions = (found.symmetric, np.zeros_like(found.symmetric)) if hermitian else (found.emission, found.absorption)
    out = []
    for values in functions:
        waves = np.exp(1j * np.multiply.outer(times, frequencies)) * values.reshape(times.shape)[..., None]
        cells = np.einsum("cn,cnf->cf", half * weights, waves)
        out.append(CubicSpline(edges, np.concatenate([np.zeros((1, len(frequencies))), np.cumsum(cells, axis=0)])))
    return out[0], out[1]
