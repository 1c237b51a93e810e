"""The engine of diffusive trajectories: homodyne and heterodyne detection, all trajectories in step.

Every channel diffuses: those that are read as the scheme says, the others as if a heterodyne detector were there whose
record is thrown away, which leaves every mean as it is. The step is that of :mod:`photinus.numerics.sde`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp

from photinus.numerics.memory import require_memory
from photinus.numerics.rng import Streams
from photinus.numerics.sde import Noise, Path
from photinus.solve.unravelling.kets import Records, Unravelling, dense_block
from photinus.space.space import Bands, Space

AT_ONCE = 64
"""Steps whose random numbers are drawn together."""
COARSE = 0.5
"""Default step times the largest rate that the model has in its space."""


@dataclass(frozen=True)
class Diffusion:
    """How the measured channels are read.

    Attributes
    ----------
    angle : float or None
        The phase of the local oscillator of homodyne detection; None is heterodyne detection.
    step : float or None
        Longest step; None for half of the time that the fastest ket of the space lives.
    """

    angle: float | None
    step: float | None

    def __call__(self, unravelling: Unravelling, seed: int, first: int, count: int) -> Records:
        """The trajectories first, …, first + count − 1."""
        made, times = unravelling.generator, unravelling.times
        streams = Streams(seed, first, count)
        noises, measured = self._noises(unravelling)
        kets = _initial(unravelling, streams, count)
        readers = [_matrix(bands, made.space) for bands in unravelling.observables]
        observed = np.zeros((len(readers), count, len(times)), dtype=complex)
        currents = np.zeros((len(measured), count, len(times) - 1), dtype=float if self.angle is not None else complex)
        maker = _Propagators(unravelling)
        longest = self.step or maker.fine()
        for k in range(len(times)):
            for row, reader in zip(observed, readers, strict=True):
                row[:, k] = np.einsum("ij,ij->j", kets.conj(), reader @ kets)
            if k + 1 < len(times):
                interval = float(times[k + 1] - times[k])
                steps = 2 * max(1, ceil(0.5 * interval / longest * (1 - 1e-12)))
                path = Path(maker.half(interval / steps), noises, interval / steps)
                kets, records = path.follow(kets, _normals(streams, count, steps, path.numbers))
                for row, j in zip(currents, measured, strict=True):
                    row[:, k] = (records[j] if self.angle is not None else records[j].conj()) / interval
        nothing = np.zeros(0, dtype=int)
        return Records(observed, nothing, np.zeros(0), nothing, currents)

    def _noises(self, unravelling: Unravelling) -> tuple[tuple[Noise, ...], list[int]]:
        """The channels as noises, and the places of those that are read."""
        made = unravelling.generator
        noises, measured = [], []
        for j, (channel, (rate, bands)) in enumerate(zip(unravelling.channels, made.jumps, strict=True)):
            homodyne = channel.measured and self.angle is not None
            turn = np.exp(-1j * (self.angle or 0.0)) if homodyne else 1.0
            matrix = rate**0.5 * turn * _matrix(bands, made.space)
            noises.append(Noise(matrix.real if not np.any(matrix.data.imag) else matrix, homodyne))
            if channel.measured:
                measured.append(j)
        return tuple(noises), measured


def _initial(unravelling: Unravelling, streams: Streams, count: int) -> np.ndarray:
    drawn = unravelling.ensemble.drawn(streams, count)
    kets = unravelling.ensemble.kets[:, drawn].toarray()
    return np.asarray(kets / np.linalg.norm(kets, axis=0))


def _normals(streams: Streams, count: int, steps: int, width: int) -> Iterator[np.ndarray]:
    """The random numbers of each step, drawn many steps at once."""
    for start in range(0, steps, AT_ONCE):
        number = min(AT_ONCE, steps - start)
        drawn = streams.normals(number * width).reshape(count, number, width)
        yield from np.ascontiguousarray(drawn.transpose(1, 0, 2))


class _Propagators:
    """e^{Kt} of the whole space, class by class."""

    def __init__(self, unravelling: Unravelling):
        self._made = made = unravelling.generator
        self._kets = [kets for kets in made.grading.members if len(kets)]
        sizes = made.grading.sizes.astype(float)
        require_memory(
            80.0 * float((sizes**2).sum()),
            None,
            f"The propagator of {made.space.dimension} kets",
            "Use smaller cutoffs.",
        )
        self._blocks = [dense_block(made.no_jump, made.space, kets, kets) for kets in self._kets]
        self._dimension = made.space.dimension
        self._known: dict[float, Any] = {}

    def fine(self) -> float:
        """A step short enough for every ket of the space: its decay, what moves it, and how fast ⟨L⟩ turns."""
        rates = [0.0]
        for block in self._blocks:
            rates.append(float(-2 * la.eigvalsh(0.5 * (block + block.conj().T)).min()))
            rates.append(float(np.abs(block - np.diag(np.diag(block))).sum(axis=0).max()))
        made, still = self._made, (0,) * self._made.space.coordinates.shape[1]
        frequencies = np.imag(made.no_jump.get(still, np.zeros(self._made.space.dimension)))
        for _, bands in made.jumps:
            for shift, amplitude in bands.items():
                target = made.space.shifted(shift)
                moved = np.flatnonzero((target >= 0) & (amplitude != 0))
                rates.append(float(np.abs(frequencies[target[moved]] - frequencies[moved]).max(initial=0.0)))
        return COARSE / max(rates) if max(rates) > 0 else np.inf

    def half(self, step: float) -> Any:
        """e^{K·step/2}; steps that agree to rounding are one."""
        key = float(f"{step:.12e}")
        if key not in self._known:
            blocks = [la.expm(0.5 * step * block) for block in self._blocks]
            order = np.concatenate(self._kets)
            back = np.argsort(order)
            whole = sp.csr_array(sp.block_diag(blocks, format="csr"))[back][:, back]
            few = whole.nnz < 0.2 * self._dimension**2
            self._known[key] = whole if few else whole.toarray()
        return self._known[key]


def _matrix(bands: Bands, space: Space) -> sp.csr_array:
    rows, columns, values = [np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0)]
    for shift, amplitude in bands.items():
        target = space.shifted(shift)
        inside = np.flatnonzero((target >= 0) & (amplitude != 0))
        rows, columns, values = [*rows, target[inside]], [*columns, inside], [*values, amplitude[inside]]
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sp.csr_array(entries, shape=(space.dimension,) * 2)
