"""Is this installation well? Versions, linear algebra, threads, memory, and questions whose answers are known."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable

import photinus as ph
from photinus.numerics.cores import cores
from photinus.numerics.memory import available_memory, size_text

NEEDED = ("numpy", "scipy", "matplotlib", "xarray", "h5netcdf", "pydantic", "click", "tqdm")
OPTIONAL = ("qutip", "numba", "dask", "starlette", "networkx")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def examine() -> tuple[list[str], bool]:
    """Examine the installation.

    Returns
    -------
    tuple of list of str and bool
        What was found, line by line, and whether all is well.
    """
    lines = [
        f"photinus    {ph.__version__} ({os.path.dirname(ph.__file__)})",
        f"python      {platform.python_version()} ({sys.executable}), {platform.platform()}",
    ]
    healthy = True
    for package in (*NEEDED, *OPTIONAL):
        version = _version(package)
        if version is not None:
            lines.append(f"{package:<11} {version}")
        elif package in NEEDED:
            lines.append(f"{package:<11} MISSING: pip install {package}")
            healthy = False
    absent = [package for package in OPTIONAL if _version(package) is None]
    if absent:
        lines.append(f"not here    {', '.join(absent)} (optional)")
    set_threads = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    lines += [
        f"BLAS        {_blas()}",
        f"cores       {cores()}; threads set by {', '.join(set_threads) or 'nothing (BLAS takes all cores)'}",
        f"memory      {size_text(available_memory())} available",
        "",
    ]
    for question, ask, known, tolerance in QUESTIONS:
        line, right = _asked(question, ask, known, tolerance)
        lines.append(line)
        healthy = healthy and right
    lines.append("all is well" if healthy else "something is wrong: see above")
    return lines, healthy


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _blas() -> str:
    import numpy as np

    config = np.show_config(mode="dicts")
    blas = (config or {}).get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def _asked(question: str, ask: Callable[[], float], known: float, tolerance: float) -> tuple[str, bool]:
    started = time.perf_counter()
    try:
        found = ask()
    except Exception as error:  # an ill installation may fail in any way, and the doctor must live
        return f"FAILED  {question}: {type(error).__name__}: {error}", False
    right = abs(found - known) <= tolerance
    took = time.perf_counter() - started
    mark = "ok    " if right else "FAILED"
    return f"{mark}  {question}: {found:.7f} (known: {known:.7f} ± {tolerance:.0e}), {took:.2f} s", right


def _vacuum_of_limit_cycle() -> float:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    return float(ph.steady_state(model, cutoff=ph.Converged(1e-9)).populations("a")[0])


def _correlation_of_pair() -> float:
    model = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=0.2, dissipative=0.5, detuning=0.1)
    return ph.measures.amplitude_correlation(ph.steady_state(model, cutoff=ph.Converged(1e-4)), "a", "b")


def _direction_of_driven() -> float:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.5, drive_phase=1.0)
    return ph.phase.distribution(ph.steady_state(model), "a").mean_direction


QUESTIONS: tuple[tuple[str, Callable[[], float], float, float], ...] = (
    ("p_0 of a van der Pol oscillator, gain 1, two-photon loss 0.5", _vacuum_of_limit_cycle, 0.2384058, 1e-7),
    ("R′ of a pair, two-photon loss 0.2, D[a−b] 0.5, Δ = 0.1", _correlation_of_pair, 0.6808, 1e-4),
    ("phase of an oscillator driven on resonance with phase 1", _direction_of_driven, 1.0, 1e-6),
)
"""Question, how to ask it, the known answer, and how far off an answer may be."""
