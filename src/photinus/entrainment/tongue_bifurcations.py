"""The boundary of the locked mean field: curves of bifurcations in a plane of two parameters.

Fixed points, or points that only turn, obey F(y) + Σ Ω_f W_f y = 0 (:mod:`photinus.solve.fixed_points`). Along a curve
of saddle-nodes the product of their eigenvalues λ vanishes, along a Hopf curve the sum of a complex pair, and with this
test function g the unknowns (y, Ω, p₁, p₂) have one equation fewer than there are of them: a curve, followed by
pseudo-arclength continuation (Kuznetsov, *Elements of Applied Bifurcation Theory*, chapter 10). In all unknowns it is
smooth even where its picture in the plane has a cusp. Where the amplitude of the locked state vanishes the curve is
that of the growth rate 0 of the state of rest, and is traced as a level curve.

A curve is followed while it bounds: while one of its sides is locked and the other is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg as la

from photinus.entrainment.tongue_levels import Found, Limits, Tracer, refined, sign_changes
from photinus.entrainment.tongue_lines import Line
from photinus.errors import PhotinusError
from photinus.model import Model
from photinus.solve.classical import Flow, make_flow
from photinus.solve.fixed_points import (
    Equilibrium,
    equilibria,
    equilibrium,
    lengths,
    newton,
    stability,
)

QUIET = 1e-3
"""Amplitudes below this share of a site's scale are none."""
OTHER = "meets another"
STEP = 1e-5
"""Step of the differences by which the test function is differentiated, in units of the scales."""


@dataclass(frozen=True, eq=False)
class Branch:
    """A piece of the boundary: its kind, its points with f > 0 (locked) to the left, how it ends."""

    kind: str
    points: tuple[Found, ...]
    closed: bool
    ends: tuple[str, str]
    between: float

    @property
    def line(self) -> Line:
        """The line through the points."""
        return Line(np.array([found.point for found in self.points]), self.closed)


