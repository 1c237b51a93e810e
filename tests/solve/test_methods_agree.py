"""All methods find one stationary state: random models of every symmetry, badly scaled and degenerate ones."""

import numpy as np
import pytest
import scipy.sparse.linalg as sla

import photinus as ph
from photinus.solve.orders import plan_for
from photinus.space.liouvillian import Liouvillian, generator

A, B, C = (ph.oscillator(name) for name in "abc")
S, T = ph.spin("s", 0.5), ph.spin("t", 1)
Q = ph.qudit("q", 3)
BATH = [ph.Jump(1.0, A, reverse=0.4), ph.Jump(0.5, A**2), ph.Jump(0.7, B, reverse=0.3), ph.Jump(0.8, B**2)]


def random_model(kind: str, seed: int) -> tuple[ph.Model, int]:
    """A model of one symmetry class with one steady state, and levels for it."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.1, 1.5, size=8)
    phase = np.exp(2j * np.pi * rng.uniform())
    exchange = x[0] * (phase * A.dag() * B + np.conj(phase) * B.dag() * A)
    detuned = x[1] * A.dag() * A - x[2] * B.dag() * B
    if kind == "none":
        return ph.Model(exchange + detuned + x[3] * (A + A.dag()), [*BATH, ph.Jump(x[4], A - phase * B)]), 4
    if kind == "U(1)":
        return ph.Model(exchange + detuned, [*BATH, ph.Jump(x[4], A - phase * B)]), 6
    if kind == "U(1)^2":
        cross = x[0] * A.dag() * A * B.dag() * B
        return ph.Model(cross + detuned, [*BATH, ph.Jump(x[4], A.dag() * B), ph.Jump(x[5], A * B)]), 6
    if kind == "Z2":
        return ph.Model(exchange + detuned + x[3] * (phase * A**2 + np.conj(phase) * A.dag() ** 2), BATH), 5
    if kind == "Z3":
        return ph.Model(detuned + x[3] * (A**3 + A.dag() ** 3) + x[0] * A.dag() * A * B.dag() * B, BATH), 5
    if kind == "spins":
        coupling = x[0] * (S.plus * T.minus + S.minus * T.plus) + x[1] * S.z + x[2] * T.z**2
        jumps = [ph.Jump(x[3], S.minus, reverse=x[4]), ph.Jump(x[5], T.minus, reverse=0.2), ph.Jump(x[6], S.z)]
        return ph.Model(coupling + x[7] * (T.x if seed % 2 else T.z), [*jumps, ph.Jump(0.3, S.minus + T.minus)]), 1
    if kind == "qudits":
        drive = x[0] * (Q(0, 1) + Q(1, 0)) + x[1] * Q(2, 2) + x[2] * (A.dag() * Q(0, 2) + A * Q(2, 0))
        jumps = [ph.Jump(x[3], Q(0, 1), reverse=0.2), ph.Jump(x[4], Q(1, 2), reverse=x[5])]
        return ph.Model(drive + 0.3 * A.dag() * A, [*jumps, *BATH[:2]]), 5
    raise AssertionError(kind)


def sector_zero(model: ph.Model, levels: int) -> Liouvillian:
    made = generator(model, dict.fromkeys(model.oscillators, levels))
    return made.liouvillian(made.grading.sector(made.grading.group.zero))


def methods_for(liouvillian: Liouvillian) -> list[ph.Krylov | ph.Direct]:
    out = [ph.Direct(), ph.Krylov()]
    return [*out, ph.methods.Tridiagonal()] if plan_for(liouvillian) is not None else out


@pytest.mark.parametrize("kind", ["none", "U(1)", "U(1)^2", "Z2", "Z3", "spins", "qudits"])
@pytest.mark.parametrize("seed", range(15))
def test_all_methods_agree(kind: str, seed: int) -> None:
    liouvillian = sector_zero(*random_model(kind, seed))
    reference = ph.Dense().null_vector(liouvillian)
    assert reference.nullity == 1
    for method in methods_for(liouvillian):
        found = method.null_vector(liouvillian)
        assert found.nullity == 1
        np.testing.assert_allclose(found.vector, reference.vector, atol=1e-9, err_msg=type(method).__name__)


@pytest.mark.parametrize("kind", ["none", "U(1)", "Z2", "spins"])
def test_direct_methods_leave_a_residual_of_rounding(kind: str) -> None:
    """‖Ax‖/(‖A‖‖x‖ n ε) below 30, as in the tests of LAPACK."""
    liouvillian = sector_zero(*random_model(kind, 1))
    matrix, n = liouvillian.matrix, liouvillian.sector.size
    for method in (ph.Dense(), ph.Direct(), *([ph.methods.Tridiagonal()] if plan_for(liouvillian) is not None else [])):
        x = method.null_vector(liouvillian).vector
        scale = sla.norm(matrix, 1) * np.abs(x).sum() * n * np.finfo(float).eps
        assert np.abs(matrix @ x).sum() < 30 * scale


@pytest.mark.parametrize("unit", [1e-9, 1e9])
@pytest.mark.parametrize("kind", ["none", "U(1)", "spins"])
def test_the_unit_of_the_rates_does_not_matter(kind: str, unit: float) -> None:
    model, levels = random_model(kind, 3)
    jumps = [ph.Jump(unit * j.rate, j.operator, reverse=unit * j.reverse) for j in model.jumps]
    scaled = ph.Model(unit * model.hamiltonian, jumps)
    for method in (ph.Dense(), ph.Direct(), ph.Krylov()):
        a, b = (method.null_vector(sector_zero(m, levels)).vector for m in (model, scaled))
        np.testing.assert_allclose(a, b, atol=1e-9)


@pytest.mark.parametrize("slow", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("fast", [1.0, 1e3, 1e6])
def test_fast_and_slow_sites_together(slow: float, fast: float) -> None:
    """Rates over up to 15 orders: what double precision still holds is found, and the error is not understated."""
    model = ph.Model(
        slow * (A.dag() * B + B.dag() * A),
        [ph.Jump(fast, A, reverse=0.5 * fast), ph.Jump(fast, A**2), ph.Jump(slow, B, reverse=0.3 * slow)],
    )
    liouvillian = sector_zero(model, 6)
    reference = ph.Dense().null_vector(liouvillian)
    for method in (ph.Direct(), ph.Krylov()):
        try:
            found = method.null_vector(liouvillian)
        except ph.errors.NotConverged:
            assert isinstance(method, ph.Krylov)  # said, not hidden: Auto goes on with Direct
            continue
        if found.nullity == reference.nullity == 1:
            difference = np.abs(found.vector - reference.vector).max()
            assert difference <= max(1e-9, 10 * found.error, 10 * reference.error)
        else:
            assert slow / fast < 1e-11


@pytest.mark.parametrize("gap", [1e-4, 1e-7])
def test_a_nearly_degenerate_pair_of_states(gap: float) -> None:
    """Two spins that only see their sum, but for a slow loss of one: triplet and singlet are mixed slowly."""
    u = ph.spin("u", 0.5)
    model = ph.Model(0.2 * (S.z + u.z), [ph.Jump(1.0, S.minus + u.minus, reverse=0.4), ph.Jump(gap, S.minus)])
    liouvillian = sector_zero(model, 1)
    reference = ph.Dense().null_vector(liouvillian)
    found = ph.Krylov().null_vector(liouvillian)
    assert np.abs(found.vector - reference.vector).max() <= max(1e-9, 10 * found.error, 10 * reference.error)


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_dark_states_and_spaces_of_one_level(levels: int) -> None:
    model = ph.Model(0.3 * A.dag() * A, [ph.Jump(1.0, A), ph.Jump(0.3, A - B), ph.Jump(0.5, B)])
    liouvillian = sector_zero(model, levels)
    for method in (ph.Dense(), ph.Direct(), ph.Krylov()):
        found = method.null_vector(liouvillian)
        assert found.nullity == 1
        assert abs(found.vector[liouvillian.sector.trace[0]] - 1) < 1e-9


def test_two_steady_states_are_told_by_every_method() -> None:
    model = ph.Model(0.3 * A.dag() * A, [ph.Jump(1.0, A**2), ph.Jump(0.2, A.dag() ** 2)])  # parity is conserved
    liouvillian = sector_zero(model, 6)
    for method in (ph.Dense(), ph.Direct(), ph.Krylov()):
        assert method.null_vector(liouvillian).nullity > 1


def test_krylov_from_a_guess_and_from_nothing() -> None:
    liouvillian = sector_zero(*random_model("U(1)", 5))
    cold = ph.Krylov().null_vector(liouvillian)
    warm = ph.Krylov().null_vector(liouvillian, cold.vector)
    np.testing.assert_allclose(warm.vector, cold.vector, atol=1e-10)


@pytest.mark.parametrize("strength", [0.1, 1.0, 10.0, 100.0])
def test_weak_and_strong_couplings(strength: float) -> None:
    """From sites by themselves (weak coupling) to the jump/no-jump splitting (strong coupling)."""
    hamiltonian = strength * (A.dag() * B + B.dag() * A) + 0.1 * A.dag() * A
    model = ph.Model(hamiltonian, [ph.Jump(1.0, A, reverse=0.5), ph.Jump(0.2, A**2), ph.Jump(1.0, B)])
    liouvillian = sector_zero(model, 9)
    reference = ph.Direct().null_vector(liouvillian)
    np.testing.assert_allclose(ph.Krylov().null_vector(liouvillian).vector, reference.vector, atol=1e-9)
