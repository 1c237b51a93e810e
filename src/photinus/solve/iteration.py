"""Stationary operators by GMRES, in the coordinates of :mod:`photinus.solve.coherences`.

Two preconditioners share the work. Where the sites are damped more strongly than they are coupled, the sites by
themselves (:class:`~photinus.solve.local.LocalSweep`) take ten to twenty products; where the coupling dominates, the
jump/no-jump splitting (:class:`~photinus.solve.splitting.Splitting`) treats it exactly. The first one is tried
first, and left where its residual falls slowly and the second one's falls faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from photinus.errors import NotConverged
from photinus.numerics.krylov import Cycles, KrylovResult, gmres
from photinus.solve.coherences import SortedGenerator
from photinus.solve.local import Bases, LocalSweep
from photinus.solve.splitting import Splitting
from photinus.space.liouvillian import Liouvillian

PACE = 0.75
"""The factor by which a product should lower the residual before the other preconditioner is tried."""
DEPTHS = (1e-2, 1e-4, 1e-4, 1e-7, 1e-10)
"""How far a random operator is solved from look to look: what no longer falls is stationary."""


class Preconditioner(Protocol):
    """y ↦ P y and y ↦ 𝓛 P y."""

    def __call__(self, y: np.ndarray) -> np.ndarray: ...

    def product(self, y: np.ndarray) -> np.ndarray:
        """𝓛 P y."""


class ChargeSweep:
    """The jump/no-jump splitting in the coordinates of a sorted generator."""

    def __init__(self, matrix: SortedGenerator, liouvillian: Liouvillian):
        self._matrix, self._splitting = matrix, Splitting(liouvillian)

    def __call__(self, y: np.ndarray) -> np.ndarray:
        coordinates = self._matrix.coordinates
        return self._matrix.kept(coordinates.folded(self._splitting(coordinates.expanded(y))))

    def product(self, y: np.ndarray) -> np.ndarray:
        """𝓛 P y."""
        return self._matrix @ self(y)


class Judge(NamedTuple):
    """What a solution leaves for its correction in a larger space.

    Attributes
    ----------
    iteration : Iteration, optional
        That of the larger space, where the solution was made in its coordinates.
    slowest : float, optional
        The decay time of the slowest mode that was seen.
    """

    iteration: Iteration | None = None
    slowest: float | None = None


class Iteration:
    """𝓛 of one sector, and GMRES on it.

    Parameters
    ----------
    matrix : SortedGenerator
    liouvillian : Liouvillian
        The same, or that of the larger space in whose coordinates the matrix is given.
    restart, maximum : int
        Vectors kept before a restart; products before giving up.
    work : sequence of Bases
        What neighbouring models have left; it is tried where the coordinates are the same.
    bases : Bases, optional
        The sites' bases, where they are known already.
    """

    def __init__(
        self,
        matrix: SortedGenerator,
        liouvillian: Liouvillian,
        *,
        restart: int,
        maximum: int,
        work: Sequence[Bases] = (),
        bases: Bases | None = None,
    ):
        self.matrix = matrix
        self._left = next((w for w in work if w.coordinates is self.matrix.coordinates), None)
        self.liouvillian, self._bases = liouvillian, bases
        self._restart, self._maximum = restart, maximum
        self._cycles: dict[Preconditioner, Cycles] = {}
        self._precondition, self._other = self._candidates()

    def truncated(self, smaller: Liouvillian) -> Iteration | None:
        """The same for a smaller space, with the matrix and the bases that are here already.

        None where this needs other ones: then an iteration in its own coordinates is better.
        """
        matrix = self.matrix.truncated(smaller) if self.work is not None else None
        if matrix is None:
            return None
        known: dict[str, Any] = {"bases": self.work} if self._left is None else {"work": [self._left]}
        return Iteration(matrix, self.liouvillian, restart=self._restart, maximum=self._maximum, **known)

    def _candidates(self) -> tuple[Preconditioner, Callable[[], Preconditioner] | None]:
        """The preconditioner to begin with, and how to make the other one, if there is one.

        The sites by themselves usually take four times fewer products.
        """

        def charge() -> ChargeSweep:
            return ChargeSweep(self.matrix, self.liouvillian)

        def local(bases: Bases | None = None) -> LocalSweep:
            sweep = LocalSweep(self.matrix, self.liouvillian.generator, bases=bases)
            self._slowest_site = sweep.slowest
            return sweep

        if self._left is not None:
            return local(self._left), local
        sweep = local(self._bases)
        if not sweep.usable:
            return charge(), None
        sizes = self.liouvillian.generator.grading.sizes.astype(float)
        cost = 30e-6 * len(sizes) + 1.6e-9 * float((sizes**3).sum())  # seconds, of a call of each
        if 4 * cost < sweep.cost:
            return charge(), lambda: sweep
        return sweep, charge

    @property
    def cutoffs(self) -> dict[str, int]:
        """Levels of each oscillator that the coordinates have."""
        return self.liouvillian.generator.space.cutoffs

    @property
    def work(self) -> Bases | None:
        """What a neighbour may use again."""
        return self._precondition.bases if isinstance(self._precondition, LocalSweep) else None

    def solve(self, target: np.ndarray, tolerance: float) -> KrylovResult:
        """Find x with 𝓛x = b, the residual ‖b − 𝓛x‖ relative to ‖b‖."""
        first = self._gmres(self._precondition, target, tolerance, PACE if self._other else 1.0)
        if first.converged or self._other is None or first.residual <= PACE**first.products:
            return first
        other, self._other = self._other(), None
        second = self._continued(other, target, tolerance, first, PACE)
        gain = second.residual / first.residual if first.residual < 1 else second.residual
        if np.log(max(gain, 1e-300)) / (second.products - first.products) < np.log(first.residual) / first.products:
            self._precondition = other
        return second if second.converged else self._continued(self._precondition, target, tolerance, second, 1.0)

    def _continued(
        self, precondition: Preconditioner, target: np.ndarray, tolerance: float, before: KrylovResult, pace: float
    ) -> KrylovResult:
        """GMRES from where another one stopped, or from zero where that had gained nothing."""
        if not before.residual < 1:
            before = KrylovResult(np.zeros_like(target), 1.0, before.products, False)
        rest = target - self.matrix @ before.vector
        answer = self._gmres(precondition, rest, min(0.99, tolerance / before.residual), pace)
        products = before.products + answer.products
        if not answer.residual < 1:
            return KrylovResult(before.vector, before.residual, products, False)
        residual = before.residual * answer.residual
        return KrylovResult(before.vector + answer.vector, residual, products, answer.converged)

    def _gmres(self, precondition: Preconditioner, target: np.ndarray, tolerance: float, pace: float) -> KrylovResult:
        """GMRES with real coefficients where the operators are Hermitian."""
        real, dtype = self.matrix.coordinates.hermitian, self.matrix.dtype

        def plain(x: np.ndarray) -> np.ndarray:
            return x.view(float) if real else x

        found = gmres(
            lambda x: plain(self.matrix @ x.view(dtype)),
            plain(target),
            lambda y: plain(precondition(y.view(dtype))),
            tolerance=tolerance,
            maximum=self._maximum,
            product=lambda y: plain(precondition.product(y.view(dtype))),
            pace=pace,
            cycles=self._cycles.setdefault(precondition, Cycles(self._restart)),
        )
        return KrylovResult(found.vector.view(dtype), found.residual, found.products, found.converged)

    def start(self) -> np.ndarray:
        """The sites by themselves in their stationary states; the maximally mixed state where they have none."""
        out: np.ndarray = np.zeros(self.matrix.size, dtype=self.matrix.dtype)
        places = self.matrix.coordinates.populations
        if isinstance(self._precondition, LocalSweep):
            weights = np.ones(1)
            for populations in self._precondition.independent:
                weights = np.multiply.outer(weights, populations).ravel()
            out[places] = weights
        else:
            out[places] = 1 / len(places)
        return self.normalised(self.matrix.kept(out))

    def normalised(self, x: np.ndarray) -> np.ndarray:
        """Scale x to unit trace."""
        return x / self.matrix.trace(x)

    def to_zero(self, start: np.ndarray, tolerance: float) -> tuple[np.ndarray, int]:
        """The null vector that GMRES reaches from ``start``, of unit trace, and the number of products."""
        vector, products = start, 0
        for _ in range(4):
            target = -(self.matrix @ vector)
            size, goal = float(np.linalg.norm(target)), 0.2 * tolerance * self.matrix.flux(vector)
            if not size > goal or products >= self._maximum:
                break
            answer = self.solve(target, min(0.5, goal / size))
            vector, products = vector + answer.vector, products + answer.products
            vector = self.normalised(vector) if np.isfinite(vector).all() else start
        return self.normalised(vector), products

    def polished(self, vector: np.ndarray, tolerance: float, slowest: float) -> tuple[np.ndarray, float]:
        """Correct the null vector until its error is within the tolerance, or as far as rounding lets it.

        A slow mode weighs little in the residual and much in the state: the error is ten times the residual times the
        decay time of the ``slowest`` mode seen.
        """
        rounding, error = 1e-16 * self.matrix.flux(vector), np.inf
        for _ in range(6):
            target = -(self.matrix @ vector)
            size = float(np.linalg.norm(target))
            error = 10 * slowest * max(size, rounding) + float(np.finfo(float).eps)
            if error <= tolerance or size <= 3 * rounding:
                break
            answer = self.solve(target, min(0.1, max(0.5 * tolerance / error, rounding / size)))
            better = self.normalised(vector + answer.vector)
            moved = float(np.linalg.norm(better - vector))
            if not np.isfinite(moved) or answer.residual > 0.9:
                break
            vector, slowest = better, max(slowest, moved / size)
        return vector, error

    def corrected(self, guess: np.ndarray, slowest: float) -> tuple[np.ndarray, float]:
        """The null vector near ``guess``, its distance known to a fifth; and three times what it may still change.

        What is left of the defect changes it by about that times the decay time of the ``slowest`` mode: the time that
        was seen, or that of the smallest rate on the diagonal.

        Raises
        ------
        NotConverged
            If GMRES stagnates: a small distance would then mean nothing.
        """
        vector, size = guess, 0.0
        defect = self.matrix @ vector
        left = float(np.linalg.norm(defect))
        rounding = 1e-14 * self.matrix.flux(guess)  # a defect below it has no direction that GMRES could follow
        time = max(slowest, 1 / self.matrix.slowest) if self.matrix.slowest > 0 else slowest
        change, tolerance = np.inf, 0.05
        for _ in range(8):
            if change <= 0.2 * size or left <= rounding:
                return vector, 3.0 * time * left
            answer = self.solve(-defect, tolerance)
            weight = self.matrix.trace(vector + answer.vector)
            if not (answer.converged or answer.residual < 0.5):
                break
            if not abs(weight) > 0.1:  # −ρ solves the equation too: tiny spaces have little else
                vector, _ = self.to_zero(self.start(), 1e-12)
                return vector, 3.0 * time * float(np.linalg.norm(self.matrix @ vector))
            vector = self.normalised(vector + answer.vector)
            left *= answer.residual / abs(weight)
            size = float(np.linalg.norm(vector - guess))
            change = time * left
            if change > 0.2 * size:
                defect = self.matrix @ vector
                tolerance = min(0.05, max(1e-6, 0.05 * size / change))
        raise NotConverged(
            f"GMRES left {answer.residual:.2g} of the truncation's defect, and the slowest mode decays in {time:.2g}.",
            "Use a larger restart=, or method=ph.Direct().",
        )

    def slowest(self, known: np.ndarray | None, *, unique: bool = False) -> float:
        """Decay time of the slowest mode, as far as it is known; infinite if something else survives.

        A random operator is solved to smaller and smaller residuals until it has died out but for the known null
        vector. What is left of it then consists of slow modes: its size over its rate of change is the time. A null
        vector may have a small share in it, so that it is followed until it still falls at the third look, unless the
        state is known to be ``unique``. Some slow modes die out at once, and are asked for their own times: directions
        that GMRES has kept, and what a site by itself does, which the preconditioner knows.
        """
        return max(self._slowest_left(known, unique), self._slowest_kept(known), self._slowest_site)

    def _slowest_kept(self, known: np.ndarray | None) -> float:
        """The largest ‖x‖/‖𝓛x‖ among the directions that the cycles of GMRES have kept."""
        time = 0.0
        for precondition, kept in self._cycles.items():
            found = [precondition(np.ascontiguousarray(z).view(self.matrix.dtype)) for z in kept.directions]
            if found:  # 𝓛 of them is orthonormal
                time = max(time, float(np.linalg.norm([self._without(x, known) for x in found], 2)))
        return time

    def _slowest_left(self, known: np.ndarray | None, unique: bool) -> float:
        """The same from what is left of a random operator."""
        noise = np.random.default_rng(7).normal(size=(2, self.matrix.size))
        start = noise[0] if self.matrix.dtype is float else noise[0] + 1j * noise[1]
        if self.matrix.coordinates.hermitian:
            start = self.matrix.coordinates.made_real(start)
        start = self._precondition(start)
        rest = self._without(start, known)
        size = float(np.linalg.norm(rest))
        if size <= 1e-12 * float(np.linalg.norm(start)):  # nothing but the known state fits into the sector
            return 0.0
        change = self.matrix @ rest
        time, before = _ratio(size, change), size
        for look, tolerance in enumerate(DEPTHS):
            rest = self._without(rest + self.solve(-change, tolerance).vector, known)
            left, change = float(np.linalg.norm(rest)), self.matrix @ rest
            time = max(time, _ratio(left, change))
            falls = left < 0.1 * before if look > 1 else unique and left < 0.1 * size
            if falls or left < 1e-12 * size:
                return time
            before = left
        return np.inf

    def _without(self, x: np.ndarray, known: np.ndarray | None) -> np.ndarray:
        """What is left of x when the known null vector is taken out, by its trace."""
        return x if known is None else x - self.matrix.trace(x) * known


def _ratio(size: float, change: np.ndarray) -> float:
    """A decay time; 0 where nothing changes."""
    rate = float(np.linalg.norm(change))
    return size / rate if rate > 0 else 0.0
