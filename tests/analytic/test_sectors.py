"""U(1) sectors: their sizes in closed form, and what the symmetry does to the generator."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest

import photinus as ph
from photinus.model import Group
from photinus.space.liouvillian import generator, generator_on
from photinus.space.sectors import grading
from photinus.space.space import make_space


def ring(modes: int) -> ph.Model:
    """Oscillators that exchange quanta: U(1) of the total number, and nothing else."""
    if modes == 1:
        return ph.zoo.van_der_pol(gain=1, two_photon_loss=1)
    return ph.zoo.coupled_van_der_pol(list(combinations(range(modes), 2)), gain=1, two_photon_loss=1, dissipative=1)


def uncoupled(modes: int) -> ph.Model:
    """One U(1) for each oscillator."""
    return ph.zoo.coupled_van_der_pol([(0, 1)] if modes == 2 else [(0, 1), (1, 2)], gain=1, two_photon_loss=1)


def size(model: ph.Model, levels: int, order: tuple[int, ...]) -> int:
    space = make_space(model.sites, dict.fromkeys(model.oscillators, levels))
    return grading(space, model.symmetry.weak).sector(order).size


# |n⟩⟨m| of M modes with d levels has the total order k = Σ n_i − Σ m_i. With m_i → d − 1 − m_i that is the number of
# ways to write M(d − 1) + k as a sum of 2M numbers from 0 to d − 1, by inclusion and exclusion
#   D_M(k) = Σ_j (−1)^j C(2M, j) C(M(d − 1) + k − jd + 2M − 1, 2M − 1).


def total_order_size(modes: int, levels: int, k: int) -> int:
    top = modes * (levels - 1) + k
    terms = range(top // levels + 1) if top >= 0 else ()
    return sum((-1) ** j * comb(2 * modes, j) * comb(top - j * levels + 2 * modes - 1, 2 * modes - 1) for j in terms)


@pytest.mark.parametrize(("modes", "levels"), [(1, 1), (1, 7), (2, 1), (2, 2), (2, 5), (2, 9), (3, 2), (3, 4)])
def test_sizes_of_every_total_order(modes, levels):
    model = ring(modes)
    space = make_space(model.sites, dict.fromkeys(model.oscillators, levels))
    graded = grading(space, model.symmetry.weak)
    assert len(graded.orders()) == 2 * modes * (levels - 1) + 1
    found = {order[0]: graded.sector(order).size for order in graded.orders()}
    assert found == {k: total_order_size(modes, levels, k) for k in found}
    assert sum(found.values()) == levels ** (2 * modes)


@pytest.mark.parametrize("d", [1, 2, 3, 6, 11, 20])
def test_closed_forms_of_order_zero(d):
    assert size(ring(1), d, (0,)) == d
    assert size(ring(2), d, (0,)) == d * (2 * d**2 + 1) // 3
    if d < 11:
        assert size(ring(3), d, (0,)) == d * (11 * d**4 + 5 * d**2 + 4) // 20


def test_sizes_of_the_reference_table():
    assert size(ring(2), 20, (0,)) == 5340
    assert size(ring(3), 10, (0,)) == 55252


@pytest.mark.parametrize("k", [-6, -1, 0, 3, 6])
def test_one_mode_has_d_minus_k_coherences(k):
    assert size(ring(1), 7, (k,)) == 7 - abs(k)


@pytest.mark.parametrize(("modes", "d"), [(2, 4), (3, 3)])
def test_uncoupled_modes_have_an_order_each(modes, d):
    model = uncoupled(modes)
    assert model.symmetry.weak.moduli == (0,) * modes
    space = make_space(model.sites, dict.fromkeys(model.oscillators, d))
    graded = grading(space, model.symmetry.weak)
    assert len(graded.orders()) == (2 * d - 1) ** modes
    for order in graded.orders():
        assert graded.sector(order).size == np.prod([d - abs(k) for k in order])


# Weak U(1) symmetry (reference B86): [𝓛, ad_n] = 0, ad_n ρ = nρ − ρn. A drive breaks it.


def full_liouvillian(model: ph.Model, levels: int) -> np.ndarray:
    """𝓛 on row-major density matrices of the whole space, no symmetry used."""
    space = make_space(model.sites, dict.fromkeys(model.oscillators, levels))
    graded = grading(space, Group((), ()))
    return generator_on(space, *model.generator, graded=graded).liouvillian(graded.sector(())).matrix.toarray()


def commutator_with_order(model: ph.Model, levels: int) -> float:
    n = np.arange(levels)
    order = np.subtract.outer(n, n).ravel()
    full = full_liouvillian(model, levels)
    return float(np.abs(full * order - order[:, None] * full).max())


def test_the_generator_commutes_with_the_order():
    assert commutator_with_order(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.4, kerr=0.3), 8) == 0.0


def test_a_drive_breaks_it():
    driven = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.4, drive=0.2)
    assert commutator_with_order(driven, 8) > 0.1
    assert driven.symmetry.weak == Group((), ())


def test_the_sectors_are_the_blocks_of_the_full_generator():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, detuning=0.4)
    made, full = generator(model, {"a": 6}), full_liouvillian(model, 6)
    for order in made.grading.orders():
        sector = made.grading.sector(order)
        rows, columns = sector.kets
        place = rows * 6 + columns
        np.testing.assert_allclose(
            made.liouvillian(sector).matrix.toarray(), full[np.ix_(place, place)], rtol=0, atol=1e-14
        )
        rest = np.setdiff1d(np.arange(36), place)
        assert not full[np.ix_(rest, place)].any()


# The phase diffuses more slowly than the amplitude relaxes: λ(k = 1) < gap(k = 0). In the deep quantum limit the
# rates are 3k1/2 and 3k1 exactly.


def slowest(model: ph.Model, levels: int, order: int) -> float:
    made = generator(model, {"a": levels})
    rates = np.sort(-np.linalg.eigvals(made.liouvillian(made.grading.sector((order,))).matrix.toarray()).real)
    return float(rates[rates > 1e-9][0])


@pytest.mark.parametrize("k2", [0.1, 0.5, 1.0, 10.0])
def test_the_phase_is_slower_than_the_amplitude(k2):
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=k2)
    assert slowest(model, 30, 1) < slowest(model, 30, 0)


def test_gaps_of_the_deep_quantum_limit():
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.0, loss=2.0)  # on the levels 0 and 1 only
    assert slowest(model, 2, 1) == pytest.approx(1.5, abs=1e-12)
    assert slowest(model, 2, 0) == pytest.approx(3.0, abs=1e-12)
