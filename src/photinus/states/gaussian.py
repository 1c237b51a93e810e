"""Gaussian states of oscillators, and the superpositions of coherent states.

Fock amplitudes come from recursions that are stable at every amplitude: (μa + νa†)|ψ⟩ = β|ψ⟩ of a displaced squeezed
vacuum, and (a − α)ρ = xρ(a − α) of a displaced thermal state, whose terms are all positive. Quadratures are
x = (a + a†)/√2 and p = −i(a − a†)/√2; the vacuum has the variance ½.
"""

from __future__ import annotations

from cmath import exp, phase
from collections.abc import Mapping
from math import ceil, cosh, sinh, sqrt

import numpy as np

from photinus.algebra import Site
from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.memory import require_memory
from photinus.space.state import State
from photinus.states.build import (
    BYTES_PER_ELEMENT,
    BYTES_PER_KET,
    FixedCutoff,
    Key,
    amplitudes_by_site,
    assemble,
    diagonal,
    fixed_levels,
    kept_levels,
    named,
    pure,
    pure_product,
    site_of,
    space_of,
)
from photinus.states.combine import product

LARGEST = 1e9
"""The amplitude beyond which nothing is even estimated: 1e18 quanta."""


def coherent(amplitudes: Mapping[Key, complex], *, cutoff: FixedCutoff | None = None) -> State:
    """Coherent states |α⟩, a|α⟩ = α|α⟩, of one or several oscillators.

    Parameters
    ----------
    amplitudes : mapping of str to complex
        α of each oscillator, by name; its phase is arg α, its mean number |α|².
    cutoff : Fixed, optional
        Levels kept; by default as many as leave out less than 1e-12 of the Poisson law.

    Returns
    -------
    State
        Pure, without symmetry (of an oscillator with α = 0, the vacuum, with U(1)).

    Raises
    ------
    WrongType, InvalidInput
        For what names no oscillator, an amplitude that is not finite, a cutoff that cuts off more than 1e-6.
    MemoryBudgetExceeded
        If the density matrix does not fit.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> state = ph.states.coherent({"a": 1 + 1j})
    >>> round(state.expect(a.dag() * a), 9), complex(round(state.expect(a).real, 9), round(state.expect(a).imag, 9))
    (2.0, (1+1j))
    """
    alphas = amplitudes_by_site(amplitudes, named(amplitudes, "amplitudes"), "amplitudes")
    cutoffs = fixed_levels(cutoff, alphas)
    return pure_product({site: coherent_ket(site, alpha, cutoffs) for site, alpha in alphas.items()})


def squeezed(
    squeezing: Mapping[Key, complex],
    *,
    displacement: Mapping[Key, complex] | None = None,
    cutoff: FixedCutoff | None = None,
) -> State:
    """Squeezed vacua S(ζ)|0⟩ or, with a displacement, D(α)S(ζ)|0⟩.

    S(ζ) = exp[(ζ*a² − ζa†²)/2] with ζ = re^{iθ}, and D(α) = exp(αa† − α*a). For θ = 0 the variance of x is e^{−2r}/2
    and that of p is e^{2r}/2; in general the quadrature at the angle θ/2 is squeezed. The phase density of S(ζ)|0⟩ has
    two equal peaks, at (θ ± π)/2, and ⟨n⟩ = sinh²r.

    Parameters
    ----------
    squeezing : mapping of str to complex
        ζ of each oscillator, by name; a real number r has θ = 0.
    displacement : mapping of str to complex, optional
        α of some of them; 0 where it is not given.
    cutoff : Fixed, optional
        Levels kept; by default as many as leave out less than 1e-12.

    Returns
    -------
    State
        Pure; with the symmetry Z₂ (parity) where α = 0.

    Raises
    ------
    UnknownSite, WrongType, InvalidInput, MemoryBudgetExceeded
        As :func:`coherent`, and for a displacement of another oscillator.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> x = (a + a.dag()) / np.sqrt(2)
    >>> round(ph.states.squeezed({"a": 1}).expect(x**2), 9), round(float(np.exp(-2) / 2), 9)
    (0.067667642, 0.067667642)
    """
    zetas = amplitudes_by_site(squeezing, named(squeezing, "squeezings"), "squeezings")
    alphas = amplitudes_by_site(displacement, zetas, "displacements")
    cutoffs = fixed_levels(cutoff, zetas)
    kets = {}
    for site, zeta in zetas.items():
        r = _checked_squeezing(abs(zeta), site)
        turned = alphas[site] * exp(-0.5j * phase(zeta))  # in the frame of the squeezed quadrature
        levels = _ket_levels(site, turned, (0.5 * np.exp(-2 * r), 0.5 * np.exp(2 * r)), cutoffs)
        kets[site] = _cut(_gaussian_ket(alphas[site], zeta, levels), site, cutoffs)
    return pure_product(kets)


