"""One start, one solve: where the coherences of one order end up, without the conserved quantities one by one.

Everything stationary lives on the support P of the stationary states, which the order zero tells. Where P is small and
sharp, the stationary operators R of another order come from the generator restricted to P, exactly, since P is never
left; and their coefficients c = L†v in a start v from the bordered system

    [𝓛  R ] [x]   [v]
    [R† 0 ] [c] = [0],

which is regular: left of it stand the conserved quantities L, applied to v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from photinus.model import Order
from photinus.numerics.kernels import ZERO, Kernel, dense_kernel
from photinus.solve.manifold.blocks import times
from photinus.solve.manifold.zero_modes import ZeroModes
from photinus.space.liouvillian import Generator
from photinus.space.sectors import Sector

SHARP = 1e-8, 1e-13
"""Populations of the largest stationary state above the first belong to the support, those below the second do not."""
PAIRS = 500
"""Coherences of the support up to which its generator is diagonalised densely."""


@dataclass(frozen=True)
class Support:
    """An orthonormal basis of the support, its class by class, and the generator on it.

    Attributes
    ----------
    basis : ndarray, shape (D, p)
        Columns over all kets, each of one class.
    label : ndarray of int, shape (p,)
        The class of each.
    no_jump : ndarray, shape (p, p)
        K on the support.
    jumps : tuple of ndarray
        √rate·L on the support.
    scale : float
        ‖𝓛‖ of the whole space, against which rounding on the support is measured.
    """

    basis: np.ndarray
    label: np.ndarray
    no_jump: np.ndarray
    jumps: tuple[np.ndarray, ...]
    scale: float

    def kernel(self, sector: Sector) -> tuple[Kernel, np.ndarray, np.ndarray]:
        """The stationary coherences |i⟩⟨j| of the support of one order, and their numbers i and j."""
        partner = sector.grading.partner(sector.order)
        i, j = np.nonzero(partner[self.label][:, None] == self.label[None, :])
        if len(i) > PAIRS:
            raise OverflowError
        same_row, same_column = i[:, None] == i[None, :], j[:, None] == j[None, :]
        matrix = self.no_jump[np.ix_(i, i)] * same_column + self.no_jump[np.ix_(j, j)].conj() * same_row
        for jump in self.jumps:
            matrix = matrix + jump[np.ix_(i, i)] * jump[np.ix_(j, j)].conj()
        return dense_kernel(matrix, slack=ZERO * self.scale), i, j


def sharp_support(modes: ZeroModes) -> Support | None:
    """The support of the stationary states of order zero; None where it has no sharp edge."""
    made = modes.generator
    grading = made.grading
    sector, kernel = modes.sectors[grading.group.zero], modes.kernels[grading.group.zero]
    largest = kernel.right @ kernel.left[sector.trace].conj().sum(axis=0)
    scale = float(np.abs(largest).max(initial=0.0))
    columns, label = [], []
    for q, _, _ in sector.blocks:
        populations, vectors = la.eigh(sector.block(largest, q))
        if np.any((populations > SHARP[1] * scale) & (populations < SHARP[0] * scale)):
            return None
        for vector in vectors[:, populations >= SHARP[0] * scale].T:
            column = np.zeros(grading.space.dimension, dtype=complex)
            column[grading.members[q]] = vector
            columns.append(column)
            label.append(q)
    basis = np.array(columns).T
    inside = [np.sqrt(rate) * (basis.conj().T @ times(made.space, bands, basis)) for rate, bands in made.jumps]
    no_jump = basis.conj().T @ times(made.space, made.no_jump, basis)
    return Support(basis, np.array(label), no_jump, tuple(inside), kernel.threshold / ZERO)


def end_of(
    made: Generator, support: Support, order: Order, vector: np.ndarray, kets: np.ndarray
) -> tuple[np.ndarray, Kernel] | None:
    """Where the coherences ``vector`` of one order end up, and the kernel on the support; None where that fails."""
    sector = made.grading.sector(order)
    try:
        kernel, i, j = support.kernel(sector)
    except OverflowError:
        return None
    if not kernel.dimension:
        return np.zeros(sector.size), kernel
    rows, columns = sector.kets
    keep = np.flatnonzero(kets[rows] & kets[columns])
    matrix = made.liouvillian(sector).matrix[keep][:, keep].tocsc()
    size = float(abs(matrix).sum(axis=0).max()) or 1.0
    right = np.zeros((len(keep), kernel.dimension), dtype=complex)
    for number, stationary in enumerate(kernel.right.T):
        inner = np.zeros((len(support.label),) * 2, dtype=complex)
        inner[i, j] = stationary
        whole = support.basis @ inner @ support.basis.conj().T
        right[:, number] = whole[rows[keep], columns[keep]]
    if np.abs(matrix @ right).max() > ZERO * size:
        return None
    border = size * sp.csc_array(np.where(np.abs(right) > 1e-17, right, 0))
    bordered = sp.block_array([[matrix, border], [border.conj().T, None]], format="csc")
    factors = sla.splu(bordered)
    target = np.concatenate([vector[keep], np.zeros(kernel.dimension)]).astype(complex)
    solution = factors.solve(target)
    solution += factors.solve(target - bordered @ solution)  # one step of refinement
    out = np.zeros(sector.size, dtype=complex)
    out[keep] = right @ (size * solution[len(keep) :])
    return out, kernel
