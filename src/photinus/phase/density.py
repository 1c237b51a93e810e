"""Densities on the circle and on the torus, and the numbers of circular statistics.

A density is known by its harmonics c_k = ⟨e^{ikφ}⟩; everything here follows from them, exactly, whatever the number of
angles at which the density is tabulated. The words are those of Mardia and Jupp, *Directional Statistics* (2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import Undefined
from photinus.numerics.checks import real_number, whole_number
from photinus.phase.window import TAU, window_moment, window_variance

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class PhaseDensity:
    """A density on the circle.

    Attributes
    ----------
    phi : ndarray
        Angles (rad), uniform on [−π, π).
    density : ndarray
        P(φ); its mean over the circle is 1/2π. Negative values are possible for ``kind="wigner"`` only.
    kind : str
        Which notion of phase.
    label : str
        The angle, such as ``φ_a`` or ``φ_a − φ_b``.
    harmonics : ndarray
        c_0 = 1, c_1 = ⟨e^{iφ}⟩, c_2, … as far as there are any.
    """

    phi: np.ndarray
    density: np.ndarray
    kind: str
    label: str
    harmonics: np.ndarray

    def moment(self, order: int = 1) -> complex:
        """c_k = ⟨e^{ikφ}⟩ for a whole k of either sign."""
        k = whole_order(order)
        value = complex(self.harmonics[abs(k)]) if abs(k) < len(self.harmonics) else 0j
        return value if k >= 0 else value.conjugate()

    @property
    def resultant_length(self) -> float:
        """|⟨e^{iφ}⟩|, from 0 (no first harmonic) to 1 (a sharp phase)."""
        return abs(self.moment())

    @property
    def mean_direction(self) -> float:
        """arg⟨e^{iφ}⟩ (rad); arbitrary where the density has no first harmonic."""
        return float(np.angle(self.moment()))

    @property
    def circular_variance(self) -> float:
        """1 − |⟨e^{iφ}⟩|, from 0 to 1."""
        return 1.0 - self.resultant_length

    @property
    def holevo_variance(self) -> float:
        """|⟨e^{iφ}⟩|⁻² − 1, from 0 to ∞ (a density without a first harmonic); the variance of a narrow peak."""
        length = self.resultant_length
        return length**-2 - 1.0 if length > 0 else np.inf

    def window_moment(self, order: int, start: float = -np.pi) -> float:
        """∫ φ^order P(φ) dφ over the window [start, start + 2π), order from 0 to 12; it depends on the window."""
        return window_moment(self.harmonics, order, start)

    def window_mean(self, start: float = -np.pi) -> float:
        """∫ φ P(φ) dφ over the window [start, start + 2π)."""
        return window_moment(self.harmonics, 1, start)

    def window_variance(self, start: float | None = None) -> float:
        """The variance of φ over the window [start, start + 2π) (rad²); by default the window around the direction.

        A uniform phase has π²/3. It depends on the window: a peak cut in two by its border has a variance near π².
        """
        return window_variance(self.harmonics, self.mean_direction - np.pi if start is None else start)

    @cached_property
    def entropy(self) -> float:
        """−∫ P ln P dφ (nats), at most ln 2π (a uniform phase); negative where the phase is sharper than one radian.

        Raises
        ------
        Undefined
            Where P is negative.
        """
        values = sampled(self.harmonics, max(1024, 8 * len(self.harmonics)))
        if values.min() < -1e-9:
            raise Undefined(
                f"The entropy of {self.label} is undefined: the {self.kind} density falls to {values.min():.2g}.",
                "Use the canonical or the Husimi density.",
            )
        positive = values[values > 0]
        return float(-(positive * np.log(positive)).sum() * TAU / len(values))

    @cached_property
    def peaks(self) -> tuple[tuple[float, float], ...]:
        """(angle, P − 1/2π) of every maximum, highest first; none for a uniform phase."""
        return _peaks(self.harmonics)

    @property
    def peak_height(self) -> float:
        """The largest P − 1/2π, 0 for a uniform phase."""
        if not self.harmonics[1:].any():
            return 0.0
        points = max(64, 8 * len(self.harmonics))
        values = fourier_sum(self.harmonics, points)
        # The highest peak need not hold the highest sample: every one that comes near is climbed.
        rise = np.diff(values, append=values[0])
        tops = np.flatnonzero((rise <= 0) & (np.append(rise[-1], rise[:-1]) >= 0))
        near = tops[values[tops] >= values.max() - 0.1 * np.ptp(values)]
        return max(0.0, *(_climbed(self.harmonics, TAU * top / points)[1] for top in near))

    def to_xarray(self) -> xarray.Dataset:
        """The density over the angle, its harmonics over their order."""
        import xarray

        return xarray.Dataset(
            {"density": ("phi", np.array(self.density)), "harmonic": ("order", np.array(self.harmonics))},
            {"phi": np.array(self.phi), "order": np.arange(len(self.harmonics))},
            {"kind": self.kind, "label": self.label},
        )

    def __repr__(self) -> str:
        return (
            f"PhaseDensity of {self.label} ({self.kind}), {len(self.phi)} angles: |⟨e^iφ⟩| = "
            f"{direction_text(self.moment())}, peak {self.peak_height:.4g} above 1/2π"
        )


@dataclass(frozen=True)
class JointPhaseDensity:
    """A density on the torus of two phases.

    Attributes
    ----------
    phi : ndarray
        Angles (rad) of both axes, uniform on [−π, π).
    density : ndarray
        P(φ_a, φ_b), first axis φ_a; its mean is 1/4π².
    kind : tuple of str
        The notion of phase of each site.
    label : tuple of str
        The two angles.
    """

    phi: np.ndarray
    density: np.ndarray
    kind: tuple[str, str]
    label: tuple[str, str]

    def to_xarray(self) -> xarray.Dataset:
        """The density over ``first`` and ``second``, the two angles."""
        import xarray

        grid, label = np.array(self.phi), " and ".join(self.label)
        density = {"density": (("first", "second"), np.array(self.density))}
        return xarray.Dataset(density, {"first": grid, "second": grid}, {"kind": " ".join(self.kind), "label": label})

    def __repr__(self) -> str:
        return f"JointPhaseDensity of {' and '.join(self.label)}, {len(self.phi)} × {len(self.phi)} angles"


def whole_order(order: int) -> int:
    """The order of a moment, a whole number of either sign, or :class:`InvalidInput`."""
    what = "order of a moment"
    sign = -1 if real_number(order, what) < 0 else 1
    return sign * whole_number(abs(order), what, minimum=0)


def direction_text(moment: complex) -> str:
    """A first moment for a reader: its length and its direction, which rounding alone does not give."""
    if abs(moment) < 1e-14:
        return "0, no direction"
    angle = float(np.angle(moment))
    return f"{abs(moment):.4g}, direction {angle if abs(angle) > 1e-12 else 0.0:.4g}"


def angles(points: int) -> np.ndarray:
    """Uniform on [−π, π)."""
    return TAU * (np.arange(points) - points // 2) / points


def sampled(harmonics: np.ndarray, points: int) -> np.ndarray:
    """P(φ) at the angles, from c_0, c_1, …; exact however few the angles are."""
    return np.asarray(np.fft.fftshift(fourier_sum(harmonics, points)) / TAU)


def fourier_sum(harmonics: np.ndarray, points: int) -> np.ndarray:
    """Σ_k c_k e^{−ikφ} over k of both signs, at φ = 2πj/points, j from 0 on."""
    if 2 * len(harmonics) <= points:
        return np.asarray(np.fft.hfft(harmonics, points))
    k = np.arange(len(harmonics))
    terms = np.where(k == 0, harmonics.real, 2 * harmonics)
    folded = np.zeros(points, dtype=complex)
    np.add.at(folded, k % points, terms)
    return np.asarray(np.fft.fft(folded).real)


def _peaks(harmonics: np.ndarray) -> tuple[tuple[float, float], ...]:
    size = float(np.abs(harmonics[1:]).sum())
    if size <= 1e-14:
        return ()
    points = max(64, 8 * len(harmonics))
    values = sampled(harmonics, points)
    tops = np.flatnonzero((values >= np.roll(values, 1)) & (values > np.roll(values, -1)))
    ripple = 1e-12 * size  # rounding makes maxima of its own on a flat stretch
    found: list[tuple[float, float]] = []
    for angle in angles(points)[tops]:
        phi, height = _climbed(harmonics, float(angle))
        new = all(abs(np.angle(np.exp(1j * (phi - other)))) > TAU / points for other, _ in found)
        if new and _stands_out(values, points, phi, height + 1 / TAU, ripple):
            found.append((phi, height))
    return tuple(sorted(found, key=lambda peak: -peak[1]))


def _stands_out(values: np.ndarray, points: int, phi: float, top: float, ripple: float) -> bool:
    """Whether a maximum is higher than its surroundings, three samples away, by more than rounding."""
    place = round(phi * points / TAU) + points // 2
    around = values[[(place + step) % points for step in (-3, 3)]]
    return bool(top - around.max() > ripple)


def _climbed(harmonics: np.ndarray, phi: float) -> tuple[float, float]:
    """The maximum near φ by Newton's steps, and its height above 1/2π."""
    k = np.arange(1, len(harmonics))
    height = -np.inf
    for _ in range(8):
        terms = harmonics[1:] * np.exp(-1j * k * phi)
        height = max(height, float(terms.real.sum()) / np.pi)
        slope, curvature = float((k * terms.imag).sum()), -float((k**2 * terms.real).sum())
        if curvature >= 0 or abs(slope) <= 1e-9 * abs(curvature):
            break
        phi -= slope / curvature
    return float(np.angle(np.exp(1j * phi))), height
