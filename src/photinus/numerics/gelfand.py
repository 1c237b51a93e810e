"""Gelfand-Tsetlin patterns: the basis of all irreducible representations of U(d) on N boxes, in closed form.

N systems of d levels fall into U(d) × S_N irreps, one pair for each Young diagram λ of N boxes and at most d rows
(Schur and Weyl): (ℂ^d)^⊗N = ⊕_λ V_λ ⊗ S_λ. The basis of V_λ that the chain U(d) ⊃ U(d−1) ⊃ … ⊃ U(1) fixes has one
ket for each triangle of integers ::

    m_1d ≥ m_2d ≥ … ≥ m_dd         λ itself, the diagram of all d levels
      m_1,d−1 ≥ … ≥ m_d−1,d−1      that of the levels 0 … d − 2
              …                    m_ij ≥ m_i,j−1 ≥ m_i+1,j
             m_11                  the boxes in level 0

With l_ij = m_ij − i, two facts give all that identical atoms need. E_j−1,j = Σ_n |j−1⟩⟨j|_n raises one m_ij by 1 ::

    ⟨m + e_ij|E_j−1,j|m⟩² = −Π_k (l_k,j+1 − l_ij) Π_k (l_k,j−1 − l_ij − 1) / Π_{k≠i} (l_kj − l_ij)(l_kj − l_ij − 1),

(Gelfand and Tsetlin 1950), and one more system in level k raises one entry of each of the rows k + 1 … d (a *path*),
with a Clebsch-Gordan coefficient that is a product of one factor a row (Vilenkin and Klimyk 1992, §18.2.10):
:func:`coupling`. Rows and entries count from 1 in these formulas, levels from 0.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import comb

import numpy as np
from scipy.special import gammaln

from photinus.errors import InvalidInput
from photinus.numerics.memory import require_memory

Path = tuple[int, ...]
"""Which entry (from 0) is raised in each of the rows k + 1 … d."""
Shift = tuple[int, ...]
Bands = dict[Shift, np.ndarray]
"""An operator: shift of the entries -> amplitude with which each pattern goes to the shifted one."""


class Patterns:
    """All patterns of N boxes and d rows, the largest first in lexical order.

    Attributes
    ----------
    boxes, levels : int
        N and d.
    entries : ndarray of int, shape (patterns, d(d + 1)/2)
        The rows one after the other, the longest (λ) first.
    """

    def __init__(self, boxes: int, levels: int):
        self.boxes, self.levels = boxes, levels
        width = levels * (levels + 1) // 2
        count = number_of_patterns(boxes, levels)
        require_memory(
            16.0 * (width + 4) * count,
            None,
            f"A list of the {count} kets of {boxes} atoms of {levels} levels",
            "Take fewer atoms or levels, or ask ph.cumulants(model), for any number of atoms.",
        )
        if (boxes + 1) ** width > 2**62:
            raise InvalidInput(
                f"The kets of {boxes} atoms of {levels} levels have more quantum numbers than an integer counts.",
                "Take fewer atoms or levels, or ask ph.cumulants(model), for any number of atoms.",
            )
        entries = _diagrams(boxes, levels)
        for j in range(levels, 1, -1):
            upper = entries[:, -j:]
            for i in range(j - 1):  # m_ij ≥ m_i,j−1 ≥ m_i+1,j
                entries, upper = _extended(entries, upper, upper[:, i], upper[:, i + 1])
        self.entries = entries.astype(np.int64)
        self._radix = (boxes + 1) ** np.arange(width - 1, -1, -1, dtype=np.int64)
        self._keys = -(self.entries @ self._radix)  # ascending
        self.entries.setflags(write=False)
        self._added: dict[int, dict[Path, tuple[np.ndarray, np.ndarray]]] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def place(self, entries: np.ndarray) -> np.ndarray:
        """The number of each pattern, -1 for what is none."""
        entries = np.asarray(entries, dtype=np.int64)
        keys = -(entries @ self._radix)
        found = np.minimum(np.searchsorted(self._keys, keys), len(self) - 1)
        return np.where((self.entries[found] == entries).all(axis=-1), found, -1)

    @property
    def shapes(self) -> np.ndarray:
        """λ of every pattern."""
        return self.entries[:, : self.levels]

    def target(self, shift: Shift) -> np.ndarray:
        """The pattern that each goes to, or -1."""
        return self.place(self.entries + np.array(shift, dtype=np.int64))

    def transition(self, k: int, l: int) -> Bands:
        """E_kl = Σ_n |k⟩⟨l|_n."""
        if k == l:
            return {self._none: self.populations[:, k].astype(float)}
        if k > l:
            return self.adjoint(self.transition(l, k))
        if l == k + 1:
            return {step(self.levels, l, i): self._raised(l, i) for i in range(l)}
        left, right = self.transition(k, l - 1), self.transition(l - 1, l)  # E_kl = [E_k,l−1, E_l−1,l]
        out = self.times(left, right)
        for shift, x in self.times(right, left).items():
            out[shift] = out[shift] - x
        return out

    def exchange(self, k: int, l: int, taken: int, given: int) -> Bands:
        """K of the jump |k⟩⟨l| of each atom that takes a box from the row ``taken`` of λ and gives one to ``given``.

        Σ_n A_n ρ A_n† is the sum of all d² of them, with their coherences among the patterns of one λ: of λ to λ′ by
        way of μ = λ − e_taken = λ′ − e_given, K = √(N f_μ/f_λ) C_λ′μ (1 ⊗ A) C_λμ†.
        """
        d, out = self.levels, Bands()
        weight, removed, added = np.sqrt(removal(self.shapes, taken)), self._boxes(l), self._boxes(k)
        for last in paths(l, d, taken):
            above, amplitude = removed[last]
            inside = np.flatnonzero(above >= 0)
            lower = np.full(len(self), -1)
            lower[above[inside]] = inside
            first = weight * np.where(lower >= 0, amplitude[lower], 0.0)
            for new in paths(k, d, given):
                shift = tuple(x - y for x, y in zip(steps(d, new), steps(d, last), strict=True))
                target, second = added[new]
                value = np.where((lower >= 0) & (target[lower] >= 0), first * second[lower], 0.0)
                out[shift] = out[shift] + value if shift in out else value
        return out

    def _boxes(self, level: int) -> dict[Path, tuple[np.ndarray, np.ndarray]]:
        """For each path of one more box in a level: where the patterns of N − 1 boxes go, and the amplitudes."""
        if level not in self._added:
            d, entries = self.levels, patterns(self.boxes - 1, self.levels).entries
            self._added[level] = {
                path: (self.place(entries + np.array(steps(d, path))), coupling(entries, d, path))
                for path in paths(level, d)
            }
        return self._added[level]

    @property
    def populations(self) -> np.ndarray:
        """How many boxes each level has, shape (patterns, d)."""
        sums = [row(self.entries, self.levels, j).sum(axis=1) for j in range(self.levels + 1)]
        return np.diff(np.stack(sums, axis=1), axis=1)

    def times(self, left: Bands, right: Bands) -> Bands:
        """The product of two operators."""
        out: Bands = {}
        for s, x in right.items():
            target = self.target(s)
            for t, y in left.items():
                shift = tuple(i + j for i, j in zip(s, t, strict=True))
                value = np.where(target >= 0, x * y[target], 0.0)
                out[shift] = out[shift] + value if shift in out else value
        return out

    def adjoint(self, bands: Bands) -> Bands:
        """The Hermitian conjugate; all amplitudes are real."""
        out: Bands = {}
        for s, x in bands.items():
            back = tuple(-i for i in s)
            source = self.target(back)
            out[back] = np.where(source >= 0, x[source], 0.0)
        return out

    @property
    def _none(self) -> Shift:
        return (0,) * self.entries.shape[1]

    def _raised(self, j: int, i: int) -> np.ndarray:
        """⟨m + e_ij|E_j−1,j|m⟩, i from 0."""
        above, own, below = (_lengths(self.entries, self.levels, n) for n in (j + 1, j, j - 1))
        at = own[:, [i]]
        others = np.delete(own, i, axis=1) - at
        square = (above - at).prod(axis=1) * (below - at - 1).prod(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            out = np.sqrt(np.abs(square / (others * (others - 1)).prod(axis=1)))
        return np.where(self.target(step(self.levels, j, i)) >= 0, out, 0.0)


@lru_cache(maxsize=16)
def patterns(boxes: int, levels: int) -> Patterns:
    """The patterns, made once."""
    return Patterns(boxes, levels)


def number_of_patterns(boxes: int, levels: int) -> int:
    """Σ_λ dim V_λ, the coefficient of x^N in (1 − x)^−d (1 − x²)^−d(d−1)/2.

    Examples
    --------
    >>> from photinus.numerics.gelfand import number_of_patterns
    >>> [number_of_patterns(n, 2) for n in (2, 3, 4)], number_of_patterns(3, 3)
    ([4, 6, 9], 19)
    """
    pairs = levels * (levels - 1) // 2
    if levels == 1:
        return 1
    return sum(
        comb(boxes - 2 * k + levels - 1, levels - 1) * comb(k + pairs - 1, pairs - 1) for k in range(boxes // 2 + 1)
    )


def log_multiplicity(shapes: np.ndarray) -> np.ndarray:
    """Ln f_λ, f_λ = dim S_λ = N! Π_{i<j}(h_i − h_j)/Π h_i! with h_i = λ_i + d − i."""
    h = _hooks(shapes)
    d = h.shape[-1]
    gaps = sum((np.log(h[..., i] - h[..., j]) for i in range(d) for j in range(i + 1, d)), np.zeros(h.shape[:-1]))
    return np.asarray(gammaln(shapes.sum(axis=-1) + 1) + gaps - gammaln(h + 1).sum(axis=-1))


def dimension(shape: tuple[int, ...]) -> int:
    """Dim V_λ = Π_{i<j} (h_i − h_j)/(j − i) (Weyl).

    Examples
    --------
    Of SU(3), (p + 1)(q + 1)(p + q + 2)/2 with p = λ₁ − λ₂ and q = λ₂ − λ₃:

    >>> from photinus.numerics.gelfand import dimension
    >>> dimension((2, 1, 0)), dimension((3, 0, 0)), dimension((4, 2, 0))
    (8, 10, 27)
    """
    h, top, bottom = _hooks(np.array(shape)).tolist(), 1, 1
    for i in range(len(h)):
        for j in range(i + 1, len(h)):
            top, bottom = top * (h[i] - h[j]), bottom * (j - i)
    return top // bottom


def removal(shapes: np.ndarray, i: int) -> np.ndarray:
    """N f_μ/f_λ for μ = λ − e_i: h_i Π_{k≠i} (h_i − h_k − 1)/(h_i − h_k); 0 where μ is no diagram."""
    h = _hooks(shapes).astype(float)
    gaps = h[..., [i]] - np.delete(h, i, axis=-1)
    return np.asarray(h[..., i] * ((gaps - 1) / gaps).prod(axis=-1))


def coupling(entries: np.ndarray, levels: int, path: Path) -> np.ndarray:
    """⟨m + path|m; k⟩ with one more box in the level k, for rows of entries m (of N − 1 boxes).

    For each row n below which another is raised, the factor with i raised in it and j in the row below is
    ± |Π_{t≠j} (l_t,n−1 − l_in − 1) Π_{t≠i} (l_tn − l_j,n−1) / Π_{t≠i} (l_tn − l_in) Π_{t≠j} (l_t,n−1 − l_j,n−1 − 1)|^½,
    − for i > j; for the lowest of the path it is |Π_t (l_t,n−1 − l_in − 1) / Π_{t≠i} (l_tn − l_in)|^½.
    """
    below = levels - len(path)
    square = np.ones(len(entries))
    sign = 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        for n, i in enumerate(path, start=below + 1):
            own, under = _lengths(entries, levels, n), _lengths(entries, levels, n - 1)
            at, rest = own[:, [i]], np.delete(own, i, axis=1)
            if n > below + 1:
                j = path[n - below - 2]
                low, under = under[:, [j]], np.delete(under, j, axis=1)
                square = square * ((rest - low).prod(axis=1) / (under - low - 1).prod(axis=1))
                sign = -sign if i > j else sign
            square = square * ((under - at - 1).prod(axis=1) / (rest - at).prod(axis=1))
        return np.asarray(sign * np.sqrt(np.abs(np.nan_to_num(square, nan=0.0, posinf=0.0, neginf=0.0))))


def paths(level: int, levels: int, top: int | None = None) -> list[Path]:
    """All paths of a box in a level; with ``top``, those that raise this entry of λ."""
    last = range(levels) if top is None else (top,)
    return list(product(*(range(n) for n in range(level + 1, levels)), last))


def step(levels: int, j: int, i: int) -> Shift:
    """The shift of the one entry m_ij, i from 0."""
    out = [0] * (levels * (levels + 1) // 2)
    out[_start(levels, j) + i] = 1
    return tuple(out)


def steps(levels: int, path: Path) -> Shift:
    """The shift of all entries of a path."""
    below = levels - len(path)
    return tuple(map(sum, zip(*(step(levels, n, i) for n, i in enumerate(path, start=below + 1)), strict=True)))


def row(entries: np.ndarray, levels: int, j: int) -> np.ndarray:
    """The row of j entries."""
    return entries[:, _start(levels, j) : _start(levels, j) + j]


def _start(levels: int, j: int) -> int:
    return (levels * (levels + 1) - j * (j + 1)) // 2


def _lengths(entries: np.ndarray, levels: int, j: int) -> np.ndarray:
    """l_ij = m_ij − i of a row."""
    return (row(entries, levels, j) - np.arange(j)).astype(float)


def _hooks(shapes: np.ndarray) -> np.ndarray:
    d = np.shape(shapes)[-1]
    return np.asarray(shapes) + np.arange(d - 1, -1, -1)


def _diagrams(boxes: int, rows: int) -> np.ndarray:
    """All λ of N boxes and at most d rows, the largest first."""
    out = np.zeros((1, 0), dtype=np.int64)
    for i in range(rows):
        left = boxes - out.sum(axis=1)
        most = np.minimum(left, out[:, -1]) if i else left
        least = -(-left // (rows - i))  # the rows below are no longer
        out, _ = _extended(out, out, most, least)
    return out


def _extended(
    entries: np.ndarray, beside: np.ndarray, most: np.ndarray, least: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One more entry to each row of integers, from ``most`` down to ``least``."""
    counts = np.maximum(most - least + 1, 0)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    value = np.repeat(most, counts) - number
    return np.column_stack([np.repeat(entries, counts, axis=0), value]), np.repeat(beside, counts, axis=0)
