r"""The map 𝓕 of one period in one sector of coherences, and its eigenoperators of largest modulus.

Small sectors hold 𝓕 as a matrix: dense exponentials of the generators, multiplied; a part without jumps is ρ ↦ UρU†,
whose matrix is U_{rr'} Ū_{cc'} between the coherences |r⟩⟨c|. Large sectors only apply it, by Krylov exponentials.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from photinus.collective.period import Kick, Period
from photinus.errors import NotConverged
from photinus.model import Model
from photinus.numerics.eigen import EPS, biorthonormal
from photinus.numerics.memory import require_memory
from photinus.numerics.ode import krylov_exponential
from photinus.solve.dynamics.orders_in_time import hermitian_basis, without_zeros
from photinus.solve.modes.sector_modes import Mode
from photinus.space.liouvillian import generator_on
from photinus.space.sectors import Grading, Sector, grading
from photinus.space.space import make_space

COMPLETE_LIMIT, DENSE_LIMIT = 500, 1200
"""Unknowns up to which a map is diagonalised completely, and up to which it is a matrix."""
STEP_ERROR = 1e-13
"""What a Krylov exponential may be off by, of a vector of length one."""
DEAD = 1e-12
"""Multipliers below this are rounding."""
EQUAL = 1e-9
"""Multipliers that differ by less are taken together where a list is cut."""
REMEDY = "Use smaller cutoffs or sizes, or a period with more symmetry."


def graded_space(period: Period, cutoffs: dict[str, int]) -> Grading:
    """The kets of a period's sites, sorted by the symmetry that its parts share."""
    return grading(make_space(period.sites, cutoffs), period.symmetry.weak)


