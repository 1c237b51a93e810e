"""The information that leaves with the light, against the two-sided master equation itself."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg as la

import photinus as ph

M = ph.metrology
A, S = ph.oscillator("a"), ph.spin("s", 0.5)


def atom(drive: float, detuning: float, loss: float) -> ph.Model:
    return ph.Model(-detuning * S.z + drive * S.x, [ph.Jump(loss, S.minus, name="photon")])


def cavity(drive: float, loss: float) -> ph.Model:
    return ph.Model(1j * drive * (A.dag() - A), [ph.Jump(loss, A, name="out")])


def two_sided(family, left: dict, right: dict, space) -> complex:
    """The leading eigenvalue of the generator with different parameters on both sides, dense (Gammelmark 2014)."""

    def matrices(at: dict) -> tuple[np.ndarray, list[np.ndarray]]:
        model = family(**at)
        jumps = [(j.rate, j.operator) for j in model.jumps] + [(j.reverse, j.operator.dag()) for j in model.jumps]
        return space.matrix(model.hamiltonian), [np.sqrt(r) * space.matrix(x) for r, x in jumps]

    (h1, l1), (h2, l2) = matrices(left), matrices(right)
    one = np.eye(len(h1))
    out = -1j * (np.kron(h1, one) - np.kron(one, h2.T))
    for x, y in zip(l1, l2, strict=True):
        out = out + np.kron(x, y.conj()) - 0.5 * np.kron(x.conj().T @ x, one) - 0.5 * np.kron(one, (y.conj().T @ y).T)
    values = la.eigvals(out)
    return values[np.argmax(values.real)]


def by_differences(family, at: dict, name: str, space, h: float = 2e-3) -> float:
    def moved(d: float) -> dict:
        return {**at, name: at[name] + d}

    def second(h: float) -> float:
        corners = [(x, y, two_sided(family, moved(x * h), moved(y * h), space)) for x in (1, -1) for y in (1, -1)]
        return 4 * sum(x * y * value.real for x, y, value in corners) / (4 * h**2)

    return (4 * second(h) - second(2 * h)) / 3


@pytest.mark.parametrize("name", ["drive", "detuning", "loss"])
def test_an_atom_against_the_two_sided_equation(name: str) -> None:
    at = {"drive": 0.7, "detuning": 0.3, "loss": 1.0}
    found = M.emission_information(atom, at, name)
    space = found.state.space
    assert found.rate == pytest.approx(by_differences(atom, at, name, space), rel=1e-5)
    counted = M.counting_information(atom, at, name, {"photon": 1})
    assert 0 < counted <= found.rate


@pytest.mark.parametrize("drive", [0.0, 0.2])
@pytest.mark.parametrize("name", ["drive", "gain", "detuning"])
def test_an_oscillator_in_its_sectors(name: str, drive: float) -> None:
    """With drive 0 the derivative leads into the orders ±1; the dense two-sided generator knows no sectors."""
    at = {"gain": 1.0, "two_photon_loss": 2.0, "drive": drive, "detuning": 0.3}
    found = M.emission_information(ph.zoo.van_der_pol, at, name, cutoff=ph.Fixed(8, 1.0))
    expected = by_differences(ph.zoo.van_der_pol, at, name, found.state.space)
    assert found.rate == pytest.approx(expected, rel=1e-5)


def test_a_coherent_beam() -> None:
    """4|d(√κ α)/dΩ|² = 16/κ, which photon counting reaches; dα/dκ of the beam: α_out = 2Ω/√κ."""
    at = {"drive": 0.4, "loss": 2.0}
    found = M.emission_information(cavity, at, "drive")
    assert found.rate == pytest.approx(8.0, rel=1e-7)
    assert M.counting_information(cavity, at, "drive", {"out": 1}) == pytest.approx(8.0, rel=1e-6)
    moved = M.emission_information(cavity, at, "loss")
    assert moved.rate == pytest.approx(4 * (0.4 * 2.0**-1.5) ** 2, rel=1e-6)
    assert found.standard_error(2.0) == pytest.approx(0.25)


def test_mistakes_and_edges() -> None:
    at = {"drive": 0.4, "loss": 2.0}
    with pytest.raises(ph.errors.InvalidInput):
        M.emission_information(cavity, at, "gain")

    def growing(count: float) -> ph.Model:
        return ph.Model(A.dag() * A, [ph.Jump(1.0, A)] * (1 + int(count > 0)))

    with pytest.raises(ph.errors.PhotinusError):
        M.emission_information(growing, {"count": 0.0}, "count")

    def thermal(up: float) -> ph.Model:
        return ph.Model(jumps=[ph.Jump(1.0, S.minus), ph.Jump(up, S.plus)])

    with pytest.raises(ph.errors.Undefined, match="no derivative"):
        M.emission_information(thermal, {"up": 0.0}, "up")
    assert M.emission_information(lambda loss, offset: ph.Model(offset + 0 * S.z, [ph.Jump(loss, S.minus)]),
                                  {"loss": 1.0, "offset": 0.3}, "offset").rate == 0.0  # fmt: skip
