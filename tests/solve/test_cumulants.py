"""Moment equations: derivation, closure, symmetry, and the laws that they must keep."""

from __future__ import annotations

from functools import partial
from math import factorial, prod, sqrt

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from laws.models import models
from photinus.algebra import Operator
from photinus.errors import InvalidInput, NotConverged, Undefined, UnknownSite, WrongType
from photinus.solve.moments.cumulants import large_family
from photinus.solve.moments.hierarchy import Heisenberg, closed, make_hierarchy
from photinus.solve.moments.results import RestingMoments
from photinus.solve.moments.words import equivalent_sites, words_up_to
from photinus.solve.motion import Integration

A, B = ph.oscillator("a"), ph.oscillator("b")
FINE = Integration(1e-12)
S1, S2 = ph.spin("s1", 0.5), ph.spin("s2", 0.5)


def laser(count: int, *, pump: float, decay: float = 1.0) -> ph.Model:
    """The superradiant laser: pump Σ D[s₊] + decay D[Σ s₋]."""
    spins = [ph.spin(f"s{k + 1}", 0.5) for k in range(count)]
    together = sum((s.minus for s in spins[1:]), spins[0].minus)
    return ph.Model(jumps=[*(ph.Jump(pump, s.plus) for s in spins), ph.Jump(decay, together)])


# --- derivation -------------------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(models())
def test_words_move_as_the_heisenberg_equation_says(model: ph.Model) -> None:
    system = make_hierarchy(model, 2, False, False)
    motion = Heisenberg(model)
    for word in system.words[:25]:
        found = Operator(motion(word))
        expected = model.heisenberg(Operator({word: 1.0}))
        scale = max((abs(c) for c in expected.terms.values()), default=1.0)
        assert all(abs(c) <= 1e-12 * scale for c in (found - expected).terms.values())


@settings(max_examples=30, deadline=None)
@given(models(), st.integers(0, 99))
def test_the_jacobian_is_the_derivative(model: ph.Model, seed: int) -> None:
    system = make_hierarchy(model, 2, False, False)
    rng = np.random.default_rng(seed)
    y, u = rng.normal(size=(2, system.size))
    step = 1e-6
    slope = (system(y + step * u) - system(y - step * u)) / (2 * step)
    assert np.allclose(system.jacobian(y) @ u, slope, atol=1e-6 * (1 + system.magnitude(y).max()))


def partitions(items: list[int]) -> list[list[list[int]]]:
    if not items:
        return [[]]
    first, *rest = items
    out = []
    for smaller in partitions(rest):
        out.append([[first], *smaller])
        for k, block in enumerate(smaller):
            out.append([*smaller[:k], [first, *block], *smaller[k + 1 :]])
    return out


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_closure_sets_the_next_cumulant_to_zero(order: int) -> None:
    """⟨X₁…Xₙ⟩ = Σ_{|π|≥2} (−1)^{|π|} (|π|−1)! Π⟨X_B⟩ for n = order + 1 (Kubo 1962), at random values."""
    factors = [A.dag(), A, B, B][: order + 1]
    system = make_hierarchy(ph.Model(jumps=[ph.Jump(1, A), ph.Jump(1, B)]), order, False, False)
    y = np.random.default_rng(1).normal(size=system.size)

    def mean(chosen: list[int]) -> complex:
        return system.mean_of(1j * prod((factors[k] for k in sorted(chosen)), start=A * 0 + 1), y).item() / 1j

    expected = sum(
        (-1) ** len(blocks) * factorial(len(blocks) - 1) * prod(map(mean, blocks))
        for blocks in partitions(list(range(order + 1)))
        if len(blocks) > 1
    )
    assert mean(list(range(order + 1))) == pytest.approx(expected, rel=1e-12)


def test_order_two_closes_gaussian_states_exactly() -> None:
    state = ph.states.squeezed({"a": 0.4}, displacement={"a": 0.5 - 0.3j}, cutoff=ph.Fixed(60))
    moments = ph.cumulants(ph.Model(0.3 * A.dag() * A, [ph.Jump(1e-6, A), ph.Jump(0, A**2 + A)]), phase_invariant=False)
    start = moments.evolve(state, [0, 1e-9])
    for operator in (A.dag() ** 2 * A**2, A.dag() * A**2, A**4, A.dag() ** 3 * A**3):
        assert start.expect(operator)[0] == pytest.approx(state.expect(operator), rel=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 99), st.sampled_from([1, 2, 3, 4]))
