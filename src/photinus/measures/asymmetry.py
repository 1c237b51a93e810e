"""Synchronization as a broken phase symmetry: how far a state is from those that no shift of the phases changes.

A limit cycle that nothing drives has no phase: it does not change under shifts, which the numbers of the levels
generate (n of an oscillator, S_z of a spin). Locking breaks this symmetry. The loss is measured by a relative entropy
S(ρ‖σ) = Tr ρ(ln ρ − ln σ); where the symmetric states are those with Δσ = σ, Δ the average over all shifts, its
minimum is reached at Δρ,

    min_σ S(ρ‖σ) = S(Δρ) − S(ρ).

Δ over independent shifts of every site keeps the populations alone; over common shifts of all sites it keeps what has
one total number.
"""

from __future__ import annotations

import numpy as np

from photinus.errors import SiteMismatch
from photinus.measures.blocks import blocks, coherent_between
from photinus.measures.measure import Measure
from photinus.measures.sites import ANY, restricted
from photinus.model import Group
from photinus.space.sectors import grading
from photinus.space.state import State

NUMBERS = ("oscillator", "spin")
"""The kinds of site whose levels are numbered by one integer."""
EMPTY = 1e-14
"""Eigenvalues of a limit cycle up to this one count as 0."""
OUTSIDE = 1e-10
"""Weight of a state outside the support of a limit cycle up to which the two supports count as equal."""


def relative_entropy_of_synchronization(state: State, *sites: str, limit_cycle: State | None = None) -> float:
    """Ω_R = min_σ S(ρ‖σ) over the limit-cycle states σ, or S(ρ‖σ) of one of them, in nats.

    Parameters
    ----------
    state : State
    *sites : str
        One or more sites of any kind.
    limit_cycle : State, optional
        σ, the steady state without the drive or without the coupling, on the same sites (others are traced out). By
        default σ is the nearest of all states that do not change under shifts of any site's phase, which is the state
        with the populations of ρ alone: Ω_R = S(Δρ) − S(ρ) is then the relative entropy of coherence.

    Returns
    -------
    float
        From 0, where ρ is itself a limit-cycle state. Shifts of the phases do not change it. With ``limit_cycle`` it
        is larger or equal, because it sees changes of the amplitudes as well, and it is inf where ρ has weight on
        levels that σ does not have (more than 1e-10; eigenvalues of σ up to 1e-14 count as 0): solve both with the
        same cutoffs, or the limit cycle with higher ones.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there, or that the limit cycle has of another kind or size.

    References
    ----------
    Jaseem2020.

    Examples
    --------
    >>> import photinus as ph
    >>> driven = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=2, drive=0.5))
    >>> free = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=2))
    >>> ph.measures.relative_entropy_of_synchronization(free, "a")
    0.0
    >>> values = [ph.measures.relative_entropy_of_synchronization(driven, "a", limit_cycle=x) for x in (None, free)]
    >>> 0 < values[0] < values[1] < 1
    True
    """
    name = "relative_entropy_of_synchronization"
    state, names = restricted(state, sites, name, counts=(1,), more=True)
    if limit_cycle is None:
        return _coherence(state)
    reference, _ = restricted(limit_cycle, names, name, counts=(1,), more=True)
    if reference.sites != state.sites:
        raise SiteMismatch(
            f"The state has {_listed(state)}, and the limit cycle has {_listed(reference)}.",
            "Give a limit cycle of the same sites.",
        )
    return _relative_entropy(state, reference)


def relative_entropy_of_coherence(state: State, *sites: str) -> float:
    """C = S(Δρ) − S(ρ), Δρ the populations of the levels, in nats.

    Parameters
    ----------
    state : State
    *sites : str
        One or more sites of any kind; the basis are the products of their levels.

    Returns
    -------
    float
        From 0 (no coherences, and only there) to ln d, d the number of levels. Shifts of the phases do not change it.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for sites that are not there.

    References
    ----------
    Baumgratz2014.
    """
    return _coherence(restricted(state, sites, "relative_entropy_of_coherence", counts=(1,), more=True)[0])


