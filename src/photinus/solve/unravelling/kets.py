"""What every unravelling of a master equation into trajectories of kets needs.

A channel is one process rate·D[L] of the model as it was written: a detector sees L, and L + c is another detector,
although the master equation cannot tell them apart. Between jumps H and Σ rate·L†L alone act on a ket. The group here
is that of *their* shifts, and of the differences u − v of the words of each L: a ket that begins in one of its classes
is carried by each jump to one other class as a whole, and stays in one class for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from photinus.algebra import Operator
from photinus.errors import InvalidInput
from photinus.model import Group, Model
from photinus.model.jumps import per_atom
from photinus.model.lattice import smith_columns
from photinus.numerics.rng import Streams
from photinus.space.liouvillian import Generator, generator_on
from photinus.space.sectors import grading
from photinus.space.space import Bands, Space, make_space
from photinus.space.state import State
from photinus.space.vectors import vector_in
from photinus.states.build import LOST

UNLIKELY = 1e-13
"""Eigenvectors of an initial state with a smaller weight are left out."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One process rate·D[L], and whether its detector is read."""

    name: str
    rate: float
    operator: Operator
    measured: bool = True


def channels_of(
    model: Model, chosen: str | int | tuple[str | int, ...] | None, efficiency: float
) -> tuple[Channel, ...]:
    """The model's processes, those of the chosen jumps being read with an efficiency.

    A process that is read with efficiency η < 1 is two: one of rate η·rate that is read, one of the rest that is not.
    """
    wanted = None if chosen is None else {_jump_number(model, key) for key in _listed(chosen)}
    names = [jump.name for jump in model.jumps]
    out = []
    for k, jump in enumerate(model.jumps):
        name = f"{jump.name} ({k})" if names.count(jump.name) > 1 and jump.name else jump.name or str(k)
        share = efficiency if wanted is None or k in wanted else 0.0
        for label, rate, whole in (
            (name, jump.rate, jump.operator),
            (f"{name} (reverse)", jump.reverse, jump.operator.dag()),
        ):
            for operator in per_atom(whole):  # of each atom: one detector that does not tell which
                if share * rate > 0:
                    out.append(Channel(label, share * rate, operator))
                if (1 - share) * rate > 0:
                    out.append(Channel(label, (1 - share) * rate, operator, measured=False))
    return tuple(out)


def require_fields(model: Model, channels: tuple[Channel, ...]) -> None:
    """Raise InvalidInput where a channel of each atom of an ensemble is read as a field: N fields do not interfere."""
    single = [jump.name or str(k) for k, jump in enumerate(model.jumps) if len(per_atom(jump.operator)) == 1]
    read = [channel.name for channel in channels if channel.measured]
    several = next((name for name in read if read.count(name) > 1), None)
    if several is not None:
        raise InvalidInput(
            f"The jump {several!r} is one of each atom, and has no single field to interfere with a local oscillator.",
            f"Give channel={single[0]!r}, which is one field, or use ph.QuantumJumps()."
            if single
            else "Use ph.QuantumJumps().",
        )


def _listed(chosen: str | int | tuple[str | int, ...]) -> tuple[str | int, ...]:
    return (chosen,) if isinstance(chosen, (str, int)) else tuple(chosen)


def _jump_number(model: Model, key: str | int) -> int:
    names = [jump.name for jump in model.jumps]
    known = ", ".join(repr(name) if name else str(k) for k, name in enumerate(names)) or "none"
    if isinstance(key, str) and names.count(key) == 1:
        return names.index(key)
    if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(names):
        return key
    cause = f"The channel {key!r} names {names.count(key)} jumps." if key in names else f"There is no jump {key!r}."
    raise InvalidInput(cause, f"Give the name of a jump or its place from 0; the jumps are {known}.")


@dataclass(frozen=True)
class Ensemble:
    """A mixture of kets: column k of ``kets`` with the probability ``weights[k]``."""

    weights: np.ndarray
    kets: sp.csc_array

    def drawn(self, streams: Streams, count: int) -> np.ndarray:
        """The number of a ket for each trajectory."""
        if len(self.weights) == 1:
            return np.zeros(count, dtype=int)
        ladder = np.cumsum(self.weights) / self.weights.sum()
        return np.searchsorted(ladder, streams.uniforms(np.arange(count)), side="left").clip(max=len(ladder) - 1)


def ensemble_of(state: State, space: Space) -> Ensemble:
    """The eigenvectors of a state on a space, found block by block where its matrix falls into blocks."""
    matrix: Any = sp.csr_array((space.dimension,) * 2, dtype=complex)
    for order in state.parts:
        sector = grading(space, state.grading.group).sector(order)
        values = vector_in(state, sector)  # first: it refuses a state on other sites
        matrix = matrix + sp.csr_array((values, sector.kets), shape=matrix.shape)
    matrix.eliminate_zeros()
    trace = float(matrix.diagonal().real.sum())
    if abs(trace - 1) > LOST:
        raise InvalidInput(
            f"The cutoffs {space.cutoffs} cut {1 - trace:.1e} of the initial state away.",
            f"Keep at least {state.cutoffs}.",
        )
    return _eigenvectors(matrix)


