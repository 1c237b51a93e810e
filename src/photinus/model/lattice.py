"""Integer lattices: the quotient Z^M / Λ, by Smith's normal form with exact integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import gcd, remainder, tau


def smith_columns(generators: Iterable[Sequence[int]], dimension: int) -> list[tuple[int, tuple[int, ...]]]:
    """Homomorphisms x ↦ x·v mod d that together separate the classes of Z^M / Λ.

    Parameters
    ----------
    generators : iterable of integer vectors
        They span the lattice Λ.
    dimension : int
        M.

    Returns
    -------
    list of (d, v)
        One cyclic factor each: d = 0 is a factor Z (a U(1) charge), d ≥ 2 a factor Z_d. The U(1) charges come first,
        as a reduced echelon basis of all integer vectors that vanish on Λ.
    """
    rows, group = _contracted([g for g in dict.fromkeys(tuple(g) for g in generators) if any(g)], dimension)
    whole, dimension = dimension, max(group, default=-1) + 1
    # Diagonalise rows·V by elementary operations; V collects the column operations.
    v = [[int(i == j) for j in range(dimension)] for i in range(dimension)]
    divisors: list[int] = []
    for t in range(dimension):
        if not _pivot(rows, v, t):
            break
        divisors.append(abs(rows[t][t]))
    torsion = [(d, [v[i][t] % d for i in range(dimension)]) for t, d in enumerate(divisors) if d > 1]
    free = _echelon([[v[i][t] for i in range(dimension)] for t in range(len(divisors), dimension)])
    free = [[u[group[i]] for i in range(whole)] for u in free]
    torsion = [(d, [w[group[i]] for i in range(whole)]) for d, w in torsion]
    return [(0, tuple(u)) for u in free] + [(d, _simplest(w, d, free)) for d, w in torsion]


def _contracted(rows: Sequence[Sequence[int]], dimension: int) -> tuple[list[list[int]], list[int]]:
    """The rows without those of the form e_i − e_j, which make coordinates i and j one; and the new number of each.

    The exchanges of quanta in a network are of this form: elimination is left with one coordinate for each connected
    part.
    """
    parent = list(range(dimension))

    def head(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    others = []
    for row in rows:
        places = [i for i, x in enumerate(row) if x]
        if len(places) == 2 and {row[places[0]], row[places[1]]} == {1, -1}:
            i, j = sorted(map(head, places))
            parent[j] = i
        else:
            others.append(row)
    heads = sorted({head(i) for i in range(dimension)})
    number = {h: k for k, h in enumerate(heads)}
    group = [number[head(i)] for i in range(dimension)]
    found = []
    for row in others:
        total = [0] * len(heads)
        for i, x in enumerate(row):
            total[group[i]] += x
        if any(total):
            found.append(total)
    return found, group


def _pivot(rows: list[list[int]], v: list[list[int]], t: int) -> bool:
    """Bring the next Smith divisor to place (t, t); False when nothing is left."""
    while True:
        candidates = [(abs(row[j]), i, j) for i, row in enumerate(rows) if i >= t for j in range(t, len(v)) if row[j]]
        if not candidates:
            return False
        _, i, j = min(candidates)
        rows[t], rows[i] = rows[i], rows[t]
        for row in (*rows, *v):
            row[t], row[j] = row[j], row[t]
        p = rows[t][t]
        clean = True
        for k in range(t + 1, len(rows)):
            q = rows[k][t] // p
            rows[k] = [x - q * y for x, y in zip(rows[k], rows[t], strict=True)]
            clean &= rows[k][t] == 0
        for k in range(t + 1, len(v)):
            q = rows[t][k] // p
            for row in (*rows, *v):
                row[k] -= q * row[t]
            clean &= rows[t][k] == 0
        if not clean:
            continue
        bad = next((row for row in rows[t + 1 :] if any(x % p for x in row)), None)
        if bad is None:
            return True
        rows[t] = [x + y for x, y in zip(rows[t], bad, strict=True)]


def _echelon(rows: list[list[int]]) -> list[list[int]]:
    """Hermite's normal form: positive pivots, entries above them reduced."""
    rows = [list(row) for row in rows]
    done = 0
    for j in range(len(rows[0]) if rows else 0):
        while True:
            live = [i for i in range(done, len(rows)) if rows[i][j]]
            if not live:
                break
            i = min(live, key=lambda i: abs(rows[i][j]))
            rows[done], rows[i] = rows[i], rows[done]
            if rows[done][j] < 0:
                rows[done] = [-x for x in rows[done]]
            for i in range(len(rows)):
                if i != done:
                    q = rows[i][j] // rows[done][j]
                    rows[i] = [x - q * y for x, y in zip(rows[i], rows[done], strict=True)]
            if all(rows[i][j] == 0 for i in range(done + 1, len(rows))):
                done += 1
                break
    return rows[:done]


def _simplest(w: list[int], d: int, free: list[list[int]]) -> tuple[int, ...]:
    """The generator of a factor Z_d with the fewest and smallest weights, the U(1) charges added at will."""
    units = [k for k in range(1, d) if gcd(k, d) == 1] if d <= 24 else [1]
    shifts = product(range(d), repeat=len(free)) if d ** len(free) <= 4096 else [(0,) * len(free)]
    best: tuple[int, ...] = tuple(w)
    for multipliers in shifts:
        shifted = [x + sum(m * u[i] for m, u in zip(multipliers, free, strict=True)) for i, x in enumerate(w)]
        for k in units:
            trial = tuple(k * x % d for x in shifted)
            if (sum(map(bool, trial)), sum(trial), trial[::-1]) < (sum(map(bool, best)), sum(best), best[::-1]):
                best = trial
    return best


def angles(rows: Mapping[tuple[int, ...], float], dimension: int, tolerance: float = 1e-13) -> tuple[float, ...] | None:
    """Angles θ with s·θ ≡ b (mod 2π) for every integer row s ↦ b, or None where there are none.

    Parameters
    ----------
    rows : mapping of integer vector to float
        s and b (rad).
    dimension : int
        Number of angles.
    tolerance : float
        By how much (rad) an equation that follows from the others may be missed, for each unit of the combination.

    Returns
    -------
    tuple of float or None
        One of the solutions; zero throughout where all b are zero.
    """
    if all(abs(remainder(b, tau)) <= tolerance for b in rows.values()):
        return (0.0,) * dimension
    # Rows (s, b, weight): integer combinations of rows keep the solutions; the weight counts what was added up.
    live = [(list(s), b, 1) for s, b in rows.items()]
    pivots: list[tuple[int, list[int], float]] = []
    for j in range(dimension):
        while True:
            led = [row for row in live if row[0][j]]
            if not led:
                break
            s, b, weight = min(led, key=lambda row: abs(row[0][j]))
            rest = [row for row in live if row[0] is not s]
            if len(led) == 1:
                live = rest
                pivots.append((j, s, b))
                break
            live = [(s, b, weight)]
            for t, c, count in rest:
                q = t[j] // s[j]
                row = (
                    [x - q * y for x, y in zip(t, s, strict=True)],
                    remainder(c - q * b, tau),
                    count + abs(q) * weight,
                )
                live.append(row if q else (t, c, count))
    if any(abs(remainder(b, tau)) > tolerance * weight for _, b, weight in live):
        return None
    theta = [0.0] * dimension
    for j, s, b in reversed(pivots):
        theta[j] = remainder((remainder(b, tau) - sum(x * t for x, t in zip(s, theta, strict=True) if t)) / s[j], tau)
    return tuple(theta)
