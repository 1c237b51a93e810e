"""The Husimi function of a spin on its sphere."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, xlogy

from photinus.algebra import Spin
from photinus.errors import InvalidInput
from photinus.phase.notions import one_site
from photinus.phase.quasiprobability import checked_axis
from photinus.space.state import State

ROUNDING = 1e-6  # of a polar angle π in single precision


def spin_husimi(state: State, site: str, theta: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Q(θ, φ) = (2j + 1)/4π · ⟨θ, φ|ρ|θ, φ⟩ of a spin j, with ∫ Q sin θ dθ dφ = 1.

    |θ, φ⟩ = Σ_m √C(2j, j+m) cos^{j+m}(θ/2) sin^{j−m}(θ/2) e^{i(j−m)φ}|m⟩ is the spin that points along (θ, φ),
    ⟨S₊⟩ = j sin θ e^{iφ}. The integral over the polar angle is the density of :func:`photinus.phase.distribution`.

    Parameters
    ----------
    state : State
    site : str
        A spin.
    theta : array_like
        Polar angles from 0 (up) to π (rad).
    phi : array_like
        Azimuths (rad).

    Returns
    -------
    ndarray, shape (len(theta), len(phi))
        From 0 to (2j + 1)/4π.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or no spin, or angles that are no list of finite numbers in their
        range.

    References
    ----------
    Roulet2018.

    Examples
    --------
    A spin ½ that is up:

    >>> import numpy as np
    >>> import photinus as ph
    >>> up = ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, ph.spin("s", 0.5).plus)]))
    >>> np.round(ph.phase.spin_husimi(up, "s", [0, np.pi / 2, np.pi], [0.0])[:, 0] * 2 * np.pi, 12)
    array([1. , 0.5, 0. ])
    """
    reduced = one_site(state, site, ("spin",), "sphere")
    theta, phi = checked_axis(theta, "theta"), checked_axis(phi, "phi")
    if theta.min() < 0 or theta.max() > np.pi * (1 + ROUNDING):
        raise InvalidInput(
            f"The polar angles reach from {theta.min():.6g} to {theta.max():.6g}.", "Give angles from 0 to π."
        )
    spin = reduced.sites[0]
    assert isinstance(spin, Spin)
    theta = np.minimum(theta, np.pi)
    rho, size = reduced.density_matrix(), spin.twice_j
    down = np.arange(size + 1)  # j − m, the number of the level
    choose = gammaln(size + 1) - gammaln(down + 1) - gammaln(size - down + 1)
    cosine, sine = np.abs(np.cos(theta / 2))[:, None], np.sin(theta / 2)[:, None]
    amplitude = np.exp(choose / 2 + xlogy(size - down, cosine) + xlogy(down, sine))
    out = np.repeat((amplitude**2 @ np.diagonal(rho).real)[:, None], len(phi), axis=1)
    for k in range(1, size + 1):
        band = np.diagonal(rho, -k)
        if band.any():
            harmonic = (amplitude[:, k:] * amplitude[:, :-k]) @ band
            out += 2 * np.multiply.outer(harmonic, np.exp(-1j * k * phi)).real
    return np.maximum(out, 0.0) * (size + 1) / (4 * np.pi)
