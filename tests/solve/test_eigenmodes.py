"""Eigenmodes against closed forms, reference values, QuTiP's full Liouvillian, and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import photinus as ph
from agreement.models import BUILDERS, build
from photinus.errors import InvalidInput, MemoryBudgetExceeded, NotConverged, Undefined, UnknownSite
from photinus.solve.modes.biorthogonal import Eigenmodes
from photinus.solve.modes.dynamical import dynamical_symmetries
from photinus.solve.modes.exceptional import exceptional_point
from photinus.solve.modes.mode_errors import truncation_errors
from photinus.solve.modes.sector_modes import slowest_modes
from photinus.space.liouvillian import generator
from photinus.space.state import state_from_matrix

A, B = ph.oscillator("a"), ph.oscillator("b")
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)
N = A.dag() * A


def distance(found, expected) -> float:
    """The largest difference of two multisets of numbers, paired at best."""
    gaps = np.abs(np.subtract.outer(np.asarray(found), np.asarray(expected)))
    assert gaps.shape[0] == gaps.shape[1]
    return float(gaps[linear_sum_assignment(gaps)].max())


def all_modes(model: ph.Model, cutoffs: dict[str, int]) -> Eigenmodes:
    found = slowest_modes(model, cutoffs, None, count=10**6, method=ph.Dense())
    return Eigenmodes(found.modes, np.zeros(len(found.modes)), model.symmetry)


def full(model: ph.Model, cutoffs: dict[str, int]) -> np.ndarray:
    """𝓛 on the row-major vector of ρ, from dense matrices."""
    space = generator(model, cutoffs).space
    hamiltonian, one = space.matrix(model.hamiltonian), np.eye(space.dimension)
    out = -1j * (np.kron(hamiltonian, one) - np.kron(one, hamiltonian.T))
    for jump in model.jumps:
        for rate, operator in jump.channels:
            jump_matrix = space.matrix(operator)
            square = jump_matrix.conj().T @ jump_matrix
            out = out + rate * np.kron(jump_matrix, jump_matrix.conj())
            out = out - 0.5 * rate * (np.kron(square, one) + np.kron(one, square.T))
    return out


# --- closed forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("thermal", [0.0, 0.4])
def test_damped_oscillator(thermal):
    """λ = −κ(n + m)/2 − iω(m − n) whatever the temperature (Briegel and Englert 1993): order k, k + 2j quanta."""
    loss, omega = 0.3, 2.0
    model = ph.Model(omega * N, [ph.Jump(loss * (1 + thermal), A, reverse=loss * thermal)])
    cutoff = ph.Fixed(14) if thermal == 0 else ph.Converged(1e-9)
    modes = ph.eigenmodes(model, count=9, cutoff=cutoff)
    expected = [-loss * k / 2 - 1j * omega * m for k in range(4) for m in range(-k, k + 1, 2)]
    for value, order, error in zip(modes.eigenvalues, modes.orders, modes.error, strict=True):
        gaps = np.abs(np.array(expected) - value)
        assert gaps.min() < 1e-7
        assert round(-expected[int(gaps.argmin())].imag / omega) == order[0]
        assert error < 1e-7
    assert modes.gap == pytest.approx(loss / 2)
    assert modes.gap_of({"a": 1}) == modes.gap_of(1) == pytest.approx(loss / 2)
    assert modes.linewidths[1] == pytest.approx(loss)
    assert modes.complete
    assert not modes.spurious.any()


def test_qubit():
    """1/T₁ = γ↑ + γ↓, 1/T₂ = 1/(2T₁) + γ_φ, γ_φ D[σ_z/√2]."""
    up, down, dephasing, omega = 0.2, 0.7, 0.15, 3.0
    model = ph.Model(omega * S.z, [ph.Jump(down, S.minus, reverse=up), ph.Jump(2 * dephasing, S.z)])
    modes = ph.eigenmodes(model)
    rate = (up + down) / 2 + dephasing
    assert distance(modes.eigenvalues, [0, -(up + down), -rate - 1j * omega, -rate + 1j * omega]) < 1e-13
    state = np.diag(modes.matrix(0)).real
    assert np.allclose(state, np.array([up, down]) / (up + down))
    assert np.allclose(modes.matrix(0, left=True), np.eye(2))


# --- reference values: models of the literature, recomputed independently ---------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        ph.Model(0.5 * S.x),
        ph.Model(0, [ph.Jump(1.0, S.x)]),
        ph.Model(ph.spin("t", 2).x * S.x + ph.spin("t", 2).z * S.y),
    ],
)
def test_normal_liouvillians_have_no_exceptional_points(model):
    """Without jumps 𝓛 is anti-Hermitian, with Hermitian jumps and H = 0 Hermitian: κ = 1, however degenerate."""
    modes = ph.eigenmodes(model, count=1000)
    np.testing.assert_allclose(modes.conditions, 1, rtol=1e-9)
    assert not modes.exceptional.any()
    space = modes.sectors[0].grading.space
    h = space.matrix(model.hamiltonian)
    whole = -1j * (np.kron(h, np.eye(len(h))) - np.kron(np.eye(len(h)), h.T))
    for jump in model.jumps:
        m = space.matrix(jump.operator)
        n = m.conj().T @ m
        whole = whole + np.kron(m, m.conj()) - 0.5 * np.kron(n, np.eye(len(h))) - 0.5 * np.kron(np.eye(len(h)), n.T)
    expected = np.linalg.eigvals(whole)
    for axis in (np.real, np.imag):
        np.testing.assert_allclose(np.sort(axis(modes.eigenvalues)), np.sort(axis(expected)), atol=1e-9)
    assert modes.residuals.max() < 1e-12


def test_spin_one_clock():
    """C01 (Roulet and Bruder 2018): nine eigenvalues."""
    gg, gd = 0.3, 0.7
    modes = ph.eigenmodes(ph.zoo.spin_one(gain=gg, loss=gd, detuning=-1), count=9)
    pairs = [1j - gd / 2, 1j - gg / 2, 2j - (gg + gd) / 2]
    assert distance(modes.eigenvalues, [0, -gg, -gd, *pairs, *np.conj(pairs)]) < 1e-10


@pytest.mark.parametrize(
    ("gain", "loss", "expected", "tolerance"),
    [(1e-6, 0.0, 1.5, 1e-4), (1e-6, 2e-6, 2.5, 1e-4), (0.3, 0, 0.9195119, 4e-5)],
)
def test_phase_diffusion_of_the_deep_quantum_limit(gain, loss, expected, tolerance):
    """B08, B11: (3κ₁ + γ)/2, linewidth 3κ₁ + γ; 0.27585357 at κ₁ = 0.3 κ₂."""
    model = ph.zoo.van_der_pol(gain=gain, two_photon_loss=1, loss=loss)
    modes = ph.eigenmodes(model, order=1, count=1)
    assert modes.rates[0] / gain == pytest.approx(expected, abs=tolerance)
    assert modes.linewidths[0] == 2 * modes.rates[0]


def test_next_order_of_the_deep_quantum_limit():
    """B08: λ₁/κ₁ = 3/2 − 3κ₁/κ₂."""
    gain = 1e-4
    modes = ph.eigenmodes(ph.zoo.van_der_pol(gain=gain, two_photon_loss=1), order=1, count=1)
    assert (modes.rates[0] / gain - 1.5) / gain == pytest.approx(-3, abs=2e-2)


@pytest.mark.parametrize("drive", [0.2, 1.0])
def test_two_level_limit(drive):
    """B25 (Walter et al. 2014): rates G, 3G/2 ± √(G²/4 − 4Ω²), G = 3κ₁/2."""
    big = 1.5
    modes = ph.eigenmodes(two_level_limit(drive))
    split = np.sqrt(big**2 / 4 - 4 * drive**2 + 0j)
    assert distance(modes.eigenvalues, [0, -big, -1.5 * big + split, -1.5 * big - split]) < 1e-9


def test_two_level_limit_of_the_oscillator():
    """B25: |Im| = 1.8540496 of the slow pair at κ₁ = 1, κ₂ = 1e4, Ω = 1, within 5e-3."""
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=1e4, drive=1, drive_phase=np.pi)
    modes = ph.eigenmodes(model, count=4, cutoff=ph.Fixed(6))
    turning = np.abs(modes.eigenvalues.imag) > 1
    assert np.abs(modes.eigenvalues[turning].imag) == pytest.approx([1.8540496] * 2, abs=5e-3)
    assert modes.eigenvalues[turning].real == pytest.approx([-2.25] * 2, abs=5e-3)


def two_level_limit(drive: float) -> ph.Model:
    return ph.Model(1j * drive * (S.minus - S.plus), [ph.Jump(2.0, S.minus, reverse=1.0)])


def test_boundary_time_crystal_at_weak_dissipation():
    """C26: −iω₀q − (κ/4S)[k(k + 1) + q²], to 5 % of κ/S (Iemini et al. 2018)."""
    s, kappa, j = ph.spin("s", 3), 1e-3, 3
    modes = ph.eigenmodes(ph.Model(s.x, [ph.Jump(kappa / j, s.minus)]), count=49)
    expected = [-1j * q - kappa / (4 * j) * (k * (k + 1) + q * q) for k in range(2 * j + 1) for q in range(-k, k + 1)]
    assert distance(modes.eigenvalues, expected) < 0.05 * kappa / j


def test_hubbard_dynamical_symmetries():
    """C29 (Buča, Tindall, Jaksch 2019): multiplicities 10 (0), 4 (±iB), 1 (±2iB); none if the spin is resolved."""
    field = 0.6
    model = ph.zoo.hubbard(2, hopping=1, interaction=1.7, field=field, dephasing=0.4)
    modes = ph.eigenmodes(model, count=24)
    frequencies = np.round(modes.frequencies[list(modes.undamped)] / field, 9).tolist()
    assert len(modes.stationary) == 10
    assert sorted(frequencies) == [-2] + [-1] * 4 + [1] * 4 + [2]
    found = dynamical_symmetries(model)
    assert len(found) == 10
    assert all(each.holds for each in found)
    resolved = ph.zoo.hubbard(2, hopping=1, interaction=1.7, field=field, spin_dephasing=0.4)
    assert dynamical_symmetries(resolved) == ()


def test_two_qubits_in_a_common_bath():
    """C32 (Bellomo et al. 2017): −iω₀ − γ/2 ± √(γ² − δ²)/2 and −iω₀ − γ + conj of these without −iω₀."""
    for delta in (0.3, 0.8):
        modes = ph.eigenmodes(common_bath(delta), order=1)
        x = np.array([-0.25 + sign * np.sqrt(0.25 - delta**2 + 0j) / 2 for sign in (1, -1)])
        assert distance(modes.eigenvalues, np.concatenate([-1j + x, -1j - 0.5 + x.conj()])) < 1e-7


def common_bath(delta: float) -> ph.Model:
    return ph.Model((1 + delta / 2) * S.z + (1 - delta / 2) * T.z, [ph.Jump(0.5, S.minus + T.minus)])


def test_two_oscillators_in_a_common_bath():
    """C34 (Giorgi et al. 2012), bosonic twin: the amplitudes have −g/2 ± √((g + 2iJ)² − d²)/2."""
    g, j, d = 0.2, 0.07, 0.11
    exchange = j * (A.dag() * B + B.dag() * A)
    model = ph.Model(0.5 * d * (N - B.dag() * B) + exchange, [ph.Jump(g, A + B)])
    modes = ph.eigenmodes(model, order=-1, count=12, cutoff=ph.Fixed(5))
    for sign in (1, -1):
        expected = -g / 2 + sign * np.sqrt((g + 2j * j) ** 2 - d**2) / 2
        place = int(np.abs(modes.eigenvalues.conj() - expected).argmin())
        assert abs(modes.eigenvalues[place].conj() - expected) < 1e-9
        assert modes.error[place] < 1e-9


@pytest.mark.parametrize(
    ("family", "bracket", "order", "expected", "value"),
    [
        (lambda p: ph.Model(p * S.x, [ph.Jump(0.8, S.minus)]), (0.05, 0.5), None, 0.2, -0.6),  # C40: Ω = γ/4
        (two_level_limit, (0.1, 1.0), None, 3 / 8, -2.25),  # B25: Ω = 3κ₁/8
        (common_bath, (0.3, 0.9), 1, 0.5, -1j - 0.25),  # C32: δ = γ
    ],
)
def test_exceptional_points(family, bracket, order, expected, value):
    name = family.__code__.co_varnames[0]
    point = exceptional_point(family, {}, name, bracket, order=order)
    assert point.value == pytest.approx(expected, rel=1e-7)
    assert point.exponent == pytest.approx(0.5, abs=1e-3)
    assert point.condition > 1e5
    assert abs(point.eigenvalue - value) < 1e-6 or abs(point.eigenvalue - (value - 0.5)) < 1e-6


def test_exceptional_point_of_two_oscillators():
    """One lossy, one not: the amplitudes have −γ/4 ± √(γ²/16 − J²), whatever the cutoff."""

    def family(exchange: float) -> ph.Model:
        return ph.Model(exchange * (A.dag() * B + B.dag() * A), [ph.Jump(1.0, A)])

    point = exceptional_point(family, {}, "exchange", (0.1, 0.6), order=1, count=2, cutoff=ph.Fixed(3))
    assert point.value == pytest.approx(0.25, rel=1e-6)
    assert point.eigenvalue.real == pytest.approx(-0.25, abs=1e-5)


def test_a_crossing_is_no_exceptional_point():
    """Uncoupled spins: two eigenvalues of one order meet at equal rates, and the eigenoperators stay apart."""

    def family(rate: float) -> ph.Model:
        return ph.Model(0, [ph.Jump(rate, S.minus), ph.Jump(0.5, T.minus)])

    with pytest.raises(NotConverged, match="coalesce"):
        exceptional_point(family, {}, "rate", (0.3, 0.8), count=9)


def test_dissipative_coupling_locks_the_amplitudes():
    """C42: D[a − e^{iθ}b] alone ends in ⟨a⟩ = (A₁ + e^{iθ}A₂)/2 = e^{iθ}⟨b⟩, from the undamped modes of order 1."""
    theta, one, two = 0.7, 0.5, 0.3j
    model = ph.Model(0, [ph.Jump(1.0, A - np.exp(1j * theta) * B)])
    modes = ph.eigenmodes(model, order={"a": 1}, count=12, cutoff=ph.Fixed(7))
    start = ph.states.product(ph.states.coherent({"a": one}), ph.states.coherent({"b": two}))
    final = (one + np.exp(1j * theta) * two) / 2
    assert modes.reconstruct(start, A, 300.0) == pytest.approx(final, abs=2e-4)
    assert modes.reconstruct(start, B, 300.0) == pytest.approx(final * np.exp(-1j * theta), abs=2e-4)


# --- agreement -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in BUILDERS if name not in ("three", "driven_pair", "harmonic_and_half")]
)
def test_the_sectors_together_are_the_whole_spectrum(name):
    qutip = pytest.importorskip("qutip")
    model, cutoffs, _ = build(name, 3)
    modes = all_modes(model, cutoffs)
    space = generator(model, cutoffs).space
    jumps = [
        np.sqrt(rate) * qutip.Qobj(matrix)
        for jump in model.jumps
        for matrix in [space.matrix(jump.operator)]
        for rate, matrix in ((jump.rate, matrix), (jump.reverse, matrix.conj().T))
    ]
    whole = qutip.liouvillian(qutip.Qobj(space.matrix(model.hamiltonian)), jumps).full()
    scale = float(np.abs(whole).max())
    assert len(modes) == space.dimension**2
    assert distance(modes.eigenvalues, la.eigvals(whole)) < 1e-7 * scale
    if modes.conditions.max() < 1e6:
        check_biorthonormal(modes)
    assert np.abs(modes.eigenvalues.real.max()) < 1e-9 * scale


def check_biorthonormal(modes: Eigenmodes) -> None:
    for i, mode in enumerate(modes.modes):
        same = [k for k, other in enumerate(modes.modes) if other.order == mode.order]
        overlaps = np.array([np.vdot(mode.left, modes.right[k]) for k in same])
        assert np.allclose(overlaps, np.array(same) == i, atol=1e-8)


@pytest.mark.parametrize("name", ["u1", "driven", "z2", "pair", "two_spins", "maser", "rabi"])
def test_the_sum_of_all_modes_is_the_propagator(name):
    model, cutoffs, _ = build(name, 5)
    modes = all_modes(model, cutoffs)
    graded = generator(model, cutoffs).grading
    d = graded.space.dimension
    rng = np.random.default_rng(1)
    x = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    rho = x @ x.conj().T
    rho /= np.trace(rho)
    state = state_from_matrix(rho, graded)
    site = model.sites[0]
    operator = A + 0.3 * N if site.kind == "oscillator" else next(iter(model.jumps)).operator
    matrix = graded.space.matrix(operator)
    times = np.array([0.0, 0.3, 2.0])
    expected = [np.trace(matrix @ (la.expm(t * full(model, cutoffs)) @ rho.ravel()).reshape(d, d)) for t in times]
    found = modes.reconstruct(state, operator, times)
    assert np.abs(found - expected).max() < 1e-9 * modes.conditions.max() * np.linalg.norm(matrix)


@pytest.mark.parametrize("count", [1, 5])
def test_skipped_orders_hold_nothing_slower(count):
    """The scan that stops early finds what the full scan finds."""
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2, detuning=0.4, loss=0.1)
    quick = slowest_modes(model, {"a": 16}, None, count=count, method=ph.Dense())
    whole = np.concatenate(
        [slowest_modes(model, {"a": 16}, [(k,)], count=count, method=ph.Dense()).modes for k in range(-15, 16)]
    )
    values = np.array([mode.value for mode in whole])
    assert quick.solved < 8
    slowest = np.sort(values.real)[::-1][:count]
    assert np.allclose([mode.value.real for mode in quick.modes], slowest, atol=1e-10)


def test_direct_is_dense():
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.6, dissipative=0.5)
    dense, direct = (
        ph.eigenmodes(model, order=[0, 1], count=7, cutoff=ph.Fixed(7), method=method)
        for method in (ph.Dense(), ph.Direct())
    )
    assert distance(dense.eigenvalues, direct.eigenvalues) < 1e-9
    assert dense.complete
    assert not direct.complete
    assert "not proved complete" in repr(direct)
    assert np.allclose(dense.error, direct.error, rtol=0.1, atol=1e-8)


def test_shift_invert_in_the_lab_frame():
    """A common frequency, a thousand times the rates, moves the modes of order k by −ikω and changes nothing else."""
    pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.6, dissipative=0.5)
    lab = pair + ph.Model(1000 * (N + B.dag() * B))
    for order in (0, 1, -2):
        rest, moving = (
            ph.eigenmodes(m, order=order, count=4, cutoff=ph.Fixed(7), method=ph.Direct()) for m in (pair, lab)
        )
        assert distance(rest.eigenvalues - 1000j * order, moving.eigenvalues) < 1e-7
        assert np.allclose(rest.error, moving.error, rtol=0.2, atol=1e-7)


def test_the_correction_judges_as_the_larger_space_does(monkeypatch):
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.6, dissipative=0.5)
    found = slowest_modes(model, {"a": 7, "b": 7}, [(0,), (1,), (-1,)], count=8, method=ph.Dense())
    exact, _ = truncation_errors(model, found, {"a": 11, "b": 11}, method=ph.Dense(), target=None)
    monkeypatch.setattr("photinus.solve.modes.mode_errors.DENSE_LIMIT", 0)
    quick, _ = truncation_errors(model, found, {"a": 11, "b": 11}, method=ph.Dense(), target=None)
    sizeable = exact > 1e-9
    assert np.allclose(quick[sizeable], exact[sizeable], rtol=0.3)
    assert (quick[~sizeable] < 1e-6).all()


# --- laws ------------------------------------------------------------------------------------------------------------

rates = st.floats(0.05, 2.0)


@given(gain=rates, loss=rates, omega=st.floats(-3, 3), drive=st.sampled_from([0.0, 0.4]))
@settings(max_examples=15, deadline=None)
def test_laws(gain, loss, omega, drive):
    """Eigenvalues come in conjugate pairs of opposite orders, nothing grows, and the state is the steady state."""
    model = ph.Model(omega * N + 1j * drive * (A.dag() - A), [ph.Jump(gain, A.dag()), ph.Jump(loss, A**2)])
    modes = all_modes(model, {"a": 6})
    assert modes.eigenvalues.real.max() < 1e-10
    assert distance(modes.eigenvalues, modes.eigenvalues.conj()) < 1e-8
    assert modes.stationary == (0,)
    assert np.trace(modes.matrix(0)) == pytest.approx(1)
    steady = ph.steady_state(model, cutoff=ph.Fixed(6))
    assert np.abs(modes.matrix(0) - steady.density_matrix()).max() < 1e-9
    assert modes.overlap(steady)[0] == pytest.approx(1)
    assert np.abs(modes.overlap(steady)[1:] * np.array(modes.conditions[1:] < 1e5)).max() < 1e-6


@given(factor=st.sampled_from([1e-9, 1e-3, 1e9]))
@settings(max_examples=3, deadline=None)
def test_units_do_not_matter(factor):
    one, other = (
        ph.eigenmodes(ph.zoo.van_der_pol(gain=f, two_photon_loss=0.5 * f, detuning=0.3 * f)) for f in (1.0, factor)
    )
    assert one.orders == other.orders
    assert np.allclose(one.eigenvalues * factor, other.eigenvalues, rtol=1e-9, atol=1e-9 * factor)


def test_rates_that_differ_by_eighteen_orders_of_magnitude():
    modes = ph.eigenmodes(ph.Model(0, [ph.Jump(1e-9, S.minus), ph.Jump(1e9, T.minus)]))
    assert np.allclose(modes.rates[:4], [0, 5e-10, 5e-10, 1e-9], rtol=1e-9, atol=0)
    assert modes.stationary == (0,)
    assert modes.separations[3] == pytest.approx(5e17)


# --- cutoffs ---------------------------------------------------------------------------------------------------------


def test_errors_are_those_of_the_cutoff():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)
    coarse = ph.eigenmodes(model, cutoff=ph.Fixed(18))
    fine = ph.eigenmodes(model, cutoff=ph.Converged(1e-10), count=12)
    for value, order, error in zip(coarse.eigenvalues[:5], coarse.orders, coarse.error, strict=False):
        same = [v for v, o in zip(fine.eigenvalues, fine.orders, strict=True) if o == order]
        true = float(np.abs(np.array(same) - value).min())
        assert true <= 1.5 * error + 1e-10
        assert error <= 3 * true + 1e-9
    assert (fine.error[1:] <= 1e-9 * fine.rates[1:] + 1e-9).all()


def test_modes_at_the_edge_are_told():
    """Gain above loss: the truncated generator has a stationary state at its top level, which no larger one shares."""
    model = ph.Model(0, [ph.Jump(1.0, A.dag()), ph.Jump(0.5, A)])
    modes = ph.eigenmodes(model, cutoff=ph.Fixed(10))
    assert modes.spurious.all()
    assert "at the cutoff" in repr(modes)
    with pytest.raises(NotConverged, match="slowest modes"):
        ph.eigenmodes(model, cutoff=ph.Converged(1e-6, maximum=40))


def test_memory_is_asked_for_first():
    pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.5, dissipative=0.5)
    with pytest.raises(MemoryBudgetExceeded, match="unknowns"):
        ph.eigenmodes(pair, order=0, cutoff=ph.Fixed(30), method=ph.Dense(memory=1e8))


# --- reading the modes -----------------------------------------------------------------------------------------------


def test_transient_synchronization():
    """Two qubits in a common bath: the subradiant mode survives; both oscillate at its one frequency, in antiphase."""
    modes = ph.eigenmodes(common_bath(0.1), order=1)
    start = ph.states.from_ket({S: 2, T: 2}, np.kron([0.6, 0.8], [0.8, 0.6]))
    late = modes.reconstruct(start, S.minus, [40.0])[0]
    slowest = modes.overlap(start)[0] * modes.expectation(S.minus)[0] * np.exp(40 * modes.eigenvalues[0])
    assert abs(late - slowest) < 1e-4 * abs(slowest)
    phase = np.angle(modes.expectation(S.minus)[0] / modes.expectation(T.minus)[0])
    assert abs(abs(phase) - np.pi) < 0.25
    assert modes.separations[0] > 20


def test_two_phases_of_a_metastable_oscillator():
    """Strong squeezing makes two phases: one slow mode of odd parity, far from all others (Macieszczak et al. 2016)."""
    model = ph.zoo.van_der_pol(gain=0.5, two_photon_loss=0.5, squeezing=0.8)
    modes = ph.eigenmodes(model, count=4)
    assert modes.orders[1] == (1,)
    assert modes.separations[1] > 5


def test_target():
    model = ph.Model(2.0 * N, [ph.Jump(0.3, A)])
    modes = ph.eigenmodes(model, count=2, target=-0.4 - 4.1j, cutoff=ph.Fixed(12))
    assert np.allclose(modes.eigenvalues[0], -0.3 - 4j)
    assert modes.orders[0] == (2,)


def test_no_hidden_undamped_modes_are_confused_with_symmetry():
    """A dark pair of levels oscillates for ever without the algebra: [L, A] = 0 but [L†, A] ≠ 0."""
    q = ph.qudit("q", 3)
    model = ph.Model(0.5 * q(1, 1), [ph.Jump(1.0, q(0, 2)), ph.Jump(0.5, q(1, 2))])
    found = dynamical_symmetries(model)
    assert [round(each.frequency, 9) for each in found] == [-0.5, 0.5]
    assert not any(each.holds for each in found)
    assert "not by" in repr(found[0])


def test_faces():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    modes = ph.eigenmodes(model)
    table = modes.to_xarray()
    assert table["eigenvalue"].shape == (6,)
    assert table["order"].values[:, 0].tolist() == [order[0] for order in modes.orders]
    for array in (modes.eigenvalues, modes.error, modes.conditions, modes.rates, *modes.right, *modes.left):
        assert not array.flags.writeable
    assert "rate" in repr(modes)
    assert modes.matrix(1).shape == modes.matrix(1, left=True).shape
    assert modes.expectation(A)[modes.orders.index((-1,))] == 0
    assert abs(modes.expectation(A)[modes.orders.index((1,))]) > 0


def test_mistakes():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    modes = ph.eigenmodes(model, order=0, count=1, cutoff=ph.Fixed(8))
    for wrong in (
        {"order": 20},
        {"order": []},
        {"order": 0.5},
        {"count": 0},
        {"count": 1.5},
        {"cutoff": 20},
        {"method": "dense"},
        {"method": ph.Krylov()},
        {"target": np.nan},
        {"target": "0"},
    ):
        with pytest.raises(InvalidInput):
            ph.eigenmodes(model, **{"cutoff": ph.Fixed(8), **wrong})
    with pytest.raises(UnknownSite):
        ph.eigenmodes(model, order={"z": 1})
    with pytest.raises(InvalidInput, match="unit"):
        ph.eigenmodes(ph.zoo.van_der_pol(gain=1e200, two_photon_loss=1e200), cutoff=ph.Fixed(4))
    with pytest.raises(Undefined):
        _ = modes.gap
    for wrong in (1, 0.5):
        with pytest.raises(InvalidInput):
            modes.matrix(wrong)
    with pytest.raises(InvalidInput, match="times"):
        modes.reconstruct(ph.states.fock({"a": 1}), A, "soon")
    with pytest.raises(InvalidInput, match="state"):
        modes.overlap(model)
    with pytest.raises(Undefined, match="no jumps"):
        dynamical_symmetries(ph.Model(A.dag() * A))
    with pytest.raises(InvalidInput):
        modes.reconstruct(ph.states.fock({"a": 1}), A, [-1.0])
    with pytest.raises(InvalidInput):
        ph.eigenmodes("model")
    with pytest.raises(InvalidInput):
        ph.eigenmodes(ph.Model())
    with pytest.raises(NotConverged, match="coalesce"):
        exceptional_point(lambda p: ph.Model(0, [ph.Jump(p, S.minus)]), {}, "p", (0.5, 1.0))
    with pytest.raises(InvalidInput, match="lower"):
        exceptional_point(two_level_limit, {}, "drive", (1.0, 0.5))
    with pytest.raises(InvalidInput, match="cutoff"):
        exceptional_point(lambda p: ph.Model(0, [ph.Jump(p, A)]), {}, "p", (0.5, 1.0))


def test_too_few_levels_are_not_to_be_trusted():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)
    poor = ph.eigenmodes(model, cutoff=ph.Fixed(3), count=4)
    assert not poor.ok
    assert "NOT to be trusted" in repr(poor)
    assert "raise the cutoffs" in poor.complaints[0]
    good = ph.eigenmodes(model, count=4)
    assert good.ok
    assert "NOT" not in repr(good)


@pytest.mark.parametrize(("gain", "levels"), [(0.3, 8), (0.5, 10), (0.5, 16), (0.7, 20)])
def test_the_errors_of_an_amplifier_are_above_the_truth(gain: float, levels: int) -> None:
    """Gain g < loss 1: λ = −(1 − g)(k + |m|/2); populations fall slowly, the worst case of a larger space."""
    model = ph.Model(jumps=[ph.Jump(gain, A.dag()), ph.Jump(1.0, A)])
    modes = ph.eigenmodes(model, order=[0, 1], cutoff=ph.Fixed(levels), count=3)
    off = np.abs(modes.eigenvalues + (1 - gain) * np.array([0.0, 0.5, 1.0]))
    assert (modes.error[1:] >= off[1:]).all()
    assert (modes.error[1:] <= 30 * off[1:] + 1e-9).all()
