"""How fast are phase densities, and Wigner and Husimi functions against QuTiP's?

All states are random density matrices: one oscillator of 500 levels, a pair of 40 × 40 levels without a symmetry and
with a U(1), one oscillator of 200 levels on a grid of 400 × 400 points, and a mixture of its number states. QuTiP runs
``wigner(method="clenshaw")``, the fastest of its methods here, and ``qfunc`` on the same matrix and grid. The grid ends
at |x| = 24, outside the states; from x = p = 28 on QuTiP's recurrence overflows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.process import machine, measure, row, save

if TYPE_CHECKING:
    from photinus.space.state import State

LEVELS, POINTS, EDGE = 200, 400, 24.0
DENSITIES = {
    "500 levels, canonical": {"kind": "canonical"},
    "500 levels, husimi": {"kind": "husimi"},
    "500 levels, wigner": {"kind": "wigner"},
}
PAIRS = {
    "40x40, relative, 1024 angles": {"question": "relative", "symmetric": False},
    "40x40, relative, U(1)": {"question": "relative", "symmetric": True},
    "40x40, joint, 256x256": {"question": "joint", "symmetric": False},
    "40x40, joint, U(1)": {"question": "joint", "symmetric": True},
    "40x40, discrete relative": {"question": "discrete", "symmetric": False},
}
GRIDS = {
    "wigner, 200 levels": {"what": "wigner", "mixed": False},
    "wigner, 200 levels, mixture": {"what": "wigner", "mixed": True},
    "husimi, 200 levels": {"what": "husimi", "mixed": False},
    "husimi, 200 levels, mixture": {"what": "husimi", "mixed": True},
}


def matrix(levels: int, mixed: bool = False) -> np.ndarray:
    """A random density matrix of rank 3, or a diagonal one."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(levels, 3)) + 1j * rng.normal(size=(levels, 3))
    rho = np.diag(rng.random(levels)) if mixed else x @ x.conj().T
    return rho / np.trace(rho).real


def state(rho: np.ndarray, names: str, symmetric: bool = False) -> State:
    """It as a state of oscillators of equal size; ``symmetric`` keeps its part of order zero under n_a + n_b."""
    import photinus as ph
    from photinus.model import Group
    from photinus.space.sectors import grading
    from photinus.space.space import make_space
    from photinus.space.state import State, state_from_matrix

    levels = round(len(rho) ** (1 / len(names)))
    sites = ph.Model(sum(ph.oscillator(n).dag() * ph.oscillator(n) for n in names)).sites
    group = Group((0,), ((1,) * len(names),)) if symmetric else Group((), ())
    made = state_from_matrix(rho, grading(make_space(sites, dict.fromkeys(names, levels)), group))
    return State(made.grading, {group.zero: made.parts[group.zero]}) if symmetric else made


def one(kind: str) -> Callable[[], dict[str, float]]:
    """The phase density of one oscillator of 500 levels."""
    import photinus as ph

    ph.phase.distribution(state(matrix(4), "a"), "a", kind=kind)
    made = state(matrix(500), "a")

    def run() -> dict[str, float]:
        density = ph.phase.distribution(made, "a", kind=kind)
        return {"R": density.resultant_length}

    return run


def pair(question: str, symmetric: bool) -> Callable[[], dict[str, float]]:
    """The relative, joint or discrete relative phase of a pair of 40 × 40 levels."""
    import photinus as ph

    def run(made: State) -> dict[str, float]:
        if question == "joint":
            return {"highest": float(ph.phase.joint_distribution(made, "a", "b", points=256).density.max())}
        if question == "discrete":
            return {"R": ph.phase.discrete_relative_distribution(made, "a", "b").resultant_length}
        return {"R": ph.phase.relative_distribution(made, "a", "b", points=1024).resultant_length}

    run(state(matrix(9), "ab", symmetric))
    made = state(matrix(1600), "ab", symmetric)
    return lambda: run(made)


def photinus(what: str, mixed: bool) -> Callable[[], dict[str, float]]:
    """W or Q on the grid in photinus."""
    import photinus as ph

    asked = getattr(ph.phase, what)
    asked(state(matrix(3), "a"), "a", [0.0, 1.0], [0.0])
    made, x = state(matrix(LEVELS, mixed), "a"), np.linspace(-EDGE, EDGE, POINTS)
    return lambda: probes(asked(made, "a", x, x))


def qutip(what: str, mixed: bool) -> Callable[[], dict[str, float]]:
    """W or Q on the grid in QuTiP."""
    import qutip as qt

    rho, x = qt.Qobj(matrix(LEVELS, mixed)), np.linspace(-EDGE, EDGE, POINTS)
    if what == "husimi":
        return lambda: probes(qt.qfunc(rho, x, x))
    return lambda: probes(qt.wigner(rho, x, x, method="clenshaw"))


def probes(values: np.ndarray) -> dict[str, float]:
    """Values at every seventh grid point of a diagonal and of a row: what the two answers are compared by."""
    points = np.concatenate([np.diagonal(values)[::7], values[POINTS // 3, ::7]])
    return {str(k): float(value) for k, value in enumerate(points)}


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    print(f"{'case':>32} {'package':>10} {'seconds':>10} {'memory':>10}")
    for function, cases in (("one", DENSITIES), ("pair", PAIRS)):
        for case, arguments in cases.items():
            outcome = measure("benchmarks.phase", function, **arguments)
            rows.append(row(case, "photinus", outcome))
            if outcome is not None:
                print(f"{case:>32} {'photinus':>10} {outcome.seconds:10.4f} {outcome.peak / 1e6:8.1f} MB")
    for case, arguments in GRIDS.items():
        found = {name: measure("benchmarks.phase", name, **arguments) for name in ("photinus", "qutip")}
        for name, outcome in found.items():
            rows.append(row(case, name, outcome))
            if outcome is not None:
                print(f"{case:>32} {name:>10} {outcome.seconds:10.4f} {outcome.peak / 1e6:8.1f} MB")
        ours, theirs = found["photinus"], found["qutip"]
        if ours is not None and theirs is not None:
            gap = max(abs(ours.answer[k] - theirs.answer[k]) for k in ours.answer)
            print(f"{'':>32} {theirs.seconds / ours.seconds:8.1f} x faster, answers differ by {gap:.1e}")
    print(save("phase", rows))
