"""Entanglement: closed forms, QuTiP, and the laws that a measure of entanglement obeys."""

from __future__ import annotations

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph
from photinus import errors
from photinus.algebra import Operator
from photinus.measures import concurrence, logarithmic_negativity, negativity
from photinus.measures.entanglement import partial_transpose
from photinus.model import Group
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix

A, B = ph.oscillator("a"), ph.oscillator("b")
S, T, Q = ph.spin("s", 0.5), ph.spin("t", 1), ph.qudit("q", 2)
SEEDS = st.integers(0, 2**32 - 1)
NONE = Group((), ())


def state(rho: np.ndarray, operator: Operator, cutoffs: dict[str, int], group: Group = NONE) -> State:
    """A state on the sites of an operator; coherences that the group does not have are left out."""
    graded = grading(make_space(operator.sites, cutoffs), group)
    kept = np.zeros_like(rho)
    zero = graded.sector(group.zero).kets
    kept[zero] = rho[zero]
    return state_from_matrix(rho if group is NONE else kept, graded)


def random_rho(rng: np.random.Generator, dimension: int, rank: int | None = None) -> np.ndarray:
    real, imaginary = rng.normal(size=(2, dimension, rank or dimension))
    x = real + 1j * imaginary
    rho = x @ x.conj().T
    return rho / np.trace(rho).real


def two_qubits(rho: np.ndarray) -> State:
    return state(np.asarray(rho, complex), S.z * Q(0, 1), {})  # q before s


def oscillators(rho: np.ndarray, n: int, m: int, group: Group = NONE) -> State:
    return state(rho, A * B, {"a": n, "b": m}, group)


# --- closed forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0, np.pi / 2])
def test_a_pure_pair_of_qubits(angle):
    """cos(θ/2)|00⟩ + sin(θ/2)|11⟩: C = |sin θ| = 2N."""
    ket = np.array([np.cos(angle / 2), 0, 0, np.sin(angle / 2)])
    pair = two_qubits(np.outer(ket, ket))
    assert concurrence(pair, "q", "s") == pytest.approx(np.sin(angle), abs=1e-14)
    assert negativity(pair, "q", "s") == pytest.approx(np.sin(angle) / 2, abs=1e-14)
    assert logarithmic_negativity(pair, "q", "s") == pytest.approx(np.log(1 + np.sin(angle)), abs=1e-14)


@pytest.mark.parametrize("p", [0.0, 0.2, 1 / 3, 0.5, 0.9, 1.0])
def test_werner_states(p):
    """p|ψ⟩⟨ψ| + (1 − p)/4: entangled for p > 1/3, C = (3p − 1)/2 = 2N."""
    singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    pair = two_qubits(p * np.outer(singlet, singlet) + (1 - p) / 4 * np.eye(4))
    expected = max(0, (3 * p - 1) / 2)
    assert concurrence(pair, "q", "s") == pytest.approx(expected, abs=1e-14)
    assert negativity(pair, "q", "s") == pytest.approx(expected / 2, abs=1e-14)


