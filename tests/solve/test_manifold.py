"""stationary_manifold: dimensions, blocks, extremal states and conserved quantities, against brute force and papers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm, null_space

import photinus as ph
from photinus import errors
from photinus.solve.manifold.blocks import times
from photinus.space.liouvillian import generator
from solve.planted import planted, superoperator

A, B = ph.oscillator("a"), ph.oscillator("b")
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)
SHARED = ph.Model(jumps=[ph.Jump(1.0, A - B)])


# Known dimensions.


def test_two_qubits_with_a_common_decay_have_dimension_4():
    manifold = ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, S.minus + T.minus)]))
    assert manifold.dimension == 4
    (block,) = manifold.blocks
    assert (block.dimension, block.rank, block.kind) == (2, 1, "decoherence-free subspace")


@pytest.mark.parametrize("quanta", [0, 1, 2, 5, 9])
def test_the_manifold_of_a_shared_loss_has_dimension_m_plus_1_squared(quanta):
    manifold = ph.stationary_manifold(SHARED, cutoff=ph.Fixed(quanta + 1))
    assert manifold.dimension == (quanta + 1) ** 2
    assert manifold.certificate.truncation == 0
    assert manifold.certificate.grows
    assert manifold.certificate.ok
    (block,) = manifold.blocks
    assert block.charges == tuple((q,) for q in range(quanta + 1))
    # Every extremal state is the dark Fock state of its charge, |q⟩ of the mode a + b.
    for q, state in enumerate(block.extremal_states):
        assert state.eigenvalues[0] > -1e-12
        assert state.purity() == pytest.approx(1, abs=1e-12)
        assert state.expect((A - B).dag() * (A - B)) == pytest.approx(0, abs=1e-12)
        assert state.expect(A.dag() * A + B.dag() * B) == pytest.approx(q, abs=1e-11)


@pytest.mark.parametrize(
    ("model", "dimension"),
    [
        (ph.Model(jumps=[ph.Jump(1.0, A**2)]), 4),
        (ph.Model(jumps=[ph.Jump(1.0, A**3)]), 9),
        (ph.Model(jumps=[ph.Jump(1.0, A**2 - 2)]), 4),  # cat states (Mirrahimi2014)
        (ph.Model(jumps=[ph.Jump(1.0, S.x)]), 2),
        (ph.Model(0.7 * S.x, [ph.Jump(1.0, S.x)]), 2),
        (ph.Model(jumps=[ph.Jump(1.0, A)]), 1),
        (ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3), 1),
        (ph.Model(jumps=[ph.Jump(1.0, S.x), ph.Jump(2.0, T.x)]), 4),
        (ph.Model(0.4 * (S.z - T.z), [ph.Jump(1.0, S.minus + T.minus)]), 1),
    ],
    ids=str,
)
def test_known_dimensions(model, dimension):
    manifold = ph.stationary_manifold(model)
    assert manifold.dimension == dimension == sum(block.dimension**2 for block in manifold.blocks)
    assert manifold.certificate.ok


def test_c29_the_hubbard_dimer():
    """C29 (Buča, Tindall, Jaksch 2019): multiplicities 10 (0), 4 (±iB), 1 (±2iB); none if the spin is resolved."""
    field = 0.8
    common = {"hopping": 1.0, "interaction": 2.0, "field": field}
    manifold = ph.stationary_manifold(ph.zoo.hubbard(2, **common, dephasing=0.4))
    assert manifold.dimension == 10
    found = {}
    for each in manifold.oscillations:
        found[round(each.frequency / field, 9)] = found.get(round(each.frequency / field, 9), 0) + each.count
    assert found == {-1.0: 4, 1.0: 4, -2.0: 1, 2.0: 1}
    assert not ph.stationary_manifold(ph.zoo.hubbard(2, **common, dephasing=0.4, spin_dephasing=0.3)).oscillations


# Planted structures, against brute force.

STRUCTURES = [
    ([(2, 1)], 2),
    ([(2, 2)], 1),
    ([(2, 2), (1, 2)], 1),
    ([(3, 1), (1, 1), (1, 2)], 2),
    ([(2, 1), (2, 1)], 1),
    ([(1, 3)], 2),
    ([(2, 3)], 0),
]


@pytest.mark.parametrize(("blocks", "decaying"), STRUCTURES, ids=str)
@pytest.mark.parametrize("seed", [0, 1])
def test_planted_blocks_are_found(blocks, decaying, seed):
    model, hamiltonian, jumps = planted(blocks, decaying, seed)
    manifold = ph.stationary_manifold(model)
    brute = superoperator(hamiltonian, jumps)
    assert manifold.dimension == sum(a * a for a, _ in blocks) == null_space(brute, rcond=1e-9).shape[1]
    assert sorted((block.dimension, block.rank) for block in manifold.blocks) == sorted(blocks)
    # The long-time map of the brute-force generator is the projection Σ r_k Tr(l_k† ·).
    right = np.array([manifold.matrix(k).ravel() for k in range(manifold.dimension)]).T
    left = np.array([manifold.matrix(k, left=True).ravel() for k in range(manifold.dimension)]).T
    assert np.abs(right @ left.conj().T - expm(1e4 * brute)).max() < 1e-7
    for state in manifold.extremal_states:
        rho = state.density_matrix()
        assert state.trace() == pytest.approx(1, abs=1e-12)
        assert state.eigenvalues[0] > -1e-12
        assert np.abs(brute @ rho.ravel()).max() < 1e-12


@pytest.mark.parametrize("seed", [3, 4])
def test_a_noiseless_subsystem_carries_its_tensor_basis(seed):
    """Any state of A_k, laid into A_k ⊗ B_k with the block's own kets, stays as it is for ever."""
    model, hamiltonian, jumps = planted([(3, 2)], 2, seed)
    (block,) = ph.stationary_manifold(model).blocks
    assert block.kind == "noiseless subsystem"
    rng = np.random.default_rng(seed)
    psi = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    logical = psi @ psi.conj().T / np.trace(psi @ psi.conj().T)
    rho = np.einsum("iab,ac,b,jcb->ij", block.kets, logical, block.populations, block.kets.conj())
    assert np.abs(superoperator(hamiltonian, jumps) @ rho.ravel()).max() < 1e-12
    gram = block.kets.reshape(len(block.kets), -1)
    assert np.abs(gram.conj().T @ gram - np.eye(6)).max() < 1e-11


