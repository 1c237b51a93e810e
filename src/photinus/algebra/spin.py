"""The spin site: words ``S₊^d S_z^r`` (d ≥ 0) and ``S_z^r S₋^|d|`` (d < 0), reduced by the Casimir.

Every operator of a spin j that raises m by d is S₊^d g(S_z) with a polynomial g; the product of two of them
uses S₊S₋ = j(j+1) − S_z(S_z − 1), and g is reduced modulo the polynomial that vanishes wherever S₊^d does not.
That makes the form unique: a spin ½ has exactly the words 1, S_z, S₊, S₋.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias, TypeVar

import numpy as np

from photinus.algebra.site import LocalWord, Site, power
from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number

Polynomial: TypeAlias = tuple[float, ...]  # ascending powers of S_z
P = TypeVar("P")
Multiply: TypeAlias = Callable[[P, P], P]
Translate: TypeAlias = Callable[[P, float], P]


def _multiply(f: Polynomial, g: Polynomial) -> Polynomial:
    out = [0.0] * (len(f) + len(g) - 1)
    for i, x in enumerate(f):
        for k, y in enumerate(g):
            out[i + k] += x * y
    return tuple(out)


def _translate(f: Polynomial, by: float) -> Polynomial:
    """g(z) = f(z + by), by Horner's rule."""
    out: Polynomial = (0.0,)
    for coefficient in reversed(f):
        out = _multiply(out, (by, 1.0))
        out = (out[0] + coefficient, *out[1:])
    return out


@lru_cache(maxsize=4096)
def _vanishing(twice_j: int, d: int) -> Polynomial:
    """Π (z − m) over the m = −j … j − d on which S₊^d does not vanish."""
    out: Polynomial = (1.0,)
    for k in range(twice_j + 1 - d):
        out = _multiply(out, (-(k - twice_j / 2), 1.0))
    return out


def _remainder(f: Polynomial, twice_j: int, d: int) -> Polynomial:
    degree = twice_j + 1 - d
    if degree <= 0:
        return ()
    out = list(f)
    while len(out) > degree:
        lead = out.pop()
        if lead:
            for i, c in enumerate(_vanishing(twice_j, d)[:-1]):
                out[len(out) - degree + i] -= lead * c
    return tuple(out)


class Spin(Site):
    """A spin j; its words are ``(d, r)``; its kets are m = +j … −j, in this order."""

    __slots__ = ("twice_j",)
    kind = "spin"
    twice_j: int

    def __init__(self, name: str, j: float):
        twice = 2 * real_number(j, f"length j of the spin {name!r}")
        if twice != int(twice) or twice < 1:
            raise InvalidInput(f"The spin {name!r} has length j = {j}.", "Give j = 1/2, 1, 3/2, ….")
        object.__setattr__(self, "twice_j", int(twice))
        super().__init__(name, int(twice) / 2)

    def __repr__(self) -> str:
        j = self.twice_j // 2 if self.twice_j % 2 == 0 else f"{self.twice_j}/2"
        return f"spin {self.name} (j = {j})"

    @property
    def identity(self) -> LocalWord:
        return (0, 0)

    @property
    def coordinates(self) -> tuple[str, ...]:
        return (f"m_{self.name}",)

    def product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        return list(_product(self.twice_j, u, v))

    def adjoint(self, word: LocalWord) -> LocalWord:
        return (-word[0], word[1])

    def shift(self, word: LocalWord) -> tuple[int, ...]:
        return (word[0],)

    def levels(self, cutoff: int | None) -> int:
        return self.twice_j + 1

    def kets(self, levels: int) -> np.ndarray:
        return np.arange(self.twice_j, -1, -1)[:, None]  # j + m, an integer for half-integer spins too

    def action(self, word: LocalWord, levels: int) -> tuple[np.ndarray, np.ndarray]:
        d, r = word
        j = self.twice_j / 2
        m = j - np.arange(levels)
        target = np.arange(levels) - d
        inside = (target >= 0) & (target < levels)
        square = np.ones(levels)
        for i in range(abs(d)):
            square *= (j - m - i) * (j + m + i + 1) if d > 0 else (j + m - i) * (j - m + i + 1)
        at = m if d >= 0 else m + d
        return np.where(inside, target, -1), np.where(inside, np.sqrt(np.abs(square)) * at**r, 0.0)

    def text(self, word: LocalWord) -> str:
        d, r = word
        z = power(f"{self.name}_z", r)
        ladder = power(f"{self.name}{'₊' if d > 0 else '₋'}", abs(d))
        return " ".join(part for part in ((ladder, z) if d > 0 else (z, ladder)) if part)


@lru_cache(maxsize=65536)
def _product(twice_j: int, u: LocalWord, v: LocalWord) -> tuple[tuple[LocalWord, complex], ...]:
    (d, r), (e, s) = u, v
    f: Polynomial = (0.0,) * r + (1.0,)
    g: Polynomial = (0.0,) * s + (1.0,)
    casimir = twice_j * (twice_j + 2) / 4

    def square(z0: float) -> Polynomial:
        return (casimir - z0 * (z0 - 1), 1 - 2 * z0, -1.0)

    out = _remainder(ladder_product((d, f), (e, g), _multiply, _translate, square), twice_j, abs(d + e))
    return tuple(((d + e, power_), c) for power_, c in enumerate(out) if c != 0)


def ladder_product(
    left: tuple[int, P],
    right: tuple[int, P],
    multiply: Multiply[P],
    translate: Translate[P],
    square: Callable[[float], P],
) -> P:
    """The polynomial in S_z of the product of two ladder words, each (d, f): S₊^d f(z), or f(z) S₋^|d| for d < 0.

    ``multiply(f, g)`` is f·g, ``translate(f, c)`` is f(z + c), and ``square(c)`` is S₊S₋ at z + c, that is
    J² − (z + c)(z + c − 1).
    """
    (d, f), (e, g) = left, right
    if d >= 0 and e >= 0:  # S₊^d f(z) S₊^e g(z) = S₊^(d+e) f(z+e) g(z)
        return multiply(translate(f, e), g)
    if d < 0 and e < 0:  # f(z) S₋^|d| g(z) S₋^|e| = f(z) g(z+|d|) S₋^(|d|+|e|)
        return multiply(f, translate(g, -d))
    if d >= 0:  # S₊^d f g S₋^|e|: the c innermost pairs contract, S₊ k(z) S₋ = k(z−1) S₊S₋
        c = min(d, -e)
        out = translate(multiply(f, g), -c)
        for i in range(c):
            out = multiply(out, square(-i))
        return out
    # f(z) S₋^|d| S₊^e g(z): S₋S₊ is the square at z + 1; contract, then carry what is left to its side.
    c = min(-d, e)
    k = max(e, -d) - c
    near, far = (g, f) if e > c else (f, g)  # X(z) S₊^k = S₊^k X(z+k), S₋^k X(z) = X(z+k) S₋^k
    out = multiply(near, translate(far, k))
    for i in range(c):
        out = multiply(out, square(1 + i + k))
    return out
