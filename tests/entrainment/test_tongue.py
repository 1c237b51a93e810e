"""Tongues as objects: level curves of measures, of frequencies, of plain numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.optimize import brentq

import photinus as ph
from photinus.entrainment import (
    Continuation,
    FrequencyEntrainment,
    Level,
    MeanFieldLocking,
    NoBoundary,
    Tongue,
    Value,
    tongue,
)
from photinus.errors import InvalidInput, Undefined, WrongType

AT = {"gain": 1.0, "two_photon_loss": 0.5}
WINDOW = {"detuning": (-1.2, 1.2), "drive": (0.0, 0.9)}
COHERENT = Level(ph.measures.phase_coherence, 0.4, "a")


@pytest.fixture(scope="module")
def clock() -> Tongue:
    return tongue(ph.zoo.van_der_pol, AT, WINDOW, COHERENT)


def coherence(detuning: float, drive: float) -> float:
    state = ph.steady_state(ph.zoo.van_der_pol(**AT, detuning=detuning, drive=drive), cutoff=ph.Converged(1e-8))
    return ph.measures.phase_coherence(state, "a")


def test_edges_are_those_of_a_root_finder_within_their_errors(clock: Tongue) -> None:
    top = clock.width(0.85)
    for drive in (0.35, 0.6, 0.85):
        truth = brentq(lambda x, y=drive: coherence(x, y) - 0.4, 0.0, 1.3, xtol=1e-8)
        left, right = clock.edges(drive)
        for edge, sign in ((left, -1), (right, 1)):
            assert edge.kind == "level"
            assert abs(edge.position - sign * truth) <= edge.error
            assert abs(edge.position - sign * truth) < 1e-3 * top
        assert abs(clock.width(drive) - 2 * truth) < 1e-3 * top


def test_a_boundary_costs_ten_times_fewer_solutions_than_a_grid(clock: Tongue) -> None:
    assert clock.ok
    assert clock.solves * 10 <= 81 * 41


def test_the_tip(clock: Tongue) -> None:
    truth = brentq(lambda y: coherence(0.0, y) - 0.4, 0.1, 0.8, xtol=1e-8)
    assert abs(clock.tip.values["drive"] - truth) <= clock.tip.error["drive"]
    assert abs(clock.tip.values["detuning"]) <= clock.tip.error["detuning"]


def test_points_inside_and_outside_agree_with_the_measure(clock: Tongue) -> None:
    rng = np.random.default_rng(3)
    for detuning, drive in zip(rng.uniform(-1.2, 1.2, 25), rng.uniform(0, 0.9, 25), strict=True):
        value = coherence(detuning, drive)
        if abs(value - 0.4) > 3e-3:
            point = {"drive": drive, "detuning": detuning}
            assert clock.contains(point) == (value > 0.4)
            assert clock.classify(point) == ("locked" if value > 0.4 else "unlocked")


def test_the_map_of_the_interior(clock: Tongue) -> None:
    found = clock.interior((7, 5))
    inside = np.isfinite(found.values)
    assert 0 < inside.sum() < 35
    assert (found.values[inside] >= 0.4).all()
    j, i = np.argwhere(inside)[0]
    assert abs(found.values[j, i] - coherence(found.x[i], found.y[j])) < 1e-6
    table = found.to_xarray()
    assert table["value"].dims == ("drive", "detuning")
    assert "7" in repr(found.values.shape[1])
    assert repr(found).startswith("Interior: phase_coherence at")


def test_tables_and_texts(clock: Tongue) -> None:
    table = clock.to_xarray()
    assert table.sizes["point"] == sum(map(len, clock.boundary))
    assert set(table.data_vars) == {"detuning", "drive", "detuning_error", "drive_error", "curve", "kind"}
    assert table.attrs["ok"] == 1
    text = repr(clock)
    assert "phase_coherence(a) ≥ 0.4" in text
    assert "error     at most" in text
    (curve,) = clock.boundary
    assert "level curve" in repr(curve)
    assert "level at" in repr(clock.edges(0.6)[0])
    with pytest.raises(ValueError, match="read-only"):
        curve.points[0] = 0.0


# --- curves of plain numbers, whose truth is known -----------------------------------------------------------------

UNIT = {"x": (-1.0, 1.0), "y": (-1.0, 1.0)}


def numbers(function, **options) -> Tongue:
    return tongue(function, {}, UNIT, Value(0.0), method=Continuation(**options))


def test_a_closed_curve() -> None:
    found = numbers(lambda x, y: 0.36 - x * x - y * y)
    (curve,) = found.boundary
    assert curve.closed
    assert curve.ends == ("closed", "closed")
    assert np.abs(np.hypot(*curve.path.T) - 0.6).max() < 1e-3
    assert abs(found.width(0.0) - 1.2) < 2e-3
    assert found.contains((0.1, 0.2))
    assert not found.contains((0.5, 0.5))


def test_several_components() -> None:
    found = numbers(lambda x, y: np.cos(7 * x) * np.cos(5 * y) - 0.3, scan=(13, 13))
    for curve in found.boundary:
        x, y = curve.path.T
        assert np.abs(np.cos(7 * x) * np.cos(5 * y) - 0.3).max() < 1e-2
    rng = np.random.default_rng(0)
    for x, y in rng.uniform(-1, 1, (200, 2)):
        value = np.cos(7 * x) * np.cos(5 * y) - 0.3
        if abs(value) > 0.02:
            assert found.contains((x, y)) == (value > 0)


def test_a_corner() -> None:
    found = numbers(lambda x, y: y + 0.5 - 1.7 * abs(x - 0.013))
    assert found.ok
    assert [curve.ends.count("corner") for curve in found.boundary] == [1, 1]
    assert abs(found.tip.values["y"] + 0.5) < 5e-3


def test_a_jump() -> None:
    found = numbers(lambda x, y: 1.0 if x * x + y * y < 0.4 else -1.0)
    (curve,) = found.boundary
    assert curve.kind == "jump"
    assert curve.closed
    assert np.abs(np.hypot(*curve.points.T) - 0.4**0.5).max() < 1e-3


def test_a_finer_tolerance_is_a_better_curve() -> None:
    errors = []
    for tolerance in (1e-2, 1e-3, 1e-4):
        found = numbers(lambda x, y: 0.3 - x * x - y**4, tolerance=tolerance)
        x, y = np.concatenate([curve.path for curve in found.boundary]).T
        slope = np.hypot(2 * x, 4 * y**3)
        errors.append(float(np.max(np.abs(0.3 - x * x - y**4) / np.maximum(slope, 0.05))))
        assert errors[-1] < 2 * tolerance
    assert errors[2] < errors[0]


def test_values_that_do_not_exist() -> None:
    def partly(x: float, y: float) -> float:
        if x > 0.5:
            raise Undefined("Nothing is here.", "Go elsewhere.")
        return y - 0.1

    found = numbers(partly)
    assert not found.ok
    assert "could not be followed" in found.complaints[0]
    assert "NOT to be trusted" in repr(found)


# --- other criteria ---------------------------------------------------------------------------------------------------


def test_two_to_one_by_squeezing() -> None:
    # Reference B27 (quantum rows): ⟨a⟩ = 0 by Z2, and ⟨e^{2iφ}⟩ > 0.2 and real at resonance: κ1 = 2, κ2 = 0.5, η = 0.5.
    squeezed = partial(ph.measures.phase_coherence, ratio=(2, 1))
    found = tongue(
        ph.zoo.van_der_pol,
        {"gain": 2.0, "two_photon_loss": 0.5},
        {"detuning": (-1.5, 1.5), "squeezing": (0.0, 1.0)},
        Level(squeezed, 0.2, "a"),
        method=Continuation(tolerance=2e-3, scan=(5, 4)),
    )
    assert found.contains((0.0, 0.5))
    state = ph.steady_state(ph.zoo.van_der_pol(gain=2, two_photon_loss=0.5, squeezing=0.5))
    assert abs(state.expect(ph.oscillator("a"))) < 1e-8
    moment = ph.phase.distribution(state, "a").moment(2)
    assert moment.real > 0.2
    assert abs(moment.imag) < 1e-8


@pytest.mark.parametrize(("loss", "tolerance"), [(1e3, 5e-6), (1e4, 5e-8)])
def test_no_tongue_of_squeezing_in_the_deep_quantum_limit(loss: float, tolerance: float) -> None:
    # Reference B2A: p0(η = 1) − p0(η = 0) = O(η²/κ2²).
    at = {"gain": 1.0, "two_photon_loss": loss}
    p0 = [ph.steady_state(ph.zoo.van_der_pol(**at, squeezing=s)).populations("a")[0] for s in (0.0, 1.0)]
    assert abs(p0[1] - p0[0]) < tolerance
    window = {"detuning": (-1.0, 1.0), "squeezing": (0.0, 1.0)}
    criterion = Level(partial(ph.measures.phase_coherence, ratio=(2, 1)), 0.2, "a")
    with pytest.raises(NoBoundary, match="the values run from"):
        tongue(ph.zoo.van_der_pol, at, window, criterion, method=Continuation(scan=(3, 3)))


def test_the_blockade_of_a_spin() -> None:
    # Equal rates have no 1:1 locking (Roulet2018): the plane has locked parts to both sides of gain = loss.
    found = tongue(
        ph.zoo.spin_one,
        {"loss": 1.0},
        {"gain": (0.05, 3.0), "drive": (0.0, 0.4)},
        Level(ph.measures.phase_coherence, 0.02, "s"),
    )
    assert found.classify((1.0, 0.2)) == "blockaded"
    assert found.classify((0.3, 0.2)) == "locked"
    assert found.classify((0.3, 0.002)) == "unlocked"
    edges = np.array([edge.position for edge in found.edges(0.2)])
    for edge in (edges[edges < 1].max(), edges[edges > 1].min()):
        state = ph.steady_state(ph.zoo.spin_one(gain=edge, loss=1.0, drive=0.2))
        assert abs(ph.measures.phase_coherence(state, "s") - 0.02) < 1e-4


def test_the_entanglement_tongue() -> None:
    # Lee2014: two oscillators in the quantum limit, dissipatively coupled, are entangled near resonance.
    found = tongue(
        ph.zoo.coupled_van_der_pol,
        {"graph": 2, "gain": 1.0, "two_photon_loss": 1000.0},
        {"detuning": (-25.0, 25.0), "dissipative": (0.0, 60.0)},
        Level(ph.measures.negativity, 0.01, ("a", "b"), cutoff=ph.Fixed(3)),
        method=Continuation(tolerance=5e-3, scan=(7, 5)),
    )
    assert found.contains((0.0, 40.0))
    assert not found.contains((20.0, 40.0))
    at = {"gain": 1, "two_photon_loss": 1000, "detuning": found.edges(40.0)[-1].position, "dissipative": 40}
    state = ph.steady_state(ph.zoo.coupled_van_der_pol(2, **at), cutoff=ph.Fixed(3))
    assert abs(ph.measures.negativity(state, "a", "b") - 0.01) < 5e-4


def test_the_entrainment_of_the_frequency() -> None:
    a = ph.oscillator("a")
    found = tongue(
        ph.zoo.van_der_pol,
        {"gain": 1.0, "two_photon_loss": 0.2},
        {"detuning": (0.1, 0.6), "drive": (0.0, 0.6)},
        FrequencyEntrainment(a, 0.1, cutoff=ph.Converged(1e-4)),
        method=Continuation(tolerance=5e-3, scan=(4, 4)),
    )
    assert not found.contains((0.5, 0.05))
    (edge,) = found.edges(0.4)
    from photinus.solve.spectra.spectrum import observed_frequency

    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.2, detuning=edge.position, drive=0.4)
    assert abs(1 - abs(observed_frequency(model, a)) / edge.position - 0.1) < 0.01


# --- mistakes ---------------------------------------------------------------------------------------------------------


def test_a_level_that_is_never_crossed() -> None:
    with pytest.raises(NoBoundary, match=r"from 0 to 0\.[0-9]+"):
        tongue(ph.zoo.van_der_pol, AT, WINDOW, Level(ph.measures.phase_coherence, 0.99, "a"),
               method=Continuation(scan=(3, 3)))  # fmt: skip


@pytest.mark.parametrize(
    ("window", "criterion", "error", "match"),
    [
        ({"detuning": (-1, 1)}, COHERENT, WrongType, "two parameters"),
        ({"detuning": (1, -1), "drive": (0, 1)}, COHERENT, InvalidInput, "from 1 to -1"),
        ({"gain": (0.5, 1), "drive": (0, 1)}, COHERENT, InvalidInput, "in the window and in at"),
        ({"detuning": 3, "drive": (0, 1)}, COHERENT, WrongType, "Give \\(low, high\\)"),
        (WINDOW, ph.measures.phase_coherence, WrongType, "MeanFieldLocking"),
        (WINDOW, Value(0.0), WrongType, "Choose what to read"),
        (WINDOW, Level(lambda state: (0.3, 0.1), 0.2), WrongType, "statistical error"),
        (WINDOW, Level(lambda state: "high", 0.2), WrongType, "no real number"),
        (WINDOW, FrequencyEntrainment(ph.oscillator("a"), detuning="delta"), InvalidInput, "'delta'"),
    ],
)
def test_wrong_arguments(window, criterion, error, match) -> None:
    with pytest.raises(error, match=match):
        tongue(ph.zoo.van_der_pol, AT, window, criterion)


def test_more_wrong_arguments(clock: Tongue) -> None:
    with pytest.raises(WrongType, match="family"):
        tongue(None, {}, WINDOW, COHERENT)
    with pytest.raises(WrongType, match="returned"):
        tongue(lambda detuning, drive: detuning, {}, WINDOW, COHERENT)
    with pytest.raises(WrongType, match="'force'"):
        tongue(ph.zoo.van_der_pol, AT, {"detuning": (-1, 1), "force": (0, 1)}, COHERENT)
    with pytest.raises(NoBoundary, match="not to be trusted"):
        tongue(ph.zoo.van_der_pol, AT, WINDOW, Level(ph.measures.phase_coherence, 0.9, "a", cutoff=ph.Fixed(3)),
               method=Continuation(scan=(2, 2)))  # fmt: skip
    with pytest.raises(NoBoundary, match="gain above loss"):
        tongue(ph.zoo.van_der_pol, AT | {"two_photon_loss": 0.0}, WINDOW, COHERENT, method=Continuation(scan=(2, 2)))
    with pytest.raises(WrongType, match="Continuation"):
        tongue(ph.zoo.van_der_pol, AT, WINDOW, COHERENT, method=3)
    with pytest.raises(WrongType, match="measure"):
        Level("phase_coherence", 0.3)
    with pytest.raises(InvalidInput, match="share"):
        FrequencyEntrainment(ph.oscillator("a"), 1.5)
    with pytest.raises(InvalidInput, match="tolerance"):
        Continuation(tolerance=0.3)
    with pytest.raises(WrongType, match="scan"):
        Continuation(scan=9)
    with pytest.raises(InvalidInput, match="outside the window"):
        clock.contains((3.0, 0.1))
    with pytest.raises(InvalidInput, match="Give 'detuning' and 'drive'"):
        clock.contains({"delta": 0.0, "drive": 0.1})
    with pytest.raises(InvalidInput, match="outside the window"):
        clock.width(2.0)
    wide = tongue(ph.zoo.van_der_pol, AT, {"detuning": (-0.2, 0.2), "drive": (0, 0.9)}, COHERENT,
                  method=Continuation(scan=(3, 5)))  # fmt: skip
    with pytest.raises(Undefined, match="beyond the window"):
        wide.width(0.9)


@pytest.mark.parametrize(
    ("made", "error", "says"),
    [
        (lambda: Level(ph.measures.negativity, 0.1, "a", 3), WrongType, "A site of the measure"),
        (lambda: Level(ph.measures.negativity, 0.1, ph.oscillator("a")), WrongType, "A site of the measure"),
        (lambda: Level(0.1, ph.measures.negativity), WrongType, "measure"),
        (lambda: FrequencyEntrainment(ph.oscillator("a"), detuning=3), WrongType, "parameter of the detuning"),
        (lambda: FrequencyEntrainment(ph.oscillator("a"), resolution=-1), InvalidInput, "resolution"),
        (lambda: Value(0.1, 3), WrongType, "name of the value"),
        (lambda: MeanFieldLocking(starts=0), InvalidInput, "starts"),
        (lambda: MeanFieldLocking(large_spins="no"), InvalidInput, "True or False"),
    ],
)
def test_criteria_refuse_what_has_no_meaning(made, error, says):
    with pytest.raises(error, match=says):
        made()


def test_the_sites_of_a_level_are_listed_or_given_one_by_one():
    s = ph.spin("s", 1)
    one = Level(ph.measures.negativity, 0.1, "a", "b", cutoff=ph.Fixed(3))
    assert one == Level(ph.measures.negativity, 0.1, ("a", "b"), cutoff=ph.Fixed(3))
    assert one == replace(Level(ph.measures.negativity, 0.2, "a", "b", cutoff=ph.Fixed(3)), level=0.1)
    assert one.text == "negativity(a, b) ≥ 0.1"
    by_handle, by_name = (Level(ph.measures.phase_coherence, 0.02, site) for site in (s, "s"))
    at = {"loss": 1.0, "gain": 0.3, "drive": 0.2}
    assert by_handle.read(ph.zoo.spin_one, at, None).value == by_name.read(ph.zoo.spin_one, at, None).value
    assert by_handle.text == by_name.text


# --- the mean field ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classical() -> Tongue:
    return tongue(
        ph.zoo.van_der_pol,
        {"gain": 1.0, "two_photon_loss": 0.1},
        {"detuning": (0.2, 0.4), "drive": (0.45, 0.75)},
        MeanFieldLocking(),
        method=Continuation(scan=(4, 4)),
    )


def test_the_classical_tongue_is_made_of_saddle_nodes_and_hopf_bifurcations(classical: Tongue) -> None:
    # Reference B20: δ² = (1 − x)(3x − 1), F = 2x²(1 − x) and F = (δ² + ¼)/2; they cross at δ² = 5/16, F = 9/32.
    assert classical.ok
    kinds = {curve.kind: curve for curve in classical.boundary}
    assert set(kinds) == {"saddle-node", "Hopf"}
    delta, force = 2 * kinds["Hopf"].path[:, 0], kinds["Hopf"].path[:, 1] ** 2 / 1.25
    assert np.abs(force - (delta**2 + 0.25) / 2).max() < 1e-3
    for point in kinds["saddle-node"].points:
        roots = np.roots([-2.0, 2.0, 0.0, -(point[1] ** 2) / 1.25])
        assert min(abs((2 * point[0]) ** 2 - (1 - x) * (3 * x - 1)) for x in roots) < 1e-6
    crossing = np.array([np.sqrt(5) / 8, np.sqrt(1.25 * 9 / 32)])
    for curve in kinds.values():
        assert "meets another" in curve.ends
        assert np.linalg.norm(curve.points - crossing, axis=1).min() < 2e-3


def test_kinds_of_locking(classical: Tongue) -> None:
    assert classical.classify((0.21, 0.5)) == "locked by saddle-node"
    assert classical.classify((0.32, 0.72)) == "suppression by Hopf"
    assert classical.classify((0.39, 0.5)) == "unlocked"


def test_the_squeezing_tongue() -> None:
    # Reference B27: locked at Dl = 0.0999, not at 0.1001, for κ1 = 1, κ2 = 0.1, η = 0.05: |Dl| ≤ 2η.
    found = tongue(
        ph.zoo.van_der_pol,
        {"gain": 1.0, "two_photon_loss": 0.1},
        {"detuning": (0.02, 0.3), "squeezing": (0.03, 0.12)},
        MeanFieldLocking(),
        method=Continuation(scan=(4, 3)),
    )
    assert found.contains((0.0999, 0.05))
    assert not found.contains((0.1001, 0.05))
    (curve,) = found.boundary
    assert np.abs(curve.points[:, 0] - 2 * curve.points[:, 1]).max() < 1e-6
    assert (curve.kind, curve.ends) == ("saddle-node", ("window", "window"))


def test_the_decay_inside_is_that_of_the_eigenvalues() -> None:
    # Reference B2B: κ1 = 1, κ2 = K = 0.05, Dl = 1, Om = 0.6; eigenvalues Re A ± √(|B|² − (Im A)²).
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.05, kerr=0.05, detuning=1.0, drive=0.6)
    for point in ph.mean_field(model).fixed_points():
        a = complex(point.values["a"])
        assert abs((1j + 0.5 - (0.05 + 0.1j) * abs(a) ** 2) * a + 0.6) < 1e-6
        big, small = 1j + 0.5 - 2 * (0.05 + 0.1j) * abs(a) ** 2, -(0.05 + 0.1j) * a**2
        root = np.sqrt(complex(abs(small) ** 2 - big.imag**2))
        expected = np.sort_complex([big.real + root, big.real - root])
        assert np.allclose(np.sort_complex(point.eigenvalues), expected, atol=1e-5)
    found = tongue(
        ph.zoo.van_der_pol,
        {"gain": 1.0, "two_photon_loss": 0.05, "kerr": 0.05},
        {"detuning": (0.5, 1.1), "drive": (0.1, 0.6)},
        MeanFieldLocking(),
        method=Continuation(scan=(4, 3), tolerance=5e-3),
    )
    assert found.contains((1.0, 0.55))
    stable = ph.mean_field(model).fixed_points().stable
    decay = max(-float(point.eigenvalues.real.max()) for point in stable)
    assert abs(found.reader(np.array([5 / 6, 1.0])) - decay) < 1e-9


def pair(**window: tuple[float, float]) -> Tongue:
    at = {"graph": 2, "gain": 1.0, "two_photon_loss": 0.1}
    method = Continuation(scan=(3, 3), tolerance=2e-3)
    return tongue(ph.zoo.coupled_van_der_pol, at, window, MeanFieldLocking(), method=method)


def test_a_pair_locks_within_its_coupling() -> None:
    # Reference B30: |Dl| ≤ V: locked at 0.0999, not at 0.1001, with V = 0.1; sin(φ1 − φ2) = −Dl/V.
    found = pair(detuning=(0.05, 0.2), dissipative=(0.06, 0.15))
    assert found.contains((0.0999, 0.1))
    assert not found.contains((0.1001, 0.1))
    assert {curve.kind for curve in found.boundary} == {"saddle-node"}
    model = ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=0.1, dissipative=0.1, detuning=0.05)
    (locked,) = ph.mean_field(model).fixed_points().stable
    phase = np.angle(complex(locked.values["a"]) / complex(locked.values["b"]))
    assert abs(np.sin(phase) + 0.5) < 1e-3


def test_the_death_of_a_pair() -> None:
    # Reference B30: death beyond |Dl| = √(κ1(2V − κ1)): 1.4142136 at V = 1.5.
    found = pair(detuning=(1.2, 1.7), dissipative=(1.3, 1.7))
    assert {curve.kind for curve in found.boundary} == {"death"}
    (edge,) = found.edges(1.5)
    assert abs(edge.position - 1.4142136) < 2e-3


def test_a_mean_field_that_is_locked_everywhere() -> None:
    at = {"gain": 1.0, "two_photon_loss": 0.1}
    with pytest.raises(NoBoundary, match="holds everywhere"):
        tongue(ph.zoo.van_der_pol, at, {"detuning": (0.0, 0.01), "drive": (0.2, 0.3)}, MeanFieldLocking(),
               method=Continuation(scan=(2, 2)))  # fmt: skip
