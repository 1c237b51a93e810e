"""Operators: polynomials of ladder words over named sites, without cutoffs and without matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from math import isfinite
from types import MappingProxyType
from typing import Any, NoReturn, TypeAlias

import numpy as np

from photinus.algebra.oscillator import Oscillator, diagonal_word
from photinus.algebra.qudit import Qudit
from photinus.algebra.site import Handle, LocalWord, Site, no_ensemble, require_same
from photinus.algebra.spin import Spin
from photinus.errors import InvalidInput, WrongType, refused_operand, shown
from photinus.numerics.checks import real_number, whole_number

Word: TypeAlias = tuple[tuple[Site, LocalWord], ...]  # factors on different sites, in natural order of the names
LONG = 256
"""Terms above which a sum keeps its parts until its terms are asked for."""
Scalar: TypeAlias = int | float | complex | np.number[Any]


class Operator:
    """A polynomial Σ c_w w of words w with complex coefficients; a frozen value.

    Supports ``+ - *`` with operators and numbers (NumPy scalars on either side), ``/`` by numbers, whole powers ``**``,
    ``.dag()``, ``==`` (exact, on canonical forms) and :meth:`isclose`. Anything else beside an operator (a string, an
    array, the handle of a spin) is a :class:`~photinus.errors.WrongType`, which is also a ``TypeError``. Operators are
    made by :func:`oscillator`, :func:`spin`, :func:`qudit` and :func:`diagonal`.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> ph.commutator(a, a.dag()) == 1
    True
    >>> (a + a.dag()) ** 2
    1 + a² + 2 a† a + a†²
    """

    __slots__ = ("_added", "_hash", "_made", "_size")
    __array_ufunc__ = None  # NumPy scalars then leave ``np.float64(2) * a`` to us

    def __init__(self, terms: Mapping[Word, complex]):
        self._made: dict[Word, complex] | None = {word: c for word, c in terms.items() if c != 0}
        self._added: tuple[Operator, Operator, dict[str, Site]] | None = None
        self._size = len(self._made)
        self._hash: int | None = None

    @property
    def _terms(self) -> dict[Word, complex]:
        """The canonical form; of a long sum it is made when it is first asked for."""
        if self._made is None:
            self._made = _summed(self)
            self._added, self._size = None, len(self._made)
        return self._made

    def __reduce__(self) -> tuple[Any, ...]:
        return Operator, (self._terms,)

    @property
    def each(self) -> NoReturn:
        """Only ensembles have operators of each atom."""
        raise no_ensemble(f"operator {shown(self)}")

    @property
    def terms(self) -> Mapping[Word, complex]:
        """The canonical form: word -> coefficient, none of them zero."""
        return MappingProxyType(self._terms)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites that occur, in natural order of their names."""
        return tuple(sorted(named_sites([self]).values(), key=lambda site: site.order))

    def dag(self) -> Operator:
        """The Hermitian conjugate."""
        return Operator({_adjoint(word): c.conjugate() for word, c in self._terms.items()})

    def is_hermitian(self, tolerance: float = 1e-12) -> bool:
        """Whether ‖O − O†‖ is below ``tolerance`` times the largest coefficient."""
        return self.is_exactly_hermitian() or self.isclose(self.dag(), tolerance)

    def is_exactly_hermitian(self) -> bool:
        """O = O†, told at the first word that has no partner, without making O†."""
        terms = self._terms
        return all(terms.get(_adjoint(word)) == c.conjugate() for word, c in terms.items())

    def isclose(self, other: Operator | Scalar, tolerance: float = 1e-12) -> bool:
        """Whether all coefficients agree to ``tolerance`` times the largest one.

        Operators with diagonal functions are compared by their matrix elements: of one oscillator on 2048 levels, of
        several on about 2000 kets.
        """
        other = as_operator(other)
        tolerance = real_number(tolerance, "tolerance of a comparison", minimum=0.0)
        if any(_has_function(word) for word in (*self._terms, *other._terms)):
            return _matrix_distance(self, other) <= tolerance
        scale = max((abs(c) for c in (*self._terms.values(), *other._terms.values())), default=0.0)
        return all(abs(c) <= tolerance * scale for c in (self - other)._terms.values())

    def __add__(self, other: Operator | Scalar) -> Operator:
        if not _is_operand(other):
            return _refused(other)
        other = as_operator(other)
        if max(self._size, other._size) > LONG:
            return _postponed(self, other)
        out = dict(self._terms)
        for word, c in other._terms.items():
            out[word] = out.get(word, 0) + c
        if self._terms.keys() != other._terms.keys():
            named_sites((self, other))  # one name for two different sites is an error
        return Operator(out)

    __radd__ = __add__

    def __neg__(self) -> Operator:
        return Operator({word: -c for word, c in self._terms.items()})

    def __pos__(self) -> Operator:
        return self

    def __sub__(self, other: Operator | Scalar) -> Operator:
        return self + (-as_operator(other)) if _is_operand(other) else _refused(other)

    def __rsub__(self, other: Scalar) -> Operator:
        return as_operator(other) - self if _is_operand(other) else _refused(other)

    def __mul__(self, other: Operator | Scalar) -> Operator:
        if isinstance(other, Operator):
            out: dict[Word, complex] = {}
            for u, x in self._terms.items():
                for v, y in other._terms.items():
                    for word, c in multiply_words(u, v):
                        out[word] = out.get(word, 0) + x * y * c
            return Operator(out)
        if not _is_operand(other):
            return _refused(other)
        factor = as_number(other)
        return Operator({word: c * factor for word, c in self._terms.items()})

    def __rmul__(self, other: Scalar) -> Operator:
        return self * other if _is_operand(other) else _refused(other)

    def __matmul__(self, other: object) -> Operator:
        return _refused(other, f"The sign @ stands between {self} and {shown(other)}.", "Multiply with *.")

    __rmatmul__ = __matmul__

    def __truediv__(self, other: Scalar) -> Operator:
        if isinstance(other, Operator) or not _is_operand(other):
            return _refused(other, f"The operator {self} is divided by {shown(other)}.", "Divide by a number.")
        divisor = as_number(other)
        if divisor == 0:
            raise InvalidInput(f"The operator {self} is divided by zero.", "Divide by a number other than zero.")
        return Operator({word: c / divisor for word, c in self._terms.items()})

    def __rtruediv__(self, other: object) -> Operator:
        return _refused(other, f"The operator {self} divides {shown(other)}.", "Divide by a number.")

    def __pow__(self, exponent: int) -> Operator:
        exponent = whole_number(exponent, "exponent of an operator", minimum=0)
        if exponent == 0:
            return as_operator(1)
        out = self
        for _ in range(exponent - 1):
            out = out * self
        return out

    def __rpow__(self, other: object) -> Operator:
        return _refused(other, f"The operator {self} is an exponent.", "Give a whole number as the exponent.")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Operator):
            return self._terms == other._terms
        return self._terms == as_operator(other)._terms if _is_operand(other) else NotImplemented

    def __hash__(self) -> int:
        if self._hash is None:
            scalar = not self._terms or set(self._terms) == {()}
            self._hash = hash(self._terms.get((), 0)) if scalar else hash(frozenset(self._terms.items()))
        return self._hash

    def __bool__(self) -> bool:
        raise WrongType("An operator is neither true nor false.", "Compare it with == or isclose.")

    def __iter__(self) -> Iterator[Any]:
        raise WrongType("An operator cannot be iterated.", "Its terms are in .terms.")

    def __repr__(self) -> str:
        return self.__str__()

    def __str__(self) -> str:
        if not self._terms:
            return "0"
        ordered = sorted(self._terms.items(), key=lambda item: [(s.order, _print_key(w)) for s, w in item[0]])
        text = " + ".join(_term_text(word, c) for word, c in ordered)
        return text.replace("+ -", "- ")


