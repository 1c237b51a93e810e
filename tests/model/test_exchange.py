"""Exchange symmetry: what is found in the words of a model, and that it leaves the Liouvillian as it is."""

from __future__ import annotations

import cmath
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import photinus as ph
from photinus.model import Group
from photinus.model.exchange import MOST_PERMUTATIONS, Exchange
from photinus.model.lattice import angles
from photinus.space.liouvillian import Generator, generator
from photinus.space.sectors import Sector, grading

A, B, C, D = (ph.oscillator(name) for name in "abcd")
S, T = ph.spin("s", 0.5), ph.spin("t", 0.5)
N, M = A.dag() * A, B.dag() * B
coupled = ph.zoo.coupled_van_der_pol
CLOCK = {"gain": 1.0, "two_photon_loss": 0.7}


def clocks(*sites, loss=0.3):
    return [j for a in sites for j in (ph.Jump(1.0, a.dag()), ph.Jump(0.5, a**2), ph.Jump(loss, a))]


def hopping(*terms):
    """Σ z x†y + h.c. over (z, x, y)."""
    return sum((z * x.dag() * y + (z * x.dag() * y).dag() for z, x, y in terms), 0 * A)


def ring(n, **more):
    return coupled([(k, (k + 1) % n) for k in range(n)], **CLOCK, **more)


WORDS = [
    (coupled(2, **CLOCK, dissipative=0.3), "exchange: a, b, conjugation"),
    (coupled(2, **CLOCK, coherent=0.3), "exchange: a, b, conjugation"),
    (coupled(2, **CLOCK, coherent=0.3, dissipative=0.3), "exchange: a, b"),
    (coupled(2, **CLOCK, dissipative=0.3, detuning=0.2), "exchange with conjugation: a ↔ b"),
    (coupled(2, **CLOCK, coherent=0.3, detuning=0.2), "exchange with conjugation: a ↔ b"),
    (coupled(2, **CLOCK, coherent=0.3, dissipative=0.3, detuning=0.2), "none"),
    (coupled(2, **CLOCK, dissipative=0.3, kerr=0.1), "exchange: a, b"),
    (coupled(2, **CLOCK, dissipative=0.3, dissipative_phase=0.7), "exchange: a, b, conjugation"),
    (coupled(2, gain=[1, 2], two_photon_loss=0.7, dissipative=0.3), "conjugation"),
    (ring(3, dissipative=0.3), "exchange: a1, a2, a3 (ring of 3: cyclic, reflections), conjugation"),
    (ring(4, dissipative=0.3), "exchange: a1, a2, a3, a4 (ring of 4: cyclic, reflections), conjugation"),
    (ring(3, dissipative=0.3, kerr=0.1), "exchange: a1, a2, a3 (ring of 3: cyclic, reflections)"),
    (coupled(4, **CLOCK, dissipative=0.3), "exchange: a1, a2, a3, a4 (24 orders), conjugation"),
    (coupled([(0, 1), (1, 2), (2, 3)], **CLOCK, dissipative=0.3), "exchange: a1 ↔ a4, a2 ↔ a3, conjugation"),
    (ph.Model(hopping((0.4, A, B)), clocks(A, B, C)), "exchange: a, b, conjugation"),
    (ph.Model(0, [ph.Jump(1.0, A + B), ph.Jump(1.0, A - B)]), "exchange: a, b, conjugation"),
    (ph.Model(0, [ph.Jump(1.0, A + B), ph.Jump(1.0, A - B), ph.Jump(0.1, B)]), "conjugation"),
    (ph.Model(0, [ph.Jump(1.0, A + 1j * B), ph.Jump(1.0, B + 1j * A)]), "exchange: a, b, conjugation"),
    (ph.Model(0, [*clocks(A, B, C), *(ph.Jump(0.4, x) for x in (A - B, B - C, C + A))]),
     "exchange: a, b, c (ring of 3: cyclic, reflections), conjugation"),
    (ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2, drive=0.3, drive_phase=0.4), "conjugation"),
    (ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2, drive=0.3, squeezing=0.2, squeezing_phase=0.4), "none"),
    (ph.Model(hopping((0.4, A, B)) + 0.3 * (A.dag() * S.minus + A * S.plus + B.dag() * T.minus + B * T.plus),
              [*clocks(A, B), ph.Jump(1.0, S.plus), ph.Jump(1.0, T.plus)]), "exchange: a ↔ b, s ↔ t, conjugation"),
    (ph.Model(S.z * A.dag() * A, [ph.Jump(1.0, S.minus), ph.Jump(1.0, A)]), "none"),
    (ph.Model(0, [ph.Jump(1.0, ph.spin("s", 1).minus), ph.Jump(1.0, ph.spin("t", 0.5).minus)]), "conjugation"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "text"), WORDS, ids=[f"{k} {text}" for k, (_, text) in enumerate(WORDS)])
