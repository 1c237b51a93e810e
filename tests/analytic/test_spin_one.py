"""The smallest limit cycle, undriven (Roulet and Bruder, PRL 121, 053601, 2018).

H = δS_z, (gg/2) D[S₊S_z], (gd/2) D[S₋S_z]. S₊S_z takes m = −1 to 0 with amplitude −√2 and S₋S_z takes +1 to 0 with √2:
populations decay with gg (m = −1) and gd (m = +1), into m = 0. A coherence |m⟩⟨m′| is fed by nothing and decays with
half the sum of the decay rates of its levels, turning with δ(m − m′). The nine eigenvalues are therefore
{0, −gg, −gd, ±iδ − gd/2, ±iδ − gg/2, ±2iδ − (gg + gd)/2}.
"""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.space.liouvillian import generator

pytestmark = pytest.mark.usefixtures("method")

GAIN, LOSS, DELTA = 0.3, 0.7, 1.0
EXPECTED = {
    0: [0, -GAIN, -LOSS],
    1: [-1j * DELTA - LOSS / 2, -1j * DELTA - GAIN / 2],
    2: [-2j * DELTA - (GAIN + LOSS) / 2],
}


@pytest.fixture
def clock() -> ph.Model:
    return ph.zoo.spin_one(gain=GAIN, loss=LOSS, detuning=-DELTA)  # the code's detuning is drive − spin frequency


@pytest.mark.parametrize("order", [-2, -1, 0, 1, 2])
def test_the_nine_eigenvalues_by_coherence_order(clock, order):
    made = generator(clock, {})
    found = np.linalg.eigvals(made.liouvillian(made.grading.sector((order,))).matrix.toarray())
    expected = np.array(EXPECTED[abs(order)], dtype=complex)
    expected = expected if order >= 0 else expected.conj()
    distance = np.abs(np.subtract.outer(found, expected))
    assert found.size == expected.size
    assert distance.min(axis=0).max() < 1e-13
    assert distance.min(axis=1).max() < 1e-13


def test_the_orders_hold_the_whole_space(clock):
    made = generator(clock, {})
    assert [made.grading.sector(order).size for order in made.grading.orders()] == [1, 2, 3, 2, 1]


def test_the_steady_state_is_the_pure_equator_with_a_flat_phase(clock):
    state = ph.steady_state(clock)
    np.testing.assert_allclose(state.populations("s"), [0, 1, 0], rtol=0, atol=1e-14)
    assert state.purity() == pytest.approx(1, abs=1e-14)
    density = ph.phase.distribution(state, "s").density
    np.testing.assert_allclose(density, 1 / (2 * np.pi), rtol=0, atol=1e-14)
    assert ph.measures.peak_height(state, "s") == 0.0


# The phase density above 1/2π of any state of a spin 1, from its coherences (basis m = +1, 0, −1):
# S(φ) = (3/(8√2)) Re[(r₁₀ + r₀₋₁)e^{iφ}] + (1/2π) Re[r₁₋₁ e^{2iφ}].


def test_the_phase_density_of_a_driven_spin_one():
    state = ph.steady_state(ph.zoo.spin_one(gain=0.3, loss=0.7, detuning=0.2, drive=0.15, drive_phase=0.4))
    rho = state.density_matrix()
    found = ph.phase.distribution(state, "s")
    first = (rho[0, 1] + rho[1, 2]) * np.exp(1j * found.phi)
    second = rho[0, 2] * np.exp(2j * found.phi)
    expected = 1 / (2 * np.pi) + 3 / (8 * np.sqrt(2)) * first.real + second.real / (2 * np.pi)
    np.testing.assert_allclose(found.density, expected, rtol=0, atol=1e-14)
