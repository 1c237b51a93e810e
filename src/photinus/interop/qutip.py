"""States to and from QuTiP."""

from __future__ import annotations

from typing import Any

import numpy as np

from photinus.errors import InvalidInput, MissingExtra, SiteMismatch, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_number
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
    WrongType
        If it is not a state.
    MissingExtra
        If QuTiP is not installed.
    MemoryBudgetExceeded
        If the dense matrix does not fit.
    """
    if not isinstance(state, State):
        raise WrongType(f"to_qutip() is given {shown(state)}.", "Give a state, such as ph.steady_state(model).")
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
        If it is not a state: not Hermitian, not positive, not of trace 1, not finite.
    WrongType
        If it is not a ket or density matrix of QuTiP, or the model is not a model.
    MissingExtra
        If QuTiP is not installed.
    """
    if not isinstance(model, Model):
        raise WrongType(f"The model of the QuTiP object is {shown(model)}.", "Give a ph.Model.")
    tolerance = real_number(tolerance, "tolerance of from_qutip()", minimum=0.0)
    qutip = _qutip()
    if not isinstance(qobj, qutip.Qobj):
        raise WrongType(f"from_qutip() is given {shown(qobj)}.", "Give a qutip.Qobj, a ket or density matrix.")
    if not (qobj.isket or qobj.isoper):
        raise WrongType(f"The QuTiP object is of type {qobj.type!r}.", "Give a ket or density matrix.")
    if qobj.isket:
        qobj = qobj.proj()
    dims = qobj.dims[0]
    sizes = [None if site.kind == "oscillator" else site.levels(None) for site in model.sites]
    if (
        dims != qobj.dims[1]
        or len(dims) != len(sizes)
        or any(s not in (None, d) for s, d in zip(sizes, dims, strict=True))
    ):
        raise SiteMismatch(
            f"The QuTiP object has the dimensions {qobj.dims}, and the sites of the model are "
            f"{', '.join(map(repr, model.sites)) or 'none'}.",
            "Give one tensor factor a site, in natural order of the names.",
        )
    space = make_space(model.sites, {site.name: d for site, d in zip(model.sites, dims, strict=True)})
    matrix = qobj.full()
    _check_state(matrix, tolerance)
    return state_from_matrix(0.5 * (matrix + matrix.conj().T), grading(space, model.symmetry.weak))


def _check_state(matrix: np.ndarray, tolerance: float) -> None:
    remedy = "Give a normalised ket, or a Hermitian, positive matrix of trace 1."
    if not np.isfinite(matrix).all():
        raise InvalidInput("The matrix has elements that are not finite.", remedy)
    skew = float(np.abs(matrix - matrix.conj().T).max(initial=0.0))
    if skew > tolerance:
        raise InvalidInput(f"The matrix is not Hermitian: |ρ − ρ†| reaches {skew:.1e}.", remedy)
    trace = complex(np.trace(matrix))
    if abs(trace - 1) > tolerance:
        raise InvalidInput(f"The matrix has the trace {trace.real:.9g}.", remedy)
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -tolerance:
        raise InvalidInput(f"The matrix has the eigenvalue {least:.1e}.", remedy)
