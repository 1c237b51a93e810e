"""Emission spectra: the lines of an operator in the steady state, their positions, widths and areas.

By the regression theorem (Lax 1963) a correlation evolves with the same generator as the state:
⟨O†(τ)O(0)⟩ = Tr(O† e^{𝓛τ} Oρ). Its Fourier transform is a resolvent,

    S(ω) = ∫dτ e^{−iωτ}⟨O†(τ)O(0)⟩ = 2 Re Tr(O† (iω − 𝓛)⁻¹ (Oρ − ⟨O⟩ρ)) + 2π|⟨O⟩|² δ(ω),

solved in the sectors that Oρ has: for an annihilation operator the coherence order −1. Parts of O of different order do
not interfere, so that the spectrum is the sum over them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, MemoryBudgetExceeded, Undefined
from photinus.model import Model
from photinus.numerics.checks import real_number
from photinus.solve.arguments import finite_numbers, listed_numbers, require_state, require_type
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.methods import Auto, Method
from photinus.solve.spectra.peaks import Peak, find_peaks
from photinus.solve.spectra.resolvent import Resolvent, pulses, resolvent, strong_poles
from photinus.solve.steady import steady_state
from photinus.space.certificate import SAFETY
from photinus.space.liouvillian import Generator, generator
from photinus.space.space import read_only
from photinus.space.state import State
from photinus.space.vectors import laid_into, multiplied

if TYPE_CHECKING:
    import xarray

FLOOR = 1e-9
"""What the solvers leave, relative to the highest density; part of every error."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """S(ω) of one operator in the steady state; made by :func:`spectrum`.

    Attributes
    ----------
    frequencies : ndarray
        ω, angular frequencies in the frame of the model.
    density : ndarray
        The incoherent part of S(ω), continuous; ∫S dω/2π over all ω is ``total`` − ``coherent``.
    coherent : float
        |⟨O⟩|²: the weight of the line 2π|⟨O⟩|² δ(ω), at the frequency 0 of the frame, the drive's.
    total : float
        ⟨O†O⟩.
    operator : Operator
        O.
    state : State
        The steady state, with its certificate.
    model, method, responses
        What was solved and how, and the reduced resolvent of each coherence order.
    """

    frequencies: np.ndarray
    density: np.ndarray
    coherent: float
    total: float
    operator: Operator
    state: State
    model: Model
    method: Method
    responses: tuple[Resolvent, ...]

    def __post_init__(self) -> None:
        read_only(self.frequencies)
        read_only(self.density)

    @cached_property
    def error(self) -> np.ndarray:
        """Estimate of the truncation error of each density: three times its change in the refined state's larger space.

        It is solved when it is first asked for, and costs about twice as much as the spectrum. NaN where the state has
        no refined one, or that does not fit into memory.
        """

        def evaluate(made: Generator, state: State) -> np.ndarray:
            responses, coherent = _responses(made, state, self.operator, self.frequencies, self.method)
            return _density(responses, coherent, self.frequencies, 0.0)

        return read_only(truncation(self.model, self.state, evaluate, self.density))

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the answer should not be trusted; empty where it may be."""
        return complaints_of(self.state, self.error, self.density)

    @property
    def ok(self) -> bool:
        """Whether every check passed, that of the steady state included."""
        return not self.complaints

    def at(self, frequencies: Any, *, resolution: float = 0.0) -> np.ndarray:
        """The density at other frequencies, at almost no cost.

        Parameters
        ----------
        frequencies : array_like
            ω. Far from the lines and from ``frequencies`` the relative error grows to 1e-6.
        resolution : float
            Full width B of a Lorentzian analyser (rate). Above 0 the density is what such an instrument sees:
            broadened, and with the coherent line, of height 4·``coherent``/B.
        """
        omega = finite_numbers(frequencies, "frequencies")
        return _density(self.responses, self.coherent, omega, real_number(resolution, "resolution", minimum=0.0))

    @cached_property
    def peaks(self) -> tuple[Peak, ...]:
        """The lines of the incoherent part, the highest first.

        Each has ``position``, ``height``, ``width`` (full, at half maximum) and ``area``, all refined with the
        resolvent, whatever ``frequencies`` were asked for.
        """
        return _peaks(self, 0.0)

    def to_xarray(self) -> xarray.Dataset:
        """Density and error over the frequency, as an :class:`xarray.Dataset`."""
        import xarray

        return xarray.Dataset(
            {"density": ("frequency", self.density), "error": ("frequency", self.error)},
            {"frequency": self.frequencies},
            {"operator": str(self.operator), "coherent": self.coherent, "total": self.total},
        )

    def __repr__(self) -> str:
        low, high = float(self.frequencies.min()), float(self.frequencies.max())
        lines = [
            f"Spectrum of {self.operator}: {len(self.frequencies)} frequencies, {low:.4g} … {high:.4g}",
            f"  ⟨O†O⟩ {self.total:.6g}, of which coherent (a line at 0) {self.coherent:.6g}",
            f"  error   {np.max(self.error):.1e} (of densities up to {self.density.max():.4g})",
        ]
        lines += untrusted(self)
        for peak in self.peaks[:4]:
            lines.append(f"  peak at {peak.position:.6g}, full width {peak.width:.6g}, area {peak.area:.6g}")
        return "\n".join(lines)


