"""States of definite levels, their superpositions, and spins that point in a direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, pi, sin

import numpy as np
from scipy.special import gammaln, xlogy

from photinus.algebra import Ensemble, LevelEnsemble, Oscillator, Qudit, Site, Spin
from photinus.errors import InvalidInput, SiteMismatch, WrongType, shown
from photinus.numerics.checks import real_number, whole_number
from photinus.space.state import State
from photinus.states.build import FixedCutoff, Key, complex_number, fixed_levels, named, pure, pure_product, space_of

Term = tuple[complex, Mapping[Key, float]]


def fock(numbers: Mapping[Key, int], *, cutoff: FixedCutoff | None = None) -> State:
    """Number states |n⟩ of one or several oscillators.

    Parameters
    ----------
    numbers : mapping of str to int
        n ≥ 0 of each oscillator, by name.
    cutoff : Fixed, optional
        Levels kept, more than n; by default n + 1.

    Returns
    -------
    State
        Pure, with the symmetry U(1) of each oscillator: it has no phase, and no relative phase.

    Raises
    ------
    WrongType, InvalidInput
        For what names no oscillator, a number that is negative or not whole, a cutoff below n + 1.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.states.fock({"a": 1, "b": 2})
    >>> state.cutoffs, ph.measures.phase_coherence(state, "a", "b")
    ({'a': 2, 'b': 3}, 0.0)
    """
    return superposition([(1.0, dict(_checked(numbers, "numbers", oscillators=True)))], cutoff=cutoff)


def level(levels: Mapping[Key, float]) -> State:
    """Basis states of spins, |m⟩, of qudits, |k⟩, and of ensembles, |J, M⟩.

    Parameters
    ----------
    levels : mapping of handle to float
        m = −j … +j of each spin and k = 0 … d − 1 of each qudit, by its handle; of an ensemble the Dicke state M of the
        largest J = N/2, or a pair (J, M), which below N/2 is the mixture of all states of that J and M. Of an ensemble
        of atoms of d levels the symmetric state of the populations (n₀, …, n_d−1), or the d rows of a Gelfand-Tsetlin
        pattern, the longest first, such as ((2, 1, 0), (2, 0), (1,)).

    Raises
    ------
    WrongType, InvalidInput
        For what is no handle, and a level that there is not.

    Examples
    --------
    >>> import photinus as ph
    >>> s, q = ph.spin("s", 1), ph.qudit("q", 3)
    >>> state = ph.states.level({s: -1, q: 2})
    >>> state.expect(s.z), state.populations(q).tolist()
    (-1.0, [0.0, 0.0, 1.0])
    """
    return superposition([(1.0, dict(_checked(levels, "levels", oscillators=False)))])


def superposition(terms: Sequence[Term], *, cutoff: FixedCutoff | None = None) -> State:
    """The pure state ∝ Σ_k c_k|levels of term k⟩.

    Parameters
    ----------
    terms : sequence of (complex, mapping)
        c_k, and the level of every site: n of an oscillator (by name), m of a spin and k of a qudit (by handle). All
        terms have the same sites; the sum is normalised.
    cutoff : Fixed, optional
        Levels kept of the oscillators; by default as many as occur.

    Returns
    -------
    State
        With every symmetry that its terms leave: (|10⟩ + |01⟩)/√2 has U(1) of n_a + n_b.

    Raises
    ------
    WrongType, InvalidInput
        For what is no list of terms, a level that there is not, a sum that vanishes.
    SiteMismatch
        If two terms have different sites.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.states.superposition([(1, {"a": 1, "b": 0}), (1, {"a": 0, "b": 1})])
    >>> [round(f(state, "a", "b"), 12) for f in (ph.measures.amplitude_correlation, ph.measures.phase_coherence)]
    [1.0, 0.5]
    """
    coefficients, places = _checked_terms(terms)
    sites = tuple(places[0])
    cutoffs = fixed_levels(cutoff, sites)
    levels = {}
    for site in sites:
        most = max(place[site] for place in places)
        levels[site] = site.levels(cutoffs.get(site.name, most + 1))
        if most >= levels[site]:
            raise InvalidInput(
                f"The cutoff of {levels[site]} levels of {site.name!r} cuts off |{most}⟩.",
                f"Give at least Fixed({most + 1}), or none.",
            )
    space = space_of(levels)
    ket = np.zeros(space.dimension, dtype=complex)
    largest = max(map(abs, coefficients)) or 1.0  # divided out: squares could overflow, or vanish
    for c, place in zip(coefficients, places, strict=True):
        ket[np.ravel_multi_index([place[site] for site in space.sites], space.levels)] += c / largest
    size = float(np.linalg.norm(ket))
    if not size > 1e-14:
        raise InvalidInput("The terms of the superposition cancel.", "Give terms whose sum is not zero.")
    return pure(space, ket / size)


def spin_coherent(directions: Mapping[Key, tuple[float, float]]) -> State:
    """Spin coherent states |θ, φ⟩: spins, or all atoms of ensembles, that point in one direction.

    ⟨S⟩ = j(sin θ cos φ, sin θ sin φ, cos θ), j = N/2 for an ensemble of N atoms;

    |θ, φ⟩ = Σ_k √C(2j, k) cos^{2j−k}(θ/2) (e^{iφ} sin(θ/2))^k |m = j − k⟩, so that ⟨S₊⟩ = j sin θ e^{iφ}: φ is the
    azimuth, the spin's phase.

    Parameters
    ----------
    directions : mapping of handle to (float, float)
        Polar angle θ, 0 … π, and azimuth φ (rad) of each spin or ensemble, by its handle.

    Returns
    -------
    State
        Pure; with U(1) at the poles, θ = 0 and θ = π.

    Raises
    ------
    WrongType, InvalidInput
        For what is no spin's handle, and a direction that is no such pair of angles.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> s = ph.spin("s", 3/2)
    >>> state = ph.states.spin_coherent({s: (np.pi / 2, 0.4)})
    >>> round(abs(state.expect(s.plus)), 9), round(float(np.angle(state.expect(s.plus))), 9)
    (1.5, 0.4)
    """
    kets: dict[Site, np.ndarray] = {}
    for site, direction in named(directions, "directions", oscillators=False).items():
        if not isinstance(site, (Spin, Ensemble)):
            raise InvalidInput(
                f"A direction is given to the {site!r}.", "Give directions to handles of spins and ensembles."
            )
        if not isinstance(direction, (tuple, list, np.ndarray)) or len(direction) != 2:
            raise InvalidInput(
                f"The direction of {site.name!r} is {shown(direction)}.", "Give the angles (θ, φ), such as (1.57, 0.0)."
            )
        theta = real_number(direction[0], f"polar angle of {site.name!r}", minimum=0.0)
        phi = real_number(direction[1], f"azimuth of {site.name!r}")
        if theta > pi * (1 + 1e-6):  # π in single precision is a little more
            raise InvalidInput(f"The polar angle of {site.name!r} is {theta:.6g}.", "Give an angle from 0 to π.")
        twice_j = site.atoms if isinstance(site, Ensemble) else site.twice_j
        ket = _spin_ket(twice_j, min(theta, pi), phi)
        kets[site] = np.pad(ket, (0, site.levels(None) - len(ket)))  # an ensemble's largest J comes first
    return pure_product(kets)


def _spin_ket(twice_j: int, theta: float, phi: float) -> np.ndarray:
    k = np.arange(twice_j + 1)
    up, down = (0.0 if abs(x) < 1e-16 else x for x in (cos(theta / 2), sin(theta / 2)))
    choose = gammaln(twice_j + 1) - gammaln(k + 1) - gammaln(twice_j - k + 1)
    ket = np.exp(choose / 2 + xlogy(twice_j - k, up) + xlogy(k, down) + 1j * k * phi)
    return np.asarray(ket / np.linalg.norm(ket))


def _checked(levels: Mapping[Key, float], what: str, *, oscillators: bool) -> Mapping[Key, float]:
    """The mapping, where its keys are all oscillators' names or all handles."""
    for site in named(levels, what, oscillators=oscillators):
        if isinstance(site, Oscillator) is not oscillators:
            raise InvalidInput(
                f"{site.name!r} is the name of an oscillator.",
                "Use fock() for oscillators, or give the handle of a spin or qudit.",
            )
    return levels


