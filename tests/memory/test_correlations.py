"""Spectral densities, correlation functions and exact dephasing, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import loggamma

import photinus as ph
from photinus import memory
from photinus.errors import InvalidInput, WrongType
from photinus.memory.correlations import _by_quadrature, gauss_nodes, weight_functions
from photinus.memory.densities import hurwitz
from photinus.memory.markov import half_transforms

S = ph.spin("s", 0.5)


def bath(density, temperature=0.0, coupling=None):
    return memory.Environment(density, S.z if coupling is None else coupling, temperature=temperature)


# --- the convention --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "density",
    [
        memory.Lorentzian(0.7, 0.3, 2.0),
        memory.Lorentzians([memory.Lorentzian(0.7, 0.3), memory.Lorentzian(0.2, 2.0, 1.0)]),
    ],
)
def test_the_coupling_is_the_integral_of_the_density(density):
    parts = getattr(density, "parts", (density,))
    total = sum(
        quad(density, a, b, limit=500)[0] for a, b in ((-np.inf, -5), (-5, 0), (0, 1.9), (1.9, 2.1), (2.1, np.inf))
    )
    assert total == pytest.approx(sum(p.coupling**2 for p in parts), rel=1e-8)
    assert memory.bath_correlation(bath(density), [0.0]).emission[0] == pytest.approx(total, rel=1e-8)


def test_the_density_of_an_underdamped_mode_tends_to_its_coupling():
    assert quad(memory.Underdamped(0.7, 1.0, 1e-3), 0, 5, points=[1.0], limit=500)[0] == pytest.approx(0.49, rel=1e-3)


def test_reorganisation_energy():
    density = memory.DrudeLorentz(0.3, 0.5)
    assert quad(lambda w: density(w) / w, 0, np.inf)[0] == pytest.approx(0.3, rel=1e-8)


# --- closed forms against quadrature ---------------------------------------------------------------------------------


@given(s=st.floats(1.05, 5), x=st.floats(0.01, 20), y=st.floats(-20, 20))
@settings(max_examples=40)
def test_hurwitz(s, x, y):
    """ζ(s, z) − ζ(s, z + 1) = z^{−s}; on the real axis SciPy's."""
    from scipy.special import zeta

    z = np.array([complex(x, y)])
    assert abs(hurwitz(s, z) - hurwitz(s, z + 1) - z**-s)[0] <= 1e-12 * abs(hurwitz(s, z))[0] + 1e-12 * abs(z**-s)[0]
    assert hurwitz(s, np.array([x + 0j]))[0] == pytest.approx(zeta(s, x), rel=1e-12)


@pytest.mark.parametrize("temperature", [0.0, 0.5, 40.0])
@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.5])
def test_ohmic_by_zeta_and_by_quadrature(exponent, temperature):
    density = memory.Ohmic(0.2, 5.0, exponent)
    times = np.linspace(0.0, 20, 60)
    closed = memory.bath_correlation(bath(density, temperature), times)
    emission, absorption, error = _by_quadrature(density, temperature, times)
    assert error < 1e-7 * abs(closed.symmetric[0])
    assert np.abs(closed.emission - emission).max() < 1e-10 * abs(closed.symmetric[0])
    assert np.abs(closed.absorption - absorption).max() < 1e-10 * abs(closed.symmetric[0])


def test_drude_by_matsubara_frequencies():
    """X(t) = λγ(cot(γ/2T) − i)e^{−γt} + 4λγT Σ ν_k e^{−ν_k t}/(ν_k² − γ²), ν_k = 2πkT (Tanimura1989)."""
    lam, gamma, temperature = 0.1, 0.5, 0.4
    times = np.linspace(0.05, 20, 100)
    nu = 2 * np.pi * temperature * np.arange(1, 20_000)
    exact = lam * gamma * (1 / np.tan(gamma / 2 / temperature) - 1j) * np.exp(-gamma * times)
    rest = 4 * lam * gamma * temperature * nu / (nu**2 - gamma**2)
    exact = exact + (rest * np.exp(-np.multiply.outer(times, nu))).sum(axis=1)
    found = memory.bath_correlation(bath(memory.DrudeLorentz(lam, gamma), temperature), times)
    assert np.abs(found.symmetric - exact).max() < 1e-12


