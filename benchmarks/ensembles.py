"""How many atoms can a superradiant laser have, and how long does its linewidth take?

N atoms pumped one by one at N/2 and emitting together at 1: the steady state (populations of (N/2 + 1)² levels |J, M⟩)
and the linewidth (of the spectrum of S₋, in the order 1), beside PIQS, QuTiP's permutation-symmetric solver, at the
sizes it reaches. One thread.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import machine, measure, row, save

SIZES = (20, 40, 100, 300, 400, 1000)
LINES = (100, 300, 1000)
PIQS_SIZES = (20, 40, 100, 300)


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


def piqs(atoms: int) -> Callable[[], dict[str, float]]:
    """The steady state in PIQS: its rate matrix of the levels |J, M⟩, and a sparse LU of it.

    ``steadystate`` of its Liouvillian fails: the coherences between different J, which do not exist, are singular. Its
    own ``pisolve``, in time, gives up at 100 atoms.
    """
    import numpy as np
    import scipy.sparse as sp
    import scipy.sparse.linalg as sla
    from qutip import piqs as theirs

    def solve(atoms: int) -> dict[str, float]:
        rates = theirs.Dicke(atoms, collective_emission=1.0, pumping=atoms / 2).coefficient_matrix().real.tolil()
        rates[0] = 1.0
        target = np.zeros(rates.shape[0])
        target[0] = 1.0
        populations = sla.spsolve(sp.csc_array(rates), target)
        total = theirs.jspin(atoms, "+") * theirs.jspin(atoms, "-")
        return {"intensity": float(8 * (total.diag().real @ populations) / atoms**2)}

    solve(4)
    return lambda: solve(atoms)


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for atoms in SIZES:
        for package in ("piqs", "photinus") if atoms in PIQS_SIZES else ("photinus",):
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
