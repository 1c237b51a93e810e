"""How fast, and in how much memory, is the steady state of two dissipatively coupled van der Pol oscillators?

Gain 1, two-photon loss 0.2, D[a − b] at 0.5, H = 0.1 (n_a − n_b), one thread. QuTiP gets the same truncated matrices,
and each of its methods that solves this model within the time limit. photinus's time includes the certificate;
`uncertified` is the solution alone, which is what QuTiP computes. Answers are compared to 1e-8; QuTiP's iterative
solvers stop earlier than that by default, and the column `differ by` shows it. At each size all take turns for three
rounds, and the fastest counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.process import Outcome, in_turn, machine, row, save

METHODS: dict[str, dict[str, Any]] = {
    "direct": {"method": "direct"},
    "direct, reordered": {"method": "direct", "use_rcm": True},
    "GMRES, ILU": {"method": "direct", "solver": "gmres", "use_precond": True},
    "power": {"method": "power"},
}
"""What QuTiP offers for this model: ``eigen`` and ``svd`` take hours or do not fit."""

SIZES = (10, 14, 18, 22, 26, 30, 40, 60)
LIMITS = {"photinus": 200, "uncertified": 200, "direct": 22, "direct, reordered": 22, "GMRES, ILU": 18, "power": 18}
"""Levels up to which each is run unless sizes are given: QuTiP takes 9 GB and eight minutes at 26."""


def photinus(levels: int, two_photon_loss: float = 0.2) -> Callable[[], dict[str, float]]:
    """The pair in photinus, certified."""
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")

    def run(levels: int) -> dict[str, float]:
        model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=two_photon_loss, detuning=0.2, dissipative=0.5)
        state = ph.steady_state(model, cutoff=ph.Fixed(levels))
        return {"n": state.expect(a.dag() * a), "correlation": abs(state.expect(a.dag() * b))}

    run(6)
    return lambda: run(levels)


def uncertified(levels: int, two_photon_loss: float = 0.2) -> Callable[[], dict[str, float]]:
    """The same solution in photinus, model and assembly included, without a certificate."""
    import photinus as ph
    from photinus.space.liouvillian import generator
    from photinus.space.state import State

    a, b = ph.oscillator("a"), ph.oscillator("b")

    def run(levels: int) -> dict[str, float]:
        model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=two_photon_loss, detuning=0.2, dissipative=0.5)
        made = generator(model, {"a": levels, "b": levels})
        vector = ph.Auto().null_vector(made.stationary).vector
        state = State(made.grading, {made.grading.group.zero: vector})
        return {"n": state.expect(a.dag() * a), "correlation": abs(state.expect(a.dag() * b))}

    run(6)
    return lambda: run(levels)


def qutip(levels: int, method: str) -> Callable[[], dict[str, float]]:
    """The pair in QuTiP."""
    import qutip as qt

    def run(levels: int) -> dict[str, float]:
        a, b = qt.tensor(qt.destroy(levels), qt.qeye(levels)), qt.tensor(qt.qeye(levels), qt.destroy(levels))
        hamiltonian = 0.1 * (a.dag() * a - b.dag() * b)
        jumps = [a.dag(), b.dag(), 0.2**0.5 * a * a, 0.2**0.5 * b * b, 0.5**0.5 * (a - b)]
        rho = qt.steadystate(hamiltonian, jumps, **METHODS[method])
        return {"n": qt.expect(a.dag() * a, rho), "correlation": abs(qt.expect(a.dag() * b, rho))}

    run(4)
    return lambda: run(levels)


def main(sizes: tuple[int, ...] | None = None) -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows: list[dict[str, object]] = []
    print(
        f"{'levels':>7} {'package':>26} {'seconds':>9} {'memory':>11} {'photinus is faster, smaller':>29}   differ by"
    )
    for levels in sizes or SIZES:
        runs: dict[str, tuple[str, dict[str, object]]] = {}
        for package, limit in LIMITS.items():
            if package in METHODS and (sizes is not None or levels <= limit):
                runs[f"qutip, {package}"] = ("qutip", {"levels": levels, "method": package})
            elif sizes is not None or levels <= limit:
                runs[package] = (package, {"levels": levels})
        found = in_turn("benchmarks.steady_state", runs, rounds=3 if sizes is None else 1)
        for name, outcome in found.items():
            rows.append(row(f"{levels}x{levels}", name, outcome) | {"levels": levels})
            ours = found["photinus"] if name.startswith("qutip") else None
            print(f"{levels:>7} {name:>26} {_text(outcome, ours)}", flush=True)
    if sizes is None:
        print(save("steady_state", rows))


def _text(outcome: Outcome | None, ours: Outcome | None) -> str:
    if outcome is None:
        return "   failed, or took more than 20 minutes"
    text = f"{outcome.seconds:9.3f} {outcome.peak / 1e6:8.1f} MB"
    if ours is None:
        return text
    gap = max(abs(ours.answer[k] - outcome.answer[k]) for k in ours.answer)
    faster, smaller = outcome.seconds / ours.seconds, outcome.peak / max(ours.peak, 1.0)
    return f"{text} {faster:16.1f} x, {smaller:7.1f} x   {gap:.1e}"
