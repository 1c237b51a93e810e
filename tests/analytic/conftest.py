"""Closed forms hold whatever the method: modules that ask for it run with Auto and with Krylov forced."""

from __future__ import annotations

from functools import partial

import pytest

import photinus as ph


@pytest.fixture(params=["auto", "krylov"])
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """``ph.steady_state`` with its own choice of a method, or with Krylov, nearly to rounding."""
    if request.param == "krylov":
        forced = partial(ph.steady_state, method=ph.Krylov(tolerance=1e-13))
        monkeypatch.setattr(ph, "steady_state", forced, raising=False)
