"""Kernels: the right and left null spaces of a square matrix whose eigenvalue zero is semisimple.

Right vectors obey A r = 0, left ones l†A = 0; they are biorthonormal, l_i†r_j = δ_ij, so that Σ r_i l_i† is the
spectral projection. What counts as zero is an eigenvalue of modulus at most 100 ε‖A‖₁; one that lies within a factor of
100 above it can be told from zero by nobody, and the kernel says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from photinus.errors import NotConverged

EPS = float(np.finfo(float).eps)
ZERO = 100 * EPS
"""Eigenvalues of at most this times ‖A‖₁ count as zero."""
DOUBTFUL = 100.0
"""Eigenvalues up to this times the threshold are neither zero nor certainly different from it."""
BLOCK = 6
"""Vectors that inverse iteration starts with; one that does not belong to the kernel is needed to see its end."""
LARGEST_BLOCK = 400
"""So many vectors are enough to give up."""
ROUNDS = 40
SMALL = 1000
"""Unknowns up to which a Schur form answers what inverse iteration cannot."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """The null space of a matrix A.

    Attributes
    ----------
    right, left : ndarray, shape (n, m)
        Columns r and l with l_i†r_j = δ_ij; the r are orthonormal.
    gap : float
        The smallest modulus of an eigenvalue that does not count as zero; infinite where there is none.
    threshold : float
        100 ε‖A‖₁, up to which an eigenvalue counts as zero.
    residual : float
        The largest of ‖A r‖ and ‖A†l‖/‖l‖, relative to ‖A‖₁.
    """

    right: np.ndarray
    left: np.ndarray
    gap: float
    threshold: float
    residual: float

    @property
    def dimension(self) -> int:
        """M."""
        return int(self.right.shape[1])

    @property
    def separation(self) -> float:
        """The gap in units of the threshold."""
        return self.gap / self.threshold if self.threshold > 0 else np.inf

    @property
    def doubtful(self) -> bool:
        """Whether an eigenvalue lies so close above the threshold that it may be zero."""
        return self.separation < DOUBTFUL


def dense_kernel(matrix: np.ndarray, *, slack: float = 0.0, scale: float = 0.0) -> Kernel:
    """By an ordered Schur form A = Z T Z†, T = [[T₀, B], [0, T₁]] with the zeros in T₀.

    ``slack`` is a modulus up to which an eigenvalue counts as zero where 100 ε‖A‖₁ is smaller; ``scale`` the norm of
    what A is a block of, which takes the place of a smaller ‖A‖₁: a block may consist of rounding errors alone.
    """
    n = len(matrix)
    size = max(float(np.abs(matrix).sum(axis=0).max(initial=0.0)), scale)
    threshold = max(ZERO * size, slack)
    if not n:
        return Kernel(np.zeros((0, 0)), np.zeros((0, 0)), np.inf, threshold, 0.0)
    triangle, basis, count = _ordered_schur(matrix.astype(complex), threshold)
    values = np.abs(np.diagonal(triangle)[count:])
    # [1 X] T = T₀ [1 X] makes [1 X] Z† the left vectors, already biorthonormal to the first columns of Z.
    x = la.solve_sylvester(triangle[:count, :count], -triangle[count:, count:], triangle[:count, count:])
    left = basis @ np.vstack([np.eye(count), x.conj().T])
    return _judged(matrix, basis[:, :count], left, (float(values.min(initial=np.inf)), threshold), size)


def sparse_kernel(matrix: sp.csc_array, *, expected: int = 0, slack: float = 0.0, scale: float = 0.0) -> Kernel:
    """By inverse iteration with blocks that grow until they hold more than the kernel.

    Parameters
    ----------
    matrix : csc_array
        Its spectrum must not lie right of the imaginary axis.
    expected : int
        The dimension that is guessed; a good guess saves a refused block.
    slack, scale : float
        As in :func:`dense_kernel`.

    Raises
    ------
    NotConverged
        If the iteration does not settle.
    """
    n = matrix.shape[0]
    size = max(float(abs(matrix).sum(axis=0).max()) if matrix.nnz else 0.0, scale)
    if n <= 4 * BLOCK or not size:
        return dense_kernel(matrix.toarray(), slack=slack, scale=scale)
    # The spectrum lies left of the imaginary axis, a shift to the right of it is never an eigenvalue.
    factors = sla.splu((matrix - 1e-7 * size * sp.eye_array(n)).tocsc(), permc_spec="COLAMD")
    adjoint = matrix.conj().T.tocsc()
    block, threshold = max(BLOCK, expected + 3), max(ZERO * size, slack)
    while True:
        block = min(block, n)
        right, gap = _nearest(matrix, lambda x: factors.solve(x, "N"), block, threshold)
        if right is not None:
            break
        if 3 * block > n or (3 * block > LARGEST_BLOCK and n <= SMALL):
            return dense_kernel(matrix.toarray(), slack=slack, scale=scale)
        if block >= LARGEST_BLOCK:
            raise NotConverged(f"Inverse iteration with {block} vectors does not settle.", "Use method=ph.Dense().")
        block *= 3
    left, other = _nearest(adjoint, lambda x: factors.solve(x, "H"), block, threshold)
    alike = left is not None and left.shape == right.shape
    if not alike and n <= SMALL:  # hardly separated: the Schur form tells how hardly
        return dense_kernel(matrix.toarray(), slack=slack, scale=scale)
    if left is None or not alike:
        raise NotConverged(
            f"{right.shape[1]} right null vectors are found, and another number of left ones.",
            "Use method=ph.Dense().",
        )
    overlap = left.conj().T @ right
    if right.shape[1] and la.svdvals(overlap)[-1] < 1e-9:
        raise NotConverged("The right and left null vectors are orthogonal: zero is defective.", "Use ph.Dense().")
    dual = left @ la.inv(overlap).conj().T if right.shape[1] else left
    return _judged(matrix, right, dual, (min(gap, other), threshold), size)


def _nearest(
    matrix: sp.csc_array, solve: Callable[[np.ndarray], np.ndarray], block: int, threshold: float
) -> tuple[np.ndarray | None, float]:
    """An orthonormal basis of the kernel and the gap above it; None where the block is too small to tell.

    It is where all of it belongs to the kernel, and where more modes than it holds are so slow that the iteration
    hardly tells them from zero.
    """
    rng = np.random.default_rng(11)
    x = rng.normal(size=(matrix.shape[0], block)).astype(matrix.dtype)
    before = (-1, 0.0)
    for _ in range(ROUNDS):
        x = la.qr(solve(np.ascontiguousarray(x)), mode="economic", check_finite=False)[0]
        image = matrix @ x
        small = (x.conj().T @ image).astype(complex)
        triangle, basis, count = _ordered_schur(small, threshold)
        if count == block:
            return None, 0.0
        gap = float(np.abs(np.diagonal(triangle)[count:]).min())
        kernel = x @ basis[:, :count]
        residual = np.linalg.norm(image @ basis[:, :count], axis=0).max(initial=0.0)
        settled = before[0] == count and abs(gap - before[1]) <= 0.1 * gap and residual <= threshold
        if settled and _separates(x, image, small, gap):
            return kernel, gap
        before = (count, gap)
    return None, 0.0


def _separates(x: np.ndarray, image: np.ndarray, small: np.ndarray, gap: float) -> bool:
    """Whether the nearest mode that is not zero is one: its residual is below its eigenvalue."""
    triangle, basis, count = _ordered_schur(small, 1.001 * gap)
    rest = image @ basis[:, :count] - x @ (basis[:, :count] @ triangle[:count, :count])
    return bool(np.linalg.norm(rest, axis=0).max() <= 0.1 * gap)


def _ordered_schur(matrix: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray, int]:
    triangle, basis, count = la.schur(
        matrix, output="complex", sort=lambda value: abs(value) <= threshold, check_finite=False
    )
    return triangle, basis, int(count)


def _judged(
    matrix: np.ndarray | sp.csc_array, right: np.ndarray, left: np.ndarray, gap: tuple[float, float], size: float
) -> Kernel:
    """The kernel with its residual; ``gap`` stands with its threshold."""
    worst = 0.0
    if right.shape[1] and size:
        lengths = np.linalg.norm(left, axis=0)
        errors = [np.linalg.norm(matrix @ right, axis=0), np.linalg.norm(matrix.conj().T @ left, axis=0) / lengths]
        worst = float(np.max(errors)) / size
    return Kernel(right, left, *gap, worst)
