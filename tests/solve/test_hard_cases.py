"""Models on which a careless solver returns a wrong number with a clean face."""

import numpy as np
import pytest

import photinus as ph

A, B = ph.oscillator("a"), ph.oscillator("b")
NUMBER = A.dag() * A


def birth_death(gain: float, loss: float, two: float, levels: int) -> np.ndarray:
    """Populations of D[a] at loss, D[a†²] at gain, D[a³] at two, by elimination without subtractions (GTH)."""
    n = np.arange(levels)
    q = np.zeros((levels, levels))
    q[n[1:], n[1:] - 1] = loss * n[1:]
    q[n[:-2], n[:-2] + 2] = gain * (n[:-2] + 1) * (n[:-2] + 2)
    q[n[3:], n[3:] - 3] = two * n[3:] * (n[3:] - 1) * (n[3:] - 2)
    for k in range(levels - 1, 0, -1):
        q[:k, k] /= q[k, :k].sum()
        q[:k, :k] += np.outer(q[:k, k], q[k, :k])
    p = np.zeros(levels)
    p[0] = 1
    for k in range(1, levels):
        p[k] = p[:k] @ q[:k, k]
    return p / p.sum()


def test_a_metastable_state_below_a_second_attractor_is_not_the_steady_state() -> None:
    model = ph.Model(jumps=[ph.Jump(1.0, A), ph.Jump(0.015, A.dag() ** 2), ph.Jump(4e-5, A**3)])
    exact = birth_death(0.015, 1.0, 4e-5, 900)
    state = ph.steady_state(model)
    assert state.expect(NUMBER) == pytest.approx(exact @ np.arange(900), rel=1e-3)
    cut = ph.steady_state(model, cutoff=ph.Fixed(12))
    assert not cut.certificate.ok
    assert "attractor" in str(cut.certificate)


def test_a_metastable_model_without_a_steady_state_is_refused() -> None:
    model = ph.Model(jumps=[ph.Jump(1.0, A), ph.Jump(0.005, A.dag() ** 2)])
    with pytest.raises(ph.errors.NoSteadyState):
        ph.steady_state(model)


def test_the_certificate_reaches_as_far_as_the_longest_word() -> None:
    model = ph.Model(0.05 * (A.dag() ** 6 + A**6), [ph.Jump(1.0, A), ph.Jump(1.0, A**6)])
    assert ph.steady_state(model, cutoff=ph.Fixed(2)).certificate.truncation > 1e-4
    assert ph.steady_state(model, cutoff=ph.Converged(1e-6, start=1)).expect(NUMBER) > 1e-4


def test_an_independent_damped_spin_does_not_unbalance_a_stable_pair() -> None:
    exchange = A.dag() * B + B.dag() * A
    s = ph.spin("s", 0.5)
    model = ph.Model(exchange, [ph.Jump(0.8, A.dag()), ph.Jump(1.0, B), ph.Jump(1.0, s.minus)])
    state = ph.steady_state(model, cutoff=ph.Fixed(6))  # far too few levels, but a steady state exists
    assert not state.certificate.ok


def test_a_squeezed_reservoir_is_not_degenerate() -> None:
    r = 1.2
    model = ph.Model(jumps=[ph.Jump(1.0, np.cosh(r) * A - np.sinh(r) * A.dag())])
    state = ph.steady_state(model, cutoff=ph.Converged(1e-4))
    assert state.expect(NUMBER) == pytest.approx(np.sinh(r) ** 2, rel=1e-3)  # a squeezed vacuum
    assert state.purity() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("levels", [30, 80])
def test_slow_odd_modes_do_not_make_a_squeezed_oscillator_degenerate(levels: int) -> None:
    model = ph.zoo.van_der_pol(gain=0.01, two_photon_loss=1, loss=0.1, squeezing=3)
    state = ph.steady_state(model, cutoff=ph.Fixed(levels))
    assert state.expect(NUMBER) == pytest.approx(5.95241316, abs=1e-6)


def test_diagonal_functions_that_differ_far_up_are_different() -> None:
    low, high = (ph.diagonal(A, lambda n, top=top: 1.0 if n < top else 0.0) for top in (150, 180))
    assert low != high
    assert not ph.diagonal(A, lambda n: 1j if n >= 30 else 0.0).is_hermitian()


def test_nearly_degenerate_spins_say_how_well_they_are_solved() -> None:
    spins = [ph.spin(f"s{k}", 0.5) for k in range(2)]
    collective = sum((s.minus for s in spins[1:]), spins[0].minus)
    local = [ph.Jump(1e-10 * (k + 1), s.minus) for k, s in enumerate(spins)]
    model = ph.Model(jumps=[ph.Jump(1.0, collective, reverse=0.5), *local])
    reference = ph.steady_state(model, cutoff=ph.Fixed(1), method=ph.Dense())
    for method in (ph.Direct(), ph.Krylov()):
        state = ph.steady_state(model, method=method)
        difference = np.abs(state.density_matrix() - reference.density_matrix()).max()
        assert difference < 1e-4 or not state.certificate.ok
        assert state.certificate.solver_error > 1e-9


def test_a_cutoff_above_its_maximum_is_refused_or_kept() -> None:
    with pytest.raises(ph.errors.InvalidInput):
        ph.Converged(start=50, maximum=20)
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5)
    with pytest.raises(ph.errors.NotConverged):
        ph.steady_state(model, cutoff=ph.Converged(1e-8, maximum=13))


def test_names_of_equal_value_are_different_sites() -> None:
    c, d = ph.oscillator("s2"), ph.oscillator("s02")
    assert ph.commutator(c, d) == 0
    assert ph.Model(c.dag() * d + d.dag() * c).sites[0].name != ph.Model(c.dag() * d + d.dag() * c).sites[1].name


@pytest.mark.parametrize("method", [ph.Auto(), ph.Krylov()])
def test_a_truncation_below_rounding_is_no_stagnation(method):
    """In the deep quantum limit the populations above n = 3 are below 1e-16: the defect is rounding noise."""
    model = ph.zoo.shared_bath_pair(gain=1, two_photon_loss=100, coupling=0.5)
    certificate = ph.steady_state(model, cutoff=ph.Converged(1e-4), method=method).certificate
    assert certificate.ok
    assert certificate.truncation < 1e-12
