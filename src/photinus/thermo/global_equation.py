"""The global (Born–Markov–secular) master equation, from a Hamiltonian and its contacts with baths.

A contact couples a Hermitian X to a bath. X is cut into eigenoperators of the Hamiltonian, X = Σ_ω A(ω) with
[H, A(ω)] = −ω A(ω) (Davies 1974; Breuer, Petruccione 2002), and every A(ω > 0) becomes a jump in detailed balance that
hands ω to the bath. The decomposition is made in the algebra: X, [H, X], [H, [H, X]], … span a space of words, on which
[H, ·] is a matrix. That space is finite for spins and qudits and for oscillators with a quadratic H; no cutoff is
needed. The Lamb shift is left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

from photinus.algebra import Operator, Scalar, Word, commutator
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, NotHermitian, WrongType, shown
from photinus.model import Bath, Jump, Model
from photinus.numerics.checks import real_number

WORDS = 1200
"""Words of a contact's operator under repeated commutation, at most."""
EQUAL = 1e-9
"""Frequencies closer than this times the largest are equal."""
SECULAR = 10.0
"""Frequencies have to be this many times further apart than the rate that connects them is fast."""


class NearlyDegenerate(UserWarning):
    """Two transition frequencies are too close for the secular approximation."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How a system touches a bath: X ⊗ B, the bath's noise given by its rates at zero temperature.

    Parameters
    ----------
    bath : Bath
        With a temperature.
    operator : Operator
        X, Hermitian, such as a + a† or σ_x.
    rate : float or callable
        γ(ω) ≥ 0 at ω > 0, the rate of D[A(ω)] at zero temperature: a number (flat) or a function of ω, such as
        ``lambda w: 0.1 * w`` (Ohmic).

    Raises
    ------
    InvalidInput, NotHermitian, WrongType
    """

    bath: Bath
    operator: Operator
    rate: float | Callable[[float], float]

    def __post_init__(self) -> None:
        if not isinstance(self.bath, Bath):
            raise WrongType(f"The bath of a contact is {shown(self.bath)}.", "Give a ph.Bath with a temperature.")
        if self.bath.temperature is None:
            raise InvalidInput(f"The bath {self.bath.name!r} has no temperature.", "Give Bath(name, temperature=…).")
        operator = as_operator(self.operator)
        if not operator.is_hermitian():
            raise NotHermitian(
                f"The operator {operator} of the contact with {self.bath.name!r} is not Hermitian.",
                "Give X = L + L.dag(): what does not conserve energy drops out by itself.",
            )
        object.__setattr__(self, "operator", operator)
        if not callable(self.rate):
            object.__setattr__(self, "rate", real_number(self.rate, "rate of a contact", minimum=0.0))

    def rate_at(self, frequency: float) -> float:
        """γ(ω)."""
        value = self.rate(frequency) if callable(self.rate) else self.rate
        return real_number(value, f"rate of the contact with {self.bath.name!r} at {frequency:g}", minimum=0.0)


def eigenoperators(hamiltonian: Operator | Scalar, operator: Operator | Scalar) -> list[tuple[float, Operator]]:
    """(ω, A(ω)) of X = Σ A(ω), [H, A(ω)] = −ω A(ω), in ascending order of ω.

    Parameters
    ----------
    hamiltonian, operator : Operator
        H, Hermitian, and X.

    Returns
    -------
    list of (float, Operator)
        ω > 0 lowers the energy of the system by ω.

    Raises
    ------
    InvalidInput
        If [H, [H, … X]] never closes, as for an anharmonic oscillator, or [H, ·] has no real frequencies there.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> coupled = a.dag() * a + b.dag() * b + 0.1 * (a.dag() * b + b.dag() * a)
    >>> for frequency, part in ph.thermo.eigenoperators(coupled, a):
    ...     print(round(frequency, 12), part)
    0.9 0.5 a - 0.5 b
    1.1 0.5 a + 0.5 b
    """
    h, x = as_operator(hamiltonian), as_operator(operator)
    if not h.is_hermitian():
        raise NotHermitian(f"The Hamiltonian {h} is not Hermitian.", "Add the Hermitian conjugate.")
    words, matrix = _adjoint_action(h, x)
    values, vectors = np.linalg.eig(matrix)
    scale = float(np.abs(values).max(initial=0.0))
    if np.abs(values.imag).max(initial=0.0) > 1e-7 * max(scale, 1e-300):
        raise InvalidInput(
            "The Hamiltonian has no real frequencies: it is unstable.", "Check the sign of its couplings."
        )
    start = np.array([complex(x.terms.get(word, 0)) for word in words])
    weights = np.linalg.lstsq(vectors, start, rcond=None)[0]
    order = np.argsort(-values.real)
    out: list[tuple[float, Operator]] = []
    groups: list[list[int]] = []
    for k in order:
        if groups and abs(values[groups[-1][-1]].real - values[k].real) <= EQUAL * scale:
            groups[-1].append(int(k))
        else:
            groups.append([int(k)])
    floor = 1e-11 * float(np.abs(start).max(initial=0.0))
    for group in groups:
        amplitudes = vectors[:, group] @ weights[group]
        part = Operator({w: _tidy(c) for w, c in zip(words, amplitudes, strict=True) if abs(c) > floor})
        frequency = -float(values[group].real.mean())
        if part.terms:
            out.append((0.0 if abs(frequency) <= EQUAL * scale else frequency, part))
    _require_decomposed(h, x, out, scale)
    return out


