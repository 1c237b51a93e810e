"""Flows of information, the work in correlations, erasure, measurements."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph

INFO = ph.information
A, B = ph.oscillator("a"), ph.oscillator("b")
S, T, R = ph.spin("s", 0.5), ph.spin("t", 0.5), ph.spin("r", 0.5)
SEEDS = st.integers(0, 10_000)
QUICK = settings(max_examples=20, deadline=None)


def random_matrix(d: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    rho = g @ g.conj().T
    return rho / np.trace(rho).real


def two_qubits(seed: int) -> ph.Model:
    """A coupled pair with a bath for each and one more, local master equation."""
    rng = np.random.default_rng(seed)
    hot, cold = ph.Bath("hot", 1 + rng.random()), ph.Bath("cold", 0.3 + rng.random() / 2)
    coupling = rng.random() * (S.plus * T.minus + S.minus * T.plus) + rng.normal() * S.z * T.z
    return ph.Model(S.z + 1.3 * T.z + coupling, [hot.jump(0.3, S.minus, 1.0), cold.jump(0.5, T.minus, 1.3)])


def dense_flow(model: ph.Model, state: object, site: int) -> float:
    """dS_i/dt + Tr[(𝓓_iρ) ln ρ] as it stands in the paper, with scipy's matrix logarithm."""
    space, rho = state.space, state.density_matrix()

    def dissipated(jumps) -> np.ndarray:
        out = np.zeros_like(rho)
        for jump in jumps:
            x = space.matrix(jump.operator)
            for rate, y in ((jump.rate, x), (jump.reverse, x.conj().T)):
                number = y.conj().T @ y
                out += rate * (y @ rho @ y.conj().T - 0.5 * (number @ rho + rho @ number))
        return out

    h = space.matrix(model.hamiltonian)
    moved = -1j * (h @ rho - rho @ h) + dissipated(model.jumps)

    def reduced(x: np.ndarray) -> np.ndarray:
        return np.trace(x.reshape(2, 2, 2, 2), axis1=1 - site, axis2=3 - site)

    own = dissipated([model.jumps[site]])
    change = -np.trace(reduced(moved) @ la.logm(reduced(rho))).real
    return float(change + np.trace(own @ la.logm(rho)).real)


@given(SEEDS)
@QUICK
def test_the_flow_is_that_of_the_paper_and_every_part_obeys_its_second_law(seed: int) -> None:
    model = two_qubits(seed)
    state = ph.states.from_matrix({S: 2, T: 2}, random_matrix(4, seed))
    laws = INFO.local_second_laws(model, state)
    for k, name in enumerate(("s", "t")):
        assert laws.information_flow[name] == pytest.approx(dense_flow(model, state, k), rel=1e-8, abs=1e-10)
        assert laws.entropy_production[name] >= -1e-10
    produced = ph.thermo.entropy_production(model, state)
    assert laws.entropy_production["s"] == pytest.approx(produced.by_bath["hot"], rel=1e-8, abs=1e-10)
    assert laws.entropy_production["t"] == pytest.approx(produced.by_bath["cold"], rel=1e-8, abs=1e-10)
    rates = INFO.mutual_information_rates(model, state, "s", "t")
    assert sum(laws.information_flow.values()) == pytest.approx(rates.total, rel=1e-8, abs=1e-10)
    assert rates.by_source["hot"] <= 1e-10
    assert rates.by_source["cold"] <= 1e-10
    step = 1e-5
    after = ph.evolve(model, state, [0.0, step], keep_states=True).states[-1]
    growth = (ph.measures.mutual_information(after, "s", "t") - ph.measures.mutual_information(state, "s", "t")) / step
    assert rates.total == pytest.approx(growth, rel=1e-2, abs=1e-3)


