"""What the routes have in common: values that were observed at times, and facts about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray


def read_only_values(times: np.ndarray, observed: Mapping[str, np.ndarray]) -> None:
    """Nobody may write into the arrays of a result."""
    for array in (times, *observed.values()):
        read_only(array)


def over_time(
    times: np.ndarray, observed: Mapping[str, np.ndarray], result: object, facts: Iterable[str]
) -> xarray.Dataset:
    """The observed values over ``time``, and some attributes of their result as those of the dataset."""
    import xarray as xr

    values = {name: ("time", np.array(array)) for name, array in observed.items()}
    return xr.Dataset(values, {"time": np.array(times)}, {name: getattr(result, name) for name in facts})
