"""The quantum phase: densities on the circle and on the torus, phase operators, and functions on phase space.

A number state has no phase: its density is uniform. A limit cycle has an amplitude but, as long as nothing breaks its
U(1) symmetry, no phase either; a drive gives it one, a partner gives the pair a relative one.
"""

from photinus.phase.density import JointPhaseDensity, PhaseDensity
from photinus.phase.discrete import DiscreteRelativePhase, discrete_relative_distribution
from photinus.phase.distribution import distribution, joint_distribution, relative_distribution
from photinus.phase.empirical import empirical_distribution, empirical_joint_distribution
from photinus.phase.levels import LevelPhaseDensity, level_distribution, transition_distribution
from photinus.phase.pegg_barnett import PeggBarnett, PeggBarnettLimit, pegg_barnett_limit
from photinus.phase.quasiprobability import husimi, radial_profile, wigner
from photinus.phase.sphere import spin_husimi
from photinus.phase.susskind_glogower import susskind_glogower

__all__ = [
    "DiscreteRelativePhase",
    "JointPhaseDensity",
    "LevelPhaseDensity",
    "PeggBarnett",
    "PeggBarnettLimit",
    "PhaseDensity",
    "discrete_relative_distribution",
    "distribution",
    "empirical_distribution",
    "empirical_joint_distribution",
    "husimi",
    "joint_distribution",
    "level_distribution",
    "pegg_barnett_limit",
    "radial_profile",
    "relative_distribution",
    "spin_husimi",
    "susskind_glogower",
    "transition_distribution",
    "wigner",
]
