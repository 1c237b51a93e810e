"""Precision: what measurements tell against a parameter, and how clocks settle with the averaging time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def fisher_information(
    parameter: Any,
    bound: Any,
    measurements: Mapping[str, Any] | None = None,
    *,
    axes: Axes | None = None,
    label: str = "parameter",
) -> Axes:
    """The quantum Fisher information against a parameter, with that of measurements below it.

    Parameters
    ----------
    parameter : array_like, shape (points,)
    bound : array_like, shape (points,)
        The quantum Fisher information; a thick line.
    measurements : mapping of str to array_like, optional
        The classical Fisher information of each measurement.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    label : str
        Of the horizontal axis.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        For more than six measurements, or columns of another length.
    """
    columns = {"quantum bound": np.asarray(bound, dtype=float)}
    columns |= {name: np.asarray(values, dtype=float) for name, values in (measurements or {}).items()}
    x = _checked(parameter, columns)
    with drawing(axes) as axes:
        for k, (name, values) in enumerate(columns.items()):
            axes.plot(x, values, color=LINES[k], lw=1.4 if k else 3.0, ls=("-", "--", "-.", ":")[k % 4], label=name)
        axes.set(xlabel=label, ylabel="Fisher information $F$", xlim=(float(x.min()), float(x.max())))
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    return axes


def allan(
    records: Mapping[str, Any], *, lines: Mapping[str, tuple[Any, Any]] | None = None, axes: Axes | None = None
) -> Axes:
    """Allan deviations against the averaging time, both axes logarithmic.

    Parameters
    ----------
    records : mapping of str to AllanDeviation
        Drawn as points with their errors.
    lines : mapping of str to (times, deviation), optional
        Theory, drawn as lines in the colours of the records of the same order.
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        Where there is nothing, or too much, to draw.
    """
    curves = dict(lines or {})
    if not 1 <= max(len(records), len(curves)) <= len(LINES):
        raise InvalidInput(
            f"{len(records)} records and {len(curves)} lines are to be drawn.", f"Give 1 to {len(LINES)} of them."
        )
    with drawing(axes) as axes:
        for k, (name, record) in enumerate(records.items()):
            axes.errorbar(
                record.times,
                record.deviation,
                record.error,
                color=LINES[k],
                marker="os^Dv<>"[k % 7],
                markersize=3.5,
                lw=0,
                elinewidth=1,
                label=name,
            )
        for k, (name, (times, values)) in enumerate(curves.items()):
            axes.plot(times, values, color=LINES[k], ls=("-", "--", "-.", ":")[k % 4], label=name)
        axes.set(xscale="log", yscale="log", xlabel="averaging time $\\tau$", ylabel="Allan deviation $\\sigma_y$")
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    return axes


def _checked(parameter: Any, columns: Mapping[str, np.ndarray]) -> np.ndarray:
    x = np.asarray(parameter, dtype=float)
    if len(columns) > len(LINES):
        raise InvalidInput(f"{len(columns)} curves are to be drawn.", f"Give at most {len(LINES)}.")
    for name, values in columns.items():
        if values.shape != x.shape or x.ndim != 1 or len(x) < 2:
            raise InvalidInput(
                f"{name!r} has the shape {values.shape}, the parameter {x.shape}.",
                "Give one value for each of its points.",
            )
    return x