@pytest.mark.parametrize("r", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("group", [NONE, Group((0,), ((1, -1),))])
def test_the_two_mode_squeezed_vacuum(r, group):
    """E_N = 2r; with N levels the sums are geometric: ‖ρ^T‖₁ = (Σ tⁿ)²/Σ t²ⁿ, t = tanh r."""
    n = 20
    ket = np.zeros((n, n), complex)
    ket[range(n), range(n)] = np.tanh(r) ** np.arange(n)
    ket = ket.ravel() / np.linalg.norm(ket)
    pair = oscillators(np.outer(ket, ket.conj()), n, n, group)
    t = np.tanh(r) ** np.arange(n)
    assert logarithmic_negativity(pair, "a", "b") == pytest.approx(np.log(t.sum() ** 2 / (t**2).sum()), abs=1e-12)
    assert logarithmic_negativity(pair, "a", "b") == pytest.approx(2 * r, abs=1e-4)


def poisson_mixture(alpha: float, beta: float, n: int) -> np.ndarray:
    """∫dφ/2π |αe^{iφ}⟩⟨αe^{iφ}| ⊗ |βe^{iφ}⟩⟨βe^{iφ}|."""
    k = np.arange(n)
    factorial = np.cumprod(np.maximum(k, 1).astype(float))
    ket = np.kron(alpha**k / np.sqrt(factorial), beta**k / np.sqrt(factorial)) * np.exp(-(alpha**2 + beta**2) / 2)
    total = np.add.outer(k, k).ravel()
    return np.where(np.equal.outer(total, total), np.outer(ket, ket), 0).astype(complex)


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 1.5), (0.4, 0.3)])
def test_a_phase_locked_mixture_is_separable(alpha, beta):
    n = 28
    pair = oscillators(poisson_mixture(alpha, beta, n), n, n, Group((0,), ((1, 1),)))
    assert negativity(pair, "a", "b") < 1e-13
    assert ph.measures.amplitude_correlation(pair, "a", "b") == pytest.approx(1, abs=1e-9)
    assert ph.measures.phase_coherence(pair, "a", "b") > 0.1


@pytest.mark.parametrize(("a", "b"), [((0.3, 0.7), (0.3, 0.7)), ((0.1, 0.9), (0.5, 0.2)), ((1.0, 0.4), (0.6, 0.6))])
def test_two_coupled_spins_one_are_entangled_at_first_order(a, b):
    """N/ε = 2/(γ_dA + γ_gB) + 2/(γ_gA + γ_dB) for H = (iε/2)(S₊S₋ − S₋S₊) and rates (γ_g, γ_d) of A and B.

    Both cycles are at m = 0, |00⟩, and −iH|00⟩ = ε(|+−⟩ − |−+⟩). |+⟩ decays to |0⟩ with γ_d and |−⟩ with γ_g, so that
    the coherence |+−⟩⟨00| is 2ε/(γ_dA + γ_gB). Its partial transpose |+0⟩⟨0−| joins two empty kets: eigenvalues ± its
    size. The same holds for |−+⟩⟨00|. Equal cycles have no first harmonic of the phase difference at all.
    """
    s, t = ph.spin("s", 1), ph.spin("t", 1)
    expected = 2 / (a[1] + b[0]) + 2 / (a[0] + b[1])
    found = []
    for epsilon in (2e-4, 1e-4):
        exchange = ph.Model(0.5j * epsilon * (s.plus * t.minus - s.minus * t.plus))
        model = ph.zoo.spin_one("s", gain=a[0], loss=a[1]) + ph.zoo.spin_one("t", gain=b[0], loss=b[1]) + exchange
        pair = ph.steady_state(model)
        found.append(negativity(pair, "s", "t") / epsilon)
        if a == b:
            assert ph.measures.phase_coherence(pair, "s", "t") < 1e-14
    assert found[1] == pytest.approx(expected, rel=2e-3)
    assert 2 * found[1] - found[0] == pytest.approx(expected, rel=2e-5)  # the next order in ε taken off


def test_more_sites_on_a_side():
    """(|000⟩ + |111⟩)/√2: N = ½ across every cut, and 0 between two sites alone."""
    s, t, u = (ph.spin(name, 0.5) for name in "stu")
    ket = np.zeros(8)
    ket[[0, 7]] = np.sqrt(0.5)
    ghz = state(np.outer(ket, ket).astype(complex), s.z * t.z * u.z, {})
    for first, second in ((("s", "t"), "u"), ("t", ("s", "u")), (("u", "t"), ("s",)), ((s, t), u)):
        assert negativity(ghz, first, second) == pytest.approx(0.5, abs=1e-14)
    assert negativity(ghz, "s", "t") == pytest.approx(0, abs=1e-14)
    assert concurrence(ghz, "s", "t") == pytest.approx(0, abs=1e-14)


