"""Measures of correlation of any kind, classical and quantum."""

from __future__ import annotations

from photinus.measures.measure import Measure
from photinus.measures.sites import ANY, restricted
from photinus.space.state import State


def mutual_information(state: State, *sites: str) -> float:
    """The quantum mutual information I = S(ρ_a) + S(ρ_b) − S(ρ_ab), in nats.

    Parameters
    ----------
    state : State
    *sites : str
        Two sites of any kind.

    Returns
    -------
    float
        From 0 (a product state, and only that) to 2 min(S_a, S_b); above min(S_a, S_b) the two are entangled. It sees
        every correlation, classical or quantum, whether or not it concerns the phases. Unitaries of each site do not
        change it, and nothing that is done to one site alone can raise it.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there.

    References
    ----------
    Ameri2015 (as an order parameter of synchronization).

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.shared_bath_pair(coupling=0.5), cutoff=ph.Converged(1e-4))
    >>> 0 < ph.measures.mutual_information(state, "a", "b") < 1
    True
    """
    pair, names = restricted(state, sites, "mutual_information")
    parts = [pair.reduced(name).entropy() for name in names]
    return max(0.0, sum(parts) - pair.entropy())


MEASURES = (
    Measure(
        name="mutual_information",
        symbol="I",
        function=mutual_information,
        sites=(2,),
        kinds=ANY,
        range="0 … 2 min(S_a, S_b) nats",
        meaning="all correlations: S_a + S_b − S_ab",
        zero="a product state",
        sees="any correlation, phase or number, classical or quantum",
        invariance="unitaries of each site",
        cost="eigenvalues",
        references=("Ameri2015",),
    ),
)
