"""Channels: every dissipative process beside its reverse, with its owner, its affinity and its quantum of heat.

The affinity of a process is A = ln(rate/reverse), the entropy that one forward jump leaves in the environment. In a
bath of temperature T it is the heat over T. Two jumps that are each other's reverse form one channel, however the model
writes them; an L with L† ∝ L is its own reverse and has no affinity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf, log

from photinus.algebra import Operator
from photinus.errors import InvalidInput
from photinus.model import Bath, Model
from photinus.model.jumps import per_atom

DETAILED_BALANCE = 1e-6
"""How far ln(rate/reverse) may be from quantum/T, relative to the larger of them and 1."""
UNDERFLOW = 690.0
"""Affinities beyond this leave no reverse rate that a float could hold."""


@dataclass(frozen=True, slots=True)
class Channel:
    """rate·D[L] + reverse·D[L†] of one owner; a jump with a reverse rate alone is turned round.

    Attributes
    ----------
    label : str
        Name of the jump, or its operator.
    bath : Bath or None
        Who owns it.
    operator : Operator
        L.
    rate, reverse : float
        Of L and of L†, rate > 0; of a channel that is its own reverse ``rate`` holds both.
    affinity : float
        ln(rate/reverse); inf where there is no reverse, 0 where L is its own reverse.
    quantum : float or None
        The heat that a forward jump hands to the bath; None where neither the jump nor the rates tell it.
    """

    label: str
    bath: Bath | None
    operator: Operator
    rate: float
    reverse: float
    affinity: float
    quantum: float | None

    @property
    def owner(self) -> str:
        """The bath's name, or the label of a jump without a bath."""
        return self.bath.name if self.bath is not None else self.label

    @property
    def processes(self) -> tuple[tuple[float, Operator], ...]:
        """(rate, L) and (reverse, L†), as far as they happen."""
        both = ((self.rate, self.operator), (self.reverse, self.operator.dag()))
        return tuple((rate, operator) for rate, operator in both if rate > 0)


@lru_cache(maxsize=64)
def channels(model: Model) -> tuple[Channel, ...]:
    """The channels of a model, jumps and their reverses paired.

    Raises
    ------
    InvalidInput
        For two baths of one name, rates that contradict the temperature of their bath, and a reverse rate at zero
        temperature.
    """
    _require_one_bath_each(model)
    for jump in model.jumps:
        if len(per_atom(jump.operator)) > 1:
            raise InvalidInput(
                f"The jump {jump.name or jump.operator} is one of each atom of an ensemble; its heat is not known.",
                "Write a few atoms as spins ph.spin(name, 1/2), each with a jump of its own.",
            )
    out: list[Channel] = []
    for jump in model.jumps:
        label, bath = jump.name or str(jump.operator), jump.bath
        if jump.rate > 0:
            channel = Channel(label, bath, jump.operator, jump.rate, jump.reverse, 0.0, jump.quantum)
        elif jump.reverse > 0:
            quantum = None if jump.quantum is None else -jump.quantum
            channel = Channel(label, bath, jump.operator.dag(), jump.reverse, 0.0, 0.0, quantum)
        else:
            continue
        _join(out, channel)
    return tuple(_completed(channel) for channel in out)


def by_owner(found: Iterable[Channel]) -> dict[str, list[Channel]]:
    """Channels by bath, in the order of the model; a jump without a bath owns itself."""
    out: dict[str, list[Channel]] = {}
    for channel in found:
        out.setdefault(channel.owner, []).append(channel)
    return out


def _require_one_bath_each(model: Model) -> None:
    known: dict[str, Bath] = {}
    for jump in model.jumps:
        if jump.bath is not None and known.setdefault(jump.bath.name, jump.bath) != jump.bath:
            raise InvalidInput(
                f"The name {jump.bath.name!r} stands for two baths: {known[jump.bath.name]} and {jump.bath}.",
                "Give each bath a name of its own.",
            )


def _join(out: list[Channel], channel: Channel) -> None:
    """Append a channel, or make it the reverse of a one-way channel of the same owner that it undoes."""
    if channel.reverse == 0 and proportion(channel.operator, channel.operator.dag()) is None:
        for k, other in enumerate(out):
            c = proportion(channel.operator, other.operator.dag())
            if other.reverse == 0 and other.bath == channel.bath and c is not None:
                out[k] = replace(other, reverse=channel.rate * abs(c) ** 2)  # D[cL†] = |c|²D[L†]
                return
    out.append(channel)


def proportion(left: Operator, right: Operator) -> complex | None:
    """The factor c of left = c·right, or None."""
    word = max(right.terms, key=lambda w: abs(right.terms[w]), default=None)
    if word is None or word not in left.terms:
        return None
    c = left.terms[word] / right.terms[word]
    return complex(c) if left.isclose(c * right) else None


def _completed(channel: Channel) -> Channel:
    """With its affinity and its quantum."""
    bath = channel.bath
    temperature = bath.temperature if bath is not None else None
    if proportion(channel.operator, channel.operator.dag()) is not None:
        return replace(channel, rate=channel.rate + channel.reverse, reverse=0.0, affinity=0.0, quantum=0.0)
    rate, reverse, quantum = channel.rate, channel.reverse, channel.quantum
    if temperature == 0 and rate > 0 and reverse > 0:
        raise InvalidInput(
            f"The jump {channel.label} of the bath {channel.owner!r} runs backwards with the rate {reverse:g} at zero "
            "temperature.",
            "Give the bath a temperature above 0, or no reverse rate.",
        )
    affinity = log(rate) - log(reverse) if reverse > 0 else inf
    if temperature and quantum is not None:
        expected = quantum / temperature
        if affinity == inf and expected > UNDERFLOW:
            affinity = expected
        elif abs(affinity - expected) > DETAILED_BALANCE * max(1.0, abs(expected)) and affinity != inf:
            raise InvalidInput(
                f"The jump {channel.label} has the rates {rate:g} and {reverse:g}, ln of their ratio {affinity:g}, but "
                f"its quantum over the temperature of {channel.owner!r} is {expected:g}.",
                "Make it with Bath.jump(rate, operator, frequency), which keeps detailed balance.",
            )
    elif temperature and affinity != inf:
        quantum = temperature * affinity
    return replace(channel, affinity=affinity, quantum=quantum)
