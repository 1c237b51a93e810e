"""Measures of non-Markovianity, from the dynamical map of the reduced system.

ρ_S(t) = Λ_t ρ_S(0), the bath being uncorrelated at the beginning. BLP: information flows back where the trace distance
of two states grows, 𝒩 = max ∫_{dD/dt > 0} dD, D = ½‖Λ_t(ρ₁ − ρ₂)‖₁ (Breuer2009). RHP: it does not divide where
Λ_{t+ε}Λ_t^{−1} is not completely positive; its Choi matrix then has a trace norm above 1,
𝓘 = ∫ lim_{ε → 0} (‖(Λ_{t+ε}Λ_t^{−1} ⊗ 1)|Φ⟩⟨Φ|‖₁ − 1)/ε dt (Rivas2010).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from photinus.errors import InvalidInput, WrongType, shown
from photinus.memory.environment import Environment, require_environment
from photinus.memory.fitting import Fit
from photinus.memory.pseudomodes import joined_state, with_pseudomodes
from photinus.model import Group, Model
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import ascending_times
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.dynamics.evolve import evolve
from photinus.space.sectors import grading
from photinus.space.space import Space, make_space, read_only
from photinus.space.state import State, state_from_matrix

if TYPE_CHECKING:
    import xarray

LARGEST = 16


@dataclass(frozen=True, slots=True, eq=False)
class DynamicalMap:
    """Λ_t of the reduced system at given times.

    Attributes
    ----------
    space : Space
        The kets of the system, d of them.
    times : ndarray, shape (T,)
    matrices : ndarray, shape (T, d², d²)
        On ρ as a vector, row after row.
    error : float
        Bound on the truncation error of the states that it was made of, in the trace norm.
    """

    space: Space
    times: np.ndarray
    matrices: np.ndarray
    error: float

    def __post_init__(self) -> None:
        read_only(self.times)
        read_only(self.matrices)

    def to_xarray(self) -> xarray.Dataset:
        """The matrices over ``time``."""
        import xarray as xr

        return xr.Dataset(
            {"map": (("time", "row", "column"), np.array(self.matrices))},
            {"time": np.array(self.times)},
            {"error": self.error},
        )

    def __repr__(self) -> str:
        return f"DynamicalMap of {self.space.dimension} kets at {len(self.times)} times; error {self.error:.1e}"


def dynamical_map(
    model: Model,
    environment: Environment,
    times: Iterable[float],
    *,
    common: bool | None = None,
    cutoff: Fixed | Converged | None = None,
    fit: Fit | None = None,
) -> DynamicalMap:
    """The map Λ_t: ρ_S(0) → ρ_S(t), by pseudomodes, from d² initial states.

    Parameters
    ----------
    model : Model
        Spins and qudits, of at most 16 kets together. ``ph.Model()`` is a system that does not move by itself.
    environment : Environment
    times : sequence of float, shape (T,)
        Ascending, beginning at 0.
    common : bool, optional
        As in :func:`with_pseudomodes`.
    cutoff : Fixed or Converged, optional
        Levels of the pseudomodes; by default ``Converged(1e-7, start=4)``.
    fit : Fit, optional

    Returns
    -------
    DynamicalMap

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian.of_rate(1.0, width=0.4), s.minus)
    >>> made = ph.memory.dynamical_map(ph.Model(), bath, np.linspace(0, 30, 301))
    >>> ph.memory.blp(made).value > 0.5, ph.memory.rhp(made).markovian
    (True, False)
    """
    require_environment(environment)
    model = environment.placed(model)
    grid = ascending_times(times)
    if grid[0] != 0:
        raise InvalidInput(f"The times of a map begin at {grid[0]:g}.", "Begin at 0.")
    if model.oscillators:
        raise InvalidInput(
            f"The system has the oscillator {model.oscillators[0]!r}, whose map has no end.", "Give spins and qudits."
        )
    space = make_space(model.sites, {})
    d = space.dimension
    if d > LARGEST:
        raise InvalidInput(f"The system has {d} kets, and a map of at most {LARGEST} is made.", "Take fewer sites.")
    require_memory(16.0 * 3 * len(grid) * d**4, None, f"The maps at {len(grid)} times", "Ask for fewer times.")
    joined = with_pseudomodes(model, environment, common=common, fit=fit)
    names = tuple(site.name for site in model.sites)
    cutoff = Converged(1e-7, start=4) if cutoff is None else cutoff
    worst = 0.0

    def evolved(ket: np.ndarray) -> np.ndarray:
        nonlocal worst
        matrix = np.outer(ket, ket.conj()) / np.vdot(ket, ket).real
        start = state_from_matrix(matrix, grading(space, model.symmetry.weak))
        run = evolve(joined, joined_state(start, joined, environment, fit=fit), grid, cutoff=cutoff, keep_states=True)
        worst = max(worst, run.certificate.truncation)
        return np.array([state.reduced(*names).density_matrix().ravel() for state in run.states])

    return DynamicalMap(space, grid, _assembled(evolved, d, len(grid)), worst)


def _assembled(evolved: Callable[[np.ndarray], np.ndarray], d: int, count: int) -> np.ndarray:
    """Λ from pure states: |i⟩⟨j| = |+⟩⟨+| + i|y⟩⟨y| − ½(1 + i)(|i⟩⟨i| + |j⟩⟨j|), |+⟩ ∝ |i⟩ + |j⟩, |y⟩ ∝ |i⟩ + i|j⟩."""
    out = np.empty((count, d * d, d * d), dtype=complex)
    one = np.eye(d, dtype=complex)
    populations = [evolved(one[i]) for i in range(d)]
    for i in range(d):
        out[:, :, i * d + i] = populations[i]
        for j in range(i):
            plus, turned = evolved(one[i] + one[j]), evolved(one[i] + 1j * one[j])
            image = plus + 1j * turned - (1 + 1j) / 2 * (populations[i] + populations[j])
            out[:, :, i * d + j] = image
            out[:, :, j * d + i] = image.reshape(count, d, d).conj().transpose(0, 2, 1).reshape(count, d * d)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class NonMarkovianity:
    """A measure of memory of a dynamical map.

    Attributes
    ----------
    kind : str
        "BLP" or "RHP".
    value : float
        0 where no memory shows between the times that were given.
    error : float
        The change from every other time to all of them: what a finer grid could still add.
    markovian : bool
        Whether the value is 0 within the accuracy of the map.
    since : float
        The first time at which memory shows; NaN where it does not.
    pair : tuple of State
        The two states of the largest backflow (BLP); empty otherwise.
    skipped : int
        Steps that could not be judged, because the map has no inverse within its accuracy (RHP).
    """

    kind: str
    value: float
    error: float
    markovian: bool
    since: float
    pair: tuple[State, ...] = ()
    skipped: int = 0

    def __repr__(self) -> str:
        shown_since = "" if self.markovian else f"; first at t = {self.since:.4g}"
        left_out = f"; {self.skipped} steps without an inverse left out" if self.skipped else ""
        return f"{self.kind} measure {self.value:.6g} ± {self.error:.0e}{shown_since}{left_out}"


def blp(made: DynamicalMap, *, starts: int = 12, seed: int = 0) -> NonMarkovianity:
    """The backflow of information 𝒩 = max Σ (D(t_{k+1}) − D(t_k))₊ over pairs of states.

    Parameters
    ----------
    made : DynamicalMap
    starts : int
        Random pairs from which the search climbs, beside pairs of basis kets and of their superpositions.
    seed : int

    Returns
    -------
    NonMarkovianity
        Of one two-level system the optimal pair is orthogonal and pure (Wissmann2012), and the maximum is found; of
        larger systems the search goes over orthogonal pure pairs, and the value is a lower bound.

    References
    ----------
    Breuer2009, Wissmann2012.
    """
    _require_map(made)
    d = made.space.dimension
    rng = np.random.default_rng(seed)
    random = [rng.normal(size=(d, 2)) + 1j * rng.normal(size=(d, 2)) for _ in range(starts)]

    def value_of(pair: np.ndarray) -> float:
        return _backflow(made, pair)[0]

    ranked = sorted((np.linalg.qr(pair)[0] for pair in [*_simple_pairs(d), *random]), key=value_of)[-6:]
    kets = _polished(made, max((_climbed(made, pair) for pair in ranked), key=value_of))
    distances = _distances(made, _difference(kets))[0]
    value = float(np.maximum(np.diff(distances), 0).sum())
    coarse = float(np.maximum(np.diff(distances[::2]), 0).sum())
    floor = max(2 * made.error, 1e-9)
    rises = np.flatnonzero(np.diff(distances) > floor)
    markovian = value <= floor * max(1, len(made.times) // 100) or not len(rises)
    since = float(made.times[rises[0]]) if len(rises) and not markovian else float("nan")
    whole = grading(made.space, Group((), ()))
    pair = tuple(state_from_matrix(np.outer(ket, ket.conj()), whole) for ket in kets.T)
    return NonMarkovianity("BLP", value, abs(value - coarse) + made.error, markovian, since, pair)


def _difference(kets: np.ndarray) -> np.ndarray:
    """Δ = |ψ₁⟩⟨ψ₁| − |ψ₂⟩⟨ψ₂|."""
    return np.outer(kets[:, 0], kets[:, 0].conj()) - np.outer(kets[:, 1], kets[:, 1].conj())


def _distances(made: DynamicalMap, difference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D(t) = ½‖Λ_tΔ‖₁, and the signs sgn(Λ_tΔ) as vectors."""
    d = made.space.dimension
    images = (made.matrices @ difference.ravel()).reshape(-1, d, d)
    values, vectors = np.linalg.eigh((images + images.conj().transpose(0, 2, 1)) / 2)
    signs = (vectors * np.sign(values)[:, None, :]) @ vectors.conj().transpose(0, 2, 1)
    return 0.5 * np.abs(values).sum(axis=1), signs.reshape(-1, d * d)


