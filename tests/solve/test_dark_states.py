"""dark_states: the beam splitter, spins, cats, Hamiltonians that spoil them, and truncations that invent none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import comb, gammaln

import photinus as ph
from photinus import errors

A, B, C = (ph.oscillator(name) for name in "abc")
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)


@pytest.mark.parametrize("theta", [0.0, 0.7, -2.0])
def test_dark_states_of_a_shared_loss(theta):
    """Charge q: (c₊†)^q|0⟩/√q! = 2^{−q/2} Σ_n √C(q, n) e^{−iθ(q−n)} |n, q − n⟩, relative phase θ."""
    dark = ph.dark_states(ph.Model(jumps=[ph.reservoir.shared_loss(A, B, theta)]), cutoff=ph.Fixed(6))
    assert len(dark) == 6
    assert dark.grows
    for q, state in enumerate(dark):
        assert state.charge == (q,)
        assert state.decay == pytest.approx(0, abs=1e-12)
        assert state.error == 0
        ket = state.ket.reshape(6, 6)
        target = np.array([np.sqrt(comb(q, n)) * np.exp(-1j * theta * (q - n)) for n in range(q + 1)]) / 2 ** (q / 2)
        found = np.array([ket[n, q - n] for n in range(q + 1)])
        assert abs(np.vdot(target, found)) == pytest.approx(1, abs=1e-12)
        if q:
            assert state.relative_phase("a", "b") == pytest.approx(theta, abs=1e-12)
    with pytest.raises(errors.Undefined):
        dark[0].relative_phase("a", "b")


def test_the_modes_are_given_as_operators():
    theta = 0.7
    modes = ph.dark_states(ph.Model(jumps=[ph.reservoir.shared_loss(A, B, theta)]), cutoff=ph.Fixed(3)).modes
    assert modes.dark[0].isclose((A + np.exp(1j * theta) * B) / 2**0.5)
    assert modes.bright[0].isclose((A - np.exp(1j * theta) * B) / 2**0.5)
    assert modes.rates == pytest.approx([2.0])
    assert modes.kept


@settings(max_examples=20)
@given(st.integers(2, 5), st.integers(1, 3), st.integers(0, 999))
def test_collective_modes_are_orthonormal_and_dark(count, jumps, seed):
    rng = np.random.default_rng(seed)
    sites = [ph.oscillator(f"s{k}") for k in range(count)]
    rows = rng.normal(size=(jumps, count)) + 1j * rng.normal(size=(jumps, count))
    operators = [sum(c * x for c, x in zip(row, sites, strict=True)) for row in rows]
    model = ph.Model(jumps=[ph.Jump(1.0 + k, operator) for k, operator in enumerate(operators)])
    modes = ph.reservoir.collective_modes(model)
    assert len(modes.dark) == max(0, count - jumps)
    u = modes.coefficients
    assert np.abs(u @ u.conj().T - np.eye(count)).max() < 1e-10
    assert np.abs(rows.conj() @ u[len(modes.bright) :].T).max(initial=0) < 1e-10
    for mode in modes.dark:
        for jump in model.jumps:
            rest = ph.commutator(mode, jump.operator.dag())
            assert max((abs(c) for c in rest.terms.values()), default=0) < 1e-10


def test_a_hamiltonian_can_spoil_the_dark_modes():
    shared = ph.Model(jumps=[ph.Jump(1.0, A - B)])
    detuned = shared + ph.Model(0.2 * (A.dag() * A - B.dag() * B))
    dark = ph.dark_states(detuned)
    assert [state.charge for state in dark] == [(0,)]
    assert dark.modes.kept is False
    together = ph.dark_states(shared + ph.Model(0.2 * (A.dag() * A + B.dag() * B)), cutoff=ph.Fixed(4))
    assert together.energies == pytest.approx([0, 0.2, 0.4, 0.6])
    assert ph.dark_states(shared + ph.Model(0.1 * A.dag() ** 2 * A**2), cutoff=ph.Fixed(4)).modes.kept is None
    # The Kerr term moves |+, 2⟩, but |+, 1⟩ has one quantum and does not feel it.
    assert len(ph.dark_states(shared + ph.Model(0.1 * A.dag() ** 2 * A**2), cutoff=ph.Fixed(4))) == 2


def test_two_qubits_keep_the_ground_state_and_the_singlet():
    dark = ph.dark_states(ph.Model(jumps=[ph.Jump(1.0, S.minus + T.minus)]))
    assert len(dark) == 2
    singlet = dark[1].ket
    assert abs(singlet[1] + singlet[2]) < 1e-12
    assert dark.modes is None


def test_states_that_need_all_levels():
    """Cats of a² − α², |α = 3⟩ of a − α: dark only in the limit, and known to the tolerance."""
    cats = ph.dark_states(ph.Model(jumps=[ph.Jump(1.0, A**2 - 2)]))
    assert len(cats) == 2
    assert all(0 < state.error <= 1e-6 for state in cats)
    even = ph.states.cat({"a": 2**0.5}, cutoff=ph.Fixed(cats.cutoffs))
    assert cats[0].state.expect(A.dag() * A) == pytest.approx(even.expect(A.dag() * A), abs=1e-5)
    (coherent,) = ph.dark_states(ph.Model(jumps=[ph.Jump(1.0, A - 3)]))
    assert coherent.expect(A) == pytest.approx(3, abs=1e-5)


@pytest.mark.parametrize(
    "model",
    [
        ph.Model(jumps=[ph.Jump(1.0, A.dag())]),  # the highest level of a truncation is not dark
        ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5),
        ph.Model(jumps=[ph.Jump(1.0, A, reverse=1e-3)]),
        ph.Model(0.1 * (A + A.dag()), [ph.Jump(1.0, A)]),
    ],
    ids=str,
)
def test_no_dark_state_is_invented(model):
    assert len(ph.dark_states(model)) == 0


def test_dark_states_are_stationary():
    model = ph.Model(0.3 * (S.z + T.z), [ph.Jump(1.0, S.minus + T.minus)])
    manifold = ph.stationary_manifold(model)
    for state in ph.dark_states(model):
        end = manifold.project(state.state)
        assert np.abs(end.density_matrix() - state.state.density_matrix()).max() < 1e-12


def test_faces_and_bad_input():
    dark = ph.dark_states(ph.Model(jumps=[ph.Jump(1.0, A - B)]), cutoff=ph.Fixed(3))
    assert "charge 1; 0.707107|0,1⟩ + 0.707107|1,0⟩" in repr(dark)
    assert dark.to_xarray()["energy"].shape == (3,)
    assert list(dark.by_charge) == [(0,), (1,), (2,)]
    assert dark.kets.shape == (3, 9)
    with pytest.raises(errors.InvalidInput):
        ph.dark_states(ph.Model(A.dag() * A))
    with pytest.raises(errors.WrongType):
        ph.dark_states("model")
    with pytest.raises(errors.InvalidInput):
        ph.reservoir.collective_modes(ph.Model(jumps=[ph.Jump(1.0, A**2)]))


def test_pair_cats_of_every_charge():
    """D[ab − 1]: one pair coherent state Σ |n + q, n⟩/√(n!(n + q)!) for each charge q; of high q they come late."""
    dark = ph.dark_states(ph.Model(jumps=[ph.Jump(1.0, A * B - 1)]))
    assert dark.grows
    assert len(dark) >= 23
    assert max(state.error for state in dark) < 1e-6
    n = np.arange(12)
    for q in (0, 3, 7):
        (state,) = dark.by_charge[(q,)]
        expected = np.exp(-0.5 * (gammaln(n + 1) + gammaln(n + q + 1)))
        expected /= np.linalg.norm(expected)
        found = state.ket.reshape(state.space.levels)[n + q, n]
        assert np.abs(found - expected).max() < 1e-6


def test_infinitely_many_of_one_charge_are_refused_with_the_shift_that_helps():
    with pytest.raises(errors.NotConverged, match="shift an oscillator"):
        ph.dark_states(ph.Model(jumps=[ph.Jump(1.0, A - B - 1)]))
