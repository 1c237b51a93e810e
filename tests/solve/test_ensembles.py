"""Ensembles in every theory: against as many explicit spins, the master equation, and closed forms of lasers."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

import photinus as ph
from photinus.algebra import Operator
from photinus.solve.representatives import sums

ATOMS = 5


def spins(atoms: int, name: str = "s") -> list:
    return [ph.spin(f"{name}{k}", 0.5) for k in range(1, atoms + 1)]


def total(row: list, part: str) -> Operator:
    return reduce(lambda x, y: x + y, (getattr(s, part) for s in row))


def twice(atoms: int) -> dict[str, tuple[ph.Model, ph.Model]]:
    """Models with an ensemble and with as many spins: drives, twisting, pairs of quanta, mixed jumps, a cavity."""
    at, row, c = ph.ensemble("at", atoms), spins(atoms), ph.oscillator("c")
    x, z, minus, plus = (total(row, part) for part in ("x", "z", "minus", "plus"))
    exchange, theirs = 0.6 * c * at.plus, 0.6 * c * plus
    return {
        "laser": (
            ph.Model(0.3 * at.z, [ph.Jump(1.0, at.minus), ph.Jump(2.0, at.each.plus, reverse=0.3)]),
            ph.Model(0.3 * z, [ph.Jump(1.0, minus), *(ph.Jump(2.0, s.plus, reverse=0.3) for s in row)]),
        ),
        "driven": (
            ph.Model(0.7 * at.x, [ph.Jump(0.4, at.minus), ph.Jump(0.3, at.each.minus + 0.4j * at.each.z)]),
            ph.Model(0.7 * x, [ph.Jump(0.4, minus), *(ph.Jump(0.3, s.minus + 0.4j * s.z) for s in row)]),
        ),
        "twisted, in pairs": (
            ph.Model(0.2 * at.x**2, [ph.Jump(0.1, at.minus**2), ph.Jump(1.0, at.each.plus)]),
            ph.Model(0.2 * x**2, [ph.Jump(0.1, minus**2), *(ph.Jump(1.0, s.plus) for s in row)]),
        ),
        "three at once": (
            ph.Model(0.05 * (at.x**3 + at.z**3), [ph.Jump(0.2, at.minus + 0.1 * at.z**2), ph.Jump(1.0, at.each.plus)]),
            ph.Model(0.05 * (x**3 + z**3), [ph.Jump(0.2, minus + 0.1 * z**2), *(ph.Jump(1.0, s.plus) for s in row)]),
        ),
        "cavity": (
            ph.Model(
                exchange + exchange.dag(),
                [ph.Jump(2.0, c), ph.Jump(0.8, at.each.plus), ph.Jump(0.1, at.each.minus * c)],
            ),
            ph.Model(
                theirs + theirs.dag(),
                [ph.Jump(2.0, c), *(ph.Jump(0.8, s.plus) for s in row), *(ph.Jump(0.1, s.minus * c) for s in row)],
            ),
        ),
    }


# --- operators as sums over distinct atoms ----------------------------------------------------------------------------


@pytest.mark.parametrize("word", [(1, 0, 0), (0, 3, 0), (2, 1, 0), (-1, 2, 1), (0, 0, 2)])
def test_collective_words_are_sums_over_atoms(word: tuple[int, int, int]) -> None:
    """Against matrices on all 2^N states."""
    atoms = 4
    matrices = {(1, 0): np.array([[0, 1], [0, 0]]), (-1, 0): np.array([[0, 0], [1, 0]]), (0, 1): np.diag([0.5, -0.5])}

    def on(k: int, local: tuple[int, int]) -> np.ndarray:
        return reduce(np.kron, [matrices[local] if i == k else np.eye(2) for i in range(atoms)])

    plus, minus, z = (sum(on(k, local) for k in range(atoms)) for local in ((1, 0), (-1, 0), (0, 1)))
    d, r, k = word
    casimir = minus @ plus + z @ z + z
    power = np.linalg.matrix_power
    left = power(plus, d) @ power(z, r) if d >= 0 else power(z, r) @ power(minus, -d)
    found = np.zeros((2**atoms,) * 2)
    for key, c in sums(word, atoms).items():
        for places in np.ndindex(*(atoms,) * len(key)):
            if len(set(places)) == len(places):
                found = found + c * reduce(np.matmul, map(on, places, key), np.eye(2**atoms))
    np.testing.assert_allclose(found, left @ power(casimir, k), atol=1e-12)


# --- cumulants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("name", twice(2))
def test_cumulants_are_those_of_as_many_spins(name: str, order: int) -> None:
    """Seven atoms, six of which stand for all: the factor (N−k choose r)/(n−k choose r) is at work."""
    atoms, times = 7, [0, 0.1, 0.4]
    if name == "three at once" and order == 3:
        pytest.skip("hundreds of words of three spins")
    mine, theirs = twice(atoms)[name]
    at, row = ph.ensemble("at", atoms), spins(atoms)
    one = ph.states.spin_coherent({ph.spin("at", 0.5): (0.7, 0.4)})
    light = [ph.states.coherent({"c": 0.3})] if "c" in mine.oscillators else []
    found = ph.cumulants(mine, order, phase_invariant=False).evolve([one, *light], times)
    start = [ph.states.spin_coherent({s: (0.7, 0.4)}) for s in row]
    expected = ph.cumulants(theirs, order, phase_invariant=False).evolve([*start, *light], times)
    assert len(found.values) == len(expected.values)
    for part in ("x", "y", "z"):
        np.testing.assert_allclose(found.expect(getattr(at, part)), expected.expect(total(row, part)), rtol=1e-7)
    pair = expected.expect(total(row, "plus") * total(row, "minus"))
    np.testing.assert_allclose(found.expect(at.plus * at.minus), pair, rtol=1e-7)


@pytest.mark.parametrize("name", ["laser", "driven", "twisted, in pairs"])
def test_cumulants_of_all_atoms_are_exact(name: str) -> None:
    atoms, times = 3, np.linspace(0, 2, 5)
    model, at = twice(atoms)[name][0], ph.ensemble("at", atoms)
    start = ph.states.spin_coherent({at: (0.7, 0.4)})
    found = ph.cumulants(model, atoms, phase_invariant=False).evolve(start, times)
    watched = {"x": at.x, "z": at.z, "pair": at.plus * at.minus, "triple": at.plus * at.z * at.minus}
    exact = ph.evolve(model, start, times, observe=watched).observed
    for key, operator in watched.items():
        np.testing.assert_allclose(found.expect(operator), exact[key], atol=1e-7)


def test_the_state_of_all_atoms_gives_the_moments_of_a_few() -> None:
    """From a mixed, correlated state: what the moments begin with is what the state has."""
    atoms = 9
    at = ph.ensemble("at", atoms)
    model = ph.zoo.superradiant_laser("at", atoms=atoms, pump=3.0)
    state = ph.steady_state(model)
    start = ph.cumulants(model, 4).evolve(state, [0, 1e-9])
    for operator in (at.z, at.plus * at.minus, at.z**4, at.plus**2 * at.minus**2, at.plus * at.z**2 * at.minus):
        assert start.expect(operator)[0] == pytest.approx(state.expect(operator), rel=1e-9)


def test_the_correlation_of_all_atoms_is_exact() -> None:
    """Regression at an order above the number of atoms, with the ensemble's sum on both sides."""
    at = ph.ensemble("at", 2)
    model = ph.zoo.superradiant_laser("at", atoms=2, pump=0.7)
    times = [0, 0.3, 1.0]
    resting = ph.cumulants(model, 3).steady()
    exact = ph.correlation(model, at.plus, at.minus, times)
    np.testing.assert_allclose(resting.correlation(at.plus, at.minus, times), exact.values, atol=1e-8)
    row = spins(5)
    laser = ph.Model(0 * row[0].z, [ph.Jump(1.0, total(row, "minus")), *(ph.Jump(1.5, s.plus) for s in row)])
    theirs = ph.cumulants(laser).steady().correlation(total(row, "plus"), total(row, "minus"), times)
    fleet = ph.ensemble("at", 5)
    mine = ph.cumulants(ph.zoo.superradiant_laser("at", atoms=5, pump=1.5)).steady()
    np.testing.assert_allclose(mine.correlation(fleet.plus, fleet.minus, times), theirs, atol=1e-9)


