"""How fast is one point of the Arnold tongue of a driven van der Pol oscillator?

Gain 1, two-photon loss 0.1, 28 levels, one thread; the model is built anew at every point in both packages, as a sweep
does. The time of photinus includes the certificate, a second solution in a larger space; `uncertified` is the solution
alone, which is what QuTiP computes.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import machine, measure, row, save

POINTS = [(-0.5 + 0.05 * k, 0.02 + 0.04 * k) for k in range(20)]


def photinus(levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """Points of the tongue in photinus."""
    import photinus as ph

    a = ph.oscillator("a")

    def point(detuning: float, drive: float) -> float:
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=detuning, drive=drive)
        return ph.steady_state(model, cutoff=ph.Fixed(levels)).expect(a.dag() * a)

    point(0.1, 0.1)
    return lambda: {"n": sum(point(*p) for _ in range(repeats) for p in POINTS) / repeats}


def uncertified(levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """The same solutions in photinus, model and assembly included, without a certificate: what QuTiP computes."""
    import photinus as ph
    from photinus.space.liouvillian import generator
    from photinus.space.state import State

    a = ph.oscillator("a")

    def point(detuning: float, drive: float) -> float:
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=detuning, drive=drive)
        made = generator(model, {"a": levels})
        zero = made.grading.group.zero
        vector = ph.methods.Tridiagonal().null_vector(made.liouvillian(made.grading.sector(zero))).vector
        return State(made.grading, {zero: vector}).expect(a.dag() * a)

    point(0.1, 0.1)
    return lambda: {"n": sum(point(*p) for _ in range(repeats) for p in POINTS) / repeats}


def qutip(levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """Points of the tongue in QuTiP."""
    import qutip as qt

    def point(detuning: float, drive: float) -> float:
        a = qt.destroy(levels)
        hamiltonian = -detuning * a.dag() * a + 1j * drive * (a.dag() - a)
        rho = qt.steadystate(hamiltonian, [a.dag(), 0.1**0.5 * a * a])
        return float(qt.expect(a.dag() * a, rho))

    point(0.1, 0.1)
    return lambda: {"n": sum(point(*p) for _ in range(repeats) for p in POINTS) / repeats}


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for levels in (28, 40):
        found = {}
        for package, repeats in (("qutip", 1), ("photinus", 10), ("uncertified", 10)):
            outcome = measure("benchmarks.tongue", package, levels=levels, repeats=repeats)
            rows.append(row(f"{levels} levels", package, outcome))
            if outcome is not None:
                per_point = outcome.seconds / repeats / len(POINTS)
                found[package] = per_point, outcome.answer["n"]
                print(
                    f"{levels} levels {package:>10}: {per_point * 1e3:8.3f} ms a point, Σn = {outcome.answer['n']:.10f}"
                )
        for package in ("photinus", "uncertified"):
            if {"qutip", package} <= found.keys():
                print(f"{levels} levels, {package}: {found['qutip'][0] / found[package][0]:.1f} x faster than qutip")
    print(save("tongue", rows))
