"""The jump/no-jump splitting 𝓛 = 𝓢 + 𝓙 as a preconditioner.

𝓢ρ = Kρ + ρK† is inverted block by block: a Sylvester equation, solved in the eigenbasis of K, or in its Schur form
where the eigenvectors are ill-conditioned (near exceptional points). Where the model has a U(1) charge, the jumps
that lower it (or raise it, whichever are stronger) are solved as well, by substitution from block to block: block
Gauss-Seidel in the charge. The preconditioner may be inexact; the residual is always that of the true generator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp

from photinus.space.liouvillian import Diagonals, Liouvillian

ILL_CONDITIONED = 1e6


@dataclass(frozen=True)
class EigenForm:
    """K = V diag(λ) V⁻¹ of one class."""

    values: np.ndarray
    vectors: np.ndarray
    inverse: np.ndarray


@dataclass(frozen=True)
class SchurForm:
    """K = Q T Q† of one class, T upper triangular."""

    triangle: np.ndarray
    unitary: np.ndarray

    @property
    def values(self) -> np.ndarray:
        """The eigenvalues of K."""
        return np.diagonal(self.triangle)


def decompose(blocks: dict[int, np.ndarray]) -> dict[int, EigenForm] | dict[int, SchurForm]:
    """K of every class in its eigenbasis; all in Schur form as soon as one has eigenvectors of condition above 10⁶."""
    forms = {}
    for q, k in blocks.items():
        values, vectors = la.eig(k, check_finite=False)
        try:
            inverse = np.linalg.inv(vectors)
        except np.linalg.LinAlgError:
            break
        if np.linalg.norm(vectors) * np.linalg.norm(inverse) > ILL_CONDITIONED * len(k):
            break
        forms[q] = EigenForm(values, vectors, inverse)
    else:
        return forms
    return {q: SchurForm(*la.schur(k, output="complex", check_finite=False)) for q, k in blocks.items()}


class Splitting:
    """ρ = P y ≈ −(𝓢 − σ + part of 𝓙)⁻¹ y on one sector of any order.

    Parameters
    ----------
    liouvillian : Liouvillian
    shift : complex
        σ: P is made for 𝓛 − σ.
    """

    def __init__(self, liouvillian: Liouvillian, shift: complex = 0.0):
        self._spectral = shift
        sector = liouvillian.sector
        bands = [
            *liouvillian.generator.no_jump.values(),
            *(x for _, jump in liouvillian.generator.jumps for x in jump.values()),
        ]
        self._real = not any(np.iscomplexobj(x) for x in bands) and not complex(shift).imag
        classes = sorted({c for q, r, _ in sector.blocks for c in (q, r)})
        self._forms = decompose({q: no_jump_block(liouvillian, q) for q in classes})
        rate = max((float(np.abs(f.values).max(initial=0.0)) for f in self._forms.values()), default=1.0)
        self._shift = 1e-9 * (rate or 1.0)
        charge = _ladder(liouvillian)
        self._levels = _levels(sector.blocks, charge)
        self._substituted = self._couplings(liouvillian, charge)
        self._gaps = {q: self._gap(q, r) for q, r, _ in sector.blocks}

    def _gap(self, q: int, r: int) -> np.ndarray:
        """σ − (λ_i + λ̄_j), moved away from zero where a dark state makes 𝓢 singular."""
        gap = self._spectral - np.add.outer(self._forms[q].values, np.conj(self._forms[r].values))
        return np.where(np.abs(gap) < self._shift, gap + self._shift, gap)

    def _couplings(self, liouvillian: Liouvillian, charge: np.ndarray | None) -> list[sp.csr_array] | None:
        """Rows, level by level, of the jumps that are solved by substitution; turns the levels to their order."""
        if charge is None or len(self._levels) < 2:
            return None
        weights = np.array(liouvillian.generator.grading.group.weights).sum(axis=0, where=_u1(liouvillian)[:, None])
        down: Diagonals = {}
        up: Diagonals = {}
        for (s, t), value in liouvillian.jump_diagonals.items():
            step = int(weights @ np.array(s))
            if step:
                (down if step < 0 else up)[s, t] = value
        strength = [sum(float(np.abs(v).sum()) for v in part.values()) for part in (down, up)]
        if max(strength) == 0:
            return None
        part = down if strength[0] >= strength[1] else up
        if part is down:
            self._levels.reverse()
        matrix = liouvillian.sparse(part).tocsr()
        return [matrix[np.concatenate([np.arange(cut.start, cut.stop) for *_, cut in level])] for level in self._levels]

    def __call__(self, y: np.ndarray) -> np.ndarray:
        out = np.zeros(y.shape, dtype=complex)
        for k, level in enumerate(self._levels):
            fed = self._substituted[k] @ out if self._substituted is not None and k else None
            start = 0
            for q, r, cut in level:
                f = y[cut] if fed is None else y[cut] + fed[start : start + cut.stop - cut.start]
                start += cut.stop - cut.start
                block = f.reshape(len(self._forms[q].values), -1)
                out[cut] = self._solve(q, r, block).ravel()
        return out.real if self._real and not np.iscomplexobj(y) else out

    def _solve(self, q: int, r: int, f: np.ndarray) -> np.ndarray:
        """X of −(K_q X + X K_r†) = F."""
        left, right = self._forms[q], self._forms[r]
        if isinstance(left, EigenForm) and isinstance(right, EigenForm):
            inner = left.inverse @ f @ right.inverse.conj().T
            inner /= self._gaps[q]
            return left.vectors @ inner @ right.vectors.conj().T
        assert isinstance(left, SchurForm)
        assert isinstance(right, SchurForm)
        a, b = -left.triangle, -right.triangle
        a[np.diag_indices_from(a)] += self._shift + self._spectral
        (trsyl,) = la.get_lapack_funcs(("trsyl",), (a, b))
        x, scale, _ = trsyl(a, b, left.unitary.conj().T @ f @ right.unitary, tranb="C")
        return np.asarray(left.unitary @ (x / scale) @ right.unitary.conj().T)


def no_jump_block(liouvillian: Liouvillian, q: int) -> np.ndarray:
    """K on one class of kets, dense."""
    generator = liouvillian.generator
    kets, position = generator.grading.members[q], generator.grading.position
    out = np.zeros((len(kets), len(kets)), dtype=complex)
    for shift, amplitude in generator.no_jump.items():
        target = generator.space.shifted(shift)[kets]
        inside = np.flatnonzero(target >= 0)
        out[position[target[inside]], inside] += amplitude[kets[inside]]
    return out


def _u1(liouvillian: Liouvillian) -> np.ndarray:
    return np.array([d == 0 for d in liouvillian.generator.grading.group.moduli], dtype=bool)


def _ladder(liouvillian: Liouvillian) -> np.ndarray | None:
    """The total U(1) charge of every class; None without a U(1)."""
    chosen = _u1(liouvillian)
    if not chosen.any():
        return None
    return np.asarray(liouvillian.generator.grading.charges[:, chosen].sum(axis=1))


Block = tuple[int, int, slice]


def _levels(blocks: list[Block], charge: np.ndarray | None) -> list[list[Block]]:
    """Blocks of equal charge, from low to high."""
    if charge is None:
        return [blocks]
    found: dict[int, list[Block]] = {}
    for block in blocks:
        found.setdefault(int(charge[block[0]]), []).append(block)
    return [found[c] for c in sorted(found)]
