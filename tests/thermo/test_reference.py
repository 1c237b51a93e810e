"""Known values of thermodynamics and counting; the source of each stands with it."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

THERMO = ph.thermo
S = ph.spin("s", 0.5)
A, B = ph.oscillator("a"), ph.oscillator("b")


@pytest.fixture(scope="module")
def qubit() -> ph.Model:
    """ω = 1; baths γ_h = 0.1, T_h = 2 and γ_c = 0.2, T_c = 0.5."""
    hot, cold = ph.Bath("hot", 2.0), ph.Bath("cold", 0.5)
    return ph.Model(S.z, [hot.jump(0.1, S.minus, 1.0), cold.jump(0.2, S.minus, 1.0)])


def test_heat_through_a_qubit_between_two_baths(qubit: ph.Model) -> None:
    """Q_h = ω γ_h γ_c (n_h − n_c)/(γ_h(2n_h + 1) + γ_c(2n_c + 1)), a rate equation of two levels."""
    flow = THERMO.heat_currents(qubit, ph.steady_state(qubit))
    assert flow["hot"] == pytest.approx(0.0412867585, abs=1e-9)
    assert flow["hot"] + flow["cold"] == pytest.approx(0, abs=1e-15)


def test_entropy_production_is_minus_beta_q_with_heat_into_the_system(qubit: ph.Model) -> None:
    """Spohn 1978: with the wrong sign it would be negative."""
    state = ph.steady_state(qubit)
    produced, flow = THERMO.entropy_production(qubit, state), THERMO.heat_currents(qubit, state)
    assert produced.value == pytest.approx(0.0619301378, abs=1e-9)
    assert sum(produced.by_bath.values()) == pytest.approx(produced.value, abs=1e-15)
    assert -flow["hot"] / 2.0 - flow["cold"] / 0.5 == pytest.approx(produced.value, abs=1e-14)
    assert produced.heat_class.name == "global"


def test_a_relaxing_qubit_produces_its_relative_entropy() -> None:
    """∫σ dt = S(ρ₀‖ρ_thermal), β ω = 1.5, γ = 1, Bloch vector (0.5, 0, 0.6) (Spohn 1978)."""
    bath = ph.Bath("room", 1.0)
    model = ph.Model(1.5 * S.z, [bath.jump(1.0, S.minus, 1.5)])
    rho = 0.5 * np.array([[1.6, 0.5], [0.5, 0.4]])
    start = ph.states.from_matrix({S: 2}, rho)
    path = ph.evolve(model, start, np.linspace(0, 25, 501), keep_states=True)
    produced = THERMO.entropy_produced(model, path)
    assert produced.total == pytest.approx(1.05597076, abs=1e-5)
    assert produced.rates.min() >= -1e-12
    assert produced.error < 1e-4


def test_local_baths_of_two_coupled_oscillators_bring_work() -> None:
    """Levy and Kosloff, EPL 107, 20004 (2014); De Chiara et al., New J. Phys. 20, 113024 (2018)."""
    hot, cold = ph.Bath("hot", 0.6), ph.Bath("cold", 0.5)
    energy = 2 * A.dag() * A + B.dag() * B + 0.05 * (A.dag() * B + B.dag() * A)
    model = ph.Model(energy, [hot.jump(0.1, A, 2.0), cold.jump(0.2, B, 1.0)])
    state = ph.steady_state(model, cutoff=ph.Converged(1e-11))
    naive = THERMO.heat_currents(model, state, model.hamiltonian)
    assert naive["hot"] == pytest.approx(-1.4452713e-4, abs=2e-8)  # from cold to hot
    assert -naive["hot"] / 0.6 - naive["cold"] / 0.5 == pytest.approx(-4.8176e-5, abs=2e-8)
    law, produced = THERMO.first_law(model, state), THERMO.entropy_production(model, state)
    assert law.heat["hot"] == pytest.approx(-1.73433e-4, abs=2e-8)
    assert law.power == pytest.approx(8.6716e-5, abs=2e-8)
    assert produced.value == pytest.approx(1.156217e-4, abs=2e-8)
    assert produced.heat_class.name == law.heat_class.name == "local"
    n_h, n_c = (1 / np.expm1(w / t) for w, t in ((2, 0.6), (1, 0.5)))
    rate = 2 * 0.05**2 * 0.15 / (0.15**2 + 1)
    flux = (n_h - n_c) / (1 / rate + 1 / 0.1 + 1 / 0.2)
    assert law.heat["hot"] == pytest.approx(2 * flux, rel=1e-7)
    assert naive["hot"] == pytest.approx(flux * (2 * 0.2 + 1 * 0.1) / 0.3, rel=1e-7)


def test_three_level_maser() -> None:
    """Scovil and Schulz-DuBois 1959; Jaseem et al., Phys. Rev. E 101, 020201 (2020): occupations 5 and 0.5."""
    hot, cold = 5 / np.log(1.2), 2 / np.log(3)
    maser = ph.zoo.three_level_maser(
        hot_frequency=5, cold_frequency=2, hot_temperature=hot, cold_temperature=cold, hot_rate=0.1, cold_rate=0.1,
        drive=0.05,
    )  # fmt: skip
    q, state = ph.qudit("q", 3), ph.steady_state(maser)
    law = THERMO.first_law(maser, state, ph.thermo.bare_energy(maser))
    flux = 0.00489130435
    assert law.power == pytest.approx(-3 * flux, abs=1e-10)
    assert law.heat["hot"] == pytest.approx(5 * flux, abs=1e-10)
    assert law.efficiency == pytest.approx(1 - 2 / 5, abs=1e-10)
    coherence = state.expect(q(0, 1))
    assert abs(coherence) == pytest.approx(0.0489130435, abs=1e-10)
    assert 2 * 0.05 * 3 * abs(coherence.imag) == pytest.approx(-law.power, abs=1e-12)
    counted = ph.counting(maser, {"hot": 1}, state=state)
    assert counted.mean == pytest.approx(-flux, abs=1e-10)


def test_heat_of_a_driven_qubit_depends_on_the_energy_that_is_booked() -> None:
    """T = 0, ω₀ = 10, oscillator − drive = 0.5, γ = 1, Ω = 1: p_e = 1/4."""
    excited, vacuum = S.plus * S.minus, ph.Bath("vacuum", 0.0)
    model = ph.Model(0.5 * excited + S.x, [vacuum.jump(1.0, S.minus, 10.0)])
    state = ph.steady_state(model)
    assert state.expect(excited) == pytest.approx(0.25, abs=1e-14)
    heat = [
        THERMO.heat_currents(model, state, energy)["vacuum"]
        for energy in (model.hamiltonian, 10.0 * excited, model.hamiltonian + 9.5 * excited)
    ]
    assert heat == pytest.approx([0.0, -2.5, -2.375], abs=1e-14)
    physical = model.hamiltonian + 9.5 * excited
    assert THERMO.power(model, state, physical) == pytest.approx(2.375, abs=1e-14)
    with pytest.raises(ph.errors.InvalidInput, match="rotating frame"):
        THERMO.heat_currents(model, state)


def test_biased_ring() -> None:
    """(A/N) coth(A/2N) with N = 5, A = 6 (Barato and Seifert 2015)."""
    q, ratio = ph.qudit("q", 5), np.exp(6 / 5)
    ring = ph.Model(jumps=[ph.Jump(ratio, q((k + 1) % 5, k), 1.0, name="step") for k in range(5)])
    relations = THERMO.uncertainty_relations(ph.counting(ring, {"step": 1}))
    assert relations.thermodynamic == pytest.approx(2.23443063, abs=1e-8)
    assert relations.coherent_activity == 0
    assert relations.violated == ()


@pytest.mark.parametrize(("drive", "fano"), [(0.5**0.5, 0.25), (2.0, 0.703703704)])
def test_resonance_fluorescence(drive: float, fano: float) -> None:
    """F = 1 − 6Ω²/(1 + 2Ω²)² (Mandel 1979), below what the activity of a classical chain allows."""
    counted = ph.counting(ph.Model(drive * S.x, [ph.Jump(1.0, S.minus, name="photon")]), {"photon": 1})
    assert counted.fano == pytest.approx(fano, abs=1e-9)
    assert counted.fano == pytest.approx(1 - 6 * drive**2 / (1 + 2 * drive**2) ** 2, abs=1e-12)
    assert THERMO.uncertainty_relations(counted).violated == ("kinetic",)
    assert counted.waiting_times([0.0]).randomness == pytest.approx(fano, abs=1e-9)  # every photon resets the atom
