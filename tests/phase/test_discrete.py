"""The discrete relative phase of Luis and Sánchez-Soto."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from phase.builders import A, B, coherent, fock, pure, random_matrix, state_of
from photinus.phase import discrete_relative_distribution


def eigenstate(quanta: int, r: int, reference: float, levels: tuple[int, int]) -> tuple[float, np.ndarray]:
    """φ_r and |N, φ_r⟩ = (N + 1)^−1/2 Σ e^{inφ_r}|n, N − n⟩, in a space of these levels."""
    phi = reference + 2 * np.pi * r / (quanta + 1)
    ket = np.zeros(levels, complex)
    for n in range(quanta + 1):
        if n < levels[0] and quanta - n < levels[1]:
            ket[n, quanta - n] = np.exp(1j * n * phi) / np.sqrt(quanta + 1)
    return phi, ket.ravel()


# Three notions disagree on the same states: (|10⟩ + |01⟩)/√2 is an eigenstate of the phase difference 0, and the vacuum
# is given the reference angle, where the Susskind-Glogower form has ½ and 0. |1,1⟩ has the three angles of N = 2 alike.


def test_the_shared_quantum_the_pair_of_quanta_and_the_vacuum():
    shared = (np.kron(fock(1, 3), fock(0, 3)) + np.kron(fock(0, 3), fock(1, 3))) / np.sqrt(2)
    shared = state_of(np.outer(shared, shared), A * B, a=3, b=3)
    found = discrete_relative_distribution(shared, "a", "b")
    assert found.resultant_length == pytest.approx(1, abs=1e-12)
    assert found.mean_direction == pytest.approx(0, abs=1e-12)
    assert ph.measures.amplitude_correlation(shared, "a", "b") == pytest.approx(1, abs=1e-12)
    assert ph.measures.phase_coherence(shared, "a", "b") == pytest.approx(0.5, abs=1e-12)
    both = discrete_relative_distribution(pure(fock(1, 3), fock(1, 3)), "a", "b")
    assert both.resultant_length == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(both.probabilities[2], 1 / 3, rtol=0, atol=1e-15)
    vacuum = pure(fock(0, 3), fock(0, 3))
    assert discrete_relative_distribution(vacuum, "a", "b").moment() == pytest.approx(1, abs=1e-12)
    turned = discrete_relative_distribution(vacuum, "a", "b", reference=0.7)
    assert turned.moment() == pytest.approx(np.exp(0.7j), abs=1e-12)


@pytest.mark.parametrize("reference", [0.0, 1.3])
def test_probabilities_are_those_of_the_eigenstates(reference):
    levels = (3, 4)
    rho = random_matrix(12, 7)
    state = state_of(rho, A * B, a=3, b=4)
    found = discrete_relative_distribution(state, "a", "b", reference=reference)
    assert len(found.angles) == 6
    moment = 0j
    for n in range(6):
        for r in range(n + 1):
            phi, ket = eigenstate(n, r, reference, levels)
            p = (ket.conj() @ rho @ ket).real
            assert found.angles[n][r] == pytest.approx(phi, abs=1e-14)
            assert found.probabilities[n][r] == pytest.approx(p, abs=1e-14)
            moment += p * np.exp(2j * phi)
    assert found.moment(2) == pytest.approx(moment, abs=1e-13)
    assert found.moment(-2) == pytest.approx(moment.conjugate(), abs=1e-13)
    assert found.quanta.sum() == pytest.approx(1, abs=1e-13)


def test_the_first_moment_is_that_of_the_unitary_with_its_wrap_terms():
    """E = Σ_N [Σ_{n<N} |n, N−n⟩⟨n+1, N−n−1| + e^{i(N+1)φ_0}|N, 0⟩⟨0, N|]."""
    rho, d, start = random_matrix(16, 3), 4, 0.4
    unitary = np.zeros((16, 16), complex)
    for quanta in range(2 * d - 1):
        for n in range(quanta):
            if n + 1 < d and quanta - n < d:
                unitary[n * d + quanta - n, (n + 1) * d + quanta - n - 1] = 1
        if quanta < d:
            unitary[quanta * d, quanta] += np.exp(1j * (quanta + 1) * start)
    found = discrete_relative_distribution(state_of(rho, A * B, a=d, b=d), "a", "b", reference=start)
    assert found.moment() == pytest.approx(np.trace(unitary @ rho), abs=1e-13)


def test_the_other_order_has_the_other_sign():
    state = state_of(random_matrix(12, 5), A * B, a=3, b=4)
    one, other = (discrete_relative_distribution(state, *names) for names in (("a", "b"), ("b", "a")))
    assert other.moment() == pytest.approx(one.moment().conjugate(), abs=1e-13)
    assert (one.label, other.label) == ("φ_a − φ_b", "φ_b − φ_a")


def test_many_quanta_agree_with_the_continuous_density():
    state = pure(coherent(3.5 * np.exp(0.9j), 36), coherent(3.5 * np.exp(-0.4j), 36))
    found = discrete_relative_distribution(state, "a", "b")
    continuous = ph.phase.relative_distribution(state, "a", "b")
    assert found.mean_direction == pytest.approx(1.3, abs=1e-3)
    assert found.resultant_length == pytest.approx(continuous.resultant_length, abs=2e-3)


def test_a_symmetric_state_gives_the_same_as_its_full_matrix():
    model = ph.zoo.shared_bath_pair(0.6, coupling=0.5, gain=1, two_photon_loss=2.0)
    state = ph.steady_state(model, cutoff=ph.Fixed(7))
    full = state_of(state.density_matrix(), A * B, a=7, b=7)
    one, other = (discrete_relative_distribution(s, "a", "b") for s in (state, full))
    for p, q in zip(one.probabilities, other.probabilities, strict=True):
        np.testing.assert_allclose(p, q, rtol=0, atol=1e-14)
    # The state is its own mirror image about 0.6, and so is the distribution where an angle of every block is 0.6.
    mirrored = discrete_relative_distribution(state, "a", "b", reference=0.6)
    assert mirrored.mean_direction == pytest.approx(0.6, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: discrete_relative_distribution(s, "a", "a"), "twice"),
        (lambda s: discrete_relative_distribution(s, "a", "s"), "two oscillators"),
        (lambda s: discrete_relative_distribution(s, "a", "s", reference=np.nan), "reference"),
    ],
)
def test_wrong_arguments_are_refused_in_words(call, words):
    with pytest.raises(ph.errors.InvalidInput, match=words):
        call(state_of(np.eye(6) / 6, A * ph.spin("s", 0.5).z, a=3))
