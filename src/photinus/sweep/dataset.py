"""The table of a sweep as an ``xarray.Dataset``, and as a netCDF file.

NetCDF knows no complex numbers. An exported file holds such a quantity as two real variables, ``name_re``
and ``name_im``, each with the attribute ``complex_of``; :func:`load` puts them together again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.errors import InvalidInput, OutputError, StoreError
from photinus.sweep.axes import RESERVED, Grid
from photinus.sweep.plan import Plan
from photinus.sweep.store import Contents, Provenance, as_path, read_store

if TYPE_CHECKING:
    import xarray

_HDF5_HEADER = b"\x89HDF\r\n\x1a\n"
NOT_COMPUTED = "not computed"


def build_dataset(plan: Plan, contents: Contents, grid: Grid, attributes: Mapping[str, Any]) -> xarray.Dataset:
    """Return the table of what is known.

    Parameters
    ----------
    plan : Plan
        Gives the identity of the function and what was fixed.
    contents : Contents
        Outcomes, names of quantities, and runs.
    grid : Grid
        The axes.
    attributes : mapping
        Of the table, and (entries that are mappings) of single quantities.

    Returns
    -------
    xarray.Dataset
        Points without outcome are NaN, with the failure "not computed".
    """
    import xarray as xr

    seconds = np.full(grid.size, np.nan)
    failure = np.full(grid.size, NOT_COMPUTED, dtype=object)
    for outcome in contents.outcomes:
        seconds[outcome.point] = outcome.seconds
        failure[outcome.point] = outcome.reason
    variables = {}
    for name in contents.quantities or ():
        own = attributes.get(name)
        own = dict(own) if isinstance(own, Mapping) else {}
        variables[name] = (grid.names, _column(name, contents, grid), own)
    variables["seconds"] = (grid.names, seconds.reshape(grid.shape), {"units": "s", "long_name": "time per point"})
    variables["failure"] = (grid.names, failure.reshape(grid.shape), {"long_name": "why the point failed"})
    coordinates = {}
    for name, axis in zip(grid.names, grid.axes, strict=True):
        described = {"units": axis.unit, "long_name": axis.label}
        coordinates[name] = (name, np.array(axis.values), {key: text for key, text in described.items() if text})
    plain = {name: value for name, value in attributes.items() if not isinstance(value, Mapping)}
    return xr.Dataset(variables, coordinates, {**plain, **_provenance(plan, contents)})


def _column(name: str, contents: Contents, grid: Grid) -> np.ndarray:
    known = [(outcome.point, outcome.values[name]) for outcome in contents.outcomes if outcome.values is not None]
    values = np.array([value for _, value in known])
    column = np.full(grid.size, np.nan, dtype=complex if np.iscomplexobj(values) else float)
    column[[index for index, _ in known]] = values
    return column.reshape(grid.shape)


def _provenance(plan: Plan, contents: Contents) -> dict[str, Any]:
    """Return where the numbers come from, as attributes that netCDF can hold."""
    fixed = {
        name: value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else json.dumps(value)
        for name, value in plan.fixed_entries().items()
    }
    own: dict[str, Any] = {
        "function": plan.function,
        "date": contents.runs[-1].date if contents.runs else "",
        "seconds_total": float(sum(outcome.seconds for outcome in contents.outcomes)),
        "failed": sum(outcome.values is None for outcome in contents.outcomes),
    }
    packages = {package for run in contents.runs for package in run.versions}
    own |= {f"{package}_version": _all_versions(package, contents.runs) for package in sorted(packages)}
    return {**fixed, **own}


def _all_versions(package: str, runs: tuple[Provenance, ...]) -> str:
    return ", ".join(dict.fromkeys(run.versions[package] for run in runs if package in run.versions))


def load(path: str | os.PathLike[str]) -> xarray.Dataset:
    """Return the table in a sweep store, finished or not, or in a netCDF file written by :func:`export`.

    A store may be read while a sweep writes it.

    Parameters
    ----------
    path : path-like
        The store, of which the axes of the last call are returned, or the netCDF file.

    Returns
    -------
    xarray.Dataset
        As :func:`photinus.sweep.run` returns it; points that are not yet there are NaN, with the failure
        "not computed".

    Raises
    ------
    InvalidInput
        If `path` is no path.
    StoreError
        If the file does not exist, is neither, or is damaged.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from photinus import sweep
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "circle.db"
    >>> def circle(radius):
    ...     return {"area": 3.0 * radius**2}
    >>> _ = sweep.run(circle, {"radius": [1.0, 2.0]}, store=file)
    >>> sweep.load(file).area.values.tolist()
    [3.0, 12.0]
    """
    place = as_path(path)
    try:
        with place.open("rb") as file:
            is_netcdf = file.read(len(_HDF5_HEADER)) == _HDF5_HEADER
    except OSError as error:
        raise StoreError(f"The file {str(place)!r} cannot be read: {error.strerror}.", "Check the path.") from error
    if is_netcdf:
        return _load_netcdf(place)
    with read_store(place) as store:
        plan, grid = store.plan(), store.grid()
        contents, attributes = store.read(plan, grid), store.attributes()
    return build_dataset(plan, contents, grid, attributes)


def _load_netcdf(path: Path) -> xarray.Dataset:
    import xarray as xr

    try:
        with xr.open_dataset(path, engine="h5netcdf", decode_times=False) as opened:
            table = opened.load()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise StoreError(
            f"The netCDF file {str(path)!r} is damaged: {' '.join(str(error).split())}.", "Export the table again."
        ) from error
    # As in a fresh table: one long reason must not make every entry as wide as itself.
    variables: dict[Any, Any] = {
        name: variable.astype(object) for name, variable in table.data_vars.items() if variable.dtype.kind == "U"
    }
    for key, variable in table.data_vars.items():
        name = variable.attrs.get("complex_of")
        if name is None:
            variables.setdefault(key, variable)
        elif name not in variables:
            whole = table[f"{name}_re"] + 1j * table[f"{name}_im"]
            whole.attrs = {key: value for key, value in variable.attrs.items() if key != "complex_of"}
            variables[name] = whole
    return xr.Dataset(variables, table.coords, table.attrs)


def export(dataset: xarray.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a table to a netCDF file: aside first, then renamed, so that a file is whole or not there.

    Parameters
    ----------
    dataset : xarray.Dataset
        A table from :func:`photinus.sweep.run` or :func:`load`.
    path : path-like
        The file; replaced if it exists.

    Raises
    ------
    OutputError
        If the file cannot be written.
    InvalidInput
        If `dataset` is no table, holds what netCDF cannot, or the parts of a complex quantity would take the name of
        another one; or if `path` is no path.

    Notes
    -----
    A complex quantity is written as the two real ones ``name_re`` and ``name_im``; :func:`load` undoes it.
    """
    import xarray as xr

    if not isinstance(dataset, xr.Dataset):
        raise InvalidInput(
            f"What is to be exported is of type {type(dataset).__name__}.",
            "Give the table that sweep.run or sweep.load has returned, an xarray.Dataset.",
        )
    place = as_path(path)
    aside = place.with_name(f".{place.name}.{os.getpid()}.part")
    real = _without_complex(dataset)
    try:
        if place.is_dir():
            raise IsADirectoryError(None, "it is a directory")
        real.to_netcdf(aside, engine="h5netcdf")
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(place)
    except OSError as error:
        reason = error.strerror or " ".join(str(error).split())
        raise OutputError(
            f"The file {str(place)!r} cannot be written: {reason}.", "Choose a place that can be written."
        ) from error
    except (TypeError, ValueError) as error:  # what xarray and h5netcdf say of contents that netCDF does not know
        raise InvalidInput(
            f"The table cannot be written as netCDF: {' '.join(str(error).split())}.",
            "Remove or convert the attributes and variables that are neither numbers nor text.",
        ) from error
    finally:
        with suppress(OSError):  # gone, renamed, or never made
            aside.unlink()


def _without_complex(dataset: xarray.Dataset) -> xarray.Dataset:
    variables: dict[Any, Any] = {}
    for name, variable in dataset.data_vars.items():
        if not np.iscomplexobj(variable):
            variables[name] = variable
            continue
        for part, values in (("re", variable.real), ("im", variable.imag)):
            if f"{name}_{part}" in (*dataset.variables, *RESERVED):
                raise InvalidInput(
                    f"The complex quantity {name!r} and the quantity '{name}_{part}' cannot be in one netCDF file.",
                    "Rename one of them.",
                )
            variables[f"{name}_{part}"] = values.assign_attrs({**variable.attrs, "complex_of": str(name)})
    import xarray as xr

    return xr.Dataset(variables, dataset.coords, dataset.attrs)
