"""Each number of the thermodynamics by a second way that shares nothing with the first but the model."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from thermo import dense

THERMO = ph.thermo
S, T, Q = ph.spin("s", 0.5), ph.spin("t", 0.5), ph.qudit("q", 4)
A = ph.oscillator("a")
SEEDS = st.integers(0, 10_000)
QUICK = settings(max_examples=15, deadline=None)


def engine(drive: float = 0.05, hot: float = 20.0) -> ph.Model:
    return ph.zoo.three_level_maser(
        hot_frequency=5, cold_frequency=2, hot_temperature=hot, cold_temperature=1, hot_rate=0.1, cold_rate=0.1,
        drive=drive,
    )  # fmt: skip


def hermitian(d: int, seed: int) -> np.ndarray:
    g = np.random.default_rng(seed).normal(size=(2, d, d))
    return (g[0] + 1j * g[1]) + (g[0] + 1j * g[1]).conj().T


def as_operator(matrix: np.ndarray):
    return sum(complex(matrix[m, n]) * Q(m, n) for m in range(4) for n in range(4))


def test_heat_is_the_quantum_times_the_counted_jumps() -> None:
    machine = engine()
    state = ph.steady_state(machine)
    heat = THERMO.heat_currents(machine, state, THERMO.bare_energy(machine))
    for name, quantum in (("hot", 5.0), ("cold", 2.0)):
        counted = ph.counting(machine, {name: 1}, state=state, highest=1)
        assert heat[name] == pytest.approx(-quantum * counted.mean, rel=1e-10)  # a forward jump gives to the bath


@given(SEEDS)
@QUICK
def test_currents_are_traces_of_dense_matrices(seed: int) -> None:
    """Tr(E 𝓓_kρ), Tr(N 𝓓_kρ) and i Tr([H, E]ρ) as they stand, in a state that moves."""
    energy, coupling = hermitian(4, seed), hermitian(4, seed + 1)
    baths = [ph.Bath("hot"), ph.Bath("cold")]
    jumps = [ph.Jump(0.3 + k, as_operator(hermitian(4, seed + 2 + k)), 0.2, bath=b) for k, b in enumerate(baths)]
    model, state = ph.Model(as_operator(coupling), jumps), dense.random_state(Q, 4, seed)
    rho, physical = state.density_matrix(), as_operator(energy)
    found = THERMO.energy_currents(model, state, physical)
    assert found == THERMO.particle_currents(model, state, physical)
    for bath in baths:
        expected = np.trace(energy @ dense.bath_part(model, state, bath.name, rho)).real
        assert found[bath.name] == pytest.approx(expected, rel=1e-10, abs=1e-10)
    expected = (1j * np.trace((coupling @ energy - energy @ coupling) @ rho)).real
    assert THERMO.power(model, state, physical) == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_a_drive_of_the_laboratory_does_the_work_of_its_frame() -> None:
    """One period of the periodic steady state: what the drive brings leaves with the baths, as in the frame."""
    w, strength = 3.0, 0.4
    baths = ph.Bath("hot", 2.0), ph.Bath("cold", 0.5)
    jumps = [bath.jump(rate, S.minus, w) for bath, rate in zip(baths, (0.5, 0.8), strict=True)]
    lab, frame = ph.Model(w * S.z, jumps), ph.Model(strength * S.x, jumps)
    steady = ph.steady_state(frame)
    drives = [(strength / 2 * S.plus, lambda t: np.exp(-1j * w * t))]
    path = ph.evolve(lab, steady, np.linspace(0, 2 * np.pi / w, 33), drives=drives, keep_states=True)
    balance, law = THERMO.energy_balance(lab, path, drives=drives), THERMO.first_law(frame, steady, w * S.z)
    assert balance.work == pytest.approx(law.power * 2 * np.pi / w, rel=1e-7)
    assert abs(balance.change) < 1e-8
    assert abs(balance.closure) <= balance.error + 1e-8
    for name, q in balance.heat_taken.items():
        assert q == pytest.approx(law.heat[name] * 2 * np.pi / w, rel=1e-6)
    assert balance.to_xarray()["power"].shape == (33,)
    assert "work" in repr(balance)


def test_the_balance_of_a_pulse_and_of_particles() -> None:
    """A pulse in real amplitude, not resonant, and a dot that charges from a lead: ΔE = W + Q + μΔN."""
    bath = ph.Bath("room", 0.7)
    model = ph.Model(2.0 * S.z, [bath.jump(0.3, S.minus, 2.0)])
    drives = [(S.x, lambda t: np.cos(1.7 * t) * np.exp(-((t - 3) ** 2)))]
    path = ph.evolve(model, ph.states.level({S: -0.5}), np.linspace(0, 8, 401), drives=drives, keep_states=True)
    balance = THERMO.energy_balance(model, path, drives=drives)
    assert balance.change == pytest.approx(2 * (path.states[-1].expect(S.z) - path.states[0].expect(S.z)))
    assert abs(balance.closure) < 1e-6 * balance.work
    dot, lead = ph.qudit("dot", 2), ph.Bath("lead", 0.4, chemical_potential=1.0)
    charged = ph.Model(0.8 * dot(1, 1), [lead.fermi_jump(0.5, dot(0, 1), 0.8)])
    path = ph.evolve(charged, ph.states.level({dot: 0}), np.linspace(0, 6, 61), keep_states=True)
    balance = THERMO.energy_balance(charged, path, number=dot(1, 1))
    filled = path.states[-1].expect(dot(1, 1))
    assert balance.chemical_work["lead"] == pytest.approx(1.0 * filled, rel=1e-6)
    assert balance.heat_taken["lead"] == pytest.approx(-0.2 * filled, rel=1e-6)
    assert balance.work == 0
    with pytest.raises(ph.errors.InvalidInput, match="keep_states"):
        THERMO.energy_balance(model, ph.evolve(model, ph.states.level({S: -0.5}), [0.0, 1.0]))


def test_two_definitions_of_the_entropy_production_along_a_relaxation() -> None:
    """dS/dt − βQ with the measured heat, and Spohn's form with the matrix logarithm, to 1e-8."""
    bath = ph.Bath("room", 1.0)
    model = ph.Model(1.5 * S.z, [bath.jump(1.0, S.minus, 1.5)])
    start = ph.states.from_matrix({S: 2}, 0.5 * np.array([[1.6, 0.5], [0.5, 0.4]]))
    path = ph.evolve(model, start, np.linspace(0, 5, 21), keep_states=True)
    rates = THERMO.entropy_produced(model, path).rates
    for rate, state in zip(rates, path.states, strict=True):
        assert rate == pytest.approx(dense.spohn(model, state, "room", 1.5 * S.z, 1.0), abs=1e-8)
        moved = dense.bath_part(model, state, None, state.density_matrix())
        moved = moved - 1.5j * (state.space.matrix(S.z) @ state.density_matrix() - state.density_matrix()
                                @ state.space.matrix(S.z))  # fmt: skip
        growth = -np.trace(moved @ la.logm(state.density_matrix())).real
        assert rate == pytest.approx(growth - THERMO.heat_currents(model, state)["room"], abs=1e-8)


