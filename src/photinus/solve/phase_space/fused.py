"""The truncated Wigner method in compiled single precision: one pass over the sites for a step, cheap noise.

The scheme is that of :class:`~photinus.solve.phase_space.stepping.Heun`, step by step. What differs is the noise, of
three values with the normal distribution's first five moments, so that means are as accurate and paths are not those
of Heun; the precision; and the models: drifts are any polynomials, but each site's noise of its own must be a
polynomial of |α|², and the noise of several sites must come from linear jumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from photinus.errors import InvalidInput, MissingExtra
from photinus.numerics.checks import truth, whole_number
from photinus.numerics.lowrank import Root, diagonal_plus_low_rank
from photinus.numerics.polynomials import PolynomialMap
from photinus.numerics.rng import Streams
from photinus.solve.phase_space.equations import WignerEquations
from photinus.solve.phase_space.noise import Incidence, Rooted, Single, Source, sources_of
from photinus.solve.phase_space.stepping import Process, require_step
from photinus.solve.phase_space.threepoint import HEIGHT, stream_states

WIDTH = 128
"""Trajectories of a batch by default."""


@dataclass(frozen=True, slots=True)
class Fused:
    """Compiled steps, for many oscillators and trajectories; needs the extra ``fast``.

    Parameters
    ----------
    step, tolerance :
        As of :class:`~photinus.solve.phase_space.stepping.Heun`.
    batch : int, optional
        Trajectories that are followed together, by default 128.
    workers : int
        Threads. Neither this number nor the last changes a trajectory, but for rounding.
    single : bool
        Whether amplitudes have single precision; rounding (6e-8) is then far below the error of the steps.

    Raises
    ------
    MissingExtra
        When it is used without Numba.
    """

    step: float | None = None
    tolerance: float = 2e-3
    batch: int | None = None
    workers: int = 1
    single: bool = True

    def __post_init__(self) -> None:
        require_step(self.step, self.tolerance)
        if self.batch is not None:
            whole_number(self.batch, "number of trajectories in a batch")
        whole_number(self.workers, "number of workers")
        truth(self.single, "choice of single precision")

    def sources(self, equations: WignerEquations) -> tuple[Source, ...]:
        """The noises in a form that the compiled steps know."""
        _kernels()
        return sources_of(equations, few=0)

    def walker(self, process: Process) -> FusedSteps:
        """The compiled steps of a process."""
        return FusedSteps(tables_of(process.equations, process.sources), self.single)

    def noise(self, streams: Streams, seed: int, first: int, count: int) -> np.ndarray:
        """The states of the trajectories' own streams of cheap noise."""
        return stream_states(seed, first, count)

    def width(self, sites: int) -> int:
        """Trajectories that are followed together."""
        return self.batch or WIDTH


class Tables(NamedTuple):
    """Drift and noise: complex and per unit of time; or, for the kernel, Re and Im along a first axis, of one step.

    Attributes
    ----------
    local : ndarray, shape (sites, powers)
        c_k of α Σ_k c_k|α|^2k.
    constant : ndarray, shape (sites,)
    left, right : ndarray, shapes (sites, rank), (rank, sites)
        The coupling left·right·α.
    start : ndarray of int, shape (sites + 1,)
        Where the other terms of each site begin.
    terms : ndarray, shape (terms,)
        Their coefficients.
    letters : ndarray of int, shape (terms, degree)
        Their letters: 2s is α_s, 2s + 1 is α_s*; −1 is none.
    diffusion : ndarray, shape (sites, powers)
        d_k of ½D = Σ_k d_k|α|^2k.
    noisy : ndarray of bool, shape (sites,)
        Which sites have noise of their own.
    shared : ndarray of int, shape (shared,)
        The sites with noise of the root's kind.
    width, basis, stretch : ndarray, shapes (shared,), (shared, rank), (rank,)
        width·(1 + basis·stretch·basis†).
    edges : int
        Random numbers of the incidence's kind.
    first : ndarray of int, shape (sites + 1,)
    edge : ndarray of int
    weight : ndarray, shape (entries,)
        The incidence matrix in compressed rows.
    """

    local: np.ndarray
    constant: np.ndarray
    left: np.ndarray
    right: np.ndarray
    start: np.ndarray
    terms: np.ndarray
    letters: np.ndarray
    diffusion: np.ndarray
    noisy: np.ndarray
    shared: np.ndarray
    width: np.ndarray
    basis: np.ndarray
    stretch: np.ndarray
    edges: int
    first: np.ndarray
    edge: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True, eq=False)
class FusedSteps:
    """Compiled steps of one process."""

    tables: Tables
    single: bool

    def follow(self, amplitudes: np.ndarray, steps: int, length: float, streams: np.ndarray) -> tuple[np.ndarray, int]:
        """Amplitudes (sites, count) after some steps, and how often a diffusion was clipped."""
        kernel = _kernels()
        kind: Any = np.float32 if self.single else np.float64
        re, im = (np.ascontiguousarray(part, dtype=kind) for part in (amplitudes.real, amplitudes.imag))
        t = self.tables
        scaled = Tables(
            _parts(length * t.local, kind),
            _parts(length * t.constant, kind),
            _parts(length * t.left, kind),
            _parts(t.right, kind),
            t.start,
            _parts(length * t.terms, kind),
            t.letters,
            (length * t.diffusion).astype(kind),
            t.noisy,
            t.shared,
            (length**0.5 * t.width).astype(kind),
            _parts(t.basis, kind),
            t.stretch.astype(kind),
            t.edges,
            t.first,
            t.edge,
            _parts(length**0.5 * t.weight, kind),
        )
        clipped = kernel.follow(scaled, re, im, streams, steps, kind(HEIGHT))
        return re + 1j * im.astype(float), int(clipped)


