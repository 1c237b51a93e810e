"""The phase sensitivity Z of a limit cycle: the gradient of its phase, Z·F = ω (Kuramoto1984, Brown2004).

Z obeys the adjoint equation dZ/dt = −J(t)ᵀZ along the cycle, with the period of the cycle. It is carried *backwards*
from point to point with the transposed derivative of the flow, which damps what is not Z. On a ring, where a symmetry
turns phases, Z is the left null vector of the Jacobian in the frame that turns along, and turns as the ring does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photinus.errors import NotConverged, Undefined
from photinus.solve.classical import Flow
from photinus.solve.fixed_points import length_gradients
from photinus.solve.limit_cycle import LimitCycle, propagated
from photinus.solve.motion import packed

TAU = 2 * np.pi
POINTS = 128
"""Phases of a ring, and of a cycle to begin with."""
MOST = 2048
"""Phases of a cycle at most."""


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A cycle and its phase sensitivity in real coordinates, at phases φ_j = 2πj/N.

    Attributes
    ----------
    orbit, gradient : ndarray, shape (size, N)
        y and Z = ∂φ/∂y.
    frequency : float
        dφ/dt.
    error : float
        Largest |Z·F/ω − 1| and gap of the orbit (of a ring: what is left of the adjoint equation), relative.
    """

    orbit: np.ndarray
    gradient: np.ndarray
    frequency: float
    error: float


def sensitivity(flow: Flow, cycle: LimitCycle) -> Tabulated:
    """The phase sensitivity of a limit cycle.

    The phase grows with the angle of the first site that goes round the origin once (arg α, azimuth) and is 0 where
    that angle is; if none does, it grows with time from where the first site that moves has its largest Re α.

    Raises
    ------
    Undefined
        If another motion is as slow as the phase.
    NotConverged
        If 2048 phases do not resolve the cycle.
    """
    start = packed(flow, {name: value[0] for name, value in cycle.values.items()})
    return _ring(flow, start) if cycle.ring else _closed(flow, cycle, start)


def _ring(flow: Flow, start: np.ndarray) -> Tabulated:
    tangents = np.array([flow.tangent(start, w) for w in flow.turns])
    velocity = flow(start)
    weights = flow.turns[int(np.argmax(np.linalg.norm(tangents, axis=1)))].copy()
    planes = flow.offsets[:-1]
    radii = np.hypot(start[planes], start[planes + 1])
    moving = (radii > 1e-9 * radii.max()) & (weights != 0)
    weights /= np.gcd.reduce(np.abs(weights[moving]).astype(int))
    first = int(np.flatnonzero(moving & (np.abs(weights) == np.abs(weights[moving]).min()))[0])
    weights *= np.sign(weights[first])
    angle = np.arctan2(start[planes[first] + 1], start[planes[first]])
    y = flow.turned(start, weights, -angle / weights[first])
    tangent = flow.tangent(y, weights)
    frequency = float(velocity @ flow.tangent(start, weights) / (tangent @ tangent))
    jacobian = flow.jacobian(y)
    if abs(frequency) <= 1e-14 * float(np.linalg.norm(jacobian)):  # rounding: the ring stands still
        frequency = 0.0
    relative = jacobian - frequency * flow.turn_matrix(weights)
    z = _left_vector(flow, y, relative, tangent)
    size = float(np.linalg.norm(relative)) * float(np.linalg.norm(z))
    error = float(np.linalg.norm(z @ relative)) / size if size else 0.0
    angles = TAU * np.arange(POINTS) / POINTS
    orbit, gradient = (np.stack([flow.turned(v, weights, phi) for phi in angles], axis=1) for v in (y, z))
    return Tabulated(orbit, gradient, frequency, error)


