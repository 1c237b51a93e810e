"""Correlation functions of a bath, by closed forms and by quadrature, and the exact dephasing that they cause.

    ⟨B(t)B†⟩ = ∫J(ω)(n̄(ω) + 1) e^{−iωt} dω,    ⟨B†(t)B⟩ = ∫J(ω) n̄(ω) e^{iωt} dω,    n̄ = 1/(e^{ω/T} − 1).

A Hermitian coupling sees their sum, ∫J [coth(ω/2T) cos ωt − i sin ωt].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import inf, pi
from typing import TYPE_CHECKING

import numpy as np
from scipy.integrate import quad
from scipy.special import exp1, expi

from photinus.errors import InvalidInput
from photinus.memory.densities import DrudeLorentz, Exponents, Lorentzians, Ohmic, SpectralDensity, log_grid
from photinus.memory.environment import Environment, require_environment
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import finite_numbers
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, slots=True, eq=False)
class BathCorrelation:
    """Correlation functions of a bath.

    Attributes
    ----------
    times : ndarray, shape (T,)
        t ≥ 0.
    emission, absorption : ndarray, shape (T,)
        ⟨B(t)B†⟩ and ⟨B†(t)B⟩, squared rates.
    error : float
        Estimate of the largest absolute error.
    """

    times: np.ndarray
    emission: np.ndarray
    absorption: np.ndarray
    error: float

    def __post_init__(self) -> None:
        for array in (self.times, self.emission, self.absorption):
            read_only(array)

    @property
    def symmetric(self) -> np.ndarray:
        """⟨(B + B†)(t)(B + B†)⟩, what a Hermitian coupling sees."""
        return read_only(self.emission + self.absorption)

    def to_xarray(self) -> xarray.Dataset:
        """Both functions over ``time``."""
        import xarray as xr

        values = {name: ("time", np.array(getattr(self, name))) for name in ("emission", "absorption", "symmetric")}
        return xr.Dataset(values, {"time": np.array(self.times)}, {"error": self.error})

    def __repr__(self) -> str:
        first = f"C({self.times[0]:g}) = {self.symmetric[0]:.6g}"
        return f"BathCorrelation at {len(self.times)} times; {first}; error {self.error:.1e}"


def bath_correlation(environment: Environment, times: Iterable[float]) -> BathCorrelation:
    """The correlation functions of a bath at given times.

    Parameters
    ----------
    environment : Environment
    times : sequence of float, shape (T,)
        t ≥ 0; above 0 for a Drude-Lorentz bath, whose C(0) diverges.

    Returns
    -------
    BathCorrelation
        With the error that the quadrature estimates; closed forms (sums of Lorentzians, Ohmic with an exponential
        cutoff) have that of rounding.

    Raises
    ------
    InvalidInput
        For negative times, and t = 0 where C(0) diverges.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Ohmic(0.2, cutoff=5.0), s.z)
    >>> ph.memory.bath_correlation(bath, [0.0, 1.0])
    BathCorrelation at 2 times; C(0) = 5+0j; error ...
    """
    require_environment(environment)
    grid = finite_numbers(list(times), "times").reshape(-1)
    if not len(grid) or grid.min() < 0:
        raise InvalidInput("The times of a correlation function are none, or negative.", "Give times t ≥ 0.")
    density, temperature = environment.density, environment.temperature
    sums = density.exponents(temperature)
    if sums is not None:
        emission, absorption = (summed(part, grid) for part in sums)
        scale = float(np.abs(emission).max())
    elif isinstance(density, Ohmic) and density.form == "exponential":
        emission, absorption = density.closed_form(grid, temperature)
        scale = float(np.abs(emission).max())
    else:
        emission, absorption, error = _by_quadrature(density, temperature, grid)
        return BathCorrelation(grid, emission, absorption, error)
    return BathCorrelation(grid, emission, absorption, 1e-14 * scale)


def summed(exponents: Exponents, times: np.ndarray) -> np.ndarray:
    """Σ w e^{−νt}."""
    return sum((w * np.exp(-nu * times) for w, nu in exponents), np.zeros(len(times), dtype=complex))


def thermal(frequency: np.ndarray, temperature: float) -> np.ndarray:
    """n̄(ω) = 1/(e^{ω/T} − 1), 0 at T = 0; infinite at ω = 0."""
    if temperature == 0:
        return np.zeros_like(np.asarray(frequency, dtype=float))
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / np.expm1(np.asarray(frequency, dtype=float) / temperature)


def weight_functions(
    density: SpectralDensity, temperature: float
) -> tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]:
    """J(n̄ + 1) and J n̄ as functions of the frequency."""

    def absorption(frequency: np.ndarray) -> np.ndarray:
        x = np.asarray(frequency, dtype=float)
        if temperature == 0:
            return density.occupation * density(x)
        safe = np.maximum(x, 1e-200 * temperature)  # J(0) = 0 there: the limit of J n̄
        return density(safe) * thermal(safe, temperature) * (x >= 0)

    def emission(frequency: np.ndarray) -> np.ndarray:
        return density(frequency) + absorption(frequency)

    if isinstance(density, Lorentzians):
        parts = [weight_functions(part, temperature) for part in density.parts]
        return (
            lambda x: np.sum([part[0](x) for part in parts], axis=0),
            lambda x: np.sum([part[1](x) for part in parts], axis=0),
        )
    return emission, absorption


def spectrum(environment: Environment, frequency: np.ndarray, *, hermitian: bool) -> tuple[np.ndarray, np.ndarray]:
    """2πJ(n̄ + 1) and 2πJ n̄ at ω; for a Hermitian coupling the rate at ω of either sign, and 0."""
    emission, absorption = weight_functions(environment.density, environment.temperature)
    x = np.asarray(frequency, dtype=float)
    if not hermitian:
        return 2 * pi * emission(x), 2 * pi * absorption(x)
    one_sided = environment.density.support[0] >= 0
    up = emission(np.abs(x)) if one_sided else emission(x)
    down = absorption(np.abs(x)) if one_sided else absorption(-x)
    return 2 * pi * (np.where(x >= 0, up, down) if one_sided else up + down), np.zeros_like(x)


def _by_quadrature(
    density: SpectralDensity, temperature: float, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """The part of the vacuum and the thermal part, each by itself: the tail of J is in the first alone."""
    if density.poles:
        vacuum, first = rational_vacuum(density, times), 0.0
        first = 1e-13 * float(np.abs(vacuum).max())
    else:
        vacuum, first = _fourier(density, density, times)
    if temperature == 0 and density.occupation == 0:
        return vacuum, np.zeros_like(vacuum), first
    hot, second = _fourier(weight_functions(density, temperature)[1], density, times)
    return vacuum + hot, hot.conj(), first + 2 * second


def rational_vacuum(density: SpectralDensity, times: np.ndarray) -> np.ndarray:
    """∫_0^∞ J e^{−iωt} dω of J = Σ r/(ω − p), the path turned to ω = −iy: Σ r e^{−ipt} E₁(−ipt), and poles between."""
    if times.min() == 0 and isinstance(density, DrudeLorentz):
        raise InvalidInput("The correlation function of a Drude-Lorentz bath diverges at t = 0.", "Give times above 0.")
    out = np.zeros(len(times), dtype=complex)
    positive = times > 0
    t = times[positive]
    for p, r in density.poles:
        on_path = abs(p.real) <= 1e-12 * abs(p) and p.imag < 0  # half of its residue, and the principal value
        out[positive] += r * _scaled_e1(-1j * p * t, principal=on_path)
        if on_path or (p.real > 0 and p.imag < 0):
            out[positive] -= (0.5 if on_path else 1.0) * 2j * pi * r * np.exp(-1j * p * t)
    if not positive.all():
        out[~positive] = -sum(r * np.log(-p + 0j) for p, r in density.poles)
    return out


def _scaled_e1(z: np.ndarray, *, principal: bool) -> np.ndarray:
    """e^z E₁(z); on the negative axis the principal value."""
    near = np.abs(z) < 35
    out = np.empty_like(z)
    small = z[near]
    out[near] = np.exp(small) * (-expi(-small.real) if principal else exp1(small))
    term = 1 / z[~near]
    total = np.zeros_like(term)
    for k in range(1, 30):
        total, term = total + term, -term * k / z[~near]
    out[~near] = total
    return out


def extent(function: Callable[[np.ndarray], np.ndarray], density: SpectralDensity) -> tuple[np.ndarray, float]:
    """Break points that cover all but 1e-13 of a weight, and its median frequency."""
    grid = log_grid(density)
    values = function(grid)
    flux = values * np.abs(grid)
    kept = np.flatnonzero(flux > 1e-13 * flux.max(initial=0.0))
    if not len(kept):
        return np.zeros(2), 0.0
    low, high = density.support
    left = low if np.isfinite(low) else grid[kept[0]]
    right = high if kept[-1] == len(grid) - 1 and np.isfinite(high) else grid[min(kept[-1] + 1, len(grid) - 1)]
    area = np.cumsum(flux / flux.sum())
    quantiles = grid[np.searchsorted(area, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])]
    points = [left, *(mark for mark in density.marks if left < mark < right), *quantiles, right]
    if right > 4 * quantiles[-1] > 0:  # tails by factors of two
        points += np.geomspace(quantiles[-1], right, int(np.log2(right / quantiles[-1])) + 1).tolist()
    if left < 4 * quantiles[0] < 0:
        points += (-np.geomspace(-quantiles[0], -left, int(np.log2(left / quantiles[0])) + 1)).tolist()
    return np.unique(np.clip(points, left, right)), float(abs(quantiles[3]))


def _fourier(
    function: Callable[[np.ndarray], np.ndarray], density: SpectralDensity, times: np.ndarray
) -> tuple[np.ndarray, float]:
    """∫f(ω)e^{−iωt}dω and an estimate of its error."""
    points, median = extent(function, density)
    if points[-1] == points[0]:
        return np.zeros(len(times), dtype=complex), 0.0
    if function is density and points[-1] > 300 * median and density.support == (0.0, inf):
        return _slow_fourier(density, median, times)
    coarse, fine = (_panels(function, _cells(points, float(times.max()), parts), times) for parts in (1, 2))
    return fine, float(np.abs(fine - coarse).max()) + 1e-15 * float(np.abs(fine).max())


NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


def _cells(points: np.ndarray, longest: float, parts: int) -> np.ndarray:
    """Edges of panels: graded towards the first point, where J n̄ may be singular, and at most 8/t wide."""
    width = points[1] - points[0]
    edges = np.concatenate([points[:1], points[0] + width * 2.0 ** -np.arange(110.0, 0.0, -1.0), points[1:]])
    counts = np.maximum(1, np.ceil(np.diff(edges) * longest / 8).astype(int)) * parts
    require_memory(64.0 * 16 * counts.sum(), None, "A quadrature over the bath's frequencies", "Ask for shorter times.")
    pieces = [np.linspace(a, b, n, endpoint=False) for (a, b), n in zip(pairwise(edges), counts, strict=True)]
    return np.concatenate([*pieces, edges[-1:]])


def gauss_nodes(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss' rule on each panel."""
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half + half * NODES).ravel(), (half * WEIGHTS).ravel()


