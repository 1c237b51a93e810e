"""Drift, diffusion and dropped terms of a model's Wigner function, laid out as polynomials of all amplitudes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, Oscillator, Site, Word
from photinus.algebra.operator import number_text
from photinus.errors import InvalidInput, Undefined
from photinus.model import Model
from photinus.numerics.polynomials import PolynomialMap, polynomial_map
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


def wigner_equations(model: Model) -> WignerEquations:
    """All orders of a model of oscillators whose operators are polynomials.

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
                "The truncated Wigner method takes oscillators; solve the model with evolve or trajectories.",
            )
    require_polynomials([hamiltonian, *(operator for _, operator in channels)])
    number = {site: k for k, site in enumerate(model.sites)}
    coupling: list[tuple[float, Operator]] = []
    others: list[tuple[float, Operator]] = []
    for channel in channels:
        (coupling if _is_linear(channel[1]) and len(channel[1].sites) > 1 else others).append(channel)
    shared, local = _Terms(len(number)), _Terms(len(number))
    shared.lay(_dissipator(coupling, number))
    local.lay(_dissipator(others, number))
    local.lay(_hamiltonian(hamiltonian, number))
    rows, factors, values = _Terms.joined([shared, local], 1, len(number))
    first = rows[:, 0] % 2 == 0  # dα*/dt is the conjugate
    size = len(number)
    drift = polynomial_map((size, 2 * size), rows[first, 0] // 2, factors[first], values[first])
    highest = max([2, *local.orders])
    higher = tuple(table for n in range(3, highest + 1) if len((table := local.table(n)).derivatives))
    return WignerEquations(model.sites, drift, shared.table(2), local.table(2), _incidence(coupling, number), higher)


def require_polynomials(operators: Iterable[Operator]) -> None:
    """Refuse diagonal functions, with :class:`InvalidInput`."""
    for operator in operators:
        for word in operator.terms:
            for site, local in word:
                if isinstance(site, Oscillator) and not site.polynomial(local):
                    raise InvalidInput(
                        f"The word {site.text(local)} of the {site!r} has a diagonal function, which is no polynomial.",
                        "The truncated Wigner method needs polynomials of a and a†; use evolve or trajectories.",
                    )


def _is_linear(operator: Operator) -> bool:
    return all(len(word) == 1 and sum(word[0][1][:2]) == 1 for word in operator.terms)


def _incidence(channels: list[tuple[float, Operator]], number: dict[Site, int]) -> sp.csr_array | None:
    """√(rate/2) c̄_s of a jump Σ c_s a_s, √(rate/2) e_s of a jump Σ e_s a_s†, in one column each."""
    rows, columns, values = [], [], []
    for k, (rate, jump) in enumerate(channels):
        kinds = {word[0][1][0] for word in jump.terms}
        if len(kinds) > 1:
            return None
        for word, c in jump.terms.items():
            rows.append(number[word[0][0]])
            columns.append(k)
            values.append((0.5 * rate) ** 0.5 * (complex(c) if kinds == {1} else complex(c).conjugate()))
    return sp.csr_array((np.array(values, dtype=complex), (rows, columns)), shape=(len(number), len(channels)))


@dataclass
class _Batch:
    """Products of words that differ in the names of their sites alone."""

    template: Differential
    places: list[tuple[int, ...]] = field(default_factory=list)
    weights: list[complex] = field(default_factory=list)


def _pattern(word: Word, slots: dict[Site, int]) -> Pattern:
    return tuple((slots.setdefault(site, len(slots)), local[0], local[1]) for site, local in word)


def _hamiltonian(operator: Operator, number: dict[Site, int]) -> Iterable[_Batch]:
    batches: dict[Pattern, _Batch] = {}
    for word, c in operator.terms.items():
        slots: dict[Site, int] = {}
        u = _pattern(word, slots)
        batch = batches.setdefault(u, _Batch(coherent(u, len(slots))))
        batch.places.append(tuple(number[site] for site in slots))
        batch.weights.append(c)
    return batches.values()


def _dissipator(channels: list[tuple[float, Operator]], number: dict[Site, int]) -> Iterable[_Batch]:
    """Batches of word pairs, weighted with G_uv = Σ rate·c_u c̄_v."""
    names: dict[Word, int] = {}
    gram: dict[tuple[int, int], complex] = {}
    for rate, jump in channels:
        terms = [(names.setdefault(word, len(names)), complex(c)) for word, c in jump.terms.items()]
        for u, x in terms:
            scaled = rate * x
            for v, y in terms:
                gram[u, v] = gram.get((u, v), 0) + scaled * y.conjugate()
    words = list(names)
    where = [tuple([number[site] for site, _ in word]) for word in words]
    kinds: dict[tuple[Any, ...], int] = {}
    kind = [kinds.setdefault(tuple([local for _, local in word]), len(kinds)) for word in words]
    batches: dict[tuple[Any, ...], _Batch] = {}
    for (u, v), weight in gram.items():
        left, right = where[u], where[v]
        places = left if left == right else left + tuple([k for k in right if k not in left])
        key = kind[u], kind[v], tuple([places.index(k) for k in right])
        if key not in batches:
            slots: dict[Site, int] = {}
            pair = _pattern(words[u], slots), _pattern(words[v], slots)
            batches[key] = _Batch(dissipative(*pair, len(slots)))
        batches[key].places.append(places)
        batches[key].weights.append(weight)
    return batches.values()


class _Terms:
    """Terms c·Π letters·∂^β by the order of β: derivatives (n, order), factors (n, degree), values (n,)."""

    def __init__(self, size: int):
        self.size = size
        self.orders: dict[int, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {}

    def lay(self, batches: Iterable[_Batch]) -> None:
        """Each batch's template, laid on all its sites at once."""
        for batch in batches:
            start = 2 * np.array(batch.places, dtype=np.intp).reshape(len(batch.weights), -1)
            weights = np.array(batch.weights, dtype=complex)
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


def weyl_symbols(operators: Iterable[Operator], sites: tuple[Site, ...]) -> PolynomialMap:
    """Letters to the Weyl symbols of operators on these sites, one row each."""
    number = {site: k for k, site in enumerate(sites)}
    operators = list(operators)
    rows, factors, values = [], [], []
    for row, operator in enumerate(operators):
        for word, c in operator.terms.items():
            symbols = [[(2 * number[site], *term) for term in weyl_symbol(*local[:2]).items()] for site, local in word]
            for choice in product(*symbols):
                rows.append(row)
                factors.append([at + k for at, powers, _ in choice for k in (0, 1) for _ in range(powers[k])])
                values.append(complex(c) * np.prod([x for _, _, x in choice]))
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
