"""Dark states: kets that every jump annihilates and the Hamiltonian only turns in phase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp

from photinus.algebra import Operator, oscillator
from photinus.errors import InvalidInput, NotConverged, Undefined
from photinus.model import Model, Order
from photinus.model.jumps import per_atom
from photinus.model.symmetry import Symmetry
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import require_cutoff, require_model
from photinus.solve.cutoff import MORE_LEVELS, Converged, Fixed, reach
from photinus.solve.manifold.collective_modes import CollectiveModes, collective_modes
from photinus.solve.manifold.reachable import closed
from photinus.space.sectors import grading
from photinus.space.space import Space, make_space, read_only
from photinus.space.state import State
from photinus.states.build import pure

if TYPE_CHECKING:
    import xarray

EPS = float(np.finfo(float).eps)
ZERO = 100 * EPS
"""A decay rate of at most this times the largest one counts as zero."""
WIDEST = 1200
"""Kets of one charge up to which a space is grown."""
FALLS = 0.97
"""A smallest rate that a larger space lowers by more than this factor has not arrived yet."""


@dataclass(frozen=True, eq=False)
class DarkState:
    """One dark state |ψ⟩: L|ψ⟩ = 0 for every jump, H|ψ⟩ = E|ψ⟩.

    Attributes
    ----------
    space : Space
        The kets that are kept.
    ket : ndarray of complex
        ψ over them, the last site fastest; its largest element is real and positive.
    charge : tuple of int
        Under the weak symmetry; empty where there is none.
    energy : float
        E.
    decay : float
        ⟨ψ|Σ rate·L†L|ψ⟩ without any truncation: 0 where the state fits into the cutoffs, else how fast what was kept
        of it decays.
    error : float
        Estimate of ‖ψ − ψ_∞‖; 0 where nothing was cut.
    """

    space: Space = field(repr=False)
    ket: np.ndarray = field(repr=False)
    charge: Order
    energy: float
    decay: float
    error: float

    @cached_property
    def state(self) -> State:
        """|ψ⟩⟨ψ|."""
        return pure(self.space, np.array(self.ket))

    def expect(self, operator: Operator) -> float | complex:
        """⟨ψ|O|ψ⟩, as :meth:`State.expect`."""
        return self.state.expect(operator)

    def relative_phase(self, first: str, second: str) -> float:
        """φ_a − φ_b = −arg⟨a†b⟩ of two oscillators, in rad from −π to π.

        Raises
        ------
        Undefined
            Where ⟨a†b⟩ = 0, as in the vacuum.
        UnknownSite, SiteMismatch
        """
        a, b = oscillator(first), oscillator(second)
        value = complex(self.state.expect(a.dag() * b))
        if abs(value) <= 1e-12:
            raise Undefined(
                f"The relative phase of {first!r} and {second!r} is undefined: ⟨a†b⟩ is {abs(value):.0e}.",
                "Look at a dark state with quanta in both oscillators.",
            )
        return float(-np.angle(value))

    def components(self, count: int = 6) -> list[tuple[tuple[int, ...], complex]]:
        """The largest elements: (level of each site, amplitude), the levels of a spin counted from m = +j."""
        order = np.argsort(-np.round(np.abs(self.ket), 12), kind="stable")[:count]
        levels = np.array(np.unravel_index(order, self.space.levels)).T
        chosen = zip(levels.tolist(), self.ket[order], strict=True)
        return [(tuple(row), complex(c)) for row, c in chosen if abs(c) > 1e-12]

    def __str__(self) -> str:
        parts = [f"{_text(c)}|{','.join(map(str, row))}⟩" for row, c in self.components(4)]
        more = " + …" if np.count_nonzero(np.abs(self.ket) > 1e-12) > 4 else ""
        text = " + ".join(parts).replace("+ -", "- ") + more
        energy = f"energy {self.energy:.6g}; " if abs(self.energy) > 1e-12 else ""
        error = f"; error {self.error:.0e}" if self.error else ""
        charge = f"charge {','.join(map(str, self.charge))}; " if self.charge else ""
        return f"{charge}{energy}{text}{error}"


@dataclass(frozen=True, eq=False)
class DarkStates:
    """All dark states that fit into the cutoffs, by charge.

    Attributes
    ----------
    states : tuple of DarkState
        Orthonormal; sorted by charge, then by energy. Where several have the same charge and energy their basis is a
        matter of choice.
    symmetry : Symmetry
        What the charges count.
    modes : CollectiveModes or None
        The beam-splitter picture, where all jumps are sums of annihilation operators.
    cutoffs : dict
        Levels kept of each oscillator.
    grows : bool
        Whether a larger space has more of them.
    """

    states: tuple[DarkState, ...]
    symmetry: Symmetry
    modes: CollectiveModes | None
    cutoffs: dict[str, int]
    grows: bool

    def __len__(self) -> int:
        return len(self.states)

    def __iter__(self) -> Iterator[DarkState]:
        return iter(self.states)

    def __getitem__(self, number: int) -> DarkState:
        return self.states[number]

    @property
    def by_charge(self) -> dict[Order, tuple[DarkState, ...]]:
        """The states of each charge."""
        out: dict[Order, tuple[DarkState, ...]] = {}
        for state in self.states:
            out[state.charge] = (*out.get(state.charge, ()), state)
        return out

    @property
    def energies(self) -> np.ndarray:
        """E of each, shape (states,)."""
        return read_only(np.array([state.energy for state in self.states]))

    @property
    def kets(self) -> np.ndarray:
        """ψ of each as rows, shape (states, kets)."""
        width = self.states[0].space.dimension if self.states else 0
        return read_only(np.array([state.ket for state in self.states]).reshape(len(self.states), width))

    def to_xarray(self) -> xarray.Dataset:
        """Charges, energies, decay rates and errors over the dimension ``state``."""
        import xarray

        factors = len(self.symmetry.weak.moduli)
        charges = np.array([state.charge for state in self.states], dtype=int).reshape(len(self), factors)
        return xarray.Dataset(
            {
                "charge": (("state", "factor"), charges),
                "energy": ("state", self.energies),
                "decay": ("state", np.array([state.decay for state in self.states])),
                "error": ("state", np.array([state.error for state in self.states])),
            },
            coords={"state": np.arange(len(self))},
            attrs={"symmetry": str(self.symmetry), "grows": int(self.grows)},
        )

    def __repr__(self) -> str:
        levels = ", ".join(f"{name}: {n} levels" for name, n in self.cutoffs.items())
        where = f" with {levels}" if levels else ""
        lines = [f"DarkStates: {len(self)}{where}; symmetry {self.symmetry}"]
        if self.grows:
            lines[0] += "; a larger space has more"
        lines += [f"  {state}" for state in self.states[:8]]
        if len(self) > 8:
            lines.append(f"  … and {len(self) - 8} more")
        if self.modes is not None:
            lines += [f"  {line}" for line in repr(self.modes).splitlines()]
        return "\n".join(lines)


def dark_states(model: Model, *, cutoff: Fixed | Converged | None = None) -> DarkStates:
    """The pure states that every jump annihilates and that are stationary under the Hamiltonian, by charge.

    Dark kets are the kernel of Σ rate·L†L, taken without truncation, in each class of the weak symmetry; of these the
    largest part is kept that H does not lead out of. A truncation can thus never make a ket dark that is not.

    Parameters
    ----------
    model : Model
    cutoff : Fixed or Converged
        Levels of each oscillator; by default ``Converged(1e-6)``: they grow until a state that does not fit into any
        finite number of levels, such as a coherent or a cat state, is known to the tolerance, of all charges that the
        first cutoffs have. States that fit are exact.

    Returns
    -------
    DarkStates

    Raises
    ------
    InvalidInput
        For a model without jumps, of which every eigenstate would be dark.
    NotConverged
        If a state is dark only in the limit, and the cutoff does not reach its tolerance.
    MemoryBudgetExceeded

    Notes
    -----
    A dark state is stationary; a stationary state need not be dark, nor pure. Here L|ψ⟩ = 0 is meant; L|ψ⟩ = λ|ψ⟩
    becomes that by taking λ out of L and into H, which :class:`photinus.Model` does with numbers that stand in L. A
    level |J, M⟩ of an ensemble with J below its largest is dark as a mixture of all ways in which its atoms make J.

    References
    ----------
    Kraus2008.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> dark = ph.dark_states(ph.Model(jumps=[ph.Jump(1.0, a - b)]), cutoff=ph.Fixed(3))
    >>> print(dark[1])
    charge 1; 0.707107|0,1⟩ + 0.707107|1,0⟩
    >>> print(dark.modes.dark[0])
    0.707106781187 a + 0.707106781187 b
    """
    cutoff = Converged() if cutoff is None else cutoff
    require_model(model)
    require_cutoff(cutoff)
    if any(len(per_atom(jump.operator)) > 1 for jump in model.jumps):
        raise InvalidInput(
            "A jump acts on each atom of an ensemble; its levels |J, M⟩ are mixtures, and no kets that could be dark.",
            "Write a few atoms as spins ph.spin(name, 1/2), or ask for ph.stationary_manifold(model).",
        )
    if not any(jump.channels for jump in model.jumps):
        raise InvalidInput(
            "The model has no jumps: every eigenstate of its Hamiltonian would be dark.",
            "Ask for the dark states of a model with jumps.",
        )
    if isinstance(cutoff, Fixed):
        cutoffs = cutoff.start(model)
    else:
        cutoffs = {name: max(n + 2, cutoff.start) for name, n in reach(model).items()}
    search = _Search(model)
    asked = search.charges(cutoffs)  # of these charges all dark states are due
    while True:
        larger = {name: n + max(MORE_LEVELS, n // 4, search.reach[name]) for name, n in cutoffs.items()}
        found, arriving = search.found(cutoffs, larger, cutoff.tolerance)
        if isinstance(cutoff, Fixed):
            break
        missing = asked & (arriving | {state.charge for state in found if state.error > cutoff.tolerance})
        if not missing:
            found = [state for state in found if state.error <= cutoff.tolerance]
            break
        if max(larger.values()) > cutoff.maximum or search.widest(larger) > WIDEST:
            raise NotConverged(
                f"States that become dark as the cutoffs grow are not known to {cutoff.tolerance:.0e} at {cutoffs}, "
                f"of {len(missing)} of {len(asked)} charges.",
                "Where infinitely many of one charge need all levels, as of D[a − b − 1], shift an oscillator by a "
                "number first (a → a + 1); else raise Converged(maximum=…), or use a larger tolerance.",
            )
        cutoffs = larger
    later = bool(cutoffs) and len(search.found(larger, None, cutoff.tolerance)[0]) > len(found)
    grows = later or bool(arriving)
    try:
        modes = collective_modes(model)
    except InvalidInput:
        modes = None
    return DarkStates(tuple(found), model.symmetry, modes, cutoffs, grows)


class _Search:
    """The question, apart from the cutoffs."""

    def __init__(self, model: Model):
        self.model = model
        self.reach = reach(model)
        self.hamiltonian, channels = self._plain(model)
        self.decay = sum((rate * (jump.dag() * jump) for rate, jump in channels), start=0 * channels[0][1])

    @staticmethod
    def _plain(model: Model) -> tuple[Operator, list[tuple[float, Operator]]]:
        """H and the channels as they were written: L with its number, since L|ψ⟩ = 0 is asked."""
        return model.hamiltonian, [channel for jump in model.jumps for channel in jump.channels]

    def charges(self, cutoffs: dict[str, int]) -> set[Order]:
        """The charges that a space has."""
        graded = grading(make_space(self.model.sites, cutoffs), self.model.symmetry.weak)
        return {tuple(int(c) for c in row) for row in graded.charges}

    def widest(self, cutoffs: dict[str, int]) -> int:
        """The kets of the most common charge."""
        return int(grading(make_space(self.model.sites, cutoffs), self.model.symmetry.weak).sizes.max())

    def found(
        self, cutoffs: dict[str, int], larger: dict[str, int] | None, tolerance: float
    ) -> tuple[list[DarkState], set[Order]]:
        """The dark states of one space, and the charges of which one is still about to become dark as it grows."""
        space = make_space(self.model.sites, cutoffs)
        require_memory(200.0 * space.dimension, None, f"A space of {space.dimension} kets", "Use smaller cutoffs.")
        graded = grading(space, self.model.symmetry.weak)
        widest = float(graded.sizes.max())
        require_memory(64.0 * widest**2, None, f"A class of {widest:.0f} kets", "Use smaller cutoffs.")
        decay = _matrix(space, self.decay)
        scale = float(np.abs(decay.diagonal()).max(initial=0.0))
        # Kets that the generator never leaves hold their dark states exactly; of the others nothing is known then.
        exact = closed(self.model, space)
        floors = self._floors(larger) if exact is None else {}
        out, arriving = [], set()
        for q, members in enumerate(graded.members):
            if exact is not None:
                members = members[exact[members]]
            if not len(members):
                continue
            rates, vectors = la.eigh(decay[members][:, members].toarray())
            charge = tuple(int(c) for c in graded.charges[q])
            floor = floors.get(charge)
            falls = floor is not None and floor < FALLS * rates[0]
            count = _dark_count(rates, ZERO * scale, tolerance if falls else 0.0)
            if falls and not count:
                arriving.add(charge)
            basis = np.zeros((space.dimension, count), dtype=complex)
            basis[members] = vectors[:, :count]
            following = rates[count] if count < len(rates) else np.inf
            cut = bool(space.cutoffs) and exact is None
            for energy, ket in self._stationary(space, basis, max(tolerance, 1e-9) if cut else 1e-9):
                value = max(float(np.vdot(ket, decay @ ket).real), 0.0)
                error = float(np.sqrt(max(value, EPS * scale) / following)) if cut else 0.0
                out.append(DarkState(space, read_only(_gauged(ket)), charge, energy, value, error))
        return out, arriving

    def _floors(self, larger: dict[str, int] | None) -> dict[Order, float]:
        """The smallest rate of each class in a larger space."""
        if not larger:
            return {}
        space = make_space(self.model.sites, larger)
        graded = grading(space, self.model.symmetry.weak)
        decay = _matrix(space, self.decay)
        return {
            tuple(int(c) for c in graded.charges[q]): float(
                la.eigh(decay[m][:, m].toarray(), eigvals_only=True, subset_by_index=(0, 0))[0]
            )
            for q, m in enumerate(graded.members)
        }

    def _stationary(self, space: Space, basis: np.ndarray, tolerance: float) -> list[tuple[float, np.ndarray]]:
        """The eigenstates of H in the largest part of a subspace that H does not lead out of."""
        if not self.hamiltonian.terms or not basis.shape[1]:
            return [(0.0, ket) for ket in basis.T]
        wide = make_space(space.sites, {name: n + self.reach[name] for name, n in space.cutoffs.items()})
        place = space.embedding(wide)
        matrix = _matrix(wide, self.hamiltonian)
        while basis.shape[1]:
            lifted = np.zeros((wide.dimension, basis.shape[1]), dtype=complex)
            lifted[place] = basis
            image = matrix @ lifted
            inner = lifted.conj().T @ image
            _, sizes, mix = la.svd(image - lifted @ inner, full_matrices=False)
            stays = sizes <= tolerance * max(float(np.linalg.norm(image, axis=0).max()), 1e-300)
            if stays.all():
                energies, turn = la.eigh(0.5 * (inner + inner.conj().T))
                return list(zip(energies.tolist(), (basis @ turn).T, strict=True))
            basis = basis @ mix[stays].conj().T
        return []


def _dark_count(rates: np.ndarray, zero: float, tolerance: float) -> int:
    """How many of the ascending rates are those of dark states.

    These are zero to rounding, or, with a tolerance on the state, below its square times the first rate that is not.
    """
    if not tolerance:
        return int(np.count_nonzero(rates <= zero))
    for count in range(len(rates) - 1, 0, -1):
        if rates[count - 1] <= max(tolerance**2 * rates[count], zero / 30) and rates[count] > zero:
            return count
    return 0


def _matrix(space: Space, operator: Operator) -> sp.csr_array:
    """P·O·P as a sparse matrix."""
    rows, columns, values = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)], [np.zeros(0)]
    for shift, amplitude in space.bands(operator).items():
        target = space.shifted(shift)
        inside = np.flatnonzero((target >= 0) & (amplitude != 0))
        rows.append(target[inside])
        columns.append(inside)
        values.append(amplitude[inside])
    places = (np.concatenate(rows), np.concatenate(columns))
    return sp.csr_array((np.concatenate(values), places), shape=(space.dimension, space.dimension))


def _gauged(ket: np.ndarray) -> np.ndarray:
    """With a real, positive largest element, the first of those that are equal."""
    largest = ket[int(np.argmax(np.round(np.abs(ket), 9)))]
    return np.asarray(ket * (abs(largest) / largest))


def _text(c: complex) -> str:
    if abs(c.imag) < 1e-9:
        return f"{c.real:.6g}"
    if abs(c.real) < 1e-9:
        return f"{c.imag:.6g}i"
    return f"({c.real:.6g}{c.imag:+.6g}i)"