def test_a_hundred_thousand_atoms() -> None:
    """Reference C12 (Meiser, Ye, Carlson, Holland 2009), N = 10⁵ at the pump N·Γ/2, to 10⁻³.

    I = N²Γ/8, z = 1/2, c = ⟨σ₊ⁱσ₋ʲ⟩ = 1/8, and the closure's linewidth Γ[(1 + z)/(1 − z) − z] = 2.5 Γ.
    """
    atoms = 100_000
    at, one, two = ph.ensemble("atoms", atoms), ph.spin("atoms1", 0.5), ph.spin("atoms2", 0.5)

    def intensity(pump: float) -> float:
        resting = ph.cumulants(ph.zoo.superradiant_laser(atoms=atoms, pump=pump)).steady()
        return float(resting.expect(at.plus * at.minus))

    resting = ph.cumulants(ph.zoo.superradiant_laser(atoms=atoms, pump=atoms / 2)).steady()
    assert resting.ok
    assert resting.stable
    assert intensity(atoms / 2) == pytest.approx(atoms**2 / 8, rel=1e-3)
    assert max(intensity(0.499 * atoms), intensity(0.501 * atoms)) < intensity(atoms / 2) * (1 + 1e-5)
    assert 2 * resting.expect(one.z) == pytest.approx(0.5, rel=1e-3)
    assert resting.expect(one.plus * two.minus).real == pytest.approx(1 / 8, rel=1e-3)
    assert resting.linewidth(at.minus) == pytest.approx(2.5, rel=1e-3)


