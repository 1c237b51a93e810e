"""The simple route: dense matrices, and the formulas as they stand in the papers."""

from __future__ import annotations

import numpy as np
import scipy.linalg as la

import photinus as ph


def dissipator(matrix: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """D[L]ρ."""
    number = matrix.conj().T @ matrix
    return matrix @ rho @ matrix.conj().T - 0.5 * (number @ rho + rho @ number)


def bath_part(model: ph.Model, state, bath: str | None, rho: np.ndarray) -> np.ndarray:
    """Σ rate·D[L]ρ over the jumps of one bath; all jumps for None."""
    out = np.zeros_like(rho)
    for jump in model.jumps:
        if bath is None or (jump.bath is not None and jump.bath.name == bath):
            matrix = state.space.matrix(jump.operator)
            out += jump.rate * dissipator(matrix, rho) + jump.reverse * dissipator(matrix.conj().T, rho)
    return out


def spohn(model: ph.Model, state, bath: str, energy, temperature: float) -> float:
    """−Tr 𝓓ρ(ln ρ − ln π), π ∝ e^{−E/T} the fixed point of the bath alone (Spohn 1978)."""
    rho = state.density_matrix()
    moved = bath_part(model, state, bath, rho)
    log_pi = -state.space.matrix(energy) / temperature  # ln Z times Tr 𝓓ρ = 0 drops out
    return float(-np.trace(moved @ (la.logm(rho) - log_pi)).real)


def random_state(handle: object, d: int, seed: int):
    """A random mixed state of one qudit."""
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    rho = g @ g.conj().T
    return ph.states.from_matrix({handle: d}, rho / np.trace(rho))
