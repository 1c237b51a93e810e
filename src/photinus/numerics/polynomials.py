"""Many polynomials of many variables as arrays: values and derivatives without a loop over the variables.

Row r of a map is Σ_m c_rm Π_d x_{f(m, d)}. The monomials are rows of a table f of variables, filled up with the
constant 1, and the coefficients are a matrix; a value is a few gathers, their product and one product with that
matrix, for any number of points at once. The derivative of such a map is such a map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from photinus.numerics.lowrank import DiagonalPlusLowRank, diagonal_plus_low_rank
from photinus.numerics.memory import require_memory

CANCELLED = 8 * float(np.finfo(float).eps)
"""A sum of coefficients below this share of the sum of their moduli is rounding."""
DENSE = 4096
"""Coefficient matrices with at most so many entries are kept as plain arrays."""


CROWDED = 32
"""Coefficients for each row, above which it is worth while to look for dense blocks of linear ones."""


@dataclass(frozen=True, eq=False)
class _Block:
    """Linear terms of some rows in some variables, as a dense matrix or a diagonal plus a low rank."""

    rows: np.ndarray
    columns: np.ndarray
    matrix: np.ndarray | DiagonalPlusLowRank


@dataclass(frozen=True, eq=False)
class PolynomialMap:
    """A polynomial map, real or complex.

    Attributes
    ----------
    matrix : sparse array, shape (rows, monomials)
        c_rm.
    factors : ndarray of int, shape (monomials, degree)
        f(m, d), sorted along each row; ``variables`` stands for the constant 1.
    variables : int
        Number of variables.

    Examples
    --------
    x ↦ (x₀²x₁ − 3, 2x₁):

    >>> import numpy as np
    >>> from photinus.numerics.polynomials import polynomial_map
    >>> factors = np.array([[0, 0, 1], [2, 2, 2], [1, 2, 2]])
    >>> f = polynomial_map((2, 2), np.array([0, 0, 1]), factors, np.array([1, -3, 2]))
    >>> f(np.array([2.0, 5.0])).tolist()
    [17.0, 10.0]
    >>> f.jacobian(np.array([2.0, 5.0])).tolist()
    [[20.0, 4.0], [0.0, 2.0]]
    """

    matrix: sp.csr_array
    factors: np.ndarray
    variables: int

    @property
    def rows(self) -> int:
        """Number of polynomials."""
        return int(self.matrix.shape[0])

    @property
    def degree(self) -> int:
        """The highest degree of a monomial."""
        return int(self.factors.shape[1])

    @cached_property
    def _coefficients(self) -> np.ndarray | sp.csr_array:
        small = self.rows * self.matrix.shape[1] <= DENSE
        return self.matrix.toarray() if small else self._split[0]

    @cached_property
    def _split(self) -> tuple[sp.csr_array, tuple[_Block, ...]]:
        """The coefficients without dense blocks of linear ones, and these blocks."""
        if self.matrix.nnz <= max(DENSE, CROWDED * self.rows):
            return self.matrix, ()
        live = self.factors < self.variables
        linear = np.flatnonzero(live.sum(axis=1) == 1)
        letters = np.where(live, self.factors, 0).sum(axis=1)[linear]
        part = self.matrix[:, linear]
        pattern = sp.csr_array((np.ones(part.nnz), part.indices, part.indptr), shape=part.shape)
        count, label = connected_components(sp.block_array([[None, pattern], [pattern.T, None]]), directed=False)
        blocks, kept = [], self.matrix.copy()
        for k in np.flatnonzero(np.bincount(label, minlength=count) > 2 * CROWDED):
            rows, chosen = np.flatnonzero(label[: self.rows] == k), np.flatnonzero(label[self.rows :] == k)
            columns = chosen[np.argsort(letters[chosen])]
            inner = part[rows][:, columns]
            if inner.nnz < 0.3 * len(rows) * len(columns):
                continue
            dense = inner.toarray()
            found = diagonal_plus_low_rank(dense) if len(rows) == len(columns) else None
            blocks.append(_Block(rows, letters[columns], dense if found is None else found))
            here = np.repeat(label[: self.rows] == k, np.diff(kept.indptr))
            kept.data[here & np.isin(kept.indices, linear[columns])] = 0
        kept.eliminate_zeros()
        return kept, tuple(blocks)

    def monomials(self, x: np.ndarray) -> np.ndarray:
        """Values of the monomials at x (variables, …)."""
        if x.ndim == 1 and self.factors.size <= DENSE:  # the case that is integrated in time, step by step
            return np.append(x, 1.0)[self.factors].prod(axis=1)
        size = x.itemsize * 2.0 * len(self.factors) * np.prod(x.shape[1:])
        require_memory(size, None, "A table of monomials", "Take fewer points at once.")
        extended = np.concatenate([x, np.ones((1, *x.shape[1:]), dtype=x.dtype)])
        out = np.ones((len(self.factors), *x.shape[1:]), dtype=x.dtype)
        for column in self.factors.T:
            out = out * extended[column]
        return out

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Values at x: shape (variables, …) to (rows, …)."""
        values = self.monomials(x)
        if x.ndim == 1:
            out = np.asarray(self._coefficients @ values)
        else:
            count = int(np.prod(x.shape[1:]))  # −1 would not do without monomials
            out = np.asarray(self._coefficients @ values.reshape(len(values), count)).reshape(self.rows, *x.shape[1:])
        if self.matrix.nnz > DENSE:
            for block in self._split[1]:
                points = x[block.columns].reshape(len(block.columns), -1)
                out[block.rows] += (block.matrix @ points).reshape(-1, *x.shape[1:])
        return out

    def magnitude(self, x: np.ndarray) -> np.ndarray:
        """Σ_m |c_rm| Π|x|: the scale against which the rounding of a value is judged."""
        values = self.monomials(np.abs(x))
        points = values.reshape(len(values), int(np.prod(x.shape[1:])))
        return np.asarray(abs(self.matrix) @ points).reshape(self.rows, *x.shape[1:])

    @cached_property
    def derivative(self) -> tuple[np.ndarray, np.ndarray, PolynomialMap]:
        """Rows r, columns k and the map of all ∂_k of row r that do not vanish identically."""
        entries = self.matrix.tocoo()
        row, monomial = entries.coords
        rows, columns, factors, values = [], [], [], []
        for d in range(self.degree):
            column = self.factors[monomial, d]
            live = column < self.variables
            rest = self.factors[monomial[live]].copy()
            rest[:, d] = self.variables
            rows.append(row[live])
            columns.append(column[live])
            factors.append(rest)
            values.append(entries.data[live])
        if not rows:
            empty = np.zeros(0, dtype=np.intp)
            rows, columns, factors, values = [empty], [empty], [self.factors[:0]], [np.zeros(0)]
        place = np.concatenate(rows).astype(np.int64) * self.variables + np.concatenate(columns)
        places, where = np.unique(place, return_inverse=True)
        shape = (len(places), self.variables)
        inner = polynomial_map(shape, where, np.concatenate(factors), np.concatenate(values))
        return places // max(1, self.variables), places % max(1, self.variables), inner

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Matrices of the first derivatives at x (variables, …), shape (…, rows, variables)."""
        rows, columns, inner = self.derivative
        values = inner(x)
        size = 16.0 * self.rows * self.variables * np.prod(x.shape[1:])
        require_memory(size, None, "A dense Jacobian", "Use the sparse one, or fewer points at once.")
        out = np.zeros((*x.shape[1:], self.rows, self.variables), dtype=values.dtype)
        out[..., rows, columns] = values if x.ndim == 1 else np.moveaxis(values, 0, -1)
        return out

    def sparse_jacobian(self, x: np.ndarray) -> sp.csr_array:
        """The matrix of first derivatives at one point x, shape (rows, variables)."""
        rows, columns, inner = self.derivative
        return sp.csr_array((inner(x), (rows, columns)), shape=(self.rows, self.variables))

    def along(self, x: np.ndarray, *directions: np.ndarray) -> np.ndarray:
        """The derivative of order k, a k-linear form, applied to k ≥ 1 vectors: shape (rows,)."""
        rows, columns, inner = self.derivative
        first, *others = directions
        values = inner.along(x, *others) if others else inner(x)
        values = values * first[columns]
        out = np.zeros(self.rows, dtype=values.dtype)
        np.add.at(out, rows, values)
        return out


def polynomial_map(
    shape: tuple[int, int], row: np.ndarray, factors: np.ndarray, coefficients: np.ndarray
) -> PolynomialMap:
    """The map of a list of terms; equal monomials of a row are added, and what cancels is dropped.

    Parameters
    ----------
    shape : (rows, variables)
    row : ndarray of int, shape (terms,)
        The row that each term belongs to.
    factors : ndarray of int, shape (terms, degree)
        Its variables, in any order; ``variables`` stands for the constant 1.
    coefficients : ndarray, shape (terms,)
        Real ones make a real map.
    """
    rows, variables = shape
    factors = np.sort(np.asarray(factors, dtype=np.int64), axis=1)
    table, monomial = _distinct(factors, variables + 1)
    count = max(1, len(table))
    place, where = np.unique(np.asarray(row, dtype=np.int64) * count + monomial, return_inverse=True)
    coefficients = np.asarray(coefficients)
    total = np.bincount(where, coefficients.real, len(place))
    if np.iscomplexobj(coefficients):
        total = total + 1j * np.bincount(where, coefficients.imag, len(place))
    keep = np.abs(total) > CANCELLED * np.bincount(where, np.abs(coefficients), len(place))
    place, total = place[keep], total[keep]
    used, monomial = np.unique(place % count, return_inverse=True)
    table = table[used]
    degree = int((table < variables).sum(axis=1).max()) if len(table) else 0
    matrix = sp.csr_array((total, (place // count, monomial)), shape=(rows, len(table)))
    return PolynomialMap(matrix, table[:, :degree].astype(np.intp), variables)


def _distinct(table: np.ndarray, base: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows of a table of integers below ``base``, and where each row is among them."""
    if base ** table.shape[1] < 2**62:  # one integer for a row is much faster to sort
        key = table @ base ** np.arange(table.shape[1], dtype=np.int64)
        _, first, where = np.unique(key, return_index=True, return_inverse=True)
        return table[first], where
    distinct, where = np.unique(table, axis=0, return_inverse=True)
    return distinct, where.reshape(-1)
