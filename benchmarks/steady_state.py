"""How fast, and in how much memory, is the steady state of two dissipatively coupled van der Pol oscillators?

Gain 1, two-photon loss 0.2, D[a − b] at 0.5, H = 0.1 (n_a − n_b). QuTiP gets the same truncated matrices; its
``steadystate`` runs with method "direct" (the better of its choices here). photinus's time includes the certificate.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import machine, measure, row, save

SIZES = {"qutip": (14, 18, 22, 26), "photinus": (14, 18, 22, 26, 30, 40, 60)}


def photinus(levels: int, two_photon_loss: float = 0.2) -> Callable[[], dict[str, float]]:
    """The pair in photinus."""
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")

    def run(levels: int) -> dict[str, float]:
        model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=two_photon_loss, detuning=0.2, dissipative=0.5)
        state = ph.steady_state(model, cutoff=ph.Fixed(levels))
        return {"n": state.expect(a.dag() * a), "correlation": abs(state.expect(a.dag() * b))}

    run(6)
    return lambda: run(levels)


def qutip(levels: int) -> Callable[[], dict[str, float]]:
    """The pair in QuTiP."""
    import qutip as qt

    def run(levels: int) -> dict[str, float]:
        a, b = qt.tensor(qt.destroy(levels), qt.qeye(levels)), qt.tensor(qt.qeye(levels), qt.destroy(levels))
        hamiltonian = 0.1 * (a.dag() * a - b.dag() * b)
        jumps = [a.dag(), b.dag(), 0.2**0.5 * a * a, 0.2**0.5 * b * b, 0.5**0.5 * (a - b)]
        rho = qt.steadystate(hamiltonian, jumps, method="direct")
        return {"n": qt.expect(a.dag() * a, rho), "correlation": abs(qt.expect(a.dag() * b, rho))}

    run(4)
    return lambda: run(levels)


def main() -> None:
    """Print and save the table."""
    print(__doc__, machine(), sep="\n")
    rows, answers = [], {}
    print(f"{'levels':>10} {'package':>10} {'seconds':>10} {'memory':>10}   answers")
    for package, sizes in SIZES.items():
        for levels in sizes:
            outcome = measure("benchmarks.steady_state", package, threads=2, levels=levels)
            case = f"{levels}x{levels}"
            rows.append(row(case, package, outcome))
            if outcome is None:
                print(f"{case:>10} {package:>10}     failed")
                continue
            text = ", ".join(f"{k} = {v:.10f}" for k, v in outcome.answer.items())
            print(f"{case:>10} {package:>10} {outcome.seconds:10.3f} {outcome.peak / 1e6:8.1f} MB   {text}")
            answers.setdefault(levels, {})[package] = outcome
    for levels, found in answers.items():
        if len(found) == 2:
            ours, theirs = found["photinus"], found["qutip"]
            gap = max(abs(ours.answer[k] - theirs.answer[k]) for k in ours.answer)
            print(
                f"{levels:>3} levels: {theirs.seconds / ours.seconds:8.1f} x faster, "
                f"{theirs.peak / max(ours.peak, 1):8.1f} x less memory, answers differ by {gap:.1e}"
            )
    print(save("steady_state", rows))
