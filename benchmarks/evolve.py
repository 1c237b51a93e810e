"""How fast is a state carried through time?

Two van der Pol oscillators that are coupled dissipatively, gain 1, two-photon loss 0.2, D[a − b] at 0.5, detuning 0.2,
15 × 15 levels, to t = 50 at 101 times, one thread: from the vacuum, which has one coherence order, and from a product
of coherent states, which has all. Then one van der Pol oscillator of 28 levels under a drive that depends on time.
QuTiP's adaptive method has its default tolerances (1e-8, 1e-6); photinus keeps 1e-9 and counts the certificate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.process import machine, measure, row, save

PAIR = {"gain": 1, "two_photon_loss": 0.2, "dissipative": 0.5, "detuning": 0.2}


def photinus(case: str, levels: int) -> Callable[[], dict[str, float]]:
    """One evolution in photinus."""
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")
    times = np.linspace(0, 50, 101)
    options = {"observe": {"n": a.dag() * a}, "cutoff": ph.Fixed(levels)}
    if case == "driven":
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)
        initial = ph.states.fock({"a": 0})
        options["drives"] = [(a.dag(), lambda t: 0.5j * np.cos(1.3 * t))]
    else:
        model = ph.zoo.coupled_van_der_pol(**PAIR)
        amplitudes = {"a": 1.0, "b": 1.0j}
        initial = ph.states.fock({"a": 0, "b": 0}) if case == "vacuum" else ph.states.coherent(amplitudes)
        options["observe"]["c"] = a.dag() * b
        options["keep_states"] = case == "coherent"  # otherwise the other orders would not be touched

    def run() -> dict[str, float]:
        made = ph.evolve(model, initial, times, **options)
        return {"n": float(made.observed["n"][-1]), "n at 5": float(made.observed["n"][10])}

    return run


def qutip(case: str, levels: int) -> Callable[[], dict[str, float]]:
    """The same evolution in QuTiP, whose expectation values come out of the same run."""
    import qutip as qt

    times = np.linspace(0, 50, 101)
    one, low = qt.qeye(levels), qt.destroy(levels)
    if case == "driven":
        a = low
        hamiltonian = [0 * a, [1j * (a.dag() - a), lambda t: 0.5 * np.cos(1.3 * t)]]
        jumps = [a.dag(), 0.1**0.5 * a * a]
        initial, observed = qt.fock_dm(levels, 0), [a.dag() * a]
    else:
        a, b = qt.tensor(low, one), qt.tensor(one, low)
        hamiltonian = 0.1 * (a.dag() * a - b.dag() * b)
        jumps = [a.dag(), b.dag(), 0.2**0.5 * a * a, 0.2**0.5 * b * b, 0.5**0.5 * (a - b)]
        kets = [qt.coherent(levels, x, method="analytic") for x in (1.0, 1.0j)]
        kets = [qt.basis(levels, 0)] * 2 if case == "vacuum" else kets
        initial, observed = qt.ket2dm(qt.tensor(*kets)), [a.dag() * a, a.dag() * b]

    def run() -> dict[str, float]:
        options = {"store_states": case == "coherent", "nsteps": 100_000, "progress_bar": ""}
        made = qt.mesolve(hamiltonian, initial, times, jumps, e_ops=observed, options=options)
        return {"n": float(made.expect[0][-1].real), "n at 5": float(made.expect[0][10].real)}

    return run


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for case, levels in (("vacuum", 15), ("coherent", 15), ("driven", 28)):
        found = {}
        for package in ("photinus", "qutip"):
            outcome = measure("benchmarks.evolve", package, case=case, levels=levels)
            rows.append(row(case, package, outcome))
            if outcome is not None:
                found[package] = outcome.seconds
                print(
                    f"{case:>9} {package:>9}: {outcome.seconds:8.3f} s, {outcome.peak / 1e6:7.1f} MB, "
                    f"n(50) = {outcome.answer['n']:.8f}, n(5) = {outcome.answer['n at 5']:.8f}"
                )
        if len(found) == 2:
            print(f"{case:>9}: {found['qutip'] / found['photinus']:.1f} x faster than qutip")
    print(save("evolve", rows))
