"""Correlations in time and linewidths, by the quantum regression theorem within the closure.

C_X(t) = ⟨X(t) B(0)⟩ obeys the equation of ⟨X⟩ with B at the right of every word (Lax 1963). B counts as one operator,
so that X has at most order − 1, and longer words are closed with the same rule. Each product of cumulants holds B once:
the equations are linear, with the moments at rest as coefficients,

    ⟨R B⟩ = Σ_{S⊆R, |S|<m} κ(S B) ⟨R∖S⟩,     κ(S B) = ⟨S B⟩ − Σ_{T⊊S} κ(T B) ⟨S∖T⟩ .
"""

from __future__ import annotations

from functools import partial

import numpy as np

from photinus.algebra import Word
from photinus.solve.moments.closure import Closure, splits
from photinus.solve.moments.hierarchy import Heisenberg, Hierarchy
from photinus.solve.moments.words import Atoms, Naming, atoms_of, word_of, words_up_to

Linear = dict[Word, complex]  # a combination of the C_X


class Regression:
    """The linear equations of ⟨X(t)B⟩ for all X of one charge.

    Attributes
    ----------
    words : tuple of words
        X, forms of order at most order − 1; the empty word where the charge is 0.
    matrix : ndarray, shape (words, words)
        dC/dt = matrix·C.
    """

    def __init__(self, system: Hierarchy, y: np.ndarray, charge: tuple[int, ...]):
        self.system, self.charge = system, charge
        self._letters = np.append(system.letters(y), 1.0)
        names, order = system.closure.naming, system.closure.order
        everything = words_up_to(Naming(names.sites, None, names.classes), order - 1)
        neutral: list[Word] = [()] if not any(charge) else []
        self.words = (*neutral, *(word for word in everything if names.charge(word) == charge))
        self._place = {word: k for k, word in enumerate(self.words)}
        self._means: dict[Word, complex] = {}
        self._known: dict[Word, Linear] = {}
        self.matrix = np.zeros((len(self.words), len(self.words)), dtype=complex)
        for row, word in enumerate(self.words):
            self.matrix[row] = self.row(system.sources.combined(partial(self._moved, word)))

    def row(self, combination: Linear) -> np.ndarray:
        """The coefficients of C_X in a combination of words."""
        out = np.zeros(len(self.words), dtype=complex)
        for word, c in combination.items():
            out[self._place[word]] += c
        return out

    def _moved(self, word: Word, motion: Heisenberg, closure: Closure) -> Linear:
        total: Linear = {}
        for w, c in motion(word).items():
            for x, f in self.with_partner(closure.naming, w).items():
                total[x] = total.get(x, 0) + c * f
        return total

    def with_partner(self, names: Naming, word: Word) -> Linear:
        """⟨w B⟩ as a combination of the C_X."""
        if names.charge(word) != self.charge:
            return {}
        form = names.form(word)
        if form in self._place:
            return {form: 1.0}
        if form not in self._known:
            total: Linear = {}
            for taken, left in splits(atoms_of(form), self.system.closure.order - 1):
                _add(total, self._cumulant(names, taken), self._mean(word_of(left)))
            self._known[form] = total
        return self._known[form]

    def _cumulant(self, names: Naming, atoms: Atoms) -> Linear:
        total = dict(self.with_partner(names, word_of(atoms)))
        for taken, left in splits(atoms, len(atoms) - 1):
            _add(total, self._cumulant(names, taken), -self._mean(word_of(left)))
        return total

    def _mean(self, word: Word) -> complex:
        if word not in self._means:
            polynomial = self.system.closure.mean(word)
            self._means[word] = sum(
                (c * complex(np.prod(self._letters[list(key)])) for key, c in polynomial.items()), 0j
            )
        return self._means[word]


def _add(total: Linear, part: Linear, factor: complex) -> None:
    if factor:
        for word, c in part.items():
            total[word] = total.get(word, 0) + factor * c
