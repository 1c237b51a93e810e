"""The derived symmetry against the sparsity of the Liouvillian itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from scipy.sparse.csgraph import connected_components

import photinus as ph
from laws.models import models
from photinus.model import Group
from photinus.space.liouvillian import generator_on
from photinus.space.sectors import grading
from photinus.space.space import Space, make_space


def space_of(model: ph.Model, levels: int = 4) -> Space:
    return make_space(model.sites, dict.fromkeys(model.oscillators, levels))


def full_liouvillian(model: ph.Model, space: Space):
    """On row-major density matrices, no symmetry used, from H and the jumps as they were written."""
    graded = grading(space, Group((), ()))
    channels = tuple(channel for jump in model.jumps for channel in jump.channels)
    return generator_on(space, model.hamiltonian, channels, graded=graded).liouvillian(graded.sector(())).matrix


def order_labels(model: ph.Model, space: Space) -> np.ndarray:
    """The coherence order of every |n⟩⟨m|, as a number."""
    weak = model.symmetry.weak
    charges = weak.charges(space.coordinates)
    difference = (charges[:, None] - charges[None, :]).reshape(space.dimension**2, len(weak.moduli))
    reduced = np.array([weak.reduce(row) for row in difference]).reshape(len(difference), -1)
    return np.unique(reduced, axis=0, return_inverse=True)[1].ravel() if weak.moduli else np.zeros(len(difference), int)


@given(models())
@settings(max_examples=60)
def test_no_order_mixes_with_another(model):
    """Each connected component of 𝓛's graph lies in one sector, so there are at least as many as there are sectors."""
    space = space_of(model)
    matrix = full_liouvillian(model, space).tocoo()
    live = np.abs(matrix.data) > 1e-13 * np.abs(matrix.data).max(initial=1.0)
    labels = order_labels(model, space)
    assert np.array_equal(labels[matrix.row[live]], labels[matrix.col[live]])
    matrix.data = np.where(live, np.abs(matrix.data), 0.0)
    matrix = matrix.tocsr()
    matrix.eliminate_zeros()
    count, component = connected_components(matrix, directed=False)
    assert len(np.unique(labels)) <= count
    for k in range(count):
        assert len(np.unique(labels[component == k])) == 1


@given(models())
@settings(max_examples=40)
def test_the_orders_are_those_of_the_sectors_and_fill_the_space(model):
    space = space_of(model)
    graded = grading(space, model.symmetry.weak)
    labels = order_labels(model, space)
    orders = graded.orders()
    assert len(orders) == len(np.unique(labels))
    assert sum(graded.sector(order).size for order in orders) == space.dimension**2
    for order in orders:
        rows, columns = graded.sector(order).kets
        assert len(np.unique(labels[rows * space.dimension + columns])) == 1


@given(models())
@settings(max_examples=40)
def test_kets_of_different_strong_classes_never_mix(model):
    """Hamiltonian and jumps are block diagonal in the classes of the strong symmetry."""
    space, strong = space_of(model), model.symmetry.strong
    charges = strong.charges(space.coordinates)
    hamiltonian, channels = model.generator
    for operator in (hamiltonian, *(jump for _, jump in channels)):
        rows, columns = np.nonzero(np.abs(space.matrix(operator)) > 1e-13)
        assert np.array_equal(charges[rows], charges[columns])


@given(models())
@settings(max_examples=30)
def test_moving_identities_out_of_the_jumps_changes_nothing(model):
    space = space_of(model, 3)
    graded = grading(space, Group((), ()))
    moved = generator_on(space, *model.generator, graded=graded).liouvillian(graded.sector(())).matrix
    difference = abs(moved - full_liouvillian(model, space))
    assert difference.max() < 1e-12 * max(1.0, abs(moved).max())


@given(models())
@settings(max_examples=30)
def test_the_generator_keeps_trace_and_hermiticity(model):
    space = space_of(model, 3)
    d = space.dimension
    rng = np.random.default_rng(1)
    x = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    x = x + x.conj().T
    change = (full_liouvillian(model, space) @ x.ravel()).reshape(d, d)
    scale = max(1.0, np.abs(change).max())
    assert abs(np.trace(change)) < 1e-11 * scale
    assert np.abs(change - change.conj().T).max() < 1e-12 * scale