@pytest.mark.parametrize("damping", [0.1, 1.99, 2.0, 3.0])
def test_underdamped_by_the_imaginary_part(damping):
    """Im X = −∫J sin ωt has the closed form −g² Ω e^{−Γt/2} sin(ζt)/ζ, ζ² = Ω² − Γ²/4, at every temperature."""
    times = np.linspace(0.01, 15, 80)
    found = memory.bath_correlation(bath(memory.Underdamped(0.2, 1.0, damping), 0.7), times)
    zeta = np.sqrt(complex(1 - damping**2 / 4))
    wave = times if abs(zeta) < 1e-6 else (np.sin(zeta * times) / zeta).real
    assert np.abs(found.symmetric.imag + 0.04 * np.exp(-damping * times / 2) * wave).max() < 1e-8


def test_tables_and_functions_agree_with_the_density_that_they_copy():
    density = memory.Ohmic(0.3, 2.0, 1.5)
    times = np.linspace(0, 8, 30)
    grid = np.linspace(0, 80, 8001)
    exact = memory.bath_correlation(bath(density, 0.5), times).symmetric
    by_function = memory.bath_correlation(bath(memory.Density(lambda w: density(w)), 0.5), times)
    by_table = memory.bath_correlation(bath(memory.Tabulated(grid, density(grid)), 0.5), times)
    assert np.abs(by_function.symmetric - exact).max() < 1e-11
    assert by_function.error < 1e-11
    assert np.abs(by_table.symmetric - exact).max() < 1e-3 * abs(exact[0])


def test_a_function_of_one_number_is_enough():
    density = memory.Density(lambda w: 0.1 * w if w < 1 else 0.0, (0.0, 1.0))
    assert memory.bath_correlation(bath(density), [0.0]).emission[0] == pytest.approx(0.05, rel=1e-10)


def test_algebraic_tails():
    """J = ω/(1 + ω²)²: ∫J = ½, and the dephasing of a slow tail against plain quadrature."""
    density = memory.Density(lambda w: w / (1 + w**2) ** 2)
    found = memory.bath_correlation(bath(density), [0.0, 1.0])
    assert found.emission[0] == pytest.approx(0.5, rel=1e-8)
    exact = quad(lambda w: density(w), 0, np.inf, weight="cos", wvar=1.0)[0]
    assert found.emission[1].real == pytest.approx(exact, abs=1e-8)


@given(
    strength=st.floats(0.01, 10),
    cutoff=st.floats(0.1, 10),
    exponent=st.floats(0.3, 3),
    temperature=st.floats(0.05, 10),
    time=st.floats(0.01, 10),
)
@settings(max_examples=30)
def test_detailed_balance_and_positivity(strength, cutoff, exponent, temperature, time):
    """C₊(−t) at imaginary time: the rates obey 2πJn̄ = e^{−ω/T} 2πJ(n̄ + 1); |C(t)| ≤ C(0)."""
    density = memory.Ohmic(strength, cutoff, exponent)
    emission, absorption = weight_functions(density, temperature)
    grid = np.geomspace(0.01, 5, 20) * temperature
    assert np.allclose(absorption(grid), np.exp(-grid / temperature) * emission(grid), rtol=1e-10)
    found = memory.bath_correlation(bath(density, temperature), [0.0, time])
    assert abs(found.symmetric[1]) <= abs(found.symmetric[0]) * (1 + 1e-9)
    assert found.symmetric[0].imag == pytest.approx(0, abs=1e-12 * abs(found.symmetric[0]))


