"""The Abelian symmetry of a model, derived from the shifts of its ladder words.

Every word shifts the integer coordinates of a ket (n of an oscillator, m of a spin, one-hot levels of a qudit).
Let Λ be the lattice spanned by the shifts of the Hamiltonian's words and by the differences u − v of the jumps'
words wherever Σ rate·c_u c̄_v does not vanish. A coherence |n⟩⟨m| then keeps the class of n − m in Z^M/Λ for ever:
that quotient is the *weak* symmetry. With all shifts, the jumps' own included, Λ_s ⊇ Λ gives the *strong* one,
whose classes of kets are conserved: each has a steady state of its own (Buča and Prosen 2012).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, product

import numpy as np

from photinus.algebra import LevelEnsemble, Operator, Qudit, Site, Word, locate, resolved
from photinus.algebra.site import SUBSCRIPTS, natural_key
from photinus.errors import InvalidInput
from photinus.model.exchange import Channels, ExchangeGroup, derive_exchange, no_exchange
from photinus.model.lattice import Row, cyclic_factors
from photinus.numerics.checks import real_number

Order = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A quotient Z^M/Λ as a product of cyclic factors, each with its weights on the coordinates.

    Attributes
    ----------
    moduli : tuple of int
        0 for a factor U(1), d ≥ 2 for Z_d; the U(1) factors come first.
    weights : tuple of tuples of int
        One row a factor: the charge of a ket with coordinates x is weights·x (mod d).
    """

    moduli: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...]

    def charges(self, coordinates: np.ndarray) -> np.ndarray:
        """Charges of kets (rows of coordinates), shape (kets, factors)."""
        coordinates = np.asarray(coordinates)
        out = coordinates @ np.array(self.weights, dtype=int).reshape(len(self.moduli), coordinates.shape[1]).T
        for k, modulus in enumerate(self.moduli):
            if modulus:
                out[:, k] %= modulus
        return out

    def charge(self, shift: Iterable[int]) -> Order:
        """The class of one row of coordinates, or of a shift of them."""
        if not self.moduli:
            return ()
        shift = tuple(shift)
        return self.reduce(sum(w * x for w, x in zip(row, shift, strict=True)) for row in self.weights)

    def alike(self, shift: Iterable[int], other: Iterable[int]) -> bool:
        """Whether two shifts change the charge of a ket alike."""
        return not any(self.charge(x - y for x, y in zip(shift, other, strict=True)))

    def reduce(self, charge: Iterable[int]) -> Order:
        """The representative of a charge: residues modulo d where the factor is Z_d."""
        return tuple(int(c) % d if d else int(c) for c, d in zip(charge, self.moduli, strict=True))

    @property
    def zero(self) -> Order:
        """The class of the populations."""
        return (0,) * len(self.moduli)

    def torsion(self) -> list[Order]:
        """The classes other than zero that have no U(1) charge, one of each pair {c, −c}."""
        if not any(self.moduli):
            return []
        sizes = [range(d) if d else range(1) for d in self.moduli]
        return [c for c in map(self.reduce, product(*sizes)) if any(c) and c <= self.reduce(-x for x in c)]


