"""Traces and phase records: what is drawn is what was recorded."""

import numpy as np
import pytest

import photinus as ph
from photinus import plot
from photinus.errors import InvalidInput
from photinus.solve.unravelling.phase_records import phase_record


@pytest.fixture(scope="module")
def runs():
    a = ph.oscillator("a")
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, drive=0.5)
    observe = {"n": a.dag() * a, "a": a}
    return ph.trajectories(
        model, ph.states.fock({"a": 0}), np.linspace(0, 2, 9), count=5, observe=observe, cutoff=ph.Fixed(10)
    )


def test_traces_stand_over_their_mean(runs) -> None:
    axes = plot.trajectories(runs, "n", shown=2, label="quanta", title="two runs")
    first, second, mean = axes.lines
    np.testing.assert_array_equal(first.get_ydata(), runs.records["n"][0])
    np.testing.assert_array_equal(second.get_ydata(), runs.records["n"][1])
    np.testing.assert_array_equal(mean.get_ydata(), runs.mean["n"])
    assert axes.get_ylabel() == "quanta"
    assert axes.get_title() == "two runs"
    assert len(plot.trajectories(runs, "n", shown=0).lines) == 1


def test_slips_are_marked_where_they_happen() -> None:
    times = np.arange(60.0)
    phases = np.zeros((2, 60))
    phases[1, 50:] = 2 * np.pi * np.minimum(np.arange(10) / 5, 1)
    record = phase_record(times, np.exp(1j * phases))
    axes = plot.phase_record(record)
    marks = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert len(marks) == 1
    np.testing.assert_array_equal(marks[0].get_xdata(), record.slip_times)
    np.testing.assert_allclose(marks[0].get_ydata(), [0.8])
    assert len(plot.phase_record(record, shown=1).lines) == 3  # a well, a trace, no marks on it


def test_bad_input(runs) -> None:
    with pytest.raises(InvalidInput, match="Observed: n, a"):
        plot.trajectories(runs, "x")
    with pytest.raises(InvalidInput, match="phase_record"):
        plot.trajectories(runs, "a")
    with pytest.raises(InvalidInput, match="to draw"):
        plot.phase_record(runs.phase("a"), shown=0)
    with pytest.raises(InvalidInput, match="no record"):
        runs.phase("x")
    with pytest.raises(InvalidInput, match="real"):
        runs.phase("n")
