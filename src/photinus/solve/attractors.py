"""How many levels hold the attractors of a model: a cutoff below one of them may certify a metastable state.

What leaks out slowly over a barrier never comes back into the kept levels, and nothing in the populations below tells
that they rise again above it.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import numpy as np

from photinus.algebra import Oscillator
from photinus.errors import PhotinusError
from photinus.model import Model
from photinus.solve.cutoff import degree, number_drift
from photinus.solve.mean_field import mean_field


def attractor_levels(model: Model) -> dict[str, int]:
    """For each oscillator the levels that hold its attractors, as far as they can be told beforehand.

    Where an oscillator's own jumps alone fix d⟨n⟩/dt, its number only falls above them. One oscillator by itself that
    a Hamiltonian of more than two ladder operators can make bistable: the brightest stable point of its mean field, and
    three standard deviations of a coherent state there.
    """
    out = {}
    for site in model.sites:
        if isinstance(site, Oscillator):
            drift = number_drift(model, site)
            if len(drift) > 1 and drift[-1] < 0:
                out[site.name] = _levels_above_the_last_rise(drift)
    if len(model.sites) == 1 and model.oscillators and 2 < degree(model.generator[0]) < np.inf:
        name = model.sites[0].name
        out[name] = max(out.get(name, 0), _bright_levels(model))
    return out


@lru_cache(maxsize=64)
def _bright_levels(model: Model) -> int:
    """Those of the brightest stable point of the mean field, where another one is stable too; otherwise none."""
    try:
        points = mean_field(model).fixed_points().stable
    except PhotinusError:  # no mean field, or too many solutions
        return 0
    amplitudes = [abs(next(iter(point.values.values()))) for point in points]
    return ceil(max(amplitudes) ** 2 + 3 * max(amplitudes)) + 2 if len(amplitudes) > 1 else 0


@lru_cache(maxsize=256)
def _levels_above_the_last_rise(drift: tuple[float, ...]) -> int:
    """The n above which Σ c_k n(n−1)…(n−k+1) stays negative, and one more."""
    n = np.unique(np.round(np.geomspace(1, 1e6, 4000)))
    falling, total = np.ones_like(n), np.zeros_like(n)
    for k, c in enumerate(drift):
        total += c * falling
        falling = falling * (n - k)
    rising = np.flatnonzero(total > 0)
    return int(n[rising[-1]]) + 2 if len(rising) else 1
