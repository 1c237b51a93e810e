"""Entropy produced along an evolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.solve.arguments import require_model, require_type
from photinus.solve.dynamics.evolve import Evolution
from photinus.space.space import read_only
from photinus.thermo.entropy import entropy_production

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
        import xarray

        columns = {"entropy_production": self.rates, "entropy": self.entropies}
        columns |= {f"entropy_production_{name}": values for name, values in self.by_bath.items()}
        return xarray.Dataset(
            {name: ("time", np.array(column)) for name, column in columns.items()},
            {"time": np.array(self.times)},
            {"total": self.total, "error": self.error},
        )

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
    require_model(model)
    require_type(evolution, Evolution, "evolution", "Give the answer of ph.evolve(…, keep_states=True).")
    if len(evolution.states) < 4:
        raise InvalidInput(
            f"The evolution kept {len(evolution.states)} states.",
            "Evolve with keep_states=True, at four times or more.",
        )
    found = [entropy_production(model, state) for state in evolution.states]
    entropies = np.array([state.entropy() for state in evolution.states])
    flow = np.array([answer.flow for answer in found])
    rates = np.array([answer.value for answer in found])
    owners = {name: np.array([answer.by_bath[name] for answer in found]) for name in found[0].by_bath}
    times = np.array(evolution.times)
    total, error = inf, 0.0
    if np.isfinite(flow).all():
        integral = float(CubicSpline(times, flow).integrate(times[0], times[-1]))
        coarse = np.unique([*range(0, len(times), 2), len(times) - 1])
        rough = float(CubicSpline(times[coarse], flow[coarse]).integrate(times[0], times[-1]))
        total, error = float(entropies[-1] - entropies[0]) + integral, abs(integral - rough) / 4
    return EntropyProduced(times, rates, entropies, total, error, MappingProxyType(owners))
