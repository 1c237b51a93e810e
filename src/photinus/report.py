"""A study on one page: a self-contained HTML file that can be sent, kept and opened anywhere.

The page shows what was computed (the model and its equation, parameters, axes), the figures, how far the numbers can be
trusted (the certificates of all points, and every failure), and where they come from and how to make them again. It
loads nothing from elsewhere: figures are embedded.
"""

from __future__ import annotations

import base64
import html
import inspect
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.plot import write_aside

if TYPE_CHECKING:
    import xarray

OWN = ("truncation", "residual", "positivity", "ok", "seconds", "failure")
"""What stands in a table beside the quantities, the cutoffs aside."""

NOT_COMPUTED = "not computed"


NOT_TRUSTED = "that the answer is NOT to be trusted"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that was written to a file, and what stands below it.

    Attributes
    ----------
    path : Path
        A PNG file.
    caption : str
    """

    path: Path
    caption: str


@dataclass(frozen=True, slots=True)
class Extremum:
    """The least or largest value of something, and where it is: "detuning = 0.1, drive = 0.5"."""

    value: float
    place: str


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of all points of a table.

    Attributes
    ----------
    points, solved, failed, trusted : int
        All points; those with an answer; those with a reason instead; those whose certificate says ok.
    truncation, residual : Extremum or None
        The worst of each.
    median_truncation, median_residual : float
    positivity : Extremum or None
        The most negative smallest eigenvalue.
    cutoffs : mapping of site to (int, int)
        Fewest and most levels kept.
    reasons : tuple of (str, int)
        Why points failed and how many, the most frequent first.
    seconds : float
        Time of all points, over all workers.
    """

    points: int
    solved: int
    failed: int
    trusted: int
    truncation: Extremum | None
    residual: Extremum | None
    median_truncation: float
    median_residual: float
    positivity: Extremum | None
    cutoffs: Mapping[str, tuple[int, int]]
    reasons: tuple[tuple[str, int], ...]
    seconds: float

    @property
    def verdict(self) -> str:
        """One sentence on whether the numbers may be trusted."""
        if self.trusted == self.points:
            return "Every point was solved, and every certificate says ok."
        missing = self.points - self.solved - self.failed
        parts = [
            (f"{{}} certificate says {NOT_TRUSTED}", f"{{}} certificates say {NOT_TRUSTED}"),
            ("{} point failed", "{} points failed"),
            ("{} point is not computed yet", "{} points are not computed yet"),
        ]
        counts = (self.solved - self.trusted, self.failed, missing)
        clauses = [text[n > 1].format(n) for text, n in zip(parts, counts, strict=True) if n]
        return "; ".join(clauses) + "."

    def rows(self) -> list[tuple[str, str]]:
        """What there is to say, as pairs of a name and a text."""
        out = [("points", f"{self.solved} of {self.points} solved, {self.failed} failed, {self.trusted} certified ok")]
        if self.truncation is not None:
            out.append(("truncation error", _worst(self.truncation, self.median_truncation)))
        if self.residual is not None:
            out.append(("residual", _worst(self.residual, self.median_residual)))
        if self.positivity is not None:
            out.append(("smallest eigenvalue", f"{self.positivity.value:.1e} at {self.positivity.place}"))
        for site, (fewest, most) in self.cutoffs.items():
            out.append((f"levels of {site}", str(most) if fewest == most else f"{fewest} … {most}"))
        out += [(f"{count} failed", reason) for reason, count in self.reasons]
        return out


def _worst(worst: Extremum, median: float) -> str:
    return f"at most {worst.value:.1e} (at {worst.place}), median {median:.1e}"


def certificates(table: xarray.Dataset) -> Certificates:
    """Sum up the certificates of a table.

    Parameters
    ----------
    table : xarray.Dataset
        As a sweep of steady states returns it; the fields of the certificates may be missing.
    """
    failure = np.asarray(table["failure"].values, dtype=object).ravel()
    done = np.array([reason == "" for reason in failure])
    reasons = Counter(str(reason) for reason in failure if reason not in ("", NOT_COMPUTED))
    cutoffs = {}
    for name in table.data_vars:
        found = re.fullmatch(r"cutoff\((.+)\)", str(name))
        if found and np.isfinite(table[name].values).any():
            cutoffs[found[1]] = (int(np.nanmin(table[name].values)), int(np.nanmax(table[name].values)))
    return Certificates(
        points=failure.size,
        solved=int(done.sum()),
        failed=sum(reasons.values()),
        trusted=int(np.nansum(table["ok"].values)) if "ok" in table else 0,
        truncation=extremum(table, "truncation", largest=True),
        residual=extremum(table, "residual", largest=True),
        median_truncation=_median(table, "truncation"),
        median_residual=_median(table, "residual"),
        positivity=extremum(table, "positivity", largest=False),
        cutoffs=cutoffs,
        reasons=tuple(reasons.most_common()),
        seconds=float(np.nansum(table["seconds"].values)),
    )


