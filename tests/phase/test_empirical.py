"""Densities of samples, against the laws that they were drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import iv

import photinus as ph
from photinus.errors import InvalidInput

RNG = np.random.default_rng(5)


def test_the_density_of_a_von_mises_law():
    """P(φ) = e^{κ cos(φ − μ)}/2πI₀(κ), c_k = I_k(κ)/I₀(κ) e^{ikμ} (Mardia and Jupp 2000, eq. 3.5.27)."""
    samples = RNG.vonmises(-1.0, 2.0, 200_000) + 2 * np.pi * RNG.integers(-3, 4, 200_000)
    density = ph.phase.empirical_distribution(samples, orders=8)
    expected = np.exp(2 * np.cos(density.phi + 1)) / (2 * np.pi * iv(0, 2.0))
    np.testing.assert_allclose(density.density, expected, atol=0.01)
    for k in (1, 2, 5):
        assert abs(density.moment(k) - iv(k, 2.0) / iv(0, 2.0) * np.exp(-1j * k)) < 4 / np.sqrt(200_000)
    assert density.kind == "empirical"


def test_moments_are_those_of_the_samples():
    samples = RNG.uniform(-np.pi, np.pi, 50)
    density = ph.phase.empirical_distribution(samples, orders=6, points=8)
    for k in range(7):
        assert density.moment(k) == pytest.approx(np.exp(1j * k * samples).mean(), abs=1e-14)


def test_the_joint_density_has_the_marginals_and_the_harmonics_of_the_samples():
    first = RNG.vonmises(0.3, 3.0, 400)
    second = first + RNG.vonmises(-0.5, 5.0, 400)
    joint = ph.phase.empirical_joint_distribution(first, second, orders=5, points=32)
    step = 2 * np.pi / 32
    for axis, samples in ((1, first), (0, second)):
        alone = ph.phase.empirical_distribution(samples, orders=5, points=32).density
        np.testing.assert_allclose(joint.density.sum(axis=axis) * step, alone, atol=1e-13)
    for k, m in ((1, -1), (2, 3), (-4, 5)):
        wave = np.exp(1j * np.add.outer(k * joint.phi, m * joint.phi))
        found = (joint.density * wave).sum() * step**2
        assert found == pytest.approx(np.exp(1j * (k * first + m * second)).mean(), abs=1e-13)


def test_what_is_no_sample_is_refused():
    with pytest.raises(InvalidInput, match="hold 1 that are not finite"):
        ph.phase.empirical_distribution([0.1, np.nan])
    with pytest.raises(InvalidInput, match="The 0 samples"):
        ph.phase.empirical_distribution([])
    with pytest.raises(InvalidInput, match="no numbers"):
        ph.phase.empirical_distribution(["east"])
    with pytest.raises(InvalidInput, match=r"shapes \(2,\) and \(3,\)"):
        ph.phase.empirical_joint_distribution([0, 1], [0, 1, 2])
