"""Trajectories against closed forms, against the master equation, and against themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.linalg as la
from scipy import stats
from scipy.integrate import quad

import photinus as ph
from photinus.errors import InvalidInput, NotConverged, SiteMismatch, Undefined, UnknownSite, WrongType
from photinus.solve.unravelling.kets import channels_of, unravel
from photinus.solve.unravelling.phase_records import phase_record
from photinus.space.liouvillian import generator
from photinus.space.state import State
from photinus.space.vectors import functional, vector_in

A, B = ph.oscillator("a"), ph.oscillator("b")
Q, S = ph.spin("q", 0.5), ph.spin("s", 1)
SCHEMES = {"jumps": ph.QuantumJumps(), "homodyne": ph.Homodyne(), "heterodyne": ph.Heterodyne()}


def master_equation(model: ph.Model, initial: State, cutoffs: dict[str, int], times, observe) -> dict:
    """Tr(O e^{𝓛t}ρ) by dense exponentials of every sector."""
    made = generator(model, cutoffs)
    out = dict.fromkeys(observe, 0)
    for order in made.grading.orders():
        sector = made.grading.sector(order)
        matrix, start = made.liouvillian(sector).matrix.toarray(), vector_in(initial, sector)
        path = np.array([la.expm(matrix * (t - times[0])) @ start for t in times])
        for name, operator in observe.items():
            out[name] = out[name] + path @ functional(operator, sector)
    return out


def pair() -> tuple:
    model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=1, dissipative=0.7, detuning=0.5)
    return model, ph.states.fock({"a": 0, "b": 1}), {"n": A.dag() * A, "r": B.dag() * A}


def driven() -> tuple:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, drive=0.6, detuning=0.4)
    return model, ph.states.coherent({"a": 0.8}), {"n": A.dag() * A, "a": A}


def spin() -> tuple:
    model = ph.zoo.spin_one(gain=0.6, loss=1.3, drive=0.4, detuning=0.3)
    return model, ph.states.level({S: 1}), {"z": S.z, "plus": S.plus}


def thermal() -> tuple:
    model = ph.Model(jumps=[ph.Jump(1.0, A, reverse=0.4)])
    return model, ph.states.thermal({"a": 0.7}, cutoff=ph.Fixed(16)), {"n": A.dag() * A, "n2": A.dag() ** 2 * A**2}


def displaced() -> tuple:  # the group of the kets is smaller than that of the model: the identity hides in the jump
    model = ph.Model(0.5 * A.dag() * A, [ph.Jump(1.0, A + 0.7), ph.Jump(0.3, A.dag())])
    return model, ph.states.fock({"a": 1}), {"n": A.dag() * A, "a": A}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("case", [pair, driven, spin, thermal, displaced])
def test_the_mean_is_the_master_equation(case: Callable[[], tuple], scheme: str) -> None:
    model, initial, observe = case()
    times = np.array([1.0, 1.4, 2.0, 4.0])
    cutoffs = dict.fromkeys(model.oscillators, 6 if case is pair else 16)
    runs = ph.trajectories(
        model,
        initial,
        times,
        scheme=SCHEMES[scheme],
        observe=observe,
        cutoff=ph.Fixed(cutoffs),
        count=250 if case is pair else 400,
        seed=3,
    )
    reference = master_equation(model, initial, cutoffs, times, observe)
    for name in observe:
        error = np.abs(runs.mean[name] - reference[name])
        assert (error <= 4 * runs.standard_error[name] + 1e-3).all(), (name, error / runs.standard_error[name])
    assert (runs.standard_error[next(iter(observe))] < 0.2).all()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_kets_stay_normalised(scheme: str) -> None:
    model, initial, _ = driven()
    runs = ph.trajectories(
        model, initial, [0, 1, 2], scheme=SCHEMES[scheme], observe={"one": 1 + 0 * A}, cutoff=ph.Fixed(16), count=20
    )
    np.testing.assert_allclose(runs.records["one"], 1.0, rtol=1e-12)


def test_a_decaying_qubit_waits_exponentially() -> None:
    model = ph.Model(0.7 * Q.z, ph.Jump(2.0, Q.minus, name="photon"))
    runs = ph.trajectories(model, ph.states.level({Q: 0.5}), [0, 0.3, 20], count=800, seed=1)
    assert (runs.clicks.counts("photon", 800) == 1).all()
    assert stats.kstest(runs.clicks.times, "expon", args=(0, 0.5)).pvalue > 0.01


def test_photons_of_a_driven_qubit() -> None:
    """γ∫⟨σ₊σ₋⟩dt of resonance fluorescence from the ground state (Carmichael, Statistical Methods 1, eq. 2.130)."""
    gamma, omega, end = 1.0, 1.7, 6.0
    mu = np.sqrt(omega**2 - gamma**2 / 16)

    def excited(t: float) -> float:
        damped = np.exp(-0.75 * gamma * t) * (np.cos(mu * t) + 0.75 * gamma / mu * np.sin(mu * t))
        return omega**2 / (gamma**2 + 2 * omega**2) * (1 - damped)

    model = ph.Model(omega * Q.x, ph.Jump(gamma, Q.minus, name="photon"))
    runs = ph.trajectories(model, ph.states.level({Q: -0.5}), [0, end], count=1500, seed=2)
    counts = runs.clicks.counts("photon", 1500)
    expected = gamma * quad(excited, 0, end)[0]
    assert abs(counts.mean() - expected) < 4 * counts.std() / np.sqrt(1500)
    # Antibunching: the counts scatter less than Poisson's, Q → −6γ²Ω²/(γ² + 2Ω²)² for long times.
    assert counts.var() < 0.75 * counts.mean()


def test_detectors_see_the_jump_as_it_is_written() -> None:
    """D[a + c] on the vacuum is no dissipation at all, and yet its detector clicks with the rate γ|c|²."""
    model = ph.Model(jumps=[ph.Jump(2.0, A + 1.5, name="beam"), ph.Jump(0.5, A, name="other")])
    hamiltonian = -0.5j * 2.0 * (1.5 * A - 1.5 * A.dag())  # undoes the displacement: the vacuum is stationary
    model = model + ph.Model(hamiltonian)
    runs = ph.trajectories(model, ph.states.fock({"a": 0}), [0, 4], count=300, cutoff=ph.Fixed(6), seed=5)
    assert runs.mean["n_a"][-1] == pytest.approx(0, abs=1e-12)
    counts = runs.clicks.counts("beam", 300)
    assert abs(counts.mean() - 2.0 * 1.5**2 * 4) < 4 * np.sqrt(18 / 300)
    assert runs.clicks.counts("other", 300).sum() == 0


def test_an_inefficient_detector_misses_clicks() -> None:
    model = ph.Model(jumps=[ph.Jump(1.0, A.dag() * A, name="which level"), ph.Jump(3.0, A.dag() * A, name="unread")])
    scheme = ph.QuantumJumps("which level", efficiency=0.25)
    runs = ph.trajectories(model, ph.states.fock({"a": 2}), [0, 5], scheme=scheme, count=400, seed=7)
    counts = runs.clicks.counts("which level", 400)
    assert runs.clicks.names == ("which level",)
    assert abs(counts.mean() - 0.25 * 4 * 5) < 4 * np.sqrt(5 / 400)
    with pytest.raises(InvalidInput, match="unread"):
        runs.clicks.counts("unread", 400)


@pytest.mark.parametrize(("angle", "efficiency"), [(0.0, 1.0), (0.9, 1.0), (-2.0, 0.4)])
def test_homodyne_current(angle: float, efficiency: float) -> None:
    """J = √(ηκ)⟨a e^{−iθ} + h.c.⟩ + ξ: its mean over the ensemble, and the variance 1/interval of its noise."""
    kappa, alpha, interval = 0.8, 1.1 * np.exp(0.4j), 0.2
    model = ph.Model(0.5 * A.dag() * A, ph.Jump(kappa, A, name="mirror"))
    times = np.arange(0, 1.01, interval)
    scheme = ph.Homodyne("mirror", angle=angle, efficiency=efficiency, step=0.02)
    state = ph.states.coherent({"a": alpha})
    runs = ph.trajectories(model, state, times, scheme=scheme, count=900, cutoff=ph.Fixed(16), seed=4)
    current = runs.currents["mirror"]

    def expected(t: float) -> float:
        value = alpha * np.exp((-0.5j - kappa / 2) * t - 1j * angle)
        return 2 * np.sqrt(efficiency * kappa) * float(value.real)

    for k, start in enumerate(times[:-1]):
        mean = quad(expected, start, start + interval)[0] / interval
        assert abs(current[:, k].mean() - mean) < 4 * np.sqrt(1 / interval / 900)
    # A coherent state gives a current without any correlation: white noise.
    np.testing.assert_allclose(current.var(axis=0), 1 / interval, rtol=4 * np.sqrt(2 / 900))


def test_heterodyne_current() -> None:
    kappa, alpha, interval = 0.8, 1.1 * np.exp(0.4j), 0.25
    model = ph.Model(0.5 * A.dag() * A, ph.Jump(kappa, A))
    times = np.arange(0, 1.01, interval)
    scheme = ph.Heterodyne(0, efficiency=0.7, step=0.02)
    state = ph.states.coherent({"a": alpha})
    runs = ph.trajectories(model, state, times, scheme=scheme, count=900, cutoff=ph.Fixed(16), seed=4)
    current = runs.currents["0"]
    rate = -0.5j - kappa / 2
    means = np.sqrt(0.7 * kappa) * alpha * np.diff(np.exp(rate * times)) / rate / interval
    assert (np.abs(current.mean(axis=0) - means) < 4 * np.sqrt(1 / interval / 900)).all()
    centred = current - current.mean(axis=0)
    np.testing.assert_allclose((np.abs(centred) ** 2).mean(axis=0), 1 / interval, rtol=4 / np.sqrt(900))
    assert (np.abs((centred**2).mean(axis=0)) < 4 / interval / np.sqrt(900)).all()
    assert runs.phase("0").phases.shape == (900, 4)


def test_a_measured_ket_is_a_filter() -> None:
    """A qubit under a quantum non-demolition measurement collapses to one of its levels, with the right chances."""
    model = ph.Model(jumps=ph.Jump(4.0, Q.z, name="meter"))
    plus = _tilted()
    runs = ph.trajectories(
        model, plus, np.linspace(0, 12, 25), scheme=ph.Homodyne("meter", step=0.02), observe={"z": Q.z}, count=400
    )
    final = runs.records["z"][:, -1]
    assert (np.abs(np.abs(final) - 0.5) < 1e-2).mean() > 0.98
    up = (final > 0).mean()
    assert abs(up - 0.3) < 4 * np.sqrt(0.21 / 400)
    # J = √γ·2⟨S_z⟩ + ξ tells which level it is.
    assert (np.sign(runs.currents["meter"].mean(axis=1)) == np.sign(final)).mean() > 0.98


def _tilted() -> State:
    return ph.states.from_ket({Q: 2}, [0.3**0.5, 0.7**0.5])


@pytest.mark.parametrize("scheme", [ph.QuantumJumps, ph.Homodyne, ph.Heterodyne])
def test_trajectories_do_not_depend_on_batches(scheme: type) -> None:
    model, initial, observe = driven()
    options = {"observe": observe, "cutoff": ph.Fixed(14), "seed": 9}
    times = [0, 0.2, 0.7]
    whole = ph.trajectories(model, initial, times, scheme=scheme(), count=23, **options)
    parts = ph.trajectories(model, initial, times, scheme=scheme(batch=5), count=23, **options)
    fewer = ph.trajectories(model, initial, times, scheme=scheme(batch=2), count=7, **options)
    for name in observe:
        np.testing.assert_allclose(parts.records[name], whole.records[name], atol=1e-9)
        np.testing.assert_allclose(fewer.records[name], whole.records[name][:7], atol=1e-9)
    np.testing.assert_allclose(parts.clicks.times, whole.clicks.times, atol=1e-9)
    np.testing.assert_array_equal(parts.clicks.channels, whole.clicks.channels)
    other = ph.trajectories(model, initial, times, scheme=scheme(), count=23, **(options | {"seed": 10}))
    assert np.abs(other.records["a"] - whole.records["a"]).max() > 0.1


def test_trajectories_do_not_depend_on_workers() -> None:
    model, initial, observe = pair()
    alone, together = (
        ph.trajectories(
            model,
            initial,
            [0, 2],
            scheme=ph.QuantumJumps(workers=workers),
            observe=observe,
            cutoff=ph.Fixed(8),
            count=9,
        )
        for workers in (1, 2)
    )
    np.testing.assert_allclose(together.records["r"], alone.records["r"], atol=1e-9)
    np.testing.assert_allclose(together.clicks.times, alone.clicks.times, atol=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1e6])
@pytest.mark.parametrize("scheme", [ph.QuantumJumps(), ph.Homodyne(angle=0.3)])
def test_the_unit_of_rates_is_free(unit: float, scheme: ph.QuantumJumps) -> None:
    def runs(unit: float):
        model = ph.zoo.van_der_pol(gain=unit, two_photon_loss=0.5 * unit, drive=0.6 * unit, detuning=0.4 * unit)
        times = np.array([0, 1, 2]) / unit
        options = {"scheme": scheme, "count": 12, "observe": {"a": A}, "cutoff": ph.Fixed(10)}
        return ph.trajectories(model, ph.states.fock({"a": 0}), times, **options)

    scaled, plain = runs(unit), runs(1.0)
    np.testing.assert_allclose(scaled.records["a"], plain.records["a"], atol=1e-7)
    np.testing.assert_allclose(scaled.clicks.times * unit, plain.clicks.times, rtol=1e-7)


def test_kets_of_a_pair_stay_in_one_class() -> None:
    model, initial, observe = pair()
    made = unravel(model, initial, {"a": 20, "b": 20}, channels_of(model, None, 1.0), observe, np.array([0.0, 1.0]))
    assert made.generator.grading.sizes.max() == 20
    mixed = unravel(
        model, ph.states.coherent({"a": 1.0, "b": 0.5}, cutoff=ph.Fixed(20)), {"a": 20, "b": 20},
        channels_of(model, None, 1.0), observe, np.array([0.0, 1.0]),
    )  # fmt: skip
    assert len(mixed.generator.grading.members) == 1
    runs = ph.trajectories(model, initial, [0, 3], observe={"a": A}, count=10, cutoff=ph.Fixed(8))
    assert (runs.records["a"] == 0).all()
    with pytest.raises(Undefined, match="b†a"):
        _ = runs.phase("a").centre


def test_classes_and_the_whole_space_give_the_same_mean() -> None:
    """A coherence between classes in the initial state switches the classes off; a phase average brings them back."""
    model, _, observe = pair()
    times = np.array([0.0, 1.5])
    cat = ph.states.coherent({"a": 0.7, "b": 0.4}, cutoff=ph.Fixed(9))
    runs = ph.trajectories(model, cat, times, observe=observe, count=200, cutoff=ph.Fixed(9), seed=1)
    reference = master_equation(model, cat, {"a": 9, "b": 9}, times, observe)
    for name in observe:
        assert abs(runs.mean[name][1] - reference[name][1]) < 4 * runs.standard_error[name][1]


def test_a_strong_drive_holds_the_phase_and_a_detuned_one_lets_it_slip() -> None:
    times = np.linspace(0, 20, 201)
    scheme = ph.Heterodyne(step=0.02)

    def slips(drive: float, detuning: float):
        model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2, drive=drive, detuning=detuning)
        start = ph.states.coherent({"a": 1.6})
        runs = ph.trajectories(model, start, times, scheme=scheme, count=6, observe={"a": A}, cutoff=ph.Fixed(24))
        return runs.phase("a")

    locked = slips(3.0, 0.0)
    assert locked.slips.sum() == 0
    assert abs(locked.centre) < 0.1
    assert locked.coherence[-1] > 0.95
    drifting = slips(0.05, 2.0)
    assert (drifting.slips >= 2).all()
    # detuning = drive − oscillator: in the frame of the drive ⟨a⟩ turns as e^{+i·detuning·t}, once in π.
    assert drifting.slip_directions.mean() > 0.8
    assert drifting.dwell_times.mean() == pytest.approx(np.pi, rel=0.3)


def test_slips_are_counted_with_hysteresis() -> None:
    times = np.arange(60.0)
    moves = np.array(
        [
            [0.0, 1.0, 2.0, 3.0, 4.0, 5.5, 6.2, 6.3, 6.3],  # arrives in the next well at 5.5
            [0.1, 1.0, 2.0, 3.0, 3.5, 3.0, 2.0, 0.2, -0.1],  # turns back halfway
            [0.0, -1.5, -3.0, -4.5, -6.0, -4.0, -2.0, 0.0, 0.0],  # there and back
        ]
    )
    phases = np.hstack([np.zeros((3, 51)), moves])  # long in the well at 0, which so becomes the centre
    record = phase_record(times, 0.3 * np.exp(1j * phases))
    np.testing.assert_allclose(record.phases, phases, atol=1e-12)
    np.testing.assert_array_equal(record.slips, [1, 0, 2])
    np.testing.assert_array_equal(record.slip_directions, [1, -1, 1])
    np.testing.assert_allclose(record.slip_times, [56, 55, 58])
    np.testing.assert_allclose(record.dwell_times, [3.0])
    assert "3 slips" in repr(record)


def test_a_phase_that_does_not_exist_is_no_number() -> None:
    values = np.array([[0, 1j, 1j, 0, -1, -1]], complex)
    record = phase_record(np.arange(6), values)
    np.testing.assert_array_equal(np.isnan(record.phases[0]), [True, False, False, True, False, False])
    assert record.phases[0, 1] == pytest.approx(np.pi / 2)
    with pytest.raises(InvalidInput, match="shape"):
        phase_record(np.arange(5), values)


def test_cutoffs_grow_until_they_hold_the_trajectories() -> None:
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.02)
    few = ph.trajectories(model, ph.states.fock({"a": 0}), [0, 6], count=40, cutoff=ph.Fixed(12))
    assert not few.ok
    assert "NOT to be trusted" in repr(few)
    enough = ph.trajectories(model, ph.states.fock({"a": 0}), [0, 6], count=40)
    assert enough.ok
    assert enough.cutoffs["a"] > 30
    assert enough.edges["a"] <= 1e-3
    with pytest.raises(NotConverged, match="16 levels"):
        ph.trajectories(
            ph.Model(jumps=ph.Jump(1.0, A.dag())),
            ph.states.fock({"a": 0}),
            [0, 5],
            cutoff=ph.Converged(1e-3, maximum=16),
        )


def test_models_without_jumps_or_oscillators() -> None:
    model = ph.Model(Q.x)
    for scheme in SCHEMES.values():
        runs = ph.trajectories(
            model, ph.states.level({Q: 0.5}), [0, 1, 2.5], scheme=scheme, observe={"z": Q.z}, count=2
        )
        np.testing.assert_allclose(runs.mean["z"], 0.5 * np.cos([0, 1, 2.5]), atol=1e-12)
    one = ph.trajectories(model, ph.states.level({Q: 0.5}), [3.0], observe={"z": Q.z}, count=1)
    assert one.mean["z"].tolist() == [0.5]
    assert np.isnan(one.standard_error["z"]).all()


@pytest.mark.parametrize("scheme", [ph.QuantumJumps(), ph.Homodyne(), ph.Heterodyne()])
def test_a_closed_system_and_nothing_to_observe(scheme: ph.QuantumJumps) -> None:
    """⟨a⟩ turns as e^{−iωt} and nothing clicks; S_z of a qubit is cos(t)/2 under S_x."""
    turning = ph.Model(A.dag() * A)
    runs = ph.trajectories(turning, ph.states.coherent({"a": 1}), [0, 1], scheme=scheme, count=2, observe={"a": A})
    np.testing.assert_allclose(runs.mean["a"], np.exp(-1j * runs.times), atol=1e-9)
    qubit = ph.spin("s", 1 / 2)
    above = ph.states.level({qubit: 0.5})
    runs = ph.trajectories(ph.Model(qubit.x), above, [0, 1], scheme=scheme, count=3)
    np.testing.assert_allclose(runs.mean["z_s"], 0.5 * np.cos(runs.times), atol=1e-9)
    blind = ph.trajectories(ph.Model(qubit.x), above, [0, 1], scheme=scheme, count=3, observe={})
    assert blind.count == 3
    assert "nothing was observed" in repr(blind)


def test_results_are_read_only_and_tell_about_themselves() -> None:
    model, initial, observe = driven()
    runs = ph.trajectories(model, initial, [0, 1], observe=observe, cutoff=ph.Fixed(16), count=5)
    for array in (runs.times, *runs.mean.values(), *runs.records.values(), runs.clicks.times):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    assert runs.records["n"].dtype == float
    assert runs.records["a"].dtype == complex
    text = repr(runs)
    assert "5 at 2 times" in text
    assert "gain of a" in text
    assert len(text.splitlines()) <= 8
    assert runs.clicks.of(0) == sorted(runs.clicks.of(0))
    table = ph.trajectories(
        model, initial, [0, 1, 3], scheme=ph.Heterodyne(), observe=observe, cutoff=ph.Fixed(16), count=5
    ).to_xarray()
    assert table["n_record"].shape == (5, 3)
    assert table["gain of a current"].shape == (5, 2)
    assert table["interval"].values.tolist() == [0.5, 2.0]
    assert table.attrs["cutoff_a"] == 16


def test_what_is_read_where_nothing_is_named() -> None:
    s, q = ph.spin("s", 1), ph.qudit("q", 3)
    model = ph.Model(A.dag() * A, [ph.Jump(1.0, s.minus), ph.Jump(1.0, q(0, 2)), ph.Jump(1.0, A)])
    initial = ph.states.product(ph.states.fock({"a": 1}), ph.states.level({s: 1}), ph.states.level({q: 2}))
    runs = ph.trajectories(model, initial, [0, 40], count=3, cutoff=ph.Fixed(3))
    assert list(runs.mean) == ["n_a", "p_q_0", "p_q_1", "p_q_2", "z_s"]
    assert [runs.mean[name][0] for name in runs.mean] == pytest.approx([1, 0, 0, 1, 1])
    assert [runs.mean[name][1] for name in runs.mean] == pytest.approx([0, 1, 0, 0, -1])


BAD: dict[str, tuple] = {
    "times that fall": ({"times": [0, 2, 1]}, InvalidInput, "ascending"),
    "times twice": ({"times": [0, 1, 1]}, InvalidInput, "ascending"),
    "times not finite": ({"times": [0, np.nan]}, InvalidInput, "ascending"),
    "no times": ({"times": []}, InvalidInput, "ascending"),
    "times as text": ({"times": "soon"}, WrongType, "times"),
    "no trajectory": ({"count": 0}, InvalidInput, "number of trajectories"),
    "half a trajectory": ({"count": 1.5}, InvalidInput, "number of trajectories"),
    "negative seed": ({"seed": -1}, InvalidInput, "seed"),
    "scheme class": ({"scheme": ph.QuantumJumps}, WrongType, "scheme"),
    "scheme by name": ({"scheme": "homodyne"}, WrongType, "scheme"),
    "cutoff as number": ({"cutoff": 12}, WrongType, "cutoff"),
    "unknown site": ({"observe": {"n": B.dag() * B}}, UnknownSite, "b"),
    "observe a list": ({"observe": [A]}, WrongType, "observe"),
    "observe text": ({"observe": {"n": "n"}}, WrongType, "n"),
    "other sites": ({"initial": ph.states.fock({"b": 0})}, SiteMismatch, "lives on"),
    "no state": ({"initial": 0}, WrongType, "initial state"),
    "no model": ({"model": "vdp"}, WrongType, "model"),
    "initial cut": ({"initial": ph.states.fock({"a": 9}), "cutoff": ph.Fixed(6)}, InvalidInput, "initial state"),
    "no such channel": ({"scheme": ph.Homodyne("loss")}, InvalidInput, "There is no jump 'loss'"),
    "channel too large": ({"scheme": ph.Homodyne(7)}, InvalidInput, "There is no jump 7"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    change, error, message = BAD[name]
    arguments = {
        "model": ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5),
        "initial": ph.states.fock({"a": 0}),
        "times": [0, 1],
        "count": 2,
    }
    with pytest.raises(error, match=message):
        ph.trajectories(**(arguments | change))


@pytest.mark.parametrize("options", [
    {"efficiency": 1.2}, {"efficiency": -0.1}, {"batch": 0}, {"workers": 0}, {"channel": 2.5}, {"channel": [0]},
])  # fmt: skip
def test_bad_schemes(options: dict) -> None:
    for scheme in (ph.QuantumJumps, ph.Homodyne, ph.Heterodyne):
        with pytest.raises(InvalidInput):
            scheme(**options)


def test_bad_steps_and_angles() -> None:
    for step in (0, -1, np.inf, "small"):
        with pytest.raises(InvalidInput):
            ph.Homodyne(step=step)
    with pytest.raises(InvalidInput):
        ph.Homodyne(angle=1j)


def test_two_jumps_of_one_name_are_told_apart() -> None:
    model = ph.Model(jumps=[ph.Jump(1.0, A, name="loss"), ph.Jump(1.0, A.dag() * A, name="loss", reverse=0.5)])
    runs = ph.trajectories(model, ph.states.fock({"a": 1}), [0, 1], count=3)
    assert runs.clicks.names == ("loss (0)", "loss (1)", "loss (1) (reverse)")
    with pytest.raises(InvalidInput, match="names 2 jumps"):
        ph.trajectories(model, ph.states.fock({"a": 1}), [0, 1], count=3, scheme=ph.QuantumJumps("loss"))
