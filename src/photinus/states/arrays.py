"""States from arrays of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from photinus.algebra import Oscillator, Site
from photinus.errors import InvalidInput, NotHermitian, SiteMismatch, WrongType, shown
from photinus.numerics.checks import whole_number
from photinus.space.space import Space
from photinus.space.state import State, require_one_rung
from photinus.states.build import Key, assemble, named, pure, space_of

TRACE, HERMITICITY, POSITIVITY, ROUNDING = 1e-9, 1e-10, 1e-10, 1e-15


def from_ket(levels: Mapping[Key, int], ket: ArrayLike, *, normalise: bool = False) -> State:
    """|ψ⟩⟨ψ| of an array of amplitudes.

    Parameters
    ----------
    levels : mapping of site to int
        The number of levels of each site, in the order of the tensor factors, the last fastest. An oscillator is given
        by its name, a spin (levels m = +j … −j) or a qudit by its handle.
    ket : array_like of complex
        The amplitudes, shape (product of the levels,), a column of as many, or one axis a site.
    normalise : bool
        Whether to divide by the norm; otherwise it must be 1 to 1e-9.

    Returns
    -------
    State
        In the blocks of the symmetry that its zeros leave (amplitudes up to 1e-15 are zero), its sites in natural
        order.

    Raises
    ------
    SiteMismatch
        If the array does not fit the levels, or the levels not the site.
    WrongType, InvalidInput
        For what is no array of finite numbers, and a norm that is not 1.

    Examples
    --------
    >>> import photinus as ph
    >>> s = ph.spin("s", 1/2)
    >>> ph.states.from_ket({"a": 2, s: 2}, [0, 1, 1, 0], normalise=True).purity().__round__(12)
    1.0
    """
    sites = _checked_levels(levels)
    size = prod(sites.values())
    array = checked_array(ket, "ket")
    if array.shape not in ((size,), (size, 1), tuple(sites.values())):
        raise SiteMismatch(
            f"The ket has the shape {array.shape}, and its sites {_text(sites)}.", f"Give {size} amplitudes."
        )
    largest = float(np.abs(array).max())  # divided out: the squares of a norm could overflow, or vanish
    relative = float(np.linalg.norm(array / largest)) if largest else 0.0
    norm = largest * relative
    if (not normalise and abs(norm * norm - 1) > TRACE) or norm == 0:
        raise InvalidInput(f"The ket has the norm {norm:.9g}.", "Pass normalise=True, or a normalised ket.")
    array = array.reshape(tuple(sites.values()))
    array = array / largest / relative if normalise else array
    space = space_of(sites)
    array = array.transpose([list(sites).index(site) for site in space.sites]).ravel()
    return pure(space, np.where(np.abs(array) > ROUNDING, array, 0))


def from_matrix(levels: Mapping[Key, int], matrix: ArrayLike, *, normalise: bool = False) -> State:
    """The state of a density matrix.

    Parameters
    ----------
    levels : mapping of site to int
        As in :func:`from_ket`.
    matrix : array_like of complex
        ρ, shape (D, D), D the product of the levels: Hermitian (to 1e-10), positive (eigenvalues ≥ −1e-10).
    normalise : bool
        Whether to divide by the trace; otherwise it must be 1 to 1e-9.

    Returns
    -------
    State
        In the blocks of the symmetry that its zeros leave (elements up to 1e-15 are zero), its sites in natural order.

    Raises
    ------
    SiteMismatch
        If the array does not fit the levels, or the levels not the site.
    NotHermitian
        If it is not Hermitian.
    WrongType, InvalidInput
        For what is no array of finite numbers, a trace that is not 1, a negative eigenvalue.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.states.from_matrix({"a": 2}, [[0.5, 0], [0, 0.6]])
    Traceback (most recent call last):
    photinus.errors.InvalidInput: The matrix has the trace 1.1. Pass normalise=True, or a matrix of trace 1.
    """
    sites = _checked_levels(levels)
    size = prod(sites.values())
    rho = checked_array(matrix, "density matrix")
    if rho.shape != (size, size):
        raise SiteMismatch(
            f"The density matrix has the shape {rho.shape}, and its sites {_text(sites)}.",
            f"Give a matrix of {size} × {size} elements.",
        )
    trace = sum(np.diagonal(rho).real.tolist())
    if (not normalise and abs(trace - 1) > TRACE) or not 0 < trace < np.inf:
        raise InvalidInput(f"The matrix has the trace {trace:.9g}.", "Pass normalise=True, or a matrix of trace 1.")
    rho = rho / (trace if normalise else 1.0)
    skew = float(np.abs(rho - rho.conj().T).max(initial=0.0))
    if skew > HERMITICITY:
        raise NotHermitian(f"The matrix is not Hermitian: |ρ − ρ†| reaches {skew:.1e}.", "Give (ρ + ρ†)/2.")
    rho = (rho + rho.conj().T) / 2
    least = float(np.linalg.eigvalsh(rho)[0])
    if least < -POSITIVITY:
        raise InvalidInput(f"The matrix has the eigenvalue {least:.1e}.", "Give a matrix without negative eigenvalues.")
    space = space_of(sites)
    order = [list(sites).index(site) for site in space.sites]
    numbers = np.arange(size).reshape(tuple(sites.values())).transpose(order).ravel()
    rho = rho[np.ix_(numbers, numbers)]
    rho[np.abs(rho) <= ROUNDING] = 0
    require_one_rung(rho, space)
    return assemble(space, _shifts(space, rho), lambda rows, columns: rho[rows, columns])


def _shifts(space: Space, rho: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(np.tril(rho, -1))
    return space.coordinates[rows] - space.coordinates[columns]


def _checked_levels(levels: Mapping[Key, int]) -> dict[Site, int]:
    out = {}
    for site, n in named(levels, "levels", oscillators=False).items():
        out[site] = whole_number(n, f"number of levels of {site.name!r}")
        if not isinstance(site, Oscillator) and out[site] != site.levels(None):
            raise SiteMismatch(f"{out[site]} levels are given for the {site!r}.", f"It has {site.levels(None)} levels.")
    return out


def checked_array(array: ArrayLike, what: str) -> np.ndarray:
    """An array of finite complex numbers, or a typed error."""
    try:
        out = np.asarray(array, dtype=complex)
    except (TypeError, ValueError) as error:
        remedy = "Give its array, .full()" if hasattr(array, "full") else "Give an array of numbers"
        raise WrongType(f"The {what} is {shown(array)}.", f"{remedy}.") from error
    if not np.isfinite(out).all():
        raise InvalidInput(f"The {what} has elements that are not finite.", "Give finite numbers.")
    return out


def _text(sites: Mapping[Site, int]) -> str:
    return "have " + " × ".join(f"{n} ({site.name})" for site, n in sites.items()) + " levels"
