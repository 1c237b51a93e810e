"""Entrainment: oscillators that follow a drive or each other, from the phase equation to the density matrix.

- :func:`phase_reduction`: limit cycle → phase sensitivity, phase diffusion, semiclassical phase equation.
- :func:`quantum_correction`: the same beside the exact density matrix.
- :func:`adler`, :func:`phase_equation`: a noisy phase on the circle, its drift, diffusion, density and slips.
- :func:`adler_drift`, :func:`adler_coherence`: closed forms of the noisy Adler equation, of arrays.
- :func:`tongue`: the boundary of a criterion in a plane of two parameters, followed instead of filled. Criteria:
  :class:`MeanFieldLocking`, :class:`Level`, :class:`FrequencyEntrainment`, :class:`Value`.
- :func:`bifurcations`: where, along one parameter, a locked state or a limit cycle of the mean field ends.
"""

from photinus.entrainment.adler import adler, adler_coherence, adler_drift
from photinus.entrainment.circle import PhaseEquation, SlipRates, phase_equation
from photinus.entrainment.correction import FreeCorrection, LockedCorrection, quantum_correction
from photinus.entrainment.evolution import PhaseEvolution
from photinus.entrainment.phase_reduction import PhaseReduction, phase_reduction
from photinus.entrainment.tongue import Continuation, tongue
from photinus.entrainment.tongue_criteria import FrequencyEntrainment, Level, MeanFieldLocking, Value
from photinus.entrainment.tongue_region import NoBoundary, Tongue
from photinus.solve.bifurcation import bifurcations

__all__ = [
    "Continuation",
    "FreeCorrection",
    "FrequencyEntrainment",
    "Level",
    "LockedCorrection",
    "MeanFieldLocking",
    "NoBoundary",
    "PhaseEquation",
    "PhaseEvolution",
    "PhaseReduction",
    "SlipRates",
    "Tongue",
    "Value",
    "adler",
    "adler_coherence",
    "adler_drift",
    "bifurcations",
    "phase_equation",
    "phase_reduction",
    "quantum_correction",
    "tongue",
]
