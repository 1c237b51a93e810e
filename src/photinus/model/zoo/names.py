"""Names of the sites of a model of the literature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from photinus.errors import InvalidInput, WrongType, shown


def distinct_names(names: Any, count: int, what: str) -> tuple[str, ...]:
    """One name for each of so many sites, which are ``what``.

    Raises
    ------
    WrongType
        For what is no list of strings.
    InvalidInput
        For more names, or fewer, and for one that is given twice.
    """
    remedy = f"Give a list of {count} different names."
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise WrongType(f"The names of the {what} are {shown(names)}.", remedy)
    given = tuple(names)
    for name in given:
        if not isinstance(name, str):
            raise WrongType(f"Among the names of the {what} stands {shown(name)}.", remedy)
    if len(given) != count:
        raise InvalidInput(f"The {what} have {len(given)} names, where {count} are needed.", remedy)
    if len(set(given)) != count:
        twice = next(name for name in given if given.count(name) > 1)
        raise InvalidInput(f"The {what} have the name {twice!r} twice.", remedy)
    return given
