"""Jumps: one dissipative channel rate·D[L] + reverse·D[L†]."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from photinus.algebra import Identical, Operator
from photinus.algebra.ensemble import is_each
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model.baths import Bath
from photinus.numerics.checks import real_number


def per_atom(operator: Operator) -> tuple[Operator, ...]:
    """The jump operators whose dissipators add up to Σ_n D[L_n], L_n on the atom n of an ensemble; else L itself.

    Raises
    ------
    WrongType
        Where L is a sum of operators of each atom and of others, or of two ensembles.
    """
    if not _has_atoms(operator):
        return (operator,)
    words = {
        word: [site for site, local in word if isinstance(site, Identical) and is_each(local)]
        for word in operator.terms
    }
    owners = set().union(*words.values())
    if not owners:
        return (operator,)
    if len(owners) > 1 or not all(words.values()):
        raise WrongType(
            f"The jump operator {operator} acts on each atom of one ensemble in some of its terms only.",
            "Let every term hold an .each operator of the same ensemble, or write several jumps.",
        )
    (owner,) = owners
    channels = {local: owner.channels(local) for word in words for site, local in word if site == owner}
    return tuple(
        Operator(
            {
                tuple((site, channels[local][k] if site == owner else local) for site, local in word): c
                for word, c in operator.terms.items()
            }
        )
        for k in range(len(next(iter(channels.values()))))
    )


def _has_atoms(operator: Operator) -> bool:
    return any(isinstance(site, Identical) and is_each(local) for word in operator.terms for site, local in word)


@dataclass(frozen=True, slots=True)
class Jump:
    """A dissipative channel rate·D[L]ρ + reverse·D[L†]ρ, D[L]ρ = LρL† − ½(L†Lρ + ρL†L).

    Parameters
    ----------
    rate : float
        Rate of L, at least 0, in the unit of all rates. It is never hidden inside L (QuTiP's ``c_ops`` carry √rate;
        several papers write κ(2LρL† − …), a factor 2).
    operator : Operator
        L; of a spin or qudit one of its operators, such as ``s.minus`` or ``q(0, 1)``.
    reverse : float
        Rate of the reverse process L†, at least 0.
    bath : Bath, optional
        The environment that the jump's heat goes to, a ``ph.Bath`` and not its name alone.
    name : str, optional
        Name under which the jump is counted, not empty.
    quantum : float, optional
        The heat that one forward jump hands to its bath, in the unit of the rates: T·ln(rate/reverse). ``Bath.jump``
        knows it; it counts where the rates do not tell, as at zero temperature.

    Raises
    ------
    InvalidInput
        For a negative, complex or non-finite rate, or an L that is a number.
    WrongType
        For an L that is no operator, a bath that is no Bath and a name that is no string.
    """

    rate: float
    operator: Operator
    reverse: float = 0.0
    bath: Bath | None = None
    name: str | None = None
    quantum: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.rate, Operator):
            raise WrongType(f"The rate of a jump is the operator {self.rate}.", "Give the rate first: Jump(rate, L).")
        operator = as_operator(self.operator)
        if not operator.terms.keys() - {()}:
            raise InvalidInput(f"A jump operator is the number {operator}, which does nothing.", "Leave the jump out.")
        if self.name is not None and not (isinstance(self.name, str) and self.name):
            raise WrongType(f"The name of the jump {operator} is {shown(self.name)}.", "Give a non-empty string.")
        per_atom(operator)
        object.__setattr__(self, "operator", operator)
        self._require("rate", "rate", 0.0)
        self._require("reverse", "reverse rate", 0.0)
        if self.quantum is not None:
            self._require("quantum", "quantum", None)
        if self.bath is not None and not isinstance(self.bath, Bath):
            owner = f"jump {self.name or operator}"
            raise WrongType(f"The bath of the {owner} is {shown(self.bath)}.", "Give a bath, such as ph.Bath('hot').")

    def _require(self, field: str, what: str, minimum: float | None) -> None:
        """One of the numbers, checked; the label costs more than all the rest of a jump, and is made when it is due."""
        value = getattr(self, field)
        if type(value) is not float or not 0 <= value < inf:
            number = real_number(value, f"{what} of the jump {self.name or self.operator}", minimum=minimum)
            object.__setattr__(self, field, number)

    @property
    def channels(self) -> tuple[tuple[float, Operator], ...]:
        """(rate, L) and (reverse, L†), those of non-zero rate; for L of each atom three of each, d² of d levels."""
        pairs = [(self.rate, self.operator)]
        if self.reverse:
            pairs.append((self.reverse, self.operator.dag()))
        return tuple([(rate, part) for rate, operator in pairs if rate > 0 for part in per_atom(operator)])

    def __str__(self) -> str:
        back = f" + {self.reverse:g} D[{self.operator.dag()}]" if self.reverse else ""
        owner = f" ({self.bath.name})" if self.bath else ""
        return f"{self.rate:g} D[{self.operator}]{back}{owner}"
