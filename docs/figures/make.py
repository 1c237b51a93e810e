"""Draw the figures of the documentation: ``python docs/figures/make.py [NAME …]``, without a name all of them.

Each function draws one file. The numbers come from the library, the pictures from ``photinus.plot``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def phase_kinds() -> None:
    """The three phase densities of (|0⟩ + |1⟩)/√2, prepared by a jump |+⟩⟨−|."""
    zero, one = ph.diagonal(a, lambda n: n == 0), ph.diagonal(a, lambda n: n == 1)
    pump = (zero - one + a.dag() * zero - zero * a) / 2
    state = ph.steady_state(ph.Model(jumps=[ph.Jump(1.0, pump), ph.Jump(1.0, a**2)]), cutoff=ph.Fixed(6))
    figure, panels = plot.figure()
    axes = panels[0]
    with plot.style():
        for k, (kind, label) in enumerate({"canonical": "canonical", "husimi": "Husimi", "wigner": "Wigner"}.items()):
            density = ph.phase.distribution(state, "a", kind=kind)
            around = np.append(density.phi, np.pi), np.append(density.density, density.density[0])
            axes.plot(*around, ("-", "--", "-.")[k], color=plot.LINES[k], label=label)
        axes.axhline(0, color="0.35", linewidth=0.8)
        axes.axhline(0.5 / np.pi, color="0.35", linewidth=0.8, linestyle=":")
        axes.annotate(r"$1/2\pi$", (-3.1, 0.165), color="0.35", fontsize=9.5)
        ticks = (-np.pi, -np.pi / 2, 0, np.pi / 2, np.pi)
        axes.set_xticks(ticks, (r"$-\pi$", r"$-\pi/2$", "$0$", r"$\pi/2$", r"$\pi$"))
        axes.set(xlabel=r"$\varphi$", ylabel=r"$P(\varphi)$", xlim=(-np.pi, np.pi))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper right")
    save(figure, "phase_kinds")


def pegg_barnett() -> None:
    """How moments of Pegg's and Barnett's Φ reach their limit, and how they depend on the window."""
    state = ph.steady_state(oscillator(drive=0.5, drive_phase=1.0), cutoff=ph.Fixed(60))
    density = ph.phase.distribution(state, "a")
    limit = ph.phase.pegg_barnett_limit(state, "a", theta0=-np.pi).value
    rho = state.density_matrix()
    figure, panels = plot.figure(2)
    sizes = np.unique(np.geomspace(10, 1000, 40).astype(int))
    mean, exponential = [], []
    for s in sizes:
        inside = ph.phase.PeggBarnett(int(max(s, 59)), theta0=-np.pi)
        mean.append(abs(inside.mean(state, "a") - limit) if s >= 59 else np.nan)
        kept = rho[: s + 1, : s + 1]  # for small s of the state cut to s + 1 levels
        wrapped = np.trace(kept, -1) + np.exp(-1j * np.pi * (s + 1)) * kept[0, -1]
        exponential.append(abs(wrapped - density.moment()))
    starts = np.linspace(-np.pi, np.pi, 181)
    windows = [(density.window_mean(start), density.window_variance(start)) for start in starts]
    with plot.style():
        panels[0].loglog(sizes, mean, "o-", markersize=3.5, color=plot.LINES[0], label=r"$\langle\Phi\rangle$")
        small = np.array(exponential) > 1e-15
        panels[0].loglog(
            sizes[small], np.array(exponential)[small], "s--", markersize=3.5, color=plot.LINES[1],
            label=r"$\langle e^{i\Phi}\rangle$",
        )  # fmt: skip
        guide = np.array([60, 1000])
        panels[0].loglog(guide, 3 * mean[-1] * sizes[-1] / guide, ":", color="0.35", label=r"$\propto 1/s$")
        panels[0].set(xlabel="$s$", ylabel=r"distance from the limit $s \to \infty$", ylim=(1e-16, 1))
        panels[0].legend(loc="lower right")
        panels[1].plot(starts, np.array(windows)[:, 0], color=plot.LINES[0], label="mean")
        panels[1].plot(starts, np.array(windows)[:, 1], "--", color=plot.LINES[1], label="variance")
        panels[1].axhline(np.pi**2, color="0.35", linewidth=0.8, linestyle=":")
        panels[1].annotate(r"$\pi^2$", (-3.1, 10.0), color="0.35", fontsize=9.5)
        panels[1].set_xticks((-np.pi, 0, 1, np.pi), (r"$-\pi$", "$0$", "$1$", r"$\pi$"))
        panels[1].set_ylabel(r"moments of $\Phi$ (rad, rad$^2$)")
        panels[1].set(xlabel=r"start of the window $\theta_0$", xlim=(-np.pi, np.pi), ylim=(0, 11))
        panels[1].legend(loc="upper left", bbox_to_anchor=(0, 0.9))
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "pegg_barnett")


def spin_sphere() -> None:
    """The Husimi function of a driven spin 1 on its sphere."""
    state = ph.steady_state(ph.zoo.spin_one(gain=0.1, loss=1.0, drive=0.02, drive_phase=0.3))
    theta, phi = np.linspace(0, np.pi, 121), np.linspace(-np.pi, np.pi, 241)
    figure, panels = plot.figure()
    plot.sphere(theta, phi, ph.phase.spin_husimi(state, "s", theta, phi), axes=panels[0])
    save(figure, "spin_sphere")


def level_phases() -> None:
    """The phases of levels 1 and 2 of a driven qutrit relative to level 0."""
    q = ph.qudit("q", 3)
    drives = 0.3 * (q(0, 1) + q(1, 0)) + 0.2 * (q(1, 2) + q(2, 1))
    jumps = [ph.Jump(1.0, q(0, 1)), ph.Jump(0.5, q(1, 2)), ph.Jump(0.3, q(2, 0))]
    torus = ph.phase.level_distribution(ph.steady_state(ph.Model(drives, jumps)), "q", points=96)
    figure, panels = plot.figure()
    labels = (r"φ_1 − φ_0", r"φ_2 − φ_0")
    plot.joint_phase(ph.phase.JointPhaseDensity(torus.phi, torus.density, ("husimi", "husimi"), labels), axes=panels[0])
    save(figure, "level_phases")


def measures() -> None:
    """Measures of a pair against the coupling, at high and at low occupation."""
    couplings = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0])

    def pair(kappa: float) -> Callable[[float], ph.Model]:
        return lambda coupling: ph.zoo.shared_bath_pair(coupling=coupling, gain=1, two_photon_loss=kappa)

    figure, panels = plot.figure(2)
    for axes, kappa in zip(panels, (0.2, 10.0), strict=True):
        curves(axes, couplings, pair(kappa), PAIR, "a", "b")
        with plot.style():
            axes.set(title=rf"$\kappa_2 = {kappa:g}\,\kappa_1$", xlabel="coupling $V/\\kappa_1$")
            axes.set(ylim=(0, 1.2), xlim=(0, 3.05))
    with plot.style():
        panels[0].set_ylabel("value of the measure")
        panels[1].legend(loc="upper left")
    save(figure, "measures")


PAIR = {
    "phase_coherence": "$R$",
    "amplitude_correlation": "$R'$",
    "mutual_information": "$I$ (nats)",
    "complete_synchronization": "$S_c$",
}
SINGLE = {"phase_coherence": "$R$", "peak_height": r"$S_\mathrm{max}$", "u1_asymmetry": "$A$ (nats)"}


def one_phase() -> None:
    """Measures of one oscillator against a drive, which prefers one phase, and a squeezing drive, which prefers two."""
    figure, panels = plot.figure(2)
    strengths = np.linspace(0, 0.4, 17)
    cases = {"drive": r"drive $\Omega/\kappa_1$", "squeezing": r"squeezing $\eta/\kappa_1$"}
    for axes, (name, label) in zip(panels, cases.items(), strict=True):
        curves(axes, strengths, lambda strength, name=name: oscillator(**{name: strength}), SINGLE, "a")
        with plot.style():
            axes.set(xlabel=label, xlim=(0, 0.41), ylim=(-0.03, 1.6))
    with plot.style():
        panels[0].set_ylabel("value of the measure")
        panels[0].legend(loc="upper left")
    save(figure, "one_phase")


def curves(
    axes: Any, values: np.ndarray, model: Callable[[float], ph.Model], labels: dict[str, str], *sites: str
) -> None:
    """Measures of the steady state of a family of models, as curves."""
    state, rows = None, []
    for value in values:
        state = ph.steady_state(model(float(value)), cutoff=ph.Converged(1e-3), near=state)
        table = ph.measures.table(state, *sites)
        rows.append([table[name] for name in labels])
    with plot.style():
        looks = ("o-", "s--", "^-.", "v:")
        for k, (label, look) in enumerate(zip(labels.values(), looks[: len(labels)], strict=True)):
            axes.plot(values, np.array(rows)[:, k], look, markersize=4, color=plot.LINES[k], label=label)
        axes.spines[["top", "right"]].set_visible(False)


def entanglement() -> None:
    """R and the negativity against the coupling: locked and separable, entangled and not locked."""

    def spins(strength: float) -> ph.Model:
        s, t = ph.spin("s", 1), ph.spin("t", 1)
        exchange = ph.Model(0.5j * strength * (s.plus * t.minus - s.minus * t.plus))
        return ph.zoo.spin_one("s", gain=0.1, loss=1) + ph.zoo.spin_one("t", gain=0.1, loss=1) + exchange

    def oscillators(strength: float) -> ph.Model:
        return ph.zoo.shared_bath_pair(coupling=strength, gain=1, two_photon_loss=0.2)

    figure, panels = plot.figure(2)
    couplings = np.geomspace(0.01, 10, 49)
    cases = {
        "two oscillators in one bath": (oscillators, "ab", r"coupling $V/\kappa_1$", (-0.02, 1)),
        "two equal spins 1": (spins, "st", r"coupling $\varepsilon/\gamma_d$", (-0.0025, 0.125)),
    }
    functions = {
        r"phase coherence $R$": ph.measures.phase_coherence,
        r"negativity $\mathcal{N}$": ph.measures.negativity,
    }
    for axes, (title, (model, sites, label, limits)) in zip(panels, cases.items(), strict=True):
        states = [ph.steady_state(model(strength), cutoff=ph.Fixed(20)) for strength in couplings]
        with plot.style():
            for k, (name, measure) in enumerate(functions.items()):
                values = [measure(state, *sites) for state in states]
                axes.semilogx(couplings, values, ("-", "--")[k], color=plot.LINES[k], label=name)
            axes.set(title=title, xlabel=label, xlim=(0.01, 10), ylim=limits)
            axes.spines[["top", "right"]].set_visible(False)
    with plot.style():
        panels[0].set_ylabel("value of the measure")
        panels[0].legend(loc="upper left")
    save(figure, "entanglement")


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


def kuramoto() -> None:
    """Order parameter of Kuramoto's model with noise against the coupling, and its fluctuations below threshold."""
    from photinus.collective import Gaussian, Identical, Kuramoto, Lorentzian

    figure, panels = plot.figure(2)
    cases = {
        "equal, $D = 0.5$": (0.5, Identical()),
        r"Lorentzian, $\gamma = 0.5$": (0.2, Lorentzian(0.5)),
        r"Gaussian, $\sigma = 0.5$": (0.2, Gaussian(0.5)),
    }
    couplings, times = np.linspace(0.02, 3, 150), np.linspace(0, 20, 21)
    with plot.style():
        for k, (label, (noise, frequencies)) in enumerate(cases.items()):
            orders = [Kuramoto(x, noise, frequencies).order for x in couplings]
            panels[0].plot(couplings, orders, ("-", "--", "-.")[k], color=plot.LINES[k], label=label)
            for x in (0.4, 0.8, 1.2, 1.6, 2.0, 2.6):
                run = Kuramoto(x, noise, frequencies).simulate(400, times, runs=3, start=np.zeros(400), step=0.05)
                panels[0].plot(x, run.mean(after=12)[0], "o", color=plot.LINES[k], markersize=4, fillstyle="none")
        sizes = np.array([25, 50, 100, 200, 400])
        for k, x in enumerate((0.25, 0.75)):
            model = Kuramoto(x, 0.5)
            panels[1].loglog(
                sizes, [model.subcritical_order(n) ** 2 for n in sizes], color=plot.LINES[k], label=rf"$K = {x}\,K_c$"
            )
            runs = [model.simulate(n, np.linspace(0, 60, 121), runs=12, step=0.1).mean_square(after=15) for n in sizes]
            panels[1].errorbar(sizes, *np.transpose(runs), fmt="o", color=plot.LINES[k], markersize=4, fillstyle="none")
        panels[0].set(xlabel="coupling $K$", ylabel="order parameter $r$", xlim=(0, 3), ylim=(0, 1))
        panels[1].set(xlabel="number of oscillators $N$", ylabel=r"$\langle r^2\rangle$ below threshold")
        panels[1].set_xticks(sizes, map(str, sizes))
        panels[1].minorticks_off()
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(loc="best")
    save(figure, "kuramoto")


