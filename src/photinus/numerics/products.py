"""Products of a sparse matrix and a vector, many thousand times over.

A generator of ladder operators has few long diagonals and some shorter ones. Along a diagonal the processor needs no
index and takes several numbers at once: of the pair of 8 × 8 levels such a product takes half of the time of compressed
rows. SciPy's own product costs some 10 µs before it begins, hence the kernels themselves.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse._sparsetools import csr_matvec, csr_matvecs, dia_matvec

LONG = 0.4
"""A diagonal of which so many of the places are filled is stored as such."""


class Product:
    """The linear map of a square sparse matrix.

    Parameters
    ----------
    matrix : sparse array, shape (n, n)
    kind : dtype
        The numbers of all vectors, real or complex.
    """

    def __init__(self, matrix: sp.sparray, kind: np.dtype | type):
        n = matrix.shape[0]
        entries = sp.coo_array(matrix)
        rows, columns = entries.coords
        offsets, which, counts = np.unique(columns - rows.astype(np.int64), return_inverse=True, return_counts=True)
        long = np.flatnonzero(counts >= max(1.0, LONG * n))
        place = np.full(len(offsets), -1)
        place[long] = np.arange(len(long))
        along = place[which]
        of_long = along >= 0
        diagonals = np.zeros((len(long), n), dtype=kind)
        np.add.at(diagonals, (along[of_long], columns[of_long]), entries.data[of_long])
        rest = sp.csr_array(
            (entries.data[~of_long].astype(kind), (rows[~of_long], columns[~of_long])), shape=matrix.shape
        )
        self._diagonals = (n, n, len(long), n, offsets[long].astype(np.int32), diagonals) if len(long) else None
        self._rest = (n, n, rest.indptr, rest.indices, rest.data) if rest.nnz else None
        self._kind = np.dtype(kind)

    def add(self, x: np.ndarray, out: np.ndarray) -> None:
        """``out`` += A x; both contiguous and of the kind that was given."""
        if self._diagonals is not None:
            dia_matvec(*self._diagonals, x, out)
        if self._rest is not None:
            csr_matvec(*self._rest, x, out)

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        out = np.zeros(x.shape, dtype=self._kind)
        self.add(np.ascontiguousarray(x, dtype=self._kind), out)
        return out


class FromTheRight:
    """x ↦ x A for many rows x at once, A a dense array that is mostly zero."""

    __array_ufunc__ = None  # ``rows @ this`` is then ours

    def __init__(self, matrix: np.ndarray):
        self.shape = matrix.shape
        self._kind = np.result_type(matrix, complex)
        turned = sp.csr_array(matrix.T.astype(self._kind))
        self._parts = (*turned.shape, turned.indptr, turned.indices, turned.data)

    def __rmatmul__(self, rows: np.ndarray) -> np.ndarray:
        n_out, n_in, *entries = self._parts
        columns = np.ascontiguousarray(rows.T, dtype=self._kind)
        out = np.zeros((n_out, len(rows)), dtype=self._kind)
        csr_matvecs(n_out, n_in, len(rows), *entries, columns.ravel(), out.ravel())
        return out.T
