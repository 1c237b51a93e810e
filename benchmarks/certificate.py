"""What does the truncation estimate cost, beside the solution that it judges?

Direct methods at fixed cutoffs, one thread, points of a sweep: patterns are known, and the model is new every time.
`solution` is what `qutip.steadystate` would compute: model, matrix, null vector, ⟨n⟩. `estimate` is the correction in a
larger space and its trace norm; `certified` is the whole of `ph.steady_state`, with residual, uniqueness and positivity
beside. The three take turns, and the fastest of each counts. (`large` has the same for GMRES.)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.process import in_turn, machine, row, save

if TYPE_CHECKING:
    import photinus as ph

ROUNDS = 3
REPEATS = 150
CASES: dict[str, dict[str, object]] = {
    **{f"driven oscillator, {n} levels": {"case": "driven", "levels": n} for n in (12, 16, 20, 28, 40, 60)},
    **{f"oscillator, {n} levels": {"case": "free", "levels": n} for n in (20, 60, 400, 2000)},
    **{f"pair, {n} x {n} levels": {"case": "pair", "levels": n} for n in (6, 8, 9, 10, 12)},
}
LOSS = {"driven": 3.0, "free": 5.0, "pair": 5.0}
"""Two-photon loss times the levels: the states fill about the same part of each space."""


def times(case: str, levels: int) -> Callable[[], dict[str, float]]:
    """Seconds of the solution, of the estimate and of all, the least of many turns."""
    import photinus as ph
    from photinus.solve import steady
    from photinus.space.liouvillian import generator
    from photinus.space.state import State

    a = ph.oscillator("a")
    loss, number = LOSS[case] / levels, a.dag() * a

    def model(k: int) -> ph.Model:
        detuning = 0.1 + 0.01 * k
        if case == "pair":
            return ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=loss, detuning=detuning, dissipative=0.5)
        return ph.zoo.van_der_pol(gain=1, two_photon_loss=loss, detuning=detuning, drive=0.3 * (case == "driven"))

    cutoffs = dict.fromkeys(model(0).oscillators, levels)

    def solution(k: int) -> float:
        made = generator(model(k), cutoffs)
        vector = ph.Auto().null_vector(made.stationary).vector
        return State(made.grading, {made.grading.group.zero: vector}).expect(number)

    def certified(k: int) -> float:
        return ph.steady_state(model(k), cutoff=ph.Fixed(cutoffs)).expect(number)

    def estimated(k: int) -> Callable[[], object]:
        given, method = model(k), ph.Auto()
        solved = steady._solve(given, cutoffs, method, None)
        return lambda: steady._refine(given, solved, method)

    def run() -> dict[str, float]:
        best = {"solution": 1e9, "estimate": 1e9, "certified": 1e9}
        for k in range(REPEATS):
            estimate = estimated(k % 7)
            for name, work in (
                ("estimate", estimate),
                ("solution", partial(solution, k % 7)),
                ("certified", partial(certified, k % 7)),
            ):
                started = perf_counter()
                work()
                best[name] = min(best[name], perf_counter() - started)
        return {**best, "n": certified(0), "fastest": best["solution"] + best["estimate"]}

    run()
    return run


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    runs = {name: ("times", arguments) for name, arguments in CASES.items()}
    for name, outcome in in_turn("benchmarks.certificate", runs, rounds=ROUNDS).items():
        rows.append(row(name, "photinus", outcome))
        if outcome is None:
            print(f"{name:>30}: failed")
            continue
        spent = outcome.answer
        ratio = spent["estimate"] / spent["solution"]
        each = "  ".join(f"{kind} {spent[kind] * 1e3:6.3f} ms" for kind in ("solution", "estimate", "certified"))
        print(f"{name:>30}: {each}   estimate/solution {ratio:.2f}")
    print(save("certificate", rows))
