"""Laws of steady states, reduced states and phase densities on random models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings

import photinus as ph
from laws.models import A, B, attractive_models, operators
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix

CUTOFF = ph.Fixed(4)


def random_state(model: ph.Model, seed: int = 0, levels: int = 4) -> State:
    space = make_space(model.sites, dict.fromkeys(model.oscillators, levels))
    real, imaginary = np.random.default_rng(seed).normal(size=(2, space.dimension, space.dimension))
    x = real + 1j * imaginary
    rho = x @ x.conj().T
    return state_from_matrix(rho / np.trace(rho).real, grading(space, model.symmetry.weak))


@given(attractive_models())
@settings(max_examples=25)
def test_steady_states_are_states(model):
    state = ph.steady_state(model, cutoff=CUTOFF)
    rho = state.density_matrix()
    assert state.trace() == pytest.approx(1, abs=1e-12)
    assert np.array_equal(rho, rho.conj().T)
    assert np.linalg.eigvalsh(rho)[0] > -1e-11
    assert state.certificate.residual < 1e-9
    assert state.populations().sum() == pytest.approx(1, abs=1e-12)


@given(attractive_models())
@settings(max_examples=25)
def test_purity_and_entropy_are_bounded(model):
    for state in (ph.steady_state(model, cutoff=CUTOFF), random_state(model)):
        d = state.space.dimension
        rho = state.density_matrix()
        assert 1 / d - 1e-12 <= state.purity() <= 1 + 1e-12
        assert 0 <= state.entropy() <= np.log(d) + 1e-12
        assert state.purity() == pytest.approx(np.trace(rho @ rho).real, abs=1e-12)
        assert state.entropy() >= -np.log(state.purity()) - 1e-10  # Rényi entropies fall with their order
        assert np.allclose(state.eigenvalues, np.linalg.eigvalsh(rho), rtol=0, atol=1e-12)


@given(attractive_models(), operators("mixed", longest=2))
@settings(max_examples=40)
def test_expectation_values_are_traces_and_zero_where_forbidden(model, operator):
    assume({site.name for site in operator.sites} <= {site.name for site in model.sites})
    state = ph.steady_state(model, cutoff=CUTOFF)
    matrix = state.space.matrix(operator)
    assert state.expect(operator) == pytest.approx(np.trace(matrix @ state.density_matrix()), abs=1e-10)
    weak = model.symmetry.weak
    kets = state.space.coordinates
    rows, columns = np.nonzero(matrix)
    if rows.size and all(any(weak.reduce(q)) for q in weak.charges(kets[rows] - kets[columns])):
        assert state.expect(operator) == 0


@given(attractive_models())
@settings(max_examples=25)
def test_reduced_states_are_partial_traces(model):
    for state in (ph.steady_state(model, cutoff=CUTOFF), random_state(model)):
        names = [site.name for site in state.sites]
        tensor = state.density_matrix().reshape(state.space.levels * 2)
        for k, name in enumerate(names):
            others = tensor
            for axis in reversed([i for i in range(len(names)) if i != k]):
                others = np.trace(others, axis1=axis, axis2=axis + others.ndim // 2)
            part = state.reduced(name)
            assert np.allclose(part.density_matrix(), others, rtol=0, atol=1e-13)
            assert np.allclose(part.populations(name), state.populations(name), rtol=0, atol=1e-13)
            assert part.trace() == pytest.approx(1, abs=1e-12)
        assert np.array_equal(state.reduced(*reversed(names)).density_matrix(), state.density_matrix())


@given(attractive_models())
@settings(max_examples=20)
def test_the_mutual_information_is_bounded(model):
    assume(len(model.sites) == 2)
    names = [site.name for site in model.sites]
    for state in (ph.steady_state(model, cutoff=CUTOFF), random_state(model)):
        information = ph.measures.mutual_information(state, *names)
        parts = [state.reduced(name).entropy() for name in names]
        assert -1e-12 <= information <= 2 * min(parts) + 1e-9
        assert abs(parts[0] - parts[1]) <= state.entropy() + 1e-9  # Araki and Lieb


@given(attractive_models())
@settings(max_examples=25)
def test_phase_densities_are_densities(model):
    for state in (ph.steady_state(model, cutoff=CUTOFF), random_state(model)):
        for site in state.sites:
            if site.kind == "qudit":
                continue
            for kind in ("canonical", "husimi") if site.kind == "oscillator" else ("husimi",):
                density = ph.phase.distribution(state, site.name, kind=kind).density
                assert density.mean() * 2 * np.pi == pytest.approx(1, abs=1e-12)
                assert density.min() > -1e-10
            assert 0 <= ph.measures.phase_coherence(state, site.name) <= 1 + 1e-12


@given(attractive_models())
@settings(max_examples=25)
def test_a_site_with_a_conserved_order_has_a_uniform_phase(model):
    state = ph.steady_state(model, cutoff=CUTOFF)
    for site in state.sites:
        if site.kind == "qudit" or not any(model.symmetry.order({site.name: 1})):
            continue
        assert ph.measures.phase_coherence(state, site.name) == 0
        orders = [model.symmetry.order({site.name: k}) for k in range(1, 4)]
        if all(any(order) for order in orders):
            density = ph.phase.distribution(state, site.name).density
            assert np.allclose(density, 1 / (2 * np.pi), rtol=0, atol=1e-13)
            assert ph.measures.peak_height(state, site.name) == 0


@given(attractive_models())
@settings(max_examples=20)
def test_joint_densities_have_the_right_marginals(model):
    assume(len(model.sites) == 2 and all(site.kind != "qudit" for site in model.sites))
    state = random_state(model)
    first, second = (site.name for site in model.sites)
    joint = ph.phase.joint_distribution(state, first, second, points=32)
    assert joint.density.mean() * 4 * np.pi**2 == pytest.approx(1, abs=1e-12)
    step = 2 * np.pi / 32
    for axis, name in ((1, first), (0, second)):
        marginal = joint.density.sum(axis=axis) * step
        assert np.allclose(marginal, ph.phase.distribution(state, name, points=32).density, rtol=0, atol=1e-12)
    swapped = ph.phase.joint_distribution(state, second, first, points=32)
    assert np.allclose(swapped.density, joint.density.T, rtol=0, atol=1e-13)


def test_wigner_and_husimi_functions_integrate_to_one():
    state = random_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=1), levels=6)
    axis = np.linspace(-9, 9, 181)
    cell = (axis[1] - axis[0]) ** 2
    for function in (ph.phase.wigner, ph.phase.husimi):
        assert function(state, "a", axis, axis).sum() * cell == pytest.approx(1, abs=1e-9)


def test_the_relative_density_is_the_joint_one_along_the_diagonal():
    state = random_state(ph.Model(A.dag() * B + B.dag() * A), levels=5)
    points = 32
    joint = ph.phase.joint_distribution(state, "a", "b", points=points).density
    relative = ph.phase.relative_distribution(state, "a", "b", points=points)
    k = np.arange(points)
    step = 2 * np.pi / points
    sums = np.array([joint[(d + k) % points, k].sum() * step for d in k])  # φ_a − φ_b = d·step
    assert np.allclose(np.roll(sums, points // 2), relative.density, rtol=0, atol=1e-12)