@dataclass(frozen=True, slots=True)
class Symmetry:
    """The weak and the strong Abelian symmetry of a model and its exchange symmetry, in words by ``str()``.

    Attributes
    ----------
    sites : tuple of Site
        The sites, in natural order.
    weak : Group
        Labels the independent sectors of the density matrix: the *coherence orders*.
    strong : Group
        Labels the kets that never mix.
    exchange : ExchangeGroup
        The permutations of equal sites, alone or with complex conjugation, that change nothing.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> ph.Model(jumps=[ph.Jump(1.0, a.dag()), ph.Jump(0.2, a**2), ph.Jump(0.5, a - b)]).symmetry
    U(1): n_a + n_b
    >>> ph.Model(jumps=[ph.Jump(1.0, a, reverse=0.5), ph.Jump(1.0, b, reverse=0.5), ph.Jump(0.5, a - b)]).symmetry
    U(1): n_a + n_b, exchange: a, b
    >>> ph.Model(1j * (a**2 - a.dag()**2), [ph.Jump(1.0, a)]).symmetry
    Z₂: parity of a
    """

    sites: tuple[Site, ...]
    weak: Group
    strong: Group
    equation: tuple[Operator, Channels] | None = field(default=None, compare=False, repr=False)
    """H and the channels (rate, L) that the exchange symmetry is derived from, when it is asked for."""

    @property
    def exchange(self) -> ExchangeGroup:
        """The permutations of equal sites, alone or with complex conjugation, that change nothing."""
        return no_exchange(self.sites) if self.equation is None else derive_exchange(self.sites, *self.equation)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Names of the coordinates, site after site."""
        return tuple(name for site in self.sites for name in site.coordinates)

    def order(self, spec: int | Mapping[str, int | Sequence[int]] | None) -> Order | None:
        """The coherence order that a user names.

        ``{site: k}`` is the class of the coherences |n + k⟩⟨n| of these sites, each given by its name or by a spin's
        handle; of an ensemble it is the order of M. Of d levels, of a qudit or of many atoms, k is the d changes of the
        populations: (0, 1, −1) for |1⟩⟨2|. An integer serves where the symmetry has one factor; None stands for all.

        Raises
        ------
        UnknownSite, InvalidInput
            For a site that is not there, one number for d levels, or an integer with more than one factor.
        """
        if spec is None:
            return None
        if isinstance(spec, Mapping):
            vector = np.zeros(len(self.coordinates), dtype=int)
            for name, k in spec.items():
                where, change = self._moved(name, k)
                vector[where] = change
            return self.weak.reduce(self.weak.charges(vector[None])[0])
        number = _whole(spec)
        if len(self.weak.moduli) != 1:
            raise InvalidInput(
                f"The order {spec} is one number, but the symmetry ({self}) has {len(self.weak.moduli)} factors.",
                "Give {site: order, …}.",
            )
        return self.weak.reduce((number,))

    def _moved(self, name: str, change: int | Sequence[int]) -> tuple[slice, list[int]]:
        """Which coordinates a site's order changes, and by how much."""
        place = locate(self.sites, name)
        site = self.sites[place]
        end = sum(len(s.coordinates) for s in self.sites[: place + 1])
        if not isinstance(site, (Qudit, LevelEnsemble)):
            return slice(end - 1, end), [_whole(change)]
        d = site.dimension
        changes: list[int] = [_whole(x) for x in change] if isinstance(change, (tuple, list)) else []
        if len(changes) != d or sum(changes) != 0:
            raise InvalidInput(
                f"The {site!r} has no single order, but one for each level.",
                f"Give the {d} changes of its populations, such as {(1, -1, *[0] * (d - 2))} for |0⟩⟨1|.",
            )
        return slice(end - d + 1, end), changes[:-1]

    def __str__(self) -> str:
        names = self.coordinates
        parts = [factor_text(d, w, names) for d, w in zip(self.weak.moduli, self.weak.weights, strict=True)]
        if self.strong.moduli:
            strong = zip(self.strong.moduli, self.strong.weights, strict=True)
            parts += ["strong " + factor_text(d, w, names) for d, w in strong]
        if exchange := self.exchange.unitary_text():
            parts.append(exchange)
        return ", ".join(parts) or "none"

    def __repr__(self) -> str:
        return str(self)


def _whole(order: object) -> int:
    number = real_number(order, "coherence order")
    if number != int(number):
        raise InvalidInput(f"The coherence order is {order}.", "Give a whole number.")
    return int(number)


def factor_text(modulus: int, weights: tuple[int, ...], names: tuple[str, ...]) -> str:
    """``U(1): n_a + n_b``, ``Z₂: parity of a``, ``Z₃: n_a mod 3``."""
    terms = [("" if abs(w) == 1 else f"{abs(w)} ") + name for w, name in zip(weights, names, strict=True) if w]
    signs = [w for w in weights if w]
    total = "".join(
        ("-" if w < 0 and i == 0 else "" if i == 0 else " - " if w < 0 else " + ") + t
        for i, (w, t) in enumerate(zip(signs, terms, strict=True))
    )
    if not modulus:
        return f"U(1): {total}"
    label = f"Z{str(modulus).translate(SUBSCRIPTS)}"
    if modulus == 2:
        sites = [t.split("_", 1)[1] if t.startswith(("n_", "m_")) else t for t in terms]
        return f"{label}: parity of {' + '.join(sites)}"
    return f"{label}: {total if len(terms) == 1 else f'({total})'} mod {modulus}"


