"""Eigenmodes of the Liouvillian, certified by comparison with a larger space."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Complex

import numpy as np

from photinus.errors import InvalidInput, MemoryBudgetExceeded, NotConverged, shown
from photinus.model import Model
from photinus.numerics.checks import whole_number
from photinus.solve.arguments import require_cutoff, require_model, require_type
from photinus.solve.attractors import attractor_levels
from photinus.solve.cutoff import MORE_LEVELS, Converged, Fixed, reach
from photinus.solve.methods import Auto, Dense, Direct
from photinus.solve.modes.biorthogonal import Eigenmodes, permitted_errors
from photinus.solve.modes.mode_errors import SPARE, at_the_edge, truncation_errors, weight_above
from photinus.solve.modes.sector_modes import (
    Found,
    OrderSpec,
    Solver,
    listed_orders,
    slowest_modes,
    wanted_orders,
)
from photinus.space.certificate import SAFETY
from photinus.space.liouvillian import generator


def eigenmodes(
    model: Model,
    *,
    order: OrderSpec = None,
    count: int = 6,
    target: complex | None = None,
    cutoff: Fixed | Converged | None = None,
    method: Solver | None = None,
) -> Eigenmodes:
    r"""The slowest modes of 𝓛, solved sector by sector, with right and left eigenoperators and an error each.

    𝓛 r_k = λ_k r_k, ρ(t) = Σ_k c_k e^{λ_k t} r_k with c_k = Tr(l_k† ρ(0)). The part of coherence order 1 damps ⟨a⟩: its
    slowest eigenvalue −rate ∓ i·frequency has the linewidth 2·rate.

    Parameters
    ----------
    model : Model
    order : int, mapping of site to int, or a list of these
        Coherence orders to look at: an integer where the symmetry has one factor, {site: order} otherwise; by default
        all that exist. Orders whose eigenvalues are proved to decay faster than those already found are skipped.
    count : int
        How many modes, the stationary one included.
    target : complex, optional
        Then, the modes nearest to this number instead of the slowest ones.
    cutoff : Fixed or Converged
        Levels of each oscillator; by default ``Converged(1e-6)``: they grow until every \|λ − λ∞\| is at most the
        tolerance times the larger of the mode's rate and the gap. Modes that live at the edge of the space are then
        left out. ``Fixed`` returns what it got, with the errors.
    method : Auto, Dense or Direct
        ``Dense`` diagonalises sectors completely, ``Direct`` uses shift-invert Arnoldi with a sparse LU, ``Auto`` (the
        default) the first up to 500 unknowns.

    Returns
    -------
    Eigenmodes

    Raises
    ------
    InvalidInput
        For an order that does not exist, a count that is not a positive whole number.
    NotConverged
        If the cutoff or Arnoldi's iteration does not reach its tolerance.
    MemoryBudgetExceeded
        If the estimate is above the budget; nothing was allocated then.

    Notes
    -----
    Shift-invert finds the modes near its targets on the imaginary axis, which are the frequencies of the slow modes of
    a much smaller space. Where the sites have no smaller space (spins, ensembles), Arnoldi's method from a point right
    of the axis finds slow modes of all frequencies up to a few times its distance (:mod:`photinus.numerics.arnoldi`).
    ``complete`` is False either way: a slow mode with a frequency outside of the searched discs would be missed.

    References
    ----------
    Minganti2018.

    Examples
    --------
    A damped oscillator has λ = −loss·(n + m)/2 − iω(m − n) (Briegel1993):

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> modes = ph.eigenmodes(ph.Model(2.0 * a.dag() * a, [ph.Jump(0.3, a)]), cutoff=ph.Fixed(10), count=4)
    >>> modes
    Eigenmodes: 4, slowest first; symmetry U(1): n_a; a: 10 levels
            rate   frequency   order      error  condition
               0           0       0    ...
            0.15           2      +1    ...
            0.15          -2      -1    ...
             0.3           0       0    ...
    """
    cutoff = Converged() if cutoff is None else cutoff
    method = Auto() if method is None else method
    count = whole_number(count, "number of modes")
    require_model(model)
    require_cutoff(cutoff)
    require_type(method, (Auto, Dense, Direct), "method", "Give ph.Auto(), ph.Dense() or ph.Direct().")
    if target is not None and not (isinstance(target, Complex) and np.isfinite(complex(target))):
        raise InvalidInput(f"The target is {shown(target)}.", "Give a finite complex number.")
    search = _Search(model, order, count, target, method)
    if not model.oscillators:
        found = search.modes({}, count)
        errors = np.array([1e3 * mode.rounding for mode in found.modes])
        return Eigenmodes(found.modes, errors, model.symmetry, found.discs)
    if isinstance(cutoff, Fixed):
        return search.fixed(cutoff.start(model), cutoff.tolerance)
    return search.converged(cutoff)


class _Search:
    """The question, apart from the cutoffs."""

    def __init__(self, model: Model, order: OrderSpec, count: int, target: complex | None, method: Solver):
        self.model, self.order, self.count, self.method = model, order, count, method
        self.target = None if target is None else complex(target)
        self.reach = reach(model)

    def modes(self, cutoffs: dict[str, int], count: int) -> Found:
        """The modes at fixed cutoffs."""
        orders = wanted_orders(self.model, generator(self.model, cutoffs), self.order)
        return slowest_modes(self.model, cutoffs, orders, count=count, method=self.method, target=self.target)

    def errors(self, found: Found, cutoffs: dict[str, int]) -> tuple[np.ndarray, bool]:
        """What the cutoffs cost each mode, and whether the space that judges has a slow mode more."""
        larger = {name: n + max(MORE_LEVELS, n // 4, self.reach[name]) for name, n in cutoffs.items()}
        errors, more = truncation_errors(self.model, found, larger, method=self.method, target=self.target)
        return SAFETY * errors + np.array([1e3 * mode.rounding for mode in found.modes]), more

    def fixed(self, cutoffs: dict[str, int], tolerance: float) -> Eigenmodes:
        """The modes at fixed cutoffs, with the errors that a larger space tells."""
        found = self.modes(cutoffs, self.count)
        try:
            errors, _ = self.errors(found, cutoffs)
        except MemoryBudgetExceeded:
            errors = np.full(len(found.modes), np.nan)
        return Eigenmodes(found.modes, errors, self.model.symmetry, found.discs, tolerance)

    def converged(self, cutoff: Converged) -> Eigenmodes:
        """The modes of a space so large that a larger one has the same."""
        least = {name: n + 2 for name, n in self.reach.items()}
        for name, n in attractor_levels(self.model).items():
            least[name] = max(least[name], n)
        least = {name: max(n, self._highest_order() + MORE_LEVELS) for name, n in least.items()}
        cutoffs = {name: max(cutoff.start, min(n, cutoff.maximum)) for name, n in least.items()}
        while True:
            found = self.modes(cutoffs, self.count + SPARE)
            errors, more = self.errors(found, cutoffs)
            below = {name: n - MORE_LEVELS for name, n in cutoffs.items()}
            inner = [k for k, mode in enumerate(found.modes) if not at_the_edge(mode, below)][: self.count]
            modes, errors = tuple(found.modes[k] for k in inner), errors[inner]
            enough = len(modes) == min(self.count, len(found.modes))
            if enough and not more and (errors <= permitted_errors(modes, cutoff.tolerance)).all():
                return Eigenmodes(modes, errors, self.model.symmetry, found.discs, cutoff.tolerance)
            cutoffs = self._grown(cutoffs, found, cutoff)

    def _highest_order(self) -> int:
        """The largest |k| asked for: so many levels a coherence of this order needs."""
        specs = listed_orders(self.order)
        asked = [k for spec in specs for k in (spec.values() if isinstance(spec, Mapping) else [spec])]
        return max((abs(k) for k in asked if isinstance(k, int)), default=0)

    def _grown(self, cutoffs: dict[str, int], found: Found, cutoff: Converged) -> dict[str, int]:
        """A quarter more levels of the oscillators whose top levels the modes occupy."""
        leaks = {name: max(weight_above(mode, {name: n - 2}) for mode in found.modes) for name, n in cutoffs.items()}
        most = max(leaks.values())
        larger = {
            name: n + max(MORE_LEVELS, n // 4) if leaks[name] >= 0.01 * most else n for name, n in cutoffs.items()
        }
        if max(larger.values()) > cutoff.maximum:
            raise NotConverged(
                f"The {self.count} slowest modes still change with {_text(cutoffs)} levels "
                f"(goal {cutoff.tolerance:.0e} of their rates).",
                "Check that the loss exceeds the gain, ask for fewer modes, use a larger tolerance, or raise "
                "Converged(maximum=…).",
            )
        return larger


def _text(cutoffs: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {n}" for name, n in cutoffs.items())