def test_order_one_is_the_mean_field(seed: int, kind: int) -> None:
    s, t = ph.spin("s", 0.5), ph.spin("t", 0.5)
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.1, 2, size=2)
    model = {
        1: ph.zoo.van_der_pol(gain=x, two_photon_loss=y, drive=0.3, kerr=0.2),
        2: ph.zoo.coupled_van_der_pol(3, gain=x, two_photon_loss=y, dissipative=0.4, coherent=0.1),
        3: ph.Model(x * (A.dag() * s.minus + A * s.plus), [ph.Jump(y, A), ph.Jump(1, s.plus), ph.Jump(0.3, s.z)]),
        4: ph.Model(s.x + s.z * t.z, [ph.Jump(x, s.minus + t.minus), ph.Jump(y, t.plus)]),
    }[kind]
    moments = ph.cumulants(model, 1, phase_invariant=False, permutation=False)
    field = ph.mean_field(model)
    values, operators = {}, {}
    for site in model.sites:
        if site.kind == "oscillator":
            values[site.name] = complex(*rng.normal(size=2))
            operators[site.name] = {"α": ph.oscillator(site.name)}
        else:
            values[site.name] = rng.uniform(-0.28, 0.28, size=3)
            spin = ph.spin(site.name, 0.5)
            operators[site.name] = {"x": spin.x, "y": spin.y, "z": spin.z}
    means = []
    for word in moments.system.words:
        ((site, local),) = word
        value = values[site.name]
        if site.kind == "oscillator":
            means.append(value if local[:2] == (0, 1) else np.conj(value))
        else:
            means.append(value[2] if local == (0, 1) else value[0] + 1j * np.sign(local[0]) * value[1])
    point = moments.system.coordinates(np.array(means))
    velocity = moments.system(point)
    for name, expected in field.velocity(values).items():
        found = [moments.system.mean_of(o, velocity).item() for o in operators[name].values()]
        assert np.allclose(found, expected, rtol=1e-10, atol=1e-10)


# --- where the closure is exact ---------------------------------------------------------------------------------------


def test_a_thermal_oscillator() -> None:
    for scale in (1e-9, 1.0, 1e9):
        model = ph.Model(jumps=[ph.Jump(1.5 * scale, A, reverse=0.5 * scale)])
        resting = ph.cumulants(model).steady()
        assert resting.expect(A.dag() * A) == pytest.approx(0.5, rel=1e-12)
        assert resting.expect(A.dag() ** 2 * A**2) == pytest.approx(0.5, rel=1e-12)  # 2n̄²
        assert resting.stable
        assert resting.ok
        assert resting.linewidth(A) == pytest.approx(scale, rel=1e-12)


def test_a_parametric_oscillator_below_threshold() -> None:
    """V_x = κ/2(κ − 4η), V_p = κ/2(κ + 4η); n = (V_x + V_p − 1)/2."""
    loss, squeezing = 1.0, 0.2
    model = ph.Model(1j * squeezing * (A.dag() ** 2 - A**2), [ph.Jump(loss, A)])
    resting = ph.cumulants(model).steady()
    broad, narrow = loss / 2 / (loss - 4 * squeezing), loss / 2 / (loss + 4 * squeezing)
    x, p = (A + A.dag()) / sqrt(2), -1j * (A - A.dag()) / sqrt(2)
    assert resting.expect(x * x) == pytest.approx(broad, rel=1e-10)
    assert resting.expect(p * p) == pytest.approx(narrow, rel=1e-10)
    assert resting.expect(A.dag() * A) == pytest.approx((broad + narrow - 1) / 2, rel=1e-10)
    assert resting.ok


