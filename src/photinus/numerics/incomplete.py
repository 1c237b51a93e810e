"""The null vector of a large sparse matrix by GMRES with an incomplete LU, where complete factors would be full.

The populations of many levels with several quantum numbers each, such as those of identical atoms of three levels, are
a graph of so many dimensions that LU fills it; an incomplete one of twice the matrix leaves GMRES a few dozen steps.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from photinus.numerics.krylov import Cycles, gmres
from photinus.numerics.linear import SINGULAR, NullVector, column_scale

SHIFT = 1e-3
"""By how much the scaled, singular matrix is moved for its incomplete factors."""
STEPS = 2
"""Steps of inverse iteration that tell how small the smallest eigenvalue is."""


def incomplete_null_vector(
    matrix: sp.csc_array, places: np.ndarray, *, tolerance: float, restart: int, maximum: int, drop: float, fill: float
) -> NullVector | None:
    """The solution of A x = 0, Σ_places x = 1, or None where GMRES does not reach it.

    Parameters
    ----------
    matrix : csc_array, shape (n, n)
        Its columns sum to zero over ``places``.
    places : ndarray of int
    tolerance : float
        Bound on the residual of the bordered system S + u·vᵀ, columns scaled to a largest entry of 1.
    restart, maximum : int
        Length of a cycle of GMRES, and bound on the number of products.
    drop, fill : float
        Entries of the factors below ``drop`` are left out; there are at most ``fill`` times those of the matrix.
    """
    scale = column_scale(matrix)
    scaled = sp.csc_array((matrix @ sp.diags_array(1 / scale)).tocoo())
    scaled.eliminate_zeros()
    diagonal = scaled.diagonal()
    moved = (scaled + sp.diags_array(SHIFT * np.where(diagonal == 0, -1.0, np.sign(diagonal.real)))).tocsc()
    try:
        factors = sla.spilu(moved, drop_tol=drop, fill_factor=fill)
    except RuntimeError:  # a pivot vanishes
        return None
    trace = np.zeros(len(scale))
    trace[places] = scale[places].min() / scale[places]
    cycles = Cycles(restart)
    source = np.zeros(len(scale), dtype=matrix.dtype)
    source[places] = 1 / len(places)

    def solved(target: np.ndarray, goal: float) -> tuple[np.ndarray, float]:
        found = gmres(
            lambda x: scaled @ x + source * (trace @ x),
            target,
            factors.solve,
            tolerance=goal,
            maximum=maximum,
            cycles=cycles,
        )
        return found.vector, found.residual

    vector, missed = solved(source, tolerance)
    if not missed <= 10 * tolerance or not np.isfinite(vector).all():
        return None
    growth, start = 0.0, np.random.default_rng(5).normal(size=len(scale)).astype(matrix.dtype)
    for _ in range(STEPS):
        start, left = solved(start / np.linalg.norm(start), 1e-3)
        growth = float(np.linalg.norm(start))
        if not left < 0.1:  # out of the range of a singular matrix, or too hard
            return None
    if not growth < 1 / SINGULAR:
        return NullVector(vector, 0.0, 2, np.inf)
    error = missed * growth * float(np.linalg.norm(source) / np.linalg.norm(vector))
    vector = vector / scale
    return NullVector(vector / vector[places].sum(), float("nan"), 1, error)