def _checked_terms(terms: Sequence[Term]) -> tuple[list[complex], list[dict[Site, int]]]:
    if not isinstance(terms, Sequence) or not all(isinstance(t, (tuple, list)) and len(t) == 2 for t in terms):
        raise WrongType(f"The terms are {shown(terms)}.", "Give pairs (amplitude, {site: level, …}).")
    if not terms:
        raise InvalidInput("The superposition has no terms.", "Give at least one pair (amplitude, {site: level, …}).")
    coefficients = [complex_number(c, "amplitude of a term") for c, _ in terms]
    places = []
    for _, levels in terms:
        values = named(levels, "levels of a term", oscillators=False)
        places.append({site: _place(site, value) for site, value in values.items()})
        if places[-1].keys() != places[0].keys():
            raise SiteMismatch(
                f"One term has the sites {list(places[0])}, another {list(places[-1])}.",
                "Give the level of every site in every term.",
            )
    return coefficients, places


def _place(site: Site, value: float) -> int:
    """The number of a ket of one site: n of an oscillator, j − m of a spin, k of a qudit, of |J, M⟩ of an ensemble."""
    if isinstance(site, Ensemble):
        return _dicke(site, value)
    if isinstance(site, LevelEnsemble):
        return _pattern(site, value)
    if isinstance(site, Spin):
        j = site.twice_j / 2
        steps = j - real_number(value, f"level m of the {site!r}")
        if steps not in range(site.twice_j + 1):
            raise InvalidInput(f"The {site!r} has no level m = {value}.", f"Give m = {-j:g} … {j:g} in whole steps.")
        return int(steps)
    number = whole_number(value, f"number of the level of the {site!r}", minimum=0)
    if isinstance(site, Qudit) and number >= site.dimension:
        raise InvalidInput(f"The {site!r} has no level {number}.", f"Give 0 … {site.dimension - 1}.")
    return number