def test_the_linewidth_of_the_closure_is_not_the_exact_one() -> None:
    """Reference C12: 2.01 Γ for 100 atoms, where the closure of second order says 2.54 Γ; the intensity agrees."""
    at = ph.ensemble("atoms", 100)
    model = ph.zoo.superradiant_laser(atoms=100, pump=50.0)
    closed = ph.cumulants(model).steady()
    exact = -2 * ph.eigenmodes(model, order={"atoms": 1}, count=1).eigenvalues[0].real
    assert exact == pytest.approx(2.01, abs=5e-3)
    assert closed.linewidth(at.minus) == pytest.approx(2.54, abs=5e-3)
    assert closed.expect(at.plus * at.minus) == pytest.approx(
        ph.steady_state(model).expect(at.plus * at.minus), rel=0.05
    )


# --- mean field -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", twice(2))
def test_the_mean_field_is_that_of_as_many_spins(name: str) -> None:
    mine, theirs = twice(ATOMS)[name]
    vector = np.array([0.3, -0.1, 0.2])
    light = {"c": 0.3 - 0.2j} if "c" in mine.oscillators else {}
    times = [0, 0.3, 1.0]
    found = ph.mean_field(mine).evolve({"at": ATOMS * vector, **light}, times).values
    expected = ph.mean_field(theirs).evolve({**dict.fromkeys(spins(ATOMS), vector), **light}, times).values
    np.testing.assert_allclose(found["at"], ATOMS * expected["s1"], atol=1e-8)
    if light:
        np.testing.assert_allclose(found["c"], expected["c"], atol=1e-8)


def test_two_superradiant_ensembles_in_the_mean_field() -> None:
    """Reference C15 (Xu et al. 2014; Patra, Altshuler, Yuzbashyan 2019), N·Γ = 1, to 10⁻⁶.

    In step z = (w² + δ²)/2w and the phase is 2 arctan(δ/w); both lase iff (w − 1)² + δ² < 1 in the synchronized branch.
    """
    atoms, pump, detuning = 10**8, 0.5, 0.3

    def cycles(w: float, d: float) -> tuple:
        model = ph.zoo.superradiant_ensembles(atoms=atoms, pump=w, detuning=d, collective_decay=1 / atoms)
        return ph.mean_field(model).limit_cycles()

    locked = next(cycle for cycle in cycles(pump, detuning) if cycle.stable)
    assert abs(locked.frequency) < 1e-9
    one, two = (locked.values[name][0] for name in "ab")
    assert 2 * one[2] / atoms == pytest.approx((pump**2 + detuning**2) / (2 * pump), abs=1e-6)
    phase = np.angle(complex(*one[:2]) / complex(*two[:2]))
    assert phase == pytest.approx(2 * np.arctan(detuning / pump), abs=1e-6)
    for angle in (0.4, 1.2, -0.9):  # just inside and outside of the circle, where d < w
        for radius, lases in ((0.995, True), (1.005, False)):
            w, d = 1 + radius * np.cos(angle), abs(radius * np.sin(angle))
            assert any(cycle.stable and abs(cycle.frequency) < 1e-6 for cycle in cycles(w, d)) == lases


# --- the other questions ----------------------------------------------------------------------------------------------


def driven() -> tuple:
    at = ph.ensemble("at", 4)
    jumps = [ph.Jump(0.4, at.minus), ph.Jump(0.3, at.each.minus, reverse=0.1), ph.Jump(0.2, at.each.z)]
    return at, ph.Model(0.7 * at.x, jumps), ph.states.spin_coherent({at: (0.7, 0.4)})


