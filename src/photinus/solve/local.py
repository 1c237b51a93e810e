"""The sites by themselves as a preconditioner: 𝓛 ≈ Σ_j 𝓛_j + what leads away from the populations.

The generator 𝓛_j of one site, its own loss and gain and the local part of collective jumps, keeps the site's
coherence order. On a box κ the sum Σ_j 𝓛_j^(κ_j) is a Kronecker sum of small matrices and is inverted in the product
of their eigenbases (fast diagonalisation; Lynch, Rice, Thomas 1964), or where these are ill-conditioned in Schur bases
(Bartels, Stewart 1972). The couplings and drives change κ; those that lead away from the populations are solved as
well, by substitution from box to box, and only the way back is iterated. For oscillators that are coupled more weakly
than they are damped, GMRES then takes ten to twenty-five products, whatever the cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import scipy.linalg as la
from scipy.linalg.lapack import ztrsyl

from photinus.solve.coherences import Box, Coherences, SortedGenerator, times
from photinus.solve.orbits import SiteOrders, site_orders
from photinus.space.liouvillian import Generator
from photinus.space.space import Shift, Space

ILL_CONDITIONED = 1e15
"""Growth of rounding errors in the product of the sites' eigenbases above which the Schur forms are used."""
COINCIDENCE = 1e6
"""The same of one eigenbasis above which coinciding eigenvalues are looked for."""
SINGULAR = 1e-9
"""Sums of eigenvalues below this times the largest are moved away from zero."""


@dataclass(frozen=True)
class SiteGenerator:
    """𝓛_j in tables over |n⟩⟨m|: the diagonal, and what goes to |n + s⟩⟨m + s|, as kets moved and values."""

    diagonal: np.ndarray
    moves: tuple[tuple[np.ndarray, np.ndarray], ...]

    def matrix(self, orders: SiteOrders, label: int) -> np.ndarray:
        """𝓛_j on one coherence order."""
        n, m = np.nonzero(orders.label == label)
        place = orders.position[n, m]
        out = np.zeros((len(n), len(n)), dtype=complex)
        out[place, place] = self.diagonal[n, m]
        for target, value in self.moves:
            inside = (target[n] >= 0) & (target[m] >= 0)
            a, b = n[inside], m[inside]
            out[orders.position[target[a], target[b]], place[inside]] += value[a, b]
        return out


def site_generators(generator: Generator) -> list[SiteGenerator]:
    """The local part of a generator: the terms of one site alone; what depends on the others too enters by its mean.

    The diagonal of Σ_j 𝓛_j is known as a whole. Its mean over all sites but one holds the mean losses of the others,
    which their own returns balance; what is left of the mean, the losses by jumps of two sites, is shared out.
    """
    space = generator.space
    zero = (0,) * space.coordinates.shape[1]
    still = generator.no_jump.get(zero, np.zeros(space.dimension))
    dephasing = [(rate, bands[zero]) for rate, bands in generator.jumps if zero in bands]
    total = 2 * still.mean().real + sum(rate * float(np.mean(np.abs(x) ** 2)) for rate, x in dephasing)
    diagonals, moves, returns = [], [], []
    for j, site in enumerate(space.sites):
        mean = _seen(still, space, j).mean(axis=1)
        diagonal = np.add.outer(mean, np.conj(mean))
        for rate, x in dephasing:
            diagonal = diagonal + rate * _overlap(x, space, j)
        own = _own_jumps(generator, j)
        diagonals.append(diagonal)
        returns.append(sum(float(np.diagonal(value).real.mean()) for value in own.values()))
        kets = site.kets(space.levels[j])
        number = {tuple(row): k for k, row in enumerate(kets.tolist())}
        targets = [np.array([number.get(tuple(row), -1) for row in (kets + np.array(s)).tolist()]) for s in own]
        moves.append(tuple(zip(targets, own.values(), strict=True)))
    unreturned = (total + sum(returns)) * (1 - 1 / max(len(space.sites), 1))
    return [
        SiteGenerator(diagonal + (sum(returns) - r) - unreturned, m)
        for diagonal, m, r in zip(diagonals, moves, returns, strict=True)
    ]


def independent_populations(generator: Generator) -> dict[str, np.ndarray]:
    """The stationary populations of every site by itself."""
    space, cache = generator.space, dict[bytes, Form]()
    return {
        site.name: _SiteForms(site_orders(site.kets(n)), own, cache).stationary
        for site, n, own in zip(space.sites, space.levels, site_generators(generator), strict=True)
    }


