"""Quotients of integer lattices: the contraction of coordinates against elimination of all rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import photinus as ph
from photinus.model.lattice import _eliminated, cyclic_factors, smith_columns

ENTRY = st.sampled_from([0, 0, 0, 1, -1, 2, -2, 3])


@st.composite
def lattices(draw) -> tuple[list[list[int]], int]:
    width = draw(st.integers(1, 6))
    whole = st.lists(ENTRY, min_size=width, max_size=width)
    pair = st.tuples(*[st.integers(0, width - 1)] * 2, *[st.sampled_from([1, -1])] * 2).map(
        lambda p: [p[2] * (k == p[0]) + p[3] * (k == p[1]) * (p[0] != p[1]) for k in range(width)]
    )
    return draw(st.lists(st.one_of(whole, pair, pair), max_size=7)), width


@given(lattices())
def test_contraction_changes_nothing(lattice):
    rows, width = lattice
    free, torsion = _eliminated([list(row) for row in dict.fromkeys(map(tuple, rows)) if any(row)], width)
    found = smith_columns(rows, width)
    assert [list(v) for d, v in found if d == 0] == free  # the reduced echelon form is unique
    assert [d for d, _ in found if d] == [d for d, _ in torsion]
    for d, v in found:
        assert all((np.dot(row, v) % d if d else np.dot(row, v)) == 0 for row in rows)


def test_a_ring_of_ten_thousand_sites():
    ring = [((k, 1), ((k + 1) % 10_000, -1)) for k in range(9999)] + [((0, 1), (9999, -1))]
    ((modulus, weights),) = cyclic_factors([tuple(sorted(row)) for row in ring], 10_000)
    assert modulus == 0
    assert set(weights) == {1}
    # Pair creation along an open chain conserves the staggered sum; on a ring of odd length its parity alone.
    chain = [((k, 1), (k + 1, 1)) for k in range(2000)]
    ((modulus, weights),) = cyclic_factors(chain, 2001)
    assert modulus == 0
    assert weights == tuple([1, -1] * 1000 + [1])
    ((modulus, weights),) = cyclic_factors([*chain, ((0, 1), (2000, 1))], 2001)
    assert (modulus, set(weights)) == (2, {1})


def test_many_coherently_coupled_oscillators_have_one_charge():
    sites = 1000
    ring = [(k, (k + 1) % sites) for k in range(sites)]
    model = ph.zoo.coupled_van_der_pol(ring, gain=1, two_photon_loss=0.1, coherent=0.2)
    assert model.symmetry.weak.moduli == (0,)
    assert set(model.symmetry.weak.weights[0]) == {1}
    assert model.symmetry.strong.moduli == ()
    (turn,) = ph.mean_field(model).flow.turns
    assert set(turn) == {1.0}
