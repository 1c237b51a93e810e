"""Linear equations ẏ = (A + Σ_j f_j(t) B_j) y: exponentials where A is all there is, embedded steps otherwise.

Every route is an iterator over given times that yields y and the error made so far, so that the caller may stop,
look, and begin anew from any of them. Measured on Lindblad generators of 784 to 2255 unknowns (‖A‖·T = 10⁴ to 10⁵,
errors of 1e-9): an adaptive Arnoldi exponential needs a tenth of the products of an explicit Runge-Kutta method, and
less time than a rational one with a sparse LU; with a drive Dormand-Prince 8(5, 3) beats commutator-free Magnus steps
of order 4, implicit steps and Lawson's method (whose errors are those of the jumps, as stiff as the rest) until the
rates exceed 10⁵/T; then Radau's implicit steps win.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from scipy.integrate import DOP853, Radau

from photinus.errors import NotConverged
from photinus.numerics.products import Product

EPS = float(np.finfo(float).eps)
Signals = Callable[[float], Sequence[float]]
"""t -> the real numbers f_j(t)."""
SlopeInto = Callable[[float, np.ndarray, np.ndarray], None]
"""(t, y, out) -> nothing; ẏ at t is written into out."""


@dataclass(frozen=True, slots=True)
class Point:
    """The solution at one time, the sum of the local errors so far (2-norm), and the work so far."""

    y: np.ndarray
    error: float
    products: int
    steps: int


@dataclass(frozen=True)
class LinearSystem:
    """ẏ = (A + Σ_j f_j(t) B_j) y.

    Attributes
    ----------
    fixed : sparse array, shape (n, n)
        A, real or complex.
    driven : tuple of sparse arrays
        B_j.
    signals : callable, optional
        t ↦ the real numbers f_j(t); needed where there are B_j.
    """

    fixed: sp.csr_array
    driven: tuple[sp.csr_array, ...] = ()
    signals: Signals | None = None

    @cached_property
    def _merged(self) -> tuple[sp.csr_array, np.ndarray]:
        """A matrix with the entries of all, and the values of each in its order, one row for A and each B_j."""
        n = self.fixed.shape[0]
        parts = [part.tocoo() for part in (self.fixed, *self.driven)]
        places = [part.coords[0].astype(np.int64) * n + part.coords[1] for part in parts]
        every = np.unique(np.concatenate(places))
        values = np.zeros((len(parts), len(every)), dtype=np.result_type(*(part.dtype for part in parts)))
        for row, part, place in zip(values, parts, places, strict=True):
            row[np.searchsorted(every, place)] = part.data
        pointer = np.searchsorted(every, np.arange(n + 1) * n)
        return sp.csr_array((values[0].copy(), every % n, pointer), shape=(n, n)), values

    def matrix_function(self) -> Callable[[float], sp.csr_array]:
        """The function t ↦ A + Σ_j f_j(t) B_j; it returns one matrix of its own, overwritten by the next call."""
        if self.signals is None:
            return lambda _: self.fixed
        signals = self.signals
        pattern, values = self._merged
        out = pattern.copy()

        def at(t: float) -> sp.csr_array:
            np.dot(np.concatenate([[1.0], signals(t)]), values, out=out.data)
            return out

        return at

    def slope_function(self, kind: np.dtype | type) -> SlopeInto:
        """The function (t, y, out) that writes ẏ into out, for y and out of this kind of numbers.

        Merging the matrices at every t would cost as much as a product: those whose signal is not zero are added up.
        """
        signals = self.signals or (lambda _: ())
        first, *driven = (Product(matrix, kind) for matrix in (self.fixed, *self.driven))

        def slope(t: float, y: np.ndarray, out: np.ndarray) -> None:
            out.fill(0)
            first.add(y, out)
            for signal, product in zip(signals(t), driven, strict=True):
                if signal:
                    product.add(signal * y, out)

        return slope

    @property
    def norm(self) -> float:
        """‖A‖₁, the largest sum of a column's absolute values."""
        return float(np.max(np.asarray(abs(self.fixed).sum(axis=0)), initial=0.0))


# --- exponentials ----------------------------------------------------------------------------------------------------


