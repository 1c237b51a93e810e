"""What all states by name share: their sites, their cutoffs, and the blocks of their symmetry.

A density matrix ρ whose coherences |n⟩⟨m| have n − m in a lattice Λ is invariant under the group that Z^M/Λ labels, and
all of it lies in the sector of order zero of that group. A state is therefore assembled from three things: the space,
generators of Λ, and a function that gives its matrix elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from math import isfinite, prod
from numbers import Complex
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np

from photinus.algebra import Handle, Oscillator, Site
from photinus.errors import InvalidInput, UnknownSite, WrongType, shown
from photinus.model import Group
from photinus.model.lattice import smith_columns
from photinus.model.symmetry import site_order
from photinus.numerics.memory import require_memory
from photinus.space.sectors import grading
from photinus.space.space import Space, check_cutoffs
from photinus.space.state import State

Key: TypeAlias = str | Handle
"""A site: an oscillator by its name, a spin or a qudit by its handle."""
Elements: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Ket numbers of rows and columns -> ⟨row|ρ|column⟩."""
Value = TypeVar("Value")

TAIL = 1e-12
"""Levels above the cutoff weigh at most so much, relative to all that is above the lowest level."""
LOST = 1e-6
"""A cutoff that a user gives may cut off at most so much of a state."""
BYTES_PER_KET, BYTES_PER_ELEMENT = 500.0, 40.0
CHUNK = 1_000_000
REMEDY = "Take smaller amplitudes or fewer sites."


class FixedCutoff(Protocol):
    """A number of levels, or one for each oscillator: ``ph.Fixed(20)``, ``ph.Fixed({"a": 20, "b": 12})``."""

    @property
    def levels(self) -> int | Mapping[str, int]:
        """The levels kept, 0 … N − 1."""


def site_of(key: Key, *, oscillator: bool = False) -> Site:
    """The site that a key stands for; with ``oscillator``, one that must be an oscillator.

    Raises
    ------
    WrongType
        If the key is neither a name nor a handle, or is a handle where an oscillator is needed.
    InvalidInput
        If the name is no word.
    """
    if isinstance(key, Handle) and not oscillator:
        return key.site
    if not isinstance(key, str):
        remedy = "Name an oscillator, such as 'a'."
        raise WrongType(
            f"A site is given as {shown(key)}.",
            remedy if oscillator else f"{remedy[:-1]}, or give the handle of a spin or qudit.",
        )
    return Oscillator(key)


def named(values: Mapping[Key, Value], what: str, *, oscillators: bool = True) -> dict[Site, Value]:
    """The values by site; with ``oscillators``, sites that must be oscillators.

    Raises
    ------
    WrongType, InvalidInput
        For what is no mapping, an empty one, a key that is no site, and one name for two sites.
    """
    if not isinstance(values, Mapping):
        raise WrongType(f"The {what} are {shown(values)}.", "Give a mapping from sites, such as {'a': 1}.")
    out: dict[Site, Value] = {}
    for key, value in values.items():
        site = site_of(key, oscillator=oscillators)
        if any(site.name == other.name for other in out):
            raise InvalidInput(f"The site {site.name!r} is named twice.", "Give each site once, by a name of its own.")
        out[site] = value
    if not out:
        raise InvalidInput(f"The {what} name no site.", "Name at least one.")
    return out


def amplitudes_by_site(values: Mapping[Key, complex] | None, sites: Iterable[Site], what: str) -> dict[Site, complex]:
    """Complex numbers of some of the sites, 0 where none is given.

    Raises
    ------
    UnknownSite
        For a site that is not one of them.
    """
    known = dict.fromkeys(sites, 0j)
    for site, value in named(values, what).items() if values is not None else ():
        if site not in known:
            names = ", ".join(other.name for other in known)
            raise UnknownSite(f"The {what} name {site.name!r}, which the state does not have.", f"Sites: {names}.")
        known[site] = complex_number(value, f"{what.removesuffix('s')} of {site.name!r}")
    return known


