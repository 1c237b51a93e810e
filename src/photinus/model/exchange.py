"""Exchange symmetry: permutations of equal sites, alone or with complex conjugation, that a model cannot tell apart.

Let U = D_θ P_π K permute the sites (π), conjugate the amplitudes in the number basis (K, or not), and give the kets
phases, D_θ|x⟩ = e^{iθ·x}|x⟩, x the integer coordinates. The map X ↦ U X U⁻¹ commutes with the generator exactly where
U keeps the two data that fix it: the Hamiltonian without identity, and the matrix G of

    𝓛X = −i[H, X] + Σ_{uv} G_uv (u X v† − ½{v†u, X}),        G_uv = Σ_k rate_k c_ku c̄_kv,

over words u, v other than the identity (Gorini, Kossakowski, Sudarshan 1976). Lists of jumps that are mixed by a
unitary matrix have the same G. For words w of shift s(w) that means

    h_πw = h_w e^{iθ·s(πw)},          G_πu,πv = G_uv e^{iθ·(s(πu) − s(πv))},

and with conjugation h_πw = −h̄_w e^{iθ·s(πw)} (−iH must not change) and Ḡ_uv. The moduli are compared by a search over
permutations, the phases by integer elimination modulo 2π. Two sets of phases that both serve differ by a weak Abelian
symmetry, which does nothing in the sector of order zero: there (π, K) fixes the map.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from photinus.algebra import Operator, Oscillator, Site
from photinus.algebra.operator import shift_of
from photinus.algebra.oscillator import DiagonalFunction
from photinus.model.lattice import angles

MOST_SITES, MOST_PERMUTATIONS, MOST_TRIALS = 12, 120, 2000
"""Limits of the search. Beyond them a part of the group is used, or none, which costs time and nothing else."""
ROUNDING = 16 * np.finfo(float).eps
"""Relative difference up to which two coefficients count as equal."""
MISSED = 1e-12
"""By how much (rad) the phases of coefficients may be missed."""

Channels = tuple[tuple[float, Operator], ...]
Item = tuple[int, tuple[object, ...]]
Term = tuple[Item, ...]
"""A word of H, or a pair of words of G: the sites by number, each with what acts on it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One map X ↦ U X U⁻¹, U = D_θ P_π K^c, that commutes with a model's generator on the sector of order zero.

    Attributes
    ----------
    permutation : tuple of int
        Site j takes the place of site ``permutation[j]``.
    conjugate : bool
        Whether U is antiunitary.
    phases : tuple of float
        θ (rad), one for each coordinate of a ket: ⟨πx|UXU⁻¹|πy⟩ = e^{iθ·(πx − πy)} ⟨x|X|y⟩, or its conjugate.
    """

    permutation: tuple[int, ...]
    conjugate: bool
    phases: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ExchangeGroup:
    """The group of such maps that a model has, the identity first; in words by ``str()``.

    Attributes
    ----------
    names : tuple of str
        The sites.
    elements : tuple of Exchange

    Examples
    --------
    >>> import photinus as ph
    >>> pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.2, detuning=0.1, dissipative=0.5)
    >>> pair.symmetry.exchange
    exchange with conjugation: a ↔ b
    """

    names: tuple[str, ...]
    elements: tuple[Exchange, ...]

    @property
    def trivial(self) -> bool:
        """Whether there is nothing but the identity."""
        return len(self.elements) == 1

    def within(self, levels: tuple[int, ...]) -> ExchangeGroup:
        """The subgroup that exchanges sites of equally many levels only."""
        kept = [g for g in self.elements if all(levels[k] == n for k, n in zip(g.permutation, levels, strict=True))]
        return ExchangeGroup(self.names, tuple(kept))

    @property
    def permutations(self) -> tuple[tuple[int, ...], ...]:
        """Those of the unitary maps."""
        return tuple(g.permutation for g in self.elements if not g.conjugate)

    def unitary_text(self) -> str:
        """The exchanges without conjugation in words; empty without any."""
        moved = [g for g in self.permutations if any(k != j for j, k in enumerate(g))]
        if not moved:
            return ""
        if len(moved) == 1 and sum(k != j for j, k in enumerate(moved[0])) > 2:
            return f"exchange: {_cycles(moved[0], self.names)}"
        orbits: list[list[int]] = []
        for j in range(len(self.names)):
            orbit = sorted({g[j] for g in self.permutations})
            if len(orbit) > 1 and orbit not in orbits:
                orbits.append(orbit)
        text = "; ".join(", ".join(self.names[k] for k in orbit) for orbit in orbits)
        return f"exchange: {text}{_kind(self.permutations, orbits)}"

    def __str__(self) -> str:
        parts = [text] if (text := self.unitary_text()) else []
        antiunitary = [g.permutation for g in self.elements if g.conjugate]
        if tuple(range(len(self.names))) in antiunitary:
            parts.append("conjugation")
        elif antiunitary:
            parts.append(f"exchange with conjugation: {_cycles(antiunitary[0], self.names)}")
        return ", ".join(parts) or "none"

    def __repr__(self) -> str:
        return str(self)


def no_exchange(sites: tuple[Site, ...]) -> ExchangeGroup:
    """The group of the identity alone."""
    width = sum(len(site.coordinates) for site in sites)
    identity = Exchange(tuple(range(len(sites))), False, (0.0,) * width)
    return ExchangeGroup(tuple(site.name for site in sites), (identity,))


def _cycles(permutation: tuple[int, ...], names: tuple[str, ...]) -> str:
    """``a ↔ b, c ↔ d``, ``a → b → c → a``."""
    out, seen = [], set()
    for j in range(len(permutation)):
        cycle = [j]
        while permutation[cycle[-1]] != j:
            cycle.append(permutation[cycle[-1]])
        if len(cycle) > 1 and j not in seen:
            named = [names[k] for k in cycle]
            out.append(" ↔ ".join(named) if len(cycle) == 2 else " → ".join([*named, named[0]]))
        seen.update(cycle)
    return ", ".join(out)


def _kind(permutations: tuple[tuple[int, ...], ...], orbits: list[list[int]]) -> str:
    """What is done with one orbit of sites, in brackets; nothing where a pair is exchanged."""
    order, size = len(permutations), len(orbits[0])
    if len(orbits) > 1:
        return f" ({order} orders)"
    cyclic = any(_returns(g, orbits[0][0]) == size for g in permutations)
    if size > 2 and cyclic and order in (size, 2 * size):
        return f" (ring of {size}: cyclic{', reflections' if order == 2 * size else ''})"
    return f" ({order} orders)" if size > 2 else ""


def _returns(permutation: tuple[int, ...], start: int) -> int:
    """After how many steps a site comes back."""
    steps, k = 1, permutation[start]
    while k != start:
        steps, k = steps + 1, permutation[k]
    return steps


@lru_cache(maxsize=256)
def derive_exchange(sites: tuple[Site, ...], hamiltonian: Operator, channels: Channels) -> ExchangeGroup:
    """The exchange group of dρ/dt = −i[H, ρ] + Σ rate·D[L]ρ, identity words moved from L into H beforehand.

    Parameters
    ----------
    sites : tuple of Site
        In natural order.
    hamiltonian : Operator
    channels : tuple of (rate, L)
        The form of :attr:`photinus.Model.generator`.

    Returns
    -------
    ExchangeGroup
        The identity alone for more than 12 sites; where the group is large, the subgroup that leaves the first sites.
    """
    if len(sites) > MOST_SITES:
        return no_exchange(sites)
    terms = _Terms(sites, hamiltonian, channels)
    found: list[Exchange] = []
    for permutation in _permutations(sites, terms):
        for conjugate in (False, True):
            phases = terms.phases(permutation, conjugate)
            if phases is not None:
                found.append(Exchange(permutation, conjugate, phases))
    return ExchangeGroup(tuple(site.name for site in sites), tuple(found))


class _Terms:
    """The words of H and the pairs of words of G with their coefficients, and how permutations move them."""

    def __init__(self, sites: tuple[Site, ...], hamiltonian: Operator, channels: Channels):
        self._sites = sites
        number = {site: k for k, site in enumerate(sites)}
        self.words: dict[Term, complex] = {
            tuple((number[site], local) for site, local in word): complex(c) for word, c in hamiltonian.terms.items()
        }
        parts: dict[Term, list[complex]] = {}
        self._shifts: dict[Term, tuple[int, ...]] = {}
        for word in hamiltonian.terms:
            self._shifts[tuple((number[site], local) for site, local in word)] = self._shift(word)
        for rate, jump in channels:
            for u, x in jump.terms.items():
                for v, y in jump.terms.items():
                    term = _pair(number, u, v)
                    parts.setdefault(term, []).append(rate * complex(x) * complex(y).conjugate())
                    if term not in self._shifts:
                        self._shifts[term] = tuple(np.subtract(self._shift(u), self._shift(v)).tolist())
        # What cancels between jumps is zero.
        self.pairs = {
            term: total for term, p in parts.items() if abs(total := sum(p)) > ROUNDING * sum(abs(x) for x in p)
        }
        real = (f.conjugate() == f for op in (hamiltonian, *(o for _, o in channels)) for f in _functions(op))
        self.real = all(real)

    def _shift(self, word: tuple[tuple[Site, tuple[object, ...]], ...]) -> tuple[int, ...]:
        shifts = shift_of(word)
        return tuple(x for site in self._sites for x in shifts.get(site, (0,) * len(site.coordinates)))

    def moduli(self) -> dict[Term, float]:
        """|h| and |G|, by which permutations are searched; a single word and a pair never are equal terms."""
        return {term: abs(c) for part in (self.words, self.pairs) for term, c in part.items()}

    def phases(self, permutation: tuple[int, ...], conjugate: bool) -> tuple[float, ...] | None:
        """θ of the map, or None where the phases of the coefficients do not allow it."""
        if conjugate and not self.real:
            return None
        rows: dict[tuple[int, ...], float] = {}
        for part, sign in ((self.words, -1.0 if conjugate else 1.0), (self.pairs, 1.0)):
            for term, c in part.items():
                image = _moved(term, permutation)
                ratio = part[image] / (sign * (c.conjugate() if conjugate else c))
                angle, shift = float(np.angle(ratio)), self._shifts[image]
                if abs(_wrapped(rows.setdefault(shift, angle) - angle)) > 8 * ROUNDING:
                    return None
        found = angles(rows, sum(len(site.coordinates) for site in self._sites))
        if found is None or any(abs(_wrapped(float(np.dot(s, found)) - b)) > MISSED for s, b in rows.items()):
            return None
        return found


def _wrapped(angle: float) -> float:
    return float(np.remainder(angle + np.pi, 2 * np.pi) - np.pi)


def _functions(operator: Operator) -> Iterator[DiagonalFunction]:
    """The diagonal functions of an operator's words."""
    for word in operator.terms:
        for site, local in word:
            if isinstance(site, Oscillator):
                yield from (f for f, _ in local[2])


