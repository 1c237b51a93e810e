"""Moments in time, and where they come to rest."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg as la
from scipy.integrate import solve_ivp

from photinus.errors import NotConverged
from photinus.numerics.memory import require_memory
from photinus.solve.moments.hierarchy import Hierarchy
from photinus.solve.motion import MANY, Integration

LARGE = 1e60
"""Moments beyond this are no moments any more."""
PATIENCE = 40_000
"""Evaluations that one decade of time may take on the way to rest."""
RESTING = 1e-11
"""A velocity below this share of the terms that cancel in it is rounding."""
NEUTRAL = 1e-9
"""Real parts below this share of the largest eigenvalue decide nothing about stability."""


class _TooMany(Exception):
    """More evaluations than were allowed."""


@dataclass(frozen=True, eq=False)
class Rest:
    """A point where all moments rest, and the eigenvalues of the Jacobian there, largest real part first."""

    y: np.ndarray
    eigenvalues: np.ndarray


def _run(system: Hierarchy, start: np.ndarray, times: np.ndarray, allowed: int, **options: Any) -> np.ndarray:
    left = [allowed]

    def field(_: float, y: np.ndarray) -> np.ndarray:
        left[0] -= 1
        if left[0] < 0:
            raise _TooMany
        return system(y)

    def escape(_: float, y: np.ndarray) -> float:
        return LARGE - float(np.abs(y).max(initial=0.0))

    escape.terminal = True  # type: ignore[attr-defined]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # LSODA gives up aloud; its status says so too
        found = solve_ivp(field, (times[0], times[-1]), start, t_eval=times, events=escape, **options)
    if found.status != 0 or not np.isfinite(found.y).all():
        last = max([float(times[0]), *found.t[-1:], *(found.t_events[0][-1:] if found.t_events else ())])
        raise NotConverged(
            f"The moments grow without bound, or cannot be followed, beyond the time {last:g}.",
            "Check that gain is limited by loss; if it is, the closure fails here: raise the order, or use ph.evolve "
            "and ph.steady_state.",
        )
    return np.asarray(found.y)


def followed(system: Hierarchy, start: np.ndarray, times: np.ndarray, method: Integration) -> np.ndarray:
    """y(t) from y(times[0]) = start, shape (size, times).

    Raises
    ------
    NotConverged
        If the moments grow without bound.
    """
    require_memory(8.0 * system.size * len(times), None, "The motion", "Ask for fewer times.")
    accuracy = {"rtol": method.tolerance, "atol": 1e-3 * method.tolerance}
    if not method.stiff:
        try:
            return _run(system, start, times, MANY if method.stiff is None else 10**12, method="DOP853", **accuracy)
        except _TooMany:
            pass
    return _run(system, start, times, 10**12, **_implicit(system), **accuracy)


def _implicit(system: Hierarchy) -> dict[str, Any]:
    require_memory(24.0 * system.size**2, None, "A Jacobian", "Lower the order, or use a symmetry.")

    def jacobian(_: float, y: np.ndarray) -> np.ndarray:
        return system.jacobian(y)

    return {"method": "LSODA" if system.size <= 200 else "BDF", "jac": jacobian}


def rest_from(system: Hierarchy, start: np.ndarray) -> Rest:
    """Where the moments come to rest: decades of time, each followed by Newton's method.

    Newton's point is taken where it is near the point that time led to, or is the only one, and does not repel.

    Raises
    ------
    NotConverged
        If the moments do not come to rest, or grow without bound.
    """
    if not system(start).any():
        rest = _newton(system, start, 0.0)  # it does not move, and is the answer unless it repels
        if rest is not None:
            return rest
    jacobian = system.jacobian(start)
    balanced = jacobian / _row_scales(jacobian)[:, None]
    if system.field.degree <= 1 and np.linalg.matrix_rank(balanced, rtol=1e-12) == system.size:
        rest = _newton(system, start, np.inf)  # the only one
        if rest is not None:
            return rest
    y = start
    duration = 10.0 / max(float(np.abs(jacobian).sum(axis=1).max(initial=0.0)), 1e-300)
    for _ in range(14):
        try:
            end = np.array([0.0, duration])
            y = _run(system, y, end, PATIENCE, rtol=1e-8, atol=1e-11, **_implicit(system))[:, -1]
        except _TooMany:
            break
        rest = _newton(system, y, 0.05 * (1 + float(np.abs(y).max(initial=0.0))))
        if rest is not None:
            return rest
        duration *= 10
    raise NotConverged(
        f"The moments do not come to rest within the time {duration:.3g}.",
        "Start elsewhere with near=…, raise the order, or look at .evolve(…): they may oscillate.",
    )


def _row_scales(jacobian: np.ndarray) -> np.ndarray:
    largest = np.abs(jacobian).max(axis=1, initial=0.0)
    return np.where(largest > 0, largest, 1.0)


def _newton(system: Hierarchy, start: np.ndarray, reach: float) -> Rest | None:
    """The point at rest within ``reach``, if Newton's method finds one that does not repel."""
    y = start
    for _ in range(12):
        jacobian = system.jacobian(y)
        velocity = system(y)
        rows = _row_scales(jacobian)  # slow equations count as much as fast ones
        step, _, rank, _ = la.lstsq(jacobian / rows[:, None], velocity / rows, cond=1e-12, check_finite=False)
        if rank < system.size:  # a step in the range of J, as motion itself: it keeps what is conserved
            step = jacobian @ la.lstsq(jacobian @ jacobian, velocity, cond=1e-13, check_finite=False)[0]
        if not np.isfinite(step).all() or np.abs(y - step - start).max(initial=0.0) > reach:
            return None
        y = y - step
        if np.abs(step).max(initial=0.0) <= 1e-14 * np.abs(y).max(initial=0.0):
            break
    jacobian = system.jacobian(y)
    floor = 1e-15 * float(np.abs(jacobian).max(initial=0.0)) * float(np.abs(y).max(initial=0.0))
    if (np.abs(system(y)) > RESTING * system.magnitude(y) + floor).any():
        return None
    eigenvalues = la.eigvals(jacobian)
    eigenvalues = eigenvalues[np.argsort(-eigenvalues.real)]
    repels = eigenvalues.real.max(initial=-np.inf) > NEUTRAL * np.abs(eigenvalues).max(initial=0.0)
    return None if repels else Rest(y, eigenvalues)
