"""The quantum noise around a mean field, for oscillators and spins alike.

For Hermitian X and Y the master equation gives, exactly, the rate at which their symmetrised covariance is fed,

    d⟨½{X, Y}⟩/dt − ⟨½{X, dY/dt}⟩ − ⟨½{dX/dt, Y}⟩ = ½ Σ rate ⟨[L, X]†[L, Y] + [L, Y]†[L, X]⟩ = C_XY,

the generalised Einstein relation (the dissipation function of Lindblad1976). The operator on the right becomes a number
as in the mean field, of an oscillator in normal order. Of the diffusion of the Wigner function this is the part that
grows with the amplitude; what is smaller by 1/n differs. Coordinates fluctuate with E[dX dY] = C_XY dt.
"""

from __future__ import annotations

import numpy as np

from photinus.algebra import Operator, Oscillator, Site, Spin, commutator, oscillator, spin
from photinus.model import Model
from photinus.solve.classical import Flow, symmetrised


def projected_noise(flow: Flow, model: Model, orbit: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """zᵀC(y)z, the noise of z·y, at points y with directions z, both (size, …): shape (…).

    Parameters
    ----------
    flow : Flow
        Tells the coordinates; may hold more sites than the model.
    model : Model
        Whose jumps make the noise.
    orbit, directions : ndarray, shape (size, …)

    Returns
    -------
    ndarray
        The rate at which the variance of z·y grows.
    """
    offset = {site: int(start) for site, start in zip(flow.sites, flow.offsets, strict=False)}
    out = np.zeros(orbit.shape[1:])
    for rate, jump in model.generator[1]:
        kicks = [
            (offset[site] + k, bracket)
            for site in jump.sites
            for k, x in enumerate(coordinates(site))
            if (bracket := commutator(jump, x)).terms
        ]
        for i, left in kicks:
            dagger = left.dag()
            for j, right in kicks:
                value = c_number(dagger * right, flow, orbit)
                out = out + rate * (value * directions[i] * directions[j]).real
    return out


def coordinates(site: Site) -> tuple[Operator, ...]:
    """Operators of a site's real coordinates: (a + a†)/2 and (a − a†)/2i, or S_x, S_y and S_z."""
    if isinstance(site, Oscillator):
        a = oscillator(site.name)
        return 0.5 * (a + a.dag()), -0.5j * (a - a.dag())
    assert isinstance(site, Spin)
    s = spin(site.name, site.twice_j / 2)
    return s.x, s.y, s.z


def c_number(operator: Operator, flow: Flow, orbit: np.ndarray) -> np.ndarray:
    """An operator as a number of the mean field, at points (size, …), as :mod:`photinus.solve.classical` has it."""
    letters = flow.letters(orbit)
    offset = {site: int(start) for site, start in zip(flow.sites, flow.offsets, strict=False)}
    out = np.zeros(orbit.shape[1:], dtype=complex)
    for word, c in operator.terms.items():
        term = np.full(orbit.shape[1:], complex(c))
        for site, local in word:
            at = offset[site]
            if isinstance(site, Oscillator):
                term = term * letters[at + 1] ** local[0] * letters[at] ** local[1]
            else:
                assert isinstance(site, Spin)
                parts = [(local, 1.0)] if flow.large_spins else symmetrised(site.twice_j, *local)
                term = term * sum(
                    x * letters[at + (0 if d > 0 else 1)] ** abs(d) * letters[at + 2] ** r for (d, r), x in parts
                )
        out = out + term
    return out
