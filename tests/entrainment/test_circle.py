"""Phase equations with any periodic velocity: fixed points, stationary states, spectrum, evolution, mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import photinus as ph
from photinus import entrainment
from photinus.entrainment.stationary import by_lags, by_modes
from photinus.errors import InvalidInput, NotConverged, Undefined

COEFFICIENTS = st.lists(st.complex_numbers(max_magnitude=1, allow_nan=False), min_size=1, max_size=4)


def two_waves(phi):
    return 0.2 - 0.5 * np.sin(phi) + 0.4 * np.cos(2 * phi + 0.3)


def finite_volumes(equation, points):
    """The Fokker–Planck operator with the exponential fluxes of Scharfetter and Gummel: of second order."""
    width = 2 * np.pi / points
    edges = width * (np.arange(points) + 0.5)  # between cell j and j + 1
    peclet = equation.velocity(edges) * width / equation.diffusion
    right = equation.diffusion / width**2 * np.where(peclet == 0, 1, peclet / -np.expm1(-peclet))
    left = right * np.exp(-peclet)
    matrix = np.zeros((points, points))
    j, k = np.arange(points), (np.arange(points) + 1) % points
    matrix[k, j] += right
    matrix[j, j] -= right
    matrix[j, k] += left
    matrix[k, k] -= left
    return matrix


@given(waves=COEFFICIENTS, detuning=st.floats(-2, 2), noise=st.floats(-2, 1).map(lambda x: 10.0**x))
@settings(max_examples=25, deadline=None)
def test_both_routes_agree(waves, detuning, noise):
    harmonics = np.array([detuning, *waves], dtype=complex)
    lags, modes = by_lags(harmonics, noise), by_modes(harmonics, noise)
    scale = abs(detuning) + 2 * np.abs(waves).sum() + noise
    # Rates of escape between two wells limit what the modes can know of their populations.
    assert abs(lags.drift - modes.drift) <= 1e-7 * scale
    assert lags.density.mean() * 2 * np.pi == pytest.approx(1, rel=1e-12)
    assert lags.density.min() >= 0
    assert lags.diffusion > 0
    assert lags.drift * detuning >= 0  # no ratchet: the drift follows the mean force


def test_stationary_state_against_finite_volumes():
    equation = entrainment.phase_equation(two_waves, 0.1)
    errors = []
    for points in (150, 300):
        matrix = finite_volumes(equation, points)
        values, vectors = np.linalg.eig(matrix)
        order = np.argsort(-values.real)
        p = vectors[:, order[0]].real
        p /= p.sum() * 2 * np.pi / points
        phi = 2 * np.pi * np.arange(points) / points
        moments = [(p * np.exp(1j * n * phi)).mean() * 2 * np.pi for n in (1, 2)]
        found = [equation.density.moment(n) for n in (1, 2)]
        errors.append(np.abs(np.subtract(moments, found)).max())
        spectrum = equation.eigenvalues(5)
        distances = np.abs(np.subtract.outer(values[order[:5]], spectrum))
        assert distances[linear_sum_assignment(distances)].max() < 2e-2
    assert errors[1] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)


def test_velocity_and_fixed_points():
    equation = entrainment.phase_equation(two_waves)
    phi = np.linspace(-4, 9, 50)
    np.testing.assert_allclose(equation.velocity(phi), two_waves(phi), atol=1e-14)
    np.testing.assert_allclose(equation.slope(phi), -0.5 * np.cos(phi) - 0.8 * np.sin(2 * phi + 0.3), atol=1e-13)
    assert len(equation.fixed_points) % 2 == 0
    np.testing.assert_allclose(equation.velocity(equation.fixed_points), 0, atol=1e-14)
    assert (equation.slope(equation.stable) < 0).all()
    low, high = equation.locking_range
    inside, outside = equation.at(high - 1e-9), equation.at(high + 1e-9)
    assert inside.locked
    assert not outside.locked
    assert equation.at(low + 1e-9).locked
    assert not equation.at(low - 1e-9).locked
    steady = entrainment.phase_equation(0.3, 0.1)
    assert (steady.locking_range, steady.drift, steady.locked) == ((0.0, 0.0), pytest.approx(0.3), False)


def test_the_very_edge():
    edge = entrainment.adler(1.0, 1.0)
    assert edge.locked
    assert len(edge.stable) == 0
    assert edge.beat_frequency == 0
    assert "locks at 1.571" in repr(edge)
    with pytest.raises(Undefined, match="no phase is stable"):
        edge.at(1.0, diffusion=0.1).slip_rates()
    assert entrainment.adler(0.0, 0.0).locking_range == (0.0, 0.0)
    assert str(entrainment.adler(0.0, 0.0).locking_range[0]) == "0.0"


def test_beat_of_two_waves():
    equation = entrainment.phase_equation(two_waves).at(1.5)
    phi = np.linspace(0, 2 * np.pi, 200_001)
    period = np.trapezoid(1 / equation.velocity(phi), phi)
    assert equation.beat_frequency == pytest.approx(2 * np.pi / period, rel=1e-9)
    assert equation.at(-1.5).beat_frequency < 0


def test_evolution():
    free = entrainment.phase_equation(0.3, 0.2).evolve(0.5, [1.0, 2.0])
    np.testing.assert_allclose(free.harmonics[:, 1], np.exp(0.5j + 0.3j * free.times - 0.2 * free.times), rtol=1e-12)
    equation = entrainment.phase_equation(two_waves, 0.1)
    run = equation.evolve(0.5, [0.5, 1.0, 60.0])
    assert run.density.min() > -1e-10
    np.testing.assert_allclose(run.density.mean(axis=1) * 2 * np.pi, 1, rtol=1e-12)
    assert run.at(2).moment() == pytest.approx(equation.density.moment(), abs=1e-8)
    # In two steps, and with the slowest eigenvalue as the last to go.
    again = equation.evolve(run.at(0), [0.5, 1.0])
    np.testing.assert_allclose(again.harmonics[1, :20], run.harmonics[1, :20], atol=1e-12)
    late = equation.evolve(0.5, [40.0, 41.0]).harmonics[:, 1] - equation.density.moment()
    gap = equation.eigenvalues(2)[1]
    assert gap.imag == pytest.approx(0, abs=1e-9)
    assert abs(late[1] / late[0]) == pytest.approx(np.exp(gap.real), rel=1e-3)
    assert run.to_xarray()["density"].shape == (3, len(run.phi))
    assert repr(run).startswith("Evolution of the density of φ: 3 times")


def test_spectrum_of_a_free_phase():
    # −Dn² ± i·detuning·n
    found = entrainment.phase_equation(0.3, 0.2).eigenvalues(5)
    expected = [0, -0.2 - 0.3j, -0.2 + 0.3j, -0.8 - 0.6j, -0.8 + 0.6j]
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_wells_relax_like_an_oscillator():
    # Weak noise: 0, −|f′|, −2|f′|, … of the motion in the well, and −f′, −2f′, … of what leaves the top; here |f′| = 1.
    found = entrainment.adler(0.0, 1.0, 0.02).eigenvalues(5)
    np.testing.assert_allclose(found.real, [0, -1, -1, -2, -2], atol=0.1)


def test_what_there_is_not():
    locked = entrainment.adler(0.1, 0.3)
    assert locked.drift == locked.effective_diffusion == 0
    for ask in (lambda: locked.density, locked.eigenvalues, lambda: locked.evolve(0.0, [1.0])):
        with pytest.raises(Undefined):
            ask()
    with pytest.raises(Undefined):
        entrainment.adler(0.5, 0.3).slip_rates()
    with pytest.raises(Undefined):
        _ = entrainment.phase_equation(0.0).density
    noisy = locked.at(0.1, diffusion=0.1)
    for wrong in (
        lambda: noisy.evolve(0.0, [0.0, 1.0]),
        lambda: noisy.evolve(0.0, [2.0, 1.0]),
        lambda: noisy.eigenvalues(0),
        lambda: noisy.at(np.nan),
        lambda: entrainment.phase_equation(lambda phi: phi),  # no period
        lambda: entrainment.phase_equation(lambda phi: 1j * np.sin(phi)),
        lambda: entrainment.phase_equation(lambda phi: np.inf + phi),
        lambda: entrainment.PhaseEquation(np.array([1j])),
        lambda: entrainment.PhaseEquation(np.zeros(0)),
    ):
        with pytest.raises(InvalidInput):
            wrong()
    with pytest.raises(NotConverged, match="populations"):
        _ = entrainment.phase_equation(lambda phi: 0.1 * np.sin(phi + 1) - np.sin(2 * phi), 1e-6).drift
    with pytest.raises(NotConverged, match="harmonics"):
        _ = entrainment.adler(0.1, 1.0, 1e-16).drift
    with pytest.raises(NotConverged, match="512"):
        entrainment.adler(0.1, 1.0, 1e-6).eigenvalues()
    with pytest.raises(NotConverged, match="512"):
        entrainment.adler(0.1, 1.0, 1e-6).evolve(0.0, [1.0])


def test_it_prints_itself():
    assert repr(entrainment.adler(0.1, 0.3, 0.05)) == (
        "Phase equation of φ, 1 harmonic: detuning 0.1, locking range -0.3 … 0.3, D = 0.05; "
        "without noise it locks at 0.3398"
    )
    assert "slips" in repr(entrainment.adler(0.5, 0.3))
    assert "upwards" in repr(entrainment.adler(0.1, 0.3, 0.01).slip_rates())
    assert isinstance(entrainment.adler(0.1, 0.3, 0.1).density, ph.phase.PhaseDensity)