def _adjoint(word: Word) -> Word:
    return tuple([(site, site.adjoint(local)) for site, local in word])


def named_sites(operators: Iterable[Operator]) -> dict[str, Site]:
    """The sites of all operators by name, or :class:`SiteMismatch` where a name stands for two."""
    found: dict[str, Site] = {}
    for operator in operators:
        for word in operator._terms:
            for site, _ in word:
                known = found.setdefault(site.name, site)
                if known is not site:
                    require_same(known, site)
    return found


def _postponed(left: Operator, right: Operator) -> Operator:
    """A long sum that keeps its two parts, so that a sum of many terms one by one costs no more than its terms.

    Of a chain of such sums the first part knows the sites; the record is shared, and what another branch of the chain
    has put there is told from a true conflict by looking again.
    """
    long, short = (left, right) if left._size >= right._size else (right, left)
    known = long._added[2] if long._added else named_sites([long])
    names = named_sites([short])
    if any(known.get(name, site) != site for name, site in names.items()):
        known = named_sites([long])
        for name, site in names.items():
            require_same(known.get(name, site), site)
    known.update(names)
    out = Operator({})
    out._made, out._added, out._size = None, (long, short, known), long._size + short._size
    return out


def _summed(operator: Operator) -> dict[Word, complex]:
    """The terms of a chain of postponed sums."""
    parts: list[Operator] = []
    while operator._added is not None:
        operator, short, _ = operator._added
        parts.append(short)
    out = dict(operator._terms)
    for part in reversed(parts):
        for word, c in part._terms.items():
            out[word] = out.get(word, 0) + c
    return {word: c for word, c in out.items() if c != 0}


