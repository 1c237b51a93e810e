"""Order parameters of two and more sites: how far a network is in step.

All are built from pairs, so that a network of any size costs the reduced states of its pairs. For the phases of spins
and oscillators together, the azimuth of a spin counts with the opposite sign (the exchange a†S₋ + h.c. locks the sum).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from photinus.algebra import Operator, Spin, SpinHandle, spin
from photinus.errors import Undefined
from photinus.measures.locking import PHASES
from photinus.measures.measure import Measure
from photinus.measures.sites import restricted
from photinus.phase import relative_distribution
from photinus.space.state import State


def kuramoto_order(state: State, *sites: str, kind: str | None = None) -> float:
    """Kuramoto's order parameter r = √⟨|(1/N) Σ_j e^{iφ_j}|²⟩, a root mean square over the joint phase density.

    r² = 1/N + (2/N²) Σ_{j<k} Re⟨e^{i(φ_j − φ_k)}⟩: the N terms j = k are 1 each.

    Parameters
    ----------
    state : State
    *sites : str
        Two or more oscillators or spins.
    kind : str, optional
        The notion of phase, as in :func:`~photinus.measures.phase_coherence`.

    Returns
    -------
    float
        From 0 to 1 (all phases equal). Independent uniform phases have 1/√N, not 0; smaller values are an order, too:
        antiphase or a splay state, which reach 0. Equal shifts of all phases do not change it, unequal ones do: a pair
        locked at the phase difference ψ with coherence R has r² = (1 + R cos ψ)/2.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for fewer than two sites; for sites that are not there or have no phase.

    References
    ----------
    Kuramoto1984.

    Examples
    --------
    >>> import photinus as ph
    >>> ring = ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=5, dissipative=1)
    >>> state = ph.steady_state(ring, cutoff=ph.Fixed(4))
    >>> 3**-0.5 < ph.measures.kuramoto_order(state, *(site.name for site in state.sites)) < 1
    True
    """
    state, names = restricted(state, sites, "kuramoto_order", counts=(2,), more=True, kinds=PHASES)
    n = len(names)
    total = sum(moment.real for moment in _pair_moments(state, names, kind))
    return float(np.sqrt(max(0.0, n + 2 * total))) / n


def mean_phase_coherence(state: State, *sites: str, kind: str | None = None) -> float:
    """The mean over all pairs of R = |⟨e^{i(φ_j − φ_k)}⟩|.

    Parameters
    ----------
    state : State
    *sites : str
        Two or more oscillators or spins.
    kind : str, optional
        The notion of phase, as in :func:`~photinus.measures.phase_coherence`.

    Returns
    -------
    float
        From 0 (no pair is locked 1:1) to 1. Unlike :func:`kuramoto_order` it does not care at which phase differences
        the pairs are locked: shifts of the phases do not change it. Of two sites it is R.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        As :func:`kuramoto_order`.
    """
    state, names = restricted(state, sites, "mean_phase_coherence", counts=(2,), more=True, kinds=PHASES)
    return float(np.mean([abs(moment) for moment in _pair_moments(state, names, kind)]))


def spin_correlation(state: State, *sites: str) -> float:
    """|⟨S₊^a S₋^b⟩|/√(⟨S₊S₋⟩_a ⟨S₊S₋⟩_b) of two spins, the counterpart of the amplitude correlation R′.

    Parameters
    ----------
    state : State
    *sites : str
        Two spins.

    Returns
    -------
    float
        From 0 to 1, by Cauchy and Schwarz. Of two spins ½ in (|↑↓⟩ + e^{iχ}|↓↑⟩)/√2 it is 1, whatever χ: shifts of the
        phases do not change it. 0 does not mean uncorrelated.

    Raises
    ------
    Undefined
        Where a spin is in its lowest level, 0/0.
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there or are no spins.

    References
    ----------
    Xu2014.
    """
    state, names = restricted(state, sites, "spin_correlation", kinds=("spin",))
    (up_a, down_a), (up_b, down_b) = _ladders(state, names)
    excited = [complex(state.expect(x)).real for x in (up_a * down_a, up_b * down_b)]
    if min(excited) <= 1e-14:
        raise Undefined(
            f"The spin correlation of {names[0]!r} and {names[1]!r} is 0/0: ⟨S₊S₋⟩ is {abs(excited[0]):.0e} and "
            f"{abs(excited[1]):.0e}.",
            "A spin in its lowest level has nothing to correlate; look at the mutual information.",
        )
    return float(abs(state.expect(up_a * down_b)) / np.sqrt(excited[0] * excited[1]))


def spin_order(state: State, *sites: str) -> float:
    """The mean over all pairs of Re⟨S₊^j S₋^k⟩ = ⟨S_x S_x + S_y S_y⟩, the order of synchronized dipoles.

    Parameters
    ----------
    state : State
    *sites : str
        Two or more spins.

    Returns
    -------
    float
        Positive in phase (superradiant), negative in antiphase (subradiant): from −½ (singlet) to ½ (triplet) for two
        spins ½, at most N/4(N − 1) for N of them. 0 for uncorrelated spins without a phase of their own, and where in-
        and antiphase pairs balance. Equal shifts of all phases do not change it.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        As :func:`spin_correlation`, for fewer than two sites.

    References
    ----------
    Xu2014.
    """
    state, names = restricted(state, sites, "spin_order", counts=(2,), more=True, kinds=("spin",))
    pairs = combinations(_ladders(state, names), 2)
    return float(np.mean([complex(state.expect(up * down)).real for (up, _), (_, down) in pairs]))


def spin_z_covariance(state: State, *sites: str) -> float:
    """⟨S_z S_z⟩ − ⟨S_z⟩⟨S_z⟩ of two spins: the correlation that no phase takes part in.

    Parameters
    ----------
    state : State
    *sites : str
        Two spins.

    Returns
    -------
    float
        From −j j′ to j j′. 0 for product states, and not only for them. Shifts of the phases do not change it.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there or are no spins.

    References
    ----------
    Hush2015 (spin correlations as a probe of synchronization).
    """
    state, names = restricted(state, sites, "spin_z_covariance", kinds=("spin",))
    a, b = (handle.z for handle in _handles(state, names))
    return float(complex(state.expect(a * b) - state.expect(a) * state.expect(b)).real)


def _pair_moments(state: State, names: tuple[str, ...], kind: str | None) -> Iterator[complex]:
    """⟨e^{i(φ_j − φ_k)}⟩ of every pair."""
    for pair in combinations(names, 2):
        yield relative_distribution(state, *pair, kind=kind, points=2).moment()


def _ladders(state: State, names: tuple[str, ...]) -> list[tuple[Operator, Operator]]:
    """S₊ and S₋ of every spin."""
    return [(handle.plus, handle.minus) for handle in _handles(state, names)]


def _handles(state: State, names: tuple[str, ...]) -> list[SpinHandle]:
    sites = [state.sites[state.space.axis(name)] for name in names]
    return [spin(site.name, site.twice_j / 2) for site in sites if isinstance(site, Spin)]


MEASURES = (
    Measure(
        name="kuramoto_order",
        symbol="r",
        function=kuramoto_order,
        sites=(2,),
        more=True,
        kinds=PHASES,
        range="0 … 1; 1/√N if independent",
        meaning="are all phases equal: √⟨|Σ e^{iφ}/N|²⟩",
        zero="antiphase, a splay state: phases that cancel",
        sees="equal phases, classical or quantum",
        invariance="equal phase shifts of all sites",
        references=("Kuramoto1984",),
    ),
    Measure(
        name="mean_phase_coherence",
        symbol="⟨R⟩",
        function=mean_phase_coherence,
        sites=(2,),
        more=True,
        kinds=PHASES,
        range="0 … 1",
        meaning="sharpness of the phase differences, averaged over all pairs",
        zero="no pair has a first harmonic of its phase difference",
        sees="locking of phases at any differences, classical or quantum",
        invariance="phase shifts of each site",
        references=("Pegg1989",),
    ),
    Measure(
        name="spin_correlation",
        symbol="R_S",
        function=spin_correlation,
        sites=(2,),
        kinds=("spin",),
        range="0 … 1",
        meaning="correlation of the dipoles: |⟨S₊S₋⟩| over its Cauchy–Schwarz bound",
        zero="no correlation of first order; undefined for a spin in its lowest level",
        sees="locking of dipoles, classical or quantum",
        invariance="phase shifts of each site",
        references=("Xu2014",),
    ),
    Measure(
        name="spin_order",
        symbol="C_xy",
        function=spin_order,
        sites=(2,),
        more=True,
        kinds=("spin",),
        range="−½ … ½ for two spins ½",
        meaning="are the dipoles parallel: mean of ⟨S_x S_x + S_y S_y⟩ over all pairs",
        zero="uncorrelated dipoles, or as many parallel as antiparallel",
        sees="equal azimuths, weighed by the dipoles",
        invariance="equal phase shifts of all sites",
        references=("Xu2014",),
    ),
    Measure(
        name="spin_z_covariance",
        symbol="C_zz",
        function=spin_z_covariance,
        sites=(2,),
        kinds=("spin",),
        range="−j j′ … j j′",
        meaning="covariance of the inversions: ⟨S_z S_z⟩ − ⟨S_z⟩⟨S_z⟩",
        zero="no linear correlation of the inversions",
        sees="correlations of populations, no phases",
        invariance="phase shifts of each site",
        references=("Hush2015",),
    ),
)
