"""Measures of phase locking: how sharp a phase or a phase difference is."""

from __future__ import annotations

import numpy as np

from photinus.algebra import Operator, Oscillator
from photinus.errors import InvalidInput, Undefined
from photinus.phase.distribution import density_values, harmonic_sums
from photinus.phase.weights import default_kind, order_sign
from photinus.space.state import State


def phase_coherence(state: State, *sites: str) -> float:
    """R = |⟨e^{i(φ_a − φ_b)}⟩| of two sites, or |⟨e^{iφ}⟩| of one.

    Parameters
    ----------
    state : State
    *sites : str
        One or two sites. The phase of an oscillator is the canonical one, e^{iφ} = Σ|n⟩⟨n+1| (the limit of Pegg and
        Barnett); of a spin the azimuth of its SU(2) Husimi function.

    Returns
    -------
    float
        From 0 (no preferred phase) to 1 (a sharp phase). At low occupation it is bounded well below 1: a state of at
        most one excitation has R ≤ ½. 0 means that the first harmonic vanishes, not that the phase is uniform:
        a 2:1 locked phase has R = 0.

    References
    ----------
    Pegg1989; the pair form with Susskind-Glogower exponentials.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.shared_bath_pair(detuning=0.1, coupling=0.5))
    >>> round(ph.measures.phase_coherence(state, "a", "b"), 4), ph.measures.phase_coherence(state, "a")
    (0.5471, 0.0)
    """
    if len(sites) not in (1, 2):
        raise InvalidInput(f"phase_coherence was given {len(sites)} sites.", "Name one or two sites.")
    reduced = state.reduced(*sites)
    kinds = [default_kind(site) for site in reduced.sites]
    sums = harmonic_sums(reduced, kinds)
    centre = [n // 2 for n in sums.shape]
    if min(sums.shape) < 3:  # a site of one level has no phase
        return 0.0
    if len(sites) == 1:
        return float(abs(sums[centre[0] + 1]))
    return float(abs(sums[centre[0] + 1, centre[1] - 1]))


def amplitude_correlation(state: State, first: str, second: str) -> float:
    """R′ = |⟨a†b⟩|/√(⟨a†a⟩⟨b†b⟩) of two oscillators.

    Returns
    -------
    float
        From 0 to 1. R′ weighs large amplitudes most and differs strongly from R at low occupation: (|10⟩ + |01⟩)/√2
        has R′ = 1 and R = ½. R′ = 0 does not mean uncorrelated.

    Raises
    ------
    Undefined
        Where an oscillator is in its vacuum, 0/0.
    InvalidInput
        For a site that is no oscillator.

    References
    ----------
    Lee2014.
    """
    a, b = _annihilation(state, first), _annihilation(state, second)
    state.axes((first, second))
    numbers = [complex(state.expect(op.dag() * op)).real for op in (a, b)]
    if min(numbers) <= 1e-14:
        raise Undefined(
            f"The amplitude correlation of {first!r} and {second!r} is 0/0: ⟨n⟩ is {abs(numbers[0]):.0e} and "
            f"{abs(numbers[1]):.0e}.",
            "The vacuum has no amplitude to correlate; look at the phase coherence or the mutual information.",
        )
    return float(abs(state.expect(a.dag() * b)) / np.sqrt(numbers[0] * numbers[1]))


def peak_height(state: State, site: str) -> float:
    """S_max = max_φ P(φ) − 1/2π of one site.

    Parameters
    ----------
    state : State
    site : str
        P is the canonical density of an oscillator, the polar marginal of the SU(2) Husimi function of a spin.

    Returns
    -------
    float
        0 for a uniform phase; without an upper bound for oscillators.

    References
    ----------
    Roulet2018 (spins), Hush2015 (oscillators).
    """
    reduced = state.reduced(site)
    only = reduced.sites[0]
    harmonics = harmonic_sums(reduced, [default_kind(only)])
    centre = len(harmonics) // 2
    orders = np.arange(1, centre + 1)
    upper = harmonics[centre + 1 :]
    if not np.any(upper):
        return 0.0
    sign = order_sign(only)
    samples = density_values(harmonics, sign, max(64, 2 * len(harmonics)))
    phi = 2 * np.pi * int(np.argmax(samples)) / len(samples) - np.pi
    height = float(samples.max()) - 1 / (2 * np.pi)
    for _ in range(8):  # Newton's steps to the top of the highest sample
        terms = upper * np.exp(sign * 1j * phi * orders)
        height = max(height, float(terms.sum().real) / np.pi)
        slope, curvature = -sign * float((orders * terms.imag).sum()), -float((orders**2 * terms.real).sum())
        if curvature >= 0 or abs(slope) <= 1e-12 * abs(curvature):
            break
        phi -= slope / curvature
    return max(0.0, height)


def _annihilation(state: State, name: str) -> Operator:
    site = state.sites[state.space.axis(getattr(name, "name", name))]
    if not isinstance(site, Oscillator):
        raise InvalidInput(f"The {site!r} has no amplitude ⟨a⟩.", "Name oscillators.")
    return Operator({((site, (0, 1, ())),): 1.0})
