"""Ensembles of atoms of d levels: the algebra of E_kl, and the permutation-symmetric space against all d^N states."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations_with_replacement, permutations
from math import comb

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.linalg import expm

import photinus as ph
from photinus.algebra import Operator, as_operator
from photinus.space.liouvillian import generator
from photinus.space.space import Bands, Space

Parts = dict[tuple[int, int], complex]
Process = tuple[Parts, list[tuple[float, Parts]], list[tuple[float, Parts]]]


def on_atom(parts: Parts, k: int, atoms: int, levels: int) -> sp.csr_array:
    """Σ c |m⟩⟨n| on the atom k of all d^N states."""
    matrix = np.zeros((levels, levels), dtype=complex)
    for place, c in parts.items():
        matrix[place] = c
    left, right = sp.eye_array(levels**k), sp.eye_array(levels ** (atoms - k - 1))
    return sp.csr_array(sp.kron(sp.kron(left, matrix), right))


def collective(parts: Parts, atoms: int, levels: int) -> sp.csr_array:
    size = levels**atoms
    return sum((on_atom(parts, k, atoms, levels) for k in range(atoms)), sp.csr_array((size, size), dtype=complex))


def dissipator(jump: sp.csr_array) -> sp.csr_array:
    one, decay = sp.eye_array(jump.shape[0]), jump.conj().T @ jump
    return sp.csr_array(sp.kron(jump, jump.conj()) - 0.5 * sp.kron(decay, one) - 0.5 * sp.kron(one, decay.T))


def of(call: object, parts: Parts) -> Operator:
    return sum((c * call(m, n) for (m, n), c in parts.items()), as_operator(0))


class Atoms:
    """One model twice: in photinus, and on the operators of all d^N states that no permutation changes."""

    def __init__(self, atoms: int, levels: int, process: Process):
        self.atoms, self.levels = atoms, levels
        self.at = ph.ensemble("at", atoms, levels=levels)
        self.hamiltonian, self.shared, self.each = process
        jumps = [ph.Jump(rate, of(self.at, parts)) for rate, parts in self.shared]
        jumps += [ph.Jump(rate, of(self.at.each, parts)) for rate, parts in self.each]
        self.model = ph.Model(of(self.at, self.hamiltonian), jumps)

    @cached_property
    def basis(self) -> sp.csc_array:
        """Orthonormal: for each multiset of N operators |m⟩⟨n| the sum over the orders, as columns of d^2N elements."""
        d, n = self.levels, self.atoms
        columns = []
        for letters in combinations_with_replacement(range(d * d), n):
            places = set()
            for order in set(permutations(letters)):
                row = np.ravel_multi_index([x // d for x in order], (d,) * n)
                column = np.ravel_multi_index([x % d for x in order], (d,) * n)
                places.add(row * d**n + column)
            columns.append(np.array(sorted(places)))
        pointer = np.cumsum([0, *map(len, columns)])
        values = np.concatenate([np.full(len(c), len(c) ** -0.5) for c in columns])
        return sp.csc_array((values, np.concatenate(columns), pointer), shape=(d ** (2 * n), len(columns)))

    @cached_property
    def matrix(self) -> np.ndarray:
        d, n = self.levels, self.atoms
        h, one = collective(self.hamiltonian, n, d), sp.eye_array(d**n)
        full = -1j * (sp.kron(h, one) - sp.kron(one, h.T))
        full = full + sum(rate * dissipator(collective(parts, n, d)) for rate, parts in self.shared)
        full = full + sum(rate * dissipator(on_atom(p, k, n, d)) for rate, p in self.each for k in range(n))
        return (self.basis.T @ (sp.csr_array(full) @ self.basis)).toarray()

    @cached_property
    def steady(self) -> np.ndarray:
        d = self.levels**self.atoms
        trace = self.basis.T @ np.eye(d).ravel()
        bordered = np.vstack([self.matrix, trace])
        target = np.zeros(len(bordered), dtype=complex)
        target[-1] = 1.0
        return (self.basis @ np.linalg.lstsq(bordered, target, rcond=None)[0]).reshape(d, d)

    def spectrum(self) -> np.ndarray:
        """Of all sectors of the symmetric space."""
        made = generator(self.model, {})
        sectors = [made.grading.sector(order) for order in made.grading.orders()]
        return np.concatenate([np.linalg.eigvals(made.liouvillian(s).matrix.toarray()) for s in sectors])


def dense(space: Space, bands: Bands) -> np.ndarray:
    out = np.zeros((space.dimension,) * 2, dtype=complex)
    for shift, x in bands.items():
        target = space.shifted(shift)
        inside = np.flatnonzero(target >= 0)
        out[target[inside], inside] += x[inside]
    return out


def require_equal(found: np.ndarray, expected: np.ndarray, tolerance: float = 1e-7) -> None:
    """Equal as sets, each with its multiplicity."""
    assert len(found) == len(expected)
    for value in expected:
        place = np.argmin(np.abs(found - value))
        assert abs(found[place] - value) < tolerance
        found = np.delete(found, place)


THREE: dict[str, Process] = {
    "collective emission of a ladder": (
        {},
        [(1.0, {(1, 0): 1}), (0.6, {(2, 1): 1})],
        [(0.7, {(0, 2): 1})],
    ),
    "pumped and damped one by one": (
        {(0, 0): 0.3},
        [],
        [(0.8, {(2, 0): 1}), (0.5, {(0, 1): 1}), (0.9, {(1, 2): 1}), (0.2, {(0, 2): 1})],
    ),
    "dephasing": (
        {(0, 1): 0.4, (1, 0): 0.4, (2, 2): 0.7},
        [(0.3, {(1, 2): 1})],
        [(0.5, {(0, 0): 1}), (0.2, {(0, 0): 1, (2, 2): -1}), (0.4, {(2, 0): 1})],
    ),
    "raman lambda": (  # 0 and 1 below 2: two drives, decay into both
        {(0, 2): 0.5, (2, 0): 0.5, (1, 2): 0.3j, (2, 1): -0.3j, (1, 1): 0.2},
        [(0.7, {(0, 2): 1})],
        [(0.4, {(1, 2): 1}), (0.1, {(1, 1): 1})],
    ),
    "v scheme with interfering decay": (  # 1 and 2 above 0
        {(1, 1): 0.3, (0, 1): 0.2, (1, 0): 0.2},
        [(0.5, {(0, 1): 1, (0, 2): 0.8})],
        [(0.3, {(0, 1): 1, (0, 2): 0.6j}), (0.6, {(1, 0): 1}), (0.25, {(2, 0): 1, (1, 1): 0.4})],
    ),
}
FOUR: dict[str, Process] = {
    "a pump, two lines and three drives": (
        {(0, 3): 0.3, (3, 0): 0.3, (1, 3): 0.2, (3, 1): 0.2, (2, 3): 0.25j, (3, 2): -0.25j},
        [(0.8, {(1, 2): 1})],
        [(0.7, {(3, 0): 1}), (0.3, {(2, 2): 1, (0, 0): -1})],
    ),
}
CASES = [(n, 3, name) for n in (2, 3, 4) for name in THREE] + [(n, 4, name) for n in (2, 3) for name in FOUR]


@pytest.mark.parametrize(("atoms", "levels", "name"), CASES)
def test_steady_state_and_spectrum_are_those_of_all_states(atoms: int, levels: int, name: str) -> None:
    case = Atoms(atoms, levels, (THREE | FOUR)[name])
    expected, found = np.linalg.eigvals(case.matrix), case.spectrum()
    assert len(found) == comb(atoms + levels**2 - 1, atoms)
    require_equal(found, expected)
    assert (np.abs(found.real) < 1e-9).sum() == 1  # no undamped mode but the steady state
    rho, state, at = case.steady, ph.steady_state(case.model), case.at
    assert state.certificate.ok
    for m in range(levels):
        for n in range(levels):
            mean = collective({(m, n): 1}, atoms, levels)
            assert state.expect(at(m, n)) == pytest.approx((mean @ rho).trace(), abs=1e-10)
            pair = at(m, n) * at(n, m)
            assert state.expect(pair) == pytest.approx((mean @ mean.conj().T @ rho).trace().real, abs=1e-10)
    weights = np.linalg.eigvalsh((rho + rho.conj().T) / 2)
    weights = weights[weights > 1e-14]
    assert state.purity() == pytest.approx((weights**2).sum(), abs=1e-10)
    assert state.entropy() == pytest.approx(-(weights * np.log(weights)).sum(), abs=1e-8)


@pytest.mark.parametrize(
    ("atoms", "levels", "name"), [(3, 3, name) for name in THREE] + [(2, 4, name) for name in FOUR]
)
def test_the_matrix_from_elements_is_that_of_the_diagonals(atoms: int, levels: int, name: str) -> None:
    """Two routes to one sector: element by element, and shift by shift as for every other site."""
    made = generator(Atoms(atoms, levels, (THREE | FOUR)[name]).model, {})
    whole = made.space.compose
    decay = sum(
        (-0.5 * rate * dense(made.space, whole(made.space.adjoint(bands), bands)) for rate, bands in made.jumps),
        np.zeros((made.space.dimension,) * 2),
    )
    k = dense(made.space, made.no_jump)
    np.testing.assert_allclose((k + k.conj().T) / 2, (decay + decay.conj().T) / 2, atol=1e-12)
    for order in made.grading.orders()[:5]:
        liouvillian = made.liouvillian(made.grading.sector(order))
        expected = liouvillian.sparse(liouvillian.diagonals).toarray()
        np.testing.assert_allclose(liouvillian.matrix.toarray(), expected, atol=1e-12)


@pytest.mark.parametrize("name", ["superradiant", "driven", "mixed"])
@pytest.mark.parametrize("atoms", [2, 3, 5])
def test_two_levels_are_the_spins_one_half(name: str, atoms: int) -> None:
    """The closed form of Chase and Geremia (2008) and the general one: populations, moments and spectra."""
    one, two = ph.ensemble("at", atoms), ph.ensemble("at", atoms, levels=2)
    plus, minus, z = two(0, 1), two(1, 0), (two(0, 0) - two(1, 1)) / 2
    up, down, flip = two.each(0, 1), two.each(1, 0), (two.each(0, 0) - two.each(1, 1)) / 2
    mine, theirs = {
        "superradiant": (
            ph.Model(0.3 * z, [ph.Jump(1.0, minus), ph.Jump(0.8, up)]),
            ph.Model(0.3 * one.z, [ph.Jump(1.0, one.minus), ph.Jump(0.8, one.each.plus)]),
        ),
        "driven": (
            ph.Model(plus + minus, [ph.Jump(0.5, minus), ph.Jump(0.5, down, reverse=0.2), ph.Jump(0.3, flip)]),
            ph.Model(
                one.plus + one.minus,
                [ph.Jump(0.5, one.minus), ph.Jump(0.5, one.each.minus, reverse=0.2), ph.Jump(0.3, one.each.z)],
            ),
        ),
        "mixed": (
            ph.Model(0.7 * (plus + minus), [ph.Jump(0.4, minus), ph.Jump(0.35, down + 0.4 * flip + 0.3j * up)]),
            ph.Model(
                0.7 * (one.plus + one.minus),
                [ph.Jump(0.4, one.minus), ph.Jump(0.35, one.each.minus + 0.4 * one.each.z + 0.3j * one.each.plus)],
            ),
        ),
    }[name]
    left, right = ph.steady_state(mine), ph.steady_state(theirs)
    np.testing.assert_allclose(left.populations("at"), right.populations("at"), atol=1e-12)
    assert left.expect(plus * minus) == pytest.approx(right.expect(one.plus * one.minus), abs=1e-11)
    assert left.expect(plus) == pytest.approx(right.expect(one.plus), abs=1e-11)
    spectra = []
    for model in (mine, theirs):
        made = generator(model, {})
        sectors = [made.grading.sector(order) for order in made.grading.orders()]
        spectra.append(np.concatenate([np.linalg.eigvals(made.liouvillian(s).matrix.toarray()) for s in sectors]))
    require_equal(*spectra, tolerance=1e-6)  # the eigenvalue of a defective block moves by the root of rounding


@pytest.mark.parametrize(("atoms", "levels"), [(2, 3), (4, 3), (3, 4), (2, 5)])
def test_the_algebra_is_that_of_the_unitary_group(atoms: int, levels: int) -> None:
    at = ph.ensemble("at", atoms, levels=levels)
    each = range(levels)
    assert sum((at(k, k) for k in each), as_operator(0)) == atoms
    for i, j, k in [(0, 1, 2), (2, 0, 1), (1, levels - 1, 0), (levels - 1, 0, 1)]:
        assert ph.commutator(at(i, j), at(j, k)) == (at(i, k) if i != k else at(i, i) - at(j, j))
        assert at(i, j).dag() == at(j, i)
    assert ph.commutator(at(0, 1), at(1, 0)) == at(0, 0) - at(1, 1)
    assert at(0, 2) ** (atoms + 1) == 0
    space = ph.states.identical({at: np.ones(levels)}).space
    left = at(0, 1) * at(1, 2) + 0.3 * at(2, 0) + 1
    right = at(2, 1) * at(0, 0) - 0.2j * at(1, levels - 1) ** 2
    product = space.matrix(left) @ space.matrix(right)
    np.testing.assert_allclose(space.matrix(left * right), product, atol=1e-12 * np.abs(product).max())
    np.testing.assert_allclose(space.matrix((left * right).dag()), product.conj().T, atol=1e-11)
    assert (left * right).dag() == right.dag() * left.dag()


def test_the_levels_count_all_states() -> None:
    for atoms, levels in ((2, 3), (7, 3), (20, 3), (6, 4), (3, 6)):
        site = ph.ensemble("at", atoms, levels=levels).site
        assert np.exp(site.multiplicity()).sum() == pytest.approx(float(levels) ** atoms, rel=1e-9)
        assert len(site.kets(site.levels(None))) == site.levels(None)
        assert len(np.unique(site.kets(0), axis=0)) == site.levels(None)
        assert len(site.coordinates) == site.kets(0).shape[1]


def test_independent_atoms_are_multinomial() -> None:
    """Pumped and damped one by one: all atoms have the populations of one, and nothing else."""
    atoms, rates = 9, {(2, 0): 0.7, (1, 2): 0.4, (0, 1): 1.1, (0, 2): 0.3}
    at, q = ph.ensemble("at", atoms, levels=3), ph.qudit("q", 3)
    state = ph.steady_state(ph.Model(jumps=[ph.Jump(rate, at.each(*way)) for way, rate in rates.items()]))
    one = ph.steady_state(ph.Model(jumps=[ph.Jump(rate, q(*way)) for way, rate in rates.items()])).populations("q")
    for k in range(3):
        assert state.expect(at(k, k)) == pytest.approx(atoms * one[k], rel=1e-11)
        variance = state.expect(at(k, k) ** 2) - state.expect(at(k, k)) ** 2
        assert variance == pytest.approx(atoms * one[k] * (1 - one[k]), rel=1e-9)
    assert state.entropy() == pytest.approx(-atoms * (one * np.log(one)).sum(), rel=1e-10)
    expected = ph.states.identical({at: np.diag(one)})
    np.testing.assert_allclose(state.populations("at"), expected.populations("at"), atol=1e-13)


@pytest.mark.parametrize("name", ["raman lambda", "v scheme with interfering decay"])
def test_the_motion_is_that_of_all_states(name: str) -> None:
    """From every atom in one superposition, by the exponential of the full generator."""
    case, times = Atoms(3, 3, THREE[name]), [0.0, 0.4, 1.5]
    one = np.array([1.0, 0.5j, -0.3]) / np.linalg.norm([1.0, 0.5, 0.3])
    ket = np.kron(np.kron(one, one), one)
    start = case.basis.T @ np.outer(ket, ket.conj()).ravel()
    at = case.at
    watched = {"01": at(0, 1), "22": at(2, 2), "pair": at(2, 0) * at(0, 2)}
    found = ph.evolve(case.model, ph.states.identical({at: one}), times, observe=watched).observed
    low = collective({(0, 2): 1}, 3, 3)
    matrices = {"01": collective({(0, 1): 1}, 3, 3), "22": collective({(2, 2): 1}, 3, 3), "pair": low.conj().T @ low}
    for k, t in enumerate(times):
        rho = (case.basis @ (expm(case.matrix * t) @ start)).reshape(27, 27)
        for key, matrix in matrices.items():
            assert found[key][k] == pytest.approx((matrix @ rho).trace(), abs=1e-6)


def test_atoms_in_a_cavity_equal_all_states() -> None:
    """Two Λ atoms in a damped mode; a jump of each atom times an operator of the mode too."""
    atoms, levels = 2, 4
    at, a = ph.ensemble("at", atoms, levels=3), ph.oscillator("a")
    exchange = 0.6 * (a * at(2, 0) + a.dag() * at(0, 2)) + 0.4 * (at(2, 1) + at(1, 2))
    jumps = [ph.Jump(0.9, a), ph.Jump(0.4, at.each(1, 0)), ph.Jump(0.2, at.each(0, 2) * a.dag())]
    state = ph.steady_state(ph.Model(exchange, jumps), cutoff=ph.Fixed(levels))
    rows = [ph.qudit(f"q{k}", 3) for k in range(atoms)]
    both = sum((a * q(2, 0) + a.dag() * q(0, 2) for q in rows), as_operator(0))
    others = sum((q(2, 1) + q(1, 2) for q in rows), as_operator(0))
    theirs = [ph.Jump(0.9, a), *(ph.Jump(0.4, q(1, 0)) for q in rows), *(ph.Jump(0.2, q(0, 2) * a.dag()) for q in rows)]
    full = ph.steady_state(ph.Model(0.6 * both + 0.4 * others, theirs), cutoff=ph.Fixed(levels))
    assert state.expect(a.dag() * a) == pytest.approx(full.expect(a.dag() * a), abs=1e-11)
    for k in range(3):
        total = sum((q(k, k) for q in rows), as_operator(0))
        assert state.expect(at(k, k)) == pytest.approx(full.expect(total), abs=1e-11)
    assert state.certificate.unknowns < full.certificate.unknowns


def test_states_of_an_ensemble() -> None:
    at = ph.ensemble("at", 4, levels=3)
    symmetric = ph.states.level({at: (2, 1, 1)})
    assert [symmetric.expect(at(k, k)) for k in range(3)] == [2.0, 1.0, 1.0]
    assert symmetric.purity() == 1.0
    assert symmetric.expect(at(0, 1) * at(1, 0)) == pytest.approx(2 * (1 + 1))  # n₀(n₁ + 1), as of bosons
    pattern = ph.states.level({at: ((3, 1, 0), (2, 1), (1,))})
    assert pattern.purity() == pytest.approx(1 / 3)  # f_λ = 3 ways
    assert pattern.entropy() == pytest.approx(np.log(3))
    rho = np.array([[0.5, 0.1, 0.05j], [0.1, 0.3, 0], [-0.05j, 0, 0.2]])
    alike = ph.states.identical({at: rho})
    for m in range(3):
        for n in range(3):
            assert alike.expect(at(m, n)) == pytest.approx(4 * rho[n, m], abs=1e-12)
    assert alike.purity() == pytest.approx(np.trace(rho @ rho).real ** 4)
    psi = np.array([1, 0.5j, -0.3])
    product = ph.states.identical({at: psi})
    assert product.purity() == pytest.approx(1)
    assert product.expect(at(0, 1)) == pytest.approx(4 * psi[0] * psi[1] / np.linalg.norm(psi) ** 2)
    np.testing.assert_allclose(
        ph.states.identical({at: np.outer(psi, psi.conj()) / np.linalg.norm(psi) ** 2}).populations("at"),
        product.populations("at"),
        atol=1e-11,
    )
    spins = ph.ensemble("spins", 5)
    tilted = ph.states.identical({spins: [np.cos(0.35), np.sin(0.35) * np.exp(0.4j)]})
    other = ph.states.spin_coherent({spins: (0.7, 0.4)})
    np.testing.assert_allclose(tilted.density_matrix(), other.density_matrix(), atol=1e-14)


def test_mistakes_are_told() -> None:
    at, wrong_type, invalid = ph.ensemble("at", 4, levels=3), ph.errors.WrongType, ph.errors.InvalidInput
    for count in (0, 1):
        with pytest.raises(invalid, match=f"has {count} atom"):
            ph.ensemble("at", count, levels=3)
    with pytest.raises(invalid, match="have one level"):
        ph.ensemble("at", 4, levels=1)
    for levels in (0, -2, 2.5):
        with pytest.raises(invalid, match="number of levels"):
            ph.ensemble("at", 4, levels=levels)
    for call in (at, at.each):
        with pytest.raises(invalid, match="no level 3"):
            call(0, 3)
    with pytest.raises(wrong_type, match="Hamiltonian"):
        ph.Model(at.each(0, 1) + at.each(1, 0))
    for wrong in (at.each(0, 1) + at(0, 1), at.each(0, 1) + ph.ensemble("b", 4).each.minus, at.each(0, 1) + 1):
        with pytest.raises(wrong_type, match="some of its terms"):
            ph.Jump(1.0, wrong)
    with pytest.raises(wrong_type, match="multiplied"):
        _ = at.each(0, 1) * at(0, 0)
    with pytest.raises(wrong_type, match="is a site and not an operator"):
        _ = 2 * at
    with pytest.raises(ph.errors.SiteMismatch):
        at(0, 1) + ph.ensemble("at", 4).plus
    with pytest.raises(ph.errors.SiteMismatch):
        at(0, 1) + ph.qudit("at", 3)(0, 1)
    state = ph.states.level({at: (4, 0, 0)})
    with pytest.raises(wrong_type, match="outside of a jump"):
        state.expect(at.each(0, 1))
    for level in ((1, 1, 1), (1, 2), 3, ((3, 1, 0), (0, 1), (1,)), ((3, 1, 0), 2, 1), ((9, 0, 0), (9, 0), (9,))):
        with pytest.raises(invalid, match="ensemble at"):
            ph.states.level({at: level})
    with pytest.raises(invalid, match="different length"):
        ph.states.superposition([(1, {at: (4, 0, 0)}), (1, {at: ((3, 1, 0), (3, 1), (3,))})])
    with pytest.raises(invalid, match="shape"):
        ph.states.identical({at: [1, 0]})
    with pytest.raises(invalid, match="no ensemble"):
        ph.states.identical({ph.qudit("q", 3): [1, 0, 0]})
    with pytest.raises(invalid, match="all zero"):
        ph.states.identical({at: [0, 0, 0]})
    with pytest.raises(invalid, match="trace"):
        ph.states.identical({at: np.eye(3)})
    with pytest.raises(ph.errors.NotHermitian):
        ph.states.identical({at: [[0.5, 1, 0], [0, 0.5, 0], [0, 0, 0]]})
    with pytest.raises(ph.errors.DegenerateSteadyState, match="λ"):
        ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, at(0, 1)), ph.Jump(1.0, at(1, 2))]))
    many = ph.ensemble("many", 400, levels=3)
    with pytest.raises(ph.errors.MemoryBudgetExceeded, match="cumulants"):
        ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, many.each(0, 1)), ph.Jump(1.0, many.each(1, 2))]))
    with pytest.raises(ph.errors.MemoryBudgetExceeded, match="cumulants"):
        ph.states.identical({many: [1, 0, 0]}).expect(many(0, 1))
