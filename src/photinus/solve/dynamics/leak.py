"""How much of an evolution leaves the cutoffs: a bound in the trace norm, integrated along the way.

Let 𝓛_N be the generator at the cutoffs N and 𝓛 that of the untruncated model. e^{𝓛t} never increases the trace norm, so

    ‖ρ_N(t) − ρ(t)‖₁ ≤ ‖ρ_N(0) − ρ(0)‖₁ + ∫₀ᵗ ‖(𝓛 − 𝓛_N)ρ_N(s)‖₁ ds

(Etienney, Robin, Rouchon 2025), with a drive as well. Ladder words have finite shift, so that a few levels more hold
the defect (𝓛 − 𝓛_N)ρ_N exactly; its trace norm is at most the sum of the 2-norms of rows and columns into which its
elements are divided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from photinus.space.liouvillian import Generator
from photinus.space.sectors import Sector
from photinus.space.space import Space


@dataclass(frozen=True)
class LeakRow:
    """The defect of one coherence order: sparse matrices from the sector to the elements that it feeds wrongly.

    Attributes
    ----------
    matrices : tuple of sparse arrays
        (𝓛 − 𝓛_N) of the model and of each drive, only the rows that are not zero.
    rows, columns : ndarrays
        The kets |row⟩⟨column| of these rows, in the larger space.
    mirrored : bool
        Whether the order stands for its conjugate too.
    """

    matrices: tuple[sp.csr_array, ...]
    rows: np.ndarray
    columns: np.ndarray
    mirrored: bool


class Leak:
    """‖(𝓛 − 𝓛_N)ρ_N‖₁, bounded from above, and the oscillators through which it goes."""

    def __init__(self, small: Space, large: Space, reach: dict[str, int]):
        self._size = large.dimension
        levels = np.unravel_index(np.arange(large.dimension), large.levels)
        self._border = {}
        depth = np.zeros(large.dimension)
        for name, n in small.cutoffs.items():
            level = levels[large.axis(name)]
            self._border[name] = level >= n - reach[name]
            depth = np.maximum(depth, level / n)
        self._depth = depth
        self._orders: list[LeakRow] = []

    def add(
        self, smaller: Sector, larger: Sector, pairs: Sequence[tuple[Generator, Generator]], mirrored: bool
    ) -> None:
        """One coherence order; ``pairs`` are the generators (small, large) of the model and of each drive."""
        place = smaller.embed(np.arange(smaller.size), larger)
        target = np.flatnonzero(smaller.embed(np.ones(smaller.size), larger))
        embedding = sp.csc_array((np.ones(smaller.size), (target, place[target])), shape=(larger.size, smaller.size))
        defects = []
        for small, large in pairs:
            outer, inner = large.liouvillian(larger).matrix, small.liouvillian(smaller).matrix
            defect = (outer @ embedding - embedding @ inner).tocsr()
            rounding = 64 * np.finfo(float).eps * abs(outer).max() if outer.nnz else 0.0
            defect.data[np.abs(defect.data) <= rounding] = 0
            defect.eliminate_zeros()
            defects.append(defect)
        live = np.flatnonzero(sum((np.diff(d.indptr) for d in defects), np.zeros(larger.size, dtype=int)))
        rows, columns = larger.kets
        self._orders.append(LeakRow(tuple(d[live] for d in defects), rows[live], columns[live], mirrored))

    def rate(self, vectors: Sequence[np.ndarray], signals: Sequence[float]) -> tuple[float, dict[str, float]]:
        """The bound, and the part of it that lies at the border of each oscillator.

        Parameters
        ----------
        vectors : sequence of ndarray
            The vector of each coherence order, as they were added.
        signals : sequence of float
            The value of each drive now.
        """
        # Every element goes to its row or its column, whichever lies deeper: there are few of them.
        total = np.zeros((2, self._size))
        for order, x in zip(self._orders, vectors, strict=True):
            defect = order.matrices[0] @ x
            for value, matrix in zip(signals, order.matrices[1:], strict=True):
                defect = defect + value * (matrix @ x)
            weight = np.abs(defect) ** 2
            for rows, columns in [(order.rows, order.columns), (order.columns, order.rows)][: 1 + order.mirrored]:
                by_row = self._depth[rows] >= self._depth[columns]
                total[0] += np.bincount(rows[by_row], weight[by_row], self._size)
                total[1] += np.bincount(columns[~by_row], weight[~by_row], self._size)
        norms = np.sqrt(total).sum(axis=0)
        return float(norms.sum()), {name: float(norms[border].sum()) for name, border in self._border.items()}
