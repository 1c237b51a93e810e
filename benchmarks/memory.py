"""What does a bath with memory cost?

Two van der Pol oscillators, gain 1, two-photon loss 1, share one Lorentzian bath mode, coupled to a − b in the rotating
wave with the peak rate 0.5 and the memory rate κ = 0.05: the steady state by pseudomodes in symmetry sectors, 10 × 10
levels and 10 of the mode, with its certificate; and by QuTiP's hierarchy, which is factorised without symmetries, at
depth 4 (from there on R′ changes by less than 1e-3 of it). The hierarchy is tried from 4 to 10 levels with 8 GB and
100 s each; the sizes after the first that does not end are estimated from the last two that did. One thread.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import Outcome, machine, measure, row, save

LEVELS, DEPTH, MODES = (4, 5, 6, 7, 8, 9, 10), 4, 10
LONGEST, MEMORY = 100.0, 8e9
"""Seconds and bytes that one hierarchy may take."""


def _bath() -> tuple[object, object]:
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")
    bath = ph.memory.Environment(ph.memory.Lorentzian.of_rate(0.5, width=0.05), [a, -b])
    return ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=1), bath


def photinus(levels: int, modes: int) -> Callable[[], dict[str, float]]:
    """The steady state by pseudomodes; solved once before it is timed. R′ is the answer."""
    import photinus as ph

    pair, bath = _bath()

    def run() -> dict[str, float]:
        joined = ph.memory.with_pseudomodes(pair, bath, common=True)
        state = ph.steady_state(joined, cutoff=ph.Fixed({"a": levels, "b": levels, "bath": modes}))
        return {"R'": ph.measures.amplitude_correlation(state, "a", "b"), "unknowns": state.certificate.unknowns}

    run()
    return run


def qutip(levels: int, depth: int) -> Callable[[], dict[str, float]]:
    """The steady state by QuTiP's hierarchy, in no more than the memory that is allowed."""
    import resource

    import photinus as ph

    pair, bath = _bath()
    method = ph.memory.HEOM(depth, judge=False)
    ph.memory.heom_steady_state(pair, bath, common=True, cutoff=2, method=ph.memory.HEOM(1, judge=False))
    resource.setrlimit(resource.RLIMIT_AS, (int(MEMORY), int(MEMORY)))

    def run() -> dict[str, float]:
        found = ph.memory.heom_steady_state(pair, bath, common=True, cutoff=levels, method=method)
        correlation = ph.measures.amplitude_correlation(found.state, "a", "b")
        return {"R'": correlation, "unknowns": found.auxiliaries * levels**4}

    return run


def told(case: str, outcome: Outcome) -> str:
    """One line of the table."""
    facts = "{unknowns:8.0f} unknowns   R' = {R':.6f}".format(**outcome.answer)
    return f"{case:32} {outcome.seconds:8.3g} s {outcome.peak / 1e6:8.0f} MB {facts}"


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows: list[dict[str, object]] = []
    ended: list[tuple[float, float]] = []
    stopped = False
    for levels in LEVELS:
        case = f"pseudomodes, {levels} x {levels} x {MODES}"
        outcome = measure("benchmarks.memory", "photinus", timeout=LONGEST, levels=levels, modes=MODES)
        rows.append(row(case, "photinus", outcome))
        print(f"{case:32} did not end" if outcome is None else told(case, outcome))
        case = f"hierarchy, {levels} x {levels}, depth {DEPTH}"
        if not stopped:
            outcome = measure("benchmarks.memory", "qutip", timeout=LONGEST, levels=levels, depth=DEPTH)
            stopped = outcome is None
            if outcome is not None:
                ended.append((outcome.seconds, outcome.peak))
                rows.append(row(case, "qutip", outcome))
                print(told(case, outcome))
                continue
            print(f"{case:32} did not end in {LONGEST:g} s and {MEMORY / 1e9:g} GB")
        if len(ended) > 1:
            ended.append(tuple(late * late / early for early, late in zip(ended[-2], ended[-1], strict=True)))
            seconds, peak = ended[-1]
            rows.append({"case": case, "package": "qutip", "seconds": None, "estimate": seconds, "peak": peak})
            print(f"{case:32} {seconds:8.3g} s {peak / 1e6:8.0f} MB by extrapolation")
    print(save("memory", rows))


if __name__ == "__main__":
    main()