def _pair(number: Mapping[Site, int], u: Iterable[tuple[Site, object]], v: Iterable[tuple[Site, object]]) -> Term:
    left, right = dict(u), dict(v)
    sites = sorted({number[site]: site for site in (*left, *right)}.items())
    return tuple((k, ("pair", left.get(site), right.get(site))) for k, site in sites)


def _moved(term: Term, permutation: tuple[int, ...]) -> Term:
    return tuple(sorted(((permutation[k], local) for k, local in term), key=lambda item: item[0]))


def _permutations(sites: tuple[Site, ...], terms: _Terms) -> list[tuple[int, ...]]:
    """The permutations of sites of one kind that keep the moduli, in lexical order, the identity first.

    Sites are placed one after the other; a placing is left as soon as a term on placed sites has no equal. What leaves
    the first k sites comes before all that moves one of them, so that a search that grows too long has found a whole
    subgroup before.
    """
    moduli = terms.moduli()
    kinds = [(site.kind, *site.key[2:]) for site in sites]
    closing: list[list[tuple[Term, float]]] = [[] for _ in sites]
    for term, size in moduli.items():
        closing[max(k for k, _ in term)].append((term, size))

    def fits(placed: tuple[int, ...]) -> bool:
        pairs = ((moduli.get(_moved(term, placed), -1.0), size) for term, size in closing[len(placed) - 1])
        return all(abs(x - size) <= ROUNDING * size for x, size in pairs)

    found: list[tuple[int, ...]] = []
    stack: list[tuple[int, ...]] = [()]
    trials = 0
    while stack:
        placed = stack.pop()
        if len(placed) == len(sites):
            found.append(placed)
            continue
        images = [i for i in range(len(sites)) if i not in placed and kinds[i] == kinds[len(placed)]]
        trials += len(images)
        if trials > MOST_TRIALS or len(found) > MOST_PERMUTATIONS:
            moved = next((j for j, i in enumerate(placed) if i != j), len(placed))
            return [g for g in found if g[: moved + 1] == tuple(range(moved + 1))]
        stack += [(*placed, i) for i in reversed(images) if fits((*placed, i))]
    return found
