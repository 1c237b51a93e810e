"""Limit cycles of the mean field, with their Floquet multipliers.

Where a symmetry turns phases, a cycle is a *ring*: a fixed point in a frame that revolves with it, and its exponents
are the eigenvalues there. Of one oscillator, α̇ = f(|α|²)α, the rings are the positive roots n of Re f, they revolve
with −Im f(n), and the exponent is 2n Re f′(n).

Where none does, points are followed until they come back near to where they were, and that orbit is closed by shooting:
Newton's method for Φ_T(y) = y in (y, T), with the derivative M = ∂Φ_T/∂y of the flow (Parker and Chua 1989). The
multipliers are the eigenvalues of M. In a plane unstable cycles attract backwards in time and are found in the same
way; in more dimensions they are not looked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.linalg as la
from scipy.integrate import solve_ivp

from photinus.errors import Undefined
from photinus.solve.classical import Flow
from photinus.solve.fixed_points import Equilibrium, equilibria, sampled
from photinus.solve.motion import Laborious, tabulated, unpacked

if TYPE_CHECKING:
    import xarray

POINTS = 129
"""Points at which a cycle is tabulated, both ends included."""
NEAR = 0.1
"""A return nearer than this share of the orbit's size is worth closing."""
ROUNDS = 14
"""Windows, each 1.5 times longer than the one before, in which a point may come back."""
LABOUR = 60_000
"""Evaluations of the equations of motion, beyond which a window is given up."""
MARGIN = 1e-6
"""A multiplier nearer to the unit circle than this decides nothing about stability."""


class NoLimitCycle(Undefined):
    """The mean field has no limit cycle, or none that attracts, or none that was found."""


@dataclass(frozen=True, eq=False)
class LimitCycle:
    """A closed orbit.

    Attributes
    ----------
    period : float
        T; ``inf`` of a ring that stands still, such as that of an undriven oscillator at detuning 0.
    frequency : float
        2π/T; of a ring with its sign, α ∝ e^{−iωt}.
    exponents : ndarray
        Floquet exponents (rates), largest real part first, without the 0 of the motion along the cycle.
    multipliers : ndarray
        e^{exponent·T}, the growth of a small deviation over one period.
    values : mapping of str to ndarray
        The orbit by site, at 129 points equally spaced in time, the last one equal to the first.
    ring : bool
        Whether a symmetry turns the orbit into itself.
    residual : float
        Distance between both ends over the size of the orbit; of a ring 0.
    """

    period: float
    frequency: float
    exponents: np.ndarray
    multipliers: np.ndarray
    values: Mapping[str, np.ndarray]
    ring: bool
    residual: float

    @property
    def stable(self) -> bool | None:
        """Whether it attracts; None where a multiplier lies on the unit circle to within 1e-6."""
        if self.ring:
            top = float(self.exponents.real.max(initial=-np.inf))
            scale = float(np.abs(self.exponents).max(initial=0.0))
            return None if abs(top) <= 1e-9 * scale or not len(self.exponents) else top < 0
        top = float(np.abs(self.multipliers).max(initial=0.0))
        return None if abs(top - 1) <= MARGIN else top < 1

    @property
    def radius(self) -> Mapping[str, float]:
        """The root mean square of |α| (of a spin, of |s₊|) along the cycle, by site."""
        moduli = {
            name: np.abs(value) if np.iscomplexobj(value) else np.hypot(value[..., 0], value[..., 1])
            for name, value in self.values.items()
        }
        return {name: float(np.sqrt((r[:-1] ** 2).mean())) for name, r in moduli.items()}

    def to_xarray(self) -> xarray.Dataset:
        """The orbit by site over ``turn``, the time in periods; period, frequency and residual are attributes."""
        table = tabulated("turn", np.linspace(0, 1, POINTS), self.values)
        return table.assign_attrs(period=self.period, frequency=self.frequency, residual=self.residual)

    def __repr__(self) -> str:
        words = {True: "stable", False: "unstable", None: "marginal"}[self.stable]
        radii = ", ".join(f"{name}: {r:.5g}" for name, r in list(self.radius.items())[:6])
        return (
            f"{words} limit cycle{' (ring)' if self.ring else ''}, period {self.period:.6g}, frequency "
            f"{self.frequency:.6g}, radius {{{radii}}}"
        )


def cycles_of(flow: Flow, *, starts: int, seed: int) -> tuple[LimitCycle, ...]:
    """All limit cycles that were found, stable ones first, then by their size."""
    found, _ = equilibria(flow, starts=starts, seed=seed)
    if flow.turns:
        cycles = [ring_of(flow, e) for e in found if np.linalg.matrix_rank(e.tangents.T, tol=1e-9) == 1]
    else:
        cycles = _closed_orbits(flow, found, seed)
    return tuple(sorted(cycles, key=lambda c: (c.stable is not True, round(sum(c.radius.values()), 9))))


