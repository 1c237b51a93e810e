"""Measures of phase locking: how sharp a phase or a phase difference is."""

from __future__ import annotations

import numpy as np

from photinus.algebra import oscillator
from photinus.errors import Undefined
from photinus.measures.measure import Measure
from photinus.measures.sites import restricted
from photinus.phase import PhaseDensity, distribution, relative_distribution
from photinus.phase.distribution import checked_ratio
from photinus.space.state import State

PHASES = ("oscillator", "spin")
"""The kinds of site that have a phase."""


def phase_coherence(state: State, *sites: str, ratio: tuple[int, int] = (1, 1), kind: str | None = None) -> float:
    """R = |⟨e^{i(φ_a − φ_b)}⟩| of two sites, or |⟨e^{iφ}⟩| of one.

    Parameters
    ----------
    state : State
    *sites : str
        One or two oscillators or spins.
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
        most one excitation has R ≤ ½, a spin ½ has R ≤ π/8. 0 means that this harmonic vanishes, not that the phase is
        uniform: a 2:1 locked phase has R = 0 and R > 0 with ``ratio=(2, 1)``. Shifts of the phases do not change it.
        With ``kind="wigner"``, whose density is no probability, a high harmonic may lie above 1.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model, for sites that are not there or have no phase, for a ratio or a notion that does not exist.

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
    density = _density(state, sites, "phase_coherence", (m, n), kind)
    return abs(density.moment(m if len(sites) == 1 else 1))


def amplitude_correlation(state: State, *sites: str) -> float:
    """R′ = |⟨a†b⟩|/√(⟨a†a⟩⟨b†b⟩), the degree of first-order coherence of two oscillators.

    Parameters
    ----------
    state : State
    *sites : str
        Two oscillators.

    Returns
    -------
    float
        From 0 to 1. R′ weighs large amplitudes most and differs strongly from R at low occupation: (|10⟩ + |01⟩)/√2
        has R′ = 1 and R = ½. R′ = 0 does not mean uncorrelated. Shifts of the phases do not change it.

    Raises
    ------
    Undefined
        Where an oscillator is in its vacuum, 0/0.
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there or are no oscillators.

    References
    ----------
    Lee2014.
    """
    state, names = restricted(state, sites, "amplitude_correlation", kinds=("oscillator",))
    a, b = (oscillator(name) for name in names)
    numbers = [complex(state.expect(c.dag() * c)).real for c in (a, b)]
    if min(numbers) <= 1e-14:
        raise Undefined(
            f"The amplitude correlation of {names[0]!r} and {names[1]!r} is 0/0: ⟨n⟩ is {abs(numbers[0]):.0e} and "
            f"{abs(numbers[1]):.0e}.",
            "The vacuum has no amplitude to correlate; look at the phase coherence or the mutual information.",
        )
    return float(abs(state.expect(a.dag() * b)) / np.sqrt(numbers[0] * numbers[1]))


def peak_height(state: State, *sites: str, kind: str | None = None) -> float:
    """S_max = max_φ P(φ) − 1/2π of the phase of one site, or of the phase difference of two.

    Parameters
    ----------
    state : State
    *sites : str
        One or two oscillators or spins. Of an oscillator and a spin P is the density of the sum of phase and azimuth.
    kind : str, optional
        The notion of phase; by default P is the canonical density of an oscillator, the polar marginal of the SU(2)
        Husimi function of a spin.

    Returns
    -------
    float
        0 for a uniform phase, and only there; without an upper bound for oscillators. Shifts of the phases do not
        change it. It does not tell how many peaks there are: ``ph.phase.distribution(…).peaks`` does.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        As :func:`phase_coherence`.

    References
    ----------
    Roulet2018 (spins), RouletPair2018 (two spins), Hush2015 (oscillators).

    Examples
    --------
    A squeezed oscillator prefers two opposite phases, which R does not see:

    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, squeezing=0.2))
    >>> ph.measures.phase_coherence(state, "a"), round(ph.measures.peak_height(state, "a"), 3)
    (0.0, 0.12)
    """
    return _density(state, sites, "peak_height", (1, 1), kind).peak_height


def _density(
    state: State, sites: tuple[str, ...], measure: str, ratio: tuple[int, int], kind: str | None
) -> PhaseDensity:
    """The density of the phase of one site or of mφ_a − nφ_b; only its harmonics matter, two angles are enough."""
    state, names = restricted(state, sites, measure, counts=(1, 2), kinds=PHASES)
    if len(names) == 1:
        return distribution(state, *names, kind=kind, points=2)
    return relative_distribution(state, *names, ratio=ratio, kind=kind, points=2)


MEASURES = (
    Measure(
        name="phase_coherence",
        symbol="R",
        function=phase_coherence,
        sites=(1, 2),
        kinds=PHASES,
        range="0 … 1",
        meaning="sharpness of the phase, or of the phase difference: |⟨e^{iφ}⟩|",
        zero="the first harmonic vanishes (2:1 locking is possible)",
        sees="locking of phases, classical or quantum",
        invariance="phase shifts of each site",
        references=("Pegg1989",),
    ),
    Measure(
        name="peak_height",
        symbol="S_max",
        function=peak_height,
        sites=(1, 2),
        kinds=PHASES,
        range="0 … (no bound)",
        meaning="height of the phase density above the uniform one, 1/2π",
        zero="the phase, or the phase difference, is uniform",
        sees="a preferred phase of any m:1 locking, classical or quantum",
        invariance="phase shifts of each site",
        references=("Roulet2018", "RouletPair2018", "Hush2015"),
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
)
