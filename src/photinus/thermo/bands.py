"""Operators on a space as bands, multiplied as they are cut, so that balances close to rounding.

Tr(E 𝓓ρ) = Tr(ρ 𝓓†E) with the *truncated* jumps of the generator itself: the first law then holds to the residual of the
state and not to its truncation error. 𝓓†E is a handful of vectors over the kets, however large the sector.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from photinus.algebra import Operator
from photinus.model import Model
from photinus.model.symmetry import derive
from photinus.space.liouvillian import generator_on
from photinus.space.sectors import grading
from photinus.space.space import Bands, Space
from photinus.space.state import State
from photinus.space.vectors import laid_into
from photinus.thermo.channels import Channel


def added(total: Bands, bands: Bands, factor: complex) -> None:
    """Add factor·bands to a total, in place."""
    for shift, x in bands.items():
        value = factor * x
        total[shift] = total[shift] + value if shift in total else value


def adjoint_dissipator(space: Space, found: Iterable[Channel], energy: Bands) -> Bands:
    """Σ rate (L†EL − ½{L†L, E}) over all processes of the channels."""
    out: Bands = {}
    for channel in found:
        for rate, operator in channel.processes:
            jump = space.bands(operator)
            dagger = space.adjoint(jump)
            number = space.compose(dagger, jump)
            added(out, space.compose(dagger, space.compose(energy, jump)), rate)
            added(out, space.compose(number, energy), -0.5 * rate)
            added(out, space.compose(energy, number), -0.5 * rate)
    return out


def commutator_bands(space: Space, left: Bands, right: Bands) -> Bands:
    """[A, B] of two operators that were cut to the space."""
    out: Bands = {}
    added(out, space.compose(left, right), 1.0)
    added(out, space.compose(right, left), -1.0)
    return out


def expected(state: State, bands: Bands) -> complex:
    """Tr(Oρ)."""
    kets = np.arange(state.space.dimension)
    total = 0j
    for shift, amplitude in bands.items():
        if np.any(amplitude):
            total += complex(amplitude @ state.elements(kets, state.space.shifted(shift)))
    return total


def flux(state: State, rate: float, operator: Operator) -> float:
    """rate·⟨L†L⟩: how often a jump happens."""
    if rate == 0:
        return 0.0
    jump = state.space.bands(operator)
    return rate * expected(state, state.space.compose(state.space.adjoint(jump), jump)).real


def generated(model: Model, state: State) -> State:
    """𝓛ρ, in the sectors of the model."""
    space = state.space
    graded = grading(space, derive(space.sites, *model.generator).weak)
    made = generator_on(space, *model.generator, graded=graded)
    parts = laid_into(state, graded).parts
    return State(graded, {k: made.liouvillian(graded.sector(k)).matrix @ vector for k, vector in parts.items()})
