"""Spaces: the kets that are kept, and what a shift of coordinates or an operator does to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

import numpy as np

from photinus.algebra import Handle, Identical, Operator, Oscillator, Site, Word, locate, resolved
from photinus.errors import InvalidInput, UnknownSite
from photinus.numerics.checks import whole_number

Shift = tuple[int, ...]
Bands = dict[Shift, np.ndarray]
"""An operator on a space: shift of the coordinates -> amplitude on each ket (0 where the target is outside)."""


@dataclass(frozen=True)
class Space:
    """A product of sites with a number of levels each; kets are numbered with the last site fastest.

    Attributes
    ----------
    sites : tuple of Site
        In natural order of the names.
    levels : tuple of int
        Kets kept of each site.
    """

    sites: tuple[Site, ...]
    levels: tuple[int, ...]

    def __hash__(self) -> int:  # cheap: caches ask for it at every point of a sweep
        return hash(self.levels)

    @property
    def dimension(self) -> int:
        """Number of kets."""
        return prod(self.levels)

    @property
    def cutoffs(self) -> dict[str, int]:
        """Levels of the oscillators by name."""
        return {s.name: n for s, n in zip(self.sites, self.levels, strict=True) if isinstance(s, Oscillator)}

    def axis(self, site: str | Handle | Site) -> int:
        """Place of a site, given by its name or by the handle of a spin or qudit (:func:`photinus.algebra.locate`)."""
        return locate(self.sites, site)

    @cached_property
    def coordinates(self) -> np.ndarray:
        """Integer coordinates of every ket, shape (dimension, coordinates)."""
        index = np.unravel_index(np.arange(self.dimension), self.levels) if self.levels else ()
        parts = [s.kets(n)[k] for s, n, k in zip(self.sites, self.levels, index, strict=True)]
        return read_only(np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), dtype=int))

    @cached_property
    def multiplicity(self) -> np.ndarray | None:
        """The logarithm of how many states each ket stands for (ensembles); None where each is one."""
        return self._of_ensembles(lambda site: site.multiplicity())

    @cached_property
    def rungs(self) -> np.ndarray | None:
        """A label of each ket's J or λ (ensembles): kets of different ones have no coherence. None without any."""
        return self._of_ensembles(lambda site: site.rung(), weights=True)

    def _of_ensembles(self, value: Callable[[Identical], np.ndarray], *, weights: bool = False) -> np.ndarray | None:
        if not any(isinstance(site, Identical) for site in self.sites):
            return None
        total, scale = np.zeros(()), 1
        for site, levels in zip(self.sites, self.levels, strict=True):
            own = value(site) if isinstance(site, Identical) else np.zeros(levels)
            total = np.add.outer(total, own * scale)
            scale *= int(own.max()) + 1 if weights else 1
        return read_only(total.ravel())

    def shifted(self, shift: Shift) -> np.ndarray:
        """The ket whose coordinates are those of each ket plus ``shift``, or -1."""
        return _shifted(self, shift)

    def bands(self, operator: Operator) -> Bands:
        """P·O·P by shifts: for each shift the amplitude with which each ket goes to its target."""
        out: Bands = {}
        for word, c in resolved(operator).terms.items():
            shift, amplitude = _word_band(self, word)
            value = _real_if_real(c) * amplitude
            out[shift] = out[shift] + value if shift in out else value
        return out

    def compose(self, left: Bands, right: Bands) -> Bands:
        """The product of two operators that were cut to the space, in bands."""
        out: Bands = {}
        for s, x in right.items():
            target = self.shifted(s)
            for t, y in left.items():
                shift = tuple(i + j for i, j in zip(s, t, strict=True))
                value = np.where(target >= 0, x * y[target], 0)
                out[shift] = out[shift] + value if shift in out else value
        return out

    def adjoint(self, bands: Bands) -> Bands:
        """The Hermitian conjugate in bands."""
        out: Bands = {}
        for s, x in bands.items():
            target = self.shifted(s)
            value = np.zeros_like(x)
            inside = target >= 0
            value[target[inside]] = np.conj(x[inside])
            out[tuple(-i for i in s)] = value
        return out

    def matrix(self, operator: Operator) -> np.ndarray:
        """P·O·P as a dense matrix; for tests, small spaces and exports."""
        out = np.zeros((self.dimension, self.dimension), dtype=complex)
        for shift, amplitude in self.bands(operator).items():
            target = self.shifted(shift)
            inside = np.flatnonzero(target >= 0)
            out[target[inside], inside] += amplitude[inside]
        return out

    def embedding(self, larger: Space) -> np.ndarray:
        """Index in a larger space (same sites, at least as many levels) of every ket."""
        index = np.unravel_index(np.arange(self.dimension), self.levels)
        # Spins and qudits never grow, and an oscillator's ket n keeps its number.
        return np.ravel_multi_index(index, larger.levels)


