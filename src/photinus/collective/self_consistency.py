"""Fields that an infinite network makes for itself: E = η·Tr(Aρ), ρ the state of one unit in the field E.

In the frame that turns with Ω a unit has H + E A† + Ē A − Ω Q. The phase of E is free; with e = |E| the condition is

    F(e, Ω) = η·Tr(Aρ)/e = 1,

two real equations for two real unknowns. F vanishes for Ω → ±∞, and |F| < 1 for e > |η|‖A‖, so that all solutions
lie in a strip. They are counted on its edges: F(0, ·) is the linear response, and 1 − F(0, Ω) turns once about 0 for
each unstable mode of the incoherent state (Nyquist 1932), but 1 − F does not turn on the other edges. Therefore

    Σ index = number of unstable modes,   index = −sign ∂(Re F, Im F)/∂(e, Ω),

the sum being over all solutions. A search that fails this has missed one; a search that obeys it can have missed two of
opposite indices only, such as are born together where F touches 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from typing import TypeAlias

import numpy as np
from scipy.optimize import root

from photinus.algebra import Operator
from photinus.errors import DegenerateSteadyState, NotConverged
from photinus.model import Model
from photinus.solve.cutoff import Fixed
from photinus.solve.methods import Auto
from photinus.solve.steady import steady_state
from photinus.space.liouvillian import generator
from photinus.space.space import make_space
from photinus.space.vectors import functional

Excess: TypeAlias = Callable[[float, float], complex]
"""F(e, Ω) − 1."""
Cell: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
"""Fields and frequencies between two values each."""

STEP = 0.7
"""Steps of the frequency, in units of the distance from the nearest pole of the linear response."""
QUIET = 0.5
"""The last frequencies are those at which |F| stays below this in every field."""
WEAKEST = 1e-5
"""The field of the linear response, in units of the strongest one."""
STRONG = 0.03
"""Fields from there up, in units of the strongest one, are always looked at, weaker ones down to linear response."""
LINEAR = 0.03
"""Where two fields in succession change F by less than this, relative to max(1, |F|), the response is linear."""
HALVINGS = 3
"""So often a cell that may hold a pair is cut in four, before Newton's method starts in what is left."""
MARGIN = 0.5
"""The share of the variation of F over a cell by which the corners may miss 1 on one side; less in smaller cells."""
LINEAR_CELLS, REACH = 3, 4.0
"""After so many halvings a cell is left out whose linear solution is farther from its middle, in half cells."""
REFINEMENTS = 2
"""So often all cells are halved where the indices do not add up."""
FAR = 30.0
"""How far Newton's method may go: in e², in units of the start, and in frequency, in units of the cell."""
ACCURACY = 1e-8
"""|F − 1| of what counts as self-consistent."""


@dataclass(frozen=True)
class Pair:
    """A self-consistent field: its strength e, its frequency Ω and its index (+1 or −1)."""

    field: float
    frequency: float
    index: int


