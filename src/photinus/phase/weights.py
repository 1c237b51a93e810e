"""How a coherence |m⟩⟨n| of one site shows in its phase density, for each notion of phase.

All phase densities of this package have one form, P(φ) = (1/2π) Σ g(m, n) ρ_mn e^{∓i(m−n)φ}: the harmonics are sums
of coherences of one order, weighted by g. The notions differ in g alone.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betaln, gammaln

from photinus.algebra import Oscillator, Site, Spin
from photinus.errors import InvalidInput


@lru_cache(maxsize=16)
def weights(site: Site, levels: int, kind: str) -> np.ndarray | None:
    """g(m, n) of a site, by level numbers.

    Oscillators: ``canonical`` g = 1, the limit of Pegg and Barnett (None stands for it); ``husimi``
    g = Γ((m+n)/2 + 1)/√(m! n!), the radial integral of Q. Spins: ``husimi`` is the polar integral of the SU(2)
    Husimi function.

    Raises
    ------
    InvalidInput
        For a kind that the site does not have.
    """
    n = np.arange(levels, dtype=float)
    if isinstance(site, Oscillator) and kind == "canonical":
        return None
    if isinstance(site, Oscillator) and kind == "husimi":
        half = gammaln(n + 1) / 2
        out = np.exp(gammaln(np.add.outer(n, n) / 2 + 1) - np.add.outer(half, half))
    elif isinstance(site, Spin) and kind == "husimi":
        j = site.twice_j / 2
        up = 2 * j - n  # j + m, the levels running from m = +j down
        choose = (gammaln(2 * j + 1) - gammaln(up + 1) - gammaln(2 * j - up + 1)) / 2
        mean = np.add.outer(up, up) / 2
        out = (2 * j + 1) * np.exp(np.add.outer(choose, choose) + betaln(mean + 1, 2 * j - mean + 1))
    else:
        known = {"oscillator": "'canonical' or 'husimi'", "spin": "'husimi'"}.get(site.kind)
        raise InvalidInput(
            f"The {site!r} has no phase density of kind {kind!r}.",
            f"Use kind={known}." if known else "Use an oscillator or a spin.",
        )
    out.setflags(write=False)
    return out


def default_kind(site: Site) -> str:
    """Canonical for oscillators, SU(2) Husimi for spins."""
    return "canonical" if isinstance(site, Oscillator) else "husimi"


def order_sign(site: Site) -> int:
    """−1 where the part of order +1 goes with e^{−iφ} (oscillators, ⟨a⟩ ∝ e^{iφ}), +1 for spins (⟨S₊⟩ ∝ e^{iφ})."""
    return -1 if isinstance(site, Oscillator) else 1
