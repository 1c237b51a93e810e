"""Phase estimation limits, relative phases, asymmetry as a resource."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import photinus as ph

M = ph.metrology
A, B = ph.oscillator("a"), ph.oscillator("b")


def test_the_optimal_state_of_ten_quanta_and_a_coherent_state() -> None:
    """Berry and Wiseman 2000: tan²(π/12); coherent α = 2 canonical and by heterodyne detection."""
    optimal = M.optimal_phase_state("a", 10)
    assert M.holevo_variance(optimal, "a") == pytest.approx(0.0717967697, abs=1e-10)
    assert M.least_holevo_variance(10) == pytest.approx(np.tan(np.pi / 12) ** 2, abs=1e-15)
    coherent = ph.states.coherent({"a": 2.0})
    assert ph.measures.phase_coherence(coherent, "a") == pytest.approx(0.961037863, abs=1e-9)
    assert M.holevo_variance(coherent, "a") == pytest.approx(0.0827270899, abs=1e-9)
    assert ph.measures.phase_coherence(coherent, "a", kind="husimi") == pytest.approx(0.928371645, abs=1e-9)


@given(st.integers(1, 6), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_no_state_of_so_many_quanta_has_a_sharper_phase(quanta: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ket = rng.normal(size=quanta + 1) + 1j * rng.normal(size=quanta + 1)
    state = ph.states.from_ket({"a": quanta + 1}, ket / np.linalg.norm(ket))
    number = A.dag() * A
    variance = M.holevo_variance(state, "a")
    assert variance >= M.least_holevo_variance(quanta) * (1 - 1e-9)
    assert variance * M.quantum_fisher_information(state, number) >= 1 - 1e-9


def test_asymmetry_as_a_resource() -> None:
    """Coherent α = 1 and 1.7, thermal, displaced thermal; a uniform superposition of 8 levels (Gour et al. 2009)."""
    assert M.phase_resource(ph.states.coherent({"a": 1.0}), "a").asymmetry == pytest.approx(1.3048422, abs=1e-6)
    found = M.phase_resource(ph.states.coherent({"a": 1.7}), "a")
    assert found.asymmetry == pytest.approx(1.910985632, abs=1e-6)
    assert found.skew_information == pytest.approx(2.89, abs=1e-6)
    assert found.fisher_information == pytest.approx(11.56, abs=1e-6)
    thermal = M.phase_resource(ph.states.thermal({"a": 0.5}), "a")
    assert (thermal.asymmetry, thermal.skew_information, thermal.fisher_information) == (0.0, 0.0, 0.0)
    mixed = M.phase_resource(ph.states.thermal({"a": 0.5}, displacement={"a": 0.8}), "a")
    assert mixed.asymmetry == pytest.approx(0.518908269, abs=1e-8)
    assert mixed.fisher_information == pytest.approx(4 * 0.64 / 2, rel=1e-8)  # 4|α|²/(2n̄ + 1)
    assert mixed.skew_information < mixed.fisher_information / 4 < mixed.variance
    uniform = ph.states.from_ket({"a": 8}, np.full(8, 8**-0.5))
    assert M.phase_resource(uniform, "a").asymmetry == pytest.approx(np.log(8), abs=1e-9)


def test_a_relative_phase_without_a_common_reference() -> None:
    """Coherent states: 4n̄_an̄_b/(n̄_a + n̄_b), by the binomial split of each total number."""
    for x, y in ((1.0, 1.0), (1.5, 0.7)):
        state = ph.states.coherent({"a": x, "b": y})
        found = M.relative_phase(state, "a", "b")
        assert found.with_reference == pytest.approx(x**2 + y**2, rel=1e-6)
        assert found.information == pytest.approx(4 * x**2 * y**2 / (x**2 + y**2), rel=1e-6)
    pair = ph.steady_state(ph.zoo.shared_bath_pair(coupling=0.5), cutoff=ph.Fixed(8))
    locked = M.relative_phase(pair, "a", "b")
    assert locked.information == pytest.approx(locked.with_reference, rel=1e-12)  # nothing drives the pair
    single = M.quantum_fisher_information(pair, A.dag() * A)
    assert locked.information == pytest.approx(single, rel=1e-9)  # n_a and (n_a − n_b)/2 differ by N/2
    assert locked.holevo_variance >= 1 / locked.information


def test_mistakes() -> None:
    q, s = ph.qudit("q", 3), ph.spin("s", 0.5)
    with pytest.raises(ph.errors.InvalidInput):
        M.phase_resource(ph.states.level({q: 1}), "q")
    with pytest.raises(ph.errors.InvalidInput):
        M.common_phase_average(ph.states.level({q: 1}))
    mixed = ph.states.product(ph.states.coherent({"a": 1.0}), ph.states.level({s: 0.5}))
    with pytest.raises(ph.errors.InvalidInput, match="two oscillators"):
        M.relative_phase(mixed, "a", "s")
    with pytest.raises(ph.errors.InvalidInput):
        M.holevo_variance(mixed)
    with pytest.raises(ph.errors.InvalidInput):
        M.optimal_phase_state("a", -1)
    with pytest.raises(ph.errors.UnknownSite):
        M.holevo_variance(mixed, "c")
    assert M.least_holevo_variance(0) == np.inf
