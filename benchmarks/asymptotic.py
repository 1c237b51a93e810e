"""Where does a start end up?

Two oscillators with the shared loss D[a − b] alone, whose stationary states form a manifold: from the Fock state |n, 0⟩
and from a coherent state. photinus goes down the charges to the dark kets, once; QuTiP integrates to t = 100/gap, the
gap being 1, with its default tolerances. One thread.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.process import machine, measure, row, save

CASES = (("fock 5", 8), ("fock 9", 12), ("fock 13", 16), ("coherent", 16))
AMPLITUDE = 1.2


def photinus(case: str, levels: int) -> Callable[[], dict[str, float]]:
    """One projection in photinus."""
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")
    model = ph.Model(jumps=[ph.Jump(1.0, a - b)])
    asymptotic_state = ph.asymptotic_state  # names are imported on first use: that is no part of the question
    if case == "coherent":
        initial = ph.states.coherent({"a": AMPLITUDE, "b": 0}, cutoff=ph.Fixed(levels))
    else:
        initial = ph.states.fock({"a": int(case.split()[1]), "b": 0})

    asymptotic_state(model, ph.states.fock({"a": 1, "b": 0}))

    def run() -> dict[str, float]:
        end = asymptotic_state(model, initial)
        return {"n": float(end.expect(a.dag() * a)), "lowest": float(end.eigenvalues[0])}

    return run


def qutip(case: str, levels: int) -> Callable[[], dict[str, float]]:
    """The same start, integrated by QuTiP."""
    import qutip as qt

    low, one = qt.destroy(levels), qt.qeye(levels)
    a, b = qt.tensor(low, one), qt.tensor(one, low)
    if case == "coherent":
        ket = qt.coherent(levels, AMPLITUDE, method="analytic")
    else:
        ket = qt.basis(levels, int(case.split()[1]))
    initial = qt.ket2dm(qt.tensor(ket, qt.basis(levels, 0)))

    def run() -> dict[str, float]:
        options = {"nsteps": 1_000_000, "progress_bar": ""}
        end = qt.mesolve(0 * a, initial, np.linspace(0, 100, 2), [a - b], options=options).states[-1]
        return {"n": float(qt.expect(a.dag() * a, end)), "lowest": float(end.eigenenergies().min())}

    return run


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for case, levels in CASES:
        found = {}
        for package in ("photinus", "qutip"):
            outcome = measure("benchmarks.asymptotic", package, case=case, levels=levels)
            rows.append(row(case, package, outcome))
            if outcome is not None:
                found[package] = outcome.seconds
                print(
                    f"{case:>9} {package:>9}: {outcome.seconds:8.3f} s, {outcome.peak / 1e6:7.1f} MB, "
                    f"n = {outcome.answer['n']:.9f}, smallest eigenvalue {outcome.answer['lowest']:.1e}"
                )
        if len(found) == 2:
            print(f"{case:>9}: {found['qutip'] / found['photinus']:.0f} x faster than qutip")
    print(save("asymptotic", rows))


if __name__ == "__main__":
    main()
