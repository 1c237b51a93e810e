"""The pseudo-inverse of 𝓛 on the sector of the populations, prepared once for many right-hand sides.

𝓛X = B has solutions where Tr B = 0, and Tr X = 0 makes X unique. Small sectors are factorised; large ones are solved by
the GMRES of the steady state, with its two preconditioners, in Hermitian coordinates.
"""

from __future__ import annotations

import numpy as np

from photinus.errors import NotConverged, Undefined
from photinus.numerics.factored import Factored
from photinus.solve.coherences import SortedGenerator
from photinus.solve.iteration import Iteration
from photinus.solve.methods import Auto, Dense, Direct, Krylov, Method
from photinus.space.liouvillian import Liouvillian


class PseudoInverse:
    """B ↦ X of 𝓛X = B, Tr X = 0, for traceless Hermitian B of order zero.

    Parameters
    ----------
    liouvillian : Liouvillian
        𝓛 of the sector of order zero.
    stationary : ndarray
        The vector of the steady state.
    method : Method
        ``Auto`` chooses by size; where its GMRES stagnates it factorises.

    Attributes
    ----------
    error : float
        Estimate of the relative error of the solutions so far.
    method : str
        How it is solved.

    Raises
    ------
    Undefined
        If 𝓛 has a second null vector to the precision of the numbers.
    MemoryBudgetExceeded
    """

    def __init__(self, liouvillian: Liouvillian, stationary: np.ndarray, method: Method):
        self._liouvillian, self._stationary = liouvillian, stationary
        self._fallback = Direct(method.memory) if isinstance(method, Auto) else None
        chosen = method.choose(liouvillian) if isinstance(method, Auto) else method
        self._prepare(chosen if isinstance(chosen, (Dense, Direct, Krylov)) else Direct(chosen.memory))

    def _prepare(self, method: Method) -> None:
        method.require(self._liouvillian)
        self.method, self.error = type(method).__name__, 0.0
        self._iteration: Iteration | None = None
        if isinstance(method, Krylov):
            self._krylov = method
            self._iteration = Iteration(
                SortedGenerator(self._liouvillian), self._liouvillian, restart=method.restart, maximum=method.maximum
            )
            return
        places = self._liouvillian.sector.trace
        self._factored = Factored(self._liouvillian.matrix, places, dense=isinstance(method, Dense))
        self.error = self._factored.error
        if not self.error < 1:
            raise Undefined(
                "The statistics of the jumps have no finite value: to the precision of the numbers the steady state "
                "is not unique.",
                "Add a process that connects the parts of the system.",
            )

    def __call__(self, target: np.ndarray) -> np.ndarray:
        if self._iteration is not None:
            try:
                return self._iterated(self._iteration, target)
            except NotConverged:
                if self._fallback is None:
                    raise
                self._prepare(self._fallback)
        return self._traceless(self._factored.solve(target[:, None])[:, 0])

    def _traceless(self, x: np.ndarray) -> np.ndarray:
        return x - x[self._liouvillian.sector.trace].sum() * self._stationary

    def _iterated(self, iteration: Iteration, target: np.ndarray) -> np.ndarray:
        """By GMRES, corrected until the last correction is small: a slow mode weighs little in the residual."""
        coordinates = iteration.matrix.coordinates
        right = coordinates.folded(target)
        stationary = coordinates.folded(self._stationary)
        size = float(np.linalg.norm(right))
        if size == 0:
            return np.zeros(target.shape, dtype=complex)
        x, error, tolerance = np.zeros_like(right), 1.0, self._krylov.tolerance
        for step in range(6):
            rest = right - iteration.matrix @ x
            left = float(np.linalg.norm(rest))
            if step and left <= 1e-14 * size:
                break
            found = iteration.solve(rest, tolerance if step == 0 else 0.03).vector
            found = found - iteration.matrix.trace(found) * stationary
            change = float(np.linalg.norm(found)) / (float(np.linalg.norm(x + found)) or 1.0)
            if step and not change < 0.5 * error:
                break
            x = x + found
            if step:
                error = change
            if error <= 1e-11:
                break
        residual = float(np.linalg.norm(right - iteration.matrix @ x)) / size
        if not (residual <= max(1e-7, tolerance) and error < 0.1):
            raise NotConverged(
                f"GMRES stopped at the residual {residual:.1e} of a count's equation, with an error of {error:.1e}.",
                "Use a larger restart=, or method=ph.Direct().",
            )
        self.error = max(self.error, 3.0 * error)
        return self._traceless(coordinates.expanded(x))
