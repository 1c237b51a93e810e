"""Symmetric operators of a sector, by one coherence of each orbit of a group.

A group of maps moves every coherence u = |n⟩⟨m| to one coherence g(u), and a symmetric operator x has

    x_{g(u)} = φ_g(κ) σ_g(x_u),        κ the orders of the sites at g(u), φ_g(κ) = e^{iθ·κ},

σ_g the identity or the complex conjugation. The maps are the exchanges of sites of :mod:`photinus.model.exchange`, and,
where Hermitian operators of order zero are meant, each of them once more after ρ = ρ†, |n⟩⟨m| ↦ |m⟩⟨n|. They move
whole boxes of coherences of one κ; a map that keeps a box permutes its coherences.

Where conjugation alone is a symmetry, x = e^{iϑ·κ/2} z with real z, ϑ its phases, and what is left of the maps acts
linearly on z, with signs. Elsewhere z is x.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from photinus.model import ExchangeGroup

SAME = 1e-9
"""Phases closer to 1 than this are 1; others differ from it by a fraction of 2π."""


@dataclass(frozen=True)
class SiteOrders:
    """The coherences |n⟩⟨m| of one site by the difference of their coordinates.

    Attributes
    ----------
    label, position : ndarray, (levels, levels)
        Number of the order κ of |n⟩⟨m|, and its place on this diagonal.
    width, distance, mirror : ndarray, (orders,)
        Length of each diagonal, max |κ|, and the number of −κ.
    difference : ndarray, (orders, coordinates)
        κ.
    """

    label: np.ndarray
    position: np.ndarray
    width: np.ndarray
    distance: np.ndarray
    mirror: np.ndarray
    difference: np.ndarray


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
    distance = np.abs(orders).max(axis=1, initial=0)
    return SiteOrders(label, position.reshape(levels, levels), width, distance, mirror, orders)


@dataclass(frozen=True)
class Move:
    """A map of coherences: the sites permuted, |n⟩⟨m| mirrored to |m⟩⟨n| or not, with phases.

    Attributes
    ----------
    permutation : tuple of int
        Site j takes the place of site ``permutation[j]``.
    mirror, antilinear : bool
        Rows and columns are exchanged; amplitudes are conjugated.
    phases : tuple of float
        θ, one for each coordinate.
    """

    permutation: tuple[int, ...]
    mirror: bool
    antilinear: bool
    phases: tuple[float, ...]


def moves(exchange: ExchangeGroup, *, hermitian: bool) -> tuple[tuple[Move, ...], tuple[float, ...] | None]:
    """The maps that a symmetric operator is kept by, the identity first, and ϑ where conjugation alone is one of them.

    Where it is, only the linear maps are given: the others follow from z being real.
    """
    identity = exchange.elements[0]
    if not hermitian:
        return (Move(identity.permutation, False, False, identity.phases),), None
    alone = [g.phases for g in exchange.elements if g.conjugate and g.permutation == identity.permutation]
    found = [
        Move(g.permutation, mirror, mirror != g.conjugate, g.phases)
        for mirror in (False, True)
        for g in exchange.elements
    ]
    if not alone:
        return tuple(found), None
    return tuple(g for g in found if not g.antilinear), alone[0]


class BoxTable:
    """The boxes of a sector, one row each, and how the maps move them.

    Parameters
    ----------
    sites : sequence of SiteOrders
    labels : ndarray, (boxes, sites)
        The sites' orders of every box.
    maps : tuple of Move
    half : tuple of float, optional
        ϑ of the conjugation, where z is to be real.

    Attributes
    ----------
    first : ndarray of bool
        Whether the box is the one that stands for its orbit.
    orbit : ndarray of int
        The box that stands for it.
    through : ndarray of int
        Number of the map that moves the box there; 0, the identity, where it is there already.
    """

    def __init__(
        self, sites: Sequence[SiteOrders], labels: np.ndarray, maps: tuple[Move, ...], half: tuple[float, ...] | None
    ):
        self.maps, self.sites, self.labels = maps, sites, labels
        self._count = np.array([len(o.width) for o in sites], dtype=np.intp)
        parts = [o.difference[k] for o, k in zip(sites, labels.T, strict=True)]
        self._kappa = np.concatenate(parts, axis=1) if parts else np.zeros((len(labels), 0), dtype=int)
        self.base = None if half is None or not np.any(half) else np.exp(0.5j * (self._kappa @ np.array(half)))
        """e^{iϑ·κ/2} of every box, or None for 1."""
        keys = self._keys(labels)
        sort = np.argsort(keys)
        self._images = []
        for g in maps:
            place = sort[np.minimum(np.searchsorted(keys, self._keys(self._moved(g)), sorter=sort), len(keys) - 1)]
            self._images.append(place.astype(np.int32))
        ranked = np.stack([keys[image] for image in self._images])
        self.through = np.argmax(ranked, axis=0)
        self.orbit = np.take_along_axis(np.stack(self._images), self.through[None], axis=0)[0]
        self.first = self.orbit == np.arange(len(labels))

    def _keys(self, labels: np.ndarray) -> np.ndarray:
        return np.ravel_multi_index(tuple(labels.T), tuple(self._count)) if len(self._count) else np.zeros(1, np.intp)

    def _moved(self, g: Move) -> np.ndarray:
        out = np.empty_like(self.labels)
        for j, target in enumerate(g.permutation):
            label = self.labels[:, j]
            out[:, target] = self.sites[j].mirror[label] if g.mirror else label
        return out

    def kept_by(self, g: int) -> np.ndarray:
        """Whether a map keeps each box."""
        return np.asarray(self._images[g] == np.arange(len(self.labels)))

    def phase(self, g: int) -> np.ndarray | None:
        """ψ with z_{g(u)} = ψ σ_g(z_u), for the boxes of u; None where all are 1."""
        image, move = self._images[g], self.maps[g]
        out = np.exp(1j * (self._kappa[image] @ np.array(move.phases))) if np.any(move.phases) else None
        if self.base is not None:
            source = np.conj(self.base) if move.antilinear else self.base
            out = (1.0 if out is None else out) * source / self.base[image]
        return None if out is None or np.abs(out - 1).max(initial=0.0) < SAME else out

    def undoing(self, g: int) -> np.ndarray | None:
        """C with z_u = c σ_g(z_{g(u)}), for the boxes of u; None where all are 1."""
        phase = self.phase(g)
        return phase if phase is None or self.maps[g].antilinear else np.conj(phase)

    def positions(self, g: int, box: np.ndarray, digits: Digits, at: np.ndarray | None = None) -> np.ndarray:
        """Place of g(u) within its box for coherences u, given with their boxes; ``at`` are their places in digits."""
        move, target = self.maps[g], self._images[g]
        place = np.zeros(len(box), dtype=np.int32)
        source = np.argsort(move.permutation)
        for t, j in enumerate(source):
            own = digits[j][1 if move.mirror else 0]
            place *= self.sites[t].width.astype(np.int32)[self.labels[target, t]].take(box)
            place += own if at is None else own.take(at)
        return place

    @property
    def widths(self) -> np.ndarray:
        """Widths of the sites' diagonals, (boxes, sites)."""
        columns = [o.width[k] for o, k in zip(self.sites, self.labels.T, strict=True)]
        return np.stack(columns, axis=1) if columns else self.labels

    @property
    def distance(self) -> np.ndarray:
        """Σ_j |κ_j|."""
        parts = (o.distance[k] for o, k in zip(self.sites, self.labels.T, strict=True))
        return sum(parts, np.zeros(len(self.labels), dtype=int))