def linear_network() -> tuple[ph.Model, np.ndarray, np.ndarray, np.ndarray]:
    """Driven, damped, coupled: the model, dα/dt = Mα + f, and the matrix D of d⟨δa_i†δa_j⟩/dt = … + D."""
    model = ph.Model(
        0.3 * A.dag() * A - 0.1 * B.dag() * B + 0.7 * (A.dag() * B + B.dag() * A) + 0.4j * (A.dag() - A),
        [ph.Jump(1.0, A, reverse=0.3), ph.Jump(0.5, B), ph.Jump(0.6, A - B)],
    )
    damping = np.diag([0.7, 0.5]) + 0.6 * np.array([[1, -1], [-1, 1]])
    matrix = -1j * np.array([[0.3, 0.7], [0.7, -0.1]]) - damping / 2
    return model, matrix, np.array([0.4, 0.0]), np.diag([0.3, 0.0])


def test_a_driven_network_at_rest_and_in_time() -> None:
    model, matrix, force, noise = linear_network()
    moments = ph.cumulants(model)
    resting = moments.steady()
    alpha = np.linalg.solve(matrix, -force)
    number = la.solve_continuous_lyapunov(matrix.conj(), -noise)  # ⟨δa_i†δa_j⟩
    for i, x in enumerate((A, B)):
        assert resting.expect(x) == pytest.approx(alpha[i], rel=1e-10)
        for j, y in enumerate((A, B)):
            exact = alpha[i].conj() * alpha[j] + number[i, j]
            assert resting.expect(x.dag() * y) == pytest.approx(exact, rel=1e-10)
    start = [ph.states.coherent({"a": 1.0}), ph.states.fock({"b": 2})]
    moving = moments.evolve(start, [0.0, 1.3, 4.0], method=FINE)
    for k, t in enumerate(moving.times):
        exact = alpha + la.expm(matrix * t) @ (np.array([1.0, 0.0]) - alpha)
        assert moving.expect(A)[k] == pytest.approx(exact[0], abs=1e-10)
        assert moving.expect(B)[k] == pytest.approx(exact[1], abs=1e-10)
    assert moving.ok
    assert "3 times" in repr(moving)
    assert moving.to_xarray().sizes == {"time": 3, "moment": len(moments.equations)}


def test_results_are_tables() -> None:
    resting = ph.cumulants(laser(5, pump=2.0)).steady()
    assert resting.to_xarray()["mean"].sel(moment="s1_z").item() == pytest.approx(resting.expect(S1.z))
    assert "Kubo1962" in ph.cumulants(laser(5, pump=2.0)).references
    assert ph.cite("Kubo1962").startswith("R. Kubo")


def test_correlations_of_a_linear_network_are_exact() -> None:
    model, matrix, _, _ = linear_network()
    resting = ph.cumulants(model).steady()
    times = np.array([0.0, 0.5, 2.0])
    found = resting.correlation(A.dag(), A, times)
    mean = resting.expect(A)
    first = np.array([resting.expect(x.dag() * A) - resting.expect(x.dag()) * mean for x in (A, B)])
    exact = [abs(mean) ** 2 + (la.expm(matrix.conj() * t) @ first)[0] for t in times]
    assert np.allclose(found, exact, rtol=1e-10)
    assert resting.linewidth(A) == pytest.approx(-2 * np.linalg.eigvals(matrix).real.max(), rel=1e-9)


@pytest.mark.parametrize(
    "model",
    [
        ph.Model(S1.z - 0.4 * S2.z + 0.3 * S1.x, [ph.Jump(1.0, S1.minus + S2.minus), ph.Jump(0.4, S1.plus)]),
        laser(2, pump=0.7),
        ph.Model(0.2 * ph.spin("t", 1).x, [ph.Jump(0.3, ph.spin("t", 1).plus), ph.Jump(0.7, ph.spin("t", 1).minus)]),
        ph.Model(
            0.5 * (ph.qudit("q", 3)(0, 2) + ph.qudit("q", 3)(2, 0)),
            [ph.Jump(1.0, ph.qudit("q", 3)(0, 1)), ph.Jump(0.6, ph.qudit("q", 3)(1, 2))],
        ),
    ],
)
def test_as_many_operators_as_levelled_sites_are_exact(model: ph.Model) -> None:
    moments = ph.cumulants(model, len(model.sites))
    resting, exact = moments.steady(), ph.steady_state(model)
    for word in moments.system.words:
        operator = Operator({word: 1.0})
        assert resting.expect(operator) == pytest.approx(exact.expect(operator), abs=1e-9)
    assert resting.ok