def test_the_exchange_symmetry_in_words(model, text):
    assert str(model.symmetry.exchange) == text


@pytest.mark.parametrize("model", [model for model, _ in WORDS], ids=range(len(WORDS)))
def test_every_element_commutes_with_the_liouvillian(model):
    """𝓛(UXU⁻¹) = U(𝓛X)U⁻¹ for a random X of order zero."""
    made = generator(model, dict.fromkeys(model.oscillators, 3))
    sector = made.grading.sector(made.grading.group.zero)
    matrix = made.liouvillian(sector).matrix
    rng = np.random.default_rng(3)
    x = rng.normal(size=sector.size) + 1j * rng.normal(size=sector.size)
    for element in made.exchange.elements:
        expected = transformed(element, sector, matrix @ x)
        np.testing.assert_allclose(matrix @ transformed(element, sector, x), expected, atol=1e-11)


def transformed(element: Exchange, sector: Sector, x: np.ndarray) -> np.ndarray:
    """UXU⁻¹ as defined, element by element."""
    space = sector.grading.space
    digits = np.array(np.unravel_index(np.arange(space.dimension), space.levels))
    moved = np.empty_like(digits)
    moved[list(element.permutation)] = digits
    image = np.ravel_multi_index(tuple(moved), space.levels)
    rows, columns = (image[k] for k in sector.kets)
    phase = (space.coordinates[rows] - space.coordinates[columns]) @ np.array(element.phases)
    out = np.empty_like(x)
    out[sector.index(rows, columns)] = np.exp(1j * phase) * (np.conj(x) if element.conjugate else x)
    return out


@pytest.mark.parametrize("model", [model for model, _ in WORDS], ids=range(len(WORDS)))
def test_the_elements_are_a_group_and_none_is_missed(model):
    """Closed under products; and every permutation that, without phases, leaves the Liouvillian is among them."""
    made = generator(model, dict.fromkeys(model.oscillators, 3 if len(model.sites) < 4 else 2))
    sector = grading(made.space, Group((), ())).sector(())
    matrix = Generator(sector.grading, made.no_jump, made.jumps).liouvillian(sector).matrix
    found = {(g.permutation, g.conjugate) for g in made.exchange.elements}
    for p, c in found:
        for q, d in found:
            assert (tuple(p[k] for k in q), c != d) in found
    rng = np.random.default_rng(4)
    x = rng.normal(size=sector.size) + 1j * rng.normal(size=sector.size)
    levels, width = made.space.levels, made.space.coordinates.shape[1]
    kinds = [site.kind for site in model.sites]
    for p in permutations(range(len(levels))):
        if any(levels[i] != levels[k] or kinds[i] != kinds[k] for k, i in enumerate(p)):
            continue
        for conjugate in (False, True):
            element = Exchange(p, conjugate, (0.0,) * width)
            difference = matrix @ transformed(element, sector, x) - transformed(element, sector, matrix @ x)
            if np.abs(difference).max() < 1e-12:
                assert (p, conjugate) in found