def stretched(model: ph.Model):
    """H → (1 + θ)H, L → √(1 + θ)L."""

    def family(stretch: float) -> ph.Model:
        jumps = [ph.Jump((1 + stretch) * j.rate, j.operator, (1 + stretch) * j.reverse) for j in model.jumps]
        return ph.Model((1 + stretch) * model.hamiltonian, jumps)

    return family


@pytest.mark.parametrize(
    ("model", "counted"),
    [
        (ph.Model(0.7 * S.x, [ph.Jump(1.05, S.minus, 0.05, name="photon")]), "photon"),
        (ph.Model(0.2 * S.x + 0.5 * S.z, [ph.Jump(0.8, S.minus, 0.3, name="photon"), ph.Jump(0.4, S.z)]), "photon"),
        (engine(0.1), "hot"),
    ],
)
def test_the_coherent_activity_is_an_information_of_the_environment(model: ph.Model, counted: str) -> None:
    """𝒦 + Ψ is the quantum Fisher information per time about a stretch of all rates (Hasegawa 2020)."""
    relations = THERMO.uncertainty_relations(ph.counting(model, {counted: 1}, highest=2))
    bound = ph.metrology.emission_information(stretched(model), {"stretch": 0.0}, "stretch").rate
    assert relations.activity + relations.coherent_activity == pytest.approx(bound, rel=1e-7)


