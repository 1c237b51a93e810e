"""Hypothesis strategies: operators and small random models over a few fixed sites."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

import photinus as ph
from photinus.algebra import Operator

A, B = ph.oscillator("a"), ph.oscillator("b")
S, T = ph.spin("s", 0.5), ph.spin("t", 1)
Q = ph.qudit("q", 3)

LETTERS = {
    "oscillators": [A, A.dag(), B, B.dag()],
    "spins": [S.plus, S.minus, S.z, S.x, T.plus, T.minus, T.z, T.y],
    "qudit": [Q(m, n) for m in range(3) for n in range(3)],
    "mixed": [A, A.dag(), S.plus, S.minus, S.z, Q(0, 1), Q(2, 2), Q(1, 2)],
}

# Small integers and halves: sums and products of them are exact, so that laws hold exactly.
EXACT = st.sampled_from([-2, -1, -0.5, 0.5, 1, 2, 1j, -0.5j, 1 + 1j])


@st.composite
def words(draw, kind: str, longest: int = 3) -> Operator:
    out = A * 0 + 1
    for letter in draw(st.lists(st.sampled_from(LETTERS[kind]), min_size=0, max_size=longest)):
        out = out * letter
    return out


@st.composite
def operators(draw, kind: str | None = None, terms: int = 3, longest: int = 3) -> Operator:
    kind = kind or draw(st.sampled_from(sorted(LETTERS)))
    out = A * 0
    for _ in range(draw(st.integers(1, terms))):
        out = out + draw(EXACT) * draw(words(kind, longest))
    return out


MONOMIALS = [A, A**2, A * B, A.dag() * B, A.dag() * S.minus, A * S.minus, S.minus, T.minus, S.plus * T.minus, A**3]
MONOMIALS += [Q(0, 1), Q(1, 2), A.dag() * Q(0, 1), A**2 * B.dag(), S.z * A]
JUMPS = [A, B, A**2, A - B, A + 2 * B.dag(), A + 0.5, S.minus, S.minus + A, T.minus, S.z, Q(0, 1), Q(0, 1) + Q(1, 2)]
JUMPS += [A.dag() * A, A * S.plus, A.dag(), B.dag() * A**2]
RATES = st.floats(0.1, 2.0)


def sites_of(*operators: Operator) -> set[str]:
    return {site.name for operator in operators for site in operator.sites}


@st.composite
def models(draw, sites: int = 2) -> ph.Model:
    """A few coherent terms and jumps over at most ``sites`` sites; not necessarily with a unique steady state."""
    chosen: list[Operator] = []
    for operator in draw(st.lists(st.sampled_from(MONOMIALS + JUMPS), min_size=1, max_size=6)):
        if len(sites_of(*chosen, operator)) <= sites:
            chosen.append(operator)
    cut = draw(st.integers(0, len(chosen)))
    hamiltonian = A * 0
    for operator in chosen[:cut]:
        term = draw(EXACT) * operator
        hamiltonian = hamiltonian + term + term.dag()
    jumps = [ph.Jump(draw(RATES), operator, reverse=draw(st.sampled_from([0.0, 0.3]))) for operator in chosen[cut:]]
    model = ph.Model(hamiltonian, jumps)
    assume(model.sites)  # 1i n + h.c. = 0 leaves none
    return model


@st.composite
def attractive_models(draw) -> ph.Model:
    """A random model with enough local loss and noise to have one steady state, also where it is cut to few levels."""
    model = draw(models())
    extra = []
    for site in model.sites:
        if site.kind == "oscillator":
            a = ph.oscillator(site.name)
            extra += [ph.Jump(1.0, a, reverse=0.3), ph.Jump(30.0, a**2), ph.Jump(300.0, a**3)]
        elif site.kind == "spin":
            s = {"s": S, "t": T}[site.name]
            extra += [ph.Jump(1.0, s.minus, reverse=0.3), ph.Jump(0.5, s.z)]
        else:
            extra += [ph.Jump(1.0, Q(0, 1), reverse=0.2), ph.Jump(0.7, Q(1, 2), reverse=0.4)]
    return model + ph.Model(0, extra)
