"""Counting statistics: two routes of our own, QuTiP, symmetry, and mistakes."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la

import photinus as ph

S = ph.spin("s", 0.5)
A, B = ph.oscillator("a"), ph.oscillator("b")


def pair(**more: float) -> ph.Model:
    return ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.6, dissipative=0.5, detuning=0.2, **more)


def fluorescence(drive: float = 0.7) -> ph.Model:
    return ph.Model(drive * S.x, [ph.Jump(1.0, S.minus, 0.2, name="photon"), ph.Jump(0.3, S.z, name="dephasing")])


def tilted_matrix(model: ph.Model, weights: dict[int, float], levels: dict[str, int], chi: float) -> np.ndarray:
    """𝓛(χ) as a dense matrix on all of ρ: the simple route."""
    from photinus.space.space import make_space

    space = make_space(model.sites, levels)
    one = np.eye(space.dimension)
    h = space.matrix(model.hamiltonian)
    out = -1j * (np.kron(h, one) - np.kron(one, h.T))
    for k, jump in enumerate(model.jumps):
        for rate, sign, raw in ((jump.rate, 1, jump.operator), (jump.reverse, -1, jump.operator.dag())):
            matrix = space.matrix(raw)
            number = matrix.conj().T @ matrix
            factor = np.exp(sign * chi * weights.get(k, 0.0))
            out += rate * factor * np.kron(matrix, matrix.conj())
            out -= 0.5 * rate * (np.kron(number, one) + np.kron(one, number.T))
    return out


def dominant(model: ph.Model, weights: dict[int, float], levels: dict[str, int], chi: float) -> float:
    return float(la.eigvals(tilted_matrix(model, weights, levels, chi)).real.max())


CASES = [
    (fluorescence(), {0: 1.0}, {}),
    (fluorescence(), {0: 2.0, 1: -0.5}, {}),
    (ph.Model(0.4 * S.x, [ph.Jump(0.7, S.minus + 0.3), ph.Jump(0.4, S.z)]), {0: 1.0}, {}),
    (ph.zoo.van_der_pol(gain=1, two_photon_loss=1, drive=0.4), {0: 1.0}, {"a": 7}),
    (ph.Model(jumps=[ph.Jump(1, A - B, 0.2), ph.Jump(1, A + B, 0.2), ph.Jump(0.4, A**2)]), {0: 1.0}, {"a": 4, "b": 4}),
]


@pytest.mark.parametrize(("model", "weights", "levels"), CASES)
def test_cumulants_are_the_derivatives_of_the_dominant_eigenvalue(model, weights, levels) -> None:
    counted = ph.counting(model, weights, cutoff=ph.Fixed(levels or 1))
    radius, points = 0.05, 16  # θ is analytic: its Taylor coefficients by an integral over a circle
    circle = radius * np.exp(2j * np.pi * np.arange(points) / points)
    theta = []
    for chi in circle:
        values = la.eigvals(tilted_matrix(model, weights, levels, chi))
        theta.append(values[np.argmax(values.real)])
    taylor = np.fft.fft(theta) / points
    factorials = np.array([1, 2, 6, 24])
    expected = (taylor[1:5] / radius ** np.arange(1, 5)).real * factorials
    assert counted.cumulants == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("model", "weights", "levels"), CASES)
def test_the_generating_function_is_the_dominant_eigenvalue(model, weights, levels) -> None:
    counted = ph.counting(model, weights, cutoff=ph.Fixed(levels or 1), highest=1)
    chi = np.array([0.7, -1.0, 0.0, 0.2])
    found = counted.generating_function(chi)
    assert found.values == pytest.approx([dominant(model, weights, levels, x) for x in chi], abs=1e-10)
    h = 1e-5
    slope = [(dominant(model, weights, levels, x + h) - dominant(model, weights, levels, x - h)) / (2 * h) for x in chi]
    assert found.slopes == pytest.approx(slope, rel=1e-5, abs=1e-8)
    current, rate = found.rate_function()
    assert rate.min() >= -1e-12  # I(J) ≥ 0, and 0 at the mean
    assert current[2] == pytest.approx(counted.mean)


def test_qutip_agrees() -> None:
    qt = pytest.importorskip("qutip")
    counted = ph.counting(pair(), {"coupling of a and b": 1}, cutoff=ph.Fixed(5), highest=3)
    space = counted.state.space
    dims = [list(space.levels)] * 2

    def quantum(operator, rate: float = 1.0):
        return rate**0.5 * qt.Qobj(space.matrix(operator), dims=dims)

    model = pair()
    channels = [quantum(jump.operator, jump.rate) for jump in model.jumps]
    generator = qt.liouvillian(quantum(model.hamiltonian), channels)
    watched = [quantum(A - B, 0.5)]
    rho = qt.steadystate(generator)
    current, noise, skewness = qt.countstat_current_noise(generator, watched, rhoss=rho)
    for ours, theirs in zip(counted.cumulants, (current, noise, skewness), strict=True):
        assert ours == pytest.approx(float(np.ravel(theirs)[0].real), rel=1e-7)


def test_the_methods_agree() -> None:
    answers = [
        ph.counting(pair(), {"gain of a": 1}, cutoff=ph.Fixed(8), method=method).cumulants
        for method in (ph.Dense(), ph.Direct(), ph.Krylov())
    ]
    assert answers[1] == pytest.approx(answers[0], rel=1e-9)
    assert answers[2] == pytest.approx(answers[0], rel=1e-7)


def test_a_large_generating_function_goes_by_gmres(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = ph.counting(pair(), {"gain of a": 1}, cutoff=ph.Fixed(6), highest=1)
    direct = counted.generating_function([-0.5, 0.5])
    monkeypatch.setattr("photinus.solve.counting.generating.FACTORISED", 10)
    iterated = counted.generating_function([-0.5, 0.5])
    assert iterated.values == pytest.approx(direct.values, rel=1e-9)
    assert np.isnan(iterated.slopes).all()


def test_a_poisson_process_has_equal_cumulants() -> None:
    counted = ph.counting(ph.Model(0.3 * S.z, [ph.Jump(0.8, S.z, name="kick")]) + relaxing(), {"kick": 1}, highest=6)
    assert counted.cumulants == pytest.approx([0.2] * 6, abs=1e-12)  # S_z² = 1/4
    waiting = counted.waiting_times([0.0, 1.0, 5.0])
    assert waiting.density == pytest.approx(0.2 * np.exp(-0.2 * waiting.times))
    assert waiting.survival == pytest.approx(np.exp(-0.2 * waiting.times))
    assert waiting.randomness == pytest.approx(1)


def relaxing() -> ph.Model:
    return ph.Model(0.1 * S.x, [ph.Jump(0.1, S.minus, name="decay")])


def test_waiting_times_of_a_large_sector_and_of_a_small_one() -> None:
    counted = ph.counting(pair(), {"gain of a": 1}, cutoff=ph.Fixed(8), highest=1)
    waiting = counted.waiting_times(np.linspace(0, 40, 2001))
    total = np.trapezoid(waiting.density, waiting.times)
    mean = np.trapezoid(waiting.times * waiting.density, waiting.times)
    second = np.trapezoid(waiting.times**2 * waiting.density, waiting.times)
    assert total == pytest.approx(1, abs=1e-3)
    assert mean == pytest.approx(waiting.mean, rel=1e-3)
    assert second - mean**2 == pytest.approx(waiting.variance, rel=1e-2)
    assert -np.gradient(waiting.survival, waiting.times)[1:-1] == pytest.approx(waiting.density[1:-1], abs=2e-2)


def test_a_dark_state_makes_the_waiting_time_infinite() -> None:
    q = ph.qudit("q", 3)
    model = ph.Model(jumps=[ph.Jump(1.0, q(1, 0), name="up"), ph.Jump(1.0, q(0, 1)), ph.Jump(1e-3, q(2, 1), 1e-3)])
    assert np.isfinite(ph.counting(model, {"up": 1}).waiting_times([0.0]).variance)


def test_net_and_gross_currents() -> None:
    q = ph.qudit("q", 3)
    ring = ph.Model(jumps=[ph.Jump(2.0, q((k + 1) % 3, k), 1.0, name="step") for k in range(3)])
    counted = ph.counting(ring, {"step": 1})
    assert counted.cumulants == pytest.approx([1, 3, 1, 3], abs=1e-12)
    assert counted.frequency == pytest.approx(3)
    assert counted.fano == pytest.approx(3)
    assert ph.counting(ring, {0: 1, 1: 1, 2: 1}).cumulants == pytest.approx(counted.cumulants)
    assert ph.counting(ring, {"step": -2}).cumulants == pytest.approx([-2, 12, -8, 48])


def test_scales_do_not_matter() -> None:
    for scale in (1e-9, 1e9):
        model = ph.Model(0.7 * scale * S.x, [ph.Jump(scale, S.minus, 0.2 * scale, name="photon")])
        reference = ph.counting(ph.Model(0.7 * S.x, [ph.Jump(1.0, S.minus, 0.2, name="photon")]), {"photon": 1})
        assert ph.counting(model, {"photon": 1}).cumulants == pytest.approx(scale * reference.cumulants, rel=1e-9)


def test_the_answer_says_its_error_and_prints_itself() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3)
    counted = ph.counting(model, {"gain of a": 1}, cutoff=ph.Fixed(9))
    better = ph.counting(model, {"gain of a": 1}, cutoff=ph.Fixed(30))
    assert (np.abs(counted.cumulants - better.cumulants) <= counted.error).all()
    assert "+1 per gain of a" in repr(counted)
    assert counted.to_xarray().cumulant.values == pytest.approx(counted.cumulants)
    assert not counted.ok
    assert better.ok


def test_a_known_state_is_reused_and_a_wrong_one_refused() -> None:
    model = fluorescence()
    state = ph.steady_state(model)
    assert ph.counting(model, {0: 1}, state=state).cumulants == pytest.approx(ph.counting(model, {0: 1}).cumulants)
    with pytest.raises(ph.errors.InvalidInput, match="not stationary"):
        ph.counting(model, {0: 1}, state=ph.states.level({S: 0.5}))


@pytest.mark.parametrize(
    ("weights", "error", "text"),
    [
        ({"light": 1}, ph.errors.InvalidInput, "no jump 'light'"),
        ({7: 1}, ph.errors.InvalidInput, "no jump 7"),
        ("photon", ph.errors.WrongType, "What to count"),
        ({"photon": 0}, ph.errors.InvalidInput, "Nothing is counted"),
        ({"photon": float("nan")}, ph.errors.InvalidInput, "weight"),
        ({}, ph.errors.InvalidInput, "Nothing is counted"),
    ],
)
def test_mistakes_get_typed_errors(weights, error, text: str) -> None:
    with pytest.raises(error, match=text):
        ph.counting(fluorescence(), weights)


def test_numbers_without_a_value_are_refused() -> None:
    bath = ph.Bath("room", 1.0)
    counted = ph.counting(ph.Model(S.z, [bath.jump(1.0, S.minus, 1.0, name="heat")]), {"heat": 1}, highest=2)
    with pytest.raises(ph.errors.Undefined, match="Fano"):
        _ = counted.fano
    with pytest.raises(ph.errors.Undefined, match="highest"):
        _ = ph.counting(fluorescence(), {0: 1}, highest=1).variance
    with pytest.raises(ph.errors.InvalidInput, match="negative"):
        counted.waiting_times([-1.0])
    with pytest.raises(ph.errors.InvalidInput, match="counting field"):
        counted.generating_function([1e4])


def test_the_generating_function_of_a_thermal_cavity_and_where_it_diverges() -> None:
    """θ = (κ − g − √((κ + g)² − 4κg·e^χ))/2 of the lost quanta; no finite rate beyond e^χ = (κ + g)²/4κg, χ = 0.20."""
    loss, gain = 1.0, 0.4
    cavity = ph.Model(jumps=[ph.Jump(loss, A, name="loss"), ph.Jump(gain, A.dag(), name="gain")])
    counted = ph.counting(cavity, {"loss": 1})
    chi = np.array([-1.0, -0.2, 0.0, 0.1])
    exact = 0.5 * (loss - gain - np.sqrt((loss + gain) ** 2 - 4 * loss * gain * np.exp(chi)))
    found = counted.generating_function(chi)
    assert found.ok
    assert (np.abs(found.values - exact) <= found.error + 1e-12).all()
    beyond = counted.generating_function([2.0])
    assert not beyond.ok
    assert repr(beyond).count("θ(2) =") == 1
    assert "NOT to be trusted: θ(2) depends on the cutoff" in repr(beyond)


def test_the_generating_function_of_a_spin_has_no_truncation() -> None:
    assert ph.counting(fluorescence(), {"photon": 1}).generating_function([-1.0, 0.0, 1.0]).ok


def test_counts_that_balance_are_trusted_and_have_no_fano_factor() -> None:
    """One thermal bath: the net number of quanta is bounded, and all of its cumulants vanish."""
    mode = ph.Model(A.dag() * A, [ph.Bath("bath", 2.0).jump(1.0, A, 1.0)])
    counted = ph.counting(mode, {0: 1})
    assert np.abs(counted.cumulants).max() < 1e-8
    assert counted.ok, counted.complaints
    with pytest.raises(ph.errors.Undefined):
        _ = counted.fano


def test_a_bath_is_no_jump_and_the_message_says_which_jumps_are_its() -> None:
    mode = ph.Model(S.z, [ph.Bath("bath", 2.0).jump(1.0, S.minus, 1.0)])
    with pytest.raises(ph.errors.InvalidInput, match=r"0 \(s₋ of bath\)"):
        ph.counting(mode, {"bath": 1})


@pytest.mark.parametrize("more", [[], [ph.Jump(0.3, A.dag() * A)]])
def test_a_cavity_at_rest_emits_nothing_and_rounding_is_no_current(more: list[ph.Jump]) -> None:
    empty = ph.Model(jumps=[ph.Jump(1.0, A, name="loss"), *more])
    counted = ph.counting(empty, {"loss": 1})
    assert counted.frequency == 0.0
    assert not counted.cumulants.any()
    assert counted.ok, counted.complaints
    assert counted.generating_function([0.1]).values == pytest.approx(0, abs=1e-12)
    with pytest.raises(ph.errors.Undefined, match="Fano"):
        _ = counted.fano
    with pytest.raises(ph.errors.Undefined, match="No counted jump"):
        counted.waiting_times([0.0])
    with pytest.raises(ph.errors.Undefined, match="mean current"):
        ph.thermo.uncertainty_relations(counted)
    with pytest.raises(ph.errors.Undefined, match="does not tick"):
        ph.metrology.ticking_clock(empty, {"loss": 1})


def test_small_but_exact_fluxes_are_kept() -> None:
    """A spin at ω/T = 40: e⁻⁴⁰ jumps per time, each with its reverse."""
    cold = ph.Model(S.z, [ph.Bath("bath", 1.0).jump(1.0, S.minus, 40.0, name="quantum")])
    assert ph.counting(cold, {"quantum": 1}).frequency == pytest.approx(2 * np.exp(-40.0), rel=1e-9)
