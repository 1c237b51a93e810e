"""Points and motions of the mean field: values by name of the site, and how they move in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.integrate import solve_ivp

from photinus.algebra import Oscillator, Site, locate
from photinus.errors import InvalidInput, NotConverged, WrongType, shown
from photinus.numerics.checks import real_array, real_number, truth
from photinus.numerics.memory import require_memory
from photinus.solve.classical import Flow, vector_length

if TYPE_CHECKING:
    import xarray

MANY = 60_000
"""Evaluations after which an explicit method gives way to an implicit one."""
RUNAWAY = 1e120
"""Amplitudes beyond this are no motion any more."""


@dataclass(frozen=True, slots=True)
class Integration:
    """How the equations of motion are integrated.

    Parameters
    ----------
    tolerance : float
        Relative error of a step, from 1e-13 to 1e-2; the absolute one is a thousandth of it, of the size of the motion.
    stiff : bool, optional
        Whether to use an implicit method with the Jacobian (LSODA; BDF with a sparse Jacobian above 200 coordinates).
        By default the explicit DOP853 does it, and an implicit method where that needs more than 60 000 evaluations.
    """

    tolerance: float = 1e-9
    stiff: bool | None = None

    def __post_init__(self) -> None:
        tolerance = real_number(self.tolerance, "tolerance of an integration", minimum=1e-13)
        if tolerance > 1e-2:
            raise InvalidInput(f"The tolerance of an integration is {tolerance:g}.", "Give at most 1e-2.")
        if self.stiff is not None:
            truth(self.stiff, "choice of an implicit method")


@dataclass(frozen=True, eq=False)
class Motion:
    """Amplitudes as functions of time.

    Attributes
    ----------
    times : ndarray, shape (times,)
    values : mapping of str to ndarray
        Of an oscillator α(t), complex, shape (times, …); of a spin or ensemble (s_x, s_y, s_z), shape (times, …, 3).
        The axes in between are those of the initial values.

    Examples
    --------
    >>> import numpy as np
    >>> import photinus as ph
    >>> clock = ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1))
    >>> motion = clock.evolve({"a": [0.1, 4.0]}, np.linspace(0, 20, 5))
    >>> motion
    Motion of a: 5 times from 0 to 20, 2 initial points
    >>> abs(motion.values["a"][-1]).round(4).tolist()
    [2.2361, 2.2361]
    """

    times: np.ndarray
    values: Mapping[str, np.ndarray]

    def phase(self, site: str) -> np.ndarray:
        """The phase of a site (rad), made continuous in time: arg α, or the azimuth of a spin."""
        if site not in self.values:
            raise InvalidInput(f"The motion has no site {site!r}.", f"Its sites are {', '.join(self.values)}.")
        value = self.values[site]
        angle = np.angle(value) if np.iscomplexobj(value) else np.arctan2(value[..., 1], value[..., 0])
        return np.unwrap(angle, axis=0)

    def to_xarray(self) -> xarray.Dataset:
        """The motion as a table over ``time`` (and ``start``, ``component``)."""
        return tabulated("time", self.times, self.values)

    def __repr__(self) -> str:
        names = [*self.values]
        listed = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        value = self.values[names[0]]
        shape = value.shape[1:] if np.iscomplexobj(value) else value.shape[1:-1]
        starts = f", {int(np.prod(shape))} initial points" if shape else ""
        return f"Motion of {listed}: {len(self.times)} times from {self.times[0]:g} to {self.times[-1]:g}{starts}"


def tabulated(axis: str, points: np.ndarray, values: Mapping[str, np.ndarray]) -> xarray.Dataset:
    """Values by site over an axis, and over ``start`` and ``component`` where they have them."""
    import xarray as xr

    columns = {}
    for name, value in values.items():
        starts = [f"start_{k}" if value.ndim > 3 else "start" for k in range(value.ndim - 1)]
        if not np.iscomplexobj(value):
            starts[-1] = "component"
        columns[name] = ((axis, *starts), value)
    coordinates: dict[str, Any] = {axis: points}
    if any(not np.iscomplexobj(value) for value in values.values()):
        coordinates["component"] = ["x", "y", "z"]
    return xr.Dataset(columns, coordinates)


def packed(flow: Flow, values: Mapping[Any, Any]) -> np.ndarray:
    """Real coordinates (size, …) of values by site.

    Raises
    ------
    InvalidInput
        If a site is missing or given twice, shapes do not fit, or a value is not finite or longer than its spin.
    UnknownSite, SiteMismatch, WrongType
    """
    if not isinstance(values, Mapping):
        raise WrongType(f"The amplitudes are {shown(values)}.", "Give {site: value, …}, a complex number or (x, y, z).")
    given: dict[int, np.ndarray] = {}
    number = {site.name: k for k, site in enumerate(flow.sites)}
    for key, value in values.items():
        place = number[key] if isinstance(key, str) and key in number else locate(flow.sites, key)
        if place in given:
            raise InvalidInput(f"The site {flow.sites[place].name!r} is given twice.", "Give it once.")
        given[place] = _read(flow.sites[place], value)
    missing = [site.name for k, site in enumerate(flow.sites) if k not in given]
    if missing:
        raise InvalidInput(f"No value is given for {', '.join(missing[:6])}.", "Give one for every site.")
    try:
        return np.concatenate(np.broadcast_arrays(*_padded([given[k] for k in range(len(flow.sites))])))
    except ValueError:
        shapes = ", ".join(f"{site.name}: {given[k].shape[1:]}" for k, site in enumerate(flow.sites))
        raise InvalidInput(f"The shapes of the values do not fit: {shapes}.", "Give arrays of one shape.") from None


def _padded(parts: list[np.ndarray]) -> list[np.ndarray]:
    """The parts with one shape behind the first axis."""
    shape = np.broadcast_shapes(*(part.shape[1:] for part in parts))
    return [row for part in parts for row in (np.broadcast_to(p.reshape(1, *p.shape), (1, *shape)) for p in part)]


def _read(site: Site, value: Any) -> np.ndarray:
    try:
        array = np.asarray(value, dtype=complex if isinstance(site, Oscillator) else float)
    except (TypeError, ValueError):
        raise WrongType(f"The value of the {site!r} is {shown(value)}.", _remedy(site)) from None
    if not np.isfinite(array).all():
        raise InvalidInput(f"A value of the {site!r} is not finite.", "Give finite numbers.")
    if isinstance(site, Oscillator):
        return np.stack([array.real, array.imag])
    most = vector_length(site)
    assert most is not None
    if array.shape[-1:] != (3,):
        raise InvalidInput(f"The value of the {site!r} has the shape {array.shape}.", _remedy(site))
    longest = float(np.sqrt((array**2).sum(axis=-1)).max(initial=0.0))
    if longest > most * (1 + 1e-9):
        raise InvalidInput(f"A vector of the {site!r} has the length {longest:.6g}.", f"Give at most {most:g}.")
    return np.moveaxis(array, -1, 0)


def _remedy(site: Site) -> str:
    return "Give a complex number." if isinstance(site, Oscillator) else "Give three real numbers, (s_x, s_y, s_z)."


def unpacked(flow: Flow, y: np.ndarray) -> Mapping[str, np.ndarray]:
    """Values by site of coordinates (size, …): complex of an oscillator, with a last axis (x, y, z) of a spin."""
    out = {}
    for k, site in enumerate(flow.sites):
        part = y[flow.offsets[k] : flow.offsets[k + 1]]
        value = part[0] + 1j * part[1] if isinstance(site, Oscillator) else np.moveaxis(part, 0, -1).copy()
        value = np.asarray(value)
        value.setflags(write=False)
        out[site.name] = value
    return MappingProxyType(out)


def checked_times(times: Any) -> np.ndarray:
    """Finite, strictly increasing times, two at least, or :class:`InvalidInput`."""
    try:
        array = real_array(times)
    except (TypeError, ValueError):
        raise WrongType(f"The times are {shown(times)}.", "Give an array of real numbers.") from None
    if array.ndim != 1 or len(array) < 2 or not np.isfinite(array).all():
        raise InvalidInput(
            "The times are not a row of at least two finite numbers.", "Give such as np.linspace(0, 10)."
        )
    if (steps := np.diff(array)).min() <= 0:
        k = int(np.argmin(steps))
        raise InvalidInput(
            f"The times do not increase: {array[k]:g} is followed by {array[k + 1]:g}.", "Give increasing times."
        )
    array = array.copy()
    array.setflags(write=False)
    return array


class Laborious(Exception):
    """An explicit method needs too many steps."""


def integrated(
    flow: Flow, start: np.ndarray, times: np.ndarray, method: Integration, *, direction: float = 1.0
) -> np.ndarray:
    """Y(t) from y(times[0]) = start (size, …), shape (size, …, times); backwards in time for ``direction`` = −1.

    Raises
    ------
    NotConverged
        If the motion grows without bound or the integration fails.
    """
    shape, count = start.shape, int(np.prod(start.shape[1:], dtype=int))
    size = flow.size
    require_memory(8.0 * size * count * len(times), None, "The motion", "Ask for fewer times or initial points.")
    extent = max(float(np.abs(start).max(initial=0.0)), 1e-300)
    left = [MANY if method.stiff is None else 10**12]

    def field(_: float, y: np.ndarray) -> np.ndarray:
        left[0] -= 1
        if left[0] < 0:
            raise Laborious
        return direction * flow(y.reshape(size, count)).ravel()

    def runaway(_: float, y: np.ndarray) -> float:
        return float(RUNAWAY - np.abs(y).max())

    runaway.terminal = True  # type: ignore[attr-defined]
    options: dict[str, Any] = {
        "t_eval": times,
        "events": runaway,
        "rtol": method.tolerance,
        "atol": 1e-3 * method.tolerance * extent,
    }
    span = (float(times[0]), float(times[-1]))
    with np.errstate(all="ignore"):
        try:
            if method.stiff:
                raise Laborious
            found = solve_ivp(field, span, start.ravel(), method="DOP853", **options)
        except Laborious:
            left[0] = 10**12
            found = solve_ivp(field, span, start.ravel(), **_implicit(flow, count, direction), **options)
    reached = max([span[0], *found.t[-1:], *(found.t_events[0][-1:] if found.t_events else ())])
    if found.status != 0 or not np.isfinite(found.y).all():
        raise NotConverged(
            f"The mean field grows without bound, or cannot be followed, beyond the time {reached:g}.",
            "Ask for earlier times, or add a loss that grows with the amplitude.",
        )
    return np.asarray(found.y).reshape(*shape, len(times))


def _implicit(flow: Flow, count: int, direction: float) -> dict[str, Any]:
    """The options of ``solve_ivp`` for a stiff motion of ``count`` points at once."""
    size = flow.size

    def dense(_: float, y: np.ndarray) -> np.ndarray:
        return direction * flow.jacobian(y)

    def sparse(_: float, y: np.ndarray) -> sp.csc_array:
        points = y.reshape(size, count)
        blocks = [flow.sparse_jacobian(points[:, k]).tocoo() for k in range(count)]
        rows = np.concatenate([b.coords[0] * count + k for k, b in enumerate(blocks)])
        columns = np.concatenate([b.coords[1] * count + k for k, b in enumerate(blocks)])
        values = direction * np.concatenate([b.data for b in blocks])
        return sp.csc_array((values, (rows, columns)), shape=(size * count, size * count))

    if count == 1 and size <= 200:
        return {"method": "LSODA", "jac": dense}
    return {"method": "BDF", "jac": sparse}


def bounded_runs(
    flow: Flow, starts: np.ndarray, duration: float, *, bound: float, direction: float = 1.0
) -> np.ndarray:
    """Where each of the points (size, count) is after a time, NaN where it left the ball of radius ``bound``."""
    count = starts.shape[1]

    def field(_: float, y: np.ndarray) -> np.ndarray:
        points = y.reshape(flow.size, count)
        outside = (points**2).sum(axis=0) > bound**2
        return np.where(outside, 0.0, direction * flow(np.where(outside, 0.0, points))).ravel()

    extent = max(float(np.abs(starts).max(initial=0.0)), 1e-300)
    found = solve_ivp(field, (0.0, duration), starts.ravel(), method="DOP853", rtol=1e-7, atol=1e-10 * extent)
    end = np.asarray(found.y[:, -1]).reshape(flow.size, count)
    return np.where((end**2).sum(axis=0) > bound**2, np.nan, end)
