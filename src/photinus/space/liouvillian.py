"""The Liouvillian of one sector, as a sum of generalised diagonals.

With 𝓛ρ = Kρ + ρK† + Σ_j rate_j L_j ρ L_j†, K = −iH − ½ Σ_j rate_j L_j†L_j, every term moves |n⟩⟨m| to
|n + s⟩⟨m + s′| with fixed shifts s, s′. The generator is therefore a list of diagonals, one for each (s, s′): an
array of targets, which depends on the space alone, and an array of values. K is built from the truncated jumps, so
that the truncated generator is itself a Lindbladian and keeps the trace at every cutoff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import hypot

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator
from photinus.model import ExchangeGroup, Model, Symmetry
from photinus.model.exchange import no_exchange
from photinus.numerics.memory import require_memory
from photinus.space.sectors import Grading, Sector, grading
from photinus.space.space import Bands, Shift, Space, make_space, read_only, row_keys

Jumps = tuple[tuple[float, Bands], ...]
"""(rate, L in bands) of every channel."""
Keys = tuple[tuple[Shift, Shift], ...]
"""(s, s′) of every diagonal."""
Compressed = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(entries, rows, pointer) of compressed columns."""
Diagonals = dict[tuple[Shift, Shift], np.ndarray]
"""(s, s′) -> values of the terms that take |n⟩⟨m| to |n + s⟩⟨m + s′|, one for each unknown."""
ELEMENT_BYTES = 60.0
"""What one element of the matrix takes while it is made; of many atoms each channel has one in a column, or more."""


@dataclass(frozen=True)
class Generator:
    """A model on a space: K and the jumps in bands, sorted by the model's symmetry.

    Attributes
    ----------
    grading : Grading
        The space and its classes.
    no_jump : Bands
        K = −iH − ½ Σ rate L†L of the truncated jumps.
    jumps : tuple of (rate, Bands)
    symmetry : Symmetry, optional
        The symmetry of the model that it was made from.
    """

    grading: Grading
    no_jump: Bands
    jumps: Jumps
    symmetry: Symmetry | None = field(default=None, compare=False, repr=False)

    @property
    def exchange(self) -> ExchangeGroup:
        """The exchanges of equal sites with equal levels that change nothing; none where no symmetry is given."""
        if self.symmetry is None:
            return no_exchange(self.space.sites)
        return self.symmetry.exchange.within(self.space.levels)

    @property
    def space(self) -> Space:
        """The kets that are kept."""
        return self.grading.space

    @cached_property
    def columns(self) -> tuple[_Columns, tuple[tuple[float, _Columns], ...]]:
        """K and the jumps by columns."""
        jumps = tuple((rate, _Columns(self.space, bands)) for rate, bands in self.jumps)
        return _Columns(self.space, self.no_jump), jumps

    def liouvillian(self, sector: Sector) -> Liouvillian:
        """The generator of one sector."""
        return Liouvillian(self, sector)

    @property
    def stationary(self) -> Liouvillian:
        """The generator of the sector of order zero, where the steady state lives."""
        return self.liouvillian(self.grading.sector(self.grading.group.zero))


def generator(model: Model, cutoffs: dict[str, int]) -> Generator:
    """The model's generator on the space with these cutoffs.

    Raises
    ------
    MemoryBudgetExceeded
        For ensembles of d levels whose coherences are too many, before their elements are made, which takes long.
    """
    space = make_space(model.sites, cutoffs)
    graded = grading(space, model.symmetry.weak)
    hamiltonian, channels = model.generator
    if in_parts(space):
        unknowns = graded.sector(graded.group.zero).size
        require_memory(
            ELEMENT_BYTES * unknowns * (1.0 + len(channels)),
            None,
            f"The generator of {unknowns} coherences between {space.dimension} kets",
            "Use fewer atoms, a model with more symmetry, or ph.cumulants(model), for any number of atoms.",
        )
    return generator_on(space, hamiltonian, channels, graded=graded, symmetry=model.symmetry)


def generator_on(
    space: Space,
    hamiltonian: Operator,
    channels: tuple[tuple[float, Operator], ...],
    *,
    graded: Grading,
    symmetry: Symmetry | None = None,
) -> Generator:
    """The generator of H and (rate, L) on a space."""
    jumps, decay = _dissipator(space, channels)
    no_jump: Bands = {s: -1j * x for s, x in space.bands(hamiltonian).items()}
    for s, x in decay.items():
        no_jump[s] = no_jump[s] + x if s in no_jump else x
    group = graded.group  # words of another charge cancel between the jumps, to rounding
    kept = {s: x for s, x in no_jump.items() if not any(group.charge(s))}
    return Generator(graded, {s: simplified(x) for s, x in kept.items()}, jumps, symmetry)


