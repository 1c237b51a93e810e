"""Moments of states to start from: any state, or separate states of separate sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, permutations

import numpy as np

from photinus.algebra import Operator, Oscillator, Site, Word, locate
from photinus.algebra.operator import shift_of
from photinus.errors import InvalidInput, UnknownSite, WrongType, shown
from photinus.solve.moments.hierarchy import Hierarchy, text_of
from photinus.solve.moments.words import Naming, renamed
from photinus.space.state import State
from photinus.states.build import shifts_of

ALIKE = 1e-9
"""Moments of equivalent sites may differ by this share."""
TRIED = 2000
"""Choices of equivalent sites that are compared for each word."""


class Product:
    """States of separate sites, together a product state; its means are products."""

    def __init__(self, sites: Sequence[Site], states: Iterable[State]):
        self.states = tuple(states)
        self._home: dict[Site, State] = {}
        self._known: dict[tuple[int, Word], complex] = {}
        for state in self.states:
            for site in state.sites:
                place = locate(sites, site)
                if sites[place] in self._home:
                    raise InvalidInput(f"The {site!r} is given twice.", "Give each site one state.")
                self._home[sites[place]] = state
        missing = [site.name for site in sites if site not in self._home]
        if missing:
            raise UnknownSite(f"No state is given of {', '.join(missing[:6])}.", "Give a state of every site.")

    def mean(self, word: Word) -> complex:
        """⟨w⟩."""
        parts: dict[int, list[tuple[Site, tuple[int, ...]]]] = {}
        for site, local in word:
            parts.setdefault(id(self._home[site]), []).append((site, local))
        out = 1.0 + 0j
        for key, factors in parts.items():
            part = tuple(factors)
            if (key, part) not in self._known:
                self._known[key, part] = complex(self._home[part[0][0]].expect(Operator({part: 1.0})))
            out *= self._known[key, part]
        return out


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
    names = system.closure.naming
    product = Product(names.sites, states)
    for state in states:
        _require_invariant(names, state)
    _require_alike(system, product)
    return system.coordinates(np.array([product.mean(word) for word in system.words], dtype=complex))


def _require_invariant(names: Naming, state: State) -> None:
    if names.weak is None or not names.weak.moduli:
        return
    widths = np.cumsum([len(site.coordinates) for site in state.sites])[:-1]
    for shift in shifts_of(state):
        if not np.any(shift):
            continue
        total = sum(names.weights[site] @ part for site, part in zip(state.sites, np.split(shift, widths), strict=True))
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
