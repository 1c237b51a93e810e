"""The stationary state of a noisy phase, dφ/dt = f(φ) + √(2D) ξ(t), in two ways that know nothing of each other.

Both give the density P, the *stretching* y = 1 + χ′ with Dχ″ + fχ′ = v − f (the phase φ + χ drifts evenly; its mean
over the circle is 1), the drift v = ⟨dφ/dt⟩ and the diffusion D_eff = D⟨y²⟩ of the unwrapped phase (Reimann2001).

* By *lags*. With the potential U = −∫f and f₀ > 0 the mean of f, every term is positive, so that the smallest drift has
  its digits:

      P ∝ ∫₀^2π dψ exp{[U(φ+ψ) − U(φ)]/D},    y ∝ ∫₀^2π dψ exp{[U(φ) − U(φ−ψ)]/D},
      v = 2πD (1 − e^{−2πf₀/D}) / ∫dφ ∫dψ exp{[U(φ+ψ) − U(φ)]/D}.

* By *modes*. The harmonics c_n = ⟨e^{inφ}⟩ obey i Σ_k f_k c_{n+k} = D n c_n, those of y the same with −D: a banded
  system, of which Adler's continued fraction is the simplest. Good for weak noise; errors are absolute, some 1e-14 |f|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la

from photinus.errors import NotConverged
from photinus.numerics.memory import require_memory

TAU = 2 * np.pi
STEEP = 2e4
"""Up to this |f|/D the integrals are taken, above it the modes."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
CHUNK = 2_000_000
"""Numbers that are held at once."""
MODES = 1 << 19
"""Harmonics beyond which a noise is too weak to be told from none."""


@dataclass(frozen=True, eq=False)
class Stationary:
    """A stationary state.

    Attributes
    ----------
    density : ndarray, shape (N,)
        P at φ = 2πj/N, j from 0 on.
    drift : float
        v.
    diffusion : float
        D_eff.
    error : float
        Estimated error of v (a rate).
    """

    density: np.ndarray
    drift: float
    diffusion: float
    error: float


def slopes(harmonics: np.ndarray) -> tuple[float, float]:
    """Bounds on |f| and |f′|."""
    k = np.arange(len(harmonics))
    size = np.abs(harmonics) * np.where(k == 0, 1.0, 2.0)
    return float(size.sum()), float((k * size).sum())


def stationary(harmonics: np.ndarray, noise: float, *, wells: int) -> Stationary:
    """The stationary state of f = f₀ + 2 Re Σ f_k e^{ikφ} at noise D > 0; ``wells`` is the number of stable points.

    Raises
    ------
    NotConverged
        If the noise is too weak for the harmonics that can be held, or for the populations of several wells.
    """
    steep, _ = slopes(harmonics)
    if steep <= STEEP * noise:
        return by_lags(harmonics, noise)
    if wells > 1:
        raise NotConverged(
            f"With {wells} stable phases and a noise of {noise / steep:.2g} of the largest |f|, the populations depend "
            "on rates that are too small for any number.",
            "Use .slip_rates(), or a diffusion of 0.",
        )
    return by_modes(harmonics, noise)


# --- lags -------------------------------------------------------------------------------------------------------------


def by_lags(harmonics: np.ndarray, noise: float) -> Stationary:
    """Positive integrals over a lag; the error is that of leaving out every second phase.

    Raises
    ------
    NotConverged
        If the integrals do not settle.
    """
    if harmonics[0].real < 0:  # φ → −φ
        mirrored = by_lags(-harmonics.conj(), noise)
        return Stationary(np.roll(mirrored.density[::-1], 1), -mirrored.drift, mirrored.diffusion, mirrored.error)
    steep, curved = (bound / noise for bound in slopes(harmonics))
    psi, weights = _lags(steep, curved)
    points = 1 << int(np.ceil(np.log2(32 + 12 * np.sqrt(curved))))
    for _ in range(4):
        phi = TAU * np.arange(points) / points
        forward, backward = (_log_integrals(harmonics / noise, phi, psi, weights, s) for s in (1, -1))
        fine, coarse = (_drift_and_diffusion(harmonics, noise, forward[::s], backward[::s]) for s in (1, 2))
        error = max(abs(fine[0] - coarse[0]), 1e-14 * abs(fine[0]))
        if error <= 1e-9 * abs(fine[0]) and abs(fine[1] - coarse[1]) <= 1e-9 * fine[1]:
            density = np.exp(forward - forward.max())
            return Stationary(density * points / (TAU * density.sum()), *fine, error)
        points *= 2
    raise NotConverged(f"The density of a phase does not settle with {points} angles.", "Use a smoother velocity.")


