"""The coherences of a sector sorted by the order of every site, and the generator in these coordinates.

At each site |n⟩⟨m| has an order of its own, κ_j = n_j − m_j. The coherences of one κ = (κ_1, κ_2, …) fill a box, the
product of the diagonals κ_j of the sites, and a generator of independent sites keeps κ. The boxes are sorted by their
distance Σ|κ_j| from the populations, so that what couples a box to inner ones stands below the diagonal.

An operator of order zero that is Hermitian is given by one of each pair {κ, −κ}: half the unknowns, and Krylov
vectors with real coefficients. One that has an exchange symmetry too is given by one coherence of each orbit
(:mod:`photinus.solve.orbits`).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

import numpy as np
import scipy.sparse as sp

from photinus.model import ExchangeGroup
from photinus.model.exchange import no_exchange
from photinus.solve.orbits import (
    SAME,
    BoxTable,
    Digits,
    Fold,
    SiteOrders,
    at_pairs,
    fold,
    moves,
    site_digits,
    site_orders,
    site_pairs,
)
from photinus.space.liouvillian import Liouvillian
from photinus.space.sectors import Sector
from photinus.space.space import Shift, read_only

CHUNK = 1 << 17
"""Unknowns whose equations are gathered at a time."""


@dataclass(frozen=True)
class Box:
    """Boxes of one distance and one shape, which lie side by side.

    Attributes
    ----------
    start, stop : int
        Where the first one begins and the last one ends.
    shape : tuple of int
        Widths of the sites' diagonals.
    labels : ndarray, (boxes, sites)
        The sites' orders of every box.
    fold : Fold, optional
        How their coherences follow from the coordinates, where these are fewer.
    """

    start: int
    stop: int
    shape: tuple[int, ...]
    labels: np.ndarray
    fold: Fold | None = None

    def spread(self, y: np.ndarray) -> np.ndarray:
        """The coherences of the boxes, one box after the other in its own shape, from their coordinates."""
        if self.fold is not None:
            y = self.fold.spread(y)
        return y.reshape(len(self.labels), *self.shape)

    def gathered(self, x: np.ndarray) -> np.ndarray:
        """The coordinates of coherences."""
        return x.ravel() if self.fold is None else self.fold.gathered(x.ravel())


class Coherences:
    """Coordinates of a sector: sorted by the sites' orders, one for each orbit of coherences under a symmetry.

    Parameters
    ----------
    sector : Sector
    hermitian : bool
        Keep one of κ and −κ; for order zero only.
    exchange : ExchangeGroup, optional
        The operators meant have this symmetry too (and are Hermitian).

    Attributes
    ----------
    size : int
    dtype : type
        float where conjugation alone is a symmetry, otherwise complex.
    place : ndarray of int
        Where each unknown of the sector stands; ~place where it is the conjugate of what stands there.
    factor : ndarray or None
        What it is to be multiplied with; 0 where symmetric operators vanish. None for 1 throughout.
    native : ndarray of int
        The unknown of the sector that stands at each place.
    real : ndarray of int
        Places of the coordinates that are real.
    boxes : list of lists of Box
        By distance.
    """

    def __init__(self, sector: Sector, *, hermitian: bool, exchange: ExchangeGroup | None = None):
        self.sector, self.hermitian = sector, hermitian
        space = sector.grading.space
        self.sites = tuple(site_orders(s.kets(n)) for s, n in zip(space.sites, space.levels, strict=True))
        maps, half = moves(exchange or no_exchange(space.sites), hermitian=hermitian)
        self.dtype: type = complex if half is None else float
        rows, columns = sector.kets
        pairs = site_pairs(space.levels, rows, columns)
        labels, box = _boxes_of(self.sites, pairs, sector.size)
        digits = site_digits(self.sites, pairs)
        del pairs
        table = BoxTable(self.sites, labels, maps, half)
        widths, distance = table.widths, table.distance
        order = np.flatnonzero(table.first)
        order = order[np.lexsort((*widths[order].T, distance[order]))]
        sizes = widths[order].prod(axis=1)
        offset = np.full(len(labels), -1, dtype=np.int32)
        offset[order] = np.cumsum(sizes) - sizes
        place = _places(table, offset, box, digits)
        inside = np.flatnonzero(table.first[box])
        kept = np.empty(len(inside), dtype=np.int32)
        kept[place[inside]] = inside
        folded = fold(table, offset, box[kept], [(x[kept], y[kept]) for x, y in digits])
        self.size = len(folded.chosen)
        self.native = read_only(kept[folded.chosen])
        self.real = read_only(folded.real)
        self.place, self.factor = _unfolded(table, folded, box, place)
        self.boxes = _gathered(table, order, np.append(offset[order], np.int32(len(inside))), folded)

    @cached_property
    def populations(self) -> np.ndarray:
        """Places of the diagonal elements |n⟩⟨n|, ket after ket."""
        return read_only(self.place[self.sector.trace])

    @cached_property
    def column(self) -> np.ndarray:
        """The column of (x, x̄), or of x where it is real, for each unknown of the sector, and -1 behind them."""
        conjugates = self.size if self.dtype is complex else 0
        column = np.append(np.where(self.place < 0, conjugates + ~self.place, self.place), -1)
        return read_only(column.astype(np.int32))

    @cached_property
    def weights(self) -> np.ndarray:
        """How many unknowns of the sector follow from each coordinate."""
        live = self.place if self.factor is None else self.place[self.factor != 0]
        return read_only(np.bincount(np.where(live < 0, ~live, live), minlength=self.size))

    @cached_property
    def distances(self) -> list[tuple[int, int]]:
        """(start, stop) of the boxes of every distance."""
        edges = sorted({box.start for boxes in self.boxes for box in boxes[:1]})
        return list(zip(edges, [*edges[1:], self.size], strict=True))

    def folded(self, vector: np.ndarray) -> np.ndarray:
        """The coordinates of a vector of the sector, which is taken to be symmetric."""
        out = vector[self.native]
        if self.factor is not None:
            out = out / self.factor[self.native]
        return self.made_real(out.real.astype(float) if self.dtype is float else out.astype(complex))

    def made_real(self, coordinates: np.ndarray) -> np.ndarray:
        """The same array, with no imaginary part where symmetric operators have none."""
        if self.dtype is complex:
            coordinates.imag[self.real] = 0
        return coordinates

    def expanded(self, coordinates: np.ndarray) -> np.ndarray:
        """The vector of the sector with these coordinates."""
        mirrored = self.place < 0
        out = coordinates[np.where(mirrored, ~self.place, self.place)]
        np.conj(out, where=mirrored, out=out)
        return out if self.factor is None else out * self.factor


def _boxes_of(sites: tuple[SiteOrders, ...], pairs: list[np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """The sites' orders of the boxes that coherences fall into, (boxes, sites), and the box of each coherence."""
    count = prod(len(o.width) for o in sites)
    key: np.ndarray = np.zeros(size, dtype=np.int32 if count < 1 << 31 else np.int64)
    for orders, own in zip(sites, pairs, strict=True):
        key *= len(orders.width)
        key += at_pairs(orders.label, own)
    if count < 4 * len(key) + 1000:  # a table of all keys is quicker than sorting
        present = np.zeros(count, dtype=bool)
        present[key] = True
        keys: np.ndarray = np.flatnonzero(present)
        box: np.ndarray = (np.cumsum(present, dtype=np.int32) - 1).take(key)
    else:
        keys, box = np.unique(key, return_inverse=True)
    labels = np.unravel_index(keys, [len(o.width) for o in sites]) if sites else ()
    return (np.stack(labels, axis=1) if sites else np.zeros((len(keys), 0), dtype=np.intp)), box.astype(np.int32)


