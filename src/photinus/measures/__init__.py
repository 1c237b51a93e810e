"""Measures of synchronization: functions of (state, site names…), and their catalogue.

R and R′ differ strongly at low occupation; correlation is not synchronization; none of them is entanglement. What each
one sees, and what its zero means, stands in :data:`catalogue`.
"""

from photinus.measures.catalogue import MeasureTable, catalogue, table
from photinus.measures.correlations import mutual_information
from photinus.measures.locking import amplitude_correlation, peak_height, phase_coherence
from photinus.measures.measure import Measure

__all__ = [
    "Measure",
    "MeasureTable",
    "amplitude_correlation",
    "catalogue",
    "mutual_information",
    "peak_height",
    "phase_coherence",
    "table",
]