def _has_function(word: Word) -> bool:
    return any(isinstance(site, Oscillator) and not site.polynomial(local) for site, local in word)


def _matrix_distance(left: Operator, right: Operator) -> float:
    """Largest difference of the oscillators' matrix elements, over the largest element."""
    sites = sorted({s for o in (left, right) for s in o.sites if isinstance(s, Oscillator)}, key=lambda s: s.order)
    levels = max(4, round(2048 ** (1 / len(sites))))
    sums: list[dict[Any, Any]] = [{}, {}]
    for total, operator in zip(sums, (left, right), strict=True):
        for word, c in operator.terms.items():
            locals_ = dict(word)
            amplitude: Any = c
            for axis, site in enumerate(sites):
                values = site.action(locals_.get(site, site.identity), levels)[1]
                amplitude = amplitude * values.reshape([-1 if k == axis else 1 for k in range(len(sites))])
            key = tuple((s, s.shift(local) if isinstance(s, Oscillator) else local) for s, local in word)
            key = tuple((s, shift) for s, shift in key if not isinstance(s, Oscillator) or any(shift))
            total[key] = total.get(key, 0) + amplitude
    scale = max((np.abs(v).max() for total in sums for v in total.values()), default=0.0)
    worst = max((np.abs(sums[0].get(k, 0) - sums[1].get(k, 0)).max() for k in {*sums[0], *sums[1]}), default=0.0)
    return float(worst / scale) if scale else 0.0


def _print_key(local: LocalWord) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, part) if isinstance(part, int) else (1, str(part)) for part in local)


def _term_text(word: Word, c: complex) -> str:
    words = " ".join(site.text(local) for site, local in word)
    if not words:
        return number_text(c)
    if c in (1, -1):
        return words if c == 1 else f"-{words}"
    return f"{number_text(c)} {words}"


def number_text(c: complex) -> str:
    """A coefficient in short: 2, 0.5, 0.3i, (1+2i)."""
    if c.imag == 0:
        return f"{c.real:.12g}"
    if c.real == 0:
        return f"{c.imag:.12g}i"
    return f"({c.real:.12g}{c.imag:+.12g}i)"


