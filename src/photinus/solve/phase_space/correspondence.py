"""The Wigner correspondence: operators beside ρ become differential operators beside W.

Weyl symbols f of operators O obey, with the star for the product of operators,

    a O → (α + ½∂*)f,   O a → (α − ½∂*)f,   a†O → (α* − ½∂)f,   O a† → (α* + ½∂)f,      ∂ = ∂/∂α, ∂* = ∂/∂α*,

one pair of letters (α, α*) for each oscillator. Repeated, they turn dO/dt = i[H, O] + Σ G_uv (v†Ou − ½{v†u, O}), the
exact Heisenberg equation in the words u, v of the model, into

    df/dt = Σ_β C_β(α, α*) ∂^β f,

again exactly: d⟨f⟩/dt is the mean of the right-hand side over W, and dW/dt = Σ_β (−1)^|β| ∂^β(C_β W). The C_β of first
order are the drift of an Itô process, those of second order its diffusion; the others belong to no process.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, factorial
from typing import TypeAlias

Exponents: TypeAlias = tuple[int, ...]  # of the letters (α, α*) of one site after the other
Differential: TypeAlias = dict[tuple[Exponents, Exponents], complex]  # {(powers of letters, derivatives): coefficient}
Pattern: TypeAlias = tuple[tuple[int, int, int], ...]  # a word: (slot, p, q) stands for a†^p a^q of the site in a slot


def star(terms: Differential, letter: int, *, left: bool) -> Differential:
    """One ladder operator beside O: a of slot s is the letter 2s, a† the letter 2s + 1.

    Examples
    --------
    a O → α + ½∂*:

    >>> from photinus.solve.phase_space.correspondence import star
    >>> star({((0, 0), (0, 0)): 1.0}, 0, left=True)
    {((1, 0), (0, 0)): 1.0, ((0, 0), (0, 1)): 0.5}
    """
    partner = letter ^ 1
    half = 0.5 if left == (letter % 2 == 0) else -0.5
    out: Differential = {}

    def add(powers: Exponents, derivatives: Exponents, c: complex) -> None:
        out[powers, derivatives] = out.get((powers, derivatives), 0) + c

    for (powers, derivatives), c in terms.items():
        add(_raised(powers, letter, 1), derivatives, c)
        add(powers, _raised(derivatives, partner, 1), half * c)
        if powers[partner]:  # ∂(cX) = (∂c)X + c∂X
            add(_raised(powers, partner, -1), derivatives, half * c * powers[partner])
    return out


def _raised(exponents: Exponents, place: int, by: int) -> Exponents:
    return (*exponents[:place], exponents[place] + by, *exponents[place + 1 :])


def _beside(terms: Differential, word: Pattern, *, left: bool) -> Differential:
    """A normally ordered word to the left or to the right of O: the factor that stands next to O goes first."""
    for slot, p, q in word:
        creators, annihilators = [2 * slot + 1] * p, [2 * slot] * q
        for letter in annihilators + creators if left else creators + annihilators:
            terms = star(terms, letter, left=left)
    return terms


def _sum(*parts: tuple[complex, Differential]) -> Differential:
    out: Differential = {}
    for factor, terms in parts:
        for key, c in terms.items():
            out[key] = out.get(key, 0) + factor * c
    return {key: c for key, c in out.items() if c != 0}


def _identity(slots: int) -> Differential:
    return {((0,) * (2 * slots),) * 2: 1.0}


@lru_cache(maxsize=1024)
def coherent(u: Pattern, slots: int) -> Differential:
    """I[u, O]."""
    one = _identity(slots)
    return _sum((1j, _beside(one, u, left=True)), (-1j, _beside(one, u, left=False)))


@lru_cache(maxsize=4096)
def dissipative(u: Pattern, v: Pattern, slots: int) -> Differential:
    """v†Ou − ½(v†uO + Ov†u)."""
    one = _identity(slots)
    dagger = tuple((slot, q, p) for slot, p, q in v)
    between = _beside(_beside(one, u, left=False), dagger, left=True)
    before = _beside(_beside(one, u, left=True), dagger, left=True)
    behind = _beside(_beside(one, dagger, left=False), u, left=False)
    return _sum((1.0, between), (-0.5, before), (-0.5, behind))


def weyl_symbol(p: int, q: int) -> dict[tuple[int, int], float]:
    """The symbol of a†^p a^q as {(power of α, power of α*): coefficient}.

    a†^p a^q → Σ_k (−½)^k k! C(p, k) C(q, k) α*^(p−k) α^(q−k); its mean over W is ⟨a†^p a^q⟩.

    Examples
    --------
    a†a → |α|² − ½:

    >>> from photinus.solve.phase_space.correspondence import weyl_symbol
    >>> weyl_symbol(1, 1)
    {(1, 1): 1.0, (0, 0): -0.5}
    """
    return {(q - k, p - k): (-0.5) ** k * factorial(k) * comb(p, k) * comb(q, k) for k in range(min(p, q) + 1)}
