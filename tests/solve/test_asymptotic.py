"""asymptotic_state: closed forms, long-time integration, brute force, and starts that never settle."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

import photinus as ph
from photinus import errors
from photinus.solve.manifold.reachable import enough, never_rises, reached
from photinus.space.liouvillian import generator
from photinus.space.space import make_space
from solve.planted import planted, superoperator

A, B = ph.oscillator("a"), ph.oscillator("b")
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)


def shared_loss(theta: float = 0.0) -> ph.Model:
    return ph.Model(jumps=[ph.reservoir.shared_loss(A, B, theta)])


# The beam splitter: c₋ decays, c₊ = (a + e^{iθ}b)/√2 keeps all its moments.


def test_b60_one_quantum():
    """B60: θ = 0.7 from |1, 0⟩: ½|vac⟩⟨vac| + ½|+⟩⟨+|, n = 1/4, C = 1/2, negativity (√2 − 1)/4."""
    end = ph.asymptotic_state(shared_loss(0.7), ph.states.fock({"a": 1, "b": 0}))
    assert end.expect(A.dag() * A) == pytest.approx(0.25, abs=1e-12)
    assert end.expect(B.dag() * B) == pytest.approx(0.25, abs=1e-12)
    coherence = end.expect(A.dag() * B)
    assert abs(coherence) == pytest.approx(0.25, abs=1e-12)
    assert np.angle(coherence) == pytest.approx(-0.7, abs=1e-12)
    assert ph.measures.amplitude_correlation(end, "a", "b") == pytest.approx(1, abs=1e-12)
    assert ph.measures.negativity(end, "a", "b") == pytest.approx(0.10355339, abs=1e-8)
    # Concurrence of the X state with ρ_{10,01} and ρ_{11,11} = 0: 2|ρ_{10,01}|.
    assert 2 * abs(coherence) == pytest.approx(0.5, abs=1e-12)
    assert end.certificate.ok
    assert end.certificate.truncation == 0


def test_b61_a_coherent_start_becomes_a_product_of_coherent_states():
    """B61: |α, 0⟩ → |α/2, e^{−iθ}α/2⟩ for α = 1.2, θ = 1.1; the anti-phase start |0.6, −0.6e^{−iθ}⟩ → vacuum."""
    theta, alpha = 1.1, 1.2
    end = ph.asymptotic_state(shared_loss(theta), ph.states.coherent({"a": alpha, "b": 0}))
    target = ph.states.coherent({"a": alpha / 2, "b": alpha / 2 * np.exp(-1j * theta)}, cutoff=ph.Fixed(end.cutoffs))
    overlap = np.trace(end.density_matrix() @ target.density_matrix()).real
    assert overlap == pytest.approx(1, abs=1e-10)
    assert ph.measures.amplitude_correlation(end, "a", "b") == pytest.approx(1, abs=1e-10)
    assert end.expect(A) / end.expect(B) == pytest.approx(np.exp(1j * theta), abs=1e-9)
    opposite = ph.states.coherent({"a": 0.6, "b": -0.6 * np.exp(-1j * theta)}, cutoff=ph.Fixed(16))
    dark = ph.asymptotic_state(shared_loss(theta), opposite)
    assert dark.expect(A.dag() * A + B.dag() * B) == pytest.approx(0, abs=1e-10)
    with pytest.raises(errors.Undefined):
        ph.measures.amplitude_correlation(dark, "a", "b")


@pytest.mark.parametrize("theta", [0.0, 1.3])
def test_c42_amplitudes(theta):
    """C42: D[a₁ − e^{iθ}a₂] leaves ⟨a₁⟩ = (A₁ + e^{iθ}A₂)/2 = e^{iθ}⟨a₂⟩."""
    first, second = 0.5 + 0.3j, -0.2 + 0.4j
    end = ph.asymptotic_state(shared_loss(theta), ph.states.coherent({"a": first, "b": second}))
    expected = 0.5 * (first + np.exp(1j * theta) * second)
    assert end.expect(A) == pytest.approx(expected, abs=1e-9)
    assert end.expect(B) == pytest.approx(np.exp(-1j * theta) * expected, abs=1e-9)
    assert end.eigenvalues[0] > -1e-12


def test_the_end_depends_on_the_start_as_the_beam_splitter_says():
    """⟨(c₊†c₊)^k⟩ of the end is that of the start, c₋ is empty."""
    plus, minus = (A + B) / 2**0.5, (A - B) / 2**0.5
    start = ph.states.product(ph.states.cat({"a": 0.9}), ph.states.thermal({"b": 0.1}))
    end = ph.asymptotic_state(shared_loss(), start)
    for k in (1, 2, 3):
        moment = plus.dag() ** k * plus**k
        assert end.expect(moment) == pytest.approx(start.expect(moment), rel=1e-8)
    assert end.expect(minus.dag() * minus) == pytest.approx(0, abs=1e-10)


# Against other routes.


@pytest.mark.parametrize(("blocks", "decaying"), [([(2, 2)], 1), ([(2, 1), (1, 2)], 2), ([(1, 1), (1, 2)], 2)], ids=str)
def test_planted_models_against_the_exponential(blocks, decaying):
    model, hamiltonian, jumps = planted(blocks, decaying, 11)
    d = len(hamiltonian)
    rng = np.random.default_rng(4)
    psi = rng.normal(size=d) + 1j * rng.normal(size=d)
    psi /= np.linalg.norm(psi)
    rho = np.outer(psi, psi.conj())
    end = ph.asymptotic_state(model, ph.states.from_matrix({ph.qudit("q", d): d}, rho))
    brute = (expm(1e4 * superoperator(hamiltonian, jumps)) @ rho.ravel()).reshape(d, d)
    assert np.abs(end.density_matrix() - brute).max() < 1e-8
    assert end.certificate.positivity > -1e-12


def test_long_time_evolution_ends_there():
    model = ph.Model(0.3 * S.z * T.z, [ph.Jump(1.0, S.minus + T.minus)])
    start = ph.states.product(ph.states.level({S: 0.5}), ph.states.level({T: -0.5}))
    end = ph.asymptotic_state(model, start)
    late = ph.evolve(model, start, [0, 60], keep_states=True).states[-1]
    assert np.abs(end.density_matrix() - late.density_matrix()).max() < 1e-7


def test_the_unique_steady_state_is_everybodys_end():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.4)
    end = ph.asymptotic_state(model, ph.states.coherent({"a": 0.5}), cutoff=ph.Converged(1e-6))
    steady = ph.steady_state(model)
    n = min(end.cutoffs["a"], steady.cutoffs["a"])
    assert end.populations("a")[:n] == pytest.approx(steady.populations("a")[:n], abs=1e-6)
    assert end.certificate.ok


def test_two_photon_loss_keeps_the_parity_and_a_part_of_the_coherence():
    """From a coherent state: ρ₀₀ = (1 + e^{−2|α|²})/2, and |ρ₀₁| < 1/2 (Albert2014)."""
    end = ph.asymptotic_state(ph.Model(jumps=[ph.Jump(1.0, A**2)]), ph.states.coherent({"a": 0.8}))
    assert end.populations("a")[0] == pytest.approx((1 + np.exp(-2 * 0.64)) / 2, abs=1e-10)
    assert 0.1 < abs(end.density_matrix()[0, 1]) < 0.5
    assert end.eigenvalues[0] > -1e-12


def test_project_and_asymptotic_state_agree():
    model = shared_loss()
    start = ph.states.fock({"a": 2, "b": 1})
    manifold = ph.stationary_manifold(model, cutoff=ph.Fixed(5))
    one, other = manifold.project(start), ph.asymptotic_state(model, start, cutoff=ph.Fixed(5))
    assert np.abs(one.density_matrix() - other.density_matrix()).max() < 1e-12


# Downwards, charge by charge, against the conserved quantities.

FALLING = [
    (shared_loss(0.4), ph.states.fock({"a": 3, "b": 1})),
    (shared_loss(), ph.states.product(ph.states.cat({"a": 0.7}), ph.states.thermal({"b": 0.05}))),
    (ph.Model(0.3 * (A.dag() * B + B.dag() * A), [ph.Jump(1.0, A - B)]), ph.states.fock({"a": 2, "b": 1})),
    (ph.Model(0.4 * A.dag() ** 2 * A**2, [ph.Jump(1.0, A**3)]), ph.states.coherent({"a": 0.8})),
    (ph.Model(0.2 * (A.dag() * A - B.dag() * B), [ph.Jump(1.0, A - B)]), ph.states.fock({"a": 2, "b": 1})),
    (ph.Model(jumps=[ph.Jump(1.0, A * B), ph.Jump(0.3, B)]), ph.states.fock({"a": 3, "b": 2})),
    (ph.Model(jumps=[ph.Jump(1.0, A + B), ph.Jump(1.0, A - B)]), ph.states.fock({"a": 1, "b": 2})),
]


@pytest.mark.parametrize(("model", "start"), FALLING, ids=str)
@pytest.mark.parametrize("unit", [1.0, 1e9])
def test_charge_by_charge_as_by_the_conserved_quantities(model, start, unit):
    jumps = [ph.Jump(unit * jump.rate, jump.operator) for jump in model.jumps]
    model = ph.Model(unit * model.hamiltonian, jumps)
    one = ph.asymptotic_state(model, start, average=True)
    other = ph.asymptotic_state(model, start, average=True, method=ph.Direct())
    assert one.certificate.method.startswith("Cascade")
    assert other.certificate.method.startswith("Projection")
    assert np.abs(one.density_matrix() - other.density_matrix()).max() < 1e-12
    assert one.certificate.positivity == pytest.approx(min(one.eigenvalues[0], 0), abs=1e-14)
    assert one.certificate.ok


def test_many_quanta_end_as_the_beam_splitter_says():
    """28 levels each, a million elements without symmetry: |α/2 + β/2⟩ in both."""
    end = ph.asymptotic_state(shared_loss(), ph.states.coherent({"a": 1.5, "b": 0.3j}))
    assert end.expect(A) == pytest.approx(0.75 + 0.15j, abs=1e-10)
    assert end.expect(B.dag() * A) == pytest.approx(0.75**2 + 0.15**2, abs=1e-10)
    assert end.certificate.positivity > -1e-12


def test_a_process_too_weak_to_tell_is_refused():
    weak = ph.Model(jumps=[ph.Jump(1.0, A - B), ph.Jump(1e-12, A)])
    with pytest.raises(errors.Ambiguous, match="100 ε"):
        ph.asymptotic_state(weak, ph.states.fock({"a": 1, "b": 0}))
    slow = ph.Model(jumps=[ph.Jump(1.0, A - B), ph.Jump(1e-8, A)])
    end = ph.asymptotic_state(slow, ph.states.fock({"a": 1, "b": 0}))
    assert end.populations("a")[0] == pytest.approx(1, abs=1e-7)


# Ensembles: no coherence between two lengths J.


def test_a_collective_decay_keeps_the_length_of_an_ensemble():
    """Of two atoms the singlet and the ground state stay, and nothing between them; the end is that of two spins."""
    atoms = ph.ensemble("atoms", 4)
    collective = ph.Model(0.3 * atoms.z, [ph.Jump(1.0, atoms.minus)])
    manifold = ph.stationary_manifold(collective)
    assert manifold.dimension == 3  # J = 0, 1, 2
    assert [block.dimension for block in manifold.blocks] == [1, 1, 1]
    assert not manifold.oscillations
    mixed = ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, atoms.each.minus), ph.Jump(0.4, atoms.each.plus)]))
    end = ph.asymptotic_state(collective, mixed)
    spins = [ph.spin(f"s{k}", 0.5) for k in range(4)]
    minus, z = (sum((getattr(s, name) for s in spins[1:]), start=getattr(spins[0], name)) for name in ("minus", "z"))
    product = ph.steady_state(ph.Model(jumps=[j for s in spins for j in (ph.Jump(1.0, s.minus), ph.Jump(0.4, s.plus))]))
    same = ph.asymptotic_state(ph.Model(jumps=[ph.Jump(1.0, minus)]), product)
    assert end.expect(atoms.z) == pytest.approx(same.expect(z), abs=1e-10)
    assert end.expect(atoms.z**2) == pytest.approx(same.expect(z * z), abs=1e-10)
    assert manifold.weights(mixed).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("atoms", [2, 3, 6])
def test_the_dimension_counts_what_an_ensemble_can_hold(atoms):
    at = ph.ensemble("at", atoms)
    lengths = atoms // 2 + 1
    for model in (
        ph.Model(jumps=[ph.Jump(1.0, at.minus)]),
        ph.Model(jumps=[ph.Jump(1.0, at.minus), ph.Jump(0.3, at.plus)]),
        ph.Model(0.4 * at.x, [ph.Jump(1.0, at.minus)]),
    ):
        assert ph.stationary_manifold(model).dimension == lengths
    assert ph.stationary_manifold(ph.Model(jumps=[ph.Jump(1.0, at.each.minus)])).dimension == 1


# Coherences that turn for ever.


def turning() -> tuple[ph.Model, ph.State]:
    number = A.dag() * A + B.dag() * B
    return shared_loss() + ph.Model(0.3 * number), ph.states.coherent({"a": 0.6, "b": 0.6}, cutoff=ph.Fixed(8))


def test_a_state_that_turns_for_ever_is_refused_with_its_frequencies():
    model, start = turning()
    with pytest.raises(errors.NoAsymptoticState, match="average=True") as caught:
        ph.asymptotic_state(model, start)
    assert min(caught.value.frequencies) == pytest.approx(0.3)


def test_its_average_is_that_of_the_evolution():
    model, start = turning()
    mean = ph.asymptotic_state(model, start, average=True)
    assert mean.expect(A) == 0
    assert mean.expect(A.dag() * A) == pytest.approx(0.36, abs=1e-6)
    assert mean.eigenvalues[0] > -1e-12


def test_a_start_without_that_coherence_has_a_limit():
    model, _ = turning()
    end = ph.asymptotic_state(model, ph.states.fock({"a": 1, "b": 0}))
    assert end.expect(A.dag() * A) == pytest.approx(0.25, abs=1e-12)


def test_an_oscillation_that_the_decaying_part_feeds_is_seen():
    """From the upper level into a superposition of two stationary levels of different energy."""
    q = ph.qudit("q", 3)
    model = ph.Model(0.4 * q(1, 1), [ph.Jump(1.0, q(0, 2) + q(1, 2))])
    with pytest.raises(errors.NoAsymptoticState) as caught:
        ph.asymptotic_state(model, ph.states.level({q: 2}))
    assert caught.value.frequencies == pytest.approx((0.4,))


def test_bad_input():
    model = shared_loss()
    with pytest.raises(errors.SiteMismatch):
        ph.asymptotic_state(model, ph.states.fock({"a": 1}))
    with pytest.raises(errors.WrongType):
        ph.asymptotic_state(model, "vacuum")
    with pytest.raises(errors.WrongType):
        ph.asymptotic_state(model, ph.states.fock({"a": 1, "b": 0}), cutoff=5)
    with pytest.raises((errors.NoSteadyState, errors.NotConverged)):
        ph.asymptotic_state(
            ph.Model(jumps=[ph.Jump(1.0, A.dag())]), ph.states.fock({"a": 0}), cutoff=ph.Converged(1e-6, maximum=40)
        )


def test_what_is_visited_is_found_with_and_without_a_larger_space():
    """Where no word raises the quanta the kets are followed in one space; a drive never is."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    start = ph.states.fock({"a": 3, "b": 1})
    kets = start.populations() > 0
    shared, exchange = ph.Jump(1.0, a - b), a.dag() * b + b.dag() * a
    for model in (
        ph.Model(jumps=[shared]),
        ph.Model(exchange, [ph.Jump(1.0, a**2)]),
        ph.Model(jumps=[ph.Jump(1, a), ph.Jump(2, b)]),
    ):
        cutoffs, visited = enough(model, kets, start.space, 60)
        space = make_space(model.sites, cutoffs)
        assert never_rises(generator(model, cutoffs))
        inside = np.zeros(space.dimension, dtype=bool)
        inside[np.ravel_multi_index((3, 1), space.levels)] = True
        again, exact = reached(model, space, inside)
        assert exact
        assert np.array_equal(visited, again)
    for model in (ph.Model(a + a.dag(), [shared]), ph.Model(jumps=[shared, ph.Jump(0.1, a.dag())])):
        assert not never_rises(generator(model, {"a": 4, "b": 4}))
    mixed = ph.Model(jumps=[ph.Jump(1.0, a + b**2)])  # L†L takes |1, 0⟩ to |0, 2⟩
    assert not never_rises(generator(mixed, {"a": 4, "b": 4}))


def test_a_weak_loss_beside_a_shared_one_is_not_called_an_error():
    """A cascade has no cancellation: a loss of 1e-6 empties both, and the certificate agrees."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    model = ph.Model(jumps=[ph.Jump(1.0, a - b), ph.Jump(1e-6, a)])
    end = ph.asymptotic_state(model, ph.states.fock({"a": 2, "b": 0}))
    assert end.expect(a.dag() * a) == pytest.approx(0, abs=1e-9)
    assert end.certificate.ok
