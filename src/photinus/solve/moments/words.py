"""Which moments there are: the words of a model up to an order, what symmetry says of them, and their names.

The *order* of a word is its number of operators: each a and a† of an oscillator counts one, and all that stands on one
spin or qudit, a product that the algebra has already reduced, counts one together. Three facts make many moments one:

* ⟨w†⟩ = ⟨w⟩*, and w† is one word again;
* sites that the model does not tell apart have equal moments in every state that does not tell them apart;
* a word that carries a charge of the weak symmetry has no mean in a state that is invariant under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from photinus.algebra import Oscillator, Qudit, Site, Spin, Word
from photinus.algebra.operator import shift_of
from photinus.algebra.site import LocalWord
from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.model.symmetry import Group

Atom: TypeAlias = tuple[Site, LocalWord]  # one operator: a† or a, or a word of a spin or qudit
Atoms: TypeAlias = tuple[Atom, ...]

LARGEST = 20_000
"""More moments than this are refused."""
SAME = 1e-12
"""Coefficients that differ by less than this share are equal."""


def atoms_of(word: Word) -> Atoms:
    """The operators of a word, a† before a.

    Examples
    --------
    >>> import photinus as ph
    >>> from photinus.solve.moments.words import atoms_of
    >>> a, s = ph.oscillator("a"), ph.spin("s", 1)
    >>> (word,) = (a.dag() * a**2 * s.z**2).terms
    >>> len(atoms_of(word))
    4
    """
    out: list[Atom] = []
    for site, local in word:
        if isinstance(site, Oscillator):
            out += [(site, (1, 0, ()))] * local[0] + [(site, (0, 1, ()))] * local[1]
        else:
            out.append((site, local))
    return tuple(out)


def word_of(atoms: Atoms) -> Word:
    """The word of operators in the order of :func:`atoms_of`."""
    out: list[Atom] = []
    for site, local in atoms:
        if out and out[-1][0] == site:
            p, q, _ = out[-1][1]
            out[-1] = (site, (p + local[0], q + local[1], ()))
        else:
            out.append((site, local))
    return tuple(out)


def order_of(word: Word) -> int:
    """The number of operators of a word."""
    return sum(local[0] + local[1] if isinstance(site, Oscillator) else 1 for site, local in word)


def adjoint(word: Word) -> Word:
    """The Hermitian conjugate of a word."""
    return tuple((site, site.adjoint(local)) for site, local in word)


def refuse_functions(words: Iterable[Word]) -> None:
    """Raise :class:`InvalidInput` for a word with a diagonal function, by its name."""
    for word in words:
        for site, local in word:
            if isinstance(site, Oscillator) and not site.polynomial(local):
                raise InvalidInput(
                    f"The word {site.text(local)} of the {site!r} has a diagonal function, no polynomial of a and a†.",
                    "Moments need polynomials; expand the function in powers of a†a, or use steady_state.",
                )


@dataclass(frozen=True, eq=False)
class Naming:
    """How the words of one model are told apart.

    Attributes
    ----------
    sites : tuple of Site
    weak : Group or None
        The symmetry that states are invariant under; None keeps every moment.
    classes : tuple of tuples of Site
        Sites that are not told apart, in natural order; every site is in one class.
    """

    sites: tuple[Site, ...]
    weak: Group | None
    classes: tuple[tuple[Site, ...], ...]

    @cached_property
    def _home(self) -> dict[Site, tuple[Site, ...]]:
        return {site: group for group in self.classes if len(group) > 1 for site in group}

    @cached_property
    def weights(self) -> dict[Site, np.ndarray]:
        """Charges that one step along each coordinate of a site makes, shape (factors, coordinates)."""
        if self.weak is None or not self.weak.moduli:
            return {}
        ends = np.cumsum([len(site.coordinates) for site in self.sites])[:-1]
        table = np.array(self.weak.weights, dtype=int).reshape(len(self.weak.moduli), -1)
        return dict(zip(self.sites, np.split(table, ends, axis=1), strict=True))

    def charge(self, word: Word) -> tuple[int, ...]:
        """The charge of a word under the weak symmetry; () where it is not used."""
        if self.weak is None or not self.weights:
            return ()
        total = np.zeros(len(self.weak.moduli), dtype=int)
        for site, shift in shift_of(word).items():
            total = total + self.weights[site] @ np.array(shift, dtype=int)
        return self.weak.reduce(total)

    def is_neutral(self, word: Word) -> bool:
        """Whether a word may have a mean."""
        return not any(self.charge(word))

    def form(self, word: Word) -> Word:
        """The word with the equivalent sites renamed: in each class, the local words, sorted, on the first sites."""
        if not self._home:
            return word
        out: list[Atom] = []
        groups: dict[tuple[Site, ...], list[LocalWord]] = {}
        for site, local in word:
            home = self._home.get(site)
            if home is None:
                out.append((site, local))
            else:
                groups.setdefault(home, []).append(local)
        for home, locals_ in groups.items():
            out += zip(home, sorted(locals_, reverse=True), strict=False)
        return tuple(sorted(out, key=lambda factor: factor[0].order))


def naming(model: Model, *, phase_invariant: bool, permutation: bool, alike: Iterable[Sequence[Site]] = ()) -> Naming:
    """The naming of a model's moments; the sites of each row of ``alike`` are never told apart."""
    if permutation:
        classes = equivalent_sites(model)
    else:
        rows = [tuple(row) for row in alike]
        together = {site for row in rows for site in row}
        classes = (*rows, *((site,) for site in model.sites if site not in together))
    return Naming(model.sites, model.symmetry.weak if phase_invariant else None, classes)


