"""Phase densities of measured or simulated phases: the classical side of every comparison."""

from __future__ import annotations

import numpy as np

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_array, whole_number
from photinus.numerics.memory import require_memory
from photinus.phase.density import JointPhaseDensity, PhaseDensity, angles
from photinus.phase.distribution import checked_points, tabulated
from photinus.space.space import read_only


def empirical_distribution(
    phases: np.ndarray, *, orders: int = 16, points: int = 256, label: str = "φ"
) -> PhaseDensity:
    """The density of sampled phases, from their first harmonics.

    Parameters
    ----------
    phases : array_like
        Samples (rad), of any shape, modulo 2π.
    orders : int
        Highest harmonic c_k = ⟨e^{ikφ}⟩, the mean over the samples: features narrower than 2π/orders are smoothed out.
        A harmonic has the standard error 1/√(number of independent samples), so that the density of few samples ripples
        and may fall below 0.
    points : int
        Number of angles, even.
    label : str
        The name of the angle.

    Returns
    -------
    PhaseDensity
        Of the kind ``"empirical"``; its moments up to ``orders`` are those of the samples.

    Raises
    ------
    InvalidInput
        If there are no samples, or one is not a finite number.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> samples = np.random.default_rng(1).vonmises(0.5, 4.0, 20000)
    >>> density = ph.phase.empirical_distribution(samples)
    >>> round(density.mean_direction, 1), abs(density.resultant_length - 0.8635) < 0.01    # I₁(4)/I₀(4)
    (0.5, True)
    """
    highest = whole_number(orders, "highest harmonic of a density")
    turns = np.exp(1j * _samples(phases).ravel())
    return tabulated(_powers(turns, highest).mean(axis=1), points, "empirical", label)


def empirical_joint_distribution(
    first: np.ndarray, second: np.ndarray, *, orders: int = 16, points: int = 128, labels: tuple[str, str] = ("φ", "φ′")
) -> JointPhaseDensity:
    """The joint density of two phases that were sampled together.

    Parameters
    ----------
    first, second : array_like
        Samples (rad), of one shape.
    orders : int
        Highest harmonic of each phase, as in :func:`empirical_distribution`.
    points : int
        Number of angles on each axis, even.
    labels : (str, str)
        The names of the angles.

    Returns
    -------
    JointPhaseDensity
        Of the kind ``"empirical"``.

    Raises
    ------
    InvalidInput
        If the shapes differ, there are no samples, or one is not a finite number.
    """
    highest = whole_number(orders, "highest harmonic of a density")
    points = checked_points(points, 2)
    one, other = _samples(first), _samples(second)
    if one.shape != other.shape:
        raise InvalidInput(
            f"The samples of the two phases have the shapes {one.shape} and {other.shape}.",
            "Give two phases for each sample.",
        )
    powers = [_powers(np.exp(1j * part.ravel()), highest) for part in (one, other)]
    upper = powers[0] @ powers[1].T / one.size  # ⟨e^{i(kφ + lφ′)}⟩, k, l ≥ 0
    mixed = powers[0] @ powers[1].conj().T / one.size  # ⟨e^{i(kφ − lφ′)}⟩
    grid = angles(points)
    k = np.arange(highest + 1)
    weight = np.where(k == 0, 0.5, 1.0)  # each pair ±k once, and 0 once
    waves = np.exp(-1j * np.outer(grid, k)) * weight
    density = (waves @ upper @ waves.T + waves @ mixed @ waves.conj().T).real
    density = read_only(density / (2 * np.pi**2))
    return JointPhaseDensity(read_only(grid), density, ("empirical", "empirical"), labels)


def _powers(turns: np.ndarray, highest: int) -> np.ndarray:
    """e^{ikφ} for k = 0 … highest, one row each."""
    require_memory(32.0 * len(turns) * (highest + 1), None, f"{highest} harmonics", "Give fewer orders or samples.")
    return turns[None, :] ** np.arange(highest + 1)[:, None]


def _samples(phases: np.ndarray) -> np.ndarray:
    try:
        out = real_array(phases)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            "The samples of a phase are no numbers, or complex ones.", "Give angles in radians."
        ) from error
    if not out.size or not np.isfinite(out).all():
        raise InvalidInput(
            f"The {out.size} samples of a phase hold {np.count_nonzero(~np.isfinite(out))} that are not finite.",
            "Give at least one finite angle in radians.",
        )
    return out
