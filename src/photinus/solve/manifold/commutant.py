"""The strong symmetry of a model as an algebra: all operators that commute with H and with every jump.

Each of them is a conserved quantity, 𝓛†X = 0 (the converse is false: the dual of a dark state need not commute with the
jumps that lead into it). They form an algebra ⊕_k M(m_k), whose unitaries are U(m₁) × U(m₂) × …: where all m_k are 1
they are phases of classes of kets that never mix; where one is larger the symmetry is not Abelian, as the permutations
of equal spins under collective noise.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

from photinus.solve.manifold.blocks import times
from photinus.solve.manifold.zero_modes import ZeroModes

LARGEST = 5e7
"""Elements of the commutators up to which they are written down."""
COMMUTES = 1e-9
"""A commutator this small, relative to the jumps, is none."""
LINKED = 1e-10
"""Blocks of a generic element below this, relative to the largest, are zero."""


def strong_algebra(modes: ZeroModes) -> tuple[int, ...] | None:
    """The m_k of ⊕_k M(m_k), the largest first; None where kets are cut, or the commutators are too many."""
    made = modes.generator
    d = made.space.dimension
    if made.space.cutoffs or 2.0 * len(made.jumps) * d * d * modes.dimension > LARGEST:
        return None
    conserved = np.array([_dense(modes, order, k) for order, k in _numbered(modes)])
    one = np.eye(d, dtype=complex)
    operators = [np.sqrt(rate) * times(made.space, bands, one) for rate, bands in made.jumps]
    operators += [jump.conj().T for jump in operators]
    operators.append(times(made.space, made.no_jump, one))  # K = −iH − ½ΣL†L: with the others H as well
    scale = max(float(np.abs(x).max(initial=0.0)) for x in operators) or 1.0
    lengths = np.linalg.norm(conserved, axis=(1, 2))
    conserved = conserved / lengths[:, None, None]
    commutators = np.concatenate([(conserved @ x - x @ conserved).reshape(len(conserved), -1) for x in operators], 1)
    _, sizes, mix = la.svd(commutators.T, full_matrices=False)
    commuting = np.tensordot(mix[sizes <= COMMUTES * scale].conj(), conserved, 1)
    return _structure(commuting)


def _numbered(modes: ZeroModes) -> list[tuple[tuple[int, ...], int]]:
    return [(order, k) for order, kernel in modes.kernels.items() for k in range(kernel.dimension)]


def _dense(modes: ZeroModes, order: tuple[int, ...], k: int) -> np.ndarray:
    d = modes.generator.space.dimension
    out = np.zeros((d, d), dtype=complex)
    out[modes.sectors[order].kets] = modes.kernels[order].left[:, k]
    return out


def _structure(algebra: np.ndarray) -> tuple[int, ...] | None:
    """The m_k from two generic Hermitian elements: the eigenspaces of one, and which of them the other connects."""
    rng = np.random.default_rng(41)
    weights = rng.normal(size=(2, len(algebra))) + 1j * rng.normal(size=(2, len(algebra)))
    first, second = (x + x.conj().T for x in np.tensordot(weights, algebra, 1))
    values, vectors = la.eigh(first)
    ends = [*(np.flatnonzero(np.diff(values) > 1e-8 * np.ptp(values)) + 1).tolist(), len(values)]
    starts = [0, *ends[:-1]]
    inner = vectors.conj().T @ second @ vectors
    links = np.array([[np.abs(inner[i:j, k:m]).max() for k, m in zip(starts, ends, strict=True)]
                      for i, j in zip(starts, ends, strict=True)])  # fmt: skip
    connected = links > LINKED * links.max()
    label = np.arange(len(starts))
    for i, j in zip(*np.nonzero(connected), strict=True):
        label[label == max(label[i], label[j])] = min(label[i], label[j])
    found = tuple(sorted(np.unique(label, return_counts=True)[1].tolist(), reverse=True))
    return found if sum(m * m for m in found) == len(algebra) else None
