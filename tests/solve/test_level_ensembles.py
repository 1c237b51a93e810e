"""Ensembles of atoms of d levels in every theory: a laser of three levels, cumulants, trajectories, spectra."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

import photinus as ph
from photinus.algebra import Operator
from photinus.numerics import memory
from photinus.solve.representatives import sums_of
from photinus.space import liouvillian


def laser(atoms: int, pump: float, *, line: float = 1.0, empty: float = 0.3) -> tuple:
    """Pumped one by one from 0 to 2, emitting together from 2 to 1, emptied one by one from 1 to 0."""
    at = ph.ensemble("at", atoms, levels=3)
    jumps = [
        ph.Jump(pump * atoms, at.each(2, 0), name="pump"),
        ph.Jump(line, at(1, 2), name="line"),
        ph.Jump(empty * atoms, at.each(0, 1), name="empty"),
    ]
    return at, ph.Model(0.2 * at(1, 1), jumps)


def driven(atoms: int) -> tuple:
    """A Λ scheme without any symmetry but that of the permutations."""
    at = ph.ensemble("at", atoms, levels=3)
    jumps = [
        ph.Jump(0.3, at(0, 2)),
        ph.Jump(0.4, at.each(1, 2), reverse=0.1),
        ph.Jump(0.2, at.each(2, 2) + 0.3 * at.each(0, 1)),
    ]
    drive = 0.5 * (at(0, 2) + at(2, 0)) + 0.3j * (at(1, 2) - at(2, 1)) + 0.2 * at(1, 1)
    return at, ph.Model(drive, jumps), ph.states.identical({at: [1, 0.5j, -0.3]})


@pytest.mark.parametrize("atoms", [10, 14])
def test_a_laser_of_three_levels_against_its_cumulants(atoms: int) -> None:
    """To a few per cent where the atoms emit together; what is pumped is emitted."""
    at, model = laser(atoms, 0.3)
    light = at(2, 1) * at(1, 2)
    state = ph.steady_state(model)
    assert state.certificate.ok
    exact = state.expect(light)
    for order, tolerance in ((2, 0.02), (3, 0.02)):
        resting = ph.cumulants(model, order).steady()
        assert resting.ok
        assert resting.expect(light) == pytest.approx(exact, rel=tolerance)
        for k in range(3):
            assert resting.expect(at(k, k)) == pytest.approx(state.expect(at(k, k)), rel=tolerance)
    assert 0.3 * atoms * state.expect(at(0, 0)) == pytest.approx(exact, rel=1e-9)
    assert 0.3 * atoms * state.expect(at(1, 1)) == pytest.approx(exact, rel=1e-9)


def test_the_light_is_brighter_than_that_of_single_atoms() -> None:
    """The atoms emit together: more than N₂ photons in the time of one."""
    at, model = laser(14, 0.3)
    state = ph.steady_state(model)
    together = state.expect(at(2, 1) * at(1, 2)) / state.expect(at(2, 2))
    assert together > 2
    assert state.expect(at(2, 2) - at(1, 1)) > 0


def test_every_method_finds_the_same_state() -> None:
    at, model = laser(6, 0.2)
    light = at(2, 1) * at(1, 2)
    found = [ph.steady_state(model, method=m) for m in (ph.Dense(), ph.Direct(), ph.methods.Incomplete())]
    for state in found:
        assert state.certificate.ok
        assert state.expect(light) == pytest.approx(found[0].expect(light), rel=1e-10)
    explained = ph.Auto().explain(laser(14, 0.2)[1], ph.Converged(1e-6))
    assert explained.startswith("Incomplete")
    with pytest.raises(ph.errors.NotConverged, match="incomplete LU"):
        ph.steady_state(model, method=ph.methods.Incomplete(maximum=2, drop=0.9))


def test_rates_of_any_unit() -> None:
    """All rates times 10^±9: the same state."""
    shares = []
    for unit in (1e-9, 1.0, 1e9):
        _, model = laser(12, 0.2)
        scaled = ph.Model(unit * model.hamiltonian, [ph.Jump(unit * j.rate, j.operator) for j in model.jumps])
        shares.append(ph.steady_state(scaled).populations("at"))
    np.testing.assert_allclose(shares[0], shares[1], atol=1e-11)
    np.testing.assert_allclose(shares[2], shares[1], atol=1e-11)


def test_spectrum_and_counts_of_the_laser() -> None:
    at, model = laser(5, 0.2)
    state = ph.steady_state(model)
    times = np.linspace(0, 1.0, 4)
    kept = ph.correlation(model, at(2, 1), at(1, 2), times)
    assert kept.values[0] == pytest.approx(state.expect(at(2, 1) * at(1, 2)))
    slowest = ph.eigenmodes(model, order={"at": (0, 1, -1)}, count=1).eigenvalues[0]
    assert slowest.imag == pytest.approx(-0.2)  # |1⟩⟨2| turns with the energy of 1
    same = ph.eigenmodes(model, order={at: (0, -1, 1)}, count=1).eigenvalues[0]
    assert same == pytest.approx(slowest.conjugate())
    counted = [ph.counting(model, {name: 1}) for name in ("pump", "line", "empty")]
    assert [c.mean for c in counted] == pytest.approx([kept.values[0].real] * 3)
    assert [c.variance for c in counted] == pytest.approx([counted[0].variance] * 3, rel=1e-6)
    with pytest.raises(ph.errors.InvalidInput, match="one for each level"):
        ph.eigenmodes(model, order={"at": 1})


def test_the_response_to_a_pump() -> None:
    at, _ = laser(5, 0.2)
    slope = ph.response(lambda pump: laser(5, pump)[1], {"pump": 0.2}, "pump").derivative(at(2, 2))
    above, below = (ph.steady_state(laser(5, 0.2 + x)[1]).expect(at(2, 2)) for x in (1e-4, -1e-4))
    assert slope == pytest.approx((above - below) / 2e-4, rel=1e-6)


def test_trajectories_are_the_master_equation() -> None:
    at, model, start = driven(3)
    times, watched = [0, 0.5, 2.0], {"01": at(0, 0) - at(1, 1), "2": at(2, 2)}
    found = ph.trajectories(model, start, times, observe=watched, count=300, seed=3)
    exact = ph.evolve(model, start, times, observe=watched).observed
    for key in watched:
        assert found.mean[key][0] == pytest.approx(exact[key][0], abs=1e-9)
        assert (np.abs(found.mean[key] - exact[key])[1:] < 4 * found.standard_error[key][1:]).all()


# --- cumulants --------------------------------------------------------------------------------------------------------


def test_collective_words_are_sums_over_atoms() -> None:
    """Against matrices on all 3^N states."""
    atoms = 3
    at = ph.ensemble("at", atoms, levels=3)
    operator = at(0, 1) * at(1, 2) * at(2, 2) + 0.5 * at(1, 2) * at(2, 0) - at(1, 1) ** 2

    def on(k: int, m: int, n: int) -> np.ndarray:
        unit = np.zeros((3, 3))
        unit[m, n] = 1
        return reduce(np.kron, [unit if i == k else np.eye(3) for i in range(atoms)])

    def whole(m: int, n: int) -> np.ndarray:
        return sum(on(k, m, n) for k in range(atoms))

    expected = whole(0, 1) @ whole(1, 2) @ whole(2, 2) + 0.5 * whole(1, 2) @ whole(2, 0) - whole(1, 1) @ whole(1, 1)
    found = np.zeros((27, 27), dtype=complex)
    for word, c in operator.terms.items():
        rows = sums_of(at.site, word[0][1]).items() if word else [((), 1.0)]
        for key, x in rows:
            for places in np.ndindex(*(atoms,) * len(key)):
                if len(set(places)) == len(places):
                    one = (on(k, *local) for k, local in zip(places, key, strict=True))
                    found = found + c * x * reduce(np.matmul, one, np.eye(27))
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_cumulants_of_all_atoms_are_exact() -> None:
    at, model, start = driven(3)
    times = np.linspace(0, 2, 4)
    watched = {"0": at(0, 0), "01": at(0, 1), "pair": at(2, 0) * at(0, 2), "triple": at(2, 0) * at(1, 1) * at(0, 2)}
    exact = ph.evolve(model, start, times, observe=watched).observed
    moments = ph.cumulants(model, 3, phase_invariant=False)
    one = ph.states.superposition([(x, {ph.qudit("at", 3): k}) for k, x in enumerate([1, 0.5j, -0.3])])
    for found in (moments.evolve(start, times), moments.evolve(one, times)):
        for key, operator in watched.items():
            np.testing.assert_allclose(found.expect(operator), exact[key], atol=1e-7)


@pytest.mark.parametrize("order", [1, 2])
def test_cumulants_are_those_of_as_many_qudits(order: int) -> None:
    atoms, times = 4, [0, 0.4, 1.0]
    at, model, _ = driven(atoms)
    row = [ph.qudit(f"q{k}", 3) for k in range(atoms)]

    def total(m: int, n: int) -> Operator:
        return reduce(lambda x, y: x + y, (q(m, n) for q in row))

    jumps = [ph.Jump(0.3, total(0, 2))]
    for q in row:
        jumps += [ph.Jump(0.4, q(1, 2), reverse=0.1), ph.Jump(0.2, q(2, 2) + 0.3 * q(0, 1))]
    drive = 0.5 * (total(0, 2) + total(2, 0)) + 0.3j * (total(1, 2) - total(2, 1)) + 0.2 * total(1, 1)
    amplitudes = [1, 0.5j, -0.3]
    each = [ph.states.superposition([(x, {q: k}) for k, x in enumerate(amplitudes)]) for q in row]
    expected = ph.cumulants(ph.Model(drive, jumps), order, phase_invariant=False).evolve(each, times)
    start = ph.states.identical({at: amplitudes})
    found = ph.cumulants(model, order, phase_invariant=False).evolve(start, times)
    assert len(found.values) == len(expected.values)
    for m, n in ((0, 0), (0, 1), (2, 1)):
        np.testing.assert_allclose(found.expect(at(m, n)), expected.expect(total(m, n)), rtol=1e-7)


def test_any_number_of_atoms() -> None:
    """The light of order 2 over N² settles, up to a hundred thousand atoms."""
    shares = []
    for atoms in (100, 1000, 100_000):
        at, model = laser(atoms, 0.3)
        resting = ph.cumulants(model).steady()
        assert resting.ok
        shares.append(resting.expect(at(2, 1) * at(1, 2)) / atoms**2)
    assert shares[1] == pytest.approx(shares[2], rel=2e-3)


def test_too_many_coherences_are_refused_before_their_elements_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("elements are made")

    monkeypatch.setattr(liouvillian, "generator_on", never)
    monkeypatch.setattr(memory, "available_memory", lambda: 1e9)
    _, model = laser(40, 0.3)
    for ask in (ph.steady_state, ph.eigenmodes, ph.stationary_manifold):
        with pytest.raises(ph.errors.MemoryBudgetExceeded, match="coherences"):
            ask(model)


def test_what_is_refused() -> None:
    at, model, start = driven(3)
    invalid = ph.errors.InvalidInput
    with pytest.raises(invalid, match="order=1"):
        ph.mean_field(model)
    with pytest.raises(invalid, match="Wigner"):
        ph.truncated_wigner(model, start, [0, 1])
    with pytest.raises(invalid, match="heat"):
        ph.thermo.entropy_production(model, ph.steady_state(model))
    with pytest.raises(invalid, match="no single phase"):
        ph.phase.distribution(start, "at")
    with pytest.raises(invalid, match="no phase that could be turned"):
        ph.states.rotated(start, {at: 0.3})
    with pytest.raises(invalid, match="no single field"):
        ph.trajectories(model, start, [0, 1], scheme=ph.Homodyne(channel=1), count=2)
    with pytest.raises(invalid, match="'at2' is a site"):
        ph.cumulants(model + ph.Model(jumps=[ph.Jump(1.0, ph.qudit("at2", 3)(0, 1))]))
