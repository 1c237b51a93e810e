"""What does the Fisher information cost?

A driven van der Pol oscillator (gain 1, two-photon loss 0.1, drive 0.5, 40 levels) whose steady state is known, one
thread: the quantum Fisher information about a phase, that of homodyne detection, the emission rate about the drive
(with the steady state), and the first by a dense Lyapunov equation in SciPy, as a script would do it.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import repeated

RUNS = (("quantum", 20), ("homodyne", 20), ("emission", 3), ("lyapunov", 20))


def _known():  # type: ignore[no-untyped-def]
    import photinus as ph

    a = ph.oscillator("a")
    at = {"gain": 1.0, "two_photon_loss": 0.1, "drive": 0.5}
    return ph, a.dag() * a, at, ph.steady_state(ph.zoo.van_der_pol(**at), cutoff=ph.Fixed(40))


def _timed(once: Callable[[], float], repeats: int) -> Callable[[], dict[str, float]]:
    once()
    return lambda: {"value": sum(once() for _ in range(repeats)) / repeats}


def quantum(repeats: int) -> Callable[[], dict[str, float]]:
    """The quantum Fisher information about a phase."""
    ph, number, _, state = _known()
    return _timed(lambda: ph.metrology.quantum_fisher_information(state, number), repeats)


def homodyne(repeats: int) -> Callable[[], dict[str, float]]:
    """The classical Fisher information of p."""
    ph, number, _, state = _known()
    reading = ph.metrology.Quadrature("a", 1.5)
    return _timed(lambda: ph.metrology.classical_fisher_information(state, number, reading), repeats)


def emission(repeats: int) -> Callable[[], dict[str, float]]:
    """The information rate of the emission about the drive, the steady state included."""
    ph, _, at, _ = _known()

    def once() -> float:
        found = ph.metrology.emission_information(ph.zoo.van_der_pol, at, "drive", cutoff=ph.Fixed(40))
        return float(found.rate)

    return _timed(once, repeats)


def lyapunov(repeats: int) -> Callable[[], dict[str, float]]:
    """The equation of the logarithmic derivative, solved densely."""
    import numpy as np
    import scipy.linalg as la

    _, _, _, state = _known()
    rho = state.density_matrix()
    n = np.diag(np.arange(len(rho)))

    def once() -> float:
        derivative = la.solve_continuous_lyapunov(rho / 2, -1j * (n @ rho - rho @ n))
        return float(np.trace(rho @ derivative @ derivative).real)

    return _timed(once, repeats)


def main() -> None:
    """Print and save the table."""
    print(__doc__)
    repeated("metrology", [("driven", package, {"repeats": repeats}) for package, repeats in RUNS])


if __name__ == "__main__":
    main()
