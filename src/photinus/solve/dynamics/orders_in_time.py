"""The equations of motion of the coherence orders that an evolution needs, at given cutoffs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator, resolved
from photinus.algebra.operator import as_operator
from photinus.model import Group, Model, Order
from photinus.model.symmetry import derive
from photinus.numerics.memory import require_memory
from photinus.numerics.ode import LinearSystem
from photinus.solve.cutoff import reach
from photinus.solve.dynamics.drives import Drives
from photinus.solve.dynamics.leak import Leak
from photinus.solve.dynamics.propagate import Stepper
from photinus.solve.methods import assembly_bytes
from photinus.space.liouvillian import Generator, generator_on
from photinus.space.sectors import Grading, Sector, grading
from photinus.space.space import make_space
from photinus.space.state import State
from photinus.space.vectors import functional, vector_in


def symmetry_with(model: Model, drives: Drives) -> Group:
    """The weak symmetry of the model with the words of all drives."""
    hamiltonian, channels = model.generator
    words = {word: 1.0 for operator in (hamiltonian, *drives.operators) for word in operator.terms if word}
    return derive(model.sites, Operator(words), channels).weak


def orders_read(operator: Operator, model: Model, group: Group) -> set[Order]:
    """The coherence orders that ⟨O⟩ reads: minus those of the words of O."""
    out = set()
    for word in resolved(operator).terms:
        locals_ = dict(word)
        shift: list[int] = []
        for site in model.sites:
            shift += site.shift(locals_[site]) if site in locals_ else (0,) * len(site.coordinates)
        out.add(group.charge(-x for x in shift))
    return out


def canonical(order: Order, group: Group) -> Order:
    """Of an order and its conjugate the one that is carried along: ρ₋ₖ = ρₖ†."""
    return max(order, group.reduce(-c for c in order))


@dataclass(frozen=True)
class OrderInTime:
    """One coherence order: its sector, and its equation ẏ = A(t) y.

    An order that is its own conjugate holds a Hermitian operator. Its n complex elements are n real numbers, √2 Re and
    √2 Im of each pair and the diagonal, and the equation is real: half the memory and a quarter of the work.

    Attributes
    ----------
    sector, conjugate : Sector
        Of the order and of minus the order.
    basis : sparse array or None
        The unitary map y = basis · x to the real numbers; None where y is the vector x itself.
    system : LinearSystem
    """

    sector: Sector
    conjugate: Sector
    basis: sp.csr_array | None
    system: LinearSystem

    @property
    def mirrored(self) -> bool:
        """Whether the order stands for its conjugate too."""
        return self.conjugate != self.sector

    @cached_property
    def _back(self) -> sp.csr_array | None:
        return None if self.basis is None else self.basis.conj().T.tocsr()

    def inward(self, x: np.ndarray) -> np.ndarray:
        """The vector of the sector as y."""
        return np.asarray(x, dtype=complex) if self.basis is None else np.ascontiguousarray((self.basis @ x).real)

    def outward(self, y: np.ndarray) -> np.ndarray:
        """The vector of the sector from y."""
        return y if self._back is None else self._back @ y

    @cached_property
    def _mirror(self) -> np.ndarray:
        rows, columns = self.sector.kets
        return np.argsort(self.conjugate.index(columns, rows))

    def parts(self, x: np.ndarray) -> dict[Order, np.ndarray]:
        """The vectors of the order and of its conjugate."""
        if not self.mirrored:
            return {self.sector.order: x}
        return {self.sector.order: x, self.conjugate.order: np.conj(x)[self._mirror]}

    def readers(self, operator: Operator) -> tuple[np.ndarray, np.ndarray | None]:
        """Vectors w and w′ with Tr(O X) = w·x + w′·x̄ for the order and its conjugate together."""
        forward = functional(operator, self.sector)
        if not self.mirrored:
            return forward, None
        out = np.zeros(self.sector.size, dtype=complex)
        out[self._mirror] = functional(operator, self.conjugate)
        return forward, out


def hermitian_basis(sector: Sector) -> sp.csr_array:
    """The unitary map from the vector of a sector that is its own conjugate to real numbers."""
    partner, place = sector.transpose, np.arange(sector.size)
    own, first = place[partner == place], place[place < partner]
    second, root = partner[first], np.full(len(first), 0.5**0.5)
    rows = np.concatenate([own, first, first, second, second])
    columns = np.concatenate([own, first, second, first, second])
    values = np.concatenate([np.ones(len(own)), root, root, -1j * root, 1j * root])
    return sp.csr_array((values, (rows, columns)), shape=(sector.size, sector.size))


@dataclass(frozen=True)
class Problem:
    """What does not change when the cutoffs grow.

    Attributes
    ----------
    model : Model
    drives : Drives
    group : Group
        The symmetry of both.
    observe : mapping of name to Operator
    orders : tuple of Order
        The coherence orders that are carried along, of each pair of conjugates one.
    """

    model: Model
    drives: Drives
    group: Group
    observe: Mapping[str, Operator]
    orders: tuple[Order, ...]

    def generators(self, cutoffs: dict[str, int]) -> list[Generator]:
        """The generator of the model and those of the drives."""
        space = make_space(self.model.sites, cutoffs)
        graded = grading(space, self.group)
        pairs = [self.model.generator, *((operator, ()) for operator in self.drives.operators)]
        return [generator_on(space, *pair, graded=graded) for pair in pairs]

    @cached_property
    def reaches(self) -> dict[str, int]:
        """By how many levels the generator can lift an oscillator: twice the longest word, for L†L."""
        of_drives = reach(Model(sum(self.drives.operators, start=as_operator(0))))
        return {name: 2 * max(n, of_drives.get(name, 0)) for name, n in reach(self.model).items()}


class Motion:
    """The equations of motion at given cutoffs, with what reads the observables and what watches the truncation.

    Attributes
    ----------
    grading : Grading
    orders : list of OrderInTime
    unknowns : int
        Complex dimension of all their sectors.
    leak : Leak or None
        None without oscillators.
    """

    def __init__(self, problem: Problem, cutoffs: dict[str, int], method: Stepper, outputs: int):
        self.problem = problem
        self._small = problem.generators(cutoffs)
        self.grading: Grading = self._small[0].grading
        group = problem.group
        sectors = [self.grading.sector(order) for order in problem.orders]
        self.unknowns = sum(sector.size for sector in sectors)
        self._require(sectors, method, outputs)
        self.orders: list[OrderInTime] = []
        for sector in sectors:
            conjugate = self.grading.sector(group.reduce(-c for c in sector.order))
            self.orders.append(self._order(sector, conjugate))
        self._readers = {
            name: [order.readers(operator) for order in self.orders] for name, operator in problem.observe.items()
        }
        self.leak = self._leak(cutoffs) if cutoffs else None

    def _require(self, sectors: list[Sector], method: Stepper, outputs: int) -> None:
        estimate = sum(16.0 * sector.size * (method.numbers(sector.size) + 2 * outputs) for sector in sectors)
        estimate += sum(3 * assembly_bytes(made.liouvillian(sector)) for made in self._small for sector in sectors)
        require_memory(
            estimate,
            method.memory,
            f"An evolution of {self.unknowns} unknowns",
            "Use smaller cutoffs, fewer coherence orders, keep_states=False, or a method with a larger memory=.",
        )

    def _order(self, sector: Sector, conjugate: Sector) -> OrderInTime:
        matrices = [made.liouvillian(sector).matrix.tocsr() for made in self._small]
        basis = hermitian_basis(sector) if conjugate == sector else None
        if basis is not None:
            back = basis.conj().T.tocsr()
            matrices = [without_zeros((basis @ matrix @ back).real) for matrix in matrices]
        else:
            matrices = [matrix.astype(complex) for matrix in matrices]
        drives = self.problem.drives
        signals = drives.signals if drives.operators else None
        return OrderInTime(sector, conjugate, basis, LinearSystem(matrices[0], tuple(matrices[1:]), signals))

    def _leak(self, cutoffs: dict[str, int]) -> Leak:
        reaches = self.problem.reaches
        large = self.problem.generators({name: n + reaches[name] for name, n in cutoffs.items()})
        out = Leak(self.grading.space, large[0].space, reaches)
        for order in self.orders:
            larger = large[0].grading.sector(order.sector.order)
            out.add(order.sector, larger, list(zip(self._small, large, strict=True)), order.mirrored)
        return out

    def vectors_of(self, state: State) -> list[np.ndarray]:
        """The state as x of every order."""
        return [np.asarray(vector_in(state, order.sector), dtype=complex) for order in self.orders]

    def observed(self, vectors: list[np.ndarray]) -> dict[str, complex]:
        """⟨O⟩ of every observable."""
        out = {}
        for name, readers in self._readers.items():
            total = 0j
            for (forward, mirrored), x in zip(readers, vectors, strict=True):
                total += complex(forward @ x)
                if mirrored is not None:
                    total += complex(mirrored @ np.conj(x))
            out[name] = total
        return out

    def state(self, vectors: list[np.ndarray]) -> State:
        """The density matrix of the orders that are carried along."""
        parts: dict[Order, np.ndarray] = {}
        for order, x in zip(self.orders, vectors, strict=True):
            parts |= {key: np.array(value) for key, value in order.parts(x).items()}
        return State(self.grading, parts)


def without_zeros(matrix: sp.sparray) -> sp.csr_array:
    """The same matrix with no zero stored."""
    out = sp.csr_array(matrix)
    out.eliminate_zeros()
    return out
