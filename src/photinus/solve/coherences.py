"""The coherences of a sector sorted by the order of every site, and the generator in these coordinates.

At each site |n⟩⟨m| has an order of its own, κ_j = n_j − m_j. The coherences of one κ = (κ_1, κ_2, …) fill a box, the
product of the diagonals κ_j of the sites, and a generator of independent sites keeps κ. The boxes are sorted by their
distance Σ|κ_j| from the populations, so that what couples a box to inner ones stands below the diagonal.

An operator of order zero that is Hermitian is given by one of each pair {κ, −κ}: half the unknowns, and Krylov
vectors with real coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

import numpy as np
import scipy.sparse as sp

from photinus.space.liouvillian import Liouvillian
from photinus.space.sectors import Sector
from photinus.space.space import Shift, read_only

CHUNK = 1 << 17
"""Unknowns whose equations are gathered at a time."""


@dataclass(frozen=True)
class SiteOrders:
    """The coherences |n⟩⟨m| of one site by the difference of their coordinates.

    Attributes
    ----------
    label, position : ndarray, (levels, levels)
        Number of the order κ of |n⟩⟨m|, and its place on this diagonal.
    width, distance, mirror : ndarray, (orders,)
        Length of each diagonal, max |κ|, and the number of −κ.
    """

    label: np.ndarray
    position: np.ndarray
    width: np.ndarray
    distance: np.ndarray
    mirror: np.ndarray


def site_orders(kets: np.ndarray) -> SiteOrders:
    """The orders of a site whose kets have these coordinates, shape (levels, coordinates)."""
    levels = len(kets)
    difference = (kets[:, None] - kets[None, :]).reshape(levels**2, -1)
    orders, label = np.unique(difference, axis=0, return_inverse=True)
    label = label.ravel()
    width = np.bincount(label)
    sort = np.argsort(label, kind="stable")
    position = np.empty(levels**2, dtype=np.intp)
    position[sort] = np.arange(levels**2) - np.repeat(np.cumsum(width) - width, width)
    label = label.reshape(levels, levels)
    mirror = np.empty(len(orders), dtype=np.intp)
    mirror[label.ravel()] = label.T.ravel()
    return SiteOrders(label, position.reshape(levels, levels), width, np.abs(orders).max(axis=1, initial=0), mirror)


@dataclass(frozen=True)
class Box:
    """Boxes of one distance and one shape, which lie side by side.

    Attributes
    ----------
    start : int
        Where the first one begins.
    shape : tuple of int
        Widths of the sites' diagonals.
    labels : ndarray, (boxes, sites)
        The sites' orders of every box.
    """

    start: int
    shape: tuple[int, ...]
    labels: np.ndarray

    @property
    def stop(self) -> int:
        """Where the last one ends."""
        return self.start + len(self.labels) * prod(self.shape)


class Coherences:
    """Coordinates of a sector: sorted by the sites' orders, and halved where only Hermitian operators are meant.

    Parameters
    ----------
    sector : Sector
    hermitian : bool
        Keep one of κ and −κ; for order zero only.
    """

    def __init__(self, sector: Sector, *, hermitian: bool):
        self.sector, self.hermitian = sector, hermitian
        space = sector.grading.space
        self.sites = tuple(site_orders(s.kets(n)) for s, n in zip(space.sites, space.levels, strict=True))
        rows, columns = sector.kets
        digits = np.unravel_index(np.arange(space.dimension), space.levels) if space.levels else ()
        count = np.array([len(o.width) for o in self.sites], dtype=np.intp)
        key = np.zeros(sector.size, dtype=np.intp)
        for orders, digit in zip(self.sites, digits, strict=True):
            key = key * len(orders.width) + orders.label[digit[rows], digit[columns]]
        keys, box = np.unique(key, return_inverse=True)
        labels = self._labels(keys, count)
        kept = self._kept(keys, labels, count)
        widths = np.stack([o.width[k] for o, k in zip(self.sites, labels.T, strict=True)], 1) if len(count) else labels
        distance = sum((o.distance[k] for o, k in zip(self.sites, labels.T, strict=True)), np.zeros(len(keys), int))
        order = np.flatnonzero(kept)
        order = order[np.lexsort((*widths[order].T, distance[order]))]
        sizes = widths.prod(axis=1)
        ends = np.cumsum(sizes[order])
        offset = np.full(len(keys), -1)
        offset[order] = ends - sizes[order]
        self.size = int(sizes[order].sum())
        place = np.zeros(sector.size, dtype=np.intp)
        for j, (orders, digit) in enumerate(zip(self.sites, digits, strict=True)):
            place = place * widths[box, j] + orders.position[digit[rows], digit[columns]]
        inside = kept[box]
        place = np.where(inside, offset[box] + place, 0).astype(np.int32)
        if hermitian:
            mirrored = np.flatnonzero(~inside)
            place[mirrored] = ~place[sector.transpose[mirrored]]
        self.place = read_only(place)
        """Where each unknown of the sector stands; ~place where it is the conjugate of what stands there."""
        native = np.empty(self.size, dtype=np.int32)
        native[place[inside]] = np.flatnonzero(inside)
        self.native = read_only(native)
        """The unknown of the sector that stands at each place."""
        self.boxes = _gathered(order, distance, widths, labels, offset)

    @staticmethod
    def _labels(keys: np.ndarray, count: np.ndarray) -> np.ndarray:
        labels = np.zeros((len(keys), len(count)), dtype=np.intp)
        rest = keys
        for j in range(len(count) - 1, -1, -1):
            rest, labels[:, j] = np.divmod(rest, count[j])
        return labels

    def _kept(self, keys: np.ndarray, labels: np.ndarray, count: np.ndarray) -> np.ndarray:
        if not self.hermitian:
            return np.ones(len(keys), dtype=bool)
        mirrored = np.zeros(len(keys), dtype=np.intp)
        for orders, k, n in zip(self.sites, labels.T, count, strict=True):
            mirrored = mirrored * n + orders.mirror[k]
        return np.asarray(keys >= mirrored)

    @cached_property
    def populations(self) -> np.ndarray:
        """Places of the diagonal elements |n⟩⟨n|."""
        return read_only(self.place[self.sector.trace])

    @cached_property
    def distances(self) -> list[tuple[int, int]]:
        """(start, stop) of the boxes of every distance."""
        edges = sorted({box.start for boxes in self.boxes for box in boxes[:1]})
        return list(zip(edges, [*edges[1:], self.size], strict=True))

    def folded(self, vector: np.ndarray) -> np.ndarray:
        """The coordinates of a vector of the sector."""
        out = vector[self.native].astype(complex)
        if self.hermitian:
            out.imag[self.populations] = 0
        return out

    def expanded(self, coordinates: np.ndarray) -> np.ndarray:
        """The vector of the sector with these coordinates."""
        if not self.hermitian:
            return coordinates[self.place]
        mirrored = self.place < 0
        out = coordinates[np.where(mirrored, ~self.place, self.place)]
        np.conj(out, where=mirrored, out=out)
        return out


def _gathered(
    order: np.ndarray, distance: np.ndarray, widths: np.ndarray, labels: np.ndarray, offset: np.ndarray
) -> list[list[Box]]:
    """For every distance the boxes of equal shape."""
    out: list[list[Box]] = []
    last: tuple[int, ...] | None = None
    cuts = []
    for i, q in enumerate(order):
        here = (int(distance[q]), *(int(w) for w in widths[q]))
        if here != last:
            cuts.append(i)
            last = here
    level = None
    for a, b in zip(cuts, [*cuts[1:], len(order)], strict=True):
        q = order[a]
        if distance[q] != level:
            out.append([])
            level = distance[q]
        out[-1].append(Box(int(offset[q]), tuple(int(w) for w in widths[q]), labels[order[a:b]]))
    return out


@lru_cache(maxsize=8)
def _kept_coherences(sector: Sector, hermitian: bool) -> Coherences:
    return Coherences(sector, hermitian=hermitian)


def coherences(sector: Sector) -> Coherences:
    """The coordinates of a sector, cached where they are small; Hermitian for order zero."""
    hermitian = not any(sector.order)
    return _kept_coherences(sector, hermitian) if sector.size <= 100_000 else Coherences(sector, hermitian=hermitian)


class SortedGenerator:
    """𝓛 in these coordinates: 𝓛x = diagonal·x + (inner + outer)(x, x̄).

    ``inner`` holds what comes from smaller distances from the populations, a matrix for each distance; ``outer`` the
    rest. Columns beyond the size stand for the conjugates.
    """

    def __init__(self, liouvillian: Liouvillian):
        self.coordinates = coherences(liouvillian.sector)
        size = self.coordinates.size
        rows, columns = (kets[self.coordinates.native] for kets in liouvillian.sector.kets)
        terms = _Terms(liouvillian)
        self.diagonal = terms.diagonal(rows, columns)
        self.inner: list[sp.csr_array] = []
        outer = []
        for start, stop in self.coordinates.distances:
            pieces = []
            for a in range(start, stop, CHUNK):
                cut = slice(a, min(a + CHUNK, stop))
                index, value = terms.sources(self.coordinates, rows[cut], columns[cut])
                origin = np.where(index >= size, index - size, index)
                pieces.append(_compressed(index, value, (index >= 0) & (origin < start), 2 * size))
                outer.append(_compressed(index, value, origin >= start, 2 * size))
            self.inner.append(_stacked(pieces, 2 * size))
        self.outer = _stacked(outer, 2 * size)

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.coordinates.size

    def doubled(self, x: np.ndarray) -> np.ndarray:
        """(x, x̄)."""
        return np.concatenate([x, np.conj(x)])

    def trace(self, x: np.ndarray) -> float:
        """Σ_n ⟨n|X|n⟩ of an operator of order zero."""
        return float(x[self.coordinates.populations].real.sum())

    def residual(self, x: np.ndarray) -> float:
        """‖𝓛x‖ relative to the flux through x."""
        flux = self.flux(x)
        return self.norm(self @ x) / flux if flux > 0 else 0.0

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        both = self.doubled(x)
        out = self.diagonal * x + times(self.outer, both)
        for (start, stop), part in zip(self.coordinates.distances, self.inner, strict=True):
            if part.nnz:
                out[start:stop] += times(part, both)
        return out

    @cached_property
    def slowest(self) -> float:
        """The smallest rate on the diagonal, 0 without any."""
        rates = np.abs(self.diagonal)
        return float(rates[rates > 0].min(initial=np.inf)) if rates.any() else 0.0

    def norm(self, x: np.ndarray) -> float:
        """The 2-norm of the whole operator."""
        square = float(np.linalg.norm(x)) ** 2
        if self.coordinates.hermitian:
            square = 2 * square - float(np.linalg.norm(x[self.coordinates.populations])) ** 2
        return float(np.sqrt(square))

    def flux(self, x: np.ndarray) -> float:
        """‖|𝓛||x|‖ + γ‖x‖, γ the smallest rate on the diagonal: a dark state has no flux of its own."""
        size = np.abs(x)
        both = self.doubled(size)
        out = np.abs(self.diagonal) * size
        parts = [(0, self.size, self.outer)]
        parts += [(a, b, m) for (a, b), m in zip(self.coordinates.distances, self.inner, strict=True)]
        for start, stop, part in parts:
            if part.nnz:
                out[start:stop] += sp.csr_array((np.abs(part.data), part.indices, part.indptr), part.shape) @ both
        return self.norm(out) + self.slowest * self.norm(x)


def times(matrix: sp.csr_array, x: np.ndarray) -> np.ndarray:
    """The product of a matrix, real or complex, and a complex vector."""
    if np.iscomplexobj(matrix.data):
        return np.asarray(matrix @ x)
    return np.asarray(np.ascontiguousarray(matrix @ x.view(float).reshape(-1, 2)).view(complex)[:, 0])


class _Terms:
    """The terms of 𝓛 by shifts, evaluated where they are asked for."""

    def __init__(self, liouvillian: Liouvillian):
        self.liouvillian, self.space = liouvillian, liouvillian.generator.space
        zero = (0,) * self.space.coordinates.shape[1]
        self.zero = (zero, zero)
        self.products: dict[tuple[Shift, Shift], list[tuple[np.ndarray, np.ndarray]]] = {}
        ones = np.ones(self.space.dimension)
        for s, x in liouvillian.generator.no_jump.items():
            self.products.setdefault((s, zero), []).append((x, ones))
            self.products.setdefault((zero, s), []).append((ones, np.conj(x)))
        for rate, bands in liouvillian.generator.jumps:
            for key in ((s, t) for s in bands for t in bands if (s, t) in liouvillian.shifts):
                self.products.setdefault(key, []).append((rate * bands[key[0]], np.conj(bands[key[1]])))
        off = [pair for key, pairs in self.products.items() if key != self.zero for pair in pairs]
        self.dtype = complex if any(np.iscomplexobj(x) for pair in off for x in pair) else float

    def value(self, key: tuple[Shift, Shift], rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return sum((x[rows] * y[columns] for x, y in self.products[key]), np.zeros(len(rows)))

    def diagonal(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        if self.zero not in self.products:
            return np.zeros(len(rows))
        return self.value(self.zero, rows, columns)

    def sources(self, coordinates: Coherences, rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where a term that ends at |row⟩⟨column| comes from (-1: nowhere) and its value, each (terms, unknowns)."""
        keys = [key for key in self.products if key != self.zero]
        index = np.empty((len(keys), len(rows)), dtype=np.int32)
        value = np.empty((len(keys), len(rows)), dtype=self.dtype)
        for k, (s, t) in enumerate(keys):
            left = self.space.shifted(tuple(-i for i in s))[rows]
            right = self.space.shifted(tuple(-i for i in t))[columns]
            native = self.liouvillian.sector.index(left, right)
            place = coordinates.place[native]
            index[k] = np.where(native < 0, -1, np.where(place < 0, coordinates.size + ~place, place))
            value[k] = self.value((s, t), left, right)
        return index, value


def _compressed(index: np.ndarray, value: np.ndarray, mask: np.ndarray, width: int) -> sp.csr_array:
    """The masked entries of (terms, unknowns) tables as compressed rows."""
    mask = mask & (value != 0)
    pointer = np.concatenate([[0], np.cumsum(mask.sum(axis=0))])
    return sp.csr_array((value.T[mask.T], index.T[mask.T], pointer), shape=(index.shape[1], width))


def _stacked(parts: list[sp.csr_array], width: int) -> sp.csr_array:
    """Compressed rows below one another; the indices stay as short as they are."""
    if len(parts) == 1:
        return parts[0]
    ends = np.cumsum([0] + [part.nnz for part in parts])
    pointer = np.concatenate([[0], *(part.indptr[1:] + end for part, end in zip(parts, ends, strict=False))])
    data, indices = (np.concatenate(x) for x in zip(*((part.data, part.indices) for part in parts), strict=True))
    short = pointer.astype(indices.dtype) if ends[-1] <= np.iinfo(indices.dtype).max else pointer
    return sp.csr_array((data, indices, short), shape=(len(pointer) - 1, width))
