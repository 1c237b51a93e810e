"""The beam-splitter picture of collective loss: the combinations of oscillators that a bath sees, and the others.

Jumps L_i = Σ_j c_ij a_j damp the span of the vectors c_i; a mode d = Σ_j u_j a_j with Σ_j u_j c̄_ij = 0 for all i
commutes with every L_i and L_i† and feels nothing: it is dark. D[a − e^{iθ}b] damps (a − e^{iθ}b)/√2 with the number
rate 2 and leaves (a + e^{iθ}b)/√2 alone, in which φ_a − φ_b = θ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la

from photinus.algebra import Operator, Oscillator, Site
from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.space.space import read_only

ZERO = 1e-12
"""Rates below this, relative to the largest, are those of dark modes."""


@dataclass(frozen=True, eq=False)
class CollectiveModes:
    """Bright and dark modes of collective loss, as operators.

    Attributes
    ----------
    bright : tuple of Operator
        Damped modes, orthonormal, the fastest first.
    rates : ndarray, shape (bright,)
        At which their quanta are lost.
    dark : tuple of Operator
        Modes that no jump sees.
    coefficients : ndarray of complex, shape (modes, oscillators)
        Rows u with mode = Σ_j u_j a_j, the bright ones first: the unitary of the beam splitter.
    kept : bool or None
        Whether the Hamiltonian leaves the dark modes among themselves; None where it is not a sum of words a_j†a_k, so
        that linear modes cannot tell.
    """

    bright: tuple[Operator, ...]
    rates: np.ndarray
    dark: tuple[Operator, ...]
    coefficients: np.ndarray
    kept: bool | None

    def __repr__(self) -> str:
        lines = [f"CollectiveModes: {len(self.bright)} bright, {len(self.dark)} dark"]
        lines += [f"  bright  {mode}, rate {rate:.6g}" for mode, rate in zip(self.bright, self.rates, strict=True)]
        lines += [f"  dark    {mode}" for mode in self.dark]
        if self.kept is None and self.dark:
            lines.append("  the Hamiltonian is not quadratic: whether it keeps the dark modes dark is not told here")
        elif not self.kept and self.dark:
            lines.append("  the Hamiltonian turns dark modes into bright ones")
        return "\n".join(lines)


def collective_modes(model: Model) -> CollectiveModes:
    """The bright and dark modes of a model whose jumps are all linear, L = Σ c_j a_j.

    Parameters
    ----------
    model : Model

    Returns
    -------
    CollectiveModes

    Raises
    ------
    InvalidInput
        If a jump is not a sum of annihilation operators.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> ph.reservoir.collective_modes(ph.Model(jumps=[ph.Jump(1.0, a - b)]))
    CollectiveModes: 1 bright, 1 dark
      bright  0.707106781187 a - 0.707106781187 b, rate 2
      dark    0.707106781187 a + 0.707106781187 b
    """
    sites = tuple(site for site in model.sites if isinstance(site, Oscillator))
    damping = np.zeros((len(sites), len(sites)), dtype=complex)
    for rate, operator in model.generator[1]:
        c = _coefficients(operator, sites)
        damping += rate * np.outer(c, c.conj())
    rates, vectors = la.eigh(damping)
    order = np.argsort(-rates, kind="stable")
    rates, vectors = rates[order], vectors[:, order]
    count = int(np.count_nonzero(rates > ZERO * max(rates[:1].sum(), 0.0))) if rates[:1].sum() > 0 else 0
    span = vectors[:, :count]
    dark = _plain_basis(np.eye(len(sites)) - span @ span.conj().T, len(sites) - count)
    rows = np.array([_gauged(column) for column in [*span.T, *dark.T]]).reshape(-1, len(sites))
    modes = tuple(_operator(row, sites) for row in rows)
    kept = _kept(model.generator[0], sites, rows[count:])
    return CollectiveModes(modes[:count], read_only(rates[:count].copy()), modes[count:], read_only(rows), kept)


def _coefficients(operator: Operator, sites: tuple[Site, ...]) -> np.ndarray:
    out = np.zeros(len(sites), dtype=complex)
    for word, c in operator.terms.items():
        if len(word) != 1 or not isinstance(word[0][0], Oscillator) or word[0][1] != (0, 1, ()):
            raise InvalidInput(
                f"The jump {operator} is not a sum of annihilation operators of oscillators.",
                "Only linear loss has bright and dark modes; ph.dark_states() finds dark states of any jumps.",
            )
        out[sites.index(word[0][0])] += c
    return out


def _operator(row: np.ndarray, sites: tuple[Site, ...]) -> Operator:
    terms = {((site, (0, 1, ())),): complex(c) for site, c in zip(sites, row, strict=True) if abs(c) > 1e-15}
    return Operator({word: c.real if abs(c.imag) < 1e-15 else c for word, c in terms.items()})


def _plain_basis(projector: np.ndarray, count: int) -> np.ndarray:
    """An orthonormal basis of a projector's range from the images of the first oscillators, the same everywhere."""
    found: list[np.ndarray] = []
    for column in projector.T:
        rest = column - sum((u * np.vdot(u, column) for u in found), np.zeros_like(column))
        if len(found) < count and np.linalg.norm(rest) > 1e-8:
            found.append(rest / np.linalg.norm(rest))
    return np.array(found).reshape(-1, len(projector)).T


def _gauged(row: np.ndarray) -> np.ndarray:
    """With a real, positive first coefficient."""
    first = row[np.argmax(np.abs(row) > 1e-12)]
    return np.asarray(row * (abs(first) / first))


def _kept(hamiltonian: Operator, sites: tuple[Site, ...], dark: np.ndarray) -> bool | None:
    """Whether [H, d] stays in the span of the dark modes, for H = Σ h_jk a_j†a_k."""
    h = np.zeros((len(sites), len(sites)), dtype=complex)
    for word, c in hamiltonian.terms.items():
        up = [site for site, local in word for _ in range(local[0]) if isinstance(site, Oscillator) and not local[2]]
        down = [site for site, local in word for _ in range(local[1]) if isinstance(site, Oscillator) and not local[2]]
        if len(up) != 1 or len(down) != 1 or not all(isinstance(site, Oscillator) for site, _ in word):
            return None
        h[sites.index(up[0]), sites.index(down[0])] += c
    # [Σ h_jk a_j†a_k, Σ u_j a_j] = −Σ_jk u_j h_jk a_k
    image = dark @ h
    outside = image - (image @ dark.conj().T) @ dark
    return bool(np.abs(outside).max(initial=0.0) <= 1e-12 * max(np.abs(h).max(initial=0.0), 1e-300))
