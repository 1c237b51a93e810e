"""Dynamical symmetries: operators A that oscillate for ever, and the algebra that protects them.

If [H, A] = ωA and [L_j, A] = [L_j†, A] = 0 for all jumps, then 𝓛†A = iωA: A oscillates undamped in the Heisenberg
picture whatever the rates are (Buča, Tindall, Jaksch 2019). Conversely, where a stationary state of full rank exists,
each left eigenoperator of an imaginary eigenvalue λ = −iω satisfies these equations (Frigerio 1978; Buča, Booker,
Jaksch 2022), so that they can be checked on the eigenoperators themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from photinus.errors import NotConverged, Undefined
from photinus.model import Model, Order
from photinus.numerics.memory import require_memory
from photinus.solve.arguments import require_model
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.modes.biorthogonal import Eigenmodes
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.modes.sector_modes import REMEDY, Solver
from photinus.space.space import read_only

HOLDS = 1e-8
"""The algebra holds where it is violated by no more than this."""


@dataclass(frozen=True, eq=False)
class DynamicalSymmetry:
    """An operator A with 𝓛†A = iωA, and how well it satisfies the algebra.

    Attributes
    ----------
    frequency : float
        ω, the mode's λ being −iω.
    order : tuple of int
        The coherence order of the mode.
    operator : ndarray, shape (D, D)
        A, with Tr A†A = 1, over all kets, the last site fastest; read-only.
    defect : float
        The largest of ‖[H, A] − ωA‖/(2‖H‖‖A‖), ‖[L_j, A]‖/(2‖L_j‖‖A‖) and the same of L_j†, in Hilbert-Schmidt norms,
        those of H, L_j being the operator norms (bounded from above).
    """

    frequency: float
    order: Order
    operator: np.ndarray
    defect: float

    @property
    def holds(self) -> bool:
        """Whether the algebra holds, to 1e-8: the oscillation does not depend on the rates then."""
        return self.defect <= HOLDS

    def __repr__(self) -> str:
        verdict = "protected by the algebra" if self.holds else "undamped, but not by [L, A] = [L†, A] = 0"
        return f"DynamicalSymmetry: ω = {self.frequency:.6g}, order {self.order}, defect {self.defect:.1e}; {verdict}"


def dynamical_symmetries(
    model: Model, *, cutoff: Fixed | Converged | None = None, method: Solver | None = None
) -> tuple[DynamicalSymmetry, ...]:
    """The undamped oscillations of a model, each checked against [H, A] = ωA, [L_j, A] = [L_j†, A] = 0.

    Parameters
    ----------
    model : Model
    cutoff : Fixed or Converged
        As in :func:`eigenmodes`.
    method : Auto, Dense or Direct

    Returns
    -------
    tuple of DynamicalSymmetry
        One for each imaginary eigenvalue other than 0, by frequency; none if nothing oscillates for ever.

    Raises
    ------
    Undefined
        For oscillators without jumps, of which every mode is undamped.
    NotConverged
        If no end of the undamped modes is found among 4096.
    MemoryBudgetExceeded

    References
    ----------
    Buca2019, Buca2022.

    Examples
    --------
    Two spins that are dephased together keep the coherence that the common phase does not touch:

    >>> import photinus as ph
    >>> from photinus.solve.modes.dynamical import dynamical_symmetries
    >>> s, t = ph.spin("s", 0.5), ph.spin("t", 0.5)
    >>> model = ph.Model(0.7 * s.z - 0.3 * t.z, [ph.Jump(1.0, s.z + t.z), ph.Jump(0.2, s.plus * t.plus, reverse=0.2)])
    >>> [round(found.frequency, 6) for found in dynamical_symmetries(model)]
    [-1.0, 1.0]
    """
    require_model(model)
    if model.oscillators and not model.generator[1]:
        raise Undefined(
            "The model has no jumps, so that each of infinitely many modes oscillates for ever.",
            "Add a jump, or diagonalise the Hamiltonian.",
        )
    modes = _to_the_first_damped(model, cutoff, method)
    space = modes.sectors[0].grading.space
    dimension = space.dimension
    require_memory(160.0 * dimension**2, None, f"Operators on {dimension} kets", REMEDY)
    hamiltonian = sp.csr_array(space.matrix(model.hamiltonian))
    jumps = [sp.csr_array(space.matrix(jump.operator)) for jump in model.jumps if jump.channels]
    found = []
    for k in modes.undamped:
        operator = modes.matrix(k, left=True)
        operator = operator / np.linalg.norm(operator)
        frequency = -float(modes.eigenvalues[k].imag)
        defects = [_commutator(hamiltonian, operator, frequency)]
        defects += [_commutator(m, operator, 0.0) for jump in jumps for m in (jump, jump.conj().T.tocsr())]
        found.append(DynamicalSymmetry(frequency, modes.orders[k], read_only(operator), max(defects)))
    return tuple(sorted(found, key=lambda each: each.frequency))


def _to_the_first_damped(model: Model, cutoff: Fixed | Converged | None, method: Solver | None) -> Eigenmodes:
    count = 16
    while count <= 4096:
        modes = eigenmodes(model, count=count, cutoff=cutoff, method=method)
        if len(modes) < count or modes.modes[-1].damped:
            return modes
        count *= 4
    raise NotConverged(
        f"More than {count // 4} modes of the model do not decay.", "Look at one order= with ph.eigenmodes."
    )


def _commutator(matrix: sp.csr_array, operator: np.ndarray, frequency: float) -> float:
    """‖[M, A] − ωA‖/(2‖M‖) for ‖A‖ = 1; ‖M‖² ≤ (largest row sum)·(largest column sum)."""
    rest = matrix @ operator - (matrix.T @ operator.T).T - frequency * operator
    rows, columns = abs(matrix).sum(axis=1), abs(matrix).sum(axis=0)
    size = float(np.sqrt(rows.max(initial=0.0) * columns.max(initial=0.0)))
    return float(np.linalg.norm(rest)) / (2 * size) if size else float(np.linalg.norm(rest))
