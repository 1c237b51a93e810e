"""Densities of a noisy phase in time, by their harmonics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.linalg as la

from photinus.errors import InvalidInput, NotConverged
from photinus.numerics.checks import real_number
from photinus.phase.density import PhaseDensity, angles, sampled
from photinus.solve.arguments import ascending_times

if TYPE_CHECKING:
    import xarray

LARGEST = 512
"""Harmonics of an evolution: its generator is a dense matrix."""


@dataclass(frozen=True, eq=False)
class PhaseEvolution:
    """Densities of a phase at a list of times.

    Attributes
    ----------
    times : ndarray, shape (T,)
    harmonics : ndarray, shape (T, N + 1)
        ⟨e^{inφ}⟩.
    label : str
        The phase.
    """

    times: np.ndarray
    harmonics: np.ndarray
    label: str

    @cached_property
    def phi(self) -> np.ndarray:
        """Angles (rad) of the densities, uniform on [−π, π)."""
        return angles(max(256, 1 << int(np.ceil(np.log2(2 * self.harmonics.shape[1])))))

    @cached_property
    def density(self) -> np.ndarray:
        """P(φ, t), shape (T, angles)."""
        return np.array([sampled(row, len(self.phi)) for row in self.harmonics])

    @property
    def coherence(self) -> np.ndarray:
        """|⟨e^{iφ}⟩| at each time."""
        return np.abs(self.harmonics[:, 1])

    def at(self, index: int) -> PhaseDensity:
        """The density at one time, with the numbers of circular statistics."""
        row = self.harmonics[index]
        return PhaseDensity(self.phi, self.density[index], "phase equation", self.label, row)

    def to_xarray(self) -> xarray.Dataset:
        """The densities as a table over ``time`` and ``phi``."""
        import xarray as xr

        columns = {"density": (("time", "phi"), self.density), "coherence": ("time", self.coherence)}
        return xr.Dataset(columns, {"time": self.times, "phi": self.phi})

    def __repr__(self) -> str:
        return (
            f"Evolution of the density of {self.label}: {len(self.times)} times from {self.times[0]:g} to "
            f"{self.times[-1]:g}, |⟨e^iφ⟩| from {self.coherence[0]:.4g} to {self.coherence[-1]:.4g}"
        )


def generator(harmonics: np.ndarray, noise: float, count: int) -> np.ndarray:
    """dc_n/dt = in Σ_k f_k c_{n+k} − Dn² c_n for n = −count … count, as a dense matrix."""
    n = np.arange(-count, count + 1)
    matrix = np.diag(-noise * n.astype(complex) ** 2)
    for k in range(-min(len(harmonics) - 1, 2 * count), min(len(harmonics) - 1, 2 * count) + 1):
        f = harmonics[k] if k >= 0 else harmonics[-k].conjugate()
        rows = n[max(0, -k) : len(n) - max(0, k)]
        matrix += np.diag(1j * rows * f, k)
    return matrix


def evolved(
    harmonics: np.ndarray, noise: float, initial: PhaseDensity | float, times: Any, label: str
) -> PhaseEvolution:
    """The densities at times; see :meth:`PhaseEquation.evolve`."""
    grid = ascending_times(times)
    given = initial if isinstance(initial, PhaseDensity) else None
    start = 0.0
    if not isinstance(initial, PhaseDensity):
        start = real_number(initial, "initial phase")
        if grid[0] <= 0:
            raise InvalidInput(
                f"The first time is {grid[0]:g}, when a sharp phase has no density.",
                "Give times after 0, or a PhaseDensity as the initial state.",
            )
        grid = np.concatenate([[0.0], grid])
    width = float(np.abs(harmonics).sum()) * len(harmonics)
    count = 32 + int(10 * np.sqrt(width / noise))
    count = max(count, len(given.harmonics) if given else int(9 / np.sqrt(noise * grid[1])))
    if count > LARGEST:
        raise NotConverged(
            f"The density needs {count} harmonics, more than {LARGEST}.", "Give a stronger noise, or later times."
        )
    n = np.arange(-count, count + 1)
    c = np.array([given.moment(int(k)) for k in n]) if given else np.exp(1j * n * start)
    matrix, rows, steps = generator(harmonics, noise, count), [c], np.diff(grid)
    made: tuple[float, np.ndarray] | None = None
    for step in steps:
        if made is None or abs(step - made[0]) > 1e-12 * step:
            made = (float(step), la.expm(matrix * step))
        c = made[1] @ c
        rows.append(c)
    kept = slice(0 if given else 1, None)
    out = np.array(rows)[kept, count:]
    for array in (grid, out):
        array.setflags(write=False)
    return PhaseEvolution(grid[kept], out, label)
