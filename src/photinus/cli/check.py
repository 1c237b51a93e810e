"""Whether a study can be done: everything that can be found wrong before the first point is computed."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from photinus.cli.check_figures import check_figure
from photinus.cli.mistakes import figure_header
from photinus.cli.point import StudyPoint
from photinus.cli.quantities import Quantity, check_sites, parse_quantity, quantity_name
from photinus.cli.schema import CutoffTable, StudyTable, keys_of
from photinus.cli.study import Study
from photinus.cli.words import did_you_mean, toml_text
from photinus.errors import PhotinusError, StudyError
from photinus.model import Model
from photinus.solve.cutoff import Converged, Fixed


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
    with with_place("model:"):
        study.source.function()
    _check_parameters(study)
    _check_texts(study)
    first = {name: axis.values[0] for name, axis in study.axes.items()}
    with with_place("model:"):
        model = study.source.build({**study.fixed, **first})
    names: list[str] = []
    for position, text in enumerate(study.quantities, start=1):
        with with_place(f"quantities (entry {position}):"):
            names.append(_checked_quantity(text, model, names))
    with with_place("[cutoff]:"):
        cutoff = _cutoff(study.cutoff)
        if isinstance(cutoff, Fixed):
            cutoff.start(model)
    for position, figure in enumerate(study.figures, start=1):
        with with_place(figure_header(position)):
            check_figure(figure, study, model, names)
    return Plan(study, model, StudyPoint(study.source, study.fixed, cutoff, tuple(names), study.errors))


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
            raise StudyError(f"{self._file}: {self._entry} {error.cause}", error.remedy) from error


def _checked_quantity(text: str, model: Model, before: list[str]) -> str:
    quantity = parse_quantity(text)
    if isinstance(quantity, Quantity):
        check_sites(quantity, model)
    name = quantity_name(text)
    if name in before:
        raise StudyError(f"{name!r} is entry {before.index(name) + 1} already.", "Name every quantity once.")
    return name


def _check_parameters(study: Study) -> None:
    parameters = study.source.parameters()
    accepts_all = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    named = [name for name, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    places = {name: f"[fixed] {name} = {toml_text(value)}" for name, value in study.fixed.items()}
    places |= {name: f"[axes.{name}]" for name in study.axes}
    for name, place in places.items():
        if name not in named and not accepts_all:
            raise StudyError(
                f"{study.path.name}: {place}: {study.source} has no parameter {name!r}.",
                _parameter_remedy(name, [free for free in named if free not in places]),
            )
    for name in named:
        if parameters[name].default is inspect.Parameter.empty and name not in places:
            raise StudyError(
                f"{study.path.name}: {study.source} requires {name!r}.",
                f"Put {name} = … into [fixed], or make it an axis.",
            )


def _parameter_remedy(name: str, free: list[str]) -> str:
    if name in keys_of(StudyTable):
        return f"Put {name} above the first line with a table in brackets: it belongs to the whole study."
    return did_you_mean(name, free, "It has besides")


def _check_texts(study: Study) -> None:
    r"""Refuse TeX that matplotlib cannot draw, before hours are spent on the numbers."""
    texts = {f"[axes.{name}] label": axis.label for name, axis in study.axes.items()}
    texts |= {f"[axes.{name}] unit": axis.unit for name, axis in study.axes.items()}
    texts |= {f"{figure_header(k)} title": figure.title or "" for k, figure in enumerate(study.figures, start=1)}
    for place, text in texts.items():
        if "$" in text:
            from matplotlib.mathtext import MathTextParser

            try:
                MathTextParser("path").parse(text)
            except ValueError as error:
                raise StudyError(
                    f"{study.path.name}: {place} = {toml_text(text)}, which is no TeX that can be drawn.",
                    "Mend what stands between the dollar signs.",
                ) from error


def _cutoff(table: CutoffTable) -> Fixed | Converged:
    given = {key: value for key, value in table.model_dump().items() if value is not None}
    methods = [key for key in ("converged", "fixed") if key in given]
    if len(methods) != 1:
        raise StudyError(
            f"It has {'both' if methods else 'neither'} converged {'and' if methods else 'nor'} fixed.",
            "Write converged = 1e-6, or fixed = 28, or fixed = { a = 20, b = 12 }.",
        )
    for key, method in (("start", "converged"), ("maximum", "converged"), ("tolerance", "fixed")):
        if key in given and method not in given:
            raise StudyError(
                f"{key} = {given[key]}, which belongs to a cutoff with {method} = ….",
                f"Leave it out{'' if method == 'converged' else ': converged is the tolerance'}.",
            )
    if table.converged is not None:
        options = {key: given[key] for key in ("start", "maximum") if key in given}
        return Converged(table.converged, **options)
    return Fixed(given["fixed"], **{key: given[key] for key in ("tolerance",) if key in given})