Digits = Sequence[tuple[np.ndarray, np.ndarray]]
"""For each site the place of |n⟩⟨m| and of |m⟩⟨n| on its diagonal."""


def site_pairs(levels: tuple[int, ...], rows: np.ndarray, columns: np.ndarray) -> list[np.ndarray]:
    """The place of |n⟩⟨m| in the raveled tables of every site, of coherences given by the kets of all sites."""
    kets = np.unravel_index(np.arange(prod(levels)), levels) if levels else ()
    return [(ket * n).take(rows) + ket.take(columns) for ket, n in zip(kets, levels, strict=True)]


def at_pairs(table: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The entries of a site's table for these coherences."""
    return np.ravel(table).astype(np.int32).take(pairs)


def site_digits(sites: Sequence[SiteOrders], pairs: Sequence[np.ndarray]) -> Digits:
    """The places of coherences, given by :func:`site_pairs`, on the diagonals of the sites."""
    out = []
    for orders, own in zip(sites, pairs, strict=True):
        place, mirrored = at_pairs(orders.position, own), orders.position.T
        out.append((place, place if np.array_equal(mirrored, orders.position) else at_pairs(mirrored, own)))
    return out


@dataclass(frozen=True)
class Fold:
    """The coherences of kept boxes by one of each orbit: z_p = factor_p σ_p(y[index_p]).

    Attributes
    ----------
    index : ndarray of int
        The unknown that each coherence follows from.
    conjugated : ndarray of bool or None
        Where σ_p is the conjugation; None for nowhere.
    factor : ndarray or None
        Of modulus 1, or 0 where a symmetric operator vanishes; None for 1 throughout.
    chosen : ndarray of int
        The coherence that each unknown stands for.
    real : ndarray of int
        The unknowns that are real.
    """

    index: np.ndarray
    conjugated: np.ndarray | None
    factor: np.ndarray | None
    chosen: np.ndarray
    real: np.ndarray

    def spread(self, y: np.ndarray) -> np.ndarray:
        """Z of all coherences."""
        z = y[self.index]
        if self.conjugated is not None:
            np.conj(z, where=self.conjugated, out=z)
        return z if self.factor is None else z * self.factor

    def gathered(self, z: np.ndarray) -> np.ndarray:
        """Y of coherences that are symmetric."""
        y = z[self.chosen]
        return y if self.factor is None else y / self.factor[self.chosen]

    def part(self, start: int, stop: int) -> Fold | None:
        """The same of the coherences from ``start`` to ``stop``, an orbit whole or not at all; None where y is z."""
        first, last = np.searchsorted(self.chosen, np.array([start, stop], dtype=self.chosen.dtype))
        cut = slice(start, stop)
        factor = None if self.factor is None or (self.factor[cut] == 1).all() else self.factor[cut]
        if last - first == stop - start and factor is None:
            return None
        index = np.maximum(self.index[cut] - first, 0)
        conjugated = None if self.conjugated is None or not self.conjugated[cut].any() else self.conjugated[cut]
        return Fold(index, conjugated, factor, self.chosen[first:last] - start, self.real[:0])


def fold(table: BoxTable, offset: np.ndarray, box: np.ndarray, digits: Digits) -> Fold:
    """Coherences of the kept boxes, in their order, reduced by the maps that keep a box.

    Parameters
    ----------
    table : BoxTable
    offset : ndarray
        Where each kept box begins.
    box : ndarray
        The box of each coherence.
    digits : Digits
        Their places on the sites' diagonals.
    """
    size = len(box)
    best = np.arange(size, dtype=np.int32)
    conjugated, real, none = (np.zeros(size, dtype=bool) for _ in range(3))
    factor, root = np.ones(size, dtype=complex), np.ones(size, dtype=complex)
    for g, p, q, c in _inner(table, offset, box, digits):
        antilinear = table.maps[g].antilinear
        smaller = q < best[p]
        best[p[smaller]] = q[smaller]
        conjugated[p[smaller]] = antilinear
        factor[p[smaller]] = c[smaller]
        still = q == p
        if antilinear:
            real[p[still]] = True
            root[p[still]] = np.sqrt(c[still])
        else:
            none[p[still & (np.abs(c - 1) > SAME)]] = True
    chosen = np.flatnonzero((best == np.arange(size)) & ~none).astype(np.int32)
    index = np.zeros(size, dtype=np.int32)
    index[chosen] = np.arange(len(chosen), dtype=np.int32)
    index = index[best]
    total = factor * np.where(conjugated, np.conj(root[best]), root[best])
    total[none[best]] = 0
    index[none[best]] = 0
    if not np.abs(total.imag).max(initial=0.0) > SAME:
        total = np.round(total.real)
    plain = not np.iscomplexobj(total) and bool((total == 1).all())
    mirrored = conjugated if conjugated.any() else None
    return Fold(index, mirrored, None if plain else total, chosen, np.flatnonzero(real[chosen]))


def _inner(
    table: BoxTable, offset: np.ndarray, box: np.ndarray, digits: Digits
) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """For each map that keeps boxes: its number, p, g(p) and c of z_p = c σ_g(z_{g(p)}) for the coherences in them."""
    for g in range(1, len(table.maps)):
        kept = table.kept_by(g) & table.first
        if not kept.any():
            continue
        p = np.flatnonzero(kept[box])
        inside = box[p]
        q = offset.take(inside) + table.positions(g, inside, digits, p)
        undoing = table.undoing(g)
        yield g, p, q, np.ones(len(p)) if undoing is None else undoing[inside]
