"""Every method object in one place: how a question is solved; what it asks does not depend on them.

Pass one as ``method=``. Each is frozen, and its fields are its only options.

Of :func:`steady_state` and the questions that solve linear equations:

- ``Auto``: chooses from the sizes; the default.
- ``Dense``: LU of a small sector as a dense matrix.
- ``Direct``: sparse LU of the sector.
- ``Tridiagonal``: elimination over the coherence orders of one driven or squeezed site.
- ``Krylov``: GMRES in the coherences of the sites, for large sectors.
- ``Incomplete``: GMRES with an incomplete LU, for ensembles of atoms of d levels.

Of :func:`evolve`:

- ``Adaptive``: chooses from the next two; the default.
- ``Exponential``: e^{𝓛t}ρ, dense or by Krylov vectors, without drives.
- ``RungeKutta``: steps of high order, explicit or implicit, with or without drives.

Of :func:`mean_field` and :func:`truncated_wigner`:

- ``Integration``: tolerance and stiffness of the mean field's motion.
- ``Heun``: stochastic steps in NumPy; the default.
- ``Fused``: the same compiled, in single precision, for large networks (extra ``fast``).

Examples
--------
>>> import photinus as ph
>>> ph.methods.Exponential(tolerance=1e-11)
Exponential(tolerance=1e-11, vectors=30, dense=None, memory=None)
"""

from photinus.solve.dynamics.propagate import Adaptive, Exponential, RungeKutta
from photinus.solve.methods import Auto, Dense, Direct, Incomplete, Krylov, Tridiagonal
from photinus.solve.motion import Integration
from photinus.solve.phase_space.fused import Fused
from photinus.solve.phase_space.stepping import Heun

__all__ = [
    "Adaptive",
    "Auto",
    "Dense",
    "Direct",
    "Exponential",
    "Fused",
    "Heun",
    "Incomplete",
    "Integration",
    "Krylov",
    "RungeKutta",
    "Tridiagonal",
]