def _lags(steep: float, curved: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [0, 2π]: panels grow from the layers of width 1/steep at both ends."""
    inner = min(np.pi / 2, 3 / np.sqrt(curved)) if curved > 0 else np.pi / 2
    first = min(inner, 1 / steep) if steep > 0 else inner
    layer = first * 2.0 ** np.arange(int(np.ceil(np.log2(inner / first))) + 1)
    layer = np.concatenate([[0.0], layer[layer <= np.pi / 2]])
    middle = np.linspace(layer[-1], TAU - layer[-1], 1 + int(np.ceil((TAU - 2 * layer[-1]) / inner)))
    edges = np.concatenate([layer, middle[1:-1], TAU - layer[::-1]])
    return panels(edges)


def panels(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gauss's nodes and weights on panels between ascending edges."""
    half = 0.5 * np.diff(edges)
    nodes = edges[:-1, None] + half[:, None] * (1 + NODES)
    return nodes.ravel(), (half[:, None] * WEIGHTS).ravel()


def _log_integrals(ratios: np.ndarray, phi: np.ndarray, psi: np.ndarray, weights: np.ndarray, sign: int) -> np.ndarray:
    """Values of ln ∫dψ exp{∓[U(φ) − U(φ±ψ)]/D} for f_k/D."""
    k = np.arange(1, len(ratios))
    require_memory(
        80.0 * len(k) * len(psi), None, "The density of a phase", "Give fewer harmonics or a stronger noise."
    )
    steps = sign * np.expm1(sign * 1j * np.outer(k, psi)) * (2j * ratios[1:] / np.maximum(k, 1))[:, None]
    out = np.empty(len(phi))
    rows = max(1, CHUNK // len(psi))
    for start in range(0, len(phi), rows):
        part = slice(start, start + rows)
        turns = np.exp(1j * np.outer(phi[part], k))
        exponent = turns.real @ steps.real - turns.imag @ steps.imag - ratios[0].real * psi
        top = exponent.max(axis=1)
        out[part] = top + np.log(np.exp(exponent - top[:, None]) @ weights)
    return out


def _drift_and_diffusion(
    harmonics: np.ndarray, noise: float, forward: np.ndarray, backward: np.ndarray
) -> tuple[float, float]:
    """The drift v and D_eff = D (2π)² ∫GH²/(∫G)³ from ln G and ln H on an even grid."""
    total = _log_mean(forward) + np.log(TAU)
    with np.errstate(under="ignore"):
        drift = -TAU * noise * np.expm1(-TAU * harmonics[0].real / noise) * np.exp(-total)
        spread = TAU**3 * noise * np.exp(_log_mean(forward + 2 * backward) - 3 * total)
    return float(drift), float(spread)


def _log_mean(values: np.ndarray) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).mean()))


# --- modes ------------------------------------------------------------------------------------------------------------


def by_modes(harmonics: np.ndarray, noise: float) -> Stationary:
    """Banded systems for the harmonics of P and y; v follows from either, and the error is their difference.

    Raises
    ------
    NotConverged
        If more than 2¹⁹ harmonics are needed.
    """
    scale = slopes(harmonics)[0] + noise
    count = 64
    while count <= MODES:
        density, stretching = (modes(harmonics / scale, s * noise / scale, count) for s in (1, -1))
        tail = max(float(np.abs(m[: max(2, count // 16)]).max()) for m in (density, stretching))
        if tail <= 1e-12:
            break
        count *= 2
    else:
        raise NotConverged(
            f"A noise of {noise / scale:.2g} of the largest |f| needs more than {MODES} harmonics.",
            "Use a diffusion of 0, or a stronger noise.",
        )
    reach = min(len(harmonics) - 1, count)
    full = np.concatenate([harmonics[reach:0:-1].conj(), harmonics[: reach + 1]])
    drifts = [float((full * m[count - reach : count + reach + 1]).sum().real) for m in (density, stretching)]
    points = 1 << int(np.ceil(np.log2(4 * count)))
    p, y = (np.fft.hfft(m[count:], points) for m in (density, stretching))
    error = max(abs(drifts[0] - drifts[1]), 1e-15 * scale * np.sqrt(count))
    return Stationary(p / TAU, drifts[0], max(0.0, noise * float((p * y**2).mean())), error)


def modes(harmonics: np.ndarray, noise: float, count: int) -> np.ndarray:
    """c_{−count} … c_count with c_0 = 1 and i Σ_k f_k c_{n+k} = D n c_n."""
    width = min(len(harmonics) - 1, 2 * count)
    size = 2 * count + 1
    full = 1j * np.concatenate([harmonics[width:0:-1].conj(), harmonics[: width + 1]])
    require_memory(48.0 * (2 * width + 1) * size, None, "The density of a phase", "Give fewer harmonics.")
    bands = np.zeros((2 * width + 1, size), dtype=complex)
    for k in range(-width, width + 1):
        bands[width - k, max(k, 0) : size + min(k, 0)] = full[width + k]
    bands[width] -= noise * np.arange(-count, count + 1)
    for k in range(-min(width, count), min(width, count) + 1):
        bands[width - k, count + k] = float(k == 0)
    right = np.zeros(size, dtype=complex)
    right[count] = 1.0
    return np.asarray(la.solve_banded((width, width), bands, right, overwrite_ab=True, overwrite_b=True))
