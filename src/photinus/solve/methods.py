"""Methods for the stationary state of one sector, and the choice between them.

Each method is a small frozen object whose fields are its only options. Each tells its memory before it starts.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from photinus.errors import InvalidInput, NotConverged
from photinus.model import ExchangeGroup, Model
from photinus.model.exchange import no_exchange
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.incomplete import incomplete_null_vector
from photinus.numerics.krylov import SLOW
from photinus.numerics.linear import NullVector, dense_null_vector
from photinus.numerics.memory import require_memory, size_text
from photinus.numerics.singular import singular_null_vector
from photinus.solve.coherences import SortedGenerator
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.iteration import Iteration, Judge
from photinus.solve.local import Bases
from photinus.solve.orbits import moves
from photinus.solve.orders import elimination_cost, plan_for, stacked
from photinus.solve.uniqueness import unique_by_ladders
from photinus.space.liouvillian import Liouvillian, generator, in_parts

ALTERNATIVES = (
    "Use smaller cutoffs, method=ph.Krylov(), a model with more symmetry, or a method object with a larger memory=."
)


Work: TypeAlias = Sequence[object]
"""What neighbours have left: each method picks what it knows."""


class Method(ABC):
    """A way to solve 𝓛ρ = 0, Tr ρ = 1 in one sector."""

    __slots__ = ()

    memory: float | None

    @abstractmethod
    def estimate(self, liouvillian: Liouvillian) -> float:
        """Bytes needed, before anything is allocated."""

    @abstractmethod
    def null_vector(self, liouvillian: Liouvillian, guess: np.ndarray | None, *, work: Work = ()) -> NullVector:
        """The stationary vector of the sector, of unit trace; ``work`` is what neighbours have left."""

    def correction(
        self, liouvillian: Liouvillian, guess: np.ndarray, *, work: Work = (), judge: object | None = None
    ) -> NullVector:
        """The stationary vector again, where ``guess`` is close: exact for direct methods.

        ``judge`` is what the method has left for this space when it solved a smaller one.
        """
        return self.null_vector(liouvillian, guess)

    def require(self, liouvillian: Liouvillian) -> None:
        """Raise :class:`MemoryBudgetExceeded` where the estimate is above the budget."""
        n = liouvillian.sector.size
        require_memory(self.estimate(liouvillian), self.memory, f"{type(self).__name__} for {n} unknowns", ALTERNATIVES)


def assembly_bytes(liouvillian: Liouvillian) -> float:
    """Memory of the generator itself: targets, values and the sparse matrix."""
    if in_parts(liouvillian.generator.space):
        return liouvillian.sector.size * (16.0 + 60.0 * liouvillian.elements)
    bands = 2 * len(liouvillian.generator.no_jump) + sum(len(b) ** 2 for _, b in liouvillian.generator.jumps)
    return liouvillian.sector.size * (16.0 + bands * (8 + 2 * 16 + 4))


@dataclass(frozen=True, slots=True)
class Dense(Method):
    """LU of the sector as a dense matrix; for small sectors and as the reference.

    Parameters
    ----------
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    memory: float | None = None

    def estimate(self, liouvillian: Liouvillian) -> float:
        return assembly_bytes(liouvillian) + 4 * 16.0 * liouvillian.sector.size**2

    def null_vector(self, liouvillian: Liouvillian, guess: np.ndarray | None = None, *, work: Work = ()) -> NullVector:
        return dense_null_vector(liouvillian.matrix.toarray(), liouvillian.sector.trace)