def dense_exponential(matrix: np.ndarray, y: np.ndarray, times: np.ndarray) -> Iterator[Point]:
    """e^{A(t − t₀)} y₀ at times[1:] by dense exponentials, one for each different step (its double by squaring)."""
    known: dict[float, np.ndarray] = {}
    error = 0.0
    for k, (t, following) in enumerate(pairwise(times), start=1):
        step = _rounded(following - t)
        if step not in known:
            half = known.get(_rounded(step / 2))
            while len(known) >= 8:
                del known[next(iter(known))]
            known[step] = la.expm(step * matrix) if half is None else half @ half
        y = known[step] @ y
        error += EPS * float(np.linalg.norm(y))
        yield Point(y, error, k, k)


def different_steps(times: np.ndarray) -> int:
    """How many dense exponentials :func:`dense_exponential` makes from scratch."""
    steps = {_rounded(step) for step in np.diff(times)}
    return sum(_rounded(step / 2) not in steps for step in steps)


def _rounded(step: float) -> float:
    return float(f"{step:.10e}")


@dataclass(frozen=True)
class KrylovSpace:
    """A on the space of w, Aw, A²w, …: A V = V H + (a rest of norm ``height`` in the last column), w = β V₀.

    Attributes
    ----------
    basis : ndarray, shape (m, n)
        V, orthonormal rows.
    augmented : ndarray, shape (m + 2, m + 2)
        H with the columns that turn its exponential into τφ₁(τH)e₁ and τ²φ₂(τH)e₁.
    beta, height : float
    """

    basis: np.ndarray
    augmented: np.ndarray
    beta: float
    height: float

    def error(self, step: float) -> float:
        """The first term of the error's series of y(t + step) (Saad1992)."""
        m = len(self.basis)
        last = la.expm(step * self.augmented)[m - 1, m + 1]
        return self.beta * self.height * float(abs(last))

    def increments(self, offsets: np.ndarray) -> Iterator[np.ndarray]:
        """y(t + τ) − y(t) = τφ₁(τA) Ay(t) at ascending offsets τ, one small exponential for each different step."""
        m = len(self.basis)
        z = np.zeros(m + 2, dtype=self.augmented.dtype)
        z[m] = 1.0
        known: dict[float, np.ndarray] = {}
        for before, after in pairwise([0.0, *offsets]):
            step = _rounded(after - before)
            if step not in known:
                known[step] = la.expm(step * self.augmented)
            z = known[step] @ z
            yield self.beta * (z[:m] @ self.basis)


def _krylov_space(matrix: sp.csr_array, w: np.ndarray, beta: float, vectors: int, ends: float | None) -> KrylovSpace:
    """Arnoldi; where ``ends`` is given, stop as soon as the whole step of that length is exact enough (rate 1e-16)."""
    n = len(w)
    vectors = min(vectors, n)
    basis = np.empty((vectors + 1, n), dtype=w.dtype)
    hessenberg = np.zeros((vectors + 2, vectors + 2), dtype=w.dtype)
    basis[0] = w / beta
    height = 0.0
    for j in range(vectors):
        u = matrix @ basis[j]
        before = float(np.linalg.norm(u))
        head = basis[: j + 1]
        for _ in range(2):
            column = np.conj(head @ np.conj(u))
            u = u - column @ head
            hessenberg[: j + 1, j] += column
            height = float(np.linalg.norm(u))
            if height > 0.1 * before:
                break
        done = j + 1 == vectors or height <= 10 * EPS * before
        if ends is not None and not done and j % 8 == 7:
            space = KrylovSpace(basis[: j + 1], _augmented(hessenberg, j + 1), beta, height)
            done = space.error(ends) <= EPS * beta * ends
        if done:
            height = 0.0 if height <= 10 * EPS * before or j + 1 == n else height
            return KrylovSpace(basis[: j + 1], _augmented(hessenberg, j + 1), beta, height)
        hessenberg[j + 1, j] = height
        basis[j + 1] = u / height
    raise AssertionError("the loop returns")


def _augmented(hessenberg: np.ndarray, m: int) -> np.ndarray:
    out = np.zeros((m + 2, m + 2), dtype=hessenberg.dtype)
    out[:m, :m] = hessenberg[:m, :m]
    out[0, m] = out[m, m + 1] = 1.0
    return out


