"""The Pearson coefficient of records: NumPy's at every lag, closed forms, windows, mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photinus import errors
from photinus.measures import pearson_correlation, pearson_scan

T = np.arange(0, 40, 0.1)


def at_lag(x: np.ndarray, y: np.ndarray, k: int) -> float:
    n = len(x)
    return np.corrcoef(x[max(0, -k) : n - max(0, k)], y[max(0, k) : n - max(0, -k)])[0, 1]


@given(st.integers(0, 2**32 - 1), st.integers(5, 60), st.floats(-1e3, 1e3))
@settings(max_examples=40)
def test_the_scan_is_numpys_coefficient_at_every_lag(seed, times, offset):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, times)).cumsum(axis=1) + offset
    scan = pearson_scan(x, y, longest=times - 3)
    expected = [at_lag(x, y, int(k)) for k in scan.lags]
    np.testing.assert_allclose(scan.values, expected, rtol=0, atol=1e-8)
    assert np.abs(scan.values).max() <= 1
    assert scan.best_value == pytest.approx(max(expected), abs=1e-8)
    for k in scan.lags[:: max(1, len(scan.lags) // 4)]:
        assert pearson_correlation(x, y, lag=k) == pytest.approx(at_lag(x, y, int(k)), abs=1e-12)


def test_decaying_records_keep_their_digits():
    """The overlap at a long lag is 10⁻⁸ of the whole record; the coefficient is computed directly there."""
    x, y = np.exp(-0.5 * T) * np.cos(2 * T), np.exp(-0.5 * T) * np.cos(2 * T - 1) + 5
    scan = pearson_scan(x, y, longest=39, step=0.1)
    expected = [at_lag(x, y, round(lag / 0.1)) for lag in scan.lags]
    np.testing.assert_allclose(scan.values, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("phase", [0.0, 0.7, np.pi / 2, 3.0])
def test_two_sines_have_the_cosine_of_their_phase_difference(phase):
    t = np.arange(1000) * 2 * np.pi / 100  # ten periods
    assert pearson_correlation(np.sin(t), 3 * np.sin(t - phase) + 2) == pytest.approx(np.cos(phase), abs=1e-12)
    scan = pearson_scan(np.sin(t), np.sin(t - phase), step=2 * np.pi / 100, longest=np.pi)
    assert scan.best_lag == pytest.approx(phase, abs=2 * np.pi / 100)
    assert scan.best_value > 0.998


def test_the_sign_of_the_lag():
    """y repeats x two steps later."""
    x = np.array([0.0, 0, 1, 0, 0, 3, 0, 0, 0])
    y = np.roll(x, 2)
    scan = pearson_scan(x, y, longest=1.0, step=0.5)
    assert (scan.best_lag, scan.best_value) == (1.0, pytest.approx(1))
    assert pearson_scan(y, x, longest=1.0, step=0.5).best_lag == -1.0
    assert "lag 1" in repr(scan)


def test_several_records_have_a_mean_and_its_error():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 300))
    y = 0.6 * x + 0.8 * rng.normal(size=(50, 300))
    singles = [np.corrcoef(u, v)[0, 1] for u, v in zip(x, y, strict=True)]
    scan = pearson_scan(x, y, longest=2)
    assert scan.values[2] == pytest.approx(np.mean(singles), abs=1e-12)
    assert scan.standard_error[2] == pytest.approx(np.std(singles, ddof=1) / np.sqrt(50), abs=1e-12)
    assert pearson_correlation(x, y) == pytest.approx(0.6, abs=4 * scan.standard_error[2])
    assert np.isnan(pearson_scan(x[0], y[0], longest=2).standard_error).all()


def test_a_window_counts_in_units_of_time():
    x, y = np.sin(T), np.sin(1.1 * T)
    cut = slice(100, 200)
    expected = np.corrcoef(x[cut], y[cut])[0, 1]
    assert pearson_correlation(x, y, step=0.1, window=(10, 20)) == pytest.approx(expected, abs=1e-13)
    assert len(pearson_scan(x, y, step=0.1, window=(10, 20)).lags) == 51
    full = pearson_correlation(x, y, step=0.1, window=(0, 40))
    assert full == pytest.approx(pearson_correlation(x, y), abs=1e-15)


def test_results_are_read_only():
    scan = pearson_scan(np.sin(T), np.cos(T))
    with pytest.raises(ValueError, match="read-only"):
        scan.values[0] = 1


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        (T, np.ones_like(T), {}, errors.Undefined, "constant"),
        (np.full(9, 0.1), np.arange(9.0), {}, errors.Undefined, "0/0 at the lag 0"),
        (T, T[:-1], {}, errors.InvalidInput, r"\(400,\) and \(399,\)"),
        (T, T * 1j, {}, errors.InvalidInput, "complex"),
        (T, np.where(T == 1, np.nan, T), {}, errors.InvalidInput, "not finite"),
        (T[:2], T[:2], {}, errors.InvalidInput, "at least 3"),
        (T, T, {"lag": 398.0}, errors.InvalidInput, "at most 397"),
        (T, T, {"lag": 0.25, "step": 0.1}, errors.InvalidInput, "no multiple"),
        (T, T, {"step": 0.0}, errors.InvalidInput, "positive"),
        (T, T, {"lag": np.inf}, errors.InvalidInput, "finite"),
        (T, T, {"step": 0.1, "window": (10, 50)}, errors.InvalidInput, "does not lie"),
        (T, T, {"step": 0.1, "window": (10, 10.2)}, errors.InvalidInput, "2 of them"),
        (T, T, {"window": 3}, errors.InvalidInput, r"\(start, stop\)"),
        (np.zeros((2, 3, 4)), T, {}, errors.InvalidInput, "shape"),
        ([], [], {}, errors.InvalidInput, "shape"),
    ],
)
def test_mistakes_are_typed(x, y, options, error, message):
    with pytest.raises(error, match=message):
        pearson_correlation(x, y, **options)


def test_mistakes_of_a_scan():
    with pytest.raises(errors.InvalidInput, match="positive"):
        pearson_scan(T, T, longest=-1.0)
    with pytest.raises(errors.InvalidInput, match="at most"):
        pearson_scan(T, T, longest=400.0)
    front = np.r_[T[:5], np.full(10, 3.0)]
    with pytest.raises(errors.Undefined, match="at the lag -7"):
        pearson_scan(front, np.sin(np.arange(15)), longest=7)