def networks() -> None:
    """The order parameter of all-to-all networks in every theory, and their critical coupling."""
    from photinus.collective import InfiniteNetwork, Kuramoto, Network, network_order, order_operators
    from photinus.solve.moments.cumulants import large_family

    loss, last = 0.2, 6.2
    clock = ph.zoo.van_der_pol(gain=GAIN, two_photon_loss=loss)
    infinite, small = InfiniteNetwork(clock, a, dissipative=loss, cutoff=ph.Fixed(18)), ph.Fixed(14)

    def network(units: int, coupling: float, size: int | None = None) -> ph.Model:
        return ph.zoo.coupled_van_der_pol(
            units, gain=GAIN, two_photon_loss=loss, dissipative=loss * coupling / (size or units)
        )

    def resting(size: int, coupling: float, order: int) -> float:
        family = large_family(lambda n: network(n, coupling, size), size, order)
        return float(network_order(family.steady()))

    def sampled(units: int, coupling: float) -> Any:
        model = network(units, coupling)
        if units == 3:
            watch, start = order_operators(model), ph.states.fock(dict.fromkeys(model.oscillators, 2), cutoff=small)
            times = [0, *np.linspace(8, 30, 12)]
            runs: Any = ph.trajectories(model, start, times, count=24, observe=watch, cutoff=small)
        else:
            watch, times = order_operators(model, amplitudes=True), [0, *np.linspace(15, 35, 11)]
            runs = ph.truncated_wigner(model, dict.fromkeys(model.oscillators, 1.5), times, count=12, observe=watch)
        return network_order(runs, after=times[1])

    def noiseless(coupling: float) -> float:
        units = 30
        swarm = Network(clock, a, units, dissipative=loss * coupling / units)
        start = 1.5 * np.exp(2j * np.pi * np.random.default_rng(0).random(units))
        return float(network_order(swarm.evolve(start, [0, 400 / coupling]), after=1).value)

    def ordered(coupling: float) -> float:
        if coupling <= critical:
            return 0.0
        return float(network_order(infinite.at(dissipative=loss * coupling).synchronized()))

    def beyond(critical: float) -> np.ndarray:
        return np.array([0, *(critical + (last - critical) * np.linspace(0, 1, 25) ** 2)])

    critical, few = infinite.critical_coupling() / loss, last * np.linspace(0.06, 1, 21) ** 1.5
    above, phases = beyond(critical), beyond(3.0)
    cases: dict[str, tuple[Any, Any]] = {
        "exact, $N = 2$": (few, [float(network_order(ph.steady_state(network(2, x), cutoff=small))) for x in few]),
        "exact, $N = 3$": (few, [float(network_order(ph.steady_state(network(3, x), cutoff=small))) for x in few]),
        "cumulants of order 4, $N = 1000$": (few, [resting(1000, x, 4) for x in few]),
        "infinite network": (above, [ordered(x) for x in above]),
        "Kuramoto, $D = 3\\kappa_2/4$": (phases, [Kuramoto(x / 2, 0.75).order for x in phases]),
        "mean field, $N = 30$": (few[5:], [noiseless(x) for x in few[5:]]),
    }  # fmt: skip
    points = {"trajectories, $N = 3$": (3, [1.5, 3, 4.5]), "truncated Wigner, $N = 30$": (30, [2, 3, 4, 6])}
    ratios = np.geomspace(1, 300, 40)
    figure, panels = plot.figure(2)
    with plot.style():
        looks = zip(("-", "-", ":", "-", "--", "-."), (*plot.LINES[:3], "black", "black", "0.55"), strict=True)
        for (label, (x, y)), (line, color) in zip(cases.items(), looks, strict=True):
            panels[0].plot(x, y, line, color=color, label=label)
        for (label, (units, marks)), color, mark in zip(
            points.items(), (plot.LINES[1], plot.LINES[3]), "so", strict=True
        ):
            orders = [sampled(units, x) for x in marks]
            bars = [float(order.error) / (2 * float(order)) for order in orders]
            panels[0].errorbar(marks, [float(order) for order in orders], bars, fmt=mark, markersize=4,
                               fillstyle="none", color=color, label=label)  # fmt: skip
        panels[0].set(xlabel=r"coupling $V/\kappa_2$", ylabel="order parameter $r$", xlim=(0, last), ylim=(0, 1.05))
        panels[0].legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2, fontsize="small")
        for k, width in enumerate((0.0, 1.0)):
            found = [threshold(ratio, width) for ratio in ratios]
            panels[1].loglog(ratios, found, color=plot.LINES[k], label=rf"$\Gamma = {width:g}\,\kappa_2$")
            panels[1].axhline(3 + 4 * width, color=plot.LINES[k], linestyle="--", linewidth=0.8)
        panels[1].set(xlabel=r"$\kappa_1/\kappa_2$", ylabel=r"critical coupling $V_c/\kappa_2$", ylim=(2.5, 30))
        panels[1].set_yticks([3, 5, 7, 10, 20, 30], ["3", "5", "7", "10", "20", "30"])
        panels[1].minorticks_off()
        panels[1].legend(loc="upper right")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "networks")


def threshold(ratio: float, width: float) -> float:
    """The critical coupling of an infinite network for κ₁/κ₂ and Γ/κ₂; NaN where no coupling synchronizes it."""
    from photinus.collective import InfiniteNetwork

    unit = ph.zoo.van_der_pol(gain=ratio, two_photon_loss=1)
    levels = ph.Fixed(int(0.5 * ratio + 6 * ratio**0.5 + 12))
    try:
        return InfiniteNetwork(unit, a, lorentzian=width, cutoff=levels).critical_coupling(largest=30)
    except ph.errors.NotConverged:
        return float("nan")


def network_states() -> None:
    """A chimera, clusters of a frustrated ring, and exact curves that collapse on one."""
    from photinus.collective import FourthOrder, Network, finite_size_scaling, network_order

    clock = ph.zoo.van_der_pol(gain=GAIN, two_photon_loss=0.1)
    number, rng = 128, np.random.default_rng(3)
    x = -np.pi + 2 * np.pi * (np.arange(number) + 0.5) / number
    weights = (1 + 0.995 * np.cos(x[:, None] - x)) / number
    np.fill_diagonal(weights, 0)
    ring = Network(clock, a, weights, dissipative=0.06 * np.sin(0.18), coherent=0.03 * np.cos(0.18))
    start = 5**0.5 * np.exp(6j * np.exp(-0.76 * x**2) * (rng.random(number) - 0.5))
    chimera = ring.evolve(start, [0, 5000], method=FourthOrder(step=0.5))
    places = np.arange(30)
    apart = np.minimum(abs(places[:, None] - places), 30 - abs(places[:, None] - places))
    frustrated = Network(clock, a, -np.select([apart == 1, apart == 2], [1.0, 0.5], 0.0), dissipative=0.1)
    start = 2.0 * np.exp(2j * (np.pi / 3 * places + 1.4 * rng.random(30) - 0.7))
    clusters = frustrated.evolve(start, [0, 2000], method=FourthOrder(step=0.1))
    sizes, couplings = [100, 200, 400, 800], np.linspace(0.85, 1.2, 9)
    curves_ = np.array([[network_order(ph.steady_state(lasing(n, c))).pairs for c in couplings] for n in sizes])
    fit = finite_size_scaling(couplings, sizes, curves_)
    figure, panels = plot.figure(3)
    with plot.style():
        turned = np.angle(np.exp(1j * (chimera.phases[-1] - chimera.phases[-1][0])))
        panels[0].plot(x, turned, ".", color=plot.LINES[0], markersize=3)
        panels[0].set(xlabel="place on the ring (rad)", xlim=(-np.pi, np.pi))
        for when, look in ((0, {"color": "0.6", "fillstyle": "none"}), (-1, {"color": plot.LINES[0]})):
            turned = clusters.phases[when] - np.angle(clusters.values[when, ::3].sum())
            label = ("start", "at rest")[when]
            panels[1].plot(places, np.angle(np.exp(1j * turned)), "o", markersize=4, label=label, **look)
        panels[1].set(xlabel="number of the unit", xlim=(-1, 30))
        panels[1].legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
        for axes in panels[:2]:
            axes.set(ylabel="phase (rad)", ylim=(-np.pi, np.pi))
            axes.set_yticks([-np.pi, -np.pi / 2, 0, np.pi / 2, np.pi], ["−π", "−π/2", "0", "π/2", "π"])
        for k, (n, curve) in enumerate(zip(sizes, curves_, strict=True)):
            look = {"color": plot.LINES[k], "markersize": 4, "label": f"$N = {n}$"}
            panels[2].plot(*fit.scaled(couplings, n, curve, corrected=True), "o^sv"[k], **look)
            panels[2].plot(*fit.scaled(couplings, n, curve), "o^sv"[k], color="0.7", markersize=4, zorder=0)
        panels[2].set(
            xlabel=rf"$(\Gamma/w - {fit.critical:.3f})\,N^{{{fit.width_exponent:.2f}}}$",
            ylabel=rf"$C\,N^{{{fit.order_exponent:.2f}}}$",
        )
        panels[2].legend(loc="upper left")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    print(fit)
    save(figure, "network_states")


def lasing(atoms: int, coupling: float) -> ph.Model:
    """Pumped atoms that decay together, Γ/N·D[S₋], in units of the pumping."""
    s = ph.ensemble("s", atoms)
    return ph.Model(jumps=[ph.Jump(1, s.each.plus), ph.Jump(coupling / atoms, s.minus)])


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


