"""The noisy Adler equation: closed forms, three routes that agree, limits, Monte Carlo, and mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import iv

from photinus import entrainment
from photinus.entrainment.stationary import by_lags, by_modes
from photinus.errors import InvalidInput, WrongType

# v = D sinh(πν)/(π I_{iν}I_{−iν}) and ⟨e^{iφ}⟩ = I_{1−iν}/I_{−iν} with Bessel functions of complex order to 40 digits.
BESSEL = [
    ((0.5, 1.0, 0.3), 0.0736704323110587, 0.62565755650959 + 0.42632956768894j),
    ((0.9, 1.0, 0.05), 0.10760261544272, 0.31265541228797 + 0.79239738455728j),
    ((1.5, 1.0, 0.1), 1.1244248923183, 0.038185037035494 + 0.3755751076817j),
    ((0.2, 0.1, 2.0), 0.199752665732806, 0.024744991541515 + 0.0024733426719421j),
    ((0.3, 1.0, 0.02), 1.10568293183995e-25, 0.94286113198894 + 0.3j),
    ((-1.0, 1.0, 0.01), -0.171367631404244, 0.096944740173034 - 0.82863236859576j),
]
RATES = st.floats(-3, 3).map(lambda x: 10.0**x)


@pytest.mark.parametrize(("parameters", "drift", "moment"), BESSEL)
def test_bessel_functions_of_imaginary_order(parameters, drift, moment):
    equation = entrainment.adler(*parameters)
    assert entrainment.adler_drift(*parameters) == pytest.approx(drift, rel=2e-12)
    assert equation.drift == pytest.approx(drift, rel=2e-12)
    assert complex(entrainment.adler_coherence(*parameters)) == pytest.approx(moment, rel=1e-12)
    assert equation.density.moment() == pytest.approx(moment, rel=1e-12)


@given(detuning=RATES, locking=RATES, noise=RATES, sign=st.sampled_from([1, -1]))
@example(detuning=124.09377607517196, locking=126.34629176544685, noise=0.1, sign=1)  # the peak is close to an end
@example(detuning=126.2, locking=126.34, noise=0.01, sign=-1)
@settings(max_examples=40, deadline=None)
def test_three_routes_agree(detuning, locking, noise, sign):
    harmonics = np.array([sign * detuning, 0.5j * locking])
    closed = float(entrainment.adler_drift(sign * detuning, locking, noise))
    modes = by_modes(harmonics, noise)
    scale = detuning + locking
    assert abs(modes.drift - closed) <= 1e-11 * scale
    assert abs(
        detuning * sign - locking * entrainment.adler_coherence(sign * detuning, locking, noise).imag - closed
    ) <= (1e-11 * scale)
    if scale < 1e3 * noise:
        lags = by_lags(harmonics, noise)
        assert lags.drift == pytest.approx(closed, rel=1e-9, abs=1e-300)
        assert abs(lags.diffusion - modes.diffusion) <= 1e-9 * (noise + scale**2 / noise)
        assert lags.diffusion >= 0
        assert lags.diffusion > 0 or 2 * locking > 600 * noise  # e^{−2Δ_c/D} underflows
    assert 0 <= sign * closed <= detuning * (1 + 1e-12)
    slipping = np.sqrt(max(0.0, detuning**2 - locking**2))
    assert sign * closed >= slipping * (1 - 1e-11)  # noise helps to slip


@given(scale=st.floats(-9, 9).map(lambda x: 10.0**x))
@settings(max_examples=10, deadline=None)
def test_units(scale):
    one, other = entrainment.adler(0.9, 1.0, 0.1), entrainment.adler(0.9 * scale, scale, 0.1 * scale)
    assert other.drift == pytest.approx(scale * one.drift, rel=1e-11)
    assert other.effective_diffusion == pytest.approx(scale * one.effective_diffusion, rel=1e-10)
    assert other.density.moment() == pytest.approx(one.density.moment(), rel=1e-11)
    assert other.beat_frequency == one.beat_frequency == 0
    assert other.slip_rates().forward[0] == pytest.approx(scale * one.slip_rates().forward[0], rel=1e-9)


def test_von_mises():
    density = entrainment.adler(0.0, 0.6, 0.2, phase=0.4).density
    expected = np.exp(3 * np.cos(density.phi - 0.4)) / (2 * np.pi * iv(0, 3))
    np.testing.assert_allclose(density.density, expected, rtol=1e-12)
    assert density.moment(2) == pytest.approx(iv(2, 3) / iv(0, 3) * np.exp(0.8j), rel=1e-12)


def test_limits():
    # weak noise: √(Δ² − Δ_c²), P ∝ 1/f; strong noise: Δ − ½Δ_c² Δ/(Δ² + D²); far from the tongue D_eff = D.
    sharp = entrainment.adler(1.25, 0.75)
    assert sharp.beat_frequency == pytest.approx(1.0, rel=1e-14) == sharp.drift
    np.testing.assert_allclose(sharp.density.density, 1 / sharp.velocity(sharp.density.phi) / (2 * np.pi), rtol=1e-11)
    assert entrainment.adler(1.25, 0.75, 1e-9).drift == pytest.approx(1.0, rel=1e-8)
    assert sharp.density.moment() == pytest.approx(entrainment.adler(1.25, 0.75, 1e-7).density.moment(), rel=1e-6)
    weak = entrainment.adler_drift(0.3, 1e-3, 2.0)
    assert 0.3 - weak == pytest.approx(0.5e-6 * 0.3 / (0.09 + 4), rel=1e-4)
    assert entrainment.adler(0.3, 0.0, 2.0).effective_diffusion == pytest.approx(2.0, rel=1e-12)
    np.testing.assert_allclose(entrainment.adler_drift([2.0, 0.5, -2.0], 1.0, 0.0), [3**0.5, 0, -(3**0.5)], rtol=1e-14)
    np.testing.assert_allclose(entrainment.adler_drift([1.0, 1.0], 1.0, [1e-9, 1e-40]), [7.954412780e-4, 0], rtol=1e-9)
    assert entrainment.adler_drift(0.2, 1.0, 1e-3) == 0.0  # e^{−1560}
    assert complex(entrainment.adler_coherence(0.5, 1.0, 0.0)) == pytest.approx(np.exp(1j * np.pi / 6))
    assert complex(entrainment.adler_coherence(2.0, 1.0, 0.0)) == pytest.approx(1j * (2 - 3**0.5))
    assert complex(entrainment.adler_coherence(0.0, 0.0, 0.0)) == 0


@pytest.mark.parametrize("detuning", [0.95, 1.0, 1.05])
def test_the_edge_of_the_tongue_with_weak_noise(detuning):
    # Both routes across the switch between them.
    edge = entrainment.adler(detuning, 1.0, 1e-4)
    assert edge.drift == pytest.approx(float(entrainment.adler_drift(detuning, 1.0, 1e-4)), rel=1e-9)
    tiny = entrainment.adler(detuning, 1.0, 1e-6)
    assert abs(tiny.drift - entrainment.adler_drift(detuning, 1.0, 1e-6)) <= 10 * tiny.drift_error
    # Diffusion is largest at the edge (Reimann et al. 2001: giant, by (Δ_c/D)^{2/3}).
    if detuning == 1.0:
        assert tiny.effective_diffusion / edge.effective_diffusion == pytest.approx(100 ** (-1 / 3), rel=1e-2)


def test_kramers():
    # Slips as Poisson processes: v = 2π(r₊ − r₋), D_eff = ½(2π)²(r₊ + r₋); corrections of order D/ΔU.
    for noise, tolerance in ((0.1, 0.1), (0.02, 0.02)):
        equation = entrainment.adler(0.05, 1.0, noise)
        slips = equation.slip_rates()
        assert slips.trustworthy
        assert 2 * np.pi * (slips.forward - slips.backward)[0] == pytest.approx(equation.drift, rel=tolerance)
        poisson = 2 * np.pi**2 * (slips.forward + slips.backward)[0]
        assert poisson == pytest.approx(equation.effective_diffusion, rel=tolerance)
        assert slips.forward[0] / slips.backward[0] == pytest.approx(np.exp(2 * np.pi * 0.05 / noise), rel=1e-9)
    assert not entrainment.adler(0.5, 1.0, 0.5).slip_rates().trustworthy
    assert entrainment.adler(0.5, 1.0).slip_rates().forward[0] == 0


def test_squeezing_has_two_wells():
    # φ → 2φ turns order 2 into order 1 at (2Δ, 2Δ_c, 4D).
    double, single = entrainment.adler(0.1, 0.3, 0.05, order=2, phase=0.2), entrainment.adler(0.2, 0.6, 0.2)
    assert double.drift == pytest.approx(single.drift / 2, rel=1e-12)
    assert double.effective_diffusion == pytest.approx(single.effective_diffusion / 4, rel=1e-12)
    assert double.density.moment(2) == pytest.approx(single.density.moment() * np.exp(0.4j), rel=1e-12)
    assert double.density.moment(1) == 0
    assert len(double.stable) == 2
    assert np.diff(double.stable)[0] == pytest.approx(np.pi)
    assert len(double.slip_rates().forward) == 2
    assert double.locking_range == pytest.approx((-0.3, 0.3))
    assert entrainment.adler(1.25, 0.75, order=3).beat_frequency == pytest.approx(1.0)
    assert entrainment.adler(1.25, 0.75, order=3).density.moment(3) == pytest.approx(1j * (1.25 - 1) / 0.75)


def test_monte_carlo():
    # Heun's steps are of weak order 2 for additive noise.
    detuning, locking, noise, step, count = 0.8, 1.0, 0.25, 0.02, 4000
    rng = np.random.default_rng(11)
    phi = np.zeros(count)
    marks = []
    for k in range(1, 3001):
        kick = np.sqrt(2 * noise * step) * rng.normal(size=count)
        first = detuning - locking * np.sin(phi)
        phi = phi + 0.5 * step * (first + detuning - locking * np.sin(phi + step * first + kick)) + kick
        if k in (1000, 3000):
            marks.append(phi)
    equation, duration = entrainment.adler(detuning, locking, noise), 40.0
    rates = (marks[1] - marks[0]) / duration
    assert abs(rates.mean() - equation.drift) < 4 * rates.std() / np.sqrt(count)
    spread = np.var(marks[1] - marks[0]) / (2 * duration)
    # The two ends of the record add a constant to the variance, of the order of the width of the well.
    assert abs(spread - equation.effective_diffusion) < 4 * spread * np.sqrt(2 / count) + 1 / (2 * duration)
    moments = np.exp(1j * marks[1])
    error = moments.std() / np.sqrt(count)
    assert abs(moments.mean() - equation.density.moment()) < 4 * error


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: entrainment.adler(0.1, -0.3),
        lambda: entrainment.adler(0.1, 0.3, -1e-9),
        lambda: entrainment.adler(np.nan, 0.3),
        lambda: entrainment.adler(0.1, 0.3, order=0),
        lambda: entrainment.adler(0.1, 0.3, order=1.5),
        lambda: entrainment.adler_drift([0.1, 0.2], [0.3, 0.3, 0.3], 0.1),
        lambda: entrainment.adler_drift(0.1, 0.3, -1),
        lambda: entrainment.adler_coherence(np.inf, 0.3, 0.1),
    ],
)
def test_mistakes(wrong):
    with pytest.raises(InvalidInput):
        wrong()


def test_a_phase_equation_of_words():
    with pytest.raises(WrongType):
        entrainment.PhaseEquation("abc")
