"""How long do 10⁵ mean-field oscillators on a random graph take for 10⁴ steps of fourth order?

Van der Pol oscillators with gain 1, two-photon loss 0.1 and random frequencies, each coupled to six others on average
by 0.1·D[a_i − a_j], in steps of 0.01: compiled, with two threads and with one, and by NumPy and SciPy for 100 steps.
Graph, network and compilation, once for all runs, are not counted. `infinite` is one unit of the infinite all-to-all
network, an oscillator of 40 levels in its own mean field: the critical coupling and the synchronized state beyond.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import argv

from benchmarks.process import machine, measure, row, save

UNITS, STEPS, STEP = 100_000, 10_000, 0.01


def network(steps: int, compiled: bool, workers: int) -> Callable[[], dict[str, float]]:
    """The order parameter after these steps."""
    import numpy as np

    import photinus as ph
    from photinus.collective import FourthOrder, Network, network_order, random_graph

    rng = np.random.default_rng(1)
    made = Network(
        ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1),
        ph.oscillator("a"),
        random_graph(UNITS, 6),
        dissipative=0.1,
        frequencies=rng.normal(0, 0.05, UNITS),
    )
    start = 2 * np.exp(2j * np.pi * rng.random(UNITS))
    method = FourthOrder(step=STEP, compiled=compiled, workers=workers)
    made.evolve(start, [0, STEP], method=method)

    def run() -> dict[str, float]:
        motion = made.evolve(start, [0, STEP * steps], method=method)
        return {"r": float(network_order(motion).value[-1])}

    return run


def infinite(levels: int) -> Callable[[], dict[str, float]]:
    """The critical coupling of the infinite network, and the order parameter at 1.5 times that."""
    import photinus as ph
    from photinus.collective import InfiniteNetwork

    unit = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)

    def run() -> dict[str, float]:
        made = InfiniteNetwork(unit, ph.oscillator("a"), dissipative=1.0, cutoff=ph.Fixed(levels))
        critical = made.critical_coupling()
        beyond = InfiniteNetwork(unit, ph.oscillator("a"), dissipative=1.5 * critical, cutoff=ph.Fixed(levels))
        return {"critical": float(critical), "r": beyond.synchronized().order_parameter}

    return run


def main() -> None:
    """Print and save the table; with the argument ``short`` the compiled runs make 200 steps, and nothing is saved."""
    print(__doc__, machine(), sep="\n")
    short = "short" in argv
    long = 200 if short else STEPS
    rows = []
    for case, steps, compiled, workers in (
        ("compiled, two threads", long, True, 2),
        ("compiled, one thread", long, True, 1),
        ("NumPy and SciPy", 20 if short else 100, False, 1),
    ):
        outcome = measure("benchmarks.networks", "network", steps=steps, compiled=compiled, workers=workers)
        rows.append({**row(case, "photinus", outcome), "steps": steps})
        if outcome is not None:
            each = outcome.seconds / steps
            print(
                f"{case:<22} {steps:>6} steps in {outcome.seconds:7.1f} s: {1e3 * each:5.1f} ms a step, "
                f"{each * STEPS:.0f} s for {STEPS}; r = {outcome.answer['r']:.6f} at the end"
            )
    outcome = measure("benchmarks.networks", "infinite", levels=40)
    rows.append(row("infinite network, 40 levels", "photinus", outcome))
    if outcome is not None:
        print(f"infinite network, 40 levels: {outcome.seconds:.2f} s, {outcome.answer}")
    if not short:
        print(save("networks", rows))


if __name__ == "__main__":
    main()
