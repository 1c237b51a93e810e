"""States to and from QuTiP."""

from __future__ import annotations

from typing import Any

import numpy as np

from photinus.errors import InvalidInput, MissingExtra, SiteMismatch
from photinus.model import Model
from photinus.space.sectors import grading
from photinus.space.space import make_space
from photinus.space.state import State, state_from_matrix


def _qutip() -> Any:
    try:
        import qutip
    except ImportError as error:
        raise MissingExtra("QuTiP is not installed.", 'Install it: pip install "photinus[qutip]".') from error
    return qutip


def to_qutip(state: State) -> Any:
    """The state as a ``qutip.Qobj`` density matrix, one tensor factor a site, in natural order of the names.

    Levels of an oscillator are n = 0, 1, …, of a spin m = +j … −j, of a qudit 0 … d − 1, as in QuTiP.

    Raises
    ------
    MissingExtra
        If QuTiP is not installed.
    """
    qutip = _qutip()
    dims = list(state.space.levels)
    return qutip.Qobj(state.density_matrix(), dims=[dims, dims])


def from_qutip(qobj: Any, model: Model, *, tolerance: float = 1e-9) -> State:
    """A QuTiP ket or density matrix as a state of a model's sites.

    Parameters
    ----------
    qobj : qutip.Qobj
        Its tensor factors are the model's sites in natural order; the size of an oscillator's factor is its cutoff.
    model : Model
    tolerance : float
        Within which the matrix must be Hermitian, of trace 1 and without negative eigenvalues.

    Raises
    ------
    SiteMismatch
        If the dimensions do not fit the sites.
    InvalidInput
        If it is not a state.
    """
    qutip = _qutip()
    if not isinstance(qobj, qutip.Qobj):
        raise InvalidInput(f"{type(qobj).__name__} is no QuTiP object.", "Give a qutip.Qobj ket or density matrix.")
    if qobj.isket:
        qobj = qobj.proj()
    dims = qobj.dims[0]
    sizes = [None if site.kind == "oscillator" else site.levels(None) for site in model.sites]
    if not qobj.isoper or len(dims) != len(sizes) or any(s not in (None, d) for s, d in zip(sizes, dims, strict=True)):
        raise SiteMismatch(
            f"The QuTiP object has the dimensions {qobj.dims}, the model's sites are {model.sites}.",
            "Give one tensor factor a site, in natural order of the names.",
        )
    space = make_space(model.sites, {site.name: d for site, d in zip(model.sites, dims, strict=True)})
    matrix = qobj.full()
    _check_state(matrix, tolerance)
    return state_from_matrix(0.5 * (matrix + matrix.conj().T), grading(space, model.symmetry.weak))


def _check_state(matrix: np.ndarray, tolerance: float) -> None:
    remedy = "Give a Hermitian, positive matrix of trace 1."
    skew = float(np.abs(matrix - matrix.conj().T).max(initial=0.0))
    trace = complex(np.trace(matrix))
    if not np.isfinite(matrix).all():
        raise InvalidInput("The matrix has elements that are not finite.", remedy)
    if skew > tolerance:
        raise InvalidInput(f"The matrix is not Hermitian: |ρ − ρ†| reaches {skew:.1e}.", remedy)
    if abs(trace - 1) > tolerance:
        raise InvalidInput(f"The matrix has the trace {trace.real:.9g}.", remedy)
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -tolerance:
        raise InvalidInput(f"The matrix has the eigenvalue {least:.1e}.", remedy)
