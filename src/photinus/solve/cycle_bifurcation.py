"""How a limit cycle of the mean field ends, along a parameter: at a saddle, in a fold, or at a bifurcation of points.

A cycle is carried along by shooting (:func:`photinus.solve.limit_cycle.closed_orbit`). Its period T tells how it ends
(Kuznetsov, *Elements of Applied Bifurcation Theory*, sections 6.2 and 7.1; Gaspard 1990):

* *homoclinic*: the cycle comes to a saddle and T diverges like −ln|p − p_c|/λ, with λ the eigenvalue of the saddle
  along which it is left (of a repelling cycle, backwards in time, −λ of the direction along which it is reached).
  So e^{−λT} goes to zero linearly, and gives p_c.
* *SNIC*: no saddle is there yet; T diverges like |p − p_c|^(−1/2). A bifurcation of fixed points, found there.
* *Hopf*: the cycle shrinks to a point, also found there.
* *fold of cycles*: T stays finite and the cycle meets another one. The exponent vanishes like a root of the distance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg as la

from photinus.solve.classical import Flow
from photinus.solve.fixed_points import Equilibrium, equilibria
from photinus.solve.limit_cycle import Orbit, closed_cycle, closed_orbit, distance_to, follow

LONG = 1.3
"""By how much a period must have grown before a divergence is looked for."""
CLOSE = 0.15
"""Share of its size within which an orbit passes a saddle that it comes to."""
SMALL = 0.2
"""Cycles below this share of the size that they began with shrink to a point, at a Hopf bifurcation."""
SHORTEST = 1e-6
"""Steps shorter than this share of the bracket end a cycle."""


@dataclass(frozen=True, eq=False)
class CycleEnd:
    """Where and how a cycle ends: kind, parameter, and the saddle, or a point of the cycle, there."""

    kind: str
    value: float
    at: Equilibrium


@dataclass(frozen=True, eq=False)
class Cycle:
    """A closed orbit at one value of the parameter; ``direction`` = −1 where it repels."""

    p: float
    orbit: Orbit
    direction: float

    @property
    def size(self) -> float:
        """The largest distance from its centre."""
        points = self.orbit.points
        return float(np.linalg.norm(points - points.mean(axis=1, keepdims=True), axis=0).max())


def cycles_at(flow: Flow, p: float) -> list[Cycle]:
    """Cycles at one value: what points beside a repelling fixed point run into; in a plane also backwards in time."""
    found, _ = equilibria(flow, starts=16, seed=0)
    scale, out = flow.scale, list[Cycle]()
    for e in found:
        growing = int((e.eigenvalues.real > 0).sum())
        if 0 < growing < len(e.eigenvalues) or not (growing or flow.size == 2):
            continue
        direction = 1.0 if growing else -1.0
        known = [cycle.orbit for cycle in out if cycle.direction == direction]
        start = e.y + 0.02 * scale * np.cos(np.arange(flow.size))
        orbit = follow(flow, start, [other.y for other in found], known, direction=direction)
        if orbit is not None:
            out.append(Cycle(p, orbit, direction))
    return out


def carried(
    flow_at: Callable[[float], Flow], start: Cycle, q: float, width: float
) -> tuple[CycleEnd | None, list[Cycle]]:
    """How a cycle ends on the way to another value, and the cycles on the way.

    The first is None where the cycle does not end, or where fixed points take it with them.
    """
    now, step, trail, guesses = start, q - start.p, [start], list[float]()
    while now.p != q:
        to = q if abs(step) >= abs(q - now.p) else now.p + step
        orbit = _moved(flow_at(to), now)
        if orbit is None or not _alike(now, orbit):
            step = 0.5 * (to - now.p)
            if abs(step) < SHORTEST * width:
                return _diagnosed(flow_at, trail, guesses), trail
            continue
        now = Cycle(to, orbit, now.direction)
        trail.append(now)
        if now.size < SMALL * start.size:
            return None, trail
        step *= 1.5
        value = _divergence(flow_at, trail, q)
        if value is not None:
            guesses.append(value)
            if len(guesses) > 1 and abs(guesses[-1] - guesses[-2]) < SHORTEST * width:
                return _diagnosed(flow_at, trail, guesses), trail
            step = 0.75 * (value - now.p)
    return None, trail


def _moved(flow: Flow, cycle: Cycle) -> Orbit | None:
    """The orbit that a cycle becomes: what the motion from a point of it runs into, or by shooting."""
    resting = [e.y for e in equilibria(flow, starts=16, seed=0)[0]]
    orbit = follow(flow, cycle.orbit.start, resting, [], direction=cycle.direction)
    if orbit is not None or flow.size == 2:
        return orbit
    return closed_orbit(flow, cycle.orbit.start, cycle.orbit.period, direction=cycle.direction)


def _alike(cycle: Cycle, orbit: Orbit) -> bool:
    return bool(0.6 < orbit.period / cycle.orbit.period < 1.7) and distance_to(orbit, cycle.orbit.start) < 0.3


def _saddle(flow: Flow, cycle: Cycle) -> Equilibrium | None:
    """The saddle that an orbit passes closely."""
    found, _ = equilibria(flow, starts=16, seed=0)
    saddles = [e for e in found if 0 < (e.eigenvalues.real > 0).sum() < len(e.eigenvalues)]
    near = [(distance_to(cycle.orbit, e.y), k) for k, e in enumerate(saddles)]
    best = min(near, default=(np.inf, 0))
    return saddles[best[1]] if best[0] < CLOSE else None


def _rate(saddle: Equilibrium, direction: float) -> float:
    """The rate at which an orbit leaves a saddle: the least growing eigenvalue, in its direction of time."""
    growing = direction * saddle.eigenvalues.real
    return float(growing[growing > 0].min())


def _divergence(flow_at: Callable[[float], Flow], trail: list[Cycle], q: float) -> float | None:
    """Where e^{−λT} vanishes, by the last two periods; None where no saddle is near or the zero is not ahead."""
    first, before, now = trail[0], trail[-2], trail[-1]
    if now.orbit.period < LONG * first.orbit.period or now.orbit.period <= before.orbit.period:
        return None
    saddle = _saddle(flow_at(now.p), now)
    if saddle is None:
        return None
    ratio = np.exp(_rate(saddle, now.direction) * (now.orbit.period - before.orbit.period))
    value = float(now.p + (now.p - before.p) / (ratio - 1))
    return value if (value - now.p) * (q - value) >= 0 else None


def _diagnosed(flow_at: Callable[[float], Flow], trail: list[Cycle], guesses: list[float]) -> CycleEnd | None:
    """What a cycle ended in, by its last points."""
    last = trail[-1]
    flow = flow_at(last.p)
    saddle = _saddle(flow, last)
    if guesses and saddle is not None:
        return CycleEnd("homoclinic", guesses[-1], saddle)
    if len(trail) < 3 or last.orbit.period > 2 * trail[0].orbit.period:
        return None  # it has shrunk to a point, or slows down before a saddle-node: found among the fixed points
    exponents = [_exponent(flow_at(c.p), c) for c in trail[-3:]]
    if abs(exponents[-1]) > 0.9 * abs(exponents[0]):
        return None
    squares, values = np.array(exponents[-2:]) ** 2, np.array([c.p for c in trail[-2:]])
    value = float(values[1] - squares[1] * (values[1] - values[0]) / (squares[1] - squares[0]))
    y = last.orbit.start
    eigenvalues = la.eigvals(flow.jacobian(y)).astype(complex)
    here = Equilibrium(y, np.zeros(0), eigenvalues, np.zeros((flow.size, 0)))
    return CycleEnd("fold of cycles", value, here)


def _exponent(flow: Flow, cycle: Cycle) -> float:
    """The Floquet exponent nearest to zero."""
    exponents = closed_cycle(flow, cycle.orbit, cycle.direction).exponents.real
    return float(exponents[np.argmin(np.abs(exponents))])