def ring_of(flow: Flow, at: Equilibrium) -> LimitCycle:
    """The ring on which a relative fixed point lies."""
    tangents = at.tangents.T
    moving = int(np.argmax(np.linalg.norm(tangents, axis=1)))
    weights = flow.turns[moving]
    # Several symmetries may move the same sites: what counts is the velocity, in units of the first of them.
    velocity = at.rates @ tangents
    frequency = float(velocity @ tangents[moving] / (tangents[moving] @ tangents[moving]))
    weight = _common_weight(flow, at.y, weights)
    frequency *= weight
    angles = np.linspace(0, 2 * np.pi, POINTS) / weight
    turn = -1.0 if frequency > 0 else 1.0
    orbit = np.stack([flow.turned(at.y, weights, turn * angle) for angle in angles], axis=1)
    period = 2 * np.pi / abs(frequency) if frequency else np.inf
    with np.errstate(under="ignore"):
        if frequency:
            multipliers = np.exp(np.clip(at.eigenvalues.real * period, -800, 700) + 1j * at.eigenvalues.imag * period)
        else:  # a ring that stands still: what decays has all the time to do so
            multipliers = np.exp(800.0 * np.sign(at.eigenvalues.real) - 100.0 * (at.eigenvalues.real > 0)).astype(
                complex
            )
    return _cycle(flow, (period, frequency), at.eigenvalues, multipliers, orbit, 0.0)


def _common_weight(flow: Flow, y: np.ndarray, weights: np.ndarray) -> float:
    """The common divisor of the moving sites' weights."""
    planes = flow.offsets[:-1]
    moving = np.hypot(y[planes], y[planes + 1]) > 0
    whole = np.abs(weights[moving & (weights != 0)]).astype(int)
    return float(np.gcd.reduce(whole)) if len(whole) else 1.0


def _cycle(
    flow: Flow,
    motion: tuple[float, float],
    exponents: np.ndarray,
    multipliers: np.ndarray,
    orbit: np.ndarray,
    residual: float,
) -> LimitCycle:
    order = np.lexsort((exponents.imag, -exponents.real))
    exponents, multipliers = exponents[order], multipliers[order]
    for array in (exponents, multipliers):
        array.setflags(write=False)
    return LimitCycle(*motion, exponents, multipliers, unpacked(flow, orbit), residual == 0.0, residual)


# --- closed orbits ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Orbit:
    """A closed orbit as found by shooting: a point, the period, ∂Φ_T/∂y, ∫tr J dt, how well it closes, the orbit."""

    start: np.ndarray
    period: float
    monodromy: np.ndarray
    expansion: float
    residual: float
    points: np.ndarray


def _closed_orbits(flow: Flow, found: list[Equilibrium], seed: int) -> list[LimitCycle]:
    rng = np.random.default_rng(seed)
    scale = flow.scale
    near = [e.y + 0.02 * scale * rng.normal(size=flow.size) for e in found[:6]]
    starts = [*near, *sampled(flow, 4, rng).T]
    directions = (1.0, -1.0) if flow.size == 2 else (1.0,)
    waiting = [(direction, start) for direction in directions for start in starts]
    orbits: list[tuple[float, Orbit]] = []
    for direction, start in waiting:
        known = [orbit for _, orbit in orbits]
        orbit = follow(flow, start, [e.y for e in found], known, direction=direction)
        if orbit is not None and not any(_same(orbit, other) for other in known):
            orbits.append((direction, orbit))
            if flow.size == 2:  # both neighbours of a cycle attract in the other direction of time
                centre = orbit.points[:, :-1].mean(axis=1)
                waiting += [(-direction, centre + share * (orbit.start - centre)) for share in (0.95, 1.05)]
    return [closed_cycle(flow, orbit, direction) for direction, orbit in orbits]


def closed_cycle(flow: Flow, orbit: Orbit, direction: float = 1.0) -> LimitCycle:
    """An orbit as a limit cycle; ``direction`` = −1 where time ran backwards."""
    if flow.size == 2:  # by Liouville's formula, which holds however small the multiplier
        exponents = np.array([orbit.expansion / orbit.period], dtype=complex)
        multipliers = np.exp(np.clip(exponents * orbit.period, -700, 700))
    else:
        multipliers = la.eigvals(orbit.monodromy).astype(complex)
        multipliers = np.delete(multipliers, int(np.argmin(np.abs(multipliers - 1))))
        lost = np.abs(multipliers) <= 1e-11 * np.abs(orbit.monodromy).max()
        exponents = np.log(np.where(lost, 1.0, multipliers)) / orbit.period
        exponents[lost], multipliers[lost] = -np.inf, 0.0
    if direction < 0:
        multipliers, exponents = 1 / multipliers, -exponents
    points = orbit.points[:, ::-1] if direction < 0 else orbit.points
    residual = max(orbit.residual, float(np.finfo(float).tiny))
    return _cycle(flow, (orbit.period, 2 * np.pi / orbit.period), exponents, multipliers, points, residual)


