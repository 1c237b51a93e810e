"""The equations of motion of the moments: derived word by word, closed, and compiled to arrays.

d⟨w⟩/dt = ⟨i[H, w] + ½Σ_uv G_uv (v†[w, u] + [v†, w]u)⟩, G_uv = Σ_j rate_j c_ju c̄_jv over the words u, v of the jumps.
Only words that touch a site of w count, so that a network of N sites costs no more than its couplings. The result is
what ``model.heisenberg`` gives; words above the order are closed by :mod:`photinus.solve.moments.closure`.

Points are real vectors: the real parts of all moments, then the imaginary parts of those that are not real.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TypeVar

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, Site, Word, locate, multiply_words
from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.numerics.polynomials import PolynomialMap, polynomial_map
from photinus.solve.moments.closure import Closure, Polynomial, make_closure
from photinus.solve.moments.words import adjoint, coefficients, naming, refuse_functions, words_up_to
from photinus.solve.representatives import Representatives, represented

Key = TypeVar("Key")


class Heisenberg:
    """The Heisenberg equation of one model, for single words."""

    def __init__(self, model: Model, atoms: Representatives = Representatives({})):
        self.atoms = atoms
        self.hamiltonian, self.gram = coefficients(model)
        refuse_functions((*self.hamiltonian, *(u for u, _ in self.gram)))
        self._coherent: dict[Site, list[Word]] = {}
        self._left: dict[Site, list[tuple[Word, Word]]] = {}
        self._right: dict[Site, list[tuple[Word, Word]]] = {}
        for word in self.hamiltonian:
            for site, _ in word:
                self._coherent.setdefault(site, []).append(word)
        for pair in self.gram:
            for word, table in zip(pair, (self._left, self._right), strict=True):
                for site, _ in word:
                    table.setdefault(site, []).append(pair)

    def __call__(self, word: Word) -> dict[Word, complex]:
        """dw/dt as a combination of words."""
        total: dict[Word, complex] = {}
        sites = [site for site, _ in word]
        for h in dict.fromkeys(h for site in sites for h in self._coherent.get(site, ())):
            _add(total, _commutator(h, word), 1j * self.hamiltonian[h] * self._choices(sites, h))
        for u, v in dict.fromkeys(pair for site in sites for pair in self._left.get(site, ())):
            half = 0.5 * self.gram[u, v] * self._choices(sites, u + v)
            for w, c in _commutator(word, u).items():
                _add(total, dict(multiply_words(adjoint(v), w)), half * c)
        for u, v in dict.fromkeys(pair for site in sites for pair in self._right.get(site, ())):
            half = 0.5 * self.gram[u, v] * self._choices(sites, u + v)
            for w, c in _commutator(adjoint(v), word).items():
                _add(total, dict(multiply_words(w, u)), half * c)
        return total

    def _choices(self, own: list[Site], touched: Word) -> float:
        return self.atoms.weight(own, (site for site, _ in touched))


@dataclass(frozen=True, eq=False)
class Sources:
    """Where the equations come from: one model, or the small members of a family from which a large one follows.

    Attributes
    ----------
    members : tuple of (Heisenberg, Closure)
        All with the same letters.
    sizes : tuple of int
        Of a family, the numbers of sites of the members, consecutive.
    size : int
        The number that is meant.
    """

    members: tuple[tuple[Heisenberg, Closure], ...]
    sizes: tuple[int, ...] = (1,)
    size: int = 1

    def combined(self, rule: Callable[[Heisenberg, Closure], dict[Key, complex]]) -> dict[Key, complex]:
        """Coefficients at the size that is meant, each by Newton's polynomial through those of the members."""
        parts = [rule(motion, closure) for motion, closure in self.members]
        if len(parts) == 1:
            return parts[0]
        scale = max((abs(c) for part in parts for c in part.values()), default=0.0)
        return {
            key: self._extrapolated(np.array([part.get(key, 0) for part in parts]), scale)
            for key in dict.fromkeys(key for part in parts for key in part)
        }

    def _extrapolated(self, values: np.ndarray, scale: float) -> complex:
        total, step, binomial = 0j, values, 1.0
        for k in range(len(values)):
            if np.abs(step).max() <= 1e-9 * np.abs(values).max() + 1e-14 * scale:
                return total
            total += step[0] * binomial
            binomial *= (self.size - self.sizes[0] - k) / (k + 1)
            step = np.diff(step)
        raise InvalidInput(
            f"The coefficients at {self.sizes[0]} to {self.sizes[-1]} sites are no polynomial of low degree.",
            "Give a family of models of identical sites with couplings of two sites each.",
        )


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The closed equations ẏ = F(y) of the moments of one model.

    Attributes
    ----------
    closure : Closure
        The moments, and the rule for longer ones.
    sources : Sources
        The Heisenberg equations.
    atoms : Representatives
        Which spins stand for the atoms of ensembles.
    """

    closure: Closure
    sources: Sources
    atoms: Representatives = Representatives({})

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The sites of the model, ensembles as they are."""
        return tuple(dict.fromkeys(self.atoms.owner.get(site, site) for site in self.closure.naming.sites))

    @cached_property
    def polynomials(self) -> tuple[Polynomial, ...]:
        """d⟨w_k⟩/dt of each moment, in letters."""
        return tuple(self.sources.combined(partial(_derivative, word)) for word in self.words)

    @property
    def words(self) -> tuple[Word, ...]:
        """The words whose means are followed, one of each pair of conjugates."""
        return self.closure.words

    @cached_property
    def field(self) -> PolynomialMap:
        """Letters to the derivatives of the moments."""
        return compiled(self.polynomials, len(self.closure.letters))

    @cached_property
    def pairs(self) -> np.ndarray:
        """The numbers of the moments that are not real."""
        names, letters = self.closure.naming, self.closure.letters
        return np.array(
            [k for k, word in enumerate(self.words) if letters[names.form(adjoint(word))] != k], dtype=np.intp
        )

    @property
    def size(self) -> int:
        """The number of real unknowns."""
        return len(self.words) + len(self.pairs)

    def letters(self, y: np.ndarray) -> np.ndarray:
        """The complex means of points y (size, …)."""
        count = len(self.words)
        means = y[:count].astype(complex)
        means[self.pairs] += 1j * y[count:]
        return np.concatenate([means, means[self.pairs].conj()])

    def coordinates(self, means: np.ndarray) -> np.ndarray:
        """The point of the means of ``words`` (count, …)."""
        return np.concatenate([means.real, means[self.pairs].imag])

    def __call__(self, y: np.ndarray) -> np.ndarray:
        """F(y): shape (size, …) to (size, …)."""
        return self.coordinates(self.field(self.letters(y)))

    def magnitude(self, y: np.ndarray) -> np.ndarray:
        """The sum of the moduli of all terms: the scale of the rounding of F(y)."""
        size = self.field.magnitude(self.letters(y)) if len(self.field.factors) else np.zeros(len(self.words))
        return np.concatenate([size, size[self.pairs]])

    def jacobian(self, y: np.ndarray) -> np.ndarray:
        """∂F/∂y at one point, shape (size, size)."""
        inner = self.field.sparse_jacobian(self.letters(y)) @ self._chain
        return np.concatenate([inner.real.toarray(), inner.imag[self.pairs].toarray()])

    @cached_property
    def _chain(self) -> sp.csr_array:
        """The matrix of :meth:`letters`."""
        count, pairs = len(self.words), self.pairs
        real, conjugate, imaginary = np.arange(count), count + np.arange(len(pairs)), count + np.arange(len(pairs))
        rows = np.r_[real, pairs, conjugate, conjugate]
        columns = np.r_[real, imaginary, pairs, imaginary]
        ones = np.ones(len(pairs))
        values = np.r_[np.ones(count), 1j * ones, ones, -1j * ones]
        return sp.csr_array((values, (rows, columns)), shape=(len(self.closure.letters), self.size))

    def mean_of(self, operator: Operator, y: np.ndarray) -> np.ndarray:
        """⟨O⟩ at points y (size, …), exactly up to the order, closed beyond; real where O is Hermitian."""
        known = {*self.closure.naming.sites, *self.atoms.spins}
        for site in operator.sites:
            if site not in known:
                locate((*self.closure.naming.sites, *self.atoms.spins), site)
        refuse_functions(operator.terms)
        single = self.atoms.collapsed(operator)
        polynomial = compiled([closed(self.closure, single.terms)], len(self.closure.letters))
        value = values_of(polynomial, self.letters(y))[0]
        return np.asarray(value.real if operator.is_hermitian() else value)


