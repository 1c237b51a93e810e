"""How a system is watched: small frozen objects whose fields are their only options."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isfinite

from photinus.errors import InvalidInput, WrongType, shown
from photinus.numerics.checks import real_number, whole_number
from photinus.solve.unravelling.diffusion import Diffusion
from photinus.solve.unravelling.kets import Engine
from photinus.solve.unravelling.quantum_jumps import jump_records

Chosen = str | int | tuple[str | int, ...] | None
"""Jumps of a model, by name or by place from 0; None for all."""


class Scheme(ABC):
    """A way to watch the channels of a model. All schemes have the same mean, the master equation."""

    __slots__ = ()

    channel: Chosen
    efficiency: float
    batch: int
    workers: int

    @abstractmethod
    def engine(self) -> Engine:
        """What makes the trajectories."""

    def _check(self) -> None:
        efficiency = real_number(self.efficiency, "efficiency of the detector", minimum=0.0)
        if efficiency > 1:
            raise InvalidInput(f"The efficiency of the detector is {efficiency:g}.", "Give a number from 0 to 1.")
        object.__setattr__(self, "efficiency", efficiency)
        for name in ("batch", "workers"):
            object.__setattr__(self, name, whole_number(getattr(self, name), f"number of {name}"))
        chosen = self.channel
        listed = chosen if isinstance(chosen, tuple) else (chosen,)
        if not all(key is None or isinstance(key, (str, int)) for key in listed):
            raise WrongType(
                f"The channel is {shown(chosen)}.", "Give the name of a jump, its place, or a tuple of them."
            )


@dataclass(frozen=True, slots=True)
class QuantumJumps(Scheme):
    """Every quantum that a channel carries away clicks in a detector; exact in time.

    Parameters
    ----------
    channel : str, int or tuple of them, optional
        The jumps that are counted, by name or by place from 0 (a reverse process is counted under its own name); by
        default all. Jumps of the others happen as well and are not written down.
    efficiency : float
        η from 0 to 1: each click of a counted channel is written down with this probability. The ket is that of an
        observer who misses none.
    batch : int
        Trajectories that are followed together. Neither this number nor the next changes a trajectory.
    workers : int
        Processes.

    References
    ----------
    Dalibard1992, Dum1992.
    """

    channel: Chosen = None
    efficiency: float = 1.0
    batch: int = 1000
    workers: int = 1

    def __post_init__(self) -> None:
        self._check()

    def engine(self) -> Engine:
        return jump_records


@dataclass(frozen=True, slots=True)
class Homodyne(Scheme):
    """The output of channels interferes with a local oscillator: currents √(ηγ)⟨L e^{−iθ} + h.c.⟩ + white noise.

    Parameters
    ----------
    channel : str, int or tuple of them, optional
        The jumps that are read, by name or by place from 0; by default all, each with a current of its own.
    angle : float
        θ (rad), the phase of the local oscillator.
    efficiency : float
        η from 0 to 1. The rest, and the channels that are not read, diffuse without a record.
    step : float, optional
        Longest step in time, above 0; the weak error is of second order in it. By default half of the life time
        of the fastest ket in the space.
    batch, workers : int
        As for :class:`QuantumJumps`.

    References
    ----------
    Wiseman1993.
    """

    channel: Chosen = None
    angle: float = 0.0
    efficiency: float = 1.0
    step: float | None = None
    batch: int = 250
    workers: int = 1

    def __post_init__(self) -> None:
        self._check()
        object.__setattr__(self, "angle", real_number(self.angle, "phase of the local oscillator"))
        object.__setattr__(self, "step", _positive(self.step))

    def engine(self) -> Engine:
        return Diffusion(self.angle, self.step)


@dataclass(frozen=True, slots=True)
class Heterodyne(Scheme):
    """Both quadratures of the output of channels at once: complex currents √(ηγ)⟨L⟩ + white noise.

    The noise ζ has E[ζ(t)ζ̄(t′)] = δ(t − t′) and E[ζζ] = 0, so that the phase of the current is a measured phase.

    Parameters
    ----------
    channel, efficiency, step, batch, workers
        As for :class:`Homodyne`.

    References
    ----------
    Wiseman1993.
    """

    channel: Chosen = None
    efficiency: float = 1.0
    step: float | None = None
    batch: int = 250
    workers: int = 1

    def __post_init__(self) -> None:
        self._check()
        object.__setattr__(self, "step", _positive(self.step))

    def engine(self) -> Engine:
        return Diffusion(None, self.step)


def _positive(step: float | None) -> float | None:
    if step is None:
        return None
    number = real_number(step, "step of a diffusive trajectory")
    if not (number > 0 and isfinite(number)):
        raise InvalidInput(f"The step of a diffusive trajectory is {number:g}.", "Give a positive time.")
    return number
