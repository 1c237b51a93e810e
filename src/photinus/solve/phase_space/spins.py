"""Spins in the truncated Wigner method: two oscillators each, after Schwinger, and discrete samples of coherent states.

A spin j is S₊ = u†d, S_z = ½(u†u − d†d) with u†u + d†d = 2j quanta, which every jump and every coupling conserves.
The Itô equations of u and d follow from the model like those of any oscillators (Huber, Kirton and Rabl 2021); for the
classical vector s₊ = u*d they are a torque by the mean field and by the noise. A coherent state along n is sampled on
the sphere |s|² = j(j + 1), as j n with ±√(j/2) along both directions across n: for a spin ½ the discrete truncated
Wigner approximation, in which each component is ±½ (Schachenmayer, Pikovski and Rey 2015).

Dropped are the terms of third and higher order, as of oscillators. They are small for j ≫ 1. Spins ½ that only meet
others through many weak couplings are described well; the correlations of a few strongly coupled ones are not. The
noise of a jump is that of the vacuum in leading order, which is positive everywhere; a decaying spin ½ then follows
its mean to a few hundredths. A collective jump of many spins is factorised at each point, which is slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from photinus.algebra import Operator, Oscillator, Site, Spin, locate, oscillator
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_array
from photinus.solve.phase_space.initial import Start, start_of

UP, DOWN = ".u", ".d"
"""What the names of a spin's two oscillators end with."""


def has_spins(model: Model) -> bool:
    """Whether there is a spin among the sites."""
    return any(isinstance(site, Spin) for site in model.sites)


def spin_modes(model: Model) -> tuple[str, ...]:
    """The names of the oscillators that stand for spins."""
    return tuple(site.name + end for site in model.sites if isinstance(site, Spin) for end in (UP, DOWN))


def in_oscillators(model: Model) -> Model:
    """The model with two oscillators in place of each spin; itself where there is none."""
    if not has_spins(model):
        return model
    names = {site.name for site in model.sites}
    for site in model.sites:
        if isinstance(site, Spin) and names & {site.name + UP, site.name + DOWN}:
            raise InvalidInput(
                f"The {site!r} needs the names {site.name + UP!r} and {site.name + DOWN!r}.", "Rename the other site."
            )
    jumps = [replace(jump, operator=translated(jump.operator)) for jump in model.jumps]
    return Model(translated(model.hamiltonian), jumps, model.references)


def translated(operator: Operator) -> Operator:
    """An operator with S₊ = u†d and S_z = ½(u†u − d†d) of every spin."""
    total = Operator({})
    for word, c in operator.terms.items():
        product = Operator({(): c})
        for site, local in word:
            product = product * (
                _schwinger(site, *local) if isinstance(site, Spin) else Operator({((site, local),): 1.0})
            )
        total = total + product
    return total


def _schwinger(site: Spin, d: int, r: int) -> Operator:
    """S₊^d S_z^r, or S_z^r S₋^|d|."""
    up, down = oscillator(site.name + UP), oscillator(site.name + DOWN)
    z = 0.5 * (up.dag() * up - down.dag() * down)
    return (up.dag() * down) ** d * z**r if d > 0 else z**r * (down.dag() * up) ** (-d)


@dataclass(frozen=True, eq=False)
class SpinStart:
    """Oscillators as :class:`Start` has them, and spins in coherent states, sampled on their spheres.

    Attributes
    ----------
    oscillators : Start or None
    places : ndarray of int, shape (oscillators,)
        Their rows among all amplitudes.
    rows : ndarray of int, shape (spins, 2)
        The rows of u and d of each spin.
    vectors : ndarray, shape (spins, 3)
        j n.
    """

    oscillators: Start | None
    places: np.ndarray
    rows: np.ndarray
    vectors: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """The oscillators' means: with one column where all trajectories have the same."""
        return np.zeros((0, 1)) if self.oscillators is None else self.oscillators.mean

    @property
    def numbers(self) -> int:
        """Standard normal numbers of one trajectory; of those of spins the signs count."""
        return (0 if self.oscillators is None else self.oscillators.numbers) + 2 * len(self.rows)

    def sample(self, normals: np.ndarray, first: int) -> np.ndarray:
        """Amplitudes (sites, count) of the trajectories first, … from normals (count, numbers)."""
        own = normals.shape[1] - 2 * len(self.rows)
        out = np.empty((len(self.places) + 2 * len(self.rows), len(normals)), dtype=complex)
        if self.oscillators is not None:
            out[self.places] = self.oscillators.sample(normals[:, :own], first)
        signs = np.where(normals[:, own:] < 0, -1.0, 1.0).T.reshape(2, len(self.rows), -1)
        for k, (up, down) in enumerate(self.rows):
            s = _on_sphere(self.vectors[k], signs[:, k])
            size = np.sqrt((s**2).sum(axis=0))
            out[up] = np.sqrt(np.maximum(size + s[2], 0.0))
            out[down] = np.sqrt(np.maximum(size - s[2], 0.0)) * np.exp(1j * np.arctan2(s[1], s[0]))
        return out


def _on_sphere(vector: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """J n ± √(j/2) e₁ ± √(j/2) e₂, shape (3, count)."""
    j = float(np.linalg.norm(vector))
    axes = np.linalg.svd(vector[None])[2][1:]  # two directions across n
    return np.asarray(vector[:, None] + (0.5 * j) ** 0.5 * axes.T @ signs)


def spin_start(initial: Any, sites: tuple[Site, ...], mapped: tuple[Site, ...], count: int) -> SpinStart:
    """Where oscillators and spins begin, by site.

    Raises
    ------
    InvalidInput
        For a spin without a vector of length j, and oscillators as :func:`start_of` refuses them.
    WrongType, UnknownSite
    """
    if not isinstance(initial, Mapping):
        raise WrongType(
            f"The initial state of a model with spins is {shown(initial)}.",
            "Give {site: amplitude, spin: (s_x, s_y, s_z)} with vectors of length j, which are coherent states.",
        )
    number = {site.name: k for k, site in enumerate(mapped)}
    vectors: dict[Spin, np.ndarray] = {}
    rest: dict[Any, Any] = {}
    for key, value in initial.items():
        site = sites[locate(sites, key)]
        if isinstance(site, Spin):
            vectors[site] = _vector(site, value)
        else:
            rest[key] = value
    spins = [site for site in sites if isinstance(site, Spin)]
    missing = [site.name for site in spins if site not in vectors]
    if missing:
        raise InvalidInput(f"No vector is given for {', '.join(missing[:6])}.", "Give one for every spin.")
    others = tuple(site for site in sites if isinstance(site, Oscillator))
    inner = start_of(rest, others, count) if others else None
    rows = np.array([[number[site.name + end] for end in (UP, DOWN)] for site in spins], dtype=np.intp)
    places = np.array([number[site.name] for site in others], dtype=np.intp)
    return SpinStart(inner, places, rows, np.array([vectors[site] for site in spins]))


def _vector(site: Spin, value: Any) -> np.ndarray:
    try:
        vector = real_array(value)
    except (TypeError, ValueError):
        raise WrongType(f"The vector of the {site!r} is {shown(value)}.", "Give (s_x, s_y, s_z).") from None
    j = site.twice_j / 2
    if vector.shape != (3,) or not abs(float(np.linalg.norm(vector)) - j) <= 1e-6 * j:
        raise InvalidInput(
            f"The vector of the {site!r} is {shown(value)}.", f"Give (s_x, s_y, s_z) of length {j:g}, a coherent state."
        )
    return vector
