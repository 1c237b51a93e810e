"""Graphs of couplings: edges, matrices, networkx graphs and numbers of units, read into one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Complex, Integral
from typing import Any

import numpy as np
import scipy.sparse as sp

from photinus.errors import InvalidInput, PhotinusError, WrongType, shown
from photinus.numerics.checks import whole_number
from photinus.numerics.memory import require_memory

NUMERIC = "biufc"
MOST_UNITS = 50_000
"""Units of a model that is written out site by site, which takes some 0.3 ms for each."""
UNIT_BYTES, EDGE_BYTES = 4e3, 1.5e3
"""What a unit and an edge take in a written-out model."""
REMEDY = "Give edges (i, j) or (i, j, weight), a matrix, a networkx graph or a number of units."


@dataclass(frozen=True, eq=False)
class Graph:
    """Units 0 … N − 1 and the edges between them; made by :func:`read_graph`.

    Attributes
    ----------
    count : int
        N.
    ends : ndarray of int, shape (E, 2)
        i and j of each edge, in the order in which they were given; of an arc from i to j.
    weights : ndarray, shape (E,)
        w_ij, none of them zero; real where all are.
    directed : bool
        Whether edges have a direction; otherwise w_ji is the conjugate of w_ij.
    """

    count: int
    ends: np.ndarray
    weights: np.ndarray
    directed: bool

    def matrix(self) -> sp.csr_array:
        """w_ij, shape (N, N), sorted."""
        i, j = self.ends.T
        made = sp.csr_array((self.weights, (i, j)), shape=(self.count, self.count))
        if not self.directed:
            made = sp.csr_array(made + made.conj().T)
        made.sum_duplicates()
        return made


def require_writable(units: int, edges: int) -> None:
    """Raise a typed error where a model of all units and edges, written out term by term, would be too large.

    Raises
    ------
    InvalidInput, MemoryBudgetExceeded
    """
    many = "Use ph.collective.Network(…).evolve for the mean field of so many, or InfiniteNetwork."
    if units > MOST_UNITS:
        raise InvalidInput(f"A model of {units} sites is asked for, and {MOST_UNITS} are the most.", many)
    size = UNIT_BYTES * units + EDGE_BYTES * edges
    require_memory(size, None, f"A model of {units} sites and {edges} couplings", many)


def read_graph(graph: Any, *, directed: bool = False) -> Graph:
    """A graph of couplings, whatever its form.

    Parameters
    ----------
    graph : int, edges, matrix or networkx graph
        A number N (all pairs, w = 1), pairs (i, j) and triples (i, j, weight) of numbers from 0 in any iterable or in
        an array (E, 2) or (E, 3), a dense or sparse matrix (N, N), or a networkx graph (edge attribute ``weight``).
        Weights may be complex. A square NumPy array is a matrix; tuples are edges, and lists whatever makes sense.
    directed : bool
        Whether edges have a direction; otherwise w_ji is the conjugate of w_ij.

    Returns
    -------
    Graph

    Raises
    ------
    InvalidInput
        For no units, ends that are no whole numbers from 0 on, self-loops, edges given twice, weights that are not
        finite numbers, wrong shapes, and matrices that are not Hermitian where edges have no direction.
    WrongType
        For what is no graph.
    MemoryBudgetExceeded

    Examples
    --------
    >>> from photinus.model.graphs import read_graph
    >>> read_graph([(0, 1), (2, 1, 0.5)]).matrix().toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.5], [0.0, 0.5, 0.0]]
    """
    if hasattr(graph, "edges") and hasattr(graph, "nodes"):
        return _from_networkx(graph, directed)
    if isinstance(graph, Integral) and not isinstance(graph, bool):
        return _all_pairs(whole_number(graph, "number of units"), directed)
    if sp.issparse(graph):
        return _from_matrix(graph, directed)
    if hasattr(graph, "__array__"):
        return _from_array(np.asarray(graph), directed)
    if isinstance(graph, Iterable) and not isinstance(graph, (str, bytes, Mapping)):
        return _from_list(list(graph), directed)
    raise WrongType(f"The graph is {shown(graph)}.", REMEDY)


def read_weights(graph: Any, *, directed: bool = False) -> sp.csr_array:
    """The weights of a graph as a matrix, w_ij of the edge i – j or of the arc i → j; arguments of :func:`read_graph`.

    Examples
    --------
    >>> from photinus.model.graphs import read_weights
    >>> read_weights([(0, 1), (1, 2)]).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    return read_graph(graph, directed=directed).matrix()


