"""Numbers of the metrology by a second way: differences of models, closed forms of linear systems."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph

M = ph.metrology
A, B, S = ph.oscillator("a"), ph.oscillator("b"), ph.spin("s", 0.5)


def atom(drive: float, detuning: float, loss: float) -> ph.Model:
    return ph.Model(-detuning * S.z + drive * S.x, [ph.Jump(loss, S.minus, 0.1 * loss, name="photon")])


@pytest.mark.parametrize("name", ["drive", "detuning", "loss"])
def test_the_information_of_a_count_is_that_of_its_mean(name: str) -> None:
    """(dc₁/dθ)²/c₂ with the slope from two models; the counted rate depends on the parameter itself for ``loss``."""
    at, h = {"drive": 0.7, "detuning": 0.3, "loss": 1.3}, 1e-4
    high, low, here = (ph.counting(atom(**{**at, name: at[name] + d}), {"photon": 1}, highest=2) for d in (h, -h, 0))
    expected = ((high.mean - low.mean) / (2 * h)) ** 2 / here.variance
    assert M.counting_information(atom, at, name, {"photon": 1}) == pytest.approx(expected, rel=1e-6)


def linear(name: str, frequency: float, gain: float, loss: float) -> ph.Model:
    x = ph.oscillator(name)
    return ph.Model(frequency * x.dag() * x, [ph.Jump(gain, x.dag()), ph.Jump(loss, x)])


@pytest.mark.parametrize(("split", "gain", "coupling"), [(0.0, 0.15, 0.8), (0.1, 0.2, 0.3), (0.3, 0.1, 0.2)])
def test_two_linear_clocks_have_the_lines_of_a_two_by_two_matrix(split: float, gain: float, coupling: float) -> None:
    """d⟨a⟩/dt = (−iω − (κ − P)/2 − c/2)⟨a⟩ + (c/2)⟨b⟩: the slowest eigenvalue is the line, whatever the noise."""
    alone = linear("a", split, gain, 1.0), linear("b", -split, gain, 1.3)
    pair = alone[0] + alone[1] + ph.Model(jumps=[ph.Jump(coupling, A - B)])
    found = M.locked_clocks(pair, alone, ("a", "b"), cutoff=ph.Fixed(9, 1.0))
    decay = np.diag([-1j * split - (1.0 - gain) / 2, 1j * split - (1.3 - gain) / 2])
    matrix = decay - coupling / 2 * np.array([[1, -1], [-1, 1]])
    values = la.eigvals(matrix)
    values = values[np.argsort(-values.real)]
    assert found.locked.diffusion == pytest.approx(-values[0].real, rel=2e-3)
    assert [clock.diffusion for clock in found.alone] == pytest.approx([(1 - gain) / 2, (1.3 - gain) / 2], rel=2e-3)


def test_the_ladder_of_atoms_that_pass_through_solves_its_equation() -> None:
    """Scully and Lamb's line from the dense, unsymmetrised ladder ρ_{n,n+1}, and n̄ from detailed balance."""
    gain, saturation, loss, levels = 1.8, 12.0, 1.0, 120
    n = np.arange(levels)
    whole = 1 + (n + 1.5) / saturation + 1 / (16 * saturation**2)  # 1 + 𝓝B/A at k = 1
    drain = gain * (n + 1.5 + 1 / (8 * saturation)) / whole
    lift = gain * np.sqrt((n + 1.0) * (n + 2)) / whole
    ladder = np.diag(-drain - loss * (n + 0.5)) + np.diag(lift[:-1], -1)
    ladder += np.diag(loss * np.sqrt((n[:-1] + 1.0) * (n[:-1] + 2)), 1)
    rate = -la.eigvals(ladder).real.max()
    weights = np.cumprod(np.concatenate([[1.0], gain / (1 + (n[:-1] + 1) / saturation) / loss]))
    line = M.laser_line(M.ScullyLamb(gain, saturation), loss)
    assert line.linewidth == pytest.approx(2 * rate, rel=1e-9)
    assert line.photons == pytest.approx(float(weights @ n / weights.sum()), rel=1e-12)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_no_channel_raises_what_measurements_tell(seed: int) -> None:
    """Loss that both know of: quantum, homodyne and heterodyne information about the phase fall together."""
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(6, 2)) + 1j * rng.normal(size=(6, 2))
    state = ph.states.from_matrix({"a": 6}, g @ g.conj().T / np.trace(g @ g.conj().T))
    loss = ph.Model(jumps=[ph.Jump(1.0, A), ph.Jump(0.4, A.dag() * A)])
    path = ph.evolve(loss, state, [0.0, 0.2, 0.6], cutoff=ph.Fixed(6), keep_states=True).states
    number = A.dag() * A
    quantum = [M.quantum_fisher_information(x, number) for x in path]
    assert quantum[0] + 1e-8 >= quantum[1] >= quantum[2] - 1e-8 >= -1e-8
    for reading in (M.Phase("a"), M.HeterodyneReading("a"), M.Phase("a", kind="husimi")):
        told = [M.classical_fisher_information(x, number, reading) for x in path]
        assert all(0 <= c <= q + 1e-7 for c, q in zip(told, quantum, strict=True))
    coarse = M.classical_fisher_information(path[1], number, M.Phase("a", kind="husimi"))
    assert coarse <= M.classical_fisher_information(path[1], number, M.HeterodyneReading("a")) * (1 + 1e-6) + 1e-9