# --- QuTiP -----------------------------------------------------------------------------------------------------------

SPACES = {
    "oscillators": (
        A * B,
        {"a": 3, "b": 4},
        [NONE, Group((0,), ((1, 1),)), Group((2,), ((1, 1),)), Group((0,), ((2, 1),))],
    ),
    "oscillator and spin": (A * T.z, {"a": 4}, [NONE, Group((0,), ((1, 1),)), Group((3,), ((1, 2),))]),
    "spin and qudit": (T.z * Q(0, 1), {}, [NONE, Group((0,), ((1, 1),))]),
}


@pytest.mark.parametrize("rank", [1, 2, None])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", SPACES)
def test_negativity_and_mutual_information_are_those_of_qutip(name, seed, rank):
    operator, cutoffs, groups = SPACES[name]
    rng = np.random.default_rng([seed, rank or 0])
    for group in groups:
        space = make_space(operator.sites, cutoffs)
        pair = state(random_rho(rng, space.dimension, rank), operator, cutoffs, group)
        first, second = (site.name for site in pair.sites)
        rho = ph.interop.to_qutip(pair)
        mask = [0, 1]
        np.testing.assert_allclose(
            partial_transpose(pair, second).density_matrix(),
            qutip.partial_transpose(rho, mask).full(),
            rtol=0,
            atol=1e-15,
        )
        expected = qutip.negativity(rho, 0, method="eigenvalues")
        assert negativity(pair, first, second) == pytest.approx(expected, abs=1e-12)
        assert negativity(pair, second, first) == pytest.approx(expected, abs=1e-12)
        logarithmic = qutip.negativity(rho, 0, method="eigenvalues", logarithmic=True) * np.log(2)
        assert logarithmic_negativity(pair, first, second) == pytest.approx(logarithmic, abs=1e-12)
        information = qutip.entropy_mutual(rho, 0, 1)
        assert ph.measures.mutual_information(pair, first, second) == pytest.approx(information, abs=1e-10)


@pytest.mark.parametrize("rank", [1, 2, 3, None])
def test_concurrence_is_that_of_qutip(rank):
    rng = np.random.default_rng(rank or 0)
    for _ in range(15):
        pair = two_qubits(random_rho(rng, 4, rank))
        value = concurrence(pair, "q", "s")
        # QuTiP takes the square root of the rounding error of zero eigenvalues.
        assert value == pytest.approx(qutip.concurrence(ph.interop.to_qutip(pair)), abs=1e-12 if rank is None else 1e-7)
        assert value >= 2 * negativity(pair, "q", "s") - 1e-12
        if rank == 1:
            assert value == pytest.approx(2 * negativity(pair, "q", "s"), abs=1e-12)


MODELS = {
    "U(1)": ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=2, coherent=1.5, detuning=0.4, dissipative=0.3),
    "Z₂": ph.zoo.coupled_van_der_pol(gain=0.5, two_photon_loss=2, coherent=1)
    + ph.Model(0.6j * (A.dag() * B.dag() - A * B) + 0.2j * (A.dag() ** 2 - A**2)),
    "none": ph.zoo.coupled_van_der_pol(gain=0.5, two_photon_loss=2, coherent=1) + ph.Model(0.4j * (A.dag() - A)),
    "sum of phases": ph.Model(
        0.5j * (A.dag() * B.dag() - A * B), [ph.Jump(1.0, A), ph.Jump(1.2, B), ph.Jump(0.1, A**2), ph.Jump(0.2, B**2)]
    ),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("cutoff", [4, 6])
def test_steady_states_agree_with_qutip(name, cutoff):
    pair = ph.steady_state(MODELS[name], cutoff=ph.Fixed(cutoff))
    expected = qutip.negativity(ph.interop.to_qutip(pair), 0, method="eigenvalues")
    assert negativity(pair, "a", "b") == pytest.approx(expected, abs=1e-12)


