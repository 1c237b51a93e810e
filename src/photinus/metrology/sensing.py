"""A synchronized oscillator as a sensor: what its steady state tells of a parameter, by which measurement.

With ρ′ from :func:`photinus.response`, the quantum Fisher information of the steady state bounds every measurement of
it, and the classical one says how good a given measurement is. For an observable O alone, error propagation gives

    (d⟨O⟩/dθ)²/Var O ≤ F_classical(O) ≤ F_quantum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from photinus.algebra import Operator, Scalar
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, NotHermitian, Undefined
from photinus.metrology.classical import classical_fisher_information
from photinus.metrology.measurements import Measurement
from photinus.metrology.quantum import FisherMatrix, fisher_matrix, quantum_fisher_information
from photinus.numerics.tables import record
from photinus.solve.arguments import require_type
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.linear_response.perturbation import Family
from photinus.solve.linear_response.response import Response, response
from photinus.solve.methods import Method
from photinus.space.certificate import SAFETY
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False)
class Sensor:
    """What a steady state tells of one parameter; made by :func:`sensor`.

    Attributes
    ----------
    response : Response
        ρ and ρ′, with their certificate.
    quantum : float
        The quantum Fisher information of the steady state.
    error : float
        Its truncation error: three times its change in a larger space; NaN where there is none.
    classical : mapping of str to float
        The Fisher information of each measurement.
    propagated : mapping of str to float
        (d⟨O⟩/dθ)²/Var O of each observable.
    """

    response: Response
    quantum: float
    error: float
    classical: Mapping[str, float]
    propagated: Mapping[str, float]
    references: tuple[str, ...] = field(default=("Helstrom1976", "Braunstein1994"), repr=False)

    @property
    def resolution(self) -> float:
        """1/√F, the least standard error of the parameter from one copy; inf where the state does not depend on it."""
        return self.quantum**-0.5 if self.quantum > 0 else float("inf")

    def efficiency(self, name: str) -> float:
        """The information of a measurement or an observable over the quantum bound, from 0 to 1.

        Raises
        ------
        InvalidInput
            For a name that was not given.
        Undefined
            Where the state does not depend on the parameter.
        """
        known = {**self.classical, **self.propagated}
        if name not in known:
            raise InvalidInput(f"Nothing is measured under {name!r}.", f"Known: {', '.join(known) or 'nothing'}.")
        if not self.quantum > 0:
            raise Undefined(
                f"The steady state does not depend on {self.response.parameter!r}.", "Choose another parameter."
            )
        return known[name] / self.quantum

    def as_dict(self) -> dict[str, float]:
        """Plain numbers by name, for sweeps."""
        return {"quantum": self.quantum, **self.classical, **self.propagated}

    def to_xarray(self) -> xarray.Dataset:
        """The quantum bound and its error, the measurements and the observables over their names."""
        read = {"measurement": {"classical": self.classical}, "observable": {"propagated": self.propagated}}
        about = {"parameter": self.response.parameter}
        return record({"quantum": self.quantum, "error": self.error}, read, about=about)

    def __repr__(self) -> str:
        name = self.response.parameter
        lines = [f"Sensor of {name!r}: quantum Fisher information {self.quantum:.8g} ± {self.error:.1e}"]
        if self.quantum == 0:
            lines.append("  the steady state does not depend on it")
        for key, value in {**self.classical, **self.propagated}.items():
            lines.append(f"  {key:<20} {value:.6g}" + (f" ({value / self.quantum:.1%})" if self.quantum else ""))
        return "\n".join(lines)


def sensor(
    family: Family,
    at: Mapping[str, Any],
    parameter: str,
    *,
    measurements: Mapping[str, Measurement] | None = None,
    observables: Mapping[str, Operator | Scalar] | None = None,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> Sensor:
    """The Fisher information of a steady state about a parameter of its model, and of measurements of it.

    Parameters
    ----------
    family, at, parameter, cutoff, method
        As of :func:`photinus.response`.
    measurements : mapping of str to Measurement
        What is read out, by name.
    observables : mapping of str to Operator
        Observables whose mean is read out, for error propagation.

    Returns
    -------
    Sensor

    Raises
    ------
    InvalidInput, WrongType, NotHermitian, Undefined
        As of :func:`photinus.response` and :func:`photinus.metrology.classical_fisher_information`.
    DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded

    References
    ----------
    Helstrom1976, Braunstein1994.

    Examples
    --------
    A damped cavity at rest, driven: a coherent state that moves by dα/dΩ = 2/κ, F = 4(2/κ)² in all:

    >>> import photinus as ph
    >>> a = ph.oscillator("a")
    >>> def cavity(drive, loss):
    ...     return ph.Model(1j * drive * (a.dag() - a), [ph.Jump(loss, a)])
    >>> reading = {"x": ph.metrology.Quadrature("a"), "n": ph.metrology.Number("a")}
    >>> found = ph.metrology.sensor(cavity, {"drive": 0.4, "loss": 1.0}, "drive", measurements=reading)
    >>> round(found.quantum, 6), round(found.efficiency("x"), 6), round(found.efficiency("n"), 6)
    (16.0, 1.0, 1.0)
    """
    for given, what in ((measurements, "measurements"), (observables, "observables")):
        if given is not None:
            require_type(
                given, Mapping, f"mapping of {what}", f"Give a mapping of names to {what}, such as {{'n': …}}."
            )
    for name, measurement in (measurements or {}).items():
        require_type(
            measurement, Measurement, f"measurement {name!r}", "Give one of ph.metrology, such as Number('a')."
        )
    twice = {"quantum", *(measurements or {})} & {*(observables or {})} | {"quantum"} & {*(measurements or {})}
    if twice:
        raise InvalidInput(f"The name {min(twice)!r} stands for two readings.", "Give each a name of its own.")
    require_type(parameter, str, "parameter", "Give one name; steady_fisher_matrix takes several.")
    found = response(family, at, parameter, cutoff=cutoff, method=method)
    quantum = quantum_fisher_information(found.state, found)
    return Sensor(
        response=found,
        quantum=quantum,
        error=_error(found, quantum),
        classical=MappingProxyType(
            {name: classical_fisher_information(found.state, found, x) for name, x in (measurements or {}).items()}
        ),
        propagated=MappingProxyType({name: propagated(found, x) for name, x in (observables or {}).items()}),
    )


def propagated(found: Response, observable: Operator | Scalar) -> float:
    """(d⟨O⟩/dθ)²/Var O: what the mean of an observable tells, by error propagation.

    Raises
    ------
    NotHermitian
    Undefined
        If the observable does not fluctuate.
    """
    operator = as_operator(observable)
    if not operator.is_hermitian():
        raise NotHermitian(f"The observable {operator} is not Hermitian.", "Add the Hermitian conjugate.")
    mean = complex(found.state.expect(operator)).real
    variance = complex(found.state.expect(operator * operator)).real - mean**2
    if not variance > 1e-14 * mean**2:
        raise Undefined(f"The observable {operator} does not fluctuate.", "Take one whose variance is positive.")
    return float(complex(found.derivative(operator)).real ** 2 / variance)


def steady_fisher_matrix(
    family: Family,
    at: Mapping[str, Any],
    parameters: tuple[str, ...] | list[str],
    *,
    cutoff: Fixed | Converged | None = None,
    method: Method | None = None,
) -> FisherMatrix:
    """The quantum Fisher information matrix of a steady state about several parameters of its model.

    Parameters
    ----------
    family, at, cutoff, method
        As of :func:`photinus.response`.
    parameters : tuple or list of str
        Their names.

    Returns
    -------
    FisherMatrix

    Raises
    ------
    InvalidInput, WrongType, Undefined, DegenerateSteadyState, NoSteadyState, NotConverged, MemoryBudgetExceeded

    References
    ----------
    Helstrom1976, Carollo2019.

    Examples
    --------
    >>> import photinus as ph
    >>> at = {"gain": 1, "two_photon_loss": 2, "drive": 0.5, "detuning": 0.3}
    >>> found = ph.metrology.steady_fisher_matrix(ph.zoo.van_der_pol, at, ("drive", "detuning"))
    >>> found.parameters, bool(found.bounds[0, 0] >= 1 / found.values[0, 0])
    (('drive', 'detuning'), True)
    """
    answers = response(family, at, tuple(parameters), cutoff=cutoff, method=method)
    return fisher_matrix(answers[0].state, answers)


def _error(found: Response, quantum: float) -> float:
    """Three times the change of F in the larger space that the response knows."""
    if not found.state.cutoffs:
        return 0.0
    refined = found.state_derivative.refined
    if refined is None or found.state.refined is None or refined.grading != found.state.refined.grading:
        return float("nan")
    larger: State = found.state.refined
    there = quantum_fisher_information(larger, replace(found, state=larger, state_derivative=refined))
    return SAFETY * abs(there - quantum)
