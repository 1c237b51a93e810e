"""Moments of a phase over a window, from the harmonics of its density.

Over a window that starts at θ let A_q(k) be the average of φ^q e^{−ikφ}, either over its N angles θ + jh, h = 2π/N, or
over all angles (h = 0). Shifting φ by h changes only what enters and leaves the window, e^{−ikθ}[(θ + 2π)^q − θ^q]/N:

    A_q(k) (e^{−ikh} − 1)/h = Δ_q e^{−ikθ} − e^{−ikh} Σ_{j<q} C(q, j) h^{q−1−j} A_j(k),   Δ_q = [(θ + 2π)^q − θ^q]/2π,

for k ≠ 0, and (q + 1) A_q(0) = Δ_{q+1} − Σ_{j<q} C(q + 1, j) h^{q−j} A_j(0). For h = 0 that is the integration by parts
of ∫ φ^q e^{−ikφ} dφ. The moments of a density with the harmonics c_k are ⟨φ^q⟩ = A_q(0) + 2 Re Σ_{k>0} c_k A_q(k), in a
time that does not depend on the number of angles.
"""

from __future__ import annotations

from math import comb

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number, whole_number

TAU = 2 * np.pi
FARTHEST = 1e6  # powers of a start beyond would lose their digits, and then overflow
HIGHEST_ORDER = 12  # the recursion loses a factor q!/π^q where k is small: four digits at 12


def window_moment(
    harmonics: np.ndarray, order: int, start: float, *, about: float = 0.0, points: int | None = None
) -> float:
    """⟨(φ − about)^order⟩ with φ in the window [start, start + 2π).

    Parameters
    ----------
    harmonics : ndarray
        c_0 = 1, c_1 = ⟨e^{iφ}⟩, c_2, …; fewer than ``points`` where these are given.
    order : int
        From 0 to 12.
    start, about : float
        Angles (rad).
    points : int, optional
        Number of equidistant angles, the first at ``start``; by default all angles of the window.

    Raises
    ------
    InvalidInput
        For an order outside its range, or an angle that is not a finite number, or a million radians away.
    """
    q = whole_number(order, "order of a moment", minimum=0)
    if q > HIGHEST_ORDER:
        raise InvalidInput(
            f"The moment ⟨φ^{q}⟩ over a window is asked for.", f"Give an order of at most {HIGHEST_ORDER}."
        )
    about = real_number(about, "angle about which a moment is taken")
    start = real_number(start, "start of the window")
    if abs(start) > FARTHEST:
        raise InvalidInput(f"The window starts at {start:.6g}.", "Take off whole turns of 2π.")
    start -= about
    k = np.arange(1, len(harmonics))
    uniform, waves = _averages(q, k, start, 0.0 if points is None else TAU / points)
    return float(uniform + 2 * (harmonics[1:] * np.exp(-1j * k * about) @ waves).real)


def window_variance(harmonics: np.ndarray, start: float, *, points: int | None = None) -> float:
    """The variance of φ over the window [start, start + 2π), taken about its mean there so that nothing cancels."""
    mean = window_moment(harmonics, 1, start, points=points)
    return max(0.0, window_moment(harmonics, 2, start, about=mean, points=points))


def _averages(order: int, k: np.ndarray, start: float, h: float) -> tuple[float, np.ndarray]:
    """A_order(0), and A_order(k) for every k > 0."""
    end = start + TAU
    jump = [(end**q - start**q) / TAU for q in range(order + 2)]
    edge, turn = np.exp(-1j * k * start), np.exp(-1j * k * h)
    slope = np.expm1(-1j * k * h) / h if h else -1j * k
    uniform: list[float] = []
    waves: list[np.ndarray] = []
    for q in range(order + 1):
        past = sum(comb(q + 1, j) * h ** (q - j) * uniform[j] for j in range(q))
        uniform.append((jump[q + 1] - past) / (q + 1))
        passed = sum((comb(q, j) * h ** (q - 1 - j) * waves[j] for j in range(q)), start=np.zeros(len(k), complex))
        waves.append((jump[q] * edge - turn * passed) / slope)
    return uniform[order], waves[order]