def compiled(polynomials: tuple[Polynomial, ...] | list[Polynomial], letters: int) -> PolynomialMap:
    """Polynomials of letters as one map."""
    terms = [(row, key, c) for row, polynomial in enumerate(polynomials) for key, c in polynomial.items() if c != 0]
    degree = max((len(key) for _, key, _ in terms), default=0)
    factors = np.full((len(terms), degree), letters, dtype=np.int64)
    for k, (_, key, _) in enumerate(terms):
        factors[k, : len(key)] = key
    rows = np.array([row for row, _, _ in terms], dtype=np.int64)
    return polynomial_map((len(polynomials), letters), rows, factors, np.array([c for *_, c in terms], dtype=complex))


def values_of(polynomials: PolynomialMap, letters: np.ndarray) -> np.ndarray:
    """Values at points (letters, …); polynomials without any term are zero."""
    if not len(polynomials.factors):
        return np.zeros((polynomials.rows, *letters.shape[1:]), dtype=complex)
    return polynomials(letters)


def _derivative(word: Word, motion: Heisenberg, closure: Closure) -> Polynomial:
    return closed(closure, motion(word))


def closed(closure: Closure, operator: Mapping[Word, complex]) -> Polynomial:
    """⟨Σ c_w w⟩ as a polynomial of the letters."""
    total: Polynomial = {}
    for word, c in operator.items():
        for key, x in closure.mean(word).items():
            total[key] = total.get(key, 0) + c * x
    return total