def _places(table: BoxTable, offset: np.ndarray, box: np.ndarray, digits: Digits) -> np.ndarray:
    """Where each coherence stands among those of the kept boxes."""
    used = np.unique(table.through)
    if len(used) == 1:
        return offset.take(box) + table.positions(0, box, digits)
    place, through = np.empty(len(box), dtype=np.int32), table.through.astype(np.int8).take(box)
    for g in used:
        u = np.flatnonzero(through == g)
        here = box[u]
        place[u] = offset[table.orbit].take(here) + table.positions(int(g), here, digits, u)
    return place


def _unfolded(
    table: BoxTable, folded: Fold, box: np.ndarray, place: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """The place of every coherence among the coordinates, ~place for a conjugate, and its factor."""
    antilinear = np.array([g.antilinear for g in table.maps])[table.through][box]
    out = folded.index[place]
    real = np.zeros(len(folded.chosen), dtype=bool)
    real[folded.real] = True
    conjugated = antilinear if folded.conjugated is None else antilinear ^ folded.conjugated[place]
    conjugated = conjugated & ~real[out]
    out = read_only(np.where(conjugated, ~out, out))
    factors = [c for g in np.unique(table.through) if (c := table.undoing(int(g))) is not None]
    if not factors and folded.factor is None and table.base is None:
        return out, None
    of_box = np.ones(len(table.labels), dtype=complex)
    for g in np.unique(table.through):
        c, here = table.undoing(int(g)), table.through == g
        if c is not None:
            of_box[here] = c[here]
    if table.base is not None:
        of_box *= table.base
    factor = of_box[box]
    if folded.factor is not None:
        inner = folded.factor[place]
        factor *= np.where(antilinear, np.conj(inner), inner)
    if not np.abs(factor.imag).max(initial=0.0) > SAME:
        factor = np.round(factor.real)
    return out, read_only(factor)


def _gathered(table: BoxTable, order: np.ndarray, offset: np.ndarray, folded: Fold) -> list[list[Box]]:
    """For every distance the boxes of equal shape."""
    widths, distance = table.widths[order], table.distance[order]
    last = np.column_stack([distance, widths])
    cuts = [*(np.flatnonzero(np.any(np.diff(last, axis=0), axis=1)) + 1), len(order)]
    out: dict[int, list[Box]] = {}
    a = 0
    for b in cuts:
        part = folded.part(int(offset[a]), int(offset[b]))
        start, stop = np.searchsorted(folded.chosen, offset[[a, b]])
        if start < stop:
            shape = tuple(int(w) for w in widths[a])
            out.setdefault(int(distance[a]), []).append(
                Box(int(start), int(stop), shape, table.labels[order[a:b]], part)
            )
        a = b
    return list(out.values())


@lru_cache(maxsize=8)
def _kept_coherences(sector: Sector, exchange: ExchangeGroup | None) -> Coherences:
    return Coherences(sector, hermitian=not any(sector.order), exchange=exchange)


def coherences(sector: Sector, exchange: ExchangeGroup | None = None) -> Coherences:
    """The coordinates of a sector, cached where they are small; Hermitian for order zero."""
    make = _kept_coherences if sector.size <= 100_000 else _kept_coherences.__wrapped__
    return make(sector, exchange)


class SortedGenerator:
    """𝓛 in these coordinates: 𝓛x = diagonal·x + (inner + outer)(x, x̄).

    ``inner`` holds what comes from smaller distances from the populations, a matrix for each distance; ``outer`` the
    rest. Columns beyond the size stand for the conjugates. Where fewer levels are meant than the coordinates have,
    ``outside`` holds the places of the others, sorted: vectors are zero there.
    """

    outside: np.ndarray = read_only(np.zeros(0, dtype=np.intp))

    def __init__(self, liouvillian: Liouvillian, exchange: ExchangeGroup | None = None):
        self.coordinates = coherences(liouvillian.sector, exchange)
        size = self.coordinates.size
        rows, columns = (kets[self.coordinates.native] for kets in liouvillian.sector.kets)
        terms, self._no_jump = _Terms(liouvillian), liouvillian.generator.no_jump
        self.diagonal = terms.diagonal(rows, columns)
        if self.dtype is float:
            self.diagonal = self.diagonal.real
        self.inner: list[sp.csr_array] = []
        outer = []
        for start, stop in self.coordinates.distances:
            pieces = []
            for a in range(start, stop, CHUNK):
                cut = slice(a, min(a + CHUNK, stop))
                index, value = terms.sources(self.coordinates, cut)
                near = (index < start) | (index >= size) & (index < size + start)
                live = (index >= 0) & (value != 0)
                pieces.append(_compressed(index, value, live & near, self._columns))
                outer.append(_compressed(index, value, live & ~near, self._columns))
            self.inner.append(_stacked(pieces, self._columns))
        self.outer = _stacked(outer, self._columns)

    def truncated(self, smaller: Liouvillian) -> SortedGenerator | None:
        """The generator of a smaller space in these coordinates.

        Truncated jumps are parts of the larger ones, but K is made of their products: None where it differs off the
        diagonal too.
        """
        sector, made, own = self.coordinates.sector, smaller.generator, self._no_jump
        kets = made.space.embedding(sector.grading.space)
        for s, x in own.items():
            inside = made.space.shifted(s) >= 0
            here = made.no_jump.get(s, np.zeros(len(kets)))
            if any(s) and not np.allclose(x[kets[inside]], here[inside], rtol=1e-12, atol=0.0):
                return None
        place = np.full(sector.grading.space.dimension, -1)
        place[kets] = np.arange(len(kets))
        rows, columns = (place[x[self.coordinates.native]] for x in sector.kets)
        inside = (rows >= 0) & (columns >= 0)
        out = copy(self)
        out.__dict__.pop("slowest", None)
        out.outside = np.flatnonzero(~inside)
        diagonal = _Terms(smaller).diagonal(rows[inside], columns[inside])
        out.diagonal = np.zeros_like(self.diagonal)
        out.diagonal[inside] = diagonal.real if self.dtype is float else diagonal
        return out

    @property
    def dtype(self) -> type:
        """Of the coordinates: float or complex."""
        return self.coordinates.dtype

    @property
    def _columns(self) -> int:
        """The coordinates, and their conjugates where they are complex."""
        return self.size if self.dtype is float else 2 * self.size

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.coordinates.size

    def kept(self, x: np.ndarray) -> np.ndarray:
        """The same vector, from now on with zeros at the places that are outside."""
        x[self.outside] = 0
        return x

    def doubled(self, x: np.ndarray) -> np.ndarray:
        """(x, x̄), or x where the coordinates are real."""
        return x if self.dtype is float else np.concatenate([x, np.conj(x)])

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
        return self.kept(out)

    @cached_property
    def slowest(self) -> float:
        """The smallest rate on the diagonal, 0 without any."""
        rates = np.abs(self.diagonal)
        return float(rates[rates > 0].min(initial=np.inf)) if rates.any() else 0.0

    def norm(self, x: np.ndarray) -> float:
        """The 2-norm of the whole operator."""
        if not self.coordinates.hermitian:
            return float(np.linalg.norm(x))
        size = float(np.abs(x).max(initial=0.0))  # squares of tiny numbers would underflow
        return size * float(np.sqrt(self.coordinates.weights @ np.abs(x / size) ** 2)) if size > 0 else 0.0

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
        return self.norm(self.kept(out)) + self.slowest * self.norm(x)


def times(matrix: sp.csr_array, x: np.ndarray) -> np.ndarray:
    """The product of a matrix and a vector, each real or complex."""
    if np.iscomplexobj(matrix.data) or not np.iscomplexobj(x):
        return np.asarray(matrix @ x)
    return np.asarray(np.ascontiguousarray(matrix @ x.view(float).reshape(-1, 2)).view(complex)[:, 0])


class _Terms:
    """The terms of 𝓛 by shifts, evaluated at the coherences where they end."""

    def __init__(self, liouvillian: Liouvillian):
        self.liouvillian, self.space = liouvillian, liouvillian.generator.space
        zero = (0,) * self.space.coordinates.shape[1]
        self.zero = (zero, zero)
        self.products: dict[tuple[Shift, Shift], list[tuple[np.ndarray | None, np.ndarray | None]]] = {}
        """(s, s′) -> factors of the row and of the column, by ket; None for 1."""
        for s, x in liouvillian.generator.no_jump.items():
            moved = self._moved(x, s)
            self.products.setdefault((s, zero), []).append((moved, None))
            self.products.setdefault((zero, s), []).append((None, np.conj(moved)))
        for rate, bands in liouvillian.generator.jumps:
            moved_bands = {s: self._moved(x, s) for s, x in bands.items()}
            for key in ((s, t) for s in bands for t in bands if (s, t) in liouvillian.shifts):
                self.products.setdefault(key, []).append((rate * moved_bands[key[0]], np.conj(moved_bands[key[1]])))
        off = [pair for key, pairs in self.products.items() if key != self.zero for pair in pairs]
        self.dtype = complex if any(np.iscomplexobj(x) for pair in off for x in pair if x is not None) else float

    def _moved(self, x: np.ndarray, shift: Shift, outside: float = 0) -> np.ndarray:
        """What belongs to the kets n, at n + shift."""
        origin = self.space.shifted(tuple(-i for i in shift))
        return np.where(origin >= 0, x[origin], outside)

    @cached_property
    def origins(self) -> list[tuple[tuple[Shift, Shift], np.ndarray, np.ndarray]]:
        """(s, s′) of the terms that move coherences, and the parts of the place that each comes from, by ket."""
        first, second = self.liouvillian.sector.addends
        nowhere = -self.liouvillian.sector.size - self.space.dimension - 1
        lefts = {s: self._moved(first, s, nowhere) for s in {s for s, _ in self.products}}
        rights = {t: self._moved(second, t, nowhere) for t in {t for _, t in self.products}}
        return [((s, t), lefts[s], rights[t]) for s, t in self.products if (s, t) != self.zero]

    def value(self, key: tuple[Shift, Shift], rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The factor of a term that ends at these coherences; anything where it comes from nowhere."""
        found: np.ndarray | None = None
        for x, y in self.products[key]:
            parts = [z.take(kets) for z, kets in ((x, rows), (y, columns)) if z is not None]
            product = parts[0] * parts[1] if len(parts) == 2 else parts[0]
            found = product if found is None else found + product
        assert found is not None
        return found

    def diagonal(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        if self.zero not in self.products:
            return np.zeros(len(rows))
        return self.value(self.zero, rows, columns)

    def sources(self, coordinates: Coherences, cut: slice) -> tuple[np.ndarray, np.ndarray]:
        """Where terms that end at these unknowns come from (-1: nowhere) and their values, each (terms, unknowns)."""
        native = coordinates.native[cut]
        rows, columns = (kets[native].astype(np.intp) for kets in coordinates.sector.kets)
        index = np.empty((len(self.origins), len(native)), dtype=np.int32)
        factor = coordinates.factor
        dtype = complex if factor is not None and np.iscomplexobj(factor) else self.dtype
        value = np.empty((len(self.origins), len(native)), dtype=float if coordinates.dtype is float else dtype)
        for k, (key, first, second) in enumerate(self.origins):
            origin = first.take(rows) + second.take(columns)
            np.maximum(origin, -1, out=origin)  # the last entry of a table is for what comes from nowhere
            index[k] = coordinates.column.take(origin)
            found = self.value(key, rows, columns)
            if factor is not None:
                found = found * (factor.take(origin) / factor.take(native))
            value[k] = found.real if coordinates.dtype is float else found
        return index, value


def _compressed(index: np.ndarray, value: np.ndarray, mask: np.ndarray, width: int) -> sp.csr_array:
    """The masked entries of (terms, unknowns) tables as compressed rows."""
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
