"""Locking in second order of a sinusoidal drive: m cycles of the drive for two of the oscillator, m odd.

A drive p(y, θ) = P(y)e^{−iθ} + c.c., θ̇ = ν, that has no resonance in first order moves the cycle γ(φ) to the torus
y = γ(φ) + u(φ)e^{−iθ} + c.c., whose bend is the linear response

    (ω ∂_φ − iν − DF(γ)) u = P(γ).

In second order the phase then obeys φ̇ = ω + Z·[½D²F(y₁, y₁) + Dp·y₁] with y₁ = u e^{−iθ} + c.c., of which two
parts are slow: the mean, a shift of the frequency, and the harmonic mφ − 2θ, which locks (averaging on the torus,
Sanders, Verhulst and Murdock 2007, chapter 5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from photinus.errors import NotConverged, Undefined
from photinus.numerics.memory import require_memory
from photinus.solve.classical import Flow

Force: TypeAlias = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
TAU = 2 * np.pi
UNKNOWNS = 2048
"""Values of the response that are solved for at most; of larger models the cycle is sampled more coarsely."""
RESOLVED = 1e-5
"""Share of the last harmonics of a response below which it is resolved."""
RESONANT = 1e-3
"""Detuning from a resonance in first order, as a share of the frequency, below which that one is at work."""


def second_order(
    flow: Flow, orbit: np.ndarray, gradient: np.ndarray, frequency: float, force: Force, nu: float, m: int
) -> tuple[float, complex]:
    """The shift of the frequency and the harmonic of e^{imψ}, ψ = φ ± 2νt/m, both in second order of the drive.

    Parameters
    ----------
    flow : Flow
    orbit, gradient : ndarray, shape (size, N)
        γ and Z at N equidistant phases.
    frequency : float
        ω, of either sign.
    force : callable
        Points (size, n) to P (size, n), complex, and ∂P/∂y (n, size, size).
    nu : float
        ν > 0.
    m : int
        Odd.

    Raises
    ------
    Undefined
        If the drive is resonant in first order.
    NotConverged
        If the response is not resolved.
    """
    stride = 1
    while orbit.size // stride > UNKNOWNS and orbit.shape[1] // (2 * stride) >= 32:
        stride *= 2
    y, z = orbit[:, ::stride], gradient[:, ::stride]
    p, dp = force(y)
    u = response(flow, y, p, frequency, nu)
    turned = np.einsum("nij,jn->in", dp, u), np.einsum("nij,jn->in", dp, u.conj())
    bends = np.empty((2, *y.shape), dtype=complex)
    for k in range(y.shape[1]):
        real, imaginary = np.ascontiguousarray(u[:, k].real), np.ascontiguousarray(u[:, k].imag)
        rr, ii, ri = (flow.along(y[:, k], *pair) for pair in ((real, real), (imaginary,) * 2, (real, imaginary)))
        bends[:, :, k] = 0.5 * (rr - ii) + 1j * ri, rr + ii
    twice = (z * (bends[0] + turned[0])).sum(axis=0)
    mean = (z * (bends[1] + 2 * turned[1].real)).sum(axis=0)
    waves = np.fft.fft(twice) / len(twice)
    return float(mean.real.mean()), complex(waves[m] if frequency > 0 else waves[-m].conj())


def response(flow: Flow, y: np.ndarray, p: np.ndarray, frequency: float, nu: float) -> np.ndarray:
    """The response u, (ω∂_φ − iν − DF(γ))u = P, at equidistant phases, by harmonics; shape (size, N)."""
    size, n = y.shape
    k = np.fft.fftfreq(n, 1 / n)
    nearest = nu / frequency - np.round(nu / frequency)
    if abs(nearest) < RESONANT:
        raise Undefined(
            f"The drive turns at {nu:g}, a multiple of the oscillator's {abs(frequency):g}: it acts in first order.",
            f"Ask for order=({round(abs(nu / frequency))}, 1).",
        )
    require_memory(48.0 * (size * n) ** 2, None, "The response of a limit cycle", "Couple fewer oscillators.")
    waves = np.exp(1j * TAU * np.outer(np.arange(n), k) / n)
    derivative = (waves * (1j * k * (np.abs(k) < n / 2))) @ waves.conj().T / n
    matrix = np.einsum("st,pq->psqt", np.eye(size), frequency * derivative - 1j * nu * np.eye(n))
    matrix[np.arange(n), :, np.arange(n), :] -= flow.jacobian(y)
    u = np.linalg.solve(matrix.reshape(n * size, n * size), p.T.reshape(-1)).reshape(n, size).T
    size_of = np.abs(np.fft.fft(u, axis=1))
    if size_of[:, np.abs(k) > 0.45 * n].max() > RESOLVED * size_of.max():
        raise NotConverged(
            f"The response of the limit cycle to the drive is not resolved by {n} phases.",
            "Take a cycle whose fast and slow parts differ less, or fewer oscillators.",
        )
    return np.asarray(u)