@pytest.mark.parametrize("change", ["gain", "loss", "frequency", "coupling", "phase"])
def test_a_model_that_is_nearly_symmetric_is_not_symmetric(change):
    bit = 1e-12
    up = {name: 1 + bit * (name == change) for name in ("gain", "loss", "coupling")}
    frequency = 0.3 * (N + M * (1 + bit * (change == "frequency")))
    turned = 0.2 * cmath.exp(1j * bit * (change == "phase"))
    model = ph.Model(
        frequency + hopping((0.2, A, B), (0.2 * up["coupling"], B, C), (turned, C, A)) + 0.3 * C.dag() * C,
        clocks(A, B),
    )
    jumps = [ph.Jump(1.0, C.dag()), ph.Jump(0.5 * up["loss"], C**2), ph.Jump(0.3, C)]
    jumps += [ph.Jump(0.1, A.dag() * A), ph.Jump(0.1 * up["gain"], M), ph.Jump(0.1, C.dag() * C)]
    model = model + ph.Model(0, jumps)
    order = len(model.symmetry.exchange.elements)
    assert order == {"phase": 3}.get(change, 2)  # a flux leaves the turns, all else one reflection


def test_equal_sites_of_unequal_cutoffs_are_not_exchanged():
    model = coupled(2, **CLOCK, dissipative=0.3, kerr=0.1)
    assert len(generator(model, {"a": 5, "b": 5}).exchange.elements) == 2
    assert generator(model, {"a": 5, "b": 6}).exchange.trivial
    detuned = coupled(2, **CLOCK, dissipative=0.3)
    assert str(generator(detuned, {"a": 5, "b": 6}).exchange) == "conjugation"


def test_large_models_are_left_alone_and_large_groups_cut():
    assert coupled([(k, k + 1) for k in range(30)], **CLOCK, dissipative=0.3).symmetry.exchange.trivial
    everyone = coupled(7, **CLOCK, dissipative=0.3).symmetry.exchange
    found = {g.permutation for g in everyone.elements if not g.conjugate}
    assert 1 < len(found) <= MOST_PERMUTATIONS
    assert {tuple(p[k] for k in q) for p in found for q in found} == found


def test_a_complex_diagonal_function_is_not_conjugated():
    real = ph.Model(0, [ph.Jump(1.0, ph.diagonal(A, lambda n: n + 1.0) * A), ph.Jump(0.2, A.dag())])
    turned = ph.Model(0, [ph.Jump(1.0, ph.diagonal(A, lambda n: cmath.exp(1j * n * n)) * A), ph.Jump(0.2, A.dag())])
    assert str(real.symmetry.exchange) == "conjugation"
    assert turned.symmetry.exchange.trivial


@given(st.integers(0, 10**6))
def test_angles_solve_integer_equations_modulo_a_turn(seed):
    rng = np.random.default_rng(seed)
    count, width = rng.integers(1, 6), rng.integers(1, 5)
    rows = {tuple(int(x) for x in row) for row in rng.integers(-3, 4, size=(count, width))}
    theta = rng.uniform(-4, 4, size=width)
    found = angles({row: float(np.dot(row, theta)) for row in rows}, int(width))
    assert found is not None
    for row in rows:
        assert abs(np.exp(1j * np.dot(row, found)) - np.exp(1j * np.dot(row, theta))) < 1e-9


def test_angles_that_cannot_be():
    assert angles({(1,): 0.1, (2,): 0.3}, 1) is None
    assert angles({(2,): 0.2, (1,): 0.1 + np.pi}, 1) is not None
    assert angles({(0, 0): 0.1}, 2) is None
    assert angles({(1, -1): 0.4, (2, 0): 0.0, (0, 2): 0.0}, 2) is None  # θ ∈ {0, π}², so that 0.4 is out of reach
    assert angles({(1, -1): np.pi, (2, 0): 0.0, (0, 2): 0.0}, 2) is not None
    assert angles({}, 3) == (0.0, 0.0, 0.0)
