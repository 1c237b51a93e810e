"""Measures of entanglement: negativity for sites of any kind, concurrence for two two-level sites.

Entanglement is not synchronization: a classical mixture of states with one and the same phase difference is locked and
separable, and two equal spins can be entangled without a preferred phase difference.

The partial transpose takes |i, j⟩⟨k, l| to |i, l⟩⟨k, j|. If the coherences of ρ change q_a + q_b by some order, those
of ρ^{T_b} change q_a − q_b by the same order: the transpose has the blocks of the group whose weights on b are
reversed, and its spectrum costs as little as that of ρ.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from photinus.errors import InvalidInput
from photinus.measures.measure import Measure
from photinus.measures.sites import ANY, restricted
from photinus.model import Group
from photinus.space.sectors import grading
from photinus.space.state import State

Part: TypeAlias = str | tuple[str, ...]
"""One side of a bipartition: a site, or several in a tuple."""


def negativity(state: State, first: Part, second: Part) -> float:
    """The negativity N = (‖ρ^{T_b}‖₁ − 1)/2, the sum of |λ| over the negative eigenvalues of the partial transpose.

    Parameters
    ----------
    state : State
        Sites that are not named are traced out.
    first, second : str or tuple of str
        The two sides: a site each, or several sites in a tuple. Which side is transposed does not matter.

    Returns
    -------
    float
        From 0 to (d − 1)/2, d the smaller dimension. N > 0 proves entanglement. N = 0 proves its absence for two
        two-level sites and for two levels with three; larger systems may be *bound entangled* with N = 0, of use to no
        distillation. N does not rise under local operations and classical communication, and does not change under
        unitaries of each side.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there, or are named twice.

    References
    ----------
    Vidal2002.

    Examples
    --------
    >>> import photinus as ph
    >>> s, t = ph.spin("s", 1), ph.spin("t", 1)
    >>> exchange = ph.Model(0.005j * (s.plus * t.minus - s.minus * t.plus))
    >>> cycles = ph.zoo.spin_one("s", gain=0.1, loss=1) + ph.zoo.spin_one("t", gain=0.1, loss=1)
    >>> round(ph.measures.negativity(ph.steady_state(cycles + exchange), "s", "t"), 4)
    0.0332
    """
    left, right = (part if isinstance(part, (tuple, list)) else (part,) for part in (first, second))
    if not (left and right):
        raise InvalidInput("The negativity is asked of a side without sites.", "Name one site or more on each side.")
    state, names = restricted(state, (*left, *right), "negativity", more=True)
    spectrum = partial_transpose(state, *names[len(left) :]).eigenvalues
    return float(np.abs(spectrum[spectrum < 0]).sum())


def logarithmic_negativity(state: State, first: Part, second: Part) -> float:
    """The logarithmic negativity E_N = ln‖ρ^{T_b}‖₁ = ln(1 + 2N), in nats.

    Many papers take the logarithm to base 2: theirs is this one divided by ln 2.

    Parameters
    ----------
    state : State
        Sites that are not named are traced out.
    first, second : str or tuple of str
        The two sides, as in :func:`negativity`.

    Returns
    -------
    float
        From 0 to ln d, d the smaller dimension; 2r for the two-mode squeezed vacuum. It adds up over independent pairs,
        bounds the distillable entanglement from above, and is an entanglement monotone, though not a convex one.
        A zero means what it means for the negativity.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        As :func:`negativity`.

    References
    ----------
    Vidal2002, Plenio2005.
    """
    return float(np.log1p(2 * negativity(state, first, second)))


def concurrence(state: State, first: str, second: str) -> float:
    """Wootters' concurrence C = max(0, λ₁ − λ₂ − λ₃ − λ₄) of two two-level sites.

    The λ are the square roots of the eigenvalues of ρ(σ_y⊗σ_y)ρ*(σ_y⊗σ_y), in falling order. With ρ = XX† they are the
    singular values of Xᵀ(σ_y⊗σ_y)X, which needs no root of a rounding error.

    Parameters
    ----------
    state : State
        Sites that are not named are traced out.
    first, second : str
        Sites of two levels each: spins ½, qudits of two levels, oscillators with two levels kept.

    Returns
    -------
    float
        From 0 (separable, and only that) to 1 (a Bell state); |sin θ| for cos(θ/2)|00⟩ + sin(θ/2)|11⟩. Unitaries of
        each site do not change it. It is at least 2N, N the negativity, and equal to 2N for pure states.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there, are named twice, or have another number of levels.

    References
    ----------
    Wootters1998.
    """
    pair, _ = restricted(state, (first, second), "concurrence")
    if pair.space.levels != (2, 2):
        raise InvalidInput(
            f"The concurrence is asked of sites with {' and '.join(map(str, pair.space.levels))} levels.",
            "It needs two levels each; the negativity takes any number.",
        )
    weights, kets = np.linalg.eigh(pair.density_matrix())
    x = kets * np.sqrt(np.maximum(weights, 0))
    roots = np.linalg.svd(x.T @ np.fliplr(np.diag([-1, 1, 1, -1])) @ x, compute_uv=False)
    return max(0.0, float(roots[0] - roots[1:].sum()))


def partial_transpose(state: State, *sites: str) -> State:
    """ρ^{T_b}: the kets and bras of some sites exchanged.

    Parameters
    ----------
    state : State
    *sites : str
        The sites to transpose.

    Returns
    -------
    State
        A Hermitian operator of trace 1 in the blocks of the reversed charges. It is a state only where it has no
        negative ``eigenvalues``.

    Raises
    ------
    UnknownSite, SiteMismatch, WrongType, InvalidInput
        As ``State.axes``.
    """
    space, axes = state.space, state.axes(sites)
    graded = grading(space, _reversed(state, axes))
    index = np.unravel_index(np.arange(space.dimension), space.levels)
    strides = [int(np.prod(space.levels[axis + 1 :])) for axis in range(len(space.levels))]
    share = np.zeros(space.dimension, dtype=int)  # what the transposed sites contribute to the number of a ket
    for axis in axes:
        share += index[axis] * strides[axis]
    parts = {}
    for order, vector in state.parts.items():
        rows, columns = graded.sector(order).kets
        change = share[columns] - share[rows]
        parts[order] = vector[state.grading.sector(order).index(rows + change, columns - change)]
    return State(graded, parts)


def _reversed(state: State, axes: tuple[int, ...]) -> Group:
    """The group with opposite weights on some sites."""
    signs = [-1 if axis in axes else 1 for axis, site in enumerate(state.sites) for _ in site.coordinates]
    group = state.grading.group
    return Group(group.moduli, tuple(tuple(w * s for w, s in zip(row, signs, strict=True)) for row in group.weights))


MEASURES = (
    Measure(
        name="negativity",
        symbol="N",
        function=negativity,
        sites=(2,),
        kinds=ANY,
        range="0 … (d − 1)/2",
        meaning="entanglement: (‖ρ^{T_b}‖₁ − 1)/2",
        zero="separable or bound entangled; never a statement about phases",
        sees="entanglement, of phases or of numbers",
        invariance="unitaries of each site",
        cost="eigenvalues",
        references=("Vidal2002",),
    ),
    Measure(
        name="logarithmic_negativity",
        symbol="E_N",
        function=logarithmic_negativity,
        sites=(2,),
        kinds=ANY,
        range="0 … ln d",
        meaning="entanglement: ln‖ρ^{T_b}‖₁, in nats",
        zero="separable or bound entangled; never a statement about phases",
        sees="entanglement, of phases or of numbers",
        invariance="unitaries of each site",
        cost="eigenvalues",
        references=("Vidal2002", "Plenio2005"),
    ),
    Measure(
        name="concurrence",
        symbol="C_W",
        function=concurrence,
        sites=(2,),
        kinds=("spin", "qudit"),  # two levels of an oscillator are a truncation, refined in a larger space
        two_level=True,
        range="0 … 1",
        meaning="entanglement of two two-level sites",
        zero="separable, exactly",
        sees="entanglement, of phases or of numbers",
        invariance="unitaries of each site",
        cost="eigenvalues",
        references=("Wootters1998",),
    ),
)
