"""Reading a study file: from TOML to checked, frozen values, or one error that names the place.

Nothing in a study is evaluated. A model is a name of the zoo, or a function of a Python file that the study names.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from photinus.cli.schema import AnyFigure, AxisTable, CutoffTable, StudyTable, keys_of, table_at
from photinus.cli.source import ModelSource, model_source
from photinus.errors import InvalidInput, StudyError
from photinus.sweep import Axis

_KINDS = {
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_UNION_MEMBERS = ("int", "float", "constrained-int")


@dataclass(frozen=True)
class Study:
    """A study, read and well-formed; whether the model can do it is :func:`photinus.cli.check.check_study`'s question.

    Attributes
    ----------
    path : Path
        The file.
    title, description : str
    source : ModelSource
        Where the model comes from.
    fixed : dict
        Parameters that do not change.
    axes : dict of str to Axis
        The grid.
    quantities : tuple of str
        As written.
    errors : bool
        Whether each quantity is accompanied by its truncation error.
    cutoff : CutoffTable
    workers : int
    figures : tuple of tables
    """

    path: Path
    title: str
    description: str
    source: ModelSource
    fixed: dict[str, Any]
    axes: dict[str, Axis]
    quantities: tuple[str, ...]
    errors: bool
    cutoff: CutoffTable
    workers: int
    figures: tuple[AnyFigure, ...]

    @property
    def name(self) -> str:
        """The name of the file, without its ending."""
        return self.path.stem

    @property
    def points(self) -> int:
        """Number of points of the grid."""
        return math.prod(len(axis.values) for axis in self.axes.values())


def read_study(path: Path) -> Study:
    """Read a study file.

    Parameters
    ----------
    path : Path
        A TOML file.

    Raises
    ------
    StudyError
        If the file does not exist, is no TOML, or has an unknown key, a wrong type or an impossible value; the message
        names the place.
    """
    table = _validated(_content(path), path.name)
    axes = {name: _axis(axis, f"{path.name}: axes.{name}") for name, axis in table.axes.items()}
    for name in axes:
        if name in table.fixed:
            raise StudyError(
                f"{path.name}: {name!r} stands in [fixed] and is an axis, too.", "Remove one of the two entries."
            )
    for name, value in table.fixed.items():
        _check_fixed(value, f"{path.name}: fixed.{name}")
    return Study(
        path=path,
        title=table.title or path.stem.replace("_", " "),
        description=table.description,
        source=model_source(table.model, path),
        fixed=dict(table.fixed),
        axes=axes,
        quantities=tuple(table.quantities),
        errors=table.errors,
        cutoff=table.cutoff,
        workers=table.workers,
        figures=tuple(table.figures),
    )


def did_you_mean(name: str, known: Iterable[str], what: str) -> str:
    """A remedy for an unknown name: the nearest known one, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1, 0.5)
    return f"Did you mean {near[0]!r}?" if near else f"{what}: {', '.join(names) or 'none'}."


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise StudyError(f"The study {str(path)!r} cannot be read: {error.strerror}.", "Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError(f"{path.name} is no TOML file: {error}.", "Mend this place of the file.") from error


def _validated(content: dict[str, Any], file: str) -> StudyTable:
    try:
        return StudyTable.model_validate(content)
    except ValidationError as error:
        # An unknown key is often the cause of what is missing: it comes first.
        first = ("extra_forbidden", "finite_number")
        found = sorted(error.errors(include_url=False), key=lambda entry: entry["type"] not in first)
        _refuse(found[0], file, len({_place(entry["loc"]) for entry in found}) - 1)


def _place(location: tuple[str | int, ...]) -> str:
    """Where in the file: figures[2].quantity."""
    text = ""
    for position, part in enumerate(location):
        if part in _UNION_MEMBERS and position == len(location) - 1:
            continue
        if location[0] == "figures" and position == 2:  # pydantic puts the kind here
            continue
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _refuse(entry: Any, file: str, others: int) -> NoReturn:
    location, kind, given = entry["loc"], entry["type"], entry["input"]
    place = f"{file}: {_place(location)}"
    more = f" (and {others} more)" if others > 0 else ""
    if kind == "extra_forbidden":
        owner = table_at(location[:-1])
        known = keys_of(owner) if owner else []
        where = _place(location[:-1])
        inside = f"[{where}]" if where else "a study"
        raise StudyError(
            f"{file}: {inside} has no key {location[-1]!r}{more}.", did_you_mean(str(location[-1]), known, "It has")
        )
    if kind == "missing":
        raise StudyError(f"{place} is missing{more}.", f"Add the entry {_place(location)}.")
    if kind == "union_tag_not_found":
        raise StudyError(f"{place} has no kind{more}.", 'Add one, such as kind = "tongue".')
    if kind == "union_tag_invalid":
        tags = [tag.strip(" '") for tag in entry["ctx"]["expected_tags"].split(",")]
        tag = str(entry["ctx"]["tag"])
        raise StudyError(f"{place}.kind is {tag!r}{more}.", did_you_mean(tag, tags, "Known kinds are"))
    if kind == "literal_error":
        expected = [word.strip(" '") for word in entry["ctx"]["expected"].replace(" or ", ",").split(",")]
        raise StudyError(f"{place} is {given!r}{more}.", did_you_mean(str(given), expected, "Known are"))
    if kind in _KINDS:
        needed = "a number" if location[-1] in _UNION_MEMBERS and kind != "finite_number" else _KINDS[kind]
        raise StudyError(f"{place} is {given!r}, which is not {needed}{more}.", f"Give {needed}.")
    detail = entry["msg"][0].lower() + entry["msg"][1:]
    raise StudyError(
        f"{place} is {given!r}{more}.", f"The {detail}." if "should" in detail else f"It must hold: {detail}."
    )


def _axis(table: AxisTable, place: str) -> Axis:
    try:
        return Axis(_axis_values(table, place), table.unit, table.label)
    except InvalidInput as error:
        if isinstance(error, StudyError):
            raise
        raise StudyError(f"{place}: {error.cause}", error.remedy) from error


def _axis_values(table: AxisTable, place: str) -> list[float]:
    bounds = {"from": table.start, "to": table.to, "points": table.points}
    if table.values is not None:
        extra = [name for name, value in {**bounds, "scale": table.scale}.items() if value is not None]
        if extra:
            raise StudyError(f"{place} has values and {extra[0]!r}, too.", "Give values, or from, to and points.")
        return list(table.values)
    missing = [name for name, value in bounds.items() if value is None]
    if missing:
        raise StudyError(f"{place}.{missing[0]} is missing.", "Give from, to and points, or values = [...].")
    assert table.start is not None
    assert table.to is not None
    assert table.points is not None
    start, stop, steps = float(table.start), float(table.to), table.points - 1
    if table.scale == "log":
        if not (start > 0 and stop > 0):
            raise StudyError(
                f"{place} is logarithmic from {start:g} to {stop:g}.", 'Give bounds above 0, or scale = "lin".'
            )
        inner = [start * (stop / start) ** (k / steps) for k in range(1, steps)]
    else:
        inner = [start + k * (stop - start) / steps for k in range(1, steps)]
    return [start, *inner, stop]


def _check_fixed(value: Any, place: str) -> None:
    if isinstance(value, list):
        for position, item in enumerate(value, start=1):
            _check_fixed(item, f"{place}[{position}]")
    elif isinstance(value, Mapping) or not isinstance(value, (bool, int, float, str)):
        raise StudyError(f"{place} is {value!r}.", "Give a number, text, or a list of them.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise StudyError(f"{place} is {value}.", "Give a finite number.")
