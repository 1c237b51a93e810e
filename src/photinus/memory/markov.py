"""The Markov limit of a bath: golden-rule rates and Lamb shift, from the half-sided transforms of its correlations.

∫_0^∞ C(t) e^{iωt} dt = S(ω)/2 + iΛ(ω),    S = 2πJ(n̄ + 1) or 2πJ n̄,    Λ(ω) = P∫ S(ω′)/(2π(ω − ω′)) dω′.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import inf, pi

import numpy as np

from photinus.algebra import Operator
from photinus.algebra.operator import shift_of
from photinus.errors import InvalidInput
from photinus.memory.correlations import extent, gauss_nodes, spectrum, weight_functions
from photinus.memory.densities import Exponents
from photinus.memory.environment import Environment, require_environment
from photinus.model import Jump, Model
from photinus.numerics.checks import real_number


def half_transforms(environment: Environment, frequency: float, *, hermitian: bool) -> tuple[complex, complex]:
    """S(ω)/2 + iΛ(ω) of ⟨B(t)B†⟩ at ω and of ⟨B†(t)B⟩ at −ω; for Hermitian couplings of their sum at ω, and 0."""
    sums = environment.density.exponents(environment.temperature)
    if sums is not None:
        if hermitian:
            return _transformed(sums[0] + sums[1], frequency), 0j
        return _transformed(sums[0], frequency), _transformed(sums[1], -frequency)
    up, down = spectrum(environment, np.array(frequency), hermitian=hermitian)
    emission, absorption = weight_functions(environment.density, environment.temperature)
    shift_up = _principal(emission, environment, frequency)
    shift_down = -_principal(absorption, environment, frequency) if environment.temperature > 0 else 0.0
    if hermitian:
        if environment.temperature > 0:
            shift_up -= _principal(absorption, environment, -frequency)
        return complex(float(up) / 2, shift_up), 0j
    return complex(float(up) / 2, shift_up), complex(float(down) / 2, shift_down)


def _transformed(exponents: Exponents, frequency: float) -> complex:
    return complex(sum(w / (nu - 1j * frequency) for w, nu in exponents))


def _principal(function: Callable[[np.ndarray], np.ndarray], environment: Environment, frequency: float) -> float:
    """P∫f(ω′)/(ω − ω′) dω′."""
    points, _ = extent(function, environment.density)
    low, high = float(points[0]), float(points[-1])
    if low == high:
        return 0.0
    halves = 2.0 ** -np.arange(60.0, -1.0, -1.0)
    total, radius = 0.0, 0.0
    if low < frequency < high:  # f(ω − u)/u − f(ω + u)/u: nothing is singular at u = 0
        radius = min(frequency - low, high - frequency)
        near = np.abs(points - frequency)
        u, weights = gauss_nodes(np.unique([0.0, *(radius * halves), *near[near < radius]]))
        total = float(weights @ ((function(frequency - u) - function(frequency + u)) / u))
    edges = np.concatenate([points, low + (high - low) * halves, frequency + radius * np.array([-1.0, 1.0])])
    edges = np.unique(np.clip(edges, low, high))
    for part in (edges[edges <= frequency - radius], edges[edges >= frequency + radius]):
        if len(part) > 1:
            x, weights = gauss_nodes(part)
            total += float(weights @ (function(x) / (frequency - x)))
    return total


def lowering_parts(operator: Operator) -> tuple[Operator, Operator]:
    """L₋ and L₀ of a Hermitian L = L₋ + L₋† + L₀, by the total change of the oscillators' n and the spins' m.

    Raises
    ------
    InvalidInput
        For a qudit, whose levels have no order in energy here.
    """
    down, level = {}, {}
    for word, c in operator.terms.items():
        change = 0
        for site, shift in shift_of(word).items():
            if site.kind == "qudit":
                raise InvalidInput(
                    f"The coupling {operator} acts on the {site!r}, whose levels have no known order.",
                    "Couple by the lowering operator, such as q(0, 1); or use redfield(…).",
                )
            change += sum(shift)
        if change < 0:
            down[word] = c
        elif change == 0:
            level[word] = c
    return Operator(down), Operator(level)


def markov_limit(
    model: Model,
    environment: Environment,
    *,
    common: bool | None = None,
    frequency: float = 0.0,
    lamb_shift: bool = True,
) -> Model:
    """The bath without its memory: jumps at the golden-rule rates of one frequency of the system.

    Parameters
    ----------
    model : Model
    environment : Environment
    common : bool, optional
        As in :func:`with_pseudomodes`.
    frequency : float
        ω of the system that L lowers, in the frame of the model: 0 in the frame of the oscillators themselves. Rates
        are 2πJ(ω)(n̄ + 1) and 2πJ(ω)n̄. Of a Hermitian L the lowering part has them; what neither lowers nor raises
        dephases at the rate of ω = 0.
    lamb_shift : bool
        Whether the Hamiltonian gets Λ(ω)L†L, which shifts and, in a common bath, couples the sites.

    Returns
    -------
    Model

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian(1.0, width=2.0), [a, -b])
    >>> print(ph.memory.markov_limit(ph.Model(), bath, common=True).jumps[-1])
    2 D[a - b]
    """
    require_environment(environment)
    model = environment.placed(model)
    at = real_number(frequency, "frequency of the system")
    hamiltonian: Operator | int = 0
    jumps = []
    for operator in environment.operators(common=common):
        hermitian = operator.is_hermitian()
        low, level = lowering_parts(operator) if hermitian else (operator, Operator({}))
        up, down = half_transforms(environment, at, hermitian=hermitian)
        if hermitian:
            down = half_transforms(environment, -at, hermitian=True)[0]
        if low.terms:
            jumps.append(Jump(2 * max(up.real, 0), low, reverse=2 * max(down.real, 0), name=environment.name))
            hamiltonian = hamiltonian + up.imag * low.dag() * low + down.imag * low * low.dag()
        if level.sites:
            still = half_transforms(environment, 0.0, hermitian=True)[0]
            jumps.append(Jump(2 * max(still.real, 0), level, name=environment.name))
            hamiltonian = hamiltonian + still.imag * level * level
    return model + Model(hamiltonian if lamb_shift else 0, jumps)


def markov_rate(environment: Environment, frequency: float = 0.0) -> float:
    """The golden-rule rate 2πJ(ω)(n̄ + 1) of L at a frequency of the system; ``inf`` for the peak over all frequencies.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian(1.0, width=2.0, center=1.0), a)
    >>> round(ph.memory.markov_rate(bath), 12), ph.memory.markov_rate(bath, float("inf"))
    (1.0, 2.0)
    """
    require_environment(environment)
    if frequency == inf:
        grid, _ = extent(weight_functions(environment.density, environment.temperature)[0], environment.density)
        fine = np.unique(np.concatenate([grid, *(np.linspace(a, b, 400) for a, b in pairwise(grid.tolist()))]))
        return float(2 * pi * weight_functions(environment.density, environment.temperature)[0](fine).max())
    return float(spectrum(environment, np.array(float(frequency)), hermitian=False)[0])
