"""The algebra by example: exact identities, canonical forms, printing, mistakes."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import photinus as ph
from photinus import errors

A, B = ph.oscillator("a"), ph.oscillator("b")
N = A.dag() * A


def test_the_canonical_commutator_is_one_exactly():
    unit = ph.commutator(A, A.dag())
    assert unit == 1
    assert str(unit) == "1"
    assert repr(unit) == "1"
    assert hash(unit) == hash(1)


@pytest.mark.parametrize("power", [1, 2, 5, 9])
def test_commutators_with_powers(power):
    assert ph.commutator(A, A.dag() ** power) == power * A.dag() ** (power - 1)
    assert ph.commutator(N, A.dag() ** power) == power * A.dag() ** power
    assert ph.commutator(N, A**power) == -power * A**power


def test_operators_of_different_sites_commute():
    s = ph.spin("s", 1)
    assert ph.commutator(A, B.dag()) == 0
    assert ph.commutator(A, s.plus) == 0
    assert A * B == B * A


@pytest.mark.parametrize("order", [2, 3, 4])
def test_powers_of_the_number_operator_have_stirling_coefficients(order):
    stirling = {2: [1, 1], 3: [1, 3, 1], 4: [1, 7, 6, 1]}[order]
    assert N**order == sum((c * A.dag() ** k * A**k for k, c in enumerate(stirling, 1)), start=0 * A)


@pytest.mark.parametrize("j", [0.5, 1, 1.5, 4])
def test_spin_algebra(j):
    s = ph.spin("s", j)
    assert ph.commutator(s.x, s.y).isclose(1j * s.z)
    assert ph.commutator(s.y, s.z).isclose(1j * s.x)
    assert ph.commutator(s.z, s.x).isclose(1j * s.y)
    assert ph.commutator(s.plus, s.minus).isclose(2 * s.z)
    assert (s.x**2 + s.y**2 + s.z**2).isclose(j * (j + 1))
    assert s.plus ** int(2 * j + 1) == 0
    assert s.plus ** int(2 * j) != 0
    assert s.plus.dag() == s.minus


def test_a_spin_half_has_four_words():
    s = ph.spin("s", 0.5)
    assert s.z**2 == 0.25
    assert s.plus * s.minus == s.z + 0.5
    assert s.plus**2 == 0


def test_the_last_projector_of_a_qudit_is_eliminated():
    q = ph.qudit("q", 3)
    assert q(0, 0) + q(1, 1) + q(2, 2) == 1
    assert q(2, 2) == 1 - q(0, 0) - q(1, 1)
    assert q(0, 2) * q(2, 1) == q(0, 1)
    assert q(0, 2) * q(1, 1) == 0
    assert q(2, 0) * q(0, 2) == q(2, 2)
    assert q(0, 1).dag() == q(1, 0)


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        (A, "a"),
        (A.dag(), "a†"),
        (N, "a† a"),
        (A * A.dag(), "1 + a† a"),
        ((A + A.dag()) ** 2, "1 + a² + 2 a† a + a†²"),
        (N - 0.5 * (A + A.dag()) ** 2, "-0.5 - 0.5 a² - 0.5 a†²"),
        (0 * A, "0"),
        (-A, "-a"),
        (1j * A, "1i a"),
        ((1 + 2j) * A, "(1+2i) a"),
        (A.dag() * B, "a† b"),
        (A - B, "a - b"),
        (A**10, "a¹⁰"),
        (ph.spin("s", 1).plus, "s₊"),
        (ph.spin("s", 1).minus * ph.spin("s", 1).plus, "2 - s_z - s_z²"),
        (ph.qudit("q", 3)(0, 1), "q|0⟩⟨1|"),
        (3 + 0 * A, "3"),
    ],
    ids=str,
)
def test_printing(operator, text):
    assert str(operator) == text
    assert repr(operator) == text


def test_sites_are_in_natural_order():
    total = sum((ph.oscillator(f"s{k}") for k in (10, 2, 1, 20)), start=0 * A)
    assert [site.name for site in total.sites] == ["s1", "s2", "s10", "s20"]
    assert str(ph.oscillator("s10") + ph.oscillator("s2")) == "s2 + s10"
    assert [site.name for site in ph.Model(total + total.dag()).sites] == ["s1", "s2", "s10", "s20"]


# The Susskind-Glogower exponential E = Σ|n⟩⟨n+1| = (n + 1)^(−1/2) a: E E† = 1, and E†E = 1 − |0⟩⟨0|.


def test_susskind_glogower():
    exponential = ph.diagonal(A, lambda n: (n + 1) ** -0.5) * A
    vacuum = ph.diagonal(A, lambda n: float(n == 0))
    assert (exponential * exponential.dag()).isclose(1)
    assert (exponential.dag() * exponential).isclose(1 - vacuum)
    assert not (exponential.dag() * exponential).isclose(1)


def test_diagonal_functions():
    assert ph.diagonal(A, lambda n: n).isclose(N)
    assert ph.diagonal(A, lambda n: n * (n - 1)).isclose(A.dag() ** 2 * A**2)
    f, g = ph.diagonal(A, lambda n: 1 / (n + 1)), ph.diagonal(A, lambda n: 0.5**n)
    assert (f * g).isclose(g * f)
    assert (A * f).isclose(ph.diagonal(A, lambda n: 1 / (n + 2)) * A)
    assert ph.diagonal(A, lambda n: 1j**n).dag().isclose(ph.diagonal(A, lambda n: (-1j) ** n))
    assert f.is_hermitian()
    assert not ph.diagonal(A, lambda n: 1j).is_hermitian()


def test_diagonal_functions_are_equal_where_their_values_are():
    assert ph.diagonal(A, lambda n: n**2) == ph.diagonal(A, lambda m: m * m)
    assert ph.diagonal(A, lambda n: n**2) != ph.diagonal(A, lambda n: n**3)
    assert ph.diagonal(A, lambda n: n) != ph.diagonal(B, lambda n: n)


def parity(n: int) -> float:
    return (-1.0) ** n


@pytest.mark.parametrize(
    "value",
    [
        A.dag() * A + 0.3j * (B - B.dag()),
        ph.spin("s", 1.5).plus * A,
        ph.qudit("q", 3)(2, 2),
        ph.spin("s", 1).x + 0,
        ph.diagonal(A, parity) * A,
    ],
    ids=str,
)
def test_operators_survive_pickling(value):
    again = pickle.loads(pickle.dumps(value))  # noqa: S301
    assert again == value
    assert hash(again) == hash(value)
    assert str(again) == str(value)


def test_operators_are_frozen():
    with pytest.raises((AttributeError, TypeError)):
        A.terms[()] = 1.0
    with pytest.raises(AttributeError):
        A.sites[0].name = "b"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: A * float("nan"), errors.InvalidInput),
        (lambda: A + float("inf"), errors.InvalidInput),
        (lambda: A / 0, errors.InvalidInput),
        (lambda: A**-1, errors.InvalidInput),
        (lambda: A**0.5, errors.InvalidInput),
        (lambda: A * "x", TypeError),
        (lambda: A + None, TypeError),
        (lambda: A / B, TypeError),
        (lambda: bool(A), TypeError),
        (lambda: list(A), TypeError),
        (lambda: (A + ph.spin("a", 1).z).sites, errors.SiteMismatch),
        (lambda: A * ph.spin("a", 1).z, errors.SiteMismatch),
        (lambda: ph.spin("s", 1).z * ph.spin("s", 2).z, errors.SiteMismatch),
        (lambda: ph.qudit("q", 3)(0, 0) * ph.qudit("q", 4)(0, 0), errors.SiteMismatch),
        (lambda: ph.oscillator(""), errors.InvalidInput),
        (lambda: ph.oscillator("a b"), errors.InvalidInput),
        (lambda: ph.oscillator(3), errors.InvalidInput),
        (lambda: ph.spin("s", 0.3), errors.InvalidInput),
        (lambda: ph.spin("s", 0), errors.InvalidInput),
        (lambda: ph.spin("s", -1), errors.InvalidInput),
        (lambda: ph.spin("s", float("nan")), errors.InvalidInput),
        (lambda: ph.spin("s", "x"), errors.InvalidInput),
        (lambda: ph.qudit("q", 0), errors.InvalidInput),
        (lambda: ph.qudit("q", 2.5), errors.InvalidInput),
        (lambda: ph.qudit("q", "x"), errors.InvalidInput),
        (lambda: ph.qudit("q", float("nan")), errors.InvalidInput),
        (lambda: ph.qudit("q", 3)(0, 3), errors.InvalidInput),
        (lambda: ph.qudit("q", 3)(-1, 0), errors.InvalidInput),
        (lambda: ph.qudit("q", 3)("x", 0), errors.InvalidInput),
        (lambda: ph.diagonal(N, lambda n: n), errors.InvalidInput),
        (lambda: ph.diagonal(ph.spin("s", 1).z, lambda n: n), errors.InvalidInput),
        (lambda: ph.diagonal(A, 3), errors.InvalidInput),
        (lambda: ph.diagonal(A, lambda n: 1 / n), errors.InvalidInput),
        (lambda: ph.diagonal(A, lambda n: float("nan")), errors.InvalidInput),
    ],
)
def test_mistakes_are_typed_errors(wrong, error):
    with pytest.raises(error):
        wrong()


def test_one_name_of_two_kinds_within_one_operator_is_refused_at_the_latest_by_the_model():
    with pytest.raises(errors.SiteMismatch, match="'a'"):
        ph.Model(A.dag() * A, [ph.Jump(1.0, ph.spin("a", 1).minus)])


def test_tiny_differences_are_close_but_not_equal():
    x = A + A.dag()
    assert x * (1 + 1e-14) != x
    assert x.isclose(x * (1 + 1e-14))
    assert not x.isclose(x * (1 + 1e-9))
    assert x.isclose(x * (1 + 1e-9), tolerance=1e-8)
    assert (1e-30 * A).isclose(1e-30 * A * (1 + 1e-14))
    assert not (1e-30 * A).isclose(2e-30 * A)


def test_zero_dimensional_arrays_are_numbers_and_others_are_refused():
    assert np.array(2.0) * A == 2 * A
    with pytest.raises((TypeError, errors.InvalidInput)):
        _ = np.array([1.0, 2.0]) * A
