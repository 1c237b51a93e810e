"""Measures of states that are known in closed form."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy.special import entr, eval_laguerre, gammaln

import photinus as ph
from measures.known import coherent, dense, displaced, phase_locked, thermal
from photinus import errors
from photinus.measures import (
    amplitude_correlation,
    complete_synchronization,
    kuramoto_order,
    l1_coherence,
    mean_phase_coherence,
    mutual_information,
    peak_height,
    phase_coherence,
    phase_synchronization,
    relative_entropy_of_coherence,
    relative_entropy_of_synchronization,
    skew_information,
    spin_correlation,
    spin_order,
    spin_z_covariance,
    u1_asymmetry,
)
from photinus.space.state import State


def poisson(mean: float) -> np.ndarray:
    n = np.arange(80)
    return np.exp(n * np.log(mean) - mean - gammaln(n + 1))


def entropy(p: np.ndarray) -> float:
    return float(entr(p).sum())


# ---- asymmetry: a pure state has S(ρ) = 0, so that A is the Shannon entropy of its numbers ----


@pytest.mark.parametrize(("alpha", "expected"), [(1.7, 1.910985632), (1.0, 1.3048422)])
def test_the_asymmetry_of_a_coherent_state(alpha, expected):
    """Vaccaro et al. 2008, Gour et al. 2009: the entropy of a Poisson law."""
    state = dense(coherent(alpha), "a", a=30)
    assert u1_asymmetry(state, "a") == pytest.approx(expected, abs=1e-7)
    assert u1_asymmetry(state, "a") == pytest.approx(entropy(poisson(alpha**2)), abs=1e-12)
    assert skew_information(state, "a") == pytest.approx(alpha**2, abs=1e-7)  # pure: the variance of n


def test_the_asymmetry_of_a_uniform_superposition():
    state = dense(np.full(8, 8**-0.5), "a", a=8)
    for measure in (u1_asymmetry, relative_entropy_of_coherence, relative_entropy_of_synchronization):
        assert measure(state, "a") == pytest.approx(np.log(8), abs=1e-12)
    assert l1_coherence(state, "a") == pytest.approx(7, abs=1e-12)


def test_the_asymmetry_of_a_qubit():
    """Bloch vector (0.6, 0, 0.4): the entropy of a qubit of length r is that of (1 ± r)/2."""
    rho = (np.eye(2) + 0.6 * np.array([[0, 1], [1, 0]]) + 0.4 * np.diag([1, -1])) / 2
    state, length = dense(rho, "s"), np.sqrt(0.52)
    expected = entropy(np.array([0.7, 0.3])) - entropy(np.array([1 + length, 1 - length]) / 2)
    assert expected == pytest.approx(0.2069098156, abs=1e-9)
    assert u1_asymmetry(state, "s") == pytest.approx(expected, abs=1e-12)
    # √ρ = x + y·σ with y = (√λ₊ − √λ₋)/2 along the Bloch vector: −½Tr[√ρ, σ_z/2]² = y_x²
    y = (np.sqrt((1 + length) / 2) - np.sqrt((1 - length) / 2)) / 2 * 0.6 / length
    assert skew_information(state, "s") == pytest.approx(y**2, abs=1e-12)


def test_the_asymmetry_of_a_displaced_thermal_state():
    """p_n = m̄ⁿ/(1+m̄)^{n+1} e^{−|α|²/(1+m̄)} L_n(−|α|²/(m̄(1+m̄))) against the entropy of the thermal state."""
    alpha, mean, n = 0.8, 0.5, np.arange(60)
    p = mean**n / (1 + mean) ** (n + 1) * np.exp(-(alpha**2) / (1 + mean))
    p *= eval_laguerre(n, -(alpha**2) / (mean * (1 + mean)))
    expected = entropy(p) - (1 + mean) * np.log(1 + mean) + mean * np.log(mean)
    assert expected == pytest.approx(0.518908269, abs=1e-8)
    state = dense(displaced(thermal(mean, 60), alpha), "a", a=60)
    assert u1_asymmetry(state, "a") == pytest.approx(expected, abs=1e-8)
    # Displacement commutes with taking the root: I = |α|² Tr[√τ, a][a†, √τ] = |α|² (√(m̄+1) − √m̄)².
    assert skew_information(state, "a") == pytest.approx(alpha**2 * (np.sqrt(1.5) - np.sqrt(0.5)) ** 2, abs=1e-8)


def test_a_thermal_state_has_no_asymmetry():
    state = dense(thermal(0.5), "a", a=40)
    for measure in (u1_asymmetry, skew_information, l1_coherence, relative_entropy_of_synchronization):
        assert measure(state, "a") == 0.0


def test_the_distance_from_a_limit_cycle():
    """Pure ψ against diagonal σ: −Σ|ψ_n|² ln σ_n; the mutual information is the distance from the product."""
    psi = coherent(0.7, 12)
    sigma = thermal(0.8, 12)
    state, cycle = dense(psi, "a", a=12), dense(sigma, "a", a=12)
    found = relative_entropy_of_synchronization(state, "a", limit_cycle=cycle)
    assert found == pytest.approx(-float(abs(psi) ** 2 @ np.log(np.diag(sigma))), abs=1e-10)
    assert relative_entropy_of_synchronization(state, "a", limit_cycle=state) == pytest.approx(0, abs=1e-12)
    pair = phase_locked(0.6, 0.5, 9)
    parts = [pair.reduced(name).density_matrix() for name in "ab"]
    product = dense(np.kron(*parts), "ab", a=9, b=9)
    found = relative_entropy_of_synchronization(pair, "a", "b", limit_cycle=product)
    assert found == pytest.approx(mutual_information(pair, "a", "b"), abs=1e-9)


def test_the_limit_cycle_may_have_other_cutoffs_and_other_sites():
    state = dense(coherent(0.4, 8), "a", a=8)
    cycle, pair = dense(thermal(0.8, 20), "a", a=20), dense(np.kron(thermal(0.8, 20), np.eye(3) / 3), "ab", a=20, b=3)
    values = [relative_entropy_of_synchronization(state, "a", limit_cycle=sigma) for sigma in (cycle, pair)]
    expected = -float(abs(coherent(0.4, 8)) ** 2 @ np.log(np.diag(thermal(0.8, 20))[:8]))
    assert values == pytest.approx([expected, expected], abs=1e-10)
    assert relative_entropy_of_synchronization(cycle, "a", limit_cycle=state) == np.inf
    vacuum = dense(np.eye(8)[0], "a", a=8)
    assert relative_entropy_of_synchronization(state, "a", limit_cycle=vacuum) == np.inf
    with pytest.raises(errors.UnknownSite):
        relative_entropy_of_synchronization(state, "a", limit_cycle=dense(np.eye(2) / 2, "s"))
    other = dense(np.eye(3) / 3, "u")
    with pytest.raises(errors.SiteMismatch):
        relative_entropy_of_synchronization(
            ph.steady_state(ph.Model(0, [ph.Jump(1.0, ph.spin("u", 0.5).minus)])), "u", limit_cycle=other
        )


# ---- Mari: ⟨q₋² + p₋²⟩ = 1 + n_a + n_b − 2Re⟨a†b⟩ ----


def two_mode_squeezed(r: float, levels: int = 40) -> State:
    """Σ tanhⁿr/cosh r |nn⟩, with ⟨ab⟩ = ½ sinh 2r > 0: q₋ and p₊ are squeezed."""
    ket = np.diag(np.tanh(r) ** np.arange(levels) / np.cosh(r)).ravel()
    return dense(ket / np.linalg.norm(ket), "ab", a=levels, b=levels)


def test_the_errors_of_a_two_mode_squeezed_vacuum():
    r = 0.5
    state = two_mode_squeezed(r, 24)
    assert complete_synchronization(state, "a", "b") == pytest.approx(1 / np.cosh(2 * r), abs=1e-9)
    assert complete_synchronization(state, "a", "b") == pytest.approx(0.64805427, abs=1e-8)
    assert phase_synchronization(state, "a", "b", angles=(0, 0)) == pytest.approx(np.exp(-2 * r), abs=1e-8)
    turned = (np.pi / 2, np.pi / 2)  # p of a e^{−iπ/2} is −q
    assert phase_synchronization(state, "a", "b", angles=turned) == pytest.approx(np.exp(2 * r), abs=1e-6)
    with pytest.raises(errors.Undefined, match="no frame"):
        phase_synchronization(state, "a", "b")


def test_the_errors_of_coherent_states():
    """Every coherent state has ⟨δp²⟩ = ½; a distance of the means counts unless it is subtracted."""
    alpha, beta = 1.2 * np.exp(0.4j), 0.9 * np.exp(-1.1j)
    state = dense(np.kron(coherent(alpha, 20), coherent(beta, 20)), "ab", a=20, b=20)
    assert complete_synchronization(state, "a", "b") == pytest.approx(1 / (1 + abs(alpha - beta) ** 2), abs=1e-8)
    assert complete_synchronization(state, "a", "b", subtract_mean=True) == pytest.approx(1, abs=1e-8)
    turned = complete_synchronization(state, "a", "b", angles=(0.4, -1.1))
    assert turned == pytest.approx(1 / (1 + 0.3**2), abs=1e-8)
    assert phase_synchronization(state, "a", "b") == pytest.approx(1, abs=1e-8)
    apart = (alpha - beta).imag  # ⟨p₋⟩ = Im(α − β)
    assert phase_synchronization(state, "a", "b", angles=(0, 0)) == pytest.approx(1 / (1 + 2 * apart**2), abs=1e-8)
    assert phase_synchronization(state, "a", "b", angles=(0, 0), subtract_mean=True) == pytest.approx(1, abs=1e-8)
    same = dense(np.kron(coherent(alpha, 20), coherent(alpha, 20)), "ab", a=20, b=20)
    assert complete_synchronization(same, "a", "b") == pytest.approx(1, abs=1e-8)


def test_the_errors_follow_the_moments():
    state = ph.steady_state(ph.zoo.shared_bath_pair(coupling=0.5, two_photon_loss=1), cutoff=ph.Converged(1e-5))
    a, b = ph.oscillator("a"), ph.oscillator("b")
    known = 1 / (1 + state.expect(a.dag() * a) + state.expect(b.dag() * b) - 2 * state.expect(a.dag() * b).real)
    assert complete_synchronization(state, "a", "b") == pytest.approx(known, abs=1e-12)
    # phase-invariant: ⟨q₋²⟩ = ⟨p₋²⟩, and half of the error is the phase's
    assert phase_synchronization(state, "a", "b", angles=(0.3, 0.3)) == pytest.approx(known, abs=1e-12)


# ---- pairs of oscillators ----


def test_the_phase_locked_mixture():
    """A Poisson mixture over n_a + n_b of pure states: S_ab = H_P(3.25), and Poissonian parts; nothing is entangled."""
    state = phase_locked(1.0, 1.5, 18)
    information = entropy(poisson(1.0)) + entropy(poisson(2.25)) - entropy(poisson(3.25))
    assert amplitude_correlation(state, "a", "b") == pytest.approx(1, abs=1e-6)
    assert phase_coherence(state, "a", "b") == pytest.approx(0.7054548, abs=1e-6)
    assert mutual_information(state, "a", "b") == pytest.approx(1.1013861, abs=1e-6)
    assert mutual_information(state, "a", "b") == pytest.approx(information, abs=1e-6)
    assert relative_entropy_of_synchronization(state, "a", "b") == pytest.approx(information, abs=1e-6)
    assert complete_synchronization(state, "a", "b") == pytest.approx(1 / (1 + 0.5**2), abs=1e-6)
    assert u1_asymmetry(state, "a", "b") == skew_information(state, "a", "b") == 0


def test_one_shared_excitation():
    """(|10⟩ + |01⟩)/√2: R′ = 1, R = ½ and P − 1/2π = cos φ/2π."""
    ket = np.zeros(4)
    ket[[1, 2]] = 0.5**0.5
    state = dense(ket, "ab", a=2, b=2)
    assert amplitude_correlation(state, "a", "b") == pytest.approx(1, abs=1e-12)
    assert phase_coherence(state, "a", "b") == pytest.approx(0.5, abs=1e-12)
    assert peak_height(state, "a", "b") == pytest.approx(1 / (2 * np.pi), abs=1e-12)
    assert kuramoto_order(state, "a", "b") == pytest.approx(np.sqrt(0.75), abs=1e-12)
    assert l1_coherence(state, "a", "b") == pytest.approx(1, abs=1e-12)
    assert mutual_information(state, "a", "b") == pytest.approx(2 * np.log(2), abs=1e-12)


@pytest.mark.parametrize(("kets", "expected"), [([0, 3], np.log(2)), ([1, 2], np.log(2))])
def test_the_mutual_information_of_a_classical_bit(kets, expected):
    rho = np.zeros((4, 4))
    rho[kets, kets] = 0.5
    assert mutual_information(dense(rho, "st"), "s", "t") == pytest.approx(expected, abs=1e-12)
    ket = np.zeros(4)
    ket[kets] = 0.5**0.5
    assert mutual_information(dense(ket, "st"), "s", "t") == pytest.approx(2 * expected, abs=1e-12)


def test_phases_of_pure_states():
    """The state of at most N quanta with the sharpest phase, sin((n+1)π/(N+2)), has R = cos(π/(N+2))."""
    n = np.arange(11)
    best = dense(np.sin((n + 1) * np.pi / 12) / np.sqrt(6), "a", a=11)
    assert phase_coherence(best, "a") ** -2 - 1 == pytest.approx(np.tan(np.pi / 12) ** 2, abs=1e-12)
    state = dense(coherent(2.0, 40), "a", a=40)
    assert phase_coherence(state, "a") == pytest.approx(0.961037863, abs=1e-9)
    assert phase_coherence(state, "a", kind="husimi") == pytest.approx(0.928371645, abs=1e-9)


def test_two_opposite_phases():
    """Even numbers alone: the first harmonic vanishes, the second is 2/3, the fourth 1/3."""
    ket = np.zeros(5)
    ket[[0, 2, 4]] = 3**-0.5
    state = dense(ket, "a", a=5)
    assert phase_coherence(state, "a") == 0
    assert phase_coherence(state, "a", ratio=(2, 1)) == pytest.approx(2 / 3, abs=1e-12)
    assert peak_height(state, "a") == pytest.approx((4 / 3 + 2 / 3) / (2 * np.pi), abs=1e-12)


# ---- spins ----


def test_the_density_of_a_spin_one():
    """P − 1/2π = (3/(8√2)) Re[(ρ_{10} + ρ_{0,−1})e^{iφ}] + (1/2π) Re[ρ_{1,−1} e^{2iφ}] (Roulet and Bruder 2018)."""
    rng = np.random.default_rng(3)
    ket = rng.normal(size=3) + 1j * rng.normal(size=3)
    rho = np.outer(ket, ket.conj()) / np.vdot(ket, ket).real
    phi = np.linspace(-np.pi, np.pi, 20001)
    first, second = (rho[0, 1] + rho[1, 2]) * np.exp(1j * phi), rho[0, 2] * np.exp(2j * phi)
    density = 3 / (8 * np.sqrt(2)) * first.real + second.real / (2 * np.pi)
    assert peak_height(dense(rho, "u"), "u") == pytest.approx(density.max(), abs=1e-7)


@pytest.mark.parametrize("detuning", [0.0, 0.3])
def test_the_blockade_of_a_spin_one(detuning):
    """Equal gain and loss g: ρ₁₀ + ρ₀₋₁ = 0 at any drive, and S_max → ε²/πg² (Kehrer, Nadolny and Bruder 2024)."""
    g, epsilon = 0.5, 2e-3
    state = ph.steady_state(ph.zoo.spin_one(gain=g, loss=g, drive=epsilon, detuning=detuning))
    rho = state.density_matrix()
    assert abs(rho[0, 1] + rho[1, 2]) < 1e-12
    assert phase_coherence(state, "s") < 1e-12
    if detuning == 0:
        assert peak_height(state, "s") == pytest.approx(epsilon**2 / (np.pi * g**2), rel=1e-3)
        assert phase_coherence(state, "s", ratio=(2, 1)) == pytest.approx(np.pi * peak_height(state, "s"), rel=1e-9)


def test_a_driven_qubit():
    """H = dσ_z/2 + εσ_x/2, D[σ₊] at g₊ and D[σ₋] at g₋: the Bloch equations (Parra-López and Bergli 2020).

    ṁ_x = −Γm_x/2 − d m_y, ṁ_y = d m_x − Γm_y/2 − ε m_z, ṁ_z = ε m_y − Γm_z + g₊ − g₋ with Γ = g₊ + g₋; S_max = |m_⊥|/8.
    """
    d, epsilon, up, down = 0.4, 0.25, 0.3, 0.9
    bloch = np.array([[-0.6, -d, 0], [d, -0.6, -epsilon], [0, epsilon, -1.2]])
    mx, my, mz = np.linalg.solve(bloch, [0, 0, down - up])
    assert [mx, my, mz] == pytest.approx([-0.0907029478, 0.1360544218, -0.4716553288], abs=1e-9)
    s = ph.spin("s", 0.5)
    state = ph.steady_state(ph.Model(d * s.z + epsilon * s.x, [ph.Jump(up, s.plus), ph.Jump(down, s.minus)]))
    assert [2 * state.expect(x) for x in (s.x, s.y, s.z)] == pytest.approx([mx, my, mz], abs=1e-12)
    assert peak_height(state, "s") == pytest.approx(np.hypot(mx, my) / 8, abs=1e-12)
    assert peak_height(state, "s") == pytest.approx(0.0204396, abs=1e-7)
    assert phase_coherence(state, "s") == pytest.approx(np.pi / 8 * np.hypot(mx, my), abs=1e-12)


def pair_of_spins_one(epsilon: float, gain: tuple[float, float], loss: tuple[float, float]) -> ph.Model:
    """H = (iε/2)(S₊^s S₋^t − h.c.) between two limit cycles of Roulet and Bruder."""
    one, two = ph.spin("s", 1), ph.spin("t", 1)
    model = ph.Model(0.5j * epsilon * (one.plus * two.minus - one.minus * two.plus))
    for name, g, d in zip("st", gain, loss, strict=True):
        model = model + ph.zoo.spin_one(name, gain=g, loss=d)
    return model


def test_two_spins_one():
    """S_max/ε = (9π/64)|1/(d_A + g_B) − 1/(g_A + d_B)| to first order (Roulet and Bruder, PRL 121, 063601)."""
    epsilon = 1e-4
    state = ph.steady_state(pair_of_spins_one(epsilon, (0.7, 0.2), (0.3, 1.1)))
    expected = 9 * np.pi / 64 * abs(1 / (0.3 + 0.2) - 1 / (0.7 + 1.1))
    assert peak_height(state, "s", "t") == pytest.approx(epsilon * expected, rel=1e-3)
    alike = ph.steady_state(pair_of_spins_one(epsilon, (0.4, 0.4), (0.9, 0.9)))
    assert peak_height(alike, "s", "t") < 1e-3 * epsilon


@pytest.mark.parametrize(
    ("coupling", "detuning", "expected"), [(1.0, 0.0, 0.125), (4.0, 2.0, 0.39245875), (10.0, 5.0, 0.60750306)]
)
def test_a_pair_in_the_quantum_limit(coupling, detuning, expected):
    """Two van der Pol oscillators cut to n ≤ 1 are spins ½: R′ = V(k + V)/((3k + V)√((3k + V)² + Δ²)), k = 1."""
    one, two = ph.spin("s", 0.5), ph.spin("t", 0.5)
    jumps = [ph.Jump(1.0, one.plus, reverse=2.0), ph.Jump(1.0, two.plus, reverse=2.0)]
    model = ph.Model(detuning / 2 * (one.z - two.z), [*jumps, ph.Jump(coupling, one.minus - two.minus)])
    state = ph.steady_state(model)
    width = 3 + coupling
    assert spin_correlation(state, "s", "t") == pytest.approx(expected, abs=1e-8)
    closed = coupling * (1 + coupling) / (width * np.hypot(width, detuning))
    assert spin_correlation(state, "s", "t") == pytest.approx(closed, abs=1e-12)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_triplet_and_the_singlet(sign):
    ket = np.array([0, 1, sign, 0]) / np.sqrt(2)
    state = dense(ket, "st")
    assert spin_correlation(state, "s", "t") == pytest.approx(1, abs=1e-12)
    assert spin_order(state, "s", "t") == pytest.approx(sign / 2, abs=1e-12)
    assert spin_z_covariance(state, "s", "t") == pytest.approx(-1 / 4, abs=1e-12)


def test_a_spin_in_its_lowest_level_has_no_correlation():
    state = dense(np.kron([0, 1], [1, 1]) / np.sqrt(2), "st")
    with pytest.raises(errors.Undefined, match="0/0"):
        spin_correlation(state, "s", "t")
    assert ph.measures.table(state, "s", "t")["spin_correlation"] is None


# ---- more than two ----


def one_excitation(phases: list[float]) -> State:
    """Σ e^{iφ_j}|1_j⟩/√N of three oscillators: ⟨e^{i(φ_j − φ_k)}⟩ = ρ_{1_j,1_k} = e^{i(φ_j − φ_k)}/N."""
    ket = np.zeros(8, complex)
    ket[[4, 2, 1]] = np.exp(1j * np.array(phases)) / np.sqrt(3)
    return dense(ket, "abc", a=2, b=2, c=2)


def test_one_excitation_among_three():
    alike, splay = one_excitation([0, 0, 0]), one_excitation([0, 2 * np.pi / 3, 4 * np.pi / 3])
    assert mean_phase_coherence(alike, "a", "b", "c") == pytest.approx(1 / 3, abs=1e-12)
    assert mean_phase_coherence(splay, "a", "b", "c") == pytest.approx(1 / 3, abs=1e-12)
    assert kuramoto_order(alike, "a", "b", "c") == pytest.approx(np.sqrt(5) / 3, abs=1e-12)  # (3 + 6/3)/9
    assert kuramoto_order(splay, "a", "b", "c") == pytest.approx(np.sqrt(2) / 3, abs=1e-12)  # (3 − 3/3)/9


def test_three_coherent_states():
    """|1/3 Σ e^{iφ}|² of independent phases: 1/3 + (2/9) Σ_{j<k} Re f(α_j) f(α_k)* e^{i(φ_j − φ_k)}."""
    angles, levels = [0.2, 1.0, -0.7], 10
    kets = [coherent(0.8 * np.exp(1j * angle), levels) for angle in angles]
    state = dense(np.kron(np.kron(*kets[:2]), kets[2]), "abc", a=levels, b=levels, c=levels)
    f = [phase_coherence(state, name) for name in "abc"]
    order = sum(x * y * np.cos(p - q) for x, p in zip(f, angles, strict=True) for y, q in zip(f, angles, strict=True))
    order += sum(1 - x**2 for x in f)
    assert kuramoto_order(state, "a", "b", "c") == pytest.approx(np.sqrt(order) / 3, abs=1e-10)
    pairs = [f[0] * f[1], f[0] * f[2], f[1] * f[2]]
    assert mean_phase_coherence(state, "a", "b", "c") == pytest.approx(np.mean(pairs), abs=1e-10)


def test_independent_phases_have_no_order():
    state = dense(np.eye(8)[3], "abc", a=2, b=2, c=2)
    assert kuramoto_order(state, "a", "b", "c") == pytest.approx(3**-0.5, abs=1e-15)
    assert mean_phase_coherence(state, "a", "b", "c") == 0


def test_an_oscillator_and_a_spin_in_step():
    """The exchange a†S₋ + h.c. locks the sum of phase and azimuth: (|1↓⟩ + e^{iχ}|0↑⟩)/√2 is in step at χ = 0."""
    for chi in (0.0, 1.2):
        ket = np.zeros(4, complex)
        ket[3], ket[0] = 0.5**0.5, np.exp(1j * chi) * 0.5**0.5  # kets |n⟩|m = +½, −½⟩
        state = dense(ket, "as", a=2)
        r = phase_coherence(state, "a", "s")
        assert r == pytest.approx(np.pi / 8, abs=1e-12)
        assert kuramoto_order(state, "a", "s") ** 2 == pytest.approx((1 + r * np.cos(chi)) / 2, abs=1e-12)
        assert u1_asymmetry(state, "a", "s") == 0  # n + S_z is sharp
        assert peak_height(state, "a", "s") > 0.1


def test_a_harmonic_of_the_wigner_density_may_be_above_one():
    """(|0⟩ + |k⟩)/√2 has c_k = g(k, 0)/2 = 2^{k/2} Γ(k/2 + 1)/2√k!, at k = 16 2⁸ 8!/2√16!."""
    state = ph.states.superposition([(1, {"a": 0}), (1, {"a": 16})])
    expected = 2**8 * factorial(8) / factorial(16) ** 0.5 / 2
    assert expected > 1
    assert ph.measures.phase_coherence(state, "a", ratio=(16, 1), kind="wigner") == pytest.approx(expected)
