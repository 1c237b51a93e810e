"""One order parameter in every theory, disorder averages and finite-size scaling."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.collective import (
    FiniteSizeScaling,
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


def test_the_mean_field_of_spins_and_of_atoms() -> None:
    """⟨S₊S₋⟩ = ½ + s_z of a spin ½; the same N atoms as an ensemble, as spins and as a network."""
    s, atoms, start, times = ph.spin("s", 0.5), 6, np.array([0.2, 0.1, 0.3]), [0, 0.5, 1]
    network = Network(ph.Model(0.3 * s.z, [ph.Jump(1, s.plus)]), s.minus, 2, dissipative=0.4)
    field = ph.mean_field(network.model())
    motion = field.evolve({"s1": start, "s2": -start}, times)
    by_hand = motion.values["s1"] * motion.values["s2"]
    quanta = 1 + motion.values["s1"][:, 2] + motion.values["s2"][:, 2]
    found = network_order(motion, field=field)
    assert found.pairs == pytest.approx(2 * (by_hand[:, 0] + by_hand[:, 1]) / quanta, abs=1e-9)
    assert found.pairs == pytest.approx(network_order(network.evolve([start, -start], times)).pairs, abs=1e-6)
    at, row = ph.ensemble("at", atoms), [ph.spin(f"s{k}", 0.5) for k in range(atoms)]
    shared = sum((one.minus for one in row[1:]), row[0].minus)
    together = ph.mean_field(ph.Model(0.3 * at.z, [ph.Jump(0.5, at.minus), ph.Jump(2, at.each.plus)]))
    apart = ph.mean_field(ph.Model(0.3 * sum((one.z for one in row[1:]), row[0].z), [
        ph.Jump(0.5, shared), *(ph.Jump(2, one.plus) for one in row)
    ]))  # fmt: skip
    one = network_order(together.evolve({"at": atoms * start}, times), field=together)
    many = network_order(apart.evolve(dict.fromkeys(row, start), times), field=apart)
    assert one.units == many.units == atoms
    assert one.pairs == pytest.approx(many.pairs, abs=1e-8)
    assert one.pairs[0] == pytest.approx(0.05 / 0.8)
    large = ph.mean_field(ph.zoo.coupled_time_crystals(length=4, drives=[1.0, 0.4], decay=0.5), large_spins=True)
    swing = network_order(large.evolve(dict.fromkeys(("s1", "s2"), (4, 0, 0)), [0, 1]), field=large)
    assert swing.pairs[0] == pytest.approx(1)  # of a large spin ⟨S₊S₋⟩ is |⟨S₋⟩|²


def test_a_motion_of_spins_does_not_tell_what_they_are() -> None:
    s = ph.spin("s", 0.5)
    field = ph.mean_field(Network(ph.Model(jumps=[ph.Jump(1, s.plus)]), s.minus, 2, dissipative=0.4).model())
    other = ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1))
    motion = field.evolve(dict.fromkeys(("s1", "s2"), (0.3, 0, 0.1)), [0, 1])
    with pytest.raises(ph.errors.InvalidInput, match="Give field="):
        network_order(motion)
    with pytest.raises(ph.errors.InvalidInput, match="motion is one of s1, s2, the field one of a"):
        network_order(motion, field=other)
    for source, wrong in ((motion, 3), (STATE, field)):
        with pytest.raises(ph.errors.WrongType, match="field="):
            network_order(source, field=wrong)
    several = field.evolve({"s1": [(0.3, 0, 0.1), (0, 0, 0.1)], "s2": (0.3, 0, 0.1)}, [0, 1])
    with pytest.raises(ph.errors.InvalidInput, match="several starts"):
        network_order(several, field=field)
    for strange in (3, [3], "ab"):
        with pytest.raises(ph.errors.WrongType, match="sites"):
            order_operators(strange)
    for empty in ([], ph.Model(ph.qudit("q", 3)(1, 1))):
        with pytest.raises(ph.errors.InvalidInput, match="no oscillator"):
            order_operators(empty)


def test_two_hundred_all_to_all_units_approach_the_infinite_network() -> None:
    """Truncated Wigner, whose own error is some parts in a thousand at κ₁ = 20 κ₂; V is twice the critical coupling."""
    number, unit = 200, {"gain": 1, "two_photon_loss": 0.05}
    infinite = InfiniteNetwork(ph.zoo.van_der_pol(**unit), ph.oscillator("a"), dissipative=0.3)
    swarm = ph.zoo.coupled_van_der_pol(number, **unit, dissipative=0.3 / number)
    watch, times = order_operators(swarm, amplitudes=True), [0, *np.linspace(14, 26, 7)]
    seen = network_order(
        ph.truncated_wigner(swarm, dict.fromkeys(swarm.oscillators, 3.0), times, count=3, observe=watch), after=14
    )
    assert seen.error < 0.03
    assert seen.pairs == pytest.approx(float(network_order(infinite.synchronized()).pairs), abs=0.04)


def test_atoms_of_a_laser_approach_their_mean_field() -> None:
    """An ensemble is exact for any number: ⟨A_j†A_k⟩ → |⟨A⟩|² like 1/N.

    The mean field with w = 1, Γ = 2: s_z = w/2Γ, |s₋|² = w(½ − s_z)/Γ, and ⟨S₊S₋⟩ of one atom is ½ + s_z.
    """

    def laser(number: int) -> ph.Model:
        at = ph.ensemble("s", number)
        return ph.Model(jumps=[ph.Jump(1, at.each.plus), ph.Jump(2 / number, at.minus)])

    field, limit = ph.mean_field(laser(10**7)), 0.125 / 0.75
    rest = network_order(field.evolve({"s": (2e6, 0, 2e6)}, [0, 40]), field=field)
    assert rest.pairs[-1] == pytest.approx(limit, rel=1e-5)
    values = [float(network_order(ph.steady_state(laser(number))).pairs) for number in (50, 100, 200)]
    assert (np.diff(np.abs(np.array(values) - limit)) < 0).all()
    assert 2 * values[2] - values[1] == pytest.approx(limit, rel=2e-2)


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
    with pytest.raises(ph.errors.InvalidInput, match="different lengths"):
        disorder_average(lambda rng: [[1], [1, 2]], 2)
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


def within(found: FiniteSizeScaling, truth: tuple[float, float, float], errors: float) -> bool:
    """Whether x_c, a and b are true within so many errors."""
    seen = (found.critical, found.order_exponent, found.width_exponent)
    bars = (found.critical_error, found.order_exponent_error, found.width_exponent_error)
    return all(abs(v - t) < errors * e for v, t, e in zip(seen, truth, bars, strict=True))


def corrected(omega: float, size: float, second: float = 0.0) -> np.ndarray:
    """M = N^{−½}[f + size·N^{−ω}g + second·N^{−2ω}f] with x_c = 1.02 and b = ½: no noise, and no polynomials."""
    n, u = SIZES[:, None], 0.6 * (X - 1.02) * (SIZES[:, None] / 100) ** 0.5 * 4
    f, g = 1.3 + np.tanh(u), 0.7 + 0.4 * np.tanh(u) - 0.5 / np.cosh(u)
    return n**-0.5 * (f + size * n**-omega * g + second * n ** (-2 * omega) * f)


@pytest.mark.parametrize("omega", [0.4, 0.5, 0.8, 1.0])
@pytest.mark.parametrize(("size", "second"), [(2.0, 0.0), (-1.0, 2.0), (0.5, -4.0)])
def test_errors_of_scaling_hold_corrections(omega: float, size: float, second: float) -> None:
    """Statistical errors of a fit without correction miss the truth by up to 15 of them; ω need not be the given ½."""
    found = finite_size_scaling(X, SIZES, corrected(omega, size, second), degree=5)
    assert within(found, (1.02, 0.5, 0.5), 2)
    assert found.critical_error < 0.02
    assert found.order_exponent_error < 0.08
    assert found.width_exponent_error < 0.05


@pytest.mark.parametrize("noise", [0.001, 0.004])
def test_errors_of_scaling_hold_corrections_beside_noise(noise: float) -> None:
    rng, exact, hits = np.random.default_rng(5), corrected(0.5, 1.0), []
    sigma = np.full(exact.shape, noise * exact.max())
    for _ in range(6):
        found = finite_size_scaling(X, SIZES, exact + sigma * rng.normal(size=exact.shape), sigma)
        hits.append(within(found, (1.02, 0.5, 0.5), 2))
        assert within(found, (1.02, 0.5, 0.5), 3.5)
    assert sum(hits) >= 5


@pytest.mark.parametrize("sizes", [(25, 50, 100), (25, 50, 100, 200), (50, 100, 200, 400)])
def test_the_transition_of_a_laser_by_scaling(sizes: tuple[int, ...]) -> None:
    """Γ = w, β/ν = ½ of C and 1/ν = ½, of exact states; without a correction they seem to be 1.03, 0.36 and 0.56."""

    def laser(atoms: int, coupling: float) -> ph.Model:
        s = ph.ensemble("s", atoms)
        return ph.Model(jumps=[ph.Jump(1, s.each.plus), ph.Jump(coupling / atoms, s.minus)])

    x = np.linspace(0.9, 1.15, 6)
    values = [[float(network_order(ph.steady_state(laser(n, c))).pairs) for c in x] for n in sizes]
    found = finite_size_scaling(x, sizes, values)
    assert found.correction == 0.5
    assert found.systematic
    assert within(found, (1, 0.5, 0.5), 2)
    if len(sizes) > 3:
        assert found.critical_error < 0.03
        assert max(found.order_exponent_error, found.width_exponent_error) < 0.1


def test_curves_collapse_on_the_law_when_the_correction_is_taken_away() -> None:
    values = corrected(0.5, 2.0)
    found = finite_size_scaling(X, SIZES, values, degree=6)
    gaps = {False: 0.0, True: 0.0}
    for away in gaps:
        for n, row in zip(SIZES, values, strict=True):
            u, scaled = found.scaled(X, n, row, corrected=away)
            gaps[away] = max(gaps[away], float(np.abs(scaled - found.law[0](u)).max()))
    assert gaps[True] < 0.01 < 0.1 < gaps[False]
    plain = finite_size_scaling(X, SIZES[:2], values[:2], order_exponent=0.5)
    assert len(plain.law) == 1
    assert (plain.scaled(X, 50, values[0], corrected=True)[1] == plain.scaled(X, 50, values[0])[1]).all()


def test_two_sizes_tell_nothing_of_corrections() -> None:
    known = finite_size_scaling(X, SIZES[:2], corrected(0.5, 1.0)[:2], order_exponent=0.5)
    assert not known.systematic
    assert "statistical only" in repr(known)
    with pytest.raises(ph.errors.InvalidInput, match="positive exponent"):
        finite_size_scaling(X, SIZES, corrected(0.5, 1.0), correction=0)


def test_scaling_without_a_transition() -> None:
    with pytest.raises(ph.errors.NotConverged, match=r"outside 0\.7 … 1\.3"):
        finite_size_scaling(X, SIZES, curves(1.6, 0.25, 0.5), order_exponent=0.25, width_exponent=0.5)


def test_scaling_mistakes() -> None:
    m = curves(1.0, 0.25, 0.5)
    for arguments in (
        (X, SIZES[::-1], m), (X, [50, 50, 100, 200], m), (X, SIZES, m.T), (X[::-1], SIZES, m), (X, SIZES, 0 * m),
        (X, SIZES, m, np.zeros_like(m)), (X, SIZES[:2], m[:2]), (X[:2], SIZES[:3], m[:3, :2]),
    ):  # fmt: skip
        with pytest.raises(ph.errors.InvalidInput):
            finite_size_scaling(*arguments)


@pytest.mark.parametrize("wrong", [[["a"] * 13] * 4, [[1, 2], [3]], "x", None, 1j * np.ones((4, 13))])
def test_scaling_takes_real_numbers(wrong: object) -> None:
    m = curves(1.0, 0.25, 0.5)
    calls = [(wrong, SIZES, m), (X, wrong, m), (X, SIZES, wrong)] + [(X, SIZES, m, wrong)] * (wrong is not None)
    for arguments in calls:
        with pytest.raises(ph.errors.InvalidInput):
            finite_size_scaling(*arguments)
    found = finite_size_scaling(X, SIZES, m)
    for arguments in ((wrong, 50, m[0]), (X, wrong, m[0]), (X, 50, wrong), (X, -50, m[0]), (X, 0, m[0])):
        if arguments[2] is not None and arguments[0] is not None:
            with pytest.raises(ph.errors.InvalidInput):
                found.scaled(*arguments)
