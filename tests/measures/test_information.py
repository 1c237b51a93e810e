"""Measured phases and discord: closed forms, bounds, a second route for each formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import photinus as ph
from measures.test_entanglement import NONE, A, B, oscillators, poisson_mixture, random_rho, state, two_qubits
from photinus import errors
from photinus.measures import discord, mutual_information, phase_mutual_information, renyi_discord
from photinus.measures.information import _to_standard
from photinus.model import Group
from photinus.space.state import State

SEEDS = st.integers(0, 2**32 - 1)
SUM = Group((0,), ((1, 1),))


def entropy(p: np.ndarray) -> float:
    p = np.asarray(p)[np.asarray(p) > 1e-300]
    return float(-(p * np.log(p)).sum())


# --- measured phases -------------------------------------------------------------------------------------------------


def test_one_excitation_shared():
    """(|10⟩ + |01⟩)/√2: P(φ_a − φ_b) = (1 + cos φ)/2π, and ∫ P ln 2πP = 1 − ln 2."""
    ket = np.zeros(9, complex)
    ket[[3, 1]] = np.sqrt(0.5)
    pair = oscillators(np.outer(ket, ket), 3, 3)
    assert phase_mutual_information(pair, "a", "b") == pytest.approx(1 - np.log(2), abs=1e-9)


def test_weak_locking_is_half_the_square_of_the_coherence():
    """P = (1 + 2r cos φ)/2π: ∫ P ln 2πP = r² + O(r⁴) = 1 − √(1−4r²) + ln((1 + √(1−4r²))/2)."""
    for r in (1e-6, 1e-3, 0.2):
        rho = np.zeros((4, 4), complex)
        rho[1, 1] = rho[2, 2] = 0.5
        rho[1, 2] = rho[2, 1] = r
        root = np.sqrt(1 - 4 * r**2)
        expected = r**2 if r < 1e-4 else 1 - root + np.log((1 + root) / 2)
        found = phase_mutual_information(oscillators(rho, 2, 2, SUM), "a", "b")
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize("kind", ["canonical", "husimi"])
@pytest.mark.parametrize("coupling", [0.1, 1.0])
def test_where_only_the_difference_is_locked(coupling, kind):
    """A U(1): I = ln 2π − h(φ_a − φ_b)."""
    pair = ph.steady_state(
        ph.zoo.shared_bath_pair(detuning=0.2, gain=1, two_photon_loss=1, coupling=coupling), cutoff=ph.Fixed(9)
    )
    relative = ph.phase.relative_distribution(pair, "a", "b", kind=kind)
    expected = np.log(2 * np.pi) - relative.entropy
    found = phase_mutual_information(pair, "a", "b", kind=kind)
    assert found == pytest.approx(expected, abs=1e-9)
    assert 0 < found <= mutual_information(pair, "a", "b")
    assert found == pytest.approx(phase_mutual_information(pair, "b", "a", kind=kind), abs=1e-12)


def test_heterodyne_phases_tell_less():
    pair = ph.steady_state(ph.zoo.shared_bath_pair(gain=1, two_photon_loss=3, coupling=1), cutoff=ph.Fixed(7))
    values = [phase_mutual_information(pair, "a", "b", kind=kind) for kind in ("husimi", "canonical")]
    assert 0 < values[0] < values[1]


@given(SEEDS, st.sampled_from([1, 2, 9]), st.sampled_from(["canonical", "husimi"]))
@example(1233519, 1, "canonical")  # its density touches zero at points
@settings(max_examples=20)
def test_measured_phases_tell_at_most_the_quantum_information(seed, rank, kind):
    rng = np.random.default_rng(seed)
    pair = oscillators(random_rho(rng, 9, rank), 3, 3)
    found = phase_mutual_information(pair, "a", "b", kind=kind)
    assert 0 <= found <= mutual_information(pair, "a", "b") + 1e-9
    turn = np.exp(1j * np.add.outer(0.7 * np.arange(3), -1.9 * np.arange(3)).ravel())
    turned = oscillators(turn[:, None] * pair.density_matrix() * turn.conj(), 3, 3)
    assert phase_mutual_information(turned, "a", "b", kind=kind) == pytest.approx(found, abs=2e-9)


@given(SEEDS)
@settings(max_examples=10)
def test_a_product_shares_no_information(seed):
    rng = np.random.default_rng(seed)
    pair = oscillators(np.kron(random_rho(rng, 3), random_rho(rng, 4)), 3, 4)
    assert phase_mutual_information(pair, "a", "b") == pytest.approx(0, abs=1e-13)
    assert mutual_information(pair, "a", "b") == pytest.approx(0, abs=1e-12)
    assert renyi_discord(pair, "a", "b") == pytest.approx(0, abs=1e-13)


def test_azimuths_of_spins():
    """Two spins ½ in (|↑↓⟩ + |↓↑⟩)/√2: the Husimi harmonic of the difference is (π/4)²/2."""
    s, t = ph.spin("s", 0.5), ph.spin("t", 0.5)
    ket = np.array([0, 1, 1, 0]) / np.sqrt(2)
    pair = state(np.outer(ket, ket).astype(complex), s.z * t.z, {})
    root = np.sqrt(1 - (np.pi / 4) ** 4)
    expected = 1 - root + np.log((1 + root) / 2)
    assert phase_mutual_information(pair, "s", "t") == pytest.approx(expected, abs=1e-9)


def test_the_deep_limit_of_a_coherent_coupling_shares_nothing():
    """Levels 0 and 1, gain κ and loss 2κ: the product state is a function of n_a + n_b, which the exchange keeps."""
    s, t = ph.spin("s", 0.5), ph.spin("t", 0.5)
    local = [ph.Jump(1.0, x.plus) for x in (s, t)] + [ph.Jump(2.0, x.minus) for x in (s, t)]
    exchange = 3.0 * (s.plus * t.minus + s.minus * t.plus) + 0.35 * (s.z - t.z)
    pair = ph.steady_state(ph.Model(exchange, local))
    assert mutual_information(pair, "s", "t") == pytest.approx(0, abs=1e-12)
    assert phase_mutual_information(pair, "s", "t") == pytest.approx(0, abs=1e-12)
    assert discord(pair, "s", "t") == pytest.approx(0, abs=1e-12)


def test_a_phase_locked_mixture():
    """α = 1, β = 1.5: I = H(1) + H(2.25) − H(3.25) with entropies of Poisson laws."""
    pair = oscillators(poisson_mixture(1.0, 1.5, 30), 30, 30, SUM)

    def poisson(mean: float) -> float:
        return entropy(np.exp(-mean) * mean ** np.arange(60) / np.cumprod(np.maximum(np.arange(60), 1.0)))

    information = mutual_information(pair, "a", "b")
    assert information == pytest.approx(poisson(1) + poisson(2.25) - poisson(3.25), abs=1e-9)
    assert information == pytest.approx(1.1013861, abs=1e-6)
    assert 0.3 < phase_mutual_information(pair, "a", "b") < information


def test_the_wigner_density_is_refused():
    pair = oscillators(np.eye(4) / 4 + 0j, 2, 2)
    with pytest.raises(errors.Undefined, match="can be negative"):
        phase_mutual_information(pair, "a", "b", kind="wigner")
    with pytest.raises(errors.InvalidInput, match="kind"):
        phase_mutual_information(pair, "a", "b", kind="hilbert")


# --- discord of a two-level site -------------------------------------------------------------------------------------

PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def bell_diagonal(c: np.ndarray) -> np.ndarray:
    return (np.eye(4) + sum(x * np.kron(s, s) for x, s in zip(c, PAULI, strict=True))) / 4


def brute_force(rho: np.ndarray, directions: np.ndarray) -> float:
    """min over projectors of the second qubit of Σ p S(ρ_a|k), from the matrices themselves."""
    best = np.inf
    for n in directions:
        total = 0.0
        for sign in (1, -1):
            projector = np.kron(np.eye(len(rho) // 2), (np.eye(2) + sign * np.tensordot(n, PAULI, 1)) / 2)
            after = projector @ rho @ projector
            p = np.trace(after).real
            if p > 1e-14:
                total += p * entropy(np.linalg.eigvalsh(after / p))
        best = min(best, total)
    return best


@given(SEEDS)
@settings(max_examples=20)
def test_bell_diagonal_states_have_a_closed_form(seed):
    """Luo, Phys. Rev. A 77, 042303 (2008): J = ln 2 − H₂((1 + c)/2), c the largest |c_i|."""
    weights = np.random.default_rng(seed).dirichlet([0.5] * 4)
    signs = np.array([[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]])
    c = weights @ signs
    rho = bell_diagonal(c)
    pair = two_qubits(rho)
    largest = np.abs(c).max()
    classical = np.log(2) - entropy([(1 + largest) / 2, (1 - largest) / 2])
    expected = 2 * np.log(2) - entropy(weights) - classical
    assert np.allclose(np.linalg.eigvalsh(rho), np.sort(weights), atol=1e-12)
    assert discord(pair, "q", "s") == pytest.approx(expected, abs=1e-9)
    assert discord(pair, "s", "q") == pytest.approx(expected, abs=1e-9)


@given(SEEDS)
@settings(max_examples=10)
def test_the_discord_of_a_pure_state_is_its_entanglement(seed):
    rng = np.random.default_rng(seed)
    pair = state(random_rho(rng, 10, 1), A * ph.spin("s", 0.5).z, {"a": 5})
    assert discord(pair, "a", "s") == pytest.approx(pair.reduced("s").entropy(), abs=1e-9)


@given(SEEDS)
@settings(max_examples=15)
def test_what_a_measurement_does_not_disturb_has_no_discord(seed):
    """Σ p_k ρ_k ⊗ |k⟩⟨k| in a random basis of the second site; measured on the first it has some."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)))[0].T
    rho = sum(0.5 * np.kron(random_rho(rng, 2, 1), np.outer(k, k.conj())) for k in basis)
    pair = two_qubits(rho)
    assert discord(pair, "q", "s") == pytest.approx(0, abs=1e-9)
    assert discord(pair, "s", "q") > 1e-6
    assert mutual_information(pair, "q", "s") > 1e-3