def thermal(
    occupations: Mapping[Key, float],
    *,
    displacement: Mapping[Key, complex] | None = None,
    cutoff: FixedCutoff | None = None,
) -> State:
    """Thermal states ρ = Σ n̄ⁿ/(1 + n̄)ⁿ⁺¹|n⟩⟨n| or, with a displacement, D(α)ρD(α)†.

    Parameters
    ----------
    occupations : mapping of str to float
        n̄ ≥ 0 of each oscillator, by name: 1/(e^{βω} − 1) at inverse temperature β.
    displacement : mapping of str to complex, optional
        α of some of them; 0 where it is not given.
    cutoff : Fixed, optional
        Levels kept; by default as many as leave out less than 1e-12.

    Returns
    -------
    State
        With U(1) where α = 0: it is then kept as its populations. The mean number is n̄ + |α|².

    Raises
    ------
    UnknownSite, WrongType, InvalidInput, MemoryBudgetExceeded
        As :func:`coherent`, for a negative occupation, and for a displacement of another oscillator.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> state = ph.states.thermal({"a": 2})
    >>> round(state.entropy(), 9), round(float(3 * np.log(3) - 2 * np.log(2)), 9)
    (1.909542505, 1.909542505)
    """
    sites = named(occupations, "occupations")
    means = {s: real_number(n, f"mean occupation of {s.name!r}", minimum=0.0) for s, n in sites.items()}
    alphas = amplitudes_by_site(displacement, means, "displacements")
    cutoffs = fixed_levels(cutoff, means)
    factors = []
    for site, mean in means.items():
        if alphas[site]:
            factors.append(_displaced_thermal(site, mean, alphas[site], cutoffs))
            continue
        levels = max(_enough_levels(0j, (mean + 0.5, mean + 0.5)), cutoffs.get(site.name, 0))
        require_memory(BYTES_PER_KET * levels, None, f"A thermal state of {mean:.3g} quanta", "Take fewer quanta.")
        populations = (mean / (1 + mean)) ** np.arange(levels)
        populations = populations[: kept_levels(populations, site, cutoffs)]
        factors.append(diagonal(space_of({site: len(populations)}), populations / populations.sum()))
    return product(*factors)


def cat(
    amplitudes: Mapping[Key, complex], *, legs: int = 2, charge: int = 0, cutoff: FixedCutoff | None = None
) -> State:
    """Cat states: equal superpositions of coherent states on a circle, ∝ Σ_k e^{−2πikq/L}|αe^{2πik/L}⟩, k = 0 … L − 1.

    Only the levels n = q, q + L, q + 2L, … occur: with two legs, q = 0 is the even and q = 1 the odd cat.

    Parameters
    ----------
    amplitudes : mapping of str to complex
        α of each oscillator, by name.
    legs : int
        L ≥ 1, the number of coherent states.
    charge : int
        q from 0 to L − 1, the number modulo L.
    cutoff : Fixed, optional
        Levels kept; by default as many as leave out less than 1e-12.

    Returns
    -------
    State
        Pure, with the symmetry Z_L.

    Raises
    ------
    WrongType, InvalidInput, MemoryBudgetExceeded
        As :func:`coherent`, for a charge that there is not, and for α = 0 with q > 0, where the sum vanishes.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.states.cat({"a": 1.5}, charge=1).populations("a")[:4].round(4).tolist()
    [0.0, 0.4796, 0.0, 0.4047]
    """
    alphas = amplitudes_by_site(amplitudes, named(amplitudes, "amplitudes"), "amplitudes")
    legs = whole_number(legs, "number of legs of the cat")
    charge = whole_number(charge, "charge of the cat", minimum=0)
    if charge >= legs:
        raise InvalidInput(f"The charge of a cat of {legs} legs is {charge}.", f"Give 0 … {legs - 1}.")
    cutoffs = fixed_levels(cutoff, alphas)
    kets = {}
    for site, alpha in alphas.items():
        levels = _ket_levels(site, alpha, (0.5, 0.5), cutoffs) + charge + 2 * legs
        ket = _gaussian_ket(alpha, 0j, levels)
        ket[np.arange(levels) % legs != charge] = 0
        if not ket.any():
            raise InvalidInput(
                f"The cat of {site.name!r} has the amplitude {alpha:.3g}, and its coherent states cancel.",
                f"Give a larger amplitude, or its limit fock({{{site.name!r}: {charge}}}).",
            )
        kets[site] = _cut(ket, site, cutoffs)
    return pure_product(kets)


