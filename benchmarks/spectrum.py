"""How fast is an emission spectrum of 101 frequencies?

A van der Pol oscillator (gain 1, two-photon loss 0.1, 30 levels), the same driven (detuning 0.3, drive 0.4), and a pair
(gain 1, two-photon loss 0.2, D[a − b] at 0.5, detuning 0.2), one thread. The time includes the model, the steady state
with its certificate and the spectrum; `with error` adds the truncation error of every density, from a larger space.
QuTiP gets the same truncated matrices; the fastest solver of its `spectrum`, `es`, diagonalises the whole Liouvillian
(`pi` takes some 15 times longer), which does not fit for the pair of 20 × 20 levels (160 000 unknowns).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.process import machine, measure, row, save

CASES: dict[str, tuple[dict[str, float], int]] = {
    "oscillator": ({"gain": 1, "two_photon_loss": 0.1}, 30),
    "driven": ({"gain": 1, "two_photon_loss": 0.1, "detuning": 0.3, "drive": 0.4}, 30),
    "pair": ({"gain": 1, "two_photon_loss": 0.2, "dissipative": 0.5, "detuning": 0.2}, 20),
}
RUNS = (
    ("oscillator", "es", 1),
    ("oscillator", "photinus", 300),
    ("oscillator", "with_error", 200),
    ("driven", "es", 1),
    ("driven", "photinus", 20),
    ("driven", "with_error", 10),
    ("pair", "photinus", 1),
    ("pair", "with_error", 1),
)


def _ours(case: str, repeats: int, *, error: bool) -> Callable[[], dict[str, float]]:
    import numpy as np

    import photinus as ph

    a, omega = ph.oscillator("a"), np.linspace(-4, 4, 101)
    parameters, levels = CASES[case]
    make: Any = ph.zoo.coupled_van_der_pol if case == "pair" else ph.zoo.van_der_pol

    def run(levels: int) -> float:
        found = ph.spectrum(make(**parameters), a, omega, cutoff=ph.Fixed(levels))
        return float(found.density.sum()) + (0 * float(found.error.max()) if error else 0.0)

    run(8)
    return lambda: {"sum": sum(run(levels) for _ in range(repeats)) / repeats}


def photinus(case: str, repeats: int) -> Callable[[], dict[str, float]]:
    """Spectra in photinus."""
    return _ours(case, repeats, error=False)


def with_error(case: str, repeats: int) -> Callable[[], dict[str, float]]:
    """Spectra in photinus, each density with its truncation error."""
    return _ours(case, repeats, error=True)


def es(case: str, repeats: int) -> Callable[[], dict[str, float]]:
    """QuTiP by diagonalisation."""
    import numpy as np
    import qutip as qt

    parameters, levels = CASES[case]
    a, omega = qt.destroy(levels), np.linspace(-4, 4, 101)
    drive, detuning = parameters.get("drive", 0.0), parameters.get("detuning", 0.0)
    hamiltonian = -detuning * a.dag() * a + 1j * drive * (a.dag() - a)
    channels = [a.dag(), parameters["two_photon_loss"] ** 0.5 * a * a]

    def run() -> float:
        mean = qt.expect(a, qt.steadystate(hamiltonian, channels)) if drive else 0.0
        return float(qt.spectrum(hamiltonian, omega, channels, (a - mean).dag(), a - mean, solver="es").sum())

    return lambda: {"sum": sum(run() for _ in range(repeats)) / repeats}


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows, seconds = [], {}
    for case, package, repeats in RUNS:
        outcome = measure("benchmarks.spectrum", package, timeout=300, case=case, repeats=repeats)
        rows.append(row(case, package, outcome))
        if outcome is None:
            print(f"{case:>10} {package:>10}: more than 300 s, or failed")
            continue
        seconds[case, package] = outcome.seconds / repeats
        rows[-1]["seconds"] = seconds[case, package]
        ours, theirs = seconds[case, package], seconds.get((case, "es"), 0.0)
        factor = f"; {theirs / ours:.0f} x faster than QuTiP" if theirs and package != "es" else ""
        print(f"{case:>10} {package:>10}: {ours * 1e3:10.2f} ms, ΣS = {outcome.answer['sum']:.8f}{factor}")
    print(save("spectrum", rows))


if __name__ == "__main__":
    main()
