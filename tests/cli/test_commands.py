"""The commands, called in this process; a few in a process of their own, as a user does."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import photinus
from photinus import sweep
from photinus.cli import job
from photinus.cli.doctor import QUESTIONS, examine
from photinus.errors import NotConverged
from photinus.measures import catalogue
from photinus.model import zoo
from photinus.report import certificates

from .conftest import FIGURES, Caller, Writer

COMMAND = [sys.executable, "-m", "photinus"]


def ran(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300, **options
    )


# ---- run ----


def test_run_writes_everything_and_says_where(write: Writer, call: Caller, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = call("run", write(more=FIGURES), "--out", out)
    assert result.exit_code == 0, result.output
    names = {"sweep.db", "result.nc", "report.html", "tongue_phase_coherence_a.png", "wigner.png", "phase.png"}
    names |= {"populations.png"}
    assert {path.name for path in out.iterdir()} == names
    for name in names:
        assert str(out / name) in result.output
    assert "6 of 6 solved, 0 failed, 6 certified ok" in result.output
    assert "every certificate says ok" in result.output
    for path in out.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_run_computes_the_numbers_of_the_library(write: Writer, call: Caller, tmp_path: Path) -> None:
    call("run", write(), "--out", tmp_path)
    table = sweep.load(tmp_path / "result.nc")
    model = photinus.zoo.van_der_pol(gain=1, two_photon_loss=1, drive=0.4, detuning=0.5)
    known = photinus.measures.phase_coherence(photinus.steady_state(model, cutoff=photinus.Converged(1e-9)), "a")
    found = table.sel(drive=0.4, detuning=0.5)
    assert abs(float(found["phase_coherence(a)"]) - known) <= float(found.truncation)
    assert table.attrs["title"] == "A small tongue"
    assert table["phase_coherence(a)"].attrs["long_name"] == "phase coherence $R$"
    assert table.detuning.attrs["units"] == "gain"
    assert json.loads(table.attrs["fixed"]) == {"gain": 1, "two_photon_loss": 1.0}


def test_run_goes_on_from_its_store(write: Writer, call: Caller, tmp_path: Path) -> None:
    study, out = write(), tmp_path / "out"
    call("run", study, "--out", out)
    with sqlite3.connect(out / "sweep.db") as store:
        before = store.execute("SELECT key, run FROM points ORDER BY key").fetchall()
    write(("points = 3", "points = 5"))
    result = call("run", study, "--out", out, "--workers", 1)
    assert "10 of 10 solved" in result.output
    with sqlite3.connect(out / "sweep.db") as store:
        after = dict(store.execute("SELECT key, run FROM points").fetchall())
    assert len(after) == 10
    assert all(after[key] == run for key, run in before)


def test_workers_do_not_change_the_numbers(write: Writer, call: Caller, tmp_path: Path) -> None:
    study = write()
    for workers in (1, 2):
        assert call("run", study, "--out", tmp_path / str(workers), "--workers", workers).exit_code == 0
    one, two = (sweep.load(tmp_path / str(workers) / "result.nc") for workers in (1, 2))
    # The BLAS of a worker has one thread, that of this process has all: the last digits may differ.
    for name in ("phase_coherence(a)", "mean_number(a)", "cutoff(a)"):
        assert np.allclose(one[name], two[name], rtol=1e-10, atol=0)


def test_a_store_of_another_study_is_refused_with_the_difference(write: Writer, call: Caller, tmp_path: Path) -> None:
    call("run", write(), "--out", tmp_path / "out")
    result = call("run", write(("gain = 1", "gain = 1.5")), "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "belongs to another plan: fixed.gain is 1 in the store and 1.5 here." in result.stderr
    assert f"Choose another directory with --out, or delete {tmp_path / 'out' / 'sweep.db'}" in result.stderr


@pytest.mark.parametrize("content", [b"no database at all, but text", b"SQLite format 3\0" + b"x" * 200])
def test_a_corrupt_or_foreign_store_is_refused(write: Writer, call: Caller, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sweep.db").write_bytes(content)
    result = call("run", write(), "--out", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The ")
    assert "sweep.db" in result.stderr
    assert "--out DIR" in result.stderr
    assert (tmp_path / "sweep.db").read_bytes() == content


def test_a_wrong_study_is_one_error_and_no_traceback(write: Writer, call: Caller, tmp_path: Path) -> None:
    result = call("run", write(("points = 3", "pionts = 3")), "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr == "Error: study.toml: [axes.detuning] has no key 'pionts'.\n  Did you mean 'points'?\n"
    assert not result.stdout


def test_an_unwritable_directory_is_found_before_computing(
    write: Writer, call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "run", lambda *arguments, **options: pytest.fail("it computed"))
    (tmp_path / "file").touch()
    result = call("run", write(), "--out", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert "cannot be written: Not a directory." in result.stderr
    assert "--out DIR" in result.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_found_before_computing(write: Writer, call: Caller, tmp_path: Path) -> None:
    place = tmp_path / "locked"
    place.mkdir(mode=0o555)
    result = call("run", write(), "--out", place)
    assert result.exit_code == 1
    assert "cannot be written: Permission denied." in result.stderr


def test_a_read_only_directory_of_whatever_user(
    write: Writer, call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(job.tempfile, "TemporaryFile", refuse)
    result = call("run", write(), "--out", tmp_path)
    assert result.exit_code == 1
    assert "cannot be written: Permission denied." in result.stderr


FAILING = """
import photinus as ph

