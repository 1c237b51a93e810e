"""The quantum phase: densities on the circle and on the torus, and functions on phase space.

A number state has no phase: its density is uniform. A limit cycle has an amplitude but, as long as nothing breaks its
U(1) symmetry, no phase either; a drive gives it one, a partner gives the pair a relative one.
"""

from photinus.phase.density import JointPhaseDensity, PhaseDensity
from photinus.phase.distribution import distribution, joint_distribution, relative_distribution
from photinus.phase.quasiprobability import husimi, wigner

__all__ = [
    "JointPhaseDensity",
    "PhaseDensity",
    "distribution",
    "husimi",
    "joint_distribution",
    "relative_distribution",
    "wigner",
]