def test_the_cost_of_a_noisy_phase_is_the_friction_of_its_current() -> None:
    """σ = ∫ j²/(DP) dφ with P and j of the Fokker–Planck equation, against νv/D."""
    nu, k, d, n = 0.8, 0.6, 0.3, 400
    step = 2 * np.pi / n
    phi = step * np.arange(n)
    forward = d / step**2 * np.exp((nu * step + k * (np.cos(phi + step) - np.cos(phi))) / (2 * d))
    back = np.roll(d / step**2 * np.exp(-(nu * step + k * (np.cos(phi + step) - np.cos(phi))) / (2 * d)), 1)
    w = np.zeros((n, n))
    w[(np.arange(n) + 1) % n, np.arange(n)], w[np.arange(n) - 1, np.arange(n)] = forward, back
    rows = np.vstack([w - np.diag(w.sum(axis=0)), np.ones(n)])
    p = np.linalg.lstsq(rows, np.append(np.zeros(n), 1.0), rcond=None)[0]
    current = forward * p - np.roll(back * p, -1)
    friction = float((current**2 / (d / step**2 * np.sqrt(p * np.roll(p, -1)))).sum())
    drift = float(ph.entrainment.adler_drift(nu, k, d))
    assert 2 * np.pi * current.mean() == pytest.approx(drift, rel=1e-3)
    assert THERMO.entrainment_cost(nu, drift, d) == pytest.approx(friction, rel=1e-3)
    assert THERMO.entrainment_cost(nu, drift, d) == pytest.approx(THERMO.schnakenberg(w, p), rel=1e-3)


@given(SEEDS)
@QUICK
def test_no_unitary_extracts_more_than_the_ergotropy(seed: int) -> None:
    state, energy = dense.random_state(Q, 4, seed), hermitian(4, seed)
    rho, bound = state.density_matrix(), THERMO.ergotropy(state, as_operator(energy))
    p, vectors = np.linalg.eigh(rho)
    levels, places = np.linalg.eigh(energy)
    best = places[:, ::-1] @ vectors.conj().T  # the fullest state goes to the lowest level
    assert np.trace(energy @ (rho - best @ rho @ best.conj().T)).real == pytest.approx(bound, abs=1e-10)
    for k in range(5):
        u = la.expm(1j * hermitian(4, seed + k + 1))
        assert np.trace(energy @ (rho - u @ rho @ u.conj().T)).real <= bound + 1e-10
    assert p[::-1] @ levels == pytest.approx(np.trace(energy @ rho).real - bound, abs=1e-10)


@given(SEEDS, st.floats(0.3, 3.0))
@QUICK
def test_free_energies_are_relative_entropies(seed: int, temperature: float) -> None:
    state, energy = dense.random_state(Q, 4, seed), hermitian(4, seed)
    rho, z = state.density_matrix(), np.trace(la.expm(-energy / temperature)).real
    distance = np.trace(rho @ (la.logm(rho) + energy / temperature)).real + np.log(z)
    found = THERMO.excess_free_energy(state, as_operator(energy), temperature)
    assert found == pytest.approx(temperature * distance, rel=1e-7, abs=1e-9)
    free = THERMO.free_energy(state, as_operator(energy), temperature)
    assert free == pytest.approx(found - temperature * np.log(z), rel=1e-7, abs=1e-9)


@given(SEEDS)
@QUICK
def test_the_global_equation_is_that_of_a_diagonalised_hamiltonian(seed: int) -> None:
    """A(ω) = Σ Π(ε)XΠ(ε + ω) from eigenvectors, D[A(ω)] with γ(n̄ + 1) and γn̄, against the algebra of words."""
    bath = ph.Bath("room", 0.4 + np.random.default_rng(seed).random())
    h, x = hermitian(4, seed), hermitian(4, seed + 1)
    energies, basis = np.linalg.eigh(h)
    x = x - basis @ np.diag(np.diagonal(basis.conj().T @ x @ basis)) @ basis.conj().T  # no noise at ω = 0
    model = THERMO.global_master_equation(as_operator(h), [THERMO.Contact(bath, as_operator(x), 1e-4)])
    state = dense.random_state(Q, 4, seed)
    rho = state.density_matrix()
    expected, inner = np.zeros((4, 4), dtype=complex), basis.conj().T @ x @ basis
    for low in range(4):
        for high in range(low + 1, 4):  # a random spectrum has every frequency once
            part = inner[low, high] * np.outer(basis[:, low], basis[:, high].conj())
            n = 1 / np.expm1((energies[high] - energies[low]) / bath.temperature)
            expected += 1e-4 * (n + 1) * dense.dissipator(part, rho)
            expected += 1e-4 * n * dense.dissipator(part.conj().T, rho)
    assert dense.bath_part(model, state, "room", rho) == pytest.approx(expected, abs=1e-11)
