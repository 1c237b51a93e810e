"""An autonomous demon: two quantum dots, one of which watches the other and steers it by its charge."""

from __future__ import annotations

from math import exp

from photinus.algebra import qudit
from photinus.model.baths import Bath
from photinus.model.model import Model
from photinus.numerics.checks import real_number


def dot_demon(
    *,
    interaction: float,
    bias: float,
    system_energy: float = 0.0,
    system_temperature: float = 1.0,
    demon_temperature: float = 0.1,
    demon_rate: float = 10.0,
    asymmetry: float = 1.0,
) -> Model:
    """Two capacitively coupled quantum dots that make a Maxwell demon (Strasberg, Schaller, Brandes, Esposito 2013).

    A dot ``s`` sits between a left and a right lead, a dot ``d`` touches a cold lead of its own. Classical rates,
    written as a Lindblad equation with H = ε_s n_s + ε_d n_d + U n_s n_d, ε_d = −U/2, and the jumps

    |0⟩⟨1|_s ⊗ |k⟩⟨k|_d at the energy ε_s + kU with the rate Γ_ν^k of each lead ν, and
    |0⟩⟨1|_d ⊗ |k⟩⟨k|_s at the energy ε_d + kU with the rate Γ_d,

    each with its reverse by Fermi's function. Γ_L⁰ = Γ_R¹ = e^δ and Γ_L¹ = Γ_R⁰ = e^{−δ}, in units of the geometric
    mean:
    the demon opens one side or the other. A fast and cold demon pumps electrons from the right against the bias.

    Parameters
    ----------
    interaction : float
        U ≥ 0.
    bias : float
        V = μ_L − μ_R, μ_L = V/2 = −μ_R; particles that flow from the right lead to the left one gain V > 0.
    system_energy : float
        ε_s + U/2: the mean level of the system.
    system_temperature, demon_temperature : float
        T_s of both leads, T_d.
    demon_rate : float
        Γ_d.
    asymmetry : float
        δ.

    Notes
    -----
    Baths are "left", "right" and "demon". Heat needs the particle number: ``number=s(1, 1) + d(1, 1)``.

    References
    ----------
    Strasberg2013.

    Examples
    --------
    Electrons climb, paid with the heat that the demon's lead takes:

    >>> import photinus as ph
    >>> model = ph.zoo.dot_demon(interaction=2.0, bias=0.2)
    >>> s, d = ph.qudit("s", 2), ph.qudit("d", 2)
    >>> flow = ph.thermo.particle_currents(model, ph.steady_state(model), s(1, 1))
    >>> flow["right"] > 0 > flow["left"]
    True
    """
    u = real_number(interaction, "interaction of the dots", minimum=0.0)
    v = real_number(bias, "bias")
    delta = real_number(asymmetry, "asymmetry of the tunnelling")
    s, d = qudit("s", 2), qudit("d", 2)
    energies = {"s": real_number(system_energy, "energy of the system") - u / 2, "d": -u / 2}
    leads = {
        "left": (Bath("left", system_temperature, v / 2), delta),
        "right": (Bath("right", system_temperature, -v / 2), -delta),
    }
    cold = Bath("demon", demon_temperature)
    rate = real_number(demon_rate, "rate of the demon", minimum=0.0)
    jumps = []
    for k in (0, 1):
        for name, (bath, side) in leads.items():
            weight = exp(side if k == 0 else -side)
            label = f"{name}, demon {'full' if k else 'empty'}"
            jumps.append(bath.fermi_jump(weight, s(0, 1) * d(k, k), energies["s"] + k * u, name=label))
        label = f"demon, system {'full' if k else 'empty'}"
        jumps.append(cold.fermi_jump(rate, d(0, 1) * s(k, k), energies["d"] + k * u, name=label))
    hamiltonian = energies["s"] * s(1, 1) + energies["d"] * d(1, 1) + u * s(1, 1) * d(1, 1)
    return Model(hamiltonian, jumps, ["Strasberg2013"])