def krylov_exponential(
    matrix: sp.csr_array, y: np.ndarray, times: np.ndarray, *, rate: float, vectors: int = 30
) -> Iterator[Point]:
    """e^{A(t − t₀)} y₀ at times[1:], by Arnoldi's method with steps as long as the error allows.

    Parameters
    ----------
    matrix : sparse array, shape (n, n)
        A.
    y, times : ndarrays
        The solution at times[0], and ascending times. One Krylov space serves all times that its step reaches.
    rate : float
        Error allowed per unit of time (2-norm).
    vectors : int
        Dimension of the Krylov space.

    Yields
    ------
    Point
    """
    t, step, error, products, steps, k = float(times[0]), np.inf, 0.0, 0, 0, 1
    end = float(times[-1])
    while k < len(times):
        w = matrix @ y
        beta, left = float(np.linalg.norm(w)), end - t
        products += 1
        if beta <= 0.01 * rate:  # at rest: all that is left moves it by less than the error allowed
            for _ in range(k, len(times)):
                yield Point(y, error + beta * (times[k] - t), products, steps)
                k += 1
            return
        space = _krylov_space(matrix, w, beta, vectors, left if step >= left else None)
        products += len(space.basis)
        h, made = _longest_step(space, min(step, left), left, rate, EPS * float(np.linalg.norm(y)))
        reached = np.append(times[k:][times[k:] <= t + h * (1 + 1e-12)], t + h)
        if len(reached) > 1 and reached[-2] >= t + h * (1 - 1e-12):
            reached = reached[:-1]
        steps += 1
        at_time = int(np.searchsorted(times, t + h * (1 + 1e-12), side="right"))
        for tau, increment in zip(reached - t, space.increments(reached - t), strict=True):
            latest = y + increment
            if k < at_time:
                yield Point(latest, error + made * tau / h, products, steps)
                k += 1
        error += made
        t, y, step = float(reached[-1]), latest, 1.5 * h


def _longest_step(space: KrylovSpace, first: float, left: float, rate: float, floor: float) -> tuple[float, float]:
    """A step whose error is allowed, and that error."""
    m, h = len(space.basis), first
    if space.height == 0.0:
        return left, 0.0
    error = space.error(h)
    if error <= rate * h + floor:
        while h < left:
            longer = min(1.5 * h, left)
            more = space.error(longer)
            if not more <= rate * longer + floor:
                break
            h, error = longer, more
        return h, error
    while not error <= rate * h + floor:
        shrink = 0.9 * (rate * h / error) ** (2 / m) if np.isfinite(error) else 0.1
        h *= min(max(shrink, 0.1), 0.8)
        error = space.error(h)
    return h, error


# --- steps with a drive ----------------------------------------------------------------------------------------------


def runge_kutta(
    system: LinearSystem, y: np.ndarray, times: np.ndarray, *, rate: float, longest: float = np.inf
) -> Iterator[Point]:
    """The solution at times[1:] by the explicit method of Dormand and Prince of order 8(5, 3) (Hairer1993).

    Parameters
    ----------
    system : LinearSystem
    y, times : ndarrays
        The solution at times[0], and ascending times; every one of them ends a step.
    rate : float
        Error allowed per unit of time (2-norm).
    longest : float
        Bound on the step, for signals with short pulses that a long step would not see.
    """
    error, products, steps = 0.0, 0, 0
    scale = system.norm
    control = _Control(min(longest, 1.0 / scale if scale > 0 else np.inf))
    kind = np.result_type(y, system.fixed, *system.driven)
    slope, y = system.slope_function(kind), np.array(y, dtype=kind)
    stages = np.empty((13, len(y)), dtype=kind)
    slope(float(times[0]), y, stages[12])
    for t, end in pairwise(times.tolist()):
        while t < end:
            pieces = max(1.0, np.ceil((end - t) / min(control.step, longest) * (1 - 1e-9)))
            step = (end - t) / pieces  # equal steps to the end, none of them tiny
            trial = _stages(slope, t, y, stages, step)
            products += 12
            made = _error_8_5_3(stages, step)
            if control.accepts(step, made / (rate * step + EPS * float(np.linalg.norm(y)))):
                t = t + step if pieces > 1 else end
                y, error, steps = trial, error + made, steps + 1
            else:
                stages[12] = stages[0]
            if control.step <= 4 * EPS * max(abs(t), abs(end)):
                raise NotConverged(
                    f"The step of the Runge-Kutta method fell to {control.step:.1e} at t = {t:.6g}.",
                    "Give a smoother signal, or use method=ph.methods.RungeKutta(implicit=True).",
                )
        yield Point(y, error, products, steps)


