"""Maps of a sweep: a quantity as colour over two of its axes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.labels import axis_label
from photinus.plot.style import NO_VALUE, colour_bar, drawing

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

Line = Callable[[np.ndarray], Any] | tuple[Any, Any]


def tongue(
    dataset: xarray.Dataset,
    quantity: str,
    *,
    x: str = "detuning",
    y: str = "drive",
    boundary: Line | Mapping[str, Line] | None = None,
    marks: Mapping[str, tuple[float, float]] | None = None,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """A quantity of a sweep over two axes, such as an Arnold tongue.

    Parameters
    ----------
    dataset : xarray.Dataset
        A table with the quantity over exactly these two axes; of a larger one choose a part, ``dataset.sel(...)``.
    quantity : str
        A real quantity. One that takes both signs is drawn on a diverging map centred at 0; cells without a value are
        grey.
    x, y : str
        Names of the axes. An axis with equal ratios between its values is drawn logarithmically.
    boundary : callable, pair of arrays, or mapping of label to either
        Lines to draw over: y as a function of an array of x, or the points (x, y).
    marks : mapping of label to (x, y)
        Points to mark.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If the quantity or an axis does not exist, the table has other axes, or there is nothing to draw.
    """
    table = _chosen(dataset, quantity, x, y)
    values = np.asarray(table.values)
    with drawing(axes, title) as axes:
        axes.set_facecolor(NO_VALUE)
        drawn = axes.pcolormesh(
            table[x].values, table[y].values, np.ma.masked_invalid(values), shading="nearest", rasterized=True,
            **_colours(values),
        )  # fmt: skip
        for name, scale in ((x, axes.set_xscale), (y, axes.set_yscale)):
            if _is_geometric(table[name].values):
                scale("log")
        colour_bar(axes, drawn, axis_label(quantity, table.attrs))
        axes.set_xlim(*_span(table[x].values))
        axes.set_ylim(*_span(table[y].values))
        handles = {**_draw_boundaries(axes, boundary), **_draw_marks(axes, marks or {})}
        axes.set_xlabel(axis_label(x, table[x].attrs))
        axes.set_ylabel(axis_label(y, table[y].attrs))
        if not np.isfinite(values).all():
            handles["no value"] = axes.plot([], [], "s", color=NO_VALUE, markeredgecolor="0.5")[0]
        if handles:
            axes.figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=4)
    return axes


def _chosen(dataset: xarray.Dataset, quantity: str, x: str, y: str) -> xarray.DataArray:
    if quantity not in dataset.data_vars:
        names = [str(name) for name in dataset.data_vars]
        near = difflib.get_close_matches(quantity, names, 1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"It has {', '.join(names) or 'none'}."
        raise InvalidInput(f"The table has no quantity {quantity!r}.", remedy)
    table = dataset[quantity]
    for name in (x, y):
        if name not in table.dims:
            raise InvalidInput(
                f"The quantity {quantity!r} has no axis {name!r}.", f"It has {', '.join(map(repr, table.dims))}."
            )
    if x == y:
        raise InvalidInput(f"Both axes of the map are {x!r}.", "Name two different axes.")
    others = [name for name in table.dims if name not in (x, y)]
    if others:
        raise InvalidInput(
            f"The quantity {quantity!r} has more axes: {', '.join(map(repr, others))}.",
            "Choose a part of the table first, as in dataset.sel(name=value).",
        )
    if not np.issubdtype(table.dtype, np.number) or np.iscomplexobj(table.values):
        raise InvalidInput(
            f"The quantity {quantity!r} is not a real number.", "Draw its modulus or another part of it."
        )
    if table.sizes[x] < 2 or table.sizes[y] < 2:
        raise InvalidInput("A map needs at least two values along each axis.", "Give both axes more values.")
    if not np.isfinite(table.values).any():
        raise InvalidInput(f"The quantity {quantity!r} has no value anywhere.", "See the reasons in dataset.failure.")
    return table.transpose(y, x).sortby([x, y])


def _colours(values: np.ndarray) -> dict[str, Any]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if low < 0 < high and min(-low, high) > 1e-3 * max(-low, high):
        limit = max(-low, high)
        return {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
    if 0 <= low < 0.5 * high:
        low = 0.0
    return {"cmap": "viridis", "vmin": low, "vmax": high if high > low else low + 1.0}


def _is_geometric(values: np.ndarray) -> bool:
    if len(values) < 3 or values[0] <= 0:
        return False
    ratios = values[1:] / values[:-1]
    return bool(ratios[0] > 1 + 1e-6 and np.allclose(ratios, ratios[0], rtol=1e-6))


def _span(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _draw_boundaries(axes: Axes, boundary: Line | Mapping[str, Line] | None) -> dict[str, Any]:
    if boundary is None:
        return {}
    handles = {}
    lines = boundary if isinstance(boundary, Mapping) else {"boundary": boundary}
    low, high = axes.get_xlim()
    across = np.geomspace(low, high, 401) if axes.get_xscale() == "log" else np.linspace(low, high, 401)
    for number, (label, line) in enumerate(lines.items()):
        xs, ys = (across, line(across)) if callable(line) else line
        xs, ys = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
        if xs.shape != ys.shape or xs.ndim != 1:
            raise InvalidInput(
                f"The line {label!r} has the shapes {xs.shape} and {ys.shape}.", "Give as many y as x, one-dimensional."
            )
        # White on black is seen on every part of the map.
        under = axes.plot(xs, ys, color="black", linewidth=2.6, solid_capstyle="butt")
        over = axes.plot(xs, ys, color="white", linewidth=1.4, linestyle=("--", ":", "-.")[number % 3])
        handles[label] = (*under, *over)
    return handles


def _draw_marks(axes: Axes, marks: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    look: dict[str, Any] = {
        "color": "white",
        "markeredgecolor": "black",
        "markersize": 6,
        "linestyle": "none",
        "clip_on": False,
    }
    return {
        label: axes.plot([across], [up], marker="o^sDv<>p"[number % 8], zorder=5, **look)[0]
        for number, (label, (across, up)) in enumerate(marks.items())
    }