def derive(sites: tuple[Site, ...], hamiltonian: Operator, channels: Iterable[tuple[float, Operator]]) -> Symmetry:
    """The symmetry of dρ/dt = −i[H, ρ] + Σ rate·D[L]ρ, identity words moved from L into H beforehand."""
    channels = tuple(channels)
    gram: dict[tuple[Word, Word], list[complex]] = {}
    for rate, jump in channels:
        words = list(jump.terms.items())
        for i, (u, x) in enumerate(words):
            for v, y in words[:i]:
                gram.setdefault((u, v), []).append(rate * x * y.conjugate())
    coupled = tuple(
        pair for pair, parts in gram.items() if abs(sum(parts)) > 8 * np.finfo(float).eps * sum(abs(p) for p in parts)
    )
    jumps = tuple(dict.fromkeys(word for _, jump in channels for word in jump.terms))
    abelian = _derive(sites, *_in_parts(tuple(hamiltonian.terms), coupled, jumps))
    return replace(abelian, equation=(hamiltonian, channels))


Words = tuple[Word, ...]
Pairs = tuple[tuple[Word, Word], ...]


def _in_parts(hamiltonian: Words, coupled: Pairs, jumps: Words) -> tuple[Words, Pairs, Words]:
    """The same with words of one shift each: all parts of a jump's word are coupled to its first one."""
    if not any(site.split for word in (*hamiltonian, *jumps) for site, _ in word):
        return hamiltonian, coupled, jumps
    parts = {word: tuple(resolved(Operator({word: 1.0})).terms) for word in (*hamiltonian, *jumps)}
    within = [(part, parts[word][0]) for word in jumps for part in parts[word][1:]]
    pairs = tuple((parts[u][0], parts[v][0]) for u, v in coupled)
    return (
        tuple(part for word in hamiltonian for part in parts[word]),
        (*pairs, *within),
        tuple(part for word in jumps for part in parts[word]),
    )


@lru_cache(maxsize=1024)
def _derive(
    sites: tuple[Site, ...],
    hamiltonian: tuple[Word, ...],
    coupled: tuple[tuple[Word, Word], ...],
    jumps: tuple[Word, ...],
) -> Symmetry:
    dimension = sum(len(site.coordinates) for site in sites)
    starts = dict(zip(sites, accumulate((len(site.coordinates) for site in sites), initial=0), strict=False))
    rows = {word: _row(word, starts) for word in {*hamiltonian, *jumps}}
    weak = [rows[w] for w in hamiltonian]
    weak += [_difference(rows[u], rows[v]) for u, v in coupled]
    strong = weak + [rows[w] for w in jumps]
    return Symmetry(sites, _group(weak, dimension), _group(strong, dimension))


def _group(generators: list[Row], dimension: int) -> Group:
    factors = cyclic_factors(generators, dimension)
    return Group(tuple(d for d, _ in factors), tuple(w for _, w in factors))


def _row(word: Word, starts: Mapping[Site, int]) -> Row:
    """The shift of a word, with the place of each site's first coordinate."""
    shift = [(starts[site] + k, x) for site, local in word for k, x in enumerate(site.shift(local)) if x]
    return tuple(sorted(shift))


def _difference(left: Row, right: Row) -> Row:
    out = dict(left)
    for i, x in right:
        out[i] = out.get(i, 0) - x
    return tuple(sorted((i, x) for i, x in out.items() if x))


def site_order(sites: Iterable[Site]) -> tuple[Site, ...]:
    """Sites in natural order of their names: s2 before s10."""
    return tuple(sorted(sites, key=lambda site: natural_key(site.name)))
