"""Every answer prints itself in words and becomes a dataset, whose arrays nobody can write back into the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import photinus as ph

T, I, M = ph.thermo, ph.information, ph.metrology
S, R, A, B = ph.spin("s", 0.5), ph.spin("r", 0.5), ph.oscillator("a"), ph.oscillator("b")
HOT, COLD = ph.Bath("hot", 2.0), ph.Bath("cold", 0.5)
QUBIT = ph.Model(S.z, [HOT.jump(0.1, S.minus, 1.0), COLD.jump(0.2, S.minus, 1.0)])
ATOM = ph.Model(0.7 * S.x, [ph.Jump(1.0, S.minus, 0.1, name="photon")])
AT = {"gain": 1.0, "two_photon_loss": 2.0, "drive": 0.3, "detuning": 0.1}
DOWN, CUT = ph.states.level({S: -0.5}), ph.Fixed(6, 1.0)


def bit(site: object, up: float):
    return ph.states.from_matrix({site: 2}, np.diag([up, 1 - up]))


def demon():
    model = ph.zoo.dot_demon(interaction=2.0, bias=0.2)
    return model, ph.steady_state(model)


def locked():
    alone = tuple(ph.zoo.van_der_pol(name, gain=1, two_photon_loss=2) for name in "ab")
    return M.locked_clocks(
        alone[0] + alone[1] + ph.Model(jumps=[ph.Jump(1.0, A - B)]), alone, ("a", "b"), cutoff=CUT
    )  # fmt: skip


def erasure():
    p = 1 / (1 + np.exp(2.0))
    before, after = ph.states.product(bit(S, 0.5), bit(R, p)), ph.states.product(bit(S, p), bit(R, 0.5))
    return I.landauer(before, after, "s", 2.0 * R.z, 1.0)


def path(observe: bool = False):
    if observe:
        return ph.trajectories(ATOM, DOWN, np.linspace(0, 9, 19), count=3, observe={"m": S.minus})
    return ph.evolve(QUBIT, DOWN, np.linspace(0, 1, 5), keep_states=True)


def noise() -> np.ndarray:
    return np.random.default_rng(1).normal(size=64)


ANSWERS: dict[str, Callable[[], object]] = {
    "FirstLaw": lambda: T.first_law(QUBIT, DOWN),
    "EntropyProduction": lambda: T.entropy_production(QUBIT, ph.steady_state(QUBIT)),
    "EntropySplit": lambda: T.split_entropy_production(QUBIT, *[ph.steady_state(QUBIT)] * 2),
    "EntropyProduced": lambda: T.entropy_produced(QUBIT, path()),
    "EnergyBalance": lambda: T.energy_balance(QUBIT, path()),
    "SynchronizationCost": lambda: T.synchronization_cost(ATOM, ph.steady_state(ATOM)),
    "UncertaintyRelations": lambda: T.uncertainty_relations(ph.counting(ATOM, {"photon": 1})),
    "Counting": lambda: ph.counting(ATOM, {"photon": 1}),
    "WaitingTimes": lambda: ph.counting(ATOM, {"photon": 1}).waiting_times([0.0, 1.0]),
    "GeneratingFunction": lambda: ph.counting(ATOM, {"photon": 1}).generating_function([0.0, 0.1]),
    "LocalSecondLaws": lambda: I.local_second_laws(*demon()),
    "InformationRates": lambda: I.mutual_information_rates(*demon(), "s", "d"),
    "LearningRate": lambda: I.learning_rate(*demon(), "d"),
    "Erasure": erasure,
    "MeasurementGain": lambda: I.measurement_gain(bit(S, 0.4), {"up": 0.5 + S.z, "down": 0.5 - S.z}),
    "OscillatorClock": lambda: M.oscillator_clock(ph.zoo.van_der_pol(gain=1, two_photon_loss=2), "a", cutoff=CUT),
    "TickingClock": lambda: M.ticking_clock(M.ladder_clock(3, rate=1.0, affinity=3.0), {"tick": 1}),
    "LockedClocks": locked,
    "EmissionInformation": lambda: M.emission_information(ph.zoo.van_der_pol, AT, "drive", cutoff=CUT),
    "LaserLine": lambda: M.laser_line(M.ScullyLamb(4.0, 5), 1.0),
    "RelativePhase": lambda: M.relative_phase(ph.states.coherent({"a": 1.0, "b": 0.5}), "a", "b"),
    "PhaseResource": lambda: M.phase_resource(ph.states.coherent({"a": 1.0}), "a"),
    "Sensor": lambda: M.sensor(ph.zoo.van_der_pol, AT, "drive", measurements={"n": M.Number("a")}, cutoff=CUT),
    "LogarithmicDerivative": lambda: M.symmetric_logarithmic_derivative(bit(S, 0.3), S.x),
    "FisherMatrix": lambda: M.steady_fisher_matrix(ph.zoo.van_der_pol, AT, ("drive", "detuning"), cutoff=CUT),
    "AllanDeviation": lambda: M.allan_deviation(noise(), 1.0),
    "Clicks": lambda: path(observe=True).clicks,
    "PhaseRecord": lambda: path(observe=True).phase("m"),
    "LagScan": lambda: ph.measures.pearson_scan(noise(), noise()),
    "PhaseDensity": lambda: ph.phase.distribution(ph.states.coherent({"a": 1.0}), "a"),
    "JointPhaseDensity": lambda: ph.phase.joint_distribution(ph.states.coherent({"a": 1.0, "b": 0.5}), "a", "b"),
    "DiscreteRelativePhase": lambda: ph.phase.discrete_relative_distribution(
        ph.states.coherent({"a": 1.0, "b": 0.5}), "a", "b"
    ),
    "LevelPhaseDensity": lambda: ph.phase.level_distribution(ph.states.level({ph.qudit("q", 3): 1}), "q"),
    "PeggBarnettLimit": lambda: ph.phase.pegg_barnett_limit(ph.states.coherent({"a": 1.0}), "a"),
    "MeasureTable": lambda: ph.measures.table(ph.states.coherent({"a": 1.0, "b": 0.5}), "a", "b"),
}


@pytest.mark.parametrize("name", list(ANSWERS))
def test_an_answer_prints_itself_and_becomes_a_dataset(name: str, tmp_path: Path) -> None:
    answer = ANSWERS[name]()
    assert type(answer).__name__ == name
    assert not repr(answer).startswith(f"{name}(")  # words, not the fields of a dataclass
    table = answer.to_xarray()
    assert len(table.data_vars) > 0
    for values in table.data_vars.values():
        if values.size and values.dtype.kind == "f":
            values[...] = 0.0  # the answer keeps its own
    fields = {key: getattr(answer, key) for key in answer.__dataclass_fields__ if not key.startswith("_")}
    assert not [key for key, x in fields.items() if isinstance(x, np.ndarray) and x.flags.writeable]
    if not any(np.iscomplexobj(values) for values in table.data_vars.values()):
        table.to_netcdf(tmp_path / "answer.nc", engine="h5netcdf")
