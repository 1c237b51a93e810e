"""Draw the figures of the documentation: ``python docs/figures/make.py [NAME …]``, without a name all of them.

Each function draws one file. The numbers come from the library, the pictures from ``photinus.plot``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import photinus as ph
from photinus import plot

HERE = Path(__file__).parent
GAIN, TWO_PHOTON_LOSS = 1.0, 0.1
RADIUS = (GAIN / (2 * TWO_PHOTON_LOSS)) ** 0.5  # |α| of the mean-field limit cycle
INSIDE, OUTSIDE = {"detuning": 0.1, "drive": 0.5}, {"detuning": 0.9, "drive": 0.3}
a, b = ph.oscillator("a"), ph.oscillator("b")


def oscillator(**parameters: float) -> ph.Model:
    return ph.zoo.van_der_pol(gain=GAIN, two_photon_loss=TWO_PHOTON_LOSS, **parameters)


def save(drawn: object, name: str, dpi: int = 150) -> None:
    plot.save(drawn, HERE / f"{name}.png", dpi=dpi)


def noisy_adler(detuning: float, strength: float, diffusion: float) -> complex:
    """⟨e^{iφ}⟩ of φ̇ = detuning − strength·sin φ + noise, by the continued fraction of its harmonics."""
    ratio = 0j
    for n in range(400, 0, -1):
        ratio = (strength / 2) / (diffusion * n - 1j * detuning + (strength / 2) * ratio)
    return ratio


def plain_adler(detuning: float, strength: float) -> float:
    """|⟨e^{iφ}⟩| of φ̇ = detuning − strength·sin φ: 1 where it locks, a time average where it slips."""
    outside = abs(detuning) > strength
    return (abs(detuning) - (detuning**2 - strength**2) ** 0.5) / strength if outside else 1.0


def tongue() -> None:
    """The entrainment of a van der Pol oscillator, with the mean-field boundary."""

    def point(drive, detuning, previous=None):
        state = ph.steady_state(oscillator(detuning=detuning, drive=drive), cutoff=ph.Converged(1e-6), near=previous)
        return {"phase_coherence": ph.measures.phase_coherence(state, "a")}, state

    axes = {
        "drive": ph.sweep.Axis(np.linspace(0, 1, 41), unit="gain"),
        "detuning": ph.sweep.Axis(np.linspace(-1, 1, 81), unit="gain"),
    }
    table = ph.sweep.run(
        point,
        axes,
        attributes={"phase_coherence": {"long_name": r"phase coherence $R = |\langle e^{i\varphi}\rangle|$"}},
    )
    figure, panels = plot.figure()
    plot.tongue(
        table,
        "phase_coherence",
        boundary={"Adler boundary (mean field)": lambda detuning: abs(detuning) * RADIUS},
        marks={"inside": tuple(INSIDE.values()), "outside": tuple(OUTSIDE.values())},
        axes=panels[0],
    )
    save(figure, "tongue")


def wigner_tongue() -> None:
    """Wigner functions without drive, inside and outside the tongue."""
    x = np.linspace(-5.5, 5.5, 121)
    cases = {"no drive": {}, "outside the tongue": OUTSIDE, "inside the tongue": INSIDE}
    functions = [ph.phase.wigner(ph.steady_state(oscillator(**case)), "a", x, x) for case in cases.values()]
    limit = max(float(w.max()) for w in functions)
    figure, panels = plot.figure(3)
    for axes, title, w in zip(panels, cases, functions, strict=True):
        plot.wigner(
            x, x, w, radius=2**0.5 * RADIUS, limit=limit, with_colour_bar=axes is panels[-1], axes=axes, title=title
        )
    save(figure, "wigner_tongue", dpi=110)


def phase_tongue() -> None:
    """Phase densities inside and outside the tongue."""
    states = [ph.steady_state(oscillator(**case)) for case in (INSIDE, OUTSIDE)]
    figure, panels = plot.figure(polar=True)
    plot.phase_density(
        [ph.phase.distribution(state, "a") for state in states],
        labels=["inside", "outside"],
        axes=panels[0],
    )
    save(figure, "phase_tongue")


def smearing() -> None:
    """R against the detuning: mean field, mean field with phase noise, quantum."""
    figure, panels = plot.figure(2)
    reach, strength = 0.4, 0.1
    detunings = np.linspace(0, reach, 33)
    for axes, kappa in zip(panels, (0.02, 0.5), strict=True):
        radius = (GAIN / (2 * kappa)) ** 0.5
        state, quantum = None, []
        for detuning in detunings:
            model = ph.zoo.van_der_pol(gain=GAIN, two_photon_loss=kappa, detuning=detuning, drive=strength * radius)
            state = ph.steady_state(model, cutoff=ph.Converged(1e-4), near=state)
            quantum.append(ph.measures.phase_coherence(state, "a"))
        fine = np.linspace(0, reach, 401)
        with plot.style():
            axes.plot(fine, [plain_adler(d, strength) for d in fine], ":", color="0.35", label="Adler")
            axes.plot(
                fine,
                [abs(noisy_adler(d, strength, 0.75 * kappa)) for d in fine],
                "--",
                color=plot.LINES[1],
                label=r"Adler with noise, $D = \frac{3}{4}\kappa_2$",
            )
            axes.plot(detunings, quantum, "o", markersize=3.5, color=plot.LINES[0], label="quantum")
            axes.set(title=rf"$\kappa_2 = {kappa}\,\kappa_1$", xlabel=plot.axis_label("detuning", {"units": "gain"}))
            axes.set(ylim=(0, 1.04), xlim=(0, reach))
            axes.spines[["top", "right"]].set_visible(False)
    with plot.style():
        panels[0].set_ylabel("phase coherence $R$")
        panels[1].legend(loc="upper right")
    save(figure, "smearing")


def sectors() -> None:
    """Which elements of the density matrix of a pair the steady state can have, before and after sorting by charge."""
    levels = 5
    charge = np.add.outer(np.arange(levels), np.arange(levels)).ravel()
    figure, panels = plot.figure(2)
    for axes, order, title in zip(
        panels,
        (np.arange(levels**2), np.argsort(charge, kind="stable")),
        (r"kets $|n_a n_b\rangle$ as they come", r"sorted by the charge $q = n_a + n_b$"),
        strict=True,
    ):
        q = charge[order]
        same = np.where(q[:, None] == q[None, :], q[:, None], np.nan)
        with plot.style():
            axes.set_facecolor("0.95")
            axes.imshow(same, cmap="viridis", interpolation="nearest")
            axes.set(title=title, xlabel="column", ylabel="row", xticks=[0, 12, 24], yticks=[0, 12, 24])
    save(figure, "sectors")


def unknowns() -> None:
    """How many unknowns the steady state of a pair has, with and without its symmetry."""
    n = np.arange(4, 101)
    figure, panels = plot.figure()
    axes = panels[0]
    with plot.style():
        axes.loglog(n, n**4, "--", color=plot.LINES[1], label=r"no symmetry, $N^4$")
        axes.loglog(n, n * (2 * n**2 + 1) // 3, color=plot.LINES[0], label=r"U(1), $N(2N^2 + 1)/3$")
        axes.plot([30, 30], [18010, 810000], "o", color="black", markersize=4)
        axes.annotate("18 010", (30, 18010), (8, -11), textcoords="offset points")
        axes.annotate("810 000", (30, 810000), (-48, 7), textcoords="offset points")
        axes.set(xlabel="levels $N$ of each oscillator", ylabel="unknowns", xlim=(4, 100))
        axes.set_xticks([5, 10, 20, 50, 100], ["5", "10", "20", "50", "100"], minor=False)
        axes.xaxis.set_minor_formatter("")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left")
    save(figure, "unknowns")


def truncation() -> None:
    """The truncation error that a certificate states, against the true one and against the top level's population."""
    model = oscillator(**INSIDE)
    exact = ph.steady_state(model, cutoff=ph.Fixed(80)).density_matrix()
    cutoffs, stated, true, top = np.arange(12, 45, 2), [], [], []
    for n in cutoffs:
        state = ph.steady_state(model, cutoff=ph.Fixed(int(n)))
        difference = exact.copy()
        difference[:n, :n] -= state.density_matrix()
        stated.append(state.certificate.truncation)
        true.append(np.abs(np.linalg.eigvalsh(difference)).sum())
        top.append(state.populations("a")[-1])
    figure, panels = plot.figure()
    axes = panels[0]
    with plot.style():
        axes.semilogy(cutoffs, stated, "s-", markersize=4, color=plot.LINES[0], label="certificate")
        axes.semilogy(
            cutoffs, true, "o-", markersize=4, color="black", label=r"true error $\|\rho_N - \rho_\infty\|_1$"
        )
        axes.semilogy(cutoffs, top, "--", color=plot.LINES[1], label="population of the top level")
        axes.axhline(1e-6, color="0.5", linewidth=0.8)
        axes.annotate("Converged(1e-6)", (12, 1e-6), (0, 3), textcoords="offset points", color="0.35", fontsize=9.5)
        axes.set(xlabel="cutoff $N$", ylabel="error", xlim=(11.5, 44.5))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper right")
    save(figure, "truncation")


