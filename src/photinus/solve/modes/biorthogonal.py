"""The modes of a Liouvillian: eigenvalues with right and left eigenoperators, and what is read off from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator, Scalar, Site
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, Undefined
from photinus.model import Order
from photinus.model.symmetry import Symmetry
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import finite_numbers, require_type
from photinus.solve.modes.sector_modes import Mode
from photinus.space.sectors import Sector
from photinus.space.space import read_only
from photinus.space.state import State
from photinus.space.vectors import functional, vector_in

if TYPE_CHECKING:
    import xarray

EXCEPTIONAL = 1e5
"""A condition number above this tells that two eigenoperators all but coincide."""


@dataclass(frozen=True, eq=False)
class Eigenmodes:
    r"""Eigenvalues of 𝓛, slowest first, with 𝓛 r = λ r, 𝓛† l = λ̄ l, Tr(l_i† r_j) = δ_ij.

    Attributes
    ----------
    eigenvalues : ndarray of complex, shape (m,)
        λ, largest real part first (nearest to the target first, where one was given).
    orders : tuple of tuples of int
        The coherence order of each, an integer a factor of the symmetry.
    right, left : tuple of ndarray
        r and l of each mode, as vectors of its sector; :meth:`matrix` gives them as matrices. A single stationary mode
        is the steady state, of trace 1, and its l the identity; all others have Tr r†r = 1. Where λ is real and the
        order its own opposite they are Hermitian.
    error : ndarray of float, shape (m,)
        \|λ − λ∞\|, estimated from the same mode in a larger space; ``inf`` where the larger space has no such mode: a
        product of the cutoff. Without oscillators, what rounding may have done.
    conditions : ndarray of float, shape (m,)
        κ = ‖l‖‖r‖ ≥ 1, which diverges at an exceptional point.
    residuals : ndarray of float, shape (m,)
        ‖𝓛r − λr‖/(‖\|𝓛\|\|r\|‖ + \|λ\|‖r‖), scale-free.
    sectors : tuple of Sector
        The sector of each mode.
    symmetry : Symmetry
        What the orders count.
    discs : tuple of (complex, float)
        Empty where the list is complete. Otherwise, centre and radius of the discs in which every eigenvalue was
        found, by order; a slow mode of a frequency outside of them may be missing.
    tolerance : float
        The error of an eigenvalue, relative to its rate and at least to the gap, up to which :attr:`ok` holds.
    """

    modes: tuple[Mode, ...] = field(repr=False)
    error: np.ndarray
    symmetry: Symmetry
    discs: tuple[tuple[complex, float], ...] = ()
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        read_only(self.error)
        for mode in self.modes:
            read_only(mode.right)
            read_only(mode.left)

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """λ of each mode, shape (m,)."""
        return read_only(np.array([mode.value for mode in self.modes], dtype=complex))

    @property
    def orders(self) -> tuple[Order, ...]:
        """The coherence order of each mode."""
        return tuple(mode.order for mode in self.modes)

    @property
    def right(self) -> tuple[np.ndarray, ...]:
        """The right eigenoperators r, as vectors of their sectors."""
        return tuple(mode.right for mode in self.modes)

    @property
    def left(self) -> tuple[np.ndarray, ...]:
        """The left eigenoperators l, as vectors of their sectors."""
        return tuple(mode.left for mode in self.modes)

    @cached_property
    def conditions(self) -> np.ndarray:
        """κ = ‖l‖‖r‖ of each mode."""
        return read_only(np.array([mode.condition for mode in self.modes]))

    @cached_property
    def residuals(self) -> np.ndarray:
        """The scale-free residual of each mode."""
        return read_only(np.array([mode.residual for mode in self.modes]))

    @property
    def sectors(self) -> tuple[Sector, ...]:
        """The sector of each mode."""
        return tuple(mode.sector for mode in self.modes)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites, in natural order of their names."""
        return self.symmetry.sites

    @property
    def cutoffs(self) -> dict[str, int]:
        """Levels kept of each oscillator."""
        return self.modes[0].sector.grading.space.cutoffs if self.modes else {}

    @property
    def complete(self) -> bool:
        """Whether no slower mode can be missing."""
        return not self.discs

    def __len__(self) -> int:
        return len(self.modes)

    # --- rates and lines -------------------------------------------------------------------------------------------

    @property
    def rates(self) -> np.ndarray:
        """−Re λ: how fast each mode decays."""
        return read_only(-self.eigenvalues.real + 0.0)

    @property
    def frequencies(self) -> np.ndarray:
        """−Im λ: a mode of λ = −rate − i·frequency goes as e^{−i·frequency·t}."""
        return read_only(-self.eigenvalues.imag + 0.0)

    @property
    def linewidths(self) -> np.ndarray:
        """2·rate: the full width at half maximum of the line that a mode draws in a spectrum."""
        return read_only(2 * self.rates)

    @property
    def stationary(self) -> tuple[int, ...]:
        """The modes with λ = 0 to rounding."""
        return tuple(k for k, mode in enumerate(self.modes) if mode.stationary)

    @property
    def undamped(self) -> tuple[int, ...]:
        """The modes that oscillate for ever: Re λ = 0 to rounding, Im λ not.

        Those of the untruncated model come from its algebra: :func:`photinus.dynamical_symmetries` tells.
        """
        return tuple(k for k, mode in enumerate(self.modes) if not mode.damped and not mode.stationary)

    @property
    def gap(self) -> float:
        """The smallest decay rate of the modes that are not stationary; 0 where one oscillates for ever.

        Raises
        ------
        Undefined
            If the list holds stationary modes only.
        """
        return self._gap(self.modes, "modes")

    def gap_of(self, order: int | dict[str, int]) -> float:
        """The smallest decay rate of the modes of one coherence order that are not stationary, as :attr:`gap`."""
        wanted = self.symmetry.order(order)
        return self._gap(tuple(mode for mode in self.modes if mode.order == wanted), f"modes of order {order}")

    @staticmethod
    def _gap(modes: tuple[Mode, ...], what: str) -> float:
        moving = [-mode.value.real if mode.damped else 0.0 for mode in modes if not mode.stationary]
        if not moving:
            raise Undefined(
                f"The list has no {what} besides stationary ones.", "Ask for a larger count= or this order."
            )
        return min(moving)

    @property
    def separations(self) -> np.ndarray:
        """Rate of each mode over that of the one before, shape (m − 1,): a large one marks metastability behind it.

        1 between two modes that do not decay, ``inf`` behind the last of them.
        """
        rates = np.array([-mode.value.real if mode.damped else 0.0 for mode in self.modes])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = rates[1:] / rates[:-1]
        return read_only(np.where(np.isnan(ratios), 1.0, ratios))

    @property
    def exceptional(self) -> np.ndarray:
        """Which modes are at, or very near, an exceptional point: κ > 1e5."""
        return read_only(~(self.conditions <= EXCEPTIONAL))

    @property
    def spurious(self) -> np.ndarray:
        """Which modes live at the edge of the space: the larger space does not have them."""
        return read_only(np.isinf(self.error))

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the eigenvalues should not be trusted; empty where they may be."""
        return tuple(_complaints(self))

    @property
    def ok(self) -> bool:
        """Whether every eigenvalue is a mode of the model, to the tolerance."""
        return not self.complaints

    # --- operators -------------------------------------------------------------------------------------------------

    def matrix(self, mode: int, *, left: bool = False) -> np.ndarray:
        """The operator r (or l) of one mode as a dense matrix over all kets, the last site fastest.

        Raises
        ------
        InvalidInput
            If there is no such mode.
        MemoryBudgetExceeded
        """
        if not isinstance(mode, Integral) or not -len(self) <= mode < len(self):
            raise InvalidInput(f"Mode {mode} is asked for, of {len(self)}.", "Count them from 0.")
        chosen = self.modes[mode]
        d = chosen.sector.grading.space.dimension
        require_memory(16.0 * d * d, None, f"The dense matrix of {d} × {d} kets", "Use the vectors, or expectation().")
        out = np.zeros((d, d), dtype=complex)
        out[chosen.sector.kets] = chosen.left if left else chosen.right
        return out

    def overlap(self, initial: State) -> np.ndarray:
        """c_k = Tr(l_k† ρ): how much of each mode a state holds.

        Parameters
        ----------
        initial : State
            ρ, on the sites of the model, of any cutoffs; what lies above those of the modes is left out.

        Returns
        -------
        ndarray of complex, shape (m,)

        Raises
        ------
        SiteMismatch
            If the state lives on other sites.
        Undefined
            If a mode is at an exceptional point, where the eigenoperators are no basis.
        """
        require_type(initial, State, "initial state", "Give a state, such as ph.states.fock({'a': 0}).")
        for k, mode in enumerate(self.modes):
            if not np.isfinite(mode.condition):
                raise Undefined(
                    f"Mode {k}, λ = {mode.value:.6g}, is at an exceptional point, where eigenoperators are no basis.",
                    "Use ph.evolve, or move the parameters a little.",
                )
        return read_only(np.array([np.vdot(mode.left, vector_in(initial, mode.sector)) for mode in self.modes]))

    def expectation(self, operator: Operator | Scalar) -> np.ndarray:
        """Tr(O r_k) of every mode, shape (m,): for O = a_j the phases with which a mode oscillates at the sites.

        Raises
        ------
        UnknownSite, SiteMismatch, WrongType
            As :meth:`State.expect`.
        """
        operator = as_operator(operator)
        found = [complex(functional(operator, mode.sector) @ mode.right) for mode in self.modes]
        return read_only(np.array(found, dtype=complex))

    def reconstruct(self, initial: State, operator: Operator | Scalar, times: Any) -> np.ndarray:
        """Σ_k c_k Tr(O r_k) e^{λ_k t}: what these modes contribute to ⟨O⟩(t) after a start from ``initial``.

        Parameters
        ----------
        initial : State
            ρ(0).
        operator : Operator or number
            O, Hermitian or not.
        times : array_like of float
            t ≥ 0, in the inverse of the unit of rates.

        Returns
        -------
        ndarray of complex, of the shape of ``times``
            All of ⟨O⟩(t) once the modes that are not in the list have died out.
        """
        t = finite_numbers(times, "times")
        if (t < 0).any():
            raise InvalidInput(f"The time {t.min():g} is negative.", "Give times from 0 on.")
        weights = self.overlap(initial) * self.expectation(operator)
        return read_only(np.exp(np.multiply.outer(t, self.eigenvalues)) @ weights)

    # --- faces -----------------------------------------------------------------------------------------------------

    def to_xarray(self) -> xarray.Dataset:
        """Eigenvalues, errors, conditions, residuals and orders over the dimension ``mode``."""
        import xarray

        factors = len(self.symmetry.weak.moduli)
        orders = np.array(self.orders, dtype=int).reshape(len(self), factors)
        return xarray.Dataset(
            {
                "eigenvalue": ("mode", self.eigenvalues),
                "order": (("mode", "factor"), orders),
                "error": ("mode", self.error),
                "condition": ("mode", self.conditions),
                "residual": ("mode", self.residuals),
            },
            coords={"mode": np.arange(len(self))},
            attrs={"symmetry": str(self.symmetry), "complete": int(self.complete)},
        )

    def __repr__(self) -> str:
        levels = ", ".join(f"{name}: {n} levels" for name, n in self.cutoffs.items())
        lines = [f"Eigenmodes: {len(self)}, slowest first; symmetry {self.symmetry}{levels and '; ' + levels}"]
        orders = [",".join(f"{n:+d}" if n else "0" for n in mode.order) or "-" for mode in self.modes]
        width = max(8, 2 + max(map(len, orders), default=0))
        lines.append(f"        rate   frequency{'order':>{width}}      error  condition")
        for k, (mode, order) in enumerate(zip(self.modes, orders, strict=True)):
            note = "  at the cutoff" if self.spurious[k] else "  exceptional point" if self.exceptional[k] else ""
            rate, frequency = (x if abs(x) > 1e3 * mode.rounding else 0.0 for x in (-mode.value.real, -mode.value.imag))
            error = "      -" if self.spurious[k] else f"{self.error[k]:7.0e}"
            lines.append(f"{rate:12.6g}{frequency:12.6g}{order:>{width}}    {error}    {mode.condition:7.3g}{note}")
        if not self.complete:
            lines.append("not proved complete: modes were searched within " + _discs_text(self.discs))
        trust = [] if self.ok else ["NOT to be trusted: " + "; ".join(self.complaints)]
        return "\n".join(lines + trust)


def permitted_errors(modes: tuple[Mode, ...], tolerance: float) -> np.ndarray:
    """The error that each eigenvalue may have: the tolerance times its rate, at least times the gap, and rounding."""
    rates = np.array([-mode.value.real if mode.damped else 0.0 for mode in modes])
    positive = rates[rates > 0]
    sizes = np.array([abs(mode.value) for mode in modes])
    gap = float(positive.min()) if len(positive) else float(sizes.max(initial=0.0))
    return tolerance * np.maximum(rates, gap) + np.array([2e3 * mode.rounding for mode in modes])


def _complaints(modes: Eigenmodes) -> Iterator[str]:
    if modes.spurious.any():
        yield f"{_counted(modes.spurious)} at the cutoff and no mode of the model: raise the cutoffs"
    if np.isnan(modes.error).any():
        yield "the errors were not judged: the larger space does not fit into the memory"
    large = np.isfinite(modes.error) & (modes.error > permitted_errors(modes.modes, modes.tolerance))
    if large.any():
        yield f"{_counted(large)} off by more than {modes.tolerance:.0e} of the rate: raise the cutoffs"


def _counted(which: np.ndarray) -> str:
    count = int(which.sum())
    return f"{count} mode is" if count == 1 else f"{count} modes are"


def _discs_text(discs: tuple[tuple[complex, float], ...]) -> str:
    shown = [f"{radius:.3g} of {_center_text(centre, radius)}" for centre, radius in discs[:3]]
    return ", ".join(shown) + (" …" if len(discs) > 3 else "")


def _center_text(center: complex, radius: float) -> str:
    """0.86i on the imaginary axis, 2.1 for a point right of it."""
    small = 1e-9 * radius
    return f"{center.real:.3g}" if center.real > small else f"{center.imag if abs(center) > small else 0.0:.3g}i"
