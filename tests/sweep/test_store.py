from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photinus import sweep
from photinus.errors import OutputError, PlanMismatch, StoreError
from photinus.sweep import lock
from photinus.sweep.axes import make_grid
from photinus.sweep.evaluate import Outcome
from photinus.sweep.lock import hold_lock
from photinus.sweep.plan import make_plan
from photinus.sweep.store import Provenance, open_store, read_store
from sweep import sample

AXES = {"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0]}
GRID = make_grid(AXES)
PLAN = make_plan(sample.product, GRID, None, strict=True)
HERE = Provenance("today", "code", {"python": "3.11.1"})
number = st.one_of(st.floats(), st.complex_numbers())


@pytest.fixture
def filled(tmp_path):
    """A store that holds a finished sweep."""
    path = tmp_path / "filled.db"
    sweep.run(sample.product, AXES, store=path)
    return path


def rows_of(path):
    database = sqlite3.connect(path)
    database.text_factory = lambda raw: raw.decode(errors="replace")
    rows = database.execute("SELECT * FROM points").fetchall()
    database.close()
    return rows


def change(path, statement, *values):
    database = sqlite3.connect(path)
    with database:
        assert database.execute(statement, values).rowcount > 0
    database.close()


# ---- what goes in comes out ----


@settings(max_examples=50)
@given(st.lists(st.tuples(number, number), min_size=6, max_size=6), st.text(), st.floats(0, 1e9))
def test_outcomes_come_back_exactly(tmp_path_factory, values, reason, seconds):
    path = tmp_path_factory.mktemp("store") / "exact.db"
    outcomes = [Outcome(k, {"a": one, "b": other}, "", seconds) for k, (one, other) in enumerate(values[:5])]
    outcomes.append(Outcome(5, None, reason, seconds))
    with open_store(path) as store:
        store.prepare(PLAN, GRID, {})
        store.add(outcomes, ("a", "b"), HERE)
    with read_store(path) as store:
        contents = store.read(store.plan(), store.grid())
    assert contents.quantities == ("a", "b")
    assert contents.runs == (HERE,)
    assert contents.counts == (6,)
    assert repr(sorted(contents.outcomes)) == repr(outcomes)  # repr: NaN equals itself and -0.0 not 0.0


def test_axes_and_attributes_come_back(tmp_path):
    grid = make_grid({"x": sweep.Axis([3, 1, 2], "gain", "$x$"), "y": [0.1, 1e-300]})
    with open_store(tmp_path / "a.db") as store:
        store.prepare(make_plan(sample.product, grid, None, strict=True), grid, {"title": "t", "a": {"units": "1"}})
    with read_store(tmp_path / "a.db") as store:
        assert store.grid() == grid
        assert repr(store.grid()) == repr(grid)  # integers stay integers
        assert store.attributes() == {"title": "t", "a": {"units": "1"}}


def test_nothing_but_the_store_is_left_behind(filled):
    assert os.listdir(filled.parent) == [filled.name]
    sweep.load(filled)
    assert os.listdir(filled.parent) == [filled.name]


def test_nothing_on_disk_is_pickled_and_a_row_reads_without_us(filled):
    _, coordinates, status, payload, seconds, run, _ = rows_of(filled)[-1]
    assert [float.fromhex(text) for text in coordinates.split()] == [2.0, 1.0]
    assert status == "ok"
    assert payload == f"{(2.0).hex()} {(2.0).hex()},{(1.0).hex()}"
    assert seconds > 0
    assert run == 1


# ---- what is no store ----


@pytest.mark.parametrize("content", [b"detuning,drive\n0,1\n" * 100, b"SQLite", b"\x89HDF\r\n\x1a\n" + bytes(1000)])
def test_another_kind_of_file_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "other.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"other\.db' is no sweep store"):
        sweep.run(sample.product, AXES, store=path)
    assert path.read_bytes() == content


def test_a_foreign_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "foreign.db"
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE points (name TEXT)")
    database.close()
    for attempt in (lambda: sweep.run(sample.product, AXES, store=path), lambda: sweep.load(path)):
        with pytest.raises(StoreError, match="another program"):
            attempt()
    assert rows_of(path) == []


def test_a_store_of_a_later_format_is_refused(filled):
    change(filled, "INSERT INTO runs VALUES (7, '', '', '{}')")
    database = sqlite3.connect(filled)
    database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(StoreError, match="format 2, while this version of photinus knows format 1"):
        sweep.run(sample.product, AXES, store=filled)


def test_an_empty_file_is_a_new_store(tmp_path):
    path = tmp_path / "empty.db"  # what a kill at the very beginning leaves
    path.touch()
    assert sweep.run(sample.product, AXES, store=path).attrs["failed"] == 0
    assert len(rows_of(path)) == 6


def test_a_database_without_tables_is_a_new_store(tmp_path):
    path = tmp_path / "bare.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    assert path.stat().st_size > 0
    sweep.run(sample.product, AXES, store=path)
    assert len(rows_of(path)) == 6


def test_a_store_whose_sweep_never_began_cannot_be_loaded(tmp_path):
    with open_store(tmp_path / "begun.db"):
        pass
    with pytest.raises(StoreError, match="never began"):
        sweep.load(tmp_path / "begun.db")


# ---- damage ----


@pytest.mark.parametrize(
    "assignment",
    [
        "payload = replace(payload, '1', '3')",
        "payload = CAST(x'fffe' AS TEXT)",
        "coordinates = '0x1.8p+0 0x0p+0'",
        "status = 'failed'",
        "seconds = seconds + 1",
        "run = run + 1",
        "checksum = zeroblob(8)",
        "key = zeroblob(16)",
    ],
)
def test_a_changed_row_is_found_named_and_mended(filled, assignment):
    original = sweep.load(filled)
    change(filled, f"UPDATE points SET {assignment} WHERE rowid = 6")
    before = rows_of(filled)
    for attempt in (lambda: sweep.run(sample.product, AXES, store=filled), lambda: sweep.load(filled)):
        with pytest.raises(StoreError, match=r"coordinates (2\.0, 1\.0|1\.5, 0\.0) is damaged.*drop_damaged_rows"):
            attempt()
    assert rows_of(filled) == before
    assert sweep.drop_damaged_rows(filled) == 1
    assert sweep.drop_damaged_rows(filled) == 0
    assert len(rows_of(filled)) == 5
    assert sweep.load(filled).failure.values[2, 1] == "not computed"
    mended = sweep.run(sample.product, AXES, store=filled)
    assert mended.drop_vars("seconds").equals(original.drop_vars("seconds"))


def test_a_damaged_row_outside_the_present_axes_is_found(filled):
    change(filled, "UPDATE points SET seconds = seconds + 1 WHERE rowid = 6")
    with pytest.raises(StoreError, match=r"2\.0, 1\.0 is damaged"):
        sweep.run(sample.product, {"x": [0.0], "y": [0.0]}, store=filled)


def test_a_damaged_plan_is_found(filled):
    change(filled, "UPDATE meta SET value = replace(value, 'product', 'prodact') WHERE name = 'plan'")
    with pytest.raises(StoreError, match=r"'plan' of the store .* is damaged"):
        sweep.run(sample.product, AXES, store=filled)


def test_a_truncated_store_is_found(tmp_path):
    path = tmp_path / "cut.db"
    sweep.run(sample.product, {"x": np.arange(40.0), "y": np.arange(40.0)}, store=path)
    os.truncate(path, path.stat().st_size // 2)
    for attempt in (lambda: sweep.run(sample.product, AXES, store=path), lambda: sweep.load(path)):
        with pytest.raises(StoreError, match=r"cut\.db' is damaged"):
            attempt()


def test_overwritten_bytes_are_found_or_harmless(tmp_path):
    """Wherever a block of the file is lost, the sweep is refused or the table is right."""
    path, copy = tmp_path / "whole.db", tmp_path / "copy.db"
    axes = {"x": np.arange(12.0), "y": np.arange(12.0)}
    whole = sweep.run(sample.product, axes, store=path).drop_vars("seconds")
    refused = 0
    for start in range(0, path.stat().st_size, 1024):
        shutil.copy(path, copy)
        with copy.open("r+b") as file:
            file.seek(start)
            file.write(b"\xa5" * 512)
        try:
            assert sweep.run(sample.product, axes, store=copy).drop_vars("seconds").equals(whole), start
        except (StoreError, OutputError):
            refused += 1
    assert refused > 10


WRITER = """
import os, signal, sys
from photinus.sweep import lock
from photinus.sweep.axes import make_grid
from photinus.sweep.evaluate import Outcome
from photinus.sweep.plan import make_plan
from photinus.sweep.store import Provenance, open_store
from sweep import sample
grid = make_grid({"x": range(400)})
with open_store(sys.argv[1]) as store:
    store.prepare(make_plan(sample.Power(2), grid, None, strict=True), grid, {})
    for point in range(400):
        store.add([Outcome(point, {"power": float(point)}, "", 0.5)], ("power",), Provenance("", "", {}))
        store.commit()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_torn_log_loses_its_end_and_nothing_else(tmp_path):
    """Cut the write-ahead log anywhere, as a power cut may: the first commits are there, whole and in order."""
    path = tmp_path / "torn.db"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", WRITER, str(path)], env=environment, check=False)
    log = Path(f"{path}-wal").read_bytes()
    assert len(log) > 100_000
    survivors = []
    for cut in np.random.default_rng(5).integers(len(log) // 2, len(log), 12):
        copy = tmp_path / f"cut{cut}.db"
        shutil.copy(path, copy)
        Path(f"{copy}-wal").write_bytes(log[:cut])
        with open_store(copy) as store:
            points = sorted(outcome.point for outcome in store.read(store.plan(), store.grid()).outcomes)
        assert points == list(range(len(points)))
        survivors.append(len(points))
    assert min(survivors) < max(survivors)


# ---- plans ----


def test_a_store_of_another_plan_is_refused_with_the_difference(filled):
    before = rows_of(filled)
    with pytest.raises(PlanMismatch, match=r"tolerance is 1e-06 here and absent in the store\. Use another store"):
        sweep.run(sample.product, AXES, store=filled, fingerprint={"tolerance": 1e-6})
    with pytest.raises(PlanMismatch, match=r"function is sweep\.sample:product in the store and sweep\.sample:counted"):
        sweep.run(sample.counted, AXES, store=filled)
    with pytest.raises(PlanMismatch, match="axes are x, y in the store and x here"):
        sweep.run(sample.Power(2), {"x": [1]}, store=filled)
    assert rows_of(filled) == before
    assert sweep.load(filled).sizes == {"x": 3, "y": 2}


# ---- where it can be written ----


def refuses(store, words, monkeypatch, tmp_path):
    log = tmp_path / "log"
    monkeypatch.setenv(sample.LOG, str(log))
    with pytest.raises(OutputError, match=words):
        sweep.run(sample.counted, AXES, store=store)
    assert not log.exists()  # nothing was computed


@pytest.mark.parametrize("make", [lambda p: p / "no" / "a.db", lambda p: p, lambda p: p / "file" / "a.db"])
def test_a_place_that_cannot_be_written_is_found_first(tmp_path, monkeypatch, make):
    (tmp_path / "file").touch()
    refuses(make(tmp_path), "does not exist|is a directory", monkeypatch, tmp_path)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a directory that not even root can write")
def test_a_read_only_directory_is_found_first(tmp_path, monkeypatch):
    refuses("/proc/self/a.db", "cannot be written", monkeypatch, tmp_path)


def test_a_read_only_database_is_found_first(monkeypatch, tmp_path):
    path = tmp_path / "a.db"
    sweep.run(sample.counted, {"x": [7.0], "y": [7.0]}, store=path)
    connect = sqlite3.connect  # as root no file is read-only, hence SQLite is told to treat it so
    monkeypatch.setattr(sqlite3, "connect", lambda name, **options: connect(name.replace("rwc", "ro"), **options))
    refuses(path, "readonly", monkeypatch, tmp_path)


def test_a_disk_that_fills_up_ends_the_sweep_with_what_is_committed(tmp_path, monkeypatch):
    path = tmp_path / "full.db"
    connect = sqlite3.connect

    def connect_to_small_disk(name, **options):
        database = connect(name, **options)
        database.execute("PRAGMA max_page_count = 20")
        return database

    monkeypatch.setattr(sqlite3, "connect", connect_to_small_disk)
    monkeypatch.setattr("photinus.sweep.store.COMMIT_INTERVAL", 0.0)
    axes = {"x": np.arange(100.0), "y": np.arange(10.0)}
    with pytest.raises(OutputError, match=r"disk is full.*Make room"):
        sweep.run(sample.product, axes, store=path)
    monkeypatch.undo()
    assert 50 < (sweep.load(path).failure == "").sum() < 1000
    assert (sweep.run(sample.product, axes, store=path).failure == "").all()


# ---- one writer ----


def test_a_second_writer_is_refused_while_readers_are_welcome(filled):
    with open_store(filled):
        with pytest.raises(StoreError, match=f"in use by process {os.getpid()}"):
            sweep.run(sample.product, AXES, store=filled)
        with pytest.raises(StoreError, match="in use"):
            sweep.drop_damaged_rows(filled)
        assert sweep.load(filled).sizes == {"x": 3, "y": 2}
    sweep.run(sample.product, AXES, store=filled)


def test_a_link_to_a_store_is_the_store(filled, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(filled)
    with open_store(filled), pytest.raises(StoreError, match="in use"):
        sweep.run(sample.product, AXES, store=link)


def test_a_lock_file_without_an_owner_locks_nothing(filled):
    Path(f"{filled}.lock").write_text("1\n")
    sweep.run(sample.product, AXES, store=filled)
    assert not Path(f"{filled}.lock").exists()


def test_the_lock_of_a_killed_process_is_gone(tmp_path):
    path = tmp_path / "a.db"
    program = f"""
import sys, time; sys.path[:] = {sys.path!r}
from pathlib import Path
from photinus.sweep.lock import hold_lock
with hold_lock(Path({str(path)!r})):
    print("held", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as owner:
        assert owner.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=f"process {owner.pid}"), hold_lock(path):
            pass
        owner.kill()
        owner.wait()
        with hold_lock(path):
            pass


def test_a_lock_file_removed_while_it_was_being_locked_is_made_again(tmp_path, monkeypatch):
    """The former owner removes its lock file after we have opened it: what we then lock is no file any more."""
    try_lock, calls = lock._try_lock, []

    def lose_the_race_once(descriptor):
        if not calls:
            os.unlink(tmp_path / "a.db.lock")
        calls.append(descriptor)
        try_lock(descriptor)

    monkeypatch.setattr(lock, "_try_lock", lose_the_race_once)
    with hold_lock(tmp_path / "a.db"):
        assert len(calls) == 2
        with pytest.raises(StoreError, match="in use"), hold_lock(tmp_path / "a.db"):
            pass
