"""Random models of every symmetry class: a name and a seed in; a model, cutoffs and its symmetry's moduli out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import photinus as ph
from photinus.algebra import Operator

Case = tuple[ph.Model, dict[str, int], tuple[int, ...]]
A, B, C = (ph.oscillator(name) for name in "abc")


def _number(operator: Operator) -> Operator:
    return operator.dag() * operator


def _hermitian(operator: Operator) -> Operator:
    return operator + operator.dag()


class Dice:
    """Random rates and amplitudes."""

    def __init__(self, seed: int):
        self._rng = np.random.default_rng(seed)

    def rate(self) -> float:
        return float(self._rng.uniform(0.2, 1.5))

    def real(self) -> float:
        return float(self._rng.normal())

    def amplitude(self) -> complex:
        return complex(self._rng.normal(), self._rng.normal())


def _clock(dice: Dice, a: Operator) -> ph.Model:
    """An undriven limit cycle: U(1) of a."""
    jumps = [ph.Jump(dice.rate(), a.dag()), ph.Jump(dice.rate(), a**2), ph.Jump(dice.rate(), a)]
    return ph.Model(dice.real() * _number(a) + dice.real() * a.dag() ** 2 * a**2, jumps)


def u1(dice: Dice) -> Case:
    return _clock(dice, A), {"a": 6}, (0,)


def driven(dice: Dice) -> Case:
    return _clock(dice, A) + ph.Model(_hermitian(dice.amplitude() * A)), {"a": 6}, ()


def z2(dice: Dice) -> Case:
    return _clock(dice, A) + ph.Model(_hermitian(dice.amplitude() * A**2)), {"a": 6}, (2,)


def z3(dice: Dice) -> Case:
    return _clock(dice, A) + ph.Model(_hermitian(dice.amplitude() * A**3)), {"a": 7}, (3,)


def z3_jump(dice: Dice) -> Case:
    """A jump whose two words differ by three quanta, its gain below the two-photon loss."""
    mixed = ph.Jump(dice.rate(), A + 0.1 * dice.amplitude() * A.dag() ** 2)
    return _clock(dice, A) + ph.Model(0, [mixed, ph.Jump(1.0, A**2)]), {"a": 6}, (3,)


def identity_in_the_jumps(dice: Dice) -> Case:
    """D[a + c] is D[a] and a drive: no symmetry."""
    return _clock(dice, A) + ph.Model(0, [ph.Jump(dice.rate(), A + dice.amplitude())]), {"a": 6}, ()


def identity_that_cancels(dice: Dice) -> Case:
    """D[n + c]: the identity gives [n, ·] only, and the U(1) stays."""
    return _clock(dice, A) + ph.Model(0, [ph.Jump(dice.rate(), _number(A) + dice.amplitude())]), {"a": 6}, (0,)


def reverse_rates(dice: Dice) -> Case:
    jumps = [ph.Jump(1.0 + dice.rate(), A, reverse=dice.rate()), ph.Jump(dice.rate(), A**2, reverse=0.1)]
    return ph.Model(dice.real() * _number(A), jumps), {"a": 6}, (0,)


def pair(dice: Dice) -> Case:
    coupling = ph.Model(
        _hermitian(dice.amplitude() * A.dag() * B), [ph.Jump(dice.rate(), A - np.exp(1j * dice.real()) * B)]
    )
    return _clock(dice, A) + _clock(dice, B) + coupling, {"a": 4, "b": 3}, (0,)


def sum_and_difference(dice: Dice) -> Case:
    """D[a + b] + D[a − b] = 2D[a] + 2D[b]: a U(1) for each."""
    rate = dice.rate()
    jumps = [ph.Jump(rate, A + B), ph.Jump(rate, A - B)]
    return _clock(dice, A) + _clock(dice, B) + ph.Model(0, jumps), {"a": 4, "b": 3}, (0, 0)


def uncoupled(dice: Dice) -> Case:
    cross = ph.Model(dice.real() * _number(A) * _number(B))
    return _clock(dice, A) + _clock(dice, B) + cross, {"a": 3, "b": 4}, (0, 0)


def parametric(dice: Dice) -> Case:
    """ab + h.c. keeps n_a − n_b."""
    return _clock(dice, A) + _clock(dice, B) + ph.Model(_hermitian(dice.amplitude() * A * B)), {"a": 4, "b": 4}, (0,)


def harmonic_and_half(dice: Dice) -> Case:
    """a²b† + h.c. with a squeezed b: Z₄."""
    terms = _hermitian(dice.amplitude() * A**2 * B.dag()) + _hermitian(dice.amplitude() * B**2)
    return _clock(dice, A) + _clock(dice, B) + ph.Model(terms), {"a": 4, "b": 4}, (4,)


def driven_pair(dice: Dice) -> Case:
    model, cutoffs, _ = pair(dice)
    return model + ph.Model(_hermitian(dice.amplitude() * A)), cutoffs, ()


def three(dice: Dice) -> Case:
    model, _, _ = pair(dice)
    coupling = ph.Model(_hermitian(dice.amplitude() * B.dag() * C))
    return model + _clock(dice, C) + coupling, {"a": 3, "b": 2, "c": 3}, (0,)


def spin_clock(dice: Dice) -> Case:
    s = ph.spin("s", 1)
    jumps = [ph.Jump(dice.rate(), s.plus * s.z), ph.Jump(dice.rate(), s.minus * s.z), ph.Jump(dice.rate(), s.minus)]
    return ph.Model(dice.real() * s.z + dice.real() * s.z**2, jumps), {}, (0,)


def driven_spin(dice: Dice) -> Case:
    s = ph.spin("s", 1.5)
    field = dice.real() * s.x + dice.real() * s.y + dice.real() * s.z**2
    return ph.Model(field, [ph.Jump(dice.rate(), s.minus, reverse=dice.rate()), ph.Jump(dice.rate(), s.z)]), {}, ()


def two_spins(dice: Dice) -> Case:
    s, t = ph.spin("s", 0.5), ph.spin("t", 1)
    exchange = _hermitian(dice.amplitude() * s.plus * t.minus) + dice.real() * s.z * t.z
    jumps = [ph.Jump(dice.rate(), s.minus, reverse=dice.rate()), ph.Jump(dice.rate(), t.minus, reverse=dice.rate())]
    return ph.Model(exchange + dice.real() * s.z, jumps), {}, (0,)


def maser(dice: Dice) -> Case:
    """Three levels, a hot bath on 0–2, a cold one on 1–2, a coherent drive on 0–1: one one-hot charge is left."""
    q = ph.qudit("q", 3)
    jumps = [ph.Jump(dice.rate(), q(0, 2), reverse=dice.rate()), ph.Jump(dice.rate(), q(1, 2), reverse=dice.rate())]
    return ph.Model(_hermitian(dice.amplitude() * q(0, 1)) + dice.real() * q(2, 2), jumps), {}, (0,)


def incoherent_qudit(dice: Dice) -> Case:
    """Jumps between single levels only: every level has a charge."""
    q = ph.qudit("q", 4)
    jumps = [ph.Jump(dice.rate(), q(k, (k + 1) % 4), reverse=dice.rate()) for k in range(4)]
    return ph.Model(sum((dice.real() * q(k, k) for k in range(4)), start=0 * q(0, 0)), jumps), {}, (0, 0, 0)


def ladder_qudit(dice: Dice) -> Case:
    """One jump with three words: levels that move together."""
    q = ph.qudit("q", 4)
    lower = q(0, 1) + dice.amplitude() * q(1, 2) + dice.amplitude() * q(2, 3)
    return ph.Model(dice.real() * q(1, 1), [ph.Jump(dice.rate(), lower, reverse=dice.rate())]), {}, (0,)


def oscillator_and_spin(dice: Dice) -> Case:
    s = ph.spin("s", 0.5)
    exchange = _hermitian(dice.amplitude() * A.dag() * s.minus) + dice.real() * s.z
    pump = ph.Model(exchange, [ph.Jump(dice.rate(), s.plus, reverse=dice.rate())])
    return _clock(dice, A) + pump, {"a": 5}, (0,)


def rabi(dice: Dice) -> Case:
    """σ_x(a + a†): parity."""
    s = ph.spin("s", 0.5)
    model = ph.Model(dice.real() * s.x * (A + A.dag()) + dice.real() * s.z, [ph.Jump(dice.rate(), s.minus)])
    return _clock(dice, A) + model, {"a": 5}, (2,)


def micromaser(dice: Dice) -> Case:
    """An oscillator pumped by a three-level maser: its charge is tied to that of the levels."""
    q = ph.qudit("q", 3)
    baths = [ph.Jump(dice.rate(), q(0, 2), reverse=dice.rate()), ph.Jump(dice.rate(), q(1, 2), reverse=dice.rate())]
    exchange = _hermitian(dice.amplitude() * A.dag() * q(0, 1))
    return _clock(dice, A) + ph.Model(exchange, baths), {"a": 4}, (0, 0)


def saturated_gain(dice: Dice) -> Case:
    """A diagonal function in the jump."""
    scale = dice.rate()
    gain = A.dag() * ph.diagonal(A, lambda n: (1 + scale * n) ** -0.5)
    return ph.Model(dice.real() * _number(A), [ph.Jump(dice.rate(), gain), ph.Jump(dice.rate(), A)]), {"a": 7}, (0,)


BUILDERS: dict[str, Callable[[Dice], Case]] = {
    builder.__name__: builder
    for builder in (
        u1,
        driven,
        z2,
        z3,
        z3_jump,
        identity_in_the_jumps,
        identity_that_cancels,
        reverse_rates,
        pair,
        sum_and_difference,
        uncoupled,
        parametric,
        harmonic_and_half,
        driven_pair,
        three,
        spin_clock,
        driven_spin,
        two_spins,
        maser,
        incoherent_qudit,
        ladder_qudit,
        oscillator_and_spin,
        rabi,
        micromaser,
        saturated_gain,
    )
}


def build(name: str, seed: int) -> Case:
    return BUILDERS[name](Dice(seed))
