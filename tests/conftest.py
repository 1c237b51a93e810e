"""What all tests share: no window is opened, no figure is left open, no time limit decides a result."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"  # before anything imports matplotlib; child processes inherit it

# A timing is never asserted in a test, so neither is Hypothesis' deadline.
# On a build machine the same examples every time: a rare find there would belong to nobody.
settings.register_profile("photinus", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("photinus")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
