"""Full counting statistics: how many jumps in a long time, and how much their number fluctuates.

With N(t) the sum of the weights of the jumps until t, ⟨e^{χN}⟩ ~ e^{θ(χ)t}, where θ(χ) is the eigenvalue of largest
real part of the tilted generator 𝓛(χ) = 𝓛 + Σ_j (e^{χw_j} − 1)𝓙_j. Its derivatives at χ = 0 are the cumulants of N per
unit time. They follow from perturbation theory without any numerical derivative (Flindt, Novotný, Braggio, Jauho 2010):
with 𝓛_m = Σ_j w_j^m 𝓙_j and the pseudo-inverse R of 𝓛,

    c_n = Σ_{m=1}^n C(n, m) Tr 𝓛_m ρ_{n−m},     ρ_n = R Σ_{m=1}^n C(n, m) (c_m − 𝓛_m) ρ_{n−m},   ρ_0 = ρ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import comb
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import Undefined
from photinus.model import Model
from photinus.numerics.checks import whole_number
from photinus.solve.arguments import listed_numbers, require_model, require_type
from photinus.solve.counting.generating import GeneratingFunction, generating_function
from photinus.solve.counting.pseudo_inverse import PseudoInverse
from photinus.solve.counting.tilted import CountedModel, Tilted, counted_model
from photinus.solve.counting.waiting import WaitingTimes, waiting_times
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.methods import Auto, Method
from photinus.solve.spectra.spectrum import complaints_of, stationary, truncation, untrusted
from photinus.space.liouvillian import Generator
from photinus.space.space import read_only
from photinus.space.state import State
from photinus.space.vectors import vector_in

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class Counting:
    """Cumulants per unit time of a weighted number of jumps in the steady state; made by :func:`counting`.

    Attributes
    ----------
    cumulants : ndarray, shape (highest,)
        c_1, c_2, …: the n-th cumulant of N(t) grows as c_n·t, in the unit of the rates.
    weights : mapping of str to float
        What is counted: the weight of each jump. A forward jump counts +weight, its reverse −weight.
    frequency : float
        How often a counted jump happens, forward or reverse, whatever its weight.
    state : State
        The steady state.
    solver_error : float
        Estimate of the relative error of the linear solutions.
    model, method, solver, seconds
        What was solved, how it was asked for and how it was done, and the wall time.
    """

    cumulants: np.ndarray
    weights: Mapping[str, float]
    frequency: float
    state: State
    solver_error: float
    model: Model
    method: Method
    solver: str
    seconds: float
    _counted: CountedModel = field(repr=False)
    references: tuple[str, ...] = ("Flindt2010", "Levitov1996")

    def __post_init__(self) -> None:
        read_only(self.cumulants)

    @property
    def mean(self) -> float:
        """The current c_1 = d⟨N⟩/dt."""
        return float(self.cumulants[0])

    @property
    def variance(self) -> float:
        """The noise c_2 = d Var(N)/dt.

        Raises
        ------
        Undefined
            If only one cumulant was asked for.
        """
        if len(self.cumulants) < 2:
            raise Undefined("Only the mean was computed.", "Ask for highest=2 or more.")
        return float(self.cumulants[1])

    @property
    def fano(self) -> float:
        """The Fano factor c_2/|c_1|: 1 for independent jumps of weight 1, below 1 where they avoid each other.

        Raises
        ------
        Undefined
            If the mean vanishes, as at equilibrium.
        """
        if abs(self.mean) <= 1e-12 * max(abs(w) for w in self.weights.values()) * self.frequency:
            raise Undefined(
                f"The mean current is {self.mean:.1e}, so that the Fano factor has no value.",
                "Read .variance, or count another jump.",
            )
        return self.variance / abs(self.mean)

    @cached_property
    def error(self) -> np.ndarray:
        """Estimate of the error of each cumulant: three times its change in the larger space, and the solver's error.

        Solved when it is first asked for; NaN where there is no larger space, or it does not fit into memory.
        """

        def evaluate(made: Generator, state: State) -> np.ndarray:
            return _cumulants(self._counted, state, len(self.cumulants), self.method)[0]

        change = truncation(self.model, self.state, evaluate, self.cumulants)
        return read_only(change + self.solver_error * np.abs(self.cumulants))

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        heaviest = max(abs(w) for w in self.weights.values())
        poisson = self.frequency * heaviest ** np.arange(1.0, len(self.cumulants) + 1)  # a cumulant may vanish
        return complaints_of(self.state, self.error, np.concatenate([self.cumulants, poisson]))

    @property
    def ok(self) -> bool:
        """Whether every check passed, that of the steady state included."""
        return not self.complaints

    def generating_function(self, chi: Iterable[float]) -> GeneratingFunction:
        """The scaled cumulant generating function θ(χ) = lim ln⟨e^{χN(t)}⟩/t at real counting fields χ.

        Parameters
        ----------
        chi : array_like of float
            χ, dimensionless over the unit of the weights, in any order.

        Returns
        -------
        GeneratingFunction
            With ``.values`` θ, ``.slopes`` θ′ (the current of the tilted ensemble) and the ``.error`` of θ, solved when
            it is first asked for or printed.
        """
        grid = listed_numbers(chi, "counting fields")
        values, slopes, residuals = generating_function(*self.on_its_space, grid)

        def evaluate(made: Generator, state: State) -> np.ndarray:
            larger = self._counted.on(state.cutoffs)
            return generating_function(larger, vector_in(state, larger.plain.sector), grid)[0]

        def judge() -> np.ndarray:
            return truncation(self.model, self.state, evaluate, values)

        return GeneratingFunction(np.array(grid), values, slopes, residuals, judge)

    def waiting_times(self, times: Iterable[float]) -> WaitingTimes:
        """The distribution of the time between one counted jump and the next, whatever their weights.

        Parameters
        ----------
        times : array_like of float
            Delays τ ≥ 0.

        Returns
        -------
        WaitingTimes
            With ``.density``, ``.survival``, ``.mean`` and ``.variance``.
        """
        grid = listed_numbers(times, "times")
        tilted, vector = self.on_its_space
        return waiting_times(tilted, vector, grid, self.method)

    @cached_property
    def on_its_space(self) -> tuple[Tilted, np.ndarray]:
        """The tilted generator on the state's space, and the steady state as its vector."""
        tilted = self._counted.on(self.state.cutoffs)
        return tilted, vector_in(self.state, tilted.plain.sector)

    def to_xarray(self) -> xarray.Dataset:
        """Cumulants and their errors over their order, the weights in the attributes."""
        import xarray

        order = np.arange(1, len(self.cumulants) + 1)
        weights = {f"weight of {name}": weight for name, weight in self.weights.items()}
        return xarray.Dataset(
            {"cumulant": ("order", np.array(self.cumulants)), "error": ("order", np.array(self.error))},
            {"order": order},
            {**weights, "method": self.solver, "ok": int(self.ok)},
        )

    def __repr__(self) -> str:
        counted = ", ".join(f"{w:+g} per {name}" for name, w in self.weights.items())
        lines = [f"Counting {counted} (reverse jumps with the opposite sign), per unit time:"]
        names = ("mean", "variance", "third cumulant", "fourth cumulant")
        for k, (c, error) in enumerate(zip(self.cumulants, self.error, strict=True)):
            lines.append(f"  {names[k] if k < 4 else f'cumulant {k + 1}':<15} {c:.8g} ± {error:.1e}")
        return "\n".join([*lines, f"  {self.solver}, {self.seconds:.3g} s", *untrusted(self)])


