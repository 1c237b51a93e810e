"""Phase densities of states that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import simpson

import photinus as ph
from phase.builders import A, B, coherent, fock, pure, random_matrix, state_of


@pytest.mark.parametrize("theta", [0.0, 0.7, -2.0, 3.1])
@pytest.mark.parametrize("kind", ["canonical", "husimi"])
def test_a_coherent_state_peaks_at_its_phase(theta, kind):
    density = ph.phase.distribution(pure(coherent(1.5 * np.exp(1j * theta))), "a", kind=kind, points=512)
    assert np.exp(1j * density.mean_direction) == pytest.approx(np.exp(1j * theta), abs=1e-9)
    assert abs(np.exp(1j * (density.phi[np.argmax(density.density)] - theta)) - 1) < 0.01


def test_the_canonical_density_is_the_sum_of_the_definition():
    """P(φ) = (1/2π) Σ ρ_mn e^{i(n−m)φ}."""
    rng = np.random.default_rng(1)
    ket = rng.normal(size=7) + 1j * rng.normal(size=7)
    ket /= np.linalg.norm(ket)
    density = ph.phase.distribution(pure(ket), "a", points=30)
    n = np.arange(7)
    expected = [abs(np.sum(ket * np.exp(-1j * n * phi))) ** 2 / (2 * np.pi) for phi in density.phi]
    np.testing.assert_allclose(density.density, expected, rtol=0, atol=1e-14)
    assert density.phi[0] == pytest.approx(-np.pi)
    assert np.allclose(np.diff(density.phi), 2 * np.pi / 30)


def test_the_husimi_density_is_the_radial_integral_of_q():
    rng = np.random.default_rng(2)
    ket = rng.normal(size=5) + 1j * rng.normal(size=5)
    state = pure(ket / np.linalg.norm(ket))
    density = ph.phase.distribution(state, "a", kind="husimi", points=8)
    r = np.linspace(0, 9, 301)
    for phi, value in zip(density.phi, density.density, strict=True):
        along = [
            ph.phase.husimi(state, "a", [x], [p])[0, 0] for x, p in zip(r * np.cos(phi), r * np.sin(phi), strict=True)
        ]
        assert simpson(np.array(along) * r, x=r) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_number_states_have_no_phase(n):
    state = pure(fock(n))
    np.testing.assert_allclose(ph.phase.distribution(state, "a").density, 1 / (2 * np.pi), rtol=0, atol=1e-15)
    assert ph.measures.phase_coherence(state, "a") == 0
    assert ph.measures.peak_height(state, "a") == pytest.approx(0, abs=1e-15)


def test_the_relative_phase_is_the_difference_of_the_phases():
    state = pure(coherent(1.2 * np.exp(0.9j), 24), coherent(1.0 * np.exp(-0.4j), 24))
    assert ph.phase.relative_distribution(state, "a", "b").mean_direction == pytest.approx(1.3, abs=1e-9)
    assert ph.phase.relative_distribution(state, "b", "a").mean_direction == pytest.approx(-1.3, abs=1e-9)
    assert np.angle(state.expect(A.dag() * B)) == pytest.approx(-1.3, abs=1e-9)
    joint = ph.phase.joint_distribution(state, "a", "b", points=64)
    i, k = np.unravel_index(np.argmax(joint.density), joint.density.shape)
    assert (joint.phi[i], joint.phi[k]) == pytest.approx((0.9, -0.4), abs=0.1)


def test_the_joint_density_of_a_product_is_a_product():
    state = pure(coherent(0.7j, 12), coherent(0.9, 12))
    joint = ph.phase.joint_distribution(state, "a", "b", points=32).density
    single = [ph.phase.distribution(state, name, points=32).density for name in "ab"]
    np.testing.assert_allclose(joint, np.outer(*single), rtol=0, atol=1e-13)


# (|10⟩ + e^{iχ}|01⟩)/√2: P(φ_a − φ_b) = (1 + cos(φ + χ))/2π, R = ½ and R′ = 1.


@pytest.mark.parametrize("chi", [0.0, 1.1])
def test_one_excitation_shared(chi):
    ket = np.zeros(9, complex)
    ket[3], ket[1] = np.sqrt(0.5), np.exp(1j * chi) * np.sqrt(0.5)
    state = state_of(np.outer(ket, ket.conj()), A * B, a=3, b=3)
    density = ph.phase.relative_distribution(state, "a", "b")
    np.testing.assert_allclose(density.density, (1 + np.cos(density.phi + chi)) / (2 * np.pi), rtol=0, atol=1e-14)
    assert ph.measures.phase_coherence(state, "a", "b") == pytest.approx(0.5, abs=1e-14)
    assert ph.measures.amplitude_correlation(state, "a", "b") == pytest.approx(1, abs=1e-14)
    assert ph.measures.mutual_information(state, "a", "b") == pytest.approx(2 * np.log(2), abs=1e-12)


def test_the_phase_of_a_spin_is_its_azimuth():
    """A spin ½ along (θ, φ₀) has the density (1 + (π/4) sin θ cos(φ − φ₀))/2π: the polar integral of Q."""
    s, theta, azimuth = ph.spin("s", 0.5), 1.0, 0.8
    ket = np.array([np.cos(theta / 2), np.sin(theta / 2) * np.exp(1j * azimuth)])
    state = state_of(np.outer(ket, ket.conj()), s)
    assert np.angle(state.expect(s.plus)) == pytest.approx(azimuth, abs=1e-14)
    density = ph.phase.distribution(state, "s")
    expected = (1 + np.pi / 4 * np.sin(theta) * np.cos(density.phi - azimuth)) / (2 * np.pi)
    np.testing.assert_allclose(density.density, expected, rtol=0, atol=1e-14)


def test_an_oscillator_and_a_spin_lock_the_sum_of_phase_and_azimuth():
    """The density of φ_a + φ_s for |α⟩ ⊗ |azimuth φ₀⟩ points at arg α + φ₀."""
    s = ph.spin("s", 0.5)
    spin = np.array([1, np.exp(0.5j)]) / np.sqrt(2)
    ket = np.kron(coherent(0.9 * np.exp(0.3j), 16), spin)
    state = state_of(np.outer(ket, ket.conj()), A * s.z, a=16)
    assert ph.phase.relative_distribution(state, "a", "s").mean_direction == pytest.approx(0.8, abs=1e-9)


def test_the_density_of_an_oscillator_and_a_spin_does_not_depend_on_their_order():
    s = ph.spin("s", 1)
    ket = np.kron(coherent(0.9j, 12), np.array([1, 1j, -1]) / np.sqrt(3))
    state = state_of(np.outer(ket, ket.conj()), A * s.z, a=12)
    one, other = (ph.phase.relative_distribution(state, *names) for names in (("a", "s"), ("s", "a")))
    assert (one.label, other.label) == ("φ_a + φ_s", "φ_s + φ_a")
    np.testing.assert_allclose(one.density, other.density, rtol=0, atol=1e-15)


# Spin 1: the coherent state has the amplitudes c², √2 cs e^{iφ}, s² e^{2iφ}; c, s = cos, sin(θ/2). Each first coherence
# has the weight (3/4π)·2·√2 ∫c³s sin θ dθ = (3/4π)·2√2·π/8 = 3/(8√2), the second (3/4π)·2 ∫c²s² sin θ dθ = 1/2π:
# P − 1/2π = (3/8√2) Re[(ρ_10 + ρ_0−1)e^{iφ}] + (1/2π) Re[ρ_1−1 e^{2iφ}] (Roulet2018).


@pytest.mark.parametrize("seed", range(5))
def test_the_phase_density_of_a_spin_one(seed):
    s = ph.spin("s", 1)
    rho = random_matrix(3, seed)
    density = ph.phase.distribution(state_of(rho, s), "s")
    first = 3 / (8 * np.sqrt(2)) * ((rho[0, 1] + rho[1, 2]) * np.exp(1j * density.phi)).real
    second = (rho[0, 2] * np.exp(2j * density.phi)).real / (2 * np.pi)
    np.testing.assert_allclose(density.density, 1 / (2 * np.pi) + first + second, rtol=0, atol=1e-14)


def test_a_blockaded_spin_one_locks_two_to_one():
    """Equal rates: ρ_10 + ρ_0−1 = 0 at any drive; the second harmonic stays, and S_max → (drive/rate)²/π."""
    for drive in (1e-3, 0.1, 1.0):
        state = ph.steady_state(ph.zoo.spin_one(gain=0.5, loss=0.5, drive=drive, detuning=0.2 if drive > 0.5 else 0))
        density = ph.phase.distribution(state, "s")
        assert abs(density.moment(1)) < 1e-12
        assert abs(density.moment(2)) > 0
    weak = ph.steady_state(ph.zoo.spin_one(gain=0.5, loss=0.5, drive=1e-3))
    found = ph.phase.distribution(weak, "s")
    assert found.peak_height == pytest.approx((1e-3 / 0.5) ** 2 / np.pi, rel=1e-3)
    assert len(found.peaks) == 2


def test_the_phase_of_a_driven_qubit():
    """H = (d/2)σ_z + (ε/2)σ_x, gain and loss: the Bloch equations are linear, S_max = m_⊥/8 (Parra-López, Bergli 2020).

    ṁ_x = −d m_y − Γ m_x, ṁ_y = d m_x − ε m_z − Γ m_y, ṁ_z = ε m_y − 2Γ m_z + (g − l) with Γ = (g + l)/2.
    """
    s = ph.spin("s", 0.5)
    d, eps, gain, loss = 0.4, 0.25, 0.3, 0.9
    half = (gain + loss) / 2
    bloch = np.array([[-half, -d, 0], [d, -half, -eps], [0, eps, -2 * half]])
    m = np.linalg.solve(bloch, [0, 0, loss - gain])
    assert m == pytest.approx([-0.0907029478, 0.1360544218, -0.4716553288], abs=1e-10)
    state = ph.steady_state(ph.Model(d * s.z + eps * s.x, [ph.Jump(gain, s.plus), ph.Jump(loss, s.minus)]))
    assert [2 * state.expect(op) for op in (s.x, s.y, s.z)] == pytest.approx(list(m), abs=1e-12)
    density = ph.phase.distribution(state, "s")
    assert density.peak_height == pytest.approx(np.hypot(m[0], m[1]) / 8, abs=1e-13)
    assert density.peak_height == pytest.approx(0.0204396, abs=1e-6)
    assert density.mean_direction == pytest.approx(np.arctan2(m[1], m[0]), abs=1e-12)


@pytest.mark.parametrize(("rates", "expected"), [((0.1, 1.0, 1.0, 0.2), None), ((0.3, 0.7, 0.3, 0.7), 0.0)])
def test_two_coherently_coupled_spins_one(rates, expected):
    """S_max/ε → (9π/64)|1/(l_A + g_B) − 1/(g_A + l_B)| for H = (iε/2)(S₊S₋ − h.c.): identical spins do not lock."""
    (ga, la, gb, lb), eps = rates, 1e-4
    s, t = ph.spin("s", 1), ph.spin("t", 1)
    jumps = [ph.Jump(r / 2, op) for r, op in ((ga, s.plus * s.z), (la, s.minus * s.z), (gb, t.plus * t.z))]
    jumps.append(ph.Jump(lb / 2, t.minus * t.z))
    flip = s.plus * t.minus
    state = ph.steady_state(ph.Model(0.5j * eps * (flip - flip.dag()), jumps))
    found = ph.phase.relative_distribution(state, "s", "t").peak_height / eps
    formula = 9 * np.pi / 64 * abs(1 / (la + gb) - 1 / (ga + lb))
    assert found == pytest.approx(formula, abs=1e-3)
    assert expected is None or formula == expected


# (|0⟩ + |1⟩)/√2: the radial marginals of |1⟩⟨0| are the weights 1 (canonical), √(π/2) (Wigner), √π/2 (Husimi), those of
# |2⟩⟨0| of W √2: ∫ 2r² … dr of r e^{−r²} and r² e^{−r²}.


@pytest.mark.parametrize(
    ("kind", "weight"), [("canonical", 1), ("wigner", np.sqrt(np.pi / 2)), ("husimi", np.sqrt(np.pi) / 2)]
)
def test_the_first_harmonic_of_zero_and_one(kind, weight):
    density = ph.phase.distribution(pure(np.array([1, 1]) / np.sqrt(2)), "a", kind=kind)
    assert 2 * density.moment(1) == pytest.approx(weight, abs=1e-12)
    assert {"wigner": 1.2533141, "husimi": 0.88622693}.get(kind, 1) == pytest.approx(weight, abs=1e-7)
    smallest = {"canonical": 0.0, "wigner": -0.25331414, "husimi": 1 - np.sqrt(np.pi) / 2}[kind]
    assert 2 * np.pi * density.density.min() == pytest.approx(smallest, abs=1e-8)
    if kind == "wigner":
        with pytest.raises(ph.errors.Undefined):
            _ = density.entropy


def test_the_second_wigner_weight():
    density = ph.phase.distribution(pure(np.array([1, 0, 1]) / np.sqrt(2)), "a", kind="wigner")
    assert 2 * density.moment(2) == pytest.approx(np.sqrt(2), abs=1e-12)


def test_circular_statistics_of_a_narrow_density():
    """A von Mises-like coherent state: mean, variances and entropy against their integrals."""
    density = ph.phase.distribution(pure(coherent(2.5 * np.exp(2.8j), 60)), "a", points=4096)
    phi, p, step = density.phi, density.density, 2 * np.pi / 4096
    assert density.moment(-3) == pytest.approx(np.sum(p * np.exp(-3j * phi)) * step, abs=1e-12)
    assert density.entropy == pytest.approx(-np.sum(p * np.log(p)) * step, abs=1e-9)
    around = np.mod(phi - 2.8 + np.pi, 2 * np.pi) - np.pi
    assert density.window_variance() == pytest.approx(np.sum(p * around**2) * step, abs=1e-6)
    assert density.holevo_variance == pytest.approx(density.window_variance(), rel=0.1)
    assert density.window_variance(2.8) > 8.5  # the border cuts the peak in two: near π²
    assert density.window_mean(0) == pytest.approx(2.8, abs=1e-4)
    assert density.window_moment(0) == pytest.approx(1, abs=1e-15)
    for order in (1.5, 13, -1):
        with pytest.raises(ph.errors.InvalidInput, match="moment"):
            density.window_moment(order)
    with pytest.raises(ph.errors.InvalidInput, match="order"):
        density.moment(0.5)
    with pytest.raises(ph.errors.InvalidInput, match="window"):
        density.window_mean(np.nan)


SPINS = state_of(np.eye(6) / 6, ph.spin("s", 1).z * ph.spin("t", 0.5).z)
QUDIT = state_of(np.eye(3) / 3, ph.qudit("q", 3))
OSCILLATOR = pure(fock(1, 3))
PAIR = pure(fock(1, 3), fock(0, 3))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ph.phase.distribution(QUDIT, "q"), "level_distribution"),
        (lambda: ph.phase.distribution(SPINS, "s", kind="canonical"), "husimi"),
        (lambda: ph.phase.distribution(OSCILLATOR, "a", kind=["husimi"]), "kind"),
        (lambda: ph.phase.distribution(OSCILLATOR, "a", points=7), "even"),
        (lambda: ph.phase.distribution(OSCILLATOR, "a", points=np.nan), "number of angles"),
        (lambda: ph.phase.relative_distribution(PAIR, "a", "a"), "twice"),
        (lambda: ph.phase.joint_distribution(PAIR, "b", "b"), "twice"),
        (lambda: ph.phase.relative_distribution(PAIR, "a", "b", ratio=(1, 0)), "ratio"),
        (lambda: ph.phase.relative_distribution(PAIR, "a", "b", ratio=(1.5, 1)), "ratio"),
        (lambda: ph.phase.relative_distribution(PAIR, "a", "b", ratio=(2**70, 1)), "ratio"),
        (lambda: ph.phase.joint_distribution(PAIR, "a", "b", points=3), "even"),
        (lambda: ph.phase.distribution(OSCILLATOR, "a").moment("x"), "order of a moment is 'x'"),
        (lambda: ph.phase.distribution(OSCILLATOR, "a").window_mean(1e300), "whole turns"),
        (lambda: ph.phase.PeggBarnett(5, theta0=1e300).mean(OSCILLATOR, "a"), "whole turns"),
    ],
)
def test_wrong_arguments_are_refused_in_words(call, words):
    with pytest.raises(ph.errors.InvalidInput, match=words):
        call()


MODEL = ph.zoo.van_der_pol(gain=1, two_photon_loss=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda s: ph.phase.distribution(s, "a"),
        lambda s: ph.phase.relative_distribution(s, "a", "b"),
        lambda s: ph.phase.joint_distribution(s, "a", "b"),
        lambda s: ph.phase.discrete_relative_distribution(s, "a", "b"),
        lambda s: ph.phase.level_distribution(s, "q"),
        lambda s: ph.phase.transition_distribution(s, "q", 0, 1),
        lambda s: ph.phase.wigner(s, "a", [0.0], [0.0]),
        lambda s: ph.phase.husimi(s, "a", [0.0], [0.0]),
        lambda s: ph.phase.radial_profile(s, "a", [0.0]),
        lambda s: ph.phase.spin_husimi(s, "s", [0.0], [0.0]),
        lambda s: ph.phase.PeggBarnett(3).mean(s, "a"),
        lambda s: ph.phase.pegg_barnett_limit(s, "a"),
    ],
)
def test_only_a_state_has_a_phase(call):
    with pytest.raises(ph.errors.WrongType, match=r"of a model\. Solve it first: state = ph\.steady_state"):
        call(MODEL)
    with pytest.raises(ph.errors.WrongType, match=r"'a' \(str\)\. Give a state"):
        call("a")


def test_whole_floats_are_whole_numbers():
    assert len(ph.phase.distribution(OSCILLATOR, "a", points=64.0).phi) == 64
    assert ph.phase.joint_distribution(PAIR, "a", "b", points=np.float64(8)).density.shape == (8, 8)
    assert ph.phase.relative_distribution(PAIR, "a", "b", ratio=(2.0, 1)).label == "2φ_a − φ_b"


@pytest.mark.parametrize(
    "call",
    [
        lambda: ph.phase.distribution(OSCILLATOR, "a", points=10**12),
        lambda: ph.phase.joint_distribution(PAIR, "a", "b", points=10**6),
        lambda: ph.phase.empirical_joint_distribution([0.0], [0.0], points=10**6),
        lambda: ph.phase.empirical_distribution([0.0], orders=10**12),
        lambda: ph.phase.wigner(OSCILLATOR, "a", np.zeros(10**6), np.zeros(10**6)),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_tried(call):
    with pytest.raises(ph.errors.MemoryBudgetExceeded):
        call()


def test_a_printed_density_has_no_direction_of_rounding():
    assert "|⟨e^iφ⟩| = 0, no direction" in repr(ph.phase.distribution(OSCILLATOR, "a"))
    shared = ph.states.phase_locked_mixture({"a": 1, "b": 1})
    assert "direction 0," in repr(ph.phase.discrete_relative_distribution(shared, "a", "b"))


def test_the_highest_of_two_almost_equal_peaks_is_found():
    """Turning a density does not change its peak height, wherever its peaks lie between the samples."""
    matrix = np.array(
        [
            [0.24608396, -0.0919175 - 0.01989269j, 0.11239793 - 0.09268796j, -0.08160593 - 0.26601091j],
            [0, 0.06188689, -0.08818232 + 0.06215538j, -0.01082519 + 0.11241687j],
            [0, 0, 0.21047613, 0.20687371 - 0.14824546j],
            [0, 0, 0, 0.48155303],
        ]
    )
    matrix = np.triu(matrix, 1) + np.triu(matrix, 1).conj().T + np.diag(np.diag(matrix))
    state = ph.states.from_matrix({"a": 4}, matrix + 1e-6 * np.eye(4), normalise=True)
    height = ph.measures.peak_height(state, "a")
    fine = ph.phase.distribution(state, "a", points=1 << 16).density.max() - 1 / (2 * np.pi)
    assert height == pytest.approx(fine, abs=1e-8)
    for angle in np.linspace(0, 2, 41):
        turned = ph.states.rotated(state, {"a": angle})
        assert ph.measures.peak_height(turned, "a") == pytest.approx(height, abs=1e-12)
