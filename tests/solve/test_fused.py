"""Compiled steps of the truncated Wigner method: the plain steps with the same numbers, and the same means without."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import photinus as ph
from photinus.errors import InvalidInput, MissingExtra, WrongType
from photinus.model import Model
from photinus.solve.phase_space.equations import wigner_equations
from photinus.solve.phase_space.fused import Fused
from photinus.solve.phase_space.initial import start_of
from photinus.solve.phase_space.noise import Constant, Incidence, Rooted, covariance, sources_of
from photinus.solve.phase_space.stepping import Heun, Process
from photinus.solve.phase_space.threepoint import HEIGHT, ThreePoint, stream_states, words

A, B = ph.oscillator("a"), ph.oscillator("b")
ONE = {"gain": 1, "two_photon_loss": 0.1}
RING = [(0, 1), (1, 2), (2, 3), (3, 0)]


def numba() -> None:
    pytest.importorskip("numba", reason="the extra `fast` is not installed")


MODELS = {
    "driven Kerr": ph.zoo.van_der_pol(**ONE, kerr=0.1, detuning=0.3, drive=0.2, drive_phase=0.3),
    "squeezed": ph.zoo.van_der_pol(**ONE, squeezing=0.2, loss=0.3),
    "clipped": ph.zoo.van_der_pol(gain=0.1, two_photon_loss=3),
    "fifth order": ph.zoo.lienard(gains=[1, 0.1], losses=[0.5, 0, 0.01]),
    "all to all": ph.zoo.coupled_van_der_pol(
        30, **ONE, dissipative=0.02, coherent=0.1, detuning=list(np.linspace(-1, 1, 30))
    ),
    "ring": ph.zoo.coupled_van_der_pol(RING, **ONE, dissipative=0.2, dissipative_phase=0.4, coherent=0.1),
    "cross-Kerr and parametric": Model(
        0.1 * A.dag() * A * B.dag() * B + 0.1 * (A * B + A.dag() * B.dag()),
        [ph.Jump(1, A), ph.Jump(1, B), ph.Jump(0.3, A.dag() + 0.5 * B.dag())],
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_compiled_steps_are_the_plain_ones_with_the_same_numbers(name: str) -> None:
    numba()
    model, count = MODELS[name], 7
    equations = wigner_equations(model)
    sources = Fused().sources(equations)
    process = Process(
        equations,
        sources,
        start_of({s.name: 1.5 + 0.2j * k for k, s in enumerate(model.sites)}, model.sites, count),
    )
    start = process.start.sample(np.random.default_rng(0).normal(size=(count, process.start.numbers)), 0)
    state = stream_states(3, 0, count)
    plain = ThreePoint(state.copy(), tuple(source.numbers // 2 for source in sources))
    expected, clipped = process.follow(start, 20, 0.01, plain)
    for single, tolerance in ((False, 1e-13), (True, 1e-5)):
        found, lost = Fused(single=single).walker(process).follow(start, 20, 0.01, state.copy())
        assert np.abs(found - expected).max() < tolerance
        assert abs(lost - clipped) <= (1 if single else 0)


def test_the_noise_has_the_moments_of_the_normal_distribution() -> None:
    state = stream_states(0, 0, 4000)
    drawn = ThreePoint(state, (1,)).normals(100)
    assert drawn.shape == (4000, 100)
    size = drawn.size
    for power, moment in ((1, 0), (2, 1), (3, 0), (4, HEIGHT**2), (5, 0)):
        assert abs((drawn**power).mean() - moment) < 5 * (drawn**power).std() / size**0.5
    assert abs(HEIGHT**2 - 3) < 1e-4
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 5 / 4000**0.5


def test_streams_do_not_depend_on_the_batch() -> None:
    whole, part = stream_states(7, 0, 9), stream_states(7, 4, 3)
    assert (whole[:, 4:7] == part).all()
    assert (words(whole)[4:7] == words(part)).all()


@pytest.mark.parametrize("batch", [1, 5, 64])
def test_trajectories_do_not_depend_on_batches_and_threads(batch: int) -> None:
    numba()
    times = [0.0, 0.3]
    runs = [
        ph.truncated_wigner(
            MODELS["ring"], dict.fromkeys(MODELS["ring"].oscillators, 2), times, count=20, seed=4, method=m
        )
        for m in (Fused(step=0.01), Fused(step=0.01, batch=batch, workers=2))
    ]
    assert (runs[0].records["a1"] == runs[1].records["a1"]).all()


@pytest.mark.parametrize("name", ["driven Kerr", "squeezed", "ring"])
def test_means_agree_with_normal_noise_in_double_precision(name: str) -> None:
    numba()
    model = MODELS[name]
    start = dict.fromkeys(model.oscillators, 2.0)
    plain, fused = (
        ph.truncated_wigner(model, start, [0.0, 2.0], count=2000, seed=seed, method=method)
        for seed, method in ((1, Heun()), (2, Fused()))
    )
    assert fused.ok
    for key in plain.mean:
        error = np.hypot(plain.standard_error[key][-1], fused.standard_error[key][-1])
        assert abs(plain.mean[key][-1] - fused.mean[key][-1]) < 4 * error + 2e-3
        spread = fused.records[key][:, -1].std() / plain.records[key][:, -1].std()
        assert abs(spread - 1) < 0.12


def test_the_mean_number_is_the_exact_one() -> None:
    numba()
    model = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.03)
    exact = ph.steady_state(model, cutoff=ph.Converged(1e-6)).expect(A.dag() * A)
    runs = ph.truncated_wigner(model, {"a": 4}, [0.0, 8.0], count=4000, method=Fused())
    assert abs(runs.mean["n_a"][-1] - exact) < 4 * runs.standard_error["n_a"][-1]


def test_linear_jumps_on_many_sites_keep_their_covariance() -> None:
    """Three forms of one noise: a factor of the dense matrix, a diagonal and a low rank, one source for each jump."""
    for graph, kind in ((70, Rooted), ([(i, (i + 1) % 70) for i in range(70)], Incidence)):
        model = ph.zoo.coupled_van_der_pol(graph, **ONE, dissipative=0.3, dissipative_phase=0.0 if graph == 70 else 0.7)
        equations = wigner_equations(model)
        dense, sparse = sources_of(equations, few=100)[0], sources_of(equations)[0]
        assert isinstance(dense, Constant)
        assert isinstance(sparse, kind)
        origin = np.zeros((140, 1), dtype=complex)
        found = []
        for source in (dense, sparse):
            z = source.kick(origin, np.eye(source.numbers))[0]
            found.append(covariance(z @ z.conj().T, z @ z.T))
        assert np.abs(found[0] - found[1]).max() < 1e-12


def test_phases_in_the_coupling_stay_dense() -> None:
    """D[a_i − e^{iθ}a_j] with i < j is no low rank; the noise is taken jump by jump."""
    model = ph.zoo.coupled_van_der_pol(70, **ONE, dissipative=0.01, dissipative_phase=0.7)
    assert isinstance(sources_of(wigner_equations(model))[0], Incidence)


def test_noise_that_depends_on_the_phase_is_refused() -> None:
    numba()
    model = Model(jumps=[ph.Jump(1, A**2 + A), ph.Jump(1, A.dag())])
    with pytest.raises(InvalidInput, match="depends on the phase"):
        ph.truncated_wigner(model, {"a": 1}, [0, 1], count=2, method=Fused())
    squeezed = Model(jumps=[ph.Jump(1, A + 0.5 * A.dag())])
    with pytest.raises(InvalidInput, match=r"Heun\(\)"):
        ph.truncated_wigner(squeezed, {"a": 1}, [0, 1], count=2, method=Fused())


def test_options_out_of_range_are_refused() -> None:
    for options in ({"step": 0.0}, {"tolerance": 0.5}, {"batch": 0}, {"workers": 0}):
        with pytest.raises(InvalidInput):
            Fused(**options)
    with pytest.raises(WrongType, match="Fused"):
        ph.truncated_wigner(MODELS["squeezed"], {"a": 1}, [0, 1], method="fused")  # type: ignore[arg-type]


def test_without_numba_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "photinus.solve.phase_space.kernels", None)
    monkeypatch.delattr("photinus.solve.phase_space.kernels", raising=False)
    with pytest.raises(MissingExtra, match=r"photinus\[fast\]"):
        ph.truncated_wigner(MODELS["squeezed"], {"a": 1}, [0, 1], count=2, method=Fused())