def test_levels_in_time_agree_with_the_master_equation() -> None:
    model = ph.Model(0.5 * S1.z + 0.3 * (S1.plus * S2.minus + S1.minus * S2.plus), [ph.Jump(0.4, S1.minus)])
    start = ph.states.product(ph.states.level({S1: 0.5}), ph.states.level({S2: -0.5}))
    times = [0.0, 1.0, 3.0]
    exact = ph.evolve(model, start, times, observe={"z": S1.z, "zz": S1.z * S2.z})
    moving = ph.cumulants(model).evolve(start, times, method=FINE)
    assert np.allclose(moving.expect(S1.z), exact.observed["z"], atol=1e-7)
    assert np.allclose(moving.expect(S1.z * S2.z), exact.observed["zz"], atol=1e-7)


# --- where it is not: it improves with the order, and with size -------------------------------------------------------


def test_higher_orders_come_nearer_to_the_master_equation() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)
    exact = ph.steady_state(model).expect(A.dag() * A)
    errors = [abs(ph.cumulants(model, m).steady().expect(A.dag() * A) - exact) for m in (2, 4, 6, 8)]
    assert errors == sorted(errors, reverse=True)
    pair = ph.Model(
        0.3 * (A.dag() * S1.minus + A * S1.plus), [ph.Jump(1.0, A), ph.Jump(0.5, S1.plus), ph.Jump(0.2, S1.minus)]
    )
    exact = ph.steady_state(pair).expect(A.dag() * A)
    errors = [abs(ph.cumulants(pair, m).steady().expect(A.dag() * A) - exact) for m in (2, 3, 4)]
    assert errors[2] < errors[0]
    assert errors[2] < 1e-3


def test_a_driven_oscillator_of_large_amplitude_is_that_of_the_mean_field() -> None:
    """Locked by a strong resonant drive, fluctuations are small: n → r², with corrections ~ 1/r²."""
    errors = []
    for size in (25.0, 100.0, 400.0):
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5 / size, drive=0.5 * sqrt(size))
        (point,) = ph.mean_field(model).fixed_points().stable
        radius = abs(point.values["a"])
        resting = ph.cumulants(model).steady()
        errors.append(abs(resting.expect(A.dag() * A) / radius**2 - 1))
        assert resting.ok
        assert abs(resting.expect(A)) == pytest.approx(radius, rel=0.05)
    assert errors[0] < 0.1
    assert errors[1] < 0.3 * errors[0]
    assert errors[2] < 0.3 * errors[1]


def test_a_phase_bearing_start_keeps_its_phase() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.005)  # r² = 100
    moments = ph.cumulants(model, phase_invariant=False)
    moving = moments.evolve(ph.states.coherent({"a": 5j}), np.linspace(0, 15, 4))
    assert moving.expect(A.dag() * A)[-1] == pytest.approx(100, rel=0.02)
    assert np.angle(moving.expect(A)[-1]) == pytest.approx(np.pi / 2, abs=1e-8)


# --- lasers, reference rows -------------------------------------------------------------------------------------------


def test_the_superradiant_laser_at_its_best_pump() -> None:
    """N = 1e5, w = NΓ/2: ⟨σ_z⟩ = 1/2, ⟨s₊s₋⟩ = 1/8, I = N²Γ/8, linewidth Γ[(1+z)/(1−z) − z] (Meiser et al. 2009)."""
    count = 100_000
    resting = large_family(partial(laser, pump=count / 2), count).steady()
    z, c = 2 * resting.expect(S1.z), resting.expect(S1.plus * S2.minus + S1.minus * S2.plus) / 2
    assert z == pytest.approx(0.5, rel=1e-3)
    assert c == pytest.approx(0.125, rel=1e-3)
    assert count * (0.5 + z / 2 + (count - 1) * c) == pytest.approx(count**2 / 8, rel=1e-3)
    assert resting.linewidth(S1.minus) == pytest.approx(3 - 0.5, rel=1e-3)
    intensities = []
    for pump in (0.48, 0.5, 0.52):
        other = large_family(partial(laser, pump=count * pump), count).steady()
        intensities.append(other.expect(S1.plus * S2.minus).real)
    assert max(intensities) == intensities[1]


