"""Are moments those of a state? The matrices ⟨A_i†A_j⟩ of every state are positive.

Over the operators a and a† that is positivity of occupations and Heisenberg's uncertainty in one, over the words of one
spin or qudit it is positivity of its density matrix. The mean values are taken out first, ⟨A_i†A_j⟩ − ⟨A_i†⟩⟨A_j⟩, so
that large amplitudes do not hide small violations. The condition is necessary, not sufficient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from photinus.algebra import Operator, Oscillator, Word, multiply_words
from photinus.numerics.polynomials import PolynomialMap
from photinus.solve.moments.closure import Polynomial
from photinus.solve.moments.hierarchy import Hierarchy, closed, compiled, text_of, values_of
from photinus.solve.moments.words import Naming, adjoint, words_up_to

TOLERANCE = 1e-7
"""Eigenvalues above minus this share of the largest variance are rounding."""
MOST = 150
"""Larger sets of operators are not tested."""


@dataclass(frozen=True, eq=False)
class Test:
    """One set of operators A_i: the compiled ⟨A_i†A_j⟩, j ≥ i, then ⟨A_i⟩."""

    operators: tuple[Word, ...]
    means: PolynomialMap

    def covariance(self, letters: np.ndarray) -> np.ndarray:
        """⟨A_i†A_j⟩ − ⟨A_i†⟩⟨A_j⟩ at points (letters, …), shape (…, i, j)."""
        count = len(self.operators)
        values = np.moveaxis(values_of(self.means, letters), 0, -1)
        upper = np.triu_indices(count)
        out = np.zeros((*values.shape[:-1], count, count), dtype=complex)
        out[..., upper[0], upper[1]] = values[..., :-count]
        out[..., upper[1], upper[0]] = values[..., :-count].conj()
        mean = values[..., -count:]
        return out - mean.conj()[..., :, None] * mean[..., None, :]


@lru_cache(maxsize=64)
def tests_of(system: Hierarchy) -> tuple[Test, ...]:
    """The tests that the moments of a system allow without closure."""
    names, order = system.closure.naming, system.closure.order
    sets: list[list[Word]] = []
    for site in names.sites:
        if not isinstance(site, Oscillator):
            alone = Naming((site,), None, ((site,),))
            sets.append(words_up_to(alone, 1))
    for half in range(1, order // 2 + 1):
        everything = Naming(names.sites, None, tuple((site,) for site in names.sites))
        if (2 * len(names.sites)) ** half <= 4 * MOST**2:
            sets.append(words_up_to(everything, half))
    if order >= 2:  # of all N atoms together
        sets += [[((site, word),) for word in site.letters()] for site in system.atoms.spins]
    return tuple(_test(system, tuple(words)) for words in sets if len(words) <= MOST)


def _test(system: Hierarchy, operators: tuple[Word, ...]) -> Test:
    def mean(terms: Mapping[Word, complex]) -> Polynomial:
        return closed(system.closure, system.atoms.collapsed(Operator(terms)).terms)

    pairs = [mean(dict(multiply_words(adjoint(u), v))) for i, u in enumerate(operators) for v in operators[i:]]
    singles = [mean({u: 1.0}) for u in operators]
    return Test(operators, compiled(pairs + singles, len(system.closure.letters)))


def complaints_of(system: Hierarchy, y: np.ndarray) -> tuple[str, ...]:
    """What no state has, in words; y (size, …)."""
    letters = system.letters(y)
    out = []
    for test in tests_of(system):
        matrix = test.covariance(letters).reshape(-1, len(test.operators), len(test.operators))
        values, vectors = np.linalg.eigh(matrix)
        size = np.diagonal(matrix, axis1=-2, axis2=-1).real
        deficit = values[:, 0] / np.maximum(np.abs(size).max(axis=-1), 1e-300)
        worst = int(np.argmin(deficit))
        if deficit[worst] < -TOLERANCE:
            lead = test.operators[int(np.argmax(np.abs(vectors[worst, :, 0])))]
            out.append(
                f"⟨A†A⟩ − |⟨A⟩|² = {values[worst, 0]:.3g} for a combination A led by {text_of(lead)}, as in no state"
            )
    return tuple(out)
