"""Random Lindbladians with a planted structure H = ⊕ (A_k ⊗ B_k) ⊕ decaying, as models of one qudit."""

from __future__ import annotations

import numpy as np
from scipy.stats import unitary_group

import photinus as ph


def planted(
    blocks: list[tuple[int, int]], decaying: int, seed: int, *, energies: list[float] | None = None
) -> tuple[ph.Model, np.ndarray, list[np.ndarray]]:
    """A model with these (dim A, dim B), H and the jumps as matrices. Energies turn the coherences between blocks.

    On a block L = 1 ⊗ L_B, which leaves A alone; from the decaying part L leads everywhere. The part of H that would
    lead from a block into the decaying part is fixed by (1 − P)(iH + ½ΣL†L)P = 0. With ``energies`` all blocks have one
    L_B, and H = 1 ⊗ H_B + energy, so that only the energies tell the blocks apart.
    """
    rng = np.random.default_rng(seed)
    kept = sum(a * b for a, b in blocks)
    d = kept + decaying
    jumps, hamiltonian = [np.zeros((d, d), dtype=complex) for _ in range(2)], np.zeros((d, d), dtype=complex)
    shared = [_random(rng, blocks[0][1]) for _ in range(3)]
    start = 0
    for k, (a, b) in enumerate(blocks):
        inner = shared if energies is not None else [_random(rng, b) for _ in range(3)]
        place = slice(start, start + a * b)
        for jump, own in zip(jumps, inner, strict=False):
            jump[place, place] = np.kron(np.eye(a), own)
        hamiltonian[place, place] = np.kron(np.eye(a), inner[2] + inner[2].conj().T)
        if energies is not None:
            hamiltonian[place, place] += energies[k] * np.eye(a * b)
        start += a * b
    for jump in jumps:
        jump[:, kept:] = _random(rng, d)[:, kept:]
    decay = sum(jump.conj().T @ jump for jump in jumps)
    own = _random(rng, decaying)
    hamiltonian[kept:, kept:] = own + own.conj().T
    hamiltonian[kept:, :kept] = 0.5j * decay[kept:, :kept]
    hamiltonian[:kept, kept:] = hamiltonian[kept:, :kept].conj().T
    turn = unitary_group.rvs(d, random_state=seed)
    hamiltonian = turn @ hamiltonian @ turn.conj().T
    jumps = [turn @ jump @ turn.conj().T for jump in jumps]
    q = ph.qudit("q", d)
    model = ph.Model(_operator(q, hamiltonian), [ph.Jump(1.0, _operator(q, jump)) for jump in jumps])
    return model, hamiltonian, jumps


def superoperator(hamiltonian: np.ndarray, jumps: list[np.ndarray]) -> np.ndarray:
    """𝓛 on row-major vectors, straight from its definition."""
    one = np.eye(len(hamiltonian))
    out = -1j * (np.kron(hamiltonian, one) - np.kron(one, hamiltonian.T))
    for jump in jumps:
        square = jump.conj().T @ jump
        out += np.kron(jump, jump.conj()) - 0.5 * (np.kron(square, one) + np.kron(one, square.T))
    return out


def _random(rng: np.random.Generator, size: int) -> np.ndarray:
    return (rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))) / np.sqrt(2 * max(size, 1))


def _operator(q, matrix: np.ndarray):
    terms = [complex(c) * q(m, n) for (m, n), c in np.ndenumerate(matrix)]
    return sum(terms[1:], terms[0])