def test_the_laser_equations_are_those_of_the_paper() -> None:
    """dz/dt and dc/dt of N atoms with ⟨σz₁σz₂⟩ = z², the approximation of the paper, at a random point."""
    count, pump = 20, 3.0
    system = ph.cumulants(laser(count, pump=pump)).system
    z, c = 0.3, 0.07
    point = {"s1_z": z / 2, "s1₊ s2₋": c, "s1_z s2_z": z * z / 4}
    names = ph.cumulants(laser(count, pump=pump)).steady().values
    y = np.array([point[name] for name in names])
    velocity = dict(zip(names, system(y), strict=True))
    assert 2 * velocity["s1_z"] == pytest.approx(pump * (1 - z) - (1 + z) - 2 * (count - 1) * c, rel=1e-12)
    expected = -(pump + 1) * c + z * (z + 1) / 2 + (count - 2) * z * c
    assert velocity["s1₊ s2₋"] == pytest.approx(expected, rel=1e-12)


def test_small_lasers_approach_the_master_equation_with_the_order() -> None:
    model = laser(4, pump=2.0)
    exact = ph.steady_state(model).expect(S1.z)
    errors = [abs(ph.cumulants(model, m).steady().expect(S1.z) - exact) for m in (2, 3, 4)]
    assert errors[2] < 1e-9
    assert errors[0] < 0.02


def ensembles(count: int, *, pump: float, detuning: float, decay: float) -> ph.Model:
    up = [ph.spin(f"A{k + 1}", 0.5) for k in range(count)]
    down = [ph.spin(f"B{k + 1}", 0.5) for k in range(count)]
    both = [*up, *down]
    split = sum((s.z for s in up), A * 0) - sum((s.z for s in down), A * 0)
    together = sum((s.minus for s in both), A * 0)
    return ph.Model(0.5 * detuning * split, [*(ph.Jump(pump, s.plus) for s in both), ph.Jump(decay, together)])


@pytest.mark.parametrize(("pump", "detuning", "lases"), [(1.0, 0.5, True), (0.8, 0.3, True), (2.2, 0.5, False)])
def test_two_ensembles_lock(pump: float, detuning: float, lases: bool) -> None:
    """Mean field, NΓ = 1: z = (w² + d²)/2w, phase 2 arctan(d/w); lasing iff (w−1)² + d² < 1 (Xu 2014, Patra 2018)."""
    count = 10**7
    family = partial(ensembles, pump=pump, detuning=detuning, decay=1 / count)
    moments = large_family(family, count, order=1, phase_invariant=False)
    start = [
        ph.states.spin_coherent({ph.spin(site.name, 0.5): (1.3, 0.2)}) for site in moments.system.closure.naming.sites
    ]
    resting = moments.steady(near=start)
    a, b = ph.spin("A1", 0.5), ph.spin("B1", 0.5)
    if lases:
        assert 2 * resting.expect(a.z) == pytest.approx((pump**2 + detuning**2) / (2 * pump), abs=1e-6)
        angle = np.angle(resting.expect(a.plus) * resting.expect(b.minus))
        assert abs(angle) == pytest.approx(2 * np.arctan(detuning / pump), abs=1e-6)
        assert resting.stable is None
    else:
        assert abs(resting.expect(a.plus)) < 1e-6


def test_a_driven_clock_beats_as_adler_says() -> None:
    """Order 1: beat √(Δ² − (F/r)²) outside the tongue, locked inside (Adler 1946)."""
    radius, force = 10.0, 0.2
    clock = partial(ph.zoo.van_der_pol, gain=1, two_photon_loss=0.5 / radius**2, drive=force)
    outside = ph.cumulants(clock(detuning=0.05), 1)
    moving = outside.evolve(ph.states.coherent({"a": radius}), np.linspace(0, 3000, 6001))
    phase = np.unwrap(np.angle(moving.expect(A)))
    late = slice(1000, None)
    turns = np.flatnonzero(np.diff(np.floor(phase[late] / (2 * np.pi))))
    period = np.mean(np.diff(turns)) * 0.5
    assert 2 * np.pi / period == pytest.approx(sqrt(0.05**2 - (force / radius) ** 2), rel=5e-3)
    inside = ph.cumulants(clock(detuning=0.01), 1).steady(near=ph.states.coherent({"a": radius}))
    assert inside.stable
    assert abs(inside.expect(A)) == pytest.approx(radius, rel=0.05)


