"""What may stand in a study file: tables, keys and types. What the entries mean is checked elsewhere.

Every table is strict: no text for a number, no key that is not listed here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Number = int | float


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Points = Annotated[list[dict[str, Number]], BeforeValidator(_as_list), Field(min_length=1, max_length=8)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$", max_length=80)]


class Table(BaseModel):
    """A table of a study file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class AxisTable(Table):
    """``[axes.NAME]``: equal steps or ratios from … to …, or listed values."""

    start: Number | None = Field(None, alias="from")
    to: Number | None = None
    points: Annotated[int, Field(ge=2, le=100_000)] | None = None
    scale: Literal["lin", "log"] | None = None
    values: Annotated[list[Number], Field(min_length=1)] | None = None
    unit: str = ""
    label: str = ""


class CutoffTable(Table):
    """``[cutoff]``: levels until a tolerance is met, or a fixed number of them."""

    converged: float | None = None
    start: int | None = None
    maximum: int | None = None
    fixed: Annotated[Any, Field()] = None
    tolerance: float | None = None


class FigureTable(Table):
    """What every ``[[figures]]`` may have: a title above it, and the name of its file."""

    name: FileName | None = None
    title: str | None = None


class TongueTable(FigureTable):
    """A quantity over two axes; ``at`` fixes the others."""

    kind: Literal["tongue"]
    quantity: str
    x: str = "detuning"
    y: str = "drive"
    at: dict[str, Number] = {}
    boundary: Literal["adler"] | None = None
    marks: bool = True


class WignerTable(FigureTable):
    """Wigner functions side by side, one for each point; ``radius`` is |α| of the mean-field limit cycle."""

    kind: Literal["wigner"]
    site: str
    at: Points
    radius: Annotated[float, Field(ge=0)] | None = None


class PhaseTable(FigureTable):
    """Phase densities of one site, one line for each point."""

    kind: Literal["phase"]
    site: str
    at: Points
    density: Literal["canonical", "husimi"] | None = None


class PopulationsTable(FigureTable):
    """Populations of one site, one panel for each point."""

    kind: Literal["populations"]
    site: str
    at: Points


class JointPhaseTable(FigureTable):
    """The joint density of two phases, one panel for each point."""

    kind: Literal["joint_phase"]
    sites: Annotated[list[str], Field(min_length=2, max_length=2)]
    at: Points


class RelativePhaseTable(FigureTable):
    """Densities of a phase difference, one line for each point."""

    kind: Literal["relative_phase"]
    sites: Annotated[list[str], Field(min_length=2, max_length=2)]
    at: Points


AnyFigure = TongueTable | WignerTable | PhaseTable | PopulationsTable | JointPhaseTable | RelativePhaseTable
FIGURES: dict[str, type[FigureTable]] = {
    "tongue": TongueTable,
    "wigner": WignerTable,
    "phase": PhaseTable,
    "populations": PopulationsTable,
    "joint_phase": JointPhaseTable,
    "relative_phase": RelativePhaseTable,
}


class StudyTable(Table):
    """A whole study file."""

    title: str = ""
    description: str = ""
    model: str
    fixed: dict[str, Any] = {}
    axes: Annotated[dict[str, AxisTable], Field(min_length=1)]
    quantities: Annotated[list[str], Field(min_length=1)]
    errors: bool = False
    cutoff: CutoffTable = CutoffTable(converged=1e-6)
    workers: Annotated[int, Field(ge=1, le=1024)] = 1
    figures: list[Annotated[AnyFigure, Field(discriminator="kind")]] = []


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


def keys_of(table: type[Table]) -> list[str]:
    """The keys that a table may have, as they are written in the file."""
    return [field.alias or name for name, field in table.model_fields.items()]