def _commutator(left: Word, right: Word) -> dict[Word, complex]:
    out: dict[Word, complex] = dict(multiply_words(left, right))
    _add(out, dict(multiply_words(right, left)), -1.0)
    return {word: c for word, c in out.items() if c != 0}


def _add(total: dict[Word, complex], part: Mapping[Word, complex], factor: complex) -> None:
    for word, c in part.items():
        total[word] = total.get(word, 0) + factor * c


@lru_cache(maxsize=64)
def make_hierarchy(model: Model, order: int, phase_invariant: bool, permutation: bool) -> Hierarchy:
    """Derive, close and compile the equations of a model; equal questions are answered once.

    Raises
    ------
    InvalidInput
        For a model without sites, with diagonal functions, with more than 20 000 moments, or with none.
    """
    if not model.sites:
        raise InvalidInput("The model has no sites, and no moments.", "Give it an oscillator, a spin or a qudit.")
    symmetry = model.symmetry
    model, atoms = represented(model, order)
    motion = Heisenberg(model, atoms)
    names = naming(model, phase_invariant=phase_invariant, permutation=permutation, alike=atoms.spins.values())
    words = words_up_to(names, order)
    if not words:
        raise InvalidInput(
            f"All moments of order {order} vanish in states with the symmetry ({symmetry}).",
            "Raise the order, or give phase_invariant=False.",
        )
    closure = make_closure(names, order, words)
    return Hierarchy(closure, Sources(((motion, closure),)), atoms)


def text_of(word: Word) -> str:
    """A word as a physicist writes it."""
    return str(Operator({word: 1.0}))
