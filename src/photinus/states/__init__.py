"""States given by name: Fock, coherent, thermal, squeezed, cat, spin coherent, phase-locked mixtures, products.

Every function returns a :class:`State` without certificate (nothing was solved), with as many levels as the
state needs: what lies above the cutoff weighs less than 1e-12 and is renormalised away. (Numbers that add up
amplitudes, such as the negativity, feel the root of it, 1e-6; ``cutoff=ph.Fixed(...)`` keeps more.) The density matrix
is stored in the blocks of the largest diagonal symmetry that the state has, Z^M/Λ with Λ the lattice of the n − m of
all its coherences |n⟩⟨m|: a thermal state as its populations, two locked oscillators of uniform phase in blocks of
n_a + n_b.

Sites are keys of a mapping: an oscillator by its name, a spin or a qudit by its handle. The phases are those of the
page *Conventions*: |αe^{iφ}⟩ has the phase φ, and the locked angle of (a, b) is φ_a − φ_b.
"""

from photinus.states.arrays import from_ket, from_matrix
from photinus.states.atoms import identical
from photinus.states.combine import mixture, product, rotated
from photinus.states.gaussian import cat, coherent, squeezed, thermal, two_mode_squeezed
from photinus.states.levels import fock, level, spin_coherent, superposition
from photinus.states.locked import phase_locked_mixture

__all__ = [
    "cat",
    "coherent",
    "fock",
    "from_ket",
    "from_matrix",
    "identical",
    "level",
    "mixture",
    "phase_locked_mixture",
    "product",
    "rotated",
    "spin_coherent",
    "squeezed",
    "superposition",
    "thermal",
    "two_mode_squeezed",
]