def spectrum(
    model: Model,
    operator: Operator | Scalar,
    frequencies: Any = None,
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
    state: State | None = None,
) -> Spectrum:
    """S(ω) = ∫dτ e^{−iωτ}⟨O†(τ)O(0)⟩ in the steady state, the coherent part apart.

    Parameters
    ----------
    model : Model
    operator : Operator
        O, such as the annihilation operator of the oscillator whose light is looked at. It may mix coherence orders:
        the spectrum is the sum over its parts in each, which do not interfere.
    frequencies : array_like of float, optional
        Angular frequencies ω in the frame of the model, in any order: with H = ω₀a†a the line is at +ω₀. By default a
        grid that resolves every line.
    cutoff : Fixed or Converged
        As :func:`photinus.steady_state`; the spectrum's own truncation error is in ``error``.
    method : Auto, Dense, Direct, Tridiagonal or Krylov
        How the steady state and the resolvent are solved. ``Dense`` solves a dense system for each frequency; all
        others factorise (or, ``Krylov`` and large sectors, iterate) at one shift.
    state : State, optional
        The steady state, where it is known already.

    Returns
    -------
    Spectrum

    Raises
    ------
    DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded
        As :func:`photinus.steady_state`.
    UnknownSite, SiteMismatch, WrongType
        For an operator on sites that the model does not have.
    InvalidInput
        For frequencies that are not finite real numbers, or a ``state`` that is not stationary.

    Notes
    -----
    The regression theorem holds exactly within the master equation (Lax 1963). Frequencies are served by one
    shift-and-invert Krylov space, with the true residual of each controlled (:mod:`photinus.solve.spectra.resolvent`).

    Examples
    --------
    >>> import numpy as np, photinus as ph
    >>> a = ph.oscillator("a")
    >>> cavity = ph.Model(2.0 * a.dag() * a, [ph.Jump(0.4, a, reverse=0.1)])
    >>> found = ph.spectrum(cavity, a, np.linspace(0, 4, 5), cutoff=ph.Fixed(30))
    >>> found.density.round(4)
    array([0.0249, 0.0978, 4.4444, 0.0978, 0.0249])
    >>> (line,) = found.peaks
    >>> round(line.position, 6), round(line.width, 6), round(line.area, 6)
    (2.0, 0.3, 0.333333)
    """
    operator, method = as_operator(operator), Auto() if method is None else method
    wanted = None if frequencies is None else listed_numbers(frequencies, "frequencies")
    state, made = stationary(model, cutoff, method, state)
    responses, coherent = _responses(made, state, operator, wanted, method)
    grid = _grid(responses) if wanted is None else wanted
    density = _density(responses, coherent, grid, 0.0)
    total = max(0.0, float(np.real(state.expect(operator.dag() * operator))))
    return Spectrum(grid, density, coherent, total, operator, state, model, method, tuple(responses))