@pytest.mark.parametrize("inner", [1, 2, 3])
def test_coherences_between_blocks_that_differ_by_an_energy_turn_for_ever(inner):
    blocks, energies = [(2, inner), (1, inner), (1, inner)], [0.0, 0.7, 1.9]
    if inner == 3:  # twice as many levels would take a minute
        blocks, energies = blocks[1:], energies[1:]
    model, hamiltonian, jumps = planted(blocks, 1, 5, energies=energies)
    manifold = ph.stationary_manifold(model)
    brute = np.linalg.eigvals(superoperator(hamiltonian, jumps))
    turning = np.sort(brute[(np.abs(brute.real) < 1e-9) & (np.abs(brute) > 1e-6)].imag)
    listed = np.sort(np.concatenate([[-o.frequency] * o.count for o in manifold.oscillations]))
    assert manifold.dimension == sum(a * a for a, _ in blocks)
    assert listed == pytest.approx(turning, abs=1e-8)


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(1, 2), st.integers(1, 2)), min_size=1, max_size=2),
    st.integers(1, 2),
    st.integers(0, 999),
)
def test_dimension_is_the_sum_of_squares(blocks, decaying, seed):
    manifold = ph.stationary_manifold(planted(blocks, decaying, seed)[0])
    assert manifold.dimension == sum(a * a for a, _ in blocks)
    assert sum(block.dimension**2 for block in manifold.blocks) == manifold.dimension


# Laws.


@pytest.mark.parametrize("model", [SHARED, ph.Model(jumps=[ph.Jump(1.0, A**2)])], ids=str)
def test_right_and_left_are_biorthonormal_and_stationary(model):
    manifold = ph.stationary_manifold(model, cutoff=ph.Fixed(4))
    made = generator(model, manifold.cutoffs)
    for order in manifold.dimensions:
        kernel, matrix = manifold.modes.kernels[order], made.liouvillian(made.grading.sector(order)).matrix
        assert np.abs(kernel.left.conj().T @ kernel.right - np.eye(kernel.dimension)).max() < 1e-12
        assert np.abs(matrix @ kernel.right).max() < 1e-12
    assert len(manifold.right) == len(manifold.left) == len(manifold.orders) == manifold.dimension


