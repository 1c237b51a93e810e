from __future__ import annotations

import contextlib
import functools
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
import xarray as xr

from photinus import sweep
from photinus.errors import InvalidInput, PlanMismatch
from photinus.sweep import driver
from sweep import sample

AXES = {"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 2.0, 3.0]}


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Return a function that gives the calls since it was last asked."""
    path = tmp_path / "calls.log"
    monkeypatch.setenv(sample.LOG, str(path))

    def read():
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return lines

    return read


def plain(table):
    return table.drop_vars("seconds")


# ---- the table ----


@pytest.mark.parametrize("workers", [1, 2])
def test_the_table_holds_the_function(workers):
    table = sweep.run(sample.product, AXES, workers=workers)
    x, y = np.meshgrid(AXES["x"], AXES["y"], indexing="ij")
    assert table["product"].dims == ("x", "y")
    assert np.array_equal(table["product"], x * y)
    assert np.array_equal(table.z, x + 1j * y)
    assert (table.failure == "").all()
    assert (table.seconds > 0).all()
    assert table.attrs["function"] == "sweep.sample:product"


def test_axes_may_be_pairs_arrays_and_carry_units():
    axes = [
        ("y", xr.DataArray([1.0, 2.0], attrs={"units": "gain", "long_name": "$y$"})),
        ("x", sweep.Axis(range(3), label="$x$")),
    ]
    table = sweep.run(sample.product, axes)
    assert table["product"].dims == ("y", "x")
    assert table.y.attrs == {"units": "gain", "long_name": "$y$"}
    assert table.x.attrs == {"long_name": "$x$"}
    assert table.x.dtype == int


def test_the_function_gets_python_numbers_and_integers_where_the_axis_has_them():
    seen = []

    def look(n, x):
        seen.append((type(n), type(x)))
        return {"a": n}

    sweep.run(look, {"n": np.arange(1, 3), "x": np.array([1, 2.5])})
    assert set(seen) == {(int, float)}


def test_provenance_and_attributes_are_attached():
    table = sweep.run(
        functools.partial(sample.Power(2, offset=1.5)),
        {"x": [1.0]},
        fingerprint={"tolerance": 1e-6, "model": "abc", "nested": {"a": [1, 2]}},
        attributes={"title": "Powers", "power": {"units": "1", "long_name": "$x^2$"}},
    )
    attrs = table.attrs
    assert attrs["title"] == "Powers"
    assert table.power.attrs == {"units": "1", "long_name": "$x^2$"}
    assert (attrs["tolerance"], attrs["model"], json.loads(attrs["nested"])) == (1e-6, "abc", {"a": [1, 2]})
    assert attrs["function"] == "sweep.sample:Power"
    assert attrs["numpy_version"] == np.__version__
    assert {"photinus_version", "scipy_version", "python_version", "date"} <= attrs.keys()
    assert attrs["seconds_total"] == float(table.seconds.sum())
    assert attrs["failed"] == 0


def test_the_fields_of_a_callable_object_are_recorded():
    attrs = sweep.run(sample.Power(3, offset=0.5), {"x": [1.0]}).attrs
    assert (attrs["exponent"], attrs["offset"]) == (3, 0.5)


def test_a_quantity_may_be_complex_at_some_points_only():
    table = sweep.run(lambda x: {"root": x**0.5}, {"x": [-1.0, 1.0]})
    assert table.root.dtype == complex
    assert np.allclose(table.root, [1j, 1])


# ---- again ----


def test_the_same_call_computes_nothing_again(tmp_path, log):
    first = sweep.run(sample.counted, AXES, store=tmp_path / "a.db")
    assert len(log()) == 12
    again = sweep.run(sample.counted, AXES, store=tmp_path / "a.db")
    assert log() == []
    assert again.drop_attrs(deep=False).identical(first.drop_attrs(deep=False))
    assert again.attrs == first.attrs


def test_axes_may_be_extended_reordered_and_restricted(tmp_path, log):
    path = tmp_path / "a.db"
    sweep.run(sample.counted, AXES, store=path)
    log()
    wider = {"y": [3.0, 0.0, 1.0, 2.0, 4.0], "x": [2, 1, 0, -1]}  # another order, integers for floats
    table = sweep.run(sample.counted, wider, store=path, workers=2)
    new = {tuple(map(float, line.split())) for line in log()}
    assert new == {(x, 4.0) for x in (2.0, 1.0, 0.0)} | {(-1.0, y) for y in (3.0, 0.0, 1.0, 2.0, 4.0)}
    assert plain(table).equals(plain(sweep.run(sample.product, wider)))
    log()
    assert sweep.run(sample.counted, {"x": [1.0], "y": [2.0]}, store=path)["product"].item() == 2.0
    assert log() == []


def test_a_refined_axis_keeps_its_old_points(tmp_path, log):
    def axes(count):
        return {"x": [0.0], "y": np.linspace(-1, 1, count)}

    sweep.run(sample.counted, axes(41), store=tmp_path / "a.db")
    log()
    sweep.run(sample.counted, axes(81), store=tmp_path / "a.db")
    assert len(log()) == 40


def test_a_changed_code_is_warned_of(tmp_path):
    def version(body):
        namespace = {"__name__": "somewhere"}
        exec(f"def f(x):\n    return {{'a': {body}}}", namespace)  # noqa: S102 - the test writes the source
        return namespace["f"]

    path = tmp_path / "a.db"
    sweep.run(version("x"), {"x": [1.0, 2.0]}, store=path)
    with pytest.warns(sweep.SweepWarning, match="2 of 3 points in the store were computed before the function's code"):
        table = sweep.run(version("x + 1"), {"x": [1.0, 2.0, 3.0]}, store=path)
    assert table.a.values.tolist() == [1.0, 2.0, 4.0]
    sweep.run(version("x + 1"), {"x": [3.0]}, store=path)  # no old point, no warning


# ---- failures ----


@pytest.mark.parametrize("workers", [1, 2])
def test_failed_points_are_rows_with_their_reason(tmp_path, log, workers):
    path = tmp_path / "a.db"
    words = r"3 of 12 points failed, first at x=1, y=0: ValueError: x=1\.0 is above y=0\.0"
    with pytest.warns(sweep.SweepWarning, match=words):
        table = sweep.run(sample.partly_failing, AXES, store=path, workers=workers)
    above = table.x > table.y
    assert np.array_equal(np.isnan(table.difference), above)
    assert np.array_equal(table.failure != "", above)
    assert table.failure.sel(x=2, y=1).item() == "ValueError: x=2.0 is above y=1.0"
    assert table.attrs["failed"] == 3
    log()
    with pytest.warns(sweep.SweepWarning, match="3 of 12"):
        again = sweep.run(sample.partly_failing, AXES, store=path, workers=workers)
    assert log() == []
    assert plain(again).equals(plain(table))
    with pytest.warns(sweep.SweepWarning, match="3 of 12"):
        sweep.run(sample.partly_failing, AXES, store=path, workers=workers, retry_failed=True)
    assert len(log()) == 3


def test_a_retry_that_succeeds_replaces_the_failure(tmp_path):
    down = tmp_path / "down"
    down.touch()

    def f(x):
        if down.exists():
            raise RuntimeError("the licence server is down")
        return {"a": x}

    call = functools.partial(sweep.run, f, {"x": [1.0]}, store=tmp_path / "a.db")
    with pytest.warns(sweep.SweepWarning, match="licence server"):
        table = call()
    assert list(table.data_vars) == ["seconds", "failure"]  # no point has told the names of the quantities
    down.unlink()
    with pytest.warns(sweep.SweepWarning, match="licence server"):
        call()
    assert call(retry_failed=True).a.item() == 1.0
    assert call().failure.item() == ""


# ---- previous ----


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_lines_are_followed_whatever_the_number_of_workers(workers):
    table = sweep.run(sample.chain, AXES, workers=workers)
    assert np.array_equal(table.length, [[1, 2, 3, 4]] * 3)
    assert np.array_equal(table.before, [[np.nan, 0, 1, 2]] * 3, equal_nan=True)


def test_a_line_stays_with_one_worker(log):
    sweep.run(sample.chain, {"x": range(8), "y": range(30)}, workers=2)
    owners: dict[str, set[str]] = {}
    for line in log():
        x, _, process = line.split()
        owners.setdefault(x, set()).add(process)
    assert len(owners) == 8
    assert all(len(processes) == 1 for processes in owners.values())


def test_a_line_is_taken_up_without_an_answer_after_stored_points(tmp_path):
    path = tmp_path / "a.db"
    sweep.run(sample.chain, {"x": [0.0], "y": [0.0, 2.0]}, store=path)
    table = sweep.run(sample.chain, {"x": [0.0], "y": [0.0, 1.0, 2.0, 3.0, 4.0]}, store=path)
    assert table.length.values.tolist() == [[1, 1, 2, 1, 2]]


# ---- arguments ----


@pytest.mark.parametrize("attributes", [3, {1: "a"}, {"a": None}, {"a": {"b": [1]}}])
def test_wrong_attributes_are_refused(attributes):
    with pytest.raises(InvalidInput, match="attribute"):
        sweep.run(sample.product, AXES, attributes=attributes)


def test_a_misspelt_axis_is_refused_with_the_nearest_name():
    with pytest.raises(InvalidInput, match="Did you mean 'exponent'"):
        sweep.run(lambda exponent: {"a": exponent}, {"exponant": [1.0]})


# ---- functions that break their contract ----


@pytest.mark.parametrize("workers", [1, 2])
def test_a_function_without_numbers_ends_the_sweep_after_storing(tmp_path, workers):
    path = tmp_path / "a.db"
    with pytest.raises(InvalidInput, match="'text' as 'no number' of type str"):
        sweep.run(sample.wrong_in_worker, {"x": range(10)}, store=path, workers=workers)
    assert (sweep.load(path).failure == "").sum() >= 3


def test_quantities_that_change_from_point_to_point_are_refused():
    def fickle(x):
        return {"a": x, "b": x} if x < 2 else {"a": x}

    with pytest.raises(InvalidInput, match=r"returned a at x=2, and a, b before"):
        sweep.run(fickle, {"x": [0.0, 1.0, 2.0]})


def test_the_order_of_the_quantities_may_change(tmp_path):
    def shuffled(x):
        return {"a": x, "b": -x} if x < 2 else {"b": -x, "a": x}

    sweep.run(shuffled, {"x": [0.0, 1.0, 2.0]}, store=tmp_path / "a.db")
    table = sweep.load(tmp_path / "a.db")
    assert table.a.values.tolist() == [0.0, 1.0, 2.0]


def test_other_quantities_than_the_stored_ones_are_refused(tmp_path):
    def quantities(*names):
        return lambda x: dict.fromkeys(names, x)

    call = functools.partial(sweep.run, store=tmp_path / "a.db", fingerprint={"names": "not recorded"})
    call(quantities("a", "b"), {"x": [0.0]})
    with pytest.raises(PlanMismatch, match="quantities a, b, while the function returned a, c at x=1"):
        call(quantities("a", "c"), {"x": [1.0]})


@pytest.mark.parametrize("name", ["x", "seconds", "failure"])
def test_a_quantity_with_a_name_in_use_is_refused(name):
    with pytest.raises(InvalidInput, match=f"named '{name}'"):
        sweep.run(lambda x: {name: x}, {"x": [0.0]})


# ---- Ctrl-C ----


def test_ctrl_c_stores_what_is_done_and_says_how_to_go_on(tmp_path):
    path = tmp_path / "a.db"
    with pytest.raises(sweep.SweepInterrupted) as caught:
        sweep.run(sample.interrupted, {"x": range(9)}, store=path)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert str(caught.value) == (
        f"The sweep was interrupted; 5 of 9 points are stored in '{path}'. The same call goes on from there."
    )
    assert sweep.load(path).square.values[:5].tolist() == [0, 1, 4, 9, 16]


def test_ctrl_c_without_a_store_says_what_is_lost():
    with pytest.raises(sweep.SweepInterrupted, match=r"5 of 9 points were done and are lost\. Pass store="):
        sweep.run(sample.interrupted, {"x": range(9)})


def test_ctrl_c_stores_what_has_arrived_and_was_not_yet_looked_at(tmp_path, monkeypatch):
    class Interrupted:
        """A pool in which Ctrl-C comes while outcomes wait to be received."""

        def receive(self, timeout):
            raise KeyboardInterrupt

        def drain(self):
            return [driver.Outcome(2, {"power": 4.0}, "", 0.1)]

    monkeypatch.setattr(driver, "start_pool", lambda job, count: contextlib.nullcontext(Interrupted()))
    with pytest.raises(sweep.SweepInterrupted, match="1 of 5 points are stored"):
        sweep.run(sample.Power(2), {"x": range(5)}, store=tmp_path / "a.db", workers=2)
    assert sweep.load(tmp_path / "a.db").power[2] == 4.0


# ---- the rest ----


def test_progress_is_drawn_on_standard_error_if_asked(capsys):
    with pytest.warns(sweep.SweepWarning):
        sweep.run(sample.partly_failing, AXES, progress=True)
    shown = capsys.readouterr()
    assert "12/12" in shown.err
    assert "failed=3" in shown.err
    assert shown.out == ""
    sweep.run(sample.product, AXES)  # not a terminal
    assert capsys.readouterr().err == ""


def test_the_seconds_of_a_point_are_those_of_the_function():
    table = sweep.run(sample.slow, {"x": [1.0], "y": [1.0]}, progress=False)
    assert 0.005 <= table.seconds.item() < 5.0


def test_importing_the_package_loads_neither_numpy_nor_xarray():
    code = "import sys; import photinus.sweep; print(sorted({'numpy', 'xarray', 'tqdm'} & set(sys.modules)))"
    program = f"import sys; sys.path[:] = {sys.path!r}; {code}"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_portions_grow_with_speed_and_shrink_near_the_end():
    hand_out = driver._HandOut([driver.Segment(0, 10_000)], 2, splits=True)
    sizes = []
    while segments := hand_out.take(0):
        sizes.append(sum(stop - start for start, stop in segments))
        outcomes = [driver.Outcome(0, {}, "", 1e-4)]
        hand_out.take_back(driver.Batch(0, outcomes, True))
    assert sum(sizes) == 10_000
    assert sizes[:4] == [1, 8, 64, 500]
    assert max(sizes) == 500
    assert sizes[-1] == 1
    assert hand_out.is_done


def test_nothing_is_warned_of_without_a_reason():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweep.run(sample.product, AXES, workers=2)