# --- symmetry ---------------------------------------------------------------------------------------------------------


def test_permutations_reduce_and_change_nothing() -> None:
    model = ph.zoo.coupled_van_der_pol(4, gain=1, two_photon_loss=0.5, dissipative=0.2, coherent=0.3)
    few, all_ = ph.cumulants(model), ph.cumulants(model, permutation=False)
    assert len(few.equations) == 2
    assert len(all_.equations) == 10
    x, y = ph.oscillator("a2"), ph.oscillator("a4")
    start = [ph.states.thermal({f"a{k}": 0.4}) for k in (1, 2, 3, 4)]
    one, other = (moments.evolve(start, [0, 0.5, 2.0], method=FINE) for moments in (few, all_))
    one_, other_ = few.steady(), all_.steady()
    for operator in (x.dag() * x, x.dag() * y, x.dag() * x * y.dag() * y):
        assert np.allclose(one.expect(operator), other.expect(operator), atol=1e-10)
        assert one_.expect(operator) == pytest.approx(other_.expect(operator), abs=1e-10)
    assert one_.linewidth(x + y) == pytest.approx(other_.linewidth(x), rel=1e-8)


def test_phases_left_out_change_nothing() -> None:
    model = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=1.0, dissipative=0.3, detuning=0.2)
    few, all_ = ph.cumulants(model, 3), ph.cumulants(model, 3, phase_invariant=False)
    start = [ph.states.fock({"a": 1}), ph.states.fock({"b": 2})]
    one, other = (moments.evolve(start, [0, 1.0], method=FINE).expect(A.dag() * B) for moments in (few, all_))
    assert len(few.equations) < len(all_.equations)
    assert np.allclose(one, other, atol=1e-10)
    assert few.steady().expect(A) == 0


def test_sites_are_told_apart_where_the_model_does() -> None:
    chain = [(0, 1), (1, 2)]
    model = ph.zoo.coupled_van_der_pol(chain, gain=1, two_photon_loss=1, coherent=0.1)
    assert [[site.name for site in group] for group in equivalent_sites(model)] == [["a1", "a3"], ["a2"]]
    detuned = ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=1, detuning=[0, 0, 0.1])
    assert sorted(map(len, equivalent_sites(detuned))) == [1, 2]


def test_small_differences_are_not_overlooked() -> None:
    model = ph.Model(
        1e9 * (A.dag() * A + B.dag() * B), [ph.Jump(1e-6, A, reverse=4e-7), ph.Jump(1e-6, B, reverse=2e-7)]
    )
    resting = ph.cumulants(model).steady()
    assert resting.expect(A.dag() * A) == pytest.approx(2 / 3, rel=1e-9)
    assert resting.expect(B.dag() * B) == pytest.approx(1 / 4, rel=1e-9)


def test_a_stiff_atom_in_a_cavity_agrees_with_the_master_equation() -> None:
    """Decay 1e5 of the cavity, 1e-3 of the atom: the adiabatic limit, where order 2 is nearly exact."""
    model = ph.Model(
        (A.dag() * S1.minus + A * S1.plus), [ph.Jump(1e5, A), ph.Jump(1e-3, S1.plus), ph.Jump(2e-3, S1.minus)]
    )
    assert ph.cumulants(model).steady().expect(S1.z) == pytest.approx(ph.steady_state(model).expect(S1.z), abs=1e-6)


def test_twenty_oscillators_are_a_handful_of_equations() -> None:
    model = ph.zoo.coupled_van_der_pol(20, gain=1, two_photon_loss=0.5, dissipative=0.1)
    assert len(ph.cumulants(model).equations) == 2
    whole = ph.cumulants(model, permutation=False)
    assert len(whole.equations) == 210
    assert ph.cumulants(model).system is ph.cumulants(model).system  # derived once


