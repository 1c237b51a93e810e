"""What does a bath with memory cost?

Two van der Pol oscillators, gain 1, two-photon loss 1, share one Lorentzian bath mode, coupled to a − b in the rotating
wave with the peak rate 0.5 and the memory rate κ = 0.05: the steady state by pseudomodes in symmetry sectors, 10 × 10
levels and 10 of the mode, with its certificate; and by QuTiP's hierarchy at 3 × 3 and 4 × 4 levels, at two depths, with
the same small systems by pseudomodes beside it: QuTiP factorises the hierarchy without symmetries, and 10 × 10 levels
were not tried. One thread.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import machine, measure, row, save

CASES = {
    "pseudomodes, 10 x 10 x 10": ("photinus", {"route": "pseudomodes", "levels": 10, "modes": 10}),
    "hierarchy, 3 x 3, depth 6": ("qutip", {"route": "hierarchy", "levels": 3, "modes": 6}),
    "hierarchy, 3 x 3, depth 8": ("qutip", {"route": "hierarchy", "levels": 3, "modes": 8}),
    "hierarchy, 4 x 4, depth 8": ("qutip", {"route": "hierarchy", "levels": 4, "modes": 8}),
    "pseudomodes, 3 x 3 x 12": ("photinus", {"route": "pseudomodes", "levels": 3, "modes": 12}),
    "pseudomodes, 4 x 4 x 12": ("photinus", {"route": "pseudomodes", "levels": 4, "modes": 12}),
}
"""Name -> package and arguments; ``modes`` are levels of the mode or the depth of the hierarchy."""


def run(route: str, levels: int, modes: int) -> Callable[[], dict[str, float]]:
    """One steady state; R′ is the answer."""
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")
    pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=1)
    bath = ph.memory.Environment(ph.memory.Lorentzian.of_rate(0.5, width=0.05), [a, -b])

    def solve() -> dict[str, float]:
        if route == "pseudomodes":
            joined = ph.memory.with_pseudomodes(pair, bath, common=True)
            state = ph.steady_state(joined, cutoff=ph.Fixed({"a": levels, "b": levels, "bath": modes}))
        else:
            method = ph.memory.HEOM(modes, judge=False)
            state = ph.memory.heom_steady_state(pair, bath, common=True, cutoff=levels, method=method).state
        return {"R'": ph.measures.amplitude_correlation(state, "a", "b")}

    if route == "pseudomodes":
        solve()
    return solve


def photinus(route: str, levels: int, modes: int) -> Callable[[], dict[str, float]]:
    """The steady state by pseudomodes."""
    return run(route, levels, modes)


def qutip(route: str, levels: int, modes: int) -> Callable[[], dict[str, float]]:
    """The steady state by QuTiP's hierarchy."""
    return run(route, levels, modes)


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    for name, (package, arguments) in CASES.items():
        outcome = measure("benchmarks.memory", package, **arguments)
        rows.append(row(name, package, outcome))
        if outcome is None:
            print(f"{name:28} did not end")
            continue
        correlation = outcome.answer["R'"]
        print(f"{name:28} {outcome.seconds:8.3g} s {outcome.peak / 1e6:8.0f} MB   R' = {correlation:.6f}")
    print(save("memory", rows))


if __name__ == "__main__":
    main()
