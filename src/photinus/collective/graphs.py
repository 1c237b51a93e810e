"""Graphs of networks as sparse matrices: two kinds that are often wanted."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from photinus.errors import InvalidInput
from photinus.model.graphs import read_weights
from photinus.numerics.checks import real_number, whole_number


def ring_graph(count: int, reach: int = 1, *, weight: float = 1.0) -> sp.csr_array:
    """A ring of N units, each coupled to the ``reach`` nearest ones on both sides.

    Examples
    --------
    >>> from photinus.collective import ring_graph
    >>> ring_graph(10, 2).sum(axis=1).tolist()[:2]
    [4.0, 4.0]
    """
    count, reach = whole_number(count, "number of units", minimum=3), whole_number(reach, "reach")
    if 2 * reach >= count:
        raise InvalidInput(f"A ring of {count} units has no reach of {reach}.", f"Give at most {(count - 1) // 2}.")
    units, steps = np.arange(count), np.arange(1, reach + 1)
    one = np.repeat(units, reach)
    other = (units[:, None] + steps).ravel() % count
    edges = np.stack([one, other, np.full(len(one), real_number(weight, "weight"))], axis=1)
    return read_weights(edges)


def random_graph(count: int, degree: float, *, seed: int = 0) -> sp.csr_array:
    """N units and N·degree/2 edges, drawn at random among all pairs: each unit has ``degree`` neighbours on average.

    Examples
    --------
    >>> from photinus.collective import random_graph
    >>> random_graph(1000, 6, seed=3).nnz
    6000
    """
    count, mean = whole_number(count, "number of units", minimum=2), real_number(degree, "mean degree", minimum=0.0)
    wanted = round(count * mean / 2)
    if wanted > count * (count - 1) // 4:
        raise InvalidInput(
            f"{count} units with {mean:g} neighbours each are no sparse graph.",
            "Give a matrix, or the number N for all.",
        )
    rng, keys = np.random.default_rng(whole_number(seed, "seed", minimum=0)), np.zeros(0, dtype=np.int64)
    while len(keys) < wanted:
        drawn = rng.integers(0, count, (2 * (wanted - len(keys)) + 8, 2))
        low, high = drawn.min(axis=1), drawn.max(axis=1)
        every = np.concatenate([keys, (low * count + high)[low < high]])
        keys = every[np.sort(np.unique(every, return_index=True)[1])]  # in the order of drawing: no bias when cut
    keys = keys[:wanted]
    matrix = sp.csr_array((np.ones(wanted), (keys // count, keys % count)), shape=(count, count))
    return sp.csr_array(matrix + matrix.T)