def _panels(function: Callable[[np.ndarray], np.ndarray], edges: np.ndarray, times: np.ndarray) -> np.ndarray:
    """∫f(ω)e^{−iωt}dω by Gauss' rule on each panel; equal steps of time share their phase factors."""
    x, weights = gauss_nodes(edges)
    phases = weights * function(x) + 0j
    kept = phases != 0
    x, phases = x[kept], phases[kept]
    order = np.argsort(times)
    out = np.empty(len(times), dtype=complex)
    now, known, factor = 0.0, float("nan"), np.ones(0)
    for k in order:
        step = float(times[k]) - now
        if abs(step - known) > 1e-13 * float(times[k]) or known != known:
            known, factor = step, np.exp(-1j * x * step)
        phases *= factor
        out[k], now = phases.sum(), float(times[k])
    return out


def _slow_fourier(density: SpectralDensity, median: float, times: np.ndarray) -> tuple[np.ndarray, float]:
    """The same for a J with an algebraic tail, one time after the other, by Fourier quadrature."""
    out = np.zeros(len(times), dtype=complex)
    worst, edge = 0.0, 20 * median

    def scalar(x: float) -> float:
        return float(density(np.asarray(x)))

    for k, t in enumerate(times.tolist()):
        if t == 0:
            parts = [quad(scalar, 0, edge, limit=500, full_output=1), quad(scalar, edge, inf, limit=500, full_output=1)]
            out[k] = sum(part[0] for part in parts)
            worst = max(worst, sum(part[1] for part in parts))
            continue
        for weight, unit in (("cos", 1.0), ("sin", -1j)):
            near = quad(scalar, 0, edge, weight=weight, wvar=t, limit=500, full_output=1)
            far = quad(scalar, edge, inf, weight=weight, wvar=t, limlst=200, full_output=1)
            out[k] += unit * (near[0] + far[0])
            worst = max(worst, near[1] + far[1])
    return out, worst