def _eigenvectors(matrix: Any) -> Ensemble:
    _, label = connected_components(abs(matrix), directed=False)
    occupied = np.flatnonzero(abs(matrix).sum(axis=1))
    weights: list[float] = []
    rows, columns, values = [], [], []
    for component in np.unique(label[occupied]):
        kets = np.flatnonzero(label == component)
        block = matrix[kets][:, kets].toarray()
        w, v = np.linalg.eigh(0.5 * (block + block.conj().T))
        for k in np.flatnonzero(w > UNLIKELY)[::-1]:
            rows.append(kets)
            columns.append(np.full(len(kets), len(weights)))
            values.append(v[:, k])
            weights.append(float(w[k]))
    entries = (np.concatenate(values).astype(complex), (np.concatenate(rows), np.concatenate(columns)))
    return Ensemble(np.array(weights), sp.csc_array(entries, shape=(matrix.shape[0], len(weights))))


def ket_group(space: Space, operators: list[Bands], jumps: list[Bands], ensemble: Ensemble) -> Group:
    """The finest group in whose classes kets stay whole: Z^M/Λ, Λ spanned by the shifts that mix a ket's components."""
    width = space.coordinates.shape[1]
    shifts = {s for bands in operators for s in bands}
    shifts |= {tuple(int(i) for i in np.subtract(s, next(iter(bands)))) for bands in jumps for s in bands}
    pointer, index = ensemble.kets.indptr, ensemble.kets.indices
    for start, stop in pairwise(pointer):
        coordinates = space.coordinates[index[start:stop]]
        shifts |= set(map(tuple, np.unique(coordinates - coordinates[0], axis=0).tolist()))
    factors = smith_columns(shifts, width)
    return Group(tuple(d for d, _ in factors), tuple(w for _, w in factors))


@dataclass(frozen=True)
class Unravelling:
    """A model on a space, cut into channels, with its initial kets and what is to be observed.

    Attributes
    ----------
    generator : Generator
        K and the jumps, graded by the group of kets.
    channels : tuple of Channel
        One for each of the generator's jumps.
    ensemble : Ensemble
        The initial kets.
    times : ndarray
        When ``observables`` are read; the first is when the ensemble begins.
    observables : tuple of Bands
    """

    generator: Generator
    channels: tuple[Channel, ...]
    ensemble: Ensemble
    times: np.ndarray
    observables: tuple[Bands, ...]

    def edges(self) -> dict[str, np.ndarray]:
        """For each oscillator, 1 on the kets from which a jump or a product may leave the space, otherwise 0."""
        space = self.generator.space
        out = {}
        for name, levels in space.cutoffs.items():
            column = self._column(name)
            reach = max([1, *(abs(s[column]) for bands in self._all_bands() for s in bands)])
            out[name] = (space.coordinates[:, column] >= levels - reach).astype(float)
        return out

    def _column(self, name: str) -> int:
        sites = self.generator.space.sites
        return sum(len(site.coordinates) for site in sites[: self.generator.space.axis(name)])

    def _all_bands(self) -> list[Bands]:
        return [self.generator.no_jump, *(bands for _, bands in self.generator.jumps)]


def unravel(
    model: Model,
    initial: State,
    cutoffs: dict[str, int],
    channels: tuple[Channel, ...],
    observe: Mapping[str, Operator],
    times: np.ndarray,
) -> Unravelling:
    """Put a model on a space and find the classes in which its kets stay."""
    space = make_space(model.sites, cutoffs)
    ensemble = ensemble_of(initial, space)
    pairs = tuple((channel.rate, channel.operator) for channel in channels)
    free = generator_on(space, model.hamiltonian, pairs, graded=grading(space, Group((), ())))
    group = ket_group(space, [free.no_jump], [bands for _, bands in free.jumps], ensemble)
    made = Generator(grading(space, group), free.no_jump, free.jumps)
    bands = tuple(space.bands(operator) for operator in observe.values())
    return Unravelling(made, channels, ensemble, times, bands)


@dataclass(frozen=True)
class Records:
    """What some trajectories left.

    Attributes
    ----------
    observed : ndarray, shape (observables, count, times)
    jump_trajectory, jump_time, jump_channel : ndarray
        Parallel arrays of the jumps that were read.
    currents : ndarray, shape (currents, count, intervals)
    """

    observed: np.ndarray
    jump_trajectory: np.ndarray
    jump_time: np.ndarray
    jump_channel: np.ndarray
    currents: np.ndarray


Engine = Callable[[Unravelling, int, int, int], Records]
"""(unravelling, seed, first trajectory, count) -> records."""


def joined(parts: list[Records], starts: list[int]) -> Records:
    """Records of consecutive slices of the trajectories, put together; jumps in order of trajectory and time."""
    trajectory = np.concatenate([part.jump_trajectory + start for part, start in zip(parts, starts, strict=True)])
    time = np.concatenate([part.jump_time for part in parts])
    order = np.lexsort((time, trajectory))
    return Records(
        np.concatenate([part.observed for part in parts], axis=1),
        trajectory[order],
        time[order],
        np.concatenate([part.jump_channel for part in parts])[order],
        np.concatenate([part.currents for part in parts], axis=1),
    )


def dense_block(bands: Bands, space: Space, sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """⟨target|O|source⟩ as a matrix, shape (targets, sources)."""
    place = np.full(space.dimension + 1, -1)  # the last entry answers for -1, a ket outside the space
    place[targets] = np.arange(len(targets))
    out = np.zeros((len(targets), len(sources)), dtype=complex)
    for shift, amplitude in bands.items():
        row = place[space.shifted(shift)[sources]]
        inside = np.flatnonzero(row >= 0)
        out[row[inside], inside] += amplitude[sources[inside]]
    return out
