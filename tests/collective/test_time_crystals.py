"""Time crystals: the boundary time crystal against its closed forms, dynamical symmetries, the evidence and its checks.

Reference values: C24 (Puri, Lawande 1979), C26 and C28 (Iemini et al. 2018; Nemeth, Principi, Nazir 2025), C29 (Buča,
Tindall, Jaksch 2019).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import photinus as ph
from photinus.collective import Limit, PowerLaw, is_time_crystal, surviving_modes
from photinus.errors import InvalidInput, Undefined, WrongType


def crystal(size: float, decay: float = 0.5) -> ph.Model:
    return ph.zoo.boundary_time_crystal(length=size, drive=1.0, decay=decay)


def distance(found, expected) -> float:
    gaps = np.abs(np.subtract.outer(np.asarray(found), np.asarray(expected)))
    return float(gaps[linear_sum_assignment(gaps)].max())


# --- closed forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "drive", "decay"), [(3, 1.0, 0.4), (10, 0.7, 1.0), (12.5, 1.3, 0.8), (30, 1.0, 0.5)]
)
def test_the_steady_state_is_that_of_puri_and_lawande(length, drive, decay):
    """C24: ρ ∝ (S₋ − g)⁻¹ (S₊ − ḡ)⁻¹, g = −iω₀S/κ, to 1e-11."""
    state = ph.steady_state(ph.zoo.boundary_time_crystal(length=length, drive=drive, decay=decay))
    s = ph.spin("s", length)
    minus = state.space.matrix(s.minus)
    g = -1j * drive * length / decay
    factor = np.linalg.inv(minus - g * np.eye(len(minus)))
    expected = factor @ factor.conj().T
    expected /= np.trace(expected)
    assert np.abs(state.density_matrix() - expected).max() < 1e-11
    assert state.expect(s.z) / length == pytest.approx(
        np.trace(state.space.matrix(s.z) @ expected).real / length, abs=1e-11
    )


@pytest.mark.parametrize("length", [3, 14])
def test_the_spectrum_at_weak_dissipation(length):
    """C26: −iω₀q − (κ/4S)[k(k + 1) + q²], k = 0 … 2S, |q| ≤ k, to 5 % of κ/S; the slowest 12 of them, none missed."""
    kappa = 1e-3
    modes = ph.eigenmodes(crystal(length, kappa), count=12)
    expected = np.array(
        [
            -1j * q - kappa / (4 * length) * (k * (k + 1) + q * q)
            for k in range(2 * length + 1)
            for q in range(-k, k + 1)
        ]
    )
    assert distance(modes.eigenvalues, expected) < 0.05 * kappa / length


def test_orbits_of_the_mean_field():
    """C28: period 2π/√(ω₀² − κ²); |m| and (y − ω₀/κ)/x are conserved, to 1e-6."""
    drive, decay, length = 1.7, 1.0, 50
    field = ph.mean_field(ph.zoo.boundary_time_crystal(length=length, drive=drive, decay=decay), large_spins=True)
    period = 2 * np.pi / np.sqrt(drive**2 - decay**2)
    start = length * np.array([0.36, 0.48, 0.8])
    motion = field.evolve({"s": start}, np.linspace(0, period, 41))
    m = motion.values["s"] / length
    assert np.abs(np.linalg.norm(m, axis=1) - 1).max() < 1e-6
    assert np.ptp((m[:, 1] - drive / decay) / m[:, 0]) < 1e-6
    assert np.abs(m[-1] - m[0]).max() < 1e-6
    assert np.abs(m[20] - m[0]).max() > 0.5


# --- the search for slow modes of any frequency -----------------------------------------------------------------------


@pytest.mark.parametrize(("length", "decay"), [(12, 0.5), (15, 0.5), (15, 1.0), (12, 2.0), (14.5, 0.1), (13, 0.01)])
def test_no_slow_mode_is_missed(length, decay):
    """Shift-invert near zero alone would miss the modes near ±iω₀q, which are among the slowest."""
    found = ph.eigenmodes(crystal(length, decay), count=20)
    dense = ph.eigenmodes(crystal(length, decay), count=20, method=ph.Dense())
    assert not found.complete
    assert dense.complete
    np.testing.assert_allclose(found.rates, dense.rates, rtol=1e-7, atol=1e-10)
    assert distance(found.eigenvalues[:-1], dense.eigenvalues[:-1]) < 1e-7
    assert found.residuals.max() < 1e-10


def test_left_and_right_modes_propagate():
    """⟨S_z⟩(t) from the slow modes is the late part of the exact evolution."""
    model, s = crystal(13), ph.spin("s", 13)
    start = ph.states.from_ket({s: 27}, np.eye(27)[-1])
    modes = ph.eigenmodes(model, count=40)
    times = np.array([0.0, 20.0, 30.0])
    exact = ph.evolve(model, start, times, observe={"z": s.z}).observed["z"]
    late = modes.reconstruct(start, s.z, times[1:])
    np.testing.assert_allclose(late.real, exact[1:], atol=2e-3)


# --- evidence ---------------------------------------------------------------------------------------------------------

SIZES = [4, 6, 9, 14]


def test_a_boundary_time_crystal_is_one():
    evidence = is_time_crystal(crystal, SIZES, perturbation=lambda n: ph.Model(jumps=[ph.Jump(0.1 / n, spin(n).plus)]))
    assert evidence.supported is True
    assert evidence.decay.exponent == pytest.approx(-1, abs=max(evidence.decay.error, 0.03))
    assert evidence.frequency.value == pytest.approx(np.sqrt(0.75), abs=3 * evidence.frequency.error)
    assert finding(evidence, "collective").holds is True
    assert evidence.perturbed.supported is None  # of its own, without another perturbation
    assert (np.diff(evidence.qualities) > 0).all()
    assert "speaks for" in repr(evidence)
    assert evidence.to_xarray()["rate"].shape == (4,)
    with pytest.raises(ValueError, match="read-only"):
        evidence.rates[0] = 1


def spin(size: float):
    return ph.spin("s", size)


def test_the_overdamped_phase_is_none():
    evidence = is_time_crystal(lambda n: crystal(n, 1.5), SIZES)
    assert evidence.supported is False
    assert "no time crystal" in evidence.verdict


@pytest.mark.parametrize(
    ("perturbation", "stable"),
    [
        (lambda n: ph.Model(0.1 * spin(n).z), False),
        (lambda n: ph.Model(0.1 * spin(n).y), True),
        (lambda n: ph.Model(jumps=[ph.Jump(0.05, spin(n).z)]), False),
        (lambda n: ph.Model(jumps=[ph.Jump(0.2 / n, spin(n).z)]), True),
    ],
)
def test_what_kills_it(perturbation, stable):
    """A field along z makes the fixed point of the mean field attract; one along y turns the drive.

    D[S_z] at a rate that does not fall with the size damps every oscillation at a constant rate.
    """
    evidence = is_time_crystal(crystal, SIZES, perturbation=perturbation)
    assert evidence.findings[-1].holds is stable
    assert evidence.supported is stable


def test_the_constant_rate_is_that_of_the_mean_field():
    """With a field along z the rate tends to that of small deviations from the attracting fixed point."""
    tilt = 0.3

    def tilted(n):
        return crystal(n) + ph.Model(tilt * spin(n).z)

    evidence = is_time_crystal(tilted, SIZES)
    assert evidence.supported is False
    points = ph.mean_field(tilted(40), large_spins=True).fixed_points()
    values = np.concatenate([np.asarray(point.eigenvalues) for point in points if point.stable])
    value = values[np.argmax(np.abs(values.imag))]
    assert evidence.frequencies[-1] == pytest.approx(abs(value.imag), rel=0.1)
    assert Limit.fit(SIZES, evidence.rates).value == pytest.approx(-value.real, rel=0.35)


def test_no_drive_no_oscillation():
    evidence = is_time_crystal(lambda n: ph.zoo.boundary_time_crystal(length=n, drive=0.0, decay=1.0), SIZES)
    assert evidence.supported is False
    assert evidence.decay is None
    assert evidence.findings[0].holds is False


A = ph.oscillator("a")
FORCE = ph.Model(0.01 * (A + A.dag()))


def finding(evidence, name: str):
    return next(each for each in evidence.findings if each.name == name)


@pytest.mark.parametrize(
    ("family", "cutoff", "why"),
    [
        (lambda n: ph.Model(A.dag() * A, [ph.Jump(1 / n, A)]), 6, "linear"),
        (lambda n: ph.Model(A.dag() * A, [ph.Jump(1 / n, A)]) + FORCE, 8, "linear"),
        (lambda n: ph.Model(A.dag() * A + 0.1 * (A * A + A.dag() ** 2), [ph.Jump(1 / n, A)]), 10, "linear"),
        (lambda n: ph.Model(A.dag() * A + 0.1 * A.dag() ** 2 * A**2, [ph.Jump(1 / n, A)]), 6, "charge n_a"),
        (lambda n: ph.zoo.van_der_pol(gain=1, two_photon_loss=1 / n, detuning=1), None, "charge n_a"),
    ],
)
def test_an_oscillation_of_its_own_is_no_time_crystal(family, cutoff, why):
    """Damping that is said to fall as 1/N makes rates close, frequencies stay, and nothing of it collective."""
    cutoff = None if cutoff is None else ph.Fixed(cutoff)
    evidence = is_time_crystal(family, [3, 5, 8, 12], perturbation=lambda n: FORCE, cutoff=cutoff)
    assert [finding(evidence, name).holds for name in ("oscillates", "rate closes", "frequency stays")] == [True] * 3
    assert finding(evidence, "collective").holds is False
    assert why in finding(evidence, "collective").why
    assert evidence.supported is False


def test_a_system_that_does_not_grow_is_no_time_crystal():
    """A qubit whose dephasing is said to fall as 1/N, in a field that no U(1) of its words sees."""
    s = ph.spin("s", 0.5)
    evidence = is_time_crystal(
        lambda n: ph.Model(s.x, [ph.Jump(1 / n, s.x)]), [3, 5, 8, 12], perturbation=lambda n: ph.Model(0.01 * s.y)
    )
    assert [each.name for each in evidence.findings if each.holds is False] == ["collective"]
    assert "2 kets at every size" in finding(evidence, "collective").why


def test_beats_without_a_charge_are_looked_at_alone():
    """Two ensembles of frequencies that differ: each turns in a frame, their beat in none."""

    def lasers(n):
        return ph.zoo.superradiant_ensembles(atoms=n, pump=0.5, detuning=2.5, collective_decay=1 / n)

    whole = finding(is_time_crystal(lasers, [2, 3, 4, 5]), "collective")
    assert whole.holds is None
    assert "charge M_a + M_b" in whole.why
    neutral = is_time_crystal(lasers, iter([2, 3, 4, 5]), order={"a": 0, "b": 0})
    assert finding(neutral, "collective").holds is True


# --- dynamical symmetries ---------------------------------------------------------------------------------------------


def test_hubbard_multiplicities():
    """C29: multiplicities 10 (0), 4 (±iB), 1 (±2iB) of the 256; none if the loss resolves the spin."""
    field = 0.6
    blind = ph.eigenmodes(ph.zoo.hubbard(2, hopping=1, interaction=1.7, field=field, dephasing=0.4), count=256)
    assert len(blind) == 256
    assert len(blind.stationary) == 10
    found = np.round(blind.frequencies[list(blind.undamped)] / field, 9)
    assert {int(k): int((found == k).sum()) for k in np.unique(found)} == {-2: 1, -1: 4, 1: 4, 2: 1}
    resolved = ph.eigenmodes(ph.zoo.hubbard(2, hopping=1, interaction=1.7, field=field, spin_dephasing=0.4), count=256)
    assert resolved.undamped == ()


def test_pair_loss_ends_in_all_coherences_of_spin_symmetric_states():
    """Two sites: the vacuum, one atom (±t ± B/2) and the triplet (0, ±B) never share a site; λ = i(E_k − E_l)."""
    hopping, field = 1.0, 0.6
    modes = ph.eigenmodes(ph.zoo.hubbard(2, hopping=hopping, interaction=1.7, field=field, pair_loss=0.4), count=66)
    energies = [0.0, -field, 0.0, field, *(s * hopping + z * field / 2 for s in (-1, 1) for z in (-1, 1))]
    expected = np.sort(np.subtract.outer(energies, energies).ravel())
    assert np.abs(np.sort(modes.eigenvalues.imag[:64]) - expected).max() < 1e-9
    assert np.abs(modes.eigenvalues.real[:64]).max() < 1e-9
    assert modes.eigenvalues.real[64] < -0.05


def chain(count: int, blind: bool) -> ph.Model:
    """Spins ½ in a field, with noise in their exchange couplings, which no turn of all of them sees, or in s_z."""
    spins = [ph.spin(f"s{k + 1}", 0.5) for k in range(int(count))]
    pairs = list(pairwise(spins))
    exchange = [s.x * t.x + s.y * t.y + s.z * t.z for s, t in pairs]
    hamiltonian = sum((0.6 * s.z for s in spins), start=0.3 * exchange[0])
    jumps = exchange if blind else [s.z for s in spins]
    return ph.Model(hamiltonian, [ph.Jump(0.4, jump) for jump in jumps])


def test_noise_that_does_not_see_the_spin_leaves_it_turning():
    evidence = is_time_crystal(lambda n: chain(n, blind=True), [2, 3, 4, 5])
    assert (evidence.rates == 0).all()
    np.testing.assert_allclose(evidence.frequencies, 0.6, rtol=1e-9)
    assert evidence.decay is None
    assert evidence.findings[1].holds is True
    assert "dynamical symmetries" in evidence.findings[1].why
    local = is_time_crystal(lambda n: chain(n, blind=False), [2, 3, 4, 5])
    assert local.supported is False


# --- which modes survive at which sites -------------------------------------------------------------------------------


def test_two_qubits_in_a_common_bath():
    """λ = −iω₀ − g/2 ± √(g² − d²)/2 (Bellomo et al. 2017): the slow one in antiphase, up to arcsin(d/g)."""
    g, d = 0.5, 0.1
    s, t = ph.spin("s", 0.5), ph.spin("t", 0.5)
    model = ph.Model((1 + d / 2) * s.z + (1 - d / 2) * t.z, [ph.Jump(g, s.minus + t.minus)])
    found = surviving_modes(model, order=1)
    assert found.rates[0] == pytest.approx(g / 2 - np.sqrt(g * g - d * d) / 2, rel=1e-9)
    phases = found.phases()
    assert abs(np.angle(np.exp(1j * (phases["s"] - phases["t"])))) == pytest.approx(np.pi - np.arcsin(d / g), abs=1e-9)
    assert found.relation("s", "t").endswith("apart")
    assert found.synchronized == "for a while"
    assert found.window == pytest.approx((1 / found.rates[1], 1 / found.rates[0]))
    locked = surviving_modes(ph.Model(s.z + t.z, [ph.Jump(g, s.minus + t.minus)]))
    assert locked.synchronized == "for ever"
    assert locked.relation("s", "t") == "antiphase"


@pytest.mark.parametrize(("own", "how_long"), [(0.0, "for ever"), (0.01, "for a while")])
@pytest.mark.parametrize("order", [1, -1])
def test_two_oscillators_lose_their_sum(own: float, how_long: str, order: int):
    """D[a + b] at equal frequencies: a − b is left, for ever, or with own losses γ for the time 2/γ."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    losses = [ph.Jump(own, a), ph.Jump(own, b)] if own else []
    model = ph.Model(a.dag() * a + b.dag() * b, [ph.Jump(0.4, a + b), *losses])
    seen = {"a": a, "b": b} if order == 1 else {"a": a.dag(), "b": b.dag()}
    found = surviving_modes(model, seen, order=order, count=4, cutoff=ph.Fixed(4))
    assert found.rates[0] == pytest.approx(own / 2, rel=1e-6, abs=1e-12)
    assert found.frequencies[0] == pytest.approx(order)
    assert found.relation("a", "b") == "antiphase"
    assert abs(found.amplitudes[0]) == pytest.approx([1, 1])
    assert found.synchronized == how_long


