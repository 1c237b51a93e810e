"""The scaled cumulant generating function θ(χ): the dominant eigenvalue of the tilted generator.

e^{𝓛(χ)t} is completely positive, so that the eigenvalue of largest real part is real and has a positive semidefinite
eigenvector (Evans and Høegh-Krohn 1978), the only such one where the system is connected. θ is followed from χ = 0
outwards by Rayleigh iteration; an eigenvector that is not positive betrays a wrong eigenvalue, and the sector is then
searched from above: θ ≤ the largest eigenvalue of 𝓛(χ)†1, because the tilted evolution is positive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from photinus.errors import InvalidInput
from photinus.numerics.krylov import Cycles, gmres
from photinus.numerics.tables import series
from photinus.solve.certify import hermitian
from photinus.solve.counting.tilted import Tilted
from photinus.solve.splitting import Splitting
from photinus.space.liouvillian import Liouvillian
from photinus.space.sectors import Sector
from photinus.space.space import read_only

if TYPE_CHECKING:
    import xarray

SMALL = 64
"""Unknowns up to which all eigenvalues are computed."""
FACTORISED = 8000
"""Unknowns up to which a sector is factorised; above, GMRES solves."""


@dataclass(frozen=True, eq=False)
class GeneratingFunction:
    """θ(χ) = lim ln⟨e^{χN(t)}⟩/t and its slope.

    Attributes
    ----------
    chi : ndarray
        Counting fields.
    values : ndarray
        θ, in the unit of the rates; 0 at χ = 0, and convex.
    slopes : ndarray
        θ′, the current of the ensemble that the tilt favours; NaN above 8000 unknowns.
    residuals : ndarray
        ‖𝓛(χ)x − θx‖ over ‖𝓛(χ)‖‖x‖ (1-norm of the matrix).

    Notes
    -----
    Where e^{χN} has no finite rate (bunched quanta, χ beyond a branch point), θ of a truncated oscillator grows with
    the cutoff: ``error`` and ``complaints`` tell.
    """

    chi: np.ndarray
    values: np.ndarray
    slopes: np.ndarray
    residuals: np.ndarray
    _judge: Callable[[], np.ndarray] = field(repr=False)

    def __post_init__(self) -> None:
        for array in (self.chi, self.values, self.slopes, self.residuals):
            read_only(array)

    @cached_property
    def error(self) -> np.ndarray:
        """Estimate of the truncation error of each θ: three times its change in the larger space, NaN without one."""
        return read_only(self._judge())

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        if np.isnan(self.error).any():
            return ("the truncation was not judged: there is no larger space to compare with",)
        size = np.abs(self.values)
        bad = np.flatnonzero(self.error > 1e-3 * size + 1e-8 * size.max(initial=0.0))
        return tuple(
            f"θ({self.chi[k]:.4g}) depends on the cutoff: raise it, or stay below the χ at which θ diverges"
            for k in bad
        )

    @property
    def ok(self) -> bool:
        """Whether no value depends on the cutoff."""
        return not self.complaints

    def rate_function(self) -> tuple[np.ndarray, np.ndarray]:
        """(J, I(J)): Pr(N/t ≈ J) ~ e^{−I(J)t} at the currents J = θ′(χ), I = χθ′ − θ (Legendre)."""
        return self.slopes, read_only(self.chi * self.slopes - self.values)

    def to_xarray(self) -> xarray.Dataset:
        """θ, θ′, the residuals and the errors over χ."""
        columns = {"values": self.values, "slopes": self.slopes, "residuals": self.residuals, "error": self.error}
        return series("chi", self.chi, columns)

    def __repr__(self) -> str:
        ends = dict.fromkeys((int(np.argmin(self.chi)), int(np.argmax(self.chi))))
        lines = [f"Scaled cumulant generating function at {len(self.chi)} counting fields"]
        for k in ends:
            lines.append(
                f"  θ({self.chi[k]:.4g}) = {self.values[k]:.8g} ± {self.error[k]:.1e}, θ′ = {self.slopes[k]:.6g}"
            )
        lines.append(f"  largest residual {self.residuals.max():.1e}")
        return "\n".join([*lines, *(f"  NOT to be trusted: {complaint}" for complaint in self.complaints)])


def generating_function(
    tilted: Tilted, stationary: np.ndarray, chi: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """θ, θ′ and the residual at every χ, from 0 outwards on both sides."""
    largest = float(np.abs(chi).max()) * max(abs(w) for w in tilted.signed)
    if largest > 600:
        raise InvalidInput(
            f"A counting field times a weight is {largest:.3g}, beyond what e^x can hold.", "Give smaller fields."
        )
    values, slopes, residuals = (np.zeros(len(chi)) for _ in range(3))
    for side in (chi >= 0, chi < 0):
        theta, vector = 0.0, np.asarray(stationary, dtype=complex)
        for k in sorted(np.flatnonzero(side), key=lambda k: abs(chi[k])):
            liouvillian = tilted.at(float(chi[k]))
            theta, vector = _dominant(liouvillian, theta, vector)
            values[k] = theta
            slopes[k] = _slope(tilted, liouvillian, float(chi[k]), theta, vector)
            matrix = liouvillian.matrix
            size = float(sla.norm(matrix, 1)) * float(np.linalg.norm(vector))
            residuals[k] = float(np.linalg.norm(matrix @ vector - theta * vector)) / (size or 1.0)
    return values, slopes, residuals


def _dominant(liouvillian: Liouvillian, theta: float, vector: np.ndarray) -> tuple[float, np.ndarray]:
    """The eigenvalue of largest real part and its eigenvector, of unit trace."""
    matrix, sector = liouvillian.matrix, liouvillian.sector
    if sector.size <= SMALL:
        values, vectors = la.eig(matrix.toarray())
        k = int(np.argmax(values.real))
        return float(values[k].real), _unit(sector, vectors[:, k])
    found = _followed(liouvillian, theta, vector)
    if found is not None:
        return found
    bound = _bound(liouvillian)
    values, vectors = sla.eigs(matrix.astype(complex), k=1, sigma=bound, v0=vector, maxiter=5000)
    return float(values[0].real), _unit(sector, vectors[:, 0])


def _followed(liouvillian: Liouvillian, theta: float, vector: np.ndarray) -> tuple[float, np.ndarray] | None:
    """Inverse iteration with θ = Tr 𝓛(χ)x / Tr x; None where it does not end at a positive eigenvector.

    A factorisation serves as long as it gains two digits a step; then the shift is moved to the last θ.
    """
    sector, matrix = liouvillian.sector, liouvillian.matrix
    scale = float(sla.norm(matrix, 1)) or 1.0
    x, residual, solve = vector, np.inf, None
    for _ in range(24):
        theta = float((matrix @ x)[sector.trace].sum().real)
        before, residual = residual, float(np.linalg.norm(matrix @ x - theta * x)) / float(np.linalg.norm(x))
        if residual <= 1e-13 * scale:
            break
        if solve is None or residual > 0.1 * before:
            solve = _solver(liouvillian, theta)
        y = solve(x) if solve is not None else np.full_like(x, np.nan)
        total = complex(y[sector.trace].sum())
        if not np.isfinite(y).all() or total == 0:
            break
        x = y / total
    x = _unit(sector, x)
    return (theta, x) if residual <= 1e-9 * scale and _positive(sector, x) else None


def _solver(liouvillian: Liouvillian, theta: float) -> Callable[[np.ndarray], np.ndarray] | None:
    """X ↦ (𝓛 − θ)⁻¹x, up to a factor where that is nearly singular."""
    n = liouvillian.sector.size
    shifted = sp.csc_array(liouvillian.matrix - theta * sp.eye_array(n, format="csc")).astype(complex)
    if n <= FACTORISED:
        try:
            factors = sla.splu(shifted)
        except RuntimeError:
            return None
        return lambda x: np.asarray(factors.solve(np.asarray(x, dtype=complex)))
    precondition = Splitting(liouvillian, theta)
    rows, cycles = shifted.tocsr(), Cycles()

    def solve(x: np.ndarray) -> np.ndarray:
        target = x.astype(complex)
        return gmres(lambda y: rows @ y, target, precondition, tolerance=1e-6, maximum=600, cycles=cycles).vector

    return solve


def _slope(tilted: Tilted, liouvillian: Liouvillian, chi: float, theta: float, right: np.ndarray) -> float:
    """θ′ = ⟨l|𝓛′(χ)|r⟩ / ⟨l|r⟩ with the left eigenvector l, by inverse iteration on the adjoint."""
    if liouvillian.sector.size > FACTORISED:
        return float("nan")
    moved = np.zeros(liouvillian.sector.size, dtype=complex)
    for weight, matrix in tilted.by_weight:
        moved += weight * np.exp(chi * weight) * (matrix @ right)
    left = _left(liouvillian, theta)
    return float((left @ moved).real / (left @ right).real)


def _left(liouvillian: Liouvillian, theta: float) -> np.ndarray:
    """The left eigenvector l, l·𝓛 = θ·l; at χ = 0 the trace."""
    sector, matrix = liouvillian.sector, liouvillian.matrix
    left = np.zeros(sector.size, dtype=complex)
    left[sector.trace] = 1.0
    scale = float(sla.norm(matrix, 1)) or 1.0
    if float(np.linalg.norm(left @ matrix - theta * left)) <= 1e-14 * scale * float(np.linalg.norm(left)):
        return left
    shifted = sp.csc_array(matrix - (theta + 1e-10 * scale) * sp.eye_array(sector.size, format="csc")).astype(complex)
    factors = sla.splu(shifted)
    for _ in range(3):
        left = factors.solve(left, "T")
        left = left / np.linalg.norm(left)
    return left


def _bound(liouvillian: Liouvillian) -> float:
    """An upper bound on the real parts: the largest absolute row sum of the Hermitian operator 𝓛†1."""
    sector = liouvillian.sector
    image = np.asarray(liouvillian.matrix.T @ np.isin(np.arange(sector.size), sector.trace).astype(float))
    rows, _ = sector.kets
    sums = np.bincount(rows, np.abs(image) * (rows >= 0), minlength=sector.grading.space.dimension)
    scale = float(sla.norm(liouvillian.matrix, 1)) or 1.0
    return float(sums.max()) + 1e-6 * scale


def _unit(sector: Sector, x: np.ndarray) -> np.ndarray:
    """The Hermitian part, of unit trace."""
    x = x / x[sector.trace].sum()
    return hermitian(sector, x)[0]


def _positive(sector: Sector, x: np.ndarray) -> bool:
    """Whether no eigenvalue is clearly negative."""
    low = [np.linalg.eigvalsh(sector.block(x, q)) for q, _, _ in sector.blocks]
    values = np.concatenate(low)
    return bool(values.min() >= -1e-7 * np.abs(values).max())
