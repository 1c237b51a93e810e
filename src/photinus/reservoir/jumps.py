"""Jumps of shared baths: loss and gain of one collective mode, correlated pumping, any positive coupling matrix.

θ is always the relative phase that is favoured, φ_a − φ_b = θ: of the mode a − e^{iθ}b, which a shared loss takes away,
and of a + e^{iθ}b, which a shared gain feeds. The operators may be those of oscillators or of spins (``s.minus``).
"""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.linalg as la

from photinus.algebra import Operator
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, NotHermitian, NotPositive, WrongType, shown
from photinus.model import Jump
from photinus.numerics.checks import real_number

POSITIVE = 1e-12
"""Eigenvalues above minus this times the largest count as not negative."""


def shared_loss(a: Operator, b: Operator, theta: float = 0.0, *, rate: float = 1.0) -> Jump:
    """rate·D[a − e^{iθ}b]: a bath that both lose into, blind to a + e^{iθ}b, in which φ_a − φ_b = θ.

    Parameters
    ----------
    a, b : Operator
        Lowering operators of two different sites.
    theta : float
        θ (rad).
    rate : float
        At least 0. The amplitude of the bright mode decays with ``rate``, its number with 2·rate.

    Raises
    ------
    WrongType, InvalidInput
        For what is no operator; for two operators of one site (a bath that both share needs two); for a rate below 0.

    References
    ----------
    Lee2014, Diehl2008.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> print(ph.reservoir.shared_loss(a, b, rate=0.5))
    0.5 D[a - b]
    """
    first, second = _listed([a, b])
    return Jump(rate, first - _phase(theta) * second, name=f"shared loss of {_names([first, second])}")


def shared_gain(a: Operator, b: Operator, theta: float = 0.0, *, rate: float = 1.0) -> Jump:
    """rate·D[(a + e^{iθ}b)†]: gain into the one mode in which φ_a − φ_b = θ.

    Parameters
    ----------
    a, b : Operator
        Lowering operators of two different sites; their adjoints are fed.
    theta : float
        θ (rad).
    rate : float
        At least 0.

    Raises
    ------
    WrongType, InvalidInput
        As :func:`shared_loss`.

    Examples
    --------
    >>> import photinus as ph
    >>> print(ph.reservoir.shared_gain(ph.oscillator("a"), ph.oscillator("b")))
    1 D[a† + b†]
    """
    first, second = _listed([a, b])
    collective = first + _phase(theta) * second
    return Jump(rate, collective.dag(), name=f"shared gain of {_names([first, second])}")


def correlated_pumping(
    a: Operator, b: Operator, correlation: float, *, theta: float = 0.0, rate: float = 1.0
) -> tuple[Jump, ...]:
    """Pumping of two sites from sources that have a part in common: the gain matrix rate·[[1, ξe^{iθ}], [ξe^{−iθ}, 1]].

    Parameters
    ----------
    a, b : Operator
        Lowering operators of two different sites; their adjoints are fed.
    correlation : float
        ξ from 0 (a source for each) to 1 (one source, :func:`shared_gain` with this rate).
    theta : float
        θ (rad), the relative phase that the common part favours.
    rate : float
        Of each site, at least 0.

    Returns
    -------
    tuple of Jump
        rate(1 ± ξ) into (a ± e^{iθ}b)†/√2; jumps of rate zero are left out.

    Raises
    ------
    WrongType, InvalidInput
        As :func:`shared_loss`.
    NotPositive
        For a correlation beyond ±1.

    Examples
    --------
    >>> import photinus as ph
    >>> for jump in ph.reservoir.correlated_pumping(ph.oscillator("a"), ph.oscillator("b"), 0.5):
    ...     print(jump)
    1.5 D[0.707106781187 a† + 0.707106781187 b†]
    0.5 D[0.707106781187 a† - 0.707106781187 b†]
    """
    xi, power = real_number(correlation, "correlation of the pumping"), real_number(rate, "rate", minimum=0.0)
    matrix = power * np.array([[1.0, xi * _phase(theta)], [xi * _phase(-theta), 1.0]])
    return dissipative_coupling([a, b], matrix, gain=True)


