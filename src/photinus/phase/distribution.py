"""Phase densities: of one site, of two jointly, of their difference.

The canonical density P(φ) = (1/2π) Σ ρ_mn e^{i(n−m)φ} = ⟨φ|ρ|φ⟩/2π, |φ⟩ = Σ e^{inφ}|n⟩, is the limit s → ∞ of Pegg's
and Barnett's phase operator. Its harmonics are the sums of the coherences of one order, so that a density costs one
pass over the state and one FFT; a phase-invariant state is uniform without any arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photinus.algebra import Site, Spin
from photinus.errors import InvalidInput
from photinus.numerics.checks import whole_number
from photinus.phase.weights import default_kind, order_sign, weights
from photinus.space.state import State


@dataclass(frozen=True)
class PhaseDensity:
    """A density on the circle.

    Attributes
    ----------
    phi : ndarray
        Angles (rad), uniform on [−π, π).
    density : ndarray
        P(φ); its mean over the circle is 1/2π.
    kind : str
        Which notion of phase.
    label : str
        The angle, such as ``φ_a`` or ``φ_a − φ_b``.
    """

    phi: np.ndarray
    density: np.ndarray
    kind: str
    label: str

    @property
    def moment(self) -> complex:
        """⟨e^{iφ}⟩ of the sampled density."""
        return complex(np.mean(self.density * np.exp(1j * self.phi)) * 2 * np.pi)

    @property
    def mean_direction(self) -> float:
        """arg⟨e^{iφ}⟩ (rad); arbitrary where the density is uniform."""
        return float(np.angle(self.moment))

    @property
    def peak_height(self) -> float:
        """max(P − 1/2π) on the grid, 0 for a uniform phase."""
        return float(self.density.max() - 1 / (2 * np.pi))

    def __repr__(self) -> str:
        return (
            f"PhaseDensity of {self.label} ({self.kind}), {len(self.phi)} angles: |⟨e^iφ⟩| = {abs(self.moment):.4g}, "
            f"direction {self.mean_direction:.4g}, peak {self.peak_height:.4g} above 1/2π"
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

    def __repr__(self) -> str:
        return f"JointPhaseDensity of {' and '.join(self.label)}, {len(self.phi)} × {len(self.phi)} angles"


def distribution(state: State, site: str, *, kind: str | None = None, points: int = 256) -> PhaseDensity:
    """The phase density of one site.

    Parameters
    ----------
    state : State
    site : str
    kind : str, optional
        ``"canonical"`` (oscillators; their default) or ``"husimi"`` (the radial marginal of Q; of spins, their default,
        the polar marginal of the SU(2) Husimi function, the angle being the azimuth).
    points : int
        Number of angles, at least 2; the values are exact at these angles whatever their number.

    Returns
    -------
    PhaseDensity

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.5, drive_phase=1.0))
    >>> round(ph.phase.distribution(state, "a").mean_direction, 6)
    1.0
    """
    _check_points(points)
    reduced = state.reduced(site)
    only = reduced.sites[0]
    kind = default_kind(only) if kind is None else kind
    harmonics = harmonic_sums(reduced, [kind])
    return PhaseDensity(_angles(points), density_values(harmonics, order_sign(only), points), kind, f"φ_{_name(site)}")


def relative_distribution(
    state: State, first: str, second: str, *, kind: str | None = None, points: int = 256
) -> PhaseDensity:
    """The density of the phase difference φ_a − φ_b of two sites.

    Of an oscillator and a spin it is the density of φ_a + φ_s, φ_s the azimuth: that is the angle which the exchange
    a†S₋ + h.c. locks.

    Parameters
    ----------
    state : State
    first, second : str
        a and b.
    kind : str, optional
        As in :func:`distribution`, for both sites.
    points : int
        Number of angles.
    """
    _check_points(points)
    sums, sites, kinds = _pair_sums(state, first, second, kind)
    # Coherences of order k of a and −k of b carry the difference of the phases; flipping b puts them on a diagonal.
    flipped = sums[:, ::-1]
    reach = min(sums.shape) // 2
    centre = [n // 2 for n in sums.shape]
    k = np.arange(-reach, reach + 1)
    harmonics = flipped[centre[0] + k, centre[1] + k]
    signs = [order_sign(site) for site in sites]
    # An oscillator and a spin lock φ_a + φ_s: −azimuth takes the place of the spin's phase.
    relation = "+" if signs[0] != signs[1] else "−"
    label = f"φ_{_name(first)} {relation} φ_{_name(second)}"
    return PhaseDensity(
        _angles(points), density_values(harmonics, signs[0], points), "/".join(dict.fromkeys(kinds)), label
    )


def joint_distribution(
    state: State, first: str, second: str, *, kind: str | None = None, points: int = 128
) -> JointPhaseDensity:
    """The joint density P(φ_a, φ_b) of two sites.

    Parameters
    ----------
    state : State
    first, second : str
        a (first axis of the density) and b.
    kind : str, optional
        As in :func:`distribution`, for both sites.
    points : int
        Number of angles on each axis.
    """
    _check_points(points)
    sums, sites, kinds = _pair_sums(state, first, second, kind)
    values = _fold(_fold(sums, 0, points), 1, points)
    for axis, site in enumerate(sites):
        values = np.fft.fft(values, axis=axis) if order_sign(site) < 0 else np.fft.ifft(values, axis=axis) * points
    density = np.fft.fftshift(values.real) / (4 * np.pi**2)
    labels = (f"φ_{_name(first)}", f"φ_{_name(second)}")
    return JointPhaseDensity(_angles(points), density, (kinds[0], kinds[1]), labels)


def _pair_sums(state: State, first: str, second: str, kind: str | None) -> tuple[np.ndarray, list[Site], list[str]]:
    """Weighted sums of coherences by (order of a, order of b), zero orders in the middle; a first."""
    reduced = state.reduced(first, second)
    kinds = [default_kind(site) if kind is None else kind for site in reduced.sites]
    sums = harmonic_sums(reduced, kinds)
    sites = list(reduced.sites)
    if sites[0].name != _name(first):
        return sums.T, sites[::-1], kinds[::-1]
    return sums, sites, kinds


def harmonic_sums(state: State, kinds: list[str]) -> np.ndarray:
    """Σ g ρ over the coherences |n + k⟩⟨n|, for every order k of every site; order 0 is in the middle."""
    space = state.space
    shape = tuple(2 * n - 1 for n in space.levels)
    out = np.zeros(shape, dtype=complex).ravel()
    tables = [weights(s, n, kind) for s, n, kind in zip(space.sites, space.levels, kinds, strict=True)]
    descending = [isinstance(site, Spin) for site in space.sites]  # levels of a spin run from m = +j down
    for order, vector in state.parts.items():
        rows, columns = state.grading.sector(order).kets
        value = np.array(vector, dtype=complex)
        places = []
        for i, k, n, table, down in zip(
            np.unravel_index(rows, space.levels),
            np.unravel_index(columns, space.levels),
            space.levels,
            tables,
            descending,
            strict=True,
        ):
            if table is not None:
                value *= table[i, k]
            places.append((k - i if down else i - k) + n - 1)
        place = np.ravel_multi_index(places, shape)
        out += np.bincount(place, weights=value.real, minlength=out.size)
        out += 1j * np.bincount(place, weights=value.imag, minlength=out.size)
    return out.reshape(shape)


def density_values(harmonics: np.ndarray, sign: int, points: int) -> np.ndarray:
    """(1/2π) Σ_k c_k e^{sign·ikφ} at φ = −π + 2πj/points."""
    folded = _fold(harmonics, 0, points)
    values = np.fft.fft(folded) if sign < 0 else np.fft.ifft(folded) * points
    return np.fft.fftshift(values.real) / (2 * np.pi)


def _fold(values: np.ndarray, axis: int, points: int) -> np.ndarray:
    """Orders −K … K put at their places modulo ``points``: exact on the grid, however coarse it is."""
    size = values.shape[axis]
    shape = list(values.shape)
    shape[axis] = points
    out = np.zeros(shape, dtype=complex)
    np.add.at(out, (slice(None),) * axis + ((np.arange(size) - size // 2) % points,), values)
    return out


def _angles(points: int) -> np.ndarray:
    return 2 * np.pi * (np.arange(points) - points // 2) / points


def _check_points(points: int) -> None:
    if whole_number(points, "number of angles", minimum=2) % 2:
        raise InvalidInput(f"A phase density is asked at {points!r} angles.", "Give an even number of at least 2.")


def _name(site: str) -> str:
    return str(getattr(site, "name", site))
