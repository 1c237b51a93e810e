"""Spins as limit cycles."""

from __future__ import annotations

from math import cos, sin

from photinus.algebra import spin
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.numerics.checks import real_number


def spin_one(
    name: str = "s",
    *,
    gain: float,
    loss: float,
    detuning: float = 0.0,
    drive: float = 0.0,
    drive_phase: float = 0.0,
) -> Model:
    """The spin-1 limit cycle: gain and loss that both end in m = 0, the smallest system that can be synchronized.

    dρ/dt = −i[H, ρ] + (gain/2)·D[S₊S_z] + (loss/2)·D[S₋S_z],

    H = −detuning·S_z + drive·(S_y cos θ − S_x sin θ).

    Parameters
    ----------
    name : str
        Name of the spin.
    gain, loss : float
        γ_g, γ_d ≥ 0, rates with which m = −1 and m = +1 decay to m = 0.
    detuning : float
        Drive frequency − spin frequency (Roulet and Bruder's Δ is its negative).
    drive, drive_phase : float
        ε (rate) and θ (rad); θ = 0 is ε·S_y. The azimuth locks at θ for loss > gain, at θ + π for
        gain > loss; equal rates show no 1:1 locking (blockade).

    References
    ----------
    Roulet2018.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.spin_one(gain=0.3, loss=0.7).symmetry
    U(1): m_s
    """
    s = spin(name, 1)
    delta, epsilon, theta = (
        real_number(v, f"{k} of {name!r}")
        for k, v in (("detuning", detuning), ("drive", drive), ("drive phase", drive_phase))
    )
    hamiltonian = -delta * s.z + epsilon * (cos(theta) * s.y - sin(theta) * s.x)
    gain, loss = (real_number(v, f"{k} of {name!r}", minimum=0.0) for k, v in (("gain", gain), ("loss", loss)))
    jumps = [
        Jump(gain / 2, s.plus * s.z, name=f"gain of {name}"),
        Jump(loss / 2, s.minus * s.z, name=f"loss of {name}"),
    ]
    return Model(hamiltonian, jumps, ["Roulet2018"])
