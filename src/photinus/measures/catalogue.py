"""The catalogue of measures: what each needs, its range, what a zero means, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from photinus.errors import InvalidInput, Undefined
from photinus.measures import correlations, locking
from photinus.measures.measure import Measure
from photinus.space.state import State

_FAMILIES = (locking.MEASURES, correlations.MEASURES)

catalogue: Mapping[str, Measure] = MappingProxyType(
    {measure.name: measure for family in _FAMILIES for measure in family}
)


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
