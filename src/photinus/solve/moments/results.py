"""Moments at rest and moments in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg as la

from photinus.algebra import Operator, Scalar, Word
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, Undefined
from photinus.solve.arguments import finite_numbers
from photinus.solve.moments.follow import NEUTRAL
from photinus.solve.moments.hierarchy import Hierarchy, text_of
from photinus.solve.moments.physical import complaints_of
from photinus.solve.moments.regression import Regression
from photinus.solve.moments.words import Naming, refuse_functions, renamed

if TYPE_CHECKING:
    import xarray

SHOWN = 8
"""Moments that a print shows."""


@dataclass(frozen=True, eq=False)
class RestingMoments:
    """The moments of a steady state, made by :meth:`Moments.steady`.

    Attributes
    ----------
    system : Hierarchy
    y : ndarray
        The point.
    eigenvalues : ndarray
        Of the Jacobian, largest real part first: how the moments come back to rest.
    """

    system: Hierarchy = field(repr=False)
    y: np.ndarray = field(repr=False)
    eigenvalues: np.ndarray = field(repr=False)

    @property
    def values(self) -> dict[str, complex]:
        """The moments by their operators."""
        means = self.system.letters(self.y)
        return {text_of(word): complex(means[k]) for k, word in enumerate(self.system.words)}

    def expect(self, operator: Operator | Scalar) -> float | complex:
        """⟨O⟩, a float if O is Hermitian; words above the order by the cumulant expansion.

        Raises
        ------
        InvalidInput
            For diagonal functions.
        UnknownSite, WrongType
        """
        return self.system.mean_of(as_operator(operator), self.y).item()

    @property
    def stable(self) -> bool | None:
        """Whether all eigenvalues have negative real parts.

        None where one is zero to rounding: the moments at rest then depend on where they started.
        """
        top = float(self.eigenvalues.real.max())
        return None if top >= -NEUTRAL * float(np.abs(self.eigenvalues).max()) else True

    @cached_property
    def complaints(self) -> tuple[str, ...]:
        """What shows that these are the moments of no state; empty where nothing does."""
        return complaints_of(self.system, self.y)

    @property
    def ok(self) -> bool:
        """Whether there are no complaints."""
        return not self.complaints

    def correlation(
        self, left: Operator, right: Operator, times: np.ndarray | list[float] | tuple[float, ...]
    ) -> np.ndarray:
        """⟨left(t) right(0)⟩ for t ≥ 0, by the regression theorem within the closure.

        Parameters
        ----------
        left, right : Operator
            Where sites are equivalent, ``right`` must not tell them apart.
        times : sequence of float
            At least 0.

        Returns
        -------
        ndarray of complex, shape (times,)

        Raises
        ------
        InvalidInput
            For order 1, negative times, diagonal functions, and a ``right`` that tells equivalent sites apart.

        Examples
        --------
        A lossy oscillator of frequency ω in a thermal bath: ⟨a†(t)a(0)⟩ = n̄ e^{(iω − κ/2)t}:

        >>> import numpy as np
        >>> import photinus as ph
        >>> a = ph.oscillator("a")
        >>> bath = ph.Model(2.0 * a.dag() * a, [ph.Jump(1.5, a, reverse=0.5)])
        >>> at_rest = ph.cumulants(bath).steady()
        >>> bool(np.allclose(at_rest.correlation(a.dag(), a, [0, 1.0]), [0.5, 0.5 * np.exp(2j - 0.5)]))
        True
        """
        left, right = self.system.atoms.collapsed(as_operator(left)), as_operator(right)
        grid = finite_numbers(times, "times of a correlation")
        if grid.ndim != 1 or (grid < 0).any():
            raise InvalidInput("The times of a correlation are not a row of numbers of at least 0.", "Give t ≥ 0.")
        names = self.system.closure.naming
        _require_symmetric(names, self.system.atoms.laid_out(right))
        out = np.zeros(len(grid), dtype=complex)
        for charge in dict.fromkeys(names.charge(word) for word in left.terms):
            flow = self._regression(charge, left)
            first = np.array([self._beside(x, right) for x in flow.words], dtype=complex)
            combination: dict[Word, complex] = {}
            for word, c in left.terms.items():
                for x, f in flow.with_partner(names, word).items():
                    combination[x] = combination.get(x, 0) + c * f
            row = flow.row(combination)
            out += [row @ (la.expm(flow.matrix * t) @ first) for t in grid]
        return out

    def linewidth(self, operator: Operator) -> float:
        """Full width at half maximum of the narrowest line of ⟨O†(t)O(0)⟩, −2 Re of the slowest eigenvalue.

        Parameters
        ----------
        operator : Operator
            O, such as a or S₋; its charge selects the equations.

        Raises
        ------
        InvalidInput
            For order 1, for operators of several charges, and for diagonal functions.

        Examples
        --------
        >>> import photinus as ph
        >>> a = ph.oscillator("a")
        >>> round(ph.cumulants(ph.Model(jumps=[ph.Jump(1.5, a, reverse=0.5)])).steady().linewidth(a), 12)
        1.0
        """
        dagger = self.system.atoms.collapsed(as_operator(operator).dag())
        charges = {self.system.closure.naming.charge(word) for word in dagger.terms}
        if len(charges) != 1:
            raise InvalidInput(
                f"The operator {operator} has {len(charges)} charges.", "Give an operator of one charge."
            )
        flow = self._regression(charges.pop(), dagger)
        keep = [k for k, word in enumerate(flow.words) if word]
        if not keep:
            raise Undefined(f"There is no moment like ⟨{dagger}⟩ of this order.", "Raise the order.")
        return float(-2 * la.eigvals(flow.matrix[np.ix_(keep, keep)]).real.max())

    def to_xarray(self) -> xarray.Dataset:
        """The table ``mean`` over ``moment``."""
        import xarray as xr

        values = self.values
        return xr.Dataset({"mean": (("moment",), np.array([*values.values()]))}, {"moment": [*values]})

    def _beside(self, word: Word, right: Operator) -> complex:
        """⟨w·right⟩; of an ensemble the atoms that are those of w and the others."""
        return complex(self.expect(Operator({word: 1.0}) * self.system.atoms.laid_out(right, (s for s, _ in word))))

    def _regression(self, charge: tuple[int, ...], operator: Operator) -> Regression:
        refuse_functions(operator.terms)
        if self.system.closure.order < 2:
            raise InvalidInput("Order 1 knows no correlations.", "Take order=2 or more.")
        return Regression(self.system, self.y, charge)

    def __repr__(self) -> str:
        stable = {True: "stable", None: "neutral: it depends on the start"}[self.stable]
        rows = [f"  ⟨{name}⟩ = {_number(value)}" for name, value in [*self.values.items()][:SHOWN]]
        more = [f"  … and {len(self.system.words) - SHOWN} more"] if len(self.system.words) > SHOWN else []
        flags = [f"  NOT A STATE: {text}" for text in self.complaints]
        return "\n".join([f"Moments at rest, order {self.system.closure.order}, {stable}", *rows, *more, *flags])


@dataclass(frozen=True, eq=False)
class MovingMoments:
    """Moments as functions of time, made by :meth:`Moments.evolve`.

    Attributes
    ----------
    system : Hierarchy
    times : ndarray, shape (times,)
    y : ndarray, shape (unknowns, times)
    """

    system: Hierarchy = field(repr=False)
    times: np.ndarray
    y: np.ndarray = field(repr=False)

    @property
    def values(self) -> dict[str, np.ndarray]:
        """The moments by their operators, each of shape (times,)."""
        means = self.system.letters(self.y)
        return {text_of(word): means[k] for k, word in enumerate(self.system.words)}

    def expect(self, operator: Operator | Scalar) -> np.ndarray:
        """⟨O⟩(t), shape (times,); real where O is Hermitian."""
        return np.asarray(self.system.mean_of(as_operator(operator), self.y))

    @cached_property
    def complaints(self) -> tuple[str, ...]:
        """What shows that some of these are the moments of no state; empty where nothing does."""
        return complaints_of(self.system, self.y)

    @property
    def ok(self) -> bool:
        """Whether there are no complaints."""
        return not self.complaints

    def to_xarray(self) -> xarray.Dataset:
        """The table ``mean`` over ``time`` and ``moment``."""
        import xarray as xr

        values = self.values
        table = np.stack([*values.values()], axis=1)
        return xr.Dataset({"mean": (("time", "moment"), table)}, {"time": self.times, "moment": [*values]})

    def __repr__(self) -> str:
        flags = [f"  NOT A STATE: {text}" for text in self.complaints]
        head = f"{len(self.system.words)} moments, order {self.system.closure.order}: "
        span = f"{len(self.times)} times from {self.times[0]:g} to {self.times[-1]:g}"
        return "\n".join([head + span, *flags])


def _number(value: complex) -> str:
    if abs(value.imag) <= 1e-12 * abs(value):
        return f"{value.real + 0.0:.6g}"
    return f"{value.real:.6g}{value.imag:+.6g}i"


def _require_symmetric(names: Naming, operator: Operator) -> None:
    refuse_functions(operator.terms)
    for group in names.classes:
        for x, y in pairwise(group):
            swap = {x: y, y: x}
            swapped = Operator({renamed(word, swap): c for word, c in operator.terms.items()})
            if not swapped.isclose(operator):
                raise InvalidInput(
                    f"The operator {operator} tells the equivalent sites {x.name} and {y.name} apart.",
                    "Give a symmetric sum, or use ph.cumulants(model, order, permutation=False).",
                )
