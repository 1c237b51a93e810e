"""Metrology: how precisely a state, the light it emits, or a clock tells a number.

==========================================  ======================================================================
function                                    answer
==========================================  ======================================================================
:func:`quantum_fisher_information`          F of a state about a shift, or about a parameter of a steady state
:func:`symmetric_logarithmic_derivative`    L, whose eigenbasis is an optimal measurement
:func:`fisher_matrix`                       F of several parameters, with their incompatibility
:func:`classical_fisher_information`        F of :class:`Number`, :class:`Phase`, :class:`Quadrature`,
                                            :class:`HeterodyneReading`
:func:`sensor`                              a steady state as a sensor: quantum bound and measurements
:func:`steady_fisher_matrix`                F of a steady state about several parameters
:func:`emission_information`                F per time of all that is emitted: the bound of continuous monitoring
:func:`counting_information`                F per time of the number of jumps
:func:`holevo_variance`                     of a phase that was unknown; :func:`least_holevo_variance`,
                                            :func:`optimal_phase_state`
:func:`relative_phase`                      of a pair without a common reference; :func:`common_phase_average`
:func:`phase_resource`                      three measures of asymmetry, in their order
:func:`oscillator_clock`                    linewidth, phase diffusion, Allan deviation
:func:`allan_deviation`                     of recorded phases, with the noises told apart; :func:`allan_of_noise`
:func:`laser_line`                          beyond Schawlow and Townes: :class:`LinearGain`, :class:`SaturatedJump`,
                                            :class:`ScullyLamb`
:func:`ticking_clock`                       accuracy, resolution, entropy per tick; :func:`ladder_clock`
:func:`locked_clocks`                       whether locking helps two clocks, and its cost
==========================================  ======================================================================
"""

from photinus.metrology.allan import AllanDeviation, allan_deviation, allan_of_noise
from photinus.metrology.classical import classical_fisher_information
from photinus.metrology.clocks import (
    LockedClocks,
    OscillatorClock,
    TickingClock,
    ladder_clock,
    locked_clocks,
    oscillator_clock,
    ticking_clock,
)
from photinus.metrology.continuous import EmissionInformation, counting_information, emission_information
from photinus.metrology.laser_line import LaserLine, LinearGain, SaturatedJump, ScullyLamb, laser_line
from photinus.metrology.limits import (
    PhaseResource,
    RelativePhase,
    common_phase_average,
    holevo_variance,
    least_holevo_variance,
    optimal_phase_state,
    phase_resource,
    relative_phase,
)
from photinus.metrology.measurements import HeterodyneReading, Number, Phase, Quadrature
from photinus.metrology.quantum import (
    FisherMatrix,
    LogarithmicDerivative,
    fisher_matrix,
    quantum_fisher_information,
    symmetric_logarithmic_derivative,
)
from photinus.metrology.sensing import Sensor, sensor, steady_fisher_matrix

__all__ = [
    "AllanDeviation",
    "EmissionInformation",
    "FisherMatrix",
    "HeterodyneReading",
    "LaserLine",
    "LinearGain",
    "LockedClocks",
    "LogarithmicDerivative",
    "Number",
    "OscillatorClock",
    "Phase",
    "PhaseResource",
    "Quadrature",
    "RelativePhase",
    "SaturatedJump",
    "ScullyLamb",
    "Sensor",
    "TickingClock",
    "allan_deviation",
    "allan_of_noise",
    "classical_fisher_information",
    "common_phase_average",
    "counting_information",
    "emission_information",
    "fisher_matrix",
    "holevo_variance",
    "ladder_clock",
    "laser_line",
    "least_holevo_variance",
    "locked_clocks",
    "optimal_phase_state",
    "oscillator_clock",
    "phase_resource",
    "quantum_fisher_information",
    "relative_phase",
    "sensor",
    "steady_fisher_matrix",
    "symmetric_logarithmic_derivative",
    "ticking_clock",
]
