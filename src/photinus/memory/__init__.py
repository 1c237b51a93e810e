"""Baths with memory: spectral densities, three routes to what they do, and what memory does to synchronization.

Densities: :class:`Lorentzian`, :class:`Lorentzians`, :class:`DrudeLorentz`, :class:`Underdamped`, :class:`Ohmic`,
:class:`Tabulated`, :class:`Density`. An :class:`Environment` couples one to operators of a system. Routes:
:func:`with_pseudomodes` (a Lindblad model that every question takes; :func:`pseudomode_steady_state` and
:func:`pseudomode_evolution` judge the number of modes as well), :func:`heom` (QuTiP's hierarchy),
:func:`redfield`, :func:`tcl2` and :func:`markov_limit` (weak coupling, with a number that says how weak).
:func:`compare` holds a measure against a declared Markov reference; :func:`blp` and :func:`rhp` measure memory itself;
:func:`transient_synchronization` compares a common bath with separate ones.

H_I = L†B + LB† and J(ω) = Σ_k |g_k|² δ(ω − ω_k) throughout; see :mod:`photinus.memory.densities` for other conventions.
"""

from photinus.memory.compare import Comparison, EqualCoupling, EqualDensity, EqualPeak, Reference, compare
from photinus.memory.correlations import BathCorrelation, bath_correlation, dephasing
from photinus.memory.densities import (
    Density,
    DrudeLorentz,
    Lorentzian,
    Lorentzians,
    Ohmic,
    SpectralDensity,
    Tabulated,
    Underdamped,
)
from photinus.memory.embedding import Embedding, pseudomode_evolution, pseudomode_steady_state
from photinus.memory.environment import Environment
from photinus.memory.fitting import Exponentials, Fit, FitFailed, exponentials
from photinus.memory.hierarchy import HEOM, Hierarchy, heom, heom_steady_state
from photinus.memory.markov import markov_limit, markov_rate
from photinus.memory.nonmarkovian import DynamicalMap, NonMarkovianity, blp, dynamical_map, rhp
from photinus.memory.pseudomodes import Pseudomodes, joined_state, pseudomodes, with_pseudomodes
from photinus.memory.transient import Transient, classical_transient, transient_synchronization
from photinus.memory.weak import Redfield, WeakEvolution, redfield, tcl2

__all__ = [
    "HEOM",
    "BathCorrelation",
    "Comparison",
    "Density",
    "DrudeLorentz",
    "DynamicalMap",
    "Embedding",
    "Environment",
    "EqualCoupling",
    "EqualDensity",
    "EqualPeak",
    "Exponentials",
    "Fit",
    "FitFailed",
    "Hierarchy",
    "Lorentzian",
    "Lorentzians",
    "NonMarkovianity",
    "Ohmic",
    "Pseudomodes",
    "Redfield",
    "Reference",
    "SpectralDensity",
    "Tabulated",
    "Transient",
    "Underdamped",
    "WeakEvolution",
    "bath_correlation",
    "blp",
    "classical_transient",
    "compare",
    "dephasing",
    "dynamical_map",
    "exponentials",
    "heom",
    "heom_steady_state",
    "joined_state",
    "markov_limit",
    "markov_rate",
    "pseudomode_evolution",
    "pseudomode_steady_state",
    "pseudomodes",
    "redfield",
    "rhp",
    "tcl2",
    "transient_synchronization",
    "with_pseudomodes",
]
