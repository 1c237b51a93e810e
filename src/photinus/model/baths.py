"""Baths: environments that own jumps and, where they have a temperature, keep them in detailed balance."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1
from typing import TYPE_CHECKING

from photinus.errors import InvalidInput, shown
from photinus.numerics.checks import real_number

if TYPE_CHECKING:
    from photinus.algebra import Operator
    from photinus.model.jumps import Jump


@dataclass(frozen=True, slots=True)
class Bath:
    """An environment with a name and, where it has one, a temperature.

    Parameters
    ----------
    name : str
        Name under which heat and entropy are booked.
    temperature : float, optional
        k_B T in the unit of the rates, at least 0.

    Examples
    --------
    >>> import photinus as ph
    >>> hot = ph.Bath("hot", temperature=2.0)
    >>> a = ph.oscillator("a")
    >>> jump = hot.jump(0.1, a, frequency=1.0)
    >>> round(jump.rate / jump.reverse, 12) == round(2.718281828459045 ** 0.5, 12)
    True
    """

    name: str
    temperature: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InvalidInput(f"The name of the bath is {shown(self.name)}.", "Give a non-empty string.")
        if self.temperature is not None:
            temperature = real_number(self.temperature, f"temperature of the bath {self.name!r}", minimum=0.0)
            object.__setattr__(self, "temperature", temperature)

    def jump(self, rate: float, operator: Operator, frequency: float, name: str | None = None) -> Jump:
        """A pair of jumps in detailed balance: rate·(n̄+1)·D[L] and rate·n̄·D[L†], n̄ = 1/(e^{ω/T} − 1).

        Parameters
        ----------
        rate : float
            The zero-temperature rate of L, at least 0.
        operator : Operator
            L, which hands the energy ``frequency`` to the bath.
        frequency : float
            ω > 0, the quantum of energy that one jump gives to the bath.
        name : str, optional
            Name of the jump.

        Raises
        ------
        InvalidInput
            If the bath has no temperature, or the frequency is not positive.
        """
        from photinus.model.jumps import Jump

        if self.temperature is None:
            raise InvalidInput(
                f"The bath {self.name!r} has no temperature.", "Give one: Bath(name, temperature=…), or use Jump(…)."
            )
        frequency = real_number(frequency, f"frequency of a jump of the bath {self.name!r}")
        if frequency <= 0:
            raise InvalidInput(
                f"The frequency of a jump of the bath {self.name!r} is {frequency}.",
                "Give ω > 0, and the operator that lowers the energy.",
            )
        rate = real_number(rate, f"rate of a jump of the bath {self.name!r}", minimum=0.0)
        ratio = frequency / self.temperature if self.temperature > 0 else float("inf")
        occupation = 1 / expm1(ratio) if ratio < 700 else 0.0
        return Jump(rate * (occupation + 1), operator, reverse=rate * occupation, bath=self, name=name)
