"""Pseudomodes: a few damped oscillators that do to the system what the bath does.

The reduced dynamics depends on the bath through its correlation functions alone (Garraway1997, Tamascelli2018). n modes
with H = Σ Ω_jk b_j†b_k, damping Σ Γ_jk (b_k ρ b_j† − ½{b_j†b_k, ρ}) and B = Σ ḡ_k b_k have

    ⟨B(t)B†⟩ = g† e^{−Kt} g,    K = iΩ + Γ/2,    Γ ≥ 0,

a sum of exponentials, whose weights are complex where modes are coupled. Which sums can be reached? The spectrum must
be positive, S(ω) = 2Re Σ w_k/(ν_k − iω) ≥ 0, and that is enough: S = |h(ω)|² with h = Σ h_k/(ν_k − iω) gives the Gram
matrix

    P_jk = h̄_j h_k/(ν̄_j + ν_k),    K = P^{½} diag(ν) P^{−½},    g = P^{½}(1, …, 1),    Γ = K + K† = v v†,  v = P^{−½} h̄,

because diag(ν̄)P + P diag(ν) = h̄ hᵀ. One damped channel v serves all modes. Fits are made in h itself, so that each is a
Lindblad model. Thermal absorption ⟨B†(t)B⟩ is given by modes that couple by L c + L†c† (thermofield).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import least_squares

from photinus import states
from photinus.algebra import Handle, Operator, oscillator
from photinus.errors import InvalidInput, WrongType, shown
from photinus.memory.correlations import summed
from photinus.memory.densities import Exponents, Lorentzian, Lorentzians
from photinus.memory.environment import Environment, require_environment
from photinus.memory.fitting import (
    Fit,
    Samples,
    esprit_rates,
    fit_failed,
    is_hermitian,
    require_fit,
    sampled,
)
from photinus.model import Jump, Model
from photinus.space.space import read_only
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, slots=True, eq=False)
class Pseudomodes:
    """Damped oscillators that stand for a bath.

    Attributes
    ----------
    hamiltonian : ndarray, shape (n, n)
        Ω, Hermitian.
    damping : ndarray, shape (n, n)
        Γ ≥ 0.
    coupling : ndarray, shape (n,)
        g, B = Σ ḡ_k b_k.
    occupation : ndarray, shape (n,)
        n̄ of the white bath of each mode.
    absorbing : ndarray of bool, shape (n,)
        Modes c of the thermofield, which couple by L c + L†c†.
    error : float
        Relative L1 error of the correlation function; 0 where the modes are exact.
    duration : float
        The times that the fit has seen; infinite where it is exact.
    """

    hamiltonian: np.ndarray
    damping: np.ndarray
    coupling: np.ndarray
    occupation: np.ndarray
    absorbing: np.ndarray
    error: float
    duration: float

    def __post_init__(self) -> None:
        for array in (self.hamiltonian, self.damping, self.coupling, self.occupation, self.absorbing):
            read_only(array)

    @property
    def count(self) -> int:
        """Number of modes."""
        return len(self.coupling)

    def correlation(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """⟨B(t)B†⟩ and ⟨B†(t)B⟩ of the modes themselves."""
        grid = np.asarray(times, dtype=float)
        rates, vectors = np.linalg.eig(1j * self.hamiltonian + self.damping / 2)
        modes = np.exp(-np.multiply.outer(grid, rates))
        ahead, behind = self.coupling.conj() @ vectors, np.linalg.solve(vectors, np.diag(self.coupling))
        up = np.where(self.absorbing, 0, self.occupation + 1)
        emission = np.einsum("k,tk,kj->tj", ahead, modes, behind)
        return emission @ up, emission @ self.absorbing + (emission @ (self.occupation * ~self.absorbing)).conj()

    def names(self, name: str) -> list[str]:
        """The names of the oscillators of a bath of this name."""
        return [name] if self.count == 1 else [f"{name}{k}" for k in range(1, self.count + 1)]

    def model(self, coupling: Operator, name: str = "bath") -> Model:
        """The modes and their coupling to a system operator L; the oscillators are named after the bath."""
        b = [oscillator(each) for each in self.names(name)]
        hamiltonian: Operator | int = 0
        seen = np.abs(self.hamiltonian) > 1e-14 * np.abs(self.hamiltonian).max(initial=0.0)  # not what a fit rounds
        for j, k in zip(*np.nonzero(seen), strict=True):
            hamiltonian = hamiltonian + self.hamiltonian[j, k] * b[j].dag() * b[k]
        for k, mode in enumerate(b):
            bath = np.conj(self.coupling[k]) * mode
            link = coupling * bath if self.absorbing[k] else coupling.dag() * bath
            hamiltonian = hamiltonian + link + link.dag()
        jumps = []
        for group, warm in self._baths():
            rates, vectors = np.linalg.eigh(self.damping[np.ix_(group, group)])
            for rate, vector in zip(rates, vectors.T, strict=True):
                if rate > 1e-13 * rates[-1]:
                    word = sum((np.conj(x) * b[k] for x, k in zip(vector, group, strict=True)), 0 * b[0])
                    jumps.append(Jump(rate * (warm + 1), word, reverse=rate * warm))
        return Model(hamiltonian, jumps, references=("Garraway1997", "Tamascelli2018"))

    def _baths(self) -> list[tuple[list[int], float]]:
        """Modes that are damped together, with the occupation of their white bath."""
        linked = (self.damping != 0) | np.eye(self.count, dtype=bool)
        groups: list[tuple[list[int], float]] = []
        seen: set[int] = set()
        for k in range(self.count):
            if k not in seen:
                group = np.flatnonzero(linked[k]).tolist()
                seen.update(group)
                groups.append((group, float(self.occupation[k])))
        return groups

    def to_xarray(self) -> xarray.Dataset:
        """The matrices over ``mode`` and ``other``."""
        import xarray as xr

        pair = ("mode", "other")
        data: dict[str, Any] = {
            "hamiltonian": (pair, np.array(self.hamiltonian)),
            "damping": (pair, np.array(self.damping)),
        }
        data |= {n: ("mode", np.array(getattr(self, n))) for n in ("coupling", "occupation", "absorbing")}
        return xr.Dataset(data, attrs={"error": self.error, "duration": self.duration})

    def __repr__(self) -> str:
        frequencies = ", ".join(f"{x:.4g}" for x in self.hamiltonian.diagonal().real)
        couplings = ", ".join(f"{x:.4g}" for x in np.abs(self.coupling))
        rates = ", ".join(f"{x:.4g}" for x in self.damping.diagonal().real)
        linked = (
            " (coupled to each other)" if np.abs(self.hamiltonian - np.diag(self.hamiltonian.diagonal())).any() else ""
        )
        return "\n".join(
            [
                f"{self.count} pseudomodes{linked}; relative error {self.error:.1e} up to t = {self.duration:.3g}",
                f"  frequencies {frequencies}",
                f"  couplings   {couplings}",
                f"  damping     {rates}",
            ]
        )


def pseudomodes(environment: Environment, *, hermitian: bool | None = None, fit: Fit | None = None) -> Pseudomodes:
    """The pseudomodes of a bath: exact for Lorentzians, fitted with a stated error elsewhere.

    Parameters
    ----------
    environment : Environment
    hermitian : bool, optional
        Whether the coupling is Hermitian; by default as the environment's couplings are. Then one set of modes, of
        frequencies of both signs, holds the temperature; otherwise absorption has modes of its own.
    fit : Fit, optional
        By default ``Fit()``, an error of 1e-2.

    Returns
    -------
    Pseudomodes

    Raises
    ------
    FitFailed
        If no Lindblad model of at most ``fit.most`` modes reaches the tolerance; the message says what was reached.
        :func:`heom` takes sums with any weights, :func:`tcl2` any weak bath.

    References
    ----------
    Garraway1997, Tamascelli2018, Mascherpa2020.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Ohmic(0.1, cutoff=2.0), s.x, temperature=1.0)
    >>> modes = ph.memory.pseudomodes(bath, fit=ph.memory.Fit(0.05))
    >>> modes.error < 0.05, modes.count < 5
    (True, True)
    """
    require_environment(environment)
    hermitian = is_hermitian(environment) if hermitian is None else hermitian
    return _pseudomodes(environment, hermitian, require_fit(fit))


@lru_cache(maxsize=64)
def _pseudomodes(environment: Environment, hermitian: bool, fit: Fit) -> Pseudomodes:
    density = environment.density
    if isinstance(density, (Lorentzian, Lorentzians)):
        parts = density.parts if isinstance(density, Lorentzians) else (density,)
        return Pseudomodes(
            np.diag([part.center for part in parts]).astype(complex),
            np.diag([part.width for part in parts]).astype(complex),
            np.array([part.coupling for part in parts], dtype=complex),
            np.array([part.mean_occupation for part in parts]),
            np.zeros(len(parts), dtype=bool),
            0.0,
            inf,
        )
    made = [_positive_fit(samples, fit) for samples in sampled(environment, fit, hermitian=hermitian)]
    sizes = [len(g) for _, g, _, _ in made]
    n = sum(sizes)
    drift, coupling, absorbing = np.zeros((n, n), dtype=complex), np.zeros(n, dtype=complex), np.zeros(n, dtype=bool)
    for start, size, (k, g, _, _) in zip(np.cumsum([0, *sizes]), sizes, made, strict=False):
        block = slice(start, start + size)
        drift[block, block], coupling[block], absorbing[block] = k, g, start > 0
    damping = drift + drift.conj().T
    energies = (drift - drift.conj().T) / 2j
    return Pseudomodes(
        energies, damping, coupling, np.zeros(n), absorbing, max(m[2] for m in made), max(m[3] for m in made)
    )


ADDED = 2.0, 200.0
"""Rates, times the duration, of the mode that is added to a fit with one mode fewer: a slow one and a fast one."""
Realisation = tuple[np.ndarray, np.ndarray, float, float]
"""(K, g, ε, times of the fit)."""


def _positive_fit(samples: Samples, fit: Fit) -> Realisation:
    """The smallest number of modes whose correlation function meets the tolerance."""
    best: tuple[float, int] = (inf, 0)
    for count in fit.counts:
        nu, h = _factor(samples, count)
        error = samples.error(_exponents(nu, h))
        best = min(best, (error, count))
        if fit.met(error):
            k, g = realised(nu / samples.duration, h * np.sqrt(samples.scale / samples.duration))
            return k, g, error, samples.duration
    failure = fit_failed(fit, best, samples)
    failure.remedy += " memory.heom() takes sums with any weights, memory.tcl2() any weak bath."
    raise failure


def _exponents(nu: np.ndarray, h: np.ndarray) -> Exponents:
    """w_k = h_k Σ_j h̄_j/(ν̄_j + ν_k): the correlation function of the spectrum |Σ h_k/(ν_k − iω)|²."""
    weights = h * (h.conj() @ (1 / np.add.outer(nu.conj(), nu)))
    return tuple(zip(weights.tolist(), nu.tolist(), strict=True))


@lru_cache(maxsize=64)
def _factor(samples: Samples, count: int) -> tuple[np.ndarray, np.ndarray]:
    """ν and h that fit the samples best: by least squares from the rates of ESPRIT, and from one mode fewer."""
    nu = esprit_rates(samples, count)
    starts = []
    for phases in (np.ones(count), np.exp(2j * np.pi * np.arange(count) / max(count, 2))):
        h = np.sqrt(2 * nu.real / count) * phases
        level = abs(sum(w for w, _ in _exponents(nu, h)))
        starts.append((nu, h * np.sqrt(max(abs(samples.uniform[0]), 1e-12) / max(level, 1e-12))))
    if count > 1:
        fewer, weights = _factor(samples, count - 1)
        starts += [(np.append(fewer, rate), np.append(weights, 0.05 * rate**0.5)) for rate in ADDED]
    best: tuple[float, np.ndarray] | None = None
    for nu, h in starts:
        x = np.concatenate([np.log(nu.real), nu.imag, h.real, h.imag])
        found = least_squares(_residual, x, _slope, args=(samples,), x_scale="jac", max_nfev=300, method="lm")
        if best is None or found.cost < best[0]:
            best = float(found.cost), found.x
    assert best is not None
    return _unpacked(best[1])


def _unpacked(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rate, frequency, real, imaginary = x.reshape(4, -1)
    return np.exp(np.clip(rate, -12, 14)) + 1j * frequency, real + 1j * imaginary


def _residual(x: np.ndarray, samples: Samples) -> np.ndarray:
    rest = np.sqrt(samples.widths) * (summed(_exponents(*_unpacked(x)), samples.times) - samples.values)
    return np.concatenate([rest.real, rest.imag])


def _slope(x: np.ndarray, samples: Samples) -> np.ndarray:
    """The derivatives of the residual by log Re ν, Im ν, Re h and Im h, from those by ν, ν̄, h and h̄."""
    nu, h = _unpacked(x)
    modes = np.sqrt(samples.widths)[:, None] * np.exp(-np.multiply.outer(samples.times, nu))
    overlap = 1 / np.add.outer(nu.conj(), nu)
    sums = h.conj() @ overlap
    by_h, by_h_bar = modes * sums, (modes * h) @ overlap.T
    by_nu = modes * h * (-samples.times[:, None] * sums - h.conj() @ overlap**2)
    by_nu_bar = -((modes * h) @ (overlap**2).T) * h.conj()
    columns = [nu.real * (by_nu + by_nu_bar), 1j * (by_nu - by_nu_bar), by_h + by_h_bar, 1j * (by_h - by_h_bar)]
    slope = np.concatenate(columns, axis=1)
    return np.concatenate([slope.real, slope.imag])


def realised(nu: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """K and g of the modes whose spectrum is |Σ h_k/(ν_k − iω)|², by the root of the Gram matrix P.

    Raises
    ------
    InvalidInput
        If two rates coincide within rounding, so that P has no inverse.
    """
    gram = np.outer(h.conj(), h) / np.add.outer(nu.conj(), nu)
    values, vectors = np.linalg.eigh((gram + gram.conj().T) / 2)
    if values[0] <= 1e-14 * values[-1]:
        raise InvalidInput(
            f"The pseudomodes of the rates {np.round(nu, 6).tolist()} are linearly dependent.",
            "Use fewer: Fit(most=…).",
        )
    root = (vectors * np.sqrt(values)) @ vectors.conj().T
    inverse = (vectors / np.sqrt(values)) @ vectors.conj().T
    drift = root @ (nu[:, None] * inverse)
    values, turn = np.linalg.eigh((drift - drift.conj().T) / 2j)  # the modes that H does not couple
    del values
    return turn.conj().T @ drift @ turn, turn.conj().T @ root.sum(axis=1)


def with_pseudomodes(
    model: Model, environment: Environment, *, common: bool | None = None, fit: Fit | None = None
) -> Model:
    """A model joined by the pseudomodes of a bath with memory: a Lindblad model, which every question takes.

    Parameters
    ----------
    model : Model
        The system, with whatever memoryless jumps it has.
    environment : Environment
        Its couplings act on sites of the model. Frequencies are those of the model's frame.
    common : bool, optional
        True: one bath, coupled to the sum of the operators. False: independent baths, one for each operator. Needed
        where there are several.
    fit : Fit, optional
        For densities that are no sums of Lorentzians; by default ``Fit()``. ``pseudomodes(environment)`` shows the fit
        and its error.

    Returns
    -------
    Model
        With oscillators ``bath`` or ``bath1``, ``bath2`` … (independent: ``bath_a``, ``bath_b1`` …), in their vacuum at
        the beginning: :func:`joined_state` adds it. Cutoffs of the modes are certified like all others.

    Raises
    ------
    FitFailed
        If the fit does not reach its tolerance.
    UnknownSite, InvalidInput
        For couplings to sites that the model does not have, a common bath of one site, a name that is taken.

    References
    ----------
    Garraway1997, Tamascelli2018, Mascherpa2020.

    Examples
    --------
    Two van der Pol oscillators that share a bath with memory:

    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=3)
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian.of_rate(2.0, width=3.0), [a, -b])
    >>> joined = ph.memory.with_pseudomodes(pair, bath, common=True)
    >>> joined.symmetry
    U(1): n_a + n_b + n_bath, exchange: a, b
    >>> round(ph.measures.amplitude_correlation(ph.steady_state(joined, cutoff=ph.Fixed(8)), "a", "b"), 3)
    0.275
    """
    require_environment(environment)
    model = environment.placed(model)
    operators = environment.operators(common=common)
    taken = {site.name for site in model.sites}
    modes: dict[bool, Pseudomodes] = {}
    for operator in operators:
        hermitian = operator.is_hermitian()
        if hermitian not in modes:
            modes[hermitian] = pseudomodes(environment, hermitian=hermitian, fit=fit)
        name = bath_name(environment, operator, alone=len(operators) == 1)
        added = modes[hermitian].model(operator, name)
        clash = taken.intersection(added.oscillators) - {site.name for site in operator.sites}
        if clash:
            raise InvalidInput(
                f"The model has a site {min(clash)!r} already.",
                "Give the environment another name: Environment(…, name=…).",
            )
        taken |= set(added.oscillators)
        model = model + added
    return model


def bath_name(environment: Environment, operator: Operator, *, alone: bool) -> str:
    """What the modes of one bath are called."""
    return environment.name if alone else "_".join([environment.name, *(site.name for site in operator.sites)])


def joined_state(state: State, joined: Model, environment: Environment, *, fit: Fit | None = None) -> State:
    """A state of the system beside a bath that is still by itself: the pseudomodes in the vacuum, or thermal.

    Parameters
    ----------
    state : State
        Of the system.
    joined : Model
        What :func:`with_pseudomodes` made with this environment and fit.
    environment : Environment
    fit : Fit, optional

    Returns
    -------
    State
        On the sites of ``joined``.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1 / 2)
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian(0.5, width=0.4), s.minus)
    >>> joined = ph.memory.with_pseudomodes(ph.Model(s.z), bath)
    >>> ph.memory.joined_state(ph.states.level({s: 0.5}), joined, bath).cutoffs
    {'bath': 1}
    """
    require_environment(environment)
    require_state_like(state)
    own = {site.name for site in state.sites}
    occupations: dict[str, float] = {}
    for operator in (*environment.coupling, sum(environment.coupling[1:], environment.coupling[0])):
        modes = pseudomodes(environment, hermitian=operator.is_hermitian(), fit=fit)
        for alone in (True, False):
            names = modes.names(bath_name(environment, operator, alone=alone))
            occupations |= dict(zip(names, modes.occupation.tolist(), strict=True))
    added = [site.name for site in joined.sites if site.name not in own]
    unknown = [name for name in added if name not in occupations]
    if unknown or not added:
        raise InvalidInput(
            f"The joined model has {unknown[0]!r}, which is no mode of the bath." if unknown else "No mode was joined.",
            "Give the system's state, the model that with_pseudomodes made, and the same environment.",
        )
    cold = [name for name in added if occupations[name] == 0]
    parts = [states.fock(dict.fromkeys(cold, 0))] if cold else []
    warm: dict[str | Handle, float] = {name: occupations[name] for name in added if occupations[name] > 0}
    return states.product(state, *parts, *([states.thermal(warm)] if warm else []))


def require_state_like(state: object) -> None:
    """Raise :class:`WrongType` unless this is a state."""
    if not isinstance(state, State):
        raise WrongType(
            f"The state of the system is {shown(state)}.", "Give a ph.State, such as ph.states.level({s: 0.5})."
        )
