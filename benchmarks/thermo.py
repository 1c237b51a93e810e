"""What do currents, entropy production and counting statistics cost?

A pair of van der Pol oscillators (gain 1 with reverse 0.1, two-photon loss 0.2 with reverse 0.02, loss of the
difference 0.5 with reverse 0.05, detuning 0.2, 20 levels each) whose steady state is known, one thread: the entropy
production by bath with the energy currents; four cumulants of the gain's net number; and, small enough for QuTiP, three
cumulants of a driven oscillator of 20 levels beside `countstat_current_noise`, which gets the same truncated matrices
and the steady state too. QuTiP has neither entropy production nor the fourth cumulant.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.process import repeated

RUNS = (
    ("pair", "entropy", 20),
    ("pair", "cumulants", 3),
    ("driven", "cumulants", 10),
    ("driven", "qutip", 1),
)


def _model(case: str):  # type: ignore[no-untyped-def]
    import photinus as ph

    a, b = ph.oscillator("a"), ph.oscillator("b")
    if case == "driven":
        return ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2, detuning=0.3, drive=0.4)
    baths = {name: ph.Bath(name) for name in ("a", "b", "common")}
    jumps = [ph.Jump(0.5, a - b, 0.05, bath=baths["common"])]
    for name, x in (("a", a), ("b", b)):
        jumps += [ph.Jump(1.0, x.dag(), 0.1, bath=baths[name], name=f"gain of {name}")]
        jumps += [ph.Jump(0.2, x**2, 0.02, bath=baths[name])]
    return ph.Model(0.1 * (a.dag() * a - b.dag() * b), jumps)


def entropy(case: str, repeats: int) -> Callable[[], dict[str, float]]:
    """Entropy production by bath and energy currents of a known state."""
    import photinus as ph

    model = _model(case)
    state = ph.steady_state(model, cutoff=ph.Fixed(20))

    def once() -> float:
        return ph.thermo.entropy_production(model, state).value + sum(ph.thermo.energy_currents(model, state).values())

    once()
    return lambda: {"value": sum(once() for _ in range(repeats)) / repeats}


def cumulants(case: str, repeats: int) -> Callable[[], dict[str, float]]:
    """Cumulants of the gain of a, four of the pair and three of the driven oscillator."""
    import photinus as ph

    model, highest = _model(case), 4 if case == "pair" else 3
    state = ph.steady_state(model, cutoff=ph.Fixed(20))

    def once() -> float:
        return float(ph.counting(model, {"gain of a": 1}, highest=highest, state=state).cumulants[2])

    once()
    return lambda: {"value": sum(once() for _ in range(repeats)) / repeats}


def qutip(case: str, repeats: int) -> Callable[[], dict[str, float]]:
    """QuTiP's current, noise and skewness."""
    import qutip as qt

    import photinus as ph

    model = _model(case)
    state = ph.steady_state(model, cutoff=ph.Fixed(20))
    h = qt.Qobj(state.space.matrix(model.hamiltonian))
    channels = [jump.rate**0.5 * qt.Qobj(state.space.matrix(jump.operator)) for jump in model.jumps]
    rho = qt.Qobj(state.density_matrix())

    def once() -> float:
        generator = qt.liouvillian(h, channels)
        return float(qt.countstat_current_noise(generator, channels[:1], rhoss=rho)[2].ravel()[0].real)

    return lambda: {"value": sum(once() for _ in range(repeats)) / repeats}


def main() -> None:
    """Print and save the table."""
    print(__doc__)
    repeated("thermo", [(case, package, {"case": case, "repeats": repeats}) for case, package, repeats in RUNS])


if __name__ == "__main__":
    main()
