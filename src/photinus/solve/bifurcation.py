"""Where, along a parameter, the fixed points of the mean field change in number or stability.

All (relative) fixed points are found on a grid of the parameter and carried from each value to the next in steps as
short as needed. A branch that cannot be carried on ends in a *saddle-node*: its smallest eigenvalue λ vanishes there
like the square root of the distance, and λ² is extrapolated to zero. A branch that goes on while eigenvalues cross the
imaginary axis passes a *Hopf* bifurcation (a pair), a *pitchfork* (a real one, with the quadratic term forbidden by a
symmetry) or a *transcritical* one; w·∂F/∂p and w·F″(v, v), with the null vectors w and v, tell them apart (Kuznetsov,
*Elements of Applied Bifurcation Theory*). A saddle-node lies on a cycle (*SNIC*) where a cycle takes over beyond it
whose period diverges like distance^(−1/2). Limit cycles are carried along as well, where that is asked for: one that
comes to a saddle ends there, *homoclinic*, its period diverging like −ln(distance)
(:mod:`photinus.solve.cycle_bifurcation`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.linalg as la
from scipy.integrate import solve_ivp

from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.tables import series
from photinus.solve.classical import Flow, make_flow
from photinus.solve.cycle_bifurcation import Cycle, carried, cycles_at
from photinus.solve.fixed_points import (
    Equilibrium,
    equilibria,
    equilibrium,
    gauged,
    newton,
    stability,
    values_text,
)
from photinus.solve.limit_cycle import return_time
from photinus.solve.motion import packed, unpacked

if TYPE_CHECKING:
    import xarray

SHORTEST = 1e-7
"""Steps along the parameter shorter than this share of the bracket end a branch."""
VANISHES = 1e-4
"""A coefficient of a normal form below this share of its vector is zero."""


@dataclass(frozen=True, eq=False)
class Bifurcation:
    """One bifurcation of fixed points, or of a limit cycle.

    Attributes
    ----------
    kind : str
        ``saddle-node``, ``SNIC`` (a saddle-node on a cycle), ``Hopf``, ``pitchfork`` or ``transcritical``; of limit
        cycles ``homoclinic`` (a cycle comes to a saddle, its period diverges) or ``fold of cycles``.
    value : float
        The parameter.
    values : mapping of str to complex or ndarray
        The point, by site; of a homoclinic bifurcation the saddle, of a fold of cycles a point of the cycle.
    eigenvalues : ndarray
        There, across rings.
    frequency : float
        Of a Hopf bifurcation |Im λ|; otherwise 0.
    supercritical : bool or None
        Of a Hopf bifurcation or pitchfork: whether what is born is stable as far as the critical directions go (first
        Lyapunov coefficient, cubic coefficient below zero). None where it is not decided.
    """

    kind: str
    value: float
    values: Mapping[str, np.ndarray]
    eigenvalues: np.ndarray
    frequency: float
    supercritical: bool | None

    def __repr__(self) -> str:
        words = {True: "supercritical ", False: "subcritical ", None: ""}[self.supercritical]
        return f"{words}{self.kind} at {self.value:.8g}: {values_text(self.values)}"


@dataclass(frozen=True, eq=False)
class Bifurcations:
    """The bifurcations between two values of a parameter, in their order; a sequence.

    Attributes
    ----------
    parameter : str
    points : tuple of Bifurcation
    undecided : tuple of float
        Parameter values at which a branch was lost without a vanishing eigenvalue.
    """

    parameter: str
    points: tuple[Bifurcation, ...]
    undecided: tuple[float, ...]

    def of_kind(self, kind: str) -> tuple[Bifurcation, ...]:
        """Those of one kind."""
        return tuple(point for point in self.points if point.kind == kind)

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[Bifurcation]:
        return iter(self.points)

    def __getitem__(self, place: int) -> Bifurcation:
        return self.points[place]

    def to_xarray(self) -> xarray.Dataset:
        """Parameter, kind and frequency over ``bifurcation``, numbered from 0; the parameter's name is an attribute."""
        columns = {
            "value": np.array([point.value for point in self.points]),
            "kind": np.array([point.kind for point in self.points], dtype=str),
            "frequency": np.array([point.frequency for point in self.points]),
        }
        return series("bifurcation", np.arange(len(self)), columns, about={"parameter": self.parameter})

    def __repr__(self) -> str:
        lost = f"; branches lost at {', '.join(f'{p:.6g}' for p in self.undecided)}" if self.undecided else ""
        rows = [f"  {point!r}" for point in self.points[:6]]
        more = [f"  … and {len(self) - 6} more"] if len(self) > 6 else []
        return "\n".join([f"{len(self)} bifurcations along {self.parameter}{lost}", *rows, *more])


