"""The hierarchical equations of motion (HEOM), solved by QuTiP: an independent route to the same answer.

With sums of exponentials for the correlation functions, auxiliary density operators ρ_n obey

    dρ_n/dt = (𝓛_S − Σ n_k ν_k) ρ_n + Σ_k n_k P_k ρ_{n − e_k} + Σ_k N_k ρ_{n + e_k}

(Tanimura1989). For H_I = L†B + LB† every exponent w e^{−νt} of ⟨B(t)B†⟩ gives two:

    (N, P, ν) = (−i[L†, ·], −i w L·, ν)  and  (−i[L, ·], +i w̄ ·L†, ν̄),

and those of ⟨B†(t)B⟩ the same with L and L† exchanged. A Hermitian L needs QuTiP's bosonic baths alone; for other L
the two rules of QuTiP's solver that write N and P are replaced, its hierarchy, integrators and steady state are used
as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.errors import InvalidInput, MissingExtra
from photinus.memory.densities import Exponents
from photinus.memory.environment import Environment, require_environment
from photinus.memory.fitting import Exponentials, Fit, exponentials
from photinus.memory.observed import over_time, read_only_values
from photinus.memory.weak import state_matrix
from photinus.model import Model
from photinus.numerics.checks import whole_number
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import ascending_times, require_state, watched_operators
from photinus.space.sectors import grading
from photinus.space.space import Space, check_cutoffs, make_space
from photinus.space.state import State, state_from_matrix

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """An evolution, or a steady state, by HEOM.

    Attributes
    ----------
    times : ndarray, shape (T,)
        Empty for a steady state.
    observed : mapping of str to ndarray, shape (T,)
        ⟨O⟩(t) by name.
    state : State
        The state of the system at the last time, or the steady state.
    depth : int
        Depth of the hierarchy.
    auxiliaries : int
        Number of auxiliary density operators.
    fit_error : float
        Relative L1 error of the correlation functions.
    depth_error : float
        ‖ρ_depth − ρ_{depth − 1}‖₁ of ``state``; NaN where it was not asked for.
    seconds : float
    """

    times: np.ndarray
    observed: Mapping[str, np.ndarray]
    state: State
    depth: int
    auxiliaries: int
    fit_error: float
    depth_error: float
    seconds: float

    def __post_init__(self) -> None:
        read_only_values(self.times, self.observed)

    def to_xarray(self) -> xarray.Dataset:
        """The observed values over ``time``."""
        facts = ("depth", "auxiliaries", "fit_error", "depth_error", "seconds")
        return over_time(self.times, self.observed, self, facts)

    def __repr__(self) -> str:
        what = f"at {len(self.times)} times" if len(self.times) else "steady state"
        return (
            f"Hierarchy, {what}: depth {self.depth}, {self.auxiliaries} auxiliary operators, {self.seconds:.3g} s\n"
            f"  error of depth {self.depth_error:.1e}, of the fit {self.fit_error:.1e}"
        )


@dataclass(frozen=True, slots=True)
class HEOM:
    """Options of the hierarchy.

    Parameters
    ----------
    depth : int
        Depth of the hierarchy.
    fit : Fit, optional
        For densities that are no sums of Lorentzians.
    judge : bool
        Whether to solve once more with a depth smaller by one, for the error.
    tolerance : float
        Relative tolerance of the integrator.
    """

    depth: int = 5
    fit: Fit | None = None
    judge: bool = True
    tolerance: float = 1e-8

    def __post_init__(self) -> None:
        whole_number(self.depth, "depth of the hierarchy")


def heom(
    model: Model,
    environment: Environment,
    initial: State,
    times: Iterable[float],
    *,
    observe: Mapping[str, Operator | Scalar] | None = None,
    common: bool | None = None,
    cutoff: int | Mapping[str, int] | None = None,
    method: HEOM | None = None,
) -> Hierarchy:
    """An evolution by the hierarchical equations of motion, solved by QuTiP.

    Parameters
    ----------
    model : Model
        The system, with whatever memoryless jumps it has.
    environment : Environment
    initial : State
        ρ at times[0], not correlated with the bath.
    times : sequence of float, shape (T,)
        Ascending.
    observe : mapping of str to Operator, optional
        Operators of the system.
    common : bool, optional
        As in :func:`with_pseudomodes`.
    cutoff : int or mapping of str to int, optional
        Levels of the oscillators of the system; they are not certified here.
    method : HEOM, optional
        By default ``HEOM(depth=5)``.

    Returns
    -------
    Hierarchy

    Raises
    ------
    MissingExtra
        If QuTiP is not installed.
    FitFailed, InvalidInput, UnknownSite
    MemoryBudgetExceeded
        If the hierarchy does not fit.

    References
    ----------
    Tanimura1989, Lambert2023.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian(0.15, width=0.5, center=1.0), 2 * s.x)
    >>> run = ph.memory.heom(ph.Model(s.z), bath, ph.states.level({s: 0.5}), [0, 10], observe={"z": 2 * s.z})
    >>> print(f"{run.observed['z'][-1]:.3f}")
    -0.434
    """
    _qutip()
    require_environment(environment)
    model = environment.placed(model)
    require_state(model, initial)
    watched = watched_operators(observe if observe is not None else {}, model)
    levels = cutoff if cutoff is not None else initial.cutoffs
    question = _Question(model, environment, common, levels, method)
    return question.answered(initial, ascending_times(times), watched)


def heom_steady_state(
    model: Model,
    environment: Environment,
    *,
    common: bool | None = None,
    cutoff: int | Mapping[str, int] | None = None,
    method: HEOM | None = None,
) -> Hierarchy:
    """The steady state of the hierarchical equations of motion, solved by QuTiP.

    Parameters
    ----------
    model, environment, common, cutoff, method
        As in :func:`heom`.

    Returns
    -------
    Hierarchy
        Its ``state`` is that of the system; there are no times.

    Raises
    ------
    MissingExtra, FitFailed, InvalidInput, UnknownSite, MemoryBudgetExceeded

    References
    ----------
    Tanimura1989, Lambert2023.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian(0.2, width=0.5, center=1.0), s.minus)
    >>> print(f"{ph.memory.heom_steady_state(ph.Model(s.z), bath).state.expect(s.z):.4f}")
    -0.5000
    """
    _qutip()
    require_environment(environment)
    model = environment.placed(model)
    question = _Question(model, environment, common, cutoff if cutoff is not None else {}, method)
    return question.answered(None, np.zeros(0), {})


@dataclass(frozen=True, slots=True)
class _Question:
    """What both questions share: the system, the bath and the options."""

    model: Model
    environment: Environment
    common: bool | None
    cutoff: int | Mapping[str, int]
    method: HEOM | None

    def answered(self, initial: State | None, times: np.ndarray, watched: dict[str, Operator]) -> Hierarchy:
        """The evolution, or without an initial state the steady state, and the error of its depth."""
        started, model = perf_counter(), self.model
        method = HEOM() if self.method is None else self.method
        space = make_space(model.sites, check_cutoffs(model.sites, self.cutoff))
        operators = self.environment.operators(common=self.common)
        kinds = {operator.is_hermitian() for operator in operators}
        sums = {kind: exponentials(self.environment, hermitian=kind, fit=method.fit) for kind in kinds}
        problem = _Problem(_qutip(), model, space, tuple((o, sums[o.is_hermitian()]) for o in operators), method)
        rho, observed, count = problem.solve(method.depth, initial, times, watched)
        error = float("nan")
        if method.judge and method.depth > 1:
            ends = times[[0, -1]] if len(times) > 1 else times
            error = float(np.linalg.norm(rho - problem.solve(method.depth - 1, initial, ends, {})[0], "nuc"))
        state = state_from_matrix(rho, grading(space, model.symmetry.weak), tolerance=1e-13)
        worst = max(each.error for each in sums.values())
        return Hierarchy(times, observed, state, method.depth, count, worst, error, perf_counter() - started)


def _qutip() -> Any:
    try:
        import qutip
        import qutip.solver.heom
    except ImportError as error:
        raise MissingExtra(
            "HEOM is solved by QuTiP, which is not installed.",
            'Install it: pip install "photinus[qutip]"; or use with_pseudomodes(…), which needs nothing.',
        ) from error
    return qutip


@dataclass(frozen=True, slots=True)
class _Problem:
    """System and baths in QuTiP's words; a bath is (L, its exponentials)."""

    qutip: Any
    model: Model
    space: Space
    baths: tuple[tuple[Operator, Exponentials], ...]
    method: HEOM

    def solve(
        self, depth: int, initial: State | None, times: np.ndarray, watched: dict[str, Operator]
    ) -> tuple[np.ndarray, dict[str, np.ndarray], int]:
        """ρ at the end, what was observed, and the number of auxiliary operators."""
        solver = self._solver(depth)
        count = len(solver.ados.labels)
        if initial is None:
            return solver.steady_state()[0].full(), {}, count
        names = list(watched)
        start = state_matrix(initial, self.space)
        if len(times) == 1:
            values = {n: np.array([np.trace(self.space.matrix(watched[n]) @ start)]) for n in names}
            return start, values, count
        result = solver.run(self.qutip.Qobj(start), times, e_ops=[self._qobj(watched[n]) for n in names])
        observed = {n: np.array(result.expect[k]) for k, n in enumerate(names)}
        real = {n: x.real if watched[n].is_hermitian() else x for n, x in observed.items()}
        return result.final_state.full(), real, count

    def _qobj(self, operator: Operator) -> Any:
        return self.qutip.Qobj(self.space.matrix(operator)).to("csr")

    def _solver(self, depth: int) -> Any:
        hamiltonian, channels = self.model.generator
        jumps = [np.sqrt(rate) * self._qobj(operator) for rate, operator in channels]
        system = self.qutip.liouvillian(self._qobj(hamiltonian + 0.0), jumps)
        pairs = [pair for operator, sums in self.baths for pair in self._pairs(operator, sums)]
        auxiliaries = comb(len(pairs) + depth, depth)
        require_memory(
            400.0 * self.space.dimension**2 * auxiliaries * (1 + len(pairs)),
            None,
            f"A hierarchy of {auxiliaries} operators of {self.space.dimension} × {self.space.dimension}",
            "Use a smaller depth or cutoff, or with_pseudomodes(…), which works in symmetry sectors.",
        )
        options = {
            "progress_bar": "",
            "store_states": False,
            "store_final_state": True,
            "nsteps": 1_000_000,
            "rtol": self.method.tolerance,
            "atol": self.method.tolerance * 1e-2,
        }
        heom_module = self.qutip.solver.heom
        if all(operator.is_hermitian() for operator, _ in self.baths):
            baths = [self._bosonic(operator, sums.emission) for operator, sums in self.baths]
            return heom_module.HEOMSolver(system, baths, depth, options=options)
        return _rotating_wave_solver(heom_module, system, pairs, depth, options)

    def _pairs(self, operator: Operator, sums: Exponentials) -> list[_Pair]:
        out = []
        for exponents, down in ((sums.emission, operator), (sums.absorption, operator.dag())):
            low, high = self._qobj(down), self._qobj(down.dag())
            for w, nu in exponents:
                out.append(_Pair(high, low, -1j * w, True, nu))
                out.append(_Pair(low, high, 1j * np.conj(w), False, np.conj(nu)))
        return out

    def _bosonic(self, operator: Operator, exponents: Exponents) -> Any:
        """C = C_R + iC_I with C_R = ½Σ(w e^{−νt} + c.c.), C_I = (1/2i)Σ(w e^{−νt} − c.c.)."""
        weights = np.array([w for w, _ in exponents] + [np.conj(w) for w, _ in exponents])
        rates = np.array([nu for _, nu in exponents] + [np.conj(nu) for _, nu in exponents])
        signs = np.repeat([1.0, -1.0], len(exponents))
        return self.qutip.solver.heom.BosonicBath(self._qobj(operator), weights / 2, rates, signs * weights / 2j, rates)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One exponent: N = −i[outer, ·], P = weight·inner from the left or the right, and ν."""

    outer: Any
    inner: Any
    weight: complex
    left: bool
    rate: complex


def _rotating_wave_solver(module: Any, system: Any, pairs: list[_Pair], depth: int, options: dict[str, Any]) -> Any:
    """QuTiP's solver with N and P for couplings that are not Hermitian."""
    import qutip

    nexts = [-1j * (qutip.spre(p.outer) - qutip.spost(p.outer)) for p in pairs]
    previous = [p.weight * (qutip.spre(p.inner) if p.left else qutip.spost(p.inner)) for p in pairs]

    class RotatingWave(module.HEOMSolver):  # type: ignore[misc]
        """The two rules of the hierarchy that a coupling enters."""

        def _grad_prev_bosonic(self, he_n: Any, k: int) -> Any:
            return (he_n[k] * previous[k]).to("csr").data

        def _grad_next_bosonic(self, he_n: Any, k: int) -> Any:
            return nexts[k].to("csr").data

    exponents = [module.BathExponent("R", None, p.outer, p.weight, p.rate) for p in pairs]
    if not hasattr(module.HEOMSolver, "_grad_next_bosonic") or not hasattr(module.HEOMSolver, "_grad_prev_bosonic"):
        raise InvalidInput(
            f"QuTiP {qutip.__version__} writes its hierarchy in another way: only Hermitian couplings can be given.",
            "Use a Hermitian coupling, QuTiP 5.0 to 5.3, or with_pseudomodes(…).",
        )
    return RotatingWave(system, module.Bath(exponents), depth, options=options)
