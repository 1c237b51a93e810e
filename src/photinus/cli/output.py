"""What a finished study leaves behind: the table, the figures, the report, and a few lines on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photinus import cite
from photinus.cli.check import Plan
from photinus.cli.figures import Drawer
from photinus.cli.job import REPORT, STORE, TABLE, command_of
from photinus.cli.study import Study
from photinus.errors import PhotinusError
from photinus.model import Model
from photinus.report import Page, certificates, explain, write_report
from photinus.sweep import export

if TYPE_CHECKING:
    import xarray


def write_outputs(plan: Plan, table: xarray.Dataset, directory: Path, tell: Callable[[str], object]) -> bool:
    """Write the table, the figures and the report, and tell a summary line by line.

    Parameters
    ----------
    plan : Plan
    table : xarray.Dataset
    directory : Path
        Made already.
    tell : callable
        Given each line.

    Returns
    -------
    bool
        Whether every point is certified and every figure is drawn.

    Raises
    ------
    OutputError
    """
    export(table, directory / TABLE)
    pictures, refusals = Drawer(plan, table, directory).draw_all()
    write_report(directory / REPORT, _page(plan, directory, tuple(refusals)), table, pictures)
    found = certificates(table)
    width = max(len(name) for name, _ in found.rows())
    for name, text in found.rows():
        tell(f"  {name:<{width}}  {text}")
    tell(f"  {found.verdict}")
    for refusal in refusals:
        tell(f"Warning: {refusal}")
    for name in (REPORT, *(picture.path.name for picture in pictures), TABLE, STORE):
        tell(f"  {directory / name}")
    return found.trusted == found.points and not refusals


def _page(plan: Plan, directory: Path, notes: tuple[str, ...]) -> Page:
    study = plan.study
    where, model = _shown_model(plan)
    return Page(
        title=study.title,
        description=study.description,
        model=str(study.source),
        equation=explain(study.source.function().__doc__),
        details=f"{where} (fingerprint {model.fingerprint}):\n{model!r}",
        parameters={**study.fixed, "cutoff": _cutoff_text(study)},
        command=command_of(study, directory),
        study=study.path.read_text("utf-8"),
        references=tuple(cite(model).splitlines()) if model.references else (),
        notes=notes,
    )


def _shown_model(plan: Plan) -> tuple[str, Model]:
    """The model at the last point, since drives often begin at 0; at the first one where it fails there."""
    study = plan.study
    last = {name: axis.values[-1] for name, axis in study.axes.items()}
    try:
        return "At the last point", study.source.build({**study.fixed, **last})
    except PhotinusError:
        return "At the first point", plan.model


def _cutoff_text(study: Study) -> Any:
    given = study.cutoff
    if given.converged is not None:
        return f"until the truncation error is below {given.converged:g}"
    return f"fixed: {given.fixed}"
