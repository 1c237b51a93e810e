"""Fixed points of the mean field, their stability and their basins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import photinus as ph
from photinus.errors import InvalidInput
from photinus.solve.classical import make_flow
from photinus.solve.fixed_points import equilibria, index_of, newton, sampled

A = ph.oscillator("a")
RATES = st.floats(0.05, 2.0)


def van_der_pol(**parameters: float):
    return ph.mean_field(ph.zoo.van_der_pol(gain=1.0, two_photon_loss=0.1, **parameters))


def branches(delta: float, force: float) -> int:
    """Number of x > 0 with F = x[δ² + (1 − x)²]: the fixed points of the driven oscillator (reference B20)."""
    roots = np.roots([1.0, -2.0, 1 + delta**2, -force])
    return int((np.abs(roots.imag) < 1e-9).sum())


@settings(max_examples=60, deadline=None)
@given(st.floats(-1.2, 1.2), st.floats(0.02, 1.2))
def test_the_driven_oscillator_has_all_its_fixed_points(delta: float, force: float) -> None:
    roots = np.roots([1.0, -2.0, 1 + delta**2, -force])
    assume(np.abs(np.diff(np.sort_complex(roots))).min() > 1e-3)
    # δ = 2Δ/κ1, F = Ω²/[(κ1/2κ2)(κ1/2)²]
    points = van_der_pol(detuning=0.5 * delta, drive=np.sqrt(force * 5 * 0.25)).fixed_points()
    assert points.complete
    assert points.index == 1
    assert len(points) == branches(delta, force)
    squares = sorted(abs(complex(p.values["a"])) ** 2 / 5 for p in points)
    assert np.allclose(squares, sorted(x.real for x in roots if abs(x.imag) < 1e-9), rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    RATES, RATES, RATES, st.floats(-1, 1), st.floats(-0.5, 0.5), st.complex_numbers(max_magnitude=1), st.floats(0, 1)
)
def test_elimination_misses_nothing_that_newton_finds(g, l, k2, detuning, kerr, drive, squeezing) -> None:
    up = A.dag()
    H = detuning * up * A + kerr * up**2 * A**2 + drive * up + np.conj(drive) * A + squeezing * (up**2 + A**2)
    H = H + 0.1 * (up**3 + A**3)
    model = ph.Model(H, [ph.Jump(g, up), ph.Jump(l, A), ph.Jump(k2, A**2), ph.Jump(0.2, A**3)])
    field = ph.mean_field(model)
    points = field.fixed_points()
    flow = field.flow
    assume(not flow.turns)
    scale = 1 + max(abs(complex(p.values["a"])) for p in points)
    assume(min(np.abs(p.eigenvalues).min() for p in points) > 1e-3)
    assert points.index == 1
    for p in points:
        assert abs(complex(field.velocity(p.values)["a"])) < 1e-8 * scale**5
    rng = np.random.default_rng(0)
    for y in (rng.normal(size=(15, 2)) * scale).tolist():  # plain Newton from many starts
        at = np.array(y)
        for _ in range(60):
            step = np.linalg.lstsq(flow.jacobian(at), -flow(at), rcond=None)[0]
            at = at + step
            if not np.isfinite(at).all() or np.linalg.norm(at) > 1e6:
                break
        else:
            if np.linalg.norm(step) < 1e-10 * scale:
                gap = min(abs(complex(p.values["a"]) - complex(*at)) for p in points)
                assert gap < 1e-5 * scale


def test_kerr_and_drive() -> None:
    # Reference B2B: A = iDl + k1/2 − 2(k2 + 2iK)n, B = −(k2 + 2iK)a², eigenvalues Re A ± √(|B|² − (Im A)²).
    k1, k2, K, Dl, Om = 1, 0.05, 0.05, 1, 0.6
    model = ph.zoo.van_der_pol(gain=k1, two_photon_loss=k2, kerr=K, detuning=Dl, drive=Om, drive_phase=np.pi)
    for point in ph.mean_field(model).fixed_points():
        a = complex(point.values["a"])
        n = abs(a) ** 2
        assert abs((1j * Dl + k1 / 2) * a - (k2 + 2j * K) * n * a - Om) < 1e-9
        big, small = 1j * Dl + k1 / 2 - 2 * (k2 + 2j * K) * n, -(k2 + 2j * K) * a**2
        root = np.emath.sqrt(abs(small) ** 2 - big.imag**2)
        expected = np.sort_complex([big.real + root, big.real - root])
        assert np.abs(np.sort_complex(point.eigenvalues) - expected).max() < 1e-8


@pytest.mark.parametrize(("factor", "stable"), [(1.001, True), (0.999, False)])
def test_the_hopf_boundary(factor: float, stable: bool) -> None:
    # Reference B20: F = (δ² + 1/4)/2 for |δ| > 1/2, here δ = 1.5.
    force = factor * (1.5**2 + 0.25) / 2
    (point,) = van_der_pol(detuning=0.75, drive=np.sqrt(force * 1.25)).fixed_points()
    assert point.stable is stable


def test_the_cusp() -> None:
    # Reference B20: three fixed points exist up to δ = 1/√3 = 0.57735027, at F = 8/27 = 0.2962963.
    def most(delta: float) -> int:
        x = (2 - np.sqrt(max(1 - 3 * delta**2, 0.0))) / 3, (2 + np.sqrt(max(1 - 3 * delta**2, 0.0))) / 3
        forces = np.linspace(x[1] * (delta**2 + (1 - x[1]) ** 2), x[0] * (delta**2 + (1 - x[0]) ** 2), 5)[1:-1]
        return max(len(van_der_pol(detuning=delta / 2, drive=np.sqrt(f * 1.25)).fixed_points()) for f in forces)

    assert most(0.57735027 * 0.99) == 3
    assert most(0.57735027 * 1.001) == 1


@pytest.mark.parametrize(("detuning", "locked"), [(0.0999, True), (0.1001, False)])
def test_squeezing_locks_twice(detuning: float, locked: bool) -> None:
    # Reference B27: k1 = 1, k2 = 0.1, eta = 0.05: locked iff |Dl| ≤ 2 eta.
    stable = van_der_pol(detuning=detuning, squeezing=0.05).fixed_points().stable
    assert len(stable) == (2 if locked else 0)
    if locked:
        assert abs(complex(stable[0].values["a"]) + complex(stable[1].values["a"])) < 1e-8


def pair(detuning: float, dissipative: float):
    model = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=0.1, dissipative=dissipative, detuning=detuning)
    return ph.mean_field(model)


@pytest.mark.parametrize(("detuning", "locked"), [(0.0999, True), (0.1001, False)])
def test_a_dissipative_pair_locks(detuning: float, locked: bool) -> None:
    # Reference B30: locked iff |Dl| ≤ V.
    stable = pair(detuning, 0.1).fixed_points().stable
    assert len(stable) == locked
    if locked:
        assert stable[0].ring
        assert stable[0].kind == "stable node ring"


def test_the_phase_of_a_locked_pair() -> None:
    # Reference B30: sin(φ1 − φ2) = −Dl/V with Dl = ω1 − ω2.
    (point,) = pair(0.1, 0.2).fixed_points().stable
    phase = np.angle(complex(point.values["a"]) / complex(point.values["b"]))
    assert abs(np.sin(phase) + 0.5) < 1e-9


@pytest.mark.parametrize(
    ("dissipative", "detuning", "dead"),
    [(1.5, 1.4143, True), (1.5, 1.4141, False), (3.0, 2.2362, True), (3.0, 2.236, False), (0.9, 50.0, False)],
)
def test_amplitude_death(dissipative: float, detuning: float, dead: bool) -> None:
    # Reference B30: V > k1 and |Dl| > √(k1(2V − k1)): 1.4142136 at V = 1.5, 2.236068 at 3.
    origin = next(p for p in pair(detuning, dissipative).fixed_points() if abs(p.values["a"]) == 0)
    assert origin.stable is dead


def test_rings_and_centres() -> None:
    ring, origin = van_der_pol().fixed_points()
    assert (ring.kind, ring.ring, origin.kind, origin.ring) == ("stable node ring", True, "unstable node", False)
    assert np.allclose(ring.eigenvalues, [-1])
    s = ph.spin("s", 10)
    centres = ph.mean_field(ph.Model(1.7 * s.x, [ph.Jump(0.1, s.minus)]), large_spins=True).fixed_points()
    assert {p.kind for p in centres} == {"centre"}
    assert {p.stable for p in centres} == {None}
    assert np.allclose([abs(p.eigenvalues[0].imag) for p in centres], np.sqrt(1.7**2 - 1), rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_rates_of_any_size(unit: float) -> None:
    def points(u: float):
        model = ph.zoo.van_der_pol(gain=u, two_photon_loss=0.1 * u, detuning=0.1 * u, drive=0.3 * u)
        return ph.mean_field(model).fixed_points()

    for one, other in zip(points(1.0), points(unit), strict=True):
        assert abs(complex(one.values["a"]) - complex(other.values["a"])) < 1e-9
        assert np.allclose(one.eigenvalues, other.eigenvalues / unit, rtol=1e-8)


def test_very_different_amplitudes() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=1e-10, drive=1e3, detuning=1e-3)
    points = ph.mean_field(model).fixed_points()
    assert points.index == 1
    assert len(points) == 3


def test_a_model_at_rest() -> None:
    (point,) = ph.mean_field(ph.Model(A.dag() * A, [ph.Jump(0.3, A)])).fixed_points()
    assert point.kind == "stable focus"
    assert np.allclose(point.eigenvalues, [-0.15 - 1j, -0.15 + 1j])
    assert "1 fixed points (all of them)" in repr(ph.mean_field(ph.Model(0, [ph.Jump(1, A)])).fixed_points())


def test_the_same_seed_gives_the_same_points() -> None:
    flow = make_flow(ph.zoo.coupled_van_der_pol(3, gain=1, two_photon_loss=0.1, dissipative=0.3), False)
    one, other = (equilibria(flow, starts=30, seed=3)[0] for _ in range(2))
    assert all((p.y == q.y).all() for p, q in zip(one, other, strict=True))


# --- basins -----------------------------------------------------------------------------------------------------------


def test_basins_of_two_locked_states() -> None:
    basins = van_der_pol(squeezing=0.2).basins(120, seed=1)
    assert set(basins.shares) == {"fixed point 0", "fixed point 1"}
    assert abs(basins.shares["fixed point 0"] - 0.5) < 4 * basins.standard_errors["fixed point 0"]
    assert "2 attractors, 120 points" in repr(basins)


def test_basins_of_rest_and_a_cycle() -> None:
    # Gain at high amplitude alone: a stable origin, an unstable and a stable ring; the unstable one is the border.
    model = ph.Model(0.3 * A.dag() * A, [ph.Jump(6, A), ph.Jump(1, A.dag() ** 2), ph.Jump(0.05, A**3)])
    field = ph.mean_field(model)
    border = next(c for c in field.limit_cycles() if not c.stable).radius["a"]
    r = np.linspace(0.05, 3.0, 60)
    basins = field.basins({"a": r})
    assert ((basins.ends == 1) == (r > border)).all()
    assert set(basins.shares) == {"fixed point 0", "limit cycle 0"}


def test_basins_with_points_that_leave() -> None:
    model = ph.Model(0, [ph.Jump(2, A), ph.Jump(0.1, A.dag() ** 2)])
    basins = ph.mean_field(model).basins({"a": [0.1, 50.0]}, duration=50)
    assert basins.ends.tolist() == [0, -2]
    assert basins.shares["escaped"] == 0.5
    with pytest.raises(InvalidInput, match="No attractor"):
        ph.mean_field(ph.Model(0, [ph.Jump(1, A.dag())])).basins(3)


@pytest.mark.parametrize("bad", [0, 1.5, -3])
def test_numbers_of_starts(bad: float) -> None:
    with pytest.raises(InvalidInput, match="starts"):
        van_der_pol().fixed_points(starts=bad)


@settings(max_examples=15, deadline=None)
@given(RATES, RATES, st.floats(-1, 1), st.floats(-0.5, 0.5), st.floats(-0.3, 0.3))
def test_elimination_finds_what_many_starts_find(
    loss: float, drive: float, detuning: float, squeezing: float, kerr: float
) -> None:
    model = ph.zoo.van_der_pol(
        gain=1.0, two_photon_loss=loss, drive=drive, detuning=detuning, squeezing=abs(squeezing), kerr=kerr
    )
    flow = make_flow(model, large_spins=False)
    found, complete = equilibria(flow, starts=4, seed=0)
    assert complete
    assume(index_of([e.eigenvalues for e in found]) is not None)
    rng = np.random.default_rng(1)
    y, _, converged = newton(flow, sampled(flow, 150, rng), np.zeros((0, 150)))
    for point in y[:, converged].T:
        nearest = min(np.linalg.norm((point - e.y) / flow.scale) for e in found)
        assert nearest < 1e-5 * (1 + np.linalg.norm(point / flow.scale))
