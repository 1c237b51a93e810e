"""The stationary operators of a generator on one space, sector by sector, with the conserved quantities dual to them.

Of the orders ±k only one is solved: 𝓛 commutes with ρ ↦ ρ†, so that r† and l† belong to the order −k. In an order that
is its own opposite the operators are made Hermitian.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp

from photinus.errors import Ambiguous, PhotinusError
from photinus.model import Model, Order
from photinus.numerics.kernels import Kernel, dense_kernel, sparse_kernel
from photinus.numerics.memory import require_memory
from photinus.solve.manifold.reachable import closed
from photinus.solve.methods import Auto, Dense, Direct
from photinus.space.liouvillian import Generator, generator
from photinus.space.sectors import Sector

Solver = Auto | Dense | Direct
DENSE_LIMIT = 160
"""Up to so many unknowns a sector is solved by a dense Schur form."""
REMEDY = "Use smaller cutoffs, a start with fewer quanta, or a method object with a larger memory=."
QUICK = 1500
"""Unknowns of order zero up to which the stationary operators are counted for an error message."""
SUPPORT = 1e-12
"""A class of kets holds something stationary where its elements weigh more than this, relative to the largest."""


@dataclass(frozen=True)
class ZeroModes:
    """Stationary operators r and conserved quantities l by coherence order, Tr(l_i† r_j) = δ_ij.

    Attributes
    ----------
    generator : Generator
    kernels : dict of order to Kernel
        Vectors of the whole sector; kets that were left out have elements 0.
    sectors : dict of order to Sector
    unknowns : int
        Of the largest sector that was solved.
    """

    generator: Generator
    kernels: dict[Order, Kernel] = field(repr=False)
    sectors: dict[Order, Sector] = field(repr=False)
    unknowns: int

    @property
    def dimension(self) -> int:
        """Number of linearly independent stationary operators."""
        return sum(kernel.dimension for kernel in self.kernels.values())

    @property
    def gap(self) -> float:
        """The smallest modulus of an eigenvalue that is not zero."""
        return min((kernel.gap for kernel in self.kernels.values()), default=np.inf)

    @property
    def separation(self) -> float:
        """The smallest gap in units of its threshold 100 ε‖𝓛‖."""
        return min((kernel.separation for kernel in self.kernels.values()), default=np.inf)

    @property
    def residual(self) -> float:
        """The largest residual of an operator, relative to ‖𝓛‖."""
        return max((kernel.residual for kernel in self.kernels.values()), default=0.0)

    def projected(self, vectors: dict[Order, np.ndarray]) -> dict[Order, np.ndarray]:
        """Σ r_i Tr(l_i† X) of an operator that is given by the vectors of its orders."""
        return {
            order: self.kernels[order].right @ (self.kernels[order].left.conj().T @ vector)
            for order, vector in vectors.items()
            if order in self.kernels and self.kernels[order].dimension
        }

    def require_certain(self) -> None:
        """Raise :class:`Ambiguous` where an eigenvalue may or may not be zero."""
        for order, kernel in self.kernels.items():
            if kernel.doubtful:
                raise Ambiguous(
                    f"An eigenvalue of modulus {kernel.gap:.1e} in the sector {order} is neither zero nor certainly "
                    f"different from it: what counts as zero is 100 ε‖𝓛‖ = {kernel.threshold:.1e}.",
                    "Raise the cutoffs, leave out the term that is so weak, or make it stronger.",
                )


def zero_modes(
    made: Generator, orders: Iterable[Order] | None, *, kets: np.ndarray | None, method: Solver
) -> ZeroModes:
    """The zero modes of some orders, or of all that can hold one.

    Parameters
    ----------
    made : Generator
    orders : iterable of Order, optional
        None for all; the order zero is always among them.
    kets : ndarray of bool, optional
        Kets that are closed under the generator, to which the operators are restricted.
    method : Auto, Dense or Direct

    Raises
    ------
    NotConverged, MemoryBudgetExceeded
    """
    group = made.grading.group
    zero = sector_kernel(made, group.zero, kets=kets, method=method)
    kernels = {group.zero: zero}
    sectors = {group.zero: made.grading.sector(group.zero)}
    unknowns = size_on(sectors[group.zero], kets)
    wanted = orders_of_support(made, zero) if orders is None else list(orders)
    expected = zero.dimension
    for order in sorted(wanted, key=lambda k: (sum(map(abs, k)), k)):
        opposite = group.reduce(-k for k in order)
        if order in kernels:
            continue
        sectors[order] = sector = made.grading.sector(order)
        if opposite in kernels:
            kernels[order] = _daggered(kernels[opposite], sector, sectors[opposite])
            continue
        kernels[order] = sector_kernel(made, order, kets=kets, method=method, expected=expected)
        expected = kernels[order].dimension
        unknowns = max(unknowns, size_on(sector, kets))
    return ZeroModes(made, kernels, sectors, unknowns)


def stationary_dimension(model: Model, cutoffs: dict[str, int]) -> int | None:
    """How many stationary operators a model is known to have at these cutoffs; None where that would take long.

    Kets that are closed under the generator are used alone, so that nothing that was cut counts.
    """
    made = generator(model, cutoffs)
    kets = closed(model, made.space)
    if size_on(made.grading.sector(made.grading.group.zero), kets) > QUICK:
        return None
    try:
        modes = zero_modes(made, None, kets=kets, method=Auto())
        modes.require_certain()
    except PhotinusError:  # it is a courtesy of an error message
        return None
    return modes.dimension if modes.dimension > 1 else None


def sector_kernel(
    made: Generator,
    order: Order,
    *,
    kets: np.ndarray | None,
    method: Solver,
    frequency: float = 0.0,
    expected: int = 0,
) -> Kernel:
    """The kernel of 𝓛 + i·frequency in one sector, on some of the kets only.

    A frequency is known to 1e-9 of the rates: up to ten times as much counts as zero then.
    """
    sector = made.grading.sector(order)
    unknowns = size_on(sector, kets)
    some = kets is not None and not kets.all()
    if some:  # before anything of that size is made
        needed = 64.0 * sector.size + 400.0 * unknowns**1.3
        require_memory(needed, method.memory, f"A kernel of {unknowns} unknowns", REMEDY)
    liouvillian = made.liouvillian(sector)
    chosen = method if isinstance(method, Dense) or unknowns > DENSE_LIMIT else Dense(method.memory)
    chosen = Direct(method.memory) if isinstance(chosen, Auto) else chosen
    if kets is None or not some:
        keep = None
        chosen.require(liouvillian)
        matrix = liouvillian.matrix
    else:
        rows, columns = sector.kets
        keep = np.flatnonzero(kets[rows] & kets[columns])
        matrix = liouvillian.matrix[keep][:, keep].tocsc()
    if frequency:
        matrix = (matrix + 1j * frequency * sp.eye_array(matrix.shape[0])).tocsc()
    slack = 1e-8 * float(np.abs(matrix.diagonal()).max(initial=0.0)) if frequency else 0.0
    if isinstance(chosen, Dense):
        kernel = dense_kernel(matrix.toarray(), slack=slack, scale=_scale(made, kets))
    else:
        kernel = sparse_kernel(matrix, expected=expected, slack=slack, scale=_scale(made, kets))
    if order == made.grading.group.reduce(-k for k in order) and not frequency:
        places = sector.transpose if keep is None else np.searchsorted(keep, sector.transpose[keep])
        kernel = _hermitian(kernel, places)
    return kernel if keep is None else _embedded(kernel, keep, sector.size)


def orders_of_support(made: Generator, zero: Kernel) -> list[Order]:
    """The orders that connect two classes of kets in which something is stationary.

    A stationary operator has its rows and columns in the support of the stationary states, which the order zero tells
    (Baumgartner and Narnhofer 2008). Where that state is unique, only a charge of finite order is possible, since |X|²
    of a stationary X would be another one.
    """
    group, sector = made.grading.group, made.grading.sector(made.grading.group.zero)
    if zero.dimension == 1:
        torsion = group.torsion()
        return [group.zero, *dict.fromkeys([*torsion, *(group.reduce(-k for k in c) for c in torsion)])]
    weights = np.abs(zero.right).max(axis=1)
    heavy = [q for q, _, place in sector.blocks if weights[place].max(initial=0.0) > SUPPORT * weights.max()]
    charges = made.grading.charges[heavy]
    if not group.moduli:
        return [()]
    differences = np.unique((charges[:, None] - charges[None, :]).reshape(-1, charges.shape[1]), axis=0)
    exist = set(made.grading.orders())  # of an ensemble only those within one length J
    return [order for order in dict.fromkeys(group.reduce(row) for row in differences) if order in exist]


def _scale(made: Generator, kets: np.ndarray | None) -> float:
    """2‖K‖₁, of which a sector that is small, or nothing but rounding, knows nothing."""
    columns = sum((np.abs(x) for x in made.no_jump.values()), start=np.zeros(made.space.dimension))
    return 2 * float(columns[kets if kets is not None else slice(None)].max(initial=0.0))


def size_on(sector: Sector, kets: np.ndarray | None) -> int:
    """The unknowns of a sector whose row and column belong to some kets."""
    if kets is None or kets.all():
        return sector.size
    kept = np.bincount(sector.grading.label[kets], minlength=len(sector.grading.charges))
    return int(sum(kept[q] * kept[r] for q, r, _ in sector.blocks))


def _hermitian(kernel: Kernel, transpose: np.ndarray) -> Kernel:
    """The same kernel with Hermitian r and l."""
    if not kernel.dimension:
        return kernel
    mirrored = kernel.right.conj()[transpose]
    parts = np.hstack([kernel.right + mirrored, 1j * (kernel.right - mirrored)])
    gram = (parts.conj().T @ parts).real  # of Hermitian operators all products Tr(XY) are real
    sizes, mix = la.eigh(gram)
    mix, sizes = mix[:, -kernel.dimension :], sizes[-kernel.dimension :]
    right = parts @ (mix / np.sqrt(sizes))
    change = kernel.right.conj().T @ right  # right = old · change, and the dual basis transforms inversely
    left = kernel.left @ la.inv(change).conj().T
    left = 0.5 * (left + left.conj()[transpose])
    return Kernel(right, left, kernel.gap, kernel.threshold, kernel.residual)


def _embedded(kernel: Kernel, keep: np.ndarray, size: int) -> Kernel:
    right, left = (np.zeros((size, kernel.dimension), dtype=complex) for _ in range(2))
    right[keep], left[keep] = kernel.right, kernel.left
    return Kernel(right, left, kernel.gap, kernel.threshold, kernel.residual)


def _daggered(kernel: Kernel, sector: Sector, opposite: Sector) -> Kernel:
    """The kernel of ``sector`` from that of the opposite order."""
    rows, columns = sector.kets
    place = opposite.index(columns, rows)
    right, left = kernel.right.conj()[place], kernel.left.conj()[place]
    return Kernel(right, left, kernel.gap, kernel.threshold, kernel.residual)
