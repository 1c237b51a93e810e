"""Spins in the truncated Wigner method, against density matrices."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.errors import InvalidInput, UnknownSite, WrongType
from photinus.solve.phase_space.equations import weyl_symbols, wigner_equations
from photinus.solve.phase_space.spins import in_oscillators, spin_modes, spin_start, translated

a = ph.oscillator("a")
TIMES = np.linspace(0, 3, 4)


def test_schwinger_s_oscillators_are_a_spin():
    s = ph.spin("s", 2)
    plus, minus, z = (translated(x) for x in (s.plus, s.minus, s.z))
    assert ph.commutator(plus, minus) == 2 * z
    assert ph.commutator(z, plus) == plus
    assert translated(3 * s.plus * s.z) == 3 * plus * z
    assert translated(s.z * s.minus) == z * minus
    mixed = ph.Model(a.dag() * s.minus + a * s.plus, [ph.Jump(1.0, a), ph.Jump(0.3, s.minus, reverse=0.1)])
    mapped = in_oscillators(mixed)
    assert [site.name for site in mapped.sites] == ["a", "s.d", "s.u"]
    total = ph.oscillator("s.u").dag() * ph.oscillator("s.u") + ph.oscillator("s.d").dag() * ph.oscillator("s.d")
    assert mapped.heisenberg(total) == 0  # the quanta of the spin are conserved


@pytest.mark.parametrize("vector", [(0, 0, 2.0), (0, 0, -2.0), (1.2, 0.0, 1.6), (-1.2, 1.6, 0.0)])
def test_samples_of_a_coherent_state(vector):
    # Means and symmetrised second moments are those of the state: j n, and j/2 across n.
    s = ph.spin("s", 2)
    sites, mapped = ph.Model(s.z).sites, in_oscillators(ph.Model(s.z)).sites
    start = spin_start({"s": vector}, sites, mapped, 10)
    four = np.array([[x, y] for x in (-1.0, 1.0) for y in (-1.0, 1.0)])
    amplitudes = start.sample(four, 0)
    letters = np.stack([amplitudes, amplitudes.conj()], axis=1).reshape(-1, 4)
    found = weyl_symbols([s.x, s.y, s.z], mapped)(letters)
    np.testing.assert_allclose(found.imag, 0, atol=1e-12)
    np.testing.assert_allclose((found**2).sum(axis=0), 6.0)
    np.testing.assert_allclose(found.mean(axis=1), vector, atol=1e-12)
    n = np.array(vector) / 2
    spread = (found.real @ found.real.T) / 4 - np.outer(vector, vector)
    np.testing.assert_allclose(spread, 1.0 * (np.eye(3) - np.outer(n, n)), atol=1e-12)


def test_the_noise_turns_the_vector_on_average_and_is_never_negative():
    s = ph.spin("s", 0.5)
    model = ph.Model(0.3 * s.x, [ph.Jump(1.0, s.minus, reverse=0.4), ph.Jump(0.2, s.z)])
    equations = wigner_equations(in_oscillators(model), spin_modes(model))
    runs = ph.truncated_wigner(
        model, {"s": (0.5, 0, 0)}, [0, 1, 2], count=200, observe={"x": s.x, "y": s.y, "z": s.z}, seed=3
    )
    assert runs.ok
    assert runs.clipped == 0
    length = sum(runs.records[name] ** 2 for name in "xyz")
    np.testing.assert_allclose(length[:, 0], 0.75)
    assert (abs(length.mean(axis=0)[1:] - 0.75) < 4 * length.std(axis=0)[1:] / 200**0.5).all()
    assert equations.size == 2


CASES = {
    "a spin ½ with gain and loss": (
        ph.Model(0.5 * ph.spin("s", 0.5).z, [ph.Jump(1.0, ph.spin("s", 0.5).minus, reverse=0.5)]),
        0.5, (0.5, 0.0, 0.0), 0.05,
    ),
    "a driven spin ½": (
        ph.Model(ph.spin("s", 0.5).x, [ph.Jump(0.5, ph.spin("s", 0.5).minus)]), 0.5, (0.0, 0.0, 0.5), 0.05,
    ),
    "a large spin": (
        ph.Model(0.3 * ph.spin("s", 10).x, [ph.Jump(0.05, ph.spin("s", 10).minus, reverse=0.02)]),
        10, (0.0, 0.0, 10.0), 0.2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_means_of_a_spin(name):
    model, j, vector, allowed = CASES[name]
    s = ph.spin("s", j)
    observe = {"x": s.x, "y": s.y, "z": s.z}
    angle = np.arccos(vector[2] / j), np.arctan2(vector[1], vector[0])
    exact = ph.evolve(model, ph.states.spin_coherent({s: (float(angle[0]), float(angle[1]))}), TIMES, observe=observe)
    runs = ph.truncated_wigner(model, {s: vector}, TIMES, count=600, observe=observe, seed=5)
    for key in observe:
        error = abs(runs.mean[key] - exact.observed[key])
        assert (error < 4 * runs.standard_error[key] + allowed).all()


def test_a_spin_and_an_oscillator():
    s = ph.spin("s", 10)
    model = ph.Model(0.2 * (a.dag() * s.minus + a * s.plus), [ph.Jump(0.5, a)])
    start = ph.states.product(ph.states.spin_coherent({s: (0.0, 0.0)}), ph.states.coherent({"a": 0.0}))
    observe = {"z": s.z, "n": a.dag() * a}
    exact = ph.evolve(model, start, [0, 1, 2], observe=observe, cutoff=ph.Fixed(26))
    runs = ph.truncated_wigner(model, {"s": (0, 0, 10), "a": 0}, [0, 1, 2], count=600, observe=observe, seed=2)
    for key in observe:
        assert (abs(runs.mean[key] - exact.observed[key]) < 4 * runs.standard_error[key] + 0.1).all()
    plain = ph.truncated_wigner(model, {"s": (0, 0, 10), "a": 0}, [0, 1], count=5)
    assert list(plain.records) == ["a", "n_a", "s_plus", "s_z"]


def test_mistakes():
    s = ph.spin("s", 0.5)
    model = ph.Model(s.z)
    for initial, error, says in (
        ({"s": (0, 0, 1.0)}, InvalidInput, "length 0.5"),
        ({"s": 0.5}, InvalidInput, "length 0.5"),
        ({"s": "up"}, WrongType, "vector"),
        ({}, InvalidInput, "No vector is given for s"),
        ({"q": (0, 0, 0.5)}, UnknownSite, "q"),
        (ph.states.spin_coherent({s: (0.0, 0.0)}), WrongType, "vectors of length j"),
    ):
        with pytest.raises(error, match=says):
            ph.truncated_wigner(model, initial, [0, 1])
    with pytest.raises(InvalidInput, match="Rename"):
        ph.truncated_wigner(ph.Model(s.z, [ph.Jump(1.0, ph.oscillator("s.u"))]), {"s": (0, 0, 0.5), "s.u": 0}, [0, 1])
    with pytest.raises(InvalidInput, match="qudit"):
        ph.truncated_wigner(ph.Model(ph.qudit("q", 3)(0, 0)), {}, [0, 1])
