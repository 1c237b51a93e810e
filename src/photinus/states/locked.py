"""Oscillators that share a phase and nothing else: separable, yet perfectly locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np

from photinus.algebra import Site
from photinus.errors import InvalidInput, UnknownSite, WrongType, shown
from photinus.numerics.checks import real_number
from photinus.space.state import State
from photinus.states.build import FixedCutoff, Key, amplitudes_by_site, assemble, fixed_levels, named, product_ket
from photinus.states.gaussian import coherent_ket


class Harmonics(Protocol):
    """What knows its harmonics, as :class:`photinus.phase.PhaseDensity` does."""

    @property
    def harmonics(self) -> np.ndarray:
        """⟨e^{ikφ}⟩ for k = 0, 1, …."""


Density: TypeAlias = Callable[[np.ndarray], np.ndarray] | Sequence[complex] | np.ndarray | Harmonics
SAMPLES = 4096
ROUNDING = 1e-14


def phase_locked_mixture(
    amplitudes: Mapping[Key, complex],
    *,
    angle: float | Mapping[Key, float] = 0.0,
    density: Density | None = None,
    cutoff: FixedCutoff | None = None,
) -> State:
    """ρ = ∫dφ p(φ) |αe^{iφ}⟩⟨αe^{iφ}| ⊗ |βe^{i(φ−θ)}⟩⟨βe^{i(φ−θ)}| ⊗ …: oscillators with one phase in common.

    The state is separable by construction. With ⟨n|ρ|m⟩ = Π c_n c_m* · ⟨e^{ikφ}⟩, k = Σ(n − m), only the harmonics of p
    enter.

    Parameters
    ----------
    amplitudes : mapping of str to complex
        α, β, … of any number of oscillators, by name; their phases add to the common one.
    angle : float or mapping of str to float
        θ = φ_a − φ_b (rad) of two oscillators, a the one that is named first; for more of them, {name: φ_first −
        φ_name}.
    density : callable, sequence of complex or PhaseDensity, optional
        p(φ) on [−π, π), as a function of an array of angles (it is taken at 4096 of them), or its harmonics
        c_k = ⟨e^{ikφ}⟩, k = 0, 1, …, with c_0 = 1, or a :class:`photinus.phase.PhaseDensity`. By default p = 1/2π.
    cutoff : Fixed, optional
        Levels kept; by default as many as leave out less than 1e-12 of each Poisson law.

    Returns
    -------
    State
        In blocks of the total number n_a + n_b + … where p is uniform, of the total number modulo d where p has the
        period 2π/d.

    Raises
    ------
    UnknownSite, WrongType, InvalidInput
        As :func:`photinus.states.coherent`, and for a p(φ) that is negative, not finite, or not normalised to 1e-6.
    MemoryBudgetExceeded
        If the density matrix does not fit.

    Examples
    --------
    Perfectly correlated amplitudes, a sharp relative phase, no phase of its own:

    >>> import photinus as ph
    >>> state = ph.states.phase_locked_mixture({"a": 1.0, "b": 1.5}, angle=0.5)
    >>> [round(f(state, "a", "b"), 6) for f in (ph.measures.amplitude_correlation, ph.measures.phase_coherence)]
    [1.0, 0.705455]
    >>> round(ph.phase.relative_distribution(state, "a", "b").mean_direction, 9)
    0.5
    >>> ph.measures.phase_coherence(state, "a")
    0.0
    """
    alphas = amplitudes_by_site(amplitudes, named(amplitudes, "amplitudes"), "amplitudes")
    lags = _lags(angle, tuple(alphas))
    cutoffs = fixed_levels(cutoff, alphas)
    kets = {s: coherent_ket(s, alpha * np.exp(-1j * lags[s]), cutoffs) for s, alpha in alphas.items()}
    space, ket = product_ket(kets)
    total = space.coordinates.sum(axis=1)
    most = int(total.max(initial=0))
    positive = _harmonics(density, most)
    harmonics = np.concatenate([positive[:0:-1].conj(), positive])
    moving = [k for k, site in enumerate(space.sites) if alphas[site]]
    steps = np.eye(len(space.sites), dtype=int)[moving]
    orders = np.flatnonzero(positive[1:])[:, None] + 1
    shifts = np.concatenate([steps[1:] - steps[:1], orders * steps[:1]]) if moving else steps

    def elements(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return ket[rows] * ket[columns].conj() * harmonics[total[rows] - total[columns] + most]

    return assemble(space, shifts, elements)


def _lags(angle: float | Mapping[Key, float], sites: tuple[Site, ...]) -> dict[Site, float]:
    """φ_first − φ of each oscillator."""
    out = dict.fromkeys(sites, 0.0)
    if isinstance(angle, Mapping):
        for site, value in named(angle, "locked angles").items() if angle else ():
            if site not in sites[1:]:
                raise UnknownSite(
                    f"A locked angle is given for {site.name!r}.",
                    f"Give φ_{sites[0].name} − φ of {', '.join(s.name for s in sites[1:]) or 'a second site'}.",
                )
            out[site] = real_number(value, f"locked angle of {site.name!r}")
        return out
    value = real_number(angle, "locked angle")
    if value and len(sites) != 2:
        raise InvalidInput(
            f"One locked angle is given for {len(sites)} oscillators.", "Give {name: φ_first − φ_name, …}."
        )
    return {**out, sites[-1]: value} if value else out


def _harmonics(density: Density | None, most: int) -> np.ndarray:
    """⟨e^{ikφ}⟩ for k = 0 … most of a density that is checked; exactly 0 where it is so but for rounding."""
    if density is None:
        return np.eye(1, most + 1, dtype=complex)[0]
    size = max(SAMPLES, 4 * (most + 1))
    phi = 2 * np.pi * (np.arange(size) - size // 2) / size
    if callable(density):
        values = _sampled(density, phi)
        found = np.fft.ifft(np.fft.ifftshift(values))[: most + 1] * 2 * np.pi
    else:
        given = np.asarray(getattr(density, "harmonics", density))
        if given.ndim != 1 or given.dtype.kind not in "iufc" or not 1 <= len(given) <= size // 2:
            raise InvalidInput(
                f"The harmonics of the phase density are {shown(density)}.",
                "Give a list c_0 = 1, c_1, c_2, …, or a function p(φ).",
            )
        values = np.cos(np.multiply.outer(phi, np.arange(1, len(given)))) @ given[1:].real
        values += np.sin(np.multiply.outer(phi, np.arange(1, len(given)))) @ given[1:].imag
        values = (given[0].real + 2 * values) / (2 * np.pi)
        found = np.concatenate([given, np.zeros(most + 1)])[: most + 1]
    _require_density(values, found[0])
    found = found / found[0].real
    return np.where(np.abs(found) > ROUNDING, found, 0)


def _sampled(density: Callable[[np.ndarray], np.ndarray], phi: np.ndarray) -> np.ndarray:
    remedy = "Give a function of an array of angles that returns as many real numbers; np.vectorize(p) makes one."
    try:
        values = np.asarray(density(phi))
    except (TypeError, ValueError) as error:
        raise WrongType(f"The phase density does not take {len(phi)} angles: {error}.", remedy) from error
    if values.shape not in ((), phi.shape) or values.dtype.kind not in "iuf":
        raise WrongType(f"The phase density of {len(phi)} angles is {shown(values)}.", remedy)
    return np.broadcast_to(values.astype(float), phi.shape)


def _require_density(values: np.ndarray, total: complex) -> None:
    if not np.isfinite(values).all():
        raise InvalidInput("The phase density is not finite at every angle.", "Give a finite p(φ) on [−π, π).")
    if values.min() < -1e-9 * max(1.0, values.max()):
        raise InvalidInput(f"The phase density falls to {values.min():.3g}.", "Give p(φ) ≥ 0: it is a probability.")
    if abs(total - 1) > 1e-6:
        raise InvalidInput(
            f"The phase density integrates to {total.real:.9g} (at {len(values)} angles).",
            "Divide it by its integral over [−π, π).",
        )