def test_half_sided_transforms():
    """S/2 + iΛ: of a mode by its exponential, of a super-Ohmic bath by ∫C(t)e^{iωt}dt in time."""
    for frequency in (-1.0, 0.3, 1.0, 1.4):
        found = half_transforms(bath(memory.Lorentzian(0.5, 0.4, 1.0), coupling=S.minus), frequency, hermitian=False)
        assert found[0] == pytest.approx(0.25 / (0.2 - 1j * (frequency - 1)), rel=1e-12)
    environment = bath(memory.Ohmic(0.2, 1.0, 3.0), 0.5)
    times, weights = gauss_nodes(np.concatenate([np.linspace(0, 20, 200), np.geomspace(20, 2000, 4000)[1:]]))
    values = memory.bath_correlation(environment, times)
    for frequency in (-1.0, 0.3, 2.0):
        found = half_transforms(environment, frequency, hermitian=True)[0]
        assert abs(found - (weights * values.symmetric) @ np.exp(1j * frequency * times)) < 1e-6
        both = half_transforms(environment, frequency, hermitian=False)
        assert abs(both[0] - (weights * values.emission) @ np.exp(1j * frequency * times)) < 1e-6
        assert abs(both[1] - (weights * values.absorption) @ np.exp(-1j * frequency * times)) < 1e-6


# --- exact dephasing -------------------------------------------------------------------------------------------------


def test_n03_ohmic_dephasing():
    """N03: Γ = α{½ln(1 + ω_c²t²) + 2 ln[Γ(1 + T/ω_c)/|Γ(1 + T/ω_c + iTt)|]}, .697198201 (TEMPO to 5e-11)."""
    alpha, cutoff, temperature = 0.2, 5.0, 0.5
    environment = bath(memory.Ohmic(alpha, cutoff), temperature)
    assert memory.dephasing(environment, [2.0])[0] == pytest.approx(0.697198201, abs=1e-9)
    times = np.array([0.0, 1e-3, 0.3, 7.0, 300.0])
    z = 1 + temperature / cutoff
    gammas = loggamma(z) - loggamma(z + 1j * temperature * times).real
    closed = alpha * (np.log1p((cutoff * times) ** 2) / 2 + 2 * gammas)
    assert np.allclose(memory.dephasing(environment, times), closed, rtol=1e-8, atol=1e-14)


def test_n05_drude_dephasing():
    """N05: λ = .1, γ = .5, T = 1, t = 5, Q = σ_z/2: the row has 1.28005491, the exact value is 1.280056176.

    Γ(t) = (1/π)∫J(ω) coth(ω/2T) (1 − cos ωt)/ω² dω = ∫₀ᵗ∫₀ˢ Re C, and Re C(t) = Σ_k c_k e^{−ν_k t} with ν_0 = γ,
    c_0 = λγ cot(γ/2T) and the Matsubara frequencies ν_k = 2πkT, c_k = 4λγT ν_k/(ν_k² − γ²), so that
    Γ = Σ_k c_k (ν_k t − 1 + e^{−ν_k t})/ν_k². What K terms leave out is 4λγTt/(2πT)²/(K + ½): slow. The row is the sum
    of 20 000 terms; with the rest of the sum it is the integral.
    """
    lam, gamma, temperature, t = 0.1, 0.5, 1.0, 5.0
    found = memory.dephasing(bath(memory.DrudeLorentz(lam, gamma), temperature), [t])[0]

    def series(terms):
        def doubled(rate):
            return (rate * t - 1 + np.exp(-rate * t)) / rate**2

        nu = 2 * np.pi * temperature * np.arange(1, terms + 1)
        first = lam * gamma / np.tan(gamma / 2 / temperature) * doubled(gamma)
        return first + (4 * lam * gamma * temperature * nu / (nu**2 - gamma**2) * doubled(nu)).sum()

    assert series(20_000) == pytest.approx(1.28005491, abs=1e-8)
    rest = 4 * lam * gamma * temperature * t / (2 * np.pi * temperature) ** 2 / (20_000 + 0.5)
    assert series(20_000) + rest == pytest.approx(1.280056176439, abs=1e-11)
    assert found == pytest.approx(1.280056176439, rel=1e-9)


def test_dephasing_grows_with_the_square_of_the_difference():
    environment = bath(memory.Ohmic(0.2, 5.0), 0.5)
    one, two = (memory.dephasing(environment, [1.0], difference=d)[0] for d in (1.0, 2.0))
    assert two == pytest.approx(4 * one)


