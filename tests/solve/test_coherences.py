"""The generator in the coherences of the sites, and the sites by themselves as a preconditioner."""

import numpy as np
import pytest
import scipy.linalg as la

import photinus as ph
from photinus.numerics.krylov import Cycles, gmres
from photinus.solve import coherences, local
from photinus.solve.coherences import Coherences, SortedGenerator
from photinus.solve.iteration import ChargeSweep, Iteration
from photinus.solve.local import EigenBoxes, LocalSweep, SchurBoxes
from photinus.solve.orbits import site_orders
from photinus.space.liouvillian import Liouvillian, generator

A, B, C = (ph.oscillator(name) for name in "abc")
S, Q = ph.spin("s", 1), ph.qudit("q", 3)
PAIR = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.5, dissipative=0.5, detuning=0.2)
RING = ph.zoo.coupled_van_der_pol(
    [(0, 1), (1, 2), (2, 0)], gain=1, two_photon_loss=1, coherent=0.2, dissipative=0.3, dissipative_phase=0.4, kerr=0.1
)
DRIVEN = PAIR + ph.Model(0.4 * (A + A.dag()))
MIXED = ph.Model(
    0.3 * (A.dag() * S.minus + A * S.plus) + 0.2 * (A.dag() * Q(0, 1) + A * Q(1, 0)) + 0.1 * S.z**2,
    [ph.Jump(1, A, reverse=0.2), ph.Jump(0.5, S.minus), ph.Jump(0.3, Q(0, 1)), ph.Jump(0.4, Q(1, 2), reverse=0.1)],
)
MODELS = {"pair": (PAIR, 6), "ring": (RING, 4), "driven": (DRIVEN, 4), "mixed": (MIXED, 4), "one level": (PAIR, 1)}


def sector(model: ph.Model, levels: int, order: int | None = None) -> Liouvillian:
    made = generator(model, dict.fromkeys(model.oscillators, levels))
    group = made.grading.group
    return made.liouvillian(made.grading.sector(group.zero if order is None else (order,)))


