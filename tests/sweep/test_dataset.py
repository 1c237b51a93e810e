from __future__ import annotations

import os

import numpy as np
import pytest
import xarray as xr

from photinus import sweep
from photinus.errors import InvalidInput, OutputError, StoreError
from photinus.sweep import dataset
from sweep import sample

AXES = {"x": sweep.Axis([0.0, 1.0, 2.0], "gain", "$x$"), "y": [0, 1]}


@pytest.fixture
def table():
    """A table with real and complex quantities, failures and attributes of all kinds."""

    def f(x, y):
        if x == y == 1:
            raise ValueError("Grüße: x = y")
        return {"real": x - y if x else float("inf"), "z": complex(x, y)}

    with pytest.warns(sweep.SweepWarning):
        return sweep.run(
            f,
            AXES,
            fingerprint={"tolerance": 1e-6, "flag": True, "nothing": None, "list": [1, "a"]},
            attributes={"title": "Titel: Übung", "z": {"units": "1", "long_name": "$z$"}},
        )


def test_netcdf_gives_back_the_whole_table(table, tmp_path):
    sweep.export(table, tmp_path / "a.nc")
    again = sweep.load(tmp_path / "a.nc")
    assert again.equals(table)
    for name in table.variables:
        assert again[name].attrs == table[name].attrs
        assert again[name].dtype.kind == table[name].dtype.kind
    assert again.attrs == table.attrs
    assert os.listdir(tmp_path) == ["a.nc"]


def test_the_file_is_plain_netcdf(table, tmp_path):
    sweep.export(table, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as plain:
        assert set(plain.data_vars) == {"real", "z_re", "z_im", "seconds", "failure"}
        assert plain.z_im.attrs == {"units": "1", "long_name": "$z$", "complex_of": "z"}
        assert plain.x.attrs == {"units": "gain", "long_name": "$x$"}
        assert plain.failure.values[1, 1] == "ValueError: Grüße: x = y"


def test_a_file_is_replaced_as_a_whole(table, tmp_path, monkeypatch):
    path = tmp_path / "a.nc"
    sweep.export(table.isel(x=[0]), path)
    before = path.read_bytes()

    def fail_in_the_middle(self, target, **options):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(xr.Dataset, "to_netcdf", fail_in_the_middle)
        with pytest.raises(OutputError, match="No space left"):
            sweep.export(table, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.nc"]
    sweep.export(table, path)
    assert sweep.load(path).sizes["x"] == 3


@pytest.mark.parametrize("place", ["no/a.nc", ".", "file/a.nc"])
def test_an_export_that_cannot_be_written_is_a_typed_error(table, tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        sweep.export(table, tmp_path / place)


def test_names_that_would_collide_are_refused(tmp_path):
    table = sweep.run(lambda x: {"z": 1j * x, "z_re": x}, {"x": [1.0]})
    with pytest.raises(InvalidInput, match="'z' and the quantity 'z_re'"):
        sweep.export(table, tmp_path / "a.nc")


def test_a_store_loads_as_the_table_of_its_run(tmp_path):
    call = {"store": tmp_path / "a.db", "attributes": {"title": "t", "z": {"units": "1"}}, "fingerprint": {"a": 1e-3}}
    table = sweep.run(sample.product, AXES, **call)
    assert sweep.load(tmp_path / "a.db").identical(table)


def test_an_unfinished_store_loads_with_what_is_there(tmp_path):
    path = tmp_path / "a.db"
    with pytest.raises(sweep.SweepInterrupted):
        sweep.run(sample.interrupted, {"x": range(7)}, store=path)
    table = sweep.load(path)
    assert table.failure.values.tolist() == [""] * 5 + [dataset.NOT_COMPUTED] * 2
    assert np.isnan(table.square[5:]).all()
    assert np.isnan(table.seconds[5:]).all()


@pytest.mark.parametrize("content", [None, b"", b"text", b"\x89HDF\r\n\x1a\n" + bytes(2000)])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "a.nc"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"a\.nc"):
        sweep.load(path)


def test_a_truncated_netcdf_file_is_refused(table, tmp_path):
    path = tmp_path / "a.nc"
    sweep.export(table, path)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(StoreError, match="damaged"):
        sweep.load(path)
