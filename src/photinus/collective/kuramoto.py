"""Kuramoto's model with noise: what many oscillators do whose amplitudes are fixed, the classical anchor.

    dθ_i = (ω_i + K r sin(ψ − θ_i)) dt + √(2D) dW_i,     r e^{iψ} = (1/N) Σ_j e^{iθ_j}.

In the limit of many oscillators r is constant, and every phase moves by itself in a tilted washboard of the height
A = Kr. Its stationary moments z_n = ⟨e^{in(θ−ψ)}⟩ obey (nD − iω)z_n = ½A(z_{n−1} − z_{n+1}), a continued fraction; r is
found from r = ∫g(ω) Re z₁(ω, Kr) dω (Sakaguchi 1988; Kuramoto 1984 for D = 0). Small r exist above
K_c = 2/∫g(ω) D/(D² + ω²) dω, which is 2D for equal frequencies and 2/πg(0) without noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import inf, isinf, pi
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ive

from photinus.collective.frequencies import Frequencies, Identical, Lorentzian
from photinus.errors import InvalidInput, Undefined, WrongType, shown
from photinus.model.graphs import read_weights
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.memory import require_memory
from photinus.numerics.rng import Streams
from photinus.solve.arguments import ascending_times, finite_numbers

if TYPE_CHECKING:
    import xarray

NODES, DEPTH = 40, 20_000
"""Points of Gauss's rule on an interval, and terms of the continued fraction, at most."""
STEP = 0.05
"""Longest step in units of 1/(K + D): its errors are of the second order."""