@dataclass(frozen=True)
class Response:
    """The answer of one unit to a field, with a fixed number of levels.

    Attributes
    ----------
    unit : Model
        With the loss that the coupling adds.
    operator, charge : Operator
        A, and Q with [Q, A] = −A.
    strength : complex
        η.
    cutoffs : dict
        Levels of each oscillator.
    """

    unit: Model
    operator: Operator
    charge: Operator
    strength: complex
    cutoffs: dict[str, int]

    def model(self, e: float, frequency: float) -> Model:
        """The unit in a field e > 0, in the frame that turns with Ω."""
        force = e * self.operator.dag()
        return self.unit + Model(force + force.dag() - frequency * self.charge)

    def excess(self, e: float, frequency: float) -> complex:
        """F − 1.

        Raises
        ------
        MemoryBudgetExceeded, DegenerateSteadyState, NotConverged
            As :func:`photinus.steady_state`.
        """
        model = self.model(e, frequency)
        made = generator(model, self.cutoffs)
        sector = made.grading.sector(made.grading.group.zero)
        liouvillian = made.liouvillian(sector)
        method = Auto().choose(liouvillian)
        method.require(liouvillian)
        found = method.null_vector(liouvillian, None)
        if found.nullity == 1 and np.isfinite(found.vector).all():
            z = functional(self.operator, sector) @ found.vector
        else:  # a typed error, or an answer by another method
            z = steady_state(model, cutoff=Fixed(self.cutoffs)).expect(self.operator)
        return complex(self.strength * z / e - 1)

    def largest(self) -> float:
        """A field above every self-consistent one: |η|‖A‖ and a tenth more."""
        bands = make_space(self.unit.sites, self.cutoffs).bands(self.operator)
        return 1.1 * abs(self.strength) * float(sum(np.abs(x).max(initial=0.0) for x in bands.values()))

    def adjusted(self, pair: Pair) -> Pair:
        """The pair next to one that was found with fewer levels."""
        found = _solved(self.excess, pair.field, pair.frequency, 0.1 * pair.field)
        if found is None:
            raise self.unsettled(pair)
        return replace(pair, field=found[0], frequency=found[1])

    def unsettled(self, pair: Pair) -> NotConverged:
        """The error where a pair depends on the number of levels."""
        levels = ", ".join(f"{name}: {n}" for name, n in self.cutoffs.items())
        return NotConverged(
            f"The self-consistent field of {pair.field:.4g} depends on the number of levels ({levels}).",
            "Check that the unit itself holds its amplitude, for the coupling damps differences only; if so, "
            "give cutoff=ph.Fixed(…).",
        )


def self_consistent_pairs(
    response: Response, poles: np.ndarray, window: tuple[float, float], *, unstable: int | None, scan: int
) -> list[Pair]:
    """All pairs (e, Ω) with F = 1 that a grid shows, by e.

    Parameters
    ----------
    response : Response
    poles : ndarray of complex
        Eigenvalues −γ − iω of the linear response without coupling, at least one.
    window : (float, float)
        Frequencies between which the units turn by themselves.
    unstable : int or None
        The number of unstable modes of the incoherent state, which the indices are checked against; None where a mode
        is too close to the axis to tell.
    scan : int
        About so many fields in three decades, and frequencies in the window.

    Raises
    ------
    NotConverged
        If the indices of what is found do not add up to ``unstable`` on finer grids either.
    DegenerateSteadyState
        If F = 1 in every field of a frequency.
    """
    excess = cache(response.excess)
    fields, frequencies = _grid(excess, response.largest(), poles, window, scan)
    for _ in range(REFINEMENTS + 1):
        found = _pairs(excess, fields, frequencies)
        _refuse_family(excess, found)
        total = sum(pair.index for pair in found)
        if unstable in (None, total):
            return found
        shape = f"{len(fields)} × {len(frequencies)}"
        fields = sorted([*fields, *((x * y) ** 0.5 for x, y in pairwise(fields))])
        frequencies = sorted([*frequencies, *((x + y) / 2 for x, y in pairwise(frequencies))])
    raise NotConverged(
        f"The incoherent state has {unstable} unstable modes, but the indices of the {len(found)} states with a common "
        f"phase that a grid of {shape} fields and frequencies shows add up to {total}: at least one is missed.",
        f"Raise scan= (now {scan}).",
    )


