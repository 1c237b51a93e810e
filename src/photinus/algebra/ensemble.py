"""The ensemble site: N two-level atoms that no process tells apart, in the permutation-symmetric space.

Its kets are |J, M⟩, J = N/2, N/2 − 1, … and M = J … −J. Each stands for all d_J states of that J and M, equally mixed:
a density matrix that no permutation of the atoms changes is Σ_J ρ_J ⊗ 1/d_J and has no coherence between two J.

Collective words ``(d, r, k)`` are S₊^d S_z^r C^k (or S_z^r S₋^|d| C^k for d < 0) with the Casimir operator C = S²; it
is no number here. A word of each atom, ``("each", q)`` with q = +1, 0, −1 for σ₊, σ_z/2, σ₋, stands in a jump only:
D[L] then means Σ_n D[L_n], one independent jump for each of the N atoms. In the symmetric space that sum is the one of
three jumps ``("each", q, δ)``, |J, M⟩ → |J + δ, M + q⟩ with δ = 0, −1, +1 (Chase and Geremia 2008).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from functools import lru_cache
from math import lgamma, log
from typing import Final, TypeAlias

import numpy as np

from photinus.algebra.site import LocalWord, Site, power
from photinus.algebra.spin import ladder_product
from photinus.errors import InvalidInput, WrongType
from photinus.numerics.checks import whole_number

EACH: Final = "each"
BACK: Final = "back"
"""Marks the adjoint of one of the three jumps."""
Terms: TypeAlias = dict[tuple[int, int], float]  # powers of S_z and of C -> coefficient


class Identical(Site):
    """N identical atoms in the permutation-symmetric space: what ensembles of two and of d levels have in common."""

    __slots__ = ("atoms",)
    atoms: int

    def __init__(self, name: str, atoms: int, *size: Hashable, alone: str):
        atoms = whole_number(atoms, f"number of atoms of the ensemble {name!r}", minimum=0)
        if atoms < 2:
            raise InvalidInput(
                f"The ensemble {name!r} has {atoms} atom{'s' if atoms != 1 else ''}.",
                f"Give at least two; {alone}.",
            )
        object.__setattr__(self, "atoms", atoms)
        super().__init__(name, atoms, *size)

    def product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        if EACH in (u[0], v[0]):
            if self.identity in (u, v):
                return [(u if v == self.identity else v, 1.0)]
            raise WrongType(
                f"An operator of each atom of {self.name!r} is multiplied with another operator of the same atoms.",
                f"{self.name}.each stands in a jump, alone or beside operators of other sites.",
            )
        return self.collective_product(u, v)

    @abstractmethod
    def collective_product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        """The product of two words that sum over the atoms."""

    @abstractmethod
    def channels(self, word: LocalWord) -> list[LocalWord]:
        """The jumps whose dissipators add up to that of a word of each atom, always as many and in the same order."""

    @abstractmethod
    def letters(self) -> list[LocalWord]:
        """The words that are one operator of an atom, summed over the atoms."""

    @abstractmethod
    def expand(self, m: int, n: int) -> list[tuple[LocalWord, complex]]:
        """Σ|m⟩⟨n| in canonical words."""

    @abstractmethod
    def populations(self) -> np.ndarray:
        """How many atoms are in each level, of every ket, shape (kets, levels)."""

    @abstractmethod
    def multiplicity(self) -> np.ndarray:
        """The logarithm of how many states each ket stands for, equally mixed."""

    @abstractmethod
    def rung(self) -> np.ndarray:
        """A number of each ket's kind, 0, 1, …: there is no coherence between kets of two kinds (J, or λ)."""


