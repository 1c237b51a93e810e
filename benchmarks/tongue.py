"""How fast is one point of the Arnold tongue of a driven van der Pol oscillator?

Gain 1, two-photon loss 0.1, 28 levels, one thread; the model is built anew at every point in both packages, as a sweep
does. The time of photinus includes the certificate, a correction in a larger space; `uncertified` is the solution
alone, which is what QuTiP computes. The packages take turns for five rounds, and the fastest pass over twenty points
counts for each: other work on the machine slows a pass by up to two.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from benchmarks.process import in_turn, machine, row, save

ROUNDS = 5
POINTS = [(-0.5 + 0.05 * k, 0.02 + 0.04 * k) for k in range(20)]


def passes(point: Callable[[float, float], float], repeats: int) -> dict[str, float]:
    """Σ⟨n⟩ over the points, and the seconds of the fastest pass."""
    times = []
    for _ in range(repeats):
        started = perf_counter()
        total = sum(point(*p) for p in POINTS)
        times.append(perf_counter() - started)
    return {"n": total, "fastest": min(times)}


def photinus(levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """Points of the tongue in photinus."""
    import photinus as ph

    a = ph.oscillator("a")

    def point(detuning: float, drive: float) -> float:
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=detuning, drive=drive)
        return ph.steady_state(model, cutoff=ph.Fixed(levels)).expect(a.dag() * a)

    point(0.1, 0.1)
    return lambda: passes(point, repeats)


def uncertified(levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """The same solutions in photinus, model and assembly included, without a certificate: what QuTiP computes."""
    import photinus as ph
    from photinus.space.liouvillian import generator
    from photinus.space.state import State

    a = ph.oscillator("a")

    def point(detuning: float, drive: float) -> float:
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=detuning, drive=drive)
        made = generator(model, {"a": levels})
        vector = ph.methods.Tridiagonal().null_vector(made.stationary).vector
        return State(made.grading, {made.grading.group.zero: vector}).expect(a.dag() * a)

    point(0.1, 0.1)
    return lambda: passes(point, repeats)


def qutip(levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """Points of the tongue in QuTiP."""
    import qutip as qt

    def point(detuning: float, drive: float) -> float:
        a = qt.destroy(levels)
        hamiltonian = -detuning * a.dag() * a + 1j * drive * (a.dag() - a)
        rho = qt.steadystate(hamiltonian, [a.dag(), 0.1**0.5 * a * a])
        return float(qt.expect(a.dag() * a, rho))

    point(0.1, 0.1)
    return lambda: passes(point, repeats)


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    packages = {"qutip": 2, "photinus": 20, "uncertified": 40}
    for levels in (28, 40):
        runs = {package: (package, {"levels": levels, "repeats": n}) for package, n in packages.items()}
        found = {}
        for package, best in in_turn("benchmarks.tongue", runs, rounds=ROUNDS).items():
            rows.append(row(f"{levels} levels", package, best))
            if best is not None:
                found[package] = rows[-1]["seconds"] = each = best.answer["fastest"] / len(POINTS)
                print(f"{levels} levels {package:>12}: {each * 1e3:8.3f} ms a point, Σn = {best.answer['n']:.10f}")
        for package in ("photinus", "uncertified"):
            if {"qutip", package} <= found.keys():
                print(f"{levels} levels, {package}: {found['qutip'] / found[package]:.1f} x faster than qutip")
    print(save("tongue", rows))
