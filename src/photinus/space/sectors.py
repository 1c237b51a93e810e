"""Sectors: the kets sorted by charge, and the density matrix cut into blocks of one coherence order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from photinus.model import Group, Order
from photinus.space.space import Shift, Space, places, read_only, row_keys


@dataclass(frozen=True)
class Grading:
    """The kets of a space, sorted by their charge under a group.

    Attributes
    ----------
    space : Space
    group : Group
    """

    space: Space
    group: Group

    def __hash__(self) -> int:
        return hash((self.space, self.group.moduli))

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        charges = self.group.charges(self.space.coordinates)
        if not self.group.moduli:
            return read_only(np.zeros((1, 0), dtype=int)), read_only(np.zeros(self.space.dimension, dtype=int))
        keys, _ = row_keys(charges, charges.min(axis=0), charges.max(axis=0))
        _, first, label = np.unique(keys, return_index=True, return_inverse=True)
        return read_only(charges[first]), read_only(label.ravel())

    @property
    def charges(self) -> np.ndarray:
        """The charges that occur, sorted, shape (classes, factors)."""
        return self._sorted[0]

    @property
    def label(self) -> np.ndarray:
        """The class of each ket, as a row of :attr:`charges`."""
        return self._sorted[1]

    @cached_property
    def members(self) -> tuple[np.ndarray, ...]:
        """The kets of each class."""
        return tuple(np.split(self.by_class, self.starts[1:-1]))

    @cached_property
    def by_class(self) -> np.ndarray:
        """All kets, class after class."""
        return read_only(np.argsort(self.label, kind="stable"))

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each class begins in :attr:`by_class`, and the number of kets."""
        return read_only(np.concatenate([[0], np.cumsum(self.sizes)]))

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of kets of each class."""
        return read_only(np.bincount(self.label, minlength=len(self.charges)))

    @cached_property
    def position(self) -> np.ndarray:
        """Place of each ket within its class."""
        out = np.empty(self.space.dimension, dtype=np.intp)
        out[self.by_class] = np.arange(len(out)) - np.repeat(self.starts[:-1], self.sizes)
        return read_only(out)

    def sector(self, order: Order) -> Sector:
        """The coherences |n⟩⟨m| whose charge difference is ``order``."""
        return _sector(self, order)

    def partner(self, order: Order) -> np.ndarray:
        """For each class the class whose charge is smaller by ``order``, or -1."""
        goal = self.charges - np.array(order, dtype=int)
        for k, modulus in enumerate(self.group.moduli):
            if modulus:
                goal[:, k] %= modulus
        return places(self.charges, goal)

    def orders(self) -> list[Order]:
        """All coherence orders that exist in the space."""
        rows = self.charges
        if not self.group.moduli:
            return [()]
        rungs = self.space.rungs
        if rungs is None:
            differences = np.unique((rows[:, None] - rows[None, :]).reshape(-1, rows.shape[1]), axis=0)
            return sorted({self.group.reduce(row) for row in differences})
        found: set[Order] = set()
        for rung in np.unique(rungs):  # no coherence between two lengths J of an ensemble
            own = np.unique(rows[self.label[rungs == rung]], axis=0)
            found |= {self.group.reduce(row) for row in (own[:, None] - own[None, :]).reshape(-1, rows.shape[1])}
        return sorted(found)


@lru_cache(maxsize=16)
def grading(space: Space, group: Group) -> Grading:
    """The grading of a space, cached: sweeps ask for the same one at every point."""
    return Grading(space, group)


@lru_cache(maxsize=16)
def _sector(graded: Grading, order: Order) -> Sector:
    return Sector(graded, order)


@dataclass(frozen=True)
class Sector:
    """All coherences of one order, as a flat vector of rectangular blocks in row-major order.

    Attributes
    ----------
    grading : Grading
    order : tuple of int
        The charge of the row minus the charge of the column.
    """

    grading: Grading
    order: Order

    def __hash__(self) -> int:
        return hash((self.grading, self.order))

    @cached_property
    def _layout(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        sizes = self.grading.sizes
        right = self.grading.partner(self.order)
        width = np.where(right >= 0, sizes[right], 0)
        offset = np.concatenate([[0], np.cumsum(sizes * width)])
        return read_only(right), read_only(width), read_only(offset)

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return int(self._layout[2][-1])

    @property
    def blocks(self) -> list[tuple[int, int, slice]]:
        """(class of the rows, class of the columns, place in the vector) of every block."""
        right, _, offset = self._layout
        return [(q, int(r), slice(int(offset[q]), int(offset[q + 1]))) for q, r in enumerate(right) if r >= 0]

    def block(self, vector: np.ndarray, q: int) -> np.ndarray:
        """The block whose rows have class ``q``, as a view."""
        _, width, offset = self._layout
        return vector[offset[q] : offset[q + 1]].reshape(-1, width[q])

    def eigenvalues(self, vector: np.ndarray, chosen: np.ndarray | None = None) -> np.ndarray:
        """Those of a Hermitian operator of order zero, block by block; of ``chosen`` blocks (bool) only.

        Blocks of one size are diagonalised together.
        """
        if np.iscomplexobj(vector) and not vector.imag.any():
            vector = vector.real
        if len(self._layout[1]) == 1 and chosen is None:
            return np.linalg.eigvalsh(self.block(vector, 0))
        found = [np.zeros(0)]
        for size, members in self._by_size:
            own = members if chosen is None else members[chosen[members]]
            blocks = vector[self._layout[2][own][:, None] + np.arange(size**2)].reshape(-1, size, size)
            found.append(blocks.real.ravel() if size == 1 else np.linalg.eigvalsh(blocks).ravel())
        return np.concatenate(found)

    @cached_property
    def _by_size(self) -> list[tuple[int, np.ndarray]]:
        """Of a sector of order zero (kets of a block, the blocks of that size)."""
        width = self._layout[1]
        return [(size, np.flatnonzero(width == size)) for size in np.unique(width).tolist()]

    def trace_norm(self, vector: np.ndarray, slack: float = 0.0) -> float:
        """‖X‖₁ of a Hermitian operator of order zero, too large by at most this fraction of it.

        √d‖B‖₂ is a bound on ‖B‖₁ of a block of d kets: blocks in which it is small are not diagonalised.
        """
        _, width, offset = self._layout
        if len(width) == 1 or width.max() == 1:  # nothing to leave out, or nothing to diagonalise
            return float(np.abs(self.eigenvalues(vector)).sum())
        filled = width > 0
        numbers = np.ascontiguousarray(vector).view(float) if np.iscomplexobj(vector) else vector
        starts = offset[:-1][filled] * (len(numbers) // max(len(vector), 1))
        lengths = np.sqrt(np.add.reduceat(np.square(numbers), starts)) if len(starts) else np.zeros(0)
        bounds = np.sqrt(width[filled]) * lengths
        order = np.argsort(bounds)
        little = order[np.cumsum(bounds[order]) <= slack * lengths.sum()]
        chosen = filled.copy()
        chosen[np.flatnonzero(filled)[little]] = False
        return float(np.abs(self.eigenvalues(vector, chosen)).sum() + bounds[little].sum())

    @cached_property
    def addends(self) -> tuple[np.ndarray, np.ndarray]:
        """(b, c) by ket: b[row] + c[column] is the place of |row⟩⟨column|, where this is known to be of this order."""
        _, width, offset = self._layout
        label, position = self.grading.label, self.grading.position
        return read_only(offset[label] + position * width[label]), position

    def index(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Place in the vector of each |row⟩⟨column|; -1 where it is not of this order, or a ket is -1."""
        (first, second), right, label = self.addends, self._layout[0], self.grading.label
        inside = (rows >= 0) & (columns >= 0) & (label[columns] == right[label[rows]])
        return np.where(inside, first[rows] + second[columns], -1)

    @cached_property
    def kets(self) -> tuple[np.ndarray, np.ndarray]:
        """The kets (row, column) of every unknown."""
        right, width, _ = self._layout
        graded = self.grading
        across = np.repeat(width, graded.sizes)  # for each row ket, in the order of the classes, its columns
        rows = np.repeat(graded.by_class, across)
        first = np.repeat(np.repeat(graded.starts[right], graded.sizes), across)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(across) - across, across)
        return read_only(rows.astype(np.int32)), read_only(graded.by_class[first + place].astype(np.int32))

    @cached_property
    def trace(self) -> np.ndarray:
        """Places of the diagonal elements |n⟩⟨n| (empty unless the order is zero)."""
        kets = np.arange(self.grading.space.dimension)
        place = self.index(kets, kets)
        return read_only(place[place >= 0])

    @cached_property
    def transpose(self) -> np.ndarray:
        """For a sector equal to its own conjugate (order zero): the place of |column⟩⟨row| for each unknown."""
        rows, columns = self.kets
        first, second = self.addends
        return read_only(first.take(columns) + second.take(rows))

    def targets(self, left: Shift, right: Shift) -> np.ndarray:
        """Where |n + left⟩⟨m + right| stands for every |n⟩⟨m|; -1 where it left the space."""
        return _targets(self, left, right) if self.size <= 100_000 else _targets.__wrapped__(self, left, right)

    def pattern(self, keys: tuple[tuple[Shift, Shift], ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The compressed columns of a matrix with these diagonals.

        Returns the place of each entry in the (keys, unknowns) table of values, its row (sorted within a column), and
        the pointer to the columns.
        """
        return _pattern(self, keys) if self.size <= 100_000 else _pattern.__wrapped__(self, keys)

    def embed(self, vector: np.ndarray, larger: Sector) -> np.ndarray:
        """The same operator in the sector of a larger space."""
        out = np.zeros(larger.size, dtype=vector.dtype)
        out[self.within(larger)] = vector
        return out

    def cut(self, vector: np.ndarray, larger: Sector) -> np.ndarray:
        """An operator of the sector of a larger space, as far as it lies in this one."""
        return np.asarray(vector[self.within(larger)])

    def within(self, larger: Sector) -> np.ndarray:
        """The place of each unknown in the sector of a larger space."""
        kets = self.grading.space.embedding(larger.grading.space)
        (rows, columns), (first, second) = self.kets, larger.addends
        return np.asarray(first[kets].take(rows) + second[kets].take(columns))


@lru_cache(maxsize=128)
def _targets(sector: Sector, left: Shift, right: Shift) -> np.ndarray:
    space = sector.grading.space
    rows, columns = sector.kets
    return read_only(sector.index(space.shifted(left)[rows], space.shifted(right)[columns]))


@lru_cache(maxsize=16)
def _pattern(sector: Sector, keys: tuple[tuple[Shift, Shift], ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    index = np.stack([sector.targets(s, t).astype(np.int32) for s, t in keys], axis=1)
    order = np.argsort(index, axis=1, kind="stable")
    rows = np.take_along_axis(index, order, axis=1)
    keep = rows >= 0
    source = (np.arange(sector.size)[:, None] + order * sector.size)[keep]
    pointer = np.concatenate([[0], np.cumsum(keep.sum(axis=1))]).astype(np.int32)
    # Matrices share these arrays: nobody may sort them in place.
    return read_only(source), read_only(rows[keep]), read_only(pointer)