def _same(one: Orbit, other: Orbit) -> bool:
    return abs(one.period - other.period) <= 1e-5 * one.period and distance_to(other, one.start) <= 1e-3


def distance_to(orbit: Orbit, y: np.ndarray) -> float:
    """Distance of a point to the polygon of an orbit's points, over the orbit's size."""
    start, step = orbit.points[:, :-1], np.diff(orbit.points, axis=1)
    along = ((y[:, None] - start) * step).sum(axis=0) / np.maximum((step**2).sum(axis=0), 1e-300)
    nearest = start + np.clip(along, 0.0, 1.0) * step
    size = np.linalg.norm(orbit.points - orbit.points.mean(axis=1, keepdims=True), axis=0).max()
    return float(np.linalg.norm(y[:, None] - nearest, axis=0).min() / size)


def follow(
    flow: Flow, start: np.ndarray, resting: list[np.ndarray], known: list[Orbit], *, direction: float = 1.0
) -> Orbit | None:
    """The closed orbit that a point ends on; None where it is known, comes to rest, escapes or does not come back.

    Parameters
    ----------
    start : ndarray, shape (size,)
    resting : list of ndarrays
        The fixed points.
    known : list of Orbit
        Orbits that need no second search.
    direction : float
        −1 to run backwards in time.
    """
    scale = flow.scale
    y, window = start, _first_window(flow, start)
    for _ in range(ROUNDS):
        end, size, near = _look(flow, y, window, direction)
        if end is None:
            return None
        y = end
        if any(np.linalg.norm((y - point) / scale) < 1e-4 for point in resting) and size < 1e-3:
            return None
        if any(distance_to(orbit, y) < 3e-3 for orbit in known):
            return None
        if near is not None:
            orbit = closed_orbit(flow, near[1], near[0], direction=direction)
            if orbit is not None:
                return orbit
        window *= 1.5
    return None


def return_time(flow: Flow, start: np.ndarray) -> float:
    """After how long a point is back where it was, once it has gone round before; NaN where it does not come back."""
    y, window = start, _first_window(flow, start)
    for turn in (False, True):
        for _ in range(2 * ROUNDS):
            end, _, near = _look(flow, y, window, 1.0)
            if end is None:
                return np.nan
            if near is not None:
                break
            window *= 1.5
        else:
            return np.nan
        if turn:
            return near[0]
        y = near[1]
    return np.nan


def _first_window(flow: Flow, start: np.ndarray) -> float:
    return 8.0 / max(float(np.abs(la.eigvals(flow.jacobian(start))).max()), 1e-300)


def _look(
    flow: Flow, start: np.ndarray, window: float, direction: float
) -> tuple[np.ndarray | None, float, tuple[float, np.ndarray] | None]:
    """Where a point is after a time, how far it went, and when and where it first came near to its start.

    None instead of the place: it is gone, or too laborious to follow.

    It comes back through the plane across its first velocity.
    """
    scale = flow.scale
    bound = 1e3 * (float(scale.max()) + float(np.abs(start).max()))
    left = [LABOUR]
    normal = direction * flow(start)
    length = float(np.linalg.norm(normal))
    if length == 0:
        return None, 0.0, None

    def field(_: float, at: np.ndarray) -> np.ndarray:
        left[0] -= 1
        if left[0] < 0:
            raise Laborious
        return direction * flow(at)

    def section(_: float, at: np.ndarray) -> float:
        return float(normal @ (at - start)) / length

    def outside(_: float, at: np.ndarray) -> float:
        return float(bound - np.linalg.norm(at))

    section.direction, outside.terminal = 1.0, True  # type: ignore[attr-defined]
    options: dict[str, Any] = {"rtol": 1e-8, "atol": 1e-11 * float(scale.min()), "events": (section, outside)}
    with np.errstate(over="ignore", invalid="ignore"):  # backwards in time amplitudes explode
        try:
            run = solve_ivp(field, (0.0, window), start, method="DOP853", **options)
        except Laborious:
            return None, 0.0, None
    end = run.y[:, -1]
    if run.status != 0 or not np.isfinite(end).all():
        return None, 0.0, None
    size = float(np.linalg.norm((run.y - start[:, None]) / scale[:, None], axis=0).max())
    for time, at in zip(run.t_events[0], run.y_events[0], strict=True):
        if time > 1e-6 * window and np.linalg.norm((at - start) / scale) < NEAR * size:
            return end, size, (float(time), at)
    return end, size, None