def bifurcations(
    family: Callable[..., Model],
    at: Mapping[str, Any],
    parameter: str,
    bracket: tuple[float, float],
    *,
    points: int = 33,
    large_spins: bool = False,
    cycles: bool = False,
    seed: int = 0,
) -> Bifurcations:
    """The bifurcations of the mean field's fixed points, of its rings and limit cycles, along a parameter.

    Parameters
    ----------
    family : callable
        Numbers by name -> Model.
    at : mapping of str to float
        The other parameters.
    parameter : str
        The one that is varied.
    bracket : (float, float)
        From where to where, increasing.
    points : int
        Values at which all fixed points are looked for, at least 3. Pairs of bifurcations between two of them that undo
        each other are missed.
    large_spins : bool
        As in :func:`photinus.mean_field`.
    cycles : bool
        Whether limit cycles are followed too, for the homoclinic bifurcations and folds in which they end: those of
        both ends of the bracket, and those that are born at Hopf bifurcations. Each takes some seconds. Of models whose
        phases a symmetry turns there are none but rings.
    seed : int

    Returns
    -------
    Bifurcations

    Raises
    ------
    InvalidInput
        For a bracket that is none.

    Examples
    --------
    A drive locks an oscillator by a saddle-node on its cycle, near Adler's detuning drive·√(2κ₂/κ₁) = 0.0447:

    >>> import photinus as ph
    >>> from photinus.solve.bifurcation import bifurcations
    >>> at = {"gain": 1, "two_photon_loss": 0.1, "drive": 0.1}
    >>> bifurcations(ph.zoo.van_der_pol, at, "detuning", (0.01, 0.1), points=5)
    1 bifurcations along detuning
      SNIC at 0.044766...: a = ...
    """
    if not callable(family) or not isinstance(at, Mapping):
        raise WrongType(f"The family is {shown(family)}, at {shown(at)}.", "Give a function and {name: value, …}.")
    low, high = (real_number(end, f"end of the bracket of {parameter!r}") for end in bracket)
    if not low < high:
        raise InvalidInput(
            f"The bracket of {parameter!r} is from {low:g} to {high:g}.", "Give (low, high), low < high."
        )
    search = _Search(family, dict(at), parameter, (low, high), large_spins)
    grid = np.linspace(low, high, whole_number(points, "number of points", minimum=3))
    search.follow_points(grid, seed)
    if cycles:
        search.follow_cycles(grid)
    order = sorted(search.found, key=lambda b: b.value)
    return Bifurcations(parameter, tuple(order), tuple(sorted(search.undecided)))


