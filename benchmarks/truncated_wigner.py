"""How many site-steps a second does the truncated Wigner method make, and what are its numbers worth?

Van der Pol oscillators with gain 1 and two-photon loss 0.05, each coupled to all others by D[a_i − a_j], or coherently
to its neighbours on a ring, in steps of 1e-3. A site-step is one step of one oscillator of one trajectory: two drifts
and one kick with two random numbers, or with four where noise is shared. ``Heun`` is NumPy in double precision with
normal numbers; ``Fused`` is compiled, in single precision with three-valued noise, on two threads. First, the mean
number of one oscillator with both, beside that of the exact density matrix; then speed, and the memory above what the
imports took. Compilation, once for all runs, is not counted. Beside the wall time stands the processor time, which
other programs on the machine disturb less. QuTiP has no stochastic solver of phase space; nothing stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import argv
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.process import machine, measure, row, save

ONE = {"gain": 1, "two_photon_loss": 0.05}
CASES = (
    ("all to all", 10, 1000, 1000, "Heun"),
    ("all to all", 10, 1000, 1000, "Fused"),
    ("all to all", 100, 1000, 1000, "Fused"),
    ("ring", 10_000, 1000, 100, "Fused"),
    ("all to all", 1000, 1000, 10_000, "Fused"),
)


def network(graph: str, sites: int) -> Any:
    """The model."""
    import photinus as ph

    detuning = list(np.linspace(-0.1, 0.1, sites))
    if graph == "ring":
        ring = [(k, (k + 1) % sites) for k in range(sites)]
        return ph.zoo.coupled_van_der_pol(ring, **ONE, coherent=0.25, detuning=detuning)
    return ph.zoo.coupled_van_der_pol(sites, **ONE, dissipative=0.5 / sites, detuning=detuning)


def photinus(graph: str, sites: int, count: int, steps: int, name: str) -> Callable[[], dict[str, float]]:
    """One network; compiled beforehand."""
    import photinus as ph

    def followed(model: Any, count: int, steps: int) -> tuple[float, float]:
        ladder = [ph.oscillator(n) for n in model.oscillators]
        observe = {"n": sum(x.dag() * x for x in ladder) / len(ladder)}
        method = ph.methods.Heun(step=1e-3) if name == "Heun" else ph.methods.Fused(step=1e-3, workers=2)
        start, times = dict.fromkeys(model.oscillators, 3.0), [0.0, 1e-3 * steps]
        runs = ph.truncated_wigner(model, start, times, count=count, method=method, observe=observe)
        return float(runs.mean["n"][-1]), float(runs.standard_error["n"][-1])

    followed(network(graph, 80), 4, 2)

    def run() -> dict[str, float]:
        begin = perf_counter()
        model = network(graph, sites)
        built, used = perf_counter(), process_time()
        mean, error = followed(model, count, steps)
        return {
            "built": built - begin,
            "followed": perf_counter() - built,
            "processors": process_time() - used,
            "number": mean,
            "error": error,
        }

    return run


def accuracy() -> None:
    """One oscillator beside its density matrix."""
    import photinus as ph

    a = ph.oscillator("a")
    single = ph.zoo.van_der_pol(**ONE)
    exact = ph.steady_state(single, cutoff=ph.Converged(1e-8)).expect(a.dag() * a)
    print(f"exact    ⟨n⟩ = {exact:.5f}")
    for method in (ph.methods.Heun(), ph.methods.Fused(workers=2)):
        begin = perf_counter()
        runs = ph.truncated_wigner(single, {"a": 3.1}, [0.0, 10.0], count=20_000, method=method)
        mean, error = runs.mean["n_a"][-1], runs.standard_error["n_a"][-1]
        print(f"{type(method).__name__:<8} ⟨n⟩ = {mean:.5f} ± {error:.5f}  ({perf_counter() - begin:.1f} s)")


def main() -> None:
    """Print and save the tables; with the argument ``short`` the long cases make 100 steps, and nothing is saved."""
    print(__doc__, machine(), sep="\n")
    accuracy()
    rows = []
    for graph, sites, count, steps, name in CASES:
        if "short" in argv and steps * sites > 10**6:
            steps = 100
        outcome = measure(
            "benchmarks.truncated_wigner", "photinus", graph=graph, sites=sites, count=count, steps=steps, name=name
        )
        rows.append(row(f"{sites} sites {graph}, {count} trajectories, {steps} steps, {name}", "photinus", outcome))
        if outcome is None:
            print(f"{name:<5} {sites:>5} sites: failed")
            continue
        found = outcome.answer
        print(
            f"{name:<5} {sites:>5} sites {graph}, {count} trajectories, {steps} steps: built {found['built']:.1f} s, "
            f"followed {found['followed']:.1f} s ({found['processors']:.1f} s of processors), "
            f"{sites * count * steps / found['followed'] / 1e6:.1f} million site-steps/s, "
            f"{outcome.peak / 1e6:.0f} MB; ⟨n⟩ = {found['number']:.4f} ± {found['error']:.1g}"
        )
    if "short" not in argv:
        print(save("truncated_wigner", rows))


if __name__ == "__main__":
    main()