# --- scales ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [1e-9, 1e9])
@pytest.mark.parametrize(
    "made",
    [
        lambda u: memory.Ohmic(0.2, 5 * u, 1.5, "gaussian"),
        lambda u: memory.DrudeLorentz(0.1 * u, 0.5 * u),
        lambda u: memory.Underdamped(0.2 * u, u, 0.1 * u),
    ],
)
def test_units_do_not_matter(made, unit):
    times = np.array([0.1, 1.0, 7.0])
    one = memory.bath_correlation(bath(made(1.0), 0.5), times).symmetric
    other = memory.bath_correlation(bath(made(unit), 0.5 * unit), times / unit).symmetric
    assert np.allclose(other / unit**2, one, rtol=1e-9, atol=1e-12 * abs(one[0]))
    assert memory.dephasing(bath(made(unit), 0.5 * unit), times / unit) == pytest.approx(
        memory.dephasing(bath(made(1.0), 0.5), times), rel=1e-7
    )


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: memory.Lorentzian(-1.0, 1.0), "below 0"),
        (lambda: memory.Lorentzian(1.0, 0.0), "is 0"),
        (lambda: memory.Ohmic(0.1, 1.0, form="smooth"), "form"),
        (lambda: memory.Tabulated([0, 1, 2], [0, -1, 0]), "below 0"),
        (lambda: memory.Tabulated([0, 1, 1], [0, 1, 0]), "ascend"),
        (lambda: memory.Tabulated([0, 1], [0, 0]), "everywhere"),
        (lambda: memory.Density(lambda w: -w * np.exp(-w)), "below 0"),
        (lambda: memory.Density(lambda w: np.sin(w) * np.exp(-w)), "below 0"),
        (lambda: memory.Density(lambda w: 1 / (1 + w)), "not integrable"),
        (lambda: memory.Density(lambda w: w / 0), "not finite"),
        (lambda: bath(memory.Ohmic(0.1, 1.0), -0.5), "below 0"),
        (lambda: bath(memory.Lorentzian(0.1, 1.0), 0.5), "not integrable"),
        (lambda: bath(memory.Density(lambda w: np.exp(-w)), 0.5), "not integrable"),
        (lambda: memory.bath_correlation(bath(memory.DrudeLorentz(0.1, 1.0)), [0.0]), "diverges"),
        (lambda: memory.bath_correlation(bath(memory.Ohmic(0.1, 1.0)), [-1.0]), "negative"),
        (lambda: memory.dephasing(bath(memory.Lorentzian(0.1, 1.0)), [1.0]), "negative frequencies"),
        (lambda: memory.Environment(memory.Ohmic(0.1, 1.0), 3.0), "number"),
    ],
)
def test_bad_input(wrong, words):
    with np.errstate(all="ignore"), pytest.raises(InvalidInput, match=words):
        wrong()


def test_wrong_types():
    for wrong in (
        lambda: memory.Environment("ohmic", S.z),
        lambda: memory.Environment(ph.Bath("hot"), S.z),
        lambda: memory.Environment(memory.Ohmic(0.1, 1.0), S),
        lambda: memory.Lorentzians([1, 2]),
        lambda: memory.Density(3.0),
        lambda: memory.bath_correlation(ph.Bath("hot"), [0.0]),
    ):
        with pytest.raises(WrongType):
            wrong()


def test_couplings_of_common_and_independent_baths():
    a, b = ph.oscillator("a"), ph.oscillator("b")
    density = memory.Lorentzian(1.0, 1.0)
    with pytest.raises(InvalidInput, match="common bath of one site"):
        memory.Environment(density, a).operators(common=True)
    with pytest.raises(InvalidInput, match="common= is not given"):
        memory.Environment(density, [a, b]).operators()
    with pytest.raises(InvalidInput, match="joins 2 sites"):
        memory.Environment(density, a - b).operators(common=False)
    assert memory.Environment(density, a - b).operators(common=True) == (a - b,)
    assert memory.Environment(density, a).operators(common=False) == (a,)
