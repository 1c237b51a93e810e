"""What is wrong in a study file, in words: the place, the value, what it must be, and how to write it.

The sentences come from the schema (:mod:`photinus.cli.schema`); of what pydantic finds only the place is used, and
whether something is unknown, missing, or wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from photinus.cli.schema import FIGURES, StudyTable, keys_of, table_at
from photinus.cli.words import did_you_mean, toml_text
from photinus.errors import StudyError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo

Place = tuple[str | int, ...]


def study_error(error: ValidationError, content: Mapping[str, Any], file: str) -> StudyError:
    """The error that tells the user what pydantic has found.

    Parameters
    ----------
    error : ValidationError
        What was found.
    content : mapping
        The study, as it was read.
    file : str
        Its name.
    """
    # An unknown key is often the cause of what is missing: it comes first.
    found = sorted(error.errors(include_url=False), key=lambda entry: entry["type"] != "extra_forbidden")
    others = len({_owner_and_key(entry["loc"]) for entry in found}) - 1
    cause, remedy = _sentences(found[0], content)
    more = f" ({others} more {'entry is' if others == 1 else 'entries are'} wrong.)" if others else ""
    return StudyError(f"{file}: {cause}{more}", remedy)


def _sentences(entry: Any, content: Mapping[str, Any]) -> tuple[str, str]:
    kind, place = entry["type"], entry["loc"]
    if kind == "extra_forbidden":
        return _unknown_key(place)
    if kind.startswith("union_tag"):
        return _wrong_kind(place, content)
    owner, key = _owner_and_key(place)
    field = _field(owner, key)
    if kind == "missing":
        return f"{_subject(owner)} has no {key}.", f"Add {_example(key, field)}."
    value, inside = _found(content, place, len(owner))
    where = " ".join(filter(None, (_header(owner), key + inside)))
    cause = f"{where} = {toml_text(value)}, but {key if inside else 'it'} must be {field.description}."
    return cause, _remedy(owner, key, field, value)


def _unknown_key(place: Place) -> tuple[str, str]:
    owner, key = place[:-1], str(place[-1])
    table = table_at(owner)
    cause = f"{_subject(owner)} has no key {key!r}."
    if owner and key in keys_of(StudyTable):
        return cause, f"Put {key} above the first line with a table in brackets: it belongs to the whole study."
    return cause, did_you_mean(key, keys_of(table) if table else (), "It has")


def _wrong_kind(place: Place, content: Mapping[str, Any]) -> tuple[str, str]:
    kind = content["figures"][place[1]].get("kind")
    if kind is None:
        return f"{_subject(place)} has no kind.", f'Add kind = "curve", or another one of {", ".join(FIGURES)}.'
    cause = f"{_header(place)} kind = {toml_text(kind)}, which is not known."
    return cause, did_you_mean(str(kind), FIGURES, "Known kinds are")


def _remedy(owner: Place, key: str, field: FieldInfo, value: Any) -> str:
    if not owner and key == "figures" and isinstance(value, Mapping):
        return "Write [[figures]] with double brackets above each figure."
    if not owner and key == "quantities" and isinstance(value, str):
        return f"Write quantities = [{toml_text(value)}]."
    if not owner and key == "axes":
        return "Write a line [axes.NAME] for each axis, and from, to and points below it."
    return f"Write, for example, {_example(key, field)}."


def _example(key: str, field: FieldInfo) -> str:
    return f"{key} = {(field.examples or ['…'])[0]}"


# ---- places ----


def _owner_and_key(place: Place) -> tuple[Place, str]:
    """The table that a place is in, as pydantic names it, and the key in that table."""
    depth = next((depth for depth in (3, 2, 1) if len(place) > depth and table_at(place[:depth])), 0)
    return place[:depth], str(place[depth])


def _field(owner: Place, key: str) -> FieldInfo:
    table = table_at(owner)
    assert table is not None
    return keys_of(table)[key]


def _header(owner: Place) -> str:
    """A table as its place is written in the file; "" for the whole study."""
    if not owner:
        return ""
    if owner[0] == "figures":
        return figure_header(int(owner[1]) + 1)
    return f"[{'.'.join(map(str, owner))}]"


def _subject(owner: Place) -> str:
    return _header(owner).rstrip(":") or "the study"


def figure_header(number: int) -> str:
    """The place of the first, second … figure, counted from 1."""
    return f"[[figures]] number {number}:"


def _found(content: Any, place: Place, depth: int) -> tuple[Any, str]:
    """What stands at a place, and the way to it from the key of its table, such as " (entry 2).drive"."""
    value, inside = content, ""
    for position, part in enumerate(place):
        # What cannot be followed is no key of the file, but how pydantic tells one of several types.
        if isinstance(value, list) and isinstance(part, int):
            value = value[part]
            inside += f" (entry {part + 1})" if position > depth else ""
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
            inside += f".{part}" if position > depth else ""
    return value, inside
