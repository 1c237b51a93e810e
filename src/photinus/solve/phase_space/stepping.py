"""The integration of Itô equations of amplitudes, and the length of its steps.

A step of length h is Heun's for the drift A, with one kick for the noise, whose diffusion is taken in the middle of the
step without noise (which keeps it Itô's):

    N = B(α + ½hA(α))√h ξ,   α′ = α + hA(α) + N,   α → α + ½h[A(α) + A(α′)] + N.

The weak order is 2 where the diffusion does not depend on α, and 1 otherwise (Kloeden and Platen 1992, chapter 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf
from typing import Any, Protocol

import numpy as np

from photinus.errors import InvalidInput, NotConverged
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.rng import Streams
from photinus.solve.phase_space.equations import WignerEquations, evaluated, letters_at
from photinus.solve.phase_space.noise import Source, sources_of

CACHED = 16384
"""Amplitudes that are followed together by default."""
PILOT = 64
"""Trajectories from which the steps are chosen: always the first ones, whatever the count."""
RUNAWAY = 1e100
"""Amplitudes beyond this are no motion any more."""
CHUNK = 2_000_000
"""Random numbers that are drawn at once."""
REFINEMENTS = 4
"""How often the steps of an interval are made shorter, before it is left to the result to complain."""
LOOKS = 8
"""Places within an interval at which the pilot's step is checked."""


