"""Averages over disorder, with their standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput, Undefined, WrongType, shown
from photinus.numerics.checks import whole_number

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class DisorderAverage:
    """The mean over realisations of disorder.

    Attributes
    ----------
    values : ndarray, shape (count, …)
        Of each realisation.
    seed : int
    """

    values: np.ndarray
    seed: int

    def __post_init__(self) -> None:
        self.values.setflags(write=False)

    @property
    def mean(self) -> np.ndarray:
        """The mean over the realisations, shape (…)."""
        return np.asarray(self.values.mean(axis=0))

    @property
    def standard_error(self) -> np.ndarray:
        """Standard error of the mean; NaN for one realisation."""
        count = len(self.values)
        if count == 1:
            return np.full(self.values.shape[1:], np.nan)
        return np.asarray(self.values.std(axis=0, ddof=1) / count**0.5)

    @property
    def spread(self) -> np.ndarray:
        """Standard deviation between realisations, which does not fall with their number."""
        return np.asarray(self.standard_error * len(self.values) ** 0.5)

    def to_xarray(self) -> xarray.DataArray:
        """The values, with the dimension ``realisation`` first."""
        import xarray as xr

        names = ("realisation", *(f"axis_{k}" for k in range(self.values.ndim - 1)))
        return xr.DataArray(self.values, dims=names, name="value")

    def __repr__(self) -> str:
        head = f"DisorderAverage of {len(self.values)} realisations (seed {self.seed})"
        if self.values.ndim > 1:
            return f"{head}: values of shape {self.values.shape[1:]}"
        return f"{head}: {float(self.mean):.6g} ± {float(self.standard_error):.1g}"


def disorder_average(
    function: Callable[[np.random.Generator], Any], count: int = 32, *, seed: int = 0
) -> DisorderAverage:
    """The average of a function over realisations of disorder.

    Parameters
    ----------
    function : callable
        Takes a NumPy random generator, draws what is random from it, and returns a number or an array.
    count : int
        Number of realisations, at least 1.
    seed : int
        Realisation k of a seed is the same for every ``count``.

    Returns
    -------
    DisorderAverage
        ``.mean .standard_error .spread .values``

    Raises
    ------
    WrongType
        For what is no function.
    InvalidInput
        If the values differ in shape or are no real numbers.
    Undefined
        If a value is not finite.

    Examples
    --------
    Three oscillators with random frequencies:

    >>> import photinus as ph
    >>> from photinus.collective import disorder_average, network_order
    >>> def order(rng):
    ...     clocks = ph.zoo.coupled_van_der_pol(
    ...         3, gain=1, two_photon_loss=5, dissipative=1, detuning=list(rng.normal(0, 0.5, 3)))
    ...     return network_order(ph.steady_state(clocks, cutoff=ph.Fixed(4))).value
    >>> disorder_average(order, 8)
    DisorderAverage of 8 realisations (seed 0): 0... ± 0...
    """
    if not callable(function):
        raise WrongType(f"What is averaged is {shown(function)}.", "Give a function of a random generator.")
    count, seed = whole_number(count, "number of realisations"), whole_number(seed, "seed", minimum=0)
    found: list[np.ndarray] = []
    for k in range(count):
        returned = function(np.random.default_rng([seed, k]))
        try:
            value = np.asarray(returned)
        except ValueError:
            raise InvalidInput(
                f"Realisation {k} has values of different lengths, {shown(returned)}.", "Return an array of numbers."
            ) from None
        if value.dtype.kind not in "fiub":
            raise InvalidInput(
                f"Realisation {k} has values of the type {value.dtype}.",
                "Return real numbers, such as network_order(…).value.",
            )
        if found and value.shape != found[0].shape:
            raise InvalidInput(
                f"Realisation {k} has the shape {value.shape}, the first {found[0].shape}.", "Return equal shapes."
            )
        if not np.isfinite(value).all():
            raise Undefined(f"Realisation {k} of seed {seed} is not finite.", "See what the function does there.")
        found.append(value.astype(float))
    return DisorderAverage(np.stack(found), seed)
