"""Words as arrays against loops over the words themselves."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.solve.patterns import Channels, Words

a, b, c = (ph.oscillator(name) for name in "abc")
s, t = ph.spin("s", 1), ph.spin("t", 0.5)
MODELS = {
    "oscillators": ph.Model(
        0.3 * (a.dag() * b + b.dag() * a) + a.dag() ** 2 * a**2 + 0.1 * (a * b * c + (a * b * c).dag()),
        [ph.Jump(1.0, a - 2j * b), ph.Jump(0.5, a + 2j * b, reverse=0.1), ph.Jump(0.2, a * b + c**2 + 0.5)],
    ),
    "spins": ph.Model(
        0.3 * (a.dag() * s.minus + a * s.plus) + s.z * t.z,
        [ph.Jump(1.0, a * s.minus + t.minus), ph.Jump(0.3, s.z * t.plus)],
    ),
    "no jumps": ph.Model(a.dag() * a),
    "no energy": ph.Model(jumps=[ph.Jump(1.0, a)]),
}


@pytest.mark.parametrize("name", MODELS)
def test_pairs_of_words_with_their_weights_and_sites(name):
    model = MODELS[name]
    hamiltonian, channels = model.generator
    jumps = Channels.of(channels, tuple(hamiltonian.terms))
    words = Words.on(model.sites, jumps.words)
    gram: dict = {}
    for rate, operator in channels:
        for u, x in operator.terms.items():
            for v, y in operator.terms.items():
                gram[u, v] = gram.get((u, v), 0) + rate * x * np.conj(y)
    left, right, values = jumps.gram
    found = {(jumps.words[u], jumps.words[v]): g for u, v, g in zip(left, right, values, strict=True)}
    for pair, g in gram.items():
        assert found.get(pair, 0) == pytest.approx(g, abs=1e-15)
    assert set(found) <= set(gram)
    number = {site: k for k, site in enumerate(model.sites)}
    seen = 0
    for (u, v), members, places in words.pairs(left, right):
        kinds = set()
        for k, row in zip(members, places.tolist(), strict=True):
            one, two = (words.words[w[k]] for w in (left, right))
            sites = [site for site, _ in one] + [site for site, _ in two if site not in dict(one)]
            assert row == [number[site] for site in sites]
            kinds.add((tuple(x for _, x in one), tuple(x for _, x in two), tuple(sites.index(y) for y, _ in two)))
        assert len(kinds) == 1
        assert {u} & set(left[members])
        assert {v} & set(right[members])
        seen += len(members)
    assert seen == len(values)
    singles = [
        (first, row) for first, _, rows in words.singles(np.arange(len(hamiltonian.terms))) for row in rows.tolist()
    ]
    assert sorted(row for _, row in singles) == sorted([number[x] for x, _ in word] for word in hamiltonian.terms)
