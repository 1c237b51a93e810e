"""The discrete relative phase of two oscillators, of Luis and Sánchez-Soto.

The phase difference commutes with the number of quanta N = n_a + n_b, and in the N + 1 dimensions of each N there is a
basis of phase-difference states, as in the theory of Pegg and Barnett but without any limit (LuisSanchezSoto1993):

    |N, φ_r⟩ = (N + 1)^{−1/2} Σ_{n=0}^{N} e^{inφ_r} |n⟩_a |N − n⟩_b,   φ_r = φ_0 + 2πr/(N + 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number
from photinus.phase.density import direction_text, fourier_sum, whole_order
from photinus.phase.notions import require_state
from photinus.phase.window import TAU
from photinus.space.space import read_only
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, slots=True)
class DiscreteRelativePhase:
    """The distribution of the phase difference φ_a − φ_b over its eigenstates, block by block in N = n_a + n_b.

    Attributes
    ----------
    angles : tuple of ndarray
        For N = 0, 1, … the N + 1 angles φ_r (rad).
    probabilities : tuple of ndarray
        ⟨N, φ_r|ρ|N, φ_r⟩ at each of them; their sum over all N and r is 1.
    reference : float
        φ_0 (rad).
    label : str
        The angle, such as ``φ_a − φ_b``.
    """

    angles: tuple[np.ndarray, ...]
    probabilities: tuple[np.ndarray, ...]
    reference: float
    label: str

    @property
    def quanta(self) -> np.ndarray:
        """The probabilities of N = 0, 1, … quanta."""
        return np.array([p.sum() for p in self.probabilities])

    def moment(self, order: int = 1) -> complex:
        """⟨E^k⟩ of the unitary E = e^{iφ}; of order 1 its modulus is 1 for an eigenstate and for the vacuum."""
        k = whole_order(order)
        pairs = zip(self.angles, self.probabilities, strict=True)
        return complex(sum(np.exp(1j * k * angles) @ p for angles, p in pairs))

    @property
    def resultant_length(self) -> float:
        """|⟨E⟩|, from 0 to 1."""
        return abs(self.moment())

    @property
    def mean_direction(self) -> float:
        """arg⟨E⟩ (rad); arbitrary where ⟨E⟩ = 0."""
        return float(np.angle(self.moment()))

    def to_xarray(self) -> xarray.Dataset:
        """Angle and probability of every outcome, with the quanta N of its block."""
        import xarray

        quanta = np.repeat(np.arange(len(self.angles)), [len(angles) for angles in self.angles])
        columns = {"quanta": quanta, "angle": np.concatenate(self.angles)}
        columns["probability"] = np.concatenate(self.probabilities)
        return xarray.Dataset(
            {name: ("outcome", column) for name, column in columns.items()},
            attrs={"reference": self.reference, "label": self.label},
        )

    def __repr__(self) -> str:
        return (
            f"DiscreteRelativePhase of {self.label}, up to {len(self.angles) - 1} quanta: |⟨E⟩| = "
            f"{direction_text(self.moment())}, reference {self.reference:.4g}"
        )


def discrete_relative_distribution(
    state: State, first: str, second: str, *, reference: float = 0.0
) -> DiscreteRelativePhase:
    """The distribution of Luis and Sánchez-Soto of the phase difference φ_a − φ_b of two oscillators.

    Where the states hold many quanta it agrees with :func:`photinus.phase.relative_distribution`; with few it does not:
    it assigns an angle to everything, ``reference`` to the vacuum.

    Parameters
    ----------
    state : State
    first, second : str
        a and b, two oscillators.
    reference : float
        φ_0 (rad), an angle of every block.

    Returns
    -------
    DiscreteRelativePhase

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there, is no oscillator, or is named twice.

    References
    ----------
    LuisSanchezSoto1993.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> pair = ph.zoo.shared_bath_pair(np.pi / 2, coupling=0.5, gain=1, two_photon_loss=0.2)
    >>> found = ph.phase.discrete_relative_distribution(ph.steady_state(pair, cutoff=ph.Converged(1e-3)), "a", "b")
    >>> round(float(found.quanta.sum()), 10)
    1.0
    """
    start = real_number(reference, "reference angle")
    reduced = require_state(state, "A phase").reduced(first, second)
    for site in reduced.sites:
        if site.kind != "oscillator":
            raise InvalidInput(f"The {site!r} has no discrete relative phase.", "Name two oscillators.")
    axis = state.axes((first, second))
    sums = _block_harmonics(reduced, 0 if axis[0] < axis[1] else 1)
    angles, probabilities = [], []
    for n, harmonics in enumerate(sums):
        k = np.arange(n + 1)
        rotated = harmonics[: n + 1] * np.exp(-1j * k * start)
        angles.append(read_only(start + TAU * k / (n + 1)))
        probabilities.append(read_only(np.maximum(fourier_sum(rotated, n + 1) / (n + 1), 0.0)))
    names = [state.sites[k].name for k in axis]
    return DiscreteRelativePhase(tuple(angles), tuple(probabilities), start, f"φ_{names[0]} − φ_{names[1]}")


def _block_harmonics(state: State, a: int) -> np.ndarray:
    """Σ_n ⟨n + k, N − n − k|ρ|n, N − n⟩ for every N (rows) and k ≥ 0 (columns), n the quanta of site ``a``."""
    most = sum(state.space.levels) - 2
    numbers = np.unravel_index(np.arange(state.space.dimension), state.space.levels)
    quanta = numbers[0] + numbers[1]
    blocks = [np.flatnonzero(quanta == n) for n in range(most + 1)]
    left = np.concatenate([np.repeat(kets, len(kets)) for kets in blocks])
    right = np.concatenate([np.tile(kets, len(kets)) for kets in blocks])
    upward = numbers[a][left] >= numbers[a][right]
    left, right = left[upward], right[upward]
    place = quanta[left] * (most + 1) + numbers[a][left] - numbers[a][right]
    sums, value = np.zeros((most + 1) ** 2, dtype=complex), state.elements(left, right)
    sums.real = np.bincount(place, weights=value.real, minlength=sums.size)
    sums.imag = np.bincount(place, weights=value.imag, minlength=sums.size)
    return sums.reshape(most + 1, most + 1)
