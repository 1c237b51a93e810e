r"""Where a start ends up if every jump leads down: one pass through the charges, without a large linear system.

Under losses alone the classes of kets can be sorted so that K stays within a class and each jump leads into later ones.
Since K + K† ≤ 0, an eigenket of K that does not decay is one of K† too: each class is dark ⊕ bright,

    K = −i diag(E) ⊕ K_B.

Of the coherences X that arrive in a pair of classes the part between dark kets of equal E stays, that between dark kets
of different E turns for ever, and the rest is integrated over all times by a small Sylvester equation,

    K Y + Y K'† = −X,

of which Σ rate·L Y L† arrives further down. A dark ket feeds nothing: no jump leads out of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import product

import numpy as np
import scipy.linalg as la
from scipy.linalg.lapack import ztrsyl

from photinus.model import Order
from photinus.numerics.kernels import ZERO
from photinus.space.liouvillian import Generator
from photinus.space.sectors import Grading, Sector
from photinus.space.space import Bands

WIDEST = 1500
"""Kets of a class up to which its Schur form is taken."""
MIXED = 1e-11
"""Dark and bright kets of a class are coupled by no more than this, relative to ‖K‖."""


@dataclass
class End:
    """Where the coherences of one order end up.

    Attributes
    ----------
    vector : ndarray
        What stays, as a vector of its sector.
    kept : dict of (int, int) to ndarray
        The same between the dark kets of two classes.
    turning : dict of float to float
        Frequency -> size of the largest coherence that turns with it for ever.
    closest : float
        The smallest frequency that does not count as zero.
    """

    vector: np.ndarray
    kept: dict[tuple[int, int], np.ndarray]
    turning: dict[float, float]
    closest: float


@dataclass(frozen=True)
class Cascade:
    """The classes of a generator that only leads down.

    Attributes
    ----------
    grading : Grading
    descent : tuple of int
        The classes, each before those into which it decays.
    bases : dict of int to ndarray
        Kets × levels of each class: the dark ones first, then the Schur vectors of K_B.
    triangles : dict of int to ndarray
        K in this basis.
    dark : dict of int to int
        How many of the levels of each class are dark.
    jumps : dict of int to list of (group, int, ndarray)
        From each class: (which part of which jump, the class it leads into, √rate·L in the two bases).
    scale : float
        A bound of ‖𝓛‖₁, of which 100 ε counts as zero.
    gap : float
        The slowest decay of a bright ket.
    residual : float
        The largest of ‖(K + iE)d‖ and ‖√rate L d‖² of the dark kets d, relative to the scale.
    """

    grading: Grading
    descent: tuple[int, ...]
    bases: dict[int, np.ndarray]
    triangles: dict[int, np.ndarray]
    dark: dict[int, int]
    jumps: dict[int, list[tuple[tuple[int, Order], int, np.ndarray]]]
    scale: float
    gap: float
    residual: float

    def end(self, order: Order, vector: np.ndarray) -> End:
        """Where the coherences ``vector`` of one order end up."""
        sector = self.grading.sector(order)
        partner = self.grading.partner(order)
        arrived = {q: self._inside(sector, vector, q, int(partner[q])) for q in self.descent if partner[q] in self.dark}
        end = End(np.zeros(sector.size, dtype=complex), {}, {}, np.inf)
        for q in self.descent:
            if q not in arrived or not arrived[q].any():
                continue
            r, flow = int(partner[q]), arrived[q]
            m, n = self.dark[q], self.dark[r]
            frequencies = np.subtract.outer(*(-np.diagonal(self.triangles[k])[: self.dark[k]].imag for k in (q, r)))
            still = np.abs(frequencies) <= ZERO * self.scale
            end.closest = min(end.closest, float(np.abs(frequencies[~still]).min(initial=np.inf)))
            for w, size in zip(frequencies[~still].tolist(), np.abs(flow[:m, :n])[~still].tolist(), strict=True):
                end.turning[abs(w)] = max(end.turning.get(abs(w), 0.0), size)
            end.kept[q, r] = np.where(still, flow[:m, :n], 0)
            sector.block(end.vector, q)[:] = self.bases[q][:, :m] @ end.kept[q, r] @ self.bases[r][:, :n].conj().T
            passed = _integrated(self.triangles[q], self.triangles[r], flow, m, n)
            for (group, below, left), (other, beside, right) in product(self.jumps[q], self.jumps[r]):
                if group == other and partner[below] == beside:
                    arrived[below] += left @ passed @ right.conj().T
        return end

    @property
    def stationary(self) -> int:
        """How many operators of order zero are stationary: pairs of dark kets of one class and one energy."""
        energies = [-np.diagonal(self.triangles[q])[: self.dark[q]].imag for q in self.descent]
        return sum(int((np.abs(np.subtract.outer(e, e)) <= ZERO * self.scale).sum()) for e in energies)

    def lowest(self, kept: dict[tuple[int, int], np.ndarray]) -> float:
        """The smallest eigenvalue of a state from its elements between dark kets; 0 of the kets that are not dark."""
        starts = dict(zip(self.dark, np.cumsum([0, *self.dark.values()]), strict=False))
        matrix = np.zeros((sum(self.dark.values()),) * 2, dtype=complex)
        for (q, r), block in kept.items():
            place = slice(starts[q], starts[q] + self.dark[q]), slice(starts[r], starts[r] + self.dark[r])
            matrix[place] = block
        others = len(matrix) < self.grading.space.dimension
        return min([0.0] * others + np.linalg.eigvalsh(matrix).tolist())

    def _inside(self, sector: Sector, vector: np.ndarray, q: int, r: int) -> np.ndarray:
        """The block of a vector whose rows have class q and columns class r, in the bases of the two."""
        return np.asarray(self.bases[q].conj().T @ sector.block(vector, q) @ self.bases[r], dtype=complex)


def cascade(made: Generator, kets: np.ndarray) -> Cascade | None:
    """The classes of a generator on some kets, sorted downwards; None where a jump leads back, or within a class."""
    grading = made.grading
    members = {q: m[kets[m]] for q, m in enumerate(grading.members)}
    members = {q: m for q, m in members.items() if len(m)}
    if max(map(len, members.values())) > WIDEST:
        return None
    groups = [
        ((number, charge), _pieces(grading, charge, {s: np.sqrt(rate) * x for s, x in bands.items()}, members))
        for number, (rate, jump) in enumerate(made.jumps)
        for charge, bands in _by_charge(grading, jump).items()
    ]
    descent = _descent(members, [pieces for _, pieces in groups])
    if descent is None:
        return None
    bases, triangles, dark = {}, {}, {}
    no_jump = _pieces(grading, grading.group.zero, made.no_jump, members)
    blocks = {q: no_jump.get((q, q), np.zeros((len(m),) * 2, dtype=complex)) for q, m in members.items()}
    scale = 4 * max((float(np.abs(block).sum(axis=0).max()) for block in blocks.values()), default=0.0)
    gap = np.inf
    for q, block in blocks.items():
        split = _split(block, scale)
        if split is None:
            return None
        basis, triangles[q], dark[q] = split
        bases[q] = np.zeros((len(grading.members[q]), len(basis)), dtype=complex)
        bases[q][grading.position[members[q]]] = basis
        gap = min(gap, float((-np.diagonal(triangles[q])[dark[q] :].real).min(initial=np.inf)))
    inside = {q: bases[q][grading.position[m]] for q, m in members.items()}
    jumps: dict[int, list[tuple[tuple[int, Order], int, np.ndarray]]] = {q: [] for q in members}
    residual = 0.0
    for name, pieces in groups:
        for (q, below), piece in pieces.items():
            jump = inside[below].conj().T @ piece @ inside[q]
            residual = max(residual, float(np.abs(jump[:, : dark[q]]).max(initial=0.0)) ** 2 / scale)
            jumps[q].append((name, below, jump))
    return Cascade(grading, descent, bases, triangles, dark, jumps, scale, gap, residual)


def _by_charge(grading: Grading, jump: Bands) -> dict[Order, Bands]:
    """A jump in parts that change the charge alike: between others there is no coherence."""
    out: dict[Order, Bands] = {}
    for shift, amplitude in jump.items():
        charge = grading.group.charge(shift)
        out.setdefault(charge, {})[shift] = amplitude
    return out


def _pieces(
    grading: Grading, charge: Order, bands: Bands, members: dict[int, np.ndarray]
) -> dict[tuple[int, int], np.ndarray]:
    """An operator that changes the charge by ``charge`` as {(class, class into which it leads): matrix of their kets}.

    Such an operator is laid out like the coherences of this order.
    """
    sector, kets = grading.sector(charge), np.arange(grading.space.dimension)
    vector = np.zeros(sector.size, dtype=complex)
    for shift, amplitude in bands.items():
        place = sector.index(grading.space.shifted(shift), kets)
        led = (place >= 0) & (amplitude != 0)
        vector[place[led]] += amplitude[led]
    out = {}
    for below, q, _ in sector.blocks:
        if q in members and below in members:
            rows, columns = (grading.position[members[k]] for k in (below, q))
            piece = sector.block(vector, below)[rows[:, None], columns]
            if piece.any():
                out[q, below] = piece
    return out


def _descent(members: dict[int, np.ndarray], groups: list[dict[tuple[int, int], np.ndarray]]) -> tuple[int, ...] | None:
    above: dict[int, set[int]] = {q: set() for q in members}
    for pieces in groups:
        for q, below in pieces:
            above[below].add(q)
    try:
        return tuple(TopologicalSorter(above).static_order())
    except CycleError:
        return None


def _split(no_jump: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray, int] | None:
    """(basis, K in it, number of dark kets) of one class; None where the two parts do not come apart."""
    zero = ZERO * scale
    if np.array_equal(no_jump, no_jump.conj().T):  # no H in this class: all of it is damping
        values, basis = np.linalg.eigh(-no_jump)
        return basis, np.diag(np.where(values > zero, -values, 0.0) + 0j), int(np.count_nonzero(values <= zero))
    triangle, basis, count = la.schur(no_jump, output="complex", sort=lambda value: value.real >= -zero)
    if np.abs(triangle[:count, count:]).max(initial=0.0) > MIXED * scale:
        return None
    hermitian = 0.5j * (triangle[:count, :count] - triangle[:count, :count].conj().T)
    energies, turn = np.linalg.eigh(hermitian)
    basis[:, :count] = basis[:, :count] @ turn
    triangle[:count] = 0.0
    triangle[:count, :count] = np.diag(-1j * energies)
    return basis, triangle, int(count)


def _integrated(left: np.ndarray, right: np.ndarray, flow: np.ndarray, m: int, n: int) -> np.ndarray:
    """Y with left·Y + Y·right† = −flow outside of the first m rows and n columns, where it is 0."""
    out = np.zeros_like(flow)
    everything = len(left), len(right)
    for rows, columns in (
        (slice(0, m), slice(n, everything[1])),
        (slice(m, everything[0]), slice(0, n)),
        (slice(m, everything[0]), slice(n, everything[1])),
    ):
        piece = flow[rows, columns]
        if piece.size:
            found, unit, _ = ztrsyl(left[rows, rows], right[columns, columns], -piece, tranb="C")
            out[rows, columns] = found / unit
    return out
