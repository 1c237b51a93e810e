"""The phase of Pegg and Barnett: a Hermitian phase operator in s + 1 dimensions, and its limit s → ∞.

On the number states 0 … s the phase states |θ_m⟩ = (s + 1)^{−1/2} Σ_n e^{inθ_m}|n⟩ at the s + 1 angles
θ_m = θ_0 + 2πm/(s + 1) are an orthonormal basis, and Φ = Σ_m θ_m|θ_m⟩⟨θ_m| is Hermitian (Pegg1989). Expectation values
are taken at finite s; the limit is taken last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import toeplitz

from photinus.errors import InvalidInput
from photinus.numerics.checks import real_number, whole_number
from photinus.numerics.memory import require_memory
from photinus.phase.density import fourier_sum
from photinus.phase.distribution import site_harmonics
from photinus.phase.notions import one_site
from photinus.phase.window import HIGHEST_ORDER, TAU, window_moment, window_variance
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray

TAIL = 1e-12  # population above level s that counts as nothing, as everywhere where a tail is cut
DOUBLINGS = 8


@dataclass(frozen=True, slots=True)
class PeggBarnett:
    """The phase operator Φ of Pegg and Barnett on the number states 0 … s.

    Attributes
    ----------
    s : int
        The highest number state, at least 1.
    theta0 : float
        θ_0 (rad), where the window [θ_0, θ_0 + 2π) of the phase starts. Moments of Φ depend on it.

    References
    ----------
    Pegg1989.

    Examples
    --------
    The vacuum has a uniform phase; its mean is the middle of the window, but for π/(s + 1):

    >>> import numpy as np
    >>> import photinus as ph
    >>> vacuum = ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, ph.oscillator("a"))]))
    >>> phase = ph.phase.PeggBarnett(9, theta0=-np.pi)
    >>> round(phase.mean(vacuum, "a") * 10 / np.pi, 12), round(phase.variance(vacuum, "a") / (np.pi**2 / 3), 12)
    (-1.0, 0.99)
    """

    s: int
    theta0: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "s", whole_number(self.s, "highest number state s of PeggBarnett"))
        object.__setattr__(self, "theta0", real_number(self.theta0, "start theta0 of the window"))

    @property
    def angles(self) -> np.ndarray:
        """θ_m = θ_0 + 2πm/(s + 1), shape (s + 1,)."""
        self._require(8.0 * (self.s + 1))
        return self.theta0 + TAU * np.arange(self.s + 1) / (self.s + 1)

    def phase_state(self, m: int) -> np.ndarray:
        """⟨n|θ_m⟩ = e^{inθ_m}/√(s + 1) for n = 0 … s, with m from 0 to s."""
        if whole_number(m, "number m of a phase state", minimum=0) > self.s:
            raise InvalidInput(f"There is no phase state {m!r}: s is {self.s}.", f"Give m from 0 to {self.s}.")
        return np.exp(1j * np.arange(self.s + 1) * self.angles[int(m)]) / np.sqrt(self.s + 1)

    def states(self) -> np.ndarray:
        """All phase states, |θ_m⟩ in column m: a unitary matrix, shape (s + 1, s + 1)."""
        self._require(48.0 * (self.s + 1) ** 2)
        return np.exp(1j * np.outer(np.arange(self.s + 1), self.angles)) / np.sqrt(self.s + 1)

    def operator(self) -> np.ndarray:
        """The matrix of Φ in the number basis, Hermitian, shape (s + 1, s + 1).

        ⟨n|Φ|n⟩ = θ_0 + πs/(s + 1), and off the diagonal
        ⟨n|Φ|n′⟩ = 2π/(s + 1) · e^{i(n−n′)θ_0}/(e^{2πi(n−n′)/(s+1)} − 1).
        """
        self._require(64.0 * (self.s + 1) ** 2)
        band = self._band()
        return np.asarray(toeplitz(band, band.conj()))

    def exponential(self) -> np.ndarray:
        """e^{iΦ} = Σ_{n<s} |n⟩⟨n+1| + e^{i(s+1)θ_0}|s⟩⟨0|, unitary: the last term wraps around."""
        self._require(48.0 * (self.s + 1) ** 2)
        out = np.eye(self.s + 1, k=1, dtype=complex)
        out[self.s, 0] = np.exp(1j * (self.s + 1) * self.theta0)
        return out

    def commutator(self) -> np.ndarray:
        """[N, Φ], N = Σ n|n⟩⟨n|: elements (n − n′)⟨n|Φ|n′⟩. Its trace is 0: it cannot be i times the identity."""
        self._require(64.0 * (self.s + 1) ** 2)
        band = np.arange(self.s + 1) * self._band()
        return np.asarray(toeplitz(band, -band.conj()))

    def commutator_expectation(self, state: State, site: str) -> complex:
        """⟨[N, Φ]⟩, imaginary; i(1 − 2πP(θ_0)) in the limit s → ∞, P the canonical density; 0 of number states."""
        c = self._harmonics(state, site)
        return complex(0, 2 * (np.arange(len(c)) * self._band(len(c)) @ c.conj()).imag)

    def distribution(self, state: State, site: str) -> np.ndarray:
        """⟨θ_m|ρ|θ_m⟩ at each of the ``angles``, shape (s + 1,): probabilities, of sum 1.

        Raises
        ------
        WrongType, UnknownSite, InvalidInput
            For a model; for a site that is not there or no oscillator, or a state with more than 1e-12 of its
            population above level s. Population below that is cut off, and the rest renormalised.
        MemoryBudgetExceeded
        """
        self._require(64.0 * (self.s + 1))
        c = self._harmonics(state, site)
        rotated = c * np.exp(-1j * np.arange(len(c)) * self.theta0)
        return np.maximum(fourier_sum(rotated, self.s + 1) / (self.s + 1), 0.0)  # rounding is no probability

    def moment(self, state: State, site: str, order: int = 1) -> float:
        """⟨Φ^order⟩ (rad^order), order from 0 to 12; takes the time of one pass over the state, whatever s."""
        return window_moment(self._harmonics(state, site), order, self.theta0, points=self.s + 1)

    def mean(self, state: State, site: str) -> float:
        """⟨Φ⟩ (rad), in the window."""
        return self.moment(state, site)

    def variance(self, state: State, site: str) -> float:
        """⟨Φ²⟩ − ⟨Φ⟩² (rad²); of a number state (π²/3)(1 − (s + 1)^{−2})."""
        return window_variance(self._harmonics(state, site), self.theta0, points=self.s + 1)

    def _harmonics(self, state: State, site: str) -> np.ndarray:
        """c_0 … c_K of a state within the levels 0 … s."""
        reduced = one_site(state, site, ("oscillator",), "phase of Pegg and Barnett")
        above = float(reduced.populations()[self.s + 1 :].sum())
        if above > TAIL:
            raise InvalidInput(
                f"The levels of the {reduced.sites[0]!r} above s = {self.s} hold a population of {above:.2g}.",
                f"Give s of at least {_occupied(reduced)}.",
            )
        if reduced.space.dimension <= self.s + 1:
            return site_harmonics(reduced, "canonical")
        kept = reduced.density_matrix()[: self.s + 1, : self.s + 1]
        return np.array([np.trace(kept, -k) for k in range(self.s + 1)]) / np.trace(kept).real

    def _band(self, count: int | None = None) -> np.ndarray:
        """⟨n + k|Φ|n⟩ for k from 0 on."""
        k = np.arange(1, self.s + 1 if count is None else count)
        h = TAU / (self.s + 1)
        return np.append(self.theta0 + h * self.s / 2, h * np.exp(1j * k * self.theta0) / np.expm1(1j * k * h))

    def _require(self, size: float) -> None:
        require_memory(
            size,
            None,
            f"What is asked of PeggBarnett with s = {self.s}",
            "Take a smaller s, or moment(), mean() and variance(), which need no memory.",
        )


@dataclass(frozen=True, slots=True)
class PeggBarnettLimit:
    """A moment of Φ in the limit s → ∞.

    Attributes
    ----------
    value : float
        lim ⟨Φ^order⟩ (rad^order), equal to the moment of the canonical density over the window.
    error : float
        An estimate of its error.
    s : tuple of int
        The finite s that it was found from.
    moments : tuple of float
        ⟨Φ^order⟩ at each of them; they differ from the limit by O(1/s).
    """

    value: float
    error: float
    s: tuple[int, ...]
    moments: tuple[float, ...]

    def to_xarray(self) -> xarray.Dataset:
        """The moments over s, the limit and its error in the attributes."""
        import xarray

        limit = {"value": self.value, "error": self.error}
        return xarray.Dataset({"moment": ("s", list(self.moments))}, {"s": list(self.s)}, limit)

    def __repr__(self) -> str:
        return f"{self.value:.12g} ± {self.error:.1g}, from s = {self.s[0]} … {self.s[-1]}"


def pegg_barnett_limit(state: State, site: str, order: int = 1, *, theta0: float = 0.0) -> PeggBarnettLimit:
    """⟨Φ^order⟩ of Pegg and Barnett in the limit s → ∞, by Richardson's extrapolation.

    At finite s the moment has a series in powers of 1/(s + 1), because a sum over equidistant angles differs from the
    integral by what it does at the ends of the window (Euler and Maclaurin). Doubling s + 1 eight times and eliminating
    one power after the other leaves rounding.

    Parameters
    ----------
    state : State
    site : str
        An oscillator.
    order : int
        From 0 to 12.
    theta0 : float
        Start of the window [θ_0, θ_0 + 2π) (rad); the limit depends on it.

    Returns
    -------
    PeggBarnettLimit
        Its value, its error, and the moments at finite s.

    Raises
    ------
    WrongType, UnknownSite, InvalidInput
        For a model; for a site that is not there or no oscillator, or an order outside its range.

    References
    ----------
    Pegg1989.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, drive=0.5, drive_phase=1.0))
    >>> limit = ph.phase.pegg_barnett_limit(state, "a", theta0=-np.pi)
    >>> abs(limit.value - ph.phase.distribution(state, "a").window_mean(-np.pi)) < 1e-10, limit.error < 1e-10
    (True, True)
    """
    reduced = one_site(state, site, ("oscillator",), "phase of Pegg and Barnett")
    first = 8 * reduced.space.dimension
    operators = [PeggBarnett(first * 2**i - 1, theta0) for i in range(DOUBLINGS + 1)]
    moments = [operator.moment(reduced, site, order) for operator in operators]
    best, error, table = moments[-1], np.inf, np.array(moments)
    for power in range(1, DOUBLINGS + 1):
        table = table[1:] + np.diff(table) / (2**power - 1)
        error, best = abs(table[-1] - best), float(table[-1])
    size = max(abs(theta0), abs(theta0 + TAU)) ** int(order)
    rounding = size * 1e-15 * 10 ** (4 * int(order) / HIGHEST_ORDER)
    return PeggBarnettLimit(best, float(error) + rounding, tuple(op.s for op in operators), tuple(moments))


def _occupied(reduced: State) -> int:
    """The smallest s above which less than the tail is left."""
    above = np.cumsum(reduced.populations()[::-1])[::-1]  # of this level and all higher ones
    return max(1, int(np.count_nonzero(above > TAIL)) - 1)
