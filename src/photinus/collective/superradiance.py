"""Two superradiant ensembles in one bad cavity: where they lase, and where they lase in step (N → ∞).

With N·Γ = 1, pump w and detuning δ, the mean field of ``ph.zoo.superradiant_ensembles`` for each atom is

    ȧ = ½(−w + iδ)a + ½z_a(a + b),   ż_a = w(1 − z_a) − 2|a|² − 2 Re a*b,   and b alike with −δ.

*In step*: a and b rest with the inversion z = (w² + δ²)/2w, the phase 2 arctan(δ/w) and |a|² = z(1 − z)/2.
This solution is there for z < 1, that is (w − 1)² + δ² < 1. By the criterion of Routh and Hurwitz its deviations
decay for z < (1 + w)/2, where both ensembles differ, and for (2w − z)(w + 2 − 3z) > w(1 − z), where they move
alike. The second fails first, in a Hopf bifurcation at

    z = [3w + 1 − √(3w² − 3w + 1)]/3,

for w < 1; beyond it the light is modulated, and further out the ensembles have two frequencies. For w > 1 the solution
in step ends at z = 1, in the dark state.

*Lasing*: the dark state z = 1 repels for w < 1, and for w > 1 and (w − 1)² + δ² < 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number


@dataclass(frozen=True, slots=True)
class SuperradiantBoundaries:
    """The two boundaries of two ensembles at one pump, as detunings δ ≥ 0; made by :func:`superradiant_boundaries`.

    All are rates (detunings angular), in the unit in which the pump and N·Γ were given.

    Attributes
    ----------
    pump : float
        w.
    locking : float
        Below this detuning both lase at one frequency (the synchronization boundary); 0 where nothing is in step.
    lasing : float
        Below this detuning they lase at all (the threshold); ``inf`` for w < N·Γ, 0 above 2N·Γ.
    """

    pump: float
    locking: float
    lasing: float


def superradiant_boundaries(pump: float, *, collective_rate: float = 1.0) -> SuperradiantBoundaries:
    """The synchronization boundary and the lasing threshold of two superradiant ensembles, N → ∞.

    Parameters
    ----------
    pump : float
        w > 0 (rate).
    collective_rate : float
        N·Γ > 0 (rate), with N the atoms of *one* ensemble.

    Returns
    -------
    SuperradiantBoundaries

    Raises
    ------
    InvalidInput
        For rates that are not positive.

    References
    ----------
    Xu2014, Patra2019.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.collective.superradiant_boundaries(0.5)
    SuperradiantBoundaries(pump=0.5, locking=0.6454972243679028, lasing=inf)
    >>> round(ph.collective.superradiant_boundaries(1.6).lasing, 12)       # √(1 − (w − 1)²)
    0.8
    """
    rate = real_number(collective_rate, "collective rate N·Γ", minimum=0.0)
    number = real_number(pump, "pump of the ensembles", minimum=0.0)
    if not (rate > 0 and number > 0):
        raise InvalidInput(f"The pump is {number:g} and N·Γ is {rate:g}.", "Give positive rates.")
    w = number / rate
    circle = max(0.0, 1 - (w - 1) ** 2) ** 0.5
    z = (3 * w + 1 - float(np.sqrt(3 * w**2 - 3 * w + 1))) / 3
    locking = (2 * w * z - w**2) ** 0.5 if w < 1 else circle
    return SuperradiantBoundaries(number, rate * locking, rate * (float("inf") if w < 1 else circle))
