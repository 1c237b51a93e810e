"""Correlation of measured records in time: the Pearson coefficient, at one lag or over a scan of lags.

A record is what a simulation or an experiment wrote down: ⟨q⟩ of a trajectory, a homodyne current, the counts of
successive intervals. It is not a state, so that these functions stand beside the catalogue and not in it. Manzano2013
followed the synchronization of two oscillators by the Pearson coefficient of ⟨q_a(t)⟩ and ⟨q_b(t)⟩ over a sliding
window; a lag turns it into a question about phases: two sines of one frequency have the coefficient cos(φ_a − φ_b)
without a lag and 1 at the lag that brings them into step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from photinus.errors import InvalidInput, Undefined
from photinus.numerics.checks import real_number
from photinus.numerics.tables import series

if TYPE_CHECKING:
    import xarray

FEWEST = 3  # two samples always have the coefficient ±1


@dataclass(frozen=True, slots=True, eq=False)
class LagScan:
    """The Pearson coefficient of two records against the lag.

    Attributes
    ----------
    lags : ndarray
        Lags in the user's unit of time, ascending; a positive one means that y follows x.
    values : ndarray
        The coefficient at each lag; of several records its mean over them.
    standard_error : ndarray
        The standard error of these means; NaN for a single record, which tells nothing of its own scatter.
    best_lag, best_value : float
        The lag with the largest coefficient (of equal ones the shortest lag), and that coefficient.
    """

    lags: np.ndarray
    values: np.ndarray
    standard_error: np.ndarray
    best_lag: float
    best_value: float

    def to_xarray(self) -> xarray.Dataset:
        """The coefficient and its standard error over the lag, the best in the attributes."""
        columns = {"coefficient": self.values, "standard_error": self.standard_error}
        best = {"best_lag": self.best_lag, "best_value": self.best_value}
        return series("lag", self.lags, columns, about=best)

    def __repr__(self) -> str:
        return (
            f"LagScan of {len(self.lags)} lags from {self.lags[0]:.4g} to {self.lags[-1]:.4g}: largest Pearson "
            f"coefficient {self.best_value:.4g} at lag {self.best_lag:.4g}"
        )


def pearson_correlation(
    x: np.ndarray,
    y: np.ndarray,
    *,
    lag: float = 0.0,
    step: float = 1.0,
    window: tuple[float, float] | None = None,
) -> float:
    """The Pearson coefficient of x(t) and y(t + lag): their covariance over the product of their deviations.

    Parameters
    ----------
    x, y : array_like, shape (times,) or (count, times)
        Real records at equal steps, beginning at time 0. Of several records, row by row, the mean coefficient is given.
    lag : float
        In the unit of ``step``, a multiple of it. Positive: y follows x.
    step : float
        Time between samples, in any unit.
    window : (float, float), optional
        Start and stop: only samples of both records with start ≤ t < stop count. By default all; a sliding window shows
        when the two fall into step.

    Returns
    -------
    float
        From −1 to 1. 1: one is a rising straight line of the other; −1: they move against each other, in step with
        half a period of lag. 0 is not "independent": two sines a quarter of a period apart have it, and so has any
        frequency ratio other than 1:1. Records that share a slow drift or a decay have a coefficient near 1 without
        any locking: take that off first. Shifts and positive scales of each record do not change it.

    Raises
    ------
    InvalidInput
        For records of unequal or wrong shape, values that are not finite, a lag that is no multiple of the step or
        leaves fewer than 3 samples, a window outside the records.
    Undefined
        Where a record is constant, 0/0.

    References
    ----------
    Manzano2013.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> t = np.arange(0, 40, 0.1)
    >>> x, y = np.sin(np.pi * t / 5), np.sin(np.pi * (t - 2.5) / 5)        # y follows a quarter of a period later
    >>> [round(ph.measures.pearson_correlation(x, y, lag=lag, step=0.1), 12) + 0.0 for lag in (0, 2.5)]
    [0.0, 1.0]
    """
    x, y, step = _records(x, y, step, window)
    shift = _samples(lag, step, x.shape[1])
    coefficients = _pearson(*_overlap(x, y, shift))
    _require_variation(coefficients, np.array([shift]), step)
    return float(coefficients.mean())


def pearson_scan(
    x: np.ndarray,
    y: np.ndarray,
    *,
    longest: float | None = None,
    step: float = 1.0,
    window: tuple[float, float] | None = None,
) -> LagScan:
    """The Pearson coefficient of x(t) and y(t + lag) at every lag from −longest to +longest.

    At each lag means and deviations are those of the samples that overlap, as in :func:`pearson_correlation`; all lags
    together cost a few FFTs.

    Parameters
    ----------
    x, y : array_like, shape (times,) or (count, times)
        Real records at equal steps, row by row.
    longest : float, optional
        The largest lag, in the unit of ``step``; by default a quarter of the window. At a large lag few samples
        overlap and the coefficient scatters, so that the best lag of a long scan is easily a chance.
    step : float
        Time between samples.
    window : (float, float), optional
        As in :func:`pearson_correlation`.

    Returns
    -------
    LagScan
        Periodic records have a best lag in every period: keep ``longest`` below half of it.

    Raises
    ------
    InvalidInput, Undefined
        As :func:`pearson_correlation`.

    References
    ----------
    Manzano2013 (lag 0).

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> t = np.arange(0, 40, 0.1)
    >>> ph.measures.pearson_scan(np.sin(t), np.sin(t - 0.5), longest=3, step=0.1)
    LagScan of 61 lags from -3 to 3: largest Pearson coefficient 1 at lag 0.5
    """
    x, y, step = _records(x, y, step, window)
    times = x.shape[1]
    largest = times // 4 if longest is None else _samples(longest, step, times)
    if largest < 0:
        raise InvalidInput(f"The longest lag is {longest:g}.", "Give a positive number.")
    shifts = np.arange(-largest, largest + 1)
    coefficients = _pearson_at(x, y, shifts)
    _require_variation(coefficients, shifts, step)
    values, count = coefficients.mean(axis=0), len(coefficients)
    error = coefficients.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.full(len(values), np.nan)
    lags = shifts * step
    highest = np.flatnonzero(values >= values.max() - 1e-12)
    best = highest[np.argmin(np.abs(shifts[highest]))]
    for array in (lags, values, error):
        array.setflags(write=False)
    return LagScan(lags, values, error, float(lags[best]), float(values[best]))


def _pearson(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The coefficient of each pair of rows; NaN where one is constant up to rounding."""
    deviations, constant = [], np.zeros(len(x), dtype=bool)
    for record in (x, y):
        constant |= np.ptp(record, axis=1) <= 1e-14 * np.abs(record).max(axis=1)
        deviation = record - record.mean(axis=1, keepdims=True)
        deviations.append(deviation / np.where(constant, 1.0, np.linalg.norm(deviation, axis=1))[:, None])
    return np.where(constant, np.nan, np.clip((deviations[0] * deviations[1]).sum(axis=1), -1, 1))


