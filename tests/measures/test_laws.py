"""Laws of the measures, on random states: ranges, invariance, zeros, monotony under local and covariant channels."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from measures.known import LEVELS, dense, mixed, on_site, shifted, states
from photinus import errors
from photinus.measures import asymmetry, collective, correlations, locking, quadratures
from photinus.measures.measure import Measure
from photinus.space.state import State

FAMILIES = (locking, correlations, asymmetry, quadratures, collective)
MEASURES = [measure for family in FAMILIES for measure in family.MEASURES]
PAIRS = ("ab", "su", "as", "aq", "bu")
ANGLES = st.floats(-3.1, 3.1)
examples = settings(max_examples=25)


def applicable(names: str) -> list[Measure]:
    return [m for m in MEASURES if m.takes(len(names)) and all(KIND[name] in m.kinds for name in names)]


KIND = dict.fromkeys("abc", "oscillator") | dict.fromkeys("stu", "spin") | {"q": "qudit"}


def value(measure: Measure, state: State, *names: str) -> float:
    try:
        return measure.function(state, *names)
    except errors.Undefined:
        return 0.0


def number_operator(state: State) -> np.ndarray:
    return state.space.coordinates.sum(axis=1).astype(float)


def bounds(state: State, names: str) -> dict[str, tuple[float, float]]:
    """Least and largest value of each measure, from the dimensions and the numbers alone."""
    d = state.space.dimension
    number, p = number_operator(state), state.populations()
    variance = float(p @ number**2 - (p @ number) ** 2)
    spins = [(LEVELS[name] - 1) / 2 for name in names]
    entropies = [state.reduced(name).entropy() for name in names]
    return {
        "phase_coherence": (0, 1),
        "peak_height": (0, np.prod([LEVELS[n] for n in names]) / (2 * np.pi)),
        "amplitude_correlation": (0, 1),
        "mutual_information": (0, 2 * min(entropies)),
        "relative_entropy_of_synchronization": (0, np.log(d)),
        "u1_asymmetry": (0, np.log(len(set(number)))),
        "skew_information": (0, variance),
        "relative_entropy_of_coherence": (0, np.log(d)),
        "l1_coherence": (0, d - 1),
        "complete_synchronization": (0, 1),
        "phase_synchronization": (0, np.inf),
        "kuramoto_order": (0, 1),
        "mean_phase_coherence": (0, 1),
        "spin_correlation": (0, 1),
        "spin_order": (-2 * np.prod(spins), 2 * np.prod(spins)),
        "spin_z_covariance": (-np.prod(spins), np.prod(spins)),
    }


@pytest.mark.parametrize("names", [*PAIRS, "a", "u", "abs"])
@examples
@given(st.data())
def test_ranges(names, data):
    state = data.draw(states(names))
    limits = bounds(state, names)
    for measure in applicable(names):
        low, high = limits[measure.name]
        assert low - 1e-9 <= value(measure, state, *names) <= high + 1e-9, measure.name


@pytest.mark.parametrize("names", [*PAIRS, "a", "s"])
@examples
@given(st.data())
def test_invariance_under_phase_shifts(names, data):
    """Independent shifts where the catalogue says "each site", equal ones where it says "all sites" or "both"."""
    state = data.draw(states(names))
    angles = {name: data.draw(ANGLES) for name in names if KIND[name] != "qudit"}
    each, equal = shifted(state, **angles), shifted(state, **dict.fromkeys(angles, 0.7))
    for measure in applicable(names):
        strong = "each site" in measure.invariance
        assert strong or "equal phase shifts" in measure.invariance
        turned = each if strong else equal
        found = value(measure, turned, *names)
        assert found == pytest.approx(value(measure, state, *names), rel=1e-6, abs=1e-7), measure.name


@examples
@given(states("ab"), ANGLES)
def test_what_depends_on_the_phase_difference(state, angle):
    """S_c and r follow a shift of one phase as their formulas say."""
    turned = shifted(state, a=angle)
    a, b = ph.oscillator("a"), ph.oscillator("b")
    cross = state.expect(a.dag() * b) * np.exp(-1j * angle)
    distance = 1 + state.expect(a.dag() * a) + state.expect(b.dag() * b) - 2 * np.real(cross)
    assert ph.measures.complete_synchronization(turned, "a", "b") == pytest.approx(1 / distance, rel=1e-9)
    back = ph.measures.complete_synchronization(turned, "a", "b", angles=(angle, 0))
    assert back == pytest.approx(ph.measures.complete_synchronization(state, "a", "b"), rel=1e-9)
    relative = ph.phase.relative_distribution(state, "a", "b")
    order = (1 + relative.resultant_length * np.cos(relative.mean_direction + angle)) / 2
    assert ph.measures.kuramoto_order(turned, "a", "b") ** 2 == pytest.approx(order, abs=1e-12)


@pytest.mark.parametrize("names", [*PAIRS, "a", "u", "q"])
@examples
@given(st.data())
def test_populations_alone_have_no_phase(names, data):
    """Exactly 0, not to rounding."""
    rho = data.draw(states(names)).density_matrix()
    state = dense(np.diag(np.diag(rho)), names, **{n: LEVELS[n] for n in names if n in "ab"})
    blind = {"mutual_information", "complete_synchronization", "phase_synchronization", "kuramoto_order"}
    for measure in applicable(names):
        if measure.name not in {*blind, "spin_z_covariance"}:
            assert value(measure, state, *names) == 0, measure.name


@pytest.mark.parametrize("names", ["ab", "su", "as"])
@examples
@given(st.integers(0, 10**6))
def test_product_states_are_uncorrelated(names, seed):
    """I = 0 and C_zz = 0; the entropies of coherence and asymmetry of whole and parts are as they must be."""
    rho = [mixed(seed + k, LEVELS[name], 2) for k, name in enumerate(names)]
    state = dense(np.kron(*rho), names, **{n: LEVELS[n] for n in names if n in "ab"})
    assert ph.measures.mutual_information(state, *names) == pytest.approx(0, abs=1e-9)
    if names == "su":
        assert ph.measures.spin_z_covariance(state, *names) == pytest.approx(0, abs=1e-12)
    parts = [ph.measures.relative_entropy_of_coherence(state, name) for name in names]
    assert ph.measures.relative_entropy_of_coherence(state, *names) == pytest.approx(sum(parts), abs=1e-9)
    skew = [ph.measures.skew_information(state, name) for name in names]
    assert ph.measures.skew_information(state, *names) == pytest.approx(sum(skew), abs=1e-6)
    factors = [ph.measures.phase_coherence(state, name) for name in names]
    assert ph.measures.phase_coherence(state, *names) == pytest.approx(np.prod(factors), abs=1e-12)


@pytest.mark.parametrize("names", ["a", "u", "ab", "as", "su"])
@examples
@given(st.data())
def test_skew_fisher_variance(names, data):
    """I_WY ≤ F/4 ≤ Var, F = 2 Σ (p_i − p_j)²/(p_i + p_j) |N_ij|²; all equal where the state is pure."""
    state = data.draw(states(names))
    number = number_operator(state)
    p, v = np.linalg.eigh(state.density_matrix())
    p = p.clip(min=0)
    element = np.abs(v.conj().T @ (number[:, None] * v)) ** 2
    total, difference = np.add.outer(p, p), np.subtract.outer(p, p)
    fisher = 2 * float((element * difference**2 / np.where(total > 1e-12, total, np.inf)).sum())
    variance = float(state.populations() @ number**2 - (state.populations() @ number) ** 2)
    skew = ph.measures.skew_information(state, *names)
    assert skew <= fisher / 4 + 1e-7
    assert fisher / 4 <= variance + 1e-9
    assert fisher / 8 <= skew + 1e-7  # Luo's bound from the other side
    root = v @ np.diag(np.sqrt(p)) @ v.conj().T
    commutator = root * number[None, :] - number[:, None] * root
    assert skew == pytest.approx(-0.5 * np.trace(commutator @ commutator).real, abs=1e-7)
    if state.purity() > 1 - 1e-12:
        assert skew == pytest.approx(variance, abs=1e-6)


def loss(eta: float, levels: int) -> list[np.ndarray]:
    """A beam splitter of transmission η: K_k|n⟩ = √(C(n,k)(1−η)^k η^{n−k})|n−k⟩."""
    out = []
    for k in range(levels):
        weights = [np.sqrt(comb(n, k) * (1 - eta) ** k * eta ** (n - k)) for n in range(k, levels)]
        out.append(np.diag(weights, k))
    return out


def applied(kraus: list[np.ndarray], rho: np.ndarray) -> np.ndarray:
    return sum(k @ rho @ k.conj().T for k in kraus)


def any_channel(seed: int, levels: int) -> list[np.ndarray]:
    """Kraus operators cut from a random isometry."""
    rng = np.random.default_rng(seed)
    isometry = np.linalg.qr(rng.normal(size=(3 * levels, levels)) + 1j * rng.normal(size=(3 * levels, levels)))[0]
    return list(isometry.reshape(3, levels, levels))


@pytest.mark.parametrize("names", ["ab", "as", "su"])
@examples
@given(st.data(), st.integers(0, 10**6))
def test_nothing_local_raises_the_mutual_information(names, data, seed):
    state = data.draw(states(names))
    levels = [LEVELS[name] for name in names]
    kraus = [on_site(k, levels, 1) for k in any_channel(seed, levels[1])]
    after = dense(applied(kraus, state.density_matrix()), names, **state.cutoffs)
    before = ph.measures.mutual_information(state, *names)
    assert ph.measures.mutual_information(after, *names) <= before + 1e-9


@examples
@given(states("ab"), st.floats(0.05, 0.95), st.floats(0, 2))
def test_no_covariant_channel_raises_the_asymmetry(state, eta, angle):
    """Losses, an exchange of quanta and phase noise commute with common shifts of the phases."""
    levels = [LEVELS["a"], LEVELS["b"]]
    lossy = [on_site(x, levels, 0) @ on_site(y, levels, 1) for x in loss(eta, levels[0]) for y in loss(0.8, levels[1])]
    a, b = ph.oscillator("a"), ph.oscillator("b")
    energies, v = np.linalg.eigh(state.space.matrix(a.dag() * b + b.dag() * a))
    exchange = v @ np.diag(np.exp(-1j * angle * energies)) @ v.conj().T
    noise = [np.sqrt(0.5) * np.diag(np.exp(1j * sign * state.space.coordinates[:, 0])) for sign in (1, -1)]
    for kraus in (lossy, [exchange], noise):
        after = dense(applied(kraus, state.density_matrix()), "ab", **state.cutoffs)
        for measure in (ph.measures.u1_asymmetry, ph.measures.skew_information):
            assert measure(after, "a", "b") <= measure(state, "a", "b") + 1e-6
    local = dense(applied(lossy, state.density_matrix()), "ab", **state.cutoffs)
    for measure in (ph.measures.relative_entropy_of_synchronization, ph.measures.l1_coherence):
        assert measure(local, "a", "b") <= measure(state, "a", "b") + 1e-9
    same = dense(applied([exchange], state.density_matrix()), "ab", **state.cutoffs)
    assert ph.measures.u1_asymmetry(same, "a", "b") == pytest.approx(
        ph.measures.u1_asymmetry(state, "a", "b"), abs=1e-9
    )


@examples
@given(states("ab"))
def test_what_is_known_of_the_whole_bounds_the_parts(state):
    """A ≤ Ω_R = C; tracing out raises neither them nor the mutual information; R of a pair is the mean coherence."""
    measures = ph.measures
    whole = measures.relative_entropy_of_synchronization(state, "a", "b")
    assert whole == measures.relative_entropy_of_coherence(state, "a", "b")
    assert measures.u1_asymmetry(state, "a", "b") <= whole + 1e-9
    for name in "ab":
        assert measures.relative_entropy_of_coherence(state, name) <= whole + 1e-9
        assert measures.u1_asymmetry(state, name) == pytest.approx(
            measures.relative_entropy_of_coherence(state, name), abs=1e-9
        )
    assert measures.mean_phase_coherence(state, "a", "b") == measures.phase_coherence(state, "a", "b")


@examples
@given(states("ab"), states("ab"))
def test_the_distance_from_a_given_limit_cycle(state, other):
    """S(ρ‖σ) of dense matrices, and S(ρ‖σ) ≥ S(Δρ) − S(ρ) for every σ without phases."""
    sigma = 0.9 * other.density_matrix() + 0.1 * np.eye(12) / 12
    for reference in (sigma, np.diag(np.diag(sigma))):
        s, v = np.linalg.eigh(reference)
        rho = state.density_matrix()
        p = np.linalg.eigvalsh(rho).clip(min=1e-300)
        known = float(p @ np.log(p) - np.trace(rho @ (v @ np.diag(np.log(s)) @ v.conj().T)).real)
        cycle = dense(reference, "ab", **state.cutoffs)
        found = ph.measures.relative_entropy_of_synchronization(state, "a", "b", limit_cycle=cycle)
        assert found == pytest.approx(known, abs=1e-9)
    assert found >= ph.measures.relative_entropy_of_synchronization(state, "a", "b") - 1e-9


def test_blocks_and_dense_matrices_agree():
    """A state kept in sectors has the measures of its dense matrix."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    pair = ph.zoo.shared_bath_pair(coupling=0.5, two_photon_loss=1, detuning=0.2)
    models = [pair, pair + ph.Model(0.2j * (a.dag() ** 2 - a**2)), pair + ph.Model(0.1 * (b + b.dag()))]
    for model in models:
        state = ph.steady_state(model, cutoff=ph.Fixed(6))
        alike = dense(state.density_matrix(), "ab", **state.cutoffs)
        for measure in applicable("ab"):
            assert value(measure, state, "a", "b") == pytest.approx(value(measure, alike, "a", "b"), abs=2e-7)


