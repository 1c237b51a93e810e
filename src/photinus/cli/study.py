"""Reading a study file: from TOML to checked, frozen values, or one error that names the place.

Nothing in a study is evaluated. A model is a name of the zoo, or a function of a Python file that the study names.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from photinus.cli.mistakes import study_error
from photinus.cli.schema import AnyFigure, AxisTable, CutoffTable, StudyTable
from photinus.cli.source import ModelSource, model_source
from photinus.cli.words import toml_text
from photinus.errors import InvalidInput, StudyError
from photinus.sweep import Axis


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
    axes = {name: _axis(axis, f"{path.name}: [axes.{name}]") for name, axis in table.axes.items()}
    for name, value in table.fixed.items():
        if name in axes:
            raise StudyError(
                f"{path.name}: [fixed] {name} = {toml_text(value)}, and {name!r} is an axis, too.",
                f"Remove {name} from [fixed], or [axes.{name}].",
            )
        _check_fixed(value, f"{path.name}: [fixed] {name}")
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
        raise study_error(error, content, file) from None


def _axis(table: AxisTable, place: str) -> Axis:
    try:
        return Axis(_axis_values(table, place), table.unit, table.label)
    except StudyError:
        raise
    except InvalidInput as error:
        raise StudyError(f"{place}: {error.cause}", error.remedy) from error


def _axis_values(table: AxisTable, place: str) -> list[float]:
    bounds = {"from": table.start, "to": table.to, "points": table.points}
    if table.values is not None:
        for name, value in {**bounds, "scale": table.scale}.items():
            if value is not None:
                raise StudyError(
                    f"{place} has values, and {name} = {toml_text(value)}, too.", "Give values, or from, to and points."
                )
        return list(table.values)
    missing = [name for name, value in bounds.items() if value is None]
    if missing:
        raise StudyError(f"{place} has no {missing[0]}.", "Give from, to and points, or values = [0.1, 0.2, 0.5].")
    assert table.start is not None
    assert table.to is not None
    assert table.points is not None
    start, stop, steps = float(table.start), float(table.to), table.points - 1
    if start == stop:
        raise StudyError(
            f"{place} goes from {start:g} to {stop:g}, which is a single point.",
            f"Give different bounds, or values = [{start:g}].",
        )
    if table.scale == "log":
        if not (start > 0 and stop > 0):
            raise StudyError(
                f'{place} has scale = "log" from {start:g} to {stop:g}.', 'Give bounds above 0, or scale = "lin".'
            )
        inner = [start * (stop / start) ** (k / steps) for k in range(1, steps)]
    else:
        inner = [start + k * (stop - start) / steps for k in range(1, steps)]
    return [start, *inner, stop]


def _check_fixed(value: Any, place: str) -> None:
    if isinstance(value, list):
        for position, item in enumerate(value, start=1):
            _check_fixed(item, f"{place} (entry {position})")
    elif isinstance(value, Mapping) or not isinstance(value, (bool, int, float, str)):
        raise StudyError(f"{place} = {toml_text(value)}, which is no parameter.", "Give a number, text, or a list.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise StudyError(f"{place} = {value}, which is no finite number.", "Give a finite number.")