@dataclass(frozen=True)
class Kuramoto:
    """Kuramoto's model of phases with noise, all coupled to all.

    Parameters
    ----------
    coupling : float
        K ≥ 0 (rate).
    noise : float
        D ≥ 0 (rate), the phase diffusion of a free oscillator, ⟨e^{iθ}⟩ ~ e^{−Dt}.
    frequencies : distribution
        ``Identical()``, ``Lorentzian(width)``, ``Gaussian(width)``, ``Density(function, half_range)``.

    Raises
    ------
    InvalidInput, WrongType

    References
    ----------
    Kuramoto1984, Sakaguchi1988.

    Examples
    --------
    >>> from photinus.collective import Gaussian, Kuramoto
    >>> Kuramoto(coupling=2.0, noise=0.5)
    Kuramoto: K = 2, D = 0.5, Identical(center=0.0); K_c = 1, order parameter 0.831462
    >>> round(Kuramoto(coupling=2.5, frequencies=Gaussian(1.0)).order, 6)
    0.86972
    """

    coupling: float
    noise: float = 0.0
    frequencies: Frequencies = Identical()

    def __post_init__(self) -> None:
        real_number(self.coupling, "coupling", minimum=0.0)
        real_number(self.noise, "noise", minimum=0.0)
        if not hasattr(self.frequencies, "quantiles"):
            raise WrongType(
                f"The frequencies are {shown(self.frequencies)}.",
                "Give Identical(), Lorentzian(width), Gaussian(width) or Density(function, half_range).",
            )

    @property
    def critical_coupling(self) -> float:
        """K_c (rate), above which the incoherent state is unstable; 0 for equal frequencies without noise.

        Examples
        --------
        >>> from photinus.collective import Gaussian, Kuramoto, Lorentzian
        >>> Kuramoto(1.0, noise=0.5, frequencies=Lorentzian(0.2)).critical_coupling         # 2(D + γ)
        1.4
        >>> round(Kuramoto(1.0, frequencies=Gaussian(1.0)).critical_coupling, 6)            # 2σ√(2/π)
        1.595769
        """
        d, g = self.noise, self.frequencies
        if g.width == 0:
            return 2 * d
        if isinstance(g, Lorentzian):
            return 2 * (d + g.width)
        if d == 0:
            at_center = g.density(0.0)
            return 2 / (pi * at_center) if at_center > 0 else inf
        return 2 / _mean(g, lambda x: d / (d * d + x * x), d)

    @property
    def order(self) -> float:
        """The stationary r of infinitely many oscillators, from 0 to 1: the largest solution."""
        k, d, g = self.coupling, self.noise, self.frequencies
        if g.width == 0 and d == 0:
            return 1.0 if k > 0 else 0.0
        if k == 0:
            return 0.0
        if isinstance(g, Lorentzian) and d == 0:
            return max(0.0, 1 - 2 * g.width / k) ** 0.5

        def surplus(r: float) -> float:
            return self.response(k * r) - r

        grid = np.concatenate([np.linspace(1.0, 0.05, 20), 10.0 ** np.arange(-2.0, -5.5, -1.0)])
        values = [surplus(float(grid[0]))]
        for upper, lower in pairwise(grid):
            values.append(surplus(float(lower)))
            if values[-1] > 0 >= values[-2]:
                return float(brentq(surplus, lower, upper, xtol=1e-15, rtol=1e-13))
        return 0.0

    def response(self, field: float) -> float:
        """⟨cos(θ − ψ)⟩ of oscillators in a given field A (rate), averaged over the frequencies.

        Examples
        --------
        Equal frequencies: I₁(A/D)/I₀(A/D), von Mises' law.

        >>> from photinus.collective import Kuramoto
        >>> round(Kuramoto(1.0, noise=0.5).response(1.0), 9)
        0.697774658
        """
        a, d, g = real_number(field, "field", minimum=0.0), self.noise, self.frequencies
        if a == 0:
            return 0.0
        if d == 0:
            if g.width == 0:
                return 1.0
            edge = min(1.0, g.half_range / a)
            return float(
                a * quad(lambda t: np.cos(t) ** 2 * g.density(a * np.sin(t)), 0, np.arcsin(edge), limit=200)[0] * 2
            )
        if g.width == 0:
            return float(ive(1, a / d) / ive(0, a / d)) if a < 1e6 * d else 1 - d / (2 * a)
        return _mean(g, lambda x: first_moment(x, a, d).real, a, d)

    def subcritical_order(self, count: int) -> float:
        """√⟨r²⟩ of N oscillators of equal frequency below threshold, 1/√(N(1 − K/K_c)), to leading order in 1/N.

        Raises
        ------
        Undefined
            Above threshold, without noise, and for frequencies that differ.
        """
        count = whole_number(count, "number of oscillators")
        if self.frequencies.width or self.coupling >= self.critical_coupling:
            raise Undefined(
                f"Fluctuations by this law need equal frequencies and K below K_c = {self.critical_coupling:g}.",
                "Simulate the model with simulate(…).",
            )
        return float((count * (1 - self.coupling / self.critical_coupling)) ** -0.5)

    def simulate(
        self,
        count: int,
        times: Iterable[float],
        *,
        runs: int = 16,
        seed: int = 0,
        step: float | None = None,
        graph: Any = None,
        start: np.ndarray | None = None,
        random: bool = False,
    ) -> KuramotoRun:
        """Many runs of N oscillators, at a cost proportional to N (or to the edges of a graph).

        Parameters
        ----------
        count : int
            N.
        times : sequence of float, shape (T,)
            Ascending; the first is that of the start.
        runs, seed : int
            Number of runs with noises (and starts) of their own; run k of a seed is always the same.
        step : float, optional
            Longest step, by default 0.05/(K + D).
        graph : matrix, optional
            Real weights w_ij, dense or sparse, (N, N), with zeros on the diagonal: then K r sin(ψ − θ_i) is
            K Σ_j w_ij sin(θ_j − θ_i).
        start : ndarray, shape (N,) or (runs, N), optional
            Phases (rad); by default random ones.
        random : bool
            Whether the frequencies are drawn at random; by default they are quantiles, the same for all runs.

        Returns
        -------
        KuramotoRun
        """
        count, runs = whole_number(count, "number of oscillators"), whole_number(runs, "number of runs")
        grid = ascending_times(times)
        require_memory(200.0 * count * runs, None, "The phases of all runs", "Take fewer runs or oscillators.")
        longest = STEP / max(self.coupling + self.noise, 1e-300) if step is None else real_number(step, "step")
        if longest <= 0:
            raise InvalidInput(f"The step is {longest:g}.", "Give a positive time.")
        streams = Streams(whole_number(seed, "seed", minimum=0), 0, runs)
        if random:
            shares = np.stack([streams.uniforms(np.arange(runs)) for _ in range(count)], axis=1)
        else:
            shares = np.broadcast_to((np.arange(count) + 0.5) / count, (runs, count))
        omega = self.frequencies.quantiles(shares)
        theta = _start(start, runs, count, streams)
        drift = partial(_pull, self.coupling, _graph(graph, count))
        order = np.empty((runs, len(grid)), dtype=complex)
        order[:, 0] = order_parameter(theta)
        for k, interval in enumerate(np.diff(grid)):
            steps = max(1, int(np.ceil(interval / longest * (1 - 1e-12))))
            h = interval / steps
            for _ in range(steps):
                noise = (2 * self.noise * h) ** 0.5 * streams.normals(count) if self.noise else 0.0
                theta = theta + 0.5 * h * omega
                slope = drift(theta)
                moved = theta + h * slope + noise
                theta = theta + 0.5 * h * (slope + drift(moved)) + noise + 0.5 * h * omega
            order[:, k + 1] = order_parameter(theta)
        return KuramotoRun(self, grid, order, theta, omega)

    def __repr__(self) -> str:
        return (
            f"Kuramoto: K = {self.coupling:g}, D = {self.noise:g}, {self.frequencies!r}; "
            f"K_c = {self.critical_coupling:.6g}, order parameter {self.order:.6g}"
        )


