"""What may stand in a study file: tables, keys and types. What the entries mean is checked elsewhere.

Every table is strict: no text for a number, no key that is not listed here. The description of a field says what its
entry must be and completes "it must be …"; its example is how an entry is written. Both go into the messages about
wrong entries (:mod:`photinus.cli.mistakes`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

Number = Annotated[int, Field(ge=-(2**53), le=2**53)] | float  # integers that a float holds exactly


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _entry(needed: str, example: str) -> FieldInfo:
    """What an entry must be, and one of them as it is written in the file."""
    info = Field(description=needed, examples=[example])
    assert isinstance(info, FieldInfo)
    return info


Text = Annotated[str, _entry("text in quotes", '"van der Pol"')]
Levels = Annotated[int, Field(ge=1, le=100_000)]
Tolerance = Annotated[float, Field(gt=0, lt=1)]
Site = Annotated[str, _entry("the name of a site in quotes", '"a"')]
TwoSites = Annotated[
    list[str], Field(min_length=2, max_length=2), _entry("a list of the names of two sites", '["a", "b"]')
]
Points = Annotated[
    list[Annotated[dict[str, Number], Field(min_length=1)]],
    BeforeValidator(_as_list),
    Field(min_length=1, max_length=8),
    _entry("a table with a value for each axis, or a list of 1 to 8 of them", "{ drive = 0.5, detuning = 0.0 }"),
]
Quantities = Annotated[
    list[str], Field(min_length=1), _entry("a list of at least one quantity in quotes", '["phase_coherence(a)"]')
]


class Table(BaseModel):
    """A table of a study file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class AxisTable(Table):
    """``[axes.NAME]``: equal steps or ratios from … to …, or listed values."""

    start: Annotated[Number | None, _entry("a finite number", "0.0")] = Field(None, alias="from")
    to: Annotated[Number | None, _entry("a finite number", "1.0")] = None
    points: Annotated[Annotated[int, Field(ge=2, le=100_000)] | None, _entry("an integer from 2 to 100000", "41")] = (
        None
    )
    scale: Annotated[Literal["lin", "log"] | None, _entry('"lin" or "log"', '"log"')] = None
    values: Annotated[
        Annotated[list[Number], Field(min_length=1)] | None,
        _entry("a list of at least one finite number", "[0.1, 0.2, 0.5]"),
    ] = None
    unit: Annotated[str, _entry("text in quotes", '"gain"')] = ""
    label: Annotated[str, _entry("text in quotes", r"'$\Omega$'")] = ""


class CutoffTable(Table):
    """``[cutoff]``: levels until a tolerance is met, or a fixed number of them."""

    converged: Annotated[
        Annotated[float, Field(ge=1e-13, lt=1)] | None, _entry("a number from 1e-13 to below 1", "1e-6")
    ] = None
    start: Annotated[Levels | None, _entry("an integer from 1 to 100000", "12")] = None
    maximum: Annotated[Levels | None, _entry("an integer from 1 to 100000", "200")] = None
    fixed: Annotated[
        Levels | Annotated[dict[str, Levels], Field(min_length=1)] | None,
        _entry("an integer from 1 to 100000, or one for each oscillator as in { a = 20, b = 12 }", "28"),
    ] = None
    tolerance: Annotated[Tolerance | None, _entry("a number above 0 and below 1", "1e-3")] = None


class FigureTable(Table):
    """What every ``[[figures]]`` may have: a title above it, and the name of its file."""

    name: Annotated[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.png)?$", max_length=80)] | None,
        _entry("the name of a PNG file: up to 80 letters, digits, - and _, with or without .png", '"tongue"'),
    ] = None
    title: Annotated[str | None, _entry("text in quotes", '"Entrainment"')] = None


class MapTable(FigureTable):
    """What figures of the table have: ``at`` fixes the axes that are not drawn."""

    at: Annotated[
        dict[str, Number], _entry("a table of values of the axes that are not drawn", "{ two_photon_loss = 0.1 }")
    ] = {}


