"""All stationary states of a model: how many, what they are made of, and what decides among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Site
from photinus.errors import InvalidInput, NotConverged
from photinus.model import Model, Order
from photinus.model.symmetry import Symmetry
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import require_cutoff, require_model, require_type
from photinus.solve.cutoff import MORE_LEVELS, Converged, Fixed, reach, refuse_unbounded
from photinus.solve.manifold.blocks import Block, Oscillation, find_blocks, find_oscillations
from photinus.solve.manifold.cascade import cascade
from photinus.solve.manifold.commutant import strong_algebra
from photinus.solve.manifold.reachable import closed
from photinus.solve.manifold.zero_modes import Solver, ZeroModes, sector_kernel, zero_modes
from photinus.solve.methods import Auto, Dense, Direct
from photinus.space.certificate import SAFETY
from photinus.space.liouvillian import Generator, generator
from photinus.space.sectors import Sector
from photinus.space.space import read_only
from photinus.space.state import State
from photinus.space.vectors import vector_in

if TYPE_CHECKING:
    import xarray

PACE = 3.0
"""A gap that changes by more than this factor in a larger space is not settled."""


@dataclass(frozen=True, slots=True)
class ManifoldCertificate:
    """What is known about the error of a stationary manifold.

    Attributes
    ----------
    residual : float
        The largest ‖𝓛r‖ and ‖𝓛†l‖/‖l‖, relative to ‖𝓛‖₁.
    gap : float
        The smallest modulus of an eigenvalue of 𝓛 that does not count as zero, over the sectors that were solved.
    separation : float
        The same in units of 100 ε‖𝓛‖₁, up to which an eigenvalue counts as zero; at least 100.
    truncation : float
        Three times the largest distance of a stationary operator (of norm Tr r†r = 1) from those of a larger space; 0
        where the kets that are used are closed under the generator, so that nothing is cut.
    settled : bool
        Whether a larger space has the same gaps, and no stationary operator more in the same sectors.
    grows : bool
        Whether a larger space has more stationary states: the manifold has no finite dimension, and what is given is
        the part that fits into the cutoffs.
    tolerance : float
        The truncation error up to which the answer counts as trustworthy.
    unknowns : int
        Complex dimension of the largest sector that was solved.
    cutoffs : dict
        Levels kept of each oscillator.
    seconds : float
        Wall time.
    """

    residual: float
    gap: float
    separation: float
    truncation: float
    settled: bool
    grows: bool
    tolerance: float
    unknowns: int
    cutoffs: dict[str, int]
    seconds: float

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        out = []
        if not self.truncation <= self.tolerance:
            out.append(f"truncation error {self.truncation:.1e} is above {self.tolerance:.0e}: raise the cutoffs")
        if not self.residual <= 1e-10:
            out.append(f"residual {self.residual:.1e} is above 1e-10")
        if not self.settled:
            out.append("a slow mode changes with the cutoff, and may become stationary: raise the cutoffs")
        return tuple(out)

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return not self.complaints

    def __str__(self) -> str:
        verdict = "ok" if self.ok else "NOT to be trusted: " + "; ".join(self.complaints)
        exact = " (nothing is cut)" if self.truncation == 0 and self.cutoffs else ""
        return "\n".join(
            [
                f"certificate: {verdict}",
                f"  truncation  {self.truncation:.1e}{exact}",
                f"  residual    {self.residual:.1e}",
                f"  gap         {self.gap:.3g}, {self.separation:.0e} times what counts as zero",
                f"  unknowns    {self.unknowns} in the largest sector, {self.seconds:.3g} s",
            ]
        )


@dataclass(frozen=True, eq=False)
class StationaryManifold:
    """All operators with 𝓛r = 0, the conserved quantities dual to them, and the blocks that they form.

    Attributes
    ----------
    modes : ZeroModes
        r and l sector by sector, as the solver left them.
    symmetry : Symmetry
        What the coherence orders count; its strong part is a conservation law of the kets.
    certificate : ManifoldCertificate
    """

    modes: ZeroModes = field(repr=False)
    symmetry: Symmetry
    certificate: ManifoldCertificate

    @property
    def dimension(self) -> int:
        """Number of linearly independent stationary operators, over all sectors."""
        return self.modes.dimension

    @property
    def dimensions(self) -> dict[Order, int]:
        """The same by coherence order; orders without any are left out."""
        return {order: kernel.dimension for order, kernel in sorted(self.modes.kernels.items()) if kernel.dimension}

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites, in natural order of their names."""
        return self.modes.generator.space.sites

    @property
    def cutoffs(self) -> dict[str, int]:
        """Levels kept of each oscillator."""
        return self.modes.generator.space.cutoffs

    # --- operators -------------------------------------------------------------------------------------------------

    @property
    def orders(self) -> tuple[Order, ...]:
        """The coherence order of each stationary operator."""
        return tuple(order for order, count in self.dimensions.items() for _ in range(count))

    @property
    def sectors(self) -> tuple[Sector, ...]:
        """The sector of each."""
        return tuple(self.modes.sectors[order] for order in self.orders)

    @cached_property
    def right(self) -> tuple[np.ndarray, ...]:
        """Stationary operators r, Tr r†r = 1, as vectors of their sectors; Hermitian in order zero."""
        return tuple(read_only(v) for order in self.dimensions for v in self.modes.kernels[order].right.T.copy())

    @cached_property
    def left(self) -> tuple[np.ndarray, ...]:
        """Conserved quantities l, Tr(l_i† r_j) = δ_ij: Tr(l†ρ(t)) keeps its value for ever."""
        return tuple(read_only(v) for order in self.dimensions for v in self.modes.kernels[order].left.T.copy())

    def matrix(self, number: int, *, left: bool = False) -> np.ndarray:
        """One stationary operator r (or conserved quantity l) as a dense matrix over all kets, the last site fastest.

        Raises
        ------
        InvalidInput
            If there is no such operator.
        MemoryBudgetExceeded
        """
        if not -self.dimension <= number < self.dimension:
            raise InvalidInput(f"Operator {number} is asked for, of {self.dimension}.", "Count them from 0.")
        sector = self.sectors[number]
        d = sector.grading.space.dimension
        require_memory(16.0 * d * d, None, f"The dense matrix of {d} × {d} kets", "Use the vectors.")
        out = np.zeros((d, d), dtype=complex)
        out[sector.kets] = (self.left if left else self.right)[number]
        return out

    # --- structure -------------------------------------------------------------------------------------------------

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """H = ⊕ (A_k ⊗ B_k) ⊕ decaying; dimension = Σ (dim A_k)². The largest first."""
        return find_blocks(self.modes)

    @cached_property
    def oscillations(self) -> tuple[Oscillation, ...]:
        """Coherences that turn for ever: the imaginary eigenvalues of 𝓛 other than zero."""
        return find_oscillations(self.modes.generator, self.blocks)

    @cached_property
    def strong_algebra(self) -> tuple[int, ...] | None:
        """(m₁, m₂, …) of the strong symmetry U(m₁) × U(m₂) × …: the unitaries that commute with H and every jump.

        An m above 1 makes it non-Abelian. None where levels are cut, so that commutators are not what they are without
        cutoffs, and for very large spaces.
        """
        return strong_algebra(self.modes)

    @property
    def extremal_states(self) -> tuple[State, ...]:
        """States that are no mixture of other stationary ones, block by block, with orthogonal supports."""
        return tuple(state for block in self.blocks for state in block.extremal_states)

    def weights(self, state: State) -> np.ndarray:
        """p_k: the probability that each block catches a start from ``state``, shape (blocks,).

        Raises
        ------
        WrongType, SiteMismatch
            For what is no state on the sites of the model.
        """
        end = self.project(state)
        found = []
        for block in self.blocks:
            basis = block.kets.reshape(len(block.kets), -1)
            found.append(float(np.einsum("ik,ij,jk->", basis.conj(), end.density_matrix(), basis).real))
        return read_only(np.array(found))

    def project(self, state: State) -> State:
        """Σ r_k Tr(l_k†ρ): where a start from ``state`` ends up, coherences that turn for ever averaged away.

        What lies above the cutoffs of the manifold is left out; :func:`photinus.asymptotic_state` chooses them for the
        state.

        Raises
        ------
        WrongType, SiteMismatch
            For what is no state on the sites of the model.
        """
        require_type(state, State, "state", "Give a ph.State, such as ph.states.fock({'a': 0}).")
        parts = self.modes.projected({k: vector_in(state, self.modes.sectors[k]) for k in self.dimensions})
        return State(self.modes.generator.grading, parts)

    # --- faces -----------------------------------------------------------------------------------------------------

    def to_xarray(self) -> xarray.Dataset:
        """Blocks, oscillations and dimensions by order as a dataset."""
        import xarray

        factors = len(self.symmetry.weak.moduli)
        orders = np.array(list(self.dimensions), dtype=int).reshape(len(self.dimensions), factors)
        return xarray.Dataset(
            {
                "stationary": ("sector", np.array(list(self.dimensions.values()))),
                "order": (("sector", "factor"), orders),
                "block_dimension": ("block", np.array([block.dimension for block in self.blocks])),
                "block_rank": ("block", np.array([block.rank for block in self.blocks])),
                "frequency": ("oscillation", np.array([o.frequency for o in self.oscillations], dtype=float)),
                "count": ("oscillation", np.array([o.count for o in self.oscillations], dtype=int)),
            },
            attrs={"dimension": self.dimension, "symmetry": str(self.symmetry), "grows": int(self.certificate.grows)},
        )

    def __repr__(self) -> str:
        levels = ", ".join(f"{name}: {n} levels" for name, n in self.cutoffs.items())
        where = f" with {levels}" if levels else ""
        lines = [f"StationaryManifold of dimension {self.dimension}{where}; symmetry {self.symmetry}"]
        if self.strong_algebra and self.strong_algebra[0] > 1:
            group = " × ".join(f"U({m})" for m in self.strong_algebra)
            lines.append(f"  strong symmetry {group}, not Abelian: what commutes with H and every jump")
        if self.certificate.grows:
            lines.append("  grows with the cutoff: this is the part that fits into these levels")
        lines += [f"  {block}" for block in self.blocks[:6]]
        if len(self.blocks) > 6:
            lines.append(f"  … and {len(self.blocks) - 6} more blocks")
        if self.oscillations:
            found: dict[float, int] = {}
            for each in self.oscillations:
                near = next((w for w in found if abs(w - each.frequency) <= 1e-6 * abs(w)), each.frequency)
                found[near] = found.get(near, 0) + each.count
            text = ", ".join(f"{count} at {w:.6g}" for w, count in list(found.items())[:6])
            lines.append(f"  coherences that turn for ever: {text}{' …' if len(found) > 6 else ''}")
        return "\n".join([*lines, *str(self.certificate).splitlines()])


