"""Heat, work, entropy: what synchrony costs. Everything is positive *into* the system; entropies are in nats.

==================================  ==========================================================================
function                            answer
==================================  ==========================================================================
:func:`heat_currents`               the heat from each bath; :func:`heat_class` says which heat is meant
:func:`energy_currents`             the energy that each bath and each jump brings, whatever heat is
:func:`particle_currents`           the particles that each of them brings
:func:`power`                       the work of drives, or of repeated interactions
:func:`first_law`                   all of these, and that they close
:func:`energy_balance`              work and heat along an evolution, with its drives
:func:`entropy_production`          σ ≥ 0, in total and by bath, with its heat class
:func:`split_entropy_production`    its non-adiabatic and adiabatic parts
:func:`entropy_produced`            its integral over an evolution
:func:`schnakenberg`                that of a Markov chain; :func:`jump_rates` gives a model's chain
:func:`uncertainty_relations`       what a precise count costs: thermodynamic, kinetic, quantum
:func:`synchronization_cost`        entropy and work per e-fold of the locking time
:func:`entrainment_cost`            σ = νv/D of a noisy Adler phase
:func:`regularised`                 reverse rates for jumps that have none
:func:`global_master_equation`      the secular master equation of a Hamiltonian and its :class:`Contact` s
:func:`ergotropy`                   the work in a state; :func:`free_energy`, :func:`excess_free_energy`
==================================  ==========================================================================
"""

from photinus.thermo.bare import bare_energy
from photinus.thermo.cost import SynchronizationCost, entrainment_cost, regularised, synchronization_cost
from photinus.thermo.entropy import EntropyProduction, EntropySplit, entropy_production, split_entropy_production
from photinus.thermo.evolution import EnergyBalance, EntropyProduced, energy_balance, entropy_produced
from photinus.thermo.global_equation import Contact, NearlyDegenerate, eigenoperators, global_master_equation
from photinus.thermo.heat import (
    FirstLaw,
    HeatClass,
    energy_currents,
    first_law,
    heat_class,
    heat_currents,
    particle_currents,
    power,
)
from photinus.thermo.populations import jump_rates, schnakenberg
from photinus.thermo.uncertainty import UncertaintyRelations, uncertainty_relations
from photinus.thermo.work import ergotropy, excess_free_energy, free_energy

__all__ = [
    "bare_energy",
    "Contact",
    "EnergyBalance",
    "EntropyProduced",
    "EntropyProduction",
    "EntropySplit",
    "FirstLaw",
    "HeatClass",
    "NearlyDegenerate",
    "SynchronizationCost",
    "UncertaintyRelations",
    "eigenoperators",
    "energy_balance",
    "energy_currents",
    "entrainment_cost",
    "entropy_produced",
    "entropy_production",
    "ergotropy",
    "excess_free_energy",
    "first_law",
    "free_energy",
    "global_master_equation",
    "heat_class",
    "heat_currents",
    "jump_rates",
    "particle_currents",
    "power",
    "regularised",
    "schnakenberg",
    "split_entropy_production",
    "synchronization_cost",
    "uncertainty_relations",
]
