"""Infinite all-to-all networks: thresholds in closed form, and the nonlinear master equation followed in time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import photinus as ph
from photinus.collective import InfiniteNetwork

A = ph.oscillator("a")


def van_der_pol(**rates: float) -> ph.Model:
    return ph.zoo.van_der_pol(**{"gain": 1.0, "two_photon_loss": 0.5, **rates})


# B70: (V/N) Σ D[a_m − a_n] of large limit cycles is Sakaguchi's model with K = V/2: V_c = 4(D + Γ), D = 3κ₂/4
# (values of a reference table; κ₁/κ₂ = 300).


@pytest.mark.parametrize(("width", "expected", "tolerance"), [(0.0, 3.0, 6e-2), (1.0, 7.0, 2e-1)])
def test_large_oscillators_have_the_threshold_of_sakaguchi(width: float, expected: float, tolerance: float) -> None:
    clock = ph.zoo.van_der_pol(gain=300.0, two_photon_loss=1.0)
    network = InfiniteNetwork(clock, A, lorentzian=width, cutoff=ph.Fixed(270))
    assert network.critical_coupling() == pytest.approx(expected, abs=tolerance)


def test_a_network_of_two_level_units_in_closed_form() -> None:
    """Gain w and loss g of a spin ½ with exchange: ⟨S₋⟩ obeys λ = −(w + g)/2 − i·splitting + 2ig·⟨S_z⟩."""
    s = ph.spin("s", 0.5)
    w, g, exchange, splitting = 1.0, 0.2, 3.0, 0.3
    unit = ph.Model(splitting * s.z, [ph.Jump(w, s.plus), ph.Jump(g, s.minus)])
    rates = InfiniteNetwork(unit, s.minus, coherent=exchange).growth_rates()
    up = (w - g) / (w + g) / 2
    assert rates == pytest.approx([-(w + g) / 2 - 1j * splitting + 2j * exchange * up])


def followed(network: InfiniteNetwork, levels: int, time: float) -> tuple[float, float]:
    """r and Ω after a long time, by integrating the nonlinear master equation with dense matrices."""
    a = np.diag(np.sqrt(np.arange(1, levels)), 1).astype(complex)
    unit = network.unit
    space = ph.steady_state(unit, cutoff=ph.Fixed(levels)).space
    h = space.matrix(unit.hamiltonian)
    jumps = [(j.rate, space.matrix(j.operator)) for j in unit.jumps] + [(network.dissipative, a)]
    eta = network.coherent + 0.5j * network.dissipative

    def slope(_: float, flat: np.ndarray) -> np.ndarray:
        rho = flat.reshape(levels, levels)
        z = np.trace(a @ rho)
        field = eta * z * a.conj().T
        total = h + field + field.conj().T
        out = -1j * (total @ rho - rho @ total)
        for rate, jump in jumps:
            decay = jump.conj().T @ jump
            out += rate * (jump @ rho @ jump.conj().T - 0.5 * (decay @ rho + rho @ decay))
        return out.ravel()

    start = ph.states.coherent({"a": 0.8}, cutoff=ph.Fixed(levels)).density_matrix()
    times = np.array([time, time + 0.01])
    found = solve_ivp(slope, (0, times[-1]), start.ravel(), t_eval=times, method="DOP853", rtol=1e-10, atol=1e-12).y
    one, two = (np.trace(a @ found[:, k].reshape(levels, levels)) for k in range(2))
    return abs(one), -float(np.angle(two / one)) / 0.01


@pytest.mark.parametrize(
    ("rates", "couplings"),
    [({}, {"dissipative": 4.0}), ({"kerr": 0.3, "detuning": 0.4}, {"dissipative": 5.0, "coherent": 0.5})],
)
def test_the_synchronized_state_is_where_the_network_goes(rates: dict, couplings: dict) -> None:
    network = InfiniteNetwork(van_der_pol(**rates), A, cutoff=ph.Fixed(14), **couplings)
    state = network.synchronized()
    r, frequency = followed(network, 14, 40.0)
    assert state.stable
    assert state.mismatch < 1e-8
    assert state.order_parameter == pytest.approx(r, abs=1e-7)
    assert state.frequency == pytest.approx(frequency, abs=1e-5)
    assert state.state.expect(A) == pytest.approx(state.order_parameter, abs=1e-9)


def test_the_incoherent_state_loses_its_stability_at_the_critical_coupling() -> None:
    network = InfiniteNetwork(van_der_pol(), A)
    critical = network.critical_coupling()
    assert network.at(dissipative=0.99 * critical).incoherent().stable
    assert not network.at(dissipative=1.01 * critical).incoherent().stable
    weak = network.at(dissipative=1.02 * critical).synchronized()  # a continuous transition: r ~ √(V − V_c)
    weaker = network.at(dissipative=1.005 * critical).synchronized()
    assert weak.order_parameter / weaker.order_parameter == pytest.approx(2.0, rel=0.05)
    with pytest.raises(ph.errors.NotConverged, match="no state with a common phase"):
        network.at(dissipative=0.9 * critical).synchronized()


def test_the_growth_rate_is_that_of_a_small_deviation() -> None:
    """The linearised equation of the synchronized state against eigenvalues of its matrix by finite differences."""
    network = InfiniteNetwork(van_der_pol(), A, dissipative=3.0, cutoff=ph.Fixed(8))
    state = network.synchronized()
    a = np.diag(np.sqrt(np.arange(1, 8)), 1).astype(complex)
    jumps = [(1.0, a.T), (0.5, a @ a), (3.0, a)]

    def slope(rho: np.ndarray) -> np.ndarray:
        field = 1.5j * np.trace(a @ rho) * a.T
        total = field - 1.5j * np.trace(a.T @ rho) * a
        out = -1j * (total @ rho - rho @ total)
        for rate, jump in jumps:
            decay = jump.conj().T @ jump
            out += rate * (jump @ rho @ jump.conj().T - 0.5 * (decay @ rho + rho @ decay))
        return out

    rho = state.state.density_matrix()
    columns = []
    for k in range(64):
        step = np.zeros(64)
        step[k] = 1e-5
        step = step.reshape(8, 8)
        columns.append((slope(rho + step) - slope(rho - step)).ravel() / 2e-5)
    values = np.linalg.eigvals(np.array(columns).T)
    values = values[np.argsort(np.abs(values))][2:]
    assert state.growth_rate == pytest.approx(values.real.max(), abs=1e-6)


def test_mistakes_are_told() -> None:
    b = ph.oscillator("b")
    with pytest.raises(ph.errors.WrongType):
        InfiniteNetwork(A, A)
    with pytest.raises(ph.errors.InvalidInput, match="coupled through b"):
        InfiniteNetwork(van_der_pol(), b)
    with pytest.raises(ph.errors.InvalidInput, match=r"No U\(1\)"):
        InfiniteNetwork(van_der_pol(drive=0.1), A)
    with pytest.raises(ph.errors.InvalidInput, match=r"No U\(1\)"):
        InfiniteNetwork(van_der_pol(), A + A.dag())
    with pytest.raises(ph.errors.InvalidInput, match="below 0"):
        InfiniteNetwork(van_der_pol(), A, dissipative=-1.0)
    with pytest.raises(ph.errors.InvalidInput, match="kind of coupling"):
        InfiniteNetwork(van_der_pol(), A).critical_coupling("other")
    with pytest.raises(ph.errors.InvalidInput, match="a state for each"):
        InfiniteNetwork(van_der_pol(), A, dissipative=4.0, lorentzian=0.1).states()
    with pytest.raises(ph.errors.NotConverged, match="stable up to"):
        InfiniteNetwork(van_der_pol(), A).critical_coupling("coherent", largest=5.0)