def stationary_manifold(
    model: Model, *, cutoff: Fixed | Converged | None = None, method: Solver | None = None
) -> StationaryManifold:
    """All stationary states of a model: their number, blocks, conserved quantities, and coherences that never settle.

    𝓛 is solved for its zero modes sector by sector in all coherence orders, those between strong classes and those of
    finite order included. Where a set of kets is closed under the generator, as those of at most M quanta under a loss,
    it is used alone, and nothing is cut.

    Parameters
    ----------
    model : Model
    cutoff : Fixed or Converged
        Levels of each oscillator; by default ``Converged(1e-6)``: they grow until every stationary operator persists in
        a larger space. A manifold that grows with the cutoff is given for the first cutoff at which it is exact.
    method : Auto, Dense or Direct
        ``Dense`` takes a Schur form of each sector, ``Direct`` inverse iteration with a sparse LU, ``Auto`` (the
        default) the first for small sectors.

    Returns
    -------
    StationaryManifold

    Raises
    ------
    Ambiguous
        If an eigenvalue lies between 1 and 100 times 100 ε‖𝓛‖: neither zero nor certainly different from it.
    NotConverged, NoSteadyState
        If the cutoff does not reach its tolerance; where gain exceeds loss.
    MemoryBudgetExceeded

    Notes
    -----
    An eigenvalue of modulus up to 100 ε‖𝓛‖₁ counts as zero: a process slower than 2e-14 of the fastest rate cannot be
    seen. A truncated generator may have a stationary state that the model does not have (gain alone, at the highest
    level), and may miss one (a cat state that does not quite fit); both show in a larger space.

    References
    ----------
    Baumgartner2008, Albert2014, Albert2016.

    Examples
    --------
    Two qubits that decay into one bath keep their ground state, the singlet, and the coherences between them:

    >>> import photinus as ph
    >>> s, t = ph.spin("s", 1/2), ph.spin("t", 1/2)
    >>> manifold = ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, s.minus + t.minus)]))
    >>> manifold.dimension, str(manifold.blocks[0])
    (4, 'decoherence-free subspace, dimension 2; charge 0 1')
    """
    started = perf_counter()
    cutoff = Converged() if cutoff is None else cutoff
    method = Auto() if method is None else method
    require_model(model)
    require_cutoff(cutoff)
    require_type(method, (Auto, Dense, Direct), "method", "Give ph.Auto(), ph.Dense() or ph.Direct().")
    if isinstance(cutoff, Fixed):
        cutoffs = cutoff.start(model)
    else:
        cutoffs = {name: max(n + 2, cutoff.start) for name, n in reach(model).items()}
    modes, kets = _solved(model, cutoffs, method)
    while True:
        exact = kets is not None or not cutoffs
        larger = _larger(model, cutoffs)
        if exact:
            modes.require_certain()
            error, settled, grows = 0.0, True, bool(cutoffs) and _grows(model, modes, larger, method)
            break
        if isinstance(cutoff, Fixed):
            modes.require_certain()
        following, kets_following = _solved(model, larger, method)
        error, settled = _compared(modes, following)
        grows = False
        if isinstance(cutoff, Fixed) or (error <= cutoff.tolerance and settled):
            modes.require_certain()
            break
        if error > 0.3:
            refuse_unbounded(model, _largest(modes))
        if max(larger.values()) > cutoff.maximum:
            raise NotConverged(
                f"The stationary operators still change by {error:.1e} with {cutoffs} levels "
                f"(goal {cutoff.tolerance:.0e}).",
                "Check that the loss exceeds the gain, use a larger tolerance, or raise Converged(maximum=…).",
            )
        cutoffs, modes, kets = larger, following, kets_following
    certificate = ManifoldCertificate(
        residual=modes.residual,
        gap=modes.gap,
        separation=modes.separation,
        truncation=error,
        settled=settled,
        grows=grows,
        tolerance=cutoff.tolerance,
        unknowns=modes.unknowns,
        cutoffs=cutoffs,
        seconds=perf_counter() - started,
    )
    return StationaryManifold(modes, model.symmetry, certificate)


