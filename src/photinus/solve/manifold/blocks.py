r"""The blocks of a stationary manifold: H = ⊕_k (A_k ⊗ B_k) ⊕ decaying, ρ_∞ = ⊕ p_k ρ_k ⊗ τ_k.

Every stationary operator is a ⊗ τ_k with any a on A_k, and its conserved quantity acts as X ⊗ 1 on A_k ⊗ B_k
(Baumgartner and Narnhofer 2008; Albert, Bradlyn, Fraas, Jiang 2016). A generic Hermitian conserved quantity therefore
has one eigenvalue for each level of the A_k, with the eigenspace |α⟩ ⊗ B_k, and any ket |v⟩ of that eigenspace runs
into the extremal state |α⟩⟨α| ⊗ τ_k. So one eigenvector each, the heaviest, and one projection give the extremal
states; a second generic quantity tells which of them belong to the same block, and carries the basis of B_k from one to
the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.linalg as la

from photinus.errors import Ambiguous
from photinus.numerics.memory import require_memory
from photinus.solve.manifold.zero_modes import ZeroModes
from photinus.space.liouvillian import Generator
from photinus.space.space import Bands, Space, read_only
from photinus.space.state import State

ALIKE = 1e-8
"""Eigenvalues of a generic conserved quantity closer than this, relative to their range, are one."""
SUPPORT = 1e-10
"""Kets in which the largest stationary state holds less than this are no use to tell its blocks."""
LIGHT = 1e-6
"""An eigenspace that weighs less belongs to the rim of the support, where the kets were cut."""
TURNING = 1e-9
"""A coherence between two blocks that decays with less than this, relative to the rates, turns for ever."""
LEVELS = 1e-10
"""Eigenvalues of τ_k above this are levels of B_k."""


@dataclass(frozen=True, eq=False)
class Block:
    """One block A_k ⊗ B_k of the stationary manifold.

    Attributes
    ----------
    dimension : int
        d = dim A_k: the block holds d² stationary operators, and keeps a quantum state of d levels for ever.
    populations : ndarray, shape (r,)
        Eigenvalues of τ_k, largest first, those above 1e-10.
    kets : ndarray of complex, shape (D, d, r)
        The basis |α⟩ ⊗ |β⟩ over all D kets of the space, the last site fastest.
    charges : tuple of (tuple of int or None)
        The charge of each |α⟩ under the weak symmetry; None where it is spread over several.
    extremal_states : tuple of State
        |α⟩⟨α| ⊗ τ_k for each α. Where d > 1 every other pure state of A_k gives an extremal state as well.
    """

    dimension: int
    populations: np.ndarray
    kets: np.ndarray = field(repr=False)
    charges: tuple[tuple[int, ...] | None, ...]
    extremal_states: tuple[State, ...] = field(repr=False)

    @property
    def rank(self) -> int:
        """R = dim B_k, to the precision of the numbers."""
        return len(self.populations)

    @property
    def kind(self) -> str:
        """``unique state`` (d = 1), ``decoherence-free subspace`` (d > 1, r = 1) or ``noiseless subsystem``."""
        if self.dimension == 1:
            return "unique state"
        return "decoherence-free subspace" if self.rank == 1 else "noiseless subsystem"

    def __str__(self) -> str:
        inner = "" if self.rank == 1 else f", τ of rank {self.rank}"
        named = ["spread" if c is None else ",".join(map(str, c)) for c in self.charges]
        charges = f"; charge {' '.join(named[:12])}{' …' if len(named) > 12 else ''}" if any(named) else ""
        return f"{self.kind}, dimension {self.dimension}{inner}{charges}"


@dataclass(frozen=True, slots=True)
class Oscillation:
    """Coherences that turn for ever between two blocks: eigenvalues −i·frequency of 𝓛.

    Attributes
    ----------
    frequency : float
        A coherence of this kind goes as e^{−i·frequency·t}. Those of the opposite sign are listed by themselves.
    blocks : (int, int)
        Numbers of the blocks of its rows and columns.
    count : int
        How many: the product of the two dimensions.
    """

    frequency: float
    blocks: tuple[int, int]
    count: int


def find_blocks(modes: ZeroModes, *, complete: bool = True) -> tuple[Block, ...]:
    """The blocks of the stationary operators of all orders; of some orders only where they are not ``complete``.

    Raises
    ------
    Ambiguous
        If the blocks do not add up to the number of stationary operators.
    MemoryBudgetExceeded
    """
    space = modes.generator.space
    d = space.dimension
    require_memory(
        16.0 * d * d * 6, None, f"The blocks of a manifold on {d} kets", "Use smaller cutoffs, or ask .dimension only."
    )
    kets = _representatives(modes)
    states = [_stationary(modes, ket) for ket in kets]
    factors = [_factor(state) for state in states]
    generic = _dense(modes, _generic(modes, 29, every_order=True))
    links = _links(factors, generic)
    label = _grouped(links)
    blocks = tuple(
        _block(modes, [k for k in range(len(kets)) if label[k] == name], states, factors, generic)
        for name in dict.fromkeys(label)
    )
    total = sum(block.dimension**2 for block in blocks)
    if complete and total != modes.dimension:
        raise Ambiguous(
            f"{modes.dimension} stationary operators are found, but blocks for {total}: two of them can hardly be told "
            "apart.",
            "Raise the cutoffs, or leave out terms that are so weak that they hardly lift the degeneracy.",
        )
    return tuple(sorted(blocks, key=_order_of_blocks))


def find_oscillations(made: Generator, blocks: tuple[Block, ...]) -> tuple[Oscillation, ...]:
    """Coherences between blocks whose eigenvalue is imaginary; within a block of one level there is none."""
    restricted = [_restricted(made, block) for block in blocks]
    rungs = [_rungs(made.space, block) for block in blocks]
    found = []
    for k, (left, jumps_left) in enumerate(restricted):
        for m in range(k):
            right, jumps_right = restricted[m]
            if len(left) != len(right) or np.abs(blocks[k].populations - blocks[m].populations).max() > 1e-6:
                continue  # T τ_m = τ_k T with a unitary T: the two must have the same spectrum
            size = len(left)
            alike = np.equal.outer(rungs[k], rungs[m]).ravel()  # no coherence between two lengths J of an ensemble
            if not alike.any():
                continue
            if size == 1:
                value = (
                    left[0, 0]
                    + right[0, 0].conj()
                    + sum(x[0, 0] * y[0, 0].conj() for x, y in zip(jumps_left, jumps_right, strict=True))
                )
                values = np.array([value])
            else:
                one = np.eye(size)
                matrix = np.kron(left, one) + np.kron(one, right.conj())
                for x, y in zip(jumps_left, jumps_right, strict=True):
                    matrix = matrix + np.kron(x, y.conj())
                values = la.eigvals(matrix[np.ix_(alike, alike)], check_finite=False)
            scale = float(max(np.abs(left).max(), np.abs(right).max()))
            still = values[(np.abs(values.real) <= TURNING * scale) & (np.abs(values.imag) > TURNING * scale)]
            count = blocks[k].dimension * blocks[m].dimension
            for value in still:
                found.append(Oscillation(-float(value.imag), (k, m), count))
                found.append(Oscillation(float(value.imag), (m, k), count))
    return tuple(sorted(found, key=lambda o: (abs(o.frequency), o.frequency, o.blocks)))


def _rungs(space: Space, block: Block) -> np.ndarray:
    """The label of the lengths J of each |first α⟩ ⊗ |β⟩; 0 where there is no ensemble."""
    if space.rungs is None:
        return np.zeros(block.rank)
    return np.asarray(space.rungs[np.abs(block.kets[:, 0]).argmax(axis=0)])


def _order_of_blocks(block: Block) -> tuple[int, int, bool, tuple[int, ...]]:
    return -block.dimension, block.rank, block.charges[0] is None, block.charges[0] or ()


def times(space: Space, bands: Bands, columns: np.ndarray) -> np.ndarray:
    """O·C of an operator in bands and a matrix of columns over the kets."""
    out = np.zeros((space.dimension, columns.shape[1]), dtype=complex)
    for shift, amplitude in bands.items():
        target = space.shifted(shift)
        inside = np.flatnonzero(target >= 0)
        out[target[inside]] += amplitude[inside, None] * columns[inside]
    return out


# --- generic conserved quantities ------------------------------------------------------------------------------------


def _generic(modes: ZeroModes, seed: int, *, every_order: bool) -> dict[tuple[int, ...], np.ndarray]:
    """A random Hermitian combination of the conserved quantities, of order zero or of all."""
    rng = np.random.default_rng(seed)
    group = modes.generator.grading.group
    out: dict[tuple[int, ...], np.ndarray] = {}
    for order, kernel in modes.kernels.items():
        opposite = group.reduce(-k for k in order)
        if order in out or not kernel.dimension or (any(order) and not every_order):
            continue
        weights = rng.normal(size=kernel.dimension).astype(complex)
        if opposite == order:
            out[order] = kernel.left @ weights
        else:
            weights = weights + 1j * rng.normal(size=kernel.dimension)
            out[order] = kernel.left @ weights
            out[opposite] = modes.kernels[opposite].left @ weights.conj()
    return out


def _dense(modes: ZeroModes, vectors: dict[tuple[int, ...], np.ndarray]) -> np.ndarray:
    d = modes.generator.space.dimension
    out = np.zeros((d, d), dtype=complex)
    for order, vector in vectors.items():
        rows, columns = modes.sectors[order].kets
        out[rows, columns] = vector
    return out


def _representatives(modes: ZeroModes) -> list[np.ndarray]:
    """One ket |α⟩ ⊗ |β⟩ of each extremal state, of one charge where the state allows it."""
    found: list[np.ndarray] = []
    generic = _dense(modes, _generic(modes, 17, every_order=True)) if len(modes.kernels) > 1 else None
    for group in _eigenspaces(modes):
        ket = group[:, 0]
        if generic is None or _is_number(inner := group.conj().T @ generic @ group, generic):
            found.append(ket)
            continue
        values, vectors = la.eigh(inner)
        for first in _first_of_each(values, float(np.abs(generic).max())):
            found.append(group @ vectors[:, first])
    return found


def _eigenspaces(modes: ZeroModes) -> list[np.ndarray]:
    """Eigenspaces of a generic conserved quantity of order zero within the support, heaviest kets first."""
    grading = modes.generator.grading
    sector, kernel = modes.sectors[grading.group.zero], modes.kernels[grading.group.zero]
    largest = kernel.right @ kernel.left[sector.trace].conj().sum(axis=0) / modes.generator.space.dimension
    quantity = _generic(modes, 17, every_order=False)[grading.group.zero]
    values, weights, vectors = [], [], []
    for q, _, _ in sector.blocks:
        populations, basis = la.eigh(sector.block(largest, q))
        basis = basis[:, populations > SUPPORT * np.abs(largest).max()]
        if not basis.shape[1]:
            continue
        eigenvalues, mix = la.eigh(basis.conj().T @ sector.block(quantity, q) @ basis)
        basis = basis @ mix
        weights += np.einsum("ik,ij,jk->k", basis.conj(), sector.block(largest, q), basis).real.tolist()
        values += eigenvalues.tolist()
        members = grading.members[q]
        for column in basis.T:
            ket = np.zeros(modes.generator.space.dimension, dtype=complex)
            ket[members] = column
            vectors.append(ket)
    order = np.argsort(values)
    steps = np.diff(np.array(values)[order]) > ALIKE * (np.ptp(values) + np.abs(quantity).max() * 1e-3)
    groups = np.split(order, np.flatnonzero(steps) + 1)
    total = np.array(weights)
    groups = [g for g in groups if total[g].sum() > LIGHT * total.sum()]
    sorted_groups = [g[np.argsort(-total[g], kind="stable")] for g in groups]
    return [np.array([vectors[k] for k in g]).T for g in sorted_groups]


def _is_number(matrix: np.ndarray, whole: np.ndarray) -> bool:
    """Whether a quantity is the same on all of an eigenspace: c·1."""
    mean = np.trace(matrix) / len(matrix)
    return bool(np.abs(matrix - mean * np.eye(len(matrix))).max() <= ALIKE * np.abs(whole).max())


def _first_of_each(values: np.ndarray, scale: float) -> list[int]:
    """The first of each run of equal numbers, which ascend."""
    return [0, *(np.flatnonzero(np.diff(values) > ALIKE * scale) + 1).tolist()]


# --- extremal states and their blocks --------------------------------------------------------------------------------


def _stationary(modes: ZeroModes, ket: np.ndarray) -> State:
    """Where |v⟩⟨v| ends up: the extremal state that its eigenspace holds."""
    vectors = {}
    for order, kernel in modes.kernels.items():
        if kernel.dimension:
            rows, columns = modes.sectors[order].kets
            vector = ket[rows] * ket[columns].conj()
            if vector.any():
                vectors[order] = vector
    grading = modes.generator.grading
    zero = grading.group.zero
    parts = {k: v for k, v in modes.projected(vectors).items() if k == zero or np.abs(v).max() > 1e-13}
    parts[zero] = parts[zero] / parts[zero][modes.sectors[zero].trace].sum()
    return State(grading, {k: _symmetric(modes, k, v) for k, v in parts.items()})


def _symmetric(modes: ZeroModes, order: tuple[int, ...], vector: np.ndarray) -> np.ndarray:
    if order != modes.generator.grading.group.reduce(-k for k in order):
        return vector
    return 0.5 * (vector + vector.conj()[modes.sectors[order].transpose])


def _factor(state: State) -> tuple[np.ndarray, np.ndarray]:
    """Populations (largest first) and eigenvectors over all kets of a state, of its levels above the rounding."""
    grading = state.grading
    zero = grading.group.zero
    if set(state.parts) == {zero}:
        sector = grading.sector(zero)
        pieces = [(grading.members[q], sector.block(state.parts[zero], q)) for q, _, _ in sector.blocks]
    else:
        kets = np.flatnonzero(state.populations() > LEVELS)
        pieces = [(kets, state.elements(*np.meshgrid(kets, kets, indexing="ij")))]
    populations, vectors = [], []
    for members, block in pieces:
        if np.abs(block).max(initial=0.0) <= LEVELS / len(block):
            continue  # of no class that the state occupies
        values, basis = la.eigh(block)
        for k in np.flatnonzero(values > LEVELS):
            ket = np.zeros(state.space.dimension, dtype=complex)
            ket[members] = basis[:, k]
            populations.append(values[k])
            vectors.append(ket)
    order = np.argsort(-np.array(populations), kind="stable")
    return np.array(populations)[order], np.array(vectors)[order].T


def _links(factors: list[tuple[np.ndarray, np.ndarray]], generic: np.ndarray) -> np.ndarray:
    """|X_ij|² of a generic conserved quantity X ⊗ 1 between the extremal states i and j."""
    stacked = np.hstack([vectors * np.sqrt(populations) for populations, vectors in factors])
    squares = np.abs(stacked.conj().T @ generic @ stacked) ** 2
    starts = np.cumsum([0] + [len(populations) for populations, _ in factors])[:-1]
    sums = np.add.reduceat(np.add.reduceat(squares, starts, axis=0), starts, axis=1)
    purity = np.array([float((populations**2).sum()) for populations, _ in factors])
    return np.asarray(sums / np.sqrt(np.multiply.outer(purity, purity)))


def _grouped(links: np.ndarray) -> list[int]:
    """The block of each extremal state: those that are linked have the same."""
    label = list(range(len(links)))
    largest = links.max(initial=0.0)
    for i, j in zip(*np.nonzero(links > 1e-12 * largest), strict=True):
        if label[i] != label[j]:
            low, high = sorted((label[i], label[j]))
            label = [low if name == high else name for name in label]
    return label


def _block(
    modes: ZeroModes,
    places: list[int],
    states: list[State],
    factors: list[tuple[np.ndarray, np.ndarray]],
    generic: np.ndarray,
) -> Block:
    """The block of some extremal states, with the basis of B_k carried from the first to all others."""
    grading = modes.generator.grading
    charges = [_charge(modes, factors[k][1]) for k in places]
    places = [k for _, k in sorted(zip(charges, places, strict=True), key=lambda item: (item[0] is None, item))]
    populations, first = factors[places[0]]
    kets = np.empty((grading.space.dimension, len(places), len(populations)), dtype=complex)
    kets[:, 0] = first
    for number, k in enumerate(places[1:], start=1):
        own = factors[k][1]
        carried = own @ (own.conj().T @ (generic @ first))
        kets[:, number] = la.qr(carried, mode="economic")[0] * _phases(carried)
    ordered = tuple(_charge(modes, factors[k][1]) for k in places)
    return Block(len(places), read_only(populations), read_only(kets), ordered, tuple(states[k] for k in places))


def _phases(columns: np.ndarray) -> np.ndarray:
    """The signs that QR took away: the diagonal of R in phase."""
    diagonal = np.diagonal(la.qr(columns, mode="economic")[1])
    return np.asarray(diagonal / np.where(np.abs(diagonal) > 0, np.abs(diagonal), 1.0))


def _charge(modes: ZeroModes, vectors: np.ndarray) -> tuple[int, ...] | None:
    """The charge of an extremal state, if it has one."""
    grading = modes.generator.grading
    weights = (np.abs(vectors) ** 2).sum(axis=1)
    held = np.unique(grading.label[weights > 1e-12 * weights.max()])
    return tuple(int(c) for c in grading.charges[held[0]]) if len(held) == 1 else None


def _restricted(made: Generator, block: Block) -> tuple[np.ndarray, list[np.ndarray]]:
    """K and √rate·L on |first α⟩ ⊗ B_k."""
    basis = block.kets[:, 0]
    jumps = [np.sqrt(rate) * (basis.conj().T @ times(made.space, bands, basis)) for rate, bands in made.jumps]
    return basis.conj().T @ times(made.space, made.no_jump, basis), jumps
