"""Products of the transition operators E_kl = Σ_n |k⟩⟨l|_n of N atoms of d levels, in normal order.

Their commutators are those of U(d), [E_ij, E_kl] = δ_jk E_il − δ_li E_kj, and Σ_k E_kk = N is a number: of the
populations the last is eliminated. A word holds a power for each of the d² − 1 others, first what raises (k < l), then
the populations, then what lowers, in the mirrored order, so that the adjoint of a word is one word
(Poincaré, Birkhoff, Witt).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

Letter: TypeAlias = tuple[int, int]
Powers: TypeAlias = tuple[int, ...]
Sum: TypeAlias = Mapping[Powers, float]


@lru_cache(maxsize=64)
def letters(levels: int) -> tuple[Letter, ...]:
    """The (k, l) of the E_kl in normal order.

    Examples
    --------
    >>> from photinus.algebra.transitions import letters
    >>> letters(3)
    ((0, 1), (0, 2), (1, 2), (0, 0), (1, 1), (2, 1), (2, 0), (1, 0))
    """
    raising = [(k, l) for k in range(levels) for l in range(k + 1, levels)]
    return (*raising, *((k, k) for k in range(levels - 1)), *((l, k) for k, l in reversed(raising)))


def word_of(levels: int, letter: Letter) -> Powers:
    """The word of one letter; the last population is none."""
    return tuple(int(letter == other) for other in letters(levels))


def adjoint(levels: int, word: Powers) -> Powers:
    """The adjoint of a word: the powers of E_kl and E_lk exchanged."""
    raising = levels * (levels - 1) // 2
    return (*word[: -raising - 1 : -1], *word[raising:-raising], *word[raising - 1 :: -1])


def spelled(levels: int, word: Powers) -> list[Letter]:
    """The letters of a word, from the left."""
    return [letter for letter, power in zip(letters(levels), word, strict=True) for _ in range(power)]


@lru_cache(maxsize=65536)
def times(atoms: int, levels: int, left: Powers, right: Powers) -> tuple[tuple[Powers, float], ...]:
    """The product of two words; of more than N steps between the same two levels nothing is left."""
    out: dict[Powers, float] = {left: 1.0}
    for letter in spelled(levels, right):
        out = _each(out, atoms, levels, letter)
    return tuple(sorted((word, c) for word, c in out.items() if c != 0))


def _each(total: Sum, atoms: int, levels: int, letter: Letter) -> dict[Powers, float]:
    out: dict[Powers, float] = {}
    for word, c in total.items():
        for new, x in appended(atoms, levels, word, letter).items():
            out[new] = out.get(new, 0.0) + c * x
    return out


@lru_cache(maxsize=65536)
def appended(atoms: int, levels: int, word: Powers, letter: Letter) -> Sum:
    """A word times one letter on its right."""
    out: dict[Powers, float] = {}
    if letter == (levels - 1, levels - 1):
        out[word] = float(atoms)
        parts = [(appended(atoms, levels, word, (k, k)), -1.0) for k in range(levels - 1)]
    else:
        place = letters(levels).index(letter)
        last = max((i for i, power in enumerate(word) if power), default=0)
        if last <= place:
            k, l = letter
            power = word[place] + 1
            return {(*word[:place], power, *word[place + 1 :]): 1.0} if k == l or power <= atoms else {}
        other = letters(levels)[last]
        shorter = (*word[:last], word[last] - 1, *word[last + 1 :])  # w·y·x = (w·x)·y + w·[y, x]
        parts = [(_each(appended(atoms, levels, shorter, letter), atoms, levels, other), 1.0)]
        if other[1] == letter[0]:
            parts.append((appended(atoms, levels, shorter, (other[0], letter[1])), 1.0))
        if letter[1] == other[0]:
            parts.append((appended(atoms, levels, shorter, (letter[0], other[1])), -1.0))
    for part, sign in parts:
        for new, x in part.items():
            out[new] = out.get(new, 0.0) + sign * x
    return out