def dissipative_coupling(operators: Sequence[Operator], matrix: Any, *, gain: bool = False) -> tuple[Jump, ...]:
    r"""The jumps of a dissipative coupling matrix, Σ_jk Γ_jk (a_j ρ a_k† − ½{a_k†a_j, ρ}), diagonalised.

    Γ = Σ_i γ_i u_i u_i† gives γ_i D[Σ_j u_ji a_j]. Only a positive semidefinite Γ keeps density matrices positive.

    Parameters
    ----------
    operators : sequence of Operator
        a_j, lowering operators of different sites.
    matrix : array_like of complex, shape (n, n)
        Γ, Hermitian and positive semidefinite, in the unit of rates.
    gain : bool
        Whether a_j† takes the place of a_j: Σ_jk Γ_jk (a_j† ρ a_k − ½{a_k a_j†, ρ}).

    Returns
    -------
    tuple of Jump
        The fastest first; rates of zero (to 1e-12 of the largest) are left out.

    Raises
    ------
    NotPositive
        If Γ has a negative eigenvalue; it names the smallest.
    NotHermitian, InvalidInput, WrongType
        If Γ is not Hermitian, not square, not finite or not of the size of the list; for what is no operator.

    References
    ----------
    Lindblad1976, Metelmann2015.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> print(*ph.reservoir.dissipative_coupling([a, b], [[1.0, -1.0], [-1.0, 1.0]]))
    2 D[0.707106781187 a - 0.707106781187 b]
    """
    listed = _listed(operators)
    try:
        gamma = np.array(matrix, dtype=complex)
    except (TypeError, ValueError):
        raise WrongType(f"The coupling matrix is {shown(matrix)}.", "Give a square matrix of numbers.") from None
    if gamma.shape != (len(listed), len(listed)) or not np.isfinite(gamma).all():
        raise InvalidInput(
            f"The coupling matrix of {len(listed)} sites has the shape {gamma.shape}, or entries that are not finite.",
            "Give one finite row and column for each site.",
        )
    size = float(np.abs(gamma).max(initial=0.0))
    if np.abs(gamma - gamma.conj().T).max(initial=0.0) > POSITIVE * size:
        raise NotHermitian("The coupling matrix is not Hermitian.", "Give Γ_jk with Γ_kj = conj(Γ_jk).")
    rates, vectors = la.eigh(0.5 * (gamma + gamma.conj().T))
    if rates[0] < -POSITIVE * size:
        raise NotPositive(
            f"The coupling matrix is not positive semidefinite: its smallest eigenvalue is {rates[0]:.6g}.",
            "Make the local rates larger, or |Γ_jk|² at most Γ_jj·Γ_kk.",
            float(rates[0]),
        )
    what = "gain" if gain else "loss"
    jumps: list[Jump] = []
    for number in np.argsort(-rates, kind="stable"):
        if rates[number] <= POSITIVE * size:
            continue
        column = _gauged(vectors[:, number])
        terms = [
            _simple(c) * (x.dag() if gain else x) for c, x in zip(column, listed, strict=True) if abs(c) > POSITIVE
        ]
        jumps.append(Jump(float(rates[number]), sum(terms[1:], terms[0]), name=f"correlated {what} {len(jumps) + 1}"))
    return tuple(jumps)


def lock_phases(operators: Sequence[Operator], phases: Sequence[float], *, rate: float = 1.0) -> tuple[Jump, ...]:
    """Shared losses of every pair that leave one mode alone, in which the phases are φ_j up to a common one.

    (2·rate/n) D[a_j − e^{i(φ_j − φ_k)}a_k] for every pair: all bright modes lose their quanta at 2·rate, as those of a
    pair under :func:`shared_loss`, and Σ_j e^{−iφ_j}a_j/√n is dark.

    Parameters
    ----------
    operators : sequence of Operator
        a_j, lowering operators of n ≥ 2 different sites.
    phases : sequence of float
        φ_j (rad), one for each; only differences count.
    rate : float
        At least 0.

    Raises
    ------
    WrongType, InvalidInput
        As :func:`shared_loss`; for another number of phases.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b, c = (ph.oscillator(name) for name in "abc")
    >>> jumps = ph.reservoir.lock_phases([a, b, c], [0, 0, 0])
    >>> print(ph.reservoir.collective_modes(ph.Model(jumps=jumps)).dark[0])
    0.57735026919 a + 0.57735026919 b + 0.57735026919 c
    """
    listed = _listed(operators)
    angles = [real_number(phase, f"phase {k}") for k, phase in enumerate(phases)]
    if len(angles) != len(listed):
        raise InvalidInput(f"{len(angles)} phases are given for {len(listed)} sites.", "Give one phase for each site.")
    each = 2 * real_number(rate, "rate", minimum=0.0) / len(listed)
    return tuple(
        shared_loss(listed[j], listed[k], angles[j] - angles[k], rate=each)
        for j in range(len(listed))
        for k in range(j + 1, len(listed))
    )


def _listed(operators: Sequence[Operator]) -> list[Operator]:
    """Operators of different sites, at least two."""
    if isinstance(operators, (str, Operator)):
        raise WrongType(f"The sites are {shown(operators)}.", "Give a list of operators, such as [a, b].")
    found = [as_operator(operator) for operator in operators]
    names = [site.name for operator in found for site in operator.sites]
    if len(found) < 2 or any(not operator.sites for operator in found) or len(set(names)) != len(names):
        raise InvalidInput(
            f"A bath is to be shared by {', '.join(names) or 'no sites'}.",
            "Give operators of two or more different sites.",
        )
    return found


def _names(operators: Sequence[Operator]) -> str:
    return " and ".join(site.name for operator in operators for site in operator.sites)


def _phase(theta: float) -> complex:
    angle = real_number(theta, "angle theta")
    return cmath.exp(1j * angle) if angle else 1.0


def _simple(c: complex) -> complex:
    return c.real if abs(c.imag) < 1e-15 else c


def _gauged(column: np.ndarray) -> np.ndarray:
    first = column[np.argmax(np.abs(column) > 1e-9)]
    return np.asarray(column * (abs(first) / first))