@dataclass(frozen=True, slots=True)
class Direct(Method):
    """Sparse LU of the sector: banded (LAPACK) where its unknowns reach a few places only, otherwise SuperLU.

    Parameters
    ----------
    memory : float, optional
        Budget in bytes (default: 80 % of what is available). The fill of the factors is a guess: n^1.5 entries for
        two or more sites, 30 n for one.
    """

    memory: float | None = None

    def estimate(self, liouvillian: Liouvillian) -> float:
        n = liouvillian.sector.size
        one_site = len(liouvillian.generator.space.sites) == 1
        fill = 30.0 * n if one_site and liouvillian.generator.grading.group.moduli else float(n) ** 1.5
        return assembly_bytes(liouvillian) + 20 * max(fill, 30.0 * n)

    def null_vector(self, liouvillian: Liouvillian, guess: np.ndarray | None = None, *, work: Work = ()) -> NullVector:
        return singular_null_vector(liouvillian.matrix, liouvillian.sector.trace)


@dataclass(frozen=True, slots=True)
class Tridiagonal(Method):
    """Block-tridiagonal elimination over the coherence orders; for one driven or squeezed site.

    Parameters
    ----------
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    memory: float | None = None

    def estimate(self, liouvillian: Liouvillian) -> float:
        cost = elimination_cost(liouvillian)
        return assembly_bytes(liouvillian) + (cost[1] if cost else 0.0)

    def null_vector(self, liouvillian: Liouvillian, guess: np.ndarray | None = None, *, work: Work = ()) -> NullVector:
        plan = plan_for(liouvillian)
        if plan is None:
            raise InvalidInput(
                "The sector has one coherence order only, so there is nothing to eliminate over.",
                "Use ph.Auto(), ph.Dense() or ph.Direct().",
            )
        found = plan.solve(stacked(liouvillian))
        # An outer group may be singular where the whole is not: the sparse LU tells.
        return found if found.nullity == 1 else Direct(self.memory).null_vector(liouvillian)


@dataclass(frozen=True, slots=True)
class Incomplete(Method):
    """GMRES with an incomplete LU of the sector; for ensembles of atoms of d levels, whose complete LU is full.

    Parameters
    ----------
    tolerance : float
        Bound on the relative residual.
    restart, maximum : int
        Vectors kept before a restart, and products with 𝓛 before giving up.
    drop, fill : float
        Entries below ``drop`` are left out of the factors, and all above ``fill`` times those of 𝓛.
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    tolerance: float = 1e-12
    restart: int = 80
    maximum: int = 3000
    drop: float = 0.1
    fill: float = 2.0
    memory: float | None = None

    def estimate(self, liouvillian: Liouvillian) -> float:
        vectors = 16.0 * (self.restart + 16) + 32.0 * self.fill * liouvillian.elements
        return assembly_bytes(liouvillian) + liouvillian.sector.size * vectors

    def null_vector(self, liouvillian: Liouvillian, guess: np.ndarray | None = None, *, work: Work = ()) -> NullVector:
        found = incomplete_null_vector(
            liouvillian.matrix,
            liouvillian.sector.trace,
            tolerance=self.tolerance,
            restart=self.restart,
            maximum=self.maximum,
            drop=self.drop,
            fill=self.fill,
        )
        if found is None:
            raise NotConverged(
                f"GMRES with an incomplete LU did not reach {self.tolerance:.0e} in {self.maximum} products.",
                "Use a smaller drop= and a larger fill=, ph.Direct(), or check whether the steady state is unique.",
            )
        return found


