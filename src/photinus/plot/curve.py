"""Curves of a sweep: quantities against one axis."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.labels import axis_label
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

_FEW = 60  # points of a line up to which each is marked


def curve(
    dataset: xarray.Dataset,
    quantities: str | Sequence[str],
    *,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Quantities of a sweep against its one axis.

    Parameters
    ----------
    dataset : xarray.Dataset
        A table over one axis; of a larger one choose a part, ``dataset.sel(...)``. An axis with equal ratios between
        its values is drawn logarithmically.
    quantities : str or sequence of str
        One real quantity, which labels the vertical axis, or up to seven, which a legend tells apart by colour, dashes
        and markers. A line is broken where a quantity has no value.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If a quantity does not exist, is not real or has no value anywhere, the table has another number of axes, or
        there is nothing, or too much, to draw.
    """
    names = [quantities] if isinstance(quantities, str) else list(quantities)
    if not 1 <= len(names) <= len(LINES):
        raise InvalidInput(f"{len(names)} quantities are to be drawn.", f"Give 1 to {len(LINES)} of them.")
    columns = [_column(dataset, name) for name in names]
    if len({column.dims for column in columns}) > 1:
        raise InvalidInput(f"The quantities {', '.join(names)} have different axes.", "Draw one curve for each axis.")
    (x,) = map(str, columns[0].dims)
    across = columns[0][x].values
    with drawing(axes, title) as axes:
        for number, (name, column) in enumerate(zip(names, columns, strict=True)):
            axes.plot(
                across,
                column.values,
                color=LINES[number],
                linestyle=("-", "--", "-.", ":")[number % 4],
                marker="os^Dv<>"[number] if len(across) <= _FEW else "",
                markersize=3.5,
                clip_on=False,  # the marks at both ends are whole
                label=axis_label(name, column.attrs),
            )
        if _has_equal_ratios(across):
            axes.set_xscale("log")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xlim(float(across[0]), float(across[-1]))
        axes.set_xlabel(axis_label(x, columns[0][x].attrs))
        if len(names) == 1:
            axes.set_ylabel(axis_label(names[0], columns[0].attrs))
        else:
            axes.figure.legend(loc="outside lower center", ncols=2)
    return axes


def _column(dataset: xarray.Dataset, name: str) -> xarray.DataArray:
    if name not in dataset.data_vars:
        known = [str(variable) for variable in dataset.data_vars]
        near = difflib.get_close_matches(str(name), known, 1)
        raise InvalidInput(
            f"The table has no quantity {name!r}.",
            f"Did you mean {near[0]!r}?" if near else f"Its quantities are {', '.join(known) or 'none'}.",
        )
    column = dataset[name]
    if len(column.dims) != 1:
        raise InvalidInput(
            f"The quantity {name!r} has {len(column.dims)} axes: {', '.join(map(repr, column.dims)) or 'none'}.",
            "Choose a part of the table with one axis first, as in dataset.sel(name=value).",
        )
    if not np.issubdtype(column.dtype, np.number) or np.iscomplexobj(column.values):
        raise InvalidInput(f"The quantity {name!r} is no real number.", "Draw its modulus or another part of it.")
    if column.size < 2:
        raise InvalidInput(f"The axis {column.dims[0]!r} has one value.", "A curve needs at least two.")
    if not np.isfinite(column.values).any():
        raise InvalidInput(f"The quantity {name!r} has no value anywhere.", "The reasons are in dataset.failure.")
    return column.sortby(column.dims[0])


def _has_equal_ratios(values: np.ndarray) -> bool:
    ratios = values[1:] / values[:-1] if values[0] > 0 else values[:0]
    return len(ratios) > 1 and bool(ratios[0] > 1 + 1e-6 and np.allclose(ratios, ratios[0], rtol=1e-6))
