"""Spins as limit cycles."""

from __future__ import annotations

from math import cos, sin

from photinus.algebra import spin
from photinus.errors import InvalidInput
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.model.zoo.driven import force
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


def spin_van_der_pol(
    name: str = "s",
    j: float = 1,
    *,
    gain: float,
    two_photon_loss: float,
    detuning: float = 0.0,
    drive: float = 0.0,
    drive_phase: float = 0.0,
    squeezing: float = 0.0,
    squeezing_phase: float = 0.0,
) -> Model:
    """The van der Pol oscillator of a spin j, with S′ = S/√(2j) in the place of a.

    dρ/dt = −i[H, ρ] + gain·D[S′₊] + two_photon_loss·D[S′₋²],

    H = −detuning·S_z + i·drive·(S′₊e^{−iθ} − S′₋e^{iθ}) + i·squeezing·(S′₊²e^{−2iϑ} − S′₋²e^{2iϑ}).

    Parameters
    ----------
    name : str
        Name of the spin.
    j : float
        1, 3/2, …; for j → ∞ it is the oscillator :func:`van_der_pol`, with m + j quanta.
    gain, two_photon_loss : float
        κ₁, κ₂ ≥ 0, rates.
    detuning : float
        Drive frequency − spin frequency; with squeezing, half the squeezing drive's frequency − spin's.
    drive, drive_phase : float
        Ω (rate) and θ (rad), the azimuth at which a resonant drive locks. ⟨S₊⟩ ∝ e^{iφ}, so that the phase of the
        oscillator in the limit j → ∞ is −φ.
    squeezing, squeezing_phase : float
        η (rate) and ϑ (rad); it locks at ϑ and ϑ + π.

    References
    ----------
    Kato2024.

    Examples
    --------
    >>> import photinus as ph
    >>> clock = ph.zoo.spin_van_der_pol(j=1, gain=1, two_photon_loss=0.3)
    >>> ph.steady_state(clock).populations("s").round(6).tolist()          # m = 1, 0, −1: κ₁, κ₂, κ₂ over κ₁ + 2κ₂
    [0.625, 0.1875, 0.1875]
    """
    s = spin(name, j)
    values = {
        "detuning": detuning,
        "drive": drive,
        "drive phase": drive_phase,
        "squeezing": squeezing,
        "squeezing phase": squeezing_phase,
    }
    delta, omega, theta, eta, vartheta = (real_number(v, f"{k} of {name!r}") for k, v in values.items())
    if j < 1:
        raise InvalidInput(f"The spin {name!r} has j = {j:g}, too short to lose two quanta.", "Give j of at least 1.")
    down = s.minus / (2 * j) ** 0.5
    up = down.dag()
    hamiltonian = -delta * s.z + force(up, omega, -theta) + force(up**2, eta, -2 * vartheta)
    jumps = [
        Jump(gain, up, name=f"gain of {name}"),
        Jump(two_photon_loss, down**2, name=f"two-photon loss of {name}"),
    ]
    return Model(hamiltonian, jumps, ["Kato2024"])
