"""How fast are quantum-jump trajectories of a pair of van der Pol oscillators?

Gain 1, two-photon loss 0.2, dissipative coupling 0.5, detuning 0.2, from the vacuum to t = 20 with ⟨n_a⟩ and ⟨b†a⟩ at
41 times, about 210 jumps a trajectory; one thread, no worker processes. QuTiP is `mcsolve` with its default tolerances,
on a smaller number of trajectories (its time grows linearly). The driven pair has no symmetry, the worst case here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.process import machine, measure, row, save

TIMES = np.linspace(0, 20, 41)
CASES = {"pair": {"levels": 20, "drive": 0.0}, "driven pair": {"levels": 12, "drive": 0.4}}


def photinus(levels: int, drive: float, count: int) -> Callable[[], dict[str, float]]:
    """Trajectories in photinus, model and propagators included."""
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")

    def run(count: int) -> float:
        model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.2, dissipative=0.5, detuning=0.2)
        model = model + ph.Model(1j * drive * (a.dag() - a))
        runs = ph.trajectories(
            model,
            ph.states.fock({"a": 0, "b": 0}),
            TIMES,
            observe={"n": a.dag() * a, "r": b.dag() * a},
            cutoff=ph.Fixed(levels),
            count=count,
        )
        return float(runs.mean["n"][20:].mean())

    run(1)
    return lambda: {"n": run(count)}


def qutip(levels: int, drive: float, count: int) -> Callable[[], dict[str, float]]:
    """Trajectories in QuTiP."""
    import qutip as qt

    def run(count: int) -> float:
        a, b = qt.tensor(qt.destroy(levels), qt.qeye(levels)), qt.tensor(qt.qeye(levels), qt.destroy(levels))
        hamiltonian = 0.1 * (a.dag() * a - b.dag() * b) + 1j * drive * (a.dag() - a)
        jumps = [a.dag(), b.dag(), 0.2**0.5 * a * a, 0.2**0.5 * b * b, 0.5**0.5 * (a - b)]
        start = qt.tensor(qt.basis(levels, 0), qt.basis(levels, 0))
        options = {"progress_bar": False}
        found = qt.mcsolve(
            hamiltonian, start, TIMES, jumps, e_ops=[a.dag() * a, b.dag() * a], ntraj=count, options=options
        )
        return float(np.mean(found.expect[0][20:]))

    run(1)
    return lambda: {"n": run(count)}


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for case, arguments in CASES.items():
        found = {}
        for package, count in (("qutip", 40), ("photinus", 1000)):
            outcome = measure("benchmarks.trajectories", package, count=count, **arguments)
            rows.append(row(f"{case}, {count} trajectories", package, outcome))
            if outcome is not None:
                found[package] = outcome.seconds / count
                print(
                    f"{case:>12} {package:>9}: {1e3 * found[package]:8.3f} ms a trajectory, ⟨n⟩ = "
                    f"{outcome.answer['n']:.3f}, peak {outcome.peak / 1e6:.0f} MB"
                )
        if len(found) == 2:
            print(f"{case:>12}: {found['qutip'] / found['photinus']:.1f} x faster than qutip")
    print(save("trajectories", rows))
