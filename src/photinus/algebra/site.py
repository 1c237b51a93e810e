"""What every kind of site must know: how its ladder words multiply, shift and act.

A *word* is one element of a basis of the operators of a site: ``a†^p a^q`` for an oscillator, ``S₊^d S_z^r``
for a spin, ``|m⟩⟨n|`` for a qudit. Three facts hold for every word of every kind, and the whole engine rests on
them: a word takes a ket to at most one ket, it shifts the site's integer coordinates by a fixed vector, and its
adjoint is again one word with coefficient 1. (Of an ensemble of atoms of d levels the first two hold for the *parts*
of a word, which :func:`photinus.algebra.resolved` puts in its place.)
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, NoReturn, TypeAlias

import numpy as np

from photinus.errors import InvalidInput, SiteMismatch, UnknownSite, WrongType, shown

LocalWord: TypeAlias = tuple[Any, ...]


class Site(ABC):
    """One degree of freedom with a name. Sites are values: equal name, kind and size are the same site."""

    __slots__ = ("_hash", "_key", "name", "order")

    kind: ClassVar[str]
    split: ClassVar[bool] = False
    """Whether a word of it may be a sum of several parts, of one shift each."""
    name: str
    order: tuple[tuple[int, int | str], ...]
    _key: tuple[Any, ...]
    _hash: int

    def __init__(self, name: str, *size: Hashable):
        if not isinstance(name, str) or not name or any(c.isspace() for c in name):
            raise InvalidInput(
                f"The name of the {self.kind} is {shown(name)}, which is not a word.",
                "Give a non-empty string without spaces.",
            )
        set_ = object.__setattr__
        set_(self, "name", name)
        set_(self, "order", natural_key(name))
        set_(self, "_key", (self.kind, name, *size))
        set_(self, "_hash", hash(self._key))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._key[1:]

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Site) and self._key == other._key)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def key(self) -> tuple[Any, ...]:
        """Kind, name and size, as a hashable tuple of plain values."""
        return self._key

    @property
    @abstractmethod
    def identity(self) -> LocalWord:
        """The word of the identity."""

    @property
    @abstractmethod
    def coordinates(self) -> tuple[str, ...]:
        """Names of the integer coordinates of a ket, such as ``("n_a",)``."""

    @abstractmethod
    def product(self, u: LocalWord, v: LocalWord) -> list[tuple[LocalWord, complex]]:
        """The product of two words as a combination of words, in canonical form."""

    @abstractmethod
    def adjoint(self, word: LocalWord) -> LocalWord:
        """The Hermitian conjugate of a word."""

    @abstractmethod
    def shift(self, word: LocalWord) -> tuple[int, ...]:
        """By how much the word moves each coordinate of a ket."""

    def parts(self, word: LocalWord) -> list[LocalWord]:
        """Words of one shift each whose sum is the word: itself, but in an ensemble of d levels."""
        return [word]

    @abstractmethod
    def levels(self, cutoff: int | None) -> int:
        """Number of kets kept; only an oscillator looks at the cutoff."""

    @abstractmethod
    def kets(self, levels: int) -> np.ndarray:
        """Coordinates of the kets, integers of shape (levels, number of coordinates)."""

    @abstractmethod
    def action(self, word: LocalWord, levels: int) -> tuple[np.ndarray, np.ndarray]:
        """For each ket, the ket that the word makes of it (-1: none, or outside), and the amplitude."""

    @abstractmethod
    def text(self, word: LocalWord) -> str:
        """The word as a physicist writes it."""


def natural_key(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sorting key that puts ``s2`` before ``s10``."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return (*((0, int(part)) if part.isdecimal() else (1, part) for part in parts), (2, name))


def require_same(left: Site, right: Site) -> None:
    """Raise :class:`SiteMismatch` when one name stands for two different sites."""
    if left != right:
        raise SiteMismatch(
            f"The name {left.name!r} stands for two different sites: {left!r} and {right!r}.",
            "Give each site a name of its own.",
        )


def no_ensemble(what: object) -> WrongType:
    """The error where operators of each atom are asked of what has no atoms."""
    return WrongType(
        f"The {what} is no ensemble, and has no operators of each atom.",
        "Use ph.ensemble(name, N) for N identical two-level systems.",
    )


class Handle(ABC):
    """A site whose operators have names of their own, a spin or a qudit; the handle itself is not an operator."""

    __slots__ = ("name", "site")
    __array_ufunc__ = None  # NumPy scalars then leave ``np.float64(2) * s`` to us
    name: str
    site: Site

    def __init__(self, site: Site):
        self.site = site
        self.name = site.name

    @property
    @abstractmethod
    def operators(self) -> str:
        """Its operators, in words."""

    def __getattr__(self, name: str) -> Any:
        if name == "each":
            raise no_ensemble(self)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def complaint(self) -> tuple[str, str]:
        """Cause and remedy of the error where the handle stands in the place of an operator."""
        return f"The {self.site!r} is a site and not an operator.", f"Use its operators: {self.operators}."

    def _refuse(self, *_: object) -> NoReturn:
        raise WrongType(*self.complaint)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __neg__ = __pos__ = _refuse

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and self.site == other.site

    def __hash__(self) -> int:
        return hash(self.site)

    def __repr__(self) -> str:
        return repr(self.site)


def locate(sites: Sequence[Site], site: str | Handle | Site) -> int:
    """Place among ``sites`` of one that is given by its name or by the handle of a spin or qudit.

    This is the rule for sites wherever one is named. An operator is no site, not even an oscillator's a.

    Raises
    ------
    UnknownSite
        If no site has this name; the nearest name is suggested.
    SiteMismatch
        If the handle is of another kind or size than the site of this name.
    WrongType
        If it is neither a name nor a handle.
    """
    if type(site) is str:  # the usual case, asked for at every point of a sweep
        for place, known in enumerate(sites):
            if known.name == site:
                return place
    named = site.site if isinstance(site, Handle) else site
    name = named.name if isinstance(named, Site) else named
    names = ", ".join(known.name for known in sites) or "none"
    if not isinstance(name, str):
        raise WrongType(
            f"A site is given as {shown(site)}.", f"Give its name (of {names}) or the handle of a spin or qudit."
        )
    for place, known in enumerate(sites):
        if known.name == name:
            if isinstance(named, Site):
                require_same(known, named)
            return place
    from difflib import get_close_matches

    near = get_close_matches(name, [known.name for known in sites], 1)
    raise UnknownSite(
        f"There is no site {name!r}.", f"Did you mean {near[0]!r} of {names}?" if near else f"Sites: {names}."
    )


SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def power(symbol: str, exponent: int) -> str:
    """``a³`` for ("a", 3), ``a`` for ("a", 1), nothing for ("a", 0)."""
    if exponent == 0:
        return ""
    return symbol if exponent == 1 else symbol + str(exponent).translate(SUPERSCRIPTS)