@dataclass(frozen=True, slots=True)
class Krylov(Method):
    """GMRES on 𝓛 in the coherences of the sites, preconditioned by the sites alone or by the jump/no-jump splitting.

    Parameters
    ----------
    tolerance : float
        Bound on the scale-free residual of the certificate.
    restart : int
        Vectors of a cycle. What a long cycle has found of the slow directions is kept for the next one, and for all
        that is asked of the same generator (GCRO-DR).
    maximum : int
        Products with 𝓛 before giving up.
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    tolerance: float = 1e-10
    restart: int = 60
    maximum: int = 3000
    memory: float | None = None

    def __post_init__(self) -> None:
        tolerance = real_number(self.tolerance, "tolerance of Krylov", minimum=0.0)
        if not 0 < tolerance < 1:
            raise InvalidInput(f"The tolerance of Krylov is {tolerance:g}.", "Give a number between 0 and 1.")
        whole_number(self.restart, "restart length of Krylov")
        whole_number(self.maximum, "number of products of Krylov")

    def estimate(self, liouvillian: Liouvillian) -> float:
        space, n = liouvillian.generator.space, liouvillian.sector.size
        sizes = liouvillian.generator.grading.sizes.astype(float)
        count, number = float(n), 16.0  # Hermitian operators are given by half, those of an exchange symmetry by less
        if not any(liouvillian.sector.order):
            maps, conjugation = moves(self._exchange(liouvillian) or no_exchange(space.sites), hermitian=True)
            count = n / 2 if len(maps) == 2 else 1.25 * n / len(maps) + 2 * n**0.5
            number = 16.0 if conjugation is None else 8.0
        vector, setup = number * count, 16.0 * n if count >= n / 2 else 120.0 * n
        rows = len(liouvillian.shifts) * vector * 1.5
        return setup + vector * (self.restart + 2 * SLOW + 16) + rows + 96.0 * float((sizes**2).sum())

    def null_vector(
        self,
        liouvillian: Liouvillian,
        guess: np.ndarray | None = None,
        *,
        work: Work = (),
        larger: Liouvillian | None = None,
    ) -> NullVector:
        """The stationary vector; in the coordinates of a ``larger`` space, which is asked next, where that can be."""
        iteration, judge = self._iterations(liouvillian, larger, work)
        matrix, sector = iteration.matrix, liouvillian.sector
        outer = matrix.coordinates.sector

        def native(x: np.ndarray) -> np.ndarray:
            out = matrix.coordinates.expanded(x)
            return out if outer is sector else sector.cut(out, outer)

        if guess is not None:
            guess = matrix.coordinates.folded(guess if outer is sector else sector.embed(guess, outer))
        vector, products = iteration.to_zero(iteration.start() if guess is None else guess, self.tolerance)
        residual = matrix.residual(vector)
        if not residual <= self.tolerance:
            raise NotConverged(
                f"GMRES stopped at the residual {residual:.1e} (goal {self.tolerance:.0e}) after {products} products.",
                "Use a larger restart=, ph.Direct(), or check whether the steady state is unique.",
            )
        slowest = iteration.slowest(vector, unique=unique_by_ladders(liouvillian.generator))
        if not np.isfinite(slowest):
            return NullVector(native(vector), float("nan"), 2, float("inf"))
        vector, error = iteration.polished(vector, self.tolerance, slowest)
        residual = matrix.residual(vector)
        return NullVector(native(vector), float("nan"), 1, error, residual, iteration.work, Judge(judge, slowest))

    def regular(self, liouvillian: Liouvillian) -> bool:
        """Whether a sector has no stationary operator."""
        return bool(np.isfinite(self._iteration(liouvillian).slowest(None)))

    def correction(
        self, liouvillian: Liouvillian, guess: np.ndarray, *, work: Work = (), judge: object | None = None
    ) -> NullVector:
        """ρ + δ with 𝓛δ = −𝓛ρ solved until δ is known to a fifth: enough to judge the truncation.

        A slow mode weighs little in the residual and much in δ, so that the residual alone would not do.

        Raises
        ------
        NotConverged
            If GMRES stagnates: a small δ would then mean nothing.
        """
        known, slowest = judge if isinstance(judge, Judge) else Judge()
        iteration = known or self._iteration(liouvillian, liouvillian.generator.exchange, work=work)
        coordinates = iteration.matrix.coordinates
        start = coordinates.folded(guess)
        if slowest is None:  # a direct method has solved the smaller space
            slowest = iteration.slowest(start, unique=unique_by_ladders(liouvillian.generator))
        vector, error = iteration.corrected(start, slowest)
        return NullVector(coordinates.expanded(vector), float("nan"), 1, error, work=iteration.work)

    @staticmethod
    def _exchange(liouvillian: Liouvillian) -> ExchangeGroup | None:
        """The symmetry in which a stationary state is sought.

        A second one need not be symmetric, so that the whole sector is searched unless there can be none.
        """
        generator = liouvillian.generator
        return generator.exchange if unique_by_ladders(generator) else None

    def _iterations(
        self, liouvillian: Liouvillian, larger: Liouvillian | None, work: Work
    ) -> tuple[Iteration, Iteration | None]:
        """The iteration of a sector, and that of the larger space where it is made in the coordinates of this one."""
        exchange = self._exchange(liouvillian)
        if larger is not None:
            whole = exchange or no_exchange(liouvillian.generator.space.sites)
            if larger.generator.exchange == whole:
                judge = self._iteration(larger, exchange, work=work)
                return judge.truncated(liouvillian) or self._iteration(liouvillian, exchange, work=work), judge
        return self._iteration(liouvillian, exchange, work=work), None

    def _iteration(
        self, liouvillian: Liouvillian, exchange: ExchangeGroup | None = None, *, work: Work = ()
    ) -> Iteration:
        bases = [w for w in work if isinstance(w, Bases)]
        matrix = SortedGenerator(liouvillian, exchange)
        return Iteration(matrix, liouvillian, restart=self.restart, maximum=self.maximum, work=bases)


@dataclass(frozen=True, slots=True)
class Auto(Method):
    """Chooses from the sizes: Dense, Tridiagonal, Direct or Krylov, with atoms of d levels Incomplete.

    Parameters
    ----------
    memory : float, optional
        Budget in bytes (default: 80 % of what is available).
    """

    memory: float | None = None

    def choose(self, liouvillian: Liouvillian) -> Method:
        """The method for one sector."""
        n = liouvillian.sector.size
        if n <= 60:
            return Dense(self.memory)
        if in_parts(liouvillian.generator.space):
            return Direct(self.memory) if n <= 1500 else Incomplete(memory=self.memory)
        one_site = len(liouvillian.generator.space.sites) == 1
        one_oscillator = len(liouvillian.generator.space.cutoffs) == 1
        if one_site or one_oscillator or n <= 6000:
            cost = elimination_cost(liouvillian)
            if cost is not None and (one_site or cost[0] < (2e10 if one_oscillator else 1e8)):
                return Tridiagonal(self.memory)
        return Direct(self.memory) if one_site or n <= 1500 else Krylov(memory=self.memory)

    def estimate(self, liouvillian: Liouvillian) -> float:
        return self.choose(liouvillian).estimate(liouvillian)

    def null_vector(self, liouvillian: Liouvillian, guess: np.ndarray | None = None, *, work: Work = ()) -> NullVector:
        return self.choose(liouvillian).null_vector(liouvillian, guess, work=work)

    def explain(self, model: Model, cutoff: Fixed | Converged) -> str:
        """Which method a steady state of this model would take, and its memory, without solving anything.

        Examples
        --------
        >>> import photinus as ph
        >>> print(ph.Auto().explain(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.2), ph.Fixed(28)))
        Tridiagonal: 784 unknowns of 784, about ... kB
        """
        if isinstance(cutoff, Converged):
            cutoff = Fixed(cutoff.start)
        if not isinstance(cutoff, Fixed):
            raise InvalidInput(f"The cutoff is {cutoff!r}.", "Give ph.Fixed(20) or ph.Converged(1e-6).")
        made = generator(model, cutoff.start(model))
        liouvillian = made.stationary
        method = self.choose(liouvillian)
        return (
            f"{type(method).__name__}: {liouvillian.sector.size} unknowns of {made.space.dimension**2}, "
            f"about {size_text(method.estimate(liouvillian))}"
        )
