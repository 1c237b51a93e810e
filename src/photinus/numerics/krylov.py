"""GMRES with a right preconditioner, for consistent systems that may be singular.

What a long cycle has found of the slow directions of A P is taken out of the next cycle, and of the next system with
the same A P (GCRO-DR: Parks, de Sturler, Mackey, Johnson, Maiti 2006).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import scipy.linalg as la

Apply = Callable[[np.ndarray], np.ndarray]
TRIAL = 24
"""Products after which a pace is judged."""
SLOW = 8
"""Directions that are kept from cycle to cycle."""
LONG = 20
"""Products of a cycle from which on it is worth to look for them."""


@dataclass(slots=True)
class Cycles:
    """Cycles of GMRES with one matrix A P, and the slow directions that they have found.

    Attributes
    ----------
    length : int
        Vectors of a cycle.
    directions, images : ndarray, (k, n)
        Rows z and A P z; the images are orthonormal.
    """

    length: int = 60
    directions: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    images: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    def __len__(self) -> int:
        return len(self.images)

    def suit(self, target: np.ndarray) -> None:
        """Forget what was found with complex coefficients where they are to be real, and the reverse."""
        if len(self) and np.iscomplexobj(self.images) != np.iscomplexobj(target):
            self.directions = self.images = np.zeros((0, 0))

    def solved(self, residual: np.ndarray) -> tuple[np.ndarray | float, np.ndarray]:
        """The z in these directions that lowers a residual most, and what is left of the residual."""
        if not len(self):
            return 0.0, residual
        weights = np.conj(self.images @ np.conj(residual))
        return weights @ self.directions, residual - weights @ self.images

    def learn(self, basis: np.ndarray, hessenberg: np.ndarray, coupling: np.ndarray) -> None:
        """Take the harmonic Ritz vectors of smallest value of the space that a cycle has searched.

        With W = (directions, basis) and Ŵ = (images, basis and one more), A P W = Ŵ G.
        """
        used, k = hessenberg.shape[1], len(self)
        lengths = np.linalg.norm(self.directions, axis=1) if k else np.zeros(0)
        image = np.zeros((k + used + 1, k + used), dtype=hessenberg.dtype)
        image[:k, :k], image[:k, k:], image[k:, k:] = np.diag(1 / lengths), coupling, hessenberg
        overlap = np.zeros_like(image)
        overlap[k:-1, k:] = np.eye(used)
        if k:
            old = self.directions / lengths[:, None]
            overlap[:k, :k], overlap[k:, :k] = self.images.conj() @ old.T, basis.conj() @ old.T
        adjoint = image.conj().T
        values, vectors = la.eig(adjoint @ image, adjoint @ overlap, check_finite=False)
        size = np.where(np.isfinite(values), np.abs(values), np.inf)
        chosen = vectors[:, np.argsort(size, kind="stable")]
        if not np.iscomplexobj(image):  # of a conjugate pair the real and the imaginary part
            parts = np.stack([chosen.real, chosen.imag], axis=2).reshape(len(chosen), -1)
            chosen = parts[:, np.linalg.norm(parts, axis=0) > 1e-6]
        chosen = la.orth(chosen[:, :SLOW], rcond=1e-6)
        moved = image @ chosen
        directions, images = chosen[k:].T @ basis[:-1], moved[k:].T @ basis
        if k:
            directions += chosen[:k].T @ old
            images += moved[:k].T @ self.images
        orthonormal, triangle = la.qr(images.T, mode="economic", overwrite_a=True, check_finite=False)
        sizes = np.abs(np.diagonal(triangle))
        if sizes.size and sizes.min() > 1e-10 * np.abs(image).max():
            self.images = np.ascontiguousarray(orthonormal.T)
            self.directions = la.solve_triangular(triangle, directions, trans="T", check_finite=False)


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
    maximum: int = 2000,
    product: Apply | None = None,
    pace: float = 1.0,
    cycles: Cycles | None = None,
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
    maximum : int
        Bound on the number of products.
    product : callable, optional
        y ↦ A P y, where it costs less than P and A one after the other.
    pace : float
        Give up after ``TRIAL`` products where the residual falls by less than this factor per product.
    cycles : Cycles, optional
        Their length, and what they know from another b with the same A and P; what this call finds is added.
    """
    cycles = Cycles() if cycles is None else cycles
    cycles.suit(target)
    norm = float(np.linalg.norm(target))
    x = np.zeros_like(target)
    if norm == 0:
        return KrylovResult(x, 0.0, 0, True)
    together = product or (lambda y: apply(precondition(y)))
    residual, size, products = target, norm, 0
    while products < maximum:
        length = min(cycles.length, maximum - products)
        least = pace**TRIAL * norm if products == 0 else np.inf
        step, used = _cycle(together, residual, (tolerance * norm, least), length, cycles)
        x = x + precondition(step)
        residual = target - apply(x)
        products += used + 1
        before, size = size, float(np.linalg.norm(residual))
        if size <= 1.05 * tolerance * norm or not np.isfinite(size):
            break
        if size > 0.98 * before or (products == TRIAL + 1 and size > 0.5 * least):
            break
    return KrylovResult(x, size / norm, products, bool(size <= 1.05 * tolerance * norm))


def _cycle(
    product: Apply, residual: np.ndarray, goals: tuple[float, float], length: int, cycles: Cycles
) -> tuple[np.ndarray, int]:
    """One cycle: the update z of P⁻¹x and the number of products. Classical Gram-Schmidt, repeated where it cancels."""
    goal, least = goals
    known, residual = cycles.solved(residual)
    beta = float(np.linalg.norm(residual))
    basis = np.empty((length + 1, residual.size), dtype=residual.dtype)  # pages that stay untouched take no memory
    basis[0] = residual / beta
    hessenberg = np.zeros((length + 1, length), dtype=residual.dtype)
    triangle = np.zeros((length, length), dtype=residual.dtype)
    coupling = np.zeros((len(cycles), length), dtype=residual.dtype)
    rotations: list[tuple[complex, complex]] = []
    rhs = np.zeros(length + 1, dtype=residual.dtype)
    rhs[0] = beta
    used = 0
    for j in range(length):
        w = product(basis[j])
        if len(cycles):
            coupling[:, j] = np.conj(cycles.images @ np.conj(w))
            w = w - coupling[:, j] @ cycles.images
        column, height = _orthogonalised(w, basis[: j + 1], basis[j + 1])
        hessenberg[: j + 1, j], hessenberg[j + 1, j] = column, height
        for k, (c, s) in enumerate(rotations):
            x, y = column[k], column[k + 1]
            column[k], column[k + 1] = c * x + s * y, -np.conj(s) * x + c * y
        c, s, radius = _rotation(column[j], height)
        rotations.append((c, s))
        triangle[:j, j], triangle[j, j] = column[:j], radius
        rhs[j + 1] = -np.conj(s) * rhs[j]
        rhs[j] = c * rhs[j]
        used = j + 1
        if abs(rhs[used]) <= goal or height <= 1e-14 * beta or (used == TRIAL and abs(rhs[used]) > least):
            break
    y = np.linalg.lstsq(triangle[:used, :used], rhs[:used], rcond=1e-15)[0]
    step = known + y @ basis[:used]
    if len(cycles):
        step = step - (coupling[:, :used] @ y) @ cycles.directions
    if used >= LONG:
        cycles.learn(basis[: used + 1], hessenberg[: used + 1, :used], coupling[:, :used])
    return step, used


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