def states() -> None:
    """Joint phase densities: a phase-locked mixture, two number states, a two-mode squeezed vacuum."""
    cases = {
        "phase-locked mixture": ph.states.phase_locked_mixture({"a": 1.5, "b": 1.5}, angle=np.pi / 2),
        "number states": ph.states.fock({"a": 2, "b": 2}),
        "two-mode squeezed": ph.states.two_mode_squeezed(("a", "b"), 0.9, np.pi),
    }
    densities = [ph.phase.joint_distribution(state, "a", "b") for state in cases.values()]
    highest = max(float(density.density.max()) for density in densities)
    figure, panels = plot.figure(3)
    for axes, title, density in zip(panels, cases, densities, strict=True):
        plot.joint_phase(density, limit=highest, with_colour_bar=axes is panels[-1], axes=axes, title=title)
    save(figure, "states", dpi=110)


def wigner_pair(loss: float, coupling: float, direction: float) -> tuple[np.ndarray, np.ndarray]:
    """Phases of two noisy classical oscillators with D[a − e^{iθ}b]; the noise is that of the Wigner function."""
    model = ph.zoo.shared_bath_pair(direction, coupling=coupling, gain=GAIN, two_photon_loss=loss)
    start = (GAIN / (2 * loss)) ** 0.5 * np.exp(2j * np.pi * np.random.default_rng(0).random((2, 4000)))
    times = np.concatenate([[0.0], np.arange(10, 30, 0.4)])
    runs = ph.truncated_wigner(model, {"a": start[0], "b": start[1]}, times, count=4000)
    return np.angle(runs.records["a"][:, 1:]), np.angle(runs.records["b"][:, 1:])


def truncated_wigner() -> None:
    """Where the truncated Wigner method is right, and an ensemble that falls into step."""
    figure, panels = plot.figure(2)
    losses = np.geomspace(0.02, 2, 13)
    exact, sampled, error = [], [], []
    for loss in losses:
        state = ph.steady_state(ph.zoo.van_der_pol(gain=GAIN, two_photon_loss=loss), cutoff=ph.Converged(1e-4))
        exact.append(state.expect(a.dag() * a))
        runs = ph.truncated_wigner(ph.zoo.van_der_pol(gain=GAIN, two_photon_loss=loss), {"a": 1}, [0, 12], count=4000)
        sampled.append(runs.mean["n_a"][-1])
        error.append(runs.standard_error["n_a"][-1])
    times, number = np.linspace(0, 25, 51), 30
    frequencies = 0.3 * np.linspace(-1, 1, number)
    start = {f"a{k + 1}": 3 * np.exp(2.399963j * k) for k in range(number)}
    observe = {name: ph.oscillator(name) for name in start}
    with plot.style():
        panels[0].loglog(losses, exact, color="black", label="exact")
        panels[0].errorbar(losses, sampled, 2 * np.array(error), fmt="o", markersize=4, color=plot.LINES[0],
                           label="truncated Wigner")  # fmt: skip
        panels[0].set(xlabel=r"two-photon loss $\kappa_2$ (gain)", ylabel=r"$\langle n \rangle$")
        panels[0].legend(loc="upper right")
        for k, coupling in enumerate((0.1, 0.6, 1.2)):
            model = ph.zoo.coupled_van_der_pol(
                number, gain=GAIN, two_photon_loss=0.05, dissipative=coupling / number, detuning=list(frequencies)
            )
            runs = ph.truncated_wigner(model, start, times, count=100, observe=observe)
            panels[1].plot(times, runs.order_parameter()[0], ("-", "--", "-.")[k], color=plot.LINES[k],
                           label=f"$NV = {coupling:g}$")  # fmt: skip
        panels[1].set(xlabel="time (1/gain)", ylabel="order parameter", ylim=(0, 1.02), xlim=(0, 25))
        panels[1].legend(loc="upper left")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "truncated_wigner")


def classical() -> None:
    """The joint phase density of a pair, quantum and of the noisy classical equations."""
    loss, coupling, direction = 0.2, 0.5, np.pi / 2
    model = ph.zoo.shared_bath_pair(direction, coupling=coupling, gain=GAIN, two_photon_loss=loss)
    quantum = ph.phase.joint_distribution(ph.steady_state(model, cutoff=ph.Converged(1e-3)), "a", "b")
    phases = wigner_pair(loss, coupling, direction)
    noisy = ph.phase.empirical_joint_distribution(*phases, orders=8, labels=quantum.label)
    figure, panels = plot.figure(2)
    for axes, density, title in zip(panels, (quantum, noisy), ("quantum", "classical, with noise"), strict=True):
        plot.joint_phase(
            density, limit=1.05 * noisy.density.max(), with_colour_bar=axes is panels[-1], axes=axes, title=title
        )
    save(figure, "classical")


def eigenmodes() -> None:
    """The Liouvillian spectrum of an oscillator by order, and the gap of order 1 from quantum to classical."""
    figure, panels = plot.figure(2)
    model = oscillator(detuning=-0.3)
    plot.liouvillian_spectrum(ph.eigenmodes(model, order=range(-5, 6), count=22), axes=panels[0])
    losses = np.geomspace(0.01, 1000, 41)
    gaps = [ph.eigenmodes(ph.zoo.van_der_pol(gain=1, two_photon_loss=x), order=1, count=1).gap for x in losses]
    with plot.style():
        axes = panels[1]
        axes.loglog(losses, gaps, color=plot.LINES[0], label="gap of order 1")
        axes.loglog(losses, 0.75 * losses, "--", color=plot.LINES[1], label=r"classical, $3\kappa_2/4$")
        axes.axhline(1.5, color=plot.LINES[2], linestyle=":", label=r"quantum limit, $3\kappa_1/2$")
        axes.set(xlabel=r"two-photon loss $\kappa_2/\kappa_1$", ylabel=r"decay rate of $\langle a\rangle/\kappa_1$")
        axes.set(ylim=(5e-3, 4), xlim=(0.01, 1000))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="lower right")
    save(figure, "eigenmodes", dpi=110)


def spectra() -> None:
    """Emission spectra of a driven van der Pol oscillator, out of its tongue and in it, and its entrainment."""
    omega = np.linspace(-1.2, 0.6, 361)
    figure, panels = plot.figure(2)
    plot.spectrum(
        [ph.spectrum(oscillator(detuning=0.3, drive=drive), a, omega) for drive in (0.4, 1.0)],
        labels=[rf"$\Omega = {drive}\,\kappa_1$" for drive in (0.4, 1.0)],
        axes=panels[0],
    )
    detunings, curves = np.linspace(-1, 1, 41), {}
    for drive in (0.2, 0.6, 1.0):
        state, observed = None, []
        for detuning in detunings:
            model = oscillator(detuning=detuning, drive=drive)
            state = ph.steady_state(model, near=state)
            observed.append(ph.spectra.observed_frequency(model, a, state=state))
        curves[rf"$\Omega = {drive}\,\kappa_1$"] = observed
    plot.entrainment(detunings, curves, axes=panels[1])
    save(figure, "spectra", dpi=110)


def trajectories() -> None:
    """Phases along single trajectories: slips of a driven oscillator, and the relative phase of a pair."""
    driven = ph.trajectories(
        oscillator(detuning=0.08, drive=0.3),
        ph.states.coherent({"a": RADIUS}),
        np.linspace(0, 200, 1001),
        scheme=ph.Heterodyne(step=0.01),
        count=4,
        seed=3,
        observe={"a": a},
    )
    pair = ph.trajectories(
        ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.1, dissipative=0.3, detuning=0.15),
        ph.states.fock({"a": 0, "b": 0}),
        np.linspace(0, 100, 1001),
        count=4,
        seed=1,
        observe={"b†a": b.dag() * a},
    )
    figure, panels = plot.figure(2)
    plot.phase_record(driven.phase("a"), axes=panels[0], title="one driven oscillator, heterodyne detection")
    label = r"relative phase $\varphi_a - \varphi_b$"
    plot.phase_record(pair.phase("b†a"), label=label, axes=panels[1], title="a pair, photon counting")
    save(figure, "trajectories")


def evolution() -> None:
    """Two oscillators on their way into step: R against the time, and the relative phase at some times."""
    pair = {"gain": 1, "two_photon_loss": 0.3}
    initial = ph.steady_state(ph.zoo.coupled_van_der_pol(**pair), cutoff=ph.Fixed(14))
    times, chosen = np.linspace(0, 8, 81), (0, 5, 20, 80)
    figure, panels = plot.figure(2)
    for k, detuning in enumerate((0.0, 1.0, 3.0)):
        model = ph.zoo.coupled_van_der_pol(**pair, dissipative=1, detuning=detuning)
        run = ph.evolve(model, initial, times, keep_states=True, cutoff=ph.Fixed(14))
        coherence = [ph.measures.phase_coherence(state, "a", "b") for state in run.states]
        with plot.style():
            panels[0].plot(
                times, coherence, ("-", "--", "-.")[k], color=plot.LINES[k], label=rf"$\Delta = {detuning:g}$"
            )
            if detuning == 1:
                for line, at in enumerate(chosen):
                    density = ph.phase.relative_distribution(run.states[at], "a", "b")
                    panels[1].plot(
                        density.phi / np.pi, density.density, ("-", "--", "-.", ":")[line], color=plot.LINES[line],
                        label=f"$t = {times[at]:g}$",
                    )  # fmt: skip
    with plot.style():
        panels[0].set(xlabel=plot.axis_label("time", {"units": "1 / gain"}), ylabel="phase coherence $R$", xlim=(0, 8))
        panels[1].set(xlabel=r"$(\varphi_a - \varphi_b)/\pi$", ylabel="$P$ at $\\Delta = 1$", xlim=(-1, 1))
        for axes in panels:
            axes.set_ylim(bottom=0)
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend()
    save(figure, "evolution")


def symmetry_breaking() -> None:
    """Gaps of an oscillator and of a pair against the two-photon loss, the way of a pair into step, and a GIF of it."""
    figure, panels = plot.figure(2)
    losses = np.geomspace(0.15, 3, 9)
    alone = [ph.eigenmodes(ph.zoo.van_der_pol(gain=1, two_photon_loss=x), order=1, count=1).gap for x in losses]
    pair = [ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=x, dissipative=1) for x in losses]
    tolerance = ph.Converged(1e-3)
    common, relative = (
        [ph.eigenmodes(model, order=k, count=2, cutoff=tolerance).gap_of(k) for model in pair] for k in (1, 0)
    )
    vacuum, times = ph.states.fock({"a": 0, "b": 0}), np.linspace(0, 9, 46)
    with plot.style():
        axes = panels[0]
        axes.loglog(losses, alone, "-", color=plot.LINES[0], label="order 1, one oscillator")
        axes.loglog(losses, common, "--", color=plot.LINES[1], label="order 1, pair")
        axes.loglog(losses, relative, "-.", color=plot.LINES[2], label="order 0, pair")
        axes.loglog(losses, 0.75 * losses, ":", color="0.5", label=r"$3\kappa_2/4$")
        axes.set(xlabel=r"two-photon loss $\kappa_2/\kappa_1$", ylabel=r"gap$/\kappa_1$", xlim=(0.15, 3))
        axes.set_xticks([0.2, 0.5, 1, 2], labels=["0.2", "0.5", "1", "2"])
        axes.set_xticks([], minor=True)
        for k, detuning in enumerate((0.0, 1.0, 3.0)):
            model = ph.zoo.coupled_van_der_pol(gain=1, two_photon_loss=0.3, dissipative=1, detuning=detuning)
            run = ph.evolve(model, vacuum, times, keep_states=True, cutoff=ph.Fixed(14))
            relative_density = [ph.phase.relative_distribution(state, "a", "b") for state in run.states]
            ahead = [np.mean(density.density * np.cos(density.phi)) * 2 * np.pi for density in relative_density]
            panels[1].plot(times, ahead, ("-", "--", "-.")[k], color=plot.LINES[k], label=rf"$\Delta = {detuning:g}$")
            if detuning == 1:
                plot.animate_phase(times, relative_density, HERE / "symmetry_breaking.gif", dpi=60)
        panels[1].axhline(0, color="0.8", linewidth=0.8, zorder=0)
        panels[1].set(xlabel=plot.axis_label("time", {"units": "1 / gain"}), xlim=(0, 9))
        panels[1].set(ylabel=r"$\langle\cos(\varphi_a - \varphi_b)\rangle$")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend()
    save(figure, "symmetry_breaking", dpi=110)