def global_master_equation(hamiltonian: Operator | Scalar, baths: Iterable[Contact], *, width: float = 0.0) -> Model:
    """The master equation whose jumps connect eigenstates of the whole Hamiltonian.

    Parameters
    ----------
    hamiltonian : Operator
        H, couplings included.
    baths : iterable of Contact
        The contacts with baths.
    width : float
        0 for the full secular approximation; otherwise frequencies up to ``width`` apart share a jump at their mean
        frequency (partial secular, Trushechkin 2021), as nearly degenerate ones must.

    Returns
    -------
    Model
        H with its jumps, each owned by its bath. Fully secular, every bath drives the system to the thermal state of H.

    Raises
    ------
    InvalidInput
        As :func:`eigenoperators`; and for a contact that dephases (ω = 0) with a rate that does not vanish at ω → 0.

    Warns
    -----
    NearlyDegenerate
        Where frequencies that are kept apart differ by less than ten times the rate √(γγ′) that connects them: raise
        ``width`` then.

    References
    ----------
    Davies1974, BreuerPetruccione2002, Trushechkin2021.

    Examples
    --------
    Two coupled oscillators at the parameters of Levy and Kosloff (2014): heat runs from hot to cold.

    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> hot, cold = ph.Bath("hot", 0.6), ph.Bath("cold", 0.5)
    >>> energy = 2 * a.dag() * a + b.dag() * b + 0.05 * (a.dag() * b + b.dag() * a)
    >>> contacts = [ph.thermo.Contact(hot, a + a.dag(), 0.01), ph.thermo.Contact(cold, b + b.dag(), 0.02)]
    >>> model = ph.thermo.global_master_equation(energy, contacts)
    >>> ph.thermo.heat_class(model).name
    'global'
    >>> ph.thermo.heat_currents(model, ph.steady_state(model))["hot"] > 0
    True
    """
    energy = as_operator(hamiltonian)
    span = real_number(width, "width of the partial secular approximation", minimum=0.0)
    jumps: list[Jump] = []
    for contact in _listed(baths):
        parts = [(w, part) for w, part in eigenoperators(energy, contact.operator) if w >= 0]
        merged = _merged(parts, span)
        made = [_jump(contact, w, part) for w, part in merged]
        _warn_where_close(contact, merged, made)
        jumps += [jump for jump in made if jump is not None]
    return Model(energy, jumps, ("Davies1974", "BreuerPetruccione2002", *(("Trushechkin2021",) if span else ())))


def _listed(baths: object) -> list[Contact]:
    found: list[Any] = [baths] if isinstance(baths, Contact) or not isinstance(baths, Iterable) else list(baths)
    for contact in found:
        if not isinstance(contact, Contact):
            raise WrongType(
                f"Among the baths stands {shown(contact)}.", "Give ph.thermo.Contact(bath, operator, rate) for each."
            )
    return found


def _adjoint_action(h: Operator, x: Operator) -> tuple[list[Word], np.ndarray]:
    """The words that [H, ·] reaches from X, and its matrix on them."""
    place: dict[Word, int] = {word: k for k, word in enumerate(x.terms)}
    columns: list[Operator] = []
    words = list(place)
    while len(columns) < len(words):
        image = commutator(h, Operator({words[len(columns)]: 1.0}))
        columns.append(image)
        for word in image.terms:
            if word not in place:
                place[word] = len(words)
                words.append(word)
        if len(words) > WORDS:
            raise InvalidInput(
                f"[H, [H, …]] of the contact {x} does not close within {WORDS} words: the Hamiltonian is anharmonic.",
                "Use local baths, Bath.jump, or a spin or qudit for the levels that matter.",
            )
    matrix = np.zeros((len(words), len(words)), dtype=complex)
    for k, image in enumerate(columns):
        for word, c in image.terms.items():
            matrix[place[word], k] = c
    return words, matrix