def _closed(flow: Flow, cycle: LimitCycle, start: np.ndarray) -> Tabulated:
    winding, start = _origin(flow, cycle, start)
    points = POINTS
    while points <= MOST:
        orbit, gradient, error = _adjoint(flow, start, cycle.period, points)
        tails = [np.abs(np.fft.rfft(table, axis=1)) for table in (orbit, gradient)]
        if all(t[:, -points // 16 :].max() <= 1e-8 * t.max() for t in tails):
            frequency = winding * TAU / cycle.period
            if winding < 0:  # the phase falls with time
                orbit, gradient = (np.roll(table[:, ::-1], 1, axis=1) for table in (orbit, gradient))
            return Tabulated(orbit, gradient * frequency, frequency, error)
        points *= 2
    raise NotConverged(
        f"The limit cycle of period {cycle.period:g} is not resolved by {MOST} phases.",
        "Take parameters at which its slow and fast parts differ less, farther from the edge of a tongue.",
    )


def _origin(flow: Flow, cycle: LimitCycle, start: np.ndarray) -> tuple[int, np.ndarray]:
    """Whether the phase grows (1) or falls (−1) with time, and the point of phase 0."""
    places = flow.offsets[:-1]
    orbit = packed(flow, cycle.values)
    size = np.hypot(orbit[places], orbit[places + 1]).max(axis=1)
    span = np.ptp(orbit[places], axis=1) + np.ptp(orbit[places + 1], axis=1)
    angle = np.unwrap(np.arctan2(orbit[places + 1], orbit[places]), axis=1)
    turns = np.round((angle[:, -1] - angle[:, 0]) / TAU).astype(int)
    moves = span > 1e-6 * max(size.max(), 1e-300)
    once = np.flatnonzero(moves & (np.abs(turns) == 1))
    if not len(once):
        row = places[int(np.flatnonzero(moves)[0])]
        near = int(orbit[row, :-1].argmax())
        return 1, _slid(flow, orbit[:, near], cycle.period, lambda y: float(flow(y)[row]))
    site = int(once[0])
    row = places[site]
    off = np.abs(np.angle(orbit[row, :-1] + 1j * orbit[row + 1, :-1]))
    return int(turns[site]), _slid(flow, orbit[:, int(off.argmin())], cycle.period, lambda y: float(y[row + 1]))


def _slid(flow: Flow, near: np.ndarray, period: float, miss: object) -> np.ndarray:
    """The point of an orbit, close to one of its points, at which ``miss`` vanishes: the secant method in time."""
    assert callable(miss)
    y, step = near, 0.01 * period / 129
    for _ in range(20):
        value = miss(y)
        ahead, _, _ = propagated(flow, y, abs(step), 1.0 if step > 0 else -1.0)
        if value == 0 or ahead is None:
            break
        slope = (miss(ahead) - value) / step
        move = float(np.clip(-value / slope, -period / 64, period / 64)) if slope else 0.0
        if abs(move) <= 1e-13 * period:
            break
        moved, _, _ = propagated(flow, y, abs(move), 1.0 if move > 0 else -1.0)
        if moved is None:
            break
        y, step = moved, max(abs(move), 1e-6 * period) * 1e-2
    return y


def _adjoint(flow: Flow, start: np.ndarray, period: float, points: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Points and Z, with Z·F = 1, at equal steps of time, and the error."""
    orbit, steps = [start], []
    for _ in range(points):
        end, derivative, _ = propagated(flow, orbit[-1], period / points)
        if end is None:
            raise NotConverged("The motion along the limit cycle escapes.", "Find the cycle with a smaller residual.")
        orbit.append(end)
        steps.append(derivative)
    table = np.stack(orbit, axis=1)
    velocity = flow(table)
    monodromy = np.eye(flow.size)
    for step in steps:
        monodromy = step @ monodromy
    z = _left_vector(flow, start, monodromy - np.eye(flow.size), velocity[:, 0])
    gradient = [z]
    for step in reversed(steps):
        gradient.append(step.T @ gradient[-1])
    covered = np.stack(gradient[::-1], axis=1)
    for k, lengths in enumerate(length_gradients(flow, table)):
        for along in lengths:
            covered[:, k] -= along * (along @ covered[:, k]) / (along @ along)
    normal = np.einsum("ij,ij->j", covered, velocity)
    size = max(float(np.linalg.norm(np.ptp(table, axis=1))), 1e-300)
    error = max(float(np.abs(normal - 1).max()), float(np.linalg.norm(table[:, -1] - start)) / size)
    return table[:, :-1], (covered / normal)[:, :-1], error


def _left_vector(flow: Flow, y: np.ndarray, matrix: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """The vector z with zᵀA = 0 and z·(forward velocity) = 1; along conserved lengths of spins it is 0."""
    speed = float(np.linalg.norm(forward))
    rows = [matrix.T / (float(np.linalg.norm(matrix)) or 1.0), forward[None, :] / speed]
    rows += [along[None, :] / np.linalg.norm(along) for along in length_gradients(flow, y)]
    system = np.vstack(rows)
    right = np.zeros(len(system))
    right[flow.size] = 1.0 / speed
    z, _, _, sizes = np.linalg.lstsq(system, right, rcond=None)
    if sizes[-1] <= 1e-9 * sizes[0]:
        raise Undefined(
            "A deviation from the limit cycle neither grows nor decays: its phase is not defined.",
            "Add a term that restores the amplitude, or lift the second symmetry.",
        )
    return np.asarray(z)