def response() -> None:
    """The susceptibility of a clock's phase against the detuning, and the tip of its tongue, from linear response."""
    figure, panels = plot.figure(2)
    fine, coarse, level = np.linspace(-1, 1, 81), np.linspace(-1, 1, 9), 0.1
    with plot.style():
        for colour, kappa in zip(plot.LINES, (0.1, 0.4, 4.0), strict=False):
            clock = {"gain": GAIN, "two_photon_loss": kappa, "drive": 0.0}
            chi = np.array([abs(phase_susceptibility({**clock, "detuning": d})) for d in fine])
            radius = (GAIN / (2 * kappa)) ** 0.5
            driven = [driven_coherence({**clock, "detuning": d}, 0.02) / 0.02 for d in coarse]
            panels[0].plot(fine, chi, color=colour, label=rf"$\kappa_2 = {kappa:g}\,\kappa_1$")
            panels[0].plot(coarse, driven, "o", color=colour, markersize=4)
            if kappa == 0.1:
                noisy = 0.5 / (radius * np.hypot(0.75 * kappa, fine))
                panels[0].plot(fine, noisy, "--", color=colour, linewidth=0.9, label="classical, with noise")
                panels[1].plot(fine, 2 * level * radius * np.abs(fine), ":", color=colour, label="classical, no noise")
            panels[1].plot(fine, level / chi, color=colour, label=rf"$\kappa_2 = {kappa:g}\,\kappa_1$")
            points = [contour({**clock, "detuning": d}, level) for d in coarse]
            panels[1].plot(coarse, points, "o", color=colour, markersize=4)
        panels[0].set(ylabel=r"$|\chi_E| = d|\langle E\rangle|/d\Omega$ (1/$\kappa_1$)", ylim=(0, 3.6))
        panels[1].set(ylabel=r"drive $\Omega/\kappa_1$ at $|\langle E\rangle| = 0.1$", ylim=(0, 0.65))
        for axes in panels:
            axes.set(xlabel=r"detuning $\Delta/\kappa_1$", xlim=(-1, 1))
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(loc="upper right" if axes is panels[0] else "upper center", fontsize=9)
    save(figure, "response", dpi=110)


def thermodynamics() -> None:
    """Currents of the maser, the cost of a driven clock beside its coherence, precision against its price."""
    maser, energy = engine(0.05), ph.thermo.bare_energy(engine(0.05))
    law = ph.thermo.first_law(maser, ph.steady_state(maser), energy)
    figure, panels = plot.figure(3)
    names = {"hot bath": law.heat["hot"], "cold bath": law.heat["cold"], "work": law.power}
    colours = {"hot bath": plot.LINES[1], "cold bath": plot.LINES[0], "work": plot.LINES[2]}
    flows = {name: 1e3 * flow for name, flow in names.items()}
    plot.currents(flows, system="maser", unit=r"$\times 10^{-3}$", colours=colours, axes=panels[0])
    strengths = np.linspace(0.0, 1.0, 21)
    with plot.style():
        twin = panels[1].twinx()
        for colour, temperature in zip(plot.LINES, (0.15, 0.3), strict=False):
            costs, locks = [], []
            for drive in strengths:
                clock = ph.thermo.regularised(ph.zoo.van_der_pol(gain=1, two_photon_loss=1, drive=drive), temperature)
                state = ph.steady_state(clock)
                costs.append(ph.thermo.entropy_production(clock, state).value)
                locks.append(ph.measures.phase_coherence(state, "a"))
            panels[1].plot(strengths, costs, color=colour, label=rf"$T = {temperature:g}$")
            twin.plot(strengths, locks, "--", color=colour)
        panels[1].set(xlabel=r"drive $\Omega/\kappa_1$", ylabel=r"entropy production $\sigma/\kappa_1$")
        twin.set(ylabel=r"phase coherence $R$ (dashed)", ylim=(0, None))
        twin.yaxis.labelpad = 8
        panels[1].legend(fontsize=9)
    drawn = (
        (ring, np.geomspace(2.0, 60, 24), "ring of five states"),
        (atom, np.geomspace(1e-4, 0.6, 24), "driven atom"),
    )
    for make, values, label in drawn:
        plot.cost_precision(*np.transpose([price(make(x)) for x in values]), label=label, axes=panels[2])
    panels[2].set(
        xlabel=r"entropy $\sigma/\mathcal{K}$ per jump", ylabel=r"precision $\langle J\rangle^2/\mathcal{K}\,$Var$\,J$"
    )
    figure.get_layout_engine().set(wspace=0.06)
    save(figure, "thermodynamics", dpi=110)


def machines() -> None:
    """Power against synchronization of the three-level maser; coherence in the four-level machine."""
    figure, panels = plot.figure(2)
    q3, q4 = ph.qudit("q", 3), ph.qudit("q", 4)
    with plot.style():
        for colour, hot in zip(plot.LINES, (27.4, 10.0, 5.5), strict=False):
            locks, powers = [], []
            for drive in np.geomspace(1e-3, 1, 60):
                maser = engine(drive, hot_temperature=hot)
                state = ph.steady_state(maser)
                locks.append(abs(state.expect(q3(0, 1))) / (8 * np.pi))
                powers.append(-ph.thermo.power(maser, state, ph.thermo.bare_energy(maser)))
            panels[0].plot(1e3 * np.array(locks), 1e3 * np.array(powers), color=colour, label=rf"$T_h = {hot:g}$")
        panels[0].set(
            xlabel=r"$10^3\,S_\mathrm{max}$", ylabel=r"$10^3\,\times$ power delivered", xlim=(0, None), ylim=(0, None)
        )
        for colour, (name, hot) in zip(plot.LINES, {"engine": 20.0, "refrigerator": 1.2}.items(), strict=False):
            for line, p in zip(("-", "--"), (0.0, 0.9), strict=True):
                drives = np.linspace(0.002, 0.3, 40)
                values = [upper_coherence(hot, p, drive, q4) for drive in drives]
                panels[1].plot(drives, 1e3 * np.array(values), line, color=colour, label=f"{name}, $p = {p:g}$")
        panels[1].axhline(0, color="0.6", linewidth=0.7)
        panels[1].set(xlabel=r"drive $\lambda$", ylabel=r"$10^3\,\rho_{23}$", xlim=(0, 0.3))
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(fontsize=9)
    save(figure, "machines", dpi=110)


def upper_coherence(hot: float, interference: float, drive: float, q: Any) -> float:
    """Re ρ₂₃ of the four-level machine."""
    machine = ph.zoo.four_level_machine(
        hot_frequency=5, cold_frequency=2, hot_temperature=hot, cold_temperature=1, hot_rate=0.1, cold_rate=0.1,
        drive=drive, interference=interference,
    )  # fmt: skip
    return float(complex(ph.steady_state(machine).expect(q(2, 3))).real)


def engine(drive: float, hot_temperature: float = 5 / np.log(1.2)) -> ph.Model:
    """The three-level maser with occupations 5 and 0.5."""
    temperatures = {"hot_temperature": hot_temperature, "cold_temperature": 2 / np.log(3)}
    rates = {"hot_frequency": 5, "cold_frequency": 2, "hot_rate": 0.1, "cold_rate": 0.1}
    return ph.zoo.three_level_maser(**rates, **temperatures, drive=drive)


def ring(affinity: float) -> ph.Model:
    """A ring of five states whose rates are biased by an affinity."""
    q, rate = ph.qudit("q", 5), np.exp(affinity / 5)
    return ph.Model(jumps=[ph.Jump(rate, q((k + 1) % 5, k), 1.0, name="counted") for k in range(5)])


def atom(occupation: float) -> ph.Model:
    """A resonantly driven two-level atom in thermal light."""
    s = ph.spin("s", 0.5)
    return ph.Model(0.7 * s.x, [ph.Jump(1 + occupation, s.minus, occupation, name="counted")])


def price(model: ph.Model) -> tuple[float, float]:
    """(σ, mean²/variance), both per jump."""
    relations = ph.thermo.uncertainty_relations(ph.counting(model, {"counted": 1}, highest=2))
    return relations.entropy_production / relations.activity, 1 / (relations.relative_noise * relations.activity)


def phase_susceptibility(clock: dict[str, float]) -> complex:
    """d⟨E⟩/d(drive) with the Susskind-Glogower operator E."""
    exponential = ph.diagonal(a, lambda n: (n + 1) ** -0.5) * a
    return ph.response(ph.zoo.van_der_pol, clock, "drive", cutoff=ph.Converged(1e-4)).derivative(exponential)


def driven_coherence(clock: dict[str, float], drive: float) -> float:
    """|⟨E⟩| of a driven clock."""
    model = ph.zoo.van_der_pol(**{**clock, "drive": drive})
    return ph.measures.phase_coherence(ph.steady_state(model, cutoff=ph.Converged(1e-4)), "a")


def contour(clock: dict[str, float], level: float) -> float:
    """The drive at which the coherence has this level, by iteration from the linear response."""
    drive = level / abs(phase_susceptibility(clock))
    for _ in range(3):
        drive *= level / driven_coherence(clock, drive)
    return drive


def mean_field() -> None:
    """Phase portraits of a driven oscillator inside and outside of its tongue, and the death of a pair."""
    figure, panels = plot.figure(3)
    x = np.linspace(-3.6, 3.6, 41)
    plane = x + 1j * x[:, None]
    for axes, title, detuning in zip(panels, ("inside the tongue", "outside"), (0.1, 0.25), strict=False):
        field = ph.mean_field(oscillator(detuning=detuning, drive=0.3))
        plot.portrait(
            x,
            x,
            field.velocity({"a": plane})["a"],
            points=[(complex(p.values["a"]), p.kind) for p in field.fixed_points()],
            orbits=[cycle.values["a"] for cycle in field.limit_cycles()],
            axes=axes,
            title=title,
        )
    detunings = np.linspace(0, 2, 41)
    with plot.style():
        axes = panels[2]
        for coupling, colour in ((0.5, plot.LINES[0]), (1.5, plot.LINES[1])):
            low, high = np.array([amplitudes(detuning, coupling) for detuning in detunings]).T
            axes.fill_between(detunings, low, high, color=colour, alpha=0.35, linewidth=0)
            axes.plot(detunings, high, color=colour, label=f"$V = {coupling}\\,\\kappa_1$")
            axes.plot(detunings, low, color=colour, linewidth=0.8)
        axes.axvline(0.5, color="0.5", linewidth=0.8, linestyle=":")
        axes.axvline(2**0.5, color="0.5", linewidth=0.8, linestyle=":")
        axes.set(xlabel=r"$\Delta/\kappa_1$", ylabel=r"$|\alpha_a|$, smallest and largest", title="a dissipative pair")
        axes.set(xlim=(0, 2), ylim=(0, 2.6))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="lower left")
    save(figure, "mean_field", dpi=110)


