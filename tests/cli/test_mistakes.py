"""Every entry of a study file, filled with every kind of wrong value: our own sentence with the place and the value."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from photinus.cli.schema import FIGURES, AxisTable, CutoffTable, StudyTable, Table, keys_of
from photinus.cli.study import read_study
from photinus.cli.words import counted, did_you_mean, toml_text
from photinus.errors import StudyError

VALUES = {
    "text": '"x"', "no text": '""', "integer": "7", "negative": "-1", "zero": "0", "fraction": "2.5", "nan": "nan",
    "infinite": "-inf", "huge": "1" + 400 * "0", "switch": "true", "date": "2020-01-01", "nothing": "[]",
    "list in list": "[[]]", "numbers": "[1, 2]", "texts": '["x", "y", "z"]', "mixed": '["x", 3]', "table": "{}",
    "table of text": '{ x = "y" }', "table of numbers": "{ x = 1 }", "tables": "[{ x = 1 }, { x = nan }]",
}  # fmt: skip
TABLES: dict[str, type[Table]] = {"study": StudyTable, "axis": AxisTable, "cutoff": CutoffTable, **FIGURES}
PLACES = {"study": "", "axis": "[axes.drive] ", "cutoff": "[cutoff] "}
FOREIGN = ("pydantic", "Input", "input", "should", "valid ", "pattern", "instance", "constrained", "union", "dict")


def entries() -> list[tuple[str, str]]:
    return [(name, key) for name, table in TABLES.items() for key in keys_of(table) if key != "kind"]


def study_with(table: str, key: str, value: str | None) -> str:
    """A study that is right but for one entry, or without it where `value` is None."""
    parts: dict[str, dict[str, str]] = {
        "": {"model": '"van_der_pol"', "quantities": '["phase_coherence(a)"]'},
        "[fixed]": {"gain": "1.0", "two_photon_loss": "1.0"},
        "[axes.drive]": {"values": "[0.0, 1.0]"} if key == "values" else {"from": "0.5", "to": "1.5", "points": "3"},
        "[cutoff]": {"converged": "1e-6"},
    }
    if table in FIGURES:
        required = {name: field for name, field in keys_of(FIGURES[table]).items() if field.is_required()}
        examples = {name: str(field.examples[0]) for name, field in required.items() if field.examples}
        parts["[[figures]]"] = {"kind": f'"{table}"', **examples}
        header = "[[figures]]"
    else:
        header = PLACES[table].strip()
        for name in [name for name in parts if table == "study" and name.strip("[]").partition(".")[0] == key]:
            del parts[name]
    if value is None:
        parts[header].pop(key, None)
    else:
        parts[header][key] = value
    return "\n".join(
        line for name, content in parts.items() for line in (name, *(f"{k} = {v}" for k, v in content.items()))
    )


def refusal(directory: Path, text: str) -> StudyError | None:
    (directory / "study.toml").write_text(text, "utf-8")
    try:
        read_study(directory / "study.toml")
    except StudyError as error:
        return error
    return None


@pytest.mark.parametrize(("table", "key"), entries())
def test_every_entry_says_what_it_must_be_in_our_words(table: str, key: str, tmp_path: Path) -> None:
    field = keys_of(TABLES[table])[key]
    place = f"study.toml: {PLACES.get(table, '[[figures]] number 1: ')}{key}"
    found = [(value, refusal(tmp_path, study_with(table, key, value))) for value in VALUES.values()]
    wrong = [(value, error) for value, error in found if error is not None and " must be " in error.cause]
    assert len(wrong) >= len(VALUES) // 2
    for value, error in wrong:
        assert f"must be {field.description}." in error.cause
        assert key in error.remedy
        assert not any(word in str(error) for word in FOREIGN), str(error)
        shown = toml_text(tomllib.loads(f"x = {value}")["x"])
        assert error.cause.startswith((f"{place} = {shown}, but it", f"{place} (entry ", f"{place}.")), error.cause


@pytest.mark.parametrize(("table", "key"), entries())
def test_every_example_is_right(table: str, key: str, tmp_path: Path) -> None:
    (example,) = keys_of(TABLES[table])[key].examples or ()
    error = refusal(tmp_path, study_with(table, key, str(example)))
    if (table, key) == ("study", "figures"):  # of a figure only the beginning is shown
        assert error is not None
        assert error.cause.startswith("study.toml: [[figures]] number 1 has no quantities.")
    else:
        assert error is None


@pytest.mark.parametrize(
    ("table", "key"), [(name, key) for name, key in entries() if keys_of(TABLES[name])[key].is_required()]
)
def test_every_missing_entry_is_named(table: str, key: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, study_with(table, key, None))
    assert error is not None
    subject = "the study" if table == "study" else "[[figures]] number 1"
    assert error.cause == f"study.toml: {subject} has no {key}."
    assert error.remedy.startswith(f"Add {key} = ")


@pytest.mark.parametrize(("table", "key"), entries())
def test_every_misspelt_entry_leads_to_the_right_one(table: str, key: str, tmp_path: Path) -> None:
    wrong = f"{key}s" if len(key) > 2 else f"{key}{key}"
    error = refusal(tmp_path, study_with(table, wrong, "1"))
    assert error is not None
    assert f"has no key {wrong!r}." in error.cause
    assert repr(key) in error.remedy or f" {key}" in error.remedy


def test_small_texts() -> None:
    assert toml_text(list(range(100))).endswith("…")
    assert did_you_mean("x", [], "It has") == "It has: none."
    assert [counted(number, "point") for number in (0, 1, 2)] == ["0 points", "1 point", "2 points"]
