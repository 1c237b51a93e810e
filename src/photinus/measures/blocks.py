"""States as sums of small dense matrices, together with the kets that each of them stands for."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from photinus.space.state import State


def blocks(state: State) -> list[tuple[np.ndarray, np.ndarray]]:
    """(kets, matrix) of every block: ρ is their direct sum.

    Classes of the state's symmetry stand in one block where a coherence order that is present connects them.
    """
    graded = state.grading
    links = [(q, r) for order in state.parts for q, r in enumerate(graded.partner(order)) if r >= 0]
    rows, columns = np.array(links, dtype=int).reshape(-1, 2).T
    count = len(graded.charges)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    number, component = connected_components(graph, directed=False)
    kets = [np.flatnonzero(component[graded.label] == k) for k in range(number)]
    return [(k, state.elements(k[:, None], k[None, :])) for k in kets]


def coherent_between(state: State, charge: np.ndarray) -> bool:
    """Whether any coherence |n⟩⟨m| connects kets of different charge, given one charge for each ket."""
    for order, vector in state.parts.items():
        rows, columns = state.grading.sector(order).kets
        if vector[charge[rows] != charge[columns]].any():
            return True
    return False
