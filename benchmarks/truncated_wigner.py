"""How many site-steps a second does the truncated Wigner method make, and what are its numbers worth?

Van der Pol oscillators with gain 1 and two-photon loss 0.05, each coupled to all others by D[a_i − a_j], in steps of
1e-3. A site-step is one step of one oscillator of one trajectory: two drifts and one kick with two random numbers, or
with four where noise is shared. ``Heun`` is NumPy in double precision with normal numbers; ``Fused`` is compiled, in
single precision with three-valued noise, on two threads. First, the mean number of one oscillator with both, beside
that of the exact density matrix; then speed. Compilation, once for all runs, is not counted.
"""

from __future__ import annotations

from sys import argv
from time import perf_counter

import numpy as np

from benchmarks.process import machine

ONE = {"gain": 1, "two_photon_loss": 0.05}
CASES = ((10, 1000, 1000, "Heun"), (10, 1000, 1000, "Fused"), (100, 1000, 1000, "Fused"), (1000, 1000, 10_000, "Fused"))


def main() -> None:
    """Print the tables; with the argument ``short`` the last case makes 200 steps."""
    import photinus as ph
    from photinus.solve.phase_space.fused import Fused
    from photinus.solve.phase_space.stepping import Heun

    print(__doc__, machine(), sep="\n")
    a = ph.oscillator("a")
    single = ph.zoo.van_der_pol(**ONE)
    exact = ph.steady_state(single, cutoff=ph.Converged(1e-8)).expect(a.dag() * a)
    print(f"exact    ⟨n⟩ = {exact:.5f}")
    for method in (Heun(), Fused(workers=2)):
        begin = perf_counter()
        runs = ph.truncated_wigner(single, {"a": 3.1}, [0.0, 10.0], count=20_000, method=method)
        mean, error = runs.mean["n_a"][-1], runs.standard_error["n_a"][-1]
        print(f"{type(method).__name__:<8} ⟨n⟩ = {mean:.5f} ± {error:.5f}  ({perf_counter() - begin:.1f} s)")
    for sites, count, steps, name in CASES:
        if "short" in argv and steps * sites > 10**6:
            steps = 200
        begin = perf_counter()
        model = ph.zoo.coupled_van_der_pol(
            sites, **ONE, dissipative=0.5 / sites, detuning=list(np.linspace(-0.1, 0.1, sites))
        )
        built = perf_counter() - begin
        ladder = [ph.oscillator(n) for n in model.oscillators]
        observe = {"mean": sum(ladder) / sites, "n": sum(x.dag() * x for x in ladder) / sites}
        method = Heun(step=1e-3) if name == "Heun" else Fused(step=1e-3, workers=2)
        begin = perf_counter()
        runs = ph.truncated_wigner(
            model,
            dict.fromkeys(model.oscillators, 3.0),
            [0.0, 1e-3 * steps],
            count=count,
            method=method,
            observe=observe,
        )
        seconds = perf_counter() - begin
        print(
            f"{name:<5} {sites:>4} sites, {count} trajectories, {steps} steps: built {built:.1f} s, "
            f"run {seconds:.1f} s, "
            f"{sites * count * steps / seconds / 1e6:.1f} million site-steps/s; ⟨n⟩ = {runs.mean['n'][-1]:.4f} "
            f"± {runs.standard_error['n'][-1]:.1g}"
        )


if __name__ == "__main__":
    main()
