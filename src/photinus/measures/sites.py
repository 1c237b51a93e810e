"""What every measure checks first: this is a state, and its sites are of a number and of kinds that fit."""

from __future__ import annotations

from dataclasses import replace

from photinus.errors import InvalidInput, WrongType, shown
from photinus.phase.notions import require_state
from photinus.space.state import State

ANY = ("oscillator", "spin", "qudit")
"""The kinds of site."""


def checked_names(state: State, sites: tuple[str, ...]) -> tuple[str, ...]:
    """The names of sites of a state, each once; a spin or qudit may be given by its handle.

    Raises
    ------
    WrongType
        For a model, or anything else that is no state.
    UnknownSite, SiteMismatch, InvalidInput
        For a site that the state does not have, or one that is named twice.
    """
    require_state(state, "A measure")
    for site in sites:
        if isinstance(site, (tuple, list, int, float)):
            raise WrongType(
                f"A site is given as {shown(site)}.", "Give names one after the other, and options by their keyword."
            )
    return tuple(state.sites[axis].name for axis in state.axes(sites))


def restricted(
    state: State,
    sites: tuple[str, ...],
    measure: str,
    *,
    counts: tuple[int, ...] = (2,),
    more: bool = False,
    kinds: tuple[str, ...] = ANY,
) -> tuple[State, tuple[str, ...]]:
    """The reduced state of the sites that a measure is asked of, and their names in the order given.

    Parameters
    ----------
    state : State
    sites : tuple of str or handle
    measure : str
        Its name, for the message.
    counts : tuple of int
        Numbers of sites that it takes.
    more : bool
        Whether it also takes more sites than the largest of these numbers.
    kinds : tuple of str
        Kinds of site that it takes.

    Returns
    -------
    (State, tuple of str)
        The state without its refined companion, which a measure has no use for.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        As :func:`checked_names`; for a number or a kind of sites that the measure does not take.
    """
    names = checked_names(state, sites)
    if not (len(names) in counts or (more and len(names) > max(counts))):
        wanted = " or ".join([*map(str, counts), *(["more"] if more else [])])
        raise InvalidInput(
            f"{measure} is asked of {len(names)} site{'s' if len(names) != 1 else ''}.",
            f"It takes {wanted}; the state has {', '.join(site.name for site in state.sites)}.",
        )
    for name in names:
        site = state.sites[state.space.axis(name)]
        if site.kind not in kinds:
            raise InvalidInput(f"The {site!r} has no {measure}.", f"It takes {' and '.join(f'{k}s' for k in kinds)}.")
    alone = state if state.refined is None else replace(state, refined=None)
    return alone.reduced(*names), names
