"""Whether the figures of a study can be drawn from it: their quantities, axes, sites and points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from photinus.cli.quantities import CERTIFICATE, quantity_name
from photinus.cli.schema import (
    AnyFigure,
    CurveTable,
    JointPhaseTable,
    MapTable,
    RelativePhaseTable,
    StateFigure,
    TongueTable,
)
from photinus.cli.study import Study
from photinus.cli.words import did_you_mean, toml_text
from photinus.errors import StudyError
from photinus.model import Model

ADLER_MODEL = "van_der_pol"


def check_figure(figure: AnyFigure, study: Study, model: Model, names: Sequence[str]) -> None:
    """Check one figure.

    Parameters
    ----------
    figure : table of the schema
    study : Study
    model : Model
        At the first point of the grid.
    names : sequence of str
        The quantities that the study computes.

    Raises
    ------
    StudyError
    """
    if isinstance(figure, TongueTable):
        _check_tongue(figure, study, names)
    elif isinstance(figure, CurveTable):
        _check_curve(figure, study, names)
    else:
        _check_points(figure, study)
        _check_sites(figure, model)


def adler_rates(parameters: Mapping[str, float]) -> tuple[float, float] | None:
    """κ₁ − γ and κ₂ of a van der Pol oscillator, None where they are not given."""
    if "gain" not in parameters or "two_photon_loss" not in parameters:
        return None
    return parameters["gain"] - parameters.get("loss", 0.0), parameters["two_photon_loss"]


def curve_axis(figure: CurveTable, study: Study) -> str:
    """The axis along which a curve is drawn: the one it names, or the only one.

    Raises
    ------
    StudyError
        If it names none and there are several.
    """
    if figure.x is None and len(study.axes) > 1:
        raise StudyError(
            f"x is missing, and the study has the axes {', '.join(study.axes)}.",
            f'Add x = "{next(iter(study.axes))}", and fix the others with at.',
        )
    return figure.x if figure.x is not None else next(iter(study.axes))


# ---- figures of states ----


def _check_points(figure: StateFigure, study: Study) -> None:
    for point in figure.at:
        _check_names(point, study.axes, "at")
        for name, axis in study.axes.items():
            if name not in point:
                raise StudyError(f"at says nothing of {name!r}.", f"Add {name} = … to it.")
            low, high = min(axis.values), max(axis.values)
            if not low <= point[name] <= high:  # between the points of the axis the state is solved for by itself
                raise StudyError(
                    f"at has {name} = {toml_text(point[name])}, which is outside of the axis.",
                    f"Give a value from {toml_text(low)} to {toml_text(high)}, or extend [axes.{name}].",
                )


def _check_sites(figure: StateFigure, model: Model) -> None:
    if isinstance(figure, JointPhaseTable | RelativePhaseTable):
        sites, entry = figure.sites, "sites"
    else:
        sites, entry = [figure.site], "site"
    kinds = {site.name: site.kind for site in model.sites}
    allowed = {"wigner": ("oscillator",), "populations": ("oscillator", "spin", "qudit")}.get(
        figure.kind, ("oscillator", "spin")
    )
    _check_names(sites, kinds, entry)
    for site in sites:
        if kinds[site] not in allowed:
            raise StudyError(f"{entry} names {site!r}, which is a {kinds[site]}.", f"Name a {' or '.join(allowed)}.")
    if len(set(sites)) < len(sites):
        raise StudyError(f"sites names {sites[0]!r} twice.", "Name two different sites.")


def _check_names(given: Iterable[str], known: Iterable[str], where: str) -> None:
    known = list(known)
    for name in given:
        if name not in known:
            kind = "axis" if where in ("at", "x", "y") else "site"
            raise StudyError(f"{where} names {name!r}, which is no {kind}.", did_you_mean(name, known, "There are"))


# ---- figures of the table ----


def _check_tongue(figure: TongueTable, study: Study, names: Sequence[str]) -> None:
    _check_computed("quantity", figure.quantity, names)
    _check_names([figure.x], study.axes, "x")
    _check_names([figure.y], study.axes, "y")
    if figure.x == figure.y:
        raise StudyError(f"x and y are both {figure.x!r}.", "Name two different axes.")
    _check_drawn_axes(figure, (figure.x, figure.y), study)
    if figure.boundary == "adler":
        _check_adler(figure, study)


def _check_curve(figure: CurveTable, study: Study, names: Sequence[str]) -> None:
    for position, text in enumerate(figure.quantities, start=1):
        _check_computed(f"quantities (entry {position})", text, names)
    if len(set(map(quantity_name, figure.quantities))) < len(figure.quantities):
        raise StudyError(f"quantities = {toml_text(figure.quantities)} names one twice.", "Name every quantity once.")
    x = curve_axis(figure, study)
    _check_names([x], study.axes, "x")
    _check_drawn_axes(figure, (x,), study)


def _check_computed(key: str, text: str, names: Sequence[str]) -> None:
    if quantity_name(text) not in (*names, *CERTIFICATE):
        raise StudyError(
            f"{key} is {text!r}, which the study does not compute.",
            f"Add it to the quantities of the study, or draw one of {', '.join(names)}.",
        )


def _check_drawn_axes(figure: MapTable, drawn: tuple[str, ...], study: Study) -> None:
    """Check that the drawn axes have several values, and that ``at`` fixes each of the others at one of its values."""
    what = "A map" if len(drawn) > 1 else "A curve"
    for name in drawn:
        if len(study.axes[name].values) < 2:
            raise StudyError(f"The axis {name!r} has one value.", f"{what} needs at least two along each axis.")
    _check_names(figure.at, study.axes, "at")
    for name, axis in study.axes.items():
        if name in drawn:
            if name in figure.at:
                raise StudyError(f"at fixes {name!r}, which is drawn.", "Leave it out.")
        elif name not in figure.at:
            raise StudyError(f"at says nothing of {name!r}.", f"Add at = {{ {name} = … }}: it is not drawn.")
        elif figure.at[name] not in axis.values:
            goal = figure.at[name]
            nearest = min(axis.values, key=lambda value, goal=goal: abs(value - goal))  # type: ignore[misc]
            raise StudyError(
                f"at has {name} = {toml_text(goal)}, which is no point of the axis.", f"The nearest one is {nearest!r}."
            )


def _check_adler(figure: TongueTable, study: Study) -> None:
    if study.source.file or study.source.name != ADLER_MODEL or {figure.x, figure.y} != {"detuning", "drive"}:
        raise StudyError(
            "boundary = 'adler' is known for the model 'van_der_pol' over detuning and drive only.", "Leave it out."
        )
    rates = adler_rates({**study.fixed, **figure.at})
    if (
        rates is None
        or not all(isinstance(rate, (int, float)) for rate in rates)
        or not (rates[0] > 0 and rates[1] > 0)
    ):
        raise StudyError(
            "boundary = 'adler' needs gain above loss and a two-photon loss above 0.",
            "Leave it out, or change the rates.",
        )