@dataclass(frozen=True, eq=False)
class KuramotoRun:
    """Simulated phases.

    Attributes
    ----------
    model : Kuramoto
    times : ndarray, shape (T,)
    order : ndarray of complex, shape (runs, T)
        r e^{iψ} of each run.
    phases, frequencies : ndarray, shape (runs, N)
        θ at the last time (rad, not wrapped), and ω.
    """

    model: Kuramoto
    times: np.ndarray
    order: np.ndarray
    phases: np.ndarray
    frequencies: np.ndarray

    def __post_init__(self) -> None:
        for array in (self.times, self.order, self.phases, self.frequencies):
            array.setflags(write=False)

    def mean(self, after: float = 0.0) -> tuple[float, float]:
        """The mean of r over the times from ``after`` on and over the runs, and its standard error between runs.

        The error is NaN for a single run.
        """
        return self._over_runs(np.abs(self.order), after)

    def mean_square(self, after: float = 0.0) -> tuple[float, float]:
        """The mean of r² and its standard error, as :meth:`mean`."""
        return self._over_runs(np.abs(self.order) ** 2, after)

    def _over_runs(self, values: np.ndarray, after: float) -> tuple[float, float]:
        late = self.times >= real_number(after, "time")
        if not late.any():
            raise InvalidInput(f"No time is at or after {after:g}.", f"The last one is {self.times[-1]:g}.")
        each = values[:, late].mean(axis=1)
        error = float(each.std(ddof=1) / len(each) ** 0.5) if len(each) > 1 else float("nan")
        return float(each.mean()), error

    def to_xarray(self) -> xarray.Dataset:
        """The order parameter as a table over ``run`` and ``time``."""
        import xarray as xr

        return xr.Dataset({"order": (("run", "time"), self.order)}, {"time": self.times})

    def __repr__(self) -> str:
        runs, count = self.phases.shape
        value, error = self.mean(float(self.times[-1]))
        return (
            f"Kuramoto run: {runs} runs of {count} oscillators, {len(self.times)} times from {self.times[0]:g} to "
            f"{self.times[-1]:g}; at the end r = {value:.4f} ± {error:.1g}"
        )


def order_parameter(phases: np.ndarray) -> np.ndarray:
    """R e^{iψ} = (1/N) Σ e^{iθ_j} over the last axis of phases (rad), complex.

    Examples
    --------
    >>> import numpy as np
    >>> from photinus.collective import order_parameter
    >>> abs(order_parameter(np.array([0.3, 0.3, 0.3]))).round(12)
    np.float64(1.0)
    """
    phases = finite_numbers(phases, "phases")
    if phases.ndim == 0 or phases.shape[-1] == 0:
        raise Undefined("There are no phases.", "Give at least one.")
    return np.asarray(np.exp(1j * phases).mean(axis=-1))