def _is_operand(value: object) -> bool:
    if isinstance(value, (Operator, int, float, complex, np.number)):
        return True
    return isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iufc"


def _complaint(value: object) -> tuple[str, str]:
    if isinstance(value, Handle):
        return value.complaint
    return (
        f"An operator or a number is due, but {shown(value)} is given.",
        "Build operators from ph.oscillator, ph.spin and ph.qudit, and combine them with single numbers.",
    )


def _refused(value: object, *complaint: str) -> Any:
    """NotImplemented or a typed error; a handle is told as a handle, whatever the operation."""
    own = complaint if complaint and not isinstance(value, Handle) else _complaint(value)
    return refused_operand(value, *own)


def as_number(value: Any) -> complex:
    """A finite Python complex number, or :class:`InvalidInput`."""
    try:
        number = complex(value)
    except OverflowError as error:
        raise InvalidInput("A coefficient of an operator is above the largest float.", "Give a smaller one.") from error
    if not (isfinite(number.real) and isfinite(number.imag)):
        raise InvalidInput(f"A coefficient of an operator is {value}.", "Give a finite number.")
    return number


def as_operator(value: Any) -> Operator:
    """The operator itself, or a number times the identity; :class:`WrongType` for anything else."""
    if isinstance(value, Operator):
        return value
    if _is_operand(value):
        return Operator({(): as_number(value)})
    raise WrongType(*_complaint(value))


def multiply_words(u: Word, v: Word) -> list[tuple[Word, complex]]:
    """The product of two words as a combination of words."""
    if not u or not v:
        return [(u or v, 1.0)]
    locals_ = dict(v)
    names = {site.name: site for site, _ in v}
    factors: list[tuple[Site, list[tuple[LocalWord, complex]]]] = []
    for site, local in u:
        require_same(names.get(site.name, site), site)
        other = locals_.pop(site, None)
        factors.append((site, [(local, 1.0)] if other is None else site.product(local, other)))
    factors += [(site, [(local, 1.0)]) for site, local in locals_.items()]
    factors.sort(key=lambda factor: factor[0].order)
    out: list[tuple[Word, complex]] = [((), 1.0)]
    for site, combination in factors:
        out = [
            (word if local == site.identity else (*word, (site, local)), c * x)
            for word, c in out
            for local, x in combination
        ]
    return out


def shift_of(word: Word) -> dict[Site, tuple[int, ...]]:
    """By how much a word moves the coordinates of each site that it touches."""
    return {site: site.shift(local) for site, local in word}


def resolved(operator: Operator) -> Operator:
    """The same operator in words of one shift each: of an ensemble of d levels the parts of its words."""
    if not any(site.split for word in operator.terms for site, _ in word):
        return operator
    return Operator(
        {
            tuple(zip((site for site, _ in word), parts, strict=True)): c
            for word, c in operator.terms.items()
            for parts in product(*(site.parts(local) for site, local in word))
        }
    )


def commutator(left: Operator, right: Operator) -> Operator:
    """[A, B] = AB − BA, exactly.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> ph.commutator(a, a.dag())
    1
    """
    left, right = as_operator(left), as_operator(right)
    return left * right - right * left


def single(site: Site, local: LocalWord, c: complex = 1.0) -> Operator:
    """One word of one site, times c."""
    return Operator({((site, local),): c})


def oscillator(name: str) -> Operator:
    """The annihilation operator a of a harmonic oscillator, [a, a†] = 1.

    Parameters
    ----------
    name : str
        Name of the site. The number of levels is chosen when a question is asked, not here.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> a.dag() * a - 0.5 * (a + a.dag()) ** 2
    -0.5 - 0.5 a² - 0.5 a†²
    """
    return single(Oscillator(name), (0, 1, ()))


