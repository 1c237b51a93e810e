"""Notions of phase: how a coherence |m⟩⟨n| of one site shows in its phase density.

All phase densities of this package have one form,

    P(φ) = (1/2π) Σ_k c_k e^{−ikφ},    c_k = ⟨e^{ikφ}⟩ = Σ_n g(n + k, n) ⟨n + k|ρ|n⟩,

n the number of the level: the harmonics are sums of coherences of one order, weighted by g. The notions differ in g
alone. The levels of a spin are numbered from m = +j down, so that ⟨S₊⟩ ∝ e^{iφ}, φ its azimuth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from scipy.special import betaln, gammaln

from photinus.algebra import Site, Spin
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.space.state import State

Weights = Callable[[Site, int], np.ndarray | None]


def _canonical(site: Site, levels: int) -> None:
    """Weights 1, the limit of Pegg and Barnett."""
    return


def _husimi(site: Site, levels: int) -> np.ndarray:
    """The radial integral of Q: g = Γ((m+n)/2 + 1)/√(m! n!)."""
    n = np.arange(levels, dtype=float)
    half = gammaln(n + 1) / 2
    return np.exp(gammaln(np.add.outer(n, n) / 2 + 1) - np.add.outer(half, half))


def _wigner(site: Site, levels: int) -> np.ndarray:
    """The radial integral of W: g = 2^{k/2} √(n!/m!) Γ(k/2 + 1 + ⌊n/2⌋)/⌊n/2⌋! for m = n + k ≥ n.

    It follows from ∫ t^{k/2} e^{−t/2} (−1)ⁿ L_n^k(t) dt and the generating function of the Laguerre polynomials; all
    its terms are positive, so that nothing cancels (Garraway1992 have the same numbers as alternating sums).
    """
    m, n = np.meshgrid(np.arange(levels, dtype=float), np.arange(levels, dtype=float), indexing="ij")
    k, low = np.abs(m - n), np.minimum(m, n)
    half = np.floor(low / 2)
    log = k / 2 * np.log(2) + (gammaln(low + 1) - gammaln(low + k + 1)) / 2 + gammaln(k / 2 + 1 + half)
    return np.exp(log - gammaln(half + 1))


def _spin_husimi(site: Site, levels: int) -> np.ndarray:
    """The polar integral of the SU(2) Husimi function."""
    assert isinstance(site, Spin)
    j = site.twice_j / 2
    up = 2 * j - np.arange(levels, dtype=float)  # j + m
    choose = (gammaln(2 * j + 1) - gammaln(up + 1) - gammaln(2 * j - up + 1)) / 2
    mean = np.add.outer(up, up) / 2
    return (2 * j + 1) * np.exp(np.add.outer(choose, choose) + betaln(mean + 1, 2 * j - mean + 1))


NOTIONS: Mapping[str, Mapping[str, Weights]] = MappingProxyType(
    {
        "oscillator": MappingProxyType({"canonical": _canonical, "husimi": _husimi, "wigner": _wigner}),
        "spin": MappingProxyType({"husimi": _spin_husimi}),
    }
)
"""Kind of site -> name of the notion -> its weights; the first notion is the default."""


def notion(site: Site, kind: str | None) -> str:
    """The name of a notion that the site has; its default for None.

    Raises
    ------
    InvalidInput
        For a site without a phase, or a notion that the site does not have.
    """
    known = NOTIONS.get(site.kind)
    if site.kind == "ensemble":
        raise InvalidInput(
            f"The phase of the {site!r} is not defined for its mixtures of lengths J.",
            f"Look at state.expect(S₊) and state.expect(S₊S₋), or take ph.spin({site.name!r}, N/2) for J = N/2.",
        )
    if known is None:
        raise InvalidInput(
            f"The {site!r} has no single phase, but one for each of its levels.",
            "Name an oscillator or a spin; for a qudit use ph.phase.level_distribution.",
        )
    if kind is None:
        return next(iter(known))
    if not isinstance(kind, str) or kind not in known:
        raise InvalidInput(
            f"The {site!r} has no phase density of kind {kind!r}.", f"Use kind={' or '.join(map(repr, known))}."
        )
    return kind


def require_state(state: State, what: str) -> State:
    """The state, or :class:`WrongType` for a model and for anything else that ``what`` cannot be asked of."""
    if isinstance(state, Model):
        raise WrongType(f"{what} is asked of a model.", "Solve it first: state = ph.steady_state(model).")
    if not isinstance(state, State):
        raise WrongType(f"{what} is asked of {shown(state)}.", "Give a state, such as ph.steady_state(model).")
    return state


def one_site(state: State, site: str, kinds: tuple[str, ...], what: str) -> State:
    """The state of one site, of one of these kinds.

    Raises
    ------
    UnknownSite, SiteMismatch, WrongType
        For what is no state; else as :meth:`photinus.space.state.State.reduced`.
    InvalidInput
        For a site of another kind, which does not have ``what``.
    """
    reduced = require_state(state, "A function of a state").reduced(site)
    if reduced.sites[0].kind not in kinds:
        names = " or ".join(f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" for kind in kinds)
        raise InvalidInput(f"The {reduced.sites[0]!r} has no {what}.", f"Name {names}.")
    return reduced


@lru_cache(maxsize=16)
def weights(site: Site, levels: int, kind: str) -> np.ndarray | None:
    """g(m, n) of a site by level numbers; None where all are 1."""
    out = NOTIONS[site.kind][kind](site, levels)
    if out is not None:
        out.setflags(write=False)
    return out


def turns_with(site: Site) -> int:
    """+1 for an oscillator, −1 for a spin: the exchange a†S₋ + h.c. locks φ_a + φ_s, not the difference."""
    return -1 if isinstance(site, Spin) else 1
