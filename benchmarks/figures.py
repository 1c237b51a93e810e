"""``python -m benchmarks.figures``: growth curves for the documentation, from the stored results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from photinus import plot

ROOT = Path(__file__).resolve().parents[1]
LOOKS = ("o-", "s--", "^-.", "v:", "D--", "x:")


def growth(sizes: np.ndarray, values: np.ndarray) -> float:
    """The exponent p of values ∝ sizes^p over the upper half of the sizes."""
    half = max(2, len(sizes) // 2 + 1)
    return float(np.polyfit(np.log(sizes[-half:]), np.log(values[-half:]), 1)[0])


def steady_state() -> None:
    """Seconds and memory against the levels of each oscillator, log-log, with fitted exponents."""
    rows = json.loads((ROOT / "benchmarks/results/steady_state.json").read_text())["rows"]
    figure, panels = plot.figure(2)
    for axes, quantity, label, unit in zip(
        panels, ("seconds", "peak"), ("seconds", "peak memory (MB)"), (1.0, 1e6), strict=True
    ):
        packages = list(dict.fromkeys(row["package"] for row in rows))
        for k, package in enumerate(packages):
            found = [
                (row["levels"], row[quantity] / unit) for row in rows if row["package"] == package and row["seconds"]
            ]
            sizes, values = (np.array(part, dtype=float) for part in zip(*found, strict=True))
            exponent = growth(sizes, values)
            with plot.style():
                text = rf"{package}, $N^{{{exponent:.1f}}}$"
                axes.loglog(sizes, values, LOOKS[k], color=plot.LINES[k], markersize=4, label=text)
        with plot.style():
            axes.set(xlabel="levels of each oscillator, $N$", ylabel=label)
            ticks = sorted({row["levels"] for row in rows})
            axes.set_xticks(ticks, [str(tick) for tick in ticks], minor=False)
            axes.minorticks_off()
            axes.legend(loc="upper right", fontsize=8)
            axes.spines[["top", "right"]].set_visible(False)
    plot.save(figure, ROOT / "docs/figures/benchmark_steady_state.png", dpi=150)


if __name__ == "__main__":
    steady_state()