@lru_cache(maxsize=32)
def _dissipator(space: Space, channels: tuple[tuple[float, Operator], ...]) -> tuple[Jumps, Bands]:
    """The jumps in bands and −½ Σ rate L†L; along a sweep of the Hamiltonian they stay the same."""
    jumps = tuple((rate, space.bands(operator)) for rate, operator in channels)
    decay: Bands = {}
    if in_parts(space):
        decay = _decay_from_elements(space, jumps)
    else:
        for rate, bands in jumps:
            for s, x in space.compose(space.adjoint(bands), bands).items():
                decay[s] = decay[s] - 0.5 * rate * x if s in decay else -0.5 * rate * x
    for x in (*decay.values(), *(x for _, bands in jumps for x in bands.values())):
        read_only(x)
    return jumps, decay


def in_parts(space: Space) -> bool:
    """Whether words have several shifts each: diagonals are then many, and most of their elements zero."""
    return any(site.split for site in space.sites)


def _decay_from_elements(space: Space, jumps: Jumps) -> Bands:
    """−½ Σ rate L†L from the elements of the jumps that are not zero."""
    total = sp.csc_array((space.dimension, space.dimension), dtype=float)
    for rate, bands in jumps:
        jump = _Columns(space, bands).matrix
        total = total - 0.5 * rate * (jump.conj().T @ jump)
    rows, columns = sp.coo_array(total).coords
    moved = space.coordinates[rows] - space.coordinates[columns]
    if not len(moved):
        return {}
    keys, _ = row_keys(moved, moved.min(axis=0), moved.max(axis=0))
    _, first, label = np.unique(keys, return_index=True, return_inverse=True)
    out: Bands = {}
    for k, place in enumerate(first):
        own = np.flatnonzero(label == k)
        x = np.zeros(space.dimension, dtype=total.dtype)
        x[columns[own]] = total.data[own]
        out[tuple(moved[place].tolist())] = x
    return out


def simplified(x: np.ndarray) -> np.ndarray:
    """The same numbers, as real ones where they are."""
    return x.real if np.iscomplexobj(x) and not x.imag.any() else x


