"""Machines of the zoo and baths of particles."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

PARAMETERS = {
    "hot_frequency": 5.0, "cold_frequency": 2.0, "hot_temperature": 20.0, "cold_temperature": 1.0,
    "hot_rate": 0.1, "cold_rate": 0.1,
}  # fmt: skip


def test_the_bare_energies_of_the_machines() -> None:
    three = ph.thermo.bare_energy(ph.zoo.three_level_maser(**PARAMETERS, drive=0.1))
    q = ph.qudit("q", 3)
    assert three.isclose(3.0 * q(1, 1) + 5.0 * q(2, 2))
    four = ph.thermo.bare_energy(ph.zoo.four_level_machine(**PARAMETERS, drive=0.1, splitting=0.01, interference=0.4))
    q = ph.qudit("q", 4)
    assert four.isclose(2.0 * q(1, 1) + 5.0 * q(2, 2) + 5.0 * q(3, 3))
    with pytest.raises(ph.errors.InvalidInput, match="one qudit"):
        ph.thermo.bare_energy(ph.zoo.van_der_pol(gain=1, two_photon_loss=1))
    with pytest.raises(ph.errors.InvalidInput, match="connect"):
        ph.thermo.bare_energy(ph.Model(jumps=[ph.Jump(1.0, q(0, 1))]))


@pytest.mark.parametrize("make", [ph.zoo.three_level_maser, ph.zoo.four_level_machine])
def test_engines_stop_at_equal_ratios_and_turn_round(make) -> None:
    """ω_h/T_h = ω_c/T_c is Carnot's point: no current at any drive."""
    for hot, sign in ((20.0, -1), (2.5, 0), (1.2, 1)):
        machine = make(**{**PARAMETERS, "hot_temperature": hot}, drive=0.05)
        state = ph.steady_state(machine)
        power = ph.thermo.power(machine, state, ph.thermo.bare_energy(machine))
        assert np.sign(round(power, 12)) == sign


def test_a_detuned_maser_closes_its_first_law_with_the_physical_energy() -> None:
    machine = ph.zoo.three_level_maser(**PARAMETERS, drive=0.05, detuning=0.03)
    q, state = ph.qudit("q", 3), ph.steady_state(machine)
    physical = machine.hamiltonian + 3.03 * (q(1, 1) + q(2, 2)) + 2.0 * q(2, 2)
    assert physical.isclose(ph.thermo.bare_energy(machine) + 0.05 * (q(0, 1) + q(1, 0)))
    law = ph.thermo.first_law(machine, state, physical)
    assert abs(law.closure) < 1e-14
    assert abs(law.change) < 1e-14
    flux = -ph.counting(machine, {"hot": 1}, state=state, highest=1).mean
    assert law.power == pytest.approx(-3.03 * flux)  # ω_d for every quantum


def test_bosons_with_a_chemical_potential() -> None:
    bath = ph.Bath("reservoir", 0.5, chemical_potential=-0.4)
    jump = bath.jump(0.3, ph.oscillator("a"), 1.0)
    assert jump.quantum == pytest.approx(1.4)
    assert np.log(jump.rate / jump.reverse) == pytest.approx(1.4 / 0.5)
    with pytest.raises(ph.errors.InvalidInput, match="chemical potential"):
        ph.Bath("reservoir", 0.5, 2.0).jump(0.3, ph.oscillator("a"), 1.0)
    with pytest.raises(ph.errors.InvalidInput, match="temperature"):
        ph.Bath("lead").fermi_jump(0.3, ph.qudit("d", 2)(0, 1), 1.0)


def test_quanta_and_potentials_count_in_fingerprints() -> None:
    d = ph.qudit("d", 2)
    models = [ph.Model(jumps=[ph.Bath("l", 1.0, mu).fermi_jump(0.3, d(0, 1), 1.0 + mu)]) for mu in (0.0, 0.5)]
    assert models[0].fingerprint != models[1].fingerprint
