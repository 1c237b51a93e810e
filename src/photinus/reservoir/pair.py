r"""Two oscillators with a shared loss and every imperfection, and what second moments say about them.

L = √(1+δ) a − e^{iθ}√(1−δ) b at the rate G, and of each oscillator: loss k(n̄+1) D[a] + k n̄ D[a†], pumping P D[a†],
dephasing γ D[a†a], Kerr K a†²a²; H = ½Δ(n_a − n_b). Without the Kerr term amplitudes and second moments close:

d⟨a_j⟩/dt = −½ Σ_k W_jk ⟨a_k⟩ − ½γ⟨a_j⟩,   W = [[G(1+δ)+κ+iΔ, −G√(1−δ²)e^{iθ}], [−G√(1−δ²)e^{−iθ}, G(1−δ)+κ−iΔ]],   κ =
k − P,

dN/dt = −½(W*N + NWᵀ) − γ(off-diagonal N) + (P + k n̄)·1,   N_jk = ⟨a_j†a_k⟩.

For δ = 0 they give R′ = G/√((G + κ + γ)² + Δ²) and φ_a − φ_b = θ − arctan(Δ/(G + κ + γ)), whatever feeds the
oscillators.
"""

from __future__ import annotations

import cmath
from dataclasses import dataclass, fields, replace

import numpy as np
import scipy.linalg as la

from photinus.algebra import oscillator
from photinus.errors import InvalidInput, NoSteadyState
from photinus.model import Jump, Model
from photinus.numerics.checks import real_number

IMPERFECTIONS = ("loss", "pumping", "dephasing", "detuning", "thermal", "imbalance", "kerr")


