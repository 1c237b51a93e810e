"""Agreement with QuTiP, which is handed our truncated matrices: the same generator, states and functions."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from agreement.models import BUILDERS, build
from photinus.model import Group
from photinus.space.liouvillian import generator
from photinus.space.sectors import grading
from photinus.space.space import Space, make_space
from photinus.space.state import State, state_from_matrix

qutip = pytest.importorskip("qutip")

TOLERANCE = 1e-9
SEEDS = [1, 2]
CASES = [(name, seed) for name in BUILDERS for seed in SEEDS]


def qutip_liouvillian(model: ph.Model, space: Space):
    """From H and the jumps as the user wrote them, identity parts and all."""
    jumps = []
    for jump in model.jumps:
        matrix = space.matrix(jump.operator)
        for rate, operator in ((jump.rate, matrix), (jump.reverse, matrix.conj().T)):
            jumps.append(np.sqrt(rate) * qutip.Qobj(operator))
    return qutip.liouvillian(qutip.Qobj(space.matrix(model.hamiltonian)), jumps)


def random_operator(dimension: int, seed: int) -> np.ndarray:
    real, imaginary = np.random.default_rng(seed).normal(size=(2, dimension, dimension))
    return real + 1j * imaginary


def random_state(model: ph.Model, cutoffs: dict[str, int], seed: int) -> State:
    """A full-rank state without any symmetry."""
    space = make_space(model.sites, cutoffs)
    x = random_operator(space.dimension, seed)
    rho = x @ x.conj().T
    return state_from_matrix(rho / np.trace(rho).real, grading(space, model.symmetry.weak))


def largest(difference: np.ndarray) -> float:
    return float(np.abs(difference).max())


@pytest.mark.parametrize("name", BUILDERS)
def test_the_symmetry_is_the_one_written_down(name):
    model, _, moduli = build(name, 1)
    assert model.symmetry.weak.moduli == moduli


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_the_action_of_all_sectors_is_that_of_the_liouvillian(name, seed):
    model, cutoffs, _ = build(name, seed)
    made = generator(model, cutoffs)
    x = random_operator(made.space.dimension, seed)
    found = np.zeros_like(x)
    for order in made.grading.orders():
        sector = made.grading.sector(order)
        rows, columns = sector.kets
        found[rows, columns] = made.liouvillian(sector).matrix @ x[rows, columns]
    expected = qutip.vector_to_operator(qutip_liouvillian(model, made.space) * qutip.operator_to_vector(qutip.Qobj(x)))
    assert largest(found - expected.full()) < 1e-12 * largest(expected.full())


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_steady_states_agree(name, seed):
    model, cutoffs, _ = build(name, seed)
    state = ph.steady_state(model, cutoff=ph.Fixed(cutoffs))
    expected = qutip.steadystate(qutip_liouvillian(model, state.space), method="direct").full()
    assert largest(state.density_matrix() - expected) < TOLERANCE


METHODS = [ph.Direct(), ph.Krylov(tolerance=1e-13), ph.methods.Tridiagonal()]
ONE_ORDER = {"u1", "identity_that_cancels", "reverse_rates", "sum_and_difference", "uncoupled", "saturated_gain"}
ONE_ORDER |= {"spin_clock", "incoherent_qudit", "ladder_qudit"}
METHOD_CASES = [
    (name, method)
    for name in BUILDERS
    for method in METHODS
    if not (method == ph.methods.Tridiagonal() and name in ONE_ORDER)
]


@pytest.mark.parametrize(("name", "method"), METHOD_CASES, ids=str)
def test_all_methods_agree(name, method):
    model, cutoffs, _ = build(name, 3)
    made = generator(model, cutoffs)
    liouvillian = made.liouvillian(made.grading.sector(made.grading.group.zero))
    reference, found = (way.null_vector(liouvillian, None) for way in (ph.Dense(), method))
    assert found.nullity == reference.nullity == 1
    assert liouvillian.scale_free_residual(found.vector) < 1e-12
    assert largest(found.vector - reference.vector) < TOLERANCE


@pytest.mark.parametrize("name", ["pair", "z2", "rabi", "maser"])
@pytest.mark.parametrize("method", [ph.Dense(), *METHODS], ids=str)
def test_the_method_asked_for_is_the_method_used(name, method):
    model, cutoffs, _ = build(name, 3)
    state = ph.steady_state(model, cutoff=ph.Fixed(cutoffs), method=method)
    reference = ph.steady_state(model, cutoff=ph.Fixed(cutoffs))
    assert state.certificate.method == type(method).__name__
    assert largest(state.density_matrix() - reference.density_matrix()) < TOLERANCE


@pytest.mark.parametrize("name", sorted(ONE_ORDER))
def test_elimination_over_the_orders_is_refused_where_there_is_one(name):
    model, cutoffs, _ = build(name, 3)
    with pytest.raises(ph.errors.InvalidInput, match="one coherence order"):
        ph.steady_state(model, cutoff=ph.Fixed(cutoffs), method=ph.methods.Tridiagonal())


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_the_sector_holds_the_answer_of_the_full_space(name, seed):
    model, cutoffs, _ = build(name, seed)
    state = ph.steady_state(model, cutoff=ph.Fixed(cutoffs))
    full = generator(model, cutoffs)
    trivial = grading(full.space, Group((), ()))
    whole = type(full)(trivial, full.no_jump, full.jumps).liouvillian(trivial.sector(()))
    vector = ph.Dense().null_vector(whole, None).vector
    assert largest(vector.reshape(full.space.dimension, -1) - state.density_matrix()) < TOLERANCE


@pytest.mark.parametrize("name", BUILDERS)
def test_round_trip(name):
    model, cutoffs, _ = build(name, 1)
    state = random_state(model, cutoffs, 5)
    qobj = ph.interop.to_qutip(state)
    assert qobj.dims == [list(state.space.levels)] * 2
    back = ph.interop.from_qutip(qobj, model)
    assert largest(back.density_matrix() - state.density_matrix()) < 1e-15
    assert back.sites == state.sites


@pytest.mark.parametrize(
    "name", ["pair", "three", "oscillator_and_spin", "micromaser", "two_spins", "driven_pair", "rabi"]
)
def test_reduced_states_are_partial_traces(name):
    model, cutoffs, _ = build(name, 1)
    names = [site.name for site in model.sites]
    for state in (random_state(model, cutoffs, 6), ph.steady_state(model, cutoff=ph.Fixed(cutoffs))):
        whole = ph.interop.to_qutip(state)
        keeps = [[k] for k in range(len(names))] + [[0, 1]]
        for keep in keeps:
            part = state.reduced(*(names[k] for k in keep))
            assert largest(part.density_matrix() - whole.ptrace(keep).full()) < 1e-14
            assert part.entropy() == pytest.approx(qutip.entropy_vn(whole.ptrace(keep)), abs=1e-10)


@pytest.mark.parametrize("name", ["pair", "oscillator_and_spin", "micromaser"])
def test_expectation_values_purity_and_entropy(name):
    model, cutoffs, _ = build(name, 1)
    state = random_state(model, cutoffs, 7)
    whole = ph.interop.to_qutip(state)
    for jump in model.jumps:
        matrix = qutip.Qobj(state.space.matrix(jump.operator), dims=whole.dims)
        assert state.expect(jump.operator) == pytest.approx(qutip.expect(matrix, whole), abs=1e-13)
    assert state.purity() == pytest.approx(whole.purity(), abs=1e-14)
    assert state.entropy() == pytest.approx(qutip.entropy_vn(whole), abs=1e-10)
    assert state.trace() == pytest.approx(1, abs=1e-14)


def test_spin_matrices_and_the_order_of_their_levels():
    for j in (0.5, 1, 1.5, 3):
        s = ph.spin("s", j)
        space = make_space((s.site,), {})
        for ours, theirs in ((s.x, "x"), (s.y, "y"), (s.z, "z"), (s.plus, "+"), (s.minus, "-")):
            np.testing.assert_allclose(space.matrix(ours), qutip.jmat(j, theirs).full(), rtol=0, atol=1e-14)


@pytest.mark.parametrize("seed", [1, 2])
def test_wigner_and_husimi(seed):
    model, _, _ = build("driven", seed)
    state = random_state(model, {"a": 9}, seed)
    x, p = np.linspace(-4, 4, 17), np.linspace(-3, 3.5, 14)
    qobj = ph.interop.to_qutip(state)
    expected = qutip.wigner(qobj, x, p, g=np.sqrt(2))
    np.testing.assert_allclose(ph.phase.wigner(state, "a", x, p), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        ph.phase.husimi(state, "a", x, p), qutip.qfunc(qobj, x, p, g=np.sqrt(2)), rtol=0, atol=1e-12
    )
    uneven = np.array([-2.0, -0.3, 0.1, 1.7])
    np.testing.assert_allclose(
        ph.phase.wigner(state, "a", uneven, p), qutip.wigner(qobj, uneven, p, g=np.sqrt(2)), rtol=0, atol=1e-12
    )
