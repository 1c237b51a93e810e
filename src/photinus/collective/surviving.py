r"""Which oscillations survive at which sites, and with what phases: synchronization as the spectrum tells it.

After a time all modes but the slowest have died out, and every site oscillates as the surviving mode does: ⟨O_j⟩(t) =
Σ_k c_k Tr(O_j r_k) e^{λ_k t}. Where one mode outlives all others the sites are synchronized, for a while (Giorgi and
others 2012; Bellomo and others 2017), or for ever if a dynamical symmetry protects it (Buča, Booker, Jaksch 2022); the
arguments of Tr(O_j r_k) are the phases that they keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from photinus.algebra import Ensemble, Operator, Oscillator, Spin, ensemble, oscillator, spin
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, Undefined, shown
from photinus.model import Model
from photinus.solve.arguments import require_model, require_type
from photinus.solve.cutoff import Converged, Fixed
from photinus.solve.modes.biorthogonal import Eigenmodes
from photinus.solve.modes.eigenmodes import eigenmodes
from photinus.solve.modes.sector_modes import OrderSpec, Solver
from photinus.space.space import read_only
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray

SILENT = 1e-9
"""A site whose amplitude is below this share of the largest does not take part."""
APART = 10.0
"""One mode synchronizes the sites for a while where the next one decays so many times faster."""


@dataclass(frozen=True, eq=False)
class SurvivingModes:
    """The oscillating modes that the sites see, slowest first.

    Attributes
    ----------
    sites : tuple of str
        Names of the observables, as they were given.
    rates, frequencies : ndarray, shape (m,)
        λ = −rate − i·frequency, angular, in the unit of the rates; a mode goes as e^{−i·frequency·t}.
    amplitudes : ndarray of complex, shape (m, sites)
        Tr(O_j r_k), with the largest one of each mode made 1; 0 where a site is silent.
    modes : Eigenmodes
        All modes that were computed.
    places : tuple of int
        Where in ``modes`` those that the sites see are.
    """

    sites: tuple[str, ...]
    rates: np.ndarray
    frequencies: np.ndarray
    amplitudes: np.ndarray
    modes: Eigenmodes = field(repr=False)
    places: tuple[int, ...] = field(repr=False)

    def __post_init__(self) -> None:
        for array in (self.rates, self.frequencies, self.amplitudes):
            read_only(array)

    def __len__(self) -> int:
        return len(self.rates)

    @property
    def undamped(self) -> tuple[int, ...]:
        """The modes that survive for ever."""
        return tuple(k for k, place in enumerate(self.places) if not self.modes.modes[place].damped)

    def phases(self, mode: int = 0) -> dict[str, float]:
        """The phase of each site that takes part in a mode, relative to the site of the largest amplitude (rad).

        Raises
        ------
        InvalidInput
            If the mode is no whole number.
        Undefined
            If there is no such mode.
        """
        row = self._row(mode)
        return {name: float(np.angle(z)) for name, z in zip(self.sites, row, strict=True) if z != 0}

    def relation(self, first: str, second: str, mode: int = 0) -> str:
        """``"in phase"``, ``"antiphase"``, or the phase of the second site after the first's, within 0.05 rad.

        Raises
        ------
        InvalidInput
            For a name that was not given.
        Undefined
            If one of the sites is silent in this mode.
        """
        phases = self.phases(mode)
        for name in (first, second):
            if name not in self.sites:
                raise InvalidInput(f"There is no {name!r}.", f"The observables are {', '.join(self.sites)}.")
            if name not in phases:
                raise Undefined(f"{name!r} does not take part in mode {mode}.", "Look at .amplitudes.")
        difference = float(np.angle(np.exp(1j * (phases[second] - phases[first]))))
        if abs(difference) < 0.05:
            return "in phase"
        return "antiphase" if abs(abs(difference) - np.pi) < 0.05 else f"{difference:+.2f} rad apart"

    @property
    def window(self) -> tuple[float, float]:
        """(from, to): one mode alone is left after 1/rate of the next one, until its own 1/rate; ``inf`` for ever.

        Undamped modes of more than one frequency beat, and leave no window: (inf, inf).

        Raises
        ------
        Undefined
            If the sites see no oscillation at all.
        """
        self._row(0)
        true = [0.0 if k in self.undamped else float(rate) for k, rate in enumerate(self.rates)]
        same = np.abs(np.abs(self.frequencies) - abs(self.frequencies[0])) <= 1e-6 * abs(self.frequencies[0])
        same &= np.abs(np.array(true) - true[0]) <= 1e-6 * max(true[0], 1e-300)
        others = [rate for rate, alike in zip(true, same, strict=True) if not alike]
        start = 0.0 if not others else 1 / others[0] if others[0] > 0 else np.inf
        return start, 1 / true[0] if true[0] > 0 else np.inf

    @property
    def synchronized(self) -> str:
        """``"for ever"``, ``"for a while"`` where the window spans a factor of ten, or ``"not"``."""
        if not len(self):
            return "not"
        start, end = self.window
        if np.isinf(start):
            return "not"
        return "for ever" if np.isinf(end) else "for a while" if end >= APART * start else "not"

    def weights(self, initial: State) -> np.ndarray:
        """|c_k| times the largest amplitude: how strongly a start excites each mode, shape (m,)."""
        raw = self.modes.overlap(initial)[list(self.places)]
        return read_only(np.abs(raw))

    def _row(self, mode: int) -> np.ndarray:
        if isinstance(mode, bool) or not isinstance(mode, Integral):
            raise InvalidInput(f"The mode is {shown(mode)}.", "Give its number, counted from 0.")
        if not -len(self) <= mode < len(self):
            raise Undefined(
                f"Mode {mode} is asked for, and the sites see {len(self)} oscillating modes.",
                "Raise count=, or choose operators that oscillate, such as a or S₋.",
            )
        return np.asarray(self.amplitudes[mode])

    def to_xarray(self) -> xarray.Dataset:
        """Rates, frequencies and amplitudes over ``mode`` and ``site``."""
        import xarray

        return xarray.Dataset(
            {
                "rate": ("mode", self.rates),
                "frequency": ("mode", self.frequencies),
                "amplitude": (("mode", "site"), self.amplitudes),
            },
            {"site": list(self.sites)},
        )

    def __repr__(self) -> str:
        head = f"SurvivingModes: synchronized {self.synchronized}" if len(self) else "SurvivingModes: none oscillates"
        head = head.replace("synchronized not", "not synchronized")
        lines = [head, "        rate   frequency  " + "".join(f"{name:>16}" for name in self.sites)]
        for k, row in enumerate(self.amplitudes):
            entries = [f"{abs(z):.3f} ∠{np.angle(z) / np.pi:+.2f}π" if z != 0 else "-" for z in row]
            rate = 0.0 if k in self.undamped else self.rates[k]
            lines.append(f"{rate:12.6g}{self.frequencies[k]:12.6g}  " + "".join(f"{text:>16}" for text in entries))
        return "\n".join(lines)


def surviving_modes(
    model: Model,
    observables: Mapping[str, Operator] | None = None,
    *,
    order: OrderSpec = None,
    count: int = 24,
    cutoff: Fixed | Converged | None = None,
    method: Solver | None = None,
) -> SurvivingModes:
    """The slowest oscillations that sites see, with amplitudes and phases at each of them.

    Parameters
    ----------
    model : Model
    observables : mapping of name to Operator
        O_j, one for each site; by default the lowering operator of each oscillator, spin and ensemble.
    order : int, mapping or list of these
        Coherence orders, as in :func:`photinus.eigenmodes`. By default all; that of the lowering operators is faster.
    count : int
        How many modes are computed. Listed are those that a site sees and that oscillate, in this frame or, with a U(1)
        order, in another one; of a conjugate pair both where both are seen.
    cutoff : Fixed or Converged
    method : Auto, Dense or Direct

    Returns
    -------
    SurvivingModes

    Raises
    ------
    InvalidInput
        If there are no observables; for a model with qudits, give them.
    UnknownSite, NotConverged, MemoryBudgetExceeded

    Notes
    -----
    Phases of modes of one eigenvalue are those of an arbitrary basis of their space: only what all of them share means
    something there.

    References
    ----------
    Giorgi2012, Bellomo2017, Buca2022.

    Examples
    --------
    Two qubits that emit together: the subradiant coherence outlives the other, in antiphase.

    >>> import photinus as ph
    >>> s, t = ph.spin("s", 1 / 2), ph.spin("t", 1 / 2)
    >>> model = ph.Model(1.01 * s.z + 0.99 * t.z, [ph.Jump(0.5, s.minus + t.minus)])
    >>> found = ph.collective.surviving_modes(model)
    >>> found.relation("s", "t"), found.synchronized
    ('antiphase', 'for a while')
    """
    require_model(model)
    named = _lowering(model) if observables is None else observables
    require_type(named, Mapping, "observables", "Give a mapping such as {'a': ph.oscillator('a')}.")
    if not named:
        raise InvalidInput("There are no observables.", "Give a mapping of names to operators, one for each site.")
    operators = {name: as_operator(operator) for name, operator in named.items()}
    modes = eigenmodes(model, order=order, count=count, cutoff=cutoff, method=method)
    table = np.stack([modes.expectation(operator) for operator in operators.values()], axis=1)
    sizes = np.abs(table).max(axis=1)
    floor = np.maximum(10 * np.nan_to_num(modes.error, posinf=0.0), 1e-9 * np.abs(modes.rates))
    moduli = modes.symmetry.weak.moduli
    # A coherence of a U(1) order that rests in this frame turns in another one.
    charged = [any(k and not d for k, d in zip(each, moduli, strict=True)) for each in modes.orders]
    turning = (np.abs(modes.frequencies) > floor) | np.array(charged, dtype=bool)
    seen = turning & (sizes > SILENT) & ~modes.spurious
    places = np.flatnonzero(seen)
    chosen = table[places]
    tops = chosen[np.arange(len(places)), np.abs(chosen).argmax(axis=1)]
    amplitudes = np.where(np.abs(chosen) > SILENT * np.abs(tops)[:, None], chosen / tops[:, None], 0)
    return SurvivingModes(
        tuple(operators), modes.rates[places], modes.frequencies[places], amplitudes, modes, tuple(places.tolist())
    )


def _lowering(model: Model) -> dict[str, Operator]:
    """The operator of each site that oscillates: a, S₋."""
    out = {}
    for site in model.sites:
        lowering = _lowering_of(site)
        if lowering is None:
            raise InvalidInput(f"{site!r} has no lowering operator.", "Give observables={name: operator}.")
        out[site.name] = lowering
    return out


def _lowering_of(site: object) -> Operator | None:
    if isinstance(site, Oscillator):
        return oscillator(site.name)
    if isinstance(site, Spin):
        return spin(site.name, site.twice_j / 2).minus
    return ensemble(site.name, site.atoms).minus if isinstance(site, Ensemble) else None