class Ensemble(Identical):
    """N identical two-level atoms; its kets are |J, M⟩, the largest J first and then the largest M."""

    __slots__ = ()
    kind = "ensemble"

    def __init__(self, name: str, atoms: int):
        super().__init__(name, atoms, alone="a single two-level atom is ph.spin(name, 1/2)")

    def __repr__(self) -> str:
        return f"ensemble {self.name} ({self.atoms} atoms)"

    @property
    def identity(self) -> LocalWord:
        return (0, 0, 0)

    @property
    def coordinates(self) -> tuple[str, ...]:
        return (f"J_{self.name}", f"M_{self.name}")

    def collective_product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        return [(word, c) for word, c in _product(u, v) if abs(word[0]) <= self.atoms]

    def adjoint(self, word: LocalWord) -> LocalWord:
        if word[0] != EACH:
            return (-word[0], *word[1:])
        if len(word) == 2:
            return (EACH, -word[1])
        return word[:3] if len(word) == 4 else (*word, BACK)  # the weights of a jump are those of its start

    def channels(self, word: LocalWord) -> list[LocalWord]:
        return [(*word, delta) for delta in (0, -1, 1)]

    def shift(self, word: LocalWord) -> tuple[int, ...]:
        if word[0] != EACH:
            return (0, word[0])
        if len(word) == 2:
            return (0, word[1])
        return (-word[2], -word[1]) if len(word) == 4 else (word[2], word[1])

    def levels(self, cutoff: int | None) -> int:
        return (self.atoms // 2 + 1) * ((self.atoms + 1) // 2 + 1)

    def kets(self, levels: int) -> np.ndarray:
        return _kets(self.atoms)

    def quantum_numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """J and M of every ket."""
        return _lengths(self.atoms), _projections(self.atoms)

    def place(self, j: np.ndarray, m: np.ndarray) -> np.ndarray:
        """The number of each ket |j, m⟩, -1 where there is none."""
        n = self.atoms / 2
        inside = (j >= 0) & (j <= n) & (np.abs(m) <= j)
        above = np.rint(n - j)  # J larger than j: Σ (2J + 1) of them
        start = above * (2 * n + 1) - above * (above - 1)
        return np.where(inside, np.rint(start + j - m), -1).astype(np.intp)

    def letters(self) -> list[LocalWord]:
        return [(1, 0, 0), (0, 1, 0), (-1, 0, 0)]

    def expand(self, m: int, n: int) -> list[tuple[LocalWord, complex]]:
        if m != n:
            return [((n - m, 0, 0), 1.0)]
        return [((0, 0, 0), self.atoms / 2), ((0, 1, 0), 1.0 - 2 * m)]

    def populations(self) -> np.ndarray:
        m = self.quantum_numbers()[1]
        return np.rint(np.stack([self.atoms / 2 + m, self.atoms / 2 - m], axis=1)).astype(int)

    def multiplicity(self) -> np.ndarray:
        """Ln d_J of every ket: in how many ways the atoms make a total of length J."""
        return _log_multiplicity(self.atoms)[self.rung()]

    def rung(self) -> np.ndarray:
        return np.rint(self.atoms / 2 - self.quantum_numbers()[0]).astype(int)

    def action(self, word: LocalWord, levels: int) -> tuple[np.ndarray, np.ndarray]:
        j, m = self.quantum_numbers()
        if word[0] == EACH:
            if len(word) == 2:
                raise WrongType(
                    f"An operator of each atom of {self.name!r} stands outside of a jump.",
                    f"Use {self.name}.x, .y, .z, .plus or .minus, which sum over the atoms.",
                )
            if len(word) == 4:
                _, q, delta, _ = word
                target, amplitude = self.place(j - delta, m - q), _each(self.atoms / 2, j - delta, m - q, q, delta)
            else:
                _, q, delta = word
                target, amplitude = self.place(j + delta, m + q), _each(self.atoms / 2, j, m, q, delta)
        else:
            d, r, k = word
            target, square = self.place(j, m + d), np.ones(levels)
            for i in range(abs(d)):
                square *= (j - m - i) * (j + m + i + 1) if d > 0 else (j + m - i) * (j - m + i + 1)
            amplitude = np.sqrt(np.abs(square)) * (m if d >= 0 else m + d) ** r * (j * (j + 1)) ** k
        return target, np.where(target >= 0, amplitude, 0.0)

    def text(self, word: LocalWord) -> str:
        if word[0] == EACH:
            return f"{self.name}.each.{ {1: 'plus', 0: 'z', -1: 'minus'}[word[1]] }"
        d, r, k = word
        z, casimir = power(f"{self.name}_z", r), power(f"{self.name}²", k)
        ladder = power(f"{self.name}{'₊' if d > 0 else '₋'}", abs(d))
        return " ".join(part for part in ((ladder, z, casimir) if d > 0 else (z, ladder, casimir)) if part)


def is_each(word: LocalWord) -> bool:
    """Whether a local word of an ensemble acts on one atom at a time."""
    return bool(word) and word[0] == EACH


@lru_cache(maxsize=32)
def _kets(atoms: int) -> np.ndarray:
    """Integer coordinates J − J_min and M + N/2 of every ket."""
    lowest = (atoms % 2) / 2
    out = np.stack([_lengths(atoms) - lowest, _projections(atoms) + atoms / 2], axis=1)
    out = np.rint(out).astype(int)
    out.setflags(write=False)
    return out


@lru_cache(maxsize=32)
def _lengths(atoms: int) -> np.ndarray:
    j = atoms / 2 - np.arange(atoms // 2 + 1)
    return np.repeat(j, np.rint(2 * j + 1).astype(int))


@lru_cache(maxsize=32)
def _projections(atoms: int) -> np.ndarray:
    j = atoms / 2 - np.arange(atoms // 2 + 1)
    return np.concatenate([x - np.arange(round(2 * x) + 1) for x in j])


@lru_cache(maxsize=32)
def _log_multiplicity(atoms: int) -> np.ndarray:
    """Ln d_J for J = N/2, N/2 − 1, …: d_J = N!(2J + 1)/((N/2 − J)!(N/2 + J + 1)!)."""
    half = atoms / 2
    out = [
        lgamma(atoms + 1) + log(2 * (half - k) + 1) - lgamma(k + 1) - lgamma(atoms - k + 2)
        for k in range(atoms // 2 + 1)
    ]
    return np.array(out)


def _each(half: float, j: np.ndarray, m: np.ndarray, q: int, delta: int) -> np.ndarray:
    """√c·X of the jump |J, M⟩ → |J + δ, M + q⟩ that an operator of each atom makes (Chase and Geremia 2008, eq. 45).

    X is the matrix element of a vector operator, and the weights c follow from the multiplicities d_J.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if delta == 0:
            c = (half + 1) / (2 * j * (j + 1))
            x = m if q == 0 else np.sqrt((j - q * m) * (j + q * m + 1))
        elif delta < 0:
            c = (half + j + 1) / (2 * j * (2 * j + 1))
            x = np.sqrt((j - m) * (j + m)) if q == 0 else q * np.sqrt((j - q * m) * (j - q * m - 1))
        else:
            c = (half - j) / (2 * (j + 1) * (2 * j + 1))
            x = np.sqrt((j - m + 1) * (j + m + 1)) if q == 0 else -q * np.sqrt((j + q * m + 1) * (j + q * m + 2))
        return np.nan_to_num(np.sqrt(c) * x, nan=0.0, posinf=0.0)


@lru_cache(maxsize=65536)
def _product(u: LocalWord, v: LocalWord) -> tuple[tuple[LocalWord, complex], ...]:
    (d, r, k), (e, s, n) = u, v

    def square(z0: float) -> Terms:
        return {(0, 1): 1.0, (0, 0): -z0 * (z0 - 1), (1, 0): 1 - 2 * z0, (2, 0): -1.0}

    out = ladder_product((d, {(r, 0): 1.0}), (e, {(s, 0): 1.0}), _multiply, _translate, square)
    return tuple(((d + e, z, c + k + n), x) for (z, c), x in sorted(out.items()) if x != 0)


def _multiply(f: Terms, g: Terms) -> Terms:
    out: Terms = {}
    for (i, k), x in f.items():
        for (r, s), y in g.items():
            out[i + r, k + s] = out.get((i + r, k + s), 0.0) + x * y
    return out


def _translate(f: Terms, by: float) -> Terms:
    """g(z, C) = f(z + by, C)."""
    out: Terms = {}
    for (i, k), x in f.items():
        term: Terms = {(0, k): x}
        for _ in range(i):
            term = _multiply(term, {(0, 0): by, (1, 0): 1.0})
        for key, y in term.items():
            out[key] = out.get(key, 0.0) + y
    return out
