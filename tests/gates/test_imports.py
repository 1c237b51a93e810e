"""What ``import photinus`` and ``photinus --help`` load. How long they take is a question for the benchmarks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

import pytest

IMPORT = "import photinus"
HELP = "import sys; sys.argv = ['photinus', '--help']; from photinus.cli import main; main()"

WATCH = """
import atexit, importlib.util, json, sys, traceback

house = list(importlib.util.find_spec("photinus").submodule_search_locations)[0]
first = {}

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in WATCHED:
            ours = [frame for frame in traceback.extract_stack() if frame.filename.startswith(house)]
            first.setdefault(name, f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "<outside photinus>")

sys.meta_path.insert(0, Watch())
atexit.register(lambda: print("LOADED", json.dumps({k: v for k, v in first.items() if k in sys.modules})))
"""


def loaded_by(code: str, modules: Iterable[str]) -> dict[str, str]:
    """Which of `modules` a fresh interpreter loads while it runs `code`, each with our line that asked for it first.

    A finder that is asked before all others sees every first import and who wants it.
    """
    program = f"WATCHED = {set(modules)!r}\n{WATCH}\n{code}\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{code!r} failed:\n{done.stderr}"
    return json.loads(done.stdout.rpartition("LOADED")[2])


def test_the_watch_sees() -> None:
    assert loaded_by("import wave", ["wave", "numpy"]) == {"wave": "<outside photinus>"}


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (IMPORT, ["matplotlib", "xarray", "qutip", "pandas", "h5netcdf", "pydantic", "click", "tqdm", "networkx"]),
        (HELP, ["numpy", "scipy", "matplotlib", "xarray", "qutip", "pandas", "pydantic"]),
    ],
    ids=["import", "help"],
)
def test_loads_nothing_heavy(code: str, refused: list[str]) -> None:
    loaded = loaded_by(code, refused)
    assert not loaded, "\n" + "\n".join(f"{place}: loads {name}" for name, place in loaded.items())
