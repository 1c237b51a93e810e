"""Eigenvalues of largest real part with right and left eigenvectors: dense, and by shift-invert Arnoldi.

Right vectors obey A r = λ r and have unit length, left ones l†A = λ l†; they are biorthonormal, l_i†r_j = δ_ij. The
condition number κ = ‖l‖‖r‖ ≥ 1 is how much an eigenvalue moves under a perturbation of A, relative to its norm; it is
infinite at an exceptional point, where two eigenvectors coalesce (Golub and Van Loan, Matrix Computations, § 7.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from photinus.errors import NotConverged

EPS = float(np.finfo(float).eps)
UNRESOLVED = 64 * EPS
"""Eigenvalues closer than this times ‖A‖₁ are one to the precision of the numbers."""
EQUAL = 1e-12
"""Eigenvalues closer than this times ‖A‖₁ may be one with several vectors; near an exceptional point they are not."""
SAME = 1e-11
"""The same, of eigenvalues from an Arnoldi iteration, which are that exact."""
ALIKE_VALUES = 1e-12
"""Real parts that differ by no more than this, relative to the eigenvalues themselves, count as equal in sorting."""
ALIKE = 1e-4
"""A unit vector with no more than this outside of the span of others is nothing new."""


@dataclass(frozen=True, slots=True)
class Eigenpairs:
    """Some eigenvalues of a matrix, largest real part first.

    Attributes
    ----------
    values : ndarray, shape (m,)
    right, left : ndarray, shape (n, m)
        Columns; ‖r‖ = 1, l_i†r_j = δ_ij (at an exactly defective eigenvalue l†r = 0, and ‖l‖ = 1).
    conditions : ndarray, shape (m,)
        κ = ‖l‖‖r‖, infinite where l†r = 0.
    residuals : ndarray, shape (m,)
        ‖Ar − λr‖/(‖|A||r|‖ + |λ|): scale-free.
    rounding : ndarray, shape (m,)
        What rounding may have done to each eigenvalue: the rounding unit ε times |l|†|A||r|, or, near an exceptional
        point, ε κ‖A‖, and at most ε^{1/m}‖A‖ where m of them are equal.
    """

    values: np.ndarray
    right: np.ndarray
    left: np.ndarray
    conditions: np.ndarray
    residuals: np.ndarray
    rounding: np.ndarray

    def first(self, count: int) -> Eigenpairs:
        """The first ``count`` of them."""
        return self.chosen(slice(count))

    def turned(self, basis: sp.sparray | None) -> Eigenpairs:
        """Of U A U† for a unitary map U: the same values, U r and U l; None is the identity."""
        return self if basis is None else replace(self, right=basis @ self.right, left=basis @ self.left)

    def conjugate(self) -> Eigenpairs:
        """The eigenpairs of the conjugate matrix: of the same one where it is real."""
        return replace(self, values=self.values.conj(), right=self.right.conj(), left=self.left.conj())

    def chosen(self, which: np.ndarray | slice) -> Eigenpairs:
        """Some of them."""
        return Eigenpairs(
            self.values[which],
            self.right[:, which],
            self.left[:, which],
            self.conditions[which],
            self.residuals[which],
            self.rounding[which],
        )


def slowest_first(values: np.ndarray) -> np.ndarray:
    """The order of decreasing real part; equal ones (to rounding) by |imaginary part|, the negative first."""
    order = np.argsort(-values.real, kind="stable")
    real, size = values.real[order], np.abs(values[order])
    # Equal is meant relative to the two numbers themselves: slow rates next to fast ones keep their order.
    steps = np.abs(np.diff(real)) > ALIKE_VALUES * np.maximum(size[1:], size[:-1])
    run = np.concatenate([[0], np.cumsum(steps)])[: len(values)]
    scale = np.zeros(len(values))
    np.maximum.at(scale, run, size)
    imaginary = np.round(values.imag[order] / np.where(scale > 0, scale, 1.0)[run], 11)
    return order[np.lexsort((imaginary, np.abs(imaginary), run))]


def dense_eigenpairs(matrix: np.ndarray, count: int) -> Eigenpairs:
    """The ``count`` eigenvalues of largest real part of a dense matrix, and those that equal the last one."""
    values, left, right = la.eig(matrix, left=True, right=True, check_finite=False)
    order = slowest_first(values)
    size = float(np.abs(matrix).sum(axis=0).max(initial=0.0))
    if len(order) > count:
        last = values[order[count - 1]]
        close = np.abs(values[order[count:]] - last) <= UNRESOLVED * size
        order = np.concatenate([order[:count], order[count:][close]])
    values, right, left = values[order], right[:, order], left[:, order]
    for cluster in _parallel(values, right, size):
        _disentangle(matrix, values, right, left, cluster)
    return _judged(matrix, values, right, left)


def _parallel(values: np.ndarray, right: np.ndarray, size: float) -> list[np.ndarray]:
    """Groups of equal eigenvalues whose eigenvectors are close to linearly dependent."""
    return [g for g in _clusters(values, EQUAL * size) if la.svdvals(right[:, g])[-1] < ALIKE]


def _clusters(values: np.ndarray, close: float) -> list[np.ndarray]:
    """Groups of more than one value of which each is that close to the first."""
    label = np.argmax(np.abs(values[:, None] - values[None, :]) <= close, axis=1)
    groups = (np.flatnonzero(label == k) for k in np.unique(label))
    return [group for group in groups if len(group) > 1]


def _disentangle(
    matrix: np.ndarray, values: np.ndarray, right: np.ndarray, left: np.ndarray, cluster: np.ndarray
) -> None:
    """Orthonormal eigenvectors of one eigenvalue, where it has as many as it is often; else they are left alone.

    A general eigensolver returns any basis of a degenerate eigenspace, also one that is all but linearly dependent,
    and so an exceptional point that is not there.
    """
    mean = values[cluster].mean()
    u, sizes, v = la.svd(matrix - mean * np.eye(len(matrix)), check_finite=False)
    many = len(cluster)
    if sizes[-many] <= EQUAL * sizes[0]:
        values[cluster] = mean
        right[:, cluster], left[:, cluster] = v[-many:].conj().T, u[:, -many:]


def _judged(matrix: np.ndarray | sp.sparray, values: np.ndarray, right: np.ndarray, left: np.ndarray) -> Eigenpairs:
    """Made biorthonormal, the eigenvalues polished by l†Ar, with their errors."""
    left = biorthonormal(left, right)
    lengths = np.linalg.norm(left, axis=0)
    overlap = np.einsum("ij,ij->j", left.conj(), right)
    conditions = np.where(np.abs(overlap - 1) < 0.5, lengths, np.inf)
    image = matrix @ right
    polished = np.einsum("ij,ij->j", left.conj(), image)
    # l†Ar has the error of both vectors multiplied, provided that they are well conditioned.
    sound = conditions < 1e4
    values = np.where(sound, polished, values)
    flux = abs(matrix) @ np.abs(right)
    scale = np.linalg.norm(flux, axis=0) + np.abs(values)
    residuals = np.linalg.norm(image - values * right, axis=0) / np.where(scale > 0, scale, 1.0)
    norm = float(abs(matrix).sum(axis=0).max()) if len(values) else 0.0
    first = EPS * np.einsum("ij,ij->j", np.abs(left), flux) + 1e3 * (EPS * conditions) ** 2 * norm
    second = np.array([_scatter(values, *pair, norm) for pair in zip(values, conditions, strict=True)])
    return Eigenpairs(values, right, left, conditions, residuals, np.where(sound, first, second))


def _scatter(values: np.ndarray, value: complex, condition: float, norm: float) -> float:
    """How far rounding scatters an eigenvalue: ε‖A‖ times its condition, and times the number m of those around it.

    Of a Jordan block that rounding has split the slope at each part tells 1/m of its way. The condition of a block that
    happens to be found whole is infinite, and says nothing: an eigenvalue that m share is scattered by ε^{1/m}‖A‖.
    """
    distances = np.abs(values - value)
    reach = EPS * condition * norm
    reach *= np.count_nonzero(distances <= 10 * reach)
    equal = int(np.count_nonzero(distances <= EQUAL * norm))
    if equal < 2:
        return reach
    m = np.arange(equal, len(values) + 1)
    radii = EPS ** (1 / m) * norm
    shared = np.count_nonzero(distances <= radii[:, None], axis=1)
    return min(reach, float(radii[np.argmax(shared <= m)]))


def biorthonormal(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The basis of the span of ``left`` with l_i†r_j = δ_ij; unit vectors as they are where that is impossible."""
    overlaps = left.conj().T @ right
    with np.errstate(all="ignore"):
        if not len(overlaps) or 1 / np.linalg.cond(overlaps) > EPS:
            return np.asarray(left @ np.linalg.inv(overlaps).conj().T)
    # An exactly defective eigenvalue: what can be scaled is scaled.
    weights = np.diagonal(overlaps).conj()
    return np.asarray(left / np.where(np.abs(weights) > 10 * EPS, weights, 1.0))


