"""Places of coherences in a sector, and trace norms block by block."""

import numpy as np
import pytest

import photinus as ph
from photinus.space.liouvillian import generator
from photinus.space.sectors import Sector


def zero_sector(levels: int) -> Sector:
    graded = generator(ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=1, dissipative=0.5), {"a": levels, "b": 5})
    return graded.grading.sector(graded.grading.group.zero)


def test_places_are_sums_over_the_kets() -> None:
    sector = zero_sector(4)
    first, second = sector.addends
    rows, columns = sector.kets
    assert np.array_equal(first[rows] + second[columns], np.arange(sector.size))
    assert np.array_equal(sector.transpose[sector.transpose], np.arange(sector.size))
    assert np.array_equal(sector.index(columns, rows), sector.transpose)


def test_what_is_embedded_is_cut_out_again() -> None:
    small, large = zero_sector(4), zero_sector(6)
    vector = np.random.default_rng(0).normal(size=small.size)
    wide = small.embed(vector, large)
    assert np.array_equal(small.cut(wide, large), vector)
    assert small.eigenvalues(vector + vector[small.transpose]).sum() == pytest.approx(2 * vector[small.trace].sum())


@pytest.mark.parametrize("scale", [1.0, 1e-9])
@pytest.mark.parametrize("imaginary", [0.0, 1.0])
def test_trace_norms_are_never_too_small(scale: float, imaginary: float) -> None:
    """Blocks whose weights fall by orders of magnitude: the slack is used, and kept."""
    sector, rng = zero_sector(6), np.random.default_rng(1)
    x = rng.normal(size=sector.size) + 1j * imaginary * rng.normal(size=sector.size)
    x = x + np.conj(x[sector.transpose])
    for q, _, place in sector.blocks:
        x[place] *= scale * 0.2**q
    exact = sum(np.abs(np.linalg.eigvalsh(sector.block(x, q))).sum() for q, _, _ in sector.blocks)
    assert sector.trace_norm(x) == pytest.approx(exact, rel=1e-12)
    loose = sector.trace_norm(x, slack=0.1)
    assert exact * (1 + 1e-6) < loose < 1.1 * exact
    assert sector.trace_norm(np.zeros(sector.size), slack=0.1) == 0