def clock(gain, two_photon_loss, drive, detuning):
    if detuning > {above}:
        raise ValueError("too far")
    return ph.zoo.van_der_pol(gain=gain, two_photon_loss=two_photon_loss, drive=drive, detuning=detuning)
"""


def test_failed_points_are_told_and_drawn_grey(write: Writer, call: Caller, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(FAILING.format(above=0.2))
    figures = FIGURES.replace('boundary = "adler"', "").replace("detuning = 0.5", "detuning = 0.25")
    study = write(('"van_der_pol"', '"model.py:clock"'), more=figures)
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 3, result.stderr
    assert "4 of 6 solved, 2 failed" in result.output
    assert result.output.endswith("Not all is well: see above (exit code 3).\n")
    assert "raised ValueError: too far" in result.output
    assert "Warning: 2 of 6 points failed, first at drive=0.1, detuning=0.5" in result.output
    report = (tmp_path / "out" / "report.html").read_text()
    assert "2 points failed" in report
    assert "raised ValueError: too far" in report


def test_a_figure_whose_state_has_no_answer_is_told(write: Writer, call: Caller, tmp_path: Path, monkeypatch) -> None:
    from photinus.cli.point import StudyPoint

    def refuse(self: StudyPoint, point: dict) -> None:
        raise NotConverged("There is no answer.", "Ask something else.")

    study = write(more=FIGURES)
    call("run", study, "--out", tmp_path / "out")
    monkeypatch.setattr(StudyPoint, "state", refuse)
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "Warning: wigner.png was not drawn: There is no answer. Ask something else." in result.output
    assert "wigner.png was not drawn" in (tmp_path / "out" / "report.html").read_text()


def test_if_all_points_fail_it_is_an_error(write: Writer, call: Caller, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(FAILING.format(above=-0.4))
    study = write(('"van_der_pol"', '"model.py:clock"'), ("values = [0.1, 0.4]", "values = [0.1]"))
    study.write_text(
        study.read_text().replace("from = -0.5", "from = -0.5\nlabel = ''").replace("points = 3", "points = 2")
    )
    (tmp_path / "model.py").write_text(FAILING.format(above=-9).replace("detuning > -9", "detuning > -9 and drive > 0"))
    # The model at the first point is built before the sweep, which must not hide what the sweep finds.
    text = (tmp_path / "model.py").read_text().replace("def clock", "calls = []\n\ndef clock")
    (tmp_path / "model.py").write_text(text.replace("    if ", "    calls.append(1)\n    if len(calls) > 1 and "))
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "All 2 points failed: StudyError: model.py:clock raised ValueError: too far" in result.stderr


def test_an_untrustworthy_answer_is_said_to_be_one(write: Writer, call: Caller, tmp_path: Path) -> None:
    result = call("run", write(("converged = 1e-5", "fixed = 3")), "--out", tmp_path)
    assert result.exit_code == 3
    assert "6 certificates say that the answer is NOT to be trusted" in result.output
    assert "NOT to be trusted" in (tmp_path / "report.html").read_text()


def test_an_interrupt_says_what_is_stored_and_how_to_go_on(write: Writer, call: Caller, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        FAILING.format(above=0.2).replace('ValueError("too far")', "KeyboardInterrupt") + "\n"
    )
    study = write(('"van_der_pol"', '"model.py:clock"'))
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "2 of 6 points are stored in" in result.stderr
    assert "The same command goes on from there." in result.stderr
    assert int((sweep.load(tmp_path / "out" / "sweep.db").failure == "").sum()) == 2


def test_an_interrupt_while_drawing(write: Writer, call: Caller, tmp_path: Path, monkeypatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("photinus.cli.output.export", interrupt)
    result = call("run", write(), "--out", tmp_path)
    assert result.exit_code == 130
    assert "what was computed is stored in" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_control_c_and_then_the_same_command(write: Writer, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        "import time\n" + FAILING.format(above=9).replace("    return", "    time.sleep(0.15)\n    return")
    )
    study = write(('"van_der_pol"', '"model.py:clock"'), ("points = 3", "points = 41"))
    out = tmp_path / "out"
    running = subprocess.Popen(
        [*COMMAND, "run", str(study), "--out", str(out), "--workers", "2"], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.1)
        if (out / "sweep.db").exists():
            with sqlite3.connect(out / "sweep.db") as store:
                try:
                    done = store.execute("SELECT count(*) FROM points").fetchone()[0]
                except sqlite3.OperationalError:  # the table is not made yet
                    continue
            if done >= 3:
                break
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in errors
    (stored,) = re.findall(r"(\d+) of 82 points are stored in", errors)
    assert 3 <= int(stored) < 82
    assert "The same command goes on from there." in errors
    assert certificates(sweep.load(out / "sweep.db")).trusted == int(stored)


STARTED = "from photinus.cli import main; print('started', flush=True); main()"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("delay", [0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.5])
def test_a_signal_to_all_processes_at_any_moment(
    write: Writer, tmp_path: Path, number: int, code: int, delay: float
) -> None:
    study = write(("points = 3", "points = 4001"))
    command = [sys.executable, "-c", STARTED, "run", str(study), "--out", str(tmp_path / "out"), "--workers", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "started\n"
        time.sleep(delay)
        os.killpg(running.pid, number)
        # Standard error ends when the workers, who have the same one, have ended as well: there are no orphans.
        _, errors = running.communicate(timeout=60)
    assert "Traceback" not in errors
    assert running.returncode == code
    assert "nterrupted" in errors
    assert "The same command " in errors


def test_sigterm_stores_and_says_how_to_go_on(write: Writer, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        "import os, signal\n"
        + FAILING.format(above=0.2).replace('raise ValueError("too far")', "os.kill(os.getpid(), signal.SIGTERM)")
    )
    result = ran("run", write(('"van_der_pol"', '"model.py:clock"')), "--out", tmp_path / "out")
    assert result.returncode == 143
    assert "2 of 6 points are stored in" in result.stderr
    assert result.stderr.endswith("The same command goes on from there.\n")
    assert int((sweep.load(tmp_path / "out" / "sweep.db").failure == "").sum()) == 2


def test_a_study_with_one_axis_and_its_curves(write: Writer, call: Caller, tmp_path: Path) -> None:
    figures = """
        [[figures]]
        kind = "curve"
        quantities = ["mean_number(a)"]
        [[figures]]
        kind = "curve"
        quantities = ["phase_coherence(a)", "mean_number(a)"]
        title = "two"
    """
    study = write(("[axes.drive]\nvalues = [0.1, 0.4]\nunit = \"gain\"\n", ""), ("gain = 1", "gain = 1\ndrive = 0.4"),
                  more=figures)  # fmt: skip
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"curve_mean_number_a.png", "curve.png"}
    report = (tmp_path / "out" / "report.html").read_text()
    assert "phase_coherence(a), mean_number(a) over detuning; gain = 1, drive = 0.4, two_photon_loss = 1." in report


def test_one_point_is_one_point(write: Writer, call: Caller, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        "calls = []\n" + FAILING.format(above=-9).replace("    if ", "    calls.append(1)\n    if len(calls) > 1 and ")
    )
    study = write(
        ('"van_der_pol"', '"model.py:clock"'),
        ("[0.1, 0.4]", "[0.1]"),
        ("from = -0.5\nto = 0.5\npoints = 3", "values = [0]"),
    )
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "1 point, 1 worker, into" in result.stdout
    assert "The only point failed: StudyError: model.py:clock raised ValueError: too far" in result.stderr


PAIR = """
[[figures]]
kind = "joint_phase"
sites = ["a", "b"]
at = {coherent = 0.1, detuning = 0.5}

