"""Two detuned van der Pol oscillators that lock through a shared bath.

    python examples/shared_bath_pair.py [--out DIR]

The bath takes quanta out of a − e^{iθ}b, V·D[a − e^{iθ}b], and so damps every relative phase but φ_a − φ_b = θ. A
detuning Δ = ω_a − ω_b pulls the phases apart; in the mean field of equal amplitudes

    d(φ_a − φ_b)/dt = −Δ − V sin(φ_a − φ_b − θ),

so that the pair locks for |Δ| ≤ V at sin(φ_a − φ_b − θ) = −Δ/V: the faster oscillator, whose phase turns clockwise,
is ahead. The quantum pair follows, with noise. Source: Lee, Chan, Wang, Phys. Rev. E 89, 022913 (2014).
"""

from __future__ import annotations

import argparse
from math import asin, pi
from pathlib import Path

import numpy as np

import photinus as ph
from photinus.space.state import State

GAIN, TWO_PHOTON_LOSS, COUPLING, DETUNING = 1.0, 0.2, 1.0, 0.3
THETAS = (0.0, pi / 2, pi)


def locked_pair(theta: float, detuning: float = DETUNING) -> State:
    """The certified steady state of the pair."""
    model = ph.zoo.shared_bath_pair(
        theta, coupling=COUPLING, gain=GAIN, two_photon_loss=TWO_PHOTON_LOSS, detuning=detuning
    )
    return ph.steady_state(model, cutoff=ph.Converged(1e-4))


def wrapped(angle: float) -> float:
    """The angle in [−π, π)."""
    return (angle + pi) % (2 * pi) - pi


def main(out: Path) -> dict[str, list[float]]:
    """Print the measures and the locked phases, draw them, and return the phases."""
    out.mkdir(parents=True, exist_ok=True)
    a, b = ph.oscillator("a"), ph.oscillator("b")
    print(f"gain {GAIN}, two-photon loss {TWO_PHOTON_LOSS}, coupling V = {COUPLING}, detuning Δ = {DETUNING}\n")
    states = [locked_pair(theta) for theta in THETAS]
    print(f"θ = {THETAS[0]:g}")
    print(states[0].certificate)
    print(ph.measures.table(states[0], "a", "b"), "\n")

    print("locked phase φ_a − φ_b (rad)")
    print("     θ   −arg⟨a†b⟩   error     mean direction   mean field")
    phases: dict[str, list[float]] = {"quantum": [], "mean_field": []}
    densities = []
    for theta, state in zip(THETAS, states, strict=True):
        amplitude, refined = (s.expect(a.dag() * b) for s in (state, state.refined))
        quantum = wrapped(-float(np.angle(amplitude)))
        error = abs(float(np.angle(refined / amplitude)))
        mean_field = wrapped(theta + asin(-DETUNING / COUPLING))
        density = ph.phase.relative_distribution(state, "a", "b")
        print(f"{theta:6.3f}  {quantum:10.5f}  ± {error:.0e}  {density.mean_direction:13.5f}  {mean_field:11.5f}")
        phases["quantum"].append(quantum)
        phases["mean_field"].append(mean_field)
        densities.append(density)

    axes = ph.plot.phase_density(
        densities,
        labels=[r"$\theta = 0$", r"$\theta = \pi/2$", r"$\theta = \pi$"],
        title=r"$P(\varphi_a - \varphi_b)$, $\Delta = 0.3$, $V = 1$",
    )
    picture = out / "shared_bath_pair.png"
    ph.plot.save(axes, picture)
    print(f"\n{picture}")
    return phases


if __name__ == "__main__":
    import matplotlib

    matplotlib.use("Agg")  # no window
    parser = argparse.ArgumentParser(description="Two detuned oscillators that lock through a shared bath.")
    parser.add_argument("--out", type=Path, default=Path("out/shared_bath_pair"), help="where the figure goes")
    main(parser.parse_args().out)
