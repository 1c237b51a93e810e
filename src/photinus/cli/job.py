"""A whole study, from the file to the report."""

from __future__ import annotations

import importlib
import shlex
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photinus.cli.check import Plan, check_study
from photinus.cli.signals import Stopped, stopped_by_signals
from photinus.cli.study import Study, read_study
from photinus.cli.words import counted
from photinus.errors import OutputError, PlanMismatch, StoreError, StudyError
from photinus.sweep import SweepInterrupted, SweepWarning, run

if TYPE_CHECKING:
    import xarray

STORE, TABLE, REPORT = "sweep.db", "result.nc", "report.html"


def run_study(
    path: Path,
    tell: Callable[[str], object],
    *,
    out: Path | None = None,
    workers: int | None = None,
    retry_failed: bool = False,
) -> bool:
    """Do a study and tell what there is to say, line by line.

    Parameters
    ----------
    path : Path
        The study file.
    tell : callable
        Given each line.
    out : Path, optional
        Directory of the results, made if need be; by default ``out/`` and the name of the study.
    workers : int, optional
        Number of processes; by default the study's.
    retry_failed : bool
        Whether stored failures are tried again.

    Returns
    -------
    bool
        Whether every point is computed and certified, and every figure drawn.

    Raises
    ------
    StudyError, OutputError, StoreError
        Before anything is computed; a StudyError also if every point has failed.
    Stopped
        After Ctrl-C or SIGTERM; what was done is stored.
    """
    started = time.perf_counter()
    study = read_study(path)
    directory = Path("out") / study.name if out is None else out
    make_writable(directory)
    plan = check_study(study)
    count = study.workers if workers is None else workers
    tell(f"{study.title}: {counted(study.points, 'point')}, {counted(count, 'worker')}, into {directory}")
    with stopped_by_signals(), _explained(directory), _told() as told:
        table = _sweep(plan, directory, count, retry_failed)
        _refuse_if_all_failed(table, directory)
        from photinus.cli.output import write_outputs

        complete = write_outputs(plan, table, directory, tell)
    for text in told:
        tell(f"Warning: {text}")
    tell(f"done in {time.perf_counter() - started:.1f} s")
    return complete


def _sweep(plan: Plan, directory: Path, workers: int, retry_failed: bool) -> xarray.Dataset:
    study = plan.study
    if workers > 1:  # this process has nothing else to do while the workers compute
        threading.Thread(target=_import_ahead, daemon=True).start()
    return run(
        plan.point,
        study.axes,
        store=directory / STORE,
        workers=workers,
        retry_failed=retry_failed,
        attributes={
            "title": study.title,
            "model": str(study.source),
            **{quantity.name: {"long_name": quantity.label} for quantity in plan.quantities},
            "truncation": {"long_name": "truncation error"},
        },
    )


def _import_ahead() -> None:
    # One after the other, for two threads that import one package at once may see halves of it.
    for module in ("xarray", "matplotlib.figure", "matplotlib.backends.backend_agg", "h5netcdf", "photinus.cli.output"):
        with suppress(ImportError):  # who needs it will say so
            importlib.import_module(module)


def make_writable(directory: Path) -> None:
    """Make a directory and make sure that files can be written into it.

    Raises
    ------
    OutputError
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise OutputError(
            f"The output directory {str(directory)!r} cannot be written: {error.strerror}.",
            "Choose another one with --out DIR.",
        ) from error


def _refuse_if_all_failed(table: xarray.Dataset, directory: Path) -> None:
    reasons = table.failure.values.ravel()
    if all(reasons):
        raise StudyError(
            f"{f'All {reasons.size} points' if reasons.size > 1 else 'The only point'} failed: {reasons[0]}",
            f"Change the study, and choose another directory with --out or delete {directory / STORE}.",
        )


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    """Say how to go on: after a signal, wherever it came, and with a store that is not this study's."""
    store = directory / STORE
    try:
        yield
    except SweepInterrupted as interrupt:
        number = getattr(interrupt.__cause__, "number", signal.SIGINT)
        raise Stopped(interrupt.cause, "The same command goes on from there.", number) from interrupt
    except KeyboardInterrupt as interrupt:
        cause = f"Interrupted; what was computed is stored in {str(store)!r}."
        number = getattr(interrupt, "number", signal.SIGINT)
        raise Stopped(cause, "The same command goes on from there.", number) from interrupt
    except PlanMismatch as error:
        remedy = f"Choose another directory with --out, or delete {store} to compute every point anew."
        raise PlanMismatch(error.cause, remedy) from error
    except StoreError as error:
        raise StoreError(error.cause, f"{error.remedy} --out DIR puts the store elsewhere.") from error


@contextmanager
def _told() -> Iterator[list[str]]:
    """Collect what the sweep warns of, to be told at the end; other warnings go their usual way."""
    told: list[str] = []
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def tell(message: Warning | str, category: type[Warning], *rest: Any) -> None:
            if issubclass(category, SweepWarning):
                told.append(str(message))
            else:
                usual(message, category, *rest)

        warnings.simplefilter("always", SweepWarning)
        warnings.showwarning = tell  # type: ignore[assignment]
        yield told


def command_of(study: Study, directory: Path) -> str:
    """What to type to do the study again."""
    return shlex.join(["photinus", "run", str(study.path), "--out", str(directory)])