class SpinHandle(Handle):
    """The operators of one spin j: ``x``, ``y``, ``z``, ``plus``, ``minus``; made by :func:`spin`."""

    __slots__ = ("minus", "plus", "x", "y", "z")
    site: Spin

    def __init__(self, site: Spin):
        super().__init__(site)
        self.plus = single(site, (1, 0))
        self.minus = single(site, (-1, 0))
        self.z = single(site, (0, 1))
        self.x = (self.plus + self.minus) / 2
        self.y = (self.plus - self.minus) / 2j

    @property
    def operators(self) -> str:
        return ", ".join(f"{self.name}.{part}" for part in ("x", "y", "z", "plus", "minus"))


def spin(name: str, j: float) -> SpinHandle:
    """A spin of length j = 1/2, 1, 3/2, …; levels m = +j … −j, [S_x, S_y] = i S_z.

    What is returned names the site and holds its operators; it is not an operator by itself.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1)
    >>> ph.commutator(s.plus, s.minus) == 2 * s.z, s.z**3 == s.z, s.plus**3 == 0
    (True, True, True)
    """
    return SpinHandle(Spin(name, j))


def level_of(site: Site, level: int, dimension: int) -> int:
    """The number of a level of a site of d levels, or :class:`InvalidInput`."""
    if whole_number(level, f"level of the {site!r}", minimum=0) >= dimension:
        raise InvalidInput(f"The {site!r} has no level {level!r}.", f"Give levels from 0 to {dimension - 1}.")
    return int(level)


class QuditHandle(Handle):
    """The transition operators of d levels, ``q(m, n)`` = |m⟩⟨n|; made by :func:`qudit`."""

    __slots__ = ()
    site: Qudit

    def __init__(self, site: Qudit):
        super().__init__(site)

    def __call__(self, m: int, n: int) -> Operator:
        m, n = (level_of(self.site, x, self.site.dimension) for x in (m, n))
        terms: dict[Word, complex] = {}
        for local, c in self.site.expand(m, n):
            terms[((self.site, local),) if local else ()] = c
        return Operator(terms)

    @property
    def operators(self) -> str:
        return f"{self.name}(m, n) = |m⟩⟨n|"


def qudit(name: str, dimension: int) -> QuditHandle:
    """A system of ``dimension`` ≥ 1 levels 0 … d − 1; ``q(m, n)`` is |m⟩⟨n|.

    What is returned names the site and makes its operators; it is not an operator by itself.

    Examples
    --------
    >>> import photinus as ph
    >>> q = ph.qudit("q", 3)
    >>> q(0, 1) * q(1, 2) == q(0, 2), q(0, 0) + q(1, 1) + q(2, 2) == 1
    (True, True)
    """
    return QuditHandle(Qudit(name, dimension))


def diagonal(site: Operator, function: Callable[[int], Any]) -> Operator:
    """Σ_n f(n)|n⟩⟨n| of an oscillator, such as the saturated gain of a laser.

    Parameters
    ----------
    site : Operator
        The oscillator, given by its annihilation operator.
    function : callable
        f(n), finite, real or complex, for n = 0, 1, 2, …. Two functions are the same when they have the same values
        at n = 0 … 2047.

    Examples
    --------
    The Susskind-Glogower exponential Σ|n⟩⟨n+1|:

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> E = ph.diagonal(a, lambda n: (n + 1) ** -0.5) * a
    """
    terms = site.terms if isinstance(site, Operator) else {}
    if len(terms) == 1:
        (word, c), *_ = terms.items()
        if c == 1 and len(word) == 1 and isinstance(word[0][0], Oscillator) and word[0][1] == (0, 1, ()):
            return single(word[0][0], diagonal_word(function))
    raise InvalidInput(
        f"diagonal() is given {shown(site)} as its site.",
        "Give an oscillator (its annihilation operator); for a spin use powers of s.z, for a qudit a sum of q(k, k).",
    )
