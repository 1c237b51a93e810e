"""Predicted and corrected steps against solutions in closed form."""

import numpy as np
import pytest

from photinus.numerics.adams import MILNE, START, adams


def test_the_error_is_of_fourth_order_and_known_from_the_correction() -> None:
    """y' = (i − 0.3) y: the errors of a step add up to that of the end, 19/270 of the corrections."""
    rate, ends, told = 1j - 0.3, [], []
    for steps in (40, 80, 160, 320):
        y, predicted = adams(lambda x: rate * x, np.array([1.0 + 0j]), steps, 2 / steps)
        ends.append(abs(y[0] - np.exp(2 * rate)))
        told.append(MILNE * abs(y[0] - predicted[0]) * (steps - START))
    assert np.log2(np.array(ends[:-1]) / ends[1:]) == pytest.approx(4, abs=0.3)
    assert np.array(ends) / told == pytest.approx(1, abs=0.3)


def test_polynomials_of_fourth_degree_are_exact() -> None:
    """Seven steps of y' = 1, y_0' = 4 y_1³: exact for Runge and Kutta's steps and for both formulas behind them."""

    def velocity(x: np.ndarray) -> np.ndarray:
        return np.array([4 * x[1] ** 3, 1.0])

    y, predicted = adams(velocity, np.zeros(2), 7, 0.3)
    assert y == pytest.approx(np.array([2.1**4, 2.1]), rel=1e-13)
    assert predicted == pytest.approx(y, rel=1e-13)


@pytest.mark.parametrize(("step", "stable"), [(1.2, True), (1.4, False)])
def test_decays_are_followed_below_the_stated_step(step: float, stable: bool) -> None:
    assert bool(abs(adams(lambda x: -x, np.ones(1), 200, step)[0][0]) < 1) is stable


@pytest.mark.parametrize("steps", range(1, START + 1))
def test_the_first_steps_predict_nothing(steps: int) -> None:
    y, predicted = adams(lambda x: -x, np.ones(1), steps, 0.1)
    assert y == pytest.approx(np.exp(-0.1 * steps), rel=1e-6)
    assert predicted is y
