"""States: pickling, reductions, unknown names, what the symmetry forbids."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import photinus as ph
from photinus import errors
from photinus.space.space import make_space

A, B, C = (ph.oscillator(name) for name in "abc")
S = ph.spin("s", 0.5)


@pytest.fixture(scope="module")
def pair() -> ph.State:
    return ph.steady_state(
        ph.zoo.shared_bath_pair(two_photon_loss=1.0, detuning=0.3), cutoff=ph.Fixed({"a": 6, "b": 5})
    )


def test_states_survive_pickling(pair):
    again = pickle.loads(pickle.dumps(pair))  # noqa: S301
    assert np.array_equal(again.density_matrix(), pair.density_matrix())
    assert again.certificate == pair.certificate
    assert again.sites == pair.sites
    assert repr(again) == repr(pair)
    assert again.error(A.dag() * B) == pair.error(A.dag() * B)


def test_expect_is_real_for_hermitian_operators_and_complex_otherwise(pair):
    assert type(pair.expect(A.dag() * A)) is float
    assert type(pair.expect(A.dag() * B)) is complex
    assert pair.expect(1 + 0 * A) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("operator", [A, B, A * B, A**2, A.dag() ** 2 * B, A.dag() * A * B], ids=str)
def test_what_the_symmetry_forbids_is_exactly_zero(pair, operator):
    assert pair.expect(operator) == 0


def test_cutoffs_and_sites(pair):
    assert pair.cutoffs == {"a": 6, "b": 5}
    assert [site.name for site in pair.sites] == ["a", "b"]
    assert pair.density_matrix().shape == (30, 30)
    assert pair.populations("a").shape == (6,)
    assert pair.populations().shape == (30,)


def test_reduced_states_are_in_natural_order(pair):
    assert [site.name for site in pair.reduced("b", "a").sites] == ["a", "b"]
    assert pair.reduced("a").cutoffs == {"a": 6}
    assert pair.reduced("a").expect(A.dag() * A) == pytest.approx(pair.expect(A.dag() * A), abs=1e-13)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda s: s.expect(C), errors.UnknownSite),
        (lambda s: s.expect(S.z), errors.UnknownSite),
        (lambda s: s.expect(A.dag() * C), errors.UnknownSite),
        (lambda s: s.expect(ph.spin("a", 0.5).z), errors.PhotinusError),
        (lambda s: s.expect("a"), errors.InvalidInput),
        (lambda s: s.expect(None), errors.InvalidInput),
        (lambda s: s.reduced("c"), errors.UnknownSite),
        (lambda s: s.reduced("a", "c"), errors.UnknownSite),
        (lambda s: s.reduced("a", "a"), errors.InvalidInput),
        (lambda s: s.reduced(), errors.InvalidInput),
        (lambda s: s.populations("c"), errors.UnknownSite),
        (lambda s: ph.measures.phase_coherence(s, "c"), errors.UnknownSite),
        (lambda s: ph.measures.phase_coherence(s), errors.InvalidInput),
        (lambda s: ph.measures.amplitude_correlation(s, "a", "c"), errors.UnknownSite),
        (lambda s: ph.measures.amplitude_correlation(s, "a", "a"), errors.InvalidInput),
        (lambda s: ph.measures.table(s), errors.InvalidInput),
        (lambda s: ph.measures.table(s, "c"), errors.UnknownSite),
        (lambda s: ph.phase.distribution(s, "c"), errors.UnknownSite),
        (lambda s: ph.phase.distribution(s, "a", kind="loud"), errors.InvalidInput),
        (lambda s: ph.phase.distribution(s, "a", points=0), errors.InvalidInput),
        (lambda s: ph.phase.distribution(s, "a", points=2.5), errors.InvalidInput),
        (lambda s: ph.phase.wigner(s, "c", [0], [0]), errors.UnknownSite),
        (lambda s: ph.phase.wigner(s, "a", [], [0]), errors.InvalidInput),
        (lambda s: ph.phase.wigner(s, "a", [float("nan")], [0]), errors.InvalidInput),
    ],
)
def test_mistakes_are_typed_errors(pair, wrong, error):
    with pytest.raises(error):
        wrong(pair)


def test_an_unknown_site_is_named_with_those_there_are(pair):
    with pytest.raises(errors.UnknownSite, match=r"'c'.*a, b"):
        pair.reduced("c")


def test_results_do_not_change_behind_the_users_back(pair):
    """Writing into what a method returned leaves the state as it was."""
    before = pair.density_matrix()
    pair.density_matrix()[:] = 0
    pair.populations("a")[:] = 0
    assert np.array_equal(pair.density_matrix(), before)


def test_a_word_that_leaves_the_space_is_cut_not_wrapped():
    space = make_space(A.sites, {"a": 4})
    matrix = space.matrix(A.dag())
    np.testing.assert_allclose(matrix, np.diag(np.sqrt([1, 2, 3]), -1), rtol=0, atol=1e-15)
    np.testing.assert_allclose(space.matrix(A * A.dag()), np.diag([1, 2, 3, 4]), rtol=0, atol=1e-15)  # P·O·P, exact
    assert not space.matrix(A**4).any()


def test_the_last_site_is_the_fastest():
    s = ph.spin("s", 0.5)
    space = make_space((A * s.z).sites, {"a": 3})
    np.testing.assert_allclose(space.matrix(s.z).diagonal(), [0.5, -0.5] * 3)
    np.testing.assert_allclose(space.matrix(A.dag() * A).diagonal(), [0, 0, 1, 1, 2, 2])