def test_the_emission_knows_at_least_what_any_number_of_quanta_tells() -> None:
    at = {"gain": 1.0, "two_photon_loss": 2.0, "drive": 0.4, "detuning": 0.2}
    for name in ("drive", "detuning"):
        bound = M.emission_information(ph.zoo.van_der_pol, at, name, cutoff=ph.Fixed(9, 1.0)).rate
        for jump in (0, 1):
            told = M.counting_information(ph.zoo.van_der_pol, at, name, {jump: 1}, cutoff=ph.Fixed(9, 1.0))
            assert 0 <= told <= bound


@pytest.mark.parametrize("levels", [8, 12, 20])
def test_errors_of_truncation_hold_what_is_missing(levels: int) -> None:
    def amplifier(drive: float) -> ph.Model:
        return ph.Model(1j * drive * (A.dag() - A), [ph.Jump(1.0, A), ph.Jump(0.3, A.dag())])

    def answers(cutoff: ph.Fixed):
        emission = M.emission_information(amplifier, {"drive": 0.4}, "drive", cutoff=cutoff)
        read = M.sensor(amplifier, {"drive": 0.4}, "drive", cutoff=cutoff)
        return (emission.rate, emission.error), (read.quantum, read.error)

    for (value, error), (exact, _) in zip(answers(ph.Fixed(levels, 1.0)), answers(ph.Fixed(60)), strict=True):
        assert abs(value - exact) <= error <= 4 * abs(value - exact)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_part_knows_less_than_the_whole(seed: int) -> None:
    """A partial trace, which is a channel, after a shift of one part alone."""
    t = ph.spin("t", 0.5)
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(4, 2)) + 1j * rng.normal(size=(4, 2))
    whole = ph.states.from_matrix({S: 2, t: 2}, g @ g.conj().T / np.trace(g @ g.conj().T))
    shift = rng.normal() * S.x + rng.normal() * S.y + rng.normal() * S.z
    part = M.quantum_fisher_information(whole.reduced("s"), shift)
    assert 0 <= part <= M.quantum_fisher_information(whole, shift) + 1e-9
    levels = M.classical_fisher_information(whole, shift, M.Number("s"))
    assert levels <= M.classical_fisher_information(whole, shift, M.Number()) + 1e-9  # both levels tell more than one
    assert levels <= part + 1e-9