def _backflow(made: DynamicalMap, kets: np.ndarray) -> tuple[float, np.ndarray]:
    """𝒩 of a pair, and its derivative by Δ, as dD = ½Tr(sgn(Λ_tΔ) Λ_t dΔ)."""
    d = made.space.dimension
    distances, signs = _distances(made, _difference(kets))
    steps = np.diff(distances)
    up = np.concatenate([[0.0], steps > 0]) - np.concatenate([steps > 0, [0.0]])
    slope = 0.5 * np.einsum("t,tr,trc->c", up, signs.conj(), made.matrices, optimize=True).reshape(d, d).T
    return float(np.maximum(steps, 0).sum()), (slope + slope.conj().T) / 2


def _climbed(made: DynamicalMap, kets: np.ndarray) -> np.ndarray:
    """Steepest ascent over orthonormal pairs; a step is made orthonormal again by a QR decomposition."""
    value, slope = _backflow(made, kets)
    step = 1.0
    for _ in range(200):
        norm = float(np.linalg.norm(slope, 2))
        if norm < 1e-12 or step < 1e-6:
            break
        moved = kets + step / norm * np.stack([slope @ kets[:, 0], -slope @ kets[:, 1]], axis=1)
        trial = np.linalg.qr(moved)[0]
        latest, following = _backflow(made, trial)
        if latest > value:
            done = latest - value < 1e-10 * max(value, 1e-12)
            kets, value, slope, step = trial, latest, following, 2 * step
            if done:
                break
        else:
            step /= 3
    return kets