class LockedRegion:
    """The part of a plane in which the mean field of a family is locked.

    Parameters
    ----------
    model_at : callable
        A point of the unit square -> Model.
    limits : Limits
    large_spins, starts
        As of :class:`photinus.entrainment.MeanFieldLocking`.
    """

    def __init__(self, model_at: Callable[[np.ndarray], Model], limits: Limits, *, large_spins: bool, starts: int):
        self.model_at, self.limits = model_at, limits
        self.large_spins, self.starts = large_spins, starts
        self.solves = 0
        self._flows: dict[tuple[float, float], Flow] = {}
        self._locked: dict[tuple[float, float], list[Equilibrium]] = {}

    def flow(self, u: np.ndarray) -> Flow:
        """The vector field at a point."""
        key = float(u[0]), float(u[1])
        if key not in self._flows:
            if len(self._flows) > 512:
                self._flows.clear()
            self._flows[key] = make_flow(self.model_at(u), self.large_spins)
        return self._flows[key]

    def locked(self, u: np.ndarray) -> list[Equilibrium]:
        """The attracting locked states at a point."""
        key = float(u[0]), float(u[1])
        if key not in self._locked:
            self.solves += 1
            flow = self.flow(u)
            found = self._neighbour(u, flow)
            if not found:
                found = [e for e in equilibria(flow, starts=self.starts, seed=0)[0] if is_locked(flow, e)]
            self._locked[key] = found
        return self._locked[key]

    def _neighbour(self, u: np.ndarray, flow: Flow) -> list[Equilibrium]:
        """A locked state near the ones that were found at the nearest locked point so far; empty where none is found.

        It says that the point is locked, and spares the search for all fixed points.
        """
        known = [(abs(u[0] - key[0]) + abs(u[1] - key[1]), found) for key, found in self._locked.items() if found]
        if not known:
            return []
        for e in min(known, key=lambda item: item[0])[1]:
            if len(e.rates) == len(flow.turns):
                y, rates, converged = newton(flow, e.y[:, None], e.rates[:, None], 12)
                if converged[0]:
                    new = equilibrium(flow, y[:, 0], rates[:, 0])
                    if is_locked(flow, new):
                        return [new]
        return []

    def sign(self, u: np.ndarray) -> float:
        """1 where locked, −1 elsewhere."""
        return 1.0 if self.locked(u) else -1.0

    def decay(self, u: np.ndarray) -> float:
        """The slowest decay towards the most stable locked state; NaN where none is."""
        return max((-float(e.eigenvalues.real.max()) for e in self.locked(u)), default=np.nan)

    # --- how a locked state ends --------------------------------------------------------------------------------------

    def branches(self, nodes: tuple[np.ndarray, np.ndarray], values: np.ndarray) -> Iterator[Branch]:
        """All pieces of the boundary that cross an edge of a scan of :meth:`sign`, and those that they end on."""
        found: list[Branch] = []
        for edge in sign_changes(values):
            start, stop = (np.array([nodes[0][node[0]], nodes[1][node[1]]]) for node in edge)
            if sum(len(branch.line.crossings(start, stop)) for branch in found) % 2 == 0:
                found += self._through(start, stop, found)
        found = _met(_without_repetitions(found, self.limits.tolerance), self.limits.tolerance)
        ends = [b.points[k].point for b in found for k, why in zip((0, -1), b.ends, strict=True) if why == OTHER]
        for centre in ends:
            if sum(np.linalg.norm(centre - other) < 20 * self.limits.tolerance for other in ends) > 1:
                continue  # two curves end on each other
            ring = np.clip(centre + 8 * self.limits.tolerance * _circle(24), 0, 1)
            for k in range(24):
                a, b = ring[k - 1], ring[k]
                if self.sign(a) != self.sign(b) and not any(len(x.line.crossings(a, b)) for x in found):
                    found += self._through(a, b, found)
        yield from found

    def _through(self, a: np.ndarray, b: np.ndarray, known: list[Branch]) -> list[Branch]:
        """The branch that crosses a segment between a locked and an unlocked point, if it is none of those known."""
        inside, outside = self._narrowed(*((a, b) if self.locked(a) else (b, a)))
        if any(branch.line.distance(inside) < 4 * self.limits.tolerance for branch in known):
            return []
        branch = self._branch(inside, outside)
        return [] if branch is None else [branch]

    def _narrowed(self, inside: np.ndarray, outside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The segment between a locked and an unlocked point, cut to a tenth of the tolerance."""
        while np.linalg.norm(outside - inside) > 0.1 * self.limits.tolerance:
            middle = 0.5 * (inside + outside)
            inside, outside = (middle, outside) if self.locked(middle) else (inside, middle)
        return inside, outside

    def _branch(self, inside: np.ndarray, outside: np.ndarray) -> Branch | None:
        """The curve of bifurcations that crosses a short segment."""
        flow = self.flow(inside)
        scale = flow.scale
        for e in self.locked(inside):
            if float(np.abs(e.y / scale).max()) < 0.05 and self._at_rest(inside):
                return self._death(inside, outside)
        for kind in ("saddle-node", "Hopf"):
            for e in self.locked(inside):
                system = System(self, kind, len(e.rates), e)
                start = system.point_on(system.packed(e, inside), outside - inside)
                if start is not None and np.linalg.norm(start[-2:] - inside) < 2 * self.limits.tolerance:
                    return self._followed(system, start, inside)
        return self._death(inside, outside) if self._at_rest(inside) else None

    def _at_rest(self, u: np.ndarray) -> bool:
        flow = self.flow(u)
        return not np.abs(flow(np.zeros(flow.size))).any()

    def _death(self, inside: np.ndarray, outside: np.ndarray) -> Branch | None:
        """Where the growth rate of the state of rest vanishes."""

        def growth(u: np.ndarray) -> tuple[float, float]:
            flow = self.flow(u)
            self.solves += 1
            return float(la.eigvals(flow.jacobian(np.zeros(flow.size))).real.max()), 0.0

        tracer = Tracer(growth, self.limits)
        way = (inside - outside) / float(np.linalg.norm(inside - outside))
        # The locked state grows out of the state of rest where this loses its stability.
        rates = [growth(np.clip(inside + step * way, 0, 1))[0] for step in (0.02, -0.02)]
        if not rates[0] > 0 > rates[1]:
            return None
        start = tracer.between(
            np.clip(inside - 0.02 * way, 0, 1), np.clip(inside + 0.02 * way, 0, 1), rates[1], rates[0]
        )
        if start is None:
            return None
        gradient = np.array(
            [
                growth(np.clip(start.point + h, 0, 1))[0] - growth(np.clip(start.point - h, 0, 1))[0]
                for h in 1e-4 * np.eye(2)
            ]
        )
        found = tracer.traced(start, gradient)
        speed = float(np.abs(la.eigvals(self.flow(inside).jacobian(np.zeros(self.flow(inside).size)))).max())
        kept, ends = self._bounding(
            list(found.points), list(found.ends), found.closed, lambda u: abs(growth(u)[0]) < 5e-3 * speed
        )
        return Branch("death", tuple(kept), found.closed and len(kept) == len(found.points), ends, found.between)

    def _bounding(
        self, points: list[Found], ends: list[str], closed: bool, holds: Callable[[np.ndarray], bool]
    ) -> tuple[list[Found], tuple[str, str]]:
        """The longest run of points that solve the equation and bound."""
        line = Line(np.array([p.point for p in points]), closed)
        good = []
        for k in range(len(points)):
            tangent = np.asarray(line.curve(line.knots[k], 1))
            u = points[k].point
            good.append(holds(u) and self.is_free_beside(u, tangent, locked_left=True))
        if all(good):
            return points, (ends[0], ends[1])
        runs, start = [], None
        for k, fine in enumerate([*good, False]):
            if fine and start is None:
                start = k
            if not fine and start is not None:
                runs.append((k - start, start, k))
                start = None
        _, first, last = max(runs, default=(0, 0, 0))
        new = (OTHER if first else ends[0], OTHER if last < len(points) else ends[1])
        return points[first:last], new

    def is_free_beside(self, u: np.ndarray, tangent: np.ndarray, *, locked_left: bool) -> bool:
        """Whether beside a point of a curve, on the side on which its state has gone, no other is locked."""
        normal = np.array([-tangent[1], tangent[0]]) / max(float(np.linalg.norm(tangent)), 1e-300)
        side = u + (-1 if locked_left else 1) * 0.1 * self.limits.tolerance * normal
        return bool((np.abs(side - 0.5) > 0.5).any()) or not self.locked(side)

    # --- one curve ----------------------------------------------------------------------------------------------------

    def _followed(self, system: System, start: np.ndarray, inside: np.ndarray) -> Branch:
        first = system.found(start, 0.0)
        tangent, _ = system.tangent(start)
        normal = inside - first.point
        if tangent[-2] * normal[1] - tangent[-1] * normal[0] < 0:  # the locked side lies to the left
            tangent = -tangent
        ahead, end, closed = self._half(system, first, tangent, left=True)
        points, begin = ahead, end
        if not closed:
            back, begin, _ = self._half(system, first, -tangent, left=False)
            points = back[:0:-1] + ahead

        def insert(line: Line, segment: int, ends: tuple[Found, Found]) -> Found | None:
            middle, along = line.middle(segment)
            one, other = (p.solution for p in ends)
            if one is None or other is None:
                return None
            guess = 0.5 * (one + other)
            row = np.zeros(len(guess))
            row[-2:], guess[-2:] = along, middle
            z = system.solved(guess, row)
            return None if z is None else system.found(z, float(np.linalg.norm(z[-2:] - middle)))

        points, off = refined(points, closed, insert, self.limits)
        return Branch(system.kind, tuple(points), closed, (begin, end), off)

    def _half(self, system: System, first: Found, tangent: np.ndarray, *, left: bool) -> tuple[list[Found], str, bool]:
        """A point and those that follow in one direction, why they end, whether they close."""
        limits, trail, why = self.limits, [first], "lost"
        z, shortest = first.solution, 0.02 * limits.tolerance
        assert z is not None
        step, matrix = limits.longest / 8, None
        while len(trail) < limits.most:
            plane = float(np.linalg.norm(tangent[-2:]))
            stride = min(step / max(plane, 0.05), 0.3)
            guess = z + stride * tangent
            outside = bool((np.abs(guess[-2:] - 0.5) > 0.5).any())
            new = self._leaving(system, z, guess) if outside else system.solved(guess, tangent, matrix)
            fine = new is not None and (outside or float(np.linalg.norm(new - guess)) < 0.3 * stride)
            if new is not None and fine and not outside:
                following, derivative = system.tangent(new)
                following = following if following @ tangent > 0 else -following
                fine = bool(following @ tangent > 0.8)
            if new is None or not fine:
                step *= 0.5
                if step < shortest:
                    break
                continue
            way = new[-2:] - z[-2:]
            if not (system.is_marginal(new) and self.is_free_beside(new[-2:], way, locked_left=left)):
                step *= 0.5
                why = OTHER
                if step < limits.tolerance / 4:
                    break
                continue
            why = "lost"
            trail.append(system.found(new, float(np.linalg.norm(new - guess))))
            if outside:
                return trail, "window", False
            z, tangent, matrix = new, following, derivative
            if len(trail) > 4 and float(np.linalg.norm(z - first.solution)) < 0.7 * stride:
                return trail[:-1] if np.linalg.norm(z - first.solution) < 0.3 * stride else trail, "closed", True
            step = min(1.5 * step, limits.longest)
        else:
            why = "budget"
        last = trail[-1].point
        on_border = float(np.minimum(last, 1 - last).min()) < limits.tolerance
        why = "window" if on_border else why
        if on_border and len(trail) > 1 and float(np.minimum(last, 1 - last).min()) > 0:
            # The equations degenerate at the border, as without a drive: the curve goes straight on to it.
            edge = np.round(last)
            k = int(np.argmin(np.minimum(last, 1 - last)))
            way = last - trail[-2].point
            end = np.clip(last + (edge[k] - last[k]) / way[k] * way if way[k] else last, 0, 1)
            end[k] = edge[k]
            trail.append(Found(end, float(np.linalg.norm(end - last)), 1.0, 0.0))
        return trail, why, False

    def _leaving(self, system: System, z: np.ndarray, guess: np.ndarray) -> np.ndarray | None:
        """The point at which a curve crosses the border of the square."""
        way = guess[-2:] - z[-2:]
        sides = [(k, edge) for k in (0, 1) for edge in (0.0, 1.0) if way[k] and (way[k] > 0) == (edge > 0)]
        share, k, edge = min(((edge - z[-2 + k]) / way[k], k, edge) for k, edge in sides)
        if share < 1e-9:
            return None
        start = z + share * (guess - z)
        start[-2 + k] = edge
        row = np.zeros(len(z))
        row[-2 + k] = 1.0
        found = system.solved(start, row)
        return None if found is None or np.linalg.norm(found - start) > 0.5 * np.linalg.norm(guess - z) else found


class System:
    """The equations of one kind of bifurcation, in the unknowns z = (y/scale, Ω/speed, u₁, u₂).

    Parameters
    ----------
    region : LockedRegion
    kind : str
        ``saddle-node`` or ``Hopf``.
    turns : int
        Number of rates Ω.
    near : Equilibrium
        A state near the curve, for the scales.
    """

    def __init__(self, region: LockedRegion, kind: str, turns: int, near: Equilibrium):
        self.region, self.kind, self.turns = region, kind, turns
        self.size = len(near.y)
        # The size of the state itself, so that the picture in the plane and the state count alike.
        self.scale = np.full(self.size, max(float(np.linalg.norm(near.y)), 1e-300))
        self.speed = max(float(np.abs(near.eigenvalues).max(initial=0.0)), 1e-300)
        self.order = len(near.eigenvalues)

    def packed(self, e: Equilibrium, u: np.ndarray) -> np.ndarray:
        """An equilibrium at a point as unknowns."""
        return np.concatenate([e.y / self.scale, e.rates / self.speed, u])

    def residual(self, z: np.ndarray) -> np.ndarray | None:
        """F(y) + Σ Ω_f W_f y, the lengths of spins, and the test function; None where they do not exist."""
        flow = self._flow(z)
        if flow is None:
            return None
        y, rates = z[: self.size] * self.scale, z[self.size : -2] * self.speed
        still = flow(y) + sum(
            (r * flow.tangent(y, w) for r, w in zip(rates, flow.turns, strict=True)), np.zeros_like(y)
        )
        g = self.test(equilibrium(flow, y, rates).eigenvalues)
        if not np.isfinite(g):
            return None
        return np.concatenate([still / (self.scale * self.speed), lengths(flow, y[:, None])[:, 0], [g]])

    def test(self, eigenvalues: np.ndarray) -> float:
        """The function that vanishes along the curve; NaN where there is none."""
        if len(eigenvalues) != self.order:
            return np.nan
        if self.kind == "saddle-node":
            return float(np.prod(eigenvalues / self.speed).real)
        pairs = eigenvalues[eigenvalues.imag > 1e-9 * self.speed]
        return float(pairs.real[np.argmin(np.abs(pairs.real))]) / self.speed if len(pairs) else np.nan

    def _flow(self, z: np.ndarray) -> Flow | None:
        try:
            flow = self.region.flow(z[-2:])
        except PhotinusError:  # beyond the border a rate may be negative
            return None
        return flow if len(flow.turns) == self.turns else None

    def derivative(self, z: np.ndarray) -> np.ndarray | None:
        """∂(residual, gauge)/∂z by central differences."""
        columns = []
        for k in range(len(z)):
            h = np.zeros(len(z))
            h[k] = STEP
            sides = [self.residual(z + h), self.residual(z - h)]
            if sides[0] is None or sides[1] is None:
                here = self.residual(z)
                one = sides[0] if sides[0] is not None else sides[1]
                if here is None or one is None:
                    return None
                columns.append((one - here) / (STEP if sides[0] is not None else -STEP))
            else:
                columns.append((sides[0] - sides[1]) / (2 * STEP))
        flow = self._flow(z)
        assert flow is not None
        gauge = np.zeros((self.turns, len(z)))
        for row, w in zip(gauge, flow.turns, strict=True):
            row[: self.size] = flow.tangent(z[: self.size] * self.scale, w) / self.scale
        return np.concatenate([np.array(columns).T, gauge])

    def is_marginal(self, z: np.ndarray) -> bool:
        """Whether all eigenvalues but the critical ones have negative real parts: a locked state ends here."""
        flow = self._flow(z)
        if flow is None:
            return False
        e = equilibrium(flow, z[: self.size] * self.scale, z[self.size : -2] * self.speed)
        others = np.argsort(np.abs(e.eigenvalues if self.kind == "saddle-node" else e.eigenvalues.real))
        return bool((e.eigenvalues.real[others[1 if self.kind == "saddle-node" else 2 :]] < 0).all())

    def solved(self, guess: np.ndarray, row: np.ndarray, matrix: np.ndarray | None = None) -> np.ndarray | None:
        """The solution with row·(z − guess) = 0, by Newton's method; None where it does not converge.

        The derivative, ``matrix`` where one is known nearby, is kept while it serves.
        """
        z, before = guess.copy(), np.inf
        for _ in range(16):
            residual = self.residual(z)
            matrix = self.derivative(z) if matrix is None else matrix
            if residual is None or matrix is None:
                return None
            right = np.concatenate([residual, np.zeros(self.turns), [row @ (z - guess)]])
            step = -np.linalg.lstsq(np.vstack([matrix, row]), right, rcond=1e-12)[0]
            z = z + step
            moved = float(np.linalg.norm(step))
            if not np.isfinite(moved) or moved > 1.0:
                return None
            if moved > 0.1 * before:
                matrix = None  # a derivative that was taken too far away
            before = moved
            if moved < 1e-9:
                self.region.solves += 1
                return z
        return None

    def point_on(self, guess: np.ndarray, way: np.ndarray) -> np.ndarray | None:
        """The solution on a line of the plane through a guess."""
        row = np.zeros(len(guess))
        row[-2:] = np.array([-way[1], way[0]]) / float(np.linalg.norm(way))
        return self.solved(guess, row)

    def tangent(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit tangent of the curve, and the derivative of which it is the null vector."""
        matrix = self.derivative(z)
        assert matrix is not None
        return np.asarray(np.linalg.svd(matrix)[2][-1]), matrix

    def found(self, z: np.ndarray, moved: float) -> Found:
        """A solution as a point of the plane; its error is that of Newton's method and of the differences."""
        return Found(z[-2:].copy(), 1e-8, 1.0, moved, solution=z)


def _without_repetitions(branches: list[Branch], tolerance: float) -> list[Branch]:
    """Branches of which none runs along a longer one."""
    kept: list[Branch] = []
    for branch in sorted(branches, key=lambda b: -float(b.line.knots[-1]) if len(b.points) > 1 else 0.0):
        places = [p.point for p in branch.points]
        middle = [branch.line.middle(k)[0] for k in range(len(places) - 1)]
        twice = [any(other.line.distance(x) < 4 * tolerance for other in kept) for x in places + middle]
        if np.mean(twice) < 0.5:
            kept.append(branch)
    return kept


def _met(branches: list[Branch], tolerance: float) -> list[Branch]:
    """Branches that were lost where another ends meet it there: a corner, as where two ways to fall silent cross."""
    out = list(branches)
    for k, branch in enumerate(branches):
        ends = list(branch.ends)
        for side in (0, 1):
            place = branch.points[-side].point
            others = [b.points[-s].point for b in branches if b is not branch for s in (0, 1)]
            if ends[side] == "lost" and any(np.linalg.norm(place - other) < 30 * tolerance for other in others):
                ends[side] = OTHER
        out[k] = replace(branch, ends=(ends[0], ends[1]))
    return out


def is_locked(flow: Flow, e: Equilibrium) -> bool:
    """Whether a state attracts, no site is silent, and not every site turns on its own."""
    if stability(e.eigenvalues) is not True:
        return False
    scale, moving = flow.scale, 0
    for k in range(len(flow.sites)):
        first = flow.offsets[k]
        if np.hypot(e.y[first], e.y[first + 1]) < QUIET * scale[first]:
            return False
    if e.tangents.size:
        moving = int(np.linalg.matrix_rank(e.tangents / scale[:, None], tol=1e-9))
    return moving == 0 or (moving == 1 and len(flow.sites) > 1)


def _circle(count: int) -> np.ndarray:
    angle = 2 * np.pi * (np.arange(count) + 0.37) / count
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
