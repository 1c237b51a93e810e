"""The words of a model as arrays: how the jumps weigh pairs of them, and which pairs differ in names of sites alone.

A large network has millions of pairs of words, but few kinds: what one pair contributes to an equation of motion is
derived once, as a template, and laid on the sites of all pairs of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, Site, Word


@dataclass(frozen=True, eq=False)
class Words:
    """Distinct words on numbered sites.

    Attributes
    ----------
    words : tuple of Word
    places : ndarray of int, shape (words, most factors)
        The sites of each word's factors, in their order; behind the last one −1.
    arity : ndarray of int, shape (words,)
        How many factors each has.
    kind : ndarray of int, shape (words,)
        Equal for words that differ in the names of their sites alone.
    """

    words: tuple[Word, ...]
    places: np.ndarray
    arity: np.ndarray
    kind: np.ndarray

    @staticmethod
    def on(sites: Sequence[Site], words: Sequence[Word]) -> Words:
        """Words on some of the sites, which are numbered as they stand."""
        number = {site: k for k, site in enumerate(sites)}
        arity = np.array([len(word) for word in words], dtype=np.intp)
        places = np.full((len(words), int(arity.max(initial=0))), -1, dtype=np.intp)
        places[np.arange(places.shape[1]) < arity[:, None]] = [number[site] for word in words for site, _ in word]
        kinds: dict[Any, int] = {}
        family = {site: (site.key[0], *site.key[2:]) for site in sites}
        kind = [kinds.setdefault(tuple([(family[site], local) for site, local in word]), len(kinds)) for word in words]
        return Words(tuple(words), places, arity, np.array(kind, dtype=np.intp))

    def singles(self, chosen: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Some words by kind: (the first of the kind, which of ``chosen`` they are, their sites)."""
        for members in _grouped(self.kind[chosen]):
            first = int(chosen[members[0]])
            yield first, members, self.places[chosen[members], : self.arity[first]]

    def pairs(self, u: np.ndarray, v: np.ndarray) -> Iterator[tuple[tuple[int, int], np.ndarray, np.ndarray]]:
        """Pairs of words by kind: (the first pair, which pairs they are, their sites: those of u, then v's others)."""
        left, right = self.places[u], self.places[v]
        same = (right[:, :, None] == left[:, None, :]) & (right >= 0)[:, :, None]
        where = np.where(same.any(axis=2), same.argmax(axis=2), -1)  # of each factor of v, the factor of u beside it
        for members in _grouped(np.column_stack([self.kind[u], self.kind[v], where])):
            k = members[0]
            own = left[members, : self.arity[u[k]]]
            others = np.flatnonzero(where[k, : self.arity[v[k]]] < 0)
            yield (int(u[k]), int(v[k])), members, np.hstack([own, right[members][:, others]])


def _grouped(keys: np.ndarray) -> list[np.ndarray]:
    """The numbers of equal rows, each group ascending, the groups by their first."""
    if not len(keys):
        return []
    columns = keys.reshape(len(keys), -1).T
    number = np.zeros(len(keys), dtype=np.int64)
    for column in columns:  # rows as one number, kept small
        low = int(column.min())
        number = number * (int(column.max()) - low + 1) + column - low
        if int(number.max()) > 2**31:
            number = np.unique(number, return_inverse=True)[1]
    _, group = np.unique(number, return_inverse=True)
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(group))[:-1])
    return sorted(parts, key=lambda part: int(part[0]))


@dataclass(frozen=True, eq=False)
class Channels:
    """The jumps Σ_w c_kw w, rate_k of a model as a matrix.

    Attributes
    ----------
    words : list of Word
        The words that occur; what is counted before the jumps' own comes first.
    rates : ndarray, shape (channels,)
    matrix : sparse array, shape (channels, words)
        c_kw.
    """

    words: list[Word]
    rates: np.ndarray
    matrix: sp.csr_array

    @staticmethod
    def of(channels: Sequence[tuple[float, Operator]], before: Sequence[Word] = ()) -> Channels:
        """The channels of :attr:`photinus.Model.generator`; the words of H, for one, may be counted before."""
        numbers = {word: k for k, word in enumerate(before)}
        terms = [operator.terms for _, operator in channels]
        columns = np.array([numbers.setdefault(word, len(numbers)) for each in terms for word in each], dtype=np.intp)
        values = np.array([c for each in terms for c in each.values()], dtype=complex)
        starts = np.concatenate([[0], np.cumsum([len(each) for each in terms], dtype=np.intp)])
        matrix = sp.csr_array((values, columns, starts), shape=(len(terms), len(numbers)))
        return Channels(list(numbers), np.array([rate for rate, _ in channels], dtype=float), matrix)

    def chosen(self, which: np.ndarray) -> Channels:
        """Some of the channels, with the same words."""
        return Channels(self.words, self.rates[which], self.matrix[which])

    @cached_property
    def gram(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(u, v, G_uv = Σ_k rate_k c_ku c̄_kv) of all pairs of words for which it is not zero."""
        found = sp.coo_array((self.matrix.T.tocsr() * self.rates) @ self.matrix.conj())
        live = found.data != 0
        return found.coords[0][live], found.coords[1][live], found.data[live]
