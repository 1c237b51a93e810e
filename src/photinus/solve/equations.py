"""The mean-field equations as a physicist writes them, in Unicode and in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from photinus.algebra import Oscillator, locate
from photinus.algebra.site import power
from photinus.solve.classical import Flow

SHOWN = 8
"""Equations that a print shows."""


@dataclass(frozen=True, eq=False)
class Equations:
    r"""The equations of motion; ``str()`` and ``.latex`` write them, ``[site]`` those of one site.

    Examples
    --------
    >>> import photinus as ph
    >>> ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=0.3, drive=0.2)).equations
    dα_a/dt = 0.2 + (0.5+0.3i) α_a - 0.1 |α_a|² α_a
    >>> print(ph.mean_field(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)).equations.latex)
    \dot{\alpha}_{a} = 0.5\,\alpha_{a} - 0.1\,|\alpha_{a}|^{2}\alpha_{a}
    """

    flow: Flow

    def __getitem__(self, site: str) -> str:
        return "\n".join(_written(self.flow, locate(self.flow.sites, site), latex=False))

    @property
    def lines(self) -> tuple[str, ...]:
        """One line for each of α̇, ṡ₊ and ṡ_z, site after site."""
        return tuple(line for k in range(len(self.flow.sites)) for line in _written(self.flow, k, latex=False))

    @property
    def latex(self) -> str:
        """The same in LaTeX, one equation a line."""
        return "\n".join(line for k in range(len(self.flow.sites)) for line in _written(self.flow, k, latex=True))

    def __str__(self) -> str:
        lines = [line for k in range(min(SHOWN, len(self.flow.sites))) for line in _written(self.flow, k, latex=False)]
        left = len(self.flow.sites) - SHOWN
        return "\n".join(lines + ([f"… and those of {left} more sites"] if left > 0 else []))

    def __repr__(self) -> str:
        return str(self)


def _written(flow: Flow, place: int, *, latex: bool) -> Iterable[str]:
    site, start = flow.sites[place], int(flow.offsets[place])
    for row in (start,) if isinstance(site, Oscillator) else (start, start + 2):
        name = _letter(flow, row, latex)
        dotted = rf"\dot{{{name.partition('_')[0]}}}_{name.partition('_')[2]}"
        left = dotted if latex else f"d{name}/dt"
        entries = flow.field.matrix[[row]].tocoo()
        table = [tuple(int(f) for f in flow.field.factors[m] if f < flow.size) for m in entries.coords[1]]
        ordered = sorted(zip(table, entries.data, strict=True), key=lambda term: (len(term[0]), term[0]))
        right = " + ".join(_term(flow, factors, complex(c), latex) for factors, c in ordered) or "0"
        yield f"{left} = {right}".replace("+ -", "- ")


def _term(flow: Flow, factors: tuple[int, ...], c: complex, latex: bool) -> str:
    words = _monomial(flow, factors, latex)
    if not words:
        return _number(c)
    if c in (1, -1):
        return words if c == 1 else f"-{words}"
    return _number(c) + (r"\," if latex else " ") + words


def _number(c: complex) -> str:
    """Six digits of a coefficient; a part that is rounding beside the other is left out."""
    small = 1e-14 * abs(c)
    real, imaginary = (0.0 if abs(x) <= small else x for x in (c.real, c.imag))
    if imaginary == 0:
        return f"{real:.6g}"
    return f"{imaginary:.6g}i" if real == 0 else f"({real:.6g}{imaginary:+.6g}i)"


def _monomial(flow: Flow, factors: tuple[int, ...], latex: bool) -> str:
    """A product of letters, with αα* = |α|² and s₊s₋ = |s₊|² taken together."""
    counts = {f: factors.count(f) for f in factors}
    moduli, rest = [], []
    for k in range(len(flow.sites)):
        first = int(flow.offsets[k])
        both = min(counts.get(first, 0), counts.get(first + 1, 0))
        if both:
            name = _letter(flow, first, latex)
            moduli.append(f"|{name}|^{{{2 * both}}}" if latex else power(f"|{name}|", 2 * both))
            counts[first] -= both
            counts[first + 1] -= both
        for letter in range(first, int(flow.offsets[k + 1])):
            if counts.get(letter, 0) > 0:
                rest.append(_powered(flow, letter, counts[letter], latex))
    return ("" if latex else " ").join(moduli + rest)


def _powered(flow: Flow, letter: int, exponent: int, latex: bool) -> str:
    name = _letter(flow, letter, latex)
    if not latex:
        return power(name, exponent)
    if exponent == 1:
        return name
    return f"({name})^{{{exponent}}}" if "^" in name else f"{name}^{{{exponent}}}"


def _letter(flow: Flow, letter: int, latex: bool) -> str:
    place = int(flow.offsets.searchsorted(letter, side="right")) - 1
    site, kind = flow.sites[place], letter - int(flow.offsets[place])
    if isinstance(site, Oscillator):
        name = rf"\alpha_{{{site.name}}}" if latex else f"α_{site.name}"
        return name + ("^*" if latex else "*") * (kind == 1)
    if latex:
        return f"{site.name}_{{{('+', '-', 'z')[kind]}}}"
    return site.name + ("₊", "₋", "_z")[kind]
