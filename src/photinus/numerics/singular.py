"""The null vector of a sparse matrix whose columns sum to zero over known places, by LU of the singular matrix itself.

The bordered matrix, with the trace in place of one equation, has a full row that fills its factors. The singular matrix
does not: its LU factors have one pivot of the size of rounding, which inverse iteration turns into the null vector.
What is left is regular on the complement, so that the inverse of the bordered matrix is known as well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla
from scipy.linalg.lapack import get_lapack_funcs

from photinus.numerics.linear import (
    SINGULAR,
    NullVector,
    Solver,
    by_parts,
    column_scale,
    inverse_norm,
    is_regular,
    null_count,
    rounding_error,
)

WIDEST = 48
"""Diagonals on each side of the main one up to which banded LU is taken."""

Raw = Callable[[np.ndarray, bool], np.ndarray]
"""Solve with the factors, or with their adjoint."""


def singular_null_vector(matrix: sp.csc_array, places: np.ndarray) -> NullVector:
    """The solution of A x = 0, Σ_places x = 1.

    Parameters
    ----------
    matrix : csc_array, shape (n, n)
        Its columns sum to zero over ``places``.
    places : ndarray of int

    Returns
    -------
    NullVector
        ``rcond`` is that of the bordered matrix S + u·vᵀ, S the matrix with columns scaled to a largest entry of 1, u
        the mean over the places and v the trace.
    """
    scale = column_scale(matrix)
    scaled = (matrix @ sp.diags_array(1 / scale)).tocsc()
    factors = _bordered(scaled, places, scale)
    if factors is None:
        return NullVector(np.full(matrix.shape[0], np.nan), 0.0, null_count(scaled), np.inf)
    norm = inverse_norm(matrix.shape[0], scaled.dtype, factors.solve, columns=1)
    top = float(np.abs(scaled).sum(axis=0).max()) + 1.0
    rcond = 1 / (norm * top) if np.isfinite(norm) and norm > 0 else 0.0
    nullity = 1 if rcond >= 1e4 * SINGULAR or is_regular(scaled, factors.solve) else null_count(scaled)
    vector = factors.null / scale

    def inverse(b: np.ndarray) -> np.ndarray:
        return np.asarray(by_parts(lambda part: factors.solve(part, "N"), b, scaled.dtype) / scale)

    return NullVector(vector / vector[places].sum(), rcond, nullity, rounding_error(rcond), inverse=inverse)


def bordered_solver(scaled: sp.csc_array, places: np.ndarray, scale: np.ndarray) -> Solver | None:
    """(S + u·vᵀ)⁻¹ for S = A D⁻¹, the trace being that of D⁻¹y; None where the factors break down.

    For a right-hand side without trace it gives the y with S y = b that has none either.
    """
    factors = _bordered(scaled, places, scale)
    return None if factors is None else factors.solve


def _bordered(scaled: sp.csc_array, places: np.ndarray, scale: np.ndarray) -> Bordered | None:
    trace = np.zeros(len(scale))
    trace[places] = scale[places].min() / scale[places]
    with np.errstate(all="ignore"):
        raw = (_banded if max(bandwidth(scaled)) <= WIDEST else _sparse)(scaled)
        return None if raw is None else Bordered(raw, scaled.dtype, places, trace)


def bandwidth(matrix: sp.csc_array) -> tuple[int, int]:
    """How many diagonals below and above the main one hold entries."""
    offset = matrix.indices - np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    return max(0, int(offset.max(initial=0))), max(0, -int(offset.min(initial=0)))


def _banded(matrix: sp.csc_array) -> Raw:
    """LAPACK's banded LU; a pivot that vanishes is moved by rounding."""
    low, high = bandwidth(matrix)
    n = matrix.shape[0]
    column = np.repeat(np.arange(n), np.diff(matrix.indptr))
    band = np.zeros((2 * low + high + 1, n), dtype=matrix.dtype, order="F")
    band[low + high + matrix.indices - column, column] = matrix.data
    gbtrf, gbtrs = get_lapack_funcs(("gbtrf", "gbtrs"), (band,))
    factors, pivots, _ = gbtrf(band, low, high, overwrite_ab=True)
    tiny = 1e-3 * np.finfo(float).eps
    diagonal = factors[low + high]
    diagonal[np.abs(diagonal) < tiny] = tiny
    adjoint = 2 if np.iscomplexobj(band) else 1
    return lambda b, turned: np.asarray(gbtrs(factors, low, high, b, pivots, trans=adjoint if turned else 0)[0])


def _sparse(matrix: sp.csc_array) -> Raw | None:
    """SuperLU of the matrix moved by rounding."""
    shifted = (matrix - 1e-15 * sp.eye_array(matrix.shape[0])).tocsc()
    factors = symmetric_factors(shifted)
    if factors is None:
        return None
    return lambda b, turned: factors.solve(np.asarray(b, dtype=shifted.dtype), "H" if turned else "N")


def symmetric_factors(matrix: sp.csc_array, *, ordered: bool = False) -> sla.SuperLU | None:
    """SuperLU for a pattern that is nearly symmetric and a diagonal that is large; None where it breaks down.

    What is ``ordered`` already is eliminated as it stands, in narrow panels: it is small.
    """
    order, panel = ("NATURAL", 4) if ordered else ("MMD_AT_PLUS_A", None)
    options = {"SymmetricMode": True}
    try:
        return sla.splu(matrix, permc_spec=order, diag_pivot_thresh=0.1, panel_size=panel, options=options)
    except RuntimeError:
        return None


def fill_reducing_order(pattern: sp.csc_array) -> np.ndarray:
    """The place of each unknown in an elimination that fills little, from where the entries are alone."""
    n = pattern.shape[0]
    ones = sp.csc_array((np.ones(pattern.nnz), pattern.indices, pattern.indptr), shape=(n, n))
    factors = symmetric_factors((ones + 2 * n * sp.eye_array(n)).tocsc())
    assert factors is not None  # its diagonal dominates
    return np.asarray(factors.perm_c)


class Bordered:
    """(S + u·vᵀ)⁻¹ from factors of S, tᵀS = 0; t the indicator of the places, u = t over their number, v the trace."""

    def __init__(self, raw: Raw, dtype: np.dtype, places: np.ndarray, trace: np.ndarray):
        self._raw = raw
        self._indicator = np.zeros(len(trace))
        self._indicator[places] = 1.0
        self._trace = trace
        self._source = self._indicator / len(places)
        vector = self._source.astype(dtype)
        for _ in range(3):
            vector = raw(vector, False)
            vector = vector / np.abs(vector).max()
        self.null = vector

    def solve(self, target: np.ndarray, trans: str) -> np.ndarray:
        """The inverse on vectors ("N"), or its adjoint ("H"): solve where S can, and add what S does not see."""
        outer = np.multiply.outer
        if trans == "N":
            size = self._indicator @ target
            found = self._raw(target - outer(self._source, size), False)
            return np.asarray(found + outer(self.null, (size - self._trace @ found) / (self._trace @ self.null)))
        left = self.null.conj()
        size = (left @ target) / (left @ self._trace)
        found = self._raw(target - outer(self._trace, size), True)
        return np.asarray(found + outer(self._indicator, size - self._source @ found))
