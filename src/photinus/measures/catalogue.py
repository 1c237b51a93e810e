"""The catalogue of measures: what each needs, its range, what a zero means, where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from photinus.errors import InvalidInput, Undefined
from photinus.measures.correlations import mutual_information
from photinus.measures.locking import amplitude_correlation, peak_height, phase_coherence
from photinus.space.state import State


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: a function of (state, site names…) and what is to be known of its value.

    Attributes
    ----------
    name, symbol : str
    function : callable
        ``(state, *sites) -> float``.
    sites : tuple of int
        Numbers of sites that it takes.
    kinds : tuple of str
        Kinds of site that it takes.
    range : str
        Least and largest value.
    meaning, zero : str
        What it measures; what a zero means.
    sees : str
        ``phase``, ``any correlation``, …: what makes it positive.
    references : tuple of str
    """

    name: str
    symbol: str
    function: Callable[..., float]
    sites: tuple[int, ...]
    kinds: tuple[str, ...]
    range: str
    meaning: str
    zero: str
    sees: str
    references: tuple[str, ...] = ()

    def applies(self, state: State, sites: tuple[str, ...]) -> bool:
        """Whether the measure takes these sites of the state."""
        kinds = [state.sites[axis].kind for axis in state.axes(sites)]
        return len(sites) in self.sites and all(kind in self.kinds for kind in kinds)


_MEASURES = (
    Measure(
        "phase_coherence",
        "R",
        phase_coherence,
        (1, 2),
        ("oscillator", "spin"),
        "0 … 1",
        "sharpness of the phase, or of the phase difference: |⟨e^{iφ}⟩|",
        "the first harmonic vanishes (2:1 locking is possible)",
        "locking of phases, classical or quantum",
        ("Pegg1989",),
    ),
    Measure(
        "amplitude_correlation",
        "R′",
        amplitude_correlation,
        (2,),
        ("oscillator",),
        "0 … 1",
        "correlation of the amplitudes: |⟨a†b⟩|/√(n_a n_b)",
        "no correlation of first order; undefined for the vacuum",
        "locking of amplitudes, classical or quantum",
        ("Lee2014",),
    ),
    Measure(
        "peak_height",
        "S_max",
        peak_height,
        (1,),
        ("oscillator", "spin"),
        "0 … (no bound)",
        "height of the phase density above the uniform one, 1/2π",
        "the phase is uniform",
        "a preferred phase of any m:1 locking",
        ("Roulet2018", "Hush2015"),
    ),
    Measure(
        "mutual_information",
        "I",
        mutual_information,
        (2,),
        ("oscillator", "spin", "qudit"),
        "0 … 2 min(S_a, S_b) nats",
        "all correlations: S_a + S_b − S_ab",
        "a product state",
        "any correlation, phase or number, classical or quantum",
    ),
)

catalogue: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in _MEASURES})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of measures; ``value`` is None where it is undefined, ``error`` where nothing is known."""

    measure: Measure
    sites: tuple[str, ...]
    value: float | None
    error: float | None


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """All measures that apply to some sites of a state; prints itself.

    Attributes
    ----------
    rows : tuple of Row
        ``error`` is the truncation error: the change of the value in the state's refined, larger space.
    """

    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, float | None]:
        """Name -> value; undefined values are None."""
        return {row.measure.name: row.value for row in self.rows}

    def __getitem__(self, name: str) -> float | None:
        return self.as_dict()[name]

    def __repr__(self) -> str:
        lines = []
        for row in self.rows:
            value = "undefined" if row.value is None else f"{row.value:.8g}"
            error = "" if row.error is None else f"± {row.error:.0e}"
            m = row.measure
            source = ", ".join(m.references) or "standard"
            call = f"{m.name}({', '.join(row.sites)})"
            lines.append(f"{m.symbol:>6}  {call:<30} {value:>12} {error:<8} [{m.range}]  {m.meaning} ({source})")
        return "\n".join(lines) or "no measure applies to these sites"


def table(state: State, *sites: str) -> MeasureTable:
    """Every measure that applies to one or two sites, with its truncation error, range, meaning and source.

    Parameters
    ----------
    state : State
    *sites : str
        One or two names.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.shared_bath_pair(coupling=0.5), cutoff=ph.Converged(1e-4))
    >>> ph.measures.table(state, "a", "b")["amplitude_correlation"] > 0.5
    True
    """
    names = tuple(str(getattr(site, "name", site)) for site in sites)
    if not names:
        raise InvalidInput("A table of measures needs sites.", "Name one or two sites.")
    rows = []
    for measure in catalogue.values():
        if measure.applies(state, names):
            value, error = _evaluate(measure, state, names)
            rows.append(Row(measure, names, value, error))
    return MeasureTable(tuple(rows))


def _evaluate(measure: Measure, state: State, names: tuple[str, ...]) -> tuple[float | None, float | None]:
    try:
        value = measure.function(state, *names)
    except Undefined:
        return None, None
    if state.refined is None:
        return value, 0.0 if state.certificate is not None and not state.cutoffs else None
    try:
        return value, abs(measure.function(state.refined, *names) - value)
    except Undefined:
        return value, None
