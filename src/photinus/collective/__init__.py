"""Many units at once: infinite networks of quantum units, and Kuramoto's phases with noise, their classical anchor."""

from photinus.collective.frequencies import Density, Gaussian, Identical, Lorentzian
from photinus.collective.infinite_network import InfiniteNetwork, NetworkState
from photinus.collective.kuramoto import Kuramoto, KuramotoRun, order_parameter

__all__ = [
    "InfiniteNetwork",
    "NetworkState",
    "Density",
    "Gaussian",
    "Identical",
    "Kuramoto",
    "KuramotoRun",
    "Lorentzian",
    "order_parameter",
]
