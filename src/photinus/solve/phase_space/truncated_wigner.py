"""The truncated Wigner method: stochastic amplitudes whose averages are symmetrically ordered moments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from math import ceil
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np

from photinus.algebra import Operator, Oscillator, Scalar, Spin, oscillator, spin
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import whole_number
from photinus.numerics.memory import require_memory
from photinus.numerics.polynomials import PolynomialMap
from photinus.numerics.rng import Streams
from photinus.solve.arguments import ascending_times, watched_operators
from photinus.solve.phase_space.equations import (
    WignerEquations,
    evaluated,
    letters_at,
    require_polynomials,
    texts,
    weyl_symbols,
    wigner_equations,
)
from photinus.solve.phase_space.fused import Fused
from photinus.solve.phase_space.initial import start_of
from photinus.solve.phase_space.spins import has_spins, in_oscillators, spin_modes, spin_start
from photinus.solve.phase_space.stepping import Heun, Method, Process, plan, require_finite
from photinus.solve.unravelling.trajectories import Trajectories
from photinus.space.space import read_only
from photinus.space.state import State

CLIPPED = 1e-3
"""Share of kicks whose diffusion was clipped, above which a result complains."""
VACUUM_WIDTH = 0.5**0.5
"""√⟨|α|²⟩ of the Wigner function of the vacuum: the finest structure of a Wigner function without quantum features."""


@dataclass(frozen=True, eq=False)
class Dropped:
    """The terms (−1)^|β| ∂^β(C_β W) of third and higher order that no stochastic process has.

    Attributes
    ----------
    terms : tuple of (str, str)
        ∂^β and C_β; with each complex one its conjugate is dropped as well.
    rates : ndarray, shape (terms, T)
        The mean of |C_β| over the trajectories, over w^|β|, with the width w = √½ of the vacuum: how fast a term
        changes features of the Wigner function as fine as the vacuum. Those of other sizes change as (√½/size)^|β|.
    share : ndarray, shape (T,)
        Σ 2|C_β|/w^|β| of these terms over the same sum of all terms, drift and diffusion included: from 0 (exact) to 1.
    """

    terms: tuple[tuple[str, str], ...]
    rates: np.ndarray
    share: np.ndarray

    def __post_init__(self) -> None:
        read_only(self.rates)
        read_only(self.share)

    def __repr__(self) -> str:
        if not self.terms:
            return "Dropped: nothing, the equations are exact"
        shown_ = [
            f"  {'-' if derivative.count('∂') % 2 else '+'}{derivative} ({c}) W: rate {rate[-1]:.3g}"
            for (derivative, c), rate in zip(self.terms[:4], self.rates, strict=False)
        ]
        more = [f"  … and {len(self.terms) - 4} more"] if len(self.terms) > 4 else []
        head = f"Dropped: {len(self.terms)} terms and their conjugates, a share of {self.share[-1]:.2g} at the end"
        return "\n".join([head, *shown_, *more])


@dataclass(frozen=True, eq=False)
class WignerTrajectories(Trajectories):
    """Symmetrically ordered numbers along trajectories, with what the method neglects.

    The fields of :class:`~photinus.solve.unravelling.trajectories.Trajectories`: a record is the Weyl symbol of an
    operator along each trajectory (α of a, |α|² − ½ of a†a, which may be negative), and its mean ⟨O⟩. There are no
    clicks, currents, cutoffs and edges.

    Attributes
    ----------
    dropped : Dropped
        The terms of third and higher order.
    clipped : float
        Share of the kicks (trajectory, site, step) whose diffusion was not positive and was set to 0.
    step : float
        The longest step.
    defect : float
        The largest error of a step, as a share of its drift or diffusion, over the pilot trajectories.
    """

    dropped: Dropped = field(default_factory=lambda: Dropped((), np.zeros((0, 0)), np.zeros(0)))
    clipped: float = 0.0
    step: float = 0.0
    defect: float = 0.0

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where nothing speaks against it."""
        found = []
        if self.clipped > CLIPPED:
            found.append(f"the diffusion was negative, and set to 0, in {self.clipped:.2g} of all kicks")
        if self.defect > 2 * self.tolerance:
            found.append(f"steps of {self.step:.3g} have an error of {self.defect:.1g} of the drift or diffusion")
        return tuple(found)

    def estimate(self, function: Callable[..., np.ndarray], *names: str) -> tuple[np.ndarray, np.ndarray]:
        """A function of means, such as an order parameter, with its standard error.

        Parameters
        ----------
        function : callable
            Takes arrays of the means of the named observables, and returns an array of their shape.
        *names : str
            Observables.

        Returns
        -------
        (ndarray, ndarray), shapes (T,)
            f(mean, …), and its standard error by the jackknife: √((n − 1)/n Σ_k |f_k − f̄|²), with f_k of the means
            without trajectory k. NaN for a single trajectory.

        Examples
        --------
        >>> import numpy as np
        >>> import photinus as ph
        >>> a, b = ph.oscillator("a"), ph.oscillator("b")
        >>> pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.05, dissipative=0.5)
        >>> observe = {"r": b.dag() * a, "n": a.dag() * a, "m": b.dag() * b}
        >>> runs = ph.truncated_wigner(pair, {"a": 3, "b": 3}, [0, 10], count=200, observe=observe)
        >>> r, error = runs.estimate(lambda r, n, m: abs(r) / np.sqrt(n * m), "r", "n", "m")   # R′ of the pair
        >>> bool(0.7 < r[-1] < 1), bool(0 < error[-1] < 0.1)
        (True, True)
        """
        if not callable(function):
            raise WrongType(f"The function of means is {shown(function)}.", "Give a function of arrays, then names.")
        missing = [name for name in names if name not in self.records]
        if missing or not names:
            raise InvalidInput(
                f"There is no record {', '.join(map(repr, missing)) or 'named'}.",
                f"Records: {', '.join(self.records)}.",
            )
        value = np.asarray(function(*(self.mean[name] for name in names)))
        if self.count == 1:
            return value, np.full(len(self.times), np.nan)
        without = [(self.count * self.mean[n] - self.records[n]) / (self.count - 1) for n in names]
        each = np.asarray(function(*without))
        spread = (np.abs(each - each.mean(axis=0)) ** 2).sum(axis=0)
        return value, np.sqrt(spread * (self.count - 1) / self.count)

    def order_parameter(self, *names: str) -> tuple[np.ndarray, np.ndarray]:
        """Kuramoto's ⟨|Σ_j e^{iφ_j}|⟩/N of the phases of complex records, and its standard error, shapes (T,).

        Parameters
        ----------
        *names : str
            Complex records, such as those of amplitudes a₁, a₂, …; by default all that are complex.
        """
        names = names or tuple(name for name, record in self.records.items() if np.iscomplexobj(record))
        total: Any = 0.0
        for name in names:
            if name not in self.records or not np.iscomplexobj(self.records[name]):
                raise InvalidInput(f"There is no complex record {name!r}.", "Observe annihilation operators.")
            total = total + np.exp(1j * np.angle(self.records[name]))
        if not names:
            raise InvalidInput("No record is complex: none has a phase.", "Observe annihilation operators.")
        return mean_and_error(np.abs(total) / len(names))

    def __repr__(self) -> str:
        names = list(self.mean)[:4]
        last = [f"{name} = {self.mean[name][-1]:.4g} ± {self.standard_error[name][-1]:.1g}" for name in names]
        verdict = "ok" if self.ok else f"NOT to be trusted: {'; '.join(self.complaints)}"
        return "\n".join([
            f"Truncated Wigner: {self.count} trajectories, {len(self.times)} times from {self.times[0]:g} to "
            f"{self.times[-1]:g}",
            f"  {verdict}",
            f"  at the end  {', '.join(last) or 'nothing was observed'}",
            f"  steps       at most {self.step:.3g}, error {self.defect:.1g}; diffusion clipped in {self.clipped:.1g}",
            f"  method      {self.method}, seed {self.seed}, {self.seconds:.3g} s",
            *(f"  {line}" for line in repr(self.dropped).splitlines()),
        ])  # fmt: skip


