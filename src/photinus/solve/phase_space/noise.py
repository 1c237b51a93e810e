"""Random kicks whose covariance is the diffusion of a Wigner function, as sums of independent sources.

A kick N of complex amplitudes has E[N_s N_r*] = D_sr dt and E[N_s N_r] = M_sr dt. Linear jumps on several sites give a
constant D, which is factorised once. Other jumps give D(α), factorised at each point: for one oscillator in closed
form, for oscillators that a nonlinear jump connects by diagonalisation. The Wigner diffusion of a nonlinear jump need
not be positive, such as κ₁/2 + 2κ₂(|α|² − ½) of a van der Pol oscillator near the origin for κ₁ < 2κ₂; negative
eigenvalues are then set to 0, and it is counted how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from photinus.numerics.lowrank import Root, root
from photinus.numerics.memory import require_memory
from photinus.numerics.polynomials import PolynomialMap
from photinus.solve.phase_space.equations import Table, WignerEquations, evaluated

ROUNDING = 1e-12
"""Eigenvalues of a diffusion matrix down to minus this share of the largest are rounding."""


FEW = 64
"""Sites that linear jumps connect, up to which their covariance is factorised as a dense matrix."""
CROWDED = 16
"""Jumps for each site, above which a covariance of low rank is looked for."""


class Source(Protocol):
    """Independent noise: ``places`` of the sites that it kicks, and how many normal ``numbers`` a kick takes."""

    @property
    def places(self) -> np.ndarray:
        """Numbers of the sites."""

    @property
    def numbers(self) -> int:
        """Standard normal numbers of one kick."""

    def kick(self, letters: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, int]:
        """N/√dt at points (letters, count) from normals (numbers, count), and how many points were clipped."""


@dataclass(frozen=True, eq=False)
class Constant:
    """A noise that does not depend on the amplitudes: N = Bξ."""

    places: np.ndarray
    factor: np.ndarray

    @property
    def numbers(self) -> int:
        return self.factor.shape[1]

    def kick(self, letters: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, int]:
        return self.factor.real @ normals + 1j * (self.factor.imag @ normals), 0


@dataclass(frozen=True, eq=False)
class Rooted:
    """A circular noise that does not depend on the amplitudes, N = Bζ with B a diagonal and a low rank."""

    places: np.ndarray
    root: Root

    @property
    def numbers(self) -> int:
        return 2 * len(self.places)

    def kick(self, letters: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, int]:
        return self.root @ _circular(normals), 0


@dataclass(frozen=True, eq=False)
class Incidence:
    """The noise of each linear jump on several sites by itself, N = Bζ with a sparse B, one column a jump."""

    places: np.ndarray
    matrix: sp.csr_array

    @property
    def numbers(self) -> int:
        return 2 * self.matrix.shape[1]

    def kick(self, letters: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, int]:
        return np.asarray(self.matrix @ _circular(normals)), 0

    def full(self, sites: int) -> sp.csr_array:
        """B with a row for every site."""
        rows = self.matrix.tocoo()
        return sp.csr_array((rows.data, (self.places[rows.coords[0]], rows.coords[1])), (sites, self.matrix.shape[1]))


def _circular(normals: np.ndarray) -> np.ndarray:
    """Complex ζ with E|ζ|² = 1 and E ζ² = 0 from real numbers, the real parts first."""
    half = len(normals) // 2
    return np.asarray(0.5**0.5 * (normals[:half] + 1j * normals[half:]))


@dataclass(frozen=True, eq=False)
class Single:
    """Each site by itself: eigenvalues ½(D ± |M|), the larger one along the phase ½ arg M."""

    places: np.ndarray
    circular: PolynomialMap
    elliptic: PolynomialMap | None

    @property
    def numbers(self) -> int:
        return 2 * len(self.places)

    def kick(self, letters: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, int]:
        first, second = normals[: len(self.places)], normals[len(self.places) :]
        size = evaluated(self.circular, letters).real
        if self.elliptic is None:
            clipped = int(np.count_nonzero(size < 0))
            width = np.sqrt(0.5 * np.maximum(size, 0.0))
            out = np.empty(first.shape, dtype=complex)
            np.multiply(width, first, out=out.real)
            np.multiply(width, second, out=out.imag)
            return out, clipped
        m = evaluated(self.elliptic, letters)
        modulus = np.abs(m)
        turn = np.sqrt(np.divide(m, modulus, out=np.ones_like(m), where=modulus > 0))
        low = 0.5 * (size - modulus)
        clipped = int(np.count_nonzero(low < -ROUNDING * modulus))
        wide, narrow = np.sqrt(np.maximum(0.5 * (size + modulus), 0)), np.sqrt(np.maximum(low, 0))
        return turn * (wide * first + 1j * narrow * second), clipped


@dataclass(frozen=True, eq=False)
class Joint:
    """Sites that a nonlinear jump connects: the eigenvectors of the covariance at each point."""

    places: np.ndarray
    hermitian: PolynomialMap
    symmetric: PolynomialMap

    @property
    def numbers(self) -> int:
        return 2 * len(self.places)

    def kick(self, letters: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, int]:
        m = len(self.places)
        d, s = (np.moveaxis(evaluated(f, letters).reshape(m, m, -1), -1, 0) for f in (self.hermitian, self.symmetric))
        values, vectors = np.linalg.eigh(covariance(d, s))
        clipped = int(np.count_nonzero((values < -ROUNDING * np.abs(values).max(axis=-1, keepdims=True)).any(axis=-1)))
        width = np.broadcast_to(np.sqrt(np.maximum(values, 0)), normals.T.shape)
        out = np.einsum("nij,nj,jn->in", np.broadcast_to(vectors, (*width.shape, 2 * m)), width, normals)
        return out[:m] + 1j * out[m:], clipped


def covariance(d: np.ndarray, m: np.ndarray) -> np.ndarray:
    """The covariance of (Re z, Im z) from d = E[z z†] and m = E[z zᵀ], shapes (…, n, n)."""
    upper = np.concatenate([(m + d).real, (m - d).imag], axis=-1)
    lower = np.concatenate([(m + d).imag, (d - m).real], axis=-1)
    return 0.5 * np.concatenate([upper, lower], axis=-2)


def factor_of(d: np.ndarray, m: np.ndarray) -> np.ndarray:
    """A complex matrix B, without zero columns, so that z = Bξ with real normal ξ has E[z z†] = d and E[z zᵀ] = m."""
    values, vectors = np.linalg.eigh(covariance(d, m))
    keep = values > ROUNDING * max(float(values.max(initial=0.0)), np.finfo(float).tiny)
    columns = vectors[:, keep] * np.sqrt(values[keep])
    return columns[: len(d)] + 1j * columns[len(d) :]


def sources_of(equations: WignerEquations, *, few: int = FEW) -> tuple[Source, ...]:
    """The noises of all jumps; those of linear ones on more than ``few`` sites in a form that keeps their structure."""
    found: list[Source] = [_shared(equations, few)] if len(equations.shared.derivatives) else []
    table = equations.local
    if len(table.derivatives):
        sites = table.derivatives // 2
        ones = np.ones(len(sites), dtype=bool)
        link = sp.csr_array((ones, (sites[:, 0], sites[:, 1])), shape=(equations.size, equations.size))
        _, label = connected_components(link, directed=False)
        touched = np.unique(sites)
        alone = touched[np.bincount(label)[label[touched]] == 1]
        if len(alone):
            circular, elliptic = (_rows(table, alone, alone, star) for star in (1, 0))
            found.append(Single(alone, circular, elliptic if elliptic.matrix.nnz else None))
        for block in np.unique(label[np.setdiff1d(touched, alone)]):
            places = np.flatnonzero(label == block)
            found.append(Joint(places, *_matrices(table, places)))
    return tuple(found)


def _shared(equations: WignerEquations, few: int) -> Source:
    """The noise of the linear jumps on several sites."""
    places, incidence = np.unique(equations.shared.derivatives // 2), equations.incidence
    if incidence is None or len(places) <= few:
        require_memory(128.0 * len(places) ** 2, None, "The covariance of the noise", "Couple fewer oscillators.")
        origin = np.zeros((2 * equations.size, 1), dtype=complex)
        d, m = (evaluated(f, origin).reshape(len(places), -1) for f in _matrices(equations.shared, places))
        return Constant(places, factor_of(d, m))
    matrix = incidence[places]
    if matrix.nnz > CROWDED * len(places):
        require_memory(64.0 * len(places) ** 2, None, "The covariance of the noise", "Couple fewer oscillators.")
        if (factor := root(np.asarray((matrix @ matrix.conj().T).toarray()))) is not None:
            return Rooted(places, factor)
    return Incidence(places, matrix)


def _matrices(table: Table, places: np.ndarray) -> tuple[PolynomialMap, PolynomialMap]:
    """E[N_s N_r*] and E[N_s N_r] of some sites, row after row."""
    s, r = (index.ravel() for index in np.meshgrid(places, places, indexing="ij"))
    return _rows(table, s, r, 1), _rows(table, s, r, 0)


def _rows(table: Table, s: np.ndarray, r: np.ndarray, star: int) -> PolynomialMap:
    """E[N_s N_r*]/dt (star = 1) or E[N_s N_r]/dt (star = 0): C_β, twice where both derivatives are the same."""
    width = 2 * (int(max(table.derivatives.max(), 2 * s.max() + 1)) + 1)
    key = table.derivatives[:, 0] * width + table.derivatives[:, 1]
    one, two = 2 * s, 2 * r + star
    wanted = np.minimum(one, two) * width + np.maximum(one, two)
    row = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    factor = np.where(key[row] == wanted, np.where(one == two, 2.0, 1.0), 0.0)
    matrix = table.coefficients.matrix[row].multiply(factor[:, None]).tocsr()
    matrix.eliminate_zeros()
    used = np.unique(matrix.indices)
    factors = table.coefficients.factors[used]
    degree = int((factors < table.coefficients.variables).sum(axis=1).max()) if len(used) else 0
    return PolynomialMap(matrix[:, used], factors[:, :degree], table.coefficients.variables)
