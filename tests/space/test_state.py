"""States: pickling, reductions, unknown names, what the symmetry forbids."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import photinus as ph
from photinus import errors
from photinus.space.space import make_space
from photinus.space.state import State

A, B, C = (ph.oscillator(name) for name in "abc")
S = ph.spin("s", 0.5)


@pytest.fixture(scope="module")
def pair() -> State:
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


@pytest.fixture(scope="module")
def mixed() -> State:
    """An oscillator and a spin 1/2, both driven, so that all coherences are there."""
    model = ph.Model(A + A.dag() + S.x, [ph.Jump(1.0, A), ph.Jump(0.5, S.minus)])
    return ph.steady_state(model, cutoff=ph.Fixed(4))


def test_sites_are_given_by_name_or_handle(mixed):
    assert mixed.reduced(S).sites == mixed.reduced("s").sites == (S.site,)
    assert mixed.populations(S).tolist() == mixed.populations("s").tolist()
    assert mixed.axes(["s", "a"]) == mixed.axes([S, "a"]) == (1, 0)
    assert repr(mixed).startswith("State of oscillator a (4 levels), spin s (j = 1/2); ")


@pytest.mark.parametrize("ask", [lambda s, *x: s.reduced(*x), lambda s, x: s.populations(x), lambda s, x: s.axes([x])])
@pytest.mark.parametrize(
    ("site", "error", "message"),
    [
        (A, errors.WrongType, r"a \(Operator\).*of a, s.*handle"),
        (3, errors.WrongType, r"3 \(int\)"),
        (["a", "s"], errors.WrongType, "list"),
        ("x", errors.UnknownSite, "'x'.*a, s"),
        (ph.spin("s", 1), errors.SiteMismatch, r"spin s \(j = 1/2\) and spin s \(j = 1\)"),
        (ph.spin("a", 1), errors.SiteMismatch, r"oscillator a and spin a \(j = 1\)"),
    ],
)
def test_one_rule_for_sites(mixed, ask, site, error, message):
    with pytest.raises(error, match=message):
        ask(mixed, site)


def test_reductions_that_name_nothing_or_one_site_twice(mixed):
    with pytest.raises(errors.InvalidInput, match=r"no site.*at least one site of a, s"):
        mixed.reduced()
    with pytest.raises(errors.InvalidInput, match=r"spin s \(j = 1/2\) is named twice"):
        mixed.reduced("s", S)


def test_numbers_are_operators_and_matrices_are_not(mixed):
    assert mixed.expect(3) == pytest.approx(3, abs=1e-12)
    assert mixed.expect(2j) == pytest.approx(2j, abs=1e-12)
    with pytest.raises(errors.WrongType, match=r"array of shape \(40, 40\) \(ndarray\)") as caught:
        mixed.expect(np.eye(40))
    assert "0." not in str(caught.value)
    for ask in (mixed.expect, mixed.error):
        with pytest.raises(errors.WrongType, match=r"not an operator.*s\.x"):
            ask(S)
    with pytest.raises(errors.SiteMismatch, match=r"spin s \(j = 1/2\) and spin s \(j = 1\)"):
        mixed.expect(ph.spin("s", 1).x)


def arrays_of(value):
    """All arrays that a value of this package hands out of its cache."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from arrays_of(part)


@pytest.mark.parametrize("name", ["pair", "mixed"])
def test_shared_arrays_cannot_be_written(name, request):
    state = request.getfixturevalue(name)
    graded = state.grading
    sector = graded.sector(graded.group.zero)
    shift = (0,) * len(state.space.coordinates[0])
    handed_out = {
        "coordinates": state.space.coordinates,
        "shifted": state.space.shifted(shift),
        **{key: getattr(graded, key) for key in ("charges", "label", "members", "sizes", "position")},
        **{key: getattr(sector, key) for key in ("kets", "trace", "transpose", "_layout")},
        "targets": sector.targets(shift, shift),
        "pattern": sector.pattern(((shift, shift),)),
        "parts": tuple(state.parts.values()),
        "matrix_blocks": state.matrix_blocks,
        "eigenvalues": state.eigenvalues,
    }
    for key, value in handed_out.items():
        arrays = list(arrays_of(value))
        assert arrays, key
        assert not any(array.flags.writeable for array in arrays), key


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
