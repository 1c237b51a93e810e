"""Limit cycles and bifurcations of the mean field."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import jv

import photinus as ph
from photinus.errors import InvalidInput, Undefined, WrongType
from photinus.solve import limit_cycle
from photinus.solve.bifurcation import bifurcations
from photinus.solve.limit_cycle import NoLimitCycle, propagated

A, B = ph.oscillator("a"), ph.oscillator("b")


def van_der_pol(**parameters: float):
    return ph.mean_field(ph.zoo.van_der_pol(**({"gain": 1.0, "two_photon_loss": 0.1} | parameters)))


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_the_ring_of_the_van_der_pol_oscillator(unit: float) -> None:
    # |α|² = (k1 − g)/2k2; small deviations of |α| fall like e^{−(k1 − g)t} (so their variance in reference B82, where
    # g = 0, like e^{−2k1 t}); the Kerr term turns at 2K|α|², the frame at −Δ.
    field = van_der_pol(gain=unit, two_photon_loss=0.1 * unit, loss=0.2 * unit, kerr=0.03 * unit, detuning=0.1 * unit)
    cycle = field.limit_cycle()
    assert abs(cycle.radius["a"] ** 2 - 4) < 1e-9
    assert np.allclose(cycle.exponents, [-0.8 * unit], rtol=1e-9)
    assert abs(cycle.frequency / unit - (2 * 0.03 * 4 - 0.1)) < 1e-9
    assert cycle.period == 2 * np.pi / abs(cycle.frequency)
    assert cycle.stable
    assert np.allclose(cycle.multipliers, np.exp(-0.8 * unit * cycle.period))


def test_cycles_and_bifurcations_convert() -> None:
    cycle = van_der_pol(kerr=0.05, detuning=0.2).limit_cycle()
    table = cycle.to_xarray()
    assert table["a"].dims == ("turn",)
    assert table.attrs["frequency"] == cycle.frequency
    assert abs(complex(table["a"].sel(turn=0.5)) + complex(table["a"][0])) < 1e-9  # half a turn later, the other side
    found = bifurcations(
        ph.zoo.van_der_pol, {"gain": 1, "two_photon_loss": 0.1, "drive": 0.1}, "detuning", (0.01, 0.1), points=5
    )
    table = found.to_xarray()
    assert table["value"].values.tolist() == [point.value for point in found]
    assert table["kind"].values.tolist() == ["SNIC"]
    assert table.attrs["parameter"] == "detuning"


def test_the_ring_is_a_solution() -> None:
    field = van_der_pol(kerr=0.05, detuning=0.2)
    cycle = field.limit_cycle()
    times = np.linspace(0, cycle.period, 129)
    motion = field.evolve({"a": cycle.values["a"][0]}, times)
    assert np.abs(motion.values["a"] - cycle.values["a"]).max() < 1e-6
    # its multipliers, by the variational equations
    y = np.array([cycle.values["a"][0].real, cycle.values["a"][0].imag])
    _, derivative, _ = propagated(field.flow, y, cycle.period)
    found = np.sort(np.abs(np.linalg.eigvals(derivative)))
    assert np.allclose(found, [cycle.multipliers[0].real, 1], atol=1e-7)


def test_several_rings() -> None:
    # ṙ = f(r²)r; f from g D[a], u D[a†²], c D[a³]: −g/2 + u(n + 2) − (3/2)c n².
    g, u, c = 6.0, 1.0, 0.05
    model = ph.Model(0.3 * A.dag() * A, [ph.Jump(g, A), ph.Jump(u, A.dag() ** 2), ph.Jump(c, A**3)])
    cycles = ph.mean_field(model).limit_cycles()
    roots = np.sort(np.roots([-1.5 * c, u, 2 * u - g / 2]))
    assert [cycle.stable for cycle in cycles] == [True, False]
    assert np.allclose([cycle.radius["a"] ** 2 for cycle in cycles], roots[::-1], rtol=1e-12)
    slopes = [2 * n * (u - 3 * c * n) for n in roots[::-1]]
    assert np.allclose([cycle.exponents[0].real for cycle in cycles], slopes, rtol=1e-9)
    assert all(abs(cycle.frequency - 0.3) < 1e-12 for cycle in cycles)
    assert "stable limit cycle (ring)" in repr(cycles[0])


def test_two_attracting_rings_must_be_told_apart() -> None:
    # −g/2 + … with four powers of n: attracting at two radii.
    roots = np.array([1.0, 3.0, 6.0])  # f(n) = −k(n − 1)(n − 3)(n − 6): up, down, up; attracting at 1 and 6
    k = 0.01
    c3, c2, c1, c0 = -k * np.poly(roots)
    # gains and losses: D[a†]: +½, D[a²]: −n, D[a†²]: n + 2, D[a³]: −(3/2)n², D[a†³]: (3/2)(n² + 6n + 6), D[a⁴]: −2n³
    jumps = [ph.Jump(-c3 / 2, A**4), ph.Jump(c2 / 1.5, A.dag() ** 3)]
    linear = c1 - 6 * c2
    constant = c0 - 6 * c2
    jumps.append(ph.Jump(-linear, A**2) if linear < 0 else ph.Jump(linear, A.dag() ** 2))
    constant -= 2 * max(linear, 0)
    jumps.append(ph.Jump(2 * constant, A.dag()) if constant > 0 else ph.Jump(-2 * constant, A))
    field = ph.mean_field(ph.Model(0, jumps))
    assert np.allclose([c.radius["a"] ** 2 for c in field.limit_cycles()], [1, 6, 3], rtol=1e-8)
    with pytest.raises(Undefined, match=r"2 limit cycles attract, of the radii 1, 2\.4495"):
        field.limit_cycle()
    assert abs(field.limit_cycle(near=2.0).radius["a"] ** 2 - 6) < 1e-7


def test_a_pair_revolves_at_its_mean_frequency() -> None:
    model = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=0.1, dissipative=0.2, detuning=[0.9, 1.0])
    cycle = ph.mean_field(model).limit_cycle()
    assert abs(cycle.frequency - 0.95) < 1e-9
    # across the ring: phase difference −√(V² − Δ²), and two amplitudes
    assert abs(cycle.exponents[0].real + np.sqrt(0.2**2 - 0.1**2)) < 1e-9
    assert len(cycle.exponents) == 3


def test_the_cycle_beside_the_tongue() -> None:
    field = van_der_pol(detuning=0.3, drive=0.3)
    cycle = field.limit_cycle()
    assert not cycle.ring
    assert cycle.residual < 1e-8
    motion = field.evolve({"a": cycle.values["a"][0]}, np.linspace(0, cycle.period, 129))
    assert np.abs(motion.values["a"] - cycle.values["a"]).max() < 1e-5
    # Liouville's formula: the exponent is the mean of tr J = κ1 − 4κ2|α|².
    mean = (1 - 0.4 * np.abs(cycle.values["a"][:-1]) ** 2).mean()
    assert abs(cycle.exponents[0].real - mean) < 1e-6
    assert abs(cycle.multipliers[0] - np.exp(mean * cycle.period)) < 1e-8


@pytest.mark.parametrize("ratio", [1.5, 2.0])
def test_the_beat_beside_the_tongue(ratio: float) -> None:
    # Reference C21 and B20: beat √(d² − (F/r)²) in the limit of weak drives, here F/r = 0.01 and d = 2 (or 1.5) of it.
    field = van_der_pol(detuning=0.01 * ratio, drive=0.01 * np.sqrt(5))
    beat = field.limit_cycle().frequency
    assert abs(beat / (0.01 * np.sqrt(ratio**2 - 1)) - 1) < 3e-3


def test_a_repelling_cycle_of_a_plane() -> None:
    # Subcritical motion with a weak squeezing that breaks the symmetry: an attracting and a repelling cycle.
    model = ph.Model(1.0 * A.dag() * A + 0.02 * (A**2 + A.dag() ** 2),
                     [ph.Jump(6, A), ph.Jump(1, A.dag() ** 2), ph.Jump(0.15, A**3)])  # fmt: skip
    cycles = ph.mean_field(model).limit_cycles()
    assert [cycle.stable for cycle in cycles] == [True, False]
    assert abs(cycles[1].multipliers[0]) > 1 > abs(cycles[0].multipliers[0])


def test_optomechanics() -> None:
    # Reference B84: κ = 0.5, Ω = 1, Γ = 5e-3, g0 = 0.05, E = 1; Bessel balance of the sidebands, within 3 %.
    kappa, Gamma, g0, E = 0.5, 5e-3, 0.05, 1.0
    up, down = A.dag(), A
    H = -1.0 * up * down + B.dag() * B - g0 * up * down * (B + B.dag()) + E * (down + up)
    cycle = ph.mean_field(ph.Model(H, [ph.Jump(kappa, down), ph.Jump(Gamma, B)])).limit_cycle()
    b = cycle.values["b"][:-1]
    amplitude = np.sqrt((np.abs(b - b.mean()) ** 2).mean())
    Dl = 1.0 + 2 * g0 * b.mean().real
    n = np.arange(-40, 41)

    def balance(size: float) -> float:
        z = 2 * g0 * size
        sidebands = -1j * E * jv(n, -z) / (1j * n + kappa / 2 - 1j * Dl)
        force = (sidebands[1:].conj() * sidebands[:-1]).sum()
        return Gamma / 2 * size + g0 * force.imag

    sizes = np.linspace(5, 40, 141)
    values = np.array([balance(size) for size in sizes])
    crossing = sizes[np.flatnonzero(np.diff(np.sign(values)))]
    assert np.abs(crossing / amplitude - 1).min() < 0.03


def test_models_without_an_attracting_cycle() -> None:
    with pytest.raises(NoLimitCycle, match="no attracting limit cycle"):
        ph.mean_field(ph.Model(A.dag() * A, [ph.Jump(1, A)])).limit_cycle()
    with pytest.raises(NoLimitCycle):
        van_der_pol(drive=0.5).limit_cycle()
    apart = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=0.1, detuning=1.0)
    with pytest.raises(NoLimitCycle, match="tori"):
        ph.mean_field(apart).limit_cycle()
    with pytest.raises(InvalidInput, match="radius"):
        van_der_pol().limit_cycle(near=-1)


# --- bifurcations -----------------------------------------------------------------------------------------------------


def edge_of_the_tongue(force: float) -> float:
    """δ of the saddle-node at F: δ² = (1 − x)(3x − 1), F = x[δ² + (1 − x)²] (reference B20)."""
    # F = x(1 − x)(3x − 1) + x(1 − x)² = 2x²(1 − x); the locked branch has the larger x
    x = max(r.real for r in np.roots([-2.0, 2.0, 0.0, -force]) if abs(r.imag) < 1e-12 and r.real < 1)
    return float(np.sqrt((1 - x) * (3 * x - 1)))


def test_the_edge_of_the_tongue_is_a_saddle_node_on_the_cycle() -> None:
    drive = 0.1
    found = bifurcations(ph.zoo.van_der_pol, {"gain": 1, "two_photon_loss": 0.1, "drive": drive}, "detuning",
                         (0.01, 0.1), points=5)  # fmt: skip
    (edge,) = found
    assert edge.kind == "SNIC"
    assert abs(edge.value - edge_of_the_tongue(drive**2 / 1.25) / 2) < 1e-7
    assert "SNIC at 0.0447" in repr(found)


@pytest.mark.parametrize(("factor", "locked"), [(0.9999, True), (1.0001, False)])
def test_adler_in_the_limit_of_weak_drives(factor: float, locked: bool) -> None:
    # Reference B20: Dl_c/(Om√(2k2/k1)) → 1 to 1e-4.
    drive = 0.01
    assert bool(van_der_pol(drive=drive, detuning=factor * drive * np.sqrt(0.2)).fixed_points().stable) is locked


def test_hopf() -> None:
    at = {"gain": 1, "two_photon_loss": 0.1, "detuning": 0.75}
    for points in (9, 8):  # with 9 the bifurcation is one of the grid's values
        (hopf,) = bifurcations(ph.zoo.van_der_pol, at, "drive", (0.5, 2.0), points=points)
        assert hopf.kind == "Hopf"
        assert hopf.supercritical
        assert abs(hopf.value - 1.25) < 1e-9  # F = (δ² + 1/4)/2 = 1.25
        # x = 1/2: det J = δ² + (1 − x)(1 − 3x) in units of (κ1/2)²
        assert abs(hopf.frequency - 0.5 * np.sqrt(1.5**2 - 0.25)) < 1e-6


def test_pitchfork_of_squeezing() -> None:
    # α̇ = −¼α + 2ηα* − κ2|α|²α: the origin loses its stability at η = 1/8.
    (fork,) = bifurcations(ph.zoo.van_der_pol, {"gain": 0.5, "two_photon_loss": 0.1, "loss": 1.0}, "squeezing",
                           (0.01, 0.5), points=6)  # fmt: skip
    assert (fork.kind, fork.supercritical) == ("pitchfork", True)
    assert abs(fork.value - 0.125) < 1e-8


def test_two_edges_of_the_squeezing_tongue() -> None:
    # Reference B27: |Dl| = 2 eta; the two states meet the two saddles.
    found = bifurcations(ph.zoo.van_der_pol, {"gain": 1, "two_photon_loss": 0.1, "squeezing": 0.1}, "detuning",
                         (0.05, 0.4), points=5)  # fmt: skip
    assert [b.kind for b in found] == ["SNIC", "SNIC"]
    assert np.allclose([b.value for b in found], 0.2, atol=1e-7)
    assert len(found.of_kind("SNIC")) == 2


def test_locking_and_death_of_a_pair() -> None:
    # Reference B30: |Dl| = V; and, for V = 1.5, √(k1(2V − k1)) = 1.4142136.
    at = {"graph": 2, "gain": 1, "two_photon_loss": 0.1}
    (edge,) = bifurcations(ph.zoo.coupled_van_der_pol, at | {"dissipative": 0.1}, "detuning", (0.05, 0.15), points=4)
    assert edge.kind == "saddle-node"
    assert abs(edge.value - 0.1) < 1e-6
    (death,) = bifurcations(ph.zoo.coupled_van_der_pol, at | {"dissipative": 1.5}, "detuning", (1.2, 1.6), points=4)
    assert abs(death.value - 1.4142136) < 1e-5


def test_a_threshold_gives_birth_to_a_ring() -> None:
    def family(p: float) -> ph.Model:
        return ph.Model(0, [ph.Jump(1.0 + p, A.dag()), ph.Jump(1.0, A), ph.Jump(0.1, A**2)])

    (born,) = bifurcations(family, {}, "p", (-0.5, 0.6), points=4)
    assert born.kind == "pitchfork"  # a Hopf bifurcation in a frame that turns
    assert abs(born.value) < 1e-8


def test_transcritical() -> None:
    # H = i(a†²a − a†a²) + (i/2)(a†² − a²) gives α̇ = 2|α|² − α² + α*, so that, with gain and losses, the real line obeys
    # ẋ = (p/2)x + x² − 2x³ and the imaginary part decays: the origin exchanges its stability with x ≈ −p/2 at p = 0.
    def family(p: float) -> ph.Model:
        up = A.dag()
        pump = 1j * (up**2 * A - up * A**2)
        squeezed = 0.5j * (up**2 - A**2)
        return ph.Model(pump + squeezed, [ph.Jump(1.0 + p, up), ph.Jump(3.0, A), ph.Jump(2.0, A**2)])

    found = bifurcations(family, {}, "p", (-0.2, 0.2), points=4)
    assert [b.kind for b in found if abs(b.value) < 0.01] == ["transcritical"]
    assert min(abs(b.value) for b in found) < 1e-8


def test_mistakes_in_bifurcations() -> None:
    with pytest.raises(InvalidInput, match="from 1 to 0"):
        bifurcations(ph.zoo.van_der_pol, {"gain": 1, "two_photon_loss": 1}, "drive", (1, 0))
    with pytest.raises(WrongType, match="family"):
        bifurcations(None, {}, "drive", (0, 1))
    with pytest.raises(InvalidInput, match="points"):
        bifurcations(ph.zoo.van_der_pol, {"gain": 1, "two_photon_loss": 1}, "drive", (0, 1), points=1)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_a_ring_that_stands_still(unit: float) -> None:
    cycle = van_der_pol(gain=unit, two_photon_loss=0.1 * unit).limit_cycle()
    assert (cycle.stable, cycle.frequency, cycle.period) == (True, 0.0, np.inf)
    assert cycle.exponents == pytest.approx([-unit])
    assert cycle.multipliers == pytest.approx([0.0])


def test_a_return_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    slipping = van_der_pol(detuning=0.25, drive=0.3)
    cycle = slipping.limit_cycle()
    start = np.array([cycle.values["a"][0].real, cycle.values["a"][0].imag])
    assert limit_cycle.return_time(slipping.flow, start) == pytest.approx(cycle.period, rel=1e-3)
    monkeypatch.setattr(limit_cycle, "LABOUR", 50)
    assert np.isnan(limit_cycle.return_time(slipping.flow, start))
