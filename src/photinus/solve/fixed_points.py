"""The fixed points of the mean field, and the points that only turn.

A symmetry that turns phases, y ↦ e^{θW}y, makes rings of what it moves, and a ring may revolve: F(y) + ΩWy = 0 is a
fixed point in the frame that turns with it (a *relative* fixed point), and the equations are solved in this form, with
Ω unknown, by Newton's method with the pseudo-inverse, from many starts at once. Of one oscillator all solutions are
found: α and α* are two unknowns of two polynomials, one of which is eliminated by Sylvester's matrix, whose entries are
polynomials of the other; its singular points are the eigenvalues of a pencil. With U(1) symmetry these are the roots n
= |α|² of one polynomial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.linalg as la

from photinus.algebra import Oscillator, Spin
from photinus.numerics.memory import require_memory
from photinus.solve.classical import Flow, vector_length
from photinus.solve.motion import unpacked

NEUTRAL = 1e-9
"""Real parts below this share of the largest eigenvalue decide nothing about stability."""
CONVERGED = 1e-10
"""A residual below this share of the terms that cancel in it is rounding."""
SAME = 1e-6
"""Points nearer than this, in the scale of the sites, are the same."""


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """One fixed point, or one point of a ring of fixed points.

    Attributes
    ----------
    values : mapping of str to complex or ndarray
        α of an oscillator, (s_x, s_y, s_z) of a spin.
    eigenvalues : ndarray
        Of the Jacobian, largest real part first; without the zeros that belong to a ring or to conserved spin lengths.
    ring : bool
        Whether a symmetry moves it, so that it stands for a whole ring.
    """

    values: Mapping[str, np.ndarray]
    eigenvalues: np.ndarray
    ring: bool

    @property
    def stable(self) -> bool | None:
        """Whether all eigenvalues have negative real parts; None where the largest is zero to rounding."""
        return stability(self.eigenvalues)

    @property
    def kind(self) -> str:
        """``stable node`` or ``focus``, ``saddle``, ``unstable node`` or ``focus``, ``centre``, ``degenerate``."""
        return kind_of(self.eigenvalues) + (" ring" if self.ring else "")

    def __repr__(self) -> str:
        return f"{self.kind} at {values_text(self.values)}"


@dataclass(frozen=True, eq=False)
class FixedPoints:
    """The fixed points of a mean field; a sequence.

    Attributes
    ----------
    points : tuple of FixedPoint
        Stable ones first, then by their distance from the origin.
    complete : bool
        Whether all were found: of one oscillator by elimination. Otherwise they are what Newton's method found.
    index : int or None
        Σ sign det(−J). It is 1 where all were found and the motion is bounded; None where a point is degenerate or a
        ring.
    """

    points: tuple[FixedPoint, ...]
    complete: bool
    index: int | None

    @property
    def stable(self) -> tuple[FixedPoint, ...]:
        """The attracting ones."""
        return tuple(point for point in self.points if point.stable)

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[FixedPoint]:
        return iter(self.points)

    def __getitem__(self, place: int) -> FixedPoint:
        return self.points[place]

    def __repr__(self) -> str:
        how = "all of them" if self.complete else "those that were found"
        rows = [f"  {point!r}" for point in self.points[:6]]
        more = [f"  … and {len(self) - 6} more"] if len(self) > 6 else []
        return "\n".join([f"{len(self)} fixed points ({how})", *rows, *more])


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A solution of F(y) + Σ Ω_f W_f y = 0: its coordinates, its rates of turning, its transverse eigenvalues."""

    y: np.ndarray
    rates: np.ndarray
    eigenvalues: np.ndarray
    tangents: np.ndarray

    @property
    def is_fixed(self) -> bool:
        """Whether it does not move."""
        return not self.tangents.size or float(np.abs(self.tangents @ self.rates).max()) == 0.0


def values_text(values: Mapping[str, np.ndarray]) -> str:
    """Values by site in short."""
    parts = []
    for name, value in list(values.items())[:4]:
        if np.iscomplexobj(value):
            z = complex(value)
            parts.append(f"{name} = {z.real + 0.0:.5g}{z.imag + 0.0:+.5g}i")
        else:
            parts.append(f"{name} = ({', '.join(f'{x + 0.0:.5g}' for x in value)})")
    return ", ".join(parts) + (", …" if len(values) > 4 else "")


