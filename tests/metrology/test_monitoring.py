"""What records of emitted light tell, by Monte Carlo and in closed form, below the bound of all monitoring."""

from __future__ import annotations

import numpy as np
import pytest

import photinus as ph

M = ph.metrology
A, S = ph.oscillator("a"), ph.spin("s", 0.5)


def atom(drive: float, detuning: float = 0.0, loss: float = 1.0) -> ph.Model:
    return ph.Model(-detuning * S.z + drive * S.x, [ph.Jump(loss, S.minus, name="photon")])


def cavity(drive: float, loss: float) -> ph.Model:
    return ph.Model(1j * drive * (A.dag() - A), [ph.Jump(loss, A, name="out")])


def click_information(at: dict[str, float], name: str) -> float:
    """The Fisher information per time of a renewal record, ∫(∂w)²/w dτ over the mean delay."""
    delays, h = np.linspace(0, 80, 8001), 1e-4

    def waiting(shift: float):
        model = atom(**{**at, name: at[name] + shift})
        return ph.counting(model, {"photon": 1}, highest=1).waiting_times(delays)

    slope = (waiting(h).density - waiting(-h).density) / (2 * h)
    here = waiting(0.0)
    known = here.density > 1e-13
    return float(np.trapezoid(slope[known] ** 2 / here.density[known], delays[known])) / here.mean


def test_every_photon_of_a_resonant_atom_tells_all() -> None:
    """4/γ about the Rabi frequency on resonance, which photon counting reaches (Gammelmark, Mølmer 2014)."""
    at = {"drive": 0.7, "detuning": 0.0, "loss": 1.0}
    bound = M.emission_information(atom, at, "drive").rate
    assert bound == pytest.approx(4.0, rel=1e-9)
    assert click_information(at, "drive") == pytest.approx(4.0, rel=1e-5)
    assert M.counting_information(atom, at, "drive", {"photon": 1}) < 4.0


@pytest.mark.parametrize("name", ["drive", "detuning", "loss"])
def test_number_record_and_bound_stand_in_order(name: str) -> None:
    at = {"drive": 0.7, "detuning": 0.3, "loss": 1.0}
    number = M.counting_information(atom, at, name, {"photon": 1})
    assert number < click_information(at, name) < M.emission_information(atom, at, name).rate


def score(times: np.ndarray, end: float, drive: float) -> float:
    """∂ ln p of a record of photons by the drive, γ = 1 and Ω < 1/2: w = Ω²/(4λ²)·e^{−τ/2} sinh²λτ."""

    def likelihood(omega: float) -> float:
        rate = np.sqrt(1 / 16 - omega**2 / 4)
        delays = np.diff(np.concatenate([[0.0], times]))
        density = omega**2 / (4 * rate**2) * np.exp(-delays / 2) * np.sinh(rate * delays) ** 2
        t = end - (times[-1] if len(times) else 0.0)
        grow, mix = np.cosh(2 * rate * t) - 1, np.sinh(2 * rate * t) / (4 * rate)
        silent = np.exp(-t / 2) * (1 + grow / (16 * rate**2) + mix)
        return float(np.log(density).sum() + np.log(silent))

    return (likelihood(drive + 1e-5) - likelihood(drive - 1e-5)) / 2e-5


def test_photon_records_by_monte_carlo() -> None:
    """The variance of the score of simulated records is their Fisher information: that of the two-sided equation."""
    drive, end, count = 0.4, 150.0, 600
    model, ground = atom(drive), ph.states.level({S: -0.5})
    clicks = ph.trajectories(model, ground, [0.0, end], count=count, seed=4, observe={}).clicks
    scores = np.array([score(clicks.times[clicks.trajectories == k], end, drive) for k in range(count)])
    squares = scores**2 / end
    error = squares.std() / np.sqrt(count)
    rate = M.emission_information(atom, {"drive": drive, "detuning": 0.0, "loss": 1.0}, "drive").rate
    assert rate == pytest.approx(4.0, rel=1e-9)
    assert abs(scores.mean()) < 4 * scores.std() / np.sqrt(count)  # the likelihood is that of the simulation
    assert abs(squares.mean() - rate) < 4 * error + 0.02 * rate  # the first delays are no steady state
    assert error < 0.1 * rate


def test_homodyne_records_by_monte_carlo() -> None:
    """The beam of a driven cavity: homodyne detection of its amplitude tells 16/κ per time, of the other nothing."""
    loss, end, count = 2.0, 20.0, 400
    steady = [ph.steady_state(cavity(drive, loss), cutoff=ph.Fixed(8)) for drive in (0.35, 0.45)]

    def estimates(k: int, angle: float) -> np.ndarray:
        scheme = ph.Homodyne(channel="out", angle=angle, step=0.05)
        found = ph.trajectories(
            cavity((0.35, 0.45)[k], loss), steady[k], [0.0, end], scheme=scheme, count=count, seed=k, cutoff=ph.Fixed(8)
        )
        return found.currents["out"][:, 0]

    bound = M.emission_information(cavity, {"drive": 0.4, "loss": loss}, "drive").rate
    assert bound == pytest.approx(16 / loss, rel=1e-7)
    for angle, expected in ((0.0, bound), (np.pi / 2, 0.0)):
        low, high = estimates(0, angle), estimates(1, angle)
        noise = (low.var() + high.var()) / 2
        slope = (high.mean() - low.mean()) / 0.1
        error = np.sqrt(2 * noise / count) / 0.1
        assert noise * end == pytest.approx(1.0, rel=4 * np.sqrt(1 / count))  # white noise of unit strength
        assert abs(slope - np.sqrt(expected)) < 4 * error
