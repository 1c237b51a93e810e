"""Gelfand-Tsetlin patterns: the representations of U(d), their Clebsch-Gordan coefficients, and how many there are."""

from __future__ import annotations

from functools import reduce
from math import comb, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photinus.algebra.ensemble import _each
from photinus.numerics.gelfand import (
    Bands,
    Patterns,
    coupling,
    dimension,
    log_multiplicity,
    number_of_patterns,
    paths,
    patterns,
    removal,
    steps,
)

SIZES = [(1, 2), (4, 2), (2, 3), (5, 3), (3, 4), (2, 5)]


def matrix(known: Patterns, bands: Bands) -> np.ndarray:
    out = np.zeros((len(known), len(known)))
    for shift, x in bands.items():
        target = known.target(shift)
        inside = np.flatnonzero(target >= 0)
        out[target[inside], inside] += x[inside]
    return out


def transitions(known: Patterns) -> dict[tuple[int, int], np.ndarray]:
    each = range(known.levels)
    return {(k, l): matrix(known, known.transition(k, l)) for k in each for l in each}


def added(boxes: int, levels: int) -> np.ndarray:
    """⟨pattern of N boxes|pattern of N − 1 boxes; k⟩."""
    large, small = patterns(boxes, levels), patterns(boxes - 1, levels)
    out = np.zeros((len(large), len(small), levels))
    for k in range(levels):
        for path in paths(k, levels):
            target = large.place(small.entries + np.array(steps(levels, path)))
            inside = np.flatnonzero(target >= 0)
            out[target[inside], inside, k] += coupling(small.entries, levels, path)[inside]
    return out


@pytest.mark.parametrize(("boxes", "levels"), SIZES)
def test_the_commutators_are_those_of_the_unitary_group(boxes: int, levels: int) -> None:
    known = patterns(boxes, levels)
    e = transitions(known)
    for (i, j), x in e.items():
        np.testing.assert_array_equal(x, e[j, i].T)
        for (k, l), y in e.items():
            expected = (j == k) * e[i, l] - (l == i) * e[k, j]
            np.testing.assert_allclose(x @ y - y @ x, expected, atol=1e-13 * boxes**2)
    assert sum(e[k, k] for k in range(levels)) == pytest.approx(boxes * np.eye(len(known)))
    shapes = known.shapes  # nothing connects two diagrams
    apart = (shapes[:, None] != shapes[None]).any(axis=2)
    assert all((x[apart] == 0).all() for x in e.values())


@pytest.mark.parametrize(("boxes", "levels"), SIZES)
def test_one_more_box_is_a_unitary_map_that_commutes_with_the_group(boxes: int, levels: int) -> None:
    """V_μ ⊗ ℂ^d = ⊕ V_λ over λ = μ + a box (Pieri): C is unitary from each μ, and C (E ⊗ 1 + 1 ⊗ e) = E C."""
    large, small = patterns(boxes, levels), patterns(boxes - 1, levels)
    c, above, below = added(boxes, levels), transitions(large), transitions(small)
    for shape in np.unique(small.shapes, axis=0):
        own = np.flatnonzero((small.shapes == shape).all(axis=1))
        one = c[:, own].reshape(len(large), -1)
        np.testing.assert_allclose(one.T @ one, np.eye(one.shape[1]), atol=1e-13)
        for (k, l), x in above.items():
            unit = np.zeros((levels, levels))
            unit[k, l] = 1
            both = np.kron(below[k, l][np.ix_(own, own)], np.eye(levels)) + np.kron(np.eye(len(own)), unit)
            np.testing.assert_allclose(x @ one, one @ both, atol=1e-13 * boxes)


@pytest.mark.parametrize(("boxes", "levels"), [(2, 2), (5, 2), (3, 3), (4, 3), (2, 4)])
def test_the_jumps_of_each_atom_add_up(boxes: int, levels: int) -> None:
    """Σ K†K = Σ_n (A†A)_n; Σ √(N f_μ/f_λ) K = Σ_n A_n over the jumps that leave λ; Σ_n 1 = N."""
    known = patterns(boxes, levels)
    e, each = transitions(known), range(levels)
    for k in each:
        for l in each:
            jumps = {(i, j): matrix(known, known.exchange(k, l, i, j)) for i in each for j in each}
            np.testing.assert_allclose(sum(x.T @ x for x in jumps.values()), e[l, l], atol=1e-12)
            weights = [np.sqrt(removal(known.shapes, i))[:, None] for i in each]
            np.testing.assert_allclose(sum(weights[i] * jumps[i, i] for i in each), e[k, l], atol=1e-12)
    for i in each:  # the identity of one atom is that of all, and connects no two diagrams
        for j in each:
            whole = sum(matrix(known, known.exchange(k, k, i, j)) for k in each)
            expected = np.diag(np.sqrt(removal(known.shapes, i))) if i == j else 0 * whole
            np.testing.assert_allclose(whole, expected, atol=1e-12)
    np.testing.assert_allclose(sum(removal(known.shapes, i) for i in each), boxes)


