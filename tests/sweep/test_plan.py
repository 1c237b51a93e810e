from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photinus.errors import InvalidInput
from photinus.sweep.axes import make_grid
from photinus.sweep.plan import Plan, check_signature, code_digest, make_plan, point_keys
from sweep import sample

GRID = make_grid({"x": [0.0, 1.0], "y": [0.0]})
finite = st.floats(allow_nan=False, allow_infinity=False)
axis = st.lists(finite, min_size=1, max_size=4, unique_by=lambda value: value + 0.0)


def plan_of(function, fingerprint=None, *, strict=True, grid=GRID):
    return make_plan(function, grid, fingerprint, strict=strict)


# ---- keys ----


@given(axis, axis)
def test_keys_tell_points_apart(first, second):
    grid = make_grid({"x": first, "y": second})
    keys = [key for key, _ in point_keys(plan_of(sample.product), grid)]
    assert len(set(keys)) == grid.size


@given(axis, axis)
def test_a_key_does_not_depend_on_the_order_of_the_axes(first, second):
    one, other = make_grid({"x": first, "y": second}), make_grid({"y": second, "x": first})
    plan = plan_of(sample.product, grid=one)
    assert plan == plan_of(sample.product, grid=other)
    keys = {tuple(sorted(one.point(index).items())): pair for index, pair in enumerate(point_keys(plan, one))}
    for index, pair in enumerate(point_keys(plan, other)):
        assert keys[tuple(sorted(other.point(index).items()))] == pair


@given(axis)
def test_coordinates_are_exact(values):
    grid = make_grid({"x": values})
    texts = [text for _, text in point_keys(plan_of(sample.Power(2), grid=grid), grid)]
    assert tuple(float.fromhex(text) for text in texts) == grid.axes[0].values


def test_a_key_depends_on_the_plan():
    plans = [plan_of(sample.product), plan_of(sample.counted), plan_of(sample.product, {"cutoff": 20})]
    firsts = {next(iter(point_keys(plan, GRID)))[0] for plan in plans}
    assert len(firsts) == 3


# ---- what a function carries ----


def with_default(x, y, *, cutoff=20):
    return {"x": x + y + cutoff}


def closure(value):
    def inner(x, y):
        return {"x": x + y + value}

    return inner


class Colour(Enum):
    RED = 1
    GREEN = 2


@dataclass(frozen=True)
class Model:
    rate: float
    name: str = "m"


class Marked:
    def __init__(self, fingerprint):
        self.fingerprint = fingerprint


CARRIED = [1, 2.0, 2.5, "2", True, None, 1j, (1, 2), {"a": 1}, {1, 2}, Colour.RED, Colour.GREEN, Model(1.0), Model(2.0)]
CARRIED += [Marked("abc"), Marked("abd"), np.array([1.0, 2.0]), np.array([1.0, 3.0]), np.array([1, 2]), Model]
CARRIED += [np.float64(7.5), sample.product, closure(1), closure(2), functools.partial(sample.product, x=1), Path("a")]


@pytest.mark.parametrize(
    "functions",
    [
        [closure(value) for value in CARRIED],
        [with_default, functools.partial(with_default, cutoff=21), functools.partial(with_default, cutoff="21")],
        [functools.partial(with_default, 1.0), functools.partial(with_default, 2.0), with_default],
        [sample.Power(2), sample.Power(3), sample.Power(2, 0.5)],
        [Model(1.0).__eq__, Model(2.0).__eq__],
    ],
)
def test_functions_that_carry_different_things_have_different_plans(functions):
    grid = make_grid({"q": [1.0]})
    for one, other in itertools.combinations(functions, 2):
        assert plan_of(one, grid=grid) != plan_of(other, grid=grid), (one, other)
    for function in functions:
        assert plan_of(function, grid=grid) == plan_of(function, grid=grid)


def test_a_numpy_number_is_the_number():
    assert plan_of(closure(np.float64(2.5))) == plan_of(closure(2.5))