class TongueTable(MapTable):
    """A quantity over two axes; ``at`` fixes the others."""

    kind: Literal["tongue"]
    quantity: Annotated[str, _entry("a quantity in quotes", '"phase_coherence(a)"')]
    x: Annotated[str, _entry("the name of an axis in quotes", '"detuning"')] = "detuning"
    y: Annotated[str, _entry("the name of an axis in quotes", '"drive"')] = "drive"
    boundary: Annotated[Literal["adler"] | None, _entry('"adler"', '"adler"')] = None
    marks: Annotated[bool, _entry("true or false", "false")] = True


class CurveTable(MapTable):
    """Quantities against one axis, by default the only one; ``at`` fixes the others."""

    kind: Literal["curve"]
    quantities: Annotated[Quantities, Field(max_length=7), _entry("a list of 1 to 7 quantities", '["mean_number(a)"]')]
    x: Annotated[str | None, _entry("the name of an axis in quotes", '"drive"')] = None


class WignerTable(FigureTable):
    """Wigner functions side by side, one for each point; ``radius`` is |α| of the mean-field limit cycle."""

    kind: Literal["wigner"]
    site: Site
    at: Points
    radius: Annotated[Annotated[float, Field(ge=0)] | None, _entry("a finite number from 0 on", "2.2")] = None


class PhaseTable(FigureTable):
    """Phase densities of one site, one line for each point."""

    kind: Literal["phase"]
    site: Site
    at: Points
    density: Annotated[Literal["canonical", "husimi"] | None, _entry('"canonical" or "husimi"', '"husimi"')] = None


class PopulationsTable(FigureTable):
    """Populations of one site, one panel for each point."""

    kind: Literal["populations"]
    site: Site
    at: Points


class JointPhaseTable(FigureTable):
    """The joint density of two phases, one panel for each point."""

    kind: Literal["joint_phase"]
    sites: TwoSites
    at: Points


class RelativePhaseTable(FigureTable):
    """Densities of a phase difference, one line for each point."""

    kind: Literal["relative_phase"]
    sites: TwoSites
    at: Points


TableFigure = TongueTable | CurveTable
StateFigure = WignerTable | PhaseTable | PopulationsTable | JointPhaseTable | RelativePhaseTable
AnyFigure = TableFigure | StateFigure
FIGURES: dict[str, type[FigureTable]] = {
    "tongue": TongueTable,
    "curve": CurveTable,
    "wigner": WignerTable,
    "phase": PhaseTable,
    "populations": PopulationsTable,
    "joint_phase": JointPhaseTable,
    "relative_phase": RelativePhaseTable,
}


class StudyTable(Table):
    """A whole study file."""

    title: Text = ""
    description: Text = ""
    model: Annotated[str, Field(min_length=1), _entry("the name of a model in quotes", '"van_der_pol"')]
    fixed: Annotated[dict[str, Any], _entry("a table of parameters", "{ gain = 1.0 }")] = {}
    axes: Annotated[
        dict[str, AxisTable],
        Field(min_length=1),
        _entry("a table with one table for each axis", "{ drive = { from = 0.0, to = 1.0, points = 41 } }"),
    ]
    quantities: Quantities
    errors: Annotated[bool, _entry("true or false", "true")] = False
    cutoff: Annotated[CutoffTable, _entry("a table", "{ converged = 1e-6 }")] = CutoffTable(converged=1e-6)
    workers: Annotated[int, Field(ge=1, le=1024), _entry("an integer from 1 to 1024", "2")] = 1
    figures: Annotated[
        list[Annotated[AnyFigure, Field(discriminator="kind")]],
        _entry("a list of tables, each under [[figures]] in double brackets", '[{ kind = "curve" }]'),
    ] = []


def table_at(place: tuple[str | int, ...]) -> type[Table] | None:
    """Which table of the schema stands at a place of the file, as pydantic names places."""
    if not place:
        return StudyTable
    head = str(place[0])
    if head == "axes" and len(place) == 2:
        return AxisTable
    if head == "cutoff" and len(place) == 1:
        return CutoffTable
    if head == "figures" and len(place) == 3:
        return FIGURES.get(str(place[2]))
    return None


def keys_of(table: type[Table]) -> dict[str, FieldInfo]:
    """The fields of a table by their keys, as they are written in the file."""
    return {field.alias or name: field for name, field in table.model_fields.items()}
