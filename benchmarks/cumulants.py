"""How long do moment equations take, to derive and to solve, against the number of sites?

N van der Pol oscillators, all coupled to all (gain 1, two-photon loss 0.5, D[a_i − a_j] at 0.1), order 2.
`permutation`: the moments of identical sites are one; `every site`: each has its own, which is what a network without
that symmetry costs. `derive` compiles the equations and their Jacobian from the algebra, `steady` brings them to rest.
One thread; there is no rival in Python (QuantumCumulants.jl is the same method in Julia).
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from benchmarks.process import machine, measure, row, save


def photinus(case: str, sites: int) -> Callable[[], dict[str, float]]:
    """Moments in photinus."""
    import photinus as ph

    permutation = case == "permutation"
    ph.cumulants(ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=0.5, dissipative=0.1)).steady()

    def run() -> dict[str, float]:
        model = ph.zoo.coupled_van_der_pol(sites, gain=1, two_photon_loss=0.5, dissipative=0.1)
        begin = perf_counter()
        moments = ph.cumulants(model, permutation=permutation)
        _ = moments.system.field.derivative
        derived = perf_counter()
        resting = moments.steady()
        a = ph.oscillator("a1")
        return {
            "equations": float(len(moments.equations)),
            "derive": derived - begin,
            "steady": perf_counter() - derived,
            "number": float(abs(resting.expect(a.dag() * a))),
        }

    return run


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for case, sizes in (("permutation", (5, 20, 40)), ("every site", (5, 10, 20))):
        for sites in sizes:
            outcome = measure("benchmarks.cumulants", "photinus", case=case, sites=sites)
            rows.append(row(f"{case}, {sites} oscillators", "photinus", outcome))
            if outcome is not None:
                print(f"{case:>12} {sites:3d} oscillators: {outcome.seconds:8.4f} s, {outcome.answer}")
    print(save("cumulants", rows))


if __name__ == "__main__":
    main()
