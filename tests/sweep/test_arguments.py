"""Every argument of the public functions, given wrongly: a typed error that names it, and never a raw Python error."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import xarray as xr

from photinus import sweep
from photinus.errors import InvalidInput, PhotinusError
from sweep import sample

AXES = {"x": [0.0, 1.0], "y": [0.0, 1.0]}


@pytest.mark.parametrize("function", [3, None, "product", [sample.product]])
def test_what_cannot_be_called_is_refused(function):
    with pytest.raises(InvalidInput, match=r"The function of the sweep is .* Give something that can be called\."):
        sweep.run(function, AXES)


@pytest.mark.parametrize("axes", [3, None, "xy", [0.0, 1.0], [["x"]], {"x"}, {3: [1.0]}, {"x y": [1.0]}, {"": [1.0]}])
def test_axes_of_another_form_are_refused(axes):
    with pytest.raises(InvalidInput):
        sweep.run(sample.product, axes)


@pytest.mark.parametrize(
    "values",
    [
        3, None, "1.0", ["1.0"], [None], [1j], [[0.0]], [float("nan")], [10**400], [Fraction(10**400)], {1.0: 2.0},
        np.array([np.nan]), np.array(["a"]), np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.ma.masked_array([1.0, 2.0], mask=[False, True]), xr.DataArray([np.inf]),
    ],
    ids=repr,
)  # fmt: skip
def test_an_axis_of_anything_but_finite_numbers_is_refused(values):
    with pytest.raises(InvalidInput, match="Axis 'x': "):
        sweep.run(sample.product, {"x": values, "y": [0.0]})


@pytest.mark.parametrize("store", [3, True, b"a.db", 1.5, ["a.db"], "a\0b.db"])
def test_a_store_that_is_no_path_is_refused(store):
    with pytest.raises(InvalidInput, match=r"is no path\. Give the name of a file as text\."):
        sweep.run(sample.product, AXES, store=store)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "two", None, [2]])
def test_a_wrong_number_of_workers_is_refused(workers):
    with pytest.raises(InvalidInput, match=r"The number of workers is .* Give an integer from 1 on\."):
        sweep.run(sample.product, AXES, workers=workers)


def test_an_integer_of_numpy_is_a_number_of_workers():
    assert sweep.run(sample.product, AXES, workers=np.int64(1)).sizes == {"x": 2, "y": 2}


@pytest.mark.parametrize("option", ["progress", "retry_failed"])
@pytest.mark.parametrize("value", ["yes", 1, [True]])
def test_a_switch_is_true_or_false(option, value):
    with pytest.raises(InvalidInput, match=f"{option} is .* Give True or False"):
        sweep.run(sample.product, AXES, **{option: value})


@pytest.mark.parametrize("option", ["fingerprint", "attributes"])
@pytest.mark.parametrize("value", [3, "text", [1], {1: 2}, {"name": object()}])
def test_a_mapping_is_one_of_names_to_plain_values(option, value):
    with pytest.raises(InvalidInput):
        sweep.run(sample.product, AXES, **{option: value})


@pytest.mark.parametrize("function", [sweep.load, sweep.drop_damaged_rows])
@pytest.mark.parametrize("path", [3, None, True, b"a.db", ["a.db"], "a\0b.db", "", "."])
def test_what_is_no_file_is_not_read(function, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PhotinusError, match=r"no path|cannot be read|no store"):
        function(path)


@pytest.mark.parametrize("dataset", [3, None, "table", {"x": [1.0]}, xr.DataArray([1.0]), np.zeros(3)], ids=type)
def test_only_a_table_is_exported(dataset, tmp_path):
    with pytest.raises(InvalidInput, match=r"is of type .*Give the table that sweep\.run or sweep\.load has returned"):
        sweep.export(dataset, tmp_path / "a.nc")


@pytest.mark.parametrize("path", [3, None, b"a.nc", "a\0b.nc"])
def test_a_table_is_exported_to_a_path(path):
    with pytest.raises(InvalidInput, match="is no path"):
        sweep.export(xr.Dataset({"x": 1.0}), path)


@pytest.mark.parametrize("attributes", [{"model": object()}, {"model": {"a": 1}}, {"model": None}])
def test_what_netcdf_does_not_know_is_refused(attributes, tmp_path):
    with pytest.raises(InvalidInput, match=r"cannot be written as netCDF: .* neither numbers nor text"):
        sweep.export(xr.Dataset({"x": 1.0}, attrs=attributes), tmp_path / "a.nc")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["unit", "label"])
def test_the_unit_and_the_label_of_an_axis_are_text(option):
    with pytest.raises(InvalidInput, match=f"The {option} of an axis is 3"):
        sweep.Axis([1.0], **{option: 3})
