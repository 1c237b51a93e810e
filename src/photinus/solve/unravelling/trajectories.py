"""Single runs of a watched system: quantum jumps, homodyne and heterodyne records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from math import ceil
from multiprocessing import get_context
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.errors import InvalidInput, NotConverged
from photinus.model import Model
from photinus.numerics.checks import whole_number
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import (
    ascending_times,
    require_cutoff,
    require_model,
    require_state,
    require_type,
    usual_operators,
    watched_operators,
)
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.unravelling.kets import (
    Channel,
    Records,
    Unravelling,
    channels_of,
    joined,
    require_fields,
    unravel,
)
from photinus.solve.unravelling.phase_records import PhaseRecord, phase_record
from photinus.solve.unravelling.schemes import QuantumJumps, Scheme
from photinus.space.space import read_only
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray

PILOT = 50
"""Trajectories that find the cutoffs before all are run."""


@dataclass(frozen=True, eq=False)
class Clicks:
    """What the detectors of quantum jumps wrote down, as parallel arrays in order of trajectory and time.

    Attributes
    ----------
    trajectories : ndarray of int
    times : ndarray
        The moments, exact.
    channels : ndarray of int
        Places in ``names``.
    names : tuple of str
        The channels that were read.
    """

    trajectories: np.ndarray
    times: np.ndarray
    channels: np.ndarray
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        for array in (self.trajectories, self.times, self.channels):
            read_only(array)

    def of(self, trajectory: int) -> list[tuple[float, str]]:
        """(time, channel) of each click of one trajectory."""
        mine = np.flatnonzero(self.trajectories == trajectory)
        return [(float(self.times[k]), self.names[self.channels[k]]) for k in mine]

    def counts(self, name: str, count: int) -> np.ndarray:
        """How often a channel clicked in each of the first ``count`` trajectories.

        Raises
        ------
        InvalidInput
            If no such channel was read.
        """
        if name not in self.names:
            raise InvalidInput(f"No channel {name!r} was read.", f"Channels: {', '.join(self.names) or 'none'}.")
        mine = self.channels == self.names.index(name)
        return np.bincount(self.trajectories[mine], minlength=count)[:count]

    def to_xarray(self) -> xarray.Dataset:
        """Trajectory, time and channel of every click."""
        import xarray

        names = np.array(self.names, dtype=str)
        columns = {"trajectory": np.array(self.trajectories), "time": np.array(self.times)}
        columns["channel"] = names[self.channels] if len(names) else np.zeros(0, dtype=str)
        return xarray.Dataset({name: ("click", column) for name, column in columns.items()})

    def __repr__(self) -> str:
        numbers = np.bincount(self.channels, minlength=len(self.names))
        parts = [f"{name}: {n}" for name, n in zip(self.names, numbers, strict=True)]
        return f"Clicks ({', '.join(parts) or 'nothing was read'})"


def no_clicks() -> Clicks:
    """Those of a scheme without detectors of quanta."""
    return Clicks(np.zeros(0, dtype=int), np.zeros(0), np.zeros(0, dtype=int), ())


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Expectation values along trajectories, their mean, and what the detectors wrote down.

    Attributes
    ----------
    times : ndarray, shape (T,)
    mean, standard_error : mapping of str to ndarray, shape (T,)
        ⟨O⟩ by name, averaged over the trajectories, and the standard error of that average, from their scatter (of a
        complex mean: of its modulus of deviation, √(σ_Re² + σ_Im²)); NaN for a single trajectory.
    records : mapping of str to ndarray, shape (count, T)
        ⟨ψ|O|ψ⟩ along each trajectory; real where O is Hermitian, else complex.
    clicks : Clicks
        The jumps, of ``QuantumJumps``.
    currents : mapping of str to ndarray, shape (count, T − 1)
        Measured currents of ``Homodyne`` (real) and ``Heterodyne`` (complex) by channel, each the average from one
        time to the next; their white noise has the variance 1/(interval).
    edges : mapping of str to float
        For each oscillator the largest mean probability, over the times, of the levels from which a product or jump of
        the model would leave the space.
    cutoffs : dict
        Levels kept of each oscillator.
    tolerance : float
        Up to which ``edges`` count as small.
    method : str
    seed : int
    seconds : float
    count : int
        Number of trajectories.
    """

    times: np.ndarray
    mean: Mapping[str, np.ndarray]
    standard_error: Mapping[str, np.ndarray]
    records: Mapping[str, np.ndarray]
    clicks: Clicks = field(default_factory=no_clicks)
    currents: Mapping[str, np.ndarray] = field(default_factory=dict)
    edges: Mapping[str, float] = field(default_factory=dict)
    cutoffs: Mapping[str, int] = field(default_factory=dict)
    tolerance: float = 1e-3
    method: str = ""
    seed: int = 0
    seconds: float = 0.0
    count: int = 0

    def __post_init__(self) -> None:
        for group in (self.mean, self.standard_error, self.records, self.currents):
            for array in group.values():
                read_only(array)
        read_only(self.times)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        return tuple(
            f"{self.cutoffs[name]} levels of {name!r} are too few: {edge:.1e} of the probability is at their edge"
            for name, edge in self.edges.items()
            if not edge <= self.tolerance
        )

    @property
    def ok(self) -> bool:
        """Whether the cutoffs hold all trajectories."""
        return not self.complaints

    def phase(self, name: str) -> PhaseRecord:
        """The phase along each trajectory: of the complex expectation value, or of the heterodyne current, of a name.

        arg⟨a⟩ is the phase of an oscillator, arg⟨b†a⟩ the relative phase φ_a − φ_b of a pair. A current belongs to the
        middle of its interval.

        Raises
        ------
        InvalidInput
            If nothing of this name was recorded, or it is real.
        """
        record = self.records.get(name, self.currents.get(name))
        if record is None:
            known = ", ".join([*self.records, *self.currents]) or "none"
            raise InvalidInput(f"There is no record {name!r}.", f"Records and currents: {known}.")
        if not np.iscomplexobj(record):
            raise InvalidInput(f"The record {name!r} is real and has no phase.", "Observe a or b.dag()*a.")
        times = self.times if name in self.records else 0.5 * (self.times[1:] + self.times[:-1])
        return phase_record(times, record)

    def to_xarray(self) -> xarray.Dataset:
        """Means, standard errors (``name_error``), records and currents over ``time``, ``interval``, ``trajectory``."""
        import xarray as xr

        data: dict[str, Any] = {}
        for name in self.mean:
            data[name] = ("time", np.array(self.mean[name]))
            data[f"{name}_error"] = ("time", np.array(self.standard_error[name]))
            data[f"{name}_record"] = (("trajectory", "time"), np.array(self.records[name]))
        for name, current in self.currents.items():
            data[f"{name} current"] = (("trajectory", "interval"), np.array(current))
        middles = 0.5 * (self.times[1:] + self.times[:-1])
        facts = {"method": self.method, "seed": self.seed, "seconds": self.seconds, "ok": int(self.ok)}
        facts |= {f"cutoff_{name}": n for name, n in self.cutoffs.items()}
        facts |= {f"edge_{name}": edge for name, edge in self.edges.items()}
        return xr.Dataset(data, {"time": np.array(self.times), "interval": middles}, facts)

    def __repr__(self) -> str:
        cutoffs = ", ".join(f"{name}: {n}" for name, n in self.cutoffs.items()) or "none"
        edges = ", ".join(f"{name}: {edge:.1e}" for name, edge in self.edges.items()) or "none"
        last = [
            f"{name} = {self.mean[name][-1]:.4g} ± {self.standard_error[name][-1]:.1g}" for name in list(self.mean)[:4]
        ]
        lines = [
            f"Trajectories: {self.count} at {len(self.times)} times from {self.times[0]:g} to {self.times[-1]:g}",
            f"  {'ok' if self.ok else 'NOT to be trusted: ' + '; '.join(self.complaints)}",
            f"  at the end  {', '.join(last) or 'nothing was observed'}",
            f"  cutoffs     {cutoffs}; probability at their edge {edges}",
            f"  method      {self.method}, seed {self.seed}, {self.seconds:.3g} s",
        ]
        return "\n".join([*lines, f"  {self.clicks!r}"] if self.clicks.names else lines)