def test_a_locked_pair_rests_in_the_frame_of_its_mean_frequency():
    """The slowest mode of order 1 carries both phases, though its frequency is zero there."""
    pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.1, dissipative=1.0)
    found = surviving_modes(pair, order=1, count=3, cutoff=ph.Fixed(6))
    assert abs(found.frequencies[0]) < 1e-9
    assert 0 < abs(found.phases()["a"] - found.phases()["b"]) < 0.2


def test_dynamical_symmetry_of_two_sites():
    """The spins of the Hubbard model turn together, at every site alike."""
    model = ph.zoo.hubbard(2, hopping=1, interaction=1.7, field=0.6, dephasing=0.4)
    up, down = ph.qudit("q1", 4), ph.qudit("q2", 4)
    found = surviving_modes(model, {"q1": up(2, 1), "q2": down(2, 1)}, count=24)
    assert len(found.undamped) >= 1
    assert all(found.relation("q1", "q2", k) == "in phase" for k in found.undamped)


# --- fits -------------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(z=st.floats(-3, 3), c=st.floats(1e-9, 1e9), correction=st.floats(-0.5, 0.5))
def test_exponents_have_honest_errors(z, c, correction):
    """With a correction 1 + a/N the exponent is off by no more than three error bars."""
    n = np.array([4.0, 8, 16, 32, 64])
    law = PowerLaw.fit(n, c * n**z * (1 + correction / n))
    assert abs(law.exponent - z) <= 3 * law.error + 1e-9
    assert law(10.0) == pytest.approx(c * 10**z * (1 + correction / 10), rel=0.2)