@dataclass(frozen=True, slots=True)
class LinearQuality:
    """The closed forms of the linear pair (the Kerr term left out).

    Attributes
    ----------
    amplitude_correlation : float
        R′ = |N_ab|/√(n_a n_b); where nothing feeds the oscillators, its limit for weak pumping.
    relative_phase : float
        φ_a − φ_b = −arg N_ab (rad).
    number_a, number_b : float
        ⟨n⟩.
    purity : float
        Tr ρ² = Π 1/(2ν + 1) over the eigenvalues ν of N; NaN with dephasing, where the state is not Gaussian.
    gap : float
        The slowest rate of the second moments, those of coherence order zero.
    bright_rate, dark_rate : float
        Decay rates of the two collective amplitudes, −Re of the eigenvalues of −(W + γ)/2.
    """

    amplitude_correlation: float
    relative_phase: float
    number_a: float
    number_b: float
    purity: float
    gap: float
    bright_rate: float
    dark_rate: float

    @property
    def locking_time(self) -> float:
        """1/gap."""
        return 1 / self.gap if self.gap > 0 else float("inf")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two oscillators a and b with the shared loss G·D[a − e^{iθ}b] and its imperfections.

    Parameters
    ----------
    coupling : float
        G > 0, the rate of the shared loss.
    theta : float
        θ (rad): the relative phase φ_a − φ_b of a perfect pair.
    loss : float
        k ≥ 0, local loss of each.
    pumping : float
        P ≥ 0, local gain of each; below the loss, or the dark mode grows without bound.
    dephasing : float
        γ ≥ 0, D[a†a] of each.
    detuning : float
        Δ = ω_a − ω_b.
    thermal : float
        n̄ ≥ 0, thermal occupation of the baths of the local loss.
    imbalance : float
        δ, −1 < δ < 1: a couples to the shared bath with √(1+δ), b with √(1−δ).
    kerr : float
        K, Kerr term of each.

    Raises
    ------
    InvalidInput
        For a value outside of its range.

    Examples
    --------
    >>> import photinus as ph
    >>> pair = ph.reservoir.Pair(coupling=1.0, loss=1.0, pumping=0.1)
    >>> round(pair.linear.amplitude_correlation, 8)
    0.52631579
    """

    coupling: float = 1.0
    theta: float = 0.0
    loss: float = 0.0
    pumping: float = 0.0
    dephasing: float = 0.0
    detuning: float = 0.0
    thermal: float = 0.0
    imbalance: float = 0.0
    kerr: float = 0.0

    def __post_init__(self) -> None:
        for each in fields(self):
            signed = each.name in ("theta", "detuning", "imbalance", "kerr")
            value = real_number(getattr(self, each.name), f"{each.name} of the pair", minimum=None if signed else 0.0)
            object.__setattr__(self, each.name, value)
        if not self.coupling:
            raise InvalidInput("The coupling of the pair is 0.", "Give the rate of the shared loss, above 0.")
        if not -1 < self.imbalance < 1:
            raise InvalidInput(f"The imbalance is {self.imbalance:g}.", "Give a number between -1 and 1.")

    @property
    def jump(self) -> Jump:
        """The shared loss."""
        a, b = oscillator("a"), oscillator("b")
        turn = cmath.exp(1j * self.theta) if self.theta else 1.0
        first, second = (1 + self.imbalance) ** 0.5, (1 - self.imbalance) ** 0.5
        return Jump(self.coupling, first * a - turn * second * b, name="shared loss")

    @property
    def model(self) -> Model:
        """The master equation; terms that are zero are left out."""
        jumps = [self.jump]
        numbers = []
        kerr = 0 * oscillator("a")
        for name in ("a", "b"):
            a = oscillator(name)
            numbers.append(a.dag() * a)
            down = self.loss * (self.thermal + 1)
            if down or self.pumping:
                jumps.append(Jump(down, a, reverse=self.loss * self.thermal + self.pumping, name=f"loss of {name}"))
            if self.dephasing:
                jumps.append(Jump(self.dephasing, numbers[-1], name=f"dephasing of {name}"))
            kerr = kerr + self.kerr * a.dag() ** 2 * a**2
        return Model(0.5 * self.detuning * (numbers[0] - numbers[1]) + kerr, jumps, ["Lee2014"])

    @property
    def linear(self) -> LinearQuality:
        """The closed forms, from 2 × 2 matrices.

        Raises
        ------
        NoSteadyState
            If the pumping is above the loss of the dark mode.
        """
        drift = self._drift
        rates = -la.eigvals(self._moments_matrix).real
        gap = float(rates.min())
        if gap < -1e-12 * self.coupling:
            raise NoSteadyState(
                f"The pair has no steady state: second moments grow at {-gap:.3g}, with the loss {self.loss:g} "
                f"and the pumping {self.pumping:g}.",
                "Keep the pumping below the loss.",
            )
        source = self.pumping + self.loss * self.thermal
        shape = self._second_moments
        moments = source * shape
        occupation = np.maximum(la.eigvalsh(0.5 * (moments + moments.conj().T)), 0.0)
        purity = float(np.prod(1 / (2 * occupation + 1))) if not self.dephasing else float("nan")
        slow, fast = sorted(la.eigvals(drift).real / 2 + self.dephasing / 2)
        return LinearQuality(
            amplitude_correlation=float(abs(shape[0, 1]) / np.sqrt(shape[0, 0].real * shape[1, 1].real)),
            relative_phase=float(-np.angle(shape[0, 1])),
            number_a=float(moments[0, 0].real),
            number_b=float(moments[1, 1].real),
            purity=purity,
            gap=max(gap, 0.0),
            bright_rate=float(fast),
            dark_rate=float(slow),
        )

    def with_values(self, values: dict[str, float]) -> Pair:
        """The same pair with other values of some parameters."""
        known = [each.name for each in fields(self)]
        for name in values:
            if name not in known:
                raise InvalidInput(f"A pair has no parameter {name!r}.", f"Parameters: {', '.join(known)}.")
        return replace(self, **values)

    @property
    def _drift(self) -> np.ndarray:
        """W."""
        g, kappa, delta = self.coupling, self.loss - self.pumping, self.imbalance
        cross = -g * (1 - delta**2) ** 0.5 * cmath.exp(1j * self.theta)
        return np.array(
            [
                [g * (1 + delta) + kappa + 1j * self.detuning, cross],
                [cross.conjugate(), g * (1 - delta) + kappa - 1j * self.detuning],
            ]
        )

    @property
    def _moments_matrix(self) -> np.ndarray:
        """The generator of (N_aa, N_ab, N_ba, N_bb)."""
        one = np.eye(2)
        damping = np.diag([0, self.dephasing, self.dephasing, 0])
        return np.asarray(-0.5 * (np.kron(self._drift.conj(), one) + np.kron(one, self._drift)) - damping)

    @property
    def _second_moments(self) -> np.ndarray:
        """N for a source of 1 in each oscillator; a mode that nothing damps is given a trace of loss."""
        floor = 1e-13 * self.coupling * np.eye(4)
        return np.asarray(la.solve(self._moments_matrix - floor, -np.array([1, 0, 0, 1]))).reshape(2, 2)
