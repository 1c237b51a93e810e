"""Zoo of large spins: thresholds of their mean fields in closed form, and crystals that seed each other."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.collective import surviving_modes
from photinus.errors import InvalidInput

LENGTH = 40


def growth(model: ph.Model, rest: dict) -> float:
    """The largest real part of the eigenvalues of a fixed point of the mean field."""
    points = ph.mean_field(model, large_spins=True).fixed_points()
    distance = [max(float(np.abs(np.subtract(p.values[name], rest[name])).max()) for name in rest) for p in points]
    return float(np.real(points[int(np.argmin(distance))].eigenvalues).max())


@pytest.mark.parametrize(("share", "grows"), [(0.97, False), (1.03, True)])
def test_threshold_of_the_magnet(share, grows):
    """⟨S_z⟩ = −S is unstable for 2λh > h² + κ² (Morrison, Parkins 2008, in our units)."""
    field, decay = 0.4, 0.5
    critical = (field**2 + decay**2) / (2 * field)
    model = ph.zoo.lipkin_meshkov_glick(length=LENGTH, coupling=share * critical, field=field, decay=decay)
    assert (growth(model, {"s": [0, 0, -LENGTH]}) > 1e-6) is grows


@pytest.mark.parametrize(("share", "grows"), [(0.97, False), (1.03, True)])
def test_threshold_of_superradiance(share, grows):
    """λ_c = ½√(ω_a(ω_c² + κ²/4)/ω_c) (Dimer and others 2007, whose κ is half of ours)."""
    atom, cavity, loss = 0.8, 1.3, 0.6
    critical = 0.5 * np.sqrt(atom * (cavity**2 + loss**2 / 4) / cavity)
    model = ph.zoo.dicke(
        length=LENGTH, coupling=share * critical, cavity_loss=loss, atom_frequency=atom, cavity_frequency=cavity
    )
    assert (growth(model, {"s": [0, 0, -LENGTH], "c": 0}) > 1e-6) is grows


def test_the_magnet_is_one_of_all_pairs():
    """S_x² = N/4 + ½Σ_{i≠j} σ_xⁱσ_xʲ/2: three spins ½, symmetric, in the full space."""
    spins = [ph.spin(f"s{k}", 0.5) for k in range(3)]
    first, *others = spins
    x, z = (sum((getattr(s, name) for s in others), start=getattr(first, name)) for name in ("x", "z"))
    minus = sum((s.minus for s in others), start=first.minus)
    full = ph.Model(0.4 * z - 0.9 / 1.5 * x**2, [ph.Jump(0.5 / 1.5, minus)])
    start = ph.states.from_ket(dict.fromkeys(spins, 2), np.eye(8)[0])
    times = [0.0, 1.0, 3.0]
    expected = ph.evolve(full, start, times, observe={"z": z}).observed["z"]
    model = ph.zoo.lipkin_meshkov_glick(length=1.5, coupling=0.9, field=0.4, decay=0.5)
    s = ph.spin("s", 1.5)
    found = ph.evolve(model, ph.states.from_ket({s: 4}, np.eye(4)[0]), times, observe={"z": s.z}).observed["z"]
    np.testing.assert_allclose(found, expected, atol=1e-8)


def late_motion(**coupling: float) -> tuple[np.ndarray, np.ndarray]:
    """S_z/S of a crystal and of a spin whose drive is too weak, after 200/ω₀."""
    model = ph.zoo.coupled_time_crystals(length=LENGTH, drives=[1.0, 0.4], decay=0.5, **coupling)
    start = {name: [0.01, 0, LENGTH * 0.9999] for name in ("s1", "s2")}
    motion = ph.mean_field(model, large_spins=True).evolve(start, np.linspace(0, 300, 1501))
    one, other = (motion.values[name][1000:, 2] / LENGTH for name in ("s1", "s2"))
    return one, other


def beats(x: np.ndarray) -> int:
    """The strongest frequency, in turns over the record."""
    return int(np.abs(np.fft.rfft((x - x.mean()) * np.hanning(len(x)))).argmax())


@pytest.mark.parametrize("coupling", [{"coherent": 0.05}, {"shared_decay": 0.05}])
def test_a_crystal_seeds_a_spin_that_rests(coupling):
    """Hajdušek and others 2022: for coherent and for dissipative coupling, at the seed's frequency."""
    seed, seeded = late_motion(**coupling)
    assert np.ptp(seed) > 1.5
    assert np.ptp(seeded) > 0.01
    assert beats(seeded) == beats(seed) > 5


def test_alone_it_rests():
    seed, rest = late_motion()
    assert np.ptp(seed) > 1.99
    assert np.ptp(rest) < 1e-6
    assert rest.mean() == pytest.approx(-np.sqrt(1 - 0.4**2 / 0.5**2), abs=1e-3)


def test_the_seed_is_in_the_exact_modes():
    """The slowest oscillation is seen at both sites where they are coupled, at one where they are not."""
    s, t = ph.spin("s1", 2), ph.spin("s2", 2)
    for coherent in (0.0, 0.1):
        model = ph.zoo.coupled_time_crystals(length=2, drives=[1.0, 0.4], decay=0.5, coherent=coherent)
        found = surviving_modes(model, {"s": s.z, "t": t.z}, count=12)
        assert bool(abs(found.amplitudes[0][1]) > 0.01) is bool(coherent)


def test_two_equal_crystals_share_a_loss():
    """D[S₋ + T₋] of two equal spins ½ leaves the singlet alone: with no loss of their own the state is not unique."""
    model = ph.zoo.coupled_time_crystals(length=0.5, drives=[1.0, 1.0], decay=0.0, shared_decay=0.3)
    assert len(ph.eigenmodes(model, count=16).stationary) == 2
    assert model.references == ("Iemini2018", "Hajdusek2022")


@pytest.mark.parametrize(
    "call",
    [
        lambda: ph.zoo.coupled_time_crystals(length=2, drives=[1.0]),
        lambda: ph.zoo.coupled_time_crystals(length=2, drives=1.0),
        lambda: ph.zoo.coupled_time_crystals(length=2, drives=[1.0, "x"]),
        lambda: ph.zoo.coupled_time_crystals(length=2, drives=[1, 2], names=["a", "a"]),
        lambda: ph.zoo.coupled_time_crystals(length=1.2, drives=[1, 2]),
        lambda: ph.zoo.coupled_time_crystals(length=2, drives=[1, 2], shared_decay=-1),
        lambda: ph.zoo.lipkin_meshkov_glick(length=1, coupling=float("inf")),
        lambda: ph.zoo.lipkin_meshkov_glick(length=1, coupling=1, decay=-1),
        lambda: ph.zoo.dicke(length=0, coupling=1, cavity_loss=1),
        lambda: ph.zoo.dicke(length=1, coupling=1, cavity_loss=-1),
    ],
)
def test_mistakes(call):
    with pytest.raises(InvalidInput) as told:
        call()
    assert told.value.remedy
