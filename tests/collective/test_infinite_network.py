"""Infinite all-to-all networks: thresholds in closed form, and the nonlinear master equation followed in time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import photinus as ph
from photinus.collective import InfiniteNetwork, NetworkState, infinite_network
from photinus.collective.self_consistency import Response, self_consistent_pairs
from photinus.numerics import memory

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


Jumps = list[tuple[float, np.ndarray]]


def driven(rho: np.ndarray, h: np.ndarray, jumps: Jumps, a: np.ndarray, eta: complex) -> np.ndarray:
    """dρ/dt of the nonlinear master equation, with dense matrices; ``jumps`` hold the loss V·D[A]."""
    field = eta * np.trace(a @ rho) * a.conj().T
    total = h + field + eta.conjugate() * np.trace(a.conj().T @ rho) * a
    out = -1j * (total @ rho - rho @ total)
    for rate, jump in jumps:
        decay = jump.conj().T @ jump
        out += rate * (jump @ rho @ jump.conj().T - 0.5 * (decay @ rho + rho @ decay))
    return out


def followed(
    start: np.ndarray, time: float, h: np.ndarray, jumps: Jumps, a: np.ndarray, eta: complex
) -> tuple[float, float]:
    """r and Ω after a long time, by integrating the nonlinear master equation."""

    def slope(_: float, flat: np.ndarray) -> np.ndarray:
        return driven(flat.reshape(start.shape), h, jumps, a, eta).ravel()

    times = np.array([time, time + 0.01])
    flat = start.astype(complex).ravel()
    found = solve_ivp(slope, (0, times[-1]), flat, t_eval=times, method="DOP853", rtol=1e-10, atol=1e-12).y
    one, two = (np.trace(a @ found[:, k].reshape(start.shape)) for k in range(2))
    return abs(one), -float(np.angle(two / one)) / 0.01


def matrices(network: InfiniteNetwork) -> tuple[np.ndarray, Jumps, np.ndarray, complex]:
    """H, the jumps, A and η of a network, in the space of its incoherent state."""
    unit, space = network.unit, network.incoherent().state.space
    a = space.matrix(network.operator)
    jumps = [(j.rate, space.matrix(j.operator)) for j in unit.jumps] + [(network.dissipative, a)]
    return space.matrix(unit.hamiltonian), jumps, a, network.coherent + 0.5j * network.dissipative


@pytest.mark.parametrize(
    ("rates", "couplings", "levels", "error"),
    [
        ({}, {"dissipative": 4.0}, 14, 1e-7),
        ({"kerr": 0.3, "detuning": 0.4}, {"dissipative": 5.0, "coherent": 0.5}, 14, 1e-7),
        ({"kerr": -0.12, "two_photon_loss": 0.1}, {"coherent": 1.0}, 24, 5e-5),
    ],
)
def test_the_synchronized_state_is_where_the_network_goes(
    rates: dict, couplings: dict, levels: int, error: float
) -> None:
    network = InfiniteNetwork(van_der_pol(**rates), A, cutoff=ph.Fixed(levels), **couplings)
    state = network.synchronized()
    start = ph.states.coherent({"a": 0.8}, cutoff=ph.Fixed(levels)).density_matrix()
    r, frequency = followed(start, 40.0, *matrices(network))
    assert state.stable
    assert state.mismatch < 1e-8
    assert state.order_parameter == pytest.approx(r, abs=error)
    assert type(state.frequency) is float
    assert state.frequency == pytest.approx(frequency, abs=1e-5 + error)
    assert state.state.expect(A) == pytest.approx(state.order_parameter, abs=1e-9)


@pytest.mark.parametrize(
    ("rates", "couplings"),
    [
        ({}, {"coherent": 0.1}),
        ({}, {"coherent": 3.0}),
        ({"kerr": 0.3}, {"coherent": 2.0}),
        ({"kerr": -0.3}, {"coherent": 2.0}),
        ({"two_photon_loss": 0.05, "kerr": 0.2, "detuning": 0.3}, {"dissipative": 0.2, "coherent": 0.1}),
        ({}, {}),
    ],
)
def test_where_nothing_grows_the_incoherent_state_is_alone(rates: dict, couplings: dict) -> None:
    network = InfiniteNetwork(van_der_pol(**rates), A, cutoff=ph.Fixed(20), **couplings)
    (state,) = network.states()
    assert state.stable
    assert state.order_parameter == state.mismatch == 0
    assert "incoherent" in repr(state)


def hysteretic() -> InfiniteNetwork:
    """Three levels with two transitions of different frequencies: the field that saturates one amplifies the other."""
    q = ph.qudit("q", 3)
    rates = [(4.0, q(1, 0)), (0.5, q(0, 1)), (0.1, q(2, 1)), (4.0, q(1, 2))]
    unit = ph.Model(5 * q(2, 2), [ph.Jump(*pair) for pair in rates])
    return InfiniteNetwork(unit, q(0, 1) + 2 * q(1, 2), coherent=-16.0)


def test_hysteresis() -> None:
    """Beside a stable incoherent state a pair of states with a common phase; followed in time from both sides."""
    network = hysteretic()
    silent, edge, loud = network.states()
    assert [silent.stable, edge.stable, loud.stable] == [True, False, True]
    h, jumps, a, eta = matrices(network)
    rho, rest = edge.state.density_matrix(), silent.state.density_matrix()
    charge = np.diag([2.0, 1.0, 0.0])  # A raises it: in the frame of Ω it is −Q
    still = driven(rho, h + edge.frequency * charge, jumps, a, eta)
    assert np.abs(still).max() < 1e-9
    for share, expected in ((0.95, 0.0), (1.05, loud.order_parameter)):
        r, frequency = followed(rest + share * (rho - rest), 15.0, h, jumps, a, eta)
        assert r == pytest.approx(expected, abs=1e-5)
    assert loud.frequency == pytest.approx(frequency, abs=1e-4)


def test_what_a_grid_misses_is_noticed() -> None:
    """The indices of all pairs add up to the number of unstable modes, here 1."""
    network = InfiniteNetwork(van_der_pol(), A, dissipative=4.0, cutoff=ph.Fixed(8))
    response = Response(network.bare, A, network.charge, network.strength, {"a": 8})
    poles, window = np.array([-2.0 + 0j]), (0.0, 0.0)
    (pair,) = self_consistent_pairs(response, poles, window, unstable=1, scan=8)
    assert pair.index == 1
    assert response.excess(pair.field, pair.frequency) == pytest.approx(0, abs=1e-8)
    with pytest.raises(ph.errors.NotConverged, match="has 2 unstable modes, but the indices of the 1 states"):
        self_consistent_pairs(response, poles, window, unstable=2, scan=4)


def test_a_network_of_ensembles() -> None:
    """Each unit is four spins with a collective limit cycle, against their 16 × 16 density matrices."""
    s = ph.ensemble("s", 4)
    unit = ph.Model(jumps=[ph.Jump(1.0, s.plus), ph.Jump(0.5, s.minus**2), ph.Jump(0.1, s.each.minus)])
    network = InfiniteNetwork(unit, s.minus, dissipative=8.0)
    state = network.synchronized()
    low = np.array([[0, 0], [1, 0]])
    each = [np.kron(np.kron(np.eye(2**k), low), np.eye(2 ** (3 - k))) for k in range(4)]
    down = sum(each)
    jumps = [(1.0, down.T), (0.5, down @ down), (8.0, down), *((0.1, one) for one in each)]
    one = np.array([np.sin(0.5), np.cos(0.5)])
    psi = np.kron(np.kron(one, one), np.kron(one, one))
    r, _ = followed(np.outer(psi, psi), 60.0, np.zeros((16, 16)), jumps, down, 4j)
    assert state.stable
    assert state.order_parameter == pytest.approx(r, abs=2e-4)
    laser = InfiniteNetwork(
        ph.zoo.superradiant_laser(atoms=4, pump=1.0), ph.ensemble("atoms", 4).minus, dissipative=1.0
    )
    assert laser.charge.isclose(ph.ensemble("atoms", 4).z)


def test_charges_of_all_kinds_of_sites() -> None:
    b, q, at = ph.oscillator("b"), ph.qudit("q", 3), ph.ensemble("at", 2, 3)
    apart = ph.Model(jumps=[ph.Jump(1.0, A), ph.Jump(2.0, b)])
    atoms = ph.Model(jumps=[ph.Jump(1.0, at.each(1, 0)), ph.Jump(2.0, at.each(0, 1)), ph.Jump(1.0, at.each(1, 2))])
    levels = ph.Model(jumps=[ph.Jump(1.0, q(1, 0)), ph.Jump(2.0, q(0, 1)), ph.Jump(1.0, q(1, 2))])
    for unit, operator in (
        (apart, A + 2 * b),
        (ph.Model(jumps=[ph.Jump(1.0, A)]), A**2),
        (atoms, at(0, 1)),
        (atoms, at(0, 1) + at(1, 2)),
        (levels, q(0, 1) + 2 * q(1, 2)),
    ):
        charge = InfiniteNetwork(unit, operator).charge
        assert (charge * operator - operator * charge).isclose(-operator)


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
    values = deviations(network, state)
    assert state.growth_rate == pytest.approx(values[np.argsort(np.abs(values))][2:].real.max(), abs=1e-6)


def deviations(network: InfiniteNetwork, state: NetworkState) -> np.ndarray:
    """Eigenvalues of small deviations of a state that does not turn."""
    h, jumps, a, eta = matrices(network)
    rho = state.state.density_matrix()
    columns = []
    for k in range(rho.size):
        step = np.zeros(rho.size)
        step[k] = 1e-5
        step = step.reshape(rho.shape)
        ahead, back = (driven(rho + sign * step, h, jumps, a, eta) for sign in (1, -1))
        columns.append((ahead - back).ravel() / 2e-5)
    return np.linalg.eigvals(np.array(columns).T)


def test_leading_growth_rates_of_large_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arnoldi's method against all eigenvalues, of a pair of oscillators and of a synchronized state."""
    pair = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=1.0, kerr=0.2, dissipative=0.5)
    network = InfiniteNetwork(pair, A, dissipative=3.0, coherent=0.5, cutoff=ph.Fixed(10))
    clock = van_der_pol(two_photon_loss=0.2, kerr=-0.1, detuning=2.0)
    turning = InfiniteNetwork(clock, A, coherent=0.5, dissipative=2.0, cutoff=ph.Fixed(25))
    leading, growth = network.growth_rates(), turning.synchronized().growth_rate
    assert len(leading) == infinite_network.LEADING
    monkeypatch.setattr(infinite_network, "DENSE", 700)
    assert leading == pytest.approx(network.growth_rates()[: len(leading)], abs=1e-9)
    assert growth == pytest.approx(turning.synchronized().growth_rate, abs=1e-9)


def test_too_large_a_unit_is_refused_before_it_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=1.0, dissipative=0.5)
    network = InfiniteNetwork(pair, A, dissipative=1.0, cutoff=ph.Fixed(14))
    state = network.incoherent().state
    monkeypatch.setattr(memory, "available_memory", lambda: 1e7)
    with pytest.raises(ph.errors.MemoryBudgetExceeded, match="The stability of 1820 coherences needs about 21"):
        network._growth(state)


def test_units_that_do_not_hold_their_amplitude() -> None:
    """The coupling damps differences only: r of a unit without loss may be anything, with gain alone it grows."""
    with pytest.raises(ph.errors.DegenerateSteadyState, match="Fields of any strength with the frequency"):
        InfiniteNetwork(ph.Model(0.5 * A.dag() * A), A, dissipative=3.0, cutoff=ph.Fixed(8)).states()
    with pytest.raises(ph.errors.NotConverged, match="depends on the number of levels"):
        InfiniteNetwork(ph.Model(jumps=[ph.Jump(1.0, A.dag())]), A, dissipative=3.0, cutoff=ph.Converged(0.1)).states()


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
