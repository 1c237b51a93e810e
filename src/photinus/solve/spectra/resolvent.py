"""The resolvent of one sector at all frequencies, from one factorisation: shift-and-invert Arnoldi.

Spectra ask for h(s) = w·(s − 𝓛)⁻¹x along s = iω. With A = (σ − 𝓛)⁻¹ and the ansatz X = AZ the equation
(s − 𝓛)X = x becomes (1 + (s − σ)A)Z = x, whose Krylov space K_m(A, x) does not depend on s. One shift σ, one
factorisation, and m ≈ 20 solves serve every frequency: with AV_m = V_{m+1}H̲,

    h(s) ≈ w V_{m+1}H̲ (1 + (s − σ)H)⁻¹ e₁‖x‖,     residual (σ − s) h_{m+1,m} y_m v_{m+1},

the residual being that of the true equation, at no cost (Frommer1998, Ruhe1984). Where the spectrum is so wide that one
shift does not do, another one is added at the frequency that is served worst.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from photinus.algebra import Operator
from photinus.errors import NotConverged
from photinus.numerics.krylov import Cycles, gmres
from photinus.solve.methods import Auto, Dense, Direct, Krylov, Method
from photinus.solve.splitting import Splitting
from photinus.space.liouvillian import Generator, Liouvillian
from photinus.space.state import State
from photinus.space.vectors import functional, multiplied

TINY = 64
"""Unknowns up to which A is made as a dense matrix, and nothing is left out."""
LONGEST = 120
"""Vectors of one Krylov space."""
SHIFTS = 12
"""Krylov spaces of one resolvent at most."""
FACTORISED = 6000
"""Unknowns up to which ``Auto`` factorises the sector of several sites; above, GMRES inverts it."""


@dataclass(frozen=True, eq=False)
class Pulse:
    """The question h(s) = w·(s − 𝓛)⁻¹x of one sector.

    Attributes
    ----------
    liouvillian : Liouvillian
        𝓛 and the sector.
    source : ndarray
        x; of trace zero where the sector holds the steady state.
    functional : ndarray
        w.
    stationary : ndarray or None
        The steady state, where it belongs to the sector: solutions are kept at trace zero.
    """

    liouvillian: Liouvillian
    source: np.ndarray
    functional: np.ndarray
    stationary: np.ndarray | None = None

    def traceless(self, x: np.ndarray) -> np.ndarray:
        """Vectors without the steady state, which rounding would bring back."""
        if self.stationary is None:
            return x
        return x - x[self.liouvillian.sector.trace].sum() * self.stationary

    @cached_property
    def scale(self) -> tuple[float, float]:
        """Mean frequency and spread of h, from its first moments w𝓛x and w𝓛²x; the spread is a positive rate."""
        matrix = self.liouvillian.matrix
        first = matrix @ self.source
        total = complex(self.functional @ self.source)
        one, two = (complex(self.functional @ y) for y in (first, matrix @ first))
        if total:
            mean, variance = one / total, two / total - (one / total) ** 2
            spread = float(np.hypot(mean.real, abs(variance) ** 0.5))
            if spread > 0 and np.isfinite(spread):
                return mean.imag, spread
        size = float(np.linalg.norm(self.source))
        return 0.0, (float(np.linalg.norm(first)) / size if size else 0.0) or 1.0


def pulses(
    made: Generator, state: State, read: Operator, *, left: Operator | None = None, right: Operator | None = None
) -> tuple[list[Pulse], complex]:
    """The questions w·(s − 𝓛)⁻¹x with x = left·ρ·right and w the functional of ``read``, one for each coherence order.

    ρ is stationary. Its own part of x never decays: it is taken out, and what it gives, Tr(x)⟨read⟩, comes second.
    """
    constant, out = 0j, []
    for order, source in multiplied(state, left=left, right=right).items():
        liouvillian = made.liouvillian(made.grading.sector(order))
        weights = functional(read, liouvillian.sector)
        stationary = None
        if order == made.grading.group.zero:
            stationary = state.parts[order]
            weight = source[liouvillian.sector.trace].sum()
            source = source - weight * stationary
            constant += complex(weight * (weights @ stationary))
            if np.linalg.norm(source) <= 1e-13 * abs(weight) * np.linalg.norm(stationary):
                continue  # x was a multiple of ρ, and this is rounding
        if source.any() and weights.any():
            out.append(Pulse(liouvillian, source if source.imag.any() else source.real, weights, stationary))
    return out, constant


class Resolvent(Protocol):
    """h(s) of one pulse."""

    @property
    def poles(self) -> tuple[np.ndarray, np.ndarray]:
        """Poles of h and their residues."""

    def __call__(self, s: np.ndarray) -> np.ndarray:
        """Values at complex s."""

    def residual(self, s: np.ndarray) -> np.ndarray:
        """‖x − (s − 𝓛)X‖/‖x‖."""


@dataclass(frozen=True, eq=False)
class Exact:
    """One dense solution for every s: the reference, and the route of ``Dense``."""

    pulse: Pulse

    @cached_property
    def _matrix(self) -> np.ndarray:
        """𝓛 with its zero moved to a negative rate: on operators of trace zero the same."""
        matrix = self.pulse.liouvillian.matrix.toarray().astype(complex)
        if self.pulse.stationary is not None:
            rate = float(np.abs(matrix.diagonal()).max(initial=0.0)) or 1.0
            matrix[:, self.pulse.liouvillian.sector.trace] -= rate * self.pulse.stationary[:, None]
        return matrix

    @cached_property
    def poles(self) -> tuple[np.ndarray, np.ndarray]:
        values, vectors = la.eig(self._matrix)
        weights = np.linalg.lstsq(vectors, self.pulse.source, rcond=None)[0]
        return values, (self.pulse.functional @ vectors) * weights

    def __call__(self, s: np.ndarray) -> np.ndarray:
        one = np.eye(len(self._matrix))
        answers = [np.linalg.solve(z * one - self._matrix, self.pulse.source) for z in s]
        return np.array([self.pulse.functional @ x for x in answers], dtype=complex)

    def residual(self, s: np.ndarray) -> np.ndarray:
        return np.zeros(len(s))


@dataclass(frozen=True, eq=False)
class Reduced:
    """h(s) = c (1 + (s − σ)T)⁻¹ g with the Schur form T of the Hessenberg matrix H.

    Attributes
    ----------
    shift : complex
        σ.
    triangle, right, left, last : ndarray
        T, g, c and the row whose product with the solution is the residual over s − σ.
    """

    shift: complex
    triangle: np.ndarray
    right: np.ndarray
    left: np.ndarray
    last: np.ndarray

    def _solutions(self, s: np.ndarray) -> np.ndarray:
        """(1 + (s − σ)T)⁻¹g by back substitution, for all s at once; shape (m, len(s))."""
        step = s - self.shift
        out = np.empty((len(self.right), len(step)), dtype=complex)
        for k in range(len(self.right) - 1, -1, -1):
            above = self.triangle[k, k + 1 :] @ out[k + 1 :]
            out[k] = (self.right[k] - step * above) / (1 + step * self.triangle[k, k])
        return out

    def __call__(self, s: np.ndarray) -> np.ndarray:
        return self.left @ self._solutions(s)

    def residual(self, s: np.ndarray) -> np.ndarray:
        return np.abs(s - self.shift) * np.abs(self.last @ self._solutions(s))

    @cached_property
    def poles(self) -> tuple[np.ndarray, np.ndarray]:
        inverse, vectors = la.eig(self.triangle)
        weights = np.linalg.lstsq(vectors, self.right, rcond=None)[0] * (self.left @ vectors)
        live = np.abs(inverse) > 1e-14 * np.abs(inverse).max(initial=0.0)
        return self.shift - 1 / inverse[live], weights[live] / inverse[live]


@dataclass(frozen=True, eq=False)
class Pieces:
    """Several Krylov spaces, each used where its residual is the smallest."""

    parts: tuple[Reduced, ...]

    def __call__(self, s: np.ndarray) -> np.ndarray:
        if len(self.parts) == 1:
            return self.parts[0](s)
        best = np.argmin([part.residual(s) for part in self.parts], axis=0)
        return np.choose(best, [part(s) for part in self.parts])

    def residual(self, s: np.ndarray) -> np.ndarray:
        return np.min([part.residual(s) for part in self.parts], axis=0)

    @property
    def poles(self) -> tuple[np.ndarray, np.ndarray]:
        found = [part.poles for part in self.parts]
        return np.concatenate([p for p, _ in found]), np.concatenate([r for _, r in found])


def resolvent(pulse: Pulse, frequencies: np.ndarray, method: Method, tolerance: float | None = None) -> Resolvent:
    """h(s) to a relative residual at all frequencies, and at those where its own poles put lines.

    Parameters
    ----------
    pulse : Pulse
    frequencies : ndarray
        ω, where s = iω.
    method : Method
        ``Dense``: a dense solution for each frequency. ``Direct`` and ``Tridiagonal``: sparse LU at one shift.
        ``Krylov``: GMRES at one shift. ``Auto`` chooses between the last two from the size.
    tolerance : float, optional
        Bound on ‖x − (s − 𝓛)X‖/‖x‖; by default 1e-11 with LU, 1e-9 with GMRES.

    Raises
    ------
    NotConverged, MemoryBudgetExceeded
    """
    method = _chosen(pulse.liouvillian, method)
    method.require(pulse.liouvillian)
    if isinstance(method, Dense):
        return Exact(pulse)
    tolerance = tolerance or (1e-9 if isinstance(method, Krylov) else 1e-11)
    centre, spread = pulse.scale
    half = float(np.abs(frequencies - centre).max(initial=0.0))
    rate = min(max(spread, 0.25 * half), 8 * spread)
    wanted = np.concatenate([frequencies, centre + spread * np.linspace(-3, 3, 13)])
    parts: tuple[Reduced, ...] = ()
    if pulse.source.size <= TINY:
        return Pieces((_whole(pulse, complex(rate, centre)),))
    while len(parts) < SHIFTS:
        inverse = _inverse(pulse, complex(rate, centre) if centre else rate, method)
        parts = (*parts, _arnoldi(pulse, inverse, wanted, tolerance))
        made = Pieces(parts)
        missed = made.residual(1j * wanted)
        if missed.max() <= 10 * tolerance:
            return made
        centre = float(wanted[np.argmax(missed)])
    raise NotConverged(
        f"The resolvent of {pulse.liouvillian.sector.size} unknowns still has the residual {missed.max():.1e} at the "
        f"frequency {centre:.6g}.",
        "Ask for fewer frequencies around the lines, or use method=ph.Direct().",
    )


def _chosen(liouvillian: Liouvillian, method: Method) -> Method:
    if isinstance(method, (Dense, Krylov)):
        return method
    one_site = len(liouvillian.generator.space.sites) == 1
    if isinstance(method, Auto) and not one_site and liouvillian.sector.size > FACTORISED:
        return Krylov(memory=method.memory)
    return Direct(method.memory)


@dataclass(frozen=True, eq=False)
class Inverse:
    """A = (σ − 𝓛)⁻¹, to a tolerance where it iterates."""

    shift: complex
    dtype: type
    solve: Callable[[np.ndarray, float], np.ndarray]


def _inverse(pulse: Pulse, shift: complex, method: Method) -> Inverse:
    liouvillian = pulse.liouvillian
    matrix = (shift * sp.eye_array(liouvillian.sector.size) - liouvillian.matrix).tocsc()
    dtype = complex if any(map(np.iscomplexobj, (matrix, pulse.source, shift))) else float
    matrix = matrix.astype(dtype)
    if not isinstance(method, Krylov):
        try:  # the pattern is nearly symmetric, the diagonal large: an ordering of A + Aᵀ fills less than one of AᵀA
            factors = sla.splu(
                matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.1, options={"SymmetricMode": True}
            )
        except RuntimeError:
            raise NotConverged(f"The shifted generator at {shift:.6g} is singular.", "Use method=ph.Dense().") from None
        return Inverse(shift, dtype, lambda x, _: factors.solve(x))
    rows, precondition = matrix.tocsr(), Splitting(_shifted(liouvillian, shift))
    cycles = Cycles(method.restart)

    def iterate(x: np.ndarray, tolerance: float) -> np.ndarray:
        found = gmres(lambda v: rows @ v, x, precondition, tolerance=tolerance, maximum=method.maximum, cycles=cycles)
        if found.residual > 10 * tolerance:
            raise NotConverged(
                f"GMRES stopped at the residual {found.residual:.1e} of the shifted generator (goal {tolerance:.0e}).",
                "Use a larger restart=, or method=ph.Direct().",
            )
        return found.vector

    return Inverse(shift, dtype, iterate)


def _shifted(liouvillian: Liouvillian, shift: complex) -> Liouvillian:
    """𝓛 − σ of the sector, as a generator: K loses σ/2 and, where the sector has a U(1) order k, turns with i Im σ·q/k.

    Without such an order the imaginary part is left out: what follows is a preconditioner.
    """
    made, order = liouvillian.generator, liouvillian.sector.order
    change = np.full(made.space.dimension, -0.5 * np.real(shift), dtype=complex)
    for k, modulus in enumerate(made.grading.group.moduli):
        if not modulus and order[k]:
            change -= 1j * np.imag(shift) / order[k] * made.grading.charges[made.grading.label, k]
            break
    zero = (0,) * made.space.coordinates.shape[1]
    moved = change if change.imag.any() else change.real
    no_jump = {**made.no_jump, zero: made.no_jump[zero] + moved if zero in made.no_jump else moved}
    return Liouvillian(replace(made, no_jump=no_jump), liouvillian.sector)


def _whole(pulse: Pulse, shift: complex) -> Reduced:
    """The Schur form of A itself."""
    inverse = np.linalg.inv(shift * np.eye(pulse.source.size) - pulse.liouvillian.matrix.toarray())
    if pulse.stationary is not None:
        inverse -= np.outer(pulse.stationary, inverse[pulse.liouvillian.sector.trace].sum(axis=0))
    triangle, unitary = la.schur(inverse, output="complex", check_finite=False)
    right = unitary.conj().T @ pulse.source
    return Reduced(shift, triangle, right, (pulse.functional @ unitary) @ triangle, np.zeros(len(right)))


def _arnoldi(pulse: Pulse, inverse: Inverse, wanted: np.ndarray, tolerance: float) -> Reduced:
    """The Krylov space of A and x, grown until the residual is small at every frequency, or it is long enough."""
    n, size = pulse.source.size, float(np.linalg.norm(pulse.source))
    longest = min(LONGEST, n)
    basis: np.ndarray = np.zeros((longest + 1, n), dtype=inverse.dtype)
    hessenberg: np.ndarray = np.zeros((longest + 1, longest), dtype=inverse.dtype)
    start = pulse.source if inverse.dtype is complex else pulse.source.real
    basis[0] = start / size
    worst, few = 1.0, wanted[:: max(1, len(wanted) // 16)]
    for m in range(1, longest + 1):
        # An inner solution may be the cruder the smaller the outer residual already is (Simoncini2003).
        x = pulse.traceless(inverse.solve(basis[m - 1], min(0.01, 0.1 * tolerance / min(1.0, worst))))
        head = basis[:m]
        for _ in range(2):
            column = np.conj(head @ np.conj(x))
            x = x - column @ head
            hessenberg[:m, m - 1] += column
        height = float(np.linalg.norm(x))
        closed = height <= 1e-14 * float(np.linalg.norm(hessenberg[:m, m - 1])) or m == n
        hessenberg[m, m - 1] = 0.0 if closed else height
        if not closed:
            basis[m] = x / height
        if closed or m == longest or m % 2 == 0:
            made = _reduced(pulse, inverse.shift, hessenberg[: m + 1, :m], basis[: m + 1])
            worst = float(made.residual(1j * few).max())
            if closed or (worst <= tolerance and made.residual(1j * _around(made, wanted)).max() <= tolerance):
                break
    return made


def _reduced(pulse: Pulse, shift: complex, hessenberg: np.ndarray, basis: np.ndarray) -> Reduced:
    m = hessenberg.shape[1]
    size = float(np.linalg.norm(pulse.source))
    triangle, unitary = la.schur(hessenberg[:m], output="complex", check_finite=False)
    right = size * unitary[0].conj()
    left = (basis @ pulse.functional) @ hessenberg @ unitary
    return Reduced(shift, triangle, right, left, (hessenberg[m, m - 1] / size) * unitary[m - 1])


def _around(made: Resolvent, wanted: np.ndarray) -> np.ndarray:
    """The frequencies that are wanted, and those at and around the poles that matter."""
    poles = strong_poles(made)
    return np.concatenate([wanted, *(poles.imag + step * np.abs(poles.real) for step in (-3, -1, 0, 1, 3))])


def strong_poles(made: Resolvent, least: float = 1e-3) -> np.ndarray:
    """Poles whose line is at least so high, or so heavy, relative to the largest one."""
    poles, residues = made.poles
    decaying = poles.real < 0
    poles, weight = poles[decaying], np.abs(residues[decaying])
    height = weight / np.abs(poles.real)
    strong = (height > least * height.max(initial=0.0)) | (weight > least * weight.max(initial=0.0))
    return poles[strong]