def amplitudes(detuning: float, coupling: float) -> tuple[float, float]:
    """The smallest and the largest late |α_a| of a dissipatively coupled pair."""
    field = ph.mean_field(
        ph.zoo.coupled_van_der_pol(2, gain=1, two_photon_loss=0.1, dissipative=coupling, detuning=detuning)
    )
    late = np.abs(field.evolve({"a": 0.6, "b": 0.3 + 0.2j}, np.linspace(0, 200, 1001)).values["a"][500:])
    return float(late.min()), float(late.max())


def laser(atoms: int, pump: float) -> ph.Model:
    """The superradiant laser: pump Σ D[s₊] + D[Σ s₋]."""
    spins = [ph.spin(f"s{k + 1}", 1 / 2) for k in range(atoms)]
    together = sum((s.minus for s in spins[1:]), spins[0].minus)
    return ph.Model(jumps=[*(ph.Jump(pump, s.plus) for s in spins), ph.Jump(1.0, together)])


def cumulants() -> None:
    """The superradiant laser at order 2, and the error of closures against the number of atoms."""
    from functools import partial

    from photinus.solve.moments.cumulants import large_family

    s1, s2, many, few = ph.spin("s1", 1 / 2), ph.spin("s2", 1 / 2), 100_000, 6
    ratios = np.linspace(0.02, 1.2, 60)
    large = [large_family(partial(laser, pump=many * x), many).steady() for x in ratios]
    small = [ph.cumulants(laser(few, few * x)).steady() for x in ratios]
    exact = [ph.steady_state(laser(few, few * x)) for x in ratios[::4]]
    exchange = 0.5 * (s1.plus * s2.minus + s1.minus * s2.plus)
    figure, panels = plot.figure(2)
    with plot.style():
        axes = panels[0]
        for operator, name, color in (
            (s1.z, r"$\langle\sigma_z\rangle/2$", plot.LINES[0]),
            (exchange, r"$\langle s_1^+s_2^-\rangle$", plot.LINES[1]),
        ):
            axes.plot(ratios, [r.expect(operator) for r in large], "--", color=color, label=f"{name}, $N = 10^5$")
            axes.plot(ratios, [r.expect(operator) for r in small], color=color, label=f"{name}, $N = {few}$")
            values = [state.expect(operator) for state in exact]
            axes.plot(ratios[::4], values, "o", ms=4, color=color, label=f"{name}, $N = {few}$, exact")
        axes.set(xlabel=r"pump $w/N\Gamma$", xlim=(0, 1.2), ylim=(-0.42, 0.54), ylabel="mean")
        axes.legend(loc="lower right", ncols=2, fontsize="small")
        axes = panels[1]
        for k, order in enumerate((2, 3, 4)):
            counts = [n for n in range(3, 8) if n > order]
            errors = [
                abs(
                    ph.cumulants(laser(n, n / 2), order).steady().expect(s1.z)
                    - ph.steady_state(laser(n, n / 2)).expect(s1.z)
                )
                for n in counts
            ]
            axes.semilogy(counts, errors, "o-", color=plot.LINES[k], label=f"order {order}")
        axes.set(xlabel="number of atoms $N$", ylabel=r"error of $\langle\sigma_z\rangle/2$", xticks=range(3, 8))
        axes.legend(loc="lower right")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "cumulants", dpi=110)


def phase_reduction() -> None:
    """Adler's equation with noise: velocity and density, drift, diffusion; and a phase sensitivity."""
    figure, panels = plot.figure(4)
    plot.phase_velocity(
        ph.entrainment.adler(0.5, 1.0, 0.1), axes=panels[0], title=r"$\Delta = 0.5\,\Delta_c$, $D = 0.1\,\Delta_c$"
    )
    detunings = np.linspace(0, 2, 161)
    with plot.style():
        for number, noise in enumerate((0.0, 0.02, 0.1, 0.5)):
            label = f"$D = {noise:g}\\,\\Delta_c$" if noise else "no noise"
            line = {"color": plot.LINES[number]}
            panels[1].plot(detunings, ph.entrainment.adler_drift(detunings, 1.0, noise), label=label, **line)
            if noise:
                spread = [ph.entrainment.adler(d, 1.0, noise).effective_diffusion / noise for d in detunings]
                panels[2].plot(detunings, spread, label=label, **line)
        panels[1].plot(detunings, detunings, color="0.6", linewidth=0.8)
        panels[1].set(ylabel=r"drift $\langle\dot\varphi\rangle/\Delta_c$", title="mean drift", ylim=(0, 2))
        panels[2].set(ylabel=r"$D_{\mathrm{eff}}/D$", title="diffusion with slips", yscale="log", ylim=(1e-3, 30))
        for axes in panels[1:3]:
            axes.set(xlabel=r"detuning $\Delta/\Delta_c$", xlim=(0, 2))
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(loc="upper left" if axes is panels[1] else "lower right")
    slipping = ph.entrainment.phase_reduction(oscillator(detuning=0.25, drive=0.3))
    plot.phase_sensitivity(slipping, "a", axes=panels[3], title="an oscillator that slips")
    save(figure, "phase_reduction", dpi=110)


def entrainment() -> None:
    """From many quanta to one: phase coherence and mean drift of a driven oscillator against the detuning."""
    figure, panels = plot.figure(2)
    detunings, locking = np.linspace(0, 0.6, 61), 0.2
    with plot.style():
        drawn = np.sqrt(np.clip(detunings**2 - locking**2, 0, None))
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
            axes.set(xlabel=r"detuning $\Delta$ / gain", xlim=(0, 0.6))
        coherence = [plain_adler(d, locking) for d in detunings]
        panels[0].plot(detunings, coherence, color="0.45", label="without noise")
        panels[1].plot(detunings, drawn, color="0.45", label="without noise")
        for number, quanta in enumerate((50.0, 10.0, 2.0, 0.5)):
            noise, line = 3 / (8 * quanta), {"color": plot.LINES[number]}
            drive = locking * np.sqrt(quanta)
            exact = [
                ph.measures.phase_coherence(
                    ph.steady_state(
                        ph.zoo.van_der_pol(gain=1, two_photon_loss=1 / (2 * quanta), detuning=d, drive=drive),
                        cutoff=ph.Converged(1e-4),
                    ),
                    "a",
                )
                for d in detunings[::3]
            ]
            reduced = np.abs(ph.entrainment.adler_coherence(detunings, locking, noise))
            label = f"$\\kappa_1/2\\kappa_2 = {quanta:g}$"
            panels[0].plot(detunings[::3], exact, label=label, **line)
            panels[0].plot(detunings, reduced, linestyle="--", linewidth=0.9, **line)
            panels[1].plot(
                detunings, ph.entrainment.adler_drift(detunings, locking, noise), linestyle="--", label=label, **line
            )
        panels[1].plot(detunings, detunings, color="0.75", linewidth=0.8)
        panels[0].set(ylabel=r"phase coherence $|\langle e^{i\varphi}\rangle|$", ylim=(0, 1.02), title="in step")
        panels[1].set(ylabel=r"drift $\langle\dot\varphi\rangle$ / gain", ylim=(0, 0.6), title="pulled")
        panels[0].legend(loc="upper right")
        panels[1].legend(loc="upper left")
    save(figure, "entrainment", dpi=110)


def sampled_coherence(detuning: float, drive: float) -> float:
    """|⟨e^{iφ}⟩| of the truncated Wigner method, averaged over 400 paths and the times 10 … 40, with one seed."""
    from photinus.solve.phase_space.stepping import Heun

    times, model = np.linspace(0, 40, 41), oscillator(detuning=detuning, drive=drive)
    runs = ph.truncated_wigner(model, {"a": RADIUS}, times, observe={"a": a}, count=400, seed=0, method=Heun(step=0.05))
    return float(abs(np.exp(1j * np.angle(runs.records["a"][:, 10:])).mean()))


def entrainment_tongue() -> None:
    """One tongue: Adler, the mean field, Adler with noise, truncated Wigner, the density matrix."""
    from photinus.entrainment import Continuation, Level, MeanFieldLocking, Value, adler_coherence, tongue

    plane = {"detuning": (-0.6, 0.6), "drive": (0.0, 0.9)}
    at = {"gain": GAIN, "two_photon_loss": TWO_PHOTON_LOSS}
    diffusion = ph.entrainment.phase_reduction(oscillator()).diffusion  # ¾ of the two-photon loss

    def noisy(detuning: float, drive: float) -> float:
        return abs(complex(adler_coherence(detuning, drive / RADIUS, diffusion)))

    exact = tongue(ph.zoo.van_der_pol, at, plane, Level(ph.measures.phase_coherence, 0.7, "a"))
    theories = {
        "Adler": tongue(lambda detuning, drive: drive / RADIUS - abs(detuning), {}, plane, Value(0.0)),
        "mean field": tongue(ph.zoo.van_der_pol, at, plane, MeanFieldLocking()),
        "Adler with noise, $R = 0.7$": tongue(noisy, {}, plane, Value(0.7)),
        "truncated Wigner, $R = 0.7$": tongue(
            sampled_coherence, {}, plane, Value(0.7), method=Continuation(scan=(5, 4), tolerance=5e-3)
        ),
        "density matrix, $R = 0.7$": exact,
    }
    figure, panels = plot.figure()
    units = {"detuning": "gain", "drive": "gain"}
    plot.tongues(theories, units=units, background=exact.interior((37, 28)), axes=panels[0])
    save(figure, "entrainment_tongue")


