"""How many site-steps a second does the truncated Wigner method make?

Van der Pol oscillators with gain 1 and two-photon loss 0.05, each coupled to all others by D[a_i − a_j], to t = 5 on
one thread. A site-step is one step of one oscillator of one trajectory: two drifts, one kick with two random numbers.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np

from benchmarks.process import machine

CASES = ((1, 1000), (1, 20000), (10, 2000), (50, 400))


def main() -> None:
    """Print the table."""
    import photinus as ph

    print(__doc__, machine(), sep="\n")
    for sites, count in CASES:
        one = {"gain": 1, "two_photon_loss": 0.05}
        model = ph.zoo.van_der_pol(**one)
        if sites > 1:
            model = ph.zoo.coupled_van_der_pol(sites, **one, dissipative=0.5 / sites)
        start = dict.fromkeys(model.oscillators, 3.0)
        begin = perf_counter()
        runs = ph.truncated_wigner(model, start, np.array([0.0, 5.0]), count=count)
        seconds = perf_counter() - begin
        rate = sites * count * 5.0 / runs.step / seconds
        print(f"{sites:>4} sites, {count:>6} trajectories: {seconds:6.2f} s, {rate / 1e6:.2f} million site-steps/s")
