"""kill -9, twenty times at random moments: nothing is lost, nothing is there twice, nothing is computed in vain."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import warnings

import pytest

from photinus import sweep
from sweep import sample

AXES = {"x": range(60), "y": range(60)}
KILLS = 20

# What a killed sweep may lose: what waits for a commit (0.25 s) or to be sent to it (0.05 s), and a margin for
# a machine that does other things meanwhile.
GRACE = 0.6

PROGRAM = """
import sys, warnings
from photinus import sweep
from sweep import sample
warnings.simplefilter("ignore")
sweep.run(sample.slow, {"x": range(60), "y": range(60)}, store=sys.argv[1], workers=2)
"""


def calls(log):
    """Return the calls that the log tells of as (point, moment)."""
    if not log.exists():
        return []
    found = [line.split() for line in log.read_text().splitlines()]
    return [((int(x), int(y)), float(moment)) for x, y, moment in found]


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
def test_a_sweep_killed_twenty_times_is_the_sweep_never_killed(tmp_path):
    store, log = tmp_path / "a.db", tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), sample.LOG: str(log)}
    command = [sys.executable, "-c", PROGRAM, str(store)]
    dice = random.Random(9)
    safe: set[tuple[int, int]] = set()  # points that were finished well before a kill
    killed = 0
    for number in range(KILLS):
        before = len(calls(log))
        with subprocess.Popen(command, env=environment, start_new_session=True) as process:
            if number % 4:  # a few are killed while they start, the others while they compute
                while len(calls(log)) == before and process.poll() is None:
                    time.sleep(0.01)
            time.sleep(dice.uniform(0.0, 1.2 if number % 4 else 0.3))
            killed += process.poll() is None
            moment = time.time()
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.02)  # the workers die with the group, but not at the same instant
        done = calls(log)
        again = {point for point, _ in done[before:]} & safe
        assert not again, f"computed again in round {number}: {sorted(again)[:5]}"
        safe |= {point for point, finished in done[before:] if finished < moment - GRACE}
    assert killed >= KILLS - 2
    assert 300 < len(safe) < 3600  # the kills came in the middle of the work, and work was saved from them

    before = len(calls(log))
    subprocess.run(command, env=environment, check=True)
    done = calls(log)
    assert not {point for point, _ in done[before:]} & safe
    assert {point for point, _ in done} == {(x, y) for x in AXES["x"] for y in AXES["y"]}

    with sqlite3.connect(store) as database:
        rows, keys = database.execute("SELECT count(*), count(DISTINCT coordinates) FROM points").fetchone()
    database.close()
    assert (rows, keys) == (3600, 3600)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sweep.SweepWarning)
        uninterrupted = sweep.run(sample.steady, AXES)
    resumed = sweep.load(store)
    assert 100 < resumed.attrs["failed"] == uninterrupted.attrs["failed"]
    assert resumed.drop_vars("seconds").equals(uninterrupted.drop_vars("seconds"))