[[figures]]
kind = "relative_phase"
sites = ["a", "b"]
at = [{coherent = 0.1, detuning = 0.5}, {coherent = 0.4, detuning = 0}]
title = "locked"

[[figures]]
kind = "tongue"
quantity = "amplitude_correlation(a, b)"
y = "coherent"
"""


def test_a_study_of_a_pair(write: Writer, call: Caller, tmp_path: Path) -> None:
    study = write(
        ('"van_der_pol"', '"coupled_van_der_pol"'),
        ('["phase_coherence(a)", "mean_number(a)"]', '["amplitude_correlation(a, b)", "phase_coherence(b,a)"]'),
        ("[axes.drive]", "[axes.coherent]"),
        ("converged = 1e-5", "fixed = {a = 5, b = 6}\ntolerance = 0.9"),
        more=PAIR,
    )
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    names = {path.name for path in (tmp_path / "out").glob("*.png")}
    assert names == {"joint_phase.png", "relative_phase.png", "tongue_amplitude_correlation_a_b.png"}
    assert "levels of b" in result.output
    table = sweep.load(tmp_path / "out" / "result.nc")
    assert set(table["cutoff(b)"].values.ravel()) == {6.0}
    assert "phase_coherence(b, a)" in table


def test_a_study_of_a_spin(write: Writer, call: Caller, tmp_path: Path) -> None:
    study = write(
        ('"van_der_pol"', '"spin_one"'),
        ('["phase_coherence(a)", "mean_number(a)"]', '["phase_coherence(s)"]'),
        ("two_photon_loss = 1.0", "loss = 0.3"),
        more='[[figures]]\nkind = "populations"\nsite = "s"\nat = {drive = 0.1, detuning = 0}\n',
    )
    result = call("run", study, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "out" / "populations.png").exists()
    assert "truncation error     at most 0.0e+00" in result.output


# ---- show ----


@pytest.mark.parametrize("name", ["", "sweep.db", "result.nc"])
def test_show_tells_what_there_is(write: Writer, call: Caller, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    call("run", write(), "--out", out)
    text = call("show", out / name).output
    assert text.startswith("A small tongue\nmodel: photinus.zoo.van_der_pol\n")
    assert "detuning  -0.5 … 0.5, 3 values, in units of gain" in text
    assert "6 of 6 solved" in text
    assert re.search(r"truncation error +at most \d", text)
    assert f"photinus {photinus.__version__}" in text


def test_show_tells_of_a_sweep_that_is_not_a_study(call: Caller, tmp_path: Path) -> None:
    table = sweep.run(square, {"x": [1.0, 2.0]})
    sweep.export(table, tmp_path / "t.nc")
    text = call("show", tmp_path / "t.nc").output
    assert "y  1 … 4, largest at x = 2" in text
    assert "trusted" not in text


def square(x: float) -> dict[str, float]:
    return {"y": x * x}


def test_show_refuses_what_is_no_result(call: Caller, tmp_path: Path) -> None:
    (tmp_path / "text.nc").write_text("text")
    for path, message in (
        (tmp_path, "holds neither sweep.db nor result.nc"),
        (tmp_path / "nowhere.nc", "cannot be read: No such file"),
        (tmp_path / "text.nc", "is no sweep store"),
    ):
        result = call("show", path)
        assert result.exit_code == 1
        assert message in result.stderr


# ---- zoo, measures, doctor ----


def test_zoo_lists_and_explains_every_model(call: Caller) -> None:
    listed = call("zoo").output
    for name in zoo.__all__:
        assert name in listed
        text = call("zoo", name).output
        assert "Parameters" in text
        assert "Symmetry" in text or name == "lienard"  # whose rates are lists
    assert (
        "Symmetry with gain = 1, two_photon_loss = 1, everything else at its default: U(1): n_a"
        in call("zoo", "van_der_pol").output
    )


def test_zoo_refuses_an_unknown_model(call: Caller) -> None:
    result = call("zoo", "van_der_pole")
    assert result.exit_code == 1
    assert result.stderr == "Error: The zoo has no model 'van_der_pole'.\n  Did you mean 'van_der_pol'?\n"


def test_measures_lists_the_catalogue(call: Caller) -> None:
    text = call("measures").output
    for measure in catalogue.values():
        for part in (measure.name, measure.symbol, measure.meaning, measure.range, measure.zero):
            assert part in text
    assert "mean_number" in text


def test_doctor_finds_the_known_answers(call: Caller) -> None:
    result = call("doctor")
    assert result.exit_code == 0, result.output
    assert result.output.count("\nok ") == len(QUESTIONS)
    assert np.__version__ in result.output
    assert result.output.rstrip().endswith("all is well")


def test_doctor_notices_a_wrong_answer_and_survives_a_crash(call: Caller, monkeypatch) -> None:
    def crash() -> float:
        raise RuntimeError("no BLAS")

    questions = (
        ("a wrong answer", lambda: 1.0, 2.0, 1e-3),
        ("a crash", crash, 0.0, 1.0),
        ("NaN", lambda: np.nan, 0, 1),
    )
    monkeypatch.setattr("photinus.cli.doctor.QUESTIONS", questions)
    lines, healthy = examine()
    assert not healthy
    assert sum(line.startswith("FAILED") for line in lines) == 3
    assert call("doctor").exit_code == 1


# ---- the command itself ----


def test_help_and_version() -> None:
    shown = ran("--help")
    assert shown.returncode == 0
    for command in ("run", "show", "zoo", "measures", "doctor"):
        assert f"  {command} " in shown.stdout
    codes = ran("run", "--help").stdout
    assert all(f"  {code} " in codes for code in (0, 1, 2, 3, 130))
    assert ran("--version").stdout == f"photinus, version {photinus.__version__}\n"


def test_a_user_sees_an_error_and_no_traceback(tmp_path: Path) -> None:
    result = ran("run", tmp_path / "nowhere.toml")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: The study ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments", [["rum"], ["run"], ["run", "x.toml", "--workers", "0"], ["run", "x.toml", "--wrokers"]]
)
def test_wrong_usage(call: Caller, arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
