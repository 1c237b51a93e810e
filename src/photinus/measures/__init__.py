"""Measures of synchronization: functions of (state, site names…), and their catalogue.

R and R′ differ strongly at low occupation; correlation is not synchronization; locking is not entanglement. What each
measure sees, and what its zero means, stands in :data:`catalogue`.
"""

from photinus.measures.asymmetry import (
    l1_coherence,
    relative_entropy_of_coherence,
    relative_entropy_of_synchronization,
    skew_information,
    u1_asymmetry,
)
from photinus.measures.catalogue import MeasureTable, catalogue, table
from photinus.measures.collective import (
    kuramoto_order,
    mean_phase_coherence,
    spin_correlation,
    spin_order,
    spin_z_covariance,
)
from photinus.measures.correlations import mutual_information
from photinus.measures.entanglement import concurrence, logarithmic_negativity, negativity
from photinus.measures.information import discord, phase_mutual_information, renyi_discord
from photinus.measures.locking import amplitude_correlation, peak_height, phase_coherence
from photinus.measures.measure import Measure
from photinus.measures.quadratures import complete_synchronization, phase_synchronization
from photinus.measures.trajectories import LagScan, pearson_correlation, pearson_scan

__all__ = [
    "LagScan",
    "Measure",
    "MeasureTable",
    "amplitude_correlation",
    "catalogue",
    "complete_synchronization",
    "concurrence",
    "discord",
    "kuramoto_order",
    "l1_coherence",
    "logarithmic_negativity",
    "mean_phase_coherence",
    "mutual_information",
    "negativity",
    "peak_height",
    "pearson_correlation",
    "pearson_scan",
    "phase_coherence",
    "phase_mutual_information",
    "phase_synchronization",
    "relative_entropy_of_coherence",
    "relative_entropy_of_synchronization",
    "renyi_discord",
    "skew_information",
    "spin_correlation",
    "spin_order",
    "spin_z_covariance",
    "table",
    "u1_asymmetry",
]
