"""What a study may ask at every point: ``name``, ``name(site)`` or ``name(site, site)``.

The measures of the catalogue, a few plain properties of the state, and the fields of the certificate. The text is
matched, never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from photinus.cli.words import did_you_mean
from photinus.errors import StudyError, Undefined
from photinus.measures import Measure, catalogue
from photinus.model import Model
from photinus.space.state import State

_GRAMMAR = re.compile(r"\s*([A-Za-z]\w*)\s*(?:\(\s*([^()]*?)\s*\))?\s*")
CERTIFICATE = ("truncation", "residual", "positivity", "ok")
"""What stands in every table, whether asked for or not, beside the cutoff of every oscillator."""

_ANY = ("oscillator", "spin", "qudit")


def _mean_number(state: State, site: str) -> float:
    populations = state.populations(site)
    return float(populations @ np.arange(len(populations)))


def _number_variance(state: State, site: str) -> float:
    populations = state.populations(site)
    levels = np.arange(len(populations))
    return float(populations @ levels**2 - (populations @ levels) ** 2)


def _purity(state: State, *sites: str) -> float:
    return (state.reduced(*sites) if sites else state).purity()


def _entropy(state: State, *sites: str) -> float:
    return (state.reduced(*sites) if sites else state).entropy()


_STATE = tuple(
    Measure(
        name=name,
        symbol=symbol,
        function=function,
        sites=sites,
        kinds=kinds,
        range=extent,
        meaning=meaning,
        zero=zero,
        sees=sees,
    )
    for name, symbol, function, sites, kinds, extent, meaning, zero, sees in (
        ("mean_number", "⟨n⟩", _mean_number, (1,), ("oscillator",), "0 … ∞", "mean occupation", "the vacuum", "n"),
        (
            "number_variance",
            "Var(n)",
            _number_variance,
            (1,),
            ("oscillator",),
            "0 … ∞",
            "Var(n)",
            "a number state",
            "n",
        ),
        ("purity", "Tr ρ²", _purity, (0, 1, 2), _ANY, "1/d … 1", "purity, of all or of some sites", "never", "mixing"),
        ("entropy", "S", _entropy, (0, 1, 2), _ANY, "0 … ln d", "von Neumann entropy, nats", "a pure state", "mixing"),
    )
)

KNOWN: Mapping[str, Measure] = MappingProxyType({**{measure.name: measure for measure in _STATE}, **catalogue})
"""Everything that a study may ask, by name."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of a study.

    Attributes
    ----------
    measure : Measure
    sites : tuple of str
    """

    measure: Measure
    sites: tuple[str, ...]

    @property
    def name(self) -> str:
        """As it is called in the table: ``phase_coherence(a, b)``."""
        return f"{self.measure.name}({', '.join(self.sites)})" if self.sites else self.measure.name

    @property
    def label(self) -> str:
        """What to write beside a figure: words and symbol."""
        return f"{self.measure.name.replace('_', ' ')} {tex(self.measure.symbol)}"

    def value(self, state: State) -> float:
        """Its value, NaN where it is undefined."""
        try:
            return float(self.measure.function(state, *self.sites))
        except Undefined:
            return float("nan")


def tex(symbol: str) -> str:
    r"""A symbol of the catalogue between dollars.

    Examples
    --------
    >>> from photinus.cli.quantities import tex
    >>> tex("R′"), tex("S_max"), tex("⟨n⟩")
    ("$R'$", '$S_\\mathrm{max}$', '$\\langle n\\rangle$')
    """
    for plain, written in (("′", "'"), ("⟨", r"\langle "), ("⟩", r"\rangle"), ("ρ", r"\rho"), ("²", "^2")):
        symbol = symbol.replace(plain, written)
    symbol = re.sub(r"\b(Tr|Var)\b", r"\\mathrm{\1}\\,", symbol)
    return "$" + re.sub(r"_(\w{2,})", r"_\\mathrm{\1}", symbol) + "$"


@lru_cache(maxsize=256)
def parse_quantity(text: str) -> Quantity | str:
    """The quantity that a text names, or the name of a field of the certificate.

    Raises
    ------
    StudyError
        For text of another form, and for unknown names.
    """
    found = _GRAMMAR.fullmatch(text)
    if found is None:
        raise StudyError(f"{text!r} is no quantity.", 'Write it as "name", "name(site)" or "name(site, site)".')
    name, inside = found.groups()
    sites = tuple(part.strip() for part in inside.split(",")) if inside else ()
    if name in CERTIFICATE and not sites:
        return name
    if name not in KNOWN:
        raise StudyError(f"There is no quantity {name!r}.", did_you_mean(name, [*KNOWN, *CERTIFICATE], "There are"))
    measure = KNOWN[name]
    if not measure.takes(len(sites)) or not all(sites):
        counts = " or ".join([*map(str, measure.sites), *(["more"] if measure.more else [])])
        raise StudyError(
            f"{text!r} names {len(sites)} sites, and {name} takes {counts}.", f"Write it as {_example(measure)}."
        )
    if len(set(sites)) != len(sites):
        raise StudyError(f"{text!r} names a site twice.", "Name each site once.")
    return Quantity(measure, sites)


def quantity_name(text: str) -> str:
    """How a quantity is called in the table, however it was written in the study.

    Raises
    ------
    StudyError
        As :func:`parse_quantity`.
    """
    quantity = parse_quantity(text)
    return quantity if isinstance(quantity, str) else quantity.name


def _example(measure: Measure) -> str:
    return " or ".join(f"{measure.name}({', '.join('ab'[:n])})" if n else measure.name for n in measure.sites)


def check_sites(quantity: Quantity, model: Model) -> None:
    """Refuse a quantity whose sites the model does not have, or has of another kind.

    Raises
    ------
    StudyError
    """
    kinds = {site.name: site.kind for site in model.sites}
    for site in quantity.sites:
        if site not in kinds:
            raise StudyError(
                f"{quantity.name!r}: the model has no site {site!r}.", did_you_mean(site, kinds, "Its sites")
            )
        if kinds[site] not in quantity.measure.kinds:
            raise StudyError(
                f"{quantity.name!r}: {site!r} is a {kinds[site]}.", f"Name a {' or '.join(quantity.measure.kinds)}."
            )
