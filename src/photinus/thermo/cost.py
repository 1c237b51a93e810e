"""What synchrony costs: entropy and work beside the rate at which a phase locks, and rates that make them finite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, isnan, nan
from typing import TYPE_CHECKING

from photinus.algebra import Operator, Scalar
from photinus.errors import InvalidInput, Undefined
from photinus.model import Model
from photinus.numerics.checks import real_number
from photinus.numerics.tables import record
from photinus.solve.arguments import require_model, require_state
from photinus.solve.cutoff import Fixed
from photinus.solve.methods import Auto
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.spectra.spectrum import stationary
from photinus.space.state import State
from photinus.thermo.channels import proportion
from photinus.thermo.entropy import entropy_production
from photinus.thermo.heat import power as power_of

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class SynchronizationCost:
    """The price of a locked state; made by :func:`synchronization_cost`.

    Attributes
    ----------
    entropy_production : float
        σ, nats per time; inf where a jump has no reverse.
    power : float
        The work per time that is done on the system; NaN where no energy was given and the model does not tell one.
    locking_rate : float
        The slowest rate at which what the symmetry lets move comes back to the steady state: 1/locking_rate is the
        time of an e-fold.
    reasons : tuple of str
        Why σ is infinite.
    """

    entropy_production: float
    power: float
    locking_rate: float
    reasons: tuple[str, ...] = ()

    @property
    def entropy_per_efold(self) -> float:
        """σ/locking_rate: nats for each e-fold that a deviation decays by."""
        return self.entropy_production / self.locking_rate

    @property
    def work_per_efold(self) -> float:
        """power/locking_rate."""
        return self.power / self.locking_rate

    def as_dict(self) -> dict[str, float]:
        """Plain numbers by name, for sweeps."""
        names = ("entropy_production", "power", "locking_rate", "entropy_per_efold", "work_per_efold")
        return {name: getattr(self, name) for name in names}

    def to_xarray(self) -> xarray.Dataset:
        """The same numbers as a dataset."""
        return record(self.as_dict(), about={"reasons": "; ".join(self.reasons)})

    def __repr__(self) -> str:
        work = "power not known (no energy was given)" if isnan(self.power) else f"power {self.power:.6g}"
        lines = [
            f"Cost of synchronization: {self.entropy_production:.6g} nats per time, {work}",
            f"  locking rate {self.locking_rate:.6g}; {self.entropy_per_efold:.6g} nats per e-fold",
        ]
        return "\n".join([*lines, *(f"  {reason}" for reason in self.reasons)])


def synchronization_cost(
    model: Model, state: State, hamiltonian: Operator | Scalar | None = None
) -> SynchronizationCost:
    """Entropy production and power of a steady state, per time and per e-fold of the locking time.

    Parameters
    ----------
    model : Model
    state : State
        Its steady state.
    hamiltonian : Operator, optional
        The physical energy, for the power of a drive (:func:`photinus.thermo.power`).

    Returns
    -------
    SynchronizationCost
        ``.as_dict()`` serves as a point of :func:`photinus.sweep.run`, beside a measure of locking.

    Raises
    ------
    InvalidInput, SiteMismatch, WrongType

    Notes
    -----
    The locking rate is the gap of the Liouvillian in the sector of the steady state. There a driven phase, or the
    relative phase of a pair, relaxes; so do amplitudes, and where they are slower the gap is theirs.

    Examples
    --------
    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> model = ph.zoo.van_der_pol(gain=1, two_photon_loss=1, drive=0.5)
    >>> clock = ph.thermo.regularised(model, temperature=0.2)
    >>> print(ph.thermo.synchronization_cost(clock, ph.steady_state(clock)))
    Cost of synchronization: ... nats per time, power not known (no energy was given)
      locking rate ...; ... nats per e-fold
    """
    require_model(model)
    require_state(model, state, "state")
    stationary(model, None, Auto(), state)
    produced = entropy_production(model, state)
    modes = eigenmodes(model, order={}, count=2, cutoff=Fixed(dict(state.cutoffs)))
    try:
        work = power_of(model, state, hamiltonian)
    except InvalidInput:
        if hamiltonian is not None:
            raise
        work = nan
    return SynchronizationCost(produced.value, work, modes.gap, produced.reasons)


def entrainment_cost(detuning: float, drift: float, diffusion: float) -> float:
    """The entropy production σ = ν·v/D of a noisy phase φ̇ = ν − K sin φ + √(2D)·ξ(t).

    Parameters
    ----------
    detuning : float
        ν, the torque on the phase in the frame of the drive.
    drift : float
        v = ⟨φ̇⟩, the frequency that is left: 0 where it is locked, ν without a drive.
    diffusion : float
        D > 0.

    Returns
    -------
    float
        Nats per time, at least 0: v has the sign of ν. ν²/D is what the free phase costs, and the difference is what
        locking saves.

    Raises
    ------
    InvalidInput
        For D ≤ 0.
    Undefined
        If the drift runs against the torque.

    Notes
    -----
    The phase is an overdamped particle on a tilted ring: the torque ν does the work ν·v per time, and by Einstein's
    relation the noise has the temperature D at unit mobility. The drive's own −K sin φ is conservative.

    Examples
    --------
    >>> import photinus as ph
    >>> round(ph.thermo.entrainment_cost(0.5, 0.5, 0.1), 12), ph.thermo.entrainment_cost(0.5, 0.0, 0.1)
    (2.5, 0.0)
    """
    torque, velocity = real_number(detuning, "detuning"), real_number(drift, "drift of the phase")
    noise = real_number(diffusion, "diffusion of the phase")
    if noise <= 0:
        raise InvalidInput(f"The diffusion of the phase is {noise:g}.", "Give D > 0.")
    product = torque * velocity
    if product < -1e-12 * torque**2:
        raise Undefined(
            f"The phase drifts with {velocity:g} against the torque {torque:g}, which a noisy Adler phase never does.",
            "Give the detuning and the drift with the same sign convention.",
        )
    return max(0.0, product) / noise


def regularised(model: Model, temperature: float, quantum: float | Mapping[str | int, float] = 1.0) -> Model:
    """The model with a reverse for every jump that has none: reverse = rate·e^{−quantum/T}.

    Parameters
    ----------
    model : Model
    temperature : float
        T > 0.
    quantum : float or mapping
        The energy that a forward jump gives away for good, one number for all or {jump name or index: quantum}; jumps
        with a quantum of their own keep it. Jumps that the mapping leaves out stay as they are.

    Returns
    -------
    Model
        With finite affinities quantum/T. It is another model: its steady state differs by about e^{−quantum/T}.

    Raises
    ------
    InvalidInput
        For T ≤ 0 or a quantum that is not positive, a jump that does not exist, and a jump of a bath at another
        temperature.

    Examples
    --------
    >>> import photinus as ph
    >>> clock = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    >>> finite = ph.thermo.regularised(clock, temperature=0.25)
    >>> [round(jump.reverse, 6) for jump in finite.jumps]
    [0.018316, 0.009158]
    """
    require_model(model)
    t = real_number(temperature, "temperature")
    if t <= 0:
        raise InvalidInput(f"The temperature is {t:g}.", "Give T > 0: at zero temperature nothing runs backwards.")
    jumps = []
    wanted = _quanta(model, quantum)
    for jump, given in zip(model.jumps, wanted, strict=True):
        one_way = (jump.rate > 0) != (jump.reverse > 0) and not _own_reverse(jump.operator)
        own = jump.quantum if jump.quantum is None or jump.rate > 0 else -jump.quantum
        q = own if own is not None else given
        if not one_way or q is None:
            jumps.append(jump)
            continue
        if jump.bath is not None and jump.bath.temperature not in (None, t):
            raise InvalidInput(
                f"The jump {jump} belongs to a bath at the temperature {jump.bath.temperature:g}, not {t:g}.",
                "Make it with Bath.jump of that bath, or regularise at its temperature.",
            )
        if q <= 0:
            raise InvalidInput(f"The quantum of the jump {jump} is {q:g}.", "Give the energy > 0 that it dissipates.")
        weight = exp(-q / t)
        backward = replace(jump, reverse=jump.rate * weight) if jump.rate > 0 else None
        jumps.append(backward or replace(jump, rate=jump.reverse * weight))
    return Model(model.hamiltonian, jumps, model.references)


def _own_reverse(operator: Operator) -> bool:
    return proportion(operator, operator.dag()) is not None


def _quanta(model: Model, quantum: object) -> list[float | None]:
    if not isinstance(quantum, Mapping):
        return [real_number(quantum, "quantum of the jumps")] * len(model.jumps)
    out: list[float | None] = [None] * len(model.jumps)
    for key, value in quantum.items():
        places = [k for k, jump in enumerate(model.jumps) if key in (k, jump.name)]
        if not places:
            raise InvalidInput(f"The model has no jump {key!r}.", "Give the name or the index of a jump.")
        for place in places:
            out[place] = real_number(value, f"quantum of the jump {key!r}")
    return out
