"""Spectra against closed forms, the eigenvalues of the sector, Fourier transforms and QuTiP."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

import photinus as ph
from agreement.models import build
from photinus.algebra import Operator
from photinus.solve.spectra.peaks import find_peaks
from photinus.solve.spectra.resolvent import Pieces, Pulse, pulses, resolvent
from photinus.space.liouvillian import generator
from photinus.space.state import State

A = ph.oscillator("a")
B = ph.oscillator("b")
S = ph.spin("s", 0.5)


def cavity(frequency: float = 0.0, loss: float = 0.4, gain: float = 0.1) -> ph.Model:
    return ph.Model(frequency * A.dag() * A, [ph.Jump(loss, A, reverse=gain)])


def atom(rabi: float, decay: float = 1.0, detuning: float = 0.0) -> ph.Model:
    return ph.Model(rabi * S.x - detuning * S.z, [ph.Jump(decay, S.minus)])


def clock(gain: float, nonlinear: float, **more: float) -> ph.Model:
    return ph.zoo.van_der_pol(gain=gain, two_photon_loss=nonlinear, **more)


# --- closed forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frequency", [0.0, 3.0, -2.0])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_cavity(frequency: float, scale: float) -> None:
    """d⟨a⟩/dt = (−iω₀ − κ/2)⟨a⟩, κ = loss − gain, ⟨n⟩ = gain/κ: S = nκ/((ω − ω₀)² + κ²/4), at +ω₀."""
    model = cavity(frequency * scale, 0.4 * scale, 0.1 * scale)
    kappa, n = 0.3 * scale, 1 / 3
    omega = np.linspace(-5, 5, 21) * scale
    found = ph.spectrum(model, A, omega, cutoff=ph.Fixed(40))
    expected = n * kappa / ((omega - frequency * scale) ** 2 + kappa**2 / 4)
    assert np.abs(found.density - expected).max() < 1e-8 * expected.max()
    (line,) = found.peaks
    assert line.position == pytest.approx(frequency * scale, abs=1e-8 * scale)
    assert line.width == pytest.approx(kappa, rel=1e-8)
    assert line.area == pytest.approx(n, rel=1e-8)
    assert line.height == pytest.approx(4 * n / kappa, rel=1e-9)
    assert found.coherent == 0
    assert ph.spectra.linewidth(model, A, cutoff=ph.Fixed(40)) == pytest.approx(line.width, rel=1e-10)


def test_absorption_and_emission_in_detailed_balance() -> None:
    """S of a† at −ω over S of a at ω is (n + 1)/n = loss/gain at every ω, for one thermal bath."""
    model, omega = cavity(2.0), np.linspace(0, 4, 9)
    emitted = ph.spectrum(model, A, omega, cutoff=ph.Fixed(60)).density
    absorbed = ph.spectrum(model, A.dag(), -omega, cutoff=ph.Fixed(60)).density
    np.testing.assert_allclose(absorbed / emitted, 4.0, rtol=1e-8)


@pytest.mark.parametrize(("rabi", "decay"), [(5.0, 1.0), (0.2, 1.0), (3e6, 1e6)])
def test_mollow_triplet(rabi: float, decay: float) -> None:
    """Resonance fluorescence by the optical Bloch equations (Mollow 1969; Scully and Zubairy 1997, chapter 10).

    With s = 2Ω²/γ² the excited state holds s/2(1 + s), and |⟨σ₋⟩|² = s/2(1 + s)².
    """
    found = ph.spectrum(atom(rabi, decay), S.minus, np.linspace(-2, 2, 41) * max(rabi, decay))
    saturation = 2 * rabi**2 / decay**2
    excited = saturation / (2 * (1 + saturation))
    assert found.total == pytest.approx(excited, rel=1e-10)
    assert found.coherent == pytest.approx(saturation / (2 * (1 + saturation) ** 2), rel=1e-10)
    omega = found.frequencies
    expected = _fluorescence(rabi, decay, omega)
    np.testing.assert_allclose(found.density, expected, rtol=1e-8, atol=1e-10 * expected.max())
    assert sum(p.area for p in found.peaks) == pytest.approx(found.total - found.coherent, rel=1e-6)


def _fluorescence(rabi: float, decay: float, omega: np.ndarray) -> np.ndarray:
    """S(ω) by the Bloch equations of (⟨σ₋⟩, ⟨σ₊⟩, ⟨σ_z⟩) and the regression theorem, 3 × 3."""
    drift = np.array(
        [
            [-decay / 2, 0, 0.5j * rabi],
            [0, -decay / 2, -0.5j * rabi],
            [1j * rabi, -1j * rabi, -decay],
        ]
    )
    mean = np.linalg.solve(drift, [0, 0, decay])  # (⟨σ₋⟩, ⟨σ₊⟩, ⟨σ_z⟩)
    # ⟨X σ₋⟩ of X = σ₋, σ₊, σ_z: 0, (1 + ⟨σ_z⟩)/2, −⟨σ₋⟩
    start = np.array([0, (1 + mean[2]) / 2, -mean[0]]) - mean * mean[0]
    return np.array([2 * np.linalg.solve(1j * w * np.eye(3) - drift, start)[1].real for w in omega])


def test_strong_drive_gives_three_lines_at_the_rabi_frequency() -> None:
    """Widths γ and 3γ/2, areas 1 : 2 : 1, for Ω ≫ γ."""
    peaks = sorted(ph.spectrum(atom(100.0), S.minus).peaks, key=lambda peak: peak.position)
    assert [p.position for p in peaks] == pytest.approx([-100, 0, 100], abs=0.02)
    assert [p.width for p in peaks] == pytest.approx([1.5, 1.0, 1.5], rel=1e-3)
    assert [p.area for p in peaks] == pytest.approx([1 / 8, 1 / 4, 1 / 8], rel=2e-2)


def test_linewidth_of_the_clock() -> None:
    """Table of an independent program, rows B08 and B11: deep quantum limit 3κ₁ (+ γ) and the value at κ₁/κ₂ = 2."""
    assert ph.spectra.linewidth(clock(2, 1), A) == pytest.approx(1.252348, abs=2e-6)
    assert ph.spectra.linewidth(clock(1, 1000), A) == pytest.approx(3, rel=3e-2)
    assert ph.spectra.linewidth(clock(1, 1e6), A) == pytest.approx(3, rel=1e-4)
    assert ph.spectra.linewidth(clock(1, 1e6, loss=2.0), A) == pytest.approx(5, rel=1e-4)
    found = ph.spectrum(clock(2, 1), A, [0.0])
    slowest = -found.responses[0].poles[0].real.max()
    assert 2 * slowest == pytest.approx(1.2513243, abs=2e-6)


def test_slowest_pole_is_the_eigenvalue_of_order_one() -> None:
    found = ph.spectrum(clock(1, 0.1, kerr=0.05), A, cutoff=ph.Fixed(40))
    made = generator(found.model, {"a": 40})
    values = np.linalg.eigvals(made.liouvillian(made.grading.sector((-1,))).matrix.toarray())
    poles, _ = found.responses[0].poles
    slowest = values[np.argmax(values.real)]
    assert np.abs(poles - slowest).min() < 1e-9


# --- laws ------------------------------------------------------------------------------------------------------------

NAMES = ("u1", "driven", "z2", "z3_jump", "identity_in_the_jumps", "pair", "uncoupled", "parametric", "driven_pair")
MORE = ("driven_spin", "two_spins", "maser", "ladder_qudit", "oscillator_and_spin", "rabi", "saturated_gain")


def _operator(model: ph.Model) -> Operator:
    """An operator of mixed order on the first site."""
    site = model.sites[0]
    if site.name == "a":
        return A + 0.3j * A.dag() + 0.2 * A.dag() * A
    if site.name == "q":
        q = ph.qudit("q", site.dimension)
        return q(0, 1) + 0.5 * q(1, 0) + 0.2j * q(1, 1)
    s = ph.spin(site.name, (site.levels(None) - 1) / 2)
    return s.minus + 0.4 * s.z - 0.1j * s.plus


def _exact(model: ph.Model, state: State, operator: Operator, omega: np.ndarray) -> np.ndarray:
    """S(ω) with the whole Liouvillian as a dense matrix, ρ deflated by its pseudo-inverse property."""
    d = state.space.dimension
    hamiltonian = state.space.matrix(model.generator[0])
    lindblad = -1j * (np.kron(hamiltonian, np.eye(d)) - np.kron(np.eye(d), hamiltonian.T))
    for rate, jump in model.generator[1]:
        m = state.space.matrix(jump)
        n = m.conj().T @ m
        lindblad += rate * (np.kron(m, m.conj()) - 0.5 * np.kron(n, np.eye(d)) - 0.5 * np.kron(np.eye(d), n.T))
    rho, o = state.density_matrix(), state.space.matrix(operator)
    lindblad -= np.outer(rho.ravel(), np.eye(d).ravel())
    start = (o @ rho - np.trace(o @ rho) * rho).ravel()
    answers = [np.linalg.solve(1j * w * np.eye(d * d) - lindblad, start) for w in omega]
    return np.array([2 * np.trace(o.conj().T @ x.reshape(d, d)).real for x in answers])


@pytest.mark.parametrize("name", NAMES + MORE)
def test_every_symmetry_against_the_whole_liouvillian(name: str) -> None:
    model, cutoffs, _ = build(name, 5)
    operator, omega = _operator(model), np.array([-3.0, -0.4, 0.0, 0.1, 1.7, 40.0])
    state = ph.steady_state(model, cutoff=ph.Fixed(cutoffs))
    expected = _exact(model, state, operator, omega)
    for method in (ph.Auto(), ph.Direct(), ph.Krylov(), ph.Dense()):
        found = ph.spectrum(model, operator, omega, state=state, method=method)
        np.testing.assert_allclose(found.density, expected, rtol=1e-6, atol=1e-8 * expected.max())
        assert (found.density >= 0).all()
        assert found.coherent == pytest.approx(abs(state.expect(operator)) ** 2, abs=1e-12)


@pytest.mark.parametrize("name", ["u1", "driven", "driven_pair", "oscillator_and_spin"])
def test_sum_rule(name: str) -> None:
    """∫S dω/2π + |⟨O⟩|² = Tr(O†Oρ), the product as matrices; the areas of the peaks add up to it."""
    model, cutoffs, _ = build(name, 3)
    found = ph.spectrum(model, A, cutoff=ph.Fixed(cutoffs))
    m = found.state.space.matrix(A)
    total = np.trace(m.conj().T @ m @ found.state.density_matrix()).real
    assert sum(p.area for p in found.peaks) + found.coherent == pytest.approx(total, rel=1e-6)
    centre, width = found.peaks[0].position, found.peaks[0].width

    def integrand(theta: float) -> float:
        return float(found.at([centre + width * np.tan(theta)])[0]) * width / np.cos(theta) ** 2

    area = quad(integrand, -np.pi / 2, np.pi / 2, limit=400)[0] / (2 * np.pi)
    assert area + found.coherent == pytest.approx(total, rel=1e-6)


def test_fourier_transform_of_the_correlation() -> None:
    model, cutoff = clock(1, 0.3, detuning=0.2, drive=0.3), ph.Fixed(20)
    times = np.linspace(0, 120, 24001)
    connected = ph.correlation(model, A.dag(), A, times, cutoff=cutoff).connected
    omega = np.array([-1.0, -0.2, 0.0, 0.5])
    weights = np.full(len(times), times[1])
    weights[[0, -1]] /= 2
    step = times[1]
    slopes = (connected[1] - connected[0]) / step, 0.0
    transformed = []
    for w in omega:
        wave = np.exp(-1j * w * times) * connected
        end = (-1j * w * connected[0] + slopes[0]) * step**2 / 12  # Euler and Maclaurin: the first point's slope
        transformed.append(2 * (wave @ weights + end).real)
    found = ph.spectrum(model, A, omega, cutoff=cutoff)
    np.testing.assert_allclose(found.density, transformed, rtol=1e-6)


@pytest.mark.parametrize("name", ["u1", "driven", "pair", "two_spins"])
def test_qutip(name: str) -> None:
    qutip = pytest.importorskip("qutip")
    model, cutoffs, _ = build(name, 11)
    state = ph.steady_state(model, cutoff=ph.Fixed(cutoffs))
    operator = A if model.sites[0].name == "a" else ph.spin("s", 0.5).minus

    def matrix(o: Operator) -> object:
        return qutip.Qobj(state.space.matrix(o))

    channels = [rate**0.5 * matrix(jump) for rate, jump in model.generator[1]]
    omega = np.linspace(-3, 3, 7) + 0.05
    o = matrix(operator)
    shifted = o - complex((o * qutip.Qobj(state.density_matrix())).tr())
    for solver in ("es", "pi"):
        theirs = qutip.spectrum(matrix(model.generator[0]), omega, channels, shifted.dag(), shifted, solver=solver)
        ours = ph.spectrum(model, operator, omega, state=state).density
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8 * ours.max())


def test_error_tells_the_truncation() -> None:
    model, omega = clock(1, 0.2, drive=0.2), np.linspace(-1, 1, 5)
    rough = ph.spectrum(model, A, omega, cutoff=ph.Fixed(11))
    fine = ph.spectrum(model, A, omega, cutoff=ph.Fixed(30))
    off = np.abs(rough.density - fine.density)
    assert (off <= rough.error).all()
    assert rough.error.max() < 30 * off.max()
    assert ph.spectrum(atom(1.0), S.minus, omega).error.max() < 1e-8
    assert ph.spectrum(cavity(), A, omega, cutoff=ph.Fixed(30)).error.shape == (5,)


# --- hard cases ------------------------------------------------------------------------------------------------------


def test_one_order_of_the_pair_by_every_route() -> None:
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.2, dissipative=0.5, detuning=0.2)
    state, omega = ph.steady_state(model, cutoff=ph.Fixed(9)), np.linspace(-3, 3, 7)
    reference = ph.spectrum(model, A, omega, state=state, method=ph.Dense()).density
    for method in (ph.Direct(), ph.Krylov()):
        found = ph.spectrum(model, A, omega, state=state, method=method)
        np.testing.assert_allclose(found.density, reference, rtol=1e-7)


def test_a_wide_comb_of_narrow_lines() -> None:
    """A Kerr ladder: |n⟩ → |n−1⟩ emits at 2K(n−1), with widths of some γ ≪ K."""
    model = ph.Model(50.0 * A.dag() ** 2 * A**2, [ph.Jump(1.0, A, reverse=0.5)])
    omega = np.linspace(-100, 2500, 601)
    state = ph.steady_state(model, cutoff=ph.Fixed(90))
    found = ph.spectrum(model, A, omega, state=state)
    reference = ph.spectrum(model, A, omega, state=state, method=ph.Dense())
    assert np.abs(found.density - reference.density).max() < 1e-8 * reference.density.max()
    positions = sorted(p.position for p in found.peaks if p.height > 1e-2 * found.peaks[0].height)
    assert positions[:4] == pytest.approx([0, 100, 200, 300], abs=0.1)


def test_several_shifts_agree_with_one() -> None:
    model = clock(1, 0.1, detuning=0.5, drive=0.2)
    state = ph.steady_state(model, cutoff=ph.Fixed(20))
    made = generator(model, {"a": 20})
    ((pulse,), _), s = pulses(made, state, A.dag(), left=A), 1j * np.linspace(-2, 2, 9)
    assert isinstance(pulse, Pulse)
    one, other = (resolvent(pulse, omega, ph.Direct()) for omega in (s.imag, s.imag + 5))
    assert isinstance(one, Pieces)
    both = Pieces((*one.parts, *other.parts))
    np.testing.assert_allclose(both(s), one(s), rtol=1e-8)
    assert (both.residual(s) <= one.residual(s)).all()
    true = [np.linalg.norm(pulse.source)]
    assert (one.residual(s) * true[0] < 1e-9).all()


def test_analyser_of_finite_resolution() -> None:
    """A Lorentzian of width κ seen by one of width B has width κ + B; the coherent line has the height 4|⟨a⟩|²/B."""
    found = ph.spectrum(cavity(1.0), A, [1.0], cutoff=ph.Fixed(40))
    assert found.at(1.0, resolution=0.2) == pytest.approx(4 / 3 / 0.5, rel=1e-8)
    driven = ph.spectrum(cavity() + ph.Model(0.3j * (A.dag() - A)), A, [0.0], cutoff=ph.Fixed(60))
    assert driven.coherent == pytest.approx(4.0, rel=1e-6)  # ⟨a⟩ = 2Ω/κ
    assert driven.at(0.0, resolution=0.1) == pytest.approx(4 / 3 / 0.4 + 4 * 4.0 / 0.1, rel=1e-6)


def test_observed_frequency() -> None:
    free = clock(1, 0.2, detuning=0.4)
    assert ph.spectra.observed_frequency(free, A) == pytest.approx(-0.4, abs=1e-8)
    pulled = ph.spectra.observed_frequency(clock(1, 0.2, detuning=0.4, drive=0.3), A)
    assert -0.4 < pulled < 0
    mirrored = ph.spectra.observed_frequency(clock(1, 0.2, detuning=-0.4, drive=0.3), A)
    assert mirrored == pytest.approx(-pulled, abs=1e-7)
    locked = ph.spectra.observed_frequency(clock(1, 0.2, detuning=0.4, drive=1.0), A, resolution=0.01)
    assert abs(locked) < 1e-3


def test_default_grid_resolves_the_line() -> None:
    found = ph.spectrum(cavity(7.0, 1e-4, 1e-5), A, cutoff=ph.Fixed(20))
    assert found.density.max() == pytest.approx(found.peaks[0].height, rel=1e-6)
    assert ((found.density > 0.5 * found.density.max()).sum()) > 8


def test_nothing_to_see() -> None:
    dark = ph.Model(A.dag() * A, [ph.Jump(1.0, A)])
    found = ph.spectrum(dark, A, [0.0, 1.0], cutoff=ph.Fixed(5))
    assert not found.density.any()
    assert found.peaks == ()
    assert found.total == 0
    for question in (ph.spectra.linewidth, ph.spectra.observed_frequency):
        with pytest.raises(ph.errors.Undefined, match="no line"):
            question(dark, A, cutoff=ph.Fixed(5))
    number = ph.spectrum(cavity(), 2.0, [0.0], cutoff=ph.Fixed(30))
    assert number.coherent == pytest.approx(4.0)
    assert not number.density.any()
    assert ph.spectrum(dark, A, cutoff=ph.Fixed(1)).density.tolist() == [0.0]


def test_mistakes() -> None:
    model, errors = cavity(), ph.errors
    state = ph.steady_state(model, cutoff=ph.Fixed(20))
    for wrong in ([], [np.nan], "abc", [[1.0]], [1j]):
        with pytest.raises(errors.InvalidInput, match="frequencies"):
            ph.spectrum(model, A, wrong, state=state)
    with pytest.raises(errors.UnknownSite):
        ph.spectrum(model, B, [0.0], state=state)
    with pytest.raises(errors.WrongType):
        ph.spectrum(model, S, [0.0], state=state)
    with pytest.raises(errors.InvalidInput, match="not stationary"):
        ph.spectrum(model, A, [0.0], state=ph.states.fock({"a": 1}))
    with pytest.raises(errors.SiteMismatch):
        ph.spectrum(model, A, [0.0], state=ph.states.fock({"b": 1}))
    with pytest.raises(errors.InvalidInput, match="resolution"):
        ph.spectrum(model, A, [0.0], state=state).at(0.0, resolution=-1)
    for wrong in (np.nan, "fast"):
        with pytest.raises(errors.InvalidInput, match="frequencies"):
            ph.spectrum(model, A, [0.0], state=state).at(wrong)
    with pytest.raises(errors.DegenerateSteadyState):
        ph.spectrum(ph.Model(0, [ph.Jump(1.0, A**2)]), A, [0.0], cutoff=ph.Fixed(6))


def test_result() -> None:
    found = ph.spectrum(cavity(1.0), A, [0.0, 1.0], cutoff=ph.Fixed(30))
    assert "full width 0.3" in repr(found)
    table = found.to_xarray()
    assert table.density.dims == ("frequency",)
    assert table.attrs["operator"] == "a"
    with pytest.raises(ValueError, match="read-only"):
        found.density[0] = 1


def test_peaks_of_two_lines() -> None:
    """Widths and areas of two Lorentzians that overlap little; a shoulder has no width of its own."""

    def density(x: np.ndarray) -> np.ndarray:
        return 1 / ((x - 1) ** 2 + 0.25) + 0.1 / ((x + 40) ** 2 + 0.01)

    high, low = find_peaks(density, np.array([1.0, -40.0]), np.array([0.5, 0.1]))
    assert (high.position, low.position) == (pytest.approx(-40, abs=1e-4), pytest.approx(1, abs=1e-4))
    assert (high.width, low.width) == (pytest.approx(0.2, rel=1e-4), pytest.approx(1.0, rel=1e-3))
    assert high.area + low.area == pytest.approx(1.0 + 0.5, rel=1e-8)  # π/0.5/2π and 0.1·π/0.1/2π


def test_a_cutoff_that_is_too_small_is_told() -> None:
    clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    assert ph.spectrum(clock, A, [0.0]).ok
    found = ph.spectrum(clock, A, [0.0], cutoff=ph.Fixed(3))
    assert not found.ok
    assert "NOT to be trusted" in repr(found)
