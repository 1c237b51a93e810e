"""Linear equations (𝓛 − iω)X = B on one sector, one factorisation or one preconditioner for all columns of B.

They are regular but for order zero at ω = 0. There the null vector of 𝓛 is the steady state, and the left one the
trace: B must be traceless, and Tr X = 0 makes X unique.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from photinus.errors import NotConverged, Undefined
from photinus.numerics.factored import Factored
from photinus.numerics.krylov import Cycles, gmres
from photinus.numerics.memory import require_memory
from photinus.solve.methods import ALTERNATIVES, Auto, Dense, Direct, Krylov, Method, assembly_bytes
from photinus.solve.splitting import Splitting
from photinus.space.liouvillian import Liouvillian


@dataclass(frozen=True, eq=False)
class Forced:
    """Solutions X of one sector.

    Attributes
    ----------
    vectors : ndarray, shape (unknowns, columns)
        X.
    errors : list of float
        Of each column the estimated relative error: rounding over the condition, or three times a last correction.
    residuals : list of float
        Of each column ‖AX − B‖ over ‖|A||X|‖ + ‖B‖, 2-norms.
    method : str
        How it was solved.
    """

    vectors: np.ndarray
    errors: list[float]
    residuals: list[float]
    method: str


def forced(
    liouvillian: Liouvillian,
    targets: np.ndarray,
    method: Method,
    *,
    frequency: float = 0.0,
    stationary: np.ndarray | None = None,
) -> Forced:
    """X of (𝓛 − iω)X = B on one sector, traceless in order zero.

    Parameters
    ----------
    liouvillian : Liouvillian
        𝓛 of the sector.
    targets : ndarray, shape (unknowns, columns)
        B; traceless in order zero at ω = 0.
    method : Method
        ``Tridiagonal``, which needs ρ₋ₖ = ρₖ†, is replaced by ``Direct``.
    frequency : float
        ω.
    stationary : ndarray, optional
        The vector of the steady state; needed in order zero at ω = 0.

    Raises
    ------
    Undefined
        If the matrix is singular to the precision of the numbers.
    NotConverged
        If GMRES stagnates; ``Auto`` takes ``Direct`` then.
    MemoryBudgetExceeded
    """
    n = liouvillian.sector.size
    require_memory(assembly_bytes(liouvillian), method.memory, f"The generator of {n} unknowns", ALTERNATIVES)
    chosen = method.choose(liouvillian) if isinstance(method, Auto) else method
    if not isinstance(chosen, (Dense, Direct, Krylov)):
        chosen = Direct(chosen.memory)
    chosen.require(liouvillian)
    matrix = liouvillian.matrix
    if frequency:
        matrix = sp.csc_array(matrix - 1j * frequency * sp.eye_array(n, format="csc"))
    known = stationary if frequency == 0 and not any(liouvillian.sector.order) else None
    if isinstance(chosen, Krylov):
        try:
            return _iterated(liouvillian, matrix, targets, chosen, known)
        except NotConverged:
            if not isinstance(method, Auto):
                raise
        chosen = Direct(method.memory)
        chosen.require(liouvillian)
    places = liouvillian.sector.trace if known is not None else None
    factored = Factored(matrix, places, dense=isinstance(chosen, Dense))
    if not factored.error < 1:
        raise Undefined(
            f"The response in the coherence order {liouvillian.sector.order} has no finite value: to the precision of "
            f"the numbers a mode at the frequency {frequency:g} never decays.",
            "Choose another frequency or point, or add a loss that damps the mode.",
        )
    x = factored.solve(targets)
    return Forced(x, [factored.error] * x.shape[1], _residuals(matrix, x, targets), type(chosen).__name__)


def _residuals(matrix: sp.sparray, vectors: np.ndarray, targets: np.ndarray) -> list[float]:
    """‖Ax − b‖ over ‖|A||x|‖ + ‖b‖ of each column."""
    scale = np.linalg.norm(abs(matrix) @ np.abs(vectors), axis=0) + np.linalg.norm(targets, axis=0)
    size = np.linalg.norm(matrix @ vectors - targets, axis=0)
    return list((size / np.where(scale > 0, scale, 1.0)).tolist())


def _iterated(
    liouvillian: Liouvillian, matrix: sp.csc_array, targets: np.ndarray, krylov: Krylov, known: np.ndarray | None
) -> Forced:
    """By GMRES with the splitting as its preconditioner, every column by itself."""
    rows, precondition = matrix.tocsr(), Splitting(liouvillian)
    places, cycles = liouvillian.sector.trace, Cycles(krylov.restart)
    if not np.iscomplexobj(rows) and not targets.imag.any():
        targets = targets.real

    def step(target: np.ndarray, tolerance: float) -> np.ndarray:
        found = gmres(
            lambda y: rows @ y,
            target,
            precondition,
            tolerance=tolerance,
            maximum=krylov.maximum,
            cycles=cycles,
        )
        return found.vector if known is None else found.vector - found.vector[places].sum() * known

    vectors, errors = [], []
    for target in targets.T:
        right = np.ascontiguousarray(target)
        x, error = step(right, krylov.tolerance), 1.0
        # A slow mode weighs little in the residual and much in x: the last correction tells the error.
        for _ in range(4):
            more = step(right - rows @ x, 0.03)
            change = float(np.linalg.norm(more)) / (float(np.linalg.norm(x + more)) or 1.0)
            if not change < 0.5 * error:
                break
            x, error = x + more, change
            if error <= 1e-12:
                break
        vectors.append(x)
        errors.append(3.0 * error)
    x = np.stack(vectors, axis=1)
    residuals = _residuals(rows, x, targets)
    if not (max(residuals) <= krylov.tolerance and max(errors) < 0.3):
        raise NotConverged(
            f"GMRES stopped at the residual {max(residuals):.1e} (goal {krylov.tolerance:.0e}) of a response, "
            f"with an error of {max(errors):.1e}.",
            "Use a larger restart=, or method=ph.Direct().",
        )
    return Forced(x, errors, residuals, "Krylov")