def _all_pairs(count: int, directed: bool) -> Graph:
    remedy = "Use ph.collective.InfiniteNetwork, or a sparse graph."
    require_memory(60.0 * count * float(count), None, f"A graph of all pairs of {count} units", remedy)
    ends = np.stack(np.triu_indices(count, 1), axis=1)
    if directed:
        ends = np.concatenate([ends, ends[:, ::-1]])
    return Graph(count, ends, np.ones(len(ends)), directed)


def _from_networkx(graph: Any, directed: bool) -> Graph:
    if directed and not graph.is_directed():
        raise InvalidInput("The edges of the networkx graph have no direction.", "Give a networkx.DiGraph.")
    place = {node: k for k, node in enumerate(graph.nodes)}
    rows = [(place[u], place[v], w) for u, v, w in graph.edges(data="weight", default=1.0)]
    return _from_rows(rows, len(place), directed)


def _from_list(rows: list[Any], directed: bool) -> Graph:
    """Edges, or the rows of a matrix, which are lists and not tuples."""
    if not rows or all(isinstance(row, tuple) for row in rows):
        return _from_rows(rows, None, directed)
    array = _numbers(rows)
    if array is None or array.shape[0] != array.shape[1]:
        return _from_rows(rows, None, directed)
    return _from_matrix(array, directed) if len(array) not in (2, 3) else _either(array, directed)


def _either(array: np.ndarray, directed: bool) -> Graph:
    """What two pairs, three triples, or a matrix may be; with a direction it may be both, without never."""
    found: list[Graph] = []
    errors: list[PhotinusError] = []
    for read in (_from_matrix, _from_edges):
        try:
            found.append(read(array, directed))
        except PhotinusError as error:
            errors.append(error)
    if not found:
        raise errors[int(np.diagonal(array).any())]  # a matrix whose diagonal is not zero was meant as edges
    if len(found) == 2 and (found[0].count != found[1].count or (found[0].matrix() != found[1].matrix()).nnz):
        raise InvalidInput(
            f"The graph {array.tolist()} may be arcs or a matrix.", "Give arcs as tuples, a matrix as a NumPy array."
        )
    return found[-1]


def _from_rows(rows: list[Any], count: int | None, directed: bool) -> Graph:
    """Edges one by one; of all lengths, and with an error that names the wrong one."""
    array = _numbers(rows)
    if array is None or array.shape[1] not in (2, 3):
        array = np.array([_edge(row) for row in rows], dtype=complex).reshape(-1, 3)
    return _from_edges(array, directed, count)


def _numbers(rows: list[Any]) -> np.ndarray | None:
    """Rows as a table of numbers, if they are one."""
    try:
        array = np.asarray(rows)
    except ValueError:  # of different lengths
        return None
    return array if array.ndim == 2 and array.dtype.kind in NUMERIC else None


def _edge(row: Any) -> tuple[int, int, complex]:
    entries = list(row) if isinstance(row, Iterable) and not isinstance(row, (str, bytes, Mapping)) else []
    if len(entries) not in (2, 3):
        raise InvalidInput(f"Among the edges of the graph stands {shown(row)}.", "Give (i, j) or (i, j, weight).")
    i, j = (whole_number(end, f"end of the edge {shown(row)}", minimum=0) for end in entries[:2])
    weight = entries[2] if len(entries) == 3 else 1.0
    if isinstance(weight, bool) or not isinstance(weight, Complex):
        raise InvalidInput(f"The weight of the edge ({i}, {j}) is {shown(weight)}.", "Give a number.")
    return i, j, complex(weight)