def linewidth(
    model: Model,
    operator: Operator,
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
    state: State | None = None,
) -> float:
    """Full width at half maximum of the highest line of the incoherent spectrum.

    Parameters
    ----------
    model, operator, cutoff, method, state
        As :func:`spectrum`.

    Returns
    -------
    float
        A rate. A Lorentzian line from one eigenvalue −Γ ∓ iω has the width 2Γ; with phase diffusion it is about 2D.

    Raises
    ------
    Undefined
        If there is no incoherent emission.

    Examples
    --------
    >>> import photinus as ph
    >>> clock = ph.zoo.van_der_pol(gain=2, two_photon_loss=1)
    >>> round(ph.spectra.linewidth(clock, ph.oscillator("a")), 6)
    1.252348
    """
    found = spectrum(model, operator, [0.0], cutoff=cutoff, method=method, state=state)
    return _highest(found, found.peaks).width


def phase_diffusion(
    model: Model,
    operator: Operator,
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
    state: State | None = None,
) -> float:
    """D of a free phase: ⟨O⟩ ~ e^{−Dt} after long times, so that the line is about 2D wide.

    It is the slowest rate among the poles of the spectrum. The width of the line differs from 2D where faster modes
    take part: see :func:`linewidth`.

    Parameters
    ----------
    model, operator, cutoff, method, state
        As :func:`spectrum`; O is an amplitude such as a, whose phase no process fixes.

    Returns
    -------
    float
        A rate; the variance of the phase grows like 2Dt.

    Raises
    ------
    Undefined
        If O, or a part of it, has no U(1) charge: its phase is fixed by a drive or a squeezing, and does not diffuse.

    Examples
    --------
    >>> import photinus as ph
    >>> clock = ph.zoo.van_der_pol(gain=2, two_photon_loss=1)
    >>> round(2 * ph.spectra.phase_diffusion(clock, ph.oscillator("a")), 6)
    1.251324
    """
    found = spectrum(model, operator, [0.0], cutoff=cutoff, method=method, state=state)
    group = found.state.grading.group
    bound = [
        order
        for order in multiplied(found.state, left=found.operator)
        if not any(k and not modulus for k, modulus in zip(order, group.moduli, strict=True))
    ]
    poles = _lines(found.responses, 1e-6)
    if bound or not len(poles):
        why = "is not free" if bound else "has no amplitude"
        raise Undefined(
            f"The phase of {found.operator} {why}: the symmetry of the model is {model.symmetry}.",
            "Take the amplitude of an oscillator that nothing drives or squeezes.",
        )
    return -float(poles.real.max())


def observed_frequency(
    model: Model,
    operator: Operator,
    *,
    resolution: float = 0.0,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
    state: State | None = None,
) -> float:
    """The frequency at which the emission is strongest: what an experimentalist calls the oscillator's frequency.

    Parameters
    ----------
    model, operator, cutoff, method, state
        As :func:`spectrum`.
    resolution : float
        Full width of the analyser (rate). At 0 it is the highest peak of the incoherent part, as in Walter2014. A
        driven oscillator also has a coherent line at 0, infinitely sharp; an analyser of finite resolution sees both.

    Returns
    -------
    float
        ω_obs in the frame of the model. In the frame of a drive a free oscillator has −detuning, an entrained one 0.

    Raises
    ------
    Undefined
        If there is no emission.

    References
    ----------
    Walter2014.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=0.3, drive=0.4)
    >>> round(ph.spectra.observed_frequency(clock, a), 4)
    -0.2751
    >>> round(ph.spectra.observed_frequency(clock, a, resolution=0.05), 4)
    -0.0004
    """
    width = real_number(resolution, "resolution", minimum=0.0)
    found = spectrum(model, operator, [0.0], cutoff=cutoff, method=method, state=state)
    return _highest(found, _peaks(found, width)).position


def stationary(
    model: Model, cutoff: Fixed | Converged | None, method: Method, state: State | None
) -> tuple[State, Generator]:
    """The steady state, solved or checked, and the generator at its cutoffs."""
    require_type(model, Model, "model", "Give a ph.Model.")
    if state is None:
        state = steady_state(model, cutoff=cutoff, method=method)
        return state, generator(model, state.cutoffs)
    require_state(model, state, "state")
    made = generator(model, state.cutoffs)
    if state.grading != made.grading:
        state = laid_into(state, made.grading)
    for order, vector in state.parts.items():
        residual = made.liouvillian(made.grading.sector(order)).scale_free_residual(vector)
        if residual > 1e-8:
            raise InvalidInput(
                f"The state is not stationary: its residual is {residual:.1e}.",
                "Give the answer of ph.steady_state for this model, or leave it out.",
            )
    return state, made


