"""The laws of thermodynamics on random models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from thermo import dense

THERMO = ph.thermo
RATES, ENERGIES, TEMPERATURES = st.floats(0.05, 2.0), st.floats(0.3, 3.0), st.floats(0.2, 3.0)
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)
SEEDS = st.integers(0, 10**6)


@st.composite
def local_machines(draw) -> ph.Model:
    """Two coupled spins, each with its own bath, in detailed balance with its own splitting."""
    w, v, g, h = draw(ENERGIES), draw(ENERGIES), draw(RATES), draw(RATES)
    hot, cold = ph.Bath("hot", draw(TEMPERATURES)), ph.Bath("cold", draw(TEMPERATURES))
    coupling = g * (S.plus * T.minus + S.minus * T.plus) + draw(st.sampled_from([0.0, 0.3])) * h * (S.x * T.x)
    jumps = [hot.jump(draw(RATES), S.minus, w), cold.jump(draw(RATES), T.minus, v)]
    return ph.Model(w * S.z + v * T.z + coupling, jumps)


@st.composite
def global_machines(draw, *, equal: bool = False) -> ph.Model:
    """The same spins with the global master equation; with ``equal`` temperatures, equilibrium."""
    hot = draw(TEMPERATURES)
    baths = ph.Bath("hot", hot), ph.Bath("cold", hot if equal else draw(TEMPERATURES))
    energy = draw(ENERGIES) * S.z + draw(ENERGIES) * T.z + draw(ENERGIES) * S.x * T.x + draw(RATES) * S.y * T.y
    contacts = [
        THERMO.Contact(b, x, lambda w: 1e-3 * w)
        for b, x in zip(baths, (S.plus + S.minus, T.plus + T.minus), strict=True)
    ]
    return THERMO.global_master_equation(energy, contacts)


def random_channels(draw, d: int) -> ph.Model:
    """A qudit with a random Hamiltonian and random jumps, each with a reverse; detailed balance with nothing."""
    rng, q = np.random.default_rng(draw(SEEDS)), ph.qudit("q", d)

    def operator(matrix: np.ndarray):
        return sum((matrix[m, n] * q(m, n) for m in range(d) for n in range(d)), 0 * q(0, 0))

    def matrix() -> np.ndarray:
        return rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))

    h = matrix()
    jumps = [ph.Jump(rng.uniform(0.1, 1), operator(matrix()), rng.uniform(0.1, 1), name=f"j{k}") for k in range(2)]
    return ph.Model(operator(h + h.conj().T), jumps)


@st.composite
def engineered(draw) -> ph.Model:
    return random_channels(draw, draw(st.integers(2, 4)))


@given(local_machines())
@settings(max_examples=25)
def test_local_machines_obey_both_laws(model: ph.Model) -> None:
    state = ph.steady_state(model)
    law, produced = THERMO.first_law(model, state), THERMO.entropy_production(model, state)
    scale = max(abs(q) for q in law.heat.values()) + 1e-3
    assert law.heat_class.name == "local"
    assert abs(law.closure) <= 1e-10 * scale
    assert abs(law.change) <= 1e-10 * scale
    assert min(produced.by_bath.values()) >= -1e-12
    clausius = -sum(law.heat[bath.name] / bath.temperature for bath in {jump.bath for jump in model.jumps})
    assert produced.value == pytest.approx(clausius, abs=1e-10)


@given(global_machines())
@settings(max_examples=15)
def test_global_machines_obey_both_laws_and_spohn(model: ph.Model) -> None:
    state = ph.steady_state(model)
    law, produced = THERMO.first_law(model, state), THERMO.entropy_production(model, state)
    assert law.heat_class.name == "global"
    assert law.power == 0
    assert abs(sum(law.heat.values())) <= 1e-10
    assert min(produced.by_bath.values()) >= -1e-12
    for bath in {jump.bath for jump in model.jumps}:
        assert produced.by_bath[bath.name] == pytest.approx(
            dense.spohn(model, state, bath.name, model.hamiltonian, bath.temperature), abs=1e-10
        )


@given(global_machines(equal=True))
@settings(max_examples=10)
def test_equilibrium_costs_nothing(model: ph.Model) -> None:
    state = ph.steady_state(model)
    produced = THERMO.entropy_production(model, state)
    assert abs(produced.value) <= 1e-12
    assert all(abs(x) <= 1e-12 for x in produced.by_bath.values())
    assert all(abs(q) <= 1e-12 for q in THERMO.heat_currents(model, state).values())
    assert THERMO.excess_free_energy(state, model.hamiltonian, model.jumps[0].bath.temperature) <= 1e-8


@given(engineered(), SEEDS)
@settings(max_examples=20)
def test_every_channel_produces_entropy_in_every_state(model: ph.Model, seed: int) -> None:
    d = model.sites[0].dimension
    state = dense.random_state(ph.qudit("q", d), d, seed)
    produced = THERMO.entropy_production(model, state)
    assert min(produced.by_bath.values()) >= -1e-12
    rho, total = state.density_matrix(), 0.0
    p, basis = np.linalg.eigh(rho)
    for jump in model.jumps:  # Σ |L_mn|² (γp_n − γ′p_m) ln(γp_n / γ′p_m), channel by channel
        weight = np.abs(basis.conj().T @ state.space.matrix(jump.operator) @ basis) ** 2
        there, back = jump.rate * p[None, :], jump.reverse * p[:, None]
        own = float((weight * (there - back) * np.log(there / back)).sum())
        assert produced.by_bath[jump.name] == pytest.approx(own, rel=1e-9)
        total += own
    assert produced.value == pytest.approx(total, rel=1e-9)


@given(engineered(), SEEDS)
@settings(max_examples=15)
def test_the_non_adiabatic_part_is_the_fall_of_the_relative_entropy(model: ph.Model, seed: int) -> None:
    d = model.sites[0].dimension
    state, steady = dense.random_state(ph.qudit("q", d), d, seed), ph.steady_state(model)
    split = THERMO.split_entropy_production(model, state, steady)
    assert split.non_adiabatic >= -1e-12
    assert split.non_adiabatic + split.adiabatic == pytest.approx(THERMO.entropy_production(model, state).value)
    kept = THERMO.split_entropy_production(model, steady, steady)
    assert kept.non_adiabatic == pytest.approx(0, abs=1e-10)

    def distance(t: float) -> float:
        from scipy.linalg import logm

        rho = ph.evolve(model, state, [0.0, t], keep_states=True).states[-1].density_matrix()
        return float(np.trace(rho @ (logm(rho) - logm(steady.density_matrix()))).real)

    h = 1e-4
    slope = (distance(2 * h) - distance(h)) / h
    after = ph.evolve(model, state, [0.0, 1.5 * h], keep_states=True).states[-1]
    expected = THERMO.split_entropy_production(model, after, steady).non_adiabatic
    assert -slope == pytest.approx(expected, rel=1e-3, abs=1e-4)


@st.composite
def chains(draw) -> tuple[ph.Model, np.ndarray]:
    """A random Markov ring with chords; rates over some decades."""
    d = draw(st.integers(3, 5))
    rng, q = np.random.default_rng(draw(SEEDS)), ph.qudit("q", d)
    pairs = {(k, (k + 1) % d) for k in range(d)} | {(0, 2)}
    rates = {pair: 10 ** rng.uniform(-1, 1, 2) for pair in pairs}
    jumps = [ph.Jump(x, q(j, i), y, name=f"{i}-{j}") for (i, j), (x, y) in sorted(rates.items())]
    matrix = np.zeros((len(rates), d, d))  # one matrix for each channel
    for k, ((i, j), (x, y)) in enumerate(rates.items()):
        matrix[k, j, i], matrix[k, i, j] = x, y
    return ph.Model(jumps=jumps), matrix


@given(chains())
@settings(max_examples=30)
def test_classical_chains_obey_the_uncertainty_relations(chain: tuple[ph.Model, np.ndarray]) -> None:
    model, matrix = chain
    counted = ph.counting(model, {"0-1": 1.0}, highest=2)
    relations = THERMO.uncertainty_relations(counted)
    assert relations.thermodynamic >= 2 * (1 - 1e-9)
    assert relations.kinetic >= 1 - 1e-9
    assert relations.quantum_kinetic == pytest.approx(relations.kinetic)
    assert relations.entropy_production == pytest.approx(
        THERMO.schnakenberg(matrix, counted.state.populations()), rel=1e-9
    )


@given(engineered())
@settings(max_examples=20)
def test_the_quantum_kinetic_relation_holds_with_coherence(model: ph.Model) -> None:
    counted = ph.counting(model, {"j0": 1.0, "j1": -0.4}, highest=2)
    if abs(counted.mean) > 1e-6:
        assert THERMO.uncertainty_relations(counted).quantum_kinetic >= 1 - 1e-9
