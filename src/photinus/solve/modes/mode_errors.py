"""What the cutoffs cost each mode: the same mode is sought in a larger space.

Small sectors are diagonalised again. In large ones the mode is corrected there, without a factorisation: with U, W the
right and left operators of the sector's modes, W†U = 1, laid into the larger space, each correction obeys

    (1 − UW†)(𝓛 − λ_k) δ_k = −(1 − UW†)(𝓛 − λ_k) u_k ,   W†δ_k = 0 ,

the equation of Jacobi and Davidson (Sleijpen and Van der Vorst 1996), which GMRES solves with the jump/no-jump
splitting as its preconditioner; the eigenvalues are those of W†𝓛(U + Δ).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import scipy.linalg as la

from photinus.model import Model
from photinus.numerics.krylov import gmres
from photinus.numerics.memory import require_memory
from photinus.solve.methods import Krylov
from photinus.solve.modes.sector_modes import DENSE_LIMIT, REMEDY, Found, Mode, Solver, slowest_modes
from photinus.solve.splitting import Splitting
from photinus.space.liouvillian import Generator, Liouvillian, generator

SPARE = 4
"""So many modes more are looked for in the larger space, to find the partners of the last ones."""
HALF = 0.5
ACCURACY = 0.03


def truncation_errors(
    model: Model, found: Found, larger: dict[str, int], *, method: Solver, target: complex | None
) -> tuple[np.ndarray, bool]:
    """How far each λ is from its value in the larger space, and whether that space has a slow mode that this one lacks.

    ``inf`` where the larger space has no such mode, ``nan`` where it could not be told.
    """
    orders = list(dict.fromkeys(mode.order for mode in found.modes))
    made = generator(model, larger)
    if max((made.grading.sector(order).size for order in orders), default=0) <= DENSE_LIMIT:
        count = len(found.modes)
        judge = slowest_modes(model, larger, orders, count=count + SPARE, method=method, target=target).modes
        partners = [partner(mode, judge) for mode in found.modes]
        cutoffs = found.modes[0].sector.grading.space.cutoffs
        seen = {k for _, used in partners for k in used}
        slow = [k for k, mode in enumerate(judge[: max(1, count - SPARE)]) if not at_the_edge(mode, cutoffs)]
        return np.array([error for error, _ in partners]), not seen.issuperset(slow)
    errors = np.empty(len(found.modes))
    group = made.grading.group
    for order in orders:
        same = [k for k, mode in enumerate(found.modes) if mode.order == order]
        opposite = [k for k, mode in enumerate(found.modes) if mode.order == group.reduce(-x for x in order)]
        if order < group.reduce(-x for x in order) and len(opposite) == len(same):
            continue  # the conjugates of modes that have their turn
        judged = _corrected(made, [found.modes[k] for k in same])
        errors[same] = judged
        if len(opposite) == len(same):
            errors[opposite] = judged
    return errors, False


def partner(mode: Mode, larger: tuple[Mode, ...]) -> tuple[float, tuple[int, ...]]:
    """How far off the same mode is in a larger space, and which modes there it is made of.

    E r, the operator in the larger space, is expanded in the modes of the larger space, nearest eigenvalue first, until
    half of its length is found; infinite where it is not.
    """
    candidates = [k for k, other in enumerate(larger) if other.order == mode.order]
    candidates.sort(key=lambda k: abs(larger[k].value - mode.value))
    if not candidates:
        return np.inf, ()
    embedded = mode.sector.embed(mode.right, larger[candidates[0]].sector)
    rest, error = embedded, 0.0
    used: list[int] = []
    for k in candidates:
        other = larger[k]
        share = np.vdot(other.left, embedded) * other.right
        if np.linalg.norm(share) > 1e-3 * np.linalg.norm(embedded):
            rest, error = rest - share, abs(other.value - mode.value)
            used.append(k)
        if np.linalg.norm(rest) <= HALF * np.linalg.norm(embedded):
            return float(error), tuple(used)
    return np.inf, ()


def _corrected(made: Generator, modes: list[Mode]) -> np.ndarray:
    """The errors of the modes of one order, by their corrections in a larger space."""
    sector = made.grading.sector(modes[0].order)
    plain = made.liouvillian(sector)
    need = Krylov(restart=60).estimate(plain)
    require_memory(need, None, f"The correction of modes with {sector.size} unknowns", REMEDY)
    matrix = plain.matrix.tocsr()
    embedded = np.stack([mode.sector.embed(mode.right, sector) for mode in modes], axis=1)
    duals = np.stack([mode.sector.embed(mode.left, sector) for mode in modes], axis=1)
    sizes = np.linalg.norm(embedded, axis=0)
    u, w = embedded / sizes, duals * sizes

    def outside(x: np.ndarray) -> np.ndarray:
        return x - u @ (w.conj().T @ x)

    errors, corrected = np.zeros(len(modes)), u.copy()
    inverse, turned = Splitting(_turned(plain, modes[0].value)), modes[0].value
    for k, mode in enumerate(modes):
        if abs(mode.value.imag - turned.imag) > 0.5 * abs(turned.imag) and any(mode.order):
            inverse, turned = Splitting(_turned(plain, mode.value)), mode.value
        defect = outside(matrix @ u[:, k] - mode.value * u[:, k])
        if np.linalg.norm(defect) <= mode.rounding:
            continue
        answer = gmres(
            lambda x, value=mode.value: outside(matrix @ x - value * x),  # type: ignore[misc]
            -defect,
            lambda y, solve=inverse: outside(solve(y)),  # type: ignore[misc]
            tolerance=ACCURACY,
            maximum=180,
        )
        if np.linalg.norm(answer.vector) >= 1.0:
            errors[k] = np.inf
        elif not answer.converged and answer.residual > HALF:
            errors[k] = np.nan
        else:
            corrected[:, k] += answer.vector
    values = la.eigvals(w.conj().T @ (matrix @ corrected), w.conj().T @ corrected)
    nearest = np.array([np.abs(values - mode.value).min() for mode in modes])
    # 𝓛 keeps the trace in every space: the eigenvalue of a stationary state has no error.
    still = np.array([mode.stationary for mode in modes])
    return np.where(np.isfinite(errors), np.where(still, 0.0, nearest), errors)


def _turned(liouvillian: Liouvillian, value: complex) -> Liouvillian:
    """In the frame in which a mode of a U(1) charge stands still: there 𝓢 resembles 𝓛 − λ."""
    made, order = liouvillian.generator, liouvillian.sector.order
    charged = [f for f, d in enumerate(made.grading.group.moduli) if d == 0 and order[f]]
    if not charged or value.imag == 0:
        return liouvillian
    factor = charged[0]
    zero = (0,) * made.space.coordinates.shape[1]
    turning = -1j * value.imag / order[factor] * made.grading.charges[made.grading.label, factor]
    no_jump = dict(made.no_jump)
    no_jump[zero] = no_jump.get(zero, 0.0) + turning
    return replace(made, no_jump=no_jump).liouvillian(liouvillian.sector)


def weight_above(mode: Mode, cutoffs: Mapping[str, int]) -> float:
    """The share of ‖r‖² on coherences of which a ket has a level from these on."""
    space = mode.sector.grading.space
    levels = np.unravel_index(np.arange(space.dimension), space.levels)
    outside = np.zeros(space.dimension, dtype=bool)
    for name, n in cutoffs.items():
        outside |= levels[space.axis(name)] >= n
    rows, columns = mode.sector.kets
    weight = np.abs(mode.right) ** 2
    total = float(weight.sum())
    return float(weight[outside[rows] | outside[columns]].sum()) / total if total > 0 else 0.0


def at_the_edge(mode: Mode, cutoffs: Mapping[str, int]) -> bool:
    """Whether a mode lives above these cutoffs, for the greater part."""
    return weight_above(mode, cutoffs) > HALF
