"""The same question has the same answer, whatever was asked before: nothing that is cached may be changed in use."""

import numpy as np
import pytest

import photinus as ph

A = ph.oscillator("a")
QUESTIONS = {
    "populations": ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1),
    "driven": ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3, detuning=0.1, drive=0.4),
    "squeezed": ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3, squeezing=0.2),
    "pair": ph.zoo.shared_bath_pair(coupling=0.5, two_photon_loss=1.0),
}
METHODS = [ph.Dense(), ph.Direct(), ph.Krylov(), ph.Auto()]


@pytest.mark.parametrize("name", QUESTIONS)
def test_answers_do_not_depend_on_what_was_asked_before(name: str) -> None:
    model = QUESTIONS[name]
    first = ph.steady_state(model, cutoff=ph.Fixed(9))
    for method in METHODS:
        for _ in range(2):
            ph.steady_state(model, cutoff=ph.Fixed(9), method=method)
    again = ph.steady_state(model, cutoff=ph.Fixed(9))
    for order, vector in first.parts.items():
        np.testing.assert_array_equal(again.parts[order], vector)
    assert again.certificate.truncation == first.certificate.truncation


def test_a_frame_that_changes_no_population_changes_no_cutoff() -> None:
    cutoffs = [
        ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=0.1, detuning=d)).cutoffs["a"]
        for d in (-1.0, -1.0, -0.3, 0.1, 0.6)
    ]
    assert len(set(cutoffs)) == 1, cutoffs


def test_shared_patterns_are_read_only() -> None:
    space_state = ph.steady_state(QUESTIONS["pair"], cutoff=ph.Fixed(6))
    sector = space_state.grading.sector(space_state.grading.group.zero)
    for array in sector.pattern((((0, 0), (0, 0)), ((1, 0), (1, 0)))):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
