"""Laws of all states by name, on random parameters; and QuTiP's states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from photinus.space.state import State

S = ph.spin("s", 1)
ANGLES = st.floats(-np.pi, np.pi)
SMALL = st.builds(lambda r, phi: r * np.exp(1j * phi), st.floats(0, 1.2), ANGLES)


def sites(name: str) -> st.SearchStrategy[State]:
    """States of one oscillator."""
    return st.one_of(
        st.builds(lambda n: ph.states.fock({name: n}), st.integers(0, 5)),
        st.builds(lambda z: ph.states.coherent({name: z}), SMALL),
        st.builds(lambda z, d: ph.states.squeezed({name: z / 2}, displacement={name: d}), SMALL, SMALL),
        st.builds(lambda n, d: ph.states.thermal({name: n}, displacement={name: d}), st.floats(0, 1), SMALL),
        st.builds(lambda n: ph.states.thermal({name: n}), st.floats(0, 1)),
        st.builds(lambda z, legs: ph.states.cat({name: z + 0.1}, legs=legs), SMALL, st.integers(1, 4)),
    )


STATES = st.one_of(
    sites("a"),
    st.builds(lambda t, f: ph.states.spin_coherent({S: (t, f)}), st.floats(0, np.pi), ANGLES),
    st.builds(lambda r, f: ph.states.two_mode_squeezed(("a", "b"), r, f), st.floats(-0.5, 0.5), ANGLES),
    st.builds(lambda x, y, f: ph.states.phase_locked_mixture({"a": x, "b": y / 2}, angle=f), SMALL, SMALL, ANGLES),
    st.builds(lambda x, c: ph.states.phase_locked_mixture({"a": x, "b": x / 2}, density=[1, c / 2.5]), SMALL, SMALL),
)


@given(STATES)
@settings(max_examples=60)
def test_states_are_states(state):
    rho = state.density_matrix()
    assert state.trace() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(rho, rho.conj().T, rtol=0, atol=1e-15)
    assert np.linalg.eigvalsh(rho)[0] > -1e-13
    assert state.certificate is None
    assert list(state.parts) == [state.grading.group.zero]


@given(sites("a"), sites("b"))
@settings(max_examples=20)
def test_factors_are_the_reduced_states_of_their_product(first, second):
    state = ph.states.product(second, first)
    for factor, name in ((first, "a"), (second, "b")):
        np.testing.assert_allclose(state.reduced(name).density_matrix(), factor.density_matrix(), rtol=0, atol=1e-13)
    assert state.entropy() == pytest.approx(first.entropy() + second.entropy(), abs=1e-9)


@given(sites("a"), ANGLES)
@settings(max_examples=30)
def test_turning_shifts_the_phase_density(state, angle):
    turned = ph.states.rotated(state, {"a": angle})
    before, after = (ph.phase.distribution(s, "a").harmonics for s in (state, turned))
    np.testing.assert_allclose(after, before * np.exp(1j * angle * np.arange(len(before))), rtol=0, atol=1e-13)
    assert turned.grading == state.grading
    assert turned.purity() == pytest.approx(state.purity(), abs=1e-13)


@given(SMALL, ANGLES)
@settings(max_examples=20)
def test_a_turned_coherent_state_is_the_coherent_state_of_the_turned_amplitude(alpha, angle):
    turned = ph.states.rotated(ph.states.coherent({"a": alpha}, cutoff=ph.Fixed(20)), {"a": angle})
    expected = ph.states.coherent({"a": alpha * np.exp(1j * angle)}, cutoff=ph.Fixed(20))
    np.testing.assert_allclose(turned.density_matrix(), expected.density_matrix(), rtol=0, atol=1e-13)


@given(st.lists(sites("a"), min_size=2, max_size=3), st.integers(0, 1000))
@settings(max_examples=20)
def test_mixing_does_not_lower_the_entropy(states, seed):
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(states)))
    state = ph.states.mixture(weights, states)
    mean = float(sum(w * s.entropy() for w, s in zip(weights, states, strict=True)))
    spread = float(-(weights * np.log(weights)).sum())
    assert mean - 1e-9 <= state.entropy() <= mean + spread + 1e-9  # concavity, and its bound


class TestQuTiP:
    """The same states from QuTiP, cut from a larger space."""

    qutip = pytest.importorskip("qutip")
    large = 120

    def same(self, state: State, other) -> None:
        other = other if other.isoper else other.proj()
        n = state.space.dimension
        np.testing.assert_allclose(state.density_matrix(), other.full()[:n, :n], rtol=0, atol=3e-12)

    def test_coherent(self):
        alpha = 1.4 * np.exp(0.8j)
        self.same(ph.states.coherent({"a": alpha}), self.qutip.coherent(self.large, alpha, method="analytic"))

    def test_thermal(self):
        self.same(ph.states.thermal({"a": 1.3}), self.qutip.thermal_dm(self.large, 1.3, method="analytic"))

    def test_squeezed(self):
        zeta, alpha = 0.5 * np.exp(0.9j), 0.7 - 0.4j
        displaced = self.qutip.displace(self.large, alpha) * self.qutip.squeeze(self.large, zeta)
        state = ph.states.squeezed({"a": zeta}, displacement={"a": alpha})
        self.same(state, displaced * self.qutip.basis(self.large, 0))

    def test_displaced_thermal(self):
        d = self.qutip.displace(self.large, -0.8j)
        thermal = self.qutip.thermal_dm(self.large, 0.5, method="analytic")
        self.same(ph.states.thermal({"a": 0.5}, displacement={"a": -0.8j}), d * thermal * d.dag())

    @pytest.mark.parametrize("j", [0.5, 1, 3])
    def test_spin_coherent(self, j):
        spin = ph.spin("s", j)
        ours = ph.states.spin_coherent({spin: (1.1, 0.6)})
        self.same(ours, self.qutip.spin_coherent(j, 1.1, 0.6))

    def test_two_mode_squeezed(self):
        n, r, angle = 24, 0.3, 0.7
        a, b = (
            self.qutip.tensor(*pair)
            for pair in ((self.qutip.destroy(n), self.qutip.qeye(n)), (self.qutip.qeye(n), self.qutip.destroy(n)))
        )
        zeta = r * np.exp(1j * angle)
        squeeze = (np.conj(zeta) * a * b - zeta * a.dag() * b.dag()).expm()
        ket = (squeeze * self.qutip.tensor(self.qutip.basis(n, 0), self.qutip.basis(n, 0))).full().reshape(n, n)
        state = ph.states.two_mode_squeezed(("a", "b"), r, angle)
        cut = state.cutoffs["a"]
        expected = ket[:cut, :cut].ravel()
        np.testing.assert_allclose(state.density_matrix(), np.outer(expected, expected.conj()), rtol=0, atol=3e-12)


def test_the_asymmetry_of_states_that_are_known():
    """U(1) asymmetry: the entropy of the populations less that of the state."""
    for state, expected in (
        (ph.states.coherent({"a": 1.0}), 1.3048422),
        (ph.states.thermal({"a": 0.5}), 0.0),
        (ph.states.thermal({"a": 0.5}, displacement={"a": 0.8}), 0.518908269),
        (ph.states.coherent({"a": 1.7}), 1.910985632),
    ):
        p = state.populations("a")
        p = p[p > 0]
        assert -(p * np.log(p)).sum() - state.entropy() == pytest.approx(expected, abs=1e-7)
