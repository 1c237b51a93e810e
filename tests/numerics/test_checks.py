"""Numbers from outside: what is no real number is refused, never turned into one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import photinus as ph
from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import ascending_times, finite_numbers

S = ph.spin("s", 0.5)
ATOM = ph.Model(0.3 * S.x, [ph.Jump(1.0, S.minus, name="photon")])


@pytest.mark.parametrize("values", [[1, 2.5], range(3), np.arange(4).reshape(2, 2), [Fraction(1, 2)], 0.25, [True]])
def test_real_numbers_of_any_kind_pass(values: object) -> None:
    found = finite_numbers(values, "values")
    assert found.dtype == float
    assert found.flags.owndata


@pytest.mark.parametrize(
    "values",
    [[1j], np.array([1 + 0j]), [np.complex128(1)], np.array([1j], dtype=object), ["1"], [[1], [2, 3]], {"a": 1}],
)
def test_complex_numbers_and_text_are_refused_and_no_part_is_dropped(values: object) -> None:
    with pytest.raises(ph.errors.InvalidInput, match="not real numbers"):
        finite_numbers(values, "values")
    with pytest.raises(ph.errors.PhotinusError):
        ascending_times(values)


@pytest.mark.parametrize(
    "ask",
    [
        lambda z: ph.spectrum(ATOM, S.minus, z),
        lambda z: ph.evolve(ATOM, ph.states.level({S: 0.5}), z),
        lambda z: ph.counting(ATOM, {"photon": 1}).generating_function(z),
        lambda z: ph.counting(ATOM, {"photon": 1}).waiting_times(z),
        lambda z: ph.metrology.allan_deviation(z, 1.0),
        lambda z: ph.metrology.allan_of_noise(z, diffusion=1.0),
        lambda z: ph.thermo.schnakenberg(np.eye(2), z),
        lambda z: ph.phase.empirical_distribution(z),
        lambda z: ph.entrainment.adler_drift(z, 0.3, 0.1),
    ],
)
def test_every_question_refuses_complex_numbers(ask) -> None:
    with pytest.raises(ph.errors.PhotinusError):
        ask(np.array([0.0, 0.5 + 0.1j, 1.0]))


@pytest.mark.parametrize(
    "number", [10**400, -(10**400), Fraction(10**400, 3), float("inf")], ids=["whole", "negative", "fraction", "float"]
)
def test_numbers_beyond_all_are_not_finite(number: object) -> None:
    with pytest.raises(InvalidInput, match=r"is -?inf"):
        real_number(number, "number")
    with pytest.raises(InvalidInput, match=r"is -?inf"):
        whole_number(number, "number")


@pytest.mark.parametrize("budget", ["8GB", True, -1.0, float("nan"), [1e9]])
def test_a_memory_budget_is_a_number_of_bytes(budget) -> None:
    with pytest.raises(InvalidInput, match="memory budget"):
        require_memory(1e3, budget, "Nothing", "Nothing.")
