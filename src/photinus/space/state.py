"""States: density matrices kept in the blocks of a symmetry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from photinus.algebra import Handle, Identical, Operator, Scalar, Site
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput
from photinus.model import Group, Order
from photinus.numerics.memory import require_memory
from photinus.space.certificate import SAFETY, Certificate
from photinus.space.sectors import Grading, grading
from photinus.space.space import Space, read_only


class Handed:
    """What the solver of a state leaves to the first neighbour that asks: of a chain only the last state holds it."""

    def __init__(self, parts: Iterable[object]):
        self._parts = [part for part in parts if part is not None]

    def take(self) -> list[object]:
        """All of it; the next one gets nothing."""
        parts, self._parts = self._parts, []
        return parts


@dataclass(frozen=True, eq=False)
class State:
    """A density matrix on named sites, stored by coherence order.

    Attributes
    ----------
    grading : Grading
        The space, and the classes that its kets fall into.
    parts : mapping of order to ndarray
        The vector of each coherence order that is present; orders that are missing are zero.
    certificate : Certificate or None
        What is known of its error; None on states that were built.
    refined : State or None
        Where the state was solved: the same state corrected in a larger space. The difference between the two is the
        truncation error of any number computed from them.
    work : Handed or None
        Where the state was solved with ``near=``: what its solver hands on to the next neighbour.
    """

    grading: Grading
    parts: Mapping[Order, np.ndarray]
    certificate: Certificate | None = None
    refined: State | None = None
    work: Handed | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for vector in self.parts.values():
            read_only(vector)

    @property
    def space(self) -> Space:
        """The kets that are kept."""
        return self.grading.space

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites, in natural order of their names."""
        return self.space.sites

    @property
    def cutoffs(self) -> dict[str, int]:
        """Levels kept of each oscillator."""
        return self.space.cutoffs

    def elements(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """⟨row|ρ|column⟩ for arrays of ket numbers, 0 where a ket is -1."""
        out = np.zeros(np.broadcast(rows, columns).shape, dtype=complex)
        for order, vector in self.parts.items():
            index = self.grading.sector(order).index(rows, columns)
            np.copyto(out, vector[index], where=index >= 0)
        return out

    def expect(self, operator: Operator | Scalar) -> float | complex:
        """⟨O⟩ = Tr(Oρ).

        Parameters
        ----------
        operator : Operator or number
            O; its matrix is the projection of the exact, normally ordered operator. A number c stands for c·1.

        Returns
        -------
        float or complex
            A float where O is Hermitian. Exactly 0 where the symmetry forbids O.

        Raises
        ------
        UnknownSite
            If O acts on a site that the state does not have.
        SiteMismatch
            If it has a site of this name, of another kind or size.
        WrongType
            If O is neither an operator nor a number, such as a matrix or the handle of a spin.
        """
        operator = as_operator(operator)
        kets = np.arange(self.space.dimension)
        total = 0j
        for shift, amplitude in self.space.bands(operator).items():
            total += complex(amplitude @ self.elements(kets, self.space.shifted(shift)))
        return total.real if operator.is_hermitian() else total

    def error(self, operator: Operator | Scalar) -> float:
        """The truncation error of ``expect(operator)``: three times its change in the refined state.

        NaN on built states.
        """
        operator = as_operator(operator)
        if self.refined is None:
            return 0.0 if self.certificate is not None and not self.cutoffs else float("nan")
        return SAFETY * float(abs(self.refined.expect(operator) - self.expect(operator)))

    def axes(self, names: Iterable[str | Handle]) -> tuple[int, ...]:
        """Places of sites, each once, given by their names or by the handles of spins and qudits.

        Raises
        ------
        UnknownSite, SiteMismatch, WrongType
            As :func:`photinus.algebra.locate`.
        InvalidInput
            If a site is named twice.
        """
        places = tuple(self.space.axis(name) for name in names)
        for k, place in enumerate(places):
            if place in places[:k]:
                raise InvalidInput(f"The {self.sites[place]!r} is named twice.", "Name each site once.")
        return places

    def reduced(self, *names: str | Handle) -> State:
        """The state of some sites, the others traced out block by block.

        Parameters
        ----------
        *names : str or handle
            Sites to keep, by name or by the handle of a spin or qudit. The order does not matter: the answer has them
            in natural order of their names, so that ``reduced("b", "a")`` is ``reduced("a", "b")``.

        Raises
        ------
        UnknownSite, SiteMismatch
            For a site that the state does not have.
        WrongType
            For what is neither a name nor a handle, such as an operator.
        InvalidInput
            For no site, or one that is named twice.
        """
        keep = tuple(sorted(self.axes(names)))
        if not keep:
            known = ", ".join(site.name for site in self.sites) or "none"
            raise InvalidInput("A reduced state of no site is asked for.", f"Name at least one site of {known}.")
        if len(keep) == len(self.sites):
            return self
        levels = self.space.levels
        rest = tuple(k for k in range(len(levels)) if k not in keep)
        numbers = np.arange(self.space.dimension).reshape(levels).transpose(*keep, *rest)
        space = Space(tuple(self.sites[k] for k in keep), tuple(levels[k] for k in keep))
        numbers = numbers.reshape(space.dimension, -1)
        graded = grading(space, self._restricted_group(keep))
        parts: dict[Order, np.ndarray] = {}
        for order in self.parts:
            sector = graded.sector(order)
            if sector.size:
                parts[order] = self._traced(order, numbers, *sector.kets)
        refined = self.refined.reduced(*names) if self.refined is not None else None
        return State(graded, parts, None, refined)

    def _restricted_group(self, keep: tuple[int, ...]) -> Group:
        starts = np.cumsum([0] + [len(site.coordinates) for site in self.sites])
        columns = [i for k in keep for i in range(starts[k], starts[k + 1])]
        group = self.grading.group
        return Group(group.moduli, tuple(tuple(row[i] for i in columns) for row in group.weights))

    def _traced(self, order: Order, numbers: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        sector, vector = self.grading.sector(order), self.parts[order]
        out = np.empty(len(rows), dtype=complex)
        step = max(1, 2_000_000 // numbers.shape[1])
        for start in range(0, len(rows), step):
            cut = slice(start, start + step)
            index = sector.index(numbers[rows[cut]], numbers[columns[cut]])
            out[cut] = np.where(index >= 0, vector[index], 0).sum(axis=1)
        return out

    def populations(self, name: str | Handle | None = None) -> np.ndarray:
        """Probabilities of the levels of one site (or of all kets).

        Parameters
        ----------
        name : str or handle, optional
            The site, by name or by the handle of a spin or qudit; None for all kets, the last site fastest.

        Returns
        -------
        ndarray
            Of an oscillator n = 0, 1, …; of a spin m = +j … −j; of a qudit 0 … d − 1.
        """
        if name is None:
            return self._diagonal
        axis = self.space.axis(name)
        if len(self.sites) == 1:
            return self._diagonal.copy()
        others = tuple(k for k in range(len(self.sites)) if k != axis)
        return np.asarray(self._diagonal.reshape(self.space.levels).sum(axis=others))

    @cached_property
    def _diagonal(self) -> np.ndarray:
        zero = self.grading.group.zero
        if zero not in self.parts:
            return read_only(np.zeros(self.space.dimension))
        return read_only(self.parts[zero][self.grading.sector(zero).trace].real)

    def density_matrix(self) -> np.ndarray:
        """ρ as a dense matrix over all kets, the last site fastest.

        Raises
        ------
        MemoryBudgetExceeded
        """
        d = self.space.dimension
        require_memory(
            16.0 * d * d, None, f"The dense matrix of {d} × {d} kets", "Take a reduced state, or work with expect()."
        )
        out = np.zeros((d, d), dtype=complex)
        for order, vector in self.parts.items():
            rows, columns = self.grading.sector(order).kets
            out[rows, columns] = vector
        return out

    @cached_property
    def matrix_blocks(self) -> tuple[np.ndarray, ...]:
        """Dense matrices whose direct sum is ρ: its classes, joined where a coherence connects them."""
        group = self.grading.group
        label = np.arange(len(self.grading.charges))
        for order in self.parts:
            if any(order):
                partner = self.grading.partner(group.reduce(order))
                for q, r in enumerate(partner):
                    if r >= 0:
                        label[label == label[q]] = label[r]
        out = []
        for component in np.unique(label):
            classes = np.flatnonzero(label == component)
            if len(classes) == 1 and group.zero in self.parts:
                out.append(self.grading.sector(group.zero).block(self.parts[group.zero], int(classes[0])))
            else:
                kets = np.concatenate([self.grading.members[q] for q in classes])
                out.append(read_only(self.elements(*np.meshgrid(kets, kets, indexing="ij"))))
        return tuple(out)

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """The spectrum of ρ, ascending; of an ensemble the weights of the levels |J, M⟩, each d_J equal eigenvalues."""
        zero = self.grading.group.zero
        if set(self.parts) == {zero}:
            return read_only(np.sort(self.grading.sector(zero).eigenvalues(self.parts[zero])))
        return read_only(np.sort(np.concatenate([np.linalg.eigvalsh(block) for block in self.matrix_blocks])))

    def trace(self) -> float:
        """Tr ρ."""
        zero = self.grading.group.zero
        if zero not in self.parts:
            return 0.0
        return float(self.parts[zero][self.grading.sector(zero).trace].sum().real)

    def purity(self) -> float:
        """Tr ρ², from 1/d to 1."""
        ways = self.space.multiplicity
        if ways is None:
            return float(sum(np.vdot(vector, vector).real for vector in self.parts.values()))
        share = np.exp(-ways)
        rows = {order: self.grading.sector(order).kets[0] for order in self.parts}
        return float(sum((np.abs(vector) ** 2 * share[rows[order]]).sum() for order, vector in self.parts.items()))

    def entropy(self) -> float:
        """The von Neumann entropy −Tr ρ ln ρ, in nats."""
        p = self.eigenvalues
        p = p[p > 0]
        ways = self.space.multiplicity
        hidden = 0.0 if ways is None else float(self._diagonal @ ways)
        return max(0.0, float(-(p * np.log(p)).sum()) + hidden)

    def __repr__(self) -> str:
        cutoffs = {name: f" ({n} level{'s' if n > 1 else ''})" for name, n in self.cutoffs.items()}
        sites = ", ".join(f"{site!r}{cutoffs.get(site.name, '')}" for site in self.sites)
        lines = [f"State of {sites}; {sum(v.size for v in self.parts.values())} elements kept"]
        if self.certificate is not None:
            lines += str(self.certificate).splitlines()[:7]
        return "\n".join(lines)


def state_from_matrix(matrix: np.ndarray, graded: Grading, *, tolerance: float = 0.0) -> State:
    """The state of a dense matrix; coherence orders whose elements are all at most ``tolerance`` are dropped.

    Raises
    ------
    InvalidInput
        For coherences between different lengths J of an ensemble, which no state of identical atoms has.
    """
    require_one_rung(matrix, graded.space)
    parts = {}
    for order in graded.orders():
        rows, columns = graded.sector(order).kets
        vector = np.asarray(matrix, dtype=complex)[rows, columns]
        if np.abs(vector).max(initial=0.0) > tolerance or order == graded.group.zero:
            parts[order] = vector
    return State(graded, parts)


def require_one_rung(matrix: np.ndarray, space: Space) -> None:
    """Raise InvalidInput where a matrix has coherences between kets of ensembles that have none."""
    if space.rungs is None:
        return
    between = float(np.abs(np.where(space.rungs[:, None] != space.rungs, matrix, 0)).max(initial=0.0))
    if between > 1e-12:
        names = ", ".join(repr(site) for site in space.sites if isinstance(site, Identical))
        raise InvalidInput(
            f"The matrix has coherences up to {between:.2g} between different lengths J, or diagrams λ, of {names}.",
            "Identical atoms have none: give a matrix of one block for each J = N/2, N/2 − 1, …, in order.",
        )
