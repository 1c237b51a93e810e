"""Null vectors of matrices whose columns sum to zero over known places, and how near to singular a matrix is.

The dense route here and the sparse one beside it (``singular.py``) solve A x = 0, Σ_places x = 1, where the
left null vector of A is known to be the indicator t of these places, the trace. Columns are scaled to largest
entry 1 first, so that fast and slow unknowns weigh alike, and the reciprocal condition number of the bordered, scaled
matrix tells whether the null vector is unique.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla
from scipy.linalg.lapack import get_lapack_funcs

Inverse = Callable[[np.ndarray], np.ndarray]
SINGULAR = 100 * np.finfo(float).eps
"""Singular values below this times the largest one count as zero."""


@dataclass(frozen=True, slots=True)
class NullVector:
    """The solution of A x = 0, t·x = 1, and how well it is determined.

    Attributes
    ----------
    vector : ndarray
    rcond : float
        Reciprocal condition number (1-norm, estimated) of the bordered system; 0 if it is singular.
    nullity : int
        Dimension of the null space, at least (1 is exact); where ``rcond`` is large it is 1 without further work.
    error : float
        Estimate of the relative error of the vector: the rounding unit over ``rcond``, or what an iteration knows.
    residual : float or None
        The scale-free residual, where the method knows it without another look at the matrix.
    work : object or None
        What the same method may use again for a neighbouring matrix.
    judge : object or None
        What the same method may use again for the correction in a larger space.
    inverse : callable or None
        b ↦ x with A x = b and t·x = 0, for a b with t·b = 0, where the method has factors of A.
    """

    vector: np.ndarray
    rcond: float
    nullity: int
    error: float
    residual: float | None = None
    work: object | None = None
    judge: object | None = None
    inverse: Inverse | None = None


def column_scale(matrix: np.ndarray | sp.sparray) -> np.ndarray:
    """The largest entry of each column in magnitude; the largest of all (or 1) for a column of zeros."""
    largest = abs(matrix).max(axis=0)
    scale = np.asarray(largest.toarray() if sp.issparse(largest) else largest, dtype=float).ravel()
    top = scale.max(initial=0.0)
    return np.where(scale > 0, scale, top or 1.0)


def dense_null_vector(matrix: np.ndarray, places: np.ndarray) -> NullVector:
    """By LU of A D⁻¹ + c t tᵀD⁻¹, which is regular exactly when the null space has dimension 1."""
    scale = column_scale(matrix)
    scaled = matrix / scale
    bordered = np.array(scaled, order="F")
    weight = 1 / len(places)
    trace = np.zeros(len(matrix))
    trace[places] = weight * scale[places].min() / scale[places]
    bordered[places] += trace
    target = np.zeros(len(matrix), dtype=bordered.dtype)
    target[places] = weight
    norm = np.abs(bordered).sum(axis=0).max()
    getrf, getrs, gecon = get_lapack_funcs(("getrf", "getrs", "gecon"), (bordered,))
    factors, pivots, info = getrf(bordered, overwrite_a=True)
    rcond = 0.0 if info else float(gecon(factors, norm)[0])
    if rcond < 1e4 * SINGULAR:
        nullity = dense_nullity(scaled)
        if info:
            return NullVector(np.full(len(matrix), np.nan, dtype=bordered.dtype), 0.0, max(nullity, 2), np.inf)
    else:
        nullity = 1

    def inverse(b: np.ndarray) -> np.ndarray:
        return np.asarray(by_parts(lambda part: getrs(factors, pivots, part)[0], b, factors.dtype) / scale)

    vector = inverse(target)
    return NullVector(vector / vector[places].sum(), rcond, nullity, rounding_error(rcond), inverse=inverse)


def by_parts(solve: Inverse, b: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Solve with factors of this type: a complex b by real ones in two parts."""
    if np.iscomplexobj(b) and dtype.kind != "c":
        return np.asarray(solve(b.real) + 1j * solve(b.imag))
    return solve(b)


def dense_nullity(matrix: np.ndarray) -> int:
    """Number of singular values below ``SINGULAR`` times the largest."""
    values = np.linalg.svd(matrix, compute_uv=False)
    return int(np.count_nonzero(values <= SINGULAR * values[0])) if len(values) else 0


Solver = Callable[[np.ndarray, str], np.ndarray]


def sparse_solver(matrix: sp.csc_array) -> Solver | None:
    """A function that solves with the LU factors of a sparse matrix; None where it is exactly singular."""
    try:
        factors = sla.splu(matrix, permc_spec="COLAMD")
    except RuntimeError:
        return None
    return lambda b, trans: factors.solve(b, trans)


def inverse_norm(n: int, dtype: np.dtype, solve: Solver, columns: int = 2) -> float:
    """The 1-norm of an inverse that can be applied, by Hager's and Higham's estimate from so many columns at a time."""
    inverse = sla.LinearOperator(
        (n, n),
        dtype=dtype,
        matvec=lambda b: solve(np.ascontiguousarray(b, dtype=dtype).ravel(), "N"),
        rmatvec=lambda b: solve(np.ascontiguousarray(b, dtype=dtype).ravel(), "H"),
    )
    with np.errstate(all="ignore"):
        return float(sla.onenormest(inverse, t=columns) if n > 4 else np.abs(inverse @ np.eye(n)).sum(axis=0).max())


def sparse_regular(matrix: sp.csc_array) -> bool:
    """Whether a square sparse matrix has no null vector, to the same threshold as the null vectors above."""
    scaled = (matrix @ sp.diags_array(1 / column_scale(matrix))).tocsc()
    solve = sparse_solver(scaled)
    return solve is not None and is_regular(scaled, solve)


def rounding_error(rcond: float) -> float:
    """The error that rounding leaves in a solution of this condition."""
    return float(np.finfo(float).eps / rcond) if rcond > 0 else np.inf


def is_regular(matrix: sp.csc_array, solve: Solver) -> bool:
    """Whether the smallest singular value, by inverse iteration, is above ``SINGULAR`` times the largest.

    ``solve`` inverts the matrix, or one that differs from it by the border that makes a stationary matrix regular.
    """
    rng = np.random.default_rng(5)
    x = rng.normal(size=matrix.shape[0]).astype(matrix.dtype)
    growth = 0.0
    with np.errstate(all="ignore"):
        for _ in range(6):
            x = solve(solve(x / np.linalg.norm(x), "H"), "N")
            growth = float(np.linalg.norm(x))
            if not np.isfinite(growth):
                return False
    largest = np.sqrt(sla.norm(matrix, 1) * sla.norm(matrix, np.inf))
    return growth == 0 or 1 / np.sqrt(growth) > SINGULAR * largest


def null_count(matrix: sp.csc_array) -> int:
    """Dimension of the null space where a dense SVD is quick, otherwise the least that is proved, 2."""
    return max(2, dense_nullity(matrix.toarray())) if matrix.shape[0] <= 600 else 2