@given(SEEDS)
@QUICK
def test_flows_cancel_at_a_steady_state(seed: int) -> None:
    model = two_qubits(seed)
    state = ph.steady_state(model)
    flow = INFO.information_flow(model, state)
    assert sum(flow.values()) == pytest.approx(0, abs=1e-12)
    heat = {name: ph.thermo.energy_currents(model, state, bare)[bath] for name, bath, bare in
            (("s", "hot", S.z), ("t", "cold", 1.3 * T.z))}  # fmt: skip
    temperature = {jump.bath.name: jump.bath.temperature for jump in model.jumps}
    assert -heat["s"] / temperature["hot"] - flow["s"] >= -1e-12
    assert -heat["t"] / temperature["cold"] - flow["t"] >= -1e-12


def test_the_demon_against_its_four_rate_equations() -> None:
    """Strasberg et al. 2013: the chain of (n_s, n_d), its flow Σ (W p − W′p′) ln(p/p′) edge by edge."""
    u, v, t_s, t_d, gamma, delta = 2.0, 0.2, 1.0, 0.1, 10.0, 1.0
    model = ph.zoo.dot_demon(interaction=u, bias=v)
    state = ph.steady_state(model)

    def fermi(x: float) -> float:
        return 1 / (np.exp(x) + 1)

    w = np.zeros((4, 4))
    for k in (0, 1):  # state 2·n_s + n_d
        for mu, side in ((v / 2, delta), (-v / 2, -delta)):
            rate = np.exp(side if k == 0 else -side)
            f = fermi((-u / 2 + k * u - mu) / t_s)
            w[2 + k, k] += rate * f
            w[k, 2 + k] += rate * (1 - f)
        f = fermi((-u / 2 + k * u) / t_d)
        w[2 * k + 1, 2 * k] += gamma * f
        w[2 * k, 2 * k + 1] += gamma * (1 - f)
    rows = np.vstack([w - np.diag(w.sum(axis=0)), np.ones(4)])
    p = np.linalg.lstsq(rows, np.array([0, 0, 0, 0, 1.0]), rcond=None)[0]
    order = {(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 3}
    d, s = ph.qudit("d", 2), ph.qudit("s", 2)
    for (i, k), place in order.items():
        assert state.expect(s(i, i) * d(k, k)) == pytest.approx(p[place], abs=1e-12)

    def edge(to: int, source: int) -> float:
        return (w[to, source] * p[source] - w[source, to] * p[to]) * np.log(p[to] / p[source])

    flow = INFO.information_flow(model, state)
    assert flow["d"] == pytest.approx(edge(1, 0) + edge(3, 2), rel=1e-10)
    assert flow["s"] == pytest.approx(edge(2, 0) + edge(3, 1), rel=1e-10)
    laws = INFO.local_second_laws(model, state)
    assert laws.fed == ("s",)
    assert set(laws.to_xarray().data_vars) >= {"entropy_flow", "information_flow"}
    learnt = INFO.learning_rate(model, state, "d")
    assert learnt.rate == pytest.approx(flow["d"])
    assert 0 < learnt.efficiency < 1
    with pytest.raises(ph.errors.Undefined):
        _ = INFO.learning_rate(model, state, "s").efficiency


def test_a_singular_state_is_taken_on_its_support() -> None:
    """Spins that decay to the ground state: all flows end at 0; a jump out of a pure state has no finite flow."""
    cold = ph.Model(S.z + T.z, [ph.Jump(1.0, S.minus), ph.Jump(1.0, T.minus)])
    ground = ph.steady_state(cold)
    assert INFO.information_flow(cold, ground) == {"s": 0.0, "t": 0.0}
    excited = ph.states.level({S: 0.5, T: 0.5})
    with pytest.raises(ph.errors.Undefined, match="infinite slope"):
        INFO.information_flow(cold, excited)
    with pytest.raises(ph.errors.Undefined):
        INFO.mutual_information_rates(cold, excited, "s", "t")
    with pytest.raises(ph.errors.Undefined):
        INFO.information_transfer(cold, excited, "s", "t")
    bell = ph.states.superposition([(1, {S: 0.5, T: 0.5}), (1, {S: -0.5, T: -0.5})])
    dephasing = ph.Model(jumps=[ph.Jump(1.0, S.z), ph.Jump(0.0, T.z)])
    assert (
        INFO.information_flow(dephasing, bell)["s"] == -np.inf
    )  # S_ab rises with infinite slope, the marginals do not


def test_groups_of_sites() -> None:
    q = ph.spin("q", 0.5)
    bath = ph.Bath("bath", 1.0)
    jumps = [bath.jump(1.0, S.minus + T.minus, 1.0), bath.jump(0.5, q.minus, 1.0)]
    model = ph.Model(S.z + T.z + q.z + 0.3 * (q.plus * S.minus + q.minus * S.plus), jumps)
    state = ph.states.from_matrix({q: 2, S: 2, T: 2}, random_matrix(8, 4))
    with pytest.raises(ph.errors.InvalidInput, match="changes s, t at once"):
        INFO.information_flow(model, state)
    flow = INFO.information_flow(model, state, parts={"pair": ("s", "t"), "probe": "q"})
    total = sum(flow.values())
    step = 1e-5
    after = ph.evolve(model, state, [0.0, step], keep_states=True).states[-1]

    def shared(x) -> float:
        return x.reduced("s", "t").entropy() + x.reduced("q").entropy() - x.entropy()

    assert total == pytest.approx((shared(after) - shared(state)) / step, rel=1e-2, abs=1e-3)
    for parts in ({"pair": ("s", "t")}, {"all": ("q", "s", "t")}, {"x": ("q", "s"), "y": ("s", "t")}):
        with pytest.raises(ph.errors.InvalidInput):
            INFO.information_flow(model, state, parts=parts)
    with pytest.raises(ph.errors.WrongType):
        INFO.information_flow(model, state, parts=("q", "s"))
    with pytest.raises(ph.errors.UnknownSite):
        INFO.information_flow(model, state, parts={"x": ("q", "z"), "y": ("s", "t")})


def test_a_one_way_coupling_transfers_one_way() -> None:
    """A cascade, H = (i/2)(a†b − b†a) with D[a + b]: the equation of a alone is closed, so that b cannot change it."""
    cascade = ph.Model(
        0.5j * (A.dag() * B - B.dag() * A), [ph.Jump(1.0, A + B), ph.Jump(0.3, B), ph.Jump(0.4, A.dag())]
    )
    state = ph.steady_state(cascade, cutoff=ph.Fixed(10, 1.0))
    first, second = (INFO.information_transfer(cascade, state, *x) for x in (("a", "b"), ("b", "a")))
    assert abs(first) > 0.01 > 1e-5 > abs(second)
    apart = ph.zoo.van_der_pol("a", gain=1, two_photon_loss=2) + ph.zoo.van_der_pol("b", gain=1, two_photon_loss=2)
    quiet = ph.steady_state(apart, cutoff=ph.Fixed(8, 1.0))
    assert INFO.information_transfer(apart, quiet, "a", "b") == pytest.approx(0, abs=1e-12)


def test_correlations_are_worth_work() -> None:
    """Two qubits, w = 1.3, T = 0.7: F(ρ) − F(product) = T·I; classical bit T ln 2, Bell pair 2T ln 2."""
    bell = ph.states.superposition([(1, {S: 0.5, T: 0.5}), (1, {S: -0.5, T: -0.5})])
    bit = ph.states.from_matrix({S: 2, T: 2}, np.diag([0.5, 0, 0, 0.5]))
    energy = 1.3 * (S.z + T.z)
    for state, expected in ((bit, 0.485203026), (bell, 0.970406053)):
        product = ph.states.product(state.reduced("s"), state.reduced("t"))
        gained = ph.thermo.free_energy(state, energy, 0.7) - ph.thermo.free_energy(product, energy, 0.7)
        assert gained == pytest.approx(expected, abs=1e-9)
        assert INFO.work_value(state, "s", "t", 0.7) == pytest.approx(expected, abs=1e-9)


def qubit(site: object, up: float) -> object:
    return ph.states.from_matrix({site: 2}, np.diag([up, 1 - up]))


def test_a_swap_with_a_thermal_qubit() -> None:
    """Reeb and Wolf 2014: βω = 2, βQ = tanh 1, ΔS = 0.327813325, the excess I + D."""
    p = 1 / (1 + np.exp(2.0))
    before = ph.states.product(qubit(S, 0.5), qubit(R, p))
    after = ph.states.product(qubit(S, p), qubit(R, 0.5))
    found = INFO.landauer(before, after, "s", 2.0 * R.z, 1.0)
    assert found.heat == pytest.approx(0.761594156, abs=1e-9)
    assert found.erased == pytest.approx(0.327813325, abs=1e-9)
    assert found.excess == pytest.approx(0.43378083, abs=1e-8)
    assert abs(found.closure) < 1e-12
    assert found.erased <= found.finite_bound <= found.heat


@given(SEEDS, st.floats(0.3, 3.0))
@QUICK
def test_any_contact_with_a_thermal_bath_obeys_the_equality(seed: int, temperature: float) -> None:
    rng = np.random.default_rng(seed)
    q = ph.qudit("q", 3)
    energy = 0.7 * q(1, 1) + 1.9 * q(2, 2)
    weights = np.exp(-np.array([0, 0.7, 1.9]) / temperature)
    reservoir = ph.states.from_matrix({q: 3}, np.diag(weights / weights.sum()))
    before = ph.states.product(qubit(S, rng.random()), reservoir)
    g = rng.normal(size=(6, 6)) + 1j * rng.normal(size=(6, 6))
    unitary = la.expm(1j * (g + g.conj().T))
    after = ph.states.from_matrix({q: 3, S: 2}, unitary @ before.density_matrix() @ unitary.conj().T)
    found = INFO.landauer(before, after, "s", energy, temperature)
    assert abs(found.closure) < 1e-9
    assert found.heat >= found.finite_bound - 1e-10
    assert min(found.correlation, found.displacement) >= 0


def test_mistakes_of_erasure() -> None:
    before = ph.states.product(qubit(S, 0.5), qubit(R, 0.2))
    with pytest.raises(ph.errors.InvalidInput, match="not thermal"):
        INFO.landauer(before, before, "s", 2.0 * R.z, 1.0)
    with pytest.raises(ph.errors.InvalidInput):
        INFO.landauer(before, before, "s", S.z, 1.0)
    with pytest.raises(ph.errors.InvalidInput):
        INFO.landauer(before, before, ("s", "r"), R.z, 1.0)
    with pytest.raises(ph.errors.UnknownSite):
        INFO.landauer(before, before, "x", R.z, 1.0)
    bell = ph.states.superposition([(1, {S: 0.5, R: 0.5}), (1, {S: -0.5, R: -0.5})])
    with pytest.raises(ph.errors.InvalidInput, match="correlated"):
        INFO.landauer(bell, bell, "s", R.z, 1.0)
    with pytest.raises(ph.errors.InvalidInput):
        INFO.finite_bath_bound(-0.1, 2)
    with pytest.raises(ph.errors.InvalidInput):
        INFO.work_value(bell, "s", "r", -1.0)
    with pytest.raises(ph.errors.NotHermitian):
        INFO.landauer(before, before, "s", R.plus, 1.0)


@given(SEEDS, st.floats(0.0, 1.0))
@QUICK
def test_a_measurement_gains_between_nothing_and_what_its_outcomes_hold(seed: int, error: float) -> None:
    state = ph.states.from_matrix({S: 2}, random_matrix(2, seed))
    up, down = 0.5 + S.z, 0.5 - S.z
    good, bad = (1 - error) ** 0.5, error**0.5
    gain = INFO.measurement_gain(state, {"up": good * up + bad * down, "down": bad * up + good * down})
    assert -1e-10 <= gain.information <= gain.outcome_entropy + 1e-10
    assert gain.extractable_work(2.0, 0.1) == pytest.approx(2 * gain.information - 0.1)


def test_a_perfect_and_a_useless_measurement() -> None:
    bit = qubit(S, 0.5)
    sharp = INFO.measurement_gain(bit, {"up": 0.5 + S.z, "down": 0.5 - S.z})
    assert sharp.information == pytest.approx(np.log(2), abs=1e-12)
    coin = INFO.measurement_gain(bit, {"heads": 0.5**0.5, "tails": 0.5**0.5})
    assert coin.information == pytest.approx(0, abs=1e-12)
    with pytest.raises(ph.errors.InvalidInput, match="add up"):
        INFO.measurement_gain(bit, {"up": 0.5 + S.z})
    with pytest.raises(ph.errors.WrongType):
        INFO.measurement_gain(bit, [S.z])


@given(SEEDS)
@QUICK
def test_the_transfer_is_a_difference_of_two_evolutions(seed: int) -> None:
    """dS_t/dt with the whole model, less that of a model in which the source's words are struck out."""
    model = two_qubits(seed)
    state = ph.states.from_matrix({S: 2, T: 2}, random_matrix(4, seed))
    alone = ph.Model(1.3 * T.z + 0 * S.z, [model.jumps[1], ph.Jump(0.0, S.minus)])
    step = 1e-5

    def growth(x: ph.Model) -> float:
        after = ph.evolve(x, state, [0.0, step], keep_states=True).states[-1]
        return (after.reduced("t").entropy() - state.reduced("t").entropy()) / step

    expected = growth(model) - growth(alone)
    assert INFO.information_transfer(model, state, "s", "t") == pytest.approx(expected, rel=1e-2, abs=2e-3)


@given(SEEDS)
@QUICK
def test_the_gain_of_a_measurement_is_what_is_left_of_the_entropy(seed: int) -> None:
    """S(ρ) − Σ p_kS(M_kρM_k†/p_k) with dense matrices, for operators that are not Hermitian."""
    rng = np.random.default_rng(seed)
    rho = random_matrix(2, seed)
    g = rng.normal(size=(4, 2)) + 1j * rng.normal(size=(4, 2))
    isometry = la.qr(g, mode="economic")[0]
    parts = {"first": isometry[:2], "second": isometry[2:]}

    def operator(matrix: np.ndarray):
        levels = (0.5 + S.z, S.plus, S.minus, 0.5 - S.z)
        return sum(complex(c) * x for c, x in zip(matrix.ravel(), levels, strict=True))

    def entropy(x: np.ndarray) -> float:
        p = np.linalg.eigvalsh(x)
        return float(-(p[p > 1e-15] * np.log(p[p > 1e-15])).sum())

    expected = entropy(rho)
    for x in parts.values():
        after = x @ rho @ x.conj().T
        expected -= np.trace(after).real * entropy(after / np.trace(after))
    gain = INFO.measurement_gain(ph.states.from_matrix({S: 2}, rho), {k: operator(x) for k, x in parts.items()})
    assert gain.information == pytest.approx(expected, abs=1e-10)


@given(SEEDS, st.floats(0.2, 3.0), st.floats(0.0, 1.0))
@QUICK
def test_feedback_extracts_at_most_what_was_learnt(seed: int, temperature: float, error: float) -> None:
    """Any rotation after any reading: E − E′ ≤ −ΔF + T·I (Sagawa, Ueda 2008); a perfect one reaches it from a bit."""
    rng = np.random.default_rng(seed)
    energy = 1.3 * S.z
    state = ph.states.from_matrix({S: 2}, random_matrix(2, seed))
    good, bad = (1 - error) ** 0.5, error**0.5
    up, down = 0.5 + S.z, 0.5 - S.z
    angles = rng.uniform(0, np.pi, 2)
    turns = [np.cos(x) - 2j * np.sin(x) * S.y for x in angles]
    read = {"up": good * up + bad * down, "down": bad * up + good * down}
    gain = INFO.measurement_gain(state, {k: u * m for u, (k, m) in zip(turns, read.items(), strict=True)})
    after = sum(gain.probabilities[k] * x.density_matrix() for k, x in gain.states.items())
    final = ph.states.from_matrix({S: 2}, after)
    change = ph.thermo.free_energy(final, energy, temperature) - ph.thermo.free_energy(state, energy, temperature)
    extracted = state.expect(energy) - final.expect(energy)
    assert extracted <= gain.extractable_work(temperature, change) + 1e-9
    flipped = INFO.measurement_gain(qubit(S, 0.5), {"up": 2 * S.y * up, "down": 1.0 * down})
    assert sum(p * flipped.states[k].expect(energy) for k, p in flipped.probabilities.items()) == pytest.approx(-0.65)
