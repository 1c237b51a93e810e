"""Operators as polynomials of ladder words over named sites.

An oscillator *is* its annihilation operator; a spin has ``x y z plus minus``, and so has an ensemble of identical
atoms, for their sum; a qudit gives |m⟩⟨n| as ``q(m, n)``, and so does an ensemble of atoms of d levels, for the sum.
Sums, products and adjoints are computed exactly and kept in a canonical form: oscillator words in normal order,
spin words reduced by the Casimir and to degree 2j, of a qudit's projectors the last eliminated. Equal operators
therefore compare equal.
"""

from photinus.algebra.atoms import EnsembleHandle, LevelEnsembleHandle, ensemble
from photinus.algebra.ensemble import Ensemble, Identical
from photinus.algebra.level_ensemble import LevelEnsemble
from photinus.algebra.operator import (
    Operator,
    QuditHandle,
    Scalar,
    SpinHandle,
    Word,
    as_operator,
    commutator,
    diagonal,
    multiply_words,
    oscillator,
    qudit,
    resolved,
    spin,
)
from photinus.algebra.oscillator import Oscillator
from photinus.algebra.qudit import Qudit
from photinus.algebra.site import Handle, Site, locate
from photinus.algebra.spin import Spin

__all__ = [
    "Ensemble",
    "EnsembleHandle",
    "Handle",
    "Identical",
    "LevelEnsemble",
    "LevelEnsembleHandle",
    "Operator",
    "Oscillator",
    "Qudit",
    "QuditHandle",
    "Scalar",
    "Site",
    "Spin",
    "SpinHandle",
    "Word",
    "as_operator",
    "commutator",
    "diagonal",
    "ensemble",
    "locate",
    "multiply_words",
    "oscillator",
    "qudit",
    "resolved",
    "spin",
]