def stability(eigenvalues: np.ndarray) -> bool | None:
    """Whether all real parts are negative; None where the largest is zero to rounding."""
    if not len(eigenvalues):
        return None
    top = float(eigenvalues.real.max())
    return None if abs(top) <= NEUTRAL * float(np.abs(eigenvalues).max()) else top < 0


def kind_of(eigenvalues: np.ndarray) -> str:
    """The kind of a fixed point in words."""
    scale = float(np.abs(eigenvalues).max(initial=0.0))
    neutral = np.abs(eigenvalues.real) <= NEUTRAL * scale
    if neutral.any() or not len(eigenvalues):
        return "centre" if neutral.all() and scale > 0 and (eigenvalues.imag != 0).all() else "degenerate"
    growing = int((eigenvalues.real > 0).sum())
    if 0 < growing < len(eigenvalues):
        return "saddle"
    shape = "focus" if abs(eigenvalues[0].imag) > NEUTRAL * scale else "node"
    return f"{'unstable' if growing else 'stable'} {shape}"


# --- scales ----------------------------------------------------------------------------------------------------------


def sampled(flow: Flow, count: int, rng: np.random.Generator) -> np.ndarray:
    """Random points (size, count) around all amplitudes at which terms balance; of large spins on their spheres."""
    low, high = flow.amplitudes
    out = np.empty((flow.size, count))
    for k, site in enumerate(flow.sites):
        start = flow.offsets[k]
        if not isinstance(site, Oscillator):
            direction = rng.normal(size=(3, count))
            direction /= np.linalg.norm(direction, axis=0)
            radius = 1.0 if flow.large_spins else rng.uniform(size=count) ** (1 / 3)
            out[start : start + 3] = direction * radius * high[k]
        else:
            radius = np.exp(rng.uniform(np.log(max(low[k], 1e-6 * high[k]) / 4), np.log(4 * high[k]), size=count))
            z = radius * np.exp(2j * np.pi * rng.uniform(size=count))
            out[start], out[start + 1] = z.real, z.imag
    return out


# --- Newton's method --------------------------------------------------------------------------------------------------


def lengths(flow: Flow, y: np.ndarray) -> np.ndarray:
    """(|s|² − j²)/2j of the large spins, whose lengths the flow keeps and does not choose; shape (spins, …)."""
    rows = [
        ((y[o : o + 3] ** 2).sum(axis=0) / site.twice_j - site.twice_j / 4)
        for site, o in zip(flow.sites, flow.offsets[:-1], strict=True)
        if flow.large_spins and isinstance(site, Spin)
    ]
    return np.array(rows).reshape(len(rows), *y.shape[1:])


def length_gradients(flow: Flow, y: np.ndarray) -> np.ndarray:
    """Their gradients, shape (…, spins, size)."""
    places = [
        (o, site.twice_j)
        for site, o in zip(flow.sites, flow.offsets[:-1], strict=True)
        if flow.large_spins and isinstance(site, Spin)
    ]
    out = np.zeros((*y.shape[1:], len(places), flow.size))
    for k, (o, twice) in enumerate(places):
        out[..., k, o : o + 3] = np.moveaxis(2 * y[o : o + 3] / twice, 0, -1)
    return out