def sparse_eigenpairs(matrix: sp.csc_array, count: int, target: complex) -> tuple[Eigenpairs, float]:
    """Eigenpairs nearest to ``target``, at least ``count`` where there are so many, by shift-invert Arnoldi.

    Returns
    -------
    pairs : Eigenpairs
    radius : float
        All eigenvalues closer to the target than this were found, degenerate ones included.

    Raises
    ------
    NotConverged
        If the Arnoldi iteration does not converge, or the target is an eigenvalue.
    """
    inverse = Inverse.around(matrix, target)
    more = min(count + 3, matrix.shape[0] - 2)
    values, right, left = inverse.pairs(more, None)
    kept = np.argsort(np.abs(values - target))[: max(1, more - 1)]
    radius = float(np.abs(values[kept] - target).max(initial=0.0))
    pairs = sorted_pairs(matrix, values[kept], right[:, kept], left[:, kept])
    return completed(inverse, pairs, radius, min(4, more)), radius


def completed(inverse: Inverse, pairs: Eigenpairs, radius: float, more: int) -> Eigenpairs:
    """With the eigenpairs inside the disc that a Krylov space has missed, sought ``more`` at a time.

    Raises
    ------
    NotConverged
        If one of them is no eigenpair.
    """
    for _ in range(8):
        if not inverse.misses(pairs, radius):
            break
        values, right, left = inverse.pairs(more, pairs)
        inside = np.abs(values - inverse.target) < radius * (1 - 1e-6)
        if not inside.any():
            break
        pairs = _joined(inverse.matrix, pairs, values[inside], right[:, inside], left[:, inside])
    worst = float(pairs.residuals.max(initial=0.0))
    if not worst <= 1e-8:
        raise NotConverged(
            f"An eigenvector of the shift-invert iteration around {inverse.target:.3g} has the residual {worst:.1e}.",
            "Use method=ph.Dense(), or another target.",
        )
    return pairs


