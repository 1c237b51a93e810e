"""States and operators as vectors of sectors: what dynamics, spectra and responses start from and end with.

A sector's vector holds ⟨row|X|column⟩ for the coherences |row⟩⟨column| of one order. A state is laid into the sectors
of another grading (:func:`laid_into`), multiplied by operators from both sides (:func:`multiplied`), and read out by a
linear functional, Tr(O X) = functional · vector (:func:`functional`).
"""

from __future__ import annotations

import numpy as np

from photinus.algebra import Operator
from photinus.errors import SiteMismatch
from photinus.model import Order
from photinus.space.sectors import Grading, Sector, grading
from photinus.space.space import Space
from photinus.space.state import State


def vector_in(state: State, sector: Sector) -> np.ndarray:
    """The coherences of a state that belong to a sector, of the same sites but any cutoffs and any grading.

    What lies above the sector's cutoffs is left out, what the state does not have is 0.
    """
    space, target = state.space, sector.grading.space
    if space.sites != target.sites:
        raise SiteMismatch(
            f"The state lives on {_names(space.sites)}, the model on {_names(target.sites)}.",
            "Give a state on the sites of the model.",
        )
    if state.grading == sector.grading:
        return np.array(state.parts[sector.order]) if sector.order in state.parts else np.zeros(sector.size)
    rows, columns = sector.kets
    if space.levels == target.levels:
        return state.elements(rows, columns)
    index = np.unravel_index(np.arange(target.dimension), target.levels)
    inside = np.all([i < n for i, n in zip(index, space.levels, strict=True)], axis=0)
    kets = np.where(inside, np.ravel_multi_index(index, space.levels, mode="clip"), -1)
    return state.elements(kets[rows], kets[columns])


def laid_into(state: State, graded: Grading) -> State:
    """The same density matrix in the sectors of another grading; orders that are zero throughout are left out."""
    parts: dict[Order, np.ndarray] = {}
    for order in graded.orders():
        vector = vector_in(state, graded.sector(order))
        if vector.any() or order == graded.group.zero:
            parts[order] = vector
    return State(graded, parts)


def functional(operator: Operator, sector: Sector) -> np.ndarray:
    """The vector w with Tr(O X) = w · x for every X of the sector; zero where O has no part of the opposite order."""
    space = sector.grading.space
    kets = np.arange(space.dimension)
    out = np.zeros(sector.size, dtype=complex)
    for shift, amplitude in space.bands(operator).items():
        index = sector.index(kets, space.shifted(shift))  # O takes |n⟩ to |n + shift⟩: it reads ⟨n|X|n + shift⟩
        inside = index >= 0
        out[index[inside]] += amplitude[inside]
    return out


def multiplied(state: State, *, left: Operator | None = None, right: Operator | None = None) -> dict[Order, np.ndarray]:
    """The vectors of L·ρ·R by coherence order, the product being cut to the state's space."""
    graded = state.grading
    parts = {order: np.asarray(vector, dtype=complex) for order, vector in state.parts.items()}
    if left is not None:
        parts = _times(graded, parts, left, from_left=True)
    if right is not None:
        parts = _times(graded, parts, right.dag(), from_left=False)
    return parts


def _times(
    graded: Grading, parts: dict[Order, np.ndarray], operator: Operator, *, from_left: bool
) -> dict[Order, np.ndarray]:
    """O·X, or X·O† where it is not from the left."""
    space, group = graded.space, graded.group
    out: dict[Order, np.ndarray] = {}
    for shift, amplitude in space.bands(operator).items():
        step = np.array(group.charge(shift), dtype=int)
        target = space.shifted(shift)
        for order, vector in parts.items():
            reached = group.reduce(np.array(order) + (step if from_left else -step))
            sector, goal = graded.sector(order), graded.sector(reached)
            rows, columns = sector.kets
            if from_left:
                place, value = goal.index(target[rows], columns), amplitude[rows] * vector
            else:
                place, value = goal.index(rows, target[columns]), np.conj(amplitude[columns]) * vector
            inside = place >= 0
            if reached not in out:
                out[reached] = np.zeros(goal.size, dtype=complex)
            np.add.at(out[reached], place[inside], value[inside])
    return out


def _names(sites: tuple[object, ...]) -> str:
    return ", ".join(map(repr, sites)) or "no sites"


def distance(one: State, other: State) -> float:
    """‖ρ − ρ′‖₁ of two states on the same sites, each with cutoffs of its own."""
    levels = tuple(max(pair) for pair in zip(one.space.levels, other.space.levels, strict=True))
    graded = grading(Space(one.space.sites, levels), one.grading.group)
    first, second = (laid_into(state, graded).parts for state in (one, other))
    parts: dict[Order, np.ndarray] = {}
    for order in {*first, *second}:
        empty = np.zeros(graded.sector(order).size)
        parts[order] = np.asarray(first.get(order, empty) - second.get(order, empty), dtype=complex)
    return float(sum(np.abs(np.linalg.eigvalsh(block)).sum() for block in State(graded, parts).matrix_blocks))
