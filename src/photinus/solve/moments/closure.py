"""The cumulant expansion: means of long products as polynomials of means of short ones.

The joint cumulant of operators X₁ … X_n in a fixed order (Kubo 1962) is defined by

    ⟨X₁ … X_n⟩ = Σ_π Π_{B∈π} κ(B)          (over all partitions π into blocks B, each in the given order),

and vanishes where one of them is independent of the others. A closure of order m sets κ = 0 of more than m operators.
With the block that holds X₁ taken out first this is a recursion,

    ⟨X₁ R⟩ = Σ_{S⊆R, |S|<m} κ(X₁ S) ⟨R∖S⟩,     κ(X₁ S) = ⟨X₁ S⟩ − Σ_{T⊊S} κ(X₁ T) ⟨S∖T⟩ .

Order 1 is the mean field, ⟨XY⟩ = ⟨X⟩⟨Y⟩; order 2 is exact for Gaussian states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from photinus.algebra import Word
from photinus.solve.moments.words import Atoms, Naming, adjoint, atoms_of, order_of, word_of

Monomial: TypeAlias = tuple[int, ...]  # sorted letters
Polynomial: TypeAlias = dict[Monomial, complex]

ONE: Polynomial = {(): 1.0}


@dataclass(frozen=True, eq=False)
class Closure:
    """The moments of one model up to an order, numbered, and the rule for longer ones.

    A *letter* is a number that stands for a mean: k < len(words) for ⟨w_k⟩, later ones for the conjugates of those
    that are not real.

    Attributes
    ----------
    naming : Naming
    order : int
        m.
    words : tuple of words
        w_k, one of each pair of conjugates.
    letters : dict
        From the form of every word up to the order to its letter.
    """

    naming: Naming
    order: int
    words: tuple[Word, ...]
    letters: dict[Word, int]
    _means: dict[Word, Polynomial] = field(default_factory=dict, repr=False)
    _cumulants: dict[Word, Polynomial] = field(default_factory=dict, repr=False)

    def mean(self, word: Word) -> Polynomial:
        """⟨w⟩ as a polynomial of the letters; {} where symmetry forbids it."""
        if not word:
            return ONE
        letter = self.letters.get(form := self.naming.form(word))
        if letter is not None:
            return {(letter,): 1.0}
        if form not in self._means:
            forbidden = order_of(form) <= self.order or not self.naming.is_neutral(form)
            self._means[form] = {} if forbidden else self._expanded(atoms_of(form))
        return self._means[form]

    def _expanded(self, atoms: Atoms) -> Polynomial:
        total: Polynomial = {}
        for taken, left in splits(atoms[1:], self.order - 1):
            rest = self.mean(word_of(left))
            if rest:
                add_product(total, self.cumulant((atoms[0], *taken)), rest)
        return total

    def cumulant(self, atoms: Atoms) -> Polynomial:
        """κ of at most m operators, in the order given."""
        word = word_of(atoms)
        if not self.naming.is_neutral(word):
            return {}
        form = self.naming.form(word)
        if form not in self._cumulants:
            first, *others = atoms_of(form)
            total = dict(self.mean(form))
            for taken, left in splits(tuple(others), len(others) - 1):
                rest = self.mean(word_of(left))
                if rest:
                    add_product(total, self.cumulant((first, *taken)), rest, -1.0)
            self._cumulants[form] = total
        return self._cumulants[form]


def splits(atoms: Atoms, most: int) -> Iterator[tuple[Atoms, Atoms]]:
    """All ways to take at most ``most`` operators, and what is left, both in order."""
    places = range(len(atoms))
    for count in range(min(most, len(atoms)) + 1):
        for chosen in combinations(places, count):
            taken = set(chosen)
            yield tuple(atoms[k] for k in chosen), tuple(atoms[k] for k in places if k not in taken)


def add_product(total: Polynomial, left: Polynomial, right: Polynomial, factor: complex = 1.0) -> None:
    """Add factor·left·right to a polynomial, in place."""
    for u, x in left.items():
        for v, y in right.items():
            key = tuple(sorted(u + v)) if u and v else u or v
            total[key] = total.get(key, 0) + factor * x * y


def make_closure(naming: Naming, order: int, words: list[Word]) -> Closure:
    """Number the forms of words, the conjugates of those that are not real last."""
    kept: list[Word] = []
    pairs: dict[Word, None] = {}
    for form in words:
        if form not in pairs:
            kept.append(form)
            conjugate = naming.form(adjoint(form))
            if conjugate != form:
                pairs[conjugate] = None
    return Closure(naming, order, tuple(kept), {word: k for k, word in enumerate((*kept, *pairs))})
