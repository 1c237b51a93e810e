"""The animation of a phase density: a GIF with one picture for each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import photinus as ph
from photinus import plot

PIL = pytest.importorskip("PIL.Image")
ANGLES = [0.0, 0.7, 1.4]
DENSITIES = [ph.phase.distribution(ph.states.coherent({"a": 1.2 * np.exp(1j * t)}), "a") for t in ANGLES]


def test_one_picture_for_each_time(tmp_path: Path) -> None:
    place = tmp_path / "phase.gif"
    plot.animate_phase(ANGLES, DENSITIES, place, seconds=3.0, dpi=40)
    assert [each.name for each in tmp_path.iterdir()] == ["phase.gif"]
    with PIL.open(place) as image:
        assert image.n_frames == 3
        assert image.info["loop"] == 0
        assert image.info["duration"] == 1000
        pictures = []
        for k in range(3):
            image.seek(k)
            pictures.append(np.asarray(image.convert("RGB")))
    assert pictures[0].shape == pictures[1].shape
    assert (pictures[0] != pictures[2]).any()


@pytest.mark.parametrize(
    ("times", "densities", "name", "options"),
    [
        ([], [], "phase.gif", {}),
        ([0.0], DENSITIES, "phase.gif", {}),
        ([0.0, 1.0, np.nan], DENSITIES, "phase.gif", {}),
        (ANGLES, DENSITIES, "phase.mp4", {}),
        (ANGLES, DENSITIES, "phase.gif", {"seconds": 0}),
    ],
)
def test_mistakes(tmp_path: Path, times: list, densities: list, name: str, options: dict) -> None:
    with pytest.raises(ph.errors.InvalidInput):
        plot.animate_phase(times, densities, tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ph.errors.OutputError):
        plot.animate_phase([0.0], DENSITIES[:1], tmp_path / "missing" / "phase.gif", dpi=20)
