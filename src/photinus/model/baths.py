"""Baths: environments that own jumps and, where they have a temperature, keep them in detailed balance."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, inf
from typing import TYPE_CHECKING

from photinus.errors import InvalidInput, shown
from photinus.numerics.checks import real_number

if TYPE_CHECKING:
    from photinus.algebra import Operator
    from photinus.model.jumps import Jump


@dataclass(frozen=True, slots=True)
class Bath:
    """An environment with a name and, where it has them, a temperature and a chemical potential.

    Parameters
    ----------
    name : str
        Name under which heat and entropy are booked.
    temperature : float, optional
        k_B T in the unit of the rates, at least 0.
    chemical_potential : float
        μ, the energy that a particle in the bath is worth without being heat; in the unit of the rates.

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
    chemical_potential: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InvalidInput(f"The name of the bath is {shown(self.name)}.", "Give a non-empty string.")
        if self.temperature is not None:
            temperature = real_number(self.temperature, f"temperature of the bath {self.name!r}", minimum=0.0)
            object.__setattr__(self, "temperature", temperature)
        potential = real_number(self.chemical_potential, f"chemical potential of the bath {self.name!r}")
        object.__setattr__(self, "chemical_potential", potential)

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
        quantum = self._quantum(frequency)
        if quantum <= 0:
            raise InvalidInput(
                f"The frequency of a jump of the bath {self.name!r} is {frequency}"
                + (f", {quantum:g} above its chemical potential." if self.chemical_potential else "."),
                "Give ω > 0 (above the chemical potential), and the operator that lowers the energy.",
            )
        occupation = self._weight(quantum, -1)
        return self._pair(rate, operator, (occupation + 1, occupation), quantum, name)

    def fermi_jump(self, rate: float, operator: Operator, energy: float, name: str | None = None) -> Jump:
        """Exchange of a fermion: rate·(1 − f)·D[L] and rate·f·D[L†], f = 1/(e^{(ε−μ)/T} + 1).

        Parameters
        ----------
        rate : float
            The tunnelling rate, at least 0.
        operator : Operator
            L, which hands one particle of the energy ``energy`` to the bath.
        energy : float
            ε, of either sign.
        name : str, optional
            Name of the jump.

        Raises
        ------
        InvalidInput
            If the bath has no temperature, or zero temperature with ε = μ.

        Examples
        --------
        >>> import photinus as ph
        >>> dot = ph.qudit("dot", 2)
        >>> lead = ph.Bath("lead", temperature=0.5, chemical_potential=1.0)
        >>> jump = lead.fermi_jump(0.1, dot(0, 1), energy=1.0)
        >>> jump.rate, jump.reverse
        (0.05, 0.05)
        """
        quantum = self._quantum(energy)
        if self.temperature == 0 and quantum == 0:
            raise InvalidInput(
                f"At zero temperature a level at the chemical potential {energy:g} of {self.name!r} has no occupation.",
                "Give a temperature, or another energy.",
            )
        return self._pair(rate, operator, (self._weight(-quantum, 1), self._weight(quantum, 1)), quantum, name)

    def _quantum(self, energy: float) -> float:
        """The heat that a particle of this energy brings."""
        if self.temperature is None:
            raise InvalidInput(
                f"The bath {self.name!r} has no temperature.", "Give one: Bath(name, temperature=…), or use Jump(…)."
            )
        return real_number(energy, f"frequency of a jump of the bath {self.name!r}") - self.chemical_potential

    def _weight(self, quantum: float, sign: int) -> float:
        """1/(e^{quantum/T} ± 1)."""
        assert self.temperature is not None
        ratio = quantum / self.temperature if self.temperature > 0 else inf if quantum > 0 else -inf
        if ratio > 700:
            return 0.0
        return 1 / expm1(ratio) if sign < 0 else 1 / (exp(max(ratio, -700.0)) + 1)

    def _pair(
        self, rate: float, operator: Operator, weights: tuple[float, float], quantum: float, name: str | None
    ) -> Jump:
        from photinus.model.jumps import Jump

        rate = real_number(rate, f"rate of a jump of the bath {self.name!r}", minimum=0.0)
        forward, reverse = weights
        return Jump(rate * forward, operator, reverse=rate * reverse, bath=self, name=name, quantum=quantum)
