"""Random numbers with one stream for each trajectory, so that nothing depends on how trajectories are shared out.

The stream of trajectory k is Philox, a counter-based generator (Salmon, Moraes, Dror and Shaw 2011), keyed by the
seed and k. A trajectory therefore meets the same numbers in any batch and on any worker.
"""

from __future__ import annotations

import numpy as np

BLOCK = 64
"""Uniform numbers that a stream hands out at once."""


class Streams:
    """The streams of the trajectories first, …, first + count − 1.

    Parameters
    ----------
    seed : int
        At least 0.
    first : int
        Number of the first trajectory.
    count : int
        Number of trajectories.

    Examples
    --------
    >>> from photinus.numerics.rng import Streams
    >>> whole, part = Streams(7, 0, 5), Streams(7, 3, 2)
    >>> bool((whole.normals(4)[3:] == part.normals(4)).all())
    True
    """

    def __init__(self, seed: int, first: int, count: int):
        self._generators = [
            np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(k,))))
            for k in range(first, first + count)
        ]
        self._block = np.empty((count, BLOCK))
        self._used = np.full(count, BLOCK)

    def uniforms(self, which: np.ndarray) -> np.ndarray:
        """The next number of each of these streams (no stream twice), from (0, 1]."""
        for k in which[self._used[which] == BLOCK]:
            self._generators[k].random(out=self._block[k])
            self._used[k] = 0
        out = 1.0 - self._block[which, self._used[which]]
        self._used[which] += 1
        return np.asarray(out)

    def normals(self, number: int) -> np.ndarray:
        """The next standard normal numbers of every stream, shape (count, number)."""
        out = np.empty((len(self._generators), number))
        for row, generator in zip(out, self._generators, strict=True):
            generator.standard_normal(out=row)
        return out