def first_moment(frequency: Any, field: float, noise: float) -> np.ndarray:
    """z₁ = ⟨e^{iθ}⟩ of dθ = (ω − A sin θ)dt + √(2D)dW, by the continued fraction; D > 0, any array of ω.

    Examples
    --------
    >>> from photinus.collective.kuramoto import first_moment
    >>> round(float(first_moment(0.0, 1.0, 0.5).real), 9)                            # I₁(2)/I₀(2)
    0.697774658
    """
    half, turning = 0.5 * field / noise, 1j * np.asarray(frequency, dtype=float) / noise
    depth = int(min(24 + 4 * half, DEPTH))
    end = depth + 1 - turning  # far down the ratios hardly change: ρ = ½A/(nD − iω + ½Aρ)
    ratio = 2 * half / (end + np.sqrt(end * end + 4 * half * half))
    for n in range(depth, 0, -1):
        ratio = half / (n - turning + half * ratio)
    return np.asarray(ratio)


def _mean(g: Frequencies, f: Callable[[np.ndarray], np.ndarray], *scales: float) -> float:
    """∫ g(x) f(x) dx of an even f that varies on these scales: Gauss's rule on intervals that grow with x."""
    unit = max(*scales, g.width)
    marks = {0.0, *(c * w / unit for c in (0.1, 0.3, 1.0, 3.0, 10.0) for w in (*scales, g.width))}
    top = g.half_range / unit
    edges = [m for m in sorted(marks) if m < top]
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    points, shares = [], []
    for low, high in pairwise([*edges, top]):
        if isinf(high):  # x = low/t
            t = 0.5 * (1 + nodes)
            points.append(low / t)
            shares.append(0.5 * weights * low / t**2)
        else:
            points.append(0.5 * (high + low) + 0.5 * (high - low) * nodes)
            shares.append(0.5 * (high - low) * weights)
    x, share = unit * np.concatenate(points), unit * np.concatenate(shares)
    density = np.array([g.density(float(v)) for v in x])
    return 2 * float(share @ (density * f(x)))


def _graph(graph: Any, count: int) -> sp.csr_array | None:
    if graph is None:
        return None
    try:
        matrix = graph if sp.issparse(graph) else np.asarray(graph)
    except ValueError:  # rows of different lengths
        raise WrongType(f"The weights are {shown(graph)}.", "Give an (N, N) matrix.") from None
    if matrix.shape != (count, count):
        raise InvalidInput(
            f"The weights have the shape {matrix.shape}, for {count} oscillators.", "Give an (N, N) matrix."
        )
    weights = read_weights(matrix, directed=True)
    if np.iscomplexobj(weights):
        raise InvalidInput("The weights are complex.", "Give real numbers.")
    return weights


def _start(start: np.ndarray | None, runs: int, count: int, streams: Streams) -> np.ndarray:
    if start is None:
        return 2 * pi * _uniform(streams, count)
    phases = finite_numbers(start, "phases of the start")
    if phases.shape not in ((count,), (runs, count)):
        raise InvalidInput(
            f"The start has the shape {phases.shape}.", f"Give phases of shape ({count},) or ({runs}, {count})."
        )
    return np.array(np.broadcast_to(phases, (runs, count)))


def _uniform(streams: Streams, count: int) -> np.ndarray:
    """Uniform numbers from pairs of normal ones: the angle of a circular Gaussian."""
    pairs = streams.normals(2 * count)
    return np.asarray(np.arctan2(pairs[:, ::2], pairs[:, 1::2]) / (2 * pi))


def _pull(coupling: float, graph: sp.csr_array | None, theta: np.ndarray) -> np.ndarray:
    """The coupling's part of the drift, phases (runs, N)."""
    turned = np.exp(1j * theta)
    field = turned.mean(axis=1, keepdims=True) if graph is None else (graph @ turned.T).T
    return np.asarray(coupling * (field * turned.conj()).imag)