def complex_number(value: Any, what: str) -> complex:
    """A finite complex number, or :class:`InvalidInput`."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Complex):
        raise InvalidInput(f"The {what} is {shown(value)}, which is not a number.", "Give a real or complex number.")
    number = complex(value)
    if not (isfinite(number.real) and isfinite(number.imag)):
        raise InvalidInput(f"The {what} is {number}.", "Give a finite number.")
    return number


def fixed_levels(cutoff: FixedCutoff | None, sites: Iterable[Site]) -> dict[str, int]:
    """The cutoffs that a user gives, by name; empty for None.

    Raises
    ------
    WrongType
        If it is no ``ph.Fixed``.
    UnknownSite, InvalidInput
        As :func:`photinus.space.space.check_cutoffs`.
    """
    if cutoff is None:
        return {}
    levels = getattr(cutoff, "levels", None)
    if levels is None:
        raise WrongType(f"The cutoff is {shown(cutoff)}.", "Give ph.Fixed(20), or none: the state knows what it needs.")
    return check_cutoffs(tuple(sites), levels)


def kept_levels(weights: np.ndarray, site: Site, cutoffs: Mapping[str, int]) -> int:
    """How many levels of a site to keep, from the populations of more than enough.

    Raises
    ------
    InvalidInput
        If a cutoff that is given cuts off more than 1e-6 of the state.
    """
    tail = np.append(np.cumsum(weights[::-1])[::-1], 0.0)  # tail[N]: what N levels leave out
    enough = int(np.argmax(tail <= TAIL * tail[1]))
    if site.name not in cutoffs:
        return enough
    given = cutoffs[site.name]
    lost = tail[given] / tail[0] if given < len(tail) else 0.0
    if lost > LOST:
        least = int(np.argmax(tail <= LOST * tail[0]))
        raise InvalidInput(
            f"The cutoff of {given} levels of {site.name!r} cuts off {lost:.2g} of the state.",
            f"Give at least Fixed({least}), or no cutoff: photinus then keeps {enough} levels.",
        )
    return given


def space_of(levels: Mapping[Site, int]) -> Space:
    """The space of sites with so many levels each.

    Raises
    ------
    MemoryBudgetExceeded
        If not even its kets fit.
    """
    sites = site_order(levels)
    d = prod(levels.values())
    require_memory(BYTES_PER_KET * d, None, f"A state of {d} kets", REMEDY)
    return Space(sites, tuple(levels[site] for site in sites))


def assemble(space: Space, shifts: np.ndarray, elements: Elements) -> State:
    """The state whose coherences |n⟩⟨m| have n − m in the lattice of the shifts.

    Parameters
    ----------
    space : Space
    shifts : ndarray of int
        Generators of the lattice Λ, shape (number, coordinates).
    elements : callable
        ⟨row|ρ|column⟩ for arrays of kets.

    Raises
    ------
    MemoryBudgetExceeded
    """
    d = space.dimension
    factors = smith_columns(np.unique(shifts, axis=0).tolist(), sum(len(site.coordinates) for site in space.sites))
    group = Group(tuple(modulus for modulus, _ in factors), tuple(weights for _, weights in factors))
    require_memory(BYTES_PER_ELEMENT * _least_size(space, group), None, f"A state of {d} kets", REMEDY)
    graded = grading(space, group)
    sector = graded.sector(group.zero)
    require_memory(BYTES_PER_ELEMENT * sector.size, None, f"A state of {d} kets", REMEDY)
    rows, columns = sector.kets
    vector = np.empty(sector.size, dtype=complex)
    for start in range(0, sector.size, CHUNK):
        cut = slice(start, start + CHUNK)
        vector[cut] = elements(rows[cut], columns[cut])
    return State(graded, {group.zero: vector})


def _least_size(space: Space, group: Group) -> float:
    """D²/(number of classes), which the blocks of order zero hold at least; known before the kets are sorted."""
    classes = 1.0
    for modulus, weights in zip(group.moduli, group.weights, strict=True):
        width, start = 1, 0
        for site, n in zip(space.sites, space.levels, strict=True):
            end = start + len(site.coordinates)
            width += int(np.ptp(site.kets(n) @ np.array(weights[start:end], dtype=int)))
            start = end
        classes *= min(modulus or width, width)
    return space.dimension**2 / min(classes, space.dimension)


def embedded(shifts: np.ndarray, sites: Iterable[Site], space: Space) -> np.ndarray:
    """Shifts of the coordinates of some sites as shifts in the space of more."""
    widths = [len(site.coordinates) for site in space.sites]
    own = dict(zip(space.sites, np.split(np.arange(sum(widths)), np.cumsum(widths)[:-1]), strict=True))
    out = np.zeros((len(shifts), sum(widths)), dtype=int)
    out[:, np.concatenate([own[site] for site in sites])] = shifts
    return out


def pure(space: Space, ket: np.ndarray) -> State:
    """|ψ⟩⟨ψ| of a normalised ket; its symmetry follows from the kets that occur in it."""
    return _projector(space, ket, np.diff(space.coordinates[np.flatnonzero(ket)], axis=0))


def _projector(space: Space, ket: np.ndarray, shifts: np.ndarray) -> State:
    if space.rungs is not None and np.ptp(space.rungs[np.flatnonzero(ket)]) > 0:
        raise InvalidInput(
            "The ket has terms of different length J, or diagram λ, of an ensemble.",
            "There is no coherence between them in the permutation-symmetric space; use ph.states.mixture.",
        )
    return assemble(space, shifts, lambda rows, columns: ket[rows] * ket[columns].conj())


def pure_product(kets: Mapping[Site, np.ndarray]) -> State:
    """The product of normalised kets, one a site."""
    space, ket = product_ket(kets)
    shifts = [
        embedded(np.diff(site.kets(len(own))[np.flatnonzero(own)], axis=0), (site,), space)
        for site, own in kets.items()
    ]
    return _projector(space, ket, np.concatenate(shifts))


def product_ket(kets: Mapping[Site, np.ndarray]) -> tuple[Space, np.ndarray]:
    """The space of all sites, and the product of their kets."""
    space = space_of({site: len(ket) for site, ket in kets.items()})
    return space, reduce(np.kron, [kets[site] for site in space.sites])


def diagonal(space: Space, populations: np.ndarray) -> State:
    """Σ p|n⟩⟨n|."""
    none = np.zeros((0, space.coordinates.shape[1]), dtype=int)
    return assemble(space, none, lambda rows, columns: np.where(rows == columns, populations[rows], 0))


def shifts_of(state: State) -> np.ndarray:
    """Generators of the lattice of all n − m of the coherences |n⟩⟨m| that a state's blocks can hold."""
    graded, kets = state.grading, state.space.coordinates
    order = np.argsort(graded.label, kind="stable")
    within = np.diff(graded.label[order]) == 0
    shifts = [np.diff(kets[order], axis=0)[within]]
    first = np.array([members[0] for members in graded.members])
    for charge in state.parts:
        partner = graded.partner(charge)
        shifts.append(kets[first[partner >= 0]] - kets[first[partner[partner >= 0]]])
    return np.unique(np.concatenate(shifts), axis=0)
