"""The qudit site: words ``|m⟩⟨n|``, the last projector eliminated by Σ_k |k⟩⟨k| = 1.

Its coordinates are one-hot (level k < d − 1 has a 1 at place k, the last level none), so that |m⟩⟨n| shifts by
e_m − e_n: every level that no process mixes coherently carries a charge of its own.
"""

from __future__ import annotations

import numpy as np

from photinus.algebra.site import SUBSCRIPTS, LocalWord, Site
from photinus.numerics.checks import whole_number


class Qudit(Site):
    """A system of d levels 0 … d − 1; its words are ``(m, n)``, and ``()`` is the identity."""

    __slots__ = ("dimension",)
    kind = "qudit"
    dimension: int

    def __init__(self, name: str, dimension: int):
        dimension = whole_number(dimension, f"number of levels of the qudit {name!r}")
        object.__setattr__(self, "dimension", dimension)
        super().__init__(name, dimension)

    def __repr__(self) -> str:
        return f"qudit {self.name} ({self.dimension} level{'s' if self.dimension > 1 else ''})"

    @property
    def identity(self) -> LocalWord:
        return ()

    @property
    def coordinates(self) -> tuple[str, ...]:
        return tuple(f"P{str(k).translate(SUBSCRIPTS)}({self.name})" for k in range(self.dimension - 1))

    def expand(self, m: int, n: int) -> list[tuple[LocalWord, complex]]:
        """|m⟩⟨n| in canonical words: the last projector is 1 − Σ of the others."""
        last = self.dimension - 1
        if m == n == last:
            return [((), 1.0)] + [((k, k), -1.0) for k in range(last)]
        return [((m, n), 1.0)]

    def product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        if not u or not v:
            return [(u or v, 1.0)]
        return self.expand(u[0], v[1]) if u[1] == v[0] else []

    def adjoint(self, word: LocalWord) -> LocalWord:
        return word[::-1]

    def shift(self, word: LocalWord) -> tuple[int, ...]:
        out = [0] * self.dimension
        if word:
            out[word[0]] += 1
            out[word[1]] -= 1
        return tuple(out[:-1])

    def levels(self, cutoff: int | None) -> int:
        return self.dimension

    def kets(self, levels: int) -> np.ndarray:
        return np.eye(self.dimension, self.dimension - 1, dtype=int)

    def action(self, word: LocalWord, levels: int) -> tuple[np.ndarray, np.ndarray]:
        target = np.arange(levels) if not word else np.full(levels, -1)
        if word:
            target[word[1]] = word[0]
        return target, np.where(target >= 0, 1.0, 0.0)

    def text(self, word: LocalWord) -> str:
        return f"{self.name}|{word[0]}⟩⟨{word[1]}|"