@given(SEEDS, st.sampled_from([2, 3, 4]), st.booleans())
@settings(max_examples=15)
def test_the_search_is_below_every_measurement_tried(seed, rank, x_shaped):
    """Random states and X states, whose best measurement need not be σ_x or σ_z (Huang, Phys. Rev. A 88, 014302)."""
    rng = np.random.default_rng(seed)
    rho = random_rho(rng, 4, rank)
    if x_shaped:
        rho = np.where(np.eye(4) + np.fliplr(np.eye(4)) > 0, rho, 0)
    pair = two_qubits(rho)
    directions = np.concatenate([rng.normal(size=(300, 3)), np.eye(3)])
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    tried = pair.reduced("s").entropy() - pair.entropy() + brute_force(rho, directions)
    found = discord(pair, "q", "s")
    assert max(0, tried - 0.05) <= found <= tried + 1e-12
    assert found <= pair.reduced("s").entropy() + 1e-12
    assert found <= mutual_information(pair, "q", "s") + 1e-12


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_werner_states_are_discordant_before_they_are_entangled(p):
    """Ollivier2001: D > 0 for every p > 0, where entanglement begins at 1/3."""
    singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    pair = two_qubits(p * np.outer(singlet, singlet) + (1 - p) / 4 * np.eye(4))
    up, down = (1 + p) / 2, (1 - p) / 2
    expected = np.log(2) - entropy([(1 + 3 * p) / 4] + [(1 - p) / 4] * 3) + entropy([up, down])
    assert discord(pair, "q", "s") == pytest.approx(expected, abs=1e-9)


