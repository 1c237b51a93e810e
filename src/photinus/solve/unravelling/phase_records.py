"""The phase along single trajectories: its record without jumps of 2π, and its slips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput, Undefined
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray

CAPTURE = np.pi / 2
"""A phase has arrived in a well when it is so close to its centre."""


@dataclass(frozen=True, eq=False)
class PhaseRecord:
    """arg z(t) of complex records, each continued without jumps of 2π.

    Attributes
    ----------
    times : ndarray, shape (T,)
    phases : ndarray, shape (count, T)
        Radians, on the whole line; NaN where z vanishes. Between two neighbouring times a phase is taken to have moved
        by less than π: times must be dense enough for that.

    Notes
    -----
    The phase of a locked oscillator lingers around one angle and its copies at a distance of 2π. A *slip* is a passage
    from one of these wells to another. It counts when the phase comes within π/2 of the other well's centre; what
    turns back halfway is none. The centre is the circular mean of all phases of the record.

    Examples
    --------
    >>> import numpy as np
    >>> from photinus.solve.unravelling.phase_records import phase_record
    >>> t = np.linspace(0, 10, 101)
    >>> record = phase_record(t, np.exp(1j * (0.3 + 2 * np.pi * (t > 4) * np.minimum(t - 4, 1)))[None])
    >>> record.slip_times.round(1), record.slip_directions
    (array([4.8]), array([1]))
    """

    times: np.ndarray
    phases: np.ndarray

    @cached_property
    def centre(self) -> float:
        """The angle from −π to π at which the phases linger: their circular mean over time and trajectories.

        Raises
        ------
        Undefined
            If no phase has a value.
        """
        if np.isnan(self.phases).all():
            raise Undefined(
                "The phase has no value at any time: the amplitude vanishes throughout.",
                "Take an operator that the symmetry allows, such as b†a for the relative phase of a pair.",
            )
        return float(np.angle(np.nanmean(np.exp(1j * self.phases))))

    @cached_property
    def coherence(self) -> np.ndarray:
        """|⟨e^{iφ}⟩| over the trajectories at each time, shape (T,): 1 where all have one phase; NaN where none has."""
        known = ~np.isnan(self.phases)
        number = known.sum(axis=0)
        total = np.where(known, np.exp(1j * np.where(known, self.phases, 0.0)), 0.0).sum(axis=0)
        return read_only(np.where(number, np.abs(total) / np.maximum(number, 1), np.nan))

    @cached_property
    def wells(self) -> np.ndarray:
        """The well in which each phase is, as the whole number of its turns, shape (count, T)."""
        turns = (np.where(np.isnan(self.phases), np.inf, self.phases) - self.centre) / (2 * np.pi)
        with np.errstate(invalid="ignore"):
            nearest = np.round(turns)
            arrived = np.abs(turns - nearest) <= CAPTURE / (2 * np.pi)
        return read_only(_held(np.where(arrived, nearest, 0.0), arrived).astype(int))

    @cached_property
    def _slips(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        step = np.diff(self.wells, axis=1)
        trajectory, place = np.nonzero(step)
        return (
            read_only(trajectory),
            read_only(self.times[place + 1]),
            read_only(step[trajectory, place]),
        )

    @property
    def slip_trajectories(self) -> np.ndarray:
        """The trajectory of each slip, ascending."""
        return self._slips[0]

    @property
    def slip_times(self) -> np.ndarray:
        """The first of the ``times`` at which the phase is in its new well."""
        return self._slips[1]

    @property
    def slip_directions(self) -> np.ndarray:
        """+1 or −1: the sense of the turn (±2 where two wells were crossed between neighbouring times)."""
        return self._slips[2]

    @property
    def slips(self) -> np.ndarray:
        """Number of slips of each trajectory, in whatever sense, shape (count,)."""
        return np.bincount(self._slips[0], weights=np.abs(self._slips[2]), minlength=len(self.phases)).astype(int)

    @property
    def dwell_times(self) -> np.ndarray:
        """Times between successive slips of a trajectory, of all trajectories in a row.

        Stays that either end cuts are left out, so that rare slips are better judged by their number.
        """
        trajectory, times, _ = self._slips
        return np.asarray(np.diff(times)[np.diff(trajectory) == 0])

    def to_xarray(self) -> xarray.Dataset:
        """The phase over trajectory and time, the coherence over the time, the number of slips of each trajectory."""
        import xarray

        known = not np.isnan(self.phases).all()
        return xarray.Dataset(
            {
                "phase": (("trajectory", "time"), np.array(self.phases)),
                "coherence": ("time", np.array(self.coherence)),
                "slips": ("trajectory", self.slips if known else np.zeros(len(self.phases), dtype=int)),
            },
            {"time": np.array(self.times)},
            {"centre": self.centre if known else np.nan},
        )

    def __repr__(self) -> str:
        count, number = self.phases.shape
        span = float(self.times[-1] - self.times[0])
        return (
            f"PhaseRecord of {count} trajectories at {number} times over {span:g}: centre {self.centre:.3f} rad, "
            f"{int(self.slips.sum())} slips"
        )


def phase_record(times: np.ndarray, values: np.ndarray, *, smallest: float = 1e-9) -> PhaseRecord:
    """The phases of complex records.

    Parameters
    ----------
    times : array_like, shape (T,)
    values : array_like, shape (count, T)
        Complex records z.
    smallest : float
        Where |z| is at most so much of its largest value, there is no phase.

    Raises
    ------
    InvalidInput
        If the shapes do not fit.
    """
    times, values = np.array(times, dtype=float), np.asarray(values, dtype=complex)
    if times.ndim != 1 or values.ndim != 2 or values.shape[1] != len(times):
        raise InvalidInput(
            f"The records have the shape {values.shape}, the times {times.shape}.", "Give (count, T) and (T,)."
        )
    size = np.abs(values)
    known = size > smallest * size.max(initial=0.0)
    phases = np.unwrap(_held(np.angle(values), known), axis=1)
    return PhaseRecord(read_only(times), read_only(np.where(known, phases, np.nan)))


def _held(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Each row with its last known value held where it is unknown, and its first one before."""
    last = np.maximum.accumulate(np.where(known, np.arange(values.shape[1]), -1), axis=1)
    first = np.argmax(known, axis=1)[:, None]
    return np.take_along_axis(values, np.where(last >= 0, last, first), axis=1)
