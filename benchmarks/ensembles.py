"""How many atoms can a superradiant laser have, and how long does its linewidth take?

N atoms pumped one by one at N/2 and emitting together at 1: the steady state (populations of (N/2 + 1)² levels |J, M⟩)
and the linewidth (of the spectrum of S₋, in the order 1), beside PIQS, QuTiP's permutation-symmetric solver, at the
sizes it reaches: its own solver of such models, ``pisolve``, and a sparse LU that we make of its matrix of rates.
``steadystate`` of its Liouvillian fails: the coherences between different J, which do not exist, are singular.
One thread.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import machine, measure, row, save

SIZES = (20, 40, 100, 200, 300, 400, 1000)
LINES = (100, 300, 1000)
RIVALS = {"pisolve": (20, 40, 100, 200), "rates": (20, 40, 100, 300)}


def photinus(atoms: int) -> Callable[[], dict[str, float]]:
    """The steady state in photinus, model and assembly included."""
    import photinus as ph

    def solve(atoms: int) -> dict[str, float]:
        at = ph.ensemble("atoms", atoms)
        state = ph.steady_state(ph.zoo.superradiant_laser(atoms=atoms, pump=atoms / 2))
        return {"intensity": 8 * state.expect(at.plus * at.minus) / atoms**2}

    solve(4)
    return lambda: solve(atoms)


def linewidth(atoms: int) -> Callable[[], dict[str, float]]:
    """The linewidth in photinus: the full width at half maximum of the spectrum of S₋."""
    import photinus as ph

    def solve(atoms: int) -> dict[str, float]:
        laser = ph.zoo.superradiant_laser(atoms=atoms, pump=atoms / 2)
        return {"linewidth": ph.spectra.linewidth(laser, ph.ensemble("atoms", atoms).minus)}

    solve(4)
    return lambda: solve(atoms)


def pisolve(atoms: int) -> Callable[[], dict[str, float]]:
    """The steady state in PIQS: from all atoms excited until 20 times the time of one pump; some 1e-5 remain."""
    import numpy as np
    from qutip import piqs

    def solve(atoms: int) -> dict[str, float]:
        laser = piqs.Dicke(atoms, collective_emission=1.0, pumping=atoms / 2)
        last = laser.pisolve(piqs.dicke(atoms, atoms / 2, atoms / 2), np.array([0.0, 40.0 / atoms])).states[-1]
        total = piqs.jspin(atoms, "+") * piqs.jspin(atoms, "-")
        return {"intensity": float(8 * (total.diag() @ last.diag()).real / atoms**2)}

    solve(4)
    return lambda: solve(atoms)


def rates(atoms: int) -> Callable[[], dict[str, float]]:
    """The steady state from PIQS's matrix of rates, with the trace in one row, by sparse LU."""
    import numpy as np
    import scipy.sparse as sp
    import scipy.sparse.linalg as sla
    from qutip import piqs

    def solve(atoms: int) -> dict[str, float]:
        matrix = piqs.Dicke(atoms, collective_emission=1.0, pumping=atoms / 2).coefficient_matrix().real.tolil()
        matrix[0] = 1.0
        target = np.zeros(matrix.shape[0])
        target[0] = 1.0
        populations = sla.spsolve(sp.csc_array(matrix), target)
        total = piqs.jspin(atoms, "+") * piqs.jspin(atoms, "-")
        return {"intensity": float(8 * (total.diag().real @ populations) / atoms**2)}

    solve(4)
    return lambda: solve(atoms)


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for atoms in SIZES:
        for package in (*(name for name, reach in RIVALS.items() if atoms in reach), "photinus"):
            outcome = measure("benchmarks.ensembles", package, atoms=atoms)
            rows.append(row(f"{atoms} atoms", package, outcome))
            if outcome is not None:
                intensity = outcome.answer["intensity"]
                print(
                    f"{atoms:5d} atoms {package:>9}: {outcome.seconds:9.3f} s, 8⟨S₊S₋⟩/N² = {intensity:.10f}",
                    flush=True,
                )
    for atoms in LINES:
        outcome = measure("benchmarks.ensembles", "linewidth", atoms=atoms)
        rows.append(row(f"linewidth of {atoms} atoms", "photinus", outcome))
        if outcome is not None:
            width = outcome.answer["linewidth"]
            print(f"{atoms:5d} atoms linewidth: {outcome.seconds:9.3f} s, FWHM = {width:.8f}", flush=True)
    print(save("ensembles", rows))


if __name__ == "__main__":
    main()
