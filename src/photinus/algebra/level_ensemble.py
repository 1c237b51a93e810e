"""The ensemble of N atoms of d levels that no process tells apart, in the permutation-symmetric space.

Its kets are |λ, m⟩, λ a Young diagram of N boxes and at most d rows and m a Gelfand-Tsetlin pattern of it
(:mod:`photinus.numerics.gelfand`); λ is what J is for two levels. Each stands for all f_λ states of that pattern,
equally mixed: a density matrix that no permutation changes is Σ_λ ρ_λ ⊗ 1/f_λ (Schur's lemma).

Collective words are products of E_kl = Σ_n |k⟩⟨l|_n in normal order (:mod:`photinus.algebra.transitions`). A word of
each atom, ``("each", k, l)``, stands in a jump only; Σ_n D[L_n] is the sum of d² jumps ``("each", k, l, i, j)`` that
take a box from the row i of λ and give one to the row j. Several patterns of a λ can have the same populations, so
that a word moves a pattern to several others: it is the sum of its parts ``("part", word, shift)``, of one shift each.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from photinus.algebra import transitions
from photinus.algebra.ensemble import BACK, EACH, Identical, is_each
from photinus.algebra.site import SUBSCRIPTS, LocalWord, power
from photinus.errors import InvalidInput, WrongType
from photinus.numerics.checks import whole_number
from photinus.numerics.gelfand import Bands, Shift, log_multiplicity, number_of_patterns, paths, patterns, step, steps

PART: Final = "part"


class LevelEnsemble(Identical):
    """N identical atoms of d levels; its kets are Gelfand-Tsetlin patterns, the largest first."""

    __slots__ = ("dimension",)
    kind = "ensemble of levels"
    split = True
    dimension: int

    def __init__(self, name: str, atoms: int, dimension: int):
        dimension = whole_number(dimension, f"number of levels of the atoms of {name!r}")
        if dimension < 2:
            raise InvalidInput(
                f"The atoms of the ensemble {name!r} have one level, which is always full.",
                "Give at least two levels.",
            )
        object.__setattr__(self, "dimension", dimension)
        super().__init__(name, atoms, dimension, alone=f"a single atom is ph.qudit(name, {dimension})")

    def __repr__(self) -> str:
        return f"ensemble {self.name} ({self.atoms} atoms of {self.dimension} levels)"

    @property
    def identity(self) -> LocalWord:
        return (0,) * (self.dimension**2 - 1)

    @property
    def coordinates(self) -> tuple[str, ...]:
        return _names(self.name, self.dimension)

    def expand(self, m: int, n: int) -> list[tuple[LocalWord, complex]]:
        """E_mn in canonical words: the last population is N − Σ of the others."""
        return list(transitions.appended(self.atoms, self.dimension, self.identity, (m, n)).items())

    def letters(self) -> list[LocalWord]:
        return [transitions.word_of(self.dimension, letter) for letter in transitions.letters(self.dimension)]

    def populations(self) -> np.ndarray:
        return patterns(self.atoms, self.dimension).populations

    def collective_product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        if PART in (u[0], v[0]):
            raise WrongType(
                f"A part of an operator of {self.name!r} is multiplied.", "Multiply the operators of the model."
            )
        return list(transitions.times(self.atoms, self.dimension, u, v))

    def adjoint(self, word: LocalWord) -> LocalWord:
        if word[0] == PART:
            return (PART, self.adjoint(word[1]), tuple(-x for x in word[2]))
        if word[0] != EACH:
            return transitions.adjoint(self.dimension, word)
        if len(word) == 3:
            return (EACH, word[2], word[1])
        return word[:5] if len(word) == 6 else (*word, BACK)

    def channels(self, word: LocalWord) -> list[LocalWord]:
        d = self.dimension
        return [(*word, taken, given) for taken in range(d) for given in range(d)]

    def parts(self, word: LocalWord) -> list[LocalWord]:
        if word[0] == PART or (is_each(word) and len(word) == 3):
            return [word]
        return [(PART, word, shift) for shift in _shifts(self.dimension, word)]

    def shift(self, word: LocalWord) -> tuple[int, ...]:
        """Of a part that of all coordinates; of a whole word that of λ and of the populations."""
        return _shift(self.dimension, word)

    def levels(self, cutoff: int | None) -> int:
        return number_of_patterns(self.atoms, self.dimension)

    def kets(self, levels: int) -> np.ndarray:
        return _kets(self.atoms, self.dimension)

    def place(self, entries: tuple[int, ...]) -> int:
        """The number of the ket of a pattern with these entries, row after row; -1 where there is none."""
        return int(patterns(self.atoms, self.dimension).place(np.array([entries]))[0])

    def multiplicity(self) -> np.ndarray:
        """Ln f_λ of every ket: in how many ways the atoms make this λ."""
        return log_multiplicity(patterns(self.atoms, self.dimension).shapes)

    def rung(self) -> np.ndarray:
        shapes = patterns(self.atoms, self.dimension).shapes
        return np.concatenate([[0], np.cumsum((shapes[1:] != shapes[:-1]).any(axis=1))])

    def action(self, word: LocalWord, levels: int) -> tuple[np.ndarray, np.ndarray]:
        if is_each(word) and len(word) == 3:
            raise WrongType(
                f"An operator of each atom of {self.name!r} stands outside of a jump.",
                f"Use {self.name}(m, n), which sums over the atoms.",
            )
        if word[0] != PART:
            (word,) = self.parts(word)  # words of one shift alone
        _, whole, shift = word
        amplitude = _bands(self.atoms, self.dimension, whole).get(shift)
        target = patterns(self.atoms, self.dimension).target(shift)
        return target, np.zeros(levels) if amplitude is None else amplitude

    def text(self, word: LocalWord) -> str:
        if word[0] == PART:
            return self.text(word[1])
        if is_each(word):
            return f"{self.name}.each({word[1]}, {word[2]})"
        named = zip(transitions.letters(self.dimension), word, strict=True)
        return " ".join(power(f"{self.name}({k}, {l})", times) for (k, l), times in named if times)


@lru_cache(maxsize=64)
def _names(name: str, levels: int) -> tuple[str, ...]:
    def subscript(k: int) -> str:
        return str(k).translate(SUBSCRIPTS)

    diagram = [f"λ{subscript(i)}({name})" for i in range(1, levels)]
    inner = [f"λ{subscript(i)}({name}, {j} levels)" for j in range(levels - 1, 1, -1) for i in range(1, j)]
    return (*diagram, *inner, *(f"N{subscript(k)}({name})" for k in range(levels - 1)))


@lru_cache(maxsize=65536)
def _shift(levels: int, word: LocalWord) -> tuple[int, ...]:
    if word[0] == PART:
        moved = _coordinates(np.array([word[2]]), levels)[0]
        return tuple(moved.tolist())
    diagram, populations = [0] * levels, [0] * levels
    for k, l in [word[1:3]] if is_each(word) else transitions.spelled(levels, word):
        populations[k] += 1
        populations[l] -= 1
    if is_each(word) and len(word) > 3:
        diagram[word[4]] += 1
        diagram[word[3]] -= 1
    inner = [0] * ((levels - 1) * (levels - 2) // 2)
    out = (*diagram[:-1], *inner, *populations[:-1])
    return tuple(-x for x in out) if word[-1] == BACK else out


@lru_cache(maxsize=32)
def _kets(atoms: int, levels: int) -> np.ndarray:
    entries = patterns(atoms, levels).entries
    out = _coordinates(entries, levels)
    out.setflags(write=False)
    return out


def _coordinates(entries: np.ndarray, levels: int) -> np.ndarray:
    """λ₁ … λ_d−1, then of the rows d − 1 … 2 all entries but the last, then the populations of the levels but the last.

    With Σ λ = N they tell every entry, and the other way round: integers to integers.
    """
    sums, columns, end = [], [entries[:, : levels - 1]], 0
    for j in range(levels, 0, -1):
        start, end = end, end + j
        sums.append(entries[:, start:end].sum(axis=1))
        if 1 < j < levels:
            columns.append(entries[:, start : end - 1])
    below = np.array([*sums[:0:-1], 0 * sums[0]])[: levels - 1]  # rows 1 … d − 1
    columns.append(np.diff(below, axis=0, prepend=0 * below[:1]).T)
    return np.concatenate(columns, axis=1)


@lru_cache(maxsize=4096)
def _shifts(levels: int, word: LocalWord) -> tuple[Shift, ...]:
    """By how much a word may move the entries of a pattern."""
    if is_each(word):
        _, k, l, taken, given = word[:5]
        sign = -1 if word[-1] == BACK else 1
        found = {
            tuple(sign * (x - y) for x, y in zip(steps(levels, new), steps(levels, last), strict=True))
            for new in paths(k, levels, given)
            for last in paths(l, levels, taken)
        }
        return tuple(sorted(found, reverse=True))
    found = {(0,) * (levels * (levels + 1) // 2)}
    for k, l in transitions.spelled(levels, word):
        sign = 1 if k < l else -1
        for j in range(min(k, l) + 1, max(k, l) + 1):
            one = [step(levels, j, i) for i in range(j)]
            found = {tuple(x + sign * y for x, y in zip(s, t, strict=True)) for s in found for t in one}
    return tuple(sorted(found, reverse=True))


@lru_cache(maxsize=256)
def _bands(atoms: int, levels: int, word: LocalWord) -> Bands:
    """What a word does to the patterns."""
    known = patterns(atoms, levels)
    if is_each(word):
        bands = known.exchange(*word[1:5])
        return known.adjoint(bands) if word[-1] == BACK else bands
    spelled = transitions.spelled(levels, word)
    if not spelled:
        return {(0,) * known.entries.shape[1]: np.ones(len(known))}
    out = _letter(atoms, levels, spelled[0])
    for letter in spelled[1:]:
        out = known.times(out, _letter(atoms, levels, letter))
    return out


@lru_cache(maxsize=64)
def _letter(atoms: int, levels: int, letter: tuple[int, int]) -> Bands:
    return patterns(atoms, levels).transition(*letter)
