"""Lasers: two ensembles in one cavity, saturated gain, and the linewidth that quantum mechanics leaves."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

A = ph.oscillator("a")


def width(model: ph.Model) -> tuple[float, float]:
    """⟨n⟩ and the linewidth, −2 Re of the slowest mode of order 1."""
    state = ph.steady_state(model)
    modes = ph.eigenmodes(model, order=1, count=1, cutoff=ph.Fixed(state.cutoffs))
    return float(state.expect(A.dag() * A)), float(-2 * modes.eigenvalues[0].real)


@pytest.mark.parametrize("gain", [2.0, 4.0])
def test_the_linewidth_of_saturated_gain(gain: float) -> None:
    """Reference M07 (Schawlow–Townes): the jump √g(n) a† gives FWHM·2⟨n⟩/κ = [1 + (κ/A)²]/2, 0.531 for A = 4 κ.

    n = n_s(A/κ − 1) well above threshold. The rest falls like 1/n_s and is taken out from two n_s.
    """
    found = []
    for saturation in (100 / gain, 200 / gain):
        n, linewidth = width(ph.zoo.laser(gain=gain, saturation=saturation))
        assert n == pytest.approx(saturation * (gain - 1), rel=1e-4)
        found.append(2 * n * linewidth)
    assert 2 * found[1] - found[0] == pytest.approx((1 + gain**-2) / 2, abs=4e-3)


def test_the_linewidth_below_threshold() -> None:
    """Reference M07: HWHM = (κ − P)/2 of linear gain P = 0.5 κ; of any saturation below threshold nearly so."""
    linear = ph.Model(jumps=[ph.Jump(0.5, A.dag()), ph.Jump(1.0, A)])
    assert ph.spectra.linewidth(linear, A) / 2 == pytest.approx(0.25, abs=1e-4)
    assert width(ph.zoo.laser(gain=0.5, saturation=1e5))[1] / 2 == pytest.approx(0.25, abs=1e-4)


def test_gain_without_stimulated_emission() -> None:
    """Wiseman1999: the gain jump |n+1⟩⟨n| at the rate κn̄ has the Poissonian n̄ and half of the noise, FWHM → κ/4n̄."""
    raise_ = (ph.diagonal(A, lambda n: (n + 1) ** -0.5) * A).dag()
    found = []
    for mean in (40, 80):
        model = ph.Model(jumps=[ph.Jump(mean, raise_), ph.Jump(1.0, A)])
        n, linewidth = width(model)
        assert n == pytest.approx(mean, rel=1e-6)
        populations = ph.steady_state(model).populations("a")
        assert populations[5] / populations[4] == pytest.approx(mean / 5)
        found.append(4 * n * linewidth)
    assert 2 * found[1] - found[0] == pytest.approx(1, abs=2e-3)


def test_injection_locks_within_the_adler_range() -> None:
    """Mean field of the expanded gain: an injected signal F locks for |Δ| ≤ F/|α| at weak signals (Adler)."""
    gain, saturation, drive = 1.5, 200.0, 0.05
    radius = (saturation * (gain - 1) / gain) ** 0.5
    for detuning, locks in ((0.97 * drive / radius, True), (1.03 * drive / radius, False)):
        model = ph.zoo.laser(gain=gain, saturation=saturation, drive=drive, detuning=detuning, polynomial=True)
        assert bool(ph.mean_field(model).fixed_points().stable) == locks


# --- two ensembles in one cavity --------------------------------------------------------------------------------------


def in_step(pump: float, detuning: float) -> bool:
    atoms = 10**8
    model = ph.zoo.superradiant_ensembles(atoms=atoms, pump=pump, detuning=detuning, collective_decay=1 / atoms)
    cycles = ph.mean_field(model).limit_cycles(starts=16)
    return any(cycle.stable and abs(cycle.frequency) < 1e-6 for cycle in cycles)


@pytest.mark.parametrize("pump", [0.2, 0.5, 0.8, 1.3, 1.7])
def test_the_synchronization_boundary(pump: float) -> None:
    """The closed form of the boundary against the stability of the cycles of the compiled mean field."""
    edge = ph.collective.superradiant_boundaries(pump).locking
    assert in_step(pump, 0.997 * edge)
    assert not in_step(pump, 1.003 * edge)


def test_the_lasing_threshold() -> None:
    atoms = 10**8
    dark = {"a": (0, 0, atoms / 2), "b": (0, 0, atoms / 2)}
    for pump in (0.9, 1.2, 1.9, 2.1):
        edge = ph.collective.superradiant_boundaries(pump).lasing
        for detuning in {min(0.99 * edge, 3.0), min(1.01 * edge, 3.0)} - {0.0} or {0.1}:
            options = {"atoms": atoms, "pump": pump, "detuning": detuning, "collective_decay": 1 / atoms}
            field = ph.mean_field(ph.zoo.superradiant_ensembles(**options))
            growth = np.linalg.eigvals(field.jacobian(dark)).real.max()
            assert (growth > 0) == (detuning < edge)


def test_two_ensembles_exactly() -> None:
    """Four atoms in each: cumulants are near, and the phase has the sign of the detuning."""
    model = ph.zoo.superradiant_ensembles(atoms=4, pump=0.5, detuning=0.3, collective_decay=0.25)
    one, two = ph.ensemble("a", 4), ph.ensemble("b", 4)
    exact = ph.steady_state(model)
    closed = ph.cumulants(model).steady()
    pair = exact.expect(one.plus * two.minus)
    assert closed.expect(one.plus * two.minus) == pytest.approx(pair, rel=0.15)
    assert closed.expect(one.z) == pytest.approx(exact.expect(one.z), rel=0.05)
    other = ph.zoo.superradiant_ensembles(atoms=4, pump=0.5, detuning=-0.3, collective_decay=0.25)
    assert ph.steady_state(other).expect(one.plus * two.minus) == pytest.approx(pair.conjugate(), abs=1e-12)
    assert np.angle(pair) > 0
    third = ph.cumulants(model, 3).steady().expect(one.plus * two.minus)
    assert abs(third - pair) < abs(closed.expect(one.plus * two.minus) - pair)


def test_mistakes_are_told() -> None:
    for pump, rate in ((0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (float("nan"), 1.0)):
        with pytest.raises(ph.errors.InvalidInput):
            ph.collective.superradiant_boundaries(pump, collective_rate=rate)


def test_both_lines_of_a_large_detuned_pair_are_found() -> None:
    """A sector above the size that is diagonalised whole: the search finds what the dense eigenvalues are."""
    model = ph.zoo.superradiant_ensembles(atoms=6, pump=0.5, detuning=2.5, collective_decay=1 / 6)
    one = {"a": 1, "b": 0}
    found = ph.eigenmodes(model, order=one, count=4)
    every = ph.eigenmodes(model, order=one, count=4, method=ph.Dense())
    assert not found.complete
    by_frequency = [np.array(sorted(modes.eigenvalues, key=lambda value: value.imag)) for modes in (found, every)]
    np.testing.assert_allclose(*by_frequency, atol=1e-8)