def sorted_pairs(matrix: sp.csc_array, values: np.ndarray, right: np.ndarray, left: np.ndarray) -> Eigenpairs:
    """Eigenpairs of a sparse matrix from its vectors, slowest first, with orthonormal vectors of equal eigenvalues."""
    order = slowest_first(values)
    values, right, left = values[order], right[:, order], left[:, order]
    size = float(abs(matrix).sum(axis=0).max())
    for cluster in _clusters(values, SAME * size):
        right[:, cluster] = _orthonormal(matrix, values[cluster].mean(), right[:, cluster], size)
        left[:, cluster] = _orthonormal(matrix.conj().T, values[cluster].mean().conj(), left[:, cluster], size)
    return _judged(matrix, values, right, left)


def _orthonormal(matrix: sp.sparray, value: complex, vectors: np.ndarray, size: float) -> np.ndarray:
    """An orthonormal basis of the span of eigenvectors of one eigenvalue, if all of the span are eigenvectors.

    Arnoldi's method finds one vector of a degenerate eigenvalue, rounding and deflation give the others any share of
    it: a condition number of theirs says nothing. The span of coalescing vectors holds more than eigenvectors.
    """
    basis, _ = np.linalg.qr(vectors)
    rest = np.linalg.norm(matrix @ basis - value * basis, axis=0)
    return basis if rest.max() <= 10 * SAME * size else vectors


def _joined(
    matrix: sp.csc_array, known: Eigenpairs, values: np.ndarray, right: np.ndarray, left: np.ndarray
) -> Eigenpairs:
    return sorted_pairs(
        matrix,
        np.concatenate([known.values, values]),
        np.hstack([known.right, right]),
        np.hstack([known.left, left]),
    )


def _factors(matrix: sp.csc_array, target: complex) -> sla.SuperLU:
    shift = target.real if target.imag == 0 else target
    shifted = (matrix - shift * sp.eye_array(matrix.shape[0], format="csc")).tocsc()
    try:
        # The diagonal of a generator dominates: its symmetric ordering fills less, and seldom has to pivot.
        return sla.splu(
            shifted,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.01,
            options={"SymmetricMode": True},
        )
    except RuntimeError as error:
        raise NotConverged(f"The target {target:.6g} is an eigenvalue itself.", "Move the target a little.") from error