def counting(
    model: Model,
    weights: Mapping[str | int, float],
    *,
    highest: int = 4,
    state: State | None = None,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> Counting:
    """The statistics of the number of jumps in the steady state, over long times.

    Parameters
    ----------
    model : Model
    weights : mapping
        {jump: weight}. A jump is given by its name (all jumps of this name) or by its place in ``model.jumps``. Forward
        jumps, with ``rate``, count +weight and the reverse ones −weight: the net number that went forward.
    highest : int
        How many cumulants, at least 1. Each beyond the first is one more linear equation.
    state : State, optional
        The steady state of the model, where it is known already.
    cutoff : Fixed or Converged
        As :func:`photinus.steady_state`.
    method : Auto, Dense, Direct or Krylov
        How the steady state and the linear equations are solved.

    Returns
    -------
    Counting

    Raises
    ------
    InvalidInput, WrongType
        For jumps that do not exist, weights that are no numbers, and a state that is not stationary.
    DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded
        As :func:`photinus.steady_state`.

    Notes
    -----
    The model's symmetry is used as far as the counted jumps respect it. Cumulants are those of jumps that are
    detected one by one: D[a − b] is one detector behind a beam splitter.

    References
    ----------
    Flindt2010, Levitov1996.

    Examples
    --------
    Resonance fluorescence at Ω² = ½ scatters photons four times more regularly than a random source (Mandel 1979):

    >>> import photinus as ph
    >>> s = ph.spin("s", 0.5)
    >>> atom = ph.Model(0.5**0.5 * s.x, [ph.Jump(1.0, s.minus, name="photon")])
    >>> counted = ph.counting(atom, {"photon": 1})
    >>> round(counted.mean, 12), round(counted.fano, 12)
    (0.25, 0.25)
    """
    started = perf_counter()
    require_model(model)
    method = Auto() if method is None else method
    require_type(method, Method, "method", "Give ph.Auto(), ph.Dense(), ph.Direct() or ph.Krylov().")
    highest = whole_number(highest, "number of cumulants")
    counted = counted_model(model, weights)
    state, _ = stationary(model, cutoff, method, state)
    values, frequency, inverse = _cumulants(counted, state, highest, method)
    own = state.certificate.solver_error if state.certificate is not None else 0.0
    return Counting(
        cumulants=values,
        weights=MappingProxyType(dict(counted.weights)),
        frequency=frequency,
        state=state,
        solver_error=own + (inverse.error if inverse else 0.0),
        model=model,
        method=method,
        solver=inverse.method if inverse else "no linear equation",
        seconds=perf_counter() - started,
        _counted=counted,
    )


def _cumulants(
    counted: CountedModel, state: State, highest: int, method: Method
) -> tuple[np.ndarray, float, PseudoInverse | None]:
    """c_1 … c_n on the state's space, the frequency of counted jumps, and what solved the equations."""
    tilted = counted.on(state.cutoffs)
    sector = tilted.plain.sector
    places = sector.trace
    rho = np.asarray(vector_in(state, sector), dtype=complex)
    frequency = tilted.frequency(rho)
    if not frequency:
        return np.zeros(highest), 0.0, None
    inverse = PseudoInverse(tilted.plain, rho, method) if highest > 1 else None
    corrections, values = [rho], np.zeros(highest)
    for n in range(1, highest + 1):
        moved = [comb(n, m) * tilted.counted(corrections[n - m], m) for m in range(1, n + 1)]
        values[n - 1] = sum(float(x[places].sum().real) for x in moved)
        if inverse is not None and n < highest:
            target = -np.sum(moved, axis=0)
            for m in range(1, n + 1):
                target = target + comb(n, m) * values[m - 1] * corrections[n - m]
            corrections.append(inverse(target))
    return values, frequency, inverse