def extremum(table: xarray.Dataset, name: str, *, largest: bool) -> Extremum | None:
    """The largest or least value of a quantity, with its place; None if it has no value anywhere."""
    if name not in table or not np.isfinite(table[name].values).any():
        return None
    column = table[name]
    index = (np.nanargmax if largest else np.nanargmin)(column.values)
    places = np.unravel_index(int(index), column.shape)
    where = ", ".join(f"{axis} = {column[axis].values[k]:.4g}" for axis, k in zip(column.dims, places, strict=True))
    return Extremum(float(column.values[places]), where)


def _median(table: xarray.Dataset, name: str) -> float:
    return float(np.nanmedian(table[name].values)) if name in table and np.isfinite(table[name]).any() else float("nan")


def quantities(table: xarray.Dataset) -> list[str]:
    """The real quantities of a table: what was asked, without certificates and times."""
    return [
        str(name)
        for name, column in table.data_vars.items()
        if name not in OWN and not str(name).startswith("cutoff(") and column.dtype.kind == "f"
    ]


def quantity_rows(table: xarray.Dataset) -> list[tuple[str, str]]:
    """Each quantity with its least and largest value."""
    rows = []
    for name in quantities(table):
        low, high = extremum(table, name, largest=False), extremum(table, name, largest=True)
        if low is None or high is None:
            rows.append((name, "no value"))
        else:
            rows.append((name, f"{low.value:.6g} … {high.value:.6g}, largest at {high.place}"))
    return rows


def axis_rows(table: xarray.Dataset) -> list[tuple[str, str]]:
    """Each axis with its range, number of values and unit."""
    rows = []
    for name in table.sizes:
        values, unit = table[name].values, table[name].attrs.get("units", "")
        shown = f"{values[0]:.6g} … {values[-1]:.6g}, {len(values)} values" if len(values) > 1 else f"{values[0]:.6g}"
        rows.append((str(name), shown + (f", in units of {unit}" if unit else "")))
    return rows


def provenance_rows(table: xarray.Dataset) -> list[tuple[str, str]]:
    """Where the numbers come from: date, versions, times."""
    attributes = table.attrs
    versions = [
        f"{name.removesuffix('_version')} {value}" for name, value in attributes.items() if name.endswith("_version")
    ]
    rows = [("date", str(attributes.get("date", ""))), ("versions", ", ".join(versions))]
    rows += [(name, str(attributes.get(name, ""))) for name in ("function", "source")]
    seconds = float(attributes.get("seconds_total", np.nansum(table["seconds"].values)))
    rows.append(("time of all points", f"{seconds:.3g} s over all workers"))
    return [(name, text) for name, text in rows if text]


def explain(docstring: str | None) -> str:
    """The words of a docstring before its first section, roles and double backticks taken off."""
    text = inspect.cleandoc(docstring or "")
    text = re.split(r"\n[^\n]+\n-{3,}\n", "\n" + text + "\n", maxsplit=1)[0]
    text = re.sub(r":\w+:`~?([^`]*)`", r"\1", text)
    text = text.replace(".. math::", "").replace("``", "").replace("::", ":")
    return text.strip()


