"""The splitting preconditioner: exact for the no-jump part, in either form of K, and harmless where K is defective."""

import numpy as np
import pytest

import photinus as ph
from photinus.solve import splitting
from photinus.solve.splitting import EigenForm, SchurForm, Splitting
from photinus.space.liouvillian import Liouvillian, generator

A, B = ph.oscillator("a"), ph.oscillator("b")
DRIVEN = ph.zoo.van_der_pol(gain=1, two_photon_loss=0.3, detuning=0.2, drive=0.5)
# L = a − b alone, without a Hamiltonian and with local gain, puts K on the edge of being defective.
PAIR = ph.zoo.shared_bath_pair(coupling=1.0, two_photon_loss=0.5, detuning=0.0)


def sector_zero(model: ph.Model, levels: int) -> Liouvillian:
    made = generator(model, dict.fromkeys(model.oscillators, levels))
    return made.liouvillian(made.grading.sector(made.grading.group.zero))


@pytest.mark.parametrize("form", [EigenForm, SchurForm])
def test_without_a_charge_it_inverts_the_no_jump_part(form: type, monkeypatch: pytest.MonkeyPatch) -> None:
    if form is SchurForm:
        monkeypatch.setattr(splitting, "ILL_CONDITIONED", 0.0)
    liouvillian = sector_zero(DRIVEN, 9)
    precondition = Splitting(liouvillian)
    assert all(isinstance(f, form) for f in precondition._forms.values())
    rng = np.random.default_rng(2)
    y = rng.normal(size=liouvillian.sector.size) + 1j * rng.normal(size=liouvillian.sector.size)
    back = -liouvillian.sparse(liouvillian.no_jump_diagonals) @ precondition(y)
    np.testing.assert_allclose(back, y, atol=1e-7 * np.abs(y).max())  # to the shift of 1e-9 of the largest rate


@pytest.mark.parametrize("conditioning", [0.0, 1e6])
@pytest.mark.parametrize("shift", [0.4, 0.4 + 1.3j, -0.05j])
@pytest.mark.parametrize("order", [0, 1, -2])
def test_a_spectral_shift_on_sectors_of_any_order(
    conditioning: float, shift: complex, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P is −(𝓢 − σ + 𝓙_loss)⁻¹, 𝓙_loss the jumps that lower the charge; blocks are rectangular for orders ≠ 0."""
    monkeypatch.setattr(splitting, "ILL_CONDITIONED", conditioning)
    made = generator(PAIR, {"a": 5, "b": 5})
    liouvillian = made.liouvillian(made.grading.sector((order,)))
    lowering = {key: x for key, x in liouvillian.jump_diagonals.items() if sum(key[0]) < 0}
    part = liouvillian.sparse(liouvillian.no_jump_diagonals) + liouvillian.sparse(lowering)
    rng = np.random.default_rng(4)
    y = rng.normal(size=liouvillian.sector.size) + 1j * rng.normal(size=liouvillian.sector.size)
    x = Splitting(liouvillian, shift)(y)
    np.testing.assert_allclose(shift * x - part @ x, y, atol=1e-6 * np.abs(y).max())


@pytest.mark.parametrize("conditioning", [0.0, 1e6])
@pytest.mark.parametrize("model", [DRIVEN, PAIR], ids=["driven", "pair"])
def test_the_answer_does_not_depend_on_the_form_of_k(
    model: ph.Model, conditioning: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "ILL_CONDITIONED", conditioning)
    liouvillian = sector_zero(model, 8)
    found = ph.Krylov().null_vector(liouvillian)
    np.testing.assert_allclose(found.vector, ph.Dense().null_vector(liouvillian).vector, atol=1e-9)


def test_an_exceptional_point_of_k_is_solved() -> None:
    # K of D[a − b] with detuning Δ has √(V² − Δ²): at Δ = V two of its eigenvectors coalesce in every charge.
    model = ph.zoo.shared_bath_pair(coupling=0.4, two_photon_loss=0.0, gain=0.1, loss=0.5, detuning=0.4)
    liouvillian = sector_zero(model, 10)
    assert isinstance(next(iter(Splitting(liouvillian)._forms.values())), SchurForm)
    found = ph.Krylov().null_vector(liouvillian)
    np.testing.assert_allclose(found.vector, ph.Dense().null_vector(liouvillian).vector, atol=1e-9)


def test_a_dark_state_makes_the_no_jump_part_singular() -> None:
    # The vacuum is dark and is the answer: 𝓢 has a zero eigenvalue, which is shifted.
    model = ph.Model(0.3 * A.dag() * A, [ph.Jump(1.0, A), ph.Jump(0.3, A - B), ph.Jump(0.5, B)])
    liouvillian = sector_zero(model, 7)
    found = ph.Krylov().null_vector(liouvillian)
    assert found.nullity == 1
    assert abs(found.vector[liouvillian.sector.trace[0]] - 1) < 1e-9
