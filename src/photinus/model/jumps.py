"""Jumps: one dissipative channel rate·D[L] + reverse·D[L†]."""

from __future__ import annotations

from dataclasses import dataclass

from photinus.algebra import Operator
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput
from photinus.model.baths import Bath
from photinus.numerics.checks import real_number


@dataclass(frozen=True, slots=True)
class Jump:
    """A dissipative channel rate·D[L]ρ + reverse·D[L†]ρ, D[L]ρ = LρL† − ½(L†Lρ + ρL†L).

    Parameters
    ----------
    rate : float
        Rate of L, at least 0, in the unit of all rates. It is never hidden inside L (QuTiP's ``c_ops`` carry √rate;
        several papers write κ(2LρL† − …), a factor 2).
    operator : Operator
        L.
    reverse : float
        Rate of the reverse process L†, at least 0.
    bath : Bath, optional
        The environment that the jump's heat goes to.
    name : str, optional
        Name under which the jump is counted.

    Raises
    ------
    InvalidInput
        For a negative, complex or non-finite rate, or an L that is a number.
    """

    rate: float
    operator: Operator
    reverse: float = 0.0
    bath: Bath | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        operator = as_operator(self.operator)
        if not operator.sites:
            raise InvalidInput(f"A jump operator is the number {operator}, which does nothing.", "Leave the jump out.")
        label = f"of the jump {self.name or operator}"
        object.__setattr__(self, "operator", operator)
        object.__setattr__(self, "rate", real_number(self.rate, f"rate {label}", minimum=0.0))
        object.__setattr__(self, "reverse", real_number(self.reverse, f"reverse rate {label}", minimum=0.0))
        if self.bath is not None and not isinstance(self.bath, Bath):
            raise InvalidInput(f"The bath {label} is {self.bath!r}.", "Give a ph.Bath.")

    @property
    def channels(self) -> tuple[tuple[float, Operator], ...]:
        """The processes with a non-zero rate: (rate, L) and (reverse, L†)."""
        pairs = (
            (self.rate, self.operator),
            (self.reverse, self.operator.dag()) if self.reverse else (0.0, self.operator),
        )
        return tuple((rate, operator) for rate, operator in pairs if rate > 0)

    def __str__(self) -> str:
        back = f" + {self.reverse:g} D[{self.operator.dag()}]" if self.reverse else ""
        owner = f" ({self.bath.name})" if self.bath else ""
        return f"{self.rate:g} D[{self.operator}]{back}{owner}"
