from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from photinus.errors import InvalidInput
from photinus.sweep.axes import Segment
from photinus.sweep.evaluate import Job, evaluate, named_numbers
from sweep import sample

JOB = {"names": ("x", "y"), "values": ((1, 2), (0.0, 1.0, 2.0, 3.0)), "hands_on": False}


def test_outcomes_come_in_order_with_time_and_reason():
    outcomes = list(evaluate(Job(sample.partly_failing, **JOB), Segment(0, 4)))
    assert [outcome.point for outcome in outcomes] == [0, 1, 2, 3]
    assert outcomes[0].values is None
    assert outcomes[0].reason == "ValueError: x=1 is above y=0.0"  # in one line
    assert outcomes[2] == (2, {"difference": 1.0}, "", outcomes[2].seconds)
    assert all(outcome.seconds > 0 for outcome in outcomes)


def test_a_long_reason_is_cut():
    def verbose(x, y):
        raise ValueError("a" * 10_000)

    (outcome,) = evaluate(Job(verbose, **JOB), Segment(0, 1))
    assert len(outcome.reason) == 500
    assert outcome.reason.endswith("...")


def test_the_answer_is_handed_on_along_a_line():
    outcomes = list(evaluate(Job(sample.chain, **{**JOB, "hands_on": True}), Segment(4, 8)))
    assert [outcome.values["length"] for outcome in outcomes] == [1, 2, 3, 4]
    assert [outcome.values["before"] for outcome in outcomes[1:]] == [0.0, 1.0, 2.0]
    assert math.isnan(outcomes[0].values["before"])


def test_nothing_is_handed_on_after_a_failure():
    outcomes = list(evaluate(Job(sample.chain_with_failure, **{**JOB, "hands_on": True}), Segment(0, 4)))
    assert [outcome.values and outcome.values["length"] for outcome in outcomes] == [1, 2, None, 1]


@pytest.mark.parametrize("returned", [{"a": 1.0}, ({"a": 1.0},), [{"a": 1.0}, 0], None])
def test_a_function_with_previous_returns_a_pair(returned):
    job = Job(lambda x, y, previous: returned, **{**JOB, "hands_on": True})
    with pytest.raises(InvalidInput, match="'previous' and returned"):
        list(evaluate(job, Segment(0, 1)))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (2, 2.0),
        (True, 1.0),
        (1.5, 1.5),
        (1 + 2j, 1 + 2j),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3.0),
        (np.bool_(True), 1.0),
        (np.complex128(1j), 1j),
        (np.array(2.5), 2.5),
        (Fraction(1, 4), 0.25),
        (math.inf, math.inf),
    ],
)
def test_numbers_of_all_kinds_are_taken(value, number):
    found = named_numbers({"a": value})["a"]
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize("value", ["1", None, [1.0], np.array([1.0]), np.array("a"), object(), 10**400])
def test_what_is_no_number_is_refused_by_name(value):
    with pytest.raises(InvalidInput, match="'a'"):
        named_numbers({"a": value})


@pytest.mark.parametrize("returned", [None, 1.0, [("a", 1.0)], {}, {1: 1.0}, {"": 1.0}, {"a/b": 1.0}])
def test_what_is_no_mapping_of_names_is_refused(returned):
    with pytest.raises(InvalidInput, match="function of the sweep returned"):
        named_numbers(returned)
