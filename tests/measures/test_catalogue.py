"""The catalogue tells the truth about its functions, and every measure refuses in the same words."""

from __future__ import annotations

import inspect
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import photinus as ph
from measures.known import dense
from photinus import errors
from photinus.measures import MeasureTable, catalogue, table
from photinus.references import BIBLIOGRAPHY
from photinus.space.state import State

EVERY = [pytest.param(measure, id=measure.name) for measure in catalogue.values()]
NAMES = {"oscillator": "ab", "spin": "st", "qudit": "q"}


@pytest.fixture(scope="module")
def zoo() -> State:
    """Two oscillators, two spins and a qudit, all with some phase."""
    ket = np.kron(np.ones(4) / 2, np.kron(np.array([1, 1, 1]) / 3**0.5, np.ones(4) / 2))
    return dense(ket, "abqst", a=2, b=2)


@pytest.mark.parametrize("measure", EVERY)
def test_an_entry_is_complete(measure):
    for text in (measure.symbol, measure.range, measure.meaning, measure.zero, measure.sees, measure.invariance):
        assert text
    assert set(measure.references) <= set(BIBLIOGRAPHY)
    assert measure.cost in ("elements", "eigenvalues", "search")
    assert ph.cite(measure).count("\n") == max(0, len(measure.references) - 1)
    assert getattr(ph.measures, measure.name) is measure.function


@pytest.mark.parametrize("measure", EVERY)
def test_options_are_keywords_with_defaults(measure):
    for parameter in list(inspect.signature(measure.function).parameters.values())[1:]:
        by_name = parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty
        assert by_name or parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_OR_KEYWORD)


@pytest.mark.parametrize("measure", EVERY)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_measure_takes_what_the_catalogue_says(measure, count, zoo):
    for kinds in product(NAMES, repeat=count):
        used: list[str] = []
        for kind in kinds:
            free = [name for name in NAMES[kind] if name not in used]
            used += free[:1]
        if len(used) < count:
            continue
        if measure.applies(zoo, tuple(used)):
            assert np.isfinite(measure.function(zoo, *used))
        elif not (measure.two_level and measure.takes(count)):  # two levels of an oscillator are taken, but not offered
            with pytest.raises((errors.InvalidInput, TypeError)):
                measure.function(zoo, *used)


@pytest.mark.parametrize("measure", EVERY)
def test_mistakes_are_typed_errors(measure, zoo):
    own = [name for kind in measure.kinds for name in NAMES[kind]][: measure.sites[-1]]
    with pytest.raises(errors.WrongType, match=r"ph\.steady_state"):
        measure.function(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), *own)
    with pytest.raises(errors.WrongType):
        measure.function(zoo.density_matrix(), *own)
    with pytest.raises(errors.UnknownSite):
        measure.function(zoo, *[*own[:-1], "z"])
    if 2 in measure.sites:
        with pytest.raises(errors.InvalidInput, match="named twice"):
            measure.function(zoo, own[0], own[0])


@pytest.mark.parametrize("measure", EVERY)
def test_handles_name_sites(measure, zoo):
    handles = [ph.spin("s", 0.5), ph.spin("t", 0.5)][: measure.sites[-1]]
    if "spin" in measure.kinds:
        assert measure.function(zoo, *handles) == measure.function(zoo, *(handle.name for handle in handles))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: ph.measures.phase_coherence(s), r"phase_coherence is asked of 0 sites. It takes 1 or 2;"),
        (lambda s: ph.measures.kuramoto_order(s, "a"), r"asked of 1 site. It takes 2 or more;"),
        (lambda s: ph.measures.phase_coherence(s, "a", "b", (2, 1)), r"options by their keyword"),
        (lambda s: ph.measures.mutual_information(s, ("a", "b"), "s"), r"names one after the other"),
        (
            lambda s: ph.measures.peak_height(s, "a", "q"),
            r"qudit q .* has no peak_height. It takes oscillators and spi",
        ),
        (lambda s: ph.measures.peak_height(s, "a", "s", kind="canonical"), r"no phase density of kind 'canonical'"),
        (lambda s: ph.measures.complete_synchronization(s, "a", "b", angles=0.3), r"angles are 0.3"),
        (lambda s: ph.measures.complete_synchronization(s, "a", "b", angles=(0, np.nan)), r"second site is nan"),
        (lambda s: table(s), r"needs sites"),
        (lambda s: table(s, "a", "a"), r"named twice"),
        (lambda s: table(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), "a"), r"asked of a model. Solve it first"),
    ],
)
def test_messages(call, message, zoo):
    with pytest.raises(errors.InvalidInput, match=message):
        call(zoo)


@pytest.mark.parametrize("sites", [("a",), ("a", "b"), ("b", "a"), ("s", "t"), ("a", "s"), ("a", "q"), ("a", "b", "s")])
def test_the_table_holds_what_applies(sites, zoo):
    rows = table(zoo, *sites).rows
    assert {row.measure.name for row in rows} == {m.name for m in catalogue.values() if m.applies(zoo, sites)}
    for row in rows:
        assert row.error is None  # a built state has no truncation error
        if row.value is not None:
            assert row.value == pytest.approx(row.measure.function(zoo, *sites), abs=1e-12)


def test_the_table_of_an_exact_state_has_no_truncation_error():
    state = ph.steady_state(ph.zoo.spin_one(gain=0.1, loss=1.0, drive=0.1))
    assert all(row.error == 0 for row in table(state, "s").rows)


def test_symbols_are_unique():
    assert len({measure.symbol for measure in catalogue.values()}) == len(catalogue)


def test_a_table_is_asked_by_name(zoo):
    found = table(zoo, "a", "b")
    assert "phase_coherence" in found
    assert "spin_order" not in found
    assert len(found) == len(found.rows)
    assert found.row("phase_coherence").value == found["phase_coherence"]
    for name, advice in (("R", "mean 'phase_coherence'"), ("phase_coherance", "mean 'phase_coherence'"), (3, "It has")):
        with pytest.raises(errors.InvalidInput, match=advice):
            found[name]


def test_rounding_is_printed_with_one_digit(zoo):
    (row,) = (row for row in table(zoo, "a", "b").rows if row.measure.name == "phase_coherence")
    assert " 1e-18 ± 0 " in repr(MeasureTable((replace(row, value=1.118803e-18, error=0.0),)))
    assert " 1.118803e-09  " in repr(MeasureTable((replace(row, value=1.118803e-9, error=None),)))
