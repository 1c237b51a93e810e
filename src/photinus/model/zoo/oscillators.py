"""Self-sustained oscillators: the van der Pol limit cycle and its drives."""

from __future__ import annotations

from photinus.algebra import oscillator
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.model.zoo.driven import force
from photinus.numerics.checks import real_number


def van_der_pol(
    name: str = "a",
    *,
    gain: float,
    two_photon_loss: float,
    loss: float = 0.0,
    detuning: float = 0.0,
    drive: float = 0.0,
    drive_phase: float = 0.0,
    squeezing: float = 0.0,
    squeezing_phase: float = 0.0,
    kerr: float = 0.0,
) -> Model:
    """The quantum van der Pol oscillator, in the frame of its drive.

    dρ/dt = −i[H, ρ] + gain·D[a†] + loss·D[a] + two_photon_loss·D[a²],

    H = −detuning·a†a + kerr·a†²a² + i·drive·(a†e^{iθ} − a e^{−iθ}) + i·squeezing·(a†²e^{2iϑ} − a²e^{−2iϑ}).

    Parameters
    ----------
    name : str
        Name of the oscillator.
    gain, loss, two_photon_loss : float
        κ₁, γ, κ₂ ≥ 0, rates. The mean field is ȧ = ½(κ₁ − γ)a − κ₂|a|²a: the limit cycle has |a|² = (κ₁ − γ)/2κ₂.
        Papers that write κ(2LρL† − …) have rates half as large.
    detuning : float
        Drive frequency − oscillator frequency; with squeezing, half the squeezing drive's frequency − oscillator's.
    drive, drive_phase : float
        Ω (rate) and θ (rad). A resonant drive of phase θ locks the oscillator at the phase θ; weak drives lock for
        |detuning| ≤ drive·√(2κ₂/(κ₁ − γ)) (Adler).
    squeezing, squeezing_phase : float
        η (rate) and ϑ (rad). It locks at ϑ and ϑ + π, for |detuning| ≤ 2η.
    kerr : float
        K (rate). It spreads the frequencies of neighbouring levels, ω + 2Kn between n and n + 1: a weak drive in step
        with one of them locks, between two of them it finds nothing to lock (blockade, for K above the rates). The
        limit cycle turns with 2K|a|².

    Returns
    -------
    Model
        U(1) without drives, Z₂ with squeezing alone.

    References
    ----------
    Lee2013 (the oscillator), Walter2014 (drive), Sonar2018 (squeezing), Loerch2016 (Kerr).

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.2).symmetry
    none
    """
    a = oscillator(name)
    values = {
        "detuning": detuning,
        "drive": drive,
        "drive phase": drive_phase,
        "squeezing": squeezing,
        "squeezing phase": squeezing_phase,
        "Kerr constant": kerr,
    }
    delta, omega, theta, eta, vartheta, k = (real_number(v, f"{key} of {name!r}") for key, v in values.items())
    up = a.dag()
    hamiltonian = -delta * (up * a)
    if k:
        hamiltonian = hamiltonian + k * (up**2 * a**2)
    if omega:
        hamiltonian = hamiltonian + force(up, omega, theta)
    if eta:
        hamiltonian = hamiltonian + force(up**2, eta, 2 * vartheta)
    references = ["Lee2013"] + ["Walter2014"] * bool(omega) + ["Sonar2018"] * bool(eta) + ["Loerch2016"] * bool(k)
    jumps = [Jump(gain, up, name=f"gain of {name}"), Jump(two_photon_loss, a**2, name=f"two-photon loss of {name}")]
    if loss != 0:
        jumps.append(Jump(loss, a, name=f"loss of {name}"))
    return Model(hamiltonian, jumps, references)