def _pearson_at(x: np.ndarray, y: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """The coefficient of each pair of rows at all lags, shape (count, lags).

    Σ x_t y_{t+k} is a product of Fourier transforms; sums and squares over an overlap are differences of running sums.
    Where an overlap varies much less than the whole record this loses digits, and it is computed directly.
    """
    x, y = (record - record.mean(axis=1, keepdims=True) for record in (x, y))
    times = x.shape[1]
    size = next_fast_len(2 * times, real=True)
    products = irfft(np.conj(rfft(x, size)) * rfft(y, size), size)[:, shifts % size]
    start, stop = np.maximum(0, -shifts), times - np.maximum(0, shifts)
    (sum_x, square_x), (sum_y, square_y) = (
        (_between(r, first, last), _between(r**2, first, last))
        for r, first, last in ((x, start, stop), (y, start + shifts, stop + shifts))
    )
    overlap = stop - start
    spread_x, spread_y = square_x - sum_x**2 / overlap, square_y - sum_y**2 / overlap
    whole = (x**2).sum(axis=1, keepdims=True) * (y**2).sum(axis=1, keepdims=True)
    sound = (spread_x * spread_y > 1e-6 * whole) & (np.minimum(spread_x, spread_y) > 0)
    with np.errstate(all="ignore"):
        out = np.where(sound, (products - sum_x * sum_y / overlap) / np.sqrt(spread_x * spread_y), np.nan)
    for k in np.flatnonzero(~sound.all(axis=0)):
        out[:, k] = _pearson(*_overlap(x, y, int(shifts[k])))
    return np.clip(out, -1, 1)


def _between(records: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Sums of each row over start ≤ t < stop."""
    running = np.concatenate([np.zeros((len(records), 1)), np.cumsum(records, axis=1)], axis=1)
    return running[:, stop] - running[:, start]


def _overlap(x: np.ndarray, y: np.ndarray, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """x(t) and y(t + lag) where both exist."""
    times = x.shape[1]
    return x[:, max(0, -shift) : times - max(0, shift)], y[:, max(0, shift) : times - max(0, -shift)]


def _require_variation(coefficients: np.ndarray, shifts: np.ndarray, step: float) -> None:
    missing = np.flatnonzero(np.isnan(coefficients).any(axis=0))
    if missing.size:
        raise Undefined(
            f"The Pearson coefficient is 0/0 at the lag {shifts[missing[0]] * step:g}: a record is constant there.",
            "Give records that vary, or a window and lags in which they do.",
        )


def _samples(lag: float, step: float, times: int) -> int:
    """A lag in steps."""
    number = real_number(lag, "lag")
    shift = round(number / step)
    if abs(number / step - shift) > 1e-6:
        raise InvalidInput(f"The lag {number:g} is no multiple of the step {step:g}.", f"Give {shift * step:g}.")
    if times - abs(shift) < FEWEST:
        raise InvalidInput(
            f"The lag {number:g} is {abs(shift)} steps, and the records have {times} samples.",
            f"Give a lag of at most {(times - FEWEST) * step:g}.",
        )
    return shift


def _records(
    x: np.ndarray, y: np.ndarray, step: float, window: tuple[float, float] | None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Both records as arrays (count, times) of the window, and the step."""
    step = real_number(step, "step between samples")
    if step <= 0:
        raise InvalidInput(f"The step between samples is {step:g}.", "Give a positive number.")
    found = []
    for name, record in (("x", x), ("y", y)):
        array = np.asarray(record)
        if array.dtype.kind not in "iufb" or array.ndim not in (1, 2) or not array.size:
            raise InvalidInput(
                f"The record {name} has the shape {array.shape} and the type {array.dtype}.",
                "Give real numbers of shape (times,) or (count, times).",
            )
        array = np.atleast_2d(array.astype(float))
        if not np.isfinite(array).all():
            raise InvalidInput(f"The record {name} has values that are not finite.", "Cut or fill the gaps first.")
        found.append(array)
    if found[0].shape != found[1].shape:
        raise InvalidInput(
            f"The records have the shapes {np.shape(x)} and {np.shape(y)}.", "Give records of equal shape."
        )
    times = found[0].shape[1]
    first, last = _window(window, step, times)
    if last - first < FEWEST:
        raise InvalidInput(
            f"The records have {times} samples, {max(0, last - first)} of them in the window.",
            f"Give at least {FEWEST}.",
        )
    return found[0][:, first:last], found[1][:, first:last], step


def _window(window: tuple[float, float] | None, step: float, times: int) -> tuple[int, int]:
    """First sample of a window and the one after its last."""
    if window is None:
        return 0, times
    if not isinstance(window, (tuple, list)) or len(window) != 2:
        raise InvalidInput(f"The window is {window!r}.", "Give (start, stop).")
    start, stop = (
        real_number(value, f"{word} of the window") for word, value in zip(("start", "stop"), window, strict=True)
    )
    slack = 1e-6 * step
    if start < 0 or stop > times * step + slack or stop <= start:
        raise InvalidInput(
            f"The window ({start:g}, {stop:g}) does not lie in the records.", f"They last from 0 to {times * step:g}."
        )
    return int(np.ceil((start - slack) / step)), int(np.ceil((stop - slack) / step))
