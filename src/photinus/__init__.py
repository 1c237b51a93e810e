"""photinus: quantum oscillators, spins and lasers that fall into step, every number with its error.

Names are imported on first use, so that ``import photinus`` stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photinus import interop, measures, phase, plot, states, sweep
    from photinus.algebra import Operator, commutator, diagonal, oscillator, qudit, spin
    from photinus.errors import PhotinusError
    from photinus.model import Bath, Jump, Model, zoo
    from photinus.references import cite
    from photinus.solve.correlation import Correlation, correlation, g2
    from photinus.solve.cutoff import Converged, Fixed
    from photinus.solve.eigenmodes import eigenmodes
    from photinus.solve.evolve import evolve
    from photinus.solve.mean_field import mean_field
    from photinus.solve.methods import Auto, Dense, Direct, Krylov, Tridiagonal
    from photinus.solve.propagate import Adaptive, Exponential, RungeKutta
    from photinus.solve.response import Response, response
    from photinus.solve.schemes import Heterodyne, Homodyne, QuantumJumps
    from photinus.solve.spectrum import Spectrum, linewidth, observed_frequency, phase_diffusion, spectrum
    from photinus.solve.steady import steady_state
    from photinus.solve.trajectories import trajectories
    from photinus.space.certificate import Certificate
    from photinus.space.state import State

__version__ = "0.1.0"

_HOME = {
    "Adaptive": "solve.propagate",
    "Auto": "solve.methods",
    "Bath": "model",
    "Certificate": "space.certificate",
    "Converged": "solve.cutoff",
    "Correlation": "solve.correlation",
    "Dense": "solve.methods",
    "Direct": "solve.methods",
    "Exponential": "solve.propagate",
    "Fixed": "solve.cutoff",
    "Heterodyne": "solve.schemes",
    "Homodyne": "solve.schemes",
    "Jump": "model",
    "Krylov": "solve.methods",
    "Model": "model",
    "Operator": "algebra",
    "PhotinusError": "errors",
    "QuantumJumps": "solve.schemes",
    "Response": "solve.response",
    "RungeKutta": "solve.propagate",
    "Spectrum": "solve.spectrum",
    "State": "space.state",
    "Tridiagonal": "solve.methods",
    "cite": "references",
    "commutator": "algebra",
    "correlation": "solve.correlation",
    "diagonal": "algebra",
    "eigenmodes": "solve.eigenmodes",
    "errors": "",
    "evolve": "solve.evolve",
    "g2": "solve.correlation",
    "interop": "",
    "linewidth": "solve.spectrum",
    "mean_field": "solve.mean_field",
    "measures": "",
    "observed_frequency": "solve.spectrum",
    "oscillator": "algebra",
    "phase": "",
    "phase_diffusion": "solve.spectrum",
    "plot": "",
    "qudit": "algebra",
    "response": "solve.response",
    "spectrum": "solve.spectrum",
    "spin": "algebra",
    "states": "",
    "steady_state": "solve.steady",
    "sweep": "",
    "trajectories": "solve.trajectories",
    "zoo": "model.zoo",
}

__all__ = [
    "Adaptive",
    "Auto",
    "Bath",
    "Certificate",
    "Converged",
    "Correlation",
    "Dense",
    "Direct",
    "Exponential",
    "Fixed",
    "Heterodyne",
    "Homodyne",
    "Jump",
    "Krylov",
    "Model",
    "Operator",
    "PhotinusError",
    "QuantumJumps",
    "Response",
    "RungeKutta",
    "Spectrum",
    "State",
    "Tridiagonal",
    "cite",
    "commutator",
    "correlation",
    "diagonal",
    "eigenmodes",
    "errors",
    "evolve",
    "g2",
    "interop",
    "linewidth",
    "mean_field",
    "measures",
    "observed_frequency",
    "oscillator",
    "phase",
    "phase_diffusion",
    "plot",
    "qudit",
    "response",
    "spectrum",
    "spin",
    "states",
    "steady_state",
    "sweep",
    "trajectories",
    "zoo",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"photinus has no attribute {name!r}")
    if home == "":
        return import_module(f"photinus.{name}")
    module = import_module(f"photinus.{home}")
    return getattr(module, name, module)  # a function may have the name of its module; the zoo is a module itself


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
