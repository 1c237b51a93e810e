"""Quantum heat engines that lase: the smallest machines whose work output is a phase-locked oscillation."""

from __future__ import annotations

from photinus.algebra import qudit
from photinus.model.baths import Bath
from photinus.model.model import Model
from photinus.numerics.checks import real_number


def three_level_maser(
    name: str = "q",
    *,
    hot_frequency: float,
    cold_frequency: float,
    hot_temperature: float,
    cold_temperature: float,
    hot_rate: float,
    cold_rate: float,
    drive: float,
    detuning: float = 0.0,
) -> Model:
    """The three-level maser of Scovil and Schulz-DuBois, in the frame of the drive on its lasing transition.

    Levels 0, 1, 2 have the bare energies 0, ω_h − ω_c, ω_h, and
    dρ/dt = −i[H, ρ] + Σ_k γ_k((n_k + 1)D[L_k] + n_k D[L_k†])ρ with L_h = |0⟩⟨2|, L_c = |1⟩⟨2|,
    n_k = 1/(e^{ω_k/T_k} − 1), and

    H = −detuning·|1⟩⟨1| − detuning·|2⟩⟨2| + drive·(|0⟩⟨1| + |1⟩⟨0|).

    It amplifies the drive (an engine) for ω_h/T_h < ω_c/T_c, and cools the cold bath with the drive's work otherwise.

    Parameters
    ----------
    name : str
        Name of the qudit.
    hot_frequency, cold_frequency : float
        ω_h > ω_c > 0.
    hot_temperature, cold_temperature : float
        T_h, T_c ≥ 0.
    hot_rate, cold_rate : float
        γ_h, γ_c ≥ 0, the rates at zero temperature; the baths are named "hot" and "cold".
    drive : float
        λ, the coupling to the drive at ω_d = ω_h − ω_c + detuning.
    detuning : float
        Drive frequency − (ω_h − ω_c).

    Notes
    -----
    The frame rotates, so that heat and power need the physical energy,
    ``hamiltonian = model.hamiltonian + ω_d·(P₁ + P₂) + ω_c·P₂``, or the bare one, (ω_h − ω_c)P₁ + ω_h P₂:
    :func:`photinus.thermo.bare_energy`.

    References
    ----------
    Scovil1959, JaseemMaser2020.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> hot, cold = 5 / np.log(1.2), 2 / np.log(3)  # occupations 5 and 0.5
    >>> maser = ph.zoo.three_level_maser(hot_frequency=5, cold_frequency=2, hot_temperature=hot, cold_temperature=cold,
    ...                                  hot_rate=0.1, cold_rate=0.1, drive=0.05)
    >>> state, energy = ph.steady_state(maser), ph.thermo.bare_energy(maser)
    >>> law = ph.thermo.first_law(maser, state, energy)
    >>> round(law.power, 10), round(law.efficiency, 10)
    (-0.014673913, 0.6)
    """
    q = qudit(name, 3)
    hot = _bath("hot", hot_temperature)
    cold = _bath("cold", cold_temperature)
    delta = real_number(detuning, f"detuning of {name!r}")
    coupling = real_number(drive, f"drive of {name!r}")
    hamiltonian = -delta * (q(1, 1) + q(2, 2)) + coupling * (q(0, 1) + q(1, 0))
    jumps = [
        hot.jump(hot_rate, q(0, 2), hot_frequency, name="hot"),
        cold.jump(cold_rate, q(1, 2), cold_frequency, name="cold"),
    ]
    return Model(hamiltonian, jumps, ["Scovil1959", "JaseemMaser2020"])


def four_level_machine(
    name: str = "q",
    *,
    hot_frequency: float,
    hot_temperature: float,
    hot_rate: float,
    cold_frequency: float,
    cold_temperature: float,
    cold_rate: float,
    drive: float,
    splitting: float = 0.0,
    interference: float = 0.9,
) -> Model:
    """A maser with two nearly degenerate upper levels, which the bath locks to each other and the drive to itself.

    Levels 0, 1 and the pair 2, 3 have the bare energies 0, ω_c, and ω_h twice. In the frame of the drive

    H = ½·splitting·(|2⟩⟨2| − |3⟩⟨3|) + drive·Σ_{j=2,3} (|1⟩⟨j| + |j⟩⟨1|),

    the hot bath has the jumps p·D[|0⟩(⟨2| + ⟨3|)] and (1 − p)·(D[|0⟩⟨2|] + D[|0⟩⟨3|]), the cold bath D[|0⟩⟨1|], each
    with its reverse in detailed balance. The drive makes the upper levels coherent with each other: it empties their
    symmetric state as an engine, ρ₂₃ < 0, and fills it as a refrigerator, ρ₂₃ > 0. The hot bath couples them too, by
    interference, and pulls them back towards its own equilibrium, in which ρ₂₃ = 0 without splitting.

    Parameters
    ----------
    name : str
        Name of the qudit.
    hot_frequency, cold_frequency : float
        ω_h > ω_c > 0: quanta of the hot bath on 0 ↔ 2, 3 and of the cold bath on 0 ↔ 1.
    hot_temperature, cold_temperature : float
        T_h, T_c ≥ 0.
    hot_rate, cold_rate : float
        Rates at zero temperature; the baths are named "hot" and "cold".
    drive : float
        λ, resonant with 1 ↔ (2, 3), ω_d = ω_h − ω_c.
    splitting : float
        Δ = E₂ − E₃, small beside ω_h: the baths do not resolve it.
    interference : float
        p from 0 (two independent transitions) to 1 (one collective transition). At p = 1 without splitting the
        antisymmetric state of 2 and 3 is dark, and the steady state not unique.

    References
    ----------
    Murtadho2023.

    Examples
    --------
    >>> import photinus as ph
    >>> machine = ph.zoo.four_level_machine(hot_frequency=5, cold_frequency=2, hot_temperature=20, cold_temperature=1,
    ...                                     hot_rate=0.1, cold_rate=0.1, drive=0.02, interference=0.9)
    >>> ph.thermo.power(machine, ph.steady_state(machine), ph.thermo.bare_energy(machine)) < 0
    True
    """
    q = qudit(name, 4)
    hot, cold = _bath("hot", hot_temperature), _bath("cold", cold_temperature)
    p = real_number(interference, f"interference of {name!r}", minimum=0.0)
    delta = real_number(splitting, f"splitting of {name!r}")
    coupling = real_number(drive, f"drive of {name!r}")
    hamiltonian = 0.5 * delta * (q(2, 2) - q(3, 3))
    hamiltonian = hamiltonian + coupling * (q(1, 2) + q(2, 1) + q(1, 3) + q(3, 1))
    together = hot.jump(p * hot_rate, q(0, 2) + q(0, 3), hot_frequency, name="hot, together")
    apart = [hot.jump((1 - p) * hot_rate, q(0, j), hot_frequency, name="hot, apart") for j in (2, 3)]
    jumps = [together, *apart, cold.jump(cold_rate, q(0, 1), cold_frequency, name="cold")]
    return Model(hamiltonian, [jump for jump in jumps if jump.rate > 0], ["Murtadho2023", "Scovil1959"])


def _bath(name: str, temperature: float) -> Bath:
    return Bath(name, real_number(temperature, f"temperature of the {name} bath", minimum=0.0))