@pytest.mark.parametrize("order", [1, 2])
def test_large_families_agree_with_their_members(order: int) -> None:
    family = partial(laser, pump=4.0)
    direct = ph.cumulants(family(14), order)
    grown = large_family(family, 14, order)
    y = np.random.default_rng(3).normal(size=direct.system.size)
    assert np.allclose(direct.system(y), grown.system(y), rtol=1e-10)
    if order == 2:
        assert direct.steady().linewidth(S1.minus) == pytest.approx(grown.steady().linewidth(S1.minus), rel=1e-9)
    assert "14 identical ones" in repr(grown)


# --- what no state has, and what cannot be answered -------------------------------------------------------------------


def test_moments_of_no_state_are_told() -> None:
    system = ph.cumulants(ph.Model(jumps=[ph.Jump(1.0, A)])).system
    bad = RestingMoments(system, np.array([-0.1]), np.array([-1.0 + 0j]))
    assert not bad.ok
    assert "NOT A STATE" in repr(bad)
    assert "a" in bad.complaints[0]
    squeezed = ph.cumulants(ph.Model(0.1j * (A.dag() ** 2 - A**2), [ph.Jump(1.0, A)])).system
    names = list(RestingMoments(squeezed, np.zeros(squeezed.size), np.array([-1.0 + 0j])).values)
    y = np.zeros(squeezed.size)
    y[names.index("a† a")] = 0.3
    assert RestingMoments(squeezed, y, np.array([-1.0 + 0j])).ok
    pair = next(k for k, name in enumerate(names) if name in ("a²", "a†²"))
    y[pair] = 0.7  # |⟨a²⟩|² ≤ n(n + 1) = 0.39
    assert not RestingMoments(squeezed, y, np.array([-1.0 + 0j])).ok
    atom = ph.cumulants(ph.Model(jumps=[ph.Jump(1.0, S1.minus)]), 1).system
    assert not RestingMoments(atom, np.array([-0.7]), np.array([-1.0 + 0j])).ok
    assert RestingMoments(atom, np.array([-0.5]), np.array([-1.0 + 0j])).ok


def test_divergence_is_an_error() -> None:
    moments = ph.cumulants(ph.Model(jumps=[ph.Jump(1.0, A.dag()), ph.Jump(0.5, A)]))
    with pytest.raises(NotConverged):
        moments.steady()
    with pytest.raises(NotConverged):
        moments.evolve(ph.states.fock({"a": 1}), [0, 1e4])
    with pytest.raises(NotConverged):
        ph.cumulants(ph.Model(1j * (A.dag() ** 2 - A**2), [ph.Jump(1.0, A)])).steady()


def test_moments_that_turn_for_ever_do_not_rest() -> None:
    clock = ph.cumulants(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=0.5), 1, phase_invariant=False)
    with pytest.raises(NotConverged, match="rest"):
        clock.steady(near=ph.states.coherent({"a": 2.0}))


def test_conserved_quantities_are_told() -> None:
    model = ph.Model(A.dag() * B + B.dag() * A, [ph.Jump(1.0, A - B)])
    resting = ph.cumulants(model, permutation=False).steady(near=[ph.states.fock({"a": 2}), ph.states.fock({"b": 0})])
    assert resting.stable is None
    assert "neutral" in repr(resting)
    assert resting.expect(A.dag() * A) == pytest.approx(0.5, abs=1e-10)  # one quantum in the dark (a + b)/√2


@pytest.mark.parametrize("order", [0, -1, 1.5, "2"])
def test_orders_are_whole_numbers(order: object) -> None:
    with pytest.raises(InvalidInput):
        ph.cumulants(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), order)