class _Control:
    """How long the next step of order 8 should be.

    Where stability, not accuracy, limits the steps, each attempt at a longer one costs a step: the error before damps
    the growth (a PI controller; Hairer1996), and for some steps none is longer than the last one that failed.
    """

    def __init__(self, step: float):
        self.step = step
        self._before, self._bound, self._patience = 1.0, np.inf, 0

    def accepts(self, step: float, ratio: float) -> bool:
        """Whether a step with this error, relative to the one allowed, is good enough."""
        if not ratio <= 1:
            shrink = 0.85 * ratio ** (-1 / 8) if np.isfinite(ratio) else 0.1
            self.step = step * max(shrink, 0.1)
            self._bound, self._patience = 0.97 * step, 30
            return False
        grown = 0.95 * max(ratio, 1e-12) ** -0.12 * self._before**0.04
        self._before = max(ratio, 1e-4)
        self._patience -= 1
        self.step = min(step * min(max(grown, 0.2), 5.0), self._bound if self._patience > 0 else np.inf)
        return True


def _stages(slope: SlopeInto, t: float, y: np.ndarray, stages: np.ndarray, step: float) -> np.ndarray:
    """The next value; ``stages`` are the 13 slopes of the step before, whose last is the first of this one."""
    stages[0] = stages[12]
    weights = step * DOP853.A
    for i in range(1, 12):
        slope(t + DOP853.C[i] * step, y + weights[i, :i] @ stages[:i], stages[i])
    trial = y + (step * DOP853.B) @ stages[:12]
    slope(t + step, trial, stages[12])
    return np.asarray(trial)


def _error_8_5_3(stages: np.ndarray, step: float) -> float:
    fifth = float(np.linalg.norm(DOP853.E5 @ stages))
    third = float(np.linalg.norm(DOP853.E3 @ stages))
    return step * fifth**2 / float(np.hypot(fifth, 0.1 * third)) if fifth else 0.0


def radau(
    system: LinearSystem, y: np.ndarray, times: np.ndarray, *, tolerance: float, longest: float = np.inf
) -> Iterator[Point]:
    """The solution at times[1:] by Radau's implicit method of order 5 (Hairer1996), with sparse LU.

    Parameters
    ----------
    system : LinearSystem
        A complex one is solved as a real one of twice the size.
    y, times : ndarrays
    tolerance : float
        Error allowed in one step (2-norm).
    longest : float
        Bound on the step.
    """
    doubled = np.iscomplexobj(y) or np.iscomplexobj(system.fixed)
    n = len(y)
    if doubled:
        system = LinearSystem(_doubled(system.fixed), tuple(map(_doubled, system.driven)), system.signals)
        y = np.concatenate([y.real, y.imag])
    at = system.matrix_function()
    solver = Radau(
        lambda t, x: at(t) @ x,
        float(times[0]),
        y,
        float(times[-1]),
        max_step=longest,
        rtol=tolerance / 2,
        atol=tolerance / (2 * np.sqrt(len(y))),
        jac=lambda t, _: at(t).tocsc(),
    )
    steps = 0
    for end in times[1:].tolist():
        solver.t_bound, solver.status = end, "running"  # a step ends here: between steps the method has order 3 only
        while solver.status == "running":
            message = solver.step()
            steps += 1
        if solver.status == "failed":
            raise NotConverged(
                f"Radau's method stopped at t = {solver.t:.6g}: {message}", "Use ph.methods.RungeKutta(implicit=False)."
            )
        value = solver.y
        yield Point(value[:n] + 1j * value[n:] if doubled else value, steps * tolerance, solver.nfev, steps)


def _doubled(matrix: sp.csr_array) -> sp.csr_array:
    """A complex matrix as a real one on (Re y, Im y)."""
    return sp.block_array([[matrix.real, -matrix.imag], [matrix.imag, matrix.real]], format="csr")