def complaints_of(state: State, error: np.ndarray, values: np.ndarray) -> tuple[str, ...]:
    """Why numbers read from a state should not be trusted: its own certificate, or an error above a thousandth."""
    out = []
    if state.certificate is not None and not state.certificate.ok:
        out.append("the steady state is not to be trusted: " + "; ".join(state.certificate.complaints))
    largest = float(np.abs(values).max(initial=0.0))
    if np.isnan(error).any():
        out.append("the truncation was not judged: there is no larger space to compare with")
    elif error.max(initial=0.0) > 1e-3 * largest + 1e-12:
        out.append(f"the error {error.max():.1e} is above a thousandth of {largest:.3g}: raise the cutoffs")
    return tuple(out)


def untrusted(found: Any) -> list[str]:
    """The line that a result prints where it is not ``ok``."""
    return [] if found.ok else ["  NOT to be trusted: " + "; ".join(found.complaints)]


def _responses(
    made: Generator, state: State, operator: Operator, wanted: np.ndarray | None, method: Method
) -> tuple[list[Resolvent], float]:
    """The resolvent of each order of O, and |⟨O⟩|²."""
    asked, constant = pulses(made, state, operator.dag(), left=operator)
    omega = np.zeros(0) if wanted is None else wanted
    return [resolvent(pulse, omega, method) for pulse in asked], max(0.0, constant.real)


def _density(responses: Any, coherent: float, omega: np.ndarray, resolution: float) -> np.ndarray:
    """2 Re Σ h(iω + B/2), and the coherent line where it has a width."""
    s = 1j * omega.ravel() + 0.5 * resolution
    total = np.zeros(s.size)
    for response in responses:
        total += 2 * response(s).real
    if resolution:
        total += coherent * 2 * (1 / s).real
    return total.reshape(omega.shape)


def truncation(
    model: Model, state: State, evaluate: Callable[[Generator, State], np.ndarray], values: np.ndarray
) -> np.ndarray:
    """Three times the change of numbers in the refined state's larger space; NaN where the state has none."""
    floor = FLOOR * float(np.abs(values).max(initial=0.0))
    if state.refined is None:
        return np.full(values.shape, np.nan if state.cutoffs else floor)
    try:
        better = evaluate(generator(model, state.refined.cutoffs), state.refined)
    except MemoryBudgetExceeded:
        return np.full(values.shape, np.nan)
    return SAFETY * np.abs(better - values) + floor


def _lines(responses: Any, least: float = 1e-2) -> np.ndarray:
    """The poles whose lines matter."""
    return np.concatenate([np.zeros(0, dtype=complex), *(strong_poles(response, least) for response in responses)])


def _grid(responses: Any) -> np.ndarray:
    """Frequencies that resolve every line: 41 across each, denser at its centre, to 8 half widths on both sides."""
    poles = _lines(responses, 0.05)
    if not len(poles):
        return np.zeros(1)
    return np.unique(poles.imag[:, None] - np.outer(poles.real, np.tan(np.linspace(-1.45, 1.45, 41))))


def _peaks(found: Spectrum, resolution: float) -> tuple[Peak, ...]:
    poles = _lines(found.responses)
    centres, widths = poles.imag, 0.5 * resolution - poles.real
    if resolution and found.coherent > 0:
        centres, widths = np.append(centres, 0.0), np.append(widths, 0.5 * resolution)
    return find_peaks(lambda omega: found.at(omega, resolution=resolution), centres, widths)


def _highest(found: Spectrum, peaks: tuple[Peak, ...]) -> Peak:
    if not peaks:
        raise Undefined(
            f"The spectrum of {found.operator} has no line: ⟨O†O⟩ is {found.total:.3g}, of which {found.coherent:.3g} "
            "coherent.",
            "Take an operator that the steady state lets fluctuate, or a finite resolution=.",
        )
    return peaks[0]
