"""The quantum correction: a phase reduction beside the exact density matrix of the same model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photinus.algebra import Operator, Oscillator, locate
from photinus.entrainment.circle import PhaseEquation
from photinus.entrainment.phase_reduction import PhaseReduction
from photinus.errors import InvalidInput, Undefined, WrongType, shown
from photinus.model import Model
from photinus.phase.density import PhaseDensity
from photinus.phase.distribution import distribution
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.steady import steady_state

TAU = 2 * np.pi


@dataclass(frozen=True, eq=False)
class FreeCorrection:
    """The free phase of an oscillator, semiclassical and exact.

    Attributes
    ----------
    diffusion, frequency : float
        D and dφ/dt of the phase reduction.
    exact_diffusion, exact_frequency : float
        −Re λ and Im λ of the slowest mode λ of the Liouvillian with ⟨a⟩ ∝ e^{λt} (of a spin, ⟨S₊⟩).
    size : float
        Quanta on the limit cycle.
    """

    diffusion: float
    frequency: float
    exact_diffusion: float
    exact_frequency: float
    size: float

    @property
    def ratio(self) -> float:
        """Exact over semiclassical diffusion; it differs from 1 by about 1/size."""
        return self.exact_diffusion / self.diffusion

    def __repr__(self) -> str:
        return (
            f"Free phase at {self.size:.4g} quanta: D = {self.diffusion:.6g} semiclassically, "
            f"{self.exact_diffusion:.6g} exactly (ratio {self.ratio:.6g}); "
            f"dφ/dt = {self.frequency:.6g} and {self.exact_frequency:.6g}"
        )


@dataclass(frozen=True, eq=False)
class LockedCorrection:
    """The phase of a perturbed oscillator in its steady state, semiclassical and exact.

    Attributes
    ----------
    equation : PhaseEquation
    density, exact_density : PhaseDensity
        Of the phase equation, and the canonical one of the density matrix.
    """

    equation: PhaseEquation
    density: PhaseDensity
    exact_density: PhaseDensity

    @property
    def distance(self) -> float:
        """½∫|P − P_exact|dφ, the total variation, from 0 to 1."""
        points = 4 * max(len(self.density.harmonics), len(self.exact_density.harmonics), 128)
        both = [np.fft.hfft(p.harmonics, points) / TAU for p in (self.density, self.exact_density)]
        return float(0.5 * np.abs(both[0] - both[1]).mean() * TAU)

    def __repr__(self) -> str:
        one, other = self.density.moment(), self.exact_density.moment()
        return (
            f"Phase in the steady state: |⟨e^iφ⟩| = {abs(one):.4f} semiclassically, {abs(other):.4f} exactly, "
            f"direction {np.angle(one):.4f} and {np.angle(other):.4f}; total variation {self.distance:.4f}"
        )


def quantum_correction(
    reduction: PhaseReduction,
    perturbation: Model | Operator | None = None,
    *,
    site: str | None = None,
    cutoff: Fixed | Converged | None = None,
) -> FreeCorrection | LockedCorrection:
    """Compare a phase reduction with the exact density matrix.

    Without a perturbation the free phase is compared: D and dφ/dt with the slowest eigenvalue of order 1. With one, the
    stationary density of the phase equation with the canonical phase density of the steady state.

    Parameters
    ----------
    reduction : PhaseReduction
        On a ring, whose phase is that of the site.
    perturbation : Model or Operator, optional
        As :meth:`PhaseReduction.equation`.
    site : str, optional
        The oscillator whose phase it is; by default the first one.
    cutoff : Fixed or Converged, optional
        Of the exact solution.

    Returns
    -------
    FreeCorrection or LockedCorrection

    Raises
    ------
    Undefined
        If the cycle is no ring, or the free phase has no charge.
    InvalidInput, WrongType, UnknownSite, NotConverged

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> clock = ph.entrainment.phase_reduction(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.02))
    >>> ph.entrainment.quantum_correction(clock)
    Free phase at 25 quanta: D = 0.015 semiclassically, 0.0150074 exactly (ratio 1.0005); dφ/dt = 0 and 0
    """
    if not isinstance(reduction, PhaseReduction):
        raise WrongType(f"The reduction is {shown(reduction)}.", "Give what phase_reduction(model) returns.")
    if not reduction.cycle.ring:
        raise Undefined(
            "The limit cycle is no ring: its phase is not the angle of an amplitude.",
            "Compare a model whose symmetry turns phases; a drive goes into the perturbation.",
        )
    sites = reduction.flow.sites
    name = sites[0].name if site is None else sites[locate(sites, site)].name
    if perturbation is None:
        return _free(reduction, name, cutoff)
    equation = reduction.equation(perturbation)
    weak = Model(perturbation) if isinstance(perturbation, Operator) else perturbation
    whole = reduction.model + weak
    state = steady_state(whole, cutoff=cutoff)
    return LockedCorrection(equation, equation.density, distribution(state, name))


def _free(reduction: PhaseReduction, name: str, cutoff: Fixed | Converged | None) -> FreeCorrection:
    site = reduction.flow.sites[locate(reduction.flow.sites, name)]
    modes = eigenmodes(reduction.model, order={name: 1 if isinstance(site, Oscillator) else -1}, count=1, cutoff=cutoff)
    slowest = complex(modes.eigenvalues[0])
    if reduction.diffusion <= 0:
        raise InvalidInput("The limit cycle has no noise.", "Give the model jumps.")
    return FreeCorrection(reduction.diffusion, reduction.frequency, -slowest.real, slowest.imag + 0.0, reduction.size)
