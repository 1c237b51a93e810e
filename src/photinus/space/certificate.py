"""The certificate of a steady state: what was checked, and whether the answer may be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SAFETY = 3.0
"""Three times what changes in a larger space is the truncation error: the change is half of it at least."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is known about the error of a steady state.

    Attributes
    ----------
    residual : float
        ‖𝓛ρ‖/(‖|𝓛||ρ|‖ + γ‖ρ‖), 2-norms of the vectors of elements, γ the smallest rate on the diagonal of 𝓛:
        scale-free, ~1e-16 at best.
    truncation : float
        Estimate of ‖ρ_N − ρ_∞‖₁, the trace norm of what the cutoffs cost: three times the correction of the state in a
        larger space, at most 6 (Etienney, Robin, Rouchon 2025). 0 without oscillators. Two states are never further
        apart than 2: an estimate above it says nothing, and is printed as such.
    solver_error : float
        Estimate of the error that the solution of the truncated equation itself has: the rounding unit over the
        condition for direct methods, three times a last correction for ``Krylov``. It grows as the gap closes.
    positivity : float
        The smallest eigenvalue of ρ.
    hermiticity : float
        ‖ρ − ρ†‖/‖ρ‖ as solved, before it was made exact.
    nullity : int
        Number of linearly independent stationary operators found over the sectors that can hold them; 1 is unique.
    tolerance : float
        The truncation error up to which the answer counts as trustworthy.
    unknowns, unknowns_without_symmetry : int
        Complex dimension of the sector that was solved, and of the whole space of density matrices.
    cutoffs : dict
        Levels kept of each oscillator.
    method : str
        How it was solved.
    seconds : float
        Wall time, all iterations included.
    warnings : tuple of str
        What else speaks against the answer, such as a drift that turns positive above the cutoff.
    """

    residual: float
    truncation: float
    solver_error: float
    positivity: float
    hermiticity: float
    nullity: int
    tolerance: float
    unknowns: int
    unknowns_without_symmetry: int
    cutoffs: dict[str, int]
    method: str
    seconds: float
    warnings: tuple[str, ...] = ()

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        out = []
        if not self.truncation <= self.tolerance:
            out.append(f"truncation error {self._truncation_text} is above {self.tolerance:.0e}: raise the cutoffs")
        if not self.residual <= 1e-8:
            out.append(f"residual {self.residual:.1e} is above 1e-08")
        if not self.solver_error <= self.tolerance:
            out.append(f"solver error {self.solver_error:.1e} is above {self.tolerance:.0e}: a nearly degenerate model")
        if not self.hermiticity <= 1e-8:
            out.append(f"the solution was not Hermitian, by {self.hermiticity:.1e}")
        if not self.positivity >= -1e-9:
            out.append(f"smallest eigenvalue {self.positivity:.1e} is negative")
        if self.nullity != 1:
            out.append(f"{self.nullity} stationary operators: the state is not unique")
        return (*out, *self.warnings)

    @property
    def _truncation_text(self) -> str:
        return "2 (no information)" if self.truncation > 2 else f"{self.truncation:.1e}"

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return not self.complaints

    def as_dict(self) -> dict[str, Any]:
        """All fields as plain values, ``ok`` included."""
        return {name: getattr(self, name) for name in (*self.__slots__, "ok")}

    def __str__(self) -> str:
        cutoffs = ", ".join(f"{name}: {n}" for name, n in self.cutoffs.items()) or "none"
        verdict = "ok" if self.ok else "NOT to be trusted: " + "; ".join(self.complaints)
        return "\n".join(
            [
                f"certificate: {verdict}",
                f"  truncation  {self._truncation_text} (trace norm; tolerance {self.tolerance:.0e})",
                f"  residual    {self.residual:.1e} (error of the solution {self.solver_error:.0e})",
                f"  positivity  {self.positivity:.1e} (smallest eigenvalue)",
                f"  nullity     {self.nullity}",
                f"  unknowns    {self.unknowns} ({self.unknowns_without_symmetry} without symmetry)",
                f"  cutoffs     {cutoffs}",
                f"  method      {self.method}, {self.seconds:.3g} s",
            ]
        )

    def __repr__(self) -> str:
        return str(self)