@pytest.mark.parametrize("scheme", [ph.QuantumJumps(), ph.Homodyne(channel=0)], ids=["jumps", "homodyne"])
def test_trajectories_are_the_master_equation(scheme: object) -> None:
    at, model, start = driven()
    times = [0, 0.5, 2.0]
    watched = {"x": at.x, "z": at.z}
    found = ph.trajectories(model, start, times, observe=watched, scheme=scheme, count=400, seed=3)
    exact = ph.evolve(model, start, times, observe=watched).observed
    for key in watched:
        assert (np.abs(found.mean[key] - exact[key])[1:] < 4 * found.standard_error[key][1:]).all()
        assert found.mean[key][0] == pytest.approx(exact[key][0], abs=1e-9)
    if isinstance(scheme, ph.QuantumJumps):
        assert found.clicks.names == ("0", "1", "1 (reverse)", "2")
        assert found.clicks.counts("2", 400).mean() == pytest.approx(
            0.2 * 4 / 4 * 2.0, abs=0.2
        )  # 4 atoms, |σ_z/2|² = ¼


def test_counting_the_jumps_of_each_atom() -> None:
    at = ph.ensemble("at", 6)
    model = ph.zoo.superradiant_laser("at", atoms=6, pump=3.0)
    pumped = ph.counting(model, {1: 1.0})
    emitted = ph.counting(model, {0: 1.0})
    assert pumped.mean == pytest.approx(3.0 * (3 - ph.steady_state(model).expect(at.z)))
    assert emitted.mean == pytest.approx(pumped.mean)  # what goes in comes out,
    assert emitted.variance == pytest.approx(pumped.variance, rel=1e-6)  # and in the long run with its noise


def test_the_response_to_a_rate_of_each_atom() -> None:
    at = ph.ensemble("at", 4)

    def family(rate: float) -> ph.Model:
        return ph.Model(0.7 * at.x, [ph.Jump(0.4, at.minus), ph.Jump(rate, at.each.minus + 0.3 * at.each.z)])

    slope = ph.response(family, {"rate": 0.3}, "rate").derivative(at.y)
    step = 1e-4
    above, below = (ph.steady_state(family(0.3 + s * step)).expect(at.y) for s in (1, -1))
    assert slope == pytest.approx((above - below) / (2 * step), rel=1e-6)


def test_mistakes_are_told() -> None:
    at, model, start = driven()
    invalid = ph.errors.InvalidInput
    state = ph.steady_state(model)
    with pytest.raises(invalid, match="no single field"):
        ph.trajectories(model, start, [0, 1], scheme=ph.Homodyne(), count=2)
    with pytest.raises(invalid, match="which are not large"):
        ph.mean_field(model, large_spins=True)
    with pytest.raises(invalid, match="Give at most 2"):
        ph.mean_field(model).evolve({at: (3, 0, 0)}, [0, 1])
    with pytest.raises(invalid, match="'at2' is a site"):
        ph.cumulants(model + ph.Model(jumps=[ph.Jump(1.0, ph.spin("at2", 0.5).minus)]))
    moments = ph.cumulants(ph.zoo.superradiant_laser("at", atoms=40, pump=9.0)).steady()
    with pytest.raises(invalid, match="7 atoms at once"):
        moments.expect(ph.ensemble("at", 40).z ** 7)
    with pytest.raises(invalid, match="single atom"):
        moments.expect(ph.ensemble("at", 40).z * ph.spin("at1", 0.5).z)
    with pytest.raises(ph.errors.SiteMismatch):
        moments.expect(at.z)
    with pytest.raises(ph.errors.WrongType, match="outside of a jump"):
        moments.expect(ph.ensemble("at", 40).each.z)
    with pytest.raises(invalid, match="Wigner"):
        ph.truncated_wigner(model, start, [0, 1])
    with pytest.raises(invalid, match="mixtures"):
        ph.dark_states(model)
    with pytest.raises(invalid, match="heat"):
        ph.thermo.entropy_production(model, state)
    with pytest.raises(invalid, match="lengths J"):
        ph.phase.distribution(state, "at")
    with pytest.raises(invalid, match="no peak_height"):
        ph.measures.peak_height(state, "at")
    with pytest.raises(ph.errors.MemoryBudgetExceeded, match="cumulants"):
        ph.steady_state(ph.zoo.superradiant_laser(atoms=100_000, pump=5e4))


def test_no_matrix_with_coherences_between_lengths_is_a_state() -> None:
    qutip = pytest.importorskip("qutip")
    at, model, _ = driven()
    state = ph.steady_state(model)
    again = ph.interop.from_qutip(ph.interop.to_qutip(state), model)
    assert again.expect(at.y) == pytest.approx(state.expect(at.y), abs=1e-14)
    ket = np.zeros(9)
    ket[[0, 5]] = 0.5**0.5  # J = 2 and J = 1
    with pytest.raises(ph.errors.InvalidInput, match="different lengths"):
        ph.interop.from_qutip(qutip.Qobj(ket), model)
    with pytest.raises(ph.errors.SiteMismatch):
        ph.interop.from_qutip(qutip.rand_dm([2] * 4), model)
