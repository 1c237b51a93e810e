"""Measures of phase locking: how sharp a phase or a phase difference is."""

from __future__ import annotations

import numpy as np

from photinus.algebra import Operator, Oscillator
from photinus.errors import InvalidInput, Undefined
from photinus.measures.measure import Measure
from photinus.phase.distribution import checked_ratio, combined, distribution, pair_harmonics, site_harmonics
from photinus.phase.notions import notion
from photinus.space.state import State


def phase_coherence(state: State, *sites: str, ratio: tuple[int, int] = (1, 1), kind: str | None = None) -> float:
    """R = |⟨e^{i(φ_a − φ_b)}⟩| of two sites, or |⟨e^{iφ}⟩| of one.

    Parameters
    ----------
    state : State
    *sites : str
        One or two sites.
    ratio : (int, int)
        (m, n) of an m:n locking: |⟨e^{i(mφ_a − nφ_b)}⟩|, or |⟨e^{imφ}⟩| of one site (a drive at n/m of its frequency).
    kind : str, optional
        The notion of phase. By default that of an oscillator is the canonical one, e^{iφ} = Σ|n⟩⟨n+1| (the limit of
        Pegg and Barnett); of a spin the azimuth of its SU(2) Husimi function. Of an oscillator and a spin the sum of
        phase and azimuth is taken, which the exchange a†S₋ + h.c. locks.

    Returns
    -------
    float
        From 0 (no preferred phase) to 1 (a sharp phase). At low occupation it is bounded well below 1: a state of at
        most one excitation has R ≤ ½. 0 means that this harmonic vanishes, not that the phase is uniform:
        a 2:1 locked phase has R = 0 and R = 1 with ``ratio=(2, 1)``.

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
    m, n = checked_ratio(ratio)
    if len(sites) == 1:
        reduced = state.reduced(*sites)
        found = site_harmonics(reduced, notion(reduced.sites[0], kind))[::m]
    elif len(sites) == 2:
        sums, signs, _ = pair_harmonics(state, *sites, kind)
        found = combined(sums, m, -n * signs[0] * signs[1])
    else:
        raise InvalidInput(f"phase_coherence was given {len(sites)} sites.", "Name one or two sites.")
    return float(abs(found[1])) if len(found) > 1 else 0.0  # too few levels have no such harmonic


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


def peak_height(state: State, site: str, *, kind: str | None = None) -> float:
    """S_max = max_φ P(φ) − 1/2π of one site.

    Parameters
    ----------
    state : State
    site : str
    kind : str, optional
        The notion of phase; by default P is the canonical density of an oscillator, the polar marginal of the SU(2)
        Husimi function of a spin.

    Returns
    -------
    float
        0 for a uniform phase; without an upper bound for oscillators.

    References
    ----------
    Roulet2018 (spins), Hush2015 (oscillators).
    """
    return distribution(state, site, kind=kind, points=2).peak_height


def _annihilation(state: State, name: str) -> Operator:
    site = state.sites[state.space.axis(getattr(name, "name", name))]
    if not isinstance(site, Oscillator):
        raise InvalidInput(f"The {site!r} has no amplitude ⟨a⟩.", "Name oscillators.")
    return Operator({((site, (0, 1, ())),): 1.0})


MEASURES = (
    Measure(
        name="phase_coherence",
        symbol="R",
        function=phase_coherence,
        sites=(1, 2),
        kinds=("oscillator", "spin"),
        range="0 … 1",
        meaning="sharpness of the phase, or of the phase difference: |⟨e^{iφ}⟩|",
        zero="the first harmonic vanishes (2:1 locking is possible)",
        sees="locking of phases, classical or quantum",
        invariance="phase shifts of each site",
        references=("Pegg1989",),
    ),
    Measure(
        name="amplitude_correlation",
        symbol="R′",
        function=amplitude_correlation,
        sites=(2,),
        kinds=("oscillator",),
        range="0 … 1",
        meaning="correlation of the amplitudes: |⟨a†b⟩|/√(n_a n_b)",
        zero="no correlation of first order; undefined for the vacuum",
        sees="locking of amplitudes, classical or quantum",
        invariance="phase shifts of each site",
        references=("Lee2014",),
    ),
    Measure(
        name="peak_height",
        symbol="S_max",
        function=peak_height,
        sites=(1,),
        kinds=("oscillator", "spin"),
        range="0 … (no bound)",
        meaning="height of the phase density above the uniform one, 1/2π",
        zero="the phase is uniform",
        sees="a preferred phase of any m:1 locking",
        invariance="phase shifts",
        references=("Roulet2018", "Hush2015"),
    ),
)
