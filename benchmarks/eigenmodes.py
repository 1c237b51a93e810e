"""How fast are the slowest modes of a Liouvillian, over all coherence orders?

`oscillator`: the six slowest modes of a van der Pol oscillator (gain 1, two-photon loss 0.1), all orders; QuTiP:
Arnoldi on the whole Liouvillian, `eigenenergies(sparse=True, sort="high", eigvals=6)`, which gives eigenvalues only.
`pair`: two of them (gain 1, two-photon loss 0.2, D[a − b] at 0.5, H = 0.1(n_a − n_b)), the sectors |order| ≤ 2. The
times of photinus include both eigenoperators and the errors of the cutoff, found in a larger space. One thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.process import machine, measure, row, save

if TYPE_CHECKING:
    from photinus.solve.modes.biorthogonal import Eigenmodes


def photinus(case: str, levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """Modes in photinus."""
    import photinus as ph

    def modes(count: int) -> Eigenmodes:
        if case == "oscillator":
            model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1)
            return ph.eigenmodes(model, count=6, cutoff=ph.Fixed(count))
        model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.2, detuning=0.2, dissipative=0.5)
        return ph.eigenmodes(model, order=[-2, -1, 0, 1, 2], count=6, cutoff=ph.Fixed(count))

    modes(6)

    def run() -> dict[str, float]:
        found = [modes(levels) for _ in range(repeats)][-1]
        return {"gap": found.gap, "last": float(found.rates[-1]), "error": float(found.error.max())}

    return run


def qutip(case: str, levels: int, repeats: int) -> Callable[[], dict[str, float]]:
    """Modes of the whole Liouvillian in QuTiP."""
    import qutip as qt

    def values(count: int) -> list[float]:
        a = qt.destroy(count)
        generator = qt.liouvillian(0 * a, [a.dag(), 0.1**0.5 * a * a])
        return sorted(-generator.eigenenergies(sparse=True, sort="high", eigvals=6).real)

    values(6)

    def run() -> dict[str, float]:
        found = [values(levels) for _ in range(repeats)][-1]
        return {"gap": float(found[1]), "last": float(found[-1]), "error": 0.0}

    return run


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for case, levels, packages in (
        ("oscillator", 40, {"qutip": 1, "photinus": 20}),
        ("pair", 20, {"photinus": 1}),
    ):
        seconds = {}
        for package, repeats in packages.items():
            outcome = measure("benchmarks.eigenmodes", package, case=case, levels=levels, repeats=repeats)
            rows.append(row(f"{case}, {levels} levels", package, outcome))
            if outcome is not None:
                seconds[package] = outcome.seconds / repeats
                print(f"{case:>10} {levels} levels {package:>9}: {seconds[package]:8.4f} s, {outcome.answer}")
        if {"qutip", "photinus"} <= seconds.keys():
            print(f"{case}: {seconds['qutip'] / seconds['photinus']:.0f} x faster than qutip")
    print(save("eigenmodes", rows))
