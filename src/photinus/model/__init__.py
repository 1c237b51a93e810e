"""What a system is: a Hamiltonian and jumps over named sites, without cutoffs and without matrices."""

from photinus.model.baths import Bath
from photinus.model.exchange import Exchange, ExchangeGroup
from photinus.model.jumps import Jump
from photinus.model.model import Model
from photinus.model.symmetry import Group, Order, Symmetry

__all__ = ["Bath", "Exchange", "ExchangeGroup", "Group", "Jump", "Model", "Order", "Symmetry"]
