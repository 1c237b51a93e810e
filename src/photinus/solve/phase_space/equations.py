"""Drift, diffusion and dropped terms of a model's Wigner function, laid out as polynomials of all amplitudes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import comb

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, Oscillator, Site, Spin, Word
from photinus.algebra.operator import number_text
from photinus.algebra.site import LocalWord
from photinus.errors import InvalidInput, Undefined
from photinus.model import Model
from photinus.numerics.polynomials import PolynomialMap, polynomial_map
from photinus.solve.classical import symmetrised
from photinus.solve.patterns import Channels, Words
from photinus.solve.phase_space.correspondence import Differential, Pattern, coherent, dissipative, weyl_symbol


@dataclass(frozen=True, eq=False)
class Table:
    """The coefficients C_β of all derivatives ∂^β of one order.

    Attributes
    ----------
    derivatives : ndarray of int, shape (rows, order)
        β as letters, ascending along each row: 2s for ∂/∂α_s, 2s + 1 for ∂/∂α_s*.
    coefficients : PolynomialMap
        Letters to C_β, one row each.
    """

    derivatives: np.ndarray
    coefficients: PolynomialMap


@dataclass(frozen=True, eq=False)
class WignerEquations:
    """The equation of motion of a Wigner function, order by order.

    Attributes
    ----------
    sites : tuple of Site
        The oscillators, in natural order; their letters are (α₀, α₀*, α₁, α₁*, …).
    drift : PolynomialMap
        Letters to dα_s/dt.
    shared : Table
        Second order, of the jumps that are linear and touch several sites: constant and never negative.
    local : Table
        Second order, of all other jumps.
    incidence : sparse array, shape (sites, jumps), or None
        B with B B† the covariance E[N_s N_r*]/dt of ``shared``, one column for each linear jump on several sites; None
        where one of them both creates and annihilates, so that E[N_s N_r] is not zero.
    higher : tuple of Table
        Third order and above; of a derivative and its complex conjugate only one.
    """

    sites: tuple[Site, ...]
    drift: PolynomialMap
    shared: Table
    local: Table
    incidence: sp.csr_array | None
    higher: tuple[Table, ...]

    @property
    def size(self) -> int:
        """Number of oscillators."""
        return len(self.sites)


def letters_at(amplitudes: np.ndarray) -> np.ndarray:
    """(α₀, α₀*, α₁, α₁*, …) of amplitudes (sites, …)."""
    out = np.empty((2 * len(amplitudes), *amplitudes.shape[1:]), dtype=complex)
    out[0::2] = amplitudes
    np.conjugate(amplitudes, out=out[1::2])
    return out


def evaluated(f: PolynomialMap, letters: np.ndarray) -> np.ndarray:
    """Values at points (letters, count), shape (rows, count); of a constant one column, which broadcasts."""
    points = letters if f.degree else letters[:, :1]
    return f(points) if f.matrix.nnz else np.zeros((f.rows, points.shape[1]), dtype=complex)


def wigner_equations(model: Model, spheres: Collection[str] = ()) -> WignerEquations:
    """All orders of a model of oscillators whose operators are polynomials.

    Of the oscillators named in ``spheres``, those of spins, jumps have the noise of the vacuum that turns a classical
    vector: of each coefficient of second order the part of highest degree in their letters. It is never negative.

    Raises
    ------
    Undefined
        For a model without sites.
    InvalidInput
        For spins, qudits and diagonal functions.
    """
    hamiltonian, channels = model.generator
    if not model.sites:
        raise Undefined("The model has no sites: nothing can happen.", "Give it a Hamiltonian or jumps.")
    for site in model.sites:
        if not isinstance(site, Oscillator):
            raise InvalidInput(
                f"The {site!r} has no Wigner function of amplitudes.",
                "The truncated Wigner method takes oscillators and spins; solve the model with evolve or trajectories.",
            )
    size = len(model.sites)
    jumps = Channels.of(channels, tuple(hamiltonian.terms))
    require_polynomials(jumps.words)
    words = Words.on(model.sites, jumps.words)
    coupling = _couplings(jumps, words)
    shared, local = _Terms(size), _Terms(size)
    shared.lay(_dissipator(jumps.chosen(coupling), words))
    turning = np.array([site.name in spheres for site in model.sites], dtype=bool)
    local.lay(_torques(_dissipator(jumps.chosen(~coupling), words), turning))
    local.lay(_hamiltonian(hamiltonian, words))
    rows, factors, values = _Terms.joined([shared, local], 1, size)
    first = rows[:, 0] % 2 == 0  # dα*/dt is the conjugate
    drift = polynomial_map((size, 2 * size), rows[first, 0] // 2, factors[first], values[first])
    highest = max([2, *local.orders])
    higher = tuple(table for n in range(3, highest + 1) if len((table := local.table(n)).derivatives))
    incidence = _incidence(jumps.chosen(coupling), words, size)
    return WignerEquations(model.sites, drift, shared.table(2), local.table(2), incidence, higher)


def require_polynomials(words: Iterable[Word]) -> None:
    """Refuse diagonal functions, with :class:`InvalidInput`."""
    for word in words:
        for site, local in word:
            if isinstance(site, Oscillator) and not site.polynomial(local):
                raise InvalidInput(
                    f"The word {site.text(local)} of the {site!r} has a diagonal function, which is no polynomial.",
                    "The truncated Wigner method needs polynomials of a and a†; use evolve or trajectories.",
                )


def _couplings(jumps: Channels, words: Words) -> np.ndarray:
    """Which jumps are linear in a and a†, on several sites."""
    degree = np.array([sum(sum(local[:2]) for _, local in word) for word in words.words])
    place = words.places[:, 0] if words.places.size else np.zeros(len(degree), dtype=np.intp)
    columns, starts = jumps.matrix.indices, jumps.matrix.indptr[:-1]
    if not len(columns):
        return np.zeros(len(starts), dtype=bool)
    linear = np.logical_and.reduceat(degree[columns] == 1, starts)
    return linear & (np.minimum.reduceat(place[columns], starts) < np.maximum.reduceat(place[columns], starts))


def _incidence(jumps: Channels, words: Words, size: int) -> sp.csr_array | None:
    """√(rate/2) c̄_s of a jump Σ c_s a_s, √(rate/2) e_s of a jump Σ e_s a_s†, in one column each."""
    entries = jumps.matrix.tocoo()
    channel, word = entries.coords
    raising = np.array([bool(w) and w[0][1][0] == 1 for w in words.words])[word]
    up, total = (np.bincount(channel, part, len(jumps.rates)) for part in (raising, np.ones(len(channel))))
    if ((up > 0) & (up < total)).any():
        return None
    values = np.sqrt(0.5 * jumps.rates[channel]) * np.where(raising, entries.data, entries.data.conj())
    return sp.csr_array((values, (words.places[word, 0], channel)), shape=(size, len(jumps.rates)))


@dataclass(frozen=True, eq=False)
class _Batch:
    """Products of words that differ in the names of their sites alone."""

    template: Differential
    places: np.ndarray
    weights: np.ndarray


def _pattern(word: Word, slots: dict[Site, int]) -> Pattern:
    return tuple((slots.setdefault(site, len(slots)), local[0], local[1]) for site, local in word)


def _hamiltonian(operator: Operator, words: Words) -> Iterator[_Batch]:
    """Batches of the words of H, which are counted first."""
    weights = np.array(list(operator.terms.values()), dtype=complex)
    for u, members, places in words.singles(np.arange(len(weights))):
        slots: dict[Site, int] = {}
        pattern = _pattern(words.words[u], slots)
        yield _Batch(coherent(pattern, len(slots)), places, weights[members])


def _dissipator(jumps: Channels, words: Words) -> Iterator[_Batch]:
    """Batches of word pairs, weighted with G_uv = Σ rate·c_u c̄_v."""
    left, right, gram = jumps.gram
    for (u, v), members, places in words.pairs(left, right):
        slots: dict[Site, int] = {}
        pair = _pattern(words.words[u], slots), _pattern(words.words[v], slots)
        yield _Batch(dissipative(*pair, len(slots)), places, gram[members])


def _torques(batches: Iterable[_Batch], turning: np.ndarray) -> Iterator[_Batch]:
    """The batches with the noise of spins in its leading order."""
    for batch in batches:
        for pattern in np.unique(turning[batch.places], axis=0):
            which = (turning[batch.places] == pattern).all(axis=1)
            template = _leading(batch.template, pattern) if pattern.any() else batch.template
            yield _Batch(template, batch.places[which], batch.weights[which])


def _leading(template: Differential, turning: np.ndarray) -> Differential:
    """Of each derivative of second order the terms of highest degree in the letters of some of the slots."""
    chosen = np.flatnonzero(np.repeat(turning, 2))
    degree = {term: sum(term[0][k] for k in chosen) for term in template}
    highest: dict[tuple[int, ...], int] = {}
    for powers, derivatives in template:
        highest[derivatives] = max(highest.get(derivatives, 0), degree[powers, derivatives])
    return {term: c for term, c in template.items() if sum(term[1]) != 2 or degree[term] == highest[term[1]]}


class _Terms:
    """Terms c·Π letters·∂^β by the order of β: derivatives (n, order), factors (n, degree), values (n,)."""

    def __init__(self, size: int):
        self.size = size
        self.orders: dict[int, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {}

    def lay(self, batches: Iterable[_Batch]) -> None:
        """Each batch's template, laid on all its sites at once."""
        for batch in batches:
            start, weights = 2 * batch.places, batch.weights
            for (powers, derivatives), c in batch.template.items():
                columns = [self._columns(start, exponents) for exponents in (derivatives, powers)]
                self.orders.setdefault(sum(derivatives), []).append((columns[0], columns[1], weights * c))

    @staticmethod
    def _columns(start: np.ndarray, exponents: tuple[int, ...]) -> np.ndarray:
        letters = [start[:, k // 2] + k % 2 for k, power in enumerate(exponents) for _ in range(power)]
        return np.array(letters, dtype=np.intp).reshape(len(letters), len(start)).T

    @staticmethod
    def joined(terms: list[_Terms], order: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All terms of one order, the factors filled up with the constant 1."""
        parts = [part for each in terms for part in each.orders.get(order, [])]
        degree = max((part[1].shape[1] for part in parts), default=0)
        filled = [np.pad(f, ((0, 0), (0, degree - f.shape[1])), constant_values=2 * size) for _, f, _ in parts]
        rows = np.concatenate([np.zeros((0, order), dtype=np.intp), *(np.sort(part[0], axis=1) for part in parts)])
        factors = np.concatenate([np.zeros((0, degree), dtype=np.intp), *filled])
        return rows, factors, np.concatenate([np.zeros(0, dtype=complex), *(part[2] for part in parts)])

    def table(self, order: int) -> Table:
        """One order, without what cancels; from the third on, one of each pair of conjugates."""
        rows, factors, values = self.joined([self], order, self.size)
        derivatives, row = np.unique(rows, axis=0, return_inverse=True)
        made = polynomial_map((len(derivatives), 2 * self.size), row.reshape(-1), factors, values)
        keep = np.diff(made.matrix.indptr) > 0
        if order > 2:
            keep &= np.array([tuple(b) <= tuple(sorted(b ^ 1)) for b in derivatives], dtype=bool)
        return Table(derivatives[keep], PolynomialMap(made.matrix[keep], made.factors, made.variables))


def _symbol(site: Site, local: LocalWord, number: dict[str, int]) -> list[tuple[list[int], complex]]:
    """A word of one site as letters with coefficients; of a spin, s₊ = u*d and s_z = ½(u*u − d*d) symmetrised."""
    if not isinstance(site, Spin):
        at = 2 * number[site.name]
        return [([at + k for k in (0, 1) for _ in range(p[k])], x) for p, x in weyl_symbol(*local[:2]).items()]
    u, d = 2 * number[site.name + ".u"], 2 * number[site.name + ".d"]
    found: list[tuple[list[int], complex]] = []
    for (steps, power), x in symmetrised(site.twice_j, *local):
        ladder = [u + 1, d] if steps > 0 else [u, d + 1]
        found += [(ladder * abs(steps) + letters, x * c) for letters, c in _powers(u, d, power)]
    return found


def _powers(u: int, d: int, power: int) -> list[tuple[list[int], float]]:
    """(½(u*u − d*d))^power as letters with coefficients."""
    return [
        ([u, u + 1] * (power - k) + [d, d + 1] * k, comb(power, k) * (-1) ** k * 0.5**power) for k in range(power + 1)
    ]


def weyl_symbols(operators: Iterable[Operator], sites: tuple[Site, ...]) -> PolynomialMap:
    """Letters to the Weyl symbols of operators on these sites, one row each."""
    number = {site.name: k for k, site in enumerate(sites)}
    operators = list(operators)
    rows, factors, values = [], [], []
    for row, operator in enumerate(operators):
        for word, c in operator.terms.items():
            symbols = [_symbol(site, local, number) for site, local in word]
            for choice in product(*symbols):
                rows.append(row)
                factors.append([letter for letters, _ in choice for letter in letters])
                values.append(complex(c) * np.prod([x for _, x in choice]))
    degree = max(map(len, factors), default=0)
    padded = [each + [2 * len(sites)] * (degree - len(each)) for each in factors]
    table = np.array(padded, dtype=np.intp).reshape(len(rows), degree)
    return polynomial_map((len(operators), 2 * len(sites)), np.array(rows, dtype=int), table, np.array(values))


def texts(table: Table, sites: tuple[Site, ...]) -> list[tuple[str, str]]:
    """(∂^β, C_β) of each row in words.

    Examples
    --------
    >>> import photinus as ph
    >>> from photinus.solve.phase_space.equations import texts, wigner_equations
    >>> a = ph.oscillator("a")
    >>> equations = wigner_equations(ph.Model(0.1 * a.dag()**2 * a**2))
    >>> texts(equations.higher[0], equations.sites)
    [('∂α_a ∂α_a ∂α_a*', '0.05i α_a')]
    """
    names = [f"α_{site.name}{star}" for site in sites for star in ("", "*")]
    matrix, found = table.coefficients.matrix, []
    for row, derivatives in enumerate(table.derivatives):
        cut = slice(matrix.indptr[row], matrix.indptr[row + 1])
        parts = []
        for monomial, c in zip(matrix.indices[cut], matrix.data[cut], strict=True):
            letters = [names[k] for k in table.coefficients.factors[monomial] if k < len(names)]
            parts.append(" ".join([number_text(complex(c)), *letters]))
        found.append((" ".join(f"∂{names[k]}" for k in derivatives), " + ".join(parts)))
    return found
