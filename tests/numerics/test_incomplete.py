"""Null vectors by GMRES with an incomplete LU, against LU."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from photinus.numerics.incomplete import incomplete_null_vector
from photinus.numerics.linear import dense_null_vector

OPTIONS = {"tolerance": 1e-12, "restart": 60, "maximum": 600, "drop": 0.1, "fill": 2.0}


def rates(size: int, seed: int, spread: float = 1.0) -> sp.csc_array:
    """A random walk on a ring with shortcuts, its rates spread over some orders of magnitude."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([np.roll(np.arange(size), s) for s in (1, -1)] + [rng.integers(0, size, 3 * size)])
    columns = np.concatenate([np.arange(size)] * 5)
    flow = sp.coo_array((10 ** rng.uniform(0, spread, len(rows)), (rows, columns)), shape=(size, size)).tolil()
    flow.setdiag(0)
    flow = flow.tocsc()
    return sp.csc_array(flow - sp.diags_array(flow.sum(axis=0)))


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("spread", [0.5, 4.0])
def test_the_null_vector_is_that_of_lu(spread: float, scale: float) -> None:
    matrix, places = scale * rates(200, 3, spread), np.arange(200)
    found = incomplete_null_vector(matrix, places, **OPTIONS)
    expected = dense_null_vector(matrix.toarray(), places)
    assert found.nullity == 1
    np.testing.assert_allclose(found.vector, expected.vector, atol=1e-9)
    assert np.linalg.norm(found.vector - expected.vector) < 1e3 * found.error * np.linalg.norm(found.vector) + 1e-12


def test_two_null_vectors_are_never_one() -> None:
    matrix = sp.csc_array(sp.block_diag([rates(60, 1), rates(60, 2)]))
    found = incomplete_null_vector(matrix, np.arange(120), **OPTIONS)
    assert found is None or found.nullity == 2


def test_too_few_products_are_told() -> None:
    assert incomplete_null_vector(rates(200, 3, 4.0), np.arange(200), **OPTIONS | {"maximum": 2, "drop": 0.9}) is None
