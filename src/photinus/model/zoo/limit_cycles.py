"""Self-sustained oscillators other than van der Pol's: Rayleigh, Liénard, parametric, optomechanical, the laser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from photinus.algebra import diagonal, oscillator
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.model.zoo.driven import force
from photinus.numerics.checks import real_number


def rayleigh(
    name: str = "a",
    *,
    gain: float,
    two_photon_loss: float,
    loss: float = 0.0,
    two_photon_gain: float = 0.0,
    detuning: float = 0.0,
    drive: float = 0.0,
    drive_phase: float = 0.0,
) -> Model:
    """The Rayleigh oscillator at finite temperature, in the rotating-wave approximation.

    dρ/dt = −i[H, ρ] + gain·D[a†] + loss·D[a] + two_photon_loss·D[a²] + two_photon_gain·D[a†²],

    H = −detuning·a†a + i·drive·(a†e^{iθ} − a e^{−iθ}).

    Rayleigh's friction ẋ³ and van der Pol's x²ẋ become the same where the oscillation is much faster than its
    damping; two baths exchange single quanta and pairs with the oscillator, in both directions at finite temperature.

    Parameters
    ----------
    name : str
        Name of the oscillator.
    gain, loss, two_photon_loss, two_photon_gain : float
        κ₁, γ, κ₂, κ₂↑ ≥ 0, rates. Mean field: ȧ = ½(κ₁ − γ + 4κ₂↑)a − (κ₂ − κ₂↑)|a|²a. There is a steady state for
        two_photon_gain < two_photon_loss. With x = gain/loss and two_photon_gain/two_photon_loss = x², both baths have
        one temperature and p_n ∝ xⁿ.
    detuning : float
        Drive frequency − oscillator frequency.
    drive, drive_phase : float
        Ω (rate) and θ (rad).

    References
    ----------
    BenArosh2021.

    Examples
    --------
    >>> import photinus as ph
    >>> equal = ph.zoo.rayleigh(gain=0.5, loss=1, two_photon_loss=1, two_photon_gain=0.25)
    >>> p = ph.steady_state(equal, cutoff=ph.Converged(1e-6)).populations("a")
    >>> (p[1:4] / p[:3]).round(5).tolist()
    [0.5, 0.5, 0.5]
    """
    a = oscillator(name)
    delta, omega, theta = _numbers(name, detuning=detuning, drive=drive, drive_phase=drive_phase)
    channels = [("gain", gain, a.dag()), ("loss", loss, a)]
    channels += [("two-photon loss", two_photon_loss, a**2), ("two-photon gain", two_photon_gain, a.dag() ** 2)]
    jumps = [Jump(rate, operator, name=f"{kind} of {name}") for kind, rate, operator in channels if rate != 0]
    return Model(-delta * (a.dag() * a) + force(a.dag(), omega, theta), jumps, ["BenArosh2021"])


def lienard(
    name: str = "a",
    *,
    gains: Sequence[float],
    losses: Sequence[float],
    detuning: float = 0.0,
    drive: float = 0.0,
    drive_phase: float = 0.0,
) -> Model:
    """A Liénard oscillator: damping that is a polynomial of the energy, so that several limit cycles may coexist.

    dρ/dt = −i[H, ρ] + Σ_m (gains_m·D[a†^m] + losses_m·D[a^m]),  m = 1, 2, …,

    H = −detuning·a†a + i·drive·(a†e^{iθ} − a e^{−iθ}).

    Parameters
    ----------
    name : str
        Name of the oscillator.
    gains, losses : sequence of float
        Rates ≥ 0 with which m quanta are gained and lost at once, m = 1, 2, …. For large amplitudes
        ȧ = ½a Σ_m m(gains_m − losses_m)|a|^(2m−2): each change of sign between successive m may make a cycle.
        The highest m must be a loss.
    detuning : float
        Drive frequency − oscillator frequency.
    drive, drive_phase : float
        Ω (rate) and θ (rad).

    Notes
    -----
    Losses 1 and 3 with gain 2 make a stable origin, an unstable cycle around it and a stable cycle around both; gains 1
    and 3 with losses 2 and 4 make two stable cycles with an unstable one between them.

    References
    ----------
    Lienard1928.

    Examples
    --------
    >>> import photinus as ph
    >>> two = ph.zoo.lienard(gains=[0, 0.1], losses=[1, 0, 0.004])
    >>> for cycle in ph.mean_field(two).limit_cycles():
    ...     print(cycle.stable, round(cycle.radius["a"], 3))
    True 3.57
    False 1.981
    """
    a = oscillator(name)
    delta, omega, theta = _numbers(name, detuning=detuning, drive=drive, drive_phase=drive_phase)
    for kind, values in (("gains", gains), ("losses", losses)):
        if not isinstance(values, (Sequence, np.ndarray)) or isinstance(values, str):
            raise WrongType(f"The {kind} are {shown(values)}.", "Give a list of rates, those of one quantum first.")
    rates = {"gain": [*gains], "loss": [*losses]}
    jumps = []
    for kind, ladder in (("gain", a.dag()), ("loss", a)):
        for m, rate in enumerate(rates[kind], start=1):
            if real_number(rate, f"{kind} {m} of {name!r}", minimum=0.0):
                jumps.append(Jump(rate, ladder**m, name=f"{kind} {m} of {name}"))
    top = [max((m for m, rate in enumerate(rates[kind], start=1) if rate), default=0) for kind in ("loss", "gain")]
    if top[0] < top[1] or (top[0] == top[1] > 0 and rates["gain"][top[0] - 1] >= rates["loss"][top[0] - 1]):
        raise InvalidInput(
            f"The strongest process of {name!r} is a gain of {top[1]} quanta, which nothing limits.",
            "Give a larger loss of as many quanta, or of more.",
        )
    return Model(-delta * (a.dag() * a) + force(a.dag(), omega, theta), jumps, ["Lienard1928"])


def parametric_oscillator(
    name: str = "a",
    *,
    squeezing: float,
    squeezing_phase: float = 0.0,
    loss: float = 0.0,
    two_photon_loss: float = 0.0,
    kerr: float = 0.0,
    detuning: float = 0.0,
) -> Model:
    """The Kerr oscillator with a two-photon drive, which oscillates at half the drive's frequency in one of two phases.

    dρ/dt = −i[H, ρ] + loss·D[a] + two_photon_loss·D[a²],

    H = −detuning·a†a + kerr·a†²a² + i·squeezing·(a†²e^{2iϑ} − a²e^{−2iϑ}).

    Parameters
    ----------
    name : str
        Name of the oscillator.
    squeezing, squeezing_phase : float
        η (rate) and ϑ (rad). Without Kerr term it oscillates above 4η = loss, with the phase ϑ or ϑ + π and
        |a|² = (4η − loss)/2κ₂ (mean field).
    loss, two_photon_loss : float
        γ, κ₂ ≥ 0, rates. Without loss of single photons the parity is conserved, and there are two stationary states of
        even and odd number, cats of amplitude √(2η/κ₂).
    kerr : float
        K (rate).
    detuning : float
        Half the drive's frequency − oscillator frequency.

    References
    ----------
    Minganti2016.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.zoo.parametric_oscillator(squeezing=1, loss=1, two_photon_loss=0.1).symmetry
    Z₂: parity of a
    """
    a = oscillator(name)
    delta, eta, theta, k = _numbers(
        name, detuning=detuning, squeezing=squeezing, squeezing_phase=squeezing_phase, kerr=kerr
    )
    up = a.dag()
    hamiltonian = -delta * (up * a) + k * (up**2 * a**2) + force(up**2, eta, 2 * theta)
    channels = [("loss", loss, a), ("two-photon loss", two_photon_loss, a**2)]
    jumps = [Jump(rate, operator, name=f"{kind} of {name}") for kind, rate, operator in channels if rate != 0]
    return Model(hamiltonian, jumps, ["Minganti2016"])


def optomechanical(
    cavity: str = "a",
    mechanics: str = "b",
    *,
    drive: float,
    coupling: float,
    frequency: float = 1.0,
    detuning: float = 0.0,
    cavity_loss: float = 1.0,
    damping: float = 0.0,
    thermal: float = 0.0,
    drive_phase: float = 0.0,
) -> Model:
    """A driven cavity whose light pushes a mirror: above a threshold of the blue-detuned drive the mirror oscillates.

    dρ/dt = −i[H, ρ] + cavity_loss·D[a] + damping·((n̄ + 1)·D[b] + n̄·D[b†]),

    H = −detuning·a†a + frequency·b†b − coupling·a†a(b + b†) + i·drive·(a†e^{iθ} − a e^{−iθ}).

    Parameters
    ----------
    cavity, mechanics : str
        Names of the two oscillators.
    drive, drive_phase : float
        E (rate) and θ (rad); E(a + a†) of the literature has θ = −π/2.
    coupling : float
        g₀, the shift of the cavity's frequency per quantum amplitude of the mirror (rate).
    frequency : float
        Ω of the mirror.
    detuning : float
        Δ = drive frequency − cavity frequency; it is driven on the blue side for Δ > 0.
    cavity_loss, damping : float
        κ, Γ ≥ 0, rates of the energies.
    thermal : float
        n̄ ≥ 0 of the mirror's bath.

    Notes
    -----
    The linearised coupling g = g₀|ᾱ| changes the damping of small motions by
    Γ_opt = g²κ[1/(κ²/4 + (Δ + Ω)²) − 1/(κ²/4 + (Δ − Ω)²)]; the mirror oscillates for Γ + Γ_opt < 0.

    References
    ----------
    Marquardt2006, Ludwig2013.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.mean_field(ph.zoo.optomechanical(drive=1, coupling=0.05, detuning=1, damping=5e-3)).equations["b"]
    'dα_b/dt = (-0.0025-1i) α_b + 0.05i |α_a|²'
    """
    a, b = oscillator(cavity), oscillator(mechanics)
    omega, g, frequency_, delta, theta = _numbers(
        cavity, drive=drive, coupling=coupling, frequency=frequency, detuning=detuning, drive_phase=drive_phase
    )
    occupation = real_number(thermal, f"thermal number of {mechanics!r}", minimum=0.0)
    rate = real_number(damping, f"damping of {mechanics!r}", minimum=0.0)
    n = a.dag() * a
    hamiltonian = -delta * n + frequency_ * (b.dag() * b) - g * n * (b + b.dag()) + force(a.dag(), omega, theta)
    jumps = [Jump(cavity_loss, a, name=f"loss of {cavity}")]
    if rate:
        jumps.append(Jump(rate * (occupation + 1), b, rate * occupation, name=f"damping of {mechanics}"))
    return Model(hamiltonian, jumps, ["Marquardt2006", "Ludwig2013"])


def laser(
    name: str = "a",
    *,
    gain: float,
    saturation: float,
    loss: float = 1.0,
    detuning: float = 0.0,
    drive: float = 0.0,
    drive_phase: float = 0.0,
    polynomial: bool = False,
) -> Model:
    """A single-mode laser with saturable gain and an injected signal.

    dρ/dt = −i[H, ρ] + gain·D[(1 + n/n_s)^(−½) a†] + loss·D[a],  n = a†a,

    H = −detuning·a†a + i·drive·(a†e^{iθ} − a e^{−iθ}).

    The rate from n − 1 to n is gain·n/(1 + n/n_s), Scully and Lamb's. With ``polynomial`` the saturation is expanded:

    dρ/dt = −i[H, ρ] + gain·D[a†] + (gain/2n_s)·D[a²] + loss·D[a],

    whose amplitude obeys ȧ = ½(gain − loss)a − ½(gain/n_s)|a|²a, the third-order theory near threshold, and which mean
    field, cumulants and phase space can take; they refuse the diagonal function of the first form.

    Parameters
    ----------
    name : str
        Name of the mode.
    gain, loss : float
        A, κ ≥ 0, rates; the threshold is A = κ.
    saturation : float
        n_s > 0, the number of photons at which the gain is halved.
    detuning : float
        Frequency of the injected signal − that of the laser.
    drive, drive_phase : float
        Ω (rate) and θ (rad) of the injected signal; weak ones lock for |detuning| ≤ drive/√⟨n⟩ (Adler).
    polynomial : bool
        Whether the saturation is expanded.

    References
    ----------
    Scully1967 (the gain), Adler1946 (injection).

    Examples
    --------
    Without injection p_n ∝ Π_l (A/κ)/(1 + l/n_s):

    >>> import photinus as ph
    >>> p = ph.steady_state(ph.zoo.laser(gain=1.5, saturation=10), cutoff=ph.Fixed(60)).populations("a")
    >>> round(float(p[1] / p[0]), 6), round(1.5 / 1.1, 6)
    (1.363636, 1.363636)
    """
    a = oscillator(name)
    delta, omega, theta = _numbers(name, detuning=detuning, drive=drive, drive_phase=drive_phase)
    rate = real_number(gain, f"gain of {name!r}", minimum=0.0)
    photons = real_number(saturation, f"saturation of {name!r}", minimum=0.0)
    if photons == 0:
        raise InvalidInput(f"The saturation of {name!r} is 0 photons.", "Give a positive number.")
    jumps = [Jump(loss, a, name=f"loss of {name}")]
    if polynomial:
        jumps += [
            Jump(rate, a.dag(), name=f"gain of {name}"),
            Jump(rate / (2 * photons), a**2, name=f"saturation of {name}"),
        ]
    else:
        saturated = diagonal(a, lambda n: (1 + n / photons) ** -0.5) * a.dag()
        jumps.append(Jump(rate, saturated, name=f"gain of {name}"))
    hamiltonian = -delta * (a.dag() * a) + force(a.dag(), omega, theta)
    return Model(hamiltonian, jumps, ["Scully1967"] + ["Adler1946"] * bool(omega))


def _numbers(name: str, **values: float) -> list[float]:
    """Real numbers, each named in its error."""
    return [real_number(value, f"{key.replace('_', ' ')} of {name!r}") for key, value in values.items()]
