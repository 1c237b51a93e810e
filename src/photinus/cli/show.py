"""Texts for the terminal: what a result holds, what the zoo and the catalogue hold."""

from __future__ import annotations

import inspect
from pathlib import Path

from photinus.cli.job import STORE, TABLE
from photinus.cli.quantities import KNOWN
from photinus.cli.words import did_you_mean
from photinus.errors import InvalidInput, PhotinusError, StoreError
from photinus.measures import catalogue
from photinus.model import Model, zoo
from photinus.report import axis_rows, certificates, provenance_rows, quantity_rows
from photinus.sweep import load


def describe_result(path: Path) -> str:
    """What a result holds, in words.

    Parameters
    ----------
    path : Path
        A directory that ``photinus run`` has written, a netCDF file, or a store.

    Raises
    ------
    StoreError
        If there is no result, or it is damaged.
    """
    if path.is_dir():
        found = [path / name for name in (STORE, TABLE) if (path / name).is_file()]
        if not found:
            raise StoreError(
                f"The directory {str(path)!r} holds neither {STORE} nor {TABLE}.",
                "Give the directory that `photinus run` has written, a .nc file, or a .db file.",
            )
        path = found[0]
    table = load(path)
    found_certificates = certificates(table)
    title, model = table.attrs.get("title", ""), table.attrs.get("model", table.attrs.get("function", ""))
    parts = [
        "\n".join(filter(None, (str(title), f"model: {model}" if model else "", f"file: {path}"))),
        _block("axes", axis_rows(table)),
        _block("quantities", quantity_rows(table)),
    ]
    rows = found_certificates.rows()
    if "ok" in table:
        rows.append(("verdict", found_certificates.verdict))
    parts += [_block("certificates" if "ok" in table else "points", rows), _block("provenance", provenance_rows(table))]
    return "\n\n".join(parts)


def _block(title: str, rows: list[tuple[str, str]]) -> str:
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join([title, *(f"  {name:<{width}}  {text}" for name, text in rows)])


def list_models() -> str:
    """The models of the zoo, one line each."""
    rows = [(name, (inspect.getdoc(getattr(zoo, name)) or "").partition("\n")[0]) for name in zoo.__all__]
    return _block("models of the zoo", rows) + "\n\n`photinus zoo NAME` explains one of them."


def describe_model(name: str) -> str:
    """The signature, the explanation and the symmetry of a model of the zoo.

    Raises
    ------
    InvalidInput
        For an unknown name.
    """
    if name not in zoo.__all__:
        raise InvalidInput(f"The zoo has no model {name!r}.", did_you_mean(name, zoo.__all__, "It has"))
    function = getattr(zoo, name)
    text = inspect.getdoc(function) or ""
    signature = ",\n    ".join(str(parameter) for parameter in _plain(function))
    return f"{name}(\n    {signature},\n)\n\n{text}\n\n{_symmetry(name)}"


def _plain(function: object) -> list[inspect.Parameter]:
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]


def _symmetry(name: str) -> str:
    """The symmetry with all required parameters 1, or 2 where there is no such model, the others at their defaults."""
    function = getattr(zoo, name)
    required = [p.name for p in _plain(function) if p.default is inspect.Parameter.empty]
    for value in (1, 2):
        try:
            model = function(**dict.fromkeys(required, value))
        except PhotinusError:
            continue
        assert isinstance(model, Model)
        given = f" with {', '.join(f'{name} = {value}' for name in required)}" if required else ""
        return f"Symmetry{given}, everything else at its default: {model.symmetry}"
    return ""


def list_measures() -> str:
    """The catalogue of measures, and what else a study may ask."""
    parts = []
    for measure in catalogue.values():
        sites = " or ".join(f"{measure.name}({', '.join('ab'[:count])})" for count in measure.sites)
        rows = [
            ("meaning", measure.meaning),
            ("range", measure.range),
            ("zero", measure.zero),
            ("sees", measure.sees),
            ("sites", ", ".join(measure.kinds)),
            ("source", ", ".join(measure.references) or "standard"),
        ]
        parts.append(_block(f"{measure.symbol}  {sites}", rows))
    others = [(measure.name, measure.meaning) for name, measure in KNOWN.items() if name not in catalogue]
    return "\n\n".join([*parts, _block("a study may also ask", others)])