def trajectories(
    model: Model,
    initial: State,
    times: Iterable[float],
    *,
    scheme: Scheme | None = None,
    count: int = 500,
    seed: int = 0,
    observe: Mapping[str, Operator | Scalar] | None = None,
    cutoff: Fixed | Converged | None = None,
) -> Trajectories:
    """Kets of a system whose channels are watched; averaged over what may be seen, |ψ⟩⟨ψ| is the master equation's ρ.

    Parameters
    ----------
    model : Model
        Each jump of it is a channel with a detector of its own, for L as it is written.
    initial : State
        On the sites of the model, at times[0]. Of a mixed state each trajectory draws an eigenvector.
    times : sequence of float, shape (T,)
        Ascending, in the inverse of the unit of the rates.
    scheme : QuantumJumps, Homodyne or Heterodyne, optional
        How the channels are watched; by default ``QuantumJumps()``, which is exact in time.
    count : int
        Number of trajectories, at least 1; errors fall as 1/√count.
    seed : int
        At least 0. Trajectory k of a seed is the same for every count, number of workers and size of batches, to
        rounding.
    observe : mapping of str to Operator, optional
        What to read along each trajectory; by default the number ``n_a`` of quanta of each oscillator, S_z of each spin
        as ``z_s``, and the probability of each level of a qudit as ``p_q_0``, ….
    cutoff : Fixed or Converged, optional
        Levels of the oscillators. ``Converged`` (by default with 1e-3) grows them until the mean probability at the
        edge of the space is below its tolerance at all times; ``Fixed`` says where it is not.

    Returns
    -------
    Trajectories

    Raises
    ------
    InvalidInput
        For times that do not ascend, a count below 1, a negative seed, an initial state above ``Fixed`` cutoffs.
    SiteMismatch, UnknownSite, WrongType
        For a state on other sites, an operator of a site that the model does not have, and arguments of wrong types.
    NotConverged
        If ``Converged`` reaches its maximum.
    MemoryBudgetExceeded

    Notes
    -----
    Each trajectory of quantum jumps lives in one class of the symmetry of H and Σ L†L, and only that class is stored: a
    pair of van der Pol oscillators of N levels each that begins in the vacuum needs at most N amplitudes, not N². An
    observable that leads out of a class, such as a, is then exactly 0 along each trajectory, as in the mean.
    With ``workers`` of the scheme above 1 a script needs the guard ``if __name__ == "__main__":``.

    References
    ----------
    Dalibard1992, Dum1992 (jumps), Wiseman1993 (diffusion), Ninomiya2008 (its step).

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> decay = ph.Model(jumps=ph.Jump(1.0, a, name="photon"))
    >>> runs = ph.trajectories(decay, ph.states.fock({"a": 3}), np.linspace(0, 30, 7), count=200)
    >>> int(runs.clicks.counts("photon", 200).min()), int(runs.clicks.counts("photon", 200).max())   # all three come
    (3, 3)
    >>> bool(abs(runs.mean["n_a"][1] - 3 * np.exp(-5)) < 4 * runs.standard_error["n_a"][1])
    True
    """
    started = perf_counter()
    scheme = QuantumJumps() if scheme is None else scheme
    cutoff = Converged(1e-3) if cutoff is None else cutoff
    require_model(model)
    require_state(model, initial)
    require_type(scheme, Scheme, "scheme", "Give ph.QuantumJumps(), ph.Homodyne() or ph.Heterodyne().")
    require_cutoff(cutoff, "1e-3")
    count = whole_number(count, "number of trajectories")
    seed = whole_number(seed, "seed of the trajectories", minimum=0)
    watched = _watched(observe, model)
    channels = channels_of(model, scheme.channel, scheme.efficiency)
    if not isinstance(scheme, QuantumJumps):
        require_fields(model, channels)
    question = _Question(model, initial, ascending_times(times), scheme, seed, watched, channels)
    cutoffs, made, records = question.answered(cutoff, count)
    return question.result(cutoffs, made, records, cutoff.tolerance, perf_counter() - started)