def words_up_to(names: Naming, order: int) -> list[Word]:
    """All forms of words of order 1 … ``order`` that may have a mean, shortest first.

    Raises
    ------
    InvalidInput
        If there are more than 20 000.
    """
    choices = [[(site, local) for local in _locals(site, order)] for group in names.classes for site in group[:order]]
    found: dict[Word, None] = {}

    def extend(word: Word, place: int, left: int) -> None:
        for k in range(place, len(choices)):
            for factor in choices[k]:
                cost = order_of((factor,))
                if cost <= left:
                    longer = tuple(sorted((*word, factor), key=lambda f: f[0].order))
                    if names.is_neutral(longer):
                        found.setdefault(names.form(longer))
                    if len(found) > LARGEST:
                        raise InvalidInput(
                            f"There are more than {LARGEST} moments of order {order} of {len(names.sites)} sites.",
                            "Lower the order, or use a symmetry.",
                        )
                    extend(longer, k + 1, left - cost)

    extend((), 0, order)
    return sorted(found, key=_place)


def _place(word: Word) -> tuple[Any, ...]:
    """Short words first, raising ones before lowering ones, so that of two conjugates ⟨a†b⟩ is kept and not ⟨ab†⟩."""
    return order_of(word), [(site.order, [-x for x in local if isinstance(x, int)]) for site, local in word]


def _locals(site: Site, order: int) -> Iterator[LocalWord]:
    """The words of one site other than the identity, of order 1 … ``order``."""
    if isinstance(site, Oscillator):
        for n in range(1, order + 1):
            yield from ((p, n - p, ()) for p in range(n, -1, -1))
    elif isinstance(site, Spin):
        for d in range(-site.twice_j, site.twice_j + 1):
            yield from ((d, r) for r in range(site.twice_j + 1 - abs(d)) if (d, r) != (0, 0))
    elif isinstance(site, Qudit):
        last = site.dimension - 1
        yield from ((m, n) for m in range(last + 1) for n in range(last + 1) if (m, n) != (last, last))
    else:
        raise InvalidInput(f"The {site!r} has no list of words.", "Use oscillators, spins and qudits.")


# --- sites that are not told apart ------------------------------------------------------------------------------------


def equivalent_sites(model: Model) -> tuple[tuple[Site, ...], ...]:
    """The classes of sites any two of which may be exchanged without a change of the master equation.

    Exchanges of two sites generate all permutations of a class. What is compared is H and G_uv = Σ rate c_u c̄_v.

    Examples
    --------
    >>> import photinus as ph
    >>> from photinus.solve.moments.words import equivalent_sites
    >>> [len(group) for group in equivalent_sites(ph.zoo.coupled_van_der_pol(5, gain=1, two_photon_loss=1))]
    [5]
    """
    hamiltonian, gram = coefficients(model)
    touching: dict[Site, tuple[list[Word], list[tuple[Word, Word]]]] = {site: ([], []) for site in model.sites}
    for word in hamiltonian:
        for site, _ in word:
            touching[site][0].append(word)
    for u, v in gram:
        for site in {site for site, _ in (*u, *v)}:
            touching[site][1].append((u, v))

    def exchangeable(x: Site, y: Site) -> bool:
        if x.key[0] != y.key[0] or x.key[2:] != y.key[2:]:
            return False
        swap = {x: y, y: x}
        words = (*touching[x][0], *touching[y][0])
        pairs = (*touching[x][1], *touching[y][1])
        return all(_alike(hamiltonian[w], hamiltonian.get(renamed(w, swap), 0)) for w in words) and all(
            _alike(gram[u, v], gram.get((renamed(u, swap), renamed(v, swap)), 0)) for u, v in pairs
        )

    groups: list[list[Site]] = []
    for site in model.sites:
        home = next((group for group in groups if exchangeable(group[0], site)), None)
        if home is None:
            groups.append([site])
        else:
            home.append(site)
    return tuple(tuple(group) for group in groups)


def _alike(x: complex, y: complex) -> bool:
    return abs(x - y) <= SAME * max(abs(x), abs(y))


def renamed(word: Word, names: Mapping[Site, Site]) -> Word:
    """The word with other sites in the place of some."""
    return tuple(sorted(((names.get(s, s), local) for s, local in word), key=lambda factor: factor[0].order))


def coefficients(model: Model) -> tuple[dict[Word, complex], dict[tuple[Word, Word], complex]]:
    """The coefficients of the words of H, and G_uv = Σ_j rate_j c_ju c̄_jv by pairs of the words of the jumps."""
    hamiltonian, channels = model.generator
    gram: dict[tuple[Word, Word], complex] = {}
    size: dict[tuple[Word, Word], float] = {}
    for rate, jump in channels:
        for u, x in jump.terms.items():
            for v, y in jump.terms.items():
                value = rate * x * complex(y).conjugate()
                gram[u, v] = gram.get((u, v), 0) + value
                size[u, v] = size.get((u, v), 0) + abs(value)
    eps = 8 * float(np.finfo(float).eps)
    return dict(hamiltonian.terms), {pair: c for pair, c in gram.items() if abs(c) > eps * size[pair]}
