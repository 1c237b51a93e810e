"""Graphs of networks as sparse matrices: reading them, and three kinds that are often wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from photinus.errors import InvalidInput, WrongType, shown
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.memory import require_memory


def read_weights(graph: Any, *, directed: bool = False) -> sp.csr_array:
    """The weights of a graph, w_ij of the edge i – j, or of the arc i → j.

    Parameters
    ----------
    graph : int, edge list, matrix or networkx graph
        A number N (all pairs, w = 1), an array of pairs (E, 2) or of triples with weights (E, 3) of numbers from 0, a
        dense or sparse matrix (N, N), or a networkx graph (edge attribute ``weight``). Weights may be complex.
    directed : bool
        Whether edges have a direction; otherwise w_ji is the conjugate of w_ij.

    Returns
    -------
    csr_array, shape (N, N)
        Sorted, without zeros; real where all weights are.

    Raises
    ------
    InvalidInput
        For no units, self-loops, weights that are not finite, edges given twice, wrong shapes, and matrices that
        are not Hermitian where edges have no direction.
    WrongType

    Examples
    --------
    >>> from photinus.collective.graphs import read_weights
    >>> read_weights([(0, 1), (1, 2)]).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    if hasattr(graph, "edges") and hasattr(graph, "nodes"):
        place = {node: k for k, node in enumerate(graph.nodes)}
        rows = [(place[u], place[v], w) for u, v, w in graph.edges(data="weight", default=1.0)]
        made = _from_edges(np.array(rows).reshape(-1, 3), len(place), directed)
    elif isinstance(graph, (int, np.integer)) and not isinstance(graph, bool):
        count = whole_number(graph, "number of units")
        require_memory(24.0 * count**2, None, f"All pairs of {count} units", "Use InfiniteNetwork, or a sparse graph.")
        made = sp.csr_array(np.ones((count, count)) - np.eye(count))
    elif sp.issparse(graph):
        made = _from_matrix(sp.csr_array(graph), directed)
    else:
        try:
            array = np.asarray(graph)
        except ValueError:
            raise InvalidInput(
                "The edges are of different lengths.", "Give (i, j) or (i, j, weight) for all."
            ) from None
        if array.dtype.kind not in "iufcb":
            raise WrongType(f"The graph is {shown(graph)}.", "Give edges, a matrix, a networkx graph or a number.")
        if array.ndim != 2 or not array.size:
            raise InvalidInput(f"The graph has the shape {array.shape}.", "Give edges (E, 2) or a matrix (N, N).")
        square = array.shape[0] == array.shape[1]
        if square and not (isinstance(graph, (list, tuple)) and isinstance(graph[0], tuple)):
            made = _from_matrix(sp.csr_array(array), directed)
        elif array.shape[1] in (2, 3):
            made = _from_edges(array, None, directed)
        else:
            raise InvalidInput(f"The graph has the shape {array.shape}.", "Give edges (E, 2) or a matrix (N, N).")
    return _checked(made)


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
    return _checked(sp.csr_array(matrix + matrix.T))


def _from_edges(array: np.ndarray, count: int | None, directed: bool) -> sp.csr_array:
    ends = array[:, :2].real
    whole = ends.astype(np.int64)
    if len(ends) and ((whole != ends).any() or whole.min() < 0):
        raise InvalidInput("The ends of edges are no numbers from 0 on.", "Number the units 0, 1, 2, ….")
    size = int(whole.max(initial=-1)) + 1 if count is None else count
    weights = array[:, 2] if array.shape[1] == 3 else np.ones(len(array))
    one, other = whole.T if directed else np.sort(whole, axis=1).T
    key = one * size + other
    if len(np.unique(key)) < len(key):
        values, times = np.unique(key, return_counts=True)
        twice = int(values[times > 1][0])
        raise InvalidInput(f"The edge ({twice // size}, {twice % size}) is given twice.", "Give each edge once.")
    made = sp.csr_array((weights, whole.T), shape=(size, size))
    if not directed and not (whole[:, 0] == whole[:, 1]).any():
        made = sp.csr_array(made + made.conj().T)
    return made


def _from_matrix(matrix: sp.csr_array, directed: bool) -> sp.csr_array:
    if matrix.shape[0] != matrix.shape[1]:
        raise InvalidInput(f"The matrix of weights has the shape {matrix.shape}.", "Give a square matrix.")
    if not directed and matrix.nnz and abs(matrix - matrix.conj().T).max() > 1e-14 * abs(matrix).max():
        raise InvalidInput(
            "The matrix of weights is not Hermitian.", "Give w_ji = w̄_ij; couplings with a direction are cascaded=."
        )
    return matrix


def _checked(matrix: sp.csr_array) -> sp.csr_array:
    """Without zeros and sorted, or the error."""
    if matrix.shape[0] < 1:
        raise InvalidInput("The graph has no units.", "Give one at least.")
    if not np.isfinite(matrix.data).all():
        raise InvalidInput("A weight of the graph is not finite.", "Give finite weights.")
    loops = np.flatnonzero(matrix.diagonal())
    if len(loops):
        raise InvalidInput(f"The graph couples the unit {loops[0]} to itself.", "Leave self-loops out.")
    kind = complex if np.iscomplexobj(matrix.data) and np.any(matrix.data.imag) else float
    made = sp.csr_array(matrix.real if kind is float else matrix, dtype=kind)
    made.sum_duplicates()
    made.eliminate_zeros()
    return made