@dataclass(frozen=True)
class _Question:
    model: Model
    initial: State
    times: np.ndarray
    scheme: Scheme
    seed: int
    watched: Mapping[str, Operator]
    channels: tuple[Channel, ...]

    def answered(self, cutoff: Fixed | Converged, count: int) -> tuple[dict[str, int], Unravelling, Records]:
        """The records at cutoffs that hold them, found by a few trajectories first."""
        if isinstance(cutoff, Fixed):
            cutoffs = cutoff.start(self.model)
            return (cutoffs, *self._run(cutoffs, count))
        cutoffs = {name: max(cutoff.start, n) for name, n in self.initial.cutoffs.items()}
        number = min(PILOT, count)
        while True:
            made, records = self._run(cutoffs, number)
            full = [name for name, edge in self._edges(made, records).items() if edge > cutoff.tolerance]
            if not full and number == count:
                return cutoffs, made, records
            number = number if full else count
            for name in full:
                if cutoffs[name] >= cutoff.maximum:
                    raise NotConverged(
                        f"The trajectories leave {cutoffs[name]} levels of {name!r}.",
                        "Raise the maximum of ph.Converged, or check that gain is limited by loss.",
                    )
                cutoffs = {**cutoffs, name: min(cutoff.maximum, ceil(1.4 * cutoffs[name]) + 2)}

    def _run(self, cutoffs: dict[str, int], count: int) -> tuple[Unravelling, Records]:
        made = unravel(self.model, self.initial, cutoffs, self.channels, self.watched, self.times)
        still = (0,) * made.generator.space.coordinates.shape[1]
        edges = tuple({still: mask} for mask in made.edges().values())
        watching = Unravelling(made.generator, made.channels, made.ensemble, made.times, made.observables + edges)
        size = 16.0 * count * len(self.times) * (2 * len(watching.observables) + len(self.channels))
        require_memory(size, None, f"The records of {count} trajectories", "Ask for fewer times or trajectories.")
        batch = min(self.scheme.batch, ceil(count / self.scheme.workers))
        starts = list(range(0, count, batch))
        jobs = [(self.scheme, watching, self.seed, start, min(batch, count - start)) for start in starts]
        if self.scheme.workers == 1 or len(jobs) == 1:
            parts = [_slice(job) for job in jobs]
        else:
            with ProcessPoolExecutor(self.scheme.workers, get_context("spawn")) as pool:
                parts = list(pool.map(_slice, jobs))
        return made, joined(parts, starts)

    def _edges(self, made: Unravelling, records: Records) -> dict[str, float]:
        rows = records.observed[len(made.observables) :].real.mean(axis=1).max(axis=1)
        return dict(zip(made.generator.space.cutoffs, map(float, rows), strict=True))

    def result(
        self, cutoffs: dict[str, int], made: Unravelling, records: Records, tolerance: float, seconds: float
    ) -> Trajectories:
        """Means, standard errors and the detectors' records by name."""
        values, mean, error = {}, {}, {}
        count = records.observed.shape[1]
        for (name, operator), row in zip(self.watched.items(), records.observed, strict=False):
            values[name] = np.array(row.real if operator.is_hermitian() else row)
            mean[name] = values[name].mean(axis=0)
            scatter = values[name].std(axis=0, ddof=1) if count > 1 else np.full(len(self.times), np.nan)
            error[name] = scatter / np.sqrt(count)
        names = tuple(dict.fromkeys(channel.name for channel in self.channels if channel.measured))
        place = np.array([names.index(c.name) if c.measured else -1 for c in self.channels], dtype=int)
        jumping = isinstance(self.scheme, QuantumJumps)
        return Trajectories(
            self.times,
            mean,
            error,
            values,
            clicks=Clicks(
                records.jump_trajectory, records.jump_time, place[records.jump_channel], names if jumping else ()
            ),
            currents=dict(zip(names, records.currents, strict=True)) if not jumping else {},
            edges=self._edges(made, records),
            cutoffs=cutoffs,
            tolerance=tolerance,
            method=str(self.scheme),
            seed=self.seed,
            seconds=seconds,
            count=count,
        )


def _slice(job: tuple[Scheme, Unravelling, int, int, int]) -> Records:
    """Some of the trajectories; a worker's whole task."""
    scheme, unravelling, seed, first, count = job
    return scheme.engine()(unravelling, seed, first, count)


def _watched(observe: Mapping[str, Operator | Scalar] | None, model: Model) -> dict[str, Operator]:
    """The operators to read."""
    return usual_operators(model.sites) if observe is None else watched_operators(observe, model)
