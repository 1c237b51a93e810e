"""Laws of the operator algebra. Coefficients are dyadic, so that most of them hold exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from laws.models import EXACT, LETTERS, A, operators
from photinus.algebra import Operator
from photinus.space.space import make_space

LEVELS, MARGIN = 24, 9  # products of up to nine ladder operators do not feel the edge below LEVELS − MARGIN
KINDS = sorted(LETTERS)
NUMPY_SCALARS = st.sampled_from([np.float64(0.5), np.complex128(2 - 1j), np.int64(3), np.float32(0.25), np.array(2.0)])


def matrix(operator: Operator, sites: tuple, levels: int = LEVELS) -> np.ndarray:
    return make_space(sites, {site.name: levels for site in sites}).matrix(operator)


@given(operators("mixed"), operators("mixed"), operators("mixed"))
@settings(max_examples=60)
def test_ring(x, y, z):
    assert (x + y) + z == x + (y + z)
    assert x + y == y + x
    assert x * (y + z) == x * y + x * z
    assert (x + y) * z == x * z + y * z
    assert ((x * y) * z).isclose(x * (y * z))
    assert x + 0 == x
    assert x * 1 == 1 * x == x
    assert x * 0 == 0
    assert x - x == 0
    minus = -x
    assert -minus == x


@given(operators("oscillators"), operators("oscillators"), operators("oscillators"))
@settings(max_examples=40)
def test_products_of_oscillators_associate_exactly(x, y, z):
    assert (x * y) * z == x * (y * z)


@given(operators(), operators("mixed"), EXACT)
@settings(max_examples=60)
def test_the_adjoint_is_an_antilinear_anti_homomorphism(x, y, c):
    assert (x * y).dag().isclose(y.dag() * x.dag())
    assert (x + y).dag() == x.dag() + y.dag()
    assert (c * x).dag() == np.conj(c) * x.dag()
    assert x.dag().dag() == x
    assert (x + x.dag()).is_hermitian()
    assert (x.dag() * x).is_hermitian()


@given(operators("mixed", longest=2), operators("mixed", longest=2), operators("mixed", longest=2))
@settings(max_examples=40)
def test_commutators(x, y, z):
    c = ph.commutator
    assert c(x, y) == -c(y, x)
    assert c(x, x) == 0
    assert c(x, y * z).isclose(c(x, y) * z + y * c(x, z)) or (c(x, y * z) - c(x, y) * z - y * c(x, z)) == 0
    jacobi = c(x, c(y, z)) + c(y, c(z, x)) + c(z, c(x, y))
    assert max((abs(v) for v in jacobi.terms.values()), default=0.0) < 1e-10


@given(operators("mixed"), st.integers(0, 4))
@settings(max_examples=30)
def test_powers_are_repeated_products(x, exponent):
    out = A * 0 + 1
    for _ in range(exponent):
        out = out * x
    assert x**exponent == out


@given(operators("mixed"), NUMPY_SCALARS)
@settings(max_examples=40)
def test_numpy_scalars_on_either_side(x, c):
    plain = c.item()
    assert c * x == x * c == plain * x
    assert c + x == x + c == x + plain
    assert c - x == -(x - plain)
    assert (x / c).isclose(x * (1 / plain))
    assert isinstance(c * x, Operator)


@given(operators("oscillators", terms=2, longest=3), operators("oscillators", terms=2, longest=3))
@settings(max_examples=30)
def test_normal_order_is_the_matrix_product_away_from_the_edge(x, y):
    sites = (A * ph.oscillator("b")).sites
    product, levels = x * y, 12
    found = matrix(product, sites, levels)
    wide = 12 + 4
    n = np.arange(levels)
    low = (n[:, None] * wide + n).ravel()
    expected = (matrix(x, sites, wide) @ matrix(y, sites, wide))[np.ix_(low, low)]
    inside = np.flatnonzero(((n[:, None] < 8) & (n < 8)).ravel())
    found, expected = found[np.ix_(inside, inside)], expected[np.ix_(inside, inside)]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9)


@given(st.lists(st.sampled_from(["a", "d"]), max_size=9))
@settings(max_examples=60)
def test_any_word_of_one_oscillator_equals_its_matrix(letters):
    operator, lower = A * 0 + 1, np.diag(np.sqrt(np.arange(1.0, LEVELS)), 1)
    expected = np.eye(LEVELS)
    for letter in letters:
        operator = operator * (A if letter == "a" else A.dag())
        expected = expected @ (lower if letter == "a" else lower.T)
    inside = LEVELS - MARGIN
    found = matrix(operator, A.sites).real
    np.testing.assert_allclose(found[:inside, :inside], expected[:inside, :inside], rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("j", [0.5, 1, 1.5, 2, 3.5])
@given(data=st.data())
@settings(max_examples=25)
def test_any_word_of_a_spin_equals_its_matrix(j, data):
    s = ph.spin("s", j)
    m = j - np.arange(int(2 * j) + 1)
    plus = np.diag(np.sqrt(j * (j + 1) - m[1:] * (m[1:] + 1)), 1)
    table = {"+": (s.plus, plus), "-": (s.minus, plus.T), "z": (s.z, np.diag(m)), "x": (s.x, (plus + plus.T) / 2)}
    operator, expected = s.z * 0 + 1, np.eye(len(m))
    for letter in data.draw(st.lists(st.sampled_from(sorted(table)), max_size=6)):
        operator, expected = operator * table[letter][0], expected @ table[letter][1]
    found = matrix(operator, (s.site,))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * max(1.0, np.abs(expected).max()))


@given(operators("spins", longest=2), operators("spins", longest=2))
@settings(max_examples=40)
def test_products_of_spins_equal_products_of_matrices(x, y):
    sites = sum(LETTERS["spins"], start=A * 0).sites
    np.testing.assert_allclose(matrix(x * y, sites), matrix(x, sites) @ matrix(y, sites), rtol=0, atol=1e-12)
    np.testing.assert_allclose(matrix(x.dag(), sites), matrix(x, sites).conj().T, rtol=0, atol=1e-13)


@given(operators("spins", longest=3), operators("spins", longest=3))
@settings(max_examples=40)
def test_spin_operators_are_equal_where_their_matrices_are(x, y):
    sites = sum(LETTERS["spins"], start=A * 0).sites
    difference = np.abs(matrix(x - y, sites)).max()
    assert (difference < 1e-12) == ((x - y).isclose(0) or all(abs(c) < 1e-12 for c in (x - y).terms.values()))


@given(operators("qudit"), operators("qudit"))
@settings(max_examples=40)
def test_qudit_operators_are_their_matrices(x, y):
    sites = LETTERS["qudit"][1].sites
    assert np.array_equal(matrix(x * y, sites), matrix(x, sites) @ matrix(y, sites))
    assert np.array_equal(matrix(x.dag(), sites), matrix(x, sites).conj().T)
    assert (x == y) == np.array_equal(matrix(x, sites), matrix(y, sites))


@given(operators("mixed"))
@settings(max_examples=30)
def test_equal_operators_have_equal_hashes(x):
    again = (x + A) - A
    if x == again:
        assert hash(x) == hash(again)
    assert hash(x.dag().dag()) == hash(x)