def mean_and_error(record: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over the trajectories, the first axis, and its standard error; NaN for a single one."""
    count = len(record)
    scatter = record.std(axis=0, ddof=1) if count > 1 else np.full(record.shape[1:], np.nan)
    return record.mean(axis=0), scatter / count**0.5


def truncated_wigner(
    model: Model,
    initial: State | Mapping[Any, Any],
    times: Iterable[float],
    *,
    count: int = 1000,
    seed: int = 0,
    observe: Mapping[str, Operator | Scalar] | None = None,
    method: Method = Heun(),
) -> WignerTrajectories:
    """Amplitudes of oscillators as an Itô process, whose means are those of symmetrically ordered operators.

    The equation of the Wigner function W is derived from the model, and its terms of third and higher order are
    dropped; what is left is the Fokker–Planck equation of dα = A dt + noise. Without such terms (quadratic
    Hamiltonians and linear jumps) the averages are exact. Otherwise the error is of the relative order 1/⟨n⟩ at
    least, over times that are not too long: the method is for large amplitudes and for many oscillators, to which no
    density matrix fits. Negative Wigner functions are out of its reach.

    Parameters
    ----------
    model : Model
        Of oscillators, with polynomials of a and a†, and spins, each of which becomes two oscillators
        (:mod:`photinus.solve.phase_space.spins`).
    initial : State or mapping
        At times[0]. A Gaussian State (coherent, thermal, squeezed, the vacuum) on the sites of the model; or, for every
        oscillator by name, a complex number α, which stands for the coherent state with its vacuum noise, or an array
        of ``count`` samples of W, which are taken as they are. With spins a mapping; a spin's value is (s_x, s_y, s_z)
        of length j, a coherent state.
    times : sequence of float, shape (T,)
        Ascending, in the inverse of the unit of the rates.
    count : int
        Number of trajectories, at least 1; errors fall as 1/√count.
    seed : int
        At least 0. Trajectory k of a seed is the same for every count, number of workers and size of batches, to
        rounding.
    observe : mapping of str to Operator, optional
        Polynomials of which to keep the Weyl symbols along each trajectory; by default a of each oscillator, under its
        name, and a†a as n_a; of a spin S₊ as s_plus and S_z as s_z.
    method : Heun or Fused
        Steps, batches and workers; Fused is compiled, for large networks.

    Returns
    -------
    WignerTrajectories
        ``.mean .standard_error .records``, ``.dropped``, ``.estimate(f, …)``, ``.order_parameter(…)``

    Raises
    ------
    InvalidInput
        For qudits, ensembles and diagonal functions, for a state that is not Gaussian, times that do not ascend, a
        count below 1, a negative seed.
    SiteMismatch, UnknownSite, WrongType, Undefined
    NotConverged
        If trajectories run away: unlimited gain, or too long a step.
    MemoryBudgetExceeded

    Notes
    -----
    The diffusion of nonlinear jumps may be negative where amplitudes are small, as κ₁/2 + 2κ₂(|α|² − ½) of the van der
    Pol oscillator near the origin for κ₁ < 2κ₂. No process has it: negative eigenvalues are set to 0 and counted in
    ``.clipped``, of which ``.complaints`` speaks.

    References
    ----------
    Cahill1969 (the Wigner function), Carmichael1999 (the correspondence), Kloeden1992 (integration), Steel1998,
    Huber2021 and Schachenmayer2015 (spins).

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.02)
    >>> runs = ph.truncated_wigner(clock, {"a": 5}, np.linspace(0, 10, 3), count=400)
    >>> exact = ph.steady_state(clock).expect(ph.oscillator("a").dag() * ph.oscillator("a"))
    >>> bool(abs(runs.mean["n_a"][-1] - exact) < 4 * runs.standard_error["n_a"][-1])
    True
    >>> ph.phase.empirical_distribution(np.angle(runs.records["a"][:, -1])).kind
    'empirical'
    """
    started = perf_counter()
    if not isinstance(model, Model):
        raise WrongType(f"The model is {shown(model)}.", "Give a ph.Model.")
    if not isinstance(method, (Heun, Fused)):
        raise WrongType(f"The method is {shown(method)}.", "Give Heun(step=…, tolerance=…, …) or Fused(…).")
    count = whole_number(count, "number of trajectories")
    seed = whole_number(seed, "seed of the trajectories", minimum=0)
    grid = ascending_times(times)
    equations = wigner_equations(in_oscillators(model), spin_modes(model))
    watched = _watched(observe, model)
    start = spin_start(initial, model.sites, equations.sites, count) if has_spins(model) else None
    process = Process(equations, method.sources(equations), start or start_of(initial, equations.sites, count))
    size = 32.0 * count * len(grid) * max(1, len(watched))
    require_memory(size, None, f"The records of {count} trajectories", "Ask for fewer times or trajectories.")
    chosen = plan(process, grid, method, seed, count)
    job = _Job(process, method, weyl_symbols(watched.values(), equations.sites), grid, chosen.steps, seed)
    records, clipped, sums = job.all(count)
    means, errors, values = {}, {}, {}
    for (name, operator), row in zip(watched.items(), records, strict=True):
        values[name] = np.array(row.real if operator.is_hermitian() else row)
        means[name], errors[name] = mean_and_error(values[name])
    return WignerTrajectories(
        grid,
        means,
        errors,
        values,
        tolerance=method.tolerance,
        method=str(method),
        seed=seed,
        seconds=perf_counter() - started,
        count=count,
        dropped=_dropped(equations, sums / count),
        clipped=clipped / max(1, count * equations.size * int(chosen.steps.sum())),
        step=float((np.diff(grid) / chosen.steps).max(initial=0.0)),
        defect=chosen.defect,
    )


@dataclass(frozen=True, eq=False)
class _Job:
    process: Process
    method: Method
    symbols: PolynomialMap
    times: np.ndarray
    steps: np.ndarray
    seed: int

    def all(self, count: int) -> tuple[np.ndarray, int, np.ndarray]:
        """Records (observables, count, T), clipped kicks, and Σ|C_β| over the trajectories (β, T)."""
        method = self.method
        batch = min(method.width(self.process.equations.size), ceil(count / method.workers))
        parts = [(self, first, min(batch, count - first)) for first in range(0, count, batch)]
        if method.workers == 1 or len(parts) == 1:
            found = [_run(part) for part in parts]
        else:
            pool: Executor = (
                ThreadPoolExecutor(method.workers)  # compiled steps leave Python alone
                if isinstance(method, Fused)
                else ProcessPoolExecutor(method.workers, get_context("spawn"))
            )
            with pool:
                found = list(pool.map(_run, parts))
        records = np.concatenate([part[0] for part in found], axis=1)
        return records, sum(part[1] for part in found), np.sum([part[2] for part in found], axis=0)

    def run(self, first: int, count: int) -> tuple[np.ndarray, int, np.ndarray]:
        """Some of the trajectories."""
        process, streams, clipped = self.process, Streams(self.seed, first, count), 0
        amplitudes = process.start.sample(streams.normals(process.start.numbers), first)
        walker, noise = self.method.walker(process), self.method.noise(streams, self.seed, first, count)
        records = np.empty((self.symbols.rows, count, len(self.times)), dtype=complex)
        sums = np.empty((_terms(process.equations), len(self.times)))
        for k, time in enumerate(self.times):
            if k:
                length = (time - self.times[k - 1]) / self.steps[k - 1]
                with np.errstate(all="ignore"):
                    amplitudes, more = walker.follow(amplitudes, int(self.steps[k - 1]), length, noise)
                require_finite(amplitudes, time, length)
                clipped += more
            letters = letters_at(amplitudes)
            records[:, :, k] = evaluated(self.symbols, letters)
            sums[:, k] = _moduli(process.equations, letters)
        return records, clipped, sums


def _run(part: tuple[_Job, int, int]) -> tuple[np.ndarray, int, np.ndarray]:
    """A worker's whole task."""
    job, first, count = part
    return job.run(first, count)