@dataclass(frozen=True, slots=True)
class Page:
    """What a report says beside its table and figures.

    Attributes
    ----------
    title, description : str
    model : str
        The name of the model.
    equation : str
        Its equation in words and symbols.
    details : str
        The model as it prints itself.
    parameters : mapping
        What was fixed, the cutoff included.
    command : str
        What makes it again.
    study : str
        The text of the study file.
    references : tuple of str
    notes : tuple of str
        What the reader must know.
    """

    title: str
    description: str
    model: str
    equation: str
    details: str
    parameters: Mapping[str, Any]
    command: str
    study: str = ""
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def write_report(
    path: str | os.PathLike[str], page: Page, table: xarray.Dataset, pictures: Sequence[Picture] = ()
) -> None:
    """Write a report, whole or not at all.

    Parameters
    ----------
    path : path-like
        The HTML file.
    page : Page
        What it says.
    table : xarray.Dataset
        The table that it reports on.
    pictures : sequence of Picture
        PNG files; they are embedded.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = render(page, table, pictures)
    write_aside(path, lambda aside: aside.write_text(text, "utf-8"))


def render(page: Page, table: xarray.Dataset, pictures: Sequence[Picture] = ()) -> str:
    """The report as text."""
    found = certificates(table)
    good = found.trusted == found.points
    body = [
        f"<header><p class=kicker>photinus · {_e(page.model)}</p><h1>{_e(page.title)}</h1>",
        *(f"<p class=lead>{_e(paragraph)}</p>" for paragraph in _paragraphs(page.description)),
        f"<p class='verdict {'good' if good else 'bad'}'>{_e(found.verdict)}</p>",
        *(f"<p class='verdict bad'>{_e(note)}</p>" for note in page.notes),
        "</header>",
        _figures(pictures),
        "<section><h2>Certificates</h2>",
        _table(found.rows()),
        "<p class=small>The truncation error bounds the trace norm of what the cutoffs cost, hence the error of every "
        "expectation value relative to the norm of its operator; the residual is scale-free.</p></section>",
        "<section><h2>Quantities</h2>",
        _table(quantity_rows(table)),
        "</section><section><h2>Model</h2>",
        *(f"<p class=equation>{_e(paragraph)}</p>" for paragraph in _paragraphs(page.equation)),
        f"<pre>{_e(page.details)}</pre>" if page.details else "",
        "<div class=columns><div><h3>Fixed</h3>",
        _table([(name, _shown(value)) for name, value in page.parameters.items()]),
        "</div><div><h3>Axes</h3>",
        _table(axis_rows(table)),
        "</div></div></section>",
        "<section><h2>Provenance</h2>",
        _table(provenance_rows(table)),
        f"<p>Make it again:</p><pre>{_e(page.command)}</pre>",
        f"<details><summary>The study file</summary><pre>{_e(page.study)}</pre></details>" if page.study else "",
        _references(page.references),
        "</section>",
    ]
    return _FRAME.format(title=_e(page.title), style=_STYLE, body="\n".join(part for part in body if part))


def _e(text: Any) -> str:
    return html.escape(str(text))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th scope=row>{_e(name)}</th><td>{_e(text)}</td></tr>" for name, text in rows)
    return f"<table>{cells}</table>" if cells else "<p class=small>none</p>"


def _figures(pictures: Sequence[Picture]) -> str:
    out = []
    for number, picture in enumerate(pictures, start=1):
        data = base64.b64encode(picture.path.read_bytes()).decode()
        out.append(
            f"<figure{_width(picture.path)}><img src='data:image/png;base64,{data}' alt='{_e(picture.caption)}'>"
            f"<figcaption><b>Figure {number}.</b> {_e(picture.caption)} <span class=file>{_e(picture.path.name)}</span>"
            "</figcaption></figure>"
        )
    return f"<section class=figures>{''.join(out)}</section>" if out else ""


def _width(path: Path) -> str:
    """A class for figures that are much wider than high: they get a row of their own."""
    with path.open("rb") as file:
        header = file.read(24)  # of a PNG: its size stands at bytes 16 to 23
    width, height = (int.from_bytes(header[start : start + 4], "big") for start in (16, 20))
    return " class=wide" if width > 1.8 * height else ""


def _references(references: Sequence[str]) -> str:
    items = "".join(f"<li>{_e(reference)}</li>" for reference in references)
    return f"<h3>Sources</h3><ul>{items}</ul>" if items else ""


_FRAME = """<!doctype html>
<html lang=en>
<head>
<meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body><main>
{body}
</main></body>
</html>
"""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5d646c; --line: #d9dde2; --paper: #fff; --panel: #f5f6f8;
  --good: #00695c; --bad: #b23c00; --accent: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --soft: #9aa3ad; --line: #343a41; --paper: #14171a;
  --panel: #1d2126; --good: #4dc3ad; --bad: #ff9661; --accent: #6cb8e6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 "Source Serif 4", "Iowan Old Style", Charter, Georgia, "STIX Two Text", "Times New Roman", serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: .2rem 0 .8rem; font-weight: 600; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .7rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
.kicker { margin: 0; color: var(--accent); font: 600 .8rem/1.4 system-ui, sans-serif; letter-spacing: .04em; }
.lead { font-size: 1.08rem; max-width: 44rem; }
.small, .file { color: var(--soft); font-size: .85rem; }
.verdict { display: table; padding: .35rem .8rem; border-left: 3px solid; background: var(--panel); margin: .6rem 0; }
.good { color: var(--good); } .bad { color: var(--bad); }
.equation { font-size: 1.02rem; max-width: 50rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.6rem;
  margin-top: 1.8rem; align-items: start; }
figure { margin: 0; } .wide { grid-column: 1 / -1; }
figure img { width: 100%; height: auto; max-height: 27rem; object-fit: contain; background: #fff;
  border: 1px solid var(--line); border-radius: 4px; padding: .4rem; }
figcaption { font-size: .88rem; line-height: 1.45; color: var(--soft); margin-top: .5rem; }
figcaption b { color: var(--ink); } .file { font-family: ui-monospace, monospace; font-size: .78rem; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { font-weight: 500; color: var(--soft); width: 13rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0 2.4rem; }
.columns th { width: 9rem; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: .7rem .9rem;
  overflow-x: auto; font: .82rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
summary { cursor: pointer; color: var(--accent); }
@media print { main { max-width: none; padding: 0; } figure { break-inside: avoid; } }
"""