def _polished(made: DynamicalMap, kets: np.ndarray) -> np.ndarray:
    """A last search without derivatives: 𝒩 has kinks where a distance begins to grow."""
    d = made.space.dimension

    def pair(x: np.ndarray) -> np.ndarray:
        return np.linalg.qr(kets + (x[: 2 * d] + 1j * x[2 * d :]).reshape(d, 2))[0]

    options = {"xtol": 1e-5, "ftol": 1e-8, "maxiter": 4}
    found = minimize(lambda x: -_backflow(made, pair(x))[0], np.zeros(4 * d), method="Powell", options=options)
    return pair(found.x) if -found.fun > _backflow(made, kets)[0] else kets


def _simple_pairs(d: int) -> list[np.ndarray]:
    """Pairs of basis kets, and |i⟩ ± |j⟩, |i⟩ ± i|j⟩."""
    one = np.eye(d, dtype=complex)
    out = []
    for i in range(d):
        for j in range(i):
            out.append(np.stack([one[i], one[j]], axis=1))
            for phase in (1, 1j):
                out.append(np.stack([one[i] + phase * one[j], one[i] - phase * one[j]], axis=1))
    return out


def rhp(made: DynamicalMap) -> NonMarkovianity:
    """The failure of divisibility 𝓘 = Σ (‖Choi of Λ_{t_{k+1}}Λ_{t_k}^{−1}‖₁ − 1).

    Parameters
    ----------
    made : DynamicalMap

    Returns
    -------
    NonMarkovianity
        Steps from maps that have no inverse within the accuracy of the map are left out (``skipped``). Where Λ_t passes
        such a point, as of a qubit that is emptied for a moment, 𝓘 is infinite: on a grid a large number that grows as
        the grid is refined, which the error tells.

    References
    ----------
    Rivas2010.
    """
    _require_map(made)
    value, since, skipped = _indivisibility(made, 1)
    coarse = _indivisibility(made, 2)[0]
    return NonMarkovianity("RHP", value, abs(value - coarse), value == 0, since, (), skipped)


def _indivisibility(made: DynamicalMap, stride: int) -> tuple[float, float, int]:
    """The sum over steps that exceed the rounding, the first such time, and the number of steps without an inverse."""
    d = made.space.dimension
    matrices, times = made.matrices[::stride], made.times[::stride]
    total, since, skipped = 0.0, float("nan"), 0
    for k in range(len(matrices) - 1):
        noise = 10 * (1e-9 + made.error) * np.linalg.cond(matrices[k])
        if not noise < 0.1:
            skipped += 1
            continue
        step = np.linalg.solve(matrices[k].T, matrices[k + 1].T).T
        choi = step.reshape(d, d, d, d).transpose(0, 2, 1, 3).reshape(d * d, d * d) / d
        excess = float(np.abs(np.linalg.eigvalsh((choi + choi.conj().T) / 2)).sum()) - 1
        if excess > noise:
            total += excess
            since = float(times[k]) if np.isnan(since) else since
    return total, since, skipped


def _require_map(made: object) -> None:
    if not isinstance(made, DynamicalMap):
        raise WrongType(f"The map is {shown(made)}.", "Give what dynamical_map(model, environment, times) returns.")
    if len(made.times) < 3:
        raise InvalidInput(f"The map is known at {len(made.times)} times.", "Give at least three.")