def two_mode_squeezed(
    sites: tuple[str, str], r: float, angle: float = 0.0, *, cutoff: FixedCutoff | None = None
) -> State:
    """The two-mode squeezed vacuum (1/cosh r) Σ (−e^{iθ} tanh r)ⁿ|n, n⟩ = exp(ζ*ab − ζa†b†)|0, 0⟩, ζ = re^{iθ}.

    The numbers are equal and the sum of the phases is sharp, φ_a + φ_b = θ + π for r > 0, while no phase difference is:
    the state is entangled, with R = 0. Either oscillator alone is thermal, n̄ = sinh²r.

    Parameters
    ----------
    sites : (str, str)
        The names of the two oscillators.
    r : float
        The squeezing; −r is r with the angle θ + π.
    angle : float
        θ (rad).
    cutoff : Fixed, optional
        Levels kept; by default as many as leave out less than 1e-12.

    Returns
    -------
    State
        Pure, in blocks of n_a − n_b; their elements grow as N³ with the number N of levels.

    Raises
    ------
    WrongType, InvalidInput, MemoryBudgetExceeded
        As :func:`coherent`.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> state = ph.states.two_mode_squeezed(("a", "b"), 0.8)
    >>> a = ph.oscillator("a")
    >>> round(state.expect(a.dag() * a), 9), round(float(np.sinh(0.8) ** 2), 9)
    (0.788732236, 0.788732236)
    >>> [round(ph.measures.phase_coherence(state, "a", "b", ratio=ratio), 6) for ratio in ((1, 1), (1, -1))]
    [0.0, 0.664037]
    """
    if not isinstance(sites, (tuple, list)) or len(sites) != 2 or sites[0] == sites[1]:
        raise InvalidInput(f"Two-mode squeezing is asked of {sites!r}.", "Name two oscillators, such as ('a', 'b').")
    first, second = (site_of(name, oscillator=True) for name in sites)
    r = real_number(r, "two-mode squeezing r")
    turn = real_number(angle, "angle of the two-mode squeezing")
    _checked_squeezing(abs(r), first)
    cutoffs = fixed_levels(cutoff, (first, second))
    mean = sinh(r) ** 2
    levels = max(_enough_levels(0j, (mean + 0.5, mean + 0.5)), *cutoffs.values(), 1)
    require_memory(BYTES_PER_ELEMENT * levels**3 / 6, None, f"Two-mode squeezing by {r:.3g}", "Squeeze less.")
    amplitudes = (-np.exp(1j * turn) * np.tanh(r)) ** np.arange(levels)
    numbers = {site: kept_levels(np.abs(amplitudes) ** 2, site, cutoffs) for site in (first, second)}
    space = space_of(numbers)
    ket = np.zeros(space.levels, dtype=complex)
    n = np.arange(min(space.levels))
    ket[n, n] = amplitudes[n]
    return pure(space, ket.ravel() / np.linalg.norm(ket))


def coherent_ket(site: Site, alpha: complex, cutoffs: Mapping[str, int]) -> np.ndarray:
    """The Fock amplitudes of |α⟩, cut and normalised."""
    return _cut(_gaussian_ket(alpha, 0j, _ket_levels(site, alpha, (0.5, 0.5), cutoffs)), site, cutoffs)


def _cut(ket: np.ndarray, site: Site, cutoffs: Mapping[str, int]) -> np.ndarray:
    ket = ket[: kept_levels(np.abs(ket) ** 2, site, cutoffs)]
    return ket / np.linalg.norm(ket)


def _checked_squeezing(r: float, site: Site) -> float:
    """|ζ|, refused where the number of quanta, e^{2r}/4, is beyond any memory."""
    if r > 20:
        raise InvalidInput(
            f"The squeezing of {site.name!r} is r = {r:.3g}, with e^{{2r}}/4 quanta.", "Give |r| of at most 20."
        )
    return r