def _from_array(array: np.ndarray, directed: bool) -> Graph:
    if array.dtype.kind not in NUMERIC:
        raise WrongType(f"The graph is {shown(array)} of the type {array.dtype}.", REMEDY)
    if array.ndim == 2 and array.shape[0] == array.shape[1]:
        return _from_matrix(array, directed)
    if array.ndim == 2 and array.shape[1] in (2, 3):
        return _from_edges(array, directed)
    raise InvalidInput(f"The graph has the shape {array.shape}.", "Give edges (E, 2) or (E, 3), or a matrix (N, N).")


def _from_edges(array: np.ndarray, directed: bool, count: int | None = None) -> Graph:
    """A table with the columns i, j and perhaps w."""
    ends, weights = array[:, :2], array[:, 2] if array.shape[1] == 3 else np.ones(len(array))

    def named(k: int) -> str:
        return f"({', '.join(f'{x.real:g}' if not x.imag else f'{x:g}' for x in ends[k].astype(complex))})"

    whole = np.isfinite(ends) & (ends.imag == 0) & (ends.real >= 0)
    whole &= ends.real == np.floor(ends.real)
    if not whole.all():
        first = int(np.flatnonzero(~whole.all(axis=1))[0])
        raise InvalidInput(
            f"The ends of the edge {named(first)} are no numbers from 0 on.", "Number the units 0, 1, 2, …."
        )
    if count is None:
        count = int(ends.real.max(initial=-1)) + 1
        require_memory(24.0 * count, None, f"A graph of {count} units", "Number the units 0, 1, 2, … without gaps.")
    if count < 1:
        raise InvalidInput("The graph has no units.", REMEDY)
    finite = np.isfinite(weights)
    if not finite.all():
        first = int(np.flatnonzero(~finite)[0])
        raise InvalidInput(f"The weight of the edge {named(first)} is {weights[first]}.", "Give finite weights.")
    i, j = ends.real.astype(np.int64).T
    _refuse_loop(i[i == j])
    low, high = (i, j) if directed else (np.minimum(i, j), np.maximum(i, j))
    order = np.lexsort((high, low))
    again = np.flatnonzero((np.diff(low[order]) == 0) & (np.diff(high[order]) == 0))
    if len(again):
        raise InvalidInput(
            f"The edge {named(int(order[again[0] + 1]))} is given twice.", "Give each edge once, with its weight."
        )
    kept = weights != 0
    return Graph(count, np.stack([i, j], axis=1)[kept], _real_if_real(weights[kept]), directed)


def _from_matrix(matrix: Any, directed: bool) -> Graph:
    """The edges of a dense or sparse matrix, row by row; of a Hermitian one those with i < j."""
    if matrix.dtype.kind not in NUMERIC:
        raise WrongType(f"The graph is {shown(matrix)} of the type {matrix.dtype}.", REMEDY)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InvalidInput(f"The matrix of weights has the shape {matrix.shape}.", "Give a square matrix.")
    if matrix.shape[0] < 1:
        raise InvalidInput("The graph has no units.", REMEDY)
    kind = complex if matrix.dtype.kind == "c" else float
    made = sp.csr_array(sp.coo_array(matrix), dtype=kind)  # adds up what a sparse matrix holds twice
    if not np.isfinite(made.data).all():
        raise InvalidInput("A weight of the graph is not finite.", "Give finite weights.")
    _refuse_loop(np.flatnonzero(made.diagonal()))
    if not directed and made.nnz and abs(made - made.conj().T).max() > 1e-14 * abs(made).max():
        raise InvalidInput(
            "The matrix of weights is not Hermitian.",
            "Give w_ji = w̄_ij; couplings with a direction are cascaded ones.",
        )
    edges = sp.coo_array(made if directed else sp.triu(made, 1))
    kept = edges.data != 0
    return Graph(made.shape[0], np.stack(edges.coords, axis=1)[kept], _real_if_real(edges.data[kept]), directed)


def _refuse_loop(units: np.ndarray) -> None:
    if len(units):
        raise InvalidInput(f"The graph couples the unit {units[0]} to itself.", "Leave self-loops out.")


def _real_if_real(weights: np.ndarray) -> np.ndarray:
    kind = complex if np.iscomplexobj(weights) and weights.imag.any() else float
    return np.asarray(weights if kind is complex else weights.real, dtype=kind)