def _kernels() -> Any:
    try:
        from photinus.solve.phase_space import kernels
    except ImportError as error:
        raise MissingExtra(
            "Fused steps need Numba, which is not installed.",
            "Install it with pip install 'photinus[fast]', or use the default method Heun().",
        ) from error
    return kernels


def _parts(z: np.ndarray, kind: Any) -> np.ndarray:
    return np.ascontiguousarray(np.stack([np.real(z), np.imag(z)]), dtype=kind)


def tables_of(equations: WignerEquations, sources: tuple[Source, ...]) -> Tables:
    """The tables of a process.

    Raises
    ------
    MissingExtra
        Without Numba.
    InvalidInput
        For noise that the compiled steps do not have.
    """
    _kernels()
    size = equations.size
    diffusion, noisy = np.zeros((size, 2)), np.zeros(size, dtype=bool)
    root = Root(np.zeros(0), np.zeros((0, 0)), np.zeros(0))
    shared = first = np.zeros(0, dtype=np.int32)
    incidence = None
    for source in sources:
        if isinstance(source, Single) and source.elliptic is None:
            powers = radial(source.circular, source.places)
            if powers is not None:
                diffusion = np.zeros((size, max(2, powers.shape[1])))
                diffusion[source.places, : powers.shape[1]] = 0.5 * powers.real
                noisy[source.places] = True
                continue
        elif isinstance(source, Rooted):
            root, shared = source.root, source.places.astype(np.int32)
            continue
        elif isinstance(source, Incidence):
            incidence = source.full(size)
            continue
        names = ", ".join(repr(equations.sites[k]) for k in source.places[:3])
        raise InvalidInput(
            f"The noise of {names} depends on the phase, or on several amplitudes together.",
            "The compiled steps take noise that depends on |α|² alone; use the default method Heun().",
        )
    half = 0.5**0.5  # a complex noise ζ with E|ζ|² = 1 is (ξ + iη)/√2
    first = np.zeros(size + 1, dtype=np.int32) if incidence is None else incidence.indptr.astype(np.int32)
    local, constant, left, right, start, terms, letters = _drift(equations.drift)
    return Tables(
        local,
        constant,
        left,
        right,
        start,
        terms,
        letters,
        diffusion,
        noisy,
        shared,
        half * root.width,
        root.basis,
        root.stretch,
        0 if incidence is None else incidence.shape[1],
        first,
        np.zeros(0, dtype=np.int32) if incidence is None else incidence.indices.astype(np.int32),
        np.zeros(0) if incidence is None else half * incidence.data,
    )


def radial(f: PolynomialMap, places: np.ndarray) -> np.ndarray | None:
    """Coefficients (rows, powers) of row r as a polynomial of |α|² of the site places[r]; None if it is none."""
    entries = f.matrix.tocoo()
    row, monomial = entries.coords
    factors = f.factors[monomial]
    degree = (factors < f.variables).sum(axis=1)
    own = np.where(factors < f.variables, factors // 2 == places[row][:, None], True).all(axis=1)
    stars = np.where(factors < f.variables, factors % 2, 0).sum(axis=1)
    if not (own & (degree == 2 * stars)).all():
        return None
    out = np.zeros((f.rows, int(degree.max(initial=0)) // 2 + 1), dtype=complex)
    np.add.at(out, (row, degree // 2), entries.data)
    return out


def _drift(f: PolynomialMap) -> tuple[np.ndarray, ...]:
    """The drift as α Σ c_k|α|^2k, constants, a coupling of low rank, and other terms."""
    size = f.rows
    entries = f.matrix.tocoo()
    row, monomial = entries.coords
    factors, value = f.factors[monomial], entries.data.astype(complex)
    live = factors < f.variables
    degree, stars = live.sum(axis=1), np.where(live, factors % 2, 0).sum(axis=1)
    own = np.where(live, factors // 2 == row[:, None], True).all(axis=1)
    radial_ = own & (degree == 2 * stars + 1)
    local = np.zeros((size, max(2, int(stars[radial_].max(initial=0)) + 1)), dtype=complex)
    np.add.at(local, (row[radial_], stars[radial_]), value[radial_])
    constant = np.zeros(size, dtype=complex)
    np.add.at(constant, row[degree == 0], value[degree == 0])
    linear = ~own & (degree == 1) & (stars == 0)
    left, right = np.zeros((size, 0), dtype=complex), np.zeros((0, size), dtype=complex)
    if linear.sum() > 8 * size:
        matrix = np.zeros((size, size), dtype=complex)
        matrix[row[linear], factors[linear].min(axis=1) // 2] = value[linear]
        found = diagonal_plus_low_rank(matrix)
        if found is not None:
            local[:, 0] += found.diagonal
            left, right = found.left, found.right
            radial_ = radial_ | linear
    rest = ~radial_ & (degree > 0)
    order = np.argsort(row[rest], kind="stable")
    letters = np.where(live, factors, -1)[rest][order].astype(np.int32)
    start = np.concatenate([[0], np.cumsum(np.bincount(row[rest], minlength=size))]).astype(np.int32)
    return local, constant, left, right, start, value[rest][order], letters
