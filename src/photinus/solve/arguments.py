"""The checks of arguments that questions about time, spectra and modes share: one message for one mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from photinus.algebra import (
    Ensemble,
    LevelEnsemble,
    Operator,
    Qudit,
    Scalar,
    Site,
    Spin,
    ensemble,
    oscillator,
    qudit,
    spin,
)
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, SiteMismatch, WrongType, shown
from photinus.model import Model
from photinus.numerics.checks import real_array
from photinus.solve.cutoff import Converged, Fixed
from photinus.space.space import make_space
from photinus.space.state import State


def require_type(value: object, kind: type | tuple[type, ...], what: str, remedy: str) -> None:
    """Raise :class:`WrongType` unless a value is of this kind."""
    if not isinstance(value, kind):
        raise WrongType(f"The {what} is {shown(value)}.", remedy)


def require_model(model: object) -> None:
    """Raise a typed error unless this is a model that has sites."""
    require_type(model, Model, "model", "Give a ph.Model.")
    if isinstance(model, Model) and not model.sites:
        raise InvalidInput(
            "The model has no sites.", "Give it a Hamiltonian or jumps; a term whose coefficient is 0 adds no site."
        )


def require_cutoff(cutoff: object, tolerance: str = "1e-6") -> None:
    """Raise :class:`WrongType` unless this is ``Fixed`` or ``Converged``."""
    require_type(cutoff, (Fixed, Converged), "cutoff", f"Give ph.Fixed(20) or ph.Converged({tolerance}).")


def require_state(model: Model, state: object, what: str = "initial state") -> None:
    """Raise a typed error unless this is a state on the sites of the model."""
    require_type(state, State, what, "Give a state, such as ph.states.fock({'a': 0}) or a steady state.")
    if isinstance(state, State) and state.sites != model.sites:
        ours, theirs = (", ".join(map(repr, thing.sites)) or "no sites" for thing in (state, model))
        raise SiteMismatch(f"The {what} lives on {ours}, the model on {theirs}.", "Give it on the sites of the model.")


def ascending_times(times: Iterable[float]) -> np.ndarray:
    """Times in order, each once; the first is that of the initial state."""
    remedy = "Give ascending, finite numbers, the first being the time of the initial state."
    try:
        grid = real_array(times if isinstance(times, (np.ndarray, str)) else list(times))
    except (TypeError, ValueError):
        raise WrongType(f"The times are {shown(times)}.", remedy) from None
    if grid.ndim != 1 or not len(grid):
        raise InvalidInput(f"The times have the shape {grid.shape}.", remedy)
    bad = np.flatnonzero(~np.isfinite(grid))
    if len(bad):
        raise InvalidInput(f"times[{bad[0]}] is {grid[bad[0]]}.", remedy)
    falls = np.flatnonzero(np.diff(grid) <= 0)
    if len(falls):
        k = int(falls[0])
        raise InvalidInput(f"times[{k + 1}] = {grid[k + 1]:g} does not follow times[{k}] = {grid[k]:g}.", remedy)
    return grid


def finite_numbers(values: Any, what: str) -> np.ndarray:
    """An array of finite real numbers, of whatever shape."""
    try:
        out = real_array(values)
    except (TypeError, ValueError):
        remedy = "Give a list of real numbers."
        raise InvalidInput(f"The {what} are {shown(values)}, not real numbers.", remedy) from None
    if not np.isfinite(out).all():
        raise InvalidInput(f"The {what} are not all finite.", "Give a list of finite numbers.")
    return out


def listed_numbers(values: Any, what: str) -> np.ndarray:
    """A list of finite real numbers, at least one, in any order."""
    out = finite_numbers(values, what)
    if out.ndim != 1 or not out.size:
        raise InvalidInput(f"The {what} have the shape {out.shape}.", "Give a list of finite numbers.")
    return out


def usual_operators(sites: Iterable[Site]) -> dict[str, Operator]:
    """What is observed where nothing is named.

    ``n_a`` of each oscillator a, S_z of each spin or ensemble s as ``z_s``, the levels of each qudit q as ``p_q_0``, …,
    and how many atoms of an ensemble at are in each of d levels as ``n_at_0``, ….
    """
    out: dict[str, Operator] = {}
    for site in sites:
        if site.kind == "oscillator":
            out[f"n_{site.name}"] = oscillator(site.name).dag() * oscillator(site.name)
        elif isinstance(site, Spin):
            out[f"z_{site.name}"] = spin(site.name, site.twice_j / 2).z
        elif isinstance(site, Ensemble):
            out[f"z_{site.name}"] = ensemble(site.name, site.atoms).z
        elif isinstance(site, Qudit):
            levels = qudit(site.name, site.levels(None))
            out |= {f"p_{site.name}_{k}": levels(k, k) for k in range(site.levels(None))}
        elif isinstance(site, LevelEnsemble):
            atoms = ensemble(site.name, site.atoms, site.dimension)
            out |= {f"n_{site.name}_{k}": atoms(k, k) for k in range(site.dimension)}
    return out


def watched_operators(observe: Mapping[str, Operator | Scalar], model: Model) -> dict[str, Operator]:
    """What to observe by name, all on sites of the model."""
    if not isinstance(observe, Mapping):
        raise WrongType(f"What to observe, {shown(observe)}, has no names.", 'Give observe={"name": operator, …}.')
    out = {str(name): as_operator(operator) for name, operator in observe.items()}
    reserved = {"time", "interval", "trajectory"} & set(out)
    if reserved:
        raise InvalidInput(
            f"An observable is named {min(reserved)!r}, as a coordinate of the result is.", "Give it another name."
        )
    space = make_space(model.sites, dict.fromkeys(model.oscillators, 1))
    for operator in out.values():
        for site in operator.sites:
            space.axis(site)  # refuses a site that the model does not have
    return out