def notions() -> None:
    """Canonical and Husimi phase density of one state; the joint density of a pair."""
    figure, panels = plot.figure(polar=True)
    state = ph.steady_state(ph.zoo.van_der_pol(gain=1, two_photon_loss=5, drive=1, drive_phase=np.pi / 4))
    kinds = ("canonical", "husimi")
    plot.phase_density(
        [ph.phase.distribution(state, "a", kind=kind) for kind in kinds], labels=["canonical", "Husimi"], axes=panels[0]
    )
    save(figure, "notions")
    pair = ph.zoo.shared_bath_pair(np.pi / 2, gain=1, two_photon_loss=0.2, coupling=0.5)
    state = ph.steady_state(pair, cutoff=ph.Converged(1e-3))
    figure, panels = plot.figure()
    plot.joint_phase(ph.phase.joint_distribution(state, "a", "b"), axes=panels[0])
    save(figure, "joint_phase")


def measures() -> None:
    """R, R′ and the mutual information of a pair against the coupling, at high and at low occupation."""
    figure, panels = plot.figure(2)
    couplings = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0])
    for axes, kappa in zip(panels, (0.2, 10.0), strict=True):
        rows = []
        state = None
        for coupling in couplings:
            model = ph.zoo.shared_bath_pair(coupling=coupling, gain=1, two_photon_loss=kappa)
            state = ph.steady_state(model, cutoff=ph.Converged(1e-3), near=state)
            rows.append([ph.measures.table(state, "a", "b")[name] for name in NAMES])
        with plot.style():
            for k, (symbol, look) in enumerate(zip(("$R$", "$R'$", "$I$ (nats)"), ("o-", "s--", "^-."), strict=True)):
                axes.plot(couplings, np.array(rows)[:, k], look, markersize=4, color=plot.LINES[k], label=symbol)
            axes.set(
                title=rf"$\kappa_2 = {kappa:g}\,\kappa_1$",
                xlabel="coupling $V/\\kappa_1$",
                ylim=(0, 1.2),
                xlim=(0, 3.05),
            )
            axes.spines[["top", "right"]].set_visible(False)
    with plot.style():
        panels[0].set_ylabel("value of the measure")
        panels[0].legend(loc="lower right")
    save(figure, "measures")


