"""The slowest modes of a generator on one space, over all coherence orders that can hold one.

Of the orders ±k only one is solved: 𝓛 commutes with ρ ↦ ρ†, so that r† has the order −k and the eigenvalue λ̄. Orders
whose Gershgorin discs lie left of what has been found are skipped; that is a proof, not a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp

from photinus.errors import InvalidInput
from photinus.model import Model, Order
from photinus.numerics.arnoldi import MOST, slowest_eigenpairs
from photinus.numerics.eigen import (
    UNRESOLVED,
    Eigenpairs,
    slowest_first,
    sparse_eigenpairs,
    union,
)
from photinus.numerics.memory import require_memory
from photinus.solve.dynamics.orders_in_time import hermitian_basis, without_zeros
from photinus.solve.methods import Auto, Dense, Direct, assembly_bytes
from photinus.solve.modes.normal import eigenpairs
from photinus.space.liouvillian import Generator, Liouvillian, generator
from photinus.space.sectors import Sector
from photinus.space.space import Shift

Solver = Auto | Dense | Direct
OrderSpec = int | Mapping[str, int | Sequence[int]] | Sequence[int | Mapping[str, int | Sequence[int]]] | None
DENSE_LIMIT = 500
"""Up to so many unknowns a sector is diagonalised completely."""
SCOUT_LIMIT = 300
"""Unknowns of the small space whose modes tell where to look."""
TARGETS = 4
BLIND_TARGETS = 12
"""Discs that are searched at most, where a smaller space tells their centres and where only Ritz values do."""
LARGEST = 1e150
REMEDY = "Use smaller cutoffs, a model with more symmetry, one order=, or a method object with a larger memory=."


@dataclass(frozen=True)
class Mode:
    """One eigenvalue with its operators, as vectors of its sector, and what is known of its error."""

    value: complex
    sector: Sector
    right: np.ndarray
    left: np.ndarray
    condition: float
    residual: float
    rounding: float

    @property
    def order(self) -> Order:
        """The coherence order."""
        return self.sector.order

    @property
    def stationary(self) -> bool:
        """Whether λ is 0 to rounding."""
        return abs(self.value) <= 1e3 * self.rounding

    @property
    def damped(self) -> bool:
        """Whether Re λ < 0 beyond rounding."""
        return self.value.real < -1e3 * self.rounding

    def dagger(self, sector: Sector) -> Mode:
        """r†, l† and λ̄ of the opposite order, whose sector is given."""
        rows, columns = self.sector.kets
        place = sector.index(columns, rows)
        right, left = np.empty_like(self.right), np.empty_like(self.left)
        right[place], left[place] = self.right.conj(), self.left.conj()
        return Mode(np.conj(self.value), sector, right, left, self.condition, self.residual, self.rounding)


@dataclass(frozen=True)
class Found:
    """The slowest modes of one space; ``discs`` are the searched discs (centre, radius) where no proof covers all."""

    modes: tuple[Mode, ...]
    discs: tuple[tuple[complex, float], ...] = ()
    solved: int = 0


def slowest_modes(
    model: Model,
    cutoffs: dict[str, int],
    orders: Iterable[Order] | None,
    *,
    count: int,
    method: Solver,
    target: complex | None = None,
) -> Found:
    """The ``count`` modes of largest real part (or nearest to ``target``) among these orders; None for all of them."""
    made = generator(model, cutoffs)
    group = made.grading.group
    wanted = list(orders) if orders is not None else _all_orders(made)
    pairs: dict[Order, list[Order]] = {}
    for order in wanted:
        pairs.setdefault(max(order, group.reduce(-k for k in order)), []).append(order)
    bounds = _growth_bounds(made) if orders is None and len(pairs) > 1 and target is None else {}
    modes: list[Mode] = []
    discs: list[tuple[complex, float]] = []
    solved = 0
    for order in sorted(pairs, key=lambda k: (-bounds.get(k, np.inf), sum(map(abs, k)))):
        if bounds and len(modes) == count and bounds[order] < modes[-1].value.real - 1e3 * modes[-1].rounding:
            break  # no eigenvalue of this order, or of those that follow, can be slower than the last one found
        sector = made.grading.sector(order)
        if not sector.size:
            continue
        search = _Search(model, made.liouvillian(sector), count, method, target)
        solved += 1
        pairs_found, searched = search.pairs()
        discs += searched
        for mode in _as_modes(sector, pairs_found):
            for each in sorted(pairs[order], reverse=True):
                modes.append(mode if each == order else mode.dagger(made.grading.sector(each)))
        modes = _ranked(modes, target)[:count]
    return Found(tuple(modes), tuple(discs), solved)


def _all_orders(made: Generator) -> list[Order]:
    classes, factors = made.grading.charges.shape
    require_memory(24.0 * classes**2 * max(factors, 1), None, f"The list of orders of {classes} classes", REMEDY)
    return made.grading.orders()


def _ranked(modes: list[Mode], target: complex | None) -> list[Mode]:
    values = np.array([mode.value for mode in modes])
    order = slowest_first(values) if target is None else np.argsort(np.abs(values - target), kind="stable")
    return [modes[k] for k in order]


def _growth_bounds(made: Generator) -> dict[Order, float]:
    """For each order an upper bound on the real parts of its eigenvalues: Gershgorin's discs over the columns of 𝓛.

    All of them in one pass over the coherences |n⟩⟨m|, without any sector's being made.
    """
    grading, label = made.grading, made.grading.label
    classes = len(grading.charges)
    bounds = np.full((classes, classes), -np.inf)
    dimension = made.space.dimension
    step = max(1, 200_000 // dimension)
    for start in range(0, dimension, step):
        kets = np.arange(start, min(start + step, dimension))
        diagonal, columns = _column_sums(made, kets)
        np.maximum.at(bounds, (label[kets, None], label[None, :]), diagonal + columns)
    charges = (grading.charges[:, None] - grading.charges[None, :]).reshape(classes**2, -1)
    for factor, modulus in enumerate(grading.group.moduli):
        if modulus:
            charges[:, factor] %= modulus
    orders, place = np.unique(charges, axis=0, return_inverse=True)
    highest = np.full(len(orders), -np.inf)
    np.maximum.at(highest, place.ravel(), bounds.ravel())
    return {tuple(order): bound for order, bound in zip(orders.tolist(), highest.tolist(), strict=True)}


def _column_sums(made: Generator, kets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Re 𝓛_nn and the sum of all other |𝓛_mn| of the columns |n⟩⟨m|, n in ``kets`` and all m."""
    group = made.grading.group
    zero = (0,) * made.space.coordinates.shape[1]
    values: dict[tuple[Shift, Shift], np.ndarray] = {}

    def add(key: tuple[Shift, Shift], value: np.ndarray) -> None:
        values[key] = values[key] + value if key in values else value

    for s, x in made.no_jump.items():
        add((s, zero), np.broadcast_to(x[kets, None], (len(kets), made.space.dimension)))
        add((zero, s), np.broadcast_to(np.conj(x)[None, :], (len(kets), made.space.dimension)))
    for rate, bands in made.jumps:
        for s, x in bands.items():
            for t, y in bands.items():
                if s == t or group.alike(s, t):
                    add((s, t), rate * np.multiply.outer(x[kets], np.conj(y)))
    shape = (len(kets), made.space.dimension)
    diagonal = np.real(values.pop((zero, zero), np.zeros(shape)))
    return diagonal, sum((np.abs(value) for value in values.values()), start=np.zeros(shape))