def l1_coherence(state: State, *sites: str) -> float:
    """C_1 = Σ_{m≠n} |ρ_mn| over the products of levels of one or more sites.

    Parameters
    ----------
    state : State
    *sites : str
        One or more sites of any kind.

    Returns
    -------
    float
        From 0 (no coherences, and only there) to d − 1, d the number of levels; without a bound for an oscillator.
        Shifts of the phases do not change it.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for sites that are not there.

    References
    ----------
    Baumgratz2014.
    """
    state, _ = restricted(state, sites, "l1_coherence", counts=(1,), more=True)
    total = 0.0
    for order, vector in state.parts.items():
        rows, columns = state.grading.sector(order).kets
        total += float(np.abs(vector[rows != columns]).sum())
    return total


def u1_asymmetry(state: State, *sites: str) -> float:
    """The relative entropy of frameness A = S(Δρ) − S(ρ), Δρ the average over all common shifts of phase, in nats.

    The generator is the total number N: Σ n of the oscillators plus Σ S_z of the spins.

    Parameters
    ----------
    state : State
    *sites : str
        One or more oscillators or spins.

    Returns
    -------
    float
        From 0 (the phases have no common direction, and only there) to the Shannon entropy of N. Common shifts of the
        phases do not change it, and no covariant operation raises it. A pair that nothing drives has A = 0 however
        well it is locked: what is locked there is the difference of the phases, which a common shift leaves alone.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for sites that are not there, and qudits.

    References
    ----------
    Vaccaro2008, Gour2009.

    Examples
    --------
    >>> import photinus as ph
    >>> driven = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=2, drive=0.5))
    >>> 0 < ph.measures.u1_asymmetry(driven, "a") < 1
    True
    """
    state, _ = restricted(state, sites, "u1_asymmetry", counts=(1,), more=True, kinds=NUMBERS)
    if not coherent_between(state, _number(state)):
        return 0.0
    group = Group((0,), ((1,) * len(state.sites),))
    graded = grading(state.space, group)
    average = State(graded, {group.zero: state.elements(*graded.sector(group.zero).kets)})
    return max(0.0, average.entropy() - state.entropy())


def skew_information(state: State, *sites: str) -> float:
    """The skew information I = −½ Tr [√ρ, N]² of Wigner and Yanase about the total number N.

    In a basis of levels it is ½ Σ (N_i − N_j)² |⟨i|√ρ|j⟩|². N is Σ n of the oscillators plus Σ S_z of the spins.

    Parameters
    ----------
    state : State
    *sites : str
        One or more oscillators or spins.

    Returns
    -------
    float
        From 0 (N commutes with ρ, and only there) to the variance of N, which pure states reach; at most a quarter of
        the quantum Fisher information about a common shift of the phases. Such shifts do not change it. It adds up
        over independent sites. Near a pure state the root makes rounding visible: eight digits are right there.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for sites that are not there, and qudits.

    References
    ----------
    Wigner1963.
    """
    state, _ = restricted(state, sites, "skew_information", counts=(1,), more=True, kinds=NUMBERS)
    number, total = _number(state), 0.0
    if not coherent_between(state, number):
        return total
    for kets, matrix in blocks(state):
        values, vectors = np.linalg.eigh(matrix)
        root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.conj().T
        total += float((np.subtract.outer(number[kets], number[kets]) ** 2 * np.abs(root) ** 2).sum()) / 2
    return total


def _listed(state: State) -> str:
    return ", ".join(map(repr, state.sites))


def _number(state: State) -> np.ndarray:
    """The total number of each ket; a spin's is j + m."""
    return state.space.coordinates.sum(axis=1)