def _own_jumps(generator: Generator, j: int) -> dict[Shift, np.ndarray]:
    """Σ rate L[n] L*[m] of the words that move site j alone, by the site's shift, in a table over |n⟩⟨m|."""
    space = generator.space
    width = [len(site.coordinates) for site in space.sites]
    own = slice(sum(width[:j]), sum(width[: j + 1]))
    out: dict[Shift, np.ndarray] = {}
    for rate, bands in generator.jumps:
        for s, x in bands.items():
            if any(s[own]) and not any(s[: own.start]) and not any(s[own.stop :]):
                value = rate * _overlap(x, space, j)
                out[s[own]] = out[s[own]] + value if s[own] in out else value
    return out


def _seen(x: np.ndarray, space: Space, j: int) -> np.ndarray:
    """An amplitude on the kets as a table (levels of site j, kets of the others)."""
    return np.moveaxis(x.reshape(space.levels), j, 0).reshape(space.levels[j], -1)


def _overlap(x: np.ndarray, space: Space, j: int) -> np.ndarray:
    """x[n] x*[m], the mean over the kets of the other sites."""
    table = _seen(x, space, j)
    return np.asarray(table @ table.conj().T) / table.shape[1]


@dataclass(frozen=True)
class Bases:
    """The sites' bases in the boxes of some coordinates: what the sweep of a neighbouring model may use again."""

    coordinates: Coherences
    independent: list[np.ndarray]
    slowest: float
    levels: list[list[EigenBoxes | SchurBoxes]]