@dataclass(frozen=True)
class _Search:
    """One sector's eigenpairs, dense or by shift-invert."""

    model: Model
    liouvillian: Liouvillian
    count: int
    method: Solver
    target: complex | None

    def pairs(self) -> tuple[Eigenpairs, list[tuple[complex, float]]]:
        """At least ``count`` pairs where there are so many, and the discs that were searched (none if complete)."""
        n = self.liouvillian.sector.size
        dense = isinstance(self.method, Dense) or n <= self.count + 10
        if isinstance(self.method, Auto):
            dense = dense or n <= DENSE_LIMIT
        self._require(dense)
        if dense:
            everything = self.target is not None
            all_of_it = eigenpairs(self.liouvillian.matrix.toarray(), n if everything else self.count)
            return (all_of_it if self.target is None else self._nearest(all_of_it)), []
        matrix, back = self._real_if_possible()
        if self.target is not None:
            nearest = self._nearest(sparse_eigenpairs(matrix, self.count, self._off(self.target))[0])
            return nearest.turned(back), []
        scouted, targets = self._scouted(), TARGETS
        if scouted is None and back is not None:
            half_plane = slowest_eigenpairs(matrix, self.count)
            if half_plane.pairs is not None:
                return half_plane.pairs.turned(back), [(half_plane.center + 0j, half_plane.radius)]
            scouted, targets = [1j * abs(v.imag) for v in half_plane.seen], BLIND_TARGETS
        found, discs = self._around(matrix, self._centres(scouted or []), targets, back is not None)
        return union(found, matrix).turned(back), discs

    def _around(
        self, matrix: sp.csc_array, centres: list[complex], targets: int, real: bool
    ) -> tuple[list[Eigenpairs], list[tuple[complex, float]]]:
        """The pairs near each centre, of a real matrix also near its conjugate, and the discs."""
        found: list[Eigenpairs] = []
        discs: list[tuple[complex, float]] = []
        for centre in centres:
            if any(abs(centre - c) < 0.7 * radius for c, radius in discs):
                continue
            one, radius = sparse_eigenpairs(matrix, self.count, self._off(centre))
            found.append(one)
            discs.append((centre, radius))
            if real and abs(centre.imag) > 1e-12 * radius:
                found.append(one.conjugate())
                discs.append((centre.conjugate(), radius))
            if len(discs) >= targets:
                break
        return found, discs

    def _real_if_possible(self) -> tuple[sp.csc_array, sp.csr_array | None]:
        """𝓛, in a sector that is its own conjugate as a real matrix, and the map back from its vectors."""
        sector, matrix = self.liouvillian.sector, self.liouvillian.matrix
        group = sector.grading.group
        if group.reduce(-k for k in sector.order) != sector.order:
            return matrix, None
        basis = hermitian_basis(sector)
        back = basis.conj().T.tocsr()
        return without_zeros((basis @ matrix @ back).real).tocsc(), back

    def _nearest(self, found: Eigenpairs) -> Eigenpairs:
        assert self.target is not None
        return found.chosen(np.argsort(np.abs(found.values - self.target), kind="stable")[: self.count])

    def _off(self, centre: complex) -> complex:
        """A target a little right of the centre, where 𝓛 has no eigenvalue if the centre is on the imaginary axis."""
        rates = np.abs(self.liouvillian.matrix.diagonal())
        size = float(rates.max(initial=0.0)) or 1.0
        slowest = float(rates[rates > 1e-12 * size].min(initial=size))
        return centre + max(1e-3 * slowest, 1e-10 * size)

    def _centres(self, scouted: list[complex]) -> list[complex]:
        """Where slow modes are expected on the imaginary axis: at the scouted frequencies, 0, or the slowest one's."""
        if not any(self.liouvillian.sector.order):
            return [0j, *scouted]
        return scouted or self._own_frequencies()

    def _own_frequencies(self) -> list[complex]:
        """Those of the coherences themselves, 𝓛's diagonal, that of the slowest first: two ensembles have two lines."""
        diagonal = self.liouvillian.matrix.diagonal()
        slowest = diagonal[np.argsort(-diagonal.real, kind="stable")].imag
        size = float(np.abs(slowest).max(initial=0.0)) or 1.0
        _, first = np.unique(np.round(slowest / size, 9), return_index=True)
        return [1j * float(slowest[k]) for k in np.sort(first)[:BLIND_TARGETS]]

    def _scouted(self) -> list[complex] | None:
        """The frequencies of the slow modes of a much smaller space; None where there is no such space."""
        generated, order = self.liouvillian.generator, self.liouvillian.sector.order
        cutoffs, small = generated.space.cutoffs, generated
        while cutoffs and small.grading.sector(order).size > SCOUT_LIMIT:
            fewer = {name: max(2, int(0.8 * n)) for name, n in cutoffs.items()}
            if fewer == cutoffs:
                return None
            cutoffs = fewer
            small = generator(self.model, cutoffs)
        coarse = small.grading.sector(order)
        if small is generated or not coarse.size:
            return None
        values = la.eigvals(small.liouvillian(coarse).matrix.toarray(), check_finite=False)
        return [1j * float(v.imag) for v in values[slowest_first(values)][: self.count]]

    def _require(self, dense: bool) -> None:
        """Refuse what does not fit into memory, or into the range of the numbers."""
        n = self.liouvillian.sector.size
        if dense:
            need = assembly_bytes(self.liouvillian) + 16.0 * 7 * n * n
        else:
            # twice the fill of a steady state's factors (complex numbers), and the vectors of both Arnoldi runs
            need = 2 * Direct().estimate(self.liouvillian) + 16.0 * n * max(8 * (self.count + 12), MOST)
        what = f"{'All modes' if dense else 'The slow modes'} of a sector of {n} unknowns"
        require_memory(need, self.method.memory, what, REMEDY)
        size = float(np.abs(self.liouvillian.matrix.data).max(initial=0.0))
        if not size < LARGEST:
            raise InvalidInput(
                f"The generator has elements of size {size:.3g}, whose squares are no finite numbers.",
                "Choose a unit in which the rates are near 1.",
            )


