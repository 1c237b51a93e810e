"""Initial Wigner functions that can be sampled: Gaussian states, coherent amplitudes, and samples as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from photinus.algebra import Site, locate, oscillator
from photinus.errors import InvalidInput, SiteMismatch, WrongType, shown
from photinus.solve.phase_space.noise import covariance, factor_of
from photinus.space.state import State

NON_GAUSSIAN = 1e-4
"""Relative entropy (nats) to the Gaussian state of the same moments, up to which a state counts as Gaussian."""


@dataclass(frozen=True, eq=False)
class Start:
    """Amplitudes at the first time: mean + factor·ξ with real normal ξ.

    Attributes
    ----------
    mean : ndarray, shape (sites, 1) or (sites, count)
        Constant, or the trajectories' own.
    factor : ndarray, shape (sites, numbers) or (sites, 1)
        A matrix; or, with ``apart``, a standard deviation of Re and Im of each site, of which each takes two numbers.
    apart : bool
    """

    mean: np.ndarray
    factor: np.ndarray
    apart: bool

    @property
    def numbers(self) -> int:
        """Standard normal numbers of one trajectory."""
        return 2 * len(self.mean) if self.apart else self.factor.shape[1]

    def sample(self, normals: np.ndarray, first: int) -> np.ndarray:
        """Amplitudes (sites, count) of the trajectories first, … from normals (count, numbers)."""
        count, xi = len(normals), normals.T
        mean = self.mean if self.mean.shape[1] == 1 else self.mean[:, first : first + count]
        noise = self.factor * (xi[0::2] + 1j * xi[1::2]) if self.apart else self.factor @ xi
        return np.array(np.broadcast_to(mean + noise, (len(mean), count)))


def start_of(initial: State | Mapping[Any, Any], sites: tuple[Site, ...], count: int) -> Start:
    """The Wigner function of a Gaussian state, of coherent amplitudes, or samples.

    Raises
    ------
    InvalidInput
        For a state that is not Gaussian; for amplitudes that are missing, not finite, or not one for each trajectory.
    SiteMismatch, UnknownSite, WrongType
    """
    if isinstance(initial, State):
        if initial.sites != sites:
            ours, theirs = (", ".join(map(repr, each)) or "no sites" for each in (initial.sites, sites))
            raise SiteMismatch(
                f"The state at the first time has {ours}, the model {theirs}.", "Give a state of exactly these sites."
            )
        return _gaussian(initial)
    if not isinstance(initial, Mapping):
        raise WrongType(
            f"The initial state is {shown(initial)}.", "Give a State, or {site: amplitude or array of samples}."
        )
    return _amplitudes(initial, sites, count)


def _amplitudes(initial: Mapping[Any, Any], sites: tuple[Site, ...], count: int) -> Start:
    given: dict[int, np.ndarray] = {}
    number = {site.name: k for k, site in enumerate(sites)}
    for key, value in initial.items():
        place = number[key] if isinstance(key, str) and key in number else locate(sites, key)
        try:
            array = np.asarray(value, dtype=complex)
        except (TypeError, ValueError):
            raise WrongType(
                f"The amplitude of the {sites[place]!r} is {shown(value)}.", "Give a complex number or an array."
            ) from None
        if array.shape not in ((), (count,)) or not np.isfinite(array).all() or place in given:
            raise InvalidInput(
                f"The amplitude of the {sites[place]!r} is {shown(value)}, given for {count} trajectories.",
                "Give once one finite number, or one for each trajectory.",
            )
        given[place] = array
    missing = [site.name for k, site in enumerate(sites) if k not in given]
    if missing:
        raise InvalidInput(f"No amplitude is given for {', '.join(missing[:6])}.", "Give one for every oscillator.")
    width = np.array([[0.5 if given[k].ndim == 0 else 0.0] for k in range(len(sites))])
    return Start(np.stack(np.broadcast_arrays(*(np.atleast_1d(given[k]) for k in range(len(sites))))), width, True)


def _gaussian(state: State) -> Start:
    """Mean and symmetrically ordered covariance, from first and second moments."""
    ladder = [oscillator(site.name) for site in state.sites]
    mean = np.array([complex(state.expect(a)) for a in ladder])
    pairs = [(a, b) for a in ladder for b in ladder]
    shape = (len(ladder),) * 2
    number = np.array([complex(state.expect(b.dag() * a)) for a, b in pairs]).reshape(shape)
    squeezing = np.array([complex(state.expect(a * b)) for a, b in pairs]).reshape(shape)
    d = number - np.outer(mean, mean.conj()) + 0.5 * np.eye(len(ladder))
    m = squeezing - np.outer(mean, mean)
    distance = _entropy(covariance(d, m)) - state.entropy()
    if distance > NON_GAUSSIAN:
        raise InvalidInput(
            f"The initial state is not Gaussian: relative entropy to the Gaussian of its moments {distance:.3g}.",
            "Give a coherent, thermal or squeezed state, or samples of your own as {site: array}.",
        )
    return Start(mean[:, None], factor_of(d, m), False)


def _entropy(sigma: np.ndarray) -> float:
    """The von Neumann entropy (nats) of the Gaussian state with this covariance of (Re α, Im α)."""
    n = len(sigma) // 2
    form = np.block([[np.zeros((n, n)), np.eye(n)], [-np.eye(n), np.zeros((n, n))]])
    nu = np.sort(np.abs(np.linalg.eigvals(2 * form @ sigma)))[::2]  # each twice; ½ in the vacuum
    high, low = nu + 0.5, np.maximum(nu - 0.5, np.finfo(float).tiny)
    return float((high * np.log(high) - low * np.log(low)).sum())
