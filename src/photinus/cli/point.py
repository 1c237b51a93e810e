"""One point of a study: a value that can be called, and handed to the workers of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from photinus.cli.quantities import Quantity, parse_quantity
from photinus.cli.source import ModelSource
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.steady import steady_state
from photinus.space.certificate import SAFETY
from photinus.space.state import State


@dataclass(frozen=True)
class StudyPoint:
    """The steady state of a study's model at named parameters, and what is asked of it.

    Attributes
    ----------
    source : ModelSource
    fixed : dict
        Parameters that do not change.
    cutoff : Fixed or Converged
    quantities : tuple of str
        As :func:`photinus.cli.quantities.parse_quantity` reads them.
    errors : bool
        Whether each quantity is accompanied by its truncation error, ``NAME_error``.
    """

    source: ModelSource
    fixed: dict[str, Any]
    cutoff: Fixed | Converged
    quantities: tuple[str, ...]
    errors: bool = False

    def state(self, parameters: dict[str, Any], near: State | None = None) -> State:
        """The certified steady state at these values of the axes."""
        return steady_state(self.source.build({**self.fixed, **parameters}), cutoff=self.cutoff, near=near)

    def __call__(self, previous: State | None = None, **parameters: float) -> tuple[dict[str, float], State]:
        state = self.state(parameters, previous)
        certificate = state.certificate
        assert certificate is not None
        values: dict[str, float] = {}
        for quantity in map(parse_quantity, self.quantities):
            if isinstance(quantity, Quantity):
                values[quantity.name] = quantity.value(state)
                if self.errors and state.refined is not None:
                    values[f"{quantity.name}_error"] = SAFETY * abs(
                        quantity.value(state.refined) - values[quantity.name]
                    )
                elif self.errors:
                    values[f"{quantity.name}_error"] = 0.0
        values["truncation"] = certificate.truncation
        values["residual"] = certificate.residual
        values["positivity"] = certificate.positivity
        values["ok"] = float(certificate.ok)
        values |= {f"cutoff({name})": float(levels) for name, levels in certificate.cutoffs.items()}
        return values, state