def _solved(model: Model, cutoffs: dict[str, int], method: Solver) -> tuple[ZeroModes, np.ndarray | None]:
    made = generator(model, cutoffs)
    kets = closed(model, made.space)
    return zero_modes(made, None, kets=kets, method=method), kets


def _larger(model: Model, cutoffs: dict[str, int]) -> dict[str, int]:
    reaches = reach(model)
    return {name: n + max(MORE_LEVELS, n // 4, reaches[name]) for name, n in cutoffs.items()}


def _grows(model: Model, modes: ZeroModes, larger: dict[str, int], method: Solver) -> bool:
    """Whether a larger space has more stationary states in order zero."""
    made: Generator = generator(model, larger)
    zero = made.grading.group.zero
    before = modes.kernels[zero].dimension
    kets = closed(model, made.space)
    falling = cascade(made, kets) if kets is not None else None
    if falling is not None:
        return falling.stationary > before
    return sector_kernel(made, zero, kets=kets, method=method, expected=before + MORE_LEVELS).dimension > before


def _compared(modes: ZeroModes, larger: ZeroModes) -> tuple[float, bool]:
    """How far the stationary operators are from those of a larger space, and whether the sectors are alike."""
    worst, settled = 0.0, True
    for order, kernel in modes.kernels.items():
        other = larger.kernels.get(order)
        if other is None:
            worst = max(worst, 1.0 if kernel.dimension else 0.0)
            continue
        small, large = modes.sectors[order], larger.sectors[order]
        embedded = np.array([small.embed(column, large) for column in kernel.right.T]).reshape(-1, large.size).T
        rest = embedded - other.right @ (other.left.conj().T @ embedded)
        worst = max(worst, float(np.linalg.norm(rest, axis=0).max(initial=0.0)))
        finite = np.isfinite(kernel.gap) and np.isfinite(other.gap)
        if kernel.dimension != other.dimension or (finite and not 1 / PACE <= kernel.gap / other.gap <= PACE):
            settled = False
    return SAFETY * worst, settled


def _largest(modes: ZeroModes) -> State:
    """Where the state of all kets alike ends up."""
    grading = modes.generator.grading
    sector = modes.sectors[grading.group.zero]
    vector = np.zeros(sector.size)
    vector[sector.trace] = 1 / grading.space.dimension
    return State(grading, modes.projected({grading.group.zero: vector}))