def _as_modes(sector: Sector, pairs: Eigenpairs) -> list[Mode]:
    """With phases chosen: the steady state of trace 1, Hermitian operators where λ is real, the largest element > 0."""
    right, left = pairs.right.astype(complex), pairs.left.astype(complex)
    group = sector.grading.group
    if group.reduce(-k for k in sector.order) == sector.order:
        right, left = _hermitian(sector, pairs, right, left)
    else:
        top = right[np.abs(right).argmax(axis=0), np.arange(right.shape[1])]
        phase = np.where(top == 0, 1, top / np.where(top == 0, 1, np.abs(top)))
        right, left = right / phase, left / phase
    modes = [
        Mode(
            complex(pairs.values[k]),
            sector,
            right[:, k],
            left[:, k],
            float(pairs.conditions[k]),
            float(pairs.residuals[k]),
            float(pairs.rounding[k]),
        )
        for k in range(len(pairs.values))
    ]
    return _with_the_state(sector, modes)


def _with_the_state(sector: Sector, modes: list[Mode]) -> list[Mode]:
    """The stationary mode, where it is the only one, as a state of trace 1 with λ = 0: 𝓛 keeps the trace exactly."""
    still = [k for k, mode in enumerate(modes) if mode.stationary]
    if len(sector.trace) and len(still) == 1:
        k = still[0]
        trace = modes[k].right[sector.trace].sum()
        if abs(trace) > 1e-12:
            one = np.zeros(sector.size, dtype=complex)
            one[sector.trace] = 1.0
            mode = modes[k]
            state = 0.5 * (mode.right / trace + (mode.right / trace)[sector.transpose].conj())
            modes[k] = Mode(0j, sector, state, one, mode.condition, mode.residual, mode.rounding)
    return modes


