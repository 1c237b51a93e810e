"""Linewidths, Allan deviations, ticking clocks, locked clocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph

M = ph.metrology
A, B = ph.oscillator("a"), ph.oscillator("b")


def test_the_line_below_threshold() -> None:
    """HWHM = (κ − P)/2 (Schawlow and Townes 1958), of the ladder and of the model's eigenmode."""
    line = M.laser_line(M.LinearGain(0.5), 1.0)
    assert line.diffusion == pytest.approx(0.25, abs=1e-10)
    model = ph.Model(0.3 * A.dag() * A, [ph.Jump(0.5, A.dag()), ph.Jump(1.0, A)])
    clock = M.oscillator_clock(model, "a")
    assert clock.linewidth == pytest.approx(0.5, abs=1e-6)
    assert clock.frequency == pytest.approx(0.3, abs=1e-9)  # ⟨a⟩ ~ e^{−iωt}
    path = ph.evolve(model, ph.states.coherent({"a": 0.5}), [0.0, 1.0], observe={"a": A}).observed["a"]
    assert path[1] / path[0] == pytest.approx(np.exp(-clock.diffusion - 1j * clock.frequency), abs=1e-5)


def test_lines_above_threshold_tell_two_gains_apart() -> None:
    """A = 4, κ = 1, n_s = 50: (1 + (κ/A)²)/2 = 0.531 and (A + κ)/2κ = 2.5, approached as 1/n_s; 1.1 at A = 1.2."""
    for saturation, within in ((50, 0.012), (5000, 2e-4)):
        jump, scully = (M.laser_line(kind(4.0, saturation), 1.0) for kind in (M.SaturatedJump, M.ScullyLamb))
        assert jump.photons == pytest.approx(scully.photons, rel=1e-12)
        assert jump.excess == pytest.approx(0.53125, rel=within)
        assert scully.excess == pytest.approx(2.5, rel=within)
    assert M.laser_line(M.ScullyLamb(1.2, 50_000), 1.0).excess == pytest.approx(1.1, abs=1e-3)


def test_the_ladder_is_the_first_order_of_the_model() -> None:
    line = M.laser_line(M.SaturatedJump(1.5, 10), 1.0)
    clock = M.oscillator_clock(ph.zoo.laser(gain=1.5, saturation=10), "a", cutoff=ph.Fixed(70))
    assert line.linewidth == pytest.approx(clock.linewidth, rel=1e-8)


def test_a_gain_that_never_saturates_has_no_line() -> None:
    with pytest.raises(ph.errors.NoSteadyState):
        M.laser_line(M.LinearGain(1.0), 1.0)
    with pytest.raises(ph.errors.WrongType):
        M.laser_line(4.0, 1.0)
    with pytest.raises(ph.errors.InvalidInput):
        M.ScullyLamb(1.0, 0.0)