def memory() -> None:
    """What memory does to two clocks of two levels, against declared references."""
    from photinus import memory as baths

    s, t = ph.spin("a", 1 / 2), ph.spin("b", 1 / 2)
    still = ph.Model(jumps=[jump for q in (s, t) for jump in (ph.Jump(1.0, q.plus), ph.Jump(2.0, q.minus))])
    detuned = still + ph.Model(0.5 * (s.z - t.z), ph.Jump(1.5, s.minus - t.minus))

    def correlation(model: ph.Model, modes: int = 7) -> float:
        state = ph.steady_state(model, cutoff=ph.Fixed(modes, 1.0))
        numbers = [state.expect(q.plus * q.minus) for q in (s, t)]
        return abs(state.expect(s.plus * t.minus)) / (numbers[0] * numbers[1]) ** 0.5

    def shared(base: ph.Model, density: baths.Lorentzian, *, common: bool = True) -> float:
        bath = baths.Environment(density, [s.minus, -t.minus])
        return correlation(baths.with_pseudomodes(base, bath, common=common), 7 if common else 4)

    def white(base: ph.Model, density: baths.Lorentzian) -> float:
        bath = baths.Environment(density, [s.minus, -t.minus])
        return correlation(baths.markov_limit(base, bath, common=True))

    widths, centers = np.geomspace(0.1, 100, 31), np.linspace(-8, 8, 49)
    figure, panels = plot.figure(3)
    panels[0].semilogx(widths, [shared(still, baths.Lorentzian.of_rate(2.0, w)) for w in widths], label="common bath")
    panels[0].axhline(white(still, baths.Lorentzian.of_rate(2.0, 1.0)), color="0.4", ls="--", label="Markov, equal $J$")
    panels[0].set(xlabel="memory rate $\\kappa$ / gain", ylabel="amplitude correlation $R'$", title="peak rate 2")
    panels[1].semilogx(widths, [shared(still, baths.Lorentzian(1.0, w)) for w in widths], label="common bath")
    panels[1].set(xlabel="memory rate $\\kappa$ / gain", title="coupling $g = 1$")
    densities = [baths.Lorentzian.of_rate(10.0, 2.0, center=center) for center in centers]
    panels[2].plot(centers, [shared(detuned, d) for d in densities], label="common bath")
    panels[2].plot(centers, [white(detuned, d) for d in densities], color="0.4", ls="--", label="Markov, equal $J$")
    panels[2].plot(centers, [shared(detuned, d, common=False) for d in densities], label="independent baths")
    panels[2].axhline(correlation(detuned), color="0.6", ls=":", label="no bath")
    panels[2].set(xlabel="frequency of the bath mode / gain", title="detuned pair, $\\Delta = 1$")
    for axes in panels:
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    save(figure, "memory", dpi=110)


def dark_states() -> None:
    """What a shared loss leaves of one quantum, and how three starts run into their ends."""
    shared, number = ph.Model(jumps=[ph.reservoir.shared_loss(a, b)]), a.dag() * a
    both = number + b.dag() * b
    figure, panels = plot.figure(2)
    angles = np.linspace(-np.pi / 4, 3 * np.pi / 4, 25)
    starts = [ph.states.from_ket({"a": 2, "b": 2}, [0, np.sin(x), np.cos(x), 0]) for x in angles]
    ends = [ph.asymptotic_state(shared, start) for start in starts]
    with plot.style():
        axes = panels[0]
        axes.plot(angles / np.pi, (1 + np.sin(2 * angles)) / 2, color="0.6", label=r"$(1 + \sin 2\chi)/2$")
        axes.plot(angles / np.pi, [end.expect(both) for end in ends], ".", color=plot.LINES[0], label="quanta left")
        negativity = [ph.measures.negativity(end, "a", "b") for end in ends]
        axes.plot(angles / np.pi, negativity, color=plot.LINES[1], label="negativity")
        axes.set(xlabel=r"$\chi/\pi$ of the start", ylim=(0, 1.05), title="one quantum, shared loss")
        axes.legend(loc="upper left")
        axes = panels[1]
        times = np.linspace(0, 4, 81)
        three = {
            r"$|2, 0\rangle$": ph.states.fock({"a": 2, "b": 0}),
            r"coherent, $\alpha = 1.2, 0.4$": ph.states.coherent({"a": 1.2, "b": 0.4}),
            r"coherent, $\alpha = 0.7, -0.7$": ph.states.coherent({"a": 0.7, "b": -0.7}),
        }
        for (label, start), colour in zip(three.items(), plot.LINES, strict=False):
            path = ph.evolve(shared, start, times, observe={"n": number}, cutoff=ph.Fixed(16)).observed["n"]
            axes.plot(times, path.real, color=colour, label=label)
            axes.axhline(ph.asymptotic_state(shared, start).expect(number), color=colour, linestyle="--", linewidth=0.8)
        axes.set(xlabel=r"$G\,t$", ylabel=r"$\langle n_a\rangle$", xlim=(0, 4), ylim=(0, 2.05), title="ends")
        axes.legend(loc="upper right")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "dark_states", dpi=110)


def reservoir() -> None:
    """Quality of engineered synchrony against each imperfection: closed forms and solved states."""
    base = {"coupling": 1.0, "loss": 0.2, "pumping": 0.05}
    figure, panels = plot.figure(3)

    def pair(**values: float) -> ph.reservoir.Pair:
        return ph.reservoir.Pair(**{**base, **values})

    def solved(**values: float) -> ph.reservoir.Quality:
        return ph.reservoir.quality(pair(**values), cutoff=ph.Converged(1e-4), with_gap=False)

    x, few = np.linspace(0, 1, 41), np.linspace(0.1, 0.9, 5)
    with plot.style():
        axes = panels[0]
        for name, label, colour in zip(
            ("loss", "dephasing", "detuning", "imbalance", "kerr"),
            ("loss $k$", r"dephasing $\gamma$", r"detuning $\Delta$", r"imbalance $\delta$", "Kerr $K$ (solved)"),
            plot.LINES,
            strict=False,
        ):
            shift = base["loss"] if name == "loss" else 0.0
            points = [solved(**{name: v + shift}).amplitude_correlation for v in few]
            if name == "kerr":
                axes.plot(few, points, "o--", ms=4, color=colour, label=label)
                continue
            lines = [pair(**{name: min(v + shift, 0.999 + shift)}).linear.amplitude_correlation for v in x[:-1]]
            axes.plot(x[:-1], lines, "--" if name == "dephasing" else "-", color=colour, label=label)  # loss is below
            axes.plot(few, points, "o", ms=4, color=colour)
        axes.set(
            xlabel="imperfection$/G$, added", ylabel="$R'$", xlim=(0, 1), ylim=(0.3, 1), title="amplitude correlation"
        )
        axes.legend(loc="lower left", fontsize="small")
        axes = panels[1]
        detunings = np.linspace(-2, 2, 81)
        for loss, colour in zip((0.1, 0.5, 2.0), plot.LINES, strict=False):
            phases = [pair(loss=loss, detuning=d).linear.relative_phase for d in detunings]
            axes.plot(detunings, phases, color=colour, label=f"$k = {loss}\\,G$")
            spots = np.linspace(-1.5, 1.5, 5)
            axes.plot(spots, [solved(loss=loss, detuning=d).relative_phase for d in spots], "o", ms=4, color=colour)
        axes.set(xlabel=r"$\Delta/G$", ylabel=r"$\varphi_a - \varphi_b - \theta$", xlim=(-2, 2), title="relative phase")
        axes.legend()
        axes = panels[2]
        occupations = np.linspace(0, 0.5, 41)
        axes.plot(
            occupations, [pair(thermal=n).linear.purity for n in occupations], color=plot.LINES[0], label="purity"
        )
        correlation = [pair(thermal=n).linear.amplitude_correlation for n in occupations]
        axes.plot(occupations, correlation, color=plot.LINES[1], label="$R'$")
        spots = np.linspace(0.05, 0.45, 4)
        found = [solved(thermal=n) for n in spots]
        axes.plot(spots, [q.purity for q in found], "o", ms=4, color=plot.LINES[0])
        axes.plot(spots, [q.amplitude_correlation for q in found], "o", ms=4, color=plot.LINES[1])
        axes.set(xlabel=r"thermal occupation $\bar n$", xlim=(0, 0.5), ylim=(0, 1), title="warm local baths")
        axes.legend()
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "reservoir", dpi=110)


def precision() -> None:
    """What a van der Pol oscillator tells of a weak drive, how two clocks settle, and what accuracy costs."""
    from photinus import metrology as m

    def family(drive: float) -> ph.Model:
        return ph.zoo.van_der_pol(gain=1, two_photon_loss=0.5, drive=drive)

    readings = {"homodyne $x$": m.Quadrature("a"), "phase": m.Phase("a"), "number": m.Number("a")}
    drives = np.linspace(0, 1.2, 25)
    found = [m.sensor(family, {"drive": x}, "drive", measurements=readings) for x in drives]
    figure, panels = plot.figure(3)
    plot.fisher_information(
        drives,
        [x.quantum for x in found],
        {name: [x.classical[name] for x in found] for name in readings},
        axes=panels[0],
        label="drive / gain",
    )
    alone = ph.zoo.van_der_pol("a", gain=1, two_photon_loss=0.5), ph.zoo.van_der_pol("b", gain=1, two_photon_loss=0.5)
    pair = alone[0] + alone[1] + ph.Model(jumps=[ph.Jump(1.0, a - b)])
    clocks = m.locked_clocks(pair, alone, ("a", "b"), cutoff=ph.Fixed(12))
    rng = np.random.default_rng(2)
    kicks = rng.normal(size=(20, 8192)) * (2 * clocks.alone[0].diffusion) ** 0.5
    read = np.cumsum(kicks, axis=1) + rng.normal(size=kicks.shape) * 3
    times = np.geomspace(1, 2048, 60)
    theory = {
        "one clock, readings with $s = 9$": clocks.alone[0].allan_deviation(times, readout_variance=9.0),
        "one clock": clocks.alone[0].allan_deviation(times),
        "locked pair": clocks.locked.allan_deviation(times),
    }
    record = {"simulated readings": m.allan_deviation(read, 1.0)}
    plot.allan(record, lines={name: (times, y) for name, y in theory.items()}, axes=panels[1])
    names = (r"entropy per tick $\Sigma$ (nats)", r"accuracy $N$ (ticks)")
    for levels in (3, 5, 20):
        ladders = [m.ladder_clock(levels, rate=1.0, affinity=x) for x in np.geomspace(0.5, 80, 30)]
        ticking = [m.ticking_clock(clock, {"tick": 1}) for clock in ladders]
        points = np.transpose([(clock.entropy_per_tick, clock.accuracy) for clock in ticking])
        plot.cost_precision(*points, label=f"ladder of {levels}", names=names, axes=panels[2])
    driven = [m.ticking_clock(atom(x), {"counted": 1}) for x in np.geomspace(1e-6, 0.6, 30)]
    points = np.transpose([(clock.entropy_per_tick, clock.accuracy) for clock in driven])
    plot.cost_precision(*points, label="driven atom", names=names, axes=panels[2])
    save(figure, "precision", dpi=110)


def information() -> None:
    """The balance of a part that a demon feeds, against the demon's temperature; who keeps a pair correlated."""
    info = ph.information
    figure, panels = plot.figure(2)
    temperatures = np.geomspace(1e-3, 20, 33)
    demons = [ph.zoo.dot_demon(interaction=0.5, bias=0.2, demon_temperature=x) for x in temperatures]
    laws = [info.local_second_laws(model, ph.steady_state(model)) for model in demons]
    strengths = np.linspace(0, 4, 17)
    own, common = ph.Bath("own"), ph.Bath("common")
    rates, shared = [], []
    for strength in strengths:
        jumps = [jump for x in (a, b) for jump in (ph.Jump(1.0, x.dag(), bath=own), ph.Jump(2.0, x**2, bath=own))]
        pair = ph.Model(jumps=[*jumps, ph.Jump(strength, a - b, bath=common)] if strength else jumps)
        state = ph.steady_state(pair, cutoff=ph.Converged(1e-5))
        rates.append(info.mutual_information_rates(pair, state, "a", "b").by_source)
        shared.append(ph.measures.mutual_information(state, "a", "b"))
    with plot.style():
        curves = {
            r"seen alone, $-\sum\beta\dot Q$": [law.apparent["s"] for law in laws],
            r"information spent, $-I$": [-law.information_flow["s"] for law in laws],
            r"in truth, $\sigma = -\sum\beta\dot Q - I$": [law.entropy_production["s"] for law in laws],
        }
        for k, (name, values) in enumerate(curves.items()):
            panels[0].semilogx(temperatures, values, ("-", "--", "-.")[k], color=plot.LINES[k], label=name)
        panels[0].set(xlabel="temperature of the demon", ylabel="nats per time, of the dot $s$")
        for k, name in enumerate(("common", "own")):
            values = [by.get(name, 0.0) for by in rates]
            panels[1].plot(strengths, values, ("-", "--")[k], color=plot.LINES[k], label=rf"$dI/dt$, {name} bath")
        panels[1].plot(strengths, shared, ":", color=plot.LINES[2], label=r"mutual information $I$")
        panels[1].set(xlabel="coupling / gain", ylabel=r"nats per time; nats", xlim=(0, 4))
        for axes in panels:
            axes.axhline(0, color="0.6", linewidth=0.7, zorder=0)
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(fontsize=9)
    save(figure, "information", dpi=110)


