"""Phase sensitivity, diffusion and equations of limit cycles, against closed forms, kicks, and density matrices."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import photinus as ph
from photinus import entrainment
from photinus.entrainment.noise import projected_noise
from photinus.errors import InvalidInput, SiteMismatch, Undefined, UnknownSite, WrongType
from photinus.solve.limit_cycle import NoLimitCycle

a, b = ph.oscillator("a"), ph.oscillator("b")


def clock(name: str = "a", quanta: float = 100.0, **parameters: float) -> ph.Model:
    return ph.zoo.van_der_pol(name, gain=1.0, two_photon_loss=0.5 / quanta, **parameters)


def reduced(*arguments, **parameters):
    return entrainment.phase_reduction(clock(*arguments, **parameters))


# --- rings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gain", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("shear", [0.0, 0.7, -4.0])
def test_a_van_der_pol_oscillator_with_shear(gain, shear):
    # ṙ = κ₁r/2 − κ₂r³ and φ̇ = −2Kr²: φ + (2K/κ₂) ln r is the phase, so that Z = (ie^{iφ} + (−2K/κ₂)e^{iφ})/r with
    # the sign of dφ/dt at larger r; the noise is isotropic, so that D = (3κ₁/8n)(1 + (2K/κ₂)²).
    quanta = 100.0
    loss = 0.5 * gain / quanta
    detuning = 0.2 * gain
    model = ph.zoo.van_der_pol(gain=gain, two_photon_loss=loss, kerr=0.5 * shear * loss, detuning=detuning)
    found = entrainment.phase_reduction(model)
    turn = np.exp(1j * found.phases)
    np.testing.assert_allclose(found.values["a"], 10 * turn, rtol=1e-12)
    np.testing.assert_allclose(found.sensitivity["a"], (1j - shear) * turn / 10, rtol=1e-11)
    assert found.frequency == pytest.approx(detuning - shear * gain / 2, rel=1e-12)
    assert found.diffusion == pytest.approx(3 * gain / (8 * quanta) * (1 + shear**2), rel=1e-11)
    assert found.size == pytest.approx(quanta)
    assert found.decay == pytest.approx(gain)
    assert found.error < 1e-12
    assert found.complaints == ()
    assert "Kato2019" in found.references


def test_linearised_limit_cycle():
    # Reference B82 (Wächtler and Platero 2023), x = √2 Re α: ⟨p²⟩ grows by 3κ₁/2 per time, ⟨q²⟩ = 3/4 − (1/4)e^{−2κ₁t}
    # relaxes to 3/4 (vacuum 1/2), and D = 3κ₁/8n.
    found = reduced(quanta=400.0)
    ones = np.ones(len(found.phases))
    radial = projected_noise(
        found.flow, found.model, found.orbit, np.stack([np.cos(found.phases), np.sin(found.phases)])
    )
    tangential = projected_noise(
        found.flow, found.model, found.orbit, np.stack([-np.sin(found.phases), np.cos(found.phases)])
    )
    np.testing.assert_allclose(2 * tangential, 1.5 * ones, rtol=1e-12)
    np.testing.assert_allclose(2 * radial / (2 * found.decay), 0.75 * ones, rtol=1e-12)
    assert found.diffusion == pytest.approx(3 / (8 * 400), rel=1e-12)


def test_locking_ranges():
    # B20: Ω√(2κ₂/κ₁); B27: 2η whatever the amplitude; a k-photon drive i(a†ᵏ − aᵏ)Ω: kΩr^{k−2}, at k phases.
    found = reduced(detuning=0.01)
    drive = found.equation(0.2j * (a.dag() * np.exp(0.3j) - a * np.exp(-0.3j)))
    assert drive.locking_range == pytest.approx((-0.02, 0.02))
    assert drive.stable == pytest.approx([0.3 + np.arcsin(0.5)])  # θ + arcsin(Δ/Δ_c)
    squeezed = found.equation(0.01j * (a.dag() ** 2 - a**2))
    assert squeezed.locking_range == pytest.approx((-0.02, 0.02))
    assert len(squeezed.stable) == 2
    triple = found.equation(1e-4j * (a.dag() ** 3 - a**3))
    assert triple.locking_range == pytest.approx((-3e-3, 3e-3))
    assert len(triple.at(0.0).stable) == 3
    both = found.equation(ph.Model(0.2j * (a.dag() - a)) + ph.Model(0.01j * (a.dag() ** 2 - a**2)))
    assert both.velocity(1.0) == pytest.approx(0.01 - 0.02 * np.sin(1.0) - 0.02 * np.sin(2.0))


def test_noise_of_a_perturbation():
    # D[a] at γ adds γ/2 to E|dα|², hence γ/8n to D, and no torque.
    found = reduced().equation(ph.Model(jumps=[ph.Jump(0.08, a)]))
    assert found.diffusion == pytest.approx((3 + 0.08) / 800)
    assert len(found.harmonics) == 1
    assert reduced().equation().diffusion == pytest.approx(3 / 800)


def test_beat_of_the_mean_field():
    # Reference C21: beat √(Δ² − (F/r)²) of the driven classical oscillator, within 3e-3.
    drive, detuning = 0.1, 0.02
    equation = reduced(detuning=detuning).equation(1j * drive * (a.dag() - a))
    assert equation.beat_frequency == pytest.approx(np.sqrt(detuning**2 - (drive / 10) ** 2))
    whole = ph.mean_field(clock(detuning=detuning, drive=drive)).limit_cycle()
    assert whole.frequency == pytest.approx(equation.beat_frequency, rel=3e-3)
    assert not reduced(detuning=0.0101).equation(1j * drive * (a.dag() - a)).locked
    assert reduced(detuning=0.0099).equation(1j * drive * (a.dag() - a)).locked


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_drive_in_the_laboratory_is_a_static_one_in_its_frame(order):
    nu, strength = order * 2.013, 0.2 / 10 ** (order - 1)
    lab = entrainment.phase_reduction(clock() + ph.Model(2.0 * a.dag() * a))
    frame = reduced(detuning=0.013)
    moving = lab.driven(strength * np.exp(0.4j) * 1j * a.dag() ** order, nu, order=order)
    still = frame.equation(strength * 1j * (np.exp(0.4j) * a.dag() ** order - np.exp(-0.4j) * a**order))
    np.testing.assert_allclose(moving.harmonics, still.harmonics, atol=1e-14)
    # A clock that turns the other way is driven by the other component.
    back = entrainment.phase_reduction(clock() + ph.Model(-2.0 * a.dag() * a))
    other = back.driven(strength * np.exp(0.4j) * -1j * a**order, nu, order=order)
    assert other.detuning == pytest.approx(-0.013)
    assert other.locking_range == pytest.approx(moving.locking_range)
    assert lab.driven(strength * 1j * a.dag() ** order, nu, order=order + 1).locking_range == (0.0, 0.0)


# --- pairs ------------------------------------------------------------------------------------------------------------


def test_two_coupled_oscillators():
    # Reference B30: D[a − b] at V locks |Δ| ≤ V with sin(φ_a − φ_b) = −Δ/V, Δ = ω_a − ω_b. H = ½Δ(n_a − n_b) gives
    # φ_a the velocity −Δ/2.
    dissipative = ph.Model(jumps=[ph.Jump(0.05, a - b)])
    one = entrainment.phase_reduction(clock("a") + ph.Model(0.0125 * a.dag() * a))
    two = entrainment.phase_reduction(clock("b") + ph.Model(-0.0125 * b.dag() * b))
    pair = one.coupled(two, dissipative)
    assert pair.locking_range == pytest.approx((-0.05, 0.05))
    assert np.sin(pair.stable[0]) == pytest.approx(-0.5)
    assert np.cos(pair.stable[0]) > 0
    # Both clocks' noise, and that of the common jump: V/8n each.
    assert pair.diffusion == pytest.approx(2 * 3 / 800 + 2 * 0.05 / 800)
    # Exchange g(a†b + h.c.) of equal oscillators: the shifts are equal, and nothing locks; with unequal radii
    # Γ = −g(r_b/r_a − r_a/r_b) cos ψ.
    exchange = 0.01 * (a.dag() * b + b.dag() * a)
    assert one.coupled(two, exchange).locking_range == (0.0, 0.0)
    small = reduced("b", quanta=25.0)
    unequal = one.coupled(small, exchange)
    assert unequal.velocity(0.3) - one.frequency == pytest.approx(-0.01 * (0.5 - 2.0) * np.cos(0.3))


def test_sums_of_phases_and_two_to_one():
    one, two = reduced("a"), reduced("b")
    pair_drive = 0.01j * (a.dag() * b.dag() - a * b)
    assert one.coupled(two, pair_drive).locking_range == (0.0, 0.0)
    # φ̇_a = 0.01 Im(e^{−i(φ_a+φ_b)}) = −0.01 sin(φ_a + φ_b), φ̇_b the same.
    total = one.coupled(two, pair_drive, order=(1, -1))
    assert total.velocity(0.4) == pytest.approx(-0.02 * np.sin(0.4))
    # b a†² + h.c.: φ_b follows 2φ_a. ψ = 2φ_a − φ_b; α̇ = 2gβα*, β̇ = −gα²: ψ̇ = (−4g r_b + g r_a²/r_b) sin ψ.
    double = one.coupled(two, 1e-4j * (a.dag() ** 2 * b - a**2 * b.dag()), order=(2, 1))
    assert double.velocity(0.4) == pytest.approx(-3e-3 * np.sin(0.4))
    assert double.diffusion == pytest.approx(5 * 3 / 800)


# --- other cycles -----------------------------------------------------------------------------------------------------


def shifted_phase(model: ph.Model, at: complex, kick: complex, wait: float) -> complex:
    """Where a kicked point is after a while."""
    return complex(ph.mean_field(model).evolve({"a": at + kick}, [0.0, wait]).values["a"][-1])


MODELS = {
    "driven, beyond its tongue": clock(quanta=5.0, detuning=0.25, drive=0.3),
    "driven, the other way": clock(quanta=5.0, detuning=-0.25, drive=0.3),
    "squeezed in the laboratory": clock(quanta=5.0) + ph.Model(0.8 * a.dag() * a + 0.15j * (a.dag() ** 2 - a**2)),
    "beside the origin": clock(quanta=5.0, detuning=0.75, drive=1.2),  # just before its Hopf bifurcation at 1.25
}


@cache
def of(name: str) -> entrainment.PhaseReduction:
    return entrainment.phase_reduction(MODELS[name])


@pytest.mark.parametrize("name", [*MODELS])
def test_kicks(name):
    # Truth: the phase at which a kicked point arrives, after the amplitude has forgotten the kick.
    model = MODELS[name]
    found = entrainment.phase_reduction(model)
    orbit, z = found.values["a"], found.sensitivity["a"]
    assert found.error < 1e-8
    velocity = ph.mean_field(model).velocity({"a": orbit})["a"]
    np.testing.assert_allclose((z.conj() * velocity).real, found.frequency, rtol=1e-7)
    wait = found.cycle.period * np.ceil(12 / (found.decay * found.cycle.period))
    size = 1e-3
    for place in (3, 90):
        ends = [shifted_phase(model, orbit[place], kick * size, wait) for kick in (1, -1, 1j, -1j)]
        speed = velocity[place]
        late = [((end - orbit[place]) / speed).real * found.frequency / size for end in ends]
        expected = z[place].real, z[place].imag
        assert ((late[0] - late[1]) / 2, (late[2] - late[3]) / 2) == pytest.approx(expected, abs=2e-4 * abs(z).max())


@pytest.mark.parametrize("name", [*MODELS][:3])
def test_the_adjoint_equation_by_harmonics(name):
    # dZ/dt + JᵀZ = 0 with the spectral derivative on the same points: another way to the same Z.
    found = of(name)
    count, size = len(found.phases), found.flow.size
    k = np.fft.fftfreq(count, 1 / count)
    derivative = np.fft.ifft(1j * k[:, None] * np.fft.fft(np.eye(count), axis=0), axis=0).real * found.frequency
    jacobian = found.flow.jacobian(found.orbit)
    matrix = np.einsum("ij,pq->ipjq", derivative, np.eye(size))
    for j in range(count):
        matrix[j, :, j, :] += jacobian[j].T
    z = np.linalg.svd(matrix.reshape(count * size, -1))[2][-1].reshape(count, size).T
    z = z * found.frequency / (z * found.flow(found.orbit)).sum(axis=0).mean()
    np.testing.assert_allclose(z, found.gradient, atol=1e-5 * np.abs(z).max())


def test_the_phase_of_a_closed_cycle_is_the_angle_where_it_crosses():
    for name, sign in (("driven, beyond its tongue", 1), ("driven, the other way", -1)):
        found = of(name)
        start = found.values["a"][0]
        assert start.real > 0
        assert abs(start.imag) < 1e-9
        assert np.sign(found.frequency) == sign
        angle = np.unwrap(np.angle(found.values["a"]))
        assert angle[-1] > angle[0]  # whichever way it goes, φ grows with arg α
        assert abs(found.frequency) == pytest.approx(found.cycle.frequency)
    # Both are mirror images.
    one, other = (of(name) for name in [*MODELS][:2])
    assert one.diffusion == pytest.approx(other.diffusion, rel=1e-6)
    np.testing.assert_allclose(one.values["a"][1:], other.values["a"][:0:-1].conj(), atol=1e-6)


def test_a_spin():
    # Gain g D[S₊] and loss (g/j²) D[S₋(S_z + j)]: ṡ_z = g s_⊥²(1 − (s_z + j)²/j²), which vanishes at the equator up to
    # 1/j. There Z is the gradient of the azimuth, and S_x turns it by −(s_z/s_⊥) cos φ.
    s = ph.spin("s", 20)
    model = ph.Model(0.7 * s.z, [ph.Jump(1e-2, s.plus), ph.Jump(1e-2 / 400, s.minus * (s.z + 20))])
    found = entrainment.phase_reduction(model, large_spins=True)
    z, place = found.sensitivity["s"], found.values["s"]
    radius = float(np.hypot(place[0, 0], place[0, 1]))
    np.testing.assert_allclose(
        np.angle(np.exp(1j * (np.arctan2(place[:, 1], place[:, 0]) - found.phases))), 0, atol=1e-9
    )
    np.testing.assert_allclose(-z[:, 0] * place[:, 1] + z[:, 1] * place[:, 0], 1.0, rtol=1e-9)
    np.testing.assert_allclose((z * place).sum(axis=1), 0, atol=1e-12)  # along a conserved length
    assert found.frequency == pytest.approx(0.7)
    tilt = found.equation(1e-2 * s.x).at(0.0)
    assert tilt.locking_range[1] == pytest.approx(1e-2 * abs(place[0, 2]) / radius)
    exact = entrainment.quantum_correction(found)
    assert exact.exact_frequency == pytest.approx(0.7)
    assert exact.ratio == pytest.approx(1, abs=0.1)
    assert found.to_xarray()["sensitivity_s"].dims == ("phase", "component")


# --- against the density matrix ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("quanta", [8.0, 16.0, 32.0])
def test_weak_noise_agrees_with_the_liouvillian(quanta):
    # Reference B82: λ₁/(3κ₁/8n) → 1; the correction is about 1/(4n²).
    found = entrainment.quantum_correction(reduced(quanta=quanta, detuning=0.03), cutoff=ph.Fixed(int(2 * quanta + 40)))
    assert (found.ratio - 1) * quanta**2 == pytest.approx(0.35, abs=0.2)
    assert found.exact_frequency == pytest.approx(found.frequency) == pytest.approx(0.03)
    assert "ratio 1.0" in repr(found)


def test_shear_agrees_with_the_liouvillian():
    model = clock(quanta=25.0, kerr=0.01)  # 2K/κ₂ = 1: twice the diffusion
    found = entrainment.quantum_correction(entrainment.phase_reduction(model), cutoff=ph.Fixed(70))
    assert found.diffusion == pytest.approx(2 * 3 / 200)
    assert found.ratio == pytest.approx(1, abs=0.01)
    assert found.exact_frequency == pytest.approx(found.frequency, rel=0.01)


def test_phase_density_agrees_with_the_density_matrix():
    # At fixed Δ_c/D the semiclassical density does not change; that of the quantum oscillator comes nearer.
    distances = []
    for quanta in (5.0, 20.0):
        found = entrainment.quantum_correction(
            reduced(quanta=quanta, detuning=0.1 / quanta), (0.4 / quanta) * quanta**0.5 * 1j * (a.dag() - a)
        )
        assert found.density.moment() == pytest.approx(complex(entrainment.adler_coherence(0.1, 0.4, 3 / 8)))
        distances.append(found.distance)
    assert distances[0] < 0.05
    assert distances[1] < 0.4 * distances[0]
    assert "total variation" in repr(found)


def test_noise_of_the_truncated_wigner_method():
    # Free diffusion of a sheared clock: the variance of arg α, by trajectories.
    model = clock(quanta=200.0, kerr=0.5 * 0.5 / 200)
    found = entrainment.phase_reduction(model)
    times = np.linspace(0, 40, 5)
    runs = ph.truncated_wigner(model, {"a": 200**0.5}, times, count=800, observe={"a": a}, seed=3)
    phase = np.unwrap(np.angle(runs.records["a"] * np.exp(-1j * found.frequency * times)), axis=1)
    spread = np.var(phase, axis=0)
    rate = (spread[-1] - spread[1]) / (times[-1] - times[1])
    # Neighbouring variances share their trajectories; the error is that of the last.
    assert abs(rate - 2 * found.diffusion) < 4 * spread[-1] * np.sqrt(2 / 800) / 30 + 0.01 * rate


# --- mistakes ---------------------------------------------------------------------------------------------------------


def test_no_limit_cycle():
    with pytest.raises(NoLimitCycle):
        entrainment.phase_reduction(ph.Model(jumps=[ph.Jump(1.0, a)]))
    with pytest.raises(NoLimitCycle):
        entrainment.phase_reduction(clock(quanta=5.0, detuning=0.1, drive=0.3))  # locked
    with pytest.raises(NoLimitCycle, match="tori"):
        entrainment.phase_reduction(clock("a") + clock("b"))


def test_mistakes():
    found, other = reduced(), reduced("b")
    for wrong, error in (
        (lambda: entrainment.phase_reduction("model"), WrongType),
        (lambda: entrainment.phase_reduction(ph.Model(ph.qudit("q", 3)(0, 0))), InvalidInput),
        (lambda: found.equation("a"), WrongType),
        (lambda: found.equation(ph.Model()), InvalidInput),
        (lambda: found.equation(0.1j * a), InvalidInput),  # not Hermitian
        (lambda: found.equation(b.dag() * b), UnknownSite),
        (lambda: found.equation(ph.spin("a", 1).z), SiteMismatch),
        (lambda: found.driven(ph.Model(a.dag() * a), 1.0), WrongType),
        (lambda: found.driven(a.dag(), np.nan), InvalidInput),
        (lambda: found.coupled(reduced("b"), a.dag() * b + b.dag() * a, order=2), WrongType),
        (lambda: found.coupled(reduced("b"), a.dag() * b + b.dag() * a, order=(1,)), WrongType),
        (lambda: found.coupled(reduced("b"), a.dag() * b + b.dag() * a, order=(1, 1.5)), InvalidInput),
        (lambda: found.driven(a.dag(), 1.0, order=0), InvalidInput),
        (lambda: found.coupled(found, a.dag() * a), SiteMismatch),
        (lambda: found.coupled(clock("b"), a.dag() * a), WrongType),
        (lambda: found.coupled(other, a.dag() * b + b.dag() * a, order=(1, 0)), InvalidInput),
        (lambda: entrainment.quantum_correction(clock()), WrongType),
        (lambda: entrainment.quantum_correction(found, site="b"), UnknownSite),
    ):
        with pytest.raises(error):
            wrong()
    with pytest.raises(Undefined, match="ring"):
        entrainment.quantum_correction(of("driven, beyond its tongue"))


def test_it_prints_itself():
    small = reduced(quanta=2.0)
    assert small.complaints
    assert "not to be trusted: the phase diffuses" in repr(small)
    assert repr(reduced()).startswith("Phase reduction of oscillator a: frequency 0, size 100")
