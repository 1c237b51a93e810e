"""The synchronization errors of Mari and coauthors: how far two oscillators are apart in phase space.

With q = (a + a†)/√2, p = −i(a − a†)/√2 and the differences q₋ = (q_a − q_b)/√2, p₋ = (p_a − p_b)/√2, one has
[q₋, p₋] = i, as for one particle: two quantum oscillators can never agree in both quadratures at once. The measures
are inverse errors, so that 1 is the standard quantum limit. They depend on the frame: an oscillator that is locked at
another phase has to be turned back first, a → a e^{−iφ}.
"""

from __future__ import annotations

import numpy as np

from photinus.algebra import Operator, oscillator
from photinus.errors import InvalidInput, Undefined
from photinus.measures.measure import Measure
from photinus.measures.sites import restricted
from photinus.numerics.checks import real_number
from photinus.space.state import State

Angles = tuple[float, float]


def complete_synchronization(
    state: State, *sites: str, angles: Angles = (0.0, 0.0), subtract_mean: bool = False
) -> float:
    """S_c = 1/⟨q₋² + p₋²⟩ of two oscillators.

    In the frame as it is, S_c = 1/(1 + ⟨n_a⟩ + ⟨n_b⟩ − 2 Re⟨a†b⟩).

    Parameters
    ----------
    state : State
    *sites : str
        Two oscillators.
    angles : (float, float)
        φ_a and φ_b (rad): the quadratures are those of a e^{−iφ_a} and b e^{−iφ_b}. By default both are 0, as in the
        paper: a pair that is locked in antiphase counts as not synchronized.
    subtract_mean : bool
        Whether the means ⟨q₋⟩ and ⟨p₋⟩, a constant distance of the orbits, are no error. By default they are one, as
        in the paper.

    Returns
    -------
    float
        Above 0, at most 1: ⟨q₋² + p₋²⟩ ≥ 2ΔqΔp ≥ 1 is Heisenberg's bound, which equal coherent states reach. Equal
        shifts of both phases do not change it. Two vacua have S_c = 1, too, and so have two independent oscillators at
        the same phase-space point: it measures equality, not correlation.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for sites that are not there or are no oscillators; for angles that are no two numbers.

    References
    ----------
    Mari2013.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.shared_bath_pair(coupling=0.5), cutoff=ph.Converged(1e-4))
    >>> 0 < ph.measures.complete_synchronization(state, "a", "b") < 1
    True
    """
    state, names = restricted(state, sites, "complete_synchronization", kinds=("oscillator",))
    c = _difference(names, _checked(angles))
    return 1 / (_square(state, _position(c), subtract_mean) + _square(state, _momentum(c), subtract_mean))


def phase_synchronization(
    state: State, *sites: str, angles: Angles | None = None, subtract_mean: bool = False
) -> float:
    """S_p = 1/(2⟨p₋²⟩) of two oscillators, each turned so that its mean amplitude lies along q.

    The p of an oscillator turned in this way is the fluctuation of its phase, times the amplitude; p₋ is the difference
    of the two.

    Parameters
    ----------
    state : State
    *sites : str
        Two oscillators.
    angles : (float, float), optional
        φ_a and φ_b (rad): p is that of a e^{−iφ_a} and of b e^{−iφ_b}. By default arg⟨a⟩ and arg⟨b⟩, as in the paper;
        ⟨p₋⟩ is then 0. A phase-invariant pair has no such phases: name them there, their difference being the locked
        one.
    subtract_mean : bool
        Whether ⟨p₋⟩ is no error; it matters with other angles only.

    Returns
    -------
    float
        Above 0, without an upper bound. Coherent states, and all mixtures of them, have S_p ≤ 1: a larger value is a
        squeezed phase difference, as e^{2r} of a two-mode squeezed vacuum along its squeezed direction.

    Raises
    ------
    Undefined
        Without angles, where ⟨a⟩ or ⟨b⟩ vanishes.
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        As :func:`complete_synchronization`.

    References
    ----------
    Mari2013.
    """
    state, names = restricted(state, sites, "phase_synchronization", kinds=("oscillator",))
    found = _phases(state, names) if angles is None else _checked(angles)
    return 1 / (2 * _square(state, _momentum(_difference(names, found)), subtract_mean))


def _difference(names: tuple[str, ...], angles: Angles) -> Operator:
    """The annihilation operator of the difference, c = (a e^{−iφ_a} − b e^{−iφ_b})/√2."""
    a, b = (np.exp(-1j * phi) * oscillator(name) for name, phi in zip(names, angles, strict=True))
    return (a - b) / np.sqrt(2)


def _position(c: Operator) -> Operator:
    return (c + c.dag()) / np.sqrt(2)


def _momentum(c: Operator) -> Operator:
    return -1j * (c - c.dag()) / np.sqrt(2)


def _square(state: State, x: Operator, subtract_mean: bool) -> float:
    mean = complex(state.expect(x)).real if subtract_mean else 0.0
    return complex(state.expect(x * x)).real - mean**2


def _phases(state: State, names: tuple[str, ...]) -> Angles:
    """arg⟨a⟩ and arg⟨b⟩."""
    means = [complex(state.expect(oscillator(name))) for name in names]
    if min(map(abs, means)) <= 1e-10:
        raise Undefined(
            f"The phase synchronization of {names[0]!r} and {names[1]!r} has no frame: ⟨a⟩ is {abs(means[0]):.0e} and "
            f"{abs(means[1]):.0e}, so that an oscillator has no mean phase.",
            "Give angles=(φ_a, φ_b), or use the phase coherence.",
        )
    return float(np.angle(means[0])), float(np.angle(means[1]))


def _checked(angles: Angles) -> Angles:
    if not isinstance(angles, (tuple, list, np.ndarray)) or len(angles) != 2:
        raise InvalidInput(f"The angles are {angles!r}.", "Give one for each oscillator, (φ_a, φ_b).")
    return real_number(angles[0], "angle of the first site"), real_number(angles[1], "angle of the second site")


MEASURES = (
    Measure(
        name="complete_synchronization",
        symbol="S_c",
        function=complete_synchronization,
        sites=(2,),
        kinds=("oscillator",),
        range="0 … 1",
        meaning="closeness in phase space: 1/⟨q₋² + p₋²⟩; 1 is Heisenberg's bound",
        zero="never; small where the orbits are far apart",
        sees="equal q and p, correlated or not: 1 for two vacua",
        invariance="equal phase shifts of both sites",
        references=("Mari2013",),
    ),
    Measure(
        name="phase_synchronization",
        symbol="S_p",
        function=phase_synchronization,
        sites=(2,),
        kinds=("oscillator",),
        range="0 … (no bound); ≤ 1 classically",
        meaning="sharpness of the phase difference around the mean phases: 1/(2⟨p₋²⟩)",
        zero="never; small where a phase diffuses; undefined where ⟨a⟩ = 0",
        sees="fluctuations of the phases; above 1 their squeezing",
        invariance="phase shifts of each site",
        references=("Mari2013",),
    ),
)
