"""Functions of the thermodynamics one by one: drives, particles, costs, work, mistakes."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la

import photinus as ph

THERMO = ph.thermo
S = ph.spin("s", 0.5)
A, B = ph.oscillator("a"), ph.oscillator("b")
HOT, COLD = ph.Bath("hot", 2.0), ph.Bath("cold", 0.5)


def test_a_dot_between_two_leads() -> None:
    """One level ε: J_N = γ_l γ_r/(γ_l + γ_r)·(f_l − f_r), Q = (ε − μ)J_N."""
    dot = ph.qudit("dot", 2)
    left, right = ph.Bath("left", 0.4, 1.0), ph.Bath("right", 0.7, 0.2)
    level, number = 0.8, dot(1, 1)
    model = ph.Model(level * number, [b.fermi_jump(g, dot(0, 1), level) for b, g in ((left, 0.1), (right, 0.3))])
    state = ph.steady_state(model)
    f = [1 / (np.exp((level - b.chemical_potential) / b.temperature) + 1) for b in (left, right)]
    flow = 0.1 * 0.3 / 0.4 * (f[0] - f[1])
    assert THERMO.particle_currents(model, state, number)["left"] == pytest.approx(flow)
    heat = THERMO.heat_currents(model, state, number=number)
    assert heat == pytest.approx({"left": (level - 1.0) * flow, "right": -(level - 0.2) * flow})
    produced = THERMO.entropy_production(model, state)
    assert produced.value == pytest.approx(-heat["left"] / 0.4 - heat["right"] / 0.7)
    law = THERMO.first_law(model, state, number=number)
    assert law.chemical["left"] == pytest.approx(1.0 * flow)
    assert abs(law.closure) < 1e-15
    with pytest.raises(ph.errors.InvalidInput, match="chemical potential"):
        THERMO.heat_currents(model, state)


def test_a_bath_at_zero_temperature_fills_levels_below_its_potential() -> None:
    dot, lead = ph.qudit("dot", 2), ph.Bath("lead", 0.0, 1.0)
    model = ph.Model(0.3 * dot(1, 1), [lead.fermi_jump(0.5, dot(0, 1), 0.3), ph.Jump(0.2, dot(0, 1), 0.1)])
    assert model.jumps[0].reverse == 0.5
    produced = THERMO.entropy_production(model, ph.steady_state(model))
    assert produced.value == np.inf
    with pytest.raises(ph.errors.InvalidInput, match="chemical potential"):
        lead.fermi_jump(0.5, dot(0, 1), 1.0)


def test_the_power_of_a_drive_in_the_laboratory_and_in_its_frame() -> None:
    """Weakly driven qubit, ω₀ = 20: i⟨[H(t), H₀]⟩ over a period against the rotating frame."""
    w, rate, strength = 20.0, 1.0, 0.8
    bath = ph.Bath("bath", 10.0)
    excited = S.plus * S.minus
    lab = ph.Model(w * excited, [bath.jump(rate, S.minus, w)])
    frame = ph.Model(strength / 2 * (S.plus + S.minus), lab.jumps)
    drives = [(strength / 2 * S.plus, lambda t: np.exp(-1j * w * t))]
    steady = ph.steady_state(frame)
    assert THERMO.power(frame, steady, w * excited) > 0
    path = ph.evolve(lab, steady, [0.0, 0.05, 0.31], drives=drives, keep_states=True)
    for t, state in zip(path.times, path.states, strict=True):
        value = THERMO.power(lab, state, lab.hamiltonian, drives=drives, time=float(t))
        assert value == pytest.approx(THERMO.power(frame, steady, w * excited), rel=1e-6)


def test_two_jumps_that_undo_each_other_are_one_channel() -> None:
    pair = ph.Model(S.z, [HOT.jump(0.1, S.minus, 1.0), COLD.jump(0.2, S.minus, 1.0)])
    written_apart = ph.Model(
        S.z,
        [
            ph.Jump(x, L, bath=jump.bath)
            for jump in pair.jumps
            for x, L in ((jump.rate / 4, 2 * S.minus), (jump.reverse, 1j * S.plus))
        ],
    )
    state = ph.steady_state(pair)
    expected, found = THERMO.entropy_production(pair, state), THERMO.entropy_production(written_apart, state)
    assert dict(found.by_bath) == pytest.approx(dict(expected.by_bath))
    assert THERMO.heat_currents(written_apart, state) == pytest.approx(THERMO.heat_currents(pair, state))


def test_dephasing_is_its_own_reverse() -> None:
    model = ph.Model(0.4 * S.x, [ph.Jump(0.5, S.z), ph.Jump(0.3, S.minus, 0.3)])
    assert THERMO.entropy_production(model, ph.steady_state(model)).value == pytest.approx(0, abs=1e-12)


def test_one_way_jumps_cost_infinitely_and_say_how() -> None:
    clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=1)
    state = ph.steady_state(clock)
    produced = THERMO.entropy_production(clock, state)
    assert produced.value == np.inf
    assert produced.heat_class.name == "affinities"
    gained = state.expect(A * A.dag())
    assert f"grows as {gained:.4g}·ln(1/r)" in produced.reasons[0]
    finite = []
    for rate in (1e-6, 1e-8):
        model = ph.Model(jumps=[ph.Jump(1.0, A.dag(), rate, name="gain"), clock.jumps[1]])
        finite.append(THERMO.entropy_production(model, ph.steady_state(model)).by_bath["gain"])
    assert finite[1] - finite[0] == pytest.approx(gained * np.log(100), rel=1e-3)


def test_a_one_way_jump_that_never_happens_costs_nothing() -> None:
    vacuum = ph.Bath("vacuum", 0.0)
    model = ph.Model(A.dag() * A, [vacuum.jump(1.0, A, 1.0)])
    state = ph.steady_state(model)
    assert THERMO.entropy_production(model, state).value == 0
    assert THERMO.heat_currents(model, state)["vacuum"] == pytest.approx(0, abs=1e-14)


def test_a_pure_state_that_mixes_has_an_infinite_rate_and_a_finite_integral() -> None:
    bath = ph.Bath("room", 1.0)
    model = ph.Model(S.z, [bath.jump(1.0, S.minus, 1.0)])
    produced = THERMO.entropy_production(model, ph.states.level({S: 0.5}))
    assert produced.value == np.inf
    assert "infinite slope" in produced.reasons[0]


def test_cold_occupations_below_the_rounding_unit_stay_exact() -> None:
    """A thermal state at ω/T = 60 is in equilibrium: no logarithm is cut."""
    bath = ph.Bath("cold", 1.0)
    model = ph.Model(60 * S.z, [bath.jump(1.0, S.minus, 60.0)])
    produced = THERMO.entropy_production(model, ph.steady_state(model))
    assert abs(produced.value) < 1e-20
    beyond = ph.Model(900 * S.z, [bath.jump(1.0, S.minus, 900.0)])
    assert THERMO.entropy_production(beyond, ph.steady_state(beyond)).value == 0


def test_the_rates_of_a_collective_dissipator_are_booked_in_full() -> None:
    """D[a + b] and D[a − b] break in each the symmetry that they keep together; against dense matrices."""
    model = ph.Model(
        0.3 * (A.dag() * A - B.dag() * B),
        [ph.Jump(0.7, A + B, 0.2, name="plus"), ph.Jump(0.7, A - B, 0.2, name="minus"), ph.Jump(0.3, A**2, 0.1)],
    )
    state = ph.steady_state(model, cutoff=ph.Fixed(5))
    rho = state.density_matrix()
    produced = THERMO.entropy_production(model, state)
    for jump in model.jumps[:2]:
        L = state.space.matrix(jump.operator)
        moved = 0j * rho
        for rate, K in ((jump.rate, L), (jump.reverse, L.conj().T)):
            moved += rate * (K @ rho @ K.conj().T - 0.5 * (K.conj().T @ K @ rho + rho @ K.conj().T @ K))
        net = jump.rate * np.trace(L.conj().T @ L @ rho) - jump.reverse * np.trace(L @ L.conj().T @ rho)
        expected = -np.trace(moved @ la.logm(rho)) + np.log(jump.rate / jump.reverse) * net
        assert produced.by_bath[jump.name] == pytest.approx(expected.real, rel=1e-8)


def test_an_evolved_state_with_many_orders_is_booked_in_full() -> None:
    model = ph.Model(0.3 * A.dag() * A, [HOT.jump(0.3, A, 0.3), ph.Jump(0.1, A**2, 0.05, name="two")])
    start = ph.states.coherent({"a": 0.8}, cutoff=ph.Fixed(10))
    state = ph.evolve(model, start, [0.0, 0.7], cutoff=ph.Fixed(10), keep_states=True).states[-1]
    assert len(state.parts) > 1
    rho, L = state.density_matrix(), state.space.matrix(A)
    produced = THERMO.entropy_production(model, state)
    jump = model.jumps[0]
    moved = 0j * rho
    for rate, K in ((jump.rate, L), (jump.reverse, L.conj().T)):
        moved += rate * (K @ rho @ K.conj().T - 0.5 * (K.conj().T @ K @ rho + rho @ K.conj().T @ K))
    net = jump.rate * np.trace(L.conj().T @ L @ rho) - jump.reverse * np.trace(L @ L.conj().T @ rho)
    expected = (-np.trace(moved @ la.logm(rho)) + 0.3 / 2.0 * net).real
    assert produced.by_bath["hot"] == pytest.approx(expected, rel=1e-6)


def test_ergotropy_and_free_energies() -> None:
    energy = A.dag() * A
    assert THERMO.ergotropy(ph.states.fock({"a": 3}), energy) == pytest.approx(3)
    assert THERMO.ergotropy(ph.states.level({S: 0.5}), S.z) == pytest.approx(1)
    inverted = ph.states.from_matrix({S: 2}, np.diag([0.8, 0.2]))
    assert THERMO.ergotropy(inverted, S.z) == pytest.approx(0.6)
    thermal = ph.states.thermal({"a": 1 / np.expm1(1 / 0.5)})
    assert THERMO.excess_free_energy(thermal, energy, 0.5) == pytest.approx(0, abs=1e-9)
    assert THERMO.free_energy(thermal, energy, 0.5) == pytest.approx(0.5 * np.log(1 - np.exp(-2)), abs=1e-9)
    assert THERMO.excess_free_energy(thermal, energy, 0.0) == pytest.approx(thermal.expect(energy))
    with pytest.raises(ph.errors.NotHermitian):
        THERMO.ergotropy(thermal, A)


def test_the_cost_of_locking_falls_where_the_phase_locks() -> None:
    """The classical noisy phase: an entrained phase does no work against its torque."""
    assert THERMO.entrainment_cost(0.5, 0.5, 0.1) == pytest.approx(2.5)
    assert THERMO.entrainment_cost(-0.5, -0.2, 0.1) == pytest.approx(1.0)
    with pytest.raises(ph.errors.Undefined):
        THERMO.entrainment_cost(0.5, -0.2, 0.1)
    with pytest.raises(ph.errors.InvalidInput):
        THERMO.entrainment_cost(0.5, 0.2, 0.0)


def test_the_cost_of_a_driven_clock() -> None:
    clock = THERMO.regularised(ph.zoo.van_der_pol(gain=1, two_photon_loss=1, drive=0.5), temperature=0.2)
    state = ph.steady_state(clock)
    cost = THERMO.synchronization_cost(clock, state)
    gap = ph.eigenmodes(clock, order={}, cutoff=ph.Fixed(dict(state.cutoffs))).gap
    assert cost.entropy_per_efold == pytest.approx(THERMO.entropy_production(clock, state).value / gap)
    assert np.isnan(cost.power)
    given = THERMO.synchronization_cost(clock, state, clock.hamiltonian + 10 * A.dag() * A)
    assert np.isfinite(given.power)
    assert set(given.as_dict()) >= {"entropy_production", "power", "locking_rate"}


def test_states_that_must_be_stationary_are_checked() -> None:
    qubit = ph.Model(S.z, [HOT.jump(0.1, S.minus, 1.0)])
    up = ph.states.level({S: 0.5})
    with pytest.raises(ph.errors.InvalidInput, match="not stationary"):
        THERMO.synchronization_cost(qubit, up)
    with pytest.raises(ph.errors.InvalidInput, match="not stationary"):
        THERMO.split_entropy_production(qubit, ph.steady_state(qubit), up)


def test_regularised_models() -> None:
    model = ph.Model(jumps=[ph.Jump(1.0, A.dag(), name="gain"), ph.Jump(0.5, A**2, 0.1), ph.Jump(0.2, A.dag() * A)])
    finite = THERMO.regularised(model, 0.5, {"gain": 2.0})
    assert finite.jumps[0].reverse == pytest.approx(np.exp(-4))
    assert finite.jumps[1:] == model.jumps[1:]
    assert np.isfinite(THERMO.entropy_production(finite, ph.steady_state(finite)).value)
    for bad in ((0.0, 1.0), (1.0, -1.0), (1.0, {"x": 1.0})):
        with pytest.raises(ph.errors.InvalidInput):
            THERMO.regularised(model, *bad)


def test_global_equation_thermalises_and_warns() -> None:
    t = ph.spin("t", 0.5)
    energy = S.z + 1.3 * t.z + 0.4 * S.x * t.x
    bath = ph.Bath("room", 0.7)
    model = THERMO.global_master_equation(energy, [THERMO.Contact(bath, S.plus + S.minus, 0.001)])
    state = ph.steady_state(model)
    matrix = state.space.matrix(energy)
    gibbs = la.expm(-matrix / 0.7)
    assert state.density_matrix() == pytest.approx(gibbs / np.trace(gibbs), abs=1e-10)
    a_pair = A.dag() * A + B.dag() * B + 1e-3 * (A.dag() * B + B.dag() * A)
    contact = THERMO.Contact(bath, A + A.dag(), 0.01)
    with pytest.warns(THERMO.NearlyDegenerate, match="secular"):
        THERMO.global_master_equation(a_pair, [contact])
    merged = THERMO.global_master_equation(a_pair, [contact], width=0.1)  # the local equation again
    assert len(merged.jumps) == 1
    assert merged.jumps[0].operator.isclose(A)


def test_global_equation_refuses_what_it_cannot_do() -> None:
    bath = ph.Bath("room", 0.7)
    kerr = A.dag() * A + 0.1 * A.dag() ** 2 * A**2
    with pytest.raises(ph.errors.InvalidInput, match="anharmonic"):
        THERMO.global_master_equation(kerr, [THERMO.Contact(bath, A + A.dag(), 0.1)])
    with pytest.raises(ph.errors.InvalidInput, match="diverges"):
        THERMO.global_master_equation(S.z, [THERMO.Contact(bath, S.z, 0.1)])
    ohmic = THERMO.global_master_equation(S.z, [THERMO.Contact(bath, S.z, lambda w: 0.1 * w)])
    assert ohmic.jumps[0].rate == pytest.approx(0.07, rel=1e-4)
    with pytest.raises(ph.errors.NotHermitian):
        THERMO.Contact(bath, A, 0.1)
    with pytest.raises(ph.errors.InvalidInput, match="no temperature"):
        THERMO.Contact(ph.Bath("x"), A + A.dag(), 0.1)
    with pytest.raises(ph.errors.WrongType):
        THERMO.global_master_equation(S.z, [bath])


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (ph.Model(S.z, [ph.Jump(1.0, S.minus)]), "owned by no bath"),
        (ph.Model(S.z, [ph.Jump(1.0, S.minus, 0.5, bath=ph.Bath("hot"))]), "not determined"),
        (ph.Model(S.z, [ph.Jump(1.0, S.minus, 0.5, bath=ph.Bath("hot", 0.0))]), "zero temperature"),
        (ph.Model(2 * S.z, [HOT.jump(1.0, S.minus, 1.0)]), "no part of the Hamiltonian"),
        (ph.Model(S.z, [HOT.jump(1.0, S.minus, 1.0), ph.Bath("hot", 1.0).jump(1.0, S.minus, 1.0)]), "two baths"),
        (ph.Model(S.z, [ph.Jump(1.0, S.minus, 0.9, bath=HOT, quantum=1.0)]), "ln of their ratio"),
    ],
)
def test_heat_that_has_no_meaning_is_refused(model: ph.Model, text: str) -> None:
    with pytest.raises(ph.errors.InvalidInput, match=text):
        THERMO.heat_currents(model, ph.steady_state(model))


def test_other_mistakes() -> None:
    qubit = ph.Model(S.z, [HOT.jump(0.1, S.minus, 1.0)])
    state = ph.steady_state(qubit)
    with pytest.raises(ph.errors.SiteMismatch):
        THERMO.entropy_production(qubit, ph.states.fock({"a": 1}))
    with pytest.raises(ph.errors.NotHermitian):
        THERMO.heat_currents(qubit, state, S.minus)
    with pytest.raises(ph.errors.InvalidInput, match="which energy"):
        THERMO.power(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), ph.states.fock({"a": 0}))
    with pytest.raises(ph.errors.Undefined, match="no work"):
        _ = THERMO.first_law(qubit, state).efficiency
    with pytest.raises(ph.errors.InvalidInput, match="keep_states"):
        THERMO.entropy_produced(qubit, ph.evolve(qubit, state, [0.0, 1.0]))
    with pytest.raises(ph.errors.Undefined, match="mean current"):
        THERMO.uncertainty_relations(ph.counting(qubit, {0: 1}))
    with pytest.raises(ph.errors.InvalidInput, match="shape"):
        THERMO.schnakenberg([[0, 1], [1, 0]], [1, 0, 0])
    assert THERMO.schnakenberg([[0, 1], [0, 0]], [0.5, 0.5]) == np.inf