def _hermitian(sector: Sector, pairs: Eigenpairs, right: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In a sector that is its own conjugate: a Hermitian basis for each real eigenvalue."""
    size = float(np.abs(pairs.values).max(initial=0.0))
    done = np.zeros(len(pairs.values), dtype=bool)
    for k, value in enumerate(pairs.values):
        close = UNRESOLVED * max(size, 1e3 * float(pairs.rounding[k]) / UNRESOLVED if pairs.conditions[k] < 1e4 else 0)
        if done[k] or abs(value.imag) > close or not pairs.conditions[k] < 1e6:
            continue
        same = np.flatnonzero(np.abs(pairs.values - value) <= close)
        done[same] = True
        x = right[:, same]
        mirrored = x[sector.transpose].conj()
        real = np.hstack([x + mirrored, 1j * (x - mirrored)])
        basis, sizes, _ = la.svd(np.vstack([real.real, real.imag]), full_matrices=False, check_finite=False)
        if len(same) < len(sizes) and sizes[len(same)] > 1e-6 * sizes[0]:
            continue  # the cluster is cut, or not closed under conjugation
        hermitian = basis[: sector.size, : len(same)] + 1j * basis[sector.size :, : len(same)]
        top = hermitian[np.abs(hermitian.real).argmax(axis=0), np.arange(len(same))].real
        hermitian = hermitian * np.where(top < 0, -1.0, 1.0)
        overlaps = left[:, same].conj().T @ hermitian
        right[:, same] = hermitian
        left[:, same] = left[:, same] @ la.inv(overlaps, check_finite=False).conj().T
    return right, left


def listed_orders(spec: OrderSpec) -> list[int | Mapping[str, int | Sequence[int]]]:
    """One specification of an order, or several, as a list; empty for None."""
    if spec is None:
        return []
    return list(spec) if isinstance(spec, Sequence) and not isinstance(spec, str) else [spec]


def wanted_orders(model: Model, made: Generator, spec: OrderSpec) -> list[Order] | None:
    """The orders that a user names by one specification or a list of them; None for all.

    Raises
    ------
    InvalidInput
        For an order that no coherence of the space has.
    """
    if spec is None:
        return None
    specs = listed_orders(spec)
    if not specs:
        raise InvalidInput("The list of orders is empty.", "Name at least one, or leave order= out.")
    out: list[Order] = []
    for each in specs:
        order = model.symmetry.order(each)
        if order is None:
            return None
        if not made.grading.sector(order).size:
            raise InvalidInput(
                f"No coherence has the order {each!r} with {made.space.dimension} kets.",
                "Ask for a smaller order, or keep more levels.",
            )
        out.append(order)
    return list(dict.fromkeys(out))
