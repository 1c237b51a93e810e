"""One model in all theories: mean field, cumulants, phase reduction, truncated Wigner and the density matrix.

The driven van der Pol oscillator of n = κ₁/2κ₂ quanta, with gain 1. Its mean field depends on detuning and Ω/√n alone,
so that n changes the size of the fluctuations and nothing else: every approximation has an order in 1/n.
"""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.solve.motion import Integration
from photinus.solve.phase_space.stepping import Heun

A = ph.oscillator("a")
DETUNING, DRIVE = 0.1, 0.3
"""Inside the tongue: the drive in units of √n locks |Δ| ≤ 0.3 in Adler's equation."""


def driven(quanta: float, detuning: float = DETUNING, drive: float = DRIVE) -> ph.Model:
    return ph.zoo.van_der_pol(
        gain=1, two_photon_loss=1 / (2 * quanta), detuning=detuning, drive=drive * np.sqrt(quanta)
    )


def falls_like(errors: list[float], sizes: list[float], power: float) -> bool:
    """Whether the last two errors show an order of at least ``power`` in the inverse size, to 20 %."""
    return bool(np.log(errors[-2] / errors[-1]) / np.log(sizes[-1] / sizes[-2]) > 0.8 * power)


def test_mean_field_and_cumulants_for_many_quanta() -> None:
    sizes = [5.0, 10.0, 20.0, 40.0]
    first, second = [], []
    for quanta in sizes:
        model = driven(quanta)
        exact = ph.steady_state(model).expect(A)
        (locked,) = ph.mean_field(model).fixed_points().stable
        first.append(abs(complex(locked.values["a"]) / exact - 1))
        moments = ph.cumulants(model).steady()
        assert moments.ok
        second.append(abs(moments.expect(A) / exact - 1))
    assert falls_like(first, sizes, 1)
    assert first[-1] < 0.02
    assert falls_like(second, sizes, 2)
    assert second[-1] < 3e-3


def test_order_one_of_the_cumulants_is_the_mean_field() -> None:
    model = driven(5.0)
    (locked,) = ph.mean_field(model).fixed_points().stable
    assert ph.cumulants(model, 1).steady().expect(A) == pytest.approx(complex(locked.values["a"]), rel=1e-9)


def test_gaussian_models() -> None:
    """Linear jumps and a quadratic Hamiltonian: order 2 is exact, and so is ⟨a⟩ of the mean field."""
    up = A.dag()
    hamiltonian = 0.3 * up * A + 0.3j * (up - A) + 0.06j * (up**2 - A**2)
    model = ph.Model(hamiltonian, [ph.Jump(1.0, A, reverse=0.1)])
    exact = ph.steady_state(model, cutoff=ph.Fixed(60))
    moments = ph.cumulants(model).steady()
    assert moments.ok
    for word in (A, A**2, up * A, up**2 * A, up**2 * A**2, up**3 * A**3):
        assert moments.expect(word) == pytest.approx(exact.expect(word), rel=1e-10)
    (rest,) = ph.mean_field(model).fixed_points()
    assert complex(rest.values["a"]) == pytest.approx(exact.expect(A), rel=1e-10)
    times = [0.0, 0.5, 3.0]
    start = ph.states.coherent({"a": 1.0})
    motion = ph.evolve(model, start, times, observe={"n": up * A}, cutoff=ph.Fixed(60))
    moving = ph.cumulants(model).evolve(start, times, method=Integration(tolerance=1e-12))
    np.testing.assert_allclose(moving.expect(up * A), motion.observed["n"], rtol=1e-7)  # as evolve's steps are


def test_phase_reduction_for_weak_noise() -> None:
    """|⟨e^{iφ}⟩| and the direction: the error falls as the noise D = 3/16n does."""
    sizes, errors = [10.0, 20.0, 40.0], []
    for quanta in sizes:
        # A weaker drive for larger n: it is of the order of the noise, and the reduction of first order in both.
        drive = 1.0 / quanta
        state = ph.steady_state(driven(quanta, 0.3 / quanta, drive))
        clock = ph.entrainment.phase_reduction(
            ph.zoo.van_der_pol(gain=1, two_photon_loss=1 / (2 * quanta), detuning=0.3 / quanta)
        )
        equation = clock.equation(1j * drive * np.sqrt(quanta) * (A.dag() - A))
        assert equation.diffusion == pytest.approx(3 / (8 * quanta), rel=1e-9)
        exact = ph.phase.distribution(state, "a").moment(1)
        errors.append(abs(equation.density.moment(1) - exact))
    assert errors[-1] < 5e-3
    assert falls_like(errors, sizes, 1)


@pytest.mark.parametrize(("detuning", "drive"), [(0.1, 0.3), (0.3, 0.2)])
def test_truncated_wigner_with_ten_quanta(detuning: float, drive: float) -> None:
    """Inside and outside the tongue, within 4 standard errors of the density matrix at rest."""
    model = driven(12.0, detuning, drive)
    observe = {"a": A, "n": A.dag() * A, "s": A**2}
    exact = ph.steady_state(model)
    assert exact.expect(A.dag() * A) > 10
    runs = ph.truncated_wigner(
        model, {"a": np.sqrt(12.0)}, [0, 60.0], observe=observe, count=1500, seed=5, method=Heun(step=0.02)
    )
    assert runs.ok
    for name, operator in observe.items():
        assert abs(runs.mean[name][-1] - exact.expect(operator)) < 4 * runs.standard_error[name][-1]
    phases = np.exp(1j * np.angle(runs.records["a"][:, -1]))
    spread = np.sqrt((1 - abs(phases.mean()) ** 2) / len(phases))
    assert abs(abs(phases.mean()) - ph.measures.phase_coherence(exact, "a")) < 4 * spread + 1 / 12.0**2