# --- laws ------------------------------------------------------------------------------------------------------------


@given(SEEDS)
@settings(max_examples=30)
def test_a_product_is_not_entangled(seed):
    rng = np.random.default_rng(seed)
    pair = oscillators(np.kron(random_rho(rng, 3), random_rho(rng, 4)), 3, 4)
    assert negativity(pair, "a", "b") < 1e-14
    qubits = two_qubits(np.kron(random_rho(rng, 2), random_rho(rng, 2)))
    assert concurrence(qubits, "q", "s") < 1e-14


@given(SEEDS, st.floats(-4, 4), st.floats(-4, 4))
@settings(max_examples=30)
def test_phase_shifts_do_not_change_entanglement(seed, phi, chi):
    rho = random_rho(np.random.default_rng(seed), 12, 2)
    turn = np.exp(1j * np.add.outer(phi * np.arange(3), chi * np.arange(4)).ravel())
    values = [negativity(oscillators(r, 3, 4), "a", "b") for r in (rho, turn[:, None] * rho * turn.conj())]
    assert values[0] == pytest.approx(values[1], abs=1e-13)
    assert 0 <= values[0] <= 1 + 1e-12  # (d − 1)/2 with d = 3


@given(SEEDS, st.sampled_from(["a", "b"]))
@settings(max_examples=30)
def test_local_channels_do_not_raise_entanglement_or_information(seed, site):
    """Kraus operators of an isometry of one site into two sites, one of them lost."""
    rng = np.random.default_rng(seed)
    n, m = 3, 4
    rho = random_rho(rng, n * m, 2)
    d = n if site == "a" else m
    isometry = np.linalg.qr(rng.normal(size=(2 * d, d)) + 1j * rng.normal(size=(2 * d, d)))[0].reshape(2, d, d)
    kraus = [np.kron(k, np.eye(m)) if site == "a" else np.kron(np.eye(n), k) for k in isometry]
    before, after = oscillators(rho, n, m), oscillators(sum(k @ rho @ k.conj().T for k in kraus), n, m)
    for measure in (negativity, logarithmic_negativity, ph.measures.mutual_information):
        assert measure(after, "a", "b") <= measure(before, "a", "b") + 1e-12


# --- mistakes --------------------------------------------------------------------------------------------------------


def test_mistakes_are_typed():
    pair = oscillators(np.eye(12) / 12 + 0j, 3, 4)
    with pytest.raises(errors.InvalidInput, match="3 and 4 levels"):
        concurrence(pair, "a", "b")
    with pytest.raises(errors.InvalidInput, match="named twice"):
        negativity(pair, "a", "a")
    with pytest.raises(errors.UnknownSite):
        negativity(pair, "a", "c")
    with pytest.raises(errors.InvalidInput, match="without sites"):
        negativity(pair, ("a", "b"), ())
    with pytest.raises(errors.WrongType, match="of a model"):
        negativity(MODELS["U(1)"], "a", "b")


def test_the_table_shows_what_applies():
    qubits = two_qubits(np.eye(4) / 4 + 0j)
    assert {"negativity", "logarithmic_negativity", "concurrence", "discord"} <= set(
        ph.measures.table(qubits, "q", "s").as_dict()
    )
    shown = set(ph.measures.table(oscillators(np.eye(4) / 4 + 0j, 2, 2), "a", "b").as_dict())
    assert {"negativity", "renyi_discord", "phase_mutual_information"} <= shown
    assert not {"concurrence", "discord", "pearson_correlation"} & shown


def test_a_side_may_be_a_list():
    state = ph.states.superposition([(1, {"a": 1, "b": 0, "c": 0}), (1, {"a": 0, "b": 1, "c": 1})])
    assert ph.measures.negativity(state, ["a", "b"], "c") == ph.measures.negativity(state, ("a", "b"), "c") > 0.49
