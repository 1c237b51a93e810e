"""Records as xarray datasets: named numbers, and columns over an axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray


def record(
    numbers: Mapping[str, float],
    along: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
    *,
    about: Mapping[str, str | float] | None = None,
) -> xarray.Dataset:
    """A dataset of numbers without axes, and of numbers by name along an axis of these names.

    Parameters
    ----------
    numbers : mapping of str to float
        Variables without a dimension.
    along : mapping of str to {variable: {name: number}}, optional
        Variables over a dimension whose coordinate are the names, such as ``{"bath": {"heat": {"hot": 1.0}}}``.
    about : mapping of str to str or float, optional
        Attributes.
    """
    import xarray

    variables: dict[str, object] = {name: ((), float(x)) for name, x in numbers.items()}
    axes: dict[str, list[str]] = {}
    for axis, columns in (along or {}).items():
        for variable, values in columns.items():
            axes.setdefault(axis, list(values))
            variables[variable] = (axis, np.array([float(values[name]) for name in axes[axis]]))
    return xarray.Dataset(variables, axes, dict(about or {}))


def series(
    axis: str,
    points: np.ndarray,
    columns: Mapping[str, np.ndarray],
    *,
    about: Mapping[str, str | float] | None = None,
) -> xarray.Dataset:
    """Columns over one axis; copies, so that a record stays as it is.

    Parameters
    ----------
    axis : str
        Name of the dimension and of its coordinate, the ``points``.
    points : ndarray, shape (n,)
    columns : mapping of str to ndarray, shape (n,)
    about : mapping of str to str or float, optional
        Attributes.
    """
    import xarray

    variables = {name: (axis, np.array(column)) for name, column in columns.items()}
    return xarray.Dataset(variables, {axis: np.array(points)}, dict(about or {}))
