"""Dissipation as a tool: baths that are shared, blind to one collective mode, and so drive oscillators into step.

:mod:`~photinus.reservoir.jumps` makes the jumps of shared, correlated and general dissipative couplings,
:mod:`~photinus.reservoir.pair` the pair with every imperfection and its closed forms,
:mod:`~photinus.reservoir.quality` what synchrony is worth against them, how much of each is tolerable, and which jump
gives a wanted phase.
"""

from photinus.reservoir.jumps import (
    correlated_pumping,
    dissipative_coupling,
    lock_phases,
    shared_gain,
    shared_loss,
)
from photinus.reservoir.pair import LinearQuality, Pair
from photinus.reservoir.quality import Design, Quality, design, quality, tolerance
from photinus.solve.manifold.collective_modes import CollectiveModes, collective_modes

__all__ = [
    "CollectiveModes",
    "Design",
    "LinearQuality",
    "Pair",
    "Quality",
    "collective_modes",
    "correlated_pumping",
    "design",
    "dissipative_coupling",
    "lock_phases",
    "quality",
    "shared_gain",
    "shared_loss",
    "tolerance",
]