class _Search:
    """The branches of one family, and what was met along them."""

    def __init__(
        self,
        family: Callable[..., Model],
        at: dict[str, Any],
        parameter: str,
        bracket: tuple[float, float],
        large_spins: bool,
    ):
        self.width = bracket[1] - bracket[0]
        self.found: list[Bifurcation] = []
        self.undecided: list[float] = []

        @lru_cache(maxsize=256)
        def flow(p: float) -> Flow:
            return make_flow(family(**{**at, parameter: p}), large_spins)

        self.flow = flow
        self.scale = flow(0.5 * (bracket[0] + bracket[1])).scale

    def follow_points(self, grid: np.ndarray, seed: int) -> None:
        """Carry all fixed points over the grid, and look for new ones at each of its values."""
        before = self.all_at(grid[0], seed, None)
        for p, q in pairwise(grid):
            after = self.all_at(q, seed, before)
            # A point that was carried here goes on as it came: an eigenvalue that vanishes has either sign by rounding.
            ends = [end for e in before if (end := self.carry(e, p, q)) is not None]
            fresh = [e for e in after if not any(self.distance(end, e) < 1e-4 for end in ends)]
            for e in fresh:
                self.carry(e, q, p)
            before = [e for k, e in enumerate(ends) if not any(self.distance(e, o) < 1e-4 for o in ends[:k])]
            before += fresh

    def follow_cycles(self, grid: np.ndarray) -> None:
        """Carry the cycles at both ends of the bracket, and beside Hopf bifurcations, as far as they go."""
        ends = float(grid[0]), float(grid[-1])
        births = [b.value for b in self.found if b.kind == "Hopf"]
        values = {*ends, *(b + side * 0.02 * self.width for b in births for side in (-1, 1))}
        trails: list[list[Cycle]] = []
        for p in sorted(p for p in values if ends[0] <= p <= ends[1]):
            if self.flow(p).turns:
                continue
            for cycle in cycles_at(self.flow(p), p):
                if not any(_on_the_way(cycle, trail) for trail in trails):
                    trails += [self._carry_cycle(cycle, q) for q in ends if q != p]

    def _carry_cycle(self, cycle: Cycle, q: float) -> list[Cycle]:
        end, trail = carried(self.flow, cycle, q, self.width)
        if end is not None:
            flow = self.flow(end.value)
            known = Bifurcation(end.kind, end.value, unpacked(flow, end.at.y), end.at.eigenvalues, 0.0, None)
            self._note(known, end.at)
        return trail

    def all_at(self, p: float, seed: int, near: list[Equilibrium] | None) -> list[Equilibrium]:
        """The fixed points at a value, with those of the value before as starts."""
        guesses = np.stack([e.y for e in near], axis=1) if near else None
        return equilibria(self.flow(float(p)), starts=48, seed=seed, guesses=guesses)[0]

    def distance(self, one: Equilibrium, other: Equilibrium) -> float:
        """Distance in units of the sites' scales."""
        return float(np.linalg.norm((one.y - other.y) / self.scale) / (1 + np.linalg.norm(one.y / self.scale)))

    def solve(self, p: float, guess: np.ndarray, rates: np.ndarray) -> Equilibrium | None:
        """The fixed point at a value that Newton's method finds from a guess."""
        flow = self.flow(float(p))
        y, turning, converged = newton(flow, guess[:, None], rates[:, None], 30)
        return equilibrium(flow, gauged(flow, y[:, 0]), turning[:, 0]) if converged[0] else None

    def carry(self, start: Equilibrium, p: float, q: float) -> Equilibrium | None:
        """Carry a fixed point from p to q, note what it meets; None where its branch ends on the way."""
        at, step, trail = start, q - p, [(p, start)]
        while p != q:
            to = q if abs(step) >= abs(q - p) else p + step
            guess = at.y
            if len(trail) > 1 and trail[-1][0] != trail[-2][0]:
                slope = (trail[-1][1].y - trail[-2][1].y) / (trail[-1][0] - trail[-2][0])
                guess = at.y + slope * (to - p)
            new = self.solve(to, guess, at.rates)
            if new is None or self.distance(at, new) > 0.05 or _growing(new) - _growing(at) not in (-2, -1, 0, 1, 2):
                step = 0.5 * (to - p)
                if abs(step) < SHORTEST * self.width:
                    self._ended(trail, 1.0 if q > p else -1.0)
                    return None
                continue
            if _growing(new) != _growing(at):
                self._crossed(p, at, to, new)
            p, at, step = to, new, 1.6 * step
            trail = [*trail[-3:], (p, at)]
        return at

    def _ended(self, trail: list[tuple[float, Equilibrium]], direction: float) -> None:
        """A branch that came to its end: a saddle-node, where λ² goes to zero."""
        smallest = [float(np.abs(e.eigenvalues).min()) for _, e in trail]
        p, at = trail[-1]
        if len(trail) < 2 or smallest[-1] > 0.3 * float(np.abs(at.eigenvalues).max()) or smallest[-1] >= smallest[-2]:
            if not any(abs(b.value - p) < 1e-4 * self.width for b in self.found):
                self.undecided.append(p)
            return
        squares, values = np.array(smallest[-3:]) ** 2, np.array([x for x, _ in trail[-3:]])
        value = float(np.polyval(np.polyfit(squares, values, len(squares) - 1), 0.0))
        if abs(value - p) > 1e-3 * self.width:
            value = p
        kind = "saddle-node"
        if not at.tangents.size and self._on_cycle(at, value, direction):
            kind = "SNIC"
        self._note(Bifurcation(kind, value, unpacked(self.flow(p), at.y), at.eigenvalues, 0.0, None), at)

    def _on_cycle(self, at: Equilibrium, value: float, direction: float) -> bool:
        """Whether beyond a saddle-node the motion goes round in a time that doubles at a quarter of the distance."""
        flows = [self.flow(value + direction * share * self.width) for share in (2e-2, 5e-3)]
        if any(_comes_to_rest(flow, at.y) for flow in flows):
            return False
        times = [return_time(flow, at.y) for flow in flows]
        return bool(1.7 < times[1] / times[0] < 2.3)

    def _crossed(self, p: float, one: Equilibrium, q: float, other: Equilibrium) -> None:
        """Eigenvalues crossed the imaginary axis between two points of a branch: where, and how."""
        for _ in range(50):
            middle = 0.5 * (p + q)
            new = self.solve(middle, 0.5 * (one.y + other.y), one.rates) if p != middle != q else None
            if new is None:
                break
            if _growing(new) == _growing(one):
                p, one = middle, new
            else:
                q, other = middle, new
        flow, value = self.flow(p), 0.5 * (p + q)
        critical = one.eigenvalues[np.argmin(np.abs(one.eigenvalues.real))]
        speed = float(np.abs(one.eigenvalues).max())
        if abs(critical.imag) > 1e-5 * speed:
            kind, frequency = "Hopf", abs(float(critical.imag))
            decided = None if flow.turns or flow.large_spins else _lyapunov(flow, one.y, frequency)
        else:
            kind, frequency = self._real_crossing(p, one), 0.0
            decided = _cubic(flow, one.y) if kind == "pitchfork" and not flow.turns else None
        supercritical = None if decided is None or decided == 0 else decided < 0
        self._note(Bifurcation(kind, value, unpacked(flow, one.y), one.eigenvalues, frequency, supercritical), one)

    def _real_crossing(self, p: float, at: Equilibrium) -> str:
        """Saddle-node, transcritical or pitchfork, by w·∂F/∂p and w·F″(v, v)."""
        flow = self.flow(p)
        jacobian = flow.jacobian(at.y)
        for rate, weights in zip(at.rates, flow.turns, strict=True):
            jacobian = jacobian + rate * flow.turn_matrix(weights)
        v, w = _null_vectors(jacobian, at, self.scale)
        step = 1e-5 * self.width
        push = (self.flow(p + step)(at.y) - self.flow(p - step)(at.y)) / (2 * step)
        bend = flow.along(at.y, v, v)
        if abs(w @ push) > VANISHES * np.linalg.norm(w) * max(float(np.linalg.norm(push)), 1e-300):
            return "saddle-node"
        forbidden = abs(w @ bend) <= VANISHES * np.linalg.norm(w) * max(float(np.linalg.norm(bend)), 1e-300)
        return "pitchfork" if forbidden else "transcritical"

    def _note(self, new: Bifurcation, at: Equilibrium) -> None:
        """Keep what was not met before."""
        flow = self.flow(new.value)
        for known in self.found:
            same = known.kind == new.kind or {known.kind, new.kind} <= {"saddle-node", "SNIC"}
            if same and abs(known.value - new.value) < 1e-4 * self.width:
                gap = np.linalg.norm((packed(flow, known.values) - at.y) / self.scale)
                if gap < 0.02 * (1 + np.linalg.norm(at.y / self.scale)):
                    return
        self.found.append(new)


