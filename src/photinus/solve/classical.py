"""From the master equation to c-numbers: the vector field of the mean field, derived word by word.

For an operator O of one site, dO/dt = i[H, O] + ½Σ_uv G_uv (v†[O, u] + [v†, O]u) with the words u, v of the jumps and
G_uv = Σ_j rate_j c_ju c̄_jv. Only words that touch the site count. O is a of an oscillator, S₊ and S_z of a spin, and
a word becomes a c-number as follows.

* Words on different sites factorise: ⟨AB⟩ → ⟨A⟩⟨B⟩.
* Oscillators: ⟨a†^p a^q⟩ → α*^p α^q, in normal order. The equation in front of it is exact.
* Spins: a word is first written in symmetrised products of S₊, S₋ and S_z, exactly, then
  ⟨sym(S₊^d S_z^r)⟩ → s₊^d s_z^r. The terms of lower degree that symmetrising leaves behind, smaller by 1/j, are *kept*:
  of a spin ½ every word is linear and the local equation exact. With ``large_spins`` they are *dropped* instead:
  commutators become Poisson brackets, [S_a, S_b] → iε_abc s_c, and every |s| is conserved, exactly.
* Ensembles are N spins ½ with equal means; their letters are those of the sum, s = N⟨σ⟩/2.

Points are real vectors: (Re α, Im α) of an oscillator, (s_x, s_y, s_z) of a spin, site after site. The equations are
polynomials of the *letters* (α, α*) and (s₊, s₋, s_z).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Ensemble, Oscillator, Site, Spin, Word
from photinus.algebra.site import LocalWord
from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.model.lattice import Row, cyclic_factors
from photinus.numerics.polynomials import PolynomialMap, polynomial_map
from photinus.solve.patterns import Channels, Words
from photinus.solve.representatives import Representatives, represented

Letters: TypeAlias = tuple[int, ...]  # exponents of the letters of one site
Symbol: TypeAlias = dict[Letters, complex]  # a polynomial of the letters of one site
Combination: TypeAlias = dict[LocalWord, complex]  # of words of one site
Slot: TypeAlias = tuple[Site, LocalWord, LocalWord]  # a site, what u and v do there
Term: TypeAlias = tuple[int, int, complex, tuple[tuple[int, int], ...]]  # slot, equation, coefficient, (slot, letter) …

SMALL = 4096
"""Factors in all terms of the real form, up to which it is made: fewer operations than the complex one."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The vector field ẏ = F(y) of the mean field of one model.

    Attributes
    ----------
    sites : tuple of Site
        Oscillators, spins and ensembles, in natural order.
    field : PolynomialMap
        Letters to the derivatives of the letters.
    large_spins : bool
        Whether spins follow classical vectors.
    """

    sites: tuple[Site, ...]
    field: PolynomialMap
    large_spins: bool

    @cached_property
    def offsets(self) -> np.ndarray:
        """Place of each site's first coordinate; the last entry is the number of coordinates."""
        return np.concatenate([[0], np.cumsum([letters_of(site) for site in self.sites])]).astype(np.intp)

    @property
    def size(self) -> int:
        """Number of real coordinates."""
        return int(self.offsets[-1])

    @cached_property
    def amplitudes(self) -> tuple[np.ndarray, np.ndarray]:
        """For each site the smallest and the largest amplitude at which its main terms balance; of a spin 0 and j."""
        entries = self.field.matrix.tocoo()
        row, monomial = entries.coords
        bosonic, spin_size = np.zeros(self.size + 1, dtype=int), np.ones(self.size + 1)
        for k, site in enumerate(self.sites):
            part = slice(self.offsets[k], self.offsets[k + 1])
            bosonic[part] = isinstance(site, Oscillator)
            spin_size[part] = vector_length(site) or 1.0
        factors = self.field.factors[monomial]
        degrees = bosonic[factors].sum(axis=1) if factors.size else np.zeros(len(row), dtype=int)
        weights = np.abs(entries.data) * (spin_size[factors].prod(axis=1) if factors.size else 1.0)
        table = np.zeros((self.size, self.field.degree + 1))
        np.add.at(table, (row, degrees), weights)
        low, high = np.zeros(len(self.sites)), np.ones(len(self.sites))
        for k, site in enumerate(self.sites):
            if (length := vector_length(site)) is not None:
                high[k] = length
                continue
            found = _balances(table[self.offsets[k]])
            low[k], high[k] = (min(found), max(found)) if found else (1.0, 1.0)
        return low, high

    @cached_property
    def scale(self) -> np.ndarray:
        """A typical size of each coordinate."""
        low, high = self.amplitudes
        spins = np.array([not isinstance(site, Oscillator) for site in self.sites], dtype=bool)
        size = np.where(spins, high, np.sqrt(np.maximum(low, high * 1e-6) * high))
        out = np.repeat(size, np.diff(self.offsets))
        out.setflags(write=False)
        return out

    @cached_property
    def _planes(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the coordinates that are a complex letter's real part, and of those that are no pair (s_z)."""
        spins = np.array([not isinstance(site, Oscillator) for site in self.sites], dtype=bool)
        return self.offsets[:-1], self.offsets[:-1][spins] + 2

    def letters(self, y: np.ndarray) -> np.ndarray:
        """(α, α*, …, s₊, s₋, s_z) of points y, shape (size, …); linear in y, also of complex y."""
        first, _ = self._planes
        out = np.asarray(y, dtype=complex).copy()
        out[first], out[first + 1] = y[first] + 1j * y[first + 1], y[first] - 1j * y[first + 1]
        return out

    def coordinates(self, letters: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`letters`, without the imaginary parts, which are rounding."""
        first, _ = self._planes
        out = letters.real.copy()
        out[first], out[first + 1] = letters[first].real, letters[first].imag
        return out

    @cached_property
    def real_field(self) -> PolynomialMap | None:
        """The same equations as polynomials of the real coordinates, where that is no large number of terms.

        Each letter is one or two coordinates, α = y₁ + iy₂, so that a term of degree d becomes 2^d terms at most.
        """
        entries = self.field.matrix.tocoo()
        row, monomial = entries.coords
        factors, value = self.field.factors[monomial], entries.data
        if factors.size * 2**self.field.degree > SMALL:
            return None
        first, _ = self._planes
        partner = np.arange(self.size + 1)
        partner[first], partner[first + 1] = first + 1, first
        for d in range(self.field.degree):
            column = factors[:, d]
            double = np.flatnonzero(partner[column] != column)
            # α = y₁ + iy₂ stands at the place of y₁, α* = y₁ − iy₂ at that of y₂.
            is_star = np.isin(column[double], first + 1)
            more = factors[double].copy()
            more[:, d] = partner[column[double]]
            other = value[double] * np.where(is_star, 1.0, 1j)
            value = value.copy()
            value[double[is_star]] *= -1j
            row, factors, value = np.r_[row, row[double]], np.concatenate([factors, more]), np.r_[value, other]
        upper = np.isin(row, first)
        rows, values = np.r_[row, row[upper] + 1], np.r_[value.real, value[upper].imag]
        return polynomial_map((self.size,) * 2, rows, np.concatenate([factors, factors[upper]]), values)

    def __call__(self, y: np.ndarray) -> np.ndarray:
        """F(y): shape (size, …) to (size, …)."""
        return self.by_letters(y) if self.real_field is None else self.real_field(y)

    def by_letters(self, y: np.ndarray) -> np.ndarray:
        """F(y) by the complex letters, whatever the size."""
        return self.coordinates(self.field(self.letters(y)))

    def magnitude(self, y: np.ndarray) -> np.ndarray:
        """The sum of the moduli of all terms of each component: the scale of its rounding, shape (size, …)."""
        first, _ = self._planes
        out = self.field.magnitude(self.letters(y))
        out[first + 1] = out[first]
        return out

    def jacobian(self, y: np.ndarray) -> np.ndarray:
        """∂F/∂y at points y (size, …), shape (…, size, size)."""
        return self.jacobian_by_letters(y) if self.real_field is None else self.real_field.jacobian(y)

    def jacobian_by_letters(self, y: np.ndarray) -> np.ndarray:
        """∂F/∂y by the complex letters, whatever the size."""
        first, _ = self._planes
        inner = self.field.jacobian(self.letters(y))
        # The chain rule to real coordinates: ∂/∂Re = ∂_α + ∂_α*, ∂/∂Im = i(∂_α − ∂_α*).
        with_star, without = inner[..., first + 1], inner[..., first]
        inner[..., first], inner[..., first + 1] = without + with_star, 1j * (without - with_star)
        out = inner.real.copy()
        out[..., first + 1, :] = inner[..., first, :].imag
        return out

    def sparse_jacobian(self, y: np.ndarray) -> sp.csc_array:
        """∂F/∂y at one point."""
        inner = self.field.sparse_jacobian(self.letters(y)) @ self._chain
        first, single = self._planes
        real, imaginary = inner.real, inner.imag
        keep = sp.csr_array((np.ones(len(first) + len(single)), (np.r_[first, single],) * 2), shape=inner.shape)
        lift = sp.csr_array((np.ones(len(first)), (first + 1, first)), shape=inner.shape)
        return sp.csc_array(keep @ real + lift @ imaginary)

    @cached_property
    def _chain(self) -> sp.csr_array:
        """The matrix of :meth:`letters`."""
        first, single = self._planes
        rows = np.r_[first, first, first + 1, first + 1, single]
        columns = np.r_[first, first + 1, first, first + 1, single]
        ones = np.ones(len(first))
        values = np.r_[ones, 1j * ones, ones, -1j * ones, np.ones(len(single))]
        return sp.csr_array((values, (rows, columns)), shape=(self.size, self.size))

    def along(self, y: np.ndarray, *directions: np.ndarray) -> np.ndarray:
        """The second, third … derivative of F at y, applied to real vectors."""
        return self.coordinates(self.field.along(self.letters(y), *(self.letters(u) for u in directions)))

    @cached_property
    def turns(self) -> tuple[np.ndarray, ...]:
        """Generators W of the continuous symmetries that turn phases: y ↦ e^{θW}y takes solutions to solutions.

        Each is given by its integer weights w on the sites: α → e^{iwθ}α, s₊ → e^{iwθ}s₊, and follows from the terms.
        """
        rows = _charges(self)
        return tuple(np.array(w, dtype=float) for modulus, w in rows if modulus == 0)

    @cached_property
    def parities(self) -> tuple[tuple[int, np.ndarray], ...]:
        """The discrete symmetries Z_d of the terms: (d, w), with the phases turned by 2πw/d."""
        return tuple((modulus, np.array(w, dtype=float)) for modulus, w in _charges(self) if modulus)

    def turned(self, y: np.ndarray, weights: np.ndarray, angle: float = np.pi / 2) -> np.ndarray:
        """The points y with the phase of each site turned by weight·angle (rad)."""
        first, _ = self._planes
        out = np.array(y, dtype=float)
        z = (y[first] + 1j * y[first + 1]) * np.exp(1j * angle * weights).reshape(-1, *[1] * (y.ndim - 1))
        out[first], out[first + 1] = z.real, z.imag
        return out

    def tangent(self, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Wy, the velocity of a turn at unit rate."""
        first, single = self._planes
        w = weights.reshape(-1, *[1] * (y.ndim - 1))
        out = np.empty_like(y)
        out[first], out[first + 1], out[single] = -w * y[first + 1], w * y[first], 0.0
        return out

    def turn_matrix(self, weights: np.ndarray) -> np.ndarray:
        """W as a matrix."""
        return self.tangent(np.eye(self.size), weights)


def _balances(sizes: np.ndarray) -> list[float]:
    """The r at which two of the terms sizes[d]·r^d are equal, and no other is above twice their size."""
    used = np.flatnonzero(sizes)
    logs, found = np.log(sizes[used]), []
    for i in range(len(used)):
        for k in range(i):
            place = (logs[k] - logs[i]) / (used[i] - used[k])
            if (logs + used * place).max() <= logs[i] + used[i] * place + np.log(2):
                found.append(float(np.exp(place)))
    return found


def letters_of(site: Site) -> int:
    """Number of letters, and of real coordinates, of a site."""
    return 2 if isinstance(site, Oscillator) else 3


def vector_length(site: Site) -> float | None:
    """The longest vector (s_x, s_y, s_z) of a spin, j, or of an ensemble, N/2; None of an oscillator."""
    if isinstance(site, Ensemble):
        return site.atoms / 2
    return site.twice_j / 2 if isinstance(site, Spin) else None


def make_flow(model: Model, large_spins: bool) -> Flow:
    """The vector field of a model.

    Raises
    ------
    InvalidInput
        For a model without sites, with qudits, or with diagonal functions; for ``large_spins`` of ensembles.
    """
    for site in model.sites:
        if not isinstance(site, (Oscillator, Spin, Ensemble)):
            raise InvalidInput(
                f"The {site!r} has no classical limit: its operators are no polynomials of a few numbers.",
                "It takes oscillators, spins and ensembles of two levels; of others ask ph.cumulants(model, order=1).",
            )
        if large_spins and isinstance(site, Ensemble):
            raise InvalidInput(
                f"The atoms of the {site!r} are spins ½, which are not large.",
                f"Leave large_spins out; atoms that act as one are ph.spin({site.name!r}, {site.atoms / 2:g}).",
            )
    if not model.sites:
        raise InvalidInput("The model has no sites.", "Add a Hamiltonian or jumps.")
    whole = model.sites
    model, atoms = represented(model, 1)
    sites = model.sites
    hamiltonian, channels = model.generator
    jumps = Channels.of(channels, tuple(hamiltonian.terms))
    _refuse_functions(jumps.words)
    words = Words.on(sites, jumps.words)
    energies = np.array(list(hamiltonian.terms.values()), dtype=complex)
    batches = [
        _Batch(tuple((site, local, ()) for site, local in words.words[u]), places, energies[members])
        for u, members, places in words.singles(np.arange(len(energies)))
    ]
    left, right, gram = jumps.gram
    batches += [
        _Batch(_slots(words.words[u], words.words[v]), places, gram[members])
        for (u, v), members, places in words.pairs(left, right)
    ]
    return Flow(whole, _assembled(batches, _Layout(sites, whole, atoms), large_spins), large_spins)


class _Layout:
    """Where the letters of each site are; the atoms of one ensemble share those of their sum, N times their own."""

    def __init__(self, sites: tuple[Site, ...], whole: tuple[Site, ...], atoms: Representatives):
        self.sites, self.atoms = sites, atoms
        starts = np.concatenate([[0], np.cumsum([letters_of(site) for site in whole])])
        first = dict(zip(whole, starts[:-1].tolist(), strict=True))
        self.size = int(starts[-1])
        self.offsets = np.array([first[atoms.owner.get(site, site)] for site in sites], dtype=np.intp)
        owners = [atoms.owner.get(site) for site in sites]
        self.number = np.array([1.0 if owner is None else owner.atoms for owner in owners])
        self.followed = np.array(
            [o is None or site == atoms.spins[o][0] for site, o in zip(sites, owners, strict=True)]
        )

    def choices(self, places: np.ndarray, target: int) -> np.ndarray:
        """How many choices of atoms each row of places stands for in the equation of one of them."""
        if not self.atoms.spins:
            return np.ones(len(places))
        rows = ([self.sites[k] for k in row] for row in places)
        return np.array([self.atoms.weight((row[target],), row) for row in rows])


@dataclass(frozen=True, eq=False)
class _Batch:
    """Words of H or pairs of the jumps' words that differ in the names of their sites alone."""

    slots: tuple[Slot, ...]
    places: np.ndarray
    weights: np.ndarray


def _assembled(batches: list[_Batch], layout: _Layout, large: bool) -> PolynomialMap:
    """Each batch's template, laid on all its sites at once."""
    size = layout.size
    rows, factors, values = (
        [np.zeros(0, dtype=np.intp)],
        [np.zeros((0, 0), dtype=np.intp)],
        [np.zeros(0, dtype=complex)],
    )
    for batch in batches:
        every = batch.places
        for target, terms in groupby(_template(batch.slots, large), key=itemgetter(0)):
            kept = layout.followed[every[:, target]]
            places = every[kept]
            start, number = layout.offsets[places], layout.number[places]
            weights = batch.weights[kept] * layout.choices(places, target)
            for _, equation, c, letters in terms:
                rows.append(start[:, target] + equation)
                columns = [start[:, slot] + letter for slot, letter in letters]
                factors.append(np.array(columns, dtype=np.intp).reshape(len(columns), len(start)).T)
                used = [slot for slot, _ in letters]
                values.append(weights * c * number[:, target] / number[:, used].prod(axis=1))
    degree = max(table.shape[1] for table in factors)
    padded = [np.pad(table, ((0, 0), (0, degree - table.shape[1])), constant_values=size) for table in factors]
    return polynomial_map((size, size), np.concatenate(rows), np.concatenate(padded), np.concatenate(values))


def _refuse_functions(words: Iterable[Word]) -> None:
    for word in words:
        for site, local in word:
            if isinstance(site, Oscillator) and not site.polynomial(local):
                raise InvalidInput(
                    f"The word {site.text(local)} of the {site!r} has a diagonal function, no polynomial of a and a†.",
                    "The mean field needs polynomials; expand the function in powers of a†a, or use steady_state.",
                )


def _slots(u: Word, v: Word) -> tuple[Slot, ...]:
    left, right = dict(u), dict(v)
    sites = [site for site, _ in u] + [site for site, _ in v if site not in left]
    return tuple((site, left.get(site, site.identity), right.get(site, site.identity)) for site in sites)


def _template(slots: tuple[Slot, ...], large: bool) -> list[Term]:
    """The terms that one pair of words contributes to the equations of its sites; v = () marks the Hamiltonian's."""
    coherent = bool(slots) and slots[0][2] == ()
    rest = [
        _symbol(site, {u: 1.0}, large) if coherent else _product(site, site.adjoint(v), u, large)
        for site, u, v in slots
    ]
    out: list[Term] = []
    for k, (site, u, v) in enumerate(slots):
        for equation, operator in _OPERATORS[type(site)]:
            if coherent:
                local = _scaled(_bracket(site, operator, u, large), -1j)
            else:
                local = _scaled(_dissipation(site, operator, site.adjoint(v), u, large), 0.5)
            out += _expanded([local if i == k else other for i, other in enumerate(rest)], k, equation)
    return out


def _expanded(parts: list[Symbol], target: int, equation: int) -> list[Term]:
    """The product of one polynomial for each slot, as single terms."""
    terms: list[tuple[complex, tuple[tuple[int, int], ...]]] = [(1.0, ())]
    for slot, part in enumerate(parts):
        terms = [
            (c * x, (*letters, *((slot, letter) for letter, power in enumerate(powers) for _ in range(power))))
            for c, letters in terms
            for powers, x in part.items()
        ]
    return [(target, equation, c, letters) for c, letters in terms if c != 0]


_OPERATORS: dict[type[Site], tuple[tuple[int, LocalWord], ...]] = {
    Oscillator: ((0, (0, 1, ())),),  # a
    Spin: ((0, (1, 0)), (2, (0, 1))),  # S₊, S_z
}
"""The operators whose means are followed, with the place of their letter."""


def _dissipation(site: Site, operator: LocalWord, dagger: LocalWord, u: LocalWord, large: bool) -> Symbol:
    """The c-number of v†[O, u] + [v†, O]u."""
    if large and isinstance(site, Spin):
        return _added(
            _multiplied(_symbol(site, {dagger: 1.0}, True), _bracket(site, operator, u, True)),
            _scaled(_multiplied(_bracket(site, operator, dagger, True), _symbol(site, {u: 1.0}, True)), -1.0),
        )
    left = _algebra(site, {dagger: 1.0}, _commutator(site, operator, u))
    right = _algebra(site, _commutator(site, operator, dagger), {u: 1.0})
    return _symbol(site, _added(left, _scaled(right, -1.0)), False)


def _product(site: Site, left: LocalWord, right: LocalWord, large: bool) -> Symbol:
    """The c-number of a product of two words."""
    if large and isinstance(site, Spin):
        return _multiplied(_symbol(site, {left: 1.0}, True), _symbol(site, {right: 1.0}, True))
    return _symbol(site, dict(site.product(left, right)), False)


def _bracket(site: Site, operator: LocalWord, word: LocalWord, large: bool) -> Symbol:
    """The c-number of [O, w]; of a large spin i times the Poisson bracket of O = s₊ or s_z."""
    if not (large and isinstance(site, Spin)):
        return _symbol(site, _commutator(site, operator, word), False)
    out: Symbol = {}
    for (plus, minus, z), c in _symbol(site, {word: 1.0}, True).items():
        if operator == (1, 0):  # [S₊, f] = 2S_z ∂f/∂S₋ − S₊ ∂f/∂S_z
            steps = [((plus, minus - 1, z + 1), 2.0 * minus), ((plus + 1, minus, z - 1), -1.0 * z)]
        else:  # [S_z, f] = S₊ ∂f/∂S₊ − S₋ ∂f/∂S₋
            steps = [((plus, minus, z), float(plus - minus))]
        for powers, factor in steps:
            if factor:
                out[powers] = out.get(powers, 0) + c * factor
    return out


def _symbol(site: Site, combination: Combination, large: bool) -> Symbol:
    """The c-number of a combination of words of one site, as a polynomial of its letters."""
    out: Symbol = {}
    for word, c in combination.items():
        if isinstance(site, Spin):
            parts = ((word, 1.0),) if large else symmetrised(site.twice_j, *word)
            letters: list[tuple[Letters, float]] = [((max(d, 0), max(-d, 0), r), x) for (d, r), x in parts]
        else:
            letters = [((word[1], word[0]), 1.0)]
        for powers, x in letters:
            out[powers] = out.get(powers, 0) + c * x
    return out


def _algebra(site: Site, left: Combination, right: Combination) -> Combination:
    """The exact product of two combinations of words."""
    out: Combination = {}
    for u, x in left.items():
        for v, y in right.items():
            for word, c in site.product(u, v):
                out[word] = out.get(word, 0) + x * y * c
    return out


def _commutator(site: Site, left: LocalWord, right: LocalWord) -> Combination:
    one, other = site.product(left, right), site.product(right, left)
    return _added(dict(one), _scaled(dict(other), -1.0))


@lru_cache(maxsize=4096)
def symmetrised(twice_j: int, d: int, r: int) -> tuple[tuple[tuple[int, int], float], ...]:
    """A word of a spin as a combination of symmetrised products: the entry ((d, r), x) stands for x·sym(S_±^|d| S_z^r).

    Examples
    --------
    S₊S_z = sym(S₊S_z) − ½S₊:

    >>> from photinus.solve.classical import symmetrised
    >>> symmetrised(4, 1, 1)
    (((1, 1), 1.0), ((1, 0), -0.5))
    """
    out: dict[tuple[int, int], float] = {(d, r): 1.0}
    for (e, s), c in _averaged(twice_j, d, r):
        if (e, s) != (d, r) and abs(c) > 1e-14:  # the words of lower degree
            for word, x in symmetrised(twice_j, e, s):
                out[word] = out.get(word, 0.0) - c * x
    return tuple(out.items())


@lru_cache(maxsize=4096)
def _averaged(twice_j: int, d: int, r: int) -> tuple[tuple[tuple[int, int], float], ...]:
    """sym(S_±^|d| S_z^r), the mean over all orders of the factors, in words; by what the first factor is."""
    if d == 0 or r == 0:
        return (((d, r), 1.0),)
    site, step = Spin("s", twice_j / 2), 1 if d > 0 else -1
    total: Combination = {}
    for first, inner, share in (((step, 0), (d - step, r), abs(d)), ((0, 1), (d, r - 1), r)):
        product = _algebra(site, {first: 1.0}, dict(_averaged(twice_j, *inner)))
        total = _added(total, _scaled(product, share / (abs(d) + r)))
    return tuple(((e, s), complex(c).real) for (e, s), c in total.items())


def _added(f: dict[Letters, complex], g: dict[Letters, complex]) -> dict[Letters, complex]:
    out = dict(f)
    for key, c in g.items():
        out[key] = out.get(key, 0) + c
    return {key: c for key, c in out.items() if c != 0}


def _scaled(f: dict[Letters, complex], factor: complex) -> dict[Letters, complex]:
    return {key: factor * c for key, c in f.items()}


def _multiplied(f: Symbol, g: Symbol) -> Symbol:
    out: Symbol = {}
    for u, x in f.items():
        for v, y in g.items():
            key = tuple(i + k for i, k in zip(u, v, strict=True))
            out[key] = out.get(key, 0) + x * y
    return out


def _charges(flow: Flow) -> list[tuple[int, tuple[int, ...]]]:
    """Weights of the sites' phases under which every term of the equations is covariant: (modulus, weights)."""
    entries = flow.field.matrix.tocoo()
    row, monomial = entries.coords
    sign, place = np.zeros(flow.size + 1, dtype=int), np.zeros(flow.size + 1, dtype=int)
    for k, site in enumerate(flow.sites):
        start = flow.offsets[k]
        sign[start], sign[start + 1] = 1, -1
        place[start : start + letters_of(site)] = k
    factors = np.column_stack([row, flow.field.factors[monomial]])
    values = sign[factors]
    values[:, 0] *= -1
    sites = place[factors]
    shape = (len(row), len(flow.sites))
    balance = sp.csr_array((values.ravel(), (np.repeat(np.arange(len(row)), factors.shape[1]), sites.ravel())), shape)
    balance.eliminate_zeros()
    return cyclic_factors(_distinct_rows(balance), len(flow.sites))


def _distinct_rows(matrix: sp.csr_array) -> list[Row]:
    """The distinct rows of a sparse matrix of integers that are not zero."""
    matrix.sort_indices()
    lengths, found = np.diff(matrix.indptr), []
    for length in np.unique(lengths[lengths > 0]):
        entries = matrix.indptr[:-1][lengths == length][:, None] + np.arange(length)
        for row in np.unique(np.hstack([matrix.indices[entries], matrix.data[entries]]), axis=0).tolist():
            found.append(tuple(zip(row[:length], row[length:], strict=True)))
    return found
