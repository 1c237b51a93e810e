"""The energy of a machine that its jumps tell: every quantum of heat is a difference of two levels."""

from __future__ import annotations

from photinus.algebra import Operator, as_operator, qudit
from photinus.algebra.qudit import Qudit
from photinus.errors import InvalidInput
from photinus.model import Model


def bare_energy(machine: Model) -> Operator:
    """The bare energy of a machine whose jumps move between levels of one qudit: Σ_k E_k |k⟩⟨k|, E_0 = 0.

    Parameters
    ----------
    machine : Model
        Such as ``ph.zoo.three_level_maser``; its jumps carry their quanta.

    Returns
    -------
    Operator
        The energy that every bath is in detailed balance with, for ``hamiltonian=`` of the currents.

    Raises
    ------
    InvalidInput
        If the jumps do not connect all levels, or their quanta contradict each other.

    Examples
    --------
    >>> import photinus as ph
    >>> maser = ph.zoo.three_level_maser(hot_frequency=5, cold_frequency=2, hot_temperature=20, cold_temperature=1,
    ...                                  hot_rate=0.1, cold_rate=0.1, drive=0.05)
    >>> ph.thermo.bare_energy(maser)
    5 - 5 q|0⟩⟨0| - 2 q|1⟩⟨1|
    """
    if len(machine.sites) != 1 or not isinstance(machine.sites[0], Qudit):
        raise InvalidInput(f"The machine lives on {machine.sites}.", "Give a machine of one qudit.")
    site = machine.sites[0]
    steps = [
        (local[0], local[1], jump.quantum)
        for jump in machine.jumps
        for word in jump.operator.terms
        for _, local in word
        if jump.quantum is not None and local and local[0] != local[1]
    ]
    energies = {0: 0.0}
    for _ in range(site.dimension):
        for low, high, quantum in steps:
            if low in energies and high not in energies:
                energies[high] = energies[low] + quantum
            elif high in energies and low not in energies:
                energies[low] = energies[high] - quantum
    if len(energies) < site.dimension:
        raise InvalidInput(
            f"The jumps with quanta connect {len(energies)} of {site.dimension} levels.", "Make them with Bath.jump."
        )
    worst = max((abs(energies[h] - energies[low] - e) for low, h, e in steps), default=0.0)
    if worst > 1e-9 * max(map(abs, energies.values())):
        raise InvalidInput(f"The quanta of the jumps contradict each other by {worst:.2g}.", "Give the energy by hand.")
    q = qudit(site.name, site.dimension)
    return sum((e * q(k, k) for k, e in sorted(energies.items()) if e), as_operator(0))