def test_what_cannot_be_recorded_needs_a_fingerprint():
    function = closure(object())
    with pytest.raises(InvalidInput, match=r"'value' with a value of type object.*fingerprint="):
        plan_of(function)
    assert plan_of(function, {"value": "the one"}).fixed_entries() == {"value": "the one"}
    assert plan_of(function, {"other": 1}).fixed_entries() == {"value": "<object>", "other": 1}
    assert plan_of(function, strict=False).fixed_entries() == {"value": "<object>"}
    with pytest.raises(InvalidInput, match="array of objects"):
        plan_of(closure(np.array([object()])))


@pytest.mark.parametrize("fingerprint", [[1], "text", {1: 2}, {"a": object()}])
def test_a_wrong_fingerprint_is_refused(fingerprint):
    with pytest.raises(InvalidInput, match="fingerprint"):
        plan_of(sample.product, fingerprint)


def test_a_plan_survives_being_written():
    plan = plan_of(with_default, {"tolerance": 1e-6, "limit": float("inf"), "nested": {"a": [1, "b", None]}})
    again = Plan.from_json(plan.to_json())
    assert again == plan
    assert again.key == plan.key
    assert again.fixed_entries()["nested"] == {"a": [1, "b", None]}


def test_differences_name_both_sides():
    here = plan_of(sample.product, {"tolerance": 1e-8, "method": "new", "nan": float("nan")})
    there = plan_of(sample.counted, {"tolerance": 1e-6, "cutoff": 3, "nan": float("nan")}, grid=make_grid({"x": [1.0]}))
    assert here.differences(there) == [
        "the function is sweep.sample:counted in the store and sweep.sample:product here",
        "the axes are x in the store and x, y here",
        "cutoff is 3 in the store and absent here",
        "method is 'new' here and absent in the store",
        "tolerance is 1e-06 in the store and 1e-08 here",
    ]
    assert here.differences(here) == []


# ---- signatures ----


@pytest.mark.parametrize(
    ("function", "names", "words"),
    [
        (with_default, ("x", "y", "cutof"), "no parameter 'cutof'. Did you mean 'cutoff'?"),
        (with_default, ("x", "y", "zzz"), "It has x, y, cutoff"),
        (with_default, ("x",), "requires 'y'"),
        (lambda: {"a": 1.0}, ("x",), "It has no parameters"),
        (lambda x, /: {}, ("x",), "no parameter 'x'"),
        (3, ("x",), "can be called"),
    ],
)
def test_a_function_that_does_not_fit_its_axes_is_refused(function, names, words):
    with pytest.raises(InvalidInput, match=words.replace("?", r"\?")):
        check_signature(function, names)


def test_previous_is_noticed():
    assert check_signature(sample.chain, ("x", "y"))
    assert not check_signature(sample.product, ("x", "y"))
    assert not check_signature(lambda **numbers: numbers, ("x", "y"))
    assert not check_signature(functools.partial(with_default, cutoff=3), ("x", "y"))
    assert not check_signature(sample.Power(2), ("x",))


# ---- code ----


def test_the_digest_follows_the_code_and_not_its_clothes():
    def compiled(source):
        namespace: dict = {}
        exec(source, namespace)  # noqa: S102 - the test writes the source
        return code_digest(namespace["f"])

    plain = compiled("def f(x):\n    'It.'\n    return {'a': x + 1}")
    assert compiled("\n\ndef f(x):\n    'What it is.'\n    # why\n    return {'a': x + 1}") == plain
    assert compiled("def f(x):\n    return {'a': x + 2}") != compiled("def f(x):\n    return {'a': x + 1}")
    assert compiled("def f(x):\n    return {'a': abs(x)}") != compiled("def f(x):\n    return {'a': int(x)}")
    inner = "def f(x):\n    return [(lambda: {})() for _ in (x,)]"
    assert compiled(inner) == compiled(inner) != compiled(inner.replace("{}", "x"))
    in_set = "def f(x):\n    return x in {'a', 'b', 'c', 'd'}"
    assert compiled(in_set) == compiled(in_set) != compiled(in_set.replace("'d'", "'e'"))


def test_every_kind_of_callable_has_a_digest():
    assert code_digest(sample.Power(2)) == code_digest(sample.Power(3)) != ""
    assert code_digest(functools.partial(sample.product, 1)) == code_digest(sample.product) != ""
    assert code_digest(Model(1.0).__eq__) != ""
    assert code_digest(max) == ""