@pytest.mark.parametrize("boxes", [2, 3, 6, 9])
def test_two_levels_are_chase_and_geremia(boxes: int) -> None:
    """Eq. 45 of Chase and Geremia (2008): the squares of the jumps J → J ± 1, and the sum of those that leave J."""
    known = patterns(boxes, 2)
    j = (known.shapes[:, 0] - known.shapes[:, 1]) / 2
    m = known.populations[:, 0] - boxes / 2
    for (k, l), q in {(0, 1): 1, (1, 0): -1}.items():
        for (one, other), delta in {(0, 1): -1, (1, 0): 1}.items():
            (amplitude,) = known.exchange(k, l, one, other).values()
            expected = _each(boxes / 2, j, m, q, delta)
            inside = (j + delta >= 0) & (np.abs(m + q) <= j + delta)
            np.testing.assert_allclose(amplitude**2, np.where(inside, expected**2, 0), atol=1e-12)
        stay = sum(x**2 for i in (0, 1) for x in known.exchange(k, l, i, i).values())
        np.testing.assert_allclose(stay, _each(boxes / 2, j, m, q, 0) ** 2, atol=1e-12)


@given(st.integers(1, 4), st.integers(1, 9))
def test_all_irreps_together_are_all_states(levels: int, boxes: int) -> None:
    known = Patterns(boxes, levels)
    assert len(known) == number_of_patterns(boxes, levels)
    shapes, counts = np.unique(known.shapes, axis=0, return_counts=True)
    assert [dimension(tuple(shape)) for shape in shapes] == counts.tolist()
    ways = np.exp(log_multiplicity(shapes))
    np.testing.assert_allclose(ways, np.rint(ways), rtol=1e-9)
    assert (ways * counts).sum() == pytest.approx(levels**boxes)  # Schur and Weyl
    if boxes <= levels:
        assert (np.rint(ways) ** 2).sum() == factorial(boxes)  # all irreps of S_N
    assert (counts**2).sum() == comb(boxes + levels**2 - 1, boxes)  # the operators that no permutation changes
    assert (known.place(known.entries) == np.arange(len(known))).all()
    assert (np.diff(known.entries @ (boxes + 1) ** np.arange(known.entries.shape[1])[::-1]) < 0).all()


def test_multiplets_of_three_levels() -> None:
    """SU(3): (p + 1)(q + 1)(p + q + 2)/2, and of eight bosons' symmetric states (N + 2 choose 2)."""
    for p in range(5):
        for q in range(5):
            assert dimension((p + q, q, 0)) == (p + 1) * (q + 1) * (p + q + 2) // 2
    assert [dimension((n, 0, 0)) for n in range(6)] == [comb(n + 2, 2) for n in range(6)]
    assert log_multiplicity(np.array([[2, 1, 0], [3, 0, 0], [1, 1, 1]])) == pytest.approx(np.log([2, 1, 1]))


def test_the_symmetric_diagram_is_that_of_bosons() -> None:
    known = patterns(6, 3)
    n = known.populations
    top = known.shapes[:, 0] == 6
    for k, l in ((0, 1), (1, 2), (0, 2), (2, 0)):
        total = reduce(np.add, known.transition(k, l).values())
        np.testing.assert_allclose(total[top], np.sqrt((n[:, k] + 1) * n[:, l])[top], atol=1e-12)


def test_large_diagrams_keep_their_digits() -> None:
    """C is unitary to rounding among thousands of patterns."""
    known, small = patterns(30, 3), patterns(29, 3)
    total = np.zeros(len(small))
    for path in paths(0, 3):
        inside = known.place(small.entries + np.array(steps(3, path))) >= 0
        total += np.where(inside, coupling(small.entries, 3, path), 0) ** 2
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
