"""What does not stand beside an operator: typed errors that say what was given and what to write instead."""

from __future__ import annotations

import operator
import pickle

import numpy as np
import pytest

import photinus as ph
from photinus import errors
from photinus.algebra import locate

A, B = ph.oscillator("a"), ph.oscillator("b")
S, Q = ph.spin("s", 1), ph.qudit("q", 3)
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.matmul]


def is_two_sentences(error: errors.PhotinusError) -> bool:
    return error.cause.endswith(".") and error.remedy.endswith((".", "?")) and "\n" not in str(error)


@pytest.mark.parametrize("combine", ARITHMETIC)
@pytest.mark.parametrize(
    "wrong",
    ["x", None, [1.0], (1, 2), {}, np.array([1.0, 2.0]), np.array("x"), np.bool_(True), object(), S, Q],
    ids=lambda value: "object" if type(value) is object else repr(value),
)
def test_what_is_neither_operator_nor_number_is_refused_on_either_side(combine, wrong):
    for left, right in ((A, wrong), (wrong, A)):
        with pytest.raises(errors.WrongType) as caught:
            combine(left, right)
        assert isinstance(caught.value, TypeError)
        assert is_two_sentences(caught.value)


@pytest.mark.parametrize("combine", ARITHMETIC)
@pytest.mark.parametrize("other", [1, 2.0, np.float64(2), A, S.x, S, "x", None, np.array([1.0])], ids=repr)
@pytest.mark.parametrize(("handle", "instead"), [(S, r"s\.x.*s\.plus"), (Q, r"q\(m, n\)")], ids=repr)
def test_a_handle_is_no_operator(combine, other, handle, instead):
    for left, right in ((handle, other), (other, handle)):
        with pytest.raises(errors.WrongType, match=f"not an operator.*(s\\.x|{instead})"):
            combine(left, right)


@pytest.mark.parametrize(
    "wrong",
    [lambda: S**2, lambda: -S, lambda: +S, lambda: ph.commutator(A, S), lambda: A.isclose(S), lambda: 2**S],
)
def test_powers_signs_and_commutators_of_a_handle(wrong):
    with pytest.raises(errors.WrongType, match=r"spin s \(j = 1\).*not an operator.*s\.minus"):
        wrong()


def test_handles_are_values():
    assert pickle.loads(pickle.dumps((S, Q))) == (S, Q)  # noqa: S301
    assert ph.spin("s", 2) != S
    assert S != Q
    assert len({S, ph.spin("s", 1), Q}) == 2
    assert [repr(handle) for handle in (S, Q, ph.spin("t", 1.5))] == [
        "spin s (j = 1)",
        "qudit q (3 levels)",
        "spin t (j = 3/2)",
    ]
    assert repr(ph.qudit("q", 1)) == "qudit q (1 level)"  # the limit of no freedom at all is allowed


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: A / B, r"a is divided by b.*Divide by a number"),
        (lambda: 1 / A, r"a divides 1.*Divide by a number"),
        (lambda: A @ B, r"@ stands between a and b.*\*"),
        (lambda: 2**A, r"a is an exponent.*whole number"),
        (lambda: bool(A), r"==.*isclose"),
        (lambda: list(A), r"\.terms"),
        (lambda: np.array([1, 2]) * A, r"array of shape \(2,\) \(ndarray\)"),
        (lambda: ph.commutator(A, np.eye(40)), r"array of shape \(40, 40\)"),
        (lambda: A * ("x" * 1000), r"a value of type str"),
    ],
)
def test_the_message_names_what_was_given(wrong, message):
    with pytest.raises(errors.WrongType, match=message) as caught:
        wrong()
    assert is_two_sentences(caught.value)
    assert len(str(caught.value)) < 200


class Foreign:
    """A type of another package that knows what to do with an operator."""

    def __radd__(self, other):
        return "added"

    __rmul__ = __rsub__ = __rtruediv__ = __rmatmul__ = __radd__


@pytest.mark.parametrize("combine", ARITHMETIC)
def test_types_of_other_packages_are_asked(combine):
    assert combine(A, Foreign()) == "added"
    with pytest.raises(TypeError):
        combine(Foreign(), A)


@pytest.mark.parametrize("other", ["a", "s", None, np.eye(2), [1]], ids=repr)
@pytest.mark.parametrize("value", [A, S, Q], ids=repr)
def test_comparisons_with_anything_are_false_not_errors(value, other):
    assert operator.eq(value, other) is False
    assert operator.ne(value, other) is True


def test_whole_exponents_of_any_number_type():
    assert A**2.0 == A ** np.int64(2) == A ** np.array(2) == A * A
    for wrong in (-1, 0.5, True, "2", None, A):
        with pytest.raises(errors.InvalidInput, match="exponent"):
            A**wrong


def test_coefficients_beyond_all_floats():
    with pytest.raises(errors.InvalidInput, match="largest float"):
        A * 10**400


def test_a_tolerance_is_a_number():
    with pytest.raises(errors.InvalidInput, match="tolerance"):
        A.isclose(B, "x")


def test_one_name_of_two_sites_is_told_in_words():
    with pytest.raises(errors.SiteMismatch, match=r"oscillator s and spin s \(j = 1\)"):
        ph.oscillator("s") + S.x
    with pytest.raises(errors.SiteMismatch, match=r"spin s \(j = 1/2\) and qudit s \(2 levels\)"):
        ph.qudit("s", 2)(0, 1) * ph.spin("s", 0.5).x


SITES = (A * S.x * Q(0, 1) * ph.oscillator("cavity")).sites  # a, cavity, q, s


@pytest.mark.parametrize(("site", "place"), [("a", 0), ("cavity", 1), (Q, 2), ("s", 3), (S, 3), (S.site, 3)])
def test_a_site_is_named_or_given_by_its_handle(site, place):
    assert locate(SITES, site) == place


@pytest.mark.parametrize(
    ("site", "error", "message"),
    [
        ("cavty", errors.UnknownSite, r"'cavty'.*Did you mean 'cavity' of a, cavity, q, s"),
        ("z", errors.UnknownSite, r"'z'.*Sites: a, cavity, q, s"),
        (ph.spin("t", 1), errors.UnknownSite, "'t'"),
        (ph.spin("s", 2), errors.SiteMismatch, r"spin s \(j = 1\) and spin s \(j = 2\)"),
        (A, errors.WrongType, r"a \(Operator\).*name.*handle"),
        (S.x, errors.WrongType, r"\(Operator\).*name.*handle"),
        (3, errors.WrongType, r"3 \(int\)"),
        (None, errors.WrongType, "None"),
        (["a"], errors.WrongType, r"\['a'\] \(list\)"),
        (np.array(["a", "s"]), errors.WrongType, r"shape \(2,\)"),
    ],
)
def test_what_names_no_site(site, error, message):
    with pytest.raises(error, match=message) as caught:
        locate(SITES, site)
    assert is_two_sentences(caught.value)


@pytest.mark.parametrize("thing", [ph.oscillator("a"), ph.spin("s", 0.5), ph.qudit("q", 3)])
def test_what_is_no_ensemble_has_no_operators_of_each_atom(thing):
    with pytest.raises(errors.WrongType, match="no ensemble"):
        _ = thing.each
