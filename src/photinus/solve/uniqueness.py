"""A steady state that is unique by the form of the jumps, without any computation.

If a Lindblad equation has two steady states, there are two orthogonal subspaces that all jumps L_k and K = −iH −
½Σ L†L leave invariant (Schirmer and Wang 2010). Let every site have jumps of its own some combination of which is a
ladder: strictly triangular in the order of the kets, with no zero next to the diagonal. It is nilpotent and has one
dark ket |e_j⟩. In a subspace that is invariant under the ladders of all sites, which commute, each has a dark vector in
what the others leave: the subspace contains |e_1 e_2 …⟩. Two orthogonal ones cannot both do so, and the steady state is
unique, in all sectors, whatever the Hamiltonian and the other jumps are.
"""

from __future__ import annotations

import numpy as np

from photinus.algebra import Operator, Oscillator, Qudit, Site, Spin
from photinus.space.liouvillian import Generator

WEAK = 1e-10
"""Ladders slower than this times the largest rate of the equation prove nothing to the precision of numbers."""


def unique_by_ladders(generator: Generator) -> bool:
    """Whether every site has jumps of its own that climb, or descend, through all of its kets.

    Parameters
    ----------
    generator : Generator
        Made from a model; without one the answer is False.
    """
    if generator.symmetry is None or generator.symmetry.equation is None:
        return False
    if not all(isinstance(site, (Oscillator, Qudit, Spin)) for site in generator.space.sites):
        return False  # a ket of an ensemble stands for many
    _, channels = generator.symmetry.equation
    largest = max((float(np.abs(x).max(initial=0.0)) for x in generator.no_jump.values()), default=0.0)
    for site, levels in zip(generator.space.sites, generator.space.levels, strict=True):
        matrices = [np.sqrt(rate) * _local(site, levels, jump) for rate, jump in channels if jump.sites == (site,)]
        below = sum((np.abs(np.diagonal(x, -1)) ** 2 for x in matrices if not np.triu(x).any()), np.zeros(levels - 1))
        above = sum((np.abs(np.diagonal(x, 1)) ** 2 for x in matrices if not np.tril(x).any()), np.zeros(levels - 1))
        if levels > 1 and max(below.min(), above.min()) <= WEAK * largest:
            return False
    return True


def _local(site: Site, levels: int, operator: Operator) -> np.ndarray:
    """The matrix of an operator on its only site."""
    out = np.zeros((levels, levels), dtype=complex)
    for word, c in operator.terms.items():
        target, amplitude = site.action(word[0][1], levels)
        inside = np.flatnonzero(target >= 0)
        out[target[inside], inside] += c * amplitude[inside]
    return out
