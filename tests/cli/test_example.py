"""The example of the main job: it is in order, and a point of it is what an independent code finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photinus.cli.check import check_study
from photinus.cli.figures import file_names
from photinus.cli.study import read_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "arnold_tongue.toml"


def test_the_main_job_is_in_order() -> None:
    plan = check_study(read_study(EXAMPLE))
    assert {name: len(axis.values) for name, axis in plan.study.axes.items()} == {"drive": 41, "detuning": 81}
    assert plan.study.workers == 2
    assert file_names(plan.study.figures) == ["tongue.png", "phase.png", "wigner.png"]


@pytest.mark.parametrize(("detuning", "drive"), [(0.1, 0.5), (0.9, 0.3)], ids=["inside", "outside"])
def test_a_point_of_the_main_job(detuning: float, drive: float) -> None:
    qutip = pytest.importorskip("qutip")
    a = qutip.destroy(45)
    jumps = [a.dag(), np.sqrt(0.1) * a * a]
    rho = qutip.steadystate(-detuning * a.dag() * a + 1j * drive * (a.dag() - a), jumps).full()
    values, _ = check_study(read_study(EXAMPLE)).point(detuning=detuning, drive=drive)
    assert values["ok"] == 1.0
    assert values["truncation"] <= 1e-6
    assert abs(values["phase_coherence(a)"] - abs(np.diag(rho, -1).sum())) <= values["truncation"]
    assert values["mean_number(a)"] == pytest.approx(np.diag(rho).real @ np.arange(45), abs=1e-4)