@dataclass(frozen=True)
class Liouvillian:
    """𝓛 on one sector. ``diagonals`` are {(s, s′): values}; ``values`` and ``matrix`` are the same, as arrays."""

    generator: Generator
    sector: Sector

    @cached_property
    def shifts(self) -> Keys:
        """The keys of :attr:`diagonals`, in their order, without the values."""
        zero = (0,) * self.generator.space.coordinates.shape[1]
        single = [key for s in self.generator.no_jump for key in ((s, zero), (zero, s))]
        double = [key for _, bands in self.generator.jumps for key in self._pairs(bands)]
        return tuple(dict.fromkeys(single + double))

    def _pairs(self, bands: Bands) -> Iterator[tuple[Shift, Shift]]:
        """Shifts of L and L† whose coherence orders agree; between the others jumps cancel exactly."""
        group = self.generator.grading.group
        for s in bands:
            for t in bands:
                if s == t or group.alike(s, t):
                    yield s, t

    @cached_property
    def no_jump_diagonals(self) -> Diagonals:
        """𝓢ρ = Kρ + ρK†, by shifts."""
        return self._no_jump(*self.sector.kets)

    def _no_jump(self, rows: np.ndarray, columns: np.ndarray) -> Diagonals:
        out: Diagonals = {}
        zero = (0,) * self.generator.space.coordinates.shape[1]
        for s, x in self.generator.no_jump.items():
            for key, value in (((s, zero), x[rows]), ((zero, s), np.conj(x)[columns])):
                out[key] = out[key] + value if key in out else value
        return out

    @cached_property
    def jump_diagonals(self) -> Diagonals:
        """𝓙ρ = Σ rate LρL†, by shifts; pairs of words that cancel between jumps are left out exactly."""
        return self._jumps(*self.sector.kets)

    def _jumps(self, rows: np.ndarray, columns: np.ndarray) -> Diagonals:
        out: Diagonals = {}
        for rate, bands in self.generator.jumps:
            left = {s: rate * x[rows] for s, x in bands.items()}
            right = {s: np.conj(x)[columns] for s, x in bands.items()}
            for s, t in self._pairs(bands):
                value = left[s] * right[t]
                out[s, t] = out[s, t] + value if (s, t) in out else value
        return out

    @cached_property
    def values(self) -> np.ndarray:
        """All of 𝓛: the values of its diagonals in the order of :attr:`shifts`, shape (keys, unknowns)."""
        return self._table(*self.sector.kets)

    @property
    def diagonals(self) -> Diagonals:
        """All of 𝓛, by shifts."""
        return dict(zip(self.shifts, self.values, strict=True))

    def _table(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        parts = _sum(self._no_jump(rows, columns), self._jumps(rows, columns))
        return np.concatenate([np.zeros(0), *parts.values()]).reshape(len(parts), len(rows))

    def columns(self, unknowns: np.ndarray) -> np.ndarray:
        """The values of all diagonals on these unknowns, shape (keys, unknowns)."""
        rows, columns = self.sector.kets
        return self._table(rows[unknowns], columns[unknowns])

    def sparse(self, diagonals: Diagonals) -> sp.csc_array:
        """Diagonals as a sparse matrix."""
        values = np.concatenate([np.zeros(0), *diagonals.values()])
        return self._sparse(self._compress(tuple(diagonals), values))

    def _compress(self, keys: Keys, values: np.ndarray) -> Compressed:
        if not keys:
            return np.zeros(0), np.zeros(0, dtype=np.int32), np.zeros(self.sector.size + 1, dtype=np.int32)
        # Targets of different shifts never coincide, so that no entry stands twice.
        source, rows, pointer = self.sector.pattern(keys)
        return simplified(values)[source], rows, pointer  # real where the sector sees no energies

    def _sparse(self, compressed: Compressed) -> sp.csc_array:
        matrix = sp.csc_array(compressed, shape=(self.sector.size, self.sector.size))
        matrix.has_sorted_indices = True
        return matrix

    def scale_free_residual(self, vector: np.ndarray) -> float:
        """‖𝓛x‖ relative to the flux ‖|𝓛||x|‖ + γ‖x‖, γ the smallest rate on the diagonal.

        A dark state has no flux of its own, hence the second term.
        """
        data, rows, pointer = self.compressed
        columns = np.repeat(np.arange(self.sector.size), np.diff(pointer))
        terms = data * vector[columns]
        rates = np.abs(data[rows == columns])
        slowest = rates[rates > 0].min(initial=np.inf)
        flux = float(np.linalg.norm(np.bincount(rows, np.abs(terms))))
        if np.isfinite(slowest):
            flux += slowest * float(np.linalg.norm(vector))
        rest = hypot(*(float(np.linalg.norm(np.bincount(rows, part))) for part in (terms.real, terms.imag)))
        return rest / flux if flux > 0 else 0.0

    @cached_property
    def compressed(self) -> Compressed:
        """The entries of 𝓛 that are not zero by structure, their rows, and the pointer to the columns."""
        if in_parts(self.generator.space):
            matrix = self._from_elements()
            return matrix.data, matrix.indices, matrix.indptr
        return self._compress(self.shifts, self.values.ravel())

    @cached_property
    def matrix(self) -> sp.csc_array:
        """𝓛 as a sparse matrix on the sector's vector."""
        return self._sparse(self.compressed)

    @cached_property
    def elements(self) -> float:
        """About how many elements a column of the matrix has before equal places are added up."""
        kets = max(self.generator.space.dimension, 1)
        jumps = (sum(np.count_nonzero(x) for x in bands.values()) for _, bands in self.generator.jumps)
        return sum((n / kets) ** 2 for n in jumps) + 2 * len(self.generator.no_jump)

    def _from_elements(self) -> sp.csc_array:
        """The matrix from the elements of K and of the jumps that are not zero."""
        n, (rows, columns) = self.sector.size, self.sector.kets
        no_jump, jumps = self.generator.columns
        left, right = no_jump.of(rows), no_jump.of(columns)
        found = [
            (self.sector.index(left.ket, columns[left.owner]), left.owner, left.value),
            (self.sector.index(rows[right.owner], right.ket), right.owner, np.conj(right.value)),
        ]
        for rate, jump in jumps:
            left = jump.of(rows)
            right = jump.of(columns[left.owner])
            place = self.sector.index(left.ket[right.owner], right.ket)
            found.append((place, left.owner[right.owner], rate * left.value[right.owner] * np.conj(right.value)))
        target, source, value = (np.concatenate([part[k] for part in found]) for k in range(3))
        inside = target >= 0  # the others are of other orders, and cancel between jumps
        matrix = sp.csc_array((value[inside], (target[inside], source[inside])), shape=(n, n))
        matrix.sort_indices()
        return matrix


def _sum(one: Diagonals, other: Diagonals) -> Diagonals:
    out = dict(one)
    for key, value in other.items():
        out[key] = out[key] + value if key in out else value
    return out


@dataclass(frozen=True)
class _Elements:
    """Elements of an operator: from which of the given kets (``owner``, by number), to which ket, and how large."""

    owner: np.ndarray
    ket: np.ndarray
    value: np.ndarray


class _Columns:
    """An operator in bands, by columns, without its zeros."""

    def __init__(self, space: Space, bands: Bands):
        shape = (space.dimension, space.dimension)
        parts = [(space.shifted(s), x) for s, x in bands.items()]
        kept = [np.flatnonzero((target >= 0) & (x != 0)) for target, x in parts]
        targets = [target[k] for (target, _), k in zip(parts, kept, strict=True)]
        values = [x[k] for (_, x), k in zip(parts, kept, strict=True)]
        empty = np.zeros(0, dtype=np.intp)
        place = (np.concatenate([empty, *targets]), np.concatenate([empty, *kept]))
        self.matrix = sp.csc_array((np.concatenate([np.zeros(0), *values]), place), shape=shape)

    def of(self, kets: np.ndarray) -> _Elements:
        """The elements of the columns of these kets."""
        start = self.matrix.indptr[kets]
        counts = self.matrix.indptr[kets + 1] - start
        owner = np.repeat(np.arange(len(kets)), counts)
        number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(start, counts)
        return _Elements(owner, self.matrix.indices[number], self.matrix.data[number])
