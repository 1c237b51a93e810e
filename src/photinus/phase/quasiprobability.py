"""Wigner and Husimi functions of one oscillator on a grid.

Coordinates are x = (a + a†)/√2 and p = −i(a − a†)/√2, and ∫W dx dp = ∫Q dx dp = 1 (as QuTiP's default; functions
normalised to ∫ d²α are twice as large). W is the Fourier transform of ⟨x + y|ρ|x − y⟩ over y, which Hermite functions
give on one lattice of positions; the trapezoidal rule is exact to rounding for such smooth, bounded spectra.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from photinus.algebra import Oscillator
from photinus.errors import InvalidInput
from photinus.space.state import State

MARGIN = 7.0  # beyond √(2N+1) + 7 all Hermite functions ψ_0 … ψ_{N−1} are below 1e-16


def wigner(state: State, site: str, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The Wigner function W(x, p) = (1/π) ∫dy ⟨x + y|ρ|x − y⟩ e^{−2ipy}.

    Parameters
    ----------
    state : State
    site : str
        An oscillator.
    x, p : array_like
        Grid points of the two axes (dimensionless, vacuum variance ½).

    Returns
    -------
    ndarray, shape (len(p), len(x))
        It can be negative; |W| ≤ 1/π.

    Examples
    --------
    The vacuum has W(0, 0) = 1/π:

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> vacuum = ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, a)]))
    >>> round(float(ph.phase.wigner(vacuum, "a", [0.0], [0.0])[0, 0]), 12)
    0.318309886184
    """
    rho = _matrix(state, site)
    x, p = _axis(x, "x"), _axis(p, "p")
    reach = np.sqrt(2 * len(rho) + 1) + MARGIN
    occupied = np.abs(p) <= reach  # beyond, W is below 1e-16
    out = np.zeros((len(p), len(x)))
    p = p[occupied]
    fastest = np.pi / (2 * reach)  # largest step without aliasing
    steps = np.diff(x)
    if len(x) > 1 and steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-9, atol=0):
        out[occupied] = _wigner_lattice(rho, x, p, steps[0] / np.ceil(steps[0] / fastest), reach)
    else:
        for k in range(len(x)):
            out[occupied, k] = _wigner_lattice(rho, x[k : k + 1], p, fastest, reach)[:, 0]
    return out


def _wigner_lattice(rho: np.ndarray, x: np.ndarray, p: np.ndarray, step: float, reach: float) -> np.ndarray:
    """W where all x lie on one lattice x_0 + step·Z."""
    place = np.rint((x - x[0]) / step).astype(int)
    low, high = int(np.floor((-reach - x[0]) / step)), int(np.ceil((reach - x[0]) / step))
    psi = hermite_functions(x[0] + step * np.arange(low, high + 1), len(rho))
    kernel = psi.T @ rho @ psi  # ⟨u|ρ|v⟩ on the lattice
    half = (high - low) // 2
    y = np.arange(half + 1)
    plus, minus = place[:, None] + y - low, place[:, None] - y - low
    inside = (plus >= 0) & (plus < len(kernel)) & (minus >= 0) & (minus < len(kernel))
    values = np.where(inside, kernel[np.where(inside, plus, 0), np.where(inside, minus, 0)], 0)
    values[:, 1:] *= 2  # y and −y are complex conjugates
    angle = 2 * step * np.outer(p, y)
    return (step / np.pi) * (np.cos(angle) @ values.real.T + np.sin(angle) @ values.imag.T)


def hermite_functions(x: np.ndarray, count: int) -> np.ndarray:
    """ψ_0 … ψ_{count−1} at x, by a recurrence scaled against under- and overflow; shape (count, len(x))."""
    out = np.empty((count, len(x)))
    log = -(x**2) / 2 - np.log(np.pi) / 4
    before, now = np.zeros_like(x), np.ones_like(x)
    for n in range(count):
        with np.errstate(under="ignore"):
            out[n] = now * np.exp(log)
        before, now = now, np.sqrt(2 / (n + 1)) * x * now - np.sqrt(n / (n + 1)) * before
        large = np.abs(now) > 1e100
        if large.any():
            before[large] *= 1e-100
            now[large] *= 1e-100
            log = np.where(large, log + np.log(1e100), log)
    return out


def husimi(state: State, site: str, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The Husimi function Q(x, p) = ⟨α|ρ|α⟩/2π at α = (x + ip)/√2.

    Parameters
    ----------
    state : State
    site : str
        An oscillator.
    x, p : array_like
        Grid points of the two axes.

    Returns
    -------
    ndarray, shape (len(p), len(x))
        Between 0 and 1/2π.
    """
    rho = _matrix(state, site)
    x, p = _axis(x, "x"), _axis(p, "p")
    n = np.arange(len(rho))
    rows = []
    for value in p:
        alpha = (x + 1j * value) / np.sqrt(2)
        size = np.maximum(np.abs(alpha), 1e-300)
        log = np.outer(np.log(size), n) - gammaln(n + 1) / 2 - (size**2 / 2)[:, None]
        ket = np.exp(log + 1j * np.outer(np.angle(alpha), n))  # ⟨n|α⟩
        rows.append(np.einsum("im,im->i", ket.conj() @ rho, ket).real)
    return np.array(rows) / (2 * np.pi)


def _matrix(state: State, site: str) -> np.ndarray:
    reduced = state.reduced(site)
    if not isinstance(reduced.sites[0], Oscillator):
        raise InvalidInput(f"The {reduced.sites[0]!r} has no x and p.", "Name an oscillator.")
    return reduced.density_matrix()


def _axis(values: np.ndarray, name: str) -> np.ndarray:
    out = np.atleast_1d(np.asarray(values, dtype=float))
    if out.ndim != 1 or not out.size or not np.isfinite(out).all():
        raise InvalidInput(f"The grid points of {name} have the shape {out.shape}.", "Give a list of finite numbers.")
    return out