def _maps(equations: WignerEquations) -> list[tuple[int, PolynomialMap]]:
    """(order, coefficients) of everything: drift, diffusion, and what is dropped."""
    kept = [(1, equations.drift), (2, equations.shared.coefficients), (2, equations.local.coefficients)]
    return kept + [(table.derivatives.shape[1], table.coefficients) for table in equations.higher]


def _terms(equations: WignerEquations) -> int:
    return sum(f.rows for _, f in _maps(equations))


def _moduli(equations: WignerEquations, letters: np.ndarray) -> np.ndarray:
    """Σ|C_β| over points (letters, count), for all β."""
    sums = []
    for _, f in _maps(equations):
        values = np.abs(evaluated(f, letters))
        sums.append(values.sum(axis=1) * (letters.shape[1] / values.shape[1]))  # of a constant there is one column
    return np.concatenate(sums)


def _dropped(equations: WignerEquations, moduli: np.ndarray) -> Dropped:
    orders = np.repeat([n for n, _ in _maps(equations)], [f.rows for _, f in _maps(equations)])
    rates = moduli / VACUUM_WIDTH ** orders[:, None]
    total = np.where(orders[:, None] == 2, 1.0, 2.0) * rates  # of the diffusion both conjugates are there
    higher = orders > 2
    whole = total.sum(axis=0)
    share = np.divide(total[higher].sum(axis=0), whole, out=np.zeros(len(whole)), where=whole > 0)
    terms = tuple(text for table in equations.higher for text in texts(table, equations.sites))
    return Dropped(terms, rates[higher], share)


def _watched(observe: Mapping[str, Operator | Scalar] | None, model: Model) -> dict[str, Operator]:
    if observe is None:
        ladder = {site.name: oscillator(site.name) for site in model.sites if isinstance(site, Oscillator)}
        out: dict[str, Operator] = ladder | {f"n_{name}": a.dag() * a for name, a in ladder.items()}
        for site in model.sites:
            if isinstance(site, Spin):
                handle = spin(site.name, site.twice_j / 2)
                out |= {f"{site.name}_plus": handle.plus, f"{site.name}_z": handle.z}
        return out
    out = watched_operators(observe, model)
    require_polynomials(word for operator in out.values() for word in operator.terms)
    return out
