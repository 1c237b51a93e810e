r"""What stands along axes: names, symbols and units.

The symbols are those of the conventions: :math:`\kappa_1` for ``gain``, :math:`\Delta` for ``detuning``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "gain": r"\kappa_1",
        "two_photon_loss": r"\kappa_2",
        "loss": r"\gamma",
        "detuning": r"\Delta",
        "drive": r"\Omega",
        "drive_phase": r"\theta",
        "squeezing": r"\eta",
        "squeezing_phase": r"\vartheta",
        "kerr": "K",
        "coherent": "g",
        "dissipative": "V",
        "dissipative_phase": r"\theta",
        "coupling": "V",
        "theta": r"\theta",
    }
)
"""TeX of the parameters of the zoo."""


def symbol(name: str) -> str:
    r"""The TeX symbol of a parameter, between dollars; the name itself where it has none.

    Examples
    --------
    >>> from photinus.plot import symbol
    >>> symbol("two_photon_loss"), symbol("chirp_rate")
    ('$\\kappa_2$', 'chirp rate')
    """
    return f"${SYMBOLS[name]}$" if name in SYMBOLS else name.replace("_", " ")


def axis_label(name: str, attributes: Mapping[str, Any]) -> str:
    r"""What to write along an axis of a table.

    Parameters
    ----------
    name : str
        Name of the variable or coordinate.
    attributes : mapping
        Its attributes; ``long_name`` replaces the name, ``units`` is appended. A unit that is a parameter divides.

    Examples
    --------
    >>> from photinus.plot import axis_label
    >>> axis_label("detuning", {"units": "gain"})
    'detuning $\\Delta/\\kappa_1$'
    >>> axis_label("detuning", {"units": "kHz"})
    'detuning $\\Delta$ (kHz)'
    >>> axis_label("radius", {"long_name": "$r$"})
    '$r$'
    """
    own, unit = str(attributes.get("long_name", "")), str(attributes.get("units", ""))
    plain = own or name.replace("_", " ")
    if own or name not in SYMBOLS:
        return f"{plain} ({symbol(unit)})" if unit and unit != "1" else plain
    if unit in SYMBOLS:
        return f"{plain} ${SYMBOLS[name]}/{SYMBOLS[unit]}$"
    return f"{plain} ${SYMBOLS[name]}$" + (f" ({unit})" if unit and unit != "1" else "")


def angle_text(label: str) -> str:
    r"""An angle as phase densities name it, in TeX.

    Examples
    --------
    >>> from photinus.plot import angle_text
    >>> angle_text("φ_a − φ_b")
    '$\\varphi_{\\mathrm{a}} - \\varphi_{\\mathrm{b}}$'
    """
    tex = re.sub(r"φ_(\S+)", lambda found: rf"\varphi_{{\mathrm{{{_escaped(found[1])}}}}}", label)
    return f"${tex.replace('−', '-')}$" if tex != label else label


def _escaped(name: str) -> str:
    return re.sub(r"([_$%#&{}])", r"\\\1", name)


def parameters_text(parameters: Mapping[str, Any]) -> str:
    r"""Parameters and their values in one line, for a title or a caption.

    Examples
    --------
    >>> from photinus.plot import parameters_text
    >>> parameters_text({"gain": 1, "two_photon_loss": 0.1})
    '$\\kappa_1 = 1$, $\\kappa_2 = 0.1$'
    """
    return ", ".join(_parameter(name, value) for name, value in parameters.items())


def _parameter(name: str, value: Any) -> str:
    shown = f"{value:.4g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
    if name in SYMBOLS and (power := re.fullmatch(r"(.*)e([+-]\d+)", shown)):
        shown = rf"{power[1]} \times 10^{{{int(power[2])}}}"
    return f"${SYMBOLS[name]} = {shown}$" if name in SYMBOLS else f"{symbol(name)} = {shown}"
