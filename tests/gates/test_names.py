"""The names that ``import photinus as ph`` gives."""

from __future__ import annotations

from types import ModuleType

import pytest

import photinus as ph

METHODS = ["Adaptive", "Auto", "Dense", "Direct", "Exponential", "Fused", "Heun", "Incomplete"]
METHODS += ["Integration", "Krylov", "RungeKutta", "Tridiagonal"]
READ_OFF = ["g2", "linewidth", "observed_frequency", "phase_diffusion"]


def test_there_are_at_most_fifty_and_each_can_be_had() -> None:
    assert len(ph.__all__) <= 50
    assert set(ph.__all__) < set(dir(ph))
    for name in ph.__all__:
        assert getattr(ph, name) is not None
        assert getattr(ph, name).__doc__


@pytest.mark.parametrize(("room", "names"), [(ph.methods, METHODS), (ph.spectra, READ_OFF)], ids=["methods", "spectra"])
def test_rooms_that_gather(room: ModuleType, names: list[str]) -> None:
    assert room.__all__ == names
    for name in names:
        assert getattr(room, name).__name__ == name
        assert getattr(ph, name, getattr(room, name)) is getattr(room, name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'linewidht'"):
        _ = ph.linewidht
