"""Matrices that are a diagonal and a few outer products, such as the coupling of each site to the mean of all others.

A rank is read off a corner of rows and columns that no diagonal entry touches; the skeleton M ≈ C W⁻¹ R of a few
pivot columns C and rows R with their intersection W (Goreinov, Tyrtyshnikov and Zamarashkin 1997) is exact for such a
matrix. The diagonal entries in the pivot rows and columns, which belong to the diagonal as well, come from a second
set of pivots. What is found is compared with all entries before it is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

LEAST, RANK = 24, 8
"""Rows of a matrix that is looked at, at least; outer products, at most."""
ROUNDING = 1e-13
"""Deviation up to which entries agree, of the largest entry."""


@dataclass(frozen=True, eq=False)
class DiagonalPlusLowRank:
    """The matrix diag(d) + left·right.

    Attributes
    ----------
    diagonal : ndarray, shape (n,)
    left, right : ndarray, shapes (n, rank), (rank, n)
    """

    diagonal: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        scale = self.diagonal if x.ndim == 1 else self.diagonal[:, None]
        return np.asarray(scale * x + self.left @ (self.right @ x))


def diagonal_plus_low_rank(matrix: np.ndarray) -> DiagonalPlusLowRank | None:
    """The decomposition of a square matrix, or None where it has none of rank 8 or less.

    Examples
    --------
    >>> import numpy as np
    >>> from photinus.numerics.lowrank import diagonal_plus_low_rank
    >>> found = diagonal_plus_low_rank(np.diag(np.arange(100.0)) + 0.5)
    >>> found.left.shape[1], bool(np.allclose(found.diagonal, np.arange(100.0)))
    (1, True)
    """
    n = len(matrix)
    scale = float(np.abs(matrix).max(initial=0.0))
    if n < LEAST or scale == 0:
        return None
    half = n // 2
    first = _pivots(matrix[:half, half:], scale)
    if first is None:
        return None
    rows, columns = first[0], first[1] + half
    work = matrix.copy()
    used = np.union1d(rows, columns)
    others = np.setdiff1d(np.arange(n), used)
    second = _pivots(work[np.ix_(others[::2], others[1::2])], scale)
    if second is None:
        return None
    again, across = others[::2][second[0]], others[1::2][second[1]]
    if len(rows):
        if not len(again):
            return None
        inner = np.linalg.solve(work[np.ix_(again, across)], work[np.ix_(again, used)])
        work[used, used] = np.einsum("ik,ki->i", work[np.ix_(used, across)], inner)
    left = work[:, columns]
    right = np.linalg.solve(work[np.ix_(rows, columns)], work[rows]) if len(rows) else np.zeros((0, n), matrix.dtype)
    rest = matrix - left @ right
    diagonal = np.diagonal(rest).copy()
    np.fill_diagonal(rest, 0)
    if float(np.abs(rest).max()) > ROUNDING * n * scale:
        return None
    return DiagonalPlusLowRank(diagonal, left, right)


def _pivots(corner: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows and columns whose crossing has the rank of the corner and is well conditioned; None for a high rank."""
    residual = corner.copy()
    rows: list[int] = []
    columns: list[int] = []
    while True:
        i, j = np.unravel_index(int(np.abs(residual).argmax()), residual.shape)
        if abs(residual[i, j]) <= ROUNDING * 16 * scale:
            return np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp)
        if len(rows) == RANK:
            return None
        rows.append(int(i))
        columns.append(int(j))
        residual -= np.outer(residual[:, j], residual[i] / residual[i, j])


@dataclass(frozen=True, eq=False)
class Root:
    """A square root B of a covariance: B = diag(√d)(1 + Q diag(c) Q†), so that B B† is a diagonal plus a low rank.

    Attributes
    ----------
    width : ndarray, shape (n,)
        √d, real.
    basis : ndarray, shape (n, rank)
        Q, orthonormal columns.
    stretch : ndarray, shape (rank,)
        c ≥ −1, real.
    """

    width: np.ndarray
    basis: np.ndarray
    stretch: np.ndarray

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.width[:, None] * (x + self.basis @ (self.stretch[:, None] * (self.basis.conj().T @ x))))


def root(matrix: np.ndarray) -> Root | None:
    """The square root of a positive semidefinite Hermitian matrix that is a positive diagonal and a low rank.

    With d^(−½)(matrix − d)d^(−½) = Q Λ Q†, the root is d^½(1 + Q(√(1 + Λ) − 1)Q†).

    Examples
    --------
    >>> import numpy as np
    >>> from photinus.numerics.lowrank import root
    >>> laplacian = np.diag(np.full(50, 50.0)) - 1
    >>> b = root(laplacian)
    >>> bool(np.allclose(b @ (b @ np.eye(50)), laplacian)), b.stretch.round(12).tolist()
    (True, [-1.0])
    """
    found = diagonal_plus_low_rank(matrix)
    if found is None or found.diagonal.real.min() <= 0:
        return None
    width = np.sqrt(found.diagonal.real)
    left, right = found.left / width[:, None], found.right / width
    basis, triangle = sl.qr(left, mode="economic")
    values, vectors = np.linalg.eigh(triangle @ (right @ basis))
    if values.min(initial=-1.0) < -1 - 1e-10:
        return None
    return Root(width, basis @ vectors, np.sqrt(np.maximum(1 + values, 0.0)) - 1)
