"""How long do 10⁵ mean-field oscillators on a random graph take for 10⁴ steps of fourth order?

Van der Pol oscillators with gain 1, two-photon loss 0.1 and random frequencies, each coupled to six others on average
by 0.1·D[a_i − a_j], in steps of 0.01. The graph and the network are built, then followed: compiled, with one thread and
with two, and by NumPy and SciPy for a few steps. Compilation, once for all runs, is not counted. Beside the wall time
stands the processor time, which other programs on the machine disturb less.
"""

from __future__ import annotations

from sys import argv
from time import perf_counter, process_time

import numpy as np

from benchmarks.process import machine

UNITS, STEPS, STEP = 100_000, 10_000, 0.01


def main() -> None:
    """Print the table; with the argument ``short`` the compiled runs make 200 steps."""
    import photinus as ph
    from photinus.collective import FourthOrder, Network, network_order, random_graph

    print(__doc__, machine(), sep="\n")
    rng = np.random.default_rng(1)
    begin = perf_counter()
    network = Network(
        ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1),
        ph.oscillator("a"),
        random_graph(UNITS, 6),
        dissipative=0.1,
        frequencies=rng.normal(0, 0.05, UNITS),
    )
    print(f"built in {perf_counter() - begin:.2f} s: {network}")
    start = 2 * np.exp(2j * np.pi * rng.random(UNITS))
    network.evolve(start, [0, STEP], method=FourthOrder(step=STEP))
    long = 200 if "short" in argv else STEPS
    for name, steps, method in (
        ("compiled, one thread", long, FourthOrder(step=STEP, compiled=True)),
        ("compiled, two threads", long, FourthOrder(step=STEP, compiled=True, workers=2)),
        ("NumPy and SciPy", 10, FourthOrder(step=STEP, compiled=False)),
    ):
        wall, used = perf_counter(), process_time()
        motion = network.evolve(start, [0, STEP * steps], method=method)
        wall, used = perf_counter() - wall, process_time() - used
        order = float(network_order(motion).value[-1])
        print(
            f"{name:<22} {steps:>6} steps in {wall:7.1f} s ({used:.1f} s of processors): "
            f"{1e3 * wall / steps:.1f} ms a step, {wall / steps * STEPS:.0f} s for {STEPS}; r = {order:.4f} at the end"
        )


if __name__ == "__main__":
    main()
