"""Phase densities of a state: of one site, of two jointly, of a combination of two phases.

The canonical density P(φ) = (1/2π) Σ ρ_mn e^{i(n−m)φ} = ⟨φ|ρ|φ⟩/2π, |φ⟩ = Σ e^{inφ}|n⟩, is the limit s → ∞ of Pegg's
and Barnett's phase operator. Its harmonics are the sums of the coherences of one order, so that a density costs one
pass over the state and one FFT; a phase-invariant state is uniform without any arithmetic.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from numbers import Real

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics.checks import whole_number
from photinus.numerics.memory import require_memory
from photinus.phase.density import JointPhaseDensity, PhaseDensity, angles, sampled
from photinus.phase.notions import notion, require_state, turns_with, weights
from photinus.space.sectors import Sector
from photinus.space.space import read_only
from photinus.space.state import State


def distribution(state: State, site: str, *, kind: str | None = None, points: int = 256) -> PhaseDensity:
    """The phase density of one site.

    Parameters
    ----------
    state : State
    site : str
    kind : str, optional
        ``"canonical"`` (oscillators; their default), ``"husimi"`` (the radial marginal of Q; of spins, their default,
        the polar marginal of the SU(2) Husimi function, the angle being the azimuth) or ``"wigner"`` (oscillators:
        the radial marginal of W, which can be negative and is then no probability).
    points : int
        Number of angles, even; the values are exact at these angles whatever their number.

    Returns
    -------
    PhaseDensity

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there, a kind that it does not have, or an odd number of angles.

    References
    ----------
    Pegg1989 (canonical), Garraway1992 (Wigner and Husimi), Roulet2018 (spins).

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.5, drive_phase=1.0))
    >>> round(ph.phase.distribution(state, "a").mean_direction, 6)
    1.0
    """
    reduced = require_state(state, "A phase").reduced(site)
    kind = notion(reduced.sites[0], kind)
    return tabulated(site_harmonics(reduced, kind), points, kind, f"φ_{_name(site)}")


def relative_distribution(
    state: State,
    first: str,
    second: str,
    *,
    ratio: tuple[int, int] = (1, 1),
    kind: str | None = None,
    points: int = 256,
) -> PhaseDensity:
    """The density of the phase difference φ_a − φ_b of two sites, or of mφ_a − nφ_b.

    Of an oscillator and a spin, in either order, it is the density of φ_a + φ_s (of mφ_a + nφ_s), φ_s the azimuth: that
    is the angle which the exchange a†S₋ + h.c. locks.

    Parameters
    ----------
    state : State
    first, second : str
        a and b.
    ratio : (int, int)
        (m, n) of m:n locking; a negative n turns the difference into a sum, and the sum into a difference.
    kind : str, optional
        As in :func:`distribution`, for both sites.
    points : int
        Number of angles, even.

    Returns
    -------
    PhaseDensity

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or is named twice, a kind that it does not have, an odd number of
        angles, or a ratio that is not two whole numbers other than zero, the first positive.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.shared_bath_pair(1.0, coupling=0.5), cutoff=ph.Converged(1e-3))
    >>> round(ph.phase.relative_distribution(state, "a", "b").mean_direction, 6)
    1.0
    """
    m, n = checked_ratio(ratio)
    sums, signs, kinds = pair_harmonics(state, first, second, kind)
    n *= signs[0] * signs[1]
    relation = "−" if n > 0 else "+"
    label = f"{_multiple(m, first)} {relation} {_multiple(abs(n), second)}"
    return tabulated(combined(sums, m, -n), points, "/".join(dict.fromkeys(kinds)), label)


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
        Number of angles on each axis, even.

    Returns
    -------
    JointPhaseDensity

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or is named twice, a kind that it does not have, or an odd number of
        angles.
    MemoryBudgetExceeded
        For too many angles.
    """
    points = checked_points(points, 2)
    sums, _, kinds = pair_harmonics(state, first, second, kind)
    folded = _fold(_fold(sums, 0, points), 1, points)
    density = np.fft.fftshift(np.fft.fft2(folded).real) / (4 * np.pi**2)
    labels = (f"φ_{_name(first)}", f"φ_{_name(second)}")
    return JointPhaseDensity(read_only(angles(points)), read_only(density), (kinds[0], kinds[1]), labels)


