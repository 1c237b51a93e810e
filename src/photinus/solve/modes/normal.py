"""Eigenpairs of normal Liouvillians, such as that of a system without jumps: orthogonal, however degenerate.

A general eigensolver returns any basis of a degenerate eigenspace, also one that is all but linearly dependent, and so
an exceptional point that is not there. A matrix with AA† = A†A has a unitary Schur form AU = UΛ and none of them.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from photinus.numerics.eigen import EPS, Eigenpairs, dense_eigenpairs, slowest_first

NORMAL = 1e-14
"""‖AA† − A†A‖ relative to ‖A‖² up to which a matrix counts as normal."""


def eigenpairs(matrix: np.ndarray, count: int) -> Eigenpairs:
    """The ``count`` eigenvalues of largest real part, and those that equal the last one."""
    dagger = matrix.conj().T
    size = float(np.linalg.norm(matrix))
    # Of a matrix that is not normal a few columns show it already.
    few = slice(0, 4)
    if not _small(matrix @ dagger[:, few] - dagger @ matrix[:, few], size):
        return dense_eigenpairs(matrix, count)
    if not _small(matrix @ dagger - dagger @ matrix, size):
        return dense_eigenpairs(matrix, count)
    triangle, basis = la.schur(matrix.astype(complex), output="complex", check_finite=False)
    values = np.diagonal(triangle)
    order = slowest_first(values)
    last = values[order[min(count, len(order)) - 1]]
    close = np.abs(values[order[count:]] - last) <= 1e-9 * size
    order = np.concatenate([order[:count], order[count:][close]])
    values, basis = values[order], np.ascontiguousarray(basis[:, order])
    scale = np.linalg.norm(np.abs(matrix) @ np.abs(basis), axis=0) + np.abs(values)
    residuals = np.linalg.norm(matrix @ basis - values * basis, axis=0) / np.where(scale > 0, scale, 1.0)
    rounding = np.full(len(values), EPS * size)
    return Eigenpairs(values.copy(), basis, basis.copy(), np.ones(len(values)), residuals, rounding)


def _small(commutator: np.ndarray, size: float) -> bool:
    return bool(np.linalg.norm(commutator) <= NORMAL * size**2)
