"""How limit cycles of the mean field end: homoclinic bifurcations and folds."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

import photinus as ph
from photinus.solve.bifurcation import bifurcations

A = ph.oscillator("a")


def arrives(drive: float) -> list[bool]:
    """Whether the two branches of the saddle's unstable manifold run into the node; with a cycle one does not."""
    at = {"gain": 1, "two_photon_loss": 0.1, "detuning": 0.265, "drive": drive}
    field = ph.mean_field(ph.zoo.van_der_pol(**at))
    points = field.fixed_points()
    node, saddle = (
        complex(next(p for p in points if p.kind == kind).values["a"]) for kind in ("stable node", "saddle")
    )
    y = np.array([saddle.real, saddle.imag])
    values, vectors = np.linalg.eig(field.flow.jacobian(y))
    out = vectors[:, np.argmax(values.real)].real

    def near(_: float, at: np.ndarray) -> float:
        return float(abs(complex(*at) - node)) - 1e-2

    near.terminal = True  # type: ignore[attr-defined]
    runs = [
        solve_ivp(lambda _, q: field.flow(q), (0, 900), y + sign * 1e-5 * out, rtol=1e-9, atol=1e-11, method="DOP853",
                  events=near)
        for sign in (1, -1)
    ]  # fmt: skip
    return [run.status == 1 for run in runs]


def test_a_cycle_that_runs_into_a_saddle() -> None:
    # Between the saddle-node (F = 0.25672) and the Hopf bifurcation (F = 0.26545) of δ = 0.53, reference B20, a small
    # stable cycle around the focus ends at the saddle. The other way to find that drive: below it both branches of the
    # saddle's unstable manifold reach the node, above it one winds onto the cycle; bisection gives 0.57547477.
    at = {"gain": 1, "two_photon_loss": 0.1, "detuning": 0.265}
    found = bifurcations(ph.zoo.van_der_pol, at, "drive", (0.567, 0.5755), points=3, cycles=True)
    (end,) = found.of_kind("homoclinic")
    assert abs(end.value - 0.57547477) < 1e-7
    assert [all(arrives(end.value + step)) for step in (-1e-6, 1e-6)] == [True, False]
    assert (end.eigenvalues.real > 0).sum() == 1
    assert end.eigenvalues.real.sum() < 0  # a stable cycle was born
    assert not found.of_kind("SNIC")


def test_two_cycles_that_meet() -> None:
    # ṙ/r = −g/2 + u(n + 2) − (3/2)c n² + … has a double root at g = 2(u²/6c + 2u) = 10.667 for u = 1, c = 0.05; a weak
    # drive breaks the symmetry that would make rings of these cycles.
    def family(g: float) -> ph.Model:
        up = A.dag()
        push = 1e-3j * (up - A)
        return ph.Model(0.3 * up * A + push, [ph.Jump(g, A), ph.Jump(1.0, up**2), ph.Jump(0.05, A**3)])

    found = bifurcations(family, {}, "g", (10.0, 11.0), points=3, cycles=True)
    folds = found.of_kind("fold of cycles")
    assert folds
    assert all(abs(fold.value - 10.6667) < 2e-3 for fold in folds)
