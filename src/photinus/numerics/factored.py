"""Linear systems A x = b by one factorisation for many b: regular, or singular with a known left null vector.

Columns are scaled to largest entry 1 first, so that fast and slow unknowns weigh alike. Where the left null vector of A
is the indicator of known places (the trace), the equation of the first place says nothing that the others do not, and
Σ_places x = 0 stands instead.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import get_lapack_funcs

from photinus.numerics.linear import Solver, by_parts, column_scale, inverse_norm, rounding_error, sparse_solver
from photinus.numerics.singular import bordered_solver


class Factored:
    """The LU factors of a square matrix, columns scaled, bordered where ``places`` are given.

    Parameters
    ----------
    matrix : sparse array, shape (n, n)
        A.
    places : ndarray, optional
        Where the trace is taken, if the trace is the left null vector of A: then Σ_places x = 0 makes x unique, and
        right-hand sides must be traceless.
    dense : bool
        Factorise as a dense matrix.

    Attributes
    ----------
    error : float
        Estimate of the relative error that rounding leaves in a solution: the unit over the reciprocal condition
        number (1-norm, estimated); infinite where the matrix is singular, and then :meth:`solve` may not be called.
    """

    def __init__(self, matrix: sp.sparray, places: np.ndarray | None = None, *, dense: bool = False):
        self._scale = column_scale(matrix)
        self._matrix = sp.csc_array(matrix @ sp.diags_array(1 / self._scale))
        self._row: int | None = None
        self.error = np.inf
        if places is not None and not dense:  # the factors of the bordered matrix would be full, those of A are not
            solve = bordered_solver(self._matrix, places, self._scale)
        else:
            if places is not None:
                self._border(places)
            solve = (_dense_solver if dense else sparse_solver)(self._matrix)
        if solve is not None:
            self._solve = solve
            norm = inverse_norm(len(self._scale), self._matrix.dtype, solve, columns=1)
            size = float(np.abs(self._matrix).sum(axis=0).max()) * norm
            self.error = rounding_error(1 / size if np.isfinite(size) and size > 0 else 0.0)

    def _border(self, places: np.ndarray) -> None:
        """Put the trace in place of the equation of the first place."""
        self._row = int(places[0])
        n, keep = len(self._scale), np.ones(len(self._scale))
        keep[self._row] = 0.0
        weights = self._scale[places].min() / self._scale[places]
        border = sp.csc_array((weights, (np.full(len(places), self._row), places)), shape=(n, n))
        self._matrix = sp.csc_array(sp.diags_array(keep) @ self._matrix + border)

    def solve(self, targets: np.ndarray) -> np.ndarray:
        """X of A X = B, B of shape (n, m), refined once."""
        targets = np.array(targets, dtype=complex)
        if self._row is not None:
            targets[self._row] = 0.0
        x = self._plain(targets)
        x += self._plain(targets - self._matrix @ x)
        return x / self._scale[:, None]

    def _plain(self, targets: np.ndarray) -> np.ndarray:
        return by_parts(lambda part: self._solve(part, "N"), targets, self._matrix.dtype)


def _dense_solver(matrix: sp.csc_array) -> Solver | None:
    full = matrix.toarray(order="F")
    getrf, getrs = get_lapack_funcs(("getrf", "getrs"), (full,))
    factors, pivots, info = getrf(full, overwrite_a=True)
    if info:
        return None
    codes = {"N": 0, "T": 1, "H": 2}
    return lambda b, trans: getrs(factors, pivots, b, trans=codes[trans])[0]