def read_only(array: np.ndarray) -> np.ndarray:
    """The array itself, from now on without permission to write: many hands share it."""
    array.setflags(write=False)
    return array


def _real_if_real(c: complex) -> complex:
    return c.real if isinstance(c, complex) and c.imag == 0 else c


@lru_cache(maxsize=256)
def _shifted(space: Space, shift: Shift) -> np.ndarray:
    total = np.zeros((), dtype=np.intp)
    inside = np.ones((), dtype=bool)
    start = 0
    for site, levels in zip(space.sites, space.levels, strict=True):
        width = len(site.coordinates)
        kets = site.kets(levels)
        target = places(kets, kets + np.array(shift[start : start + width], dtype=int))
        total = np.add.outer(total * levels, np.maximum(target, 0))
        inside = np.logical_and.outer(inside, target >= 0)
        start += width
    return read_only(np.where(inside, total, -1).ravel())


def places(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The row of ``known`` that equals each row of ``wanted``, -1 where there is none."""
    if not known.shape[1]:
        return np.zeros(len(wanted), dtype=np.intp)
    low, high = known.min(axis=0), known.max(axis=0)
    keys, size = row_keys(known, low, high)
    inside = ((wanted >= low) & (wanted <= high)).all(axis=1)
    key, _ = row_keys(np.where(inside[:, None], wanted, low), low, high)
    if size <= 16 * len(keys) + 1024:
        table = np.full(size, -1)
        table[keys] = np.arange(len(keys))
        return np.where(inside, table[key], -1)
    order = np.argsort(keys)
    place = order[np.minimum(np.searchsorted(keys, key, sorter=order), len(keys) - 1)]
    return np.where(inside & (keys[place] == key), place, -1)


def row_keys(rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, int]:
    """A number for each row of integers between ``low`` and ``high``, in the order of the rows, and how many there are.

    Raises
    ------
    InvalidInput
        If the rows span more values than an integer counts.
    """
    spans = [int(x) for x in high - low + 1]
    size = prod(spans)
    if size > 2**62:
        raise InvalidInput(
            f"The charges of the kets span {size:.1e} values.", "Take fewer sites, or weights that are smaller."
        )
    radix = np.array([prod(spans[k + 1 :]) for k in range(len(spans))], dtype=np.int64)
    return (rows - low) @ radix, size


@lru_cache(maxsize=512)
def _word_band(space: Space, word: Word) -> tuple[Shift, np.ndarray]:
    locals_ = dict(word)
    amplitude = np.ones(())
    shift: list[int] = []
    for site, levels in zip(space.sites, space.levels, strict=True):
        local = locals_.pop(site, None)
        if local is None:
            amplitude = np.multiply.outer(amplitude, np.ones(levels))
            shift += [0] * len(site.coordinates)
        else:
            amplitude = np.multiply.outer(amplitude, site.action(local, levels)[1])
            shift += site.shift(local)
    for site in locals_:  # those that the space does not have
        space.axis(site)
    return tuple(shift), read_only(amplitude.ravel())


def make_space(sites: tuple[Site, ...], cutoffs: Mapping[str, int]) -> Space:
    """The space of these sites with the given cutoffs, which were checked before."""
    return _space(sites, tuple(site.levels(cutoffs.get(site.name)) for site in sites))


@lru_cache(maxsize=64)
def _space(sites: tuple[Site, ...], levels: tuple[int, ...]) -> Space:
    """One object for equal spaces, so that caches compare it by identity."""
    return Space(sites, levels)


def check_cutoffs(sites: tuple[Site, ...], cutoffs: int | Mapping[str, int]) -> dict[str, int]:
    """Cutoffs by name of every oscillator, from one number or a mapping.

    Raises
    ------
    UnknownSite, InvalidInput
        For a name that is no oscillator, one that is missing, and a cutoff that is not a whole number of at least 1.
    """
    oscillators = [site.name for site in sites if isinstance(site, Oscillator)]
    given = dict(cutoffs) if isinstance(cutoffs, Mapping) else dict.fromkeys(oscillators, cutoffs)
    for name in given:
        if name not in oscillators:
            raise UnknownSite(
                f"A cutoff is given for {name!r}, which is no oscillator of the model.",
                f"Oscillators: {', '.join(oscillators) or 'none'}.",
            )
    missing = [name for name in oscillators if name not in given]
    if missing:
        raise InvalidInput(
            f"The oscillator {missing[0]!r} has no cutoff.", "Give a number of levels for each oscillator."
        )
    for name, value in given.items():
        given[name] = whole_number(value, f"cutoff of {name!r}, the number of levels kept,")
    return given
