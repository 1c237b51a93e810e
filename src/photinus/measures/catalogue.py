"""The catalogue of measures: what each needs, its range, what a zero means, where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING

from photinus.errors import InvalidInput, Undefined
from photinus.measures import asymmetry, collective, correlations, entanglement, information, locking, quadratures
from photinus.measures.measure import Measure
from photinus.measures.sites import checked_names, restricted
from photinus.space.certificate import SAFETY
from photinus.space.state import State

if TYPE_CHECKING:
    import xarray

_FAMILIES = (
    locking.MEASURES,
    correlations.MEASURES,
    asymmetry.MEASURES,
    quadratures.MEASURES,
    collective.MEASURES,
    entanglement.MEASURES,
    information.MEASURES,
)

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
        ``error`` is the truncation error: three times the change of the value in the state's refined, larger space.
    """

    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, float | None]:
        """Name -> value; undefined values are None."""
        return {row.measure.name: row.value for row in self.rows}

    def row(self, name: str) -> Row:
        """The line of one measure.

        Raises
        ------
        InvalidInput
            For a measure that the table does not have.
        """
        for row in self.rows:
            if row.measure.name == name:
                return row
        raise InvalidInput(f"The table has no measure {name!r}.", _advice(name, [row.measure for row in self.rows]))

    def to_xarray(self) -> xarray.Dataset:
        """Value and error over the names of the measures; NaN where one is undefined or unknown."""
        import xarray

        values, errors = ([nan if x is None else x for x in column] for column in self._columns())
        names = [row.measure.name for row in self.rows]
        return xarray.Dataset({"value": ("measure", values), "error": ("measure", errors)}, {"measure": names})

    def _columns(self) -> tuple[list[float | None], list[float | None]]:
        return [row.value for row in self.rows], [row.error for row in self.rows]

    def __getitem__(self, name: str) -> float | None:
        return self.row(name).value

    def __iter__(self) -> Iterator[str]:
        return iter(self.as_dict())

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        lines = [_cells(row) for row in self.rows]
        width = [max((len(cells[k]) for cells in lines), default=0) for k in range(4)]
        return (
            "\n".join(
                f"{symbol:>{width[0]}}  {call:<{width[1]}}  {value:>{width[2]}} {error:<{width[3]}} {text}"
                for symbol, call, value, error, text in lines
            )
            or "no measure applies to these sites"
        )


def _advice(name: object, known: Iterable[Measure]) -> str:
    """The name that was meant, perhaps by its symbol; else all names."""
    symbols = {measure.symbol: measure.name for measure in known}
    near = [symbols[name]] if name in symbols else get_close_matches(str(name), symbols.values(), 1)
    return f"Did you mean {near[0]!r}?" if near else f"It has {', '.join(symbols.values()) or 'none'}."


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    m = row.measure
    value = "undefined" if row.value is None else _digits(row.value)
    error = "" if row.error is None else f"± {row.error:.0e}" if row.error else "± 0"
    source = ", ".join(m.references) or "standard"
    return m.symbol, f"{m.name}({', '.join(row.sites)})", value, error, f"[{m.range}]  {m.meaning} ({source})"


def _digits(value: float) -> str:
    """Eight digits of a number; one of a number so small that the others are rounding."""
    return f"{value:.8g}" if value == 0 or abs(value) > 1e-14 else f"{value:.0e}"


def table(state: State, *sites: str) -> MeasureTable:
    """Every measure that applies to one, two or more sites, with its truncation error, range, meaning and source.

    The state is reduced to these sites once, and the measures share its spectrum.

    Parameters
    ----------
    state : State
    *sites : str
        Names; spins and qudits may be given by their handles.

    Raises
    ------
    WrongType, UnknownSite, SiteMismatch, InvalidInput
        For a model; for no site, one that the state does not have, or one that is named twice.

    Examples
    --------
    >>> import photinus as ph
    >>> state = ph.steady_state(ph.zoo.shared_bath_pair(coupling=0.5), cutoff=ph.Converged(1e-4))
    >>> ph.measures.table(state, "a", "b")["amplitude_correlation"] > 0.5
    True
    """
    names = checked_names(state, sites)
    if not names:
        raise InvalidInput("A table of measures needs sites.", "Name one, two or more.")
    asked = [measure for measure in catalogue.values() if measure.applies(state, names)]
    values = _values(asked, state, names)
    if state.refined is not None:
        fine = _values(asked, state.refined, names)
        errors = [None if x is None or y is None else SAFETY * abs(x - y) for x, y in zip(values, fine, strict=True)]
    else:
        exact = state.certificate is not None and not state.cutoffs
        errors = [None if x is None or not exact else 0.0 for x in values]
    return MeasureTable(tuple(Row(m, names, x, e) for m, x, e in zip(asked, values, errors, strict=True)))


def _values(asked: list[Measure], state: State, names: tuple[str, ...]) -> list[float | None]:
    """The values of measures, None where they are undefined."""
    alone, _ = restricted(state, names, "table", counts=(1,), more=True)
    return [_value(measure, alone, names) for measure in asked]


def _value(measure: Measure, state: State, names: tuple[str, ...]) -> float | None:
    try:
        return measure.function(state, *names)
    except Undefined:
        return None
