"""Moments of states to start from: any state, or separate states of separate sites.

The state of an ensemble is that of all atoms, or, under the same name, of a spin ½ or qudit: then every atom is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, permutations

import numpy as np

from photinus.algebra import Identical, Operator, Oscillator, Site, Word, locate
from photinus.algebra.operator import shift_of
from photinus.algebra.site import LocalWord
from photinus.errors import InvalidInput, UnknownSite, WrongType, shown
from photinus.solve.moments.hierarchy import Hierarchy, text_of
from photinus.solve.moments.words import renamed
from photinus.solve.representatives import Representatives, one_atom
from photinus.space.state import State
from photinus.states.build import shifts_of

ALIKE = 1e-9
"""Moments of equivalent sites may differ by this share."""
TRIED = 2000
"""Choices of equivalent sites that are compared for each word."""


class Product:
    """States of separate sites, together a product state; its means are products."""

    def __init__(self, sites: Sequence[Site], states: Iterable[State], atoms: Representatives = Representatives({})):
        self.states = tuple(states)
        self._atoms = atoms
        single = {site.name: site for site in atoms.spins}
        self._home: dict[Site, State] = {}
        self._known: dict[tuple[int, Word], complex] = {}
        for state in self.states:
            for site in state.sites:
                place = sites.index(single[site.name]) if is_atom(site, single) else locate(sites, site)
                if sites[place] in self._home:
                    raise InvalidInput(f"The {site!r} is given twice.", "Give each site one state.")
                self._home[sites[place]] = state
        missing = [site.name for site in sites if site not in self._home]
        if missing:
            raise UnknownSite(f"No state is given of {', '.join(missing[:6])}.", "Give a state of every site.")

    def mean(self, word: Word) -> complex:
        """⟨w⟩."""
        parts: dict[int, list[tuple[Site, LocalWord]]] = {}
        for site, local in word:
            parts.setdefault(id(self._state(site)), []).append((site, local))
        out = 1.0 + 0j
        for key, factors in parts.items():
            part = self._ordered(factors)
            if (key, part) not in self._known:
                self._known[key, part] = self._mean(self._state(part[0][0]), part)
            out *= self._known[key, part]
        return out

    def _state(self, site: Site) -> State:
        return self._home[self._atoms.owner.get(site, site)]

    def _ordered(self, factors: list[tuple[Site, LocalWord]]) -> Word:
        """With the first atoms of each ensemble in the place of others, which have equal means."""
        out: list[tuple[Site, LocalWord]] = []
        groups: dict[Identical, list[LocalWord]] = {}
        for site, local in factors:
            if site in self._atoms.owner:
                groups.setdefault(self._atoms.owner[site], []).append(local)
            else:
                out.append((site, local))
        for owner, locals_ in groups.items():
            out += zip(self._atoms.spins[owner], sorted(locals_), strict=False)
        return tuple(sorted(out, key=lambda factor: factor[0].order))

    def _mean(self, state: State, part: Word) -> complex:
        out = 1.0 + 0j
        rest: list[tuple[Site, LocalWord]] = []
        for site, local in part:
            owner = self._atoms.owner.get(site)
            if owner is not None and owner not in state.sites:
                (one,) = (s for s in state.sites if s.name == owner.name)
                if len(state.sites) > 1:
                    raise InvalidInput(
                        f"A state of one atom of the {owner!r} is not separate from that of other sites.",
                        "Give a list of states: one of the atom, and others of the other sites.",
                    )
                out *= complex(state.expect(Operator({((one, local),): 1.0})))
            else:
                rest.append((site, local))
        return out * complex(state.expect(self._atoms.to_ensembles(tuple(rest)))) if rest else out


def is_atom(site: Site, ensembles: Mapping[str, Identical]) -> bool:
    """Whether a site is a spin ½ or qudit that stands for each atom of an ensemble of its name."""
    return site.name in ensembles and site == one_atom(ensembles[site.name], site.name)


def point_of(system: Hierarchy, initial: State | Sequence[State]) -> np.ndarray:
    """The point of a state, or of the product of states of separate sites.

    Raises
    ------
    InvalidInput
        If the state is not invariant under the symmetry that the equations use, or tells equivalent sites apart.
    UnknownSite
        If a site is missing, or unknown.
    WrongType
    """
    states = tuple(initial) if isinstance(initial, (list, tuple)) else (initial,)
    if not all(isinstance(state, State) for state in states):
        raise WrongType(
            f"The initial state is {shown(initial)}.",
            "Give a state of ph.states, or a list of states of separate sites.",
        )
    product = Product(system.sites, states, system.atoms)
    for state in states:
        _require_invariant(system, state)
    _require_alike(system, product)
    return system.coordinates(np.array([product.mean(word) for word in system.words], dtype=complex))


def _require_invariant(system: Hierarchy, state: State) -> None:
    names = system.closure.naming
    if names.weak is None or not names.weak.moduli:
        return
    weights = dict(names.weights)
    for owner, row in system.atoms.spins.items():  # (J, M) of an ensemble: M counts; of d levels the populations
        one = weights[row[0]]
        others = np.zeros((len(one), len(owner.coordinates) - one.shape[1]), dtype=one.dtype)
        weights[owner] = np.concatenate([others, one], axis=1)
    by_name = {owner.name: row[0] for owner, row in system.atoms.spins.items()}
    widths = np.cumsum([len(site.coordinates) for site in state.sites])[:-1]
    for shift in shifts_of(state):
        if not np.any(shift):
            continue
        parts = zip(state.sites, np.split(shift, widths), strict=True)
        total = sum(weights[site if site in weights else by_name[site.name]] @ part for site, part in parts)
        if any(names.weak.reduce(np.asarray(total).tolist())):
            raise InvalidInput(
                "The initial state is not invariant under the phases that the equations leave out.",
                "Use ph.cumulants(model, order, phase_invariant=False).",
            )


def _require_alike(system: Hierarchy, product: Product) -> None:
    for group in system.closure.naming.classes:
        for word in system.words:
            first = tuple(site for site, _ in word if site in group)
            if not first or len(group) == 1:
                continue
            one = product.mean(word)
            for others in islice(permutations(group, len(first)), TRIED):
                other = renamed(word, dict(zip(first, others, strict=True)))
                two = product.mean(other)
                if abs(one - two) > ALIKE * (1 + abs(one)):
                    raise InvalidInput(
                        f"The initial state tells equivalent sites apart: ⟨{text_of(word)}⟩ = {one:.6g}, "
                        f"⟨{text_of(other)}⟩ = {two:.6g}.",
                        "Use ph.cumulants(model, order, permutation=False).",
                    )


def default_point(system: Hierarchy) -> np.ndarray:
    """Oscillators in the vacuum, spins and qudits in the mixture of all levels; it has every symmetry."""
    return system.coordinates(np.array([_mixed(word) for word in system.words], dtype=complex))


def _mixed(word: Word) -> complex:
    out = 1.0 + 0j
    for site, local in word:
        if isinstance(site, Oscillator) or any(shift_of(((site, local),))[site]):
            return 0j
        levels = site.levels(None)
        target, amplitude = site.action(local, levels)
        out *= complex(amplitude[target == np.arange(levels)].sum()) / levels
    return out