def site_harmonics(reduced: State, kind: str) -> np.ndarray:
    """c_0, c_1, … of a state of one site."""
    sums = harmonic_sums(reduced, [kind])
    return sums[len(sums) // 2 :]


def pair_harmonics(
    state: State, first: str, second: str, kind: str | None
) -> tuple[np.ndarray, tuple[int, int], tuple[str, str]]:
    """⟨e^{i(kφ_a + lφ_b)}⟩ with k = l = 0 in the middle, a first; how each phase turns, and the notions."""
    reduced = require_state(state, "A phase").reduced(first, second)
    kinds = [notion(site, kind) for site in reduced.sites]
    sums, sites = harmonic_sums(reduced, kinds), list(reduced.sites)
    if sites[0].name != _name(first):
        sums, sites, kinds = sums.T, sites[::-1], kinds[::-1]
    return sums, (turns_with(sites[0]), turns_with(sites[1])), (kinds[0], kinds[1])


def combined(sums: np.ndarray, m: int, n: int) -> np.ndarray:
    """⟨e^{ik(mφ_a + nφ_b)}⟩ for k = 0, 1, … from the harmonics of a pair."""
    half = [size // 2 for size in sums.shape]
    reach = min(half[0] // abs(m) if m else half[0], half[1] // abs(n) if n else half[1])
    k = np.arange(reach + 1)
    return np.asarray(sums[half[0] + k * m, half[1] + k * n])


def harmonic_sums(state: State, kinds: list[str]) -> np.ndarray:
    """⟨Π e^{ik φ}⟩ = Σ g ρ over the coherences |n + k⟩⟨n|, for every order k of every site; order 0 in the middle."""
    shape = tuple(2 * n - 1 for n in state.space.levels)
    out = np.zeros(prod(shape), dtype=complex)
    for order, vector in state.parts.items():
        sector = state.grading.sector(order)
        place, weight = (_sums if sector.size <= 100_000 else _sums.__wrapped__)(sector, tuple(kinds))
        value = vector if weight is None else vector * weight
        out.real += np.bincount(place, weights=value.real, minlength=out.size)
        if np.iscomplexobj(value):
            out.imag += np.bincount(place, weights=value.imag, minlength=out.size)
    return out.reshape(shape)


@lru_cache(maxsize=16)
def _sums(sector: Sector, kinds: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray | None]:
    """For every unknown the place of its harmonic, and the product of its weights g (None where all are 1)."""
    space = sector.grading.space
    left, right = (np.unravel_index(kets, space.levels) for kets in sector.kets)
    place, weight = np.zeros(sector.size, dtype=np.intp), None
    for site, n, kind, i, k in zip(space.sites, space.levels, kinds, left, right, strict=True):
        table = weights(site, n, kind)
        if table is not None:
            weight = table[i, k] if weight is None else weight * table[i, k]
        place = place * (2 * n - 1) + (i - k + n - 1)
    return read_only(place), None if weight is None else read_only(weight)


def checked_ratio(ratio: tuple[int, int]) -> tuple[int, int]:
    """(m, n) of an m:n locking; m positive, n not zero.

    Raises
    ------
    InvalidInput
    """
    fine = isinstance(ratio, (tuple, list)) and len(ratio) == 2 and all(isinstance(k, Real) for k in ratio)
    if not fine or ratio[0] < 1 or ratio[1] == 0 or any(k % 1 or abs(k) > 2**31 for k in ratio):
        raise InvalidInput(f"The ratio is {ratio!r}.", "Give two whole numbers such as (2, 1), the first positive.")
    return int(ratio[0]), int(ratio[1])


def tabulated(harmonics: np.ndarray, points: int, kind: str, label: str) -> PhaseDensity:
    """The density with these harmonics."""
    points = checked_points(points)
    out = PhaseDensity(angles(points), sampled(harmonics, points), kind, label, harmonics)
    for array in (out.phi, out.density, out.harmonics):
        array.setflags(write=False)
    return out


def checked_points(points: int, axes: int = 1) -> int:
    """A number of angles on each axis: even, at least 2, or :class:`InvalidInput`; few enough for the memory."""
    count = whole_number(points, "number of angles", minimum=2)
    if count % 2:
        raise InvalidInput(f"A phase density is asked at {points!r} angles.", "Give an even number of at least 2.")
    require_memory(64.0 * count**axes, None, f"A density at {' × '.join([str(count)] * axes)} angles", "Give fewer.")
    return count


def _fold(values: np.ndarray, axis: int, points: int) -> np.ndarray:
    """Orders −K … K put at their places modulo ``points``: exact on the grid, however coarse it is."""
    size = values.shape[axis]
    shape = list(values.shape)
    shape[axis] = points
    out = np.zeros(shape, dtype=complex)
    np.add.at(out, (slice(None),) * axis + ((np.arange(size) - size // 2) % points,), values)
    return out


def _multiple(factor: int, site: str) -> str:
    return f"{factor}φ_{_name(site)}" if factor != 1 else f"φ_{_name(site)}"


def _name(site: str) -> str:
    return str(getattr(site, "name", site))
