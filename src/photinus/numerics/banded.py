"""The null vector of a band matrix whose columns sum to zero over known places.

A phase-invariant oscillator's populations obey such an equation: d⟨|n⟩⟨n|⟩/dt reaches a few levels up and down. Its LU
factors cost O(N), whatever N; one pivot is of the size of rounding, and inverse iteration turns it into the vector.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import get_lapack_funcs

from photinus.numerics.linear import (
    SINGULAR,
    NullVector,
    column_scale,
    inverse_norm,
    is_regular,
    null_count,
    rounding_error,
)

WIDEST = 48
"""Diagonals beside the main one up to which the band is worth it."""


def bandwidth(matrix: sp.csc_array) -> tuple[int, int]:
    """How many diagonals below and above the main one hold entries."""
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    offset = matrix.indices - column
    return max(0, int(offset.max(initial=0))), max(0, -int(offset.min(initial=0)))


class BandFactors:
    """LU factors of a singular band matrix S with tᵀS = 0, t the indicator of ``places``.

    An exactly zero pivot is moved by the rounding unit; solutions are then made of the null vector, mostly, which is
    what inverse iteration wants and what :meth:`solve` takes out.
    """

    def __init__(self, matrix: sp.csc_array, places: np.ndarray, trace: np.ndarray):
        low, high = bandwidth(matrix)
        n = matrix.shape[0]
        column = np.repeat(np.arange(n), np.diff(matrix.indptr))
        band = np.zeros((2 * low + high + 1, n), dtype=matrix.dtype, order="F")
        band[low + high + matrix.indices - column, column] = matrix.data
        gbtrf, self._gbtrs = get_lapack_funcs(("gbtrf", "gbtrs"), (band,))
        self._factors, self._pivots, _ = gbtrf(band, low, high, overwrite_ab=True)
        self._low, self._high = low, high
        pivots = self._factors[low + high]
        tiny = np.finfo(float).eps * max(1.0, float(np.abs(matrix.data).max(initial=0.0)))
        pivots[np.abs(pivots) < tiny * 1e-3] = tiny * 1e-3
        self.indicator = np.zeros(n)
        self.indicator[places] = 1.0
        self.trace = trace
        self._source = self.indicator / len(places)
        vector = self._source.astype(band.dtype)
        for _ in range(3):
            vector = self._raw(vector, 0)
            vector = vector / np.abs(vector).max()
        self.null = vector

    def _raw(self, target: np.ndarray, trans: int) -> np.ndarray:
        found, _ = self._gbtrs(self._factors, self._low, self._high, target, self._pivots, trans=trans)
        return np.asarray(found)

    def solve(self, target: np.ndarray, trans: str) -> np.ndarray:
        """(S + u·traceᵀ)⁻¹ on a vector ("N"), or its adjoint ("H"); u is the normalised indicator of the places."""
        if trans == "N":
            size = self.indicator @ target
            found = self._raw(target - self._source * size, 0)
            return found + self.null * ((size - self.trace @ found) / (self.trace @ self.null))
        left = self.null.conj()
        size = (left @ target) / (left @ self.trace)
        found = self._raw(target - self.trace * size, 2 if np.iscomplexobj(self._factors) else 1)
        return found + self.indicator * (size - self._source @ found)


def banded_null_vector(matrix: sp.csc_array, places: np.ndarray) -> NullVector:
    """By banded LU and inverse iteration; the same scaling and the same test of uniqueness as the other direct routes.

    Parameters
    ----------
    matrix : csc_array, shape (n, n)
        Its columns sum to zero over ``places``.
    places : ndarray of int

    Returns
    -------
    NullVector
    """
    scale = column_scale(matrix)
    scaled = (matrix @ sp.diags_array(1 / scale)).tocsc()
    trace = np.zeros(matrix.shape[0])
    trace[places] = scale[places].min() / scale[places]
    with np.errstate(all="ignore"):
        factors = BandFactors(scaled, places, trace)
        top = float(np.abs(scaled).sum(axis=0).max()) + 1.0
        norm = inverse_norm(matrix.shape[0], scaled.dtype, factors.solve, columns=1)
    rcond = 1 / (norm * top) if np.isfinite(norm) and norm > 0 else 0.0
    nullity = 1 if rcond >= 1e4 * SINGULAR or is_regular(scaled, factors.solve) else null_count(scaled)
    vector = factors.null / scale
    return NullVector(vector / vector[places].sum(), rcond, nullity, rounding_error(rcond))
