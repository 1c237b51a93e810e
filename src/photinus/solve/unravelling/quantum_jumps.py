"""The engine of quantum-jump trajectories: all trajectories at once, from event to event, in the classes of their kets.

Between jumps dψ/dt = Kψ with K = −iH − ½ Σ rate·L†L. A jump happens when ‖ψ‖² has fallen to a number drawn uniformly
from (0, 1]; channel c is taken with a probability proportional to rate_c‖L_cψ‖² (Dalibard, Castin and Mølmer 1992). The
moment is found exactly (:mod:`photinus.numerics.decay`): there is no time step and no error of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from photinus.numerics.decay import Decay, compact, norms
from photinus.numerics.rng import Streams
from photinus.solve.unravelling.kets import Records, Unravelling, dense_block

ROOM = 20_000
"""Amplitudes that are followed together, so that their Taylor series stays in the processor's cache."""


def jump_records(unravelling: Unravelling, seed: int, first: int, count: int) -> Records:
    """The trajectories first, …, first + count − 1."""
    run, times = _Run(_Classes(unravelling), Streams(seed, first, count), count), unravelling.times
    sizes = unravelling.generator.grading.sizes
    span = float(times[-1] - times[0]) or 1.0
    while (active := np.flatnonzero(run.sample < len(times))).size:
        # Trajectories know nothing of each other: a full class goes on, others gather; who lags behind weighs more.
        label, lag = run.label[active], 1.0 - (run.time[active] - times[0]) / span
        q = int(np.bincount(label, weights=lag**4).argmax())
        which, room = active[label == q], max(1, ROOM // int(sizes[q]))
        if len(which) > room:
            which = which[np.argpartition(run.time[which], room)[:room]]
        run.advance(q, which)
    return run.records()


@dataclass
class _Classes:
    """Matrices of each class of kets, made when the first trajectory gets there."""

    unravelling: Unravelling
    decays: dict[int, Decay] = field(default_factory=dict)
    jumps: dict[int, tuple[Any, np.ndarray, np.ndarray]] = field(default_factory=dict)
    reads: dict[int, list[tuple[int, Any]]] = field(default_factory=dict)

    @cached_property
    def longest(self) -> float:
        """The longest interval between times."""
        return float(np.diff(self.unravelling.times).max(initial=0.0)) or 1.0

    def decay(self, q: int) -> Decay:
        """The propagators of K."""
        if q not in self.decays:
            made = self.unravelling.generator
            kets = made.grading.members[q]
            self.decays[q] = Decay(dense_block(made.no_jump, made.space, kets, kets), self.longest)
        return self.decays[q]

    def jump(self, q: int) -> tuple[Any, np.ndarray, np.ndarray]:
        """√rate·L of all channels side by side (acting on rows), where each begins, and the class that it leads to."""
        if q not in self.jumps:
            made = self.unravelling.generator
            sources, space = made.grading.members[q], made.space
            blocks, targets = [np.zeros((len(sources), 0))], []
            for rate, bands in made.jumps:
                reached = np.concatenate([space.shifted(s)[sources] for s in bands])
                target = int(made.grading.label[reached[reached >= 0][0]]) if (reached >= 0).any() else -1
                goal = made.grading.members[target] if target >= 0 else sources[:0]
                blocks.append(rate**0.5 * dense_block(bands, space, sources, goal).T)
                targets.append(target)
            begins = np.cumsum([0] + [block.shape[1] for block in blocks[1:]])
            self.jumps[q] = compact(np.concatenate(blocks, axis=1)), begins, np.array(targets, dtype=int)
        return self.jumps[q]

    def read(self, q: int) -> list[tuple[int, Any]]:
        """The observables that do not vanish on this class."""
        if q not in self.reads:
            made = self.unravelling.generator
            kets = made.grading.members[q]
            blocks = (dense_block(bands, made.space, kets, kets) for bands in self.unravelling.observables)
            self.reads[q] = [
                (k, compact(np.ascontiguousarray(block.T))) for k, block in enumerate(blocks) if block.any()
            ]
        return self.reads[q]


class _Run:
    """The trajectories of one batch: their kets (rows, filled up with zeros), clocks and records."""

    def __init__(self, classes: _Classes, streams: Streams, count: int):
        unravelling = classes.unravelling
        made, times = unravelling.generator, unravelling.times
        self.classes, self.streams, self.times = classes, streams, times
        self.observed = np.zeros((len(unravelling.observables), count, len(times)), dtype=complex)
        self.jumps: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.kets = np.zeros((count, int(made.grading.sizes.max())), dtype=complex)
        self.label = np.zeros(count, dtype=int)
        drawn = unravelling.ensemble.drawn(streams, count)
        kets = unravelling.ensemble.kets
        for k in np.unique(drawn):
            part = slice(kets.indptr[k], kets.indptr[k + 1])
            place, value = kets.indices[part], kets.data[part]
            which = np.flatnonzero(drawn == k)
            self.label[which] = made.grading.label[place[0]]
            self.kets[which[:, None], made.grading.position[place]] = value / np.linalg.norm(value)
        self.target = streams.uniforms(np.arange(count))
        self.time = np.full(count, times[0])
        self.sample = np.zeros(count, dtype=int)
        for q in np.unique(self.label):
            self._sample(int(q), np.flatnonzero(self.label == q))

    def advance(self, q: int, which: np.ndarray) -> None:
        """Bring trajectories of one class to their next jump or sample."""
        width = len(self.classes.unravelling.generator.grading.members[q])
        goal = self.times[self.sample[which]]
        flight = self.classes.decay(q).fly(self.kets[which, :width], self.target[which], goal - self.time[which])
        self.kets[which, :width] = flight.vectors
        self.time[which] += flight.elapsed
        arrived = ~flight.fallen & (self.time[which] >= goal - 1e-13 * np.abs(goal))
        self.time[which[arrived]] = goal[arrived]
        if arrived.any():
            self._sample(q, which[arrived])
        if flight.fallen.any():
            self._jump(q, which[flight.fallen])

    def _sample(self, q: int, which: np.ndarray) -> None:
        """Write down ⟨O⟩ of the normalised kets."""
        width = len(self.classes.unravelling.generator.grading.members[q])
        kets = self.kets[which, :width]
        size = norms(kets)
        for k, block in self.classes.read(q):
            values = np.einsum("ij,ij->i", kets.conj(), kets @ block) / size
            self.observed[k, which, self.sample[which]] = values
        self.sample[which] += 1

    def _jump(self, q: int, which: np.ndarray) -> None:
        """Choose a channel by the weights of the kets that it leads to, and go there."""
        matrix, begins, targets = self.classes.jump(q)
        width = matrix.shape[0]
        reached = self.kets[which, :width] @ matrix
        weights = reached.real**2 + reached.imag**2
        running = np.cumsum([weights[:, start:end].sum(axis=1) for start, end in pairwise(begins)], axis=0)
        chance = self.streams.uniforms(which) * running[-1]
        channel = (running < chance).sum(axis=0).clip(max=len(targets) - 1)
        self.jumps.append((which, self.time[which].copy(), channel))
        self.target[which] = self.streams.uniforms(which)
        for c in np.unique(channel):
            mine = channel == c
            chosen = which[mine]
            kets = reached[mine, begins[c] : begins[c + 1]]
            self.kets[chosen] = 0
            self.kets[chosen, : kets.shape[1]] = kets / np.sqrt(norms(kets))[:, None]
            self.label[chosen] = targets[c]

    def records(self) -> Records:
        """What was written down, the jumps of detectors that are read only."""
        none = (np.zeros(0, int), np.zeros(0), np.zeros(0, int))
        trajectory, time, channel = (np.concatenate(parts) for parts in zip(none, *self.jumps, strict=True))
        measured = np.array([c.measured for c in self.classes.unravelling.channels], dtype=bool)
        seen = measured[channel] if len(measured) else np.zeros(0, dtype=bool)
        currents = np.zeros((0, len(self.label), len(self.times) - 1))
        return Records(self.observed, trajectory[seen], time[seen], channel[seen], currents)