@dataclass(frozen=True, slots=True)
class Inverse:
    """(A − target)⁻¹, by its factors, on all vectors or on those without the known eigenvectors."""

    matrix: sp.csc_array
    target: complex
    factors: sla.SuperLU

    @classmethod
    def around(cls, matrix: sp.csc_array, target: complex) -> Inverse:
        """Factorised; :class:`NotConverged` where the target is an eigenvalue."""
        return cls(matrix, target, _factors(matrix, target))

    def pairs(self, count: int, known: Eigenpairs | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Eigenvalues nearest to the target, right and left vectors; only those of which both were found."""
        values, right = self._arnoldi(count, "N", known)
        mirrored, left = self._arnoldi(count, "H", known)
        free = list(range(len(mirrored)))
        chosen, partners = [], []
        for k in np.argsort(np.abs(values - self.target)):
            gaps = np.abs(np.conj(mirrored[free]) - values[k])
            if len(gaps) and gaps.min() <= 1e-5 * np.abs(values[k] - self.target):
                chosen.append(int(k))
                partners.append(free.pop(int(np.argmin(gaps))))
        return values[chosen], right[:, chosen], left[:, partners]

    @property
    def _real(self) -> bool:
        return self.target.imag == 0 and not np.iscomplexobj(self.matrix.data)

    def solve(self, b: np.ndarray, transposed: str) -> np.ndarray:
        """(A − target)⁻¹ b, or of the Hermitian conjugate ("H")."""
        if self._real and np.iscomplexobj(b):
            both = self.factors.solve(np.stack([b.real, b.imag], axis=1), transposed)
            return both[:, 0] + 1j * both[:, 1]
        return self.factors.solve(b, transposed)

    def _arnoldi(self, count: int, transposed: str, known: Eigenpairs | None) -> tuple[np.ndarray, np.ndarray]:
        n = self.matrix.shape[0]
        kind = float if self._real and known is None else complex

        def apply(b: np.ndarray) -> np.ndarray:
            inside = self._without(b.ravel(), known, transposed)
            return self._without(self.solve(inside, transposed), known, transposed)

        rng = np.random.default_rng(11)
        start = rng.normal(size=n) if kind is float else rng.normal(size=n) + 1j * rng.normal(size=n)
        inverse = sla.LinearOperator((n, n), dtype=kind, matvec=apply)
        try:
            found, vectors = sla.eigs(inverse, k=count, v0=start, ncv=min(n, 2 * count + 12), tol=1e-11)
        except sla.ArpackError as error:
            raise NotConverged(
                f"The Arnoldi iteration around {self.target:.3g} did not converge.",
                "Use method=ph.Dense(), another target, or another count.",
            ) from error
        target = self.target if transposed == "N" else np.conj(self.target)
        return target + 1 / found, vectors / np.linalg.norm(vectors, axis=0)

    @staticmethod
    def _without(x: np.ndarray, known: Eigenpairs | None, transposed: str) -> np.ndarray:
        if known is None:
            return x
        right, left = (known.right, known.left) if transposed == "N" else (known.left, known.right)
        return x - right @ (left.conj().T @ x)

    def misses(self, pairs: Eigenpairs, radius: float) -> bool:
        """Whether inverse iteration without the known eigenvectors still finds something inside the disc.

        A Krylov sequence sees one vector of each degenerate eigenvalue; the others come in by rounding, if at all.
        """
        if pairs.conditions.max(initial=1.0) > 1e6:
            return False  # near an exceptional point nothing can be taken out cleanly
        n = self.matrix.shape[0]
        rng = np.random.default_rng(12)
        x = self._without(rng.normal(size=n) + 1j * rng.normal(size=n), pairs, "N")
        growth = 0.0
        for _ in range(6):
            x = self._without(self.solve(x / np.linalg.norm(x), "N"), pairs, "N")
            growth = float(np.linalg.norm(x))
        return growth * radius > 1.2


def union(groups: Iterable[Eigenpairs], matrix: sp.csc_array) -> Eigenpairs:
    """The eigenpairs of several targets together, each once."""
    known, *others = groups
    for other in others:
        rest = other.right - known.right @ (known.left.conj().T @ other.right)
        new = np.linalg.norm(rest, axis=0) > ALIKE
        known = _joined(matrix, known, other.values[new], other.right[:, new], other.left[:, new])
    return known
