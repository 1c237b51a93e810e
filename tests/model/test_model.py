"""Models and jumps as values: comparison, fingerprints, sums, baths, refusals."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import photinus as ph
from agreement.models import BUILDERS, build
from photinus import errors

A, B = ph.oscillator("a"), ph.oscillator("b")
S = ph.spin("s", 0.5)
N = A.dag() * A


def clock(**changes: float) -> ph.Model:
    return ph.zoo.van_der_pol(**{"gain": 1.0, "two_photon_loss": 0.5, **changes})


def test_equal_models_are_equal():
    again = ph.Model(0 * A, [ph.Jump(1.0, A.dag(), name="gain of a"), ph.Jump(0.5, A * A, name="two-photon loss of a")])
    assert clock() == again
    assert hash(clock()) == hash(again)
    assert clock().fingerprint == again.fingerprint


def test_the_order_of_a_sum_does_not_matter():
    x, y = ph.Model(N + A + A.dag()), ph.Model(A.dag() + A + N)
    assert x == y
    assert x.fingerprint == y.fingerprint


DIFFERENT = [
    clock(),
    clock(gain=1.0 + 1e-15),
    clock(loss=0.1),
    clock(detuning=0.1),
    clock(detuning=-0.1),
    clock(kerr=0.1),
    clock(drive=0.1),
    clock(drive=0.1, drive_phase=1.0),
    ph.zoo.van_der_pol("b", gain=1.0, two_photon_loss=0.5),
    clock() + ph.Model(0, [ph.Jump(0.0, A, reverse=0.1)]),
    clock() + ph.Model(0, [ph.Jump(0.1, A)]),
    clock() + ph.Model(0, [ph.Jump(0.1, A, bath=ph.Bath("hot"))]),
    clock() + ph.Model(0, [ph.Jump(0.1, A, bath=ph.Bath("hot", temperature=1.0))]),
    clock() + ph.Model(0, [ph.Jump(0.1, A, name="loss")]),
    ph.Model(S.z),
    ph.Model(ph.spin("s", 1).z),
    ph.Model(ph.diagonal(A, lambda n: n**2)),
    ph.Model(ph.diagonal(A, lambda n: n**3)),
]


def test_different_models_have_different_fingerprints():
    assert len({model.fingerprint for model in DIFFERENT}) == len(DIFFERENT)
    assert all(x != y for i, x in enumerate(DIFFERENT) for y in DIFFERENT[:i])


@pytest.mark.parametrize("name", sorted(set(BUILDERS) - {"saturated_gain"}))
def test_models_survive_pickling(name):
    model, _, _ = build(name, 1)
    again = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert again == model
    assert hash(again) == hash(model)
    assert again.fingerprint == model.fingerprint
    assert again.symmetry == model.symmetry
    assert repr(again) == repr(model)


def test_references_do_not_count():
    assert ph.Model(N, references=["Lee2013"]) == ph.Model(N)
    assert ph.Model(N, references=["Lee2013"]).fingerprint == ph.Model(N).fingerprint


def test_adding_models():
    total = clock() + ph.Model(0.3 * (A + A.dag()), [ph.Jump(0.1, B)])
    assert total.hamiltonian == 0.3 * (A + A.dag())
    assert total.jumps == (*clock().jumps, ph.Jump(0.1, B))
    assert [site.name for site in total.sites] == ["a", "b"]
    assert clock() + ph.Model() == clock()
    assert (clock(detuning=0.2) + clock(detuning=0.3)).hamiltonian == -0.5 * N
    assert "Lee2013" in total.references


def test_adding_what_does_not_fit():
    with pytest.raises(errors.SiteMismatch, match="'s'"):
        ph.Model(S.z) + ph.Model(ph.spin("s", 1).z)
    with pytest.raises(errors.WrongType, match=r"a \(Operator\).*ph\.Model\(hamiltonian"):
        clock() + A
    with pytest.raises(errors.WrongType, match=r"Jump.*jumps="):
        clock() + ph.Jump(1.0, A)
    for wrong in (3, None, "x", S):
        with pytest.raises(errors.WrongType, match="added"):
            clock() + wrong
        with pytest.raises(errors.WrongType):
            wrong + clock()


def test_a_sum_of_models_starts_with_a_model():
    models = [clock(), ph.Model(0.1 * N)]
    assert sum(models, ph.Model()) == models[0] + models[1]
    with pytest.raises(errors.WrongType, match=r"sum\(models, ph\.Model\(\)\)"):
        sum(models)


def test_models_are_frozen():
    with pytest.raises(AttributeError):
        clock().hamiltonian = N
    with pytest.raises(AttributeError):
        clock().jumps[0].rate = 2.0


def test_a_hermitian_hamiltonian_with_rounding_is_symmetrised():
    model = ph.Model((1 + 1e-14j) * N + 0.1 * A + 0.1 * (1 + 1e-15) * A.dag())
    assert model.hamiltonian == model.hamiltonian.dag()


@pytest.mark.parametrize("operator", [A, 1j * N, A**2, N + 1e-6j * N, S.plus, ph.diagonal(A, lambda n: 1j)], ids=str)
def test_a_hamiltonian_that_is_not_hermitian_is_refused(operator):
    with pytest.raises(errors.NotHermitian, match="not Hermitian"):
        ph.Model(operator)


@pytest.mark.parametrize("rate", [-1.0, -1e-300, float("nan"), float("inf"), 1j, "1", None, True, np.array([1.0])])
@pytest.mark.parametrize("field", ["rate", "reverse"])
def test_bad_rates_are_refused(rate, field):
    rates = {"rate": 1.0, field: rate}
    with pytest.raises(errors.InvalidInput):
        ph.Jump(rates.pop("rate"), A, **rates)


@pytest.mark.parametrize("rate", [1, 0, np.float64(0.5), np.int64(2), np.array(0.25)], ids=repr)
def test_real_numbers_of_any_type_are_rates(rate):
    jump = ph.Jump(rate, A)
    assert jump.rate == float(rate)
    assert type(jump.rate) is float


@pytest.mark.parametrize("operator", [3.0, 0 * A, A * 0 + 2, None, "a", S], ids=repr)
def test_a_jump_needs_an_operator(operator):
    with pytest.raises(errors.InvalidInput):
        ph.Jump(1.0, operator)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ph.Model(N, [A]),
        lambda: ph.Model(N, [(1.0, A)]),
        lambda: ph.Model("H"),
        lambda: ph.Model(None),
        lambda: ph.Jump(1.0, A, bath="hot"),
        lambda: ph.Bath(""),
        lambda: ph.Bath("hot", temperature=-1.0),
        lambda: ph.Bath("hot", temperature=float("nan")),
        lambda: ph.Bath("hot").jump(1.0, A, frequency=1.0),
        lambda: ph.Bath("hot", temperature=1.0).jump(1.0, A, frequency=0.0),
        lambda: ph.Bath("hot", temperature=1.0).jump(-1.0, A, frequency=1.0),
        lambda: ph.Bath("hot", temperature="x"),
        lambda: ph.zoo.van_der_pol(gain=-1, two_photon_loss=1),
        lambda: ph.zoo.van_der_pol(gain=1, two_photon_loss=1, drive=float("nan")),
        lambda: ph.zoo.van_der_pol(gain=1, two_photon_loss=1, detuning="x"),
        lambda: ph.zoo.spin_one(gain=1, loss=-1),
        lambda: ph.zoo.shared_bath_pair(coupling=-1),
        lambda: ph.zoo.coupled_van_der_pol([(0, 0)], gain=1, two_photon_loss=1),
        lambda: ph.zoo.coupled_van_der_pol([(0, 1), (1, 0)], gain=1, two_photon_loss=1),
        lambda: ph.zoo.coupled_van_der_pol(0, gain=1, two_photon_loss=1),
        lambda: ph.zoo.coupled_van_der_pol(3, gain=[1, 2], two_photon_loss=1),
        lambda: ph.zoo.coupled_van_der_pol(np.array([[0, 1], [2, 0]]), gain=1, two_photon_loss=1),
    ],
)
def test_mistakes_are_typed_errors(wrong):
    with pytest.raises(errors.InvalidInput):
        wrong()


def test_a_single_jump_may_stand_by_itself():
    assert ph.Model(N, ph.Jump(1.0, A)) == ph.Model(N, [ph.Jump(1.0, A)])
    assert ph.Model(N, (ph.Jump(rate, A) for rate in (1.0, 2.0))).jumps[1].rate == 2.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: ph.Jump(1.0, A, name=3), r"name of the jump a is 3 \(int\)"),
        (lambda: ph.Jump(1.0, A, name=""), r"name of the jump a is ''"),
        (lambda: ph.Jump(A, 1.0), r"rate of a jump is the operator a.*Jump\(rate, L\)"),
        (lambda: ph.Jump(1.0, "a"), r"'a' \(str\).*ph\.oscillator"),
        (lambda: ph.Jump(1.0, S), r"spin s \(j = 1/2\).*s\.minus"),
        (lambda: ph.Jump(1.0, ph.qudit("q", 3)), r"q\(m, n\)"),
        (lambda: ph.Jump(1.0, np.eye(3)), r"array of shape \(3, 3\)"),
        (lambda: ph.Jump(1.0, A, bath="hot"), r"bath of the jump a is 'hot' \(str\).*ph\.Bath\('hot'\)"),
        (lambda: ph.Model("x"), r"'x' \(str\)"),
        (lambda: ph.Model(S), r"not an operator.*s\.z"),
        (lambda: ph.Model(np.eye(3)), r"array of shape \(3, 3\)"),
        (lambda: ph.Model(jumps=3), r"jumps of a model are 3 \(int\).*list"),
        (lambda: ph.Model(jumps=None), r"jumps of a model are None.*list"),
        (lambda: ph.Model(jumps=A), r"jumps of a model are a \(Operator\)"),
        (lambda: ph.Model(jumps=[A]), r"Among the jumps stands a \(Operator\)"),
        (lambda: ph.Model(jumps="x"), r"Among the jumps stands 'x'"),
        (lambda: clock().heisenberg("x"), r"'x' \(str\)"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(wrong, message):
    with pytest.raises(errors.WrongType, match=message) as caught:
        wrong()
    assert isinstance(caught.value, TypeError)
    assert len(str(caught.value)) < 250


def test_orders_take_names_and_handles():
    symmetry = ph.zoo.spin_one(gain=1, loss=1).symmetry
    assert symmetry.order({ph.spin("s", 1): 1}) == symmetry.order({"s": 1}) == (1,)
    for wrong, error in (
        ({"t": 1}, errors.UnknownSite),
        ({S: 1}, errors.SiteMismatch),
        ({A: 1}, errors.WrongType),
        ({"s": "x"}, errors.InvalidInput),
        ("x", errors.InvalidInput),
    ):
        with pytest.raises(error):
            symmetry.order(wrong)


@pytest.mark.parametrize("temperature", [0.3, 2.0, 1e-3, 1e6])
def test_a_bath_keeps_detailed_balance(temperature):
    jump = ph.Bath("hot", temperature=temperature).jump(0.4, A, frequency=1.5)
    assert jump.reverse / jump.rate == pytest.approx(np.exp(-1.5 / temperature), rel=1e-9)
    assert jump.rate - jump.reverse == pytest.approx(0.4, rel=1e-9)
    assert jump.bath.name == "hot"


def test_a_bath_at_zero_temperature_only_absorbs():
    jump = ph.Bath("cold", temperature=0.0).jump(0.4, A, frequency=1.0)
    assert (jump.rate, jump.reverse) == (0.4, 0.0)


def test_a_thermal_bath_thermalises():
    """ρ ∝ e^{−ωn/T}: ⟨n⟩ = 1/(e^{ω/T} − 1)."""
    jump = ph.Bath("warm", temperature=2.0).jump(1.0, A, frequency=1.0)
    state = ph.steady_state(ph.Model(N, [jump]), cutoff=ph.Converged(1e-9))
    assert state.expect(N) == pytest.approx(1 / np.expm1(0.5), abs=1e-7)


SYMMETRIES = [
    (clock(), "U(1): n_a"),
    (clock(drive=0.1), "none"),
    (clock(squeezing=0.1), "Z₂: parity of a"),
    (ph.Model(A**3 + A.dag() ** 3, [ph.Jump(1.0, A)]), "Z₃: n_a mod 3"),
    (ph.zoo.shared_bath_pair(), "U(1): n_a + n_b, exchange: a, b"),
    (ph.zoo.spin_one(gain=1, loss=1), "U(1): m_s"),
    (ph.Model(A * B + A.dag() * B.dag(), [ph.Jump(1.0, A), ph.Jump(1.0, B)]), "U(1): n_a - n_b, exchange: a, b"),
    (ph.Model(0, [ph.Jump(1.0, A + B), ph.Jump(1.0, A - B)]), "U(1): n_a, U(1): n_b, exchange: a, b"),
    (ph.Model(0, [ph.Jump(1.0, A + B), ph.Jump(0.9, A - B)]), "U(1): n_a + n_b, exchange: a, b"),
    (ph.Model(A**2 * B.dag() + A.dag() ** 2 * B, [ph.Jump(1.0, A), ph.Jump(1.0, B)]), "U(1): n_a + 2 n_b"),
    (ph.Model(0, [ph.Jump(1.0, A + 0.5)]), "none"),
    (ph.Model(0, [ph.Jump(1.0, N + 0.5), ph.Jump(1.0, A)]), "U(1): n_a"),
    (ph.Model(0, [ph.Jump(1.0, A**2)]), "U(1): n_a, strong Z₂: parity of a"),
    (ph.Model(ph.spin("s", 1).plus ** 3 + ph.spin("s", 1).x ** 0 * N, [ph.Jump(1.0, A)]), "U(1): n_a"),
]


@pytest.mark.parametrize(("model", "text"), SYMMETRIES, ids=[text for _, text in SYMMETRIES])
def test_the_symmetry_in_words(model, text):
    assert str(model.symmetry) == text


def test_a_maser_is_solved_with_five_unknowns():
    q = ph.qudit("q", 3)
    jumps = [ph.Jump(1.0, q(0, 2), reverse=0.5), ph.Jump(1.0, q(1, 2), reverse=0.2)]
    state = ph.steady_state(ph.Model(0.3 * (q(0, 1) + q(1, 0)), jumps))
    assert state.certificate.unknowns == 5
    assert state.certificate.unknowns_without_symmetry == 9


def test_orders_by_site():
    symmetry = ph.zoo.shared_bath_pair().symmetry
    assert symmetry.order({"a": 1}) == symmetry.order({"b": 1}) == symmetry.order(1) == (1,)
    assert symmetry.order({"a": 1, "b": -1}) == (0,)
    assert symmetry.order(None) is None
    with pytest.raises(errors.UnknownSite, match="'c'"):
        symmetry.order({"c": 1})


def test_heisenberg_is_the_adjoint_generator():
    """Tr(O 𝓛ρ) = Tr((𝓛†O) ρ), on a state far from the edge of the space."""
    from photinus.space.liouvillian import generator
    from photinus.space.sectors import grading
    from photinus.space.state import state_from_matrix

    model = clock(drive=0.3, detuning=0.2, kerr=0.1, squeezing=0.05)
    made = generator(model, {"a": 14})
    x = np.random.default_rng(3).normal(size=(4, 4))
    rho = np.zeros((14, 14))
    rho[:4, :4] = x @ x.T / np.trace(x @ x.T)
    sector = made.grading.sector(())
    change = (made.liouvillian(sector).matrix @ rho[sector.kets].astype(complex)).reshape(14, 14)
    state = state_from_matrix(rho, grading(made.space, model.symmetry.weak))
    for operator in (A, N, A**2, A.dag() ** 2 * A):
        slope = np.trace(made.space.matrix(operator) @ change)
        assert state.expect(model.heisenberg(operator)) == pytest.approx(slope, abs=1e-12)
