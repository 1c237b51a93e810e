"""Work that a state is worth: ergotropy, free energy and its excess over equilibrium.

On a space that is cut, spectra of the Hamiltonian are those of the cut Hamiltonian: the levels above it are taken as
empty, which a converged state allows. The equilibrium at T needs k_B T well below the energy of the cutoff.
"""

from __future__ import annotations

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator
from photinus.errors import NotHermitian, WrongType, shown
from photinus.model.symmetry import derive
from photinus.numerics.checks import real_number
from photinus.numerics.memory import require_memory
from photinus.space.sectors import grading
from photinus.space.state import State


def ergotropy(state: State, hamiltonian: Operator | Scalar) -> float:
    """The most work that a cyclic unitary extracts: Tr Hρ − Σ_k r_k ε_k, r falling and ε rising (Allahverdyan2004).

    Parameters
    ----------
    state : State
    hamiltonian : Operator
        H, Hermitian, on sites of the state.

    Returns
    -------
    float
        At least 0; 0 for passive states, such as thermal ones.

    Raises
    ------
    NotHermitian, UnknownSite, SiteMismatch, MemoryBudgetExceeded

    Examples
    --------
    A pure state gives all its energy, a thermal one nothing:

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> round(ph.thermo.ergotropy(ph.states.coherent({"a": 1.5}), a.dag() * a), 8)
    2.25
    >>> abs(ph.thermo.ergotropy(ph.states.thermal({"a": 0.3}), a.dag() * a)) < 1e-12
    True
    """
    energy = _checked(state, hamiltonian)
    levels = _levels(state, energy)
    populations = state.eigenvalues[::-1]
    return max(0.0, float(complex(state.expect(energy)).real - populations @ levels))


def free_energy(state: State, hamiltonian: Operator | Scalar, temperature: float) -> float:
    """F = Tr Hρ − T·S(ρ), of a state that need not be in equilibrium.

    Parameters
    ----------
    state : State
    hamiltonian : Operator
    temperature : float
        T ≥ 0 of the environment, in the unit of H.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> round(ph.thermo.free_energy(ph.states.fock({"a": 2}), a.dag() * a, 0.7), 12)
    2.0
    """
    energy = _checked(state, hamiltonian)
    t = real_number(temperature, "temperature", minimum=0.0)
    return float(complex(state.expect(energy)).real - t * state.entropy())


def excess_free_energy(state: State, hamiltonian: Operator | Scalar, temperature: float) -> float:
    """F(ρ) − F(thermal) = T·S(ρ‖thermal): the most work that an environment at T extracts from a state.

    Parameters
    ----------
    state : State
    hamiltonian : Operator
    temperature : float
        T ≥ 0; at 0 the energy above the ground state.

    Returns
    -------
    float
        At least 0; 0 in equilibrium.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 0.5)
    >>> round(ph.thermo.excess_free_energy(ph.states.level({s: 0.5}), s.z, 1.0), 6)  # ln(1 + e)
    1.313262
    """
    energy = _checked(state, hamiltonian)
    t = real_number(temperature, "temperature", minimum=0.0)
    levels = _levels(state, energy)
    ground = float(levels[0])
    equilibrium = ground - t * float(np.log(np.exp(-(levels - ground) / t).sum())) if t > 0 else ground
    return max(0.0, free_energy(state, energy, t) - equilibrium)


def _checked(state: State, hamiltonian: Operator | Scalar) -> Operator:
    if not isinstance(state, State):
        raise WrongType(f"The state is {shown(state)}.", "Give a state, such as that of ph.steady_state.")
    energy = as_operator(hamiltonian)
    if not energy.is_hermitian():
        raise NotHermitian(f"The energy {energy} is not Hermitian.", "Add the Hermitian conjugate.")
    return energy


def _levels(state: State, energy: Operator) -> np.ndarray:
    """The spectrum of the cut H, ascending, class by class of its own symmetry."""
    space = state.space
    graded = grading(space, derive(space.sites, energy, ()).weak)
    most = int(graded.sizes.max())
    require_memory(32.0 * most**2, None, f"The spectrum of {most} coupled kets", "Use smaller cutoffs.")
    bands = space.bands(energy)
    out = []
    for kets in graded.members:
        block = np.zeros((len(kets), len(kets)), dtype=complex)
        for shift, amplitude in bands.items():
            target = space.shifted(shift)[kets]
            inside = np.flatnonzero(target >= 0)
            block[graded.position[target[inside]], inside] += amplitude[kets[inside]]
        out.append(np.linalg.eigvalsh(block) if len(kets) > 1 else block.real.ravel())
    return np.sort(np.concatenate(out))
