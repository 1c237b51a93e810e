"""Products by kernels against those of SciPy and of dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from photinus.numerics.products import Product


@given(st.integers(0, 60), st.sampled_from([0.0, 0.05, 0.5, 1.0]), st.booleans(), st.integers(0, 10**6))
@settings(max_examples=60)
def test_definition(n: int, density: float, banded: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, n)) * (rng.random((n, n)) < density)
    if banded:
        matrix += np.diag(rng.normal(size=n)) + np.diag(rng.normal(size=max(0, n - 2)), 2)[:n, :n]
    for kind in (float, complex):
        x, out = rng.normal(size=n).astype(kind), rng.normal(size=n).astype(kind)
        expected = out + matrix @ x
        Product(sp.csr_array(matrix), kind).add(x, out)
        np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("form", [sp.csr_array, sp.csc_array, sp.coo_array])
def test_complex_matrices_of_any_form(form: type) -> None:
    matrix = np.diag([1j, 2.0, 3.0]) + np.diag([1.0, 2j], -1)
    made = Product(form(matrix), complex)
    np.testing.assert_allclose(made @ np.arange(3.0), matrix @ np.arange(3.0))
