"""Models of the literature against closed forms, reference values and their mean fields."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import jv

import photinus as ph
from photinus.errors import InvalidInput

A = ph.oscillator("a")


def chain(up: list[float], down: list[float], levels: int) -> np.ndarray:
    """Populations of a chain with jumps of one and two quanta, solved as a linear system."""
    w = np.zeros((levels, levels))
    for n in range(levels):
        rates = {1: up[0] * (n + 1), 2: up[1] * (n + 1) * (n + 2), -1: down[0] * n, -2: down[1] * n * (n - 1)}
        for step, rate in rates.items():
            if 0 <= n + step < levels:
                w[n + step, n] += rate
                w[n, n] -= rate
    w[-1] = 1
    return np.linalg.solve(w, np.eye(levels)[-1])


def test_rayleigh_at_finite_temperature() -> None:
    """Reference B80: κ₁ = 1, γ = 0.4, κ₂ = 0.5, κ₂↑ = 0.1 (Ben Arosh, Cross, Lifshitz 2021): ⟨n⟩ = 1.882434."""
    model = ph.zoo.rayleigh(gain=1, loss=0.4, two_photon_loss=0.5, two_photon_gain=0.1)
    state = ph.steady_state(model, cutoff=ph.Converged(1e-7))
    assert state.expect(A.dag() * A) == pytest.approx(1.882434, abs=1e-4)
    p = state.populations("a")
    assert np.abs(p - chain([1, 0.1], [0.4, 0.5], 60)[: len(p)]).max() < 1e-7


@pytest.mark.parametrize("x", [0.1, 0.5])
def test_one_temperature_of_both_baths_makes_a_geometric_law(x: float) -> None:
    """Reference B80, equilibrium."""
    model = ph.zoo.rayleigh(gain=x, loss=1, two_photon_loss=1, two_photon_gain=x**2)
    p = ph.steady_state(model, cutoff=ph.Fixed(40)).populations("a")
    assert np.abs(p - (1 - x) * x ** np.arange(40)).max() < 1e-9


def test_rayleigh_with_pairs_alone_keeps_the_parity() -> None:
    assert "strong Z₂" in str(ph.zoo.rayleigh(gain=0, two_photon_loss=1, two_photon_gain=0.2).symmetry)


@pytest.mark.parametrize(("detuning", "locked"), [(0.0999, True), (0.1001, False)])
def test_squeezing_locks_up_to_twice_its_strength(detuning: float, locked: bool) -> None:
    """Reference B27 (context Sonar et al. 2018): φ̇ = Δ − 2η sin 2φ, η = 0.05, κ₁ = 1, κ₂ = 0.1, at any amplitude."""
    field = ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, squeezing=0.05, detuning=detuning))
    assert any(point.stable for point in field.fixed_points()) == locked


def test_squeezing_alone_has_no_mean_and_two_phases() -> None:
    """Reference B27: κ₁ = 2, κ₂ = 0.5, H = ½i(a†² − a²): ⟨a⟩ = 0, ⟨e^{2iφ}⟩ > 0.2 and real."""
    state = ph.steady_state(ph.zoo.van_der_pol(gain=2, two_photon_loss=0.5, squeezing=0.5))
    assert abs(state.expect(A)) < 1e-8
    second = state.expect(A * A) / abs(state.expect(A.dag() * A))
    assert second.real > 0.2
    assert abs(second.imag) < 1e-8


@pytest.mark.parametrize(
    ("gains", "losses", "coupling", "detuning"),
    [((1.0, 2.0), (0.0, 0.0), 1.0, 0.3), ((1.0, 1.0), (0.0, 4.0), 1.5, 1.0)],
)
def test_coherent_coupling_in_the_deep_limit(
    gains: tuple[float, float], losses: tuple[float, float], coupling: float, detuning: float
) -> None:
    """Reference B35: R_j = 3k_j + g_j, W = 2g²G/(G² + Δ²), G = (R₁ + R₂)/2; n₁ = .29442283, R′ = .18309329 (second)."""
    k, l = np.array(gains), np.array(losses)
    rate = 3 * k + l
    alone, mean = k / rate, rate.mean()
    w = 2 * coupling**2 * mean / (mean**2 + detuning**2)
    difference = (alone[0] - alone[1]) / (1 + w / rate[0] + w / rate[1])
    n = np.array([alone[0] - w / rate[0] * difference, alone[1] + w / rate[1] * difference])
    exchange = coupling * abs(difference) / np.hypot(mean, detuning)
    model = ph.zoo.coupled_van_der_pol(
        gain=gains, loss=losses, two_photon_loss=1e4, coherent=coupling, detuning=detuning
    )
    state = ph.steady_state(model, cutoff=ph.Fixed(4))
    b = ph.oscillator("b")
    measured = [state.expect(x.dag() * x) for x in (A, b)]
    assert measured == pytest.approx(n, abs=5e-4)
    correlation = abs(state.expect(A.dag() * b)) / np.sqrt(np.prod(measured))
    assert correlation == pytest.approx(exchange / np.sqrt(np.prod(n)), abs=5e-4)
    if losses[1]:
        assert n[0] == pytest.approx(0.29442283, abs=1e-8)
        assert exchange / np.sqrt(np.prod(n)) == pytest.approx(0.18309329, abs=1e-8)


def test_two_limit_cycles_of_lienard() -> None:
    """ȧ = (2k − γ/2)a + k|a|²a − (3/2)κ|a|⁴a with gain 2 at k, losses 1 and 3 at γ and κ, in normal order."""
    gamma, k, kappa = 1.0, 0.1, 0.004
    n = np.sort(np.roots([-1.5 * kappa, k, 2 * k - gamma / 2]).real)
    field = ph.mean_field(ph.zoo.lienard(gains=[0, k], losses=[gamma, 0, kappa]))
    cycles = sorted(field.limit_cycles(), key=lambda cycle: cycle.radius["a"])
    assert [cycle.radius["a"] ** 2 for cycle in cycles] == pytest.approx(n)
    assert [cycle.stable for cycle in cycles] == [False, True]


def test_two_stable_limit_cycles_of_lienard() -> None:
    """ȧ = −c a(|a|² − 5)(|a|² − 12)(|a|² − 25), c = 1e-3; a gain 3 at k adds 9k + 9k|a|² by its ordering."""
    c, k = 1e-3, 28e-3
    gains, losses = [2 * (1500 * c - 9 * k), 0.0, k], [0.0, 485 * c + 9 * k, 0.0, c / 2]
    cycles = ph.mean_field(ph.zoo.lienard(gains=gains, losses=losses)).limit_cycles()
    cycles = sorted(cycles, key=lambda cycle: cycle.radius["a"])
    assert [cycle.radius["a"] ** 2 for cycle in cycles] == pytest.approx([5, 12, 25])
    assert [cycle.stable for cycle in cycles] == [True, False, True]


def test_a_gain_that_nothing_limits_is_refused() -> None:
    for gains, losses in (([0, 1], [1]), ([0, 1], [0, 1]), ([1], [])):
        with pytest.raises(InvalidInput, match="nothing limits"):
            ph.zoo.lienard(gains=gains, losses=losses)
    with pytest.raises(InvalidInput, match="gain 2"):
        ph.zoo.lienard(gains=[1, -1], losses=[1, 1, 1])


def test_kerr_blockade() -> None:
    """A strong Kerr term spreads the levels: a drive in step with one transition locks, one in between does not.

    The transition n → n + 1 is in step for detuning = 2Kn (Lörch et al. 2016).
    """
    heights = [
        ph.measures.peak_height(
            ph.steady_state(
                ph.zoo.van_der_pol(gain=1, two_photon_loss=5, kerr=40, drive=0.3, detuning=detuning),
                cutoff=ph.Fixed(14),
            ),
            "a",
        )
        for detuning in (0.0, 40.0, 80.0)
    ]
    assert heights[1] < 0.3 * heights[0]
    assert heights[1] < 0.3 * heights[2]


def test_optomechanical_threshold() -> None:
    """Reference B84 (Marquardt, Harris, Girvin 2006): κ = 0.5, Ω = 1, Γ = 1e-3, Δ = 1, linearised coupling 2e-3."""
    kappa, delta, damping, g, g0 = 0.5, 1.0, 1e-3, 2e-3, 1e-7
    drive = g / g0 * abs(kappa / 2 - 1j * delta)
    field = ph.mean_field(
        ph.zoo.optomechanical(
            drive=drive, coupling=g0, detuning=delta, cavity_loss=kappa, damping=damping, drive_phase=-np.pi / 2
        )
    )
    rest = drive * -1j / (kappa / 2 - 1j * delta)
    beta = 1j * g0 * abs(rest) ** 2 / (damping / 2 + 1j)
    values = np.linalg.eigvals(field.jacobian({"a": rest, "b": beta}))
    mechanical = values[np.argmin(np.abs(values - 1j))]
    optical = g**2 * kappa * (1 / (kappa**2 / 4 + (delta + 1) ** 2) - 1 / (kappa**2 / 4 + (delta - 1) ** 2))
    assert -2 * mechanical.real / (damping + optical) == pytest.approx(1, abs=2e-2)


def test_optomechanical_limit_cycle() -> None:
    """Reference B84: the amplitude of the motion equals the zero of Γ + Γ_eff(B) from the Bessel sidebands.

    g₀ = 0.05, E = 1, Γ = 5e-3, κ = 0.5, Δ = 1 including the static shift: b = b̄ + B e^{−iΩt},
    a_n = −iE J_n(−z)/(inΩ + κ/2 − iΔ), z = 2g₀B/Ω, up to the common phase e^{iz sin Ωt}.
    """
    kappa, delta, damping, g0, drive = 0.5, 1.0, 5e-3, 0.05, 1.0
    n = np.arange(-30, 31)

    def pumping(b: float) -> tuple[float, float]:
        z = 2 * g0 * b
        side = -1j * drive * jv(n, -z) / (1j * n + kappa / 2 - 1j * delta)
        # ḃ ∋ i g₀|a|², the part that turns as e^{−iΩt}: Σ a_n* a_{n−1}
        push = 1j * g0 * (side[1:].conj() * side[:-1]).sum()
        return float(damping / 2 - (push / b).real), float((np.abs(side) ** 2).sum())

    low, high = 0.5, 40.0
    grid = np.linspace(low, high, 400)
    signs = [pumping(b)[0] for b in grid]
    first = next(k for k in range(len(grid) - 1) if signs[k] < 0 <= signs[k + 1])
    balance = grid[first]
    light = pumping(balance)[1]
    model = ph.zoo.optomechanical(
        drive=drive,
        coupling=g0,
        detuning=delta - 2 * g0**2 * light,
        cavity_loss=kappa,
        damping=damping,
        drive_phase=-np.pi / 2,
    )
    times = np.linspace(0, 3000, 60001)
    motion = ph.mean_field(model).evolve({"a": 0, "b": balance + g0 * light}, times)
    b = motion.values["b"][-4000:]
    assert np.abs(b - b.mean()).mean() / balance == pytest.approx(1, abs=3e-2)


@pytest.mark.parametrize(("g1", "g2"), [(1.0, 0.3), (0.2, 5.0)])
def test_spin_van_der_pol_of_length_one(g1: float, g2: float) -> None:
    """Reference C11 (Kato, Nakao, arXiv:2409.08791): p = (g₂, g₂, g₁)/(2g₂ + g₁) for m = −1, 0, 1."""
    p = ph.steady_state(ph.zoo.spin_van_der_pol(j=1, gain=g1, two_photon_loss=g2)).populations("s")
    assert p == pytest.approx(np.array([g1, g2, g2]) / (2 * g2 + g1), abs=1e-12)


def test_long_spins_become_the_oscillator() -> None:
    """Reference C11: for j → ∞ the quantum van der Pol oscillator, ⟨n⟩ = 2.2121076244 at g₂ = 0.3 g₁."""
    s_z = [
        ph.steady_state(ph.zoo.spin_van_der_pol(j=j, gain=1, two_photon_loss=0.3)).expect(ph.spin("s", j).z) + j
        for j in (200, 400)
    ]
    assert 2 * s_z[1] - s_z[0] == pytest.approx(2.2121076244, abs=1e-4)  # the difference falls as 1/j
    oscillator = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3), cutoff=ph.Converged(1e-9))
    assert oscillator.expect(A.dag() * A) == pytest.approx(2.2121076244, abs=1e-6)


@pytest.mark.parametrize("theta", [0.0, 0.8, -2.0])
def test_drives_lock_at_their_phase(theta: float) -> None:
    s = ph.spin("s", 4)
    spin = ph.steady_state(ph.zoo.spin_van_der_pol(j=4, gain=1, two_photon_loss=1, drive=0.1, drive_phase=theta))
    oscillators = [
        ph.zoo.rayleigh(gain=1, two_photon_loss=0.5, drive=0.1, drive_phase=theta),
        ph.zoo.lienard(gains=[1], losses=[0, 0.5], drive=0.1, drive_phase=theta),
        ph.zoo.laser(gain=2, saturation=2, drive=0.1, drive_phase=theta),
        ph.zoo.laser(gain=2, saturation=2, drive=0.1, drive_phase=theta, polynomial=True),
    ]
    turned = [spin.expect(s.plus)] + [ph.steady_state(m, cutoff=ph.Fixed(30)).expect(A) for m in oscillators]
    assert np.angle(np.array(turned) * np.exp(-1j * theta)) == pytest.approx(0, abs=1e-8)


def test_a_squeezed_spin_locks_at_its_phase() -> None:
    s = ph.spin("s", 4)
    state = ph.steady_state(ph.zoo.spin_van_der_pol(j=4, gain=1, two_photon_loss=1, squeezing=0.1, squeezing_phase=0.6))
    assert np.angle(state.expect(s.plus**2)) == pytest.approx(1.2, abs=1e-8)
    assert abs(state.expect(s.plus)) < 1e-12


def test_scully_and_lambs_laser() -> None:
    """p_n ∝ Π_l (A/κ)/(1 + l/n_s)."""
    p = ph.steady_state(ph.zoo.laser(gain=4, saturation=5, loss=1), cutoff=ph.Fixed(70)).populations("a")
    exact = np.cumprod(np.r_[1.0, 4 / (1 + np.arange(1, 70) / 5)])
    assert np.abs(p - exact / exact.sum()).max() < 1e-10


def test_the_expanded_laser_is_the_same_near_threshold() -> None:
    field = ph.mean_field(ph.zoo.laser(gain=1.1, saturation=1000, polynomial=True))
    assert field.limit_cycle().radius["a"] ** 2 == pytest.approx(1000 * 0.1 / 1.1)
    with pytest.raises(InvalidInput, match="diagonal function"):
        ph.mean_field(ph.zoo.laser(gain=1.1, saturation=1000))


def test_parametric_oscillator_above_threshold() -> None:
    """|a|² = (4η − γ)/2κ₂ at the phases ϑ and ϑ + π."""
    field = ph.mean_field(ph.zoo.parametric_oscillator(squeezing=1, squeezing_phase=0.4, loss=1, two_photon_loss=0.1))
    stable = [point.values["a"] for point in field.fixed_points() if point.stable]
    assert len(stable) == 2
    for alpha in stable:
        assert abs(alpha) ** 2 == pytest.approx(15)
        assert np.angle(alpha**2) == pytest.approx(0.8)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ph.zoo.rayleigh(gain=-1, two_photon_loss=1),
        lambda: ph.zoo.optomechanical(drive=float("nan"), coupling=1),
        lambda: ph.zoo.optomechanical(drive=1, coupling=1, damping=-1),
        lambda: ph.zoo.laser(gain=1, saturation=0),
        lambda: ph.zoo.parametric_oscillator(squeezing=1j),
        lambda: ph.zoo.spin_van_der_pol(j=0.5, gain=1, two_photon_loss=1),
    ],
)
def test_parameters_out_of_range_are_refused(make: object) -> None:
    with pytest.raises(InvalidInput):
        make()  # type: ignore[operator]


OSCILLATORS = {"gain": 1, "two_photon_loss": 1, "dissipative": 0.1}


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        ([(0, 1, 2.0, 3)], "i, j, weight"),
        ([(0, 1, 2.0, 3, 4)], "i, j, weight"),
        (np.array([[0, 1 + 2j], [1 + 2j, 0]]), "not Hermitian"),
        (np.array([[0, 1 + 2j], [1 - 2j, 0]]), "not a real number"),
        ([(0, 1, -1.0)], "below 0"),
        ([[0, 1, 1], [1, 0, 1], [0, 1, 0]], "not Hermitian"),
    ],
)
def test_weights_of_a_graph_are_real_and_not_negative(graph: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        ph.zoo.coupled_van_der_pol(graph, **OSCILLATORS)


def test_a_matrix_of_weights_is_one_in_every_form() -> None:
    weights = [[0, 1, 0.5], [1, 0, 0], [0.5, 0, 0]]
    edges = ph.zoo.coupled_van_der_pol([(0, 1), (0, 2, 0.5)], **OSCILLATORS)
    assert ph.zoo.coupled_van_der_pol(weights, **OSCILLATORS) == edges
    assert ph.zoo.coupled_van_der_pol(np.array(weights), **OSCILLATORS) == edges
    assert ph.zoo.coupled_van_der_pol(sp.csr_array(weights), **OSCILLATORS) == edges


def test_an_edge_keeps_its_sense() -> None:
    """The jump of (i, j) favours φ_i − φ_j = θ, that of (j, i) the opposite."""
    one, other = (ph.zoo.coupled_van_der_pol([edge], **OSCILLATORS, dissipative_phase=0.3) for edge in ((0, 1), (1, 0)))
    assert one != other
    assert one == ph.zoo.coupled_van_der_pol(2, **OSCILLATORS, dissipative_phase=0.3)


@pytest.mark.parametrize(
    "make",
    [
        lambda names: ph.zoo.coupled_van_der_pol(2, **OSCILLATORS, names=names),
        lambda names: ph.zoo.superradiant_ensembles(atoms=3, pump=1, names=names),
        lambda names: ph.zoo.tavis_cummings(atoms=3, coupling=1, cavity_loss=1, names=names),
        lambda names: ph.zoo.dicke(length=1, coupling=1, cavity_loss=1, names=names),
        lambda names: ph.zoo.coupled_time_crystals(length=1, names=names),
    ],
)
@pytest.mark.parametrize("names", [5, ("a",), ("a", "a"), ("a", "b", "c"), "ab", ("a", 2), ([1], "b"), ("a", "b c")])
def test_sites_have_one_name_each(make: object, names: object) -> None:
    with pytest.raises(InvalidInput, match="name"):
        make(names)  # type: ignore[operator]


@pytest.mark.parametrize("gain", [[[1], [1, 2]], "x", [1, "x"], None])
def test_rates_of_the_oscillators_are_numbers(gain: object) -> None:
    with pytest.raises(InvalidInput, match="gain"):
        ph.zoo.coupled_van_der_pol(2, gain=gain, two_photon_loss=1)


def test_a_bad_cavity_makes_its_atoms_radiate_together() -> None:
    """Γ_c = 4g²/κ: with ȧ = −κa/2 − igS₋ the cavity follows as a = −2igS₋/κ, and κD[a] is 4g²/κ D[S₋]."""
    loss, coupling, found = 400.0, 10.0, []
    rates = {"atoms": 3, "pump": 0.4, "decay": 0.1}
    for model in (
        ph.zoo.tavis_cummings(**rates, coupling=coupling, cavity_loss=loss),
        ph.zoo.superradiant_laser(**rates, collective_decay=4 * coupling**2 / loss),
    ):
        state, at = ph.steady_state(model, cutoff=ph.Fixed(4)), ph.ensemble("atoms", 3)
        found.append([state.expect(at.z), state.expect(at.plus * at.minus)])
    assert found[0] == pytest.approx(found[1], rel=5e-3)
