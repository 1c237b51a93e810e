"""Integer lattices: the quotient Z^M / Λ, by Smith's normal form with exact integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import gcd, remainder, tau

Row = tuple[tuple[int, int], ...]
"""A sparse integer vector: (coordinate, entry) of the entries that are not zero, by coordinate."""


def smith_columns(generators: Iterable[Sequence[int]], dimension: int) -> list[tuple[int, tuple[int, ...]]]:
    """:func:`cyclic_factors` of a lattice that is spanned by whole vectors."""
    return cyclic_factors((tuple((i, int(x)) for i, x in enumerate(g) if x) for g in generators), dimension)


def cyclic_factors(generators: Iterable[Row], dimension: int) -> list[tuple[int, tuple[int, ...]]]:
    """Homomorphisms x ↦ x·v mod d that together separate the classes of Z^M / Λ.

    Parameters
    ----------
    generators : iterable of sparse integer vectors
        They span the lattice Λ.
    dimension : int
        M.

    Returns
    -------
    list of (d, v)
        One cyclic factor each: d = 0 is a factor Z (a U(1) charge), d ≥ 2 a factor Z_d. The U(1) charges come first,
        as a reduced echelon basis of all integer vectors that vanish on Λ.

    Notes
    -----
    Rows ±e_i ± e_j, such as the exchanges of quanta and the pair creations of a network, make two coordinates one, and
    coordinates without any other row are U(1) charges: elimination, with dense rows, is left with the rest.

    Examples
    --------
    n₁ and n₂ exchange quanta, n₃ loses two at once:

    >>> from photinus.model.lattice import cyclic_factors
    >>> cyclic_factors([((0, 1), (1, -1)), ((2, 2),)], 3)
    [(0, (1, 1, 0)), (2, (0, 0, 1))]
    """
    sparse, heads = _contracted(dict.fromkeys(generators), dimension)
    gone = {i for row in sparse if len(row) == 1 for i, x in row.items() if abs(x) == 1}  # e_i ≡ 0
    sparse = [rest for row in sparse if (rest := {i: x for i, x in row.items() if i not in gone})]
    touched = sorted({i for row in sparse for i in row})
    members: dict[int, list[tuple[int, int]]] = {}
    for i, (head, sign) in enumerate(heads):
        members.setdefault(head, []).append((i, sign))

    def whole(charge: Iterable[tuple[int, int]], modulus: int = 0) -> list[int]:
        out = [0] * dimension
        for head, x in charge:
            for i, sign in members[head] if x else ():
                out[i] = sign * x % modulus if modulus else sign * x
        return out

    free, torsion = _eliminated([[row.get(i, 0) for i in touched] for row in sparse], len(touched))
    charges = [whole(zip(touched, u, strict=True)) for u in free]
    charges += [whole([(head, 1)]) for head in members.keys() - {*touched, *gone}]
    charges.sort(key=lambda u: next(k for k, x in enumerate(u) if x))
    finite = [(d, whole(zip(touched, w, strict=True), d)) for d, w in torsion]
    return [(0, tuple(u)) for u in charges] + [(d, _simplest(w, d, charges)) for d, w in finite]


def _eliminated(rows: list[list[int]], dimension: int) -> tuple[list[list[int]], list[tuple[int, list[int]]]]:
    """The U(1) charges of a lattice in reduced echelon form, and (d, v) of its finite factors, by elimination."""
    # Diagonalise rows·V by elementary operations; V collects the column operations.
    v = [[int(i == j) for j in range(dimension)] for i in range(dimension)]
    divisors: list[int] = []
    for t in range(dimension):
        if not _pivot(rows, v, t):
            break
        divisors.append(abs(rows[t][t]))
    torsion = [(d, [v[i][t] % d for i in range(dimension)]) for t, d in enumerate(divisors) if d > 1]
    return _echelon([[v[i][t] for i in range(dimension)] for t in range(len(divisors), dimension)]), torsion


def _contracted(rows: Iterable[Row], dimension: int) -> tuple[list[dict[int, int]], list[tuple[int, int]]]:
    """The rows once ±e_i ± e_j have made coordinates one, e_i ≡ sign·e_head, and (head, sign) of each coordinate."""
    parent = [(i, 1) for i in range(dimension)]

    def head(i: int) -> tuple[int, int]:
        path = []
        while parent[i][0] != i:
            path.append(i)
            i = parent[i][0]
        total = 1
        for k in reversed(path):
            total *= parent[k][1]
            parent[k] = i, total
        return i, total

    others = []
    for row in rows:
        if len(row) == 2 and abs(row[0][1]) == 1 == abs(row[1][1]):
            (i, s), (j, t) = sorted(head(k) for k, _ in row)
            sign = -s * t * row[0][1] * row[1][1]
            if i != j:
                parent[j] = i, sign
                continue
            row = () if sign == 1 else ((i, 2),)
        others.append(row)
    found: dict[Row, None] = {}
    for row in others:
        total: dict[int, int] = {}
        for i, x in row:
            k, sign = head(i)
            total[k] = total.get(k, 0) + sign * x
        found[tuple(sorted((k, x) for k, x in total.items() if x))] = None
    return [dict(row) for row in found if row], [head(i) for i in range(dimension)]


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
                if i != done and (q := rows[i][j] // rows[done][j]):
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
