"""Entropy produced, and energy exchanged, along an evolution: rates at its times, and their integrals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from photinus.algebra import Operator, Scalar
from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.numerics.tables import series
from photinus.solve.arguments import require_model, require_type
from photinus.solve.dynamics.drives import Drive
from photinus.solve.dynamics.evolve import Evolution
from photinus.space.space import read_only
from photinus.thermo.entropy import entropy_production
from photinus.thermo.heat import HeatClass, first_law

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class EntropyProduced:
    """σ(t) and its integral, ∫σ dt = S(T) − S(0) + ∫Σ A_j·flux_j dt.

    Attributes
    ----------
    times : ndarray
    rates : ndarray
        σ(t) ≥ 0; inf at a time at which a pure state begins to mix, which the integral survives.
    entropies : ndarray
        S(t) of the system.
    total : float
        ∫σ dt from the first to the last time; inf where a jump has no reverse.
    error : float
        Estimate of the error that the grid of times leaves in ``total``.
    by_bath : mapping of str to ndarray
        σ_k(t).
    """

    times: np.ndarray
    rates: np.ndarray
    entropies: np.ndarray
    total: float
    error: float
    by_bath: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        for array in (self.times, self.rates, self.entropies, *self.by_bath.values()):
            read_only(array)

    def to_xarray(self) -> xarray.Dataset:
        """Rates and entropies over the time, the total in the attributes."""
        columns = {"entropy_production": self.rates, "entropy": self.entropies}
        columns |= {f"entropy_production_{name}": values for name, values in self.by_bath.items()}
        return series("time", self.times, columns, about={"total": self.total, "error": self.error})

    def __repr__(self) -> str:
        change = self.entropies[-1] - self.entropies[0]
        return "\n".join(
            [
                f"Entropy produced from {self.times[0]:g} to {self.times[-1]:g}: {self.total:.8g} nats "
                f"± {self.error:.0e}",
                f"  of the system {change:+.8g}, into the environment {self.total - change:+.8g}",
            ]
        )


def entropy_produced(model: Model, evolution: Evolution) -> EntropyProduced:
    """The entropy that an evolution produces.

    Parameters
    ----------
    model : Model
        The jumps that it evolved with; a drive, which produces none itself, may have been added.
    evolution : Evolution
        Made with ``keep_states=True``, on a grid that resolves the fluxes.

    Returns
    -------
    EntropyProduced

    Raises
    ------
    InvalidInput
        If the evolution kept no states, or has fewer than four times.

    Notes
    -----
    The system's share is S(T) − S(0), without an integral; the flow into the environment is integrated as a
    cubic spline.

    Examples
    --------
    A qubit that relaxes produces S(ρ₀‖ρ_thermal):

    >>> import numpy as np
    >>> import photinus as ph
    >>> s, bath = ph.spin("s", 0.5), ph.Bath("room", 1.0)
    >>> qubit = ph.Model(s.z, [bath.jump(1.0, s.minus, 1.0)])
    >>> path = ph.evolve(qubit, ph.states.level({s: 0.5}), np.linspace(0, 30, 301), keep_states=True)
    >>> round(ph.thermo.entropy_produced(qubit, path).total, 4), round(float(np.log(1 + np.e)), 4)
    (1.3133, 1.3133)
    """
    _require_path(model, evolution)
    found = [entropy_production(model, state) for state in evolution.states]
    entropies = np.array([state.entropy() for state in evolution.states])
    flow = np.array([answer.flow for answer in found])
    rates = np.array([answer.value for answer in found])
    owners = {name: np.array([answer.by_bath[name] for answer in found]) for name in found[0].by_bath}
    times = np.array(evolution.times)
    total, error = inf, 0.0
    if np.isfinite(flow).all():
        integral, error = _integrated(times, flow)
        total = float(entropies[-1] - entropies[0]) + integral
    return EntropyProduced(times, rates, entropies, total, error, MappingProxyType(owners))


@dataclass(frozen=True, eq=False)
class EnergyBalance:
    """Work and heat along an evolution, ⟨E⟩(T) − ⟨E⟩(0) = W + Σ Q_k + Σ μ_kΔN_k; made by :func:`energy_balance`.

    Attributes
    ----------
    times : ndarray
    energy : ndarray
        ⟨E⟩(t).
    power : ndarray
        P(t), of the drives and of repeated interactions.
    heat, chemical : mapping of str to ndarray
        Q_k(t) and μ_k·dN_k/dt by bath.
    work : float
        W = ∫P dt.
    heat_taken, chemical_work : mapping of str to float
        ∫Q_k dt and ∫μ_k·dN_k by bath.
    error : float
        Estimate of the error that the grid of times leaves in the sum of the integrals.
    heat_class : HeatClass
        Which heat.
    """

    times: np.ndarray
    energy: np.ndarray
    power: np.ndarray
    heat: Mapping[str, np.ndarray]
    chemical: Mapping[str, np.ndarray]
    work: float
    heat_taken: Mapping[str, float]
    chemical_work: Mapping[str, float]
    error: float
    heat_class: HeatClass
    references: tuple[str, ...] = field(default=("Alicki1979", "Barra2015", "DeChiara2018"), repr=False)

    def __post_init__(self) -> None:
        for array in (self.times, self.energy, self.power, *self.heat.values(), *self.chemical.values()):
            read_only(array)

    @property
    def change(self) -> float:
        """⟨E⟩(T) − ⟨E⟩(0)."""
        return float(self.energy[-1] - self.energy[0])

    @property
    def closure(self) -> float:
        """Change − work − Σ heat − Σ chemical work: the error of the integrals over the grid of times."""
        return self.change - self.work - sum(self.heat_taken.values()) - sum(self.chemical_work.values())

    def to_xarray(self) -> xarray.Dataset:
        """Energy, power and heat over the time, their integrals in the attributes."""
        columns = {"energy": self.energy, "power": self.power}
        columns |= {f"heat_{name}": values for name, values in self.heat.items()}
        columns |= {f"chemical_{name}": values for name, values in self.chemical.items()}
        taken = {f"heat_taken_{name}": q for name, q in self.heat_taken.items()}
        about: dict[str, str | float] = {"heat": str(self.heat_class), "work": self.work, **taken, "error": self.error}
        return series("time", self.times, columns, about=about)

    def __repr__(self) -> str:
        lines = [f"Energy from {self.times[0]:g} to {self.times[-1]:g}, positive into the system; {self.heat_class}"]
        lines += [f"  heat from {name:<12} {q:+.8g}" for name, q in self.heat_taken.items()]
        lines += [f"  chemical work of {name} {w:+.8g}" for name, w in self.chemical_work.items() if w]
        lines.append(f"  {'work':<22} {self.work:+.8g}")
        return "\n".join([*lines, f"  Δ⟨E⟩ {self.change:+.8g}, closure {self.closure:.1e} (grid ± {self.error:.0e})"])


def energy_balance(
    model: Model,
    evolution: Evolution,
    hamiltonian: Operator | Scalar | None = None,
    *,
    number: Operator | Scalar | None = None,
    drives: Iterable[Drive] = (),
) -> EnergyBalance:
    """The work and the heat that a system takes up along an evolution.

    Parameters
    ----------
    model : Model
        As it was given to :func:`photinus.evolve`.
    evolution : Evolution
        Made with ``keep_states=True``, on a grid that resolves power and heat: a drive of the laboratory needs some
        twenty times in each of its periods.
    hamiltonian, number
        The energy E and the particles, as of :func:`photinus.thermo.heat_currents`; E does not hold the drives.
    drives : iterable of (operator, function)
        Those that the evolution had.

    Returns
    -------
    EnergyBalance
        Over whole periods of a periodic steady state the change is 0, and the work leaves as heat.

    Raises
    ------
    InvalidInput
        If the evolution kept no states, or has fewer than four times; as of :func:`photinus.thermo.heat_currents`.

    References
    ----------
    Alicki1979, Barra2015, DeChiara2018.

    Examples
    --------
    A qubit that a pulse flips takes up its energy as work:

    >>> import numpy as np
    >>> import photinus as ph
    >>> s, bath = ph.spin("s", 0.5), ph.Bath("room", 0.2)
    >>> qubit = ph.Model(2.0 * s.z, [bath.jump(1e-6, s.minus, 2.0)])
    >>> drives = [(0.5 * s.plus, lambda t: np.exp(-2j * t))]
    >>> times = np.linspace(0, np.pi, 61)
    >>> path = ph.evolve(qubit, ph.states.level({s: -0.5}), times, drives=drives, keep_states=True)
    >>> round(ph.thermo.energy_balance(qubit, path, drives=drives).work, 4)
    2.0
    """
    _require_path(model, evolution)
    drives, times = list(drives), np.array(evolution.times)
    laws = [
        first_law(model, state, hamiltonian, number=number, drives=drives, time=float(t))
        for t, state in zip(times, evolution.states, strict=True)
    ]
    energy = laws[0].heat_class.energy
    assert energy is not None
    levels = np.array([complex(state.expect(energy)).real for state in evolution.states])
    work = np.array([law.power for law in laws])
    heat, chemical = (
        {name: np.array([getattr(law, kind)[name] for law in laws]) for name in getattr(laws[0], kind)}
        for kind in ("heat", "chemical")
    )
    taken, paid = ({name: _integrated(times, x)[0] for name, x in kind.items()} for kind in (heat, chemical))
    return EnergyBalance(
        times, levels, work, MappingProxyType(heat), MappingProxyType(chemical),
        work=_integrated(times, work)[0],
        heat_taken=MappingProxyType(taken),
        chemical_work=MappingProxyType(paid),
        error=_integrated(times, sum([*heat.values(), *chemical.values()], work))[1],
        heat_class=laws[0].heat_class,
    )  # fmt: skip


def _require_path(model: Model, evolution: Evolution) -> None:
    require_model(model)
    require_type(evolution, Evolution, "evolution", "Give the answer of ph.evolve(…, keep_states=True).")
    if len(evolution.states) < 4:
        raise InvalidInput(
            f"The evolution kept {len(evolution.states)} states.",
            "Evolve with keep_states=True, at four times or more.",
        )


def _integrated(times: np.ndarray, rates: np.ndarray) -> tuple[float, float]:
    """The integral of a cubic spline, and a quarter of its change on every second time."""
    integral = float(CubicSpline(times, rates).integrate(times[0], times[-1]))
    coarse = np.unique([*range(0, len(times), 2), len(times) - 1])
    rough = float(CubicSpline(times[coarse], rates[coarse]).integrate(times[0], times[-1]))
    return integral, abs(integral - rough) / 4
