"""One noisy phase on the circle: dφ/dt = f(φ) + √(2D) ξ(t), what is left of an oscillator near its limit cycle.

Without noise a phase rests at a stable zero of f, or slips with the mean frequency 2π/∫dφ/f. With noise it always slips
(Stratonovich1967): the mean drift is smooth in the detuning, and the phase of a locked oscillator diffuses by slips.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.linalg as la
from scipy.optimize import brentq

from photinus.entrainment.evolution import PhaseEvolution, evolved, generator
from photinus.entrainment.stationary import Stationary, slopes, stationary
from photinus.errors import InvalidInput, NotConverged, Undefined, WrongType, shown
from photinus.numerics.checks import real_number, whole_number
from photinus.phase.density import PhaseDensity, angles, sampled

TAU = 2 * np.pi
SAMPLES = 1 << 11
"""Angles beyond which a velocity is too rough to be sampled."""


@dataclass(frozen=True, eq=False)
class PhaseEquation:
    """dφ/dt = f(φ) + √(2D) ξ(t) with ⟨ξ(t)ξ(t′)⟩ = δ(t − t′), a Fokker–Planck equation on the circle.

    Made by :func:`phase_equation`, :func:`~photinus.entrainment.adler` or a
    :class:`~photinus.entrainment.PhaseReduction`.

    Attributes
    ----------
    harmonics : ndarray, shape (K + 1,)
        f_0 (real), f_1, …, f_K of f(φ) = f_0 + 2 Re Σ_k f_k e^{ikφ}, rates.
    diffusion : float
        D ≥ 0 (rate): without f, ⟨e^{iφ}⟩ ~ e^{−Dt} and the variance of φ grows like 2Dt.
    label : str
        The phase, for pictures.

    Raises
    ------
    InvalidInput
        For numbers that are not finite, a complex f_0, or a negative diffusion.
    """

    harmonics: np.ndarray
    diffusion: float = 0.0
    label: str = "φ"

    def __post_init__(self) -> None:
        try:
            harmonics = np.array(self.harmonics, dtype=complex)
        except (TypeError, ValueError):
            raise WrongType(f"The harmonics are {shown(self.harmonics)}.", "Give numbers f_0, f_1, ….") from None
        if harmonics.ndim != 1 or not len(harmonics) or not np.isfinite(harmonics).all() or harmonics[0].imag:
            raise InvalidInput(
                f"The harmonics {shown(self.harmonics)} are no list of finite numbers with a real first one.",
                "Give f_0, f_1, … of f = f_0 + 2 Re Σ f_k e^{ikφ}, or a function to phase_equation(…).",
            )
        harmonics.setflags(write=False)
        object.__setattr__(self, "harmonics", harmonics)
        object.__setattr__(self, "diffusion", real_number(self.diffusion, "diffusion of a phase", minimum=0.0))

    # --- the equation

    @property
    def detuning(self) -> float:
        """f_0, the mean of f over the circle (rate): the frequency difference, and the torque of the mean drift."""
        return float(self.harmonics[0].real)

    def velocity(self, phi: Any) -> np.ndarray:
        """The value f(φ) at phases (rad), of any shape."""
        k = np.arange(1, len(self.harmonics))
        turns = np.exp(1j * np.multiply.outer(np.asarray(phi, dtype=float), k))
        return np.asarray(self.detuning + 2 * (turns @ self.harmonics[1:]).real)[()]

    def slope(self, phi: Any) -> np.ndarray:
        """df/dφ at phases (rad)."""
        return self._derivative.velocity(phi)

    @cached_property
    def _derivative(self) -> PhaseEquation:
        return PhaseEquation(1j * np.arange(len(self.harmonics)) * self.harmonics)

    def at(self, detuning: float, *, diffusion: float | None = None) -> PhaseEquation:
        """The same equation with another mean of f, and another diffusion if one is given."""
        harmonics = self.harmonics.copy()
        harmonics[0] = real_number(detuning, "detuning")
        return PhaseEquation(harmonics, self.diffusion if diffusion is None else diffusion, self.label)

    # --- without noise

    @cached_property
    def extremes(self) -> np.ndarray:
        """Phases at which f is largest or smallest, ascending in [0, 2π); empty for a constant f."""
        points = _grid(self)
        slopes_there = np.fft.irfft(points * self._derivative.harmonics, points)
        return _zeros(self._derivative, TAU * np.arange(points + 1) / points, np.append(slopes_there, slopes_there[0]))

    @cached_property
    def locking_range(self) -> tuple[float, float]:
        """The detunings between which f has a zero: −max(f − f_0) and −min(f − f_0)."""
        if not len(self.extremes):
            return 0.0, 0.0
        waves = self.velocity(self.extremes) - self.detuning
        return 0.0 - float(waves.max()), 0.0 - float(waves.min())

    @cached_property
    def fixed_points(self) -> np.ndarray:
        """The zeros of f (rad), ascending in [0, 2π)."""
        if not len(self.extremes):
            return np.zeros(0)
        edges = np.append(self.extremes, self.extremes[0] + TAU)
        return np.sort(_zeros(self, edges, self.velocity(edges)) % TAU)

    @property
    def stable(self) -> np.ndarray:
        """The phases at which a phase without noise comes to rest, f = 0 and f′ < 0; none at the very edge."""
        return self.fixed_points[self.slope(self.fixed_points) < -self._flat]

    @property
    def _flat(self) -> float:
        """A slope that decides nothing."""
        return 1e-8 * slopes(self.harmonics)[1]

    @property
    def locked(self) -> bool:
        """Whether f has a zero, so that without noise the phase comes to rest."""
        return len(self.fixed_points) > 0

    @cached_property
    def beat_frequency(self) -> float:
        """The mean of dφ/dt without noise: 0 where it locks, else 2π/∫dφ/f; √(Δ² − Δ_c²) of an Adler equation.

        Raises
        ------
        NotConverged
            If f comes too near to 0.
        """
        if len(self.fixed_points):
            return 0.0
        order = np.flatnonzero(self.harmonics)
        if len(order) <= 2 and (not len(order) or order[-1]):
            locking = 2 * float(np.abs(self.harmonics[1:]).max(initial=0.0))
            return float(np.sign(self.detuning) * np.sqrt((self.detuning - locking) * (self.detuning + locking)))
        before, points = np.inf, 4 * _grid(self)
        while points <= 1 << 21:
            value = 1 / float((1 / self.velocity(TAU * np.arange(points) / points)).mean())
            if abs(value - before) <= 1e-13 * abs(value):
                return value
            before, points = value, 2 * points
        raise NotConverged("The velocity comes too near to 0 for its mean.", "Take a detuning farther from the edge.")

    # --- with noise

    @cached_property
    def _fold(self) -> int:
        """The largest m with f(φ + 2π/m) = f(φ)."""
        return int(np.gcd.reduce(np.flatnonzero(self.harmonics[1:]) + 1)) or 1 if len(self.harmonics) > 1 else 1

    @cached_property
    def _stationary(self) -> Stationary:
        m = self._fold
        return stationary(m * self.harmonics[::m], m * m * self.diffusion, wells=len(self.stable) // m)

    @cached_property
    def density(self) -> PhaseDensity:
        """The stationary density; von Mises' law e^{(Δ_c/D)cos φ} of an Adler equation at detuning 0.

        Raises
        ------
        Undefined
            Without noise where the phase locks, or where nothing moves it.
        NotConverged
            If the noise is too weak, see :mod:`photinus.entrainment.stationary`.
        """
        m = self._fold
        if self.diffusion == 0:
            harmonics = self._slipping_density()
        else:
            samples = self._stationary.density
            harmonics = np.fft.rfft(samples).conj() / len(samples)
        harmonics = trimmed(harmonics / harmonics[0].real)
        spread = np.zeros(m * (len(harmonics) - 1) + 1, dtype=complex)
        spread[::m] = harmonics
        points = max(256, 1 << int(np.ceil(np.log2(2 * len(spread)))))
        return PhaseDensity(angles(points), sampled(spread, points), "phase equation", self.label, spread)

    def _slipping_density(self) -> np.ndarray:
        """Harmonics of P ∝ 1/f(φ/m), without noise."""
        if len(self.fixed_points) or not self.detuning:
            raise Undefined(
                "Without noise the phase rests, and has no density.", "Take .stable, or give a diffusion above 0."
            )
        m, points = self._fold, 256
        while points <= 1 << 21:
            found = np.fft.rfft(1 / self.velocity(TAU * np.arange(points) / (m * points))).conj()
            if np.abs(found[-points // 16 :]).max() <= 1e-13 * abs(found[0]):
                return np.asarray(found)
            points *= 2
        raise NotConverged("The velocity comes too near to 0 for its density.", "Give a diffusion above 0.")

    @property
    def drift(self) -> float:
        """The drift v = ⟨dφ/dt⟩ (rate): the mean frequency of the slipping phase.

        Raises
        ------
        NotConverged
            As :attr:`density`.
        """
        return self._stationary.drift / self._fold if self.diffusion else self.beat_frequency

    @property
    def drift_error(self) -> float:
        """Estimated error of the drift (rate)."""
        return self._stationary.error / self._fold if self.diffusion else 1e-13 * abs(self.beat_frequency)

    @property
    def effective_diffusion(self) -> float:
        """D_eff: the variance of the unwrapped phase grows like 2 D_eff t, slips included (Reimann2001)."""
        return self._stationary.diffusion / self._fold**2 if self.diffusion else 0.0

    def slip_rates(self) -> SlipRates:
        """Kramers' rates at which weak noise carries a locked phase over its neighbouring maxima of U = −∫f.

        r = √(|f′(s)| f′(u)) e^{−[U(u) − U(s)]/D}/2π from the stable s over the unstable u (Kramers1940), right
        where the barriers are several D high.

        Raises
        ------
        Undefined
            If no phase is stable.
        """
        if not len(self.stable):
            raise Undefined(
                f"At the detuning {self.detuning:g} no phase is stable; the locking range is "
                f"{self.locking_range[0]:g} … {self.locking_range[1]:g}.",
                "Ask .drift, or take a detuning inside.",
            )
        stable = self.stable
        tops = np.array([u for u in self.fixed_points if self.slope(u) > self._flat])
        found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        for direction in (1, -1):
            gap = np.mod(direction * (tops[None, :] - stable[:, None]), TAU)
            nearest = tops[gap.argmin(axis=1)]
            reach = stable + direction * gap.min(axis=1)
            height = _potential(self, reach) - _potential(self, stable)
            speed = np.sqrt(-self.slope(stable) * self.slope(nearest)) / TAU
            with np.errstate(under="ignore"):
                found[direction] = (speed * np.exp(-height / self.diffusion) if self.diffusion else 0 * speed, height)
        (forward, over), (backward, under) = found[1], found[-1]
        return SlipRates(stable, forward, backward, over, under, self.diffusion)

    # --- in time

    def eigenvalues(self, count: int = 6) -> np.ndarray:
        """The slowest eigenvalues of ∂P/∂t = −∂(fP)/∂φ + D∂²P/∂φ² (rates), the 0 of the stationary state first.

        Their real parts are the rates at which a density forgets its past, their imaginary parts the frequencies.

        Raises
        ------
        Undefined
            Without noise.
        NotConverged
            If more than 512 harmonics are needed.
        """
        count = whole_number(count, "number of eigenvalues")
        self._require_noise("The spectrum")
        _, curved = slopes(self.harmonics)
        size, before = 16 + count + int(4 * np.sqrt(curved / self.diffusion)), None
        while size <= 512:
            values = la.eigvals(generator(self.harmonics, self.diffusion, size))
            found = values[np.lexsort((values.imag, -np.round(values.real / self._rate, 9)))][:count]
            if before is not None and np.abs(found - before).max() <= 1e-8 * max(self._rate, np.abs(found).max()):
                return np.asarray(found)
            before, size = found, int(1.5 * size)
        raise NotConverged(f"{count} eigenvalues need more than 512 harmonics.", "Give a stronger noise, or ask fewer.")

    def evolve(self, initial: PhaseDensity | float, times: Any) -> PhaseEvolution:
        """The density at later times.

        Parameters
        ----------
        initial : PhaseDensity or float
            The density at the first time; or the phase (rad) at time 0, and then all times must be later.
        times : sequence of float
            Ascending.

        Raises
        ------
        Undefined
            Without noise.
        InvalidInput, WrongType
        NotConverged
            If more than 512 harmonics are needed.
        """
        self._require_noise("The motion of a density")
        return evolved(self.harmonics, self.diffusion, initial, times, self.label)

    def _require_noise(self, what: str) -> None:
        if self.diffusion == 0:
            raise Undefined(
                f"{what} is asked without noise.", "Give a diffusion above 0, as .at(detuning, diffusion=…)."
            )

    @property
    def _rate(self) -> float:
        return slopes(self.harmonics)[0] + self.diffusion

    def __repr__(self) -> str:
        low, high = self.locking_range
        edges = f"locking range {low:.6g} … {high:.6g}"
        places = self.stable if len(self.stable) else self.fixed_points
        state = f"locks at {', '.join(f'{s:.4g}' for s in places[:4])}" if self.locked else "slips"
        count = len(self.harmonics) - 1
        return (
            f"Phase equation of {self.label}, {count} harmonic{'s' * (count != 1)}: detuning {self.detuning:.6g}, "
            f"{edges}, D = {self.diffusion:.6g}; without noise it {state}"
        )


@dataclass(frozen=True, eq=False)
class SlipRates:
    """Kramers' rates of phase slips.

    Attributes
    ----------
    phases : ndarray
        The stable phases (rad).
    forward, backward : ndarray
        Rates of leaving each of them upwards and downwards in φ.
    forward_barrier, backward_barrier : ndarray
        The barriers U(u) − U(s) (rates), to be compared with D.
    diffusion : float
        D.
    """

    phases: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    forward_barrier: np.ndarray
    backward_barrier: np.ndarray
    diffusion: float

    @property
    def trustworthy(self) -> bool:
        """Whether every barrier is at least 4D high; the rates are then right to a few percent."""
        return bool(min(self.forward_barrier.min(), self.backward_barrier.min()) >= 4 * self.diffusion)

    def __repr__(self) -> str:
        lines = [
            f"  from {s:.4g} rad: {up:.4g} upwards, {down:.4g} downwards"
            for s, up, down in zip(self.phases[:6], self.forward, self.backward, strict=False)
        ]
        trust = "" if self.trustworthy else " (barriers below 4D: rough)"
        return "\n".join(
            [f"Slip rates of {len(self.phases)} stable phase{'s' * (len(self.phases) != 1)}{trust}", *lines]
        )


def phase_equation(
    velocity: Callable[[np.ndarray], Any] | float, diffusion: float = 0.0, *, label: str = "φ"
) -> PhaseEquation:
    """dφ/dt = f(φ) + √(2D) ξ(t) of any periodic f.

    Parameters
    ----------
    velocity : callable or float
        f, which takes an array of phases (rad) and returns rates, with period 2π; or a constant.
    diffusion : float
        D ≥ 0 (rate).
    label : str
        The phase, for pictures.

    Returns
    -------
    PhaseEquation

    Raises
    ------
    InvalidInput
        If f has no finite real values, or is too rough (or not periodic) for 2048 samples.

    Examples
    --------
    >>> import numpy as np
    >>> from photinus import entrainment
    >>> entrainment.phase_equation(lambda phi: 0.1 - 0.3 * np.sin(phi) - 0.2 * np.sin(2 * phi), diffusion=0.05)
    Phase equation of φ, 2 harmonics: detuning 0.1, ...
    """
    if not callable(velocity):
        return PhaseEquation(np.array([real_number(velocity, "velocity of a phase")]), diffusion, label)
    points = 64
    while points <= SAMPLES:
        values = np.asarray(velocity(TAU * np.arange(points) / points))
        if values.dtype.kind not in "biuf" or values.shape not in ((), (points,)) or not np.isfinite(values).all():
            raise InvalidInput(
                f"The velocity of the phase at {points} phases is {shown(values)}, not as many real, finite numbers.",
                "Give a function of an array of phases that returns one number for each.",
            )
        values = np.broadcast_to(values, (points,))
        harmonics = np.fft.rfft(values.astype(float))[: points // 2] / points
        size = float(np.abs(harmonics).max())
        if np.abs(harmonics[-points // 8 :]).max() <= 1e-13 * size:
            return PhaseEquation(trimmed(harmonics), diffusion, label)
        points *= 2
    raise InvalidInput(
        f"The velocity of the phase is too rough for {SAMPLES} samples.", "Give a smooth function of period 2π."
    )


def trimmed(harmonics: np.ndarray) -> np.ndarray:
    """Harmonics without the last harmonics, and with 0 for those that are rounding."""
    size = float(np.abs(harmonics).max())
    kept = np.where(np.abs(harmonics) > 1e-15 * size, harmonics, 0.0)
    if len(kept) > 1 or not np.iscomplexobj(kept):
        kept[0] = kept[0].real
    last = int(np.flatnonzero(kept).max(initial=0))
    return np.asarray(kept[: last + 1])


def _potential(equation: PhaseEquation, phi: np.ndarray) -> np.ndarray:
    """U = −∫f dφ, of unwrapped phases."""
    k = np.arange(1, len(equation.harmonics))
    waves = (np.exp(1j * np.multiply.outer(phi, k)) @ (equation.harmonics[1:] / (1j * k))).real
    return np.asarray(-equation.detuning * phi - 2 * waves)


def _grid(equation: PhaseEquation) -> int:
    return 16 * max(4, len(equation.harmonics))


def _zeros(equation: PhaseEquation, edges: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Zeros of f, one for each change of sign between neighbouring phases, at which f has these values."""
    found = []
    for k in range(len(edges) - 1):
        if values[k] == 0:
            found.append(edges[k])
        elif values[k] * values[k + 1] < 0:
            found.append(
                brentq(lambda phi: float(equation.velocity(phi)), edges[k], edges[k + 1], xtol=1e-15, rtol=1e-14)
            )
    return np.array(found, dtype=float)
