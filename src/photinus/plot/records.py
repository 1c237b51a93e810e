"""Records of single trajectories: traces in time, and phases with their slips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics.checks import whole_number
from photinus.plot.style import LINES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from photinus.solve.unravelling.phase_records import PhaseRecord
    from photinus.solve.unravelling.trajectories import Trajectories


def trajectories(
    result: Trajectories,
    name: str,
    *,
    shown: int = 4,
    label: str | None = None,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """An expectation value along single trajectories, over its mean with a band of two standard errors.

    Parameters
    ----------
    result : Trajectories
    name : str
        What was observed, by its name; a real quantity (of a complex one the phase is drawn by :func:`phase_record`).
    shown : int
        Number of trajectories, the first ones; 0 for the mean alone.
    label : str, optional
        What stands along the vertical axis; by default the name.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If nothing of this name was observed, or it is complex.
    """
    if name not in result.records:
        raise InvalidInput(f"Nothing named {name!r} was observed.", f"Observed: {', '.join(result.records) or 'none'}.")
    if np.iscomplexobj(result.records[name]):
        raise InvalidInput(
            f"The records of {name!r} are complex.", f"Draw plot.phase_record(result.phase({name!r})) instead."
        )
    number = whole_number(shown, "number of trajectories to draw", minimum=0)
    mean, error = result.mean[name], result.standard_error[name]
    with drawing(axes, title) as axes:
        for k, record in enumerate(result.records[name][:number]):
            axes.plot(result.times, record, color=LINES[1 + k % (len(LINES) - 2)], linewidth=0.8, alpha=0.8)
        axes.fill_between(result.times, mean - 2 * error, mean + 2 * error, color="0.6", alpha=0.6, linewidth=0)
        axes.plot(result.times, mean, color="black", label=f"mean of {result.count}")
        _frame(axes, result.times, label or name)
        axes.legend(loc="best")
    return axes


def phase_record(
    record: PhaseRecord,
    *,
    shown: int = 4,
    label: str = r"phase $\varphi$",
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Phases along single trajectories without jumps of 2π; the wells as lines, the slips as marks.

    Parameters
    ----------
    record : PhaseRecord
        As ``Trajectories.phase(name)`` returns it.
    shown : int
        Number of trajectories, the first ones, at least 1.
    label : str
        Which phase it is.
    axes : matplotlib Axes, optional
        Where to draw; by default in a new figure.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InvalidInput
        If no trajectory is to be drawn.
    Undefined
        If there is no phase at any time.
    """
    number = min(whole_number(shown, "number of trajectories to draw"), len(record.phases))
    turns = (record.phases[:number] - record.centre) / (2 * np.pi)
    with drawing(axes, title) as axes:
        lowest, highest = np.floor(np.nanmin(turns) + 0.5), np.ceil(np.nanmax(turns) - 0.5)
        if highest - lowest <= 12:
            for well in np.arange(lowest, highest + 1):
                axes.axhline(well + record.centre / (2 * np.pi), color="0.8", linewidth=0.8, zorder=0)
        for k in range(number):
            colour = LINES[k % len(LINES)]
            axes.plot(record.times, record.phases[k] / (2 * np.pi), color=colour, linewidth=0.9)
            mine = record.slip_trajectories == k
            place = np.searchsorted(record.times, record.slip_times[mine])
            axes.plot(
                record.times[place],
                record.phases[k, place] / (2 * np.pi),
                linestyle="",
                marker="o",
                markersize=4,
                markerfacecolor="white",
                markeredgecolor=colour,
            )
        _frame(axes, record.times, f"{label} $/\\,2\\pi$")
    return axes


def _frame(axes: Axes, times: np.ndarray, label: str) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(float(times[0]), float(times[-1]))
    axes.set_xlabel("time")
    axes.set_ylabel(label)
