"""Adler's equation with noise, dφ/dt = Δ − Δ_c sin m(φ − θ) + √(2D) ξ(t), and its closed forms.

With ν = Δ/D and x = Δ_c/D the stationary harmonics are ratios of modified Bessel functions of complex order, and the
mean drift holds those of imaginary order (Stratonovich1967):

    ⟨e^{iφ}⟩ = I_{1−iν}(x) / I_{−iν}(x),        v = D sinh(πν) / [π I_{iν}(x) I_{−iν}(x)].

The ratio is the continued fraction (x/2)/(1 − iν + (x/2)²/(2 − iν + …)), and (with DLMF 10.32.15) the product is an
integral of positive terms: π I_{iν} I_{−iν} = ½ e^{πν} ∫₀^2π e^{−νψ} I_0(2x sin ½ψ) dψ. Neither overflows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import i0e

from photinus.entrainment.circle import PhaseEquation
from photinus.entrainment.stationary import TAU, panels
from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number, whole_number
from photinus.solve.arguments import finite_numbers


def adler(
    detuning: float, locking: float, diffusion: float = 0.0, *, order: int = 1, phase: float = 0.0, label: str = "φ"
) -> PhaseEquation:
    """dφ/dt = Δ − Δ_c sin m(φ − θ) + √(2D) ξ(t).

    Parameters
    ----------
    detuning : float
        Δ (rate): of a driven oscillator drive frequency − oscillator frequency.
    locking : float
        Δ_c ≥ 0 (rate): without noise it locks where |Δ| ≤ Δ_c.
    diffusion : float
        D ≥ 0 (rate).
    order : int
        m: 1 for a drive, 2 for squeezing (two stable phases), m for m-photon drives.
    phase : float
        θ (rad), where it locks at Δ = 0.
    label : str
        The phase, for pictures.

    Returns
    -------
    PhaseEquation
        ``.locked .locking_range .beat_frequency .drift .effective_diffusion .density .slip_rates() .eigenvalues()
        .evolve(initial, times)``

    Raises
    ------
    InvalidInput

    References
    ----------
    Adler1946, Stratonovich1967.

    Examples
    --------
    >>> from photinus import entrainment
    >>> sharp, noisy = entrainment.adler(0.5, 0.3), entrainment.adler(0.5, 0.3, diffusion=0.1)
    >>> round(sharp.beat_frequency, 12), round(noisy.drift, 6)              # √(0.5² − 0.3²)
    (0.4, 0.408405)
    >>> entrainment.adler(0.0, 0.3, diffusion=0.1)
    Phase equation of φ, 1 harmonic: detuning 0, locking range -0.3 … 0.3, D = 0.1; without noise it locks at 0
    """
    strength = real_number(locking, "locking strength", minimum=0.0)
    m = whole_number(order, "order of the locking")
    harmonics = np.zeros(m + 1, dtype=complex)
    harmonics[0] = real_number(detuning, "detuning")
    harmonics[m] = 0.5j * strength * np.exp(-1j * m * real_number(phase, "phase of the drive"))
    return PhaseEquation(harmonics, diffusion, label)


def adler_drift(detuning: Any, locking: Any, diffusion: Any) -> np.ndarray:
    """The mean drift v = ⟨dφ/dt⟩ in closed form, of arrays.

    Relative errors are about 1e-12, also of the exponentially small drift inside the locking range; where it is below
    1e-308 it is 0.

    Parameters
    ----------
    detuning, locking, diffusion : array_like
        Δ, Δ_c ≥ 0 and D ≥ 0 (rates); they are broadcast.

    Returns
    -------
    ndarray
        v (rate); without noise sign(Δ)√(Δ² − Δ_c²), or 0 inside the locking range.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np
    >>> from photinus import entrainment
    >>> entrainment.adler_drift([0.1, 0.3, 0.5], 0.3, 0.02).round(6)
    array([0.      , 0.096723, 0.400466])
    """
    delta, strength, noise = _parameters(detuning, locking, diffusion)
    out = np.array([_drift(*each) for each in zip(delta.flat, strength.flat, noise.flat, strict=True)])
    return out.reshape(delta.shape)


def adler_coherence(detuning: Any, locking: Any, diffusion: Any) -> np.ndarray:
    """⟨e^{iφ}⟩ in the stationary state, by the continued fraction of its harmonics, of arrays.

    Parameters
    ----------
    detuning, locking, diffusion : array_like
        As :func:`adler_drift`.

    Returns
    -------
    ndarray of complex
        Its modulus is the phase coherence, its argument the mean phase. Without noise it is e^{iφ} of the stable phase,
        or the mean over a slipping cycle.

    Raises
    ------
    InvalidInput

    Examples
    --------
    At detuning 0 it is I_1(x)/I_0(x) of von Mises' law:

    >>> from scipy.special import iv
    >>> from photinus import entrainment
    >>> [round(float(value), 9) for value in (entrainment.adler_coherence(0.0, 0.3, 0.1).real, iv(1, 3) / iv(0, 3))]
    [0.809985294, 0.809985294]
    """
    delta, strength, noise = _parameters(detuning, locking, diffusion)
    ratios = strength / np.where(noise > 0, noise, np.inf)
    last = 64 + int(min(8 * np.sqrt(ratios.max(initial=0.0)), 2e5))
    half = 0.5 * strength
    # The tail of the fraction, as if all further n were equal: 2h/(b + √(b² + 4h²)), of modulus at most 1.
    b = last * noise - 1j * delta
    root = np.sqrt(b * b + 4 * half * half)
    below = b + np.where((b.conj() * root).real < 0, -root, root)
    found = np.divide(2 * half, below, out=np.zeros(delta.shape, dtype=complex), where=strength > 0)
    noisy = (noise > 0) & (strength > 0)
    n_delta, n_half, n_noise, value = (each[noisy] for each in (delta, half, noise, found))
    for n in range(last if noisy.any() else 0, 0, -1):
        value = n_half / (n * n_noise - 1j * n_delta + n_half * value)
    found[noisy] = value
    return found


def _parameters(*values: Any) -> tuple[np.ndarray, ...]:
    names = ("detunings", "locking strengths", "diffusions")
    arrays = [finite_numbers(value, name) for value, name in zip(values, names, strict=True)]
    for array, name in zip(arrays[1:], names[1:], strict=True):
        if (array < 0).any():
            raise InvalidInput(f"Among the {name} is {array.min():g}.", "Give numbers of at least 0.")
    try:
        return tuple(np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise InvalidInput(f"The shapes {shapes} do not fit together.", "Give arrays of one shape.") from None


def _drift(detuning: float, locking: float, noise: float) -> float:
    """The closed form v = D (1 − e^{−2πν}) / ∫₀^2π e^{−νψ} I_0(2x sin ½ψ) dψ, odd in ν."""
    slipping = np.sign(detuning) * np.sqrt(max(0.0, (abs(detuning) - locking) * (abs(detuning) + locking)))
    if noise == 0 or locking == 0 or detuning == 0:
        return float(detuning if locking == 0 else slipping)
    with np.errstate(over="ignore"):
        nu, x = abs(detuning) / noise, locking / noise
    if not nu < 1e15 or not x < 1e15:  # noise is less than rounding
        return float(slipping)
    top = 2 * np.arccos(min(1.0, nu / x))  # where the exponent −νψ + 2x sin ½ψ is largest
    reach = 2.0 ** np.arange(-2, np.ceil(np.log2(TAU * (nu + x + 1))) + 1) / (nu + x + 1)
    # Panels grow from the peak, and from both ends, where I_0 turns from 1 into the root of an exponential.
    edges = np.unique(
        np.clip(np.concatenate([top - reach, [0.0, top, TAU], top + reach, reach, TAU - reach]), 0.0, TAU)
    )
    psi, weights = panels(edges)
    wave = 2 * x * np.sin(psi / 2)
    exponent = wave - nu * psi
    peak = float(exponent.max())
    with np.errstate(under="ignore"):
        mean = float(weights @ (np.exp(exponent - peak) * i0e(wave)))
        return float(np.sign(detuning) * noise * -np.expm1(-TAU * nu) * np.exp(-peak) / mean)
