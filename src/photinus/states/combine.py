"""States from states: products, mixtures, and states whose phase is turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from photinus.algebra import LevelEnsemble, Qudit, Site
from photinus.errors import InvalidInput, SiteMismatch, WrongType, shown
from photinus.numerics.checks import real_number
from photinus.space.space import Space
from photinus.space.state import State
from photinus.states.build import Key, assemble, embedded, shifts_of, space_of


def product(*states: State) -> State:
    """ρ₁ ⊗ ρ₂ ⊗ …, with the symmetries of all factors.

    Parameters
    ----------
    *states : State
        States of different sites.

    Returns
    -------
    State
        Its sites are in natural order of their names, whatever the order of the factors.

    Raises
    ------
    InvalidInput
        For no state, and for a site that two of them have.
    WrongType
        For what is no state.
    MemoryBudgetExceeded
        If the product does not fit.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1/2)
    >>> ph.states.product(ph.states.thermal({"a": 0.1}), ph.states.level({s: 1/2}))
    State of oscillator a (13 levels), spin s (j = 1/2); 26 elements kept
    """
    _require_states(states)
    levels: dict[Site, int] = {}
    for state in states:
        for site, n in zip(state.sites, state.space.levels, strict=True):
            if any(site.name == other.name for other in levels):
                raise InvalidInput(
                    f"The site {site.name!r} stands in two factors of the product.", "Multiply states of other sites."
                )
            levels[site] = n
    if len(states) == 1:
        return State(states[0].grading, states[0].parts)
    space = space_of(levels)
    shifts = [embedded(shifts_of(state), state.sites, space) for state in states]

    def elements(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        out = np.ones(len(rows), dtype=complex)
        for state in states:
            out *= state.elements(_kets(rows, space, state.space), _kets(columns, space, state.space))
        return out

    return assemble(space, np.concatenate(shifts), elements)


def mixture(weights: Sequence[float], states: Sequence[State]) -> State:
    """Σ_k w_k ρ_k of states of the same sites.

    Parameters
    ----------
    weights : sequence of float
        Probabilities w_k ≥ 0 with Σ w_k = 1 (to 1e-9).
    states : sequence of State
        As many. Their cutoffs may differ: the mixture has the largest. It keeps the symmetry that all of them have.

    Raises
    ------
    InvalidInput
        For weights that are negative, do not add up to 1, or are not as many as the states.
    SiteMismatch
        If the states have different sites.
    WrongType
        For what is no state.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.states.mixture([0.5, 0.5], [ph.states.coherent({"a": 1}), ph.states.coherent({"a": -1})])
    >>> round(state.purity(), 4), round(ph.states.cat({"a": 1}).purity(), 4)
    (0.5092, 1.0)
    """
    for given in (weights, states):
        if not isinstance(given, (Sequence, np.ndarray)):
            raise WrongType(f"A mixture is given {shown(given)}.", "Give a list of weights and a list of states.")
    _require_states(states)
    chances = [real_number(w, "weight of a mixture", minimum=0.0) for w in weights]
    if len(chances) != len(states) or abs(sum(chances) - 1) > 1e-9:
        raise InvalidInput(
            f"{len(chances)} weights with the sum {sum(chances):.9g} are given for {len(states)} states.",
            "Give one probability a state, with the sum 1.",
        )
    for state in states:
        if state.sites != states[0].sites:
            raise SiteMismatch(
                f"A mixture is asked of states of {list(states[0].sites)} and of {list(state.sites)}.",
                "Mix states of the same sites; product() supplies a site that is missing.",
            )
    space = Space(states[0].sites, tuple(np.max([state.space.levels for state in states], axis=0).tolist()))

    def elements(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        out = np.zeros(len(rows), dtype=complex)
        for w, state in zip(chances, states, strict=True):
            out += w * state.elements(_kets(rows, space, state.space), _kets(columns, space, state.space))
        return out

    return assemble(space, np.concatenate([shifts_of(state) for state in states]), elements)


def rotated(state: State, angles: Mapping[Key, float]) -> State:
    """The state with the phase of each named site advanced by an angle θ.

    U = e^{iθ a†a} of an oscillator, so that |α⟩ becomes |αe^{iθ}⟩ and P(φ) becomes P(φ − θ); U = e^{−iθS_z} of a spin,
    so that ⟨S₊⟩ becomes e^{iθ}⟨S₊⟩ and its azimuth moves by θ.

    Parameters
    ----------
    state : State
    angles : mapping of site to float
        θ (rad), of oscillators and spins.

    Returns
    -------
    State
        In the same blocks; a phase that the state does not have does not turn.

    Raises
    ------
    UnknownSite, SiteMismatch, WrongType
        For a site that the state does not have.
    InvalidInput
        For a qudit, which has no phase, a site that is named twice, and an angle that is not finite.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.states.rotated(ph.states.coherent({"a": 2}), {"a": 0.5})
    >>> round(ph.phase.distribution(state, "a").mean_direction, 9)
    0.5
    """
    _require_states((state,))
    if not isinstance(angles, Mapping):
        raise WrongType(f"The angles are {shown(angles)}.", "Give a mapping from sites, such as {'a': 0.5}.")
    turn = np.zeros(state.space.dimension)
    index = np.unravel_index(np.arange(state.space.dimension), state.space.levels)
    for place, angle in zip(state.axes(angles), angles.values(), strict=True):
        site = state.sites[place]
        if isinstance(site, (Qudit, LevelEnsemble)):
            raise InvalidInput(f"The {site!r} has no phase that could be turned.", "Name oscillators and spins.")
        # A spin's levels k count down from m = +j: e^{−iθS_z} is e^{iθk} but for a global phase.
        turn += real_number(angle, f"angle of {site.name!r}") * index[place]
    parts = {}
    for order, vector in state.parts.items():
        rows, columns = state.grading.sector(order).kets
        parts[order] = vector * np.exp(1j * (turn[rows] - turn[columns]))
    return State(state.grading, parts)


def _kets(numbers: np.ndarray, space: Space, part: Space) -> np.ndarray:
    """For each ket of a space that of some of its sites, the space ``part``; -1 where it is above a cutoff."""
    index = np.unravel_index(numbers, space.levels)
    chosen = [index[space.axis(site)] for site in part.sites]
    inside = np.all([i < n for i, n in zip(chosen, part.levels, strict=True)], axis=0)
    return np.where(inside, np.ravel_multi_index(chosen, part.levels, mode="clip"), -1)


def _require_states(states: Sequence[State]) -> None:
    if not len(states):
        raise InvalidInput("No state is given.", "Give at least one.")
    for state in states:
        if not isinstance(state, State):
            raise WrongType(f"A state is given as {shown(state)}.", "Give states, such as ph.states.fock({'a': 1}).")
