"""Steps of fourth order that evaluate the velocity twice: Adams and Bashforth predict, Adams and Moulton correct.

With f_n = f(y_n) of this step and of the three before,

    p = y_n + h/24 (55 f_n − 59 f_{n−1} + 37 f_{n−2} − 9 f_{n−3}),
    y_{n+1} = y_n + h/24 (9 f(p) + 19 f_n − 5 f_{n−1} + f_{n−2}),

whose errors are 251/720 and −19/720 of h⁵y⁽⁵⁾: the error of y_{n+1} is 19/270 of |y_{n+1} − p| (Milne's device; Hairer,
Nørsett and Wanner, Solving Ordinary Differential Equations I, III.1). The first three steps are Runge and Kutta's
classical ones, of four evaluations. Decays at the rate γ are followed stably for hγ < 1.2.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

START = 3
"""Steps that need no steps before them."""
PREDICT = 55 / 24, -59 / 24, 37 / 24, -9 / 24
CORRECT = 9 / 24, 19 / 24, -5 / 24, 1 / 24
MILNE = 19 / 270
"""The error of a step over its correction."""


def adams(
    velocity: Callable[[np.ndarray], np.ndarray], y: np.ndarray, steps: int, h: float
) -> tuple[np.ndarray, np.ndarray]:
    """Y after these steps of one length, and what was predicted for it: itself where nothing was."""
    slopes: list[np.ndarray] = []
    predicted = y
    for step in range(steps):
        slopes = [velocity(y), *slopes[:START]]
        if step < START:
            predicted = y = _runge_kutta(velocity, y, slopes[0], h)
        else:
            predicted = y + h * sum(c * f for c, f in zip(PREDICT, slopes, strict=True))
            y = y + h * sum(c * f for c, f in zip(CORRECT, [velocity(predicted), *slopes[:START]], strict=True))
    return y, predicted


def _runge_kutta(velocity: Callable[[np.ndarray], np.ndarray], y: np.ndarray, one: np.ndarray, h: float) -> np.ndarray:
    two = velocity(y + 0.5 * h * one)
    three = velocity(y + 0.5 * h * two)
    return y + h / 6 * (one + 2 * two + 2 * three + velocity(y + h * three))
