"""Null vectors of block-tridiagonal matrices that commute with a conjugation, by elimination from the far end.

The unknowns fall into groups …, −1, 0, +1, … coupled to their neighbours only; group −b holds the complex conjugates
of group b (ρ₋ₖ = ρₖ†). With x_b = −T_b x_{b−1}, T_b = (A_b − U_b T_{b+1})⁻¹ D_{b−1}, eliminated from the last group
inwards, group 0 obeys (A_0 − U_0 T_1 − its conjugate) x_0 = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.linalg.blas import get_blas_funcs
from scipy.linalg.lapack import get_lapack_funcs

from photinus.numerics.linear import SINGULAR, NullVector, dense_null_vector


def elimination_flops(sizes: np.ndarray) -> float:
    """Multiplications of an elimination over groups of these sizes, roughly."""
    return float((5.0 * sizes.astype(float) ** 3).sum())


def elimination_bytes(sizes: np.ndarray) -> float:
    """Memory of an elimination over groups of these sizes, in complex numbers."""
    return float((16.0 * 4 * sizes.astype(float) ** 2).sum())


@dataclass(frozen=True)
class TridiagonalPlan:
    """Where each entry of the matrix goes, for a fixed sparsity.

    Attributes
    ----------
    members : tuple of index arrays
        The unknowns of groups 0, 1, 2, …; of the groups ±b only +b.
    mirror : ndarray
        For every unknown of the whole vector the place of its conjugate.
    source, destination : ndarray
        Entry ``source`` of the concatenated values goes to place ``destination`` of the buffer, which holds
        A_0, U_0, A_1, U_1, … and then D_0, D_1, …, each in column-major order.
    places : ndarray
        Places within group 0 over which the vector is normalised.
    """

    members: tuple[np.ndarray, ...]
    mirror: np.ndarray
    source: np.ndarray
    destination: np.ndarray
    places: np.ndarray

    @cached_property
    def sizes(self) -> list[int]:
        """Number of unknowns of each group."""
        return [len(m) for m in self.members]

    @cached_property
    def _blocks(self) -> list[list[tuple[slice, tuple[int, int]]]]:
        """Places in the buffer of A_b, U_b and D_b, and the shapes of their transposes."""
        out, start, down = [], 0, self._split
        for n, m in pairwise([*self.sizes, 0]):
            own, up, over = start + n * n, start + n * n + n * m, down + n * m
            out.append([(slice(start, own), (n, n)), (slice(own, up), (m, n)), (slice(down, over), (n, m))])
            start, down = up, over
        return out

    @cached_property
    def _split(self) -> int:
        """Where the blocks D begin in the buffer."""
        return sum(n * (n + m) for n, m in pairwise([*self.sizes, 0]))

    @cached_property
    def _length(self) -> int:
        return self._blocks[-1][-1][0].stop

    @cached_property
    def _inner_mirror(self) -> np.ndarray:
        position = np.zeros(len(self.mirror), dtype=np.intp)
        position[self.members[0]] = np.arange(len(self.members[0]))
        return position[self.mirror[self.members[0]]]

    @property
    def flops(self) -> float:
        """Multiplications of one elimination, roughly."""
        return elimination_flops(np.array(self.sizes))

    def solve(self, values: np.ndarray) -> NullVector:
        """The normalised null vector of the matrix with these values."""
        buffer = np.zeros(self._length, dtype=values.dtype)
        buffer[self.destination] = values[self.source]
        blocks = [[buffer[cut].reshape(shape).T for cut, shape in parts] for parts in self._blocks]
        (gesv,) = get_lapack_funcs(("gesv",), (buffer,))
        (gemm,) = get_blas_funcs(("gemm",), (buffer,))
        transfers: list[np.ndarray] = []
        factors: list[tuple[np.ndarray, np.ndarray]] = []
        for b in range(len(blocks) - 1, 0, -1):
            a, up, _ = blocks[b]
            if transfers:
                a = gemm(-1.0, up, transfers[-1], beta=1.0, c=a, overwrite_c=1)
            lu, pivots, transfer, info = gesv(a, blocks[b - 1][2], overwrite_a=1, overwrite_b=1)
            if info:
                return NullVector(np.full(len(self.mirror), np.nan), 0.0, 2, np.inf)
            transfers.append(transfer)
            factors.append((lu, pivots))
        inner = blocks[0][0]
        if transfers:
            outer = blocks[0][1] @ transfers[-1]
            inner = inner - outer - np.conj(outer[np.ix_(self._inner_mirror, self._inner_mirror)])
        if not inner.imag.any():  # populations of one site
            inner = inner.real
        core = dense_null_vector(inner, self.places)
        # A singular outer group shows as a huge transfer.
        if transfers and not np.linalg.norm(buffer[self._split :].view(float)) <= 1 / np.sqrt(SINGULAR):
            return NullVector(self._unfold(core.vector, transfers), 0.0, 2, np.inf)
        elimination = Elimination(self, [up for _, up, _ in blocks], transfers, factors, core)
        vector = self._unfold(core.vector, transfers)
        return NullVector(vector, core.rcond, core.nullity, core.error, inverse=elimination.inverse)

    def _unfold(
        self, inner: np.ndarray, transfers: list[np.ndarray], sources: list[np.ndarray] | None = None
    ) -> np.ndarray:
        """All of x: x_b = y_b − T_b x_{b−1}, where the y_b are zero or the ``sources``, from the last group inwards."""
        parts = [inner]
        (gemv,) = get_blas_funcs(("gemv",), [inner, *transfers[-1:], *(sources or [])[-1:]])
        for k, transfer in zip(range(len(transfers) - 1, -1, -1), reversed(transfers), strict=True):
            x = parts[-1]
            parts.append(gemv(-1.0, transfer, x) if sources is None else gemv(-1.0, transfer, x, 1.0, sources[k]))
        order, mirrored = self._outwards
        out = np.empty(len(self.mirror), dtype=parts[-1].dtype)
        half = np.concatenate(parts)
        out[mirrored] = np.conj(half)
        out[order] = half
        return out

    @cached_property
    def _cuts(self) -> list[slice]:
        """Where each group stands in :attr:`_outwards`."""
        ends = np.cumsum(self.sizes).tolist()
        return [slice(start, end) for start, end in pairwise([0, *ends])]

    @cached_property
    def _outwards(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.concatenate(self.members)
        return order, self.mirror[order]


@dataclass(frozen=True)
class Elimination:
    """What an elimination has left: A x = b for a b that is its own conjugate, like the x.

    Attributes
    ----------
    plan : TridiagonalPlan
    ups : list of ndarray
        U_0, U_1, ….
    transfers : list of ndarray
        …, T_2, T_1: from the last group inwards.
    factors : list of (ndarray, ndarray)
        LU of the A_b − U_b T_{b+1} and their pivots, in the same order.
    core : NullVector
        That of group 0.
    """

    plan: TridiagonalPlan
    ups: list[np.ndarray]
    transfers: list[np.ndarray]
    factors: list[tuple[np.ndarray, np.ndarray]]
    core: NullVector

    def inverse(self, target: np.ndarray) -> np.ndarray:
        """The x without trace for a b without trace: y_b = (A_b − U_b T_{b+1})⁻¹(b_b − U_b y_{b+1}), then x_b."""
        plan = self.plan
        (getrs,) = get_lapack_funcs(("getrs",), (self.ups[0], target))
        (gemv,) = get_blas_funcs(("gemv",), (self.ups[0], target))
        found: list[np.ndarray] = []
        half = target[plan._outwards[0]]
        parts = [half[cut] for cut in plan._cuts]
        rest = parts[-1]
        for b, (lu, pivots) in zip(range(len(parts) - 1, 0, -1), self.factors, strict=True):
            found.append(getrs(lu, pivots, rest, overwrite_b=1)[0])
            rest = gemv(-1.0, self.ups[b - 1], found[-1], 1.0, parts[b - 1])
        if found:
            returned = rest - parts[0]
            rest = rest + np.conj(returned[plan._inner_mirror])
        assert self.core.inverse is not None
        return plan._unfold(self.core.inverse(rest), self.transfers, found)