@dataclass(frozen=True, slots=True)
class Heun:
    """How the trajectories are integrated.

    Parameters
    ----------
    step : float, optional
        Longest step in time, above 0. By default the steps of each interval between two times are chosen from 64
        trajectories.
    tolerance : float
        Largest error that a step may have, from 1e-6 to 0.1, as a share: of its mean drift (root mean square over the
        trajectories, by comparison with two half steps), and of its mean diffusion, by the change due to its own kick.
    batch : int, optional
        Trajectories that are followed together, by default as many as fit the cache. Neither this number nor the next
        changes a trajectory, but for rounding.
    workers : int
        Processes; with more than one a script needs the guard ``if __name__ == "__main__":``.
    """

    step: float | None = None
    tolerance: float = 2e-3
    batch: int | None = None
    workers: int = 1

    def __post_init__(self) -> None:
        require_step(self.step, self.tolerance)
        if self.batch is not None:
            whole_number(self.batch, "number of trajectories in a batch")
        whole_number(self.workers, "number of workers")

    def sources(self, equations: WignerEquations) -> tuple[Source, ...]:
        """The noises in a form that the steps know."""
        return sources_of(equations)

    def walker(self, process: Process) -> Walker:
        """What makes the steps."""
        return process

    def noise(self, streams: Streams, seed: int, first: int, count: int) -> Any:
        """The random numbers of the steps: those that are left of the streams of the start."""
        return streams

    def width(self, sites: int) -> int:
        """Trajectories that are followed together."""
        return self.batch or max(1, CACHED // sites)


def require_step(step: float | None, tolerance: float) -> None:
    """Refuse a step or tolerance out of range, with :class:`InvalidInput`."""
    if step is not None and real_number(step, "step", minimum=0.0) == 0:
        raise InvalidInput("The step is 0.", "Give a positive time.")
    if real_number(tolerance, "tolerance of a step", minimum=1e-6) > 0.1:
        raise InvalidInput(f"The tolerance of a step is {tolerance:g}.", "Give at most 0.1.")


class Begin(Protocol):
    """Amplitudes at the first time."""

    @property
    def mean(self) -> np.ndarray:
        """With one column where all trajectories have the same."""

    @property
    def numbers(self) -> int:
        """Standard normal numbers of one trajectory."""

    def sample(self, normals: np.ndarray, first: int) -> np.ndarray:
        """Amplitudes (sites, count) of the trajectories first, … from normals (count, numbers)."""


class Walker(Protocol):
    """Whatever makes steps."""

    def follow(self, amplitudes: np.ndarray, steps: int, length: float, streams: Any) -> tuple[np.ndarray, int]:
        """Amplitudes (sites, count) after some steps, and how often a diffusion was clipped."""


class Method(Protocol):
    """How trajectories are integrated: :class:`Heun` or :class:`~photinus.solve.phase_space.fused.Fused`."""

    @property
    def step(self) -> float | None:
        """The longest step, if it is given."""

    @property
    def tolerance(self) -> float:
        """The largest error of a step, as a share."""

    @property
    def workers(self) -> int:
        """How many work at once."""

    def sources(self, equations: WignerEquations) -> tuple[Source, ...]:
        """The noises in a form that the steps know."""

    def walker(self, process: Process) -> Walker:
        """What makes the steps."""

    def noise(self, streams: Streams, seed: int, first: int, count: int) -> Any:
        """The random numbers of the steps."""

    def width(self, sites: int) -> int:
        """Trajectories that are followed together."""


@dataclass(frozen=True, eq=False)
class Process:
    """An Itô process dα = A dt + Σ B_k dW_k with its start."""

    equations: WignerEquations
    sources: tuple[Source, ...]
    start: Begin

    @property
    def numbers(self) -> int:
        """Standard normal numbers of one step."""
        return sum(source.numbers for source in self.sources)

    def drift(self, amplitudes: np.ndarray) -> np.ndarray:
        """A at points (sites, count)."""
        return evaluated(self.equations.drift, letters_at(amplitudes))

    def kick(self, middle: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, int]:
        """N/√h at points (sites, count), and the number of clipped points."""
        letters, used, clipped = letters_at(middle), 0, 0
        out = np.zeros(middle.shape, dtype=complex)
        for source in self.sources:
            part, more = source.kick(letters, normals[used : used + source.numbers])
            if len(source.places) == len(out):
                out += part
            else:
                out[source.places] += part
            used += source.numbers
            clipped += more
        return out, clipped

    def follow(self, amplitudes: np.ndarray, steps: int, length: float, streams: Streams) -> tuple[np.ndarray, int]:
        """Amplitudes (sites, count) after some steps, and how often a diffusion was clipped."""
        count, clipped, root = amplitudes.shape[1], 0, length**0.5
        done = 0
        while done < steps:
            some = min(steps - done, max(1, CHUNK // (max(1, self.numbers) * count)))
            normals = np.zeros((count, 0)) if not self.numbers else streams.normals(some * self.numbers)
            for xi in np.ascontiguousarray(normals.reshape(count, some, self.numbers).transpose(1, 2, 0)):
                slope = self.drift(amplitudes)
                moved = amplitudes + length * slope
                if self.sources:
                    noise, more = self.kick(0.5 * (amplitudes + moved), xi)
                    noise *= root
                    moved += noise
                    amplitudes = amplitudes + noise
                    clipped += more
                slope = slope + self.drift(moved)
                amplitudes = amplitudes + 0.5 * length * slope
            done += some
        return amplitudes, clipped

    def defect(self, amplitudes: np.ndarray, length: float, normals: np.ndarray) -> float:
        """The error of one step, as a share of its drift and of its diffusion; the larger of the two."""
        with np.errstate(all="ignore"):
            whole, half = self._glide(amplitudes, length), self._glide(amplitudes, 0.5 * length)
            fine = self._glide(half, 0.5 * length)
            rounding = 1e-13 * np.abs(amplitudes).max(axis=1)
            error = np.sqrt(np.mean(np.abs(whole - fine) ** 2, axis=1))
            moved = np.sqrt(np.mean(np.abs(fine - amplitudes) ** 2, axis=1))
            worst = np.where(error > rounding, error / np.maximum(moved, rounding), 0.0).max(initial=0.0)
            if self.sources:  # the mean change of the diffusion by the kick, without its odd part
                middle = 0.5 * (amplitudes + whole)
                noise = length**0.5 * self.kick(middle, normals)[0]
                size = [np.mean(self._diffusion(z)) for z in (middle, middle + noise, middle - noise)]
                change = abs(0.25 * (size[1] + size[2]) - 0.5 * size[0])
                worst = max(worst, change / size[0] if size[0] > 0 else 0.0)
        return float(worst) if np.isfinite(worst) else inf

    def _glide(self, amplitudes: np.ndarray, length: float) -> np.ndarray:
        """One step without noise."""
        slope = self.drift(amplitudes)
        return amplitudes + 0.5 * length * (slope + self.drift(amplitudes + length * slope))

    def _diffusion(self, amplitudes: np.ndarray) -> np.ndarray:
        """The moduli of all entries of the diffusion that depends on the amplitudes, summed."""
        return np.abs(evaluated(self.equations.local.coefficients, letters_at(amplitudes))).sum(axis=0)


@dataclass(frozen=True, eq=False)
class Plan:
    """Numbers of steps of the intervals between the times, and the largest error of a step, as a share."""

    steps: np.ndarray
    defect: float


def plan(process: Process, times: np.ndarray, method: Method, seed: int, count: int) -> Plan:
    """The steps of all intervals, from the first trajectories.

    Raises
    ------
    NotConverged
        If the motion grows without bound, or no step is short enough.
    """
    own = process.start.mean.shape[1]
    number = PILOT if own == 1 else min(PILOT, count)
    streams = Streams(seed, 0, number)
    amplitudes = process.start.sample(streams.normals(process.start.numbers), 0)
    pilot = _Pilot(process, method.walker(process), streams, method.noise(streams, seed, 0, number))
    numbers, worst = np.zeros(len(times) - 1, dtype=np.int64), 0.0
    for k, interval in enumerate(np.diff(times)):
        if method.step is not None:
            numbers[k] = ceil(interval / method.step * (1 - 1e-12))
            amplitudes, defect = pilot.interval(amplitudes, interval, int(numbers[k]))
        else:
            numbers[k] = pilot.enough(amplitudes, interval, method.tolerance)
            for refinement in range(REFINEMENTS + 1):
                after, defect = pilot.interval(amplitudes, interval, int(numbers[k]))
                if defect <= 2 * method.tolerance or refinement == (REFINEMENTS if defect < inf else 1):
                    break
                numbers[k] = ceil(numbers[k] * min(4.0, max(1.3, 1.1 * (defect / method.tolerance) ** 0.5)))
                _require_reachable(interval, numbers[k], times[k])
            amplitudes = after
        require_finite(amplitudes, times[k + 1], interval / numbers[k])
        worst = max(worst, defect)
    return Plan(numbers, worst)


@dataclass(frozen=True, eq=False)
class _Pilot:
    """A few trajectories, on which the length of the steps is tried."""

    process: Process
    walker: Walker
    streams: Streams
    noise: Any

    def enough(self, amplitudes: np.ndarray, interval: float, tolerance: float) -> int:
        """The smallest number of equal steps whose first one is accurate."""
        normals, steps = self.streams.normals(self.process.numbers).T, 1
        while (defect := self.process.defect(amplitudes, interval / steps, normals)) > tolerance:
            steps = ceil(steps * min(10.0, max(1.1, (defect / tolerance) ** 0.5)))
            _require_reachable(interval, steps, 0.0)
        return steps

    def interval(self, amplitudes: np.ndarray, interval: float, steps: int) -> tuple[np.ndarray, float]:
        """The amplitudes after one interval, and the largest error of a step on the way."""
        length, worst, done = interval / steps, 0.0, 0
        for look in range(1, min(LOOKS, steps) + 1):
            upto = steps * look // min(LOOKS, steps)
            with np.errstate(all="ignore"):
                amplitudes, _ = self.walker.follow(amplitudes, upto - done, length, self.noise)
            done = upto
            if not (np.abs(amplitudes) < RUNAWAY).all():
                return amplitudes, inf
            normals = self.streams.normals(self.process.numbers).T
            worst = max(worst, self.process.defect(amplitudes, length, normals))
        return amplitudes, worst


def _require_reachable(interval: float, steps: float, time: float) -> None:
    if steps > 1e9:
        raise NotConverged(
            f"From t = {time:g} on the steps would be shorter than {interval / steps:.3g}: the motion runs away.",
            "Check that gain is limited by loss, start nearer, or give a longer step as Heun(step=…).",
        )


def require_finite(amplitudes: np.ndarray, time: float, length: float) -> None:
    """Refuse what has run away, with :class:`NotConverged`."""
    lost = np.count_nonzero(~(np.abs(amplitudes) < RUNAWAY).all(axis=0))
    if lost:
        raise NotConverged(
            f"{lost} of {amplitudes.shape[1]} trajectories diverge before t = {time:g}, with steps of {length:.3g}.",
            "Give a shorter Heun(step=…), and check that gain is limited by loss and H bounded by damping.",
        )
