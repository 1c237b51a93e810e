"""Transient synchronization: one mode of relaxation that outlives the others imposes its frequency on all sites.

In a common bath two normal modes decay at different rates; after the faster one is gone all sites oscillate at the
frequency of the slower one, in or against phase, until it decays too. In separate baths both decay alike and there is
no such time (Giorgi2012, Bellomo2017). The ratio Γ_slow/Γ_fast of the two rates says how long the window is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Handle
from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.numerics.checks import real_number
from photinus.solve.arguments import require_model
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, slots=True, eq=False)
class Transient:
    """The two slowest modes of relaxation.

    Attributes
    ----------
    eigenvalues : ndarray, shape (2,)
        −Γ − iω, the slower one first.
    errors : ndarray, shape (2,)
    """

    eigenvalues: np.ndarray
    errors: np.ndarray

    def __post_init__(self) -> None:
        read_only(self.eigenvalues)
        read_only(self.errors)

    @property
    def rates(self) -> np.ndarray:
        """Γ of both."""
        return read_only(-self.eigenvalues.real)

    @property
    def frequencies(self) -> np.ndarray:
        """ω of both."""
        return read_only(-self.eigenvalues.imag)

    @property
    def ratio(self) -> float:
        """Γ_slow/Γ_fast, from 0 (a lasting synchronization) to 1 (none)."""
        slow, fast = self.rates
        return float(slow / fast) if fast > 0 else 1.0

    @property
    def window(self) -> tuple[float, float]:
        """1/Γ_fast and 1/Γ_slow: from when until when there is one frequency."""
        with np.errstate(divide="ignore"):
            slow, fast = 1 / np.maximum(self.rates, 0)
        return float(fast), float(slow)

    def to_xarray(self) -> xarray.Dataset:
        """Rates and frequencies over ``mode``."""
        import xarray as xr

        return xr.Dataset({"rate": ("mode", np.array(self.rates)), "frequency": ("mode", np.array(self.frequencies))})

    def __repr__(self) -> str:
        (first, last), rates = self.window, self.rates
        return (
            f"Transient: rates {rates[0]:.6g} and {rates[1]:.6g}, ratio {self.ratio:.4g}; frequencies "
            f"{self.frequencies[0]:.6g} and {self.frequencies[1]:.6g}; one frequency from t = {first:.3g} to {last:.3g}"
        )


def transient_synchronization(model: Model, *sites: str | Handle, cutoff: Fixed | Converged | None = None) -> Transient:
    """The two slowest modes among the coherences of order one of some sites, which carry ⟨a⟩ and ⟨S₋⟩.

    Parameters
    ----------
    model : Model
        With a memoryless bath, or joined with pseudomodes.
    *sites : str or handle
        The sites that oscillate; by default all oscillators and spins.
    cutoff : Fixed or Converged, optional

    Returns
    -------
    Transient
        Where a symmetry keeps the orders of the sites apart, as in separate baths, the modes of all are compared.

    References
    ----------
    Bellomo2017, Giorgi2012.

    Examples
    --------
    Two detuned qubits in a common bath: the coherence of the ground with the subradiant state lives longest.

    >>> import photinus as ph
    >>> s, t = ph.spin("s", 1 / 2), ph.spin("t", 1 / 2)
    >>> pair = ph.Model(1.15 * s.z + 0.85 * t.z)
    >>> ph.memory.transient_synchronization(pair + ph.Model(jumps=ph.Jump(0.5, s.minus + t.minus)))
    Transient: rates 0.05 and 0.45, ratio 0.1111; frequencies 1 and 1; one frequency from t = 2.22 to 20
    """
    require_model(model)
    named = [*sites] or [site.name for site in model.sites if site.kind in ("oscillator", "spin")]
    weak = model.symmetry
    orders = {weak.order({each if isinstance(each, str) else each.name: 1}): each for each in named}
    values, errors = [], []
    for each in orders.values():
        site = each if isinstance(each, str) else each.name
        found = eigenmodes(model, order={site: 1}, count=2, cutoff=Converged() if cutoff is None else cutoff)
        values += found.eigenvalues.tolist()
        errors += found.error.tolist()
    if len(values) < 2:
        raise InvalidInput(f"The coherences of {named} have {len(values)} mode.", "Name two sites, or a larger cutoff.")
    slowest = np.argsort(-np.array(values).real, kind="stable")[:2]
    return Transient(np.array(values)[slowest], np.array(errors)[slowest])


def classical_transient(
    frequencies: tuple[float, float], coupling: float, damping: float, *, common: bool = True
) -> Transient:
    """The normal modes of x_i″ + ω_i²x_i + λx_j = −Γ Σ_j D_ij x_j′, D_ij = 1 in a common bath, δ_ij in separate ones.

    For weak damping the rates are Γ(cos θ ∓ sin θ)²/2 in common, tan 2θ = 2λ/(ω₂² − ω₁²), in separate ones Γ/2.

    Parameters
    ----------
    frequencies : pair of float
        ω₁, ω₂ > 0.
    coupling : float
        λ, |λ| < ω₁ω₂.
    damping : float
        Γ ≥ 0.
    common : bool

    Returns
    -------
    Transient

    References
    ----------
    Giorgi2012.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.memory.classical_transient((1.0, 1.1), 0.3, 1e-4).ratio < 0.1
    True
    >>> ph.memory.classical_transient((1.0, 1.1), 0.3, 1e-4, common=False).ratio.__round__(6)
    1.0
    """
    first, second = (real_number(w, "frequency of an oscillator", minimum=0.0) for w in frequencies)
    coupling, damping = real_number(coupling, "coupling"), real_number(damping, "damping", minimum=0.0)
    if not abs(coupling) < first * second:
        raise InvalidInput(
            f"The coupling {coupling:g} is not below ω₁ω₂ = {first * second:g}: the oscillators have no minimum.",
            "Give a weaker coupling.",
        )
    stiffness = np.array([[first**2, coupling], [coupling, second**2]])
    friction = damping * (np.ones((2, 2)) if common else np.eye(2))
    values = np.linalg.eigvals(np.block([[np.zeros((2, 2)), np.eye(2)], [-stiffness, -friction]]))
    upper = values[np.argsort(values.imag)][:2]  # e^{−iωt}
    upper = upper[np.argsort(-upper.real, kind="stable")]
    return Transient(upper, 1e-15 * np.abs(upper))
