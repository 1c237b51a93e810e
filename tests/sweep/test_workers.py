from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from photinus import sweep
from photinus.errors import InvalidInput
from photinus.sweep.worker import IMPORTING, refuse_while_importing
from sweep import sample

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and process groups")


def run_script(path, source, *arguments):
    path.write_text(textwrap.dedent(source))
    command = [sys.executable, str(path), *arguments]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)


def wait_for(condition, seconds=20.0):
    """Wait until `condition` holds; return whether it came to hold."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"  # a zombie has ended


# ---- what workers are ----


def test_workers_are_other_processes_with_one_blas_thread():
    table = sweep.run(sample.threads, {"x": range(200)}, workers=2)
    assert (table.threads == 1).all()
    assert os.getpid() not in table.process.values
    assert IMPORTING not in os.environ


def test_one_worker_is_this_process():
    assert sweep.run(sample.threads, {"x": [1]}, workers=1).process.item() == os.getpid()


def test_a_single_point_needs_no_other_process():
    assert sweep.run(sample.threads, {"x": [1]}, workers=4).process.item() == os.getpid()


def test_a_frozen_callable_object_works_in_workers():
    table = sweep.run(sample.Power(3, offset=0.5), {"x": range(50)}, workers=2)
    assert table.power.values.tolist() == [x**3 + 0.5 for x in range(50)]


# ---- functions that workers cannot import ----


def test_a_local_function_runs_with_one_worker_and_says_so():
    def local(x):
        return {"process": os.getpid() + 0 * x}

    for function in (local, lambda x: local(x)):
        with pytest.warns(sweep.SweepWarning, match="cannot import .*one worker"):
            table = sweep.run(function, {"x": range(5)}, workers=2)
        assert (table.process == os.getpid()).all()


NOTEBOOK = """
import os
from photinus import sweep
def f(x):
    return {"process": os.getpid()}
print((sweep.run(f, {"x": range(5)}, workers=2).process == os.getpid()).all().item())
"""


def test_a_function_at_the_prompt_runs_with_one_worker_and_says_so():
    done = subprocess.run(
        [sys.executable, "-"], input=NOTEBOOK, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "True\n"
    assert "SweepWarning: Other processes cannot import f: it is defined in a notebook or at the prompt" in done.stderr


def test_a_function_in_a_script_works_in_workers(tmp_path):
    source = """
        import os
        from photinus import sweep
        def f(x):
            return {"process": os.getpid()}
        if __name__ == "__main__":
            print((sweep.run(f, {"x": range(50)}, workers=2).process != os.getpid()).all().item())
    """
    done = run_script(tmp_path / "script.py", source)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_script_without_guard_is_told_of_it_and_starts_no_avalanche(tmp_path):
    source = """
        from photinus import sweep
        def f(x):
            return {"x": x}
        sweep.run(f, {"x": range(50)}, workers=2)
    """
    done = run_script(tmp_path / "script.py", source)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("or the function into a module of its own.")
    assert "InvalidInput: The script of the sweep starts a sweep again when a worker imports it." in done.stderr


def test_a_sweep_while_a_worker_imports_is_refused(monkeypatch):
    monkeypatch.setenv(IMPORTING, "1")
    with pytest.raises(InvalidInput, match="__main__"):
        refuse_while_importing()


def test_a_module_that_workers_cannot_import_is_a_typed_error(tmp_path, monkeypatch):
    (tmp_path / "fragile.py").write_text("def f(x):\n    return {'x': x}\n")
    monkeypatch.syspath_prepend(tmp_path)
    import fragile

    (tmp_path / "fragile.py").write_text("raise RuntimeError('no')\n")
    with pytest.raises(InvalidInput, match=r"A worker cannot import .*RuntimeError: no"):
        sweep.run(fragile.f, {"x": range(50)}, workers=2)


def test_what_a_worker_prints_goes_to_standard_error(capfd, tmp_path, monkeypatch):
    (tmp_path / "talkative.py").write_text("def f(x):\n    print('hello')\n    return {'a': x}\n")
    monkeypatch.syspath_prepend(tmp_path)
    import talkative

    assert sweep.run(talkative.f, {"x": range(4)}, workers=2).a.values.tolist() == [0, 1, 2, 3]
    shown = capfd.readouterr()
    assert shown.out == ""
    assert shown.err == 4 * "hello\n"


# ---- deaths ----


@POSIX
def test_the_death_of_a_worker_is_noticed_after_storing(tmp_path):
    path = tmp_path / "a.db"
    words = r"A worker was killed by signal 9 while it computed points from x=\d+ on; \d+ of 40 points are stored in"
    with pytest.raises(sweep.WorkerLost, match=words) as caught:
        sweep.run(sample.deadly, {"x": range(40)}, store=path, workers=2)
    assert "same call goes on from there" in str(caught.value)
    table = sweep.load(path)
    stored = int((table.failure == "").sum())
    assert f"{stored} of 40" in str(caught.value)
    assert stored >= 25  # a portion of points is lost with its worker, while the other worker has gone on
    assert table.failure.values[7] == "not computed"


@POSIX
def test_workers_end_by_themselves_when_their_parent_is_killed(tmp_path):
    log = tmp_path / "log"
    program = "from photinus import sweep; from sweep import sample; sweep.run(sample.sleepy, {'x': [1, 2]}, workers=2)"
    with subprocess.Popen([sys.executable, "-c", program], env={**ENVIRONMENT, sample.LOG: str(log)}) as parent:
        try:
            assert wait_for(lambda: log.exists() and len(log.read_text().split()) == 2)
        finally:
            parent.kill()
    workers = [int(text) for text in log.read_text().split()]
    assert parent.pid not in workers
    assert wait_for(lambda: not any(map(is_alive, workers)))  # in the middle of a point of a minute


@POSIX
def test_ctrl_c_in_a_terminal_stops_the_workers_and_stores(tmp_path):
    log, path = tmp_path / "log", tmp_path / "a.db"
    program = textwrap.dedent("""
        import sys
        from photinus import sweep
        from sweep import sample
        axes = {"x": range(100), "y": range(100)}
        try:
            sweep.run(sample.slow, axes, store=sys.argv[1], workers=2)
        except KeyboardInterrupt as interrupt:
            print(interrupt)
    """)
    environment = {**ENVIRONMENT, sample.LOG: str(log)}
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        assert wait_for(lambda: log.exists() and log.read_text().count("\n") > 100)
        os.killpg(parent.pid, signal.SIGINT)  # as a terminal does: to the whole group
        out, err = parent.communicate(timeout=30)
    stored = int((sweep.load(path).failure != "not computed").sum())
    assert out == (
        f"The sweep was interrupted; {stored} of 10000 points are stored in '{path}'. "
        "The same call goes on from there.\n"
    )
    assert err == ""
    assert stored >= log.read_text().count("\n") - 40  # no more lost than what was on its way
