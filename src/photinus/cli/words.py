"""Small texts of the command line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_LONGEST = 60


def did_you_mean(name: str, known: Iterable[str], what: str) -> str:
    """A remedy for an unknown name: the nearest known one, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1, 0.5)
    return f"Did you mean {near[0]!r}?" if near else f"{what}: {', '.join(names) or 'none'}."


def toml_text(value: Any) -> str:
    """A value as it is written in a study file, shortened where it is long.

    Examples
    --------
    >>> from photinus.cli.words import toml_text
    >>> toml_text({"a": [1, 2.5], "b": True}), toml_text("x"), toml_text({})
    ('{ a = [1, 2.5], b = true }', '"x"', '{}')
    """
    text = _toml(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _toml(value: Any) -> str:
    if isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        entries = ", ".join(f"{name} = {_toml(content)}" for name, content in value.items())
        return f"{{ {entries} }}" if entries else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value)


def counted(number: int, noun: str) -> str:
    """A number of things: "1 point", "2 points"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
