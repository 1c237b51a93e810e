"""Phase reduction: an oscillator near its limit cycle is one phase, φ̇ = ω + Z(φ)·(perturbation) + noise.

The mean field gives the limit cycle and the phase sensitivity Z, the jumps the noise, and Z projects both on the phase:
the semiclassical phase equation of a quantum oscillator (Kato2019), with its diffusion D = ½⟨ZᵀCZ⟩ over the cycle. It
holds where the noise and the perturbation are weak against the decay of the amplitude.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from photinus.algebra import Operator, locate
from photinus.entrainment.circle import PhaseEquation, trimmed
from photinus.entrainment.noise import projected_noise
from photinus.entrainment.second_order import second_order
from photinus.entrainment.sensitivity import sensitivity
from photinus.errors import InvalidInput, SiteMismatch, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_number, whole_number
from photinus.solve.classical import Flow, make_flow
from photinus.solve.limit_cycle import LimitCycle
from photinus.solve.mean_field import mean_field
from photinus.solve.motion import unpacked

if TYPE_CHECKING:
    import xarray

TAU = 2 * np.pi
WEAK = 0.1
"""Ratio of the phase diffusion to the decay of the amplitude above which a phase alone says little."""
TORUS = 128
"""Phases of each oscillator in an average over two."""


@dataclass(frozen=True, eq=False)
class PhaseReduction:
    """A limit cycle with its phase, made by :func:`phase_reduction`.

    Attributes
    ----------
    model : Model
    flow : Flow
        The mean field.
    cycle : LimitCycle
    phases : ndarray, shape (N,)
        φ = 2πj/N (rad). On a ring it is arg α (of a spin, the azimuth) of the first site; on other cycles time, counted
        from arg α = 0 and in its direction.
    orbit, gradient : ndarray, shape (size, N)
        The cycle y(φ) and Z = ∂φ/∂y in real coordinates: (Re α, Im α), (s_x, s_y, s_z), site after site.
    frequency : float
        ω = dφ/dt; α ∝ e^{−iω₀t} has −ω₀.
    error : float
        Relative error of the cycle and of Z·F = ω, from the solver.
    """

    model: Model = field(repr=False)
    flow: Flow = field(repr=False)
    cycle: LimitCycle
    phases: np.ndarray
    orbit: np.ndarray
    gradient: np.ndarray
    frequency: float
    error: float

    @property
    def references(self) -> tuple[str, ...]:
        """The sources of the model and the method."""
        return (*self.model.references, "Kuramoto1984", "Kato2019")

    @property
    def values(self) -> Mapping[str, np.ndarray]:
        """The cycle by site: α(φ), shape (N,), or (s_x, s_y, s_z), shape (N, 3)."""
        return unpacked(self.flow, self.orbit)

    @property
    def sensitivity(self) -> Mapping[str, np.ndarray]:
        """Z by site: ∂φ/∂Re α + i ∂φ/∂Im α of an oscillator, so that dφ = Re(Z* dα); a gradient (N, 3) of a spin."""
        return unpacked(self.flow, self.gradient)

    # --- noise and validity

    @cached_property
    def local_diffusion(self) -> np.ndarray:
        """½ZᵀCZ at each phase (rate), of the quantum noise of all jumps; shape (N,)."""
        out = 0.5 * projected_noise(self.flow, self.model, self.orbit, self.gradient)
        out.setflags(write=False)
        return out

    @property
    def diffusion(self) -> float:
        """D, its mean over the cycle: ⟨e^{iφ}⟩ ~ e^{−Dt}, linewidth 2D."""
        return float(self.local_diffusion.mean())

    @property
    def size(self) -> float:
        """The mean of Σ|α|² (of a spin, of |s₊|) over the cycle: quanta; D and the corrections fall like 1/size."""
        return float(sum(r * r if np.iscomplexobj(self.values[name]) else r for name, r in self.cycle.radius.items()))

    @property
    def decay(self) -> float:
        """The rate at which the slowest deviation from the cycle decays: −Re of its Floquet exponent."""
        return -float(self.cycle.exponents.real.max(initial=-np.inf))

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the reduction should not be trusted; empty where nothing speaks against it."""
        found = []
        if self.diffusion > WEAK * self.decay:
            found.append(f"the phase diffuses at {self.diffusion:.3g}, the amplitude decays at {self.decay:.3g} only")
        if self.error > 1e-5:
            found.append(f"the relative error of the cycle is {self.error:.1g}")
        return tuple(found)

    # --- phase equations

    def equation(self, perturbation: Model | Operator | None = None) -> PhaseEquation:
        """dφ/dt = ω + Z(φ)·G(y(φ)) + √(2D) ξ, with a perturbation that does not depend on time in the model's frame.

        Parameters
        ----------
        perturbation : Model or Operator, optional
            Weak additions to the Hamiltonian (an Operator must be Hermitian) and the jumps; G is its mean field. Its
            noise is added to D. The model should rotate with the perturbation, so that ω is the small detuning.

        Returns
        -------
        PhaseEquation

        Raises
        ------
        SiteMismatch, InvalidInput, WrongType

        Examples
        --------
        Adler's equation of a driven oscillator, Δ_c = Ω/r, and of a squeezed one, Δ_c = 2η:

        >>> import photinus as ph
        >>> a = ph.oscillator("a")
        >>> clock = ph.entrainment.phase_reduction(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.005, detuning=0.01))
        >>> clock.equation(0.2j * (a.dag() - a))
        Phase equation of φ, 1 harmonic: detuning 0.01, locking range -0.02 … 0.02, D = 0.00375; ...
        >>> [round(edge, 9) for edge in clock.equation(0.01j * (a.dag() ** 2 - a**2)).locking_range]
        [-0.02, 0.02]
        """
        if perturbation is None:
            return PhaseEquation(np.array([self.frequency]), self.diffusion)
        weak = _as_model(perturbation)
        parts = self.gradient * self._force(weak, self.orbit)
        noise = 0.5 * float(projected_noise(self.flow, weak, self.orbit, self.gradient).mean())
        harmonics = np.fft.rfft(parts.sum(axis=0))[: len(self.phases) // 2] / len(self.phases)
        harmonics[0] = harmonics[0].real + self.frequency
        return PhaseEquation(_cleaned(harmonics, parts), self.diffusion + noise)

    def driven(self, operator: Operator, frequency: float, *, order: int | tuple[int, int] = 1) -> PhaseEquation:
        """The averaged equation of the slow phase under a drive O e^{−iνt} + h.c. with ν near m/n times the frequency.

        With ω₀ = |ω| the slow phase is ψ = φ + nνt/m where α turns like e^{−iω₀t}, and ψ = φ − nνt/m where it turns
        the other way: dψ/dt = ±(nν/m − ω₀) + Γ(ψ) + noise. The upper sign is the usual one. For n = 1, Γ(ψ) = ⟨Z·G⟩
        over a period, of first order in the drive. For n = 2, m odd, it is of second order, from the response of the
        cycle (:mod:`photinus.entrainment.second_order`): a shift of the frequency and one harmonic of mψ.

        Parameters
        ----------
        operator : Operator
            O, in the frame of the model, as the drives of :func:`photinus.evolve`.
        frequency : float
            ν (angular frequency).
        order : int or (int, int)
            m, the drive's cycles for one of the oscillator: 1, or 2 for squeezing. Or (m, n): m cycles of the drive for
            n = 1 or 2 of the oscillator.

        Returns
        -------
        PhaseEquation
            Of ψ.

        Raises
        ------
        SiteMismatch, InvalidInput, WrongType
        Undefined
            For n = 2 if the drive is resonant in first order.

        Notes
        -----
        Of an oscillator with a circular cycle, driven by one operator a†^p, all locking is of first order, 1:p. Locking
        with n = 2 needs harmonics of the cycle or a drive that has some (as a† + c·a†²), and two orders of the drive.

        Examples
        --------
        >>> import photinus as ph
        >>> a = ph.oscillator("a")
        >>> lab = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.005) + ph.Model(2.0 * a.dag() * a)
        >>> ph.entrainment.phase_reduction(lab).driven(0.2j * a.dag(), 2.01)
        Phase equation of ψ, 1 harmonic: detuning 0.01, locking range -0.02 … 0.02, D = 0.00375; ...
        """
        if not isinstance(operator, Operator):
            raise WrongType(f"The drive is {shown(operator)}.", "Give an operator O; the drive is O e^{−iνt} + h.c.")
        m, n = _drive_order(order)
        nu = real_number(frequency, "frequency of the drive")
        sense = 1 if self.frequency > 0 else -1
        if n == 2:
            return self._second(operator, nu, m, sense)
        parts = [Model(operator + operator.dag()), Model(1j * (operator.dag() - operator))]
        cosine, sine = (
            self.gradient * self._force(part, self.orbit) if part.sites else 0.0 * self.gradient for part in parts
        )
        waves = np.fft.fft((cosine + 1j * sine).sum(axis=0)) / len(self.phases)
        harmonics = np.zeros(m + 1, dtype=complex)
        harmonics[0] = self.frequency - sense * nu / m
        harmonics[m] = 0.5 * (waves[m] if sense > 0 else waves[-m].conj())
        return PhaseEquation(_cleaned(harmonics, cosine + 1j * sine), self.diffusion, "ψ")

    def _second(self, operator: Operator, nu: float, m: int, sense: int) -> PhaseEquation:
        """The equation of ψ in second order of the drive."""
        if not (self.frequency and nu > 0):
            raise InvalidInput(
                f"The oscillator turns at {self.frequency:g}, the drive at {nu:g}.",
                "Take a frame in which both turn, and a positive frequency of the drive.",
            )
        parts = [Model(operator + operator.dag()), Model(1j * (operator.dag() - operator))]
        flows = [(part, make_flow(part, self.flow.large_spins)) for part in parts if part.sites]

        def force(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            cosine, sine = (_force(self.flow, part, points) if part.sites else 0 * points for part in parts)
            slope = np.zeros((points.shape[1], *(self.flow.size,) * 2), dtype=complex)
            for part, own in flows:
                rows = np.concatenate([_rows(self.flow, site.name) for site in own.sites])
                slope[:, rows[:, None], rows] += (1 if part is parts[0] else 1j) * own.jacobian(points[rows])
            return 0.5 * (cosine + 1j * sine), 0.5 * slope

        shift, harmonic = second_order(self.flow, self.orbit, self.gradient, self.frequency, force, nu, m)
        harmonics = np.zeros(m + 1, dtype=complex)
        harmonics[0] = self.frequency - sense * 2 * nu / m + shift
        harmonics[m] = harmonic if abs(harmonic) > 1e-12 * abs(self.frequency) else 0.0
        return PhaseEquation(trimmed(harmonics), self.diffusion, "ψ")

    def coupled(
        self, other: PhaseReduction, coupling: Model | Operator, *, order: tuple[int, int] = (1, 1)
    ) -> PhaseEquation:
        """The averaged equation of ψ = mφ − nφ′ of two weakly coupled oscillators.

        dψ/dt = mω − nω′ + Γ(ψ) + noise, averaged over all phases at given ψ, with the noise of the coupling's jumps on
        both.

        Parameters
        ----------
        other : PhaseReduction
            Of another oscillator, with other sites.
        coupling : Model or Operator
            Weak, on the sites of both.
        order : tuple of int
            (m, n); a negative n locks a sum of phases, as a pair drive ab + a†b† does.

        Returns
        -------
        PhaseEquation
            Of ψ.

        Raises
        ------
        SiteMismatch, InvalidInput, WrongType

        Examples
        --------
        Dissipative coupling V D[a − b] locks where |Δ| ≤ V:

        >>> import photinus as ph
        >>> a, b = ph.oscillator("a"), ph.oscillator("b")
        >>> one, two = (
        ...     ph.entrainment.phase_reduction(ph.zoo.van_der_pol(name, gain=1, two_photon_loss=0.005)) for name in "ab"
        ... )
        >>> low, high = one.coupled(two, ph.Model(jumps=[ph.Jump(0.05, a - b)])).locking_range
        >>> round(low, 12), round(high, 12)
        (-0.05, 0.05)
        """
        if not isinstance(other, PhaseReduction):
            raise WrongType(f"The other oscillator is {shown(other)}.", "Give its phase_reduction(…).")
        names = {site.name for site in self.flow.sites} & {site.name for site in other.flow.sites}
        if names:
            raise SiteMismatch(f"Both oscillators have a site {min(names)!r}.", "Give them different names.")
        m, n = _two_orders(order)
        weak = _as_model(coupling)
        pair = make_flow(self.model + other.model + weak, self.flow.large_spins)
        strides = [max(1, len(r.phases) // TORUS) for r in (self, other)]
        orbit, first, second = (
            _torus(
                pair, self, other, strides, [f * getattr(r, kind) for f, r in zip(factors, (self, other), strict=True)]
            )
            for kind, factors in (("orbit", (1, 1)), ("gradient", (m, 0)), ("gradient", (0, n)))
        )
        direction = first - second
        parts = direction * _force(pair, weak, orbit)
        waves = np.fft.fft2(parts.sum(axis=0)) / parts[0].size
        last = min(waves.shape) // 2 // max(m, abs(n)) - 1
        harmonics = np.array([waves[p * m, -p * n] for p in range(last + 1)])
        harmonics[0] = harmonics[0].real + m * self.frequency - n * other.frequency
        noise = 0.5 * float(projected_noise(pair, weak, orbit, direction).mean())
        total = m * m * self.diffusion + n * n * other.diffusion + noise
        return PhaseEquation(_cleaned(harmonics, parts), total, "ψ")

    def _force(self, weak: Model, points: np.ndarray) -> np.ndarray:
        return _force(self.flow, weak, points)

    def to_xarray(self) -> xarray.Dataset:
        """Cycle, sensitivity and local diffusion as a table over ``phase`` (and ``component``)."""
        import xarray as xr

        columns: dict[str, Any] = {"local_diffusion": ("phase", self.local_diffusion)}
        coordinates: dict[str, Any] = {"phase": self.phases}
        for name, table in (("value", self.values), ("sensitivity", self.sensitivity)):
            for site, value in table.items():
                columns[f"{name}_{site}"] = (("phase", "component")[: value.ndim], value)
                if value.ndim > 1:
                    coordinates["component"] = ["x", "y", "z"]
        return xr.Dataset(columns, coordinates)

    def __repr__(self) -> str:
        names = ", ".join(map(repr, self.flow.sites[:4])) + (" and more" if len(self.flow.sites) > 4 else "")
        lines = [
            f"Phase reduction of {names}: frequency {self.frequency:.6g}, size {self.size:.5g}",
            f"  phase diffusion D = {self.diffusion:.6g}, decay of the amplitude {self.decay:.5g}",
            f"  relative error {self.error:.1g}",
            *(f"  not to be trusted: {complaint}" for complaint in self.complaints),
        ]
        return "\n".join(lines)


def phase_reduction(
    model: Model, *, near: float | None = None, large_spins: bool = False, starts: int = 64, seed: int = 0
) -> PhaseReduction:
    """The phase of a model's attracting limit cycle: its sensitivity, its diffusion, its equation under perturbations.

    Parameters
    ----------
    model : Model
        Of oscillators and spins, alone or coupled; its mean field must have an attracting limit cycle.
    near : float, optional
        Where several attract: the radius of the one that is meant.
    large_spins : bool
        As :func:`photinus.mean_field`.
    starts, seed : int
        As :meth:`~photinus.solve.mean_field.MeanField.limit_cycle`.

    Returns
    -------
    PhaseReduction

    Raises
    ------
    NoLimitCycle
        If no cycle was found that attracts.
    Undefined
        If several attract, or another motion is as slow as the phase.
    NotConverged, InvalidInput, WrongType

    References
    ----------
    Kuramoto1984, Brown2004, Kato2019.

    Examples
    --------
    A van der Pol oscillator, D = 3κ₁/8n with n = κ₁/2κ₂, and Z = ie^{iφ}/r:

    >>> import photinus as ph
    >>> clock = ph.entrainment.phase_reduction(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.005))
    >>> clock
    Phase reduction of oscillator a: frequency 0, size 100
      phase diffusion D = 0.00375, decay of the amplitude 1
      relative error ...
    >>> complex(clock.sensitivity["a"][0]).imag.__round__(12)
    0.1
    """
    mean = mean_field(model, large_spins=large_spins)
    cycle = mean.limit_cycle(near=near, starts=starts, seed=seed)
    found = sensitivity(mean.flow, cycle)
    phases = TAU * np.arange(found.orbit.shape[1]) / found.orbit.shape[1]
    for array in (phases, found.orbit, found.gradient):
        array.setflags(write=False)
    return PhaseReduction(model, mean.flow, cycle, phases, found.orbit, found.gradient, found.frequency, found.error)


def _drive_order(order: int | tuple[int, int]) -> tuple[int, int]:
    """(m, n) of the drive's cycles for those of the oscillator, n = 1 or 2, in lowest terms."""
    m, n = order if isinstance(order, (tuple, list)) and len(order) == 2 else (order, 1)
    m, n = whole_number(m, "order of the locking"), whole_number(n, "order of the locking")
    if n > 2 or (n == 2 and m % 2 == 0):
        raise InvalidInput(
            f"The order of the locking is ({m}, {n}).",
            "Give it in lowest terms, with at most two cycles of the oscillator: higher ones need higher orders.",
        )
    return m, n


def _two_orders(order: tuple[int, int]) -> tuple[int, int]:
    """(m, n), m > 0 and n ≠ 0."""
    if not isinstance(order, (tuple, list)) or len(order) != 2:
        raise WrongType(f"The order of the locking is {shown(order)}.", "Give two whole numbers (m, n).")
    m, n = whole_number(order[0], "order of the locking"), real_number(order[1], "order of the locking")
    if n == 0 or n != int(n):
        raise InvalidInput(f"The order of the locking is ({m}, {n:g}).", "Give two whole numbers other than 0.")
    return m, int(n)


def _as_model(perturbation: Model | Operator) -> Model:
    if isinstance(perturbation, Operator):
        perturbation = Model(perturbation)
    if not isinstance(perturbation, Model):
        raise WrongType(f"The perturbation is {shown(perturbation)}.", "Give a ph.Model or a Hermitian operator.")
    if not perturbation.sites:
        raise InvalidInput("The perturbation has no sites: it does nothing.", "Give a Hamiltonian or jumps.")
    return perturbation


def _force(flow: Flow, weak: Model, points: np.ndarray) -> np.ndarray:
    """The mean field of a perturbation on the sites of a flow, at points (size, …)."""
    for site in weak.sites:
        place = locate(flow.sites, site.name)
        if flow.sites[place] != site:
            raise SiteMismatch(f"The perturbation has a {site!r}, the model a {flow.sites[place]!r}.", "Use one kind.")
    part = make_flow(weak, flow.large_spins)
    rows = np.concatenate([_rows(flow, site.name) for site in part.sites])
    out = np.zeros_like(points)
    out[rows] = part(points[rows])
    return out


def _rows(flow: Flow, name: str) -> np.ndarray:
    place = locate(flow.sites, name)
    return np.arange(flow.offsets[place], flow.offsets[place + 1])


def _torus(
    pair: Flow, one: PhaseReduction, other: PhaseReduction, strides: list[int], tables: list[np.ndarray]
) -> np.ndarray:
    """Tables over φ and φ′, laid out over both in the coordinates of the pair."""
    a, b = (table[:, ::stride] for table, stride in zip(tables, strides, strict=True))
    out = np.zeros((pair.size, a.shape[1], b.shape[1]))
    for reduction, table, axis in ((one, a, 2), (other, b, 1)):
        for place, site in enumerate(reduction.flow.sites):
            cut = slice(reduction.flow.offsets[place], reduction.flow.offsets[place + 1])
            out[_rows(pair, site.name)] = np.expand_dims(table[cut], axis)
    return out


def _cleaned(harmonics: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Harmonics of a sum of parts (size, …), without its rounding."""
    floor = 1e-13 * float(np.abs(parts).sum(axis=0).max(initial=0.0))
    kept = np.where(np.abs(harmonics) > floor, harmonics, 0.0)
    return trimmed(kept) if kept.any() else kept[:1]
