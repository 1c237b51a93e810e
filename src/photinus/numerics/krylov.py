"""GMRES with a right preconditioner, for consistent systems that may be singular."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Apply = Callable[[np.ndarray], np.ndarray]
TRIAL = 24
"""Products after which a pace is judged."""


@dataclass(frozen=True, slots=True)
class KrylovResult:
    """The outcome of GMRES.

    Attributes
    ----------
    vector : ndarray
        The solution x.
    residual : float
        ‖b − A x‖ / ‖b‖, computed afresh from x and not from the recurrence.
    products : int
        Number of products with A.
    converged : bool
        Whether the tolerance was reached.
    """

    vector: np.ndarray
    residual: float
    products: int
    converged: bool


def gmres(
    apply: Apply,
    target: np.ndarray,
    precondition: Apply,
    *,
    tolerance: float,
    restart: int = 60,
    maximum: int = 2000,
    product: Apply | None = None,
    pace: float = 1.0,
) -> KrylovResult:
    """Solve A x = b with x = P z, minimising ‖b − A P z‖ over growing Krylov spaces.

    Right preconditioning keeps the residual true: it belongs to A, however crude P is. The iteration gives up when a
    whole cycle gains less than 2 %.

    Parameters
    ----------
    apply, precondition : callables
        x ↦ A x and y ↦ P y.
    target : ndarray
        b; it must lie in the range of A. Real where the coefficients are to be real: a complex vector is handed over
        as its real and imaginary parts.
    tolerance : float
        Bound on ‖b − A x‖/‖b‖.
    restart, maximum : int
        Length of a cycle; bound on the number of products.
    product : callable, optional
        y ↦ A P y, where it costs less than P and A one after the other.
    pace : float
        Give up after ``TRIAL`` products where the residual falls by less than this factor per product.
    """
    norm = float(np.linalg.norm(target))
    x = np.zeros_like(target)
    if norm == 0:
        return KrylovResult(x, 0.0, 0, True)
    together = product or (lambda y: apply(precondition(y)))
    residual, size, products = target, norm, 0
    while products < maximum:
        length = min(restart, maximum - products)
        least = pace**TRIAL * norm if products == 0 else np.inf
        step, used = _cycle(together, precondition, residual, (tolerance * norm, least), length)
        x = x + step
        residual = target - apply(x)
        products += used + 1
        before, size = size, float(np.linalg.norm(residual))
        if size <= 1.05 * tolerance * norm or not np.isfinite(size):
            break
        if size > 0.98 * before or (products == TRIAL + 1 and size > 0.5 * least):
            break
    return KrylovResult(x, size / norm, products, bool(size <= 1.05 * tolerance * norm))


def _cycle(
    product: Apply, precondition: Apply, residual: np.ndarray, goals: tuple[float, float], length: int
) -> tuple[np.ndarray, int]:
    """One cycle: the update of x and the number of products. Classical Gram-Schmidt, repeated where it cancels."""
    goal, least = goals
    beta = float(np.linalg.norm(residual))
    basis = np.empty((length + 1, residual.size), dtype=residual.dtype)  # pages that stay untouched take no memory
    basis[0] = residual / beta
    hessenberg = np.zeros((length + 1, length), dtype=residual.dtype)
    rotations: list[tuple[complex, complex]] = []
    rhs = np.zeros(length + 1, dtype=residual.dtype)
    rhs[0] = beta
    used = 0
    for j in range(length):
        w = product(basis[j])
        column, height = _orthogonalised(w, basis[: j + 1], basis[j + 1])
        for k, (c, s) in enumerate(rotations):
            x, y = column[k], column[k + 1]
            column[k], column[k + 1] = c * x + s * y, -np.conj(s) * x + c * y
        c, s, radius = _rotation(column[j], height)
        rotations.append((c, s))
        hessenberg[: j + 1, j] = column
        hessenberg[j, j] = radius
        rhs[j + 1] = -np.conj(s) * rhs[j]
        rhs[j] = c * rhs[j]
        used = j + 1
        if abs(rhs[used]) <= goal or height <= 1e-14 * beta or (used == TRIAL and abs(rhs[used]) > least):
            break
    y = np.linalg.lstsq(hessenberg[:used, :used], rhs[:used], rcond=1e-15)[0]
    return precondition(y @ basis[:used]), used


def _orthogonalised(w: np.ndarray, basis: np.ndarray, out: np.ndarray) -> tuple[np.ndarray, float]:
    """⟨v_k, w⟩, and the length of what is left of w, which is written to ``out`` at unit length.

    A second pass is made where the first one left less than a tenth, so that rounding is not blown up.
    """
    before = float(np.linalg.norm(w))
    column = np.conj(basis @ np.conj(w))  # conjugating w, not the whole basis
    np.subtract(w, column @ basis, out=out)
    height = float(np.linalg.norm(out))
    if height < 0.1 * before:
        again = np.conj(basis @ np.conj(out))
        out -= again @ basis
        column += again
        height = float(np.linalg.norm(out))
    if height > 0:
        out /= height
    return column, height


def _rotation(x: complex, y: float) -> tuple[float, complex, complex]:
    """c, s, r with [c s; −s̄ c][x; y] = [r; 0]."""
    length = float(np.hypot(abs(x), y))
    if length == 0:
        return 1.0, 0.0, 0.0
    if x == 0:
        return 0.0, 1.0, y
    phase = x / abs(x)
    return abs(x) / length, phase * y / length, phase * length
