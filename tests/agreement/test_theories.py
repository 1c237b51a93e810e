"""One model in all theories: mean field, cumulants, phase reduction, truncated Wigner and the density matrix.

The driven van der Pol oscillator of n = κ₁/2κ₂ quanta, with gain 1. Its mean field depends on detuning and Ω/√n alone,
so that n changes the size of the fluctuations and nothing else: every approximation has an order in 1/n.
"""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph
from photinus.solve.phase_space.stepping import Heun

A, B = ph.oscillator("a"), ph.oscillator("b")
DETUNING, DRIVE = 0.1, 0.3
"""Inside the tongue: the drive in units of √n locks |Δ| ≤ 0.3 in Adler's equation."""


def driven(quanta: float, detuning: float = DETUNING, drive: float = DRIVE) -> ph.Model:
    return ph.zoo.van_der_pol(
        gain=1, two_photon_loss=1 / (2 * quanta), detuning=detuning, drive=drive * np.sqrt(quanta)
    )


def falls_like(errors: list[float], sizes: list[float], power: float) -> bool:
    """Whether the last two errors show an order of at least ``power`` in the inverse size, to 15 %."""
    return bool(np.log(errors[-2] / errors[-1]) / np.log(sizes[-1] / sizes[-2]) > 0.85 * power)


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
    assert second[-1] < 1e-3


def test_order_one_of_the_cumulants_is_the_mean_field() -> None:
    model = driven(5.0)
    (locked,) = ph.mean_field(model).fixed_points().stable
    assert ph.cumulants(model, 1).steady().expect(A) == pytest.approx(complex(locked.values["a"]), rel=1e-9)


def test_gaussian_models() -> None:
    """Linear jumps and a quadratic Hamiltonian: order 2 is exact, and so is ⟨a⟩ of the mean field."""
    hamiltonian = (
        0.3 * A.dag() * A + 0.2j * (A.dag() - A) + 0.1j * (A.dag() ** 2 - A**2) + 0.4 * (A.dag() * B + B.dag() * A)
    )
    model = ph.Model(hamiltonian, [ph.Jump(1.0, A, reverse=0.2), ph.Jump(0.7, B), ph.Jump(0.5, A - 1j * B)])
    exact = ph.steady_state(model, cutoff=ph.Fixed({"a": 26, "b": 18}))
    moments = ph.cumulants(model).steady()
    (rest,) = ph.mean_field(model).fixed_points()
    assert complex(rest.values["b"]) == pytest.approx(moments.expect(B), abs=1e-12)
    for word in (A, B, A**2, A * B, A.dag() * B, A.dag() * A, B.dag() * B):
        assert moments.expect(word) == pytest.approx(exact.expect(word), abs=1e-8)  # what the cutoffs leave
    # Exactly: ⟨a⟩ and ⟨b⟩ by the linear equations, and the covariance by Lyapunov's.
    for word in (A, B, A.dag() * A, A.dag() * B, A * B, A**2):
        assert abs(moments.expect(model.heisenberg(word))) < 1e-10


def test_phase_reduction_for_weak_noise() -> None:
    """|⟨e^{iφ}⟩| and the direction: the error falls as the noise D = 3/16n does."""
    sizes, errors = [10.0, 20.0, 40.0], []
    a = ph.oscillator("a")
    for quanta in sizes:
        # A weaker drive for larger n: it is of the order of the noise, and the reduction of first order in both.
        drive = 1.0 / quanta
        state = ph.steady_state(driven(quanta, 0.3 / quanta, drive))
        clock = ph.entrainment.phase_reduction(
            ph.zoo.van_der_pol(gain=1, two_photon_loss=1 / (2 * quanta), detuning=0.3 / quanta)
        )
        equation = clock.equation(1j * drive * np.sqrt(quanta) * (a.dag() - a))
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


def test_every_theory_finds_the_same_pull_of_the_frequency() -> None:
    """Adler's mean drift with noise, against the spectrum's peak of the density matrix outside the tongue."""
    quanta, detuning, drive = 40.0, 0.06, 0.03
    drift = float(ph.entrainment.adler_drift(detuning, drive, 3 / (8 * quanta)))
    beat = np.sqrt(detuning**2 - drive**2)
    rng, steps, dt = np.random.default_rng(3), 4000, 0.05
    phase = np.zeros(4000)
    for _ in range(steps):
        phase += (detuning - drive * np.sin(phase)) * dt + np.sqrt(2 * 3 / (8 * quanta) * dt) * rng.normal(size=4000)
    measured, error = phase.mean() / (steps * dt), phase.std() / (steps * dt) / np.sqrt(len(phase))
    assert abs(measured - drift) < 4 * error + 2 * np.pi / (steps * dt) * 0.05
    assert beat < drift < detuning
