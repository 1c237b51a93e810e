"""The phases of a system of d levels: the SU(d) Husimi function and its marginals.

The coherent states of SU(d) are all kets |p, φ⟩ = Σ_k √p_k e^{iφ_k}|k⟩. Their Husimi function integrated over the
weights p, uniform on the simplex by Haar's measure, leaves the d − 1 phases relative to a reference level. With the
averages 1/d of p_k and π/4d of √(p_j p_k) it is

    P(φ) = (2π)^{1−d} [1 + (π/4) Σ_{j≠k} ⟨j|ρ|k⟩ e^{i(φ_k−φ_j)}],

of which P − (2π)^{1−d} = c_d Σ_{j<k} Re ⟨j|ρ|k⟩ e^{i(φ_k−φ_j)} with c_2 = 1/4, c_3 = 1/8π, c_4 = 1/16π². For d = 2 the
phase φ_1 − φ_0 is the azimuth of a spin ½ whose level 0 is up, ⟨1|ρ|0⟩ ∝ e^{i(φ_1−φ_0)}.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Site, Spin
from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number
from photinus.numerics.memory import require_memory
from photinus.phase.density import PhaseDensity, angles
from photinus.phase.distribution import checked_points, tabulated
from photinus.phase.notions import one_site
from photinus.phase.window import TAU
from photinus.space.space import read_only
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray

KINDS = ("qudit", "spin")


@dataclass(frozen=True, slots=True)
class LevelPhaseDensity:
    """A density on the torus of the d − 1 phases of d levels relative to one of them.

    Attributes
    ----------
    phi : ndarray
        Angles (rad) of every axis, uniform on [−π, π).
    density : ndarray
        P, one axis for each of ``levels``; its mean is (2π)^{1−d}.
    levels : tuple of int
        The level of each axis: all but the reference, ascending.
    reference : int
        The level relative to which the phases are taken.
    coherences : ndarray
        ⟨j|ρ|k⟩, shape (d, d).
    """

    phi: np.ndarray
    density: np.ndarray
    levels: tuple[int, ...]
    reference: int
    coherences: np.ndarray

    @property
    def uniform(self) -> float:
        """The density of d phases without any relation, (2π)^{1−d}."""
        return float(TAU ** -len(self.levels))

    @property
    def peak_height(self) -> float:
        """The largest P − (2π)^{1−d}, 0 for a state without coherences.

        From the highest point of the grid every phase in turn is set to its best value, until nothing grows.
        """
        d = len(self.coherences)
        off = self.coherences * (1 - np.eye(d))
        place = np.unravel_index(int(np.argmax(self.density)), self.density.shape)
        ket = np.ones(d, dtype=complex)
        ket[list(self.levels)] = np.exp(1j * self.phi[list(place)])
        height = (ket.conj() @ off @ ket).real
        for _ in range(1000):
            for k in range(d):
                pull = off[k] @ ket
                ket[k] = pull / abs(pull) if pull else ket[k]
            before, height = height, (ket.conj() @ off @ ket).real
            if height - before <= 1e-15 * abs(height):
                break
        return self.uniform * np.pi / 4 * max(0.0, float(height))

    def to_xarray(self) -> xarray.Dataset:
        """The density over one angle ``phi_k`` for each level k, the reference level in the attributes."""
        import xarray

        axes = [f"phi_{level}" for level in self.levels]
        angles = {name: np.array(self.phi) for name in axes}
        return xarray.Dataset({"density": (axes, np.array(self.density))}, angles, {"reference": self.reference})

    def __repr__(self) -> str:
        return (
            f"LevelPhaseDensity of the levels {', '.join(map(str, self.levels))} relative to {self.reference}, "
            f"{len(self.phi)} angles each: peak {self.peak_height:.4g} above {self.uniform:.4g}"
        )


def level_distribution(state: State, site: str, *, reference: int = 0, points: int = 32) -> LevelPhaseDensity:
    """The joint density of the phases φ_k − φ_reference of the levels of a qudit (or of a spin, m = +j … −j).

    Parameters
    ----------
    state : State
    site : str
        A qudit of at least two levels, or a spin, whose levels are then as independent as a qudit's: for the
        azimuth of a spin use :func:`photinus.phase.distribution`.
    reference : int
        The level whose phase is 0; the levels of a spin are counted from 0, m = +j, downwards.
    points : int
        Number of angles on each of the d − 1 axes, even.

    Returns
    -------
    LevelPhaseDensity

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or is an oscillator, a level that it does not have, or an odd number
        of angles.
    MemoryBudgetExceeded
        For too many angles.

    Examples
    --------
    >>> import photinus as ph
    >>> q = ph.qudit("q", 3)
    >>> drive = 0.1 * (q(0, 1) + q(1, 0))
    >>> decay = [ph.Jump(1.0, q(0, 1)), ph.Jump(1.0, q(1, 2)), ph.Jump(0.5, q(2, 0))]
    >>> density = ph.phase.level_distribution(ph.steady_state(ph.Model(drive, decay)), "q")
    >>> density.density.shape, density.levels, round(float(density.density.mean() / density.uniform), 12)
    ((32, 32), (1, 2), 1.0)
    """
    reduced = one_site(state, site, KINDS, "phases of its levels")
    d = _at_least_two(reduced)
    zero = _level(reference, reduced)
    points = checked_points(points)
    require_memory(24.0 * points ** (d - 1), None, f"A density of {d - 1} phases", "Ask for fewer points.")
    rho = read_only(reduced.density_matrix())
    levels = tuple(k for k in range(d) if k != zero)
    turns = []
    for k in range(d):
        shape = [1] * (d - 1)
        if k != zero:
            shape[levels.index(k)] = points
        turns.append(np.exp(1j * (angles(points) if k != zero else np.zeros(1))).reshape(shape))
    density = np.ones((points,) * (d - 1))
    for j in range(d):
        for k in range(j + 1, d):
            if rho[j, k] != 0:
                density += np.pi / 2 * (rho[j, k] * turns[j].conj() * turns[k]).real
    density *= TAU ** (1 - d)
    return LevelPhaseDensity(read_only(angles(points)), read_only(density), levels, zero, rho)


def transition_distribution(state: State, site: str, m: int, n: int, *, points: int = 256) -> PhaseDensity:
    """The density of φ_m − φ_n of two levels of a qudit (or spin), (1/2π)[1 + (π/2) Re ⟨m|ρ|n⟩ e^{−i(φ_m−φ_n)}].

    It is the marginal of :func:`level_distribution` and has the one harmonic ⟨e^{iφ}⟩ = (π/4)⟨m|ρ|n⟩. For two levels
    and m, n = 1, 0 it is the azimuth of a spin ½ whose level 0 is up.

    Parameters
    ----------
    state : State
    site : str
        A qudit of at least two levels, or a spin.
    m, n : int
        Two different levels, counted from 0; those of a spin from m = +j downwards.
    points : int
        Number of angles, even.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or is an oscillator, a level that it does not have, m = n, or an odd
        number of angles.
    """
    reduced = one_site(state, site, KINDS, "phases of its levels")
    _at_least_two(reduced)
    m, n = _level(m, reduced), _level(n, reduced)
    if m == n:
        raise InvalidInput(f"The phase of level {m} relative to itself is asked for.", "Give two different levels.")
    coherence = complex(reduced.elements(np.array([m]), np.array([n]))[0])
    harmonics = np.array([1.0, np.pi / 4 * coherence])
    return tabulated(harmonics, points, "husimi", " − ".join(_phase(k, reduced.sites[0]) for k in (m, n)))


def _at_least_two(reduced: State) -> int:
    if reduced.space.dimension < 2:
        raise InvalidInput(f"The {reduced.sites[0]!r} has no relative phase.", "Name a site of at least two levels.")
    return reduced.space.dimension


def _level(level: int, reduced: State) -> int:
    site, last = reduced.sites[0], reduced.space.dimension - 1
    number = real_number(level, f"level of the {site!r}")
    if number not in range(last + 1):
        ends = (f" (m = {site.twice_j / 2:g})", f" (m = {-site.twice_j / 2:g})") if isinstance(site, Spin) else ("", "")
        raise InvalidInput(f"The {site!r} has no level {number:g}.", f"Give levels from 0{ends[0]} to {last}{ends[1]}.")
    return int(number)


def _phase(level: int, site: Site) -> str:
    """φ_q1 of a qudit's level 1; φ_s(m=-1) of a spin's."""
    shown = f"(m={site.twice_j / 2 - level:g})" if isinstance(site, Spin) else str(level)
    return f"φ_{site.name}{shown}"
