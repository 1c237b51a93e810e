"""What memory does to a measure, against a Markov reference that is declared.

"The same bath without memory" is not one thing. A bath of Lorentzian density may be compared with a white one that has

- the same J at the frequency of the oscillators (:class:`EqualDensity`): the golden rule, with or without Lamb shift;
- the peak of J at all frequencies (:class:`EqualPeak`): what the bath would do on resonance;
- the same coupling g² = ∫J and another, larger width (:class:`EqualCoupling`): with infinite width nothing is left.

The verdict changes sign between them, and with the parameters. It is therefore computed, never presumed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from photinus import measures
from photinus.errors import InvalidInput, PhotinusError, WrongType, shown
from photinus.memory.correlations import bath_correlation, extent, weight_functions
from photinus.memory.embedding import Measure, measured, pseudomode_steady_state
from photinus.memory.environment import Environment, require_environment
from photinus.memory.fitting import Fit, require_fit
from photinus.memory.markov import lowering_parts, markov_limit
from photinus.model import Jump, Model
from photinus.numerics.checks import real_number
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.steady import steady_state
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray


class Reference(ABC):
    """A declared bath without memory."""

    __slots__ = ()

    @abstractmethod
    def model(self, model: Model, environment: Environment, *, common: bool | None) -> Model:
        """The system with the reference in place of the bath."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What it is, in words."""


@dataclass(frozen=True, slots=True)
class EqualDensity(Reference):
    """The golden rule at the oscillators' frequency: rates 2πJ(ω)(n̄ + 1) and 2πJ(ω)n̄.

    Parameters
    ----------
    frequency : float
        ω, in the frame of the model.
    lamb_shift : bool
        Whether the bath's shift Λ(ω)L†L belongs to the reference. A common bath that is not centred at ω couples its
        sites by it, without any memory.
    """

    frequency: float = 0.0
    lamb_shift: bool = True

    def model(self, model: Model, environment: Environment, *, common: bool | None) -> Model:
        return markov_limit(model, environment, common=common, frequency=self.frequency, lamb_shift=self.lamb_shift)

    @property
    def text(self) -> str:
        return f"equal J at ω = {self.frequency:g}, {'with' if self.lamb_shift else 'without'} the Lamb shift"


@dataclass(frozen=True, slots=True)
class EqualPeak(Reference):
    """A white bath at the highest rate that the bath has at any frequency."""

    def model(self, model: Model, environment: Environment, *, common: bool | None) -> Model:
        emission = weight_functions(environment.density, environment.temperature)[0]
        points, _ = extent(emission, environment.density)
        cells = [np.linspace(a, b, 1001) for a, b in pairwise(points.tolist())]
        fine = np.unique(np.concatenate([points, *cells]))
        at = float(fine[emission(fine).argmax()])
        return markov_limit(model, environment, common=common, frequency=at, lamb_shift=False)

    @property
    def text(self) -> str:
        return "equal peak rate"


