"""How long does a boundary time crystal of length S take: its steady state, and its 20 slowest modes?

H = ω₀S_x, (κ/S)·D[S₋], κ = ω₀/2; (2S + 1)² unknowns. Beside photinus: QuTiP's steady state, and its dense Liouvillian
spectrum, at the sizes it reaches. One thread.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import machine, measure, row, save

SIZES = (15, 30, 50, 100)
COUNT = 20
QUTIP_STATES, QUTIP_MODES = 50, 15


def state(length: int) -> Callable[[], dict[str, float]]:
    """The steady state in photinus."""
    import photinus as ph

    def solve(size: int) -> dict[str, float]:
        found = ph.steady_state(ph.zoo.boundary_time_crystal(length=size, drive=1.0, decay=0.5))
        return {"y": found.expect(ph.spin("s", size).y) / size}

    solve(2)
    return lambda: solve(length)


def modes(length: int) -> Callable[[], dict[str, float]]:
    """The slow modes in photinus."""
    import photinus as ph

    def solve(size: int) -> dict[str, float]:
        found = ph.eigenmodes(ph.zoo.boundary_time_crystal(length=size, drive=1.0, decay=0.5), count=COUNT)
        return {"gap": found.gap, "slowest oscillation": float(found.rates[abs(found.frequencies) > 0.1][0])}

    solve(2)
    return lambda: solve(length)


def qutip_state(length: int) -> Callable[[], dict[str, float]]:
    """The steady state in QuTiP."""
    import qutip as qt

    def solve() -> dict[str, float]:
        jump = (0.5 / length) ** 0.5 * qt.jmat(length, "-")
        return {"y": qt.expect(qt.jmat(length, "y"), qt.steadystate(qt.jmat(length, "x"), [jump])) / length}

    return solve


def qutip_modes(length: int) -> Callable[[], dict[str, float]]:
    """The eigenvalues of QuTiP's Liouvillian, dense."""
    import numpy as np
    import qutip as qt

    def solve() -> dict[str, float]:
        jump = (0.5 / length) ** 0.5 * qt.jmat(length, "-")
        values = np.linalg.eigvals(qt.liouvillian(qt.jmat(length, "x"), [jump]).full())
        values = values[np.argsort(-values.real)]
        return {"gap": float(-values[1].real), "slowest oscillation": float(-values[abs(values.imag) > 0.1][0].real)}

    return solve


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for length in SIZES:
        for what, largest in (
            ("state", 1000),
            ("qutip_state", QUTIP_STATES),
            ("modes", 1000),
            ("qutip_modes", QUTIP_MODES),
        ):
            if length > largest:
                continue
            outcome = measure("benchmarks.time_crystals", what, length=length)
            rows.append(row(f"S = {length}", what, outcome))
            if outcome is not None:
                answer = ", ".join(f"{name} {value:.9f}" for name, value in outcome.answer.items())
                print(f"S = {length:>3} {what:>12}: {outcome.seconds:8.3f} s, {outcome.peak / 1e6:7.1f} MB, {answer}")
    print(save("time_crystals", rows))


if __name__ == "__main__":
    main()
