"""Certificates: the truncation error by a correction in a larger space, and whether the state is unique."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from photinus.model import Model
from photinus.numerics.linear import Inverse, rounding_error, sparse_regular
from photinus.solve.methods import Auto, Krylov, Method
from photinus.space.certificate import SAFETY
from photinus.space.liouvillian import Liouvillian
from photinus.space.sectors import Sector
from photinus.space.state import State

SLOW = 1e-5
"""The reciprocal condition number below which a mode is so slow that a truncation may set its rate."""
PROLONGED = 3.0
"""How many times longer a slow mode may live in the larger space, for the truncation to be judged by it."""
UNKNOWN = 2.0 * SAFETY
"""What the certificate says of a truncation that cannot be judged: no two states differ by more than 2."""


@dataclass(frozen=True)
class Solution:
    """The stationary vector of one space, and how it was found."""

    liouvillian: Liouvillian
    vector: np.ndarray
    nullity: int
    method: Method
    hermiticity: float
    error: float
    known_residual: float | None = None
    exact: bool = True  # False for a correction that is known in part only
    work: object | None = None
    judge: object | None = None  # what a method can use again for the correction
    inverse: Inverse | None = None

    @property
    def sector(self) -> Sector:
        """The sector of order zero."""
        return self.liouvillian.sector

    @property
    def cutoffs(self) -> dict[str, int]:
        """Levels kept of each oscillator."""
        return self.liouvillian.generator.space.cutoffs

    @cached_property
    def state(self) -> State:
        """The density matrix without a certificate."""
        return State(self.sector.grading, {self.sector.order: self.vector})

    @property
    def residual(self) -> float:
        """The scale-free residual of the certificate."""
        if self.known_residual is not None:
            return self.known_residual
        return self.liouvillian.scale_free_residual(self.vector)


def hermitian(sector: Sector, vector: np.ndarray) -> tuple[np.ndarray, float]:
    """The Hermitian part of an operator of order zero, and how far it was from Hermitian."""
    mirrored = np.conj(vector[sector.transpose])
    size = float(np.linalg.norm(vector))
    error = float(np.linalg.norm(vector - mirrored)) / size if size else 0.0
    return 0.5 * (vector + mirrored), error


def truncation_error(larger: Sector, correction: np.ndarray) -> float:
    """Three times the trace norm of the correction ρ′ − ρ, to 5 % and never less, at most 6."""
    return min(UNKNOWN, SAFETY * larger.trace_norm(correction, slack=0.05))


def prolonged(solution: Solution, refined: Solution) -> float:
    """How many times longer the slowest mode lives in the larger space, by the condition of both; 1 if none is slow.

    A cutoff cuts tails of the wells between which a system switches slowly, and makes it switch: while that is what
    sets the weight of each well, one more level changes the rate many times and the state very little.
    """
    if not refined.exact or not rounding_error(SLOW) < refined.error < np.inf or solution.error <= 0:
        return 1.0
    return refined.error / solution.error


def extra_nullity(model: Model, solution: Solution) -> int:
    """Stationary operators in the sectors of finite order (Z_d charges): each pair {c, −c} is tried once.

    A unique state of order zero does not exclude them: D[S_x] of a spin ½ keeps both 1 and S_x. A U(1) charge other
    than zero cannot hold one, because |X|² of a stationary X would be a second stationary operator of order zero.
    """
    count = 0
    generator = solution.liouvillian.generator
    for order in model.symmetry.weak.torsion():
        sector = generator.grading.sector(order)
        if not sector.size:
            continue
        liouvillian = generator.liouvillian(sector)
        method = Auto().choose(liouvillian)
        regular = method.regular(liouvillian) if isinstance(method, Krylov) else sparse_regular(liouvillian.matrix)
        if not regular:
            group = model.symmetry.weak
            count += 1 if group.reduce(-x for x in order) == order else 2
    return count
