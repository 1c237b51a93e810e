"""One order parameter in every theory, disorder averages and finite-size scaling."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.collective import (
    InfiniteNetwork,
    Kuramoto,
    Network,
    disorder_average,
    finite_size_scaling,
    network_order,
    order_operators,
)
from photinus.solve.moments.cumulants import large_family

TRIO = ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=3, dissipative=1)
STATE = ph.steady_state(TRIO, cutoff=ph.Fixed(5))


def test_of_a_state_it_is_the_mean_of_all_pairs() -> None:
    a = [ph.oscillator(name) for name in TRIO.oscillators]
    pair = STATE.expect(a[0].dag() * a[1]).real / STATE.expect(a[0].dag() * a[0])
    order = network_order(STATE)
    assert order.pairs == pytest.approx(pair, abs=1e-10)
    assert (order.units, float(order.error)) == (3, 0)
    assert float(order) == pytest.approx(pair**0.5)


def test_of_product_states_and_of_independent_ones() -> None:
    assert float(network_order(ph.states.coherent({"a": 1.2, "b": 1.2}))) == pytest.approx(1, abs=1e-9)
    assert network_order(ph.states.coherent({"a": 1.2, "b": -1.2})).pairs == pytest.approx(-1, abs=1e-9)
    assert float(network_order(ph.states.thermal({"a": 0.2, "b": 0.4}))) == pytest.approx(0, abs=1e-7)
    with pytest.raises(ph.errors.Undefined):
        network_order(ph.states.fock({"a": 0, "b": 0}))
    with pytest.raises(ph.errors.InvalidInput, match="1 units"):
        network_order(ph.states.fock({"a": 1}))


def test_runs_agree_with_the_state() -> None:
    watch = order_operators(TRIO)
    late = ph.evolve(
        TRIO, ph.states.fock(dict.fromkeys(TRIO.oscillators, 1)), [0, 40], observe=watch, cutoff=ph.Fixed(5)
    )
    assert network_order(late).pairs[-1] == pytest.approx(float(network_order(STATE).pairs), abs=1e-6)
    start = ph.states.fock(dict.fromkeys(TRIO.oscillators, 1), cutoff=ph.Fixed(4))
    runs = ph.trajectories(TRIO, start, [0, 3, 4], count=60, observe=watch, cutoff=ph.Fixed(4))
    seen, exact = network_order(runs, after=3), network_order(ph.steady_state(TRIO, cutoff=ph.Fixed(4)))
    assert abs(seen.pairs - exact.pairs) < 4 * seen.error + 0.02


def test_the_sum_of_amplitudes_says_the_same_as_all_pairs() -> None:
    model = ph.zoo.coupled_van_der_pol(4, gain=1, two_photon_loss=0.05, dissipative=0.1)
    start, times = dict.fromkeys(model.oscillators, 3.0), [0, 2, 4]
    orders = [
        network_order(ph.truncated_wigner(model, start, times, count=40, observe=order_operators(model, amplitudes=x)))
        for x in (False, True)
    ]
    assert orders[0].pairs == pytest.approx(orders[1].pairs, abs=1e-10)
    assert orders[0].error == pytest.approx(orders[1].error, abs=1e-10)


def test_cumulants_of_few_and_of_a_family() -> None:
    def network(n: int, size: int) -> ph.Model:
        return ph.zoo.coupled_van_der_pol(n, gain=1, two_photon_loss=0.5, dissipative=4 / size)

    few = ph.cumulants(network(12, 12), 2).steady()
    many = large_family(lambda n: network(n, 12), 12, 2).steady()
    assert network_order(few).pairs == pytest.approx(network_order(many).pairs, rel=1e-6)
    assert network_order(many).units == 12
    plain = ph.cumulants(network(3, 3), 2, permutation=False).steady()
    assert network_order(plain).pairs == pytest.approx(
        network_order(ph.cumulants(network(3, 3), 2).steady()).pairs, rel=1e-6
    )


def test_the_mean_field_by_hand_and_of_a_network() -> None:
    clock, a = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1), ph.oscillator("a")
    network = Network(clock, a, 3, dissipative=0.1)
    start = np.array([1.0, 1.0j, 2.0])
    motion = network.evolve(start, [0, 1])
    pairs = sum(start[j].conjugate() * start[k] for j in range(3) for k in range(3) if j != k).real
    assert network_order(motion).pairs[0] == pytest.approx(pairs / 2 / 6)
    field = ph.mean_field(network.model()).evolve(dict(zip(("a1", "a2", "a3"), start, strict=True)), [0, 1])
    assert network_order(field).pairs == pytest.approx(network_order(motion).pairs, abs=1e-5)
    s = ph.spin("s", 0.5)
    spins = Network(ph.Model(jumps=[ph.Jump(1, s.plus)]), s.minus, 2).evolve([0.5, 0, 0], [0, 1])
    assert network_order(spins).pairs[0] == pytest.approx(0.5)  # |⟨S₋⟩|²/(½ + s_z)


def test_two_hundred_all_to_all_units_approach_the_infinite_network() -> None:
    """An ensemble is exact for any number: ⟨A_j†A_k⟩ → |⟨A⟩|² like 1/N."""
    gaps = []
    for number in (50, 100, 200):
        at = ph.ensemble("s", number)
        laser = ph.Model(jumps=[ph.Jump(1, at.each.plus), ph.Jump(2 / number, at.minus)])
        gaps.append(network_order(ph.steady_state(laser)).pairs)
    # The mean field with w = 1, Γ = 2: s_z = w/2Γ, |s₋|² = w(½ − s_z)/Γ, and ⟨S₊S₋⟩ of one atom is ½ + s_z.
    limit = 0.125 / 0.75
    extrapolated = 2 * gaps[2] - gaps[1]
    assert extrapolated == pytest.approx(limit, rel=2e-2)


def test_infinite_networks_and_kuramoto() -> None:
    clock, a = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5), ph.oscillator("a")
    network = InfiniteNetwork(clock, a, dissipative=4.0)
    found = network.synchronized()
    assert float(network_order(found)) == pytest.approx(found.order_parameter / found.state.expect(a.dag() * a) ** 0.5)
    assert float(network_order(network.incoherent())) == 0
    model = Kuramoto(2.0, 0.5)
    run = model.simulate(300, np.linspace(0, 8, 9), runs=4, start=np.zeros(300), step=0.05)
    seen = network_order(run, after=4)
    assert abs(float(seen) - float(network_order(model))) < 4 * float(seen.error) + 0.01


def test_what_is_no_network() -> None:
    with pytest.raises(ph.errors.WrongType):
        network_order(TRIO)
    runs = ph.truncated_wigner(TRIO, dict.fromkeys(TRIO.oscillators, 1.0), [0, 0.1], count=2)
    with pytest.raises(ph.errors.InvalidInput, match="order_operators"):
        network_order(runs)
    with pytest.raises(ph.errors.InvalidInput, match="no time"):
        network_order(STATE, after=1.0)


def test_disorder_averages() -> None:
    few, more = (disorder_average(lambda rng: rng.normal(3, 2), count) for count in (10, 2000))
    assert more.values[:10] == pytest.approx(few.values)
    assert abs(more.mean - 3) < 4 * more.standard_error
    assert more.standard_error == pytest.approx(2 / 2000**0.5, rel=0.1)
    assert more.spread == pytest.approx(2, rel=0.1)
    assert disorder_average(lambda rng: rng.normal(size=4), 5).mean.shape == (4,)
    assert np.isnan(disorder_average(lambda rng: 1.0, 1).standard_error)
    with pytest.raises(ph.errors.WrongType):
        disorder_average(3, 2)
    with pytest.raises(ph.errors.InvalidInput, match="type"):
        disorder_average(lambda rng: 1j, 2)
    with pytest.raises(ph.errors.InvalidInput, match="shape"):
        disorder_average(lambda rng: np.zeros(rng.integers(1, 50)), 9)
    with pytest.raises(ph.errors.Undefined):
        disorder_average(lambda rng: np.nan, 2)
    with pytest.raises(ph.errors.InvalidInput):
        disorder_average(lambda rng: 1.0, 0)


X, SIZES = np.linspace(0.7, 1.3, 13), np.array([50, 100, 200, 400])


def curves(center: float, a: float, b: float, noise: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(4)
    made = np.array([n**-a * (1.2 + np.tanh(0.8 * (X - center) * (n / 100) ** b)) for n in SIZES])
    return made + noise * rng.normal(size=made.shape)


@pytest.mark.parametrize(("center", "a", "b"), [(1.0, 0.25, 0.5), (0.9, 0.5, 0.5), (1.05, 0.0, 0.7)])
def test_scaling_finds_what_was_put_in(center: float, a: float, b: float) -> None:
    clean = finite_size_scaling(X, SIZES, curves(center, a, b), degree=7)
    assert (clean.critical, clean.order_exponent, clean.width_exponent) == pytest.approx((center, a, b), abs=2e-3)
    noise = 0.005 * 100**-a
    noisy = finite_size_scaling(X, SIZES, curves(center, a, b, noise), np.full((4, 13), noise), degree=5)
    assert 0.5 < noisy.chi_square < 2
    for value, error, true in (
        (noisy.critical, noisy.critical_error, center),
        (noisy.order_exponent, noisy.order_exponent_error, a),
        (noisy.width_exponent, noisy.width_exponent_error, b),
    ):
        assert abs(value - true) < 4 * error
        assert error < 0.6


def test_scaling_with_known_exponents_and_of_a_crossing() -> None:
    known = finite_size_scaling(X, SIZES[:2], curves(1.0, 0.25, 0.5)[:2], order_exponent=0.25, degree=7)
    assert (known.critical, known.width_exponent) == pytest.approx((1.0, 0.5), abs=3e-3)
    assert known.order_exponent_error == 0
    crossing = finite_size_scaling(X, SIZES, curves(1.0, 0.0, 0.5), order_exponent=0, degree=7)
    assert crossing.critical == pytest.approx(1.0, abs=1e-3)


def test_kuramotos_transition_by_scaling() -> None:
    """K_c = 2D = 1, β/ν = ¼ and 1/ν = ½ of r² ~ N^{−½}f: exact for equal frequencies with noise."""
    sizes, x = [20, 40, 80, 160], np.linspace(0.7, 1.4, 6)
    seen = [
        [Kuramoto(k, 0.5).simulate(n, np.linspace(0, 40, 41), runs=12, step=0.1).mean_square(after=12) for k in x]
        for n in sizes
    ]
    values, errors = np.moveaxis(np.array(seen), -1, 0)
    found = finite_size_scaling(x, sizes, values, errors, order_exponent=0.5, width_exponent=0.5)
    assert abs(found.critical - 1) < 4 * found.critical_error
    assert found.critical_error < 0.3


def test_scaling_mistakes() -> None:
    m = curves(1.0, 0.25, 0.5)
    for arguments in (
        (X, SIZES[::-1], m), (X, [50, 50, 100, 200], m), (X, SIZES, m.T), (X[::-1], SIZES, m), (X, SIZES, 0 * m),
        (X, SIZES, m, np.zeros_like(m)), (X, SIZES[:2], m[:2]), (X[:2], SIZES[:3], m[:3, :2]),
    ):  # fmt: skip
        with pytest.raises(ph.errors.InvalidInput):
            finite_size_scaling(*arguments)
