"""Uncertainty relations: a precise current costs entropy, or activity.

With the relative noise ε = (d Var N/dt)/(d⟨N⟩/dt)² of a counted number of jumps,

    σ·ε ≥ 2      thermodynamic (Barato, Seifert 2015), for classical Markov chains and net currents,
    𝒦·ε ≥ 1      kinetic (Di Terlizzi, Baiesi 2019), for classical Markov chains, 𝒦 = Σ rate⟨L†L⟩ the activity,
    (𝒦 + Ψ)·ε ≥ 1      for every Lindblad equation (Hasegawa 2020).

Coherence breaks the first two. 𝒦 + Ψ is the quantum Fisher information per time of the environment about a common
stretching of all rates, H → (1 + θ)H, L → √(1 + θ)L, under which the current scales as 1 + θ. With
𝓑X = −½(H_eff X + X H_eff†), Ψ = −8 Tr 𝓑𝓛⁺(𝓑ρ), 𝓛⁺ the pseudo-inverse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import Undefined
from photinus.numerics.tables import record
from photinus.solve.arguments import require_type
from photinus.solve.counting.counting import Counting
from photinus.solve.counting.pseudo_inverse import PseudoInverse
from photinus.space.liouvillian import Diagonals, Liouvillian
from photinus.thermo.bands import flux
from photinus.thermo.channels import channels
from photinus.thermo.entropy import entropy_production

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class UncertaintyRelations:
    """How far a counted current is from its bounds; made by :func:`uncertainty_relations`.

    Attributes
    ----------
    relative_noise : float
        ε = variance/mean², a time: after the time t the relative error of the count is √(ε/t).
    entropy_production : float
        σ, nats per time.
    activity : float
        𝒦, jumps per time.
    coherent_activity : float
        Ψ, what coherence adds; 0 for populations.
    """

    relative_noise: float
    entropy_production: float
    activity: float
    coherent_activity: float
    references: tuple[str, ...] = field(default=("BaratoSeifert2015", "DiTerlizzi2019", "Hasegawa2020"), repr=False)

    @property
    def thermodynamic(self) -> float:
        """σ·ε; at least 2 for classical chains, and for every net current. inf where σ is."""
        return self.entropy_production * self.relative_noise

    @property
    def kinetic(self) -> float:
        """𝒦·ε; at least 1 for classical chains."""
        return self.activity * self.relative_noise

    @property
    def quantum_kinetic(self) -> float:
        """(𝒦 + Ψ)·ε; at least 1 always."""
        return (self.activity + self.coherent_activity) * self.relative_noise

    @property
    def violated(self) -> tuple[str, ...]:
        """The classical relations that the current breaks, beyond rounding: marks of coherence."""
        broken = {"thermodynamic": self.thermodynamic < 2 * (1 - 1e-9), "kinetic": self.kinetic < 1 - 1e-9}
        return tuple(name for name, really in broken.items() if really)

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for sweeps."""
        return {name: getattr(self, name) for name in ("thermodynamic", "kinetic", "quantum_kinetic", "relative_noise")}

    def to_xarray(self) -> xarray.Dataset:
        """The relations and what they are made of as a dataset, the broken ones in the attributes."""
        more = ("entropy_production", "activity", "coherent_activity")
        numbers = self.as_dict() | {name: getattr(self, name) for name in more}
        return record(numbers, about={"violated": ", ".join(self.violated)})

    def __repr__(self) -> str:
        broken = {True: "  (broken: coherence)", False: ""}
        return "\n".join(
            [
                f"Uncertainty relations; relative noise variance/mean² = {self.relative_noise:.6g}",
                f"  thermodynamic    {self.thermodynamic:.6g} (classical ≥ 2)"
                + broken["thermodynamic" in self.violated],
                f"  kinetic          {self.kinetic:.6g} (classical ≥ 1)" + broken["kinetic" in self.violated],
                f"  quantum kinetic  {self.quantum_kinetic:.6g} (always ≥ 1)",
            ]
        )


def uncertainty_relations(counted: Counting) -> UncertaintyRelations:
    """The thermodynamic and the kinetic uncertainty relations of a counted current.

    Parameters
    ----------
    counted : Counting
        The answer of :func:`photinus.counting`. The thermodynamic relation is about net currents: count a jump forward
        with + and its reverse with −, as the default is.

    Returns
    -------
    UncertaintyRelations

    Raises
    ------
    Undefined
        If the mean current vanishes.

    References
    ----------
    BaratoSeifert2015, DiTerlizzi2019, Hasegawa2020.

    Examples
    --------
    The photons of resonance fluorescence are more regular than any classical chain of their activity allows:

    >>> import photinus as ph
    >>> s = ph.spin("s", 0.5)
    >>> atom = ph.Model(0.5**0.5 * s.x, [ph.Jump(1.0, s.minus, name="photon")])
    >>> ph.thermo.uncertainty_relations(ph.counting(atom, {"photon": 1}))
    Uncertainty relations; relative noise variance/mean² = 1
      thermodynamic    inf (classical ≥ 2)
      kinetic          0.25 (classical ≥ 1)  (broken: coherence)
      quantum kinetic  ... (always ≥ 1)
    """
    require_type(counted, Counting, "count", "Give the answer of ph.counting(model, {jump: weight}).")
    largest = max(abs(w) for w in counted.weights.values())
    if abs(counted.mean) <= 1e-14 * largest * counted.frequency:
        raise Undefined(
            f"The mean current is {counted.mean:.1e}.", "Count a current that flows, away from equilibrium."
        )
    model, state = counted.model, counted.state
    activity = sum(flux(state, rate, operator) for c in channels(model) for rate, operator in c.processes)
    return UncertaintyRelations(
        relative_noise=counted.variance / counted.mean**2,
        entropy_production=entropy_production(model, state).value,
        activity=activity,
        coherent_activity=_coherent_activity(counted),
    )


def _coherent_activity(counted: Counting) -> float:
    """Ψ = −8 Tr 𝓑𝓛⁺(𝓑ρ − ρ Tr 𝓑ρ)."""
    tilted, vector = counted.on_its_space
    liouvillian, places = tilted.plain, tilted.plain.sector.trace
    rho = np.asarray(vector, dtype=complex)
    matrix = liouvillian.sparse(_symmetric_half(liouvillian)).tocsr()
    source = matrix @ rho
    source = source - source[places].sum() * rho
    if not np.linalg.norm(source) > 1e-15 * np.linalg.norm(abs(matrix) @ np.abs(rho)):
        return 0.0
    solved = PseudoInverse(liouvillian, rho, counted.method)(source)
    return float(-8 * (matrix @ solved)[places].sum().real)


def _symmetric_half(liouvillian: Liouvillian) -> Diagonals:
    """𝓑X = −½(H_eff X + X H_eff†) = −(i/2)(KX − XK†), by shifts."""
    rows, columns = liouvillian.sector.kets
    zero = (0,) * liouvillian.generator.space.coordinates.shape[1]
    out: Diagonals = {}
    for s, x in liouvillian.generator.no_jump.items():
        for key, value in (((s, zero), -0.5j * x[rows]), ((zero, s), 0.5j * np.conj(x)[columns])):
            out[key] = out[key] + value if key in out else value
    return out
