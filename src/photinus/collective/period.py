r"""One period of a drive: models that hold for a time each, and kicks between them.

ρ(t + T) = 𝓕ρ(t),   𝓕 = … e^{𝓛₂t₂} 𝓚₁ e^{𝓛₁t₁},   𝓚ρ = e^{−iO} ρ e^{iO},   T = t₁ + t₂ + … .
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import pi

from photinus.algebra import Operator, Oscillator, Scalar, Site, Word
from photinus.algebra.operator import as_operator, named_sites
from photinus.errors import InvalidInput, WrongType, refused_operand, shown
from photinus.model import Model, Symmetry
from photinus.model.symmetry import derive, site_order
from photinus.numerics.checks import real_number

REMEDY = "Give a list of (ph.Model, duration) and ph.collective.Kick(operator), in the order of time."


@dataclass(frozen=True)
class Kick:
    """A pulse that takes no time: ρ ↦ e^{−iO} ρ e^{iO}.

    Parameters
    ----------
    operator : Operator
        O, Hermitian, an angle (rad) times a generator: ``Kick(np.pi * s.x)`` turns a spin over.

    Raises
    ------
    NotHermitian, WrongType

    Examples
    --------
    >>> import photinus as ph
    >>> ph.collective.Kick(3.0 * ph.spin("s", 1).z)
    Kick by 3 s_z
    """

    operator: Operator

    def __init__(self, operator: Operator | Scalar) -> None:
        object.__setattr__(self, "operator", Model(as_operator(operator)).hamiltonian)

    def __repr__(self) -> str:
        return f"Kick by {self.operator}"


@dataclass(frozen=True)
class Period:
    """A drive's period, in the order of time.

    ``period + model`` adds a model to every stretch of time, ``period + kick`` puts a kick at the end.

    Parameters
    ----------
    parts : list of (Model, float) and Kick
        What holds, and for how long (in the inverse of the unit of rates).

    Raises
    ------
    WrongType, InvalidInput
        For parts of other kinds, times that are not positive, no part that takes time, and no sites.
    SiteMismatch
        If a name stands for different sites.

    Examples
    --------
    A spin in a field that is turned over again and again:

    >>> import numpy as np
    >>> import photinus as ph
    >>> s = ph.spin("s", 1)
    >>> damped = ph.Model(0.3 * s.z, [ph.Jump(0.1, s.z)])
    >>> ph.collective.Period([(damped, 2.0), ph.collective.Kick(np.pi * s.x)])
    Period of 2, of spin s (j = 1); symmetry: none
      for 2: H = 0.3 s_z, 1 jump
      Kick by 1.57079632679 s₋ + 1.57079632679 s₊
    """

    parts: tuple[tuple[Model, float] | Kick, ...]

    def __init__(self, parts: Iterable[tuple[Model, float] | Kick]) -> None:
        try:
            listed = list(parts)
        except TypeError:
            raise WrongType(f"The parts of a period are {shown(parts)}.", REMEDY) from None
        checked = tuple(part if isinstance(part, Kick) else _stretch(part) for part in listed)
        if all(isinstance(part, Kick) for part in checked):
            raise InvalidInput("No part of the period takes time.", REMEDY)
        object.__setattr__(self, "parts", checked)
        if not self.sites:
            raise InvalidInput("The period has no sites.", "Give models or kicks with operators.")

    @property
    def duration(self) -> float:
        """T."""
        return sum(part[1] for part in self.parts if not isinstance(part, Kick))

    @property
    def frequency(self) -> float:
        """2π/T of the drive."""
        return 2 * pi / self.duration

    @property
    def models(self) -> tuple[Model, ...]:
        """The model of each part; of a kick its operator as a Hamiltonian that holds for the time 1."""
        return tuple(Model(part.operator) if isinstance(part, Kick) else part[0] for part in self.parts)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The sites of all parts, in natural order of their names."""
        operators = (x for model in self.models for x in (model.hamiltonian, *(jump.operator for jump in model.jumps)))
        return site_order(named_sites(operators).values())

    @property
    def oscillators(self) -> tuple[str, ...]:
        """Names of the sites that need a cutoff."""
        return tuple(site.name for site in self.sites if isinstance(site, Oscillator))

    @property
    def references(self) -> tuple[str, ...]:
        """Keys of the sources of all models."""
        return tuple(dict.fromkeys(key for model in self.models for key in model.references))

    @cached_property
    def symmetry(self) -> Symmetry:
        """The Abelian symmetry that all parts share."""
        words: dict[Word, complex] = {}
        channels: list[tuple[float, Operator]] = []
        for k, model in enumerate(self.models):
            hamiltonian, jumps = model.generator
            words |= {word: 1.0 for word in hamiltonian.terms if word}
            # Cross terms that cancel within one part do so at any rates; those of different parts must not.
            channels += [(rate * (k + 2) ** 0.5, jump) for rate, jump in jumps]
        return replace(derive(self.sites, Operator(words), channels), equation=None)

    def __add__(self, other: Model | Kick) -> Period:
        if isinstance(other, Kick):
            return Period([*self.parts, other])
        if not isinstance(other, Model):
            return refused_operand(
                other,
                f"To a period {shown(other)} is added.",
                "Add a ph.Model, to every stretch, or a Kick, at the end.",
            )
        return Period([part if isinstance(part, Kick) else (part[0] + other, part[1]) for part in self.parts])

    def __repr__(self) -> str:
        lines = [f"Period of {self.duration:g}, of {', '.join(map(repr, self.sites))}; symmetry: {self.symmetry}"]
        for part in self.parts:
            if isinstance(part, Kick):
                lines.append(f"  {part!r}")
            else:
                count = len(part[0].jumps)
                jumps = f"{count or 'no'} jump{'' if count == 1 else 's'}"
                lines.append(f"  for {part[1]:g}: H = {part[0].hamiltonian}, {jumps}")
        return "\n".join(lines)


def _stretch(part: object) -> tuple[Model, float]:
    if not isinstance(part, (tuple, list)) or len(part) != 2 or not isinstance(part[0], Model):
        raise WrongType(f"Among the parts of a period stands {shown(part)}.", REMEDY)
    time = real_number(part[1], "time for which a model holds")
    if time <= 0:
        raise InvalidInput(f"A model of the period holds for the time {time:g}.", "Give a positive time, or a Kick.")
    return part[0], time