def identical_atoms() -> None:
    """Where 100 atoms of a superradiant laser are, and the undamped modes of another code that are not there."""
    from qutip import liouvillian, piqs

    atoms = 100
    at = ph.ensemble("atoms", atoms)
    state = ph.steady_state(ph.zoo.superradiant_laser(atoms=atoms, pump=atoms / 2))
    lengths, projections = at.site.quantum_numbers()
    table = np.full((atoms // 2 + 1, atoms + 1), np.nan)
    table[np.rint(lengths).astype(int), np.rint(projections + atoms / 2).astype(int)] = state.populations("atoms")
    four = ph.ensemble("atoms", 4)
    model = ph.Model(four.x, [ph.Jump(1, four.minus), ph.Jump(1, four.each.minus), ph.Jump(1, four.each.z)])
    ours = ph.eigenmodes(model, count=35).eigenvalues
    rates = {"collective_emission": 1.0, "emission": 1.0, "dephasing": 1.0}
    theirs = piqs.Dicke(4, hamiltonian=piqs.jspin(4, "x"), **rates)
    theirs = np.linalg.eigvals((liouvillian(theirs.hamiltonian) + theirs.lindbladian()).full())
    figure, panels = plot.figure(2)
    with plot.style():
        axes = panels[0]
        drawn = axes.pcolormesh(np.arange(atoms + 1) - atoms / 2, np.arange(atoms // 2 + 1), table, cmap="magma_r")
        axes.set(xlabel="$M$", ylabel="$J$")
        figure.colorbar(drawn, ax=axes, label="population of $|J, M\\rangle$")
        axes = panels[1]
        axes.plot(theirs.real, theirs.imag, "x", color=plot.LINES[1], label="PIQS, 81")
        axes.plot(ours.real, ours.imag, "o", ms=7, mfc="none", color=plot.LINES[0], label="photinus, 35")
        axes.axvline(0, color="0.7", lw=0.8, zorder=0)
        axes.set(xlabel=r"Re $\lambda$", ylabel=r"Im $\lambda$")
        axes.legend(loc="lower right", bbox_to_anchor=(0.9, 0.0))
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "identical_atoms", dpi=110)


def three_levels() -> None:
    """Light of a laser of atoms of three levels, exact and in cumulants, and the diagrams that 16 of them are in."""

    def laser(atoms: int, pump: float) -> tuple[ph.Model, Any]:
        at = ph.ensemble("atoms", atoms, levels=3)
        jumps = [
            ph.Jump(float(pump * atoms), at.each(2, 0)),
            ph.Jump(1.0, at(1, 2)),
            ph.Jump(0.3 * atoms, at.each(0, 1)),
        ]
        return ph.Model(jumps=jumps), at(2, 1) * at(1, 2) / atoms**2

    pumps = np.geomspace(0.01, 3, 40)
    figure, panels = plot.figure(2)
    with plot.style():
        axes = panels[0]
        for atoms, color in ((6, plot.LINES[1]), (16, plot.LINES[0]), (100_000, "0.3")):
            made = [laser(atoms, x) for x in pumps]
            closed = [ph.cumulants(model).steady().expect(light) for model, light in made]
            axes.semilogx(pumps, closed, "--", color=color, label=f"cumulants, $N = {atoms}$")
            if atoms < 20:
                exact = [ph.steady_state(model).expect(light) for model, light in made[::6]]
                axes.semilogx(pumps[::6], exact, "o", ms=5, color=color, label=f"exact, $N = {atoms}$")
        axes.set(xlabel=r"pump $w/N\Gamma$", ylabel=r"light $\langle E_{21}E_{12}\rangle/N^2$", ylim=(0, None))
        axes.legend(loc="upper left", fontsize="small")
        axes = panels[1]
        state = ph.steady_state(laser(16, 0.3)[0])
        site = state.sites[0]
        shapes, place = np.unique(site.kets(0)[:, :2], axis=0, return_inverse=True)
        weight = np.bincount(place.ravel(), state.populations("atoms"))
        first, second = shapes[:, 0] - shapes[:, 1], shapes[:, 0] + 2 * shapes[:, 1] - 16
        drawn = axes.scatter(first, second, c=weight, s=70, cmap="magma_r", edgecolors="0.8", linewidths=0.5)
        axes.set(xlabel=r"$\lambda_1 - \lambda_2$", ylabel=r"$\lambda_2 - \lambda_3$")
        figure.colorbar(drawn, ax=axes, label=r"population of the diagram $\lambda$")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "three_levels", dpi=110)


def lasers() -> None:
    """A superradiant laser in three theories: its intensity against the pump, its linewidth against the atoms."""

    def model(atoms: int, ratio: float) -> ph.Model:
        return ph.zoo.superradiant_laser(atoms=atoms, pump=float(ratio * atoms))

    def intensity(answer: Any, atoms: int) -> float:
        at = ph.ensemble("atoms", atoms)
        return float(8 * answer.expect(at.plus * at.minus) / atoms**2)

    ratios = np.linspace(0.02, 1.3, 60)
    figure, panels = plot.figure(2)
    with plot.style():
        axes = panels[0]
        large = 10**8
        cycles = [ph.mean_field(model(large, x)).limit_cycles(starts=8) for x in ratios]
        values = [8 * max((c.radius["atoms"] for c in found), default=0.0) ** 2 / large**2 for found in cycles]
        axes.plot(ratios, values, color="0.3", label="mean field")
        for atoms, color in ((10, plot.LINES[1]), (100, plot.LINES[0])):
            closed = [intensity(ph.cumulants(model(atoms, x)).steady(), atoms) for x in ratios]
            axes.plot(ratios, closed, "--", color=color, label=f"cumulants, $N = {atoms}$")
            exact = [intensity(ph.steady_state(model(atoms, x)), atoms) for x in ratios[::3]]
            axes.plot(ratios[::3], exact, "o", ms=4, color=color, label=f"exact, $N = {atoms}$")
        axes.set(xlabel=r"pump $w/N\Gamma$", ylabel=r"intensity $8\langle S_+S_-\rangle/N^2$", ylim=(0, 2.3))
        axes.legend(loc="upper left", ncols=2, fontsize="small")
        axes = panels[1]
        sizes = [int(n) for n in np.unique(np.geomspace(4, 2000, 30).astype(int))]
        closed = [ph.cumulants(model(n, 0.5)).steady().linewidth(ph.ensemble("atoms", n).minus) for n in sizes]
        axes.semilogx(sizes, closed, "--", color=plot.LINES[0], label="cumulants, order 2")
        few = [4, 6, 10, 20, 40, 100, 200, 300, 600, 1000]
        exact = [ph.spectra.linewidth(model(n, 0.5), ph.ensemble("atoms", n).minus) for n in few]
        axes.semilogx(few, exact, "o", ms=5, color=plot.LINES[0], label="exact")
        axes.set(xlabel="number of atoms $N$", ylabel=r"linewidth / $\Gamma$", ylim=(0, None))
        axes.legend(loc="lower right")
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "lasers", dpi=110)


def two_ensembles() -> None:
    """Two superradiant ensembles in one cavity: who is in step with whom."""
    from matplotlib.patheffects import withStroke
    from scipy.optimize import brentq

    atoms, many = 6, 10**8

    def model(n: int, pump: float, detuning: float) -> ph.Model:
        return ph.zoo.superradiant_ensembles(
            atoms=n, pump=float(pump), detuning=float(detuning), collective_decay=1 / n
        )

    def coherence(pump: float, detuning: float) -> float:
        one, two = ph.ensemble("a", atoms), ph.ensemble("b", atoms)
        state = ph.steady_state(model(atoms, pump, detuning))
        light = state.expect(one.plus * one.minus) * state.expect(two.plus * two.minus)
        return float(abs(state.expect(one.plus * two.minus)) / light**0.5)

    def frequency(detuning: float) -> float:
        field = ph.mean_field(model(many, 0.5, detuning))
        start = {"a": (0.2 * many, 0, 0.2 * many), "b": (0.1 * many, 0.1 * many, 0.2 * many)}
        motion = field.evolve(start, np.linspace(0, 300, 1501))
        slip = (motion.phase("b") - motion.phase("a"))[500:]
        return float(abs(slip[-1] - slip[0]) / 200)

    def difference(n: int, pump: float, detuning: float) -> float:
        """Of the frequencies of the slowest modes, exactly."""
        return 2 * abs(ph.eigenmodes(model(n, pump, detuning), order={"a": 1, "b": 0}, count=1).eigenvalues[0].imag)

    def parting(n: int, pump: float) -> float:
        """The detuning at which the slowest mode gets a frequency."""
        low, high = 0.0, 1.4
        for _ in range(6):
            middle = (low + high) / 2
            low, high = (low, middle) if difference(n, pump, middle) > 1e-6 else (middle, high)
        return (low + high) / 2

    def splitting(n: int, pump: float, detuning: float) -> float:
        """Of the lines of the closure, ±½√(δ² − z²): δ² − z²."""
        closed = ph.cumulants(model(n, pump, detuning)).steady()
        return detuning**2 - (2 * closed.expect(ph.ensemble("a", n).z) / n) ** 2

    pumps, detunings = np.linspace(0.05, 2.2, 23), np.linspace(0, 1.4, 15)
    table = np.array([[coherence(w, d) for w in pumps] for d in detunings])
    fine, coarse = np.linspace(0.01, 2, 400), np.array([0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.1, 1.4, 1.7, 1.9])
    edges = [ph.collective.superradiant_boundaries(float(w)) for w in fine]
    closed = [brentq(lambda d, w=w: splitting(10**4, w, d), 0.02, 1.4, xtol=0.003) for w in coarse]
    exact, outline = [parting(atoms, w) for w in coarse], [withStroke(linewidth=3, foreground="k")]
    figure, panels = plot.figure(2)
    with plot.style():
        axes = panels[0]
        drawn = axes.pcolormesh(pumps, detunings, table, shading="nearest", cmap="viridis", rasterized=True)
        figure.colorbar(drawn, ax=axes, label=rf"$|\langle S_+^aS_-^b\rangle|$, normalised, $N = {atoms}$")
        axes.plot(
            fine, [e.locking for e in edges], color="w", lw=1.6, path_effects=outline, label="mean field: locking"
        )
        axes.plot([1, 1, *fine[fine > 1]], [1.4, 1, *(e.lasing for e in edges if e.pump > 1)], "--", color="k", lw=1.2,
                  label="mean field: threshold")  # fmt: skip
        axes.plot(coarse, closed, "D", ms=4, color="w", mec="k", label="cumulants, $N = 10^4$: one line")
        axes.plot(coarse, exact, "o", ms=5, color=plot.LINES[1], mec="k", label=f"exact, $N = {atoms}$: one mode")
        for x, y, text in ((0.95, 0.25, "in step"), (0.5, 1.15, "two colours"), (1.75, 1.15, "dark")):
            axes.text(x, y, text, color="w", ha="center", path_effects=outline)
        axes.set(xlabel=r"pump $w/N\Gamma$", ylabel=r"detuning $\delta/N\Gamma$", ylim=(0, 1.4))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2, fontsize="small")
        axes = panels[1]
        line = np.linspace(0, 1.4, 36)
        axes.plot(line, [frequency(float(d)) for d in line], color="0.3", label="mean field")
        lines = [max(splitting(10**4, 0.5, float(d)), 0.0) ** 0.5 for d in line[1:]]
        axes.plot(line[1:], lines, "--", color=plot.LINES[2], label="cumulants, $N = 10^4$")
        for n, color in ((4, plot.LINES[1]), (6, plot.LINES[0])):
            axes.plot(line, [difference(n, 0.5, d) for d in line], "o", ms=4, color=color, label=f"exact, $N = {n}$")
        axes.plot(line, line, ":", color="0.6", label="without the cavity")
        axes.axvline(ph.collective.superradiant_boundaries(0.5).locking, color="0.7", lw=0.8, zorder=0)
        axes.set(
            xlabel=r"detuning $\delta/N\Gamma$", ylabel=r"difference of the frequencies $/N\Gamma$", ylim=(-0.06, 1.95)
        )
        axes.legend(loc="upper left", fontsize="small", frameon=True, framealpha=1, edgecolor="none")
        axes.spines[["top", "right"]].set_visible(False)
    save(figure, "two_ensembles", dpi=110)


