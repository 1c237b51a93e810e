"""Where no phase reduction helps: closed forms of the deep quantum limit, from the tables of reference values."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

a, b = ph.oscillator("a"), ph.oscillator("b")


@pytest.mark.parametrize(("loss", "tolerance"), [(1e3, 5e-6), (1e4, 5e-8)])
def test_squeezing_loses_its_effect(loss, tolerance):
    # Reference B2A (Mok et al. 2020): p₀(η = 1) − p₀(η = 0) is of order η²/κ₂².
    populations = [
        ph.steady_state(
            ph.zoo.van_der_pol(gain=1, two_photon_loss=loss, squeezing=eta), cutoff=ph.Fixed(10)
        ).populations("a")
        for eta in (0.0, 1.0)
    ]
    assert abs(populations[1][0] - populations[0][0]) < tolerance
    assert populations[0][0] == pytest.approx(2 / 3, abs=2 / loss)


@pytest.mark.parametrize(
    ("gains", "losses", "coupling", "detuning", "correlation", "number"),
    [
        ((1.0, 2.0), (0.0, 0.0), 1.0, 0.3, 0.0, 0.33333333),
        ((1.0, 1.0), (0.0, 4.0), 1.5, 1.0, 0.18309329, 0.29442283),
    ],
)
def test_coherently_coupled_unequal_oscillators(gains, losses, coupling, detuning, correlation, number):
    # Reference B35: levels 0 and 1, gains k_j, losses 2k_j + g_j; R_j = 3k_j + g_j, n_j0 = k_j/R_j, G = (R₁ + R₂)/2,
    # W = 2g²G/(G² + Δ²), n₁ − n₂ = (n₁₀ − n₂₀)/(1 + W/R₁ + W/R₂), |⟨a†b⟩| = g|n₁ − n₂|/√(G² + Δ²).
    sites = [ph.qudit("a", 2), ph.qudit("b", 2)]
    down, number_of = [q(0, 1) for q in sites], [q(1, 1) for q in sites]
    # Qudits do not exchange signs: the two-level limit of two oscillators.
    jumps = [ph.Jump(k, d.dag()) for k, d in zip(gains, down, strict=True)]
    jumps += [ph.Jump(2 * k + g, d) for k, g, d in zip(gains, losses, down, strict=True)]
    exchange = coupling * (down[0].dag() * down[1] + down[1].dag() * down[0])
    state = ph.steady_state(ph.Model(0.5 * detuning * (number_of[0] - number_of[1]) + exchange, jumps))
    c = complex(state.expect(down[0].dag() * down[1]))
    n = [float(state.expect(x)) for x in number_of]
    rates = [3 * k + g for k, g in zip(gains, losses, strict=True)]
    total = sum(rates) / 2
    w = 2 * coupling**2 * total / (total**2 + detuning**2)
    difference = (gains[0] / rates[0] - gains[1] / rates[1]) / (1 + w / rates[0] + w / rates[1])
    assert n[0] - n[1] == pytest.approx(difference, abs=1e-9)
    assert abs(c) == pytest.approx(coupling * abs(difference) / np.hypot(total, detuning), abs=1e-9)
    assert abs(c) / np.sqrt(n[0] * n[1]) == pytest.approx(correlation, abs=5e-8)
    assert n[0] == pytest.approx(number, abs=5e-8)
    if correlation:
        assert abs(np.cos(np.angle(c))) == pytest.approx(0.19611614, abs=5e-8)


def test_one_and_two_boson_emission_and_absorption():
    # Reference B80: gain 1, loss 0.4, two-boson loss 0.5 and gain 0.1.
    jumps = [ph.Jump(1.0, a.dag()), ph.Jump(0.4, a), ph.Jump(0.5, a**2), ph.Jump(0.1, a.dag() ** 2)]
    state = ph.steady_state(ph.Model(jumps=jumps), cutoff=ph.Fixed(60))
    assert state.expect(a.dag() * a) == pytest.approx(1.882434, abs=1e-6)
    # Its rates between populations, solved by themselves.
    n = np.arange(60.0)
    chain = np.zeros((60, 60))
    for step, rates in ((1, n + 1), (-1, 0.4 * n), (-2, 0.5 * n * (n - 1)), (2, 0.1 * (n + 1) * (n + 2))):
        for k in range(60):
            if 0 <= k + step < 60:
                chain[k + step, k] += rates[k]
                chain[k, k] -= rates[k]
    p = np.abs(np.linalg.svd(chain)[2][-1])
    np.testing.assert_allclose(state.populations("a"), p / p.sum(), atol=1e-9)
    # Detailed balance: loss 1, gain x, two-boson loss 1 and gain x² make a geometric law.
    x = 0.3
    balanced = [ph.Jump(x, a.dag()), ph.Jump(1.0, a), ph.Jump(1.0, a**2), ph.Jump(x * x, a.dag() ** 2)]
    found = ph.steady_state(ph.Model(jumps=balanced), cutoff=ph.Fixed(40)).populations("a")
    np.testing.assert_allclose(found, (1 - x) * x ** np.arange(40), atol=1e-9)
    # Two-boson exchange alone keeps the parity.
    assert "strong Z₂" in str(ph.Model(jumps=balanced[2:]).symmetry)
