"""How far does the steady state of coupled van der Pol oscillators reach on one thread?

Pairs with a U(1), rings of three (with their exchange symmetry, and without using it), and a driven pair without any
symmetry. The first time is that of the solution, the second of the certified answer, which judges the truncation in a
larger space. Of these models QuTiP's direct method does the smallest driven pair only. All take turns for five rounds,
and the fastest counts: other work on the machine slows a round by up to two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from benchmarks.process import Outcome, in_turn, machine, row, save

ROUNDS = 5
CASES: dict[str, tuple[dict[str, object], bool]] = {
    "pair 40 x 40, two-photon loss 0.1": ({"case": "pair", "levels": 40, "loss": 0.1}, True),
    "pair 60 x 60, two-photon loss 0.05": ({"case": "pair", "levels": 60, "loss": 0.05}, True),
    "pair 100 x 100, two-photon loss 0.03": ({"case": "pair", "levels": 100, "loss": 0.03}, True),
    "ring 12 x 12 x 12": ({"case": "ring", "levels": 12, "loss": 0.7}, True),
    "ring 16 x 16 x 16": ({"case": "ring", "levels": 16, "loss": 0.7}, True),
    "ring 20 x 20 x 20": ({"case": "ring", "levels": 20, "loss": 0.7}, True),
    **{
        f"ring {n} x {n} x {n}, exchange not used": (
            {"case": "ring", "levels": n, "loss": 0.7, "exchange": False},
            False,
        )
        for n in (12, 16, 20)
    },
    "driven pair 12 x 12": ({"case": "driven", "levels": 12, "loss": 0.5}, True),
    "driven pair 20 x 20": ({"case": "driven", "levels": 20, "loss": 0.5}, True),
    "driven pair 20 x 20, two-photon loss 0.2": ({"case": "driven", "levels": 20, "loss": 0.2}, True),
}
"""Name -> the arguments, and whether the certified answer is timed too."""


def run(case: str, levels: int, loss: float, certified: bool, exchange: bool = True) -> Callable[[], dict[str, float]]:
    """One case in photinus; ⟨n⟩ of the first oscillator is the answer."""
    import photinus as ph
    from photinus.space.liouvillian import generator
    from photinus.space.state import State

    pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=loss, detuning=0.2, dissipative=0.5)
    a = ph.oscillator("a")
    model = {
        "pair": pair,
        "ring": ph.zoo.coupled_van_der_pol([(0, 1), (1, 2), (2, 0)], gain=1, two_photon_loss=loss, dissipative=0.3),
        "driven": pair + ph.Model(0.4 * (a + a.dag())),
    }[case]
    first = next(iter(model.oscillators))

    def solve(levels: int) -> dict[str, float]:
        if certified:
            state = ph.steady_state(model, cutoff=ph.Fixed(levels))
        else:
            made = generator(model, dict.fromkeys(model.oscillators, levels))
            if not exchange:
                made = replace(made, symmetry=None)
            liouvillian = made.stationary
            vector = ph.Auto().choose(liouvillian).null_vector(liouvillian, None).vector
            state = State(made.grading, {made.grading.group.zero: vector})
        populations = state.populations(first)
        return {"n": float(populations @ range(len(populations)))}

    solve(4)
    return lambda: solve(levels)


def qutip(levels: int, loss: float) -> Callable[[], dict[str, float]]:
    """The driven pair in QuTiP."""
    import qutip as qt

    def solve(levels: int) -> dict[str, float]:
        a, b = qt.tensor(qt.destroy(levels), qt.qeye(levels)), qt.tensor(qt.qeye(levels), qt.destroy(levels))
        hamiltonian = 0.1 * (a.dag() * a - b.dag() * b) + 0.4 * (a + a.dag())
        jumps = [a.dag(), b.dag(), loss**0.5 * a * a, loss**0.5 * b * b, 0.5**0.5 * (a - b)]
        return {"n": qt.expect(a.dag() * a, qt.steadystate(hamiltonian, jumps))}

    solve(4)
    return lambda: solve(levels)


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows = []
    runs: dict[tuple[str, str], tuple[str, dict[str, object]]] = {
        ("driven pair 12 x 12", "qutip"): ("qutip", {"levels": 12, "loss": 0.5})
    }
    for name, (arguments, certify) in CASES.items():
        runs[name, "solution"] = ("run", {"certified": False, **arguments})
        if certify:
            runs[name, "certified"] = ("run", {"certified": True, **arguments})
    for (name, kind), outcome in in_turn("benchmarks.large", runs, rounds=ROUNDS).items():
        rows.append(row(name, kind, outcome))
        print(f"{name:>40} {kind:>10} {_text(outcome)}")
    print(save("large", rows))


def _text(outcome: Outcome | None) -> str:
    if outcome is None:
        return "failed"
    return f"{outcome.seconds:8.2f} s {outcome.peak / 1e6:8.0f} MB   n = {outcome.answer['n']:.8f}"