def time_crystals() -> None:
    """A boundary time crystal: S_z in time, its spectrum at two sizes, and rates against the size."""
    from functools import partial

    def crystal(size: float, decay: float = 0.5, tilt: float = 0.0) -> ph.Model:
        model = ph.zoo.boundary_time_crystal(length=size, drive=1.0, decay=decay)
        return model + ph.Model(tilt * ph.spin("s", size).z) if tilt else model

    times = np.linspace(0, 60, 301)
    figure, panels = plot.figure(3)
    with plot.style():
        for k, size in enumerate((3, 10, 30)):
            s = ph.spin("s", size)
            start = ph.states.from_ket({s: 2 * size + 1}, np.eye(2 * size + 1)[0])
            z = ph.evolve(crystal(size), start, times, observe={"z": s.z}).observed["z"] / size
            panels[0].plot(times, z, color=plot.LINES[k], label=f"$S = {size}$")
        field = ph.mean_field(crystal(30), large_spins=True).evolve({"s": [0, 0, 30.0]}, times)
        panels[0].plot(times, field.values["s"][:, 2] / 30, color="k", lw=0.7, label="mean field", zorder=0)
        panels[0].set(xlabel=r"time $\omega_0 t$", ylabel=r"$\langle S_z\rangle/S$", xlim=(0, 60), ylim=(-1.05, 1.55))
        panels[0].legend(loc="upper right", ncols=2, fontsize=8)
        for k, (size, count) in enumerate(((10, 60), (40, 60))):
            values = ph.eigenmodes(crystal(size), count=count).eigenvalues
            values = values[values.real > values.real.min() + 1e-6]  # the last pair may be cut
            face = "none" if size == 10 else plot.LINES[k]
            look = {"color": plot.LINES[k], "mfc": face, "ms": 6 - 3 * k, "zorder": 3 - k}
            panels[1].plot(values.real, values.imag, "os"[k], label=f"$S = {size}$", **look)
        panels[1].axvline(0, color="0.8", lw=0.8, zorder=0)
        panels[1].set(xlabel=r"Re $\lambda/\omega_0$", ylabel=r"Im $\lambda/\omega_0$", xlim=(-0.55, 0.03))
        panels[1].legend(loc="upper left")
        sizes = np.array([4, 6, 9, 14, 20, 30])
        cases = {
            r"$\kappa = 0.5\,\omega_0$": {},
            r"$\kappa = 0.5\,\omega_0$, field $0.1\,S_z$": {"tilt": 0.1},
            r"$\kappa = 1.5\,\omega_0$": {"decay": 1.5},
        }
        for k, (label, parameters) in enumerate(cases.items()):
            evidence = ph.collective.is_time_crystal(partial(crystal, **parameters), sizes, count=16)
            panels[2].loglog(sizes, evidence.rates, "os^"[k], color=plot.LINES[k], ms=4, label=label)
            if k == 0:
                panels[2].loglog(sizes, evidence.decay(sizes), color=plot.LINES[k], lw=0.8)
        panels[2].set(xlabel="length $S$", ylabel=r"rate of the slowest oscillation$/\omega_0$", ylim=(0.01, 30))
        panels[2].set_xticks(sizes, [f"{n}" for n in sizes])
        panels[2].minorticks_off()
        panels[2].legend(loc="upper right", fontsize=8)
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "time_crystals", dpi=110)


def discrete_time_crystals() -> None:
    """A magnet that is turned over once a period: S_x in time, the multipliers, and what is lost against the size."""
    from photinus.collective import Kick, Period, floquet_modes, stroboscopic

    def kicked(size: float, error: float, coupling: float = 1.0) -> Period:
        s = ph.spin("s", size)
        magnet = ph.zoo.lipkin_meshkov_glick(length=size, coupling=coupling, field=0.4, decay=0.5)
        return Period([(magnet, 2.0), Kick((1 - error) * np.pi * s.z)])

    figure, panels = plot.figure(3)
    with plot.style():
        for k, (size, coupling) in enumerate(((4, 1.0), (12, 1.0), (12, 0.3))):
            s = ph.spin("s", size)
            start = ph.states.spin_coherent({s: (np.pi / 2, 0.0)})
            run = stroboscopic(kicked(size, 0.1, coupling), start, 40, observe={"x": s.x})
            label = f"$S = {size}$, $\\lambda = {coupling:g}$"
            look = {"color": plot.LINES[k], "ms": 3, "lw": 0.7}
            panels[0].plot(run.times / 2, run.observed["x"] / size, "os^"[k] + "-", label=label, **look)
        panels[0].set(xlabel="periods $t/T$", ylabel=r"$\langle S_x\rangle/S$", ylim=(-1.05, 1.5), xlim=(0, 40))
        panels[0].legend(loc="upper right", fontsize=8, ncols=2)
        for k, (size, coupling) in enumerate(((4, 1.0), (12, 1.0))):
            values = floquet_modes(kicked(size, 0.1, coupling), count=24).multipliers
            look = {"color": plot.LINES[k], "mfc": "none" if k == 0 else plot.LINES[k], "ms": 5}
            panels[1].plot(values.real, values.imag, "os"[k], label=f"$S = {size}$", **look)
        circle = np.exp(1j * np.linspace(0, 2 * np.pi, 201))
        panels[1].plot(circle.real, circle.imag, color="0.7", lw=0.8, zorder=0)
        panels[1].set(xlabel=r"Re $\mu$", ylabel=r"Im $\mu$", aspect="equal")
        panels[1].legend(loc="center", fontsize=8, bbox_to_anchor=(0.5, 0.75))
        sizes = [2, 4, 6, 8, 10, 12]
        cases = {r"perfect pulses": (0.0, 1.0), r"short by 10 %": (0.1, 1.0), r"$\lambda = 0.3$": (0.0, 0.3)}
        for k, (label, (error, coupling)) in enumerate(cases.items()):
            lost = [floquet_modes(kicked(n, error, coupling), order=1, count=1).subharmonic() for n in sizes]
            panels[2].semilogy(sizes, lost, "os^"[k] + "-", color=plot.LINES[k], ms=4, lw=0.8, label=label)
        panels[2].set(xlabel="length $S$", ylabel=r"$1 - |\mu_{-1}|$")
        panels[2].legend(fontsize=8)
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "discrete_time_crystals", dpi=110)


def seeding() -> None:
    """A crystal and a spin that would rest: S_z of both in time, and how far the second swings against the coupling."""
    size, times = 40, np.linspace(0, 600, 6001)

    def swing(**coupling: float) -> np.ndarray:
        model = ph.zoo.coupled_time_crystals(length=size, drives=[1.0, 0.4], decay=0.5, **coupling)
        start = {name: [0.01, 0, size * 0.9999] for name in ("s1", "s2")}
        motion = ph.mean_field(model, large_spins=True).evolve(start, times)
        return np.stack([motion.values[name][:, 2] / size for name in ("s1", "s2")])

    figure, panels = plot.figure(2)
    with plot.style():
        seed, seeded = swing(coherent=0.1)
        late = slice(2600, 3001)
        panels[0].plot(times[late], seed[late], color=plot.LINES[0], label=r"seed, $\omega_1 = 2\kappa$")
        panels[0].plot(times[late], seeded[late], color=plot.LINES[1], label=r"seeded, $\omega_2 = 0.8\kappa$")
        panels[0].axhline(-0.6, color="0.6", lw=0.8, ls=":", label="the second one alone")
        panels[0].set(xlabel=r"time $\omega_1 t$", ylabel="$S_z/S$", xlim=(260, 300), ylim=(-1.05, 1.6))
        panels[0].legend(loc="upper right", fontsize=8)
        couplings = np.linspace(0, 0.15, 13)
        for k, (kind, label) in enumerate((("coherent", "exchange $g$"), ("shared_decay", "shared loss $V$"))):
            reached = [float(np.ptp(swing(**{kind: x})[1][4500:])) for x in couplings]
            panels[1].plot(couplings, reached, "os"[k] + "-", color=plot.LINES[k], ms=4, label=label)
        panels[1].set(xlabel=r"coupling$/\omega_1$", ylabel="swing of $S_z/S$ of the seeded spin", ylim=(0, None))
        panels[1].legend(loc="upper left", fontsize=8)
        for axes in panels:
            axes.spines[["top", "right"]].set_visible(False)
    save(figure, "seeding", dpi=110)


FIGURES = (
    classical,
    tongue,
    wigner_tongue,
    phase_tongue,
    smearing,
    sectors,
    unknowns,
    truncation,
    notions,
    phase_kinds,
    pegg_barnett,
    level_phases,
    spin_sphere,
    measures,
    one_phase,
    entanglement,
    zoo,
    kuramoto,
    networks,
    network_states,
    time_crystals,
    discrete_time_crystals,
    seeding,
    sweep,
    states,
    spectra,
    eigenmodes,
    trajectories,
    truncated_wigner,
    evolution,
    response,
    symmetry_breaking,
    mean_field,
    phase_reduction,
    cumulants,
    entrainment,
    entrainment_tongue,
    memory,
    thermodynamics,
    machines,
    precision,
    information,
    dark_states,
    reservoir,
    identical_atoms,
    three_levels,
    lasers,
    two_ensembles,
)

if __name__ == "__main__":
    wanted = sys.argv[1:] or [draw.__name__ for draw in FIGURES]
    for draw in FIGURES:
        if draw.__name__ in wanted:
            draw()