NAMES = ("phase_coherence", "amplitude_correlation", "mutual_information")


def zoo() -> None:
    """Wigner functions of four van der Pol oscillators."""
    x = np.linspace(-6.5, 6.5, 121)
    cases = {
        "free": oscillator(),
        r"driven, $\Omega = 0.4$": oscillator(drive=0.4),
        r"squeezed, $\eta = 0.2$": oscillator(squeezing=0.2),
        r"driven, Kerr, $K = 0.05$": oscillator(drive=0.4, detuning=0.5, kerr=0.05),
    }
    functions = [ph.phase.wigner(ph.steady_state(model), "a", x, x) for model in cases.values()]
    limit = max(float(w.max()) for w in functions)
    figure, panels = plot.figure(4)
    for axes, title, w in zip(panels, cases, functions, strict=True):
        plot.wigner(x, x, w, limit=limit, with_colour_bar=axes is panels[-1], axes=axes, title=title)
    save(figure, "zoo", dpi=100)


def sweep() -> None:
    """R of a driven oscillator along the detuning, and the truncation error of every point."""
    figure, panels = plot.figure(2)
    detunings = np.linspace(-1, 1, 81)
    for k, drive in enumerate((0.1, 0.3, 0.9)):
        state, coherence, errors = None, [], []
        for detuning in detunings:
            state = ph.steady_state(oscillator(detuning=detuning, drive=drive), near=state)
            coherence.append(ph.measures.phase_coherence(state, "a"))
            errors.append(state.certificate.truncation)
        with plot.style():
            label = rf"$\Omega = {drive}\,\kappa_1$"
            panels[0].plot(detunings, coherence, ("-", "--", "-.")[k], color=plot.LINES[k], label=label)
            panels[1].semilogy(detunings, errors, ("-", "--", "-.")[k], color=plot.LINES[k])
    with plot.style():
        for axes, label in zip(panels, ("phase coherence $R$", "truncation error"), strict=True):
            axes.set(xlabel=plot.axis_label("detuning", {"units": "gain"}), ylabel=label, xlim=(-1, 1))
            axes.spines[["top", "right"]].set_visible(False)
        panels[0].set_ylim(0, 1)
        panels[1].axhline(1e-6, color="0.5", linewidth=0.8)
        panels[1].set_ylim(1e-9, 1e-5)
        panels[1].annotate(
            "Converged(1e-6)", (-1, 1e-6), (4, 3), textcoords="offset points", color="0.35", fontsize=9.5
        )
        panels[0].legend(loc="upper right")
    save(figure, "sweep")


FIGURES = (
    tongue,
    wigner_tongue,
    phase_tongue,
    smearing,
    sectors,
    unknowns,
    truncation,
    notions,
    measures,
    zoo,
    sweep,
)

if __name__ == "__main__":
    wanted = sys.argv[1:] or [draw.__name__ for draw in FIGURES]
    for draw in FIGURES:
        if draw.__name__ in wanted:
            draw()