@dataclass(frozen=True, slots=True)
class EqualCoupling(Reference):
    """A white bath of the same g² = ∫J with another width κ: the rate 4g²/κ.

    Parameters
    ----------
    width : float
        κ above 0; infinite is the limit of ever shorter memory at a given coupling, in which the bath does nothing.
    """

    width: float = inf

    def __post_init__(self) -> None:
        if self.width != inf and real_number(self.width, "width of the reference", minimum=0.0) == 0:
            raise InvalidInput("The width of the reference is 0.", "Give a width above 0.")

    def model(self, model: Model, environment: Environment, *, common: bool | None) -> Model:
        placed = environment.placed(model)
        if self.width == inf:
            return placed
        found = bath_correlation(environment, [0.0])
        jumps = []
        for operator in environment.operators(common=common):
            low = lowering_parts(operator)[0] if operator.is_hermitian() else operator
            up, down = (4 * float(abs(c[0])) / self.width for c in (found.emission, found.absorption))
            jumps.append(Jump(up, low if low.terms else operator, reverse=down, name=environment.name))
        return placed + Model(jumps=jumps)

    @property
    def text(self) -> str:
        return f"equal coupling, width {self.width:g}"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A measure with memory, in the Markov reference, and without the bath.

    Attributes
    ----------
    memory, markov, without : float
        The measure in the three steady states; ``without`` is NaN where the system alone has no unique steady state or
        the measure no value there (``reason`` says why).
    memory_error, markov_error, without_error : float
        Their errors by truncation; with fitted pseudomodes also by their number: the change with one mode fewer.
    reference : Reference
    common : bool or None
    fit_error : float
        Relative L1 error of the pseudomodes' correlation function; 0 where they are exact.
    state, markov_state : State
        The steady states of the system with pseudomodes and of the reference.
    reason : str
    """

    memory: float
    markov: float
    without: float
    memory_error: float
    markov_error: float
    without_error: float
    reference: Reference
    common: bool | None
    fit_error: float
    state: State
    markov_state: State
    reason: str = ""

    @property
    def gain(self) -> float:
        """The measure with memory minus that of the reference."""
        return self.memory - self.markov

    @property
    def verdict(self) -> str:
        """``"enhances"``, ``"impedes"``, or ``"undecided"`` where the difference is within the errors."""
        return _verdict(self.gain, self.memory_error + self.markov_error)

    @property
    def against_no_bath(self) -> str:
        """The same against the system without the bath; ``"undefined"`` where that has no value."""
        if isnan(self.without):
            return "undefined"
        return _verdict(self.memory - self.without, self.memory_error + self.without_error)

    def to_xarray(self) -> xarray.Dataset:
        """The three values and their errors."""
        import xarray as xr

        names = ("memory", "markov", "without")
        data = {"value": ("bath", [getattr(self, n) for n in names])}
        data["error"] = ("bath", [getattr(self, f"{n}_error") for n in names])
        facts = {"reference": self.reference.text, "verdict": self.verdict, "fit_error": self.fit_error}
        return xr.Dataset(data, {"bath": list(names)}, facts)

    def __repr__(self) -> str:
        kind = {True: "a common bath", False: "independent baths", None: "one bath"}[self.common]
        none = f"{self.without:.5g} ± {self.without_error:.0e}" if not isnan(self.without) else f"none: {self.reason}"
        return "\n".join(
            [
                f"Comparison for {kind}: memory {self.verdict}; against no bath it {self.against_no_bath}",
                f"  with memory  {self.memory:.5g} ± {self.memory_error:.0e}",
                f"  Markov       {self.markov:.5g} ± {self.markov_error:.0e} ({self.reference.text})",
                f"  no bath      {none}",
            ]
        )


def _verdict(difference: float, error: float) -> str:
    if not abs(difference) > max(error, 1e-12):
        return "undecided"
    return "enhances" if difference > 0 else "impedes"


def compare(
    model: Model,
    environment: Environment,
    measure: Measure | None = None,
    *,
    common: bool | None = None,
    reference: Reference | None = None,
    cutoff: Fixed | Converged | None = None,
    fit: Fit | None = None,
) -> Comparison:
    """A measure of the steady state with memory, against a declared Markov reference and against no bath at all.

    Parameters
    ----------
    model : Model
        The system with whatever memoryless jumps it has.
    environment : Environment
    measure : callable, optional
        ``state -> float`` of the system's state; by default the amplitude correlation R′ of its first two sites.
    common : bool, optional
        One bath for the sum of the couplings, or independent baths.
    reference : EqualDensity, EqualPeak or EqualCoupling
        By default ``EqualDensity()``, at the frequency 0 of the model's frame, with the Lamb shift.
    cutoff : Fixed or Converged, optional
        By default ``Converged(1e-5, start=6)``.
    fit : Fit, optional
        Of the pseudomodes, where the density is no sum of Lorentzians.

    Returns
    -------
    Comparison
        ``.verdict`` is "enhances", "impedes" or "undecided".

    Raises
    ------
    FitFailed, DegenerateSteadyState, NoSteadyState, NotConverged, InvalidInput
        Where the system with the bath, or with the reference, has no certified answer.

    Examples
    --------
    Two qubit-like clocks at zero detuning, a common bath whose memory rate is 3: there memory hurts.

    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=3)
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian.of_rate(2.0, width=3.0), [a, -b])
    >>> ph.memory.compare(pair, bath, common=True, cutoff=ph.Fixed(7))
    Comparison for a common bath: memory impedes; against no bath it enhances
      with memory  0.27546 ± ...
      Markov       0.54104 ± ... (equal J at ω = 0, with the Lamb shift)
      no bath      0 ± ...
    """
    require_environment(environment)
    model = environment.placed(model)
    fit = require_fit(fit)
    reference = EqualDensity() if reference is None else reference
    if not isinstance(reference, Reference):
        raise WrongType(f"The reference is {shown(reference)}.", "Give EqualDensity(), EqualPeak() or EqualCoupling().")
    cutoff = Converged(1e-5, start=6) if cutoff is None else cutoff
    measure = _default_measure(model) if measure is None else measure
    if not callable(measure):
        raise WrongType(f"The measure is {shown(measure)}.", "Give a function of a state, that returns a number.")
    names = tuple(site.name for site in model.sites)
    found = pseudomode_steady_state(model, environment, common=common, cutoff=cutoff, fit=fit)
    value, error = float(measure(found.state)), found.error(measure)
    white = steady_state(reference.model(model, environment, common=common), cutoff=_for_system(cutoff, model))
    markov = _measured(measure, white, names)
    try:
        without, reason = _measured(measure, steady_state(model, cutoff=_for_system(cutoff, model)), names), ""
    except PhotinusError as refusal:
        without, reason = (nan, nan), refusal.cause
    return Comparison(
        value,
        markov[0],
        without[0],
        error,
        markov[1],
        without[1],
        reference,
        common,
        found.fit_error,
        found.joined,
        white,
        reason,
    )


def _for_system(cutoff: Fixed | Converged, system: Model) -> Fixed | Converged:
    """Cutoffs of the system alone from those that name the pseudomodes too."""
    if not isinstance(cutoff, Fixed) or isinstance(cutoff.levels, int):
        return cutoff
    return Fixed({name: n for name, n in cutoff.levels.items() if name in system.oscillators}, cutoff.tolerance)


def _default_measure(model: Model) -> Measure:
    names = [site.name for site in model.sites]
    if len(names) < 2:
        raise InvalidInput(
            f"The model has the site {names[0]!r} alone, and the default measure, R′, needs two.", "Give a measure."
        )
    return lambda state: measures.amplitude_correlation(state, names[0], names[1])


def _measured(measure: Measure, state: State, names: tuple[str, ...]) -> tuple[float, float]:
    """The measure of the system's part, and its change in the larger space that judged the truncation."""
    return measured(measure, state.reduced(*names), state.certificate)