@examples
@given(states("su"))
def test_spin_correlations_are_their_definitions(state):
    """By S_x, S_y and by populations instead of ladder operators."""
    s, t = ph.spin("s", 0.5), ph.spin("u", 1)
    parallel = state.expect(s.x * t.x + s.y * t.y)
    assert ph.measures.spin_order(state, "s", "u") == pytest.approx(parallel, abs=1e-12)
    p = state.populations().reshape(2, 3)
    m, k = np.array([0.5, -0.5]), np.array([1, 0, -1])
    covariance = m @ p @ k - (m @ p.sum(1)) * (p.sum(0) @ k)
    assert ph.measures.spin_z_covariance(state, "s", "u") == pytest.approx(covariance, abs=1e-12)
    crossed = np.hypot(parallel, state.expect(s.y * t.x - s.x * t.y))
    norms = [state.expect(x.plus * x.minus) for x in (s, t)]
    assert ph.measures.spin_correlation(state, "s", "u") == pytest.approx(crossed / np.sqrt(np.prod(norms)), abs=1e-9)


@examples
@given(states("aq"))
def test_coherences_are_their_definitions(state):
    rho = state.density_matrix()
    assert ph.measures.l1_coherence(state, "a", "q") == pytest.approx(np.abs(rho).sum() - 1, abs=1e-12)
    p, q = np.linalg.eigvalsh(rho), np.diag(rho).real
    known = float((p[p > 1e-15] * np.log(p[p > 1e-15])).sum() - (q * np.log(q)).sum())
    assert ph.measures.relative_entropy_of_coherence(state, "q", "a") == pytest.approx(known, abs=1e-9)