def _tidy(c: complex) -> complex:
    """Without the rounding of an imaginary or a real part."""
    real = c.real if abs(c.real) > 1e-13 * abs(c) else 0.0
    imag = c.imag if abs(c.imag) > 1e-13 * abs(c) else 0.0
    return complex(round(real, 14), round(imag, 14)) if abs(c) < 10 else complex(real, imag)


def _require_decomposed(h: Operator, x: Operator, parts: list[tuple[float, Operator]], scale: float) -> None:
    size = max((abs(c) for c in x.terms.values()), default=0.0)
    rest = x
    worst = 0.0
    for frequency, part in parts:
        rest = rest - part
        image = commutator(h, part) + frequency * part
        worst = max(worst, *(abs(c) for c in image.terms.values()), 0.0) if image.terms else worst
    missing = max((abs(c) for c in rest.terms.values()), default=0.0)
    if worst > 1e-6 * max(scale, 1e-300) * size or missing > 1e-6 * size:
        raise InvalidInput(
            f"The operator {x} is no sum of eigenoperators of the Hamiltonian: "
            f"{max(worst / max(scale, 1e-300), missing):.1e} is left.",
            "Check that the Hamiltonian is stable, or separate its scales.",
        )


def _merged(parts: list[tuple[float, Operator]], width: float) -> list[tuple[float, Operator]]:
    """Neighbours up to ``width`` apart joined at their mean frequency, weighted by their strength."""
    groups: list[list[tuple[float, Operator]]] = []
    for frequency, part in parts:
        if groups and width and frequency - groups[-1][0][0] <= width and groups[-1][0][0] > 0:
            groups[-1].append((frequency, part))
        else:
            groups.append([(frequency, part)])
    out = []
    for group in groups:
        weights = [sum(abs(c) ** 2 for c in part.terms.values()) for _, part in group]
        mean = sum(w * f for w, (f, _) in zip(weights, group, strict=True)) / sum(weights)
        out.append((mean, sum((part for _, part in group), as_operator(0))))
    return out


def _jump(contact: Contact, frequency: float, part: Operator) -> Jump | None:
    """The channel of one frequency; None where it does nothing."""
    if not any(part.terms):
        return None
    name = f"{contact.bath.name} at {frequency:.6g}"
    if frequency > 0:
        rate = contact.rate_at(frequency)
        return contact.bath.jump(rate, part, frequency, name=name) if rate else None
    rate = _dephasing_rate(contact)
    return Jump(rate, part, bath=contact.bath, name=name, quantum=0.0) if rate else None


def _dephasing_rate(contact: Contact) -> float:
    """The limit of γ(ω)·(n̄(ω) + 1) at ω → 0: γ′(0)·T of an Ohmic bath."""
    temperature = contact.bath.temperature or 0.0
    if temperature == 0:
        return 0.0
    steps = [temperature * 10.0**-k for k in (5, 6, 7)]
    values = [contact.rate_at(w) * (temperature / w + 0.5) for w in steps]
    if not all(map(isfinite, values)) or values[2] > 2 * max(values[1], 1e-300):
        raise InvalidInput(
            f"The contact with {contact.bath.name!r} dephases with a rate that diverges at frequency 0.",
            "Give its rate as a function that vanishes there, such as lambda w: 0.1 * w.",
        )
    return values[2]


def _warn_where_close(contact: Contact, parts: list[tuple[float, Operator]], jumps: list[Jump | None]) -> None:
    """Warn where two frequencies that are kept apart beat no faster than the rate √(γγ′)|c c′| that connects them."""
    strengths = [
        (jump.rate + jump.reverse) * max(abs(c) for c in part.terms.values()) ** 2 if jump is not None else 0.0
        for (_, part), jump in zip(parts, jumps, strict=True)
    ]
    for (left, right), (low, high) in zip(pairwise(w for w, _ in parts), pairwise(strengths), strict=True):
        rate = (low * high) ** 0.5
        if right - left < SECULAR * rate:
            warnings.warn(
                f"The frequencies {left:.6g} and {right:.6g} of the contact with {contact.bath.name!r} are "
                f"{right - left:.2g} apart, and the rate between them is {rate:.2g}: the secular approximation does "
                f"not hold. Give width={2 * (right - left):.2g}, or use local baths.",
                NearlyDegenerate,
                stacklevel=3,
            )
            return