def _on_the_way(cycle: Cycle, trail: list[Cycle]) -> bool:
    """Whether a cycle is one of those that another was carried through."""
    for one, other in pairwise(trail):
        low, high = sorted((one.orbit.period, other.orbit.period))
        between = (one.p - cycle.p) * (other.p - cycle.p) <= 0
        if between and one.direction == cycle.direction and 0.9 * low < cycle.orbit.period < 1.1 * high:
            return True
    return False


def _comes_to_rest(flow: Flow, start: np.ndarray) -> bool:
    """Whether a point runs into an attracting fixed point."""
    found = [e for e in equilibria(flow, starts=16, seed=0)[0] if stability(e.eigenvalues)]
    if not found:
        return False
    slowest = min(-float(e.eigenvalues.real.max()) for e in found)
    run = solve_ivp(lambda _, y: flow(y), (0.0, 30 / slowest), start, rtol=1e-6, atol=1e-9 * flow.scale.min())
    return any(np.linalg.norm((run.y[:, -1] - e.y) / flow.scale) < 1e-3 for e in found)


def _growing(at: Equilibrium) -> int:
    return int((at.eigenvalues.real > 0).sum())


def _null_vectors(jacobian: np.ndarray, at: Equilibrium, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right and left null vectors v and w with w·v = 1, across the ring."""
    keep = np.eye(len(scale))
    tangents = at.tangents / scale[:, None] if at.tangents.size else np.zeros((len(scale), 0))
    if np.abs(tangents).max(initial=0.0) > 0:
        keep = la.null_space(tangents.T, rcond=1e-9)
    inner = keep.T @ (jacobian * scale / scale[:, None]) @ keep
    left, _, right = la.svd(inner)
    v, w = scale * (keep @ right[-1]), (keep @ left[:, -1]) / scale
    return v, w / (w @ v) if w @ v else w


def _cubic(flow: Flow, y: np.ndarray) -> float:
    """The cubic coefficient of a pitchfork, w·(F‴(v,v,v) − 3F″(v, J⁺F″(v,v)))."""
    jacobian = flow.jacobian(y)
    left, _, right = la.svd(jacobian)
    v, w = right[-1], left[:, -1]
    w = w / (w @ v) if w @ v else w
    bent = np.linalg.lstsq(jacobian, flow.along(y, v, v), rcond=1e-6)[0]
    return float(w @ (flow.along(y, v, v, v) - 3 * flow.along(y, v, bent)))


def _lyapunov(flow: Flow, y: np.ndarray, frequency: float) -> float:
    """The first Lyapunov coefficient of a Hopf bifurcation (Kuznetsov, eq. 5.62)."""
    jacobian = flow.jacobian(y)
    values, left, right = la.eig(jacobian, left=True)
    k = int(np.argmin(np.abs(values - 1j * frequency)))
    q, p = right[:, k], left[:, k]
    p = p / np.conj(p.conj() @ q)

    def second(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        parts = [[flow.along(y, x, z) for z in (b.real, b.imag)] for x in (a.real, a.imag)]
        return parts[0][0] - parts[1][1] + 1j * (parts[0][1] + parts[1][0])

    r, s = q.real, q.imag
    cubic = flow.along(y, r, r, r) + flow.along(y, r, s, s) + 1j * (flow.along(y, r, r, s) + flow.along(y, s, s, s))
    mean = np.linalg.solve(jacobian, second(q, q.conj()))
    double = np.linalg.solve(2j * frequency * np.eye(flow.size) - jacobian, second(q, q))
    total = p.conj() @ (cubic - 2 * second(q, mean) + second(q.conj(), double))
    return float(total.real) / (2 * frequency)