def test_discord_needs_two_levels_to_measure():
    with pytest.raises(errors.InvalidInput, match="renyi_discord"):
        discord(oscillators(np.eye(6) / 6 + 0j, 2, 3), "a", "b")


# --- Gaussian discord ------------------------------------------------------------------------------------------------


def adesso_datta(sigma: np.ndarray) -> float:
    """D₂ with the infimum in closed form (Adesso2010), from the invariants A, B, C, D of σ; B is measured."""
    a, b = np.linalg.det(sigma[:2, :2]), np.linalg.det(sigma[2:, 2:])
    c, d = np.linalg.det(sigma[:2, 2:]), np.linalg.det(sigma)
    if (d - a * b) ** 2 <= (1 + b) * c**2 * (a + d):
        root = np.sqrt(max(0.0, c**2 + (b - 1) * (d - a)))
        least = (2 * c**2 + (b - 1) * (d - a) + 2 * abs(c) * root) / (b - 1) ** 2
    else:
        root = np.sqrt(max(0.0, c**4 + (d - a * b) ** 2 - 2 * c**2 * (a * b + d)))
        least = (a * b - c**2 + d - root) / (2 * b)
    return 0.5 * (np.log(b) - np.log(d) + np.log(least))


def covariance(pair: State) -> np.ndarray:
    x = []
    for c in (A, B):
        x += [(c + c.dag()) / np.sqrt(2), -1j * (c - c.dag()) / np.sqrt(2)]
    mean = np.array([pair.expect(r) for r in x])
    return np.array([[pair.expect(r * s + s * r) for s in x] for r in x]).real - 2 * np.outer(mean, mean).real