def test_methods_agree():
    dense, direct = (ph.stationary_manifold(SHARED, cutoff=ph.Fixed(7), method=m) for m in (ph.Dense(), ph.Direct()))
    assert dense.dimensions == direct.dimensions
    state = ph.states.fock({"a": 3, "b": 1})
    ends = [manifold.project(state).density_matrix() for manifold in (dense, direct)]
    assert np.abs(ends[0] - ends[1]).max() < 1e-12


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_the_rates_does_not_matter(unit):
    manifold = ph.stationary_manifold(ph.Model(0.3 * unit * S.z * T.z, [ph.Jump(unit, S.minus + T.minus)]))
    assert manifold.dimension == 2  # the singlet and the ground state differ in energy, by 0.3 (1/4 + 1/4)
    assert [o.frequency / unit for o in manifold.oscillations] == pytest.approx([-0.15, 0.15])


def test_weights_of_blocks_add_up():
    manifold = ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, A.dag() * A)]), cutoff=ph.Fixed(4))
    state = ph.states.coherent({"a": 0.4}, cutoff=ph.Fixed(8))
    assert manifold.weights(state) == pytest.approx(state.populations("a")[:4], abs=1e-12)


def test_levels_that_the_cutoff_made_dark_are_not_taken_for_stationary():
    with pytest.raises(errors.NoSteadyState):
        ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, A.dag())]))
    cut = ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, A.dag())]), cutoff=ph.Fixed(5))
    assert not cut.certificate.ok


def test_a_cat_that_does_not_fit_is_reported():
    cut = ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, A**2 - 2)]), cutoff=ph.Fixed(8))
    assert cut.dimension == 2
    assert not cut.certificate.settled
    assert "slow mode" in str(cut.certificate)


def test_what_is_neither_zero_nor_different_from_it_is_refused():
    weak = ph.Model(jumps=[ph.Jump(1.0, S.x), ph.Jump(1e-12, S.z)])
    with pytest.raises(errors.Ambiguous, match="100 ε"):
        ph.stationary_manifold(weak)
    assert ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, S.x), ph.Jump(1e-9, S.z)])).dimension == 1


def test_steady_state_says_the_dimension_and_what_to_call():
    with pytest.raises(errors.DegenerateSteadyState, match=r"ph.stationary_manifold.*ph.asymptotic_state") as caught:
        ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, S.minus + T.minus)]))
    assert caught.value.dimension == 4
    with pytest.raises(errors.DegenerateSteadyState) as caught:
        ph.steady_state(SHARED, cutoff=ph.Fixed(6))
    assert caught.value.dimension == 36


def test_qutip_returns_a_matrix_that_is_no_state():
    """The state of D[a − b] is not unique, and QuTiP answers all the same: its smallest eigenvalue is −0.34 here."""
    qutip = pytest.importorskip("qutip")
    a, b = (qutip.tensor(*ops) for ops in ([qutip.destroy(6), qutip.qeye(6)], [qutip.qeye(6), qutip.destroy(6)]))
    try:
        answer = qutip.steadystate(0 * a, [a - b])
    except Exception:
        pytest.skip("this QuTiP refuses")
    assert answer.eigenenergies().min() < -0.1
    ours = ph.stationary_manifold(SHARED, cutoff=ph.Fixed(6))
    assert min(state.eigenvalues[0] for state in ours.extremal_states) > -1e-12


def test_it_prints_itself_and_becomes_a_dataset():
    manifold = ph.stationary_manifold(SHARED, cutoff=ph.Fixed(3))
    assert "dimension 9" in repr(manifold)
    assert "grows with the cutoff" in repr(manifold)
    data = manifold.to_xarray()
    assert int(data["stationary"].sum()) == 9
    with pytest.raises(errors.InvalidInput):
        manifold.matrix(9)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((3,), errors.WrongType),
        ((ph.Model(),), errors.InvalidInput),
    ],
    ids=str,
)
def test_bad_input(arguments, error):
    with pytest.raises(error):
        ph.stationary_manifold(*arguments)
    with pytest.raises(errors.WrongType):
        ph.stationary_manifold(SHARED, cutoff=12)
    with pytest.raises(errors.WrongType):
        ph.stationary_manifold(SHARED, method=ph.Krylov())