def _gaussian_ket(alpha: complex, zeta: complex, levels: int) -> np.ndarray:
    """D(α)S(ζ)|0⟩ up to a factor, from (μa + νa†)|ψ⟩ = (μα + να*)|ψ⟩ with μ = cosh r, ν = e^{iθ} sinh r.

    √(n+1) μ c_{n+1} = β c_n − ν√n c_{n−1}: the solution that starts at n = 0 is the dominant one, and the recursion
    stable. It is scaled down on its way wherever it becomes large.
    """
    r = abs(zeta)
    mu, nu = cosh(r), exp(1j * phase(zeta)) * sinh(r)
    beta = mu * alpha + nu * alpha.conjugate()
    ket = np.zeros(levels, dtype=complex)
    before, here = 0j, 1 + 0j
    ket[0] = here
    for n in range(levels - 1):
        before, here = here, (beta * here - nu * sqrt(n) * before) / (mu * sqrt(n + 1))
        if abs(here) > 1e100:
            ket[: n + 1] *= 1e-100
            before, here = before * 1e-100, here * 1e-100
        ket[n + 1] = here
    return ket / np.abs(ket).max()


def _displaced_thermal(site: Site, mean: float, alpha: complex, cutoffs: Mapping[str, int]) -> State:
    """D(α)ρD(α)† from aρ = xρa + (1 − x)αρ, x = n̄/(1 + n̄).

    √(m+1) ρ_{m+1,n} = (1 − x)α ρ_{mn} + x√n ρ_{m,n−1}. But for the phases e^{i(m−n) arg α} all terms are positive: no
    digit is lost. Every row carries a scale of its own, since e^{−|α|²} may be below the smallest number.
    """
    levels = _ket_levels(site, alpha, (mean + 0.5, mean + 0.5), cutoffs)
    x, drift = mean / (1 + mean), abs(alpha) / (1 + mean)
    root = np.sqrt(np.arange(levels))
    rho = np.empty((levels, levels))
    scale = np.zeros(levels)
    rho[0] = _gaussian_ket(complex(drift), 0j, levels).real
    for m in range(levels - 1):
        row = drift * rho[m] / root[m + 1]
        row[1:] += x * root[1:] * rho[m, :-1] / root[m + 1]
        most = row.max() or 1.0  # all zero where both α and n̄ are next to nothing
        rho[m + 1], scale[m + 1] = row / most, scale[m] + np.log(most)
    rho *= np.exp(scale - scale.max())[:, None]
    n = kept_levels(np.diag(rho), site, cutoffs)
    rho = rho[:n, :n] + rho[:n, :n].T
    rho /= np.trace(rho)
    turn = np.exp(1j * phase(alpha) * np.arange(n))
    step = np.ones((1, 1), dtype=int)
    return assemble(
        space_of({site: n}), step, lambda rows, columns: rho[rows, columns] * turn[rows] * turn[columns].conj()
    )


def _ket_levels(site: Site, alpha: complex, variances: tuple[float, float], cutoffs: Mapping[str, int]) -> int:
    """More than enough levels, at least the given cutoff, after a look at the memory of the density matrix."""
    if abs(alpha) > LARGEST:
        raise InvalidInput(f"The amplitude of {site.name!r} is {abs(alpha):.3g}.", f"Give at most {LARGEST:.0e}.")
    levels = max(_enough_levels(alpha, variances), cutoffs.get(site.name, 0))
    quanta = abs(alpha) ** 2 + (sum(variances) - 1) / 2
    require_memory(
        BYTES_PER_ELEMENT * levels**2 / 4,
        None,
        f"A state of {site.name!r} with {quanta:.3g} quanta, on {levels} levels,",
        "Give a smaller amplitude, or a lower cutoff.",
    )
    return levels


def _enough_levels(alpha: complex, variances: tuple[float, float]) -> int:
    """N such that the levels n ≥ N of a Gaussian state weigh far less than 1e-12, by Chernoff's bound ⟨zⁿ⟩z^{−N}.

    ⟨zⁿ⟩ = Π w^{−1/2} exp(−½ d²(1 − z)/w), w = ½(1 + z) + V(1 − z), over the two main quadratures of mean d and variance
    V; ⟨0ⁿ⟩ is the population of the vacuum.
    """
    means = np.sqrt(2) * np.array([[alpha.real], [alpha.imag]])
    spread = np.array(variances)[:, None]

    def logarithm(z: np.ndarray) -> np.ndarray:
        w = 0.5 * (1 + z) + spread * (1 - z)
        return np.asarray((-0.5 * np.log(w) - 0.5 * means**2 * (1 - z) / w).sum(axis=0))

    largest = max(variances)
    reach = 0.999 / (largest - 0.5) if largest > 0.5 else np.inf
    step = np.geomspace(min(1e-10, reach * 1e-6), min(reach, 1e12), 1000)
    excited = max(-float(np.expm1(logarithm(np.zeros(1)))[0]), 1e-26)
    bound = (logarithm(1 + step) - np.log(1e-15 * excited)) / np.log1p(step)
    return ceil(float(bound.min())) + 2
