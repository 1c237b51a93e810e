"""The oscillator site: normally ordered words ``a†^p f(n) a^q``.

Without a diagonal function f this is the usual normal order. A product of diagonal functions stands in the
middle, because ``f(n) a† = a† f(n+1)`` and ``a f(n) = f(n+1) a`` carry it there from either side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from math import comb, isfinite, perm
from typing import Any, TypeAlias

import numpy as np

from photinus.algebra.site import LocalWord, Site, power
from photinus.errors import InvalidInput

SAMPLES = range(2048)


class DiagonalFunction:
    """A function of the number operator, compared by its values at n = 0 … 2047."""

    __slots__ = ("_digest", "_partner", "conjugated", "function", "name")

    def __init__(self, function: Callable[[int], complex], conjugated: bool = False):
        self.function = function
        self.conjugated = conjugated
        self.name = getattr(function, "__name__", "f").replace("<lambda>", "f")
        values = np.array([self(n) for n in SAMPLES], complex)
        self._digest = hashlib.sha256(values.tobytes()).hexdigest()[:16]
        self._partner: DiagonalFunction | None = None if values.imag.any() else self

    def __call__(self, n: int) -> complex:
        try:
            value = complex(self.function(int(n)))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise InvalidInput(
                f"The diagonal function {self.name!r} has no value at n = {n}: {error}.",
                "Give a function that returns a number for every n = 0, 1, 2, ….",
            ) from error
        if not (isfinite(value.real) and isfinite(value.imag)):
            raise InvalidInput(
                f"The diagonal function {self.name!r} is {value} at n = {n}.",
                "Give a function that is finite for every n = 0, 1, 2, ….",
            )
        return value.conjugate() if self.conjugated else value

    def conjugate(self) -> DiagonalFunction:
        """N ↦ f(n)*."""
        if self._partner is None:  # made once: it samples the function anew
            self._partner = DiagonalFunction(self.function, not self.conjugated)
            self._partner._partner = self
        return self._partner

    @property
    def key(self) -> str:
        """A digest of the sampled values."""
        return self._digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DiagonalFunction) and self._digest == other._digest

    def __hash__(self) -> int:
        return hash(self._digest)

    def __repr__(self) -> str:
        return f"{self.name}#{self._digest[:6]}"


Factors: TypeAlias = tuple[tuple[DiagonalFunction, int], ...]


def _sorted(factors: Factors) -> Factors:
    return tuple(sorted(factors, key=lambda factor: (factor[0].key, factor[1])))


def _moved(factors: Factors, by: int) -> Factors:
    return tuple((f, offset + by) for f, offset in factors) if by else factors


class Oscillator(Site):
    """A harmonic oscillator; its words are ``(p, q, factors)`` for a†^p Π f_i(n + o_i) a^q."""

    __slots__ = ()
    kind = "oscillator"

    @property
    def identity(self) -> LocalWord:
        return (0, 0, ())

    @property
    def coordinates(self) -> tuple[str, ...]:
        return (f"n_{self.name}",)

    def product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        p, q, f = u
        r, s, g = v
        # a^q a†^r = Σ_k C(q,k) C(r,k) k! a†^(r-k) a^(q-k)
        return [
            (
                (p + r - k, q - k + s, _sorted(_moved(f, r - k) + _moved(g, q - k)) if f or g else ()),
                float(comb(q, k) * perm(r, k)),
            )
            for k in range(min(q, r) + 1)
        ]

    def adjoint(self, word: LocalWord) -> LocalWord:
        p, q, factors = word
        return (q, p, _sorted(tuple((f.conjugate(), o) for f, o in factors)) if factors else ())

    def shift(self, word: LocalWord) -> tuple[int, ...]:
        return (word[0] - word[1],)

    def levels(self, cutoff: int | None) -> int:
        assert cutoff is not None
        return cutoff

    def kets(self, levels: int) -> np.ndarray:
        return np.arange(levels)[:, None]

    def action(self, word: LocalWord, levels: int) -> tuple[np.ndarray, np.ndarray]:
        p, q, factors = word
        start = np.arange(levels)
        low = start - q
        target = low + p
        inside = (low >= 0) & (target < levels)
        low = np.where(inside, low, 0)
        square = np.ones(levels)
        for i in range(1, q + 1):
            square *= low + i
        for i in range(1, p + 1):
            square *= low + i
        amplitude: np.ndarray = np.sqrt(square)
        for f, offset in factors:
            amplitude = amplitude * np.array([f(int(n) + offset) for n in low])
        if factors and not np.any(np.imag(amplitude)):
            amplitude = amplitude.real
        return np.where(inside, target, -1), np.where(inside, amplitude, 0.0)

    def text(self, word: LocalWord) -> str:
        p, q, factors = word
        middle = "".join(f"{f!r}(n_{self.name}{f'+{o}' if o else ''})" for f, o in factors)
        parts = (power(self.name + "†", p), middle, power(self.name, q))
        return " ".join(part for part in parts if part)

    def polynomial(self, word: LocalWord) -> bool:
        """Whether the word is free of diagonal functions."""
        return not word[2]


def diagonal_word(function: Callable[[int], Any]) -> LocalWord:
    """The word of Σ_n f(n)|n⟩⟨n|."""
    if not callable(function):
        raise InvalidInput(
            f"The diagonal function is {function!r}, which cannot be called.", "Give a function of the number n."
        )
    return (0, 0, ((DiagonalFunction(function), 0),))
