"""Locking of two cycles of an oscillator to m of its drive, against periodic orbits of the driven equations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

import photinus as ph
from photinus import entrainment
from photinus.errors import InvalidInput, Undefined
from photinus.solve.classical import Flow, make_flow

a = ph.oscillator("a")
CLOCK = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.05) + ph.Model(2.0 * a.dag() * a)
LOPSIDED = CLOCK + ph.Model(0.01 * (a + a.dag()) ** 3)  # its cycle has all harmonics
MIRRORED = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.05) + ph.Model(-2.0 * a.dag() * a - 0.01 * (a + a.dag()) ** 3)
FORCE, MIXED = np.exp(0.3j) * (a + a.dag()), 1j * (a.dag() + 0.3 * a.dag() ** 2)


def edges(flow: Flow, drive: ph.Operator, m: int, near: float, radius: float) -> tuple[float, float]:
    """The lowest and the highest frequency ν at which an orbit closes after m cycles of the drive, two of its own."""
    cosine, sine = (make_flow(ph.Model(part), False) for part in (drive + drive.dag(), 1j * (drive.dag() - drive)))

    def gap(unknowns: np.ndarray, angle: float) -> np.ndarray:
        r, nu = unknowns
        start = r * np.array([np.cos(angle), np.sin(angle)])

        def velocity(t: float, y: np.ndarray) -> np.ndarray:
            return flow(y) + cosine(y) * np.cos(nu * t) + sine(y) * np.sin(nu * t)

        found = solve_ivp(velocity, (0, 2 * np.pi * m / nu), start, rtol=1e-8, atol=1e-10, method="DOP853")
        return found.y[:, -1] - start

    seen, guess = [], np.array([radius, near])
    for angle in np.linspace(0, 2 * np.pi, 8 * m + 1)[:-1]:
        guess = fsolve(gap, guess, args=(angle,), xtol=1e-9)
        seen.append(guess[1])
    fine = np.fft.irfft(np.fft.rfft(seen), 512) * (512 / len(seen))
    return float(fine.min()), float(fine.max())


@pytest.mark.parametrize(("model", "drive", "m"), [(CLOCK, MIXED, 3), (LOPSIDED, FORCE, 1)])
def test_two_cycles_lock_to_an_odd_number_of_the_drive(model, drive, m):
    found = entrainment.phase_reduction(model)
    free, strength = abs(found.frequency), 0.1
    nu = 0.5 * m * free
    equation = found.driven(strength * drive, nu, order=(m, 2))
    # Of order ε², and periodic in mψ: the harmonics in between vanish.
    weaker = found.driven(0.1 * strength * drive, nu, order=(m, 2))
    np.testing.assert_allclose(weaker.harmonics, 0.01 * equation.harmonics, atol=1e-12)
    assert not equation.harmonics[1:m].any()
    # dψ/dt = 2ν/m − ω₀ + shift + …, as α turns like e^{−iω₀t}.
    low, high = equation.locking_range
    shift = equation.harmonics[0].real
    lowest, highest = edges(found.flow, strength * drive, m, nu, abs(found.values["a"]).mean())
    width = 0.5 * m * (high - low)
    assert highest - lowest == pytest.approx(width, rel=0.02)
    assert 0.5 * (lowest + highest) == pytest.approx(nu - 0.5 * m * shift, abs=0.12 * width)


def test_an_oscillator_that_turns_the_other_way():
    # Its mirror image, α → α*, has the same equation with ψ → −ψ.
    there = entrainment.phase_reduction(LOPSIDED)
    back = entrainment.phase_reduction(MIRRORED)
    one = there.driven(0.2 * FORCE, 1.0, order=(1, 2))
    other = back.driven(-0.2 * FORCE, 1.0, order=(1, 2))
    assert back.frequency == pytest.approx(-there.frequency)
    assert other.detuning == pytest.approx(-one.detuning)
    assert other.locking_range == pytest.approx(tuple(-edge for edge in one.locking_range[::-1]))


def test_what_has_no_second_order():
    found = entrainment.phase_reduction(CLOCK)
    plain = found.driven(0.2j * a.dag(), 3.0, order=(3, 2))  # a circular cycle and one harmonic: a shift alone
    assert plain.locking_range == (0.0, 0.0)
    assert found.driven(0.2j * a.dag(), 2.0, order=(2, 1)).locking_range == (0.0, 0.0)
    with pytest.raises(Undefined, match="acts in first order"):
        found.driven(0.2j * a.dag(), 4.0, order=(3, 2))
    for order in ((2, 2), (1, 3), (0, 1), (1.5, 2), "12"):
        with pytest.raises(InvalidInput, match="order of the locking"):
            found.driven(0.2j * a.dag(), 3.0, order=order)
    with pytest.raises(InvalidInput, match="frame in which both turn"):
        entrainment.phase_reduction(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.05)).driven(a, 3.0, order=(3, 2))
