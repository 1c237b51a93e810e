"""Measures of memory against closed forms, and transient synchronization."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from photinus import memory
from photinus.errors import InvalidInput, WrongType

S, Q = ph.spin("s", 0.5), ph.spin("q", 0.5)


def amplitude(rate, width, times):
    """G of a resonant qubit in a Lorentzian bath: e^{−λt/2}[cosh(dt/2) + (λ/d) sinh(dt/2)], d² = λ² − 2γλ, λ = κ/2."""
    lam = width / 2
    d = np.sqrt(complex(lam**2 - 2 * rate * lam))
    return (np.exp(-lam * times / 2) * (np.cosh(d * times / 2) + lam / d * np.sinh(d * times / 2))).real


def made(width, times, coupling=S.minus, **options):
    bath = memory.Environment(memory.Lorentzian.of_rate(1.0, width), coupling)
    return memory.dynamical_map(ph.Model(), bath, times, cutoff=ph.Fixed(3), **options)


def test_the_map_of_an_amplitude_damping():
    times = np.linspace(0, 12, 25)
    found = made(0.4, times)
    g = amplitude(1.0, 0.4, times)
    assert np.allclose(found.matrices[:, 0, 0], g**2, atol=1e-8)  # |↑⟩⟨↑|, row after row
    assert np.allclose(found.matrices[:, 1, 1], g, atol=1e-8)
    assert np.allclose(found.matrices[:, 3, 0], 1 - g**2, atol=1e-8)
    assert np.allclose(np.einsum("tiik->tk", found.matrices.reshape(-1, 2, 2, 4))[:, [0, 3]], 1, atol=1e-8)


def test_blp_of_an_amplitude_damping():
    """The best pair lies on the equator, and the backflow is the growth of |G| (Breuer2009)."""
    times = np.linspace(0, 30, 301)
    found = memory.blp(made(0.4, times))
    assert found.value == pytest.approx(np.maximum(np.diff(np.abs(amplitude(1.0, 0.4, times))), 0).sum(), abs=1e-6)
    assert not found.markovian
    assert found.since == pytest.approx(6.3, abs=0.2)
    assert all(abs(state.expect(S.z)) < 1e-3 for state in found.pair)


def test_a_broad_bath_has_no_memory():
    """κ above 8γ... λ > 2γ: G falls without turning, and both measures vanish."""
    found = made(8.0, np.linspace(0, 12, 121))
    for measure in (memory.blp(found), memory.rhp(found)):
        assert measure.markovian
        assert measure.value == pytest.approx(0, abs=1e-7)
        assert np.isnan(measure.since)


def test_rhp_of_a_detuned_bath_is_the_integral_of_the_negative_rate():
    """For amplitude damping g(t) = −γ(t) where γ = −2 Re Ġ/G < 0 (Rivas2010)."""
    width, center = 0.4, 1.0
    times = np.linspace(0, 20, 2001)
    bath = memory.Environment(memory.Lorentzian(0.3, width, center), S.minus)
    found = memory.rhp(memory.dynamical_map(ph.Model(), bath, times, cutoff=ph.Fixed(3)))
    drift = np.array([[0, -0.3j], [-0.3j, -0.2 - 1j * center]])
    values, vectors = np.linalg.eig(drift)
    start = np.linalg.solve(vectors, [1, 0])
    amplitudes = np.exp(np.multiply.outer(times, values)) * start @ vectors[0]
    rate = -2 * np.diff(np.log(np.abs(amplitudes)))
    assert found.value == pytest.approx(-rate[rate < 0].sum(), rel=2e-2)
    assert not found.markovian


def test_memory_of_two_sites():
    """Two qubits: in independent baths at least the backflow of one of them; in a common bath more than that."""
    times = np.linspace(0, 12, 49)
    alone = memory.blp(made(0.4, times)).value
    both = made(0.4, times, [S.minus, Q.minus], common=False)
    shared = made(0.4, times, [S.minus, Q.minus], common=True)
    assert both.space.dimension == 4
    assert memory.blp(both, starts=4).value >= alone - 1e-6
    assert memory.blp(shared, starts=4).value > alone


@given(width=st.floats(0.2, 20), rate=st.floats(0.1, 3))
@settings(max_examples=8)
def test_maps_keep_trace_and_hermiticity_and_are_positive(width, rate):
    bath = memory.Environment(memory.Lorentzian.of_rate(rate, width, center=0.3), S.minus)
    found = memory.dynamical_map(ph.Model(0.2 * S.x), bath, [0, 0.7, 2.0], cutoff=ph.Fixed(8, 1e-3))
    for matrix in found.matrices:
        choi = matrix.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
        assert np.linalg.norm(choi - choi.conj().T) < 1e-7
        assert np.linalg.eigvalsh(choi)[0] > -1e-7
        assert np.allclose(np.einsum("iik->k", matrix.reshape(2, 2, 4)), [1, 0, 0, 1], atol=1e-7)


def test_mistakes_of_maps():
    a = ph.oscillator("a")
    mode = memory.Lorentzian(1.0, 1.0)
    with pytest.raises(InvalidInput, match="no end"):
        memory.dynamical_map(ph.Model(), memory.Environment(mode, a), [0, 1, 2])
    with pytest.raises(InvalidInput, match="Begin at 0"):
        memory.dynamical_map(ph.Model(), memory.Environment(mode, S.minus), [1, 2])
    with pytest.raises(WrongType):
        memory.blp(ph.Model(S.z))
    with pytest.raises(InvalidInput, match="at least three"):
        memory.rhp(made(1.0, [0, 1]))


# --- transient synchronization ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delta", [0.3, 0.8])
def test_c32_two_detuned_qubits(delta):
    """C32 (Bellomo2017): −iω₀ − γ/2 ± √(γ² − δ²)/2, and the same rates twice in separate baths."""
    gamma = 0.5
    pair = ph.Model((1 + delta / 2) * S.z + (1 - delta / 2) * Q.z)
    shared = memory.transient_synchronization(pair + ph.Model(jumps=ph.Jump(gamma, S.minus + Q.minus)))
    root = np.sqrt(complex(gamma**2 - delta**2)) / 2
    expected = np.sort([(gamma / 2 - root).real, (gamma / 2 + root).real])
    assert np.allclose(shared.rates, expected, atol=1e-7)
    if delta < gamma:
        assert shared.ratio == pytest.approx(expected[0] / expected[1], abs=1e-7)
        assert shared.window[0] < shared.window[1]
        assert np.allclose(shared.frequencies, 1.0, atol=1e-7)
    own = memory.transient_synchronization(pair + ph.Model(jumps=[ph.Jump(gamma, s.minus) for s in (S, Q)]))
    assert own.ratio == pytest.approx(1.0, abs=1e-9)


def test_c34_two_oscillators():
    """C34 (Giorgi2012): Γ(cos θ ∓ sin θ)²/2 with tan 2θ = 2λ/(ω₂² − ω₁²) in a common bath, ratio 1 in separate ones."""
    gamma, theta = 1e-4, 0.5 * np.arctan2(0.6, 1.1**2 - 1)
    shared = memory.classical_transient((1.0, 1.1), 0.3, gamma)
    expected = np.sort(gamma * (np.cos(theta) + np.array([-1, 1]) * np.sin(theta)) ** 2 / 2)
    assert np.allclose(shared.rates, expected, rtol=1e-3)
    assert shared.ratio == pytest.approx(expected[0] / expected[1], rel=1e-3)
    assert memory.classical_transient((1.0, 1.1), 0.3, gamma, common=False).ratio == pytest.approx(1, rel=1e-3)


def test_c34_bosonic_twin():
    """D[a₁ + a₂] at g = 0.2, exchange J = 0.07, detuning d = 0.11: −g/2 ± √((g + 2iJ)² − d²)/2."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    g, j, d = 0.2, 0.07, 0.11
    hamiltonian = d / 2 * (a.dag() * a - b.dag() * b) + j * (a.dag() * b + b.dag() * a)
    found = memory.transient_synchronization(ph.Model(hamiltonian, ph.Jump(g, a + b)), "a", "b", cutoff=ph.Fixed(3))
    root = np.sqrt((g + 2j * j) ** 2 - d**2 + 0j) / 2
    expected = np.array([-g / 2 + root, -g / 2 - root])
    slow = expected[np.argmax(expected.real)]
    assert found.rates[0] == pytest.approx(-slow.real, abs=1e-8)
    assert abs(found.frequencies[0]) == pytest.approx(abs(slow.imag), abs=1e-8)


def test_memory_shortens_the_window():
    """A common bath with memory: the subradiant mode is protected by the frequency that it has, not by a wish."""
    pair = ph.Model(1.15 * S.z + 0.85 * Q.z)
    rates = []
    for width in (1000.0, 1.0):
        bath = memory.Environment(memory.Lorentzian.of_rate(0.5, width, center=1.0), [S.minus, Q.minus])
        joined = memory.with_pseudomodes(pair, bath, common=True)
        rates.append(memory.transient_synchronization(joined, S, Q, cutoff=ph.Fixed(4)).rates[0])
    assert rates[0] == pytest.approx(0.05, rel=1e-2)
    assert rates[1] != pytest.approx(0.05, rel=1e-2)


def test_mistakes_of_transients():
    with pytest.raises(InvalidInput, match="no minimum"):
        memory.classical_transient((1.0, 1.0), 2.0, 0.1)
    with pytest.raises(WrongType):
        memory.transient_synchronization("pair")