@pytest.mark.parametrize("r", [0.0, 0.1, 0.5])
def test_the_two_mode_squeezed_vacuum(r):
    """a = b = cosh 2r, and any pure measurement leaves a pure state: D₂ = ln cosh 2r."""
    ket = np.diag(np.tanh(r) ** np.arange(30)).ravel()
    ket = ket / np.linalg.norm(ket)
    pair = oscillators(np.outer(ket, ket).astype(complex), 30, 30, Group((0,), ((1, -1),)))
    assert renyi_discord(pair, "a", "b") == pytest.approx(np.log(np.cosh(2 * r)), abs=1e-8)


@given(SEEDS, st.sampled_from([1, 3, 16]), st.booleans())
@settings(max_examples=40)
def test_the_gaussian_discord_is_the_closed_form(seed, rank, local):
    """Covariances of random states, and a scan over measurements of every squeezing and angle."""
    rng = np.random.default_rng(seed)
    rho = random_rho(rng, 16, rank)
    if local:
        rho = 0.9 * np.diag(rng.dirichlet(np.ones(16))) + 0.1 * rho
    pair = oscillators(rho.astype(complex), 4, 4)
    sigma = covariance(pair)
    found = renyi_discord(pair, "a", "b")
    assert found >= 0
    assert found == pytest.approx(adesso_datta(sigma), abs=1e-9)
    alpha, beta, gamma = sigma[:2, :2], sigma[2:, 2:], sigma[:2, 2:]
    tried = np.inf
    for angle in np.linspace(0, np.pi, 25):
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, -s], [s, c]])
        for squeezing in np.exp(np.linspace(-8, 8, 33)):
            gaussian = turn @ np.diag([squeezing, 1 / squeezing]) @ turn.T
            tried = min(tried, np.linalg.det(alpha - gamma @ np.linalg.inv(beta + gaussian) @ gamma.T))
    scan = 0.5 * (np.log(np.linalg.det(beta)) - np.log(np.linalg.det(sigma)) + np.log(tried))
    assert found <= scan + 1e-10
    assert found == pytest.approx(scan, abs=0.02)


def test_local_squeezing_does_not_change_the_gaussian_discord():
    rng = np.random.default_rng(3)
    block = rng.normal(size=(2, 2))
    block = block @ block.T + np.eye(2)
    turned = _to_standard(block) @ block @ _to_standard(block).T
    np.testing.assert_allclose(turned, np.sqrt(np.linalg.det(block)) * np.eye(2), atol=1e-12)
    assert np.linalg.det(_to_standard(block)) == pytest.approx(1, abs=1e-12)


def test_a_separable_mixture_has_gaussian_discord():
    pair = oscillators(poisson_mixture(1.0, 1.5, 28), 28, 28, SUM)
    assert renyi_discord(pair, "a", "b") > 0.1
    assert ph.measures.negativity(pair, "a", "b") < 1e-13


def test_gaussian_discord_needs_oscillators():
    pair = state(np.eye(4) / 4 + 0j, A * ph.spin("s", 0.5).z, {"a": 2}, NONE)
    with pytest.raises(errors.InvalidInput, match="oscillators"):
        renyi_discord(pair, "a", "s")
