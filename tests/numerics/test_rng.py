"""Streams of random numbers: one for each trajectory, the same in any batch."""

import numpy as np
import pytest
from scipy import stats

from photinus.numerics.rng import BLOCK, Streams


@pytest.mark.parametrize(("first", "count"), [(0, 6), (2, 3), (5, 1)])
def test_a_stream_does_not_know_its_batch(first: int, count: int) -> None:
    whole, part = Streams(11, 0, 6), Streams(11, first, count)
    everyone, mine = np.arange(6), np.arange(count)
    for _ in range(3):
        np.testing.assert_array_equal(whole.uniforms(everyone)[first : first + count], part.uniforms(mine))
    np.testing.assert_array_equal(whole.normals(5)[first : first + count], part.normals(5))


def test_numbers_asked_for_in_any_grouping_are_the_same() -> None:
    together, apart = Streams(3, 0, 4), Streams(3, 0, 4)
    for _ in range(BLOCK + 10):  # past the end of a block
        found = together.uniforms(np.arange(4))
        np.testing.assert_array_equal(found[[3, 1]], apart.uniforms(np.array([3, 1])))
        np.testing.assert_array_equal(found[[0, 2]], apart.uniforms(np.array([0, 2])))
    once, twice = Streams(3, 0, 4), Streams(3, 0, 4)
    np.testing.assert_array_equal(once.normals(12), np.hstack([twice.normals(5), twice.normals(7)]))


def test_seeds_and_trajectories_have_different_numbers() -> None:
    draws = [Streams(seed, k, 1).normals(4)[0] for seed in (0, 1, 2**40) for k in (0, 1, 10**6)]
    assert len({tuple(row) for row in draws}) == len(draws)


def test_uniform_numbers_are_never_zero_and_uniform() -> None:
    streams = Streams(5, 0, 40)
    values = np.concatenate([streams.uniforms(np.arange(40)) for _ in range(100)])
    assert values.min() > 0
    assert values.max() <= 1
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    assert stats.kstest(streams.normals(100).ravel(), "norm").pvalue > 1e-3