def test_limits():
    limit = Limit.fit([4, 8, 16, 32], [2 + 1 / n + 0.3 / n**2 for n in (4, 8, 16, 32)])
    assert abs(limit.value - 2) <= 3 * limit.error
    assert limit.slope == pytest.approx(1, abs=0.2)


LAW = PowerLaw.fit([1, 2, 4, 8], [1, 2, 4, 8])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: is_time_crystal(crystal, [8, 4, 12, 16]), InvalidInput),
        (lambda: is_time_crystal(crystal, [4, 4, 8, 12]), InvalidInput),
        (lambda: is_time_crystal(crystal, [0, 4, 8, 12]), InvalidInput),
        (lambda: is_time_crystal(crystal, [4, 8, 12]), InvalidInput),
        (lambda: is_time_crystal(crystal, [4, "8", 12, 16]), InvalidInput),
        (lambda: is_time_crystal(crystal(3), SIZES), WrongType),
        (lambda: is_time_crystal(lambda n: n, SIZES), WrongType),
        (lambda: is_time_crystal(crystal, SIZES, perturbation=lambda n: spin(n).z), WrongType),
        (lambda: is_time_crystal(crystal, SIZES, count=1), InvalidInput),
        (lambda: is_time_crystal(crystal, 7), InvalidInput),
        (lambda: is_time_crystal(crystal, SIZES, perturbation=lambda n: ph.Model(ph.spin("t", n).z)), InvalidInput),
        (lambda: is_time_crystal(crystal, [1.2, 2, 3, 4]), InvalidInput),
        (lambda: PowerLaw.fit([1, 2, 4, 8], [1, 1, 0, 1]), Undefined),
        (lambda: Limit.fit([1, 2, 4, 8], [1, 2, 3]), InvalidInput),
        (lambda: surviving_modes(crystal(1), {}), InvalidInput),
        (lambda: surviving_modes(crystal(1), [spin(1).z]), WrongType),
        (lambda: surviving_modes(ph.zoo.hubbard(2, hopping=1)), InvalidInput),
        (lambda: is_time_crystal(crystal, "4689"), InvalidInput),
        (lambda: is_time_crystal(crystal, np.array(4)), InvalidInput),
        (lambda: PowerLaw.fit([1, 2, 4, 8], ["a", "b", "c", "d"]), InvalidInput),
        (lambda: PowerLaw.fit([1, 2, 4, 8], [[1], [2, 3], 1, 1]), InvalidInput),
        (lambda: PowerLaw.fit(5, [1, 2, 4, 8]), InvalidInput),
        (lambda: PowerLaw.fit([1, 2, 4, 8], 5), InvalidInput),
        (lambda: Limit.fit([1, 2, 4, 8], [1j, 1, 1, 1]), InvalidInput),
        (lambda: LAW("x"), InvalidInput),
        (lambda: LAW([1.0, -1.0]), InvalidInput),
        (lambda: LAW(0), InvalidInput),
        (lambda: surviving_modes(crystal(1), {"s": spin(1).z}).relation("s", "x"), InvalidInput),
        (lambda: surviving_modes(crystal(1), {"s": spin(1).z}).phases("x"), InvalidInput),
        (lambda: surviving_modes(crystal(1), {"s": spin(1).z}).phases(0.5), InvalidInput),
        (lambda: surviving_modes(crystal(1), {"s": spin(1).z}).phases(99), Undefined),
    ],
)
def test_mistakes(call, error):
    with pytest.raises(error) as told:
        call()
    assert told.value.remedy