def dephasing(environment: Environment, times: Iterable[float], *, difference: float = 1.0) -> np.ndarray:
    """Γ(t) of a pure dephasing, |ρ_01(t)| = |ρ_01(0)| e^{−Γ(t)}, exactly.

    For [H, Q] = 0 and a Hermitian coupling Q(B + B†), Γ = (q₀ − q₁)² ∫J coth(ω/2T) (1 − cos ωt)/ω² dω.

    Parameters
    ----------
    environment : Environment
        Its density and temperature are used.
    times : sequence of float, shape (T,)
        t ≥ 0.
    difference : float
        q₀ − q₁, the difference of the two eigenvalues of Q: 1 for Q = s.z of a spin ½.

    Returns
    -------
    ndarray, shape (T,)
        Γ(t) ≥ 0, to about 1e-9 of its size.

    References
    ----------
    Leggett1987.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Ohmic(0.2, cutoff=5.0), s.z, temperature=0.5)
    >>> ph.memory.dephasing(bath, [2.0]).round(8)
    array([0.6971982])
    """
    require_environment(environment)
    grid = finite_numbers(list(times), "times").reshape(-1)
    density = environment.density
    absorption = weight_functions(density, environment.temperature)[1]
    if density.support[0] < 0:
        raise InvalidInput(
            "A dephasing is asked for of a density with negative frequencies.",
            "Use Underdamped(…), or with_pseudomodes(…) and ph.evolve.",
        )
    top = density.support[1]
    out = [_dephasing_exponent(density, absorption, top, t) for t in np.abs(grid).tolist()]
    return read_only(difference**2 * np.array(out))


def _dephasing_exponent(
    density: SpectralDensity, absorption: Callable[[np.ndarray], np.ndarray], top: float, t: float
) -> float:
    """∫(J + 2J n̄)(1 − cos ωt)/ω² dω: on panels that resolve the wave up to an edge, by its average beyond."""
    if t == 0:
        return 0.0
    total = 0.0
    for function, scale in ((density, 1.0), (absorption, 2.0)):
        points, _ = extent(function, density)
        if points[-1] == points[0]:
            continue
        edge = min(max(2000 / t, min(float(points[-1]), 2e5 / t)), top)
        inside = points[points < edge]
        x, weights = gauss_nodes(_cells(np.append(inside, edge), t, 1))
        total += scale * float((weights * function(x) * 2 * np.sin(x * t / 2) ** 2) @ (1 / x**2))
        far = min(top, 1e4 * max(edge, float(points[-1])))
        if far > edge:
            beyond = np.unique(np.concatenate([np.geomspace(edge, far, 120), points[points > edge]]))
            x, weights = gauss_nodes(beyond[beyond <= far])
            total += scale * float((weights * function(x)) @ (1 / x**2))
            total += scale * float(function(np.asarray(edge))) / edge**2 * np.sin(edge * t) / t
    return total
