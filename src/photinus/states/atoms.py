"""States of ensembles in which all atoms are alike, each by itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, xlogy

from photinus.algebra import Identical, Operator, Word
from photinus.errors import InvalidInput, NotHermitian
from photinus.numerics.memory import require_memory
from photinus.space.space import Space
from photinus.space.state import State
from photinus.states.arrays import checked_array
from photinus.states.build import Key, assemble, diagonal, named, pure, space_of
from photinus.states.combine import product

LEAST = 1e-300
"""Populations of one atom below this one are as good as none."""


def identical(atoms: Mapping[Key, ArrayLike]) -> State:
    """ρ₁ ⊗ ρ₁ ⊗ …: every atom of an ensemble in the same state, separate from all others.

    Parameters
    ----------
    atoms : mapping of handle to array_like
        Of each ensemble, by its handle, the state of one atom: its d amplitudes (normalised here), or its density
        matrix, d × d. The levels of atoms of two levels are up, down.

    Returns
    -------
    State
        Of amplitudes pure, in the symmetric levels alone: |n₀, n₁, …⟩ has √(N!/Π n_k!) Π ψ_k^n_k. Of a density matrix
        in all levels, ρ_λ = f_λ exp(Σ_kl (ln ρ₁)_kl E_kl), E_kl the sum of |k⟩⟨l| over the atoms.

    Raises
    ------
    WrongType, InvalidInput
        For what is no handle of an ensemble, and arrays that are no state of one of its atoms.
    NotHermitian
    MemoryBudgetExceeded

    Examples
    --------
    >>> import photinus as ph
    >>> at = ph.ensemble("atoms", 10, levels=3)
    >>> round(abs(ph.states.identical({at: [1, 0, 1]}).expect(at(0, 2))), 9)
    5.0
    >>> warm = ph.states.identical({at: [[0.5, 0, 0], [0, 0.3, 0], [0, 0, 0.2]]})
    >>> round(warm.expect(at(1, 1)), 9)
    3.0
    """
    states = []
    for site, array in named(atoms, "atoms", oscillators=False).items():
        if not isinstance(site, Identical):
            raise InvalidInput(f"The {site!r} is no ensemble.", "Give handles of ensembles.")
        one = checked_array(array, f"state of an atom of {site.name!r}")
        d = len(site.populations()[0])
        if one.shape not in ((d,), (d, d)):
            raise InvalidInput(
                f"The state of an atom of the {site!r} has the shape {one.shape}.",
                f"Give {d} amplitudes or a density matrix of {d} × {d} elements.",
            )
        space = space_of({site: site.levels(None)})
        states.append(_pure(site, space, one) if one.ndim == 1 else _mixed(site, space, one))
    return product(*states)


def _pure(site: Identical, space: Space, amplitudes: np.ndarray) -> State:
    size = float(np.linalg.norm(amplitudes))
    if not size > 0:
        raise InvalidInput(f"The amplitudes of an atom of {site.name!r} are all zero.", "Give at least one other.")
    n = np.where((site.rung() == 0)[:, None], site.populations(), 0)  # the symmetric kets come first
    weight = np.abs(amplitudes / size)
    ways = gammaln(site.atoms + 1) - gammaln(n + 1).sum(axis=1)
    ket = np.exp(ways / 2 + xlogy(n, weight).sum(axis=1) + 1j * (n @ np.angle(amplitudes)))
    ket[site.rung() != 0] = 0
    return pure(space, ket / np.linalg.norm(ket))


def _mixed(site: Identical, space: Space, rho: np.ndarray) -> State:
    trace = complex(np.trace(rho))
    if np.abs(rho - rho.conj().T).max() > 1e-10:
        raise NotHermitian(f"The state of an atom of {site.name!r} is not Hermitian.", "Give (ρ + ρ†)/2.")
    p, vectors = np.linalg.eigh((rho + rho.conj().T) / 2)
    if abs(trace - 1) > 1e-9 or p[0] < -1e-10:
        raise InvalidInput(
            f"The state of an atom of {site.name!r} has the trace {trace.real:.9g} and the eigenvalue {p[0]:.2g}.",
            "Give a density matrix.",
        )
    ways = site.multiplicity()
    if not (rho - np.diag(np.diagonal(rho))).any():
        shares = np.maximum(np.diagonal(rho).real, 0) / trace.real
        return diagonal(space, np.exp(ways + xlogy(site.populations(), shares).sum(axis=1)))
    require_memory(64.0 * space.dimension**2, None, f"A dense state of {space.dimension} kets", "Take fewer atoms.")
    logarithm = (vectors * np.log(np.maximum(p, LEAST))) @ vectors.conj().T
    exponent = space.matrix(_summed(site, logarithm))
    out = np.zeros_like(exponent)
    for rung in np.unique(site.rung()):
        own = np.flatnonzero(site.rung() == rung)
        energies, kets = np.linalg.eigh(exponent[np.ix_(own, own)])
        out[np.ix_(own, own)] = (kets * np.exp(energies + ways[own[0]])) @ kets.conj().T
    rows, columns = np.nonzero(out)
    shifts = np.unique(space.coordinates[rows] - space.coordinates[columns], axis=0)
    return assemble(space, shifts, lambda row, column: out[row, column])


def _summed(site: Identical, matrix: np.ndarray) -> Operator:
    """Σ_kl c_kl E_kl."""
    terms: dict[Word, complex] = {}
    for (m, n), c in np.ndenumerate(matrix):
        for local, x in site.expand(m, n):
            word: Word = () if local == site.identity else ((site, local),)
            terms[word] = terms.get(word, 0) + complex(c) * x
    return Operator(terms)
