"""Sweeps: any function of named numbers, called over a grid, as a table that survives everything.

A sweep knows no physics. It is given a function and axes, and it returns an ``xarray.Dataset``::

    def tongue(detuning, drive):
        ...
        return {"coherence": 0.8, "residual": 1e-11}

    table = sweep.run(tongue, {"detuning": np.linspace(-1, 1, 81), "drive": np.linspace(0, 1, 41)},
                      store="tongue.db", workers=2)

**The store.** Every finished point is a row of an SQLite file, safe against ``kill -9`` and power cuts at most a
quarter of a second after it was computed. The same call again computes only what is missing; axes may be
extended, refined or reordered, since a point is known by its own coordinates. What else determines the numbers
(the function's name, its defaults and captured values, the `fingerprint`) is the *plan*: a store belongs to one
plan and is refused for another, with the difference. The function's code is no part of the plan, but points
computed by other code are warned of. One process writes a store at a time; :func:`load` may read it meanwhile.

**Failures.** A point whose function raises is a row with the reason, and NaN in the table. Failed points are tried
again only with ``retry_failed=True``.

**Workers.** Processes, started afresh, with one BLAS thread each. The table does not depend on their number. A
function with a parameter ``previous`` is handed its neighbour's answer along the last axis, as a warm start.

**Exports.** :func:`export` writes netCDF, :func:`load` reads it as well as a store. :func:`drop_damaged_rows`
mends a store of which rows were damaged, which is always found out and never passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from photinus.sweep.axes import Axis
from photinus.sweep.driver import SweepInterrupted, SweepWarning, run
from photinus.sweep.pool import WorkerLost
from photinus.sweep.store import drop_damaged_rows

if TYPE_CHECKING:
    from photinus.sweep.dataset import export, load

__all__ = [
    "run",
    "Axis",
    "load",
    "export",
    "drop_damaged_rows",
    "SweepInterrupted",
    "SweepWarning",
    "WorkerLost",
]


def __getattr__(name: str) -> Any:
    # These need NumPy, which a worker's start and a command line's help do without.
    if name in ("load", "export"):
        from photinus.sweep import dataset

        return getattr(dataset, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
