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
    random, steady = dense.random_state(ph.qudit("q", d), d, seed), ph.steady_state(model)
    mixed = (random.density_matrix() + np.eye(d) / d) / 2  # no small eigenvalue, whose logarithm bends the slope
    state = ph.states.from_matrix({ph.qudit("q", d): d}, mixed)
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


@st.composite
def signals(draw):
    """A periodic drive, or one on a grid of times; of an operator that is Hermitian or not."""
    w, size = draw(ENERGIES), draw(RATES)
    operator = draw(st.sampled_from([S.plus, S.x, S.plus * T.minus, S.x * T.y, 1j * S.z * T.plus]))
    grid = np.linspace(0, 10, 9)
    kinds = [lambda t: size * np.exp(-1j * w * t), lambda t: size * np.cos(w * t), (grid, size * np.sin(grid))]
    return operator, draw(st.sampled_from(kinds))


@given(st.one_of(local_machines(), global_machines()), st.lists(signals(), max_size=2), st.floats(0, 10), SEEDS)
@settings(max_examples=30)
def test_the_first_law_closes_in_every_state_under_every_drive(model: ph.Model, drives, time: float, seed: int) -> None:
    g = np.random.default_rng(seed).normal(size=(2, 4, 4))
    rho = (g[0] + 1j * g[1]) @ (g[0] + 1j * g[1]).conj().T
    state = ph.states.from_matrix({S: 2, T: 2}, rho / np.trace(rho))
    law = THERMO.first_law(model, state, drives=drives, time=time)
    scale = abs(law.power) + sum(abs(q) for q in law.heat.values()) + 1e-3
    assert abs(law.closure) <= 1e-10 * scale
    assert law.power == THERMO.power(model, state, drives=drives, time=time)
    ahead = ph.evolve(model, state, [time, time + 1e-5], drives=[d for d in drives if callable(d[1])], keep_states=True)
    if all(callable(d[1]) for d in drives):
        energy = law.heat_class.energy
        slope = (ahead.states[-1].expect(energy) - state.expect(energy)) / 1e-5
        assert law.change == pytest.approx(slope, rel=1e-3, abs=1e-3)


@st.composite
def dots(draw, *, equal: bool = False) -> ph.Model:
    """Two coupled dots of charges, each at a lead with a temperature and a chemical potential of its own."""
    first, second = ph.qudit("x", 2), ph.qudit("y", 2)
    charging, energies = draw(ENERGIES), (draw(ENERGIES), draw(ENERGIES))
    t, mu = draw(TEMPERATURES), draw(ENERGIES)
    jumps = []
    for k, (own, other) in enumerate(((first, second), (second, first))):
        lead = ph.Bath(f"l{k}", t if equal else draw(TEMPERATURES), mu if equal else draw(ENERGIES))
        for n in (0, 1):  # the energy of a charge depends on the other dot
            jumps.append(lead.fermi_jump(draw(RATES), own(0, 1) * other(n, n), energies[k] + n * charging))
    energy = energies[0] * first(1, 1) + energies[1] * second(1, 1) + charging * first(1, 1) * second(1, 1)
    return ph.Model(energy, jumps)


def charges(model: ph.Model):
    return sum(ph.qudit(site.name, 2)(1, 1) for site in model.sites)


@given(dots())
@settings(max_examples=20)
def test_leads_with_chemical_potentials_obey_both_laws(model: ph.Model) -> None:
    state = ph.steady_state(model)
    law, produced = THERMO.first_law(model, state, number=charges(model)), THERMO.entropy_production(model, state)
    assert law.heat_class.name == "global"
    assert abs(law.closure) <= 1e-10 * (sum(abs(q) for q in law.heat.values()) + 1e-3)
    assert min(produced.by_bath.values()) >= -1e-12
    clausius = -sum(law.heat[bath.name] / bath.temperature for bath in {jump.bath for jump in model.jumps})
    assert produced.value == pytest.approx(clausius, rel=1e-8, abs=1e-10)
    assert THERMO.schnakenberg(THERMO.jump_rates(model, state), state.populations()) == pytest.approx(
        produced.value, rel=1e-8, abs=1e-10
    )


@st.composite
def balanced(draw) -> ph.Model:
    """Models in equilibrium: equal dots' leads, equal local baths of equal frequencies, a chain in detailed balance."""
    kind = draw(st.sampled_from(["dots", "local", "chain"]))
    if kind == "dots":
        return draw(dots(equal=True))
    if kind == "local":
        w, t, g = draw(ENERGIES), draw(TEMPERATURES), draw(RATES)
        baths = ph.Bath("hot", t), ph.Bath("cold", t)
        jumps = [b.jump(draw(RATES), x.minus, w) for b, x in zip(baths, (S, T), strict=True)]
        return ph.Model(w * (S.z + T.z) + g * (S.plus * T.minus + S.minus * T.plus), jumps)
    rng, q = np.random.default_rng(draw(SEEDS)), ph.qudit("q", 4)
    levels, rates = rng.normal(size=4), 10 ** rng.uniform(-2, 2, size=(4, 4))
    pairs = [(i, j, np.exp((levels[j] - levels[i]) / 2)) for i in range(4) for j in range(i)]
    return ph.Model(jumps=[ph.Jump(rates[i, j] * x, q(i, j), rates[i, j] / x) for i, j, x in pairs])


@given(balanced())
@settings(max_examples=25)
def test_nothing_is_produced_in_equilibrium_of_any_kind(model: ph.Model) -> None:
    state = ph.steady_state(model)
    produced = THERMO.entropy_production(model, state)
    busy = sum(jump.rate + jump.reverse for jump in model.jumps)
    assert 0 <= produced.value <= 1e-12 * busy
    assert all(0 <= x <= 1e-12 * busy for x in produced.by_bath.values())
