"""Eigenvalues of largest real part, whatever their imaginary parts: Arnoldi's method from a point right of the axis.

In μ = 1/(λ − σ), σ > 0, the imaginary axis is a circle, the half plane left of it the circle's inside, and infinity its
point 0: slow modes lie at the edge of the spectrum, where a Krylov space converges first (Saad, Numerical Methods for
Large Eigenvalue Problems, § 6 and § 8.2). One real factorisation so finds slow modes of frequencies up to a few σ.
A shift on the axis would find those of its own frequency only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from photinus.numerics.eigen import Eigenpairs, Inverse, slowest_first, sorted_pairs

FEW, MOST = 40, 320
"""Steps of a glance, and steps at which the search gives up."""
GLANCES = 6
CONVERGED = 1e-10
"""A Ritz value whose residual is below this times |λ − σ| is an eigenvalue, whose error is the square of that."""
COPIES = 8
"""So often further copies of degenerate eigenvalues are looked for."""
SEPARATE, SMALL = 8, 200
"""Into so many parts, at most, a matrix is taken apart, and the unknowns that a part needs for that."""


@dataclass(frozen=True)
class HalfPlane:
    """What Arnoldi's method saw of the slow end of a spectrum.

    Attributes
    ----------
    pairs : Eigenpairs or None
        The slow eigenpairs, at least as many as asked for; None where they did not converge.
    center, radius : float
        σ, and the distance from it up to which every Ritz value is an eigenvalue.
    seen : ndarray of complex
        The slow Ritz values, converged or not, slowest first.
    """

    pairs: Eigenpairs | None
    center: float
    radius: float
    seen: np.ndarray


def slowest_eigenpairs(matrix: sp.csc_array, count: int) -> HalfPlane:
    """The ``count`` eigenvalues of largest real part of a real matrix that has none right of the imaginary axis.

    Raises
    ------
    NotConverged
        If a factorisation fails.
    """
    parts = separate_parts(matrix)
    blocks = [matrix if len(parts) == 1 else matrix[part][:, part].tocsc() for part in parts]
    sigma = typical_size(blocks[0], count)
    spaces = [_Space(Inverse.around(block, sigma)) for block in blocks]
    steps = FEW
    while True:
        steps = min(steps + FEW, MOST)
        for space in spaces:
            space.extend(steps)
        values, residuals, owners = _ritz(spaces)
        converged = residuals <= CONVERGED * np.abs(values - sigma)
        slow = _slow(values, converged, count)
        if converged[slow].all() and converged.sum() >= min(count, len(values)):
            break
        if steps == MOST or all(space.exhausted for space in spaces):
            return HalfPlane(None, sigma, 0.0, values[slow])
    away = np.abs(values - sigma)
    radius = min(float(away[~converged].min(initial=np.inf)), float(away.max()))
    found = []
    for k, (space, part) in enumerate(zip(spaces, parts, strict=True)):
        own = values[slow][owners[slow] == k]
        if len(own):
            pairs = space.pairs(own, last=float(values[slow].real.min()))
            found.append(pairs if len(parts) == 1 else _laid(pairs, part, matrix.shape[0]))
    pairs = found[0] if len(found) == 1 else _together(matrix, found)
    return HalfPlane(pairs, sigma, radius, values[slow])


def separate_parts(matrix: sp.csc_array) -> list[np.ndarray]:
    """The unknowns in groups that the matrix does not couple, largest first; small ones stay with the largest."""
    _, label = connected_components(matrix, directed=False)
    sizes = np.bincount(label)
    largest = np.argsort(-sizes, kind="stable")[:SEPARATE]
    apart = [k for k in largest[1:] if sizes[k] >= SMALL]
    return [np.flatnonzero(~np.isin(label, apart)), *(np.flatnonzero(label == k) for k in apart)]


def typical_size(matrix: sp.csc_array, count: int) -> float:
    """|λ| of the typical slow eigenvalue, by glances from ever nearer points."""
    sigma = float(np.sqrt((np.abs(matrix.data) ** 2).sum() / matrix.shape[0])) or 1.0
    for _ in range(GLANCES):
        space = _Space(Inverse.around(matrix, sigma))
        space.extend(FEW)
        values, _, _ = _ritz([space])
        slow = values[slowest_first(values)][: min(count, FEW // 2)]
        size = float(np.median(np.abs(slow)))
        if not 0 < size < 0.7 * sigma:
            break
        sigma = size
    return sigma


def _slow(values: np.ndarray, converged: np.ndarray, count: int) -> np.ndarray:
    """Of all Ritz values those that are no faster than the ``count``-th converged one, up to rounding."""
    order = slowest_first(values)
    reached = np.flatnonzero(np.cumsum(converged[order]) >= count)
    if not len(reached):
        return order[: 2 * count]
    first = values[order[: reached[0] + 1]]
    return order[values.real[order] >= first.real.min() - 1e-10 * float(np.abs(first).max())]


def _ritz(spaces: list[_Space]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found = [space.ritz() for space in spaces]
    owners = [np.full(len(values), k) for k, (values, _) in enumerate(found)]
    return (
        np.concatenate([values for values, _ in found]),
        np.concatenate([residuals for _, residuals in found]),
        np.concatenate(owners),
    )


def _laid(pairs: Eigenpairs, part: np.ndarray, size: int) -> Eigenpairs:
    """Eigenpairs of a part, as those of the whole."""
    right, left = (np.zeros((size, len(pairs.values)), dtype=complex) for _ in range(2))
    right[part], left[part] = pairs.right, pairs.left
    return Eigenpairs(pairs.values, right, left, pairs.conditions, pairs.residuals, pairs.rounding)


def _together(matrix: sp.csc_array, found: list[Eigenpairs]) -> Eigenpairs:
    return sorted_pairs(
        matrix,
        np.concatenate([pairs.values for pairs in found]),
        np.hstack([pairs.right for pairs in found]),
        np.hstack([pairs.left for pairs in found]),
    )


class _Space:
    """A Krylov space of (A − σ)⁻¹ ("N") or of its transpose ("H"), with all its vectors.

    Where eigenpairs are known, it is that of what is left without them.
    """

    def __init__(self, inverse: Inverse, transposed: str = "N", known: Eigenpairs | None = None):
        self.inverse, self._transposed, self._known = inverse, transposed, known
        self._size = inverse.matrix.shape[0]
        self._basis = np.empty((self._size, 1), order="F")
        self._projected = np.zeros((1, 0))
        start = self._without(np.random.default_rng(11).normal(size=self._size))
        self._basis[:, 0] = start / np.linalg.norm(start)
        self.steps = 0
        self.exhausted = False

    def _without(self, x: np.ndarray) -> np.ndarray:
        if self._known is None:
            return x
        right, left = self._known.right, self._known.left
        if self._transposed == "H":
            right, left = left, right
        return np.asarray(x - (right @ (left.conj().T @ x)).real)

    def extend(self, steps: int) -> None:
        """More vectors, up to so many; fewer where the space is invariant."""
        steps = min(steps, self._size - 1)
        if self.exhausted or steps <= self.steps:
            return
        basis, projected = self._basis, self._projected
        self._basis = np.empty((self._size, steps + 1), order="F")
        self._projected = np.zeros((steps + 1, steps))
        self._basis[:, : basis.shape[1]] = basis
        self._projected[: projected.shape[0], : projected.shape[1]] = projected
        for j in range(self.steps, steps):
            new = self._without(self.inverse.solve(self._basis[:, j], self._transposed))
            length = float(np.linalg.norm(new))
            for _ in range(2):  # once more against rounding: twice is enough (Parlett 1998, § 6.9)
                shares = self._basis[:, : j + 1].T @ new
                new -= self._basis[:, : j + 1] @ shares
                self._projected[: j + 1, j] += shares
            rest = float(np.linalg.norm(new))
            self.steps = j + 1
            if rest <= 1e-14 * length:
                break
            self._projected[j + 1, j] = rest
            self._basis[:, j + 1] = new / rest
        self.exhausted = self.steps < steps or self.steps >= self._size - 1

    def ritz(self) -> tuple[np.ndarray, np.ndarray]:
        """λ and the residual of each, ‖(A − σ)⁻¹x − μx‖/|μ|²: to first order, |δλ| of a normal matrix."""
        mu, y = self._solved()
        rest = float(self._projected[self.steps, self.steps - 1])
        return self.inverse.target + 1 / mu, rest * np.abs(y[-1]) / np.abs(mu) ** 2

    def _solved(self) -> tuple[np.ndarray, np.ndarray]:
        mu, y = la.eig(self._projected[: self.steps, : self.steps], check_finite=False)
        return np.where(np.abs(mu) < 1e-30, 1e-30, mu), y

    def vectors(self, values: np.ndarray) -> np.ndarray:
        """The Ritz vectors of these values, each taken once."""
        mu, y = self._solved()
        distances = np.abs(self.inverse.target + 1 / mu[None, :] - values[:, None])
        chosen = []
        for row in distances:
            k = int(np.argmin(row))
            distances[:, k] = np.inf
            chosen.append(k)
        vectors = self._basis[:, : self.steps] @ y[:, chosen]
        return np.asarray(vectors / np.linalg.norm(vectors, axis=0))

    def pairs(self, values: np.ndarray, last: float) -> Eigenpairs:
        """Eigenpairs of these Ritz values, and further copies of them down to the real part ``last``.

        A Krylov space holds one vector of a degenerate eigenvalue; the space without it holds the next.
        """
        pairs, space = self._with_left(values), self
        for _ in range(COPIES):
            if pairs.conditions.max(initial=1.0) > 1e6:
                break  # near an exceptional point nothing can be taken out cleanly
            space = _Space(self.inverse, known=pairs)
            space.extend(max(FEW, self.steps // 2))
            values, residuals = space.ritz()
            if not ((values.real >= last) & (residuals <= 1e-3 * np.abs(values - self.inverse.target))).any():
                break
            space.extend(self.steps)
            values, residuals = space.ritz()
            more = (values.real >= last) & (residuals <= CONVERGED * np.abs(values - self.inverse.target))
            if not more.any():
                break
            new = space._with_left(values[more])
            pairs = _together(self.inverse.matrix, [pairs, new])
        return pairs

    def _with_left(self, values: np.ndarray) -> Eigenpairs:
        mirror = _Space(self.inverse, "H", self._known)
        mirror.extend(self.steps)
        return sorted_pairs(self.inverse.matrix, values, self.vectors(values), mirror.vectors(np.conj(values)))
