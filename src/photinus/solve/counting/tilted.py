"""The tilted generator 𝓛(χ) = 𝓛 + Σ_j (e^{χ w_j} − 1) 𝓙_j of counted jumps, in the sector of the populations.

𝓙_jρ = rate_j L_jρL_j† counts with the weight w_j, its reverse rate 𝓙 with −w_j. All 𝓛(χ) share K; only the rates of the
counted jumps are multiplied by e^{χw}. The tilt may have less symmetry than 𝓛: of D[a + b] + D[a − b] the cross terms
cancel, and counting one of the two keeps them; so a counted jump also keeps the identity that its operator may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp

import numpy as np
import scipy.sparse as sp

from photinus.algebra import Operator
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Group, Model
from photinus.model.jumps import per_atom
from photinus.model.symmetry import derive
from photinus.numerics.checks import real_number
from photinus.space.liouvillian import Generator, Jumps, Liouvillian, generator_on
from photinus.space.sectors import grading
from photinus.space.space import make_space

Channel = tuple[float, Operator]
GENERIC = 0.6180339887
"""Counted rates times 1 + k·GENERIC cancel nothing by accident: what survives there is the symmetry of every 𝓛(χ)."""


@dataclass(frozen=True, eq=False)
class CountedModel:
    """A model whose channels are sorted by what they count.

    Attributes
    ----------
    model : Model
    weights : mapping of str to float
        The weight of each counted jump, by a readable label.
    hamiltonian, plain
        H and the channels (rate, L) that are not counted.
    counted : mapping of float to tuple of (rate, L)
        The counted channels by weight, forward +w and reverse −w.
    group : Group
        The weak symmetry of the tilted generator.
    """

    model: Model
    weights: Mapping[str, float]
    hamiltonian: Operator
    plain: tuple[Channel, ...]
    counted: Mapping[float, tuple[Channel, ...]]
    group: Group

    def on(self, cutoffs: dict[str, int]) -> Tilted:
        """The tilted generator at these cutoffs."""
        space = make_space(self.model.sites, cutoffs)
        channels = (*self.plain, *(c for part in self.counted.values() for c in part))
        made = generator_on(space, self.hamiltonian, channels, graded=grading(space, self.group))
        return Tilted(made, len(self.plain), tuple(w for w, part in self.counted.items() for _ in part))


@dataclass(frozen=True, eq=False)
class Tilted:
    """𝓛(χ) on one space: the generator, whose last jumps are counted with ``signed`` weights."""

    generator: Generator
    uncounted: int
    signed: tuple[float, ...]

    def _liouvillian(self, jumps: Jumps, *, drift: bool = True) -> Liouvillian:
        made = Generator(self.generator.grading, self.generator.no_jump if drift else {}, jumps)
        return made.stationary

    @cached_property
    def plain(self) -> Liouvillian:
        """𝓛 itself."""
        return self._liouvillian(self.generator.jumps)

    @cached_property
    def silent(self) -> Liouvillian:
        """𝓛 without the counted jumps: the evolution between two counts."""
        return self._liouvillian(self.generator.jumps[: self.uncounted])

    def at(self, chi: float) -> Liouvillian:
        """𝓛(χ)."""
        jumps = self.generator.jumps[self.uncounted :]
        tilted = tuple((rate * exp(chi * w), bands) for w, (rate, bands) in zip(self.signed, jumps, strict=True))
        return self._liouvillian((*self.generator.jumps[: self.uncounted], *tilted))

    @cached_property
    def by_weight(self) -> list[tuple[float, sp.csr_array]]:
        """(w, Σ 𝓙 of the jumps that count w)."""
        jumps = self.generator.jumps[self.uncounted :]
        out = []
        for weight in dict.fromkeys(self.signed):
            chosen = tuple(jump for w, jump in zip(self.signed, jumps, strict=True) if w == weight)
            out.append((weight, self._liouvillian(chosen, drift=False).matrix.tocsr()))
        return out

    def counted(self, x: np.ndarray, power: int) -> np.ndarray:
        """Σ_j w_j^m 𝓙_j x, the m-th derivative of 𝓛(χ)x at χ = 0."""
        out = np.zeros(x.shape, dtype=complex)
        for weight, matrix in self.by_weight:
            out += weight**power * (matrix @ x)
        return out

    def frequency(self, rho: np.ndarray) -> float:
        """How often a counted jump happens; 0 where negative populations, which are rounding, have as large a flux."""
        places = self.plain.sector.trace
        negative = np.zeros(rho.shape, dtype=complex)
        negative[places] = np.minimum(rho[places].real, 0.0)
        flux, rounding = (float(self.counted(x, 0)[places].sum().real) for x in (rho, negative))
        return flux if flux > 100 * abs(rounding) else 0.0


def counted_model(model: Model, weights: Mapping[str | int, float]) -> CountedModel:
    """A model with its jumps sorted by what they count.

    Raises
    ------
    WrongType, InvalidInput
        For weights that are no mapping, a jump that does not exist, and where nothing is counted.
    """
    chosen = _weights(model, weights)
    plain = Model(model.hamiltonian, [jump for jump, w in zip(model.jumps, chosen, strict=True) if not w])
    hamiltonian, channels = plain.generator
    counted: dict[float, list[Channel]] = {}
    labels: dict[str, float] = {}
    for k, (jump, w) in enumerate(zip(model.jumps, chosen, strict=True)):
        if not w:
            continue
        labels[jump.name or f"jump {k}: {jump.operator}"] = w
        for weight, rate, whole in ((w, jump.rate, jump.operator), (-w, jump.reverse, jump.operator.dag())):
            if rate > 0:
                counted.setdefault(weight, []).extend((rate, operator) for operator in per_atom(whole))
    if not counted:
        raise InvalidInput(
            "Nothing is counted: every weight, or every rate, is 0.", "Give a jump with a rate a weight."
        )
    tilted = [(rate * (1 + GENERIC * k), L) for k, part in enumerate(counted.values(), 1) for rate, L in part]
    symmetry = derive(model.sites, hamiltonian, [*channels, *tilted])
    by_weight = {w: tuple(part) for w, part in counted.items()}
    return CountedModel(model, labels, hamiltonian, channels, by_weight, symmetry.weak)


def _weights(model: Model, weights: object) -> list[float]:
    """The weight of every jump of the model."""
    names = [jump.name for jump in model.jumps]
    known = ", ".join(
        repr(jump.name) if jump.name else f"{k} ({jump.operator}{f' of {jump.bath.name}' if jump.bath else ''})"
        for k, jump in enumerate(model.jumps)
    )
    if not isinstance(weights, Mapping):
        raise WrongType(f"What to count is {shown(weights)}.", "Give {jump name or index: weight}.")
    out = [0.0] * len(names)
    for key, weight in weights.items():
        index = isinstance(key, (int, np.integer)) and not isinstance(key, bool)
        places = [int(key)] if index and 0 <= key < len(names) else [k for k, name in enumerate(names) if name == key]
        if not places or key is None:
            raise InvalidInput(
                f"The model has no jump {key!r}.", f"Its jumps are {known or 'none'}; give a name or an index."
            )
        for place in places:
            out[place] += real_number(weight, f"weight of the jump {key!r}")
    return out