def _dicke(site: Ensemble, value: float | tuple[float, float]) -> int:
    """The number of |J, M⟩, given by (J, M), or by M alone for J = N/2."""
    pair = value if isinstance(value, (tuple, list)) else (site.atoms / 2, value)
    if len(pair) != 2:
        raise InvalidInput(f"The level of the {site!r} is {value}.", "Give M, or the pair (J, M).")
    j, m = (real_number(x, f"{what} of the {site!r}") for x, what in zip(pair, ("J", "M"), strict=True))
    place = int(site.place(np.array(j), np.array(m)))
    whole = (site.atoms / 2 - j) % 1 == 0 and (j - m) % 1 == 0
    if place < 0 or not whole:
        raise InvalidInput(
            f"The {site!r} has no level J = {j:g}, M = {m:g}.",
            f"Give J = {site.atoms / 2:g}, {site.atoms / 2 - 1:g}, … and M = −J … J in whole steps.",
        )
    return place


def _pattern(site: LevelEnsemble, value: object) -> int:
    """The number of the pattern with these rows, or of the symmetric state with these populations."""
    d = site.dimension
    remedy = f"Give the {d} populations of its levels, with the sum {site.atoms}, or the {d} rows of a pattern."
    if not isinstance(value, (tuple, list)) or len(value) != d:
        raise InvalidInput(f"The level of the {site!r} is {shown(value)}.", remedy)
    if not any(isinstance(row, (tuple, list)) for row in value):
        numbers = [whole_number(x, f"population of a level of the {site!r}", minimum=0) for x in value]
        rows = [[sum(numbers[:j]), *[0] * (j - 1)] for j in range(d, 0, -1)]
    else:
        rows = [list(row) for row in value if isinstance(row, (tuple, list))]
    if [len(row) for row in rows] != list(range(d, 0, -1)):
        raise InvalidInput(f"The pattern {value} of the {site!r} has no rows of {d}, …, 1 numbers.", remedy)
    entries = tuple(whole_number(x, f"entry of a pattern of the {site!r}", minimum=0) for row in rows for x in row)
    place = site.place(entries) if max(entries) <= site.atoms else -1
    if place < 0:
        raise InvalidInput(f"The {site!r} has no level {value}.", remedy)
    return place