def test_mistakes_are_typed_errors() -> None:
    clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=1)
    with pytest.raises(WrongType):
        ph.cumulants(A)
    with pytest.raises(InvalidInput, match="no sites"):
        ph.cumulants(ph.Model())
    function = ph.diagonal(A, lambda n: (n + 1) ** -0.5)
    with pytest.raises(InvalidInput, match="diagonal function"):
        ph.cumulants(ph.Model(jumps=[ph.Jump(1.0, function * A)]))
    moments = ph.cumulants(clock)
    resting = moments.steady()
    for call in (resting.expect, resting.linewidth):
        with pytest.raises(InvalidInput, match="diagonal function"):
            call(function)
    with pytest.raises(UnknownSite):
        resting.expect(B)
    with pytest.raises(InvalidInput, match="phase_invariant=False"):
        moments.evolve(ph.states.coherent({"a": 1}), [0, 1])
    with pytest.raises(WrongType):
        moments.evolve({"a": 1}, [0, 1])
    with pytest.raises(WrongType):
        moments.evolve(ph.states.fock({"a": 1}), [0, 1], method="BDF")
    with pytest.raises(UnknownSite):
        ph.cumulants(linear_network()[0]).evolve(ph.states.fock({"a": 1}), [0, 1])
    with pytest.raises(InvalidInput, match="twice"):
        moments.evolve([ph.states.fock({"a": 1}), ph.states.fock({"a": 2})], [0, 1])
    pair = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=1, dissipative=0.1)
    with pytest.raises(InvalidInput, match="permutation=False"):
        ph.cumulants(pair).evolve([ph.states.fock({"a": 1}), ph.states.fock({"b": 2})], [0, 1])
    with pytest.raises(InvalidInput, match="permutation=False"):
        ph.cumulants(pair).steady().correlation(A.dag(), A, [0.0])
    first = ph.cumulants(clock, 1, phase_invariant=False).system
    with pytest.raises(InvalidInput, match="order=2"):
        RestingMoments(first, np.zeros(2), np.array([-1.0 + 0j])).linewidth(A)
    with pytest.raises(InvalidInput, match="charges"):
        resting.linewidth(A + A.dag())
    with pytest.raises(InvalidInput):
        resting.correlation(A.dag(), A, [-1.0])
    with pytest.raises(Undefined):
        resting.linewidth(A**2)
    with pytest.raises(InvalidInput, match="neighbour"):
        moments.steady(near=ph.cumulants(clock, 4).steady())
    with pytest.raises(InvalidInput, match="small"):
        large_family(partial(laser, pump=1.0), 5)
    with pytest.raises(InvalidInput, match="more than"):
        words_up_to(
            make_hierarchy(ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=1), 1, False, False).closure.naming, 14
        )


def test_correlations_that_tell_sites_apart_are_seen() -> None:
    bell = ph.states.superposition([(1, {S1: 0.5, S2: -0.5}), (1, {S1: -0.5, S2: 0.5})])
    third, fourth = ph.spin("s3", 0.5), ph.spin("s4", 0.5)
    other = ph.states.superposition([(1, {third: 0.5, fourth: -0.5}), (1, {third: -0.5, fourth: 0.5})])
    with pytest.raises(InvalidInput, match="apart"):
        ph.cumulants(laser(4, pump=1.0)).evolve([bell, other], [0, 1])
    moving = ph.cumulants(laser(4, pump=1.0), permutation=False).evolve([bell, other], [0, 1])
    assert moving.expect(S1.plus * S2.minus)[0] == pytest.approx(0.5)


def test_all_moments_may_vanish() -> None:
    with pytest.raises(InvalidInput, match="vanish"):
        ph.cumulants(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), 1)


def test_what_does_not_move_is_at_rest() -> None:
    free = ph.cumulants(ph.Model(A.dag() * A))
    resting = free.steady()
    assert resting.expect(A.dag() * A) == 0
    assert resting.stable is None
    moving = free.evolve(ph.states.fock({"a": 2}), [0.0, 5.0])
    assert moving.expect(A.dag() * A).tolist() == [2.0, 2.0]
    assert moving.expect(A).tolist() == [0.0, 0.0]  # symmetry forbids it
    assert moving.ok


def test_families_that_are_no_polynomials_are_refused() -> None:
    with pytest.raises(InvalidInput, match="polynomial"):
        large_family(lambda n: laser(n, pump=2.0**n), 100).steady()


def test_a_neighbour_is_a_start() -> None:
    at = ph.cumulants(laser(10, pump=3.0)).steady()
    other = ph.cumulants(laser(10, pump=3.3))
    assert other.steady(near=at).expect(S1.z) == pytest.approx(other.steady().expect(S1.z), abs=1e-10)


def test_no_symmetry_is_left_out_by_an_unused_word() -> None:
    closure = make_hierarchy(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), 2, True, True).closure
    assert closed(closure, dict((A**3).terms)) == {}
