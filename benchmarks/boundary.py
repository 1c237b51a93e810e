"""How many solutions does the boundary of an Arnold tongue cost, followed or out of a filled grid?

The van der Pol oscillator with gain 1 and two-photon loss 0.2, phase coherence 0.5, detuning −1 … 1 and drive 0 … 1.
`photinus` follows the boundary (ph.entrainment.tongue); `grid` fills 81 × 41 points with photinus, its contour taken
by linear interpolation; `qutip` solves every seventh point of the same grid with QuTiP, and its time is scaled to the
whole grid, whose contour is the same. All keep the same levels. The error is the largest distance in detuning from the
true edge, which a root finder gives at 32 drives, over the width at the largest drive.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.process import machine, measure, row, save

AT = {"gain": 1.0, "two_photon_loss": 0.2}
LEVEL = 0.5
WINDOW = {"detuning": (-1.0, 1.0), "drive": (0.0, 1.0)}
GRID = 81, 41
SAMPLE = 7


def coherence(levels: int) -> Callable[[float, float], float]:
    """The phase coherence of one point, by photinus."""
    import photinus as ph

    def point(detuning: float, drive: float) -> float:
        model = ph.zoo.van_der_pol(**AT, detuning=detuning, drive=drive)
        return ph.measures.phase_coherence(ph.steady_state(model, cutoff=ph.Fixed(levels)), "a")

    return point


def truth(levels: int) -> list[tuple[float, float]]:
    """The drive and the right edge at 32 drives, to 1e-10; the tongue is symmetric."""
    from scipy.optimize import brentq

    point = coherence(levels)
    tip = brentq(lambda drive: point(0.0, drive) - LEVEL, 0.01, 1.0, xtol=1e-10)
    drives = tip + (0.999 - tip) * np.linspace(0.05, 1, 32)
    return [(float(y), float(brentq(lambda x, y=y: point(x, y) - LEVEL, 0.0, 1.5, xtol=1e-10))) for y in drives]


def photinus(levels: int, edges: list[tuple[float, float]]) -> Callable[[], dict[str, float]]:
    """The boundary, followed."""
    import photinus as ph

    coherence(levels)(0.1, 0.1)

    def run() -> dict[str, float]:
        criterion = ph.entrainment.Level(ph.measures.phase_coherence, LEVEL, "a", cutoff=ph.Fixed(levels))
        found = ph.entrainment.tongue(ph.zoo.van_der_pol, AT, WINDOW, criterion)
        off = []
        for drive, edge in edges:
            left, right = found.edges(drive)
            off += [abs(left.position + edge), abs(right.position - edge)]
        return {"solves": found.solves, "error": max(off) / (2 * edges[-1][1])}

    return run


def filled(point: Callable[[float, float], float], edges: list[tuple[float, float]]) -> dict[str, float]:
    """The boundary out of a filled grid."""
    x, y = (np.linspace(*side, n) for side, n in zip(WINDOW.values(), GRID, strict=True))
    values = np.array([[point(a, b) for a in x] for b in y])
    off = []
    for drive, edge in edges:
        k = min(int(drive / (y[1] - y[0])), len(y) - 2)
        share = (drive - y[k]) / (y[1] - y[0])
        line = (1 - share) * values[k] + share * values[k + 1] - LEVEL
        for side in (1, -1):
            order = np.arange(len(x))[::side]
            positive = line[order] > 0
            cut = int(np.flatnonzero(positive[:-1] & ~positive[1:])[-1])
            i, j = order[cut], order[cut + 1]
            found = x[i] - line[i] * (x[j] - x[i]) / (line[j] - line[i])
            off.append(abs(side * found - edge))
    return {"solves": float(x.size * y.size), "error": max(off) / (2 * edges[-1][1])}


def grid(levels: int, edges: list[tuple[float, float]]) -> Callable[[], dict[str, float]]:
    """A filled grid in photinus."""
    point = coherence(levels)
    point(0.1, 0.1)
    return lambda: filled(point, edges)


def qutip(levels: int, edges: list[tuple[float, float]]) -> Callable[[], dict[str, float]]:
    """Every seventh point of the grid in QuTiP, and how far its coherence is from that of photinus at worst."""
    import qutip as qt

    del edges
    ours = coherence(levels)

    a = qt.destroy(levels)
    jumps = [AT["gain"] ** 0.5 * a.dag(), AT["two_photon_loss"] ** 0.5 * a * a]

    def point(detuning: float, drive: float) -> float:
        hamiltonian = -detuning * a.dag() * a + 1j * drive * (a.dag() - a)
        return float(abs(np.diagonal(qt.steadystate(hamiltonian, jumps).full(), -1).sum()))

    x, y = (np.linspace(*side, n) for side, n in zip(WINDOW.values(), GRID, strict=True))
    points = [(float(a), float(b)) for b in y for a in x][::SAMPLE]
    off = max(abs(point(*at) - ours(*at)) for at in points[:: len(points) // 8])

    def run() -> dict[str, float]:
        for at in points:
            point(*at)
        return {"solves": float(len(points)), "disagreement": off}

    return run


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    levels, rows = 24, []
    edges = truth(levels)
    ours = None
    for package in ("photinus", "grid", "qutip"):
        outcome = measure("benchmarks.boundary", package, levels=levels, edges=edges)
        rows.append(row(f"{levels} levels", package, outcome))
        if outcome is None:
            continue
        ours = outcome if package == "photinus" else ours
        found = outcome.answer
        solves = found["solves"] if "error" in found else float(GRID[0] * GRID[1])
        seconds = outcome.seconds * solves / found["solves"]
        more = "" if ours is None or ours is outcome else (
            f"; followed: {solves / ours.answer['solves']:.1f} x fewer solutions, {seconds / ours.seconds:.1f} x faster"
        )  # fmt: skip
        how = f"error {found['error']:.1e} of the width" if "error" in found else f"scaled from {found['solves']:.0f}"
        print(f"{package:>9}: {solves:6.0f} solutions, {seconds:8.2f} s, {how}{more}")
    print(save("boundary", rows))


if __name__ == "__main__":
    main()