@given(st.floats(0.01, 5.0), st.floats(0.0, 0.5), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_two_noises_are_told_apart(diffusion: float, readout: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    interval, omega = 0.5, 3.0
    steps = rng.normal(size=(40, 2048)) * np.sqrt(2 * diffusion * interval)
    phases = np.cumsum(steps, axis=1) + rng.normal(size=(40, 2048)) * np.sqrt(readout)
    found = M.allan_deviation(phases, interval, carrier=omega)
    expected = M.allan_of_noise(found.times, diffusion=diffusion, readout_variance=readout, carrier=omega)
    assert np.all(np.abs(found.deviation - expected) < 6 * found.error)
    assert found.diffusion == pytest.approx(diffusion, rel=0.1, abs=0.02 * readout)
    assert found.readout_variance == pytest.approx(readout, rel=0.1, abs=0.1 * diffusion)


def test_names_of_noise() -> None:
    rng = np.random.default_rng(5)
    white = M.allan_deviation(rng.normal(size=(10, 1024)), 1.0)
    assert set(white.noise[:6]) == {"white phase"}
    assert white.readout_variance == pytest.approx(1.0, rel=0.05)
    assert np.log(white.deviation[3] / white.deviation[0]) / np.log(8) == pytest.approx(-1, abs=0.03)
    assert white.to_xarray()["allan_deviation"].shape == white.times.shape
    quiet = M.allan_deviation(np.arange(100.0), 1.0)
    assert quiet.deviation == pytest.approx(0, abs=1e-12)
    assert quiet.floor == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("phases", "interval", "options"),
    [([1.0, 2.0], 1.0, {}), (np.zeros(9), 0.0, {}), (np.zeros(9), 1.0, {"factors": [5]}), ([0, np.nan, 1], 1.0, {})],
)
def test_records_that_cannot_be_judged(phases: object, interval: float, options: dict) -> None:
    with pytest.raises(ph.errors.InvalidInput):
        M.allan_deviation(phases, interval, **options)


def test_a_ladder_clock() -> None:
    """σ·noise/current² = (𝒜/N) coth(𝒜/2N) = 2.23443063 at N = 5, 𝒜 = 6 (Barato and Seifert 2015)."""
    clock = M.ticking_clock(M.ladder_clock(5, rate=1.0, affinity=6.0), {"tick": 1})
    assert clock.entropy_per_tick == pytest.approx(6.0, rel=1e-10)
    assert clock.entropy_per_tick / clock.accuracy == pytest.approx(2.23443063, abs=1e-8)
    assert clock.accuracy == pytest.approx(5 * np.tanh(0.6), rel=1e-10)
    expected = 1 / np.sqrt(clock.accuracy * clock.resolution * 100.0)
    assert clock.allan_deviation([100.0]) == pytest.approx([expected])


@given(st.integers(3, 8), st.floats(0.5, 30.0), st.floats(0.01, 100.0))
@settings(max_examples=25, deadline=None)
def test_classical_clocks_pay_for_their_accuracy(levels: int, affinity: float, rate: float) -> None:
    clock = M.ticking_clock(M.ladder_clock(levels, rate=rate, affinity=affinity), {"tick": 1})
    assert clock.accuracy <= clock.bound * (1 + 1e-9)
    assert clock.accuracy == pytest.approx(levels * np.tanh(affinity / (2 * levels)), rel=1e-7)


def test_a_clock_without_return_and_one_at_rest() -> None:
    perfect = M.ticking_clock(M.ladder_clock(4, rate=2.0, affinity=np.inf), {"tick": 1})
    assert perfect.accuracy == pytest.approx(4.0, rel=1e-9)
    assert perfect.accuracy_of_one_tick == pytest.approx(4.0, rel=1e-8)
    assert perfect.entropy_per_tick == np.inf
    with pytest.raises(ph.errors.Undefined, match="does not tick"):
        M.ticking_clock(M.ladder_clock(4, rate=2.0, affinity=0.0), {"tick": 1})
    with pytest.raises(ph.errors.InvalidInput):
        M.ladder_clock(2, rate=1.0, affinity=1.0)
    with pytest.raises(ph.errors.InvalidInput):
        M.ladder_clock(4, rate=1.0, affinity=-1.0)


def van_der_pol(name: str, gain: float = 1.0) -> ph.Model:
    a = ph.oscillator(name)
    return ph.Model(jumps=[ph.Jump(gain, a.dag(), 0.1 * gain), ph.Jump(0.5, a**2, 0.05)])


def test_locking_averages_two_clocks_and_does_not_beat_the_average() -> None:
    alone = van_der_pol("a"), van_der_pol("b")
    pair = alone[0] + alone[1] + ph.Model(jumps=[ph.Jump(2.0, A - B, 0.2)])
    found = M.locked_clocks(pair, alone, ("a", "b"), cutoff=ph.Fixed(12))
    assert found.gain_over_best == pytest.approx(2 * found.gain_over_average, rel=1e-9)  # equal clocks
    assert found.gain_over_best > 1
    assert np.isfinite(found.extra_entropy)
    assert "gain" in repr(found)
    apart = alone[0] + alone[1]
    same = M.locked_clocks(apart, alone, ("a", "b"), cutoff=ph.Fixed(12))
    assert same.gain_over_best == pytest.approx(1.0, rel=1e-6)
    assert same.extra_entropy == pytest.approx(0.0, abs=1e-6)


def test_mistakes_of_clocks() -> None:
    driven = ph.zoo.van_der_pol(gain=1, two_photon_loss=1, drive=0.3)
    with pytest.raises(ph.errors.Undefined, match="does not diffuse"):
        M.oscillator_clock(driven, "a")
    with pytest.raises(ph.errors.UnknownSite):
        M.oscillator_clock(driven, "b")
    with pytest.raises(ph.errors.InvalidInput):
        M.oscillator_clock(M.ladder_clock(3, rate=1, affinity=1.0), "clock")
    with pytest.raises(ph.errors.WrongType):
        M.locked_clocks(driven, driven, ("a", "b"))
    with pytest.raises(ph.errors.InvalidInput, match="number of sites is 1"):
        M.locked_clocks(driven, (driven, driven), ("a",))


def test_folded_and_complex_phases_are_refused() -> None:
    phases = np.cumsum(np.random.default_rng(2).normal(0, 0.3, 2048))
    folded = np.angle(np.exp(1j * phases))
    with pytest.raises(ph.errors.InvalidInput, match="folded into one turn"):
        M.allan_deviation(folded, 1.0)
    with pytest.raises(ph.errors.InvalidInput, match="complex"):
        M.allan_deviation(np.exp(1j * phases), 1.0)
    whole, mended = (M.allan_deviation(x, 1.0).deviation for x in (phases, np.unwrap(folded)))
    np.testing.assert_allclose(mended, whole, rtol=1e-9)
