"""Certificates in print."""

from __future__ import annotations

import pytest

from photinus.space.certificate import Certificate


def certificate(truncation: float) -> Certificate:
    return Certificate(
        residual=1e-15,
        truncation=truncation,
        solver_error=1e-12,
        positivity=1e-9,
        hermiticity=0.0,
        nullity=1,
        tolerance=1e-6,
        unknowns=4,
        unknowns_without_symmetry=16,
        cutoffs={"a": 4},
        method="by hand",
        seconds=0.1,
    )


@pytest.mark.parametrize(
    ("truncation", "text"),
    [(1e-9, "1.0e-09"), (0.5, "5.0e-01"), (2.0, "2.0e+00"), (2.1, "2 (no information)"), (6.0, "2 (no information)")],
)
def test_an_estimate_above_the_largest_distance_says_nothing(truncation, text):
    made = certificate(truncation)
    assert f"truncation  {text} (trace norm; tolerance 1e-06)" in str(made)
    assert made.ok == (truncation <= 1e-6)
    if not made.ok:
        assert made.complaints == (f"truncation error {text} is above 1e-06: raise the cutoffs",)
    assert made.truncation == truncation