def test_what_does_not_fit_is_refused_before_it_is_made():
    with pytest.raises(errors.MemoryBudgetExceeded):
        ph.stationary_manifold(SHARED, cutoff=ph.Fixed(300))


# Strong symmetries that are not Abelian.


def collective_noise(count: int, axes: str = "xyz") -> ph.Model:
    spins = [ph.spin(f"s{k}", 0.5) for k in range(count)]
    totals = [sum((getattr(s, axis) for s in spins[1:]), start=getattr(spins[0], axis)) for axis in axes]
    return ph.Model(jumps=[ph.Jump(0.7, total) for total in totals])


@pytest.mark.parametrize(
    ("model", "algebra"),
    [
        (collective_noise(2), (1, 1)),
        (collective_noise(3), (2, 1)),  # permutations of three spins: J = 1/2 twice, J = 3/2 once
        (collective_noise(4), (3, 2, 1)),  # J = 1 three times, J = 0 twice, J = 2 once
        (collective_noise(3, "z"), (3, 3, 1, 1)),
        (ph.Model(jumps=[ph.Jump(1.0, S.minus + T.minus)]), (1, 1)),
        (ph.Model(jumps=[ph.Jump(1.0, S.minus)]), (1,)),
        (ph.Model(0.3 * S.z, [ph.Jump(1.0, T.minus)]), (1, 1)),
    ],
    ids=str,
)
def test_the_strong_algebra_against_the_commutant_by_brute_force(model, algebra):
    manifold = ph.stationary_manifold(model)
    assert manifold.strong_algebra == algebra
    assert ("not Abelian" in repr(manifold)) == (algebra[0] > 1)
    made = generator(model, {})
    one = np.eye(made.space.dimension, dtype=complex)
    operators = [times(made.space, bands, one) for _, bands in made.jumps] + [times(made.space, made.no_jump, one)]
    operators += [x.conj().T for x in operators]
    commutators = np.vstack([np.kron(x, one) - np.kron(one, x.T) for x in operators])
    assert null_space(commutators, rcond=1e-10).shape[1] == sum(m * m for m in algebra)


def test_the_strong_algebra_is_not_told_where_levels_are_cut():
    assert ph.stationary_manifold(SHARED, cutoff=ph.Fixed(3)).strong_algebra is None


def test_a_slow_local_loss_leaves_one_state_or_is_refused():
    """D[a − b] and a loss k of one site: one state as long as k is told from zero, never a bare error of NumPy."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    shared = ph.Model(jumps=[ph.Jump(1.0, a - b)])
    for k in (1e-3, 1e-6, 1e-8):
        made = ph.stationary_manifold(shared + ph.Model(jumps=[ph.Jump(k, a)]))
        assert made.dimension == 1
        assert made.certificate.gap == pytest.approx(k / 2, rel=1e-2)
    for k in (1e-10, 1e-12):
        with pytest.raises(errors.Ambiguous, match="neither zero nor certainly different"):
            ph.stationary_manifold(shared + ph.Model(jumps=[ph.Jump(k, a)]))
    assert ph.stationary_manifold(shared + ph.Model(jumps=[ph.Jump(1e-16, a)]), cutoff=ph.Fixed(5)).dimension == 25


def test_three_oscillators_with_two_dark_modes_have_dimension_of_a_square():
    """D[a − b − c] keeps two modes: C(M + 2, 2) dark kets up to M quanta, and their coherences."""
    a, b, c = (ph.oscillator(x) for x in "abc")
    made = ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, a - b - c)]), cutoff=ph.Fixed(4))
    assert made.dimension == 10**2
    assert made.certificate.grows
    assert min(float(state.eigenvalues[0]) for state in made.extremal_states) > -1e-12


def test_ten_quanta_in_two_oscillators():
    """(M + 1)² at M = 10; every extremal state is positive to 1e-12."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    made = ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, a - b)]), cutoff=ph.Fixed(11))
    assert made.dimension == 121
    assert len(made.extremal_states) == 11
    assert min(float(state.eigenvalues[0]) for state in made.extremal_states) > -1e-12
