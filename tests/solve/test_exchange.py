"""Steady states sought among symmetric operators are those of the whole sector."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.linalg import null_space

import photinus as ph
from photinus.model import Group
from photinus.model.exchange import no_exchange
from photinus.solve import local
from photinus.solve.coherences import Coherences, SortedGenerator
from photinus.solve.iteration import Iteration
from photinus.solve.local import EigenBoxes, LocalSweep, SchurBoxes
from photinus.solve.uniqueness import unique_by_ladders
from photinus.space.liouvillian import Generator, Liouvillian, generator
from photinus.space.sectors import grading

A, B, C = (ph.oscillator(name) for name in "abc")
SPINS = [ph.spin(f"s{k}", 0.5) for k in range(4)]
S, T = SPINS[:2]
Q, R = ph.qudit("q", 3), ph.qudit("r", 3)
NOTHING = 0 * A
Jump, coupled = ph.Jump, ph.zoo.coupled_van_der_pol
CLOCK = {"gain": 1.0, "two_photon_loss": 0.7}


def clocks(*sites):
    return [j for a in sites for j in (Jump(1.0, a.dag()), Jump(0.5, a**2), Jump(0.3, a))]


def hermitian(operator):
    return operator + operator.dag()


def ring(n, **more):
    return coupled([(k, (k + 1) % n) for k in range(n)], **CLOCK, **more)


def spin_ring(coupling):
    jumps = [j for s in SPINS for j in (Jump(1.0, s.minus, reverse=0.3), Jump(0.3, s.z))]
    return ph.Model(sum((coupling(SPINS[k], SPINS[(k + 1) % 4]) for k in range(4)), NOTHING), jumps)


MODELS = {
    "ring of 3": (ring(3, dissipative=0.3), 4),
    "ring of 3, Kerr": (ring(3, dissipative=0.3, kerr=0.2), 4),
    "ring of 4": (ring(4, dissipative=0.3), 3),
    "pair": (coupled(2, **CLOCK, dissipative=0.3), 7),
    "pair, detuned": (coupled(2, **CLOCK, dissipative=0.3, detuning=0.4), 7),
    "pair, coherent": (coupled(2, **CLOCK, coherent=0.3), 7),
    "pair, coherent, detuned: signs": (coupled(2, **CLOCK, coherent=0.3, detuning=0.4), 7),
    "pair, both couplings": (coupled(2, **CLOCK, coherent=0.3, dissipative=0.4), 7),
    "pair, at an angle": (coupled(2, **CLOCK, dissipative=0.3, dissipative_phase=0.7), 7),
    "pair, at an angle, detuned": (coupled(2, **CLOCK, dissipative=0.3, dissipative_phase=0.7, detuning=0.3), 7),
    "driven": (coupled(2, **CLOCK, dissipative=0.3) + ph.Model(0.3j * (A.dag() - A + B.dag() - B)), 5),
    "driven, against each other": (coupled(2, **CLOCK, dissipative=0.3) + ph.Model(0.3 * hermitian(A - B)), 5),
    "driven, detuned": (coupled(2, **CLOCK, dissipative=0.3, detuning=0.4) + ph.Model(0.3 * hermitian(A + B)), 5),
    "squeezed": (ph.Model(0.2 * hermitian(1j * (A**2 + B**2)), [*clocks(A, B), Jump(0.4, A - B)]), 5),
    "frustrated: signs": (ph.Model(0, [*clocks(A, B, C), Jump(0.4, A - B), Jump(0.4, B - C), Jump(0.4, A + C)]), 4),
    "a flux": (ph.Model(0.4 * sum((hermitian(z * x.dag() * y) for x, y, z in (
        (A, B, np.exp(0.3j)), (B, C, np.exp(0.1j)), (C, A, np.exp(0.9j)))), NOTHING), clocks(A, B, C)), 4),
    "spins": (spin_ring(lambda s, t: s.plus * t.minus + s.minus * t.plus), 0),
    "spins, chiral": (spin_ring(lambda s, t: s.x * t.x + 0.3 * s.y * t.z), 0),
    "qudits": (ph.Model(0.3 * hermitian(Q(0, 1) * R(1, 0)), [
        j for q in (Q, R) for j in (Jump(1.0, q(0, 2), reverse=0.5), Jump(0.7, q(1, 2), reverse=0.2))]), 0),
    "oscillators and spins": (ph.Model(0.4 * hermitian(A.dag() * S.minus + B.dag() * T.minus) + 0.2 * hermitian(
        A.dag() * B), [*clocks(A, B), Jump(1.0, S.plus), Jump(1.0, T.plus)]), 4),
    "no symmetry": (coupled(2, gain=[1, 1.1], two_photon_loss=0.7, dissipative=0.3, detuning=0.4), 6),
}  # fmt: skip


def sector_of(model: ph.Model, levels: int) -> Liouvillian:
    made = generator(model, dict.fromkeys(model.oscillators, levels))
    return made.liouvillian(made.grading.sector(made.grading.group.zero))


def random_symmetric(coordinates: Coherences) -> np.ndarray:
    noise = np.random.default_rng(2).normal(size=(2, coordinates.size))
    return coordinates.made_real(noise[0] if coordinates.dtype is float else noise[0] + 1j * noise[1])


@pytest.mark.parametrize("name", MODELS)
def test_the_reduced_generator_is_the_generator_on_symmetric_operators(name):
    liouvillian = sector_of(*MODELS[name])
    matrix = SortedGenerator(liouvillian, liouvillian.generator.exchange)
    coordinates, sector = matrix.coordinates, liouvillian.sector
    x = random_symmetric(coordinates)
    full = coordinates.expanded(x)
    np.testing.assert_allclose(coordinates.folded(full), x, atol=1e-14)
    np.testing.assert_allclose(full, np.conj(full[sector.transpose]), atol=1e-14)
    np.testing.assert_allclose(coordinates.expanded(matrix @ x), liouvillian.matrix @ full, atol=1e-11)
    assert matrix.norm(x) == pytest.approx(np.linalg.norm(full), rel=1e-12)
    assert matrix.trace(x) == pytest.approx(full[sector.trace].sum().real, abs=1e-12)
    plain = liouvillian.scale_free_residual(full)  # counts the flux into what vanishes by symmetry too
    vanishing = coordinates.factor is not None and not coordinates.factor.all()
    assert matrix.residual(x) > plain if vanishing else matrix.residual(x) == pytest.approx(plain, rel=1e-10)


@pytest.mark.parametrize("name", MODELS)
def test_the_steady_state_is_that_of_the_whole_sector(name):
    liouvillian = sector_of(*MODELS[name])
    found = ph.Krylov().null_vector(liouvillian)
    whole = Liouvillian(replace(liouvillian.generator, symmetry=None), liouvillian.sector)
    assert found.nullity == 1
    for expected in (ph.Krylov().null_vector(whole), ph.Direct().null_vector(whole)):
        np.testing.assert_allclose(found.vector, expected.vector, atol=1e-9)


def symmetrised(seed: int, group: list[tuple[int, ...]], *, real: bool) -> ph.Model:
    """A random model of three oscillators, copied over a group of permutations."""
    rng = np.random.default_rng(seed)
    hamiltonian, jumps = NOTHING, []
    for x, y, z in ([(A, B, C)[k] for k in p] for p in group):
        draw = np.random.default_rng(seed)
        g, h, k = draw.normal(size=3), draw.normal(size=3), draw.uniform(0.1, 1.0, size=5)
        phase = 1j if real else np.exp(1j * draw.uniform(-3, 3))
        hamiltonian = hamiltonian + 0.3 * hermitian(phase * (g[0] * x.dag() * y + g[1] * x.dag() * x * y.dag() * z))
        hamiltonian = hamiltonian + (0 if real else 0.2 * g[2] * x.dag() * x * y.dag() * y)
        jumps += [Jump(k[0], x.dag()), Jump(k[1], x**2), Jump(k[2], x + h[0] * y), Jump(k[3], x * y)]
        jumps += [Jump(k[4], x, reverse=0.3)]
    shift = rng.integers(2)
    return ph.Model(hamiltonian + (0.3 * hermitian(1j * (A + B + C)) if shift else NOTHING), jumps)


GROUPS = {
    "all": list(permutations(range(3))),
    "turns": [(0, 1, 2), (1, 2, 0), (2, 0, 1)],
    "a swap": [(0, 1, 2), (1, 0, 2)],
    "none": [(0, 1, 2)],
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("real", [False, True], ids=["complex", "real"])
@pytest.mark.parametrize("group", GROUPS)
def test_random_symmetric_models(group, real, seed):
    model = symmetrised(seed, GROUPS[group], real=real)
    liouvillian = sector_of(model + ph.Model(0, [Jump(0.2, x.dag()) for x in (A, B, C)]), 3)
    exchange = liouvillian.generator.exchange
    assert set(GROUPS[group]) <= set(exchange.permutations)
    assert real == any(g.conjugate and g.permutation == (0, 1, 2) for g in exchange.elements)
    found = ph.Krylov().null_vector(liouvillian)
    expected = ph.Dense().null_vector(liouvillian)
    np.testing.assert_allclose(found.vector, expected.vector, atol=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_the_rates_does_not_matter(unit):
    def model(scale):
        return coupled(3, gain=scale, two_photon_loss=scale, dissipative=0.3 * scale)

    found, expected = (ph.Krylov().null_vector(sector_of(model(x), 4)).vector for x in (unit, 1.0))
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_there_is_one_unknown_for_each_orbit():
    """Counted one by one: |n⟩⟨m| with the permutations of three sites, and with rows and columns exchanged."""
    liouvillian = sector_of(ring(3, dissipative=0.3), 4)
    digits = [np.unravel_index(kets, (4, 4, 4)) for kets in liouvillian.sector.kets]
    seen, orbits = set(), 0
    for coherence in zip(np.transpose(digits[0]).tolist(), np.transpose(digits[1]).tolist(), strict=True):
        orbits += str(coherence) not in seen
        for p in permutations(range(3)):
            row, column = ([side[k] for k in p] for side in coherence)
            seen |= {str((row, column)), str((column, row))}
    coordinates = Coherences(liouvillian.sector, hermitian=True, exchange=liouvillian.generator.exchange)
    assert coordinates.dtype is float
    assert coordinates.size == orbits
    assert coordinates.weights.sum() == liouvillian.sector.size


def test_signs_make_coherences_vanish():
    """X_{n,m} = (−1)^{n_b − m_b} X_{πm,πn} of a detuned, coherently coupled pair: |p, q⟩⟨q, p| is 0 for odd p − q."""
    liouvillian = sector_of(coupled(2, **CLOCK, coherent=0.3, detuning=0.4), 6)
    coordinates = Coherences(liouvillian.sector, hermitian=True, exchange=liouvillian.generator.exchange)
    assert coordinates.factor is not None
    rows, columns = (np.unravel_index(kets, (6, 6)) for kets in liouvillian.sector.kets)
    crossed = (rows[0] == columns[1]) & (rows[1] == columns[0]) & ((rows[0] - rows[1]) % 2 == 1)
    np.testing.assert_array_equal(coordinates.factor == 0, crossed)
    expected = ph.Dense().null_vector(liouvillian).vector
    assert np.abs(expected[crossed]).max() < 1e-15


@pytest.mark.parametrize("name", ["pair", "pair, detuned", "pair, coherent, detuned: signs"])
@pytest.mark.parametrize("schur", [False, True])
def test_the_sweep_among_symmetric_operators(name, schur, monkeypatch):
    """In eigenbases P is that of the whole sector; in Schur form P is not symmetric itself, and serves as well."""
    monkeypatch.setattr(local, "ILL_CONDITIONED", 0.0 if schur else 1e15)
    liouvillian = sector_of(*MODELS[name])
    iteration = Iteration(
        SortedGenerator(liouvillian, liouvillian.generator.exchange), liouvillian, restart=60, maximum=500
    )
    coordinates, sweep = iteration.matrix.coordinates, iteration._precondition
    assert {type(boxes) for level in sweep._levels for boxes in level} == {SchurBoxes if schur else EigenBoxes}
    full = coordinates.expanded(random_symmetric(coordinates))
    if not schur:
        whole = SortedGenerator(liouvillian)
        expected = whole.coordinates.expanded(LocalSweep(whole, liouvillian.generator)(whole.coordinates.folded(full)))
        found = coordinates.expanded(sweep(coordinates.folded(full)))
        np.testing.assert_allclose(found, expected, atol=1e-9 * np.abs(found).max())
    vector, products = iteration.to_zero(iteration.start(), 1e-12)
    assert products < 40
    np.testing.assert_allclose(coordinates.expanded(vector), ph.Direct().null_vector(liouvillian).vector, atol=1e-9)


def test_a_certified_answer_with_and_without(monkeypatch):
    model = ring(3, dissipative=0.3)
    state = ph.steady_state(model, cutoff=ph.Fixed(5))
    assert state.certificate.method == "Krylov"
    monkeypatch.setattr(Generator, "exchange", property(lambda self: no_exchange(self.space.sites)))
    whole = ph.steady_state(model, cutoff=ph.Fixed(5))
    np.testing.assert_allclose(state.parts[(0,)], whole.parts[(0,)], atol=1e-9)
    assert state.refined.cutoffs == whole.refined.cutoffs
    assert state.certificate.truncation == pytest.approx(whole.certificate.truncation, rel=0.1)
    assert state.certificate.unknowns == whole.certificate.unknowns
    monkeypatch.undo()
    near = ph.steady_state(model, cutoff=ph.Fixed(5), near=whole)
    np.testing.assert_allclose(near.parts[(0,)], whole.parts[(0,)], atol=1e-9)


def test_growing_cutoffs_keep_the_exchange():
    state = ph.steady_state(ring(3, dissipative=0.3), cutoff=ph.Converged(1e-2, start=5))
    assert state.certificate.ok
    assert len(set(state.cutoffs.values())) == 1


def test_the_memory_is_estimated_for_the_orbits():
    liouvillian = sector_of(ring(3, dissipative=0.3), 9)
    whole = Liouvillian(replace(liouvillian.generator, symmetry=None), liouvillian.sector)
    tracemalloc.start()
    ph.Krylov().null_vector(liouvillian)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < ph.Krylov().estimate(liouvillian) < 0.4 * ph.Krylov().estimate(whole)


# Uniqueness: a second stationary operator need not be symmetric.

EITHER = ph.Model(  # both atoms end in |01⟩ or |10⟩, and each of the two is stationary
    0,
    [
        *(Jump(1.0, s.plus * (0.5 - t.z)) for s, t in ((S, T), (T, S))),
        *(Jump(1.0, s.minus * (0.5 + t.z)) for s, t in ((S, T), (T, S))),
        *(Jump(0.5, s.z) for s in (S, T)),
    ],
)


@pytest.mark.parametrize("method", [ph.Auto(), ph.Krylov(), ph.Direct(), ph.Dense()], ids=str)
def test_a_stationary_operator_that_changes_sign_under_the_exchange_is_found(method):
    assert str(EITHER.symmetry.exchange).startswith("exchange: s0, s1")
    liouvillian = sector_of(EITHER, 0)
    made = liouvillian.generator
    assert not unique_by_ladders(made)
    among = Iteration(SortedGenerator(liouvillian, made.exchange), liouvillian, restart=60, maximum=500)
    vector, _ = among.to_zero(among.start(), 1e-12)
    assert np.isfinite(among.slowest(vector))  # among symmetric operators it is the only one
    with pytest.raises(ph.errors.DegenerateSteadyState):
        ph.steady_state(EITHER, method=method)


LADDERS = [
    (ring(3, dissipative=0.3), True),
    (coupled(2, gain=1e-12, two_photon_loss=1.0, loss=0.0, dissipative=0.3), False),
    (ph.Model(A.dag() * B + B.dag() * A, [Jump(1.0, A), Jump(1.0, B)]), True),
    (ph.Model(A.dag() * B + B.dag() * A, [Jump(1.0, A)]), False),
    (ph.Model(0, [Jump(1.0, A**2), Jump(1.0, B)]), False),
    (ph.Model(0, [Jump(1.0, A**2), Jump(1.0, A + 0.3 * A**2), Jump(1.0, B)]), True),
    (ph.Model(0, [Jump(1.0, A - B)]), False),
    (ph.Model(0, [Jump(1.0, S.minus), Jump(1.0, T.plus)]), True),
    (ph.Model(0, [Jump(1.0, S.x), Jump(1.0, T.plus)]), False),
    (ph.Model(0, [Jump(1.0, Q(0, 1)), Jump(1.0, Q(1, 2))]), True),
    (ph.Model(0, [Jump(1.0, Q(0, 2)), Jump(1.0, Q(1, 2))]), False),
    (EITHER, False),
]


@pytest.mark.parametrize(("model", "expected"), LADDERS, ids=range(len(LADDERS)))
def test_ladders_prove_that_a_state_is_unique(model, expected):
    made = generator(model, dict.fromkeys(model.oscillators, 3 if len(model.sites) < 3 else 2))
    assert unique_by_ladders(made) == expected
    if expected:
        trivial = grading(made.space, Group((), ()))
        whole = Generator(trivial, made.no_jump, made.jumps).liouvillian(trivial.sector(())).matrix.toarray()
        assert null_space(whole, rcond=1e-10).shape[1] == 1


def test_a_sector_that_belongs_to_no_model_has_no_exchange():
    made = replace(sector_of(*MODELS["pair"]).generator, symmetry=None)
    assert made.exchange.trivial
    assert not unique_by_ladders(made)
