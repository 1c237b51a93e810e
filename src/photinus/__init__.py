"""photinus: quantum oscillators, spins and lasers that fall into step, every number with its error.

Names are imported on first use, so that ``import photinus`` stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photinus import (
        collective,
        errors,
        information,
        interop,
        measures,
        memory,
        methods,
        metrology,
        phase,
        plot,
        reservoir,
        spectra,
        states,
        sweep,
    )
    from photinus.algebra import commutator, diagonal, ensemble, oscillator, qudit, spin
    from photinus.model import Bath, Jump, Model, zoo
    from photinus.references import cite
    from photinus.solve.counting.counting import counting
    from photinus.solve.cutoff import Converged, Fixed
    from photinus.solve.dynamics.evolve import evolve
    from photinus.solve.linear_response.response import response
    from photinus.solve.manifold.asymptotic import asymptotic_state
    from photinus.solve.manifold.dark import dark_states
    from photinus.solve.manifold.manifold import stationary_manifold
    from photinus.solve.mean_field import mean_field
    from photinus.solve.methods import Auto, Dense, Direct, Krylov
    from photinus.solve.modes.eigenmodes import eigenmodes
    from photinus.solve.moments.cumulants import cumulants
    from photinus.solve.phase_space.truncated_wigner import truncated_wigner
    from photinus.solve.spectra.correlation import correlation
    from photinus.solve.spectra.spectrum import spectrum
    from photinus.solve.steady import steady_state
    from photinus.solve.unravelling.schemes import Heterodyne, Homodyne, QuantumJumps
    from photinus.solve.unravelling.trajectories import trajectories

__version__ = "0.1.0"

_HOME = {
    "Auto": "solve.methods",
    "Bath": "model",
    "Converged": "solve.cutoff",
    "Dense": "solve.methods",
    "Direct": "solve.methods",
    "Fixed": "solve.cutoff",
    "Heterodyne": "solve.unravelling.schemes",
    "Homodyne": "solve.unravelling.schemes",
    "Jump": "model",
    "Krylov": "solve.methods",
    "Model": "model",
    "QuantumJumps": "solve.unravelling.schemes",
    "asymptotic_state": "solve.manifold.asymptotic",
    "cite": "references",
    "collective": "",
    "commutator": "algebra",
    "correlation": "solve.spectra.correlation",
    "counting": "solve.counting.counting",
    "cumulants": "solve.moments.cumulants",
    "dark_states": "solve.manifold.dark",
    "diagonal": "algebra",
    "eigenmodes": "solve.modes.eigenmodes",
    "entrainment": "",
    "ensemble": "algebra",
    "errors": "",
    "evolve": "solve.dynamics.evolve",
    "information": "",
    "interop": "",
    "mean_field": "solve.mean_field",
    "measures": "",
    "memory": "",
    "methods": "",
    "metrology": "",
    "oscillator": "algebra",
    "phase": "",
    "plot": "",
    "qudit": "algebra",
    "reservoir": "",
    "response": "solve.linear_response.response",
    "spectra": "",
    "spectrum": "solve.spectra.spectrum",
    "spin": "algebra",
    "states": "",
    "stationary_manifold": "solve.manifold.manifold",
    "steady_state": "solve.steady",
    "sweep": "",
    "thermo": "",
    "trajectories": "solve.unravelling.trajectories",
    "truncated_wigner": "solve.phase_space.truncated_wigner",
    "zoo": "model.zoo",
}

__all__ = [
    "Auto",
    "Bath",
    "Converged",
    "Dense",
    "Direct",
    "Fixed",
    "Heterodyne",
    "Homodyne",
    "Jump",
    "Krylov",
    "Model",
    "QuantumJumps",
    "asymptotic_state",
    "cite",
    "collective",
    "commutator",
    "correlation",
    "counting",
    "cumulants",
    "dark_states",
    "diagonal",
    "eigenmodes",
    "entrainment",
    "ensemble",
    "errors",
    "evolve",
    "information",
    "interop",
    "mean_field",
    "measures",
    "memory",
    "methods",
    "metrology",
    "oscillator",
    "phase",
    "plot",
    "qudit",
    "reservoir",
    "response",
    "spectra",
    "spectrum",
    "spin",
    "states",
    "stationary_manifold",
    "steady_state",
    "sweep",
    "thermo",
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