def _grid(
    excess: Excess, top: float, poles: np.ndarray, window: tuple[float, float], scan: int
) -> tuple[list[float], list[float]]:
    """Fields from where a unit answers linearly up to ``top``, and frequencies up to where it hardly answers."""
    low, high = min(window[0], -float(poles.imag.max())), max(window[1], -float(poles.imag.min()))
    narrowest, widest = 1e-3 * float(np.abs(poles.real).max()), (high - low) / scan

    def step(frequency: float) -> float:
        return max(narrowest, STEP * float(np.abs(poles + 1j * frequency).min()))

    frequencies = [low]
    while high - frequencies[-1] > 1e-6 * (near := step(frequencies[-1])):
        frequencies.append(min(high, frequencies[-1] + min(near, max(widest, 0.1 * near))))
    weakest = WEAKEST * top
    linear = {w: excess(weakest, w) for w in frequencies}
    fields = [float(e) for e in np.geomspace(top, STRONG * top, scan // 2 + 1)]
    while fields[-1] > 30 * weakest and any(
        abs(excess(e, w) - there) > LINEAR * max(1.0, abs(there + 1))
        for e in fields[-2:]
        for w, there in linear.items()
    ):
        fields.append(fields[-1] ** 2 / fields[-2])
    for end, side in ((low, -1), (high, 1)):
        while end in (low, high) or any(abs(excess(e, end) + 1) > QUIET for e in fields):
            end += side * max(widest, step(end))
            frequencies.append(end)
    return sorted([weakest, *fields]), sorted(frequencies)


def _pairs(excess: Excess, fields: list[float], frequencies: list[float]) -> list[Pair]:
    """All pairs in the cells of a grid, by e."""
    cells: list[Cell] = list(product(pairwise(fields), pairwise(frequencies)))
    for level in range(HALVINGS + 1):
        if level:
            cells = [quarter for cell in cells for quarter in _quarters(cell)]
        cells = [cell for cell in cells if _may_hold_one(excess, cell, level)]
    found: list[Pair] = []
    close = 1e-7 * (frequencies[-1] - frequencies[0])
    for (weak, strong), (low, high) in cells:
        pair = _solved(excess, (weak * strong) ** 0.5, (low + high) / 2, high - low)
        if pair is not None and not any(
            abs(pair[0] - p.field) < 1e-5 * p.field and abs(pair[1] - p.frequency) < close for p in found
        ):
            found.append(Pair(*pair, _index(excess, *pair, 1e-3 * (high - low))))
    return sorted(found, key=lambda pair: pair.field)


def _refuse_family(excess: Excess, pairs: list[Pair]) -> None:
    """Raise :class:`DegenerateSteadyState` where half and twice the field are self-consistent too."""
    for pair in pairs:
        if all(abs(excess(share * pair.field, pair.frequency)) < ACCURACY for share in (0.5, 2)):
            raise DegenerateSteadyState(
                f"Fields of any strength with the frequency {pair.frequency:.4g} are self-consistent: "
                f"{pair.field:.4g}, the half and the double of it.",
                "Add a gain or a loss to the unit that fixes its amplitude, for the coupling damps differences only.",
            )


def _quarters(cell: Cell) -> Iterable[Cell]:
    (weak, strong), (low, high) = cell
    e, frequency = (weak * strong) ** 0.5, (low + high) / 2
    return product(((weak, e), (e, strong)), ((low, frequency), (frequency, high)))


def _may_hold_one(excess: Excess, cell: Cell, level: int) -> bool:
    """Whether F may be 1 inside, to go by the corners.

    It is not where they all lie on one side of 1, farther from it than a margin; nor, in cells that are small enough
    for F to be nearly linear, where the linear solution is some cells away.
    """
    corners = np.array([excess(e, frequency) for e, frequency in product(*cell)])
    mean = corners.mean()
    nearest = (corners * np.conj(mean)).real.min() / (abs(mean) or 1.0)
    if nearest > MARGIN / 2**level * np.abs(corners[:, None] - corners).max():
        return False
    if level < LINEAR_CELLS:
        return True
    slopes = np.array([corners[2:].sum() - corners[:2].sum(), corners[1::2].sum() - corners[::2].sum()]) / 4
    away = np.linalg.lstsq(np.stack([slopes.real, slopes.imag]), np.array([mean.real, mean.imag]), rcond=1e-8)[0]
    return bool(np.abs(away).max() <= REACH)


def _solved(excess: Excess, e: float, frequency: float, width: float) -> tuple[float, float] | None:
    """A root of F − 1, an analytic function of e² and Ω, from a start; None where there is none with e > 0."""

    def place(x: np.ndarray) -> tuple[float, float]:
        return e * float(np.clip(x[0], 1e-12, FAR)) ** 0.5, frequency + width * float(np.clip(x[1], -FAR, FAR))

    def equations(x: np.ndarray) -> list[float]:
        value = excess(*place(x))
        return [value.real, value.imag]

    found = root(equations, [1.0, 0.0], tol=1e-13)
    return place(found.x) if np.hypot(*found.fun) <= ACCURACY and found.x[0] > 1e-10 else None


def _index(excess: Excess, e: float, frequency: float, width: float) -> int:
    along = excess(1.001 * e, frequency) - excess(0.999 * e, frequency)
    across = excess(e, frequency + width) - excess(e, frequency - width)
    return -int(np.sign((along.conjugate() * across).imag))