class LocalSweep:
    """x = P y ≈ −(Σ_j 𝓛_j − σ + couplings away from the populations)⁻¹ y, in the coordinates of a sorted generator.

    Parameters
    ----------
    matrix : SortedGenerator
    generator : Generator
    shift : complex
        σ: P is made for 𝓛 − σ.
    bases : Bases, optional
        Those of a neighbouring model, in the same coordinates, in place of the model's own.

    Attributes
    ----------
    independent : list of ndarray
        The stationary populations of every site by itself.
    slowest : float
        The longest time in which the populations of a site by itself decay; 0 where none do.
    usable : bool
        False where the local part is degenerate (a site without dissipation of its own), or has eigenvectors that are
        too ill-conditioned for the product of more than two sites.
    """

    def __init__(self, matrix: SortedGenerator, generator: Generator, shift: complex = 0.0, bases: Bases | None = None):
        self._matrix = matrix
        self.usable = True
        self._levels: list[list[EigenBoxes | SchurBoxes]] = []
        if bases is not None:
            self.independent, self.slowest, self._levels = bases.independent, bases.slowest, bases.levels
            return
        cache: dict[bytes, Form] = {}
        local = site_generators(generator)
        sites = [_SiteForms(o, g, cache) for o, g in zip(matrix.coordinates.sites, local, strict=True)]
        self.independent = [site.stationary for site in sites]
        self.slowest = max((site.slowest for site in sites), default=0.0)
        growth = prod(site.growth(int(o.label[0, 0])) for site, o in zip(sites, matrix.coordinates.sites, strict=True))
        self.usable = not any(site.dark > 0 for site in sites) and (len(sites) <= 2 or growth <= ILL_CONDITIONED)
        if self.usable:
            self._levels = [[_boxes(box, sites, shift) for box in boxes] for boxes in matrix.coordinates.boxes]

    @property
    def bases(self) -> Bases:
        """What a neighbour may use again."""
        return Bases(self._matrix.coordinates, self.independent, self.slowest, self._levels)

    @property
    def cost(self) -> float:
        """Seconds that a call takes, roughly: of no consequence but for a choice."""
        groups = [boxes for level in self._matrix.coordinates.boxes for boxes in level]
        flops = sum(len(box.labels) * prod(box.shape) * 16.0 * sum(w for w in box.shape if w > 1) for box in groups)
        return 60e-6 * len(groups) + 5e-11 * flops

    def __call__(self, y: np.ndarray) -> np.ndarray:
        return self._swept(y)[0]

    def product(self, y: np.ndarray) -> np.ndarray:
        """𝓛 P y, for which the inner part of 𝓛 is multiplied once."""
        x, fed = self._swept(y)
        return self._matrix.kept(self._matrix.diagonal * x + times(self._matrix.outer, self._matrix.doubled(x)) + fed)

    def _swept(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """P y = x, and the inner part of 𝓛 times x, which falls off."""
        coordinates, size = self._matrix.coordinates, self._matrix.size
        doubled = self._matrix.dtype is complex  # x and its conjugate
        both: np.ndarray = np.zeros(2 * size if doubled else size, dtype=self._matrix.dtype)
        fed: np.ndarray = np.zeros(size, dtype=self._matrix.dtype)
        for (start, stop), inner, groups in zip(coordinates.distances, self._matrix.inner, self._levels, strict=True):
            f = y[start:stop]
            if inner.nnz:
                fed[start:stop] = times(inner, both)
                f = f + fed[start:stop]
            for group in groups:
                a, b = group.box.start, group.box.stop
                x = group.solve(f[a - start : b - start])
                both[a:b] = x if doubled else x.real
            if len(outside := self._matrix.outside):
                both[outside[slice(*np.searchsorted(outside, [start, stop]))]] = 0
            if doubled and coordinates.hermitian:
                real = coordinates.real[slice(*np.searchsorted(coordinates.real, [start, stop]))]
                both.imag[real] = 0
                np.conj(both[start:stop], out=both[size + start : size + stop])
        return both[:size], fed


@dataclass(frozen=True)
class Form:
    """M = V diag(λ) V⁻¹, or where ``triangle`` is given M = Q T Q†, V being Q."""

    values: np.ndarray
    vectors: np.ndarray
    inverse: np.ndarray
    triangle: np.ndarray | None = None


class _SiteForms:
    """The eigenbases, or Schur bases, of the orders of one site; equal matrices are decomposed once."""

    def __init__(self, orders: SiteOrders, local: SiteGenerator, cache: dict[bytes, Form]):
        self._orders, self._local, self._cache = orders, local, cache
        self._made: dict[tuple[int, bool], Form] = {}
        self._growths: dict[int, float] = {}
        still = self(int(orders.label[0, 0]))
        size = np.abs(still.values)
        lasting = size <= SINGULAR * size.max(initial=0.0)
        self.dark = int(np.count_nonzero(lasting)) - 1
        lasting[np.argmin(size)] = True
        self.slowest = 0.0 if lasting.all() else 1 / float(size[~lasting].min())
        stationary = np.abs(still.vectors[:, np.argmin(size)])
        self.stationary = stationary / stationary.sum()

    def growth(self, label: int) -> float:
        """How much the eigenbasis of an order blows rounding up."""
        if label not in self._growths:
            self._growths[label] = _growth(self(label))
        return self._growths[label]

    def __call__(self, label: int, *, schur: bool = False) -> Form:
        """The eigenform, or Schur form, of one order."""
        if (label, schur) not in self._made:
            self._made[label, schur] = self._form(label, schur)
        return self._made[label, schur]

    def _form(self, label: int, schur: bool) -> Form:
        """The form of one order; a frequency that all its coherences share is taken out before and added again."""
        matrix = self._local.matrix(self._orders, label)
        frequency = matrix[0, 0].imag
        matrix[np.diag_indices_from(matrix)] -= 1j * frequency
        # Fixed point at 44 bits of the largest entry: equal sites are to be equal, and real where they are real.
        unit = 2.0 ** (np.ceil(np.log2(max(np.abs(matrix).max(), 1e-290))) - 44)
        matrix = np.round(matrix / unit) * unit
        if not matrix.imag.any():
            matrix = np.ascontiguousarray(matrix.real)
        key = bytes([schur]) + matrix.tobytes()
        if key not in self._cache:
            self._cache[key] = _schur_form(matrix) if schur else _eigen_form(matrix)
        form = self._cache[key]
        return Form(form.values + 1j * frequency, form.vectors, form.inverse, form.triangle)


def _eigen_form(matrix: np.ndarray) -> Form:
    """In the eigenbasis of M; where eigenvalues coincide (a spin that only decays), of M slightly spread.

    A preconditioner may be inexact, and the bases of most coincidences are well-conditioned then.
    """
    form = _diagonalised(matrix)
    if _growth(form) > COINCIDENCE:
        spread = matrix * (1 + 1e-3 * np.diag(np.linspace(0, 1, len(matrix))))
        other = _diagonalised(spread)
        if _growth(other) < COINCIDENCE:
            return other
    return form


def _diagonalised(matrix: np.ndarray) -> Form:
    values, vectors = la.eig(matrix, check_finite=False)
    try:
        return Form(values, vectors, np.linalg.inv(vectors))
    except np.linalg.LinAlgError:
        return Form(values, vectors, np.full_like(vectors, np.inf))


def _growth(form: Form) -> float:
    """How much an eigenbasis blows rounding up, the largest entry of |V||V⁻¹|.

    Entry by entry: the condition in norms would also count what the scales of the levels alone make large.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        growth = float((np.abs(form.vectors) @ np.abs(form.inverse)).max())
    return growth if np.isfinite(growth) else np.inf


def _schur_form(matrix: np.ndarray) -> Form:
    triangle, unitary = la.schur(matrix, output="complex", check_finite=False)
    return Form(np.diagonal(triangle), unitary, unitary.conj().T, np.asfortranarray(triangle))


def _boxes(box: Box, sites: list[_SiteForms], shift: complex) -> EigenBoxes | SchurBoxes:
    """In eigenbases, or where these are ill-conditioned in Schur bases."""
    growth = np.ones(len(box.labels))
    for site, labels, width in zip(sites, box.labels.T, box.shape, strict=True):
        if width > 1 and len(sites) <= 2:
            growth *= [site.growth(int(label)) for label in labels]
    return (SchurBoxes if growth.max() > ILL_CONDITIONED else EigenBoxes)(box, sites, shift)


class EigenBoxes:
    """Boxes of one shape, solved in the product of the sites' eigenbases."""

    def __init__(self, box: Box, sites: list[_SiteForms], shift: complex):
        self.box = box
        total = np.full((len(box.labels),) + (1,) * len(box.shape), -shift, dtype=complex)
        self._vectors: list[np.ndarray | None] = []
        self._inverses: list[np.ndarray | None] = []
        for j, width in enumerate(box.shape):
            forms = [sites[j](int(label)) for label in box.labels[:, j]]
            spread = [len(forms), *(width if i == j else 1 for i in range(len(box.shape)))]
            total = total + np.stack([f.values for f in forms]).reshape(spread)
            self._vectors.append(np.stack([f.vectors for f in forms]) if width > 1 else None)
            self._inverses.append(np.stack([f.inverse for f in forms]) if width > 1 else None)
        gaps = -1 / _away_from_zero(total)
        self._gaps = gaps if gaps.imag.any() else gaps.real

    def solve(self, f: np.ndarray) -> np.ndarray:
        """−(Σ_j 𝓛_j − σ)⁻¹ f."""
        x = self._turned(self.box.spread(f), self._inverses)
        return self.box.gathered(self._turned(x * self._gaps, self._vectors))

    def _turned(self, x: np.ndarray, matrices: list[np.ndarray | None]) -> np.ndarray:
        """Every axis but the first multiplied by its matrices; real matrices take x in real and imaginary parts."""
        if not np.iscomplexobj(x) or any(np.iscomplexobj(m) for m in matrices if m is not None):
            return _turned(x, matrices)
        parts = _turned(np.stack([x.real, x.imag], axis=1), [None, *matrices])
        out = np.empty(x.shape, dtype=complex)
        out.real, out.imag = parts[:, 0], parts[:, 1]
        return out


def _away_from_zero(total: np.ndarray) -> np.ndarray:
    """Sums that vanish, the stationary state of the sites by themselves, replaced by the slowest decay."""
    size = np.abs(total)
    least = SINGULAR * size.max(initial=0.0)
    slowest = size[size > least].min(initial=np.inf)
    return np.where(size > least, total, -slowest if np.isfinite(slowest) else -1.0)


def _turned(x: np.ndarray, matrices: list[np.ndarray | None]) -> np.ndarray:
    """Every axis but the first multiplied by its matrices, one for each box."""
    shape = x.shape
    for j, matrix in enumerate(matrices):
        if matrix is None:
            continue
        after = prod(shape[j + 2 :])
        if after == 1:
            x = np.matmul(x.reshape(shape[0], -1, shape[j + 1]), matrix.transpose(0, 2, 1))
        else:
            x = np.matmul(matrix[:, None], x.reshape(shape[0], -1, shape[j + 1], after))
    return x.reshape(shape)


class SchurBoxes:
    """Boxes of one shape of at most two sites, solved as Sylvester equations M X + X Nᵀ = −F in Schur form."""

    def __init__(self, box: Box, sites: list[_SiteForms], shift: complex):
        self.box = box
        single = Form(np.zeros(1), np.eye(1), np.eye(1), np.zeros((1, 1), order="F", dtype=complex))
        self._forms = []
        for labels in box.labels:
            forms = [site(int(label), schur=True) for site, label in zip(sites, labels, strict=True)]
            left, right = [*forms, single, single][:2]
            total = np.add.outer(left.values, right.values) - shift
            values = left.values - shift
            values += np.min(_away_from_zero(total) - total, axis=1)  # one eigenvalue of 𝓛_1 is moved, if any
            a, b = (np.array(f.triangle, order="F") for f in (left, right))
            a[np.diag_indices_from(a)] = values
            b[np.diag_indices_from(b)] = right.values
            self._forms.append((left.vectors, a, right.vectors, np.conj(b, order="F")))

    def solve(self, f: np.ndarray) -> np.ndarray:
        """−(𝓛_1 + 𝓛_2 − σ)⁻¹ f."""
        out = np.empty((len(self._forms), prod(self.box.shape)), dtype=complex)
        for row, part, (left, a, right, b) in zip(out, self.box.spread(f), self._forms, strict=True):
            inner = left.conj().T @ part.reshape(len(a), len(b)) @ right.conj()
            x, scale, _ = ztrsyl(a, b, inner, tranb="C")
            row[:] = (left @ (x / -scale) @ right.T).ravel()
        return self.box.gathered(out)
