"""What memory does to a measure, against declared references: N11, its counter-examples, and what is refused."""

from __future__ import annotations

from math import inf, sqrt

import pytest

import photinus as ph
from photinus import memory
from photinus.errors import InvalidInput, WrongType

A, B = ph.spin("a", 0.5), ph.spin("b", 0.5)
LIMIT = ph.Model(
    jumps=[ph.Jump(1.0, A.plus), ph.Jump(2.0, A.minus), ph.Jump(1.0, B.plus), ph.Jump(2.0, B.minus)],
)
"""Two van der Pol oscillators of infinite two-photon loss: levels 0 and 1, gain 1, loss 2."""
OPPOSED = [A.minus, -B.minus]


def correlation(state: ph.State) -> float:
    """R′ of two two-level oscillators."""
    numbers = [state.expect(s.plus * s.minus) for s in (A, B)]
    return abs(state.expect(A.plus * B.minus)) / sqrt(numbers[0] * numbers[1])


@pytest.mark.parametrize(("width", "value"), [(40, 0.217667), (3, 0.093541), (0.3, 0.014188)])
def test_n11_in_a_common_bath_memory_hurts(width, value):
    """N11: at zero detuning and the Markov rate 2, 6/25 without memory."""
    bath = memory.Environment(memory.Lorentzian.of_rate(2.0, width), OPPOSED)
    found = memory.compare(LIMIT, bath, correlation, common=True)
    assert found.markov == pytest.approx(6 / 25, abs=1e-9)
    assert found.memory == pytest.approx(value, abs=2e-6)
    assert found.without == pytest.approx(0, abs=1e-12)
    assert found.verdict == "impedes"
    assert found.against_no_bath == "enhances"
    assert found.memory_error < 1e-4


def test_n11_beside_independent_baths_memory_helps():
    """N11: D[a₁ − a₂] at 2 and a bath of Markov rate 1 on each: 2/9, and .238694 for κ = 0.3."""
    system = LIMIT + ph.Model(jumps=ph.Jump(2.0, A.minus - B.minus))
    bath = memory.Environment(memory.Lorentzian.of_rate(1.0, 0.3), [A.minus, B.minus])
    found = memory.compare(system, bath, correlation, common=False)
    assert found.markov == pytest.approx(2 / 9, abs=1e-9)
    assert found.memory == pytest.approx(0.238694, abs=2e-6)
    assert (found.verdict, found.against_no_bath) == ("enhances", "impedes")


def test_n11_at_a_fixed_coupling_there_is_a_best_memory():
    """N11: g = 1, no Markov rate: among κ = 0.1, 1, 2, 3, 10, 40 the largest R′ is .071185 at κ = 2."""
    values = {}
    for width in (0.1, 1, 2, 3, 10, 40):
        bath = memory.Environment(memory.Lorentzian(1.0, width), OPPOSED)
        found = memory.compare(LIMIT, bath, correlation, common=True, reference=memory.EqualCoupling())
        assert found.markov == pytest.approx(0, abs=1e-12)
        assert found.verdict == "enhances"
        values[width] = found.memory
    assert max(values, key=values.get) == 2
    assert values[2] == pytest.approx(0.071185, abs=2e-6)


def test_n11_of_van_der_pol_oscillators():
    """N11: k2 = 3 instead of the limit: .5411 (Markov) and .2755 (κ = 3)."""
    a, b = ph.oscillator("a"), ph.oscillator("b")
    pair = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=3)
    bath = memory.Environment(memory.Lorentzian.of_rate(2.0, 3.0), [a, -b])
    found = memory.compare(pair, bath, common=True, cutoff=ph.Converged(1e-4, start=6))
    assert found.memory == pytest.approx(0.2755, abs=5e-5)
    assert found.markov == pytest.approx(0.5411, abs=5e-5)
    assert found.to_xarray().attrs["verdict"] == "impedes"


DETUNED = LIMIT + ph.Model(0.5 * (A.z - B.z), [ph.Jump(1.5, A.minus - B.minus)])
FAR = memory.Environment(memory.Lorentzian.of_rate(10.0, width=2.0, center=5.0), OPPOSED)


def test_a_common_bath_with_memory_can_help_where_independent_ones_hurt():
    """A detuned pair, a bath mode far above both: enhancement over equal J, with the Lamb shift and without."""
    for reference in (memory.EqualDensity(), memory.EqualDensity(lamb_shift=False)):
        shared = memory.compare(DETUNED, FAR, correlation, common=True, reference=reference, cutoff=ph.Fixed(8, 1e-4))
        assert shared.verdict == "enhances"
        assert shared.gain > 0.005
    own = memory.compare(DETUNED, FAR, correlation, common=False, cutoff=ph.Fixed(4, 1e-3))
    assert own.against_no_bath == "impedes"


def test_the_verdict_depends_on_the_reference():
    peak = memory.compare(
        DETUNED, FAR, correlation, common=True, reference=memory.EqualPeak(), cutoff=ph.Fixed(8, 1e-4)
    )
    assert peak.verdict == "impedes"
    assert "equal peak rate" in str(peak)


def test_without_memory_there_is_nothing_to_decide():
    """A bath of κ = 10⁶ against the golden rule."""
    bath = memory.Environment(memory.Lorentzian.of_rate(2.0, 1e6), OPPOSED)
    found = memory.compare(LIMIT, bath, correlation, common=True, cutoff=ph.Fixed(4, 1e-3))
    assert abs(found.gain) < 1e-5


def test_a_fitted_bath_counts_its_fit():
    """Of a spin in an Ohmic bath: the fit's error is part of the answer's."""
    bath = memory.Environment(memory.Ohmic(0.02, 3.0), A.x, temperature=1.0)
    found = memory.compare(
        ph.Model(A.z),
        bath,
        lambda state: state.expect(A.z),
        reference=memory.EqualDensity(1.0),
        fit=memory.Fit(0.15),
        cutoff=ph.Fixed(3, 1e-2),
    )
    assert 0 < found.fit_error <= 0.15
    assert found.memory_error > 0
    assert found.memory == pytest.approx(found.markov, abs=0.02)


def test_mistakes():
    bath = memory.Environment(memory.Lorentzian(1.0, 1.0), A.minus)
    with pytest.raises(InvalidInput, match="common bath of one site"):
        memory.compare(LIMIT, bath, correlation, common=True)
    with pytest.raises(WrongType, match="reference"):
        memory.compare(LIMIT, bath, correlation, reference="markov")
    with pytest.raises(InvalidInput, match="alone"):
        memory.compare(ph.Model(A.z), bath)
    with pytest.raises(InvalidInput, match="common= is not given"):
        memory.compare(LIMIT, memory.Environment(memory.Lorentzian(1.0, 1.0), OPPOSED), correlation)
    with pytest.raises(InvalidInput, match="width"):
        memory.EqualCoupling(0.0)
    assert memory.EqualCoupling().width == inf
