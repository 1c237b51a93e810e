"""Ensembles: the algebra of collective operators, and the permutation-symmetric space against all 2^N states."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

import photinus as ph
from photinus.algebra import Operator, as_operator
from photinus.space.liouvillian import generator

PLUS = np.array([[0, 1], [0, 0]], dtype=complex)
ATOM = {"plus": PLUS, "minus": PLUS.T, "z": np.diag([0.5, -0.5]).astype(complex)}
ATOM |= {"x": (PLUS + PLUS.T) / 2, "y": (PLUS - PLUS.T) / 2j}
Combination = dict[str, complex]


def on_atom(matrix: np.ndarray, k: int, atoms: int) -> np.ndarray:
    """The matrix on the atom k of all 2^N states."""
    return reduce(np.kron, [matrix if i == k else np.eye(2) for i in range(atoms)])


def one_atom(parts: Combination) -> np.ndarray:
    return sum((c * ATOM[name] for name, c in parts.items()), np.zeros((2, 2), dtype=complex))


def collective(parts: Combination, atoms: int) -> np.ndarray:
    return sum(on_atom(one_atom(parts), k, atoms) for k in range(atoms))


def dissipator(jump: np.ndarray) -> np.ndarray:
    one, decay = np.eye(len(jump)), jump.conj().T @ jump
    return np.kron(jump, jump.conj()) - 0.5 * np.kron(decay, one) - 0.5 * np.kron(one, decay.T)


class Atoms:
    """One model twice: in photinus, and as a matrix on all 2^N × 2^N elements of ρ."""

    def __init__(self, atoms: int, hamiltonian: Combination, shared: list, each: list):
        at = ph.ensemble("at", atoms)
        jumps = [ph.Jump(rate, of(at, parts)) for rate, parts in shared]
        jumps += [ph.Jump(rate, of(at.each, parts)) for rate, parts in each]
        self.at, self.model = at, ph.Model(of(at, hamiltonian), jumps)
        h, one = collective(hamiltonian, atoms), np.eye(2**atoms)
        self.full = -1j * (np.kron(h, one) - np.kron(one, h.T))
        for rate, parts in shared:
            self.full = self.full + rate * dissipator(collective(parts, atoms))
        for rate, parts in each:
            for k in range(atoms):
                self.full = self.full + rate * dissipator(on_atom(one_atom(parts), k, atoms))

    @property
    def steady(self) -> np.ndarray:
        """The stationary density matrix of all 2^N states."""
        d = round(len(self.full) ** 0.5)
        bordered, target = self.full.copy(), np.zeros(d * d, dtype=complex)
        bordered[0], target[0] = np.eye(d).ravel(), 1.0
        return np.linalg.solve(bordered, target).reshape(d, d)


def of(handle: object, parts: Combination) -> Operator:
    return sum((c * getattr(handle, name) for name, c in parts.items()), as_operator(0))


PROCESSES = {
    "superradiant laser": ({}, [(1.0, {"minus": 1})], [(0.8, {"plus": 1})]),
    "driven, decay and dephasing": ({"x": 1.0}, [(0.5, {"minus": 1})], [(0.5, {"minus": 1}), (0.3, {"z": 1})]),
    "transverse noise": ({"z": 0.3}, [(0.2, {"plus": 1})], [(0.4, {"x": 1}), (0.3, {"y": 1}), (0.1, {"minus": 1})]),
    "mixed jumps": (
        {"x": 0.7, "z": 0.3},
        [(0.4, {"minus": 1}), (0.2, {"x": 1, "z": 0.5j})],
        [(0.3, {"plus": 1}), (0.35, {"x": 1.0, "z": 0.4, "minus": 0.3j})],
    ),
    "collective dephasing": ({"x": 0.6}, [(0.7, {"z": 1})], [(0.4, {"minus": 1}), (0.1, {"plus": 1})]),
}
ALONE = {
    "nothing but collective dephasing": ({"z": 0.3}, [(0.7, {"z": 1})], []),
    "nothing but local dephasing": ({"z": 0.3}, [], [(0.7, {"z": 1})]),
    "collective dephasing and a drive": ({"x": 0.3}, [(0.7, {"z": 1})], []),
}
"""Steady states are many here, spectra are not."""


@pytest.mark.parametrize("atoms", [2, 3, 4, 5])
@pytest.mark.parametrize("name", PROCESSES)
def test_the_steady_state_is_that_of_all_states(name: str, atoms: int) -> None:
    case = Atoms(atoms, *PROCESSES[name])
    rho, state, at = case.steady, ph.steady_state(case.model), case.at
    for part in ("x", "y", "z", "plus"):
        expected = np.trace(collective({part: 1}, atoms) @ rho)
        assert state.expect(getattr(at, part)) == pytest.approx(expected, abs=1e-12)
    raised, lowered = collective({"plus": 1}, atoms), collective({"minus": 1}, atoms)
    assert state.expect(at.plus * at.minus) == pytest.approx(np.trace(raised @ lowered @ rho).real, abs=1e-12)
    spectrum = np.linalg.eigvalsh((rho + rho.conj().T) / 2)
    assert state.purity() == pytest.approx((spectrum**2).sum(), abs=1e-12)
    assert state.entropy() == pytest.approx(-(spectrum * np.log(spectrum)).sum(), abs=1e-10)
    assert state.certificate.ok


def symmetric_spectrum(case: Atoms, atoms: int) -> np.ndarray:
    """Eigenvalues of 𝓛 on the operators of all 2^N states that no permutation of the atoms changes.

    Of a matrix element |b⟩⟨c| permutations leave how many atoms are in each of the four pairs of bits (b_k, c_k).
    """
    d = 2**atoms
    bits = (np.arange(d)[:, None] >> np.arange(atoms)) & 1
    pairs = np.sort(2 * bits[:, None] + bits[None], axis=-1).reshape(d * d, atoms)
    orbits = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
    basis = np.equal.outer(orbits, np.arange(orbits.max() + 1)).astype(float)
    basis /= np.linalg.norm(basis, axis=0)
    return np.linalg.eigvals(basis.T @ case.full @ basis)


@pytest.mark.parametrize("atoms", [2, 3, 4, 5])
@pytest.mark.parametrize("name", {**PROCESSES, **ALONE})
def test_the_spectrum_is_the_true_one(name: str, atoms: int) -> None:
    case = Atoms(atoms, *{**PROCESSES, **ALONE}[name])
    expected = symmetric_spectrum(case, atoms)
    made = generator(case.model, {})
    found = np.concatenate(
        [np.linalg.eigvals(made.liouvillian(made.grading.sector(o)).matrix.toarray()) for o in made.grading.orders()]
    )
    assert len(found) == len(expected) == (atoms + 1) * (atoms + 2) * (atoms + 3) // 6
    for value in expected:
        place = np.argmin(np.abs(found - value))
        assert abs(found[place] - value) < 1e-8
        found = np.delete(found, place)


def test_there_are_no_undamped_modes_that_are_not_there() -> None:
    """N = 4, J_x drive, local and collective emission, dephasing (PIQS against it: tests/agreement)."""
    case = Atoms(4, {"x": 1.0}, [(1.0, {"minus": 1})], [(1.0, {"minus": 1}), (1.0, {"z": 1})])
    made = generator(case.model, {})
    values = np.concatenate(
        [np.linalg.eigvals(made.liouvillian(made.grading.sector(o)).matrix.toarray()) for o in made.grading.orders()]
    )
    full = np.linalg.eigvals(case.full)
    assert (np.abs(values.real) < 1e-9).sum() == (np.abs(full.real) < 1e-9).sum() == 1


@pytest.mark.parametrize("atoms", [2, 3, 6, 11])
def test_the_algebra_is_that_of_angular_momenta(atoms: int) -> None:
    at = ph.ensemble("at", atoms)
    assert ph.commutator(at.plus, at.minus) == 2 * at.z
    assert ph.commutator(at.z, at.plus) == at.plus
    assert ph.commutator(at.x, at.y).isclose(1j * at.z)
    square = at.x**2 + at.y**2 + at.z**2
    assert ph.commutator(square, at.plus) == 0
    assert at.plus ** (atoms + 1) == 0
    space = ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, at.each.minus)])).space
    left, right = at.plus**2 * at.z + 0.3 * at.minus, at.minus * at.z**2 + at.plus
    product = space.matrix(left) @ space.matrix(right)
    np.testing.assert_allclose(space.matrix(left * right), product, atol=1e-9 * np.abs(product).max())
    assert (left * right).dag() == right.dag() * left.dag()


def test_the_levels_count_all_states() -> None:
    for atoms in (2, 3, 10, 51):
        site = ph.ensemble("at", atoms).site
        assert np.exp(site.multiplicity()).sum() == pytest.approx(2.0**atoms, rel=1e-9)
        j, m = site.quantum_numbers()
        assert len(j) == site.levels(None)
        assert (site.place(j, m) == np.arange(len(j))).all()


def test_independent_atoms_are_binomial() -> None:
    """Pumped at the rate w and damped at the rate g one by one: each is up with probability w/(w + g)."""
    atoms, w, g = 40, 0.7, 0.4
    at = ph.ensemble("at", atoms)
    state = ph.steady_state(ph.Model(jumps=[ph.Jump(w, at.each.plus, reverse=g)]))
    up = w / (w + g)
    assert state.expect(at.z) == pytest.approx(atoms * (up - 0.5), rel=1e-12)
    variance = state.expect(at.z * at.z) - state.expect(at.z) ** 2
    assert variance == pytest.approx(atoms * up * (1 - up), rel=1e-9)
    assert state.entropy() == pytest.approx(-atoms * (up * np.log(up) + (1 - up) * np.log(1 - up)), rel=1e-9)
    assert state.purity() == pytest.approx((up**2 + (1 - up) ** 2) ** atoms, rel=1e-9)


def test_atoms_in_a_cavity_equal_all_states() -> None:
    """Three atoms in a damped mode, pumped one by one; a jump of each atom times an operator of the mode too."""
    atoms, levels = 3, 4
    at, a = ph.ensemble("at", atoms), ph.oscillator("a")
    exchange = 0.6 * (a * at.plus + a.dag() * at.minus)
    jumps = [ph.Jump(0.9, a), ph.Jump(0.4, at.each.plus), ph.Jump(0.2, at.each.minus * a.dag())]
    state = ph.steady_state(ph.Model(exchange, jumps), cutoff=ph.Fixed(levels))
    mode = np.diag(np.sqrt(np.arange(1, levels)), 1)
    one = np.eye(2**atoms)

    def both(atom: np.ndarray, light: np.ndarray) -> np.ndarray:
        return np.kron(light, atom)

    h = 0.6 * both(collective({"plus": 1}, atoms), mode)
    h = h + h.conj().T
    d = len(h)
    full = -1j * (np.kron(h, np.eye(d)) - np.kron(np.eye(d), h.T)) + 0.9 * dissipator(both(one, mode))
    for k in range(atoms):
        full = full + 0.4 * dissipator(both(on_atom(ATOM["plus"], k, atoms), np.eye(levels)))
        full = full + 0.2 * dissipator(both(on_atom(ATOM["minus"], k, atoms), mode.T))
    full[0] = np.eye(d).ravel()
    target = np.zeros(d * d, dtype=complex)
    target[0] = 1.0
    rho = np.linalg.solve(full, target).reshape(d, d)
    number = both(one, mode.T @ mode)
    assert state.expect(a.dag() * a) == pytest.approx(np.trace(number @ rho).real, abs=1e-11)
    assert state.expect(at.z) == pytest.approx(np.trace(both(collective({"z": 1}, atoms), np.eye(levels)) @ rho).real)
    assert state.reduced("a").populations("a").sum() == pytest.approx(1)


def test_states_of_an_ensemble() -> None:
    at = ph.ensemble("at", 6)
    up = ph.states.level({at: 3})
    assert (up.expect(at.z), up.purity()) == (3.0, 1.0)
    mixed = ph.states.level({at: (2, -1)})  # five ways to make J = 2 of six atoms
    assert mixed.purity() == pytest.approx(1 / 5)
    assert mixed.entropy() == pytest.approx(np.log(5))
    tilted = ph.states.spin_coherent({at: (0.7, 0.4)})
    assert tilted.expect(at.plus) == pytest.approx(3 * np.sin(0.7) * np.exp(0.4j))
    assert tilted.purity() == pytest.approx(1)


def test_mistakes_are_told() -> None:
    at, other, s = ph.ensemble("at", 4), ph.ensemble("b", 4), ph.spin("s", 0.5)
    for count in (0, 1):
        with pytest.raises(ph.errors.InvalidInput, match=f"has {count} atom"):
            ph.ensemble("at", count)
    with pytest.raises(ph.errors.InvalidInput):
        ph.ensemble("at", 2.5)
    with pytest.raises(ph.errors.WrongType, match="Hamiltonian"):
        ph.Model(at.each.x)
    for wrong in (at.each.minus + at.minus, at.each.minus + other.each.minus, at.each.z + 1):
        with pytest.raises(ph.errors.WrongType, match="some of its terms"):
            ph.Jump(1.0, wrong)
    with pytest.raises(ph.errors.WrongType, match="multiplied"):
        _ = at.each.minus * at.z
    with pytest.raises(ph.errors.WrongType, match="no ensemble"):
        _ = s.each
    state = ph.states.level({at: 2})
    with pytest.raises(ph.errors.WrongType, match="outside of a jump"):
        state.expect(at.each.z)
    with pytest.raises(ph.errors.InvalidInput, match="no level"):
        ph.states.level({at: (1.5, 0.5)})
    with pytest.raises(ph.errors.InvalidInput, match="different length"):
        ph.states.superposition([(1, {at: 2}), (1, {at: (1, 1)})])
    with pytest.raises(ph.errors.DegenerateSteadyState, match="J_at"):
        ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, at.minus)]))  # J never changes: a state for each
    with pytest.raises(ph.errors.SiteMismatch):
        at.z + ph.spin("at", 2).z