def newton(flow: Flow, y: np.ndarray, rates: np.ndarray, steps: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Solve F(y) + Σ Ω_f W_f y = 0 from many points.

    Parameters
    ----------
    y : ndarray, shape (size, count)
    rates : ndarray, shape (turns, count)
        Ω.

    Returns
    -------
    y, rates, converged : ndarrays
        The last of shape (count,), of bool.
    """
    scale = flow.scale[:, None]
    matrices = [flow.turn_matrix(w) for w in flow.turns]
    floor = 1e-13 * flow.magnitude(scale)
    y, rates = y.copy(), rates.copy()
    require_memory(
        64.0 * flow.size**2 * y.shape[1], None, f"Newton's method from {y.shape[1]} points", "Use fewer starts."
    )
    converged = np.zeros(y.shape[1], dtype=bool)
    for _ in range(steps):
        live = np.flatnonzero(~converged)
        if not len(live):
            break
        at, turning = y[:, live], rates[:, live]
        tangents = [flow.tangent(at, w) for w in flow.turns]
        residual = flow(at) + sum((r * t for r, t in zip(turning, tangents, strict=True)), np.zeros_like(at))
        jacobian = flow.jacobian(at)
        for r, w in zip(turning, matrices, strict=True):
            jacobian = jacobian + r[:, None, None] * w
        speed = np.maximum(np.abs(jacobian).max(axis=(1, 2), initial=0.0), 1e-300)  # the unit of the rates Ω
        turns = [speed[:, None, None] * np.moveaxis(t, 0, -1)[..., None] for t in tangents]
        columns = [jacobian * scale[None, :, 0], *turns]
        system, right = np.concatenate(columns, axis=2), residual
        gradient = length_gradients(flow, at) * scale[:, 0]
        if gradient.shape[1]:
            # Lengths have the unit of a spin; a rate makes them comparable with the rest.
            blank = np.zeros((*gradient.shape[:2], len(tangents)))
            rows = np.concatenate([gradient, blank], axis=2)
            system = np.concatenate([system, speed[:, None, None] * rows], axis=1)
            right = np.concatenate([right, speed * lengths(flow, at)])
        step = -np.einsum("bij,jb->ib", np.linalg.pinv(system, rcond=1e-12), right)
        move = step[: flow.size]
        reach = np.linalg.norm(move, axis=0) / (0.3 * (1 + np.linalg.norm(at / scale, axis=0)))
        shrink = 1 / np.maximum(1.0, reach)
        small = reach < 1e-7  # of the steps; where they are, the residual is looked at
        small[small] = (np.abs(residual[:, small]) <= CONVERGED * (flow.magnitude(at[:, small]) + floor)).all(axis=0)
        y[:, live] = at + scale * move * shrink
        rates[:, live] = turning + step[flow.size :] * shrink * speed
        converged[live[small]] = True
        lost = ~np.isfinite(y[:, live]).all(axis=0)
        y[:, live[lost]] = np.nan_to_num(y[:, live[lost]], nan=1.0, posinf=1.0, neginf=-1.0) * 0 + scale
    return y, rates, converged


def equilibrium(flow: Flow, y: np.ndarray, rates: np.ndarray) -> Equilibrium:
    """A solution with its transverse eigenvalues: those on the directions across its ring and along the spheres."""
    scale = flow.scale
    y = np.where(np.abs(y) < 1e-12 * scale, 0.0, y)
    jacobian = flow.jacobian(y)
    tangents = np.array([flow.tangent(y, w) for w in flow.turns]).reshape(len(flow.turns), flow.size).T
    for rate, w in zip(rates, flow.turns, strict=True):
        jacobian = jacobian + rate * flow.turn_matrix(w)
    speed = float(np.abs(jacobian).max(initial=0.0))
    still = np.abs(rates) <= 1e-10 * speed
    rates = np.where(still, 0.0, rates)
    outside = np.concatenate([tangents / scale[:, None], length_gradients(flow, y).T * scale[:, None]], axis=1)
    basis = la.null_space(outside.T, rcond=1e-9) if np.abs(outside).max(initial=0.0) > 0 else np.eye(flow.size)
    inner = basis.T @ ((jacobian * scale) / scale[:, None]) @ basis
    eigenvalues = la.eigvals(inner) if inner.size else np.zeros(0, dtype=complex)
    eigenvalues = eigenvalues[np.lexsort((eigenvalues.imag, -eigenvalues.real))]
    return Equilibrium(y, rates, eigenvalues, tangents)


def gauged(flow: Flow, y: np.ndarray) -> np.ndarray:
    """The point of its ring at which, for each symmetry, the first site that it moves has phase 0."""
    scale = flow.scale
    for w in flow.turns:
        for k in np.flatnonzero(w):
            o = flow.offsets[k]
            z = complex(y[o], y[o + 1])
            if abs(z) > SAME * scale[o]:
                y = flow.turned(y, w, -np.angle(z) / w[k])
                y[o + 1] = 0.0
                break
    return y


# --- the search -------------------------------------------------------------------------------------------------------


def equilibria(
    flow: Flow, *, starts: int, seed: int, guesses: np.ndarray | None = None
) -> tuple[list[Equilibrium], bool]:
    """All relative fixed points that were found, and whether these are all.

    Parameters
    ----------
    starts : int
        Number of random starts.
    seed : int
    guesses : ndarray, shape (size, count), optional
        More starts.
    """
    rng = np.random.default_rng(seed)
    single, complete = _of_one_oscillator(flow)
    if complete and not flow.turns:
        near = single[:, _nearly_at_rest(flow, single)]
        found = _distinct(flow, newton(flow, near, np.zeros((0, near.shape[1])), 20))
        if index_of([e.eigenvalues for e in found]) == 1:  # the motion is bounded, and none is missing
            return found, True
    points = [np.zeros((flow.size, 1)), single, sampled(flow, min(starts, 4) if complete else starts, rng)]
    points += [] if guesses is None else [guesses]
    y = np.concatenate(points, axis=1)
    if flow.large_spins:
        y[:, 0] = y[:, -1]
    return _distinct(flow, newton(flow, y, np.zeros((len(flow.turns), y.shape[1])))), complete


def _nearly_at_rest(flow: Flow, y: np.ndarray) -> np.ndarray:
    """Which candidates of an elimination are neither solutions with α* ≠ conj(α) nor lost to rounding."""
    return (np.abs(flow(y)) <= 0.1 * flow.magnitude(y)).all(axis=0)


def _distinct(flow: Flow, found: tuple[np.ndarray, np.ndarray, np.ndarray]) -> list[Equilibrium]:
    """Each of the solutions that Newton's method found once, stable ones first, then by size."""
    points, _, converged = found
    out: list[Equilibrium] = []
    kept = np.zeros((0, flow.size))
    for k in np.flatnonzero(converged):
        point = gauged(flow, points[:, k])
        near = SAME * (1 + np.linalg.norm(point / flow.scale))
        if (np.linalg.norm((kept - point) / flow.scale, axis=1) > near).all() and _is_physical(flow, point):
            kept = np.concatenate([kept, point[None]])
            out.append(equilibrium(flow, point, _rates(flow, point)))
    return sorted(
        out, key=lambda e: (stability(e.eigenvalues) is not True, round(float(np.linalg.norm(e.y / flow.scale)), 9))
    )


def index_of(eigenvalues: list[np.ndarray]) -> int | None:
    """Σ sign det(−J) over fixed points; None where one of them is degenerate."""
    sizes = [np.abs(values) for values in eigenvalues]
    if any(not len(size) or size.min() <= NEUTRAL * size.max() for size in sizes):
        return None
    return int(sum(np.sign(np.prod(-values / size).real) for values, size in zip(eigenvalues, sizes, strict=True)))


def _rates(flow: Flow, y: np.ndarray) -> np.ndarray:
    """Ω of least norm with F(y) + Σ Ω_f W_f y = 0."""
    tangents = np.array([flow.tangent(y, w) for w in flow.turns]).reshape(len(flow.turns), flow.size).T
    return -np.linalg.lstsq(tangents, flow(y), rcond=1e-10)[0] if tangents.size else np.zeros(len(flow.turns))


def _is_physical(flow: Flow, y: np.ndarray) -> bool:
    """Whether no spin is longer than j."""
    return all(
        np.linalg.norm(y[o : o + 3]) <= length * (1 + 1e-6)
        for site, o in zip(flow.sites, flow.offsets[:-1], strict=True)
        if (length := vector_length(site)) is not None
    )


def _of_one_oscillator(flow: Flow) -> tuple[np.ndarray, bool]:
    """Candidates (size, count) that contain all solutions of one oscillator, and whether they do."""
    if len(flow.sites) != 1 or not isinstance(flow.sites[0], Oscillator):
        return np.zeros((flow.size, 0)), False
    if flow.turns:
        squares = [n for n in radial_roots(flow) if n > 0]
        return np.array([[n**0.5, 0.0] for n in squares]).reshape(-1, 2).T, True
    scale = float(flow.scale[0])
    table = coefficient_table(flow, scale)
    if not table.any():
        return np.zeros((2, 0)), False
    eigenvalues, regular = _eliminated(table)
    z = scale * eigenvalues[np.isfinite(eigenvalues)].conj()
    z = z[np.abs(z) < 1e6 * scale]
    return np.stack([z.real, z.imag]), regular


def coefficient_table(flow: Flow, scale: float) -> np.ndarray:
    """C[q, p] of α̇ = Σ C[q, p] α^q α*^p of one oscillator, α in units of ``scale``."""
    entries = flow.field.matrix.tocoo()
    row, monomial = entries.coords
    factors = flow.field.factors[monomial[row == 0]]
    q, p = (factors == 0).sum(axis=1), (factors == 1).sum(axis=1)
    out = np.zeros((int(q.max(initial=0)) + 1, int(p.max(initial=0)) + 1), dtype=complex)
    out[q, p] = entries.data[row == 0] * scale ** (q + p)
    return out


def radial_polynomial(flow: Flow) -> tuple[np.ndarray, float]:
    """The f of one oscillator's α̇ = f(n)α, ascending in n = |α|², and the unit of n."""
    scale = float(flow.scale[0])
    table = coefficient_table(flow, scale)
    return np.array([table[p + 1, p] if p < table.shape[1] else 0.0 for p in range(table.shape[0] - 1)]), scale**2


def radial_roots(flow: Flow) -> list[float]:
    """The n = |α|² > 0 at which the radial motion of one oscillator with U(1) symmetry stands still."""
    f, unit = radial_polynomial(flow)
    real = np.trim_zeros(f.real, "b")
    if len(real) < 2:
        return []
    roots = np.roots(real[::-1])
    near = np.abs(roots.imag) <= 1e-7 * np.abs(roots)
    return sorted(float(n) * unit for n in roots[near].real if n > 0)


def _eliminated(table: np.ndarray) -> tuple[np.ndarray, bool]:
    """The y = α* at which f(x, y) = Σ C[q, p] x^q y^p and g(x, y) = Σ C̄[q, p] y^q x^p have a common root x = α.

    Sylvester's matrix of f and g as polynomials of x has entries that are polynomials of y; it is singular there.
    """
    f, g = table, table.conj().T  # [power of x, power of y]
    m, n = f.shape[0] - 1, g.shape[0] - 1
    size, degree = m + n, max(f.shape[1], g.shape[1]) - 1
    if size == 0 or degree == 0:
        return np.zeros(0), False
    parts = np.zeros((degree + 1, size, size), dtype=complex)
    for polynomial, shifts, first in ((f, n, 0), (g, m, n)):
        for shift in range(shifts):
            for power in range(polynomial.shape[0]):
                parts[: polynomial.shape[1], first + shift, shift + power] = polynomial[power]
    probe = np.tensordot(np.array([0.37, 0.83j, -0.61])[:, None] ** np.arange(degree + 1), parts, axes=1)
    singular = la.svdvals(probe[0]), la.svdvals(probe[1]), la.svdvals(probe[2])
    regular = max(float(s[-1] / s[0]) for s in singular) > 1e-12
    left, right = np.eye(size * degree, dtype=complex), np.zeros((size * degree, size * degree), dtype=complex)
    left[:size, :size] = parts[degree]
    for k in range(degree):
        right[:size, k * size : (k + 1) * size] = -parts[degree - 1 - k]
    right[size:, :-size] = np.eye(size * (degree - 1))
    with np.errstate(all="ignore"):
        return la.eigvals(right, left), regular


def fixed_points_of(flow: Flow, *, starts: int, seed: int) -> FixedPoints:
    """The points that stand still."""
    found, complete = equilibria(flow, starts=starts, seed=seed)
    points = tuple(
        FixedPoint(
            unpacked(flow, e.y), _read_only(e.eigenvalues), bool(e.tangents.size and np.abs(e.tangents).max() > 0)
        )
        for e in found
        if e.is_fixed
    )
    plain = not flow.large_spins and not any(point.ring for point in points)
    return FixedPoints(points, complete, index_of([point.eigenvalues for point in points]) if plain else None)


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
