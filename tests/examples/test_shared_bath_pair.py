"""The example ``examples/shared_bath_pair.py``: it runs, and its phases are those that are known.

Mean field of equal amplitudes: a′ = (−iω_a + …)a − (V/2)(a − e^{iθ}b) and its mirror image give
d(φ_a − φ_b)/dt = −Δ − V sin(φ_a − φ_b − θ), so that sin(φ_a − φ_b − θ) = −Δ/V. The quantum phase lies near it, turns
with θ exactly (a local phase shift of b maps θ to 0), and changes its sign with Δ.
"""

import importlib.util
from math import asin, pi
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import photinus as ph

FILE = Path(__file__).parents[2] / "examples" / "shared_bath_pair.py"


@pytest.fixture(scope="module")
def example():
    matplotlib.use("Agg")
    spec = importlib.util.spec_from_file_location("shared_bath_pair", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_runs_and_locks_where_the_mean_field_says(example, tmp_path, capsys):
    phases = example.main(tmp_path / "new")
    assert phases["mean_field"] == pytest.approx([asin(-0.3), pi / 2 + asin(-0.3), pi + asin(-0.3)])
    assert phases["quantum"] == pytest.approx(phases["mean_field"], abs=0.05)
    assert np.diff(phases["quantum"]) == pytest.approx(pi / 2, abs=1e-7)
    assert (tmp_path / "new" / "shared_bath_pair.png").stat().st_size > 10_000
    printed = capsys.readouterr().out
    assert "certificate: ok" in printed
    assert "amplitude_correlation(a, b)" in printed


def test_the_locked_phase_changes_its_sign_with_the_detuning(example):
    a, b = ph.oscillator("a"), ph.oscillator("b")
    ahead, behind = (np.angle(example.locked_pair(0.0, d).expect(a.dag() * b)) for d in (0.3, -0.3))
    assert ahead == pytest.approx(-behind, abs=1e-7)
    assert ahead > 0.2  # arg⟨a†b⟩ = −(φ_a − φ_b)
