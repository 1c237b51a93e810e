"""What a measure is, beside its function: sites, range, invariances, what a zero means, cost, source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from photinus.space.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure: a function of (state, site names…) and what is to be known of its value.

    Attributes
    ----------
    name, symbol : str
    function : callable
        ``(state, *sites) -> float``; other options, if it has any, are keyword-only and have defaults.
    sites : tuple of int
        Numbers of sites that it takes.
    more : bool
        Whether it also takes more sites than the largest of these numbers.
    kinds : tuple of str
        Kinds of site that it takes.
    two_level : bool
        Whether every site must have exactly two levels.
    range : str
        Least and largest value.
    meaning, zero : str
        What it measures; what a zero means.
    sees : str
        Classical, quantum or any correlation, a phase or none: what makes it positive.
    invariance : str
        What it does not change under.
    cost : str
        What the time grows with: ``elements`` (one pass over the state), ``eigenvalues`` (of its blocks), ``search``.
    references : tuple of str
    """

    name: str
    symbol: str
    function: Callable[..., float]
    sites: tuple[int, ...]
    more: bool = False
    kinds: tuple[str, ...]
    two_level: bool = False
    range: str
    meaning: str
    zero: str
    sees: str
    invariance: str = ""
    cost: str = "elements"
    references: tuple[str, ...] = ()

    def takes(self, count: int) -> bool:
        """Whether it takes this number of sites."""
        return count in self.sites or (self.more and count > max(self.sites))

    def applies(self, state: State, sites: tuple[str, ...]) -> bool:
        """Whether the measure takes these sites of the state."""
        axes = state.axes(sites)
        return (
            self.takes(len(sites))
            and all(state.sites[axis].kind in self.kinds for axis in axes)
            and (not self.two_level or all(state.space.levels[axis] == 2 for axis in axes))
        )
