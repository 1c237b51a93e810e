"""Models of the literature, each with its master equation and its source."""

from photinus.model.zoo.atoms import (
    boundary_time_crystal,
    superradiant_ensembles,
    superradiant_laser,
    tavis_cummings,
)
from photinus.model.zoo.collective_spins import coupled_time_crystals, dicke, lipkin_meshkov_glick
from photinus.model.zoo.demon import dot_demon
from photinus.model.zoo.hubbard import hubbard
from photinus.model.zoo.limit_cycles import laser, lienard, optomechanical, parametric_oscillator, rayleigh
from photinus.model.zoo.machines import four_level_machine, three_level_maser
from photinus.model.zoo.networks import coupled_van_der_pol, directed_van_der_pol, shared_bath_pair
from photinus.model.zoo.oscillators import van_der_pol
from photinus.model.zoo.spins import spin_one, spin_van_der_pol

__all__ = [
    "boundary_time_crystal",
    "coupled_time_crystals",
    "coupled_van_der_pol",
    "dicke",
    "directed_van_der_pol",
    "dot_demon",
    "four_level_machine",
    "hubbard",
    "laser",
    "lienard",
    "lipkin_meshkov_glick",
    "optomechanical",
    "parametric_oscillator",
    "rayleigh",
    "shared_bath_pair",
    "spin_one",
    "spin_van_der_pol",
    "superradiant_ensembles",
    "superradiant_laser",
    "tavis_cummings",
    "three_level_maser",
    "van_der_pol",
]