def closed_orbit(flow: Flow, start: np.ndarray, period: float, *, direction: float = 1.0) -> Orbit | None:
    """Close an orbit by shooting; None where Newton's method leaves the neighbourhood or shrinks to a point."""
    scale = flow.scale
    y, guess, before = start, period, np.inf
    for _ in range(12):
        end, derivative, _ = propagated(flow, y, period, direction)
        if end is None:
            return None
        forward, normal = direction * flow(end), direction * flow(y)
        gap = (end - y) / scale
        system = np.block(
            [
                [(derivative - np.eye(flow.size)) * scale / scale[:, None], (forward / scale)[:, None]],
                [(normal / scale)[None, :] / max(np.linalg.norm(normal / scale), 1e-300), np.zeros((1, 1))],
            ]
        )
        step = np.linalg.lstsq(system, -np.append(gap, 0.0), rcond=1e-13)[0]
        y, period = y + scale * step[:-1], period + float(step[-1])
        if not 0.2 * guess < period < 5 * guess or not np.isfinite(y).all():
            return None
        moved = float(np.linalg.norm(step[:-1]) + abs(step[-1]) / period)
        if moved < 1e-9 * (1 + np.linalg.norm(y / scale)):
            break
        if moved > 0.7 * before:  # Newton's method is far from home: let the motion itself come nearer
            return None
        before = moved
    else:
        return None
    end, derivative, expansion = propagated(flow, y, period, direction)
    if end is None:
        return None
    points = solve_ivp(
        lambda _, at: direction * flow(at),
        (0.0, period),
        y,
        method="DOP853",
        rtol=1e-10,
        atol=1e-13 * float(scale.min()),
        t_eval=np.linspace(0, period, POINTS),
    ).y
    size = float(np.linalg.norm((points - y[:, None]) / scale[:, None], axis=0).max())
    if size < 1e-5:
        return None  # a fixed point
    points[:, -1] = points[:, 0]
    closing = float(np.linalg.norm((end - y) / scale)) / size
    return Orbit(y, period, derivative, expansion, closing, points)


def propagated(
    flow: Flow, start: np.ndarray, duration: float, direction: float = 1.0
) -> tuple[np.ndarray | None, np.ndarray, float]:
    """Φ_T(y), None where it escapes, ∂Φ_T/∂y and ∫tr J dt, from the equations of motion and their variation."""
    n = flow.size
    scale = flow.scale
    bound = 1e6 * (float(scale.max()) + float(np.abs(start).max()))

    def field(_: float, state: np.ndarray) -> np.ndarray:
        y, derivative = state[:n], state[n:-1].reshape(n, n)
        jacobian = flow.jacobian(y)
        return direction * np.concatenate([flow(y), (jacobian @ derivative).ravel(), [np.trace(jacobian)]])

    def outside(_: float, state: np.ndarray) -> float:
        return float(bound - np.linalg.norm(state[:n]))

    outside.terminal = True  # type: ignore[attr-defined]
    with np.errstate(over="ignore", invalid="ignore"):
        run = solve_ivp(
            field,
            (0.0, duration),
            np.concatenate([start, np.eye(n).ravel(), [0.0]]),
            method="DOP853",
            rtol=1e-10,
            atol=1e-12 * min(float(scale.min()), 1.0),
            events=outside,
        )
    if run.status != 0 or not np.isfinite(run.y[:, -1]).all():
        return None, np.eye(n), 0.0
    return run.y[:n, -1], run.y[n:-1, -1].reshape(n, n), float(run.y[-1, -1])


def the_cycle(flow: Flow, *, near: float | None, starts: int, seed: int) -> LimitCycle:
    """The attracting limit cycle.

    Raises
    ------
    NoLimitCycle
        If none was found.
    Undefined
        If several attract and ``near`` does not choose.
    """
    cycles = cycles_of(flow, starts=starts, seed=seed)
    stable = [cycle for cycle in cycles if cycle.stable]
    if not stable:
        others = f", but {len(cycles)} that do not attract" if cycles else ""
        turning = " Two symmetries at once make tori, not cycles." if len(flow.turns) > 1 else ""
        raise NoLimitCycle(
            f"The mean field has no attracting limit cycle{others}.{turning}",
            "Ask .fixed_points() where it rests, .limit_cycles() for all cycles, or .evolve(…) what it does.",
        )
    if len(stable) == 1:
        return stable[0]
    sizes = [sum(r * r for r in cycle.radius.values()) ** 0.5 for cycle in stable]
    if near is None:
        raise Undefined(
            f"{len(stable)} limit cycles attract, of the radii {', '.join(f'{size:.5g}' for size in sizes)}.",
            "Choose one by near=radius, or take .limit_cycles().",
        )
    return stable[int(np.argmin([abs(size - near) for size in sizes]))]
