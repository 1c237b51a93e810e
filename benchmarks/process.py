"""Run one workload in a fresh process, with a fixed number of threads, and measure its time and peak memory."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Outcome:
    """What one workload cost: wall seconds, memory above what the imports took (bytes), and its answer."""

    seconds: float
    peak: float
    resident: float
    answer: dict[str, float]


def measure(
    module: str, function: str, *, threads: int = 1, timeout: float = 1200, **arguments: object
) -> Outcome | None:
    """Time ``function(**arguments)()`` of a module in its own process; None where it failed or took too long."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads)), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "benchmarks.worker", module, function, json.dumps(arguments)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        sys.stderr.write(done.stderr[-600:] + "\n")
        return None
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def in_turn(
    module: str, workloads: Mapping[Key, tuple[str, Mapping[str, object]]], *, rounds: int
) -> dict[Key, Outcome | None]:
    """The fastest outcome of each workload (function, arguments) over rounds in which they take turns.

    Other work on the machine then slows all alike, and the fastest round least. A workload may time passes of its own
    and answer with the ``fastest``.
    """
    turns = [{key: measure(module, f, **arguments) for key, (f, arguments) in workloads.items()} for _ in range(rounds)]
    return {
        key: min(
            (outcome for turn in turns if (outcome := turn[key]) is not None),
            key=lambda outcome: outcome.answer.get("fastest", outcome.seconds),
            default=None,
        )
        for key in workloads
    }


def machine() -> dict[str, str]:
    """The machine and the versions that a result belongs to."""
    import numpy
    import scipy

    import photinus

    versions = {"photinus": photinus.__version__, "numpy": numpy.__version__, "scipy": scipy.__version__}
    try:
        import qutip

        versions["qutip"] = qutip.__version__
    except ImportError:
        pass
    cpu = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return {"cpu": cpu, "cores": str(os.cpu_count()), "python": platform.python_version(), **versions}


def save(name: str, rows: list[dict[str, object]]) -> Path:
    """Write a benchmark's rows with the machine's description to ``benchmarks/results/NAME.json``."""
    path = ROOT / "benchmarks" / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n")
    return path


def row(case: str, package: str, outcome: Outcome | None) -> dict[str, object]:
    """One line of a result."""
    return {"case": case, "package": package, **(asdict(outcome) if outcome else {"seconds": None})}


def repeated(name: str, runs: Iterable[tuple[str, str, dict[str, object]]], *, timeout: float = 300) -> None:
    """Time workloads of one benchmark that give their mean ``value`` over ``repeats`` calls; print and save the table.

    Each run is (case, function of ``benchmarks.NAME``, its arguments, ``repeats`` among them).
    """
    print(machine())
    rows = []
    for case, function, arguments in runs:
        outcome = measure(f"benchmarks.{name}", function, timeout=timeout, **arguments)
        rows.append(row(case, function, outcome))
        if outcome is None:
            print(f"{case:>10} {function:>12}: more than {timeout:g} s, or failed")
            continue
        rows[-1]["seconds"] = each = outcome.seconds / int(str(arguments["repeats"]))
        print(f"{case:>10} {function:>12}: {each * 1e3:10.2f} ms, {outcome.answer['value']:.8f}")
    print(save(name, rows))