def _coherence(state: State) -> float:
    if not coherent_between(state, np.arange(state.space.dimension)):
        return 0.0
    p = state.populations()
    p = p[p > 0]
    return max(0.0, float(-(p * np.log(p)).sum()) - state.entropy())


def _relative_entropy(state: State, reference: State) -> float:
    """S(ρ‖σ) = −S(ρ) − Σ_k ln s_k ⟨k|ρ|k⟩ over the eigenstates |k⟩ of σ."""
    inside = mean = 0.0
    for kets, matrix in blocks(reference):
        place = _placed(reference, kets, state)
        values, vectors = np.linalg.eigh(matrix)
        rho = state.elements(place[:, None], place[None, :])
        weight = np.einsum("ik,ij,jk->k", vectors.conj(), rho, vectors, optimize=True).real
        full = values > EMPTY
        inside += float(weight[full].sum())
        mean += float(weight[full] @ np.log(values[full]))
    if state.trace() - inside > OUTSIDE:
        return float("inf")
    return max(0.0, -mean - state.entropy())


def _placed(source: State, kets: np.ndarray, target: State) -> np.ndarray:
    """The numbers that kets have in a space with other cutoffs; -1 where it does not have them."""
    levels = target.space.levels
    index = np.unravel_index(kets, source.space.levels)
    there = np.all([i < n for i, n in zip(index, levels, strict=True)], axis=0)
    return np.where(there, np.ravel_multi_index(index, levels, mode="clip"), -1)


MEASURES = (
    Measure(
        name="relative_entropy_of_synchronization",
        symbol="Ω_R",
        function=relative_entropy_of_synchronization,
        sites=(1,),
        more=True,
        kinds=ANY,
        range="0 … ln d nats",
        meaning="distance from the limit-cycle states, those without any phase: min S(ρ‖σ)",
        zero="a limit-cycle state: only populations",
        sees="every phase or phase relation, of one site or of all together",
        invariance="phase shifts of each site",
        cost="eigenvalues",
        references=("Jaseem2020",),
    ),
    Measure(
        name="u1_asymmetry",
        symbol="A",
        function=u1_asymmetry,
        sites=(1,),
        more=True,
        kinds=NUMBERS,
        range="0 … H(N) nats",
        meaning="how much a common phase shift changes the state: S(Δρ) − S(ρ)",
        zero="a state without a common phase; relative phases may be sharp",
        sees="the common phase, as a reference frame",
        invariance="unitaries that conserve N, phase shifts of each site",
        cost="eigenvalues",
        references=("Vaccaro2008", "Gour2009"),
    ),
    Measure(
        name="skew_information",
        symbol="I_WY",
        function=skew_information,
        sites=(1,),
        more=True,
        kinds=NUMBERS,
        range="0 … Var(N)",
        meaning="quantum part of the variance of the number: −½ Tr[√ρ, N]²",
        zero="a state without a common phase; relative phases may be sharp",
        sees="the common phase, weighed by the distance of the levels",
        invariance="unitaries that conserve N, phase shifts of each site",
        cost="eigenvalues",
        references=("Wigner1963",),
    ),
    Measure(
        name="relative_entropy_of_coherence",
        symbol="C",
        function=relative_entropy_of_coherence,
        sites=(1,),
        more=True,
        kinds=ANY,
        range="0 … ln d nats",
        meaning="what the populations do not tell: S(Δρ) − S(ρ) in the basis of levels",
        zero="no coherences",
        sees="every coherence between levels",
        invariance="phase shifts of each site",
        cost="eigenvalues",
        references=("Baumgratz2014",),
    ),
    Measure(
        name="l1_coherence",
        symbol="C_1",
        function=l1_coherence,
        sites=(1,),
        more=True,
        kinds=ANY,
        range="0 … d − 1",
        meaning="sum of all coherences between levels: Σ|ρ_mn|",
        zero="no coherences",
        sees="every coherence between levels, all alike",
        invariance="phase shifts of each site",
        references=("Baumgratz2014",),
    ),
)
