"""Wigner and Husimi functions of one oscillator on a grid.

Coordinates are x = (a + a†)/√2 and p = −i(a − a†)/√2, and ∫W dx dp = ∫Q dx dp = 1 (as QuTiP's default; functions
normalised to ∫ d²α are twice as large). Both follow from the chords ⟨c + y|ρ|c − y⟩ of the density matrix in position,

    W(x, p) = (1/π) ∫dy e^{−2ipy} ⟨x + y|ρ|x − y⟩,
    Q(x, p) = π^{−3/2} ∫dy e^{−2ipy−y²} ∫dc e^{−(c−x)²} ⟨c + y|ρ|c − y⟩,

which Hermite functions give on a lattice of centres c and half chords y. A state of N levels has a bounded spectrum, so
that the trapezoidal rule in y and c and Whittaker's interpolation from c to x are exact to rounding. All of it is
products of matrices. A state without coherences needs even less: its functions are sums of products f(x) g(p).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import hankel
from scipy.special import gammaln, xlogy

from photinus.errors import InvalidInput, shown
from photinus.numerics.memory import require_memory
from photinus.phase.notions import one_site
from photinus.space.state import State

MARGIN = 7.0  # beyond √(2N+1) + 7 all Hermite functions ψ_0 … ψ_{N−1} are below 1e-16
FAR = 1e9  # there all functions of a state that fits in the memory are 0
CHORD = 6.5  # beyond, e^{−y²} is below 1e-18


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

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or no oscillator, or grid points that are no list of finite numbers.

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
    x, p = _plane(x, p)
    if _is_diagonal(rho):
        return _from_populations(np.diagonal(rho).real, _wigner_products, x, p)
    step, chords = _chords(rho)
    centres = step * (np.arange(chords.shape[1]) - chords.shape[1] // 2)
    return _from_chords(chords @ np.sinc(np.subtract.outer(centres, x) / step) * (step / np.pi), step, p)


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
        Between 0 and 1/2π, with an absolute error of rounding, about 1e-16.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or no oscillator, or grid points that are no list of finite numbers.
    """
    rho = _matrix(state, site)
    x, p = _plane(x, p)
    if _is_diagonal(rho):
        return _from_populations(np.diagonal(rho).real, _husimi_products, x, p)
    step, chords = _chords(rho, CHORD)
    centres = step * (np.arange(chords.shape[1]) - chords.shape[1] // 2)
    y = step * np.arange(len(chords))
    smooth = chords @ np.exp(-(np.subtract.outer(centres, x) ** 2)) * np.exp(-(y**2))[:, None]
    return np.maximum(_from_chords(smooth * (step**2 / np.pi**1.5), step, p), 0.0)  # rounding is no probability


def radial_profile(state: State, site: str, r: np.ndarray, *, kind: str = "wigner") -> np.ndarray:
    """W or Q averaged over the phase, at the radii r = √(x² + p²): what the populations alone give.

    Of a state without a preferred phase it is the whole function, and ∫ 2πr f(r) dr = 1.

    Parameters
    ----------
    state : State
    site : str
        An oscillator.
    r : array_like
        Radii from 0 on, in the units of x and p: √2 |α|.
    kind : str
        ``"wigner"``, W(r) = (1/π) Σ_n p_n (−1)ⁿ L_n(2r²) e^{−r²}, or
        ``"husimi"``, Q(r) = (1/2π) Σ_n p_n (r²/2)ⁿ/n! e^{−r²/2}.

    Returns
    -------
    ndarray, shape (len(r),)

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or no oscillator, another kind, or radii that are no list of finite
        numbers.

    Examples
    --------
    The limit cycle of a van der Pol oscillator is a ring of the radius √(gain/two_photon_loss):

    >>> import numpy as np
    >>> import photinus as ph
    >>> r = np.linspace(0, 8, 81)
    >>> free = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1))
    >>> float(np.round(r[np.argmax(ph.phase.radial_profile(free, "a", r))], 1)), round(10**0.5, 1)
    (3.2, 3.2)
    """
    products = {"wigner": _wigner_products, "husimi": _husimi_products}
    if not isinstance(kind, str) or kind not in products:
        raise InvalidInput(f"A radial profile of kind {kind!r} is asked for.", "Use kind='wigner' or kind='husimi'.")
    reduced = one_site(state, site, ("oscillator",), "radius")
    return _from_populations(reduced.populations(), products[kind], _near(r, "r"), np.zeros(1))[0]


def _chords(rho: np.ndarray, longest: float = np.inf) -> tuple[float, np.ndarray]:
    """The step of the lattice, and ⟨c + y|ρ|c − y⟩ for y ≥ 0 (rows) and c (columns, 0 in the middle)."""
    reach = np.sqrt(2 * len(rho) + 1) + MARGIN
    half = int(np.ceil(2 * reach**2 / np.pi))  # the largest step without aliasing is π/(2 reach)
    step = reach / half
    require_memory(
        64.0 * (2 * half + 1) ** 2, None, f"A function on phase space of {len(rho)} levels", "Take a smaller cutoff."
    )
    psi = hermite_functions(step * np.arange(-half, half + 1), len(rho))
    kernel = (psi.T @ rho.real) @ psi + 1j * ((psi.T @ rho.imag) @ psi)  # ⟨u|ρ|v⟩
    c = np.arange(len(kernel))
    y = np.arange(min(half, int(longest / step) if longest < reach else half) + 1)[:, None]
    inside = (c + y < len(kernel)) & (c - y >= 0)
    return step, np.where(inside, kernel[np.where(inside, c + y, 0), np.where(inside, c - y, 0)], 0)


def _from_chords(values: np.ndarray, step: float, p: np.ndarray) -> np.ndarray:
    """∫dy e^{−2ipy} f(y)/step by the trapezoidal rule; rows hold y ≥ 0, and f(−y) is the complex conjugate."""
    doubled = np.concatenate([values[:1], 2 * values[1:]])
    angle = 2 * step * np.outer(p, np.arange(len(values)))
    out = np.cos(angle) @ doubled.real + np.sin(angle) @ doubled.imag
    out[np.abs(p) > np.pi / (2 * step)] = 0  # there both functions are below 1e-16, and the lattice sees an alias
    return out


def _from_populations(populations: np.ndarray, products: Any, x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Σ_{kl} p_{k+l} f_k(x) f_l(p), a function of x² + p² alone."""
    levels = len(populations)
    left, right = products(p, levels), products(x, levels)
    return np.asarray(left.T @ hankel(populations) @ right)


def _wigner_products(x: np.ndarray, levels: int) -> np.ndarray:
    """f_k(x) = π^{−1/4} √(C(2k, k)/4^k) ψ_{2k}(√2 x).

    From the addition theorem L_n(2x² + 2p²) = Σ_{k+l=n} L_k^{−1/2}(2x²) L_l^{−1/2}(2p²) of the Laguerre polynomials and
    H_{2k}(z) = (−4)^k k! L_k^{−1/2}(z²). Every f_k is bounded, so that nothing cancels.
    """
    k = np.arange(levels)
    size = np.exp(gammaln(2 * k + 1) / 2 - gammaln(k + 1) - k * np.log(2)) / np.pi**0.25
    return size[:, None] * hermite_functions(np.sqrt(2) * x, 2 * levels - 1)[::2]


def _husimi_products(x: np.ndarray, levels: int) -> np.ndarray:
    """f_k(x) = (2π)^{−1/2} (x²/2)^k/k! e^{−x²/2}: the Poisson law of a sum is the convolution of two."""
    k = np.arange(levels)[:, None]
    return np.exp(xlogy(k, x**2 / 2) - x**2 / 2 - gammaln(k + 1)) / np.sqrt(2 * np.pi)


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


def checked_axis(values: Any, name: str) -> np.ndarray:
    """Grid points as a list of finite real numbers, or :class:`InvalidInput`."""
    remedy = "Give a list of finite real numbers."
    try:
        out = np.atleast_1d(np.asarray(values))
    except ValueError:  # lists of different lengths
        out = np.zeros((0, 0))
    if out.dtype.kind not in "iuf" or out.ndim != 1 or not out.size:
        raise InvalidInput(f"The grid points of {name} are {shown(values)}.", remedy)
    if not np.isfinite(out).all():
        place = int(np.flatnonzero(~np.isfinite(out))[0])
        raise InvalidInput(f"The grid point {place} of {name} is {out[place]}.", remedy)
    return out.astype(float)


def _near(values: Any, name: str) -> np.ndarray:
    """Coordinates that are checked; where they are so large that all functions vanish, the border of this range."""
    return np.clip(checked_axis(values, name), -FAR, FAR)


def _plane(x: Any, p: Any) -> tuple[np.ndarray, np.ndarray]:
    """The two axes of a grid, checked, few enough points for the memory."""
    x, p = _near(x, "x"), _near(p, "p")
    require_memory(32.0 * len(x) * len(p), None, f"A grid of {len(x)} × {len(p)} points", "Give fewer points.")
    return x, p


def _matrix(state: State, site: str) -> np.ndarray:
    return one_site(state, site, ("oscillator",), "x and p").density_matrix()


def _is_diagonal(rho: np.ndarray) -> bool:
    return np.count_nonzero(rho) == np.count_nonzero(np.diagonal(rho))