def random_vector(liouvillian: Liouvillian, seed: int = 0) -> np.ndarray:
    """A random operator of the sector, Hermitian where its order is zero."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=liouvillian.sector.size) + 1j * rng.normal(size=liouvillian.sector.size)
    return x if any(liouvillian.sector.order) else x + np.conj(x[liouvillian.sector.transpose])


def columns(apply, size: int) -> np.ndarray:
    return np.stack([apply(x) for x in np.eye(size, dtype=complex)], axis=1)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_coordinates_and_back(name: str) -> None:
    liouvillian = sector(*MODELS[name])
    coordinates = Coherences(liouvillian.sector, hermitian=True)
    x = random_vector(liouvillian)
    np.testing.assert_array_equal(coordinates.expanded(coordinates.folded(x)), x)
    populations = len(liouvillian.sector.trace)
    assert 2 * coordinates.size - populations == liouvillian.sector.size  # real parameters = unknowns


@pytest.mark.parametrize("order", [None, 1, -2])
@pytest.mark.parametrize("chunk", [7, 1 << 17])
def test_the_sorted_generator_is_the_generator(order: int | None, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coherences, "CHUNK", chunk)
    for model, levels in (MODELS["pair"], MODELS["ring"]):
        liouvillian = sector(model, levels, order)
        matrix, x = SortedGenerator(liouvillian), random_vector(liouvillian)
        found = matrix.coordinates.expanded(matrix @ matrix.coordinates.folded(x))
        np.testing.assert_allclose(found, liouvillian.matrix @ x, atol=1e-12)
        assert matrix.norm(matrix.coordinates.folded(x)) == pytest.approx(np.linalg.norm(x))


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_smaller_space_in_the_coordinates_of_a_larger_one(name: str, exchange: bool) -> None:
    model, levels = MODELS[name]
    smaller, larger = sector(model, levels), sector(model, levels + 2)
    whole = SortedGenerator(larger, larger.generator.exchange if exchange else None)
    matrix = whole.truncated(smaller)
    assert matrix is not None
    assert len(whole.outside) == 0 < len(matrix.outside)
    x = matrix.kept(matrix.coordinates.folded(random_vector(larger)))
    inside = smaller.sector.cut(matrix.coordinates.expanded(x), larger.sector)
    np.testing.assert_array_equal(smaller.sector.embed(inside, larger.sector), matrix.coordinates.expanded(x))
    found = smaller.sector.cut(matrix.coordinates.expanded(matrix @ x), larger.sector)
    np.testing.assert_allclose(found, smaller.matrix @ inside, atol=1e-12)
    assert not (matrix @ x)[matrix.outside].any()
    assert matrix.residual(x) == pytest.approx(smaller.scale_free_residual(inside), rel=1e-9)
    precondition = LocalSweep(matrix, larger.generator)
    np.testing.assert_allclose(precondition.product(x), matrix @ precondition(x), atol=1e-10)


def test_a_smaller_space_whose_no_jump_part_differs_off_the_diagonal_has_coordinates_of_its_own() -> None:
    """L†L of a† + a†² holds a a†², which leads over the level above the last one and back."""
    model = PAIR + ph.Model(0, [ph.Jump(0.01, A.dag() + A.dag() ** 2)])
    assert SortedGenerator(sector(model, 6)).truncated(sector(model, 5)) is None
    state = ph.steady_state(model, cutoff=ph.Fixed(8), method=ph.Krylov())
    assert state.density_matrix() == pytest.approx(
        ph.steady_state(model, cutoff=ph.Fixed(8), method=ph.Direct()).density_matrix(), abs=1e-9
    )


@pytest.mark.parametrize("model", [PAIR, RING, DRIVEN])
def test_the_judge_s_coordinates_change_no_answer(model: ph.Model) -> None:
    small = dict.fromkeys(model.oscillators, 6)
    alone = ph.Krylov().null_vector(sector(model, 6))
    within = ph.Krylov().null_vector(sector(model, 6), larger=sector(model, 7))
    assert alone.judge.iteration is None
    assert within.judge.iteration.cutoffs == {name: n + 1 for name, n in small.items()}
    np.testing.assert_allclose(within.vector, alone.vector, atol=1e-10)
    assert within.residual < 1e-10


@pytest.mark.parametrize("model", [PAIR, RING, DRIVEN])
def test_a_correction_is_known_to_a_tenth(model: ph.Model) -> None:
    """With the decay time that the solution has shown, and without any, against the exact one."""
    small, large = sector(model, 5), sector(model, 6)
    found = ph.Krylov().null_vector(small)
    guess = small.sector.embed(found.vector, large.sector)
    exact = np.linalg.norm(ph.Direct().null_vector(large).vector - guess)
    for judge in (None, found.judge):
        corrected = ph.Krylov().correction(large, guess, judge=judge)
        assert np.linalg.norm(corrected.vector - guess) == pytest.approx(exact, rel=0.1)
        assert corrected.error < 0.5 * exact
    assert 0 < found.judge.slowest < np.inf


@pytest.mark.parametrize("name", sorted(MODELS))
def test_residual_and_flux_are_those_of_the_sector(name: str) -> None:
    liouvillian = sector(*MODELS[name])
    matrix, x = SortedGenerator(liouvillian), random_vector(liouvillian)
    coordinates = matrix.coordinates.folded(x)
    plain = liouvillian.matrix
    rates = np.abs(plain.diagonal())
    slowest = rates[rates > 0].min() if rates.any() else 0.0
    flux = np.linalg.norm(abs(plain) @ np.abs(x)) + slowest * np.linalg.norm(x)
    residual = np.linalg.norm(plain @ x) / flux if flux else 0.0
    np.testing.assert_allclose(matrix.flux(coordinates), flux, rtol=1e-12)
    np.testing.assert_allclose(matrix.residual(coordinates), residual, rtol=1e-12)
    assert liouvillian.scale_free_residual(x) == pytest.approx(residual, rel=1e-12)
    assert matrix.trace(coordinates) == pytest.approx(x[liouvillian.sector.trace].sum().real)


@pytest.mark.parametrize("schur", [False, True])
@pytest.mark.parametrize("shift", [0.3, 0.3 + 0.7j])
def test_independent_sites_are_inverted_exactly(schur: bool, shift: complex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without couplings P is −(𝓛 − σ)⁻¹, in the eigenbases and in the Schur bases."""
    monkeypatch.setattr(local, "ILL_CONDITIONED", 0.0 if schur else 1e15)
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=[0.3, 0.6], kerr=0.2, detuning=0.4)
    made = generator(model, {"a": 4, "b": 5})
    liouvillian = made.liouvillian(made.grading.sector((1, 0)))
    matrix = SortedGenerator(liouvillian)
    inverse = LocalSweep(matrix, made, shift)
    kinds = {type(boxes) for level in inverse._levels for boxes in level}
    assert kinds == {SchurBoxes if schur else EigenBoxes}
    y = matrix.coordinates.folded(random_vector(liouvillian))
    x = inverse(y)
    np.testing.assert_allclose(matrix @ x - shift * x, -y, atol=1e-11 * np.abs(y).max())


