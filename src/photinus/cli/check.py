"""Whether a study can be done: everything that can be found wrong before the first point is computed."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from photinus.cli.point import StudyPoint
from photinus.cli.quantities import Quantity, check_sites, parse_quantity
from photinus.cli.schema import AnyFigure, CutoffTable, JointPhaseTable, RelativePhaseTable, TongueTable
from photinus.cli.study import Study, did_you_mean
from photinus.errors import PhotinusError, StudyError
from photinus.model import Model
from photinus.solve.cutoff import Converged, Fixed

ADLER_MODEL = "van_der_pol"


@dataclass(frozen=True)
class Plan:
    """A study that was found to be in order.

    Attributes
    ----------
    study : Study
    model : Model
        At the first point of the grid.
    point : StudyPoint
        What is called at every point.
    """

    study: Study
    model: Model
    point: StudyPoint

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What is asked at every point, the certificate aside."""
        parsed = map(parse_quantity, self.point.quantities)
        return tuple(quantity for quantity in parsed if isinstance(quantity, Quantity))


def check_study(study: Study) -> Plan:
    """Check a study against its model: parameters, quantities, cutoff and figures.

    Raises
    ------
    StudyError
        Which names the place in the file.
    PhotinusError
        Where the model refuses its parameters, such as a negative rate.
    """
    file = study.path.name
    with_place = _Place(file)
    with with_place("model"):
        study.source.function()
    _check_parameters(study)
    first = {name: axis.values[0] for name, axis in study.axes.items()}
    with with_place("model"):
        model = study.source.build({**study.fixed, **first})
    for position, text in enumerate(study.quantities, start=1):
        with with_place(f"quantities[{position}]"):
            quantity = parse_quantity(text)
            if isinstance(quantity, Quantity):
                check_sites(quantity, model)
    with with_place("cutoff"):
        cutoff = _cutoff(study.cutoff)
        if isinstance(cutoff, Fixed):
            cutoff.start(model)
    names = tuple(dict.fromkeys(_name(text) for text in study.quantities))
    for position, figure in enumerate(study.figures, start=1):
        with with_place(f"figures[{position}]"):
            _check_figure(figure, study, model, names)
    return Plan(study, model, StudyPoint(study.source, study.fixed, cutoff, names, study.errors))


class _Place:
    """Puts the place in the file before what is wrong there."""

    def __init__(self, file: str):
        self._file = file
        self._entry = ""

    def __call__(self, entry: str) -> _Place:
        self._entry = entry
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PhotinusError):
            raise StudyError(f"{self._file}: {self._entry}: {error.cause}", error.remedy) from error


def _name(text: str) -> str:
    quantity = parse_quantity(text)
    return quantity if isinstance(quantity, str) else quantity.name


def _check_parameters(study: Study) -> None:
    parameters = study.source.parameters()
    accepts_all = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    named = [name for name, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    places = {**dict.fromkeys(study.fixed, "fixed"), **dict.fromkeys(study.axes, "axes")}
    for name, place in places.items():
        if name not in named and not accepts_all:
            raise StudyError(
                f"{study.path.name}: {place}.{name}: {study.source} has no parameter {name!r}.",
                did_you_mean(name, [free for free in named if free not in places], "It has besides"),
            )
    for name in named:
        if parameters[name].default is inspect.Parameter.empty and name not in places:
            raise StudyError(
                f"{study.path.name}: {study.source} requires {name!r}.",
                f"Put {name} = … into [fixed], or make it an axis.",
            )


def _cutoff(table: CutoffTable) -> Fixed | Converged:
    if (table.converged is None) == (table.fixed is None):
        both = "both converged and fixed" if table.fixed is not None else "neither converged nor fixed"
        raise StudyError(f"It has {both}.", "Write converged = 1e-6, or fixed = 28, or fixed = {a = 20, b = 12}.")
    if table.converged is not None:
        if table.tolerance is not None:
            raise StudyError("tolerance belongs to a fixed cutoff.", "Leave it out: converged is the tolerance.")
        options = {"start": table.start, "maximum": table.maximum}
        return Converged(table.converged, **{name: value for name, value in options.items() if value is not None})
    if table.start is not None or table.maximum is not None:
        raise StudyError("start and maximum belong to a converged cutoff.", "Leave them out.")
    levels = table.fixed
    for value in levels.values() if isinstance(levels, Mapping) else (levels,):
        if isinstance(value, bool) or not isinstance(value, int):
            raise StudyError(f"fixed is {levels!r}.", "Give an integer, or one for each oscillator: {a = 20, b = 12}.")
    return Fixed(levels) if table.tolerance is None else Fixed(levels, table.tolerance)


# ---- figures ----


def _check_figure(figure: AnyFigure, study: Study, model: Model, names: tuple[str, ...]) -> None:
    if isinstance(figure, TongueTable):
        _check_tongue(figure, study, names)
        return
    for point in figure.at:
        _check_names(point, study.axes, "at")
        missing = [name for name in study.axes if name not in point]
        if missing:
            raise StudyError(f"at says nothing of {missing[0]!r}.", f"Add {missing[0]} = … to it.")
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
            raise StudyError(f"{site!r} is a {kinds[site]}.", f"Name a {' or '.join(allowed)}.")
    if len(set(sites)) < len(sites):
        raise StudyError(f"sites names {sites[0]!r} twice.", "Name two different sites.")


def _check_names(given: Iterable[str], known: Iterable[str], where: str) -> None:
    known = list(known)
    for name in given:
        if name not in known:
            kind = "axis" if where in ("at", "x", "y") else "site"
            raise StudyError(f"{where} names {name!r}, which is no {kind}.", did_you_mean(name, known, "There are"))


def _check_tongue(figure: TongueTable, study: Study, names: tuple[str, ...]) -> None:
    if _name(figure.quantity) not in names:
        raise StudyError(
            f"quantity is {figure.quantity!r}, which the study does not compute.",
            f"Add it to quantities, or draw one of {', '.join(names)}.",
        )
    _check_names([figure.x], study.axes, "x")
    _check_names([figure.y], study.axes, "y")
    if figure.x == figure.y:
        raise StudyError(f"x and y are both {figure.x!r}.", "Name two different axes.")
    for name in (figure.x, figure.y):
        if len(study.axes[name].values) < 2:
            raise StudyError(f"The axis {name!r} has one value.", "A map needs at least two along each axis.")
    _check_names(figure.at, study.axes, "at")
    for name, axis in study.axes.items():
        if name in (figure.x, figure.y):
            if name in figure.at:
                raise StudyError(f"at fixes {name!r}, which is an axis of the map.", "Leave it out.")
        elif name not in figure.at:
            raise StudyError(f"at says nothing of {name!r}.", f"Add at = {{{name} = …}}: a map has two axes.")
        elif figure.at[name] not in axis.values:
            nearest = min(axis.values, key=lambda value, goal=figure.at[name]: abs(value - goal))  # type: ignore[misc]
            raise StudyError(
                f"at has {name} = {figure.at[name]!r}, which is no point of the axis.",
                f"The nearest one is {nearest!r}.",
            )
    if figure.boundary == "adler":
        _check_adler(figure, study)


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


def adler_rates(parameters: Mapping[str, float]) -> tuple[float, float] | None:
    """κ₁ − γ and κ₂ of a van der Pol oscillator, None where they are not given."""
    if "gain" not in parameters or "two_photon_loss" not in parameters:
        return None
    return parameters["gain"] - parameters.get("loss", 0.0), parameters["two_photon_loss"]
