"""Figures: each function takes a result, and axes or None, and returns the matplotlib axes that it drew on.

Nothing is computed here. What is drawn over a result, such as the Adler boundary of a tongue or the mean-field radius
of a limit cycle, is passed in by the caller, who knows where it comes from.

============================  ==================================================================
function                      picture
============================  ==================================================================
:func:`tongue`                a quantity of a sweep over two of its axes
:func:`tongues`               boundaries of tongues over each other, one for each theory
:func:`curve`                 quantities of a sweep against one axis
:func:`currents`              heat and work as bands, after Sankey
:func:`cost_precision`        precision against its price, with the classical bound
:func:`fisher_information`    what measurements tell of a parameter, below the quantum bound
:func:`allan`                 Allan deviations of clocks
:func:`wigner`                a Wigner function, on a diverging map centred at 0
:func:`phase_density`         densities of one phase, as a polar plot
:func:`animate_phase`         a density of one phase that moves, as a GIF
:func:`joint_phase`           the density of two phases, on a torus cut open
:func:`sphere`                the Husimi function of a spin, on its sphere
:func:`populations`           the probabilities of levels, as bars
:func:`portrait`              the velocity of a mean field, with its fixed points and orbits
:func:`trajectories`          an expectation value along single trajectories, over its mean
:func:`phase_record`          phases along single trajectories, with their slips
:func:`spectrum`              emission spectra, with their peaks and the drive's line
:func:`liouvillian_spectrum`  eigenvalues of a Liouvillian, coloured by coherence order
:func:`entrainment`           the observed frequency against the detuning
:func:`phase_sensitivity`     how a kick moves the phase of an oscillator, along its limit cycle
:func:`phase_velocity`        how a phase moves on the circle, with its density
============================  ==================================================================

Colours are safe for the colour-blind (viridis, cividis, RdBu, the lines of Okabe and Ito), labels carry symbols and
units. The look is :func:`style`, a context; global settings of matplotlib are never changed. Without ``axes`` a
function makes a new pyplot figure, which a notebook shows; :func:`save` writes one to a file, whole or not at all.
"""

from photinus.plot.animation import animate_phase
from photinus.plot.currents import cost_precision, currents
from photinus.plot.curve import curve
from photinus.plot.files import save, write_aside
from photinus.plot.labels import angle_text, axis_label, parameters_text, symbol
from photinus.plot.levels import populations
from photinus.plot.lines import entrainment, spectrum
from photinus.plot.liouvillian import liouvillian_spectrum
from photinus.plot.maps import tongue
from photinus.plot.phase_equations import phase_sensitivity, phase_velocity
from photinus.plot.phases import joint_phase, phase_density
from photinus.plot.portrait import portrait
from photinus.plot.quasiprobability import wigner
from photinus.plot.records import phase_record, trajectories
from photinus.plot.sphere import sphere
from photinus.plot.stability import allan, fisher_information
from photinus.plot.style import LINES, figure, style
from photinus.plot.tongues import tongues

__all__ = [
    "tongue",
    "tongues",
    "curve",
    "currents",
    "cost_precision",
    "fisher_information",
    "allan",
    "wigner",
    "phase_density",
    "animate_phase",
    "joint_phase",
    "sphere",
    "populations",
    "portrait",
    "trajectories",
    "phase_record",
    "spectrum",
    "liouvillian_spectrum",
    "entrainment",
    "phase_sensitivity",
    "phase_velocity",
    "style",
    "figure",
    "LINES",
    "angle_text",
    "axis_label",
    "parameters_text",
    "symbol",
    "save",
    "write_aside",
]
