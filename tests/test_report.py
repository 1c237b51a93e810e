"""The report: what it says of good and of bad tables, and that it needs nothing but itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from photinus import plot
from photinus.errors import OutputError
from photinus.report import Page, Picture, certificates, explain, quantity_rows, render, write_report

PAGE = Page(
    title="A <b>bold</b> title & more",
    description="One.\n\nTwo.",
    model="photinus.zoo.van_der_pol",
    equation="dρ/dt = …",
    details="H = a† a",
    parameters={"gain": 1.0, "cutoff": "fixed: 8"},
    command="photinus run study.toml --out out",
    study="title = '<x>'",
    references=("T. E. Lee (2013).",),
)


def table(*, failure: object = "", ok: float = 1.0) -> xr.Dataset:
    drive = np.array([0.0, 0.5, 1.0])
    failures = np.array(["", "", failure], dtype=object)
    good = np.array([True, True, failure == ""])
    columns = {
        "R": np.where(good, [0.1, 0.3, 0.2], np.nan),
        "truncation": np.where(good, [1e-8, 3e-7, 2e-8], np.nan),
        "residual": np.where(good, [1e-16, 2e-16, 4e-16], np.nan),
        "positivity": np.where(good, [1e-9, 0.0, -1e-12], np.nan),
        "ok": np.where(good, [1.0, ok, 1.0], np.nan),
        "cutoff(a)": np.where(good, [20.0, 22.0, 30.0], np.nan),
        "seconds": np.full(3, 0.5),
        "failure": failures,
    }
    attributes = {"date": "2025-01-01", "photinus_version": "0.1.0", "seconds_total": 1.5}
    return xr.Dataset(
        {name: ("drive", values) for name, values in columns.items()},
        {"drive": ("drive", drive, {"units": "gain"})},
        attributes,
    )


def test_certificates_are_summed_up() -> None:
    found = certificates(table())
    assert (found.points, found.solved, found.failed, found.trusted) == (3, 3, 0, 3)
    assert found.truncation is not None
    assert (found.truncation.value, found.truncation.place) == (3e-7, "drive = 0.5")
    assert found.median_truncation == 2e-8
    assert found.residual is not None
    assert found.residual.place == "drive = 1"
    assert found.positivity is not None
    assert found.positivity.value == -1e-12
    assert found.cutoffs == {"a": (20, 30)}
    assert found.seconds == 1.5
    assert found.verdict == "Every point was solved, and every certificate says ok."


def test_failures_are_named() -> None:
    found = certificates(table(failure="NotConverged: no"))
    assert (found.solved, found.failed, found.trusted) == (2, 1, 2)
    assert found.reasons == (("NotConverged: no", 1),)
    assert found.verdict == "1 point failed."
    assert found.cutoffs == {"a": (20, 22)}


def test_points_that_are_not_computed_are_no_failures() -> None:
    found = certificates(table(failure="not computed"))
    assert (found.failed, found.reasons) == (0, ())
    assert found.verdict == "1 point is not computed yet."


def test_an_untrustworthy_point_is_said_to_be_one() -> None:
    found = certificates(table(ok=0.0))
    assert found.trusted == 2
    assert found.verdict == "1 certificate says that the answer is NOT to be trusted."


def test_a_table_without_any_answer() -> None:
    data = table().where(False).assign(failure=("drive", np.array(["x", "y", "x"], dtype=object)))
    found = certificates(data)
    assert found.truncation is None
    assert found.reasons == (("x", 2), ("y", 1))
    assert quantity_rows(data) == [("R", "no value")]
    assert "3 points failed" in render(PAGE, data)


def test_the_page_is_whole_and_escaped(tmp_path: Path) -> None:
    plot.save(plot.populations([0.5, 0.5]), tmp_path / "p.png")
    text = render(PAGE, table(), [Picture(tmp_path / "p.png", "Populations <of> a.")])
    assert "<h1>A &lt;b&gt;bold&lt;/b&gt; title &amp; more</h1>" in text
    assert "title = &#x27;&lt;x&gt;&#x27;" in text
    assert "Populations &lt;of&gt; a." in text
    for part in (
        "<p class=lead>Two.</p>",
        "T. E. Lee (2013).",
        "photinus run study.toml",
        "at most 3.0e-07",
        "fixed: 8",
    ):
        assert part in text
    assert "0.1 … 0.3, largest at drive = 0.5" in text


def test_the_page_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    plot.save(plot.populations([0.5, 0.5]), tmp_path / "p.png")
    text = render(PAGE, table(), [Picture(tmp_path / "p.png", "")])
    sources = re.findall(r"""(?:src|href)\s*=\s*['"]?([^'" >]{0,30})""", text)
    assert len(sources) == 1
    assert sources[0].startswith("data:image/png;base64,")
    assert "@import" not in text
    assert "url(" not in text


def test_the_verdict_has_its_colour() -> None:
    assert "<p class='verdict good'>Every point" in render(PAGE, table())
    assert "<p class='verdict bad'>1 certificate says" in render(PAGE, table(ok=0.0))


def test_wide_figures_get_a_row(tmp_path: Path) -> None:
    wide, panels = plot.figure(2)
    for axes in panels:
        plot.populations([1.0], axes=axes)
    plot.save(wide, tmp_path / "wide.png")
    plot.save(plot.populations([1.0]), tmp_path / "plain.png")
    text = render(PAGE, table(), [Picture(tmp_path / name, "") for name in ("wide.png", "plain.png")])
    assert re.findall("<figure( class=wide)?>", text) == [" class=wide", ""]


def test_a_report_is_written_whole(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", PAGE, table())
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(tmp_path / "nowhere" / "report.html", PAGE, table())


def test_docstrings_become_plain_words() -> None:
    text = explain(
        """The model of ``a``, see :func:`~photinus.steady_state`.

        .. math:: x = 1

        Parameters
        ----------
        gain : float
        """
    )
    assert text.startswith("The model of a, see photinus.steady_state.")
    assert "x = 1" in text
    assert "gain" not in text
    assert explain(None) == ""
