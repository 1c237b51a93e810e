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
    from photinus.solve.cutoff import Converged, Fixed
    from photinus.solve.dynamics.evolve import evolve
    from photinus.solve.dynamics.propagate import Adaptive, Exponential, RungeKutta
    from photinus.solve.linear_response.response import response
    from photinus.solve.mean_field import mean_field
    from photinus.solve.methods import Auto, Dense, Direct, Krylov, Tridiagonal
    from photinus.solve.modes.eigenmodes import eigenmodes
    from photinus.solve.moments.cumulants import cumulants
    from photinus.solve.phase_space.truncated_wigner import truncated_wigner
    from photinus.solve.spectra.correlation import correlation, g2
    from photinus.solve.spectra.spectrum import linewidth, observed_frequency, phase_diffusion, spectrum
    from photinus.solve.steady import steady_state
    from photinus.solve.unravelling.schemes import Heterodyne, Homodyne, QuantumJumps
    from photinus.solve.unravelling.trajectories import trajectories
    from photinus.space.certificate import Certificate
    from photinus.space.state import State

__version__ = "0.1.0"

_HOME = {
    "Adaptive": "solve.dynamics.propagate",
    "Auto": "solve.methods",
    "Bath": "model",
    "Certificate": "space.certificate",
    "Converged": "solve.cutoff",
    "Dense": "solve.methods",
    "Direct": "solve.methods",
    "Exponential": "solve.dynamics.propagate",
    "Fixed": "solve.cutoff",
    "Heterodyne": "solve.unravelling.schemes",
    "Homodyne": "solve.unravelling.schemes",
    "Jump": "model",
    "Krylov": "solve.methods",
    "Model": "model",
    "Operator": "algebra",
    "PhotinusError": "errors",
    "QuantumJumps": "solve.unravelling.schemes",
    "RungeKutta": "solve.dynamics.propagate",
    "State": "space.state",
    "Tridiagonal": "solve.methods",
    "cite": "references",
    "commutator": "algebra",
    "correlation": "solve.spectra.correlation",
    "cumulants": "solve.moments.cumulants",
    "diagonal": "algebra",
    "eigenmodes": "solve.modes.eigenmodes",
    "errors": "",
    "evolve": "solve.dynamics.evolve",
    "g2": "solve.spectra.correlation",
    "interop": "",
    "linewidth": "solve.spectra.spectrum",
    "mean_field": "solve.mean_field",
    "measures": "",
    "observed_frequency": "solve.spectra.spectrum",
    "oscillator": "algebra",
    "phase": "",
    "phase_diffusion": "solve.spectra.spectrum",
    "plot": "",
    "qudit": "algebra",
    "response": "solve.linear_response.response",
    "spectrum": "solve.spectra.spectrum",
    "spin": "algebra",
    "states": "",
    "steady_state": "solve.steady",
    "sweep": "",
    "trajectories": "solve.unravelling.trajectories",
    "truncated_wigner": "solve.phase_space.truncated_wigner",
    "zoo": "model.zoo",
}

__all__ = [
    "Adaptive",
    "Auto",
    "Bath",
    "Certificate",
    "Converged",
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
    "RungeKutta",
    "State",
    "Tridiagonal",
    "cite",
    "commutator",
    "correlation",
    "cumulants",
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
    "truncated_wigner",
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