@pytest.mark.parametrize("name", ["pair", "ring", "driven"])
def test_the_sweep_inverts_all_that_leads_away_from_the_populations(name: str) -> None:
    """P is −(𝓛 − σ)⁻¹ of the block lower triangle of 𝓛, sorted by the distance from the populations."""
    model, levels = MODELS[name]
    liouvillian = sector(model, 3 if name != "pair" else levels)
    coordinates = Coherences(liouvillian.sector, hermitian=False)
    matrix = SortedGenerator.__new__(SortedGenerator)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coherences, "coherences", lambda *_: coordinates)
        matrix.__init__(liouvillian)
    shift, size = 0.2, matrix.size
    inverse = LocalSweep(matrix, liouvillian.generator, shift)
    full = columns(lambda x: matrix @ x, size)
    box = np.zeros(size, dtype=int)
    level = np.zeros(size, dtype=int)
    for k, (boxes, (start, stop)) in enumerate(zip(coordinates.boxes, coordinates.distances, strict=True)):
        level[start:stop] = k
        for group in boxes:
            each = (group.stop - group.start) // len(group.labels)
            box[group.start : group.stop] = group.start + np.arange(group.stop - group.start) // each * each
    lower = np.where((level[:, None] > level) | (box[:, None] == box), full, 0) - shift * np.eye(size)
    found = columns(inverse, size)
    if name == "ring":  # Kerr and all: the boxes are exact, as 𝓛 within a box is a sum over the sites
        assert np.abs(lower @ found + np.eye(size)).max() < 1e-9
    np.testing.assert_allclose(found, -la.inv(lower), atol=1e-9 * np.abs(found).max())


@pytest.mark.parametrize("make", ["local", "charge"])
@pytest.mark.parametrize("name", ["pair", "driven", "mixed"])
def test_the_product_is_the_generator_after_the_preconditioner(make: str, name: str) -> None:
    liouvillian = sector(*MODELS[name])
    matrix = SortedGenerator(liouvillian)
    sweep = LocalSweep(matrix, liouvillian.generator) if make == "local" else ChargeSweep(matrix, liouvillian)
    y = matrix.coordinates.folded(random_vector(liouvillian))
    np.testing.assert_allclose(sweep.product(y), matrix @ sweep(y), atol=1e-10 * np.abs(y).max())


def test_a_site_without_dissipation_leaves_it_to_the_splitting() -> None:
    model = ph.Model(A.dag() * S.minus + A * S.plus, [ph.Jump(1, A, reverse=0.2)])
    liouvillian = sector(model, 6)
    assert not LocalSweep(SortedGenerator(liouvillian), liouvillian.generator).usable
    found = ph.Krylov().null_vector(liouvillian)
    np.testing.assert_allclose(found.vector, ph.Dense().null_vector(liouvillian).vector, atol=1e-9)


def iteration_of(liouvillian: Liouvillian, maximum: int) -> Iteration:
    return Iteration(SortedGenerator(liouvillian), liouvillian, restart=80, maximum=maximum)


@pytest.mark.parametrize("strength", [0.1, 20.0])
def test_the_preconditioner_is_chosen_by_its_pace(strength: float) -> None:
    hamiltonian = strength * (A.dag() * B + B.dag() * A) + 0.1 * A.dag() * A
    model = ph.Model(hamiltonian, [ph.Jump(1.0, A, reverse=0.5), ph.Jump(0.2, A**2), ph.Jump(1.0, B)])
    iteration = iteration_of(sector(model, 12), maximum=1000)
    vector, products = iteration.to_zero(iteration.start(), 1e-10)
    assert iteration.matrix.residual(vector) < 1e-10
    assert products < 100
    assert isinstance(iteration._precondition, LocalSweep if strength < 1 else ChargeSweep)


def test_the_product_count_does_not_grow_with_the_cutoff() -> None:
    counts = []
    for levels in (12, 24):
        iteration = iteration_of(sector(PAIR, levels), maximum=200)
        counts.append(iteration.to_zero(iteration.start(), 1e-10)[1])
    assert counts[1] <= counts[0] + 3 <= 20


def test_orders_of_a_qudit_are_its_single_coherences() -> None:
    orders = site_orders(np.eye(3, dtype=int)[:, :2])
    assert sorted(orders.width) == [1] * 6 + [3]
    np.testing.assert_array_equal(orders.label, orders.mirror[orders.label.T])


@pytest.mark.parametrize("restart", [6, 40])
def test_gmres_with_real_coefficients_and_a_pace(restart: int) -> None:
    rng = np.random.default_rng(3)
    matrix = np.eye(60) + 0.08 * rng.normal(size=(60, 60))
    target = rng.normal(size=60)
    found = gmres(lambda x: matrix @ x, target, lambda y: y, tolerance=1e-9, maximum=600, cycles=Cycles(restart))
    assert found.converged
    np.testing.assert_allclose(matrix @ found.vector, target, atol=1e-7)
    slow = gmres(lambda x: matrix @ x, target, lambda y: y, tolerance=1e-30, pace=1e-2)
    assert not slow.converged
    assert slow.products == 25
