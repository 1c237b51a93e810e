"""Entropy production of populations: Schnakenberg's network formula, channel by channel."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.model import Model
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import finite_numbers, require_model, require_state
from photinus.space.space import Space
from photinus.space.state import State
from photinus.thermo.channels import Channel, channels


def schnakenberg(rates: Any, populations: Any) -> float:
    """σ = Σ_c Σ_{i<j} (W^c_ij p_j − W^c_ji p_i) ln(W^c_ij p_j / W^c_ji p_i) of a Markov chain (Schnakenberg 1976).

    Parameters
    ----------
    rates : array_like, shape (n, n) or (channels, n, n)
        W_ij ≥ 0, the rate of j → i; the diagonal is not read. Channels are booked apart, so that two baths at one
        transition do not hide each other.
    populations : array_like, shape (n,)
        p_j ≥ 0.

    Returns
    -------
    float
        At least 0, in nats per time; inf where a transition that happens has no reverse.

    Raises
    ------
    InvalidInput
        For shapes that do not fit, and negative numbers.

    Examples
    --------
    A ring of three states with rates 2 and 1: one turn costs 3 ln 2.

    >>> import numpy as np
    >>> import photinus as ph
    >>> ring = np.roll(2 * np.eye(3), 1, axis=0) + np.roll(np.eye(3), -1, axis=0)
    >>> round(float(ph.thermo.schnakenberg(ring, [1/3, 1/3, 1/3]) / np.log(2)), 12)
    1.0
    """
    w, p = finite_numbers(rates, "rates"), finite_numbers(populations, "populations")
    w = w[None] if w.ndim == 2 else w
    if p.ndim != 1 or w.ndim != 3 or w.shape[1:] != (len(p), len(p)):
        raise InvalidInput(
            f"The rates have the shape {w.shape}, the populations {p.shape}.",
            "Give (n, n) or (channels, n, n), and (n,).",
        )
    if (w < 0).any() or (p < 0).any():
        raise InvalidInput("A rate or a population is negative.", "Give numbers of at least 0.")
    forward = w * p
    upper = np.triu_indices(len(p), 1)
    there, back = forward[:, upper[0], upper[1]], np.swapaxes(forward, 1, 2)[:, upper[0], upper[1]]
    if ((there > 0) != (back > 0)).any():
        return inf
    both = there > 0
    return float(((there - back)[both] * (np.log(there[both]) - np.log(back[both]))).sum())


def jump_rates(model: Model, state: State) -> np.ndarray:
    """The classical rates W_ij = rate·|⟨i|L|j⟩|² between the kets of a state's space, one array for each channel.

    Parameters
    ----------
    model : Model
    state : State
        Its cutoffs count.

    Returns
    -------
    ndarray, shape (channels, kets, kets)
        For :func:`schnakenberg`, with ``state.populations()``. A channel holds a jump and its reverse.

    Raises
    ------
    MemoryBudgetExceeded
    """
    require_model(model)
    require_state(model, state, "state")
    found, space = channels(model), state.space
    d = space.dimension
    require_memory(8.0 * len(found) * d * d, None, f"The rates between {d} kets", "Use smaller cutoffs.")
    return np.stack([_rates(space, channel) for channel in found]) if found else np.zeros((0, d, d))


def _rates(space: Space, channel: Channel) -> np.ndarray:
    out = np.zeros((space.dimension, space.dimension))
    for rate, operator in channel.processes:
        for shift, amplitude in space.bands(operator).items():
            target = space.shifted(shift)
            inside = np.flatnonzero(target >= 0)
            out[target[inside], inside] += rate * np.abs(amplitude[inside]) ** 2
    return out
