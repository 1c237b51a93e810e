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
    from photinus.solve.methods import Auto, Dense, Direct, Krylov, Tridiagonal
    from photinus.solve.steady import steady_state
    from photinus.space.certificate import Certificate
    from photinus.space.state import State

__version__ = "0.1.0"

_HOME = {
    "Auto": "solve.methods",
    "Bath": "model",
    "Certificate": "space.certificate",
    "Converged": "solve.cutoff",
    "Dense": "solve.methods",
    "Direct": "solve.methods",
    "Fixed": "solve.cutoff",
    "Jump": "model",
    "Krylov": "solve.methods",
    "Model": "model",
    "Operator": "algebra",
    "PhotinusError": "errors",
    "State": "space.state",
    "Tridiagonal": "solve.methods",
    "cite": "references",
    "commutator": "algebra",
    "diagonal": "algebra",
    "errors": "",
    "interop": "",
    "measures": "",
    "oscillator": "algebra",
    "phase": "",
    "plot": "",
    "qudit": "algebra",
    "spin": "algebra",
    "states": "",
    "steady_state": "solve.steady",
    "sweep": "",
    "zoo": "model.zoo",
}

__all__ = [
    "Auto",
    "Bath",
    "Certificate",
    "Converged",
    "Dense",
    "Direct",
    "Fixed",
    "Jump",
    "Krylov",
    "Model",
    "Operator",
    "PhotinusError",
    "State",
    "Tridiagonal",
    "cite",
    "commutator",
    "diagonal",
    "errors",
    "interop",
    "measures",
    "oscillator",
    "phase",
    "plot",
    "qudit",
    "spin",
    "states",
    "steady_state",
    "sweep",
    "zoo",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"photinus has no attribute {name!r}")
    if home == "" or home.endswith("." + name):
        return import_module(f"photinus.{home or name}")
    return getattr(import_module(f"photinus.{home}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
