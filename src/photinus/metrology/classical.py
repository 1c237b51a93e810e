"""The classical Fisher information of a measurement: F = Σ p′²/p ≤ the quantum Fisher information.

It is what a given measurement tells of a parameter: no unbiased estimate from M outcomes has a variance below 1/(MF),
and the maximum-likelihood estimate reaches it for large M (Cramér 1946; Rao 1945).
"""

from __future__ import annotations

import numpy as np

from photinus.errors import NotConverged, WrongType, shown
from photinus.metrology.measurements import Measurement, Outcomes
from photinus.metrology.quantum import Direction, checked_direction, checked_state, derivative_of, with_room
from photinus.space.state import State

NEGLIGIBLE = 1e-15
"""Densities up to this part of the largest are rounding."""
CONVERGED = 1e-8
"""To this relative change a quadrature has converged."""
DOUBLINGS = 7


def classical_fisher_information(state: State, generator: Direction, measurement: Measurement) -> float:
    """The classical Fisher information F = Σ p′²/p of a measurement, about the size of a shift or a parameter.

    Parameters
    ----------
    state : State
    generator : Operator, or Response
        As of :func:`photinus.metrology.quantum_fisher_information`.
    measurement : Number, Phase, Quadrature or HeterodyneReading
        What is read out.

    Returns
    -------
    float
        From 0 to the quantum Fisher information. Outcomes that do not occur tell nothing (0/0 counts as 0); inf where
        one of probability 0 is about to occur at first order.

    Raises
    ------
    NotHermitian, UnknownSite, SiteMismatch, WrongType, InvalidInput
        Also for a site that does not have what is measured.
    NotConverged
        If the integral over continuous outcomes does not settle to 1e-8.

    References
    ----------
    Braunstein1994.

    Examples
    --------
    Of the phase of a coherent state (F = 4n̄ = 16) homodyne detection of p tells all, heterodyne detection half:

    >>> import numpy as np
    >>> import photinus as ph
    >>> a, m = ph.oscillator("a"), ph.metrology
    >>> state = ph.states.coherent({"a": 2.0})
    >>> readings = (m.Quadrature("a", np.pi / 2), m.HeterodyneReading("a"), m.Number("a"))
    >>> [round(m.classical_fisher_information(state, a.dag() * a, x), 5) for x in readings]
    [16.0, 8.0, 0.0]
    """
    direction = checked_direction(checked_state(state), generator)
    if not isinstance(measurement, Measurement):
        raise WrongType(
            f"The measurement is {shown(measurement)}.",
            "Give Number(…), Phase(…), Quadrature(…) or HeterodyneReading(…) of ph.metrology.",
        )
    state = with_room(state, [direction])
    change = derivative_of(state, direction)
    fineness = measurement.least(state)
    last = fisher_sum(measurement.outcomes(state, change, fineness))
    if not measurement.continuous:
        return last
    for _ in range(DOUBLINGS):
        fineness *= 2
        found = fisher_sum(measurement.outcomes(state, change, fineness))
        if abs(found - last) <= CONVERGED * found or found <= NEGLIGIBLE:
            return found
        last = found
    raise NotConverged(
        f"The Fisher information of {measurement} still changes at {fineness} points, now {last:.6g}.",
        "Use a state with more levels, or a reading with fewer zeros.",
    )


def fisher_sum(found: Outcomes) -> float:
    """Σ w p′²/p over the outcomes that occur."""
    p, change = found.p, found.change
    weight = np.broadcast_to(found.weight, p.shape)
    floor = 0.0 if isinstance(found.weight, float) and found.weight == 1.0 else NEGLIGIBLE * float(p.max(initial=0.0))
    occurs = p > floor
    never = float((np.abs(change) * weight)[~occurs].sum())
    if never > 1e-9 * float((np.abs(change) * weight).sum()):
        return np.inf
    return float((weight[occurs] * change[occurs] ** 2 / p[occurs]).sum())
