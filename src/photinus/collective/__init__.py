"""Many units at once: infinite networks of quantum units, and Kuramoto's phases with noise, their classical anchor."""

from photinus.collective.disorder import DisorderAverage, disorder_average
from photinus.collective.finite_size import FiniteSizeScaling, finite_size_scaling
from photinus.collective.floquet import FloquetModes, Stroboscopic, floquet_modes, stroboscopic
from photinus.collective.frequencies import Density, Gaussian, Identical, Lorentzian
from photinus.collective.graphs import random_graph, ring_graph
from photinus.collective.infinite_network import InfiniteNetwork, NetworkState
from photinus.collective.kuramoto import Kuramoto, KuramotoRun, order_parameter
from photinus.collective.network import FourthOrder, Network, NetworkMotion
from photinus.collective.order import NetworkOrder, network_order, order_operators
from photinus.collective.period import Kick, Period
from photinus.collective.scaling import Limit, PowerLaw
from photinus.collective.superradiance import SuperradiantBoundaries, superradiant_boundaries
from photinus.collective.surviving import SurvivingModes, surviving_modes
from photinus.collective.time_crystals import Finding, TimeCrystalEvidence, is_time_crystal

__all__ = [
    "InfiniteNetwork",
    "NetworkState",
    "Density",
    "DisorderAverage",
    "Finding",
    "FiniteSizeScaling",
    "FloquetModes",
    "FourthOrder",
    "Gaussian",
    "Identical",
    "Kick",
    "Kuramoto",
    "KuramotoRun",
    "Limit",
    "Lorentzian",
    "Network",
    "NetworkMotion",
    "NetworkOrder",
    "Period",
    "PowerLaw",
    "Stroboscopic",
    "SuperradiantBoundaries",
    "SurvivingModes",
    "TimeCrystalEvidence",
    "disorder_average",
    "finite_size_scaling",
    "floquet_modes",
    "is_time_crystal",
    "network_order",
    "order_operators",
    "order_parameter",
    "random_graph",
    "ring_graph",
    "stroboscopic",
    "superradiant_boundaries",
    "surviving_modes",
]