@dataclass(frozen=True)
class PeriodMap:
    """𝓕 on the coherences of one order, as vectors of the sector.

    Attributes
    ----------
    period : Period
    sector : Sector
    """

    period: Period
    sector: Sector

    @cached_property
    def _parts(self) -> list[tuple[Any, float]]:
        """(𝓛, t) of the stretches of time, and (U, 0) where there are no jumps."""
        graded = self.sector.grading
        out: list[tuple[Any, float]] = []
        for part, model in zip(self.period.parts, self.period.models, strict=True):
            time = 1.0 if isinstance(part, Kick) else part[1]
            if model.generator[1]:
                made = generator_on(graded.space, *model.generator, graded=graded)
                out.append((made.liouvillian(self.sector).matrix.tocsr(), time))
            else:
                out.append((self._turn(model, time), 0.0))
        return out

    def _turn(self, model: Model, time: float) -> np.ndarray:
        """U = e^{−iHt}."""
        space = self.sector.grading.space
        require_memory(80.0 * space.dimension**2, None, f"e^(−iHt) of {space.dimension} kets", REMEDY)
        energies, vectors = la.eigh(space.matrix(model.generator[0]), check_finite=False)
        return (vectors * np.exp(-1j * time * energies)) @ vectors.conj().T

    @cached_property
    def basis(self) -> sp.csr_array | None:
        """The unitary map to real numbers, of an order that is its own conjugate: 𝓕 is a real matrix there."""
        group, order = self.sector.grading.group, self.sector.order
        return hermitian_basis(self.sector) if group.reduce(-k for k in order) == order else None

    @property
    def closed(self) -> bool:
        """Whether no part has a jump: 𝓕 is unitary."""
        return not any(time for _, time in self._parts)

    @cached_property
    def _rounding(self) -> float:
        """What exponentials lose: some of the rounding unit times ‖𝓛‖t; modes count a thousand times this."""
        flow = sum(time * float(np.max(abs(flow).sum(axis=0))) for flow, time in self._parts if time)
        return EPS * max(1.0, 0.01 * flow)

    @cached_property
    def matrix(self) -> np.ndarray:
        """𝓕 as a dense matrix, in :attr:`basis` where there is one."""
        n = self.sector.size
        require_memory((16.0 if self.basis is None else 8.0) * 10 * n * n, None, f"The map of {n} coherences", REMEDY)
        rows, columns = self.sector.kets
        out = np.eye(n)
        for operator, time in self._parts:
            if time:
                flow = operator if self.basis is None else _real(self.basis, operator)
                step = la.expm(time * flow.toarray())
            else:
                step = operator[np.ix_(rows, rows)] * operator[np.ix_(columns, columns)].conj()
                step = step if self.basis is None else (self.basis @ step @ self.basis.conj().T.toarray()).real
            out = step @ out
        return out

    def apply(self, x: np.ndarray, *, adjoint: bool = False) -> np.ndarray:
        """𝓕x of a vector of the sector, shape (n,); or 𝓕†x."""
        if self.sector.size <= DENSE_LIMIT:
            matrix = self.matrix.conj().T if adjoint else self.matrix
            return matrix @ x if self.basis is None else self.basis.conj().T @ (matrix @ (self.basis @ x))
        rows, columns = self.sector.kets
        for operator, time in reversed(self._parts) if adjoint else self._parts:
            matrix = operator.conj().T if adjoint else operator
            if time:
                length = float(np.linalg.norm(x))
                if length > 0:
                    steps = krylov_exponential(
                        sp.csr_array(matrix), x / length, np.array([0.0, time]), rate=STEP_ERROR / time
                    )
                    x = length * next(steps).y
            else:
                full = np.zeros(matrix.shape, dtype=complex)
                full[rows, columns] = x
                x = (matrix @ full @ matrix.conj().T)[rows, columns]
        return x

    def modes(self, count: int) -> list[Mode]:
        """The eigenoperators of the ``count`` multipliers μ of largest modulus, with λ = ln(μ)/T."""
        n = self.sector.size
        dense = n <= max(min(COMPLETE_LIMIT, DENSE_LIMIT), count + 8)
        values, right, left = self._dense(count) if dense else self._iterated(count)
        keep = np.abs(values) > DEAD
        values, right, left = values[keep], right[:, keep], left[:, keep]
        left = biorthonormal(left, right)
        return self._judged(values, right, left)

    def _dense(self, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if self.closed:  # normal: an orthonormal basis, however degenerate
            triangle, right = la.schur(self.matrix.astype(complex), output="complex", check_finite=False)
            values, left = np.diagonal(triangle).copy(), right
        else:
            values, left, right = la.eig(self.matrix, left=True, right=True, check_finite=False)
        order = _largest_first(values)
        if len(order) > count:
            last = np.abs(values[order[count - 1]])
            order = order[: count + int((np.abs(values[order[count:]]) >= last - EQUAL).sum())]
        back = np.eye(1) if self.basis is None else self.basis.conj().T
        turned = [x[:, order] if self.basis is None else back @ x[:, order] for x in (right, left)]
        return values[order], turned[0], turned[1]

    def _iterated(self, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = self.sector.size
        require_memory(16.0 * n * 6 * (count + 12), None, f"{count} modes of the map of {n} coherences", REMEDY)
        found = []
        for adjoint in (False, True):
            operator = sla.LinearOperator((n, n), lambda x, a=adjoint: self.apply(x, adjoint=a), dtype=complex)
            start = np.random.default_rng(7).normal(size=n).astype(complex)
            try:
                found.append(sla.eigs(operator, count + 4, which="LM", v0=start, tol=1e-12, ncv=3 * count + 20))
            except sla.ArpackNoConvergence:
                raise NotConverged(
                    f"The {count} largest multipliers of {n} coherences did not converge.",
                    "Ask for fewer modes, or use a smaller size.",
                ) from None
        (values, right), (others, left) = found
        order = _largest_first(values)[:count]
        partner = [int(np.argmin(np.abs(others.conj() - values[k]))) for k in order]
        return values[order], right[:, order], left[:, partner]

    def _judged(self, values: np.ndarray, right: np.ndarray, left: np.ndarray) -> list[Mode]:
        duration, modes = self.period.duration, []
        for k, value in enumerate(values):
            r, l = right[:, k], left[:, k]
            condition = float(np.linalg.norm(l) * np.linalg.norm(r)) if abs(np.vdot(l, r) - 1) < 0.5 else np.inf
            error = float(np.linalg.norm(self.apply(r) - value * r)) / float(np.linalg.norm(r))
            rounding = max(self._rounding, 0.001 * error) * min(condition, 1e16) / (abs(value) * duration)
            exponent = complex(np.log(abs(value)), np.angle(value)) / duration
            modes.append(_dressed(Mode(exponent, self.sector, r, l, condition, error, rounding)))
        still = [k for k, mode in enumerate(modes) if mode.stationary]
        if len(still) == 1 and len(self.sector.trace):
            modes[still[0]] = _as_state(modes[still[0]])
        return modes


def _real(basis: sp.csr_array, operator: sp.csr_array) -> sp.csr_array:
    return without_zeros((basis @ operator @ basis.conj().T).real)


def _largest_first(values: np.ndarray) -> np.ndarray:
    """By falling modulus; equal ones (to rounding) the one nearest to 1 first."""
    return np.lexsort((np.abs(np.angle(values)), -np.round(np.abs(values), 11)))


def _dressed(mode: Mode) -> Mode:
    """With ‖r‖ = 1, its largest element positive; Hermitian already where μ is real, up to this sign."""
    top = mode.right[int(np.abs(mode.right).argmax())]
    diagonal = mode.right[mode.sector.trace]
    if len(diagonal) and np.abs(diagonal).max() > 1e-9:
        top = diagonal[int(np.abs(diagonal).argmax())]
    scale = float(np.linalg.norm(mode.right)) * top / abs(top)
    return Mode(
        mode.value,
        mode.sector,
        mode.right / scale,
        mode.left * np.conj(scale),
        mode.condition,
        mode.residual,
        mode.rounding,
    )


def _as_state(mode: Mode) -> Mode:
    """The state that a period brings back: trace 1, λ = 0, l the identity."""
    trace = mode.right[mode.sector.trace].sum()
    if abs(trace) < 1e-12:
        return mode
    one = np.zeros(mode.sector.size, dtype=complex)
    one[mode.sector.trace] = 1.0
    state = mode.right / trace
    state = 0.5 * (state + state[mode.sector.transpose].conj())
    return Mode(0j, mode.sector, state, one, mode.condition, mode.residual, mode.rounding)
