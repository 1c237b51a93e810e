"""Noise of three values, ±√3 and 0 with the probabilities 1/6, 1/6 and 2/3, from cheap random bits.

Its moments up to the fifth are those of the normal distribution, which is all that a scheme of weak order 2 can see
(Kloeden and Platen 1992, chapter 14). Sixteen bits make a number: 10923/65536 stands for 1/6, and the height is such
that the variance is 1; the fourth moment is then 2.99991.
"""

from __future__ import annotations

import numpy as np

LOW = 10923
"""Sixteen bits below this are −height."""
HIGH = 65536 - LOW
"""Sixteen bits from here on are +height."""
HEIGHT = (65536 / (2 * LOW)) ** 0.5


def stream_states(seed: int, first: int, count: int) -> np.ndarray:
    """The states of xoshiro128++ of the trajectories first, …, shape (4, count), of 32 bits."""
    out = np.empty((4, count), dtype=np.uint32)
    for k in range(count):
        out[:, k] = np.random.SeedSequence(seed, spawn_key=(first + k, 1)).generate_state(4)
    return out


def words(state: np.ndarray) -> np.ndarray:
    """The next word of each stream, shape (count,); the states (4, count) move on.

    Examples
    --------
    From the state 1, 2, 3, 4 (the test of Rust's xoshiro128++):

    >>> import numpy as np
    >>> from photinus.solve.phase_space.threepoint import words
    >>> state = np.array([[1], [2], [3], [4]], dtype=np.uint32)
    >>> [int(words(state)[0]) for _ in range(4)]
    [641, 1573767, 3222811527, 3517856514]
    """
    out = _turned(state[0] + state[3], 7) + state[0]
    shifted = state[1] << np.uint32(9)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = _turned(state[3], 11)
    return np.asarray(out)


def _turned(x: np.ndarray, by: int) -> np.ndarray:
    return (x << np.uint32(by)) | (x >> np.uint32(32 - by))


class ThreePoint:
    """Streams like :class:`~photinus.numerics.rng.Streams`, of three-point numbers in the place of normal ones.

    Parameters
    ----------
    state : ndarray, shape (4, count)
        From :func:`stream_states`; it moves on.
    sources : tuple of int
        How many words each source takes for a step: the real parts of its numbers come first, then the imaginary ones.
    """

    def __init__(self, state: np.ndarray, sources: tuple[int, ...]):
        self.state = state
        self.sources = sources

    def normals(self, number: int) -> np.ndarray:
        """The numbers of some whole steps, shape (count, number)."""
        parts = []
        for _ in range(number // max(1, 2 * sum(self.sources))):
            for size in self.sources:
                drawn = np.array([words(self.state) for _ in range(size)]).reshape(size, -1)
                parts += [drawn & np.uint32(0xFFFF), drawn >> np.uint32(16)]
        if not parts:
            return np.zeros((self.state.shape[1], 0))
        bits = np.concatenate(parts).T
        return np.asarray(HEIGHT * ((bits >= HIGH).astype(float) - (bits < LOW)))
